/*
 * Steps of the forced command: the arguments (ours), the command (theirs), the
 * device in the registry, for evidence the file's record, limits, a fresh
 * environment, git.
 */
#include "daemon/receive/receive.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "daemon/receive/hall_call.h"
#include "daemon/receive/receive_accept.h"
#include "daemon/receive/receive_git.h"
#include "daemon/receive/receive_http.h"
#include "daemon/receive/receive_push.h"
#include "daemon/receive/receive_slot.h"
#include "daemon/receive/receive_steps.h"
#include "daemon/receive/receive_told.h"
#include "daemon/sync/remark.h"
#include "store/admit/entry.h"
#include "store/evidence/evidence_door.h"
#include "store/git/giterr.h"
#include "store/git/repo.h"
#include "store/git/repo_pins.h"
#include "store/git/tree.h"
#include "store/hall/moving.h"
#include "store/record/canon.h"
#include "store/sign/commit.h"

#define DEAD_S (INT64_C(2) * RECEIVE_SECONDS) /* no push is as old */

int
receive_init(
    struct receive *ret, const char *dir, const char *device, struct err *e)
{
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->seconds = RECEIVE_SECONDS;
	if (dir == NULL || dir[0] != '/')
		return err_set(e, ERR_USAGE, 0,
		    "the hall's directory must be an absolute path");
	if ((rc = command_check_device(device, e)) < 0 ||
	    (rc = file_path(ret->dir, sizeof(ret->dir), e, "%s", dir)) < 0)
		return rc;
	memcpy(ret->device, device, strlen(device) + 1);
	memcpy(ret->office, device, 4);
	receive_accept_road(ret);
	return file_path(ret->repo, sizeof(ret->repo), e, "%s/offices/%s.git",
	    ret->dir, ret->office);
}

int
receive_set_evidence(struct receive *r, const char *sha, struct err *e)
{
	r->sha[0] = '\0';
	if (sha == NULL || sha[0] == '\0')
		return 0;
	if (!evidence_is_sha(sha))
		return err_set(e, ERR_DENIED, 0,
		    "evidence is named by the 64 hex digits of its SHA-256");
	memcpy(r->sha, sha, sizeof(r->sha));
	return evidence_repo_path(r->dir, 1, r->office, r->evidence_repo,
	    sizeof(r->evidence_repo), e);
}

/* registry.json as the hall's branch has it now */
static int
read_registry(struct repo *repo, cJSON **ret, struct err *e)
{
	struct buf raw = BUF_INIT, text = BUF_INIT;
	unsigned char tip[20], blob[20];
	struct tree *tree = tree_new();
	struct commit *c = calloc(1, sizeof(*c));
	int rc;

	if (tree == NULL || c == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = repo_ref(repo, "refs/heads/hall", tip, e)) < 0 ||
	    (rc = repo_read(repo, tip, OBJECT_COMMIT, COMMIT_MAX, &raw, e)) <
		0 ||
	    (rc = commit_parse(buf_str(&raw), raw.len, c, e)) < 0 ||
	    (rc = tree_load(tree, c->tree, repo_tree_source, repo, e)) < 0 ||
	    (rc = tree_find(tree, "registry.json", blob, e)) < 0 ||
	    (rc = repo_read(
		 repo, blob, OBJECT_BLOB, (size_t)CANON_MAX, &text, e)) < 0)
		goto out;
	rc = canon_parse(buf_str(&text), text.len, ret, e);
out:
	tree_free(tree);
	free(c);
	buf_release(&raw);
	buf_release(&text);
	return rc;
}

int
receive_check_device(const struct receive *r, struct err *e)
{
	const char letter[2] = { r->device[5], '\0' };
	struct repo *repo = NULL;
	cJSON *registry = NULL;
	const cJSON *entry;
	int rc;

	if (access(r->repo, F_OK) != 0 && errno == ENOENT)
		return err_set(e, ERR_DENIED, 0,
		    "office %s is not enrolled at this hall", r->office);
	if ((rc = repo_pins_check(r->repo, e)) < 0 ||
	    (r->sha[0] != '\0' && access(r->evidence_repo, F_OK) == 0 &&
		(rc = repo_pins_check(r->evidence_repo, e)) < 0) ||
	    (rc = giterr_init(e)) < 0)
		return rc;
	if ((rc = repo_open(r->repo, &repo, e)) < 0 ||
	    (rc = read_registry(repo, &registry, e)) < 0)
		goto out;
	entry = json_get(json_get(registry, "devices"), letter);
	if (entry == NULL)
		rc = err_set(e, ERR_DENIED, 0,
		    "device %s is not enrolled at this hall", r->device);
	else if ((rc = receive_http_check_key(r, json_str(entry, "key"), e)) ==
		     0 &&
		 (rc = entry_check_office(registry, ERR_DENIED, e)) == 0)
		rc = entry_check_device(entry, r->device, ERR_DENIED, e);
out:
	cJSON_Delete(registry);
	repo_close(repo);
	giterr_shutdown();
	return rc;
}

