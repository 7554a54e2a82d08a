/*
 * Merges of random histories of two to five devices, with halls that are
 * restored to an older state, so that histories cross. PMQA_SEEDS=100000 for
 * more of them than a check has time for.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "store/record/canon.h"
#include "tests/support/devices.h"

#define SEEDS 150
#define STEPS 45

/* PMQA_SHOW: the whole history before a test fails. */
static void
show(const struct devices *d, int64_t last)
{
	int64_t i;

	for (i = 0; i <= last && getenv("PMQA_SHOW") != NULL; i++)
		history_print(d->h, i);
}

/* --- nothing acknowledged vanishes --- */
/* A value that somebody saved: of a field, or one entry of a set, or one line
 * of a text. */
struct saved {
	const char *path, *field;
	const cJSON *value; /* of a field as it is */
	char part[64];      /* of a set or a text; "" otherwise */
};

static int
has_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	for (;;) {
		size_t n = strcspn(text, "\n");

		if (n == len && memcmp(text, line, n) == 0)
			return 1;
		if (text[n] == '\0')
			return 0;
		text += n + 1;
	}
}

/* Whether a value is, or holds, what was saved. */
static int
holds(const cJSON *v, const struct saved *s)
{
	const cJSON *c;

	if (v == NULL)
		return 0;
	if (s->part[0] == '\0')
		return canon_equal(v, s->value);
	if (cJSON_IsString(v))
		return has_line(v->valuestring, s->part);
	cJSON_ArrayForEach (c, v) {
		if (strcmp(c->valuestring, s->part) == 0)
			return 1;
	}
	return 0;
}

static int
state_holds(const struct history *h, int64_t version, const struct saved *s)
{
	return holds(record_get(history_get(h, version, s->path), s->field), s);
}

static int
is_about(const cJSON *conflict, const struct saved *s)
{
	size_t len = strlen(s->path) - strlen(".json");
	const char *record = json_str(conflict, "record");

	return strlen(record) == len && strncmp(record, s->path, len) == 0 &&
	       strcmp(json_str(conflict, "field"), s->field) == 0;
}

static int
conflict_holds(const cJSON *conflict, const struct saved *s)
{
	return is_about(conflict, s) &&
	       (holds(record_get(conflict, "base.value"), s) ||
		   holds(record_get(conflict, "hall.value"), s) ||
		   holds(record_get(conflict, "mine.value"), s));
}

static int
any_conflict_holds(
    const struct history *h, int64_t version, const struct saved *s)
{
	const char *path;
	const cJSON *rec;
	size_t i;

	for (i = 0; (path = history_file(h, version, i, &rec)) != NULL; i++)
		if (strncmp(path, "conflicts/", 10) == 0 &&
		    conflict_holds(rec, s))
			return 1;
	return 0;
}

/* A person's revision that saw the value and did away with it. */
static int
saw_it(const struct history *h, int64_t version, const struct saved *s)
{
	int64_t parent = history_parent(h, version, 0);
	const char *path;
	const cJSON *rec;
	size_t i;

	if (parent < 0 || history_parent(h, version, 1) >= 0)
		return 0;
	if (state_holds(h, parent, s) && !state_holds(h, version, s))
		return 1;
	for (i = 0; (path = history_file(h, parent, i, &rec)) != NULL; i++)
		if (strncmp(path, "conflicts/", 10) == 0 &&
		    history_get(h, version, path) == NULL &&
		    conflict_holds(rec, s))
			return 1;
	return 0;
}

static void
expect_saved(struct devices *d, int64_t at, int64_t last, const struct saved *s)
{
	int64_t i;

	if (state_holds(d->h, last, s) || any_conflict_holds(d->h, last, s))
		return;
	for (i = 0; i <= last; i++)
		if (!history_reaches(d->h, i, at) &&
		    history_reaches(d->h, i, last) && saw_it(d->h, i, s))
			return;
	show(d, last);
	fail_msg("version %lld: %s %s '%s' vanished", (long long)at, s->path,
	    s->field,
	    s->part[0] != '\0' ? s->part : cJSON_PrintUnformatted(s->value));
}

