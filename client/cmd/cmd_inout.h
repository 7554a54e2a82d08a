/*
 * cmd_inout: export, import, edit, revert: what leaves the record as a file and
 * comes back, and what is taken back.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h; ERR_INVALID when a file has faults (each is printed).
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_INOUT_H
#define CLIENT_CMD_CMD_INOUT_H

#include "client/file/exchange.h"

extern const struct cmd_desc cmd_inout_rows[];
extern const size_t cmd_inout_n_rows;

/* What only pmqa-report can do: pack and unpack spreadsheets. */
struct inout_xlsx {
	int (*write)(const struct exchange_kind *k, const struct sheet *s,
	    const char *const *labels, struct buf *ret, struct err *e);
	int (*read)(const char *bytes, size_t len, const char *tab,
	    struct sheet *ret, struct err *e);
};

/* xlsx NULL: pmqa becomes pmqa-report where a spreadsheet is met. */
int cmd_export_with(
    struct cmd *c, const struct inout_xlsx *xlsx, struct err *e);
int cmd_import_with(
    struct cmd *c, const struct inout_xlsx *xlsx, struct err *e);

int cmd_export_run(struct cmd *c, struct err *e);
int cmd_import_run(struct cmd *c, struct err *e);
int cmd_edit_run(struct cmd *c, struct err *e);

#endif
