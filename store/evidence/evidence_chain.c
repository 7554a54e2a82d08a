#include "store/evidence/evidence_chain.h"

#include <errno.h>

#include "base/file.h"
#include "store/git/giterr.h"
#include "store/sign/commit.h"

#define COMMIT_RAW_MAX ((size_t)1024)
#define WHO "pmqa <pmqa@evidence> 0 +0000"

void
chain_commit(struct buf *ret, const char *sha, const struct chain_link *l)
{
	char hex[41];

	commit_hex(l->tree, hex);
	buf_printf(ret, "tree %s\n", hex);
	if (l->n > 1) {
		commit_hex(l->parent, hex);
		buf_printf(ret, "parent %s\n", hex);
	}
	buf_printf(ret,
	    "author " WHO "\ncommitter " WHO "\n\nevidence %s part %d\n", sha,
	    l->n);
}

void
chain_entry(struct buf *ret, int n, const unsigned char blob[20])
{
	buf_printf(ret, "100644 %05d", n);
	buf_putc(ret, '\0');
	buf_append(ret, blob, 20);
}

static int
foreign(const unsigned char id[20], const char *sha, struct err *e)
{
	char hex[41];

	commit_hex(id, hex);
	return err_set(e, ERR_INVALID, 0,
	    "object %s is not one of evidence %.12s", hex, sha);
}

/* The number at the end of the message; 0 if there is none. */
static int
part_number(const struct buf *raw)
{
	const char *blank = strrchr(raw->data, ' ');
	char *end;
	long n;

	if (blank == NULL || blank[1] < '1' || blank[1] > '9')
		return 0;
	n = strtol(blank + 1, &end, 10);
	return *end == '\n' && n <= CHAIN_PARTS_MAX ? (int)n : 0;
}

/* Ids where a commit of ours has them; 0 if they are not there. */
static int
take_ids(const struct buf *raw, struct chain_link *l)
{
	static const char tree[] = "tree ", parent[] = "\nparent ";
	const char *s = raw->data;
	char hex[41];

	if (raw->len < 120 || strncmp(s, tree, sizeof(tree) - 1) != 0)
		return 0;
	snprintf(hex, sizeof(hex), "%.40s", s + 5);
	if (commit_unhex(hex, l->tree, NULL) < 0)
		return 0;
	if (l->n == 1)
		return 1;
	if (strncmp(s + 45, parent, sizeof(parent) - 1) != 0)
		return 0;
	snprintf(hex, sizeof(hex), "%.40s", s + 45 + sizeof(parent) - 1);
	return commit_unhex(hex, l->parent, NULL) == 0;
}

/* What is read is made again and compared: nothing else can hide in it. */
int
chain_read_link(struct repo *r, const unsigned char id[20], const char *sha,
    struct chain_link *ret, struct err *e)
{
	struct buf raw = BUF_INIT, again = BUF_INIT;
	struct chain_link l;
	int rc;

	memset(&l, 0, sizeof(l));
	rc = repo_read(r, id, OBJECT_COMMIT, COMMIT_RAW_MAX, &raw, e);
	if (rc < 0)
		goto out;
	if (raw.len == 0 || (l.n = part_number(&raw)) == 0 ||
	    !take_ids(&raw, &l)) {
		rc = foreign(id, sha, e);
		goto out;
	}
	chain_commit(&again, sha, &l);
	if ((rc = buf_ok(&again, e)) < 0)
		goto out;
	if (again.len != raw.len ||
	    memcmp(again.data, raw.data, raw.len) != 0) {
		rc = foreign(id, sha, e);
		goto out;
	}
	*ret = l;
out:
	buf_release(&raw);
	buf_release(&again);
	return rc;
}

int
chain_read_tree(struct repo *r, const unsigned char id[20], int n,
    struct buf *ret, struct err *e)
{
	size_t start = ret->len, want = (size_t)n * CHAIN_ENTRY_LEN;
	char name[24], hex[41];
	const char *at;
	int i, rc;

	if ((rc = repo_read(r, id, OBJECT_TREE, want, ret, e)) < 0)
		return rc;
	at = ret->data + start;
	for (i = 1; ret->len - start == want && i <= n; i++) {
		/* with its NUL */
		snprintf(name, sizeof(name), "100644 %05d", i);
		if (memcmp(at, name, CHAIN_ENTRY_LEN - 20) != 0)
			break;
		at += CHAIN_ENTRY_LEN;
	}
	if (i == n + 1)
		return 0;
	commit_hex(id, hex);
	return err_set(e, ERR_INVALID, 0,
	    "tree %s does not hold the parts of an evidence file", hex);
}

const unsigned char *
chain_blob(const struct buf *tree, int n)
{
	size_t at = (size_t)n * CHAIN_ENTRY_LEN - 20;

	return (const unsigned char *)tree->data + at;
}

void
chain_ref(int whole, const char *sha, char ret[CHAIN_REF_MAX])
{
	snprintf(ret, CHAIN_REF_MAX, "%s/%.64s",
	    whole ? CHAIN_WHOLE_DIR : "refs/uploads", sha);
}

int
chain_drop_ref(struct evidence_repo *r, const char *name, struct err *e)
{
	char dir[700];
	int rc, saved;

	errno = 0;
	rc = git_reference_remove(r->git, name);
	saved = errno;
	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc < 0)
		return giterr_written(e,
		    giterr_set(e, rc, "cannot remove ref '%s'", name), saved);
	/* its directory may have gone with it */
	if ((rc = file_path(dir, sizeof(dir), e, "%s/refs", r->path)) < 0)
		return rc;
	if ((rc = file_sync(dir, e)) < 0)
		return rc;
	rc = file_path(dir, sizeof(dir), e, "%s/%.*s", r->path,
	    (int)(strrchr(name, '/') - name), name);
	if (rc < 0)
		return rc;
	rc = file_sync(dir, e);
	return rc == ERR_SYS && e != NULL && e->sub == ENOENT ? 0 : rc;
}
