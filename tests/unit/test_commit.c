#include "tests/unit/test.h"

#include <inttypes.h>

#include "base/file.h"
#include "store/git/giterr.h"
#include "store/git/repo.h"
#include "store/sign/commit.h"
#include "store/sign/sshsig.h"

#define REASON "แก้ตามที่ตรวจพบ\n\nAction: not a trailer\ngpgsig -----BEGIN\n\tend"

static char *dir;
static struct key key;
static struct repo *repo;

static const char *
in_dir(const char *name)
{
	static char paths[4][512];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

static void
fill(struct commit *c)
{
	memset(c, 0, sizeof(*c));
	memset(c->tree, 0x11, sizeof(c->tree));
	memset(c->parents[0], 0x22, sizeof(c->parents[0]));
	memset(c->parents[1], 0x33, sizeof(c->parents[1]));
	memset(c->content, 0x44, sizeof(c->content));
	c->n_parents = 1;
	snprintf(c->person, sizeof(c->person), "สมชาย ใจดี");
	snprintf(c->login, sizeof(c->login), "somchai.j");
	snprintf(c->office, sizeof(c->office), "9105");
	snprintf(c->device, sizeof(c->device), "9105-a");
	c->time = 1700000000;
	c->offset_min = 420;
	snprintf(c->subject, sizeof(c->subject),
	    "9105/2565 1.1: tick B2, explanation");
	snprintf(c->action, sizeof(c->action), "tick");
	snprintf(c->edition, sizeof(c->edition), "pmqa4-2562");
	c->sequence = 142;
}

static void
build(const struct commit *c, struct buf *raw)
{
	struct err e = { 0 };

	buf_clear(raw);
	assert_ok(commit_build(c, &key, raw, &e), &e);
}

static void
refuse_build(const struct commit *c, const char *rule)
{
	struct buf raw = BUF_INIT;
	struct err e = { 0 };

	assert_err(commit_build(c, &key, &raw, &e), ERR_INVALID, &e, rule);
	assert_int_equal(raw.len, 0);
}

static void
refuse(const char *raw, size_t len, const char *text)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	struct err e = { 0 };
	struct commit c;

	assert_err(commit_parse(raw, len, &c, &e), ERR_INVALID, &e, text);
	assert_err(commit_verify(raw, len, pub, &e), ERR_INVALID, &e, text);
}

/* The commit with the first `from` replaced by `to`. */
static void
edit(const struct buf *raw, const char *from, const char *to, struct buf *ret)
{
	const char *at = strstr(raw->data, from);

	assert_non_null(at);
	buf_clear(ret);
	buf_append(ret, raw->data, (size_t)(at - raw->data));
	buf_puts(ret, to);
	buf_puts(ret, at + strlen(from));
}

/* What was edited must be refused with this sentence. */
static void
refuse_edit(const char *from, const char *to, const char *text)
{
	struct buf raw = BUF_INIT, bad = BUF_INIT;
	struct commit c;

	fill(&c);
	build(&c, &raw);
	edit(&raw, from, to, &bad);
	refuse(bad.data, bad.len, text);
	buf_release(&raw);
	buf_release(&bad);
}

/* A commit of any payload, properly signed over it: the attacker holds a key
 * but does not keep to the form. */
static void
sign_payload(
    const char *header, const char *message, const char *ns, struct buf *raw)
{
	struct buf payload = BUF_INIT, armour = BUF_INIT;
	struct err e = { 0 };
	const char *p;

	buf_printf(&payload, "%s\n%s", header, message);
	assert_ok(
	    sshsig_sign(&key, ns, payload.data, payload.len, &armour, &e), &e);
	buf_clear(raw);
	buf_printf(raw, "%sgpgsig ", header);
	for (p = armour.data; *p != '\0'; p++)
		buf_printf(raw, *p == '\n' ? "%c " : "%c", *p);
	buf_printf(raw, "\n\n%s", message);
	buf_release(&payload);
	buf_release(&armour);
}

