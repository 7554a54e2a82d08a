#include "client/cmd/cmd_evidence.h"

#include <unistd.h>

#include "client/cmd/cmd_answer.h"
#include "client/file/evidence_fetch.h"
#include "client/file/evidence_send.h"
#include "client/file/gauge.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

#define B(o) OPT_BIT(OPT_##o)
#define SHORT_SHA 12

/* --- add --- */

/* "1.1.B1,1.1.B2" or with blanks to an array. */
static int
points_param(const struct cmd *c, cJSON *params, struct err *e)
{
	const char *s = c->opts->value[OPT_POINTS];
	cJSON *list;
	char point[40];
	size_t n;
	int rc;

	if (s == NULL)
		return 0;
	list = cJSON_CreateArray();
	if ((rc = json_put(params, "points", list, e)) < 0)
		return rc;
	for (s += strspn(s, ", "); *s != '\0'; s += n + strspn(s + n, ", ")) {
		n = strcspn(s, ", ");
		if (n >= sizeof(point))
			return err_set(e, ERR_USAGE, 0,
			    "'%.60s' is not a point such as 1.1.B1", s);
		snprintf(point, sizeof(point), "%.*s", (int)n, s);
		if ((rc = json_push_str(list, point, e)) < 0)
			return rc;
	}
	return 0;
}

