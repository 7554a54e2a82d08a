#include "client/file/exchange_file.h"

#include "client/file/csv.h"

static const struct {
	enum exchange_form form;
	const char *name;
} forms[] = {
	{ FORM_CSV, "csv" },
	{ FORM_JSON, "json" },
	{ FORM_XLSX, "xlsx" },
};

#define N_FORMS (sizeof(forms) / sizeof(*forms))

const char *
exchange_form_name(enum exchange_form f)
{
	size_t i;

	for (i = 0; i < N_FORMS; i++)
		if (forms[i].form == f)
			return forms[i].name;
	return "";
}

/* --format, FORM_NONE when it is not given. */
static int
form_option(const struct cmd *c, enum exchange_form *ret, struct err *e)
{
	const char *wish = c->opts->value[OPT_FORMAT];
	size_t i;

	*ret = FORM_NONE;
	for (i = 0; wish != NULL && i < N_FORMS; i++)
		if (strcmp(forms[i].name, wish) == 0)
			*ret = forms[i].form;
	if (wish == NULL || *ret != FORM_NONE)
		return 0;
	return err_set(e, ERR_USAGE, 0,
	    "'%s' is no form of a table: csv, json or xlsx", wish);
}

int
exchange_form_of(const struct cmd *c, const char *file, enum exchange_form *ret,
    struct err *e)
{
	const char *dot = file != NULL ? strrchr(file, '.') : NULL;
	size_t i;
	int rc;

	if ((rc = form_option(c, ret, e)) < 0 || *ret != FORM_NONE)
		return rc;
	*ret = file == NULL && c->json ? FORM_JSON : FORM_CSV;
	for (i = 0; dot != NULL && i < N_FORMS; i++)
		if (strcasecmp(forms[i].name, dot + 1) == 0)
			*ret = forms[i].form;
	return 0;
}

int
exchange_form_seen(const struct cmd *c, const struct buf *bytes,
    enum exchange_form *ret, struct err *e)
{
	const char *s = buf_str(bytes);
	int rc;

	if ((rc = form_option(c, ret, e)) < 0 || *ret != FORM_NONE)
		return rc;
	if (bytes->len >= 4 && memcmp(s, "PK\x03\x04", 4) == 0) {
		*ret = FORM_XLSX;
		return 0;
	}
	if (strncmp(s, "\xef\xbb\xbf", 3) == 0)
		s += 3;
	s += strspn(s, " \t\r\n");
	*ret = *s == '{' || *s == '[' ? FORM_JSON : FORM_CSV;
	return 0;
}

/* --- JSON --- */

static cJSON *
words_json(const char *text)
{
	cJSON *list = cJSON_CreateArray();
	size_t len;

	for (; *text != '\0'; text += len) {
		char word[40];

		text += strspn(text, " ");
		len = strcspn(text, " ");
		snprintf(word, sizeof(word), "%.*s", (int)len, text);
		if (len > 0 && json_push_str(list, word, NULL) < 0) {
			cJSON_Delete(list);
			return NULL;
		}
	}
	return list;
}

/* NULL only when memory is out. */
static cJSON *
cell_json(enum exchange_cell kind, const char *text)
{
	if (text[0] == '\0')
		return cJSON_CreateNull();
	if (kind == CELL_SET)
		return words_json(text);
	if (kind == CELL_FLAG)
		return cJSON_CreateBool(strcmp(text, "true") == 0);
	if (kind == CELL_INT)
		return cJSON_CreateNumber((double)strtol(text, NULL, 10));
	return cJSON_CreateString(text);
}

static int
push_row(const struct exchange_kind *k, char *const *cells, cJSON *rows,
    struct err *e)
{
	cJSON *row = cJSON_CreateObject();
	size_t i;
	int rc;

	if ((rc = json_push(rows, row, e)) < 0)
		return rc;
	for (i = 0; i < k->n_columns && rc == 0; i++)
		rc = json_put(row, k->columns[i].name,
		    cell_json(k->columns[i].kind, cells[i]), e);
	return rc;
}

