#include "store/view/metrics.h"

#include <inttypes.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/view/oversight.h"
#include "store/view/query.h"

/* --- form --- */

void
metrics_gauge(struct buf *b, const char *name, const char *help)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void
put_label(struct buf *b, const char *label, const char *value)
{
	buf_printf(b, "%s=\"", label);
	for (; *value != '\0'; value++) {
		if (*value == '\\' || *value == '"')
			buf_putc(b, '\\');
		if (*value == '\n')
			buf_puts(b, "\\n");
		else
			buf_putc(b, *value);
	}
	buf_putc(b, '"');
}

void
metrics_sample(struct buf *b, const char *name, const char *label,
    const char *value, int64_t n)
{
	buf_puts(b, name);
	if (label != NULL) {
		buf_putc(b, '{');
		put_label(b, label, value != NULL ? value : "");
		buf_putc(b, '}');
	}
	buf_printf(b, " %" PRId64 "\n", n);
}

void
metrics_one(struct buf *b, const char *name, const char *help, int64_t n)
{
	metrics_gauge(b, name, help);
	metrics_sample(b, name, NULL, NULL, n);
}

/* A time of a document as seconds; 0: none. */
static int64_t
seconds(const cJSON *obj, const char *key)
{
	const char *text = json_str(obj, key);
	int64_t t = 0;

	if (text == NULL || clock_parse(text, 0, 0, &t, NULL) < 0)
		return 0;
	return t;
}

/* --- this machine --- */

static void
put_info(struct store *s, struct buf *b)
{
	const struct conf *c = store_conf(s);

	metrics_gauge(b, "pmqa_info", "What runs here; always 1.");
	buf_puts(b, "pmqa_info{");
	put_label(b, "role", conf_role_name(c->role));
	buf_putc(b, ',');
	put_label(b, "code", c->code);
	buf_putc(b, ',');
	put_label(b, "device", store_device(s));
	buf_putc(b, ',');
	put_label(b, "version", PMQA_VERSION);
	buf_puts(b, "} 1\n");
}

static int
put_disk(struct store *s, struct buf *b, struct err *e)
{
	const char *dir = store_conf(s)->dir;
	char path[PATH_MAX];
	struct statvfs fs;
	struct stat st;
	int rc;

	if (statvfs(dir, &fs) != 0)
		return err_sys(e, "cannot look at '%s'", dir);
	metrics_one(b, "pmqa_disk_free_bytes",
	    "Bytes that this program may still use.",
	    (int64_t)(fs.f_bavail * fs.f_frsize));
	if ((rc = file_path(path, sizeof(path), e, "%s/pmqa.db", dir)) < 0)
		return rc;
	if (stat(path, &st) != 0)
		return err_sys(e, "cannot look at '%s'", path);
	metrics_one(b, "pmqa_database_bytes", "Size of the database.",
	    (int64_t)st.st_size);
	return 0;
}

static int
put_revisions(struct store *s, struct buf *b, struct err *e)
{
	int64_t n = 0;
	int rc = db_one_int(
	    store_db(s), &n, e, "SELECT ifnull(sum(n), 0) FROM branch", "");

	if (rc == 0)
		metrics_one(b, "pmqa_revisions",
		    "Revisions on all branches that are kept here.", n);
	return rc;
}

static void
put_office(const cJSON *status, struct buf *b)
{
	const cJSON *evidence = json_get(status, "evidence");

	metrics_one(b, "pmqa_unsynced_revisions",
	    "Own revisions that the hall has not confirmed.",
	    json_int(status, "unsynced", 0));
	metrics_one(b, "pmqa_pending_since_timestamp_seconds",
	    "Time of the first revision without a receipt; 0: none.",
	    seconds(status, "pending_since"));
	metrics_one(b, "pmqa_receipt_timestamp_seconds",
	    "Time of the hall's last receipt; 0: none.",
	    seconds(json_get(status, "receipt"), "time"));
	metrics_one(b, "pmqa_conflicts",
	    "Conflicts between devices that nobody has decided.",
	    json_int(status, "conflicts", 0));
	metrics_one(b, "pmqa_evidence_files", "Files that records name.",
	    json_int(evidence, "files", 0));
	metrics_one(b, "pmqa_evidence_files_at_hall",
	    "Files that the hall has signed for.",
	    json_int(evidence, "at_hall", 0));
}

/* --- a hall's offices --- */

enum how {
	COUNT,
	TIME,
	OF_RECEIPT,
	FAILING,
	FAILING_SINCE,
	BEHIND,
	OVERDUE,
	FILES,
	FILES_HERE
};

