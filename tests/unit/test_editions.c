/* Editions and wordings of an office and of a hall with its office. */
#include "tests/unit/test.h"

#include <string.h>

#include "base/file.h"
#include "store/admit/absorb.h"
#include "store/hall/editions.h"
#include "store/hall/enroll.h"
#include "store/hall/wording.h"
#include "store/record/canon.h"
#include "store/save/answer.h"
#include "store/save/journal.h"
#include "store/setup.h"
#include "store/view/query.h"
#include "tests/support/office.h"

#define SHIPPED "pmqa4-2562"

static cJSON *
read_json(const char *path)
{
	struct buf b = BUF_INIT;
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_ok(file_read(path, CANON_MAX, &b, &e), &e);
	assert_ok(canon_parse(b.data, b.len, &v, &e), &e);
	buf_release(&b);
	return v;
}

/* The shipped criteria under another id, one point more in 1.1. */
static cJSON *
revised(const char *id)
{
	cJSON *v = read_json("editions/" SHIPPED ".json");
	cJSON *basic =
	    json_get(json_get(json_get(v, "items")->child, "points"), "basic");
	cJSON *more = cJSON_Duplicate(basic->child, 1);
	struct err e = { 0 };

	assert_ok(json_put_str(more, "id", "1.1.B4", &e), &e);
	assert_ok(json_push(basic, more, &e), &e);
	assert_ok(json_put_str(v, "id", id, &e), &e);
	assert_ok(json_put_str(v, "title_en", "revised", &e), &e);
	return v;
}

static struct ask
ask_of(const struct person *p)
{
	struct ask a = { .person = p, .reason = "new criteria" };

	return a;
}

static cJSON *
import(struct store *s, const struct person *p, cJSON *edition)
{
	struct ask a = ask_of(p);
	struct err e = { 0 };
	cJSON *result = NULL;

	assert_ok(editions_import(s, &a, edition, &result, &e), &e);
	cJSON_Delete(edition);
	return result;
}

static void
refuse_import(struct store *s, const struct person *p, cJSON *edition,
    enum err_code code, const char *why)
{
	struct ask a = ask_of(p);
	struct err e = { 0 };
	cJSON *result = NULL;

	assert_err(editions_import(s, &a, edition, &result, &e), code, &e, why);
	assert_null(result);
	cJSON_Delete(edition);
}

static cJSON *
list_of(struct store *s, const char *office)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_ok(editions_list(s, office, &v, &e), &e);
	return v;
}

static const cJSON *
entry(const cJSON *list, const char *id)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(list, "editions")) {
		if (strcmp(json_str(c, "id"), id) == 0)
			return c;
	}
	fail_msg("'%s' is not listed", id);
	return NULL;
}

static cJSON *
score_now(struct store *s, int year)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_ok(query_score(s, "", year, &v, &e), &e);
	return v;
}

static cJSON *
edition_now(struct store *s, int year)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_ok(query_edition_at(s, "", year, NULL, &v, &e), &e);
	return v;
}

static void
open_with(struct test_office *o, int year, const char *edition)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_ok(save_group_begin(o->store, &e), &e);
	assert_ok(
	    answer_open(o->store, &o->person, year, edition, NULL, &v, &e), &e);
	assert_ok(save_group_end(o->store, &e), &e);
	cJSON_Delete(v);
}

/* --- an office alone --- */

static void
test_editions__an_office_knows_the_shipped_one(void **state)
{
	struct test_office o = { 0 };
	cJSON *list;

	(void)state;
	test_office_make(&o);
	cJSON_Delete(test_office_open_year(&o, 2565));
	cJSON_Delete(test_office_open_year(&o, 2564));
	list = list_of(o.store, "");
	assert_int_equal(cJSON_GetArraySize(json_get(list, "editions")), 1);
	assert_string_equal(json_str(list, "newest"), SHIPPED);
	assert_string_equal(json_str(entry(list, SHIPPED), "from"), "shipped");
	assert_int_equal(json_int(entry(list, SHIPPED), "wording", -1), 0);
	assert_int_equal(
	    cJSON_GetArraySize(json_get(entry(list, SHIPPED), "years")), 2);
	assert_int_equal(
	    json_get(entry(list, SHIPPED), "years")->child->valueint, 2564);
	cJSON_Delete(list);
	test_office_remove(&o);
}

