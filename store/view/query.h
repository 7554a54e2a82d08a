/*
 * query: what is read: records, scores, history, differences, status. All by
 * index.
 *
 * Ownership: results are cJSON in the shapes of design section 10; the caller
 * frees. Units:     times in the JSON are RFC 3339. Errors:    ERR_NOT_FOUND
 * names what is missing and what there is; ERR_INVALID. Thread:    a reader
 * store (or the writer's).
 */
#ifndef STORE_VIEW_QUERY_H
#define STORE_VIEW_QUERY_H

#include "store/store.h"

/* Whose revisions, and which of them; what is NULL or 0 is not asked for. */
struct query_history {
	const char *office; /* "" = own; NULL = all that are here */
	const char *branch; /* "office" (default, NULL) or "hall" */
	int year; /* 0 = the current cycle when item is given, else all */
	const char
	    *record; /* item "1.1", or record name "2565/items/1.1", or NULL */
	const char *field;    /* dotted or NULL */
	const char *person;   /* login, or a part of a name */
	const char *device;   /* "9105-b" or "b" */
	const char *action;   /* what it did ("merge") or NULL */
	const char *text;     /* in its reason, or in a value before or after */
	int64_t since, until; /* 0 = open; of the time of saving */
	int64_t from_row, to_row; /* 0 = open; of one office: these rows and
				     those between */
	/* only what changed something that a sign-off covers */
	int late; /* after the due date, by the receipt where there is one */
	int after_submission; /* after the year was first signed off */
	int limit;            /* 1..1000 */
	const char *cursor;   /* NULL = newest */
	int oldest_first; /* cursor NULL = oldest; for programs that follow */
	int64_t work; /* at most so much of it in one call, about microseconds;
			 0 = QUERY_WORK */
};
#define QUERY_WORK 30000

int query_show(struct store *s, const char *office, int year, const char *item,
    const char *at, cJSON **ret, struct err *e);
int query_assessment_at(struct store *s, const char *office, int year,
    const char *at, cJSON **ret, struct err *e);
int query_score(
    struct store *s, const char *office, int year, cJSON **ret, struct err *e);
int query_score_at(struct store *s, const char *office, int year,
    const char *at, cJSON **ret, struct err *e);
/*
 * {"revisions":[…],"next":cursor|null}, newest first. A call does a bounded
 * amount of work: it may give fewer revisions than asked for, or none, and
 * still a cursor to go on with; only next null says that there are no more.
 *
 * Of several offices (office NULL) each revision has "office". Each office's
 * own are in its order; of those that come next, that one is first that the
 * hall received last (was saved last, where there is no receipt).
 */
int query_history(
    struct store *s, const struct query_history *q, cJSON **ret, struct err *e);
/*
 * The same revisions counted: {"revisions":n,"person":[{"key","name","n"}],
 * "office":…,"device":…,"action":…,"item":…,"month":…,"next":cursor|null}; what
 * the pages say is to be added up. item: "1.1", or the type of another record;
 * month: "2026-11", of the time of saving. limit is not looked at.
 */
int query_history_stat(
    struct store *s, const struct query_history *q, cJSON **ret, struct err *e);
/* Differences between two moments of an office, or between two offices. */
struct query_diff {
	const char *office;    /* "" = own */
	const char *with;      /* the other one; NULL = the same */
	const char *from, *to; /* moments; NULL = now (to, with another
				   office: the same as from) */
	int year;              /* 0 = all (with another office: the cycle) */
	const char *record;    /* item or record as in query_history; NULL */
	const char *field;     /* dotted, or the beginning of such; or NULL */
};

/*
 * {"from","to" (as asked),"office","with":code|null,"branch","from_at","to_at"
 * (as "at" above),"records":[{"record","changes":[{"field","old","new"}]}]}.
 * Two moments that revisions of the hall's branch name are compared there, all
 * others on the office's. Two offices: answers and profile of the year.
 */
int query_diff_of(
    struct store *s, const struct query_diff *q, cJSON **ret, struct err *e);
/* Between two moments of one office. */
int query_diff(struct store *s, const char *office, const char *from,
    const char *to, cJSON **ret, struct err *e);
/* store's part of status: everything but "sync" (the daemon's) */
int query_status(struct store *s, cJSON **ret, struct err *e);
int query_hall_status(struct store *s, cJSON **ret, struct err *e);
/* the cycle's edition for clients: items, points, labels, levels */
int query_edition_at(struct store *s, const char *office, int year,
    const char *at, cJSON **ret, struct err *e);

#endif