#define TREE "tree 1111111111111111111111111111111111111111\n"
#define PARENT "parent 2222222222222222222222222222222222222222\n"
#define AUTHOR "author A B <ab@9105> 1700000000 +0700\n"
#define COMMITTER "committer 9105-a <a@9105> 1700000000 +0700\n"
#define TRAILERS                                                               \
	"Action: tick\nDevice: 9105-a\nEdition: -\nSequence: 1\n"              \
	"Content-SHA256: "                                                     \
	"0000000000000000000000000000000000000000000000000000000000000000\n"
#define MESSAGE "subject\n\n" TRAILERS

static void
refuse_signed(const char *header, const char *message, const char *text)
{
	struct buf raw = BUF_INIT;

	sign_payload(header, message, "git", &raw);
	refuse(raw.data, raw.len, text);
	buf_release(&raw);
}

static void
test_commit__parses_what_it_builds(void **state)
{
	struct buf raw = BUF_INIT;
	struct err e = { 0 };
	struct commit c, back;

	(void)state;
	fill(&c);
	snprintf(c.reason, sizeof(c.reason), "%s", REASON);
	build(&c, &raw);

	assert_ok(commit_parse(raw.data, raw.len, &back, &e), &e);

	assert_non_null(back.armour);
	assert_true(back.armour > raw.data &&
		    back.armour + back.armour_len < raw.data + raw.len);
	back.armour = NULL;
	back.armour_len = 0;
	memset(c.parents[1], 0, sizeof(c.parents[1])); /* not a parent */
	assert_memory_equal(back.tree, c.tree, sizeof(c.tree));
	assert_memory_equal(&back.parents, &c.parents, sizeof(c.parents));
	assert_string_equal(back.person, c.person);
	assert_string_equal(back.login, c.login);
	assert_string_equal(back.office, c.office);
	assert_string_equal(back.device, c.device);
	assert_int_equal(back.time, c.time);
	assert_int_equal(back.offset_min, c.offset_min);
	assert_string_equal(back.subject, c.subject);
	assert_string_equal(back.reason, c.reason);
	assert_string_equal(back.action, c.action);
	assert_string_equal(back.edition, c.edition);
	assert_int_equal(back.sequence, c.sequence);
	assert_memory_equal(back.content, c.content, sizeof(c.content));
	buf_release(&raw);
}

static void
test_commit__verifies_what_it_builds(void **state)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	struct buf raw = BUF_INIT;
	struct err e = { 0 };
	struct commit c;

	(void)state;
	fill(&c);
	build(&c, &raw);

	assert_ok(commit_verify(raw.data, raw.len, pub, &e), &e);

	assert_memory_equal(pub, key.pub, sizeof(pub));
	buf_release(&raw);
}

static void
test_commit__is_a_pure_function_of_its_fields(void **state)
{
	struct buf one = BUF_INIT, two = BUF_INIT;
	struct commit c;

	(void)state;
	fill(&c);
	build(&c, &one);
	build(&c, &two);

	assert_string_equal(one.data, two.data);
	buf_release(&one);
	buf_release(&two);
}

static void
test_commit__takes_no_one_or_two_parents(void **state)
{
	struct buf raw = BUF_INIT;
	struct err e = { 0 };
	struct commit c, back;
	int n;

	(void)state;
	for (n = 0; n <= 2; n++) {
		fill(&c);
		c.n_parents = n;
		build(&c, &raw);
		assert_ok(commit_parse(raw.data, raw.len, &back, &e), &e);
		assert_int_equal(back.n_parents, n);
		assert_memory_equal(
		    back.parents, c.parents, (size_t)n * COMMIT_ID_LEN);
	}
	fill(&c);
	c.n_parents = 3;
	refuse_build(&c, "parents");
	c.n_parents = 2;
	memcpy(c.parents[1], c.parents[0], COMMIT_ID_LEN);
	refuse_build(&c, "parents");
	buf_release(&raw);
}

