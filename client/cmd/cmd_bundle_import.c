/* Each file: to the daemon, opened there, then step by step: the text, then one
 * evidence file after the other. */
#include <sys/stat.h>
#include <unistd.h>

#include "client/cmd/cmd_bundle.h"
#include "client/file/bundle_file.h"
#include "client/file/bundle_list.h"
#include "client/lang.h"
#include "client/say.h"

struct importing { /* one file */
	struct cmd *c;
	const char *path;
	char token[BUNDLE_FILE_TOKEN];
	cJSON *doc; /* of bundle.open; NULL if that failed */
	cJSON *text;
	int64_t taken, here, other, waiting; /* files */
	cJSON *refused; /* [{"sha256","message","message_th"}] */
};

struct imports {
	struct cmd *c;
	struct bundle_list files;
	cJSON *done; /* the documents of all files */
	struct err first;
	int rc; /* of the first that failed */
	size_t n_failed;
	int in_dir;
};

/* --- one step --- */

static void
say_step(const struct importing *im, int n, int of)
{
	if (im->c->json || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r\033[K");
	fprintf(stderr, _("taking in evidence file %d of %d"), n, of);
	if (n == of)
		fprintf(stderr, "\r\033[K");
}

/* Both halves; *ret what the one that answers says. */
static int
step(struct importing *im, int n, cJSON **ret, struct err *e)
{
	cJSON *params = NULL, *brought = NULL, *taken = NULL;
	int rc;

	if ((rc = cmd_bundle_params(im->token, n, &params, e)) < 0 ||
	    (rc = cmd_ask_long(im->c, "bundle.bring", params,
		 _("taking in the bundle"), &brought, e)) < 0)
		return rc;
	params = NULL;
	if ((rc = cmd_bundle_params(im->token, n, &params, e)) < 0 ||
	    (rc = cmd_ask_long(im->c, "bundle.take", params,
		 _("taking in the bundle"), &taken, e)) < 0) {
		cJSON_Delete(brought);
		return rc;
	}
	/* at the hall the first half is all of it */
	if (json_str(taken, "what") != NULL) {
		*ret = taken;
		cJSON_Delete(brought);
	} else {
		*ret = brought;
		cJSON_Delete(taken);
	}
	return 0;
}

static int
note_refused(struct importing *im, const struct err *why, struct err *e)
{
	cJSON *v = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(v, "message", why->msg, e)) < 0 ||
	    (rc = json_put_str(v, "message_th", why->th, e)) < 0) {
		cJSON_Delete(v);
		return rc;
	}
	return json_push(im->refused, v, e);
}

/* A file that is refused keeps no other out; a fault of ours stops. */
static int
one_file(struct importing *im, int n, struct err *e)
{
	const char *outcome;
	cJSON *done = NULL;
	struct err own;
	int rc;

	memset(&own, 0, sizeof(own));
	rc = step(im, n, &done, &own);
	if (rc == ERR_REFUSED || rc == ERR_INVALID)
		return note_refused(im, &own, e);
	if (rc < 0) {
		*e = own;
		return rc;
	}
	outcome = json_str(done, "outcome");
	if (outcome != NULL && strcmp(outcome, "taken") == 0)
		im->taken++;
	else if (outcome != NULL && strcmp(outcome, "here") == 0)
		im->here++;
	else
		im->other++;
	cJSON_Delete(done);
	return 0;
}

static int
take_in(struct importing *im, struct err *e)
{
	int n, files = (int)json_int(im->doc, "files", 0), rc;
	const char *outcome;

	if ((rc = step(im, 0, &im->text, e)) < 0)
		return rc;
	outcome = json_str(im->text, "outcome");
	if (outcome != NULL && strcmp(outcome, "beside") == 0) {
		/* no record that the hall counts names them yet */
		im->waiting = files;
		return 0;
	}
	for (n = 1; n <= files; n++) {
		say_step(im, n, files);
		if ((rc = one_file(im, n, e)) < 0)
			return rc;
	}
	return 0;
}

/* --- what came of it --- */

static int
put_files(const struct importing *im, cJSON *obj, struct err *e)
{
	cJSON *v = cJSON_CreateObject();
	int rc;

	if ((rc = json_put(obj, "evidence", v, e)) < 0 ||
	    (rc = json_put_int(v, "taken", im->taken, e)) < 0 ||
	    (rc = json_put_int(v, "here", im->here, e)) < 0 ||
	    (rc = json_put_int(v, "passed_over", im->other, e)) < 0 ||
	    (rc = json_put_int(v, "waiting", im->waiting, e)) < 0)
		return rc;
	return json_put(v, "refused", cJSON_Duplicate(im->refused, 1), e);
}

