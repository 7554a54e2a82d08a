#include "client/cmd/cmd_device.h"

#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

static void
row(struct table *t, const char *label, enum style st, const char *text)
{
	table_cell(t, STYLE_DIM, label);
	table_cell(t, st, text);
}

static int
print_own(struct out *o, const cJSON *v, struct err *e)
{
	const char *device = out_dash(json_str(v, "device"));
	const char *knows = json_str(v, "hall_knows");
	struct table t;
	char text[300]; /* a Thai letter has three bytes */
	int rc;

	table_init(&t);
	table_column(&t, NULL, COL_LEFT);
	table_column(&t, NULL, COL_FLEX);
	row(&t, _("Device"), STYLE_HEAD, device);
	row(&t, _("Fingerprint of its key"), STYLE_PLAIN,
	    out_dash(json_str(v, "fingerprint")));
	if (knows == NULL)
		row(&t, _("At the hall"), STYLE_WARN, _("not enrolled yet"));
	else if (strcmp(knows, device) == 0)
		row(&t, _("At the hall"), STYLE_GOOD, _("enrolled"));
	else {
		snprintf(text, sizeof(text),
		    _("known as %s; %s is not enrolled yet"), knows, device);
		row(&t, _("At the hall"), STYLE_WARN, text);
	}
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	return rc;
}

static int
print_devices(struct out *o, const cJSON *devices, struct err *e)
{
	const cJSON *d;
	struct table t;
	char since[80];
	int rc;

	if (cJSON_GetArraySize(devices) == 0)
		return 0;
	out_nl(o);
	table_init(&t);
	table_column(&t, _("Device"), COL_LEFT);
	table_column(&t, _("State"), COL_LEFT);
	table_column(&t, _("Since"), COL_LEFT);
	table_column(&t, _("Fingerprint"), COL_FLEX);
	cJSON_ArrayForEach (d, devices) {
		int here = json_bool(d, "here", 0);

		out_time(since, sizeof(since), json_str(d, "since"));
		table_cell(&t, here ? STYLE_HEAD : STYLE_PLAIN,
		    out_dash(json_str(d, "device")));
		table_cell(&t, STYLE_PLAIN, labels_word(json_str(d, "state")));
		table_cell(&t, STYLE_PLAIN, since);
		table_cell(&t, STYLE_DIM, out_dash(json_str(d, "fingerprint")));
	}
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	return rc;
}

static void
print_aside(struct out *o, const cJSON *aside)
{
	const cJSON *a;
	char when[80];

	if (cJSON_GetArraySize(aside) == 0)
		return;
	out_nl(o);
	out_wrapped(o, 0, "",
	    _("Kept aside (no branch leads there any more, nothing of it is "
	      "lost; refs/aside of the repository):"));
	cJSON_ArrayForEach (a, aside) {
		out_time(when, sizeof(when), json_str(a, "time"));
		out_printf(o, _("  up to %s of %s, %s, commit %.12s\n"),
		    out_dash(json_str(a, "revision")),
		    out_dash(json_str(a, "device")), when,
		    out_dash(json_str(a, "commit")));
	}
}

static int
run_show(struct cmd *c, struct err *e)
{
	cJSON *v = NULL;
	int rc = cmd_ask(c, "device.show", NULL, &v, e);

	if (rc < 0)
		return rc;
	if (c->json) {
		out_json(&c->out, v);
	} else if ((rc = print_own(&c->out, v, e)) == 0 &&
		   (rc = print_devices(&c->out, json_get(v, "devices"), e)) ==
		       0) {
		print_aside(&c->out, json_get(v, "aside"));
	}
	cJSON_Delete(v);
	return rc;
}

static void
print_renewed(struct out *o, const cJSON *v)
{
	int64_t n = json_int(v, "carried", 0);
	const char *to = out_dash(json_str(v, "to"));

	out_printf(o, _("This machine was device %s and is device %s now.\n"),
	    out_dash(json_str(v, "from")), to);
	if (n > 0)
		out_printf(o,
		    lang_n(n,
			"  Carried over: %lld revision, %s to %s; the old one "
			"is kept aside.\n",
			"  Carried over: %lld revisions, %s to %s; the old "
			"ones are kept aside.\n"),
		    (long long)n, out_dash(json_str(v, "first")),
		    out_dash(json_str(v, "last")));
	else
		out_printf(o, "  %s\n",
		    _("Nothing had to be carried over: nothing waited to be "
		      "sent."));
	out_wrapped(o, 0, "",
	    _("The hall does not know this letter yet: run pmqa enroll and "
	      "give it the line. Until then nothing is sent."));
}

