#include "store/save/batch_target.h"

#include "store/look/asof.h"
#include "store/record/record_rules.h"
#include "store/save/shortname.h"

#define NEW "new-"

int
batch_set_init(struct batch_set *set, struct store *s, int year, struct err *e)
{
	const char *device = store_device(s);
	struct branch *b = NULL;
	int rc;

	memset(set, 0, sizeof(*set));
	set->s = s;
	set->letter = device[strlen(device) - 1];
	if ((rc = store_own_branch(s, "", &b, e)) < 0)
		return rc;
	set->b = b;
	return store_cycle(s, "", year, &set->year, &set->ed, e);
}

void
batch_set_release(struct batch_set *set)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		cJSON_Delete(set->list[i]->rec);
		cJSON_Delete(set->list[i]->fresh);
		cJSON_Delete(set->list[i]->parts);
		free(set->list[i]);
	}
	free(set->list);
	set->list = NULL;
	set->n = 0;
}

static int
add_target(struct batch_set *set, const char *given, size_t index,
    struct batch_target **ret, struct err *e)
{
	struct batch_target *t, **grown;

	/* doubled at each power of two */
	if ((set->n & (set->n - 1)) == 0) {
		grown = realloc(
		    set->list, (set->n == 0 ? 1 : 2 * set->n) * sizeof(t));
		if (grown == NULL)
			return err_nomem(e);
		set->list = grown;
	}
	if ((t = calloc(1, sizeof(*t))) == NULL)
		return err_nomem(e);
	snprintf(t->given, sizeof(t->given), "%s", given);
	t->first = index;
	set->list[set->n++] = t;
	*ret = t;
	return 0;
}

/* The next name of an action, beyond those that this batch gave already. */
static int
new_action(struct batch_set *set, char ret[24], struct err *e)
{
	long n;
	int rc;

	if (set->last_action[0] == '\0') {
		if ((rc = shortname_action(set->s, set->last_action, e)) < 0)
			return rc;
	} else {
		n = shortname_number(set->last_action, 'p', set->letter);
		snprintf(set->last_action, sizeof(set->last_action), "p%c%ld",
		    set->letter, n + 1);
	}
	snprintf(ret, 24, "%s", set->last_action);
	return 0;
}

static int
bad_name(const char *given, struct err *e)
{
	err_set(e, ERR_INVALID, 0,
	    "'%.40s' is not a record that can be written", given);
	err_hint(e, "records are named like items/1.1, actions/pa1, "
		    "actions/new-1 or profile");
	return ERR_INVALID;
}

/* "items/1.1" and the like to a path; *ret_new for a new action. */
static int
path_of(
    struct batch_set *set, struct batch_target *t, int *ret_new, struct err *e)
{
	const char *given = t->given;
	char name[24];
	int rc;

	*ret_new = 0;
	if (strcmp(given, "profile") == 0) {
		snprintf(
		    t->path, sizeof(t->path), "%d/profile.json", set->year);
	} else if (strncmp(given, "items/", 6) == 0) {
		rc = edition_find_item(set->ed, given + 6, &t->item, e);
		if (rc < 0)
			return rc;
		snprintf(t->path, sizeof(t->path), "%d/items/%s.json",
		    set->year, t->item->id);
	} else if (strncmp(given, "actions/" NEW, 12) == 0) {
		if ((rc = new_action(set, name, e)) < 0)
			return rc;
		*ret_new = 1;
		snprintf(t->path, sizeof(t->path), "%d/actions/%s.json",
		    set->year, name);
	} else if (strncmp(given, "actions/", 8) == 0 &&
		   record_is_id(given + 8)) {
		snprintf(t->path, sizeof(t->path), "%d/actions/%s.json",
		    set->year, given + 8);
	} else {
		return bad_name(given, e);
	}
	return record_path_parse(t->path, RECORD_OFFICE, &t->rp, e);
}

static int
load(struct batch_set *set, struct batch_target *t, struct err *e)
{
	struct asof now = { 0 };
	int is_new = 0, rc;

	if ((rc = path_of(set, t, &is_new, e)) < 0)
		return rc;
	rc = asof_record(set->s, set->b, t->path, ASOF_NOW, &now, e);
	if (rc < 0)
		return rc;
	t->had = now.rec != NULL;
	t->rec = t->had ? now.rec : cJSON_CreateObject();
	t->fresh = cJSON_CreateObject();
	t->parts = cJSON_CreateObject();
	if (t->rec == NULL || t->fresh == NULL || t->parts == NULL)
		return err_nomem(e);
	if (t->had || is_new || strcmp(t->rp.type->name, "action") != 0)
		return 0;
	err_set(e, ERR_NOT_FOUND, 0, "%d has no action '%.30s'", set->year,
	    t->rp.id);
	err_hint(e, "those there are: pmqa plan");
	return ERR_NOT_FOUND;
}

