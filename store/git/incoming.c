/*
 * Steps: the scan, then libgit2's indexer, byte for byte; deltas and index at
 * the end; the ref's lock, the objects, the ref.
 */
#include "store/git/incoming.h"

#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "store/git/giterr.h"
#include "store/git/repo.h"

struct incoming {
	char repo[INCOMING_DIR_MAX], dir[INCOMING_DIR_MAX];
	struct pack_limits limits;
	struct pack_scan *scan;
	struct buf first; /* until it is known that anything comes */
	git_odb *odb;     /* the repository's: bases of deltas */
	git_indexer *ix;  /* NULL: nothing came yet */
	git_indexer_progress progress; /* the indexer counts in it */
	char name[GIT_OID_HEXSZ + 1];  /* of the pack, once sealed */
};

int
incoming_begin(const char *repo_path, const char *dir,
    const struct pack_limits *limits, struct incoming **ret, struct err *e)
{
	struct incoming *in = calloc(1, sizeof(*in));
	int rc;

	if (in == NULL)
		return err_nomem(e);
	buf_init(&in->first);
	in->limits = *limits;
	if ((rc = file_path(in->repo, sizeof(in->repo), e, "%s", repo_path)) <
		0 ||
	    (rc = file_path(in->dir, sizeof(in->dir), e, "%s", dir)) < 0 ||
	    (rc = pack_scan_create(limits, &in->scan, e)) < 0) {
		incoming_free(in);
		return rc;
	}
	*ret = in;
	return 0;
}

void
incoming_free(struct incoming *in)
{
	if (in == NULL)
		return;
	git_indexer_free(in->ix);
	git_odb_free(in->odb);
	pack_scan_free(in->scan);
	buf_release(&in->first);
	free(in);
}

int
incoming_ended(const struct incoming *in)
{
	return pack_scan_ended(in->scan);
}

static int
set_sync(int on, struct err *e)
{
	int rc = git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, on);

	return rc < 0 ? giterr_set(e, rc, "cannot set up libgit2") : 0;
}

/* The scan has counted; libgit2's own limit is for what is fetched. */
static int
set_count(const struct incoming *in, struct err *e)
{
	int rc = git_libgit2_opts(
	    GIT_OPT_SET_PACK_MAX_OBJECTS, (size_t)in->limits.max_count);

	return rc < 0 ? giterr_set(e, rc, "cannot set up libgit2") : 0;
}

/* Nothing is synced before the door has said yes. */
static int
begin_index(struct incoming *in, struct err *e)
{
	char objects[PATH_MAX], pack[PATH_MAX];
	int rc, git_rc;

	if ((rc = file_path(
		 objects, sizeof(objects), e, "%s/objects", in->repo)) < 0 ||
	    (rc = file_path(pack, sizeof(pack), e, "%s/pack", in->dir)) < 0)
		return rc;
	if ((git_rc = git_odb_open(&in->odb, objects)) < 0)
		return giterr_set(e, git_rc, "cannot open '%s'", objects);
	if ((rc = set_count(in, e)) < 0 || (rc = set_sync(0, e)) < 0)
		return rc;
	git_rc = git_indexer_new(&in->ix, pack, 0, in->odb, NULL);
	rc = set_sync(1, e);
	if (git_rc < 0)
		return giterr_set(e, git_rc, "cannot take in a pack");
	return rc;
}

static int
append(struct incoming *in, const void *data, size_t len, struct err *e)
{
	int rc;

	if (in->ix == NULL) {
		buf_append(&in->first, data, len);
		if ((rc = buf_ok(&in->first, e)) < 0)
			return rc;
		if (pack_scan_count(in->scan) == 0)
			return 0; /* not known yet, or an empty pack */
		if ((rc = begin_index(in, e)) < 0)
			return rc;
		data = in->first.data;
		len = in->first.len;
	}
	rc = git_indexer_append(in->ix, data, len, &in->progress);
	return rc < 0 ? giterr_set(e, rc, "cannot take in a pack") : 0;
}

int
incoming_feed(struct incoming *in, const void *data, size_t len,
    size_t *ret_used, struct err *e)
{
	size_t used = 0;
	int rc;

	if ((rc = pack_scan_feed(in->scan, data, len, &used, e)) < 0 ||
	    (used > 0 && (rc = append(in, data, used, e)) < 0))
		return rc;
	*ret_used = used;
	return 0;
}

int
incoming_seal(struct incoming *in, struct err *e)
{
	int rc;

	if (in->ix == NULL)
		return 0;
	if ((rc = git_indexer_commit(in->ix, &in->progress)) < 0)
		return giterr_set(e, rc, "cannot take in a pack");
	snprintf(in->name, sizeof(in->name), "%s", git_indexer_name(in->ix));
	git_indexer_free(in->ix); /* lets go of its memory and its maps */
	in->ix = NULL;
	return 0;
}

/* --- into the repository --- */

