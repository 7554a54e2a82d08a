#include "client/cmd/cmd_bundle.h"

#include "client/file/bundle_file.h"
#include "client/file/gauge.h"
#include "client/lang.h"

#define B(o) OPT_BIT(OPT_##o)

int
cmd_bundle_params(const char *token, int n, cJSON **ret, struct err *e)
{
	cJSON *params = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(params, "token", token, e)) < 0 ||
	    (n >= 0 && (rc = json_put_int(params, "n", n, e)) < 0)) {
		cJSON_Delete(params);
		return rc;
	}
	*ret = params;
	return 0;
}

void
cmd_bundle_end(struct cmd *c, const char *token)
{
	cJSON *params = NULL, *done = NULL;

	if (cmd_bundle_params(token, -1, &params, NULL) < 0 ||
	    cmd_ask(c, "bundle.end", params, &done, NULL) < 0)
		return; /* rooms that nobody ends go after some hours */
	cJSON_Delete(done);
}

int
cmd_bundle_open(struct cmd *c, const char *path, char *token, size_t size,
    cJSON **ret, struct err *e)
{
	char got[BUNDLE_FILE_TOKEN];
	cJSON *params = NULL;
	int rc;

	if ((rc = bundle_file_send(c, path, got, e)) < 0 ||
	    (rc = cmd_bundle_params(got, -1, &params, e)) < 0)
		return rc;
	snprintf(token, size, "%s", got);
	return cmd_ask_long(
	    c, "bundle.open", params, _("checking the bundle"), ret, e);
}

/* --- what it is --- */

/* "after a120", "from the beginning" */
static void
print_branch(
    struct out *o, const char *label, const cJSON *doc, const char *branch)
{
	const char *since = json_str(json_get(doc, "since"), branch);
	const char *newest = json_str(json_get(doc, "newest"), branch);
	int64_t n = json_int(json_get(doc, "revisions"), branch, 0);

	if (newest == NULL || newest[0] == '\0')
		return;
	out_printf(o, "  %s: ", label);
	if (n == 0)
		out_printf(o, _("nothing new, up to %s\n"), newest);
	else if (since == NULL || since[0] == '\0')
		out_printf(o,
		    lang_n(n, "%lld revision, from the first to %s\n",
			"%lld revisions, from the first to %s\n"),
		    (long long)n, newest);
	else
		out_printf(o,
		    lang_n(n, "%lld revision, after %s up to %s\n",
			"%lld revisions, after %s up to %s\n"),
		    (long long)n, since, newest);
}

void
cmd_bundle_describe(struct out *o, const cJSON *doc)
{
	const char *from = json_str(doc, "from"), *to = json_str(doc, "to");
	int64_t files = json_int(doc, "files", 0);
	int64_t left = json_int(doc, "left", 0);
	int64_t receipts = json_int(doc, "receipts", 0);
	char when[80];

	if (json_bool(doc, "encrypted", 0))
		out_printf(
		    o, "  %s\n", _("Encrypted: only its receiver can read it"));
	if (from != NULL && to != NULL)
		out_printf(o, _("  From %s to %s\n"), from, to);
	if (json_str(doc, "time") == NULL)
		return;
	out_time(when, sizeof(when), json_str(doc, "time"));
	out_printf(o, _("  Made %s\n"), when);
	print_branch(o, _("Office"), doc, "office");
	if (to == NULL || strlen(to) != 2) /* not to the hall itself */
		print_branch(o, _("Hall"), doc, "hall");
	if (files > 0)
		out_printf(o,
		    lang_n(files, "  Evidence: %lld file\n",
			"  Evidence: %lld files\n"),
		    (long long)files);
	if (left > 0)
		out_printf(o,
		    _("  Evidence: %lld more files did not fit; they go with "
		      "the next one\n"),
		    (long long)left);
	if (receipts > 0)
		out_printf(o, _("  Receipts for evidence files: %lld\n"),
		    (long long)receipts);
}

/* --- create --- */

static int
create_params(const struct cmd *c, cJSON **ret, struct err *e)
{
	cJSON *params = cJSON_CreateObject();
	int rc;

	if (c->opts->value[OPT_TO] == NULL) {
		cJSON_Delete(params);
		err_set(e, ERR_USAGE, 0, "for whom is the bundle?");
		err_hint(e, "say it with --to hall or --to office");
		return ERR_USAGE;
	}
	if ((rc = cmd_param(c, params, OPT_TO, "to", e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_OFFICE, "office", e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_SINCE, "since", e)) < 0 ||
	    (c->opts->value[OPT_ENCRYPT] != NULL &&
		(rc = json_put_bool(params, "encrypt", 1, e)) < 0)) {
		cJSON_Delete(params);
		return rc;
	}
	*ret = params;
	return 0;
}

static void
print_created(struct out *o, const cJSON *packed, const char *path)
{
	const char *to = json_str(packed, "to");
	char size[32];

	gauge_bytes(size, sizeof(size), json_int(packed, "size", 0));
	out_styled(o, STYLE_GOOD, path);
	out_printf(o, " (%s)\n", size);
	cmd_bundle_describe(o, packed);
	if (!json_bool(packed, "encrypted", 0))
		out_wrapped(o, 2, "",
		    _("Whoever has the stick can read it; with --encrypt only "
		      "the receiver can."));
	out_printf(o,
	    to != NULL && strlen(to) == 2
		? _("Take it to the hall: pmqa bundle import %s\n")
		: _("Take it to the office: pmqa bundle import %s\n"),
	    path);
}