static void
test_commit__keeps_offsets_west_and_by_minutes(void **state)
{
	struct buf raw = BUF_INIT;
	struct err e = { 0 };
	struct commit c, back;

	(void)state;
	fill(&c);
	c.offset_min = -210;
	build(&c, &raw);

	assert_ok(commit_parse(raw.data, raw.len, &back, &e), &e);

	assert_int_equal(back.offset_min, -210);
	assert_non_null(strstr(raw.data, " -0330\n"));
	buf_release(&raw);
}

static void
test_commit__names_a_revision_by_letter_and_sequence(void **state)
{
	struct commit c;
	char name[24];

	(void)state;
	fill(&c);
	commit_name(&c, name);

	assert_string_equal(name, "a142");
	assert_int_equal(commit_letter(&c), 'a');
}

static void
test_commit__refuses_unsafe_names(void **state)
{
	struct commit c;

	(void)state;
	fill(&c);
	snprintf(c.person, sizeof(c.person), "a <b");
	refuse_build(&c, "name of the person");
	snprintf(c.person, sizeof(c.person), "a> b");
	refuse_build(&c, "name of the person");
	snprintf(c.person, sizeof(c.person), "a\nb");
	refuse_build(&c, "name of the person");
	snprintf(c.person, sizeof(c.person), "a\x1b[2J");
	refuse_build(&c, "name of the person");
	snprintf(c.person, sizeof(c.person), "a\xc2\x9b");
	refuse_build(&c, "name of the person");
	snprintf(c.person, sizeof(c.person), "a\xff");
	refuse_build(&c, "name of the person");
	snprintf(c.person, sizeof(c.person), " a");
	refuse_build(&c, "name of the person");
	snprintf(c.person, sizeof(c.person), "a ");
	refuse_build(&c, "name of the person");
	c.person[0] = '\0';
	refuse_build(&c, "name of the person");
}

static void
test_commit__refuses_unsafe_logins(void **state)
{
	struct commit c;

	(void)state;
	fill(&c);
	snprintf(c.login, sizeof(c.login), "DOM\\somchai");
	refuse_build(&c, "login name");
	snprintf(c.login, sizeof(c.login), "a@b");
	refuse_build(&c, "login name");
	snprintf(c.login, sizeof(c.login), "-a");
	refuse_build(&c, "login name");
	snprintf(c.login, sizeof(c.login), ".a");
	refuse_build(&c, "login name");
	c.login[0] = '\0';
	refuse_build(&c, "login name");
}

static void
test_commit__refuses_a_device_of_another_office(void **state)
{
	struct commit c;

	(void)state;
	fill(&c);
	snprintf(c.device, sizeof(c.device), "9106-a");
	refuse_build(&c, "device");
	snprintf(c.device, sizeof(c.device), "9105-A");
	refuse_build(&c, "device");
	snprintf(c.device, sizeof(c.device), "9105-ab");
	refuse_build(&c, "device");
	snprintf(c.office, sizeof(c.office), "910");
	refuse_build(&c, "code of the office");
}

static void
test_commit__refuses_messages_of_another_form(void **state)
{
	struct commit c;

	(void)state;
	fill(&c);
	snprintf(c.subject, sizeof(c.subject), "two\nlines");
	refuse_build(&c, "subject");
	fill(&c);
	c.subject[0] = '\0';
	refuse_build(&c, "subject");
	fill(&c);
	snprintf(c.reason, sizeof(c.reason), "ends with a line feed\n");
	refuse_build(&c, "reason");
	snprintf(c.reason, sizeof(c.reason), "carriage\r\nreturn");
	refuse_build(&c, "reason");
	fill(&c);
	snprintf(c.action, sizeof(c.action), "Tick");
	refuse_build(&c, "action");
	fill(&c);
	snprintf(c.edition, sizeof(c.edition), "a b");
	refuse_build(&c, "edition");
	snprintf(c.edition, sizeof(c.edition), "-");
	refuse_build(&c, "edition");
	fill(&c);
	c.sequence = 0;
	refuse_build(&c, "sequence");
	fill(&c);
	c.time = -1;
	refuse_build(&c, "time");
	fill(&c);
	c.offset_min = 15 * 60;
	refuse_build(&c, "time");
}

