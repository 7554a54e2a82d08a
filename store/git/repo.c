#include "store/git/repo.h"

#include <errno.h>
#include <git2.h>
#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>

#include "base/file.h"
#include "store/git/giterr.h"
#include "store/git/loose.h"
#include "store/git/pack.h"
#include "store/git/repo_state.h"
#include "store/git/sha1.h"

#define ID_LEN 20
#define TREE_MAX ((size_t)8 * 1024 * 1024)
#define REPO_PATH_MAX 4096
#define PACKS_FIRST 2 /* the odb asks what has the higher number first */

/*
 * Up to so many objects are written loose, more as one pack. In fsyncs, counted
 * with strace: a loose object costs 2 (itself, its directory) and the flush one
 * more; a pack of any size costs 4 (pack, idx, their directory after each). So
 * a pack is cheaper from two objects on, but each pack makes every later
 * look-up slower until maintenance joins them, and loose objects do not: the
 * one or two saves that a quiet office makes at a time go loose, bursts go into
 * packs. Nobody waits for either: a save is acknowledged before.
 */
#define LOOSE_MAX 12

static git_object_t
git_type(enum object_type t)
{
	switch (t) {
	case OBJECT_COMMIT:
		return GIT_OBJECT_COMMIT;
	case OBJECT_TREE:
		return GIT_OBJECT_TREE;
	case OBJECT_BLOB:
		return GIT_OBJECT_BLOB;
	}
	return GIT_OBJECT_INVALID;
}

static git_oid
to_oid(const unsigned char id[ID_LEN])
{
	git_oid oid;

	memset(&oid, 0, sizeof(oid));
	memcpy(oid.id, id, ID_LEN);
	return oid;
}

static void
close_memory(struct repo *r)
{
	if (r->mempack != NULL)
		git_mempack_reset(r->mempack); /* freeing it does not */
	git_odb_free(r->memory);
	r->mempack = NULL;
	r->memory = NULL;
	r->n_pending = 0;
}

/* An object database of its own, so that writing never looks at the disk. It
 * is made afresh each time: its cache would go on showing what was dropped. */
static int
open_memory(struct repo *r, struct err *e)
{
	git_odb_backend *mempack = NULL;
	int rc;

	if ((rc = git_odb_new(&r->memory)) != 0 ||
	    (rc = git_mempack_new(&mempack)) != 0)
		goto out;
	if ((rc = git_odb_add_backend(r->memory, mempack, 1)) != 0) {
		mempack->free(mempack);
		goto out;
	}
	r->mempack = mempack;
	return 0;
out:
	rc = giterr_set(e, rc, "cannot keep new objects in memory");
	close_memory(r);
	return rc;
}

/* As libgit2 opens them, without what info/alternates names. */
static int
open_own_objects(const char *path, git_odb **ret)
{
	git_odb_backend *packs = NULL, *loose = NULL;
	char dir[REPO_PATH_MAX];
	git_odb *odb = NULL;
	int rc;

	if ((rc = file_path(dir, sizeof(dir), NULL, "%s/objects", path)) < 0 ||
	    (rc = git_odb_new(&odb)) != 0)
		return rc;
	if ((rc = git_odb_backend_pack(&packs, dir)) == 0 &&
	    (rc = git_odb_add_backend(odb, packs, PACKS_FIRST)) == 0)
		packs = NULL; /* the odb's */
	if (rc == 0 &&
	    (rc = git_odb_backend_loose(&loose, dir, -1, 1, 0, 0)) == 0 &&
	    (rc = git_odb_add_backend(odb, loose, 1)) == 0)
		loose = NULL;
	if (packs != NULL)
		packs->free(packs);
	if (loose != NULL)
		loose->free(loose);
	if (rc == 0)
		*ret = odb;
	else
		git_odb_free(odb);
	return rc;
}

/* What the odb asks first, if it is packs: alone these are written as a whole.
 */
static git_odb_backend *
packs_of(git_odb *odb)
{
	git_odb_backend *first = NULL;

	if (git_odb_get_backend(&first, odb, 0) < 0 || first->writepack == NULL)
		return NULL;
	return first;
}

