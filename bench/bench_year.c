/*
 * bench_year: what people look at, over many years: scores, gaps, search,
 * comparison, reports; asked of the store as the daemon's reader does.
 *
 * bench_year office DIR REVISIONS   makes an office with 10 cycles of 30 items
 *     and so many revisions, flushed and indexed
 * bench_year hall DIR OFFICES       makes a hall with so many offices of 10
 *     cycles, all answers given and reviewed, absorbed and indexed
 * bench_year ask DIR RUNS           asks each question RUNS times; prints
 *     "what<tab>p50 ms<tab>p99 ms<tab>most memory MiB"
 *
 * Anything that fails ends the bench with its sentence.
 */
#include "store/admit/absorb.h"
#include "store/git/giterr.h"
#include "store/save/answer.h"
#include "store/save/journal.h"
#include "store/view/compare.h"
#include "store/view/gap.h"
#include "store/view/query.h"
#include "store/view/report.h"
#include "store/view/search.h"
#include "tests/support/crowd.h"
#include "tests/support/thai_text.h"

#define FIRST_YEAR 2560
#define YEARS 10
#define GROUP 400
#define FLUSH 4000
#define SEARCH_LIMIT 50

static const struct person person = { "bench", "ผู้ทดสอบ" };

/* --- texts --- */

static struct dice dice = { 42 };

static unsigned
pick(unsigned n)
{
	return dice_roll(&dice, n);
}

/* As officials write; each has its number, so that no two are the same. */
static void
make_text(char ret[THAI_TEXT_BYTES], int i)
{
	int n = snprintf(ret, THAI_TEXT_BYTES, "ครั้งที่ %d ", i);
	struct thai_text t = { 0 };

	thai_text_edit(&t, &dice);
	thai_text_write(&t, ret + n, THAI_TEXT_BYTES - (size_t)n);
}

static void
put(cJSON *o, const char *key, const char *text)
{
	struct err e;

	crowd_check(json_put_str(o, key, text, &e), &e, key);
}

/* --- making --- */

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

static void
open_years(struct store *s)
{
	cJSON *saved;
	struct err e;
	int year;

	for (year = FIRST_YEAR; year < FIRST_YEAR + YEARS; year++) {
		begin(s);
		crowd_check(
		    answer_open(s, &person, year, NULL, NULL, &saved, &e), &e,
		    "open");
		end(s);
		cJSON_Delete(saved);
	}
}

static void
set_one(struct store *s, const struct edition *ed, int i)
{
	static const char *const fields[] = { "explanation.basic", "strengths",
		"gap", "explanation.advance" };
	size_t n = edition_n_items(ed);
	size_t item = (size_t)i % n;
	int year = FIRST_YEAR + (int)((size_t)i / n % YEARS);
	cJSON *o = cJSON_CreateObject(), *saved = NULL;
	char text[THAI_TEXT_BYTES];
	struct err e;

	make_text(text, i);
	crowd_check(json_put_str(o, fields[pick(4)], text, &e), &e, "field");
	crowd_check(answer_set(s, &person, year, edition_item_at(ed, item)->id,
			o, NULL, NULL, &saved, &e),
	    &e, "set");
	cJSON_Delete(saved);
	cJSON_Delete(o);
}

/* The first two levels of every process item, an indicator of every required
 * measure: one revision a year. */
static cJSON *
full_answer(const struct edition_item *it)
{
	cJSON *rec = cJSON_CreateObject(), *list = cJSON_CreateArray(), *all;
	const cJSON *points = json_get(it->json, "points"), *c;
	char text[THAI_TEXT_BYTES], key[16];
	struct err e;
	int n = 0;

	make_text(text, 0);
	put(rec, "strengths", text);
	make_text(text, 1);
	put(rec, "gap", text);
	cJSON_ArrayForEach (c, json_get(points, "advance"))
		crowd_check(
		    json_push_str(list, json_str(c, "id"), &e), &e, "tick");
	cJSON_ArrayForEach (c, json_get(points, "basic"))
		if (pick(8) > 0)
			crowd_check(json_push_str(list, json_str(c, "id"), &e),
			    &e, "tick");
	if (list->child != NULL)
		crowd_check(json_put(rec, "ticks", list, &e), &e, "ticks");
	else
		cJSON_Delete(list);
	if (json_get(it->json, "measures") == NULL)
		return rec;
	all = cJSON_CreateObject();
	cJSON_ArrayForEach (c, json_get(it->json, "measures")) {
		cJSON *one = cJSON_CreateObject();
		char actual[16];

		snprintf(actual, sizeof(actual), "%u", 60 + pick(50));
		put(one, "actual", actual);
		put(one, "direction", "larger");
		put(one, "measure", json_str(c, "id"));
		put(one, "name", "ร้อยละความสำเร็จ");
		put(one, "target", "100");
		snprintf(key, sizeof(key), "ia%d", ++n);
		crowd_check(json_put(all, key, one, &e), &e, "indicator");
	}
	crowd_check(json_put(rec, "indicators", all, &e), &e, "indicators");
	return rec;
}

