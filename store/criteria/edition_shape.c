#include "store/criteria/edition_shape.h"

#include "store/criteria/ratio.h"

#define NAME_MAX_LEN 240
#define PLAIN                                                                  \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_"

int
edition_fault(struct edition_faults *k, const char *where, int code)
{
	int rc;

	k->fault.code = (enum err_code)code;
	rc = k->told(k->arg, where, &k->fault);
	return rc < 0 ? rc : 1;
}

/* Ids and names of members are short and plain; anything else is not shown. */
static int
is_plain(const char *s)
{
	return strlen(s) <= 20 && strspn(s, PLAIN) == strlen(s);
}

static const struct field *
find_shape(const struct field *shape, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(shape[i].name, name) == 0)
			return &shape[i];
	return NULL;
}

static int
check_member(const struct field *f, const cJSON *c, const char *place,
    struct edition_faults *k)
{
	char name[NAME_MAX_LEN];
	int rc;

	if (f == NULL)
		return edition_fault(k, place,
		    is_plain(c->string)
			? err_set(&k->fault, ERR_INVALID, 0,
			      "'%s' has an unknown member '%s'", place,
			      c->string)
			: err_set(&k->fault, ERR_INVALID, 0,
			      "'%s' has an unknown member", place));
	snprintf(name, sizeof(name), "%s.%s", place, f->name);
	rc = record_value_check(f, name, c, &k->fault);
	return rc < 0 ? edition_fault(k, name, rc) : 0;
}

int
edition_shape_check(const cJSON *obj, const struct field *shape, size_t n,
    const char *place, struct edition_faults *k)
{
	const cJSON *c;
	int rc, bad = 0;
	size_t i;

	if (!cJSON_IsObject(obj))
		return edition_fault(k, place,
		    err_set(&k->fault, ERR_INVALID, 0, "'%s' must be an object",
			place));
	cJSON_ArrayForEach (c, obj) {
		rc = check_member(find_shape(shape, n, c->string), c, place, k);
		if (rc < 0)
			return rc;
		bad |= rc;
	}
	for (i = 0; i < n; i++) {
		if (!shape[i].required || json_get(obj, shape[i].name) != NULL)
			continue;
		bad = edition_fault(k, place,
		    err_set(&k->fault, ERR_INVALID, 0, "'%s' lacks '%s'", place,
			shape[i].name));
		if (bad < 0)
			return bad;
	}
	return bad;
}

int
edition_shape_list(const cJSON *obj, const char *name, int min, int max,
    const char *place, struct edition_faults *k, const cJSON **ret)
{
	const cJSON *list = json_get(obj, name);
	int rc;

	if (cJSON_IsArray(list) && cJSON_GetArraySize(list) >= min &&
	    cJSON_GetArraySize(list) <= max) {
		*ret = list;
		return 0;
	}
	rc = err_set(&k->fault, ERR_INVALID, 0,
	    "'%s' must be a list of %d to %d members", name, min, max);
	if (place[0] != '\0')
		err_prepend(&k->fault, place);
	return edition_fault(k, place[0] != '\0' ? place : name, rc);
}

void
edition_place(
    char buf[EDITION_PLACE_MAX], const char *list, const cJSON *member)
{
	const char *id = json_str(member, "id");

	if (id != NULL && is_plain(id))
		snprintf(buf, EDITION_PLACE_MAX, "%s[%s]", list, id);
	else
		snprintf(buf, EDITION_PLACE_MAX, "%s[?]", list);
}

int
edition_same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

int
edition_limits(const char *floor_, const char *ceiling)
{
	struct ratio low, high, zero = { 0, 1 }, most = { 1000, 1 };

	return ratio_parse(floor_, &low, NULL) == 0 &&
	       ratio_parse(ceiling, &high, NULL) == 0 &&
	       ratio_cmp(low, zero) >= 0 && ratio_cmp(low, high) < 0 &&
	       ratio_cmp(high, most) <= 0 && low.den <= 1000 &&
	       high.den <= 1000;
}
