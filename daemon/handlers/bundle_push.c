#include "daemon/handlers/bundle_push.h"

#include "base/file.h"
#include "daemon/sync/sync_error.h"
#include "daemon/sync/transfer.h"
#include "store/bundle/bundle_note.h"
#include "store/bundle/bundle_room.h"
#include "store/evidence/evidence_repo.h"
#include "store/git/graph.h"
#include "store/git/program.h"

#define WALL_MS (15L * 60 * 1000)
#define OFFICE_REF "refs/heads/office"

struct pushing {
	struct store *s;
	struct bundle_room room;
	cJSON *note;
	const char *office;
	struct conf conf; /* as if we were the device that made it */
	struct transfer_way way;
};

static int
begin(struct pushing *p, struct store *s, const char *token, struct err *e)
{
	const char *from;
	int rc;

	p->s = s;
	if ((rc = bundle_room_find(s, token, &p->room, e)) < 0)
		return rc;
	rc = bundle_room_get(
	    &p->room, "note.json", BUNDLE_NOTE_MAX, &p->note, e);
	if (rc == ERR_NOT_FOUND)
		return err_set(
		    e, ERR_CONFLICT, 0, "the bundle was not opened yet");
	if (rc < 0)
		return rc;
	from = json_str(p->note, "from"); /* "9105-a": it was checked */
	p->office = json_str(p->note, "office");
	p->conf = *store_conf(s);
	snprintf(p->conf.code, sizeof(p->conf.code), "%s", p->office);
	p->conf.device = from[strlen(from) - 1];
	p->conf.n_urls = 1;
	p->way.conf = &p->conf;
	rc = file_path(p->conf.urls[0], sizeof(p->conf.urls[0]), e, "%s",
	    store_conf(s)->dir);
	return rc < 0 ? rc
		      : file_path(p->conf.dir, sizeof(p->conf.dir), e, "%s",
			    p->room.dir);
}

