#include "store/git/tree.h"

#include <git2.h>

#include "store/git/giterr.h"
#include "store/git/tree_dir.h"

#define ID_LEN 20

struct tree {
	struct dir *root;
	tree_source *src; /* NULL until the first tree_load() */
	void *arg;
};

struct tree *
tree_new(void)
{
	struct tree *t = calloc(1, sizeof(*t));

	if (t == NULL || (t->root = tree_dir_new()) != NULL)
		return t;
	free(t);
	return NULL;
}

void
tree_free(struct tree *t)
{
	if (t == NULL)
		return;
	tree_dir_free(t->root);
	free(t);
}

int
tree_reset(struct tree *t, const unsigned char *id, struct err *e)
{
	struct dir *root = NULL;
	int rc;

	if (id != NULL && t->src == NULL)
		return err_set(
		    e, ERR_FAILED, 0, "tree has no source to read from");
	if (id == NULL) {
		if ((root = tree_dir_new()) == NULL)
			return err_nomem(e);
	} else if ((rc = tree_dir_load(t->src, t->arg, id, 1, &root, e)) < 0) {
		return rc;
	}
	tree_dir_free(t->root);
	t->root = root;
	return 0;
}

int
tree_load(struct tree *t, const unsigned char *id, tree_source *src, void *arg,
    struct err *e)
{
	t->src = src;
	t->arg = arg;
	return tree_reset(t, id, e);
}

static int
bad_path(struct err *e, const char *path)
{
	return err_set(
	    e, ERR_INVALID, 0, "not a path of a record: '%.200s'", path);
}

static int
check_path(const char *path, struct err *e)
{
	const char *p = path;
	size_t n, depth;

	for (depth = 1; (n = tree_dir_name(p)) > 0; depth++) {
		p += n;
		if (*p == '\0' && depth <= TREE_DEPTH)
			return 0;
		if (*p++ != '/')
			break;
	}
	return bad_path(e, path);
}

/* One component of a path as a string of its own; the rest, NULL if last. */
static const char *
cut(const char *path, char name[TREE_NAME_MAX + 1])
{
	size_t n = tree_dir_name(path);

	memcpy(name, path, n);
	name[n] = '\0';
	return path[n] == '/' ? path + n + 1 : NULL;
}

static int
no_file(struct err *e, const char *path)
{
	return err_set(
	    e, ERR_NOT_FOUND, 0, "file '%.200s' does not exist", path);
}

/* The loaded directory behind an entry; NULL: *ret_rc says why not. */
static struct dir *
open_dir(struct tree *t, struct entry *at, int *ret_rc, struct err *e)
{
	if (at->dir == NULL)
		*ret_rc = tree_dir_load(t->src, t->arg, at->id, 0, &at->dir, e);
	return at->dir;
}

static int
put_file(struct dir *d, const char *name, const unsigned char *blob,
    const char *path, struct err *e)
{
	struct entry *at = tree_dir_find(d, name, 0);
	int rc;

	if (blob == NULL) {
		if (at == NULL)
			return no_file(e, path);
		tree_dir_remove(d, at);
		d->changed = 1;
		return 0;
	}
	if (tree_dir_find(d, name, 1) != NULL)
		return bad_path(e, path);
	if (at == NULL) {
		rc = tree_dir_add(d, name, strlen(name), 0, &at, e);
		if (rc < 0)
			return rc;
	} else if (memcmp(at->id, blob, ID_LEN) == 0) {
		return 0;
	}
	memcpy(at->id, blob, ID_LEN);
	d->changed = 1;
	return 0;
}

static struct entry *
make_dir(struct dir *d, const char *name, const char *path, int *ret_rc,
    struct err *e)
{
	struct entry *at = NULL;

	if (tree_dir_find(d, name, 0) != NULL) {
		*ret_rc = bad_path(e, path);
		return NULL;
	}
	if ((*ret_rc = tree_dir_add(d, name, strlen(name), 1, &at, e)) < 0)
		return NULL;
	if ((at->dir = tree_dir_new()) == NULL) {
		tree_dir_remove(d, at);
		*ret_rc = err_nomem(e);
		return NULL;
	}
	return at;
}

/* Down to the file's directory, which is made when a file is to be put. */
static int
put(struct tree *t, struct dir *d, const char *rest, const char *path,
    const unsigned char *blob, struct err *e)
{
	char name[TREE_NAME_MAX + 1];
	struct entry *at;
	struct dir *sub;
	int rc = 0;

	if ((rest = cut(rest, name)) == NULL)
		return put_file(d, name, blob, path, e);
	at = tree_dir_find(d, name, 1);
	if (at == NULL && blob == NULL)
		return no_file(e, path);
	if (at == NULL && (at = make_dir(d, name, path, &rc, e)) == NULL)
		return rc;
	if ((sub = open_dir(t, at, &rc, e)) == NULL)
		return rc;
	rc = put(t, sub, rest, path, blob, e);
	/* emptied by a removal, or made for a file that could not be put */
	if (sub->n == 0) {
		tree_dir_remove(d, at);
		d->changed |= rc == 0;
	} else {
		d->changed |= sub->changed;
	}
	return rc;
}

int
tree_put(
    struct tree *t, const char *path, const unsigned char *blob, struct err *e)
{
	int rc = check_path(path, e);

	return rc < 0 ? rc : put(t, t->root, path, path, blob, e);
}

int
tree_find(
    struct tree *t, const char *path, unsigned char ret_blob[20], struct err *e)
{
	char name[TREE_NAME_MAX + 1];
	struct dir *d = t->root;
	const char *rest = path;
	struct entry *at;
	int rc;

