#include "store/criteria/edition_shape.h"

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
	SHAPE_WORD("method", 0, "bands linear"),
	SHAPE_MAYBE("bands"),
	SHAPE_MAYBE("linear"),
	SHAPE_WORD("own_measures", 0, "count show"),
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
static const struct field linear_shape[] = {
	SHAPE("points_at_floor", FIELD_INT, 1, 0, EDITION_POINTS_MAX, NULL),
	SHAPE("points_at_ceiling", FIELD_INT, 1, 0, EDITION_POINTS_MAX, NULL),
	SHAPE("floor", FIELD_DECIMAL, 1, 0, 40, NULL),
	SHAPE("ceiling", FIELD_DECIMAL, 1, 0, 40, NULL),
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
static const struct field group_shape[] = {
	SHAPE("id", FIELD_ID, 1, 0, 16, NULL),
	SHAPE_TITLE("part_th"),
	SHAPE_TITLE("part_en"),
	SHAPE_TITLE("title_th"),
	SHAPE_TITLE("title_en"),
	SHAPE_PART("questions"),
};
static const struct field question_shape[] = {
	SHAPE("id", FIELD_ID, 1, 0, 16, NULL),
	SHAPE_TITLE("title_th"),
	SHAPE_TITLE("title_en"),
};

static int
check_process_policy(const cJSON *policy, struct edition_faults *k)
{
	const cJSON *process = json_get(policy, "process");
	const cJSON *points = json_get(process, "points");
	int64_t sum = 0;
	int level, rc;

	if ((rc = EDITION_SHAPE(
		 process, process_policy_shape, "policy.process", k)) != 0 ||
	    (rc = EDITION_SHAPE(
		 points, level_points_shape, "policy.process.points", k)) != 0)
		return rc;
	for (level = 0; level < N_LEVELS; level++)
		sum += json_int(points, level_name((enum level)level), 0);
	if (sum != json_int(policy, "max", 0))
		return edition_fault(k, "policy.max",
		    err_set(&k->fault, ERR_INVALID, 0,
			"'policy.max' must be the sum of the levels' points"));
	return 0;
}

/* Bands rise and meet: each but the last ends somewhere above the one before;
 * the last is open. */
static int
check_bands(const cJSON *result, int64_t max, struct edition_faults *k)
{
	const cJSON *list = NULL, *c;
	int64_t end, before = 0;
	int rc;

	if ((rc = edition_shape_list(
		 result, "bands", 1, 20, "policy.result", k, &list)) != 0)
		return rc;
	cJSON_ArrayForEach (c, list) {
		if ((rc = EDITION_SHAPE(
			 c, band_shape, "policy.result.bands", k)) != 0)
			return rc;
		end = json_int(c, "below_permille", 0) +
		      json_int(c, "up_to_permille", 0);
		if ((json_get(c, "below_permille") != NULL &&
			json_get(c, "up_to_permille") != NULL) ||
		    (end == 0) != (c->next == NULL) ||
		    (end != 0 && end <= before) ||
		    json_int(c, "points", 0) > max)
			return edition_fault(k, "policy.result.bands",
			    err_set(&k->fault, ERR_INVALID, 0,
				"'policy.result.bands' must rise, each with "
				"one end but the last, and give at most %lld "
				"points",
				(long long)max));
		before = end;
	}
	return 0;
}

static int
check_linear(const cJSON *result, int64_t max, struct edition_faults *k)
{
	static const char place[] = "policy.result.linear";
	const cJSON *linear = json_get(result, "linear");
	int rc = EDITION_SHAPE(linear, linear_shape, place, k);

	if (rc != 0)
		return rc;
	if (!edition_limits(
		json_str(linear, "floor"), json_str(linear, "ceiling")))
		return edition_fault(k, place,
		    err_set(&k->fault, ERR_INVALID, 0,
			"'%s' must have a floor from 0 and a ceiling above it, "
			"up to 1000 per cent, with at most 3 decimals",
			place));
	if (json_int(linear, "points_at_floor", 0) >=
		json_int(linear, "points_at_ceiling", 0) ||
	    json_int(linear, "points_at_ceiling", 0) > max)
		return edition_fault(k, place,
		    err_set(&k->fault, ERR_INVALID, 0,
			"'%s' must give more points at the ceiling than at the "
			"floor, at most %lld",
			place, (long long)max));
	return 0;
}

/* The figures of the method that is used, and of no other: figures that mean
 * nothing would be read as if they did. */
static int
check_result_policy(const cJSON *policy, struct edition_faults *k)
{
	const cJSON *result = json_get(policy, "result");
	int64_t max = json_int(policy, "max", 0);
	int linear, rc;

	if ((rc = EDITION_SHAPE(
		 result, result_policy_shape, "policy.result", k)) != 0)
		return rc;
	linear = edition_same(json_str(result, "method"), "linear");
	if (json_get(result, linear ? "bands" : "linear") != NULL)
		return edition_fault(k, "policy.result",
		    err_set(&k->fault, ERR_INVALID, 0,
			"'policy.result' has '%s', but its method is '%s'",
			linear ? "bands" : "linear",
			linear ? "linear" : "bands"));
	return linear ? check_linear(result, max, k)
		      : check_bands(result, max, k);
}

static int
check_policy(const cJSON *root, struct edition_faults *k)
{
	const cJSON *policy = json_get(root, "policy");
	int rc;

	if (policy == NULL)
		return 0; /* told as lacking */
	if ((rc = EDITION_SHAPE(policy, policy_shape, "policy", k)) < 0)
		return rc;
	if (json_get(policy, "process") != NULL &&
	    (rc = check_process_policy(policy, k)) < 0)
		return rc;
	return json_get(policy, "result") != NULL
		   ? check_result_policy(policy, k)
		   : 0;
}

static int
is_source(const cJSON *root, const cJSON *name)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(root, "sources")) {
		if (cJSON_IsString(name) &&
		    edition_same(json_str(c, "id"), name->valuestring))
			return 1;
	}
	return 0;
}

