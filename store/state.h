/*
 * state: what is inside struct store; for store.c, branch.c, find.c, shelf.c,
 * save.c and journal.c only; the shelf also for cycle.c.
 *
 * Ownership: all of it belongs to the store.
 * Units:     none.
 * Errors:    none.
 * Thread:    the store's.
 */
#ifndef STORE_STATE_H
#define STORE_STATE_H

#include "store/provinces.h"
#include "store/store.h"

struct open_repo {
	char office[8];
	struct repo *repo;
};

struct shelved { /* an edition, kept as long as the store: users borrow it */
	unsigned char blob[20];
	struct edition *edition;
};

struct backup;

struct store {
	enum store_mode mode;
	struct conf conf;
	char device[16];
	int lock_fd; /* -1 for readers */
	struct db *db;
	struct key key;
	struct open_repo *repos;
	size_t n_repos;
	struct province *provinces; /* a ministry's */
	size_t n_provinces;
	struct branch **branches;
	size_t n_branches;
	struct shelved *shelf;
	size_t n_shelf;
	struct backup *backup; /* under way, or NULL */
	int in_group;
	struct err group_err; /* why SQLite undid the group on its own */
	int broken; /* memory could not be put right after a failed group */
};

/* Name of the branch that this program writes. */
const char *store_own_name(const struct store *s);

/* --- a ministry's (provinces.c) --- */
/* Those that are set up, read anew; every repository is closed. */
int store_load_provinces(struct store *s, struct err *e);
void store_close_provinces(struct store *s);
/* An office's part of its province's repository. */
int store_open_view(
    struct store *s, const char *office, struct repo **ret, struct err *e);
/* Codes of the offices whose branches were checked, sorted; to be freed. */
int store_list_fetched(
    struct store *s, char (**ret)[8], size_t *ret_n, struct err *e);

/* A cached or stored branch; ERR_NOT_FOUND if there is no row. */
int store_find_branch(struct store *s, const char *office, const char *which,
    struct branch **ret, struct err *e);

/* Appends a file of an edition by id from DIR/editions or the shipped ones;
 * ERR_NOT_FOUND if neither has it or (blob not NULL) it is not that blob. */
int shelf_read_file(struct store *s, const char *id, const unsigned char *blob,
    struct buf *ret, struct err *e);
/* The edition made of these bytes, from the shelf or parsed and put there. */
int shelf_edition(struct store *s, const struct buf *bytes,
    const struct edition **ret, unsigned char ret_blob[20], struct err *e);
/* By blob alone, if it is on the shelf; else NULL. */
const struct edition *shelf_find(
    const struct store *s, const unsigned char blob[20]);
/* Calls each() with the id of every file of DIR/editions, then of the shipped
 * ones (shipped 1). */
typedef int shelf_told(void *arg, const char *id, int shipped, struct err *e);
int shelf_each(struct store *s, shelf_told *each, void *arg, struct err *e);
/* Appends a shipped file by id; ERR_NOT_FOUND. */
int shelf_read_shipped(
    struct store *s, const char *id, struct buf *ret, struct err *e);
/* The greatest id of DIR/editions, else of the shipped ones. */
int shelf_newest(struct store *s, char ret[72], struct err *e);

#endif
