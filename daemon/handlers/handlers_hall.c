#include "base/clock.h"
#include "base/log.h"
#include "daemon/handlers/handlers.h"
#include "daemon/obey.h"
#include "daemon/receive/command.h"
#include "daemon/server.h"
#include "store/admit/absorb.h"
#include "store/admit/side.h"
#include "store/evidence/evidence_take.h"
#include "store/hall/accepted_lost.h"
#include "store/hall/enroll.h"
#include "store/hall/returned.h"
#include "store/hall/revoke.h"
#include "store/hall/visit.h"
#include "store/save/journal.h"
#include "store/sign/receipt.h"
#include "store/view/oversight.h"
#include "store/view/query.h"

static int
run_hall_status(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = json_str(c->params, "office");
	cJSON *status = NULL;
	int rc;

	if (office != NULL && office[0] == '\0')
		office = NULL;
	if ((office != NULL &&
		(rc = conf_check_code(ROLE_OFFICE, office, e)) < 0) ||
	    (rc = query_hall_status(s, &status, e)) < 0)
		return rc;
	if ((rc = oversight_add(s, status, office, OVERSIGHT_DISK, e)) < 0)
		cJSON_Delete(status);
	else
		*ret = status;
	return rc;
}

static int
run_hall_enroll(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return enroll_admit(
	    s, &c->peer->person, json_str(c->params, "request"), ret, e);
}

static int
absorbed_json(int64_t n, cJSON *receipt, cJSON **ret, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_int(obj, "absorbed", n, e)) < 0) {
		cJSON_Delete(receipt);
		goto out;
	}
	if (receipt == NULL)
		receipt = cJSON_CreateNull();
	if ((rc = json_put(obj, "receipt", receipt, e)) < 0)
		goto out;
	*ret = obj;
	obj = NULL;
out:
	cJSON_Delete(obj);
	return rc;
}

/* The receipt is signed only over what is indexed, and told once the journal
 * has it: as a save, it is in the repository a little later, and before anyone
 * comes to fetch (make_ready()). */
static int
absorb_office(struct store *s, const char *office, int64_t *ret_n,
    cJSON **ret_receipt, struct err *e)
{
	int rc;

	if ((rc = absorb_ref(
		 s, office, "office", "refs/heads/office", ret_n, e)) < 0 ||
	    (*ret_n > 0 && (rc = revoke_settle(s, office, e)) < 0) ||
	    (rc = side_sweep(s, office, e)) < 0 ||
	    (rc = returned_settle(s, office, e)) < 0 ||
	    (rc = receipt_issue(s, office, ret_receipt, e)) < 0)
		return rc;
	/* with a receipt it is noted that all is well */
	return *ret_receipt != NULL ? 0 : visit_well(s, office, clock_now(), e);
}

static int
run_absorb(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	cJSON *receipt = NULL;
	int64_t n = 0;
	int rc;

	if ((rc = handlers_office(c, s, &office, e)) < 0)
		return rc;
	if ((rc = absorb_office(s, office, &n, &receipt, e)) < 0)
		goto out;
	/* nothing new to sign: an office may have lost what it was given */
	if (receipt == NULL && (rc = receipt_last(s, office, &receipt, e)) < 0)
		goto out;
	rc = absorbed_json(n, receipt, ret, e);
	receipt = NULL;
out:
	cJSON_Delete(receipt);
	return rc;
}