static int
import_json(const struct importing *im, const char *outcome,
    const struct err *fault, cJSON *list, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(obj, "file", im->path, e)) < 0 ||
	    (rc = json_put_str(obj, "outcome", outcome, e)) < 0 ||
	    (fault != NULL &&
		((rc = json_put_str(obj, "code", err_name(fault->code), e)) <
			0 ||
		    (rc = json_put_str(obj, "message", fault->msg, e)) < 0)) ||
	    (im->doc != NULL && (rc = json_put(obj, "bundle",
				     cJSON_Duplicate(im->doc, 1), e)) < 0) ||
	    (im->text != NULL && (rc = json_put(obj, "text",
				      cJSON_Duplicate(im->text, 1), e)) < 0) ||
	    (im->text != NULL && (rc = put_files(im, obj, e)) < 0)) {
		cJSON_Delete(obj);
		return rc;
	}
	return json_push(list, obj, e);
}

static const char *
outcome_of(const struct importing *im)
{
	const char *join = json_str(im->text, "join");
	const char *outcome = json_str(im->text, "outcome");
	const cJSON *counts = json_get(im->text, "revisions");

	if (!json_bool(im->doc, "for_us", 0))
		return "not_for_us";
	if (outcome != NULL && strcmp(outcome, "beside") == 0)
		return "beside";
	if (im->taken > 0 || cJSON_GetArraySize(im->refused) > 0 ||
	    (outcome != NULL && strcmp(outcome, "taken") == 0) ||
	    (join != NULL && strcmp(join, "same") != 0) ||
	    json_int(counts, "hall", 0) > 0)
		return "taken";
	return "nothing_new";
}

static void
print_text(struct out *o, const struct importing *im)
{
	const cJSON *counts = json_get(im->text, "revisions");
	const char *merge = json_str(im->text, "merge");
	int64_t conflicts = json_int(im->text, "conflicts", 0);
	int64_t receipts = json_int(im->text, "receipts", 0);

	if (json_int(counts, "office", 0) + json_int(counts, "hall", 0) > 0)
		out_printf(o,
		    _("  Revisions taken in: office %lld, hall %lld\n"),
		    (long long)json_int(counts, "office", 0),
		    (long long)json_int(counts, "hall", 0));
	if (merge != NULL)
		out_printf(
		    o, _("  Merged with what was written here: %s\n"), merge);
	if (conflicts > 0)
		out_printf(o,
		    _("  Conflicts to decide: %lld; see pmqa conflicts\n"),
		    (long long)conflicts);
	if (receipts > 0)
		out_printf(o,
		    lang_n(receipts, "  The hall confirms %lld evidence file\n",
			"  The hall confirms %lld evidence files\n"),
		    (long long)receipts);
}

static void
print_files(struct out *o, const struct importing *im)
{
	const cJSON *v;

	if (im->taken > 0)
		out_printf(o,
		    lang_n(im->taken, "  Evidence: %lld file taken in\n",
			"  Evidence: %lld files taken in\n"),
		    (long long)im->taken);
	if (im->here > 0)
		out_printf(o,
		    lang_n(im->here, "  Evidence: %lld file was here already\n",
			"  Evidence: %lld files were here already\n"),
		    (long long)im->here);
	if (im->other > 0)
		out_printf(o,
		    lang_n(im->other,
			"  Evidence: %lld file passed over: erased by order, "
			"or named by no record\n",
			"  Evidence: %lld files passed over: erased by order, "
			"or named by no record\n"),
		    (long long)im->other);
	cJSON_ArrayForEach (v, im->refused) {
		out_puts(o, "  ");
		out_styled(o, STYLE_BAD, _("refused"));
		out_printf(o, ": %s\n",
		    lang_pick(
			json_str(v, "message"), json_str(v, "message_th")));
	}
}

static void
print_next(struct out *o, const struct importing *im)
{
	const char *to = json_str(im->doc, "to");
	const char *office = json_str(im->doc, "office");

	if (to != NULL && strlen(to) == 2 && office != NULL)
		out_printf(o,
		    _("  Give the answer with it, receipts too: pmqa bundle "
		      "create --to office --office %s DIR\n"),
		    office);
	/* the hall has not seen the merge yet */
	if (json_str(im->text, "merge") != NULL)
		out_printf(o, "%s\n",
		    _("  Take to the hall what was merged: pmqa bundle create "
		      "--to hall DIR, or pmqa sync --wait"));
}

static void
print_line(struct out *o, enum style st, const char *text)
{
	out_style(o, st);
	out_wrapped(o, 2, "", text);
	out_style(o, STYLE_PLAIN);
}

static void
print_outcome(struct out *o, const struct importing *im)
{
	const char *outcome = outcome_of(im);

	out_styled(o, STYLE_HEAD, im->path);
	out_nl(o);
	cmd_bundle_describe(o, im->doc);
	if (strcmp(outcome, "not_for_us") == 0) {
		out_puts(o, "  ");
		out_styled(o, STYLE_WARN, _("Not for this machine"));
		out_printf(
		    o, "%s\n", _(": carry it on unread to whom it is for."));
		return;
	}
	if (strcmp(outcome, "taken") == 0)
		print_line(o, STYLE_GOOD, _("Taken in"));
	else if (strcmp(outcome, "beside") == 0)
		print_line(o, STYLE_WARN,
		    _("Kept beside: another device of the office wrote "
		      "meanwhile; with the answer this one merges, and its "
		      "next bundle goes in"));
	else
		print_line(o, STYLE_PLAIN,
		    _("Nothing new: all of it was here already"));
	print_text(o, im);
	print_files(o, im);
	print_next(o, im);
}

