#include "store/record/record.h"

#include "store/criteria/edition.h"
#include "store/record/record_rules.h"

#define PATH_SEGMENTS 3
#define SUFFIX_LEN 5 /* ".json" */
#define YEAR_MIN 2500
#define YEAR_MAX 2700
#define NAME_MAX_LEN 160 /* of a dotted field name */

/* The characters of a path, so that a sentence may print it. */
static int
is_safe_path(const char *path)
{
	size_t len = strlen(path);

	return len > 0 && len < sizeof(((struct record_path *)0)->name) &&
	       strspn(path,
		   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		   "0123456789._-/") == len;
}

static int
take_year(const char *s, struct record_path *rp)
{
	if (strlen(s) != 4 || strspn(s, "0123456789") != 4)
		return 0;
	rp->year = (int)strtol(s, NULL, 10);
	return rp->year >= YEAR_MIN && rp->year <= YEAR_MAX;
}

/* One segment of a path against one of a pattern: literal, or "<what>" with an
 * optional literal end. */
static int
match_segment(const char *pattern, size_t pattern_len, const char *seg,
    size_t seg_len, struct record_path *rp)
{
	char value[sizeof(rp->id)];
	const char *close;
	size_t end_len, value_len;

	if (pattern[0] != '<')
		return pattern_len == seg_len &&
		       memcmp(pattern, seg, seg_len) == 0;
	close = memchr(pattern, '>', pattern_len);
	end_len = pattern_len - (size_t)(close + 1 - pattern);
	if (seg_len <= end_len ||
	    memcmp(seg + seg_len - end_len, close + 1, end_len) != 0)
		return 0;
	value_len = seg_len - end_len;
	if (value_len >= sizeof(value))
		return 0;
	snprintf(value, sizeof(value), "%.*s", (int)value_len, seg);
	if (strncmp(pattern, "<year>", 6) == 0)
		return take_year(value, rp);
	if (strncmp(pattern, "<item>", 6) == 0) {
		snprintf(rp->item, sizeof(rp->item), "%.7s", value);
		return edition_is_item(value);
	}
	snprintf(rp->id, sizeof(rp->id), "%s", value);
	return record_is_id(value);
}

static int
match_path(const char *pattern, const char *path, struct record_path *rp)
{
	size_t p, s;
	int i;

	for (i = 0; i < PATH_SEGMENTS; i++) {
		p = strcspn(pattern, "/");
		s = strcspn(path, "/");
		if (!match_segment(pattern, p, path, s, rp))
			return 0;
		if (pattern[p] != path[s])
			return 0;
		if (pattern[p] == '\0')
			return 1;
		pattern += p + 1;
		path += s + 1;
	}
	return 0;
}

int
record_path_parse(const char *path, enum record_branch branch,
    struct record_path *ret, struct err *e)
{
	const struct record_type *types;
	struct record_path rp;
	size_t n, i;

	if (!is_safe_path(path))
		return err_set(e, ERR_INVALID, 0,
		    "a path that is empty, too long or has other characters "
		    "than A-Z a-z 0-9 . _ - / is not a record");
	types = record_types(&n);
	for (i = 0; i < n; i++) {
		memset(&rp, 0, sizeof(rp));
		if (types[i].branch != branch ||
		    !match_path(types[i].pattern, path, &rp))
			continue;
		rp.type = &types[i];
		snprintf(rp.name, sizeof(rp.name), "%.*s",
		    (int)(strlen(path) - SUFFIX_LEN), path);
		*ret = rp;
		return 0;
	}
	return err_set(e, ERR_INVALID, 0,
	    "path '%s' is not a record of this branch", path);
}

/* 1 if the first len bytes of name fit the pattern's "*" or word. */
static int
match_word(
    const char *pattern, size_t pattern_len, const char *name, size_t len)
{
	char key[72];

	if (pattern_len == len && memcmp(pattern, name, len) == 0)
		return 1;
	if (pattern_len != 1 || pattern[0] != '*' || len >= sizeof(key))
		return 0;
	snprintf(key, sizeof(key), "%.*s", (int)len, name);
	return record_is_id(key);
}

/*
 * 1 if the dotted name is the pattern, or (prefix) an object that leads to it.
 */
static int
match_name(const char *pattern, const char *name, int prefix)
{
	size_t p, n;

	for (;;) {
		p = strcspn(pattern, ".");
		n = strcspn(name, ".");
		if (!match_word(pattern, p, name, n))
			return 0;
		if (name[n] == '\0')
			return prefix ? pattern[p] == '.' : pattern[p] == '\0';
		if (pattern[p] == '\0')
			return 0;
		pattern += p + 1;
		name += n + 1;
	}
}

const struct field *
record_field(const struct record_type *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->n_fields; i++)
		if (match_name(t->fields[i].name, name, 0))
			return &t->fields[i];
	return NULL;
}

const char *
record_star(const char *name)
{
	const char *star = strstr(name, ".*");

	while (star != NULL && star[2] != '.' && star[2] != '\0')
		star = strstr(star + 1, ".*");
	return star;
}

