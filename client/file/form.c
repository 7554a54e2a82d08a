#include "client/file/form.h"

#include <stdarg.h>

#include "base/text.h"
#include "client/criteria.h"
#include "client/file/exchange.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/wrap.h"

#define WIDTH 76
#define HEAD FORM_HEAD
#define MARK "#!"
#define MAGIC "#: pmqa "

const struct form_field form_fields[FORM_FIELDS] = {
	{ "ticks", FORM_POINTS },
	{ "explanation.basic", FORM_TEXT },
	{ "explanation.advance", FORM_TEXT },
	{ "explanation.significance", FORM_TEXT },
	{ "strengths", FORM_TEXT },
	{ "gap", FORM_TEXT },
	{ "good_practice.flag", FORM_FLAG },
	{ "good_practice.text", FORM_TEXT },
	{ "owner", FORM_LINE },
};

void
form_release(struct form *f)
{
	size_t i;

	for (i = 0; i < FORM_FIELDS; i++)
		free(f->values[i]);
	memset(f, 0, sizeof(*f));
}

int
form_of_record(const cJSON *shown, struct form *ret, struct err *e)
{
	const cJSON *fields = json_get(shown, "fields");
	struct buf text = BUF_INIT;
	size_t i;
	int rc;

	for (i = 0; i < FORM_FIELDS; i++) {
		buf_clear(&text);
		exchange_text(json_get(fields, form_fields[i].name), &text);
		if ((rc = buf_ok(&text, e)) < 0)
			break;
		free(ret->values[i]);
		if ((ret->values[i] = strdup(buf_str(&text))) == NULL) {
			rc = err_nomem(e);
			break;
		}
	}
	buf_release(&text);
	return i == FORM_FIELDS ? 0 : rc;
}

/* --- print --- */

/* Lines of at most WIDTH columns, each behind "# ". */
static void
comment(struct buf *b, const char *text)
{
	size_t next;

	do {
		size_t len = wrap_line(text, WIDTH, &next);

		buf_puts(b, "# ");
		buf_append(b, text, len);
		buf_putc(b, '\n');
		text += next;
	} while (*text != '\0');
}

int
form_has_word(const char *words, const char *word)
{
	size_t len = strlen(word), n;

	for (; *words != '\0'; words += n) {
		words += strspn(words, " ");
		n = strcspn(words, " ");
		if (n == len && strncmp(words, word, n) == 0)
			return n > 0;
	}
	return 0;
}

static void
print_points(const struct form_about *a, const char *ticks, struct buf *b)
{
	const char *level = "";
	const cJSON *p;

	cJSON_ArrayForEach (p, a->points) {
		const char *id = json_str(p, "id");
		const char *of = json_str(p, "level");
		const char *title = criteria_title(p);

		if (id == NULL || of == NULL)
			continue;
		if (strcmp(of, level) != 0)
			buf_printf(b, "# %s\n", labels_level(of));
		level = of;
		/* a sentence of several lines stays one line here */
		buf_printf(b, "[%s] %s %.*s\n",
		    form_has_word(ticks, id) ? "x" : " ", id,
		    (int)strcspn(title, "\n"), title);
	}
}

/* What would be taken for ours gets a backslash. */
static void
print_text(const char *s, struct buf *b)
{
	while (*s != '\0') {
		size_t len = strcspn(s, "\n");

		if (*s == '#' || (*s == '\\' && (s[1] == '#' || s[1] == '\\')))
			buf_putc(b, '\\');
		buf_append(b, s, len);
		buf_putc(b, '\n');
		s += len + (s[len] == '\n');
	}
}

static void
print_field(
    const struct form_about *a, size_t i, const char *value, struct buf *b)
{
	char record[64];
	const char *label;

	snprintf(record, sizeof(record), "%d/items/%.20s", a->year, a->item);
	label = labels_field(a->describe, record, form_fields[i].name);
	buf_printf(b, "\n" HEAD "%s: %s\n", form_fields[i].name, label);
	if (form_fields[i].kind == FORM_POINTS)
		print_points(a, value, b);
	else if (form_fields[i].kind == FORM_FLAG)
		buf_printf(b, "[%s] %s\n",
		    strcmp(value, "true") == 0 ? "x" : " ", label);
	else
		print_text(value, b);
}

int
form_has_field(const struct form_about *a, size_t i)
{
	return form_fields[i].kind != FORM_POINTS ||
	       (a->points != NULL && a->points->child != NULL);
}

