/* The sections that look back: sign-offs and earlier years. */
#include "store/view/report_state.h"

#include "base/clock.h"
#include "store/look/asof.h"
#include "store/view/compare.h"

#define YEARS_SHOWN 5
#define SIGNOFFS_MAX 500

int
report_put_time(const struct report_maker *m, cJSON *out, const char *key,
    int64_t t, struct err *e)
{
	char text[CLOCK_TEXT];

	clock_rfc3339(text, t, store_conf(m->s)->offset_min);
	return json_put_str(out, key, text, e);
}

/* Row: as in report_section_signoffs(). */
static int
signoff_row(struct report_maker *m, sqlite3_stmt *st, cJSON *one, struct err *e)
{
	unsigned char id[COMMIT_ID_LEN] = { 0 };
	char hex[41], time[CLOCK_TEXT];
	cJSON *person = cJSON_CreateObject();
	int rc;

	if (sqlite3_column_bytes(st, 2) == COMMIT_ID_LEN)
		memcpy(id, sqlite3_column_blob(st, 2), COMMIT_ID_LEN);
	commit_hex(id, hex);
	clock_rfc3339(
	    time, sqlite3_column_int64(st, 4), sqlite3_column_int(st, 5));
	if ((rc = json_put(one, "person", person, e)) < 0 ||
	    (rc = json_put_str(one, "side",
		 sqlite3_column_int64(st, 0) == m->b->id ? "office" : "hall",
		 e)) < 0 ||
	    (rc = json_put_str(one, "revision",
		 (const char *)sqlite3_column_text(st, 1), e)) < 0 ||
	    (rc = json_put_str(one, "commit", hex, e)) < 0 ||
	    (rc = json_put_str(one, "action",
		 (const char *)sqlite3_column_text(st, 3), e)) < 0 ||
	    (rc = json_put_str(one, "time", time, e)) < 0 ||
	    (rc = json_put_str(person, "login",
		 (const char *)sqlite3_column_text(st, 7), e)) < 0 ||
	    (rc = json_put_str(person, "name",
		 (const char *)sqlite3_column_text(st, 8), e)) < 0 ||
	    (rc = json_put_str(one, "reason",
		 (const char *)sqlite3_column_text(st, 9), e)) < 0)
		return rc;
	if (sqlite3_column_type(st, 6) == SQLITE_NULL)
		return json_put(one, "received", cJSON_CreateNull(), e);
	return report_put_time(
	    m, one, "received", sqlite3_column_int64(st, 6), e);
}

/* Each revision that changed the assessment or the decision on it. */
int
report_section_signoffs(void *arg, struct report_part *p, struct err *e)
{
	struct report_maker *m = arg;
	struct db *db = store_db(m->s);
	cJSON *all = cJSON_CreateArray(), *one;
	char ours[32], theirs[32];
	sqlite3_stmt *st = NULL;
	int rc;

	snprintf(ours, sizeof(ours), "%d/assessment.json", m->year);
	snprintf(theirs, sizeof(theirs), "decisions/%d.json", m->year);
	rc = db_stmt(db, &st, e,
	    "SELECT r.branch, v.name, v.commit_id, v.action, v.time,"
	    " v.offset_min, v.received, v.login, v.person, v.reason"
	    " FROM record r JOIN touch t ON t.record = r.id"
	    " JOIN revision v ON v.id = t.revision"
	    /* a merge only passes on what somebody did */
	    " WHERE v.action <> 'merge' AND ((r.branch = ?1 AND r.path = ?2)"
	    " OR (r.branch = ?3 AND r.path = ?4))"
	    " ORDER BY v.time, v.id LIMIT ?5",
	    "isisi", m->b->id, ours, m->hall->id, theirs,
	    (int64_t)SIGNOFFS_MAX);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		one = cJSON_CreateObject();
		if ((rc = json_push(all, one, e)) < 0 ||
		    (rc = signoff_row(m, st, one, e)) < 0)
			break;
	}
	db_reset(st);
	if (rc < 0) {
		cJSON_Delete(all);
		return rc;
	}
	return report_part_list(p, "signoffs", "signoffs", all, e);
}

/* The newest years that were opened, up to this one, oldest first. */
static int
opened_years(struct report_maker *m, cJSON **ret, struct err *e)
{
	struct db *db = store_db(m->s);
	cJSON *years = cJSON_CreateArray(), *one;
	sqlite3_stmt *st = NULL;
	char below[16];
	int rc = 0;

	/* '0' follows '/': the year itself first, then each one before */
	snprintf(below, sizeof(below), "%d0", m->year);
	for (int n = 0; n < YEARS_SHOWN; n++) {
		rc = db_stmt(db, &st, e,
		    "SELECT path FROM record WHERE branch = ?1 AND path > '2'"
		    " AND path < ?2 AND bytes IS NOT NULL"
		    " ORDER BY path DESC LIMIT 1",
		    "is", m->b->id, below);
		if (rc < 0 || (rc = db_step(db, st, e)) <= 0)
			break;
		snprintf(below, sizeof(below), "%.4s",
		    (const char *)sqlite3_column_text(st, 0));
		one = cJSON_CreateString(below);
		if (one == NULL || !cJSON_InsertItemInArray(years, 0, one)) {
			cJSON_Delete(one);
			rc = err_nomem(e);
			break;
		}
		snprintf(below + 4, sizeof(below) - 4, "/");
	}
	db_reset(st);
	if (rc < 0) {
		cJSON_Delete(years);
		return rc;
	}
	*ret = years;
	return 0;
}

int
report_section_years(void *arg, struct report_part *p, struct err *e)
{
	struct report_maker *m = arg;
	int at_hall = store_conf(m->s)->role != ROLE_OFFICE;
	cJSON *years = NULL, *offices = cJSON_CreateArray(), *doc = NULL;
	int rc;

	if ((rc = json_push_str(offices, m->b->office, e)) == 0 &&
	    (rc = opened_years(m, &years, e)) == 0)
		rc =
		    compare_run(m->s, years, at_hall ? offices : NULL, &doc, e);
	cJSON_Delete(years);
	cJSON_Delete(offices);
	return rc < 0 ? rc : report_part_put(p, "years", doc, e);
}
