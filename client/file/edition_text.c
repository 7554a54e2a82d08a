#include "client/file/edition_text.h"

#include "client/criteria.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

static int
is_word(const cJSON *obj, const char *key, const char *word)
{
	const char *s = json_str(obj, key);

	return s != NULL && strcmp(s, word) == 0;
}

/* --- items --- */

static void
print_points(struct out *o, const cJSON *item, const char *level)
{
	const cJSON *p, *points = criteria_points(item, level);
	char mark[48];

	if (points == NULL)
		return;
	out_printf(o, "    %s\n", labels_level(level));
	cJSON_ArrayForEach (p, points) {
		snprintf(
		    mark, sizeof(mark), "%s  ", out_dash(json_str(p, "id")));
		out_hanging(o, 6, mark, criteria_title(p));
	}
}

static void
print_measures(struct out *o, const cJSON *item)
{
	const cJSON *m;
	char mark[64];
	int required = 0;

	cJSON_ArrayForEach (m, json_get(item, "measures")) {
		int must = json_bool(m, "required", 0);

		required |= must;
		snprintf(mark, sizeof(mark), "%s %s  ",
		    out_dash(json_str(m, "id")), must ? "*" : " ");
		out_hanging(o, 6, mark, criteria_title(m));
		if (json_str(m, "floor") != NULL)
			out_printf(o,
			    _("               from %s to %s per "
			      "cent\n"),
			    json_str(m, "floor"),
			    out_dash(json_str(m, "ceiling")));
	}
	if (required)
		out_wrapped(o, 6, "",
		    _("* required: without a result of it the item is not "
		      "assessed"));
}

static void
print_item(struct out *o, const cJSON *item, int whole)
{
	char mark[32];

	snprintf(mark, sizeof(mark), "%s  ", out_dash(json_str(item, "id")));
	out_hanging(o, 2, mark, criteria_title(item));
	if (!whole)
		return;
	for (size_t i = 0; i < CRITERIA_LEVELS; i++)
		print_points(o, item, criteria_levels[i]);
	print_measures(o, item);
}

static void
print_category(struct out *o, const cJSON *edition, const cJSON *category)
{
	const char *of = out_dash(json_str(category, "id"));
	const cJSON *item;

	out_nl(o);
	out_style(o, STYLE_HEAD);
	out_printf(o, _("Category %s: %s"), of, criteria_title(category));
	out_style(o, STYLE_PLAIN);
	out_nl(o);
	cJSON_ArrayForEach (item, json_get(edition, "items")) {
		if (is_word(item, "category", of))
			print_item(o, item, 0);
	}
}

/* Category 0: asked, not scored. */
static void
print_profile(struct out *o, const cJSON *edition)
{
	const cJSON *group, *q, *profile = json_get(edition, "profile");
	char mark[48];

	if (profile == NULL)
		return;
	out_nl(o);
	out_heading(o, _("Organizational profile (not scored)"));
	cJSON_ArrayForEach (group, profile) {
		out_printf(o, "  %s: %s\n",
		    lang_pick(
			json_str(group, "part_en"), json_str(group, "part_th")),
		    criteria_title(group));
		cJSON_ArrayForEach (q, json_get(group, "questions")) {
			snprintf(mark, sizeof(mark), "%s  ",
			    out_dash(json_str(q, "id")));
			out_hanging(o, 4, mark, criteria_title(q));
		}
	}
}

/* --- scoring --- */

/* Thousandths as per cent: "100", "100.5". */
static void
percent(char ret[32], int64_t permille)
{
	if (permille % 10 == 0)
		snprintf(ret, 32, "%lld", (long long)(permille / 10));
	else
		snprintf(ret, 32, "%lld.%lld", (long long)(permille / 10),
		    (long long)(permille % 10));
}

static void
print_band(struct out *o, const cJSON *band)
{
	int64_t below = json_int(band, "below_permille", 0);
	int64_t up_to = json_int(band, "up_to_permille", 0);
	long long points = (long long)json_int(band, "points", 0);
	int share = is_word(band, "rule", "proportional");
	char end[32];

	percent(end, below != 0 ? below : up_to);
	if (below != 0 && share)
		out_printf(o,
		    lang_n(points,
			"    below %s per cent: that share of %lld point\n",
			"    below %s per cent: that share of %lld points\n"),
		    end, points);
	else if (below != 0)
		out_printf(o,
		    lang_n(points, "    below %s per cent: %lld point\n",
			"    below %s per cent: %lld points\n"),
		    end, points);
	else if (up_to != 0 && share)
		out_printf(o,
		    lang_n(points,
			"    up to %s per cent: that share of %lld point\n",
			"    up to %s per cent: that share of %lld points\n"),
		    end, points);
	else if (up_to != 0)
		out_printf(o,
		    lang_n(points, "    up to %s per cent: %lld point\n",
			"    up to %s per cent: %lld points\n"),
		    end, points);
	else if (share)
		out_printf(o,
		    lang_n(points, "    above: that share of %lld point\n",
			"    above: that share of %lld points\n"),
		    points);
	else
		out_printf(o,
		    lang_n(points, "    above: %lld point\n",
			"    above: %lld points\n"),
		    points);
}

