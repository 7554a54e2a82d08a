/* Each kind of alteration: verify finds it, names it rightly, and flags nothing
 * else. The table says which proof finds it. */
#include "tests/unit/test.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/hall/accepted.h"
#include "store/hall/revoke.h"
#include "store/save/journal.h"
#include "store/sign/receipt.h"
#include "tests/support/tamper.h"

#define OFFICE_REPO "repo.git"
#define HALL_REPO "offices/9105.git"

static struct tamper *t;
static char dir[200]; /* the one that is altered */

/* --- ways to alter --- */

static void
sql(const char *arg)
{
	tamper_sql(dir, arg);
}

static void
forge(const char *arg)
{
	tamper_forge(t, arg);
}

static const char *
repo_name(void)
{
	return strcmp(dir, t->p->hall.dir) == 0 ? HALL_REPO : OFFICE_REPO;
}

static void
object_path(const char *spec, char ret[PATH_MAX])
{
	const char *args[] = { "rev-parse", spec, NULL }, *hex;

	hex = tamper_git(dir, repo_name(), args);
	snprintf(ret, PATH_MAX, "%s/%s/objects/%.2s/%.38s", dir, repo_name(),
	    hex, hex + 2);
	/* what is packed is unpacked for this */
	if (access(ret, F_OK) != 0) {
		static const char *const packs[] = { "sh", "-c",
			"cd \"$0\" && mkdir p && mv objects/pack/* p/ && "
			"for f in p/*.pack; do git unpack-objects -q <$f; "
			"done && rm -rf p",
			NULL };
		const char *argv[] = { packs[0], packs[1], packs[2],
			tamper_path(dir, repo_name()), NULL };

		assert_int_equal(0, test_run(argv, NULL));
	}
	assert_int_equal(0, access(ret, F_OK));
}

static void
overwrite(const char *path, const void *bytes, size_t len)
{
	struct err e;

	assert_ok(file_write(path, bytes, len, 0600, &e), &e);
}

static void
turn_bit(const char *path, size_t part)
{
	struct buf b = BUF_INIT;
	struct err e;

	assert_ok(file_read(path, 64 << 20, &b, &e), &e);
	b.data[b.len * part / 8] ^= 0x10;
	overwrite(path, b.data, b.len);
	buf_release(&b);
}

static void
bit_of_object(const char *spec)
{
	char path[PATH_MAX];

	object_path(spec, path);
	turn_bit(path, 4);
}

static void
object_gone(const char *spec)
{
	char path[PATH_MAX];

	object_path(spec, path);
	assert_int_equal(0, unlink(path));
}

static void
object_cut(const char *spec)
{
	char path[PATH_MAX];

	object_path(spec, path);
	assert_int_equal(0, chmod(path, 0600));
	assert_int_equal(0, truncate(path, 20));
}

/* "A B": the file of A holds B's bytes. */
static void
object_swapped(const char *two)
{
	char to[PATH_MAX], from[PATH_MAX], first[200];
	struct buf b = BUF_INIT;
	const char *second = strchr(two, ' ') + 1;
	struct err e;

	snprintf(first, sizeof(first), "%.*s", (int)(second - two - 1), two);
	object_path(first, to);
	object_path(second, from);
	assert_ok(file_read(from, 1 << 20, &b, &e), &e);
	overwrite(to, b.data, b.len);
	buf_release(&b);
}

static void
pack_bit(const char *name)
{
	const char *pack[] = { "repack", "-adq", NULL };
	char command[PATH_MAX + 80], *out = NULL;
	const char *argv[] = { "sh", "-c", command, NULL };

	tamper_git(dir, repo_name(), pack);
	snprintf(command, sizeof(command), "ls %s/%s/objects/pack/*.%s", dir,
	    repo_name(), name);
	assert_int_equal(0, test_run(argv, &out));
	out[strcspn(out, "\n")] = '\0';
	turn_bit(out, 3);
	free(out);
}

/* "refs/heads/office <what>" */
static void
ref_to(const char *arg)
{
	const char *args[] = { "update-ref", NULL, NULL, NULL };
	char ref[100];

	snprintf(ref, sizeof(ref), "%.*s", (int)strcspn(arg, " "), arg);
	args[1] = ref;
	args[2] = strchr(arg, ' ') + 1;
	tamper_git(dir, repo_name(), args);
}

