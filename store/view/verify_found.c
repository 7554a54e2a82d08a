/* What verify has found, and the result as it is told. */
#include "base/clock.h"
#include "store/view/verify_state.h"

#define MAX_FINDINGS 500
#define THAI_MIN 420

int
verify_is_finding(int rc)
{
	switch (rc) {
	case ERR_REFUSED:
	case ERR_DAMAGED:
	case ERR_CONFLICT:
	case ERR_INVALID:
	case ERR_NOT_FOUND:
	case ERR_FAILED:
		return 1;
	default:
		return 0;
	}
}

static int
put_finding(cJSON *obj, const char *severity, const char *class,
    const char *where, const struct err *f, struct err *e)
{
	int rc;

	if ((rc = json_put_str(obj, "severity", severity, e)) < 0 ||
	    (rc = json_put_str(obj, "class", class, e)) < 0 ||
	    (rc = json_put_str(obj, "where", where, e)) < 0 ||
	    (rc = json_put_str(obj, "what", f->msg, e)) < 0 ||
	    (rc = json_put_str(obj, "what_th", f->th, e)) < 0 ||
	    (rc = json_put_str(obj, "advice", f->hint, e)) < 0)
		return rc;
	return json_put_str(obj, "advice_th", f->hint_th, e);
}

int
verify_found(struct verify *v, const char *severity, const char *class,
    const char *where, const struct err *f, struct err *e)
{
	cJSON *obj;
	int rc;

	if (strcmp(severity, "error") == 0)
		v->n_errors++;
	/* counted all the same: the last entry says how many more */
	if (v->n_findings++ >= MAX_FINDINGS)
		return 0;
	if ((obj = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	if ((rc = put_finding(obj, severity, class, where, f, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	return json_push(v->findings, obj, e);
}

int
verify_or_found(struct verify *v, const char *class, const char *where, int rc,
    const struct err *f, struct err *e)
{
	if (rc >= 0)
		return 0;
	if (verify_is_finding(rc))
		return verify_found(v, "error", class, where, f, e);
	if (e != NULL)
		*e = *f;
	return rc;
}

int
verify_take(struct verify *v, struct verify *job, struct err *e)
{
	cJSON *one;
	size_t listed = 0;
	int rc;

	v->commits += job->commits;
	v->receipts += job->receipts;
	v->records += job->records;
	v->evidence += job->evidence;
	v->before += job->before;
	v->unreadable |= job->unreadable;
	v->n_errors += job->n_errors;
	while (v->proved != NULL && job->proved != NULL &&
	       (one = cJSON_DetachItemFromArray(job->proved, 0)) != NULL)
		if ((rc = json_put(v->proved, one->string, one, e)) < 0)
			return rc;
	while ((one = cJSON_DetachItemFromArray(job->findings, 0)) != NULL) {
		listed++;
		if (v->n_findings++ >= MAX_FINDINGS)
			cJSON_Delete(one);
		else if ((rc = json_push(v->findings, one, e)) < 0)
			return rc;
	}
	v->n_findings += job->n_findings - listed;
	return 0;
}

static int
put_checked(const struct verify *v, cJSON *out, struct err *e)
{
	cJSON *checked = cJSON_CreateObject();
	int rc;

	if ((rc = json_put(out, "checked", checked, e)) < 0 ||
	    (rc = json_put_int(checked, "commits", v->commits, e)) < 0 ||
	    (rc = json_put_int(checked, "signatures", v->commits, e)) < 0 ||
	    (rc = json_put_int(checked, "receipts", v->receipts, e)) < 0 ||
	    (rc = json_put_int(checked, "evidence", v->evidence, e)) < 0)
		return rc;
	if (store_conf(v->store)->role == ROLE_HALL &&
	    (rc = json_put_int(checked, "log", v->lines, e)) < 0)
		return rc;
	if ((rc = json_put_int(checked, "records", v->records, e)) < 0)
		return rc;
	return json_put_int(checked, "proved_before", v->before, e);
}

static int
put_head(const struct verify *v, cJSON *out, struct err *e)
{
	char since[CLOCK_TEXT];
	int rc;

	clock_rfc3339(since, v->base.time, THAI_MIN);
	if ((rc = json_put_bool(out, "ok", v->n_errors == 0, e)) < 0 ||
	    (rc = json_put_bool(out, "deep", v->deep, e)) < 0)
		return rc;
	return json_put_str(out, "since", v->deep ? NULL : since, e);
}

int
verify_result(struct verify *v, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	struct err f;
	int rc;

	if (out == NULL)
		return err_nomem(e);
	if (v->n_findings > MAX_FINDINGS) {
		err_set(&f, ERR_DAMAGED, 0, "%zu findings more are not listed",
		    v->n_findings - MAX_FINDINGS);
		v->n_findings = 0; /* room for this one */
		if ((rc = verify_found(v, "note", "unchecked", "-", &f, e)) < 0)
			goto out;
	}
	if ((rc = put_head(v, out, e)) < 0 || (rc = put_checked(v, out, e)) < 0)
		goto out;
	rc = json_put(out, "findings", v->findings, e);
	v->findings = NULL; /* taken in any case */
	if (rc < 0)
		goto out;
	*ret = out;
	out = NULL;
out:
	cJSON_Delete(out);
	return rc;
}
