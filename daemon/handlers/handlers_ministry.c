/* A ministry's provinces: which they are, and how the fetching goes. */
#include "base/log.h"
#include "daemon/handlers/handlers.h"
#include "daemon/server.h"
#include "store/db/mark.h"
#include "store/hall/ministry.h"

static int
run_key(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	(void)c;
	return ministry_key(s, ret, e);
}

static int
run_add(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return ministry_add(s, json_str(c->params, "line"), ret, e);
}

static int
run_list(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	(void)c;
	return ministry_list(s, ret, e);
}

static int
run_remove(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *code = json_str(c->params, "code");
	char mark[24];
	int rc;

	/* every revision of its offices goes from the index */
	if ((rc = call_hold(c, e)) < 0 ||
	    (rc = ministry_remove(s, code, ret, e)) < 0)
		return rc;
	snprintf(mark, sizeof(mark), "province-%.2s", code);
	return mark_set(store_db(s), mark, NULL, e);
}

static int
begin_sync(struct call *c, cJSON **ret, struct err *e)
{
	cJSON *o;
	int rc;

	rc = ministry_sync_now(
	    c->server->provinces, json_str(c->params, "code"), e);
	if (rc < 0)
		return rc;
	if ((o = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	*ret = o;
	return 0;
}

/* What only the loop knows. */
static int
after_list(struct call *c, struct err *e)
{
	cJSON *p;
	int rc = 0;

	cJSON_ArrayForEach (p, json_get(c->result, "provinces")) {
		if (rc == 0)
			rc = ministry_sync_put(c->server->provinces, p, e);
	}
	return rc;
}

/* Who reads, and the flow, learn of it. */
static int
after_change(struct call *c, struct err *e)
{
	struct err own;

	(void)e;
	memset(&own, 0, sizeof(own));
	/* it is done: the next start would find it so */
	if (server_reload_conf(c->server, &own) < 0)
		log_err("cannot read the provinces again", &own);
	return 0;
}

const struct handler handlers_ministry[] = {
	{ "ministry.key", run_key, NULL, NULL },
	{ "ministry.add", run_add, NULL, after_change },
	{ "ministry.list", run_list, NULL, after_list },
	{ "ministry.remove", run_remove, NULL, after_change },
	{ "ministry.sync", NULL, begin_sync, NULL },
};
const size_t handlers_n_ministry =
    sizeof(handlers_ministry) / sizeof(*handlers_ministry);
