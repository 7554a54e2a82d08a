/*
 * histories: histories of one office in memory, for merge_histories(): versions
 * with none, one or two parents and the records of each.
 *
 * Ownership: history_create() … history_free(); records put in belong to it,
 * those given out are borrowed.
 * Units:     versions are numbered in the order they are made.
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_HISTORIES_H
#define TESTS_SUPPORT_HISTORIES_H

#include "store/merge/merge.h"

#define HISTORY_MAX 512
#define HISTORY_NONE (-1)

struct history;

struct history *history_create(void);
void history_free(struct history *h);

/* NULL: none is known. */
void history_edition(struct history *h, const struct edition *ed);

/* A new version after up to two others, with the files of the first; who wrote
 * it. */
int64_t history_add(
    struct history *h, int64_t first, int64_t second, const char *login);
int64_t history_parent(const struct history *h, int64_t version, int which);

/* rec NULL: the file goes. Takes rec. */
void history_put(
    struct history *h, int64_t version, const char *path, cJSON *rec);
const cJSON *history_get(
    const struct history *h, int64_t version, const char *path);

/* The i-th file of a version by path, NULL behind the last. */
const char *history_file(
    const struct history *h, int64_t version, size_t i, const cJSON **ret);

/* 1 if b is a or comes after it. */
int history_reaches(const struct history *h, int64_t a, int64_t b);

/* 1 if both have the same files. */
int history_same(const struct history *h, int64_t a, int64_t b);

/* The result alone, merge_release(). */
void history_try(
    struct history *h, int64_t hall, int64_t mine, struct merge_result *ret);

/* A version that is the merge of the two. */
int64_t history_merge(struct history *h, int64_t hall, int64_t mine,
    const char *login, struct merge_result *ret_counts);

/* All of a version's files, to a failed test's output. */
void history_print(const struct history *h, int64_t version);

#endif
