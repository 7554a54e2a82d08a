/*
 * What the hall refuses, through the real door: a forged revision in the
 * office's repository, git push as sync does it, a hall with its daemon. After
 * each refusal the hall's repositories are what they were, to the byte, and a
 * good push still works.
 */
#include "tests/unit/test.h"

#include <unistd.h>

#include "store/record/canon.h"
#include "tests/support/gate.h"

#define MAX_MS 30000
#define MAX_KIB (256 * 1024)
#define OFFICE "%s:refs/heads/office"
#define FORCED "+%s:refs/heads/office"
#define NOT_PLAIN                                                              \
	"malformed tree: it holds more than plain files and directories"

struct refusal {
	const char *name;
	/* Forges; a line for git pack-objects may be left in filter. */
	void (*forge)(struct gate *g, char filter[48]);
	const char *refspecs[3];
	/* The hall's sentence ("%s" is the tip's short id); NULL: the office's
	 * git does not even send it, and says so in these words. */
	const char *sentence, *git;
	int large; /* time and memory are measured */
};

static struct gate *g; /* one for all: a refusal leaves it as it was */

/* --- forged --- */

static void
begin(struct gate *gate)
{
	forge_begin(&gate->forge, &gate->forge.office);
}

static void
end_with(struct gate *gate, const char *bytes)
{
	forge_file(&gate->forge, FORGE_ITEM, bytes);
	forge_end(&gate->forge);
}

static void
good(struct gate *gate, char filter[48])
{
	static int n;
	char text[40];

	(void)filter;
	snprintf(text, sizeof(text), "ครั้งที่ %d", ++n);
	forge_good(&gate->forge, text);
}

/* The commit made last, with other bytes, takes its place. */
static void
replace(struct gate *gate, struct buf *raw)
{
	struct forge *f = &gate->forge;

	forge_object(f, OBJECT_COMMIT, raw->data, raw->len, f->office.tip);
	buf_release(raw);
}

/* Where the armour begins ("gpgsig …") and the first byte after it. */
static void
find_armour(const struct buf *raw, size_t *ret_from, size_t *ret_to)
{
	static const char last[] = "-----END SSH SIGNATURE-----\n";
	const char *from = strstr(raw->data, "gpgsig ");
	const char *to = strstr(raw->data, last);

	assert_non_null(from);
	assert_non_null(to);
	*ret_from = (size_t)(from - raw->data);
	*ret_to = (size_t)(to - raw->data) + sizeof(last) - 1;
}

static void
unsigned_(struct gate *gate, char filter[48])
{
	const struct buf *made = &gate->forge.raw;
	struct buf raw = BUF_INIT;
	size_t from, to;

	good(gate, filter);
	find_armour(made, &from, &to);
	buf_append(&raw, made->data, from);
	buf_append(&raw, made->data + to, made->len - to);
	replace(gate, &raw);
}

static void
signature_in_body(struct gate *gate, char filter[48])
{
	const struct buf *made = &gate->forge.raw;
	struct buf raw = BUF_INIT;
	size_t from, to;

	good(gate, filter);
	find_armour(made, &from, &to);
	buf_append(&raw, made->data, from);
	buf_puts(&raw, "\n");
	buf_append(&raw, made->data + from, made->len - from);
	replace(gate, &raw);
}

static void
nul(struct gate *gate, char filter[48])
{
	struct buf raw = BUF_INIT;

	good(gate, filter);
	buf_append(&raw, gate->forge.raw.data, gate->forge.raw.len);
	buf_append(&raw, "\0more\n", 6);
	replace(gate, &raw);
}

static void
wrong_key(struct gate *gate, char filter[48])
{
	(void)filter;
	begin(gate);
	gate->forge.key = &gate->forge.stranger;
	end_with(gate, "{\n  \"gap\": \"ใหม่\"\n}\n");
}

static void
rewritten(struct gate *gate, char filter[48])
{
	(void)filter;
	begin(gate);
	memcpy(gate->forge.c.parents[0], gate->forge.first, 20);
	end_with(gate, "{\n  \"gap\": \"ใหม่\"\n}\n");
}

