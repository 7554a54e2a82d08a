#include "store/save/brief.h"
#include "store/view/history_ask.h"
#include "store/view/query.h"
#include "store/view/query_changes.h"

struct page {
	struct history_ask ask;
	struct query_carry carry;
};

/* The source's head as it stands in the answer; its name into ret. */
static int
make_revision(struct page *p, const struct history_source *src, cJSON *out,
    char ret[24], struct err *e)
{
	struct query_changes c = { .s = p->ask.s,
		.b = src->b,
		.branch = p->ask.branch,
		.revision = src->head,
		.record = src->match.record,
		.path = src->path,
		.field = p->ask.q->field,
		.carry = &p->carry };
	struct db *db = store_db(p->ask.s);
	sqlite3_stmt *row = p->ask.row;
	int rc;

	if (row == NULL &&
	    ((rc = db_stmt(db, &row, e, HISTORY_ROW, "i", src->head)) < 0 ||
		(rc = db_step(db, row, e)) <= 0))
		goto out;
	snprintf(
	    ret, 24, "%.23s", (const char *)sqlite3_column_text(row, ROW_NAME));
	if ((rc = history_record_put_who(p->ask.s, out, row, e)) == 0 &&
	    (rc = history_record_put_shape(out, row, e)) == 0 && p->ask.several)
		rc = json_put_str(out, "office", src->b->office, e);
	c.side = sqlite3_column_int(row, ROW_SIDE) != 0;
	if (rc == 0)
		rc = query_changes_put(&c, out, e);
out:
	if (row != p->ask.row)
		db_reset(row);
	return rc;
}

static int
push_head(
    struct page *p, cJSON *list, struct history_source *src, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	char name[24] = "";
	int rc = make_revision(p, src, out, name, e);

	if (rc < 0) {
		cJSON_Delete(out);
		return rc;
	}
	history_ask_pass(src, name);
	return json_push(list, out, e);
}

static int
is_newer(const struct history_source *a, const struct history_source *b)
{
	return a->head_received != b->head_received
		   ? a->head_received > b->head_received
		   : a->head_time > b->head_time;
}

/* The source whose next revision is the newest; NULL: there is none, or a
 * source has not come so far as to say. */
static struct history_source *
newest(struct history_ask *x)
{
	struct history_source *best = NULL;
	size_t i;

	for (i = 0; i < x->n; i++) {
		if (x->sources[i].head == 0 && !x->sources[i].done)
			return NULL;
		if (x->sources[i].head != 0 &&
		    (best == NULL || is_newer(&x->sources[i], best)))
			best = &x->sources[i];
	}
	return best;
}

static int
fill_page(struct page *p, cJSON *list, struct err *e)
{
	struct history_ask *x = &p->ask;
	struct history_source *src;
	int n = 0, rc;
	size_t i;

	for (i = 0; i < x->n; i++)
		if ((rc = history_ask_advance(x, &x->sources[i], e)) < 0)
			return rc;
	while (n < x->q->limit && (n == 0 || !history_ask_is_tired(x)) &&
	       (src = newest(x)) != NULL) {
		n++;
		if ((rc = push_head(p, list, src, e)) < 0 ||
		    (rc = history_ask_advance(x, src, e)) < 0)
			return rc;
	}
	return 0;
}

int
query_history(
    struct store *s, const struct query_history *q, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject(), *list = cJSON_CreateArray();
	struct page p = { .carry = { 0 } };
	int rc;

	if ((rc = json_put(out, "revisions", list, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	if ((rc = history_ask_begin(&p.ask, s, q, e)) == 0 &&
	    (rc = fill_page(&p, list, e)) == 0 &&
	    (rc = history_ask_put_next(&p.ask, out, e)) == 0)
		rc = brief_cut(out, e);
	query_carry_release(&p.carry);
	if ((rc = history_ask_end(&p.ask, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}
