#include "tests/support/pair.h"

#include "store/admit/absorb.h"
#include "store/hall/enroll.h"
#include "store/save/journal.h"
#include "store/setup.h"
#include "store/sign/receipt.h"
#include "tests/support/pushed.h"
#include "tests/unit/test.h"

static void
make_hall(struct test_office *h)
{
	struct conf c;
	struct err e;

	memset(h, 0, sizeof(*h));
	h->dir = test_dir();
	snprintf(h->person.login, sizeof(h->person.login), "malee");
	snprintf(h->person.name, sizeof(h->person.name), "มาลี สตูล");
	conf_defaults(ROLE_HALL, &c);
	snprintf(c.dir, sizeof(c.dir), "%s", h->dir);
	snprintf(c.code, sizeof(c.code), "91");
	snprintf(c.name, sizeof(c.name), "สตูล");
	c.n_own_urls = 1;
	snprintf(c.own_urls[0], sizeof(c.own_urls[0]), "%s", h->dir);
	assert_ok(setup_init(&c, &e), &e);
	test_office_open(h);
}

static void
enroll(struct pair *p)
{
	cJSON *request = NULL, *answer = NULL, *done = NULL;
	struct err e;

	assert_ok(enroll_request(p->office.store, &request, &e), &e);
	assert_ok(enroll_admit(p->hall.store, &p->hall.person,
		      json_str(request, "request"), &answer, &e),
	    &e);
	assert_ok(journal_flush(p->hall.store, &e), &e);
	assert_ok(enroll_accept(
		      p->office.store, json_str(answer, "answer"), &done, &e),
	    &e);
	assert_ok(store_reload_conf(p->office.store, &e), &e);
	cJSON_Delete(request);
	cJSON_Delete(answer);
	cJSON_Delete(done);
}

struct pair *
pair_make(void)
{
	struct pair *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	test_office_make(&p->office);
	make_hall(&p->hall);
	enroll(p);
	return p;
}

void
pair_remove(struct pair *p)
{
	test_office_remove(&p->office);
	test_office_remove(&p->hall);
	free(p);
}

static void
transfer(const struct pair *p, const char *verb, const char *refspec)
{
	char mine[300], theirs[300], *out = NULL;
	const char *argv[] = { "git", "-C", mine, verb, "-q", theirs, refspec,
		NULL };

	snprintf(mine, sizeof(mine), "%s/repo.git", p->office.dir);
	snprintf(theirs, sizeof(theirs), "%s/offices/9105.git", p->hall.dir);
	if (test_run(argv, &out) != 0)
		fail_msg("git %s: %s", verb, out);
	free(out);
}

void
pair_push(struct pair *p)
{
	struct err e;

	assert_ok(journal_flush(p->office.store, &e), &e);
	transfer(p, "push", "refs/heads/office:refs/heads/office");
	pushed_log(p->hall.store, "9105", NULL);
}

void
pair_fetch(struct pair *p)
{
	struct err e;

	assert_ok(journal_flush(p->hall.store, &e), &e);
	transfer(p, "fetch", "+refs/heads/hall:refs/incoming/hall");
}

void
pair_sync(struct pair *p)
{
	cJSON *receipt = NULL;
	struct err e;
	int64_t n;

	pair_push(p);
	assert_ok(absorb_ref(p->hall.store, "9105", "office",
		      "refs/heads/office", &n, &e),
	    &e);
	assert_ok(receipt_issue(p->hall.store, "9105", &receipt, &e), &e);
	cJSON_Delete(receipt);
	pair_fetch(p);
	assert_ok(absorb_ref(p->office.store, "", "hall", "refs/incoming/hall",
		      &n, &e),
	    &e);
}

/* Every column but row numbers, which a rebuilt index may give anew. */
static const char *const QUERIES[] = {
	"SELECT office, name, own, n, hex(tip), hex(content), tip_time"
	" FROM branch ORDER BY office, name",
	"SELECT b.office, b.name, r.path, v.name, hex(r.blob), hex(r.bytes)"
	" FROM record r JOIN branch b ON b.id = r.branch"
	" LEFT JOIN revision v ON v.id = r.revision ORDER BY 1, 2, 3",
	"SELECT b.office, b.name, v.name, v.device, v.sequence,"
	" hex(v.commit_id), hex(v.parent), hex(v.parent2), v.side, "
	"hex(v.content), v.time,"
	" v.offset_min, v.received, v.login, v.person, v.action, v.edition,"
	" v.subject, v.reason, v.bytes FROM revision v"
	" JOIN branch b ON b.id = v.branch ORDER BY 1, 2, v.id",
	"SELECT b.office, b.name, v.name, r.path, hex(t.blob), t.side FROM "
	"touch t"
	" JOIN revision v ON v.id = t.revision"
	" JOIN record r ON r.id = t.record JOIN branch b ON b.id = v.branch"
	" ORDER BY 1, 2, v.id, r.path",
	"SELECT b.office, b.name, v.name, r.path, c.field, c.old, c.new,"
	" c.long FROM change c JOIN revision v ON v.id = c.revision"
	" JOIN record r ON r.id = c.record JOIN branch b ON b.id = v.branch"
	" ORDER BY 1, 2, v.id, r.path, c.field",
	"SELECT office, hex(tip), revision, time, offset_min, json"
	" FROM receipt ORDER BY office, id",
	"SELECT office, name, hex(commit_id), hex(raw) FROM journal"
	" ORDER BY id",
};

static void
dump_query(struct store *s, const char *sql, struct buf *out)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	const char *text;
	struct err e;
	int i, rc;

	assert_ok(db_stmt(db, &st, &e, sql, ""), &e);
	while ((rc = db_step(db, st, &e)) > 0) {
		for (i = 0; i < sqlite3_column_count(st); i++) {
			text = (const char *)sqlite3_column_text(st, i);
			buf_printf(out, "%s|", text != NULL ? text : "(null)");
		}
		buf_puts(out, "\n");
	}
	assert_ok(rc, &e);
	db_reset(st);
}

char *
pair_dump(struct store *s)
{
	struct buf out = BUF_INIT;
	size_t i;
	char *text;

	for (i = 0; i < sizeof(QUERIES) / sizeof(QUERIES[0]); i++) {
		buf_printf(&out, "# %zu\n", i);
		dump_query(s, QUERIES[i], &out);
	}
	text = buf_take(&out);
	assert_non_null(text);
	return text;
}
