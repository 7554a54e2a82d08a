/* The look-ups of store.h: editions, records, blobs, the cycle. */
#include "store/state.h"

#include <git2.h>

#include "base/json.h"
#include "store/git/giterr.h"
#include "store/record/canon.h"

int
store_blob_id(
    const void *data, size_t len, unsigned char ret[20], struct err *e)
{
	git_oid id;
	int rc = git_odb_hash(&id, data, len, GIT_OBJECT_BLOB);

	if (rc < 0)
		return giterr_set(e, rc, "cannot hash a file");
	memcpy(ret, id.id, 20);
	return 0;
}

int
store_record(struct store *s, const struct branch *b, const char *path,
    struct buf *ret, int64_t *ret_rev, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(s->db, &st, e,
	    "SELECT bytes, revision FROM record WHERE branch = ?1 AND"
	    " path = ?2 AND bytes IS NOT NULL",
	    "is", b->id, path);
	if (rc < 0)
		return rc;
	if ((rc = db_step(s->db, st, e)) < 0)
		return rc;
	if (rc == 0) {
		rc = err_set(
		    e, ERR_NOT_FOUND, 0, "there is no record '%s'", path);
	} else {
		buf_append(ret, sqlite3_column_blob(st, 0),
		    (size_t)sqlite3_column_bytes(st, 0));
		if (ret_rev != NULL)
			*ret_rev = sqlite3_column_int64(st, 1);
		rc = buf_ok(ret, e);
	}
	db_reset(st);
	return rc;
}

static int
journal_blob(struct store *s, const struct branch *b,
    const unsigned char id[20], struct buf *ret, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(s->db, &st, e,
	    "SELECT f.bytes FROM journal_file f JOIN journal j"
	    " ON j.id = f.journal WHERE f.blob = ?1 AND j.office = ?2 LIMIT 1",
	    "bs", id, (size_t)20, b->office);
	if (rc < 0)
		return rc;
	if ((rc = db_step(s->db, st, e)) > 0) {
		buf_append(ret, sqlite3_column_blob(st, 0),
		    (size_t)sqlite3_column_bytes(st, 0));
		rc = buf_ok(ret, e);
	} else if (rc == 0) {
		rc = err_set(e, ERR_NOT_FOUND, 0, "no such blob");
	}
	db_reset(st);
	return rc;
}

int
store_blob(struct store *s, const struct branch *b, const unsigned char id[20],
    struct buf *ret, struct err *e)
{
	int rc = repo_read(b->repo, id, OBJECT_BLOB, CANON_MAX, ret, e);

	if (rc != ERR_NOT_FOUND)
		return rc;
	rc = journal_blob(s, b, id, ret, e);
	if (rc != ERR_NOT_FOUND)
		return rc;
	/* flushed between the two looks: in a pack not seen yet */
	if ((rc = repo_refresh(b->repo, e)) < 0)
		return rc;
	return repo_read(b->repo, id, OBJECT_BLOB, CANON_MAX, ret, e);
}

static int
read_edition(struct store *s, const char *office, const char *id,
    const unsigned char *blob, struct buf *bytes, struct err *e)
{
	struct branch *hall = NULL;
	unsigned char found[20];
	char path[96];
	int rc;

	if ((rc = store_branch(s, office, "hall", &hall, e)) < 0)
		return rc;
	snprintf(path, sizeof(path), "editions/%.72s.json", id);
	rc = store_record(s, hall, path, bytes, NULL, e);
	if (rc == 0 && blob != NULL) {
		rc = store_blob_id(bytes->data, bytes->len, found, e);
		if (rc < 0 || memcmp(found, blob, sizeof(found)) == 0)
			return rc;
		/* published anew since: the pinned one is in the history */
		buf_clear(bytes);
		rc = store_blob(s, hall, blob, bytes, e);
	}
	if (rc != ERR_NOT_FOUND)
		return rc;
	return shelf_read_file(s, id, blob, bytes, e);
}

int
store_edition(struct store *s, const char *office, const char *id,
    const unsigned char *blob, const struct edition **ret,
    unsigned char ret_blob[20], struct err *e)
{
	struct buf bytes = BUF_INIT;
	const struct edition *ed = blob != NULL ? shelf_find(s, blob) : NULL;
	int rc = 0;

	if (ed == NULL) {
		if ((rc = read_edition(s, office, id, blob, &bytes, e)) < 0)
			goto out;
		if ((rc = shelf_edition(s, &bytes, &ed, ret_blob, e)) < 0)
			goto out;
	} else if (ret_blob != NULL) {
		memcpy(ret_blob, blob, 20);
	}
	if (strcmp(edition_id(ed), id) != 0) {
		rc = err_set(e, ERR_INVALID, 0,
		    "the edition '%s' calls itself '%s'", id, edition_id(ed));
		goto out;
	}
	*ret = ed;
out:
	buf_release(&bytes);
	return rc;
}

