#include "client/cmd/cmd_edition.h"

#include "base/file.h"
#include "base/text.h"
#include "client/cmd/edition_pick.h"
#include "client/file/edition_text.h"
#include "client/file/wording_file.h"
#include "client/lang.h"

#define FILE_MAX ((size_t)4 * 1024 * 1024)
#define EDITION_FILE_MAX ((size_t)512 * 1024)

/* A file named as one, "@" before it or not; "-" is standard input. */
static int
read_whole(const char *name, size_t max, struct buf *ret, struct err *e)
{
	struct buf arg = BUF_INIT;
	int rc;

	if (strcmp(name, "-") != 0 && name[0] != '@')
		buf_putc(&arg, '@');
	buf_puts(&arg, name);
	if ((rc = buf_ok(&arg, e)) == 0)
		rc = cmd_read_arg(buf_str(&arg), max, ret, e);
	buf_release(&arg);
	return rc;
}

/* To --output FILE, or as it is to standard output. */
static int
write_whole(struct cmd *c, const struct buf *bytes, struct err *e)
{
	const char *file = c->opts->value[OPT_OUTPUT];

	if (file == NULL || strcmp(file, "-") == 0) {
		buf_append(&c->out.b, buf_str(bytes), bytes->len);
		return buf_ok(&c->out.b, e);
	}
	if (file_write(file, buf_str(bytes), bytes->len, 0644, e) < 0)
		return (int)e->code;
	out_printf(&c->note, _("'%s' is written.\n"), file);
	return 0;
}

