/*
 * feed: what is new on the branches, in the order of their histories, for
 * programs that keep a copy elsewhere (client/publish/).
 *
 * Who reads on says up to where it has come: the commit, and as the how many-th
 * of the branch it came. Canonical order (git/graph.h) depends on the commits
 * alone, so that place is the same after a rebuild of the index, and a merge
 * only adds to its end. Where the branch has no such commit at that place (an
 * older copy of the directory was put back), the answer begins anew and says
 * "reset".
 *
 * Ownership: results are the caller's.
 * Units:     times in the JSON are RFC 3339; bytes.
 * Errors:    ERR_NOT_FOUND names the office or revision; ERR_INVALID.
 * Thread:    a reader store (or the writer's).
 */
#ifndef STORE_VIEW_FEED_H
#define STORE_VIEW_FEED_H

#include "store/store.h"

#define FEED_LIMIT_MAX 1000

struct feed_query {
	const char *office; /* "" = own */
	const char *branch; /* "office" or "hall" */
	const char *after;  /* commit, 40 hex digits; NULL: the beginning */
	int64_t n;          /* so many came up to it */
	int limit;          /* revisions, 1..FEED_LIMIT_MAX */
};

/* {"branches":[{"office","branch","n","tip"}]}: those that have revisions. */
int feed_heads(struct store *s, cJSON **ret, struct err *e);

/*
 * {"reset":bool,"revisions":[as in a history, oldest first],"more":bool,"cut":
 * true when the long texts of one great revision were cut}. At least one
 * revision if there is one, and as many as fit an answer.
 */
int feed_revisions(
    struct store *s, const struct feed_query *q, cJSON **ret, struct err *e);

/*
 * The answers that were last changed in the stretch after one commit (NULL: the
 * beginning) up to another, as they are now: {"records":[{"path","commit",
 * "revision","record":{…}|null}],"next":path|null}. after: the path where the
 * last answer ended, or NULL.
 */
struct feed_stretch {
	const char *office, *branch;
	const char *from, *to; /* commits */
	const char *after;
};
int feed_answers(
    struct store *s, const struct feed_stretch *q, cJSON **ret, struct err *e);

#endif