void
form_print(const struct form_about *a, const struct form *f, struct buf *ret)
{
	char head[64];
	struct buf title = BUF_INIT;
	size_t i;

	buf_printf(ret, MAGIC "%d %s %s\n", a->year, a->item, a->revision);
	snprintf(head, sizeof(head), "%.20s  ", a->item);
	buf_puts(&title, head);
	buf_puts(&title, a->title);
	comment(ret, buf_str(&title));
	buf_release(&title);
	buf_puts(ret, "#\n");
	comment(ret,
	    _("Mark a point that is reached with [x], others with [ ]. Write "
	      "below the headings, the lines that begin with ##; leave the "
	      "headings as they are. A line of your text that begins with # is "
	      "written \\#."));
	comment(ret,
	    _("Save the file and close the editor: it is checked and saved. "
	      "Close it without a change: nothing is saved."));
	for (i = 0; i < FORM_FIELDS; i++)
		if (form_has_field(a, i))
			print_field(a, i,
			    f->values[i] != NULL ? f->values[i] : "", ret);
}

/* --- faults --- */

void
form_fault(struct form_faults *f, size_t line, const char *fmt, ...)
{
	struct form_fault *one;
	va_list ap;
	size_t bad;

	if (f->n == FORM_FAULTS_MAX)
		return;
	one = &f->list[f->n++];
	one->line = line;
	va_start(ap, fmt);
	vsnprintf(one->text, sizeof(one->text), fmt, ap);
	va_end(ap);
	/* a text that was cut may end within a character */
	if (!text_is_utf8(one->text, strlen(one->text), &bad))
		one->text[bad] = '\0';
}

static size_t
line_len(const char *s)
{
	size_t len = strcspn(s, "\n");

	return len + (s[len] == '\n');
}

void
form_unmark(const char *text, struct buf *ret)
{
	size_t len;

	for (; *text != '\0'; text += len) {
		len = line_len(text);
		if (strncmp(text, MARK, strlen(MARK)) != 0)
			buf_append(ret, text, len);
	}
}

/* Each line of the sentence behind its own mark. */
static void
put_mark(const char *text, struct buf *ret)
{
	size_t len;

	for (; *text != '\0'; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		buf_puts(ret, MARK " ");
		buf_append(ret, text, len);
		buf_putc(ret, '\n');
	}
}

void
form_mark(const char *text, const struct form_faults *faults, struct buf *ret)
{
	size_t line = 1, len, i;

	for (; *text != '\0'; text += len, line++) {
		for (i = 0; i < faults->n; i++)
			if (faults->list[i].line == line)
				put_mark(faults->list[i].text, ret);
		len = line_len(text);
		buf_append(ret, text, len);
	}
	if (ret->len > 0 && ret->data[ret->len - 1] != '\n')
		buf_putc(ret, '\n');
	for (i = 0; i < faults->n; i++)
		if (faults->list[i].line >= line)
			put_mark(faults->list[i].text, ret);
}

void
form_revision(const char *text, int year, const char *item, char ret[24])
{
	char begin[64];
	size_t len;

	snprintf(begin, sizeof(begin), MAGIC "%d %.20s ", year, item);
	ret[0] = '\0';
	if (strncmp(text, begin, strlen(begin)) != 0)
		return;
	text += strlen(begin);
	len = strcspn(text, " \t\r\n");
	if (len < 24)
		snprintf(ret, 24, "%.*s", (int)len, text);
}

/* --- two people at once --- */

/* What a set becomes when we changed it from base and they did to theirs. */
static char *
merged_points(const struct form_about *a, const char *base, const char *mine,
    const char *theirs)
{
	struct buf b = BUF_INIT;
	const cJSON *p;

	cJSON_ArrayForEach (p, a->points) {
		const char *id = json_str(p, "id");
		int was, ours, now;

		if (id == NULL)
			continue;
		was = form_has_word(base, id);
		ours = form_has_word(mine, id);
		now = form_has_word(theirs, id);
		if (ours != was ? ours : now)
			buf_printf(&b, "%s%s", b.len > 0 ? " " : "", id);
	}
	return buf_take(&b);
}

int
form_merge(const struct form_about *a, const struct form *base,
    const struct form *theirs, struct form *mine, int ret_both[FORM_FIELDS],
    struct err *e)
{
	size_t i;

	for (i = 0; i < FORM_FIELDS; i++) {
		const char *was = base->values[i], *now = theirs->values[i];
		const char *ours = mine->values[i];
		char *v;

		ret_both[i] = 0;
		if (form_fields[i].kind == FORM_POINTS) {
			v = merged_points(a, was, ours, now);
		} else if (strcmp(ours, was) == 0) {
			v = strdup(now);
		} else {
			ret_both[i] =
			    strcmp(now, was) != 0 && strcmp(now, ours) != 0;
			v = strdup(ours);
		}
		if (v == NULL)
			return err_nomem(e);
		free(mine->values[i]);
		mine->values[i] = v;
	}
	return 0;
}
