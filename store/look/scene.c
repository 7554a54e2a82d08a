#include "store/look/scene.h"

#include "store/look/asof.h"

/* The newest year that had an assessment then; 0: none. */
static int
newest_year(struct scene *sc, struct err *e)
{
	struct db *db = store_db(sc->s);
	sqlite3_stmt *st = NULL;
	struct asof a = { 0 };
	char below[8] = "3", path[40];
	int rc = 0;

	/* from the last path that begins with a year, back year by year */
	while (rc == 0 && sc->year == 0) {
		rc = db_stmt(db, &st, e,
		    "SELECT path FROM record WHERE branch = ?1 AND path < ?2"
		    " ORDER BY path DESC LIMIT 1",
		    "is", sc->b->id, below);
		if (rc < 0 || (rc = db_step(db, st, e)) <= 0)
			break;
		snprintf(below, sizeof(below), "%.4s",
		    (const char *)sqlite3_column_text(st, 0));
		db_reset(st);
		st = NULL;
		snprintf(path, sizeof(path), "%s/assessment.json", below);
		rc = asof_record(sc->s, sc->b, path, sc->at.office, &a, e);
		if (rc == 0 && a.rec != NULL)
			sc->year = (int)strtol(below, NULL, 10);
		asof_release(&a);
	}
	db_reset(st);
	return rc;
}

/* The edition that the year's assessment named then. */
static int
pinned_then(struct scene *sc, const char *at, struct err *e)
{
	unsigned char blob[COMMIT_ID_LEN];
	struct asof a = { 0 };
	const cJSON *pin;
	const char *id, *hex;
	char path[40];
	int rc;

	snprintf(path, sizeof(path), "%d/assessment.json", sc->year);
	rc = asof_record(sc->s, sc->b, path, sc->at.office, &a, e);
	pin = json_get(a.rec, "edition");
	id = json_str(pin, "id");
	hex = json_str(pin, "blob");
	if (rc < 0)
		goto out;
	if (a.rec == NULL) {
		rc = err_set(e, ERR_NOT_FOUND, 0,
		    "the assessment of %d was not open then (%s)", sc->year,
		    at);
		err_hint(e, "see when it was opened: pmqa history --year %d",
		    sc->year);
	} else if (id == NULL || hex == NULL) {
		rc = err_set(e, ERR_DAMAGED, 0, "'%s' names no edition", path);
	} else if ((rc = commit_unhex(hex, blob, e)) == 0) {
		rc = store_edition(
		    sc->s, sc->b->office, id, blob, &sc->ed, NULL, e);
	}
out:
	asof_release(&a);
	return rc;
}

static int
begin_then(struct scene *sc, const char *at, struct err *e)
{
	int rc;

	if (sc->year == 0)
		sc->year = sc->at.year;
	if (sc->year == 0 && (rc = newest_year(sc, e)) < 0)
		return rc;
	if (sc->year != 0)
		return pinned_then(sc, at, e);
	err_set(e, ERR_NOT_FOUND, 0, "no assessment was open then (%s)", at);
	err_hint(e, "see what there was: pmqa history");
	return ERR_NOT_FOUND;
}

int
scene_begin_at(struct scene *sc, struct store *s, const char *office, int year,
    const char *at, struct err *e)
{
	int rc;

	memset(sc, 0, sizeof(*sc));
	sc->s = s;
	if ((rc = asof_begin(s, &sc->began, e)) < 0)
		return rc;
	if ((rc = moment_find(s, office, year, at, &sc->at, e)) < 0 ||
	    (rc = store_branch(s, office, "office", &sc->b, e)) < 0)
		return rc;
	if (sc->at.kind == MOMENT_NOW)
		return store_cycle(s, office, year, &sc->year, &sc->ed, e);
	sc->year = year;
	return begin_then(sc, at, e);
}

int
scene_begin(struct scene *sc, struct store *s, const char *office, int year,
    struct err *e)
{
	return scene_begin_at(sc, s, office, year, NULL, e);
}

int
scene_end(struct scene *sc, int rc, struct err *e)
{
	return asof_end(sc->s, sc->began, rc, e);
}
