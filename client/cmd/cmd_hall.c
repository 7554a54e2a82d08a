#include "client/cmd/cmd_hall.h"

#include "client/cmd/hall_office.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

#define MIB (1024 * 1024)

/* --- how bad it is --- */

/* The more, the earlier somebody should look; 0: nothing is to be done. */
static int
badness(const cJSON *office)
{
	const cJSON *failing = json_get(office, "failing");
	const cJSON *overdue = json_get(office, "overdue");
	const char *class = json_str(failing, "class");
	const cJSON *evidence = json_get(office, "evidence");
	int bad = 0;

	if (class != NULL)
		bad += strcmp(class, "refused") == 0 ? 4000 : 8000;
	if (cJSON_IsObject(json_get(office, "disabled")))
		bad += 3000;
	if (json_str(office, "pending_since") != NULL)
		bad += 2000;
	bad +=
	    100 *
	    (cJSON_GetArraySize(overdue) > 9 ? 9 : cJSON_GetArraySize(overdue));
	if (json_int(json_get(office, "holds"), "unsent", 0) > 0)
		bad += 20;
	if (json_int(office, "conflicts", 0) > 0)
		bad += 10;
	if (json_int(evidence, "files", 0) != json_int(evidence, "at_hall", 0))
		bad += 5;
	/* it joined and then nothing came */
	if (json_str(office, "tip") == NULL)
		bad += 2;
	return bad;
}

/* Drops those that are well; the worst come first, equal ones by code. */
static int
keep_behind(cJSON *result, struct err *e)
{
	cJSON *sorted = cJSON_CreateArray(), *list, *o, *worst;
	int rc = sorted != NULL ? 0 : err_nomem(e);

	list = json_get(result, "offices");
	while (rc == 0 && list != NULL && list->child != NULL) {
		worst = list->child;
		cJSON_ArrayForEach (o, list)
			if (badness(o) > badness(worst))
				worst = o;
		if (badness(worst) == 0)
			break;
		rc = json_push(
		    sorted, cJSON_DetachItemViaPointer(list, worst), e);
	}
	if (rc < 0) {
		cJSON_Delete(sorted);
		return rc;
	}
	return json_put(result, "offices", sorted, e);
}

/* --- the table --- */

/* Everything that is not in order, worst first, one below the other. */
static void
state_cell(struct table *t, const cJSON *office)
{
	struct buf b = BUF_INIT;
	enum style style = hall_office_state(office, &b);

	table_cell(t, style, buf_str(&b));
	buf_release(&b);
}

/* "h19"; "h19 sent": fetched, and not yet said so; or "h17 of h19" */
static void
holds_cell(struct table *t, const cJSON *office)
{
	const cJSON *holds = json_get(office, "holds");
	int64_t behind = json_int(holds, "behind", 0);
	int64_t unsent = json_int(holds, "unsent", 0);
	char text[80];

	if (!cJSON_IsObject(holds)) {
		table_cell(t, STYLE_DIM, "-");
		return;
	}
	if (behind == 0)
		snprintf(text, sizeof(text), "%.24s",
		    out_dash(json_str(holds, "revision")));
	else if (unsent == 0)
		snprintf(text, sizeof(text), _("%.24s sent"),
		    out_dash(json_str(holds, "newest")));
	else
		snprintf(text, sizeof(text), _("%.24s of %.24s"),
		    out_dash(json_str(holds, "revision")),
		    out_dash(json_str(holds, "newest")));
	table_cell(t, unsent == 0 ? STYLE_PLAIN : STYLE_WARN, text);
}

static void
office_row(struct out *o, struct table *t, const cJSON *office)
{
	struct buf name = BUF_INIT;
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
	table_cell(t, STYLE_HEAD, out_dash(json_str(office, "code")));
	hall_office_name(o, out_dash(json_str(office, "name")), &name);
	table_cell(t, STYLE_PLAIN, buf_str(&name));
	buf_release(&name);
	table_cell(t, STYLE_PLAIN, seen);
	table_cell(t, STYLE_PLAIN, received);
	table_cell(t, STYLE_PLAIN, count);
	table_cell(t, here == named ? STYLE_PLAIN : STYLE_WARN, files);
	holds_cell(t, office);
	state_cell(t, office);
}

