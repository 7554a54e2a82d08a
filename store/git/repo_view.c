/* The refs of repo.h, and the views: one office's part of a repository that
 * holds a whole province. */
#include <errno.h>
#include <git2.h>
#include <unistd.h>

#include "store/git/giterr.h"
#include "store/git/repo_state.h"

#define ID_LEN 20
#define NAME_MAX_LEN 256

int
repo_open_view(
    struct repo *base, const char *office, struct repo **ret, struct err *e)
{
	struct repo *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return err_nomem(e);
	r->base = base;
	snprintf(r->office, sizeof(r->office), "%s", office);
	if ((r->path = strdup(base->path)) == NULL) {
		repo_close(r);
		return err_nomem(e);
	}
	*ret = r;
	return 0;
}

int
repo_open_again(const struct repo *r, struct repo **ret_base, struct repo **ret,
    struct err *e)
{
	struct repo *base = NULL, *view = NULL;
	int rc;

	if ((rc = repo_open(r->path, &base, e)) < 0)
		return rc;
	if (r->base == NULL) {
		*ret_base = NULL;
		*ret = base;
		return 0;
	}
	if ((rc = repo_open_view(base, r->office, &view, e)) < 0) {
		repo_close(base);
		return rc;
	}
	*ret_base = base;
	*ret = view;
	return 0;
}

const char *
repo_view_of(const struct repo *r)
{
	return r->base != NULL ? r->office : NULL;
}

static git_repository *
git_of(const struct repo *r)
{
	return r->base != NULL ? r->base->git : r->git;
}

/* In a view the two branches have the names that province.git gives them. */
static const char *
real_name(const struct repo *r, const char *name, char room[NAME_MAX_LEN])
{
	const char *kind = NULL;

	if (r->base == NULL)
		return name;
	if (strcmp(name, "refs/heads/office") == 0)
		kind = "offices";
	else if (strcmp(name, "refs/heads/hall") == 0)
		kind = "halls";
	if (kind == NULL)
		return name;
	snprintf(room, NAME_MAX_LEN, "refs/%s/%s", kind, r->office);
	return room;
}

/* A ref of a repository that is away is not one that is not set. */
static int
is_there(git_repository *g, struct err *e)
{
	const char *path = git_repository_path(g);

	if (access(path, F_OK) == 0)
		return 1;
	err_sys(e, "cannot open '%s'", path);
	return 0;
}

int
repo_ref(struct repo *r, const char *name, unsigned char ret[20], struct err *e)
{
	char room[NAME_MAX_LEN];
	git_reference *ref = NULL;
	const git_oid *id;
	int rc;

	name = real_name(r, name, room);
	if ((rc = git_reference_lookup(&ref, git_of(r), name)) < 0) {
		rc = giterr_set(e, rc, "cannot read ref '%s'", name);
		return rc == ERR_NOT_FOUND && !is_there(git_of(r), e) ? ERR_SYS
								      : rc;
	}
	if ((id = git_reference_target(ref)) == NULL)
		rc = err_set(
		    e, ERR_INVALID, 0, "ref '%s' points to another ref", name);
	else
		memcpy(ret, id->id, ID_LEN);
	git_reference_free(ref);
	return rc;
}

int
repo_move_ref(struct repo *r, const char *name, const unsigned char *old,
    const unsigned char id[20], struct err *e)
{
	git_oid to, from;
	char room[NAME_MAX_LEN];
	git_reference *ref = NULL;
	int rc, saved;

	memset(&to, 0, sizeof(to));
	memset(&from, 0, sizeof(from));
	memcpy(to.id, id, ID_LEN);
	name = real_name(r, name, room);
	errno = 0;
	if (old == NULL) {
		rc = git_reference_create(&ref, git_of(r), name, &to, 0, NULL);
	} else {
		memcpy(from.id, old, ID_LEN);
		rc = git_reference_create_matching(
		    &ref, git_of(r), name, &to, 1, &from, NULL);
	}
	saved = errno;
	git_reference_free(ref);
	if (rc < 0)
		return giterr_written(
		    e, giterr_set(e, rc, "cannot move ref '%s'", name), saved);
	return 0;
}