int
batch_target_find(struct batch_set *set, const char *given, size_t index,
    struct batch_target **ret, struct err *e)
{
	struct batch_target *t = NULL;
	size_t i;
	int rc;

	if (strlen(given) >= sizeof(t->given))
		return bad_name(given, e);
	/* changes of one record mostly come together */
	for (i = set->n; i-- > 0;) {
		if (strcmp(set->list[i]->given, given) == 0) {
			*ret = set->list[i];
			return 0;
		}
	}
	if ((rc = add_target(set, given, index, &t, e)) < 0)
		return rc;
	if ((rc = load(set, t, e)) < 0)
		t->faulty = 1;
	*ret = t;
	return rc;
}

/* --- fields below a key --- */

/* Letter of the names below a group, 0 if people name nothing there. */
static char
group_letter(const char *group)
{
	if (strcmp(group, "indicators") == 0)
		return 'i';
	return strcmp(group, "measures") == 0 ? 'm' : '\0';
}

static int
too_many_names(const struct batch_target *t, struct err *e)
{
	err_set(e, ERR_INVALID, 0,
	    "item %s would get more than %d new indicators and measures at "
	    "once",
	    t->item->id, BATCH_NAMES_MAX);
	err_hint(e, "do it in two parts");
	return ERR_INVALID;
}

/* The name given to a new key of this group, made when first asked for. */
static int
fresh_name(struct batch_set *set, struct batch_target *t, const char *group,
    const char *key, char ret[BATCH_KEY_MAX], struct err *e)
{
	const cJSON *there = json_get(t->rec, group), *c;
	const char letter = group_letter(group);
	char full[64];
	const char *known;
	long n, last = 0;

	snprintf(full, sizeof(full), "%s.%s", group, key);
	if ((known = json_str(t->fresh, full)) != NULL) {
		snprintf(ret, BATCH_KEY_MAX, "%s", known);
		return 0;
	}
	if (cJSON_GetArraySize(t->fresh) >= BATCH_NAMES_MAX)
		return too_many_names(t, e);
	/* fields of a new one may all be empty so far: its name counts too */
	cJSON_ArrayForEach (c, there) {
		n = shortname_number(c->string, letter, set->letter);
		last = n > last ? n : last;
	}
	cJSON_ArrayForEach (c, t->fresh) {
		n = shortname_number(c->valuestring, letter, set->letter);
		last = n > last ? n : last;
	}
	snprintf(ret, BATCH_KEY_MAX, "%c%c%ld", letter, set->letter, last + 1);
	return json_put_str(t->fresh, full, ret, e);
}

/* The keys there are, for the sentence about one that is not. */
static int
no_such_key(const struct batch_target *t, const char *group, const char *key,
    struct err *e)
{
	struct buf names = BUF_INIT;
	const cJSON *c;
	int rc;

	cJSON_ArrayForEach (c, json_get(t->rec, group)) {
		buf_printf(&names, "%s%s", names.len > 0 ? " " : "", c->string);
	}
	rc = err_set(e, ERR_NOT_FOUND, 0,
	    "'%s' of item %s has no '%.30s', there are: %.200s", group,
	    t->item->id, key, names.len > 0 ? buf_str(&names) : "-");
	err_hint(e, "leave the name empty to add a new one");
	buf_release(&names);
	return rc;
}

/* The key of a person's new or old part of the record, by its own name. */
static int
key_name(struct batch_set *set, struct batch_target *t, const char *group,
    const char *key, char ret[BATCH_KEY_MAX], struct err *e)
{
	if (strcmp(t->item->kind, "result") != 0)
		return err_set(e, ERR_INVALID, 0,
		    "item %s is scored by points, not by indicators",
		    t->item->id);
	if (strncmp(key, NEW, strlen(NEW)) == 0)
		return fresh_name(set, t, group, key, ret, e);
	snprintf(ret, BATCH_KEY_MAX, "%s", key);
	return json_get(json_get(t->rec, group), key) != NULL
		   ? 0
		   : no_such_key(t, group, key, e);
}