static void
test_commit__refuses_a_signature_in_the_message(void **state)
{
	struct buf raw = BUF_INIT, bad = BUF_INIT;
	const char *sig, *rest;
	struct commit c;

	(void)state;
	fill(&c);
	build(&c, &raw);
	sig = strstr(raw.data, "gpgsig ");
	rest = strstr(sig, "\n\n");
	buf_append(&bad, raw.data, (size_t)(sig - raw.data));
	buf_printf(&bad, "%s\n%.*s\n", rest + 1, (int)(rest - sig), sig);

	refuse(bad.data, bad.len, "has no signature");
	buf_release(&raw);
	buf_release(&bad);
}

static void
test_commit__refuses_a_nul_byte(void **state)
{
	struct buf raw = BUF_INIT;
	struct commit c;

	(void)state;
	fill(&c);
	build(&c, &raw);
	buf_append(&raw, "\0unsigned\n", 10);

	refuse(raw.data, raw.len, "NUL");
	buf_release(&raw);
}

static void
test_commit__refuses_two_signatures(void **state)
{
	struct buf raw = BUF_INIT, bad = BUF_INIT;
	const char *sig, *rest;
	struct commit c;

	(void)state;
	fill(&c);
	build(&c, &raw);
	sig = strstr(raw.data, "gpgsig ");
	rest = strstr(sig, "\n\n");
	buf_append(&bad, raw.data, (size_t)(rest + 1 - raw.data));
	buf_append(&bad, sig, (size_t)(rest + 1 - sig));
	buf_puts(&bad, rest + 1);

	refuse(bad.data, bad.len, "not one SSH signature");
	buf_release(&raw);
	buf_release(&bad);
}

static void
test_commit__refuses_other_headers(void **state)
{
	(void)state;
	refuse_edit("gpgsig ", "gpgsig-sha256 x\ngpgsig ", "headers");
	refuse_edit("gpgsig ", "encoding UTF-8\ngpgsig ", "headers");
	refuse_edit(
	    "gpgsig ", "mergetag object 1\n type x\ngpgsig ", "headers");
	refuse_edit("gpgsig ", "x y\ngpgsig ", "headers");
	refuse_edit("tree ", TREE "tree ", "headers");
	refuse_edit("author ", "author x <y@9105> 1 +0000\nauthor ", "headers");
	refuse_edit("-----END SSH SIGNATURE-----\n\n",
	    "-----END SSH SIGNATURE-----\nencoding UTF-8\n\n",
	    "not one SSH signature");
	refuse_edit("-----END SSH SIGNATURE-----\n\n",
	    "-----END SSH SIGNATURE-----\n \n\n", "not one SSH signature");
	refuse_edit("-----END SSH SIGNATURE-----\n\n",
	    "-----END SSH SIGNATURE-----\n", "not one SSH signature");
	refuse_edit("gpgsig -----BEGIN SSH SIGNATURE",
	    "gpgsig -----BEGIN PGP SIGNATURE", "not one SSH signature");
}

