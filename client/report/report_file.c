#include "client/report/report_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "client/lang.h"
#include "client/report/report_text.h"

int
report_file_over_offices(struct cmd *c, int *ret, struct err *e)
{
	cJSON *hello = NULL;
	const char *role;
	int rc;

	*ret = 0;
	if (c->opts->value[OPT_OFFICE] != NULL)
		return 0;
	if ((rc = cmd_ask(c, "hello", NULL, &hello, e)) < 0)
		return rc;
	role = json_str(hello, "role");
	*ret = role != NULL && strcmp(role, "office") != 0;
	cJSON_Delete(hello);
	return 0;
}

/* Takes the name, so that nothing that came in between is written over. */
static int
reserve(const char *path, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0) {
		(void)close(fd);
		return 0;
	}
	if (errno != EEXIST)
		return err_sys(e, "cannot create '%s'", path);
	err_set(e, ERR_CONFLICT, EEXIST, "'%s' is there already", path);
	err_hint(e, "name another file with --output, or replace it with "
		    "--apply");
	return ERR_CONFLICT;
}

static int
save(const struct cmd *c, const char *path, const struct buf *b, struct err *e)
{
	mode_t mask = umask(0);
	int replace = c->opts->value[OPT_APPLY] != NULL;
	int rc;

	(void)umask(mask);
	if (!replace && (rc = reserve(path, e)) < 0)
		return rc;
	rc = file_write(path, buf_str(b), b->len, 0666 & ~mask, e);
	if (rc < 0 && !replace)
		(void)unlink(path); /* our own empty one */
	return rc;
}

/* What was written, for a program or for a person. */
static int
tell(struct cmd *c, const char *format, const char *path, size_t len,
    struct err *e)
{
	cJSON *doc;
	char size[40];
	int rc;

	if (!c->json) {
		report_size(size, sizeof(size), (double)len);
		out_printf(&c->note, _("Written: %s (%s)\n"), path, size);
		return 0;
	}
	doc = cJSON_CreateObject();
	if ((rc = json_put_str(doc, "file", path, e)) == 0 &&
	    (rc = json_put_str(doc, "format", format, e)) == 0 &&
	    (rc = json_put_int(doc, "bytes", (int64_t)len, e)) == 0)
		out_json(&c->out, doc);
	cJSON_Delete(doc);
	return rc;
}

int
report_file_put(struct cmd *c, const char *format, const char *name,
    const struct buf *b, struct err *e)
{
	const char *path = c->opts->value[OPT_OUTPUT];
	int rc;

	if (path != NULL && strcmp(path, "-") == 0) {
		buf_append(&c->out.b, buf_str(b), b->len);
		return buf_ok(&c->out.b, e);
	}
	if (path == NULL)
		path = name;
	if ((rc = save(c, path, b, e)) < 0)
		return rc;
	return tell(c, format, path, b->len, e);
}