static void
ref_gone(const char *arg)
{
	const char *args[] = { "update-ref", "-d", arg, NULL };

	tamper_git(dir, repo_name(), args);
}

/* A commit of stock git, which nobody signed. */
static void
unsigned_commit(const char *ref)
{
	char tree[120], move[200];
	const char *args[] = { "-c", "user.name=x", "-c", "user.email=x@y",
		"commit-tree", "-p", ref, tree, NULL };

	/* without a message of its own it reads standard input: none */
	snprintf(tree, sizeof(tree), "%s^{tree}", ref);
	snprintf(move, sizeof(move), "%s %s", ref,
	    tamper_git(dir, repo_name(), args));
	ref_to(move);
}

/* The lines of the log through a sed script, in place. */
static void
log_sed(const char *script)
{
	char command[PATH_MAX + 300];
	const char *argv[] = { "sh", "-c", command, NULL };

	snprintf(command, sizeof(command),
	    "cd %s/log && sed -i '%s' [0-9]*.jsonl", dir, script);
	assert_int_equal(0, test_run(argv, NULL));
}

/* The same for the access log's. */
static void
access_sed(const char *script)
{
	char command[PATH_MAX + 300];
	const char *argv[] = { "sh", "-c", command, NULL };

	snprintf(command, sizeof(command),
	    "cd %s/log && sed -i '%s' access-*.jsonl", dir, script);
	assert_int_equal(0, test_run(argv, NULL));
}

/* "REF SPEC": the line of the ref in packed-refs; SPEC in the office's
 * repository at the hall, or "-": in province.git itself. */
static void
province_ref(const char *arg)
{
	const char *spec = strchr(arg, ' ') + 1, *hex;
	const char *args[] = { "rev-parse", spec, NULL };
	char command[PATH_MAX + 300];
	const char *argv[] = { "sh", "-c", command, NULL };

	hex = tamper_git(dir,
	    strncmp(arg, "refs/heads", 10) == 0 ? "province.git" : HALL_REPO,
	    args);
	snprintf(command, sizeof(command),
	    "cd %s/province.git && sed -i 's#^.* %.*s$#%s %.*s#' packed-refs",
	    dir, (int)(spec - 1 - arg), arg, hex, (int)(spec - 1 - arg), arg);
	assert_int_equal(0, test_run(argv, NULL));
}

static void
province_renamed(const char *script)
{
	char command[PATH_MAX + 300];
	const char *argv[] = { "sh", "-c", command, NULL };

	snprintf(command, sizeof(command),
	    "cd %s/province.git && sed -i '%s' packed-refs", dir, script);
	assert_int_equal(0, test_run(argv, NULL));
}

static void
province_bit(const char *arg)
{
	char command[PATH_MAX + 200], *out = NULL;
	const char *argv[] = { "sh", "-c", command, NULL };

	snprintf(command, sizeof(command),
	    "find %s/province.git/objects -type f -name '%s' | head -1", dir,
	    arg);
	assert_int_equal(0, test_run(argv, &out));
	out[strcspn(out, "\n")] = '\0';
	turn_bit(out, 4);
	free(out);
}

/* Ref and index agree that the hall's newest revision never was. */
static void
hall_rewound(const char *arg)
{
	(void)arg;
	ref_to("refs/heads/hall refs/heads/hall~1");
	sql("PRAGMA foreign_keys = 0; CREATE TEMP TABLE gone AS SELECT v.id,"
	    " v.parent, v.branch FROM revision v JOIN branch b ON"
	    " b.id = v.branch AND v.commit_id = b.tip AND b.name = 'hall';"
	    " DELETE FROM change WHERE revision IN (SELECT id FROM gone);"
	    " DELETE FROM touch WHERE revision IN (SELECT id FROM gone);"
	    " DELETE FROM revision WHERE id IN (SELECT id FROM gone);"
	    " UPDATE branch SET n = n - 1, tip = (SELECT parent FROM gone),"
	    " content = (SELECT content FROM revision WHERE commit_id ="
	    "  (SELECT parent FROM gone)),"
	    " tip_time = (SELECT time FROM revision WHERE commit_id ="
	    "  (SELECT parent FROM gone))"
	    " WHERE id = (SELECT branch FROM gone)");
}