static int
print_table(struct out *o, const cJSON *offices, struct err *e)
{
	const cJSON *office;
	struct table t;
	int rc;

	table_init(&t);
	table_column(&t, _("Code"), COL_LEFT);
	table_column(&t, _("Office"), COL_LEFT);
	table_column(&t, _("Last seen"), COL_LEFT);
	table_column(&t, _("Receipt"), COL_LEFT);
	table_column(&t, _("Revisions"), COL_RIGHT);
	table_column(&t, _("Evidence"), COL_RIGHT);
	table_column(&t, _("Has"), COL_LEFT);
	table_column(&t, _("State"), COL_FLEX);
	cJSON_ArrayForEach (office, offices)
		office_row(o, &t, office);
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	return rc;
}

/* Machines that run another program than the hall: "9106-a 0.0.9". */
static void
print_versions(struct out *o, const cJSON *result)
{
	const char *ours = out_dash(json_str(result, "version"));
	const cJSON *office, *d;
	struct buf b = BUF_INIT;

	cJSON_ArrayForEach (office, json_get(result, "offices"))
		cJSON_ArrayForEach (d, json_get(office, "devices")) {
			const char *theirs = json_str(d, "version");

			if (theirs != NULL && strcmp(theirs, ours) != 0)
				buf_printf(&b, "%s%s %s", b.len > 0 ? ", " : "",
				    out_dash(json_str(d, "device")), theirs);
		}
	if (b.len > 0) {
		struct buf line = BUF_INIT;

		buf_printf(&line, _("Programs other than this hall's %s: %s"),
		    ours, buf_str(&b));
		out_wrapped(o, 0, "", buf_str(&line));
		buf_release(&line);
	}
	buf_release(&b);
}

static void
print_disk(struct out *o, const cJSON *result)
{
	int64_t sum = 0, most = 0, disk;
	const char *largest = NULL;
	const cJSON *office;

	cJSON_ArrayForEach (office, json_get(result, "offices")) {
		disk = json_int(office, "disk", 0);
		sum += disk;
		if (disk > most) {
			most = disk;
			largest = json_str(office, "code");
		}
	}
	if (largest == NULL)
		return;
	out_printf(o,
	    _("Disk: the offices take %lld MiB, most of them %s with %lld MiB; "
	      "%lld MiB are free.\n"),
	    (long long)((sum + MIB - 1) / MIB), largest,
	    (long long)((most + MIB - 1) / MIB),
	    (long long)(json_int(result, "free_bytes", 0) / MIB));
}

int
cmd_hall_print(
    struct out *o, const cJSON *result, int only_behind, struct err *e)
{
	const cJSON *offices = json_get(result, "offices");
	int rc;

	if (cJSON_GetArraySize(offices) == 0) {
		out_wrapped(o, 0, "",
		    only_behind
			? _("Every office is in order.")
			: _("No office has joined yet. An office begins with "
			    "pmqa enroll; its line goes to pmqa hall enroll."));
		return 0;
	}
	if ((rc = print_table(o, offices, e)) < 0)
		return rc;
	out_nl(o);
	print_versions(o, result);
	print_disk(o, result);
	return 0;
}

int
cmd_hall_status(struct cmd *c, struct err *e)
{
	int behind = c->opts->value[OPT_BEHIND] != NULL;
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	int rc = 0;

	if (c->n_args > 0 && behind) {
		cJSON_Delete(params);
		return err_set(e, ERR_USAGE, 0,
		    "--behind is about all offices; leave it out for one");
	}
	if (c->n_args > 0)
		rc = json_put_str(params, "office", c->args[0], e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	if ((rc = cmd_ask(c, "hall.status", params, &result, e)) < 0)
		return rc;
	if (behind)
		rc = keep_behind(result, e);
	if (rc == 0 && c->json)
		out_json(&c->out, result);
	else if (rc == 0 && c->n_args > 0)
		rc = hall_office_print(&c->out, result, e);
	else if (rc == 0)
		rc = cmd_hall_print(&c->out, result, behind, e);
	cJSON_Delete(result);
	return rc;
}
