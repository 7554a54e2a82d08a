#include "store/view/oversight.h"

#include <sys/statvfs.h>

#include "base/clock.h"
#include "store/hall/cycle.h"
#include "store/hall/visit.h"
#include "store/look/asof.h"

#define YEARS_MAX 2 /* a year's follow-ups are due in the next one */

static int
put_time(struct store *s, cJSON *out, const char *key, int64_t t, struct err *e)
{
	char text[CLOCK_TEXT];

	if (t == 0)
		return json_put_str(out, key, NULL, e);
	clock_rfc3339(text, t, store_conf(s)->offset_min);
	return json_put_str(out, key, text, e);
}

/* A revision of the hall's branch in an office's repository. */
struct mark_at {
	int64_t id; /* 0: none, or not ours */
	char name[24];
	int64_t time;
};

static int
find_revision(struct store *s, const struct branch *hall,
    const unsigned char commit[20], struct mark_at *ret, struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = db_stmt(db, &st, e,
	    "SELECT id, name, time FROM revision WHERE commit_id = ?1"
	    " AND branch = ?2",
	    "bi", commit, (size_t)20, hall->id);
	if (rc == 0 && (rc = db_step(db, st, e)) > 0) {
		ret->id = sqlite3_column_int64(st, 0);
		snprintf(ret->name, sizeof(ret->name), "%s",
		    (const char *)sqlite3_column_text(st, 1));
		ret->time = sqlite3_column_int64(st, 2);
	}
	db_reset(st);
	return rc < 0 ? rc : 0;
}

/* --- its machines --- */

struct machines {
	struct store *s;
	const struct branch *hall;
	cJSON *office;
	struct mark_at best; /* what the best of them holds */
	int64_t last_seen;
	int64_t offered; /* the newest revision that one of them found here */
	char version[VISIT_VERSION_MAX + 1]; /* of the one that came last */
	int told;                            /* one of them said how far */
};

static cJSON *
device_named(const cJSON *devices, const char *name)
{
	cJSON *d;

	cJSON_ArrayForEach (d, devices) {
		const char *is = json_str(d, "device");

		if (is != NULL && strcmp(is, name) == 0)
			return d;
	}
	return NULL;
}

static int
on_machine(void *arg, const struct visit *v, struct err *e)
{
	struct machines *m = arg;
	cJSON *d = device_named(json_get(m->office, "devices"), v->device);
	struct mark_at at = { 0 }, offered = { 0 };
	int rc = 0;

	if (v->has_holds)
		rc = find_revision(m->s, m->hall, v->holds, &at, e);
	if (rc == 0 && v->has_offered)
		rc = find_revision(m->s, m->hall, v->offered, &offered, e);
	if (rc < 0)
		return rc;
	if (v->last_seen >= m->last_seen && v->version[0] != '\0') {
		m->last_seen = v->last_seen;
		snprintf(m->version, sizeof(m->version), "%s", v->version);
	}
	if (offered.id > m->offered)
		m->offered = offered.id;
	m->told |= v->has_holds;
	if (at.id > m->best.id)
		m->best = at;
	if (d == NULL) /* came before this hall was restored */
		return 0;
	if ((rc = put_time(m->s, d, "last_seen", v->last_seen, e)) < 0 ||
	    (rc = json_put_str(d, "version",
		 v->version[0] != '\0' ? v->version : NULL, e)) < 0)
		return rc;
	return json_put_str(d, "holds", at.id > 0 ? at.name : NULL, e);
}

static int
newest_name(
    struct store *s, const struct branch *b, char ret[24], struct err *e)
{
	struct mark_at at;
	int rc;

	ret[0] = '\0';
	if (!b->has_tip)
		return 0;
	if ((rc = find_revision(s, b, b->tip, &at, e)) == 0)
		snprintf(ret, 24, "%s", at.name);
	return rc;
}

