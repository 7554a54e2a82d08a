#include "tests/support/signed.h"

#include "store/save/answer.h"
#include "store/save/fields.h"
#include "tests/unit/test.h"

#define ACTION_PATH "2565/actions/pa1.json"

static struct ask
ask_of(const struct person *p, const char *reason)
{
	struct ask a = { .person = p, .year = SIGNED_YEAR, .reason = reason };

	return a;
}

static cJSON *
field_of(const char *name, const char *text)
{
	cJSON *fields = cJSON_CreateObject();
	struct err e;

	assert_ok(json_put_str(fields, name, text, &e), &e);
	return fields;
}

/* A text that no earlier save had. */
static const char *
fresh_text(void)
{
	static char text[40];
	static int n;

	snprintf(text, sizeof(text), "ครั้งที่ %d", ++n);
	return text;
}

/* The action is made with the year: following it up is what changes later. */
static int
set_action(struct test_office *o, const char *field, const char *text,
    const char *reason, cJSON **ret, struct err *e)
{
	struct save_req req = { .office = "",
		.person = &o->person,
		.action = "action",
		.reason = reason };
	cJSON *fields = field_of(field, text);
	int rc = fields_save(
	    o->store, &req, ACTION_PATH, "", fields, NULL, 0, ret, e);

	cJSON_Delete(fields);
	return rc;
}

static int
open_year(struct pair *p, const char *reason, cJSON **ret, struct err *e)
{
	struct test_office *o = &p->office;
	struct save_req req = {
		.office = "", .person = &o->person, .action = "action"
	};
	cJSON *fields = NULL;
	int rc = answer_open(
	    o->store, &o->person, SIGNED_YEAR, NULL, reason, ret, e);

	if (rc < 0)
		return rc;
	cJSON_Delete(*ret);
	*ret = NULL;
	fields = field_of("what", "ทำแผน");
	assert_ok(json_put_str(fields, "status", "open", e), e);
	rc = fields_save(
	    o->store, &req, ACTION_PATH, "", fields, NULL, 0, ret, e);
	cJSON_Delete(fields);
	return rc;
}

static int
edit(struct test_office *o, const char *field, const char *text,
    const char *reason, cJSON **ret, struct err *e)
{
	cJSON *fields = field_of(field, text);
	int rc = answer_set(o->store, &o->person, SIGNED_YEAR, SIGNED_ITEM,
	    fields, reason, NULL, ret, e);

	cJSON_Delete(fields);
	return rc;
}

static int
review(struct test_office *h, const struct person *who, const char *field,
    const char *text, int consensus, const char *reason, cJSON **ret,
    struct err *e)
{
	struct ask a = ask_of(who, reason);
	cJSON *fields = field_of(field, text);
	int rc = review_set(
	    h->store, &a, "9105", SIGNED_ITEM, fields, consensus, ret, e);

	cJSON_Delete(fields);
	return rc;
}

static int
is_hall_act(enum signoff_act act)
{
	return act == SIGNOFF_DO_REVIEW || act == SIGNOFF_DO_RETURN ||
	       act == SIGNOFF_DO_ACCEPT;
}

static int
run_act(struct pair *p, enum signoff_act act, const char *reason, cJSON **ret,
    struct err *e)
{
	struct ask mine = ask_of(&p->office.person, reason);
	struct ask theirs = ask_of(&p->hall.person, NULL);

