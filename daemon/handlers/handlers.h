/*
 * handlers: what each method of the table does: parameters to a call of the
 * store, and back.
 *
 * Ownership: static tables.
 * Units:     none.
 * Errors:    as the store says; ERR_USAGE for a parameter that is missing or
 * makes no sense.
 * Thread:    run() on the worker, begin() and after() on the loop.
 */
#ifndef DAEMON_HANDLERS_HANDLERS_H
#define DAEMON_HANDLERS_HANDLERS_H

#include "daemon/handlers/call.h"
#include "daemon/sync/sync_progress.h"
#include "store/save/save.h"

/* NULL if there is none: a method without a handler is not offered. */
const struct handler *handlers_find(const char *method);

/* The tables: one beside each group of handlers, listed in handlers.c. */
extern const struct handler handlers_read[];
extern const struct handler handlers_write[];
extern const struct handler handlers_hall[];
extern const struct handler handlers_evidence[];
extern const size_t handlers_n_evidence;
extern const size_t handlers_n_read, handlers_n_write, handlers_n_hall;

extern const struct handler handlers_backup[];
extern const size_t handlers_n_backup;
extern const struct handler handlers_batch[];
extern const size_t handlers_n_batch;
extern const struct handler handlers_conflict[];
extern const size_t handlers_n_conflict;
extern const struct handler handlers_sync[];
extern const size_t handlers_n_sync;
extern const struct handler handlers_device[];
extern const size_t handlers_n_device;
extern const struct handler handlers_feed[];
extern const size_t handlers_n_feed;
extern const struct handler handlers_flags[];
extern const size_t handlers_n_flags;
extern const struct handler handlers_log[];
extern const size_t handlers_n_log;
extern const struct handler handlers_devices[];
extern const size_t handlers_n_devices;
extern const struct handler handlers_edition[];
extern const size_t handlers_n_edition;
extern const struct handler handlers_history[];
extern const size_t handlers_n_history;
extern const struct handler handlers_past[];
extern const size_t handlers_n_past;
extern const struct handler handlers_plan[];
extern const size_t handlers_n_plan;
extern const struct handler handlers_review[];
extern const size_t handlers_n_review;
extern const struct handler handlers_see[];
extern const struct handler handlers_verify[];
extern const size_t handlers_n_verify;
extern const size_t handlers_n_see;

extern const struct handler handlers_oversight[];
extern const size_t handlers_n_oversight;
extern const struct handler handlers_ministry[];
extern const size_t handlers_n_ministry;
extern const struct handler handlers_audit[];
extern const size_t handlers_n_audit;
extern const struct handler handlers_report[];
extern const size_t handlers_n_report;
extern const struct handler handlers_maintain[];
extern const size_t handlers_n_maintain;
extern const struct handler handlers_bundle[];
extern const size_t handlers_n_bundle;

/* after(): a save that changed something is written and sent. */
int handlers_saved(struct call *c, struct err *e);

/* Parameters that many methods share. Empty office: the own one. */
int handlers_office(const struct call *c, const struct store *s,
    const char **ret, struct err *e);
int handlers_year(const struct call *c, int *ret, struct err *e);
int handlers_place(const struct call *c, const struct store *s, int *ret_year,
    const char **ret_office, struct err *e);
/* Two ends of a span in time or in rows, 0 = open: ERR_INVALID when nothing
 * can lie between them, which would look as if nothing had happened. */
int handlers_span(
    const struct call *c, int64_t since, int64_t until, struct err *e);
/* year, reason, if_rev and who asks (save.h). */
int handlers_ask(const struct call *c, struct ask *ret, struct err *e);

/* The sync went into another state: tells who waits for it. */
void handlers_sync_changed(
    struct server *srv, const char *state, const char *detail);

/* How far the bytes of a transfer are: tells who waits for it. */
void handlers_sync_progressed(struct server *srv, const char *state,
    const char *detail, const struct sync_progress *p);

/* Lets go of the calls that wait for the sync: those that nobody wants any
 * more, or (stopping) all. */
void handlers_end_waiters(struct server *srv, int all);

#endif
