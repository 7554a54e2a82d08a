#include "store/admit/admit.h"

#include <inttypes.h>

#include "base/clock.h"
#include "store/admit/changeset.h"

#define HEAD_TREE 46   /* "tree <40 hex>\n" */
#define HEAD_PARENT 48 /* "parent <40 hex>\n" */

struct device { /* its newest revision so far */
	char name[16];
	int64_t sequence;
};

struct range { /* the new commits, newest first */
	unsigned char (*ids)[20];
	size_t n, cap;
};

struct run {
	struct admit *a;
	struct objcache *cache;
	struct changeset *set;
	struct device *devices;
	size_t n_devices;
	struct buf raw;
	struct commit c; /* the commit at hand */
	/* its parent; has_parent 0 before the very first */
	int has_parent;
	char parent[24]; /* name of the revision; "" if there is none */
	unsigned char tree[20];
	unsigned char content[1][COMMIT_CONTENT_LEN];
	int64_t time;
};

/* Puts the commit's name before a fault found in it. */
static int
refuse(const unsigned char id[20], int rc, struct err *e)
{
	char context[32], hex[41];

	switch (rc) {
	case ERR_INVALID:
	case ERR_REFUSED:
		rc = ERR_REFUSED;
		break;
	case ERR_NOT_FOUND: /* an object it needs */
		rc = ERR_DAMAGED;
		break;
	default:
		break;
	}
	commit_hex(id, hex);
	snprintf(context, sizeof(context), "commit %.10s", hex);
	err_prepend(e, context);
	if (e != NULL)
		e->code = (enum err_code)rc;
	return rc;
}

/* --- the stretch: from the new tip back to the old one --- */

/*
 * Parents of a raw commit, before anything about it is believed: a commit whose
 * rest is bad must not hide the good ones behind it.
 */
static int
read_parents(
    const struct buf *raw, unsigned char ret[20], int *ret_n, struct err *e)
{
	const char *p = buf_str(raw) + HEAD_TREE;
	char hex[41];

	*ret_n = 0;
	if (raw->len < HEAD_TREE || strncmp(buf_str(raw), "tree ", 5) != 0)
		return err_set(e, ERR_INVALID, 0, "is not a commit");
	if (raw->len < HEAD_TREE + HEAD_PARENT || strncmp(p, "parent ", 7) != 0)
		return 0;
	snprintf(hex, sizeof(hex), "%.40s", p + 7);
	*ret_n = 1;
	if (raw->len >= HEAD_TREE + 2 * HEAD_PARENT &&
	    strncmp(p + HEAD_PARENT, "parent ", 7) == 0)
		*ret_n = 2;
	return commit_unhex(hex, ret, e);
}

static int
push_id(struct range *r, const unsigned char id[20], struct err *e)
{
	size_t cap = r->cap == 0 ? 64 : r->cap * 2;
	unsigned char(*grown)[20];

	if (r->n == r->cap) {
		if ((grown = realloc(r->ids, cap * sizeof(*grown))) == NULL)
			return err_nomem(e);
		r->ids = grown;
		r->cap = cap;
	}
	memcpy(r->ids[r->n++], id, 20);
	return 0;
}

static int
not_descended(const unsigned char *merge, struct err *e)
{
	if (merge != NULL)
		return refuse(merge,
		    err_set(e, ERR_REFUSED, 0,
			"joins the work of two machines, which is not yet "
			"possible"),
		    e);
	err_set(e, ERR_CONFLICT, 0,
	    "the new history does not continue the one that is stored");
	err_hint(e,
	    "history only grows: was a backup restored on this machine, or its "
	    "repository made anew?");
	return ERR_CONFLICT;
}

static int
collect(struct run *run, const unsigned char *old, const unsigned char new_[20],
    struct range *ret, struct err *e)
{
	unsigned char id[20], parent[20];
	const unsigned char *merge = NULL;
	unsigned char merge_id[20];
	int rc, n = 0;

	memcpy(id, new_, 20);
	while (old == NULL || memcmp(id, old, 20) != 0) {
		if (run->a->max_commits != 0 && ret->n == run->a->max_commits)
			return err_set(e, ERR_REFUSED, 0,
			    "more than %zu new revisions at once",
			    run->a->max_commits);
		buf_clear(&run->raw);
		rc = repo_read(
		    run->a->repo, id, OBJECT_COMMIT, COMMIT_MAX, &run->raw, e);
		if (rc == 0)
			rc = read_parents(&run->raw, parent, &n, e);
		if (rc < 0)
			return refuse(id, rc, e);
		if ((rc = push_id(ret, id, e)) < 0)
			return rc;
		if (n == 2 && merge == NULL)
			merge = memcpy(merge_id, id, 20);
		if (n == 0)
			return old == NULL ? 0 : not_descended(merge, e);
		memcpy(id, parent, 20);
	}
	return 0;
}

