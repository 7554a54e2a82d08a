#include "client/report/report_form.h"

#include "base/file.h"
#include "client/report/report_csv.h"
#include "client/report/report_file.h"
#include "client/report/report_xlsx.h"

static int
draw_html(const struct report_look *look, const cJSON *doc, struct buf *b,
    struct err *e)
{
	return look->html(doc, b, e);
}

static int
draw_xlsx(const struct report_look *look, const cJSON *doc, struct buf *b,
    struct err *e)
{
	struct report_table *t = calloc(look->n_sheets, sizeof(*t));
	int rc = t != NULL ? 0 : err_nomem(e);

	for (size_t i = 0; t != NULL && i < look->n_sheets; i++) {
		look->sheets[i](doc, &t[i]);
		if (rc == 0)
			rc = report_table_ok(&t[i], e);
	}
	if (rc == 0)
		rc = report_xlsx(b, t, look->n_sheets, "PMQA 4.0", e);
	for (size_t i = 0; t != NULL && i < look->n_sheets; i++)
		report_table_release(&t[i]);
	free(t);
	return rc;
}

static int
draw_csv(const struct report_look *look, const cJSON *doc, struct buf *b,
    struct err *e)
{
	struct report_table t;
	int rc;

	look->csv(doc, &t);
	if ((rc = report_table_ok(&t, e)) == 0)
		report_csv(b, &t);
	report_table_release(&t);
	return rc < 0 ? rc : buf_ok(b, e);
}

static int
draw_json(const struct report_look *look, const cJSON *doc, struct buf *b,
    struct err *e)
{
	struct out o;
	int rc;

	(void)look;
	out_init(&o, -1);
	out_json(&o, doc);
	buf_append(b, buf_str(&o.b), o.b.len);
	b->failed |= o.b.failed;
	rc = buf_ok(b, e);
	out_release(&o);
	return rc;
}

/* The first one when none is named. */
static const struct {
	const char *name; /* also what its file's name ends in */
	int (*draw)(const struct report_look *look, const cJSON *doc,
	    struct buf *b, struct err *e);
} forms[] = {
	{ "html", draw_html },
	{ "xlsx", draw_xlsx },
	{ "csv", draw_csv },
	{ "json", draw_json },
};
#define N_FORMS (sizeof(forms) / sizeof(*forms))

const char *
report_form_choose(const struct cmd *c)
{
	const char *wish = c->opts->value[OPT_FORMAT];

	if (wish == NULL)
		return forms[0].name;
	for (size_t i = 0; i < N_FORMS; i++)
		if (strcmp(wish, forms[i].name) == 0)
			return forms[i].name;
	return NULL;
}

/* The same record has the same name. */
static int
default_name(const char *prefix, const char *form, const cJSON *doc, char *ret,
    size_t size, struct err *e)
{
	const cJSON *office = json_get(doc, "office");
	const char *code =
	    json_str(office != NULL ? office : json_get(doc, "hall"), "code");
	const char *revision = json_str(doc, "revision");

	return file_path(ret, size, e, "%s-%.8s-%lld%s%.24s.%s", prefix,
	    code != NULL ? code : "", (long long)json_int(doc, "year", 0),
	    revision != NULL ? "-" : "", revision != NULL ? revision : "",
	    form);
}

int
report_form_put(struct cmd *c, const char *prefix, const char *form,
    const struct report_look *look, const cJSON *doc, struct err *e)
{
	struct buf b = BUF_INIT;
	char name[120];
	int rc = default_name(prefix, form, doc, name, sizeof(name), e);

	for (size_t i = 0; rc == 0 && i < N_FORMS; i++)
		if (strcmp(form, forms[i].name) == 0)
			rc = forms[i].draw(look, doc, &b, e);
	if (rc == 0)
		rc = report_file_put(c, form, name, &b, e);
	buf_release(&b);
	return rc;
}
