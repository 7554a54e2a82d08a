#include "client/cmd/cmd_profile.h"

#include "client/cmd/cmd_answer.h"
#include "client/cmd/cmd_at.h"
#include "client/cmd/show_parts.h"
#include "client/criteria.h"
#include "client/lang.h"

#define B(o) OPT_BIT(OPT_##o)

static void
print_question(struct out *o, const cJSON *question)
{
	const char *answer = json_str(question, "answer");
	const char *id = json_str(question, "id");
	char mark[40];

	snprintf(mark, sizeof(mark), "%.30s  ", id != NULL ? id : "-");
	out_hanging(o, 2, mark, criteria_title(question));
	if (answer != NULL) {
		out_wrapped(o, 6, "", answer);
	} else {
		out_style(o, STYLE_DIM);
		out_wrapped(o, 6, "", _("(not answered yet)"));
		out_style(o, STYLE_PLAIN);
	}
}

static void
print_group(struct out *o, const cJSON *group, const char **part)
{
	const cJSON *questions = json_get(group, "questions"), *q;
	const char *of =
	    lang_pick(json_str(group, "part_en"), json_str(group, "part_th"));
	int n = cJSON_GetArraySize(questions);
	int answered = (int)json_int(group, "answered", 0);

	out_nl(o);
	if (*part == NULL || strcmp(*part, of) != 0)
		out_heading(o, of);
	*part = of;
	out_style(o, answered == n ? STYLE_GOOD : STYLE_PLAIN);
	out_printf(o, _(" %s: %d of %d"), criteria_title(group), answered, n);
	out_style(o, STYLE_PLAIN);
	out_nl(o);
	cJSON_ArrayForEach (q, questions) {
		print_question(o, q);
	}
}

static void
print_profile(struct out *o, const cJSON *shown)
{
	const char *revision = json_str(shown, "revision");
	const char *commit = json_str(shown, "commit");
	const char *part = NULL;
	const cJSON *group;

	out_style(o, STYLE_HEAD);
	out_printf(o,
	    _("Organizational profile: %lld of %lld questions "
	      "answered"),
	    (long long)json_int(shown, "answered", 0),
	    (long long)json_int(shown, "questions", 0));
	out_style(o, STYLE_PLAIN);
	out_nl(o);
	if (revision != NULL && commit != NULL)
		out_printf(o, _("  At %s (commit %.12s)\n"), revision, commit);
	if (cJSON_GetArraySize(json_get(shown, "groups")) == 0)
		out_wrapped(o, 2, "",
		    _("This edition of the criteria asks no questions of the "
		      "profile."));
	cJSON_ArrayForEach (group, json_get(shown, "groups")) {
		print_group(o, group, &part);
	}
	show_parts_evidence(o, json_get(shown, "evidence"));
}

static int
run_show(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *shown = NULL;
	int rc = cmd_at_params(c, &params, e);

	if (rc == 0)
		rc = cmd_ask(c, "profile.show", params, &shown, e);
	if (rc == 0 && c->json)
		out_json(&c->out, shown);
	else if (rc == 0) {
		cmd_at_head(&c->out, shown);
		print_profile(&c->out, shown);
	}
	cJSON_Delete(shown);
	return rc;
}

static int
run_set(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *fields = NULL;
	int rc = cmd_answer_fields(c, 0, &fields, e);

	if (rc < 0)
		return rc;
	if ((rc = cmd_answer_params(c, &params, e)) < 0) {
		cJSON_Delete(fields);
		return rc;
	}
	return cmd_answer_save_fields(c, "profile.set", params, fields, e);
}

const struct cmd_desc cmd_profile_rows[] = {
	{ "profile show", "",
	    N_("the organizational profile: questions and answers"), NULL,
	    "pmqa profile show\npmqa profile show --year 2565\n"
	    "pmqa profile show --at submission",
	    B(OFFICE) | B(YEAR) | B(AT), 0, 0, run_show },
	{ "profile set", N_("QUESTION=TEXT..."),
	    N_("answer questions of the profile"),
	    N_("QUESTION is an id that 'pmqa profile show' prints, such as "
	       "1a1. TEXT may be @FILE, or @- for standard input; QUESTION= "
	       "removes the answer. All answers given become one revision."),
	    "pmqa profile set 1a1=@mission.txt 1a2='โปร่งใส ใกล้ชิดประชาชน'",
	    B(YEAR) | B(REASON) | B(IF_REV), 1, SIZE_MAX, run_set },
};
const size_t cmd_profile_n_rows =
    sizeof(cmd_profile_rows) / sizeof(*cmd_profile_rows);
