#include "client/cmd/cmd_machines.h"

#include "client/cmd/hall_office.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

#define B(o) OPT_BIT(OPT_##o)

/* --- the list --- */

static void
state_cell(struct table *t, const cJSON *d)
{
	int revoked = strcmp(out_dash(json_str(d, "state")), "revoked") == 0;
	const char *reason = json_str(d, "reason");
	char until[80], text[1200];

	if (revoked) {
		out_time(until, sizeof(until), json_str(d, "until"));
		if (reason != NULL)
			snprintf(text, sizeof(text), _("revoked as of %s: %s"),
			    until, reason);
		else
			snprintf(
			    text, sizeof(text), _("revoked as of %s"), until);
		table_cell(t, STYLE_BAD, text);
	} else if (strcmp(out_dash(json_str(d, "office_state")), "disabled") ==
		   0) {
		table_cell(
		    t, STYLE_WARN, _("active, but its office is disabled"));
	} else {
		table_cell(t, STYLE_PLAIN, labels_word(json_str(d, "state")));
	}
}

static void
device_row(struct out *o, struct table *t, const cJSON *d)
{
	struct buf name = BUF_INIT;
	char since[80], seen[80];

	out_time(since, sizeof(since), json_str(d, "since"));
	out_time(seen, sizeof(seen), json_str(d, "last_seen"));
	table_cell(t, STYLE_HEAD, out_dash(json_str(d, "device")));
	hall_office_name(o, out_dash(json_str(d, "office_name")), &name);
	table_cell(t, STYLE_PLAIN, buf_str(&name));
	buf_release(&name);
	table_cell(t, STYLE_PLAIN, since);
	table_cell(t, STYLE_PLAIN, seen);
	table_cell(t, STYLE_PLAIN, out_dash(json_str(d, "version")));
	state_cell(t, d);
	table_cell(t, STYLE_DIM, out_dash(json_str(d, "fingerprint")));
}

static int
print_devices(struct out *o, const cJSON *devices, struct err *e)
{
	const cJSON *d;
	struct table t;
	int rc;

	if (cJSON_GetArraySize(devices) == 0) {
		out_wrapped(o, 0, "",
		    _("No device has been enrolled yet. An office begins with "
		      "pmqa enroll; its line goes to pmqa hall enroll."));
		return 0;
	}
	table_init(&t);
	table_column(&t, _("Device"), COL_LEFT);
	table_column(&t, _("Office"), COL_LEFT);
	table_column(&t, _("Enrolled"), COL_LEFT);
	table_column(&t, _("Last seen"), COL_LEFT);
	table_column(&t, _("Program"), COL_LEFT);
	table_column(&t, _("State"), COL_FLEX);
	table_column(&t, _("Fingerprint"), COL_LEFT);
	cJSON_ArrayForEach (d, devices) {
		device_row(o, &t, d);
	}
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	return rc;
}

static int
run_devices(struct cmd *c, struct err *e)
{
	cJSON *v = NULL, *params = NULL;
	int rc;

	if (c->n_args > 0) {
		params = cJSON_CreateObject();
		if ((rc = json_put_str(params, "office", c->args[0], e)) < 0) {
			cJSON_Delete(params);
			return rc;
		}
	}
	if ((rc = cmd_ask(c, "hall.devices", params, &v, e)) < 0)
		return rc;
	if (c->json)
		out_json(&c->out, v);
	else
		rc = print_devices(&c->out, json_get(v, "devices"), e);
	cJSON_Delete(v);
	return rc;
}

/* --- acts --- */

/* Asks a method about the first argument, with the options that the command
 * takes; *ret NULL: printed as JSON already. */
static int
act(struct cmd *c, const char *method, const char *what, cJSON **ret,
    struct err *e)
{
	cJSON *params = cJSON_CreateObject(), *v = NULL;
	int rc;

	if ((rc = json_put_str(params, what, c->args[0], e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_REASON, "reason", e)) < 0 ||
	    ((c->desc->opts & B(SINCE)) != 0 &&
		(rc = cmd_param(c, params, OPT_SINCE, "since", e)) < 0)) {
		cJSON_Delete(params);
		return rc;
	}
	if ((rc = cmd_ask(c, method, params, &v, e)) < 0)
		return rc;
	if (c->json) {
		out_json(&c->out, v);
		cJSON_Delete(v);
		v = NULL;
	}
	*ret = v;
	return 0;
}

