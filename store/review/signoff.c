#include "store/review/signoff.h"

#include "store/record/canon.h"
#include "store/record/change_rules.h"
#include "store/state.h"

#define PATH_LEN 40
#define N_(s) s /* collected for translation */

#define NEXT(st)                                                               \
	{                                                                      \
		1, SIGNOFF_##st, 0, NULL                                       \
	}
#define WHY(st)                                                                \
	{                                                                      \
		1, SIGNOFF_##st, 1, NULL                                       \
	}
#define NO(hint)                                                               \
	{                                                                      \
		0, N_STATES_NONE, 0, hint                                      \
	}
#define N_STATES_NONE SIGNOFF_NONE

#define BEGIN NO(N_("open it: pmqa assess open YEAR"))
#define WAIT_SUBMIT NO(N_("wait until the office submits it"))
#define NOT_YET NO(N_("submit it first: pmqa submit"))
#define OPENED NO(N_("it is open already: look at it with pmqa assess show"))
#define REOPEN                                                                 \
	NO(N_("open it again first, if it has to change: pmqa reopen "         \
	      "--reason 'WHY'"))
#define SUBMITTED                                                              \
	NO(N_("nothing is left to submit: pmqa state shows where it stands"))
#define DECIDED NO(N_("nothing is left to decide: it is accepted already"))
#define ASK_HALL NO(N_("if it has to change, ask the hall to return it"))
#define TAKE_BACK                                                              \
	NO(N_(                                                                 \
	    "take the acceptance back first, if it has to change: pmqa hall "  \
	    "return OFFICE --note 'WHY'"))

/*
 * Who may do what, and where it leads. Rows are states, columns acts, in the
 * order of signoff.h. NEXT: allowed; WHY: allowed with a reason; NO: refused,
 * with what to do instead.
 */
static const struct signoff_rule rules[N_SIGNOFF_STATES][N_SIGNOFF_ACTS] = {
	[SIGNOFF_NONE] = {
	    [SIGNOFF_DO_OPEN] = NEXT(OPEN),
	    [SIGNOFF_DO_EDIT] = BEGIN,
	    [SIGNOFF_DO_FOLLOW] = BEGIN,
	    [SIGNOFF_DO_COMMENT] = BEGIN,
	    [SIGNOFF_DO_SUBMIT] = BEGIN,
	    [SIGNOFF_DO_REOPEN] = BEGIN,
	    [SIGNOFF_DO_REVIEW] = WAIT_SUBMIT,
	    [SIGNOFF_DO_RETURN] = WAIT_SUBMIT,
	    [SIGNOFF_DO_ACCEPT] = WAIT_SUBMIT,
	},
	[SIGNOFF_OPEN] = {
	    [SIGNOFF_DO_OPEN] = OPENED,
	    [SIGNOFF_DO_EDIT] = NEXT(OPEN),
	    [SIGNOFF_DO_FOLLOW] = NEXT(OPEN),
	    [SIGNOFF_DO_COMMENT] = NEXT(OPEN),
	    [SIGNOFF_DO_SUBMIT] = NEXT(SUBMITTED),
	    [SIGNOFF_DO_REOPEN] = NOT_YET,
	    [SIGNOFF_DO_REVIEW] = WAIT_SUBMIT,
	    [SIGNOFF_DO_RETURN] = WAIT_SUBMIT,
	    [SIGNOFF_DO_ACCEPT] = WAIT_SUBMIT,
	},
	[SIGNOFF_SUBMITTED] = {
	    [SIGNOFF_DO_OPEN] = OPENED,
	    [SIGNOFF_DO_EDIT] = REOPEN,
	    [SIGNOFF_DO_FOLLOW] = WHY(SUBMITTED),
	    [SIGNOFF_DO_COMMENT] = NEXT(SUBMITTED),
	    [SIGNOFF_DO_SUBMIT] = SUBMITTED,
	    [SIGNOFF_DO_REOPEN] = WHY(REOPENED),
	    [SIGNOFF_DO_REVIEW] = NEXT(SUBMITTED),
	    [SIGNOFF_DO_RETURN] = WHY(RETURNED),
	    [SIGNOFF_DO_ACCEPT] = NEXT(ACCEPTED),
	},
	[SIGNOFF_RETURNED] = {
	    [SIGNOFF_DO_OPEN] = OPENED,
	    [SIGNOFF_DO_EDIT] = WHY(REOPENED),
	    [SIGNOFF_DO_FOLLOW] = WHY(RETURNED),
	    [SIGNOFF_DO_COMMENT] = NEXT(RETURNED),
	    [SIGNOFF_DO_SUBMIT] = NEXT(SUBMITTED),
	    [SIGNOFF_DO_REOPEN] = WHY(REOPENED),
	    [SIGNOFF_DO_REVIEW] = WHY(RETURNED),
	    [SIGNOFF_DO_RETURN] = WHY(RETURNED),
	    [SIGNOFF_DO_ACCEPT] = NEXT(ACCEPTED),
	},
	[SIGNOFF_ACCEPTED] = {
	    [SIGNOFF_DO_OPEN] = OPENED,
	    [SIGNOFF_DO_EDIT] = ASK_HALL,
	    [SIGNOFF_DO_FOLLOW] = WHY(ACCEPTED),
	    [SIGNOFF_DO_COMMENT] = NEXT(ACCEPTED),
	    [SIGNOFF_DO_SUBMIT] = SUBMITTED,
	    [SIGNOFF_DO_REOPEN] = ASK_HALL,
	    [SIGNOFF_DO_REVIEW] = TAKE_BACK,
	    [SIGNOFF_DO_RETURN] = WHY(RETURNED),
	    [SIGNOFF_DO_ACCEPT] = DECIDED,
	},
	[SIGNOFF_REOPENED] = {
	    [SIGNOFF_DO_OPEN] = OPENED,
	    [SIGNOFF_DO_EDIT] = WHY(REOPENED),
	    [SIGNOFF_DO_FOLLOW] = WHY(REOPENED),
	    [SIGNOFF_DO_COMMENT] = NEXT(REOPENED),
	    [SIGNOFF_DO_SUBMIT] = NEXT(SUBMITTED),
	    [SIGNOFF_DO_REOPEN] = OPENED,
	    [SIGNOFF_DO_REVIEW] = WAIT_SUBMIT,
	    [SIGNOFF_DO_RETURN] = WAIT_SUBMIT,
	    [SIGNOFF_DO_ACCEPT] = WAIT_SUBMIT,
	},
};

