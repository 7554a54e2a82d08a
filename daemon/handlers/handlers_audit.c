/* The auditor's dossier, anchors. */
#include "daemon/handlers/handlers.h"
#include "store/audit/anchor.h"
#include "store/audit/dossier.h"
#include "store/hall/access.h"

/* Who takes the past out is on record before it leaves, where the configuration
 * wants that; what was not found was not taken. The parts of one document are
 * one look. */
static int
record(const struct call *c, const struct store *s, const char *action,
    const char *office, int year, struct err *e)
{
	struct access_entry en = { .action = action,
		.login = c->peer->person.login,
		.person = c->peer->person.name,
		.office = office,
		.year = year,
		.format = json_str(c->params, "format") };

	if (json_str(c->params, "cursor") != NULL)
		return 0;
	return access_record(store_conf(s), &en, e);
}

/* *ret leaves only if it is on record. */
static int
keep(int rc, cJSON **ret)
{
	if (rc < 0) {
		cJSON_Delete(*ret);
		*ret = NULL;
	}
	return rc;
}

static int
run_office(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	int year = 0, rc;

	if ((rc = handlers_place(c, s, &year, &office, e)) < 0 ||
	    (rc = dossier_office(
		 s, office, year, json_str(c->params, "cursor"), ret, e)) < 0)
		return rc;
	return keep(record(c, s, "audit", office, year, e), ret);
}

static int
run_province(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	int year = 0, rc;

	if ((rc = handlers_year(c, &year, e)) < 0 ||
	    (rc = dossier_province(
		 s, year, json_str(c->params, "cursor"), ret, e)) < 0)
		return rc;
	return keep(record(c, s, "audit", NULL, year, e), ret);
}

static int
run_anchor(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	int rc = anchor_make(s, ret, e);

	if (rc < 0)
		return rc;
	return keep(record(c, s, "audit.anchor", NULL, 0, e), ret);
}

static int
run_check_anchor(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *text = json_str(c->params, "text");

	if (strlen(text) > ANCHOR_TEXT_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "the text is longer than %zu bytes", ANCHOR_TEXT_MAX);
	return anchor_check(s, text, ret, e);
}

const struct handler handlers_audit[] = {
	{ "audit.office", run_office, NULL, NULL },
	{ "audit.province", run_province, NULL, NULL },
	{ "audit.anchor", run_anchor, NULL, NULL },
	{ "audit.check_anchor", run_check_anchor, NULL, NULL },
};
const size_t handlers_n_audit =
    sizeof(handlers_audit) / sizeof(*handlers_audit);
