#include "store/criteria/edition.h"
#include "store/record/record.h"

/* "7.1.2": the form of a measure's name. */
static int
is_measure(const char *id)
{
	const char *dot = strrchr(id, '.');
	char item[8];
	size_t n;

	if (dot == NULL || (size_t)(dot - id) >= sizeof(item))
		return 0;
	snprintf(item, sizeof(item), "%.*s", (int)(dot - id), id);
	n = strspn(dot + 1, "0123456789");
	return edition_is_item(item) && n >= 1 && n <= 2 && dot[1] != '0' &&
	       dot[1 + n] == '\0';
}

static int
has_measure(const struct edition *ed, const char *id)
{
	const struct edition_item *it;
	const cJSON *c;
	char item[8];

	snprintf(item, sizeof(item), "%.*s", (int)(strrchr(id, '.') - id), id);
	if ((it = edition_item(ed, item)) == NULL)
		return 0;
	cJSON_ArrayForEach (c, json_get(it->json, "measures")) {
		if (strcmp(json_str(c, "id"), id) == 0)
			return 1;
	}
	return 0;
}

static int
check_id(const char *id, const struct edition *ed, struct err *e)
{
	const struct edition_item *it;
	enum level level;
	char item[8];

	if (edition_split_point(id, item, &level))
		return ed != NULL ? edition_point(ed, id, &it, &level, e) : 0;
	if (!is_measure(id))
		return err_set(e, ERR_INVALID, 0,
		    "'%.20s' is neither a point such as 1.1.B2 nor a measure "
		    "such as 7.1.2",
		    id);
	if (ed != NULL && !has_measure(ed, id))
		return err_set(e, ERR_NOT_FOUND, 0,
		    "edition '%s' has no measure '%s'", edition_id(ed), id);
	return 0;
}

static int
check_text(const cJSON *text, const char *id, const char *lang, struct err *e)
{
	static const struct field line = { .type = FIELD_LINE,
		.max = EDITION_SENTENCE_MAX };
	char name[32];

	snprintf(name, sizeof(name), "%.20s.%s", id, lang);
	return record_value_check(&line, name, text, e);
}

static int
check_sentences(const cJSON *of, const char *id, struct err *e)
{
	const cJSON *c;
	int rc;

	if (!cJSON_IsObject(of) || of->child == NULL)
		return err_set(e, ERR_INVALID, 0,
		    "the wording of '%.20s' must be an object with 'th', 'en' "
		    "or both",
		    id);
	cJSON_ArrayForEach (c, of) {
		if (strcmp(c->string, "th") != 0 &&
		    strcmp(c->string, "en") != 0)
			return err_set(e, ERR_INVALID, 0,
			    "the wording of '%.20s' has another member than "
			    "'th' and 'en'",
			    id);
		if ((rc = check_text(c, id, c->string, e)) < 0)
			return rc;
	}
	return 0;
}

int
edition_wording_check(
    const cJSON *texts, const struct edition *ed, struct err *e)
{
	const cJSON *c;
	int rc;

	if (!cJSON_IsObject(texts))
		return err_set(
		    e, ERR_INVALID, 0, "'%s' must be an object", "texts");
	cJSON_ArrayForEach (c, texts) {
		if ((rc = check_id(c->string, ed, e)) < 0)
			return rc;
		if ((rc = check_sentences(c, c->string, e)) < 0)
			return rc;
	}
	return 0;
}
