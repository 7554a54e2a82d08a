/*
 * import_plan: what a file would change: its rows beside what the daemon holds,
 * as changes for batch.apply, each with the cell that it comes from; and the
 * faults of cells, all of them.
 *
 * What is empty in a named row is emptied; columns and rows that are not in the
 * file stay as they are. A row without a name is a new action or indicator,
 * unless there is one with the same words already, and its empty cells say
 * nothing: a file that is imported twice changes nothing the second time.
 *
 * Ownership: import_plan_init() … import_plan_release(); the kind is static.
 * Units:     rows and columns of sheets, from 0.
 * Errors:    ERR_NOMEM; faults of the file are in the list.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_IMPORT_PLAN_H
#define CLIENT_FILE_IMPORT_PLAN_H

#include "base/json.h"
#include "client/file/exchange.h"

#define IMPORT_FAULTS_MAX 200

struct import_origin { /* where a change stands in the file */
	size_t row;
	int col; /* -1: the row as a whole */
};

struct import_fault {
	struct import_origin at; /* row SIZE_MAX: the names of the columns */
	struct err err;
};

struct import_plan {
	const struct exchange_kind *k;
	struct sheet now; /* what the daemon holds */
	struct sheet file;
	int map[SHEET_COLS_MAX]; /* column of the file to one of the kind */
	int key[SHEET_COLS_MAX]; /* column of the kind to one of the file */
	cJSON *changes;
	struct import_origin *origins; /* one a change */
	size_t n, cap;
	struct import_fault *faults;
	size_t n_faults; /* also those that are not kept */
};

int import_plan_init(
    struct import_plan *p, const struct exchange_kind *k, struct err *e);
void import_plan_release(struct import_plan *p);

/* now and file are filled: compares them. */
int import_plan_make(struct import_plan *p, struct err *e);

/* The faults in the order of the file. */
void import_plan_sort(struct import_plan *p);

/* Adds a fault; one that is not the file's (memory, the daemon) comes back. */
int import_plan_fault(struct import_plan *p, struct import_origin at,
    const struct err *fault, struct err *e);

#endif
