#include "store/db/schema.h"

#include <inttypes.h>

/* "PMQA": lets file(1) and a careless copy tell our database from others. */
#define APPLICATION_ID 0x504d5141

/*
 * Keys are integers, ids of git are blobs of 20 bytes, times are seconds since
 * 1970. What is kept for an auditor with sqlite3 alone (names, subjects) is
 * plain text.
 */
static const char *const TABLES_1[] = {
	/* One per (office, 'office'|'hall'). tip is the newest revision,
	 * journal included; content its Content-SHA256; n counts revisions,
	 * side ones too. */
	"CREATE TABLE branch("
	" id INTEGER PRIMARY KEY, office TEXT NOT NULL, name TEXT NOT NULL,"
	" own INTEGER NOT NULL, n INTEGER NOT NULL, tip BLOB, content BLOB,"
	" tip_time INTEGER NOT NULL, UNIQUE(office, name)) STRICT",

	/* Current state of each path that ever was: blob and bytes are NULL
	 * once it is removed. revision is the one that changed it last; 0 for
	 * a path that only side revisions ever had. */
	"CREATE TABLE record("
	" id INTEGER PRIMARY KEY,"
	" branch INTEGER NOT NULL REFERENCES branch(id), path TEXT NOT NULL,"
	" revision INTEGER NOT NULL, blob BLOB, bytes BLOB,"
	" UNIQUE(branch, path)) STRICT",

	/* One a commit; ids grow along a branch, in canonical order
	 * (git/graph.h). side: it was never the branch's state. bytes estimates
	 * its size on the wire; received is NULL until a receipt covers it.
	 * parent2: the second one of a merge. */
	"CREATE TABLE revision("
	" id INTEGER PRIMARY KEY,"
	" branch INTEGER NOT NULL REFERENCES branch(id), name TEXT NOT NULL,"
	" device TEXT NOT NULL, sequence INTEGER NOT NULL,"
	" commit_id BLOB NOT NULL, parent BLOB, parent2 BLOB,"
	" side INTEGER NOT NULL DEFAULT 0, content BLOB NOT NULL,"
	" time INTEGER NOT NULL, offset_min INTEGER NOT NULL, received INTEGER,"
	" login TEXT NOT NULL, person TEXT NOT NULL, action TEXT NOT NULL,"
	" edition TEXT NOT NULL, subject TEXT NOT NULL, reason TEXT NOT NULL,"
	" bytes INTEGER NOT NULL) STRICT",
	/* A name is a device's letter and a sequence, and all devices of a
	 * branch are of one office: one index keeps both from coming twice.
	 * Each index ends with the row's id: newest first is a scan backwards.
	 * None on time: it grows with the id, and newest first filters. */
	"CREATE UNIQUE INDEX revision_name ON revision(branch, name)",
	"CREATE UNIQUE INDEX revision_commit ON revision(commit_id, branch)",
	"CREATE INDEX revision_branch ON revision(branch)",
	"CREATE INDEX revision_login ON revision(branch, login)",

	/* Between which times a stretch of a branch was saved (look/spans.h); n
	 * counts the branch's revisions up to its last one. */
	"CREATE TABLE span("
	" branch INTEGER NOT NULL REFERENCES branch(id),"
	" first INTEGER NOT NULL, last INTEGER NOT NULL,"
	" low INTEGER NOT NULL, high INTEGER NOT NULL, n INTEGER NOT NULL,"
	" PRIMARY KEY(branch, last)) STRICT, WITHOUT ROWID",

	/* Which records a revision changed against its first parent, and the
	 * blob after it (NULL = removed): as-of questions, newest revisions of
	 * a record; both ask only for rows that are not of side revisions. */
	"CREATE TABLE touch("
	" record INTEGER NOT NULL REFERENCES record(id),"
	" revision INTEGER NOT NULL REFERENCES revision(id), blob BLOB,"
	" side INTEGER NOT NULL DEFAULT 0,"
	" PRIMARY KEY(record, revision)) STRICT, WITHOUT ROWID",
	"CREATE INDEX touch_revision ON touch(revision)",

	/* One a changed field. old and new are JSON text; NULL = absent, or
	 * too long to keep here: long & 1 for old, long & 2 for new (the blob
	 * has it). New rows go to the end of the table, whatever the field;
	 * those of one field are found by the record's touches and their
	 * fields, as an index of their own would cost each save one more
	 * page. */
	"CREATE TABLE change("
	" revision INTEGER NOT NULL REFERENCES revision(id),"
	" record INTEGER NOT NULL REFERENCES record(id), field TEXT NOT NULL,"
	" old TEXT, new TEXT, long INTEGER NOT NULL,"
	" PRIMARY KEY(revision, record, field)) STRICT, WITHOUT ROWID",

	/* What is acknowledged but not yet in the repository: from the raw
	 * commit and the changed files the same objects are built again. Names
	 * its branch in words, so that it outlives a cleared index. No index
	 * on blob: each save would pay for it, and the rare look-up scans the
	 * few rows that wait. */
	"CREATE TABLE journal("
	" id INTEGER PRIMARY KEY, office TEXT NOT NULL, name TEXT NOT NULL,"
	" commit_id BLOB NOT NULL, raw BLOB NOT NULL) STRICT",
	"CREATE TABLE journal_file("
	" journal INTEGER NOT NULL REFERENCES journal(id) ON DELETE CASCADE,"
	" path TEXT NOT NULL, blob BLOB, bytes BLOB,"
	" PRIMARY KEY(journal, path)) STRICT, WITHOUT ROWID",

	/* What the hall signed; json is the receipt as it came. */
	"CREATE TABLE receipt("
	" id INTEGER PRIMARY KEY, office TEXT NOT NULL, tip BLOB NOT NULL,"
	" revision TEXT NOT NULL, time INTEGER NOT NULL,"
	" offset_min INTEGER NOT NULL, json TEXT NOT NULL,"
	" UNIQUE(office, tip)) STRICT",

	/* Files under way (office): what was told when they were begun. */
	"CREATE TABLE evidence_upload("
	" sha TEXT PRIMARY KEY, name TEXT NOT NULL, size INTEGER NOT NULL,"
	" begun INTEGER NOT NULL) STRICT, WITHOUT ROWID",

	/* What became of a file: the hall's word that it holds it (receipt as
	 * it came), when its bytes were erased here on order, and when the
	 * hall last said that it has not got it, whose bytes are not here. */
	"CREATE TABLE evidence_file("
	" office TEXT NOT NULL, sha TEXT NOT NULL, confirmed INTEGER,"
	" offset_min INTEGER, receipt TEXT, erased INTEGER, absent INTEGER,"
	" PRIMARY KEY(office, sha)) STRICT, WITHOUT ROWID",

	/* Hall: one per office. The last four are NULL while all is well;
	 * failed is the time of the last failure. */
	"CREATE TABLE peer("
	" office TEXT PRIMARY KEY, last_seen INTEGER, failing_since INTEGER,"
	" failed INTEGER, class TEXT, message TEXT) STRICT, WITHOUT ROWID",

	/* Hall: one per machine of an office that came: its program, and the
	 * commit of the hall's branch up to which it has taken things in. */
	"CREATE TABLE visitor("
	" device TEXT PRIMARY KEY, last_seen INTEGER NOT NULL, version TEXT,"
	" holds BLOB, offered BLOB) STRICT, WITHOUT ROWID",

	/* Hall: what somebody is to be told of (store/view/alerts.h). told and
	 * end_told are NULL until the message went. */
	"CREATE TABLE alert("
	" id INTEGER PRIMARY KEY, key TEXT NOT NULL, kind TEXT NOT NULL,"
	" office TEXT, message TEXT NOT NULL, message_th TEXT NOT NULL,"
	" since INTEGER NOT NULL, raised INTEGER NOT NULL, told INTEGER, ended "
	"INTEGER,"
	" end_told INTEGER) STRICT",
	"CREATE UNIQUE INDEX alert_open ON alert(key) WHERE ended IS NULL",

	/* Small facts kept over restarts (sync state). */
	"CREATE TABLE mark("
	" name TEXT PRIMARY KEY,"
	" value TEXT NOT NULL) STRICT, WITHOUT ROWID",

	/* Texts of present records as they are searched (base/text.h:
	 * text_fold()), written a moment after the save; how far that came is
	 * in mark. The trigrams say only in which rows to look: without
	 * positions they take little room. */
	"CREATE TABLE search_text("
	" id INTEGER PRIMARY KEY,"
	" record INTEGER NOT NULL REFERENCES record(id), field TEXT NOT NULL,"
	" folded TEXT NOT NULL) STRICT",
	"CREATE INDEX search_text_record ON search_text(record)",
	"CREATE VIRTUAL TABLE search_trigram USING fts5(folded,"
	" content='search_text', content_rowid='id', columnsize=0,"
	" detail='none', tokenize='trigram case_sensitive 1')",
};

