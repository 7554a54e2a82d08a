/* The merge of a run: what the hall has of this office, and what is here. */
#include "daemon/sync/sync_join.h"

#include <inttypes.h>

#include "base/log.h"
#include "daemon/fatal.h"
#include "daemon/sync/sync_restored.h"

#define HALL_HAS_REF "refs/incoming/office"
#define HALL_SIDE_REF "refs/incoming/side"

static void run_join(struct job *j, void *state);
static void on_joined(struct job *j);

void
sync_join_begin(struct sync_run *r)
{
	sync_run_show(r, "merge", "");
	sync_run_step(r, run_join, on_joined);
}

static int
join_ref(struct sync_run *r, struct store *s, const char *ref, struct join *ret,
    struct err *e)
{
	unsigned char tip[20];
	struct repo *repo;
	struct err none;
	int rc;

	memset(&none, 0, sizeof(none));
	if ((rc = store_repo(s, "", &repo, e)) < 0)
		return rc;
	rc = repo_ref(repo, ref, tip, &none);
	if (rc == ERR_NOT_FOUND)
		return 0; /* the hall has nothing of it yet */
	if (rc < 0) {
		*e = none;
		return rc;
	}
	rc = join_office(s, tip, ret, e);
	if (rc == ERR_CONFLICT && e->sub == JOIN_SUB_RESTORED)
		return sync_restored_renew(r, s, tip, e);
	return rc;
}

/* What of ours waits at the hall for its merge is here, unless this machine was
 * restored from an old copy: then it comes back first. */
static int
join(struct sync_run *r, struct store *s, struct err *e)
{
	struct join side;
	int rc;

	memset(&side, 0, sizeof(side));
	if ((rc = join_ref(r, s, HALL_SIDE_REF, &side, e)) < 0 ||
	    (rc = join_ref(r, s, HALL_HAS_REF, &r->outcome.join, e)) < 0)
		return rc;
	r->outcome.join.n += side.n;
	return 0;
}

static void
run_join(struct job *j, void *state)
{
	struct sync_run *r = (struct sync_run *)j;
	struct store *s = state;

	memset(&r->outcome.join, 0, sizeof(r->outcome.join));
	/* another device may have ordered that files be erased */
	if ((j->rc = join(r, s, &j->err)) == 0 &&
	    (r->outcome.join.n == 0 ||
		(j->rc = evidence_obey(s, "", &j->err)) == 0))
		j->rc = sync_run_plan(r, s, &j->err);
	if (j->rc < 0)
		fatal_check("cannot join what the devices wrote", &j->err);
}

static void
on_joined(struct job *j)
{
	struct sync_run *r = (struct sync_run *)j;

	if (!sync_run_job_ended(r))
		return;
	r->outcome.fetched += r->outcome.join.n;
	if (r->outcome.join.kind == JOIN_MERGED)
		log_line(LOG_INFO,
		    "sync: merged the work of two devices as %s: %" PRId64
		    " fields, %" PRId64 " conflicts",
		    r->outcome.join.revision, r->outcome.join.n_fields,
		    r->outcome.join.n_conflicts);
	if (r->slice.n > 0)
		sync_push_begin(r);
	else
		sync_evidence_begin(r);
}

int
sync_join_json(const struct join *j, cJSON *outcome, struct err *e)
{
	cJSON *merged;
	int rc;

	if (j->kind != JOIN_MERGED)
		return json_put_str(outcome, "merged", NULL, e);
	merged = cJSON_CreateObject();
	if ((rc = json_put(outcome, "merged", merged, e)) < 0 ||
	    (rc = json_put_str(merged, "revision", j->revision, e)) < 0 ||
	    (rc = json_put_int(merged, "fields", j->n_fields, e)) < 0)
		return rc;
	return json_put_int(merged, "conflicts", j->n_conflicts, e);
}