/* Another history of pushes, its chain whole: as many lines, then one more. */
static void
log_made_anew(const char *arg)
{
	const struct accepted_entry en = { .office = "9105",
		.device = "9105-a",
		.ref = "refs/heads/office",
		.result = "refused",
		.road = "path",
		.reason = "x",
		.time = 1669097655 };
	struct err e;

	(void)arg;
	log_sed("d");
	assert_ok(accepted_add(dir, &en, NULL, &e), &e);
}

static void
evidence_bit(const char *arg)
{
	char command[PATH_MAX + 200], *out = NULL;
	const char *argv[] = { "sh", "-c", command, NULL };

	snprintf(command, sizeof(command),
	    "find %s/evidence.git/objects -type f -size +%s | head -1", dir,
	    arg);
	assert_int_equal(0, test_run(argv, &out));
	out[strcspn(out, "\n")] = '\0';
	turn_bit(out, 4);
	free(out);
}

static void
evidence_gone(const char *arg)
{
	char name[200];

	(void)arg;
	snprintf(
	    name, sizeof(name), "evidence.git/refs/evidence/%s", t->file.sha);
	assert_int_equal(0, unlink(tamper_path(dir, name)));
}

/* The ref of the file leads to its first part only. */
static void
evidence_short(const char *arg)
{
	const char *args[] = { "update-ref", NULL, NULL, NULL };
	char ref[120], first[140];

	(void)arg;
	snprintf(ref, sizeof(ref), "refs/evidence/%s", t->file.sha);
	snprintf(first, sizeof(first), "%s~1", ref);
	args[1] = ref;
	args[2] = first;
	tamper_git(dir, "evidence.git", args);
}

/* The newest receipt, signed by another key. */
static void
receipt_by_stranger(const char *arg)
{
	struct receipt r = { .hall = "91", .office = "9105" };
	struct buf text = BUF_INIT;
	struct store *s = NULL;
	cJSON *json = NULL;
	struct err e;

	(void)arg;
	assert_ok(store_open(dir, STORE_WRITE, &s, &e), &e);
	assert_ok(receipt_last(s, "", &json, &e), &e);
	assert_ok(receipt_check(json, t->hall.pub, &r, &e), &e);
	cJSON_Delete(json);
	assert_ok(receipt_make(&r, &t->stranger, &json, &e), &e);
	assert_ok(json_write(json, &text, &e), &e);
	assert_ok(db_run(store_db(s), &e,
		      "UPDATE receipt SET json = ?1 WHERE revision = ?2", "ss",
		      buf_str(&text), r.revision),
	    &e);
	store_close(s);
	cJSON_Delete(json);
	buf_release(&text);
}

/* The key of a device that the hall revoked signs once more: now, or dated
 * back to when it was good. */
static void
stolen_key(const char *how)
{
	struct person p = { "malee", "มาลี สตูล" };
	const struct revoke r = { &p, "9105-a", "2022-01-01", "หาย" };
	struct store *s = NULL;
	cJSON *v = NULL;
	struct err e;

	if (strcmp(how, "later") == 0) {
		assert_ok(store_open(dir, STORE_WRITE, &s, &e), &e);
		assert_ok(revoke_device(s, &r, &v, &e), &e);
		assert_ok(journal_flush(s, &e), &e);
		store_close(s);
		cJSON_Delete(v);
	}
	tamper_forge(t, "good");
}

/* --- the table --- */

enum at { OFFICE, HALL };
enum by { DEEP, ALSO_SINCE };

#define REVISION(set) "UPDATE revision SET " set " WHERE name = 'a2'"
#define TIP_ITEM "refs/heads/office:2565/items/1.1.json"
#define OLD_ITEM "refs/heads/office~2:2565/items/1.1.json"

