#include "tests/support/flagged.h"

#include "base/clock.h"
#include "store/audit/flags.h"
#include "store/hall/cycle.h"
#include "store/review/signoff.h"
#include "store/save/answer.h"
#include "tests/support/plan.h"
#include "tests/unit/test.h"

/* --- a year whose times are chosen --- */

int64_t
flagged_at(const char *time)
{
	int64_t t = 0;
	struct err e;

	assert_ok(clock_parse(time, 420, 0, &t, &e), &e);
	return t;
}

/* The newest revision of the office's branch was saved, and received (NULL: not
 * yet), at these times. */
void
flagged_stamp(struct flagged *f, const char *saved, const char *received)
{
	struct branch *b;

	assert_ok(store_branch(f->s, "", "office", &b, &f->e), &f->e);
	assert_ok(db_run(store_db(f->s), &f->e,
		      "UPDATE revision SET time = ?1,"
		      " received = CASE ?2 WHEN 0 THEN NULL ELSE ?2 END"
		      " WHERE id = (SELECT max(id) FROM revision"
		      " WHERE branch = ?3)",
		      "iii", flagged_at(saved),
		      received != NULL ? flagged_at(received) : 0, b->id),
	    &f->e);
}

void
flagged_of_device(struct flagged *f, const char *device)
{
	assert_ok(db_run(store_db(f->s), &f->e,
		      "UPDATE revision SET device = ?1"
		      " WHERE id = (SELECT max(id) FROM revision)",
		      "s", device),
	    &f->e);
}

void
flagged_tick(struct flagged *f, const char *points, int on, const char *saved)
{
	cJSON_Delete(test_office_tick(&f->p->office, YEAR, points, on));
	flagged_stamp(f, saved, saved);
}

void
flagged_set_text(struct flagged *f, const char *item, const char *text,
    const char *saved, const char *received)
{
	cJSON_Delete(test_office_set(&f->p->office, YEAR, item, "gap", text));
	flagged_stamp(f, saved, received);
}

void
flagged_person(struct flagged *f, const char *login, const char *name)
{
	struct person *p = &f->p->office.person;

	snprintf(p->login, sizeof(p->login), "%s", login);
	snprintf(p->name, sizeof(p->name), "%s", name);
}

void
flagged_begin(struct store *s)
{
	struct err e;

	assert_ok(save_group_begin(s, &e), &e);
}

void
flagged_end(struct store *s)
{
	struct err e;

	assert_ok(save_group_end(s, &e), &e);
}

void
flagged_submit(struct flagged *f, const char *saved)
{
	struct ask a = test_ask(&f->p->office, NULL);
	cJSON *ret = NULL;

	flagged_begin(f->s);
	assert_ok(signoff_submit(f->s, &a, NULL, &ret, &f->e), &f->e);
	flagged_end(f->s);
	cJSON_Delete(ret);
	flagged_stamp(f, saved, saved);
}

/* The hall's decision, which the office then has; times are put back, as the
 * receipts that come with it are of today. */
void
flagged_decide(struct flagged *f, const char *verdict, const char *item)
{
	struct ask a = { .person = &f->p->hall.person, .year = YEAR };
	cJSON *items = cJSON_CreateArray(), *ret = NULL;

	pair_sync(f->p);
	if (item != NULL)
		assert_ok(json_push_str(items, item, &f->e), &f->e);
	flagged_begin(f->p->hall.store);
	assert_ok(signoff_decide(f->p->hall.store, &a, "9105", verdict,
		      "โปรดแก้ไข", items, &ret, &f->e),
	    &f->e);
	flagged_end(f->p->hall.store);
	pair_sync(f->p);
	cJSON_Delete(items);
	cJSON_Delete(ret);
}

void
flagged_reopen_tick(struct flagged *f, const char *points, const char *saved)
{
	cJSON *list = cJSON_CreateArray(), *ret = NULL;
	char point[16];

	for (; *points != '\0'; points += strlen(point)) {
		points += strspn(points, " ");
		snprintf(point, sizeof(point), "%.*s",
		    (int)strcspn(points, " "), points);
		assert_ok(json_push_str(list, point, &f->e), &f->e);
	}
	flagged_begin(f->s);
	assert_ok(answer_tick(f->s, &f->p->office.person, YEAR, list, 1,
		      "แก้ตามที่จังหวัดขอ", NULL, &ret, &f->e),
	    &f->e);
	flagged_end(f->s);
	cJSON_Delete(list);
	cJSON_Delete(ret);
	flagged_stamp(f, saved, saved);
}

/* --- what is found --- */

int64_t
flagged_find_at(
    struct flagged *f, struct store *s, const char *office, const char *rule)
{
	struct flags_ask a = {
		.office = office, .year = YEAR, .rule = rule, .limit = 200
	};

	cJSON_Delete(f->found);
	f->found = NULL;
	assert_ok(flags_find(s, &a, NULL, NULL, &f->found, &f->e), &f->e);
	return json_int(f->found, "total", -1);
}

int64_t
flagged_find(struct flagged *f, const char *rule)
{
	return flagged_find_at(f, f->s, "", rule);
}

const cJSON *
flagged_flag(const struct flagged *f, int i)
{
	const cJSON *one = cJSON_GetArrayItem(json_get(f->found, "flags"), i);

	assert_non_null(one);
	return one;
}

void
flagged_expect_str(const cJSON *obj, const char *key, const char *want)
{
	const char *is = json_str(obj, key);

	if (want == NULL ? is != NULL : is == NULL || strcmp(is, want) != 0)
		fail_msg("%s is '%s', not '%s'", key, is != NULL ? is : "null",
		    want != NULL ? want : "null");
}

void
flagged_expect_figure(const cJSON *flag, const char *key, const char *want)
{
	flagged_expect_str(json_get(flag, "figures"), key, want);
}

int64_t
flagged_figure(const cJSON *flag, const char *key)
{
	return json_int(json_get(flag, "figures"), key, -1);
}

/* The flag's revisions by name: "a3 a4". */
void
flagged_expect_revisions(const cJSON *flag, const char *want)
{
	struct buf b = BUF_INIT;
	const cJSON *v;

	cJSON_ArrayForEach (v, json_get(flag, "revisions")) {
		buf_printf(
		    &b, "%s%s", b.len > 0 ? " " : "", json_str(v, "revision"));
		assert_int_equal(strlen(json_str(v, "commit")), 40);
	}
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
}

static void
calendar(struct flagged *f, const char *correct)
{
	struct ask a = { .person = &f->p->hall.person, .year = YEAR };
	cJSON *ret = NULL, *fields = test_fields(
			       "due.submit", DUE, "due.correct", correct, NULL);

	assert_ok(cycle_set(f->p->hall.store, &a, fields, &ret, &f->e), &f->e);
	cJSON_Delete(fields);
	cJSON_Delete(ret);
	pair_sync(f->p);
}

int
flagged_setup(void **state)
{
	struct flagged *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->p = pair_make();
	f->s = f->p->office.store;
	cJSON_Delete(test_office_open_year(&f->p->office, YEAR));
	calendar(f, "2022-06-30");
	flagged_stamp(
	    f, "2021-10-05T09:00:00+07:00", "2021-10-05T09:30:00+07:00");
	*state = f;
	return 0;
}

int
flagged_teardown(void **state)
{
	struct flagged *f = *state;

	cJSON_Delete(f->found);
	pair_remove(f->p);
	free(f);
	return 0;
}
