#include "client/cmd/cmd_status.h"

#include "client/cmd/cmd_device.h"
#include "client/cmd/cmd_review.h"
#include "client/cmd/status_sync.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

static void
row(struct table *t, const char *label, enum style st, const char *text)
{
	table_cell(t, STYLE_DIM, label);
	table_cell(t, st, text);
}

/* The office or hall and its machine: {"code","name"} or a code. */
static void
who_rows(struct table *t, const cJSON *status, const cJSON *hello)
{
	const char *code = json_str(hello, "code");
	const char *name = json_str(hello, "name");
	const char *role = json_str(status, "role");
	const char *device = json_str(hello, "device");
	char text[300];

	snprintf(text, sizeof(text), "%s %s", code != NULL ? code : "-",
	    name != NULL ? name : "");
	row(t,
	    role == NULL || strcmp(role, "office") == 0 ? _("Office")
	    : strcmp(role, "hall") == 0                 ? _("Hall")
							: _("Ministry"),
	    STYLE_HEAD, text);
	if (json_str(status, "hall_knows") == NULL) {
		row(t, _("Device"), STYLE_PLAIN, device != NULL ? device : "-");
		return;
	}
	snprintf(text, sizeof(text), _("%s, which the hall still knows as %s"),
	    device != NULL ? device : "-", json_str(status, "hall_knows"));
	row(t, _("Device"), STYLE_WARN, text);
}

static void
cycle_rows(struct table *t, const cJSON *status)
{
	int64_t cycle = json_int(status, "cycle", 0);
	const char *edition = json_str(status, "edition");
	const char *revision = json_str(status, "revision");
	const char *tip = json_str(status, "tip");
	char text[200];

	if (cycle > 0)
		snprintf(text, sizeof(text), _("%lld, edition %s"),
		    (long long)cycle, edition != NULL ? edition : "-");
	else
		snprintf(text, sizeof(text), "%s", _("none opened yet"));
	row(t, _("Fiscal year"), STYLE_PLAIN, text);
	if (revision != NULL)
		snprintf(text, sizeof(text), _("%s (commit %.12s)"), revision,
		    tip != NULL ? tip : "-");
	else
		snprintf(text, sizeof(text), "%s", _("none yet"));
	row(t, _("Newest revision"), STYLE_PLAIN, text);
}

static void
hall_rows(struct table *t, const cJSON *status)
{
	const cJSON *receipt = json_get(status, "receipt");
	int64_t unsynced = json_int(status, "unsynced", 0);
	int64_t conflicts = json_int(status, "conflicts", 0);
	int synced = json_bool(status, "synced", 0);
	const char *tip = json_str(receipt, "tip");
	const char *since = json_str(status, "pending_since");
	char text[200], when[80];

	if (tip != NULL) {
		out_time(when, sizeof(when), json_str(receipt, "time"));
		snprintf(
		    text, sizeof(text), _("%s, for commit %.12s"), when, tip);
	} else {
		snprintf(text, sizeof(text), "%s", _("none yet"));
	}
	row(t, _("Receipt of the hall"), STYLE_PLAIN, text);
	if (synced)
		snprintf(text, sizeof(text), "%s",
		    _("yes: the hall confirmed everything"));
	else if (json_str(status, "tip") == NULL)
		snprintf(text, sizeof(text), "%s", _("nothing to send yet"));
	else if (since == NULL)
		snprintf(text, sizeof(text),
		    lang_n(unsynced, "not yet; not confirmed: %lld revision",
			"not yet; not confirmed: %lld revisions"),
		    (long long)unsynced);
	else {
		out_time(when, sizeof(when), since);
		snprintf(text, sizeof(text),
		    lang_n(unsynced,
			"not yet; not confirmed: %lld revision, of %s",
			"not yet; not confirmed: %lld revisions, the first of "
			"%s"),
		    (long long)unsynced, when);
	}
	row(t, _("Synced"), synced ? STYLE_GOOD : STYLE_WARN, text);
	if (conflicts > 0) {
		snprintf(text, sizeof(text),
		    _("%lld to decide: pmqa conflicts"), (long long)conflicts);
		row(t, _("Conflicts"), STYLE_BAD, text);
	}
}

