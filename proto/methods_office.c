/* The table's rows: an office and its assessment: from the record to the decision on it. */
#include "proto/methods_rows.h"

static const struct param open_params[] = {
	{ "year", PARAM_INT, 1, "fiscal year to open, Buddhist era" },
	{ "edition", PARAM_STRING, 0,
	    "edition of the criteria; that of the hall's calendar, else the "
	    "newest if absent" },
	{ "from", PARAM_INT, 0,
	    "year whose texts, indicators and open actions are carried over" },
	REASON,
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

const struct method methods_office[] = {
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
};
const size_t methods_office_n = N(methods_office);