static void
expect_lines(struct devices *d, int64_t at, int64_t last, struct saved *s,
    const cJSON *old, const cJSON *now)
{
	const char *text = now->valuestring;

	for (;;) {
		size_t n = strcspn(text, "\n");

		snprintf(s->part, sizeof(s->part), "%.*s", (int)n, text);
		if (!holds(old, s))
			expect_saved(d, at, last, s);
		if (text[n] == '\0')
			return;
		text += n + 1;
	}
}

/* A word that comes again and again: written a second time it is no other value
 * than the one that somebody saw and did away with. */
static int
is_word(const struct record_type *t, const char *field)
{
	const struct field *f = record_field(t, field);

	return f->type == FIELD_ENUM || strstr(field, ".measure") != NULL;
}

static void
expect_change(struct devices *d, int64_t at, int64_t last, const char *path,
    const cJSON *change)
{
	const cJSON *old = json_get(change, "old");
	const cJSON *now = json_get(change, "new"), *c;
	struct saved s = { path, json_str(change, "field"), now, "" };

	if (cJSON_IsNull(now))
		return;
	if (cJSON_IsArray(now)) {
		cJSON_ArrayForEach (c, now) {
			snprintf(s.part, sizeof(s.part), "%s", c->valuestring);
			if (!holds(old, &s))
				expect_saved(d, at, last, &s);
		}
	} else if (strcmp(s.field, "explanation.basic") == 0) {
		expect_lines(d, at, last, &s, old, now);
	} else {
		expect_saved(d, at, last, &s);
	}
}

static void
expect_revision(struct devices *d, int64_t at, int64_t last)
{
	int64_t parent = history_parent(d->h, at, 0);
	struct record_path rp;
	struct err e = { 0 };
	cJSON *changes;
	const cJSON *rec, *c;
	const char *path;
	size_t i;

	for (i = 0; (path = history_file(d->h, at, i, &rec)) != NULL; i++) {
		if (strncmp(path, "conflicts/", 10) == 0 ||
		    history_get(d->h, parent, path) == rec)
			continue;
		assert_ok(record_path_parse(path, RECORD_OFFICE, &rp, &e), &e);
		assert_ok(record_diff(rp.type, history_get(d->h, parent, path),
			      rec, &changes, &e),
		    &e);
		cJSON_ArrayForEach (c, changes) {
			if (!is_word(rp.type, json_str(c, "field")))
				expect_change(d, at, last, path, c);
		}
		cJSON_Delete(changes);
	}
}

static void
expect_nothing_vanished(struct devices *d, int64_t last)
{
	int64_t i;

	for (i = 1; i <= last; i++)
		if (history_parent(d->h, i, 1) < 0 &&
		    history_reaches(d->h, i, last))
			expect_revision(d, i, last);
}

/* --- what every merge must keep --- */

static void
expect_valid(struct devices *d, int64_t version)
{
	struct record_path rp;
	struct err e = { 0 };
	const cJSON *rec;
	const char *path;
	size_t i;

	for (i = 0; (path = history_file(d->h, version, i, &rec)) != NULL;
	     i++) {
		assert_ok(record_path_parse(path, RECORD_OFFICE, &rp, &e), &e);
		assert_ok(record_check(&rp, rec, NULL, &e), &e);
	}
}

