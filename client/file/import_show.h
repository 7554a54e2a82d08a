/*
 * import_show: what an import would change or did change, or why it cannot be,
 * for people and for programs.
 *
 * Ownership: everything is borrowed.
 * Units:     none.
 * Errors:    ERR_NOMEM.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_IMPORT_SHOW_H
#define CLIENT_FILE_IMPORT_SHOW_H

#include "client/file/exchange_file.h"
#include "client/file/import_plan.h"

struct import_file {
	const char *file, *table;
	enum exchange_form form;
	int year;
	int applied;      /* --apply was given */
	int needs_reason; /* a save would have to say why */
};

/* answer: of batch.apply; NULL when there was nothing to ask. */
void import_show_text(struct out *o, const struct import_file *f,
    const struct import_plan *p, const cJSON *answer, const cJSON *describe);

/* {"table","file","format","year","rows","n_changes","records","n_errors",
 * "errors":[{"row","line","column","cell","message","hint"}],"applied",
 * "revision","commit","undo","needs_reason"} */
int import_show_json(struct out *o, const struct import_file *f,
    const struct import_plan *p, const cJSON *answer, struct err *e);

/* Cuts what two long texts have in common at their start, so that one line
 * shows where they differ; for a list of {"field","old","new"}. */
int import_show_focus(cJSON *changes, struct err *e);

#endif
