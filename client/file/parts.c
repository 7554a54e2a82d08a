#include "client/file/parts.h"

int
parts_fetch(struct cmd *c, int first, int last, parts_ask *ask,
    parts_take *take, void *arg, struct err *e)
{
	int64_t id = 0, next = 0;
	cJSON *part = NULL;
	int n, rc;

	if (first > last)
		return 0;
	if ((rc = ask(arg, first, &id, e)) < 0)
		return rc;
	for (n = first; n <= last; n++) {
		if (n < last && (rc = ask(arg, n + 1, &next, e)) < 0)
			return rc;
		if ((rc = cmd_wait(c, id, &part, e)) < 0)
			return rc;
		rc = take(arg, part, e);
		cJSON_Delete(part);
		part = NULL;
		if (rc < 0)
			return rc;
		id = next;
	}
	return 0;
}
