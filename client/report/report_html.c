#include "client/report/report_html.h"

#include <sodium.h>

#include "client/lang.h"
#include "client/report/report_text.h"

#define HASH_SHOWN 16 /* digits: enough to tell files apart by eye */

/* The policy allows our one style sheet by its hash, and nothing else. */
static void
policy(struct buf *b, const struct buf *style)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char text[sodium_base64_ENCODED_LEN(
	    sizeof(hash), sodium_base64_VARIANT_ORIGINAL)];

	crypto_hash_sha256(
	    hash, (const unsigned char *)buf_str(style), style->len);
	sodium_bin2base64(text, sizeof(text), hash, sizeof(hash),
	    sodium_base64_VARIANT_ORIGINAL);
	buf_puts(b, "<meta http-equiv=\"Content-Security-Policy\" content=\""
		    "default-src 'none'; style-src 'sha256-");
	buf_puts(b, text);
	buf_puts(b, "'; base-uri 'none'; form-action 'none'\">\n");
}

void
report_html_begin(struct buf *b, const char *title)
{
	struct buf style = BUF_INIT;

	report_style(&style);
	buf_puts(b, "<!DOCTYPE html>\n<html lang=\"");
	buf_puts(b, lang_thai() ? "th" : "en");
	buf_puts(b, "\">\n<head>\n<meta charset=\"utf-8\">\n");
	policy(b, &style);
	buf_puts(b, "<meta name=\"viewport\" content=\"width=device-width, "
		    "initial-scale=1\">\n<meta name=\"referrer\" "
		    "content=\"no-referrer\">\n<title>");
	report_esc(b, title);
	buf_puts(b, "</title>\n<style>");
	buf_puts(b, buf_str(&style));
	buf_puts(b, "</style>\n</head>\n<body>\n");
	b->failed |= style.failed;
	buf_release(&style);
}

void
report_html_end(struct buf *b)
{
	buf_puts(b, "</body>\n</html>\n");
}

void
report_html_section(
    struct buf *b, const char *id, const char *title, enum report_page page)
{
	static const char *const begins[] = {
		[PAGE_SAME] = "<section id=\"",
		[PAGE_NEW] = "<section class=\"page\" id=\"",
		[PAGE_WIDE] = "<section class=\"page wide\" id=\"",
		[PAGE_WIDE_ON] = "<section class=\"wide\" id=\"",
	};

	buf_puts(b, begins[page]);
	report_esc(b, id);
	buf_puts(b, "\">\n");
	report_html_text(b, "h2", NULL, title);
}

void
report_html_section_end(struct buf *b)
{
	buf_puts(b, "</section>\n");
}

void
report_html_text(
    struct buf *b, const char *tag, const char *class, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	buf_printf(b, "<%s", tag);
	if (class != NULL)
		buf_printf(b, " class=\"%s\"", class);
	buf_puts(b, ">");
	report_esc(b, text);
	buf_printf(b, "</%s>\n", tag);
}

void
report_html_said(struct buf *b, const char *heading, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	report_html_text(b, "h4", NULL, heading);
	report_html_text(b, "div", "said", text);
}

void
report_html_fact(struct buf *b, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	report_html_text(b, "dt", NULL, name);
	report_html_text(b, "dd", NULL, value);
}

/* --- tables --- */

static const char *
class_of(enum report_kind kind)
{
	switch (kind) {
	case REPORT_WORD:
	case REPORT_DAY:
	case REPORT_TIME:
		return "w";
	case REPORT_SCORE:
	case REPORT_DECIMAL:
	case REPORT_INT:
		return "n";
	case REPORT_HASH:
	case REPORT_PRINT:
		return "h";
	case REPORT_TEXT:
		break;
	}
	return "t";
}

static void
head(struct buf *b, const struct report_table *t)
{
	buf_puts(b, "<colgroup>");
	for (size_t i = 0; i < t->n_cols; i++) {
		if (t->cols[i].hidden)
			continue;
		if (t->cols[i].share > 0)
			buf_printf(b, "<col class=\"p%d\">", t->cols[i].share);
		else
			buf_puts(b, "<col>");
	}
	buf_puts(b, "</colgroup>\n<thead><tr>");
	for (size_t i = 0; i < t->n_cols; i++) {
		if (t->cols[i].hidden)
			continue;
		buf_puts(b, class_of(t->cols[i].kind)[0] == 'n'
				? "<th scope=\"col\" class=\"n\">"
				: "<th scope=\"col\">");
		report_esc(b, t->cols[i].title);
		buf_puts(b, "</th>");
	}
	buf_puts(b, "</tr></thead>\n<tbody>\n");
}

static void
cell(struct buf *b, enum report_kind kind, const char *value)
{
	char text[80];

	buf_printf(b, "<td class=\"%s\">", class_of(kind));
	if (kind == REPORT_DAY) {
		report_day(text, sizeof(text), value);
		value = text;
	} else if (kind == REPORT_TIME && value[0] != '\0') {
		report_time(text, sizeof(text), value);
		value = text;
	} else if (kind == REPORT_HASH && strlen(value) > HASH_SHOWN) {
		snprintf(text, sizeof(text), "%.*s…", HASH_SHOWN, value);
		value = text;
	}
	report_esc(b, value);
	buf_puts(b, "</td>");
}

static void
put_table(struct buf *b, const struct report_table *t, const char *none)
{
	size_t rows = report_table_rows(t);

	if (rows == 0) {
		report_html_text(b, "p", "none", none);
		return;
	}
	buf_puts(b, "<table>");
	head(b, t);
	for (size_t i = 0; i < rows; i++) {
		buf_puts(b,
		    t->sums && i + 1 == rows ? "<tr class=\"sum\">" : "<tr>");
		for (size_t k = 0; k < t->n_cols; k++)
			if (!t->cols[k].hidden)
				cell(b, t->cols[k].kind,
				    report_table_at(t, i, k));
		buf_puts(b, "</tr>\n");
	}
	buf_puts(b, "</tbody></table>\n");
}

int
report_html_filled(struct buf *b, const cJSON *doc,
    void (*fill)(const cJSON *doc, struct report_table *t), const char *none,
    struct err *e)
{
	struct report_table t;
	int rc;

	fill(doc, &t);
	if ((rc = report_table_ok(&t, e)) == 0)
		put_table(b, &t, none);
	report_table_release(&t);
	return rc;
}
