/* The revisions of a question counted (query.h). */
#include "base/clock.h"
#include "store/view/history_ask.h"
#include "store/view/query.h"

#define KEY_MAX 96

/* How many there were of each kind. */
struct tally {
	struct count {
		char key[KEY_MAX];
		char *name; /* NULL: none */
		int64_t n;
	} * list; /* by key */
	size_t n, cap;
};

enum { BY_PERSON, BY_OFFICE, BY_DEVICE, BY_ACTION, BY_ITEM, BY_MONTH, N_BY };
static const char *const members[N_BY] = { "person", "office", "device",
	"action", "item", "month" };

struct counting {
	struct history_ask ask;
	struct tally by[N_BY];
	int64_t n;
};

static void
release(struct counting *c)
{
	size_t i, k;

	for (i = 0; i < N_BY; i++) {
		for (k = 0; k < c->by[i].n; k++)
			free(c->by[i].list[k].name);
		free(c->by[i].list);
	}
}

/* Where the key is, or is to go. */
static size_t
place(const struct tally *t, const char *key, int *ret_found)
{
	size_t low = 0, high = t->n, mid;
	int d;

	*ret_found = 0;
	while (low < high) {
		mid = low + (high - low) / 2;
		d = strcmp(t->list[mid].key, key);
		if (d == 0) {
			*ret_found = 1;
			return mid;
		}
		if (d < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int
count(struct tally *t, const char *key, const char *name, struct err *e)
{
	struct count *grown, *c;
	size_t at, cap = t->cap == 0 ? 16 : t->cap * 2;
	int found;

	at = place(t, key, &found);
	if (found) {
		t->list[at].n++;
		return 0;
	}
	if (t->n == t->cap) {
		if ((grown = realloc(t->list, cap * sizeof(*grown))) == NULL)
			return err_nomem(e);
		t->list = grown;
		t->cap = cap;
	}
	c = &t->list[at];
	memmove(c + 1, c, (t->n - at) * sizeof(*c));
	memset(c, 0, sizeof(*c));
	t->n++;
	snprintf(c->key, sizeof(c->key), "%.95s", key);
	c->n = 1;
	if (name != NULL && (c->name = strdup(name)) == NULL)
		return err_nomem(e);
	return 0;
}

static const char *
column(sqlite3_stmt *row, int col)
{
	const char *s = (const char *)sqlite3_column_text(row, col);

	return s != NULL ? s : "";
}

/* An answer by its item, of whatever year; other records by what they are. */
static int
count_path(struct counting *c, const char *path, struct err *e)
{
	struct record_path rp;

	if (record_path_parse(path, c->ask.branch, &rp, NULL) < 0)
		return count(&c->by[BY_ITEM], path, NULL, e);
	return count(&c->by[BY_ITEM],
	    rp.item[0] != '\0' && strcmp(rp.type->name, "answer") == 0
		? rp.item
		: rp.type->name,
	    NULL, e);
}

static int
count_touched(struct counting *c, const struct history_source *src,
    int64_t revision, struct err *e)
{
	struct db *db = store_db(c->ask.s);
	sqlite3_stmt *st = NULL;
	int rc;

	if (src->path[0] != '\0')
		return count_path(c, src->path, e);
	rc = db_stmt(db, &st, e,
	    "SELECT r.path FROM touch t JOIN record r ON r.id = t.record"
	    " WHERE t.revision = ?1",
	    "i", revision);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		c->ask.work += 4;
		rc = count_path(c, column(st, 0), e);
	}
	db_reset(st);
	return rc;
}

static int
count_row(struct counting *c, struct history_source *src, sqlite3_stmt *row,
    struct err *e)
{
	char month[CLOCK_TEXT];
	int rc;

	clock_rfc3339(month, sqlite3_column_int64(row, ROW_TIME),
	    sqlite3_column_int(row, ROW_OFFSET));
	month[strlen("2026-11")] = '\0';
	c->n++;
	if ((rc = count(&c->by[BY_PERSON], column(row, ROW_LOGIN),
		 column(row, ROW_PERSON), e)) < 0 ||
	    (rc = count(&c->by[BY_OFFICE], src->b->office, NULL, e)) < 0 ||
	    (rc = count(&c->by[BY_DEVICE], column(row, ROW_DEVICE), NULL, e)) <
		0 ||
	    (rc = count(&c->by[BY_ACTION], column(row, ROW_ACTION), NULL, e)) <
		0 ||
	    (rc = count(&c->by[BY_MONTH], month, NULL, e)) < 0)
		return rc;
	return count_touched(c, src, src->head, e);
}

static int
count_head(struct counting *c, struct history_source *src, struct err *e)
{
	struct db *db = store_db(c->ask.s);
	sqlite3_stmt *row = NULL;
	char name[24] = "";
	int rc = db_stmt(db, &row, e, HISTORY_ROW, "i", src->head);

	if (rc < 0 || (rc = db_step(db, row, e)) <= 0)
		goto out;
	rc = count_row(c, src, row, e);
	snprintf(name, sizeof(name), "%.23s", column(row, ROW_NAME));
out:
	db_reset(row);
	if (rc == 0)
		history_ask_pass(src, name);
	return rc;
}

/* One office after the other. */
static int
count_all(struct counting *c, struct err *e)
{
	struct history_source *src;
	size_t i;
	int rc;

	for (i = 0; i < c->ask.n && !history_ask_is_tired(&c->ask); i++) {
		src = &c->ask.sources[i];
		do {
			if ((rc = history_ask_advance(&c->ask, src, e)) < 0 ||
			    (src->head != 0 &&
				(rc = count_head(c, src, e)) < 0))
				return rc;
		} while (!src->done && !history_ask_is_tired(&c->ask));
	}
	return 0;
}

static int
put_tally(cJSON *out, const char *member, const struct tally *t, struct err *e)
{
	cJSON *list = cJSON_CreateArray(), *one;
	size_t i;
	int rc;

	if ((rc = json_put(out, member, list, e)) < 0)
		return rc;
	for (i = 0; i < t->n; i++) {
		one = cJSON_CreateObject();
		if ((rc = json_push(list, one, e)) < 0 ||
		    (rc = json_put_str(one, "key", t->list[i].key, e)) < 0 ||
		    (rc = json_put_int(one, "n", t->list[i].n, e)) < 0 ||
		    (t->list[i].name != NULL && (rc = json_put_str(one, "name",
						     t->list[i].name, e)) < 0))
			return rc;
	}
	return 0;
}

static int
put_counts(const struct counting *c, cJSON *out, struct err *e)
{
	int rc = json_put_int(out, "revisions", c->n, e);
	size_t i;

	for (i = 0; rc == 0 && i < N_BY; i++)
		rc = put_tally(out, members[i], &c->by[i], e);
	return rc < 0 ? rc : history_ask_put_next(&c->ask, out, e);
}

int
query_history_stat(
    struct store *s, const struct query_history *q, cJSON **ret, struct err *e)
{
	struct counting c = { .n = 0 };
	cJSON *out = cJSON_CreateObject();
	int rc;

	if ((rc = history_ask_begin(&c.ask, s, q, e)) == 0 &&
	    (rc = count_all(&c, e)) == 0)
		rc = put_counts(&c, out, e);
	release(&c);
	if ((rc = history_ask_end(&c.ask, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}