/* --- one file --- */

static int
failed(struct imports *all, struct importing *im, const struct err *fault,
    struct err *e)
{
	struct out *o = &all->c->out;
	struct buf msg = BUF_INIT;

	if (all->rc == 0) {
		all->rc = (int)fault->code;
		all->first = *fault;
	}
	all->n_failed++;
	if (!all->c->json && (all->files.n > 1 || all->in_dir)) {
		out_styled(o, STYLE_HEAD, im->path);
		out_nl(o);
		out_puts(o, "  ");
		say_times(&msg, lang_pick(fault->msg, fault->th));
		out_styled(o, STYLE_BAD, buf_str(&msg));
		buf_release(&msg);
		out_nl(o);
		if (fault->hint[0] != '\0')
			out_wrapped(
			    o, 2, "", lang_pick(fault->hint, fault->hint_th));
	}
	return import_json(im, "failed", fault, all->done, e);
}

/* One that was named by itself was meant for here. */
static int
not_for_us(const struct importing *im, struct err *e)
{
	const char *to = json_str(im->doc, "to");

	if (to != NULL)
		err_set(e, ERR_DENIED, 0,
		    "the bundle is for %s, nothing of it was taken in", to);
	else
		err_set(e, ERR_DENIED, 0,
		    "the bundle is encrypted to another key than this "
		    "machine's");
	err_hint(e, "carry it on unread to whom it is for");
	return ERR_DENIED;
}

static int
import_one(struct imports *all, const char *path, struct err *e)
{
	struct importing im = { .c = all->c, .path = path };
	struct err fault;
	int rc;

	memset(&fault, 0, sizeof(fault));
	if ((im.refused = cJSON_CreateArray()) == NULL)
		return err_nomem(e);
	rc = cmd_bundle_open(
	    all->c, path, im.token, sizeof(im.token), &im.doc, &fault);
	if (rc == 0) {
		if (json_bool(im.doc, "for_us", 0))
			rc = take_in(&im, &fault);
		cmd_bundle_end(all->c, im.token);
	}
	if (rc < 0 && rc != ERR_UNREACHABLE) {
		rc = failed(all, &im, &fault, e);
	} else if (rc < 0) {
		*e = fault; /* no daemon: no other file will do better */
	} else {
		if (!all->c->json)
			print_outcome(&all->c->out, &im);
		rc = import_json(&im, outcome_of(&im), NULL, all->done, e);
		if (rc == 0 && !all->in_dir && all->rc == 0 &&
		    !json_bool(im.doc, "for_us", 0))
			all->rc = not_for_us(&im, &all->first);
		if (rc == 0 && cJSON_GetArraySize(im.refused) > 0 &&
		    all->rc == 0)
			all->rc = err_set(&all->first, ERR_REFUSED, 0,
			    "%d evidence files of '%s' were refused",
			    cJSON_GetArraySize(im.refused), path);
	}
	cJSON_Delete(im.doc);
	cJSON_Delete(im.text);
	cJSON_Delete(im.refused);
	return rc;
}

/* --- which files --- */

static int
list(struct imports *all, struct err *e)
{
	struct stat st;
	size_t i;
	int rc = 0, is_dir;

	for (i = 0; i < all->c->n_args && rc == 0; i++) {
		const char *arg = all->c->args[i];

		is_dir = stat(arg, &st) == 0 && S_ISDIR(st.st_mode);
		all->in_dir |= is_dir;
		rc = is_dir ? bundle_list_add_dir(&all->files, arg, e)
			    : bundle_list_add(&all->files, arg, e);
	}
	return rc;
}

static int
finish(struct imports *all, struct err *e)
{
	cJSON *doc = cJSON_CreateObject();
	int rc = json_put(doc, "bundles", all->done, e);

	all->done = NULL;
	/* one that failed alone is told as the error it is */
	if (rc == 0 && all->c->json &&
	    (all->rc == 0 || all->files.n > 1 || all->in_dir))
		out_json(&all->c->out, doc);
	cJSON_Delete(doc);
	if (rc < 0 || (rc = all->rc) == 0)
		return rc;
	*e = all->first;
	/* each was told at its place; the last line says how many */
	if (all->n_failed > 0 && (all->files.n > 1 || all->in_dir)) {
		memset(e, 0, sizeof(*e));
		err_set(e, all->first.code, all->first.sub,
		    "not taken in: %zu of %zu bundles; each says above why",
		    all->n_failed, all->files.n);
	}
	return rc;
}

int
cmd_bundle_import(struct cmd *c, struct err *e)
{
	struct imports all = { .c = c };
	size_t i;
	int rc;

	if ((all.done = cJSON_CreateArray()) == NULL)
		return err_nomem(e);
	rc = list(&all, e);
	for (i = 0; i < all.files.n && rc == 0; i++)
		rc = import_one(&all, all.files.paths[i], e);
	if (rc == 0)
		rc = finish(&all, e);
	cJSON_Delete(all.done);
	bundle_list_release(&all.files);
	return rc;
}
