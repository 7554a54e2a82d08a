#include "client/labels.h"

#include "client/lang.h"

/* Words that daemon and hall use on the wire. */
static const struct {
	const char *word;
	const char *text;
} words[] = {
	/* state of the sync */
	{ "idle", N_("idle") },
	{ "fetch", N_("fetching") },
	{ "absorb", N_("checking what came") },
	{ "merge", N_("merging") },
	{ "push", N_("sending") },
	{ "receipt", N_("waiting for the receipt") },
	/* class of its last error */
	{ "retry", N_("will be tried again") },
	{ "person", N_("needs a person") },
	{ "refused", N_("refused by the hall") },
	/* state of an assessment */
	{ "open", N_("open") },
	/* roles, states of devices, severities */
	{ "office", N_("office") },
	{ "hall", N_("hall") },
	{ "active", N_("active") },
	{ "revoked", N_("revoked") },
	{ "error", N_("error") },
	{ "warning", N_("warning") },
	{ "note", N_("note") },
};

static const struct {
	const char *word;
	const char *text;
} actions[] = {
	{ "open", N_("begin") },
	{ "set", N_("write") },
	{ "tick", N_("tick") },
	{ "untick", N_("untick") },
	{ "enroll", N_("enrol") },
	{ "receipt", N_("give a receipt") },
};

static const struct {
	const char *level;
	const char *text;
} levels[] = {
	{ "basic", N_("Basic") },
	{ "advance", N_("Advance") },
	{ "significance", N_("Significance") },
};

const char *
labels_word(const char *word)
{
	if (word == NULL)
		return "";
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(words[i].word, word) == 0)
			return err_tr(words[i].text);
	return word;
}

const char *
labels_action(const char *action)
{
	for (size_t i = 0;
	     action != NULL && i < sizeof(actions) / sizeof(*actions); i++)
		if (strcmp(actions[i].word, action) == 0)
			return err_tr(actions[i].text);
	return action != NULL ? action : "";
}

const char *
labels_level(const char *level)
{
	for (size_t i = 0; level != NULL && i < 3; i++)
		if (strcmp(levels[i].level, level) == 0)
			return err_tr(levels[i].text);
	return "-";
}

const char *
labels_type(const char *record)
{
	const char *slash = record != NULL ? strrchr(record, '/') : NULL;

	if (record == NULL)
		return "";
	if (slash == NULL)
		return record;
	if (strcmp(slash, "/assessment") == 0)
		return "assessment";
	if (strstr(record, "/items/") != NULL)
		return "answer";
	return strncmp(record, "editions/", 9) == 0 ? "edition" : record;
}

static const cJSON *
type_of(const cJSON *describe, const char *name)
{
	const cJSON *t;

	cJSON_ArrayForEach (t, json_get(describe, "types")) {
		const char *is = json_str(t, "type");

		if (is != NULL && strcmp(is, name) == 0)
			return t;
	}
	return NULL;
}

const cJSON *
labels_fields(const cJSON *describe, const char *type)
{
	return json_get(type_of(describe, type), "fields");
}

/* "devices.*.key" describes "devices.a.key": one segment for the star. */
static int
matches(const char *pattern, const char *name)
{
	for (; *pattern != '\0'; pattern++, name++) {
		if (*pattern == '*') {
			name += strcspn(name, ".");
			name--;
		} else if (*pattern != *name) {
			return 0;
		}
	}
	return *name == '\0';
}

const char *
labels_field(const cJSON *describe, const char *record, const char *field)
{
	const cJSON *f;

	if (field == NULL)
		return "";
	cJSON_ArrayForEach (f, labels_fields(describe, labels_type(record))) {
		const char *pattern = json_str(f, "name");
		const char *label =
		    lang_pick(json_str(f, "en"), json_str(f, "th"));

		if (pattern != NULL && matches(pattern, field) &&
		    label[0] != '\0')
			return label;
	}
	return field;
}

const char *
labels_record(const cJSON *describe, const char *record)
{
	const char *type = labels_type(record);
	const cJSON *t = type_of(describe, type);
	const char *label = lang_pick(json_str(t, "en"), json_str(t, "th"));

	if (strcmp(type, "answer") == 0)
		return strrchr(record, '/') + 1;
	if (label[0] != '\0')
		return label;
	return record != NULL ? record : "";
}
