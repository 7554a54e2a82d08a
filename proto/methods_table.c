/* The table itself, and nothing else: methods.h. */
#include "proto/methods.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define PARAMS(a) a, N(a)
#define NO_PARAMS NULL, 0

#define OFFICE                                                                 \
	{                                                                      \
		"office", PARAM_STRING, 0,                                     \
		    "code of the office, four digits; at an office: its own "  \
		    "if absent"                                                \
	}
#define YEAR                                                                   \
	{                                                                      \
		"year", PARAM_INT, 0,                                          \
		    "fiscal year, Buddhist era; the current cycle if absent"   \
	}
#define REASON                                                                 \
	{                                                                      \
		"reason", PARAM_STRING, 0, "why, kept in the history"          \
	}
#define IF_REV                                                                 \
	{                                                                      \
		"if_rev", PARAM_STRING, 0,                                     \
		    "revision that the record must still be at; - for none"    \
	}
#define ITEM                                                                   \
	{                                                                      \
		"item", PARAM_STRING, 1, "item such as 1.1"                    \
	}

#define AT                                                                     \
	{                                                                      \
		"at", PARAM_STRING, 0,                                         \
		    "as it stood then: revision, commit, date or time, "       \
		    "submission, decision, opening; now if absent"             \
	}

static const struct param year_office[] = { YEAR, OFFICE };
static const struct param year_office_at[] = { YEAR, OFFICE, AT };

static const struct param open_params[] = {
	{ "year", PARAM_INT, 1, "fiscal year to open, Buddhist era" },
	{ "edition", PARAM_STRING, 0,
	    "edition of the criteria; that of the hall's calendar, else the "
	    "newest if absent" },
	{ "from", PARAM_INT, 0,
	    "year whose texts, indicators and open actions are carried over" },
	REASON,
};

static const struct param log_params[] = {
	{ "office", PARAM_STRING, 0, "code of one office" },
	{ "device", PARAM_STRING, 0, "one device, such as 9105-a" },
	{ "result", PARAM_STRING, 0, "admitted, refused, denied or trouble" },
	{ "since", PARAM_STRING, 0, "not before this date or time" },
	{ "until", PARAM_STRING, 0, "not after this date or time" },
	{ "oldest_first", PARAM_BOOL, 0, "the other way round" },
	{ "limit", PARAM_INT, 0, "lines of a page, 1 to 1000; 50 if absent" },
	{ "cursor", PARAM_STRING, 0, "that of the page before" },
};

static const struct param auditor_params[] = {
	{ "name", PARAM_STRING, 1, "of the auditor" },
};

static const struct param auditor_add_params[] = {
	{ "name", PARAM_STRING, 1, "of the auditor: a-z, 0-9 and -" },
	{ "key", PARAM_STRING, 1, "ssh-ed25519 and the key" },
};

static const struct param submit_params[] = {
	YEAR,
	{ "note", PARAM_STRING, 0, "what the chief says with it" },
	REASON,
};

static const struct param reopen_params[] = {
	YEAR,
	{ "reason", PARAM_STRING, 1, "why, kept in the history" },
};

static const struct param edition_id_params[] = {
	{ "id", PARAM_STRING, 1, "edition such as pmqa4-2562" },
	OFFICE,
};

static const struct param edition_body_params[] = {
	{ "edition", PARAM_OBJECT, 1, "the edition's document" },
	REASON,
};

static const struct param edition_check_params[] = {
	{ "edition", PARAM_OBJECT, 1, "the edition's document" },
};

static const struct param edition_diff_params[] = {
	{ "from", PARAM_STRING, 1, "edition" },
	{ "to", PARAM_STRING, 1, "edition" },
};

static const struct param wording_params[] = {
	{ "id", PARAM_STRING, 1, "edition such as pmqa4-2562" },
	{ "texts", PARAM_OBJECT, 1,
	    "point or measure ids, each {th, en}; null or {} removes" },
	REASON,
};

static const struct param profile_params[] = {
	YEAR,
	{ "fields", PARAM_OBJECT, 1,
	    "question ids and their answers; null or \"\" removes" },
	REASON,
	IF_REV,
};

static const struct param indicators_params[] = {
	{ "item", PARAM_STRING, 0, "result item such as 7.1; all if absent" },
	YEAR,
	OFFICE,
	AT,
};

static const struct param indicator_set_params[] = {
	{ "item", PARAM_STRING, 1, "result item such as 7.1" },
	{ "id", PARAM_STRING, 0, "indicator such as ia1; a new one if absent" },
	{ "fields", PARAM_OBJECT, 1,
	    "measure, name, unit, direction, target, actual, previous, before, "
	    "not_applicable, note; null or \"\" removes" },
	YEAR,
	REASON,
	IF_REV,
};

static const struct param indicator_remove_params[] = {
	{ "item", PARAM_STRING, 1, "result item such as 7.1" },
	{ "id", PARAM_STRING, 1, "indicator such as ia1, or measure ma1" },
	YEAR,
	REASON,
	IF_REV,
};

static const struct param measure_set_params[] = {
	{ "item", PARAM_STRING, 1, "result item such as 7.1" },
	{ "id", PARAM_STRING, 0, "own measure such as ma1; new if absent" },
	{ "title", PARAM_STRING, 1, "what it measures" },
	YEAR,
	REASON,
	IF_REV,
};

#define SHA                                                                    \
	{                                                                      \
		"sha256", PARAM_STRING, 1, "64 hex digits of the file's bytes" \
	}

static const struct param evidence_begin_params[] = {
	{ "item", PARAM_STRING, 1, "item such as 1.1, or profile" },
	{ "name", PARAM_STRING, 1, "file name without directories" },
	{ "size", PARAM_INT, 1, "bytes" },
	SHA,
	YEAR,
};

static const struct param evidence_part_params[] = {
	SHA,
	{ "n", PARAM_INT, 1, "number of the part, from 1" },
	{ "data", PARAM_STRING, 1, "its bytes in base64" },
};

static const struct param evidence_end_params[] = {
	{ "item", PARAM_STRING, 1, "item such as 1.1, or profile" },
	SHA,
	{ "caption", PARAM_STRING, 0, "one line about it" },
	{ "points", PARAM_STRINGS, 0, "points that it supports" },
	{ "class", PARAM_STRING, 0,
	    "public, internal (if absent) or confidential" },
	YEAR,
	REASON,
};

static const struct param evidence_list_params[] = {
	{ "item", PARAM_STRING, 0,
	    "item such as 1.1, or profile; all if absent" },
	YEAR,
	OFFICE,
};

static const struct param evidence_read_params[] = {
	SHA,
	{ "n", PARAM_INT, 1, "number of the part, from 1" },
	OFFICE,
};

static const struct param evidence_remove_params[] = {
	{ "item", PARAM_STRING, 1, "item such as 1.1, or profile" },
	SHA,
	YEAR,
	REASON,
};

