#include "store/git/giterr.h"

#include <errno.h>
#include <git2.h>

/* Bytes. libgit2 allows 256 MB of cached objects and 8 GB of mapped packs; an
 * idle daemon may have 16 MiB resident. */
#define CACHE_MAX ((ssize_t)4 * 1024 * 1024)
#define WINDOW_MAX ((size_t)4 * 1024 * 1024)
#define MAPPED_MAX ((size_t)256 * 1024 * 1024)
#define PACKS_OPEN_MAX ((size_t)32)
#define PACK_OBJECTS_MAX ((size_t)200000)
#define OBJECT_MAX ((size_t)32 * 1024 * 1024)

enum err_code
giterr_code(int git_rc)
{
	const git_error *last = git_error_last();

	switch (git_rc) {
	case GIT_ENOTFOUND:
		/* 1.5 says "config value 'safe.directory' was not found" for
		 * a repository of another user */
		if (last != NULL && last->message != NULL &&
		    strstr(last->message, "safe.directory") != NULL)
			return ERR_DENIED;
		return ERR_NOT_FOUND;
	case GIT_EOWNER:
		return ERR_DENIED;
	case GIT_EEXISTS:
	case GIT_EMODIFIED:
	case GIT_ENONFASTFORWARD:
		return ERR_CONFLICT;
	case GIT_ELOCKED:
		return ERR_BUSY;
	case GIT_EINVALIDSPEC:
	case GIT_EINVALID:
		return ERR_INVALID;
	case GIT_EMISMATCH:
		return ERR_DAMAGED;
	default:
		break;
	}
	if (last == NULL)
		return ERR_FAILED;
	if (last->klass == GIT_ERROR_NOMEMORY)
		return ERR_NOMEM;
	if (last->klass == GIT_ERROR_ZLIB)
		return ERR_DAMAGED;
	return last->klass == GIT_ERROR_OS ? ERR_SYS : ERR_FAILED;
}

/* Appends ": words" as one clean line, cut where there is no room. */
static void
append(char *to, size_t size, const char *words)
{
	char line[2000];

	snprintf(line, sizeof(line), "%s: %s", to, words);
	err_text(to, size, line);
}

void
giterr_words(struct err *e, int code)
{
	const git_error *last = git_error_last();

	if (e == NULL)
		return;
	if (last != NULL && last->message != NULL) {
		append(e->msg, sizeof(e->msg), last->message);
		append(e->th, sizeof(e->th), last->message);
	}
	if (code == ERR_DENIED)
		err_hint(e, "run it as the user who owns the directory");
}

/* libgit2 tidies up before it returns, and errno may be that of the tidying:
 * its own words say what failed. A sub below 0 is a result of libgit2: they are
 * of this fault, not of an older one. */
static int
is_full(const struct err *e, int saved_errno)
{
	const git_error *last = git_error_last();

	if (saved_errno == ENOSPC || saved_errno == EDQUOT)
		return 1;
	return e->sub < 0 && last != NULL && last->message != NULL &&
	       (strstr(last->message, strerror(ENOSPC)) != NULL ||
		   strstr(last->message, strerror(EDQUOT)) != NULL);
}

/*
 * A write or fsync that failed below libgit2: what it renamed into place may
 * never reach the disk, and a second try would find it there and leave it. Only
 * a full disk is met before anything is in place; all else ends the process.
 */
int
giterr_written(struct err *e, int rc, int saved_errno)
{
	if (rc == ERR_SYS && e != NULL && !is_full(e, saved_errno))
		e->sub = EIO;
	return rc;
}

/* A user's or the machine's git configuration must not change what the store
 * does: only the repository's own file counts. */
static int
forget_other_configs(struct err *e)
{
	static const int levels[] = { GIT_CONFIG_LEVEL_PROGRAMDATA,
		GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
		GIT_CONFIG_LEVEL_GLOBAL };
	size_t i;
	int rc;

	for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		rc = git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "");
		if (rc < 0)
			return giterr_set(e, rc, "cannot set up libgit2");
	}
	return 0;
}

static int
set_limits(struct err *e)
{
	int rc;

	if ((rc = git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, CACHE_MAX)) <
		0 ||
	    (rc = git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, WINDOW_MAX)) < 0 ||
	    (rc = git_libgit2_opts(
		 GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, MAPPED_MAX)) < 0 ||
	    (rc = git_libgit2_opts(
		 GIT_OPT_SET_MWINDOW_FILE_LIMIT, PACKS_OPEN_MAX)) < 0 ||
	    (rc = git_libgit2_opts(
		 GIT_OPT_SET_PACK_MAX_OBJECTS, PACK_OBJECTS_MAX)) < 0)
		return giterr_set(e, rc, "cannot set up libgit2");
#ifdef HAVE_PACK_OBJECT_CAP /* the Makefile looks into the header */
	/* known to Debian's fixed 1.5.1, and to 1.9 from 1.9.5 on, under
	 * another number: never a bare number here */
	rc = git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECT_SIZE, OBJECT_MAX);
	if (rc < 0)
		return giterr_set(e, rc, "cannot set up libgit2");
#endif
	return 0;
}

int
giterr_caps_packs(void)
{
#ifdef HAVE_PACK_OBJECT_CAP
	return 1;
#else
	return 0;
#endif
}

static int
set_strict(struct err *e)
{
	int rc;

	/* off by default: without it nothing written here is durable */
	if ((rc = git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1)) < 0 ||
	    (rc = git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1)) < 0 ||
	    (rc = git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, 1)) <
		0 ||
	    (rc = git_libgit2_opts(
		 GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1)) < 0)
		return giterr_set(e, rc, "cannot set up libgit2");
	return 0;
}

/*
 * Where libgit2 is built with mbed TLS, its start reads every certificate
 * authority of the machine: more time than the rest of a hook takes, for TLS
 * that nothing here speaks (transfers are stock git's). The program's own
 * functions come before the library's: an empty chain trusts nobody.
 */
int mbedtls_x509_crt_parse_file(void *chain, const char *path);
int mbedtls_x509_crt_parse_path(void *chain, const char *path);

int
mbedtls_x509_crt_parse_file(void *chain, const char *path)
{
	(void)chain;
	(void)path;
	return 0;
}

int
mbedtls_x509_crt_parse_path(void *chain, const char *path)
{
	(void)chain;
	(void)path;
	return 0;
}

int
giterr_init(struct err *e)
{
	int rc = git_libgit2_init();

	if (rc < 0)
		return giterr_set(e, rc, "cannot start libgit2");
	if ((rc = forget_other_configs(e)) < 0 || (rc = set_limits(e)) < 0 ||
	    (rc = set_strict(e)) < 0)
		git_libgit2_shutdown();
	return rc;
}

void
giterr_shutdown(void)
{
	git_libgit2_shutdown();
}
