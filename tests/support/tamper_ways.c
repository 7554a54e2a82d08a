#include "tests/support/tamper_ways.h"

#include "tests/unit/test.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/git/inflate.h"
#include "store/hall/accepted.h"
#include "store/hall/revoke.h"
#include "store/save/journal.h"
#include "store/sign/receipt.h"

#define OFFICE_REPO "repo.git"
#define HALL_REPO "offices/9105.git"

static struct tamper *t;
static char dir[200];

void
alter_in(struct tamper *x, const char *directory)
{
	t = x;
	snprintf(dir, sizeof(dir), "%s", directory);
}

void
alter_sql(const char *arg)
{
	tamper_sql(dir, arg);
}

void
alter_forge(const char *arg)
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
turn_bit(const char *path)
{
	struct buf b = BUF_INIT;
	struct err e;

	assert_ok(file_read(path, 64 << 20, &b, &e), &e);
	b.data[b.len * 3 / 8] ^= 0x10;
	overwrite(path, b.data, b.len);
	buf_release(&b);
}

static int
is_of(const struct buf *packed, const struct buf *content)
{
	struct buf b = BUF_INIT;
	struct err e;
	int ret;

	ret = inflate_zlib(packed->data, packed->len, 64 << 20, &b, &e) == 0 &&
	      b.len == content->len &&
	      memcmp(b.data, content->data, b.len) == 0;
	buf_release(&b);
	return ret;
}

/* Of a loose object, from its middle on, the first bit that alters it: one in
 * some hundred does not, as when a stream repeats from one place what stands
 * at another, too. */
static void
turn_bit_loose(const char *path)
{
	struct buf b = BUF_INIT, content = BUF_INIT;
	struct err e;
	size_t at;

	assert_ok(file_read(path, 64 << 20, &b, &e), &e);
	assert_ok(inflate_zlib(b.data, b.len, 64 << 20, &content, &e), &e);
	at = b.len / 2;
	for (b.data[at] ^= 0x10; is_of(&b, &content); b.data[at] ^= 0x10) {
		b.data[at++] ^= 0x10;
		assert_true(at < b.len);
	}
	overwrite(path, b.data, b.len);
	buf_release(&content);
	buf_release(&b);
}

void
alter_bit_of_object(const char *spec)
{
	char path[PATH_MAX];

	object_path(spec, path);
	turn_bit_loose(path);
}

void
alter_object_gone(const char *spec)
{
	char path[PATH_MAX];

	object_path(spec, path);
	assert_int_equal(0, unlink(path));
}

void
alter_object_cut(const char *spec)
{
	char path[PATH_MAX];

	object_path(spec, path);
	assert_int_equal(0, chmod(path, 0600));
	assert_int_equal(0, truncate(path, 20));
}

/* "A B": the file of A holds B's bytes. */
void
alter_object_swapped(const char *two)
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

void
alter_pack_bit(const char *name)
{
	const char *pack[] = { "repack", "-adq", NULL };
	char command[PATH_MAX + 80], *out = NULL;
	const char *argv[] = { "sh", "-c", command, NULL };

	tamper_git(dir, repo_name(), pack);
	snprintf(command, sizeof(command), "ls %s/%s/objects/pack/*.%s", dir,
	    repo_name(), name);
	assert_int_equal(0, test_run(argv, &out));
	out[strcspn(out, "\n")] = '\0';
	turn_bit(out);
	free(out);
}

/* "refs/heads/office <what>" */
void
alter_ref_to(const char *arg)
{
	const char *args[] = { "update-ref", NULL, NULL, NULL };
	char ref[100];

	snprintf(ref, sizeof(ref), "%.*s", (int)strcspn(arg, " "), arg);
	args[1] = ref;
	args[2] = strchr(arg, ' ') + 1;
	tamper_git(dir, repo_name(), args);
}

void
alter_ref_gone(const char *arg)
{
	const char *args[] = { "update-ref", "-d", arg, NULL };

	tamper_git(dir, repo_name(), args);
}

/* A commit of stock git, which nobody signed. */
void
alter_unsigned_commit(const char *ref)
{
	char tree[120], move[200];
	const char *args[] = { "-c", "user.name=x", "-c", "user.email=x@y",
		"commit-tree", "-p", ref, tree, NULL };

	/* without a message of its own it reads standard input: none */
	snprintf(tree, sizeof(tree), "%s^{tree}", ref);
	snprintf(move, sizeof(move), "%s %s", ref,
	    tamper_git(dir, repo_name(), args));
	alter_ref_to(move);
}

