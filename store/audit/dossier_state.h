/*
 * dossier_state: what the sections of a dossier share; for dossier*.c only.
 *
 * Ownership: the maker's caller owns all of it.
 * Units:     none.
 * Errors:    as dossier.h.
 * Thread:    the store's.
 */
#ifndef STORE_AUDIT_DOSSIER_STATE_H
#define STORE_AUDIT_DOSSIER_STATE_H

#include "store/audit/dossier.h"
#include "store/view/report_state.h"

struct dossier {
	struct report_maker m; /* first: sections of a report take it too */
	/* where the year's records stand: paths between, and one of the hall */
	char from[24], to[24];
	char reviews_from[32], reviews_to[32], decision[32];
};

/*
 * A statement about the year's revisions: table own(id) has them all, of both
 * branches; rec(id, path, branch) the records. The text goes on behind it.
 */
#define DOSSIER_WITH                                                           \
	"WITH rec AS (SELECT id, path, branch FROM record WHERE branch = ?1"   \
	" AND path > ?2 AND path < ?3 UNION ALL SELECT id, path, branch"       \
	" FROM record WHERE branch = ?4 AND path > ?5 AND path < ?6 UNION ALL" \
	" SELECT id, path, branch FROM record WHERE branch = ?4 AND path = ?7" \
	"), own AS MATERIALIZED (SELECT DISTINCT t.revision AS id FROM rec"    \
	" JOIN touch t ON t.record = rec.id) "
#define DOSSIER_LIMIT "?8" /* an int64_t more */

int dossier_stmt(struct dossier *d, sqlite3_stmt **ret, const char *sql,
    int64_t limit, struct err *e);

int dossier_put_time(const struct dossier *d, cJSON *out, const char *key,
    int64_t t, struct err *e);
/* "a,b" of group_concat() as a list. */
int dossier_put_list(
    cJSON *out, const char *key, const char *text, struct err *e);
/* "office" or "hall" of a branch's row id. */
const char *dossier_side(const struct dossier *d, int64_t branch);

/* "revision": the newest of the office's line, or null. */
int dossier_put_revision(struct dossier *d, cJSON *out, struct err *e);
/* {"revisions","merges","unreceived","people","devices"} */
int dossier_put_counts(struct dossier *d, cJSON *out, struct err *e);
/* "log" of a hall; null elsewhere. */
int dossier_put_log(struct store *s, cJSON *out, struct err *e);
/* "urls" where the province (a hall) or the office's repository is. */
int dossier_put_urls(struct store *s, cJSON *out, struct err *e);
/* "receipts" and "receipt". brief: without text and signature. */
int dossier_put_receipts(
    struct dossier *d, cJSON *out, int brief, struct err *e);

/* Sections (report_part.h); arg is a struct dossier. */
int dossier_section_people(void *arg, struct report_part *p, struct err *e);
int dossier_section_devices(void *arg, struct report_part *p, struct err *e);
int dossier_section_records(void *arg, struct report_part *p, struct err *e);
int dossier_section_months(void *arg, struct report_part *p, struct err *e);
int dossier_section_milestones(void *arg, struct report_part *p, struct err *e);
int dossier_section_scores(void *arg, struct report_part *p, struct err *e);
int dossier_section_evidence(void *arg, struct report_part *p, struct err *e);
int dossier_section_proofs(void *arg, struct report_part *p, struct err *e);

/* Fills d for an office's year: branches and paths; edition only with
 * with_edition (ERR_NOT_FOUND when the year was never opened). */
int dossier_begin(struct dossier *d, struct store *s, const char *office,
    int year, int with_edition, struct err *e);

#endif
