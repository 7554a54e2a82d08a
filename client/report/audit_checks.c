#include "client/report/audit_checks.h"

#include "client/lang.h"

#define IDS_MAX 60 /* on one command line */
#define GIT_VERIFY                                                             \
	"git -c gpg.format=ssh -c gpg.ssh.allowedSignersFile=\"$PWD/"          \
	"allowed_signers\" verify-commit"

/* --- what may stand in a command --- */

static int
made_of(const char *s, const char *signs)
{
	return s != NULL && s[0] != '\0' && strspn(s, signs) == strlen(s);
}

static int
is_id(const char *s)
{
	return made_of(s, "0123456789abcdef") && strlen(s) == 40;
}

/* Records and refs: never anything that a shell would read. */
static int
is_name(const char *s)
{
	return made_of(s, "abcdefghijklmnopqrstuvwxyz0123456789"
			  "ABCDEFGHIJKLMNOPQRSTUVWXYZ./-_") &&
	       s[0] != '-';
}

/* One word of a shell, whatever is in it. */
static void
quote(struct buf *b, const char *s)
{
	buf_putc(b, '\'');
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			buf_puts(b, "'\\''");
		else if (*s != '\n' && *s != '\r')
			buf_putc(b, *s);
	}
	buf_putc(b, '\'');
}

/* 1: one of its lines is the mark that would end it early. */
static int
has_line(const char *text, const char *mark)
{
	size_t len = strlen(mark);
	const char *at = text;

	while ((at = strstr(at, mark)) != NULL) {
		if ((at == text || at[-1] == '\n') &&
		    (at[len] == '\n' || at[len] == '\0'))
			return 1;
		at += len;
	}
	return 0;
}

/* Lines up to a mark that is no line of them. */
static void
here(struct buf *b, const char *file, const char *mark, const char *text)
{
	size_t len = strlen(text);

	buf_printf(b, "cat > %s <<'%s'\n%s%s%s\n", file, mark, text,
	    len > 0 && text[len - 1] == '\n' ? "" : "\n", mark);
}

static const cJSON *
proofs(const cJSON *doc)
{
	return json_get(doc, "proofs");
}

static int
has_province(const cJSON *doc)
{
	return json_get(doc, "offices") != NULL ||
	       strncmp(json_str(json_get(proofs(doc), "office"), "ref") != NULL
			   ? json_str(json_get(proofs(doc), "office"), "ref")
			   : "",
		   "refs/offices/", 13) == 0;
}

/* --- each check: nothing written means that there is nothing to check --- */

static void
put_clone(struct buf *b, const cJSON *doc)
{
	const cJSON *url = json_get(proofs(doc), "urls");

	url = url != NULL ? url->child : NULL;
	buf_puts(b, "git clone --mirror ");
	if (url != NULL && cJSON_IsString(url))
		quote(b, url->valuestring);
	else
		buf_puts(b, "\"$PROVINCE\"");
	buf_puts(b, " audit.git\ncd audit.git\n");
}

static void
put_fsck(struct buf *b, const cJSON *doc)
{
	(void)doc;
	buf_puts(b, "git fsck --strict --full\n");
}

static void
put_signers(struct buf *b, const cJSON *doc)
{
	const char *text = json_str(proofs(doc), "signers");

	if (has_province(doc))
		buf_puts(b,
		    "git show refs/heads/hall:allowed_signers > "
		    "allowed_signers\n"
		    "git show refs/heads/hall:province.json |\n"
		    "\tsed -n 's/.*\"key\": *\"\\([^\"]*\\)\".*/\\1/p' |\n"
		    "\tssh-keygen -l -f -\n");
	else if (text != NULL && !has_line(text, "SIGNERS"))
		here(b, "allowed_signers", "SIGNERS", text);
}

static void
one_tip(struct buf *b, const cJSON *tip)
{
	const char *id = json_str(tip, "commit"), *ref = json_str(tip, "ref");

	if (!is_id(id) || !is_name(ref))
		return;
	buf_printf(b, "git merge-base --is-ancestor %s %s\n", id, ref);
	buf_printf(b, "test \"$(git rev-list --count %s)\" = %lld\n", id,
	    (long long)json_int(tip, "revisions", 0));
}