/* The document of a file, in normal form C as it will be stored. */
static int
read_edition(const char *name, cJSON **ret, struct err *e)
{
	struct buf bytes = BUF_INIT;
	size_t skip;
	char *text = NULL;
	int rc;

	if ((rc = read_whole(name, EDITION_FILE_MAX, &bytes, e)) < 0)
		goto out;
	skip = strncmp(buf_str(&bytes), "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	rc = text_nfc(buf_str(&bytes) + skip, bytes.len - skip, &text, e);
	if (rc == 0)
		rc = json_parse(text, strlen(text), EDITION_FILE_MAX, ret, e);
	if (rc == 0 && !cJSON_IsObject(*ret)) {
		cJSON_Delete(*ret);
		*ret = NULL;
		rc = err_set(
		    e, ERR_INVALID, 0, "'%s' must be an object", "edition");
	}
	if (rc < 0)
		err_prepend(e, name);
out:
	free(text);
	buf_release(&bytes);
	return rc;
}

/* {"edition": document of the file, …}: params of import and validate. */
static int
edition_params(struct cmd *c, cJSON **ret, struct err *e)
{
	cJSON *edition = NULL, *params;
	int rc = read_edition(c->args[0], &edition, e);

	if (rc < 0)
		return rc;
	params = cJSON_CreateObject();
	if ((rc = json_put(params, "edition", edition, e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_REASON, "reason", e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	*ret = params;
	return 0;
}

static int
run_list(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *result = NULL;
	int rc = cmd_params(c, &params, e);

	if (rc == 0)
		rc = cmd_ask(c, "edition.list", params, &result, e);
	if (rc == 0 && c->json)
		out_json(&c->out, result);
	else if (rc == 0)
		rc = edition_text_list(&c->out, result, e);
	cJSON_Delete(result);
	return rc;
}

static int
run_show(struct cmd *c, struct err *e)
{
	cJSON *edition = NULL;
	int rc = edition_pick(c, &edition, e);

	if (rc == 0 && c->json)
		out_json(&c->out, edition);
	else if (rc == 0)
		rc = edition_text_show(
		    &c->out, edition, c->n_args > 0 ? c->args[0] : NULL, e);
	cJSON_Delete(edition);
	return rc;
}

/* Whom it reached, at a hall. */
static void
print_published(struct out *o, const cJSON *result)
{
	const cJSON *one;

	cJSON_ArrayForEach (one, json_get(result, "published")) {
		const char *office = json_str(one, "office");
		const char *revision = json_str(one, "revision");

		out_printf(o, _("  Published to office %s as %s\n"),
		    office != NULL ? office : "-",
		    revision != NULL ? revision : "-");
	}
}

static int
run_import(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *result = NULL;
	const char *id;
	int rc = edition_params(c, &params, e);

	if (rc == 0)
		rc = cmd_ask(c, "edition.import", params, &result, e);
	if (rc < 0)
		return rc;
	id = json_str(result, "id");
	if (c->json) {
		out_json(&c->out, result);
	} else {
		out_printf(&c->out, _("Edition %s is here now.\n"),
		    id != NULL ? id : "-");
		print_published(&c->out, result);
		out_wrapped(&c->out, 2, "",
		    _("Years that are open keep the edition that they were "
		      "begun with."));
	}
	cJSON_Delete(result);
	return 0;
}

static int
run_export(struct cmd *c, struct err *e)
{
	cJSON *result = NULL;
	struct out file;
	int rc = edition_pick_ask(c, c->args[0], &result, e);

	if (rc < 0)
		return rc;
	memset(&file, 0, sizeof(file));
	out_json(&file, c->json ? result : json_get(result, "edition"));
	if ((rc = buf_ok(&file.b, e)) == 0)
		rc = write_whole(c, &file.b, e);
	out_release(&file);
	cJSON_Delete(result);
	return rc;
}

static int
run_validate(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *result = NULL;
	const cJSON *f;
	int rc = edition_params(c, &params, e), n;

	if (rc == 0)
		rc = cmd_ask(c, "edition.validate", params, &result, e);
	if (rc < 0)
		return rc;
	n = cJSON_GetArraySize(json_get(result, "findings"));
	if (c->json) {
		out_json(&c->out, result);
	} else if (n == 0) {
		out_styled(
		    &c->out, STYLE_GOOD, _("Nothing is wrong with the file."));
		out_nl(&c->out);
	}
	cJSON_ArrayForEach (f, json_get(result, "findings")) {
		if (c->json)
			break;
		out_hanging(&c->out, 0, "- ",
		    lang_pick(
			json_str(f, "message"), json_str(f, "message_th")));
	}
	if (n > 0)
		rc = err_set(e, ERR_INVALID, 0,
		    "'%s' is no edition that can be used; what is wrong: %d",
		    c->args[0], n);
	cJSON_Delete(result);
	return rc;
}

static int
run_diff(struct cmd *c, struct err *e)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	int rc = json_put_str(params, "from", c->args[0], e);

	if (rc == 0)
		rc = json_put_str(params, "to", c->args[1], e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	rc = cmd_ask(c, "edition.diff", params, &result, e);
	if (rc == 0 && c->json)
		out_json(&c->out, result);
	else if (rc == 0)
		rc = edition_text_diff(&c->out, result, e);
	cJSON_Delete(result);
	return rc;
}

/* --- sentences --- */

static int
print_faults(struct cmd *c, const cJSON *faults, struct err *e)
{
	const cJSON *f;
	int n = cJSON_GetArraySize(faults);

	if (n == 0)
		return 0;
	if (c->json) {
		cJSON *doc = cJSON_CreateObject();
		int rc = json_put_bool(doc, "ok", 0, e);

		if (rc == 0)
			rc = json_put_str(doc, "file", c->args[1], e);
		if (rc == 0)
			rc = json_put(
			    doc, "faults", cJSON_Duplicate(faults, 1), e);
		if (rc == 0)
			out_json(&c->out, doc);
		cJSON_Delete(doc);
		if (rc < 0)
			return rc;
	}
	cJSON_ArrayForEach (f, faults) {
		if (c->json)
			break;
		const char *column = json_str(f, "column");
		const char *what = lang_pick(
		    json_str(f, "message"), json_str(f, "message_th"));
		long long row = (long long)json_int(f, "row", 0);

		if (row > 0)
			out_printf(&c->out, _("%s, row %lld, column %s: %s\n"),
			    c->args[1], row, column != NULL ? column : "-",
			    what);
		else
			out_printf(&c->out, "%s, %s: %s\n", c->args[1],
			    column != NULL ? column : "-", what);
	}
	err_set(e, ERR_INVALID, 0,
	    "%d cells of '%s' cannot be taken in; nothing was changed", n,
	    c->args[1]);
	err_hint(e,
	    "the form to fill in: pmqa edition wording %s --output FILE",
	    c->args[0]);
	return ERR_INVALID;
}

static int
send_wording(struct cmd *c, cJSON *texts, struct err *e)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	int n = cJSON_GetArraySize(texts);
	int rc = json_put(params, "texts", texts, e);

	if (rc == 0)
		rc = json_put_str(params, "id", c->args[0], e);
	if (rc == 0)
		rc = cmd_param(c, params, OPT_REASON, "reason", e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	if ((rc = cmd_ask(c, "edition.wording", params, &result, e)) < 0)
		return rc;
	if (c->json) {
		out_json(&c->out, result);
	} else {
		out_printf(&c->out,
		    _("Points and measures read: %d; with their sentences "
		      "now: %lld of edition %s.\n"),
		    n, (long long)json_int(result, "texts", 0), c->args[0]);
		print_published(&c->out, result);
	}
	cJSON_Delete(result);
	return 0;
}

static int
take_wording(struct cmd *c, const cJSON *known, struct err *e)
{
	cJSON *texts = NULL, *faults = NULL;
	struct buf bytes = BUF_INIT;
	int rc;

	if ((rc = read_whole(c->args[1], FILE_MAX, &bytes, e)) < 0)
		goto out;
	rc = wording_file_read(
	    &bytes, json_get(known, "edition"), &texts, &faults, e);
	if (rc < 0) {
		err_prepend(e, c->args[1]);
		goto out;
	}
	if ((rc = print_faults(c, faults, e)) < 0)
		goto out;
	if (texts->child == NULL) {
		rc = err_set(e, ERR_INVALID, 0,
		    "'%s' holds no sentence: the columns th and en are empty",
		    c->args[1]);
		goto out;
	}
	rc = send_wording(c, texts, e);
	texts = NULL;
out:
	buf_release(&bytes);
	cJSON_Delete(texts);
	cJSON_Delete(faults);
	return rc;
}

static int
run_wording(struct cmd *c, struct err *e)
{
	struct buf form = BUF_INIT;
	cJSON *known = NULL;
	int rc = edition_pick_ask(c, c->args[0], &known, e);

	if (rc < 0)
		return rc;
	if (c->n_args > 1) {
		rc = take_wording(c, known, e);
	} else if (c->json) {
		out_json(&c->out, json_get(known, "wording"));
	} else {
		rc = wording_file_write(json_get(known, "edition"),
		    json_get(known, "wording"), &form, e);
		if (rc == 0)
			rc = write_whole(c, &form, e);
	}
	buf_release(&form);
	cJSON_Delete(known);
	return rc;
}

#define B(o) OPT_BIT(OPT_##o)

const struct cmd_desc cmd_edition_rows[] = {
	{ "edition list", "",
	    N_("the editions that are known here, and the years that use them"),
	    N_("Several editions stand side by side: each year keeps the one "
	       "that it was opened with."),
	    "pmqa edition list", B(OFFICE), 0, 0, run_list },
	{ "edition show", N_("[ITEM]"),
	    N_("the criteria: categories, items, points and their ids"),
	    N_("Without an item also the questions of the organizational "
	       "profile, how scores are made, and how sure each figure is."),
	    "pmqa edition show\npmqa edition show 1.1\n"
	    "pmqa edition show --edition pmqa4-2562",
	    B(OFFICE) | B(YEAR) | B(EDITION), 0, 1, run_show },
	{ "edition import", N_("FILE"),
	    N_("take in an edition; a hall publishes it to its offices"),
	    N_("FILE is JSON in the form that edition export writes, or - for "
	       "standard input. An edition that is used or published never "
	       "changes: a revised one gets another id. Years that are open "
	       "keep theirs."),
	    "pmqa --dir H edition import pmqa4-2568.json --reason "
	    "'เกณฑ์ฉบับใหม่'",
	    B(REASON), 1, 1, run_import },
	{ "edition export", N_("EDITION"),
	    N_("write an edition as a file, as it was taken in"),
	    N_("With --json the imported sentences stand beside it."),
	    "pmqa edition export pmqa4-2562 --output pmqa4.json",
	    B(OFFICE) | B(OUTPUT), 1, 1, run_export },
	{ "edition validate", N_("FILE"),
	    N_("say everything that is wrong with an edition's file"),
	    N_("Nothing is taken in. Exit status 7 when something is wrong."),
	    "pmqa edition validate pmqa4-2568.json", 0, 1, 1, run_validate },
	{ "edition diff", N_("EDITION EDITION"),
	    N_("what differs between two editions, by item and point"), NULL,
	    "pmqa edition diff pmqa4-2562 pmqa4-2568", 0, 2, 2, run_diff },
	{ "edition wording", N_("EDITION [FILE]"),
	    N_("write the form for the full sentences of points and measures, "
	       "or take it in"),
	    N_("Without FILE: a CSV table with the columns id, item, level, th "
	       "and en, with the sentences that are known. With FILE, such a "
	       "table or JSON: the sentences are taken in, at a hall also for "
	       "its offices; an empty cell changes nothing, in JSON null takes "
	       "a sentence away. They are shown in place of the short labels "
	       "and never change a score. One fault in the file, and nothing "
	       "is taken in."),
	    "pmqa edition wording pmqa4-2562 --output form.csv\n"
	    "pmqa edition wording pmqa4-2562 form.csv",
	    B(OUTPUT) | B(REASON), 1, 2, run_wording },
};

const size_t cmd_edition_n_rows =
    sizeof(cmd_edition_rows) / sizeof(*cmd_edition_rows);