static int
move_file(const struct incoming *in, const char *ending, struct err *e)
{
	char from[PATH_MAX], to[PATH_MAX];
	int rc;

	if ((rc = file_path(from, sizeof(from), e, "%s/pack/pack-%s.%s",
		 in->dir, in->name, ending)) < 0 ||
	    (rc = file_path(to, sizeof(to), e, "%s/objects/pack/pack-%s.%s",
		 in->repo, in->name, ending)) < 0 ||
	    (rc = file_sync(from, e)) < 0)
		return rc;
	/* the same pack may be there from a push that was cut: its name is
	 * that of its content */
	if (rename(from, to) != 0)
		return err_sys(e, "cannot move '%s' to '%s'", from, to);
	return 0;
}

/* The pack before its index: git looks at a pack only through the index. */
static int
place_pack(const struct incoming *in, struct err *e)
{
	char dir[PATH_MAX];
	int rc;

	if ((rc = file_path(dir, sizeof(dir), e, "%s/objects/pack", in->repo)) <
		0 ||
	    (rc = move_file(in, "pack", e)) < 0 ||
	    (rc = move_file(in, "idx", e)) < 0)
		return rc;
	return file_sync(dir, e);
}

struct copying {
	git_odb *from, *to;
};

static int
copy_object(const git_oid *id, void *arg)
{
	const struct copying *c = arg;
	git_odb_object *o = NULL;
	git_oid written;
	int rc;

	if ((rc = git_odb_read(&o, c->from, id)) < 0)
		return rc;
	rc = git_odb_write(&written, c->to, git_odb_object_data(o),
	    git_odb_object_size(o), git_odb_object_type(o));
	git_odb_object_free(o);
	return rc;
}

static int
place_loose(const struct incoming *in, struct err *e)
{
	struct copying c = { NULL, in->odb };
	char objects[PATH_MAX];
	int rc;

	if ((rc = file_path(
		 objects, sizeof(objects), e, "%s/objects", in->repo)) < 0)
		return rc;
	if ((rc = git_odb_new(&c.from)) < 0 ||
	    (rc = git_odb_add_disk_alternate(c.from, in->dir)) < 0 ||
	    (rc = git_odb_foreach(c.from, copy_object, &c)) < 0)
		rc =
		    giterr_set(e, rc, "cannot write objects to '%s'", in->repo);
	git_odb_free(c.from);
	/* libgit2 syncs a new objects/xx, but not its name in objects/ */
	return rc < 0 ? rc : file_sync(objects, e);
}

static int
place(const struct incoming *in, uint32_t loose_below, struct err *e)
{
	if (in->name[0] == '\0') /* nothing came: all of it was here */
		return 0;
	return pack_scan_count(in->scan) < loose_below ? place_loose(in, e)
						       : place_pack(in, e);
}

/* --- the ref --- */

static int
check_old(git_repository *git, const struct incoming_ref *ref, struct err *e)
{
	git_oid now;
	int rc = git_reference_name_to_id(&now, git, ref->name);

	if (rc < 0 && rc != GIT_ENOTFOUND)
		return giterr_set(e, rc, "cannot read ref '%s'", ref->name);
	if ((rc == 0) == (ref->old != NULL) &&
	    (rc != 0 || memcmp(now.id, ref->old, sizeof(now.id)) == 0))
		return 0;
	return err_set(e, ERR_CONFLICT, 0, "ref '%s' was moved in the meantime",
	    ref->name);
}

static int
move_locked(struct incoming *in, git_repository *git, git_transaction *tx,
    const struct incoming_ref *ref, uint32_t loose_below, struct err *e)
{
	git_oid id;
	int rc;

	if ((rc = check_old(git, ref, e)) < 0 ||
	    (rc = place(in, loose_below, e)) < 0)
		return rc;
	memset(&id, 0, sizeof(id));
	memcpy(id.id, ref->id, sizeof(id.id));
	if ((rc = git_transaction_set_target(tx, ref->name, &id, NULL, NULL)) <
		0 ||
	    (rc = git_transaction_commit(tx)) < 0)
		return giterr_set(e, rc, "cannot move ref '%s'", ref->name);
	return 0;
}

int
incoming_take(struct incoming *in, const struct incoming_ref *ref,
    uint32_t loose_below, struct err *e)
{
	git_transaction *tx = NULL;
	git_repository *git = NULL;
	int rc;

	rc = git_repository_open_ext(&git, in->repo,
	    GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_BARE, NULL);
	if (rc < 0)
		return giterr_set(
		    e, rc, "cannot open repository '%s'", in->repo);
	if ((rc = git_transaction_new(&tx, git)) < 0 ||
	    (rc = git_transaction_lock_ref(tx, ref->name)) < 0) {
		rc = giterr_set(e, rc, "cannot move ref '%s'", ref->name);
		goto out;
	}
	rc = move_locked(in, git, tx, ref, loose_below, e);
out:
	git_transaction_free(tx); /* lets go of the lock */
	git_repository_free(git);
	return rc;
}
