#include "client/cmd/complete_words.h"

#include "client/criteria.h"
#include "client/labels.h"

#define KIND_MAX 32

void
complete_init(struct complete *k, struct cmd *c, const struct opts *opts,
    const char *prefix)
{
	memset(k, 0, sizeof(*k));
	k->c = c;
	k->opts = opts;
	k->prefix = prefix;
	k->lead = "";
	k->found = cJSON_CreateArray();
	k->failed = k->found == NULL;
}

void
complete_release(struct complete *k)
{
	cJSON_Delete(k->found);
}

void
complete_add(struct complete *k, const char *word, const char *tail)
{
	const char *comma = strrchr(k->prefix, ',');
	size_t before = comma != NULL ? (size_t)(comma + 1 - k->prefix) : 0;
	struct buf line = BUF_INIT;
	const cJSON *one;
	struct err e;

	/* of a list, the last entry is being typed */
	if (strncmp(word, k->prefix + before, strlen(k->prefix + before)) != 0)
		return;
	buf_printf(&line, "%.*s%.*s%s%s", (int)k->lead_len, k->lead,
	    (int)before, k->prefix, word, tail);
	cJSON_ArrayForEach (one, k->found) {
		if (strcmp(one->valuestring, buf_str(&line)) == 0)
			goto out;
	}
	if (buf_ok(&line, &e) < 0 ||
	    json_push_str(k->found, buf_str(&line), &e) < 0)
		k->failed = 1;
out:
	buf_release(&line);
}

/* The daemon's answer, NULL when there is none. */
static cJSON *
ask(struct complete *k, const char *method, const char *name, const char *value)
{
	cJSON *params = NULL, *ret = NULL;
	const char *named = k->opts->value[OPT_OFFICE];
	const char *office = named != NULL ? named : k->office;
	const char *year = k->opts->value[OPT_YEAR];
	struct err e;
	int rc = (params = cJSON_CreateObject()) == NULL ? ERR_NOMEM : 0;

	if (rc == 0 && office != NULL)
		rc = json_put_str(params, "office", office, &e);
	if (rc == 0 && year != NULL)
		rc = json_put_int(params, "year", strtol(year, NULL, 10), &e);
	if (rc == 0 && name != NULL)
		rc = json_put_str(params, name, value, &e);
	if (rc < 0) {
		cJSON_Delete(params);
		return NULL;
	}
	return cmd_ask(k->c, method, params, &ret, &e) == 0 ? ret : NULL;
}

/* Adds a member of every object of a list. */
static void
add_members(struct complete *k, const cJSON *list, const char *member)
{
	const cJSON *one;

	cJSON_ArrayForEach (one, list) {
		const cJSON *v = json_get(one, member);
		char number[24];

		if (cJSON_IsString(v)) {
			complete_add(k, v->valuestring, "");
		} else if (cJSON_IsNumber(v)) {
			snprintf(number, sizeof(number), "%d", v->valueint);
			complete_add(k, number, "");
		}
	}
}

static void
from_list(struct complete *k, const char *method, const char *list,
    const char *member)
{
	cJSON *doc = ask(k, method, NULL, NULL);

	add_members(k, json_get(doc, list), member);
	cJSON_Delete(doc);
}

static void
add_items(struct complete *k)
{
	from_list(k, "edition.get", "items", "id");
}

static void
add_points(struct complete *k)
{
	cJSON *edition = ask(k, "edition.get", NULL, NULL);
	const cJSON *item;

	cJSON_ArrayForEach (item, json_get(edition, "items")) {
		for (size_t l = 0; l < CRITERIA_LEVELS; l++)
			add_members(
			    k, criteria_points(item, criteria_levels[l]), "id");
	}
	cJSON_Delete(edition);
}

static void
add_questions(struct complete *k)
{
	cJSON *edition = ask(k, "edition.get", NULL, NULL);
	const cJSON *group, *q;

	cJSON_ArrayForEach (group, json_get(edition, "profile")) {
		cJSON_ArrayForEach (q, json_get(group, "questions")) {
			complete_add(k, json_str(q, "id"), "=");
		}
	}
	cJSON_Delete(edition);
}

/* 0 for what is written by the system and refused from a person. */
static int
is_typed(const char *type, const char *name)
{
	static const struct {
		const char *type;
		const char *name;
	} written[] = {
		{ "cycle", "cycle" },
		{ "action", "origin.year" },
		{ "review", "consensus.time" },
		{ "review", "consensus.login" },
		{ "review", "consensus.name" },
		{ "review", "consensus.of" },
	};

	for (size_t i = 0; i < sizeof(written) / sizeof(*written); i++)
		if (strcmp(written[i].type, type) == 0 &&
		    strcmp(written[i].name, name) == 0)
			return 0;
	return 1;
}

/* Fields of a record type; below: only those below this, without it. lead: set
 * before each. */
static void
add_fields(struct complete *k, const char *type, const char *below,
    const char *lead, const char *tail)
{
	cJSON *describe = ask(k, "records.describe", NULL, NULL);
	const cJSON *f;
	char word[128];

	cJSON_ArrayForEach (f, labels_fields(describe, type)) {
		const char *name = json_str(f, "name");
		size_t len = strlen(below);

		if (name == NULL || strncmp(name, below, len) != 0 ||
		    strchr(name + len, '*') != NULL || !is_typed(type, name))
			continue;
		snprintf(word, sizeof(word), "%s%s", lead, name + len);
		complete_add(k, word, tail);
	}
	cJSON_Delete(describe);
}

