#include "tests/support/forge.h"

#include <dirent.h>
#include <sodium.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/admit/published.h"
#include "store/merge/merge.h"
#include "store/record/canon.h"
#include "tests/unit/test.h"

#define EDITION "pmqa4-2562"

static const unsigned char zeros[32];

static void
put(struct repo *r, enum object_type t, const void *bytes, size_t len,
    unsigned char ret[20])
{
	struct err e;

	assert_ok(repo_put(r, t, bytes, len, ret, &e), &e);
	assert_ok(repo_flush(r, &e), &e);
}

void
forge_object(struct forge *f, enum object_type t, const void *bytes, size_t len,
    unsigned char ret[20])
{
	put(f->target, t, bytes, len, ret);
}

void
forge_read(struct forge *f, const unsigned char id[20], enum object_type t,
    struct buf *ret)
{
	struct err e;

	/* the inbox sees the hall's objects too */
	assert_ok(repo_refresh(f->inbox, &e), &e);
	assert_ok(repo_read(f->inbox, id, t, 1 << 20, ret, &e), &e);
}

void
forge_entry(struct buf *raw, const char *mode, const char *name,
    const unsigned char id[20])
{
	buf_printf(raw, "%s %s", mode, name);
	buf_append(raw, "", 1);
	buf_append(raw, id, 20);
}

void
forge_begin(struct forge *f, struct forge_branch *at)
{
	int hall = at == &f->hall_branch;
	char letter = at->letter != 0 ? at->letter : 'a';
	struct commit *c = &f->c;
	size_t i;

	for (i = 0; i < FORGE_MAX_FILES; i++)
		buf_release(&f->bytes[i]);
	f->n = 0;
	f->at = at;
	f->merging = 0;
	f->key = hall ? &f->hall : letter == 'b' ? &f->device_b : &f->device;
	memset(c, 0, sizeof(*c));
	c->n_parents = at->has_tip;
	memcpy(c->parents[0], at->tip, 20);
	snprintf(c->person, sizeof(c->person), "สมศรี ใจดี");
	snprintf(c->login, sizeof(c->login), "somsri");
	snprintf(c->office, sizeof(c->office), hall ? "91" : "9105");
	if (hall)
		snprintf(c->device, sizeof(c->device), "91-h");
	else
		snprintf(c->device, sizeof(c->device), "9105-%c", letter);
	c->time = ++at->time;
	c->offset_min = 420;
	snprintf(c->subject, sizeof(c->subject), "%s: a change", c->office);
	snprintf(c->action, sizeof(c->action), "set");
	if (!hall)
		snprintf(c->edition, sizeof(c->edition), EDITION);
	c->sequence = at->sequence + 1;
}

void
forge_file(struct forge *f, const char *path, const char *bytes)
{
	unsigned char blob[20];
	struct err e;

	assert_true(f->n < FORGE_MAX_FILES);
	assert_true(strlen(path) < sizeof(f->paths[0]));
	snprintf(f->paths[f->n], sizeof(f->paths[0]), "%s", path);
	f->files[f->n].path = f->paths[f->n];
	f->files[f->n].bytes = NULL;
	f->files[f->n].len = 0;
	if (bytes != NULL) {
		buf_puts(&f->bytes[f->n], bytes);
		f->files[f->n].bytes = buf_str(&f->bytes[f->n]);
		f->files[f->n].len = f->bytes[f->n].len;
		put(f->target, OBJECT_BLOB, bytes, strlen(bytes), blob);
	}
	assert_ok(
	    tree_put(f->at->tree, path, bytes != NULL ? blob : NULL, &e), &e);
	f->n++;
}

