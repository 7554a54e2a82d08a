/*
 * publish: what the hall gives to all its offices: editions, wordings,
 * calendars, good practices, announcements. Each is a canonical file in the
 * hall's directory (editions/, wordings/, cycles/, practices/, announcements/:
 * the same path as the record) and becomes a record of every office's hall branch, by the usual save: signed,
 * with a revision. What an office has already makes no revision, so publishing
 * may be repeated after any fault. What was published lies in the repositories
 * at once, for the offices to fetch.
 *
 * An edition that an office has stays as it is there: assessments pin its
 * bytes. Only practices and announcements are taken back when their file is
 * gone; without the directory nothing is.
 *
 * Ownership: *ret is the caller's.
 * Units:     none.
 * Errors:    ERR_INVALID, ERR_SYS; what was published before a fault stays.
 * Thread:    the writer's, outside a save group; publish_get() and
 * publish_each() the store's.
 */
#ifndef STORE_HALL_PUBLISH_H
#define STORE_HALL_PUBLISH_H

#include "store/save/save.h"

/* Writes (rec NULL: removes) the hall's file of a record path, durably, after
 * record_check(). */
int publish_put(
    struct store *s, const char *path, const cJSON *rec, struct err *e);

/* The hall's file of a record path; ERR_NOT_FOUND. */
int publish_get(struct store *s, const char *path, cJSON **ret, struct err *e);

/* Calls each() for every file of one of the five directories, by name. */
int publish_each(struct store *s, const char *dir,
    int (*each)(void *arg, const char *path, const cJSON *rec, struct err *e),
    void *arg, struct err *e);

/* Brings every office up to date, or one (office not NULL). One office's fault
 * does not keep the others waiting: the first is told at the end.
 * [{"office","revision","records":[names]}], offices with nothing new left out.
 */
int publish_all(struct store *s, const struct person *p, const char *office,
    const char *reason, cJSON **ret, struct err *e);

/* The hall's files, read once; for publish_all() and for an enrolment, which
 * puts them into its own revision. */
struct publish_set;
int publish_set_read(struct store *s, struct publish_set **ret, struct err *e);
void publish_set_free(struct publish_set *set);

/* What a hall branch lacks of the set, at most max changes; they borrow from
 * the set. *ret_more: 1 if some were left for another save. */
int publish_set_missing(struct publish_set *set, struct store *s,
    const struct branch *hall, struct save_change *changes, size_t max,
    size_t *ret_n, int *ret_more, struct err *e);

#endif