static int
put_holds(const struct machines *m, struct err *e)
{
	cJSON *holds = cJSON_CreateObject();
	int64_t behind = 0, unsent = 0;
	char newest[24];
	int rc;

	if (!m->told) {
		cJSON_Delete(holds);
		return json_put_str(m->office, "holds", NULL, e);
	}
	if ((rc = db_one_int(store_db(m->s), &behind, e,
		 "SELECT count(*) FROM revision WHERE branch = ?1 AND id > ?2"
		 /* a receipt goes back on the connection that earned it */
		 " AND action <> 'receipt'",
		 "ii", m->hall->id, m->best.id)) < 0 ||
	    /* who came since has fetched it, and says so when it comes again */
	    (rc = db_one_int(store_db(m->s), &unsent, e,
		 "SELECT count(*) FROM revision WHERE branch = ?1 AND id > ?2"
		 " AND action <> 'receipt' AND id > ?3",
		 "iii", m->hall->id, m->best.id, m->offered)) < 0 ||
	    (rc = newest_name(m->s, m->hall, newest, e)) < 0 ||
	    (rc = json_put_str(holds, "revision",
		 m->best.id > 0 ? m->best.name : NULL, e)) < 0 ||
	    (rc = put_time(m->s, holds, "time", m->best.time, e)) < 0 ||
	    (rc = json_put_str(holds, "newest", newest, e)) < 0 ||
	    (rc = json_put_int(holds, "behind", behind, e)) < 0 ||
	    (rc = json_put_int(holds, "unsent", unsent, e)) < 0) {
		cJSON_Delete(holds);
		return rc;
	}
	return json_put(m->office, "holds", holds, e);
}

/* --- what is overdue --- */

/* The other dates are the hall's own to keep. */
static int
is_offices(const char *due)
{
	static const char *const own[] = { "submit", "correct", "followup6",
		"followup12" };
	size_t i;

	for (i = 0; due != NULL && i < sizeof(own) / sizeof(own[0]); i++)
		if (strcmp(due, own[i]) == 0)
			return 1;
	return 0;
}

static int
push_overdue(cJSON *list, int year, const cJSON *due, struct err *e)
{
	cJSON *one = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_int(one, "year", year, e)) < 0 ||
	    (rc = json_put_str(one, "name", json_str(due, "name"), e)) < 0 ||
	    (rc = json_put_str(one, "date", json_str(due, "date"), e)) < 0 ||
	    (rc = json_put_int(one, "days", json_int(due, "days", 0), e)) < 0) {
		cJSON_Delete(one);
		return rc;
	}
	return json_push(list, one, e);
}

static int
add_overdue(
    struct store *s, const char *office, int year, cJSON *list, struct err *e)
{
	cJSON *dues = NULL;
	const cJSON *due;
	int rc = cycle_due(s, office, year, clock_now(), &dues, e);

	cJSON_ArrayForEach (due, dues) {
		if (rc == 0 && is_offices(json_str(due, "name")) &&
		    json_bool(due, "late", 0) && !json_bool(due, "done", 0))
			rc = push_overdue(list, year, due, e);
	}
	cJSON_Delete(dues);
	return rc;
}

/* By the newest calendars that the office was given. */
static int
put_overdue(struct store *s, const struct branch *hall, const char *office,
    cJSON *out, struct err *e)
{
	struct db *db = store_db(s);
	cJSON *list = cJSON_CreateArray();
	sqlite3_stmt *st = NULL;
	int years[YEARS_MAX], n = 0, i, rc;

	if ((rc = json_put(out, "overdue", list, e)) < 0)
		return rc;
	rc = db_stmt(db, &st, e,
	    "SELECT path FROM record WHERE branch = ?1 AND path > 'cycles/'"
	    " AND path < 'cycles0' AND bytes IS NOT NULL"
	    " ORDER BY path DESC LIMIT 2",
	    "i", hall->id);
	while (rc >= 0 && n < YEARS_MAX && (rc = db_step(db, st, e)) > 0)
		years[n++] =
		    (int)strtol((const char *)sqlite3_column_text(st, 0) +
				    strlen("cycles/"),
			NULL, 10);
	db_reset(st);
	for (i = n - 1; i >= 0 && rc >= 0; i--)
		rc = add_overdue(s, office, years[i], list, e);
	return rc < 0 ? rc : 0;
}

/* --- what was published --- */

static int
push_published(struct store *s, cJSON *list, sqlite3_stmt *st,
    const struct machines *m, struct err *e)
{
	const char *path = (const char *)sqlite3_column_text(st, 0);
	int64_t id = sqlite3_column_int64(st, 1);
	cJSON *one = cJSON_CreateObject();
	char name[104];
	int rc;

	snprintf(name, sizeof(name), "%.*s",
	    (int)(strlen(path) - strlen(".json")), path);
	if ((rc = json_put_str(one, "record", name, e)) < 0 ||
	    (rc = json_put_str(one, "revision",
		 (const char *)sqlite3_column_text(st, 2), e)) < 0 ||
	    (rc = put_time(s, one, "time", sqlite3_column_int64(st, 3), e)) <
		0 ||
	    (rc = json_put_bool(one, "sent", m->told && id <= m->offered, e)) <
		0 ||
	    (rc = json_put(one, "has",
		 m->told ? cJSON_CreateBool(id <= m->best.id)
			 : cJSON_CreateNull(),
		 e)) < 0) {
		cJSON_Delete(one);
		return rc;
	}
	return json_push(list, one, e);
}

