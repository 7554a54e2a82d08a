/* What is wrong now. */
#include <inttypes.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "store/hall/notice.h"
#include "store/record/record.h"
#include "store/view/alerts.h"
#include "store/view/oversight.h"
#include "store/view/query.h"

#define DAY_S 86400
#define MIB (1024 * 1024)

struct look {
	struct store *s;
	int64_t now;
	cJSON *list;
	/* filled for one thing that is wrong */
	struct err said;
	char key[120];
};

static int
wanted(const struct look *l, enum conf_alert_kind kind)
{
	return (store_conf(l->s)->alerts.kinds & 1U << kind) != 0;
}

/* What was said becomes an entry. */
static int
add(struct look *l, enum conf_alert_kind kind, const char *office,
    int64_t since, struct err *e)
{
	cJSON *one = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(one, "key", l->key, e)) < 0 ||
	    (rc = json_put_str(one, "kind", conf_alerts_kind(kind), e)) < 0 ||
	    (rc = json_put_str(one, "office", office, e)) < 0 ||
	    (rc = json_put_str(one, "message", l->said.msg, e)) < 0 ||
	    (rc = json_put_str(one, "message_th",
		 l->said.th[0] != '\0' ? l->said.th : l->said.msg, e)) < 0 ||
	    (rc = json_put_int(one, "since", since, e)) < 0) {
		cJSON_Delete(one);
		return rc;
	}
	return json_push(l->list, one, e);
}

static int64_t
seconds(const cJSON *obj, const char *key)
{
	const char *text = json_str(obj, key);
	int64_t t = 0;

	if (text == NULL || clock_parse(text, 0, 0, &t, NULL) < 0)
		return 0;
	return t;
}

static const char *
name_of(const cJSON *office)
{
	const char *name = json_str(office, "name");

	return name != NULL ? name : "";
}

/* Its pushes fail: by its own fault, or by ours. */
static int
look_failing(struct look *l, const cJSON *office, struct err *e)
{
	const cJSON *failing = json_get(office, "failing");
	const char *class = json_str(failing, "class");
	const char *message = json_str(failing, "message");
	const char *code = json_str(office, "code");
	int refused = class != NULL && strcmp(class, "refused") == 0;
	enum conf_alert_kind kind = refused ? ALERT_REFUSED : ALERT_TROUBLE;

	if (class == NULL || message == NULL || !wanted(l, kind))
		return 0;
	snprintf(l->key, sizeof(l->key), "failing:%s:%s", code, class);
	if (refused)
		err_set(&l->said, ERR_REFUSED, 0,
		    "%s %s: what it sends is refused: %s", code,
		    name_of(office), message);
	else
		err_set(&l->said, ERR_FAILED, 0,
		    "%s %s: this hall cannot take in what it sends: %s", code,
		    name_of(office), message);
	return add(l, kind, code, seconds(failing, "since"), e);
}

static int
look_silent(struct look *l, const cJSON *office, struct err *e)
{
	const char *state = json_str(office, "state");
	const char *code = json_str(office, "code");
	int64_t seen = seconds(office, "last_seen");
	int64_t days = (l->now - seen) / DAY_S;

	if (!wanted(l, ALERT_SILENT) || seen == 0 || state == NULL ||
	    strcmp(state, "active") != 0 ||
	    days < store_conf(l->s)->alerts.silent_days)
		return 0;
	snprintf(l->key, sizeof(l->key), "silent:%s", code);
	/* without the number of days: the alert stays the same tomorrow */
	err_set(&l->said, ERR_FAILED, 0, "%s %s: has not come for a long time",
	    code, name_of(office));
	return add(l, ALERT_SILENT, code, seen, e);
}

/* What a date is for, in both languages: as the table of fields calls it. */
static const struct field *
due_field(const char *name)
{
	const struct record_type *types;
	char full[32];
	size_t i, n;

	types = record_types(&n);
	snprintf(full, sizeof(full), "due.%.20s", name);
	for (i = 0; i < n; i++)
		if (strcmp(types[i].name, "cycle") == 0)
			return record_field(&types[i], full);
	return NULL;
}

/* "31 มี.ค. 2565": as people write a day, without its hour. */
static void
day_text(const struct look *l, int64_t t, int thai, char ret[CLOCK_TEXT])
{
	char *hour;

	clock_people(ret, t, store_conf(l->s)->offset_min, thai);
	if ((hour = strrchr(ret, ' ')) != NULL)
		*hour = '\0';
}