int
store_newest_edition(
    struct store *s, const char *office, char ret[72], struct err *e)
{
	struct branch *hall = NULL;
	sqlite3_stmt *st = NULL;
	const char *path;
	int rc;

	if ((rc = store_branch(s, office, "hall", &hall, e)) < 0)
		return rc;
	rc = db_stmt(s->db, &st, e,
	    "SELECT path FROM record WHERE branch = ?1 AND"
	    " path > 'editions/' AND path < 'editions0' AND bytes IS NOT NULL"
	    " ORDER BY path DESC LIMIT 1",
	    "i", hall->id);
	if (rc < 0)
		return rc;
	if ((rc = db_step(s->db, st, e)) > 0) {
		/* "editions/<id>.json" */
		path = (const char *)sqlite3_column_text(st, 0);
		snprintf(ret, 72, "%.*s",
		    (int)(strlen(path) - strlen("editions/.json")),
		    path + strlen("editions/"));
	}
	db_reset(st);
	if (rc < 0)
		return rc;
	return rc > 0 ? 0 : shelf_newest(s, ret, e);
}

/* Path of the assessment of a year, or of the newest one with year 0: that of
 * the last path that begins with a year, as nothing of a year stays when its
 * assessment is removed (changeset.c). */
static int
find_assessment(struct store *s, const struct branch *b, int year, char ret[32],
    struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc;

	if (year != 0) {
		snprintf(ret, 32, "%d/assessment.json", year);
		return 0;
	}
	rc = db_stmt(s->db, &st, e,
	    "SELECT path FROM record WHERE branch = ?1 AND path < '3'"
	    " AND bytes IS NOT NULL ORDER BY path DESC LIMIT 1",
	    "i", b->id);
	if (rc < 0)
		return rc;
	if ((rc = db_step(s->db, st, e)) > 0)
		snprintf(ret, 32, "%.4s/assessment.json",
		    (const char *)sqlite3_column_text(st, 0));
	db_reset(st);
	if (rc == 0) {
		rc = err_set(e, ERR_NOT_FOUND, 0, "no assessment is open yet");
		err_hint(e, "open one: pmqa assess open YEAR");
	}
	return rc < 0 ? rc : 0;
}

static int
pinned_edition(struct store *s, const char *office, const struct buf *bytes,
    const char *path, const struct edition **ret, int *ret_fresh, struct err *e)
{
	unsigned char blob[20];
	const cJSON *pin;
	cJSON *rec = NULL;
	const char *id, *hex;
	int rc;

	if ((rc = json_parse(bytes->data, bytes->len, CANON_MAX, &rec, e)) < 0)
		return rc;
	pin = json_get(rec, "edition");
	id = json_str(pin, "id");
	hex = json_str(pin, "blob");
	if (id == NULL || hex == NULL || strlen(hex) != 40)
		rc = err_set(e, ERR_DAMAGED, 0, "'%s' names no edition", path);
	else if ((rc = commit_unhex(hex, blob, e)) == 0)
		rc = store_edition(s, office, id, blob, ret, NULL, e);
	*ret_fresh = json_get(rec, "submission") == NULL;
	cJSON_Delete(rec);
	return rc;
}

/* The edition pinned by the assessment of a year, or of the newest one with
 * *year 0, which it sets. */
static int
read_cycle(struct store *s, const struct branch *b, int *year,
    const struct edition **ret, int *ret_fresh, struct err *e)
{
	struct buf bytes = BUF_INIT;
	char path[32];
	int rc;

	if ((rc = find_assessment(s, b, *year, path, e)) < 0)
		goto out;
	rc = store_record(s, b, path, &bytes, NULL, e);
	if (rc == ERR_NOT_FOUND) {
		rc = err_set(
		    e, ERR_NOT_FOUND, 0, "no assessment of %d is open", *year);
		err_hint(e, "open it: pmqa assess open %d", *year);
	}
	if (rc < 0)
		goto out;
	rc = pinned_edition(s, b->office, &bytes, path, ret, ret_fresh, e);
	if (rc == 0)
		*year = (int)strtol(path, NULL, 10);
out:
	buf_release(&bytes);
	return rc;
}

int
store_cycle(struct store *s, const char *office, int year, int *ret_year,
    const struct edition **ret, struct err *e)
{
	const struct edition *ed = NULL;
	struct branch *b = NULL;
	int newest = year == 0, fresh = 0;
	int rc;

	if ((rc = store_branch(s, office, "office", &b, e)) < 0)
		return rc;
	if (b->edition != NULL && (newest || year == b->cycle)) {
		year = b->cycle;
		ed = b->edition;
	} else if ((rc = read_cycle(s, b, &year, &ed, &fresh, e)) < 0) {
		return rc;
	} else if (newest && s->mode != STORE_READ) {
		b->cycle = year;
		b->edition = ed;
		b->fresh = fresh;
	}
	if (ret_year != NULL)
		*ret_year = year;
	if (ret != NULL)
		*ret = ed;
	return 0;
}
