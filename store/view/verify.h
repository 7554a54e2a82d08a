/*
 * verify: proves that repository, database, signatures and receipts agree (I3,
 * I5).
 *
 * From zero (deep): every commit of every branch from the first (admit's rules,
 * with keys from the registry), every index row against the repository and back,
 * every record's bytes against its blob, every receipt, every evidence file
 * against its hash (one that is not here is a warning, as it may be elsewhere),
 * the files of both repositories, the search index, SQLite's own view, the
 * acceptance log. Stretches of a long history are proved by threads; offices
 * are, where not all of their past is looked at.
 *
 * Else what was proved stays proved: by a seal of each branch (verify_seal.h)
 * the proof goes on where the last one ended. Looked at in any case: the newest
 * revisions and their rows, the present state of all records, refs, new receipts
 * and files, all files that were written since, what the logs said before, and a
 * stretch of the old revisions, another one each time. Not looked at: rows of
 * old revisions outside that stretch, and files whose times say that nobody
 * wrote them since. Without a good seal it is a proof from zero. The present
 * state is read whole, and by its sum it is what was proved to be the tip's;
 * else it is held against the tip's trees anew (verify_tip.c).
 *
 * {"ok","deep","since","checked":{"commits","signatures","receipts","evidence",
 *  "records","proved_before"},"findings":[{"severity","class","where","what",
 *  "what_th","advice","advice_th"}]}
 * since: when what was not looked at again was proved; null: nothing was.
 * severity: "error", "warning", "note". class, a word that stays: "database"
 * (the file), "index" (rows of revisions), "state" (rows of records), "stray"
 * (rows of nothing), "search", "journal", "branch" (ref against index), "object"
 * (files and objects of a repository); of a commit: "form", "writer",
 * "signature", "sequence", "records", "content", "clock"; "decision" (of the
 * hall, on what the office never signed off); "access" (its log); "receipt",
 * "evidence", "evidence-missing", "log", "province", "aside", "unindexed",
 * "seal", "unchecked".
 *
 * Ownership: the results are the caller's.
 * Units:     revisions.
 * Errors:    findings are results, not errors; an error means that it could not
 * be checked.
 * Thread:    a reader store; verify_seal() the writer's, outside a group.
 */
#ifndef STORE_VIEW_VERIFY_H
#define STORE_VIEW_VERIFY_H

#include "store/store.h"

struct verify_opts {
	int deep;
	int alone;       /* nobody else writes here: nothing is waited for */
	int threads;     /* 0: as many as there are processors */
	int64_t stretch; /* revisions a thread proves at a time; 0: 4096 */
	void (*progress)(void *arg, int64_t done, int64_t total);
	void *arg;
};

/* *ret_proved: for verify_seal(). */
int verify_with(struct store *s, const struct verify_opts *o, cJSON **ret,
    cJSON **ret_proved, struct err *e);

/* From zero. */
int verify_run(struct store *s,
    void (*progress)(void *arg, int64_t done, int64_t total), void *arg,
    cJSON **ret, struct err *e);

/* Seals what was proved, signed by this machine's key. */
int verify_seal(struct store *s, const cJSON *proved, struct err *e);

#endif
