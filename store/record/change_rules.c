#include "store/record/change_rules.h"

#include <inttypes.h>
#include <sodium.h>

#include "store/record/canon.h"

#define KEY_MAX 64 /* of a FIELD_ID */
#define KEY_PLAIN 47
#define HASH_LEN 8
#define SHA_HEX 64

static int
is_type(const struct record_path *p, const char *name)
{
	return strcmp(p->type->name, name) == 0;
}

static int
same_text(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

void
change_rules_key(const char *login, char ret[72])
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char hex[2 * HASH_LEN + 1];
	size_t n = 0;
	const char *s;

	for (s = login; *s != '\0' && n <= KEY_MAX; s++) {
		if ((*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9'))
			ret[n++] = *s;
		else
			n += (size_t)snprintf(
			    ret + n, 4, "-%02x", (unsigned char)*s);
	}
	ret[n] = '\0';
	if (n > 0 && n <= KEY_MAX)
		return;
	crypto_hash_sha256(hash, (const unsigned char *)login, strlen(login));
	sodium_bin2hex(hex, sizeof(hex), hash, HASH_LEN);
	snprintf(ret + (n > 0 ? KEY_PLAIN : 0), sizeof(hex) + 1, "-%s", hex);
}

/* --- one record --- */

static int
not_removable(const struct record_path *p)
{
	static const char *const may_go[] = { "answer", "action", "profile",
		"practice", "announcement", "assessment", "conflict" };
	size_t i;

	for (i = 0; i < sizeof(may_go) / sizeof(may_go[0]); i++)
		if (is_type(p, may_go[i]))
			return 0;
	return 1;
}

static int
wrong_author(const struct record_path *p, const char *login,
    const struct change_by *by, struct err *e)
{
	if (same_text(login, by->login))
		return 0;
	return err_set(e, ERR_INVALID, 0,
	    "%s: is signed '%s', but was written by '%s'", p->name,
	    login != NULL ? login : "-", by->login);
}

/* Fields that never change once they are there. */
static int
check_fixed(const struct record_path *p, const cJSON *old_, const cJSON *new_,
    struct err *e)
{
	cJSON *changes = NULL;
	const cJSON *c;
	const struct field *f;
	int rc;

	if ((rc = record_diff(p->type, old_, new_, &changes, e)) < 0)
		return rc;
	cJSON_ArrayForEach (c, changes) {
		const char *name = json_str(c, "field");
		const cJSON *was = json_get(c, "old");

		f = name != NULL ? record_field(p->type, name) : NULL;
		if (f == NULL || f->merge != MERGE_FIXED || was == NULL ||
		    cJSON_IsNull(was))
			continue;
		rc = err_set(e, ERR_INVALID, 0,
		    "%s: '%s' stays as it was written", p->name, name);
		break;
	}
	cJSON_Delete(changes);
	return rc;
}

/* New comments are by who made the revision. */
static int
check_comments(const struct record_path *p, const cJSON *old_,
    const cJSON *new_, const struct change_by *by, struct err *e)
{
	const cJSON *before = json_get(old_, "comments"), *c;
	int rc;

	cJSON_ArrayForEach (c, json_get(new_, "comments")) {
		if (json_get(before, c->string) == NULL &&
		    (rc = wrong_author(p, json_str(c, "login"), by, e)) < 0)
			return rc;
	}
	return 0;
}

/* One key of "assessors" that is there before or after. */
static int
check_assessor(const struct record_path *p, const char *key,
    const cJSON *before, const cJSON *after, const struct change_by *by,
    struct err *e)
{
	char own[72];

	if (before != NULL && after != NULL && canon_equal(before, after))
		return 0;
	change_rules_key(by->login, own);
	if (strcmp(own, key) != 0)
		return err_set(e, ERR_INVALID, 0,
		    "%s: the view of '%s' was changed by '%s'", p->name, key,
		    by->login);
	return after == NULL ? 0
			     : wrong_author(p, json_str(after, "login"), by, e);
}

static int
check_assessors(const struct record_path *p, const cJSON *old_,
    const cJSON *new_, const struct change_by *by, struct err *e)
{
	const cJSON *before = json_get(old_, "assessors"), *c;
	const cJSON *after = json_get(new_, "assessors");
	int rc;

	cJSON_ArrayForEach (c, after) {
		rc = check_assessor(
		    p, c->string, json_get(before, c->string), c, by, e);
		if (rc < 0)
			return rc;
	}
	cJSON_ArrayForEach (c, before) {
		if (json_get(after, c->string) == NULL &&
		    (rc = check_assessor(p, c->string, c, NULL, by, e)) < 0)
			return rc;
	}
	return 0;
}

/* A group of fields that says who and when must say all of it. */
static int
check_whole(const struct record_path *p, const cJSON *rec, const char *group,
    const char *const *members, struct err *e)
{
	const cJSON *g = json_get(rec, group);

	for (; g != NULL && *members != NULL; members++)
		if (json_get(g, *members) == NULL)
			return err_set(e, ERR_INVALID, 0,
			    "%s: '%s' has no '%s'", p->name, group, *members);
	return 0;
}

static int
check_review(const struct record_path *p, const cJSON *old_, const cJSON *new_,
    const struct change_by *by, struct err *e)
{
	static const char *const members[] = { "time", "login", "name", "of",
		NULL };
	const cJSON *before = json_get(old_, "consensus");
	const cJSON *after = json_get(new_, "consensus");
	int rc;

	if ((rc = check_assessors(p, old_, new_, by, e)) < 0 ||
	    (rc = check_comments(p, old_, new_, by, e)) < 0 ||
	    (rc = check_whole(p, new_, "consensus", members, e)) < 0)
		return rc;
	if (after == NULL || (before != NULL && canon_equal(before, after)))
		return 0;
	return wrong_author(p, json_str(after, "login"), by, e);
}

static int
check_decision(const struct record_path *p, const cJSON *old_,
    const cJSON *new_, const struct change_by *by, struct err *e)
{
	const char *verdict = json_str(new_, "verdict");

	if (json_int(new_, "of", 0) < json_int(old_, "of", 0))
		return err_set(e, ERR_INVALID, 0,
		    "%s: decides on submission %" PRId64 ", but %" PRId64
		    " was decided on already",
		    p->name, json_int(new_, "of", 0), json_int(old_, "of", 0));
	if (same_text(verdict, "returned") && json_str(new_, "text") == NULL)
		return err_set(e, ERR_INVALID, 0,
		    "%s: returns without saying what is to be corrected",
		    p->name);
	return wrong_author(p, json_str(new_, "login"), by, e);
}

static int
check_evidence(const struct record_path *p, const cJSON *old_,
    const cJSON *new_, const struct change_by *by, struct err *e)
{
	static const char *const members[] = { "reason", "time", "login",
		"name", NULL };
	const cJSON *before = json_get(old_, "redacted");
	const cJSON *after = json_get(new_, "redacted");
	int rc;

	if (strlen(p->id) != SHA_HEX ||
	    strspn(p->id, "0123456789abcdef") != SHA_HEX)
		return err_set(e, ERR_INVALID, 0,
		    "%s: is not named by the SHA-256 of a file", p->name);
	if ((rc = check_whole(p, new_, "redacted", members, e)) < 0)
		return rc;
	if (before != NULL)
		return after != NULL && canon_equal(before, after)
			   ? 0
			   : err_set(e, ERR_INVALID, 0,
				 "%s: what was erased stays erased", p->name);
	return after == NULL ? 0
			     : wrong_author(p, json_str(after, "login"), by, e);
}

/* --- the sign-off --- */

static int
is_submitted(const cJSON *assessment)
{
	return same_text(json_str(assessment, "status"), "submitted");
}

static int
submissions(const cJSON *assessment)
{
	return (int)json_int(json_get(assessment, "submission"), "n", 0);
}

static int
same_part(const cJSON *a, const cJSON *b, const char *name)
{
	const cJSON *x = record_get(a, name), *y = record_get(b, name);

	return x == NULL || y == NULL ? x == y : canon_equal(x, y);
}

/* A submission: counted on, by who made the revision, over what stood before
 * it. */
static int
check_submission(const struct record_path *p, const cJSON *old_,
    const cJSON *new_, const struct change_by *by, struct err *e)
{
	static const char *const members[] = { "n", "revision", "time", "login",
		"name", NULL };
	const cJSON *now = json_get(new_, "submission");
	const char *revision = json_str(now, "revision");
	int n = submissions(old_) + 1, rc;

	if (submissions(new_) != n)
		return err_set(e, ERR_INVALID, 0,
		    "%s: is submission %d, but %d comes next", p->name,
		    submissions(new_), n);
	if ((rc = check_whole(p, new_, "submission", members, e)) < 0)
		return rc;
	if (by->parent != NULL && !same_text(revision, by->parent))
		return err_set(e, ERR_INVALID, 0,
		    "%s: signs revision %s off, but follows revision %s",
		    p->name, revision != NULL ? revision : "-",
		    by->parent[0] != '\0' ? by->parent : "-");
	return wrong_author(p, json_str(now, "login"), by, e);
}

static int
check_assessment(const struct record_path *p, const cJSON *old_,
    const cJSON *new_, const struct change_by *by, struct err *e)
{
	int same = same_part(old_, new_, "submission");

	if (old_ == NULL)
		return is_submitted(new_) || submissions(new_) != 0
			   ? err_set(e, ERR_INVALID, 0,
				 "%s: an assessment begins open, without a "
				 "submission",
				 p->name)
			   : 0;
	if (submissions(old_) > 0 &&
	    (new_ == NULL || !same_part(old_, new_, "edition")))
		return err_set(e, ERR_INVALID, 0,
		    "%s: was submitted: it can neither go nor change its "
		    "edition",
		    p->name);
	if (new_ == NULL)
		return 0;
	if (!same_part(old_, new_, "origin"))
		return err_set(e, ERR_INVALID, 0,
		    "%s: '%s' stays as it was written", p->name, "origin");
	if (is_submitted(new_) && (!is_submitted(old_) || !same))
		return check_submission(p, old_, new_, by, e);
	return same ? 0
		    : err_set(e, ERR_INVALID, 0,
			  "%s: the sign-off changes only with a submission",
			  p->name);
}

int
change_rules_record(const struct record_path *p, const cJSON *old_,
    const cJSON *new_, const struct change_by *by, struct err *e)
{
	int rc;

	if (is_type(p, "answer") || is_type(p, "profile"))
		return 0;
	if (new_ == NULL && not_removable(p))
		return err_set(
		    e, ERR_INVALID, 0, "'%s.json' cannot be removed", p->name);
	if (is_type(p, "assessment"))
		return check_assessment(p, old_, new_, by, e);
	if (!change_rules_need_diff(p->type) || new_ == NULL)
		return 0;
	if (old_ != NULL && (rc = check_fixed(p, old_, new_, e)) < 0)
		return rc;
	if (is_type(p, "comments"))
		return check_comments(p, old_, new_, by, e);
	if (is_type(p, "review"))
		return check_review(p, old_, new_, by, e);
	if (is_type(p, "decision"))
		return check_decision(p, old_, new_, by, e);
	if (is_type(p, "evidence"))
		return check_evidence(p, old_, new_, by, e);
	return 0;
}

/* --- one year --- */

int
change_rules_need_diff(const struct record_type *t)
{
	static const char *const types[] = { "action", "comments", "evidence",
		"review", "decision", "practice" };
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(t->name, types[i]) == 0)
			return 1;
	return 0;
}

enum change_kind
change_rules_kind(const struct record_path *p, const char *field)
{
	if (is_type(p, "comments"))
		return CHANGE_COMMENT;
	if (is_type(p, "action") &&
	    (strcmp(field, "status") == 0 || strcmp(field, "progress") == 0 ||
		strncmp(field, "followup.", 9) == 0))
		return CHANGE_FOLLOW;
	return CHANGE_EDIT;
}

void
change_rules_begin(struct change_year *y, int year, const cJSON *assessment)
{
	memset(y, 0, sizeof(*y));
	y->year = year;
	y->was_submitted = is_submitted(assessment);
	y->n = submissions(assessment);
}

void
change_rules_add(struct change_year *y, const struct record_path *p,
    const cJSON *old_, const cJSON *new_, const cJSON *changes)
{
	const cJSON *c;

	if (is_type(p, "assessment")) {
		y->submits |=
		    is_submitted(new_) && !same_part(old_, new_, "submission");
		y->reopens |= is_submitted(old_) && !is_submitted(new_);
		return;
	}
	/* one that comes or goes is more than followed up */
	if (is_type(p, "action") && old_ != NULL && new_ != NULL) {
		cJSON_ArrayForEach (c, changes) {
			const char *field = json_str(c, "field");

			if (change_rules_kind(p, field != NULL ? field : "") ==
			    CHANGE_FOLLOW)
				y->follows = 1;
			else
				y->edits = 1;
		}
	} else if (!is_type(p, "comments")) {
		y->edits = 1;
	}
}

static int
is_blank(const char *s)
{
	return s == NULL || s[strspn(s, " \t\r\n")] == '\0';
}

int
change_rules_end(const struct change_year *y, const char *reason, struct err *e)
{
	if (y->submits && (y->edits || y->follows))
		return err_set(e, ERR_INVALID, 0,
		    "a revision that submits the assessment of %d can change "
		    "nothing else of it",
		    y->year);
	if (y->edits && y->was_submitted && !y->reopens)
		return err_set(e, ERR_INVALID, 0,
		    "the assessment of %d is submitted: it does not change "
		    "until it is opened again",
		    y->year);
	if (y->n > 0 && (y->edits || y->follows || y->reopens) &&
	    is_blank(reason))
		return err_set(e, ERR_INVALID, ERR_SUB_REASON,
		    "the assessment of %d was submitted before: every change "
		    "of it now needs a reason",
		    y->year);
	return 0;
}
