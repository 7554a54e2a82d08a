#include "client/cmd/cmd_sync.h"

#include "client/labels.h"
#include "client/lang.h"

/* Evidence: a file that did not go stops no other, so each is told. */
static void
print_files(struct out *o, const cJSON *evidence)
{
	int64_t sent = json_int(evidence, "sent", 0);
	int64_t left = json_int(evidence, "left", 0);
	int64_t fetched = json_int(evidence, "fetched", 0);
	int64_t absent = json_int(evidence, "absent", 0);
	const cJSON *f;

	if (sent > 0)
		out_printf(o,
		    lang_n(sent, "  Evidence: %lld file is at the hall now\n",
			"  Evidence: %lld files are at the hall now\n"),
		    (long long)sent);
	if (left > 0)
		out_printf(o,
		    lang_n(left, "  Evidence: %lld file is still here only\n",
			"  Evidence: %lld files are still here only\n"),
		    (long long)left);
	if (left > 0 && json_bool(evidence, "held", 0))
		out_printf(o, "%s\n",
		    _("  They wait because this link is metered; to send them "
		      "now: pmqa sync --wait --evidence"));
	if (fetched > 0)
		out_printf(o,
		    lang_n(fetched,
			"  Evidence: %lld file came from the hall\n",
			"  Evidence: %lld files came from the hall\n"),
		    (long long)fetched);
	if (absent > 0)
		out_printf(o,
		    lang_n(absent,
			"  Evidence: %lld file is neither here nor at the hall "
			"yet; the device that has it sends it\n",
			"  Evidence: %lld files are neither here nor at the "
			"hall "
			"yet; the device that has them sends them\n"),
		    (long long)absent);
	cJSON_ArrayForEach (f, json_get(evidence, "failed")) {
		out_styled(o, STYLE_WARN, labels_word(json_str(f, "class")));
		out_printf(o, ": %s\n",
		    lang_pick(
			json_str(f, "message"), json_str(f, "message_th")));
	}
}

/* The work of another device of this office, joined with ours. */
static void
print_merged(struct out *o, const cJSON *merged)
{
	int64_t fields = json_int(merged, "fields", 0);
	const char *revision = json_str(merged, "revision");

	if (revision != NULL && fields > 0)
		out_printf(o,
		    _("  Joined with the other device as %s: %lld fields of "
		      "ours\n"),
		    revision, (long long)fields);
	else if (revision != NULL)
		out_printf(o,
		    _("  Joined with the other device as %s: none of our "
		      "fields was taken in by itself\n"),
		    revision);
}

/* Those of this merge, and those that came from another device. */
static void
print_conflicts(struct out *o, const cJSON *merged, int64_t all)
{
	int64_t fresh = json_int(merged, "conflicts", 0);

	if (all == 0)
		return;
	out_style(o, STYLE_WARN);
	if (fresh > 0 && fresh < all)
		out_printf(o,
		    _("  Conflicts to decide: %lld, %lld of them new; see pmqa "
		      "conflicts\n"),
		    (long long)all, (long long)fresh);
	else
		out_printf(o,
		    _("  Conflicts to decide: %lld; see pmqa conflicts\n"),
		    (long long)all);
	out_style(o, STYLE_PLAIN);
}

static void
print_pause(struct out *o, int paused)
{
	if (paused)
		out_printf(o, "%s\n",
		    _("  The pause goes on; to end it: pmqa sync resume"));
}