/* How many bytes two names have in common up to and with their "*" segment's
 * dot before it; 0 when they are not below the same "*". */
static size_t
common_group(const struct field *a, const struct field *b)
{
	const char *star = record_star(a->name);
	size_t len;

	if (star == NULL)
		return 0;
	len = (size_t)(star - a->name) + 1;
	return strncmp(a->name, b->name, len + 2) == 0 ? len : 0;
}

int
record_field_order(const struct record_type *t, const char *a, const char *b)
{
	const struct field *fa = record_field(t, a), *fb = record_field(t, b);
	size_t group, na, nb;
	int order;

	if (fa == NULL || fb == NULL)
		return (fa == NULL) - (fb == NULL);
	if ((group = common_group(fa, fb)) > 0) {
		na = strcspn(a + group, ".");
		nb = strcspn(b + group, ".");
		order = memcmp(a + group, b + group, na < nb ? na : nb);
		if (order != 0 || na != nb)
			return order != 0 ? order : (na < nb ? -1 : 1);
	}
	return fa < fb ? -1 : fa > fb;
}

static int
leads_to_field(const struct record_type *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->n_fields; i++)
		if (match_name(t->fields[i].name, name, 1))
			return 1;
	return 0;
}

const cJSON *
record_get(const cJSON *rec, const char *name)
{
	char key[NAME_MAX_LEN];
	size_t n;

	while (rec != NULL) {
		n = strcspn(name, ".");
		if (!cJSON_IsObject(rec) || n >= sizeof(key))
			return NULL;
		snprintf(key, sizeof(key), "%.*s", (int)n, name);
		rec = cJSON_GetObjectItemCaseSensitive(rec, key);
		if (name[n] == '\0')
			return rec;
		name += n + 1;
	}
	return NULL;
}

static int
is_empty(const cJSON *v)
{
	if (v == NULL || cJSON_IsNull(v))
		return 1;
	if (cJSON_IsString(v))
		return v->valuestring[0] == '\0';
	return (cJSON_IsObject(v) || cJSON_IsArray(v)) && v->child == NULL;
}

/* Puts, replaces or (v NULL) removes one member; owns v. */
static int
put_member(cJSON *obj, const char *key, cJSON *v, struct err *e)
{
	if (v != NULL)
		return json_put(obj, key, v, e);
	cJSON_DeleteItemFromObjectCaseSensitive(obj, key);
	return 0;
}

/* record_put() from one object downwards; an object left empty goes. */
static int
put_below(cJSON *obj, const char *name, cJSON *v, struct err *e)
{
	char key[NAME_MAX_LEN];
	size_t n = strcspn(name, ".");
	cJSON *child;
	int rc;

	if (n == 0 || n >= sizeof(key)) {
		cJSON_Delete(v);
		return err_set(
		    e, ERR_INVALID, 0, "'%s' is not the name of a field", name);
	}
	snprintf(key, sizeof(key), "%.*s", (int)n, name);
	if (name[n] == '\0')
		return put_member(obj, key, v, e);
	child = cJSON_GetObjectItemCaseSensitive(obj, key);
	if (child == NULL && v == NULL)
		return 0;
	if (child == NULL) {
		child = cJSON_CreateObject();
		if ((rc = json_put(obj, key, child, e)) < 0) {
			cJSON_Delete(v);
			return rc;
		}
	}
	if (!cJSON_IsObject(child)) {
		cJSON_Delete(v);
		return err_set(
		    e, ERR_INVALID, 0, "'%s' has no fields below it", key);
	}
	rc = put_below(child, name + n + 1, v, e);
	if (child->child == NULL)
		cJSON_Delete(cJSON_DetachItemViaPointer(obj, child));
	return rc;
}

int
record_put(cJSON *rec, const char *name, cJSON *v, struct err *e)
{
	if (is_empty(v)) {
		cJSON_Delete(v);
		v = NULL;
	}
	if (!cJSON_IsObject(rec)) {
		cJSON_Delete(v);
		return err_set(e, ERR_INVALID, 0, "a record must be an object");
	}
	return put_below(rec, name, v, e);
}

/* Points must be of the record's item, and the edition must have them. */
static int
check_ticks(const struct record_path *p, const cJSON *ticks,
    const struct edition *ed, struct err *e)
{
	const struct edition_item *item;
	enum level level;
	char of[8];
	const cJSON *c;

	cJSON_ArrayForEach (c, ticks) {
		if (!edition_split_point(c->valuestring, of, &level) ||
		    strcmp(of, p->item) != 0)
			return err_set(e, ERR_INVALID, 0,
			    "point '%s' is not one of item %s", c->valuestring,
			    p->item);
		if (ed != NULL &&
		    edition_point(ed, c->valuestring, &item, &level, e) < 0)
			return err_set(e, ERR_INVALID, 0,
			    "point '%s' is not in edition '%s'", c->valuestring,
			    edition_id(ed));
	}
	return 0;
}

