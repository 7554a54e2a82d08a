/* The acts of signoff.h that are saves: submit, reopen, decide. */
#include "store/review/signoff.h"

#include "base/clock.h"
#include "store/record/record.h"
#include "store/record/record_rules.h"
#include "store/save/actor.h"

#define PATH_LEN 40
#define MAX_CHANGES 10
#define MAX_ITEMS 99

/* One save in the making: changes of one record, with values of their own. */
struct act {
	char path[PATH_LEN];
	char subject[120];
	struct save_change changes[MAX_CHANGES];
	cJSON *values[MAX_CHANGES];
	size_t n;
};

static void
act_release(struct act *a)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		cJSON_Delete(a->values[i]);
}

/* Owns v in any case; NULL removes the field. */
static int
act_set(struct act *a, const char *field, cJSON *v, struct err *e)
{
	struct save_change *c = &a->changes[a->n];

	if (a->n == MAX_CHANGES) {
		cJSON_Delete(v);
		return err_set(e, ERR_FAILED, 0, "more fields than expected");
	}
	memset(c, 0, sizeof(*c));
	c->path = a->path;
	c->field = field;
	c->op = SAVE_SET;
	c->value = a->values[a->n] = v;
	a->n++;
	return 0;
}

static int
act_set_str(struct act *a, const char *field, const char *s, struct err *e)
{
	cJSON *v = cJSON_CreateString(s);

	return v == NULL ? err_nomem(e) : act_set(a, field, v, e);
}

static int
act_set_int(struct act *a, const char *field, int64_t n, struct err *e)
{
	cJSON *v = cJSON_CreateNumber((double)n);

	return v == NULL ? err_nomem(e) : act_set(a, field, v, e);
}

/* A person's text, in the form of its field; NULL or blank removes it. */
static int
act_set_text(struct act *a, const struct record_type *t, const char *field,
    const char *text, struct err *e)
{
	cJSON *v = NULL;
	int rc;

	if (text != NULL &&
	    (rc = record_value(record_field(t, field), text, &v, e)) < 0)
		return rc;
	return act_set(a, field, v, e);
}

/* "time", "login", "name" under their full names. */
static int
act_set_actor(struct act *a, struct store *s, const struct person *p,
    const char *const names[3], struct err *e)
{
	static const char *const members[3] = { "time", "login", "name" };
	cJSON *actor = NULL;
	size_t i;
	int rc = actor_json(s, p, clock_now(), &actor, e);

	for (i = 0; rc == 0 && i < 3; i++)
		rc = act_set(a, names[i],
		    cJSON_DetachItemFromObjectCaseSensitive(actor, members[i]),
		    e);
	cJSON_Delete(actor);
	return rc;
}

static int
act_save(struct act *a, struct store *s, const struct ask *ask,
    const char *office, const char *action, cJSON **ret, struct err *e)
{
	struct save_req req = { .office = office,
		.person = ask->person,
		.action = action,
		.subject = a->subject,
		.reason = ask->reason,
		.changes = a->changes,
		.n_changes = a->n };

	return save_run(s, &req, ret, e);
}

/* Name of the newest revision of a branch; it has one. */
static int
newest_revision(
    struct store *s, const struct branch *b, char ret[24], struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT name FROM revision WHERE branch = ?1 ORDER BY id DESC"
	    " LIMIT 1",
	    "i", b->id);
	if (rc < 0)
		return rc;
	if ((rc = db_step(db, st, e)) > 0)
		snprintf(
		    ret, 24, "%s", (const char *)sqlite3_column_text(st, 0));
	else if (rc == 0)
		rc = err_set(e, ERR_NOT_FOUND, 0, "there is no revision yet");
	db_reset(st);
	return rc < 0 ? rc : 0;
}

static const struct record_type *
type_of(const char *path, enum record_branch branch)
{
	struct record_path rp = { 0 };

	/* the paths are made here */
	return record_path_parse(path, branch, &rp, NULL) < 0 ? NULL : rp.type;
}

