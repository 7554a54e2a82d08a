#include "client/cmd/cmd_see.h"

#include "client/cmd/cmd_search.h"
#include "client/criteria.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

#define B(o) OPT_BIT(OPT_##o)
#define OF_YEAR (B(OFFICE) | B(YEAR))

static const char *
or_dash(const char *s)
{
	return s != NULL ? s : "-";
}

int
cmd_see_list(const struct cmd *c, cJSON *params, enum opt o, const char *name,
    struct err *e)
{
	const char *text = c->opts->value[o];
	cJSON *list;
	char word[16];
	size_t n;
	int rc = 0;

	if (text == NULL)
		return 0;
	list = cJSON_CreateArray();
	for (; *text != '\0' && rc == 0; text += n) {
		text += strspn(text, ", ");
		if ((n = strcspn(text, ", ")) == 0)
			break;
		snprintf(
		    word, sizeof(word), "%.*s", n < 16 ? (int)n : 15, text);
		rc = json_push_str(list, word, e);
	}
	if (rc < 0) {
		cJSON_Delete(list);
		return rc;
	}
	return json_put(params, name, list, e);
}

/* --- gaps --- */

/* "1.1.B2 1.1.B3": the points, or an indicator with its name. */
static void
steps_cell(struct table *t, const cJSON *gap)
{
	struct buf b = BUF_INIT;
	const char *kind = json_str(gap, "kind");
	int is_result = kind != NULL && strcmp(kind, "result") == 0;
	const cJSON *step;
	const char *sep = "";

	cJSON_ArrayForEach (step, json_get(gap, "missing")) {
		const char *title = json_str(step, "title");

		buf_printf(&b, "%s%s", sep, or_dash(json_str(step, "point")));
		if (title != NULL)
			buf_printf(&b, " %s", title);
		sep = title != NULL ? "\n" : " ";
	}
	if (b.len == 0)
		buf_puts(&b, is_result ? _("results above target")
				       : _("all points are ticked"));
	table_cell(t,
	    json_get(gap, "missing")->child != NULL ? STYLE_PLAIN : STYLE_DIM,
	    buf_str(&b));
	buf_release(&b);
}

static void
level_cell(struct table *t, const cJSON *gap)
{
	const char *kind = json_str(gap, "kind");
	struct buf b = BUF_INIT;

	if (kind != NULL && strcmp(kind, "result") == 0)
		buf_puts(&b, json_bool(gap, "assessed", 1)
				 ? or_dash(json_str(gap, "score"))
				 : _("not assessed"));
	else
		buf_printf(&b, "%s → %s", labels_level(json_str(gap, "level")),
		    labels_level(json_str(gap, "next_level")));
	table_cell(t, STYLE_PLAIN, buf_str(&b));
	buf_release(&b);
}

static void
target_cell(struct table *t, const cJSON *gap)
{
	table_cell(t, STYLE_PLAIN, labels_level(json_str(gap, "target")));
}

/* 1 if items have different targets. */
static int
targets_differ(const cJSON *gaps)
{
	const char *first =
	    json_str(gaps != NULL ? gaps->child : NULL, "target");
	const cJSON *gap;

	cJSON_ArrayForEach (gap, gaps)
		if (strcmp(or_dash(json_str(gap, "target")), or_dash(first)) !=
		    0)
			return 1;
	return 0;
}

static void
gain_cells(struct table *t, const cJSON *gap)
{
	char text[48];

	snprintf(text, sizeof(text), "+%.20s", or_dash(json_str(gap, "gain")));
	table_cell(t, STYLE_GOOD, text);
	/* the mean of the steps, by which the list is sorted */
	snprintf(text, sizeof(text), "+%.20s",
	    or_dash(json_str(gap, "gain_per_step")));
	table_cell(t, STYLE_GOOD, text);
}

static void
plan_cell(struct table *t, const cJSON *gap)
{
	struct buf b = BUF_INIT;
	const cJSON *id;

	cJSON_ArrayForEach (id, json_get(gap, "actions"))
		buf_printf(&b, "%s%s", b.len > 0 ? " " : "",
		    cJSON_IsString(id) ? id->valuestring : "-");
	table_cell(t, STYLE_DIM, buf_str(&b));
	buf_release(&b);
}

