#include "store/git/tree_dir.h"

#include <stdint.h>

#define ID_LEN 20
#define FILE_MODE "100644 "
#define DIR_MODE "40000 "
#define N_MAX 200000 /* entries of one directory */

struct dir *
tree_dir_new(void)
{
	struct dir *d = calloc(1, sizeof(*d));

	if (d != NULL)
		d->changed = 1;
	return d;
}

void
tree_dir_free(struct dir *d)
{
	size_t i;

	if (d == NULL)
		return;
	/* as deep as paths are: TREE_DEPTH */
	for (i = 0; i < d->n; i++) {
		tree_dir_free(d->entries[i].dir);
		free(d->entries[i].own);
	}
	free(d->entries);
	free(d->raw);
	free(d);
}

size_t
tree_dir_name(const char *s)
{
	size_t n =
	    strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		      "0123456789._-");

	return s[0] == '.' || n > TREE_NAME_MAX ? 0 : n;
}

int
tree_dir_order(const char *a, int a_is_dir, const char *b, int b_is_dir)
{
	unsigned char ca, cb;

	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	ca = (unsigned char)*a;
	cb = (unsigned char)*b;
	if (ca == '\0' && a_is_dir)
		ca = '/';
	if (cb == '\0' && b_is_dir)
		cb = '/';
	return ca < cb ? -1 : ca > cb;
}

/* Index of the first entry not before the name. */
static size_t
lower_bound(const struct dir *d, const char *name, int is_dir)
{
	size_t lo = 0, hi = d->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (tree_dir_order(d->entries[mid].name, d->entries[mid].is_dir,
			name, is_dir) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct entry *
tree_dir_find(struct dir *d, const char *name, int is_dir)
{
	size_t i = lower_bound(d, name, is_dir);

	if (i == d->n || d->entries[i].is_dir != is_dir ||
	    strcmp(d->entries[i].name, name) != 0)
		return NULL;
	return &d->entries[i];
}

static int
reserve(struct dir *d, struct err *e)
{
	size_t cap = d->cap < 8 ? 8 : d->cap * 2;
	struct entry *p;

	if (d->n < d->cap)
		return 0;
	if (d->n >= N_MAX)
		return err_set(
		    e, ERR_INVALID, 0, "a directory has too many files");
	if ((p = realloc(d->entries, cap * sizeof(*p))) == NULL)
		return err_nomem(e);
	d->entries = p;
	d->cap = cap;
	return 0;
}

int
tree_dir_add(struct dir *d, const char *name, size_t len, int is_dir,
    struct entry **ret, struct err *e)
{
	struct entry *at;
	char *own;
	size_t i;
	int rc;

	if ((rc = reserve(d, e)) < 0)
		return rc;
	if ((own = strndup(name, len)) == NULL)
		return err_nomem(e);
	i = lower_bound(d, own, is_dir);
	at = &d->entries[i];
	memmove(at + 1, at, (d->n - i) * sizeof(*at));
	memset(at, 0, sizeof(*at));
	at->name = at->own = own;
	at->is_dir = is_dir;
	d->n++;
	*ret = at;
	return 0;
}

void
tree_dir_remove(struct dir *d, struct entry *at)
{
	size_t i = (size_t)(at - d->entries);

	tree_dir_free(at->dir);
	free(at->own);
	d->n--;
	memmove(at, at + 1, (d->n - i) * sizeof(*at));
}

void
tree_dir_format(const struct dir *d, struct buf *out)
{
	const struct entry *at;

	for (at = d->entries; at != d->entries + d->n; at++) {
		buf_puts(out, at->is_dir ? DIR_MODE : FILE_MODE);
		buf_append(out, at->name, strlen(at->name) + 1);
		buf_append(out, at->id, ID_LEN);
	}
}

static int
bad(struct err *e, const char *what)
{
	return err_set(e, ERR_INVALID, 0, "malformed tree: %s", what);
}

static int
is_null_id(const unsigned char *id)
{
	static const unsigned char null[ID_LEN];

	return memcmp(id, null, ID_LEN) == 0;
}

/* Reads the entry at p into the end of d; *ret_used bytes. The names stay in
 * the raw bytes, where git ends them with NUL. */
static int
parse_entry(
    struct dir *d, const char *p, size_t len, size_t *ret_used, struct err *e)
{
	struct entry at = { 0 },
		     *last = d->n > 0 ? &d->entries[d->n - 1] : NULL;
	size_t mode_len, name_len;

	if (len > 7 && memcmp(p, FILE_MODE, 7) == 0) {
		mode_len = 7;
	} else if (len > 6 && memcmp(p, DIR_MODE, 6) == 0) {
		mode_len = 6;
		at.is_dir = 1;
	} else {
		return bad(e, "it holds more than plain files and directories");
	}
	at.name = p + mode_len;
	if (memchr(at.name, '\0', len - mode_len) == NULL)
		return bad(e, "it is cut short");
	name_len = strlen(at.name);
	if (name_len == 0 || tree_dir_name(at.name) != name_len)
		return bad(e, "it holds a file name that is not allowed");
	*ret_used = mode_len + name_len + 1 + ID_LEN;
	if (*ret_used > len)
		return bad(e, "it is cut short");
	memcpy(at.id, at.name + name_len + 1, ID_LEN);
	if (is_null_id(at.id))
		return bad(e, "it names an object that cannot be");
	if (last != NULL &&
	    tree_dir_order(last->name, last->is_dir, at.name, at.is_dir) >= 0)
		return bad(e, "its files are not in git's order");
	d->entries[d->n++] = at;
	return 0;
}

/* "x" and "x/" are far apart in git's order, so a second search finds what
 * comparing neighbours cannot. */
static int
check_doubles(struct dir *d, struct err *e)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->entries[i].is_dir &&
		    tree_dir_find(d, d->entries[i].name, 0) != NULL)
			return bad(e, "it holds one name twice");
	return 0;
}

static int
parse(struct dir *d, size_t len, struct err *e)
{
	size_t used = 0, at;
	int rc;

	for (at = 0; at < len; at += used)
		if ((rc = reserve(d, e)) < 0 ||
		    (rc = parse_entry(d, d->raw + at, len - at, &used, e)) < 0)
			return rc;
	return check_doubles(d, e);
}

int
tree_dir_load(tree_source *src, void *arg, const unsigned char id[20],
    int is_root, struct dir **ret, struct err *e)
{
	struct dir *d = tree_dir_new();
	struct buf raw = BUF_INIT;
	size_t len;
	int rc;

	if (d == NULL)
		return err_nomem(e);
	d->changed = 0;
	if ((rc = src(arg, id, &raw, e)) < 0 || (rc = buf_ok(&raw, e)) < 0)
		goto out;
	len = raw.len;
	if (len == 0 && !is_root) {
		rc = bad(e, "it is empty");
		goto out;
	}
	d->raw = buf_take(&raw);
	if (d->raw == NULL && len > 0) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = parse(d, len, e)) < 0)
		goto out;
	*ret = d;
	d = NULL;
out:
	tree_dir_free(d);
	buf_release(&raw);
	return rc;
}
