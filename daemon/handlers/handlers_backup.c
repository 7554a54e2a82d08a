#include "daemon/handlers/handlers.h"
#include "daemon/server.h"
#include "store/backup/backup.h"

static const char *
token_of(const struct call *c)
{
	return json_str(c->params, "token");
}

static int
run_begin(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return backup_begin(s, json_bool(c->params, "without_keys", 0), ret, e);
}

static int
run_step(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	/* the last one links every object of every repository */
	int rc = call_hold(c, e);

	return rc < 0 ? rc : backup_step(s, token_of(c), ret, e);
}

static int
run_sum(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return backup_sum(s, token_of(c), call_progress, c, ret, e);
}

static int
run_sign(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return backup_sign(s, token_of(c), ret, e);
}

static int
run_read(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return backup_read(s, token_of(c), json_int(c->params, "n", -1),
	    json_int(c->params, "at", 0), ret, e);
}

static int
run_end(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	int rc;

	if ((rc = call_hold(c, e)) < 0 ||
	    (rc = backup_end(s, token_of(c), e)) < 0)
		return rc;
	*ret = cJSON_CreateObject();
	return *ret == NULL ? err_nomem(e) : 0;
}

const struct handler handlers_backup[] = {
	{ "backup.begin", run_begin, NULL, NULL },
	{ "backup.step", run_step, NULL, NULL },
	{ "backup.sum", run_sum, NULL, NULL },
	{ "backup.sign", run_sign, NULL, NULL },
	{ "backup.read", run_read, NULL, NULL },
	{ "backup.end", run_end, NULL, NULL },
};
const size_t handlers_n_backup =
    sizeof(handlers_backup) / sizeof(*handlers_backup);
