#include "store/hall/notice.h"

#include "base/clock.h"
#include "store/db/mark.h"

#define MARK "notices"

/* {"last":n,"list":[...]}: what cannot be read counts as none. */
static int
read_all(struct store *s, cJSON **ret, struct err *e)
{
	cJSON *all = NULL;
	int rc;

	if ((rc = mark_get(store_db(s), MARK, &all, e)) < 0)
		return rc;
	if (!cJSON_IsArray(json_get(all, "list"))) {
		cJSON_Delete(all);
		all = cJSON_CreateObject();
		if ((rc = json_put(all, "list", cJSON_CreateArray(), e)) < 0) {
			cJSON_Delete(all);
			return rc;
		}
	}
	*ret = all;
	return 0;
}

static int
is_kept(const cJSON *list, const char *kind, const char *key)
{
	const cJSON *n;

	cJSON_ArrayForEach (n, list) {
		const char *k = json_str(n, "kind"), *t = json_str(n, "key");

		if (k != NULL && t != NULL && strcmp(k, kind) == 0 &&
		    strcmp(t, key) == 0)
			return 1;
	}
	return 0;
}

static int
make(struct store *s, int64_t id, const char *kind, const char *key,
    const struct err *said, cJSON *n, struct err *e)
{
	char when[CLOCK_TEXT];
	int rc;

	clock_rfc3339(when, clock_now(), store_conf(s)->offset_min);
	if ((rc = json_put_int(n, "id", id, e)) < 0 ||
	    (rc = json_put_str(n, "time", when, e)) < 0 ||
	    (rc = json_put_str(n, "kind", kind, e)) < 0 ||
	    (rc = json_put_str(n, "key", key, e)) < 0 ||
	    (rc = json_put_str(n, "message", said->msg, e)) < 0 ||
	    (rc = json_put_str(n, "message_th", said->th, e)) < 0 ||
	    (rc = json_put_str(n, "hint", said->hint, e)) < 0)
		return rc;
	return json_put_str(n, "hint_th", said->hint_th, e);
}

int
notice_add(struct store *s, const char *kind, const char *key,
    const struct err *said, struct err *e)
{
	cJSON *all = NULL, *list, *n = NULL;
	int64_t id;
	int rc;

	if ((rc = read_all(s, &all, e)) < 0)
		return rc;
	list = json_get(all, "list");
	if (is_kept(list, kind, key))
		goto out;
	id = json_int(all, "last", 0) + 1;
	n = cJSON_CreateObject();
	if ((rc = make(s, id, kind, key, said, n, e)) < 0) {
		cJSON_Delete(n);
		goto out;
	}
	if ((rc = json_push(list, n, e)) < 0)
		goto out;
	while (cJSON_GetArraySize(list) > NOTICE_MAX)
		cJSON_DeleteItemFromArray(list, 0);
	cJSON_DeleteItemFromObjectCaseSensitive(all, "last");
	if ((rc = json_put_int(all, "last", id, e)) == 0)
		rc = mark_set(store_db(s), MARK, all, e);
out:
	cJSON_Delete(all);
	return rc;
}

/* "run pmqa enroll": done, once the hall knows the machine as what it is. */
static int
drop_done(const struct store *s, cJSON *n, struct err *e)
{
	const struct conf *c = store_conf(s);
	const char *kind = json_str(n, "kind");
	int rc;

	if (kind == NULL || strcmp(kind, "restored") != 0 ||
	    c->road_device != '\0')
		return 0;
	cJSON_DeleteItemFromObjectCaseSensitive(n, "hint");
	cJSON_DeleteItemFromObjectCaseSensitive(n, "hint_th");
	if ((rc = json_put_str(n, "hint", "", e)) < 0)
		return rc;
	return json_put_str(n, "hint_th", "", e);
}

int
notice_list(struct store *s, cJSON **ret, struct err *e)
{
	cJSON *all = NULL, *list, *n;
	int rc;

	if ((rc = read_all(s, &all, e)) < 0)
		return rc;
	list = cJSON_DetachItemFromObjectCaseSensitive(all, "list");
	cJSON_Delete(all);
	cJSON_ArrayForEach (n, list) {
		cJSON_DeleteItemFromObjectCaseSensitive(n, "key");
		if ((rc = drop_done(s, n, e)) < 0) {
			cJSON_Delete(list);
			return rc;
		}
	}
	*ret = list;
	return 0;
}

int
notice_clear(struct store *s, int64_t id, int64_t *ret_n, struct err *e)
{
	cJSON *all = NULL, *list;
	int i, rc;

	*ret_n = 0;
	if ((rc = read_all(s, &all, e)) < 0)
		return rc;
	list = json_get(all, "list");
	for (i = cJSON_GetArraySize(list) - 1; i >= 0; i--) {
		if (id != 0 &&
		    json_int(cJSON_GetArrayItem(list, i), "id", 0) != id)
			continue;
		cJSON_DeleteItemFromArray(list, i);
		(*ret_n)++;
	}
	if (*ret_n > 0)
		rc = mark_set(store_db(s), MARK, all, e);
	else if (id != 0)
		rc = err_set(e, ERR_NOT_FOUND, 0, "there is no notice %lld",
		    (long long)id);
	cJSON_Delete(all);
	return rc;
}
