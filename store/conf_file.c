#include "store/conf_file.h"

#include <ini.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"

#define FILE_MAX_BYTES (64 * 1024)

/* One file being read. inih gives handlers no line number, so the function that
 * hands it the lines counts them. */
struct reading {
	const char *path;
	const char *p, *end;
	int line;
	const struct setting *settings;
	size_t n_settings;
	uint64_t seen; /* a bit per setting */
	struct conf *conf;
	int rc, rc_line; /* the first refusal and its line */
	struct err *e;
};

static void
refuse(struct reading *r, int rc)
{
	r->rc = rc;
	r->rc_line = r->line;
}

/* inih's fgets: one line of the file, none after a refusal. */
static char *
next_line(char *str, int num, void *arg)
{
	struct reading *r = arg;
	const char *lf;
	size_t len;

	if (r->rc < 0 || r->p == r->end)
		return NULL;
	r->line++;
	lf = memchr(r->p, '\n', (size_t)(r->end - r->p));
	len = (size_t)((lf != NULL ? lf : r->end) - r->p);
	if (len > CONF_LINE_MAX || len + 2 > (size_t)num) {
		refuse(
		    r, err_set(r->e, ERR_INVALID, 0,
			   "the line is longer than %d bytes", CONF_LINE_MAX));
		return NULL;
	}
	/* inih would take a line that begins with a blank for more of the value
	 * above it */
	if (len > 0 && (r->p[0] == ' ' || r->p[0] == '\t')) {
		refuse(r, err_set(r->e, ERR_INVALID, 0,
			      "the line begins with a blank"));
		return NULL;
	}
	memcpy(str, r->p, len);
	str[len] = '\n';
	str[len + 1] = '\0';
	r->p += len + (lf != NULL);
	return str;
}

static int
on_setting(void *arg, const char *section, const char *name, const char *value)
{
	struct reading *r = arg;
	const struct setting *s;
	size_t i;
	int rc;

	for (i = 0; i < r->n_settings; i++) {
		s = &r->settings[i];
		if (strcmp(s->section, section) != 0 ||
		    strcmp(s->name, name) != 0)
			continue;
		if (!s->repeatable && (r->seen & UINT64_C(1) << i) != 0)
			rc = err_set(
			    r->e, ERR_INVALID, 0, "'%s' is given twice", name);
		else
			rc = s->set(r->conf, value, r->e);
		r->seen |= UINT64_C(1) << i;
		if (rc < 0)
			refuse(r, rc);
		return rc == 0;
	}
	refuse(r, err_set(r->e, ERR_INVALID, 0, "unknown setting '%s' in [%s]",
		      name, section));
	return 0;
}

/* Puts file and line before the sentence. */
static int
at_line(struct reading *r, int rc, int line)
{
	char where[600];

	(void)snprintf(where, sizeof(where), "'%s' line %d", r->path, line);
	err_prepend(r->e, where);
	return rc;
}

int
conf_file_read(const char *path, const struct setting *settings, size_t n,
    struct conf *c, struct err *e)
{
	struct reading r = { .path = path,
		.settings = settings,
		.n_settings = n,
		.conf = c,
		.e = e };
	struct buf text = BUF_INIT;
	int rc, line;

	if ((rc = file_read(path, FILE_MAX_BYTES, &text, e)) < 0)
		goto out;
	r.p = buf_str(&text);
	r.end = r.p + text.len;
	if (!text_is_utf8(r.p, text.len, NULL) ||
	    memchr(r.p, '\0', text.len) != NULL) {
		rc =
		    err_set(e, ERR_INVALID, 0, "'%s' is not a text file", path);
		goto out;
	}
	line = ini_parse_stream(next_line, &r, on_setting, &r);
	if (line < 0)
		rc = err_nomem(e);
	else if (line > 0 && (r.rc == 0 || line < r.rc_line))
		rc = at_line(&r,
		    err_set(e, ERR_INVALID, 0, "'name = value' is expected"),
		    line);
	else if (r.rc < 0)
		rc = at_line(&r, r.rc, r.rc_line);
out:
	buf_release(&text);
	return rc;
}
