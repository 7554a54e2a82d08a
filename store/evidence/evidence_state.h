/*
 * evidence_state: what the parts of evidence.h share; for evidence*.c,
 * verify_evidence.c and bundle_*.c only.
 *
 * Ownership: struct evidence_rec is the caller's memory, holds no pointers.
 * Units:     bytes.
 * Errors:    as evidence.h.
 * Thread:    the store's.
 */
#ifndef STORE_EVIDENCE_EVIDENCE_STATE_H
#define STORE_EVIDENCE_EVIDENCE_STATE_H

#include "store/evidence/evidence.h"

#define EVIDENCE_PATH_LEN 80

struct evidence_rec { /* evidence/<sha256>.json */
	char sha[EVIDENCE_SHA_LEN + 1];
	char name[304], type[104];
	int64_t size;
	int parts;
	/* redacted_time "" as long as it is not */
	char redacted_time[32], redacted_login[80], redacted_name[304];
	char redacted_reason[4004];
};

/* "evidence/<sha>.json" */
void evidence_record_path(const char *sha, char ret[EVIDENCE_PATH_LEN]);
/* The record of a file, by its whole hash; ERR_NOT_FOUND. */
int evidence_record(struct store *s, const char *office, const char *sha,
    struct evidence_rec *ret, struct err *e);
/* From a record's stored bytes; path as in the database. */
int evidence_record_read(const char *path, const void *bytes, size_t len,
    struct evidence_rec *ret, struct err *e);
/* Calls each() for every evidence record of the office, by hash. */
int evidence_each_record(struct store *s, const char *office,
    int (*each)(void *arg, const struct evidence_rec *rec, struct err *e),
    void *arg, struct err *e);

/* The office's evidence repository; ERR_NOT_FOUND if there is none (yet). */
int evidence_open_repo(struct store *s, const char *office, int create,
    struct evidence_repo **ret, struct err *e);

/* The whole code of an office ("" = own), as rows have it. Borrowed. */
int evidence_office(
    struct store *s, const char *office, const char **ret, struct err *e);

struct evidence_named {
	char sha[EVIDENCE_SHA_LEN + 1];
	int64_t size;
};
struct evidence_names { /* grows; free(list) */
	struct evidence_named *list;
	size_t n, cap;
};
int evidence_names_add(
    struct evidence_names *l, const char *sha, int64_t size, struct err *e);

/* Parts of a file of so many bytes. */
int evidence_parts_of(int64_t size);
/* item is "profile" or one of the edition's. */
int evidence_check_item(
    const struct edition *ed, const char *item, struct err *e);
/* 64 lower-case hex digits, else ERR_INVALID. */
int evidence_check_sha(const char *sha, struct err *e);

/* --- evidence_link.c --- */
#define EVIDENCE_LINK_LEN 40
/* The record that links: the item's answer, or the profile. */
void evidence_link_path(
    int year, const char *item, char ret[EVIDENCE_LINK_LEN]);
/* One more file for the item (path: its record): is there room? *ret_linked: it
 * is there already. */
int evidence_check_room(struct store *s, const char *path, const char *item,
    const char *sha, int *ret_linked, struct err *e);

/* --- evidence_upload.c --- */
struct evidence_upload { /* what was told when it was begun */
	char name[304];
	int64_t size;
	int parts;
};
int evidence_find_upload(struct store *s, const char *sha,
    struct evidence_upload *ret, struct err *e);
/* The record of a file that was added before; *ret_known 0 if there is none.
 * ERR_DENIED if it was erased. */
int evidence_known(struct store *s, const char *sha, struct evidence_rec *ret,
    int *ret_known, struct err *e);

/* --- evidence_litter.c --- */
/* Litter, once a day. */
int evidence_tidy(struct store *s, const char *office, struct err *e);

#endif