/* What was signed off is what stands there, or the year is open again. */
static void
expect_whole_year(struct devices *d, int64_t version)
{
	static const char *const paths[] = { "2565/items/1.1.json",
		"2565/items/1.2.json", "2565/items/7.1.json",
		"2565/profile.json" };
	const cJSON *year = history_get(d->h, version, "2565/assessment.json");
	const char *signed_;
	int64_t of;
	size_t i;

	if (strcmp(json_str(year, "status"), "submitted") != 0)
		return;
	signed_ = record_get(year, "submission.revision")->valuestring;
	of = strtoll(signed_ + 1, NULL, 10);
	assert_true(
	    canon_equal(year, history_get(d->h, of, "2565/assessment.json")));
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (!canon_equal(history_get(d->h, of, paths[i]),
			history_get(d->h, version, paths[i]))) {
			show(d, version);
			fail_msg("%s of %lld is not as signed in %lld",
			    paths[i], (long long)version, (long long)of);
		}
}

/* The merge of the same pair again: the same bytes. */
static void
expect_same_bytes(struct devices *d, int64_t version)
{
	struct merge_result a, b;
	size_t i;

	history_try(d->h, history_parent(d->h, version, 0),
	    history_parent(d->h, version, 1), &a);
	history_try(d->h, history_parent(d->h, version, 0),
	    history_parent(d->h, version, 1), &b);
	assert_int_equal(a.n, b.n);
	for (i = 0; i < a.n; i++) {
		assert_string_equal(a.files[i].path, b.files[i].path);
		assert_int_equal(a.files[i].len, b.files[i].len);
		if (a.files[i].bytes != NULL)
			assert_memory_equal(
			    a.files[i].bytes, b.files[i].bytes, a.files[i].len);
	}
	merge_release(&a);
	merge_release(&b);
}

static int64_t
submissions(const struct devices *d, int64_t version)
{
	return json_int(
	    json_get(history_get(d->h, version, "2565/assessment.json"),
		"submission"),
	    "n", 0);
}

/* A person's revision that took the conflict away. */
static int
resolves(const struct devices *d, int64_t i, const char *path)
{
	int64_t parent = history_parent(d->h, i, 0);

	return parent >= 0 && history_parent(d->h, i, 1) < 0 &&
	       history_get(d->h, parent, path) != NULL &&
	       history_get(d->h, i, path) == NULL;
}

/* Whether it resolved any conflict of a field. */
static int
decides(const struct devices *d, int64_t i, const cJSON *conflict)
{
	int64_t parent = history_parent(d->h, i, 0);
	const char *path;
	const cJSON *rec;
	size_t k;

	for (k = 0; (path = history_file(d->h, parent, k, &rec)) != NULL; k++)
		if (strncmp(path, "conflicts/", 10) == 0 &&
		    resolves(d, i, path) &&
		    strcmp(json_str(rec, "record"),
			json_str(conflict, "record")) == 0 &&
		    strcmp(json_str(rec, "field"),
			json_str(conflict, "field")) == 0)
			return 1;
	return 0;
}

/* Whether the revision changed what a field is part of, so that it came or
 * went. */
static int
moves_whole(
    const struct devices *d, int64_t i, const char *path, const char *field)
{
	const cJSON *was = history_get(d->h, history_parent(d->h, i, 0), path);
	const cJSON *now = history_get(d->h, i, path);
	char entry[80];
	size_t dot = strcspn(field, ".");

	if (field[dot] == '.')
		dot += 1 + strcspn(field + dot + 1, ".");
	snprintf(entry, sizeof(entry), "%.*s", (int)dot, field);
	return (was == NULL) != (now == NULL) ||
	       (record_get(was, entry) == NULL) !=
		   (record_get(now, entry) == NULL) ||
	       !canon_equal(record_get(was, field), record_get(now, field));
}

/* Whether a person's revision that the first did not know of is a cause to ask
 * again: it changed the field, decided on it too, or signed off. */
static int
is_news(
    const struct devices *d, const cJSON *rec, int64_t first, int64_t version)
{
	char path[112];
	int64_t i;

	snprintf(path, sizeof(path), "%s.json", json_str(rec, "record"));
	for (i = 1; i < version; i++)
		if (history_parent(d->h, i, 1) < 0 &&
		    history_reaches(d->h, i, version) &&
		    !history_reaches(d->h, i, first) &&
		    (decides(d, i, rec) ||
			moves_whole(d, i, path, json_str(rec, "field")) ||
			submissions(d, i) !=
			    submissions(d, history_parent(d->h, i, 0))))
			return 1;
	return 0;
}