static int
end_params(const struct cmd *c, const char *sha256, cJSON **ret, struct err *e)
{
	cJSON *params = NULL;
	int rc;

	if ((rc = cmd_params(c, &params, e)) < 0)
		return rc;
	if ((rc = json_put_str(params, "item", c->args[0], e)) < 0 ||
	    (rc = json_put_str(params, "sha256", sha256, e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_CAPTION, "caption", e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_CLASS, "class", e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_REASON, "reason", e)) < 0 ||
	    (rc = points_param(c, params, e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	*ret = params;
	return 0;
}

static void
print_added(struct cmd *c, const struct evidence_sent *f, const cJSON *saved)
{
	const char *revision = json_str(saved, "revision");
	const char *commit = json_str(saved, "commit");
	struct out *o = &c->out;
	char size[32];

	gauge_bytes(size, sizeof(size), f->size);
	if (cJSON_GetArraySize(json_get(saved, "changes")) == 0 &&
	    json_get(saved, "records") == NULL) {
		out_printf(o, _("Nothing changed; still at %s.\n"),
		    revision != NULL ? revision : "-");
	} else {
		out_styled(o, STYLE_GOOD, _("Saved"));
		out_printf(o, _(" as %s (commit %.12s)\n"),
		    revision != NULL ? revision : "-",
		    commit != NULL ? commit : "-");
	}
	out_printf(o, _("  %s: evidence %.12s, %s, %s\n"), c->args[0],
	    f->sha256, f->name, size);
}

static int
push_added(
    cJSON *files, const struct evidence_sent *f, cJSON *saved, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	int rc;

	if ((rc = json_push(files, obj, e)) < 0) {
		cJSON_Delete(saved);
		return rc;
	}
	if ((rc = json_put(obj, "saved", saved, e)) < 0 ||
	    (rc = json_put_str(obj, "sha256", f->sha256, e)) < 0 ||
	    (rc = json_put_str(obj, "name", f->name, e)) < 0)
		return rc;
	return json_put_int(obj, "size", f->size, e);
}

static int
add_one(struct cmd *c, const char *path, cJSON *files, struct err *e)
{
	cJSON *params = NULL, *saved = NULL;
	struct evidence_sent f;
	int rc;

	if ((rc = evidence_send(c, path, c->args[0], &f, e)) < 0 ||
	    (rc = end_params(c, f.sha256, &params, e)) < 0 ||
	    (rc = cmd_ask(c, "evidence.end", params, &saved, e)) < 0)
		return rc;
	if (c->json)
		return push_added(files, &f, saved, e);
	print_added(c, &f, saved);
	cJSON_Delete(saved);
	/* seen at once, also when a later file is refused */
	return out_finish(&c->out, STDOUT_FILENO, e);
}

static int
run_add(struct cmd *c, struct err *e)
{
	cJSON *all = cJSON_CreateObject(), *files = cJSON_CreateArray();
	int rc = json_put(all, "files", files, e);
	size_t i;

	/* a slip in the last name must not be noticed after the first file */
	for (i = 1; i < c->n_args && rc == 0; i++)
		rc = evidence_send_check(c->args[i], e);
	for (i = 1; i < c->n_args && rc == 0; i++)
		rc = add_one(c, c->args[i], files, e);
	if (rc == 0 && c->json)
		out_json(&c->out, all);
	cJSON_Delete(all);
	return rc;
}

/* --- list --- */

static void
state_of(const cJSON *ev, char *ret, size_t size, enum style *ret_style)
{
	const cJSON *redacted = json_get(ev, "redacted");
	const char *at_hall = json_str(ev, "at_hall");
	char when[80];

	*ret_style = STYLE_PLAIN;
	if (cJSON_IsObject(redacted)) {
		out_time(when, sizeof(when), json_str(redacted, "time"));
		snprintf(ret, size, _("erased %s"), when);
		*ret_style = STYLE_WARN;
	} else if (at_hall != NULL) {
		out_time(when, sizeof(when), at_hall);
		snprintf(ret, size, _("at the hall %s"), when);
		*ret_style = STYLE_GOOD;
	} else if (json_bool(ev, "present", 0)) {
		snprintf(ret, size, "%s", _("here"));
	} else if (json_int(ev, "have", 0) > 0) {
		snprintf(ret, size, _("part %lld of %lld is here"),
		    (long long)json_int(ev, "have", 0),
		    (long long)json_int(ev, "parts", 0));
		*ret_style = STYLE_WARN;
	} else {
		snprintf(ret, size, "%s", _("not here"));
		*ret_style = STYLE_BAD;
	}
}

/* Name, caption and points in one cell, which wraps. */
static int
about(const cJSON *ev, struct buf *ret, struct err *e)
{
	const char *name = json_str(ev, "name");
	const char *caption = json_str(ev, "caption");
	const cJSON *p;
	const char *sep = " (";

	buf_puts(ret, name != NULL && name[0] != '\0' ? name : "-");
	if (caption != NULL)
		buf_printf(ret, ": %s", caption);
	cJSON_ArrayForEach (p, json_get(ev, "points")) {
		buf_printf(
		    ret, "%s%s", sep, cJSON_IsString(p) ? p->valuestring : "?");
		sep = " ";
	}
	if (sep[1] == '\0')
		buf_putc(ret, ')');
	return buf_ok(ret, e);
}

static int
put_row(struct table *t, const cJSON *ev, struct err *e)
{
	const char *sha = json_str(ev, "sha256");
	const char *item = json_str(ev, "item");
	struct buf text = BUF_INIT;
	char head[SHORT_SHA + 1], size[32], state[160];
	enum style st;
	int rc;

	snprintf(head, sizeof(head), "%.12s", sha != NULL ? sha : "-");
	gauge_bytes(size, sizeof(size), json_int(ev, "size", 0));
	state_of(ev, state, sizeof(state), &st);
	if ((rc = about(ev, &text, e)) == 0) {
		table_cell(t, STYLE_PLAIN, item != NULL ? item : "-");
		table_cell(t, STYLE_DIM, head);
		table_cell(t, STYLE_PLAIN, buf_str(&text));
		table_cell(t, STYLE_PLAIN, size);
		table_cell(t, STYLE_PLAIN, labels_word(json_str(ev, "class")));
		table_cell(t, st, state);
	}
	buf_release(&text);
	return rc;
}

static int
print_list(struct out *o, const cJSON *result, struct err *e)
{
	const cJSON *list = json_get(result, "evidence"), *ev;
	struct table t;
	int rc = 0;

	if (cJSON_GetArraySize(list) == 0) {
		out_printf(o, "%s\n", _("There is no evidence yet."));
		return 0;
	}
	table_init(&t);
	table_column(&t, _("Item"), COL_LEFT);
	table_column(&t, _("Evidence"), COL_LEFT);
	table_column(&t, _("File"), COL_FLEX);
	table_column(&t, _("Size"), COL_RIGHT);
	table_column(&t, _("Class"), COL_LEFT);
	table_column(&t, _("State"), COL_LEFT);
	cJSON_ArrayForEach (ev, list) {
		if ((rc = put_row(&t, ev, e)) < 0)
			break;
	}
	if (rc == 0)
		rc = table_print(&t, o, 0, e);
	table_release(&t);
	return rc;
}

static int
run_list(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *result = NULL;
	int rc;

	if ((rc = cmd_params(c, &params, e)) < 0)
		return rc;
	if (c->n_args > 0 &&
	    (rc = json_put_str(params, "item", c->args[0], e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	rc = cmd_ask(c, "evidence.list", params, &result, e);
	if (rc == 0 && c->json)
		out_json(&c->out, result);
	else if (rc == 0)
		rc = print_list(&c->out, result, e);
	cJSON_Delete(result);
	return rc;
}

/* --- get --- */

static int
print_got(struct cmd *c, const struct evidence_got *g, struct err *e)
{
	cJSON *obj;
	char size[32];
	int rc;

	if (!c->json) {
		gauge_bytes(size, sizeof(size), g->size);
		out_printf(&c->out, _("Written: %s (%s, evidence %.12s)\n"),
		    g->path, size, g->sha256);
		return 0;
	}
	obj = cJSON_CreateObject();
	if ((rc = json_put_str(obj, "file", g->path, e)) == 0 &&
	    (rc = json_put_str(obj, "sha256", g->sha256, e)) == 0 &&
	    (rc = json_put_str(obj, "name", g->name, e)) == 0 &&
	    (rc = json_put_str(obj, "type", g->type, e)) == 0 &&
	    (rc = json_put_int(obj, "size", g->size, e)) == 0)
		out_json(&c->out, obj);
	cJSON_Delete(obj);
	return rc;
}

static int
run_get(struct cmd *c, struct err *e)
{
	const char *output = c->opts->value[OPT_OUTPUT];
	int to_stdout = output != NULL && strcmp(output, "-") == 0;
	struct evidence_got *g;
	int rc;

	if (to_stdout && c->json)
		return err_set(e, ERR_USAGE, 0,
		    "give either --json or --output -, not both");
	if ((g = calloc(1, sizeof(*g))) == NULL)
		return err_nomem(e);
	rc = evidence_fetch(c, c->args[0], output, g, e);
	if (rc == 0 && !to_stdout)
		rc = print_got(c, g, e);
	free(g);
	return rc;
}

/* --- rm, redact --- */

static int
run_rm(struct cmd *c, struct err *e)
{
	cJSON *params = NULL;
	int rc;

	if ((rc = cmd_params(c, &params, e)) < 0)
		return rc;
	if ((rc = json_put_str(params, "item", c->args[0], e)) < 0 ||
	    (rc = json_put_str(params, "sha256", c->args[1], e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_REASON, "reason", e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_answer_save(c, "evidence.remove", params, e);
}

static void
print_redacted(struct out *o, const cJSON *saved)
{
	const char *record = json_str(saved, "record");
	const char *sha = record != NULL ? strrchr(record, '/') : NULL;
	const char *revision = json_str(saved, "revision");
	const char *commit = json_str(saved, "commit");

	out_styled(o, STYLE_GOOD, _("Saved"));
	out_printf(o, _(" as %s (commit %.12s)\n"),
	    revision != NULL ? revision : "-", commit != NULL ? commit : "-");
	out_printf(o,
	    _("  The bytes of evidence %.12s are erased here; the hall erases "
	      "them with the next exchange.\n"),
	    sha != NULL ? sha + 1 : "-");
}

static int
run_redact(struct cmd *c, struct err *e)
{
	cJSON *params = cJSON_CreateObject(), *saved = NULL;
	int rc;

	if (c->opts->value[OPT_REASON] == NULL) {
		cJSON_Delete(params);
		err_set(e, ERR_USAGE, 0, "an erasure needs a reason");
		err_hint(e, "say why with --reason; it stands in the history "
			    "for good");
		return ERR_USAGE;
	}
	if ((rc = json_put_str(params, "sha256", c->args[0], e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_REASON, "reason", e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	rc =
	    cmd_ask_long(c, "evidence.redact", params, _("erasing"), &saved, e);
	if (rc == 0 && c->json)
		out_json(&c->out, saved);
	else if (rc == 0)
		print_redacted(&c->out, saved);
	cJSON_Delete(saved);
	return rc;
}

const struct cmd_desc cmd_evidence_rows[] = {
	{ "evidence add", N_("ITEM FILE..."),
	    N_("store files and link them to an item"),
	    N_("ITEM is an item such as 1.1, or profile. A file is sent in "
	       "parts, checked by its SHA-256 and stored once, however many "
	       "items it supports. If it is interrupted, repeat the command: "
	       "it goes on where it stopped. PDF, JPEG and PNG are taken, "
	       "others when the directory's configuration allows them."),
	    "pmqa evidence add 1.1 แผน.pdf --caption 'แผนยุทธศาสตร์ 2565' "
	    "--points 1.1.B1,1.1.B2",
	    B(YEAR) | B(REASON) | B(CAPTION) | B(POINTS) | B(CLASS), 2,
	    SIZE_MAX, run_add },
	{ "evidence list", N_("[ITEM]"),
	    N_("evidence of an item or of all, and where its bytes are"), NULL,
	    "pmqa evidence list 1.1\npmqa evidence list --office 9105",
	    B(OFFICE) | B(YEAR), 0, 1, run_list },
	{ "evidence get", N_("SHA"), N_("write a stored file to a file"),
	    N_("SHA is the file's SHA-256 or its first 8 digits or more, as "
	       "the list shows them. Without --output: under its own name in "
	       "the current directory. No file is overwritten."),
	    "pmqa evidence get 0b7d4c91aa02\n"
	    "pmqa evidence get 0b7d4c91aa02 --output copy.pdf",
	    B(OFFICE) | B(OUTPUT), 1, 1, run_get },
	{ "evidence rm", N_("ITEM SHA"), N_("unlink a file from an item"),
	    N_("The file itself stays: older revisions name it. To erase its "
	       "bytes: pmqa evidence redact."),
	    "pmqa evidence rm 1.1 0b7d4c91aa02 --reason 'แนบผิดข้อ'",
	    B(YEAR) | B(REASON), 2, 2, run_rm },
	{ "evidence redact", N_("SHA"),
	    N_("erase a file's bytes, here and at the hall, for good"),
	    N_("For what must not be kept, such as personal data. Who, when "
	       "and why stay in the history, as do the file's name, size and "
	       "SHA-256. It cannot be undone."),
	    "pmqa evidence redact 0b7d4c91aa02 --reason 'มีข้อมูลส่วนบุคคล'",
	    B(REASON), 1, 1, run_redact },
};
const size_t cmd_evidence_n_rows =
    sizeof(cmd_evidence_rows) / sizeof(*cmd_evidence_rows);
