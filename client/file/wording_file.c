#include "client/file/wording_file.h"

#include "base/text.h"
#include "client/criteria.h"
#include "client/file/csv.h"
#include "client/lang.h"

#define FILE_MAX ((size_t)4 * 1024 * 1024)
#define SENTENCE_MAX 2000 /* bytes; the daemon holds to it too */
#define FAULTS_MAX 200

enum { COL_ID, COL_TH, COL_EN, N_COLS };

struct reading {
	const cJSON *edition;
	cJSON *texts, *faults;
	struct err *e;
};

/* Notes what err_set() put into fault; 0 to go on. */
static int
note(struct reading *r, size_t row, const char *column, const struct err *fault)
{
	cJSON *obj;
	int rc;

	if (cJSON_GetArraySize(r->faults) >= FAULTS_MAX)
		return 0;
	obj = cJSON_CreateObject();
	if ((rc = json_put_int(obj, "row", (int64_t)row, r->e)) < 0 ||
	    (rc = json_put_str(obj, "column", column, r->e)) < 0 ||
	    (rc = json_put_str(obj, "message", fault->msg, r->e)) < 0 ||
	    (rc = json_put_str(obj, "message_th", fault->th, r->e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	return json_push(r->faults, obj, r->e);
}

/* 1 if the edition has a point or measure of this id. */
static int
is_known(const cJSON *edition, const char *id)
{
	const cJSON *item, *level, *c;

	cJSON_ArrayForEach (item, json_get(edition, "items")) {
		cJSON_ArrayForEach (level, json_get(item, "points")) {
			cJSON_ArrayForEach (c, level) {
				if (strcmp(json_str(c, "id"), id) == 0)
					return 1;
			}
		}
		cJSON_ArrayForEach (c, json_get(item, "measures")) {
			if (strcmp(json_str(c, "id"), id) == 0)
				return 1;
		}
	}
	return 0;
}

static int
check_id(struct reading *r, size_t row, const char *id, int *ret_good)
{
	const char *of = json_str(r->edition, "id");
	struct err fault;

	*ret_good = 0;
	if (id == NULL || id[0] == '\0')
		err_set(&fault, ERR_INVALID, 0,
		    "is empty: a point such as 1.1.B2 or a measure such as "
		    "7.1.2 is expected");
	else if (!is_known(r->edition, id))
		err_set(&fault, ERR_INVALID, 0,
		    "edition '%s' has no point or measure '%.40s'",
		    of != NULL ? of : "-", id);
	else if (json_get(r->texts, id) != NULL)
		err_set(&fault, ERR_INVALID, 0,
		    "'%.40s' stands in the file twice", id);
	else {
		*ret_good = 1;
		return 0;
	}
	return note(r, row, "id", &fault);
}

/* A sentence as it is stored: NFC, one line, no blanks at its ends. NULL and
 * the fault when it cannot be. */
static char *
clean(const char *text, struct err *fault)
{
	char *s = NULL;
	size_t len, skip;

	if (text_nfc(text, strlen(text), &s, fault) < 0)
		return NULL;
	len = strlen(s);
	while (len > 0 && strchr(" \t\n", s[len - 1]) != NULL)
		s[--len] = '\0';
	skip = strspn(s, " \t\n");
	memmove(s, s + skip, len - skip + 1);
	len -= skip;
	if (strpbrk(s, "\n\t") != NULL)
		err_set(fault, ERR_INVALID, 0,
		    "must be one line, without line ends and tabs");
	else if (len > SENTENCE_MAX)
		err_set(fault, ERR_INVALID, 0, "has %zu bytes, more than %d",
		    len, SENTENCE_MAX);
	else
		return s;
	free(s);
	return NULL;
}

/* text into obj[lang]; an empty one says nothing. */
static int
put_sentence(struct reading *r, cJSON *obj, size_t row, const char *lang,
    const char *text)
{
	struct err fault = { 0 };
	char *s = clean(text, &fault);
	int rc = 0;

	if (s == NULL)
		return fault.code == ERR_NOMEM ? err_nomem(r->e)
					       : note(r, row, lang, &fault);
	if (s[0] != '\0')
		rc = json_put_str(obj, lang, s, r->e);
	free(s);
	return rc;
}

/* --- CSV --- */

/* The names that people give the columns. */
static int
column_of(const char *name)
{
	static const struct {
		const char *name;
		int col;
	} names[] = {
		{ "id", COL_ID },
		{ "point", COL_ID },
		{ "จุดประเมิน", COL_ID },
		{ "รหัส", COL_ID },
		{ "th", COL_TH },
		{ "thai", COL_TH },
		{ "ไทย", COL_TH },
		{ "ภาษาไทย", COL_TH },
		{ "en", COL_EN },
		{ "english", COL_EN },
		{ "อังกฤษ", COL_EN },
		{ "ภาษาอังกฤษ", COL_EN },
		{ "item", N_COLS }, /* for the reader alone */
		{ "level", N_COLS },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcasecmp(names[i].name, name) == 0)
			return names[i].col;
	return -1;
}

static int
find_columns(const struct sheet *s, int cols[N_COLS], struct err *e)
{
	size_t i;
	int col;

	cols[COL_ID] = cols[COL_TH] = cols[COL_EN] = -1;
	for (i = 0; i < s->n_cols; i++) {
		if ((col = column_of(s->names[i])) < 0) {
			err_set(e, ERR_INVALID, 0,
			    "row 1: column '%.40s' is not known: id, th and en "
			    "are expected",
			    s->names[i]);
			if (strpbrk(s->names[i], ";\t") != NULL)
				err_hint(e,
				    "save the file again as 'CSV UTF-8 (comma "
				    "delimited)'");
			return ERR_INVALID;
		}
		if (col == N_COLS)
			continue;
		if (cols[col] >= 0)
			return err_set(e, ERR_INVALID, 0,
			    "row 1: column '%.40s' is there twice",
			    s->names[i]);
		cols[col] = (int)i;
	}
	if (cols[COL_ID] < 0 || (cols[COL_TH] < 0 && cols[COL_EN] < 0))
		return err_set(e, ERR_INVALID, 0,
		    "row 1 must name the columns id and th, en or both");
	return 0;
}

static int
take_row(struct reading *r, const struct sheet_row *row, const int cols[N_COLS])
{
	const char *id = row->cells[cols[COL_ID]];
	cJSON *obj;
	int good, rc;

	if ((rc = check_id(r, row->row, id, &good)) < 0 || !good)
		return rc;
	obj = cJSON_CreateObject();
	if ((rc = json_put(r->texts, id, obj, r->e)) < 0)
		return rc;
	if (cols[COL_TH] >= 0 && (rc = put_sentence(r, obj, row->row, "th",
				      row->cells[cols[COL_TH]])) < 0)
		return rc;
	if (cols[COL_EN] < 0)
		return 0;
	return put_sentence(r, obj, row->row, "en", row->cells[cols[COL_EN]]);
}

/* Rows without a sentence: {} would take away what is there. */
static void
drop_empty(cJSON *texts)
{
	cJSON *c = texts->child, *next;

	for (; c != NULL; c = next) {
		next = c->next;
		if (c->child == NULL)
			cJSON_Delete(cJSON_DetachItemViaPointer(texts, c));
	}
}

static int
read_csv(struct reading *r, const struct buf *bytes)
{
	struct sheet s;
	int cols[N_COLS], rc;
	size_t i;

	sheet_init(&s);
	if ((rc = csv_read(buf_str(bytes), bytes->len, &s, r->e)) < 0 ||
	    (rc = find_columns(&s, cols, r->e)) < 0)
		goto out;
	for (i = 0; i < s.n_rows; i++)
		if ((rc = take_row(r, &s.rows[i], cols)) < 0)
			goto out;
	drop_empty(r->texts);
out:
	sheet_release(&s);
	return rc;
}

/* --- JSON --- */

static int
take_language(
    struct reading *r, cJSON *obj, size_t row, const char *id, const cJSON *v)
{
	struct err fault;

	if (strcmp(v->string, "id") == 0)
		return 0;
	if (strcmp(v->string, "th") != 0 && strcmp(v->string, "en") != 0)
		err_set(&fault, ERR_INVALID, 0,
		    "the wording of '%.20s' has another member than 'th' and "
		    "'en'",
		    id);
	else if (cJSON_IsNull(v))
		return json_put(obj, v->string, cJSON_CreateNull(), r->e);
	else if (cJSON_IsString(v))
		return put_sentence(r, obj, row, v->string, v->valuestring);
	else
		err_set(&fault, ERR_INVALID, 0, "must be a text or null");
	return note(r, row, id, &fault);
}

static int
take_object(struct reading *r, size_t row, const char *id, const cJSON *of)
{
	const cJSON *v;
	struct err fault;
	cJSON *obj;
	int good, rc;

	if ((rc = check_id(r, row, id, &good)) < 0 || !good)
		return rc;
	if (cJSON_IsNull(of))
		return json_put(r->texts, id, cJSON_CreateNull(), r->e);
	if (!cJSON_IsObject(of)) {
		err_set(&fault, ERR_INVALID, 0,
		    "the wording of '%.20s' must be an object with 'th', 'en' "
		    "or both",
		    id);
		return note(r, row, id, &fault);
	}
	obj = cJSON_CreateObject();
	if ((rc = json_put(r->texts, id, obj, r->e)) < 0)
		return rc;
	cJSON_ArrayForEach (v, of) {
		if ((rc = take_language(r, obj, row, id, v)) < 0)
			return rc;
	}
	return 0;
}

static int
read_json(struct reading *r, const struct buf *bytes, size_t skip)
{
	cJSON *doc = NULL;
	const cJSON *of, *c;
	size_t row = 0;
	int rc = json_parse(
	    buf_str(bytes) + skip, bytes->len - skip, FILE_MAX, &doc, r->e);

	if (rc < 0)
		return rc;
	of = json_get(doc, "texts") != NULL ? json_get(doc, "texts") : doc;
	if (!cJSON_IsArray(of) && !cJSON_IsObject(of)) {
		rc = err_set(r->e, ERR_INVALID, 0,
		    "the file must hold an object or a list of wordings");
		goto out;
	}
	cJSON_ArrayForEach (c, of) {
		row += cJSON_IsArray(of) ? 1 : 0;
		rc = take_object(r, row,
		    cJSON_IsArray(of) ? json_str(c, "id") : c->string, c);
		if (rc < 0)
			goto out;
	}
out:
	cJSON_Delete(doc);
	return rc;
}

int
wording_file_read(const struct buf *bytes, const cJSON *edition,
    cJSON **ret_texts, cJSON **ret_faults, struct err *e)
{
	struct reading r = { edition, cJSON_CreateObject(), cJSON_CreateArray(),
		e };
	const char *s = buf_str(bytes);
	size_t skip = strncmp(s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	int rc;

	if (r.texts == NULL || r.faults == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if (bytes->len > FILE_MAX) {
		rc = err_set(e, ERR_INVALID, 0,
		    "the file is larger than %zu bytes", FILE_MAX);
		goto out;
	}
	skip += strspn(s + skip, " \t\r\n");
	rc = s[skip] == '{' || s[skip] == '[' ? read_json(&r, bytes, skip)
					      : read_csv(&r, bytes);
	if (rc < 0)
		goto out;
	*ret_texts = r.texts;
	*ret_faults = r.faults;
	r.texts = r.faults = NULL;
out:
	cJSON_Delete(r.texts);
	cJSON_Delete(r.faults);
	return rc;
}

/* --- the form to fill in --- */

static int
add_row(struct sheet *s, const char *item, const char *level, const cJSON *of,
    const cJSON *texts, struct err *e)
{
	const char *id = json_str(of, "id");
	const cJSON *t = json_get(texts, id);
	const char *cells[] = { id, item, level, json_str(t, "th"),
		json_str(t, "en") };
	size_t i;
	int rc = sheet_add(s, s->n_rows + 2, 0, e);

	for (i = 0; i < sizeof(cells) / sizeof(*cells) && rc == 0; i++)
		if (cells[i] != NULL)
			rc = sheet_put(s, i, cells[i], strlen(cells[i]), e);
	return rc;
}

static int
add_item(struct sheet *s, const cJSON *item, const cJSON *texts, struct err *e)
{
	const char *id = json_str(item, "id");
	const cJSON *c;
	size_t i;
	int rc;

	for (i = 0; i < CRITERIA_LEVELS; i++) {
		cJSON_ArrayForEach (
		    c, criteria_points(item, criteria_levels[i])) {
			if ((rc = add_row(
				 s, id, criteria_levels[i], c, texts, e)) < 0)
				return rc;
		}
	}
	cJSON_ArrayForEach (c, json_get(item, "measures")) {
		if ((rc = add_row(s, id, "measure", c, texts, e)) < 0)
			return rc;
	}
	return 0;
}

int
wording_file_write(
    const cJSON *edition, const cJSON *texts, struct buf *ret, struct err *e)
{
	static const char *const names[] = { "id", "item", "level", "th",
		"en" };
	const cJSON *item;
	struct sheet s;
	int rc;

	sheet_init(&s);
	rc = sheet_columns(&s, names, sizeof(names) / sizeof(*names), e);
	if (rc < 0)
		goto out;
	cJSON_ArrayForEach (item, json_get(edition, "items")) {
		if ((rc = add_item(&s, item, texts, e)) < 0)
			goto out;
	}
	csv_write(&s, NULL, ret);
	rc = buf_ok(ret, e);
out:
	sheet_release(&s);
	return rc;
}

/* --- showing --- */

/* Puts the sentences in where the labels are. */
static int
lay_sentences(cJSON *list, const cJSON *texts, const char *th, const char *en,
    struct err *e)
{
	cJSON *c;
	int rc;

	cJSON_ArrayForEach (c, list) {
		const char *id = json_str(c, "id");
		const cJSON *t = id != NULL ? json_get(texts, id) : NULL;

		if (json_str(t, "th") != NULL &&
		    (rc = json_put_str(c, th, json_str(t, "th"), e)) < 0)
			return rc;
		if (json_str(t, "en") != NULL &&
		    (rc = json_put_str(c, en, json_str(t, "en"), e)) < 0)
			return rc;
	}
	return 0;
}

int
wording_file_lay(cJSON *edition, const cJSON *texts, struct err *e)
{
	cJSON *item, *level;
	int rc;

	cJSON_ArrayForEach (item, json_get(edition, "items")) {
		cJSON_ArrayForEach (level, json_get(item, "points")) {
			if ((rc = lay_sentences(
				 level, texts, "label_th", "label_en", e)) < 0)
				return rc;
		}
		if ((rc = lay_sentences(json_get(item, "measures"), texts,
			 "title_th", "title_en", e)) < 0)
			return rc;
	}
	return 0;
}
