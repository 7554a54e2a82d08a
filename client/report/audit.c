#include "client/report/audit.h"

#include "client/lang.h"
#include "client/report/audit_checks.h"
#include "client/report/report_csv.h"
#include "client/report/report_doc.h"
#include "client/report/report_file.h"
#include "client/report/report_xlsx.h"

#define FLAGS_PAGE 200
#define FLAGS_MAX 5000 /* what a dossier lists; more is told as a number */

typedef void audit_fill(const cJSON *doc, struct report_table *t);

static audit_fill *const office_sheets[] = { audit_table_summary,
	audit_table_scores, audit_table_timeline, audit_table_people,
	audit_table_devices, audit_table_records, audit_table_months,
	audit_table_flags, audit_table_findings, audit_table_checks };

static audit_fill *const hall_sheets[] = { audit_table_offices,
	audit_table_flags, audit_table_findings, audit_table_checks };

#define SHEETS_MAX (sizeof(office_sheets) / sizeof(office_sheets[0]))

/* --- putting it together --- */

/* All pages of the flags below "flags". */
static int
add_flags(struct cmd *c, cJSON *doc, int over_offices, struct err *e)
{
	cJSON *all = cJSON_CreateObject(), *page = NULL, *ask;
	int64_t skip = 0;
	int rc = json_put(doc, "flags", all, e);

	while (rc == 0 && skip >= 0 && skip < FLAGS_MAX) {
		ask = cJSON_CreateObject();
		if ((rc = json_put_int(
			 ask, "year", json_int(doc, "year", 0), e)) < 0 ||
		    (!over_offices &&
			(rc = json_put_str(ask, "office",
			     json_str(json_get(doc, "office"), "code"), e)) <
			    0) ||
		    (rc = json_put_int(ask, "skip", skip, e)) < 0 ||
		    (rc = json_put_int(ask, "limit", FLAGS_PAGE, e)) < 0) {
			cJSON_Delete(ask);
			break;
		}
		rc = cmd_ask_long(
		    c, "flags", ask, _("looking for flags"), &page, e);
		if (rc < 0)
			break;
		skip = json_int(page, "next", -1);
		cJSON_DeleteItemFromObjectCaseSensitive(page, "next");
		if (cJSON_GetArraySize(json_get(all, "offices")) > 0)
			cJSON_DeleteItemFromObjectCaseSensitive(
			    page, "offices");
		rc = report_doc_merge(all, page, e);
		cJSON_Delete(page);
		page = NULL;
	}
	return rc;
}

static int
add_verify(struct cmd *c, cJSON *doc, struct err *e)
{
	cJSON *result = NULL;
	int rc = cmd_ask_long(c, "verify", NULL, _("verifying"), &result, e);

	return rc < 0 ? rc : json_put(doc, "verify", result, e);
}