int
exchange_to_json(const struct exchange_kind *k, const struct sheet *s, int year,
    cJSON **ret, struct err *e)
{
	cJSON *doc = cJSON_CreateObject(), *rows = cJSON_CreateArray();
	size_t i;
	int rc;

	if ((rc = json_put_str(doc, "pmqa", k->name, e)) < 0 ||
	    (rc = json_put_int(doc, "year", year, e)) < 0) {
		cJSON_Delete(rows);
		goto out;
	}
	if ((rc = json_put(doc, "rows", rows, e)) < 0)
		goto out;
	for (i = 0; i < s->n_rows; i++)
		if ((rc = push_row(k, s->rows[i].cells, rows, e)) < 0)
			goto out;
	*ret = doc;
	doc = NULL;
out:
	cJSON_Delete(doc);
	return rc;
}

/* Every name that any row has, in the order in which they first come. */
static int
collect_names(const cJSON *rows, struct sheet *ret, struct err *e)
{
	const char *names[SHEET_COLS_MAX];
	const cJSON *row, *v;
	size_t n = 0, i;

	cJSON_ArrayForEach (row, rows) {
		if (!cJSON_IsObject(row))
			return err_set(
			    e, ERR_INVALID, 0, "each row must be an object");
		cJSON_ArrayForEach (v, row) {
			for (i = 0; i < n; i++)
				if (strcmp(names[i], v->string) == 0)
					break;
			if (i < n)
				continue;
			if (n == SHEET_COLS_MAX)
				return err_set(e, ERR_INVALID, 0,
				    "more than %d columns", SHEET_COLS_MAX);
			names[n++] = v->string;
		}
	}
	return sheet_columns(ret, names, n, e);
}

static int
put_cell(struct sheet *s, const cJSON *v, struct err *e)
{
	struct buf text = BUF_INIT;
	int col = sheet_find(s, v->string), rc;

	if (cJSON_IsObject(v))
		return err_set(e, ERR_INVALID, 0,
		    "row %zu: '%.60s' must be a text, a number, a list of "
		    "texts, true, false or null",
		    s->n_rows, v->string);
	exchange_text(v, &text);
	if ((rc = buf_ok(&text, e)) == 0)
		rc = sheet_put(s, (size_t)col, buf_str(&text), text.len, e);
	buf_release(&text);
	return rc;
}

int
exchange_from_json(const struct buf *bytes, struct sheet *ret, struct err *e)
{
	const char *s = buf_str(bytes);
	size_t bom = strncmp(s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	const cJSON *rows, *row, *v;
	cJSON *doc = NULL;
	int rc;

	rc = json_parse(s + bom, bytes->len - bom, SHEET_FILE_MAX, &doc, e);
	if (rc < 0)
		return rc;
	rows = cJSON_IsArray(doc) ? doc : json_get(doc, "rows");
	if (!cJSON_IsArray(rows)) {
		rc = err_set(
		    e, ERR_INVALID, 0, "the document holds no list 'rows'");
		goto out;
	}
	if ((rc = collect_names(rows, ret, e)) < 0)
		goto out;
	cJSON_ArrayForEach (row, rows) {
		if ((rc = sheet_add(ret, ret->n_rows + 1, 0, e)) < 0)
			goto out;
		cJSON_ArrayForEach (v, row) {
			if ((rc = put_cell(ret, v, e)) < 0)
				goto out;
		}
	}
out:
	cJSON_Delete(doc);
	return rc;
}

/* --- CSV --- */

void
exchange_to_csv(
    const struct exchange_kind *k, const struct sheet *s, struct buf *ret)
{
	int numeric[SHEET_COLS_MAX];
	size_t i;

	for (i = 0; i < k->n_columns; i++)
		numeric[i] = k->columns[i].kind == CELL_NUMBER ||
			     k->columns[i].kind == CELL_INT;
	csv_write(s, numeric, ret);
}
