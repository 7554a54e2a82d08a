#include "client/cmd/cmd_search.h"

#include "base/text.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/wrap.h"

#define INDENT 4
#define LIMIT_MAX 200
#define LIMIT 50

static const char *
or_dash(const char *s)
{
	return s != NULL ? s : "-";
}

/* Where it stands: office, year, record, field, revision. */
static void
print_place(struct out *o, const cJSON *describe, const cJSON *hit, int hall)
{
	const char *record = or_dash(json_str(hit, "record"));
	const char *item = json_str(hit, "item");
	const char *branch = json_str(hit, "branch");
	int64_t year = json_int(hit, "year", 0);
	char field[300];

	out_style(o, STYLE_HEAD);
	if (hall)
		out_printf(o, "%s  ", or_dash(json_str(hit, "office")));
	if (year != 0)
		out_printf(o, "%lld  ", (long long)year);
	out_puts(o, item != NULL ? item : labels_record(describe, record));
	out_style(o, STYLE_PLAIN);
	labels_full(
	    field, sizeof(field), describe, record, json_str(hit, "field"));
	out_printf(o, "  %s", field);
	out_style(o, STYLE_DIM);
	if (branch != NULL && strcmp(branch, "hall") == 0)
		out_printf(o, "  (%s, %s)", _("by the hall"),
		    or_dash(json_str(hit, "revision")));
	else
		out_printf(o, "  (%s)", or_dash(json_str(hit, "revision")));
	out_style(o, STYLE_PLAIN);
	out_nl(o);
}

/* Bytes of the first n characters. */
static size_t
bytes_of(const char *s, int64_t n)
{
	size_t at = 0, len;

	for (; n > 0 && s[at] != '\0'; n--) {
		wrap_char(s + at, &len);
		at += len;
	}
	return at;
}

static void
put_part(struct out *o, const char *s, size_t len)
{
	char *part = strndup(s, len);

	if (part == NULL)
		o->b.failed = 1;
	else
		out_puts(o, part);
	free(part);
}

/* One line: what was found stands out, by colour or between angles. */
static void
print_snippet(struct out *o, const cJSON *hit)
{
	const char *s = or_dash(json_str(hit, "snippet"));
	const cJSON *at = json_get(hit, "at");
	int64_t from = (int64_t)cJSON_GetNumberValue(cJSON_GetArrayItem(at, 0));
	int64_t n = (int64_t)cJSON_GetNumberValue(cJSON_GetArrayItem(at, 1));
	size_t start = bytes_of(s, from), len = bytes_of(s + start, n);
	const char *rest = s + start + len;
	char *head = strndup(s, start + len);
	size_t used = INDENT + 3 + (head != NULL ? text_width(head) : 0);
	size_t room = o->width > used ? o->width - used : 0;
	size_t fit = text_fit(rest, room);

	free(head);
	out_spaces(o, INDENT);
	put_part(o, s, start);
	out_style(o, STYLE_GOOD);
	out_printf(o, "%s", o->colour ? "" : "«");
	put_part(o, s + start, len);
	out_printf(o, "%s", o->colour ? "" : "»");
	out_style(o, STYLE_PLAIN);
	put_part(o, rest, fit);
	if (rest[fit] != '\0')
		out_printf(o, "…");
	out_nl(o);
}

static int
several_offices(const cJSON *hits)
{
	const char *first =
	    json_str(hits != NULL ? hits->child : NULL, "office");
	const cJSON *h;

	cJSON_ArrayForEach (h, hits)
		if (strcmp(or_dash(json_str(h, "office")), or_dash(first)) != 0)
			return 1;
	return 0;
}

static void
print_hits(struct out *o, const cJSON *describe, const cJSON *result, int hall)
{
	const cJSON *hits = json_get(result, "hits"), *h;
	int n = cJSON_GetArraySize(hits);

	if (n == 0) {
		out_puts(o, _("Nothing was found."));
		out_nl(o);
		return;
	}
	cJSON_ArrayForEach (h, hits) {
		print_place(o, describe, h, hall);
		print_snippet(o, h);
	}
	out_nl(o);
	out_style(o, STYLE_DIM);
	if (json_bool(result, "more", 0))
		out_printf(o,
		    _("The best %d places; there are more: name more words, "
		      "--year, --office, or a greater --limit.\n"),
		    n);
	else if (n == 1)
		out_printf(o, "%s\n", _("One place."));
	else
		out_printf(o, _("%d places.\n"), n);
	out_style(o, STYLE_PLAIN);
}

static int
search_params(const struct cmd *c, cJSON **ret, struct err *e)
{
	struct buf text = BUF_INIT;
	cJSON *params = NULL;
	long limit;
	int rc = cmd_params(c, &params, e);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < c->n_args; i++)
		buf_printf(&text, "%s%s", i > 0 ? " " : "", c->args[i]);
	if ((rc = buf_ok(&text, e)) == 0 &&
	    (rc = opts_number(
		 c->opts, OPT_LIMIT, 1, LIMIT_MAX, LIMIT, &limit, e)) == 0 &&
	    (rc = json_put_str(params, "text", buf_str(&text), e)) == 0)
		rc = json_put_int(params, "limit", limit, e);
	buf_release(&text);
	if (rc < 0)
		cJSON_Delete(params);
	else
		*ret = params;
	return rc;
}

int
cmd_search_search(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *result = NULL, *describe = NULL;
	int64_t id = 0, labels = 0;
	int hall, rc = search_params(c, &params, e);

	if (rc < 0)
		return rc;
	rc = cmd_send(c, "search", params, &id, e);
	if (rc == 0 && !c->json)
		rc = cmd_send(c, "records.describe", NULL, &labels, e);
	if (rc < 0 || (rc = cmd_wait(c, id, &result, e)) < 0)
		goto out;
	if (c->json) {
		out_json(&c->out, result);
	} else if ((rc = cmd_wait(c, labels, &describe, e)) == 0) {
		hall = several_offices(json_get(result, "hits"));
		print_hits(&c->out, describe, result, hall);
	}
out:
	cJSON_Delete(describe);
	cJSON_Delete(result);
	return rc;
}
