/*
 * store: an opened directory: configuration, database, repositories, key,
 * editions. Everything below works on it.
 *
 * Ownership: store_open() … store_close(). A writer store holds the directory's
 * lock (DIR/lock): a second one is ERR_BUSY with a sentence that names the
 * process; reader stores take no lock. Units:     none. Errors:    as in the
 * functions below; ERR_DAMAGED when journal, database and repository contradict
 * each other. Thread:    a struct store belongs to one thread: the writer's to
 * the store thread, the reader's to the reader thread.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "store/conf.h"
#include "store/criteria/edition.h"
#include "store/db/db.h"
#include "store/git/repo.h"
#include "store/sign/commit.h"
#include "store/sign/key.h"

enum store_mode {
	STORE_WRITE,
	STORE_READ,
	/* As STORE_WRITE, for `pmqad --reindex`: opens also when the database
	 * is missing, behind its repositories or damaged (a damaged file is
	 * set aside as pmqa.db.damaged); absorb_reindex() must follow. */
	STORE_REPAIR
};

struct branch {     /* one branch of one office's repository */
	int64_t id; /* row in table branch */
	char office[8];
	char name[8]; /* "office" or "hall" */
	int own;      /* this program writes it */
	int n;        /* revisions on it */
	int has_tip;
	unsigned char tip[20]; /* newest revision, journal included */
	unsigned char content[COMMIT_CONTENT_LEN]; /* its Content-SHA256 */
	int64_t tip_time;
	int64_t
	    sequence; /* last of this program's own device on it; 0 = none */
	/* its newest assessment's, kept by a writer; NULL = to be looked up */
	const struct edition *edition;
	int cycle;
	int fresh;         /* it is open and was never submitted */
	struct repo *repo; /* borrowed from the store */
	struct tree
	    *tree; /* own branches, loaded when first written; else NULL */
};

struct store;

int store_open(
    const char *dir, enum store_mode mode, struct store **ret, struct err *e);
void store_close(struct store *s);

const struct conf *store_conf(const struct store *s);
/* After an enrolment, or when this machine became another device. */
int store_reload_conf(struct store *s, struct err *e);
/* Something was left half done that only the next start can put right: until
 * then nothing is saved. */
void store_set_broken(struct store *s);
struct db *store_db(struct store *s);
/* Without its secret half in a reader store. */
const struct key *store_key(const struct store *s);
/* Name of the device that signs here: "9105-a", "91-h". */
const char *store_device(const struct store *s);
enum store_mode store_mode(const struct store *s);

/* The repository of an office ("" = our own, at an office), opened when first
 * asked for; ERR_NOT_FOUND names the office. */
int store_repo(
    struct store *s, const char *office, struct repo **ret, struct err *e);

/* Lets go of what the open repositories keep of packs that may be gone: after
 * a repack (store/git/tidy.h). */
int store_let_go(struct store *s, struct err *e);

/* Gives back the memory of database pages that were read: nobody asks just
 * now. */
void store_rest(struct store *s);

/* A branch, from cache or database; made when absent (a reader, which cannot
 * make it, gets one with id 0 and no revisions). which: "office" or "hall".
 * Borrowed until store_forget_branches(); a writer keeps it up to date, a
 * reader reads it anew at each call. */
int store_branch(struct store *s, const char *office, const char *which,
    struct branch **ret, struct err *e);

/* Drops the cached branches (after a rollback or an absorb by the other thread:
 * the database is right). */
void store_forget_branches(struct store *s);

/* Reads a branch's row into *b again, and forgets its tree. The writer's. */
int store_reload_branch(struct store *s, struct branch *b, struct err *e);

/* The branch that this program writes in an office's repository ("" = own). */
int store_own_branch(
    struct store *s, const char *office, struct branch **ret, struct err *e);

/* Calls each() for every repository that is here (office: its own; hall: every
 * enrolled office, by code). Stops at the first error. */
int store_each_office(struct store *s,
    int (*each)(void *arg, const char *office, struct err *e), void *arg,
    struct err *e);

/* The same, but one office's trouble keeps no other from its turn: the first
 * fault is told at the end. Only what concerns this machine (no memory, a disk
 * that failed) stops at once. */
int store_every_office(struct store *s,
    int (*each)(void *arg, const char *office, struct err *e), void *arg,
    struct err *e);

/* Id that git gives a blob of these bytes. */
int store_blob_id(
    const void *data, size_t len, unsigned char ret[20], struct err *e);

/*
 * Edition by blob id (pinned) or, with blob NULL, the newest file with this
 * edition id: looked for in the hall branch, then DIR/editions, then the
 * shipped ones; cached. ret_blob may be NULL. ERR_NOT_FOUND names the id.
 */
int store_edition(struct store *s, const char *office, const char *id,
    const unsigned char *blob, const struct edition **ret,
    unsigned char ret_blob[20], struct err *e);

/* The id of the edition to use when nobody names one: the greatest in byte
 * order on the hall branch, else in DIR/editions, else of the shipped ones. */
int store_newest_edition(
    struct store *s, const char *office, char ret[72], struct err *e);

/* Canonical bytes of a record as of now, appended; ERR_NOT_FOUND if absent.
 * ret_rev: its last revision's row id (may be NULL). */
int store_record(struct store *s, const struct branch *b, const char *path,
    struct buf *ret, int64_t *ret_rev, struct err *e);

/* Bytes of a blob: repository, or the journal while unwritten. */
int store_blob(struct store *s, const struct branch *b,
    const unsigned char id[20], struct buf *ret, struct err *e);

/* The assessment the office works on: the year given, or with year 0 the newest
 * opened one; ERR_NOT_FOUND with the hint "pmqa assess open YEAR". */
int store_cycle(struct store *s, const char *office, int year, int *ret_year,
    const struct edition **ret, struct err *e);

#endif
