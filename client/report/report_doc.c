#include "client/report/report_doc.h"

#include <unistd.h>

#include "client/criteria.h"
#include "client/lang.h"

#define TRIES 5
#define PARTS_MAX 10000

int
report_doc_merge(cJSON *doc, cJSON *part, struct err *e)
{
	cJSON *c, *next, *have;
	int rc = 0;

	for (c = part->child; c != NULL && rc == 0; c = next) {
		next = c->next;
		have = cJSON_IsObject(doc) ? json_get(doc, c->string) : NULL;
		if (cJSON_IsArray(doc)) {
			cJSON_DetachItemViaPointer(part, c);
			rc = json_push(doc, c, e);
		} else if ((cJSON_IsObject(have) && cJSON_IsObject(c)) ||
			   (cJSON_IsArray(have) && cJSON_IsArray(c))) {
			rc = report_doc_merge(have, c, e);
		} else {
			char *key = strdup(c->string);

			cJSON_DetachItemViaPointer(part, c);
			if (key == NULL) {
				cJSON_Delete(c);
				return err_nomem(e);
			}
			rc = json_put(doc, key, c, e);
			free(key);
		}
	}
	return rc;
}

static int
same_text(const cJSON *a, const cJSON *b, const char *key)
{
	const char *x = json_str(a, key), *y = json_str(b, key);

	if (x == NULL || y == NULL)
		return x == y;
	return strcmp(x, y) == 0;
}

static void
tell(const struct cmd *c, int n)
{
	if (!c->json && n > 1 && isatty(STDERR_FILENO))
		fprintf(
		    stderr, "\r\033[K%s %d", _("reading the record, part"), n);
}

/* One reading of all parts; *ret_changed when something was saved between two
 * of them. */
static int
fetch_once(struct cmd *c, const char *method, const cJSON *params, cJSON *doc,
    int *ret_changed, struct err *e)
{
	cJSON *ask, *part = NULL;
	char cursor[64] = "";
	const char *next;
	int rc, n;

	for (n = 1; n <= PARTS_MAX; n++) {
		if ((ask = cJSON_Duplicate(params, 1)) == NULL)
			return err_nomem(e);
		if (cursor[0] != '\0' &&
		    (rc = json_put_str(ask, "cursor", cursor, e)) < 0) {
			cJSON_Delete(ask);
			return rc;
		}
		if ((rc = cmd_ask(c, method, ask, &part, e)) < 0)
			return rc;
		tell(c, n);
		*ret_changed =
		    n > 1 && (!same_text(doc, part, "commit") ||
				 !same_text(doc, part, "hall_commit"));
		next = json_str(part, "next");
		snprintf(
		    cursor, sizeof(cursor), "%s", next != NULL ? next : "");
		cJSON_DeleteItemFromObjectCaseSensitive(part, "next");
		rc = *ret_changed ? 0 : report_doc_merge(doc, part, e);
		cJSON_Delete(part);
		part = NULL;
		if (rc < 0 || *ret_changed || cursor[0] == '\0')
			return rc;
	}
	return err_set(e, ERR_FAILED, 0, "the report has no end");
}

int
report_doc_fetch(struct cmd *c, const char *method, const cJSON *params,
    cJSON **ret, struct err *e)
{
	int rc = 0, changed = 1;
	cJSON *doc = NULL;

	for (int i = 0; i < TRIES && changed; i++) {
		cJSON_Delete(doc);
		if ((doc = cJSON_CreateObject()) == NULL)
			return err_nomem(e);
		if ((rc = fetch_once(c, method, params, doc, &changed, e)) < 0)
			break;
	}
	if (!c->json && isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	if (rc == 0 && changed) {
		rc = err_set(
		    e, ERR_BUSY, 0, "the record changes while it is read");
		err_hint(e, "try again when nobody saves");
	}
	if (rc < 0) {
		cJSON_Delete(doc);
		return rc;
	}
	*ret = doc;
	return 0;
}

const cJSON *
report_doc_find(const cJSON *list, const char *member, const char *value)
{
	const cJSON *one;

	cJSON_ArrayForEach (one, list) {
		const char *is = json_str(one, member);

		if (is != NULL && value != NULL && strcmp(is, value) == 0)
			return one;
	}
	return NULL;
}

const cJSON *
report_doc_score(const cJSON *doc, const char *item)
{
	return report_doc_find(
	    json_get(json_get(doc, "score"), "items"), "id", item);
}

const cJSON *
report_doc_item(const cJSON *doc, const char *item)
{
	return report_doc_find(json_get(doc, "items"), "item", item);
}

const cJSON *
report_doc_gap(const cJSON *doc, const char *item)
{
	return report_doc_find(
	    json_get(json_get(doc, "gaps"), "gaps"), "item", item);
}

const char *
report_doc_target(const cJSON *doc, const char *item)
{
	const char *target = json_str(report_doc_gap(doc, item), "target");

	return target != NULL ? target
			      : json_str(json_get(doc, "gaps"), "target");
}

static const cJSON *
policy(const cJSON *doc)
{
	return json_get(json_get(doc, "edition"), "policy");
}

double
report_doc_max(const cJSON *doc)
{
	int64_t max = json_int(policy(doc), "max", 0);

	return max > 0 ? (double)max : 500;
}

double
report_doc_level_points(const cJSON *doc, const char *level)
{
	const cJSON *points =
	    json_get(json_get(policy(doc), "process"), "points");
	int64_t sum = 0;

	for (size_t i = 0; level != NULL && i < CRITERIA_LEVELS; i++) {
		sum += json_int(points, criteria_levels[i], 0);
		if (strcmp(criteria_levels[i], level) == 0)
			return (double)sum;
	}
	return 0;
}

int
report_doc_unassessed(const cJSON *doc, const char *item)
{
	const cJSON *one;

	cJSON_ArrayForEach (
	    one, json_get(json_get(doc, "score"), "unassessed")) {
		if (cJSON_IsString(one) && strcmp(one->valuestring, item) == 0)
			return 1;
	}
	return 0;
}

const char *
report_doc_join(const cJSON *list, struct buf *ret)
{
	const cJSON *one;

	buf_clear(ret);
	cJSON_ArrayForEach (one, list) {
		if (!cJSON_IsString(one))
			continue;
		buf_puts(ret, ret->len > 0 ? ", " : "");
		buf_puts(ret, one->valuestring);
	}
	return buf_str(ret);
}
