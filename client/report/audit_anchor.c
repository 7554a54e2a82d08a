/* pmqa audit anchor: for the screen, for a file, for paper. */
#include "client/report/audit.h"

#include <unistd.h>

#include "client/lang.h"
#include "client/report/qr_terminal.h"
#include "client/report/report_file.h"
#include "client/report/report_html.h"
#include "client/report/report_qr.h"
#include "client/report/report_text.h"

static void
put_block(struct buf *b, const cJSON *part)
{
	buf_puts(b, json_str(part, "text"));
	buf_puts(b, json_str(part, "signature"));
	buf_putc(b, '\n');
}

/* --- paper --- */

static void
title_block(struct buf *b, const cJSON *doc)
{
	char time[80];

	buf_puts(b, "<header class=\"title\">\n");
	report_html_text(b, "p", "kind", _("Anchor of the record"));
	report_html_text(b, "h1", NULL, json_str(doc, "by"));
	report_time(time, sizeof(time), json_str(doc, "time"));
	report_html_text(b, "p", "year", time);
	buf_puts(b, "<dl class=\"facts\">\n");
	report_html_fact(
	    b, _("Fingerprint of its key"), json_str(doc, "fingerprint"));
	buf_puts(b, "</dl>\n</header>\n");
	report_html_text(b, "p", NULL,
	    _("This paper names the newest revision of every history at this "
	      "moment, signed. Keep it away from the machine: whoever has it "
	      "can prove later that nothing of what stood then was taken out "
	      "or written anew, with 'pmqa audit check-anchor', or with stock "
	      "git: 'git merge-base --is-ancestor COMMIT REF' for each line "
	      "'tip REF COMMIT'. The code holds the same as the text."));
}

static int
page(const cJSON *doc, struct buf *b, struct err *e)
{
	const cJSON *part;
	struct buf block = BUF_INIT;
	int rc = 0;

	report_html_begin(b, _("Anchor of the record"));
	title_block(b, doc);
	cJSON_ArrayForEach (part, json_get(doc, "parts")) {
		buf_clear(&block);
		put_block(&block, part);
		buf_puts(b, "<section class=\"anchor\">\n");
		if (rc == 0)
			rc = report_qr(b, json_str(part, "line"), e);
		report_html_text(b, "pre", NULL, buf_str(&block));
		buf_puts(b, "</section>\n");
	}
	report_html_end(b);
	b->failed |= block.failed;
	buf_release(&block);
	return rc < 0 ? rc : buf_ok(b, e);
}

/* --- text --- */

static int
wants_qr(const struct cmd *c)
{
	if (c->json || c->opts->value[OPT_NO_QR] != NULL)
		return 0;
	return c->opts->value[OPT_QR] != NULL || isatty(STDOUT_FILENO);
}

static int
print(struct cmd *c, const cJSON *doc, struct err *e)
{
	const cJSON *part;
	struct buf block = BUF_INIT;
	struct err why = { 0 };
	int rc = 0;

	cJSON_ArrayForEach (part, json_get(doc, "parts"))
		put_block(&block, part);
	buf_append(&c->out.b, buf_str(&block), block.len);
	rc = buf_ok(&block, e);
	buf_release(&block);
	if (rc < 0 || !wants_qr(c))
		return rc;
	cJSON_ArrayForEach (part, json_get(doc, "parts")) {
		rc = qr_terminal(&c->out, json_str(part, "line"), &why);
		if (rc == 0)
			continue;
		if (c->opts->value[OPT_QR] != NULL) {
			*e = why;
			return rc;
		}
		/* nobody asked for it: the text above is the anchor */
		out_wrapped(&c->note, 0, "",
		    _("This window is too narrow for its code; --output "
		      "FILE.html gives a page to print."));
		return 0;
	}
	return rc;
}

/* --- where it goes --- */

static int
ends_in(const char *s, const char *with)
{
	size_t n = strlen(s), m = strlen(with);

	return n >= m && strcmp(s + n - m, with) == 0;
}

static int
to_file(struct cmd *c, const cJSON *doc, struct err *e)
{
	const char *path = c->opts->value[OPT_OUTPUT];
	const char *wish = c->opts->value[OPT_FORMAT];
	int html =
	    wish != NULL ? strcmp(wish, "html") == 0 : ends_in(path, ".html");
	struct buf b = BUF_INIT;
	const cJSON *part;
	int rc = 0;

	if (html)
		rc = page(doc, &b, e);
	else
		cJSON_ArrayForEach (part, json_get(doc, "parts"))
			put_block(&b, part);
	if (rc == 0 && (rc = buf_ok(&b, e)) == 0)
		rc = report_file_put(c, html ? "html" : "txt", path, &b, e);
	buf_release(&b);
	return rc;
}

int
audit_anchor_run(struct cmd *c, struct err *e)
{
	const char *wish = c->opts->value[OPT_FORMAT];
	cJSON *doc = NULL;
	int rc;

	if (wish != NULL && strcmp(wish, "html") != 0 &&
	    strcmp(wish, "txt") != 0)
		return err_set(e, ERR_USAGE, 0,
		    "'%s' is not a form of an anchor: html or txt", wish);
	if (wish != NULL && c->opts->value[OPT_OUTPUT] == NULL)
		return err_set(e, ERR_USAGE, 0,
		    "--format is for a file: name it with --output");
	if ((rc = cmd_ask(c, "audit.anchor", NULL, &doc, e)) < 0)
		return rc;
	if (c->opts->value[OPT_OUTPUT] != NULL)
		rc = to_file(c, doc, e);
	else if (c->json)
		out_json(&c->out, doc);
	else
		rc = print(c, doc, e);
	cJSON_Delete(doc);
	return rc;
}
