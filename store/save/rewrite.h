/*
 * rewrite: records of the office as they are and as they shall be, made one
 * revision; for what takes the past back (revert, restore).
 *
 * Ownership: rewrite_init() on the caller's memory, rewrite_release(); now and
 * work of a record belong to it, work may be changed and replaced by the
 * caller.
 * Units:     none.
 * Errors:    ERR_NOMEM; rewrite_save(): as save_run().
 * Thread:    the writer's, inside a save group.
 */
#ifndef STORE_SAVE_REWRITE_H
#define STORE_SAVE_REWRITE_H

#include "store/look/asof.h"
#include "store/record/record.h"
#include "store/save/save.h"

/* One record: as it is, and a copy that becomes what is saved. */
struct rewrite_record {
	char path[104];
	struct record_path rp;
	struct asof now;
	cJSON *work;    /* NULL: it is not to be there */
	cJSON *changes; /* rewrite_save(): between the two */
};

struct rewrite {
	struct store *s;
	struct branch *b;
	struct rewrite_record **list;
	size_t n, cap;
	int dry_run;
	/* of the save */
	struct save_change *out;
	size_t n_out, cap_out;
};

/* What a revision did last to a record or a field of it. */
struct rewrite_by {
	char name[24]; /* "" : nothing did */
	char login[64], person[160];
	int64_t time;
	int offset_min;
};

int rewrite_init(struct rewrite *w, struct store *s, struct err *e);
void rewrite_release(struct rewrite *w);

/* The record at path, read when it is first asked for. */
int rewrite_record(struct rewrite *w, const char *path,
    struct rewrite_record **ret, struct err *e);

/* 1 if both are absent or the same. */
int rewrite_same(const cJSON *a, const cJSON *b);

/* The newest revision after row `after` on the branch's line that changed the
 * field (NULL: the record), but for those of skip (names; NULL = none). */
int rewrite_changed_by(struct rewrite *w, const char *path, const char *field,
    int64_t after, const cJSON *skip, struct rewrite_by *ret, struct err *e);

/*
 * Saves what differs, as one revision, or (dry_run) checks that it could be
 * saved. *ret: {"revision","commit" (null when dry or nothing differs),
 * "dry_run","record","changes","records":[{"record","changes"}]}, cut where it
 * is very long (brief.h). subject NULL: made from the changes.
 */
int rewrite_save(struct rewrite *w, const struct ask *a, const char *action,
    const char *subject, cJSON **ret, struct err *e);

#endif
