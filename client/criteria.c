#include "client/criteria.h"

#include "client/lang.h"

const char *const criteria_levels[CRITERIA_LEVELS] = { "basic", "advance",
	"significance" };

static const cJSON *
with_id(const cJSON *list, const char *id)
{
	const cJSON *one;

	cJSON_ArrayForEach (one, list) {
		const char *is = json_str(one, "id");

		if (is != NULL && id != NULL && strcmp(is, id) == 0)
			return one;
	}
	return NULL;
}

const cJSON *
criteria_item(const cJSON *edition, const char *id)
{
	return with_id(json_get(edition, "items"), id);
}

const cJSON *
criteria_category(const cJSON *edition, const char *id)
{
	return with_id(json_get(edition, "categories"), id);
}

const char *
criteria_title(const cJSON *of)
{
	const char *title =
	    lang_pick(json_str(of, "title_en"), json_str(of, "title_th"));

	return title[0] != '\0' ? title
				: lang_pick(json_str(of, "label_en"),
				      json_str(of, "label_th"));
}

const cJSON *
criteria_points(const cJSON *item, const char *level)
{
	return json_get(json_get(item, "points"), level);
}
