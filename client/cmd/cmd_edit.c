/*
 * Steps: fetch the item; print the form into a private file; the editor; read
 * it back; save what changed by batch.apply with if_rev. What does not fit, or
 * was changed by another meanwhile, is marked at its line and the editor opens
 * again. Whatever ends it without a save leaves the file and names it.
 */
#include "base/file.h"
#include "base/text.h"
#include "client/changes.h"
#include "client/cmd/cmd_batch.h"
#include "client/cmd/cmd_inout.h"
#include "client/criteria.h"
#include "client/file/editor.h"
#include "client/file/form.h"
#include "client/labels.h"
#include "client/lang.h"

#define ROUNDS_MAX 50 /* an editor that is a program may never mend it */

struct edit {
	struct cmd *c;
	cJSON *describe, *shown; /* the item as it stands */
	struct form_about about;
	char title[800];
	struct form base; /* what the person began with */
	struct form mine; /* what was read back */
	struct form_faults *faults;
	struct editor_file file;
	struct buf written; /* as the editor was given it */
	struct buf text;    /* as it came back, without marks */
	int touched;        /* there is something of the person's in the file */
	size_t order[FORM_FIELDS]; /* fields of the changes asked for */
	size_t n;
};

static void
edit_release(struct edit *x)
{
	cJSON_Delete(x->describe);
	cJSON_Delete(x->shown);
	form_release(&x->base);
	form_release(&x->mine);
	free(x->faults);
	buf_release(&x->written);
	buf_release(&x->text);
}

/* --- the item --- */

/* at: a revision, NULL = now. */
static int
fetch(struct edit *x, const char *at, cJSON **ret, struct err *e)
{
	cJSON *params = NULL;
	int rc = cmd_params(x->c, &params, e);

	if (rc < 0)
		return rc;
	if ((rc = json_put_str(params, "item", x->c->args[0], e)) < 0 ||
	    (at != NULL && (rc = json_put_str(params, "at", at, e)) < 0)) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_ask(x->c, "record.show", params, ret, e);
}

static void
learn(struct edit *x)
{
	const char *record = json_str(x->shown, "record");
	const char *revision = json_str(x->shown, "revision");

	x->about.year = record != NULL ? (int)strtol(record, NULL, 10) : 0;
	x->about.item = x->c->args[0];
	snprintf(x->title, sizeof(x->title), "%s", criteria_title(x->shown));
	x->about.title = x->title;
	snprintf(x->about.revision, sizeof(x->about.revision), "%s",
	    revision != NULL ? revision : "-");
	x->about.points = json_get(x->shown, "points");
	x->about.describe = x->describe;
}

/* The present state; what stands in ret is as a form gives it back, so that
 * only what a person changes is a change. */
static int
settle(struct edit *x, const cJSON *shown, struct form *ret, struct err *e)
{
	struct form_faults *none = calloc(1, sizeof(*none));
	struct form raw;
	struct buf text = BUF_INIT;
	int rc;

	memset(&raw, 0, sizeof(raw));
	rc = none == NULL ? err_nomem(e) : form_of_record(shown, &raw, e);
	if (rc == 0) {
		form_print(&x->about, &raw, &text);
		if ((rc = buf_ok(&text, e)) == 0)
			rc =
			    form_parse(&x->about, buf_str(&text), ret, none, e);
	}
	buf_release(&text);
	form_release(&raw);
	free(none);
	return rc;
}

static int
begin(struct edit *x, struct cmd *c, struct err *e)
{
	int rc;

	memset(x, 0, sizeof(*x));
	x->c = c;
	if ((x->faults = calloc(1, sizeof(*x->faults))) == NULL)
		return err_nomem(e);
	if ((rc = cmd_ask(c, "records.describe", NULL, &x->describe, e)) < 0 ||
	    (rc = fetch(x, NULL, &x->shown, e)) < 0)
		return rc;
	learn(x);
	return settle(x, x->shown, &x->base, e);
}

/* --- two people at once --- */