/* --- one commit --- */

static int
check_names(const struct run *run, struct err *e)
{
	const struct admit *a = run->a;
	const struct commit *c = &run->c;
	const char *party =
	    a->branch == RECORD_HALL && a->hall != NULL ? a->hall : a->office;
	size_t len = strlen(party);

	if (strcmp(c->office, party) != 0)
		return err_set(e, ERR_REFUSED, 0,
		    "was made for %s, this branch is written by %s", c->office,
		    party);
	if (strncmp(c->device, party, len) != 0 || c->device[len] != '-' ||
	    (commit_letter(c) == 'h') != (a->branch == RECORD_HALL))
		return err_set(e, ERR_REFUSED, 0,
		    "device %s does not write this branch", c->device);
	return 0;
}

static int
check_parents(const struct run *run, struct err *e)
{
	const struct commit *c = &run->c;

	if (c->n_parents > 1)
		return err_set(e, ERR_REFUSED, 0,
		    "joins the work of two machines, which is not yet "
		    "possible");
	/* the parent's id is right: collect() came by it */
	if (c->n_parents != run->has_parent)
		return err_set(e, ERR_REFUSED, 0,
		    "does not continue the history before it");
	return 0;
}

static int
check_time(const struct run *run, struct err *e)
{
	const struct commit *c = &run->c;
	char made[CLOCK_TEXT], other[CLOCK_TEXT];

	if (run->a->stored)
		return 0;
	clock_rfc3339(made, c->time, c->offset_min);
	if (c->time > run->a->now + ADMIT_FUTURE_S) {
		clock_rfc3339(other, run->a->now, c->offset_min);
		err_set(e, ERR_REFUSED, 0,
		    "was made at %s, which is in the future (it is %s)", made,
		    other);
		err_hint(e, "set the clock of the machine that made it");
		return ERR_REFUSED;
	}
	if (run->has_parent && c->time < run->time - ADMIT_BACK_S) {
		clock_rfc3339(other, run->time, c->offset_min);
		err_set(e, ERR_REFUSED, 0,
		    "was made at %s, more than a day before the revision it "
		    "follows (%s)",
		    made, other);
		err_hint(e, "set the clock of the machine that made it");
		return ERR_REFUSED;
	}
	return 0;
}

static int
check_signature(const struct run *run, struct err *e)
{
	const struct admit *a = run->a;
	const struct commit *c = &run->c;
	unsigned char allowed[KEY_PUBLIC_LEN], signer[KEY_PUBLIC_LEN];
	int rc;

	if ((rc = a->key_of(a->arg, c->device, c->time, allowed, e)) < 0)
		return rc;
	if ((rc = commit_verify(buf_str(&run->raw), run->raw.len, signer, e)) <
	    0)
		return rc;
	if (memcmp(allowed, signer, KEY_PUBLIC_LEN) != 0)
		return err_set(e, ERR_REFUSED, 0,
		    "signature is not by the key of device %s", c->device);
	return 0;
}

static struct device *
known_device(struct run *run)
{
	size_t i;

	for (i = 0; i < run->n_devices; i++)
		if (strcmp(run->devices[i].name, run->c.device) == 0)
			return &run->devices[i];
	return NULL;
}

static int
add_device(struct run *run, int64_t sequence, struct err *e)
{
	struct device *grown =
	    realloc(run->devices, (run->n_devices + 1) * sizeof(*grown));

	if (grown == NULL)
		return err_nomem(e);
	run->devices = grown;
	grown += run->n_devices++;
	snprintf(grown->name, sizeof(grown->name), "%s", run->c.device);
	grown->sequence = sequence;
	return 0;
}

/* Counted without gaps, so that a lost, doubled or held back revision shows. */
static int
check_sequence(struct run *run, struct err *e)
{
	struct device *d = known_device(run);
	int64_t last = 0;
	int rc;

	if (d != NULL)
		last = d->sequence;
	else if ((rc = run->a->sequence_of(
		      run->a->arg, run->c.device, &last, e)) < 0)
		return rc;
	if (last == INT64_MAX || run->c.sequence != last + 1)
		return err_set(e, ERR_REFUSED, 0,
		    "is revision %" PRId64 " of device %s, but its last one "
		    "was %" PRId64,
		    run->c.sequence, run->c.device, last);
	if (d == NULL)
		return add_device(run, run->c.sequence, e);
	d->sequence = run->c.sequence;
	return 0;
}

