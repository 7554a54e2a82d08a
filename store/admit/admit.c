#include "store/admit/admit.h"

#include <inttypes.h>

#include "base/clock.h"
#include "store/admit/admit_merge.h"
#include "store/admit/changeset.h"
#include "store/admit/past.h"
#include "store/git/graph.h"

struct device { /* its newest revision so far */
	char name[16];
	int64_t sequence;
	unsigned char id[20]; /* its commit, if known */
	int has_id;
};

struct run {
	struct admit *a;
	struct objcache *cache;
	struct changeset *set;
	struct graph graph; /* what is new */
	struct past past;
	struct device *devices;
	size_t n_devices;
	struct buf raw;
	struct commit c;        /* the commit at hand */
	unsigned char last[20]; /* the one before it in the list */
	int straight;           /* the years are known as of that one */
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
		if (e != NULL)
			e->sub = (int)ERR_NOT_FOUND;
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

/* --- the stretch --- */

static int
not_descended(struct err *e)
{
	err_set(e, ERR_CONFLICT, 0,
	    "the new history does not continue the one that is stored");
	err_hint(e,
	    "history only grows: was a backup restored on this machine, or its "
	    "repository made anew?");
	return ERR_CONFLICT;
}

static int
check_continues(struct run *run, const unsigned char old[20],
    const unsigned char new_[20], struct err *e)
{
	int rc, yes = 0;

	if (run->a->apart || graph_has_parent(&run->graph, old))
		return 0;
	/* what is new may all be known from elsewhere */
	if ((rc = graph_descends(run->a->repo, new_, old, &yes, e)) < 0)
		return rc;
	return yes ? 0 : not_descended(e);
}

static int
find_new(struct run *run, const unsigned char *old,
    const unsigned char new_[20], struct err *e)
{
	const struct admit *a = run->a;
	unsigned char(*known)[20] = NULL;
	size_t n = 0;
	int rc;

	if (old != NULL && a->n_known == 0 && a->is_known != NULL) {
		rc = graph_unlisted(a->repo, new_, a->is_known, a->arg,
		    a->max_commits, &run->graph, e);
		if (rc != ERR_NOT_FOUND)
			return rc;
	}
	if ((known = calloc(a->n_known + 1, sizeof(*known))) == NULL)
		return err_nomem(e);
	if (old != NULL)
		memcpy(known[n++], old, 20);
	if (a->n_known > 0)
		memcpy(known[n], a->known, a->n_known * sizeof(*known));
	n += a->n_known;
	rc = graph_new(a->repo, new_, (const unsigned char(*)[20])known, n,
	    a->max_commits, &run->graph, e);
	free(known);
	return rc;
}

static int
collect(struct run *run, const unsigned char *old, const unsigned char new_[20],
    struct err *e)
{
	int rc = find_new(run, old, new_, e);

