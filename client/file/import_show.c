#include "client/file/import_show.h"

#include "base/text.h"
#include "client/changes.h"
#include "client/labels.h"
#include "client/lang.h"

#define FAULTS_SHOWN 50
#define COMMON_MIN 40  /* bytes in common that are worth cutting */
#define COMMON_KEPT 24 /* columns of them that stay, for the reader */

/* --- where --- */

/* "I5" of a spreadsheet or CSV; "" for JSON and for whole rows. */
static void
cell_name(const struct import_file *f, const struct import_plan *p,
    const struct import_origin *at, char ret[40])
{
	char letters[8];

	ret[0] = '\0';
	if (f->form == FORM_JSON || at->col < 0)
		return;
	sheet_letters((size_t)at->col, letters);
	snprintf(ret, 40, "%s%zu", letters,
	    at->row == SIZE_MAX ? 1 : p->file.rows[at->row].row);
}

static const char *
column_name(const struct import_plan *p, const struct import_origin *at)
{
	return at->col >= 0 ? p->file.names[at->col] : NULL;
}

static size_t
row_number(const struct import_plan *p, const struct import_origin *at)
{
	return at->row == SIZE_MAX ? 1 : p->file.rows[at->row].row;
}

static void
print_fault(struct out *o, const struct import_file *f,
    const struct import_plan *p, const struct import_fault *fault)
{
	const char *msg = lang_pick(fault->err.msg, fault->err.th);
	const char *hint = lang_pick(fault->err.hint, fault->err.hint_th);
	const char *column = column_name(p, &fault->at);
	char cell[40];

	cell_name(f, p, &fault->at, cell);
	out_style(o, STYLE_BAD);
	if (column == NULL)
		out_printf(
		    o, _("%s, row %zu: "), f->file, row_number(p, &fault->at));
	else if (cell[0] == '\0')
		out_printf(o, _("%s, row %zu, column %s: "), f->file,
		    row_number(p, &fault->at), column);
	else
		out_printf(o, _("%s, row %zu, column %s (cell %s): "), f->file,
		    row_number(p, &fault->at), column, cell);
	out_style(o, STYLE_PLAIN);
	out_printf(o, "%s\n", msg);
	if (hint[0] != '\0')
		out_wrapped(o, 4, "", hint);
}

static void
print_faults(
    struct out *o, const struct import_file *f, const struct import_plan *p)
{
	size_t i;

	for (i = 0; i < p->n_faults && i < FAULTS_SHOWN; i++)
		print_fault(o, f, p, &p->faults[i]);
	if (p->n_faults > i)
		out_printf(o, _("and %zu more\n"), p->n_faults - i);
}

/* --- what --- */

/* Bytes that both begin with, up to the end of a character. */
static size_t
common_start(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] != '\0' && a[n] == b[n])
		n++;
	while (n > 0 && ((unsigned char)a[n] & 0xc0) == 0x80)
		n--;
	return n;
}

/* The end of the common start that is kept: COMMON_KEPT columns of it. */
static size_t
skip_of(const char *s, size_t common)
{
	char *start = strndup(s, common);
	size_t width, skip;

	if (start == NULL)
		return 0;
	width = text_width(start);
	skip = width > COMMON_KEPT ? text_fit(start, width - COMMON_KEPT) : 0;
	free(start);
	return skip;
}

static int
cut_start(cJSON *change, const char *side, size_t skip, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc;

	buf_puts(&text, "…");
	buf_puts(&text, json_str(change, side) + skip);
	if ((rc = buf_ok(&text, e)) == 0)
		rc = json_put_str(change, side, buf_str(&text), e);
	buf_release(&text);
	return rc;
}

int
import_show_focus(cJSON *changes, struct err *e)
{
	cJSON *c;
	int rc;

	cJSON_ArrayForEach (c, changes) {
		const char *old = json_str(c, "old"),
			   *new_ = json_str(c, "new");
		size_t common =
		    old != NULL && new_ != NULL ? common_start(old, new_) : 0;
		size_t skip;

		if (common < COMMON_MIN || (skip = skip_of(old, common)) == 0)
			continue;
		if ((rc = cut_start(c, "old", skip, e)) < 0 ||
		    (rc = cut_start(c, "new", skip, e)) < 0)
			return rc;
	}
	return 0;
}

static void
print_record(struct out *o, const cJSON *one, const cJSON *describe)
{
	cJSON *changes = cJSON_Duplicate(json_get(one, "changes"), 1);
	const char *record = json_str(one, "record");
	int64_t left_out = json_int(one, "left_out", 0);

	if (changes == NULL || import_show_focus(changes, NULL) < 0)
		o->b.failed = 1;
	out_printf(o, "  %s\n", labels_record(describe, record));
	changes_brief(o, 4, describe, record, changes);
	if (left_out > 0)
		out_printf(o,
		    lang_n(left_out, "    %lld change, not listed here\n",
			"    %lld changes, not listed here\n"),
		    (long long)left_out);
	cJSON_Delete(changes);
}

/* "Year 2565: 3 changes, 1 record." */
static void
print_sums(struct out *o, int year, long long changes, int records)
{
	out_printf(o, _("Year %d: "), year);
	out_printf(
	    o, lang_n(changes, "%lld change, ", "%lld changes, "), changes);
	out_printf(o, lang_n(records, "%d record.", "%d records."), records);
}