/* The same rules when the extra text is covered by a good signature. */
static void
test_commit__refuses_other_forms_though_signed(void **state)
{
	struct buf raw = BUF_INIT;
	struct err e = { 0 };
	struct commit c;

	(void)state;
	sign_payload(TREE PARENT AUTHOR COMMITTER, MESSAGE, "git", &raw);
	assert_ok(commit_parse(raw.data, raw.len, &c, &e), &e);
	buf_release(&raw);

	refuse_signed(TREE TREE AUTHOR COMMITTER, MESSAGE, "headers");
	refuse_signed(
	    TREE AUTHOR COMMITTER "encoding TIS-620\n", MESSAGE, "headers");
	refuse_signed(AUTHOR TREE COMMITTER, MESSAGE, "headers");
	refuse_signed(TREE COMMITTER AUTHOR, MESSAGE, "headers");
	refuse_signed(TREE PARENT PARENT AUTHOR COMMITTER, MESSAGE, "parents");
	refuse_signed(TREE "author A  <ab@9105> 1700000000 +0700\n" COMMITTER,
	    MESSAGE, "name of the person");
	refuse_signed(TREE "author A B <ab@9105> 01700000000 +0700\n" COMMITTER,
	    MESSAGE, "headers");
	refuse_signed(TREE "author A B <ab@9105> 1700000000 +0660\n" COMMITTER,
	    MESSAGE, "headers");
	refuse_signed(TREE "author A B <ab@9105> 1700000000 -0000\n" COMMITTER,
	    MESSAGE, "headers");
	refuse_signed(TREE "author A B <ab@9105> 1700000001 +0700\n" COMMITTER,
	    MESSAGE, "headers");
	refuse_signed(TREE AUTHOR
	    "committer 9105-a <b@9105> 1700000000 +0700\n",
	    MESSAGE, "headers");
	refuse_signed(TREE AUTHOR COMMITTER, "subject\n" TRAILERS, "message");
	refuse_signed(TREE AUTHOR COMMITTER, TRAILERS, "message");
	refuse_signed(TREE AUTHOR COMMITTER, MESSAGE "more\n", "message");
	refuse_signed(
	    TREE AUTHOR COMMITTER, "subject\n\n\n" TRAILERS, "message");
	refuse_signed(
	    TREE AUTHOR COMMITTER, "subject\n\nreason\n" TRAILERS, "message");
	refuse_signed(
	    TREE AUTHOR COMMITTER, "subject\n\n\nr\n\n" TRAILERS, "reason");
	refuse_signed(TREE AUTHOR COMMITTER, "", "");
}

static void
test_commit__refuses_a_missing_final_line_feed(void **state)
{
	struct buf raw = BUF_INIT;
	struct commit c;

	(void)state;
	fill(&c);
	build(&c, &raw);

	refuse(raw.data, raw.len - 1, "line feed");
	buf_release(&raw);
}

static void
test_commit__refuses_oversize(void **state)
{
	struct buf raw = BUF_INIT;
	struct commit c;

	(void)state;
	fill(&c);
	build(&c, &raw);
	while (raw.len <= COMMIT_MAX)
		buf_putc(&raw, '\n');

	refuse(raw.data, raw.len, "too large");
	buf_release(&raw);
}

static void
test_commit__refuses_another_namespace(void **state)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	struct buf raw = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	sign_payload(TREE AUTHOR COMMITTER, MESSAGE, SSHSIG_NS_RECEIPT, &raw);

	assert_err(commit_verify(raw.data, raw.len, pub, &e), ERR_INVALID, &e,
	    "something else");
	buf_release(&raw);
}

/* A signature says who signed; a foreign key must be seen as foreign. */
static void
test_commit__gives_the_key_that_signed(void **state)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	struct buf raw = BUF_INIT;
	struct err e = { 0 };
	struct commit c;
	struct key other;

	(void)state;
	assert_ok(key_generate(&other, &e), &e);
	fill(&c);
	assert_ok(commit_build(&c, &other, &raw, &e), &e);

	assert_ok(commit_verify(raw.data, raw.len, pub, &e), &e);

	assert_memory_equal(pub, other.pub, sizeof(pub));
	assert_memory_not_equal(pub, key.pub, sizeof(pub));
	buf_release(&raw);
}

/* Every bit of the commit: none may be changed under the signature, and so no
 * content has two ids. */
static void
test_commit__verifies_no_changed_bit(void **state)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	struct buf raw = BUF_INIT;
	struct err e = { 0 };
	struct commit c;
	size_t i;
	int bit;

	(void)state;
	fill(&c);
	snprintf(c.reason, sizeof(c.reason), "%s", REASON);
	build(&c, &raw);

	for (i = 0; i < raw.len; i++) {
		for (bit = 0; bit < 8; bit++) {
			raw.data[i] ^= (char)(1 << bit);
			assert_int_equal(
			    commit_verify(raw.data, raw.len, pub, &e),
			    ERR_INVALID);
			raw.data[i] ^= (char)(1 << bit);
		}
	}
	assert_ok(commit_verify(raw.data, raw.len, pub, &e), &e);
	buf_release(&raw);
}