	if (rc == ERR_INVALID) { /* it names the commit already */
		rc = ERR_REFUSED;
		if (e != NULL)
			e->code = ERR_REFUSED;
	}
	if (rc < 0 || old == NULL)
		return rc;
	return check_continues(run, old, new_, e);
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
check_parents(const struct run *run, int first, struct err *e)
{
	const struct commit *c = &run->c;
	int merge = strcmp(c->action, "merge") == 0;

	if (run->a->branch == RECORD_HALL && c->n_parents > 1)
		return err_set(e, ERR_REFUSED, 0,
		    "joins two histories, but the hall's has one writer");
	if (run->a->branch == RECORD_HALL && c->n_parents == 0 && !first)
		return err_set(e, ERR_REFUSED, 0,
		    "does not continue the history before it");
	if (c->n_parents == 2 && !merge)
		return err_set(e, ERR_REFUSED, 0,
		    "follows two revisions, but its action is '%s', not "
		    "'merge'",
		    c->action);
	if (merge && (c->n_parents != 2 ||
			 memcmp(c->parents[0], c->parents[1], 20) == 0))
		return err_set(e, ERR_REFUSED, 0,
		    "is called a merge, but does not follow two revisions");
	return 0;
}

static int
check_order(struct run *run, const unsigned char parent[20], struct err *e)
{
	const struct past_commit *p = NULL;
	const struct commit *c = &run->c;
	char made[CLOCK_TEXT], other[CLOCK_TEXT];
	int rc;

	if ((rc = past_get(&run->past, parent, &p, e)) < 0)
		return rc;
	if (c->time >= p->time - ADMIT_BACK_S)
		return 0;
	clock_rfc3339(made, c->time, c->offset_min);
	clock_rfc3339(other, p->time, c->offset_min);
	err_set(e, ERR_REFUSED, 0,
	    "was made at %s, more than a day before the revision it "
	    "follows (%s)",
	    made, other);
	err_hint(e, "set the clock of the machine that made it");
	return ERR_REFUSED;
}

static int
check_time(struct run *run, struct err *e)
{
	const struct commit *c = &run->c;
	char made[CLOCK_TEXT], other[CLOCK_TEXT];
	int i, rc;

	if (run->a->stored)
		return 0;
	if (c->time > run->a->now + ADMIT_FUTURE_S) {
		clock_rfc3339(made, c->time, c->offset_min);
		clock_rfc3339(other, run->a->now, c->offset_min);
		err_set(e, ERR_REFUSED, 0,
		    "was made at %s, which is in the future (it is %s)", made,
		    other);
		err_hint(e, "set the clock of the machine that made it");
		return ERR_REFUSED;
	}
	for (i = 0; i < c->n_parents; i++)
		if ((rc = check_order(run, c->parents[i], e)) < 0)
			return rc;
	return 0;
}

static int
check_signature(const struct run *run, struct err *e)
{
	const struct admit *a = run->a;
	const struct commit *c = &run->c;
	unsigned char allowed[KEY_PUBLIC_LEN], signer[KEY_PUBLIC_LEN];
	int rc;

	if (a->may_write != NULL &&
	    (rc = a->may_write(a->arg, c->device, c->sequence, e)) < 0)
		return rc;
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
	grown->has_id = 0;
	if (run->a->newest_of == NULL)
		return 0;
	return run->a->newest_of(
	    run->a->arg, run->c.device, grown->id, &grown->has_id, e);
}

/* A device goes on from what it wrote itself: one whose revisions lie side by
 * side would have them in another order after the next merge. */
static int
check_follows(struct run *run, struct device *d, const unsigned char id[20],
    struct err *e)
{
	int rc, yes = !d->has_id, i;

	for (i = 0; i < run->c.n_parents && !yes; i++)
		yes = memcmp(run->c.parents[i], d->id, 20) == 0;
	if (!yes && (rc = graph_descends(run->a->repo, id, d->id, &yes, e)) < 0)
		return rc;
	if (!yes)
		return err_set(e, ERR_REFUSED, 0,
		    "is revision %" PRId64 " of device %s, but does not follow "
		    "that device's revision before it",
		    run->c.sequence, run->c.device);
	memcpy(d->id, id, 20);
	d->has_id = 1;
	return 0;
}

/* Counted without gaps, so that a lost, doubled or held back revision shows. */
static int
check_sequence(struct run *run, const unsigned char id[20], struct err *e)
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
	if (d == NULL) {
		if ((rc = add_device(run, last, e)) < 0)
			return rc;
		d = &run->devices[run->n_devices - 1];
	}
	d->sequence = run->c.sequence;
	return run->a->branch == RECORD_HALL ? 0 : check_follows(run, d, id, e);
}

static int
check_content(struct run *run, struct err *e)
{
	unsigned char parents[2][COMMIT_CONTENT_LEN];
	unsigned char content[COMMIT_CONTENT_LEN];
	const struct past_commit *p = NULL;
	const struct commit *c = &run->c;
	int i, rc;

	for (i = 0; i < c->n_parents; i++) {
		if ((rc = past_get(&run->past, c->parents[i], &p, e)) < 0)
			return rc;
		memcpy(parents[i], p->content, COMMIT_CONTENT_LEN);
	}
	rc = changeset_content(run->set, c->n_parents,
	    (const unsigned char(*)[COMMIT_CONTENT_LEN])parents, content, e);
	if (rc < 0)
		return rc;
	if (memcmp(content, c->content, COMMIT_CONTENT_LEN) != 0)
		return err_set(e, ERR_REFUSED, 0,
		    "its Content-SHA256 is not that of its records");
	return 0;
}

static int
read_files(struct run *run, struct err *e)
{
	const struct past_commit *p = NULL;
	const struct commit *c = &run->c;
	const struct admit_file *files;
	size_t n;
	int rc;

	if (c->n_parents > 0 &&
	    (rc = past_get(&run->past, c->parents[0], &p, e)) < 0)
		return rc;
	if (!run->straight || p == NULL || memcmp(p->id, run->last, 20) != 0)
		changeset_restart(run->set);
	if (c->n_parents < 2)
		return changeset_read(run->set, p != NULL ? p->tree : NULL, c,
		    p != NULL ? p->name : "", e);
	if ((rc = changeset_read_merge(run->set, p->tree, c, e)) < 0)
		return rc;
	files = changeset_files(run->set, &n);
	return admit_merge_check(run->a, c, files, n, e);
}

/* Cheap rules first: a flood of bad commits costs no signature checks. */
static int
check_commit(
    struct run *run, const unsigned char id[20], int first, struct err *e)
{
	int rc;

