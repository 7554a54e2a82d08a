#include "store/hall/province_commit.h"

#include "base/clock.h"
#include "store/hall/province.h"
#include "store/record/canon.h"

#define TREE_ENTRIES_MAX 20000
#define FILES_MAX 20000

struct making {
	struct store *s;
	struct repo *repo;
	const struct province_files *files;
	struct tree *tree;
	struct commit last, next;
	int has_last;
	/* by path; those without bytes are owned copies */
	struct commit_file *changed;
	size_t n;
	char **gone;
	size_t n_gone;
};

static void
making_release(struct making *m)
{
	size_t i;

	for (i = 0; i < m->n_gone; i++)
		free(m->gone[i]);
	free(m->gone);
	free(m->changed);
	tree_free(m->tree);
}

static int
read_last(struct making *m, const unsigned char *parent, struct err *e)
{
	struct buf raw = BUF_INIT;
	int rc;

	if ((m->tree = tree_new()) == NULL)
		return err_nomem(e);
	if (parent == NULL)
		return tree_load(m->tree, NULL, repo_tree_source, m->repo, e);
	m->has_last = 1;
	if ((rc = repo_read(
		 m->repo, parent, OBJECT_COMMIT, COMMIT_MAX, &raw, e)) == 0 &&
	    (rc = commit_parse(buf_str(&raw), raw.len, &m->last, e)) == 0)
		rc = tree_load(
		    m->tree, m->last.tree, repo_tree_source, m->repo, e);
	if (rc == ERR_INVALID)
		rc = err_set(e, ERR_DAMAGED, 0,
		    "the last commit of province.git is not one of the hall's");
	m->last.armour = NULL; /* borrowed from raw */
	buf_release(&raw);
	return rc;
}

/* --- what differs --- */

static int
on_old_file(void *arg, const char *path, const unsigned char *old_blob,
    const unsigned char *new_blob, struct err *e)
{
	struct making *m = arg;
	char **grown;

	(void)new_blob;
	if (old_blob == NULL || province_files_find(m->files, path) != NULL)
		return 0;
	grown = realloc(m->gone, (m->n_gone + 1) * sizeof(*grown));
	if (grown == NULL)
		return err_nomem(e);
	m->gone = grown;
	if ((m->gone[m->n_gone] = strdup(path)) == NULL)
		return err_nomem(e);
	m->n_gone++;
	return 0;
}

/* An edition that an office has already is not stored again: its repository is
 * one of the alternates. */
static int
put_blob(struct making *m, const struct province_file *f, unsigned char id[20],
    struct err *e)
{
	struct buf there = BUF_INIT;
	int rc = repo_read(m->repo, id, OBJECT_BLOB, CANON_MAX, &there, e);

	buf_release(&there);
	if (rc == 0)
		return 0;
	if (rc != ERR_NOT_FOUND)
		return rc;
	return repo_put(
	    m->repo, OBJECT_BLOB, buf_str(&f->bytes), f->bytes.len, id, e);
}

static int
take_file(struct making *m, const struct province_file *f, struct err *e)
{
	unsigned char id[20], now[20];
	int rc;

	if ((rc = store_blob_id(buf_str(&f->bytes), f->bytes.len, id, e)) < 0)
		return rc;
	rc = tree_find(m->tree, f->path, now, e);
	if (rc == 0 && memcmp(now, id, sizeof(now)) == 0)
		return 0;
	if ((rc < 0 && rc != ERR_NOT_FOUND) ||
	    (rc = put_blob(m, f, id, e)) < 0 ||
	    (rc = tree_put(m->tree, f->path, id, e)) < 0)
		return rc;
	m->changed[m->n].path = f->path;
	m->changed[m->n].bytes = buf_str(&f->bytes);
	m->changed[m->n++].len = f->bytes.len;
	return 0;
}

