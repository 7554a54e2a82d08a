/*
 * An office takes a bundle in. Text: git fetches it from the scratch repository
 * under refs/bundle/<token>/ (reader), then it is admitted and absorbed as after a
 * fetch from the hall (writer): the hall's branch, ours joined with what came,
 * the receipts. A file: proved against its record in the scratch repository,
 * fetched as an upload (reader), sealed (writer).
 */
#include "store/admit/absorb.h"
#include "store/bundle/bundle.h"
#include "store/bundle/bundle_note.h"
#include "store/bundle/bundle_taking.h"
#include "store/evidence/evidence_state.h"
#include "store/git/graph.h"
#include "store/git/refs.h"
#include "store/hall/registry.h"
#include "store/merge/join.h"
#include "store/save/journal.h"

#define HALL_HAS_REF "refs/incoming/office"

/* --- reader: objects --- */

static int
has_ref(struct repo *r, const char *name, int *ret, struct err *e)
{
	unsigned char id[20];
	int rc = repo_ref(r, name, id, NULL);

	*ret = rc == 0;
	if (rc == 0 || rc == ERR_NOT_FOUND)
		return 0;
	return repo_ref(r, name, id, e);
}

static int
fetch_text(struct taking *t, struct err *e)
{
	char hall[96], office[96];
	struct repo *own = NULL, *scratch = NULL;
	int has_hall = 0, has_office = 0, rc;

	snprintf(hall, sizeof(hall), "+refs/heads/hall:%s", t->hall);
	snprintf(office, sizeof(office), "+refs/heads/office:%s", t->office);
	if ((rc = store_repo(t->s, "", &own, e)) < 0 ||
	    (rc = repo_open(t->scratch, &scratch, e)) < 0)
		return rc;
	if ((rc = has_ref(scratch, "refs/heads/hall", &has_hall, e)) == 0 &&
	    (rc = has_ref(scratch, "refs/heads/office", &has_office, e)) == 0 &&
	    (has_hall || has_office))
		rc = taking_fetch(t, repo_path(own), has_hall ? hall : office,
		    has_hall && has_office ? office : NULL, e);
	repo_close(scratch);
	return rc;
}

int
bundle_fetch(struct store *s, const char *token, int n, struct err *e)
{
	struct taking t;
	int rc;

	if ((rc = taking_begin(&t, s, token, n, e)) == 0)
		rc = n == 0 ? fetch_text(&t, e) : taking_fetch_file(&t, e);
	taking_end(&t);
	return rc;
}

/* --- writer: text --- */

static int
parted(struct err *e)
{
	err_set(e, ERR_CONFLICT, 0,
	    "the hall's revisions in the bundle do not continue those that "
	    "are here: the hall was restored from an old copy, or this is not "
	    "our hall");
	err_hint(e, "exchange with the hall over a link (pmqa sync --wait), or "
		    "ask it; nothing of the bundle was taken in");
	return ERR_CONFLICT;
}

