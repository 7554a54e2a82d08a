#include "client/cmd/cmd_hall.h"

#include "client/cmd/cmd_setup.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

static const char *
or_dash(const char *s)
{
	return s != NULL && s[0] != '\0' ? s : "-";
}

int
cmd_hall_enroll(struct cmd *c, struct err *e)
{
	cJSON *result = NULL;
	const char *answer;
	int rc = cmd_setup_ask_line(c, "hall.enroll", "request", &result, e);

	if (rc < 0)
		return rc;
	answer = or_dash(json_str(result, "answer"));
	if (c->json) {
		out_json(&c->out, result);
	} else {
		out_printf(&c->note, _("Office %s, device %s, is admitted.\n"),
		    or_dash(json_str(result, "office")),
		    or_dash(json_str(result, "device")));
		out_printf(&c->note, _("  Fingerprint of its key: %s\n"),
		    or_dash(json_str(result, "fingerprint")));
		out_wrapped(&c->note, 2, "",
		    _("Compare it with the office, then send it this line; "
		      "there it goes behind: pmqa enroll accept"));
		out_printf(&c->out, "%s\n", answer);
	}
	cJSON_Delete(result);
	return 0;
}

/* Is what we hold confirmed, waiting, failing? */
static void
state_cell(struct table *t, const cJSON *office)
{
	const cJSON *failing = json_get(office, "failing");
	const char *message = json_str(failing, "message");
	const char *pending = json_str(office, "pending_since");
	char text[600], when[80];

	if (message != NULL) {
		out_time(when, sizeof(when), json_str(failing, "since"));
		snprintf(text, sizeof(text), _("failing since %s: %s"), when,
		    lang_pick(message, json_str(failing, "message_th")));
		table_cell(t, STYLE_BAD, text);
	} else if (pending != NULL) {
		out_time(when, sizeof(when), pending);
		snprintf(
		    text, sizeof(text), _("without receipt since %s"), when);
		table_cell(t, STYLE_WARN, text);
	} else if (json_int(office, "conflicts", 0) > 0) {
		snprintf(text, sizeof(text),
		    _("in order; conflicts that the office decides: %lld"),
		    (long long)json_int(office, "conflicts", 0));
		table_cell(t, STYLE_PLAIN, text);
	} else if (json_str(office, "tip") != NULL) {
		table_cell(t, STYLE_GOOD, _("in order"));
	} else {
		table_cell(t, STYLE_DIM, _("has sent nothing yet"));
	}
}

static void
office_row(struct table *t, const cJSON *office)
{
	const cJSON *receipt = json_get(office, "receipt");
	const cJSON *evidence = json_get(office, "evidence");
	int64_t named = json_int(evidence, "files", 0);
	int64_t here = json_int(evidence, "at_hall", 0);
	char seen[80], received[80], count[32], files[64];

	out_time(seen, sizeof(seen), json_str(office, "last_seen"));
	out_time(received, sizeof(received),
	    cJSON_IsString(receipt) ? receipt->valuestring
				    : json_str(receipt, "time"));
	snprintf(count, sizeof(count), "%lld",
	    (long long)json_int(office, "revisions", 0));
	/* "3/5": two of the files that its records name are not here yet */
	snprintf(files, sizeof(files), "%lld/%lld", (long long)here,
	    (long long)named);
	table_cell(t, STYLE_HEAD, or_dash(json_str(office, "code")));
	table_cell(t, STYLE_PLAIN, or_dash(json_str(office, "name")));
	table_cell(t, STYLE_PLAIN, seen);
	table_cell(t, STYLE_PLAIN, received);
	table_cell(t, STYLE_PLAIN, count);
	table_cell(t, here == named ? STYLE_PLAIN : STYLE_WARN, files);
	state_cell(t, office);
}

static int
print_offices(struct out *o, const cJSON *offices, struct err *e)
{
	const cJSON *office;
	struct table t;
	int rc;

	if (cJSON_GetArraySize(offices) == 0) {
		out_wrapped(o, 0, "",
		    _("No office has joined yet. An office begins with pmqa "
		      "enroll; its line goes to pmqa hall enroll."));
		return 0;
	}
	table_init(&t);
	table_column(&t, _("Code"), COL_LEFT);
	table_column(&t, _("Office"), COL_LEFT);
	table_column(&t, _("Last seen"), COL_LEFT);
	table_column(&t, _("Receipt"), COL_LEFT);
	table_column(&t, _("Revisions"), COL_RIGHT);
	table_column(&t, _("Evidence"), COL_RIGHT);
	table_column(&t, _("State"), COL_FLEX);
	cJSON_ArrayForEach (office, offices) {
		office_row(&t, office);
	}
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	return rc;
}

int
cmd_hall_status(struct cmd *c, struct err *e)
{
	cJSON *result = NULL;
	int rc = cmd_ask(c, "hall.status", NULL, &result, e);

	if (rc < 0)
		return rc;
	if (c->json)
		out_json(&c->out, result);
	else
		rc = print_offices(&c->out, json_get(result, "offices"), e);
	cJSON_Delete(result);
	return rc;
}