static int
open_disk(struct repo *r, struct err *e)
{
	git_repository *git = NULL;
	git_odb *disk = NULL;
	int rc;

	rc = git_repository_open_ext(&git, r->path,
	    GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_BARE, NULL);
	if (rc == 0)
		rc = r->alone ? open_own_objects(r->path, &disk)
			      : git_repository_odb(&disk, git);
	if (rc == 0 && r->extra != NULL)
		rc = git_odb_add_disk_alternate(disk, r->extra);
	if (rc < 0) {
		rc = giterr_set(e, rc, "cannot open repository '%s'", r->path);
		git_odb_free(disk);
		git_repository_free(git);
		return rc;
	}
	git_odb_free(r->disk);
	git_repository_free(r->git);
	r->git = git;
	r->disk = disk;
	r->packs = packs_of(disk);
	return 0;
}

/* A view has no objects of its own. */
static git_odb *
disk_of(const struct repo *r)
{
	return r->base != NULL ? r->base->disk : r->disk;
}

static int
open_new(const char *path, int alone, struct repo **ret, struct err *e)
{
	struct repo *r = calloc(1, sizeof(*r));
	int rc;

	if (r == NULL)
		return err_nomem(e);
	r->alone = alone;
	if ((r->path = strdup(path)) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = open_disk(r, e)) < 0)
		goto out;
	*ret = r;
	r = NULL;
out:
	repo_close(r);
	return rc;
}

int
repo_open(const char *path, struct repo **ret, struct err *e)
{
	return open_new(path, 0, ret, e);
}

int
repo_open_alone(const char *path, struct repo **ret, struct err *e)
{
	return open_new(path, 1, ret, e);
}

void
repo_close(struct repo *r)
{
	if (r == NULL)
		return;
	close_memory(r);
	git_odb_free(r->disk);
	git_repository_free(r->git);
	sha1_free(r->sha1);
	free(r->pending);
	free(r->extra);
	free(r->path);
	free(r);
}

const char *
repo_path(const struct repo *r)
{
	return r->path;
}

/* A handle keeps packs open, and so on the disk, that maintenance has
 * replaced: only a new one lets go of them. */
int
repo_refresh(struct repo *r, struct err *e)
{
	return open_disk(r->base != NULL ? r->base : r, e);
}

/* Old before new: while both are open they share the packs, and with them what
 * libgit2 keeps of each. */
int
repo_let_go(struct repo *r, struct err *e)
{
	git_repository *git = NULL;
	int rc;

	if (r->base != NULL)
		r = r->base;
	rc = git_repository_open_ext(&git, r->path,
	    GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_BARE, NULL);
	if (rc < 0)
		return giterr_set(
		    e, rc, "cannot open repository '%s'", r->path);
	git_odb_free(r->disk);
	git_repository_free(r->git);
	r->disk = NULL;
	r->packs = NULL;
	r->git = git;
	return open_disk(r, e);
}

int
repo_add_objects_dir(struct repo *r, const char *dir, struct err *e)
{
	char *copy;
	int rc;

	if (r->extra != NULL)
		return err_set(e, ERR_CONFLICT, 0,
		    "repository '%s' has an objects directory more already",
		    r->path);
	if ((copy = strdup(dir)) == NULL)
		return err_nomem(e);
	if ((rc = git_odb_add_disk_alternate(r->disk, dir)) < 0) {
		free(copy);
		return giterr_set(e, rc, "cannot read objects in '%s'", dir);
	}
	r->extra = copy;
	return 0;
}

static int
grow_pending(struct repo *r, struct err *e)
{
	size_t cap = r->cap_pending < 64 ? 64 : r->cap_pending * 2;
	git_oid *p;

	if (r->n_pending < r->cap_pending)
		return 0;
	if ((p = realloc(r->pending, cap * sizeof(*p))) == NULL)
		return err_nomem(e);
	r->pending = p;
	r->cap_pending = cap;
	return 0;
}

/* Straight into the backend: git_odb_write() would hash a second time. */
static int
put(struct repo *r, git_object_t type, const void *data, size_t len,
    const git_oid *id, struct err *e)
{
	int rc;

	if (r->mempack == NULL && (rc = open_memory(r, e)) < 0)
		return rc;
	if (r->mempack->exists(r->mempack, id))
		return 0;
	if ((rc = grow_pending(r, e)) < 0)
		return rc;
	if ((rc = r->mempack->write(r->mempack, id, data, len, type)) < 0)
		return giterr_set(e, rc, "cannot keep a new object in memory");
	r->pending[r->n_pending++] = *id;
	return 0;
}

int
repo_put(struct repo *r, enum object_type t, const void *data, size_t len,
    unsigned char ret_id[20], struct err *e)
{
	git_oid id;
	int rc = git_odb_hash(&id, data, len, git_type(t));

	if (rc < 0)
		return giterr_set(e, rc, "cannot hash a new object");
	if ((rc = put(r, git_type(t), data, len, &id, e)) < 0)
		return rc;
	memcpy(ret_id, id.id, ID_LEN);
	return 0;
}

