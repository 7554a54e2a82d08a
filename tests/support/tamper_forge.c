/* Commits on top of the office's branch at its hall, as a thief or a faulty
 * program would make them: good but for the one thing that the word names. */
#include "store/git/repo.h"
#include "tests/support/tamper.h"
#include "tests/unit/test.h"

#define RECORD "2565/items/1.2.json"
#define ASSESSMENT "2565/assessment.json"
#define WHO "  \"login\": \"anan\",\n  \"name\": \"อนันต์ สตูล\",\n"
#define WHEN "\"2022-11-22T12:00:00+07:00\""
#define DECISION(of, revision)                                                 \
	"{\n" WHO "  \"of\": " of ",\n  \"revision\": \"" revision             \
	"\",\n  \"time\": " WHEN ",\n  \"verdict\": \"accepted\"\n}\n"
#define REVIEW                                                                 \
	"{\n  \"consensus\": {\n    \"login\": \"anan\",\n"                    \
	"    \"name\": \"อนันต์ สตูล\",\n    \"of\": 3,\n" \
	"    \"time\": " WHEN "\n  }\n}\n"

struct forging {
	struct tamper *x;
	struct repo *repo;
	unsigned char tip[20];
	struct commit parent, c;
	const struct key *key;
	const char *branch;
	const char *path, *bytes;
	char text[2000];
	struct tree *tree;
};

static int
is(const char *how, const char *word)
{
	return strcmp(how, word) == 0;
}

static void
read_commit(struct repo *r, const unsigned char id[20], struct commit *ret)
{
	struct buf raw = BUF_INIT;
	struct err e;

	assert_ok(repo_read(r, id, OBJECT_COMMIT, COMMIT_MAX, &raw, &e), &e);
	assert_ok(commit_parse(buf_str(&raw), raw.len, ret, &e), &e);
	buf_release(&raw);
}

static int
begins(const char *how, const char *word)
{
	return strncmp(how, word, strlen(word)) == 0;
}

/* The hall's own word: on its branch at the office. */
static int
by_hall(const char *how)
{
	return begins(how, "decision-") || begins(how, "review-");
}

static void
begin(struct forging *f, const char *how)
{
	const char *path;
	struct err e;

	f->branch = "refs/heads/office";
	path = tamper_path(f->x->p->hall.dir, "offices/9105.git");
	if (by_hall(how) || begins(how, "province-"))
		f->branch = "refs/heads/hall";
	if (by_hall(how))
		path = tamper_path(f->x->p->office.dir, "repo.git");
	else if (begins(how, "province-"))
		path = tamper_path(f->x->p->hall.dir, "province.git");
	assert_ok(repo_open(path, &f->repo, &e), &e);
	assert_ok(repo_ref(f->repo, f->branch, f->tip, &e), &e);
	read_commit(f->repo, f->tip, &f->parent);
	f->c = f->parent;
	f->c.n_parents = 1;
	memcpy(f->c.parents[0], f->tip, 20);
	f->c.time++;
	f->c.sequence++;
	snprintf(f->c.action, sizeof(f->c.action), "set");
	snprintf(f->c.subject, sizeof(f->c.subject), "9105/2565 1.2: set");
	f->key = f->branch[11] == 'h' ? &f->x->hall : &f->x->device;
	f->path = RECORD;
	f->bytes = "{\n  \"strengths\": \"ใหม่\"\n}\n";
	assert_non_null(f->tree = tree_new());
	assert_ok(
	    tree_load(f->tree, f->c.tree, repo_tree_source, f->repo, &e), &e);
}

static void
write_as(struct commit *c, const char *office, const char *device)
{
	snprintf(c->office, sizeof(c->office), "%s", office);
	snprintf(c->device, sizeof(c->device), "%s", device);
}

/* Submits the year, but over another revision than the one before. */
static void
sign_off_another(struct forging *f)
{
	struct buf was = BUF_INIT;
	unsigned char blob[20];
	struct err e;
	char *open_;

	assert_ok(tree_find(f->tree, ASSESSMENT, blob, &e), &e);
	assert_ok(
	    repo_read(f->repo, blob, OBJECT_BLOB, sizeof(f->text), &was, &e),
	    &e);
	open_ = strstr(buf_str(&was), "\"open\"");
	assert_non_null(open_);
	snprintf(f->text, sizeof(f->text),
	    "%.*s\"submitted\",\n  \"submission\": {\n"
	    "    \"login\": \"%s\",\n    \"n\": 1,\n    \"name\": \"%s\",\n"
	    "    \"revision\": \"a1\",\n    \"time\": " WHEN "\n  }\n}\n",
	    (int)(open_ - was.data), was.data, f->c.login, f->c.person);
	buf_release(&was);
	snprintf(f->c.action, sizeof(f->c.action), "submit");
	f->path = ASSESSMENT;
	f->bytes = f->text;
}

