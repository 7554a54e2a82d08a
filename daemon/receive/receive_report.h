/*
 * receive_report: what a push is answered (receive_pack.h), read on its way to the
 * office, and where that ends or refuses without a sentence for people, one put
 * in. Pure: bytes in, bytes out.
 *
 * Ownership: receive_report_init() … receive_report_release().
 * Units:     bytes.
 * Errors:    ERR_NOMEM.
 * Thread:    one.
 */
#ifndef DAEMON_RECEIVE_RECEIVE_REPORT_H
#define DAEMON_RECEIVE_RECEIVE_REPORT_H

#include "base/buf.h"
#include "base/err.h"

#define RECEIVE_REPORT_LINE 400

struct receive_report {
	struct buf packet; /* of the outer stream, not yet whole */
	struct buf inner;  /* of the report within band 1, likewise */
	char line[RECEIVE_REPORT_LINE];  /* of band 2, so far */
	char error[RECEIVE_REPORT_LINE]; /* of the other descriptor */
	char fault[RECEIVE_REPORT_LINE]; /* git's first "error:", "fatal:" */
	size_t line_len, error_len;
	int broken;   /* no form: passed on as it is from here on */
	int spoke;    /* a sentence was given: there is no other */
	int reported; /* git's report has begun */
	int banded;   /* it comes in bands */
	int refused;  /* git refused, err says why */
	int put;      /* that sentence was put in */
	struct err err;
};

void receive_report_init(struct receive_report *r);
void receive_report_release(struct receive_report *r);

/* Bytes of git's standard output; what is to go on is appended to *out. */
int receive_report_feed(struct receive_report *r, const char *data, size_t len,
    struct buf *out, struct err *e);

/* Bytes of its standard error, which go on as they are. */
void receive_report_error(
    struct receive_report *r, const char *data, size_t len);

/* git has ended with this status of wait(2): 1 if it ended in the middle, then
 * the sentence is in r->err, and in *ret_cut whether only the line was cut. */
int receive_report_end(struct receive_report *r, int status, int *ret_cut);

/* Why a pack was not unpacked, as git, libgit2 or errno say it, in words for the
 * office's people: ERR_REFUSED, or ERR_FAILED where the hall's machine is at
 * fault. */
int receive_report_unpack(const char *why, struct err *e);

/* That of remark.h before r->err: refused, or the hall's own trouble. */
const char *receive_report_prefix(const struct receive_report *r);

#endif
