/*
 * verify_seal: what a proof leaves behind, so that the next one goes on where it
 * ended: table mark, "verify <office> <branch>" and "verify" for what is one for
 * all. A value is {"sealed": text, "signature": base64}: the signature of this
 * machine's key over the text (namespace pmqa-verify). The text names branch and
 * hall, so a seal stands for nothing else.
 *
 * A seal that is broken, or another machine's, is told and stands for nothing.
 * Any fault that a proof from zero finds takes all seals away.
 *
 * Ownership: structs are the caller's memory.
 * Units:     seconds since 1970, ids of 20 bytes.
 * Errors:    as db.h.
 * Thread:    the store's.
 */
#ifndef STORE_VIEW_VERIFY_SEAL_H
#define STORE_VIEW_VERIFY_SEAL_H

#include "base/json.h"
#include "store/store.h"

#define VERIFY_POINTS 16
#define VERIFY_TAG 10
#define VERIFY_NS "pmqa-verify"

/* A revision of the main line up to which all is proved. */
struct verify_point {
	int64_t n;   /* of the revisions up to it; 0: none */
	int64_t row; /* in the index */
	unsigned char id[20];
};

struct verify_seal { /* of one branch */
	/* newest first: the older ones count when the index was rewound */
	struct verify_point points[VERIFY_POINTS];
	int n_points;
	int64_t patrol;     /* row up to which old ones were looked at again */
	int64_t receipt;    /* newest one that was looked at */
	int64_t n_receipts; /* up to it */
	/* the spans that end up to this row, and the SHA-256 of all of them */
	int64_t span_last;
	char span_sum[65];
	/* of the tip's tree and all rows of records beside it, when they were
	 * proved to agree; "": they were not */
	char state_sum[65];
};

struct verify_kept {      /* the object files of a repository */
	struct buf packs; /* VERIFY_TAG digits of each whole pack's name */
	int64_t loose;    /* how many loose objects */
};

struct verify_base {  /* what is one for all */
	int64_t time; /* when that proof began; 0: there was none */
	/* the acceptance log: so many bytes of that year's file, whose last
	 * line has this number and hash; SHA-256 of all bytes up to there */
	int log_year;
	int64_t log_size, log_n, log_lines; /* lines: of that file */
	char log_hash[65], log_sum[65];
	/* the last line of the access log; n 0: there was none */
	int64_t access_n;
	char access_hash[65];
	/* the newest commit of the hall's own history in province.git */
	int64_t province_n; /* its number; 0: there was none */
	char province_id[41];
};

/* *ret_fault: 1 when there is one that does not count; all zero then. */
int verify_seal_read(struct store *s, const char *office, const char *which,
    struct verify_seal *ret, int *ret_fault, struct err *e);
int verify_base_read(
    struct store *s, struct verify_base *ret, int *ret_fault, struct err *e);

/* Put into what verify_seal() is given. */
int verify_seal_put(struct store *s, const char *office, const char *which,
    const struct verify_seal *seal, cJSON *proved, struct err *e);
/* Only where there is such a seal in it. */
int verify_seal_patrol(const char *office, const char *which, int64_t row,
    cJSON *proved, struct err *e);
int verify_base_put(struct store *s, const struct verify_base *base,
    cJSON *proved, struct err *e);

/* what: "files", "evidence". *ret_there 0: none was kept, or it does not count.
 * ret->packs is appended to. */
int verify_kept_read(struct store *s, const char *office, const char *what,
    struct verify_kept *ret, int *ret_there, struct err *e);
int verify_kept_put(struct store *s, const char *office, const char *what,
    const struct verify_kept *kept, cJSON *proved, struct err *e);

/* One more point at the front; the list stays dense near its front. */
void verify_seal_add(struct verify_seal *s, const struct verify_point *p);

#endif
