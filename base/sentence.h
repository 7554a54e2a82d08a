/*
 * sentence: the Thai of an English sentence that was kept or sent without it: a
 * line of the acceptance log, what a hall noted of a push. The catalogue is read
 * backwards: which format gave this sentence, and with which arguments?
 *
 * Ownership: appends to the caller's buffer.
 * Units:     bytes.
 * Errors:    none: a sentence that no format gave stays English.
 * Thread:    any, once err_init_messages() has returned.
 */
#ifndef BASE_SENTENCE_H
#define BASE_SENTENCE_H

#include "base/buf.h"

/* Appends the Thai of en, or en itself. */
void sentence_th(const char *en, struct buf *ret);

#endif
