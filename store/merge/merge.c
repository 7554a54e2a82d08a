#include "store/merge/merge.h"

#include "store/merge/merge_kept.h"
#include "store/merge/merge_settled.h"
#include "store/record/canon.h"

struct paths {
	char (*list)[128];
	size_t n, cap;
};

struct run {
	struct merge_nodes *g;
	struct merge_result *out;
	struct paths paths; /* in which the two differ */
	struct paths kept;  /* conflicts that come of this merge */
};

void
merge_release(struct merge_result *m)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		free(m->files[i].bytes);
	free(m->files);
	memset(m, 0, sizeof(*m));
}

static int
add_path(void *arg, const char *path, struct err *e)
{
	struct paths *p = arg;
	size_t cap = p->cap == 0 ? 64 : 2 * p->cap;
	char(*grown)[128];

	if (p->n == p->cap) {
		if ((grown = realloc(p->list, cap * sizeof(*grown))) == NULL)
			return err_nomem(e);
		p->list = grown;
		p->cap = cap;
	}
	snprintf(p->list[p->n++], sizeof(*p->list), "%s", path);
	return 0;
}

/* --- files that come out --- */

/* rec NULL: the file goes. */
static int
add_file(
    struct merge_result *m, const char *path, const cJSON *rec, struct err *e)
{
	size_t cap = m->cap == 0 ? 16 : 2 * m->cap;
	struct merge_file *grown, *f;
	struct buf bytes = BUF_INIT;
	int rc;

	if (m->n == m->cap) {
		grown = realloc(m->files, cap * sizeof(*grown));
		if (grown == NULL)
			return err_nomem(e);
		m->files = grown;
		m->cap = cap;
	}
	f = &m->files[m->n];
	memset(f, 0, sizeof(*f));
	snprintf(f->path, sizeof(f->path), "%s", path);
	if (rec != NULL) {
		if ((rc = canon_write(rec, &bytes, e)) < 0) {
			buf_release(&bytes);
			return rc;
		}
		f->len = bytes.len;
		if ((f->bytes = buf_take(&bytes)) == NULL)
			return err_nomem(e);
	}
	m->n++;
	return 0;
}

