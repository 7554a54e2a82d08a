/*
 * commit: the bytes of a revision's git commit: building, signing, strict
 * parsing, trailers.
 *
 * Ownership: struct commit owns no memory; armour borrows from the raw bytes.
 * Units:     seconds since 1970, minutes east of UTC.
 * Errors:    ERR_INVALID says which rule is broken.
 * Thread:    any.
 *
 * Form, exactly; no other header, no NUL anywhere, LF at the end:
 *   tree <40 hex>
 *   parent <40 hex>                     none, one or two
 *   author <person> <<login>@<office>> <time> <offset>
 *   committer <device> <<letter>@<office>> <the same time and offset>
 *   gpgsig <SSH armour, later lines after a blank>
 *
 *   <subject>
 *
 *   <reason>                            with the blank line after it, or not
 *
 *   Action: <id>
 *   Device: <device>
 *   Edition: <id, or ->
 *   Sequence: <number>
 *   Content-SHA256: <64 hex>
 *
 * Content-SHA256 = SHA-256 over "parent <Content-SHA256 of the parent>\n" per
 * parent (64 zeros when there is none), then per path changed against the first
 * parent, in byte order, "<SHA-256 of the new bytes, or - if removed>
 * <path>\n" with two blanks between, as sha256sum writes it.
 */
#ifndef STORE_SIGN_COMMIT_H
#define STORE_SIGN_COMMIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "store/sign/key.h"

#define COMMIT_MAX ((size_t)64 * 1024)
#define COMMIT_REASON_MAX 4000
#define COMMIT_ID_LEN 20
#define COMMIT_CONTENT_LEN 32

struct commit {
	unsigned char tree[COMMIT_ID_LEN];
	int n_parents;
	unsigned char parents[2][COMMIT_ID_LEN];
	char person[160]; /* full name (author name) */
	char login[72]; /* author mail's local part; mail is <login>@<office> */
	char office[8]; /* "9105" or "91" */
	char device[16]; /* committer name, e.g. "9105-a", "91-h"; mail is
			    <letter>@<office> */
	int64_t time;    /* author and committer time are the same */
	int offset_min;
	char subject[256];
	char reason[COMMIT_REASON_MAX + 1]; /* "" if none */
	char action[32];  /* "tick", "set", "open", "receipt", "enroll" …
			     [a-z0-9-] */
	char edition[72]; /* "" shown as "-" */
	int64_t sequence; /* per device, from 1 */
	unsigned char content[COMMIT_CONTENT_LEN];
	/* set by commit_parse(): */
	const char *armour; /* borrowed from raw, still with header continuation
			       blanks: use commit_verify() */
	size_t armour_len;
};

/* The letter of the device name ("9105-a" -> 'a'); revision name is letter +
 * sequence ("a142"). */
char commit_letter(const struct commit *c);
void commit_name(const struct commit *c, char ret[24]);

/* Appends the signed raw commit (content of a git commit object, without object
 * header). Cleans no field: unsafe characters are ERR_INVALID. */
int commit_build(const struct commit *c, const struct key *k,
    struct buf *ret_raw, struct err *e);

/* Strict: accepts exactly what commit_build() can produce. */
int commit_parse(
    const char *raw, size_t len, struct commit *ret, struct err *e);

/* Verifies the signature over the raw commit (namespace "git"); gives the key
 * that signed. */
int commit_verify(const char *raw, size_t len,
    unsigned char ret_pub[KEY_PUBLIC_LEN], struct err *e);

/* Git object id (SHA-1 over "commit <len>\0" + raw; through git_odb_hash). */
int commit_id(const char *raw, size_t len, unsigned char ret[COMMIT_ID_LEN],
    struct err *e);

/* One changed file for the content hash: bytes NULL = removed. Sorted by path
 * by the caller. */
struct commit_file {
	const char *path;
	const char *bytes;
	size_t len;
};
int commit_content(const struct commit_file *files, size_t n, int n_parents,
    const unsigned char parent_content[][COMMIT_CONTENT_LEN],
    unsigned char ret[COMMIT_CONTENT_LEN], struct err *e);

/* 40 hex digits + NUL. */
void commit_hex(const unsigned char id[COMMIT_ID_LEN], char ret[41]);
int commit_unhex(
    const char *hex, unsigned char ret[COMMIT_ID_LEN], struct err *e);

#endif
