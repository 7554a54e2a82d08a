#include "client/file/xlsx_xml.h"

#include "base/buf.h"
#include "client/file/xlsx_parse.h"

/* --- the book --- */

static void
book_start(struct xlsx_parse *p, const char *name, const char *const *atts)
{
	struct xlsx_book *book = p->arg;
	const char *v;
	struct xlsx_tab *t;

	if (strcmp(name, "workbookPr") == 0) {
		v = xlsx_att(atts, "date1904");
		book->from_1904 = v != NULL && (strcmp(v, "1") == 0 ||
						   strcmp(v, "true") == 0);
	}
	if (strcmp(name, "sheet") != 0)
		return;
	if (book->n_tabs == XLSX_SHEETS_MAX) {
		xlsx_parse_stop(
		    p, err_set(&p->err, ERR_INVALID, 0,
			   "it has more than %d sheets", XLSX_SHEETS_MAX));
		return;
	}
	t = &book->tabs[book->n_tabs++];
	v = xlsx_att(atts, "name");
	snprintf(t->name, sizeof(t->name), "%s", v != NULL ? v : "");
	/* r:id; a sheet has no other "id" (sheetId is another name) */
	v = xlsx_att(atts, "id");
	snprintf(t->rel, sizeof(t->rel), "%s", v != NULL ? v : "");
	v = xlsx_att(atts, "state");
	t->hidden = v != NULL && strcmp(v, "visible") != 0;
}

int
xlsx_xml_book(const char *s, size_t len, struct xlsx_book *ret, struct err *e)
{
	struct xlsx_parse p = { .start = book_start, .arg = ret };

	return xlsx_parse(&p, s, len, e);
}

/* --- relations --- */

struct relation {
	const char *id;
	char *target;
};

static void
target_start(struct xlsx_parse *p, const char *name, const char *const *atts)
{
	struct relation *r = p->arg;
	const char *id = xlsx_att(atts, "Id");
	const char *target = xlsx_att(atts, "Target");
	const char *mode = xlsx_att(atts, "TargetMode");

	if (strcmp(name, "Relationship") != 0 || id == NULL || target == NULL ||
	    strcmp(id, r->id) != 0)
		return;
	/* nothing is ever fetched from outside */
	if (mode != NULL && strcmp(mode, "Internal") != 0)
		return;
	snprintf(r->target, 256, "%s", target);
}

int
xlsx_xml_target(
    const char *s, size_t len, const char *rel, char ret[256], struct err *e)
{
	struct relation r = { .id = rel, .target = ret };
	struct xlsx_parse p = { .start = target_start, .arg = &r };

	ret[0] = '\0';
	return xlsx_parse(&p, s, len, e);
}

/* --- shared strings --- */

struct gathering {
	struct xlsx_strings *to;
	struct buf text;
	int in_string, in_text, in_phonetic;
};

static void
string_start(struct xlsx_parse *p, const char *name, const char *const *atts)
{
	struct gathering *g = p->arg;

	(void)atts;
	if (strcmp(name, "si") == 0) {
		g->in_string = 1;
		buf_clear(&g->text);
	} else if (strcmp(name, "rPh") == 0) {
		g->in_phonetic++; /* how it is read, not what it says */
	} else if (strcmp(name, "t") == 0) {
		g->in_text = 1;
	}
}

static int
keep_string(struct gathering *g, struct err *e)
{
	struct xlsx_strings *to = g->to;
	size_t cap;
	char **grown;
	int rc;

	if ((rc = buf_ok(&g->text, e)) < 0)
		return rc;
	if (to->n == XLSX_STRINGS_MAX ||
	    (to->bytes += g->text.len) > XLSX_STRINGS_BYTES)
		return err_set(e, ERR_INVALID, 0, "it holds too much text");
	if (to->n == to->cap) {
		cap = to->cap == 0 ? 256 : 2 * to->cap;
		grown = realloc(to->list, cap * sizeof(*grown));
		if (grown == NULL)
			return err_nomem(e);
		to->list = grown;
		to->cap = cap;
	}
	to->list[to->n] = strdup(buf_str(&g->text));
	if (to->list[to->n] == NULL)
		return err_nomem(e);
	xlsx_unescape(to->list[to->n++]);
	return 0;
}

static void
string_end(struct xlsx_parse *p, const char *name)
{
	struct gathering *g = p->arg;
	int rc = 0;

	if (strcmp(name, "t") == 0)
		g->in_text = 0;
	else if (strcmp(name, "rPh") == 0)
		g->in_phonetic--;
	else if (strcmp(name, "si") == 0 && g->in_string) {
		g->in_string = 0;
		rc = keep_string(g, &p->err);
	}
	if (rc < 0)
		xlsx_parse_stop(p, rc);
}