	switch (act) {
	case SIGNOFF_DO_OPEN:
		return open_year(p, reason, ret, e);
	case SIGNOFF_DO_EDIT:
		return edit(
		    &p->office, "strengths", fresh_text(), reason, ret, e);
	case SIGNOFF_DO_FOLLOW:
		return set_action(
		    &p->office, "followup.m6", fresh_text(), reason, ret, e);
	case SIGNOFF_DO_COMMENT:
		return review_comment(p->office.store, &mine, "", SIGNED_ITEM,
		    fresh_text(), ret, e);
	case SIGNOFF_DO_SUBMIT:
		return signoff_submit(p->office.store, &mine, NULL, ret, e);
	case SIGNOFF_DO_REOPEN:
		return signoff_reopen(p->office.store, &mine, ret, e);
	case SIGNOFF_DO_REVIEW:
		return review(&p->hall, &p->hall.person, "comment",
		    fresh_text(), 0, reason, ret, e);
	case SIGNOFF_DO_RETURN:
		return signoff_decide(p->hall.store, &theirs, "9105",
		    "returned", reason, NULL, ret, e);
	case SIGNOFF_DO_ACCEPT:
		return signoff_decide(p->hall.store, &theirs, "9105",
		    "accepted", reason, NULL, ret, e);
	case N_SIGNOFF_ACTS:
		break;
	}
	fail_msg("no such act");
	return -1;
}

int
signed_try(struct pair *p, enum signoff_act act, const char *reason, int keep,
    enum signoff_state *ret_st, struct err *e)
{
	struct store *s = is_hall_act(act) ? p->hall.store : p->office.store;
	const char *office = is_hall_act(act) ? "9105" : "";
	cJSON *ret = NULL;
	struct err undo;
	int rc;

	memset(e, 0, sizeof(*e));
	assert_ok(save_group_begin(s, e), e);
	rc = run_act(p, act, reason, &ret, e);
	cJSON_Delete(ret);
	*ret_st = signed_state(s, office);
	assert_ok(keep ? save_group_end(s, &undo) : save_group_abort(s, &undo),
	    &undo);
	return rc;
}

void
signed_do(struct pair *p, enum signoff_act act, const char *reason)
{
	enum signoff_state st;
	struct err e;

	assert_ok(signed_try(p, act, reason, 1, &st, &e), &e);
}

int
signed_edit(struct pair *p, const char *field, const char *text,
    const char *reason, struct err *e)
{
	cJSON *ret = NULL;
	struct err end;
	int rc;

	assert_ok(save_group_begin(p->office.store, e), e);
	rc = edit(&p->office, field, text, reason, &ret, e);
	assert_ok(save_group_end(p->office.store, &end), &end);
	cJSON_Delete(ret);
	return rc;
}

int
signed_review(struct pair *p, const char *login, const char *field,
    const char *text, int consensus, struct err *e)
{
	struct person who;
	cJSON *ret = NULL;
	struct err end;
	int rc;

	memset(&who, 0, sizeof(who));
	snprintf(who.login, sizeof(who.login), "%s", login);
	snprintf(who.name, sizeof(who.name), "ผู้ตรวจ %s", login);
	assert_ok(save_group_begin(p->hall.store, e), e);
	rc = review(&p->hall, &who, field, text, consensus, NULL, &ret, e);
	assert_ok(save_group_end(p->hall.store, &end), &end);
	cJSON_Delete(ret);
	return rc;
}

enum signoff_state
signed_state(struct store *s, const char *office)
{
	enum signoff_state st = N_SIGNOFF_STATES;
	struct err e;

	assert_ok(
	    signoff_read(s, office, SIGNED_YEAR, &st, NULL, NULL, &e), &e);
	return st;
}

void
signed_agree(struct pair *p, enum signoff_state want)
{
	assert_string_equal(signoff_name(want),
	    signoff_name(signed_state(p->office.store, "")));
	assert_string_equal(signoff_name(want),
	    signoff_name(signed_state(p->hall.store, "9105")));
}

char *
signed_shown(struct store *s, const char *office, const char *member)
{
	cJSON *shown = NULL;
	struct err e;
	char *text;

	assert_ok(
	    review_show(s, office, SIGNED_YEAR, SIGNED_ITEM, &shown, &e), &e);
	assert_non_null(json_get(shown, member));
	text = cJSON_PrintUnformatted(json_get(shown, member));
	assert_non_null(text);
	cJSON_Delete(shown);
	return text;
}
