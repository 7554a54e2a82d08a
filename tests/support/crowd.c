#include "tests/support/crowd.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/hall/enroll.h"
#include "store/save/journal.h"
#include "store/save/opening.h"
#include "store/setup.h"

#define YEAR 2565
#define GROUP 400
#define FLUSH 4000
#define SPAN_S INT64_C(31536000) /* a year */

static const struct person person = { "somsri", "สมศรี" };

void
crowd_check(int rc, const struct err *e, const char *what)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "%s: %s\n", what, e->msg);
	exit(1);
}

static void
set_up(const struct conf *c, struct store **ret)
{
	struct err e;

	crowd_check(setup_init(c, &e), &e, c->dir);
	crowd_check(store_open(c->dir, STORE_WRITE, ret, &e), &e, c->dir);
}

void
crowd_hall(const char *dir, const char *code, const char *url,
    const char *host_key, struct store **ret)
{
	struct conf c;

	conf_defaults(ROLE_HALL, &c);
	snprintf(c.dir, sizeof(c.dir), "%s", dir);
	snprintf(c.code, sizeof(c.code), "%s", code);
	snprintf(c.name, sizeof(c.name), "จังหวัด %s", code);
	c.n_own_urls = 1;
	snprintf(c.own_urls[0], sizeof(c.own_urls[0]), "%s",
	    url != NULL ? url : dir);
	if (host_key != NULL)
		snprintf(
		    c.own_host_key, sizeof(c.own_host_key), "%s", host_key);
	set_up(&c, ret);
}

static void
begin(struct store *s)
{
	struct err e;

	crowd_check(save_group_begin(s, &e), &e, "begin");
}

static void
end(struct store *s)
{
	struct err e;

	crowd_check(save_group_end(s, &e), &e, "end");
}

/* So many revisions, spread over the time from the first on: git looks for what
 * two histories share by their times. */
struct span {
	int64_t first;
	int n;
};

static void
open_year(struct store *s, int64_t time)
{
	struct save_req req = {
		.office = "", .person = &person, .action = "open", .time = time
	};
	struct opening o;
	cJSON *saved = NULL;
	struct err e;

	crowd_check(opening_init(s, YEAR, NULL, NULL, &o, &e), &e, "year");
	req.subject = o.subject;
	req.changes = o.changes;
	req.n_changes = o.n_changes;
	begin(s);
	crowd_check(save_run(s, &req, &saved, &e), &e, "open");
	end(s);
	opening_release(&o);
	cJSON_Delete(saved);
}

/* One text of an item, as long as officials write, never the same twice. */
static void
set_one(
    struct store *s, const struct edition *ed, int i, int64_t time, FILE *ids)
{
	static const char *const fields[] = { "explanation.basic", "strengths",
		"gap", "explanation.advance" };
	size_t n = edition_n_items(ed);
	struct save_change change = { .op = SAVE_SET };
	struct save_req req = { .office = "",
		.person = &person,
		.action = "set",
		.changes = &change,
		.n_changes = 1,
		.time = time };
	char text[1024], path[64];
	cJSON *value, *saved = NULL;
	struct err e;

	snprintf(text, sizeof(text),
	    "ครั้งที่ %d: หน่วยงานสื่อสารวิสัยทัศน์ต่อบุคลากรทุกระดับ และติดตามผลทุกเดือน", i);
	snprintf(path, sizeof(path), "%d/items/%s.json", YEAR,
	    edition_item_at(ed, (size_t)i % n)->id);
	if ((value = cJSON_CreateString(text)) == NULL)
		exit(1);
	change.path = path;
	change.field = fields[(size_t)i / n % 4];
	change.value = value;
	crowd_check(save_run(s, &req, &saved, &e), &e, "set");
	if (ids != NULL)
		fprintf(ids, "%s\n", json_str(saved, "commit"));
	cJSON_Delete(saved);
	cJSON_Delete(value);
}

/* Revisions from … to - 1 of an office, down into its repository. */
static void
write_history(struct store *s, int from, int to, struct span t, FILE *ids)
{
	const struct edition *ed = NULL;
	struct err e;
	int i;

	crowd_check(store_cycle(s, "", 0, NULL, &ed, &e), &e, "cycle");
	for (i = from; i < to; i++) {
		if (i == from || i % GROUP == 0)
			begin(s);
		set_one(s, ed, i, t.first + i * SPAN_S / t.n, ids);
		if (i == to - 1 || i % GROUP == GROUP - 1)
			end(s);
		if (i % FLUSH == FLUSH - 1)
			crowd_check(journal_flush(s, &e), &e, "flush");
	}
	crowd_check(journal_flush(s, &e), &e, "flush");
}

void
crowd_join(struct store *hall, struct store *s)
{
	cJSON *request = NULL, *answer = NULL, *joined = NULL;
	struct err e;

	crowd_check(enroll_request(s, &request, &e), &e, "request");
	crowd_check(enroll_admit(hall, &person, json_str(request, "request"),
			&answer, &e),
	    &e, "admit");
	crowd_check(enroll_accept(s, json_str(answer, "answer"), &joined, &e),
	    &e, "accept");
	cJSON_Delete(request);
	cJSON_Delete(answer);
	cJSON_Delete(joined);
}

void
crowd_push(const char *dir, const char *hall, const char *code)
{
	char from[600], to[600];
	const char *argv[] = { "git", "-C", from, "push", "-q", to,
		"refs/heads/office:refs/heads/office", NULL };
	union {
		const char **given;
		char **wanted;
	} args = { argv };
	int status;
	pid_t pid;

	snprintf(from, sizeof(from), "%s/repo.git", dir);
	snprintf(to, sizeof(to), "%s/offices/%s.git", hall, code);
	if ((pid = fork()) == 0) {
		execvp("git", args.wanted);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0) {
		fprintf(stderr, "git push from %s failed\n", from);
		exit(1);
	}
}

void
crowd_device(const char *dir, const char *code, char letter, struct store **ret)
{
	struct conf c;

	conf_defaults(ROLE_OFFICE, &c);
	snprintf(c.dir, sizeof(c.dir), "%s", dir);
	snprintf(c.code, sizeof(c.code), "%s", code);
	snprintf(c.name, sizeof(c.name), "อำเภอ %s", code);
	c.device = letter;
	set_up(&c, ret);
}

void
crowd_office(const char *dir, const char *code, struct store **ret)
{
	crowd_device(dir, code, 'a', ret);
}

void
crowd_add(struct store *hall, const struct crowd_office *o)
{
	struct store *s = NULL;
	struct span t;

	crowd_office(o->dir, o->code, &s);
	crowd_join(hall, s);
	t.first = clock_now() - SPAN_S;
	t.n = o->revisions + o->pending;
	open_year(s, t.first);
	write_history(s, 1, o->revisions, t, NULL);
	crowd_push(o->dir, store_conf(hall)->dir, o->code);
	write_history(s, o->revisions, o->revisions + o->pending, t, o->ids);
	store_close(s);
}