/* --- the office --- */

static int
fill_submission(struct act *act, struct store *s, const struct ask *a,
    const struct branch *b, int64_t n, const char *note, struct err *e)
{
	static const char *const actor[3] = { "submission.time",
		"submission.login", "submission.name" };
	const struct record_type *t = type_of(act->path, RECORD_OFFICE);
	char revision[24];
	int rc;

	if ((rc = newest_revision(s, b, revision, e)) < 0)
		return rc;
	snprintf(act->subject, sizeof(act->subject), "%s/%d: submit %d (%s)",
	    b->office, a->year, (int)n, revision);
	if ((rc = act_set_str(act, "status", "submitted", e)) < 0 ||
	    (rc = act_set_int(act, "submission.n", n, e)) < 0 ||
	    (rc = act_set_str(act, "submission.revision", revision, e)) < 0 ||
	    (rc = act_set_actor(act, s, a->person, actor, e)) < 0)
		return rc;
	return act_set_text(act, t, "submission.note", note, e);
}

int
signoff_submit(struct store *s, const struct ask *a, const char *note,
    cJSON **ret, struct err *e)
{
	struct act act = { .n = 0 };
	struct ask ask = *a;
	struct branch *b = NULL;
	cJSON *assessment = NULL;
	enum signoff_state st;
	int rc;

	if ((rc = store_cycle(s, "", a->year, &ask.year, NULL, e)) < 0 ||
	    (rc = store_own_branch(s, "", &b, e)) < 0 ||
	    (rc = signoff_may(
		 s, "", ask.year, SIGNOFF_DO_SUBMIT, a->reason, e)) < 0)
		return rc;
	rc = signoff_read(s, "", ask.year, &st, &assessment, NULL, e);
	if (rc < 0)
		return rc;
	snprintf(act.path, sizeof(act.path), "%d/assessment.json", ask.year);
	rc = fill_submission(&act, s, &ask, b,
	    json_int(json_get(assessment, "submission"), "n", 0) + 1, note, e);
	if (rc == 0)
		rc = act_save(&act, s, &ask, "", "submit", ret, e);
	act_release(&act);
	cJSON_Delete(assessment);
	return rc;
}

int
signoff_reopen(struct store *s, const struct ask *a, cJSON **ret, struct err *e)
{
	struct act act = { .n = 0 };
	struct ask ask = *a;
	int rc;

	if ((rc = store_cycle(s, "", a->year, &ask.year, NULL, e)) < 0 ||
	    (rc = signoff_may(
		 s, "", ask.year, SIGNOFF_DO_REOPEN, a->reason, e)) < 0)
		return rc;
	snprintf(act.path, sizeof(act.path), "%d/assessment.json", ask.year);
	snprintf(act.subject, sizeof(act.subject), "%s/%d: reopen",
	    store_conf(s)->code, ask.year);
	if ((rc = act_set_str(&act, "status", "open", e)) == 0)
		rc = act_save(&act, s, &ask, "", "reopen", ret, e);
	act_release(&act);
	return rc;
}

/* --- the hall --- */

