/*
 * What reaches a hall from outside in few words: the request of a connection to
 * the door that stays, an address over https, the forced command, what a device
 * tells of itself, git's answer on its way through the relay. Beyond "no crash":
 * what was accepted is in the form that its reader is promised.
 */
#include <string.h>

#include "daemon/door/door_wire.h"
#include "daemon/receive/http_request.h"
#include "daemon/receive/receive_report.h"
#include "daemon/receive/receive_told.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static void
expect(int holds)
{
	if (!holds)
		abort();
}

static void
try_request(const char *text, size_t len)
{
	static const char head[] = "pmqa-door " PMQA_VERSION;
	char who[DOOR_WHO_LEN];
	struct door_request r;
	struct buf b = BUF_INIT;
	struct err e;
	int i;

	/* the version is no part of the corpus: it changes */
	buf_append(&b, head, sizeof(head));
	buf_append(&b, text, len);
	if (door_request_parse(b.data, b.len, &r, &e) == 0) {
		expect(r.n_args <= DOOR_ARGS_MAX && r.n_env <= DOOR_ENV_MAX);
		for (i = 0; i < r.n_args; i++)
			expect(r.args[i] > b.data &&
			       r.args[i] + strlen(r.args[i]) < b.data + b.len);
		expect(r.args[r.n_args] == NULL);
		door_request_who(&r, who);
		expect(strlen(who) < sizeof(who));
	} else {
		expect(e.code == ERR_INVALID);
	}
	buf_release(&b);
}

static void
check_command(const char *text)
{
	struct command c;
	struct err e;

	if (command_parse(text, &c, &e) < 0) {
		expect(e.msg[0] != '\0');
		return;
	}
	expect(c.evidence[0] == '\0' ||
	       strspn(c.evidence, "0123456789abcdef") == COMMAND_SHA_MAX - 1);
	expect(c.verb == COMMAND_STEPS || command_service(c.verb) != NULL);
}

/* "METHOD\nURI\nTYPE": what is served is a command that the door knows. */
static void
try_http(char *text)
{
	char *uri = strchr(text, '\n'), *type;
	struct http_request r;
	struct command c;
	struct err e;

	if (uri == NULL)
		return;
	*uri++ = '\0';
	if ((type = strchr(uri, '\n')) != NULL)
		*type++ = '\0';
	if (http_request_parse(text, uri, type, &r, &e) < 0) {
		expect(e.code == ERR_NOT_FOUND || e.code == ERR_USAGE);
		return;
	}
	expect(command_parse(r.command, &c, &e) == 0);
	expect(command_check_device(r.device, &e) == 0);
}

static void
try_told(const char *text)
{
	struct receive_told t;
	char told[400];

	receive_told_parse(text, &t);
	expect(t.git_version >= 0 && t.git_version <= 2);
	expect(strlen(t.version) <= RECEIVE_VERSION_MAX);
	expect(t.holds[0] == '\0' || strspn(t.holds, "0123456789abcdef") == 40);
	http_request_told(text, text, told, sizeof(told));
	expect(strlen(told) < sizeof(told));
}

/* Passed on whole, whatever is put in between. */
static void
try_report(const char *data, size_t len)
{
	struct receive_report r;
	struct buf out = BUF_INIT;
	size_t half = len / 2;
	struct err e;
	int cut;

	receive_report_init(&r);
	if (receive_report_feed(&r, data, half, &out, &e) < 0 ||
	    receive_report_feed(&r, data + half, len - half, &out, &e) < 0)
		abort();
	expect(r.put || out.len + r.packet.len == len);
	receive_report_error(&r, data, len);
	(void)receive_report_end(&r, 256, &cut);
	buf_release(&out);
	receive_report_release(&r);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	char *text = malloc(len + 1);

	if (text == NULL)
		return 0;
	memcpy(text, data, len);
	text[len] = '\0';
	try_request(text, len);
	try_report(text, len);
	check_command(text);
	try_told(text);
	try_http(text);
	free(text);
	return 0;
}
