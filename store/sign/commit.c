#include "store/sign/commit.h"

#include <git2.h>
#include <inttypes.h>
#include <sodium.h>

#include "base/text.h"
#include "store/git/giterr.h"
#include "store/sign/commit_form.h"
#include "store/sign/sshsig.h"

#define TIME_MAX INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
#define OFFSET_MAX (14 * 60)
#define HEX_LEN ((size_t)2 * COMMIT_ID_LEN)
#define SEQUENCE_MAX INT64_C(9007199254740991) /* exact in JSON */
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGIT "0123456789"

char
commit_letter(const struct commit *c)
{
	const char *dash = strchr(c->device, '-');

	if (dash == NULL)
		return '\0';
	return dash[1];
}

void
commit_name(const struct commit *c, char ret[24])
{
	snprintf(ret, 24, "%c%" PRId64, commit_letter(c), c->sequence);
}

/* 1 if s is one line of UTF-8 without control characters (C0, DEL, C1) and
 * without blanks at its ends; lines: LF and TAB are allowed inside. */
static int
is_clean(const char *s, int lines)
{
	size_t i, len = strlen(s);
	unsigned char c, next;

	if (len == 0 || strchr(" \t\n", s[0]) != NULL ||
	    strchr(" \t\n", s[len - 1]) != NULL || !text_is_utf8(s, len, NULL))
		return 0;
	for (i = 0; i < len; i++) {
		c = (unsigned char)s[i];
		next = (unsigned char)s[i + 1];
		if (c == 0x7f || (c == 0xc2 && next < 0xa0))
			return 0;
		if (c < 0x20 && !(lines && (c == '\n' || c == '\t')))
			return 0;
	}
	return 1;
}

/* 1 if s is not empty and has only these characters. */
static int
is_of(const char *s, const char *chars)
{
	return *s != '\0' && s[strspn(s, chars)] == '\0';
}

static int
is_code(const char *s)
{
	size_t len = strlen(s);

	return (len == 2 || len == 4) && is_of(s, DIGIT);
}

/* "<office>-<letter>" */
static int
is_device(const char *s, const char *office)
{
	size_t n = strlen(office);

	return strlen(s) == n + 2 && memcmp(s, office, n) == 0 && s[n] == '-' &&
	       s[n + 1] >= 'a' && s[n + 1] <= 'z';
}

static int
bad(struct err *e, const char *rule)
{
	return err_set(e, ERR_INVALID, 0, "commit breaks a rule: %s", rule);
}

static int
check_people(const struct commit *c, struct err *e)
{
	if (!is_clean(c->person, 0) || strpbrk(c->person, "<>") != NULL)
		return bad(e, "name of the person");
	if (!is_of(c->login, UPPER LOWER DIGIT "._-") || c->login[0] == '.' ||
	    c->login[0] == '-')
		return bad(e, "login name");
	if (!is_code(c->office))
		return bad(e, "code of the office");
	if (!is_device(c->device, c->office))
		return bad(e, "device");
	if (c->time < 0 || c->time > TIME_MAX || c->offset_min > OFFSET_MAX ||
	    c->offset_min < -OFFSET_MAX)
		return bad(e, "time");
	return 0;
}

int
commit_form_check(const struct commit *c, struct err *e)
{
	int rc;

	if (c->n_parents < 0 || c->n_parents > 2 ||
	    (c->n_parents == 2 &&
		memcmp(c->parents[0], c->parents[1], COMMIT_ID_LEN) == 0))
		return bad(e, "parents");
	if ((rc = check_people(c, e)) < 0)
		return rc;
	if (!is_clean(c->subject, 0))
		return bad(e, "subject");
	if (c->reason[0] != '\0' && !is_clean(c->reason, 1))
		return bad(e, "reason");
	if (!is_of(c->action, LOWER DIGIT "-"))
		return bad(e, "action");
	if (c->edition[0] != '\0' &&
	    (!is_of(
		 c->edition, LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGIT "._-") ||
		strchr("._-", c->edition[0]) != NULL))
		return bad(e, "edition");
	if (c->sequence < 1 || c->sequence > SEQUENCE_MAX)
		return bad(e, "sequence");
	return 0;
}

static void
put_who(struct buf *b, const char *role, const char *name, const char *local,
    const struct commit *c)
{
	int off = c->offset_min < 0 ? -c->offset_min : c->offset_min;

	buf_printf(b, "%s %s <%s@%s> %" PRId64 " %c%02d%02d\n", role, name,
	    local, c->office, c->time, c->offset_min < 0 ? '-' : '+', off / 60,
	    off % 60);
}

void
commit_form_header(const struct commit *c, struct buf *out)
{
	char hex[41], letter[2] = { commit_letter(c), '\0' };
	int i;

	commit_hex(c->tree, hex);
	buf_printf(out, "tree %s\n", hex);
	for (i = 0; i < c->n_parents; i++) {
		commit_hex(c->parents[i], hex);
		buf_printf(out, "parent %s\n", hex);
	}
	put_who(out, "author", c->person, c->login, c);
	put_who(out, "committer", c->device, letter, c);
}