/* An old stick holds what is here already: then there is nothing to absorb. */
static int
hall_is_new(struct taking *t, struct branch *b, int *ret, struct err *e)
{
	unsigned char tip[20];
	int rc, descends = 0;

	*ret = 0;
	rc = repo_ref(b->repo, t->hall, tip, e);
	if (rc == ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	if (!b->has_tip) {
		*ret = 1;
		return 0;
	}
	if ((rc = graph_descends(b->repo, b->tip, tip, &descends, e)) < 0 ||
	    descends)
		return rc;
	if ((rc = graph_descends(b->repo, tip, b->tip, &descends, e)) < 0)
		return rc;
	*ret = 1;
	return descends ? 0 : parted(e);
}

static int
take_hall(struct taking *t, int64_t *ret_n, struct err *e)
{
	struct branch *b = NULL;
	int rc, fresh = 0;

	if ((rc = store_branch(t->s, "", "hall", &b, e)) < 0 ||
	    (rc = repo_refresh(b->repo, e)) < 0 ||
	    (rc = hall_is_new(t, b, &fresh, e)) < 0 || !fresh)
		return rc;
	return absorb_ref(t->s, "", "hall", t->hall, ret_n, e);
}

static int
is_here(struct repo *r, const unsigned char id[20], int *ret, struct err *e)
{
	struct buf raw = BUF_INIT;
	struct err seen;
	int rc;

	memset(&seen, 0, sizeof(seen));
	rc = repo_read(r, id, OBJECT_COMMIT, COMMIT_MAX, &raw, &seen);
	buf_release(&raw);
	*ret = rc == 0;
	if (rc < 0 && rc != ERR_NOT_FOUND && e != NULL)
		*e = seen;
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

/* From the hall we learn what it has, as from a fetch; an old stick says
 * nothing that we did not know. */
static int
note_hall_has(struct taking *t, struct err *e)
{
	unsigned char tip[20], known[20];
	int rc, has = 0, newer = 1, known_there;
	struct repo *r = NULL;

	if (strlen(json_str(t->note, "from")) != 4)
		return 0;
	if ((rc = store_repo(t->s, "", &r, e)) < 0 ||
	    (rc = bundle_note_tip(t->note, "office", tip, &has, e)) < 0 || !has)
		return rc;
	rc = repo_ref(r, HALL_HAS_REF, known, e);
	known_there = rc == 0;
	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	/* of a stick that was made for what this machine has lost */
	if ((rc = is_here(r, tip, &has, e)) < 0 || !has)
		return rc;
	if (known_there && (rc = graph_descends(r, tip, known, &newer, e)) < 0)
		return rc;
	if (!newer || (known_there && memcmp(tip, known, 20) == 0))
		return 0;
	return repo_move_ref(
	    r, HALL_HAS_REF, known_there ? known : NULL, tip, e);
}

static int
take_office(struct taking *t, struct join *ret, struct err *e)
{
	struct repo *r = NULL;
	unsigned char tip[20];
	int rc;

	if ((rc = store_repo(t->s, "", &r, e)) < 0)
		return rc;
	rc = repo_ref(r, t->office, tip, e);
	if (rc == ERR_NOT_FOUND)
		return 0;
	return rc < 0 ? rc : join_office(t->s, tip, ret, e);
}

/* Of files whose record is here: the hall may be ahead of us. */
static int
keep_receipts(struct taking *t, const cJSON *list, struct evidence_rec *rec,
    int64_t *ret_n, struct err *e)
{
	const char *code = store_conf(t->s)->code, *sha;
	const cJSON *v;
	int rc;

	cJSON_ArrayForEach (v, list) {
		if ((sha = json_str(v, "sha256")) == NULL)
			continue;
		rc = evidence_record(t->s, code, sha, rec, e);
		if (rc == ERR_NOT_FOUND)
			continue;
		if (rc < 0 || (rc = evidence_confirmed(t->s, "", v, e)) < 0)
			return rc;
		(*ret_n)++;
	}
	return 0;
}

/* All of them in one transaction. */
static int
take_receipts(struct taking *t, int64_t *ret_n, struct err *e)
{
	struct evidence_rec *rec = malloc(sizeof(*rec));
	struct db *db = store_db(t->s);
	cJSON *list = NULL;
	int rc;

	if (rec == NULL)
		return err_nomem(e);
	if ((rc = bundle_room_get(&t->room, "receipts.json",
		 BUNDLE_RECEIPTS_MAX, &list, e)) < 0 ||
	    cJSON_GetArraySize(list) == 0 || (rc = db_begin(db, e)) < 0)
		goto out;
	if ((rc = keep_receipts(t, list, rec, ret_n, e)) == 0)
		rc = db_commit(db, e);
	else
		(void)db_rollback(db, NULL);
out:
	cJSON_Delete(list);
	free(rec);
	return rc;
}

static int
drop_refs(struct taking *t, struct err *e)
{
	const char *const names[] = { t->hall, t->office };
	struct repo *r = NULL;
	unsigned char id[20];
	size_t i;
	int rc;

	if ((rc = store_repo(t->s, "", &r, e)) < 0)
		return rc;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		rc = repo_ref(r, names[i], id, e);
		if (rc == 0)
			rc = refs_drop(r, names[i], id, e);
		if (rc < 0 && rc != ERR_NOT_FOUND)
			return rc;
	}
	return 0;
}

static int
text_json(const struct join *j, int64_t n_hall, int64_t n_receipts, cJSON **ret,
    struct err *e)
{
	static const char *const kinds[] = { [JOIN_SAME] = "same",
		[JOIN_FORWARD] = "forward",
		[JOIN_MERGED] = "merged" };
	cJSON *obj = cJSON_CreateObject(), *counts = cJSON_CreateObject();
	const char *merge = j->revision[0] != '\0' ? j->revision : NULL;
	int rc;

	if ((rc = json_put(obj, "revisions", counts, e)) < 0 ||
	    (rc = json_put_str(obj, "what", "text", e)) < 0 ||
	    (rc = json_put_int(counts, "office", j->n, e)) < 0 ||
	    (rc = json_put_int(counts, "hall", n_hall, e)) < 0 ||
	    (rc = json_put_str(obj, "join", kinds[j->kind], e)) < 0 ||
	    (rc = json_put_str(obj, "merge", merge, e)) < 0 ||
	    (rc = json_put_int(obj, "conflicts", j->n_conflicts, e)) < 0 ||
	    (rc = json_put_int(obj, "receipts", n_receipts, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}

static int
take_text(struct taking *t, cJSON **ret, struct err *e)
{
	int64_t n_hall = 0, n_receipts = 0;
	struct join j;
	int rc;

	memset(&j, 0, sizeof(j));
	if ((rc = journal_flush(t->s, e)) < 0 ||
	    (rc = take_hall(t, &n_hall, e)) < 0 ||
	    /* stock git is to know the devices that the hall enrolled since */
	    (rc = registry_refresh_signers(t->s, e)) < 0 ||
	    (rc = take_office(t, &j, e)) < 0 ||
	    (rc = note_hall_has(t, e)) < 0 ||
	    (rc = take_receipts(t, &n_receipts, e)) < 0 ||
	    (rc = bundle_delivered(t->s, t->room.token, e)) < 0)
		return rc;
	/* orders to erase may be among it */
	if (j.n > 0 && (rc = evidence_obey(t->s, "", e)) < 0)
		return rc;
	return text_json(&j, n_hall, n_receipts, ret, e);
}

int
bundle_take(
    struct store *s, const char *token, int n, cJSON **ret, struct err *e)
{
	struct taking t;
	struct err dropped;
	int rc;

	if ((rc = taking_begin(&t, s, token, n, e)) == 0)
		rc = n == 0 ? take_text(&t, ret, e)
			    : taking_take_file(&t, ret, e);
	/* whatever came of it: these names were for this step alone */
	if (t.note != NULL && n == 0 && drop_refs(&t, &dropped) < 0 &&
	    rc == 0) {
		cJSON_Delete(*ret);
		*ret = NULL;
		rc = dropped.code;
		if (e != NULL)
			*e = dropped;
	}
	taking_end(&t);
	return rc;
}

/* --- at start --- */

/* Names of steps that never came to their end. */
static int
drop_left_refs(struct store *s, struct err *e)
{
	struct refs refs;
	struct repo *r = NULL;
	size_t i;
	int rc;

	memset(&refs, 0, sizeof(refs));
	if ((rc = store_repo(s, "", &r, e)) < 0 ||
	    (rc = refs_list(r, BUNDLE_REFS, &refs, e)) < 0)
		return rc;
	for (i = 0; i < refs.n && rc == 0; i++)
		rc = refs_drop(r, refs.list[i].name, refs.list[i].id, e);
	refs_release(&refs);
	return rc;
}

int
bundle_start(struct store *s, struct err *e)
{
	int n, rc = bundle_room_sweep(s, -1, &n, e);

	if (rc < 0 || store_conf(s)->role != ROLE_OFFICE)
		return rc;
	return drop_left_refs(s, e);
}