/* Whether the year stands as in another sign-off than the revision had: then
 * what that person decided waits, as all that differs from what was signed. */
static int
is_other_year(const struct devices *d, const cJSON *conflict, int64_t first,
    int64_t version)
{
	const cJSON *a = history_get(d->h, first, "2565/assessment.json");
	const cJSON *b = history_get(d->h, version, "2565/assessment.json");

	return strcmp(json_str(conflict, "why"), "signed") == 0 &&
	       !canon_equal(
		   json_get(a, "submission"), json_get(b, "submission"));
}

/* A conflict that somebody resolved before is there again, over what that
 * person saw and nothing else. */
static void
expect_no_return(struct devices *d, int64_t version)
{
	const char *path;
	const cJSON *rec;
	int64_t i;
	size_t k;

	for (k = 0; (path = history_file(d->h, version, k, &rec)) != NULL;
	     k++) {
		/* answers hang on an edition: the hall's stays each time; what
		 * breaks a record's rules is asked as a whole */
		if (strncmp(path, "conflicts/", 10) != 0 ||
		    strcmp(json_str(rec, "why"), "rules") == 0 ||
		    strncmp(json_str(rec, "field"), "edition.", 8) == 0)
			continue;
		for (i = 1; i < version; i++) {
			if (!resolves(d, i, path) ||
			    !history_reaches(d->h, i, version) ||
			    is_news(d, rec, i, version) ||
			    is_other_year(d, rec, i, version))
				continue;
			show(d, version);
			fail_msg("%s, resolved in %lld, came back in %lld",
			    path, (long long)i, (long long)version);
		}
	}
}

static void
check_merge(struct devices *d, int64_t version)
{
	expect_valid(d, version);
	expect_whole_year(d, version);
	expect_no_return(d, version);
	if (devices_random(d, 8) == 0)
		expect_same_bytes(d, version);
}

/* --- the runs --- */

struct totals {
	long merges, conflicts, resolved, versions;
};

static void
run(uint64_t seed, struct totals *t)
{
	struct devices *d = devices_create(seed);
	int64_t last;
	int i;

	d->merged = check_merge;
	for (i = 0; i < STEPS; i++)
		devices_step(d);
	last = devices_settle(d);
	for (i = 0; i < d->n; i++)
		assert_true(history_same(d->h, d->tips[i], last));
	expect_nothing_vanished(d, last);
	t->merges += d->n_merges;
	t->conflicts += d->n_conflicts;
	t->resolved += d->n_resolved;
	t->versions += last;
	devices_free(d);
}

static void
test_merge_any__converges_and_loses_nothing(void **state)
{
	const char *more = getenv("PMQA_SEEDS");
	long i, n = more != NULL ? strtol(more, NULL, 10) : SEEDS;
	uint64_t seed = test_seed();
	struct totals t = { 0, 0, 0, 0 };

	(void)state;
	for (i = 0; i < n; i++) {
		if (getenv("PMQA_SHOW") != NULL)
			print_message("PMQA_SEED=%llu\n",
			    (unsigned long long)seed + (unsigned long long)i);
		run(seed + (uint64_t)i, &t);
	}
	print_message("%ld histories: %ld versions, %ld merges, %ld conflicts, "
		      "%ld resolved\n",
	    n, t.versions, t.merges, t.conflicts, t.resolved);
	/* one alone, to look at, may be a quiet one */
	assert_true(n < SEEDS || (t.merges > n && t.resolved > n / 10));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge_any__converges_and_loses_nothing),
	};

	return cmocka_run_group_tests_name("merge_any", tests, NULL, NULL);
}