static const struct param evidence_redact_params[] = {
	SHA,
	{ "reason", PARAM_STRING, 1, "why, kept in the history for good" },
};

static const struct param action_list_params[] = {
	YEAR,
	OFFICE,
	{ "item", PARAM_STRING, 0, "only those of this item" },
	{ "overdue", PARAM_BOOL, 0, "only open ones past their day" },
	AT,
};

static const struct param action_set_params[] = {
	{ "id", PARAM_STRING, 0, "action such as pa1; a new one if absent" },
	{ "fields", PARAM_OBJECT, 1,
	    "what, gap, items, who, due, priority, budget, status, progress, "
	    "followup.m6, followup.m12; null or \"\" removes" },
	YEAR,
	REASON,
	IF_REV,
};

static const struct param action_remove_params[] = {
	{ "id", PARAM_STRING, 1, "action such as pa1" },
	YEAR,
	REASON,
	IF_REV,
};

static const struct param review_set_params[] = {
	{ "office", PARAM_STRING, 1, "code of the office" },
	ITEM,
	YEAR,
	{ "fields", PARAM_OBJECT, 1,
	    "ticks (ids), score, comment; null or \"\" removes" },
	{ "consensus", PARAM_BOOL, 0,
	    "true: what all assessors agreed on, not one's own" },
	REASON,
};

static const struct param item_office_params[] = { ITEM, YEAR, OFFICE };

static const struct param comment_params[] = {
	ITEM,
	{ "text", PARAM_STRING, 1, "the comment" },
	YEAR,
	OFFICE,
};

static const struct param decision_params[] = {
	{ "office", PARAM_STRING, 1, "code of the office" },
	{ "verdict", PARAM_STRING, 1, "returned or accepted" },
	{ "text", PARAM_STRING, 0, "what is to be corrected" },
	{ "items", PARAM_STRINGS, 0, "items to correct" },
	YEAR,
};

static const struct param office_params[] = { OFFICE };

static const struct param cycle_set_params[] = {
	{ "year", PARAM_INT, 1, "fiscal year, Buddhist era" },
	{ "fields", PARAM_OBJECT, 1,
	    "edition, note, due.submit, due.review, due.correct, due.final, "
	    "due.followup6, due.followup12, target, targets.*; null or \"\" "
	    "removes" },
	REASON,
};

static const struct param gaps_params[] = {
	YEAR,
	OFFICE,
	{ "target", PARAM_STRING, 0,
	    "basic, advance or significance; the calendar's if absent" },
};

static const struct param compare_params[] = {
	{ "years", PARAM_STRINGS, 0, "fiscal years; all opened if absent" },
	{ "offices", PARAM_STRINGS, 0,
	    "at the hall: codes; all offices if absent" },
};

static const struct param practices_params[] = {
	{ "text", PARAM_STRING, 0, "words that must be in it" },
	{ "item", PARAM_STRING, 0, "only those of this item" },
};

static const struct param practice_share_params[] = {
	{ "office", PARAM_STRING, 1, "code of the office" },
	ITEM,
	YEAR,
	{ "title", PARAM_STRING, 0, "title; the item's if absent" },
};

static const struct param practice_id_params[] = {
	{ "id", PARAM_STRING, 1, "practice such as gh1" },
	REASON,
};

static const struct param search_params[] = {
	{ "text", PARAM_STRING, 1, "words that must be in it" },
	YEAR,
	OFFICE,
	{ "limit", PARAM_INT, 0, "most places to give, 1 to 200" },
};

#define CURSOR                                                                 \
	{                                                                      \
		"cursor", PARAM_STRING, 0,                                     \
		    "where to go on: \"next\" of the part before"              \
	}

static const struct param report_params[] = { YEAR, OFFICE, CURSOR };

static const struct param province_params[] = { YEAR, CURSOR };

#define FORMAT                                                                 \
	{                                                                      \
		"format", PARAM_STRING, 0,                                     \
		    "what it becomes, for the record of who took what out"     \
	}

static const struct param audit_params[] = { YEAR, OFFICE, FORMAT, CURSOR };

static const struct param audit_province_params[] = { YEAR, FORMAT, CURSOR };

static const struct param check_anchor_params[] = {
	{ "text", PARAM_STRING, 1,
	    "one or more anchors, as they were printed" },
};

static const struct param batch_params[] = {
	YEAR,
	{ "changes", PARAM_LIST, 1,
	    "each {record, field, value}: record such as items/1.1, actions/"
	    "new-1 or profile; value a text or null" },
	{ "dry_run", PARAM_BOOL, 0, "only say what would change" },
	{ "action", PARAM_STRING, 0, "import (if absent) or edit" },
	REASON,
	IF_REV,
};

static const struct param revert_params[] = {
	{ "revision", PARAM_STRING, 0, "revision to undo, such as a17" },
	{ "revisions", PARAM_STRINGS, 0, "several, undone as one" },
	{ "skip_changed", PARAM_BOOL, 0,
	    "true: what was changed again since stays as it is" },
	{ "dry_run", PARAM_BOOL, 0, "true: tell what would be, save nothing" },
	REASON,
};

static const struct param bring_back_params[] = {
	{ "record", PARAM_STRING, 1,
	    "item such as 1.1, profile, action such as pa1, or record such as "
	    "2565/items/1.1" },
	{ "field", PARAM_STRING, 0,
	    "field such as explanation.basic, or explanation: all below it; "
	    "the whole record if absent" },
	{ "at", PARAM_STRING, 1,
	    "as it stood then: revision, commit, date or time, submission, "
	    "decision, opening" },
	{ "dry_run", PARAM_BOOL, 0, "true: tell what would be, save nothing" },
	YEAR,
	REASON,
	IF_REV,
};

#define WHICH_CONFLICT                                                         \
	{                                                                      \
		"which", PARAM_STRING, 1,                                      \
		    "name such as 1.1.explanation.basic or "                   \
		    "2565/items/1.1.explanation.basic, or id of the conflict"  \
	}

static const struct param conflict_show_params[] = { WHICH_CONFLICT, YEAR,
	OFFICE };

static const struct param conflict_params[] = {
	WHICH_CONFLICT,
	{ "take", PARAM_STRING, 0,
	    "hall, mine, or now (what stands is right); else value" },
	{ "value", PARAM_STRING, 0, "text that the field gets" },
	YEAR,
	REASON,
	IF_REV,
};

static const struct param record_params[] = {
	ITEM,
	YEAR,
	OFFICE,
	AT,
};

static const struct param set_params[] = {
	ITEM,
	YEAR,
	{ "fields", PARAM_OBJECT, 1,
	    "field names and their new texts; null or \"\" removes" },
	REASON,
	IF_REV,
};

static const struct param tick_params[] = {
	{ "points", PARAM_STRINGS, 1, "points such as 1.1.B2" },
	YEAR,
	REASON,
	IF_REV,
};