static int
print_table(struct out *o, const cJSON *edition, const cJSON *gaps,
    int *ret_below, struct err *e)
{
	int differ = targets_differ(gaps), rc;
	const cJSON *gap;
	struct table t;

	*ret_below = 0;
	table_init(&t);
	table_column(&t, _("Item"), COL_LEFT);
	table_column(&t, _("Title"), COL_CLIP);
	table_column(&t, _("Level now and next"), COL_LEFT);
	if (differ)
		table_column(&t, _("Target"), COL_LEFT);
	table_column(&t, _("Missing"), COL_LEFT);
	table_column(&t, _("Gain"), COL_RIGHT);
	table_column(&t, _("Total per step"), COL_RIGHT);
	table_column(&t, _("Plan"), COL_LEFT);
	cJSON_ArrayForEach (gap, gaps) {
		const char *item = json_str(gap, "item");

		if (!json_bool(gap, "below", 0))
			continue;
		++*ret_below;
		table_cell(&t, STYLE_HEAD, or_dash(item));
		table_cell(&t, STYLE_PLAIN,
		    criteria_title(criteria_item(edition, or_dash(item))));
		level_cell(&t, gap);
		if (differ)
			target_cell(&t, gap);
		steps_cell(&t, gap);
		gain_cells(&t, gap);
		plan_cell(&t, gap);
	}
	rc = *ret_below > 0 ? table_print(&t, o, 0, e) : 0;
	table_release(&t);
	return rc;
}

static int
print_gaps(
    struct out *o, const cJSON *edition, const cJSON *result, struct err *e)
{
	const cJSON *gaps = json_get(result, "gaps");
	const char *target = json_str(result, "target");
	int n = cJSON_GetArraySize(json_get(edition, "items")), below, rc;

	out_style(o, STYLE_HEAD);
	if (target != NULL)
		out_printf(o,
		    _("Gaps of %lld to the target level %s; total now: %s"),
		    (long long)json_int(result, "cycle", 0),
		    labels_level(target), or_dash(json_str(result, "total")));
	else
		out_printf(o, _("Gaps of %lld; total now: %s"),
		    (long long)json_int(result, "cycle", 0),
		    or_dash(json_str(result, "total")));
	out_style(o, STYLE_PLAIN);
	out_nl(o);
	out_nl(o);
	if ((rc = print_table(o, edition, gaps, &below, e)) < 0)
		return rc;
	if (below > 0)
		out_nl(o);
	out_printf(
	    o, _("%d of %d items are at their target level.\n"), n - below, n);
	if (below > 0)
		out_wrapped(o, 0, "",
		    _("The cheapest steps come first. Gain: of the item when "
		      "everything listed is reached; per step: what each adds "
		      "to the total. Points of a higher level count only when "
		      "the lower one is complete."));
	return 0;
}

