/*
 * anchor: the tips of all histories at one moment, signed, short enough for
 * paper: whoever keeps it can prove later that nothing of what stood then was
 * taken out or written anew.
 *
 * Text signed (namespace "pmqa-anchor", checkable with ssh-keygen -Y verify):
 *   pmqa anchor 1
 *   by 91-h                              the device that signs
 *   time 2026-11-22T13:14:15+07:00
 *   part 1/2                             a big hall's are several
 *   log 1234 <64 hex>                    a hall: head of its acceptance log
 *   tip refs/heads/hall <40 hex>         names as in province.git (province.h);
 *   tip refs/halls/9105 <40 hex>         an office's own repository calls the
 *   tip refs/offices/9105 <40 hex>       last two refs/heads/hall and …/office
 * Behind it, where it is carried in few signs, one line more:
 *   signature <base64 of the 64 bytes>
 *
 * Ownership: struct anchor is the caller's memory; it holds none of its own.
 * Units:     seconds since 1970.
 * Errors:    ERR_INVALID says what is malformed; ERR_USAGE at a ministry.
 * Thread:    anchor_make() the writer's, outside a save group; anchor_check()
 * the store's; the others any.
 */
#ifndef STORE_AUDIT_ANCHOR_H
#define STORE_AUDIT_ANCHOR_H

#include "base/json.h"
#include "store/store.h"

/* Offices in one part: a code that a telephone reads from paper. */
#define ANCHOR_OFFICES 5
#define ANCHOR_TIPS (2 * ANCHOR_OFFICES + 1)
#define ANCHOR_PARTS_MAX 999
#define ANCHOR_TEXT_MAX ((size_t)512 * 1024)

struct anchor_tip {
	char ref[40];
	unsigned char id[COMMIT_ID_LEN];
};

struct anchor {
	char device[16];
	int64_t time;
	int offset_min;
	int part, parts;
	int64_t log_n; /* 0: no log, or nothing in it */
	char log_hash[65];
	struct anchor_tip tips[ANCHOR_TIPS];
	size_t n_tips;
};

/* Signed text, appended. */
void anchor_text(const struct anchor *a, struct buf *ret);

/* One part with its line of signature or its armour, and what follows: *text
 * moves behind it. Blanks at the ends of lines, CR, and lines before it mean
 * nothing. ERR_NOT_FOUND: there is none any more. */
struct anchor_signature {
	int raw; /* 64 bytes; else armour */
	unsigned char bytes[64];
	struct buf armour;
};
int anchor_parse(const char **text, struct anchor *ret,
    struct anchor_signature *ret_signature, struct err *e);

/*
 * Of all that is here now, written to the repositories and (a hall) to
 * province.git before: {"by","key","fingerprint","time","parts":[{"text",
 * "signature":armour,"line":text with the line of signature}]}
 */
int anchor_make(struct store *s, cJSON **ret, struct err *e);

/*
 * Does what is here contain what the text names? {"ok","parts":[{"by","time",
 * "part","of","signature":"good|bad|unknown","fault"|null,"fault_th"|null,
 * "log":{"n","hash","state"}|null,"tips":[{"ref","commit","now"|null,"state":
 * "contained|missing|parted|elsewhere"}]}]}
 * missing: the commit is not here; parted: it is, but the branch does not lead
 * to it any more; elsewhere: that repository is not kept here. ok: every
 * signature is good, nothing is missing or parted, and something is contained.
 */
int anchor_check(struct store *s, const char *text, cJSON **ret, struct err *e);

#endif
