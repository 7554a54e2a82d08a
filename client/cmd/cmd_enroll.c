#include "client/cmd/cmd_enroll.h"

#include <unistd.h>

#include "base/file.h"
#include "client/cmd_main.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

#define LINE_ARG_MAX ((size_t)64 * 1024)
#define OWN_FILE_MAX ((size_t)64 * 1024)
#define LINE_BEGIN "pmqa-"

/* --- the line: to the screen, into a file, as a picture --- */

static int
wants_picture(const struct cmd *c)
{
	if (c->json || c->opts->value[OPT_NO_QR] != NULL)
		return 0;
	return c->opts->value[OPT_QR] != NULL || isatty(STDOUT_FILENO);
}

/* Not asked for by name: without pmqa-report there is the line alone. */
static int
become_painter(struct cmd *c, struct err *e)
{
	int asked = c->opts->value[OPT_QR] != NULL;
	int rc;

	if (c->in_helper || !wants_picture(c))
		return 0;
	rc = cmd_main_become_report(c, asked ? e : NULL);
	return asked ? rc : 0;
}

static int
check_options(const struct cmd *c, struct err *e)
{
	if (c->opts->value[OPT_QR] == NULL ||
	    (c->opts->value[OPT_NO_QR] == NULL && !c->json))
		return 0;
	return err_set(e, ERR_USAGE, 0, "'--qr' does not go with '--%s'",
	    c->json ? "json" : "no-qr");
}

/* What is there already and is no line of ours is not overwritten. */
static int
check_file(const struct cmd *c, struct err *e)
{
	const char *path = c->opts->value[OPT_OUTPUT];
	struct buf there = BUF_INIT;
	struct err own;
	int rc;

	if (path == NULL || strcmp(path, "-") == 0)
		return 0;
	rc = file_read(path, OWN_FILE_MAX, &there, &own);
	if (rc == ERR_NOT_FOUND)
		rc = 0;
	else if (rc < 0 && rc != ERR_INVALID)
		*e = own;
	else if (rc < 0 || strncmp(buf_str(&there), LINE_BEGIN,
			       strlen(LINE_BEGIN)) != 0) {
		rc = err_set(e, ERR_CONFLICT, 0,
		    "'%s' is there already and is no line of an enrolment",
		    path);
		err_hint(e, "name another file");
	}
	buf_release(&there);
	return rc;
}

static int
write_file(struct cmd *c, const char *path, const char *line, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc;

	buf_printf(&text, "%s\n", line);
	if ((rc = buf_ok(&text, e)) == 0)
		rc = file_write(path, buf_str(&text), text.len, 0644, e);
	buf_release(&text);
	if (rc == 0)
		out_printf(&c->note, _("Written to '%s'.\n"), path);
	return rc;
}

static int
give_line(struct cmd *c, const char *line, cmd_enroll_draw *draw, struct err *e)
{
	const char *path = c->opts->value[OPT_OUTPUT];
	struct err own;
	int rc = 0;

	if (path != NULL && strcmp(path, "-") != 0) {
		if ((rc = write_file(c, path, line, e)) < 0)
			return rc;
	} else {
		out_printf(&c->out, "%s\n", line);
	}
	if (draw == NULL || !wants_picture(c))
		return 0;
	memset(&own, 0, sizeof(own));
	if ((rc = draw(&c->out, line, &own)) == 0)
		return 0;
	/* the line is there: a picture that nobody asked for by name may lack */
	if (c->opts->value[OPT_QR] == NULL) {
		out_wrapped(&c->note, 2, "", lang_pick(own.msg, own.th));
		return 0;
	}
	if (e != NULL)
		*e = own;
	return rc;
}

/* The document to a program, the line into a file when one is named. */
static int
give_json(struct cmd *c, const cJSON *result, const char *member, struct err *e)
{
	const char *path = c->opts->value[OPT_OUTPUT];
	int rc = 0;

	if (path != NULL && strcmp(path, "-") != 0)
		rc = write_file(c, path, out_dash(json_str(result, member)), e);
	if (rc == 0)
		out_json(&c->out, result);
	return rc;
}

/* --- the office asks --- */