void
forge_end(struct forge *f)
{
	struct forge_branch *at = f->at;
	unsigned char contents[2][COMMIT_CONTENT_LEN];
	unsigned char root[20];
	struct err e;

	memcpy(contents[0], at->content[0], COMMIT_CONTENT_LEN);
	memcpy(contents[1], f->other_content, COMMIT_CONTENT_LEN);
	assert_ok(
	    tree_write(at->tree, repo_tree_sink, f->target, root, &e), &e);
	assert_ok(repo_flush(f->target, &e), &e);
	if (memcmp(f->c.tree, zeros, 20) == 0)
		memcpy(f->c.tree, root, 20);
	if (memcmp(f->c.content, zeros, 32) == 0)
		assert_ok(
		    commit_content(f->files, f->n, f->merging ? 2 : at->has_tip,
			(const unsigned char(*)[COMMIT_CONTENT_LEN])contents,
			f->c.content, &e),
		    &e);
	buf_clear(&f->raw);
	assert_ok(commit_build(&f->c, f->key, &f->raw, &e), &e);
	forge_object(f, OBJECT_COMMIT, f->raw.data, f->raw.len, at->tip);
	memcpy(at->root, root, 20);
	memcpy(at->content[0], f->c.content, COMMIT_CONTENT_LEN);
	at->sequence = f->c.sequence;
	at->has_tip = 1;
}

void
forge_line(struct forge *f, char letter, const struct forge_branch *from,
    struct forge_branch *ret)
{
	struct err e;

	memset(ret, 0, sizeof(*ret));
	ret->time = f->office.time;
	if (from != NULL) {
		*ret = *from;
		ret->sequence = 0;
	}
	ret->letter = letter;
	assert_non_null(ret->tree = tree_new());
	assert_ok(tree_load(ret->tree, from != NULL ? from->root : NULL,
		      repo_tree_source, f->inbox, &e),
	    &e);
}

void
forge_line_end(struct forge_branch *line)
{
	tree_free(line->tree);
	line->tree = NULL;
}

static int
edition_of(void *arg, const char *id, const unsigned char blob[20],
    const struct edition **ret, struct err *e)
{
	return published_edition(arg, id, blob, ret, e);
}

static void
merge_files(struct forge *f, const struct merge_result *m)
{
	unsigned char blob[20];
	struct err e;
	size_t i;

	for (i = 0; i < m->n; i++) {
		const struct merge_file *file = &m->files[i];

		if (file->bytes == NULL) {
			forge_file(f, file->path, NULL);
			continue;
		}
		assert_true(f->n < FORGE_MAX_FILES);
		snprintf(f->paths[f->n], sizeof(f->paths[0]), "%s", file->path);
		buf_append(&f->bytes[f->n], file->bytes, file->len);
		f->files[f->n].path = f->paths[f->n];
		f->files[f->n].bytes = buf_str(&f->bytes[f->n]);
		f->files[f->n].len = file->len;
		put(f->target, OBJECT_BLOB, file->bytes, file->len, blob);
		assert_ok(tree_put(f->at->tree, file->path, blob, &e), &e);
		f->n++;
	}
}

void
forge_merge(struct forge *f, struct forge_branch *line,
    const struct forge_branch *first)
{
	struct published *published = NULL;
	unsigned char own[20];
	struct merge_result m;
	struct err e;

	memset(&m, 0, sizeof(m));
	memcpy(own, line->tip, 20);
	memcpy(f->other_content, line->content[0], COMMIT_CONTENT_LEN);
	if (line->time < first->time)
		line->time = first->time;
	memcpy(line->content[0], first->content[0], COMMIT_CONTENT_LEN);
	assert_ok(repo_refresh(f->inbox, &e), &e);
	assert_ok(published_open(f->repo, &published, &e), &e);
	assert_ok(merge_commits(
		      f->inbox, first->tip, own, edition_of, published, &m, &e),
	    &e);
	assert_ok(tree_reset(line->tree, first->root, &e), &e);
	forge_begin(f, line);
	f->merging = 1;
	f->c.n_parents = 2;
	memcpy(f->c.parents[0], first->tip, 20);
	memcpy(f->c.parents[1], own, 20);
	snprintf(f->c.action, sizeof(f->c.action), "merge");
	f->c.edition[0] = '\0';
	merge_files(f, &m);
	merge_release(&m);
	published_free(published);
}

void
forge_answer(struct forge *f, struct forge_branch *line, const char *item,
    const char *field, const char *text)
{
	char path[60], record[400];

	snprintf(path, sizeof(path), "2565/items/%s.json", item);
	snprintf(
	    record, sizeof(record), "{\n  \"%s\": \"%s\"\n}\n", field, text);
	forge_begin(f, line);
	forge_file(f, path, record);
	forge_end(f);
}

