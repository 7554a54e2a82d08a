#include "daemon/sync/sync_kept.h"

static int
put_fault(cJSON *o, const struct sync_fault *f, struct err *e)
{
	cJSON *v;
	int rc;

	if (f->class == SYNC_NONE)
		return 0;
	v = cJSON_CreateObject();
	if ((rc = json_put(o, "fault", v, e)) < 0 ||
	    (rc = json_put_str(v, "class", sync_class_name(f->class), e)) < 0 ||
	    (rc = json_put_str(v, "code", err_name(f->err.code), e)) < 0 ||
	    (rc = json_put_str(v, "message", f->err.msg, e)) < 0 ||
	    (rc = json_put_str(v, "message_th", f->err.th, e)) < 0 ||
	    (rc = json_put_str(v, "hint", f->err.hint, e)) < 0)
		return rc;
	return json_put_str(v, "hint_th", f->err.hint_th, e);
}

static int
put_pause(cJSON *o, const struct sync_pause *p, struct err *e)
{
	cJSON *v;
	int rc;

	if (!p->on)
		return 0;
	v = cJSON_CreateObject();
	if ((rc = json_put(o, "pause", v, e)) < 0 ||
	    (rc = json_put_int(v, "since", p->since, e)) < 0 ||
	    (rc = json_put_int(v, "until", p->until, e)) < 0)
		return rc;
	return json_put_str(v, "by", p->by, e);
}

int
sync_kept_json(const struct sync_kept *k, cJSON **ret, struct err *e)
{
	cJSON *o = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_int(o, "last_success", k->last_success, e)) < 0 ||
	    (rc = json_put_int(o, "failing_since", k->failing_since, e)) < 0 ||
	    (rc = json_put_int(o, "failures", k->n_failures, e)) < 0 ||
	    (rc = put_fault(o, &k->fault, e)) < 0 ||
	    (rc = put_pause(o, &k->pause, e)) < 0) {
		cJSON_Delete(o);
		return rc;
	}
	*ret = o;
	return 0;
}

static int64_t
moment(const cJSON *v, const char *name)
{
	int64_t t = json_int(v, name, 0);

	return t < 0 ? 0 : t;
}

static void
take_text(const cJSON *v, const char *name, char *ret, size_t size)
{
	const char *s = json_str(v, name);

	err_text(ret, size, s != NULL ? s : "");
}

static void
read_fault(const cJSON *v, struct sync_fault *ret)
{
	const char *name = json_str(v, "class"), *code = json_str(v, "code");
	enum sync_class c;

	for (c = SYNC_RETRY; c <= SYNC_REFUSED; c++) {
		if (name == NULL || strcmp(name, sync_class_name(c)) != 0)
			continue;
		ret->class = c;
		ret->err.code = err_code_of(code != NULL ? code : "");
		take_text(v, "message", ret->err.msg, sizeof(ret->err.msg));
		take_text(v, "message_th", ret->err.th, sizeof(ret->err.th));
		take_text(v, "hint", ret->err.hint, sizeof(ret->err.hint));
		take_text(
		    v, "hint_th", ret->err.hint_th, sizeof(ret->err.hint_th));
	}
}

void
sync_kept_read(const cJSON *v, struct sync_kept *ret)
{
	const cJSON *pause = json_get(v, "pause");
	int64_t n = json_int(v, "failures", 0);

	memset(ret, 0, sizeof(*ret));
	ret->last_success = moment(v, "last_success");
	read_fault(json_get(v, "fault"), &ret->fault);
	if (ret->fault.class != SYNC_NONE) {
		ret->failing_since = moment(v, "failing_since");
		ret->n_failures = n < 0 || n > 1000000 ? 0 : (int)n;
	}
	if (!cJSON_IsObject(pause))
		return;
	ret->pause.on = 1;
	ret->pause.since = moment(pause, "since");
	ret->pause.until = moment(pause, "until");
	take_text(pause, "by", ret->pause.by, sizeof(ret->pause.by));
}
