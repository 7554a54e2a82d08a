/* The table's rows: between offices, halls and ministries. */
#include "proto/methods_rows.h"

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

static const struct param sync_params[] = {
	{ "wait", PARAM_BOOL, 0, "answer when the exchange has ended" },
	{ "metered", PARAM_BOOL, 0,
	    "true: files of evidence wait; false: they go, whatever the "
	    "configuration says" },
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

const struct method methods_hall[] = {
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
};
const size_t methods_hall_n = N(methods_hall);