/* Mid-year a revised edition arrives: what is open keeps its own. */
static void
test_editions__a_new_one_does_not_change_an_open_assessment(void **state)
{
	struct test_office o = { 0 };
	cJSON *before, *after, *blob, *list, *ed;

	(void)state;
	test_office_make(&o);
	cJSON_Delete(test_office_open_year(&o, 2565));
	cJSON_Delete(test_office_tick(&o, 2565, "1.1.B1 1.1.B2 1.1.B3", 1));
	before = score_now(o.store, 2565);
	blob = edition_now(o.store, 2565);

	cJSON_Delete(import(o.store, &o.person, revised("pmqa4-2566")));

	after = score_now(o.store, 2565);
	assert_true(canon_equal(before, after));
	assert_string_equal(
	    json_str(json_get(after, "items")->child, "score"), "300.00");
	ed = edition_now(o.store, 2565);
	assert_string_equal(json_str(ed, "id"), SHIPPED);
	assert_string_equal(json_str(ed, "blob"), json_str(blob, "blob"));
	cJSON_Delete(ed);
	cJSON_Delete(after);

	/* the next year uses the new one, side by side with the old */
	open_with(&o, 2566, NULL);
	cJSON_Delete(test_office_tick(&o, 2566, "1.1.B1 1.1.B2 1.1.B3", 1));
	after = score_now(o.store, 2566);
	assert_string_equal(json_str(json_get(after, "items")->child, "score"),
	    "225.00"); /* 3 of 4 */
	cJSON_Delete(after);
	after = score_now(o.store, 2565);
	assert_true(canon_equal(before, after));
	list = list_of(o.store, "");
	assert_string_equal(json_str(list, "newest"), "pmqa4-2566");
	assert_string_equal(json_str(entry(list, "pmqa4-2566"), "from"), "own");
	assert_int_equal(
	    json_get(entry(list, "pmqa4-2566"), "years")->child->valueint,
	    2566);
	/* and may still open a year itself */
	open_with(&o, 2567, SHIPPED);
	ed = edition_now(o.store, 2567);
	assert_string_equal(json_str(ed, "id"), SHIPPED);
	cJSON_Delete(ed);
	cJSON_Delete(list);
	cJSON_Delete(after);
	cJSON_Delete(before);
	cJSON_Delete(blob);
	test_office_remove(&o);
}

static void
test_editions__one_that_is_used_or_shipped_never_changes(void **state)
{
	struct test_office o = { 0 };
	cJSON *other, *first, *again;
	struct err e = { 0 };

	(void)state;
	test_office_make(&o);
	refuse_import(o.store, &o.person, revised(SHIPPED), ERR_CONFLICT,
	    "comes with this program");
	/* not used yet: a slip may be mended */
	first = import(o.store, &o.person, revised("draft-1"));
	other = revised("draft-1");
	assert_ok(json_put_str(other, "title_en", "mended", &e), &e);
	again = import(o.store, &o.person, other);
	assert_string_not_equal(
	    json_str(first, "blob"), json_str(again, "blob"));
	/* the same again is nothing new */
	open_with(&o, 2565, "draft-1");
	other = revised("draft-1");
	assert_ok(json_put_str(other, "title_en", "mended", &e), &e);
	cJSON_Delete(import(o.store, &o.person, other));
	refuse_import(o.store, &o.person, revised("draft-1"), ERR_CONFLICT,
	    "assessment of 2565 uses");
	cJSON_Delete(first);
	cJSON_Delete(again);
	test_office_remove(&o);
}

static void
test_editions__import_refuses_what_is_no_edition(void **state)
{
	struct test_office o = { 0 };
	cJSON *bad = revised("bad-1");
	struct ask a;
	struct err e = { 0 };
	cJSON *result = NULL;

	(void)state;
	test_office_make(&o);
	a = ask_of(&o.person);
	cJSON_DeleteItemFromObjectCaseSensitive(bad, "policy");
	assert_err(editions_import(o.store, &a, bad, &result, &e), ERR_INVALID,
	    &e, "lacks 'policy'");
	assert_non_null(strstr(e.hint, "edition validate"));
	assert_err(editions_import(o.store, &a, NULL, &result, &e), ERR_INVALID,
	    &e, "must be an object");
	refuse_import(o.store, &o.person, revised("../../etc/passwd"),
	    ERR_INVALID, "edition.id");
	cJSON_Delete(bad);
	test_office_remove(&o);
}

