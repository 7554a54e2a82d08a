#include "store/merge/join_commit.h"

#include <inttypes.h>

#include "base/clock.h"
#include "store/git/tree.h"
#include "store/record/canon.h"

#define LOGIN "pmqa" /* nobody's own work: the program did it */

struct merging {
	struct store *s;
	struct repo *repo;
	const struct join_sides *sides;
	struct merge_result result;
	struct commit hall, mine, made;
	struct tree *tree;
	struct buf raw;
};

static int
read_commit(struct merging *m, const unsigned char id[20], struct commit *ret,
    struct err *e)
{
	int rc;

	buf_clear(&m->raw);
	if ((rc = repo_read(
		 m->repo, id, OBJECT_COMMIT, COMMIT_MAX, &m->raw, e)) < 0)
		return rc;
	rc = commit_parse(m->raw.data, m->raw.len, ret, e);
	ret->armour = NULL; /* borrowed from what is read over next */
	return rc;
}

/* The hall's tree with what the merge changes in it. */
static int
write_tree(struct merging *m, struct err *e)
{
	unsigned char blob[20];
	size_t i;
	int rc;

	if ((m->tree = tree_new()) == NULL)
		return err_nomem(e);
	if ((rc = tree_load(
		 m->tree, m->hall.tree, repo_tree_source, m->repo, e)) < 0)
		return rc;
	for (i = 0; i < m->result.n; i++) {
		const struct merge_file *f = &m->result.files[i];

		if (f->bytes != NULL && (rc = repo_put(m->repo, OBJECT_BLOB,
					     f->bytes, f->len, blob, e)) < 0)
			return rc;
		rc = tree_put(
		    m->tree, f->path, f->bytes != NULL ? blob : NULL, e);
		if (rc < 0)
			return rc;
	}
	return tree_write(m->tree, repo_tree_sink, m->repo, m->made.tree, e);
}

static int
hash_content(struct merging *m, struct err *e)
{
	unsigned char parents[2][COMMIT_CONTENT_LEN];
	struct commit_file *files = NULL;
	size_t i;
	int rc;

	if (m->result.n > 0 &&
	    (files = calloc(m->result.n, sizeof(*files))) == NULL)
		return err_nomem(e);
	for (i = 0; i < m->result.n; i++) {
		files[i].path = m->result.files[i].path;
		files[i].bytes = m->result.files[i].bytes;
		files[i].len = m->result.files[i].len;
	}
	memcpy(parents[0], m->hall.content, COMMIT_CONTENT_LEN);
	memcpy(parents[1], m->mine.content, COMMIT_CONTENT_LEN);
	rc = commit_content(files, m->result.n, 2,
	    (const unsigned char(*)[COMMIT_CONTENT_LEN])parents,
	    m->made.content, e);
	free(files);
	return rc;
}

/* The edition of the first year that the merge writes in. */
static int
name_edition(struct merging *m, struct err *e)
{
	struct buf bytes = BUF_INIT;
	struct record_path rp = { .type = NULL };
	unsigned char blob[20];
	cJSON *rec = NULL;
	const cJSON *id;
	char path[32];
	size_t i;
	int rc = 0;

	for (i = 0; i < m->result.n && rp.year == 0; i++)
		if ((rc = record_path_parse(
			 m->result.files[i].path, RECORD_OFFICE, &rp, e)) < 0)
			return rc;
	if (rp.year == 0)
		return 0;
	snprintf(path, sizeof(path), "%d/assessment.json", rp.year);
	if ((rc = tree_find(m->tree, path, blob, e)) < 0 ||
	    (rc = repo_read(m->repo, blob, OBJECT_BLOB, CANON_MAX, &bytes, e)) <
		0 ||
	    (rc = canon_parse(buf_str(&bytes), bytes.len, &rec, e)) < 0)
		goto out;
	id = record_get(rec, "edition.id");
	if (cJSON_IsString(id))
		snprintf(m->made.edition, sizeof(m->made.edition), "%s",
		    id->valuestring);
out:
	if (rc == ERR_NOT_FOUND)
		rc = err_set(e, ERR_DAMAGED, 0,
		    "%d is written in, but its assessment is not there",
		    rp.year);
	cJSON_Delete(rec);
	buf_release(&bytes);
	return rc;
}

