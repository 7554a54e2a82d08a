#include "store/record/canon.h"
#include "tests/support/devices.h"
#include "tests/unit/test.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define SHA "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* What people edit. A "#" stands for one of a few keys. */
static const struct {
	const char *path, *field;
} places[] = {
	{ "2565/items/1.1.json", "gap" },
	{ "2565/items/1.1.json", "owner" },
	{ "2565/items/1.1.json", "strengths" },
	{ "2565/items/1.1.json", "ticks" },
	{ "2565/items/1.1.json", "explanation.basic" },
	{ "2565/items/1.1.json", "explanation.basic" },
	{ "2565/items/1.1.json", "evidence.#.caption" },
	{ "2565/items/1.1.json", "evidence.#.points" },
	{ "2565/items/1.2.json", "gap" },
	{ "2565/items/1.2.json", "ticks" },
	{ "2565/items/7.1.json", "indicators.#.name" },
	{ "2565/items/7.1.json", "indicators.#.target" },
	{ "2565/items/7.1.json", "indicators.#.note" },
	{ "2565/profile.json", "answers.#" },
	{ "2565/profile.json", "answers.#" },
	{ "2565/actions/x.json", "who" },
	{ "2565/actions/x.json", "items" },
	{ "office.json", "name" },
	{ "2566/items/1.1.json", "gap" },
	{ "evidence/" SHA ".json", "name" },
};

static int
chance(struct devices *d, uint64_t percent)
{
	return devices_random(d, 100) < percent;
}

static void
put(cJSON *rec, const char *field, cJSON *v)
{
	struct err e = { 0 };

	assert_ok(record_put(rec, field, v, &e), &e);
}

static void
put_text(cJSON *rec, const char *field, const char *text)
{
	put(rec, field, cJSON_CreateString(text));
}

static cJSON *
copy_of(struct devices *d, int64_t tip, const char *path)
{
	const cJSON *rec = history_get(d->h, tip, path);
	cJSON *copy =
	    rec != NULL ? cJSON_Duplicate(rec, 1) : cJSON_CreateObject();

	assert_non_null(copy);
	return copy;
}

static int
is_valid(const char *path, const cJSON *rec)
{
	struct record_path rp;
	struct err e = { 0 };

	assert_ok(record_path_parse(path, RECORD_OFFICE, &rp, &e), &e);
	return record_check(&rp, rec, NULL, &e) == 0;
}

/* --- values --- */

static void
new_value(struct devices *d, char ret[32])
{
	snprintf(ret, 32, "v%d", ++d->n_made);
}

/* A set with one entry more or less. */
static void
edit_set(struct devices *d, cJSON *rec, const char *field, const char *prefix)
{
	const cJSON *old = record_get(rec, field), *c;
	cJSON *set = cJSON_CreateArray();
	char name[16];
	uint64_t flip = 1 + devices_random(d, 5);
	int has, i;

	for (i = 1; i <= 5; i++) {
		snprintf(name, sizeof(name), "%s%d", prefix, i);
		has = 0;
		cJSON_ArrayForEach (c, old) {
			has |= strcmp(c->valuestring, name) == 0;
		}
		if (has != ((uint64_t)i == flip))
			cJSON_AddItemToArray(set, cJSON_CreateString(name));
	}
	put(rec, field, set);
}

/* A line more, less or another one somewhere in a text. */
static void
edit_lines(struct devices *d, cJSON *rec, const char *field)
{
	const cJSON *old = record_get(rec, field);
	const char *s = old != NULL ? old->valuestring : "";
	struct buf out = BUF_INIT;
	char line[32];
	uint64_t n = 1, at, what = devices_random(d, 3), i;
	const char *p;

	for (p = s; *p != '\0'; p++)
		n += *p == '\n';
	at = devices_random(d, n);
	for (i = 0; i < n; i++) {
		size_t len = strcspn(s, "\n");

		if (i == at && (what < 2 || n < 4)) {
			new_value(d, line);
			buf_printf(&out, "%s%s", out.len > 0 ? "\n" : "", line);
		}
		if (len > 0 && (i != at || (what == 0 || n < 4)))
			buf_printf(&out, "%s%.*s", out.len > 0 ? "\n" : "",
			    (int)len, s);
		s += len + (s[len] == '\n');
	}
	put_text(rec, field, buf_str(&out));
	buf_release(&out);
}

/* --- records --- */