static const struct kind {
	const char *name;
	enum at at;
	void (*alter)(const char *arg);
	const char *arg;
	const char *class; /* the one of the finding */
	enum by by;
	const char *also; /* what this kind cannot but show, too */
} kinds[] = {
	/* objects */
	{ "a bit of the newest commit", OFFICE, bit_of_object,
	    "refs/heads/office", "object", ALSO_SINCE, "unchecked" },
	{ "a bit of an old commit", OFFICE, bit_of_object,
	    "refs/heads/office~2", "object", ALSO_SINCE, "unchecked" },
	{ "a bit of a tree", OFFICE, bit_of_object,
	    "refs/heads/office~1^{tree}", "object", ALSO_SINCE, "unchecked" },
	{ "a bit of a blob", OFFICE, bit_of_object, TIP_ITEM, "object",
	    ALSO_SINCE, "unchecked" },
	{ "a bit of the hall's newest commit", OFFICE, bit_of_object,
	    "refs/heads/hall", "object", ALSO_SINCE, "unchecked" },
	{ "a commit that is gone", OFFICE, object_gone, "refs/heads/office~2",
	    "object", ALSO_SINCE, NULL },
	{ "a tree that is gone", OFFICE, object_gone,
	    "refs/heads/office~1^{tree}", "object", ALSO_SINCE, NULL },
	{ "an old blob that is gone", OFFICE, object_gone, OLD_ITEM, "object",
	    ALSO_SINCE, NULL },
	{ "an object that was cut", OFFICE, object_cut, TIP_ITEM, "object",
	    ALSO_SINCE, "unchecked" },
	{ "a blob with another's bytes", OFFICE, object_swapped,
	    TIP_ITEM " " OLD_ITEM, "object", ALSO_SINCE, NULL },
	{ "a commit with another's bytes", OFFICE, object_swapped,
	    "refs/heads/office~1 refs/heads/office~2", "object", ALSO_SINCE,
	    NULL },
	{ "a bit of a pack", HALL, pack_bit, "pack", "object", ALSO_SINCE,
	    "unchecked" },
	{ "a bit of a pack's index", HALL, pack_bit, "idx", "object",
	    ALSO_SINCE, "unchecked" },
	/* refs */
	{ "our branch moved back", OFFICE, ref_to,
	    "refs/heads/office refs/heads/office~1", "branch", ALSO_SINCE,
	    NULL },
	{ "our branch led to the hall's", OFFICE, ref_to,
	    "refs/heads/office refs/heads/hall", "branch", ALSO_SINCE, NULL },
	{ "the hall's branch moved back", OFFICE, ref_to,
	    "refs/heads/hall refs/heads/hall~1", "branch", ALSO_SINCE, NULL },
	{ "the hall's branch that is gone", OFFICE, ref_gone, "refs/heads/hall",
	    "branch", ALSO_SINCE, NULL },
	{ "the office's branch moved back at the hall", HALL, ref_to,
	    "refs/heads/office refs/heads/office~1", "branch", ALSO_SINCE,
	    "log province" },
	{ "the hall's branch moved back, its index too", OFFICE, hall_rewound,
	    NULL, "branch", ALSO_SINCE, "state receipt index" },
	{ "branches swapped", OFFICE, ref_to,
	    "refs/heads/hall refs/heads/office", "writer", DEEP, "branch" },
	/* commits that are not what they should be */
	{ "a commit that nobody signed", HALL, unsigned_commit,
	    "refs/heads/office", "form", ALSO_SINCE, "log" },
	{ "a commit by a foreign key", HALL, forge, "stranger", "signature",
	    ALSO_SINCE, "log" },
	{ "a commit by the hall's key", HALL, forge, "hall-key", "signature",
	    ALSO_SINCE, "log" },
	{ "a commit altered after it was signed", HALL, forge, "subject",
	    "signature", ALSO_SINCE, "log" },
	{ "a device that nobody knows", HALL, forge, "no-device", "signature",
	    ALSO_SINCE, "log" },
	{ "a number left out", HALL, forge, "gap", "sequence", ALSO_SINCE,
	    "log" },
	{ "a number used again", HALL, forge, "again", "sequence", ALSO_SINCE,
	    "log" },
	{ "a Content-SHA256 of other bytes", HALL, forge, "content", "content",
	    ALSO_SINCE, "log" },
	{ "a record that is not canonical", HALL, forge, "loose-json",
	    "records", ALSO_SINCE, "log" },
	{ "a tick that the edition has not", HALL, forge, "unknown-point",
	    "records", ALSO_SINCE, "log" },
	{ "a file at a strange path", HALL, forge, "path", "records",
	    ALSO_SINCE, "log" },
	{ "another office's commit", HALL, forge, "other-office", "writer",
	    ALSO_SINCE, "log" },
	{ "the hall's device on the office's branch", HALL, forge,
	    "hall-device", "writer", ALSO_SINCE, "log" },
	{ "a merge of nothing", HALL, forge, "merge-word", "form", ALSO_SINCE,
	    "log" },
	{ "a commit dated back", HALL, forge, "back-dated", "clock", ALSO_SINCE,
	    "log unindexed" },
	{ "a commit of the future", HALL, forge, "future", "clock", ALSO_SINCE,
	    "log unindexed" },
	{ "a good commit past the door", HALL, forge, "good", "log", ALSO_SINCE,
	    "unindexed" },
	{ "a sign-off of another revision", HALL, forge, "sign-off", "records",
	    ALSO_SINCE, "log" },
	{ "a decision on nothing", OFFICE, forge, "decision-unreal", "decision",
	    ALSO_SINCE, "unindexed" },
	{ "a decision on what nobody signed off", OFFICE, forge,
	    "decision-unsigned", "decision", ALSO_SINCE, "unindexed" },
	{ "a review of no submission", OFFICE, forge, "review-unsigned",
	    "decision", ALSO_SINCE, "unindexed" },
	{ "a stolen key after it was revoked", HALL, stolen_key, "later",
	    "signature", ALSO_SINCE, "log" },
	/* rows: the present */
	{ "the present bytes of a record", OFFICE, sql,
	    "UPDATE record SET bytes = CAST(replace(CAST(bytes AS TEXT),"
	    " '1.1.B1', '1.1.B2') AS BLOB)"
	    " WHERE path = '2565/items/1.1.json'",
	    "state", ALSO_SINCE, NULL },
	{ "a record that is gone", OFFICE, sql,
	    "UPDATE record SET bytes = NULL, blob = NULL"
	    " WHERE path = 'office.json'",
	    "state", ALSO_SINCE, NULL },
	{ "a record too many", OFFICE, sql,
	    "INSERT INTO record(branch, path, revision, blob, bytes) SELECT"
	    " branch, '2565/items/1.4.json', revision, blob, bytes FROM record"
	    " WHERE path = '2565/items/1.2.json'",
	    "state", ALSO_SINCE, NULL },
	{ "two records swapped", OFFICE, sql,
	    "UPDATE record SET path = path || '~' WHERE path LIKE"
	    " '2565/items/1.%'; UPDATE record SET path = CASE path WHEN"
	    " '2565/items/1.1.json~' THEN '2565/items/1.2.json' WHEN"
	    " '2565/items/1.2.json~' THEN '2565/items/1.1.json' ELSE"
	    " rtrim(path, '~') END WHERE path LIKE '2565/items/1.%~'",
	    "state", ALSO_SINCE, "index" },
	{ "the count of a branch", OFFICE, sql,
	    "UPDATE branch SET n = n + 1 WHERE name = 'office'", "index",
	    ALSO_SINCE, NULL },
	{ "the tip of a branch", OFFICE, sql,
	    "UPDATE branch SET tip = (SELECT commit_id FROM revision WHERE"
	    " name = 'a3') WHERE name = 'office'",
	    "branch", ALSO_SINCE, "index state journal" },
	{ "a branch of nothing", OFFICE, sql,
	    "INSERT INTO branch(office, name, own, n, tip_time)"
	    " VALUES('9199', 'office', 0, 0, 0)",
	    "stray", ALSO_SINCE, NULL },
	/* rows: the past (few revisions: the patrol comes by all of them) */
	{ "who made an old revision", OFFICE, sql, REVISION("person = 'x'"),
	    "index", ALSO_SINCE, NULL },
	{ "when an old revision was made", OFFICE, sql,
	    REVISION("time = time - 86400"), "index", ALSO_SINCE, NULL },
	{ "since when the hall had it", OFFICE, sql,
	    REVISION("received = received - 86400"), "index", DEEP, NULL },
	{ "why an old revision was made", OFFICE, sql, REVISION("reason = 'x'"),
	    "index", ALSO_SINCE, NULL },
	{ "an old revision that is gone", OFFICE, sql,
	    "DELETE FROM change WHERE revision = (SELECT id FROM revision"
	    " WHERE name = 'a3'); DELETE FROM touch WHERE revision = (SELECT"
	    " id FROM revision WHERE name = 'a3'); DELETE FROM revision WHERE"
	    " name = 'a3'",
	    "index", ALSO_SINCE, "state sequence receipt" },
	{ "between which times revisions were saved", OFFICE, sql,
	    "INSERT INTO span(branch, first, last, low, high, n)"
	    " SELECT branch, min(id), max(id), min(time), max(time) - 1,"
	    " count(*) FROM revision GROUP BY branch",
	    "index", ALSO_SINCE, NULL },
	{ "what a field was before", OFFICE, sql,
	    "UPDATE change SET old = '\"x\"' WHERE field = 'strengths'",
	    "index", ALSO_SINCE, NULL },
	{ "a change that is gone", OFFICE, sql,
	    "DELETE FROM change WHERE field = 'strengths'", "index", ALSO_SINCE,
	    NULL },
	{ "which record an old revision touched", OFFICE, sql,
	    "UPDATE touch SET blob = zeroblob(20) WHERE revision = (SELECT id"
	    " FROM revision WHERE name = 'a2')",
	    "index", ALSO_SINCE, "state" },
	/* the journal */
	{ "a commit in the journal", OFFICE, sql,
	    "UPDATE journal SET raw = CAST(replace(CAST(raw AS TEXT),"
	    " 'Action: tick', 'Action: tock') AS BLOB)",
	    "journal", ALSO_SINCE, "object branch" },
	{ "a file in the journal", OFFICE, sql,
	    "UPDATE journal_file SET bytes = x'7b7d0a'", "journal", ALSO_SINCE,
	    "object" },
	{ "a journal that is gone", OFFICE, sql,
	    "DELETE FROM journal_file; DELETE FROM journal", "object",
	    ALSO_SINCE, "branch" },
	/* receipts */
	{ "the time of a receipt", OFFICE, sql,
	    "UPDATE receipt SET time = time + 1", "receipt", DEEP, "index" },
	{ "a receipt's own words", OFFICE, sql,
	    "UPDATE receipt SET json = replace(json, '\"9105\"', '\"9106\"')",
	    "receipt", DEEP, NULL },
	{ "a receipt by a foreign key", OFFICE, receipt_by_stranger, NULL,
	    "receipt", DEEP, NULL },
	{ "a receipt that is gone", OFFICE, sql,
	    "DELETE FROM receipt WHERE id = (SELECT max(id) FROM receipt)",
	    "receipt", ALSO_SINCE, "index" },
	{ "the newest receipt names another revision", OFFICE, sql,
	    "UPDATE receipt SET tip = (SELECT commit_id FROM revision WHERE"
	    " name = 'a2') WHERE id = (SELECT max(id) FROM receipt)",
	    "receipt", ALSO_SINCE, "index" },
	{ "two receipts swapped", OFFICE, sql,
	    "UPDATE receipt SET json = (SELECT r.json FROM receipt r WHERE"
	    " r.id <> receipt.id AND r.office = receipt.office)",
	    "receipt", DEEP, NULL },
	{ "a receipt for a file", OFFICE, sql,
	    "UPDATE evidence_file SET confirmed = confirmed - 1", "receipt",
	    DEEP, NULL },
	/* evidence */
	{ "a bit of a file", OFFICE, evidence_bit, "100k", "object", ALSO_SINCE,
	    NULL },
	{ "a file that is gone", OFFICE, evidence_gone, NULL,
	    "evidence-missing", ALSO_SINCE, NULL },
	{ "a file without its last part", OFFICE, evidence_short, NULL,
	    "evidence", ALSO_SINCE, NULL },
	/* the hall's log */
	{ "a line of the log", HALL, log_sed, "1s/9105-a/9105-b/", "log",
	    ALSO_SINCE, NULL },
	{ "a line taken out", HALL, log_sed, "1d", "log", ALSO_SINCE, NULL },
	{ "the last line taken off", HALL, log_sed, "$d", "log", ALSO_SINCE,
	    NULL },
	{ "a line twice", HALL, log_sed, "1p", "log", ALSO_SINCE, NULL },
	{ "lines in another order", HALL, log_sed, "1{h;d};2G", "log",
	    ALSO_SINCE, NULL },
	{ "a log made anew, its chain whole", HALL, log_made_anew, NULL, "log",
	    ALSO_SINCE, NULL },
	/* the access log */
	{ "a line of the access log", HALL, access_sed, "1s/somsri/somsak/",
	    "access", ALSO_SINCE, NULL },
	{ "a line taken out of the access log", HALL, access_sed, "2d",
	    "access", ALSO_SINCE, NULL },
	{ "the access log cut", HALL, access_sed, "$d", "access", ALSO_SINCE,
	    NULL },
	{ "lines of the access log in another order", HALL, access_sed,
	    "1{h;d};2G", "access", ALSO_SINCE, NULL },
	/* what auditors are given */
	{ "the hall's own history by a foreign key", HALL, forge,
	    "province-stranger", "province", ALSO_SINCE, NULL },
	{ "a number left out of the hall's own history", HALL, forge,
	    "province-gap", "province", ALSO_SINCE, NULL },
	{ "the hall's own history dated back", HALL, forge, "province-back",
	    "province", ALSO_SINCE, NULL },
	{ "a Content-SHA256 of the hall's own history", HALL, forge,
	    "province-content", "province", ALSO_SINCE, NULL },
	{ "the hall's own history moved back", HALL, province_ref,
	    "refs/heads/hall refs/heads/hall~1", "province", ALSO_SINCE, NULL },
	{ "an office's ref for auditors moved back", HALL, province_ref,
	    "refs/offices/9105 refs/heads/office~1", "province", ALSO_SINCE,
	    NULL },
	{ "an office's ref for auditors led to the hall's", HALL, province_ref,
	    "refs/offices/9105 refs/heads/hall", "province", ALSO_SINCE, NULL },
	{ "the hall's ref for auditors moved back", HALL, province_ref,
	    "refs/halls/9105 refs/heads/hall~1", "province", ALSO_SINCE, NULL },
	{ "an office's ref under another's name", HALL, province_renamed,
	    "s#refs/offices/9105#refs/offices/9199#", "province", ALSO_SINCE,
	    NULL },
	{ "a bit of an object for auditors", HALL, province_bit, "??????*",
	    "object", ALSO_SINCE, "province" },
	/* the seal */
	{ "the seal", OFFICE, sql,
	    "UPDATE mark SET value = replace(value, 'time', 'tine') WHERE"
	    " name = 'verify'",
	    "seal", ALSO_SINCE, NULL },
};

