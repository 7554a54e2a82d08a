/* The journal's part of verify: what is acknowledged but not yet in the
 * repository must give its commit ids again (I2). */
#include "store/view/verify_state.h"

#include "store/record/canon.h"

/* Names the revision at fault; the walk to the tip then finds its objects
 * missing, and says which revisions are lost. */
static int
tell(struct verify_walk *w, const unsigned char id[20], const char *what,
    struct err *e)
{
	struct err f;
	char hex[41];

	commit_hex(id, hex);
	err_set(
	    &f, ERR_DAMAGED, 0, "journal row of commit %.10s: %s", hex, what);
	err_hint(&f,
	    "keep a copy of the directory; the revision was acknowledged but "
	    "is not yet in the repository");
	return verify_found(w->v, "error", "journal", w->where, &f, e);
}

static int
push_id(struct verify_walk *w, const unsigned char id[20], struct err *e)
{
	unsigned char(*grown)[20] =
	    realloc(w->journal, (w->n_journal + 1) * sizeof(*grown));

	if (grown == NULL)
		return err_nomem(e);
	w->journal = grown;
	memcpy(grown[w->n_journal++], id, 20);
	return 0;
}

/* Puts one file's blob, and its path into the tree. */
static int
put_file(struct verify_walk *w, struct tree *t, sqlite3_stmt *st,
    const unsigned char commit[20], struct err *e)
{
	const char *path = (const char *)sqlite3_column_text(st, 0);
	const void *blob = sqlite3_column_blob(st, 1);
	int has_blob = sqlite3_column_bytes(st, 1) == 20;
	unsigned char id[20];
	int rc;

	if (path == NULL ||
	    has_blob != (sqlite3_column_type(st, 2) != SQLITE_NULL))
		return tell(w, commit, "has a malformed file", e);
	if (!has_blob) {
		rc = tree_put(t, path, NULL, e);
		return verify_is_finding(rc)
			   ? tell(w, commit, "removes what is not there", e)
			   : rc;
	}
	rc = repo_put(w->trust.repo, OBJECT_BLOB,
	    sqlite3_column_bytes(st, 2) > 0 ? sqlite3_column_blob(st, 2) : "",
	    (size_t)sqlite3_column_bytes(st, 2), id, e);
	if (rc < 0)
		return rc;
	if (memcmp(id, blob, 20) != 0)
		return tell(
		    w, commit, "the bytes of a file are not its blob", e);
	rc = tree_put(t, path, id, e);
	return verify_is_finding(rc) ? tell(w, commit, "has a bad path", e)
				     : rc;
}

static int
put_files(struct verify_walk *w, struct tree *t, int64_t row,
    const unsigned char commit[20], struct err *e)
{
	struct db *db = store_db(w->v->store);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT path, blob, bytes FROM journal_file WHERE journal = ?1"
	    " ORDER BY path",
	    "i", row);
	if (rc < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0)
		if ((rc = put_file(w, t, st, commit, e)) < 0)
			break;
	db_reset(st);
	return rc;
}

/* The tree that the row's parent has: of the row before, or of the commit in
 * the repository. */
static int
load_parent(struct verify_walk *w, struct tree *t, const struct commit *c,
    struct err *e)
{
	struct buf raw = BUF_INIT;
	struct commit *parent = NULL;
	int rc = 0;

	if (c->n_parents == 0)
		return tree_load(t, NULL, repo_tree_source, w->trust.repo, e);
	if ((parent = malloc(sizeof(*parent))) == NULL)
		return err_nomem(e);
	rc = repo_read(
	    w->trust.repo, c->parents[0], OBJECT_COMMIT, COMMIT_MAX, &raw, e);
	if (rc == 0)
		rc = commit_parse(buf_str(&raw), raw.len, parent, e);
	if (rc == 0)
		rc = tree_load(
		    t, parent->tree, repo_tree_source, w->trust.repo, e);
	buf_release(&raw);
	free(parent);
	return rc;
}

static int
build_tree(struct verify_walk *w, int64_t row, const struct commit *c,
    const unsigned char id[20], struct err *e)
{
	unsigned char root[20];
	struct tree *t = tree_new();
	struct err fault;
	int rc;

	if (t == NULL)
		return err_nomem(e);
	rc = load_parent(w, t, c, &fault);
	if (rc < 0) {
		if (verify_is_finding(rc))
			rc = tell(w, id, "its parent cannot be read", e);
		else if (e != NULL)
			*e = fault;
		goto out;
	}
	if ((rc = put_files(w, t, row, id, e)) < 0)
		goto out;
	if ((rc = tree_write(t, repo_tree_sink, w->trust.repo, root, e)) < 0)
		goto out;
	if (memcmp(root, c->tree, 20) != 0)
		rc = tell(w, id, "its files do not give its tree", e);
out:
	tree_free(t);
	return rc;
}

static int
build_row(struct verify_walk *w, sqlite3_stmt *st, struct err *e)
{
	int64_t row = sqlite3_column_int64(st, 0);
	const void *named = sqlite3_column_blob(st, 1);
	const char *raw = sqlite3_column_blob(st, 2);
	size_t len = (size_t)sqlite3_column_bytes(st, 2);
	unsigned char id[20];
	struct commit *c = NULL;
	struct err fault;
	int rc;

	if (raw == NULL || len > COMMIT_MAX)
		return tell(w, w->b.tip, "has no commit of its own", e);
	if ((rc = repo_put(w->trust.repo, OBJECT_COMMIT, raw, len, id, e)) < 0)
		return rc;
	if (sqlite3_column_bytes(st, 1) != 20 || memcmp(id, named, 20) != 0)
		return tell(w, id, "its bytes do not give its commit id", e);
	if ((rc = push_id(w, id, e)) < 0)
		return rc;
	if ((c = malloc(sizeof(*c))) == NULL)
		return err_nomem(e);
	if (commit_parse(raw, len, c, &fault) < 0)
		rc = tell(w, id, fault.msg, e);
	else
		rc = build_tree(w, row, c, id, e);
	free(c);
	return rc;
}

int
verify_journal(struct verify_walk *w, struct err *e)
{
	struct db *db = store_db(w->v->store);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT id, commit_id, raw FROM journal WHERE office = ?1"
	    " AND name = ?2 ORDER BY id",
	    "ss", w->b.office, w->b.name);
	if (rc < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0)
		if ((rc = build_row(w, st, e)) < 0)
			break;
	db_reset(st);
	return rc;
}
