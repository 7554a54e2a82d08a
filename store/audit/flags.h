/*
 * flags: red flags of one office and year, or of many offices: what an auditor
 * may want to ask about. A flag is a question, not a verdict: it names its
 * revisions, who, when and by how much, and each rule has a harmless reason
 * beside the other one (docs/FLAGS.md).
 *
 * Read are the touches of the year's records alone, by index, in the order of
 * the branch; the work grows with the year, not with the history.
 *
 * Ownership: *ret is the caller's.
 * Units:     times in the JSON are RFC 3339; figures in the units of their
 * names (days, minutes, seconds, percent; scores are decimal strings).
 * Errors:    ERR_NOT_FOUND (office, year, rule: what there is), ERR_INVALID,
 * ERR_DAMAGED when index and repository disagree.
 * Thread:    a reader store.
 */
#ifndef STORE_AUDIT_FLAGS_H
#define STORE_AUDIT_FLAGS_H

#include "store/store.h"

/* Flags of a page: an answer must fit into one message. */
#define FLAGS_LIMIT_MAX 200
/* Revisions that a flag lists; "count" says how many it has. */
#define FLAGS_LISTED 12

struct flags_ask {
	const char *office;   /* "": own; at a hall or ministry all of them */
	int year;             /* 0: each office's present cycle */
	const char *rule;     /* NULL: every rule that is switched on */
	const char *item;     /* NULL: any; "1.1" */
	int64_t since, until; /* flags with a revision in there; 0: open */
	int skip;             /* flags of the pages before */
	int limit;            /* 1 to FLAGS_LIMIT_MAX */
};

/*
 * {"offices":[{"office","name","year","revisions":n,"flags":n}],
 *  "total":n,"next":skip of the next page|null,
 *  "flags":[{"rule","office","year","record":name|null,"item":id|null,
 *    "person":{"login","name"}|null,"device":id|null,
 *    "from":time,"until":time (saved, first and last),
 *    "figures":{…} (of the rule: docs/FLAGS.md lists them; client/flags_say.h
 *    says them in words),
 *    "count":n,"revisions":[{"revision","commit","time","received":time|null,
 *      "branch":"office|hall"}]}]}
 * and "off": [names of the rules that are switched off, which give nothing,
 * also when asked for]. By office, then by rule, then by time. "offices" lists
 * only those that have the year; "flags" there counts what was found in each,
 * all pages together.
 */
int flags_find(struct store *s, const struct flags_ask *a,
    void (*progress)(void *arg, int64_t done, int64_t total), void *arg,
    cJSON **ret, struct err *e);

/* {"rules":[{"rule","on":bool,"settings":{"deadline_hours":48,…}}]} */
int flags_rules(struct store *s, cJSON **ret, struct err *e);

#endif