static int
run_renew(struct cmd *c, struct err *e)
{
	cJSON *v = NULL, *params = cJSON_CreateObject();
	int rc;

	if ((rc = cmd_param(c, params, OPT_DEVICE, "letter", e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	rc = cmd_ask_long(c, "device.renew", params, _("carrying over"), &v, e);
	if (rc < 0)
		return rc;
	if (c->json)
		out_json(&c->out, v);
	else
		print_renewed(&c->out, v);
	cJSON_Delete(v);
	return 0;
}

void
cmd_device_notices(struct out *o, const cJSON *notices)
{
	const cJSON *n;
	char when[80], head[200];

	cJSON_ArrayForEach (n, notices) {
		const char *hint =
		    lang_pick(json_str(n, "hint"), json_str(n, "hint_th"));

		out_time(when, sizeof(when), json_str(n, "time"));
		snprintf(head, sizeof(head), _("Notice %lld, %s:"),
		    (long long)json_int(n, "id", 0), when);
		out_styled(o, STYLE_WARN, head);
		out_nl(o);
		out_wrapped(o, 2, "",
		    lang_pick(
			json_str(n, "message"), json_str(n, "message_th")));
		if (hint[0] != '\0')
			out_wrapped(o, 2, "", hint);
	}
}

static int
run_notices(struct cmd *c, struct err *e)
{
	cJSON *v = NULL;
	const cJSON *list;
	int rc = cmd_ask(c, "notice.list", NULL, &v, e);

	if (rc < 0)
		return rc;
	list = json_get(v, "notices");
	if (c->json)
		out_json(&c->out, v);
	else if (cJSON_GetArraySize(list) == 0)
		out_printf(&c->out, "%s\n", _("There are no notices."));
	else {
		cmd_device_notices(&c->out, list);
		out_nl(&c->out);
		out_wrapped(&c->out, 0, "",
		    _("What was read goes away with: pmqa notices clear"));
	}
	cJSON_Delete(v);
	return 0;
}

/* A number from 1; ERR_USAGE otherwise. */
static int
read_number(const char *s, int64_t *ret, struct err *e)
{
	size_t len = strlen(s);

	if (len == 0 || len > 9 || strspn(s, "0123456789") != len ||
	    (*ret = strtoll(s, NULL, 10)) == 0)
		return err_set(e, ERR_USAGE, 0,
		    "the number of a notice is expected, not '%s'", s);
	return 0;
}

static int
run_clear(struct cmd *c, struct err *e)
{
	cJSON *params = cJSON_CreateObject(), *v = NULL;
	int64_t id = 0;
	int rc = 0;

	if (c->n_args > 0 && (rc = read_number(c->args[0], &id, e)) == 0)
		rc = json_put_int(params, "id", id, e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	if ((rc = cmd_ask(c, "notice.clear", params, &v, e)) < 0)
		return rc;
	if (c->json)
		out_json(&c->out, v);
	else
		out_printf(&c->out, _("Notices cleared: %lld\n"),
		    (long long)json_int(v, "cleared", 0));
	cJSON_Delete(v);
	return 0;
}

const struct cmd_desc cmd_device_rows[] = {
	{ "device", "",
	    N_("this machine as a device of its office, and the others"),
	    N_("Letter, key, whether the hall knows them; what is kept aside "
	       "after a restore."),
	    "pmqa device", 0, 0, 0, run_show },
	{ "device renew", "",
	    N_("make this machine another device: new letter, new key"),
	    N_("What was saved and never sent is carried over under the new "
	       "letter, with its persons, times and reasons; times that lie "
	       "in the future become now. Without --device it gets the next "
	       "letter that is free as far as this machine knows. For a "
	       "machine whose clock was far "
	       "in the future while it saved, so that the hall refuses its "
	       "revisions, or one that is a copy of another. A machine that "
	       "was restored from an old backup does it by itself. Then the "
	       "hall has to enrol it: pmqa enroll."),
	    "pmqa device renew\npmqa device renew --device c",
	    OPT_BIT(OPT_DEVICE), 0, 0, run_renew },
	{ "notices", "",
	    N_("what happened to this machine or its hall: restored copies"),
	    NULL, "pmqa notices", 0, 0, 0, run_notices },
	{ "notices clear", N_("[NUMBER]"),
	    N_("drop a notice that was read; without a number all of them"),
	    NULL, "pmqa notices clear 1", 0, 0, 1, run_clear },
};
const size_t cmd_device_n_rows =
    sizeof(cmd_device_rows) / sizeof(*cmd_device_rows);