/* t: the end of the day. */
static void
say_overdue(struct look *l, const cJSON *office, const cJSON *due, int64_t t)
{
	const char *code = json_str(office, "code");
	const char *name = json_str(due, "name");
	const struct field *f = due_field(name);
	const char *en = f != NULL ? f->en : name;
	long long year = (long long)json_int(due, "year", 0);
	char day[CLOCK_TEXT];
	struct err thai;

	if (strncmp(en, "due: ", strlen("due: ")) == 0)
		en += strlen("due: ");
	day_text(l, t, 0, day);
	err_set(&l->said, ERR_FAILED, 0,
	    "%s %s is late in %lld: %s was due on %s", code, name_of(office),
	    year, en, day);
	day_text(l, t, 1, day);
	err_set(&thai, ERR_FAILED, 0, "%s %s is late in %lld: %s was due on %s",
	    code, name_of(office), year, f != NULL ? f->th : name, day);
	memcpy(l->said.th, thai.th, sizeof(l->said.th));
}

static int
look_overdue(struct look *l, const cJSON *office, struct err *e)
{
	const char *code = json_str(office, "code");
	const cJSON *due;
	int rc = 0;

	if (!wanted(l, ALERT_OVERDUE))
		return 0;
	cJSON_ArrayForEach (due, json_get(office, "overdue")) {
		const char *date = json_str(due, "date");
		const char *name = json_str(due, "name");
		int64_t t = 0;

		if (date == NULL || name == NULL ||
		    clock_parse(
			date, store_conf(l->s)->offset_min, 1, &t, NULL) < 0)
			continue;
		snprintf(l->key, sizeof(l->key), "overdue:%s:%" PRId64 ":%.20s",
		    code, json_int(due, "year", 0), name);
		say_overdue(l, office, due, t);
		if ((rc = add(l, ALERT_OVERDUE, code, t, e)) < 0)
			break;
	}
	return rc;
}

static int
look_disk(struct look *l, struct err *e)
{
	const struct conf *c = store_conf(l->s);
	struct statvfs fs;
	int64_t mib;

	if (!wanted(l, ALERT_DISK))
		return 0;
	if (statvfs(c->dir, &fs) != 0)
		return err_sys(e, "cannot look at '%s'", c->dir);
	mib = (int64_t)(fs.f_bavail * fs.f_frsize) / MIB;
	if (mib >= c->alerts.disk_mib)
		return 0;
	snprintf(l->key, sizeof(l->key), "disk");
	err_set(&l->said, ERR_FAILED, 0,
	    "the hall's disk is nearly full: less than %ld MiB are free",
	    c->alerts.disk_mib);
	return add(l, ALERT_DISK, NULL, l->now, e);
}

/* A restored copy, a history that was cut: what the hall noticed of itself. */
static int
look_notices(struct look *l, struct err *e)
{
	cJSON *list = NULL;
	const cJSON *n;
	int rc;

	if (!wanted(l, ALERT_NOTICE))
		return 0;
	rc = notice_list(l->s, &list, e);
	cJSON_ArrayForEach (n, list) {
		const char *message = json_str(n, "message");
		const char *th = json_str(n, "message_th");

		if (rc < 0 || message == NULL)
			continue;
		snprintf(l->key, sizeof(l->key), "notice:%" PRId64,
		    json_int(n, "id", 0));
		memset(&l->said, 0, sizeof(l->said));
		snprintf(l->said.msg, sizeof(l->said.msg), "%s", message);
		snprintf(l->said.th, sizeof(l->said.th), "%s",
		    th != NULL ? th : message);
		rc = add(l, ALERT_NOTICE, NULL, seconds(n, "time"), e);
	}
	cJSON_Delete(list);
	return rc;
}

int
alerts_look(struct store *s, int64_t now, cJSON **ret, struct err *e)
{
	struct look l = { .s = s, .now = now, .list = cJSON_CreateArray() };
	cJSON *status = NULL;
	const cJSON *office;
	int rc = l.list != NULL ? 0 : err_nomem(e);

	if (rc == 0 && (rc = query_hall_status(s, &status, e)) == 0)
		rc = oversight_add(s, status, NULL, 0, e);
	cJSON_ArrayForEach (office, json_get(status, "offices")) {
		if (rc < 0)
			break;
		if ((rc = look_failing(&l, office, e)) == 0 &&
		    (rc = look_silent(&l, office, e)) == 0)
			rc = look_overdue(&l, office, e);
	}
	cJSON_Delete(status);
	if (rc == 0 && (rc = look_disk(&l, e)) == 0)
		rc = look_notices(&l, e);
	if (rc < 0)
		cJSON_Delete(l.list);
	else
		*ret = l.list;
	return rc;
}
