/*
 * merge: what two histories of one office give together. A pure function of the
 * two commits: every device that merges the same pair, and the hall's door that
 * checks it, gets the same bytes. No index, no clock, no configuration.
 *
 * Per record and field with the common ancestor (record_merge); several common
 * ancestors (criss-cross) are merged first, in the order of their ids, into one
 * virtual ancestor. Both sides changed the same field: the hall's value stays
 * and the other is kept as a conflict record (conflicts/<id>.json) with base,
 * both values and who wrote each when. Files of conflicts are a set: one that a
 * side resolved (removed) stays away, one that is new on either side comes in;
 * so a conflict has the same id whoever derives it: the first 16 hex digits of
 * SHA-256 over the canonical JSON of [record, field, base, lesser, greater] of
 * the two values in byte order.
 *
 * Never a half-merged year: where one side has a sign-off that the ancestor has
 * not (status became "submitted", or "submission" is another one), the other
 * side's changes of that year's answers, indicators and profile are all kept as
 * conflicts ("signed"); when both did, the hall's side is the one that counts.
 * Plan and comments are merged as ever. The edition of an assessment is the
 * hall's.
 * Where the merged record would break its rules (record_check), the hall's
 * record stays and the other side's changed fields are conflicts ("rules").
 *
 * Two layers: merge_histories() knows only callbacks (tests drive 100,000
 * histories through it); merge_commits() binds them to a repository.
 *
 * Ownership: struct merge_result is the caller's memory; merge_release().
 * Units:     none.
 * Errors:    ERR_DAMAGED (an object is missing or no record), ERR_NOMEM, what
 * callbacks gave.
 * Thread:    the repository's.
 */
#ifndef STORE_MERGE_MERGE_H
#define STORE_MERGE_MERGE_H

#include "store/criteria/edition.h"
#include "store/git/repo.h"
#include "store/record/record.h"

struct merge_file { /* differs from the hall's side (the first parent) */
	char path[128];
	char *bytes; /* canonical; NULL = removed */
	size_t len;
};

struct merge_result {
	struct merge_file *files; /* by path */
	size_t n, cap;
	int64_t n_fields;    /* taken over from the other side */
	int64_t n_conflicts; /* new conflict records */
};
void merge_release(struct merge_result *m);

/* Who wrote a value. */
struct merge_origin {
	char revision[24], login[72], name[160];
	char time[26]; /* RFC 3339 */
};

/* A history as callbacks; a version is whatever the caller numbers. NULL
 * records are absent. */
struct merge_history {
	/* Common ancestors of two versions, by their order; at most max. */
	int (*bases)(void *arg, int64_t a, int64_t b, int64_t *ret, size_t max,
	    size_t *ret_n, struct err *e);
	/* Calls each() with every path that differs between two versions (a may
	 * be -1: nothing), by path. */
	int (*paths)(void *arg, int64_t a, int64_t b,
	    int (*each)(void *each_arg, const char *path, struct err *e),
	    void *each_arg, struct err *e);
	/* The record at a path of a version; the caller frees it. */
	int (*record)(void *arg, int64_t version, const char *path, cJSON **ret,
	    struct err *e);
	/* Who gave this field the value it has at version (or took it away):
	 * the newest commit that version reaches and other does not, after
	 * parents that all have another one. *ret stays as it is when there is
	 * none. */
	int (*origin)(void *arg, int64_t version, int64_t other,
	    const char *path, const char *field, struct merge_origin *ret,
	    struct err *e);
	/* The edition that an assessment record pins; NULL when unknown. */
	int (*edition)(void *arg, const cJSON *assessment,
	    const struct edition **ret, struct err *e);
	void *arg;
};

int merge_histories(const struct merge_history *h, int64_t hall, int64_t mine,
    struct merge_result *ret, struct err *e);

/* edition_of as in admit.h; may be NULL. */
int merge_commits(struct repo *r, const unsigned char hall[20],
    const unsigned char mine[20],
    int (*edition_of)(void *arg, const char *id, const unsigned char blob[20],
	const struct edition **ret, struct err *e),
    void *arg, struct merge_result *ret, struct err *e);

#endif
