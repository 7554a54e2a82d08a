#include "tests/support/decade.h"

#include <git2.h>
#include <sodium.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/backup/maintain.h"
#include "store/git/giterr.h"
#include "store/hall/cycle.h"
#include "store/hall/province.h"
#include "store/review/review.h"
#include "store/review/signoff.h"
#include "store/save/journal.h"
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

/* What a daemon must do and this need not: be sparing with memory, wait for the
 * disk (what is lost is made again), count the hashes of what it wrote a moment
 * ago. */
static int
hurry_git(void)
{
	int rc = git_libgit2_opts(
	    GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)128 * 1024 * 1024);

	if (rc == 0)
		rc = git_libgit2_opts(
		    GIT_OPT_SET_MWINDOW_SIZE, (size_t)32 * 1024 * 1024);
	if (rc == 0)
		rc = git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT,
		    (size_t)1024 * 1024 * 1024);
	if (rc == 0)
		rc =
		    git_libgit2_opts(GIT_OPT_SET_MWINDOW_FILE_LIMIT, (size_t)0);
	if (rc == 0)
		rc = git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 0);
	if (rc == 0)
		rc = git_libgit2_opts(
		    GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
	return rc;
}

void
decade_hurry(struct store *s)
{
	struct err e;

	crowd_check(db_run(store_db(s), &e, "PRAGMA synchronous = OFF", ""), &e,
	    "no waiting");
	crowd_check(db_run(store_db(s), &e, "PRAGMA cache_size = -65536", ""),
	    &e, "memory");
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
	if (hurry_git() < 0) {
		fputs("libgit2 takes no options\n", stderr);
		exit(1);
	}
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

int
decade_writes(int office, int year, int again)
{
	return !again || decade_is_returned(office, year);
}

void
decade_dir(const struct decade *d, int office, int device, char ret[512])
{
	char code[8];

	decade_code(office, code);
	snprintf(
	    ret, 512, "%.480s/%s%s", d->dir, code, device == 0 ? "" : "-b");
}

FILE *
decade_file(
    const struct decade *d, int office, const char *ending, const char *mode)
{
	char name[560], code[8];
	FILE *f;

	decade_code(office, code);
	snprintf(name, sizeof(name), "%.480s/%s.%s", d->dir, code, ending);
	if ((f = fopen(name, mode)) == NULL) {
		perror(name);
		exit(1);
	}
	return f;
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

struct children {
	int running, most;
};

/* 1 in a child, which ends by _exit(0). */
static int
start_one(struct children *c)
{
	pid_t pid;

	if (c->running == c->most) {
		wait_one();
		c->running--;
	}
	if ((pid = fork()) < 0) {
		perror("fork");
		exit(1);
	}
	c->running += pid != 0;
	return pid == 0;
}

static void
wait_all(struct children *c)
{
	for (; c->running > 0; c->running--)
		wait_one();
}

/* The offices write, each in its own process; then the hall takes in what they
 * pushed. */
static void
play_round(const struct decade *d, struct store *hall, int year, int again)
{
	struct decade_round r = { .d = d, .year = year, .again = again };
	struct children c = { .most = d->workers };

	r.n = again ? CORRECTIONS : d->revisions / d->offices / DECADE_YEARS;
	for (r.office = 0; r.office < d->offices; r.office++)
		if (decade_writes(r.office, year, again) && start_one(&c)) {
			decade_write(&r);
			_exit(0);
		}
	wait_all(&c);
	decade_take(d, hall, year, again);
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
	struct store *s;
	int i, device;

	for (i = 0; i < d->offices; i++) {
		decade_code(i, code);
		fclose(decade_file(d, i, "signed", "we"));
		for (device = 0; device < DECADE_DEVICES; device++) {
			decade_dir(d, i, device, dir);
			s = NULL;
			crowd_device(dir, code, (char)('a' + device), &s);
			crowd_join(hall, s);
			store_close(s);
		}
	}
}

static void
clean_up(const struct decade *d)
{
	static const char *const endings[] = { "marks", "files", "signed" };
	char name[560], code[8];
	size_t k;
	int i;

	for (i = 0; i < d->offices; i++) {
		decade_code(i, code);
		for (k = 0; k < sizeof(endings) / sizeof(*endings); k++) {
			snprintf(name, sizeof(name), "%.480s/%s.%s", d->dir,
			    code, endings[k]);
			unlink(name);
		}
	}
}

static void
keep_all_up(const struct decade *d, struct store *hall)
{
	struct children c = { .most = d->workers };
	struct repo *r = NULL;
	char code[8];
	struct err e;
	int i;

	for (i = 0; i < d->offices; i++)
		if (start_one(&c)) {
			decade_keep_up(d, i);
			_exit(0);
		}
	wait_all(&c);
	for (i = 0; i < d->offices; i++) {
		decade_code(i, code);
		crowd_check(store_repo(hall, code, &r, &e), &e, code);
		crowd_check(repo_refresh(r, &e), &e, code);
	}
}

/* Upkeep, the index of texts, and the province's repository. */
static void
finish(const struct decade *d, struct store *hall)
{
	const struct maintain_opts due = { .only_due = 1 };
	cJSON *done = NULL;
	int64_t left;
	struct err e;

	keep_all_up(d, hall);
	crowd_check(search_index(hall, 0, &left, &e), &e, "search");
	crowd_check(maintain_run(hall, &due, &done, &e), &e, "upkeep");
	cJSON_Delete(done);
	crowd_check(province_update(hall, 1, NULL, &e), &e, "province");
}

/* One sum over all tips at the hall: it stands for every byte of the history. */
static void
sum_up(const struct decade *d, struct store *hall, struct decade_sum *ret)
{
	static const char *const refs[] = { "refs/heads/office",
		"refs/heads/hall" };
	unsigned char id[20], sum[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state st;
	struct repo *r;
	char code[8];
	struct err e;
	size_t k;
	int i;

	crypto_hash_sha256_init(&st);
	for (i = 0; i < d->offices; i++) {
		decade_code(i, code);
		r = NULL;
		crowd_check(store_repo(hall, code, &r, &e), &e, code);
		crowd_check(repo_refresh(r, &e), &e, code);
		for (k = 0; k < 2; k++) {
			crowd_check(repo_ref(r, refs[k], id, &e), &e, refs[k]);
			crypto_hash_sha256_update(&st, id, sizeof(id));
		}
	}
	crypto_hash_sha256_final(&st, sum);
	sodium_bin2hex(ret->tips, sizeof(ret->tips), sum, sizeof(sum));
	crowd_check(db_one_int(store_db(hall), &ret->revisions, &e,
			"SELECT sum(n) FROM branch", ""),
	    &e, "revisions");
}

void
decade_make(const struct decade *d, struct decade_sum *ret)
{
	struct store *hall = NULL;
	char dir[512];
	int year;

	seed_random(d->seed);
	d->set_clock(decade_day(DECADE_FIRST_YEAR, 0) + 36000);
	snprintf(dir, sizeof(dir), "%.480s/H", d->dir);
	crowd_hall(dir, "91", NULL, NULL, &hall);
	decade_hurry(hall);
	found_offices(d, hall);
	for (year = DECADE_FIRST_YEAR; year < DECADE_FIRST_YEAR + DECADE_YEARS;
	     year++) {
		play_year(d, hall, year);
		fprintf(stderr, "%d\n", year);
	}
	finish(d, hall);
	sum_up(d, hall, ret);
	store_close(hall);
	clean_up(d);
}
