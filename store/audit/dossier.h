/*
 * dossier: what an auditor is told of an office's year, or of all offices of a
 * hall: who did what, what was signed off and decided, how the score came
 * about, and what proves it. Flags (flags.h) and the result of verify are added
 * by who asks, as they are answers of their own.
 *
 * In parts as a report (view/report.h): each names what it was made from
 * ("commit", "hall_commit").
 *
 * Ownership: *ret is the caller's.
 * Units:     times are RFC 3339, scores decimal strings.
 * Errors:    ERR_NOT_FOUND (office, year); ERR_INVALID for a wrong cursor.
 * Thread:    a reader store.
 */
#ifndef STORE_AUDIT_DOSSIER_H
#define STORE_AUDIT_DOSSIER_H

#include "store/store.h"

/* Milestones that are told: more is no overview any more. */
#define DOSSIER_MILESTONES_MAX 500

/*
 * {"office":{code,name},"hall":{code,name}|null,"role","year","made","edition",
 * "revision","commit","hall_commit"|null,"state":(signoff_state),
 * "counts":{"revisions","merges","unreceived","people","devices"},
 * "people":[{"side","login","name","revisions","first","last","devices":[…],
 * "actions":{action: n}}], the busiest first,
 * "devices":[{"device","revisions","first"|null,"last"|null,"people":[logins],
 * "key"|null,"fingerprint"|null,"since"|null,"state":"active|revoked"|null,
 * "until"|null,"last_revision"|null,"reason"|null}],
 * "records":[{"side","record","item"|null,"revisions","fields","people",
 * "first","last"}] by name,
 * "months":[{"month":"2026-11","office":n,"hall":n}],
 * "milestones":[{"side","revision","commit","action","time","received"|null,
 * "person","device","reason","record"}] oldest first, "milestones_left":n,
 * "signoffs":(report.h),
 * "scores":{"at":[{"submission":n,"revision","commit","time","total",
 * "items":{item: score}}],"now":(score)},
 * "evidence":{"files","bytes","confirmed","redacted"},
 * "proofs":{"office":{"ref","commit","revisions"},"hall":{…}|null,
 * "signers":text,"principal"|null,"receipts":n,"receipt":{"revision","tip",
 * "time","text","signature"}|null,"submission_receipt":{…}|null,
 * "log":{"n","hash","anchored":{"n","hash"}}|null,"urls":[…]}}
 */
int dossier_office(struct store *s, const char *office, int year,
    const char *cursor, cJSON **ret, struct err *e);

/*
 * Hall. {"hall":{code,name},"year","made","offices":[{"code","name","state",
 * "late","total"|null,"committee"|null,"counts":(as above),"revision"|null,
 * "commit"|null,"hall_commit"|null,"receipts":n,"receipt":{"revision","time"}|
 * null}],"proofs":{"signers","principal","log","urls"}}
 * year 0: the newest that any office opened.
 */
int dossier_province(
    struct store *s, int year, const char *cursor, cJSON **ret, struct err *e);

#endif