/* One revision after a bad one, which is good by itself. */
static void
bad_below_good(struct gate *gate, char filter[48])
{
	wrong_key(gate, filter);
	good(gate, filter);
}

/* A signed commit over the present root with one entry more, first or last. */
static void
extra_entry(struct gate *gate, const char *mode, const char *name,
    const unsigned char id[20])
{
	struct forge *f = &gate->forge;
	struct buf root = BUF_INIT;

	begin(gate);
	if (name[0] == '!')
		forge_entry(&root, mode, name + 1, id);
	forge_read(f, f->office.root, OBJECT_TREE, &root);
	if (name[0] != '!')
		forge_entry(&root, mode, name, id);
	forge_object(f, OBJECT_TREE, root.data, root.len, f->c.tree);
	buf_release(&root);
	forge_end(f);
}

static void
extra_file(struct gate *gate, const char *mode, const char *name)
{
	unsigned char blob[20];

	forge_object(&gate->forge, OBJECT_BLOB, "/etc/passwd", 11, blob);
	extra_entry(gate, mode, name, blob);
}

static void
foreign_path(struct gate *gate, char filter[48])
{
	(void)filter;
	extra_file(gate, "100644", "zz.json");
}

static void
symlink_(struct gate *gate, char filter[48])
{
	(void)filter;
	extra_file(gate, "120000", "zz.json");
}

static void
git_directory(struct gate *gate, char filter[48])
{
	(void)filter;
	extra_file(gate, "100644", "!.git");
}

static void
unsorted(struct gate *gate, char filter[48])
{
	(void)filter;
	extra_file(gate, "100644", "!zz.json");
}

static void
submodule(struct gate *gate, char filter[48])
{
	(void)filter;
	extra_entry(gate, "160000", "zz", gate->forge.first);
}

static void
not_canonical(struct gate *gate, char filter[48])
{
	(void)filter;
	begin(gate);
	end_with(gate, "{\"gap\": \"ใหม่\"}\n");
}

static void
oversize(struct gate *gate, char filter[48])
{
	struct buf record = BUF_INIT;

	(void)filter;
	buf_puts(&record, "{\n  \"strengths\": \"");
	while (record.len <= CANON_MAX)
		buf_puts(&record, "ยาวมากยาวมากยาวมากยาวมากยาวมาก");
	buf_puts(&record, "\"\n}\n");
	begin(gate);
	end_with(gate, buf_str(&record));
	buf_release(&record);
}

/* A blob of so many zeros in the office's repository; git makes it without
 * ever holding it. */
static void
make_zeros(struct gate *gate, const char *size, unsigned char ret[20])
{
	char path[300], *hex = NULL;
	const char *argv[] = { "git", "-C", path, "-c",
		"core.bigFileThreshold=1m", "hash-object", "-w", "--no-filters",
		"zeros", NULL };
	const char *sparse[] = { "truncate", "-s", size, path, NULL };
	struct err e;

	snprintf(
	    path, sizeof(path), "%s/repo.git/zeros", gate->joined.office.dir);
	assert_int_equal(test_run(sparse, NULL), 0);
	*strrchr(path, '/') = '\0';
	assert_int_equal(test_run(argv, &hex), 0);
	assert_int_equal(strlen(hex), 41);
	hex[40] = '\0';
	assert_ok(commit_unhex(hex, ret, &e), &e);
	free(hex);
}

static void
zeros(struct gate *gate, char filter[48])
{
	unsigned char blob[20];
	struct err e;

	(void)filter;
	make_zeros(gate, "1G", blob);
	begin(gate);
	assert_ok(tree_put(gate->forge.office.tree, FORGE_ITEM, blob, &e), &e);
	memset(gate->forge.c.content, 7, COMMIT_CONTENT_LEN);
	forge_end(&gate->forge);
}

/* Less than what git by itself takes for large, and no revision uses it. */
static void
hidden_zeros(struct gate *gate, char filter[48])
{
	unsigned char blob[20];

	make_zeros(gate, "500M", blob);
	good(gate, filter);
	commit_hex(blob, filter);
}

