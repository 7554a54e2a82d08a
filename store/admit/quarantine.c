#include "store/admit/quarantine.h"

#include <git2.h>
#include <git2/sys/odb_backend.h>

#include "base/file.h"
#include "store/git/giterr.h"
#include "store/sign/commit.h"

struct entry {
	unsigned char id[20];
	unsigned char marked;
};

struct quarantine {
	struct entry *entries; /* sorted by id, once listed */
	size_t n, cap, max;
	struct err *e; /* while listing: where a callback leaves its fault */
	int rc;
};

static int
on_object(const git_oid *id, void *arg)
{
	struct quarantine *q = arg;
	size_t cap = q->cap == 0 ? 256 : q->cap * 2;
	struct entry *grown;

	if (q->n == q->max) {
		q->rc = err_set(q->e, ERR_REFUSED, 0,
		    "the push has more than %zu objects", q->max);
		return 1;
	}
	if (q->n == q->cap) {
		grown = realloc(q->entries, cap * sizeof(*grown));
		if (grown == NULL) {
			q->rc = err_nomem(q->e);
			return 1;
		}
		q->entries = grown;
		q->cap = cap;
	}
	memcpy(q->entries[q->n].id, id->id, 20);
	q->entries[q->n++].marked = 0;
	return 0;
}

static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, 20); /* id is the first member */
}

static int
list(struct quarantine *q, const char *dir, struct err *e)
{
	git_odb *odb = NULL;
	int rc;

	if ((rc = git_odb_new(&odb)) < 0 ||
	    (rc = git_odb_add_disk_alternate(odb, dir)) < 0) {
		rc = giterr_set(e, rc, "cannot open '%s'", dir);
		goto out;
	}
	q->e = e;
	rc = git_odb_foreach(odb, on_object, q);
	q->e = NULL;
	if (q->rc < 0)
		rc = q->rc;
	else if (rc < 0)
		rc = giterr_set(e, rc, "cannot list '%s'", dir);
out:
	git_odb_free(odb);
	return rc;
}

int
quarantine_open(
    const char *objects_dir, size_t max, struct quarantine **ret, struct err *e)
{
	struct quarantine *q = calloc(1, sizeof(*q));
	int rc;

	if (q == NULL)
		return err_nomem(e);
	q->max = max;
	if ((rc = list(q, objects_dir, e)) < 0) {
		quarantine_close(q);
		return rc;
	}
	if (q->n > 0)
		qsort(q->entries, q->n, sizeof(*q->entries), by_id);
	*ret = q;
	return 0;
}

void
quarantine_close(struct quarantine *q)
{
	if (q == NULL)
		return;
	free(q->entries);
	free(q);
}

void
quarantine_mark(struct quarantine *q, const unsigned char id[20])
{
	size_t lo = 0, hi = q->n, mid;
	int order;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		order = memcmp(q->entries[mid].id, id, 20);
		if (order == 0) {
			q->entries[mid].marked = 1;
			/* the same object may be there twice, side by side */
			hi = mid;
			while (hi > 0 &&
			       memcmp(q->entries[hi - 1].id, id, 20) == 0)
				q->entries[--hi].marked = 1;
			while (++mid < q->n &&
			       memcmp(q->entries[mid].id, id, 20) == 0)
				q->entries[mid].marked = 1;
			return;
		}
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
}

static int
check_entry(git_odb *known, const struct entry *entry, struct err *e)
{
	git_oid id;
	char hex[41];

	if (entry->marked)
		return 0;
	memcpy(id.id, entry->id, 20);
	if (git_odb_exists(known, &id))
		return 0;
	commit_hex(entry->id, hex);
	return err_set(e, ERR_REFUSED, 0,
	    "the push has an object that no revision of it uses: %.10s", hex);
}

int
quarantine_check(struct quarantine *q, const char *repo_path, struct err *e)
{
	git_odb *known = NULL;
	char path[1024];
	size_t i;
	int rc;

	rc = file_path(path, sizeof(path), e, "%s/objects", repo_path);
	if (rc < 0)
		return rc;
	if ((rc = git_odb_new(&known)) < 0 ||
	    (rc = git_odb_add_disk_alternate(known, path)) < 0) {
		rc = giterr_set(e, rc, "cannot open '%s'", path);
		goto out;
	}
	for (i = 0; i < q->n; i++)
		if ((rc = check_entry(known, &q->entries[i], e)) < 0)
			goto out;
out:
	git_odb_free(known);
	return rc;
}
