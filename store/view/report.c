#include "store/view/report.h"

#include "base/clock.h"
#include "store/criteria/score.h"
#include "store/evidence/evidence.h"
#include "store/hall/wording.h"
#include "store/look/asof.h"
#include "store/record/record.h"
#include "store/review/review.h"
#include "store/review/signoff.h"
#include "store/save/action.h"
#include "store/save/indicator.h"
#include "store/save/profile.h"
#include "store/sign/receipt.h"
#include "store/view/gap.h"
#include "store/view/report_state.h"

/* --- reading --- */

/* All records whose path begins with dir, by item; what: 0 = the records
 * themselves, 1 = only that they are there. */
static int
read_items(struct report_maker *m, const struct branch *b, const char *dir,
    enum record_branch branch, int names_only, cJSON **ret, struct err *e)
{
	struct db *db = store_db(m->s);
	cJSON *all = cJSON_CreateObject(), *rec = NULL;
	struct record_path rp;
	sqlite3_stmt *st = NULL;
	const char *path;
	char to[40];
	int rc;

	/* '0' follows '/' */
	snprintf(to, sizeof(to), "%.*s0", (int)strlen(dir) - 1, dir);
	rc = db_stmt(db, &st, e,
	    "SELECT path, bytes FROM record WHERE branch = ?1 AND path > ?2"
	    " AND path < ?3 AND bytes IS NOT NULL",
	    "iss", b->id, dir, to);
	if (rc < 0)
		goto out;
	while ((rc = db_step(db, st, e)) > 0) {
		path = (const char *)sqlite3_column_text(st, 0);
		if ((rc = record_path_parse(path, branch, &rp, e)) < 0)
			goto out;
		if (names_only)
			rec = cJSON_CreateTrue();
		else if ((rc = asof_parse(sqlite3_column_blob(st, 1),
			      (size_t)sqlite3_column_bytes(st, 1), path, &rec,
			      e)) < 0)
			goto out;
		if ((rc = json_put(all, rp.item, rec, e)) < 0)
			goto out;
	}
	if (rc < 0)
		goto out;
	*ret = all;
	all = NULL;
out:
	db_reset(st);
	cJSON_Delete(all);
	return rc;
}

/* Answers and reviews of the year, when a section first needs them. */
static int
read_records(struct report_maker *m, struct err *e)
{
	char dir[40];
	int rc;

	if (m->answers != NULL)
		return 0;
	snprintf(dir, sizeof(dir), "reviews/%d/", m->year);
	rc = read_items(m, m->hall, dir, RECORD_HALL, 0, &m->reviews, e);
	if (rc < 0)
		return rc;
	snprintf(dir, sizeof(dir), "%d/comments/", m->year);
	rc = read_items(m, m->b, dir, RECORD_OFFICE, 1, &m->commented, e);
	if (rc < 0)
		return rc;
	snprintf(dir, sizeof(dir), "%d/items/", m->year);
	return read_items(m, m->b, dir, RECORD_OFFICE, 0, &m->answers, e);
}

static const cJSON *
answer_of(void *arg, const char *item)
{
	return json_get(((struct report_maker *)arg)->answers, item);
}

static const cJSON *
review_of(void *arg, const char *item)
{
	return json_get(((struct report_maker *)arg)->reviews, item);
}

/* --- the head --- */

/* {"code","name"} below key; null without a code. */
static int
put_named(cJSON *out, const char *key, const char *code, const char *name,
    struct err *e)
{
	cJSON *obj;
	int rc;

	if (code == NULL)
		return json_put(out, key, cJSON_CreateNull(), e);
	obj = cJSON_CreateObject();
	if ((rc = json_put_str(obj, "code", code, e)) < 0 ||
	    (rc = json_put_str(obj, "name", name != NULL ? name : code, e)) <
		0) {
		cJSON_Delete(obj);
		return rc;
	}
	return json_put(out, key, obj, e);
}

/* Names by the office's own record; the hall's by its registry. */
static int
put_names(struct report_maker *m, cJSON *out, struct err *e)
{
	const struct conf *conf = store_conf(m->s);
	struct asof office = { 0 }, registry = { 0 };
	const cJSON *hall;
	int rc;

	if ((rc = asof_record(
		 m->s, m->b, "office.json", ASOF_NOW, &office, e)) < 0 ||
	    (rc = asof_record(
		 m->s, m->hall, "registry.json", ASOF_NOW, &registry, e)) < 0)
		goto out;
	hall = json_get(registry.rec, "hall");
	rc = put_named(
	    out, "office", m->b->office, json_str(office.rec, "name"), e);
	if (rc == 0 && hall != NULL)
		rc = put_named(out, "hall", json_str(hall, "code"),
		    json_str(hall, "name"), e);
	else if (rc == 0)
		rc = put_named(out, "hall",
		    conf->role == ROLE_HALL ? conf->code : NULL, conf->name, e);
out:
	asof_release(&office);
	asof_release(&registry);
	return rc;
}