static int
check_field(const struct record_path *p, const struct field *f,
    const char *name, const cJSON *v, const struct edition *ed, struct err *e)
{
	int rc;

	if ((rc = record_value_check(f, name, v, e)) < 0)
		return rc;
	return f->type == FIELD_POINTS ? check_ticks(p, v, ed, e) : 0;
}

/* A key that can stand in a sentence and (no dot) in a dotted name. */
static int
is_safe_key(const char *key)
{
	size_t len = strlen(key);

	return len > 0 &&
	       strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "abcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

/* Every member below obj must be a known field, or lead to one. */
static int
check_members(const struct record_path *p, const cJSON *obj, const char *prefix,
    const struct edition *ed, struct err *e)
{
	char name[NAME_MAX_LEN];
	const struct field *f;
	const cJSON *c;
	int rc;

	cJSON_ArrayForEach (c, obj) {
		if (!is_safe_key(c->string) ||
		    strlen(prefix) + strlen(c->string) + 2 > sizeof(name))
			return err_set(e, ERR_INVALID, 0,
			    "a field's name is empty, too long or has other "
			    "characters than A-Z a-z 0-9 _ -");
		memcpy(name, prefix, strlen(prefix));
		memcpy(name + strlen(prefix), c->string, strlen(c->string) + 1);
		if ((f = record_field(p->type, name)) != NULL) {
			rc = check_field(p, f, name, c, ed, e);
		} else if (!leads_to_field(p->type, name)) {
			rc = err_set(
			    e, ERR_INVALID, 0, "unknown field '%s'", name);
		} else if (!cJSON_IsObject(c) || c->child == NULL) {
			rc = err_set(e, ERR_INVALID, 0,
			    "'%s' must be an object, left out when empty",
			    name);
		} else {
			snprintf(name + strlen(name), 2, ".");
			rc = check_members(p, c, name, ed, e);
		}
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* A required field below "*" is required once for each key there; a key that
 * is there has its value. */
static int
check_required(const struct field *f, const cJSON *rec, struct err *e)
{
	const char *star = record_star(f->name);
	char group[NAME_MAX_LEN];
	const cJSON *c;

	if (star == NULL) {
		if (record_get(rec, f->name) == NULL)
			return err_set(
			    e, ERR_INVALID, 0, "'%s' is missing", f->name);
		return 0;
	}
	if (star[2] == '\0')
		return 0;
	snprintf(group, sizeof(group), "%.*s", (int)(star - f->name), f->name);
	cJSON_ArrayForEach (c, record_get(rec, group)) {
		if (record_get(c, star + 3) == NULL)
			return err_set(e, ERR_INVALID, 0,
			    "'%s' of '%s' is missing in '%s'", star + 3,
			    c->string, group);
	}
	return 0;
}

/* What the path says, the record must say too. */
static int
check_against_path(const struct record_path *p, const cJSON *rec, struct err *e)
{
	if (p->year != 0 && json_int(rec, "cycle", p->year) != p->year)
		return err_set(e, ERR_INVALID, 0,
		    "'cycle' must be the year of the path, %d", p->year);
	if (p->id[0] != '\0' && record_field(p->type, "id") != NULL &&
	    (json_str(rec, "id") == NULL ||
		strcmp(json_str(rec, "id"), p->id) != 0))
		return err_set(e, ERR_INVALID, 0,
		    "'id' must be the name in the path, '%s'", p->id);
	return 0;
}

static int
check_all(const struct record_path *p, const cJSON *rec,
    const struct edition *ed, struct err *e)
{
	size_t i;
	int rc;

	if (!cJSON_IsObject(rec))
		return err_set(e, ERR_INVALID, 0, "a record must be an object");
	if (p->item[0] != '\0' && ed != NULL &&
	    edition_item(ed, p->item) == NULL)
		return err_set(e, ERR_INVALID, 0, "edition '%s' has no item %s",
		    edition_id(ed), p->item);
	if ((rc = check_members(p, rec, "", ed, e)) < 0)
		return rc;
	for (i = 0; i < p->type->n_fields; i++)
		if (p->type->fields[i].required &&
		    (rc = check_required(&p->type->fields[i], rec, e)) < 0)
			return rc;
	if ((rc = check_against_path(p, rec, e)) < 0)
		return rc;
	if (ed != NULL && (rc = record_rules_check(p, rec, ed, e)) < 0)
		return rc;
	/* types whose bodies have a module of their own */
	if (strcmp(p->type->name, "wording") == 0)
		return edition_wording_check(json_get(rec, "texts"), NULL, e);
	return strcmp(p->type->name, "edition") == 0 ? edition_check(rec, e)
						     : 0;
}

int
record_check(const struct record_path *p, const cJSON *rec,
    const struct edition *ed, struct err *e)
{
	int rc;

	if ((rc = check_all(p, rec, ed, e)) < 0)
		err_prepend(e, p->name);
	return rc;
}