static int
gaps(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *edition = NULL, *result = NULL;
	int64_t ed = 0, id;
	int rc = cmd_params(c, &params, e);

	if (rc == 0 && !c->json)
		rc = cmd_send(
		    c, "edition.get", cJSON_Duplicate(params, 1), &ed, e);
	if (rc == 0)
		rc = cmd_param(c, params, OPT_TARGET, "target", e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	if ((rc = cmd_send(c, "gaps", params, &id, e)) < 0 ||
	    (rc = cmd_wait(c, id, &result, e)) < 0)
		goto out;
	if (c->json)
		out_json(&c->out, result);
	else if ((rc = cmd_wait(c, ed, &edition, e)) == 0)
		rc = print_gaps(&c->out, edition, result, e);
out:
	cJSON_Delete(edition);
	cJSON_Delete(result);
	return rc;
}

/* --- practices --- */

static void
print_practice(struct out *o, const cJSON *p)
{
	const cJSON *office = json_get(p, "office");
	const char *name = json_str(office, "name");
	char mark[32];

	snprintf(mark, sizeof(mark), "%.20s  ", or_dash(json_str(p, "id")));
	out_style(o, STYLE_HEAD);
	out_hanging(o, 0, mark, or_dash(json_str(p, "title")));
	out_style(o, STYLE_DIM);
	out_printf(o, _("  %s (%s), item %s, %lld\n"), or_dash(name),
	    or_dash(json_str(office, "code")), or_dash(json_str(p, "item")),
	    (long long)json_int(p, "year", 0));
	out_style(o, STYLE_PLAIN);
	out_wrapped(o, 4, "", or_dash(json_str(p, "text")));
	out_nl(o);
}

/* All words of the command line as one text. */
static int
join_args(const struct cmd *c, cJSON *params, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc = 0;

	for (size_t i = 0; i < c->n_args; i++)
		buf_printf(&b, "%s%s", i > 0 ? " " : "", c->args[i]);
	if ((rc = buf_ok(&b, e)) == 0 && c->n_args > 0)
		rc = json_put_str(params, "text", buf_str(&b), e);
	buf_release(&b);
	return rc;
}

static int
practices(struct cmd *c, struct err *e)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	const cJSON *p, *list;
	int rc = params != NULL ? join_args(c, params, e) : err_nomem(e);

	if (rc == 0)
		rc = cmd_param(c, params, OPT_ITEM, "item", e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	if ((rc = cmd_ask(c, "practice.list", params, &result, e)) < 0)
		return rc;
	list = json_get(result, "practices");
	if (c->json)
		out_json(&c->out, result);
	else if (cJSON_GetArraySize(list) == 0)
		out_wrapped(&c->out, 0, "",
		    c->n_args > 0
			? _("No shared good practice answers to this.")
			: _("The hall has shared no good practice yet."));
	else
		cJSON_ArrayForEach (p, list)
			print_practice(&c->out, p);
	if (!c->json && json_bool(result, "more", 0))
		out_wrapped(&c->out, 0, "",
		    _("There are older ones: name words, or an item."));
	cJSON_Delete(result);
	return 0;
}

const struct cmd_desc cmd_see_rows[] = {
	{ "gaps", "",
	    N_("what is missing to the target levels, the cheapest first"),
	    N_("For each item below its target: the missing points of its next "
	       "level and what they would add to the item and to the total. "
	       "Targets come from the hall's calendar, else the highest level; "
	       "--target sets one for all items."),
	    "pmqa gaps\npmqa gaps --target basic", OF_YEAR | B(TARGET), 0, 0,
	    gaps },
	{ "compare", "",
	    N_("scores side by side: an office's years; at the hall offices by "
	       "category"),
	    NULL,
	    "pmqa compare\n"
	    "pmqa --dir H compare --years 2565 --offices 9105,9106",
	    B(YEARS) | B(OFFICES), 0, 0, cmd_compare_compare },
	{ "practices", N_("[TEXT...]"),
	    N_("good practices that the hall shares with all offices"),
	    N_("With TEXT: those that hold all its words, in any order."),
	    "pmqa practices\npmqa practices บริการ --item 3.1", B(ITEM), 0,
	    SIZE_MAX, practices },
	{ "search", N_("TEXT..."), N_("find texts by the words in them"),
	    N_("Parts of words are found, Thai or English; capitals, Thai or "
	       "Arabic digits and the order of tone marks make no difference. "
	       "All words given must stand in the same text. Searched are "
	       "answers, profile, plan, indicators, comments, reviews, "
	       "captions "
	       "and names of evidence; the best places come first. --limit: 1 "
	       "to 200."),
	    "pmqa search ธรรมาภิบาล\npmqa search 'one stop' --year 2565\n"
	    "pmqa --dir H search ร้องเรียน --office 9105",
	    B(OFFICE) | B(YEAR) | B(LIMIT), 1, SIZE_MAX, cmd_search_search },
	{ "hall publish", N_("[DATABASE]"),
	    N_("bring editions, wordings, calendars and practices to every "
	       "office; or all offices' records to a database"),
	    N_("Only what an office lacks becomes a revision, so it may be "
	       "repeated at any time. An edition that an office has already is "
	       "never changed. With the address of a PostgreSQL database: "
	       "writes there what is new of offices, years, scores, answers, "
	       "revisions, changes and receipts, into tables of the schema "
	       "pmqa. It goes on where it ended, however that was. --limit: "
	       "revisions in one transaction, 1 to 1000; 500 if absent. "
	       "Passwords are read "
	       "from ~/.pgpass or the file named by PGPASSFILE."),
	    "pmqa --dir H hall publish\n"
	    "pmqa --dir H hall publish postgresql://pmqa@db.example/pmqa\n"
	    "pmqa --dir H hall publish postgresql:///pmqa --follow",
	    B(FOLLOW) | B(LIMIT), 0, 1, cmd_publish_publish },
	{ "hall share", N_("OFFICE ITEM"),
	    N_("share an office's good practice with all offices"),
	    N_("Takes what the office wrote into good_practice.text of the "
	       "item, as it is now. Done again, it brings the shared text up "
	       "to date."),
	    "pmqa --dir H hall share 9105 3.1 --title 'บริการเคลื่อนที่บนเกาะ'",
	    B(YEAR) | B(TITLE) | B(REASON), 2, 2, cmd_publish_share },
	{ "hall unshare", N_("ID"), N_("take a shared good practice back"),
	    N_("It stays in the history of every office."),
	    "pmqa --dir H hall unshare gh1", B(REASON), 1, 1,
	    cmd_publish_unshare },
};
const size_t cmd_see_n_rows = sizeof(cmd_see_rows) / sizeof(*cmd_see_rows);
