#include "store/save/opening.h"

#include "base/clock.h"
#include "store/hall/cycle.h"
#include "store/record/record.h"
#include "store/save/answer.h"

#define OFFICE_PATH "office.json"

/* 1 if the record is there, 0 if not. */
static int
has_record(struct store *s, const char *path, struct err *e)
{
	struct buf bytes = BUF_INIT;
	struct branch *b = NULL;
	int rc;

	if ((rc = store_own_branch(s, "", &b, e)) < 0)
		return rc;
	rc = store_record(s, b, path, &bytes, NULL, e);
	buf_release(&bytes);
	if (rc == ERR_NOT_FOUND)
		return 0;
	return rc < 0 ? rc : 1;
}

static int
check_year(struct store *s, int year, struct err *e)
{
	char path[OPENING_PATH];
	int rc;

	if (year < ANSWER_YEAR_MIN || year > ANSWER_YEAR_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "'%d' is not a fiscal year of the Buddhist era, such as %d",
		    year,
		    clock_fiscal_year(clock_now(), store_conf(s)->offset_min));
	snprintf(path, sizeof(path), "%d/assessment.json", year);
	if ((rc = has_record(s, path, e)) <= 0)
		return rc;
	rc = err_set(
	    e, ERR_CONFLICT, 0, "the assessment of %d is open already", year);
	err_hint(e, "look at it: pmqa show");
	return rc;
}

static int
assessment_record(int year, const char *edition, const unsigned char blob[20],
    cJSON **ret, struct err *e)
{
	cJSON *rec = cJSON_CreateObject(), *pin = NULL;
	char hex[41];
	int rc;

	commit_hex(blob, hex);
	if (rec == NULL || (pin = cJSON_CreateObject()) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = json_put_str(pin, "id", edition, e)) < 0 ||
	    (rc = json_put_str(pin, "blob", hex, e)) < 0)
		goto out;
	rc = json_put(rec, "edition", pin, e);
	pin = NULL;
	if (rc < 0 || (rc = json_put_int(rec, "cycle", year, e)) < 0 ||
	    (rc = json_put_str(rec, "status", "open", e)) < 0)
		goto out;
	*ret = rec;
	rec = NULL;
out:
	cJSON_Delete(pin);
	cJSON_Delete(rec);
	return rc;
}

static int
office_record(const struct conf *conf, cJSON **ret, struct err *e)
{
	cJSON *rec = cJSON_CreateObject();
	int rc;

	if (rec == NULL)
		return err_nomem(e);
	if ((rc = json_put_str(rec, "code", conf->code, e)) < 0 ||
	    (rc = json_put_str(rec, "name", conf->name, e)) < 0) {
		cJSON_Delete(rec);
		return rc;
	}
	*ret = rec;
	return 0;
}

/* The hall's calendar of the year decides, where it names an edition. */
static int
choose_edition(
    struct store *s, int year, const char *usual, char ret[72], struct err *e)
{
	cJSON *cycle = NULL;
	const char *named;
	int rc;

	if ((rc = cycle_read(s, "", year, &cycle, e)) < 0)
		return rc;
	if ((named = json_str(cycle, "edition")) != NULL)
		snprintf(ret, 72, "%s", named);
	else if (usual != NULL)
		snprintf(ret, 72, "%s", usual);
	else
		rc = store_newest_edition(s, "", ret, e);
	cJSON_Delete(cycle);
	return rc;
}

static void
put_changes(struct opening *o, int known)
{
	o->changes[0].path = o->path;
	o->changes[0].op = SAVE_WHOLE;
	o->changes[0].value = o->assessment;
	o->changes[1].path = OFFICE_PATH;
	o->changes[1].op = SAVE_WHOLE;
	o->changes[1].value = o->office;
	o->n_changes = known ? 1 : 2;
}

int
opening_init(struct store *s, int year, const char *edition, const char *usual,
    struct opening *ret, struct err *e)
{
	struct opening *o = ret;
	unsigned char blob[20];
	char chosen[72];
	int known, rc;

	memset(o, 0, sizeof(*o));
	if ((rc = check_year(s, year, e)) < 0)
		return rc;
	if (edition == NULL) {
		if ((rc = choose_edition(s, year, usual, chosen, e)) < 0)
			return rc;
		edition = chosen;
	}
	rc = store_edition(s, "", edition, NULL, &o->edition, blob, e);
	if (rc < 0 || (rc = known = has_record(s, OFFICE_PATH, e)) < 0)
		return rc;
	edition = edition_id(o->edition);
	if ((rc = assessment_record(year, edition, blob, &o->assessment, e)) <
		0 ||
	    (rc = office_record(store_conf(s), &o->office, e)) < 0)
		return rc;
	snprintf(o->path, sizeof(o->path), "%d/assessment.json", year);
	snprintf(o->subject, sizeof(o->subject), "%s/%d: open with %s",
	    store_conf(s)->code, year, edition);
	put_changes(o, known);
	return 0;
}

void
opening_release(struct opening *o)
{
	cJSON_Delete(o->assessment);
	cJSON_Delete(o->office);
	memset(o, 0, sizeof(*o));
}
