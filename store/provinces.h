/*
 * provinces: what a ministry fetches: one directory for each province,
 *
 *   DIR/provinces/<code>/hall.conf     code, name, key and addresses of the hall
 *   DIR/provinces/<code>/ssh_config, known_hosts
 *   DIR/provinces/<code>/province.git  what was fetched: refs/incoming/ as the
 *                                      hall shows it; refs/offices/<code>,
 *                                      refs/halls/<code> and refs/heads/hall
 *                                      once it was checked
 *
 * An office belongs to the province whose code its own begins with: no hall can
 * bring in an office of another province.
 *
 * Ownership: the store's; borrowed until store_reload_conf().
 * Units:     none.
 * Errors:    ERR_NOT_FOUND with a sentence for a province that is not known.
 * Thread:    the store's.
 */
#ifndef STORE_PROVINCES_H
#define STORE_PROVINCES_H

#include "store/store.h"

struct province {
	char code[8];
	struct conf conf;  /* the ministry's, with dir and the hall as an office
			     of this hall would have them */
	struct repo *repo; /* NULL until it was asked for */
};

/* Paths below DIR for a province's code. */
int provinces_dir(const struct conf *c, const char *code, char *ret,
    size_t size, struct err *e);

size_t provinces_count(const struct store *s);
const struct province *provinces_at(const struct store *s, size_t i);
/* That of an office's code, or of a province's. */
int provinces_find(struct store *s, const char *code,
    const struct province **ret, struct err *e);
int provinces_repo(
    struct store *s, const char *code, struct repo **ret, struct err *e);

#endif
