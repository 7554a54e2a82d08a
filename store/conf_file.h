/*
 * conf_file: an INI file read by a table of its settings, strictly.
 *
 * Ownership: none.
 * Units:     lines count from 1.
 * Errors:    ERR_NOT_FOUND (no file), ERR_INVALID with file, line and what is
 * expected: unknown and doubled settings, long lines and lines that begin with
 * a blank (inih would join them to the one above) are refused.
 * Thread:    any.
 */
#ifndef STORE_CONF_FILE_H
#define STORE_CONF_FILE_H

#include <stddef.h>

#include "store/conf.h"

/* One setting: how its text gets into struct conf. At most 64 to a table. */
struct setting {
	const char *section, *name;
	int repeatable;
	int (*set)(struct conf *c, const char *value, struct err *e);
};

int conf_file_read(const char *path, const struct setting *settings, size_t n,
    struct conf *c, struct err *e);

#endif
