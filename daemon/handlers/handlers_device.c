#include "daemon/handlers/handlers.h"
#include "daemon/server.h"
#include "store/hall/notice.h"
#include "store/hall/renew.h"

static int
run_show(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	(void)c;
	return renew_show(s, ret, e);
}

static int
run_renew(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *letter = json_str(c->params, "letter");
	struct renewed made;
	int rc;

	if (letter != NULL && strlen(letter) != 1)
		return err_set(e, ERR_INVALID, 0,
		    "a device is one letter, not '%s'", letter);
	/* every unsent revision is signed again */
	if ((rc = call_hold(c, e)) < 0 ||
	    (rc = letter != NULL ? renew_device_as(s, letter[0], &made, e)
				 : renew_device(s, NULL, &made, e)) < 0)
		return rc;
	return renew_json(&made, ret, e);
}

static int
after_renew(struct call *c, struct err *e)
{
	return server_reload_conf(c->server, e);
}

static int
run_notices(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	cJSON *obj = cJSON_CreateObject(), *list = NULL;
	int rc;

	(void)c;
	if ((rc = notice_list(s, &list, e)) < 0 ||
	    (rc = json_put(obj, "notices", list, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}

static int
run_clear(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	int64_t n = 0;
	int rc;

	if ((rc = notice_clear(s, json_int(c->params, "id", 0), &n, e)) < 0 ||
	    (rc = json_put_int(obj, "cleared", n, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}

const struct handler handlers_device[] = {
	{ "device.show", run_show, NULL, NULL },
	{ "device.renew", run_renew, NULL, after_renew },
	{ "notice.list", run_notices, NULL, NULL },
	{ "notice.clear", run_clear, NULL, NULL },
};
const size_t handlers_n_device =
    sizeof(handlers_device) / sizeof(*handlers_device);
