#include <unistd.h>

#include "base/file.h"
#include "client/cmd/cmd_inout.h"
#include "client/cmd_main.h"
#include "client/file/exchange_file.h"
#include "client/lang.h"
#include "client/wrap.h"

struct export
{
	struct cmd *c;
	const struct exchange_kind *k;
	enum exchange_form form;
	const char *file; /* NULL: standard output */
	struct sheet sheet;
	int year;
};

static int
begin(struct export *x, struct cmd *c, struct err *e)
{
	const char *file = c->opts->value[OPT_OUTPUT];
	int rc;

	memset(x, 0, sizeof(*x));
	sheet_init(&x->sheet);
	x->c = c;
	x->file = file != NULL && strcmp(file, "-") != 0 ? file : NULL;
	if ((rc = exchange_find(c->args[0], &x->k, e)) < 0 ||
	    (rc = exchange_form_of(c, x->file, &x->form, e)) < 0)
		return rc;
	if (x->form != FORM_XLSX || x->file != NULL || !isatty(STDOUT_FILENO))
		return 0;
	err_set(e, ERR_USAGE, 0, "a spreadsheet is no text for a terminal");
	err_hint(e, "name a file: --output %s.xlsx", x->k->name);
	return ERR_USAGE;
}

/* --- the file's bytes --- */

static int
make_json(const struct export *x, struct buf *ret, struct err *e)
{
	cJSON *doc = NULL;
	struct out o;
	int rc;

	if ((rc = exchange_to_json(x->k, &x->sheet, x->year, &doc, e)) < 0)
		return rc;
	/* as --json prints it: what steers a terminal as escapes */
	out_init(&o, -1);
	out_json(&o, doc);
	buf_append(ret, buf_str(&o.b), o.b.len);
	ret->failed |= o.b.failed;
	out_release(&o);
	cJSON_Delete(doc);
	return buf_ok(ret, e);
}

static int
make_xlsx(const struct export *x, const struct inout_xlsx *xlsx,
    struct buf *ret, struct err *e)
{
	const char *labels[SHEET_COLS_MAX];
	cJSON *describe = NULL;
	size_t i;
	int rc = cmd_ask(x->c, "records.describe", NULL, &describe, e);

	if (rc < 0)
		return rc;
	for (i = 0; i < x->k->n_columns; i++)
		labels[i] = exchange_label(describe, x->k, &x->k->columns[i]);
	rc = xlsx->write(x->k, &x->sheet, labels, ret, e);
	cJSON_Delete(describe);
	return rc;
}

static int
make_bytes(const struct export *x, const struct inout_xlsx *xlsx,
    struct buf *ret, struct err *e)
{
	if (x->form == FORM_JSON)
		return make_json(x, ret, e);
	if (x->form == FORM_XLSX && xlsx != NULL)
		return make_xlsx(x, xlsx, ret, e);
	exchange_to_csv(x->k, &x->sheet, ret);
	return buf_ok(ret, e);
}

/* --- where they go --- */

/* A terminal gets what it can show; a file or pipe every byte as it is. */
static void
to_stdout(struct export *x, const struct buf *bytes)
{
	struct buf *out = &x->c->out.b;
	const char *s = buf_str(bytes);

	if (!isatty(STDOUT_FILENO)) {
		buf_append(out, s, bytes->len);
		return;
	}
	if (strncmp(s, "\xef\xbb\xbf", 3) == 0)
		s += 3;
	for (; *s != '\0'; s += strcspn(s, "\r"), s += *s == '\r') {
		char *part = strndup(s, strcspn(s, "\r"));

		if (part == NULL)
			out->failed = 1;
		else
			wrap_safe(out, part, 1);
		free(part);
	}
}

static int
say_json(const struct export *x, struct err *e)
{
	cJSON *doc = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(doc, "table", x->k->name, e)) == 0 &&
	    (rc = json_put_int(doc, "year", x->year, e)) == 0 &&
	    (rc = json_put_str(doc, "file", x->file, e)) == 0 &&
	    (rc = json_put_str(
		 doc, "format", exchange_form_name(x->form), e)) == 0 &&
	    (rc = json_put_int(doc, "rows", (int64_t)x->sheet.n_rows, e)) == 0)
		out_json(&x->c->out, doc);
	cJSON_Delete(doc);
	return rc;
}

static int
to_file(struct export *x, const struct buf *bytes, struct err *e)
{
	int rc;

	/* readable by others only if they may look into its directory */
	rc = file_write(x->file, buf_str(bytes), bytes->len, 0640, e);
	if (rc < 0)
		return rc;
	if (x->c->json)
		return say_json(x, e);
	out_printf(&x->c->out,
	    lang_n((long long)x->sheet.n_rows,
		"Year %d: %zu row written to '%s'.\n",
		"Year %d: %zu rows written to '%s'.\n"),
	    x->year, x->sheet.n_rows, x->file);
	return 0;
}

int
cmd_export_with(struct cmd *c, const struct inout_xlsx *xlsx, struct err *e)
{
	struct buf bytes = BUF_INIT;
	struct export x;
	int rc;

	if ((rc = begin(&x, c, e)) < 0)
		return rc;
	if (x.form == FORM_XLSX && xlsx == NULL)
		return cmd_main_become_report(c, e);
	if ((rc = exchange_fetch(c, x.k, &x.sheet, &x.year, e)) == 0 &&
	    (rc = make_bytes(&x, xlsx, &bytes, e)) == 0) {
		if (x.file != NULL)
			rc = to_file(&x, &bytes, e);
		else
			to_stdout(&x, &bytes);
	}
	buf_release(&bytes);
	sheet_release(&x.sheet);
	return rc;
}

int
cmd_export_run(struct cmd *c, struct err *e)
{
	return cmd_export_with(c, NULL, e);
}
