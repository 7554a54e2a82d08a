#include "client/file/evidence_fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/text.h"
#include "client/file/gauge.h"
#include "client/file/parts.h"

#define PARTS_MAX 4096

struct fetching {
	struct cmd *c;
	const char *asked; /* as the person gave it */
	int fd;
	char tmp[4200]; /* "" for standard output */
	int parts;
	int64_t done;
	struct sha256 hash;
	struct evidence_got *ret;
	struct gauge gauge;
};

/* The name under which a stored file is written: as it is called, or its hash
 * where that name is not safe here. */
static void
safe_name(char *ret, size_t size, const char *name, const char *sha256)
{
	size_t len = strlen(name), bad;

	/* the daemon takes no other names, but the name comes from afar */
	if (len > 0 && len < 256 && name[0] != '.' && name[0] != '-' &&
	    strpbrk(name, "/\\\n\t") == NULL && text_is_utf8(name, len, &bad) &&
	    text_is_nfc(name, len))
		snprintf(ret, size, "%.255s", name);
	else
		snprintf(ret, size, "evidence-%.12s", sha256);
}

static int
exists(const char *path, struct err *e)
{
	err_set(e, ERR_CONFLICT, EEXIST, "'%s' is there already", path);
	err_hint(e, "give another name: --output FILE");
	return ERR_CONFLICT;
}

/* A file beside the one to be, so that a half one never has the name. */
static int
open_output(struct fetching *f, const char *output, struct err *e)
{
	char name[300];
	const char *slash;
	struct stat st;
	mode_t mask;
	int rc;

	if (output != NULL && strcmp(output, "-") == 0) {
		f->fd = STDOUT_FILENO;
		return file_path(f->ret->path, sizeof(f->ret->path), e, "-");
	}
	safe_name(name, sizeof(name), f->ret->name, f->ret->sha256);
	if (output == NULL)
		output = name;
	rc = file_path(f->ret->path, sizeof(f->ret->path), e, "%s", output);
	if (rc < 0)
		return rc;
	if (lstat(output, &st) == 0)
		return exists(output, e);
	slash = strrchr(output, '/');
	rc = file_path(f->tmp, sizeof(f->tmp), e, "%.*s.pmqa-XXXXXX",
	    (int)(slash != NULL ? slash + 1 - output : 0), output);
	if (rc < 0) {
		f->tmp[0] = '\0';
		return rc;
	}
	if ((f->fd = mkostemp(f->tmp, O_CLOEXEC)) < 0) {
		f->tmp[0] = '\0';
		return err_sys(e, "cannot create '%s'", output);
	}
	mask = umask(0);
	umask(mask);
	if (fchmod(f->fd, 0666 & ~mask) != 0)
		return err_sys(e, "cannot set the mode of '%s'", output);
	return 0;
}

