#include "tests/support/decade.h"

#include <errno.h>
#include <ftw.h>
#include <sodium.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/admit/absorb.h"
#include "store/git/giterr.h"
#include "store/hall/accepted.h"
#include "store/hall/cycle.h"
#include "store/hall/province.h"
#include "store/review/review.h"
#include "store/review/signoff.h"
#include "store/save/journal.h"
#include "store/sign/receipt.h"
#include "store/view/search.h"
#include "tests/support/crowd.h"
#include "tests/support/decade_state.h"

#define CORRECTIONS 20 /* revisions after a return */

static const struct person assessor = { "malee", "มาลี สตูล" };
static const struct person hall_chief = { "anan", "อนันต์ สตูล" };

/* --- a world that follows from the seed --- */

static unsigned char seed_bytes[randombytes_SEEDBYTES];

static const char *
seeded_name(void)
{
	return "decade";
}

static void
seeded_buf(void *const buf, const size_t size)
{
	randombytes_buf_deterministic(buf, size, seed_bytes);
	sodium_increment(seed_bytes, sizeof(seed_bytes));
}

static uint32_t
seeded_random(void)
{
	uint32_t x;

	seeded_buf(&x, sizeof(x));
	return x;
}

static void
seed_random(uint64_t seed)
{
	static struct randombytes_implementation seeded = {
		.implementation_name = seeded_name,
		.random = seeded_random,
		.buf = seeded_buf,
	};
	struct err e;

	memcpy(seed_bytes, &seed, sizeof(seed));
	randombytes_set_implementation(&seeded);
	crowd_check(key_init(&e), &e, "sodium");
	crowd_check(giterr_init(&e), &e, "libgit2");
}

/* --- days and names --- */

void
decade_code(int office, char ret[8])
{
	snprintf(ret, 8, "%d", DECADE_FIRST_CODE + office % DECADE_OFFICES_MAX);
}

int64_t
decade_day(int year, int day)
{
	char text[CLOCK_TEXT];
	int64_t t = 0;
	struct err e;

	snprintf(text, sizeof(text), "%04d-10-01", year - 544);
	crowd_check(clock_parse(text, DECADE_OFFSET_MIN, 0, &t, &e), &e, text);
	return t + day * DECADE_DAY;
}

void
decade_date(int year, int day, char ret[11])
{
	char text[CLOCK_TEXT];

	clock_rfc3339(text, decade_day(year, day), DECADE_OFFSET_MIN);
	snprintf(ret, 11, "%.10s", text);
}

int
decade_is_returned(int office, int year)
{
	return (office + year) % 3 == 0;
}

/* --- objects --- */

static char link_to[600];
static size_t link_skip;

static int
link_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	char name[1200];

	(void)st;
	if (ftw->level == 0)
		return 0;
	snprintf(name, sizeof(name), "%s/%s", link_to, path + link_skip);
	if (kind == FTW_D)
		return mkdir(name, 0700) != 0 && errno != EEXIST;
	return link(path, name) != 0 && errno != EEXIST;
}

void
decade_link_objects(const char *from, const char *to)
{
	char objects[600];

	snprintf(objects, sizeof(objects), "%.580s/objects", from);
	snprintf(link_to, sizeof(link_to), "%.580s/objects", to);
	link_skip = strlen(objects) + 1;
	if (nftw(objects, link_one, 16, FTW_PHYS) != 0) {
		perror(from);
		exit(1);
	}
}

/* --- pushes --- */

struct push {
	int64_t received;
	int office;
	unsigned char tip[20];
};

struct pushes {
	struct push *list;
	size_t n, cap;
};

static void
read_marks(const struct decade *d, int office, struct pushes *p)
{
	char name[600], code[8], hex[48];
	long long t;
	struct err e;
	FILE *f;

	decade_code(office, code);
	snprintf(name, sizeof(name), "%.500s/%s.marks", d->dir, code);
	if ((f = fopen(name, "re")) == NULL) {
		perror(name);
		exit(1);
	}
	while (fscanf(f, "%47s %lld", hex, &t) == 2) {
		if (p->n == p->cap) {
			p->cap = p->cap * 2 + 64;
			p->list = realloc(p->list, p->cap * sizeof(*p->list));
			if (p->list == NULL)
				exit(1);
		}
		p->list[p->n].received = t;
		p->list[p->n].office = office;
		crowd_check(commit_unhex(hex, p->list[p->n].tip, &e), &e, name);
		p->n++;
	}
	fclose(f);
	unlink(name);
}