const struct signoff_rule *
signoff_rule(enum signoff_state st, enum signoff_act act)
{
	return &rules[st][act];
}

const char *
signoff_name(enum signoff_state st)
{
	static const char *const names[N_SIGNOFF_STATES] = { "none", "open",
		"submitted", "returned", "accepted", "reopened" };

	return names[st];
}

const char *
signoff_act_name(enum signoff_act act)
{
	static const char *const names[N_SIGNOFF_ACTS] = { "open", "edit",
		"follow", "comment", "submit", "reopen", "review", "return",
		"accept" };

	return names[act];
}

enum signoff_state
signoff_of(const cJSON *assessment, const cJSON *decision)
{
	const char *status = json_str(assessment, "status");
	const char *verdict = json_str(decision, "verdict");
	int64_t n = json_int(json_get(assessment, "submission"), "n", 0);

	if (assessment == NULL)
		return SIGNOFF_NONE;
	if (status == NULL || strcmp(status, "submitted") != 0)
		return n > 0 ? SIGNOFF_REOPENED : SIGNOFF_OPEN;
	if (verdict == NULL || json_int(decision, "of", 0) != n)
		return SIGNOFF_SUBMITTED;
	return strcmp(verdict, "accepted") == 0 ? SIGNOFF_ACCEPTED
						: SIGNOFF_RETURNED;
}

enum signoff_act
signoff_act_of(const struct record_path *p, const char *field)
{
	switch (change_rules_kind(p, field)) {
	case CHANGE_FOLLOW:
		return SIGNOFF_DO_FOLLOW;
	case CHANGE_COMMENT:
		return SIGNOFF_DO_COMMENT;
	case CHANGE_EDIT:
		break;
	}
	return SIGNOFF_DO_EDIT;
}

/* --- what is so now --- */

