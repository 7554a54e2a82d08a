/*
 * evidence_door: what pmqa-receive asks of the store about the bytes of one
 * evidence file: is it this office's, and may this push in? Works on the bare
 * repositories alone, as door does.
 *
 * A file has two names at the hall, as at the office (evidence_repo.h): while
 * parts are missing refs/uploads/<sha256>, which only grows and is no promise;
 * and refs/evidence/<sha256>, made once, by a push of the whole chain.
 *
 * Ownership: none.
 * Units:     bytes, parts.
 * Errors:    ERR_REFUSED with the sentence for the person.
 * Thread:    one.
 */
#ifndef STORE_EVIDENCE_EVIDENCE_DOOR_H
#define STORE_EVIDENCE_EVIDENCE_DOOR_H

#include "store/admit/door.h"
#include "store/evidence/evidence_repo.h"

struct evidence_claim { /* what the office's signed record says */
	int64_t size;
	int parts;
};

/* The record evidence/<sha>.json as the hall has it; ERR_REFUSED when there is
 * none or the file was erased. */
int evidence_door_claim(const char *office_repo, const char *sha,
    struct evidence_claim *ret, struct err *e);

/* The most that a push of such a file can have on the wire. */
int64_t evidence_door_max_input(const struct evidence_claim *c);

struct evidence_push {
	const char *office_repo;   /* HALL/offices/9105.git */
	const char *evidence_repo; /* HALL/evidence/9105.git */
	const char *objects_dir;   /* the quarantine, may be NULL */
	const char *device;        /* "9105-a" */
	const char *sha;           /* of the path that was asked for */
};

/* Checks one push of one active device: one ref of this file, made or moved
 * forward, nothing but the parts in it. */
int evidence_door_check(const struct evidence_push *p,
    const struct door_update *u, size_t n, struct err *e);

#endif