static int
put_revision(struct report_maker *m, cJSON *out, struct err *e)
{
	struct db *db = store_db(m->s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT name FROM revision WHERE branch = ?1 ORDER BY id DESC"
	    " LIMIT 1",
	    "i", m->b->id);
	if (rc < 0 || (rc = db_step(db, st, e)) < 0)
		goto out;
	rc = json_put_str(out, "revision",
	    rc > 0 ? (const char *)sqlite3_column_text(st, 0) : NULL, e);
out:
	db_reset(st);
	return rc;
}

static int
put_receipt(struct report_maker *m, cJSON *out, struct err *e)
{
	static const char *const members[] = { "tip", "time", "revision" };
	cJSON *receipt = NULL, *r = NULL;
	int rc;

	if ((rc = receipt_last(m->s, m->office, &receipt, e)) < 0)
		return rc;
	if (receipt == NULL)
		return json_put(out, "receipt", cJSON_CreateNull(), e);
	r = cJSON_CreateObject();
	for (size_t i = 0; rc == 0 && i < 3; i++)
		rc = json_put_str(
		    r, members[i], json_str(receipt, members[i]), e);
	cJSON_Delete(receipt);
	if (rc < 0) {
		cJSON_Delete(r);
		return rc;
	}
	return json_put(out, "receipt", r, e);
}

static int
section_head(void *arg, struct report_part *p, struct err *e)
{
	struct report_maker *m = arg;
	cJSON *state = NULL;
	int rc;

	if ((rc = put_names(m, p->out, e)) < 0 ||
	    (rc = report_put_time(m, p->out, "made", clock_now(), e)) < 0 ||
	    (rc = put_revision(m, p->out, e)) < 0 ||
	    (rc = put_receipt(m, p->out, e)) < 0 ||
	    (rc = signoff_state(m->s, m->office, m->year, &state, e)) < 0)
		return rc;
	return report_part_put(p, "state", state, e);
}

/* --- the criteria, the scores, the answers --- */

static int
section_edition(void *arg, struct report_part *p, struct err *e)
{
	struct report_maker *m = arg;
	cJSON *ed = cJSON_Duplicate(edition_json(m->ed), 1), *texts = NULL;
	int rc;

	if (ed == NULL)
		return err_nomem(e);
	rc = wording_read(m->s, m->office, edition_id(m->ed), &texts, e);
	if (rc == 0)
		rc = wording_apply(ed, texts, e);
	cJSON_Delete(texts);
	if (rc < 0) {
		cJSON_Delete(ed);
		return rc;
	}
	return report_part_put(p, "edition", ed, e);
}

static int
section_score(void *arg, struct report_part *p, struct err *e)
{
	struct report_maker *m = arg;
	cJSON *score = NULL;
	int rc;

	if ((rc = read_records(m, e)) < 0 ||
	    (rc = score_all(m->ed, answer_of, review_of, m, &score, e)) < 0)
		return rc;
	return report_part_put(p, "score", score, e);
}

static int
section_profile(void *arg, struct report_part *p, struct err *e)
{
	struct report_maker *m = arg;
	cJSON *profile = NULL;
	int rc = profile_show(m->s, m->office, m->year, &profile, e);

	return rc < 0 ? rc : report_part_put(p, "profile", profile, e);
}

/* The answer as it is stored; its indicators have a section of their own. */
static int
put_answer(struct report_maker *m, cJSON *out, const char *item, struct err *e)
{
	const cJSON *answer = json_get(m->answers, item);
	cJSON *copy;

	if (answer == NULL)
		return json_put(out, "answer", cJSON_CreateNull(), e);
	copy = cJSON_Duplicate(answer, 1);
	cJSON_DeleteItemFromObjectCaseSensitive(copy, "indicators");
	cJSON_DeleteItemFromObjectCaseSensitive(copy, "measures");
	return json_put(out, "answer", copy, e);
}

static int
put_review(struct report_maker *m, cJSON *out, const char *item, struct err *e)
{
	cJSON *review = NULL;
	int rc;

	if (json_get(m->reviews, item) == NULL &&
	    json_get(m->commented, item) == NULL)
		return json_put(out, "review", cJSON_CreateNull(), e);
	if ((rc = review_show(m->s, m->office, m->year, item, &review, e)) < 0)
		return rc;
	return json_put(out, "review", review, e);
}

/* One item's element; a part that has no room for it keeps none of it. */
static int
put_item(struct report_maker *m, struct report_part *p, cJSON *list,
    const char *item, struct err *e)
{
	cJSON *one = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(one, "item", item, e)) == 0 &&
	    (rc = put_answer(m, one, item, e)) == 0)
		rc = put_review(m, one, item, e);
	if (rc == 0 && report_part_is_full(p, one))
		rc = REPORT_PART_FULL;
	if (rc != 0) {
		cJSON_Delete(one);
		return rc;
	}
	report_part_weigh(p, one);
	return json_push(list, one, e);
}