/* Files go after the texts, so they are counted apart. */
static void
evidence_row(struct table *t, const cJSON *evidence)
{
	int64_t files = json_int(evidence, "files", 0);
	int64_t at_hall = json_int(evidence, "at_hall", 0);
	char text[200];

	if (files == 0)
		return;
	if (files == at_hall)
		snprintf(text, sizeof(text),
		    lang_n(files, "%lld file, at the hall",
			"%lld files, all at the hall"),
		    (long long)files);
	else
		snprintf(text, sizeof(text),
		    lang_n(files, "%lld file, %lld not yet at the hall",
			"%lld files, %lld not yet at the hall"),
		    (long long)files, (long long)(files - at_hall));
	row(t, _("Evidence"), files == at_hall ? STYLE_GOOD : STYLE_WARN, text);
}

/* A new device's first copy, or one that took up a cut fetch. */
static void
copy_row(struct table *t, const cJSON *copy)
{
	char text[200];

	if (!cJSON_IsObject(copy))
		return;
	snprintf(text, sizeof(text),
	    lang_n(json_int(copy, "total", 0),
		"%lld of %lld revision came; it goes on where it stopped",
		"%lld of %lld revisions came; it goes on where it stopped"),
	    (long long)json_int(copy, "done", 0),
	    (long long)json_int(copy, "total", 0));
	row(t, _("Copy from the hall"), STYLE_WARN, text);
}

static void
storage_rows(struct table *t, const cJSON *status)
{
	const cJSON *storage = json_get(status, "storage");
	int ok = json_bool(storage, "ok", 0);
	int64_t mib = json_int(storage, "free_bytes", 0) / (1024 * 1024);
	int64_t journal = json_int(status, "journal", 0);
	char text[200];

	snprintf(text, sizeof(text),
	    ok ? _("in order, %lld MiB free")
	       : _("in trouble, %lld MiB free: see the log of the daemon"),
	    (long long)mib);
	row(t, _("Storage"), ok ? STYLE_PLAIN : STYLE_BAD, text);
	if (journal > 0) {
		snprintf(text, sizeof(text),
		    lang_n(journal,
			"%lld revision (safe, soon in the repository)",
			"%lld revisions (safe, soon in the repository)"),
		    (long long)journal);
		row(t, _("In the journal"), STYLE_PLAIN, text);
	}
}

/* Before the first year: another machine of the office may have opened it. */
static const char *
begin_advice(const cJSON *status)
{
	const cJSON *sync = json_get(status, "sync");

	if (!json_bool(status, "enrolled", 1))
		return _("Begin an assessment: pmqa assess open YEAR. To join "
			 "the hall: pmqa enroll; a second machine of an office "
			 "does that first.");
	if (json_str(sync, "last_success") == NULL)
		return _("Fetch first what the hall has of this office: pmqa "
			 "sync --wait. If no year is open then: pmqa assess "
			 "open YEAR.");
	return _("Begin an assessment: pmqa assess open YEAR.");
}

/* What the hall told that nobody has looked at here. */
static void
print_announcements(struct out *o, const cJSON *list)
{
	const cJSON *a;

	if (cJSON_GetArraySize(list) == 0)
		return;
	out_nl(o);
	cJSON_ArrayForEach (a, list) {
		const char *title = json_str(a, "title");

		out_style(o, STYLE_HEAD);
		out_hanging(o, 0, _("The hall announces: "),
		    title != NULL ? title : "-");
		out_style(o, STYLE_PLAIN);
	}
	out_wrapped(o, 0, "", _("Read it: pmqa announcements"));
}

