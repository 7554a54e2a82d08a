#include "store/view/history_ask.h"

#include "base/text.h"
#include "store/look/asof.h"

/* --- the cursor --- */

/* Of one office: a revision's name; of several: "9105:a142,9106:b7". */
static int
cursor_of(const struct history_ask *x, const char *office, char ret[24],
    struct err *e)
{
	const char *p = x->q->cursor;
	size_t code = strlen(office), len;

	ret[0] = '\0';
	if (p == NULL)
		return 0;
	if (!x->several) {
		snprintf(ret, 24, "%.23s", p);
		return 0;
	}
	for (; *p != '\0'; p += len + (p[len] == ',')) {
		len = strcspn(p, ",");
		if (strspn(p, "0123456789") != code || p[code] != ':' ||
		    len < code + 2 || len - code - 1 >= 24)
			return err_set(e, ERR_INVALID, 0,
			    "the cursor is not one of all offices' history");
		if (strncmp(p, office, code) == 0)
			snprintf(ret, 24, "%.*s", (int)(len - code - 1),
			    p + code + 1);
	}
	return 0;
}

/* --- a source --- */

static int
find_record(struct history_ask *x, struct history_source *src, struct err *e)
{
	struct history_record r;
	int rc = history_record_find(
	    x->s, src->b, x->q->year, x->q->record, x->q->field, &r, e);

	if (rc < 0)
		return rc;
	memcpy(src->path, r.path, sizeof(src->path));
	src->match.record = r.id;
	if (r.id == 0)
		src->done = 1; /* nothing ever touched it */
	return 0;
}

/* "b", or "9105-b", which is of one office alone. */
static int
take_device(struct history_ask *x, struct history_source *src, struct err *e)
{
	const char *device = x->q->device, *dash = strrchr(device, '-');
	const char *letter = dash != NULL ? dash + 1 : device;

	if (letter[0] < 'a' || letter[0] > 'z' || letter[1] != '\0' ||
	    dash == device)
		return err_set(e, ERR_INVALID, 0,
		    "a device is named like 9105-b, or by its letter, not "
		    "'%.40s'",
		    device);
	src->rows.letter = letter[0];
	if (dash != NULL && x->branch == RECORD_OFFICE &&
	    (strlen(src->b->office) != (size_t)(dash - device) ||
		strncmp(device, src->b->office, (size_t)(dash - device)) != 0))
		src->done = 1;
	return 0;
}

static enum history_by
by_what(const struct history_ask *x)
{
	const struct query_history *q = x->q;

	if (q->oldest_first)
		return HISTORY_BY_OLDEST;
	if (q->record != NULL)
		return HISTORY_BY_RECORD;
	if (q->device != NULL)
		return HISTORY_BY_DEVICE;
	return q->person != NULL && x->person == NULL ? HISTORY_BY_LOGIN
						      : HISTORY_BY_BRANCH;
}

static int
open_source(struct history_ask *x, struct history_source *src,
    const char *office, struct err *e)
{
	const struct query_history *q = x->q;
	struct history_match *m = &src->match;
	int rc;

	rc = store_branch(
	    x->s, office, q->branch != NULL ? q->branch : "office", &src->b, e);
	if (rc < 0)
		return rc;
	m->s = x->s;
	m->b = src->b;
	m->branch = x->branch;
	m->q = q;
	m->person = x->person;
	m->text.s = x->s;
	m->text.b = src->b;
	m->text.folded = x->text;
	m->since = q->since != 0 ? q->since : INT64_MIN;
	m->until = q->until != 0 ? q->until : INT64_MAX;
	if ((q->record != NULL && (rc = find_record(x, src, e)) < 0) ||
	    (q->device != NULL && (rc = take_device(x, src, e)) < 0) ||
	    (rc = cursor_of(x, src->b->office, src->pos, e)) < 0)
		return rc;
	m->text.record = m->record;
	m->text.field = q->field;
	src->rows.s = x->s;
	src->rows.b = src->b;
	src->rows.by = by_what(x);
	src->rows.record = m->record;
	src->rows.login = q->person;
	src->rows.since = m->since;
	src->rows.until = m->until;
	src->rows.before = q->oldest_first ? 0 : ASOF_NOW;
	if (!x->several && !q->oldest_first) {
		src->rows.stop = q->from_row;
		if (q->to_row != 0 && q->to_row < ASOF_NOW)
			src->rows.before = q->to_row + 1;
	}
	if (src->pos[0] == '\0')
		return 0;
	return asof_revision(x->s, src->b, src->pos, &src->rows.before, e);
}

static int
add_source(void *arg, const char *office, struct err *e)
{
	struct history_ask *x = arg;
	struct history_source *grown =
	    realloc(x->sources, (x->n + 1) * sizeof(*grown));

	if (grown == NULL)
		return err_nomem(e);
	x->sources = grown;
	memset(&grown[x->n], 0, sizeof(*grown));
	x->n++;
	return open_source(x, &grown[x->n - 1], office, e);
}

/* Of all offices: one that has not got the year, or the item, has no answer;
 * but if none has, the question was wrong. */
static int
add_office(void *arg, const char *office, struct err *e)
{
	struct history_ask *x = arg;
	struct err why = { 0 };
	int rc = add_source(x, office, &why);

	if (rc == ERR_NOT_FOUND && x->q->record != NULL &&
	    x->sources[x->n - 1].pos[0] == '\0') {
		x->n--;
		x->lacks = why;
		return 0;
	}
	if (rc < 0 && e != NULL)
		*e = why;
	return rc;
}

/* --- the question --- */