/* A push that was killed leaves its quarantine behind, up to the size of a push.
 * What cannot be removed is told and stops nobody. */
static void
sweep(const struct receive *r)
{
	const char *repo = r->sha[0] != '\0' ? r->evidence_repo : r->repo;
	struct err err;

	if (repo_sweep_pushes(repo, DEAD_S, &err) < 0)
		receive_log(r, "sweep", NULL, NULL, "trouble", err.msg);
}

/* A file that is whole here needs no push, and so none would give the office the
 * receipt that it may have lost. */
static void
say_if_whole(const struct receive *r, struct evidence_repo *repo)
{
	struct buf receipt = BUF_INIT;
	int n = 0, whole = 0, rc;
	struct err err;

	rc = evidence_repo_have(repo, r->sha, &n, &whole, &err);
	if (rc == 0 && !whole)
		return;
	/* no receipt for what the log does not have */
	receive_git_larger_files();
	if (rc == 0)
		rc = moving_settle_file(
		    r->dir, r->office, r->sha, r->evidence_repo, &err);
	if (rc == 0)
		rc = hall_call_absorb_evidence(
		    r->dir, r->office, r->sha, &receipt, &err);
	if (rc < 0)
		receive_say(REMARK_NOTE, err.msg);
	else if (r->http != NULL) /* there is no other line to the device */
		buf_append(&r->http->receipt, buf_str(&receipt), receipt.len);
	else
		fprintf(stderr, "%s%s\n", REMARK_EVIDENCE, buf_str(&receipt));
	buf_release(&receipt);
}

/* The office's record must name the file before anything is made for it. */
static int
open_evidence(const struct receive *r, enum command_verb v, int64_t *ret_max,
    struct err *e)
{
	struct evidence_repo *repo = NULL;
	struct evidence_claim claim;
	int rc;

	if ((rc = giterr_init(e)) < 0)
		return rc;
	if ((rc = evidence_door_claim(r->repo, r->sha, &claim, e)) < 0 ||
	    (rc = evidence_repo_place(r->dir, e)) < 0 ||
	    (rc = evidence_repo_open(r->evidence_repo, 1, &repo, e)) < 0)
		goto out;
	*ret_max = evidence_door_max_input(&claim);
	/* a device that fetches a file asks for its steps once */
	if (v == COMMAND_STEPS || (v == COMMAND_PUSH && r->http == NULL))
		say_if_whole(r, repo);
out:
	evidence_repo_close(repo);
	giterr_shutdown();
	return rc;
}

/* Who looks at the hall's state sees when it came, and with what. */
static void
tell_came(const struct receive *r, const char *protocol)
{
	struct receive_told told;

	receive_told_parse(protocol, &told);
	hall_call_came(r->dir, r->office, r->device, &told);
}

int
receive_serve(struct receive *r, const char *original, const char *protocol,
    struct err *e)
{
	int64_t max_input = RECEIVE_PUSH_MAX;
	struct command c;
	int rc;

	if ((rc = command_parse(original, &c, e)) < 0 ||
	    (rc = receive_set_evidence(r, c.evidence, e)) < 0 ||
	    (rc = receive_check_device(r, e)) < 0 ||
	    (rc = receive_slot_take(r, r->device, e)) < 0 ||
	    (rc = receive_git_limits(c.verb, e)) < 0)
		return rc;
	if (r->sha[0] != '\0' &&
	    (rc = open_evidence(r, c.verb, &max_input, e)) < 0)
		return rc;
	if (c.verb == COMMAND_STEPS)
		return receive_steps(r, &c, e);
	/* a push is told of with its outcome; who looks for a file has been
	 * seen before it */
	if (c.verb == COMMAND_PUSH && !receive_http_looks(r)) {
		sweep(r);
		return receive_push(r, max_input, protocol, e);
	}
	if (c.verb == COMMAND_PUSH)
		return receive_http_refs(r, protocol, e);
	/* over https a fetch is several requests: the first one is the visit */
	if (c.verb == COMMAND_FETCH && r->sha[0] == '\0' &&
	    (r->http == NULL || receive_http_looks(r)))
		tell_came(r, protocol);
	if (r->http != NULL)
		return receive_http_become(r, protocol, e);
	return receive_git_become(r, protocol, e);
}