/* "1.1" or "1.1.strengths" */
static void
add_item_fields(struct complete *k)
{
	const char *dot = strchr(k->prefix, '.');
	char lead[16];

	add_items(k);
	if (dot == NULL || (dot = strchr(dot + 1, '.')) == NULL ||
	    (size_t)(dot + 2 - k->prefix) > sizeof(lead))
		return;
	snprintf(
	    lead, sizeof(lead), "%.*s", (int)(dot + 1 - k->prefix), k->prefix);
	add_fields(k, "answer", "", lead, "");
}

static int
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* What FIELD=VALUE may be depends on the command. */
static void
add_assignments(struct complete *k, const struct cmd_desc *d)
{
	if (begins(d->name, "profile"))
		add_questions(k);
	else if (begins(d->name, "indicator"))
		add_fields(k, "answer", "indicators.*.", "", "=");
	else if (begins(d->name, "action"))
		add_fields(k, "action", "", "", "=");
	else if (strstr(d->name, "cycle") != NULL)
		add_fields(k, "cycle", "", "", "=");
	else if (strstr(d->name, "review") != NULL)
		add_fields(k, "review", "consensus.", "", "=");
	else
		add_fields(k, "answer", "", "", "=");
}

static void
add_indicators(struct complete *k, const char *item)
{
	cJSON *doc = ask(k, "indicator.list", "item", item);
	const cJSON *it, *m;

	cJSON_ArrayForEach (it, json_get(doc, "items")) {
		cJSON_ArrayForEach (m, json_get(it, "measures")) {
			add_members(k, json_get(m, "indicators"), "id");
			if (json_bool(m, "own", 0))
				complete_add(k, json_str(m, "id"), "");
		}
	}
	cJSON_Delete(doc);
}

static void
add_ids(struct complete *k, const struct cmd_desc *d, const char *const *args,
    size_t n)
{
	if (begins(d->name, "indicator") && n > 0)
		add_indicators(k, args[0]);
	else if (begins(d->name, "action"))
		from_list(k, "action.list", "actions", "id");
	else if (strstr(d->name, "edition") != NULL)
		from_list(k, "edition.list", "editions", "id");
	else
		from_list(k, "practice.list", "practices", "id");
}

/* "a|b|c" of a description. */
static void
add_alternatives(struct complete *k, const char *words)
{
	char word[KIND_MAX];

	while (*words != '\0') {
		size_t len = strcspn(words, "|");

		if (len > 0 && len < sizeof(word)) {
			snprintf(word, sizeof(word), "%.*s", (int)len, words);
			complete_add(k, word, "");
		}
		words += len + (words[len] == '|');
	}
}

/* Points in the past that have a name. */
static void
add_moments(struct complete *k)
{
	add_alternatives(k, "submission|decision|opening|now");
	from_list(k, "history", "revisions", "revision");
}

static void
add_kind(struct complete *k, const char *kind, const struct cmd_desc *d,
    const char *const *args, size_t n)
{
	if (strchr(kind, '|') != NULL)
		add_alternatives(k, kind);
	else if (begins(kind, "POINT"))
		add_points(k);
	else if (begins(kind, "ITEM[.FIELD]") || begins(kind, "ITEM.FIELD"))
		add_item_fields(k);
	else if (begins(kind, "ITEM"))
		add_items(k);
	else if (begins(kind, "FIELD="))
		add_assignments(k, d);
	else if (begins(kind, "QUESTION="))
		add_questions(k);
	else if (begins(kind, "OFFICE") || begins(kind, "CODE"))
		from_list(k, "hall.status", "offices", "code");
	else if (begins(kind, "REVISION"))
		from_list(k, "history", "revisions", "revision");
	else if (begins(kind, "WHEN"))
		add_moments(k);
	else if (begins(kind, "YEAR"))
		from_list(k, "cycle.list", "cycles", "year");
	else if (begins(kind, "EDITION"))
		from_list(k, "edition.list", "editions", "id");
	else if (begins(kind, "SHA"))
		from_list(k, "evidence.list", "evidence", "sha256");
	else if (begins(kind, "ID") && d != NULL)
		add_ids(k, d, args, n);
}

void
complete_option(struct complete *k, enum opt o, const struct cmd_desc *d)
{
	switch ((int)o) {
	case OPT_FORMAT:
		add_alternatives(k, "html|xlsx|csv|json");
		break;
	case OPT_EDITION:
		add_kind(k, "EDITION", d, NULL, 0);
		break;
	case OPT_CODE:  /* of a directory that is not set up yet */
	case OPT_SINCE: /* a day */
		break;
	default:
		add_kind(k, opts_desc(o)->arg, d, NULL, 0);
	}
}

void
complete_argument(struct complete *k, const struct cmd_desc *d,
    const char *const *args, size_t n)
{
	const char *p = d->args, *at = NULL;
	char kind[KIND_MAX];
	size_t len = 0, i;

	/* the n-th word of the description; the last one where it repeats */
	for (i = 0; *p != '\0'; i++) {
		at = p;
		len = strcspn(p, " ");
		p += len;
		p += strspn(p, " ");
		if (i == n)
			break;
	}
	if (at == NULL || n >= d->max_args)
		return;
	if (n > 0 && begins(d->args, "OFFICE"))
		k->office = args[0];
	if (at[0] == '[' && strncmp(at, "[.", 2) != 0) {
		at++;
		len--;
	}
	snprintf(kind, sizeof(kind), "%.*s", (int)len, at);
	add_kind(k, kind, d, args, n);
}

int
complete_print(const struct complete *k, struct out *o, struct err *e)
{
	const cJSON *one;

	if (k->failed)
		return err_nomem(e);
	cJSON_ArrayForEach (one, k->found) {
		out_puts(o, one->valuestring);
		out_nl(o);
	}
	return 0;
}
