/*
 * flags_year: what the rules of flags.h look at: the revisions of one office
 * that touched one year's records, in the order of the branch, which points
 * they ticked, its sign-offs, the hall's decisions and the calendar.
 *
 * Ownership: flags_year_read() … flags_year_release() on the caller's memory,
 * zeroed before; in any case. Texts belong to it.
 * Units:     seconds since 1970; indexes into its own arrays, -1 = none.
 * Errors:    as flags.h.
 * Thread:    the store's.
 */
#ifndef STORE_AUDIT_FLAGS_YEAR_H
#define STORE_AUDIT_FLAGS_YEAR_H

#include "store/audit/flags_words.h"
#include "store/record/record.h"
#include "store/store.h"

struct flags_rev { /* a revision that a flag may name */
	int64_t id;
	char name[24];
	unsigned char commit[20];
	int64_t time, received; /* received 0: no receipt yet */
	int64_t parent_time;    /* 0: it has none */
	int64_t sequence;
	int offset_min;
	int side, merge, hall;             /* hall: of the hall's branch */
	int login, person, device, action; /* words */
};

struct flags_rec { /* a record of the year */
	int64_t id;
	char path[104];
	struct record_path rp;
};

#define FLAGS_EDIT                                                             \
	1                /* of what is assessed: not of the plan's progress, no
			     comment */
#define FLAGS_TICKS 2    /* ticks */
#define FLAGS_RESULT 4   /* an indicator's figures */
#define FLAGS_EVIDENCE 8 /* a file was linked or unlinked */
#define FLAGS_SUBMITTED 16 /* a sign-off */

struct flags_event { /* one revision's touch of one record */
	int rev, rec;
	unsigned what;
};

struct flags_toggle { /* one point set or taken back */
	int event;
	int point; /* word */
	int on;
};

struct flags_link { /* a file that was once linked to a record */
	char sha[65];
	int rec;
};

struct flags_submission {
	int n;
	int event;              /* of the state that was signed off */
	int decided;            /* decisions on it */
	int returned, accepted; /* by one of them, the first; index or -1 */
};

struct flags_decision {
	int of, accepted;
	int rev;
	cJSON *items; /* asked for; NULL = none named */
};

struct flags_year {
	struct store *s;
	struct branch *office, *hall;
	int year;
	const struct edition *ed;
	int64_t now;
	int offset_min;
	char due_submit[16], due_correct[16]; /* "": none */
	cJSON *reviews;                       /* by item, as they are now */

	struct flags_words words;
	struct flags_rec *recs; /* by path */
	size_t n_recs, cap_recs;
	struct flags_rev *revs;
	size_t n_revs, cap_revs;
	size_t n_read; /* the first n_read of them are the year's, in order */
	struct flags_event *events;
	size_t n_events, cap_events;
	struct flags_toggle *toggles; /* in the order of events */
	size_t n_toggles, cap_toggles;
	struct flags_link *links;
	size_t n_links, cap_links;
	struct flags_submission *subs; /* by n */
	size_t n_subs, cap_subs;
	struct flags_decision *decisions; /* in order */
	size_t n_decisions, cap_decisions;
};

/* year 0: the present one. ERR_NOT_FOUND: the office has no such year. */
int flags_year_read(struct flags_year *y, struct store *s, const char *office,
    int year, struct err *e);
void flags_year_release(struct flags_year *y);

/* The text of a number; NULL for -1. */
const char *flags_text(const struct flags_year *y, int word);

/* A revision of either branch by its name, put behind the others if it is not
 * among them; *ret -1 if there is none. */
int flags_year_name(struct flags_year *y, const struct branch *b,
    const char *name, int *ret, struct err *e);

/* The row that a statement stands on, with the columns of FLAGS_REV, as one
 * more revision. */
#define FLAGS_REV                                                              \
	"v.id, v.name, v.commit_id, v.time, v.offset_min, v.received,"         \
	" v.login, v.person, v.device, v.action, v.sequence, v.side"
#define FLAGS_REV_COLS 12

/* All that grows with a year is read by these, each by an index. */
#define FLAGS_RECORDS_SQL                                                      \
	"SELECT id, path FROM record"                                          \
	" WHERE branch = ?1 AND path > ?2 AND path < ?3 ORDER BY path"
#define FLAGS_TOUCHES_SQL "SELECT revision FROM touch WHERE record = ?1"
#define FLAGS_REVISION_SQL                                                     \
	"SELECT " FLAGS_REV ", p.time FROM revision v"                         \
	" LEFT JOIN revision p ON p.commit_id = v.parent"                      \
	" AND p.branch = v.branch WHERE v.id = ?1"
#define FLAGS_CHANGES_SQL                                                      \
	"SELECT field, old, new, long FROM change"                             \
	" WHERE revision = ?1 AND record = ?2"

int flags_year_push(
    struct flags_year *y, sqlite3_stmt *st, int hall, int *ret, struct err *e);

/* The last sign-off before an event (by its index), or NULL. */
const struct flags_submission *flags_year_before(
    const struct flags_year *y, int event);

#endif
