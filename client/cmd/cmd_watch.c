/* What happens at a hall, line by line; on a terminal the table stays above. */
#include <unistd.h>

#include "client/cmd/cmd_hall.h"
#include "client/cmd/cmd_oversight.h"
#include "client/lang.h"
#include "client/say.h"

#define WAIT_S 45
#define RECENT 10 /* events shown below the table */

struct watching {
	struct cmd *c;
	int live; /* a terminal: the table is drawn anew */
	char cursor[80];
	struct buf recent[RECENT]; /* a ring of lines */
	size_t n;
};

/* --- one event as a line --- */

static void
say_published(const cJSON *event, struct buf *b)
{
	const cJSON *r;
	int n = 0;

	buf_printf(b,
	    lang_n(json_int(event, "offices", 0),
		"published to %lld office:", "published to %lld offices:"),
	    (long long)json_int(event, "offices", 0));
	cJSON_ArrayForEach (r, json_get(event, "records"))
		if (cJSON_IsString(r) && n++ < 3)
			buf_printf(b, " %s", r->valuestring);
	if (n > 3)
		buf_printf(b, _(" and %d more"), n - 3);
}

static const struct {
	const char *kind, *text;
} plain[] = {
	{ "came", N_("came and looked") },
	{ "evidence", N_("a file of evidence is whole and confirmed") },
	{ "enrolled", N_("was enrolled") },
	{ "revoked", N_("was revoked") },
	{ "restored", N_("is valid again") },
	{ "disabled", N_("was disabled") },
	{ "enabled", N_("was enabled again") },
};

static void
say_plain(const char *kind, struct buf *b)
{
	size_t i;

	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (strcmp(plain[i].kind, kind) == 0) {
			buf_puts(b, _(plain[i].text));
			return;
		}
	buf_puts(b, kind);
}

static void
say_event(const cJSON *event, struct buf *b)
{
	const char *kind = out_dash(json_str(event, "kind"));
	struct buf message = BUF_INIT;

	say(&message, out_dash(json_str(event, "message")), NULL);
	if (strcmp(kind, "admitted") == 0)
		buf_printf(b,
		    lang_n(json_int(event, "revisions", 0),
			"%lld revision admitted, receipt for %s",
			"%lld revisions admitted, receipt for %s"),
		    (long long)json_int(event, "revisions", 0),
		    out_dash(json_str(event, "revision")));
	else if (strcmp(kind, "refused") == 0)
		buf_printf(b, _("refused: %s"), buf_str(&message));
	else if (strcmp(kind, "trouble") == 0)
		buf_printf(b, _("in trouble: %s"), buf_str(&message));
	else if (strcmp(kind, "published") == 0)
		say_published(event, b);
	else if (strcmp(kind, "decided") == 0)
		buf_puts(b, strcmp(out_dash(json_str(event, "verdict")),
				"accepted") == 0
				? _("was accepted")
				: _("was returned for correction"));
	else
		say_plain(kind, b);
	buf_release(&message);
}

static int
event_line(const cJSON *event, struct buf *b, struct err *e)
{
	const char *device = json_str(event, "device");
	const char *office = json_str(event, "office");
	char when[80];

	out_time(when, sizeof(when), json_str(event, "time"));
	buf_printf(
	    b, "%s  %-6s  ", when, device != NULL ? device : out_dash(office));
	say_event(event, b);
	return buf_ok(b, e);
}

/* --- showing --- */

static int
keep_line(struct watching *w, const struct buf *line, struct err *e)
{
	struct buf *to = &w->recent[w->n++ % RECENT];

	buf_clear(to);
	buf_append(to, line->data, line->len);
	return buf_ok(to, e);
}

/* The screen is cleared by the only two sequences that this program writes
 * beside colours. */
static int
draw(struct watching *w, struct err *e)
{
	struct out *o = &w->c->out;
	cJSON *status = NULL;
	size_t i, first = w->n > RECENT ? w->n - RECENT : 0;
	int rc = cmd_ask(w->c, "hall.status", NULL, &status, e);

	if (rc < 0)
		return rc;
	buf_puts(&o->b, "\033[H\033[2J");
	rc = cmd_hall_print(o, status, 0, e);
	cJSON_Delete(status);
	if (rc < 0)
		return rc;
	out_nl(o);
	for (i = first; i < w->n; i++) {
		out_puts(o, buf_str(&w->recent[i % RECENT]));
		out_nl(o);
	}
	out_styled(o, STYLE_DIM, _("Ctrl-C ends this."));
	out_nl(o);
	return out_finish(o, STDOUT_FILENO, e);
}

static int
show_event(struct watching *w, const cJSON *event, struct err *e)
{
	struct out *o = &w->c->out;
	struct buf line = BUF_INIT;
	int rc;

	if (w->c->json) {
		if ((rc = json_write(event, &line, e)) == 0) {
			buf_append(&o->b, line.data, line.len);
			buf_putc(&o->b, '\n');
		}
	} else if ((rc = event_line(event, &line, e)) == 0) {
		if (w->live)
			rc = keep_line(w, &line, e);
		else
			out_hanging(o, 0, "", buf_str(&line));
	}
	buf_release(&line);
	return rc;
}

static int
show(struct watching *w, const cJSON *answer, struct err *e)
{
	const cJSON *events = json_get(answer, "events"), *event;
	int rc = 0;

	snprintf(w->cursor, sizeof(w->cursor), "%s",
	    out_dash(json_str(answer, "next")));
	if (json_bool(answer, "missed", 0) && !w->c->json)
		out_wrapped(&w->c->note, 0, "",
		    _("Some events were missed: there were too many at "
		      "once."));
	cJSON_ArrayForEach (event, events)
		if (rc == 0)
			rc = show_event(w, event, e);
	if (rc < 0)
		return rc;
	return w->live ? draw(w, e) : out_finish(&w->c->out, STDOUT_FILENO, e);
}

static int
ask(struct watching *w, int64_t wait_s, cJSON **ret, struct err *e)
{
	cJSON *params = cJSON_CreateObject();
	int rc = 0;

	if (w->cursor[0] != '\0')
		rc = json_put_str(params, "cursor", w->cursor, e);
	if (rc == 0)
		rc = json_put_int(params, "wait", wait_s, e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_ask(w->c, "hall.watch", params, ret, e);
}

int
cmd_watch_watch(struct cmd *c, struct err *e)
{
	struct watching w = { .c = c,
		.live = !c->json && isatty(STDOUT_FILENO) };
	cJSON *answer = NULL;
	long limit = 0, seen = 0;
	int64_t wait_s = 0; /* the first answer only says where we are */
	size_t i;
	int rc;

	if ((rc = opts_number(c->opts, OPT_LIMIT, 1, 1000000, 0, &limit, e)) <
	    0)
		return rc;
	while (rc == 0 && (limit == 0 || seen < limit)) {
		if ((rc = ask(&w, wait_s, &answer, e)) < 0)
			break;
		seen += cJSON_GetArraySize(json_get(answer, "events"));
		rc = show(&w, answer, e);
		cJSON_Delete(answer);
		answer = NULL;
		wait_s = WAIT_S;
	}
	for (i = 0; i < RECENT; i++)
		buf_release(&w.recent[i]);
	return rc;
}
