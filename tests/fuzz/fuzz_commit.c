/*
 * Bytes that cross a door before anything else is known of them: a raw commit,
 * an armoured signature, a public key line, a raw tree. Beyond "no crash": what
 * is accepted as a commit can be built again, byte for byte but for the
 * signature; what is accepted as a tree is written again byte for byte.
 */
#include "store/git/giterr.h"
#include "store/git/tree.h"
#include "store/sign/commit.h"
#include "store/sign/sshsig.h"

static struct key key;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct err e;

	(void)argc;
	(void)argv;
	if (giterr_init(&e) < 0 || key_init(&e) < 0 ||
	    key_generate(&key, &e) < 0)
		abort();
	return 0;
}

/* The commit without its gpgsig header. */
static void
strip(const char *raw, size_t len, const struct commit *c, struct buf *out)
{
	const char *sig = c->armour - strlen("gpgsig ");
	const char *rest = c->armour + c->armour_len + 1;

	buf_append(out, raw, (size_t)(sig - raw));
	buf_append(out, rest, (size_t)(raw + len - rest));
}

static void
try_commit(const char *raw, size_t len)
{
	struct buf ours = BUF_INIT, a = BUF_INIT, b = BUF_INIT;
	unsigned char pub[KEY_PUBLIC_LEN];
	struct commit c, again;
	struct err e;
	int verified = commit_verify(raw, len, pub, &e);

	if (commit_parse(raw, len, &c, &e) < 0) {
		if (verified == 0)
			abort();
		return;
	}
	if (commit_build(&c, &key, &ours, &e) < 0 ||
	    commit_verify(ours.data, ours.len, pub, &e) < 0 ||
	    memcmp(pub, key.pub, sizeof(pub)) != 0 ||
	    commit_parse(ours.data, ours.len, &again, &e) < 0)
		abort();
	strip(raw, len, &c, &a);
	strip(ours.data, ours.len, &again, &b);
	if (a.len != b.len || memcmp(a.data, b.data, a.len) != 0)
		abort();
	buf_release(&ours);
	buf_release(&a);
	buf_release(&b);
}

static void
try_sshsig(const char *armour, size_t len)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	struct err e;
	int rc = sshsig_verify(armour, len, SSHSIG_NS_GIT, "x", 1, pub, &e);

	/* nobody has signed "x" but the maker of the corpus */
	if (rc != 0 && rc != ERR_INVALID)
		abort();
}

static void
try_key_line(const char *data, size_t len)
{
	char line[KEY_LINE_MAX], *text = strndup(data, len);
	unsigned char pub[KEY_PUBLIC_LEN];
	struct err e;

	if (text == NULL)
		return;
	if (key_parse_line(text, pub, &e) == 0) {
		key_line(pub, line);
		if (strncmp(line, text, strlen(line)) != 0)
			abort();
	}
	free(text);
}

struct bytes {
	const void *data;
	size_t len;
	int root; /* not asked for yet */
};

static int
source(void *arg, const unsigned char id[20], struct buf *out, struct err *e)
{
	struct bytes *b = arg;

	(void)id;
	if (!b->root)
		return err_set(e, ERR_NOT_FOUND, 0, "no such tree");
	b->root = 0;
	buf_append(out, b->data, b->len);
	return 0;
}

static int
sink(void *arg, const unsigned char id[20], const void *raw, size_t len,
    struct err *e)
{
	const struct bytes *b = arg;

	(void)id;
	(void)e;
	if (len != b->len || memcmp(raw, b->data, len) != 0)
		abort();
	return 0;
}

static int
ignore(void *arg, const char *path, const unsigned char *old_blob,
    const unsigned char *new_blob, struct err *e)
{
	(void)arg;
	(void)path;
	(void)old_blob;
	(void)new_blob;
	(void)e;
	return 0;
}

static void
try_tree(const void *data, size_t len)
{
	static const unsigned char blob[20] = { 1 };
	struct bytes b = { data, len, 1 };
	unsigned char root[20];
	struct tree *t = tree_new();
	struct err e;

	if (t == NULL)
		return;
	if (tree_load(t, blob, source, &b, &e) == 0) {
		/* a change there and back makes it write */
		if (tree_put(t, "zzz-new", blob, &e) == 0 &&
		    (tree_put(t, "zzz-new", NULL, &e) < 0 ||
			tree_write(t, sink, &b, root, &e) < 0))
			abort();
		b.root = 1;
		tree_diff(NULL, blob, source, &b, 10000, ignore, NULL, &e);
	}
	tree_free(t);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	const char *text = (const char *)data;

	try_commit(text, len);
	try_sshsig(text, len);
	try_key_line(text, len);
	try_tree(data, len);
	return 0;
}