/* Titles of the items, without the rest of the edition. */
static int
add_criteria(struct cmd *c, cJSON *doc, struct err *e)
{
	static const char *const names[] = { "id", "title_th", "title_en" };
	cJSON *params = cJSON_CreateObject(), *edition = NULL, *one;
	cJSON *list = cJSON_CreateArray();
	const cJSON *item;
	int rc;

	if ((rc = json_put(doc, "criteria", list, e)) < 0 ||
	    (rc = json_put_int(params, "year", json_int(doc, "year", 0), e)) <
		0 ||
	    (rc = json_put_str(params, "office",
		 json_str(json_get(doc, "office"), "code"), e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	if ((rc = cmd_ask(c, "edition.get", params, &edition, e)) < 0)
		return rc;
	cJSON_ArrayForEach (item, json_get(edition, "items")) {
		if (rc < 0 ||
		    (rc = json_push(list, one = cJSON_CreateObject(), e)) < 0)
			break;
		for (size_t i = 0; rc == 0 && i < 3; i++)
			rc = json_put_str(
			    one, names[i], json_str(item, names[i]), e);
	}
	cJSON_Delete(edition);
	return rc;
}

/* What a ministry holds of a hall proves no more than the hall's own can: that
 * over all offices is made there. */
static int
check_place(struct cmd *c, int over_offices, struct err *e)
{
	cJSON *hello = NULL;
	const char *role;
	int rc;

	if (!over_offices)
		return 0;
	if ((rc = cmd_ask(c, "hello", NULL, &hello, e)) < 0)
		return rc;
	role = json_str(hello, "role");
	if (role != NULL && strcmp(role, "ministry") == 0) {
		rc = err_set(e, ERR_USAGE, 0,
		    "a dossier over all offices is made at their hall; here "
		    "it is of one office");
		err_hint(e, "name it: --office CODE; pmqa hall status lists "
			    "them");
	}
	cJSON_Delete(hello);
	return rc;
}

static int
fetch(struct cmd *c, int over_offices, const char *format, cJSON **ret,
    struct err *e)
{
	cJSON *params = NULL, *doc = NULL;
	int rc = cmd_params(c, &params, e);

	if (rc == 0 && (rc = json_put_str(params, "format", format, e)) == 0)
		rc = report_doc_fetch(c,
		    over_offices ? "audit.province" : "audit.office", params,
		    &doc, e);
	cJSON_Delete(params);
	if (rc < 0)
		return rc;
	if ((!over_offices && (rc = add_criteria(c, doc, e)) < 0) ||
	    (rc = add_flags(c, doc, over_offices, e)) < 0 ||
	    (rc = add_verify(c, doc, e)) < 0 ||
	    (rc = audit_checks_add(doc, e)) < 0) {
		cJSON_Delete(doc);
		return rc;
	}
	*ret = doc;
	return 0;
}

/* --- drawing --- */

static int
draw_html(const cJSON *doc, int over_offices, struct buf *b, struct err *e)
{
	return over_offices ? audit_html_hall(doc, b, e)
			    : audit_html_office(doc, b, e);
}

static int
draw_xlsx(const cJSON *doc, int over_offices, struct buf *b, struct err *e)
{
	audit_fill *const *fill = over_offices ? hall_sheets : office_sheets;
	size_t n = over_offices ? sizeof(hall_sheets) / sizeof(hall_sheets[0])
				: SHEETS_MAX;
	struct report_table t[SHEETS_MAX];
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		fill[i](doc, &t[i]);
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

	(over_offices ? audit_table_offices : audit_table_timeline)(doc, &t);
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

/* The first one when none is named. */
static const struct format {
	const char *name; /* also what its file's name ends in */
	int (*draw)(
	    const cJSON *doc, int over_offices, struct buf *b, struct err *e);
} formats[] = {
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
	    "'%s' is not a form of a dossier: html, xlsx, csv or json", wish);
}

/* "pmqa-audit-9105-2565-a142.html": the same record has the same name. */
static void
default_name(const cJSON *doc, const struct format *f, char ret[120])
{
	const cJSON *office = json_get(doc, "office");
	const char *code =
	    json_str(office != NULL ? office : json_get(doc, "hall"), "code");
	const char *revision = json_str(doc, "revision");

	snprintf(ret, 120, "pmqa-audit-%.8s-%lld%s%.24s.%s",
	    code != NULL ? code : "", (long long)json_int(doc, "year", 0),
	    revision != NULL ? "-" : "", revision != NULL ? revision : "",
	    f->name);
}

int
audit_run(struct cmd *c, struct err *e)
{
	struct buf b = BUF_INIT;
	const struct format *f = NULL;
	cJSON *doc = NULL;
	char name[120];
	int over_offices = 0, rc;

	if ((rc = choose_format(c, &f, e)) < 0 ||
	    (rc = report_file_over_offices(c, &over_offices, e)) < 0 ||
	    (rc = check_place(c, over_offices, e)) < 0 ||
	    (rc = fetch(c, over_offices, f->name, &doc, e)) < 0 ||
	    (rc = f->draw(doc, over_offices, &b, e)) < 0)
		goto out;
	default_name(doc, f, name);
	rc = report_file_put(c, f->name, name, &b, e);
out:
	cJSON_Delete(doc);
	buf_release(&b);
	return rc;
}
