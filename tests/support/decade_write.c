/* An office's side of decade: people at their desks. */
#include "base/clock.h"
#include "store/admit/absorb.h"
#include "store/review/signoff.h"
#include "store/save/action.h"
#include "store/save/answer.h"
#include "store/save/indicator.h"
#include "store/save/journal.h"
#include "tests/support/crowd.h"
#include "tests/support/decade_state.h"

#define GROUP 200
#define FLUSH 4000
#define PUSHES 40 /* a year */
#define N_ITEMS_MAX 64
#define N_POINTS_MAX 24
#define N_TEXTS 5
#define N_ACTIONS 12
#define FIRST_DAY 30

static const struct person people[] = { { "somsri", "สมศรี ใจดี" },
	{ "prasert", "ประเสริฐ ทองแท้" }, { "nuria", "นูเรีย สะอาด" },
	{ "wichai", "วิชัย ศรีสุข" } };
static const struct person chief = { "manop", "มานพ รักงาน" };

static const char *const text_fields[N_TEXTS] = { "strengths", "gap",
	"explanation.basic", "explanation.advance",
	"explanation.significance" };

static const char *const reasons[] = { "แก้คำผิด", "ปรับตามมติที่ประชุม",
	"เพิ่มข้อมูลไตรมาสล่าสุด", "ตามข้อเสนอแนะของผู้ตรวจ" };

struct desk {
	const struct decade_round *r;
	struct store *s;
	const struct edition *ed;
	FILE *marks;
	struct dice dice;
	struct thai_text texts[N_ITEMS_MAX][N_TEXTS];
	unsigned char ticked[N_ITEMS_MAX][N_POINTS_MAX];
	char actions[N_ACTIONS][24];
	int64_t time;     /* of the revision in the making */
	int64_t received; /* of the last push */
	char pushed[41];  /* its commit */
};

static struct ask
ask_of(struct desk *k, int reasoned)
{
	struct ask a = { .year = k->r->year };

	a.person = &people[dice_roll(&k->dice, 4)];
	if (reasoned || k->r->again)
		a.reason = reasons[dice_roll(&k->dice, 4)];
	return a;
}

static void
put(cJSON *o, const char *key, const char *text)
{
	struct err e;

	crowd_check(json_put_str(o, key, text, &e), &e, key);
}

static void
begin(struct desk *k)
{
	struct err e;

	crowd_check(save_group_begin(k->s, &e), &e, "begin");
}

static void
end(struct desk *k)
{
	struct err e;

	crowd_check(save_group_end(k->s, &e), &e, "end");
}

static size_t
any_item(struct desk *k, const char *kind)
{
	size_t i;

	do {
		i = dice_roll(&k->dice, (unsigned)edition_n_items(k->ed));
	} while (
	    kind != NULL && strcmp(edition_item_at(k->ed, i)->kind, kind) != 0);
	return i;
}

static void
edit_text(struct desk *k)
{
	size_t i = any_item(k, NULL);
	const struct edition_item *it = edition_item_at(k->ed, i);
	int result = strcmp(it->kind, "result") == 0;
	unsigned f = dice_roll(&k->dice, result ? 2 : N_TEXTS);
	struct ask a = ask_of(k, dice_roll(&k->dice, 6) == 0);
	cJSON *fields = cJSON_CreateObject(), *saved = NULL;
	char text[THAI_TEXT_BYTES];
	struct err e;
	int rc;

	thai_text_edit(&k->texts[i][f], &k->dice);
	thai_text_write(&k->texts[i][f], text, sizeof(text));
	put(fields, text_fields[f], text);
	rc = answer_set(
	    k->s, a.person, a.year, it->id, fields, a.reason, NULL, &saved, &e);
	crowd_check(rc, &e, "set");
	cJSON_Delete(saved);
	cJSON_Delete(fields);
}

/* Any point of the item, and its number among them. */
static const char *
any_point(struct desk *k, const struct edition_item *it, unsigned *ret)
{
	unsigned n = 0, pick;
	const cJSON *level, *c;
	int l;

	for (l = 0; l < N_LEVELS; l++)
		n += (unsigned)it->n_points[l];
	*ret = pick = dice_roll(&k->dice, n);
	cJSON_ArrayForEach (level, json_get(it->json, "points")) {
		cJSON_ArrayForEach (c, level)
			if (pick-- == 0)
				return json_str(c, "id");
	}
	return NULL;
}