static int
run_returned(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	cJSON *obj;
	int64_t n = 0;
	int rc;

	if ((rc = handlers_office(c, s, &office, e)) < 0 ||
	    (rc = call_hold(c, e)) < 0 ||
	    (rc = returned_adopt(s, office, &n, e)) < 0)
		return rc;
	obj = cJSON_CreateObject();
	if ((rc = json_put_int(obj, "returned", n, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}

static int
run_absorb_evidence(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	cJSON *receipt = NULL, *obj;
	int rc;

	/* the whole file is read, and erased where its order came first */
	if ((rc = handlers_office(c, s, &office, e)) < 0 ||
	    (rc = call_hold(c, e)) < 0 ||
	    (rc = evidence_take(
		 s, office, json_str(c->params, "sha256"), &receipt, e)) < 0)
		return rc;
	obj = cJSON_CreateObject();
	if ((rc = json_put(obj, "receipt", receipt, e)) < 0 ||
	    (rc = visit_well(s, office, clock_now(), e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}

/* What a machine says of itself is worth a line in a table, never a refusal. */
static int
note_came(struct call *c, struct store *s, const char *office, struct err *e)
{
	const char *version = json_str(c->params, "version");
	const char *holds = json_str(c->params, "holds");
	unsigned char tip[20];
	struct visitor v = { .office = office,
		.device = json_str(c->params, "device") };

	if (version != NULL && version[0] != '\0' &&
	    strlen(version) <= VISIT_VERSION_MAX)
		v.version = version;
	if (holds != NULL && commit_unhex(holds, tip, NULL) == 0)
		v.holds = tip;
	return visit_came(s, &v, clock_now(), e);
}

/* It comes to fetch: what was acknowledged here is to be found there, and the
 * receipt for what it sent, though the hook did not get to ask for it. */
static int
make_ready(struct store *s, const char *office, int64_t *ret_n, struct err *e)
{
	cJSON *receipt = NULL;
	int behind = 0, rc;

	if ((rc = journal_flush_office(s, office, e)) < 0 ||
	    (rc = accepted_lost_settle(s, office, &behind, e)) < 0 || !behind)
		return rc;
	if ((rc = absorb_office(s, office, ret_n, &receipt, e)) == 0)
		rc = journal_flush_office(s, office, e);
	cJSON_Delete(receipt);
	return rc;
}

static int
run_seen(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *device = json_str(c->params, "device");
	const char *class = json_str(c->params, "class");
	const char *message = json_str(c->params, "message");
	const char *office = NULL;
	int64_t n = 0;
	cJSON *obj;
	int rc;

	if ((rc = handlers_office(c, s, &office, e)) < 0 ||
	    (rc = command_check_device(device, e)) < 0)
		return rc;
	if (strncmp(device, office, strlen(office)) != 0)
		return err_set(e, ERR_USAGE, 0,
		    "device %s is not one of office %s", device, office);
	rc = class == NULL ? make_ready(s, office, &n, e) : 0;
	if (rc == 0)
		rc = class == NULL ? note_came(c, s, office, e)
				   : visit_failed(s, office, clock_now(), class,
					 message != NULL ? message : "", e);
	if (rc < 0)
		return rc;
	obj = cJSON_CreateObject();
	if ((rc = json_put_int(obj, "absorbed", n, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}

static int
after_saved(struct call *c, struct err *e)
{
	(void)e;
	server_saved(c->server);
	return 0;
}

/* The orders among what came are carried out once the receipt is given. */
static int
after_absorbed(struct call *c, struct err *e)
{
	const char *office = json_str(c->params, "office");
	struct err own;

	(void)e;
	/* what cannot begin now is done at the next absorb or start */
	if (json_int(c->result, "absorbed", 0) > 0 &&
	    obey_begin(c->server, office, &own) < 0)
		log_err("cannot erase evidence", &own);
	if (c->server->flush != NULL)
		flush_receipted(c->server->flush);
	server_absorbed(c->server);
	return 0;
}

static int
after_seen(struct call *c, struct err *e)
{
	return json_int(c->result, "absorbed", 0) > 0 ? after_absorbed(c, e)
						      : 0;
}

const struct handler handlers_hall[] = {
	{ "hall.status", run_hall_status, NULL, NULL },
	{ "hall.enroll", run_hall_enroll, NULL, after_saved },
	{ "hall.absorb", run_absorb, NULL, after_absorbed },
	{ "hall.returned", run_returned, NULL, after_saved },
	{ "hall.absorb_evidence", run_absorb_evidence, NULL, NULL },
	{ "hall.seen", run_seen, NULL, after_seen },
};
const size_t handlers_n_hall = sizeof(handlers_hall) / sizeof(*handlers_hall);