void
commit_form_message(const struct commit *c, struct buf *out)
{
	char hex[2 * COMMIT_CONTENT_LEN + 1];

	sodium_bin2hex(hex, sizeof(hex), c->content, sizeof(c->content));
	buf_printf(out, "%s\n\n", c->subject);
	if (c->reason[0] != '\0')
		buf_printf(out, "%s\n\n", c->reason);
	buf_printf(out,
	    "Action: %s\nDevice: %s\nEdition: %s\nSequence: %" PRId64
	    "\nContent-SHA256: %s\n",
	    c->action, c->device, c->edition[0] != '\0' ? c->edition : "-",
	    c->sequence, hex);
}

/* As git does it: the armour as one header, its lines after the first with a
 * blank before them. */
static void
put_signature(struct buf *out, const char *armour)
{
	buf_puts(out, "gpgsig ");
	for (; *armour != '\0'; armour++) {
		buf_putc(out, *armour);
		if (*armour == '\n')
			buf_putc(out, ' ');
	}
	buf_putc(out, '\n');
}

int
commit_build(const struct commit *c, const struct key *k, struct buf *ret_raw,
    struct err *e)
{
	struct buf payload = BUF_INIT, armour = BUF_INIT;
	size_t header_len;
	int rc;

	if ((rc = commit_form_check(c, e)) < 0)
		goto out;
	commit_form_header(c, &payload);
	header_len = payload.len;
	buf_putc(&payload, '\n');
	commit_form_message(c, &payload);
	if ((rc = buf_ok(&payload, e)) < 0 ||
	    (rc = sshsig_sign(
		 k, SSHSIG_NS_GIT, payload.data, payload.len, &armour, e)) < 0)
		goto out;
	buf_append(ret_raw, payload.data, header_len);
	put_signature(ret_raw, armour.data);
	buf_append(
	    ret_raw, payload.data + header_len, payload.len - header_len);
	rc = buf_ok(ret_raw, e);
out:
	buf_release(&payload);
	buf_release(&armour);
	return rc;
}

int
commit_id(const char *raw, size_t len, unsigned char ret[COMMIT_ID_LEN],
    struct err *e)
{
	git_oid id;
	int rc = git_odb_hash(&id, raw, len, GIT_OBJECT_COMMIT);

	if (rc < 0)
		return giterr_set(e, rc, "cannot hash a commit");
	memcpy(ret, id.id, COMMIT_ID_LEN);
	return 0;
}

static void
hash_text(crypto_hash_sha256_state *st, const char *s)
{
	crypto_hash_sha256_update(st, (const unsigned char *)s, strlen(s));
}

static void
hash_parents(crypto_hash_sha256_state *st, int n,
    const unsigned char parent_content[][COMMIT_CONTENT_LEN])
{
	static const unsigned char none[COMMIT_CONTENT_LEN];
	char hex[2 * COMMIT_CONTENT_LEN + 1];
	int i;

	for (i = 0; i < (n > 0 ? n : 1); i++) {
		sodium_bin2hex(hex, sizeof(hex),
		    n > 0 ? parent_content[i] : none, COMMIT_CONTENT_LEN);
		hash_text(st, "parent ");
		hash_text(st, hex);
		hash_text(st, "\n");
	}
}

/* One line as sha256sum writes it. */
static void
hash_file(crypto_hash_sha256_state *st, const struct commit_file *f)
{
	unsigned char sum[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof(sum) + 1];

	if (f->bytes != NULL) {
		crypto_hash_sha256(
		    sum, (const unsigned char *)f->bytes, f->len);
		sodium_bin2hex(hex, sizeof(hex), sum, sizeof(sum));
	} else {
		snprintf(hex, sizeof(hex), "-");
	}
	hash_text(st, hex);
	hash_text(st, "  ");
	hash_text(st, f->path);
	hash_text(st, "\n");
}

int
commit_content(const struct commit_file *files, size_t n, int n_parents,
    const unsigned char parent_content[][COMMIT_CONTENT_LEN],
    unsigned char ret[COMMIT_CONTENT_LEN], struct err *e)
{
	crypto_hash_sha256_state st;
	size_t i;

	if (n_parents < 0 || n_parents > 2)
		return bad(e, "parents");
	crypto_hash_sha256_init(&st);
	hash_parents(&st, n_parents, parent_content);
	for (i = 0; i < n; i++) {
		/* any other order or a path of two lines would give one
		 * content two hashes, or two contents one */
		if ((i > 0 && strcmp(files[i - 1].path, files[i].path) >= 0) ||
		    strchr(files[i].path, '\n') != NULL)
			return bad(e, "order of the changed files");
		hash_file(&st, &files[i]);
	}
	crypto_hash_sha256_final(&st, ret);
	return 0;
}

void
commit_hex(const unsigned char id[COMMIT_ID_LEN], char ret[41])
{
	sodium_bin2hex(ret, 41, id, COMMIT_ID_LEN);
}

int
commit_unhex(const char *hex, unsigned char ret[COMMIT_ID_LEN], struct err *e)
{
	if (strlen(hex) != HEX_LEN || !is_of(hex, DIGIT "abcdef"))
		return err_set(e, ERR_INVALID, 0,
		    "not a commit id of 40 hexadecimal digits: '%.50s'", hex);
	if (sodium_hex2bin(
		ret, COMMIT_ID_LEN, hex, HEX_LEN, NULL, NULL, NULL) != 0)
		return err_set(e, ERR_FAILED, 0, "cannot read a commit id");
	return 0;
}