/* One broken file is told of, the others stay usable. */
static void
test_editions__a_broken_file_is_listed_as_one(void **state)
{
	struct test_office o = { 0 };
	char path[600];
	struct err e = { 0 };
	cJSON *list;

	(void)state;
	test_office_make(&o);
	snprintf(path, sizeof(path), "%s/editions/broken.json", o.dir);
	assert_ok(file_write(path, "{}\n", 3, 0644, &e), &e);
	list = list_of(o.store, "");
	assert_int_equal(cJSON_GetArraySize(json_get(list, "editions")), 2);
	assert_non_null(
	    strstr(json_str(entry(list, "broken"), "fault"), "lacks 'id'"));
	assert_null(json_get(entry(list, SHIPPED), "fault"));
	cJSON_Delete(list);
	test_office_remove(&o);
}

static void
test_editions__export_gives_back_what_was_taken_in(void **state)
{
	struct test_office o = { 0 };
	cJSON *want = revised("pmqa4-2566"), *got = NULL;
	struct err e = { 0 };

	(void)state;
	test_office_make(&o);
	cJSON_Delete(import(o.store, &o.person, revised("pmqa4-2566")));
	assert_ok(editions_export(o.store, "", "pmqa4-2566", &got, &e), &e);
	assert_true(canon_equal(want, json_get(got, "edition")));
	assert_int_equal(cJSON_GetArraySize(json_get(got, "wording")), 0);
	cJSON_Delete(got);
	got = NULL;
	assert_err(editions_export(o.store, "", "nowhere", &got, &e),
	    ERR_NOT_FOUND, &e, "'nowhere' is not here");
	assert_err(editions_export(o.store, "", "../x", &got, &e), ERR_INVALID,
	    &e, "not an edition's id");
	cJSON_Delete(want);
	test_office_remove(&o);
}

static const cJSON *
change(const cJSON *diff, const char *where)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(diff, "changes")) {
		if (strcmp(json_str(c, "where"), where) == 0)
			return c;
	}
	fail_msg("no change at '%s'", where);
	return NULL;
}

static void
test_editions__diff_is_by_item_and_point(void **state)
{
	struct test_office o = { 0 };
	cJSON *diff = NULL;
	const cJSON *c;
	struct err e = { 0 };

	(void)state;
	test_office_make(&o);
	cJSON_Delete(import(o.store, &o.person, revised("pmqa4-2566")));
	assert_ok(editions_diff(o.store, SHIPPED, "pmqa4-2566", &diff, &e), &e);
	assert_int_equal(cJSON_GetArraySize(json_get(diff, "changes")), 3);
	c = change(diff, "items[1.1].points.basic[1.1.B4]");
	assert_true(cJSON_IsNull(json_get(c, "old")));
	assert_string_equal(json_str(json_get(c, "new"), "id"), "1.1.B4");
	assert_string_equal(
	    json_str(change(diff, "title_en"), "new"), "revised");
	assert_string_equal(json_str(change(diff, "id"), "old"), SHIPPED);
	cJSON_Delete(diff);
	/* and back */
	diff = NULL;
	assert_ok(editions_diff(o.store, "pmqa4-2566", SHIPPED, &diff, &e), &e);
	c = change(diff, "items[1.1].points.basic[1.1.B4]");
	assert_true(cJSON_IsNull(json_get(c, "new")));
	cJSON_Delete(diff);
	diff = NULL;
	assert_ok(editions_diff(o.store, SHIPPED, SHIPPED, &diff, &e), &e);
	assert_int_equal(cJSON_GetArraySize(json_get(diff, "changes")), 0);
	cJSON_Delete(diff);
	test_office_remove(&o);
}

/* --- wording --- */

static cJSON *
word(struct store *s, const struct person *p, const char *edition,
    const char *texts)
{
	struct ask a = ask_of(p);
	cJSON *v = cJSON_Parse(texts), *result = NULL;
	struct err e = { 0 };

	assert_non_null(v);
	assert_ok(wording_import(s, &a, edition, v, &result, &e), &e);
	cJSON_Delete(v);
	return result;
}

static void
refuse_wording(struct store *s, const struct person *p, const char *edition,
    const char *texts, enum err_code code, const char *why)
{
	struct ask a = ask_of(p);
	cJSON *v = cJSON_Parse(texts), *result = NULL;
	struct err e = { 0 };

	assert_non_null(v);
	assert_err(
	    wording_import(s, &a, edition, v, &result, &e), code, &e, why);
	assert_null(result);
	cJSON_Delete(v);
}

