/*
 * signoff: where an assessment stands between office and hall, and who may do
 * what then: one table (signoff.c).
 *
 * The state is no field: it follows from the office's assessment record
 * (status, submission.n) and the hall's decision record (of, verdict), each
 * written by one side alone, so that both sides, in whatever order they meet,
 * say the same:
 *   no assessment                                   none
 *   status open, submission.n absent                open
 *   status submitted, no decision on submission n   submitted
 *   status submitted, n was returned                returned
 *   status submitted, n was accepted                accepted
 *   status open, submission.n present               reopened
 *
 * Ownership: records are borrowed.
 * Units:     none.
 * Errors:    ERR_DENIED with a sentence (state, what to do) when the state does
 * not allow an act (ERR_NOT_FOUND: no assessment); ERR_INVALID with sub
 * ERR_SUB_REASON when a reason is missing.
 * Thread:    any for the table; the store's for signoff_read().
 */
#ifndef STORE_REVIEW_SIGNOFF_H
#define STORE_REVIEW_SIGNOFF_H

#include "store/save/draft.h"
#include "store/store.h"

enum signoff_state {
	SIGNOFF_NONE,
	SIGNOFF_OPEN,
	SIGNOFF_SUBMITTED,
	SIGNOFF_RETURNED,
	SIGNOFF_ACCEPTED,
	SIGNOFF_REOPENED,
	N_SIGNOFF_STATES
};

enum signoff_act {
	SIGNOFF_DO_OPEN,   /* office: begin the year */
	SIGNOFF_DO_EDIT,   /* office: answers, profile, indicators, plan */
	SIGNOFF_DO_FOLLOW, /* office: status, progress and follow-up of actions */
	SIGNOFF_DO_COMMENT, /* both sides */
	SIGNOFF_DO_SUBMIT,  /* office's chief */
	SIGNOFF_DO_REOPEN,  /* office's chief */
	SIGNOFF_DO_REVIEW,  /* hall: an assessor's view, the consensus */
	SIGNOFF_DO_RETURN,  /* hall's chief; also takes an acceptance back */
	SIGNOFF_DO_ACCEPT,  /* hall's chief */
	N_SIGNOFF_ACTS
};

struct signoff_rule {
	int allowed;
	enum signoff_state next;
	int needs_reason;
	const char *hint; /* when not allowed: message id, what to do instead */
};

/* The cell of the table. An edit in the state returned makes it open again
 * (reopened): the guard adds that change to the same revision. */
const struct signoff_rule *signoff_rule(
    enum signoff_state st, enum signoff_act act);

/* "none", "open", "submitted", "returned", "accepted", "reopened" */
const char *signoff_name(enum signoff_state st);
const char *signoff_act_name(enum signoff_act act);

/* assessment and decision may be NULL. */
enum signoff_state signoff_of(const cJSON *assessment, const cJSON *decision);

/* Both records of a year as they are now; each NULL where absent, the caller
 * frees them. office "" = own. */
int signoff_read(struct store *s, const char *office, int year,
    enum signoff_state *ret, cJSON **ret_assessment, cJSON **ret_decision,
    struct err *e);

/* 0 if the act is allowed now (reason: what was given, NULL = none). */
int signoff_may(struct store *s, const char *office, int year,
    enum signoff_act act, const char *reason, struct err *e);

/*
 * Called for every save before it is written: an office's draft must fit the
 * state of the years that it touches. Adds "status = open" to the draft where
 * the year was returned. The door checks what it can of the same rule from the
 * office's own history (changeset.c): a year's records change only while its
 * status is open, with a reason once it was submitted.
 */
int signoff_guard(struct store *s, const struct branch *b,
    const struct save_req *req, struct draft *d, struct err *e);

/* What a change of this record and field is: SIGNOFF_DO_EDIT, _FOLLOW or
 * _COMMENT; for the guard and for the door. */
enum signoff_act signoff_act_of(const struct record_path *p, const char *field);

/* The chief's acts, each one save. */
int signoff_submit(struct store *s, const struct ask *a, const char *note,
    cJSON **ret, struct err *e);
int signoff_reopen(
    struct store *s, const struct ask *a, cJSON **ret, struct err *e);

/* The hall's: verdict "returned" or "accepted"; items: array of strings or
 * NULL; text is needed to return. Names the submission that is there now. */
int signoff_decide(struct store *s, const struct ask *a, const char *office,
    const char *verdict, const char *text, const cJSON *items, cJSON **ret,
    struct err *e);

/*
 * {"office","year","state","submission":{"n","revision","commit","time","received":
 * time|null,"late":bool,"person":{login,name},"note"}|null,
 * "decision":{"of","verdict","time","person","text","items":[…]}|null,
 * "due":[{"name","date","days","done":bool,"late":bool}],"may":[act names],
 * "needs_reason":[those of them that need a reason]}
 * late by the hall's receipt (cycle.h); days until due, negative when past.
 */
int signoff_state(
    struct store *s, const char *office, int year, cJSON **ret, struct err *e);

#endif
