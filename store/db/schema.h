/*
 * schema: the tables, and the migrations from each released version to the
 * next.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_DAMAGED (not our file, application_id), ERR_FAILED (made by a
 * newer program: the sentence names both versions). Thread:    the writer's.
 *
 * user_version is raised in the same transaction as the change. The tables are
 * described where they are made (schema.c): branch, record, revision, touch,
 * change, journal, journal_file, receipt, peer, visitor, alert, mark,
 * search_text, search_trigram.
 */
#ifndef STORE_DB_SCHEMA_H
#define STORE_DB_SCHEMA_H

#include "store/db/db.h"

#define SCHEMA_VERSION 2

int schema_migrate(struct db *db, struct err *e);

/* Drops everything that the repositories can give back (journal and receipts of
 * unfetched kind stay). For reindex. */
int schema_clear_index(struct db *db, struct err *e);

#endif