/* of "history" and "history.stat" */
#define WHICH_REVISIONS                                                        \
	{ "office", PARAM_STRING, 0,                                           \
		"code of the office; at a hall: all of them if absent" },      \
	    { "branch", PARAM_STRING, 0, "office (if absent) or hall" }, YEAR, \
	    { "record", PARAM_STRING, 0,                                       \
		    "item such as 1.1, or record such as 2565/items/1.1" },    \
	    { "field", PARAM_STRING, 0, "field such as explanation.basic" },   \
	    { "person", PARAM_STRING, 0, "login name, or a part of a name" },  \
	    { "device", PARAM_STRING, 0,                                       \
		    "a device such as 9105-b, or its letter" },                \
	    { "action", PARAM_STRING, 0,                                       \
		    "what it did, such as tick or merge" },                    \
	    { "text", PARAM_STRING, 0,                                         \
		    "stands in its reason, or in a value before or after "     \
		    "it" },                                                    \
	    { "since", PARAM_STRING, 0,                                        \
		    "first date or time; of one office also a revision or "    \
		    "sign-off" },                                              \
	    { "until", PARAM_STRING, 0, "last date or time, likewise" },       \
	    { "late", PARAM_BOOL, 0,                                           \
		    "only after the due date, by the receipt where there is "  \
		    "one" },                                                   \
	    { "after_submission", PARAM_BOOL, 0,                               \
		    "only after the year was first signed off" },              \
	{                                                                      \
		"cursor", PARAM_STRING, 0, "\"next\" of the answer before"     \
	}

static const struct param history_params[] = {
	WHICH_REVISIONS,
	{ "limit", PARAM_INT, 0, "most revisions to give, 1 to 1000" },
	{ "export", PARAM_STRING, 0,
	    "csv or json: the answer goes into such a file, which a hall may "
	    "wish to record" },
};

static const struct param history_stat_params[] = {
	WHICH_REVISIONS,
};

static const struct param blame_params[] = {
	OFFICE,
	{ "branch", PARAM_STRING, 0, "office (if absent) or hall" },
	YEAR,
	{ "record", PARAM_STRING, 1,
	    "item such as 1.1, or record such as 2565/items/1.1" },
	{ "field", PARAM_STRING, 0, "only this field" },
	{ "since", PARAM_STRING, 0,
	    "only what changed since: a date or time, revision or sign-off" },
};

static const struct param access_params[] = {
	{ "person", PARAM_STRING, 0, "login name" },
	{ "since", PARAM_STRING, 0, "not before this date or time" },
	{ "until", PARAM_STRING, 0, "not after this date or time" },
	{ "limit", PARAM_INT, 0, "lines of a page, 1 to 1000; 50 if absent" },
	{ "cursor", PARAM_STRING, 0, "that of the page before" },
};

static const struct param flags_params[] = {
	{ "office", PARAM_STRING, 0,
	    "code of one office; all of them at a hall if absent" },
	{ "year", PARAM_INT, 0,
	    "fiscal year, Buddhist era; each office's current cycle if "
	    "absent" },
	{ "rule", PARAM_STRING, 0, "only this one, such as late_save" },
	{ "item", PARAM_STRING, 0, "only of this item" },
	{ "since", PARAM_STRING, 0, "first date or time" },
	{ "until", PARAM_STRING, 0, "last date or time" },
	{ "limit", PARAM_INT, 0, "flags of a page, 1 to 200; 50 if absent" },
	{ "skip", PARAM_INT, 0, "\"next\" of the page before" },
};

static const struct param diff_params[] = {
	{ "from", PARAM_STRING, 0,
	    "what is compared: a revision, commit, date or time, submission, "
	    "decision, opening; now if absent" },
	{ "to", PARAM_STRING, 0,
	    "with what, named likewise; now if absent, with another office: "
	    "the same as from" },
	{ "with", PARAM_STRING, 0, "code of another office, at the hall" },
	{ "record", PARAM_STRING, 0,
	    "item such as 1.1, profile, action such as pa1, or record such as "
	    "2565/items/1.1" },
	{ "field", PARAM_STRING, 0,
	    "field such as explanation.basic, or explanation: all below it" },
	YEAR,
	OFFICE,
};

static const struct param sync_params[] = {
	{ "wait", PARAM_BOOL, 0, "answer when the exchange has ended" },
	{ "metered", PARAM_BOOL, 0,
	    "true: files of evidence wait; false: they go, whatever the "
	    "configuration says" },
};

static const struct param verify_params[] = {
	{ "deep", PARAM_BOOL, 0,
	    "everything from the first revision on, not only what was not "
	    "proved before" },
};

static const struct param pause_params[] = {
	{ "seconds", PARAM_INT, 0, "how long; until sync.resume if absent" },
};

static const struct param receipts_params[] = {
	OFFICE,
	{ "limit", PARAM_INT, 0, "how many, 1 to 200; 50 if absent" },
	{ "cursor", PARAM_STRING, 0, "where the last answer ended" },
	{ "files", PARAM_BOOL, 0,
	    "receipts of evidence files instead of revisions" },
};

static const struct param feed_params[] = {
	OFFICE,
	{ "branch", PARAM_STRING, 1, "office or hall" },
	{ "after", PARAM_STRING, 0,
	    "commit up to which all is known; the beginning if absent" },
	{ "n", PARAM_INT, 0, "how many revisions of the branch that was" },
	{ "limit", PARAM_INT, 0, "how many, 1 to 1000; 500 if absent" },
};

static const struct param feed_answers_params[] = {
	OFFICE,
	{ "branch", PARAM_STRING, 1, "office or hall" },
	{ "from", PARAM_STRING, 0,
	    "commit after which the stretch begins; the beginning if absent" },
	{ "to", PARAM_STRING, 1, "the last commit of the stretch" },
	{ "after", PARAM_STRING, 0, "path where the last answer ended" },
};

static const struct param accept_params[] = {
	{ "answer", PARAM_STRING, 1, "the hall's answer line" },
};

static const struct param enroll_params[] = {
	{ "request", PARAM_STRING, 1, "the office's request line" },
};

static const struct param devices_params[] = {
	{ "office", PARAM_STRING, 0, "code of the office; all if absent" },
};

static const struct param revoke_params[] = {
	{ "device", PARAM_STRING, 1, "device, such as 9105-a" },
	{ "since", PARAM_STRING, 0,
	    "as of this time, not in the future; now if absent" },
	{ "reason", PARAM_STRING, 0, "why" },
};

static const struct param restore_params[] = {
	{ "device", PARAM_STRING, 1, "device, such as 9105-a" },
	{ "reason", PARAM_STRING, 0, "why" },
};

static const struct param shut_params[] = {
	{ "office", PARAM_STRING, 1, "code of the office" },
	{ "reason", PARAM_STRING, 0, "why" },
};

