#include "daemon/catch_up.h"

#include "base/file.h"
#include "base/log.h"
#include "daemon/fatal.h"
#include "store/admit/absorb.h"
#include "store/evidence/evidence_repo.h"
#include "store/evidence/evidence_take.h"
#include "store/git/repo_pins.h"
#include "store/hall/returned.h"
#include "store/hall/revoke.h"
#include "store/save/journal.h"
#include "store/sign/receipt.h"

static int
issue_receipt(void *arg, const char *office, struct err *e)
{
	cJSON *receipt = NULL;
	int rc = returned_settle(arg, office, e);

	if (rc == 0)
		rc = receipt_issue(arg, office, &receipt, e);
	cJSON_Delete(receipt);
	return rc;
}

static void
on_pin(void *arg, const char *what)
{
	(void)arg;
	log_line(LOG_WARN, "%s", what);
}

/* What only a person can put right keeps no other office from its hall: the
 * door refuses this one's pushes until then (receive_check_device). */
static int
hold_pins_of(void *arg, const char *office, struct err *e)
{
	struct store *s = arg;
	char path[640];
	struct err own;
	int rc;

	if ((rc = file_path(path, sizeof(path), e, "%s/offices/%s.git",
		 store_conf(s)->dir, office)) < 0)
		return rc;
	if (repo_pins_hold(path, on_pin, NULL, &own) < 0)
		log_line(LOG_ERROR, "%s", own.msg);
	if ((rc = evidence_repo_path(
		 store_conf(s)->dir, 1, office, path, sizeof(path), e)) < 0)
		return rc;
	if (repo_pins_hold(path, on_pin, NULL, &own) < 0)
		log_line(LOG_ERROR, "%s", own.msg);
	return 0;
}

/* The first fault is told; one of the disk ends the process, first or not. */
static void
note_fault(struct job *j, int rc, const struct err *e)
{
	if (rc >= 0)
		return;
	fatal_check("cannot absorb", e);
	if (j->rc < 0)
		return;
	j->rc = rc;
	j->err = *e;
}

/* What was pushed while the daemon was away. */
void
catch_up_run(struct job *j, void *state)
{
	struct err e;
	int64_t n = 0;

	j->rc = 0;
	note_fault(j, store_each_office(state, hold_pins_of, state, &e), &e);
	/* first what this hall wrote itself, lest it writes beside it */
	note_fault(j, returned_adopt_all(state, &e), &e);
	note_fault(j, absorb_all(state, &n, &e), &e);
	note_fault(j, revoke_settle_all(state, &e), &e);
	note_fault(j, store_every_office(state, issue_receipt, state, &e), &e);
	note_fault(j, evidence_take_all(state, &e), &e);
	note_fault(j, journal_flush(state, &e), &e);
	if (n > 0)
		log_line(LOG_INFO, "absorbed %lld revisions at the start",
		    (long long)n);
}