/* Another's text behind the mark of a fault, line by line. */
static void
tell_theirs(struct edit *x, size_t i, const char *theirs)
{
	form_fault(x->faults, x->mine.lines[i] + 1,
	    _("meanwhile changed to the following; what you wrote stands "
	      "below, it will replace it:\n%.3000s"),
	    theirs != NULL && theirs[0] != '\0' ? theirs : _("(empty)"));
}

/* The record went on to another revision: the form anew, on top of it. */
static int
rebase(struct edit *x, struct err *e)
{
	struct form theirs;
	struct buf again = BUF_INIT;
	cJSON *shown = NULL;
	int both[FORM_FIELDS], rc;
	size_t i;

	memset(&theirs, 0, sizeof(theirs));
	if ((rc = fetch(x, NULL, &shown, e)) < 0)
		return rc;
	cJSON_Delete(x->shown);
	x->shown = shown;
	learn(x);
	if ((rc = settle(x, shown, &theirs, e)) < 0 ||
	    (rc = form_merge(&x->about, &x->base, &theirs, &x->mine, both, e)) <
		0)
		goto out;
	form_print(&x->about, &x->mine, &again);
	if ((rc = buf_ok(&again, e)) < 0)
		goto out;
	x->faults->n = 0; /* of the text that is no more */
	rc = form_parse(&x->about, buf_str(&again), &x->mine, x->faults, e);
	if (rc < 0)
		goto out;
	form_fault(x->faults, 2,
	    _("the item is at revision %s now: what changed meanwhile stands "
	      "in this form; look through it, take the lines that begin with "
	      "#! away and save again"),
	    x->about.revision);
	for (i = 0; i < FORM_FIELDS; i++)
		if (both[i])
			tell_theirs(x, i, theirs.values[i]);
	buf_clear(&x->text);
	buf_append(&x->text, buf_str(&again), again.len);
	form_release(&x->base);
	x->base = theirs;
	memset(&theirs, 0, sizeof(theirs));
	rc = buf_ok(&x->text, e);
out:
	form_release(&theirs);
	buf_release(&again);
	return rc;
}

/* --- the file and the editor --- */

/* The text with its faults into the file, as the editor will show it. */
static int
write_out(struct edit *x, struct err *e)
{
	int rc;

	buf_clear(&x->written);
	form_mark(buf_str(&x->text), x->faults, &x->written);
	if ((rc = buf_ok(&x->written, e)) < 0)
		return rc;
	return file_write(
	    x->file.path, buf_str(&x->written), x->written.len, 0600, e);
}

/* 1 when the person changed the file, 0 when it is as it was given. */
static int
read_back(struct edit *x, struct err *e)
{
	struct buf raw = BUF_INIT;
	int rc = file_read(x->file.path, FORM_MAX, &raw, e);
	size_t bad;

	if (rc == 0 && (!text_is_utf8(buf_str(&raw), raw.len, &bad) ||
			   memchr(buf_str(&raw), '\0', raw.len) != NULL))
		rc = err_set(
		    e, ERR_INVALID, 0, "'%s' is not UTF-8 text", x->file.path);
	if (rc == 0) {
		rc = raw.len != x->written.len ||
		     memcmp(buf_str(&raw), buf_str(&x->written), raw.len) != 0;
		buf_clear(&x->text);
		form_unmark(buf_str(&raw), &x->text);
		x->touched |= rc;
		if (buf_ok(&x->text, e) < 0)
			rc = ERR_NOMEM;
	}
	buf_release(&raw);
	return rc;
}

/* --- the save --- */

static int
collect(struct edit *x, cJSON *changes, struct err *e)
{
	char record[40];
	size_t i;
	int rc;

	snprintf(record, sizeof(record), "items/%.20s", x->about.item);
	x->n = 0;
	for (i = 0; i < FORM_FIELDS; i++) {
		const char *v = x->mine.values[i];
		cJSON *one;

		if (strcmp(v, x->base.values[i]) == 0)
			continue;
		x->order[x->n++] = i;
		one = cJSON_CreateObject();
		if ((rc = json_push(changes, one, e)) < 0 ||
		    (rc = json_put_str(one, "record", record, e)) < 0 ||
		    (rc = json_put_str(one, "field", form_fields[i].name, e)) <
			0 ||
		    (rc = json_put_str(
			 one, "value", v[0] != '\0' ? v : NULL, e)) < 0)
			return rc;
	}
	return 0;
}

