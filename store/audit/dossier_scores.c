/* The score at each submission and now; the files behind it. */
#include "store/audit/dossier_state.h"

#include "store/criteria/score.h"
#include "store/evidence/evidence.h"
#include "store/look/asof.h"

#define SUBMISSIONS_MAX 20

/* --- answers at one moment --- */

struct moment {
	cJSON *answers; /* {"1.1": record} */
	const cJSON *reviews;
};

static const cJSON *
answer_of(void *arg, const char *item)
{
	return json_get(((struct moment *)arg)->answers, item);
}

static const cJSON *
review_of(void *arg, const char *item)
{
	return json_get(((struct moment *)arg)->reviews, item);
}

static int
score_at(struct dossier *d, int64_t at, const cJSON *reviews, cJSON **ret,
    struct err *e)
{
	struct moment m = { NULL, reviews };
	char dir[24];
	int rc;

	snprintf(dir, sizeof(dir), "%d/items", d->m.year);
	rc = asof_below_at(d->m.s, d->m.b, dir, at, &m.answers, e);
	if (rc == 0)
		rc = score_all(d->m.ed, answer_of, review_of, &m, ret, e);
	cJSON_Delete(m.answers);
	return rc;
}

/* --- submissions --- */

/* {"1.1": "300.00"} of a score. */
static int
put_items(cJSON *out, const cJSON *score, struct err *e)
{
	cJSON *items = cJSON_CreateObject();
	const cJSON *one;
	int rc = json_put(out, "items", items, e);

	cJSON_ArrayForEach (one, json_get(score, "items"))
		if (rc == 0)
			rc = json_put_str(items, json_str(one, "id"),
			    json_str(one, "score"), e);
	return rc;
}

struct submission {
	int64_t id, time;
	char name[24], commit[41];
};

static int
put_submission(struct dossier *d, const struct submission *sub, int n,
    cJSON *list, struct err *e)
{
	cJSON *one = cJSON_CreateObject(), *score = NULL;
	int rc;

	if ((rc = json_push(list, one, e)) < 0 ||
	    (rc = json_put_int(one, "submission", n, e)) < 0 ||
	    (rc = json_put_str(one, "revision", sub->name, e)) < 0 ||
	    (rc = json_put_str(one, "commit", sub->commit, e)) < 0 ||
	    (rc = dossier_put_time(d, one, "time", sub->time, e)) < 0 ||
	    (rc = score_at(d, sub->id, NULL, &score, e)) < 0)
		return rc;
	if ((rc = json_put_str(one, "total", json_str(score, "total"), e)) == 0)
		rc = put_items(one, score, e);
	cJSON_Delete(score);
	return rc;
}

/* The revisions that signed off, oldest first; read whole before the records
 * of that time are, as statements are shared. */
static int
read_submissions(
    struct dossier *d, struct submission *list, size_t *ret_n, struct err *e)
{
	struct db *db = store_db(d->m.s);
	unsigned char id[COMMIT_ID_LEN];
	sqlite3_stmt *st = NULL;
	char path[32];
	size_t n = 0;
	int rc;

	snprintf(path, sizeof(path), "%d/assessment.json", d->m.year);
	rc = db_stmt(db, &st, e,
	    "SELECT v.id, v.name, v.commit_id, v.time FROM record r"
	    " JOIN touch t ON t.record = r.id AND t.side = 0"
	    " JOIN revision v ON v.id = t.revision"
	    " WHERE r.branch = ?1 AND r.path = ?2 AND v.action = 'submit'"
	    " ORDER BY v.id LIMIT ?3",
	    "isi", d->m.b->id, path, (int64_t)SUBMISSIONS_MAX);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		struct submission *sub = &list[n++];

		memset(id, 0, sizeof(id));
		if (sqlite3_column_bytes(st, 2) == COMMIT_ID_LEN)
			memcpy(id, sqlite3_column_blob(st, 2), sizeof(id));
		sub->id = sqlite3_column_int64(st, 0);
		sub->time = sqlite3_column_int64(st, 3);
		snprintf(sub->name, sizeof(sub->name), "%s",
		    (const char *)sqlite3_column_text(st, 1));
		commit_hex(id, sub->commit);
	}
	db_reset(st);
	*ret_n = n;
	return rc;
}

int
dossier_section_scores(void *arg, struct report_part *p, struct err *e)
{
	struct submission list[SUBMISSIONS_MAX];
	struct dossier *d = arg;
	cJSON *out = cJSON_CreateObject(), *at = cJSON_CreateArray();
	cJSON *now = NULL, *reviews = NULL;
	char dir[32];
	size_t n = 0;
	int rc;

	snprintf(dir, sizeof(dir), "reviews/%d", d->m.year);
	if ((rc = json_put(out, "at", at, e)) < 0 ||
	    (rc = read_submissions(d, list, &n, e)) < 0)
		goto out;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = put_submission(d, &list[i], (int)i + 1, at, e);
	if (rc < 0 ||
	    (rc = asof_below(d->m.s, d->m.hall, dir, &reviews, e)) < 0 ||
	    (rc = score_at(d, ASOF_NOW, reviews, &now, e)) < 0 ||
	    (rc = json_put(out, "now", now, e)) < 0)
		goto out;
	rc = report_part_put(p, "scores", out, e);
	out = NULL;
out:
	cJSON_Delete(out);
	cJSON_Delete(reviews);
	return rc;
}

/* --- evidence --- */

int
dossier_section_evidence(void *arg, struct report_part *p, struct err *e)
{
	struct dossier *d = arg;
	cJSON *doc = NULL, *out = cJSON_CreateObject();
	int64_t n = 0, bytes = 0, confirmed = 0, redacted = 0;
	const cJSON *file;
	int rc = evidence_list(d->m.s, d->m.office, d->m.year, NULL, &doc, e);

	cJSON_ArrayForEach (file, json_get(doc, "evidence")) {
		n++;
		bytes += json_int(file, "size", 0);
		confirmed += json_str(file, "at_hall") != NULL;
		redacted += cJSON_IsObject(json_get(file, "redacted"));
	}
	cJSON_Delete(doc);
	if (rc < 0 || (rc = json_put_int(out, "files", n, e)) < 0 ||
	    (rc = json_put_int(out, "bytes", bytes, e)) < 0 ||
	    (rc = json_put_int(out, "confirmed", confirmed, e)) < 0 ||
	    (rc = json_put_int(out, "redacted", redacted, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	return report_part_put(p, "evidence", out, e);
}
