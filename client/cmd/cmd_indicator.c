#include "client/cmd/cmd_indicator.h"

#include "client/cmd/cmd_answer.h"
#include "client/cmd/cmd_at.h"
#include "client/cmd/show_parts.h"
#include "client/criteria.h"
#include "client/lang.h"

#define B(o) OPT_BIT(OPT_##o)
#define SAVES (B(YEAR) | B(REASON) | B(IF_REV))

static int
print_item(struct out *o, const cJSON *item, struct err *e)
{
	const char *id = json_str(item, "item");
	const char *score = json_str(item, "score");
	char mark[32];

	snprintf(mark, sizeof(mark), "%.20s  ", id != NULL ? id : "-");
	out_style(o, STYLE_HEAD);
	out_hanging(o, 0, mark, criteria_title(item));
	out_style(o, STYLE_PLAIN);
	if (json_bool(item, "assessed", 0))
		out_printf(o, _("  Score %s\n"), score != NULL ? score : "-");
	else
		out_wrapped(o, 2, "",
		    _("Not assessed yet: a measure marked * has no result, or "
		      "none has one."));
	return show_parts_indicators(o, item, e);
}

static int
print_list(struct out *o, const cJSON *list, struct err *e)
{
	const cJSON *items = json_get(list, "items"), *item;
	int rc = 0;

	cJSON_ArrayForEach (item, items) {
		if (item != items->child)
			out_nl(o);
		if ((rc = print_item(o, item, e)) < 0)
			return rc;
	}
	return 0;
}

static int
run_list(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *list = NULL;
	int rc = cmd_at_params(c, &params, e);

	if (rc == 0 && c->n_args > 0)
		rc = json_put_str(params, "item", c->args[0], e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	rc = cmd_ask(c, "indicator.list", params, &list, e);
	if (rc == 0 && c->json)
		out_json(&c->out, list);
	else if (rc == 0) {
		cmd_at_head(&c->out, list);
		rc = print_list(&c->out, list, e);
	}
	cJSON_Delete(list);
	return rc;
}

/* Parameters of a save with the item, and (may be NULL) what it is called. */
static int
place_params(struct cmd *c, const char *id, cJSON **ret, struct err *e)
{
	cJSON *params = NULL;
	int rc = cmd_answer_params(c, &params, e);

	if (rc == 0)
		rc = json_put_str(params, "item", c->args[0], e);
	if (rc == 0 && id != NULL)
		rc = json_put_str(params, "id", id, e);
	if (rc < 0)
		cJSON_Delete(params);
	else
		*ret = params;
	return rc;
}

static int
save_fields(struct cmd *c, const char *id, size_t first, struct err *e)
{
	cJSON *params = NULL, *fields = NULL;
	int rc = cmd_answer_fields(c, first, &fields, e);

	if (rc < 0)
		return rc;
	if ((rc = place_params(c, id, &params, e)) < 0) {
		cJSON_Delete(fields);
		return rc;
	}
	return cmd_answer_save_fields(c, "indicator.set", params, fields, e);
}

static int
run_add(struct cmd *c, struct err *e)
{
	return save_fields(c, NULL, 1, e);
}

static int
run_set(struct cmd *c, struct err *e)
{
	return save_fields(c, c->args[1], 2, e);
}

static int
run_rm(struct cmd *c, struct err *e)
{
	cJSON *params = NULL;
	int rc = place_params(c, c->args[1], &params, e);

	return rc < 0 ? rc : cmd_answer_save(c, "indicator.remove", params, e);
}

static int
run_measure(struct cmd *c, struct err *e)
{
	cJSON *params = NULL;
	int rc = place_params(c, c->opts->value[OPT_ID], &params, e);

	if (rc < 0)
		return rc;
	if ((rc = json_put_str(params, "title", c->args[1], e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_answer_save(c, "measure.set", params, e);
}

const struct cmd_desc cmd_indicator_rows[] = {
	{ "indicator list", N_("[ITEM]"),
	    N_("indicators of result items, with per cent and score"),
	    N_("A * marks measures that an item cannot be scored without."),
	    "pmqa indicator list 7.1\npmqa indicator list --at submission",
	    B(OFFICE) | B(YEAR) | B(AT), 0, 1, run_list },
	{ "indicator add", N_("ITEM FIELD=VALUE..."),
	    N_("add an indicator to a measure of a result item"),
	    N_("Fields: measure (7.1.1, or an own one such as ma1), name, "
	       "direction (larger or smaller is better), unit, target, actual, "
	       "previous, before (the two years before), not_applicable (why "
	       "it does not apply), note. The first three are needed. It gets "
	       "a short name such as ia1."),
	    "pmqa indicator add 7.1 measure=7.1.1 name='ร้อยละความสำเร็จ' "
	    "unit=ร้อยละ direction=larger target=80 actual=85.5",
	    SAVES, 2, SIZE_MAX, run_add },
	{ "indicator set", N_("ITEM ID FIELD=VALUE..."),
	    N_("change an indicator"),
	    N_("The fields of 'pmqa indicator add'; FIELD= removes one."),
	    "pmqa indicator set 7.1 ia1 actual=88 note='ข้อมูล ณ 30 ก.ย.'", SAVES,
	    3, SIZE_MAX, run_set },
	{ "indicator rm", N_("ITEM ID"),
	    N_("remove an indicator, or an own measure without any"), NULL,
	    "pmqa indicator rm 7.1 ia1 --reason 'บันทึกซ้ำ'", SAVES, 2, 2,
	    run_rm },
	{ "indicator measure", N_("ITEM TITLE"),
	    N_("add a measure of the office's own, or name it anew"),
	    N_("It gets a short name such as ma1, which indicators name as "
	       "their measure. --id names one that is there."),
	    "pmqa indicator measure 7.1 'ตัววัดตามแผนปรับปรุง'\n"
	    "pmqa indicator measure 7.1 'ชื่อใหม่' --id ma1",
	    SAVES | B(ID), 2, 2, run_measure },
};
const size_t cmd_indicator_n_rows =
    sizeof(cmd_indicator_rows) / sizeof(*cmd_indicator_rows);
