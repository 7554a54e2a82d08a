/* The table's rows: looking: calendars, scores, searches, the past, proofs. */
#include "proto/methods_rows.h"

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

static const struct param verify_params[] = {
	{ "deep", PARAM_BOOL, 0,
	    "everything from the first revision on, not only what was not "
	    "proved before" },
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

const struct method methods_look[] = {
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
};
const size_t methods_look_n = N(methods_look);