int
cmd_enroll_request_with(struct cmd *c, cmd_enroll_draw *draw, struct err *e)
{
	cJSON *result = NULL;
	int rc;

	if ((rc = check_options(c, e)) < 0 || (rc = check_file(c, e)) < 0 ||
	    (rc = cmd_ask(c, "enroll.request", NULL, &result, e)) < 0)
		return rc;
	if (c->json) {
		rc = give_json(c, result, "request", e);
		goto out;
	}
	out_printf(&c->note, _("Request of office %s, device %s\n"),
	    out_dash(json_str(result, "code")),
	    out_dash(json_str(result, "device")));
	out_printf(&c->note, _("  Fingerprint of its key: %s\n"),
	    out_dash(json_str(result, "fingerprint")));
	out_wrapped(&c->note, 2, "",
	    _("Send this line to the hall; there it goes behind: pmqa hall "
	      "enroll. It is good for 24 hours; a newer one makes it void."));
	rc = give_line(c, out_dash(json_str(result, "request")), draw, e);
out:
	cJSON_Delete(result);
	return rc;
}

int
cmd_enroll_request(struct cmd *c, struct err *e)
{
	int rc = check_options(c, e);

	if (rc < 0 || (rc = become_painter(c, e)) < 0)
		return rc;
	return cmd_enroll_request_with(c, NULL, e);
}

/* --- the hall looks, and admits --- */

static void
row(struct table *t, const char *label, enum style st, const char *text)
{
	table_cell(t, STYLE_DIM, label);
	table_cell(t, st, text);
}

static void
office_row(struct table *t, const cJSON *v)
{
	const char *before = json_str(v, "known_name");
	char text[700];

	snprintf(text, sizeof(text), "%s %s", out_dash(json_str(v, "office")),
	    out_dash(json_str(v, "name")));
	row(t, _("Office"), STYLE_HEAD, text);
	if (!json_bool(v, "known", 0)) {
		row(t, "", STYLE_WARN, _("new at this hall"));
	} else if (before != NULL) {
		snprintf(text, sizeof(text),
		    _("known at this hall, so far as '%s'"), before);
		row(t, "", STYLE_WARN, text);
	} else {
		row(t, "", STYLE_PLAIN, _("known at this hall"));
	}
}

static void
device_rows(struct table *t, const cJSON *v)
{
	const cJSON *d;
	char text[200];

	row(t, _("Device"), STYLE_HEAD, out_dash(json_str(v, "device")));
	row(t, "", STYLE_PLAIN,
	    json_bool(v, "enrolled", 0)
		? _("enrolled already: it gets a new answer")
		: _("new"));
	row(t, _("Fingerprint of its key"), STYLE_HEAD,
	    out_dash(json_str(v, "fingerprint")));
	cJSON_ArrayForEach (d, json_get(v, "devices")) {
		if (strcmp(out_dash(json_str(d, "device")),
			out_dash(json_str(v, "device"))) == 0)
			continue;
		snprintf(text, sizeof(text), "%s, %s",
		    out_dash(json_str(d, "device")),
		    labels_word(json_str(d, "state")));
		row(t, _("Another device"), STYLE_DIM, text);
	}
}

static int
show_asked(struct out *o, const cJSON *v, struct err *e)
{
	struct table t;
	char when[80];
	int rc;

	table_init(&t);
	table_column(&t, NULL, COL_LEFT);
	table_column(&t, NULL, COL_FLEX);
	office_row(&t, v);
	device_rows(&t, v);
	out_time(when, sizeof(when), json_str(v, "time"));
	row(&t, _("Request made"), STYLE_PLAIN, when);
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	return rc;
}

/* 1 yes, 0 no. What was written to c->note so far is shown first. */
static int
ask_yes(struct cmd *c, struct err *e)
{
	char line[64];
	int rc;

	out_nl(&c->note);
	out_wrapped(&c->note, 0, "",
	    _("Compare the fingerprint with the office, by telephone for "
	      "instance."));
	out_puts(&c->note, _("Admit this device? [y/N]"));
	out_puts(&c->note, " ");
	if ((rc = out_finish(&c->note, STDERR_FILENO, e)) < 0)
		return rc;
	if (fgets(line, sizeof(line), stdin) == NULL)
		return 0;
	line[strcspn(line, "\r\n")] = '\0';
	return strcmp(line, "y") == 0 || strcmp(line, "Y") == 0 ||
	       strcmp(line, "yes") == 0 || strcmp(line, "ใช่") == 0;
}

static int
nobody_there(struct err *e)
{
	err_set(e, ERR_USAGE, 0,
	    "nobody can be asked here whether this device is to be admitted");
	err_hint(e,
	    "compare the fingerprint with the office, then run it again with "
	    "--yes");
	return ERR_USAGE;
}

