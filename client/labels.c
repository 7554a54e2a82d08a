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
	{ "return", N_("giving the hall back what it lost") },
	{ "merge", N_("merging") },
	{ "push", N_("sending") },
	{ "receipt", N_("waiting for the receipt") },
	{ "evidence", N_("sending evidence") },
	{ "files", N_("fetching evidence") },
	/* class of its last error */
	{ "retry", N_("will be tried again") },
	{ "person", N_("needs a person") },
	{ "refused", N_("refused by the hall") },
	/* state of an assessment */
	{ "none", N_("not opened") },
	{ "open", N_("open") },
	{ "submitted", N_("submitted") },
	{ "returned", N_("returned for correction") },
	{ "accepted", N_("accepted") },
	{ "reopened", N_("opened again") },
	/* roles, states of devices, severities */
	{ "office", N_("office") },
	{ "hall", N_("hall") },
	{ "active", N_("active") },
	{ "revoked", N_("revoked") },
	{ "error", N_("error") },
	{ "warning", N_("warning") },
	{ "note", N_("note") },
	/* values of fields */
	{ "done", N_("done") },
	{ "dropped", N_("dropped") },
	{ "quick", N_("quick win") },
	{ "system", N_("system fix") },
	{ "sustain", N_("sustain") },
	{ "both", N_("changed by both devices") },
	{ "signed", N_("written by one device while the year was signed off "
		       "on another") },
	{ "rules", N_("both together would break a rule of the record") },
	{ "larger", N_("larger is better") },
	{ "smaller", N_("smaller is better") },
	{ "public", N_("public") },
	{ "internal", N_("internal") },
	{ "confidential", N_("confidential") },
	/* what was taken out of the past */
	{ "history.export", N_("file of the history") },
	{ "audit", N_("dossier of an audit") },
};

static const struct {
	const char *word;
	const char *text;
} actions[] = {
	{ "open", N_("begin") },
	{ "set", N_("write") },
	{ "tick", N_("tick") },
	{ "untick", N_("untick") },
	{ "submit", N_("submit") },
	{ "reopen", N_("open again") },
	{ "review", N_("review") },
	{ "consensus", N_("consensus") },
	{ "comment", N_("comment") },
	{ "return", N_("return") },
	{ "accept", N_("accept") },
	{ "enroll", N_("enrol") },
	{ "revoke", N_("revoke a device") },
	{ "restore", N_("restore") },
	{ "disable", N_("disable the office") },
	{ "enable", N_("enable the office") },
	{ "attach", N_("attach evidence") },
	{ "detach", N_("unlink evidence") },
	{ "redact", N_("erase evidence") },
	{ "profile", N_("write the profile") },
	{ "indicator", N_("write an indicator") },
	{ "plan", N_("plan") },
	{ "import", N_("import") },
	{ "edit", N_("edit") },
	{ "revert", N_("undo") },
	{ "merge", N_("merge") },
	{ "resolve", N_("decide a conflict") },
	{ "receipt", N_("give a receipt") },
	{ "publish", N_("publish") },
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
labels_action_word(const char *given)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		if (strcmp(actions[i].word, given) == 0)
			return actions[i].word;
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		if (strcmp(err_tr(actions[i].text), given) == 0)
			return actions[i].word;
	return NULL;
}

const char *
labels_action_at(size_t i)
{
	return i < sizeof(actions) / sizeof(*actions) ? actions[i].word : NULL;
}

const char *
labels_level(const char *level)
{
	for (size_t i = 0; level != NULL && i < 3; i++)
		if (strcmp(levels[i].level, level) == 0)
			return err_tr(levels[i].text);
	return "-";
}

/* What a record is, by a part of its name; the first that fits. */
static const struct {
	const char *part;
	const char *type;
} parts[] = {
	{ "conflicts/", "conflict" },
	{ "/items/", "answer" },
	{ "/actions/", "action" },
	{ "/comments/", "comments" },
	{ "reviews/", "review" },
	{ "decisions/", "decision" },
	{ "editions/", "edition" },
	{ "wordings/", "wording" },
	{ "evidence/", "evidence" },
	{ "practices/", "practice" },
	{ "announcements/", "announcement" },
	{ "cycles/", "cycle" },
	{ "/assessment", "assessment" },
	{ "/profile", "profile" },
};

const char *
labels_type(const char *record)
{
	if (record == NULL)
		return "";
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (strstr(record, parts[i].part) != NULL)
			return parts[i].type;
	return record;
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

/* The description of a field; NULL if there is none. */
static const cJSON *
field_of(const cJSON *describe, const char *record, const char *field)
{
	const cJSON *f;

	cJSON_ArrayForEach (f, labels_fields(describe, labels_type(record))) {
		const char *pattern = json_str(f, "name");

		if (pattern != NULL && field != NULL && matches(pattern, field))
			return f;
	}
	return NULL;
}

const char *
labels_field(const cJSON *describe, const char *record, const char *field)
{
	const cJSON *f = field_of(describe, record, field);
	const char *label = lang_pick(json_str(f, "en"), json_str(f, "th"));

	if (label[0] != '\0')
		return label;
	return field != NULL ? field : "";
}

const char *
labels_kind(const cJSON *describe, const char *record, const char *field)
{
	const char *kind = json_str(field_of(describe, record, field), "kind");

	return kind != NULL ? kind : "";
}

void
labels_full(char *ret, size_t size, const cJSON *describe, const char *record,
    const char *field)
{
	const char *pattern =
	    json_str(field_of(describe, record, field), "name");
	const char *star = pattern != NULL ? strchr(pattern, '*') : NULL;
	const char *label = labels_field(describe, record, field);
	size_t len;

	if (star == NULL || field == NULL) {
		snprintf(ret, size, "%s", label);
		return;
	}
	field += star - pattern;
	len = strcspn(field, ".");
	/* of a long one, such as a file's hash, its beginning */
	snprintf(ret, size, "%s (%.*s)", label, len > 24 ? 8 : (int)len, field);
}

const char *
labels_record(const cJSON *describe, const char *record)
{
	const char *type = labels_type(record);
	const cJSON *t = type_of(describe, type);
	const char *label = lang_pick(json_str(t, "en"), json_str(t, "th"));

	if (record == NULL)
		return "";
	if (strcmp(type, "answer") == 0 || strcmp(type, "action") == 0 ||
	    strcmp(type, "review") == 0 || strcmp(type, "comments") == 0)
		return strrchr(record, '/') + 1;
	if (label[0] != '\0')
		return label;
	return record;
}