int
repo_tree_sink(void *arg, const unsigned char id[20], const void *raw,
    size_t len, struct err *e)
{
	git_oid oid = to_oid(id);

	return put(arg, GIT_OBJECT_TREE, raw, len, &oid, e);
}

static int
check_header(const git_oid *id, git_object_t type, enum object_type want,
    size_t len, size_t max, struct err *e)
{
	char hex[GIT_OID_HEXSZ + 1];

	if (type == git_type(want) && len <= max)
		return 0;
	git_oid_tostr(hex, sizeof(hex), id);
	if (type != git_type(want))
		return err_set(e, ERR_INVALID, 0, "object %s is a %s, not a %s",
		    hex, git_object_type2string(type),
		    git_object_type2string(git_type(want)));
	return err_set(e, ERR_INVALID, 0,
	    "object %s is too large: %zu bytes, at most %zu", hex, len, max);
}

static int
unread(const git_oid *id, int git_rc, struct err *e)
{
	char hex[GIT_OID_HEXSZ + 1];

	git_oid_tostr(hex, sizeof(hex), id);
	return giterr_set(e, git_rc, "cannot read object %s", hex);
}

/* The header first: what is too large is never unpacked. */
static int
read_sized(git_odb *odb, const git_oid *id, enum object_type t, size_t max,
    struct buf *ret, struct err *e)
{
	git_odb_object *obj = NULL;
	git_object_t type;
	size_t len;
	int rc;

	if ((rc = git_odb_read_header(&len, &type, odb, id)) < 0)
		return unread(id, rc, e);
	if ((rc = check_header(id, type, t, len, max, e)) < 0)
		return rc;
	if ((rc = git_odb_read(&obj, odb, id)) < 0)
		return unread(id, rc, e);
	buf_append(ret, git_odb_object_data(obj), git_odb_object_size(obj));
	git_odb_object_free(obj);
	return buf_ok(ret, e);
}

/* libgit2 must not meet a damaged loose object: it may never come back. */
static int
check_loose(struct repo *r, const unsigned char id[ID_LEN], struct err *e)
{
	char dir[REPO_PATH_MAX];
	int rc;

	if ((rc = file_path(dir, sizeof(dir), e, "%s/objects", r->path)) < 0 ||
	    (rc = loose_check(dir, id, e)) < 0 || r->extra == NULL)
		return rc;
	return loose_check(r->extra, id, e);
}

/* --- what is packed --- */

/* The bytes are those that the name is made of. */
static int
check_name(struct repo *r, const git_oid *id, git_object_t type,
    const void *data, size_t len, struct err *e)
{
	char head[32], hex[GIT_OID_HEXSZ + 1];
	unsigned char sum[SHA1_LEN];
	int rc, n;

	if (r->sha1 == NULL && (rc = sha1_new(&r->sha1, e)) < 0)
		return rc;
	n = snprintf(
	    head, sizeof(head), "%s %zu", git_object_type2string(type), len);
	sha1_begin(r->sha1);
	sha1_add(r->sha1, head, (size_t)n + 1);
	sha1_add(r->sha1, data, len);
	if ((rc = sha1_end(r->sha1, sum, e)) < 0)
		return rc;
	if (memcmp(sum, id->id, SHA1_LEN) == 0)
		return 0;
	git_oid_tostr(hex, sizeof(hex), id);
	return err_set(e, ERR_DAMAGED, 0,
	    "object %s is damaged: its bytes are not what its name says", hex);
}

/*
 * By the packs themselves: the odb would look each object up again, and hash it
 * with a search for collisions, which it went through when it came in. Needs a
 * libgit2 that unpacks no more than giterr.c allows. 1: it was read, 0: it is in
 * no pack.
 */
static int
read_packed(struct repo *r, const git_oid *id, enum object_type t, size_t max,
    struct buf *ret, struct err *e)
{
	git_object_t type;
	void *data = NULL;
	size_t len;
	int rc;

	if (!giterr_caps_packs() || r->packs == NULL)
		return 0;
	rc = r->packs->read(&data, &len, &type, r->packs, id);
	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc < 0)
		return unread(id, rc, e);
	if ((rc = check_header(id, type, t, len, max, e)) == 0 &&
	    (rc = check_name(r, id, type, data, len, e)) == 0) {
		buf_append(ret, data, len);
		rc = buf_ok(ret, e);
	}
	git_odb_backend_data_free(r->packs, data);
	return rc < 0 ? rc : 1;
}