	buf_clear(&run->raw);
	if ((rc = repo_read(run->a->repo, id, OBJECT_COMMIT, COMMIT_MAX,
		 &run->raw, e)) < 0)
		return rc;
	if ((rc = buf_ok(&run->raw, e)) < 0)
		return rc;
	run->a->rule = "form";
	if ((rc = commit_parse(buf_str(&run->raw), run->raw.len, &run->c, e)) <
		0 ||
	    (rc = check_parents(run, first, e)) < 0)
		return rc;
	run->a->rule = "writer";
	if ((rc = check_names(run, e)) < 0)
		return rc;
	run->a->rule = "clock";
	if ((rc = check_time(run, e)) < 0)
		return rc;
	run->a->rule = "signature";
	if ((rc = check_signature(run, e)) < 0)
		return rc;
	run->a->rule = "sequence";
	if ((rc = check_sequence(run, id, e)) < 0)
		return rc;
	run->a->rule = "records";
	if ((rc = read_files(run, e)) < 0)
		return rc;
	run->a->rule = "content";
	return check_content(run, e);
}

static int
step(struct run *run, const unsigned char id[20], struct err *e)
{
	memcpy(run->last, id, 20);
	run->straight = run->c.n_parents < 2;
	run->a->n_commits++;
	return past_add(&run->past, id, &run->c, e);
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

static int
check_all(struct run *run, const unsigned char *old, struct err *e)
{
	const struct graph_commit *g;
	size_t i;
	int rc;

	for (i = 0; i < run->graph.n; i++) {
		g = &run->graph.list[i];
		run->a->side = g->side;
		run->a->rule = NULL;
		rc = check_commit(run, g->id, old == NULL && i == 0, e);
		if (rc < 0)
			return refuse(g->id, rc, e);
		run->a->rule = NULL;
		if ((rc = accept_commit(run, g->id, e)) < 0 ||
		    (rc = step(run, g->id, e)) < 0)
			return rc;
	}
	return 0;
}

int
admit_range(struct admit *a, const unsigned char *old,
    const unsigned char new_[20], struct err *e)
{
	struct run *run = NULL;
	int rc = 0;

	a->n_commits = 0;
	a->rule = NULL;
	if ((run = calloc(1, sizeof(*run))) == NULL)
		return err_nomem(e);
	run->a = a;
	buf_init(&run->raw);
	past_init(&run->past, a->repo);
	if ((rc = objcache_create(a->repo, a->seen, a->arg, &run->cache, e)) <
	    0)
		goto out;
	if ((rc = changeset_create(a, run->cache, &run->set, e)) < 0)
		goto out;
	if ((rc = collect(run, old, new_, e)) < 0)
		goto out;
	rc = check_all(run, old, e);
out:
	changeset_free(run->set);
	objcache_free(run->cache);
	past_release(&run->past);
	graph_release(&run->graph);
	free(run->devices);
	buf_release(&run->raw);
	free(run);
	return rc;
}
