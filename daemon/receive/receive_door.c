#include "daemon/receive/receive_door.h"

#include "daemon/receive/hall_call.h"
#include "daemon/receive/receive_accept.h"
#include "daemon/receive/receive_git.h"
#include "daemon/sync/remark.h"
#include "store/admit/side.h"
#include "store/evidence/evidence_door.h"
#include "store/hall/returned.h"

#define EVIDENCE_REFS "refs/evidence/"

const char *
receive_door_event(const struct receive *r)
{
	return r->sha[0] != '\0' ? "evidence" : "push";
}

void
receive_door_tell(
    const struct receive *r, const struct door_update *u, const struct err *e)
{
	const char *class = e->code == ERR_REFUSED ? "refused" : "trouble";
	char clean[REMARK_MAX];

	receive_log(r, receive_door_event(r), u != NULL ? u->old : NULL,
	    u != NULL ? u->new_ : NULL, class, e->msg);
	receive_accept_refused(r, u, class, e->msg);
	remark_clean(e->msg, clean, sizeof(clean));
	hall_call_seen(r->dir, r->office, r->device, class, clean);
}

int
receive_door_ask(const struct receive *r, const char *quarantine,
    const struct door_update *u, size_t n, struct err *e)
{
	const struct evidence_push push = { .office_repo = r->repo,
		.evidence_repo = r->evidence_repo,
		.objects_dir = quarantine,
		.device = r->device,
		.sha = r->sha };
	int rc;

	receive_git_more_time();
	if ((rc = receive_accept_ready(r, e)) < 0)
		return rc;
	if (r->sha[0] != '\0')
		return evidence_door_check(&push, u, n, e);
	if (returned_is(u, n))
		return returned_check(r->repo, quarantine, r->device, u, e);
	return door_check(r->repo, quarantine, r->device, u, n, e);
}

int
receive_door_log(
    const struct receive *r, const struct door_update *u, struct err *e)
{
	char why[sizeof(e->msg)];

	if (receive_accept_admitted(r, u, e) == 0) {
		receive_log(r, receive_door_event(r), u->old, u->new_,
		    "admitted", NULL);
		return 0;
	}
	snprintf(why, sizeof(why), "%s", e->msg);
	err_set(e, ERR_FAILED, 0,
	    "the hall cannot enter this push into its log: %.200s", why);
	err_hint(e,
	    "tell the hall; what was sent is safe at both ends and is taken up "
	    "by itself once the hall can write again");
	return ERR_FAILED;
}

int
receive_door_taken(const struct receive *r, const struct door_update *u,
    struct buf *ret, struct err *e)
{
	if (returned_is(u, 1))
		return hall_call_returned(r->dir, r->office, e);
	/* it waits for the merge that brings it to the branch */
	if (strncmp(u->ref, SIDE_REFS, strlen(SIDE_REFS)) == 0)
		return 0;
	if (r->sha[0] == '\0')
		return hall_call_absorb(r->dir, r->office, ret, e);
	/* for a part of a file there is nothing to sign */
	if (strncmp(u->ref, EVIDENCE_REFS, strlen(EVIDENCE_REFS)) != 0)
		return 0;
	return hall_call_absorb_evidence(r->dir, r->office, r->sha, ret, e);
}