static const cJSON *
first_point(const cJSON *edition)
{
	return json_get(
	    json_get(json_get(edition, "items")->child, "points"), "basic")
	    ->child;
}

static void
test_editions__real_sentences_are_shown_and_score_nothing(void **state)
{
	struct test_office o = { 0 };
	cJSON *result, *ed, *shown = NULL, *blob, *score;
	struct err e = { 0 };

	(void)state;
	test_office_make(&o);
	cJSON_Delete(test_office_open_year(&o, 2565));
	cJSON_Delete(test_office_tick(&o, 2565, "1.1.B1", 1));
	blob = edition_now(o.store, 2565);
	result = word(o.store, &o.person, SHIPPED,
	    "{\"1.1.B1\":{\"th\":\"ผู้บริหารกำหนดทิศทาง\",\"en\":\"Leaders set "
	    "the direction\"},\"7.1.2\":{\"th\":\"ตามนโยบาย\"}}");
	assert_int_equal(json_int(result, "texts", -1), 2);
	assert_int_equal(cJSON_GetArraySize(json_get(result, "published")), 0);
	cJSON_Delete(result);

	ed = edition_now(o.store, 2565);
	assert_string_equal(
	    json_str(first_point(ed), "label_th"), "ผู้บริหารกำหนดทิศทาง");
	/* what is pinned is the same as before */
	assert_string_equal(json_str(ed, "blob"), json_str(blob, "blob"));
	assert_ok(query_show(o.store, "", 2565, "1.1", NULL, &shown, &e), &e);
	assert_string_equal(
	    json_str(json_get(shown, "points")->child, "label_en"),
	    "Leaders set the direction");
	assert_string_equal(
	    json_str(json_get(shown, "points")->child->next, "label_en"),
	    "point B2");
	score = score_now(o.store, 2565);
	assert_string_equal(
	    json_str(json_get(score, "items")->child, "score"), "100.00");
	cJSON_Delete(score);
	cJSON_Delete(shown);
	cJSON_Delete(ed);
	cJSON_Delete(blob);
	test_office_remove(&o);
}

static void
test_editions__sentences_are_merged_and_taken_away(void **state)
{
	struct test_office o = { 0 };
	cJSON *texts = NULL;
	struct err e = { 0 };

	(void)state;
	test_office_make(&o);
	cJSON_Delete(word(o.store, &o.person, SHIPPED,
	    "{\"1.1.B1\":{\"th\":\"ก\",\"en\":\"a\"},\"1.1.B2\":{\"th\":\"ข\"},"
	    "\"1.1.B3\":{\"th\":\"ค\"}}"));
	cJSON_Delete(word(o.store, &o.person, SHIPPED,
	    "{\"1.1.B1\":{\"en\":\"b\"},\"1.1.B2\":null,\"1.1.B3\":{\"th\":"
	    "null},\"1.1.A1\":{\"en\":\"c\"}}"));
	assert_ok(wording_read(o.store, "", SHIPPED, &texts, &e), &e);
	assert_int_equal(cJSON_GetArraySize(texts), 2);
	assert_string_equal(json_str(json_get(texts, "1.1.B1"), "th"), "ก");
	assert_string_equal(json_str(json_get(texts, "1.1.B1"), "en"), "b");
	assert_string_equal(json_str(json_get(texts, "1.1.A1"), "en"), "c");
	cJSON_Delete(texts);
	texts = NULL;
	/* and all of it */
	cJSON_Delete(word(
	    o.store, &o.person, SHIPPED, "{\"1.1.B1\":null,\"1.1.A1\":{}}"));
	assert_ok(wording_read(o.store, "", SHIPPED, &texts, &e), &e);
	assert_int_equal(cJSON_GetArraySize(texts), 0);
	cJSON_Delete(texts);
	test_office_remove(&o);
}

