/*
 * crowd: a hall with many offices, each with a long history, made in process:
 * real saves with real keys, in large groups. For the bench and for tests that
 * need hundreds of offices; it uses nothing of cmocka.
 *
 * Ownership: stores are the caller's, texts are borrowed.
 * Units:     revisions.
 * Errors:    whatever fails ends the program with its sentence.
 * Thread:    one; after key_init() and giterr_init().
 */
#ifndef TESTS_SUPPORT_CROWD_H
#define TESTS_SUPPORT_CROWD_H

#include <stdio.h>

#include "store/store.h"

struct crowd_office {
	const char *dir;  /* where it is made; joined to the hall */
	const char *code; /* "9105" */
	int revisions;    /* brought to the hall's repository */
	int pending;      /* so many more, in its own alone */
	FILE *ids;        /* gets the pending ones, oldest first: 40 hex
			     digits a line; NULL if there are none */
};

/* A hall; url is the address in its answers (NULL: dir itself), with the line of
 * its sshd's host key, or NULL. */
void crowd_hall(const char *dir, const char *code, const char *url,
    const char *host_key, struct store **ret);

/* An office's own directory, opened; and its place at a hall. */
void crowd_office(const char *dir, const char *code, struct store **ret);
/* The same of its device with that letter. */
void crowd_device(
    const char *dir, const char *code, char letter, struct store **ret);
void crowd_join(struct store *hall, struct store *office);

/* Makes one office, enrols it and brings its revisions into the hall's
 * repository past the door. The hall has still to absorb them. */
void crowd_add(struct store *hall, const struct crowd_office *o);

/* An office's branch to the hall's repository, past the door. */
void crowd_push(const char *dir, const char *hall, const char *code);

/* Ends the program with the sentence of a fault. */
void crowd_check(int rc, const struct err *e, const char *what);

#endif
