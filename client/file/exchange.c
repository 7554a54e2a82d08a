#include "client/file/exchange.h"

#include "client/criteria.h"
#include "client/labels.h"
#include "client/lang.h"

#define TOGETHER 8 /* questions on the way at once: what talk.h keeps */
#define ITEMS_MAX 400

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const struct exchange_column answer_columns[] = {
	{ "item", CELL_KEY },
	{ "title", CELL_INFO },
	{ "points", CELL_INFO },
	{ "ticks", CELL_SET },
	{ "explanation.basic", CELL_TEXT },
	{ "explanation.advance", CELL_TEXT },
	{ "explanation.significance", CELL_TEXT },
	{ "strengths", CELL_TEXT },
	{ "gap", CELL_TEXT },
	{ "good_practice.flag", CELL_FLAG },
	{ "good_practice.text", CELL_TEXT },
	{ "owner", CELL_LINE },
};

static const struct exchange_column indicator_columns[] = {
	{ "item", CELL_KEY },
	{ "id", CELL_KEY },
	{ "measure", CELL_LINE },
	{ "measure_title", CELL_INFO },
	{ "name", CELL_LINE },
	{ "unit", CELL_LINE },
	{ "direction", CELL_LINE },
	{ "target", CELL_NUMBER },
	{ "actual", CELL_NUMBER },
	{ "previous", CELL_NUMBER },
	{ "before", CELL_NUMBER },
	{ "not_applicable", CELL_TEXT },
	{ "note", CELL_TEXT },
};

static const struct exchange_column action_columns[] = {
	{ "id", CELL_KEY },
	{ "what", CELL_TEXT },
	{ "gap", CELL_TEXT },
	{ "items", CELL_SET },
	{ "who", CELL_LINE },
	{ "due", CELL_DATE },
	{ "priority", CELL_LINE },
	{ "budget", CELL_LINE },
	{ "status", CELL_LINE },
	{ "progress", CELL_INT },
	{ "followup.m6", CELL_TEXT },
	{ "followup.m12", CELL_TEXT },
};

/* --- values as text --- */

void
exchange_text(const cJSON *v, struct buf *ret)
{
	const cJSON *one;
	int first = 1;

	if (cJSON_IsString(v)) {
		buf_puts(ret, v->valuestring);
	} else if (cJSON_IsBool(v)) {
		buf_puts(ret, cJSON_IsTrue(v) ? "true" : "false");
	} else if (cJSON_IsNumber(v)) {
		buf_printf(ret, "%.0f", v->valuedouble);
	} else if (cJSON_IsArray(v)) {
		cJSON_ArrayForEach (one, v) {
			if (!first)
				buf_putc(ret, ' ');
			exchange_text(one, ret);
			first = 0;
		}
	}
}

static int
put_value(struct sheet *s, size_t col, const cJSON *v, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc;

	exchange_text(v, &text);
	if ((rc = buf_ok(&text, e)) == 0)
		rc = sheet_put(s, col, buf_str(&text), text.len, e);
	buf_release(&text);
	return rc;
}

static int
put_text(struct sheet *s, size_t col, const char *text, struct err *e)
{
	return text == NULL ? 0 : sheet_put(s, col, text, strlen(text), e);
}

static int
begin_sheet(struct sheet *s, const struct exchange_kind *k, struct err *e)
{
	const char *names[SHEET_COLS_MAX];
	size_t i;

	for (i = 0; i < k->n_columns; i++)
		names[i] = k->columns[i].name;
	return sheet_columns(s, names, k->n_columns, e);
}

/* A row below the others; rows of what was not a file count like one's. */
static int
next_row(struct sheet *s, struct err *e)
{
	return sheet_add(s, s->n_rows + 2, 0, e);
}

/* --- many questions of one form: "item" goes through a list --- */

struct asking {
	const char *method;
	int (*add)(
	    struct sheet *s, const char *item, const cJSON *doc, struct err *e);
	const char *ids[ITEMS_MAX];
	size_t n;
};

static int
send_one(struct cmd *c, const struct asking *a, const cJSON *params, size_t i,
    int64_t *ret_id, struct err *e)
{
	cJSON *mine = cJSON_Duplicate(params, 1);
	int rc;

	if (mine == NULL)
		return err_nomem(e);
	if ((rc = json_put_str(mine, "item", a->ids[i], e)) < 0) {
		cJSON_Delete(mine);
		return rc;
	}
	return cmd_send(c, a->method, mine, ret_id, e);
}

