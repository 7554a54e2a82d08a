/*
 * accepted_file: the files of the acceptance log and the form of a line; for
 * accepted.c, accepted_read.c, verify_log.c and the access log beside it (access.h) only.
 *
 * Ownership: an open file is the caller's to close.
 * Units:     bytes; years of the Buddhist era.
 * Errors:    ERR_SYS, ERR_DAMAGED, ERR_NOMEM.
 * Thread:    any.
 */
#ifndef STORE_HALL_ACCEPTED_FILE_H
#define STORE_HALL_ACCEPTED_FILE_H

#include "store/hall/accepted.h"

#define ACCEPTED_YEARS_MAX 200
#define ACCEPTED_NONE                                                          \
	"0000000000000000000000000000000000000000000000000000000000000000"

/* The years that have a file, in order. */
struct accepted_years {
	int list[ACCEPTED_YEARS_MAX];
	int n;
};
int accepted_years(const char *dir, struct accepted_years *ret, struct err *e);

int accepted_path(
    const char *dir, int year, char *ret, size_t size, struct err *e);

/* Opens a year's file to read; *ret_size: where it ends now. */
int accepted_open(
    const char *dir, int year, int *ret_fd, int64_t *ret_size, struct err *e);

/* The same for the files of another log: PREFIXyyyy.jsonl. */
int accepted_years_of(const char *prefix, const char *dir,
    struct accepted_years *ret, struct err *e);
int accepted_path_of(const char *prefix, const char *dir, int year, char *ret,
    size_t size, struct err *e);
int accepted_open_of(const char *prefix, const char *dir, int year, int *ret_fd,
    int64_t *ret_size, struct err *e);

/* Exactly len bytes from there. */
int accepted_pread(int fd, char *into, size_t len, int64_t from, struct err *e);

/* The lock of both logs: another process holds it for the time of one write. */
int accepted_lock(const char *dir, int *ret_fd, struct err *e);

/* All of the line, there. */
int accepted_pwrite(int fd, const struct buf *line, int64_t at, struct err *e);

/* Of the Buddhist era, at a time in Thailand. */
int accepted_year(int64_t t);

/* A line without its end: strict, with the members of the form; *ret NULL: it
 * is none. ret_hash_ok: it is what its hash says. */
int accepted_parse(
    const char *text, size_t len, cJSON **ret, int *ret_hash_ok, struct err *e);

/* The same for a log of another form: its members in byte order, "hash", "prev"
 * and the number "n" among them, the others texts. */
struct accepted_form {
	const char *const *members;
	int n;
};
int accepted_parse_form(const struct accepted_form *f, const char *text,
    size_t len, cJSON **ret, int *ret_hash_ok, struct err *e);
extern const struct accepted_form accepted_form;

/* Every line is told with whether it follows the one before; n and hash: of
 * the last that was told. */
struct accepted_chain {
	const struct accepted_form *form;
	accepted_told *each;
	void *arg;
	int64_t n;
	char hash[ACCEPTED_HASH];
};
/* The next line, without its end; l: its place, the rest is filled in. */
int accepted_tell(struct accepted_chain *c, struct accepted_line *l,
    const char *text, size_t len, struct err *e);

/* The hash that this line is to have: over all but its "hash". */
int accepted_hash(const cJSON *line, char ret[ACCEPTED_HASH], struct err *e);

#endif