static void
print_end(struct out *o, const struct import_file *f, const cJSON *answer)
{
	const char *revision = json_str(answer, "revision");
	const char *commit = json_str(answer, "commit");
	long long n = json_int(answer, "n_changes", 0);
	int records = cJSON_GetArraySize(json_get(answer, "records"));

	out_nl(o);
	if (revision == NULL) {
		print_sums(o, f->year, n, records);
		out_printf(o, _(" Nothing is saved yet.\n"));
		out_printf(o,
		    f->needs_reason
			? _("Save them: pmqa import %s %s --apply --reason "
			    "TEXT\n")
			: _("Save them: pmqa import %s %s --apply\n"),
		    f->table, f->file);
		return;
	}
	out_styled(o, STYLE_GOOD, _("Saved"));
	out_printf(o, _(" as %s (commit %.12s)\n"), revision,
	    commit != NULL ? commit : "-");
	print_sums(o, f->year, n, records);
	out_nl(o);
	out_printf(o, _("Undo it: pmqa revert %s\n"), revision);
}

void
import_show_text(struct out *o, const struct import_file *f,
    const struct import_plan *p, const cJSON *answer, const cJSON *describe)
{
	const cJSON *one;

	if (p->n_faults > 0) {
		print_faults(o, f, p);
		return;
	}
	if (json_int(answer, "n_changes", 0) == 0) {
		out_printf(o,
		    _("Nothing to change: '%s' holds what stands already.\n"),
		    f->file);
		return;
	}
	cJSON_ArrayForEach (one, json_get(answer, "records"))
		print_record(o, one, describe);
	print_end(o, f, answer);
}

/* --- JSON --- */

static int
push_fault(cJSON *list, const struct import_file *f,
    const struct import_plan *p, const struct import_fault *fault,
    struct err *e)
{
	cJSON *one = cJSON_CreateObject();
	size_t line =
	    fault->at.row == SIZE_MAX ? 0 : p->file.rows[fault->at.row].line;
	char cell[40];
	int rc;

	cell_name(f, p, &fault->at, cell);
	if ((rc = json_push(list, one, e)) < 0 ||
	    (rc = json_put_int(
		 one, "row", (int64_t)row_number(p, &fault->at), e)) < 0 ||
	    (rc = json_put_int(one, "line", (int64_t)line, e)) < 0 ||
	    (rc = json_put_str(one, "column", column_name(p, &fault->at), e)) <
		0 ||
	    (rc = json_put_str(one, "cell", cell[0] != '\0' ? cell : NULL, e)) <
		0 ||
	    (rc = json_put_str(one, "message",
		 lang_pick(fault->err.msg, fault->err.th), e)) < 0)
		return rc;
	return json_put_str(
	    one, "hint", lang_pick(fault->err.hint, fault->err.hint_th), e);
}

static int
put_faults(cJSON *doc, const struct import_file *f, const struct import_plan *p,
    struct err *e)
{
	cJSON *list = cJSON_CreateArray();
	size_t i;
	int rc;

	if ((rc = json_put_int(doc, "n_errors", (int64_t)p->n_faults, e)) < 0 ||
	    (rc = json_put(doc, "errors", list, e)) < 0)
		return rc;
	for (i = 0; i < p->n_faults && i < IMPORT_FAULTS_MAX; i++)
		if ((rc = push_fault(list, f, p, &p->faults[i], e)) < 0)
			return rc;
	return 0;
}

static int
put_outcome(cJSON *doc, const cJSON *answer, struct err *e)
{
	const char *revision = json_str(answer, "revision");
	const cJSON *records = json_get(answer, "records");
	char undo[64];
	int rc;

	if ((rc = json_put_int(
		 doc, "n_changes", json_int(answer, "n_changes", 0), e)) < 0 ||
	    (rc = json_put(doc, "records",
		 records != NULL ? cJSON_Duplicate(records, 1)
				 : cJSON_CreateArray(),
		 e)) < 0 ||
	    (rc = json_put_bool(doc, "applied", revision != NULL, e)) < 0 ||
	    (rc = json_put_str(doc, "revision", revision, e)) < 0 ||
	    (rc = json_put_str(doc, "commit", json_str(answer, "commit"), e)) <
		0)
		return rc;
	snprintf(undo, sizeof(undo), "pmqa revert %s",
	    revision != NULL ? revision : "");
	return json_put_str(doc, "undo", revision != NULL ? undo : NULL, e);
}

int
import_show_json(struct out *o, const struct import_file *f,
    const struct import_plan *p, const cJSON *answer, struct err *e)
{
	cJSON *doc = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(doc, "table", f->table, e)) == 0 &&
	    (rc = json_put_str(doc, "file", f->file, e)) == 0 &&
	    (rc = json_put_str(
		 doc, "format", exchange_form_name(f->form), e)) == 0 &&
	    (rc = json_put_int(doc, "year", f->year, e)) == 0 &&
	    (rc = json_put_int(doc, "rows", (int64_t)p->file.n_rows, e)) == 0 &&
	    (rc = put_outcome(doc, answer, e)) == 0 &&
	    (rc = json_put_bool(doc, "needs_reason", f->needs_reason, e)) ==
		0 &&
	    (rc = put_faults(doc, f, p, e)) == 0)
		out_json(o, doc);
	cJSON_Delete(doc);
	return rc;
}