static int
ask_save(struct edit *x, cJSON *changes, cJSON **ret, struct err *e)
{
	cJSON *params = cJSON_CreateObject();
	int rc = json_put(params, "changes", changes, e);

	if (rc < 0 ||
	    (rc = json_put_int(params, "year", x->about.year, e)) < 0 ||
	    (rc = json_put_str(params, "action", "edit", e)) < 0 ||
	    (rc = json_put_str(params, "if_rev", x->about.revision, e)) < 0 ||
	    (rc = cmd_param(x->c, params, OPT_REASON, "reason", e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_batch_ask(x->c, params, NULL, ret, e);
}

/* What the daemon found wrong, below the headings that it is about. */
static void
take_errors(struct edit *x, const cJSON *answer)
{
	const cJSON *one;

	cJSON_ArrayForEach (one, json_get(answer, "errors")) {
		int64_t i = json_int(one, "index", -1);
		size_t line = i >= 0 && (size_t)i < x->n
				  ? x->mine.lines[x->order[i]] + 1
				  : 2;

		form_fault(x->faults, line, "%s",
		    lang_pick(
			json_str(one, "message"), json_str(one, "message_th")));
	}
}

/* 1 saved (or nothing to save), 0 the editor again, <0 the end. */
static int
save(struct edit *x, cJSON **ret_saved, struct err *e)
{
	cJSON *changes = cJSON_CreateArray(), *answer = NULL;
	int rc;

	if (changes == NULL)
		return err_nomem(e);
	if ((rc = collect(x, changes, e)) < 0 || x->n == 0) {
		cJSON_Delete(changes);
		return rc < 0 ? rc : 1;
	}
	rc = ask_save(x, changes, &answer, e);
	if (rc == ERR_CONFLICT)
		return (rc = rebase(x, e)) < 0 ? rc : 0;
	if (rc < 0)
		return rc;
	take_errors(x, answer);
	if (x->faults->n > 0) {
		cJSON_Delete(answer);
		return 0;
	}
	*ret_saved = answer;
	return 1;
}

/* One round: 1 done, 0 once more, <0 the end. */
static int
round_of(struct edit *x, int first, cJSON **ret_saved, struct err *e)
{
	int rc;

	if ((rc = write_out(x, e)) < 0 || (rc = editor_run(&x->file, e)) < 0 ||
	    (rc = read_back(x, e)) < 0)
		return rc;
	if (rc == 0 && !first)
		return err_set(e, ERR_INVALID, 0,
		    "the form was left as it was: nothing was saved");
	x->faults->n = 0;
	rc = form_parse(&x->about, buf_str(&x->text), &x->mine, x->faults, e);
	if (rc < 0 || x->faults->n > 0)
		return rc;
	return save(x, ret_saved, e);
}

/* The daemon need not keep a connection while a person writes. */
static void
hang_up(struct cmd *c)
{
	talk_close(c->talk);
	c->talk = NULL;
}

static int
work(struct edit *x, cJSON **ret_saved, struct err *e)
{
	/* with marks in it from the start, it is to be looked through */
	int first = x->faults->n == 0, rounds, rc = 0;

	for (rounds = 0; rc == 0 && rounds < ROUNDS_MAX; rounds++) {
		hang_up(x->c);
		rc = round_of(x, first, ret_saved, e);
		first = 0;
	}
	if (rc == 0)
		rc = err_set(e, ERR_INVALID, 0,
		    "the form has faults after %d rounds: nothing was saved",
		    ROUNDS_MAX);
	return rc < 0 ? rc : 0;
}

/* --- beginning and end --- */

/* A form that was kept: what the person wrote then, and what it began with. */
static int
resume(struct edit *x, const char *file, struct err *e)
{
	struct buf raw = BUF_INIT;
	char revision[24];
	cJSON *then = NULL;
	int rc;

	if ((rc = file_read(file, FORM_MAX, &raw, e)) < 0)
		goto out;
	form_revision(buf_str(&raw), x->about.year, x->about.item, revision);
	if (revision[0] == '\0') {
		rc = err_set(e, ERR_INVALID, 0,
		    "'%s' is no form of item %s of %d", file, x->about.item,
		    x->about.year);
		goto out;
	}
	x->touched = 1;
	form_unmark(buf_str(&raw), &x->text);
	if ((rc = buf_ok(&x->text, e)) < 0 ||
	    strcmp(revision, x->about.revision) == 0)
		goto out;
	/* base is what stood when it was begun; an item that was empty then
	 * has no revision to ask for */
	form_release(&x->base);
	if (strcmp(revision, "-") != 0)
		rc = fetch(x, revision, &then, e);
	if (rc == 0)
		rc = settle(x, then, &x->base, e);
	if (rc == 0)
		rc = form_parse(
		    &x->about, buf_str(&x->text), &x->mine, x->faults, e);
	if (rc == 0 && x->faults->n == 0)
		rc = rebase(x, e);
out:
	cJSON_Delete(then);
	buf_release(&raw);
	return rc;
}

/* An editor that ended badly may have written all the same; what cannot be
 * read is kept as well. */
static int
is_worth_keeping(struct edit *x)
{
	return x->touched || (x->written.len > 0 && read_back(x, NULL) != 0);
}

static void
say_kept(struct edit *x)
{
	out_printf(
	    &x->c->note, _("What you wrote is kept in '%s'.\n"), x->file.path);
	out_printf(&x->c->note, _("Go on with it: pmqa edit %s %s\n"),
	    x->about.item, x->file.path);
}

static void
say_saved(struct edit *x, const cJSON *saved)
{
	struct out *o = &x->c->out;
	const char *commit = json_str(saved, "commit");
	const char *revision = json_str(saved, "revision");
	const cJSON *one;

	if (x->c->json) {
		out_json(o, saved);
		return;
	}
	if (revision == NULL) {
		out_printf(o, _("Nothing changed; nothing was saved.\n"));
		return;
	}
	out_styled(o, STYLE_GOOD, _("Saved"));
	out_printf(o, _(" as %s (commit %.12s)\n"), revision,
	    commit != NULL ? commit : "-");
	cJSON_ArrayForEach (one, json_get(saved, "records")) {
		const char *record = json_str(one, "record");

		out_printf(o, "  %s\n", labels_record(x->describe, record));
		changes_brief(
		    o, 4, x->describe, record, json_get(one, "changes"));
	}
}

/* The document of an edit that changed nothing. */
static int
nothing_saved(cJSON **ret, struct err *e)
{
	static const char doc[] =
	    "{\"revision\":null,\"n_changes\":0,\"records\":[]}";

	return json_parse(doc, sizeof(doc) - 1, sizeof(doc), ret, e);
}

static int
run_edit(struct edit *x, struct err *e)
{
	cJSON *saved = NULL;
	char name[32];
	int rc;

	if (x->c->n_args > 1)
		rc = resume(x, x->c->args[1], e);
	else {
		form_print(&x->about, &x->base, &x->text);
		rc = buf_ok(&x->text, e);
	}
	snprintf(name, sizeof(name), "%.20s.txt", x->about.item);
	if (rc < 0 || (rc = editor_file(name, &x->file, e)) < 0)
		return rc;
	rc = work(x, &saved, e);
	if (rc == 0 && saved == NULL)
		rc = nothing_saved(&saved, e);
	if (rc == 0) {
		say_saved(x, saved);
		editor_drop(&x->file);
	} else if (is_worth_keeping(x)) {
		say_kept(x);
	} else {
		editor_drop(&x->file);
	}
	cJSON_Delete(saved);
	return rc;
}

int
cmd_edit_run(struct cmd *c, struct err *e)
{
	struct edit x;
	int rc = begin(&x, c, e);

	if (rc == 0)
		rc = run_edit(&x, e);
	edit_release(&x);
	return rc;
}
