#include "client/file/form.h"
#include "client/lang.h"

struct reading {
	const struct form_about *a;
	struct form *to;
	struct form_faults *faults;
	struct buf values[FORM_FIELDS];
	int field; /* of the heading above; -1 = none yet, -2 = unknown */
	size_t line;
	size_t last[FORM_FIELDS]; /* of each value, for its faults */
};

static int
field_of(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < FORM_FIELDS; i++)
		if (strlen(form_fields[i].name) == len &&
		    memcmp(form_fields[i].name, name, len) == 0)
			return (int)i;
	return -1;
}

static void
read_head(struct reading *r, const char *s)
{
	const char *name = s + strlen(FORM_HEAD);
	size_t len = strcspn(name, ": \t");
	int i = field_of(name, len);

	r->field = -2;
	if (i < 0 || !form_has_field(r->a, (size_t)i)) {
		form_fault(r->faults, r->line,
		    _("no field is called '%.*s'; a line of your text that "
		      "begins with # is written \\#"),
		    len > 60 ? 60 : (int)len, name);
		return;
	}
	if (r->to->lines[i] != 0) {
		form_fault(r->faults, r->line,
		    _("the heading '%s' is there twice"), form_fields[i].name);
		return;
	}
	r->field = i;
	r->to->lines[i] = r->line;
}

/* "[x] rest": 1 or 0 for the mark and the rest; -1 for what is none. */
static int
read_box(const char *s, const char **ret_rest)
{
	int on;

	if (s[0] != '[')
		return -1;
	if (strncmp(s, "[x]", 3) == 0 || strncmp(s, "[X]", 3) == 0)
		on = 1;
	else if (strncmp(s, "[ ]", 3) == 0)
		on = 0;
	else
		return -1;
	*ret_rest = s + 3 + strspn(s + 3, " \t");
	return on;
}

static int
is_point(const struct form_about *a, const char *id)
{
	const cJSON *p;

	cJSON_ArrayForEach (p, a->points) {
		const char *is = json_str(p, "id");

		if (is != NULL && strcmp(is, id) == 0)
			return 1;
	}
	return 0;
}

/* Values of points are gathered as " id" when marked and "!id" when not, so
 * that one that is missing or there twice is seen. */
static void
read_point(struct reading *r, const char *s)
{
	struct buf *seen = &r->values[r->field];
	const char *rest = NULL;
	char id[24], word[26];
	int on = read_box(s, &rest);

	if (on < 0) {
		form_fault(r->faults, r->line,
		    _("this is no line of a point: [x] or [ ], then its name"));
		return;
	}
	snprintf(id, sizeof(id), "%.*s",
	    (int)(strcspn(rest, " \t") < 23 ? strcspn(rest, " \t") : 23), rest);
	if (!is_point(r->a, id)) {
		form_fault(r->faults, r->line, _("item %s has no point '%s'"),
		    r->a->item, id);
		return;
	}
	snprintf(word, sizeof(word), "!%s", id);
	if (form_has_word(buf_str(seen), id) ||
	    form_has_word(buf_str(seen), word)) {
		form_fault(
		    r->faults, r->line, _("point %s is there twice"), id);
		return;
	}
	buf_printf(seen, "%s%s ", on ? "" : "!", id);
}

static void
read_flag(struct reading *r, const char *s)
{
	const char *rest = NULL;
	int on = read_box(s, &rest);

	if (on < 0 || r->last[r->field] != 0)
		form_fault(r->faults, r->line,
		    _("here stands one line that begins with [x] or [ ]"));
	else if (on)
		buf_puts(&r->values[r->field], "true");
	r->last[r->field] = r->line;
}

static int
is_blank(const char *s)
{
	return s[strspn(s, " \t")] == '\0';
}

