#include "store/edition.h"
#include "store/edition_shape.h"

/* The words for how sure a figure is: seen in a source; seen only in a
 * program's source; recalled; our own wording; not known. */
#define SURE "found found-code recalled own unknown"
#define CONFIDENCE "high medium low"

static const struct field policy_shape[] = {
	SHAPE_WORD("category", 1, "mean"),
	SHAPE("max", FIELD_INT, 1, 1, 3 * EDITION_POINTS_MAX, NULL),
	SHAPE_PART("process"),
	SHAPE_PART("result"),
	SHAPE_WORD("total", 1, "mean"),
};
static const struct field process_policy_shape[] = {
	SHAPE("partial_credit", FIELD_BOOL, 1, 0, 0, NULL),
	SHAPE_PART("points"),
};
static const struct field level_points_shape[] = {
	SHAPE("basic", FIELD_INT, 1, 0, EDITION_POINTS_MAX, NULL),
	SHAPE("advance", FIELD_INT, 1, 0, EDITION_POINTS_MAX, NULL),
	SHAPE("significance", FIELD_INT, 1, 0, EDITION_POINTS_MAX, NULL),
};
static const struct field result_policy_shape[] = {
	SHAPE_PART("bands"),
	SHAPE_WORD("item", 1, "mean"),
	SHAPE_WORD("larger_is_better", 1, "actual-by-target"),
	SHAPE_WORD("measure", 1, "mean"),
	SHAPE_WORD("missing_required", 1, "unassessed"),
	SHAPE_WORD("smaller_is_better", 1, "two-less-actual-by-target"),
};
static const struct field band_shape[] = {
	SHAPE_WORD("rule", 1, "proportional fixed"),
	SHAPE("points", FIELD_INT, 1, 0, EDITION_POINTS_MAX, NULL),
	SHAPE("below_permille", FIELD_INT, 0, 1, 100000, NULL),
	SHAPE("up_to_permille", FIELD_INT, 0, 1, 100000, NULL),
};
static const struct field threshold_shape[] = {
	SHAPE("id", FIELD_ID, 1, 0, 64, NULL),
	SHAPE("points", FIELD_INT, 1, 0, 3 * EDITION_POINTS_MAX, NULL),
	SHAPE_WORD("sure", 1, SURE),
	SHAPE_WORD("confidence", 0, CONFIDENCE),
	SHAPE("sources", FIELD_OPAQUE, 0, 0, 0, NULL),
	SHAPE_TITLE("title_th"),
	SHAPE_TITLE("title_en"),
};
static const struct field sureness_shape[] = {
	SHAPE("of", FIELD_LINE, 1, 0, 200, NULL),
	SHAPE_WORD("sure", 1, SURE),
	SHAPE_WORD("confidence", 0, CONFIDENCE),
	SHAPE("sources", FIELD_OPAQUE, 0, 0, 0, NULL),
	SHAPE_TITLE("note_th"),
	SHAPE_TITLE("note_en"),
};
static const struct field source_shape[] = {
	SHAPE("id", FIELD_ID, 1, 0, 64, NULL),
	SHAPE_TITLE("title"),
};

#define CHECK(obj, shape, place, e)                                            \
	edition_shape_check(obj, shape, SHAPE_LEN(shape), place, e)

static int
check_process_policy(const cJSON *policy, struct err *e)
{
	const cJSON *process = json_get(policy, "process");
	const cJSON *points = json_get(process, "points");
	int64_t sum = 0;
	int level, rc;

	if ((rc = CHECK(process, process_policy_shape, "policy.process", e)) <
		0 ||
	    (rc = CHECK(
		 points, level_points_shape, "policy.process.points", e)) < 0)
		return rc;
	for (level = 0; level < N_LEVELS; level++)
		sum += json_int(points, level_name(level), 0);
	if (sum != json_int(policy, "max", 0))
		return err_set(e, ERR_INVALID, 0,
		    "'policy.max' must be the sum of the levels' points");
	return 0;
}

/* Bands rise and meet: each but the last ends somewhere above the one before;
 * the last is open. */
static int
check_bands(const cJSON *result, int64_t max, struct err *e)
{
	const cJSON *list = edition_shape_list(result, "bands", 1, 20, e);
	int64_t end, before = 0;
	const cJSON *c;
	int rc;

	if (list == NULL)
		return ERR_INVALID;
	cJSON_ArrayForEach (c, list) {
		if ((rc = CHECK(c, band_shape, "policy.result.bands", e)) < 0)
			return rc;
		end = json_int(c, "below_permille", 0) +
		      json_int(c, "up_to_permille", 0);
		if ((json_get(c, "below_permille") != NULL &&
			json_get(c, "up_to_permille") != NULL) ||
		    (end == 0) != (c->next == NULL) ||
		    (end != 0 && end <= before) ||
		    json_int(c, "points", 0) > max)
			return err_set(e, ERR_INVALID, 0,
			    "'policy.result.bands' must rise, each with one "
			    "end but the last, and give at most %lld points",
			    (long long)max);
		before = end;
	}
	return 0;
}

static int
check_policy(const cJSON *root, struct err *e)
{
	const cJSON *policy = json_get(root, "policy");
	const cJSON *result = json_get(policy, "result");
	int rc;

	if ((rc = CHECK(policy, policy_shape, "policy", e)) < 0)
		return rc;
	if ((rc = check_process_policy(policy, e)) < 0)
		return rc;
	if ((rc = CHECK(result, result_policy_shape, "policy.result", e)) < 0)
		return rc;
	return check_bands(result, json_int(policy, "max", 0), e);
}

static int
is_source(const cJSON *root, const cJSON *name)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(root, "sources")) {
		if (cJSON_IsString(name) &&
		    strcmp(json_str(c, "id"), name->valuestring) == 0)
			return 1;
	}
	return 0;
}

/* The members of a list: their shape, and that what they name in "sources" is
 * one of the edition's sources. */
static int
check_list(const cJSON *root, const char *name, const struct field *shape,
    size_t n, struct err *e)
{
	const cJSON *list = edition_shape_list(root, name, 1, 100, e);
	const cJSON *c, *names, *source;
	int rc;

	if (list == NULL)
		return ERR_INVALID;
	cJSON_ArrayForEach (c, list) {
		if ((rc = edition_shape_check(c, shape, n, name, e)) < 0)
			return rc;
		if ((names = json_get(c, "sources")) == NULL)
			continue;
		if (edition_shape_list(c, "sources", 1, 20, e) == NULL)
			return ERR_INVALID;
		cJSON_ArrayForEach (source, names) {
			if (!is_source(root, source))
				return err_set(e, ERR_INVALID, 0,
				    "'%s' names a source that is not listed",
				    name);
		}
	}
	return 0;
}

#define CHECK_LIST(root, name, shape, e)                                       \
	check_list(root, name, shape, SHAPE_LEN(shape), e)

static int
check_evidence(const cJSON *root, struct err *e)
{
	int rc;

	if ((rc = CHECK_LIST(root, "sources", source_shape, e)) < 0)
		return rc;
	if ((rc = CHECK_LIST(root, "sureness", sureness_shape, e)) < 0)
		return rc;
	if (json_get(root, "thresholds") == NULL)
		return 0;
	return CHECK_LIST(root, "thresholds", threshold_shape, e);
}

int
edition_rules_check(const cJSON *root, struct err *e)
{
	int rc;

	if ((rc = check_policy(root, e)) < 0)
		return rc;
	return check_evidence(root, e);
}
