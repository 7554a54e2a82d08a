/*
 * repo_pins: is a repository still what repo_create() made? Its configuration,
 * and nothing beside it that makes git read other objects or run programs.
 * Whoever looks after a machine may have changed it in good faith.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_DAMAGED with a sentence: what only a person can put right;
 * ERR_SYS.
 * Thread:    any; repo_pins_hold() with the store's lock held.
 */
#ifndef STORE_GIT_REPO_PINS_H
#define STORE_GIT_REPO_PINS_H

#include "base/err.h"

/* What was found and put right: one English sentence for the log. */
typedef void repo_pins_told(void *arg, const char *what);

/*
 * Writes the configuration again where it differs, takes rights from others,
 * and moves what does not belong there (alternates, grafts, shallow,
 * replacements, hooks …) into the directory "set-aside" in the repository. No
 * repository at path: 0.
 */
int repo_pins_hold(
    const char *path, repo_pins_told *told, void *arg, struct err *e);

/* Changes nothing: ERR_DAMAGED when something is there that must not be. Cheap:
 * for every push. */
int repo_pins_check(const char *path, struct err *e);

#endif