static void
tick(struct desk *k)
{
	size_t i = any_item(k, "process");
	const struct edition_item *it = edition_item_at(k->ed, i);
	struct ask a = ask_of(k, 0);
	cJSON *points = cJSON_CreateArray(), *saved = NULL;
	unsigned n = 0;
	struct err e;
	int rc;

	crowd_check(
	    json_push_str(points, any_point(k, it, &n), &e), &e, "tick");
	n %= N_POINTS_MAX;
	k->ticked[i][n] ^= 1;
	rc = answer_tick(k->s, a.person, a.year, points, k->ticked[i][n],
	    a.reason, NULL, &saved, &e);
	crowd_check(rc, &e, "tick");
	cJSON_Delete(saved);
	cJSON_Delete(points);
}

static void
indicator(struct desk *k, size_t i, const char *id)
{
	const struct edition_item *it = edition_item_at(k->ed, i);
	struct ask a = ask_of(k, 0);
	cJSON *fields = cJSON_CreateObject(), *saved = NULL;
	char figure[16];
	struct err e;
	int rc;

	snprintf(figure, sizeof(figure), "%u.%02u",
	    40 + dice_roll(&k->dice, 70), dice_roll(&k->dice, 100));
	put(fields, "actual", figure);
	if (id == NULL) {
		put(fields, "measure",
		    json_str(json_get(it->json, "measures")->child, "id"));
		put(fields, "name", "ร้อยละความสำเร็จของการดำเนินงานตามแผน");
		put(fields, "unit", "ร้อยละ");
		put(fields, "direction", "larger");
		put(fields, "target", "85");
	}
	rc = indicator_set(k->s, &a, it->id, id, fields, &saved, &e);
	crowd_check(rc, &e, "indicator");
	cJSON_Delete(saved);
	cJSON_Delete(fields);
}

static void
action(struct desk *k, unsigned i)
{
	struct ask a = ask_of(k, 0);
	struct thai_text t = { 0 };
	cJSON *fields = cJSON_CreateObject(), *saved = NULL;
	char text[THAI_TEXT_BYTES], progress[8];
	struct err e;
	int rc;

	thai_text_edit(&t, &k->dice);
	thai_text_write(&t, text, sizeof(text));
	snprintf(progress, sizeof(progress), "%u", dice_roll(&k->dice, 101));
	if (k->actions[i][0] == '\0') {
		put(fields, "what", text);
		put(fields, "who", a.person->name);
	} else {
		put(fields, "progress", progress);
	}
	rc = action_set(k->s, &a,
	    k->actions[i][0] != '\0' ? k->actions[i] : NULL, fields, &saved,
	    &e);
	crowd_check(rc, &e, "action");
	snprintf(
	    k->actions[i], sizeof(k->actions[i]), "%s", json_str(saved, "id"));
	crowd_check(rc, &e, "action");
	cJSON_Delete(saved);
	cJSON_Delete(fields);
}

static void
edit_any(struct desk *k)
{
	unsigned what = dice_roll(&k->dice, 100);

	if (what < 55)
		edit_text(k);
	else if (what < 83)
		tick(k);
	else if (what < 93)
		indicator(k, any_item(k, "result"), "ia1");
	else
		action(k, dice_roll(&k->dice, N_ACTIONS));
}

/* Every result item has its first indicator before others are written. */
static void
begin_year(struct desk *k)
{
	cJSON *saved = NULL;
	struct err e;
	size_t i;
	int rc;

	begin(k);
	rc = answer_open(k->s, &chief, k->r->year, NULL, NULL, &saved, &e);
	crowd_check(rc, &e, "open");
	cJSON_Delete(saved);
	crowd_check(
	    store_cycle(k->s, "", k->r->year, NULL, &k->ed, &e), &e, "cycle");
	for (i = 0; i < edition_n_items(k->ed) && i < N_ITEMS_MAX; i++)
		if (strcmp(edition_item_at(k->ed, i)->kind, "result") == 0)
			indicator(k, i, NULL);
	end(k);
}

static void
submit(struct desk *k)
{
	struct ask a = { .person = &chief, .year = k->r->year };
	cJSON *saved = NULL;
	struct err e;
	int rc;

	begin(k);
	rc = signoff_submit(k->s, &a, NULL, &saved, &e);
	crowd_check(rc, &e, "submit");
	cJSON_Delete(saved);
	end(k);
}

/* What is saved so far reaches the hall in an hour or two, or after a week
 * without a link. */
