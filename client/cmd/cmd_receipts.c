#include "client/cmd/cmd_receipts.h"

#include "base/file.h"
#include "client/lang.h"
#include "client/table.h"

#define PAGE 200
#define LIST_DEFAULT 50 /* as the help of --limit says */
#define PATH_MAX_LEN 1024
#define NAMESPACE "pmqa-receipt"

/* One page; from: the last one's cursor, NULL for the newest. */
static int
ask_page(struct cmd *c, int files, int64_t limit, const char *from, cJSON **ret,
    struct err *e)
{
	cJSON *params = NULL;
	int rc;

	if ((rc = cmd_params(c, &params, e)) < 0)
		return rc;
	if ((rc = json_put_int(params, "limit", limit, e)) < 0 ||
	    (rc = json_put_bool(params, "files", files, e)) < 0 ||
	    (from != NULL &&
		(rc = json_put_str(params, "cursor", from, e)) < 0)) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_ask(c, "receipts", params, ret, e);
}

/* Every receipt, page by page; each() sees the page that it is on. */
static int
each_receipt(struct cmd *c, int files,
    int (*each)(void *arg, const cJSON *page, const cJSON *one, struct err *e),
    void *arg, struct err *e)
{
	cJSON *page = NULL, *last = NULL;
	const cJSON *one;
	int rc;

	do {
		rc = ask_page(
		    c, files, PAGE, json_str(last, "cursor"), &page, e);
		cJSON_Delete(last);
		last = page;
		page = NULL;
		if (rc < 0)
			return rc;
		cJSON_ArrayForEach (one, json_get(last, "receipts"))
			if ((rc = each(arg, last, one, e)) < 0)
				goto out;
	} while (json_str(last, "cursor") != NULL);
out:
	cJSON_Delete(last);
	return rc;
}

/* --- list --- */

static void
receipt_row(struct table *t, const cJSON *one)
{
	const char *name = json_str(one, "revision"), *tip;
	int ok = json_bool(one, "ok", 0);
	char when[80], what[80];

	tip = json_str(one, "tip");
	if (name == NULL) {
		name = json_str(one, "sha256");
		snprintf(
		    what, sizeof(what), "%.12s", name != NULL ? name : "-");
	} else {
		snprintf(what, sizeof(what), "%.40s", name);
	}
	table_cell(t, STYLE_PLAIN, what);
	out_time(when, sizeof(when), json_str(one, "time"));
	table_cell(t, STYLE_PLAIN, when);
	snprintf(what, sizeof(what), "%.12s", tip != NULL ? tip : "-");
	table_cell(t, STYLE_DIM, what);
	table_cell(t, ok ? STYLE_GOOD : STYLE_BAD,
	    ok ? _("good")
	       : lang_pick(json_str(one, "fault"), json_str(one, "fault_th")));
}

static int
print_list(struct out *o, const cJSON *page, struct err *e)
{
	const cJSON *list = json_get(page, "receipts"), *one;
	struct table t;
	int rc;

	if (cJSON_GetArraySize(list) == 0) {
		out_printf(o, "%s\n", _("The hall has given no receipt yet."));
		return 0;
	}
	table_init(&t);
	table_column(&t, _("Up to revision"), COL_LEFT);
	table_column(&t, _("Received"), COL_LEFT);
	table_column(&t, _("Commit"), COL_LEFT);
	table_column(&t, _("Signature"), COL_FLEX);
	cJSON_ArrayForEach (one, list)
		receipt_row(&t, one);
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	if (rc == 0)
		cmd_say_more(o, json_str(page, "cursor"));
	return rc;
}

static int
list(struct cmd *c, struct err *e)
{
	cJSON *page = NULL;
	long limit;
	int rc;

	if ((rc = opts_number(
		 c->opts, OPT_LIMIT, 1, PAGE, LIST_DEFAULT, &limit, e)) < 0 ||
	    (rc = ask_page(c, 0, limit, c->opts->value[OPT_CURSOR], &page, e)) <
		0)
		return rc;
	if (c->json)
		out_json(&c->out, page);
	else
		rc = print_list(&c->out, page, e);
	cJSON_Delete(page);
	return rc;
}

/* --- verify --- */

struct tally {
	struct cmd *c;
	int64_t n, n_bad;
};

static int
count(void *arg, const cJSON *page, const cJSON *one, struct err *e)
{
	struct tally *t = arg;

	(void)page;
	(void)e;
	t->n++;
	if (json_bool(one, "ok", 0))
		return 0;
	t->n_bad++;
	if (t->c->json)
		return 0;
	out_styled(&t->c->out, STYLE_BAD, json_str(one, "name"));
	out_printf(&t->c->out, ": %s\n",
	    lang_pick(json_str(one, "fault"), json_str(one, "fault_th")));
	return 0;
}

static int
print_tally(struct cmd *c, const struct tally *t, struct err *e)
{
	cJSON *v;
	int rc;

	if (!c->json) {
		if (t->n == 0)
			out_printf(&c->out, "%s\n",
			    _("The hall has given no receipt yet."));
		else if (t->n_bad == 0)
			out_printf(&c->out,
			    _("Receipts checked: %lld. Each carries the hall's "
			      "signature and names what is here.\n"),
			    (long long)t->n);
		return 0;
	}
	v = cJSON_CreateObject();
	if ((rc = json_put_bool(v, "ok", t->n_bad == 0, e)) == 0 &&
	    (rc = json_put_int(v, "receipts", t->n, e)) == 0 &&
	    (rc = json_put_int(v, "bad", t->n_bad, e)) == 0)
		out_json(&c->out, v);
	cJSON_Delete(v);
	return rc;
}