static void
test_editions__refuses_sentences_that_fit_nothing(void **state)
{
	struct test_office o = { 0 };
	char texts[2200];
	cJSON *kept = NULL;
	struct err e = { 0 };

	(void)state;
	test_office_make(&o);
	refuse_wording(o.store, &o.person, SHIPPED,
	    "{\"1.1.B9\":{\"th\":\"x\"}}", ERR_NOT_FOUND, "no point '1.1.B9'");
	refuse_wording(o.store, &o.person, SHIPPED,
	    "{\"7.1.6\":{\"th\":\"x\"}}", ERR_NOT_FOUND, "no measure '7.1.6'");
	refuse_wording(o.store, &o.person, SHIPPED, "{\"1.1\":{\"th\":\"x\"}}",
	    ERR_INVALID, "neither a point");
	refuse_wording(o.store, &o.person, SHIPPED,
	    "{\"1.1.B1\":{\"fr\":\"x\"}}", ERR_INVALID, "another member");
	refuse_wording(o.store, &o.person, SHIPPED, "{\"1.1.B1\":\"x\"}",
	    ERR_INVALID, "must be an object");
	refuse_wording(o.store, &o.person, SHIPPED,
	    "{\"1.1.B1\":{\"th\":\"a\\nb\"}}", ERR_INVALID, "one line");
	refuse_wording(o.store, &o.person, SHIPPED,
	    "{\"1.1.B1\":{\"th\":\"\"}}", ERR_INVALID, "is empty");
	refuse_wording(
	    o.store, &o.person, "nowhere", "{}", ERR_NOT_FOUND, "nowhere");
	refuse_wording(o.store, &o.person, "../x", "{}", ERR_INVALID,
	    "not an edition's id");
	refuse_wording(
	    o.store, &o.person, SHIPPED, "[]", ERR_INVALID, "an object");
	snprintf(texts, sizeof(texts), "{\"1.1.B1\":{\"th\":\"%02001d\"}}", 0);
	refuse_wording(
	    o.store, &o.person, SHIPPED, texts, ERR_INVALID, "more than 2000");
	/* nothing of it stayed */
	assert_ok(wording_read(o.store, "", SHIPPED, &kept, &e), &e);
	assert_int_equal(cJSON_GetArraySize(kept), 0);
	cJSON_Delete(kept);
	test_office_remove(&o);
}

/* --- a hall and its office --- */

struct province {
	struct test_office office;
	struct store *hall;
	char *hall_dir;
	struct person reviewer;
};

static void
enroll(struct province *p)
{
	cJSON *request = NULL, *answer = NULL, *accepted = NULL;
	struct conf c;
	struct err e = { 0 };

	memset(p, 0, sizeof(*p));
	snprintf(p->reviewer.login, sizeof(p->reviewer.login), "hall");
	snprintf(p->reviewer.name, sizeof(p->reviewer.name), "hall");
	test_office_make(&p->office);
	p->hall_dir = test_dir();
	conf_defaults(ROLE_HALL, &c);
	snprintf(c.dir, sizeof(c.dir), "%s", p->hall_dir);
	snprintf(c.code, sizeof(c.code), "91");
	snprintf(c.name, sizeof(c.name), "สตูล");
	c.n_own_urls = 1;
	snprintf(c.own_urls[0], sizeof(c.own_urls[0]), "%s", p->hall_dir);
	assert_ok(setup_init(&c, &e), &e);
	assert_ok(store_open(p->hall_dir, STORE_WRITE, &p->hall, &e), &e);
	assert_ok(enroll_request(p->office.store, &request, &e), &e);
	assert_ok(enroll_admit(p->hall, &p->reviewer,
		      json_str(request, "request"), &answer, &e),
	    &e);
	assert_ok(enroll_accept(p->office.store, json_str(answer, "answer"),
		      &accepted, &e),
	    &e);
	assert_ok(store_reload_conf(p->office.store, &e), &e);
	cJSON_Delete(request);
	cJSON_Delete(answer);
	cJSON_Delete(accepted);
}

/* What a fetch moves, then the office's absorb. */
static void
fetch(struct province *p)
{
	char from[700];
	struct err e = { 0 };
	int64_t n = 0;

	assert_ok(journal_flush(p->hall, &e), &e);
	snprintf(from, sizeof(from), "%s/offices/9105.git", p->hall_dir);
	free(test_office_git(&p->office, "fetch", "--quiet", from,
	    "refs/heads/hall:refs/heads/hall", NULL));
	assert_ok(absorb_ref(p->office.store, "9105", "hall", "refs/heads/hall",
		      &n, &e),
	    &e);
}

static void
dissolve(struct province *p)
{
	store_close(p->hall);
	test_dir_remove(p->hall_dir);
	test_office_remove(&p->office);
}