/* --- the test --- */

static int
among(const char *word, const char *words)
{
	size_t n = strlen(word);
	const char *at = words;

	while (at != NULL && (at = strstr(at, word)) != NULL) {
		if ((at == words || at[-1] == ' ') &&
		    (at[n] == ' ' || at[n] == '\0'))
			return 1;
		at += n;
	}
	return 0;
}

static void
complain(const struct kind *k, const char *how, const char *what)
{
	char *text = cJSON_Print(t->result);

	print_error(
	    "%s (%s): %s '%s': %s\n", k->name, how, what, k->class, text);
	free(text);
}

/* 1 if found and rightly named. */
static int
judge(const struct kind *k, const char *how, int must)
{
	const cJSON *one;
	int named = 0;

	cJSON_ArrayForEach (one, json_get(t->result, "findings")) {
		const char *class = json_str(one, "class");

		if (strcmp(class, k->class) == 0) {
			named = 1;
		} else if (!among(class, k->also)) {
			complain(k, how, "flags something beside");
			return 0;
		}
	}
	if (named || !must)
		return 1;
	complain(k, how, "does not find");
	return 0;
}

static int
try_kind(const struct kind *k)
{
	int good = 1, deep;
	struct err e;

	snprintf(dir, sizeof(dir), "%s",
	    k->at == HALL ? t->p->hall.dir : t->p->office.dir);
	tamper_restore(t);
	k->alter(k->arg);
	for (deep = 0; deep < 2; deep++) {
		if (tamper_verify(t, dir, deep, &e) == NULL) {
			print_error("%s: %s\n", k->name, e.msg);
			return 0;
		}
		/* a seal is nothing to a proof from zero */
		if (strcmp(k->class, "seal") == 0 && deep)
			break;
		good &= judge(
		    k, deep ? "deep" : "since", deep || k->by == ALSO_SINCE);
	}
	return good;
}

static void
test_tamper__each_kind_is_found_and_nothing_else_is_flagged(void **state)
{
	size_t i, bad = 0;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		bad += !try_kind(&kinds[i]);
	assert_int_equal(0, bad);
	assert_true(sizeof(kinds) / sizeof(kinds[0]) >= 40);
}

static int
setup(void **state)
{
	test_libraries_up(state);
	t = tamper_make();
	return 0;
}

static int
teardown(void **state)
{
	tamper_remove(t);
	return test_libraries_down(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_tamper__each_kind_is_found_and_nothing_else_is_flagged),
	};

	return cmocka_run_group_tests_name("tamper", tests, setup, teardown);
}
