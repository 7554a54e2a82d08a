#include "store/evidence/evidence_send.h"

#include "store/evidence/evidence_chain.h"
#include "store/evidence/evidence_state.h"
#include "store/evidence/evidence_take.h"

#define RECEIPT_MAX 4096

static int
has(const struct evidence_list *l, size_t n, const char *sha)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(l->list[i], sha) == 0)
			return 1;
	return 0;
}

struct listing {
	struct evidence_list *l;
	size_t before, cap;
};

static int
add(void *arg, const char *sha, int64_t size, struct err *e)
{
	struct listing *g = arg;
	struct evidence_list *l = g->l;
	void *grown;

	(void)size;
	if (has(l, g->before, sha))
		return 0;
	if (l->n == g->cap) {
		g->cap = g->cap * 2 + 16;
		grown = realloc(l->list, g->cap * sizeof(*l->list));
		if (grown == NULL)
			return err_nomem(e);
		l->list = grown;
	}
	snprintf(l->list[l->n++], sizeof(*l->list), "%s", sha);
	return 0;
}

int
evidence_send_list(struct store *s, struct evidence_list *l, struct err *e)
{
	struct listing g = { .l = l, .before = l->n, .cap = l->n };
	int64_t files = 0, confirmed = 0;
	int rc;

	/* mostly there is none: then no record is taken apart */
	if ((rc = evidence_count(s, "", &files, &confirmed, e)) < 0 ||
	    files == confirmed)
		return rc;
	return evidence_waiting(s, add, &g, e);
}

static int
add_parts(void *arg, const char *sha, int64_t size, struct err *e)
{
	int64_t *n = arg, part = (int64_t)EVIDENCE_PART;

	(void)sha;
	(void)e;
	*n += (size + part - 1) / part;
	return 0;
}

int
evidence_send_parts(struct store *s, int64_t *ret, struct err *e)
{
	int64_t n = 0;
	int rc = evidence_waiting(s, add_parts, &n, e);

	if (rc == 0)
		*ret = n;
	return rc;
}

/* Ids of the chain's commits from the tip down, ids[n - 1] the n-th. */
static int
read_chain(struct repo *r, const unsigned char tip[20], const char *sha,
    unsigned char (**ret)[20], int *ret_n, struct err *e)
{
	unsigned char(*ids)[20] = NULL;
	struct chain_link l;
	int n, i, rc;

	if ((rc = chain_read_link(r, tip, sha, &l, e)) < 0)
		return rc;
	n = l.n;
	if ((ids = calloc((size_t)n, sizeof(*ids))) == NULL)
		return err_nomem(e);
	memcpy(ids[n - 1], tip, 20);
	for (i = n - 1; i > 0 && rc == 0; i--) {
		memcpy(ids[i - 1], l.parent, 20);
		rc = chain_read_link(r, ids[i - 1], sha, &l, e);
		if (rc == 0 && l.n != i)
			rc = err_set(e, ERR_DAMAGED, 0,
			    "the parts of evidence %.12s are out of order",
			    sha);
	}
	if (rc < 0) {
		free(ids);
		return rc;
	}
	*ret = ids;
	*ret_n = n;
	return 0;
}

/* Up to which part the next push goes. */
static int
cut(unsigned char (*ids)[20], int n, const unsigned char *have,
    int64_t max_bytes, int *ret_from)
{
	int64_t more = max_bytes / (int64_t)EVIDENCE_PART;
	int from = 0, i;

	for (i = 1; have != NULL && i <= n; i++)
		if (memcmp(ids[i - 1], have, 20) == 0)
			from = i;
	*ret_from = from;
	if (have != NULL && from == 0)
		return n;
	if (more < 1)
		more = 1;
	return more >= n - from ? n : from + (int)more;
}

int
evidence_send_slice(struct store *s, const char *sha, const unsigned char *have,
    int64_t max_bytes, struct evidence_slice *ret, struct err *e)
{
	unsigned char tip[20], (*ids)[20] = NULL;
	struct evidence_repo *r = NULL;
	char ref[CHAIN_REF_MAX];
	int n = 0, rc;

	if ((rc = evidence_open_repo(s, "", 0, &r, e)) < 0)
		return rc;
	chain_ref(1, sha, ref);
	if ((rc = repo_ref(r->repo, ref, tip, e)) < 0)
		goto out;
	rc = read_chain(r->repo, tip, sha, &ids, &n, e);
	if (rc == ERR_NOT_FOUND || rc == ERR_INVALID) {
		/* the ref is there: its commits must be */
		if (e != NULL)
			e->code = ERR_DAMAGED;
		rc = ERR_DAMAGED;
	}
	if (rc < 0)
		goto out;
	ret->n = cut(ids, n, have, max_bytes, &ret->from);
	ret->parts = n;
	ret->whole = ret->n == n;
	memcpy(ret->tip, ids[ret->n - 1], 20);
out:
	free(ids);
	evidence_repo_close(r);
	return rc;
}

int
evidence_send_prove(struct store *s, const char *sha, struct err *e)
{
	struct evidence_rec *rec = malloc(sizeof(*rec));
	struct evidence_repo *r = NULL;
	int rc;

	if (rec == NULL)
		return err_nomem(e);
	if ((rc = evidence_record(s, "", sha, rec, e)) == 0 &&
	    (rc = evidence_open_repo(s, "", 0, &r, e)) == 0)
		rc = evidence_repo_prove(r, sha, rec->size, rec->parts, e);
	if (rc == ERR_DAMAGED)
		err_hint(e, "run 'pmqa verify' here and at the hall");
	evidence_repo_close(r);
	free(rec);
	return rc;
}

int
evidence_send_confirm(struct store *s, const char *sha, const char *json,
    size_t len, struct err *e)
{
	const char *named;
	cJSON *v = NULL;
	int rc;

	if ((rc = json_parse(json, len, RECEIPT_MAX, &v, e)) < 0)
		return rc;
	named = json_str(v, "sha256");
	if (named == NULL || strcmp(named, sha) != 0)
		rc = err_set(e, ERR_INVALID, 0,
		    "the hall's receipt names another file than the one that "
		    "was sent");
	else
		rc = evidence_confirmed(s, "", v, e);
	cJSON_Delete(v);
	return rc;
}
