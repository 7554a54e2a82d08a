/* signoff_state(): where an assessment stands, for people and programs. */
#include "store/review/signoff.h"

#include "base/clock.h"
#include "store/hall/cycle.h"
#include "store/look/asof.h"
#include "store/save/actor.h"

/* Id of a revision's commit as text, null when the revision is not here. */
static int
put_commit(struct store *s, const struct branch *b, cJSON *out,
    const char *revision, struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	char hex[41] = "";
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT commit_id FROM revision WHERE branch = ?1 AND name = ?2",
	    "is", b->id, revision != NULL ? revision : "");
	if (rc < 0)
		return rc;
	if ((rc = db_step(db, st, e)) > 0 &&
	    sqlite3_column_bytes(st, 0) == COMMIT_ID_LEN)
		commit_hex(sqlite3_column_blob(st, 0), hex);
	db_reset(st);
	if (rc < 0)
		return rc;
	return json_put_str(out, "commit", hex[0] != '\0' ? hex : NULL, e);
}

static int
put_person(cJSON *out, const cJSON *of, struct err *e)
{
	cJSON *person = NULL;
	int rc = actor_person(of, &person, e);

	return rc < 0 ? rc : json_put(out, "person", person, e);
}

/* The due day of the first submission, or of a correction. */
static const char *
due_of(const cJSON *cycle, int64_t n)
{
	const cJSON *due = json_get(cycle, "due");
	const char *correct = json_str(due, "correct");

	return n > 1 && correct != NULL ? correct : json_str(due, "submit");
}

/* When the hall received the last submission, and whether that was late. */
static int
put_sent(struct store *s, const struct branch *b, int year, cJSON *out,
    int64_t n, struct err *e)
{
	int offset_min = store_conf(s)->offset_min, late = 0, rc;
	struct cycle_submission sent;
	cJSON *cycle = NULL;
	char text[CLOCK_TEXT];
	const char *due;

	if ((rc = cycle_submission(s, b, year, 0, &sent, e)) < 0 ||
	    (rc = cycle_read(s, b->office, year, &cycle, e)) < 0)
		return rc;
	if (sent.received != 0)
		offset_min = sent.offset_min;
	if ((due = due_of(cycle, n)) != NULL)
		late =
		    cycle_is_late(due, sent.received, offset_min, clock_now());
	cJSON_Delete(cycle);
	clock_rfc3339(text, sent.received, offset_min);
	if ((rc = json_put_str(
		 out, "received", sent.received != 0 ? text : NULL, e)) < 0)
		return rc;
	return json_put_bool(out, "late", late, e);
}

static int
put_submission(struct store *s, const struct branch *b, int year, cJSON *out,
    const cJSON *submission, struct err *e)
{
	int64_t n = json_int(submission, "n", 0);
	const char *revision = json_str(submission, "revision");
	cJSON *obj;
	int rc;

	if (n == 0)
		return json_put_str(out, "submission", NULL, e);
	obj = cJSON_CreateObject();
	if ((rc = json_put(out, "submission", obj, e)) < 0 ||
	    (rc = json_put_int(obj, "n", n, e)) < 0 ||
	    (rc = json_put_str(obj, "revision", revision, e)) < 0 ||
	    (rc = put_commit(s, b, obj, revision, e)) < 0 ||
	    (rc = json_put_str(obj, "time", json_str(submission, "time"), e)) <
		0 ||
	    (rc = put_sent(s, b, year, obj, n, e)) < 0 ||
	    (rc = put_person(obj, submission, e)) < 0)
		return rc;
	return json_put_str(obj, "note", json_str(submission, "note"), e);
}

static int
put_decision(cJSON *out, const cJSON *decision, struct err *e)
{
	static const char *const texts[] = { "verdict", "time", "text" };
	const cJSON *items = json_get(decision, "items");
	cJSON *obj;
	size_t i;
	int rc;

	if (decision == NULL)
		return json_put_str(out, "decision", NULL, e);
	obj = cJSON_CreateObject();
	if ((rc = json_put(out, "decision", obj, e)) < 0 ||
	    (rc = json_put_int(obj, "of", json_int(decision, "of", 0), e)) <
		0 ||
	    (rc = put_person(obj, decision, e)) < 0)
		return rc;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if ((rc = json_put_str(
			 obj, texts[i], json_str(decision, texts[i]), e)) < 0)
			return rc;
	return json_put(obj, "items",
	    items != NULL ? cJSON_Duplicate(items, 1) : cJSON_CreateArray(), e);
}

/* The acts that the state allows, and those of them that need a reason. */
static int
put_may(cJSON *out, enum signoff_state st, struct err *e)
{
	cJSON *may = cJSON_CreateArray(), *why = cJSON_CreateArray();
	const struct signoff_rule *r;
	int act, rc;

	rc = json_put(out, "may", may, e);
	if (json_put(out, "needs_reason", why, e) < 0 || rc < 0)
		return err_nomem(e);
	for (act = 0; act < N_SIGNOFF_ACTS; act++) {
		r = signoff_rule(st, (enum signoff_act)act);
		if (!r->allowed)
			continue;
		rc = json_push_str(
		    may, signoff_act_name((enum signoff_act)act), e);
		if (rc == 0 && r->needs_reason)
			rc = json_push_str(
			    why, signoff_act_name((enum signoff_act)act), e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int
fill(struct store *s, const char *office, int year, cJSON *out, struct err *e)
{
	cJSON *assessment = NULL, *decision = NULL, *due = NULL;
	enum signoff_state st = SIGNOFF_NONE;
	struct branch *b = NULL;
	int rc;

	if ((rc = store_branch(s, office, "office", &b, e)) < 0 ||
	    (rc = signoff_read(
		 s, office, year, &st, &assessment, &decision, e)) < 0 ||
	    (rc = json_put_str(out, "office", b->office, e)) < 0 ||
	    (rc = json_put_int(out, "year", year, e)) < 0 ||
	    (rc = json_put_str(out, "state", signoff_name(st), e)) < 0 ||
	    (rc = put_submission(
		 s, b, year, out, json_get(assessment, "submission"), e)) < 0 ||
	    (rc = put_decision(out, decision, e)) < 0 ||
	    (rc = cycle_due(s, office, year, clock_now(), &due, e)) < 0 ||
	    (rc = json_put(out, "due", due, e)) < 0)
		goto out;
	rc = put_may(out, st, e);
out:
	cJSON_Delete(assessment);
	cJSON_Delete(decision);
	return rc;
}

int
signoff_state(
    struct store *s, const char *office, int year, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	int began, rc;

	if ((rc = asof_begin(s, &began, e)) == 0) {
		if (year == 0)
			rc = store_cycle(s, office, 0, &year, NULL, e);
		if (rc == 0)
			rc = out != NULL ? fill(s, office, year, out, e)
					 : err_nomem(e);
		rc = asof_end(s, began, rc, e);
	}
	if (rc < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}
