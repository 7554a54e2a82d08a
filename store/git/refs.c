#include "store/git/refs.h"

#include <errno.h>
#include <git2.h>

#include "base/file.h"
#include "store/git/giterr.h"
#include "store/sign/commit.h"

#define REF_PATH_MAX 4096
#define REF_TEXT 41 /* bytes of a ref's file: the id and a line break */

/* A handle of its own: these are rare, and struct repo shows nobody its own. */
static int
open_git(struct repo *r, git_repository **ret, struct err *e)
{
	int rc = git_repository_open_ext(ret, repo_path(r),
	    GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_BARE, NULL);

	if (rc < 0)
		return giterr_set(
		    e, rc, "cannot open repository '%s'", repo_path(r));
	return 0;
}

static int
add_ref(struct refs *refs, const git_reference *ref, struct err *e)
{
	const git_oid *id = git_reference_target(ref);
	const char *name = git_reference_name(ref);
	struct ref *grown;

	if (id == NULL || strlen(name) >= REFS_NAME_MAX)
		return 0;
	grown = realloc(refs->list, (refs->n + 1) * sizeof(*grown));
	if (grown == NULL)
		return err_nomem(e);
	refs->list = grown;
	snprintf(grown[refs->n].name, REFS_NAME_MAX, "%s", name);
	memcpy(grown[refs->n++].id, id->id, 20);
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	const struct ref *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int
collect(
    git_repository *git, const char *prefix, struct refs *refs, struct err *e)
{
	git_reference_iterator *it = NULL;
	git_reference *ref = NULL;
	int got, rc = 0;

	if ((got = git_reference_iterator_new(&it, git)) < 0)
		return giterr_set(e, got, "cannot list refs");
	while (rc == 0 && (got = git_reference_next(&ref, it)) == 0) {
		if (strncmp(git_reference_name(ref), prefix, strlen(prefix)) ==
		    0)
			rc = add_ref(refs, ref, e);
		git_reference_free(ref);
		ref = NULL;
	}
	git_reference_iterator_free(it);
	if (rc == 0 && got != GIT_ITEROVER)
		return giterr_set(e, got, "cannot list refs");
	return rc;
}

int
refs_list(struct repo *r, const char *prefix, struct refs *ret, struct err *e)
{
	struct refs refs = { NULL, 0 };
	git_repository *git = NULL;
	int rc;

	if ((rc = open_git(r, &git, e)) == 0)
		rc = collect(git, prefix, &refs, e);
	git_repository_free(git);
	if (rc < 0) {
		refs_release(&refs);
		return rc;
	}
	if (refs.n > 1)
		qsort(refs.list, refs.n, sizeof(*refs.list), by_name);
	*ret = refs;
	return 0;
}

void
refs_release(struct refs *refs)
{
	free(refs->list);
	refs->list = NULL;
	refs->n = 0;
}

int
refs_set_aside(struct repo *r, const unsigned char id[20], struct err *e)
{
	char name[REFS_NAME_MAX], hex[41];
	unsigned char now[20];
	int rc;

	commit_hex(id, hex);
	snprintf(name, sizeof(name), REFS_ASIDE "%s", hex);
	rc = repo_ref(r, name, now, e);
	if (rc != ERR_NOT_FOUND)
		return rc;
	return repo_move_ref(r, name, NULL, id, e);
}

int
refs_drop(
    struct repo *r, const char *name, const unsigned char id[20], struct err *e)
{
	git_repository *git = NULL;
	git_reference *ref = NULL;
	const git_oid *at;
	int rc, saved;

	if ((rc = open_git(r, &git, e)) < 0)
		return rc;
	if ((rc = git_reference_lookup(&ref, git, name)) < 0) {
		rc = rc == GIT_ENOTFOUND
			 ? 0
			 : giterr_set(e, rc, "cannot read ref '%s'", name);
		goto out;
	}
	at = git_reference_target(ref);
	if (at == NULL || memcmp(at->id, id, 20) != 0) {
		rc = err_set(e, ERR_CONFLICT, 0,
		    "ref '%s' was moved in the meantime", name);
		goto out;
	}
	errno = 0;
	rc = git_reference_delete(ref);
	saved = errno;
	if (rc < 0)
		rc = giterr_written(e,
		    giterr_set(e, rc, "cannot remove ref '%s'", name), saved);
out:
	git_reference_free(ref);
	git_repository_free(git);
	return rc;
}

int
refs_peek(const char *path, const char *name, unsigned char ret_id[20])
{
	char at[REF_PATH_MAX];
	struct buf text = BUF_INIT;
	int found = 0;

	if (file_path(at, sizeof(at), NULL, "%s/%s", path, name) == 0 &&
	    file_read(at, REF_TEXT, &text, NULL) == 0 && text.len == REF_TEXT &&
	    text.data[REF_TEXT - 1] == '\n') {
		text.data[REF_TEXT - 1] = '\0';
		found = commit_unhex(text.data, ret_id, NULL) == 0;
	}
	buf_release(&text);
	return found;
}
