/*
 * ministry_sync_state: what ministry_sync.c (who is next), ministry_fetch.c (one
 * exchange) and ministry_keep.c (what is kept and told) share.
 *
 * Ownership: as ministry_sync.h.
 * Units:     milliseconds of alarm_now_ms(); seconds since 1970.
 * Errors:    none.
 * Thread:    loop.
 */
#ifndef DAEMON_SYNC_MINISTRY_SYNC_STATE_H
#define DAEMON_SYNC_MINISTRY_SYNC_STATE_H

#include "daemon/sync/alarm.h"
#include "daemon/sync/link.h"
#include "daemon/sync/ministry_sync.h"
#include "daemon/sync/sync_kept.h"

struct ministry_place { /* a province */
	char code[8];
	struct conf conf; /* store/provinces.h */
	struct sync_kept kept;
	int64_t due_ms, next_try;
	int64_t runs;
	int again; /* asked for while it ran */
	int url;   /* the address used last */
	const char *state;
	char detail[32];
};

struct ministry_fetch;

struct ministry_sync {
	struct ministry_sync_env env;
	int n_open; /* handles, jobs, the exchange: what must end before it */
	struct alarm *alarm;
	struct link *link;             /* NULL: the kernel tells nothing */
	struct ministry_place *places; /* by code */
	size_t n;
	int loading, load_again;
	char wanted[8];             /* asked for while it was read; "": none */
	struct ministry_fetch *run; /* the one exchange under way */
	int closing;
	void (*closed)(void *arg);
	void *closed_arg;
};

struct ministry_place *ministry_sync_place(
    const struct ministry_sync *ms, const char *code);
/* One thing less is open. */
void ministry_sync_end_part(struct ministry_sync *ms);
/* The exchange of a province ended; n: revisions that came. */
void ministry_sync_done(struct ministry_sync *ms, const char *code,
    const struct sync_fault *fault, int url, int64_t n);

/* --- ministry_fetch.c --- */

int ministry_fetch_begin(struct ministry_sync *ms,
    const struct ministry_place *p, struct ministry_fetch **ret, struct err *e);
void ministry_fetch_stop(struct ministry_fetch *f);

/* --- ministry_keep.c --- */

/* Reads the provinces and what was kept of each; then ministry_sync_loaded(). */
int ministry_keep_load(struct ministry_sync *ms, struct err *e);
void ministry_sync_loaded(
    struct ministry_sync *ms, struct ministry_place *places, size_t n);
void ministry_keep_save(
    struct ministry_sync *ms, const struct ministry_place *p);

#endif