static const struct param renew_params[] = {
	{ "letter", PARAM_STRING, 0,
	    "letter it gets; the next free if absent" },
};

static const struct param notice_params[] = {
	{ "id", PARAM_INT, 0, "number of the notice; all if absent" },
};

static const struct param watch_params[] = {
	{ "cursor", PARAM_STRING, 0,
	    "\"next\" of the answer before; from now on if absent" },
	{ "wait", PARAM_INT, 0,
	    "seconds to wait for the first event, at most 50" },
};

static const struct param announce_params[] = {
	{ "title", PARAM_STRING, 1, "one line" },
	{ "text", PARAM_STRING, 0, "the announcement" },
	{ "until", PARAM_STRING, 0, "last day on which it matters" },
	REASON,
};

static const struct param announcement_id_params[] = {
	{ "id", PARAM_STRING, 1, "announcement such as nh1" },
	REASON,
};

static const struct param one_office_params[] = {
	{ "office", PARAM_STRING, 0, "code of the office; all if absent" },
};

static const struct param absorb_params[] = {
	{ "office", PARAM_STRING, 1, "code of the office" },
};

static const struct param bundle_create_params[] = {
	{ "to", PARAM_STRING, 1, "hall or office" },
	OFFICE,
	{ "since", PARAM_STRING, 0,
	    "revision that the receiver has, - for none; what it is known to "
	    "have if absent" },
	{ "encrypt", PARAM_BOOL, 0, "only the receiver can read it" },
};

#define TOKEN                                                                  \
	{                                                                      \
		"token", PARAM_STRING, 1,                                      \
		    "names the bundle while it is under way"                   \
	}

static const struct param bundle_params[] = { TOKEN };

#define BACKUP                                                                 \
	{                                                                      \
		"token", PARAM_STRING, 1,                                      \
		    "names the backup while it is under way"                   \
	}

static const struct param backup_begin_params[] = {
	{ "without_keys", PARAM_BOOL, 0, "secret keys stay out of it" },
};

static const struct param backup_params[] = { BACKUP };

static const struct param backup_read_params[] = {
	BACKUP,
	{ "n", PARAM_INT, 1,
	    "0: backup.json, 1: its signature, 2: SHA256SUMS, then its "
	    "lines" },
	{ "at", PARAM_INT, 0, "bytes before it" },
};

static const struct param bundle_begin_params[] = {
	{ "size", PARAM_INT, 1, "bytes" },
};

static const struct param bundle_read_params[] = {
	TOKEN,
	{ "n", PARAM_INT, 1, "number of the part, from 1" },
};

static const struct param bundle_part_params[] = {
	TOKEN,
	{ "n", PARAM_INT, 1, "number of the part, from 1" },
	{ "data", PARAM_STRING, 1, "its bytes in base64" },
};

static const struct param bundle_step_params[] = {
	TOKEN,
	{ "n", PARAM_INT, 1, "0: the text; n: the n-th evidence file" },
};

static const struct param absorb_evidence_params[] = {
	{ "office", PARAM_STRING, 1, "code of the office" },
	{ "sha256", PARAM_STRING, 1, "hash of the file, 64 hex digits" },
};

static const struct param seen_params[] = {
	{ "office", PARAM_STRING, 1, "code of the office" },
	{ "device", PARAM_STRING, 1, "the device that came" },
	{ "class", PARAM_STRING, 0,
	    "refused or trouble: its push failed; absent: it came and looked" },
	{ "message", PARAM_STRING, 0, "the sentence that the office got" },
	{ "version", PARAM_STRING, 0, "the program that came" },
	{ "holds", PARAM_STRING, 0,
	    "the commit of the hall up to which it has taken things in" },
};

static const struct param province_line_params[] = {
	{ "line", PARAM_STRING, 1, "the line that the hall printed" },
};

static const struct param province_code_params[] = {
	{ "code", PARAM_STRING, 1, "code of the province, two digits" },
};

static const struct param province_sync_params[] = {
	{ "code", PARAM_STRING, 0,
	    "code of the province, two digits; all if absent" },
};

