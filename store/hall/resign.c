/*
 * Commit by commit in canonical order: read it, find what its parents became,
 * make its files again (remake_files), sign it (sign_commit).
 */
#include "store/hall/resign.h"

#include <inttypes.h>

#include "store/admit/admit.h"
#include "store/git/graph.h"
#include "store/hall/resign_files.h"
#include "store/merge/merge.h"

struct moved { /* what became of a commit */
	unsigned char old[20], new_[20];
	char name[24], now[24]; /* of the revision */
};

struct run {
	struct resign *r;
	struct moved *list;
	size_t n;
	struct commit c, parent;
	struct buf raw;
	struct resign_files files;
	struct merge_result merged;
	struct tree *tree;
};

static const struct moved *
find_moved(const struct run *run, const unsigned char old[20])
{
	size_t i;

	/* mostly the one before */
	for (i = run->n; i > 0; i--)
		if (memcmp(run->list[i - 1].old, old, 20) == 0)
			return &run->list[i - 1];
	return NULL;
}

/* The new name of a carried revision; NULL for any other. */
static const char *
name_of(void *arg, const char *name)
{
	const struct run *run = arg;
	size_t i;

	for (i = run->n; i > 0; i--)
		if (strcmp(run->list[i - 1].name, name) == 0)
			return run->list[i - 1].now;
	return NULL;
}

static int
read_commit(struct run *run, const unsigned char id[20], struct commit *ret,
    struct err *e)
{
	int rc;

	buf_clear(&run->raw);
	rc = repo_read(
	    run->r->repo, id, OBJECT_COMMIT, COMMIT_MAX, &run->raw, e);
	if (rc == 0)
		rc = commit_parse(buf_str(&run->raw), run->raw.len, ret, e);
	ret->armour = NULL; /* borrowed from what is read over next */
	return rc;
}

/* What the parents became; *ret_any: one of them did. */
static void
move_parents(struct run *run, int *ret_any)
{
	const struct moved *m;
	int i;

	*ret_any = 0;
	for (i = 0; i < run->c.n_parents; i++) {
		if ((m = find_moved(run, run->c.parents[i])) == NULL)
			continue;
		memcpy(run->c.parents[i], m->new_, 20);
		*ret_any = 1;
	}
}

static int
not_ours(const struct run *run, struct err *e)
{
	char name[24];

	commit_name(&run->c, name);
	err_set(e, ERR_CONFLICT, 0,
	    "revision %s of device %s follows revisions of this device that "
	    "would have to be carried over",
	    name, run->c.device);
	err_hint(e, "synchronise first, so that the hall has all of them");
	return ERR_CONFLICT;
}

/* --- files --- */

static int
merged_files(struct run *run, struct err *e)
{
	struct resign *r = run->r;
	size_t i;
	int rc;

	rc = merge_commits(r->repo, run->c.parents[0], run->c.parents[1],
	    r->edition_of, r->arg, &run->merged, e);
	for (i = 0; i < run->merged.n && rc == 0; i++)
		rc = resign_files_add(&run->files, run->merged.files[i].path,
		    run->merged.files[i].bytes, run->merged.files[i].len, e);
	return rc;
}

/* What the commit changes against its own (old) first parent. */
static int
remake_files(struct run *run, const unsigned char *old_tree, struct err *e)
{
	resign_files_clear(&run->files);
	merge_release(&run->merged);
	memset(&run->merged, 0, sizeof(run->merged));
	if (run->c.n_parents == 2)
		return merged_files(run, e);
	return resign_files_diff(&run->files, old_tree, run->c.tree, e);
}

static int
write_tree(struct run *run, struct err *e)
{
	struct resign *r = run->r;
	int rc;

	tree_free(run->tree);
	if ((run->tree = tree_new()) == NULL)
		return err_nomem(e);
	rc =
	    tree_load(run->tree, run->c.n_parents > 0 ? run->parent.tree : NULL,
		repo_tree_source, r->repo, e);
	if (rc == 0)
		rc = resign_files_put(&run->files, run->tree, e);
	if (rc < 0)
		return rc;
	return tree_write(run->tree, repo_tree_sink, r->repo, run->c.tree, e);
}

/* --- the commit --- */

static int
put_content(struct run *run, struct err *e)
{
	unsigned char contents[2][COMMIT_CONTENT_LEN];
	struct commit *c = &run->c;
	int i, rc;

	for (i = c->n_parents - 1; i >= 0; i--) {
		/* the first parent's is read last, and stays */
		if ((rc = read_commit(run, c->parents[i], &run->parent, e)) < 0)
			return rc;
		memcpy(contents[i], run->parent.content, COMMIT_CONTENT_LEN);
	}
	return commit_content(run->files.list, run->files.n, c->n_parents,
	    (const unsigned char(*)[COMMIT_CONTENT_LEN])contents, c->content,
	    e);
}

