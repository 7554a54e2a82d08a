#include "client/report/audit.h"

#include "client/lang.h"
#include "client/report/audit_checks.h"
#include "client/report/report_doc.h"
#include "client/report/report_file.h"
#include "client/report/report_form.h"

#define FLAGS_PAGE 200
#define FLAGS_MAX 5000 /* what a dossier lists; more is told as a number */

static report_fill *const office_sheets[] = { audit_table_summary,
	audit_table_scores, audit_table_timeline, audit_table_people,
	audit_table_devices, audit_table_records, audit_table_months,
	audit_table_flags, audit_table_findings, audit_table_checks };

static report_fill *const hall_sheets[] = { audit_table_offices,
	audit_table_flags, audit_table_findings, audit_table_checks };

#define N(a) (sizeof(a) / sizeof(*(a)))

static const struct report_look office_look = { audit_html_office,
	office_sheets, N(office_sheets), audit_table_timeline };
static const struct report_look hall_look = { audit_html_hall, hall_sheets,
	N(hall_sheets), audit_table_offices };

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

int
audit_run(struct cmd *c, struct err *e)
{
	const char *form = report_form_choose(c);
	cJSON *doc = NULL;
	int over_offices = 0, rc;

	if (form == NULL)
		return err_set(e, ERR_USAGE, 0,
		    "'%s' is not a form of a dossier: html, xlsx, csv or json",
		    c->opts->value[OPT_FORMAT]);
	if ((rc = report_file_over_offices(c, &over_offices, e)) < 0 ||
	    (rc = check_place(c, over_offices, e)) < 0 ||
	    (rc = fetch(c, over_offices, form, &doc, e)) < 0)
		return rc;
	rc = report_form_put(c, "pmqa-audit", form,
	    over_offices ? &hall_look : &office_look, doc, e);
	cJSON_Delete(doc);
	return rc;
}
