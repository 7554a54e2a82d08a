/*
 * registry: registry.json of an office's hall branch: who the office and its
 * hall are and which devices may sign and push.
 *
 * Ownership: the caller frees trees with cJSON_Delete().
 * Units:     none.
 * Errors:    ERR_CONFLICT (the letter or the key is another device's),
 * ERR_REFUSED (the device was revoked), ERR_DAMAGED.
 * Thread:    the writer's.
 */
#ifndef STORE_HALL_REGISTRY_H
#define STORE_HALL_REGISTRY_H

#include "store/store.h"

struct registry_device {
	const char *code, *name; /* of the office */
	char letter[2];
	const char *key; /* "ssh-ed25519 AAAA…" */
};

/* As it is now; an empty object when the office has none yet. */
int registry_read(
    struct store *s, const char *code, cJSON **ret, struct err *e);

/* Puts office, hall (ourselves) and device in; a device that is there already
 * stays as it is. */
int registry_add(struct store *s, cJSON *registry,
    const struct registry_device *d, struct err *e);

/* Appends the hall's own allowed_signers line, and those of all devices:
 * revoked ones too, with the time up to which their revisions stay good. */
void registry_add_hall(struct store *s, struct buf *ret);
int registry_add_signers(
    const cJSON *registry, const char *code, struct buf *ret, struct err *e);

/* Appends the keys of the revoked devices, a line each: what stock git reads as
 * gpg.ssh.revocationFile, for whom no revision of such a key is to be good. */
int registry_add_revoked(
    const cJSON *registry, const char *code, struct buf *ret, struct err *e);

/* At an office: DIR/allowed_signers as the hall's registry has it now, so that
 * stock git knows the office's other devices; written when it differs. */
int registry_refresh_signers(struct store *s, struct err *e);

/* Appends the authorized_keys lines of the active devices. receive: path of
 * pmqa-receive. */
int registry_add_logins(struct store *s, const cJSON *registry,
    const char *code, const char *receive, struct buf *ret, struct err *e);

#endif
