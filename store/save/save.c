#include "store/save/save.h"

#include "base/clock.h"
#include "base/text.h"
#include "store/save/caption.h"
#include "store/save/draft.h"
#include "store/save/index.h"
#include "store/save/journal.h"
#include "store/sign/commit_form.h"
#include "store/state.h"

/* One revision in the making. */
struct making {
	struct store *s;
	struct branch *b;
	const struct save_req *req;
	struct draft draft;
	struct commit commit;
	struct buf raw;
	unsigned char id[COMMIT_ID_LEN];
	struct index_file *files; /* the changed ones, in byte order of path */
	struct commit_file *hashed;
	unsigned char (*blobs)[20];
	size_t n_files;
};

int
save_group_begin(struct store *s, struct err *e)
{
	int rc;

	if (s->mode == STORE_READ)
		return err_set(
		    e, ERR_FAILED, 0, "a reader of the store cannot save");
	if (s->in_group)
		return err_set(e, ERR_FAILED, 0, "saves are being grouped");
	if (s->broken)
		return err_set(e, ERR_FAILED, 0,
		    "an earlier failure left the store unusable: restart "
		    "pmqad");
	if ((rc = db_begin(s->db, e)) < 0)
		return rc;
	s->in_group = 1;
	memset(&s->group_err, 0, sizeof(s->group_err));
	return 0;
}

/*
 * The transaction is gone: what the repositories hold in memory must be again
 * exactly what the journal holds: the objects of earlier groups, acknowledged
 * but not flushed, and none of this group.
 */
static int
undo_group(struct store *s, struct err *e)
{
	size_t i;
	int rc;

	s->in_group = 0;
	s->broken = 1;
	store_forget_branches(s);
	for (i = 0; i < s->n_repos; i++)
		repo_forget(s->repos[i].repo);
	if ((rc = db_rollback(s->db, e)) < 0)
		return rc;
	if ((rc = journal_rebuild(s, NULL, e)) < 0)
		return rc;
	s->broken = 0;
	return 0;
}

int
save_group_abort(struct store *s, struct err *e)
{
	return s->in_group ? undo_group(s, e) : 0;
}

int
save_group_end(struct store *s, struct err *e)
{
	struct err second;
	int rc;

	if (!s->in_group)
		return err_set(e, ERR_FAILED, 0, "no saves are being grouped");
	/* SQLite undid everything when a write failed in the middle */
	if (s->group_err.code != ERR_OK) {
		if (e != NULL)
			*e = s->group_err;
		rc = (int)s->group_err.code;
	} else if ((rc = db_commit(s->db, e)) == 0) {
		s->in_group = 0;
		return 0;
	}
	/* a second fault shows in the next save_group_begin() */
	(void)undo_group(s, &second);
	return rc;
}

