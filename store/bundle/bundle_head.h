/*
 * bundle_head: the beginning of a git bundle: what it builds on, what it
 * brings; read strictly, before git sees it.
 *
 * Form: "# v2 git bundle\n", lines "-<40 hex>[ <text>]\n" (what the receiver
 * must have), lines "<40 hex> <ref>\n" (refs of bundle.h's list, each once,
 * exactly one of them the note's), an empty line, then a pack of version 2.
 *
 * Ownership: struct bundle_head is the caller's memory; bundle_head_release().
 * Units:     bytes.
 * Errors:    ERR_INVALID: no bundle, another kind of bundle, cut.
 * Thread:    any.
 */
#ifndef STORE_BUNDLE_BUNDLE_HEAD_H
#define STORE_BUNDLE_BUNDLE_HEAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define BUNDLE_HEAD_MAX ((size_t)8 * 1024 * 1024)
#define BUNDLE_FILES_MAX 20000
#define BUNDLE_NEEDS_MAX 1000
#define BUNDLE_OBJECTS_MAX 2000000
#define BUNDLE_NOTE_REF "refs/pmqa/bundle/" /* <from>/<to> */

struct bundle_ref {
	char name[96];
	unsigned char id[20];
};

struct bundle_head {
	struct bundle_ref *refs; /* as they come */
	size_t n_refs, cap_refs;
	unsigned char (*needs)[20];
	size_t n_needs, cap_needs;
	size_t len; /* where the pack begins */
	uint32_t n_objects;
	char from[8], to[8]; /* "9105-a", "91": what the note's ref says */
};

/* data: the file's first bytes, BUNDLE_HEAD_MAX of them or all. */
int bundle_head_read(
    const void *data, size_t len, struct bundle_head *ret, struct err *e);
void bundle_head_release(struct bundle_head *h);

/* The id of a ref, NULL if it is not there. Borrowed. */
const unsigned char *bundle_head_ref(
    const struct bundle_head *h, const char *name);

/* "9105-a" or "91-h"; "9105" or "91". */
int bundle_is_device(const char *s);
int bundle_is_place(const char *s);

#endif