static void
put_tips(struct buf *b, const cJSON *doc)
{
	const cJSON *one;

	one_tip(b, json_get(proofs(doc), "office"));
	one_tip(b, json_get(proofs(doc), "hall"));
	cJSON_ArrayForEach (one, json_get(doc, "offices")) {
		const char *code = json_str(one, "code");
		const char *id = json_str(one, "commit");

		if (!is_name(code))
			continue;
		if (is_id(id))
			buf_printf(b,
			    "git merge-base --is-ancestor %s "
			    "refs/offices/%s\n",
			    id, code);
		id = json_str(one, "hall_commit");
		if (is_id(id))
			buf_printf(b,
			    "git merge-base --is-ancestor %s refs/halls/%s\n",
			    id, code);
	}
}

static void
put_signatures(struct buf *b, const cJSON *doc)
{
	const char *office =
	    json_str(json_get(proofs(doc), "office"), "commit");
	const char *hall = json_str(json_get(proofs(doc), "hall"), "commit");

	buf_puts(b, "git rev-list ");
	if (json_get(doc, "offices") != NULL)
		buf_puts(b, "--all");
	else
		buf_printf(b, "%s %s%s", is_id(office) ? office : "",
		    is_id(hall) ? hall : "",
		    has_province(doc) ? " refs/heads/hall" : "");
	buf_puts(b, " > commits.txt\nxargs " GIT_VERIFY
		    " < commits.txt 2> verified.txt\n"
		    "grep -c '^Good \"git\" signature' verified.txt\n");
}

static void
put_signoffs(struct buf *b, const cJSON *doc)
{
	struct buf ids = BUF_INIT;
	const cJSON *one;
	int n = 0;

	cJSON_ArrayForEach (one, json_get(doc, "signoffs"))
		if (is_id(json_str(one, "commit")) && n++ < IDS_MAX)
			buf_printf(&ids, " %s", json_str(one, "commit"));
	if (n > 0)
		buf_printf(b,
		    "git log --no-walk --date=iso --format='%%h %%ad %%an "
		    "<%%ae> on %%cn: %%s'%s\n" GIT_VERIFY "%s\n",
		    buf_str(&ids), buf_str(&ids));
	b->failed |= ids.failed;
	buf_release(&ids);
}

/* Hall's word for what it had when; signed is what must come before it. */
static void
one_receipt(struct buf *b, const cJSON *doc, const char *key, const char *file,
    const char *signed_off)
{
	const cJSON *r = json_get(proofs(doc), key);
	const char *by = json_str(proofs(doc), "principal");
	const char *text = json_str(r, "text"), *sig = json_str(r, "signature");
	const char *tip = json_str(r, "tip");
	const char *ref = json_str(json_get(proofs(doc), "office"), "ref");
	char name[64];

	if (text == NULL || sig == NULL || has_line(text, "TEXT") ||
	    has_line(sig, "SIGNATURE") || !is_id(tip) || !is_name(by) ||
	    !is_name(ref))
		return;
	here(b, file, "TEXT", text);
	snprintf(name, sizeof(name), "%s.sig", file);
	here(b, name, "SIGNATURE", sig);
	buf_printf(b,
	    "ssh-keygen -Y verify -f allowed_signers -I %s -n pmqa-receipt -s "
	    "%s < %s\ngit merge-base --is-ancestor %s %s\n",
	    by, name, file, tip, ref);
	if (is_id(signed_off))
		buf_printf(
		    b, "git merge-base --is-ancestor %s %s\n", signed_off, tip);
}

static void
put_receipt(struct buf *b, const cJSON *doc)
{
	one_receipt(b, doc, "receipt", "receipt.txt", NULL);
}

static void
put_received(struct buf *b, const cJSON *doc)
{
	const cJSON *at = json_get(json_get(doc, "scores"), "at"), *last = NULL;
	const cJSON *one;

	cJSON_ArrayForEach (one, at)
		last = one;
	one_receipt(b, doc, "submission_receipt", "submission.txt",
	    json_str(last, "commit"));
}

/* The item that was written most: the others go the same way. */
static void
put_changes(struct buf *b, const cJSON *doc)
{
	const char *id = json_str(json_get(proofs(doc), "office"), "commit");
	const cJSON *one, *most = NULL;

	cJSON_ArrayForEach (one, json_get(doc, "records"))
		if (strstr(json_str(one, "record"), "/items/") != NULL &&
		    (most == NULL || json_int(one, "revisions", 0) >
					 json_int(most, "revisions", 0)))
			most = one;
	if (most == NULL || !is_id(id) || !is_name(json_str(most, "record")))
		return;
	buf_printf(b,
	    "git log -p --date=iso --format='%%n%%h %%ad %%an on %%cn: %%s' "
	    "%s -- %s.json\n"
	    "git blame --date=iso %s -- %s.json\n",
	    id, json_str(most, "record"), id, json_str(most, "record"));
}

