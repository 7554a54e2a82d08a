/*
 * receipts: what the hall signed for, to be listed, kept elsewhere and checked
 * without this program.
 *
 * Ownership: the result is the caller's.
 * Units:     counts.
 * Errors:    ERR_INVALID for a cursor or a limit that makes no sense. A receipt
 * that does not pass the check is no error: its row says so.
 * Thread:    a reader's (or the writer's).
 */
#ifndef STORE_VIEW_RECEIPTS_H
#define STORE_VIEW_RECEIPTS_H

#include "base/json.h"
#include "store/store.h"

#define RECEIPTS_MAX 200

struct receipts_query {
	const char *office; /* "" = own */
	int limit;          /* 1..RECEIPTS_MAX */
	const char *cursor; /* NULL: from the newest */
	int files;          /* those of evidence files */
};

/*
 * {"hall","principal","key","receipts":[{"name","revision"|"sha256","tip",
 * "time","ok","fault"|null,"fault_th","text","signature"}],"cursor"|null},
 * newest first. name: a file name without ending. text and signature are what
 * ssh-keygen -Y verify takes, principal and key what its list of signers holds.
 */
int receipts_list(struct store *s, const struct receipts_query *q, cJSON **ret,
    struct err *e);

#endif
