#include "client/cmd/cmd_backup.h"

#include <limits.h>

#include "base/file.h"
#include "client/daemon_run.h"
#include "client/file/backup_file.h"
#include "client/file/gauge.h"
#include "client/lang.h"

#define B(o) OPT_BIT(OPT_##o)
#define ANSWER_JSON_MAX ((size_t)4 * 1024 * 1024)

/* --- backup --- */

static int
ask_of(struct cmd *c, const char *method, const char *token, cJSON **ret,
    struct err *e)
{
	cJSON *params = cJSON_CreateObject();
	int rc = json_put_str(params, "token", token, e);

	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_ask_long(c, method, params, _("taking the backup"), ret, e);
}

static int
begin(struct cmd *c, char **ret_token, struct err *e)
{
	cJSON *params = cJSON_CreateObject(), *begun = NULL;
	const char *token;
	int rc;

	rc = json_put_bool(params, "without_keys",
	    c->opts->value[OPT_WITHOUT_KEYS] != NULL, e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	if ((rc = cmd_ask(c, "backup.begin", params, &begun, e)) < 0)
		return rc;
	token = json_str(begun, "token");
	if (token == NULL)
		rc = err_set(e, ERR_FAILED, 0,
		    "the daemon's answer to %s makes no sense", "backup.begin");
	else if ((*ret_token = strdup(token)) == NULL)
		rc = err_nomem(e);
	cJSON_Delete(begun);
	return rc;
}

/* The database by steps, the rest in one moment, the hashes, the signature. */
static int
prepare(struct cmd *c, const char *token, cJSON **ret, struct err *e)
{
	cJSON *doc = NULL;
	int still = 0, rc = 0;

	while (rc == 0 && !still) {
		if ((rc = ask_of(c, "backup.step", token, &doc, e)) < 0)
			break;
		still = json_bool(doc, "still", 0);
		cJSON_Delete(doc);
		doc = NULL;
	}
	if (rc == 0)
		rc = ask_of(c, "backup.sum", token, &doc, e);
	cJSON_Delete(doc);
	return rc < 0 ? rc : ask_of(c, "backup.sign", token, ret, e);
}

/* What cannot be forgotten now goes with the next backup or start. */
static void
forget(struct cmd *c, const char *token)
{
	cJSON *done = NULL;

	if (ask_of(c, "backup.end", token, &done, NULL) == 0)
		cJSON_Delete(done);
}

static void
print_taken(struct cmd *c, const cJSON *head, const struct backup_got *got)
{
	int64_t files = json_int(head, "files", 0);
	char all[32], new_[32];

	gauge_bytes(all, sizeof(all), json_int(head, "bytes", 0));
	gauge_bytes(new_, sizeof(new_), got->new_bytes);
	out_styled(&c->out, STYLE_GOOD, got->path);
	out_nl(&c->out);
	out_printf(&c->out, _("  Backup of %s %s, device %s\n"),
	    out_dash(json_str(head, "code")), out_dash(json_str(head, "name")),
	    out_dash(json_str(head, "device")));
	out_printf(&c->out,
	    lang_n(files, "  %lld file, %s; new in it: ",
		"  %lld files, %s; new in it: "),
	    (long long)files, all);
	out_printf(&c->out,
	    lang_n(got->new_files, "%lld file, %s\n", "%lld files, %s\n"),
	    (long long)got->new_files, new_);
	out_printf(&c->out, _("  Signed by %s\n"),
	    out_dash(json_str(head, "fingerprint")));
	if (json_bool(head, "keys", 0))
		out_wrapped(&c->out, 2, "",
		    _("It holds this machine's secret key: whoever can read "
		      "it can write in its name. Keep it where only you "
		      "can."));
	else
		out_wrapped(&c->out, 2, "",
		    _("It holds no secret key: keep the directory keys of "
		      "this machine apart, or it cannot be the same machine "
		      "again."));
	out_printf(&c->out, _("Prove it: pmqa backup check %s\n"), c->args[0]);
}

static int
print_taken_json(
    struct cmd *c, cJSON *head, const struct backup_got *got, struct err *e)
{
	int rc;

	if ((rc = json_put_str(head, "path", got->path, e)) < 0 ||
	    (rc = json_put_int(head, "new_files", got->new_files, e)) < 0 ||
	    (rc = json_put_int(head, "new_bytes", got->new_bytes, e)) < 0)
		return rc;
	out_json(&c->out, head);
	return 0;
}

static int
take(struct cmd *c, const char *token, struct err *e)
{
	struct backup_got *got = calloc(1, sizeof(*got));
	cJSON *head = NULL;
	int rc;

	if (got == NULL)
		return err_nomem(e);
	if ((rc = prepare(c, token, &head, e)) == 0)
		rc = backup_file_write(c, c->args[0], token, head, got, e);
	if (rc == 0 && c->json)
		rc = print_taken_json(c, head, got, e);
	else if (rc == 0)
		print_taken(c, head, got);
	cJSON_Delete(head);
	free(got);
	return rc;
}

static int
run_backup(struct cmd *c, struct err *e)
{
	cJSON *hello = NULL;
	char *token = NULL;
	int rc;

	if ((rc = cmd_ask(c, "hello", NULL, &hello, e)) < 0)
		return rc;
	rc = backup_file_check(
	    c->args[0], json_str(hello, "role"), json_str(hello, "code"), e);
	cJSON_Delete(hello);
	if (rc < 0 || (rc = begin(c, &token, e)) < 0)
		return rc;
	rc = take(c, token, e);
	forget(c, token);
	free(token);
	return rc;
}

/* --- check, restore: without a daemon --- */

static int
run_pmqad(struct daemon_args *a, cJSON **ret, struct err *e)
{
	struct buf text = BUF_INIT;
	char program[PATH_MAX];
	int rc;

	if ((rc = file_own(program, sizeof(program), "pmqad", e)) == 0 &&
	    (rc = daemon_run(program, a, &text, e)) == 0) {
		while (text.len > 0 && text.data[text.len - 1] == '\n')
			text.len--;
		rc = json_parse(
		    buf_str(&text), text.len, ANSWER_JSON_MAX, ret, e);
	}
	daemon_args_release(a);
	buf_release(&text);
	return rc;
}

static void
print_backup(struct cmd *c, const cJSON *doc)
{
	char when[80], size[32];

	out_time(when, sizeof(when), json_str(doc, "time"));
	gauge_bytes(size, sizeof(size), json_int(doc, "bytes", 0));
	out_styled(&c->out, STYLE_HEAD, out_dash(json_str(doc, "path")));
	out_nl(&c->out);
	out_printf(&c->out, _("  Backup of %s %s, device %s\n"),
	    out_dash(json_str(doc, "code")), out_dash(json_str(doc, "name")),
	    out_dash(json_str(doc, "device")));
	out_printf(&c->out, _("  Made %s\n"), when);
	out_printf(&c->out,
	    lang_n(json_int(doc, "files", 0), "  %lld file, %s\n",
		"  %lld files, %s\n"),
	    (long long)json_int(doc, "files", 0), size);
	out_printf(&c->out, _("  Signed by %s\n"),
	    out_dash(json_str(doc, "fingerprint")));
}

static void
print_findings(struct cmd *c, const cJSON *doc)
{
	const char *what = lang_thai() ? "what_th" : "what";
	const cJSON *f;

	cJSON_ArrayForEach (f, json_get(doc, "findings")) {
		out_puts(&c->out, "  ");
		out_styled(&c->out, STYLE_BAD, out_dash(json_str(f, "where")));
		out_printf(&c->out, ": %s\n", out_dash(json_str(f, what)));
	}
}

static int
run_check(struct cmd *c, struct err *e)
{
	struct daemon_args a = { .n = 0 };
	cJSON *doc = NULL;
	int ok, rc;

	daemon_args_add(&a, "pmqad", NULL);
	daemon_args_add(&a, "--backup-check", c->args[0]);
	if ((rc = run_pmqad(&a, &doc, e)) < 0)
		return rc;
	ok = json_bool(doc, "ok", 0);
	if (c->json) {
		out_json(&c->out, doc);
	} else {
		print_backup(c, doc);
		print_findings(c, doc);
		if (ok)
			out_printf(&c->out, "  %s\n",
			    _("Whole: signature, files, database and "
			      "repositories are right"));
	}
	cJSON_Delete(doc);
	if (ok)
		return 0;
	err_set(e, ERR_DAMAGED, 0, "the backup is damaged");
	err_hint(e, "take a new one: pmqa backup %s", c->args[0]);
	return ERR_DAMAGED;
}

static void
print_restored(struct cmd *c, const cJSON *doc)
{
	const char *role = json_str(doc, "role");

	print_backup(c, doc);
	out_printf(&c->out, _("Restored to '%s'.\n"), c->args[1]);
	if (!json_bool(doc, "keys", 0))
		out_wrapped(&c->out, 0, "",
		    _("The backup holds no secret key: put the directory keys "
		      "of this machine back before its daemon starts."));
	out_wrapped(&c->out, 0, "",
	    _("Make sure that the machine it came from is never started "
	      "again: two with one key are one too many."));
	if (role != NULL && strcmp(role, "office") == 0)
		out_wrapped(&c->out, 0, "",
		    _("What was saved since comes back from the hall with the "
		      "next sync, as far as it was sent. If this machine "
		      "saves something before that, it becomes a new device, "
		      "which has to be enrolled."));
	else if (role != NULL && strcmp(role, "hall") == 0)
		out_wrapped(&c->out, 0, "",
		    _("What came since comes back from the offices with their "
		      "next sync: let them sync before the hall writes "
		      "anything."));
	out_printf(
	    &c->out, _("Start its daemon: pmqad --dir %s\n"), c->args[1]);
}

static int
run_restore(struct cmd *c, struct err *e)
{
	struct daemon_args a = { .n = 0 };
	cJSON *doc = NULL;
	int rc;

	daemon_args_add(&a, "pmqad", NULL);
	daemon_args_add(&a, "--backup-restore", c->args[0]);
	daemon_args_add(&a, "--dir", c->args[1]);
	if ((rc = run_pmqad(&a, &doc, e)) < 0)
		return rc;
	if (c->json)
		out_json(&c->out, doc);
	else
		print_restored(c, doc);
	cJSON_Delete(doc);
	return 0;
}

const struct cmd_desc cmd_backup_rows[] = {
	{ "backup", N_("DIR"),
	    N_("copy everything of this machine into a directory, while it "
	       "works"),
	    N_("All as of one moment, with a list of hashes that this machine "
	       "signs, in DIR/backup. The backup before stays until the new "
	       "one is whole; what is in both is not copied twice, where DIR "
	       "can link files. One that was cut goes on with what is there. "
	       "The secret key is in it, unless --without-keys. What was "
	       "erased on order is gone with the next backup only: keep old "
	       "copies no longer than need be."),
	    "pmqa backup /media/usb/9105\n"
	    "pmqa --dir H backup /srv/backup/hall --without-keys",
	    B(WITHOUT_KEYS), 1, 1, run_backup },
	{ "backup check", N_("DIR"),
	    N_("prove a backup: signature, files, database, repositories"),
	    N_("Needs no daemon. Exit status 9 when something is damaged. Who "
	       "signed is for you to compare: the fingerprint is that of "
	       "pmqa device. With stock tools: cd DIR/backup && sha256sum -c "
	       "SHA256SUMS."),
	    "pmqa backup check /media/usb/9105", 0, 1, 1, run_check },
	{ "backup restore", N_("DIR TARGET"),
	    N_("make a directory what was backed up"),
	    N_("Needs no daemon. Checks the backup first. TARGET must be "
	       "empty or not be there; its files get the owner that TARGET "
	       "has. The machine that was backed up must never be started "
	       "again."),
	    "pmqa backup restore /media/usb/9105 /var/lib/pmqa", 0, 2, 2,
	    run_restore },
};
const size_t cmd_backup_n_rows =
    sizeof(cmd_backup_rows) / sizeof(*cmd_backup_rows);
