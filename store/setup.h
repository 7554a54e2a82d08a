/*
 * setup: `init`: makes a directory ready: configuration, key, repository,
 * database.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_CONFLICT when the directory is set up already (nothing is
 * touched); ERR_BUSY while another init works there; ERR_INVALID; ERR_SYS.
 * Thread:    one; after key_init() and giterr_init().
 *
 * Order: everything is made in place, pmqad.conf last and atomically: a
 * directory with it is whole, one without can be run again.
 *   office: keys/device(.pub), allowed_signers, repo.git (bare, HEAD =
 *           refs/heads/office), editions/ (copies of the shipped ones), pmqa.db
 *   hall:   keys/hall(.pub), offices/, editions/, pmqa.db
 */
#ifndef STORE_SETUP_H
#define STORE_SETUP_H

#include "store/conf.h"

/* c: conf_defaults() with dir (may be relative), code and name filled in. */
int setup_init(const struct conf *c, struct err *e);

#endif