static int
by_path(const void *a, const void *b)
{
	const struct merge_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

/* --- records --- */

static int
is_conflict(const char *path)
{
	return strncmp(path, MERGE_CONFLICTS, strlen(MERGE_CONFLICTS)) == 0;
}

static int
is_kept(const struct run *r, const char *path)
{
	size_t i;

	for (i = 0; i < r->kept.n; i++)
		if (strcmp(r->kept.list[i], path) == 0)
			return 1;
	return 0;
}

/* A conflict that the hall's side has already stays as it is there, unless the
 * other side resolved it: then it is another one of the same content. */
static int
keep_conflict(
    struct run *r, const struct merged *m, const cJSON *c, struct err *e)
{
	struct merge_node *top = r->g->top;
	const struct merged *hall, *mine;
	cJSON *rec = NULL;
	char path[64];
	int again = 0, rc;

	merge_kept_path(c, path);
	if (is_kept(r, path))
		return 0;
	if ((rc = add_path(&r->kept, path, e)) < 0 ||
	    (rc = merge_node_record(
		 r->g, top->sides[MERGE_HALL], path, &hall, e)) < 0 ||
	    (rc = merge_node_record(
		 r->g, top->sides[MERGE_MINE], path, &mine, e)) < 0)
		return rc;
	if (hall->rec != NULL && mine->rec == NULL &&
	    (rc = merge_node_removed(
		 r->g, top, MERGE_MINE, path, m->rp.name, &again, e)) < 0)
		return rc;
	if (hall->rec != NULL && !again)
		return 0;
	if ((rc = merge_kept_record(r->g, m, c, &rec, e)) < 0)
		return rc;
	if ((rc = add_file(r->out, path, rec, e)) == 0 && mine->rec == NULL)
		r->out->n_conflicts++;
	cJSON_Delete(rec);
	return rc;
}

static int
count_fields(
    struct run *r, const struct merged *m, const cJSON *hall, struct err *e)
{
	cJSON *changes = NULL;
	int rc = record_diff(m->rp.type, hall, m->rec, &changes, e);

	if (rc == 0)
		r->out->n_fields += cJSON_GetArraySize(changes);
	cJSON_Delete(changes);
	return rc;
}

static int
take_record(struct run *r, const char *path, struct err *e)
{
	const struct merged *m, *hall;
	const cJSON *c;
	int rc;

	if ((rc = merge_node_record(r->g, r->g->top, path, &m, e)) < 0 ||
	    (rc = merge_node_record(
		 r->g, r->g->top->sides[MERGE_HALL], path, &hall, e)) < 0)
		return rc;
	if (!canon_equal(m->rec, hall->rec) &&
	    ((rc = add_file(r->out, path, m->rec, e)) < 0 ||
		(rc = count_fields(r, m, hall->rec, e)) < 0))
		return rc;
	cJSON_ArrayForEach (c, m->conflicts) {
		if ((rc = keep_conflict(r, m, c, e)) < 0)
			return rc;
	}
	return 0;
}

/* --- conflicts that one side has and the other has not, or not so --- */

static int
take_conflict(struct run *r, const char *path, struct err *e)
{
	struct merge_node *top = r->g->top;
	const struct merged *hall, *mine;
	const char *record;
	int removed = 0, rc;

	if (is_kept(r, path))
		return 0;
	if ((rc = merge_node_record(
		 r->g, top->sides[MERGE_HALL], path, &hall, e)) < 0 ||
	    (rc = merge_node_record(
		 r->g, top->sides[MERGE_MINE], path, &mine, e)) < 0)
		return rc;
	/* one and the same, whoever wrote its record */
	if (hall->rec != NULL && mine->rec != NULL)
		return 0;
	record = json_str(hall->rec != NULL ? hall->rec : mine->rec, "record");
	if (record == NULL)
		return err_set(e, ERR_DAMAGED, 0,
		    "'%s' does not say what it is about", path);
	if ((rc = merge_node_removed(r->g, top,
		 hall->rec != NULL ? MERGE_MINE : MERGE_HALL, path, record,
		 &removed, e)) < 0)
		return rc;
	if (hall->rec == NULL)
		return removed ? 0 : add_file(r->out, path, mine->rec, e);
	return removed ? add_file(r->out, path, NULL, e) : 0;
}

/* --- the run --- */

static int
take_all(struct run *r, struct err *e)
{
	int conflicts, rc;
	size_t i;

	/* conflicts last: those that come of this merge are known then */
	for (conflicts = 0; conflicts <= 1; conflicts++)
		for (i = 0; i < r->paths.n; i++) {
			const char *path = r->paths.list[i];

			if (is_conflict(path) != conflicts)
				continue;
			rc = conflicts ? take_conflict(r, path, e)
				       : take_record(r, path, e);
			if (rc < 0)
				return rc;
			merge_nodes_forget(r->g);
		}
	return 0;
}

int
merge_histories(const struct merge_history *h, int64_t hall, int64_t mine,
    struct merge_result *ret, struct err *e)
{
	struct run r = { .out = ret };
	int rc;

	memset(ret, 0, sizeof(*ret));
	if ((rc = merge_nodes_create(h, hall, mine, &r.g, e)) < 0 ||
	    (rc = h->paths(h->arg, hall, mine, add_path, &r.paths, e)) < 0)
		goto out;
	if ((rc = take_all(&r, e)) < 0)
		goto out;
	if (ret->n > 0)
		qsort(ret->files, ret->n, sizeof(*ret->files), by_path);
out:
	merge_nodes_free(r.g);
	free(r.paths.list);
	free(r.kept.list);
	if (rc < 0)
		merge_release(ret);
	return rc;
}
