/* Each kind of alteration: verify finds it, names it rightly, and flags nothing
 * else. The table says which proof finds it. */
#include "tests/unit/test.h"

#include "tests/support/tamper_ways.h"

static struct tamper *t;

/* --- the table --- */

enum at { OFFICE, HALL };
enum by { DEEP, ALSO_SINCE };

#define REVISION(set) "UPDATE revision SET " set " WHERE name = 'a2'"
/* A row of a revision that no commit stands for, under this number. */
#define REVISION_TOO_MANY(id)                                                  \
	"INSERT INTO revision SELECT " id ", branch, 'a7', device, 7,"         \
	" zeroblob(20), commit_id, NULL, 0, content, time, offset_min, NULL,"  \
	" login, person, action, edition, subject, reason, bytes"              \
	" FROM revision WHERE name = 'a6'"
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
	{ "a bit of the newest commit", OFFICE, alter_bit_of_object,
	    "refs/heads/office", "object", ALSO_SINCE, "unchecked" },
	{ "a bit of an old commit", OFFICE, alter_bit_of_object,
	    "refs/heads/office~2", "object", ALSO_SINCE, "unchecked" },
	{ "a bit of a tree", OFFICE, alter_bit_of_object,
	    "refs/heads/office~1^{tree}", "object", ALSO_SINCE, "unchecked" },
	{ "a bit of a blob", OFFICE, alter_bit_of_object, TIP_ITEM, "object",
	    ALSO_SINCE, "unchecked" },
	{ "a bit of the hall's newest commit", OFFICE, alter_bit_of_object,
	    "refs/heads/hall", "object", ALSO_SINCE, "unchecked" },
	{ "a commit that is gone", OFFICE, alter_object_gone,
	    "refs/heads/office~2", "object", ALSO_SINCE, NULL },
	{ "a tree that is gone", OFFICE, alter_object_gone,
	    "refs/heads/office~1^{tree}", "object", ALSO_SINCE, NULL },
	{ "an old blob that is gone", OFFICE, alter_object_gone, OLD_ITEM,
	    "object", ALSO_SINCE, NULL },
	{ "an object that was cut", OFFICE, alter_object_cut, TIP_ITEM,
	    "object", ALSO_SINCE, "unchecked" },
	{ "a blob with another's bytes", OFFICE, alter_object_swapped,
	    TIP_ITEM " " OLD_ITEM, "object", ALSO_SINCE, NULL },
	{ "a commit with another's bytes", OFFICE, alter_object_swapped,
	    "refs/heads/office~1 refs/heads/office~2", "object", ALSO_SINCE,
	    NULL },
	{ "a bit of a pack", HALL, alter_pack_bit, "pack", "object", ALSO_SINCE,
	    "unchecked" },
	{ "a bit of a pack's index", HALL, alter_pack_bit, "idx", "object",
	    ALSO_SINCE, "unchecked" },
	/* refs */
	{ "our branch moved back", OFFICE, alter_ref_to,
	    "refs/heads/office refs/heads/office~1", "branch", ALSO_SINCE,
	    NULL },
	{ "our branch led to the hall's", OFFICE, alter_ref_to,
	    "refs/heads/office refs/heads/hall", "branch", ALSO_SINCE, NULL },
	{ "the hall's branch moved back", OFFICE, alter_ref_to,
	    "refs/heads/hall refs/heads/hall~1", "branch", ALSO_SINCE, NULL },
	{ "the hall's branch that is gone", OFFICE, alter_ref_gone,
	    "refs/heads/hall", "branch", ALSO_SINCE, NULL },
	{ "the office's branch moved back at the hall", HALL, alter_ref_to,
	    "refs/heads/office refs/heads/office~1", "branch", ALSO_SINCE,
	    "log province" },
	{ "the hall's branch moved back, its index too", OFFICE,
	    alter_hall_rewound, NULL, "branch", ALSO_SINCE,
	    "state receipt index" },
	{ "branches swapped", OFFICE, alter_ref_to,
	    "refs/heads/hall refs/heads/office", "writer", DEEP, "branch" },
	/* commits that are not what they should be */
	{ "a commit that nobody signed", HALL, alter_unsigned_commit,
	    "refs/heads/office", "form", ALSO_SINCE, "log" },
	{ "a commit by a foreign key", HALL, alter_forge, "stranger",
	    "signature", ALSO_SINCE, "log" },
	{ "a commit by the hall's key", HALL, alter_forge, "hall-key",
	    "signature", ALSO_SINCE, "log" },
	{ "a commit altered after it was signed", HALL, alter_forge, "subject",
	    "signature", ALSO_SINCE, "log" },
	{ "a device that nobody knows", HALL, alter_forge, "no-device",
	    "signature", ALSO_SINCE, "log" },
	{ "a number left out", HALL, alter_forge, "gap", "sequence", ALSO_SINCE,
	    "log" },
	{ "a number used again", HALL, alter_forge, "again", "sequence",
	    ALSO_SINCE, "log" },
	{ "a Content-SHA256 of other bytes", HALL, alter_forge, "content",
	    "content", ALSO_SINCE, "log" },
	{ "a record that is not canonical", HALL, alter_forge, "loose-json",
	    "records", ALSO_SINCE, "log" },
	{ "a tick that the edition has not", HALL, alter_forge, "unknown-point",
	    "records", ALSO_SINCE, "log" },
	{ "a file at a strange path", HALL, alter_forge, "path", "records",
	    ALSO_SINCE, "log" },
	{ "another office's commit", HALL, alter_forge, "other-office",
	    "writer", ALSO_SINCE, "log" },
	{ "the hall's device on the office's branch", HALL, alter_forge,
	    "hall-device", "writer", ALSO_SINCE, "log" },
	{ "a merge of nothing", HALL, alter_forge, "merge-word", "form",
	    ALSO_SINCE, "log" },
	{ "a commit dated back", HALL, alter_forge, "back-dated", "clock",
	    ALSO_SINCE, "log unindexed" },
	{ "a commit of the future", HALL, alter_forge, "future", "clock",
	    ALSO_SINCE, "log unindexed" },
	{ "a good commit past the door", HALL, alter_forge, "good", "log",
	    ALSO_SINCE, "unindexed" },
	{ "a sign-off of another revision", HALL, alter_forge, "sign-off",
	    "records", ALSO_SINCE, "log" },
	{ "a decision on nothing", OFFICE, alter_forge, "decision-unreal",
	    "decision", ALSO_SINCE, "unindexed" },
	{ "a decision on what nobody signed off", OFFICE, alter_forge,
	    "decision-unsigned", "decision", ALSO_SINCE, "unindexed" },
	{ "a review of no submission", OFFICE, alter_forge, "review-unsigned",
	    "decision", ALSO_SINCE, "unindexed" },
	{ "a stolen key after it was revoked", HALL, alter_stolen_key, "later",
	    "signature", ALSO_SINCE, "log" },
	/* rows: the present */
	{ "the present bytes of a record", OFFICE, alter_sql,
	    "UPDATE record SET bytes = CAST(replace(CAST(bytes AS TEXT),"
	    " '1.1.B1', '1.1.B2') AS BLOB)"
	    " WHERE path = '2565/items/1.1.json'",
	    "state", ALSO_SINCE, NULL },
	{ "a record that is gone", OFFICE, alter_sql,
	    "UPDATE record SET bytes = NULL, blob = NULL"
	    " WHERE path = 'office.json'",
	    "state", ALSO_SINCE, NULL },
	{ "a record too many", OFFICE, alter_sql,
	    "INSERT INTO record(branch, path, revision, blob, bytes) SELECT"
	    " branch, '2565/items/1.4.json', revision, blob, bytes FROM record"
	    " WHERE path = '2565/items/1.2.json'",
	    "state", ALSO_SINCE, NULL },
	{ "a record too many, as its newest revision had touched it", OFFICE,
	    alter_sql,
	    "INSERT INTO record(branch, path, revision, blob, bytes) SELECT"
	    " branch, '2565/items/1.4.json', revision, blob, bytes FROM record"
	    " WHERE path = '2565/items/1.2.json'; INSERT INTO touch(record,"
	    " revision, blob, side) SELECT r.id, r.revision, r.blob, 0 FROM"
	    " record r WHERE r.path = '2565/items/1.4.json'",
	    "state", ALSO_SINCE, "index" },
	{ "at which revision a record stands", OFFICE, alter_sql,
	    "UPDATE record SET revision = (SELECT id FROM revision WHERE"
	    " name = 'a2') WHERE path = '2565/items/1.1.json'",
	    "state", ALSO_SINCE, NULL },
	{ "two records swapped", OFFICE, alter_sql,
	    "UPDATE record SET path = path || '~' WHERE path LIKE"
	    " '2565/items/1.%'; UPDATE record SET path = CASE path WHEN"
	    " '2565/items/1.1.json~' THEN '2565/items/1.2.json' WHEN"
	    " '2565/items/1.2.json~' THEN '2565/items/1.1.json' ELSE"
	    " rtrim(path, '~') END WHERE path LIKE '2565/items/1.%~'",
	    "state", ALSO_SINCE, "index" },
	{ "the count of a branch", OFFICE, alter_sql,
	    "UPDATE branch SET n = n + 1 WHERE name = 'office'", "index",
	    ALSO_SINCE, NULL },
	{ "the tip of a branch", OFFICE, alter_sql,
	    "UPDATE branch SET tip = (SELECT commit_id FROM revision WHERE"
	    " name = 'a3') WHERE name = 'office'",
	    "branch", ALSO_SINCE, "index state journal" },
	{ "a branch of nothing", OFFICE, alter_sql,
	    "INSERT INTO branch(office, name, own, n, tip_time)"
	    " VALUES('9199', 'office', 0, 0, 0)",
	    "stray", ALSO_SINCE, NULL },
	/* rows: the past (few revisions: the patrol comes by all of them) */
	{ "who made an old revision", OFFICE, alter_sql,
	    REVISION("person = 'x'"), "index", ALSO_SINCE, NULL },
	{ "when an old revision was made", OFFICE, alter_sql,
	    REVISION("time = time - 86400"), "index", ALSO_SINCE, NULL },
	{ "since when the hall had it", OFFICE, alter_sql,
	    REVISION("received = received - 86400"), "index", DEEP, NULL },
	{ "why an old revision was made", OFFICE, alter_sql,
	    REVISION("reason = 'x'"), "index", ALSO_SINCE, NULL },
	{ "an old revision that is gone", OFFICE, alter_sql,
	    "DELETE FROM change WHERE revision = (SELECT id FROM revision"
	    " WHERE name = 'a3'); DELETE FROM touch WHERE revision = (SELECT"
	    " id FROM revision WHERE name = 'a3'); DELETE FROM revision WHERE"
	    " name = 'a3'",
	    "index", ALSO_SINCE, "state sequence receipt" },
	{ "a revision too many", OFFICE, alter_sql, REVISION_TOO_MANY("1000"),
	    "index", ALSO_SINCE, NULL },
	{ "a revision too many among the others", OFFICE, alter_sql,
	    "UPDATE revision SET id = id + 50 WHERE id > 3; UPDATE touch SET"
	    " revision = revision + 50 WHERE revision > 3; UPDATE change SET"
	    " revision = revision + 50 WHERE revision > 3; UPDATE record SET"
	    " revision = revision + 50 WHERE revision > 3; " REVISION_TOO_MANY(
		"5"),
	    "index", ALSO_SINCE, NULL },
	{ "a revision too many before the first", OFFICE, alter_sql,
	    REVISION_TOO_MANY("-1"), "index", ALSO_SINCE, NULL },
	{ "a revision too many behind all others", OFFICE, alter_sql,
	    REVISION_TOO_MANY("9223372036854775807"), "index", ALSO_SINCE,
	    NULL },
	{ "between which times revisions were saved", OFFICE, alter_sql,
	    "INSERT INTO span(branch, first, last, low, high, n)"
	    " SELECT branch, min(id), max(id), min(time), max(time) - 1,"
	    " count(*) FROM revision GROUP BY branch",
	    "index", ALSO_SINCE, NULL },
	{ "what a field was before", OFFICE, alter_sql,
	    "UPDATE change SET old = '\"x\"' WHERE field = 'strengths'",
	    "index", ALSO_SINCE, NULL },
	{ "a change that is gone", OFFICE, alter_sql,
	    "DELETE FROM change WHERE field = 'strengths'", "index", ALSO_SINCE,
	    NULL },
	{ "which record an old revision touched", OFFICE, alter_sql,
	    "UPDATE touch SET blob = zeroblob(20) WHERE revision = (SELECT id"
	    " FROM revision WHERE name = 'a2')",
	    "index", ALSO_SINCE, "state" },
	{ "which fields an old revision touched", OFFICE, alter_sql,
	    "UPDATE touch SET fields = 0 WHERE revision = (SELECT id"
	    " FROM revision WHERE name = 'a2')",
	    "index", ALSO_SINCE, NULL },
	/* the journal */
	{ "a commit in the journal", OFFICE, alter_sql,
	    "UPDATE journal SET raw = CAST(replace(CAST(raw AS TEXT),"
	    " 'Action: tick', 'Action: tock') AS BLOB)",
	    "journal", ALSO_SINCE, "object branch" },
	{ "a file in the journal", OFFICE, alter_sql,
	    "UPDATE journal_file SET bytes = x'7b7d0a'", "journal", ALSO_SINCE,
	    "object" },
	{ "a journal that is gone", OFFICE, alter_sql,
	    "DELETE FROM journal_file; DELETE FROM journal", "object",
	    ALSO_SINCE, "branch" },
	/* receipts */
	{ "the time of a receipt", OFFICE, alter_sql,
	    "UPDATE receipt SET time = time + 1", "receipt", DEEP, "index" },
	{ "a receipt's own words", OFFICE, alter_sql,
	    "UPDATE receipt SET json = replace(json, '\"9105\"', '\"9106\"')",
	    "receipt", DEEP, NULL },
	{ "a receipt by a foreign key", OFFICE, alter_receipt_by_stranger, NULL,
	    "receipt", DEEP, NULL },
	{ "a receipt that is gone", OFFICE, alter_sql,
	    "DELETE FROM receipt WHERE id = (SELECT max(id) FROM receipt)",
	    "receipt", ALSO_SINCE, "index" },
	{ "the newest receipt names another revision", OFFICE, alter_sql,
	    "UPDATE receipt SET tip = (SELECT commit_id FROM revision WHERE"
	    " name = 'a2') WHERE id = (SELECT max(id) FROM receipt)",
	    "receipt", ALSO_SINCE, "index" },
	{ "two receipts swapped", OFFICE, alter_sql,
	    "UPDATE receipt SET json = (SELECT r.json FROM receipt r WHERE"
	    " r.id <> receipt.id AND r.office = receipt.office)",
	    "receipt", DEEP, NULL },
	{ "a receipt too many before the first", OFFICE, alter_sql,
	    "INSERT INTO receipt(id, office, tip, revision, time, offset_min,"
	    " json) SELECT -1, r.office, v.commit_id, v.name, r.time,"
	    " r.offset_min, r.json FROM receipt r JOIN revision v ON"
	    " v.name = 'a4' WHERE r.id = (SELECT max(id) FROM receipt)",
	    "receipt", ALSO_SINCE, NULL },
	{ "a receipt for a file", OFFICE, alter_sql,
	    "UPDATE evidence_file SET confirmed = confirmed - 1", "receipt",
	    DEEP, NULL },
	/* evidence */
	{ "a bit of a file", OFFICE, alter_evidence_bit, "100k", "object",
	    ALSO_SINCE, NULL },
	{ "a file that is gone", OFFICE, alter_evidence_gone, NULL,
	    "evidence-missing", ALSO_SINCE, NULL },
	{ "a file without its last part", OFFICE, alter_evidence_short, NULL,
	    "evidence", ALSO_SINCE, NULL },
	/* the hall's log */
	{ "a line of the log", HALL, alter_log_sed, "1s/9105-a/9105-b/", "log",
	    ALSO_SINCE, NULL },
	{ "a line taken out", HALL, alter_log_sed, "1d", "log", ALSO_SINCE,
	    NULL },
	{ "the last line taken off", HALL, alter_log_sed, "$d", "log",
	    ALSO_SINCE, NULL },
	{ "a line twice", HALL, alter_log_sed, "1p", "log", ALSO_SINCE, NULL },
	{ "lines in another order", HALL, alter_log_sed, "1{h;d};2G", "log",
	    ALSO_SINCE, NULL },
	{ "a log made anew, its chain whole", HALL, alter_log_made_anew, NULL,
	    "log", ALSO_SINCE, NULL },
	{ "by which road each push came, the log's chain whole", HALL,
	    alter_log_road, "stick", "log", ALSO_SINCE, NULL },
	/* the access log */
	{ "a line of the access log", HALL, alter_access_sed,
	    "1s/somsri/somsak/", "access", ALSO_SINCE, NULL },
	{ "a line taken out of the access log", HALL, alter_access_sed, "2d",
	    "access", ALSO_SINCE, NULL },
	{ "the access log cut", HALL, alter_access_sed, "$d", "access",
	    ALSO_SINCE, NULL },
	{ "lines of the access log in another order", HALL, alter_access_sed,
	    "1{h;d};2G", "access", ALSO_SINCE, NULL },
	/* what auditors are given */
	{ "the hall's own history by a foreign key", HALL, alter_forge,
	    "province-stranger", "province", ALSO_SINCE, NULL },
	{ "a number left out of the hall's own history", HALL, alter_forge,
	    "province-gap", "province", ALSO_SINCE, NULL },
	{ "the hall's own history dated back", HALL, alter_forge,
	    "province-back", "province", ALSO_SINCE, NULL },
	{ "a Content-SHA256 of the hall's own history", HALL, alter_forge,
	    "province-content", "province", ALSO_SINCE, NULL },
	{ "the hall's own history by another device", HALL, alter_forge,
	    "province-device", "province", ALSO_SINCE, NULL },
	{ "the hall's own history by another hall", HALL, alter_forge,
	    "province-hall", "province", ALSO_SINCE, NULL },
	{ "a commit of another kind in the hall's own history", HALL,
	    alter_forge, "province-word", "province", ALSO_SINCE, NULL },
	{ "the hall's own history moved back", HALL, alter_province_ref,
	    "refs/heads/hall refs/heads/hall~1", "province", ALSO_SINCE, NULL },
	{ "an office's ref for auditors moved back", HALL, alter_province_ref,
	    "refs/offices/9105 refs/heads/office~1", "province", ALSO_SINCE,
	    NULL },
	{ "an office's ref for auditors led to the hall's", HALL,
	    alter_province_ref, "refs/offices/9105 refs/heads/hall", "province",
	    ALSO_SINCE, NULL },
	{ "the hall's ref for auditors moved back", HALL, alter_province_ref,
	    "refs/halls/9105 refs/heads/hall~1", "province", ALSO_SINCE, NULL },
	{ "an office's ref under another's name", HALL, alter_province_renamed,
	    "s#refs/offices/9105#refs/offices/9199#", "province", ALSO_SINCE,
	    NULL },
	{ "a ref of an office that is not here", HALL, alter_province_renamed,
	    "/refs.offices.9105/{p;s/9105/9199/}", "province", ALSO_SINCE,
	    NULL },
	{ "a ref of a hall's branch that is not here", HALL,
	    alter_province_renamed, "/refs.halls.9105/{p;s/9105/9199/}",
	    "province", ALSO_SINCE, NULL },
	{ "an office's ref for auditors taken out", HALL,
	    alter_province_renamed, "/refs.offices.9105/d", "province",
	    ALSO_SINCE, NULL },
	{ "the hall's ref for auditors taken out", HALL, alter_province_renamed,
	    "/refs.halls.9105/d", "province", ALSO_SINCE, NULL },
	{ "a bit of an object for auditors", HALL, alter_province_bit,
	    "??????*", "object", ALSO_SINCE, "province" },
	/* the seal */
	{ "the seal", OFFICE, alter_sql,
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
	const char *dir = k->at == HALL ? t->p->hall.dir : t->p->office.dir;
	int good = 1, deep;
	struct err e;

	alter_in(t, dir);
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