/* What a member names in "sources" is one of the edition's sources. */
static int
check_sources(const cJSON *root, const cJSON *member, const char *name,
    struct edition_faults *k)
{
	const cJSON *list = NULL, *source;
	int rc;

	if (json_get(member, "sources") == NULL)
		return 0;
	if ((rc = edition_shape_list(
		 member, "sources", 1, 20, name, k, &list)) != 0)
		return rc;
	cJSON_ArrayForEach (source, list) {
		if (is_source(root, source))
			continue;
		return edition_fault(k, name,
		    err_set(&k->fault, ERR_INVALID, 0,
			"'%s' names a source that is not listed", name));
	}
	return 0;
}

static int
check_list(const cJSON *root, const char *name, const struct field *shape,
    size_t n, struct edition_faults *k)
{
	const cJSON *list = NULL, *c;
	int rc;

	if (json_get(root, name) == NULL)
		return 0; /* told as lacking where it is needed */
	rc = edition_shape_list(root, name, 1, 100, "", k, &list);
	if (rc != 0)
		return rc;
	cJSON_ArrayForEach (c, list) {
		if ((rc = edition_shape_check(c, shape, n, name, k)) < 0 ||
		    (rc = check_sources(root, c, name, k)) < 0)
			return rc;
	}
	return 0;
}

#define CHECK_LIST(root, name, shape, k)                                       \
	check_list(root, name, shape, SHAPE_LEN(shape), k)

static int
check_evidence(const cJSON *root, struct edition_faults *k)
{
	int rc;

	if ((rc = CHECK_LIST(root, "sources", source_shape, k)) < 0)
		return rc;
	if ((rc = CHECK_LIST(root, "sureness", sureness_shape, k)) < 0)
		return rc;
	return CHECK_LIST(root, "thresholds", threshold_shape, k);
}

/* How often a question or group of the profile has this id. */
static int
count_id(const cJSON *root, const char *id)
{
	const cJSON *group, *c;
	int n = 0;

	cJSON_ArrayForEach (group, json_get(root, "profile")) {
		n += edition_same(json_str(group, "id"), id);
		cJSON_ArrayForEach (c, json_get(group, "questions")) {
			n += edition_same(json_str(c, "id"), id);
		}
	}
	return n;
}

static int
check_once(const cJSON *root, const cJSON *member, const char *place,
    struct edition_faults *k)
{
	if (count_id(root, json_str(member, "id")) < 2)
		return 0;
	return edition_fault(k, place,
	    err_set(&k->fault, ERR_INVALID, 0, "'%s' stands twice", place));
}

static int
check_group(const cJSON *root, const cJSON *group, struct edition_faults *k)
{
	char place[EDITION_PLACE_MAX];
	const cJSON *list = NULL, *c;
	int rc;

	edition_place(place, "profile", group);
	if ((rc = EDITION_SHAPE(group, group_shape, place, k)) != 0 ||
	    (rc = check_once(root, group, place, k)) != 0 ||
	    (rc = edition_shape_list(
		 group, "questions", 1, 50, place, k, &list)) != 0)
		return rc;
	cJSON_ArrayForEach (c, list) {
		edition_place(place, "questions", c);
		rc = EDITION_SHAPE(c, question_shape, place, k);
		if (rc == 0)
			rc = check_once(root, c, place, k);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* The questions of category 0; an edition may have none. */
static int
check_profile(const cJSON *root, struct edition_faults *k)
{
	const cJSON *list = NULL, *c;
	int rc;

	if (json_get(root, "profile") == NULL)
		return 0;
	rc = edition_shape_list(root, "profile", 1, 20, "", k, &list);
	if (rc != 0)
		return rc;
	cJSON_ArrayForEach (c, list) {
		if ((rc = check_group(root, c, k)) < 0)
			return rc;
	}
	return 0;
}

int
edition_rules_check(const cJSON *root, struct edition_faults *k)
{
	int rc;

	if ((rc = check_policy(root, k)) < 0 ||
	    (rc = check_evidence(root, k)) < 0)
		return rc;
	return check_profile(root, k);
}
