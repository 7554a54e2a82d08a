/* Scores against an independent implementation in another language
 * (tests/support/score_ref.py), over random answers and reviews. */
#include "tests/unit/test.h"

#include <string.h>

#include "base/file.h"
#include "store/criteria/score.h"
#include "store/record/canon.h"

#define CASES 400
#define REFERENCE "tests/support/score_ref.py"

static const char *const files[] = {
	"editions/pmqa4-2562.json",
	"tests/support/editions/test-linear-2564.json",
};
#define N_FILES (sizeof(files) / sizeof(files[0]))

static uint64_t seed;

static unsigned
below(unsigned n)
{
	return (unsigned)(test_random(&seed) % n);
}

/* --- random records --- */

static void
add_text(cJSON *obj, const char *key, const char *text)
{
	assert_non_null(cJSON_AddStringToObject(obj, key, text));
}

/* A figure of one of the kinds that people write. */
static void
figure(char ret[64])
{
	static const char *const special[] = { "0", "1", "100", "-5", "0.5",
		"-0.001", "99.99", "101", "105", "105.1", "123456789012345",
		"1234567890123456", "0.00000000000001", "999999999999999",
		"12345678901234567890.5", "3", "7", "300" };
	unsigned kind = below(6);

	if (kind == 0)
		snprintf(ret, 64, "%s",
		    special[below(sizeof(special) / sizeof(special[0]))]);
	else if (kind == 1)
		snprintf(ret, 64, "%u", below(200));
	else if (kind == 2)
		snprintf(ret, 64, "%u.%u", below(120), 1 + below(9));
	else if (kind == 3)
		snprintf(
		    ret, 64, "%u.%u%u", below(5000), below(10), 1 + below(9));
	else if (kind == 4)
		snprintf(ret, 64, "%u", below(100000000));
	else
		snprintf(ret, 64, "%u", 80 + below(40));
}

/* Most figures near their target: that is where the rules differ. */
static void
add_figures(cJSON *ind)
{
	char text[64];
	unsigned target = 1 + below(400);

	if (below(3) == 0) {
		snprintf(text, sizeof(text), "%u", target);
		add_text(ind, "target", text);
		snprintf(
		    text, sizeof(text), "%u", target * (75 + below(40)) / 100);
		add_text(ind, "actual", text);
		return;
	}
	if (below(10) != 0) {
		figure(text);
		add_text(ind, "target", text);
	}
	if (below(10) != 0) {
		figure(text);
		add_text(ind, "actual", text);
	}
}

static void
add_indicator(cJSON *all, const char *measure)
{
	cJSON *ind = cJSON_CreateObject();
	char key[24];

	snprintf(key, sizeof(key), "ia%d", cJSON_GetArraySize(all) + 1);
	add_text(ind, "measure", measure);
	add_text(ind, "name", "x");
	add_text(ind, "direction", below(3) == 0 ? "smaller" : "larger");
	add_figures(ind);
	if (below(12) == 0)
		add_text(ind, "not_applicable", "x");
	cJSON_AddItemToObject(all, key, ind);
}

static cJSON *
result_answer(const struct edition_item *it)
{
	cJSON *rec = cJSON_CreateObject(), *all = cJSON_CreateObject();
	const cJSON *m;
	unsigned n, most = 1 + below(4);

	cJSON_ArrayForEach (m, json_get(it->json, "measures")) {
		n = below(8) == 0 ? 0 : below(most + 1);
		/* required ones are there more often, or nothing is scored */
		if (json_bool(m, "required", 0) && below(6) != 0)
			n++;
		while (n-- > 0)
			add_indicator(all, json_str(m, "id"));
	}
	if (below(2) == 0) {
		cJSON *own = cJSON_CreateObject();

		cJSON_AddItemToObject(own, "ma1", cJSON_CreateObject());
		cJSON_AddItemToObject(rec, "measures", own);
		if (below(4) != 0)
			add_indicator(all, "ma1");
	}
	cJSON_AddItemToObject(rec, "indicators", all);
	return rec;
}

/* NULL: nothing ticked. Each level whole, in part or not at all. */
static cJSON *
ticks_of(const struct edition_item *it)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *c;
	int level;

	for (level = 0; level < N_LEVELS; level++) {
		unsigned how = below(4);

		cJSON_ArrayForEach (c, json_get(json_get(it->json, "points"),
					   level_name((enum level)level))) {
			if (how < 2 || (how == 2 && below(2) == 0))
				cJSON_AddItemToArray(list,
				    cJSON_CreateString(json_str(c, "id")));
		}
	}
	if (list->child != NULL)
		return list;
	cJSON_Delete(list);
	return NULL;
}