static cJSON *
full_review(const struct edition_item *it)
{
	cJSON *rec = cJSON_CreateObject(), *c = cJSON_CreateObject();
	char score[16];
	struct err e;

	(void)it;
	snprintf(score, sizeof(score), "%u", 200 + pick(250));
	crowd_check(json_put(rec, "consensus", c, &e), &e, "consensus");
	put(c, "login", person.login);
	put(c, "name", person.name);
	put(c, "time", "2026-11-22T10:00:00+07:00");
	crowd_check(json_put_int(c, "of", 1, &e), &e, "of");
	put(c, "score", score);
	put(c, "comment", "ขอหลักฐานเพิ่มเติมในรอบถัดไป");
	return rec;
}

/* Every item of a year in one revision. */
static void
save_year(struct store *s, const struct edition *ed, const char *office,
    int year, const char *folder, cJSON *(*make)(const struct edition_item *))
{
	struct save_change changes[64];
	char paths[64][48];
	struct save_req req = { .office = office,
		.person = &person,
		.action = "set",
		.changes = changes };
	cJSON *saved = NULL;
	struct err e;
	size_t i, n = edition_n_items(ed);

	memset(changes, 0, sizeof(changes));
	for (i = 0; i < n && i < 64; i++) {
		const struct edition_item *it = edition_item_at(ed, i);

		if (strcmp(folder, "items") == 0)
			snprintf(paths[i], sizeof(paths[i]), "%d/items/%s.json",
			    year, it->id);
		else
			snprintf(paths[i], sizeof(paths[i]), "%s/%d/%s.json",
			    folder, year, it->id);
		changes[i].path = paths[i];
		changes[i].op = SAVE_WHOLE;
		changes[i].value = make(it);
	}
	req.n_changes = i;
	begin(s);
	crowd_check(save_run(s, &req, &saved, &e), &e, "save");
	end(s);
	cJSON_Delete(saved);
	while (i-- > 0) {
		union {
			const cJSON *given;
			cJSON *own;
		} value = { changes[i].value };

		cJSON_Delete(value.own);
	}
}

static void
index_all(struct store *s)
{
	int64_t left;
	struct err e;

	crowd_check(journal_flush(s, &e), &e, "flush");
	crowd_check(search_index(s, 0, &left, &e), &e, "index");
}

static void
make_office(const char *dir, int revisions)
{
	const struct edition *ed = NULL;
	struct store *s = NULL;
	struct err e;
	int i, year;

	crowd_office(dir, "9105", &s);
	open_years(s);
	crowd_check(store_cycle(s, "", 0, NULL, &ed, &e), &e, "cycle");
	for (year = FIRST_YEAR; year < FIRST_YEAR + YEARS; year++)
		save_year(s, ed, "", year, "items", full_answer);
	for (i = 2 * YEARS; i < revisions; i++) {
		if (i % GROUP == 0 || i == 2 * YEARS)
			begin(s);
		set_one(s, ed, i);
		if (i % GROUP == GROUP - 1 || i == revisions - 1)
			end(s);
		if (i % FLUSH == FLUSH - 1)
			crowd_check(journal_flush(s, &e), &e, "flush");
	}
	index_all(s);
	store_close(s);
}

