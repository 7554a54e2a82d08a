#include "store/view/query.h"

#include "store/criteria/score.h"
#include "store/hall/wording.h"
#include "store/look/asof.h"
#include "store/look/scene.h"
#include "store/record/record.h"
#include "store/review/signoff.h"

#define PATH_MAX_LEN 96

/* {"explanation.basic": "…", …}: a record's fields in the table's order. */
static int
flat_fields(const char *path, const cJSON *rec, cJSON **ret, struct err *e)
{
	struct record_path rp;
	cJSON *changes = NULL, *flat = cJSON_CreateObject();
	cJSON *c;
	int rc;

	if (flat == NULL)
		return err_nomem(e);
	if ((rc = record_path_parse(path, RECORD_OFFICE, &rp, e)) < 0 ||
	    (rc = record_diff(rp.type, NULL, rec, &changes, e)) < 0)
		goto out;
	cJSON_ArrayForEach (c, changes) {
		if ((rc = json_put(flat, json_str(c, "field"),
			 cJSON_DetachItemFromObjectCaseSensitive(c, "new"),
			 e)) < 0)
			goto out;
	}
	*ret = flat;
	flat = NULL;
out:
	cJSON_Delete(changes);
	cJSON_Delete(flat);
	return rc;
}

/* {"record","revision","commit","fields"} of one state of one record. */
static int
put_state(cJSON *out, const char *path, const struct asof *a, struct err *e)
{
	char name[PATH_MAX_LEN];
	cJSON *fields = NULL;
	int rc;

	snprintf(name, sizeof(name), "%.*s",
	    (int)(strlen(path) - strlen(".json")), path);
	if ((rc = json_put_str(out, "record", name, e)) < 0 ||
	    (rc = json_put_str(
		 out, "revision", a->revision != 0 ? a->name : NULL, e)) < 0 ||
	    (rc = json_put_str(
		 out, "commit", a->revision != 0 ? a->commit : NULL, e)) < 0 ||
	    (rc = flat_fields(path, a->rec, &fields, e)) < 0)
		return rc;
	return json_put(out, "fields", fields, e);
}

/* What points are shown by. */
struct ticking {
	const cJSON *answer, *texts;
};

/* The edition's point with its level and whether it is ticked. */
static int
push_point(cJSON *list, const cJSON *point, enum level level,
    const struct ticking *by, struct err *e)
{
	cJSON *c = cJSON_Duplicate(point, 1);
	int rc;

	if ((rc = wording_put(c, by->texts, "label_th", "label_en", e)) < 0 ||
	    (rc = json_put_str(c, "level", level_name(level), e)) < 0 ||
	    (rc = json_put_bool(c, "ticked",
		 json_holds(
		     json_get(by->answer, "ticks"), json_str(point, "id")),
		 e)) < 0) {
		cJSON_Delete(c);
		return rc;
	}
	return json_push(list, c, e);
}

static int
put_points(cJSON *out, const struct edition_item *it, const struct ticking *by,
    struct err *e)
{
	cJSON *list = cJSON_CreateArray();
	const cJSON *points = json_get(it->json, "points"), *c;
	int level, rc;

	if ((rc = json_put(out, "points", list, e)) < 0)
		return rc;
	for (level = 0; level < N_LEVELS; level++) {
		cJSON_ArrayForEach (c, json_get(points, level_name(level))) {
			if ((rc = push_point(list, c, level, by, e)) < 0)
				return rc;
		}
	}
	return 0;
}

static int
put_score(cJSON *out, const struct edition *ed, const struct edition_item *it,
    const cJSON *answer, struct err *e)
{
	enum level level = LEVEL_NONE;
	struct ratio r = { 0, 1 };
	char text[32];
	int assessed = 1, rc;

	if ((rc = score_item(ed, it, answer, &r, &level, &assessed, e)) < 0)
		return rc;
	ratio_text(r, text);
	if ((rc = json_put_str(out, "score", text, e)) < 0 ||
	    (rc = json_put_bool(out, "assessed", assessed, e)) < 0)
		return rc;
	return json_put_str(out, "level", level_name(level), e);
}

/* "at", when it is not of now. */
static int
put_at(cJSON *out, const struct scene *sc, const char *at, struct err *e)
{
	if (sc->at.kind == MOMENT_NOW)
		return 0;
	return moment_put(out, "at", at, &sc->at, e);
}

static int
show_item(
    struct scene *sc, const struct edition_item *it, cJSON *out, struct err *e)
{
	struct asof a = { 0 };
	struct ticking by = { NULL, NULL };
	cJSON *texts = NULL;
	char path[PATH_MAX_LEN];
	int rc;

