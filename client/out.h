/*
 * out: what the program prints: text for people, JSON for programs, errors, and
 * the exit status.
 *
 * Ownership: struct out is the caller's memory; out_init() … out_release().
 * Units:     terminal columns for widths.
 * Errors:    out_finish() says ERR_SYS (a full disk, a closed pipe), ERR_NOMEM.
 * Thread:    one.
 *
 * Safe by construction: every text passes wrap_safe(); only out_style() writes
 * escape sequences. A LF that comes with a value shows as \n; the one at the
 * end of a format ends the line.
 */
#ifndef CLIENT_OUT_H
#define CLIENT_OUT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

enum style {
	STYLE_PLAIN,
	STYLE_HEAD,
	STYLE_DIM,
	STYLE_GOOD,
	STYLE_BAD,
	STYLE_WARN
};

struct out {
	struct buf b;
	int colour;
	size_t width;
};

/* Looks at the terminal behind fd, at COLUMNS and NO_COLOR. */
void out_init(struct out *o, int fd);
void out_release(struct out *o);
/* Writes everything to fd and empties the buffer. */
int out_finish(struct out *o, int fd, struct err *e);

void out_printf(struct out *o, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void out_puts(struct out *o, const char *s); /* a value: no LF in it */
void out_nl(struct out *o);
void out_style(struct out *o, enum style st); /* STYLE_PLAIN ends it */
/* s, or "-" where there is no text. */
const char *out_dash(const char *s);
/* A value in a style. */
void out_styled(struct out *o, enum style st, const char *s);
void out_spaces(struct out *o, size_t n);
/* A text of any length: lines wrapped, each line of the text begun with n
 * blanks and mark (may be ""). */
void out_wrapped(
    struct out *o, size_t indent, const char *mark, const char *text);

/* A text behind a mark: its further lines stand under the first. */
void out_hanging(
    struct out *o, size_t indent, const char *mark, const char *text);

/* A heading line. */
void out_heading(struct out *o, const char *s);

/* The document, two blanks a level, members in their order, LF at the end. */
void out_json(struct out *o, const cJSON *v);

/* "2026-11-22T13:14:15+07:00" as people write it, in the time's own zone; the
 * text itself when it is no time; "-" for NULL. */
void out_time(char *ret, size_t size, const char *rfc3339);

/* "2026-03-31" as people write a day: "31 มี.ค. 2569" in Thai; the text itself
 * when it is no day; "-" for NULL. */
void out_day(char *ret, size_t size, const char *day);

/* Prints an error to standard error: sentence and hint in the chosen language,
 * or as JSON. data may be NULL. */
void out_error(const struct err *e, const cJSON *data, int json);

/* The exit status of an error code (design section 10); 0 for ERR_OK. */
int out_exit_status(enum err_code code);

#endif