/* An office's name, without what a git identity cannot hold. */
static void
name_author(struct merging *m)
{
	const char *name = store_conf(m->s)->name;
	char plain[sizeof(m->made.person)];
	size_t i, n = 0;

	for (i = 0; name[i] != '\0' && n + 1 < sizeof(plain); i++)
		if (strchr("<>", name[i]) == NULL)
			plain[n++] = name[i];
	while (n > 0 && plain[n - 1] == ' ')
		n--;
	plain[n] = '\0';
	err_text(m->made.person, sizeof(m->made.person),
	    plain[0] != '\0' ? plain : LOGIN);
	snprintf(m->made.login, sizeof(m->made.login), "%s", LOGIN);
}

static int64_t
greatest(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int
fill_commit(struct merging *m, struct err *e)
{
	const struct conf *conf = store_conf(m->s);
	const struct join_sides *sides = m->sides;
	struct commit *c = &m->made;
	char hall[24], mine[24];

	commit_name(&m->hall, hall);
	commit_name(&m->mine, mine);
	name_author(m);
	snprintf(c->office, sizeof(c->office), "%s", conf->code);
	snprintf(c->device, sizeof(c->device), "%s", store_device(m->s));
	snprintf(c->action, sizeof(c->action), "merge");
	snprintf(c->subject, sizeof(c->subject),
	    "%s: merge %s and %s (%" PRId64 " fields, %" PRId64 " conflicts)",
	    conf->code, hall, mine, m->result.n_fields, m->result.n_conflicts);
	/* not before what it joins, whatever this machine's clock says */
	c->time = greatest(clock_now(), greatest(m->hall.time, m->mine.time));
	c->offset_min = conf->offset_min;
	c->sequence = sides->sequence + 1;
	c->n_parents = 2;
	memcpy(c->parents[0], sides->hall, COMMIT_ID_LEN);
	memcpy(c->parents[1], sides->mine, COMMIT_ID_LEN);
	return name_edition(m, e);
}

static int
make(struct merging *m, unsigned char ret_id[20], struct err *e)
{
	const struct join_sides *sides = m->sides;
	int rc;

	if ((rc = read_commit(m, sides->hall, &m->hall, e)) < 0 ||
	    (rc = read_commit(m, sides->mine, &m->mine, e)) < 0 ||
	    (rc = merge_commits(m->repo, sides->hall, sides->mine,
		 sides->edition_of, sides->arg, &m->result, e)) < 0 ||
	    (rc = write_tree(m, e)) < 0 || (rc = fill_commit(m, e)) < 0 ||
	    (rc = hash_content(m, e)) < 0)
		return rc;
	buf_clear(&m->raw);
	if ((rc = commit_build(&m->made, store_key(m->s), &m->raw, e)) < 0)
		return rc;
	return repo_put(
	    m->repo, OBJECT_COMMIT, m->raw.data, m->raw.len, ret_id, e);
}

int
join_commit_make(struct store *s, struct repo *r,
    const struct join_sides *sides, unsigned char ret_id[20], struct join *ret,
    struct err *e)
{
	struct merging *m = calloc(1, sizeof(*m));
	int rc;

	if (m == NULL)
		return err_nomem(e);
	m->s = s;
	m->repo = r;
	m->sides = sides;
	buf_init(&m->raw);
	if ((rc = make(m, ret_id, e)) == 0) {
		ret->n_fields = m->result.n_fields;
		ret->n_conflicts = m->result.n_conflicts;
		commit_name(&m->made, ret->revision);
	}
	merge_release(&m->result);
	tree_free(m->tree);
	buf_release(&m->raw);
	free(m);
	return rc;
}
