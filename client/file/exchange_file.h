/*
 * exchange_file: the forms of a file: CSV, JSON, XLSX. Spreadsheets are packed
 * and unpacked by pmqa-report alone (cmd_main.h).
 *
 * Ownership: sheets are the caller's.
 * Units:     bytes.
 * Errors:    ERR_INVALID names the place in the file; ERR_USAGE for a form that
 * there is not.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_EXCHANGE_FILE_H
#define CLIENT_FILE_EXCHANGE_FILE_H

#include "client/file/exchange.h"

enum exchange_form { FORM_NONE, FORM_CSV, FORM_JSON, FORM_XLSX };

/* What a file to write is: --format, else the end of its name, else CSV. */
int exchange_form_of(const struct cmd *c, const char *file,
    enum exchange_form *ret, struct err *e);

/* What a file that was read is: --format, else by its bytes. */
int exchange_form_seen(const struct cmd *c, const struct buf *bytes,
    enum exchange_form *ret, struct err *e);

const char *exchange_form_name(enum exchange_form f);

/* {"pmqa","year","rows":[{column: value}]}: sets as lists, true and false,
 * whole numbers, decimals as texts, null where a cell is empty. */
int exchange_to_json(const struct exchange_kind *k, const struct sheet *s,
    int year, cJSON **ret, struct err *e);
/* Such a document, or its list alone; rows may name fewer columns. */
int exchange_from_json(
    const struct buf *bytes, struct sheet *ret, struct err *e);

void exchange_to_csv(
    const struct exchange_kind *k, const struct sheet *s, struct buf *ret);

#endif
