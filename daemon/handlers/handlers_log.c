/* The hall's acceptance log, its auditors, province.git. */
#include "base/clock.h"
#include "daemon/handlers/handlers.h"
#include "daemon/server.h"
#include "store/hall/accepted.h"
#include "store/hall/auditors.h"
#include "store/hall/province.h"
#include "store/save/journal.h"

#define LIMIT_DEFAULT 50

static int
read_time(const struct call *c, const struct store *s, const char *name,
    int end_of_day, int64_t *ret, struct err *e)
{
	const char *text = json_str(c->params, name);

	*ret = 0;
	if (text == NULL)
		return 0;
	return clock_parse(text, store_conf(s)->offset_min, end_of_day, ret, e);
}

static int
check_result(const char *result, struct err *e)
{
	static const char *const known[] = { "admitted", "refused", "denied",
		"trouble" };
	size_t i;

	if (result == NULL)
		return 0;
	for (i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(known[i], result) == 0)
			return 0;
	return err_set(e, ERR_USAGE, 0,
	    "result is admitted, refused, denied or trouble, not '%.40s'",
	    result);
}

static int
run_log(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct accepted_query q = { .office = json_str(c->params, "office"),
		.device = json_str(c->params, "device"),
		.result = json_str(c->params, "result"),
		.cursor = json_str(c->params, "cursor"),
		.oldest_first = json_bool(c->params, "oldest_first", 0) };
	int64_t limit = json_int(c->params, "limit", LIMIT_DEFAULT);
	int rc;

	if (limit < 1 || limit > ACCEPTED_PAGE_MAX)
		return err_set(e, ERR_USAGE, 0,
		    "limit is a number from 1 to %d", ACCEPTED_PAGE_MAX);
	q.limit = (int)limit;
	if ((rc = check_result(q.result, e)) < 0 ||
	    (q.office != NULL &&
		(rc = conf_check_code(ROLE_OFFICE, q.office, e)) < 0) ||
	    (rc = read_time(c, s, "since", 0, &q.since, e)) < 0 ||
	    (rc = read_time(c, s, "until", 1, &q.until, e)) < 0 ||
	    (rc = handlers_span(c, q.since, q.until, e)) < 0)
		return rc;
	return accepted_page(store_conf(s)->dir, &q, ret, e);
}

static int
run_province(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	cJSON *obj;
	int changed = 0, rc;

	(void)c;
	/* what was saved is to be found there */
	if ((rc = journal_flush(s, e)) < 0 ||
	    (rc = province_update(s, 1, &changed, e)) < 0)
		return rc;
	obj = cJSON_CreateObject();
	if ((rc = json_put_bool(obj, "changed", changed, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}

static int
run_auditors(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	(void)c;
	return auditors_list(s, ret, e);
}

static int
run_auditors_add(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return auditors_add(
	    s, json_str(c->params, "name"), json_str(c->params, "key"), ret, e);
}

static int
run_auditors_remove(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return auditors_remove(s, json_str(c->params, "name"), ret, e);
}

const struct handler handlers_log[] = {
	{ "hall.log", run_log, NULL, NULL },
	{ "hall.province", run_province, NULL, NULL },
	{ "hall.auditors", run_auditors, NULL, NULL },
	{ "hall.auditors_add", run_auditors_add, NULL, NULL },
	{ "hall.auditors_remove", run_auditors_remove, NULL, NULL },
};
const size_t handlers_n_log = sizeof(handlers_log) / sizeof(*handlers_log);
