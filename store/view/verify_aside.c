/* What no branch leads to any more and is kept all the same: refs/aside. */
#include "store/git/refs.h"
#include "store/view/verify_state.h"

static int
tell(struct verify *v, const char *office, const struct commit *c,
    const unsigned char id[20], struct err *e)
{
	char where[40], name[24], hex[41];
	struct err f;

	memset(&f, 0, sizeof(f));
	commit_name(c, name);
	commit_hex(id, hex);
	snprintf(where, sizeof(where), "%s aside", office);
	if (commit_letter(c) == 'h') {
		err_set(&f, ERR_CONFLICT, 0,
		    "the hall's revisions up to %s (commit %.10s) are kept "
		    "aside: the hall was restored from an old copy and wrote "
		    "others since",
		    name, hex);
		err_hint(&f,
		    "see whether reviews or decisions in it are missing now: "
		    "git log refs/aside/%s",
		    hex);
		return verify_found(v, "warning", "aside", where, &f, e);
	}
	err_set(&f, ERR_CONFLICT, 0,
	    "the revisions up to %s (commit %.10s) of device %s are kept "
	    "aside: what they changed goes on under another letter",
	    name, hex, c->device);
	return verify_found(v, "note", "aside", where, &f, e);
}

static int
check_one(struct verify *v, const char *office, struct repo *repo,
    const struct ref *ref, struct err *e)
{
	struct commit *c = malloc(sizeof(*c));
	struct buf raw = BUF_INIT;
	int rc;

	if (c == NULL)
		return err_nomem(e);
	if ((rc = repo_read(
		 repo, ref->id, OBJECT_COMMIT, COMMIT_MAX, &raw, e)) == 0 &&
	    (rc = commit_parse(buf_str(&raw), raw.len, c, e)) == 0)
		rc = tell(v, office, c, ref->id, e);
	free(c);
	buf_release(&raw);
	return rc;
}

int
verify_aside(struct verify *v, const char *office, struct err *e)
{
	struct refs refs = { NULL, 0 };
	struct repo *repo = NULL;
	size_t i;
	int rc;

	if ((rc = store_repo(v->store, office, &repo, e)) < 0 ||
	    (rc = refs_list(repo, REFS_ASIDE, &refs, e)) < 0)
		return rc;
	for (i = 0; i < refs.n && rc == 0; i++)
		rc = check_one(v, office, repo, &refs.list[i], e);
	refs_release(&refs);
	return rc;
}
