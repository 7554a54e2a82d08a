/*
 * Object files that were here when the last proof was made and are not any
 * more. What is read again would not show it: a proof that goes on reads the
 * newest revisions only. So each proof notes the packs of a repository and how
 * many loose objects there are. When one of the packs is gone, or there are
 * fewer loose ones, it was maintenance (all is in another pack now) or a loss:
 * each commit and each record's blob that the index names is looked for.
 */
#include "store/view/verify_state.h"

#include <inttypes.h>
#include <limits.h>
#include <unistd.h>

#include "base/file.h"

#define PACKS_MAX 2500 /* more than maintenance lets there be, by far */
#define NAME_LEN 45    /* "pack-", 40 digits */
#define LOST_MAX 100   /* each costs a look at all packs */

/* --- what is here --- */

int
verify_kept_note(
    struct verify_kept *k, const char *dir, const char *name, struct err *e)
{
	char path[PATH_MAX];
	int rc;

	if (strlen(name) != NAME_LEN + 4 ||
	    strcmp(name + NAME_LEN, ".idx") != 0)
		return 0;
	rc = file_path(
	    path, sizeof(path), e, "%s/pack/%.*s.pack", dir, NAME_LEN, name);
	if (rc < 0 || access(path, F_OK) != 0 ||
	    k->packs.len >= (size_t)PACKS_MAX * VERIFY_TAG)
		return rc;
	buf_append(&k->packs, name + 5, VERIFY_TAG);
	return buf_ok(&k->packs, e);
}

static int
has_tag(const struct buf *packs, const char *tag)
{
	size_t i;

	for (i = 0; i + VERIFY_TAG <= packs->len; i += VERIFY_TAG)
		if (memcmp(packs->data + i, tag, VERIFY_TAG) == 0)
			return 1;
	return 0;
}

static int
is_less(const struct verify_kept *now, const struct verify_kept *before)
{
	size_t i;

	if (now->loose < before->loose)
		return 1;
	for (i = 0; i + VERIFY_TAG <= before->packs.len; i += VERIFY_TAG)
		if (!has_tag(&now->packs, before->packs.data + i))
			return 1;
	return 0;
}

int
verify_kept_compare(struct verify *v, const char *office, const char *what,
    const struct verify_kept *now, int *ret_less, struct err *e)
{
	struct verify_kept before = { .packs = BUF_INIT };
	int rc = 0, there = 0;

	*ret_less = 0;
	if (!v->deep && (rc = verify_kept_read(
			     v->store, office, what, &before, &there, e)) == 0)
		*ret_less = !there || is_less(now, &before);
	buf_release(&before.packs);
	if (rc < 0 || v->proved == NULL)
		return rc;
	return verify_kept_put(v->store, office, what, now, v->proved, e);
}

/* --- what should be here --- */

struct lost {
	struct verify *v;
	struct repo *repo;
	int64_t n;
	char first[24]; /* a revision whose commit or record is gone */
};

/* What the journal holds is not written yet. */
#define COMMITS                                                                \
	"SELECT v.commit_id, v.name FROM branch b JOIN revision v"             \
	" ON v.branch = b.id WHERE b.office = ?1 AND NOT EXISTS"               \
	" (SELECT 1 FROM journal j WHERE j.office = b.office"                  \
	" AND j.commit_id = v.commit_id)"
#define BLOBS                                                                  \
	"SELECT t.blob, v.name FROM branch b JOIN revision v"                  \
	" ON v.branch = b.id JOIN touch t ON t.revision = v.id"                \
	" WHERE b.office = ?1 AND t.blob IS NOT NULL AND NOT EXISTS"           \
	" (SELECT 1 FROM journal j WHERE j.office = b.office"                  \
	" AND j.commit_id = v.commit_id)"

static int
look_for(struct lost *l, const char *sql, const char *office, struct err *e)
{
	struct db *db = store_db(l->v->store);
	sqlite3_stmt *st = NULL;
	const char *name;
	int rc;

	if ((rc = db_stmt(db, &st, e, sql, "s", office)) < 0)
		return rc;
	while (l->n < LOST_MAX && (rc = db_step(db, st, e)) > 0) {
		if (sqlite3_column_bytes(st, 0) != 20 ||
		    repo_has(l->repo, sqlite3_column_blob(st, 0)))
			continue; /* told with its row */
		name = (const char *)sqlite3_column_text(st, 1);
		if (l->n++ == 0)
			snprintf(l->first, sizeof(l->first), "%.23s",
			    name != NULL ? name : "?");
	}
	db_reset(st);
	return rc < 0 ? rc : 0;
}

static int
tell(struct lost *l, const char *office, struct err *e)
{
	struct err f;

	if (l->n == 0)
		return 0;
	err_set(&f, ERR_DAMAGED, 0,
	    "a file of the repository that was here is gone, and with it at "
	    "least %" PRId64 " objects, of revision %s among others",
	    l->n, l->first);
	err_hint(&f, "keep a copy of the directory, then fetch this history "
		     "again from the other party, or take a backup");
	return verify_found(l->v, "error", "object", office, &f, e);
}

int
verify_present(struct verify *v, const char *office, struct err *e)
{
	struct lost l = { .v = v };
	int rc;

	if (!v->files_less)
		return 0;
	if ((rc = verify_repo(v, office, &l.repo, e)) < 0 ||
	    (rc = db_begin(store_db(v->store), e)) < 0)
		return rc;
	/* what the journal held until then is in the repository now */
	if ((rc = repo_refresh(l.repo, e)) == 0 &&
	    (rc = look_for(&l, COMMITS, office, e)) == 0)
		rc = look_for(&l, BLOBS, office, e);
	db_rollback(store_db(v->store), NULL);
	return rc < 0 ? rc : tell(&l, office, e);
}