static int
by_bytes(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* The items, each once and in order; they must be of the edition. */
static int
item_set(
    const struct edition *ed, const cJSON *items, cJSON **ret, struct err *e)
{
	const char *list[MAX_ITEMS];
	cJSON *set = NULL;
	const cJSON *c;
	size_t i, n = 0;
	int rc = 0;

	cJSON_ArrayForEach (c, items) {
		if (n == MAX_ITEMS || !cJSON_IsString(c))
			return err_set(e, ERR_INVALID, 0,
			    "'%s' takes up to %d items", "items", MAX_ITEMS);
		if (!record_rules_has_item(ed, c->valuestring))
			return err_set(e, ERR_NOT_FOUND, 0,
			    "edition '%s' has no item '%s'", edition_id(ed),
			    c->valuestring);
		list[n++] = c->valuestring;
	}
	if (n == 0)
		return 0;
	if ((set = cJSON_CreateArray()) == NULL)
		return err_nomem(e);
	qsort(list, n, sizeof(*list), by_bytes);
	for (i = 0; i < n && rc == 0; i++)
		if (i == 0 || strcmp(list[i - 1], list[i]) != 0)
			rc = json_push_str(set, list[i], e);
	if (rc < 0)
		cJSON_Delete(set);
	else
		*ret = set;
	return rc;
}

struct verdict { /* what the chief of the hall says */
	const char *office, *word, *text;
	const cJSON *items;
	const struct edition *ed;
};

static int
fill_decision(struct act *act, struct store *s, const struct ask *a,
    const struct verdict *v, const cJSON *submission, struct err *e)
{
	static const char *const actor[3] = { "time", "login", "name" };
	const struct record_type *t = type_of(act->path, RECORD_HALL);
	const char *revision = json_str(submission, "revision");
	int64_t n = json_int(submission, "n", 0);
	cJSON *items = NULL;
	int rc;

	snprintf(act->subject, sizeof(act->subject), "%s/%d: %s %d (%s)",
	    v->office, a->year, v->word, (int)n,
	    revision != NULL ? revision : "-");
	if ((rc = item_set(v->ed, v->items, &items, e)) < 0)
		return rc;
	if ((rc = act_set(act, "items", items, e)) < 0 ||
	    (rc = act_set_int(act, "of", n, e)) < 0 ||
	    (rc = act_set_str(
		 act, "revision", revision != NULL ? revision : "", e)) < 0 ||
	    (rc = act_set_str(act, "verdict", v->word, e)) < 0 ||
	    (rc = act_set_actor(act, s, a->person, actor, e)) < 0)
		return rc;
	return act_set_text(act, t, "text", v->text, e);
}

static int
check_verdict(const char *verdict, const char *text, struct err *e)
{
	if (strcmp(verdict, "accepted") == 0)
		return 0;
	if (strcmp(verdict, "returned") != 0)
		return err_set(e, ERR_INVALID, 0,
		    "'%.20s' is no decision; there are: returned, accepted",
		    verdict);
	if (text != NULL && text[strspn(text, " \t\r\n")] != '\0')
		return 0;
	err_set(e, ERR_INVALID, 0,
	    "what is to be corrected must be said when an assessment is "
	    "returned");
	err_hint(e, "say it to the office: --note 'TEXT'");
	return ERR_INVALID;
}

int
signoff_decide(struct store *s, const struct ask *a, const char *office,
    const char *verdict, const char *text, const cJSON *items, cJSON **ret,
    struct err *e)
{
	struct verdict v = { office, verdict, text, items, NULL };
	struct act act = { .n = 0 };
	struct ask ask = *a;
	cJSON *assessment = NULL;
	enum signoff_state st;
	int rc;

	if ((rc = check_verdict(verdict, text, e)) < 0 ||
	    (rc = store_cycle(s, office, a->year, &ask.year, &v.ed, e)) < 0 ||
	    (rc = signoff_may(s, office, ask.year,
		 strcmp(verdict, "accepted") == 0 ? SIGNOFF_DO_ACCEPT
						  : SIGNOFF_DO_RETURN,
		 text, e)) < 0)
		return rc;
	rc = signoff_read(s, office, ask.year, &st, &assessment, NULL, e);
	if (rc < 0)
		return rc;
	snprintf(act.path, sizeof(act.path), "decisions/%d.json", ask.year);
	rc = fill_decision(
	    &act, s, &ask, &v, json_get(assessment, "submission"), e);
	if (rc == 0)
		rc = act_save(&act, s, &ask, office,
		    strcmp(verdict, "accepted") == 0 ? "accept" : "return", ret,
		    e);
	act_release(&act);
	cJSON_Delete(assessment);
	return rc;
}