void
forge_good(struct forge *f, const char *text)
{
	char record[400];

	snprintf(record, sizeof(record),
	    "{\n  \"strengths\": \"%s\",\n  \"ticks\": [\n"
	    "    \"1.1.B1\"\n  ]\n}\n",
	    text);
	forge_begin(f, &f->office);
	forge_file(f, FORGE_ITEM, record);
	forge_end(f);
}

static void
registry(struct forge *f, const char *state, const char *until, int with_second)
{
	char device[KEY_LINE_MAX], hall[KEY_LINE_MAX], line[60] = "";
	char second[KEY_LINE_MAX];
	struct buf text = BUF_INIT;

	key_line(f->device.pub, device);
	key_line(f->hall.pub, hall);
	if (until != NULL)
		snprintf(
		    line, sizeof(line), ",\n      \"until\": \"%s\"", until);
	buf_printf(&text,
	    "{\n  \"devices\": {\n    \"a\": {\n      \"key\": \"%s\",\n"
	    "      \"since\": \"2022-01-01T00:00:00+07:00\",\n"
	    "      \"state\": \"%s\"%s\n    }",
	    device, state, line);
	if (with_second) {
		key_line(f->device_b.pub, second);
		buf_printf(&text,
		    ",\n    \"b\": {\n      \"key\": \"%s\",\n"
		    "      \"since\": \"2022-01-01T00:00:00+07:00\",\n"
		    "      \"state\": \"active\"\n    }",
		    second);
	}
	buf_printf(&text,
	    "\n  },\n"
	    "  \"hall\": {\n    \"code\": \"91\",\n    \"key\": \"%s\",\n"
	    "    \"name\": \"สตูล\"\n  },\n"
	    "  \"office\": {\n    \"code\": \"9105\",\n"
	    "    \"name\": \"ละงู\"\n  }\n}\n",
	    hall);
	forge_file(f, "registry.json", buf_str(&text));
	buf_release(&text);
}

static void
move(struct forge *f, const char *ref, const unsigned char *old,
    const unsigned char tip[20])
{
	struct err e;

	assert_ok(repo_move_ref(f->repo, ref, old, tip, &e), &e);
}

static void
write_registry(
    struct forge *f, const char *state, const char *until, int with_second)
{
	unsigned char old[20];

	memcpy(old, f->hall_branch.tip, 20);
	f->target = f->repo;
	forge_begin(f, &f->hall_branch);
	registry(f, state, until, with_second);
	forge_end(f);
	f->target = f->inbox;
	move(f, "refs/heads/hall", old, f->hall_branch.tip);
}

void
forge_registry(struct forge *f, const char *state, const char *until)
{
	write_registry(f, state, until, 0);
}

void
forge_enroll_second(struct forge *f)
{
	write_registry(f, "active", NULL, 1);
}

static void
make_hall_branch(struct forge *f)
{
	char dir[512], path[600], line[KEY_LINE_MAX], signers[300];
	struct buf edition = BUF_INIT;
	struct err e;

	assert_ok(file_own(dir, sizeof(dir), "editions", &e), &e);
	snprintf(path, sizeof(path), "%s/" EDITION ".json", dir);
	assert_ok(file_read(path, CANON_MAX, &edition, &e), &e);
	put(f->repo, OBJECT_BLOB, edition.data, edition.len, f->edition_blob);
	key_line(f->device.pub, line);
	snprintf(signers, sizeof(signers),
	    "9105-a namespaces=\"git,pmqa-receipt\" %s\n", line);
	forge_begin(f, &f->hall_branch);
	forge_file(f, "allowed_signers", signers);
	forge_file(f, "editions/" EDITION ".json", buf_str(&edition));
	registry(f, "active", NULL, 0);
	forge_end(f);
	move(f, "refs/heads/hall", NULL, f->hall_branch.tip);
	memcpy(f->hall_tip, f->hall_branch.tip, 20);
	buf_release(&edition);
}