static int
by_time(const void *a, const void *b)
{
	const struct push *x = a, *y = b;

	if (x->received != y->received)
		return x->received < y->received ? -1 : 1;
	return x->office - y->office;
}

/* What a push is at the hall: ref, log, index, receipt. */
static void
take_push(const struct decade *d, struct store *hall, const struct push *p)
{
	struct accepted_entry en = { .ref = "refs/heads/office",
		.result = "admitted",
		.road = "ssh",
		.time = p->received };
	char code[8], device[12], old_hex[41], hex[41];
	unsigned char old[20];
	struct repo *r = NULL;
	cJSON *receipt = NULL;
	struct err e;
	int64_t n;
	int rc;

	d->set_clock(p->received);
	decade_code(p->office, code);
	snprintf(device, sizeof(device), "%.7s-a", code);
	crowd_check(store_repo(hall, code, &r, &e), &e, code);
	crowd_check(repo_refresh(r, &e), &e, code);
	if ((rc = repo_ref(r, "refs/heads/office", old, &e)) != ERR_NOT_FOUND)
		crowd_check(rc, &e, code);
	if (rc == 0)
		commit_hex(old, old_hex);
	crowd_check(repo_move_ref(r, "refs/heads/office", rc == 0 ? old : NULL,
			p->tip, &e),
	    &e, code);
	commit_hex(p->tip, hex);
	en.office = code;
	en.device = device;
	en.old = rc == 0 ? old_hex : NULL;
	en.new_ = hex;
	crowd_check(
	    accepted_add(store_conf(hall)->dir, &en, NULL, &e), &e, "log");
	crowd_check(
	    absorb_ref(hall, code, "office", "refs/heads/office", &n, &e), &e,
	    code);
	crowd_check(receipt_issue(hall, code, &receipt, &e), &e, "receipt");
	cJSON_Delete(receipt);
}

/* --- the hall's year --- */

static void
publish_calendar(const struct decade *d, struct store *hall, int year)
{
	static const struct {
		const char *name;
		int day;
	} dues[] = { { "due.submit", DECADE_DUE_DAY },
		{ "due.review", DECADE_REVIEW_DAY },
		{ "due.correct", DECADE_CORRECT_DAY },
		{ "due.final", DECADE_FINAL_DAY } };
	struct ask a = { .person = &hall_chief, .year = year };
	cJSON *fields = cJSON_CreateObject(), *done = NULL;
	char date[11];
	struct err e;
	size_t i;

	d->set_clock(decade_day(year, 5));
	for (i = 0; i < sizeof(dues) / sizeof(*dues); i++) {
		decade_date(year, dues[i].day, date);
		crowd_check(json_put_str(fields, dues[i].name, date, &e), &e,
		    dues[i].name);
	}
	crowd_check(cycle_set(hall, &a, fields, &done, &e), &e, "calendar");
	crowd_check(journal_flush(hall, &e), &e, "flush");
	cJSON_Delete(done);
	cJSON_Delete(fields);
}

static void
review_item(struct store *hall, const struct ask *a, const char *office,
    const char *item, struct dice *dice)
{
	cJSON *fields = cJSON_CreateObject(), *done = NULL;
	struct thai_text t = { 0 };
	char text[THAI_TEXT_BYTES], score[8];
	struct err e;

	thai_text_edit(&t, dice);
	thai_text_write(&t, text, sizeof(text));
	snprintf(score, sizeof(score), "%u", 200 + dice_roll(dice, 250));
	crowd_check(json_put_str(fields, "score", score, &e), &e, "score");
	crowd_check(json_put_str(fields, "comment", text, &e), &e, "comment");
	crowd_check(
	    review_set(hall, a, office, item, fields, 1, &done, &e), &e, item);
	cJSON_Delete(fields);
	cJSON_Delete(done);
}

/* verdict: "returned" or "accepted". */
static void
decide(struct store *hall, const char *office, int year, const char *verdict)
{
	struct ask a = { .person = &hall_chief, .year = year };
	cJSON *done = NULL;
	struct err e;

	crowd_check(signoff_decide(hall, &a, office, verdict,
			"ขอให้ทบทวนคำอธิบายและแนบหลักฐานเพิ่มเติม", NULL, &done, &e),
	    &e, verdict);
	cJSON_Delete(done);
}