static int
verify(struct cmd *c, struct err *e)
{
	struct tally t = { .c = c };
	int rc;

	if ((rc = each_receipt(c, 0, count, &t, e)) < 0 ||
	    (rc = each_receipt(c, 1, count, &t, e)) < 0 ||
	    (rc = print_tally(c, &t, e)) < 0)
		return rc;
	if (t.n_bad == 0)
		return 0;
	rc = err_set(e, ERR_DAMAGED, 0,
	    "%lld of %lld receipts do not pass the check", (long long)t.n_bad,
	    (long long)t.n);
	err_hint(e, "synchronise again; compare with the hall's receipts");
	return rc;
}

/* --- export --- */

struct export
{
	const char *dir;
	int64_t n;
	char example[80]; /* a name, for what is said at the end */
	char principal[16];
	struct buf signers;
};

/* A name that the daemon gave becomes one of a file: letters, digits, "-". */
static int
is_plain(const char *s)
{
	return s != NULL && s[0] != '\0' && strlen(s) < 80 &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(s);
}

static int
write_part(const struct export *x, const char *name, const char *ending,
    const char *text, struct err *e)
{
	char path[PATH_MAX_LEN];
	int rc;

	if ((rc = file_path(
		 path, sizeof(path), e, "%s/%s%s", x->dir, name, ending)) < 0)
		return rc;
	return file_write(path, text, strlen(text), 0644, e);
}

static int
export_one(void *arg, const cJSON *page, const cJSON *one, struct err *e)
{
	struct export *x = arg;
	const char *name = json_str(one, "name");
	const char *text = json_str(one, "text");
	const char *armour = json_str(one, "signature");
	const char *principal = json_str(page, "principal");
	int rc;

	if (text == NULL || text[0] == '\0' || armour == NULL)
		return 0; /* nothing that could be judged: verify tells it */
	if (!is_plain(name) || !is_plain(principal))
		return err_set(
		    e, ERR_FAILED, 0, "the daemon answers what was not asked");
	if (x->n == 0) {
		snprintf(x->example, sizeof(x->example), "%s", name);
		snprintf(
		    x->principal, sizeof(x->principal), "%.15s", principal);
		buf_printf(&x->signers, "%s namespaces=\"" NAMESPACE "\" %s\n",
		    principal, json_str(page, "key"));
	}
	if ((rc = write_part(x, name, ".txt", text, e)) < 0 ||
	    (rc = write_part(x, name, ".txt.sig", armour, e)) < 0)
		return rc;
	x->n++;
	return 0;
}

static int
print_export(struct cmd *c, const struct export *x, struct err *e)
{
	cJSON *v;
	int rc;

	if (!c->json) {
		out_printf(&c->out,
		    lang_n(x->n, "%lld receipt is in %s. To check it:\n",
			"%lld receipts are in %s. To check one:\n"),
		    (long long)x->n, x->dir);
		out_printf(&c->out,
		    "  cd %s && ssh-keygen -Y verify -f allowed_signers -I %s "
		    "-n " NAMESPACE " -s %s.txt.sig < %s.txt\n",
		    x->dir, x->principal, x->example, x->example);
		return 0;
	}
	v = cJSON_CreateObject();
	if ((rc = json_put_str(v, "dir", x->dir, e)) == 0 &&
	    (rc = json_put_int(v, "receipts", x->n, e)) == 0 &&
	    (rc = json_put_str(v, "principal", x->principal, e)) == 0)
		out_json(&c->out, v);
	cJSON_Delete(v);
	return rc;
}

static int
nothing_there(struct err *e)
{
	err_set(e, ERR_NOT_FOUND, 0, "the hall has given no receipt yet");
	err_hint(e, "run 'pmqa sync --wait' first");
	return ERR_NOT_FOUND;
}

static int export(struct cmd *c, struct err *e)
{
	struct export x = { .dir = c->args[0], .signers = BUF_INIT };
	int rc;

	if ((rc = file_mkdirs(x.dir, 0755, e)) < 0 ||
	    (rc = each_receipt(c, 0, export_one, &x, e)) < 0 ||
	    (rc = each_receipt(c, 1, export_one, &x, e)) < 0)
		goto out;
	if (x.n == 0) {
		rc = nothing_there(e);
		goto out;
	}
	if ((rc = buf_ok(&x.signers, e)) == 0 &&
	    (rc = write_part(
		 &x, "allowed_signers", "", buf_str(&x.signers), e)) == 0)
		rc = print_export(c, &x, e);
out:
	buf_release(&x.signers);
	return rc;
}

#define B(o) OPT_BIT(OPT_##o)

const struct cmd_desc cmd_receipts_rows[] = {
	{ "receipts", "", N_("what the hall signed for, newest first"),
	    N_("A receipt is the hall's signed word that it stores everything "
	       "up to a revision, and since when. It alone makes a revision "
	       "synced."),
	    "pmqa receipts\npmqa --dir H receipts --office 9105",
	    B(OFFICE) | B(LIMIT) | B(CURSOR), 0, 0, list },
	{ "receipts verify", "",
	    N_("check the signature of every receipt anew"),
	    N_("Exit status 9 when one does not pass."), "pmqa receipts verify",
	    B(OFFICE), 0, 0, verify },
	{ "receipts export", N_("DIR"),
	    N_("write every receipt so that ssh-keygen can check it"),
	    N_("Each becomes NAME.txt and NAME.txt.sig; allowed_signers holds "
	       "the hall's key. Then no program of PMQA is needed: ssh-keygen "
	       "-Y verify judges. Receipts of evidence files are among them. "
	       "Files of that name are replaced."),
	    "pmqa receipts export receipts", B(OFFICE), 1, 1, export },
};
const size_t cmd_receipts_n_rows =
    sizeof(cmd_receipts_rows) / sizeof(*cmd_receipts_rows);