/* What a finished sync did. */
static void
print_outcome(struct out *o, const cJSON *result, int64_t conflicts)
{
	const cJSON *receipt = json_get(result, "receipt");
	const char *tip = json_str(receipt, "tip");
	int synced = json_bool(result, "synced", 0);
	char when[80];

	/* before its first revision an office has nothing to be confirmed */
	if (tip == NULL && json_int(result, "pushed", 0) == 0)
		out_puts(o, _("Exchanged"));
	else
		out_styled(o, synced ? STYLE_GOOD : STYLE_WARN,
		    synced ? _("Synced") : _("Not yet synced"));
	out_printf(o,
	    lang_n(json_int(result, "fetched", 0),
		": sent %lld, received %lld revision\n",
		": sent %lld, received %lld revisions\n"),
	    (long long)json_int(result, "pushed", 0),
	    (long long)json_int(result, "fetched", 0));
	if (tip != NULL) {
		out_time(when, sizeof(when), json_str(receipt, "time"));
		out_printf(o,
		    _("  Receipt of the hall: %s, for commit %.12s\n"), when,
		    tip);
	}
	print_merged(o, json_get(result, "merged"));
	print_conflicts(o, json_get(result, "merged"), conflicts);
	print_files(o, json_get(result, "evidence"));
	print_pause(o, json_bool(result, "paused", 0));
}

/* Do files go? As the configuration says, unless an option says otherwise. */
static int
put_kind(const struct cmd *c, cJSON *params, struct err *e)
{
	int metered = c->opts->value[OPT_METERED] != NULL;
	int files = c->opts->value[OPT_EVIDENCE] != NULL;

	if (metered && files)
		return err_set(e, ERR_USAGE, 0,
		    "--metered and --evidence contradict each other");
	if (!metered && !files)
		return 0;
	return json_put_bool(params, "metered", metered, e);
}

/* The hall's receipt alone says that it worked (status 0): without it, why. A
 * save that came meanwhile is no fault; it goes with the next exchange. */
static int
check_confirmed(struct cmd *c, const cJSON *status, struct err *e)
{
	const cJSON *fault = json_get(json_get(status, "sync"), "last_error");
	const char *message = json_str(fault, "message");

	if (message == NULL)
		return 0;
	if (!c->json) {
		out_printf(
		    &c->out, "  %s: ", labels_word(json_str(fault, "class")));
		out_puts(
		    &c->out, lang_pick(message, json_str(fault, "message_th")));
		out_nl(&c->out);
	}
	if (c->json) /* above it is not said */
		err_set(e, ERR_FAILED, 0,
		    "the hall has not confirmed everything yet: %s", message);
	else
		err_set(e, ERR_FAILED, 0,
		    "the hall has not confirmed everything yet");
	err_hint(e, "it is tried again by itself; pmqa status says when");
	return ERR_FAILED;
}

static int
finish_wait(struct cmd *c, const cJSON *result, struct err *e)
{
	int asks = !json_bool(result, "synced", 0) ||
		   (!c->json && json_int(result, "fetched", 0) > 0);
	cJSON *status = NULL;
	int rc = 0;

	if (asks && (rc = cmd_ask(c, "status", NULL, &status, e)) < 0)
		return rc;
	if (c->json)
		out_json(&c->out, result);
	else
		print_outcome(
		    &c->out, result, json_int(status, "conflicts", 0));
	if (!json_bool(result, "synced", 0))
		rc = check_confirmed(c, status, e);
	cJSON_Delete(status);
	return rc;
}

int
cmd_sync_sync(struct cmd *c, struct err *e)
{
	int wait = c->opts->value[OPT_WAIT] != NULL;
	cJSON *result = NULL, *params = cJSON_CreateObject();
	int rc = params == NULL ? err_nomem(e) : 0;

	if (rc == 0 && wait)
		rc = json_put_bool(params, "wait", 1, e);
	if (rc == 0)
		rc = put_kind(c, params, e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	rc = wait ? cmd_ask_long(c, "sync", params, _("sync"), &result, e)
		  : cmd_ask(c, "sync", params, &result, e);
	if (rc < 0)
		return rc;
	if (wait)
		rc = finish_wait(c, result, e);
	else if (c->json)
		out_json(&c->out, result);
	else {
		out_printf(&c->out, "%s\n",
		    _("The exchange has begun; see pmqa status."));
		print_pause(
		    &c->out, cJSON_IsObject(json_get(result, "paused")));
	}
	cJSON_Delete(result);
	return rc;
}