static void
review_office(const struct decade *d, struct store *hall, int office, int year)
{
	struct ask a = { .person = &assessor, .year = year };
	struct dice dice = { d->seed + (uint64_t)(office * 100 + year) };
	const struct edition *ed = NULL;
	char code[8];
	struct err e;
	size_t i;

	decade_code(office, code);
	d->set_clock(
	    decade_day(year, DECADE_REVIEW_DAY) + 36000 + office * 600);
	crowd_check(save_group_begin(hall, &e), &e, "begin");
	crowd_check(store_cycle(hall, code, year, NULL, &ed, &e), &e, code);
	for (i = 0; i < edition_n_items(ed); i++)
		review_item(hall, &a, code, edition_item_at(ed, i)->id, &dice);
	decide(hall, code, year,
	    decade_is_returned(office, year) ? "returned" : "accepted");
	crowd_check(save_group_end(hall, &e), &e, "end");
}

static void
accept_again(const struct decade *d, struct store *hall, int office, int year)
{
	char code[8];
	struct err e;

	decade_code(office, code);
	d->set_clock(decade_day(year, DECADE_FINAL_DAY) + 36000 + office * 600);
	crowd_check(save_group_begin(hall, &e), &e, "begin");
	decide(hall, code, year, "accepted");
	crowd_check(save_group_end(hall, &e), &e, "end");
}

/* --- all offices of a year --- */

static void
wait_one(void)
{
	int status;

	if (wait(&status) < 0 || status != 0) {
		fprintf(stderr, "an office could not be written\n");
		exit(1);
	}
}

/* The offices write, each in its own process; then the hall takes in what they
 * pushed, in the order in which it came. */
static void
play_round(const struct decade *d, struct store *hall, int year, int again)
{
	struct decade_round r = { .d = d, .year = year, .again = again };
	struct pushes p = { NULL, 0, 0 };
	char from[600], to[600], code[8];
	int running = 0;
	size_t i;

	r.n = again ? CORRECTIONS : d->revisions / d->offices / DECADE_YEARS;
	for (r.office = 0; r.office < d->offices; r.office++) {
		if (again && !decade_is_returned(r.office, year))
			continue;
		if (running == d->workers) {
			wait_one();
			running--;
		}
		if (fork() == 0) {
			decade_write(&r);
			_exit(0);
		}
		running++;
	}
	while (running-- > 0)
		wait_one();
	for (r.office = 0; r.office < d->offices; r.office++) {
		if (again && !decade_is_returned(r.office, year))
			continue;
		decade_code(r.office, code);
		snprintf(
		    from, sizeof(from), "%.500s/%s/repo.git", d->dir, code);
		snprintf(
		    to, sizeof(to), "%.500s/H/offices/%s.git", d->dir, code);
		decade_link_objects(from, to);
		read_marks(d, r.office, &p);
	}
	qsort(p.list, p.n, sizeof(*p.list), by_time);
	for (i = 0; i < p.n; i++)
		take_push(d, hall, &p.list[i]);
	free(p.list);
}

static void
play_year(const struct decade *d, struct store *hall, int year)
{
	struct err e;
	int i;

	publish_calendar(d, hall, year);
	play_round(d, hall, year, 0);
	for (i = 0; i < d->offices; i++)
		review_office(d, hall, i, year);
	crowd_check(journal_flush(hall, &e), &e, "flush");
	play_round(d, hall, year, 1);
	for (i = 0; i < d->offices; i++)
		if (decade_is_returned(i, year))
			accept_again(d, hall, i, year);
	crowd_check(journal_flush(hall, &e), &e, "flush");
}

static void
found_offices(const struct decade *d, struct store *hall)
{
	char dir[512], code[8];
	struct store *s = NULL;
	int i;

	for (i = 0; i < d->offices; i++) {
		decade_code(i, code);
		snprintf(dir, sizeof(dir), "%.480s/%s", d->dir, code);
		crowd_office(dir, code, &s);
		crowd_join(hall, s);
		store_close(s);
		s = NULL;
	}
}

/* The index of texts, and the province's repository. */
static void
finish(struct store *hall)
{
	int64_t left;
	struct err e;

	crowd_check(search_index(hall, 0, &left, &e), &e, "search");
	crowd_check(province_update(hall, 1, NULL, &e), &e, "province");
}

void
decade_make(const struct decade *d)
{
	struct store *hall = NULL;
	char dir[512];
	int year;

	seed_random(d->seed);
	d->set_clock(decade_day(DECADE_FIRST_YEAR, 0) + 36000);
	snprintf(dir, sizeof(dir), "%.480s/H", d->dir);
	crowd_hall(dir, "91", NULL, NULL, &hall);
	found_offices(d, hall);
	for (year = DECADE_FIRST_YEAR; year < DECADE_FIRST_YEAR + DECADE_YEARS;
	     year++) {
		play_year(d, hall, year);
		fprintf(stderr, "%d\n", year);
	}
	finish(hall);
	store_close(hall);
}