static void
junk(struct gate *gate, char filter[48])
{
	unsigned char blob[20];

	good(gate, filter);
	forge_object(&gate->forge, OBJECT_BLOB, "junk", 4, blob);
	commit_hex(blob, filter);
}

/* Without its record. */
static void
incomplete(struct gate *gate, char filter[48])
{
	struct forge *f = &gate->forge;
	unsigned char blob[20];
	struct err e;

	good(gate, filter);
	assert_ok(tree_find(f->office.tree, FORGE_ITEM, blob, &e), &e);
	filter[0] = '^';
	commit_hex(blob, filter + 1);
}

static void
blob_as_branch(struct gate *gate, char filter[48])
{
	(void)filter;
	forge_object(
	    &gate->forge, OBJECT_BLOB, "no commit", 9, gate->forge.office.tip);
}

/* --- the table --- */

static struct refusal refusals[] = {
	{ "unsigned", unsigned_, { OFFICE },
	    "commit %s: malformed commit: it has no signature", NULL, 0 },
	{ "signature_in_the_body", signature_in_body, { OFFICE },
	    "commit %s: malformed commit: it has no signature", NULL, 0 },
	{ "nul_in_the_commit", nul, { OFFICE },
	    "commit %s: malformed commit: it contains a NUL byte", NULL, 0 },
	{ "wrong_key", wrong_key, { OFFICE },
	    "commit %s: signature is not by the key of device 9105-a", NULL,
	    0 },
	{ "a_bad_revision_below_a_good_one", bad_below_good, { OFFICE },
	    "signature is not by the key of device 9105-a", NULL, 0 },
	{ "rewritten_history", rewritten, { FORCED },
	    "the new history does not continue the one that is stored", NULL,
	    0 },
	{ "foreign_path", foreign_path, { OFFICE },
	    "commit %s: path 'zz.json' is not a record of this branch", NULL,
	    0 },
	{ "symlink", symlink_, { OFFICE }, "commit %s: " NOT_PLAIN, NULL, 0 },
	{ "submodule", submodule, { OFFICE }, "commit %s: " NOT_PLAIN, NULL,
	    0 },
	{ "git_directory", git_directory, { OFFICE },
	    "commit %s: malformed tree: it holds a file name that is not "
	    "allowed",
	    NULL, 0 },
	{ "unsorted_tree", unsorted, { OFFICE },
	    "commit %s: malformed tree: its files are not in git's order", NULL,
	    0 },
	{ "not_canonical", not_canonical, { OFFICE },
	    "commit %s: 2565/items/1.1: ", NULL, 0 },
	{ "oversize_record", oversize, { OFFICE },
	    "commit %s: 2565/items/1.1: object ", NULL, 0 },
	/* by what the pack says of its length, before a byte is unpacked */
	{ "a_gibibyte_of_zeros", zeros, { OFFICE },
	    "the push has an object of 1073741824 bytes, the hall takes at "
	    "most 8388608",
	    NULL, 1 },
	{ "zeros_that_no_revision_uses", hidden_zeros, { OFFICE },
	    "the push has an object of 524288000 bytes, the hall takes at most "
	    "8388608",
	    NULL, 1 },
	{ "junk_objects", junk, { OFFICE },
	    "the push has an object that no revision of it uses: ", NULL, 0 },
	{ "missing_objects", incomplete, { OFFICE },
	    "the push lacks objects that its revisions need", NULL, 0 },
	{ "blob_as_branch", blob_as_branch, { FORCED }, "object ", NULL, 0 },
	{ "other_branch", good, { "%s:refs/heads/office2" },
	    "only branch 'office' can be pushed here", NULL, 0 },
	{ "branch_of_the_hall", good, { "+%s:refs/heads/hall" },
	    "only branch 'office' can be pushed here", NULL, 0 },
	{ "tag", good, { "%s:refs/tags/office" },
	    "only branch 'office' can be pushed here", NULL, 0 },
	/* one that is sent all the same: test_door.c */
	{ "deleted_branch", good, { ":refs/heads/office" }, NULL,
	    "remote does not support deleting refs", 0 },
	{ "two_branches", good, { OFFICE, "%s:refs/heads/more" },
	    "a push may move exactly one branch, this one moves 2", NULL, 0 },
};