int
repo_read(struct repo *r, const unsigned char id[20], enum object_type t,
    size_t max, struct buf *ret, struct err *e)
{
	git_oid oid = to_oid(id);
	int rc;

	if (r->n_pending > 0 && r->mempack->exists(r->mempack, &oid))
		return read_sized(r->memory, &oid, t, max, ret, e);
	rc = read_packed(r->base != NULL ? r->base : r, &oid, t, max, ret, e);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	if ((rc = check_loose(r, id, e)) < 0)
		return rc;
	return read_sized(disk_of(r), &oid, t, max, ret, e);
}

int
repo_has(struct repo *r, const unsigned char id[20])
{
	git_oid oid = to_oid(id);

	return (r->n_pending > 0 && r->mempack->exists(r->mempack, &oid)) ||
	       git_odb_exists(disk_of(r), &oid);
}

int
repo_tree_source(
    void *arg, const unsigned char id[20], struct buf *out, struct err *e)
{
	return repo_read(arg, id, OBJECT_TREE, TREE_MAX, out, e);
}

size_t
repo_n_pending(const struct repo *r)
{
	return r->n_pending;
}

void
repo_forget(struct repo *r)
{
	close_memory(r);
}

static int
write_loose(struct repo *r, struct err *e)
{
	git_odb_object *obj;
	git_oid id;
	size_t i;
	int rc;

	for (i = 0; i < r->n_pending; i++) {
		obj = NULL;
		rc = git_odb_read(&obj, r->memory, &r->pending[i]);
		if (rc == 0)
			rc = git_odb_write(&id, disk_of(r),
			    git_odb_object_data(obj), git_odb_object_size(obj),
			    git_odb_object_type(obj));
		git_odb_object_free(obj);
		if (rc < 0)
			return giterr_set(
			    e, rc, "cannot write objects to '%s'", r->path);
	}
	return 0;
}

static int
flush_loose(struct repo *r, struct err *e)
{
	char dir[REPO_PATH_MAX];
	int rc;

	if ((rc = file_path(dir, sizeof(dir), e, "%s/objects", r->path)) < 0 ||
	    (rc = write_loose(r, e)) < 0)
		return rc;
	/* libgit2 syncs a new objects/xx, but not its name in objects/ */
	return file_sync(dir, e);
}

static enum pack_type
pack_type_of(git_object_t t)
{
	return t == GIT_OBJECT_COMMIT ? PACK_COMMIT
	       : t == GIT_OBJECT_TREE ? PACK_TREE
				      : PACK_BLOB;
}

/* From the backend, not through the odb: that would hash each object again. */
static int
pack_one(struct repo *r, struct pack *p, const git_oid *id, struct err *e)
{
	git_object_t type;
	void *data = NULL;
	size_t len;
	int rc;

	rc = r->mempack->read(&data, &len, &type, r->mempack, id);
	if (rc < 0)
		return giterr_set(e, rc, "cannot read a new object");
	rc = pack_add(p, pack_type_of(type), id->id, data, len, e);
	git_odb_backend_data_free(r->mempack, data);
	return rc;
}

/*
 * By our own pack module: libgit2's packbuilder searches deltas and its indexer
 * unpacks and hashes everything again, together 60 % of the time of a save.
 */
static int
flush_pack(struct repo *r, struct err *e)
{
	char dir[REPO_PATH_MAX];
	struct pack *p = NULL;
	size_t i;
	int rc;

	if ((rc = file_path(dir, sizeof(dir), e, "%s/objects/pack", r->path)) <
	    0)
		return rc;
	if ((rc = pack_create(&p, e)) < 0)
		return rc;
	for (i = 0; i < r->n_pending && rc == 0; i++)
		rc = pack_one(r, p, &r->pending[i], e);
	if (rc == 0)
		rc = pack_write(p, dir, e);
	pack_free(p);
	return rc;
}

int
repo_flush(struct repo *r, struct err *e)
{
	int rc;

	if (r->n_pending == 0)
		return 0;
	errno = 0;
	rc = r->n_pending <= LOOSE_MAX ? flush_loose(r, e) : flush_pack(r, e);
	/* on failure they stay pending: the caller may try again */
	if (rc < 0)
		return giterr_written(e, rc, errno);
	close_memory(r);
	return 0;
}
