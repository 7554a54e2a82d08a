#include "daemon/sync/sync_files.h"

static int
push_failed(cJSON *list, const struct sync_file *f, struct err *e)
{
	cJSON *v = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(v, "sha256", f->sha, e)) < 0 ||
	    (rc = json_put_str(
		 v, "class", sync_class_name(f->fault.class), e)) < 0 ||
	    (rc = json_put_str(v, "message", f->fault.err.msg, e)) < 0 ||
	    (rc = json_put_str(v, "message_th", f->fault.err.th, e)) < 0) {
		cJSON_Delete(v);
		return rc;
	}
	return json_push(list, v, e);
}

int
sync_files_json(const struct sync_outcome *o, cJSON *obj, struct err *e)
{
	cJSON *v = cJSON_CreateObject(), *failed = cJSON_CreateArray();
	int i, rc;

	if ((rc = json_put(obj, "evidence", v, e)) < 0) {
		cJSON_Delete(failed);
		return rc;
	}
	if ((rc = json_put(v, "failed", failed, e)) < 0 ||
	    (rc = json_put_int(v, "sent", o->files_sent, e)) < 0 ||
	    (rc = json_put_int(v, "left", o->files_left, e)) < 0 ||
	    (rc = json_put_int(v, "fetched", o->files_fetched, e)) < 0 ||
	    (rc = json_put_int(v, "absent", o->files_absent, e)) < 0 ||
	    (rc = json_put_bool(v, "held", o->files_held, e)) < 0)
		return rc;
	for (i = 0; i < o->n_files; i++)
		if ((rc = push_failed(failed, &o->files[i], e)) < 0)
			return rc;
	return 0;
}