/* --- judged --- */

static void
expand(const char *sentence, char ret[300])
{
	const char *blank = strstr(sentence, "%s");
	char hex[41];

	commit_hex(g->forge.office.tip, hex);
	if (blank == NULL)
		snprintf(ret, 300, "%s", sentence);
	else
		snprintf(ret, 300, "%.*s%.10s%s", (int)(blank - sentence),
		    sentence, hex, blank + 2);
}

/* The one "pmqa-refused: " of a push's output, cut out; NULL if none. */
static char *
refusal_of(const char *said)
{
	static const char prefix[] = "pmqa-refused: ";
	const char *s = strstr(said, prefix);
	char *ret;
	size_t len;

	if (s == NULL)
		return NULL;
	s += strlen(prefix);
	assert_null(strstr(s, prefix)); /* only one */
	len = strcspn(s, "\n");
	while (len > 0 && s[len - 1] == ' ')
		len--;
	assert_non_null(ret = strndup(s, len));
	return ret;
}

/* The hall did not hear of it: nobody there is bothered. */
static void
judge_not_sent(const struct refusal *r, const char *said)
{
	char *failing = gate_status(g, "failing");

	if (strstr(said, r->git) == NULL)
		fail_msg("'%s' is not in: %s", r->git, said);
	assert_null(strstr(said, "pmqa-refused: "));
	assert_string_equal(failing, "null");
	free(failing);
}

static void
judge_words(const struct refusal *r, const char *said)
{
	char *sentence = refusal_of(said), want[300];
	char *failing;

	expand(r->sentence, want);
	if (sentence == NULL || strstr(sentence, want) == NULL)
		fail_msg("'%s' is not in: %s", want, said);
	/* who looks after the hall reads the same */
	failing = gate_status_after(g, "failing", "null");
	if (strstr(failing, sentence) == NULL)
		fail_msg("'%s' is not in: %s", sentence, failing);
	assert_non_null(strstr(failing, "\"class\":\"refused\""));
	free(failing);
	free(sentence);
}

static void
judge_afterwards(void)
{
	char filter[48], *failing;

	gate_reset(g);
	good(g, filter);
	gate_push_good(g);
	failing = gate_status(g, "failing");
	assert_string_equal(failing, "null");
	free(failing);
}

static void
test_refusals__(void **state)
{
	const struct refusal *r = *state;
	char filter[48] = "", *before, *after;
	struct gate_push p;

	gate_reset(g);
	r->forge(g, filter);
	before = gate_listing(g);
	gate_push(g, r->refspecs, filter[0] != '\0' ? filter : NULL, &p);
	after = gate_listing(g);

	if (p.status == 0)
		fail_msg("it was taken in: %s", p.said);
	assert_string_equal(before, after);
	if (r->large) {
		print_message("%ld ms, %ld KiB\n", (long)p.ms, p.rss_kib);
		assert_true(p.ms < MAX_MS && p.rss_kib < MAX_KIB);
	}
	if (r->sentence != NULL)
		judge_words(r, p.said);
	else
		judge_not_sent(r, p.said);
	judge_afterwards();
	free(p.said);
	free(before);
	free(after);
}

#define N_REFUSALS (sizeof(refusals) / sizeof(refusals[0]))

static int
group_up(void **state)
{
	int rc = test_libraries_up(state);

	g = gate_make();
	return rc;
}

static int
group_down(void **state)
{
	gate_remove(g);
	return test_libraries_down(state);
}

int
main(void)
{
	struct CMUnitTest tests[N_REFUSALS];
	char names[N_REFUSALS][80];
	size_t i;

	memset(tests, 0, sizeof(tests));
	for (i = 0; i < N_REFUSALS; i++) {
		snprintf(names[i], sizeof(names[i]), "test_refusals__%s",
		    refusals[i].name);
		tests[i].name = names[i];
		tests[i].test_func = test_refusals__;
		tests[i].initial_state = &refusals[i];
	}
	return cmocka_run_group_tests_name(
	    "refusals", tests, group_up, group_down);
}