static int
check(const struct query_history *q, struct err *e)
{
	if (q->limit < 1 || q->limit > 1000)
		return err_set(e, ERR_INVALID, 0,
		    "the limit must be 1 to 1000, not %d", q->limit);
	if (q->oldest_first && (q->record != NULL || q->office == NULL))
		return err_set(e, ERR_INVALID, 0,
		    "the history of one record is told newest first");
	if (q->field != NULL && q->record == NULL)
		return err_set(e, ERR_USAGE, 0,
		    "a field is asked for without its record: which item?");
	if ((q->late || q->after_submission) && q->branch != NULL &&
	    strcmp(q->branch, "hall") == 0)
		return err_set(e, ERR_USAGE, 0,
		    "due dates and sign-offs bind the office's revisions, not "
		    "the hall's");
	return 0;
}

/* A login is found by index; what cannot be one is looked for in names. */
static int
is_login(const char *person)
{
	for (; *person != '\0'; person++)
		if ((unsigned char)*person >= 0x80 || *person == ' ')
			return 0;
	return 1;
}

static int
fold_words(struct history_ask *x, struct err *e)
{
	const char *person = x->q->person, *text = x->q->text;
	int rc = 0;

	if (person != NULL && !is_login(person))
		rc = text_fold(person, strlen(person), &x->person, e);
	if (rc == 0 && text != NULL && text[0] != '\0')
		rc = text_fold(text, strlen(text), &x->text, e);
	return rc;
}

int
history_ask_begin(struct history_ask *x, struct store *s,
    const struct query_history *q, struct err *e)
{
	int rc;

	memset(x, 0, sizeof(*x));
	x->q = q;
	x->s = s;
	x->several = q->office == NULL && store_conf(s)->role != ROLE_OFFICE;
	x->branch = q->branch != NULL && strcmp(q->branch, "hall") == 0
			? RECORD_HALL
			: RECORD_OFFICE;
	x->max_work = q->work != 0 ? q->work : QUERY_WORK;
	if ((rc = check(q, e)) < 0 || (rc = fold_words(x, e)) < 0 ||
	    (rc = asof_begin(s, &x->began, e)) < 0)
		return rc;
	if (!x->several)
		return add_source(x, q->office != NULL ? q->office : "", e);
	if ((rc = store_each_office(s, add_office, x, e)) < 0)
		return rc;
	if (x->n == 0 && x->lacks.code != 0) {
		if (e != NULL)
			*e = x->lacks;
		return x->lacks.code;
	}
	return 0;
}

int
history_ask_end(struct history_ask *x, int rc, struct err *e)
{
	size_t i;

	db_reset(x->row);
	x->row = NULL;
	for (i = 0; i < x->n; i++)
		history_text_release(&x->sources[i].match.text);
	free(x->sources);
	free(x->person);
	free(x->text);
	return asof_end(x->s, x->began, rc, e);
}

/* --- going on --- */

int
history_ask_is_tired(const struct history_ask *x)
{
	return x->work >= x->max_work;
}

void
history_ask_pass(struct history_source *src, const char *name)
{
	snprintf(src->pos, sizeof(src->pos), "%.23s", name);
	src->head = 0;
}

static int
look_at(struct history_ask *x, struct history_source *src, int64_t id,
    struct err *e)
{
	struct db *db = store_db(x->s);
	sqlite3_stmt *row = NULL;
	int rc;

	db_reset(x->row);
	x->row = NULL;
	if ((rc = db_stmt(db, &row, e, HISTORY_ROW, "i", id)) < 0)
		return rc;
	if ((rc = db_step(db, row, e)) == 0)
		rc =
		    err_set(e, ERR_DAMAGED, 0, "a touched revision has no row");
	if (rc > 0)
		rc = history_match(&src->match, row, e);
	if (rc > 0) {
		src->head = id;
		src->head_time = sqlite3_column_int64(row, ROW_TIME);
		src->head_received =
		    sqlite3_column_type(row, ROW_RECEIVED) == SQLITE_NULL
			? src->head_time
			: sqlite3_column_int64(row, ROW_RECEIVED);
	} else if (rc == 0) {
		history_ask_pass(
		    src, (const char *)sqlite3_column_text(row, ROW_NAME));
	}
	if (rc > 0 && x->n == 1)
		x->row = row;
	else
		db_reset(row);
	x->work += src->match.work;
	src->match.work = 0;
	return rc < 0 ? rc : 0;
}

int
history_ask_advance(
    struct history_ask *x, struct history_source *src, struct err *e)
{
	int64_t id = 0;
	int rc;

	/* one row at least: a question goes on with each call, however dear
	 * its rows are */
	while (src->head == 0 && !src->done) {
		if ((rc = history_rows_next(&src->rows, &id, e)) < 0)
			return rc;
		if (id == 0)
			src->done = 1;
		else if ((rc = look_at(x, src, id, e)) < 0)
			return rc;
		if (history_ask_is_tired(x))
			break;
	}
	return 0;
}

int
history_ask_put_next(const struct history_ask *x, cJSON *out, struct err *e)
{
	const struct history_source *src;
	struct buf text = BUF_INIT;
	int more = 0, rc;
	size_t i;

	for (i = 0; i < x->n; i++) {
		src = &x->sources[i];
		more |= !src->done || src->head != 0;
		if (src->pos[0] == '\0')
			continue;
		if (x->several)
			buf_printf(&text, "%s%s:", text.len > 0 ? "," : "",
			    src->b->office);
		buf_puts(&text, src->pos);
	}
	if ((rc = buf_ok(&text, e)) == 0)
		rc = json_put_str(out, "next", more ? buf_str(&text) : NULL, e);
	buf_release(&text);
	return rc;
}