static int
create_tables(struct db *db, struct err *e)
{
	size_t i;
	int rc;

	for (i = 0; i < sizeof(TABLES_1) / sizeof(TABLES_1[0]); i++) {
		if ((rc = db_exec(db, TABLES_1[i], e)) < 0)
			return rc;
	}
	return 0;
}

/* Bits of the groups of fields that the revision changed in the record
 * (index_field_bit()); NULL in rows of version 1: any. */
static int
add_fields(struct db *db, struct err *e)
{
	return db_exec(db, "ALTER TABLE touch ADD COLUMN fields INTEGER", e);
}

/* migrations[v] leads from version v to v + 1 */
static int (*const MIGRATIONS[SCHEMA_VERSION])(struct db *, struct err *) = {
	create_tables,
	add_fields,
};

static int
check_origin(struct db *db, int64_t version, struct err *e)
{
	int64_t id;
	int rc;

	if ((rc = db_one_int(db, &id, e, "PRAGMA application_id", "")) < 0)
		return rc;
	if (version == 0 && id == 0) {
		int64_t tables;

		if ((rc = db_one_int(db, &tables, e,
			 "SELECT count(*) FROM sqlite_schema", "")) < 0)
			return rc;
		if (tables == 0)
			return 0;
	}
	if (id != APPLICATION_ID)
		return err_set(e, ERR_DAMAGED, 0,
		    "the database was not made by this program");
	if (version > SCHEMA_VERSION) {
		rc = err_set(e, ERR_FAILED, 0,
		    "the database has version %" PRId64
		    ", this program knows up to %d",
		    version, SCHEMA_VERSION);
		err_hint(e, "install the newer pmqa again");
		return rc;
	}
	return 0;
}