static void
make_office_branch(struct forge *f)
{
	char assessment[300], hex[41];

	commit_hex(f->edition_blob, hex);
	snprintf(assessment, sizeof(assessment),
	    "{\n  \"cycle\": 2565,\n  \"edition\": {\n"
	    "    \"blob\": \"%s\",\n    \"id\": \"" EDITION "\"\n  },\n"
	    "  \"status\": \"open\"\n}\n",
	    hex);
	forge_begin(f, &f->office);
	forge_file(f, FORGE_ASSESSMENT, assessment);
	forge_file(f, "office.json",
	    "{\n  \"code\": \"9105\",\n  \"name\": \"ละงู\"\n}\n");
	forge_end(f);
	memcpy(f->first, f->office.tip, 20);
	forge_good(f, "บริการเร็ว");
	memcpy(f->second, f->office.tip, 20);
	move(f, "refs/heads/office", NULL, f->second);
}

static void
start_branch(struct forge *f, struct forge_branch *at)
{
	struct err e;

	at->time = clock_now() - 86400;
	assert_non_null(at->tree = tree_new());
	assert_ok(
	    tree_load(at->tree, NULL, repo_tree_source, f->inbox, &e), &e);
}

struct forge *
forge_make(void)
{
	struct forge *f = calloc(1, sizeof(*f));
	char inbox[300], objects[320];
	struct err e;

	assert_non_null(f);
	f->dir = test_dir();
	snprintf(f->repo_path, sizeof(f->repo_path), "%s/9105.git", f->dir);
	snprintf(inbox, sizeof(inbox), "%s/inbox.git", f->dir);
	snprintf(f->quarantine, sizeof(f->quarantine), "%s/objects", inbox);
	snprintf(objects, sizeof(objects), "%s/objects", f->repo_path);
	assert_ok(repo_create(f->repo_path, "refs/heads/office", &e), &e);
	assert_ok(repo_create(inbox, "refs/heads/office", &e), &e);
	assert_ok(repo_open(f->repo_path, &f->repo, &e), &e);
	assert_ok(repo_open(inbox, &f->inbox, &e), &e);
	assert_ok(repo_add_objects_dir(f->inbox, objects, &e), &e);
	assert_ok(key_generate(&f->hall, &e), &e);
	assert_ok(key_generate(&f->device, &e), &e);
	assert_ok(key_generate(&f->device_b, &e), &e);
	assert_ok(key_generate(&f->stranger, &e), &e);
	start_branch(f, &f->hall_branch);
	start_branch(f, &f->office);
	f->target = f->repo;
	make_hall_branch(f);
	make_office_branch(f);
	f->target = f->inbox;
	return f;
}

void
forge_remove(struct forge *f)
{
	size_t i;

	for (i = 0; i < FORGE_MAX_FILES; i++)
		buf_release(&f->bytes[i]);
	buf_release(&f->raw);
	tree_free(f->office.tree);
	tree_free(f->hall_branch.tree);
	repo_close(f->repo);
	repo_close(f->inbox);
	test_dir_remove(f->dir);
	free(f);
}

static void
digest_file(const char *path, crypto_hash_sha256_state *state)
{
	struct buf bytes = BUF_INIT;
	struct err e;

	assert_ok(file_read(path, 64 << 20, &bytes, &e), &e);
	crypto_hash_sha256_update(
	    state, (const unsigned char *)buf_str(&bytes), bytes.len);
	buf_release(&bytes);
}

static void
digest_dir(const char *dir, crypto_hash_sha256_state *state)
{
	struct dirent **list = NULL;
	char path[600];
	struct stat st;
	int i, n = scandir(dir, &list, NULL, alphasort);

	assert_true(n >= 0);
	for (i = 0; i < n; i++) {
		if (strcmp(list[i]->d_name, ".") != 0 &&
		    strcmp(list[i]->d_name, "..") != 0) {
			snprintf(
			    path, sizeof(path), "%s/%s", dir, list[i]->d_name);
			crypto_hash_sha256_update(state,
			    (const unsigned char *)path, strlen(path) + 1);
			assert_int_equal(0, lstat(path, &st));
			if (S_ISDIR(st.st_mode))
				digest_dir(path, state);
			else
				digest_file(path, state);
		}
		free(list[i]);
	}
	free(list);
}

void
forge_digest(const char *dir, unsigned char ret[32])
{
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	digest_dir(dir, &state);
	crypto_hash_sha256_final(&state, ret);
}