static int
put_published(const struct machines *m, struct err *e)
{
	struct db *db = store_db(m->s);
	cJSON *list = cJSON_CreateArray();
	sqlite3_stmt *st = NULL;
	int rc;

	if ((rc = json_put(m->office, "published", list, e)) < 0)
		return rc;
	rc = db_stmt(db, &st, e,
	    "SELECT r.path, v.id, v.name, v.time FROM record r"
	    " JOIN revision v ON v.id = r.revision"
	    " WHERE r.branch = ?1 AND r.bytes IS NOT NULL"
	    " AND (r.path GLOB 'announcements/*' OR r.path GLOB 'cycles/*'"
	    " OR r.path GLOB 'editions/*' OR r.path GLOB 'practices/*'"
	    " OR r.path GLOB 'wordings/*') ORDER BY v.id DESC, r.path",
	    "i", m->hall->id);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0)
		rc = push_published(m->s, list, st, m, e);
	db_reset(st);
	return rc < 0 ? rc : 0;
}

/* --- all of it --- */

static int
fill_office(struct store *s, cJSON *office, int detail, int what, struct err *e)
{
	const char *code = json_str(office, "code");
	struct machines m = { .s = s, .office = office };
	struct branch *hall = NULL;
	int64_t disk = 0;
	int rc;

	/* one that cannot be opened: "failing" says so */
	if (json_get(office, "revisions") == NULL)
		return 0;
	if ((rc = store_branch(s, code, "hall", &hall, e)) < 0)
		return rc;
	m.hall = hall;
	if ((rc = visit_each(s, code, on_machine, &m, e)) < 0 ||
	    (rc = json_put_str(office, "version",
		 m.version[0] != '\0' ? m.version : NULL, e)) < 0 ||
	    (rc = put_holds(&m, e)) < 0 ||
	    (rc = put_overdue(s, hall, code, office, e)) < 0 ||
	    (detail && (rc = put_published(&m, e)) < 0))
		return rc;
	if ((what & OVERSIGHT_DISK) == 0)
		return 0;
	if ((rc = oversight_disk(s, code, &disk, e)) < 0)
		return rc;
	return json_put_int(office, "disk", disk, e);
}

static int
keep_one(cJSON *offices, const char *code, struct err *e)
{
	cJSON *o = offices->child, *next;

	for (; o != NULL; o = next) {
		const char *is = json_str(o, "code");

		next = o->next;
		if (is == NULL || strcmp(is, code) != 0)
			cJSON_Delete(cJSON_DetachItemViaPointer(offices, o));
	}
	if (offices->child != NULL)
		return 0;
	err_set(
	    e, ERR_NOT_FOUND, 0, "office '%.20s' is not enrolled here", code);
	err_hint(e, "pmqa hall status lists those that are");
	return ERR_NOT_FOUND;
}

static int
put_free(struct store *s, cJSON *status, struct err *e)
{
	struct statvfs fs;

	if (statvfs(store_conf(s)->dir, &fs) != 0)
		return err_sys(e, "cannot look at '%s'", store_conf(s)->dir);
	return json_put_int(
	    status, "free_bytes", (int64_t)(fs.f_bavail * fs.f_frsize), e);
}

int
oversight_add(
    struct store *s, cJSON *status, const char *office, int what, struct err *e)
{
	cJSON *offices = json_get(status, "offices"), *one;
	int began = 0, rc;

	if ((rc = json_put_str(status, "version", PMQA_VERSION, e)) < 0 ||
	    (rc = put_free(s, status, e)) < 0 ||
	    (office != NULL && (rc = keep_one(offices, office, e)) < 0))
		return rc;
	rc = asof_begin(s, &began, e);
	cJSON_ArrayForEach (one, offices) {
		if (rc < 0)
			break;
		rc = fill_office(s, one, office != NULL, what, e);
	}
	return asof_end(s, began, rc, e);
}