	snprintf(path, sizeof(path), "%d/items/%s.json", sc->year, it->id);
	rc = asof_record(sc->s, sc->b, path, sc->at.office, &a, e);
	if (rc < 0 || (rc = put_state(out, path, &a, e)) < 0 ||
	    (rc = wording_read(
		 sc->s, sc->b->office, edition_id(sc->ed), &texts, e)) < 0)
		goto out;
	by.answer = a.rec;
	by.texts = texts;
	if ((rc = put_points(out, it, &by, e)) < 0 ||
	    (rc = json_put_str(out, "title_th", it->title_th, e)) < 0 ||
	    (rc = json_put_str(out, "title_en", it->title_en, e)) < 0)
		goto out;
	rc = put_score(out, sc->ed, it, a.rec, e);
out:
	cJSON_Delete(texts);
	asof_release(&a);
	return rc;
}

int
query_show(struct store *s, const char *office, int year, const char *item,
    const char *at, cJSON **ret, struct err *e)
{
	const struct edition_item *it = NULL;
	cJSON *out = cJSON_CreateObject();
	struct scene sc;
	int rc;

	if ((rc = scene_begin_at(&sc, s, office, year, at, e)) == 0 &&
	    (rc = edition_find_item(sc.ed, item, &it, e)) == 0 &&
	    (rc = show_item(&sc, it, out, e)) == 0)
		rc = put_at(out, &sc, at, e);
	if ((rc = scene_end(&sc, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}

/* All answers of a year: {"1.1": record, …}; the caller frees it. */
static int
read_answers(struct scene *sc, cJSON **ret, struct err *e)
{
	char dir[24];

	snprintf(dir, sizeof(dir), "%d/items", sc->year);
	return asof_below_at(sc->s, sc->b, dir, sc->at.office, ret, e);
}

/* The hall's, as far as they are here. */
static int
read_reviews(struct scene *sc, cJSON **ret, struct err *e)
{
	struct branch *hall = NULL;
	char dir[24];
	int rc = store_branch(sc->s, sc->b->office, "hall", &hall, e);

	if (rc < 0)
		return rc;
	snprintf(dir, sizeof(dir), "reviews/%d", sc->year);
	return asof_below_at(sc->s, hall, dir, sc->at.hall, ret, e);
}

/* What a score is made of. */
struct both {
	cJSON *answers, *reviews;
};

static const cJSON *
answer_of(void *arg, const char *item)
{
	return json_get(((const struct both *)arg)->answers, item);
}

static const cJSON *
review_of(void *arg, const char *item)
{
	return json_get(((const struct both *)arg)->reviews, item);
}

/* What scores and progress say about where they are from. */
static int
put_scene(cJSON *out, const struct scene *sc, struct err *e)
{
	int rc;

	if ((rc = json_put_str(out, "office", sc->b->office, e)) < 0 ||
	    (rc = json_put_int(out, "cycle", sc->year, e)) < 0)
		return rc;
	return json_put_str(out, "edition", edition_id(sc->ed), e);
}

int
query_score_at(struct store *s, const char *office, int year, const char *at,
    cJSON **ret, struct err *e)
{
	struct both of = { NULL, NULL };
	cJSON *out = NULL;
	struct scene sc;
	int rc;

	if ((rc = scene_begin_at(&sc, s, office, year, at, e)) == 0 &&
	    (rc = read_answers(&sc, &of.answers, e)) == 0 &&
	    (rc = read_reviews(&sc, &of.reviews, e)) == 0 &&
	    (rc = score_all(sc.ed, answer_of, review_of, &of, &out, e)) == 0 &&
	    (rc = put_scene(out, &sc, e)) == 0)
		rc = put_at(out, &sc, at, e);
	cJSON_Delete(of.answers);
	cJSON_Delete(of.reviews);
	if ((rc = scene_end(&sc, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}

int
query_score(
    struct store *s, const char *office, int year, cJSON **ret, struct err *e)
{
	return query_score_at(s, office, year, NULL, ret, e);
}

/* {"id","title_th","title_en","answered","items"} */
static int
push_progress(cJSON *list, const struct edition *ed, size_t category,
    const cJSON *answers, struct err *e)
{
	const char *th, *en;
	const char *id = edition_category_at(ed, category, &th, &en);
	const struct edition_item *it;
	cJSON *c = cJSON_CreateObject();
	const cJSON *answer;
	int answered = 0, items = 0, rc;
	size_t i;

	for (i = 0; i < edition_n_items(ed); i++) {
		it = edition_item_at(ed, i);
		if (strcmp(it->category, id) != 0)
			continue;
		items++;
		answer = json_get(answers, it->id);
		answered += answer != NULL && answer->child != NULL;
	}
	if ((rc = json_put_str(c, "id", id, e)) < 0 ||
	    (rc = json_put_str(c, "title_th", th, e)) < 0 ||
	    (rc = json_put_str(c, "title_en", en, e)) < 0 ||
	    (rc = json_put_int(c, "answered", answered, e)) < 0 ||
	    (rc = json_put_int(c, "items", items, e)) < 0) {
		cJSON_Delete(c);
		return rc;
	}
	return json_push(list, c, e);
}

/* Where it stood between the two sides: the hall's word as of then, too. */
static int
state_then(struct scene *sc, const cJSON *assessment, enum signoff_state *ret,
    struct err *e)
{
	struct branch *hall = NULL;
	struct asof a = { 0 };
	char path[PATH_MAX_LEN];
	int rc;

	if ((rc = store_branch(sc->s, sc->b->office, "hall", &hall, e)) < 0)
		return rc;
	snprintf(path, sizeof(path), "decisions/%d.json", sc->year);
	rc = asof_record(sc->s, hall, path, sc->at.hall, &a, e);
	if (rc == 0)
		*ret = signoff_of(assessment, a.rec);
	asof_release(&a);
	return rc;
}

static int
show_assessment(struct scene *sc, cJSON *out, struct err *e)
{
	cJSON *answers = NULL, *progress = cJSON_CreateArray();
	enum signoff_state st = SIGNOFF_NONE;
	struct asof a = { 0 };
	char path[PATH_MAX_LEN];
	size_t i;
	int rc;

	if ((rc = json_put(out, "progress", progress, e)) < 0)
		goto out;
	snprintf(path, sizeof(path), "%d/assessment.json", sc->year);
	rc = asof_record(sc->s, sc->b, path, sc->at.office, &a, e);
	if (rc < 0 || (rc = put_state(out, path, &a, e)) < 0 ||
	    (rc = put_scene(out, sc, e)) < 0 ||
	    (rc = state_then(sc, a.rec, &st, e)) < 0 ||
	    (rc = json_put_str(out, "state", signoff_name(st), e)) < 0 ||
	    (rc = read_answers(sc, &answers, e)) < 0)
		goto out;
	for (i = 0; i < edition_n_categories(sc->ed); i++)
		if ((rc = push_progress(progress, sc->ed, i, answers, e)) < 0)
			goto out;
out:
	cJSON_Delete(answers);
	asof_release(&a);
	return rc;
}

int
query_assessment_at(struct store *s, const char *office, int year,
    const char *at, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	struct scene sc;
	int rc;

	if ((rc = scene_begin_at(&sc, s, office, year, at, e)) == 0 &&
	    (rc = show_assessment(&sc, out, e)) == 0)
		rc = put_at(out, &sc, at, e);
	if ((rc = scene_end(&sc, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}

/* The pinned blob stands in the assessment itself. */
static int
show_edition(struct scene *sc, cJSON *out, struct err *e)
{
	struct asof a = { 0 };
	cJSON *texts = NULL;
	char path[PATH_MAX_LEN];
	int rc;

	if ((rc = wording_read(
		 sc->s, sc->b->office, edition_id(sc->ed), &texts, e)) < 0)
		return rc;
	rc = wording_apply(out, texts, e);
	cJSON_Delete(texts);
	if (rc < 0)
		return rc;
	snprintf(path, sizeof(path), "%d/assessment.json", sc->year);
	rc = asof_record(sc->s, sc->b, path, sc->at.office, &a, e);
	if (rc < 0)
		return rc;
	rc = json_put_str(
	    out, "blob", json_str(json_get(a.rec, "edition"), "blob"), e);
	if (rc == 0)
		rc = json_put_int(out, "cycle", sc->year, e);
	asof_release(&a);
	return rc;
}

int
query_edition_at(struct store *s, const char *office, int year, const char *at,
    cJSON **ret, struct err *e)
{
	cJSON *out = NULL;
	struct scene sc;
	int rc;

	if ((rc = scene_begin_at(&sc, s, office, year, at, e)) == 0) {
		out = cJSON_Duplicate(edition_json(sc.ed), 1);
		rc = out != NULL ? show_edition(&sc, out, e) : err_nomem(e);
	}
	if ((rc = scene_end(&sc, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}