static int
outcome_json(const char *what, const char *sha, const char *outcome,
    cJSON **ret, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(obj, "what", what, e)) < 0 ||
	    (sha != NULL && (rc = json_put_str(obj, "sha256", sha, e)) < 0) ||
	    (rc = json_put_str(obj, "outcome", outcome, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}

/* One push, to its end; what the door said of it. */
static int
run(struct pushing *p, struct transfer *t, struct err *e)
{
	struct program program = {
		.argv = t->argv, .env = t->env, .in_fd = -1, .wall_ms = WALL_MS
	};
	struct child_result said;
	struct program_end end;
	struct sync_fault fault;
	int rc;

	t->argv[0] = "/usr/bin/git";
	if (t->n_env + 1 < TRANSFER_LIST_MAX) { /* for the hall's log */
		t->env[t->n_env++] = "PMQA_ROAD=stick";
		t->env[t->n_env] = NULL;
	}
	if ((rc = program_run(&program, &end, e)) < 0)
		return rc;
	if (end.status != 0) {
		memset(&said, 0, sizeof(said));
		said.status = end.status;
		said.timed_out = end.timed_out;
		said.err = end.words; /* borrowed */
		sync_error_read(&said, store_conf(p->s)->dir, &fault);
		rc = fault.err.code;
		if (e != NULL)
			*e = fault.err;
	}
	program_end_release(&end);
	return rc;
}

/* --- text --- */

enum fit { FIT_HERE, FIT_FORWARD, FIT_PARTED };

/* Where the bundle's tip stands towards what the hall has: seen from the
 * scratch repository, which sees both. */
static int
look(struct pushing *p, const unsigned char tip[20], enum fit *ret,
    struct err *e)
{
	struct repo *own = NULL, *scratch = NULL;
	unsigned char now[20];
	int rc, descends = 0;
	char path[640];

	*ret = FIT_FORWARD;
	if ((rc = bundle_room_path(
		 &p->room, "repo.git", path, sizeof(path), e)) < 0 ||
	    (rc = store_repo(p->s, p->office, &own, e)) < 0 ||
	    (rc = repo_refresh(own, e)) < 0)
		return rc;
	rc = repo_ref(own, OFFICE_REF, now, e);
	if (rc < 0)
		return rc == ERR_NOT_FOUND ? 0 : rc;
	if ((rc = repo_open(path, &scratch, e)) < 0 ||
	    (rc = graph_descends(scratch, now, tip, &descends, e)) < 0)
		goto out;
	if (descends) {
		*ret = FIT_HERE;
		goto out;
	}
	if ((rc = graph_descends(scratch, tip, now, &descends, e)) == 0 &&
	    !descends)
		*ret = FIT_PARTED;
out:
	repo_close(scratch);
	return rc;
}

/* Is there a branch of the office in it at all? */
static int
find_tip(struct pushing *p, unsigned char ret[20], int *ret_has, struct err *e)
{
	struct repo *scratch = NULL;
	char path[640];
	int rc;

	*ret_has = 0;
	if ((rc = bundle_room_path(
		 &p->room, "repo.git", path, sizeof(path), e)) < 0 ||
	    (rc = repo_open(path, &scratch, e)) < 0)
		return rc;
	rc = repo_ref(scratch, OFFICE_REF, ret, e);
	repo_close(scratch);
	*ret_has = rc == 0;
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

static int
push_text(struct pushing *p, cJSON **ret, struct err *e)
{
	struct transfer *t = malloc(sizeof(*t));
	enum fit fit = FIT_HERE;
	unsigned char tip[20];
	char hex[41];
	int rc, has = 0;

	if (t == NULL)
		return err_nomem(e);
	if ((rc = find_tip(p, tip, &has, e)) < 0 ||
	    (has && (rc = look(p, tip, &fit, e)) < 0))
		goto out;
	if (!has || fit == FIT_HERE) {
		rc = outcome_json("text", NULL, "here", ret, e);
		goto out;
	}
	commit_hex(tip, hex);
	rc = fit == FIT_PARTED ? transfer_push_side(&p->way, hex, t, e)
			       : transfer_push(&p->way, hex, t, e);
	if (rc == 0 && (rc = run(p, t, e)) == 0)
		rc = outcome_json("text", NULL,
		    fit == FIT_PARTED ? "beside" : "taken", ret, e);
out:
	free(t);
	return rc;
}

/* --- a file --- */

/* Whole here already? Then the hall has signed for it. */
static int
is_here(struct pushing *p, const char *sha, int *ret, struct err *e)
{
	struct evidence_repo *r = NULL;
	char path[640];
	int rc, n = 0;

	*ret = 0;
	if ((rc = evidence_repo_path(store_conf(p->s)->dir, 1, p->office, path,
		 sizeof(path), e)) < 0)
		return rc;
	rc = evidence_repo_open(path, 0, &r, e);
	if (rc == ERR_NOT_FOUND)
		return 0;
	if (rc == 0)
		rc = evidence_repo_have(r, sha, &n, ret, e);
	evidence_repo_close(r);
	return rc;
}

static int
tip_of(struct pushing *p, const char *sha, char ret[41], struct err *e)
{
	struct repo *scratch = NULL;
	unsigned char id[20];
	char path[640], ref[96];
	int rc;

	snprintf(ref, sizeof(ref), "refs/evidence/%s", sha);
	if ((rc = bundle_room_path(
		 &p->room, "repo.git", path, sizeof(path), e)) < 0 ||
	    (rc = repo_open(path, &scratch, e)) < 0)
		return rc;
	if ((rc = repo_ref(scratch, ref, id, e)) == 0)
		commit_hex(id, ret);
	repo_close(scratch);
	return rc;
}

static int
push_file(struct pushing *p, int n, cJSON **ret, struct err *e)
{
	const cJSON *sha =
	    cJSON_GetArrayItem(json_get(p->note, "files"), n - 1);
	struct transfer *t;
	char hex[41];
	int rc, here = 0;

	if (!cJSON_IsString(sha))
		return err_set(
		    e, ERR_INVALID, 0, "n: the bundle has no file %d", n);
	if ((t = malloc(sizeof(*t))) == NULL)
		return err_nomem(e);
	if ((rc = is_here(p, sha->valuestring, &here, e)) < 0)
		goto out;
	if (!here && ((rc = tip_of(p, sha->valuestring, hex, e)) < 0 ||
			 (rc = transfer_evidence_push(
			      &p->way, sha->valuestring, hex, 1, t, e)) < 0 ||
			 (rc = run(p, t, e)) < 0))
		goto out;
	rc = outcome_json(
	    "file", sha->valuestring, here ? "here" : "taken", ret, e);
out:
	free(t);
	return rc;
}

int
bundle_push(
    struct store *s, const char *token, int n, cJSON **ret, struct err *e)
{
	struct pushing *p = calloc(1, sizeof(*p));
	int rc;

	if (p == NULL)
		return err_nomem(e);
	if ((rc = begin(p, s, token, e)) == 0)
		rc = n == 0 ? push_text(p, ret, e) : push_file(p, n, ret, e);
	cJSON_Delete(p->note);
	free(p);
	return rc;
}