static void
test_editions__a_hall_publishes_to_its_offices(void **state)
{
	struct province p;
	cJSON *result, *list, *ed;

	(void)state;
	enroll(&p);
	result = import(p.hall, &p.reviewer, revised("pmqa4-2566"));
	assert_int_equal(cJSON_GetArraySize(json_get(result, "published")), 1);
	assert_string_equal(
	    json_str(json_get(result, "published")->child, "office"), "9105");
	cJSON_Delete(result);
	list = list_of(p.hall, NULL);
	assert_int_equal(cJSON_GetArraySize(json_get(list, "editions")), 2);
	cJSON_Delete(list);
	list = list_of(p.hall, "9105");
	assert_string_equal(
	    json_str(entry(list, "pmqa4-2566"), "from"), "hall");
	cJSON_Delete(list);

	/* published: never another under this name */
	ed = revised("pmqa4-2566");
	cJSON_DeleteItemFromObjectCaseSensitive(ed, "thresholds");
	refuse_import(p.hall, &p.reviewer, ed, ERR_CONFLICT, "is published");
	/* the very same again makes no revision */
	result = import(p.hall, &p.reviewer, revised("pmqa4-2566"));
	assert_int_equal(cJSON_GetArraySize(json_get(result, "published")), 0);
	cJSON_Delete(result);

	fetch(&p);
	list = list_of(p.office.store, "");
	assert_string_equal(
	    json_str(entry(list, "pmqa4-2566"), "from"), "hall");
	assert_string_equal(json_str(list, "newest"), "pmqa4-2566");
	cJSON_Delete(list);
	dissolve(&p);
}

static void
test_editions__an_office_of_a_hall_takes_in_none_itself(void **state)
{
	struct province p;

	(void)state;
	enroll(&p);
	refuse_import(p.office.store, &p.office.person, revised("pmqa4-2566"),
	    ERR_DENIED, "hall 91, which publishes");
	dissolve(&p);
}

static void
test_editions__the_halls_sentences_go_before_the_offices_own(void **state)
{
	struct province p;
	cJSON *result, *texts = NULL, *ed;
	struct err e = { 0 };

	(void)state;
	enroll(&p);
	cJSON_Delete(word(p.office.store, &p.office.person, SHIPPED,
	    "{\"1.1.B1\":{\"th\":\"ของหน่วยงาน\"},\"1.1.B2\":{\"th\":"
	    "\"ของหน่วยงาน\"}}"));
	result = word(
	    p.hall, &p.reviewer, SHIPPED, "{\"1.1.B1\":{\"th\":\"ของจังหวัด\"}}");
	assert_int_equal(cJSON_GetArraySize(json_get(result, "published")), 1);
	cJSON_Delete(result);
	fetch(&p);
	cJSON_Delete(test_office_open_year(&p.office, 2565));
	ed = edition_now(p.office.store, 2565);
	assert_string_equal(json_str(first_point(ed), "label_th"), "ของจังหวัด");
	assert_string_equal(
	    json_str(first_point(ed)->next, "label_th"), "ของหน่วยงาน");
	/* at the hall, for the office and as its own */
	assert_ok(wording_read(p.hall, "9105", SHIPPED, &texts, &e), &e);
	assert_int_equal(cJSON_GetArraySize(texts), 1);
	cJSON_Delete(texts);
	texts = NULL;
	assert_ok(wording_read(p.hall, NULL, SHIPPED, &texts, &e), &e);
	assert_int_equal(cJSON_GetArraySize(texts), 1);
	cJSON_Delete(texts);
	cJSON_Delete(ed);
	dissolve(&p);
}

#define T(name) cmocka_unit_test(test_editions__##name)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_office_knows_the_shipped_one),
		T(a_new_one_does_not_change_an_open_assessment),
		T(one_that_is_used_or_shipped_never_changes),
		T(import_refuses_what_is_no_edition),
		T(a_broken_file_is_listed_as_one),
		T(export_gives_back_what_was_taken_in),
		T(diff_is_by_item_and_point),
		T(real_sentences_are_shown_and_score_nothing),
		T(sentences_are_merged_and_taken_away),
		T(refuses_sentences_that_fit_nothing),
		T(a_hall_publishes_to_its_offices),
		T(an_office_of_a_hall_takes_in_none_itself),
		T(the_halls_sentences_go_before_the_offices_own),
	};

	return cmocka_run_group_tests_name(
	    "editions", tests, test_libraries_up, test_libraries_down);
}
