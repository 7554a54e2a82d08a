/*
 * commit_form: the text of a commit without its signature, shared by building
 * (commit.c) and strict parsing (commit_parse.c): what is parsed is written
 * again and must give the same bytes, so both accept exactly the same.
 *
 * Ownership: the buf is the caller's; its sticky failure tells of no memory.
 * Units:     none.
 * Errors:    ERR_INVALID names the rule.
 * Thread:    any.
 */
#ifndef STORE_SIGN_COMMIT_FORM_H
#define STORE_SIGN_COMMIT_FORM_H

#include "store/sign/commit.h"

/* The rules for every field. */
int commit_form_check(const struct commit *c, struct err *e);

/* "tree …" to "committer …\n" */
void commit_form_header(const struct commit *c, struct buf *out);

/* Subject, reason, trailers: all after the blank line. */
void commit_form_message(const struct commit *c, struct buf *out);

#endif