static int
confirm(struct cmd *c, const struct buf *line, struct err *e)
{
	cJSON *v = NULL, *params;
	int rc;

	if (c->opts->value[OPT_YES] != NULL)
		return 0;
	if ((params = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	if ((rc = json_put_str(params, "request", buf_str(line), e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	if ((rc = cmd_ask(c, "hall.enroll_look", params, &v, e)) < 0)
		return rc;
	if ((rc = show_asked(&c->note, v, e)) < 0)
		goto out;
	if (c->json || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO) ||
	    strcmp(c->args[0], "-") == 0) {
		rc = nobody_there(e);
		goto out;
	}
	if ((rc = ask_yes(c, e)) == 0)
		rc = err_set(e, ERR_DENIED, 0, "the device was not admitted");
	else if (rc > 0)
		rc = 0;
out:
	cJSON_Delete(v);
	return rc;
}

static int
print_admitted(
    struct cmd *c, const cJSON *result, cmd_enroll_draw *draw, struct err *e)
{
	if (c->json)
		return give_json(c, result, "answer", e);
	out_printf(&c->note, _("Office %s, device %s, is admitted.\n"),
	    out_dash(json_str(result, "office")),
	    out_dash(json_str(result, "device")));
	out_printf(&c->note, _("  Fingerprint of its key: %s\n"),
	    out_dash(json_str(result, "fingerprint")));
	out_wrapped(&c->note, 2, "",
	    _("Send the office this answer; there it goes behind: pmqa enroll "
	      "accept"));
	return give_line(c, out_dash(json_str(result, "answer")), draw, e);
}

int
cmd_enroll_admit_with(struct cmd *c, cmd_enroll_draw *draw, struct err *e)
{
	cJSON *result = NULL, *params = NULL;
	struct buf line = BUF_INIT;
	int rc;

	if ((rc = check_options(c, e)) < 0 || (rc = check_file(c, e)) < 0 ||
	    (rc = cmd_read_arg(c->args[0], LINE_ARG_MAX, &line, e)) < 0 ||
	    (rc = confirm(c, &line, e)) < 0)
		goto out;
	params = cJSON_CreateObject();
	if ((rc = json_put_str(params, "request", buf_str(&line), e)) < 0) {
		cJSON_Delete(params);
		goto out;
	}
	if ((rc = cmd_ask(c, "hall.enroll", params, &result, e)) == 0)
		rc = print_admitted(c, result, draw, e);
out:
	cJSON_Delete(result);
	buf_release(&line);
	return rc;
}

int
cmd_enroll_admit(struct cmd *c, struct err *e)
{
	int rc = check_options(c, e);

	if (rc < 0 || (rc = become_painter(c, e)) < 0)
		return rc;
	return cmd_enroll_admit_with(c, NULL, e);
}

/* --- the office takes the answer --- */

static int
ask_line(struct cmd *c, const char *method, const char *param, cJSON **ret,
    struct err *e)
{
	struct buf line = BUF_INIT;
	cJSON *params = NULL;
	int rc;

	if ((rc = cmd_read_arg(c->args[0], LINE_ARG_MAX, &line, e)) < 0)
		goto out;
	if ((params = cJSON_CreateObject()) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = json_put_str(params, param, buf_str(&line), e)) < 0) {
		cJSON_Delete(params);
		goto out;
	}
	rc = cmd_ask(c, method, params, ret, e);
out:
	buf_release(&line);
	return rc;
}

int
cmd_enroll_accept(struct cmd *c, struct err *e)
{
	cJSON *result = NULL;
	const cJSON *url;
	int rc = ask_line(c, "enroll.accept", "answer", &result, e);

	if (rc < 0)
		return rc;
	if (c->json) {
		out_json(&c->out, result);
	} else {
		out_printf(&c->out, _("Joined to the hall %s %s.\n"),
		    out_dash(json_str(result, "hall")),
		    out_dash(json_str(result, "hall_name")));
		out_printf(&c->out, _("  Fingerprint of its key: %s\n"),
		    out_dash(json_str(result, "fingerprint")));
		cJSON_ArrayForEach (url, json_get(result, "urls")) {
			if (cJSON_IsString(url))
				out_printf(&c->out, _("  Address: %s\n"),
				    url->valuestring);
		}
		out_printf(&c->out, "%s\n",
		    _("What was saved so far is sent with the next exchange: "
		      "pmqa sync --wait"));
	}
	cJSON_Delete(result);
	return 0;
}
