#include "store/save/journal.h"

#include "base/json.h"
#include "store/record/canon.h"
#include "store/state.h"

/* The rows of one branch, and where its ref is. */
struct lane {
	char office[8], name[8];
	struct repo *repo;
	char ref[32];
	int has_ref;
	unsigned char
	    at[COMMIT_ID_LEN]; /* the ref, then the row replayed last */
	int64_t done;          /* rows up to this id are in the repository */
};

int
journal_count(struct store *s, int64_t *ret, struct err *e)
{
	return db_one_int(s->db, ret, e, "SELECT count(*) FROM journal", "");
}

int
journal_add(struct store *s, const struct branch *b,
    const unsigned char id[COMMIT_ID_LEN], const struct buf *raw,
    const struct index_file *files, size_t n, struct err *e)
{
	int64_t row;
	size_t i;
	int rc;

	rc = db_run(s->db, e,
	    "INSERT INTO journal(office, name, commit_id, raw)"
	    " VALUES(?1, ?2, ?3, ?4)",
	    "ssbb", b->office, b->name, id, (size_t)COMMIT_ID_LEN, raw->data,
	    raw->len);
	if (rc < 0)
		return rc;
	row = db_last_id(s->db);
	for (i = 0; i < n; i++) {
		rc = db_run(s->db, e,
		    "INSERT INTO journal_file(journal, path, blob, bytes)"
		    " VALUES(?1, ?2, ?3, ?4)",
		    "isbb", row, files[i].path, files[i].new_blob, (size_t)20,
		    files[i].bytes, files[i].len);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* The branches that have rows, of one office or (NULL) of all; the caller frees
 * *ret. */
static int
list_lanes(struct store *s, const char *office, struct lane **ret,
    size_t *ret_n, struct err *e)
{
	struct lane *lanes = NULL, *grown;
	sqlite3_stmt *st = NULL;
	size_t n = 0;
	int rc;

	rc = office == NULL
		 ? db_stmt(s->db, &st, e,
		       "SELECT DISTINCT office, name FROM journal", "")
		 : db_stmt(s->db, &st, e,
		       "SELECT DISTINCT office, name FROM journal"
		       " WHERE office = ?1",
		       "s", office);
	if (rc < 0)
		return rc;
	while ((rc = db_step(s->db, st, e)) > 0) {
		grown = realloc(lanes, (n + 1) * sizeof(*lanes));
		if (grown == NULL) {
			rc = err_nomem(e);
			break;
		}
		lanes = grown;
		memset(&lanes[n], 0, sizeof(lanes[n]));
		snprintf(lanes[n].office, sizeof(lanes[n].office), "%s",
		    (const char *)sqlite3_column_text(st, 0));
		snprintf(lanes[n].name, sizeof(lanes[n].name), "%s",
		    (const char *)sqlite3_column_text(st, 1));
		n++;
	}
	db_reset(st);
	if (rc < 0) {
		free(lanes);
		return rc;
	}
	*ret = lanes;
	*ret_n = n;
	return 0;
}

static int
damaged(struct err *e, const struct commit *c, const char *what)
{
	char name[24];
	int rc;

	commit_name(c, name);
	rc = err_set(e, ERR_DAMAGED, 0, "revision %s of %s in the journal %s",
	    name, c->device, what);
	err_hint(e, "keep a copy of the directory, then run pmqad --reindex");
	return rc;
}

/* Opens the lane's repository; rows at or before its ref are done: the last
 * run stopped between moving the ref and deleting them. */
static int
open_lane(struct store *s, struct lane *l, struct err *e)
{
	int rc;

	if ((rc = store_repo(s, l->office, &l->repo, e)) < 0)
		return rc;
	snprintf(l->ref, sizeof(l->ref), "refs/heads/%s", l->name);
	rc = repo_ref(l->repo, l->ref, l->at, e);
	if (rc == ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	l->has_ref = 1;
	return db_one_int(s->db, &l->done, e,
	    "SELECT ifnull(max(id), 0) FROM journal"
	    " WHERE office = ?1 AND name = ?2 AND commit_id = ?3",
	    "ssb", l->office, l->name, l->at, (size_t)COMMIT_ID_LEN);
}

/* The row must stand on what is there, the ref or the row before it. */
static int
check_parent(const struct lane *l, const struct commit *c, struct err *e)
{
	int fits = l->has_ref ? c->n_parents > 0 && memcmp(c->parents[0], l->at,
							COMMIT_ID_LEN) == 0
			      : c->n_parents == 0;

	return fits ? 0 : damaged(e, c, "does not follow its branch");
}

/* Raw commit of a row, parsed; *ret_id its commit id. */
static int
read_row(struct store *s, int64_t row, struct buf *raw, struct commit *c,
    unsigned char ret_id[COMMIT_ID_LEN], struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc;

	buf_clear(raw);
	rc = db_stmt(s->db, &st, e,
	    "SELECT raw, commit_id FROM journal WHERE id = ?1", "i", row);
	if (rc < 0)
		return rc;
	if ((rc = db_step(s->db, st, e)) < 0)
		return rc;
	if (rc == 0 || sqlite3_column_bytes(st, 1) != COMMIT_ID_LEN) {
		db_reset(st);
		return err_set(e, ERR_DAMAGED, 0, "a journal row is not whole");
	}
	buf_append(raw, sqlite3_column_blob(st, 0),
	    (size_t)sqlite3_column_bytes(st, 0));
	memcpy(ret_id, sqlite3_column_blob(st, 1), COMMIT_ID_LEN);
	db_reset(st);
	if ((rc = buf_ok(raw, e)) < 0)
		return rc;
	if ((rc = commit_parse(raw->data, raw->len, c, e)) < 0) {
		err_prepend(e, "a journal row");
		if (rc == ERR_INVALID && e != NULL)
			e->code = ERR_DAMAGED;
		return rc == ERR_INVALID ? ERR_DAMAGED : rc;
	}
	return 0;
}

/* One file of a row into the lane's memory and tree. */
static int
replay_file(struct lane *l, struct tree *t, const struct commit *c,
    sqlite3_stmt *st, struct err *e)
{
	const char *path = (const char *)sqlite3_column_text(st, 0);
	const void *blob = sqlite3_column_blob(st, 1);
	const void *bytes = sqlite3_column_blob(st, 2);
	unsigned char id[20];
	int rc;

	if (sqlite3_column_type(st, 1) == SQLITE_NULL)
		return tree_put(t, path, NULL, e);
	rc = repo_put(l->repo, OBJECT_BLOB, bytes != NULL ? bytes : "",
	    (size_t)sqlite3_column_bytes(st, 2), id, e);
	if (rc < 0)
		return rc;
	if (sqlite3_column_bytes(st, 1) != 20 || memcmp(id, blob, 20) != 0)
		return damaged(e, c, "has a file that is not what was saved");
	return tree_put(t, path, id, e);
}

static int
replay_files(struct store *s, struct lane *l, struct tree *t, int64_t row,
    const struct commit *c, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(s->db, &st, e,
	    "SELECT path, blob, bytes FROM journal_file WHERE journal = ?1",
	    "i", row);
	if (rc < 0)
		return rc;
	while ((rc = db_step(s->db, st, e)) > 0) {
		if ((rc = replay_file(l, t, c, st, e)) < 0)
			break;
	}
	db_reset(st);
	return rc;
}

/* Objects of one row: the same ids again, or the store says it is damaged. */
static int
replay_row(struct store *s, struct lane *l, struct tree *t, int64_t row,
    struct commit *c, struct err *e)
{
	unsigned char want[COMMIT_ID_LEN], id[COMMIT_ID_LEN], root[20];
	struct buf raw = BUF_INIT;
	int rc;

	if ((rc = read_row(s, row, &raw, c, want, e)) < 0)
		goto out;
	if ((rc = check_parent(l, c, e)) < 0)
		goto out;
	if ((rc = replay_files(s, l, t, row, c, e)) < 0)
		goto out;
	if ((rc = tree_write(t, repo_tree_sink, l->repo, root, e)) < 0)
		goto out;
	if (memcmp(root, c->tree, sizeof(root)) != 0) {
		rc = damaged(e, c, "does not give its tree again");
		goto out;
	}
	rc = repo_put(l->repo, OBJECT_COMMIT, raw.data, raw.len, id, e);
	if (rc < 0)
		goto out;
	if (memcmp(id, want, sizeof(id)) != 0) {
		rc = damaged(e, c, "does not give its commit id again");
		goto out;
	}
	l->has_ref = 1;
	memcpy(l->at, id, sizeof(l->at));
out:
	buf_release(&raw);
	return rc;
}

/* The tree that the lane's ref names. */
static int
load_tree(struct lane *l, struct tree *t, struct commit *c, struct err *e)
{
	struct buf raw = BUF_INIT;
	int rc = 0;

	if (l->has_ref) {
		rc = repo_read(
		    l->repo, l->at, OBJECT_COMMIT, COMMIT_MAX, &raw, e);
		if (rc == 0)
			rc = commit_parse(raw.data, raw.len, c, e);
	}
	if (rc == 0)
		rc = tree_load(t, l->has_ref ? c->tree : NULL, repo_tree_source,
		    l->repo, e);
	buf_release(&raw);
	return rc;
}

static int
next_row(struct store *s, const struct lane *l, int64_t after, int64_t *ret,
    struct err *e)
{
	return db_one_int(s->db, ret, e,
	    "SELECT ifnull(min(id), 0) FROM journal"
	    " WHERE id > ?1 AND office = ?2 AND name = ?3",
	    "iss", after, l->office, l->name);
}

static int
rebuild_lane(struct store *s, struct lane *l, int64_t *n, struct err *e)
{
	struct commit *c = calloc(1, sizeof(*c));
	struct tree *t = tree_new();
	int64_t row = 0;
	int rc;

	if (c == NULL || t == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = open_lane(s, l, e)) < 0)
		goto out;
	row = l->done;
	if ((rc = load_tree(l, t, c, e)) < 0)
		goto out;
	while ((rc = next_row(s, l, row, &row, e)) == 0 && row != 0) {
		if ((rc = replay_row(s, l, t, row, c, e)) < 0)
			goto out;
		(*n)++;
	}
out:
	tree_free(t);
	free(c);
	return rc;
}

int
journal_rebuild(struct store *s, int64_t *ret_n, struct err *e)
{
	struct lane *lanes = NULL;
	size_t i, n_lanes = 0;
	int64_t n = 0;
	int rc;

	if ((rc = list_lanes(s, NULL, &lanes, &n_lanes, e)) < 0)
		return rc;
	for (i = 0; i < n_lanes && rc == 0; i++)
		rc = rebuild_lane(s, &lanes[i], &n, e);
	free(lanes);
	if (rc == 0 && ret_n != NULL)
		*ret_n = n;
	return rc;
}

/* A lock of ours that is still there is left over from a failed move: nobody
 * else moves this ref. */
static int
move_ref(struct lane *l, const unsigned char id[COMMIT_ID_LEN], struct err *e)
{
	const unsigned char *old = l->has_ref ? l->at : NULL;
	int removed, rc;

	rc = repo_move_ref(l->repo, l->ref, old, id, e);
	if (rc != ERR_BUSY)
		return rc;
	if ((rc = repo_sweep(l->repo, &removed, e)) < 0)
		return rc;
	return repo_move_ref(l->repo, l->ref, old, id, e);
}

/* Objects to the repository, then the ref from the first row's parent to the
 * last row. */
static int
flush_lane(struct store *s, struct lane *l, struct err *e)
{
	unsigned char first_id[COMMIT_ID_LEN], last_id[COMMIT_ID_LEN];
	struct commit *c = calloc(1, sizeof(*c));
	struct buf raw = BUF_INIT;
	int64_t first = 0, last = 0;
	int rc;

	if (c == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = open_lane(s, l, e)) < 0)
		goto out;
	if ((rc = next_row(s, l, l->done, &first, e)) < 0 || first == 0)
		goto out;
	if ((rc = read_row(s, first, &raw, c, first_id, e)) < 0)
		goto out;
	if ((rc = check_parent(l, c, e)) < 0)
		goto out;
	rc = db_one_int(s->db, &last, e,
	    "SELECT max(id) FROM journal WHERE office = ?1 AND name = ?2", "ss",
	    l->office, l->name);
	if (rc < 0 || (rc = read_row(s, last, &raw, c, last_id, e)) < 0)
		goto out;
	if ((rc = repo_flush(l->repo, e)) == 0 &&
	    (rc = move_ref(l, last_id, e)) == 0)
		l->done = last;
out:
	free(c);
	buf_release(&raw);
	return rc;
}

/* One transaction, after the refs stand on the disk. */
static int
delete_done(struct store *s, const struct lane *lanes, size_t n, struct err *e)
{
	size_t i;
	int rc;

	if ((rc = db_begin(s->db, e)) < 0)
		return rc;
	for (i = 0; i < n && rc == 0; i++)
		rc = db_run(s->db, e,
		    "DELETE FROM journal WHERE office = ?1 AND name = ?2"
		    " AND id <= ?3",
		    "ssi", lanes[i].office, lanes[i].name, lanes[i].done);
	if (rc < 0) {
		db_rollback(s->db, NULL);
		return rc;
	}
	return db_commit(s->db, e);
}

/* SAVE 6/7: what is acknowledged becomes commits in the repository. */
static int
flush_lanes(struct store *s, const char *office, struct err *e)
{
	struct lane *lanes = NULL;
	struct err first;
	size_t i, n = 0;
	int rc, failed = 0;

	if (s->in_group)
		return err_set(e, ERR_FAILED, 0, "saves are being grouped");
	if ((rc = list_lanes(s, office, &lanes, &n, e)) < 0)
		return rc;
	/* one office's broken repository must not hold back the others */
	for (i = 0; i < n; i++) {
		rc = flush_lane(s, &lanes[i], failed == 0 ? &first : NULL);
		if (rc < 0 && failed == 0)
			failed = rc;
	}
	rc = n > 0 ? delete_done(s, lanes, n, e) : 0;
	free(lanes);
	if (failed < 0) {
		if (e != NULL)
			*e = first;
		return failed;
	}
	return rc;
}

int
journal_flush(struct store *s, struct err *e)
{
	return flush_lanes(s, NULL, e);
}

int
journal_flush_office(struct store *s, const char *office, struct err *e)
{
	return flush_lanes(s, office, e);
}

int
journal_next_office(struct store *s, const char *after, char ret[8],
    int *ret_has, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc;

	*ret_has = 0;
	rc = after == NULL
		 ? db_stmt(s->db, &st, e,
		       "SELECT office FROM journal ORDER BY office LIMIT 1", "")
		 : db_stmt(s->db, &st, e,
		       "SELECT office FROM journal WHERE office > ?1"
		       " ORDER BY office LIMIT 1",
		       "s", after);
	if (rc == 0 && (rc = db_step(s->db, st, e)) > 0) {
		snprintf(
		    ret, 8, "%s", (const char *)sqlite3_column_text(st, 0));
		*ret_has = 1;
		rc = 0;
	}
	db_reset(st);
	return rc;
}

int
journal_resume(struct store *s, int64_t *ret_n, struct err *e)
{
	int64_t n = 0;
	int rc;

	if ((rc = journal_rebuild(s, &n, e)) < 0)
		return rc;
	if ((rc = journal_flush(s, e)) < 0)
		return rc;
	if (ret_n != NULL)
		*ret_n = n;
	return 0;
}