static cJSON *
answer_for(const struct edition_item *it)
{
	cJSON *rec, *ticks;

	if (strcmp(it->kind, "result") == 0)
		return result_answer(it);
	rec = cJSON_CreateObject();
	if ((ticks = ticks_of(it)) != NULL)
		cJSON_AddItemToObject(rec, "ticks", ticks);
	return rec;
}

static cJSON *
view_for(const struct edition_item *it, unsigned sure)
{
	cJSON *view = cJSON_CreateObject(), *ticks;
	char text[32];

	if (strcmp(it->kind, "process") == 0 && below(3) != 0 &&
	    (ticks = ticks_of(it)) != NULL)
		cJSON_AddItemToObject(view, "ticks", ticks);
	if (below(3) == 0 || sure) {
		if (below(3) == 0)
			snprintf(text, sizeof(text), "%u", 100 * below(6));
		else
			snprintf(text, sizeof(text), "%u.%u", below(500),
			    1 + below(9));
		add_text(view, "score", text);
	}
	return view;
}

static cJSON *
review_for(const struct edition_item *it, unsigned sure)
{
	cJSON *rec = cJSON_CreateObject(), *all = cJSON_CreateObject();
	unsigned n = below(4);

	if (sure || below(3) == 0)
		cJSON_AddItemToObject(rec, "consensus", view_for(it, sure));
	while (n-- > 0) {
		char key[16];

		snprintf(key, sizeof(key), "a%u", n);
		cJSON_AddItemToObject(all, key, view_for(it, 0));
	}
	cJSON_AddItemToObject(rec, "assessors", all);
	return rec;
}

/* --- the comparison --- */

static const cJSON *
answer_of(void *arg, const char *item)
{
	return json_get(json_get(arg, "answers"), item);
}

static const cJSON *
review_of(void *arg, const char *item)
{
	return json_get(json_get(arg, "reviews"), item);
}

/* One line: what was asked and what score_all() said. */
static void
write_case(const struct edition *ed, const char *file, struct buf *out)
{
	cJSON *all = cJSON_CreateObject(), *answers = cJSON_CreateObject();
	cJSON *reviews = cJSON_CreateObject(), *got = NULL;
	unsigned reviewed = below(3), empty = below(10);
	struct err e = { 0 };
	size_t i;

	add_text(all, "edition", file);
	cJSON_AddItemToObject(all, "answers", answers);
	cJSON_AddItemToObject(all, "reviews", reviews);
	for (i = 0; i < edition_n_items(ed); i++) {
		const struct edition_item *it = edition_item_at(ed, i);

		if (empty != 0 && below(12) != 0)
			cJSON_AddItemToObject(answers, it->id, answer_for(it));
		if (reviewed > 0)
			cJSON_AddItemToObject(
			    reviews, it->id, review_for(it, reviewed == 2));
	}
	assert_ok(score_all(ed, answer_of, review_of, all, &got, &e), &e);
	cJSON_AddItemToObject(all, "got", got);
	assert_ok(json_write(all, out, &e), &e);
	buf_putc(out, '\n');
	cJSON_Delete(all);
}

static void
test_score_ref__both_implementations_say_the_same(void **state)
{
	const char *argv[] = { "python3", REFERENCE, NULL, NULL };
	struct edition *editions[N_FILES] = { NULL };
	struct buf out = BUF_INIT, bytes = BUF_INIT;
	char *dir = test_dir(), *said = NULL, path[600];
	struct err e = { 0 };
	size_t i;
	int status;

	(void)state;
	seed = test_seed();
	for (i = 0; i < N_FILES; i++) {
		buf_clear(&bytes);
		assert_ok(file_read(files[i], CANON_MAX, &bytes, &e), &e);
		assert_ok(
		    edition_parse(bytes.data, bytes.len, &editions[i], &e), &e);
	}
	for (i = 0; i < CASES; i++)
		write_case(editions[i % N_FILES], files[i % N_FILES], &out);
	snprintf(path, sizeof(path), "%s/cases", dir);
	assert_ok(file_write(path, buf_str(&out), out.len, 0600, &e), &e);

	argv[2] = path;
	status = test_run(argv, &said);

	if (status != 0) { /* longer than cmocka prints */
		fputs(said, stderr);
		fail_msg("%s ended with %d", REFERENCE, status);
	}
	assert_non_null(strstr(said, "400 cases, 0 differ"));
	free(said);
	for (i = 0; i < N_FILES; i++)
		edition_free(editions[i]);
	buf_release(&bytes);
	buf_release(&out);
	test_dir_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_score_ref__both_implementations_say_the_same),
	};

	return cmocka_run_group_tests_name("score_ref", tests, NULL, NULL);
}