static int
by_path(const void *a, const void *b)
{
	const struct commit_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static int
take_files(struct making *m, struct err *e)
{
	size_t i;
	int rc;

	if (m->has_last &&
	    (rc = tree_diff(m->last.tree, NULL, repo_tree_source, m->repo,
		 TREE_ENTRIES_MAX, on_old_file, m, e)) < 0)
		return rc;
	m->changed = calloc(m->files->n + m->n_gone + 1, sizeof(*m->changed));
	if (m->changed == NULL)
		return err_nomem(e);
	for (i = 0; i < m->files->n; i++)
		if ((rc = take_file(m, &m->files->list[i], e)) < 0)
			return rc;
	for (i = 0; i < m->n_gone; i++) {
		if ((rc = tree_put(m->tree, m->gone[i], NULL, e)) < 0)
			return rc;
		m->changed[m->n++].path = m->gone[i];
	}
	qsort(m->changed, m->n, sizeof(*m->changed), by_path);
	return 0;
}

static int
is_due(const struct making *m, int anchor, int64_t now)
{
	if (m->n == 0)
		return 0;
	if (anchor || m->n > 1 || strcmp(m->changed[0].path, PROVINCE_LOG) != 0)
		return 1;
	return now >= m->last.time + PROVINCE_ANCHOR_S;
}

/* --- the commit --- */

/* "91: anchor log at 124", "91: publish cycles/2565, offices and 2 more" */
static void
make_subject(const struct making *m, char ret[256])
{
	const char *code = store_conf(m->s)->code;
	struct buf b = BUF_INIT;
	size_t i, len;

	buf_printf(&b, "%s: note", code);
	for (i = 0; i < m->n && i < 3; i++) {
		len = strlen(m->changed[i].path);
		if (len > 5 &&
		    strcmp(m->changed[i].path + len - 5, ".json") == 0)
			len -= 5;
		buf_printf(&b, "%s %.*s", i > 0 ? "," : "", (int)len,
		    m->changed[i].path);
	}
	if (m->n > i)
		buf_printf(&b, " and %zu more", m->n - i);
	snprintf(ret, 256, "%.250s", buf_str(&b));
	buf_release(&b);
}

static int
fill(struct making *m, int64_t now, const unsigned char *parent, struct err *e)
{
	const struct conf *c = store_conf(m->s);
	unsigned char content[1][COMMIT_CONTENT_LEN];
	struct commit *k = &m->next;

	if (parent != NULL) {
		k->n_parents = 1;
		memcpy(k->parents[0], parent, COMMIT_ID_LEN);
	}
	snprintf(k->person, sizeof(k->person), "%.150s", "pmqad");
	snprintf(k->login, sizeof(k->login), "pmqad");
	snprintf(k->office, sizeof(k->office), "%s", c->code);
	snprintf(k->device, sizeof(k->device), "%s", store_device(m->s));
	k->time = now;
	if (m->has_last && k->time < m->last.time)
		k->time = m->last.time; /* the clock went back */
	k->offset_min = c->offset_min;
	make_subject(m, k->subject);
	snprintf(k->action, sizeof(k->action), "province");
	k->sequence = m->has_last ? m->last.sequence + 1 : 1;
	memcpy(content[0], m->last.content, sizeof(content[0]));
	return commit_content(m->changed, m->n, k->n_parents,
	    (const unsigned char(*)[COMMIT_CONTENT_LEN])content, k->content, e);
}

static int
write_it(struct making *m, unsigned char ret_id[20], struct err *e)
{
	struct buf raw = BUF_INIT;
	int rc;

	if ((rc = tree_write(
		 m->tree, repo_tree_sink, m->repo, m->next.tree, e)) == 0 &&
	    (rc = commit_build(&m->next, store_key(m->s), &raw, e)) == 0 &&
	    (rc = repo_put(m->repo, OBJECT_COMMIT, buf_str(&raw), raw.len,
		 ret_id, e)) == 0)
		rc = repo_flush(m->repo, e);
	if (rc < 0)
		repo_forget(m->repo);
	buf_release(&raw);
	return rc;
}

int
province_commit(struct store *s, struct repo *repo, const unsigned char *parent,
    const struct province_files *files, int anchor, int *ret_made,
    unsigned char ret_id[20], struct err *e)
{
	struct making *m = calloc(1, sizeof(*m));
	int64_t now = clock_now();
	int rc;

	if (m == NULL)
		return err_nomem(e);
	m->s = s;
	m->repo = repo;
	m->files = files;
	*ret_made = 0;
	if ((rc = read_last(m, parent, e)) < 0 || (rc = take_files(m, e)) < 0)
		goto out;
	if (!is_due(m, anchor || parent == NULL, now)) {
		repo_forget(repo);
		goto out;
	}
	if ((rc = fill(m, now, parent, e)) < 0)
		goto out;
	rc = write_it(m, ret_id, e);
	*ret_made = rc == 0;
out:
	making_release(m);
	free(m);
	return rc;
}