static void
print_revoked(struct out *o, const cJSON *v)
{
	const char *device = out_dash(json_str(v, "device"));
	const cJSON *late = json_get(v, "late");
	int64_t n = json_int(late, "n", 0);
	char until[80], text[1200]; /* three bytes a Thai letter */

	out_time(until, sizeof(until), json_str(v, "until"));
	out_printf(o, _("Device %s is revoked as of %s.\n"), device, until);
	if (json_int(v, "last", 0) > 0)
		out_printf(o,
		    _("  What the hall has of it stays good: up to %c%lld.\n"),
		    device[strlen(device) - 1],
		    (long long)json_int(v, "last", 0));
	out_wrapped(o, 2, "",
	    _("Nothing more of it is taken in, by no road and no stick."));
	if (n > 0) {
		snprintf(text, sizeof(text),
		    lang_n(n,
			"%lld revision of it came in after that time (%s to "
			"%s). It stays in the history; look at it: pmqa "
			"history --office %s --since '%s'",
			"%lld revisions of it came in after that time (%s to "
			"%s). They stay in the history; look through them: "
			"pmqa "
			"history --office %s --since '%s'"),
		    (long long)n, out_dash(json_str(late, "first")),
		    out_dash(json_str(late, "last")),
		    out_dash(json_str(v, "office")),
		    out_dash(json_str(v, "until")));
		out_style(o, STYLE_WARN);
		out_wrapped(o, 2, "", text);
		out_style(o, STYLE_PLAIN);
	}
	snprintf(text, sizeof(text),
	    _("If it was a mistake: pmqa hall restore %s"), device);
	out_wrapped(o, 2, "", text);
}

static int
run_revoke(struct cmd *c, struct err *e)
{
	cJSON *v = NULL;
	int rc = act(c, "hall.revoke", "device", &v, e);

	if (rc == 0 && v != NULL)
		print_revoked(&c->out, v);
	cJSON_Delete(v);
	return rc;
}

static int
run_restore(struct cmd *c, struct err *e)
{
	cJSON *v = NULL;
	int rc = act(c, "hall.restore", "device", &v, e);

	if (rc == 0 && v != NULL)
		out_printf(&c->out,
		    _("Device %s may write again, with the key it had (%s).\n"),
		    out_dash(json_str(v, "device")),
		    out_dash(json_str(v, "fingerprint")));
	cJSON_Delete(v);
	return rc;
}

static int
run_disable(struct cmd *c, struct err *e)
{
	cJSON *v = NULL;
	int rc = act(c, "hall.disable", "office", &v, e);

	if (rc == 0 && v != NULL) {
		const char *office = out_dash(json_str(v, "office"));
		char text[800]; /* three bytes a Thai letter */

		out_printf(&c->out,
		    _("Office %s is disabled: nothing of it is taken in.\n"),
		    office);
		snprintf(text, sizeof(text),
		    _("What it sent stays. The office is told why; what it "
		      "saves meanwhile waits there until: pmqa hall enable "
		      "%s"),
		    office);
		out_wrapped(&c->out, 2, "", text);
	}
	cJSON_Delete(v);
	return rc;
}

static int
run_enable(struct cmd *c, struct err *e)
{
	cJSON *v = NULL;
	int rc = act(c, "hall.enable", "office", &v, e);

	if (rc == 0 && v != NULL)
		out_printf(&c->out, _("Office %s is enabled again.\n"),
		    out_dash(json_str(v, "office")));
	cJSON_Delete(v);
	return rc;
}

const struct cmd_desc cmd_machines_rows[] = {
	{ "hall devices", N_("[OFFICE]"),
	    N_("the offices' devices: key, state, last seen, program"), NULL,
	    "pmqa --dir H hall devices\npmqa --dir H hall devices 9105", 0, 0,
	    1, run_devices },
	{ "hall revoke", N_("DEVICE"),
	    N_("take nothing more of a device: lost, stolen, handed on"),
	    N_("What the hall has of it stays good, everywhere; what comes "
	       "later is refused, whatever time it bears. With --since a time "
	       "that is past, what came in after it is named, to be looked "
	       "through. A machine that goes on gets a new letter and key "
	       "(pmqa device renew there), and is enrolled anew."),
	    "pmqa --dir H hall revoke 9105-a --reason 'เครื่องหาย'\n"
	    "pmqa --dir H hall revoke 9105-a --since '2565-03-14 08:30'",
	    B(SINCE) | B(REASON), 1, 1, run_revoke },
	{ "hall restore", N_("DEVICE"), N_("take a revocation back"),
	    N_("The device may write again, with the key it had. For a "
	       "revocation by mistake, or to let honest work in that it had "
	       "not sent yet; then revoke it again."),
	    "pmqa --dir H hall restore 9105-a --reason 'พบเครื่องแล้ว'", B(REASON),
	    1, 1, run_restore },
	{ "hall disable", N_("OFFICE"), N_("take nothing of an office for now"),
	    N_("Nothing is deleted; the office goes on saving, and its status "
	       "says that the hall has disabled it, since when and why."),
	    "pmqa --dir H hall disable 9105 --reason 'ตรวจสอบข้อมูล'", B(REASON),
	    1, 1, run_disable },
	{ "hall enable", N_("OFFICE"), N_("take what an office sends again"),
	    NULL, "pmqa --dir H hall enable 9105", B(REASON), 1, 1,
	    run_enable },
};
const size_t cmd_machines_n_rows =
    sizeof(cmd_machines_rows) / sizeof(*cmd_machines_rows);