static int
ask_all(struct cmd *c, const struct asking *a, const cJSON *params,
    struct sheet *s, struct err *e)
{
	int64_t sent[TOGETHER];
	size_t i, n, done;
	int rc;

	for (done = 0; done < a->n; done += n) {
		n = a->n - done < TOGETHER ? a->n - done : TOGETHER;
		for (i = 0; i < n; i++) {
			rc = send_one(c, a, params, done + i, &sent[i], e);
			if (rc < 0)
				return rc;
		}
		for (i = 0; i < n; i++) {
			cJSON *doc = NULL;

			if ((rc = cmd_wait(c, sent[i], &doc, e)) == 0)
				rc = a->add(s, a->ids[done + i], doc, e);
			cJSON_Delete(doc);
			if (rc < 0)
				return rc;
		}
	}
	return 0;
}

/* --- answers --- */

static int
put_points(struct sheet *s, size_t col, const cJSON *points, struct err *e)
{
	struct buf text = BUF_INIT;
	const cJSON *p;
	int rc;

	cJSON_ArrayForEach (p, points) {
		const char *id = json_str(p, "id");

		buf_printf(&text, "%s%s", text.len > 0 ? " " : "",
		    id != NULL ? id : "");
	}
	if ((rc = buf_ok(&text, e)) == 0)
		rc = sheet_put(s, col, buf_str(&text), text.len, e);
	buf_release(&text);
	return rc;
}

static int
add_answer(struct sheet *s, const char *item, const cJSON *doc, struct err *e)
{
	const cJSON *fields = json_get(doc, "fields");
	size_t i;
	int rc;

	if ((rc = next_row(s, e)) < 0 || (rc = put_text(s, 0, item, e)) < 0 ||
	    (rc = put_text(s, 1, criteria_title(doc), e)) < 0 ||
	    (rc = put_points(s, 2, json_get(doc, "points"), e)) < 0)
		return rc;
	for (i = 3; i < s->n_cols; i++)
		if ((rc = put_value(s, i, json_get(fields, s->names[i]), e)) <
		    0)
			return rc;
	return 0;
}

/* The items of the year's edition; kind NULL: all. */
static int
list_items(
    const cJSON *edition, const char *kind, struct asking *a, struct err *e)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, json_get(edition, "items")) {
		const char *is = json_str(item, "kind");

		if (kind != NULL && (is == NULL || strcmp(is, kind) != 0))
			continue;
		if (a->n == N(a->ids))
			return err_set(
			    e, ERR_INVALID, 0, "more than %d rows", ITEMS_MAX);
		if ((a->ids[a->n] = json_str(item, "id")) != NULL)
			a->n++;
	}
	return 0;
}

static int
fetch_by_item(struct cmd *c, cJSON *params, const char *kind, struct asking *a,
    struct sheet *s, struct err *e)
{
	cJSON *edition = NULL;
	int rc;

	rc = cmd_ask(c, "edition.get", cJSON_Duplicate(params, 1), &edition, e);
	if (rc == 0)
		rc = list_items(edition, kind, a, e);
	if (rc == 0)
		rc = ask_all(c, a, params, s, e);
	cJSON_Delete(edition);
	return rc;
}

static int
fetch_answers(struct cmd *c, cJSON *params, struct sheet *s, struct err *e)
{
	struct asking a;

	memset(&a, 0, sizeof(a));
	a.method = "record.show";
	a.add = add_answer;
	return fetch_by_item(c, params, NULL, &a, s, e);
}

/* --- indicators --- */

/* A row of an indicator; indicator NULL: a measure that has none yet, so that
 * a table to fill in has its line. */
static int
add_indicator(struct sheet *s, const char *item, const cJSON *measure,
    const cJSON *indicator, struct err *e)
{
	size_t i;
	int rc;

	if ((rc = next_row(s, e)) < 0 || (rc = put_text(s, 0, item, e)) < 0 ||
	    (rc = put_text(s, 1, json_str(indicator, "id"), e)) < 0 ||
	    (rc = put_text(s, 2, json_str(measure, "id"), e)) < 0 ||
	    (rc = put_text(s, 3, criteria_title(measure), e)) < 0)
		return rc;
	for (i = 4; i < s->n_cols; i++)
		if ((rc = put_value(
			 s, i, json_get(indicator, s->names[i]), e)) < 0)
			return rc;
	return 0;
}

static int
add_indicators(
    struct sheet *s, const char *item, const cJSON *doc, struct err *e)
{
	const cJSON *of = json_get(doc, "items"), *it, *m, *one, *list;
	int rc;

