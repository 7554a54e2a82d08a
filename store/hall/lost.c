#include "store/hall/lost.h"

#include "base/clock.h"
#include "store/admit/absorb.h"
#include "store/admit/trust.h"
#include "store/db/mark.h"
#include "store/git/graph.h"
#include "store/git/refs.h"
#include "store/hall/notice.h"
#include "store/sign/receipt.h"

#define HALL_REF "refs/heads/hall"
#define IN_HALL_REF "refs/incoming/hall"
#define IN_OFFICE_REF "refs/incoming/office"
#define MARK "hall_has_less"

/* A ref that may be absent: *ret_has says. */
static int
find_ref(struct repo *r, const char *name, unsigned char ret[20], int *ret_has,
    struct err *e)
{
	struct err own;
	int rc;

	memset(&own, 0, sizeof(own));
	rc = repo_ref(r, name, ret, &own);
	*ret_has = rc == 0;
	if (rc == ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		*e = own;
	return rc;
}

static int
read_commit(struct repo *r, const unsigned char id[20], struct commit *ret,
    struct err *e)
{
	struct buf raw = BUF_INIT;
	int rc = repo_read(r, id, OBJECT_COMMIT, COMMIT_MAX, &raw, e);

	if (rc == 0)
		rc = commit_parse(buf_str(&raw), raw.len, ret, e);
	ret->armour = NULL; /* the bytes go */
	buf_release(&raw);
	return rc;
}

/* Name of a revision, "-" for none. */
static int
name_of(struct repo *r, const unsigned char *id, char ret[24], struct err *e)
{
	struct commit *c;
	int rc;

	snprintf(ret, 24, "-");
	if (id == NULL)
		return 0;
	if ((c = malloc(sizeof(*c))) == NULL)
		return err_nomem(e);
	if ((rc = read_commit(r, id, c, e)) == 0)
		commit_name(c, ret);
	free(c);
	return rc;
}

static void
pair_key(char ret[84], const unsigned char a[20], const unsigned char *b)
{
	char x[41], y[41] = "-";

	commit_hex(a, x);
	if (b != NULL)
		commit_hex(b, y);
	snprintf(ret, 84, "%s %s", x, y);
}

/* --- the rules, beforehand --- */

struct stretch {
	struct trust trust; /* first: trust's callbacks cast back */
	int64_t sequence;
};

/* One device writes the hall's branch, so its tip has the last one. */
static int
sequence_of(void *arg, const char *device, int64_t *ret, struct err *e)
{
	const struct stretch *st = arg;

	(void)device;
	(void)e;
	*ret = st->sequence;
	return 0;
}

int
lost_check_hall(struct store *s, const char *office, const unsigned char *from,
    const unsigned char to[20], struct err *e)
{
	struct stretch st = { .sequence = 0 };
	struct commit *c = calloc(1, sizeof(*c));
	struct admit a;
	int rc;

	if (c == NULL)
		return err_nomem(e);
	if ((rc = trust_init(&st.trust, s, NULL, office, "hall", e)) < 0)
		goto out;
	if (from != NULL) {
		if ((rc = read_commit(st.trust.repo, from, c, e)) < 0)
			goto out;
		st.sequence = c->sequence;
	}
	trust_admit(&st.trust, &st, &a);
	a.sequence_of = sequence_of;
	rc = admit_range(&a, from, to, e);
out:
	trust_release(&st.trust);
	free(c);
	return rc;
}

/* --- the hall's branch --- */

static int
tell_back(struct store *s, struct repo *r, const unsigned char ours[20],
    const unsigned char *theirs, struct err *e)
{
	char had[24], has[24], key[84];
	struct err said;
	int rc;

	if ((rc = name_of(r, ours, had, e)) < 0 ||
	    (rc = name_of(r, theirs, has, e)) < 0)
		return rc;
	memset(&said, 0, sizeof(said));
	err_set(&said, ERR_CONFLICT, 0,
	    "the hall's own revisions for this office went back from %s to %s: "
	    "it was restored from an old copy; what it lost is given back to "
	    "it",
	    had, has);
	err_hint(&said, "nothing to do here; tell the hall of it");
	pair_key(key, ours, theirs);
	return notice_add(s, "hall_back", key, &said, e);
}

static int
tell_parted(struct store *s, struct repo *r, const unsigned char ours[20],
    const unsigned char theirs[20], struct err *e)
{
	char had[24], has[24], key[84];
	struct err said;
	int rc;

	if ((rc = name_of(r, ours, had, e)) < 0 ||
	    (rc = name_of(r, theirs, has, e)) < 0)
		return rc;
	memset(&said, 0, sizeof(said));
	err_set(&said, ERR_CONFLICT, 0,
	    "the hall was restored from an old copy and has written other "
	    "revisions since: its branch is now at %s, and what this office "
	    "had of it up to %s is kept aside",
	    has, had);
	err_hint(&said,
	    "tell the hall: reviews or decisions that it made before may be "
	    "missing there; 'pmqa device' lists what is kept aside");
	pair_key(key, ours, theirs);
	return notice_add(s, "hall_parted", key, &said, e);
}

/* Kept first; what came is checked before anything of the old one goes. */
static int
take_other(struct store *s, struct repo *r, const unsigned char ours[20],
    const unsigned char theirs[20], struct err *e)
{
	int64_t n;
	int rc;

	if ((rc = refs_set_aside(r, ours, e)) < 0 ||
	    (rc = absorb_instead(s, "", "hall", theirs, &n, e)) < 0)
		return rc;
	return tell_parted(s, r, ours, theirs, e);
}

/* take_other() that was cut after it moved the branch: the index stands on the
 * line that was left, and no look at the refs alone would tell. */
static int
finish_other(struct store *s, struct repo *r, struct lost *ret, struct err *e)
{
	unsigned char now[20], kept[20], was[20];
	char name[REFS_NAME_MAX], hex[41];
	struct branch *b = NULL;
	int has = 0, yes = 0, rc;
	int64_t n;

	if ((rc = find_ref(r, HALL_REF, now, &has, e)) < 0 || !has ||
	    (rc = store_branch(s, "", "hall", &b, e)) < 0 || !b->has_tip ||
	    memcmp(b->tip, now, 20) == 0 ||
	    (rc = graph_descends(r, now, b->tip, &yes, e)) < 0 || yes)
		return rc;
	memcpy(was, b->tip, 20);
	commit_hex(was, hex);
	snprintf(name, sizeof(name), REFS_ASIDE "%s", hex);
	if ((rc = find_ref(r, name, kept, &has, e)) < 0 || !has ||
	    (rc = absorb_instead(s, "", "hall", now, &n, e)) < 0)
		return rc;
	ret->parted = 1;
	return tell_parted(s, r, was, now, e);
}

static int
look_hall(struct store *s, struct repo *r, struct lost *ret, struct err *e)
{
	unsigned char ours[20], theirs[20];
	int has_ours = 0, has_theirs = 0, yes = 0, rc;

	if ((rc = finish_other(s, r, ret, e)) < 0 ||
	    (rc = find_ref(r, HALL_REF, ours, &has_ours, e)) < 0 ||
	    (rc = find_ref(r, IN_HALL_REF, theirs, &has_theirs, e)) < 0 ||
	    !has_ours || !has_theirs || memcmp(ours, theirs, 20) == 0 ||
	    (rc = graph_descends(r, theirs, ours, &yes, e)) < 0 || yes ||
	    (rc = graph_descends(r, ours, theirs, &yes, e)) < 0)
		return rc;
	if (!yes) {
		ret->parted = 1;
		return take_other(s, r, ours, theirs, e);
	}
	ret->give_back = 1;
	memcpy(ret->hall, ours, 20);
	return tell_back(s, r, ours, theirs, e);
}

int
lost_returned(struct store *s, const unsigned char hall[20], struct err *e)
{
	unsigned char theirs[20];
	struct repo *r = NULL;
	int has = 0, rc;

	if ((rc = store_repo(s, "", &r, e)) < 0 ||
	    (rc = find_ref(r, IN_HALL_REF, theirs, &has, e)) < 0)
		return rc;
	return repo_move_ref(r, IN_HALL_REF, has ? theirs : NULL, hall, e);
}

/* --- the office's revisions --- */

/* Does the hall still have what its newest receipt names? */
static int
reaches(struct store *s, struct branch *b, const unsigned char *theirs,
    const unsigned char tip[20], int *ret, struct err *e)
{
	int64_t row = 0;
	int rc;

	*ret = theirs != NULL && memcmp(theirs, tip, 20) == 0;
	if (theirs == NULL || *ret)
		return 0;
	/* a receipt for what is not here says nothing of ours */
	rc = db_one_int(store_db(s), &row, e,
	    "SELECT id FROM revision WHERE commit_id = ?1 AND branch = ?2",
	    "bi", (const void *)tip, (size_t)20, b->id);
	if (rc == ERR_NOT_FOUND) {
		*ret = 1;
		return 0;
	}
	return rc < 0 ? rc : graph_descends(b->repo, theirs, tip, ret, e);
}

static int
set_mark(struct store *s, const unsigned char *theirs, struct err *e)
{
	cJSON *m = cJSON_CreateObject();
	char hex[41] = "";
	int rc;

	if (theirs != NULL)
		commit_hex(theirs, hex);
	if ((rc = json_put_str(m, "tip", hex, e)) == 0)
		rc = mark_set(store_db(s), MARK, m, e);
	cJSON_Delete(m);
	return rc;
}

/* Dates as people of either language write them. */
static int
say_less(struct store *s, const cJSON *receipt, const char *has,
    struct err *ret, struct err *e)
{
	const char *revision = json_str(receipt, "revision");
	const char *time = json_str(receipt, "time");
	int offset = store_conf(s)->offset_min, thai, rc;
	struct err said[2];
	char when[CLOCK_TEXT];
	int64_t t = 0;

