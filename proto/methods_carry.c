/* The table's rows: what is carried: sticks and backups; upkeep; what pmqa-receive asks. */
#include "proto/methods_rows.h"

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

const struct method methods_carry[] = {
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
const size_t methods_carry_n = N(methods_carry);
