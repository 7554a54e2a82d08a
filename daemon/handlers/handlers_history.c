/* The past: who changed what; and who asked for it by the file. */
#include "base/clock.h"
#include "daemon/handlers/handlers.h"
#include "store/hall/access.h"
#include "store/look/moment.h"
#include "store/view/blame.h"
#include "store/view/query.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 1000
/* Counting is asked for now and then, on the thread for long work. */
#define STAT_WORK (8 * QUERY_WORK)

/* A parameter's text; "" is as good as none. */
static const char *
text_of(const struct call *c, const char *name)
{
	const char *text = json_str(c->params, name);

	return text != NULL && text[0] != '\0' ? text : NULL;
}

/* A time, or a row of the office's history. */
struct when {
	int64_t time, row; /* both 0: open */
};

/* A day or time; or, of one office, whatever names a point in its past. */
static int
read_when(const struct call *c, struct store *s, const char *name,
    int end_of_day, struct when *ret, struct err *e)
{
	const char *text = text_of(c, name), *office = NULL;
	const char *branch = text_of(c, "branch");
	struct err why = { 0 };
	struct moment m;
	int rc;

	memset(ret, 0, sizeof(*ret));
	if (text == NULL)
		return 0;
	rc = clock_parse(
	    text, store_conf(s)->offset_min, end_of_day, &ret->time, &why);
	if (rc != ERR_INVALID || handlers_office(c, s, &office, NULL) < 0) {
		if (rc < 0 && e != NULL)
			*e = why;
		return rc;
	}
	rc = moment_find(
	    s, office, (int)json_int(c->params, "year", 0), text, &m, e);
	if (rc < 0)
		return rc;
	ret->row =
	    branch != NULL && strcmp(branch, "hall") == 0 ? m.hall : m.office;
	return 0;
}

/* At a hall without an office: all that are there. */
static int
read_office(const struct call *c, const struct store *s, const char **ret,
    struct err *e)
{
	if (store_conf(s)->role != ROLE_OFFICE &&
	    text_of(c, "office") == NULL) {
		*ret = NULL;
		return 0;
	}
	return handlers_office(c, s, ret, e);
}

static int
read_question(const struct call *c, struct store *s, struct query_history *q,
    struct err *e)
{
	int64_t limit = json_int(c->params, "limit", LIMIT_DEFAULT);
	struct when since, until;
	int rc;

	if ((rc = handlers_year(c, &q->year, e)) < 0 ||
	    (rc = read_office(c, s, &q->office, e)) < 0)
		return rc;
	if (limit < 1 || limit > LIMIT_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "limit must be between 1 and %d", LIMIT_MAX);
	q->limit = (int)limit;
	q->branch = text_of(c, "branch");
	q->record = text_of(c, "record");
	q->field = text_of(c, "field");
	q->person = text_of(c, "person");
	q->device = text_of(c, "device");
	q->action = text_of(c, "action");
	q->text = text_of(c, "text");
	q->late = json_bool(c->params, "late", 0);
	q->after_submission = json_bool(c->params, "after_submission", 0);
	q->cursor = text_of(c, "cursor");
	if ((rc = read_when(c, s, "since", 0, &since, e)) < 0 ||
	    (rc = read_when(c, s, "until", 1, &until, e)) < 0 ||
	    (rc = handlers_span(c, since.time, until.time, e)) < 0 ||
	    (rc = handlers_span(c, since.row, until.row, e)) < 0)
		return rc;
	q->since = since.time;
	q->from_row = since.row;
	q->until = until.time;
	q->to_row = until.row;
	return 0;
}

/* --- who took it away --- */

/* What was asked for, as "item=1.1 person=somchai". */
static int
question_text(const struct call *c, struct buf *ret, struct err *e)
{
	static const char *const names[] = { "branch", "record", "field",
		"person", "device", "action", "text", "since", "until" };
	static const char *const flags[] = { "late", "after_submission" };
	const char *text;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if ((text = text_of(c, names[i])) != NULL)
			buf_printf(ret, "%s%s=%s", ret->len > 0 ? " " : "",
			    names[i], text);
	for (i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (json_bool(c->params, flags[i], 0))
			buf_printf(
			    ret, "%s%s", ret->len > 0 ? " " : "", flags[i]);
	return buf_ok(ret, e);
}

/* The first page of a file: no page without a line in the log. */
static int
record_export(const struct call *c, const struct store *s,
    const struct query_history *q, struct err *e)
{
	const char *format = text_of(c, "export");
	struct buf detail = BUF_INIT;
	struct access_entry en = { .action = "history.export",
		.login = c->peer->person.login,
		.person = c->peer->person.name,
		.office = q->office,
		.year = q->year,
		.format = format };
	int rc;

	if (format == NULL || q->cursor != NULL)
		return 0;
	if (strcmp(format, "csv") != 0 && strcmp(format, "json") != 0)
		return err_set(e, ERR_USAGE, 0,
		    "a history is written as csv or json, not '%.20s'", format);
	if ((rc = question_text(c, &detail, e)) == 0) {
		en.detail = buf_str(&detail);
		rc = access_record(store_conf(s), &en, e);
	}
	buf_release(&detail);
	return rc;
}

/* --- methods --- */

static int
run_history(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct query_history q = { 0 };
	int rc;

	if ((rc = read_question(c, s, &q, e)) < 0 ||
	    (rc = query_history(s, &q, ret, e)) < 0)
		return rc;
	/* it leaves only if that is on record; what failed was not taken */
	if ((rc = record_export(c, s, &q, e)) < 0) {
		cJSON_Delete(*ret);
		*ret = NULL;
	}
	return rc;
}

static int
run_stat(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct query_history q = { 0 };
	int rc = read_question(c, s, &q, e);

	q.work = STAT_WORK;
	return rc < 0 ? rc : query_history_stat(s, &q, ret, e);
}

static int
run_blame(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct blame_ask a = { .branch = text_of(c, "branch"),
		.record = json_str(c->params, "record"),
		.field = text_of(c, "field") };
	struct when since;
	int rc;

	if ((rc = handlers_place(c, s, &a.year, &a.office, e)) < 0 ||
	    (rc = read_when(c, s, "since", 0, &since, e)) < 0)
		return rc;
	a.since = since.time;
	a.since_row = since.row;
	return blame_run(s, &a, ret, e);
}

static int
run_access(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct access_query q = { .login = text_of(c, "person"),
		.cursor = text_of(c, "cursor") };
	int64_t limit = json_int(c->params, "limit", LIMIT_DEFAULT);
	struct when since, until;
	int rc;

	if (limit < 1 || limit > LIMIT_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "limit must be between 1 and %d", LIMIT_MAX);
	q.limit = (int)limit;
	if ((rc = read_when(c, s, "since", 0, &since, e)) < 0 ||
	    (rc = read_when(c, s, "until", 1, &until, e)) < 0 ||
	    (rc = handlers_span(c, since.time, until.time, e)) < 0)
		return rc;
	q.since = since.time;
	q.until = until.time;
	return access_page(store_conf(s), &q, ret, e);
}

const struct handler handlers_history[] = {
	{ "history", run_history, NULL, NULL },
	{ "history.stat", run_stat, NULL, NULL },
	{ "blame", run_blame, NULL, NULL },
	{ "access.log", run_access, NULL, NULL },
};
const size_t handlers_n_history =
    sizeof(handlers_history) / sizeof(*handlers_history);