static void
read_text(struct reading *r, const char *s)
{
	struct buf *value = &r->values[r->field];

	if (s[0] == '#') {
		form_fault(r->faults, r->line,
		    _("a line that begins with # would be lost: write \\#, or "
		      "take it away"));
		return;
	}
	if (s[0] == '\\' && (s[1] == '#' || s[1] == '\\'))
		s++;
	if (form_fields[r->field].kind == FORM_LINE && !is_blank(s) &&
	    r->last[r->field] != 0)
		form_fault(
		    r->faults, r->line, _("here is room for one line only"));
	if (!is_blank(s))
		r->last[r->field] = r->line;
	buf_puts(value, s);
	buf_putc(value, '\n');
}

static void
read_line(struct reading *r, const char *s)
{
	if (strncmp(s, FORM_HEAD, strlen(FORM_HEAD)) == 0) {
		read_head(r, s);
		return;
	}
	if (r->field == -2)
		return;
	if (r->field == -1) {
		if (s[0] != '#' && !is_blank(s))
			form_fault(r->faults, r->line,
			    _("text above the first heading belongs nowhere"));
		return;
	}
	if (form_fields[r->field].kind == FORM_TEXT ||
	    form_fields[r->field].kind == FORM_LINE) {
		read_text(r, s);
		return;
	}
	if (is_blank(s) || s[0] == '#')
		return;
	if (form_fields[r->field].kind == FORM_FLAG)
		read_flag(r, s);
	else
		read_point(r, s);
}

/* Takes blank lines off both ends. */
static char *
trimmed(const char *s)
{
	const char *start = s, *end = s + strlen(s), *p;

	for (p = s; *p != '\0';) {
		size_t blanks = strspn(p, " \t");

		if (p[blanks] != '\n')
			break;
		p += blanks + 1;
		start = p;
	}
	for (p = end; p > start && strchr(" \t\n", p[-1]) != NULL;) {
		p--;
		if (*p == '\n')
			end = p;
	}
	return strndup(start, p == start ? 0 : (size_t)(end - start));
}

/* Marked points alone, in the order of the edition. */
static char *
ticked(struct reading *r, const char *seen)
{
	struct buf b = BUF_INIT;
	const cJSON *p;
	char word[26];

	cJSON_ArrayForEach (p, r->a->points) {
		const char *id = json_str(p, "id");

		if (id == NULL)
			continue;
		snprintf(word, sizeof(word), "!%.23s", id);
		if (form_has_word(seen, id))
			buf_printf(&b, "%s%s", b.len > 0 ? " " : "", id);
		else if (!form_has_word(seen, word))
			form_fault(r->faults, r->to->lines[0],
			    _("the line of point %s is missing"), id);
	}
	return buf_take(&b);
}

static int
finish(struct reading *r, struct err *e)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < FORM_FIELDS && rc == 0; i++) {
		const char *s = buf_str(&r->values[i]);

		if (form_has_field(r->a, i) && r->to->lines[i] == 0)
			form_fault(r->faults, r->line + 1,
			    _("the heading '## %s' is missing: put it back"),
			    form_fields[i].name);
		if ((rc = buf_ok(&r->values[i], e)) < 0)
			break;
		free(r->to->values[i]);
		r->to->values[i] =
		    form_fields[i].kind == FORM_POINTS && r->to->lines[i] != 0
			? ticked(r, s)
			: trimmed(s);
		if (r->to->values[i] == NULL)
			rc = err_nomem(e);
	}
	return rc;
}

int
form_parse(const struct form_about *a, const char *text, struct form *ret,
    struct form_faults *faults, struct err *e)
{
	struct reading r = { .a = a, .to = ret, .faults = faults, .field = -1 };
	size_t i;
	int rc = 0;

	memset(ret->lines, 0, sizeof(ret->lines));
	while (*text != '\0' && rc == 0) {
		size_t len = strcspn(text, "\n");
		size_t cut = len > 0 && text[len - 1] == '\r' ? len - 1 : len;
		char *line = strndup(text, cut);

		r.line++;
		if (line == NULL)
			rc = err_nomem(e);
		else
			read_line(&r, line);
		free(line);
		text += len + (text[len] == '\n');
	}
	if (rc == 0)
		rc = finish(&r, e);
	for (i = 0; i < FORM_FIELDS; i++)
		buf_release(&r.values[i]);
	return rc;
}
