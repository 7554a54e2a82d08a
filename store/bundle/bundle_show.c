#include "store/bundle/bundle_show.h"

int
bundle_show_note(const cJSON *note, cJSON *obj, struct err *e)
{
	static const char *const same[] = { "from", "to", "office", "hall",
		"time", "since", "newest", "revisions", "left", "receipts" };
	size_t i;
	int rc;

	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if ((rc = json_put(obj, same[i],
			 cJSON_Duplicate(json_get(note, same[i]), 1), e)) < 0)
			return rc;
	return json_put_int(
	    obj, "files", cJSON_GetArraySize(json_get(note, "files")), e);
}