static int
write_all(struct fetching *f, const char *s, size_t len, struct err *e)
{
	ssize_t n;

	while (len > 0) {
		n = write(f->fd, s, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot write '%s'", f->ret->path);
		s += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
ask_part(
    struct fetching *f, const char *sha, int n, int64_t *ret_id, struct err *e)
{
	cJSON *params = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(params, "sha256", sha, e)) < 0 ||
	    (rc = json_put_int(params, "n", n, e)) < 0 ||
	    (rc = cmd_param(f->c, params, OPT_OFFICE, "office", e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_send(f->c, "evidence.read", params, ret_id, e);
}

/* One of those after the first, whose answer said what the file is. */
static int
ask_next(void *arg, int n, int64_t *ret_id, struct err *e)
{
	struct fetching *f = arg;

	return ask_part(f, f->ret->sha256, n, ret_id, e);
}

static int
senseless(struct err *e)
{
	return err_set(e, ERR_FAILED, 0,
	    "the daemon's answer to evidence.read makes no sense");
}

/* The first answer says what the file is. */
static int
take_first(struct fetching *f, const cJSON *part, struct err *e)
{
	struct evidence_got *g = f->ret;
	const char *sha = json_str(part, "sha256");
	const char *name = json_str(part, "name");
	const char *type = json_str(part, "type");
	int64_t parts = json_int(part, "parts", 0);

	if (sha == NULL || strlen(sha) != SHA256_HEX - 1 || name == NULL ||
	    type == NULL || parts < 1 || parts > PARTS_MAX)
		return senseless(e);
	snprintf(g->sha256, sizeof(g->sha256), "%s", sha);
	snprintf(g->name, sizeof(g->name), "%s", name);
	snprintf(g->type, sizeof(g->type), "%s", type);
	g->size = json_int(part, "size", 0);
	f->parts = (int)parts;
	return 0;
}

static int
take_data(void *arg, const cJSON *part, struct err *e)
{
	struct fetching *f = arg;
	const char *text = json_str(part, "data");
	struct buf data = BUF_INIT;
	int rc;

	if (text == NULL)
		return senseless(e);
	rc = base64_read(text, strlen(text), &data, e);
	if (rc == 0) {
		sha256_add(&f->hash, data.data, data.len);
		rc = write_all(f, data.data, data.len, e);
	}
	f->done += (int64_t)data.len;
	if (rc == 0)
		gauge_set(&f->gauge, f->done);
	buf_release(&data);
	return rc;
}

static int
finish(struct fetching *f, struct err *e)
{
	char found[SHA256_HEX];

	sha256_end(&f->hash, found);
	if (strcmp(found, f->ret->sha256) != 0 || f->done != f->ret->size)
		return err_set(e, ERR_DAMAGED, 0,
		    "the bytes that came are not those of evidence %.12s",
		    f->ret->sha256);
	if (f->tmp[0] == '\0')
		return 0;
	if (renameat2(AT_FDCWD, f->tmp, AT_FDCWD, f->ret->path,
		RENAME_NOREPLACE) == 0) {
		f->tmp[0] = '\0';
		return 0;
	}
	if (errno == EEXIST)
		return exists(f->ret->path, e);
	/* a file system that cannot do it so */
	if (errno == EINVAL && link(f->tmp, f->ret->path) == 0)
		return 0;
	return errno == EEXIST ? exists(f->ret->path, e)
			       : err_sys(e, "cannot create '%s'", f->ret->path);
}

static int
run(struct fetching *f, const char *output, struct err *e)
{
	cJSON *first = NULL;
	int64_t id = 0;
	int rc;

	if ((rc = ask_part(f, f->asked, 1, &id, e)) < 0 ||
	    (rc = cmd_wait(f->c, id, &first, e)) < 0)
		return rc;
	if ((rc = take_first(f, first, e)) < 0 ||
	    (rc = open_output(f, output, e)) < 0)
		goto out;
	gauge_init(&f->gauge, f->ret->name, 0, f->ret->size, f->c->json);
	if ((rc = take_data(f, first, e)) == 0)
		rc = parts_fetch(f->c, 2, f->parts, ask_next, take_data, f, e);
	gauge_end(&f->gauge);
	if (rc == 0)
		rc = finish(f, e);
out:
	cJSON_Delete(first);
	return rc;
}

int
evidence_fetch(struct cmd *c, const char *sha256, const char *output,
    struct evidence_got *ret, struct err *e)
{
	struct fetching *f = calloc(1, sizeof(*f));
	int rc;

	if (f == NULL)
		return err_nomem(e);
	memset(ret, 0, sizeof(*ret));
	f->c = c;
	f->asked = sha256;
	f->fd = -1;
	f->ret = ret;
	sha256_init(&f->hash);
	rc = run(f, output, e);
	if (f->fd >= 0 && f->fd != STDOUT_FILENO)
		close(f->fd);
	if (f->tmp[0] != '\0')
		(void)unlink(f->tmp);
	free(f);
	return rc;
}
