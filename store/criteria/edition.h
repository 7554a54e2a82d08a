/*
 * edition: one version of the criteria: categories, items, points per level,
 * measures, scoring policy, thresholds (domain/pmqa.md).
 *
 * Nothing of an edition is code: counts, weights, points and thresholds come
 * from its file.
 *
 * Ownership: struct edition is made by edition_parse() and freed by
 * edition_free(); what its getters return is borrowed. Units:     scores in
 * points of the edition's scale (0..500), as integers in the file. Errors:
 * ERR_INVALID with the place in the file. Thread:    an edition is read-only
 * once made: any thread.
 */
#ifndef STORE_CRITERIA_EDITION_H
#define STORE_CRITERIA_EDITION_H

#include <stddef.h>

#include "base/json.h"

enum level {
	LEVEL_NONE = -1,
	LEVEL_BASIC = 0,
	LEVEL_ADVANCE = 1,
	LEVEL_SIGNIFICANCE = 2
};
#define N_LEVELS 3

struct edition_item {
	const char *id;       /* "1.1" */
	const char *category; /* "1" */
	const char *kind;     /* "process" or "result" */
	const char *title_th, *title_en;
	int n_points[N_LEVELS]; /* 0 for result items */
	const cJSON *json;      /* the item as in the file: points, measures */
};

struct edition;

/* Canonical bytes to an edition, everything checked (ids unique and well
 * formed, levels known, policy complete). */
int edition_parse(
    const char *s, size_t len, struct edition **ret, struct err *e);
void edition_free(struct edition *ed);

/* The same checks on a tree (canonical form aside). */
int edition_check(const cJSON *json, struct err *e);

/* All faults of a file, each told with its place ("items[1.1]"), until told()
 * gives less than 0: that is the result. */
typedef int edition_told(void *arg, const char *where, const struct err *fault);
int edition_check_all(const cJSON *json, edition_told *told, void *arg);

/* Sentences for points and measures (wording.h): {"1.1.B1": {"th","en"},…}, one
 * line each of at most so many bytes; with ed (may be NULL) of points and
 * measures that it has. */
#define EDITION_SENTENCE_MAX 2000
int edition_wording_check(
    const cJSON *texts, const struct edition *ed, struct err *e);

const char *edition_id(const struct edition *ed); /* "pmqa4-2562" */
const cJSON *edition_json(const struct edition *ed);
size_t edition_n_items(const struct edition *ed);
const struct edition_item *edition_item_at(
    const struct edition *ed, size_t i); /* in order 1.1 … 7.6 */
const struct edition_item *edition_item(
    const struct edition *ed, const char *id); /* NULL if none */
/* The same, or ERR_NOT_FOUND with a sentence that names the items there are. */
int edition_find_item(const struct edition *ed, const char *id,
    const struct edition_item **ret, struct err *e);
size_t edition_n_categories(const struct edition *ed);
const char *edition_category_at(const struct edition *ed, size_t i,
    const char **ret_th, const char **ret_en); /* id */
/* The category's share of the total, relative to the others' (1 each: a plain
 * mean). */
long edition_category_weight(const struct edition *ed, size_t i);

/* How items are scored. */
struct edition_policy {
	long points[N_LEVELS]; /* what a complete level adds: 300, 100, 100 */
	int partial;           /* an incomplete level earns its share of them */
	long max;              /* their sum: a full item, category or total */
	const cJSON *result;   /* "policy.result": score_result.h reads it */
};
const struct edition_policy *edition_policy(const struct edition *ed);

/* A point "1.1.B2": its item and level; ERR_NOT_FOUND (sentence names the
 * item's points) when the edition has none such. */
int edition_point(const struct edition *ed, const char *point,
    const struct edition_item **ret_item, enum level *ret_level, struct err *e);

/* The form of a point's name alone: 1 and its item and level when well formed
 * ("1.1.B2"), else 0. */
int edition_split_point(
    const char *point, char ret_item[8], enum level *ret_level);
/* The form of an item's name: "1.1" … "9.99". */
int edition_is_item(const char *s);

/* "basic", "advance", "significance"; "none" for LEVEL_NONE. */
const char *level_name(enum level l);

#endif