/* The clock was wrong, and no revision is older than the one it follows. */
static void
mend_time(struct run *run)
{
	struct commit *c = &run->c;

	if (c->time > run->r->now + ADMIT_FUTURE_S)
		c->time = run->r->now;
	if (c->n_parents > 0 && c->time < run->parent.time)
		c->time = run->parent.time;
}

/* Behind the person's reason, which is cut where both do not fit: the commit
 * that has it whole is kept aside. */
static void
put_reason(struct run *run, const char *name, const unsigned char old[20])
{
	char said[96], hex[41], cut[COMMIT_REASON_MAX + 1];
	char whole[sizeof(cut) + sizeof(said) + 2];
	struct commit *c = &run->c;

	commit_hex(old, hex);
	snprintf(
	    said, sizeof(said), "carried over from %s (commit %s)", name, hex);
	resign_cut(cut, COMMIT_REASON_MAX - strlen(said) - 1, c->reason);
	snprintf(whole, sizeof(whole), "%s%s%s", cut,
	    cut[0] != '\0' ? "\n\n" : "", said);
	resign_cut(c->reason, sizeof(c->reason), whole);
}

static int
sign_commit(struct run *run, const unsigned char old[20], struct err *e)
{
	struct resign *r = run->r;
	struct moved *m = &run->list[run->n];
	struct commit *c = &run->c;
	char subject[sizeof(c->subject)];
	int rc;

	memcpy(m->old, old, 20);
	commit_name(c, m->name);
	put_reason(run, m->name, old);
	resign_rename(subject, sizeof(subject), c->subject, name_of, run);
	snprintf(c->subject, sizeof(c->subject), "%s", subject);
	snprintf(c->device, sizeof(c->device), "%s", r->to);
	c->sequence = ++r->n;
	commit_name(c, m->now);
	buf_clear(&run->raw);
	if ((rc = commit_build(c, r->key, &run->raw, e)) < 0 ||
	    (rc = repo_put(r->repo, OBJECT_COMMIT, run->raw.data, run->raw.len,
		 m->new_, e)) < 0)
		return rc;
	if (r->n == 1)
		snprintf(r->first, sizeof(r->first), "%s", m->name);
	snprintf(r->last, sizeof(r->last), "%s", m->name);
	run->n++;
	return 0;
}

static int
carry_over(struct run *run, const unsigned char id[20], struct err *e)
{
	unsigned char old_tree[20];
	int any = 0, rc, has_old;

	if ((rc = read_commit(run, id, &run->c, e)) < 0)
		return rc;
	has_old = run->c.n_parents > 0;
	if (has_old) {
		if ((rc = read_commit(
			 run, run->c.parents[0], &run->parent, e)) < 0)
			return rc;
		memcpy(old_tree, run->parent.tree, 20);
	}
	move_parents(run, &any);
	if (strcmp(run->c.device, run->r->from) != 0)
		return any ? not_ours(run, e) : 0;
	if ((rc = remake_files(run, has_old ? old_tree : NULL, e)) < 0 ||
	    (rc = put_content(run, e)) < 0 || (rc = write_tree(run, e)) < 0)
		return rc;
	mend_time(run);
	return sign_commit(run, id, e);
}

static int
carry_all(struct run *run, const struct graph *g, struct err *e)
{
	size_t i;
	int rc;

	if (g->n == 0)
		return 0;
	if ((run->list = calloc(g->n, sizeof(*run->list))) == NULL)
		return err_nomem(e);
	for (i = 0; i < g->n; i++)
		if ((rc = carry_over(run, g->list[i].id, e)) < 0)
			return rc;
	return 0;
}

int
resign_run(struct resign *r, const unsigned char tip[20],
    const unsigned char known[][20], size_t n_known, struct err *e)
{
	struct graph g = { NULL, 0, 0 };
	const struct moved *m;
	struct run *run = calloc(1, sizeof(*run));
	int rc;

	if (run == NULL)
		return err_nomem(e);
	run->r = r;
	r->n = 0;
	r->first[0] = r->last[0] = '\0';
	buf_init(&run->raw);
	resign_files_init(&run->files, r->repo, name_of, run);
	if ((rc = graph_new(r->repo, tip, known, n_known, 0, &g, e)) == 0)
		rc = carry_all(run, &g, e);
	if (rc == 0) {
		m = find_moved(run, tip);
		memcpy(r->tip, m != NULL ? m->new_ : tip, 20);
	}
	graph_release(&g);
	resign_files_release(&run->files);
	merge_release(&run->merged);
	tree_free(run->tree);
	buf_release(&run->raw);
	free(run->list);
	free(run);
	return rc;
}
