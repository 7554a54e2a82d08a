/*
 * review: the hall's view of an item: each assessor's own, the consensus, and
 * the comments of both sides.
 *
 * Hall and office write different records (reviews/<year>/<item>.json on the
 * hall's branch, <year>/comments/<item>.json and the answer on the office's):
 * neither can overwrite the other. Assessors write below their own key alone.
 *
 * Ownership: borrowed; *ret is the caller's.
 * Units:     none.
 * Errors:    ERR_NOT_FOUND, ERR_INVALID, ERR_DENIED (state, signoff.h).
 * Thread:    the writer's inside a save group; review_show() the store's.
 */
#ifndef STORE_REVIEW_REVIEW_H
#define STORE_REVIEW_REVIEW_H

#include "store/save/save.h"

/* fields: {"ticks": "1.1.B1 1.1.B2" | null, "score": "350" | null, "comment":
 * text | null}: the caller's own view, or the consensus. */
int review_set(struct store *s, const struct ask *a, const char *office,
    const char *item, const cJSON *fields, int consensus, cJSON **ret,
    struct err *e);

/* Key of an assessor in the record, made from the login: [a-z0-9-]. */
void review_key(const char *login, char ret[72]);

/* At an office on its own record, at the hall on the review's. */
int review_comment(struct store *s, const struct ask *a, const char *office,
    const char *item, const char *text, cJSON **ret, struct err *e);

/* The review record of an item now, NULL if none; the caller frees it. */
int review_read(struct store *s, const char *office, int year, const char *item,
    cJSON **ret, struct err *e);

/*
 * {"item","year","office":{"ticks":[…],"score","level"},
 * "assessors":[{"key","person":{login,name},"time","of","ticks"|null,"score",
 * "level","comment"}],"consensus":{same}|null,
 * "committee":{"score","level","from":"consensus|assessor|none"},
 * "comments":[{"id","side":"office|hall","time","person","text"}] by time}
 */
int review_show(struct store *s, const char *office, int year, const char *item,
    cJSON **ret, struct err *e);

#endif
