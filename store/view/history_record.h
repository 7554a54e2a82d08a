/*
 * history_record: what histories and blame share: the record that a word of a
 * person means, and how a revision is told.
 *
 * Ownership: everything is borrowed.
 * Units:     row ids.
 * Errors:    ERR_NOT_FOUND, ERR_INVALID with a hint.
 * Thread:    the store's.
 */
#ifndef STORE_VIEW_HISTORY_RECORD_H
#define STORE_VIEW_HISTORY_RECORD_H

#include "store/look/named.h"
#include "store/record/record.h"
#include "store/store.h"

/* One revision's row, with its columns. */
#define HISTORY_ROW                                                            \
	"SELECT id, name, commit_id, parent, time, offset_min, received,"      \
	" login, person, device, action, reason, parent2, side"                \
	" FROM revision WHERE id = ?1"
enum history_column {
	ROW_ID,
	ROW_NAME,
	ROW_COMMIT,
	ROW_PARENT,
	ROW_TIME,
	ROW_OFFSET,
	ROW_RECEIVED,
	ROW_LOGIN,
	ROW_PERSON,
	ROW_DEVICE,
	ROW_ACTION,
	ROW_REASON,
	ROW_PARENT2,
	ROW_SIDE
};

#define HISTORY_PATH NAMED_PATH

struct history_record {
	char path[HISTORY_PATH]; /* "2565/items/1.1.json" */
	struct record_path rp;
	int64_t id; /* its row; 0: nothing ever touched it */
};

/* word: as of named.h (of the year; 0 = the cycle that is being worked on);
 * field NULL: any, else it must be one of the type. */
int history_record_find(struct store *s, const struct branch *b, int year,
    const char *word, const char *field, struct history_record *ret,
    struct err *e);

/* 1 if the field stood still on the branch's own line: none of its revisions
 * after the one up to the other changed it. */
int history_record_stood(struct store *s, int64_t record, const char *field,
    int64_t after, int64_t up_to, struct err *e);

/* "revision", "commit", "time", "received", "person", "device", "action",
 * "reason" of the row that st stands on. */
int history_record_put_who(
    struct store *s, cJSON *out, sqlite3_stmt *st, struct err *e);

/* "parents" and "side". */
int history_record_put_shape(cJSON *out, sqlite3_stmt *st, struct err *e);

#endif
