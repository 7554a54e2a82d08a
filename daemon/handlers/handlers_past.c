/* Looking at what was, comparing it, and bringing it back. */
#include "daemon/handlers/handlers.h"
#include "daemon/server.h"
#include "store/save/restore.h"
#include "store/save/revert.h"
#include "store/view/query.h"

static int
run_edition(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	int year = 0, rc;

	if ((rc = handlers_place(c, s, &year, &office, e)) < 0)
		return rc;
	return query_edition_at(
	    s, office, year, json_str(c->params, "at"), ret, e);
}

static int
run_assessment(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	int year = 0, rc;

	if ((rc = handlers_place(c, s, &year, &office, e)) < 0)
		return rc;
	return query_assessment_at(
	    s, office, year, json_str(c->params, "at"), ret, e);
}

static int
run_show(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	int year = 0, rc;

	if ((rc = handlers_place(c, s, &year, &office, e)) < 0)
		return rc;
	return query_show(s, office, year, json_str(c->params, "item"),
	    json_str(c->params, "at"), ret, e);
}

static int
run_score(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	int year = 0, rc;

	if ((rc = handlers_place(c, s, &year, &office, e)) < 0)
		return rc;
	return query_score_at(
	    s, office, year, json_str(c->params, "at"), ret, e);
}

/* The other office of a comparison: at an office there is none. */
static int
other_office(const struct call *c, const struct store *s, const char **ret,
    struct err *e)
{
	const char *with = json_str(c->params, "with");

	*ret = NULL;
	if (with == NULL || with[0] == '\0')
		return 0;
	if (store_conf(s)->role == ROLE_OFFICE) {
		err_set(e, ERR_USAGE, 0,
		    "no other office is kept here: offices are compared at "
		    "the hall");
		return ERR_USAGE;
	}
	*ret = with;
	return conf_check_code(ROLE_OFFICE, with, e);
}

static int
run_diff(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct query_diff q = { .from = json_str(c->params, "from"),
		.to = json_str(c->params, "to"),
		.record = json_str(c->params, "record"),
		.field = json_str(c->params, "field") };
	int rc;

	if ((rc = handlers_place(c, s, &q.year, &q.office, e)) < 0 ||
	    (rc = other_office(c, s, &q.with, e)) < 0)
		return rc;
	return query_diff_of(s, &q, ret, e);
}

/* --- bringing it back --- */

/* One name, or several. */
static int
revert_names(const struct call *c, cJSON **ret, struct err *e)
{
	const cJSON *list = json_get(c->params, "revisions");
	const char *one = json_str(c->params, "revision");
	cJSON *names;
	int rc;

	if ((one == NULL) == (list == NULL))
		return err_set(e, ERR_USAGE, 0, "name either '%s' or '%s'",
		    "revision", "revisions");
	names = one == NULL ? cJSON_Duplicate(list, 1) : cJSON_CreateArray();
	if (names == NULL)
		return err_nomem(e);
	if (one != NULL && (rc = json_push_str(names, one, e)) < 0) {
		cJSON_Delete(names);
		return rc;
	}
	*ret = names;
	return 0;
}

static int
run_revert(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *one = json_str(c->params, "revision");
	struct revert_ask what = { .skip_changed =
				       json_bool(c->params, "skip_changed", 0),
		.dry_run = json_bool(c->params, "dry_run", 0) };
	cJSON *names = NULL, *saved = NULL;
	struct ask a;
	int rc;

	if ((rc = handlers_ask(c, &a, e)) < 0 ||
	    (rc = revert_names(c, &names, e)) < 0)
		return rc;
	what.revisions = names;
	if ((rc = revert_many(s, &a, &what, &saved, e)) == 0 && one != NULL)
		rc = json_put_str(saved, "reverted", one, e);
	cJSON_Delete(names);
	if (rc < 0)
		cJSON_Delete(saved);
	else
		*ret = saved;
	return rc;
}

static int
run_restore(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const struct restore_ask what = { .record =
					      json_str(c->params, "record"),
		.field = json_str(c->params, "field"),
		.at = json_str(c->params, "at"),
		.dry_run = json_bool(c->params, "dry_run", 0) };
	struct ask a;
	int rc;

	if ((rc = handlers_ask(c, &a, e)) < 0)
		return rc;
	return restore_run(s, &a, &what, ret, e);
}

/* The answer of a long one has no room for its changes: the revision tells. */
static int
after_save(struct call *c, struct err *e)
{
	(void)e;
	if (json_str(c->result, "revision") != NULL)
		server_saved(c->server);
	return 0;
}

const struct handler handlers_past[] = {
	{ "edition.get", run_edition, NULL, NULL },
	{ "assess.show", run_assessment, NULL, NULL },
	{ "record.show", run_show, NULL, NULL },
	{ "score", run_score, NULL, NULL },
	{ "diff", run_diff, NULL, NULL },
	{ "revert", run_revert, NULL, after_save },
	{ "restore", run_restore, NULL, after_save },
};
const size_t handlers_n_past = sizeof(handlers_past) / sizeof(*handlers_past);