/* docs/PROTOCOL is written from this table: keep the order of a day's work. */
static const struct method methods[] = {
	{ "hello", RIGHT_NONE, ON_LOOP, AT_ANY,
	    "who answers, who asks, and what the caller may do",
	    "{program, version, protocol, role, code, name, device, "
	    "person: {login, name}, rights: [...]}",
	    NO_PARAMS, 0 },
	{ "rpc.discover", RIGHT_NONE, ON_LOOP, AT_ANY,
	    "this service described in OpenRPC", "an OpenRPC document",
	    NO_PARAMS, 0 },
	{ "records.describe", RIGHT_NONE, ON_LOOP, AT_ANY,
	    "the types of records and their fields with labels",
	    "{types: [{type, en, th, fields: [{name, kind, en, th}]}]}",
	    NO_PARAMS, 0 },
	{ "status", RIGHT_READ, ON_READER, AT_ANY,
	    "where this place stands: newest revision, receipt, sync, storage",
	    "{office, role, device, cycle, edition, tip, revision, journal, "
	    "unsynced, receipt, synced, conflicts, sync, storage}",
	    NO_PARAMS, 0 },
	{ "edition.get", RIGHT_READ, ON_READER, AT_ANY,
	    "the criteria of a cycle: items, points, labels, levels",
	    "the edition", PARAMS(year_office_at), 0 },
	{ "edition.list", RIGHT_READ, ON_READER, AT_ANY,
	    "the editions that are known here, and which years use them",
	    "{editions: [{id, title_th, title_en, from, wording, years}]}",
	    PARAMS(office_params), 0 },
	{ "edition.export", RIGHT_READ, ON_READER, AT_ANY,
	    "an edition's document as it was imported", "{edition, wording}",
	    PARAMS(edition_id_params), 0 },
	{ "edition.import", RIGHT_ADMIN, ON_WRITER_ALONE, AT_BOTH,
	    "takes in an edition; a hall publishes it to its offices",
	    "{id, blob, published}", PARAMS(edition_body_params), 0 },
	{ "edition.validate", RIGHT_READ, ON_READER, AT_ANY,
	    "says what is wrong with an edition's document",
	    "{ok, findings: [{where, message}]}", PARAMS(edition_check_params),
	    0 },
	{ "edition.diff", RIGHT_READ, ON_READER, AT_ANY,
	    "what differs between two editions",
	    "{from, to, changes: [{where, old, new}]}",
	    PARAMS(edition_diff_params), 0 },
	{ "edition.wording", RIGHT_ADMIN, ON_WRITER_ALONE, AT_BOTH,
	    "takes in the sentences of an edition's points; a hall publishes "
	    "them",
	    "{id, texts, published}", PARAMS(wording_params), 0 },
	{ "assess.open", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "opens the assessment of a fiscal year",
	    "{revision, commit, record, changes}", PARAMS(open_params), 0 },
	{ "assess.show", RIGHT_READ, ON_READER, AT_ANY,
	    "the assessment of a year with its items",
	    "{record, revision, commit, fields, items}", PARAMS(year_office_at),
	    0 },
	{ "assess.state", RIGHT_READ, ON_READER, AT_ANY,
	    "where an assessment stands between office and hall, and what is "
	    "due",
	    "{state, submission, decision, due: [...], may: [...]}",
	    PARAMS(year_office), 0 },
	{ "assess.submit", RIGHT_CHIEF, ON_WRITER, AT_OFFICE,
	    "signs the assessment off to the hall",
	    "{revision, commit, record, changes}", PARAMS(submit_params), 0 },
	{ "assess.reopen", RIGHT_CHIEF, ON_WRITER, AT_OFFICE,
	    "takes a submitted assessment back for changes",
	    "{revision, commit, record, changes}", PARAMS(reopen_params), 0 },
	{ "record.show", RIGHT_READ, ON_READER, AT_ANY,
	    "one item's answer, now or as it once was",
	    "{record, revision, commit, fields}", PARAMS(record_params), 0 },
	{ "answer.set", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "sets fields of an item's answer",
	    "{revision, commit, record, changes}", PARAMS(set_params), 0 },
	{ "answer.tick", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "ticks points, of one item or several, as one revision",
	    "{revision, commit, record, changes}", PARAMS(tick_params), 0 },
	{ "answer.untick", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "takes ticks back, of one item or several, as one revision",
	    "{revision, commit, record, changes}", PARAMS(tick_params), 0 },
	{ "profile.show", RIGHT_READ, ON_READER, AT_ANY,
	    "the organizational profile: questions and answers",
	    "{record, revision, commit, groups: [...], answered, questions}",
	    PARAMS(year_office_at), 0 },
	{ "profile.set", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "answers questions of the profile",
	    "{revision, commit, record, changes}", PARAMS(profile_params), 0 },
	{ "indicator.list", RIGHT_READ, ON_READER, AT_ANY,
	    "indicators of result items with per cent and score",
	    "{items: [{item, score, measures: [...]}]}",
	    PARAMS(indicators_params), 0 },
	{ "indicator.set", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "adds an indicator or changes one",
	    "{revision, commit, record, changes}", PARAMS(indicator_set_params),
	    0 },
	{ "indicator.remove", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "removes an indicator or an own measure",
	    "{revision, commit, record, changes}",
	    PARAMS(indicator_remove_params), 0 },
	{ "measure.set", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "adds a measure of the office's own, or names it anew",
	    "{revision, commit, record, changes}", PARAMS(measure_set_params),
	    0 },
	{ "evidence.begin", RIGHT_WRITE, ON_WRITER_ALONE, AT_OFFICE,
	    "begins to store a file, or goes on where it was cut",
	    "{sha256, name, parts, part_bytes, have}",
	    PARAMS(evidence_begin_params), 0 },
	{ "evidence.part", RIGHT_WRITE, ON_WRITER_ALONE, AT_OFFICE,
	    "stores one part of a file", "{sha256, have}",
	    PARAMS(evidence_part_params), 0 },
	{ "evidence.end", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "checks a stored file and links it to an item",
	    "{revision, commit, record, changes}", PARAMS(evidence_end_params),
	    0 },
	{ "evidence.list", RIGHT_READ, ON_READER, AT_ANY,
	    "evidence of items, and what of it is here", "{evidence: [...]}",
	    PARAMS(evidence_list_params), 0 },
	{ "evidence.read", RIGHT_READ, ON_READER, AT_ANY,
	    "one part of a stored file", "{sha256, n, parts, data}",
	    PARAMS(evidence_read_params), 0 },
	{ "evidence.remove", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "unlinks a file from an item; the file stays in the history",
	    "{revision, commit, record, changes}",
	    PARAMS(evidence_remove_params), 0 },
	{ "evidence.redact", RIGHT_CHIEF, ON_WRITER_ALONE, AT_OFFICE,
	    "erases a file's bytes here and at the hall; its hash stays",
	    "{revision, commit, record, changes}",
	    PARAMS(evidence_redact_params), 0 },
	{ "action.list", RIGHT_READ, ON_READER, AT_ANY, "the improvement plan",
	    "{actions: [...]}", PARAMS(action_list_params), 0 },
	{ "action.set", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "adds an action or changes one",
	    "{revision, commit, record, changes}", PARAMS(action_set_params),
	    0 },
	{ "action.remove", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "removes an action", "{revision, commit, record, changes}",
	    PARAMS(action_remove_params), 0 },
	{ "review.show", RIGHT_READ, ON_READER, AT_ANY,
	    "an item as office, assessors and committee see it, with comments",
	    "{item, office, assessors: [...], consensus, committee, comments: "
	    "[...]}",
	    PARAMS(item_office_params), 0 },
	{ "review.set", RIGHT_WRITE, ON_WRITER, AT_HALL,
	    "writes an assessor's view of an item, or the consensus",
	    "{revision, commit, record, changes}", PARAMS(review_set_params),
	    0 },
	{ "comment.add", RIGHT_WRITE, ON_WRITER, AT_BOTH,
	    "adds a comment to an item", "{revision, commit, record, changes}",
	    PARAMS(comment_params), 0 },
	{ "decision.set", RIGHT_CHIEF, ON_WRITER, AT_HALL,
	    "returns a submission for correction, or accepts it",
	    "{revision, commit, record, changes}", PARAMS(decision_params), 0 },
	{ "cycle.list", RIGHT_READ, ON_READER, AT_ANY,
	    "the calendars that are known", "{cycles: [...]}",
	    PARAMS(office_params), 0 },
	{ "cycle.show", RIGHT_READ, ON_READER, AT_ANY,
	    "a calendar: days left, and who is late by the hall's receipts",
	    "{year, fields, due: [...], offices: [...]}", PARAMS(year_office),
	    0 },
	{ "cycle.set", RIGHT_ADMIN, ON_WRITER_ALONE, AT_HALL,
	    "writes a calendar and publishes it to every office",
	    "{cycle, fields, published}", PARAMS(cycle_set_params), 0 },
	{ "hall.publish", RIGHT_ADMIN, ON_WRITER_ALONE, AT_HALL,
	    "brings editions, wordings, calendars and practices to every "
	    "office",
	    "{published: [{office, revision, records}]}", NO_PARAMS, 0 },
	{ "score", RIGHT_READ, ON_READER, AT_ANY,
	    "scores by the edition's policy",
	    "{total, categories: [{id, score}], items: [{id, score, level, "
	    "ticked, points}]}",
	    PARAMS(year_office_at), 0 },
	{ "gaps", RIGHT_READ, ON_READER, AT_ANY,
	    "what is missing to the target levels, and what each step would "
	    "gain",
	    "{target, total, gaps: [...]}", PARAMS(gaps_params), 0 },
	{ "compare", RIGHT_READ, ON_READER, AT_ANY,
	    "scores side by side: years, and at the hall offices",
	    "{years, rows: [...]}", PARAMS(compare_params), 0 },
	{ "practice.list", RIGHT_READ, ON_READER, AT_ANY,
	    "good practices shared by the hall", "{practices: [...], more}",
	    PARAMS(practices_params), 0 },
	{ "practice.share", RIGHT_WRITE, ON_WRITER_ALONE, AT_HALL,
	    "shares an office's good practice with all", "{id, published}",
	    PARAMS(practice_share_params), 0 },
	{ "practice.withdraw", RIGHT_WRITE, ON_WRITER_ALONE, AT_HALL,
	    "takes a shared practice back", "{id, published}",
	    PARAMS(practice_id_params), 0 },
	{ "search", RIGHT_READ, ON_READER, AT_ANY,
	    "finds texts: where they stand, best first",
	    "{text, hits: [...], more}", PARAMS(search_params), 0 },
	{ "report.data", RIGHT_READ, ON_READER, AT_ANY,
	    "all that a report of an office shows",
	    "the report's document, or its first part: next names where to go "
	    "on, or is null; parts are merged: objects member by member, lists "
	    "end to end",
	    PARAMS(report_params), 0 },
	{ "report.province", RIGHT_READ, ON_READER, AT_HALLS,
	    "all that the report over the offices shows",
	    "the report's document, in parts as report.data",
	    PARAMS(province_params), 0 },
	{ "batch.apply", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "many field changes as one revision, or what they would change",
	    "{revision, commit, records, errors: [{index, message}]}",
	    PARAMS(batch_params), 0 },
	{ "revert", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "undoes revisions by a new one",
	    "{revision, commit, dry_run, record, changes, reverted, skipped: "
	    "[{record, field, by}]}",
	    PARAMS(revert_params), 0 },
	{ "restore", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "brings a record, or a field of it, back as it once was",
	    "{revision, commit, dry_run, record, changes, at, replaced: "
	    "[{field, revision, time, person}]}",
	    PARAMS(bring_back_params), 0 },
	{ "conflict.list", RIGHT_READ, ON_READER, AT_ANY,
	    "what devices wrote apart and a merge could not decide",
	    "{conflicts: [{id, name, record, item, field, why, base, hall, "
	    "mine, now, merge}], left_out}",
	    PARAMS(office_params), 0 },
	{ "conflict.show", RIGHT_READ, ON_READER, AT_ANY,
	    "one conflict, its texts whole", "{conflicts: [...]}",
	    PARAMS(conflict_show_params), 0 },
	{ "conflict.resolve", RIGHT_WRITE, ON_WRITER, AT_OFFICE,
	    "decides a conflict: one revision that removes it",
	    "{revision, commit, record, changes, resolved}",
	    PARAMS(conflict_params), 0 },
	{ "history", RIGHT_READ, ON_READER, AT_ANY,
	    "revisions, newest first: who changed what, when and why",
	    "{revisions: [...], next}", PARAMS(history_params), 0 },
	{ "history.stat", RIGHT_READ, ON_LONG, AT_ANY,
	    "the same revisions counted; what the pages say is added up",
	    "{revisions, person: [{key, name, n}], office, device, action, "
	    "item, month, next}",
	    PARAMS(history_stat_params), 0 },
	{ "blame", RIGHT_READ, ON_READER, AT_ANY,
	    "who wrote each field of a record, and ticked each point, as they "
	    "stand",
	    "{office, record, fields: [{field, value, revision, commit, time, "
	    "received, person, device, action, reason}], points, unchanged, "
	    "complete}",
	    PARAMS(blame_params), 0 },
	{ "access.log", RIGHT_READ, ON_LONG, AT_ANY,
	    "who took how much of the past out of here, where that is kept",
	    "{entries: [{n, time, login, person, action, office, year, "
	    "format, detail, prev, hash}], cursor, head: {n, hash}, "
	    "recording}",
	    PARAMS(access_params), 0 },
	{ "flags", RIGHT_READ, ON_LONG, AT_ANY,
	    "red flags of a year: what an auditor may want to ask about",
	    "{offices, total, flags: [{rule, office, year, record, item, "
	    "person, device, from, until, figures, count, revisions}], off, "
	    "next}",
	    PARAMS(flags_params), 1 },
	{ "flags.rules", RIGHT_READ, ON_READER, AT_ANY,
	    "the rules of red flags, and what they are set to here",
	    "{rules: [{rule, on, settings}]}", NO_PARAMS, 0 },
	{ "diff", RIGHT_READ, ON_READER, AT_ANY,
	    "what differs between two points in the past, or two offices",
	    "{from, to, office, with, branch, from_at, to_at, records: [...]}",
	    PARAMS(diff_params), 0 },
	{ "feed.heads", RIGHT_READ, ON_READER, AT_ANY,
	    "how far every branch is, for programs that keep a copy",
	    "{branches: [{office, branch, n, tip}]}", NO_PARAMS, 0 },
	{ "feed.revisions", RIGHT_READ, ON_READER, AT_ANY,
	    "what is new on a branch, oldest first, in an order that stays",
	    "{reset, revisions: [as in history], more, cut}",
	    PARAMS(feed_params), 0 },
	{ "feed.answers", RIGHT_READ, ON_READER, AT_ANY,
	    "the answers that a stretch of revisions changed last, as they "
	    "are now",
	    "{records: [{path, commit, revision, record}], next}",
	    PARAMS(feed_answers_params), 0 },
	{ "verify", RIGHT_READ, ON_LONG, AT_ANY,
	    "proves that repository, index, signatures and receipts agree",
	    "{ok, deep, since, checked, findings: [{severity, class, where, "
	    "what, advice}]}",
	    PARAMS(verify_params), 1 },
	{ "audit.office", RIGHT_READ, ON_LONG, AT_ANY,
	    "what an auditor is told of an office's year",
	    "the dossier's document, in parts as report.data",
	    PARAMS(audit_params), 0 },
	{ "audit.province", RIGHT_READ, ON_LONG, AT_HALL,
	    "what an auditor is told of all offices",
	    "the dossier's document, in parts as report.data",
	    PARAMS(audit_province_params), 0 },
	{ "audit.anchor", RIGHT_WRITE, ON_WRITER_ALONE, AT_BOTH,
	    "the tips of all histories, signed by this machine",
	    "{by, key, fingerprint, time, parts: [{text, signature, line}]}",
	    NO_PARAMS, 0 },
	{ "audit.check_anchor", RIGHT_READ, ON_LONG, AT_ANY,
	    "whether what is here contains what an anchor names",
	    "{ok, parts: [{by, time, part, of, signature, fault, log, tips: "
	    "[{ref, commit, now, state}]}]}",
	    PARAMS(check_anchor_params), 0 },
	{ "sync", RIGHT_WRITE, ON_LOOP, AT_OFFICE,
	    "exchanges revisions with the hall now", "the state of the sync",
	    PARAMS(sync_params), 1 },
	{ "sync.pause", RIGHT_WRITE, ON_LOOP, AT_OFFICE,
	    "exchanges begin by themselves no more for a while",
	    "the state of the sync", PARAMS(pause_params), 0 },
	{ "sync.resume", RIGHT_WRITE, ON_LOOP, AT_OFFICE,
	    "exchanges begin by themselves again", "the state of the sync",
	    NO_PARAMS, 0 },
	{ "receipts", RIGHT_READ, ON_READER, AT_ANY,
	    "what the hall signed for: newest first, each with the text that "
	    "is signed, checked anew",
	    "{hall, principal, key, receipts: [{name, revision, tip, time, "
	    "ok, fault, text, signature}], cursor}",
	    PARAMS(receipts_params), 0 },
	{ "enroll.request", RIGHT_ADMIN, ON_WRITER_ALONE, AT_OFFICE,
	    "makes the request line by which this office joins its hall",
	    "{request, fingerprint, code, device}", NO_PARAMS, 0 },
	{ "enroll.accept", RIGHT_ADMIN, ON_WRITER_ALONE, AT_OFFICE,
	    "takes the hall's answer line",
	    "{hall, hall_name, fingerprint, urls}", PARAMS(accept_params), 0 },
	{ "device.show", RIGHT_READ, ON_READER, AT_OFFICE,
	    "this device, the office's others, and what is kept aside",
	    "{device, fingerprint, enrolled, hall_knows, devices: [...], "
	    "aside: [...]}",
	    NO_PARAMS, 0 },
	{ "device.renew", RIGHT_ADMIN, ON_WRITER_ALONE, AT_OFFICE,
	    "makes this machine another device of its office: new letter, new "
	    "key, unsent revisions carried over",
	    "{from, to, carried, first, last, aside}", PARAMS(renew_params),
	    0 },
	{ "notice.list", RIGHT_READ, ON_READER, AT_ANY,
	    "what happened here that a person should know of",
	    "{notices: [{id, time, kind, message, hint}]}", NO_PARAMS, 0 },
	{ "notice.clear", RIGHT_ADMIN, ON_WRITER_ALONE, AT_ANY,
	    "drops a notice that was read, or all of them", "{cleared}",
	    PARAMS(notice_params), 0 },
	{ "hall.enroll", RIGHT_ADMIN, ON_WRITER_ALONE, AT_HALL,
	    "admits the office that made this request line",
	    "{answer, office, device, fingerprint, revision}",
	    PARAMS(enroll_params), 0 },
	{ "hall.enroll_look", RIGHT_ADMIN, ON_WRITER_ALONE, AT_HALL,
	    "what a request line asks for, before it is admitted",
	    "{office, name, device, fingerprint, time, known, enrolled, "
	    "devices: [...]}",
	    PARAMS(enroll_params), 0 },
	{ "hall.devices", RIGHT_READ, ON_READER, AT_HALL,
	    "the devices of one office or of all",
	    "{devices: [{device, office, state, since, until, reason, "
	    "fingerprint, last_seen, version}]}",
	    PARAMS(devices_params), 0 },
	{ "hall.revoke", RIGHT_ADMIN, ON_WRITER_ALONE, AT_HALL,
	    "lets no further revision of a device in",
	    "{device, office, state, until, last, reason, revision, "
	    "fingerprint, late}",
	    PARAMS(revoke_params), 0 },
	{ "hall.restore", RIGHT_ADMIN, ON_WRITER_ALONE, AT_HALL,
	    "takes a revocation back",
	    "{device, office, state, revision, fingerprint}",
	    PARAMS(restore_params), 0 },
	{ "hall.disable", RIGHT_ADMIN, ON_WRITER_ALONE, AT_HALL,
	    "takes nothing of an office until it is enabled again",
	    "{office, state, since, reason, revision}", PARAMS(shut_params),
	    0 },
	{ "hall.enable", RIGHT_ADMIN, ON_WRITER_ALONE, AT_HALL,
	    "takes what an office sends again",
	    "{office, state, since, reason, revision}", PARAMS(shut_params),
	    0 },
	{ "hall.status", RIGHT_READ, ON_READER, AT_HALLS,
	    "where every office stands, or one of them in detail",
	    "{version, free_bytes, offices: [...]}", PARAMS(one_office_params),
	    0 },
	{ "hall.watch", RIGHT_READ, ON_LOOP, AT_HALL,
	    "what happens at the hall: the next events, waited for",
	    "{events: [{n, time, kind, office, device, ...}], next, missed}",
	    PARAMS(watch_params), 0 },
	{ "hall.alerts", RIGHT_READ, ON_READER, AT_HALL,
	    "what is wrong, what was and is over, and who was told",
	    "{open: [...], ended: [...], sender}", NO_PARAMS, 0 },
	{ "hall.alerts_test", RIGHT_ADMIN, ON_LOOP, AT_HALL,
	    "sends a message that says it is a test", "{sent}", NO_PARAMS, 0 },
	{ "announcement.add", RIGHT_WRITE, ON_WRITER_ALONE, AT_HALL,
	    "tells all offices something", "{id, published}",
	    PARAMS(announce_params), 0 },
	{ "announcement.withdraw", RIGHT_WRITE, ON_WRITER_ALONE, AT_HALL,
	    "takes an announcement back", "{id, published}",
	    PARAMS(announcement_id_params), 0 },
	{ "announcement.list", RIGHT_READ, ON_READER, AT_ANY,
	    "what the hall tells its offices, newest first",
	    "{announcements: [{id, title, text, until, over, time, name, "
	    "read}], more}",
	    NO_PARAMS, 0 },
	{ "announcement.read", RIGHT_WRITE, ON_WRITER_ALONE, AT_OFFICE,
	    "notes that the announcements were read here", "{read}", NO_PARAMS,
	    0 },
	{ "metrics", RIGHT_READ, ON_READER, AT_ANY,
	    "figures for Prometheus, text format 0.0.4", "{text}", NO_PARAMS,
	    0 },
	{ "health", RIGHT_NONE, ON_READER, AT_ANY,
	    "whether this daemon can do its work",
	    "{ok, checks: {database, disk, repository, queue}}", NO_PARAMS, 0 },
	{ "hall.absorb", RIGHT_SELF, ON_WRITER_ALONE, AT_HALL,
	    "indexes what an office pushed and signs the receipt",
	    "{absorbed, receipt}", PARAMS(absorb_params), 0 },
	{ "hall.log", RIGHT_READ, ON_LONG, AT_HALL,
	    "the acceptance log: what became of every push",
	    "{entries: [{n, time, office, device, ref, old, new, result, "
	    "reason, road, prev, hash}], cursor, head: {n, hash}}",
	    PARAMS(log_params), 0 },
	{ "hall.province", RIGHT_SELF, ON_WRITER_ALONE, AT_HALL,
	    "brings province.git up to date for an auditor who came",
	    "{changed}", NO_PARAMS, 0 },
	{ "hall.auditors", RIGHT_READ, ON_READER, AT_HALL,
	    "who may fetch province.git",
	    "{auditors: [{name, key, fingerprint, since}]}", NO_PARAMS, 0 },
	{ "hall.auditors_add", RIGHT_ADMIN, ON_WRITER_ALONE, AT_HALL,
	    "lets somebody fetch province.git and nothing else",
	    "{name, fingerprint, since, line, urls}",
	    PARAMS(auditor_add_params), 0 },
	{ "hall.auditors_remove", RIGHT_ADMIN, ON_WRITER_ALONE, AT_HALL,
	    "takes that right away", "{name, fingerprint}",
	    PARAMS(auditor_params), 0 },
	{ "hall.returned", RIGHT_SELF, ON_WRITER_ALONE, AT_HALL,
	    "takes back what this hall lost of its own and an office returned",
	    "{returned}", PARAMS(absorb_params), 0 },
	{ "ministry.key", RIGHT_READ, ON_READER, AT_MINISTRY,
	    "the key that halls are to admit as an auditor's",
	    "{key, fingerprint}", NO_PARAMS, 0 },
	{ "ministry.add", RIGHT_ADMIN, ON_WRITER_ALONE, AT_MINISTRY,
	    "takes in a province by the line that its hall printed",
	    "{code, name, fingerprint, auditor, urls, known}",
	    PARAMS(province_line_params), 0 },
	{ "ministry.list", RIGHT_READ, ON_READER, AT_MINISTRY,
	    "the provinces that are fetched, and how that goes",
	    "{provinces: [{code, name, fingerprint, auditor, urls, since, "
	    "offices, revisions, state, detail, last_success, failing_since, "
	    "failures, next_try, last_error, address, runs}]}",
	    NO_PARAMS, 0 },
	{ "ministry.remove", RIGHT_ADMIN, ON_WRITER_ALONE, AT_MINISTRY,
	    "fetches a province no more; what came is set aside",
	    "{code, name, fingerprint, auditor, urls, aside}",
	    PARAMS(province_code_params), 0 },
	{ "ministry.sync", RIGHT_WRITE, ON_LOOP, AT_MINISTRY,
	    "fetches a province, or all, now", "{}",
	    PARAMS(province_sync_params), 0 },
	{ "bundle.create", RIGHT_WRITE, ON_WRITER_ALONE, AT_BOTH,
	    "decides what goes into a bundle and signs the list",
	    "{token, from, to, office}", PARAMS(bundle_create_params), 1 },
	{ "bundle.pack", RIGHT_WRITE, ON_LONG, AT_BOTH,
	    "makes the bundle's file",
	    "{token, name, size, parts, part_bytes, sha256, encrypted, ...}",
	    PARAMS(bundle_params), 1 },
	{ "bundle.read", RIGHT_WRITE, ON_LONG, AT_BOTH,
	    "one part of a bundle that was made", "{n, data}",
	    PARAMS(bundle_read_params), 0 },
	{ "bundle.begin", RIGHT_WRITE, ON_LONG, AT_BOTH,
	    "begins to send a bundle to the daemon",
	    "{token, parts, part_bytes}", PARAMS(bundle_begin_params), 0 },
	{ "bundle.part", RIGHT_WRITE, ON_LONG, AT_BOTH, "one part of a bundle",
	    "{}", PARAMS(bundle_part_params), 0 },
	{ "bundle.open", RIGHT_WRITE, ON_LONG, AT_BOTH,
	    "unpacks a bundle apart, checks it, and says what is in it",
	    "{encrypted, for_us, from, to, ...}", PARAMS(bundle_params), 1 },
	{ "bundle.bring", RIGHT_WRITE, ON_LONG, AT_BOTH,
	    "the first half of a step; at the hall all of it",
	    "{what, outcome, ...}", PARAMS(bundle_step_params), 1 },
	{ "bundle.take", RIGHT_WRITE, ON_WRITER_ALONE, AT_BOTH,
	    "the second half of a step", "{what, ...}",
	    PARAMS(bundle_step_params), 1 },
	{ "bundle.end", RIGHT_WRITE, ON_LONG, AT_BOTH,
	    "forgets a bundle that was under way", "{}", PARAMS(bundle_params),
	    0 },
	{ "backup.begin", RIGHT_ADMIN, ON_WRITER_ALONE, AT_ANY,
	    "begins a backup of the whole directory", "{token}",
	    PARAMS(backup_begin_params), 0 },
	{ "backup.step", RIGHT_ADMIN, ON_WRITER_ALONE, AT_ANY,
	    "copies some of the database, and at its end all the rest",
	    "{done, total, still}", PARAMS(backup_params), 0 },
	{ "backup.sum", RIGHT_ADMIN, ON_LONG, AT_ANY,
	    "lists the files of a backup with their hashes", "{files, bytes}",
	    PARAMS(backup_params), 1 },
	{ "backup.sign", RIGHT_ADMIN, ON_WRITER_ALONE, AT_ANY,
	    "signs that list",
	    "{role, code, name, device, time, keys, files, bytes, sums, key, "
	    "fingerprint}",
	    PARAMS(backup_params), 0 },
	{ "backup.read", RIGHT_ADMIN, ON_LONG, AT_ANY,
	    "some bytes of a backup that was signed", "{size, mode, data}",
	    PARAMS(backup_read_params), 0 },
	{ "maintain", RIGHT_ADMIN, ON_LONG, AT_ANY,
	    "makes one pack of the packs of each repository",
	    "{bytes_before, bytes_after, repositories: [{name, packs_before, "
	    "packs_after, loose_before, loose_after, bytes_before, "
	    "bytes_after}]}",
	    NO_PARAMS, 1 },
	{ "backup.end", RIGHT_ADMIN, ON_WRITER_ALONE, AT_ANY,
	    "forgets a backup that was under way", "{}", PARAMS(backup_params),
	    0 },
	{ "hall.absorb_evidence", RIGHT_SELF, ON_WRITER_ALONE, AT_HALL,
	    "checks a file that an office pushed and signs the receipt for it",
	    "{receipt}", PARAMS(absorb_evidence_params), 0 },
	{ "hall.seen", RIGHT_SELF, ON_WRITER_ALONE, AT_HALL,
	    "notes that a device of an office came, and why its push failed",
	    "{}", PARAMS(seen_params), 0 },
};

const struct method *
methods_all(size_t *ret_n)
{
	*ret_n = N(methods);
	return methods;
}
