/* A file's step: proved against its record in the scratch repository and fetched
 * as an upload (reader), then sealed (writer). And what both kinds of steps
 * begin with. */
#include "store/bundle/bundle_git.h"
#include "store/bundle/bundle_note.h"
#include "store/bundle/bundle_taking.h"
#include "store/evidence/evidence_state.h"

int
taking_begin(
    struct taking *t, struct store *s, const char *token, int n, struct err *e)
{
	const cJSON *sha;
	int rc;

	memset(t, 0, sizeof(*t));
	t->s = s;
	if ((rc = bundle_room_find(s, token, &t->room, e)) < 0 ||
	    (rc = bundle_room_path(
		 &t->room, "repo.git", t->scratch, sizeof(t->scratch), e)) < 0)
		return rc;
	snprintf(
	    t->hall, sizeof(t->hall), BUNDLE_REFS "%s/hall", t->room.token);
	snprintf(t->office, sizeof(t->office), BUNDLE_REFS "%s/office",
	    t->room.token);
	rc = bundle_room_get(
	    &t->room, "note.json", BUNDLE_NOTE_MAX, &t->note, e);
	if (rc == ERR_NOT_FOUND)
		return err_set(
		    e, ERR_CONFLICT, 0, "the bundle was not opened yet");
	if (rc < 0 || n == 0)
		return rc;
	sha = cJSON_GetArrayItem(json_get(t->note, "files"), n - 1);
	if (!cJSON_IsString(sha))
		return err_set(
		    e, ERR_INVALID, 0, "n: the bundle has no file %d", n);
	snprintf(t->sha, sizeof(t->sha), "%s", sha->valuestring);
	return 0;
}

void
taking_end(struct taking *t)
{
	cJSON_Delete(t->note);
}

int
taking_fetch(struct taking *t, const char *into, const char *a, const char *b,
    struct err *e)
{
	const char *args[] = { "fetch", "--quiet", "--no-tags",
		"--no-auto-maintenance", "--no-write-fetch-head",
		"--no-recurse-submodules", "--no-show-forced-updates",
		"--end-of-options", t->scratch, a, b, NULL };

	return bundle_git_well(into, args, e);
}

/* --- reader --- */

/* Every byte is looked at where it cannot hurt yet. */
static int
prove(struct taking *t, const struct evidence_rec *rec, struct err *e)
{
	struct repo *scratch = NULL;
	unsigned char tip[20];
	char ref[96];
	int rc;

	snprintf(ref, sizeof(ref), "refs/evidence/%s", t->sha);
	if ((rc = repo_open(t->scratch, &scratch, e)) < 0)
		return rc;
	if ((rc = repo_ref(scratch, ref, tip, e)) == 0)
		rc = evidence_repo_check(
		    scratch, tip, t->sha, rec->size, rec->parts, e);
	repo_close(scratch);
	if (rc == ERR_INVALID || rc == ERR_NOT_FOUND)
		return bundle_altered(ref, e);
	return rc;
}

enum outcome { TAKEN, HERE, ERASED, UNNAMED };

/* What our records and our repository say of the step's file. */
static int
look_at_file(struct taking *t, struct evidence_rec *rec, enum outcome *ret,
    struct err *e)
{
	const char *code = store_conf(t->s)->code;
	struct evidence_repo *r = NULL;
	int rc, n = 0, whole = 0;

	rc = evidence_record(t->s, code, t->sha, rec, e);
	if (rc == ERR_NOT_FOUND) {
		*ret = UNNAMED;
		return 0;
	}
	if (rc < 0)
		return rc;
	*ret = ERASED;
	if (rec->redacted_time[0] != '\0')
		return 0;
	rc = evidence_open_repo(t->s, "", 0, &r, e);
	if (rc == 0)
		rc = evidence_repo_have(r, t->sha, &n, &whole, e);
	else if (rc == ERR_NOT_FOUND)
		rc = 0;
	evidence_repo_close(r);
	*ret = whole ? HERE : TAKEN;
	return rc;
}

int
taking_fetch_file(struct taking *t, struct err *e)
{
	struct evidence_rec *rec = malloc(sizeof(*rec));
	struct evidence_repo *made = NULL;
	enum outcome what = UNNAMED;
	char path[640], spec[256];
	int rc;

	if (rec == NULL)
		return err_nomem(e);
	if ((rc = look_at_file(t, rec, &what, e)) < 0 || what != TAKEN ||
	    (rc = prove(t, rec, e)) < 0)
		goto out;
	if ((rc = evidence_repo_path(
		 store_conf(t->s)->dir, 0, "", path, sizeof(path), e)) < 0 ||
	    (rc = evidence_repo_open(path, 1, &made, e)) < 0)
		goto out;
	snprintf(spec, sizeof(spec), "+refs/evidence/%s:refs/uploads/%s",
	    t->sha, t->sha);
	rc = taking_fetch(t, path, spec, NULL, e);
out:
	evidence_repo_close(made);
	free(rec);
	return rc;
}

/* --- writer --- */

/* An order that came meanwhile takes the bytes away again. */
static int
seal(struct taking *t, const struct evidence_rec *rec, struct err *e)
{
	struct evidence_repo *r = NULL;
	int rc, n = 0, whole = 0;

	if ((rc = evidence_open_repo(t->s, "", 1, &r, e)) < 0)
		return rc;
	if (rec->redacted_time[0] == '\0')
		rc = evidence_repo_seal(r, t->sha, e);
	else if ((rc = evidence_repo_have(r, t->sha, &n, &whole, e)) == 0 &&
		 n > 0)
		rc = evidence_repo_erase(r, t->sha, e);
	evidence_repo_close(r);
	return rc;
}

int
taking_take_file(struct taking *t, cJSON **ret, struct err *e)
{
	static const char *const names[] = { [TAKEN] = "taken",
		[HERE] = "here",
		[ERASED] = "erased",
		[UNNAMED] = "unnamed" };
	struct evidence_rec *rec = malloc(sizeof(*rec));
	cJSON *obj = cJSON_CreateObject();
	enum outcome what = UNNAMED;
	int rc;

	if (rec == NULL || obj == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = look_at_file(t, rec, &what, e)) < 0 ||
	    ((what == TAKEN || what == ERASED) && (rc = seal(t, rec, e)) < 0) ||
	    (rc = json_put_str(obj, "what", "file", e)) < 0 ||
	    (rc = json_put_str(obj, "sha256", t->sha, e)) < 0 ||
	    (rc = json_put_str(obj, "outcome", names[what], e)) < 0)
		goto out;
	*ret = obj;
	obj = NULL;
out:
	cJSON_Delete(obj);
	free(rec);
	return rc;
}