int
batch_target_field(struct batch_set *set, struct batch_target *t,
    const char *given, size_t index, char ret[BATCH_FIELD_MAX], struct err *e)
{
	size_t group_len = strcspn(given, "."), key_len;
	char group[24], key[BATCH_KEY_MAX], name[BATCH_KEY_MAX], part[80];
	const char *rest;
	int rc;

	if (strlen(given) >= BATCH_FIELD_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "the name of a field is too long: '%.40s'", given);
	snprintf(ret, BATCH_FIELD_MAX, "%s", given);
	if (group_len >= sizeof(group) || given[group_len] != '.')
		return 0;
	snprintf(group, sizeof(group), "%.*s", (int)group_len, given);
	rest = given + group_len + 1;
	key_len = strcspn(rest, ".");
	if (t->item == NULL || group_letter(group) == '\0' ||
	    key_len >= sizeof(key) || rest[key_len] != '.')
		return 0; /* no field of a part */
	snprintf(key, sizeof(key), "%.*s", (int)key_len, rest);
	snprintf(part, sizeof(part), "%s.%s", group, key);
	if (json_int(t->parts, part, 0) < 0)
		return 1;
	if ((rc = key_name(set, t, group, key, name, e)) < 0) {
		/* once is enough for all fields of it */
		return json_put_int(t->parts, part, -1, NULL) < 0 ? err_nomem(e)
								  : rc;
	}
	snprintf(
	    ret, BATCH_FIELD_MAX, "%s.%s%.90s", group, name, rest + key_len);
	snprintf(part, sizeof(part), "%s.%s", group, name);
	if (json_get(t->parts, part) != NULL)
		return 0;
	return json_put_int(t->parts, part, (int64_t)index, e);
}

/* --- values --- */

static int
check_points(const struct batch_set *set, const struct batch_target *t,
    const cJSON *points, struct err *e)
{
	const struct edition_item *of = NULL;
	enum level level;
	const cJSON *c;
	int rc;

	cJSON_ArrayForEach (c, points) {
		rc = edition_point(set->ed, c->valuestring, &of, &level, e);
		if (rc < 0)
			return rc;
		if (t->item == NULL || strcmp(of->id, t->item->id) != 0)
			return err_set(e, ERR_INVALID, 0,
			    "point '%.20s' is not one of item %s",
			    c->valuestring,
			    t->item != NULL ? t->item->id : "-");
	}
	return 0;
}

static int
check_items(const struct batch_set *set, const cJSON *items, struct err *e)
{
	const struct edition_item *it;
	const cJSON *c;
	int rc;

	cJSON_ArrayForEach (c, items) {
		if (record_rules_has_item(set->ed, c->valuestring))
			continue;
		rc = edition_find_item(set->ed, c->valuestring, &it, e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int
batch_target_value(const struct batch_set *set, const struct batch_target *t,
    const struct field *f, const cJSON *value, struct err *e)
{
	if (f->type == FIELD_POINTS)
		return check_points(set, t, value, e);
	return f->type == FIELD_ITEMS ? check_items(set, value, e) : 0;
}

/* --- the record as a whole --- */

static int
check(const struct batch_set *set, const struct batch_target *t,
    const cJSON *rec, struct err *e)
{
	int rc = record_check(&t->rp, rec, set->ed, e);

	return rc < 0 ? rc : record_rules_save(&t->rp, rec, e);
}

/* A record that holds nothing but one indicator or measure and, beside it,
 * measures (may be NULL): what is wrong with it is its own. */
static int
check_alone(const struct batch_set *set, const struct batch_target *t,
    const char *part, const cJSON *measures, struct err *e)
{
	cJSON *rec = cJSON_CreateObject();
	int rc;

	if (rec == NULL)
		return err_nomem(e);
	if ((measures == NULL || (rc = json_put(rec, "measures",
				      cJSON_Duplicate(measures, 1), e)) == 0) &&
	    (rc = record_put(rec, part,
		 cJSON_Duplicate(record_get(t->rec, part), 1), e)) == 0)
		rc = check(set, t, rec, e);
	cJSON_Delete(rec);
	return rc;
}

/* With the one measure that it names. Only the sentence about one that is not
 * there needs all of them. */
static int
check_part(const struct batch_set *set, const struct batch_target *t,
    const char *part, struct err *e)
{
	const cJSON *value = record_get(t->rec, part);
	const cJSON *measures = json_get(t->rec, "measures");
	const char *name = json_str(value, "measure");
	const cJSON *named = name != NULL ? json_get(measures, name) : NULL;
	cJSON *one = NULL;
	int rc = 0;

	if (value == NULL)
		return 0;
	if (named != NULL) {
		if ((one = cJSON_CreateObject()) == NULL)
			return err_nomem(e);
		rc = json_put(one, name, cJSON_Duplicate(named, 1), e);
	}
	if (rc == 0)
		rc = check_alone(set, t, part, one, e);
	if (rc < 0 && named == NULL && measures != NULL)
		rc = check_alone(set, t, part, measures, e);
	cJSON_Delete(one);
	return rc;
}

int
batch_target_check(const struct batch_set *set, const struct batch_target *t,
    size_t *ret_index, struct err *e)
{
	const cJSON *part;
	int rc;

	*ret_index = t->first;
	if (t->removed || (!t->had && t->rec->child == NULL))
		return 0;
	cJSON_ArrayForEach (part, t->parts) {
		if (part->valuedouble < 0)
			continue;
		if ((rc = check_part(set, t, part->string, e)) < 0) {
			*ret_index = (size_t)part->valuedouble;
			return rc;
		}
	}
	return check(set, t, t->rec, e);
}