static void
print_result_policy(struct out *o, const cJSON *result)
{
	const cJSON *linear = json_get(result, "linear"), *band;
	int64_t least = json_int(linear, "points_at_floor", 0);

	out_wrapped(o, 2, "",
	    _("Result items, by per cent of success (result by target; where "
	      "smaller is better 200 less that):"));
	cJSON_ArrayForEach (band, json_get(result, "bands")) {
		print_band(o, band);
	}
	if (linear != NULL)
		out_wrapped(o, 4, "",
		    _("on a line from the floor to the ceiling of each "
		      "measure; "
		      "below the floor nothing"));
	if (linear != NULL)
		out_printf(o,
		    lang_n(least,
			"    %lld point at %s per cent, %lld at %s per cent, "
			"unless the measure says otherwise\n",
			"    %lld points at %s per cent, %lld at %s per cent, "
			"unless the measure says otherwise\n"),
		    (long long)least, out_dash(json_str(linear, "floor")),
		    (long long)json_int(linear, "points_at_ceiling", 0),
		    out_dash(json_str(linear, "ceiling")));
	out_wrapped(o, 2, "",
	    is_word(result, "own_measures", "show")
		? _("Measures that an office adds itself are only shown.")
		: _("Measures that an office adds itself count like the "
		    "others."));
}