static void
string_text(struct xlsx_parse *p, const char *s, size_t len)
{
	struct gathering *g = p->arg;

	if (!g->in_string || !g->in_text || g->in_phonetic > 0)
		return;
	if (g->text.len + len > SHEET_CELL_MAX) {
		xlsx_parse_stop(
		    p, err_set(&p->err, ERR_INVALID, 0,
			   "a cell holds more than %zu bytes", SHEET_CELL_MAX));
		return;
	}
	buf_append(&g->text, s, len);
}

int
xlsx_xml_strings(
    const char *s, size_t len, struct xlsx_strings *ret, struct err *e)
{
	struct gathering g = { .to = ret, .text = BUF_INIT };
	struct xlsx_parse p = { .start = string_start,
		.end = string_end,
		.text = string_text,
		.arg = &g };
	int rc = xlsx_parse(&p, s, len, e);

	buf_release(&g.text);
	return rc;
}

void
xlsx_strings_release(struct xlsx_strings *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		free(s->list[i]);
	free(s->list);
	memset(s, 0, sizeof(*s));
}

/* --- styles --- */

#define CODES_MAX 1000

struct styling {
	struct xlsx_styles *to;
	struct {
		long id;
		enum xlsx_style style;
	} codes[CODES_MAX];
	size_t n_codes;
	int in_cells; /* below cellXfs */
};

/* Numbers that need no code, of all languages (ECMA-376 18.8.30). */
static enum xlsx_style
built_in(long id)
{
	if (id == 9 || id == 10)
		return XLSX_PERCENT;
	if ((id >= 14 && id <= 22) || (id >= 27 && id <= 36) ||
	    (id >= 45 && id <= 47) || (id >= 50 && id <= 58) ||
	    (id >= 71 && id <= 81))
		return XLSX_DAY;
	return XLSX_PLAIN;
}

static long
number_att(const char *const *atts, const char *name)
{
	const char *v = xlsx_att(atts, name);

	return v != NULL && strlen(v) < 10 ? strtol(v, NULL, 10) : -1;
}

static void
add_code(struct styling *st, const char *const *atts)
{
	const char *code = xlsx_att(atts, "formatCode");

	if (code == NULL || st->n_codes == CODES_MAX)
		return;
	st->codes[st->n_codes].id = number_att(atts, "numFmtId");
	st->codes[st->n_codes++].style = xlsx_format_style(code);
}

static void
add_style(struct xlsx_parse *p, struct styling *st, long id)
{
	enum xlsx_style style = built_in(id);
	size_t i;

	if (st->to->n == XLSX_STYLES_MAX) {
		xlsx_parse_stop(
		    p, err_set(&p->err, ERR_INVALID, 0,
			   "it has more than %d styles", XLSX_STYLES_MAX));
		return;
	}
	for (i = 0; i < st->n_codes; i++)
		if (st->codes[i].id == id)
			style = st->codes[i].style;
	st->to->list[st->to->n++] = style;
}

static void
style_start(struct xlsx_parse *p, const char *name, const char *const *atts)
{
	struct styling *st = p->arg;

	if (strcmp(name, "numFmt") == 0)
		add_code(st, atts);
	else if (strcmp(name, "cellXfs") == 0)
		st->in_cells = 1;
	else if (strcmp(name, "xf") == 0 && st->in_cells)
		add_style(p, st, number_att(atts, "numFmtId"));
}

static void
style_end(struct xlsx_parse *p, const char *name)
{
	struct styling *st = p->arg;

	if (strcmp(name, "cellXfs") == 0)
		st->in_cells = 0;
}

int
xlsx_xml_styles(
    const char *s, size_t len, struct xlsx_styles *ret, struct err *e)
{
	struct styling *st = calloc(1, sizeof(*st));
	struct xlsx_parse p = {
		.start = style_start, .end = style_end, .arg = st
	};
	int rc;

	ret->list = calloc(XLSX_STYLES_MAX, sizeof(*ret->list));
	if (st == NULL || ret->list == NULL) {
		free(st);
		return err_nomem(e);
	}
	st->to = ret;
	rc = xlsx_parse(&p, s, len, e);
	free(st);
	return rc;
}

void
xlsx_styles_release(struct xlsx_styles *s)
{
	free(s->list);
	memset(s, 0, sizeof(*s));
}