/* What a person should do now; NULL if nothing. */
static const char *
advice(const cJSON *status)
{
	const cJSON *sync = json_get(status, "sync");
	const char *class = json_str(json_get(sync, "last_error"), "class");
	const char *role = json_str(status, "role");
	const char *state = json_str(sync, "state");

	if (!json_bool(json_get(status, "storage"), "ok", 1))
		return _("Make room on the disk, then look at the log: "
			 "journalctl -u pmqad.");
	if (role != NULL && strcmp(role, "hall") == 0)
		return _("See the offices: pmqa hall status.");
	if (role != NULL && strcmp(role, "ministry") == 0)
		return _("See the provinces: pmqa ministry list; their "
			 "offices: pmqa hall status.");
	if (json_int(status, "cycle", 0) == 0)
		return begin_advice(status);
	if (!json_bool(status, "enrolled", 1))
		return _("This machine has not joined a hall yet, so nothing "
			 "is sent: run pmqa enroll and give the hall the line. "
			 "What is saved meanwhile is sent afterwards.");
	if (json_str(status, "hall_knows") != NULL)
		return _("The hall has to enrol this machine under its new "
			 "letter before anything is sent: run pmqa enroll and "
			 "give it the line.");
	if (json_bool(status, "synced", 0))
		return NULL;
	if (class != NULL && strcmp(class, "person") == 0)
		return _("The exchange waits for a person: see the last error "
			 "above. An office that has not joined its hall begins "
			 "with pmqa enroll.");
	if (class != NULL && strcmp(class, "refused") == 0)
		return _("The hall refused the revisions: read its sentence "
			 "above and tell the hall.");
	if (state == NULL || strcmp(state, "idle") != 0)
		return NULL; /* under way: its line says how far */
	if (cJSON_IsObject(json_get(sync, "paused")))
		return _("The exchange is paused. To exchange now: pmqa sync "
			 "--wait; to end the pause: pmqa sync resume.");
	if (!json_bool(sync, "in_window", 1))
		return _("It is sent when its hours begin. To exchange now: "
			 "pmqa sync --wait.");
	if (class != NULL && strcmp(class, "retry") == 0)
		return _("It is tried again by itself. Where no road opens, a "
			 "stick carries it: pmqa bundle create --to hall DIR.");
	return _("Nothing to do: it is sent by itself when a road is open. To "
		 "try now: pmqa sync --wait.");
}

/* state: of the year that is being worked on, NULL if there is none. */
static int
print_status(struct out *o, const cJSON *status, const cJSON *hello,
    const cJSON *state, struct err *e)
{
	const cJSON *sync = json_get(status, "sync");
	const char *role = json_str(status, "role");
	int office = role == NULL || strcmp(role, "office") == 0;
	const char *next = advice(status);
	const char *work = cmd_review_advice(state, 0);
	struct table t;
	int rc;

	table_init(&t);
	table_column(&t, NULL, COL_LEFT);
	table_column(&t, NULL, COL_FLEX);
	who_rows(&t, status, hello);
	if (office) {
		cycle_rows(&t, status);
		if (state != NULL)
			cmd_review_state_rows(&t, state);
		hall_rows(&t, status);
		copy_row(&t, json_get(status, "copy"));
		evidence_row(&t, json_get(status, "evidence"));
	}
	if (cJSON_IsObject(sync))
		status_sync_rows(&t, sync);
	storage_rows(&t, status);
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	if (rc == 0 && cJSON_GetArraySize(json_get(status, "notices")) > 0) {
		out_nl(o);
		cmd_device_notices(o, json_get(status, "notices"));
	}
	if (rc == 0)
		print_announcements(o, json_get(status, "announcements"));
	if (rc == 0 && (work[0] != '\0' || next != NULL))
		out_nl(o);
	if (rc == 0 && work[0] != '\0')
		out_wrapped(o, 0, "", work);
	if (rc == 0 && next != NULL)
		out_wrapped(o, 0, "", next);
	return rc;
}

/* Where the office's year stands; NULL at a hall, or before one is opened. */
static int
ask_state(struct cmd *c, const cJSON *status, cJSON **ret, struct err *e)
{
	const char *role = json_str(status, "role");

	if (json_int(status, "cycle", 0) == 0 ||
	    (role != NULL && strcmp(role, "office") != 0))
		return 0;
	return cmd_ask(c, "assess.state", NULL, ret, e);
}

int
cmd_status_status(struct cmd *c, struct err *e)
{
	cJSON *status = NULL, *hello = NULL, *state = NULL;
	int64_t id, who = 0;
	int rc = cmd_send(c, "status", NULL, &id, e);

	if (rc == 0 && !c->json)
		rc = cmd_send(c, "hello", NULL, &who, e);
	if (rc < 0 || (rc = cmd_wait(c, id, &status, e)) < 0)
		goto out;
	if (c->json)
		out_json(&c->out, status);
	else if ((rc = cmd_wait(c, who, &hello, e)) == 0 &&
		 (rc = ask_state(c, status, &state, e)) == 0)
		rc = print_status(&c->out, status, hello, state, e);
out:
	cJSON_Delete(state);
	cJSON_Delete(status);
	cJSON_Delete(hello);
	return rc;
}
