#include "store/setup.h"

#include <dirent.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/db/db.h"
#include "store/db/schema.h"
#include "store/git/repo.h"
#include "store/hall/signers.h"

#define EDITION_MAX_BYTES (256 * 1024)
#define DIR_MODE 0750
#define KEYS_MODE 0700

static int
below(const struct conf *c, const char *name, char ret[PATH_MAX], struct err *e)
{
	return file_path(ret, PATH_MAX, e, "%s/%s", c->dir, name);
}

/* The key of an interrupted init stays: what it may have signed must stay
 * good. */
static int
make_key(const struct conf *c, struct key *ret, struct err *e)
{
	char dir[PATH_MAX], path[PATH_MAX], device[16];
	int rc;

	conf_device(c, device);
	if ((rc = below(c, "keys", dir, e)) < 0 ||
	    (rc = file_mkdirs(dir, KEYS_MODE, e)) < 0 ||
	    (rc = file_path(path, sizeof(path), e, "%s/%s", dir,
		 c->role == ROLE_OFFICE ? "device" : conf_role_name(c->role))) <
		0)
		return rc;
	rc = key_load(path, ret, e);
	if (rc != ERR_NOT_FOUND)
		return rc;
	if ((rc = key_generate(ret, e)) < 0)
		return rc;
	return key_save(ret, path, device, e);
}

/* An office's own repository, and who may sign in it: so far this device. */
static int
make_repo(const struct conf *c, const struct key *k, struct err *e)
{
	char path[PATH_MAX], device[16];
	struct buf signers = BUF_INIT;
	int rc;

	conf_device(c, device);
	signers_add(&signers, device, k->pub);
	if ((rc = signers_write(c, "allowed_signers", &signers, e)) < 0 ||
	    (rc = below(c, "repo.git", path, e)) < 0)
		goto out;
	rc = repo_create(path, "refs/heads/office", e);
out:
	buf_release(&signers);
	return rc;
}

/* 1 for "pmqa4-2562.json": no other file of the directory is an edition. */
static int
is_edition_name(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && len <= 64 && name[0] != '.' && name[0] != '-' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
		   len - 5 &&
	       strcmp(name + len - 5, ".json") == 0;
}

static int
copy_edition(const char *from, const char *to, const char *name, struct err *e)
{
	char source[PATH_MAX], target[PATH_MAX];
	struct buf bytes = BUF_INIT;
	int rc;

	if ((rc = file_path(source, sizeof(source), e, "%s/%s", from, name)) <
		0 ||
	    (rc = file_path(target, sizeof(target), e, "%s/%s", to, name)) <
		0 ||
	    (rc = file_read(source, EDITION_MAX_BYTES, &bytes, e)) < 0)
		goto out;
	rc = file_write(target, buf_str(&bytes), bytes.len, 0644, e);
out:
	buf_release(&bytes);
	return rc;
}

static int
copy_editions(const struct conf *c, struct err *e)
{
	char from[PATH_MAX], to[PATH_MAX];
	const struct dirent *entry;
	int n = 0, rc;
	DIR *d;

	if ((rc = file_own(from, sizeof(from), "editions", e)) < 0 ||
	    (rc = below(c, "editions", to, e)) < 0 ||
	    (rc = file_mkdirs(to, DIR_MODE, e)) < 0)
		return rc;
	if ((d = opendir(from)) == NULL)
		return err_sys(e, "cannot open '%s'", from);
	while (rc == 0 && (entry = readdir(d)) != NULL) {
		if (!is_edition_name(entry->d_name))
			continue;
		rc = copy_edition(from, to, entry->d_name, e);
		n++;
	}
	(void)closedir(d);
	if (rc == 0 && n == 0)
		rc = err_set(e, ERR_NOT_FOUND, 0,
		    "there is no edition of the criteria in '%s'", from);
	return rc;
}

static int
make_database(const struct conf *c, struct err *e)
{
	struct db *db = NULL;
	char path[PATH_MAX];
	int rc;

	if ((rc = below(c, "pmqa.db", path, e)) < 0 ||
	    (rc = db_open(path, DB_WRITE, &db, e)) < 0)
		return rc;
	rc = schema_migrate(db, e);
	db_close(db);
	if (rc < 0)
		return rc;
	return file_sync(c->dir, e);
}

static int
refuse_second(const struct conf *c, struct err *e)
{
	char path[PATH_MAX];
	int rc;

	if ((rc = below(c, "pmqad.conf", path, e)) < 0)
		return rc;
	if (access(path, F_OK) != 0)
		return 0;
	err_set(e, ERR_CONFLICT, 0, "'%s' is set up already", c->dir);
	err_hint(e, "choose another directory, or go on with this one");
	return ERR_CONFLICT;
}

/* Everything in its order; the lock is held. */
static int
make_all(const struct conf *c, struct err *e)
{
	struct key key = { { 0 }, { 0 }, 0 };
	char path[PATH_MAX];
	int rc;

	if ((rc = refuse_second(c, e)) < 0 || (rc = make_key(c, &key, e)) < 0)
		goto out;
	if (c->role == ROLE_OFFICE) {
		rc = make_repo(c, &key, e);
	} else {
		if ((rc = below(c,
			 c->role == ROLE_HALL ? "offices" : "provinces", path,
			 e)) < 0)
			goto out;
		rc = file_mkdirs(path, DIR_MODE, e);
	}
	if (rc < 0 || (rc = copy_editions(c, e)) < 0 ||
	    (rc = make_database(c, e)) < 0)
		goto out;
	rc = conf_save(c, e);
out:
	key_release(&key);
	return rc;
}

/* The directory, made if need be, as an absolute path without links. */
static int
open_dir(struct conf *c, struct err *e)
{
	char path[PATH_MAX];
	int rc;

	if ((rc = file_mkdirs(c->dir, DIR_MODE, e)) < 0)
		return rc;
	if (realpath(c->dir, path) == NULL)
		return err_sys(e, "cannot open '%s'", c->dir);
	if ((rc = conf_check_path(path, e)) < 0)
		return rc;
	return file_path(c->dir, sizeof(c->dir), e, "%s", path);
}

int
setup_init(const struct conf *c, struct err *e)
{
	struct conf own = *c;
	char path[PATH_MAX];
	int fd = -1, rc;

	if ((rc = conf_check(&own, e)) < 0 || (rc = open_dir(&own, e)) < 0 ||
	    (rc = refuse_second(&own, e)) < 0 ||
	    (rc = below(&own, "lock", path, e)) < 0 ||
	    (rc = file_lock(path, &fd, e)) < 0)
		return rc;
	rc = make_all(&own, e);
	(void)close(fd);
	return rc;
}