static int
check_files(struct run *run, struct err *e)
{
	unsigned char content[COMMIT_CONTENT_LEN];
	const struct commit *c = &run->c;
	int rc;

	rc = changeset_read(
	    run->set, run->has_parent ? run->tree : NULL, c, run->parent, e);
	if (rc < 0)
		return rc;
	rc = changeset_content(run->set, run->has_parent,
	    (const unsigned char(*)[COMMIT_CONTENT_LEN])run->content, content,
	    e);
	if (rc < 0)
		return rc;
	if (memcmp(content, c->content, COMMIT_CONTENT_LEN) != 0)
		return err_set(e, ERR_REFUSED, 0,
		    "its Content-SHA256 is not that of its records");
	return 0;
}

/* Cheap rules first: a flood of bad commits costs no signature checks. */
static int
check_commit(struct run *run, const unsigned char id[20], struct err *e)
{
	int rc;

	buf_clear(&run->raw);
	if ((rc = repo_read(run->a->repo, id, OBJECT_COMMIT, COMMIT_MAX,
		 &run->raw, e)) < 0)
		return rc;
	if ((rc = buf_ok(&run->raw, e)) < 0)
		return rc;
	if ((rc = commit_parse(buf_str(&run->raw), run->raw.len, &run->c, e)) <
	    0)
		return rc;
	if ((rc = check_parents(run, e)) < 0 ||
	    (rc = check_names(run, e)) < 0 || (rc = check_time(run, e)) < 0 ||
	    (rc = check_signature(run, e)) < 0 ||
	    (rc = check_sequence(run, e)) < 0)
		return rc;
	return check_files(run, e);
}

static void
step(struct run *run)
{
	run->has_parent = 1;
	commit_name(&run->c, run->parent);
	memcpy(run->tree, run->c.tree, 20);
	memcpy(run->content[0], run->c.content, COMMIT_CONTENT_LEN);
	run->time = run->c.time;
	run->a->n_commits++;
}

static int
accept_commit(struct run *run, const unsigned char id[20], struct err *e)
{
	const struct admit *a = run->a;
	const struct admit_file *files;
	size_t n;
	int rc;

	if (a->seen != NULL && (rc = a->seen(a->arg, id, e)) < 0)
		return rc;
	if (a->accept == NULL)
		return 0;
	files = changeset_files(run->set, &n);
	return a->accept(
	    a->arg, id, &run->c, buf_str(&run->raw), run->raw.len, files, n, e);
}

/* What the stored tip hands on to the first new commit. */
static int
read_old(struct run *run, const unsigned char old[20], struct err *e)
{
	int rc;

	buf_clear(&run->raw);
	rc = repo_read(
	    run->a->repo, old, OBJECT_COMMIT, COMMIT_MAX, &run->raw, e);
	if (rc == 0)
		rc = commit_parse(buf_str(&run->raw), run->raw.len, &run->c, e);
	if (rc < 0) {
		rc = refuse(old, rc, e);
		if (rc == ERR_REFUSED && e != NULL)
			e->code = ERR_DAMAGED; /* it was admitted once */
		return rc == ERR_REFUSED ? ERR_DAMAGED : rc;
	}
	step(run);
	run->a->n_commits = 0;
	return 0;
}

static int
check_all(struct run *run, const unsigned char *old, struct range *range,
    struct err *e)
{
	const unsigned char *id;
	int rc;

	if (old != NULL && (rc = read_old(run, old, e)) < 0)
		return rc;
	while (range->n > 0) {
		id = range->ids[--range->n];
		if ((rc = check_commit(run, id, e)) < 0)
			return refuse(id, rc, e);
		if ((rc = accept_commit(run, id, e)) < 0)
			return rc;
		step(run);
	}
	return 0;
}

int
admit_range(struct admit *a, const unsigned char *old,
    const unsigned char new_[20], struct err *e)
{
	struct range range = { NULL, 0, 0 };
	struct run *run = NULL;
	int rc = 0;

	a->n_commits = 0;
	if ((run = calloc(1, sizeof(*run))) == NULL)
		return err_nomem(e);
	run->a = a;
	buf_init(&run->raw);
	if ((rc = objcache_create(a->repo, a->seen, a->arg, &run->cache, e)) <
	    0)
		goto out;
	if ((rc = changeset_create(a, run->cache, &run->set, e)) < 0)
		goto out;
	if ((rc = collect(run, old, new_, &range, e)) < 0)
		goto out;
	rc = check_all(run, old, &range, e);
out:
	changeset_free(run->set);
	objcache_free(run->cache);
	free(run->devices);
	free(range.ids);
	buf_release(&run->raw);
	free(run);
	return rc;
}
