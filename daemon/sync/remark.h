/*
 * remark: the one-line remarks of pmqa-receive to an office, which git shows
 * there as "remote: pmqa-…: …"; and making a peer's line fit to be shown.
 *
 * Ownership: none.
 * Units:     bytes.
 * Errors:    none.
 * Thread:    any.
 */
#ifndef DAEMON_SYNC_REMARK_H
#define DAEMON_SYNC_REMARK_H

#include <stddef.h>

#define REMARK_REFUSED "pmqa-refused: "   /* the data, by the door */
#define REMARK_DENIED "pmqa-denied: "     /* the device, before git starts */
#define REMARK_TROUBLE "pmqa-trouble: "   /* the hall's own fault */
#define REMARK_RECEIPT "pmqa-receipt: "   /* JSON of the receipt */
#define REMARK_EVIDENCE "pmqa-evidence: " /* JSON of a file's receipt */
#define REMARK_NOTE "pmqa-note: "         /* why there is no receipt now */
/* after one of the first three: the same in Thai, and what to do about it */
#define REMARK_TH "pmqa-th: "
#define REMARK_HINT "pmqa-hint: "
#define REMARK_HINT_TH "pmqa-hint-th: "

#define REMARK_MAX 1000

/*
 * "remote: " and blanks at the ends taken off, control characters and bytes
 * that are not UTF-8 replaced, cut at size.
 */
void remark_clean(const char *line, char *ret, size_t size);

/* The text after a prefix at the start of a line, else NULL. Borrowed. */
const char *remark_after(const char *line, const char *prefix);

/* 1 if line is the hall's remark with that prefix ("remote: " before it and
 * blanks after it may stand); then its text, uncut, is at *ret, *ret_len long.
 */
int remark_find(
    const char *line, const char *prefix, const char **ret, size_t *ret_len);

#endif