/* An office of its own, enrolled, pushed past the door, absorbed, reviewed. */
static void
add_office(struct store *hall, const char *dir, int n)
{
	const struct edition *ed = NULL;
	struct store *s = NULL;
	char code[8], own[512];
	struct err e;
	int64_t absorbed;
	int year;

	snprintf(code, sizeof(code), "9%03u", (unsigned)n % 899 + 101);
	snprintf(own, sizeof(own), "%s/of-%s", dir, code);
	crowd_office(own, code, &s);
	crowd_join(hall, s);
	open_years(s);
	crowd_check(store_cycle(s, "", 0, NULL, &ed, &e), &e, "cycle");
	for (year = FIRST_YEAR; year < FIRST_YEAR + YEARS; year++)
		save_year(s, ed, "", year, "items", full_answer);
	crowd_check(journal_flush(s, &e), &e, "flush");
	crowd_push(own, dir, code);
	crowd_check(absorb_ref(hall, code, "office", "refs/heads/office",
			&absorbed, &e),
	    &e, "absorb");
	for (year = FIRST_YEAR; year < FIRST_YEAR + YEARS; year++)
		save_year(hall, ed, code, year, "reviews", full_review);
	store_close(s);
}

static void
make_hall(const char *dir, int offices)
{
	struct store *hall = NULL;
	int i;

	crowd_hall(dir, "91", NULL, NULL, &hall);
	for (i = 0; i < offices; i++)
		add_office(hall, dir, i);
	index_all(hall);
	store_close(hall);
}

/* --- asking --- */

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Most resident memory so far, MiB. */
static double
memory(void)
{
	char line[200];
	FILE *f = fopen("/proc/self/status", "r");
	double kib = 0;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			kib = strtod(line + 6, NULL);
	if (f != NULL)
		fclose(f);
	return kib / 1024;
}

static const char *const questions[] = { "score", "gaps", "search",
	"search-rare", "report.data", "compare", "report.province" };
#define N_QUESTIONS (sizeof(questions) / sizeof(*questions))
#define PROVINCE 6 /* for a hall */

static int
ask(struct store *s, size_t q, const char *office, cJSON **ret, struct err *e)
{
	int year = FIRST_YEAR + YEARS - 1;

	switch (q) {
	case 0:
		return query_score(s, office, year, ret, e);
	case 1:
		return gap_list(s, office, year, NULL, ret, e);
	case 2:
		return search_run(
		    s, NULL, 0, "ร้องเรียน เกาะหลีเป๊ะ", SEARCH_LIMIT, ret, e);
	case 3:
		return search_run(s, NULL, 0, "ครั้งที่ 0 ", SEARCH_LIMIT, ret, e);
	case 4:
		return report_office(s, office, year, ret, e);
	case 5:
		return compare_run(s, NULL, NULL, ret, e);
	default:
		return report_province(s, year, ret, e);
	}
}

static void
ask_all(const char *dir, int runs)
{
	double *ms = calloc((size_t)runs, sizeof(*ms));
	struct store *s = NULL;
	const char *office;
	struct err e;
	cJSON *answer;
	size_t q;
	int i;

	crowd_check(store_open(dir, STORE_READ, &s, &e), &e, dir);
	office = store_conf(s)->role == ROLE_HALL ? "9101" : "";
	for (q = 0; q < N_QUESTIONS; q++) {
		if (q == PROVINCE && office[0] == '\0')
			continue;
		for (i = 0; i < runs; i++) {
			double start = now_ms();

			crowd_check(
			    ask(s, q, office, &answer, &e), &e, questions[q]);
			ms[i] = now_ms() - start;
			cJSON_Delete(answer);
		}
		qsort(ms, (size_t)runs, sizeof(*ms), by_value);
		printf("%s\t%.2f\t%.2f\t%.1f\n", questions[q], ms[runs / 2],
		    ms[(int)((double)runs * 0.99)], memory());
	}
	free(ms);
	store_close(s);
}

int
main(int argc, char **argv)
{
	struct err e;

	crowd_check(key_init(&e), &e, "sodium");
	crowd_check(giterr_init(&e), &e, "libgit2");
	if (argc == 4 && strcmp(argv[1], "office") == 0)
		make_office(argv[2], (int)strtol(argv[3], NULL, 10));
	else if (argc == 4 && strcmp(argv[1], "hall") == 0)
		make_hall(argv[2], (int)strtol(argv[3], NULL, 10));
	else if (argc == 4 && strcmp(argv[1], "ask") == 0)
		ask_all(argv[2], (int)strtol(argv[3], NULL, 10));
	else {
		fputs("usage: bench_year office DIR REVISIONS | hall DIR "
		      "OFFICES | ask DIR RUNS\n",
		    stderr);
		return 2;
	}
	giterr_shutdown();
	return 0;
}
