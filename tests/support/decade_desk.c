#include "tests/support/decade_desk.h"

#include <sodium.h>

#include "store/evidence/evidence.h"
#include "store/merge/conflict.h"
#include "store/review/signoff.h"
#include "store/save/action.h"
#include "store/save/answer.h"
#include "store/save/indicator.h"
#include "tests/support/crowd.h"

#define FILE_BYTES 9000 /* of the largest file */

static const struct person people[] = { { "somsri", "สมศรี ใจดี" },
	{ "prasert", "ประเสริฐ ทองแท้" }, { "nuria", "นูเรีย สะอาด" },
	{ "wichai", "วิชัย ศรีสุข" } };
static const struct person chief = { "manop", "มานพ รักงาน" };

static const char *const text_fields[DESK_TEXTS] = { "strengths", "gap",
	"explanation.basic", "explanation.advance",
	"explanation.significance" };

static const char *const reasons[] = { "แก้คำผิด", "ปรับตามมติที่ประชุม",
	"เพิ่มข้อมูลไตรมาสล่าสุด", "ตามข้อเสนอแนะของผู้ตรวจ" };

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
	} while ((k->half != DESK_ALL && i % 2 != (size_t)k->half) ||
		 (kind != NULL &&
		     strcmp(edition_item_at(k->ed, i)->kind, kind) != 0));
	return i;
}

static void
edit_text(struct desk *k, size_t i)
{
	const struct edition_item *it = edition_item_at(k->ed, i);
	int result = strcmp(it->kind, "result") == 0;
	unsigned f = dice_roll(&k->dice, result ? 2 : DESK_TEXTS);
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
	n %= DESK_POINTS_MAX;
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

static unsigned
any_action(struct desk *k)
{
	unsigned i = dice_roll(&k->dice, DESK_ACTIONS);

	return k->half == DESK_ALL ? i : i - i % 2 + (unsigned)k->half;
}

void
desk_edit(struct desk *k)
{
	unsigned what = dice_roll(&k->dice, 100);

	if (what < 55)
		edit_text(k, any_item(k, NULL));
	else if (what < 83)
		tick(k);
	else if (what < 93)
		indicator(k, any_item(k, "result"), "ia1");
	else
		action(k, any_action(k));
}

/* The first item's first text, whatever it was before. */
void
desk_edit_same(struct desk *k)
{
	struct ask a = ask_of(k, 1);
	cJSON *fields = cJSON_CreateObject(), *saved = NULL;
	char text[THAI_TEXT_BYTES];
	struct err e;

	thai_text_edit(&k->texts[0][0], &k->dice);
	thai_text_write(&k->texts[0][0], text, sizeof(text));
	put(fields, text_fields[0], text);
	crowd_check(
	    answer_set(k->s, a.person, a.year, edition_item_at(k->ed, 0)->id,
		fields, a.reason, NULL, &saved, &e),
	    &e, "set");
	cJSON_Delete(saved);
	cJSON_Delete(fields);
}

/* Every result item has its first indicator before others are written. */
void
desk_open_year(struct desk *k)
{
	cJSON *saved = NULL;
	struct err e;
	size_t i;

	begin(k);
	crowd_check(
	    answer_open(k->s, &chief, k->r->year, NULL, NULL, &saved, &e), &e,
	    "open");
	cJSON_Delete(saved);
	crowd_check(
	    store_cycle(k->s, "", k->r->year, NULL, &k->ed, &e), &e, "cycle");
	for (i = 0; i < edition_n_items(k->ed) && i < DESK_ITEMS_MAX; i++)
		if (strcmp(edition_item_at(k->ed, i)->kind, "result") == 0)
			indicator(k, i, NULL);
	end(k);
}

void
desk_submit(struct desk *k)
{
	struct ask a = { .person = &chief, .year = k->r->year };
	cJSON *saved = NULL;
	struct err e;

	begin(k);
	crowd_check(signoff_submit(k->s, &a, NULL, &saved, &e), &e, "submit");
	cJSON_Delete(saved);
	end(k);
}

/* --- evidence --- */

/* Minutes of a meeting: what matters is that the bytes are this file's own. */
static size_t
write_minutes(struct desk *k, char ret[FILE_BYTES])
{
	size_t n = (size_t)snprintf(ret, FILE_BYTES, "%%PDF-1.7\n%% %d/%d/%d\n",
	    k->r->office, k->r->year, k->n_files);
	size_t wanted = 1000 + dice_roll(&k->dice, FILE_BYTES / 2);

	while (n < wanted) {
		struct thai_text t = { 0 };
		char text[THAI_TEXT_BYTES];

		thai_text_edit(&t, &k->dice);
		thai_text_write(&t, text, sizeof(text));
		n += (size_t)snprintf(ret + n, FILE_BYTES - n, "%s\n", text);
	}
	return n;
}

static void
sha256_hex(const char *bytes, size_t len, char ret[65])
{
	unsigned char sum[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(sum, (const unsigned char *)bytes, len);
	sodium_bin2hex(ret, 65, sum, sizeof(sum));
}

void
desk_attach(struct desk *k, char ret[65])
{
	const char *item = edition_item_at(k->ed, any_item(k, NULL))->id;
	struct ask a = ask_of(k, 0);
	char bytes[FILE_BYTES], name[120];
	size_t len = write_minutes(k, bytes);
	cJSON *done = NULL;
	struct err e;

	sha256_hex(bytes, len, ret);
	k->n_files++;
	snprintf(name, sizeof(name), "รายงานการประชุม %d-%d%s.pdf", k->r->year,
	    k->n_files, k->r->again ? " แก้ไข" : "");
	crowd_check(
	    evidence_begin(k->s, &a, item, name, (int64_t)len, ret, &done, &e),
	    &e, "evidence");
	cJSON_Delete(done);
	done = NULL;
	crowd_check(
	    evidence_part(k->s, ret, 1, bytes, len, &done, &e), &e, name);
	cJSON_Delete(done);
	done = NULL;
	begin(k);
	crowd_check(evidence_end(k->s, &a, item, ret, "รายงานการประชุมคณะทำงาน",
			NULL, NULL, &done, &e),
	    &e, name);
	end(k);
	cJSON_Delete(done);
}

/* --- what two devices wrote of one field --- */

void
desk_resolve(struct desk *k)
{
	struct ask a = { .year = k->r->year,
		.person = &people[0],
		.reason = "ตามมติที่ประชุม" };
	cJSON *all = NULL, *done;
	const cJSON *c;
	struct err e;

	crowd_check(conflict_list(k->s, "", &all, &e), &e, "conflicts");
	begin(k);
	cJSON_ArrayForEach (c, json_get(all, "conflicts")) {
		done = NULL;
		crowd_check(conflict_resolve(k->s, &a, json_str(c, "id"),
				dice_roll(&k->dice, 2) == 0 ? "hall" : "mine",
				NULL, &done, &e),
		    &e, "resolve");
		cJSON_Delete(done);
	}
	end(k);
	cJSON_Delete(all);
}