	if ((rc = check_path(path, e)) < 0)
		return rc;
	for (;;) {
		rest = cut(rest, name);
		at = tree_dir_find(d, name, rest != NULL);
		if (at == NULL)
			return no_file(e, path);
		if (rest == NULL)
			break;
		if ((d = open_dir(t, at, &rc, e)) == NULL)
			return rc;
	}
	memcpy(ret_blob, at->id, ID_LEN);
	return 0;
}

/* Children first: a tree that is stored has all that it names. */
static int
write_dir(struct dir *d, tree_sink *sink, void *arg, unsigned char ret_id[20],
    struct err *e)
{
	struct buf raw = BUF_INIT;
	struct entry *at;
	git_oid id;
	int rc;

	for (at = d->entries; at != d->entries + d->n; at++)
		if (at->dir != NULL && at->dir->changed &&
		    (rc = write_dir(at->dir, sink, arg, at->id, e)) < 0)
			return rc;
	tree_dir_format(d, &raw);
	if ((rc = buf_ok(&raw, e)) < 0)
		goto out;
	rc = git_odb_hash(&id, buf_str(&raw), raw.len, GIT_OBJECT_TREE);
	if (rc < 0) {
		rc = giterr_set(e, rc, "cannot hash a tree");
		goto out;
	}
	if (d->changed &&
	    (rc = sink(arg, id.id, buf_str(&raw), raw.len, e)) < 0)
		goto out;
	d->changed = 0;
	memcpy(ret_id, id.id, ID_LEN);
out:
	buf_release(&raw);
	return rc;
}

int
tree_write(struct tree *t, tree_sink *sink, void *arg,
    unsigned char ret_root[20], struct err *e)
{
	return write_dir(t->root, sink, arg, ret_root, e);
}

/* A walk over two trees at once. */
struct walk {
	tree_source *src;
	void *src_arg;
	tree_diff_cb *cb;
	void *arg;
	size_t left;  /* entries that may still be looked at */
	size_t depth; /* of the directories that are open */
	char path[TREE_DEPTH * (TREE_NAME_MAX + 1)];
};

static int walk_ids(struct walk *w, size_t len, const unsigned char *a,
    const unsigned char *b, struct err *e);

static int
walk_entry(struct walk *w, size_t len, const struct entry *a,
    const struct entry *b, struct err *e)
{
	const struct entry *any = a != NULL ? a : b;
	const unsigned char *old = a != NULL ? a->id : NULL;
	const unsigned char *new_ = b != NULL ? b->id : NULL;
	size_t n;
	int rc;

	if (any == NULL)
		return 0;
	n = strlen(any->name);
	if (old != NULL && new_ != NULL && memcmp(old, new_, ID_LEN) == 0)
		return 0;
	if (any->is_dir && w->depth == TREE_DEPTH)
		return err_set(
		    e, ERR_INVALID, 0, "malformed tree: it is too deep");
	memcpy(w->path + len, any->name, n + 1);
	if (!any->is_dir)
		return w->cb(w->arg, w->path, old, new_, e);
	w->path[len + n] = '/';
	w->depth++;
	rc = walk_ids(w, len + n + 1, old, new_, e);
	w->depth--;
	return rc;
}

static int
load_side(
    struct walk *w, const unsigned char *id, struct dir **ret, struct err *e)
{
	int rc;

	if (id == NULL) {
		*ret = tree_dir_new();
		return *ret == NULL ? err_nomem(e) : 0;
	}
	rc = tree_dir_load(w->src, w->src_arg, id, w->depth == 1, ret, e);
	if (rc < 0)
		return rc;
	if ((*ret)->n > w->left)
		return err_set(e, ERR_INVALID, 0,
		    "trees have too many entries to compare");
	w->left -= (*ret)->n;
	return 0;
}

/* Which side's entry comes first; 0 = both have it. */
static int
order_of(const struct entry *a, const struct entry *b)
{
	if (a == NULL)
		return 1;
	if (b == NULL)
		return -1;
	return tree_dir_order(a->name, a->is_dir, b->name, b->is_dir);
}

/* Git's order of a directory's entries is the byte order of the paths below
 * them, so merging both sides by it gives differences in path order. */
static int
walk_ids(struct walk *w, size_t len, const unsigned char *a,
    const unsigned char *b, struct err *e)
{
	struct dir *da = NULL, *db = NULL;
	const struct entry *ea, *eb;
	size_t i = 0, j = 0;
	int rc, order;

	if ((rc = load_side(w, a, &da, e)) < 0 ||
	    (rc = load_side(w, b, &db, e)) < 0)
		goto out;
	while (rc == 0 && (i < da->n || j < db->n)) {
		ea = i < da->n ? &da->entries[i] : NULL;
		eb = j < db->n ? &db->entries[j] : NULL;
		order = order_of(ea, eb);
		i += order <= 0;
		j += order >= 0;
		rc = walk_entry(
		    w, len, order <= 0 ? ea : NULL, order >= 0 ? eb : NULL, e);
	}
out:
	tree_dir_free(da);
	tree_dir_free(db);
	return rc;
}

int
tree_diff(const unsigned char *a, const unsigned char *b, tree_source *src,
    void *src_arg, size_t max_entries, tree_diff_cb *cb, void *arg,
    struct err *e)
{
	struct walk w = { .src = src,
		.src_arg = src_arg,
		.cb = cb,
		.arg = arg,
		.left = max_entries,
		.depth = 1 };

	if (a != NULL && b != NULL && memcmp(a, b, ID_LEN) == 0)
		return 0;
	return walk_ids(&w, 0, a, b, e);
}