/* The answers as they stood when the year was signed off. */
static void
put_scores(struct buf *b, const cJSON *doc)
{
	const cJSON *at = json_get(json_get(doc, "scores"), "at"), *one;

	cJSON_ArrayForEach (one, at)
		if (is_id(json_str(one, "commit")))
			buf_printf(b, "git ls-tree -r %s %lld/items/\n",
			    json_str(one, "commit"),
			    (long long)json_int(doc, "year", 0));
}

static void
put_flags(struct buf *b, const cJSON *doc)
{
	const cJSON *flag, *one;
	int n = 0;

	cJSON_ArrayForEach (flag, json_get(json_get(doc, "flags"), "flags")) {
		cJSON_ArrayForEach (one, json_get(flag, "revisions")) {
			if (!is_id(json_str(one, "commit")) || n == IDS_MAX)
				continue;
			if (n++ == 0)
				buf_puts(b, "git log --no-walk --date=iso "
					    "--format='%h %ad %an on %cn: %s'");
			buf_printf(b, " %s", json_str(one, "commit"));
		}
	}
	if (n > 0)
		buf_putc(b, '\n');
}

static void
put_log(struct buf *b, const cJSON *doc)
{
	const cJSON *log = json_get(proofs(doc), "log");
	const char *hash = json_str(json_get(log, "anchored"), "hash");

	if (!made_of(hash, "0123456789abcdef") ||
	    json_int(json_get(log, "anchored"), "n", 0) == 0)
		return;
	buf_printf(b,
	    "git log -p --format='%%n%%h %%ad' refs/heads/hall -- log.json > "
	    "log_heads.txt\ngrep %s log_heads.txt\n",
	    hash);
}

/* --- all of them --- */

static const struct {
	const char *id, *what;
	void (*put)(struct buf *b, const cJSON *doc);
} checks[] = {
	{ "clone",
	    N_("Fetch the record. The hall gives an auditor's key the right "
	       "to do so and nothing else; an office shows its own."),
	    put_clone },
	{ "fsck",
	    N_("Every object is what its name says: nothing was changed in "
	       "its place."),
	    put_fsck },
	{ "signers",
	    N_("The keys that signed. Compare the hall's fingerprint with the "
	       "one on paper; the others hang on it."),
	    put_signers },
	{ "tips",
	    N_("The dossier speaks of this record: what it names is still "
	       "contained, and as many revisions lead to it."),
	    put_tips },
	{ "signatures",
	    N_("Every revision carries the signature of a key that was good "
	       "at its time."),
	    put_signatures },
	{ "signoffs",
	    N_("Who signed off and who decided, on which machine, and that "
	       "the signatures are good."),
	    put_signoffs },
	{ "received",
	    N_("The hall's own word on when it had the last submission: by "
	       "it, and not by an office's clock, it is in time or late."),
	    put_received },
	{ "receipt", N_("The hall's word for the newest revision that it had."),
	    put_receipt },
	{ "scores",
	    N_("The answers as they stood at each submission; git show "
	       "COMMIT:FILE prints one."),
	    put_scores },
	{ "changes",
	    N_("Who changed what from what to what, and when: here for the "
	       "item that was written most."),
	    put_changes },
	{ "flags",
	    N_("The revisions that the flags name; git show COMMIT prints "
	       "one."),
	    put_flags },
	{ "log",
	    N_("The head of the hall's acceptance log, as the hall signed "
	       "it."),
	    put_log },
};

int
audit_checks_add(cJSON *doc, struct err *e)
{
	cJSON *list = cJSON_CreateArray(), *one;
	struct buf b = BUF_INIT;
	int rc = json_put(doc, "checks", list, e);

	for (size_t i = 0; rc == 0 && i < sizeof(checks) / sizeof(checks[0]);
	     i++) {
		buf_clear(&b);
		checks[i].put(&b, doc);
		if ((rc = buf_ok(&b, e)) < 0 || b.len == 0)
			continue;
		one = cJSON_CreateObject();
		if ((rc = json_push(list, one, e)) == 0 &&
		    (rc = json_put_str(one, "id", checks[i].id, e)) == 0 &&
		    (rc = json_put_str(
			 one, "what", err_tr(checks[i].what), e)) == 0)
			rc = json_put_str(one, "commands", buf_str(&b), e);
	}
	buf_release(&b);
	return rc;
}
