/* What scores need of an office's records, without the texts in them. */
#include "store/view/compare_state.h"

#include "store/look/asof.h"
#include "store/look/glance.h"

static int
is_wanted(const struct comparing *c, int year)
{
	size_t i;

	for (i = 0; i < c->n_wanted; i++)
		if (c->wanted[i] == year)
			return 1;
	return c->n_wanted == 0;
}

/* The slot of a year that is wanted, made when first seen; NULL: not wanted. */
static struct compare_year *
slot(struct comparing *c, int year)
{
	struct compare_year *y;
	size_t i;

	if (!is_wanted(c, year))
		return NULL;
	for (i = 0; i < c->n_years; i++)
		if (c->years[i].year == year)
			return &c->years[i];
	if (c->n_years == COMPARE_YEARS_MAX)
		return NULL;
	y = &c->years[c->n_years++];
	memset(y, 0, sizeof(*y));
	y->year = year;
	return y;
}

void
compare_forget_office(struct comparing *c)
{
	size_t i;

	for (i = 0; i < c->n_years; i++) {
		cJSON_Delete(c->years[i].assessment);
		cJSON_Delete(c->years[i].decision);
		cJSON_Delete(c->years[i].calendar);
		cJSON_Delete(c->years[i].answers);
		cJSON_Delete(c->years[i].reviews);
	}
	c->n_years = 0;
}

/* Row: path, bytes. */
static int
take_whole(cJSON **into, sqlite3_stmt *st, struct err *e)
{
	return asof_parse(sqlite3_column_blob(st, 1),
	    (size_t)sqlite3_column_bytes(st, 1),
	    (const char *)sqlite3_column_text(st, 0), into, e);
}

/* "…/1.1.json" below its item, with the named members alone: of the texts that
 * people write there is no need. */
static int
take_item(cJSON **into, const char *name, const char *const *keys,
    sqlite3_stmt *st, struct err *e)
{
	char item[16];
	cJSON *rec = NULL;
	int rc;

	if (*into == NULL && (*into = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	snprintf(item, sizeof(item), "%.*s", (int)strlen(name) - 5, name);
	rc = glance_members(sqlite3_column_blob(st, 1),
	    (size_t)sqlite3_column_bytes(st, 1),
	    (const char *)sqlite3_column_text(st, 0), keys, &rec, e);
	return rc < 0 ? rc : json_put(*into, item, rec, e);
}

static int
take_office_record(struct comparing *c, sqlite3_stmt *st, struct err *e)
{
	static const char *const keys[] = { "ticks", "indicators", "measures",
		NULL };
	const char *path = (const char *)sqlite3_column_text(st, 0);
	struct compare_year *y;

	if (strlen(path) < 6 ||
	    (y = slot(c, (int)strtol(path, NULL, 10))) == NULL)
		return 0;
	if (strcmp(path + 4, "/assessment.json") == 0)
		return take_whole(&y->assessment, st, e);
	if (strncmp(path + 4, "/items/", 7) == 0)
		return take_item(&y->answers, path + 11, keys, st, e);
	return 0;
}

static int
take_hall_record(struct comparing *c, sqlite3_stmt *st, struct err *e)
{
	static const char *const keys[] = { "assessors", "consensus", NULL };
	const char *path = (const char *)sqlite3_column_text(st, 0);
	const char *name = strchr(path, '/');
	struct compare_year *y;

	if (name == NULL || (strncmp(path, "reviews/", 8) != 0 &&
				strncmp(path, "decisions/", 10) != 0 &&
				strncmp(path, "cycles/", 7) != 0))
		return 0;
	if ((y = slot(c, (int)strtol(name + 1, NULL, 10))) == NULL)
		return 0;
	if (path[0] == 'd')
		return take_whole(&y->decision, st, e);
	if (path[0] == 'c')
		return take_whole(&y->calendar, st, e);
	return take_item(&y->reviews, name + 6, keys, st, e);
}

static int
read_branch(struct comparing *c, const struct branch *b, const char *from,
    const char *to,
    int (*take)(struct comparing *c, sqlite3_stmt *st, struct err *e),
    struct err *e)
{
	struct db *db = store_db(c->s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT path, bytes FROM record WHERE branch = ?1 AND path > ?2"
	    " AND path < ?3 AND bytes IS NOT NULL ORDER BY path",
	    "iss", b->id, from, to);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0)
		rc = take(c, st, e);
	db_reset(st);
	return rc;
}

int
compare_read_office(struct comparing *c, struct err *e)
{
	/* '2' to '3': the folders of years; cycles, decisions, reviews */
	int rc = read_branch(c, c->office, "2", "3", take_office_record, e);

	if (rc < 0)
		return rc;
	return read_branch(
	    c, c->hall, "cycles/", "reviews0", take_hall_record, e);
}