static const struct family {
	const char *name, *help, *key;
	enum how how;
} families[] = {
	{ "pmqa_office_last_seen_timestamp_seconds",
	    "When a device of the office last came; 0: never.", "last_seen",
	    TIME },
	{ "pmqa_office_revisions", "Revisions of the office that are here.",
	    "revisions", COUNT },
	{ "pmqa_office_receipt_timestamp_seconds",
	    "Time of the last receipt for the office; 0: none.", NULL,
	    OF_RECEIPT },
	{ "pmqa_office_pending_since_timestamp_seconds",
	    "Time of the first revision without a receipt; 0: none.",
	    "pending_since", TIME },
	{ "pmqa_office_failing", "1 while the office's pushes fail.", NULL,
	    FAILING },
	{ "pmqa_office_failing_since_timestamp_seconds",
	    "Since when they fail; 0: they do not.", NULL, FAILING_SINCE },
	{ "pmqa_office_conflicts", "Conflicts that the office has not decided.",
	    "conflicts", COUNT },
	{ "pmqa_office_behind_revisions",
	    "Revisions of the hall that the office has not taken in; -1: "
	    "not known.",
	    NULL, BEHIND },
	{ "pmqa_office_overdue", "Dates of the calendar that it missed.", NULL,
	    OVERDUE },
	{ "pmqa_office_evidence_files", "Files that its records name.", NULL,
	    FILES },
	{ "pmqa_office_evidence_files_here", "Files of it that are here.", NULL,
	    FILES_HERE },
	{ "pmqa_office_disk_bytes", "Bytes of its repositories.", "disk",
	    COUNT },
};

static int64_t
figure(const cJSON *office, const struct family *f)
{
	const cJSON *failing = json_get(office, "failing");
	const cJSON *evidence = json_get(office, "evidence");

	switch (f->how) {
	case COUNT:
		return json_int(office, f->key, 0);
	case TIME:
		return seconds(office, f->key);
	case OF_RECEIPT:
		return seconds(json_get(office, "receipt"), "time");
	case FAILING:
		return cJSON_IsObject(failing);
	case FAILING_SINCE:
		return seconds(failing, "since");
	case BEHIND:
		return json_int(json_get(office, "holds"), "behind", -1);
	case OVERDUE:
		return cJSON_GetArraySize(json_get(office, "overdue"));
	case FILES:
		return json_int(evidence, "files", 0);
	case FILES_HERE:
		return json_int(evidence, "at_hall", 0);
	}
	return 0;
}

static int
put_offices(struct store *s, struct buf *b, struct err *e)
{
	const cJSON *offices, *one;
	cJSON *status = NULL;
	int64_t alerts = 0;
	size_t i;
	int rc;

	if ((rc = query_hall_status(s, &status, e)) < 0 ||
	    (rc = oversight_add(s, status, NULL, OVERSIGHT_DISK, e)) < 0 ||
	    (rc = db_one_int(store_db(s), &alerts, e,
		 "SELECT count(*) FROM alert WHERE ended IS NULL", "")) < 0)
		goto out;
	offices = json_get(status, "offices");
	metrics_one(b, "pmqa_offices", "Offices that are enrolled here.",
	    cJSON_GetArraySize(offices));
	metrics_one(b, "pmqa_alerts", "Alerts that are not over.", alerts);
	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		metrics_gauge(b, families[i].name, families[i].help);
		cJSON_ArrayForEach (one, offices)
			metrics_sample(b, families[i].name, "office",
			    json_str(one, "code"), figure(one, &families[i]));
	}
out:
	cJSON_Delete(status);
	return rc;
}

int
metrics_store(struct store *s, struct buf *ret, struct err *e)
{
	cJSON *status = NULL;
	int rc = query_status(s, &status, e);

	if (rc < 0)
		return rc;
	put_info(s, ret);
	metrics_one(ret, "pmqa_journal_revisions",
	    "Revisions that are safe but not yet in the repository.",
	    json_int(status, "journal", 0));
	if (store_conf(s)->role == ROLE_OFFICE)
		put_office(status, ret);
	cJSON_Delete(status);
	if ((rc = put_revisions(s, ret, e)) < 0 ||
	    (rc = put_disk(s, ret, e)) < 0)
		return rc;
	if (store_conf(s)->role != ROLE_OFFICE &&
	    (rc = put_offices(s, ret, e)) < 0)
		return rc;
	return buf_ok(ret, e);
}
