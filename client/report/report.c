#include "client/report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "client/lang.h"
#include "client/report/report_csv.h"
#include "client/report/report_doc.h"
#include "client/report/report_html.h"
#include "client/report/report_tables.h"
#include "client/report/report_text.h"
#include "client/report/report_xlsx.h"

/* A form of the file, and how it is drawn. */
struct format {
	const char *name; /* also what its file's name ends in */
	int (*draw)(
	    const cJSON *doc, int over_offices, struct buf *b, struct err *e);
};

/* The tables of a workbook, in the order of its sheets. */
static void (*const office_sheets[])(
    const cJSON *doc, struct report_table *t) = {
	report_table_summary,
	report_table_items,
	report_table_indicators,
	report_table_gaps,
	report_table_plan,
	report_table_evidence,
	report_table_signoffs,
	report_table_years,
};

static void (*const hall_sheets[])(const cJSON *doc, struct report_table *t) = {
	report_table_offices,
	report_table_practices,
};

#define SHEETS_MAX (sizeof(office_sheets) / sizeof(office_sheets[0]))

/* --- what is asked for --- */

/* At a hall without --office: the report over all offices. */
static int
is_over_offices(struct cmd *c, int *ret, struct err *e)
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

static int
fetch(struct cmd *c, int over_offices, cJSON **ret, struct err *e)
{
	cJSON *params = NULL;
	int rc = cmd_params(c, &params, e);

	if (rc == 0)
		rc = report_doc_fetch(c,
		    over_offices ? "report.province" : "report.data", params,
		    ret, e);
	cJSON_Delete(params);
	return rc;
}

/* --- drawing --- */

static int
draw_xlsx(const cJSON *doc, int over_offices, struct buf *b, struct err *e)
{
	struct report_table t[SHEETS_MAX];
	size_t n = over_offices ? sizeof(hall_sheets) / sizeof(hall_sheets[0])
				: SHEETS_MAX;
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		(over_offices ? hall_sheets : office_sheets)[i](doc, &t[i]);
		if (rc == 0)
			rc = report_table_ok(&t[i], e);
	}
	if (rc == 0)
		rc = report_xlsx(b, t, n, "PMQA 4.0", e);
	for (size_t i = 0; i < n; i++)
		report_table_release(&t[i]);
	return rc;
}

static int
draw_csv(const cJSON *doc, int over_offices, struct buf *b, struct err *e)
{
	struct report_table t;
	int rc;

	(over_offices ? report_table_offices : report_table_items)(doc, &t);
	if ((rc = report_table_ok(&t, e)) == 0)
		report_csv(b, &t);
	report_table_release(&t);
	return rc < 0 ? rc : buf_ok(b, e);
}

static int
draw_json(const cJSON *doc, int over_offices, struct buf *b, struct err *e)
{
	struct out o;
	int rc;

	(void)over_offices;
	out_init(&o, -1);
	out_json(&o, doc);
	buf_append(b, buf_str(&o.b), o.b.len);
	b->failed |= o.b.failed;
	rc = buf_ok(b, e);
	out_release(&o);
	return rc;
}

static int
draw_html(const cJSON *doc, int over_offices, struct buf *b, struct err *e)
{
	return over_offices ? report_html_hall(doc, b, e)
			    : report_html_office(doc, b, e);
}

/* The first one when none is named. */
static const struct format formats[] = {
	{ "html", draw_html },
	{ "xlsx", draw_xlsx },
	{ "csv", draw_csv },
	{ "json", draw_json },
};

static int
choose_format(const struct cmd *c, const struct format **ret, struct err *e)
{
	const char *wish = c->opts->value[OPT_FORMAT];

	*ret = &formats[0];
	if (wish == NULL)
		return 0;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(wish, formats[i].name) == 0) {
			*ret = &formats[i];
			return 0;
		}
	return err_set(e, ERR_USAGE, 0,
	    "'%s' is not a form of a report: html, xlsx, csv or json", wish);
}

/* --- the file --- */

/* "pmqa-9105-2565-a142.html": the same record has the same name. */
static int
default_name(const cJSON *doc, const struct format *f, char *ret, size_t size,
    struct err *e)
{
	const cJSON *office = json_get(doc, "office");
	const char *code =
	    json_str(office != NULL ? office : json_get(doc, "hall"), "code");
	const char *revision = json_str(doc, "revision");

	return file_path(ret, size, e, "pmqa-%.8s-%lld%s%.24s.%s",
	    code != NULL ? code : "", (long long)json_int(doc, "year", 0),
	    revision != NULL ? "-" : "", revision != NULL ? revision : "",
	    f->name);
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
tell(struct cmd *c, const struct format *f, const char *path, size_t len,
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
	    (rc = json_put_str(doc, "format", f->name, e)) == 0 &&
	    (rc = json_put_int(doc, "bytes", (int64_t)len, e)) == 0)
		out_json(&c->out, doc);
	cJSON_Delete(doc);
	return rc;
}

static int
put(struct cmd *c, const struct format *f, const cJSON *doc,
    const struct buf *b, struct err *e)
{
	const char *path = c->opts->value[OPT_OUTPUT];
	char name[120];
	int rc;

	if (path != NULL && strcmp(path, "-") == 0) {
		buf_append(&c->out.b, buf_str(b), b->len);
		return buf_ok(&c->out.b, e);
	}
	if (path == NULL) {
		rc = default_name(doc, f, name, sizeof(name), e);
		if (rc < 0)
			return rc;
		path = name;
	}
	if ((rc = save(c, path, b, e)) < 0)
		return rc;
	return tell(c, f, path, b->len, e);
}

int
report_run(struct cmd *c, struct err *e)
{
	struct buf b = BUF_INIT;
	const struct format *f = NULL;
	cJSON *doc = NULL;
	int over_offices = 0, rc;

	if ((rc = choose_format(c, &f, e)) < 0 ||
	    (rc = is_over_offices(c, &over_offices, e)) < 0 ||
	    (rc = fetch(c, over_offices, &doc, e)) < 0 ||
	    (rc = f->draw(doc, over_offices, &b, e)) < 0)
		goto out;
	rc = put(c, f, doc, &b, e);
out:
	cJSON_Delete(doc);
	buf_release(&b);
	return rc;
}
