#include "store/merge/merge_kept.h"

#include <sodium.h>

#include "store/record/canon.h"

#define ID_LEN 16

void
merge_kept_path(const cJSON *conflict, char ret[64])
{
	snprintf(
	    ret, 64, MERGE_CONFLICTS "%.16s.json", json_str(conflict, "id"));
}

int
merge_kept_lists(const cJSON *conflicts, const char *path)
{
	const cJSON *c;
	char own[64];

	cJSON_ArrayForEach (c, conflicts) {
		merge_kept_path(c, own);
		if (strcmp(own, path) == 0)
			return 1;
	}
	return 0;
}

/* --- ids --- */

/* The canonical form of any value, within a list. */
static int
write_value(const cJSON *v, struct buf *out, struct err *e)
{
	cJSON *list = cJSON_CreateArray();
	int rc;

	if (list == NULL)
		return err_nomem(e);
	rc = json_push(list, cJSON_Duplicate(v, 1), e);
	if (rc == 0)
		rc = canon_write(list, out, e);
	cJSON_Delete(list);
	return rc;
}

/* Which of the two has the lesser bytes, so that both sides derive one id. */
static int
order(const cJSON *hall, const cJSON *mine, int *ret, struct err *e)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	int rc;

	if ((rc = write_value(hall, &a, e)) == 0 &&
	    (rc = write_value(mine, &b, e)) == 0) {
		*ret = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
		if (*ret == 0)
			*ret = a.len < b.len ? -1 : a.len > b.len;
	}
	buf_release(&a);
	buf_release(&b);
	return rc;
}

static int
hash(const cJSON *list, char ret[ID_LEN + 1], struct err *e)
{
	unsigned char sum[crypto_hash_sha256_BYTES];
	struct buf bytes = BUF_INIT;
	int rc = canon_write(list, &bytes, e);

	if (rc == 0) {
		crypto_hash_sha256(
		    sum, (const unsigned char *)bytes.data, bytes.len);
		sodium_bin2hex(ret, ID_LEN + 1, sum, ID_LEN / 2);
	}
	buf_release(&bytes);
	return rc;
}

static int
put_id(const char *record, cJSON *c, struct err *e)
{
	const cJSON *hall = json_get(c, "hall"), *mine = json_get(c, "mine");
	cJSON *list = cJSON_CreateArray();
	char id[ID_LEN + 1];
	int less = 0, rc;

	if (list == NULL)
		return err_nomem(e);
	if ((rc = order(hall, mine, &less, e)) < 0 ||
	    (rc = json_push_str(list, record, e)) < 0 ||
	    (rc = json_push_str(list, json_str(c, "field"), e)) < 0 ||
	    (rc = json_push(list, cJSON_Duplicate(json_get(c, "base"), 1), e)) <
		0 ||
	    (rc = json_push(
		 list, cJSON_Duplicate(less <= 0 ? hall : mine, 1), e)) < 0 ||
	    (rc = json_push(
		 list, cJSON_Duplicate(less <= 0 ? mine : hall, 1), e)) < 0)
		goto out;
	if ((rc = hash(list, id, e)) == 0)
		rc = json_put_str(c, "id", id, e);
out:
	cJSON_Delete(list);
	return rc;
}

int
merge_kept_ids(struct merged *m, struct err *e)
{
	cJSON *c;
	int rc;

	cJSON_ArrayForEach (c, m->conflicts) {
		if ((rc = put_id(m->rp.name, c, e)) < 0)
			return rc;
	}
	return 0;
}

/* --- records --- */

static const struct record_type *
conflict_type(void)
{
	struct record_path rp;

	/* a path that is one by its form */
	return record_path_parse(
		   MERGE_CONFLICTS "0.json", RECORD_OFFICE, &rp, NULL) == 0
		   ? rp.type
		   : NULL;
}

/* What does not fit its field is left out: it only says who and when. */
static int
put_text(cJSON *rec, const char *side, const char *member, const char *text,
    struct err *e)
{
	const struct record_type *t = conflict_type();
	const struct field *f;
	cJSON *v;
	char name[48];

	snprintf(name, sizeof(name), "%s.%s", side, member);
	if (t == NULL || (f = record_field(t, name)) == NULL || text[0] == '\0')
		return 0;
	if ((v = cJSON_CreateString(text)) == NULL)
		return err_nomem(e);
	if (record_value_check(f, name, v, NULL) < 0) {
		cJSON_Delete(v);
		return 0;
	}
	return record_put(rec, name, v, e);
}

static int
put_value(cJSON *rec, const char *side, const cJSON *v, struct err *e)
{
	cJSON *copy;
	char name[48];

	if (v == NULL || cJSON_IsNull(v))
		return 0;
	snprintf(name, sizeof(name), "%s.value", side);
	if ((copy = cJSON_Duplicate(v, 1)) == NULL)
		return err_nomem(e);
	return record_put(rec, name, copy, e);
}

/* One side's value, and who wrote it when. */
static int
put_side(const struct merge_nodes *g, const struct merged *m,
    const cJSON *conflict, int side, cJSON *rec, struct err *e)
{
	static const char *const names[] = { "hall", "mine" };
	const struct merge_node *own = g->top->sides[side];
	const struct merge_node *other = g->top->sides[!side];
	const char *name = names[side];
	struct merge_origin o;
	int rc;

	memset(&o, 0, sizeof(o));
	if ((rc = put_value(rec, name, json_get(conflict, name), e)) < 0)
		return rc;
	if ((rc = g->h->origin(g->h->arg, own->version, other->version, m->path,
		 json_str(conflict, "field"), &o, e)) < 0)
		return rc;
	if ((rc = put_text(rec, name, "revision", o.revision, e)) < 0 ||
	    (rc = put_text(rec, name, "time", o.time, e)) < 0 ||
	    (rc = put_text(rec, name, "login", o.login, e)) < 0)
		return rc;
	return put_text(rec, name, "name", o.name, e);
}

int
merge_kept_record(const struct merge_nodes *g, const struct merged *m,
    const cJSON *conflict, cJSON **ret, struct err *e)
{
	cJSON *rec = cJSON_CreateObject();
	int rc;

	if (rec == NULL)
		return err_nomem(e);
	if ((rc = json_put_str(rec, "record", m->rp.name, e)) < 0 ||
	    (rc = json_put_str(rec, "field", json_str(conflict, "field"), e)) <
		0 ||
	    (rc = json_put_str(rec, "why", m->why, e)) < 0 ||
	    (rc = put_value(rec, "base", json_get(conflict, "base"), e)) < 0 ||
	    (rc = put_side(g, m, conflict, MERGE_HALL, rec, e)) < 0 ||
	    (rc = put_side(g, m, conflict, MERGE_MINE, rec, e)) < 0) {
		cJSON_Delete(rec);
		return rc;
	}
	*ret = rec;
	return 0;
}
