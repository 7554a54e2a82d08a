/*
 * tamper_ways: ways to alter what an office or a hall has on its disk, each with
 * one word of text, so that a table can name them.
 *
 * Ownership: the pair is the caller's.
 * Units:     none.
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_TAMPER_WAYS_H
#define TESTS_SUPPORT_TAMPER_WAYS_H

#include "tests/support/tamper.h"

/* Which directory of the pair is altered from now on. */
void alter_in(struct tamper *x, const char *directory);

void alter_sql(const char *arg);
void alter_forge(const char *arg);
void alter_bit_of_object(const char *spec);
void alter_object_gone(const char *spec);
void alter_object_cut(const char *spec);
void alter_object_swapped(const char *two);
void alter_pack_bit(const char *name);
void alter_ref_to(const char *arg);
void alter_ref_gone(const char *arg);
void alter_unsigned_commit(const char *ref);
void alter_log_sed(const char *script);
void alter_access_sed(const char *script);
void alter_province_ref(const char *arg);
void alter_province_renamed(const char *script);
void alter_province_bit(const char *arg);
void alter_hall_rewound(const char *arg);
void alter_log_made_anew(const char *arg);
void alter_log_road(const char *road);
void alter_evidence_bit(const char *arg);
void alter_evidence_gone(const char *arg);
void alter_evidence_short(const char *arg);
void alter_receipt_by_stranger(const char *arg);
void alter_stolen_key(const char *how);

#endif
