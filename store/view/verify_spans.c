/* The spans of a branch (store/look/spans.h): a false one hides revisions from
 * who asks for a time. Those that a proof looked at before are what they were
 * while their SHA-256 is; else all of them are looked at again. */
#include "store/view/verify_state.h"

#include <inttypes.h>
#include <sodium.h>

#include "store/look/spans.h"

/* Of those that end up to a row (INT64_MAX: all); *ret_last: the last one's end. */
static int
sum_up_to(struct verify_walk *w, int64_t row, int64_t *ret_last, char ret[65],
    struct err *e)
{
	unsigned char sum[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state state;
	struct db *db = store_db(w->v->store);
	sqlite3_stmt *st = NULL;
	int64_t span[5];
	int i, rc;

	*ret_last = 0;
	rc = db_stmt(db, &st, e,
	    "SELECT first, last, low, high, n FROM span WHERE branch = ?1"
	    " AND last <= ?2 ORDER BY last",
	    "ii", w->b.id, row);
	if (rc < 0)
		return rc;
	crypto_hash_sha256_init(&state);
	while ((rc = db_step(db, st, e)) > 0) {
		for (i = 0; i < 5; i++)
			span[i] = sqlite3_column_int64(st, i);
		*ret_last = span[1];
		crypto_hash_sha256_update(
		    &state, (const unsigned char *)span, sizeof(span));
	}
	db_reset(st);
	crypto_hash_sha256_final(&state, sum);
	sodium_bin2hex(ret, 65, sum, sizeof(sum));
	return rc;
}

/* Up to which row they are what a proof saw before. */
static int
known_up_to(struct verify_walk *w, int64_t *ret, struct err *e)
{
	const struct verify_seal *seal = w->sealed;
	char sum[65];
	int64_t last;
	int rc;

	*ret = 0;
	if (seal == NULL || seal->span_last == 0)
		return 0;
	rc = sum_up_to(w, seal->span_last, &last, sum, e);
	if (rc == 0 && last == seal->span_last &&
	    strcmp(sum, seal->span_sum) == 0)
		*ret = last;
	return rc;
}

int
verify_spans(struct verify_walk *w, struct err *e)
{
	int64_t known = 0, wrong = 0;
	struct err f;
	int rc;

	if (w->b.id == 0)
		return 0;
	if ((rc = known_up_to(w, &known, e)) < 0 ||
	    (rc = spans_check_from(
		 store_db(w->v->store), w->b.id, known, &wrong, e)) < 0 ||
	    (rc = sum_up_to(w, INT64_MAX, &w->span_last, w->span_sum, e)) < 0 ||
	    wrong == 0)
		return rc;
	err_set(&f, ERR_DAMAGED, 0,
	    "the index is wrong in %" PRId64 " places about when revisions "
	    "were saved: a history of a time can lack some of them",
	    wrong);
	err_hint(&f, "run pmqad --reindex: it rebuilds the database from the "
		     "repository");
	return verify_found(w->v, "error", "index", w->where, &f, e);
}
