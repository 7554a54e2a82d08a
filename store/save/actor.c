#include "store/save/actor.h"

#include "base/clock.h"
#include "base/text.h"

/* The system's user list holds any bytes: what a record cannot take gives the
 * login. */
static int
put_name(cJSON *obj, const struct person *p, struct err *e)
{
	char *nfc = NULL;
	int rc = text_nfc(p->name, strlen(p->name), &nfc, e);

	if (rc == ERR_NOMEM)
		return rc;
	if (rc < 0 || nfc[0] == '\0' || strpbrk(nfc, "\n\t") != NULL)
		rc = json_put_str(obj, "name", p->login, e);
	else
		rc = json_put_str(obj, "name", nfc, e);
	free(nfc);
	return rc;
}

int
actor_json(struct store *s, const struct person *p, int64_t when, cJSON **ret,
    struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	char text[CLOCK_TEXT];
	int rc;

	clock_rfc3339(text, when, store_conf(s)->offset_min);
	if ((rc = json_put_str(obj, "time", text, e)) < 0 ||
	    (rc = json_put_str(obj, "login", p->login, e)) < 0 ||
	    (rc = put_name(obj, p, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}

int
actor_person(const cJSON *of, cJSON **ret, struct err *e)
{
	cJSON *obj;
	int rc;

	if (of == NULL) {
		*ret = cJSON_CreateNull();
		return *ret == NULL ? err_nomem(e) : 0;
	}
	obj = cJSON_CreateObject();
	if ((rc = json_put_str(obj, "login", json_str(of, "login"), e)) < 0 ||
	    (rc = json_put_str(obj, "name", json_str(of, "name"), e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}