/* The document, with where the file is in place of the daemon's token. */
static int
print_created_json(
    struct out *o, cJSON *packed, const char *path, struct err *e)
{
	int rc = json_put_str(packed, "file", path, e);

	if (rc < 0)
		return rc;
	cJSON_DeleteItemFromObjectCaseSensitive(packed, "token");
	cJSON_DeleteItemFromObjectCaseSensitive(packed, "parts");
	cJSON_DeleteItemFromObjectCaseSensitive(packed, "part_bytes");
	out_json(o, packed);
	return 0;
}

static int
pack(struct cmd *c, const char *token, struct err *e)
{
	cJSON *params = NULL, *packed = NULL;
	char path[BUNDLE_FILE_PATH];
	int rc;

	if ((rc = cmd_bundle_params(token, -1, &params, e)) < 0 ||
	    (rc = cmd_ask_long(c, "bundle.pack", params, _("making the bundle"),
		 &packed, e)) < 0)
		return rc;
	if ((rc = bundle_file_write(c, packed, c->args[0], path, e)) < 0)
		goto out;
	if (c->json)
		rc = print_created_json(&c->out, packed, path, e);
	else
		print_created(&c->out, packed, path);
out:
	cJSON_Delete(packed);
	return rc;
}

static int
run_create(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *plan = NULL;
	const char *token;
	int rc;

	if ((rc = create_params(c, &params, e)) < 0)
		return rc;
	if ((rc = bundle_file_check(c->args[0], e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	rc = cmd_ask_long(
	    c, "bundle.create", params, _("making the bundle"), &plan, e);
	if (rc < 0)
		return rc;
	token = json_str(plan, "token");
	if (token == NULL)
		rc = err_set(e, ERR_FAILED, 0,
		    "the daemon's answer to %s makes no sense",
		    "bundle.create");
	else {
		rc = pack(c, token, e);
		cmd_bundle_end(c, token);
	}
	cJSON_Delete(plan);
	return rc;
}

/* --- show --- */

static void
print_shown(struct out *o, const cJSON *doc)
{
	const cJSON *new_ = json_get(doc, "new");
	int64_t files = json_int(doc, "files", 0);

	cmd_bundle_describe(o, doc);
	if (!json_bool(doc, "for_us", 0)) {
		out_puts(o, "  ");
		out_styled(o, STYLE_WARN, _("Not for this machine"));
		out_printf(
		    o, "%s\n", _(": carry it on unread to whom it is for."));
	} else if (json_bool(new_, "office", 0) || json_bool(new_, "hall", 0)) {
		out_puts(o, "  ");
		out_styled(
		    o, STYLE_GOOD, _("Checked; it brings something new"));
		out_nl(o);
	} else {
		out_printf(o, "  %s\n",
		    files > 0 ? _("Checked; its revisions are all here already")
			      : _("Checked; everything in it is here already"));
	}
}

static int
run_show(struct cmd *c, struct err *e)
{
	char token[BUNDLE_FILE_TOKEN];
	cJSON *doc = NULL;
	int rc;

	rc = cmd_bundle_open(c, c->args[0], token, sizeof(token), &doc, e);
	if (rc < 0)
		return rc;
	cmd_bundle_end(c, token);
	if (c->json) {
		out_json(&c->out, doc);
	} else {
		out_styled(&c->out, STYLE_HEAD, c->args[0]);
		out_nl(&c->out);
		print_shown(&c->out, doc);
	}
	cJSON_Delete(doc);
	return 0;
}

const struct cmd_desc cmd_bundle_rows[] = {
	{ "bundle create", N_("FILE|DIR"),
	    N_("write what the other side does not have yet to a file, for a "
	       "stick"),
	    N_("For where there is no link. --to hall: revisions and evidence "
	       "that the hall has not confirmed. --to office: the hall's "
	       "reviews, receipts and calendar, and what other devices of the "
	       "office wrote; at the hall with --office CODE. It begins after "
	       "what the receiver is known to have; --since a142 (or h17) "
	       "names what it surely has, --since - sends everything. The file "
	       "is a git bundle: git bundle verify takes it. With --encrypt it "
	       "is encrypted with age to the receiver's own key. In a "
	       "directory it gets a name of its own; no file is overwritten."),
	    "pmqa bundle create --to hall /media/usb\n"
	    "pmqa bundle create --to hall --encrypt /media/usb\n"
	    "pmqa --dir H bundle create --to office --office 9105 /media/usb",
	    B(TO) | B(OFFICE) | B(SINCE) | B(ENCRYPT), 1, 1, run_create },
	{ "bundle import", N_("FILE|DIR..."),
	    N_("check a bundle and take in what is new"),
	    N_("Everything in it passes the same checks as what comes over a "
	       "link; an old or repeated one does no harm. Of a directory all "
	       "bundles are looked at: those for others are named and left "
	       "as they are, so a stick may carry another office's too."),
	    "pmqa bundle import /media/usb\n"
	    "pmqa --dir H bundle import "
	    "pmqa-9105-a-to-91-20261122-130512.bundle",
	    0, 1, SIZE_MAX, cmd_bundle_import },
	{ "bundle show", N_("FILE"),
	    N_("what is in a bundle, from whom and for whom; changes nothing"),
	    NULL, "pmqa bundle show /media/usb/letter.bundle", 0, 1, 1,
	    run_show },
};
const size_t cmd_bundle_n_rows =
    sizeof(cmd_bundle_rows) / sizeof(*cmd_bundle_rows);
