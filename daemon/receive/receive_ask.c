#include "daemon/receive/receive_ask.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define HEAD ((size_t)4)
#define CERT "push-cert"
#define CERT_LEN (sizeof(CERT) - 1)
#define SHALLOW "shallow "
#define SHALLOW_LEN (sizeof(SHALLOW) - 1)
#define LINE_MAX_LEN 65520

static int
is_word(const struct receive_ask *a, const char *word, size_t len)
{
	return a->n == HEAD + len && memcmp(a->head + HEAD, word, len) == 0;
}

/* The line's length is there: 0 is the end of them. */
static int
begin_line(struct receive_ask *a, struct err *e)
{
	char hex[HEAD + 1];
	size_t i;
	int ok = 1;

	memcpy(hex, a->head, HEAD);
	hex[HEAD] = '\0';
	for (i = 0; i < HEAD && ok; i++)
		ok = isxdigit((unsigned char)hex[i]) != 0;
	a->line = ok ? (size_t)strtoul(hex, NULL, 16) : 1;
	a->done = a->line == 0;
	if (a->done || (a->line >= HEAD && a->line <= LINE_MAX_LEN))
		return 0;
	return err_set(e, ERR_REFUSED, 0, "a line of this push has no form");
}

static int
check_line(struct receive_ask *a, struct err *e)
{
	if (a->n_lines == RECEIVE_ASK_LINES)
		return err_set(e, ERR_REFUSED, 0,
		    "a push moves one branch, not thousands");
	if (is_word(a, CERT, CERT_LEN))
		return err_set(e, ERR_REFUSED, 0,
		    "a push is not signed here, each of its revisions is");
	if (is_word(a, SHALLOW, SHALLOW_LEN))
		return err_set(e, ERR_REFUSED, 0,
		    "the push brings a history that is cut off at its "
		    "beginning");
	return 0;
}

int
receive_ask_feed(
    struct receive_ask *a, const char *data, size_t len, struct err *e)
{
	size_t i, skip;
	int rc;

	for (i = 0; i < len && !a->done; i += skip) {
		skip = 1;
		if (a->n < HEAD + CERT_LEN) {
			a->head[a->n++] = data[i];
			if (a->n == HEAD && (rc = begin_line(a, e)) < 0)
				return rc;
			if (a->n > HEAD && (rc = check_line(a, e)) < 0)
				return rc;
		} else {
			skip = a->line - a->n;
			if (skip > len - i)
				skip = len - i;
			a->n += skip;
		}
		if (a->n >= HEAD && a->n == a->line) {
			a->n = 0;
			a->n_lines++;
		}
	}
	return 0;
}
