#include "store/look/asof.h"
#include "store/view/blame_state.h"

/* --- a change --- */

static int
state_value(
    struct blame *x, int64_t at, const char *field, cJSON **ret, struct err *e)
{
	struct asof a = { 0 };
	const cJSON *v;
	int rc = asof_record(x->s, x->b, x->r.path, at, &a, e);

	if (rc < 0)
		return rc;
	v = record_get(a.rec, field);
	*ret = v != NULL ? cJSON_Duplicate(v, 1) : NULL;
	rc = v != NULL && *ret == NULL ? err_nomem(e) : 0;
	asof_release(&a);
	return rc;
}

/* From the index, or (long) from the record's state after it. */
static int
read_side(struct blame *x, sqlite3_stmt *st, int col, int is_long, int64_t at,
    const char *field, cJSON **ret, struct err *e)
{
	*ret = NULL;
	if (is_long)
		return state_value(x, at, field, ret, e);
	if (sqlite3_column_type(st, col) == SQLITE_NULL)
		return 0;
	return asof_parse(sqlite3_column_text(st, col),
	    (size_t)sqlite3_column_bytes(st, col), x->r.path, ret, e);
}

/* Row: field, old, new, long. */
int
blame_read_new(
    struct blame *x, sqlite3_stmt *st, struct blame_change *c, struct err *e)
{
	return read_side(x, st, 2, sqlite3_column_int(st, 3) & 2, c->revision,
	    c->field, &c->new_, e);
}

int
blame_read_old(
    struct blame *x, sqlite3_stmt *st, struct blame_change *c, struct err *e)
{
	int is_long = sqlite3_column_int(st, 3) & 1, rc = 0;
	int64_t before = 0;

	if (is_long)
		rc = asof_parent(x->s, x->b, c->revision, &before, e);
	if (rc == 0)
		rc = read_side(x, st, 1, is_long, before, c->field, &c->old, e);
	return rc;
}

void
blame_change_release(struct blame_change *c)
{
	cJSON_Delete(c->old);
	cJSON_Delete(c->new_);
	c->old = c->new_ = NULL;
}

/* --- behind a merge --- */

/* Did this change of the other side make what stands? */
static int
made_it(struct blame *x, const struct blamed *b, sqlite3_stmt *st,
    struct blame_change *c, int *ret, struct err *e)
{
	int rc = blame_read_new(x, st, c, e);

	if (rc < 0)
		return rc;
	if (b->point == NULL) {
		*ret = b->value == NULL
			   ? c->new_ == NULL
			   : c->new_ != NULL &&
				 cJSON_Compare(b->value, c->new_, 1);
		return 0;
	}
	if ((rc = blame_read_old(x, st, c, e)) < 0)
		return rc;
	*ret = json_holds(c->new_, b->point) != json_holds(c->old, b->point);
	return 0;
}

/* The newest revision between two rows of the branch's line that was written
 * apart and made it; not one that is a merge itself, if there is another. */
static int
find_apart(struct blame *x, const struct blamed *b, int64_t after, int64_t *ret,
    struct err *e)
{
	struct db *db = store_db(x->s);
	struct blame_change c = { .field = b->field };
	sqlite3_stmt *st = NULL;
	int found = 0, made = 0, rc;

	*ret = 0;
	rc = db_stmt(db, &st, e,
	    "SELECT c.field, c.old, c.new, c.long, t.revision, v.parent2"
	    " FROM touch t JOIN change c ON c.revision = t.revision"
	    " AND c.record = t.record AND c.field = ?4"
	    " JOIN revision v ON v.id = t.revision"
	    " WHERE t.record = ?1 AND t.revision < ?2 AND t.revision > ?3"
	    " AND t.side = 1 ORDER BY t.revision DESC",
	    "iiis", x->r.id, b->by, after, b->field);
	while (rc >= 0 && !found && (rc = db_step(db, st, e)) > 0) {
		c.revision = sqlite3_column_int64(st, 4);
		rc = made_it(x, b, st, &c, &made, e);
		if (rc == 0 && made) {
			found = sqlite3_column_type(st, 5) == SQLITE_NULL;
			if (found || *ret == 0)
				*ret = c.revision;
		}
		blame_change_release(&c);
	}
	db_reset(st);
	return rc < 0 ? rc : 0;
}

int
blame_look_behind(struct blame *x, struct blamed *b, struct err *e)
{
	struct db *db = store_db(x->s);
	int64_t merge = 0, before = 0, apart = 0;
	int rc;

	rc = db_one_int(db, &merge, e,
	    "SELECT parent2 IS NOT NULL FROM revision WHERE id = ?1", "i",
	    b->by);
	if (rc < 0 || !merge)
		return rc;
	rc = db_one_int(db, &before, e,
	    "SELECT id FROM revision WHERE branch = ?1 AND id < ?2 AND side = 0"
	    " ORDER BY id DESC LIMIT 1",
	    "ii", x->b->id, b->by);
	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	if ((rc = find_apart(x, b, before, &apart, e)) < 0 || apart == 0)
		return rc;
	b->via = b->by;
	b->by = apart;
	return 0;
}