static int
raise_version(struct db *db, int64_t from, struct err *e)
{
	char sql[64];
	int rc;

	if ((rc = MIGRATIONS[from](db, e)) < 0)
		return rc;
	if (from == 0) {
		snprintf(sql, sizeof(sql), "PRAGMA application_id = %d",
		    APPLICATION_ID);
		if ((rc = db_exec(db, sql, e)) < 0)
			return rc;
	}
	snprintf(sql, sizeof(sql), "PRAGMA user_version = %" PRId64, from + 1);
	return db_exec(db, sql, e);
}

int
schema_migrate(struct db *db, struct err *e)
{
	int64_t version;
	int rc;

	if ((rc = db_one_int(db, &version, e, "PRAGMA user_version", "")) < 0)
		return rc;
	if ((rc = check_origin(db, version, e)) < 0)
		return rc;
	for (; version < SCHEMA_VERSION; version++) {
		if ((rc = db_begin(db, e)) < 0)
			return rc;
		if ((rc = raise_version(db, version, e)) < 0) {
			db_rollback(db, NULL);
			return rc;
		}
		if ((rc = db_commit(db, e)) < 0)
			return rc;
	}
	return 0;
}

int
schema_clear_index(struct db *db, struct err *e)
{
	/* children first, as foreign keys are on; journal, receipts, peers,
	 * marks and what became of evidence files are not the repositories' to
	 * give back */
	static const char *const statements[] = {
		("INSERT INTO search_trigram(search_trigram)"
		 " VALUES('delete-all')"),
		"DELETE FROM search_text",
		("DELETE FROM mark WHERE name = 'search' OR name = 'verify'"
		 " OR name GLOB 'verify *'"),
		"DELETE FROM span",
		"DELETE FROM change",
		"DELETE FROM touch",
		"DELETE FROM revision",
		"DELETE FROM record",
		"DELETE FROM branch",
	};
	size_t i;
	int rc;

	for (i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
		if ((rc = db_exec(db, statements[i], e)) < 0)
			return rc;
	}
	return 0;
}