/* What a new one of its type must have. */
static void
complete(struct devices *d, const char *path, cJSON *rec, const char *key)
{
	char name[80], text[32];

	if (strstr(path, "actions/") != NULL && json_get(rec, "what") == NULL) {
		new_value(d, text);
		put_text(rec, "what", text);
		put_text(rec, "status", "open");
	}
	if (strstr(path, "7.1") != NULL) {
		snprintf(name, sizeof(name), "indicators.%s.name", key);
		new_value(d, text);
		if (record_get(rec, name) == NULL)
			put_text(rec, name, text);
		snprintf(name, sizeof(name), "indicators.%s.measure", key);
		if (record_get(rec, name) == NULL)
			put_text(rec, name, "7.1.1");
		snprintf(name, sizeof(name), "indicators.%s.direction", key);
		if (record_get(rec, name) == NULL)
			put_text(rec, name, "larger");
	}
	if (strstr(path, "items/1.1") != NULL) {
		snprintf(name, sizeof(name), "evidence.%s", key);
		if (record_get(rec, name) != NULL &&
		    json_get(record_get(rec, name), "class") == NULL) {
			snprintf(name, sizeof(name), "evidence.%s.class", key);
			put_text(
			    rec, name, chance(d, 80) ? "public" : "internal");
		}
	}
}

static void
new_evidence(struct devices *d, int64_t version, const char *path)
{
	cJSON *rec = cJSON_CreateObject();
	char text[32];

	if (history_get(d->h, version, path) != NULL) {
		cJSON_Delete(rec);
		return;
	}
	new_value(d, text);
	put_text(rec, "name", text);
	put_text(rec, "type", "application/pdf");
	put(rec, "size", cJSON_CreateNumber(10));
	put(rec, "parts", cJSON_CreateNumber(1));
	history_put(d->h, version, path, rec);
}

static void
edit_field(struct devices *d, cJSON *rec, const char *path, const char *field,
    const char *key)
{
	char text[32], entry[80];
	const char *star = strstr(field, key);

	if (chance(d, 12) && strcmp(field, "name") != 0) {
		/* away with it, or with the whole entry */
		snprintf(entry, sizeof(entry), "%s", field);
		if (key[0] != '\0' && star != NULL && chance(d, 60))
			entry[(size_t)(star - field) + strlen(key)] = '\0';
		put(rec, entry, NULL);
		if (!is_valid(path, rec))
			complete(d, path, rec, key);
		return;
	}
	if (strcmp(field, "explanation.basic") == 0) {
		edit_lines(d, rec, field);
	} else if (strstr(field, "ticks") != NULL ||
		   strstr(field, "points") != NULL) {
		edit_set(d, rec, field,
		    strstr(path, "1.2") != NULL ? "1.2.B" : "1.1.B");
	} else if (strcmp(field, "items") == 0) {
		edit_set(d, rec, field, "1.");
	} else if (strstr(field, "target") != NULL) {
		snprintf(text, sizeof(text), "%d", ++d->n_made);
		put_text(rec, field, text);
	} else {
		new_value(d, text);
		put_text(rec, field, text);
	}
	complete(d, path, rec, key);
}

static void
edit_place(struct devices *d, int64_t version, size_t place)
{
	static const char *const keys[] = { "ia1", "ib1", "ic1" };
	const char *path = places[place].path, *field = places[place].field;
	const char *hash = strchr(field, '#');
	const char *key = hash != NULL ? keys[devices_random(d, 3)] : "";
	char name[80];
	cJSON *rec;

	if (strncmp(path, "evidence/", 9) == 0) {
		new_evidence(d, version, path);
		return;
	}
	if (history_get(d->h, version, path) != NULL && chance(d, 4) &&
	    strcmp(path, "office.json") != 0) {
		history_put(d->h, version, path, NULL);
		return;
	}
	rec = copy_of(d, version, path);
	if (hash != NULL)
		snprintf(name, sizeof(name), "%.*s%s%s", (int)(hash - field),
		    field, key, hash + 1);
	else
		snprintf(name, sizeof(name), "%s", field);
	edit_field(d, rec, path, name, key);
	assert_true(is_valid(path, rec));
	history_put(d->h, version, path, rec);
}

/* --- the year --- */

static const char *
status_of(struct devices *d, int64_t version, const char *year)
{
	char path[32];

	snprintf(path, sizeof(path), "%.4s/assessment.json", year);
	return json_str(history_get(d->h, version, path), "status");
}

static void
open_year(struct devices *d, int64_t version)
{
	cJSON *rec = cJSON_CreateObject();

	put(rec, "cycle", cJSON_CreateNumber(2566));
	put_text(rec, "edition.id", chance(d, 50) ? "e" : "f");
	put_text(
	    rec, "edition.blob", "2ad5a5b8a1b7bd4ea7e4bcd4a2bba6d62d4ba5a5");
	put_text(rec, "status", "open");
	history_put(d->h, version, "2566/assessment.json", rec);
}

