/*
 * opts: the command line taken apart: options from one table, and words.
 *
 * Ownership: struct opts borrows argv; opts_release() frees its array of words.
 * Units:     none.
 * Errors:    ERR_USAGE names the option and what is expected; ERR_NOMEM.
 * Thread:    one.
 *
 * Options may stand anywhere; "--" ends them; "--name=value" and "--name value"
 * mean the same. A "-" alone is a word.
 */
#ifndef CLIENT_OPTS_H
#define CLIENT_OPTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum opt {
	OPT_DIR,
	OPT_SOCKET,
	OPT_JSON,
	OPT_LANG,
	OPT_HELP,
	OPT_VERSION,
	OPT_OFFICE,
	OPT_YEAR,
	OPT_REASON,
	OPT_IF_REV,
	OPT_AT,
	OPT_EDITION,
	OPT_BRANCH,
	OPT_PERSON,
	OPT_SINCE,
	OPT_UNTIL,
	OPT_LIMIT,
	OPT_CURSOR,
	OPT_WAIT,
	OPT_ROLE,
	OPT_CODE,
	OPT_NAME,
	OPT_DEVICE,
	OPT_HOST_KEY,
	OPT_HTTPS_CERT,
	OPT_URL,
	OPT_FROM,
	OPT_FORMAT,
	OPT_OUTPUT,
	OPT_APPLY,
	OPT_CAPTION,
	OPT_POINTS,
	OPT_CLASS,
	OPT_TARGET,
	OPT_YEARS,
	OPT_OFFICES,
	OPT_ITEMS,
	OPT_ITEM,
	OPT_CONSENSUS,
	OPT_OVERDUE,
	OPT_BY,
	OPT_NOTE,
	OPT_TITLE,
	OPT_ID,
	OPT_TAKE,
	OPT_VALUE,
	OPT_TO,
	OPT_ENCRYPT,
	OPT_METERED,
	OPT_FOR,
	OPT_EVIDENCE,
	OPT_YES,
	OPT_QR,
	OPT_NO_QR,
	OPT_RESULT,
	OPT_BEHIND,
	OPT_FOLLOW,
	OPT_WITHOUT_KEYS,
	OPT_DEEP,
	OPT_RULE,
	OPT_EXPLAIN,
	OPT_ACTION,
	OPT_TEXT,
	OPT_LATE,
	OPT_AFTER_SUBMISSION,
	OPT_STAT,
	OPT_ACCESS,
	OPT_WITH,
	OPT_REV,
	OPT_DRY_RUN,
	OPT_SKIP_CHANGED,
	N_OPTS
};

/* a set of options, one bit each */
__extension__ typedef unsigned __int128 opt_set;
#define OPT_BIT(o) ((opt_set)1 << (o))
/* what every command takes */
#define OPTS_ALWAYS                                                            \
	(OPT_BIT(OPT_DIR) | OPT_BIT(OPT_SOCKET) | OPT_BIT(OPT_JSON) |          \
	    OPT_BIT(OPT_LANG) | OPT_BIT(OPT_HELP) | OPT_BIT(OPT_VERSION))
#define OPTS_URLS 4

struct opt_desc {
	const char *name; /* without the dashes */
	const char *arg;  /* NULL for a flag; else shown in help (message id) */
	const char *what; /* message id */
};

struct opts {
	const char *value[N_OPTS]; /* NULL = not given; "" for a flag */
	const char *urls[OPTS_URLS];
	size_t n_urls;
	const char **words;
	size_t n_words;
};

int opts_parse(int argc, char *const *argv, struct opts *ret, struct err *e);
void opts_release(struct opts *o);
const struct opt_desc *opts_desc(enum opt o);

/* The first option given that is not in the mask: ERR_USAGE naming it. */
int opts_allowed(const struct opts *o, opt_set mask, struct err *e);

/* An option as a number within min..max; dflt when it is not given. Thai
 * digits are digits. */
int opts_number(const struct opts *o, enum opt which, long min, long max,
    long dflt, long *ret, struct err *e);

/* A word as a number, for arguments: the same rules. */
int opts_word_number(const char *what, const char *word, long min, long max,
    long *ret, struct err *e);

#endif