/* How sure a figure is, in words. */
static const char *
sure_word(const char *sure)
{
	static const struct {
		const char *word, *text;
	} words[] = {
		{ "found", N_("found in a source") },
		{ "found-code", N_("found only in a program") },
		{ "recalled", N_("recalled, not found") },
		{ "own", N_("a rule of this project") },
		{ "unknown", N_("not known") },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (sure != NULL && strcmp(words[i].word, sure) == 0)
			return err_tr(words[i].text);
	return out_dash(sure);
}

/* " (found in a source, but doubtful)" */
static void
add_sureness(struct buf *line, const cJSON *of)
{
	buf_printf(line, " (%s%s)", sure_word(json_str(of, "sure")),
	    is_word(of, "confidence", "low") ? _(", but doubtful") : "");
}

static void
print_thresholds(struct out *o, const cJSON *edition)
{
	const cJSON *t, *list = json_get(edition, "thresholds");
	char mark[32];

	if (list == NULL)
		return;
	out_printf(o, "  %s\n", _("Marks:"));
	cJSON_ArrayForEach (t, list) {
		struct buf line = BUF_INIT;

		snprintf(mark, sizeof(mark), "%lld  ",
		    (long long)json_int(t, "points", 0));
		buf_puts(&line, criteria_title(t));
		add_sureness(&line, t);
		out_hanging(o, 4, mark, buf_str(&line));
		o->b.failed |= line.failed;
		buf_release(&line);
	}
}

static void
print_policy(struct out *o, const cJSON *edition)
{
	const cJSON *policy = json_get(edition, "policy");
	const cJSON *process = json_get(policy, "process");
	const cJSON *points = json_get(process, "points");

	out_nl(o);
	out_heading(o, _("Scoring"));
	out_wrapped(o, 2, "",
	    _("Process items, points for each complete level (one that is not "
	      "complete ends the count):"));
	for (size_t i = 0; i < CRITERIA_LEVELS; i++)
		out_printf(o, "    %s: %lld\n",
		    labels_level(criteria_levels[i]),
		    (long long)json_int(points, criteria_levels[i], 0));
	out_wrapped(o, 4, "",
	    json_bool(process, "partial_credit", 0)
		? _("A level that is not complete earns its share.")
		: _("A level that is not complete earns nothing."));
	print_result_policy(o, json_get(policy, "result"));
	print_thresholds(o, edition);
}

/* What nobody knows for sure is said where the figures stand. */
static void
print_sureness(struct out *o, const cJSON *edition)
{
	const cJSON *s;

	out_nl(o);
	out_heading(o, _("How sure this is"));
	cJSON_ArrayForEach (s, json_get(edition, "sureness")) {
		struct buf line = BUF_INIT;

		buf_puts(&line,
		    lang_pick(json_str(s, "note_en"), json_str(s, "note_th")));
		add_sureness(&line, s);
		out_hanging(o, 2, "- ", buf_str(&line));
		o->b.failed |= line.failed;
		buf_release(&line);
	}
}

int
edition_text_show(
    struct out *o, const cJSON *edition, const char *wanted, struct err *e)
{
	const char *id = out_dash(json_str(edition, "id"));
	const cJSON *category, *item;

	if (wanted != NULL) {
		item = criteria_item(edition, wanted);
		if (item == NULL) {
			err_set(e, ERR_NOT_FOUND, 0,
			    "edition '%s' has no item '%s'", id, wanted);
			err_hint(e,
			    "its items: pmqa edition show; another edition: "
			    "--edition ID, see pmqa edition list");
			return ERR_NOT_FOUND;
		}
		print_item(o, item, 1);
		return 0;
	}
	out_heading(o, criteria_title(edition));
	out_printf(o, "  %s\n", id);
	print_profile(o, edition);
	cJSON_ArrayForEach (category, json_get(edition, "categories")) {
		print_category(o, edition, category);
	}
	print_policy(o, edition);
	print_sureness(o, edition);
	return buf_ok(&o->b, e);
}

/* --- the list --- */

static const char *
from_word(const char *from)
{
	static const struct {
		const char *word, *text;
	} words[] = {
		{ "hall", N_("the hall") },
		{ "own", N_("imported here") },
		{ "shipped", N_("the program") },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (from != NULL && strcmp(words[i].word, from) == 0)
			return err_tr(words[i].text);
	return out_dash(from);
}

static void
list_row(struct table *t, const cJSON *ed)
{
	struct buf years = BUF_INIT;
	const cJSON *y;
	char wording[32] = "-";

	cJSON_ArrayForEach (y, json_get(ed, "years")) {
		buf_printf(
		    &years, "%s%d", years.len > 0 ? " " : "", y->valueint);
	}
	if (json_int(ed, "wording", 0) > 0)
		snprintf(wording, sizeof(wording), "%lld",
		    (long long)json_int(ed, "wording", 0));
	table_cell(t, STYLE_HEAD, out_dash(json_str(ed, "id")));
	if (json_str(ed, "fault") != NULL)
		table_cell(t, STYLE_BAD,
		    lang_pick(json_str(ed, "fault"), json_str(ed, "fault_th")));
	else
		table_cell(t, STYLE_PLAIN, criteria_title(ed));
	table_cell(t, STYLE_PLAIN, from_word(json_str(ed, "from")));
	table_cell(t, STYLE_PLAIN, wording);
	table_cell(t, STYLE_PLAIN, years.len > 0 ? buf_str(&years) : "-");
	t->failed |= years.failed;
	buf_release(&years);
}

int
edition_text_list(struct out *o, const cJSON *result, struct err *e)
{
	const char *newest = json_str(result, "newest");
	const cJSON *ed;
	struct table t;
	int rc;

	table_init(&t);
	table_column(&t, _("Edition"), COL_LEFT);
	table_column(&t, _("Title"), COL_FLEX);
	table_column(&t, _("Comes from"), COL_LEFT);
	table_column(&t, _("Sentences"), COL_RIGHT);
	table_column(&t, _("Used in"), COL_LEFT);
	cJSON_ArrayForEach (ed, json_get(result, "editions")) {
		list_row(&t, ed);
	}
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	if (rc < 0 || newest == NULL)
		return rc;
	out_nl(o);
	out_printf(
	    o, _("A year that is opened without --edition uses %s.\n"), newest);
	return 0;
}

/* --- differences --- */

/* What stands on one side: a text, or the title of what came or went. */
static void
print_side(struct out *o, enum style st, const char *mark, const cJSON *v)
{
	struct buf text = BUF_INIT;

	if (v == NULL || cJSON_IsNull(v))
		return;
	if (cJSON_IsObject(v) && criteria_title(v)[0] != '\0')
		buf_puts(&text, criteria_title(v));
	else if (cJSON_IsString(v))
		buf_puts(&text, v->valuestring);
	else if (json_write(v, &text, NULL) < 0)
		text.failed = 1;
	out_style(o, st);
	out_hanging(o, 4, mark, buf_str(&text));
	out_style(o, STYLE_PLAIN);
	o->b.failed |= text.failed;
	buf_release(&text);
}

int
edition_text_diff(struct out *o, const cJSON *result, struct err *e)
{
	const cJSON *c, *changes = json_get(result, "changes");

	if (cJSON_GetArraySize(changes) == 0) {
		out_printf(o, "%s\n", _("The two editions do not differ."));
		return 0;
	}
	cJSON_ArrayForEach (c, changes) {
		out_styled(o, STYLE_HEAD, out_dash(json_str(c, "where")));
		out_nl(o);
		print_side(o, STYLE_BAD, "- ", json_get(c, "old"));
		print_side(o, STYLE_GOOD, "+ ", json_get(c, "new"));
	}
	return buf_ok(&o->b, e);
}