static void
decide(struct forging *f, const char *how)
{
	snprintf(f->c.action, sizeof(f->c.action), "decide");
	snprintf(f->c.login, sizeof(f->c.login), "anan");
	snprintf(f->c.person, sizeof(f->c.person), "อนันต์ สตูล");
	f->path = "decisions/2565.json";
	/* a2 is there, but nobody signed it off */
	f->bytes = is(how, "decision-unsigned") ? DECISION("1", "a2")
						: DECISION("1", "a999");
	if (is(how, "review-unsigned")) {
		f->path = "reviews/2565/1.1.json";
		f->bytes = REVIEW;
	}
}

static void
spoil_province(struct forging *f, const char *how)
{
	snprintf(f->c.action, sizeof(f->c.action), "province");
	f->path = "auditors.json";
	/* other than what is there: else nothing would have changed, and the
	 * Content-SHA256 over it would be wrong beside what the word names */
	f->bytes = "{\n  \"spoiled\": true\n}\n";
	if (is(how, "province-stranger"))
		f->key = &f->x->stranger;
	else if (is(how, "province-gap"))
		f->c.sequence++;
	else if (is(how, "province-back"))
		f->c.time -= 86400;
	else if (is(how, "province-device"))
		write_as(&f->c, "91", "91-g");
	else if (is(how, "province-hall"))
		write_as(&f->c, "92", "92-h");
	else if (is(how, "province-word"))
		snprintf(f->c.action, sizeof(f->c.action), "set");
}

/* What is wrong before the bytes are made. */
static void
spoil(struct forging *f, const char *how)
{
	struct commit *c = &f->c;

	if (by_hall(how))
		decide(f, how);
	else if (begins(how, "province-"))
		spoil_province(f, how);
	else if (is(how, "sign-off"))
		sign_off_another(f);
	else if (is(how, "stranger"))
		f->key = &f->x->stranger;
	else if (is(how, "hall-key"))
		f->key = &f->x->hall;
	else if (is(how, "gap"))
		c->sequence++;
	else if (is(how, "again"))
		c->sequence--;
	else if (is(how, "back-dated"))
		c->time -= 40 * 86400;
	else if (is(how, "future"))
		c->time += 400 * INT64_C(86400);
	else if (is(how, "loose-json"))
		f->bytes = "{\"strengths\":\"x\"}\n";
	else if (is(how, "unknown-point"))
		f->bytes = "{\n  \"ticks\": [\n    \"1.2.B99\"\n  ]\n}\n";
	else if (is(how, "path"))
		f->path = "2565/items/x.sh";
	else if (is(how, "other-office"))
		write_as(c, "9106", "9106-a");
	else if (is(how, "hall-device"))
		write_as(c, "91", "91-h");
	else if (is(how, "no-device"))
		snprintf(c->device, sizeof(c->device), "9105-q");
	else if (is(how, "merge-word"))
		snprintf(c->action, sizeof(c->action), "merge");
}

static void
end(struct forging *f, const char *how, struct buf *raw)
{
	const struct commit_file file = { f->path, f->bytes, strlen(f->bytes) };
	unsigned char blob[20];
	struct err e;

	assert_ok(
	    repo_put(f->repo, OBJECT_BLOB, f->bytes, file.len, blob, &e), &e);
	assert_ok(tree_put(f->tree, f->path, blob, &e), &e);
	assert_ok(
	    tree_write(f->tree, repo_tree_sink, f->repo, f->c.tree, &e), &e);
	assert_ok(
	    commit_content(&file, 1, 1,
		(const unsigned char(*)[COMMIT_CONTENT_LEN])f->parent.content,
		f->c.content, &e),
	    &e);
	if (is(how, "content") || is(how, "province-content"))
		f->c.content[0] ^= 1;
	assert_ok(commit_build(&f->c, f->key, raw, &e), &e);
	if (is(how, "subject")) /* after it was signed */
		raw->data[strstr(buf_str(raw), "1.2: set") - raw->data] = '7';
}

void
tamper_forge(struct tamper *x, const char *how)
{
	struct forging *f = calloc(1, sizeof(*f));
	struct buf raw = BUF_INIT;
	unsigned char id[20];
	struct err e;

	assert_non_null(f);
	f->x = x;
	begin(f, how);
	spoil(f, how);
	end(f, how, &raw);
	assert_ok(
	    repo_put(f->repo, OBJECT_COMMIT, raw.data, raw.len, id, &e), &e);
	assert_ok(repo_flush(f->repo, &e), &e);
	assert_ok(repo_move_ref(f->repo, f->branch, f->tip, id, &e), &e);
	buf_release(&raw);
	tree_free(f->tree);
	repo_close(f->repo);
	free(f);
}