/* Random copies of its own bytes over others: what still has the form is not
 * what was signed. */
static void
test_commit__accepts_only_its_own_form(void **state)
{
	static char bytes[COMMIT_MAX];
	unsigned char pub[KEY_PUBLIC_LEN];
	struct buf raw = BUF_INIT;
	uint64_t seed = test_seed();
	struct err e = { 0 };
	struct commit c, back;
	size_t at, from, n;
	int i;

	(void)state;
	fill(&c);
	build(&c, &raw);
	for (i = 0; i < 20000; i++) {
		memcpy(bytes, raw.data, raw.len);
		at = test_random(&seed) % raw.len;
		from = test_random(&seed) % raw.len;
		n = test_random(&seed) % 40;
		if (at + n > raw.len || from + n > raw.len)
			n = 1;
		memmove(bytes + at, bytes + from, n);
		if (memcmp(bytes, raw.data, raw.len) == 0)
			continue;
		if (commit_parse(bytes, raw.len, &back, &e) == 0)
			assert_int_equal(commit_verify(bytes, raw.len, pub, &e),
			    ERR_INVALID);
	}
	buf_release(&raw);
}

static void
check_content(const unsigned char *hash, const char *want)
{
	char hex[2 * COMMIT_CONTENT_LEN + 1];
	size_t i;

	for (i = 0; i < COMMIT_CONTENT_LEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	assert_string_equal(hex, want);
}

/* Expected values worked out with sha256sum: of each text, then of the lines
 * that hold those sums. */
static void
test_commit__hashes_content_in_a_chain(void **state)
{
	const struct commit_file first[] = { { "a", "a", 1 },
		{ "b", NULL, 0 } };
	const struct commit_file next[] = { { "c/d", "xy", 2 } };
	unsigned char chain[2][COMMIT_CONTENT_LEN] = { { 0 } };
	unsigned char hash[COMMIT_CONTENT_LEN];
	struct err e = { 0 };

	(void)state;
	assert_ok(commit_content(first, 2, 0, NULL, chain[0], &e), &e);
	check_content(chain[0],
	    "0af8bdae08f92fb8b80feae69a6d2b8a2fdca1a4c9a722793a9e4cb0ba4d97b5");
	assert_ok(commit_content(next, 1, 2, (void *)chain, hash, &e), &e);
	check_content(hash,
	    "f84bf240fadc95eba1e0ddf121a1b1d2ab28b11183fa27a6f939e25e1a7be50a");
}

static void
test_commit__refuses_files_out_of_order(void **state)
{
	const struct commit_file wrong[] = { { "b", "", 0 }, { "a", "", 0 } };
	const struct commit_file twice[] = { { "a", "", 0 }, { "a", "", 0 } };
	unsigned char hash[COMMIT_CONTENT_LEN];
	struct err e = { 0 };

	(void)state;
	assert_err(commit_content(wrong, 2, 0, NULL, hash, &e), ERR_INVALID, &e,
	    "order");
	assert_err(commit_content(twice, 2, 0, NULL, hash, &e), ERR_INVALID, &e,
	    "order");
}

static void
test_commit__reads_only_whole_ids(void **state)
{
	static const char good[] = "0123456789abcdef0123456789abcdef01234567";
	unsigned char id[COMMIT_ID_LEN];
	struct err e = { 0 };
	char hex[41];

	(void)state;
	assert_ok(commit_unhex(good, id, &e), &e);
	commit_hex(id, hex);
	assert_string_equal(hex, good);
	assert_err(commit_unhex("01234567", id, &e), ERR_INVALID, &e, "40");
	assert_err(
	    commit_unhex("0123456789ABCDEF0123456789abcdef01234567", id, &e),
	    ERR_INVALID, &e, "40");
	assert_err(
	    commit_unhex("0123456789abcdef0123456789abcdef012345678", id, &e),
	    ERR_INVALID, &e, "40");
}

/* A file and its tree in the repository; gives the tree. */
static void
put_tree(const char *text, unsigned char tree[20])
{
	struct tree *t = tree_new();
	unsigned char blob[20];
	struct err e = { 0 };

	assert_non_null(t);
	assert_ok(
	    repo_put(repo, OBJECT_BLOB, text, strlen(text), blob, &e), &e);
	assert_ok(tree_put(t, "2565/items/1.1.json", blob, &e), &e);
	assert_ok(tree_write(t, repo_tree_sink, repo, tree, &e), &e);
	tree_free(t);
}

static void
run_git(const char *const *args, char **ret_out)
{
	const char *argv[24] = { "git", "-C", in_dir("repo.git") };
	size_t i;

	for (i = 0; args[i] != NULL; i++)
		argv[3 + i] = args[i];
	assert_int_equal(test_run(argv, ret_out), 0);
}

static void
test_commit__satisfies_stock_git(void **state)
{
	const char *verify[] = { "verify-commit", "-v", "office", NULL };
	const char *fsck[] = { "fsck", "--strict", "--no-dangling", NULL };
	const char *show[] = { "log", "-1",
		"--format=%an|%ae|%cn|%ce|%ad|%s|%(trailers:key=Sequence)",
		"--date=iso-strict", "office", NULL };
	unsigned char id[20], hashed[20];
	struct buf raw = BUF_INIT;
	struct err e = { 0 };
	struct commit c;
	char *out;

	(void)state;
	fill(&c);
	c.n_parents = 0;
	snprintf(c.reason, sizeof(c.reason), "%s", REASON);
	put_tree("{}\n", c.tree);
	build(&c, &raw);
	assert_ok(repo_put(repo, OBJECT_COMMIT, raw.data, raw.len, id, &e), &e);
	assert_ok(commit_id(raw.data, raw.len, hashed, &e), &e);
	assert_memory_equal(id, hashed, 20);
	assert_ok(repo_flush(repo, &e), &e);
	assert_ok(repo_move_ref(repo, "refs/heads/office", NULL, id, &e), &e);

	run_git(verify, &out);
	assert_non_null(strstr(out, "Good \"git\" signature for 9105-a"));
	free(out);
	run_git(fsck, &out);
	assert_null(strstr(out, "error"));
	assert_null(strstr(out, "warning"));
	free(out);
	run_git(show, &out);
	assert_string_equal(out,
	    "สมชาย ใจดี|somchai.j@9105|9105-a|a@9105|"
	    "2023-11-15T05:13:20+07:00|9105/2565 1.1: tick B2, explanation|"
	    "Sequence: 142\n\n");
	free(out);
	buf_release(&raw);
}

/* git commit-tree -S, with our form of names and message. */
static void
stock_commit(const char *tree_hex, char **ret_id)
{
	char message[1024], key_arg[600];
	const char *argv[] = { "env", "GIT_AUTHOR_NAME=สมชาย ใจดี",
		"GIT_AUTHOR_EMAIL=somchai.j@9105",
		"GIT_AUTHOR_DATE=1700000000 +0700", "GIT_COMMITTER_NAME=9105-a",
		"GIT_COMMITTER_EMAIL=a@9105",
		"GIT_COMMITTER_DATE=1700000000 +0700", "git", "-C",
		in_dir("repo.git"), "-c", key_arg, "commit-tree", "-S", "-m",
		message, tree_hex, NULL };

	snprintf(key_arg, sizeof(key_arg), "user.signingKey=%s", in_dir("key"));
	snprintf(message, sizeof(message), "subject\n\nwhy\n\n%s", TRAILERS);
	assert_int_equal(test_run(argv, ret_id), 0);
	(*ret_id)[strcspn(*ret_id, "\n")] = '\0';
}

static void
test_commit__reads_what_stock_git_signs(void **state)
{
	unsigned char tree[20], id[20], pub[KEY_PUBLIC_LEN];
	struct buf raw = BUF_INIT, again = BUF_INIT;
	struct err e = { 0 };
	char tree_hex[41], *hex;
	struct commit c;

	(void)state;
	put_tree("{\"a\": 1}\n", tree);
	assert_ok(repo_flush(repo, &e), &e);
	commit_hex(tree, tree_hex);
	stock_commit(tree_hex, &hex);

	assert_ok(commit_unhex(hex, id, &e), &e);
	assert_ok(repo_read(repo, id, OBJECT_COMMIT, COMMIT_MAX, &raw, &e), &e);
	assert_ok(commit_parse(raw.data, raw.len, &c, &e), &e);
	assert_ok(commit_verify(raw.data, raw.len, pub, &e), &e);

	assert_memory_equal(pub, key.pub, sizeof(pub));
	assert_string_equal(c.person, "สมชาย ใจดี");
	assert_string_equal(c.reason, "why");
	build(&c, &again);
	assert_string_equal(raw.data, again.data);
	buf_release(&raw);
	buf_release(&again);
	free(hex);
}

static int
setup(void **state)
{
	char line[KEY_LINE_MAX], allowed[KEY_LINE_MAX + 80];
	struct err e = { 0 };

	(void)state;
	dir = test_dir();
	if (giterr_init(&e) < 0 || key_init(&e) < 0 ||
	    key_generate(&key, &e) < 0 ||
	    key_save(&key, in_dir("key"), "test", &e) < 0 ||
	    repo_create(in_dir("repo.git"), "refs/heads/office", &e) < 0 ||
	    repo_open(in_dir("repo.git"), &repo, &e) < 0)
		return -1;
	key_line(key.pub, line);
	snprintf(allowed, sizeof(allowed),
	    "9105-a namespaces=\"git,pmqa-receipt\" %s\n", line);
	return file_write(
	    in_dir("allowed_signers"), allowed, strlen(allowed), 0644, &e);
}

static int
teardown(void **state)
{
	(void)state;
	repo_close(repo);
	giterr_shutdown();
	test_dir_remove(dir);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commit__parses_what_it_builds),
		cmocka_unit_test(test_commit__verifies_what_it_builds),
		cmocka_unit_test(test_commit__is_a_pure_function_of_its_fields),
		cmocka_unit_test(test_commit__takes_no_one_or_two_parents),
		cmocka_unit_test(
		    test_commit__keeps_offsets_west_and_by_minutes),
		cmocka_unit_test(
		    test_commit__names_a_revision_by_letter_and_sequence),
		cmocka_unit_test(test_commit__refuses_unsafe_names),
		cmocka_unit_test(test_commit__refuses_unsafe_logins),
		cmocka_unit_test(
		    test_commit__refuses_a_device_of_another_office),
		cmocka_unit_test(test_commit__refuses_messages_of_another_form),
		cmocka_unit_test(
		    test_commit__refuses_a_signature_in_the_message),
		cmocka_unit_test(test_commit__refuses_a_nul_byte),
		cmocka_unit_test(test_commit__refuses_two_signatures),
		cmocka_unit_test(test_commit__refuses_other_headers),
		cmocka_unit_test(
		    test_commit__refuses_other_forms_though_signed),
		cmocka_unit_test(
		    test_commit__refuses_a_missing_final_line_feed),
		cmocka_unit_test(test_commit__refuses_oversize),
		cmocka_unit_test(test_commit__refuses_another_namespace),
		cmocka_unit_test(test_commit__gives_the_key_that_signed),
		cmocka_unit_test(test_commit__verifies_no_changed_bit),
		cmocka_unit_test(test_commit__accepts_only_its_own_form),
		cmocka_unit_test(test_commit__hashes_content_in_a_chain),
		cmocka_unit_test(test_commit__refuses_files_out_of_order),
		cmocka_unit_test(test_commit__reads_only_whole_ids),
		cmocka_unit_test(test_commit__satisfies_stock_git),
		cmocka_unit_test(test_commit__reads_what_stock_git_signs),
	};

	return cmocka_run_group_tests_name("commit", tests, setup, teardown);
}