/* The record, NULL if there is none. */
static int
read_record(struct store *s, const char *office, const char *which,
    const char *path, cJSON **ret, struct err *e)
{
	struct buf bytes = BUF_INIT;
	struct branch *b = NULL;
	int rc;

	if ((rc = store_branch(s, office, which, &b, e)) < 0)
		return rc;
	rc = store_record(s, b, path, &bytes, NULL, NULL);
	if (rc == 0)
		rc = json_parse(bytes.data, bytes.len, CANON_MAX, ret, e);
	else if (rc == ERR_NOT_FOUND)
		rc = 0;
	else /* the same fault, told this time */
		rc = store_record(s, b, path, &bytes, NULL, e);
	buf_release(&bytes);
	return rc;
}

int
signoff_read(struct store *s, const char *office, int year,
    enum signoff_state *ret, cJSON **ret_assessment, cJSON **ret_decision,
    struct err *e)
{
	cJSON *assessment = NULL, *decision = NULL;
	char path[PATH_LEN];
	int rc;

	snprintf(path, sizeof(path), "%d/assessment.json", year);
	if ((rc = read_record(s, office, "office", path, &assessment, e)) < 0)
		goto out;
	snprintf(path, sizeof(path), "decisions/%d.json", year);
	if ((rc = read_record(s, office, "hall", path, &decision, e)) < 0)
		goto out;
	*ret = signoff_of(assessment, decision);
	if (ret_assessment != NULL) {
		*ret_assessment = assessment;
		assessment = NULL;
	}
	if (ret_decision != NULL) {
		*ret_decision = decision;
		decision = NULL;
	}
out:
	cJSON_Delete(assessment);
	cJSON_Delete(decision);
	return rc;
}

/* The table's hints are message ids without arguments. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
static void
give_hint(const struct signoff_rule *r, struct err *e)
{
	err_hint(e, r->hint);
}
#pragma GCC diagnostic pop

static int
not_allowed(enum signoff_state st, const struct signoff_rule *r, int year,
    struct err *e)
{
	int rc = ERR_DENIED;

	switch (st) {
	case SIGNOFF_NONE:
		rc = err_set(
		    e, ERR_NOT_FOUND, 0, "no assessment of %d is open", year);
		break;
	case SIGNOFF_OPEN:
		rc = err_set(e, ERR_DENIED, 0,
		    "the assessment of %d is open and was not submitted yet",
		    year);
		break;
	case SIGNOFF_SUBMITTED:
		rc = err_set(e, ERR_DENIED, 0,
		    "the assessment of %d is submitted and waits for the hall",
		    year);
		break;
	case SIGNOFF_RETURNED:
		rc = err_set(e, ERR_DENIED, 0,
		    "the hall returned the assessment of %d for correction",
		    year);
		break;
	case SIGNOFF_ACCEPTED:
		rc = err_set(e, ERR_DENIED, 0,
		    "the hall accepted the assessment of %d", year);
		break;
	case SIGNOFF_REOPENED:
	case N_SIGNOFF_STATES:
		rc = err_set(e, ERR_DENIED, 0,
		    "the office opened the assessment of %d again after it "
		    "was submitted",
		    year);
		break;
	}
	give_hint(r, e);
	return rc;
}

static int
is_blank(const char *s)
{
	return s == NULL || s[strspn(s, " \t\r\n")] == '\0';
}

static int
check_rule(enum signoff_state st, enum signoff_act act, int year,
    const char *reason, struct err *e)
{
	const struct signoff_rule *r = &rules[st][act];

	if (!r->allowed)
		return not_allowed(st, r, year, e);
	if (!r->needs_reason || !is_blank(reason))
		return 0;
	err_set(e, ERR_INVALID, ERR_SUB_REASON,
	    "the assessment of %d was submitted before: every change of it "
	    "now needs a reason",
	    year);
	err_hint(e, "say why: --reason 'WHY'; it stands in the history");
	return ERR_INVALID;
}

int
signoff_may(struct store *s, const char *office, int year, enum signoff_act act,
    const char *reason, struct err *e)
{
	enum signoff_state st;
	int rc = signoff_read(s, office, year, &st, NULL, NULL, e);

	return rc < 0 ? rc : check_rule(st, act, year, reason, e);
}
