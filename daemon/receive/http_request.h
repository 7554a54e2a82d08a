/*
 * http_request: what a device may ask its hall for over https, and what a web
 * server tells of a request: pure, for pmqa-http.
 *
 * The address is compared, not decoded: after "/<device>/" exactly one of
 *
 *   GET   office/info/refs?service=git-upload-pack (or -receive-pack)
 *   POST  office/git-upload-pack (or -receive-pack)
 *         both also with evidence/<64 hex digits> instead of office
 *   GET   steps/<office|hall|evidence/…>/<have>/<want>/info/refs?service=…
 *         as git asks for it; have, want: 40 hex digits or "-"
 *
 * Ownership: struct http_request holds no pointers.
 * Units:     none.
 * Errors:    ERR_NOT_FOUND (no such address), ERR_USAGE (another method, or a
 * body of another kind), with a sentence.
 * Thread:    any.
 */
#ifndef DAEMON_RECEIVE_HTTP_REQUEST_H
#define DAEMON_RECEIVE_HTTP_REQUEST_H

#include "daemon/receive/command.h"

#define HTTP_URI_MAX 400
#define HTTP_COMMAND_MAX 200

struct http_request {
	char device[COMMAND_DEVICE_MAX];
	/* the same as a command over ssh: command_parse() judges it */
	char command[HTTP_COMMAND_MAX];
	char service[24]; /* "git-upload-pack", "git-receive-pack" */
	int look;         /* info/refs: what is there; else the transfer */
};

/* type: Content-Type, NULL or "" if there is none. */
int http_request_parse(const char *method, const char *uri, const char *type,
    struct http_request *ret, struct err *e);

/* "version=2:pmqa=…" out of the two headers (NULL allowed), as over ssh. */
void http_request_told(
    const char *protocol, const char *told, char *ret, size_t size);

#endif
