/*
 * receive_http: the door over https. A web server ends TLS, asks for the
 * client's certificate without judging it, and starts pmqa-http (this program
 * under another name) as CGI for each request. Possession of the key was proved
 * by TLS; here the key must be that of the device that the address names. From
 * there on everything is as over ssh (receive.h).
 *
 * Of the environment that is read: REQUEST_METHOD, REQUEST_URI (as it was
 * sent), CONTENT_TYPE, CONTENT_LENGTH, REMOTE_ADDR, HTTP_CONTENT_ENCODING,
 * HTTP_GIT_PROTOCOL, HTTP_PMQA_TOLD, PMQA_CERTIFICATE (PEM, as TLS got it),
 * PMQA_HALL_DIR. Whoever can set these is the hall: the web server's socket to
 * us must be its own.
 *
 * Ownership: struct receive_http is the caller's memory and outlives the
 * struct receive that points to it.
 * Units:     none.
 * Errors:    as receive.h; told to the client as text with an HTTP status.
 * Thread:    one.
 */
#ifndef DAEMON_RECEIVE_RECEIVE_HTTP_H
#define DAEMON_RECEIVE_RECEIVE_HTTP_H

#include "base/buf.h"
#include "daemon/receive/http_request.h"
#include "daemon/receive/receive.h"
#include "store/git/steps.h"
#include "store/sign/key.h"

struct receive_http {
	struct http_request request;
	unsigned char pub[KEY_PUBLIC_LEN]; /* whose possession TLS proved */
	struct buf receipt; /* of a whole file; goes with its steps */
	int known;          /* that key is the device's in the registry */
	int begun;          /* the answer has: it is git's */
};

/* main() of pmqa-http: one request; the exit status. */
int receive_http_main(const char *default_dir);

/* 1 if the request only looks at the refs before a transfer. */
int receive_http_looks(const struct receive *r);

/* ERR_DENIED unless key ("ssh-ed25519 …", of the registry) is the client's. */
int receive_http_check_key(
    const struct receive *r, const char *key, struct err *e);

/* Becomes git http-backend; comes back only with an error. */
int receive_http_become(
    const struct receive *r, const char *protocol, struct err *e);

/* The whole answer to who looks before a push. */
int receive_http_refs(
    const struct receive *r, const char *protocol, struct err *e);

/* The head of the answer to a push; what receive_pack.h says follows. */
int receive_http_begin_push(struct receive *r, struct err *e);

/* In the middle of such an answer: as receive_say_err(). */
void receive_http_say(const char *prefix, const struct err *e);

/* The whole answer with steps, and the receipt if there is one. */
int receive_http_steps(
    const struct receive *r, const struct steps *s, struct err *e);

#endif
