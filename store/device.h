/*
 * device: by which files this machine is which device of its office: the keys,
 * and the letter in pmqad.conf, which alone decides.
 *
 * The key that `init` made is keys/device, whatever its letter; one that came
 * later with a new letter (store/hall/renew.h) is keys/device-<letter>. So the
 * change of one line of pmqad.conf changes letter and key together, and an
 * older key stays where it was.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_SYS; ERR_INVALID for a path that is too long.
 * Thread:    any.
 */
#ifndef STORE_DEVICE_H
#define STORE_DEVICE_H

#include <stddef.h>

#include "store/conf.h"

/* The secret key of a letter of this directory, of the hall's if it is one. */
int device_key_path(
    const struct conf *c, char letter, char *ret, size_t size, struct err *e);

/* Where a key that comes with a new letter is to be; *ret_has: it is there. */
int device_new_key_path(const struct conf *c, char letter, char *ret,
    size_t size, int *ret_has, struct err *e);

/* Makes pmqad.conf say this letter, durably; every other byte stays. */
int device_set_letter(const struct conf *c, char letter, struct err *e);

#endif
