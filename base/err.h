/*
 * err: one error by value: a code, a sentence in English and the same sentence
 * in Thai.
 *
 * Ownership: the caller owns the struct; it holds no memory of its own and
 * crosses threads by copy.
 * Units:     none.
 * Errors:    these functions cannot fail; a sentence too long is cut at a
 * character boundary.
 * Thread:    any.
 *
 * The code's name (err_name) is the stable name on the wire (design section
 * 10); the client maps it to an exit status. The first fault seen fills the
 * struct; callers pass it up unchanged and may only err_prepend() context.
 * Wording is git's: no capital, no full stop, the subject in quotes: "cannot
 * open '%s': %s". Formats are message ids: xgettext --keyword=err_set:4
 * --keyword=err_sys:2 --keyword=err_hint:2 collects them.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>

enum err_code {
	ERR_OK = 0,
	ERR_FAILED = -1,      /* "failed": any fault with no better name */
	ERR_USAGE = -2,       /* "usage": wrong command line or parameters */
	ERR_NOT_FOUND = -3,   /* "not_found" */
	ERR_CONFLICT = -4,    /* "conflict": --if-rev did not hold */
	ERR_UNREACHABLE = -5, /* "unreachable": no daemon, no hall */
	ERR_DENIED = -6,      /* "denied": the caller has no right */
	ERR_INVALID = -7,     /* "invalid": input breaks a rule of its record */
	ERR_REFUSED = -8,     /* "refused": the hall refused */
	ERR_DAMAGED = -9,     /* "damaged": stored data contradicts itself */
	ERR_NOMEM = -10,      /* "no_memory" */
	ERR_SYS = -11,        /* "system": a system call failed; sub = errno */
	ERR_BUSY = -12,       /* "busy": another process holds it */
	ERR_TIMEOUT = -13,    /* "timeout" */
};

/* sub of ERR_INVALID: nothing else is wrong than that no reason was given. */
#define ERR_SUB_REASON (-1)

struct err {
	enum err_code code;
	int sub;        /* errno, SQLite or libgit2 code; 0 if none */
	char msg[400];  /* English sentence */
	char th[1000];  /* the same in Thai */
	char hint[200]; /* what to do next, English; "" if nothing helps */
	char hint_th[600];
};

/* Fills *e (e may be NULL) and returns code; an older hint goes. The format is
 * English and is the message id of its Thai translation. Arguments may point
 * into *e. */
int err_set(struct err *e, enum err_code code, int sub, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* err_set(e, ERR_SYS, errno, "<fmt>: <strerror>"); returns ERR_SYS; errno is as
 * before. */
int err_sys(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* err_set() for a failed allocation; returns ERR_NOMEM. */
int err_nomem(struct err *e);

/* What analyzers cannot see: these three never return 0 or more. */
static inline int
err_negative(int rc)
{
	if (rc >= 0)
		__builtin_unreachable();
	return rc;
}
#define err_set(...) err_negative(err_set(__VA_ARGS__))
#define err_sys(...) err_negative(err_sys(__VA_ARGS__))
#define err_nomem(e) err_negative(err_nomem(e))

/*
 * Another's sentence within ours: the Thai one anew, from the Thai of msgid (one
 * "%s") and a text that is Thai already.
 */
void err_set_th(struct err *e, const char *msgid, const char *text);

/* Sets the hint: one sentence that says what to do next. */
void err_hint(struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts "<context>: " before both sentences. */
void err_prepend(struct err *e, const char *context);

/* The stable name of a code, "failed" if unknown. Static string. */
const char *err_name(enum err_code code);

/* The code of a stable name, ERR_FAILED if unknown. */
enum err_code err_code_of(const char *name);

/*
 * Loads the Thai catalogue: call once in main(), before threads. lang: "th" or
 * "en", the language of err_tr(); err's Thai sentences are made in any case.
 * Without a catalogue everything stays English. The locale is left alone.
 */
void err_init_messages(const char *lang);

/*
 * A message in the language of this process (err_tr) or in Thai (err_th); the
 * id itself where there is no translation, or where a translation would take
 * other arguments than the id: what comes back is safe as a format for the id's
 * arguments. Borrowed for ever.
 */
const char *err_tr(const char *msgid) __attribute__((format_arg(1)));
const char *err_th(const char *msgid) __attribute__((format_arg(1)));

/* The i-th message of the catalogue, for looking through all: 0 behind the
 * last. */
int err_message_at(size_t i, const char **ret_id);

/*
 * Copies s as one line: cut to size at a character's end, bad UTF-8 and control
 * characters become "?", line ends blanks. For sentences that came from
 * elsewhere. s may be ret.
 */
void err_text(char *ret, size_t size, const char *s);

#endif