/* The branch's tree in memory: read once, then kept in step by each save. */
static int
ready_tree(struct branch *b, struct err *e)
{
	struct buf raw = BUF_INIT;
	struct commit *c = NULL;
	struct tree *t = NULL;
	int rc = 0;

	if (b->tree != NULL)
		return 0;
	if ((t = tree_new()) == NULL || (c = malloc(sizeof(*c))) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if (b->has_tip) {
		rc = repo_read(
		    b->repo, b->tip, OBJECT_COMMIT, COMMIT_MAX, &raw, e);
		if (rc < 0 || (rc = commit_parse(raw.data, raw.len, c, e)) < 0)
			goto out;
	}
	rc = tree_load(
	    t, b->has_tip ? c->tree : NULL, repo_tree_source, b->repo, e);
	if (rc < 0)
		goto out;
	b->tree = t;
	t = NULL;
out:
	tree_free(t);
	free(c);
	buf_release(&raw);
	return rc;
}

static int
by_path(const void *a, const void *b)
{
	const struct edit *const *x = a, *const *y = b;

	return strcmp((*x)->path, (*y)->path);
}

/* The changed files in byte order, their blobs in memory, the tree changed. */
static int
write_files(struct making *m, struct err *e)
{
	const struct edit **sorted =
	    calloc(m->draft.n_changed, sizeof(*sorted));
	size_t i, n = 0;
	int rc = 0;

	m->files = calloc(m->draft.n_changed, sizeof(*m->files));
	m->hashed = calloc(m->draft.n_changed, sizeof(*m->hashed));
	m->blobs = calloc(m->draft.n_changed, sizeof(*m->blobs));
	if (sorted == NULL || m->files == NULL || m->hashed == NULL ||
	    m->blobs == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	for (i = 0; i < m->draft.n; i++) {
		if (m->draft.edits[i].changed)
			sorted[n++] = &m->draft.edits[i];
	}
	qsort(sorted, n, sizeof(*sorted), by_path);
	for (i = 0; i < n && rc == 0; i++) {
		const struct edit *ed = sorted[i];
		struct index_file *f = &m->files[i];

		f->path = m->hashed[i].path = ed->path;
		f->type = ed->rp.type;
		f->old_rec = ed->old_rec;
		f->new_rec = ed->new_rec;
		f->changes = ed->changes;
		if (ed->has) {
			f->bytes = m->hashed[i].bytes = buf_str(&ed->new_bytes);
			f->len = m->hashed[i].len = ed->new_bytes.len;
			f->new_blob = m->blobs[i];
			rc = repo_put(m->b->repo, OBJECT_BLOB, f->bytes, f->len,
			    m->blobs[i], e);
		}
		if (rc == 0)
			rc = tree_put(m->b->tree, f->path, f->new_blob, e);
	}
	m->n_files = n;
out:
	free(sorted);
	return rc;
}

/* A person's text as commits take it: NFC, one or more lines, no blanks at its
 * ends. */
static int
clean_text(
    const char *s, char *ret, size_t size, const char *what, struct err *e)
{
	char *nfc = NULL, *start;
	size_t len;
	int rc;

	if ((rc = text_nfc(s, strlen(s), &nfc, e)) < 0) {
		err_prepend(e, what);
		return rc;
	}
	start = nfc + strspn(nfc, " \t\n");
	len = strlen(start);
	while (len > 0 && strchr(" \t\n", start[len - 1]) != NULL)
		len--;
	if (len >= size)
		rc = err_set(e, ERR_INVALID, 0, "%s: longer than %zu bytes",
		    what, size - 1);
	else
		snprintf(ret, size, "%.*s", (int)len, start);
	free(nfc);
	return rc;
}

/* Full name from the system's user list: without what a git identity cannot
 * hold; the login where nothing is left. */
static int
person_name(const struct person *p, char *ret, size_t size, struct err *e)
{
	char plain[sizeof(p->name)];
	size_t i, n = 0;
	int rc;

	for (i = 0; p->name[i] != '\0' && n + 1 < sizeof(plain); i++) {
		if (strchr("<>\n\t", p->name[i]) == NULL)
			plain[n++] = p->name[i];
	}
	plain[n] = '\0';
	rc = clean_text(plain, ret, size, "name of the person", e);
	if (rc == 0 && ret[0] == '\0')
		snprintf(ret, size, "%s", p->login);
	return rc;
}

static int
fill_texts(struct making *m, struct err *e)
{
	const struct save_req *req = m->req;
	struct commit *c = &m->commit;
	char made[CAPTION_MAX + 1];
	const char *subject = req->subject;
	int rc;

	if ((rc = person_name(req->person, c->person, sizeof(c->person), e)) <
	    0)
		return rc;
	if (req->reason != NULL && (rc = clean_text(req->reason, c->reason,
					sizeof(c->reason), "reason", e)) < 0)
		return rc;
	if (subject == NULL) {
		rc = caption_subject(m->b->office, &m->draft, made, e);
		if (rc < 0)
			return rc;
		subject = made;
	}
	return clean_text(subject, c->subject, CAPTION_MAX + 1, "subject", e);
}

static int
fill_commit(struct making *m, struct err *e)
{
	const struct conf *conf = &m->s->conf;
	struct commit *c = &m->commit;
	const struct branch *b = m->b;
	int rc;

	if ((rc = fill_texts(m, e)) < 0)
		return rc;
	snprintf(c->login, sizeof(c->login), "%s", m->req->person->login);
	snprintf(c->office, sizeof(c->office), "%s", conf->code);
	snprintf(c->device, sizeof(c->device), "%s", m->s->device);
	snprintf(c->action, sizeof(c->action), "%s", m->req->action);
	if (m->draft.edition != NULL)
		snprintf(c->edition, sizeof(c->edition), "%s",
		    edition_id(m->draft.edition));
	c->offset_min = conf->offset_min;
	c->time = m->req->time != 0 ? m->req->time : clock_now();
	/* a clock set back must not put a revision before the one it changes:
	 * history is read by time as well as by sequence */
	if (b->has_tip && c->time < b->tip_time)
		c->time = b->tip_time;
	c->sequence = b->sequence + 1;
	c->n_parents = b->has_tip ? 1 : 0;
	memcpy(c->parents[0], b->tip, COMMIT_ID_LEN);
	/* before there are objects that a refusal would leave behind */
	return commit_form_check(c, e);
}

/* Objects of the revision in memory; its id. */
static int
make_commit(struct making *m, struct err *e)
{
	struct branch *b = m->b;
	const unsigned char(*parent)[COMMIT_CONTENT_LEN] =
	    (const unsigned char(*)[COMMIT_CONTENT_LEN]) & b->content;
	int rc;

	if ((rc = ready_tree(b, e)) < 0)
		return rc;
	if ((rc = fill_commit(m, e)) < 0)
		return rc;
	if ((rc = write_files(m, e)) < 0)
		return rc;
	rc = tree_write(b->tree, repo_tree_sink, b->repo, m->commit.tree, e);
	if (rc < 0)
		return rc;
	rc = commit_content(m->hashed, m->n_files, m->commit.n_parents, parent,
	    m->commit.content, e);
	if (rc < 0)
		return rc;
	if ((rc = commit_build(&m->commit, &m->s->key, &m->raw, e)) < 0)
		return rc;
	return repo_put(
	    b->repo, OBJECT_COMMIT, m->raw.data, m->raw.len, m->id, e);
}

static int
write_rows(struct making *m, struct err *e)
{
	int rc = index_revision(
	    m->s, m->b, m->id, &m->commit, m->files, m->n_files, NULL, e);

	if (rc < 0)
		return rc;
	return journal_add(m->s, m->b, m->id, &m->raw, m->files, m->n_files, e);
}

static int
changed_result(struct making *m, cJSON **ret, struct err *e)
{
	char name[24], hex[41];

	commit_name(&m->commit, name);
	commit_hex(m->id, hex);
	return caption_result(&m->draft, name, hex, ret, e);
}

/* Everything is as asked already: the revision that made it so. */
static int
unchanged_result(struct making *m, cJSON **ret, struct err *e)
{
	struct db *db = m->s->db;
	sqlite3_stmt *st = NULL;
	char name[24] = "", hex[41] = "";
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT name, commit_id FROM revision WHERE id = ?1", "i",
	    m->draft.edits[0].revision);
	if (rc < 0)
		return rc;
	if ((rc = db_step(db, st, e)) < 0)
		return rc;
	if (rc > 0 && sqlite3_column_bytes(st, 1) == COMMIT_ID_LEN) {
		snprintf(name, sizeof(name), "%s",
		    (const char *)sqlite3_column_text(st, 0));
		commit_hex(sqlite3_column_blob(st, 1), hex);
	}
	db_reset(st);
	return caption_result(&m->draft, name[0] != '\0' ? name : NULL,
	    hex[0] != '\0' ? hex : NULL, ret, e);
}

static int
make_revision(struct making *m, cJSON **ret, struct err *e)
{
	int rc;

	rc = draft_make(m->s, m->b, m->req, &m->draft, e);
	if (rc < 0)
		return rc;
	if (m->draft.n_changed == 0)
		return unchanged_result(m, ret, e);
	if ((rc = make_commit(m, e)) < 0)
		return rc;
	if ((rc = write_rows(m, e)) < 0)
		return rc;
	return changed_result(m, ret, e);
}

static void
release_making(struct making *m)
{
	draft_release(&m->draft);
	buf_release(&m->raw);
	free(m->files);
	free(m->hashed);
	free(m->blobs);
	free(m);
}

/*
 * Puts rows, branch and tree back to where they were before this save. Objects
 * of it may stay in memory: nothing names them, and stock git ignores them.
 */
static void
undo_save(struct making *m, const struct branch *before, const struct err *why)
{
	struct store *s = m->s;
	struct tree *tree = m->b->tree;
	struct err second;
	int rc;

	*m->b = *before;
	m->b->tree = tree;
	if (m->files != NULL) { /* changed: the next save reads it again */
		tree_free(tree);
		m->b->tree = NULL;
	}
	rc = db_rollback_to(s->db, &second);
	if (rc < 0)
		s->group_err = second;
	else if (sqlite3_get_autocommit(db_handle(s->db)))
		s->group_err = *why;
}

/* SAVE 4/7: validate, build and sign in memory, write the rows. */
int
save_run(
    struct store *s, const struct save_req *req, cJSON **ret, struct err *e)
{
	struct branch before;
	struct making *m;
	struct err mine;
	cJSON *result = NULL;
	int rc;

	memset(&mine, 0, sizeof(mine));
	if (!s->in_group)
		return err_set(e, ERR_FAILED, 0, "no saves are being grouped");
	if ((m = calloc(1, sizeof(*m))) == NULL)
		return err_nomem(e);
	m->s = s;
	m->req = req;
	draft_init(&m->draft);
	if ((rc = store_own_branch(s, req->office, &m->b, &mine)) < 0)
		goto out;
	before = *m->b;
	if ((rc = db_savepoint(s->db, &mine)) < 0)
		goto out;
	if ((rc = make_revision(m, &result, &mine)) == 0)
		rc = db_release(s->db, &mine);
	if (rc < 0)
		undo_save(m, &before, &mine);
out:
	if (rc == 0)
		*ret = result;
	else
		cJSON_Delete(result);
	if (rc < 0 && e != NULL)
		*e = mine;
	release_making(m);
	return rc;
}
