/*
 * complete_words: candidates for one word of a command line: from the
 * descriptions of options and arguments, and from the daemon.
 *
 * Ownership: complete_init() … complete_release(); cmd and opts are borrowed.
 * Units:     none.
 * Errors:    what cannot be asked gives no candidates; complete_print() says
 * ERR_NOMEM.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_COMPLETE_WORDS_H
#define CLIENT_CMD_COMPLETE_WORDS_H

#include "client/cmd.h"

struct complete {
	struct cmd *c;
	const struct opts *opts; /* of the line that is typed */
	const char *prefix;      /* what is there of the word */
	const char *office;      /* that an argument names, or NULL */
	const char *lead;        /* stands before it in the same word */
	size_t lead_len;
	cJSON *found; /* strings, each once */
	int failed;   /* out of memory */
};

void complete_init(struct complete *k, struct cmd *c, const struct opts *opts,
    const char *prefix);
void complete_release(struct complete *k);

/* word with tail behind it, if it begins with the prefix. */
void complete_add(struct complete *k, const char *word, const char *tail);

/* Values of an option, by what its description calls them. d may be NULL. */
void complete_option(struct complete *k, enum opt o, const struct cmd_desc *d);

/* The next argument of a command: args are those before it. */
void complete_argument(struct complete *k, const struct cmd_desc *d,
    const char *const *args, size_t n);

int complete_print(const struct complete *k, struct out *o, struct err *e);

#endif
