#include "client/report/report.h"

#include "base/file.h"
#include "client/report/report_csv.h"
#include "client/report/report_doc.h"
#include "client/report/report_file.h"
#include "client/report/report_html.h"
#include "client/report/report_tables.h"
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

static int
put(struct cmd *c, const struct format *f, const cJSON *doc,
    const struct buf *b, struct err *e)
{
	char name[120];
	int rc = default_name(doc, f, name, sizeof(name), e);

	return rc < 0 ? rc : report_file_put(c, f->name, name, b, e);
}

int
report_run(struct cmd *c, struct err *e)
{
	struct buf b = BUF_INIT;
	const struct format *f = NULL;
	cJSON *doc = NULL;
	int over_offices = 0, rc;

	if ((rc = choose_format(c, &f, e)) < 0 ||
	    (rc = report_file_over_offices(c, &over_offices, e)) < 0 ||
	    (rc = fetch(c, over_offices, &doc, e)) < 0 ||
	    (rc = f->draw(doc, over_offices, &b, e)) < 0)
		goto out;
	rc = put(c, f, doc, &b, e);
out:
	cJSON_Delete(doc);
	buf_release(&b);
	return rc;
}