static void
mark(struct desk *k)
{
	int64_t delay = 60 + dice_roll(&k->dice, 7200);
	struct branch *b = NULL;
	char hex[41];
	struct err e;

	crowd_check(store_own_branch(k->s, "", &b, &e), &e, "branch");
	commit_hex(b->tip, hex);
	if (strcmp(hex, k->pushed) == 0)
		return;
	snprintf(k->pushed, sizeof(k->pushed), "%s", hex);

	if (dice_roll(&k->dice, 60) == 0)
		delay += 9 * DECADE_DAY;
	if (k->time + delay > k->received)
		k->received = k->time + delay;
	else
		k->received++;
	fprintf(k->marks, "%s %lld\n", hex, (long long)k->received);
}

/* From half past eight to five, and a little longer before the end. */
static int64_t
at_work(int64_t from, int64_t to, int64_t i, int64_t n)
{
	int64_t days = (to - from) / DECADE_DAY;
	int64_t parts = days * i, day = parts / n;

	return from + day * DECADE_DAY + 30600 + (parts - day * n) * 30600 / n;
}

static void
write_all(struct desk *k, int64_t from, int64_t to)
{
	int64_t i, n = k->r->n, part = n / PUSHES + 1;
	struct err e;

	for (i = 0; i < n; i++) {
		k->time = at_work(from, to, i, n);
		k->r->d->set_clock(k->time);
		if (i % GROUP == 0)
			begin(k);
		edit_any(k);
		if (i % GROUP == GROUP - 1 || i == n - 1)
			end(k);
		if (i % part == part - 1)
			mark(k);
		if (i % FLUSH == FLUSH - 1)
			crowd_check(journal_flush(k->s, &e), &e, "flush");
	}
	k->time = to + DECADE_DAY / 2;
	k->r->d->set_clock(k->time);
	submit(k);
	mark(k);
	crowd_check(journal_flush(k->s, &e), &e, "flush");
}

/* What the hall wrote since. */
static void
take_in_hall(struct desk *k, const char *dir, const char *code)
{
	unsigned char tip[20], old[20];
	char from[600], to[600];
	struct repo *own = NULL, *theirs = NULL;
	struct err e;
	int64_t n;
	int rc;

	snprintf(from, sizeof(from), "%s/H/offices/%s.git", k->r->d->dir, code);
	snprintf(to, sizeof(to), "%s/repo.git", dir);
	decade_link_objects(from, to);
	crowd_check(repo_open(from, &theirs, &e), &e, from);
	crowd_check(repo_ref(theirs, "refs/heads/hall", tip, &e), &e, from);
	repo_close(theirs);
	crowd_check(store_repo(k->s, "", &own, &e), &e, dir);
	crowd_check(repo_refresh(own, &e), &e, dir);
	rc = repo_ref(own, "refs/incoming/hall", old, &e);
	if (rc != ERR_NOT_FOUND)
		crowd_check(rc, &e, dir);
	if (rc < 0 || memcmp(old, tip, sizeof(tip)) != 0)
		crowd_check(repo_move_ref(own, "refs/incoming/hall",
				rc == 0 ? old : NULL, tip, &e),
		    &e, dir);
	crowd_check(absorb_ref(k->s, "", "hall", "refs/incoming/hall", &n, &e),
	    &e, "hall's branch");
}

void
decade_write(const struct decade_round *r)
{
	int late = (r->office + r->year) % 4 == 0;
	int64_t from =
	    decade_day(r->year, r->again ? DECADE_REVIEW_DAY + 2 : FIRST_DAY);
	int64_t to = decade_day(r->year,
	    r->again ? DECADE_CORRECT_DAY - 3 : DECADE_DUE_DAY - 2 + 7 * late);
	struct desk *k = calloc(1, sizeof(*k));
	char dir[512], name[560], code[8];
	struct err e;

	if (k == NULL)
		exit(1);
	k->r = r;
	k->dice.state = r->d->seed * 1000003 + (uint64_t)r->office * 7919 +
			(uint64_t)r->year * 31 + (uint64_t)r->again;
	decade_code(r->office, code);
	snprintf(dir, sizeof(dir), "%.480s/%s", r->d->dir, code);
	snprintf(name, sizeof(name), "%s.marks", dir);
	if ((k->marks = fopen(name, "we")) == NULL) {
		perror(name);
		exit(1);
	}
	r->d->set_clock(from);
	crowd_check(store_open(dir, STORE_WRITE, &k->s, &e), &e, dir);
	take_in_hall(k, dir, code);
	if (!r->again)
		begin_year(k);
	crowd_check(
	    store_cycle(k->s, "", r->year, NULL, &k->ed, &e), &e, "cycle");
	write_all(k, from, to);
	store_close(k->s);
	if (fclose(k->marks) != 0) {
		perror(name);
		exit(1);
	}
	free(k);
}