static void
reopen(struct devices *d, int64_t version, const char *year)
{
	cJSON *rec;
	char path[32];

	snprintf(path, sizeof(path), "%.4s/assessment.json", year);
	rec = copy_of(d, version, path);
	put_text(rec, "status", "open");
	history_put(d->h, version, path, rec);
}

static int64_t
submit(struct devices *d, int64_t version, const char *login)
{
	cJSON *rec = copy_of(d, version, "2565/assessment.json");
	char text[48];

	put_text(rec, "status", "submitted");
	put(rec, "submission.n",
	    cJSON_CreateNumber(
		(double)json_int(json_get(rec, "submission"), "n", 0) + 1));
	snprintf(text, sizeof(text), "a%lld", (long long)version);
	put_text(rec, "submission.revision", text);
	put_text(rec, "submission.time", "2026-11-22T10:00:00+07:00");
	put_text(rec, "submission.login", login);
	put_text(rec, "submission.name", text);
	history_put(d->h, version, "2565/assessment.json", rec);
	return version;
}

static int
is_submitted(struct devices *d, int64_t version, const char *path)
{
	const char *status =
	    path[0] == '2' ? status_of(d, version, path) : NULL;

	return status != NULL && strcmp(status, "submitted") == 0;
}

int64_t
devices_edit(struct devices *d, int device)
{
	char login[8];
	int64_t version;
	int i, n = 1 + (int)devices_random(d, 3);

	snprintf(login, sizeof(login), "d%d", device);
	version = history_add(d->h, d->tips[device], HISTORY_NONE, login);
	if (chance(d, 4) && !is_submitted(d, version, "2565"))
		return submit(d, version, login);
	for (i = 0; i < n; i++) {
		size_t place = devices_random(d, N(places));
		const char *path = places[place].path;

		if (strncmp(path, "2566", 4) == 0 &&
		    status_of(d, version, path) == NULL)
			open_year(d, version);
		if (is_submitted(d, version, path)) {
			if (!chance(d, 30))
				continue;
			reopen(d, version, path);
		}
		edit_place(d, version, place);
	}
	return version;
}

/* --- conflicts --- */

static const char *
pick_conflict(struct devices *d, int64_t tip, const cJSON **ret)
{
	const char *path, *picked = NULL;
	const cJSON *rec;
	size_t i;
	uint64_t n = 0;

	for (i = 0; (path = history_file(d->h, tip, i, &rec)) != NULL; i++) {
		if (strncmp(path, "conflicts/", 10) != 0)
			continue;
		n++;
		if (devices_random(d, n) == 0) {
			picked = path;
			*ret = rec;
		}
	}
	return picked;
}

/* The value that a person takes: one of the two, or another one. */
static cJSON *
choose(struct devices *d, const cJSON *conflict, const struct field *f)
{
	uint64_t what = devices_random(d, 3);
	const cJSON *v;
	char text[32];

	if (what == 2 && (f->type == FIELD_TEXT || f->type == FIELD_LINE)) {
		new_value(d, text);
		return cJSON_CreateString(text);
	}
	v = record_get(conflict, what == 0 ? "hall.value" : "mine.value");
	return v != NULL ? cJSON_Duplicate(v, 1) : NULL;
}

int64_t
devices_resolve(struct devices *d, int device)
{
	const cJSON *conflict = NULL;
	const char *file = pick_conflict(d, d->tips[device], &conflict);
	char path[112], own[64], login[8];
	const struct field *f;
	struct record_path rp;
	struct err e = { 0 };
	int64_t version;
	cJSON *rec;

	if (file == NULL)
		return d->tips[device];
	snprintf(own, sizeof(own), "%s", file);
	snprintf(path, sizeof(path), "%s.json", json_str(conflict, "record"));
	if (is_submitted(d, d->tips[device], path))
		return d->tips[device];
	assert_ok(record_path_parse(path, RECORD_OFFICE, &rp, &e), &e);
	f = record_field(rp.type, json_str(conflict, "field"));
	assert_non_null(f);
	snprintf(login, sizeof(login), "d%d", device);
	version = history_add(d->h, d->tips[device], HISTORY_NONE, login);
	rec = copy_of(d, version, path);
	if (f->merge != MERGE_FIXED && strstr(path, "assessment") == NULL)
		put(rec, json_str(conflict, "field"), choose(d, conflict, f));
	/* one field alone may not make a record */
	if (is_valid(path, rec) && rec->child != NULL)
		history_put(d->h, version, path, rec);
	else
		cJSON_Delete(rec);
	history_put(d->h, version, own, NULL);
	d->n_resolved++;
	return version;
}