/* The lines of the log through a sed script, in place. */
void
alter_log_sed(const char *script)
{
	char command[PATH_MAX + 300];
	const char *argv[] = { "sh", "-c", command, NULL };

	snprintf(command, sizeof(command),
	    "cd %s/log && sed -i '%s' [0-9]*.jsonl", dir, script);
	assert_int_equal(0, test_run(argv, NULL));
}

/* The same for the access log's. */
void
alter_access_sed(const char *script)
{
	char command[PATH_MAX + 300];
	const char *argv[] = { "sh", "-c", command, NULL };

	snprintf(command, sizeof(command),
	    "cd %s/log && sed -i '%s' access-*.jsonl", dir, script);
	assert_int_equal(0, test_run(argv, NULL));
}

/* "REF SPEC": the line of the ref in packed-refs; SPEC in the office's
 * repository at the hall, or "-": in province.git itself. */
void
alter_province_ref(const char *arg)
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

void
alter_province_renamed(const char *script)
{
	char command[PATH_MAX + 300];
	const char *argv[] = { "sh", "-c", command, NULL };

	snprintf(command, sizeof(command),
	    "cd %s/province.git && sed -i '%s' packed-refs", dir, script);
	assert_int_equal(0, test_run(argv, NULL));
}

void
alter_province_bit(const char *arg)
{
	char command[PATH_MAX + 200], *out = NULL;
	const char *argv[] = { "sh", "-c", command, NULL };

	snprintf(command, sizeof(command),
	    "find %s/province.git/objects -type f -name '%s' | head -1", dir,
	    arg);
	assert_int_equal(0, test_run(argv, &out));
	out[strcspn(out, "\n")] = '\0';
	turn_bit_loose(out);
	free(out);
}

/* Ref and index agree that the hall's newest revision never was. */
void
alter_hall_rewound(const char *arg)
{
	(void)arg;
	alter_ref_to("refs/heads/hall refs/heads/hall~1");
	alter_sql(
	    "PRAGMA foreign_keys = 0; CREATE TEMP TABLE gone AS SELECT v.id,"
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
void
alter_log_made_anew(const char *arg)
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
	alter_log_sed("d");
	assert_ok(accepted_add(dir, &en, NULL, &e), &e);
}

static int
keep_line(void *list, const struct accepted_line *l, struct err *e)
{
	(void)e;
	assert_true(cJSON_AddItemToArray(list, cJSON_Duplicate(l->line, 1)));
	return 0;
}

/* Every push came by that road: each line is there, the chain of all is whole. */
void
alter_log_road(const char *road)
{
	struct accepted_entry en = { .road = road, .time = 1669097655 };
	cJSON *lines = cJSON_CreateArray();
	const cJSON *line;
	struct err e;

	assert_ok(accepted_each(dir, keep_line, lines, &e), &e);
	alter_log_sed("d");
	cJSON_ArrayForEach (line, lines) {
		en.office = json_str(line, "office");
		en.device = json_str(line, "device");
		en.ref = json_str(line, "ref");
		en.old = json_str(line, "old");
		en.new_ = json_str(line, "new");
		en.result = json_str(line, "result");
		assert_ok(accepted_add(dir, &en, NULL, &e), &e);
	}
	cJSON_Delete(lines);
}

void
alter_evidence_bit(const char *arg)
{
	char command[PATH_MAX + 200], *out = NULL;
	const char *argv[] = { "sh", "-c", command, NULL };

	snprintf(command, sizeof(command),
	    "find %s/evidence.git/objects -type f -size +%s | head -1", dir,
	    arg);
	assert_int_equal(0, test_run(argv, &out));
	out[strcspn(out, "\n")] = '\0';
	turn_bit_loose(out);
	free(out);
}

void
alter_evidence_gone(const char *arg)
{
	char name[200];

	(void)arg;
	snprintf(
	    name, sizeof(name), "evidence.git/refs/evidence/%s", t->file.sha);
	assert_int_equal(0, unlink(tamper_path(dir, name)));
}

/* The ref of the file leads to its first part only. */
void
alter_evidence_short(const char *arg)
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
void
alter_receipt_by_stranger(const char *arg)
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
void
alter_stolen_key(const char *how)
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