	cJSON_ArrayForEach (it, of) {
		cJSON_ArrayForEach (m, json_get(it, "measures")) {
			list = json_get(m, "indicators");
			if (cJSON_GetArraySize(list) == 0 &&
			    (rc = add_indicator(s, item, m, NULL, e)) < 0)
				return rc;
			cJSON_ArrayForEach (one, list) {
				rc = add_indicator(s, item, m, one, e);
				if (rc < 0)
					return rc;
			}
		}
	}
	return 0;
}

static int
fetch_indicators(struct cmd *c, cJSON *params, struct sheet *s, struct err *e)
{
	struct asking a;

	memset(&a, 0, sizeof(a));
	a.method = "indicator.list";
	a.add = add_indicators;
	return fetch_by_item(c, params, "result", &a, s, e);
}

/* --- actions --- */

/* "followup.m6" in a document where it is {"followup":{"m6"}}. */
static const cJSON *
nested(const cJSON *doc, const char *name)
{
	char outer[24];
	size_t len = strcspn(name, ".");

	if (name[len] == '\0' || len >= sizeof(outer))
		return json_get(doc, name);
	snprintf(outer, sizeof(outer), "%.*s", (int)len, name);
	return json_get(json_get(doc, outer), name + len + 1);
}

static int
fetch_actions(struct cmd *c, cJSON *params, struct sheet *s, struct err *e)
{
	const cJSON *one;
	cJSON *doc = NULL;
	size_t i;
	int rc;

	rc = cmd_ask(c, "action.list", cJSON_Duplicate(params, 1), &doc, e);
	if (rc < 0)
		return rc;
	cJSON_ArrayForEach (one, json_get(doc, "actions")) {
		if ((rc = next_row(s, e)) < 0)
			break;
		for (i = 0; i < s->n_cols && rc == 0; i++)
			rc = put_value(s, i, nested(one, s->names[i]), e);
		if (rc < 0)
			break;
	}
	cJSON_Delete(doc);
	return rc;
}

/* --- */

static const struct exchange_kind kinds[] = {
	{ "answers", answer_columns, N(answer_columns), fetch_answers },
	{ "indicators", indicator_columns, N(indicator_columns),
	    fetch_indicators },
	{ "actions", action_columns, N(action_columns), fetch_actions },
};

int
exchange_find(const char *name, const struct exchange_kind **ret, struct err *e)
{
	size_t i;

	for (i = 0; i < N(kinds); i++) {
		if (strcmp(kinds[i].name, name) == 0) {
			*ret = &kinds[i];
			return 0;
		}
	}
	return err_set(e, ERR_USAGE, 0,
	    "'%s' is no table: answers, indicators or actions", name);
}

/* The year that the questions are about: one for all of them. */
static int
find_year(struct cmd *c, cJSON *params, int *ret, struct err *e)
{
	cJSON *doc = NULL;
	int rc;

	rc = cmd_ask(c, "assess.show", cJSON_Duplicate(params, 1), &doc, e);
	if (rc == 0) {
		*ret = (int)json_int(doc, "cycle", 0);
		rc = json_put_int(params, "year", *ret, e);
	}
	cJSON_Delete(doc);
	return rc;
}

int
exchange_fetch(struct cmd *c, const struct exchange_kind *k, struct sheet *ret,
    int *ret_year, struct err *e)
{
	cJSON *params = NULL;
	int rc = cmd_params(c, &params, e);

	if (rc < 0)
		return rc;
	if ((rc = begin_sheet(ret, k, e)) == 0 &&
	    (rc = find_year(c, params, ret_year, e)) == 0)
		rc = k->fetch(c, params, ret, e);
	cJSON_Delete(params);
	return rc;
}

const char *
exchange_label(const cJSON *describe, const struct exchange_kind *k,
    const struct exchange_column *col)
{
	static const struct {
		const char *column;
		const char *label;
	} own[] = {
		{ "item", N_("item") },
		{ "id", N_("name (empty: a new one)") },
		{ "title", N_("title (not taken in)") },
		{ "points", N_("points there are (not taken in)") },
		{ "measure_title", N_("title of the measure (not taken in)") },
	};
	char field[80];
	size_t i;

	for (i = 0; i < N(own); i++)
		if (strcmp(own[i].column, col->name) == 0)
			return err_tr(own[i].label);
	if (strcmp(k->name, "actions") == 0)
		return labels_field(describe, "0/actions/x", col->name);
	if (strcmp(k->name, "answers") == 0)
		return labels_field(describe, "0/items/x", col->name);
	snprintf(field, sizeof(field), "indicators.x.%s", col->name);
	return labels_field(describe, "0/items/x", field);
}