	rc = clock_parse(time != NULL ? time : "", offset, 0, &t, e);
	if (rc < 0)
		return rc;
	for (thai = 0; thai < 2; thai++) {
		memset(&said[thai], 0, sizeof(said[thai]));
		clock_people(when, t, offset, thai);
		if (has[0] == '-')
			err_set(&said[thai], ERR_CONFLICT, 0,
			    "the hall confirmed %s on %s and has nothing of "
			    "this office now: it was restored from an old "
			    "copy; everything is sent again",
			    revision != NULL ? revision : "-", when);
		else
			err_set(&said[thai], ERR_CONFLICT, 0,
			    "the hall confirmed %s on %s and has only %s now: "
			    "it was restored from an old copy; what it lost is "
			    "sent again",
			    revision != NULL ? revision : "-", when, has);
	}
	*ret = said[0];
	snprintf(ret->th, sizeof(ret->th), "%s", said[1].th);
	err_hint(ret, "nothing to do here; tell the hall of it");
	return 0;
}

static int
tell_less(struct store *s, struct repo *r, const cJSON *receipt,
    const unsigned char tip[20], const unsigned char *theirs, struct err *e)
{
	char has[24], key[84];
	struct err said;
	int rc;

	if ((rc = name_of(r, theirs, has, e)) < 0 ||
	    (rc = say_less(s, receipt, has, &said, e)) < 0)
		return rc;
	pair_key(key, tip, theirs);
	return notice_add(s, "hall_restored", key, &said, e);
}

/* Which files a hall lost that was restored cannot be told from here: its word
 * for them is asked for anew, and those that it has not got are sent again. */
static int
ask_for_files(struct store *s, struct err *e)
{
	return db_run(store_db(s), e,
	    "UPDATE evidence_file SET confirmed = NULL, offset_min = NULL,"
	    " receipt = NULL WHERE office = ?1 AND confirmed IS NOT NULL",
	    "s", store_conf(s)->code);
}

static int
compare(struct store *s, struct branch *b, const cJSON *receipt, struct err *e)
{
	const char *hex = json_str(receipt, "tip");
	unsigned char tip[20], theirs[20];
	int has = 0, fine = 1, was = 0, rc;
	int64_t row;

	if ((rc = commit_unhex(hex != NULL ? hex : "", tip, e)) < 0 ||
	    (rc = find_ref(b->repo, IN_OFFICE_REF, theirs, &has, e)) < 0 ||
	    (rc = reaches(s, b, has ? theirs : NULL, tip, &fine, e)) < 0 ||
	    (rc = lost_is(s, &was, &row, e)) < 0)
		return rc;
	if (fine)
		return was ? mark_set(store_db(s), MARK, NULL, e) : 0;
	if (!was && (rc = ask_for_files(s, e)) < 0)
		return rc;
	if ((rc = set_mark(s, has ? theirs : NULL, e)) < 0 || was)
		return rc;
	return tell_less(s, b->repo, receipt, tip, has ? theirs : NULL, e);
}

int
lost_look_office(struct store *s, struct err *e)
{
	struct branch *b = NULL;
	cJSON *receipt = NULL;
	int rc;

	if ((rc = store_branch(s, "", "office", &b, e)) < 0 ||
	    (rc = receipt_last(s, "", &receipt, e)) < 0 || receipt == NULL)
		return rc;
	rc = compare(s, b, receipt, e);
	cJSON_Delete(receipt);
	return rc;
}

int
lost_is(struct store *s, int *ret_lost, int64_t *ret_row, struct err *e)
{
	unsigned char tip[20];
	cJSON *m = NULL;
	const char *hex;
	int rc;

	*ret_lost = 0;
	*ret_row = 0;
	if ((rc = mark_get(store_db(s), MARK, &m, e)) < 0 || m == NULL)
		return rc;
	*ret_lost = 1;
	hex = json_str(m, "tip");
	if (hex != NULL && commit_unhex(hex, tip, NULL) == 0)
		rc = db_one_int(store_db(s), ret_row, e,
		    "SELECT r.id FROM revision r JOIN branch b"
		    " ON b.id = r.branch WHERE r.commit_id = ?1"
		    " AND b.name = 'office'",
		    "b", (const void *)tip, sizeof(tip));
	cJSON_Delete(m);
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

int
lost_look(struct store *s, struct lost *ret, struct err *e)
{
	struct lost found;
	struct repo *r = NULL;
	int rc;

	memset(&found, 0, sizeof(found));
	if ((rc = store_repo(s, "", &r, e)) < 0 ||
	    (rc = look_hall(s, r, &found, e)) < 0 ||
	    (rc = lost_look_office(s, e)) < 0 ||
	    ((found.give_back || found.parted) &&
		(rc = ask_for_files(s, e)) < 0))
		return rc;
	*ret = found;
	return 0;
}
