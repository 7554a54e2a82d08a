/*
 * wording_file: a file of sentences for the points and measures of an edition,
 * from CSV or JSON, and the CSV in which they are to be written.
 *
 * CSV: a first line with the columns id, th and en (th or en may be missing;
 * item and level, which the written form has for its reader, are passed over).
 * An empty cell says nothing: what is known stays. JSON: {"1.1.B1": {"th",
 * "en"}, …}, the same below "texts", or a list of {"id","th","en"}; there null
 * takes a sentence away.
 *
 * Ownership: results are the caller's.
 * Units:     rows as a spreadsheet counts them.
 * Errors:    ERR_INVALID where the file as a whole cannot be read; faults of
 * rows go into the list, all of them.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_WORDING_FILE_H
#define CLIENT_FILE_WORDING_FILE_H

#include "base/buf.h"
#include "base/json.h"

/*
 * edition: the document, for the ids there are. *ret_texts: what edition.wording
 * takes; *ret_faults: [{"row","column","message","message_th"}], row 0 where
 * the form has no rows.
 */
int wording_file_read(const struct buf *bytes, const cJSON *edition,
    cJSON **ret_texts, cJSON **ret_faults, struct err *e);

/* Every point and measure of the edition with the sentences there are. */
int wording_file_write(
    const cJSON *edition, const cJSON *texts, struct buf *ret, struct err *e);

/* Puts the sentences into the document, where its labels are. */
int wording_file_lay(cJSON *edition, const cJSON *texts, struct err *e);

#endif