static int
section_items(void *arg, struct report_part *p, struct err *e)
{
	struct report_maker *m = arg;
	cJSON *list = cJSON_CreateArray();
	int rc;

	if ((rc = json_put(p->out, "items", list, e)) < 0 ||
	    (rc = read_records(m, e)) < 0)
		return rc;
	for (size_t i = p->from; i < edition_n_items(m->ed); i++) {
		rc = put_item(m, p, list, edition_item_at(m->ed, i)->id, e);
		p->from = i;
		if (rc != 0)
			return rc;
	}
	return 0;
}

static int
section_indicators(void *arg, struct report_part *p, struct err *e)
{
	struct report_maker *m = arg;
	cJSON *doc = NULL;
	int rc = indicator_list(m->s, m->office, m->year, NULL, &doc, e);

	return rc < 0 ? rc : report_part_list(p, "indicators", "items", doc, e);
}

/* --- what follows from them --- */

/* Their texts stand with the answers already. */
static int
section_gaps(void *arg, struct report_part *p, struct err *e)
{
	struct report_maker *m = arg;
	cJSON *doc = NULL, *g;
	int rc = gap_list(m->s, m->office, m->year, NULL, &doc, e);

	if (rc < 0)
		return rc;
	cJSON_ArrayForEach (g, json_get(doc, "gaps"))
		cJSON_DeleteItemFromObjectCaseSensitive(g, "gap");
	return report_part_list(p, "gaps", "gaps", doc, e);
}

static int
section_plan(void *arg, struct report_part *p, struct err *e)
{
	struct report_maker *m = arg;
	cJSON *doc = NULL;
	int rc = action_list(
	    m->s, m->office, m->year, NULL, 0, clock_now(), &doc, e);

	return rc < 0 ? rc : report_part_list(p, "plan", "actions", doc, e);
}

static int
section_evidence(void *arg, struct report_part *p, struct err *e)
{
	struct report_maker *m = arg;
	cJSON *doc = NULL, *list;
	int rc = evidence_list(m->s, m->office, m->year, NULL, &doc, e);

	if (rc < 0)
		return rc;
	list = cJSON_DetachItemFromObjectCaseSensitive(doc, "evidence");
	cJSON_Delete(doc);
	return report_part_list(p, "evidence", "evidence", list, e);
}

static const struct report_section sections[] = {
	{ "head", section_head },
	{ "edition", section_edition },
	{ "score", section_score },
	{ "profile", section_profile },
	{ "items", section_items },
	{ "indicators", section_indicators },
	{ "gaps", section_gaps },
	{ "plan", section_plan },
	{ "evidence", section_evidence },
	{ "signoffs", report_section_signoffs },
	{ "years", report_section_years },
};

#define N_SECTIONS (sizeof(sections) / sizeof(sections[0]))

/* What each part says of itself: from what it was made. */
static int
put_identity(struct report_maker *m, cJSON *out, struct err *e)
{
	char hex[41];
	int rc;

	commit_hex(m->b->tip, hex);
	if ((rc = json_put_int(out, "year", m->year, e)) < 0 ||
	    (rc = json_put_str(out, "commit", m->b->has_tip ? hex : NULL, e)) <
		0)
		return rc;
	commit_hex(m->hall->tip, hex);
	return json_put_str(
	    out, "hall_commit", m->hall->has_tip ? hex : NULL, e);
}

static int
make(struct report_maker *m, struct report_part *p, int year, struct err *e)
{
	int rc;

	if ((rc = store_branch(m->s, m->office, "office", &m->b, e)) < 0 ||
	    (rc = store_branch(m->s, m->office, "hall", &m->hall, e)) < 0 ||
	    (rc = store_cycle(m->s, m->office, year, &m->year, &m->ed, e)) <
		0 ||
	    (rc = put_identity(m, p->out, e)) < 0)
		return rc;
	return report_part_run(p, sections, N_SECTIONS, m, e);
}

static int
run(struct store *s, const char *office, int year, const char *cursor,
    size_t room, cJSON **ret, struct err *e)
{
	struct report_maker m = { .s = s, .office = office };
	struct report_part p;
	int began = 0, rc;

	if ((rc = report_part_begin(
		 &p, cursor, room, sections, N_SECTIONS, e)) < 0)
		return rc;
	if ((rc = asof_begin(s, &began, e)) == 0)
		rc = make(&m, &p, year, e);
	rc = asof_end(s, began, rc, e);
	if (rc == 0) {
		*ret = p.out;
		p.out = NULL;
	}
	report_part_release(&p);
	cJSON_Delete(m.answers);
	cJSON_Delete(m.reviews);
	cJSON_Delete(m.commented);
	return rc;
}

int
report_office(
    struct store *s, const char *office, int year, cJSON **ret, struct err *e)
{
	return run(s, office, year, NULL, 0, ret, e);
}

int
report_office_part(struct store *s, const char *office, int year,
    const char *cursor, cJSON **ret, struct err *e)
{
	return run(s, office, year, cursor, REPORT_PART_ROOM, ret, e);
}
