#include "store/hall/renew.h"

#include <limits.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/admit/absorb.h"
#include "store/admit/trust.h"
#include "store/db/mark.h"
#include "store/device.h"
#include "store/git/refs.h"
#include "store/hall/notice.h"
#include "store/hall/registry.h"
#include "store/hall/renew_letter.h"
#include "store/hall/resign.h"
#include "store/hall/signers.h"
#include "store/save/journal.h"
#include "store/sign/receipt.h"

#define OWN_REF "refs/heads/office"
#define HALL_HAS_REF "refs/incoming/office"
#define MARK "renewal"

struct renewing {
	struct trust trust; /* first: trust's callbacks cast back */
	struct store *s;
	struct branch *b;
	char wanted; /* by a person; 0: the next that is free */
	char letter;
	char key_path[PATH_MAX];
	struct key key;
	unsigned char known[2][20]; /* tips of what is not to be touched */
	size_t n_known;
	unsigned char old[20];
	int has_old;
};

/* --- what is not to be touched --- */

/* What the hall has, or had when it signed for it last. */
static int
find_known(struct renewing *r, const unsigned char *theirs, struct err *e)
{
	cJSON *receipt = NULL;
	const char *hex;
	struct err none;
	int64_t row;
	int rc;

	memset(&none, 0, sizeof(none));
	if (theirs != NULL) {
		memcpy(r->known[r->n_known++], theirs, 20);
	} else if ((rc = repo_ref(r->b->repo, HALL_HAS_REF,
			r->known[r->n_known], &none)) == 0) {
		r->n_known++;
	} else if (rc != ERR_NOT_FOUND) {
		*e = none;
		return rc;
	}
	if ((rc = receipt_last(r->s, "", &receipt, e)) < 0 || receipt == NULL)
		return rc;
	hex = json_str(receipt, "tip");
	rc = commit_unhex(hex != NULL ? hex : "", r->known[r->n_known], e);
	if (rc == 0)
		rc = db_one_int(store_db(r->s), &row, e,
		    "SELECT id FROM revision WHERE commit_id = ?1"
		    " AND branch = ?2",
		    "bi", (const void *)r->known[r->n_known], (size_t)20,
		    r->b->id);
	if (rc == 0)
		r->n_known++;
	cJSON_Delete(receipt);
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

/* --- the new key and the new commits --- */

static int
make_key(struct renewing *r, const char *device, struct err *e)
{
	int has = 0, rc;

	rc = device_new_key_path(store_conf(r->s), r->letter, r->key_path,
	    sizeof(r->key_path), &has, e);
	if (rc < 0 || (rc = key_generate(&r->key, e)) < 0)
		return rc;
	return key_save(&r->key, r->key_path, device, e);
}

/* Nothing has happened yet: a key that nobody has used is no loss. */
static void
drop_key(const struct renewing *r)
{
	char pub[PATH_MAX + 8];

	snprintf(pub, sizeof(pub), "%s.pub", r->key_path);
	unlink(r->key_path);
	unlink(pub);
}

static int
write_commits(
    struct renewing *r, struct renewed *made, struct resign *ret, struct err *e)
{
	struct admit a;
	int rc;

	trust_admit(&r->trust, r, &a);
	memset(ret, 0, sizeof(*ret));
	ret->repo = r->b->repo;
	ret->from = made->from;
	ret->to = made->to;
	ret->key = &r->key;
	ret->now = clock_now();
	ret->edition_of = a.edition_of;
	ret->arg = a.arg;
	if (!r->has_old)
		return 0;
	rc = resign_run(
	    ret, r->old, (const unsigned char(*)[20])r->known, r->n_known, e);
	if (rc == 0 && ret->n > 0)
		rc = repo_flush(r->b->repo, e);
	if (rc == 0 && ret->n > 0)
		rc = refs_set_aside(r->b->repo, r->old, e);
	if (rc < 0)
		repo_forget(r->b->repo);
	return rc;
}

static int
put_mark(struct renewing *r, const struct renewed *made,
    const struct resign *signed_, struct err *e)
{
	cJSON *m = cJSON_CreateObject();
	char hex[41];
	int rc;

	if ((rc = json_put_str(m, "from", made->from, e)) < 0 ||
	    (rc = json_put_str(m, "to", made->to, e)) < 0)
		goto out;
	if (made->n > 0) {
		commit_hex(r->old, hex);
		rc = json_put_str(m, "old", hex, e);
		commit_hex(signed_->tip, hex);
		if (rc < 0 || (rc = json_put_str(m, "new", hex, e)) < 0)
			goto out;
	}
	rc = mark_set(store_db(r->s), MARK, m, e);
out:
	cJSON_Delete(m);
	return rc;
}

/* --- what follows the mark --- */

static int
take_letter(struct store *s, const char *from, const char *to, struct err *e)
{
	struct conf c = *store_conf(s);
	char letter = to[strlen(to) - 1];
	int rc;

	if (c.device == letter)
		return 0;
	/* the hall still knows the first of several old letters */
	if (c.enrolled && c.road_device == '\0') {
		c.road_device = from[strlen(from) - 1];
		if ((rc = conf_save_hall(&c, e)) < 0)
			return rc;
	}
	if ((rc = device_set_letter(&c, letter, e)) < 0)
		return rc;
	return store_reload_conf(s, e);
}

static int
take_history(
    struct store *s, const char *old_hex, const char *new_hex, struct err *e)
{
	unsigned char old[20], new_[20], now[20];
	struct repo *repo = NULL;
	int64_t n;
	int rc;

	if (new_hex == NULL)
		return 0;
	if ((rc = commit_unhex(old_hex != NULL ? old_hex : "", old, e)) < 0 ||
	    (rc = commit_unhex(new_hex, new_, e)) < 0 ||
	    (rc = store_repo(s, "", &repo, e)) < 0 ||
	    (rc = repo_ref(repo, OWN_REF, now, e)) < 0)
		return rc;
	/* moved already, or gone on from there: a crash came later */
	if (memcmp(now, old, 20) == 0 &&
	    (rc = repo_move_ref(repo, OWN_REF, old, new_, e)) < 0)
		return rc;
	store_forget_branches(s);
	return absorb_written(s, "", &n, e);
}

int
renew_resume(struct store *s, struct err *e)
{
	const char *from, *to;
	cJSON *m = NULL;
	int rc;

	if (store_conf(s)->role != ROLE_OFFICE)
		return 0;
	if ((rc = mark_get(store_db(s), MARK, &m, e)) < 0 || m == NULL)
		return rc;
	from = json_str(m, "from");
	to = json_str(m, "to");
	if (from == NULL || to == NULL || from[0] == '\0' || to[0] == '\0')
		rc = err_set(e, ERR_DAMAGED, 0,
		    "the note of a change to another letter is not whole");
	if (rc == 0 && (rc = take_letter(s, from, to, e)) == 0 &&
	    (rc = take_history(s, json_str(m, "old"), json_str(m, "new"), e)) ==
		0 &&
	    (rc = registry_refresh_signers(s, e)) == 0)
		rc = mark_set(store_db(s), MARK, NULL, e);
	cJSON_Delete(m);
	return rc;
}

/* --- all of it --- */

static int
begin(struct renewing *r, const unsigned char *theirs, struct renewed *made,
    struct err *e)
{
	struct store *s = r->s;
	int rc;

	if (store_conf(s)->role != ROLE_OFFICE)
		return err_set(e, ERR_USAGE, 0,
		    "this is a hall: only an office has devices");
	if ((rc = journal_flush(s, e)) < 0 ||
	    (rc = store_own_branch(s, "", &r->b, e)) < 0 ||
	    (rc = trust_init(
		 &r->trust, s, r->b->repo, r->b->office, r->b->name, e)) < 0)
		return rc;
	r->has_old = r->b->has_tip;
	memcpy(r->old, r->b->tip, 20);
	if ((rc = find_known(r, theirs, e)) < 0 ||
	    (rc = renew_letter(s, r->n_known > 0 ? r->known[0] : NULL,
		 r->wanted, &r->letter, e)) < 0)
		return rc;
	snprintf(made->from, sizeof(made->from), "%s", store_device(s));
	snprintf(made->to, sizeof(made->to), "%s-%c", store_conf(s)->code,
	    r->letter);
	return 0;
}

static int
prepare(struct renewing *r, const unsigned char *theirs, struct renewed *made,
    struct err *e)
{
	struct resign signed_;
	int rc;

	if ((rc = begin(r, theirs, made, e)) < 0 ||
	    (rc = make_key(r, made->to, e)) < 0)
		return rc;
	if ((rc = write_commits(r, made, &signed_, e)) < 0) {
		drop_key(r);
		return rc;
	}
	made->n = signed_.n;
	snprintf(made->first, sizeof(made->first), "%s", signed_.first);
	snprintf(made->last, sizeof(made->last), "%s", signed_.last);
	memcpy(made->aside, r->old, 20);
	/* when this fails nobody knows whether the mark is there: the key
	 * stays, and the next start finds out */
	if ((rc = put_mark(r, made, &signed_, e)) < 0)
		store_set_broken(r->s);
	return rc;
}

static int
renew(struct store *s, const unsigned char *theirs, char wanted,
    struct renewed *ret, struct err *e)
{
	struct renewing *r = calloc(1, sizeof(*r));
	struct renewed made;
	int rc;

	if (r == NULL)
		return err_nomem(e);
	r->s = s;
	r->wanted = wanted;
	memset(&made, 0, sizeof(made));
	rc = prepare(r, theirs, &made, e);
	trust_release(&r->trust);
	key_release(&r->key);
	free(r);
	if (rc < 0)
		return rc;
	if ((rc = renew_resume(s, e)) < 0)
		store_set_broken(s); /* a save would stand on the old line */
	else
		*ret = made;
	return rc;
}

int
renew_device(struct store *s, const unsigned char *theirs, struct renewed *ret,
    struct err *e)
{
	return renew(s, theirs, 0, ret, e);
}

int
renew_device_as(
    struct store *s, char letter, struct renewed *ret, struct err *e)
{
	return renew(s, NULL, letter, ret, e);
}

int
renew_restored(struct store *s, const unsigned char theirs[20],
    struct renewed *ret, struct err *e)
{
	struct renewed made;
	struct err said;
	char hex[41];
	int rc;

	if ((rc = renew_device(s, theirs, &made, e)) < 0)
		return rc;
	memset(&said, 0, sizeof(said));
	err_set(&said, ERR_CONFLICT, 0,
	    "this machine was restored from an old copy: what it saved since "
	    "then, %s to %s (revisions: %lld), goes on under device %s; "
	    "nothing "
	    "is lost",
	    made.first, made.last, (long long)made.n, made.to);
	err_hint(&said,
	    "run 'pmqa enroll' and give the line to the hall, which does not "
	    "know device %s yet",
	    made.to);
	commit_hex(made.aside, hex);
	if ((rc = notice_add(s, "restored", hex, &said, e)) == 0)
		*ret = made;
	return rc;
}

int
renew_is_waiting(const struct conf *c, struct err *e)
{
	char device[16];

	if (!c->enrolled || c->road_device == '\0')
		return 0;
	conf_device(c, device);
	err_set(e, ERR_DENIED, 0,
	    "this machine goes on as device %s, which the hall has not "
	    "enrolled yet",
	    device);
	err_hint(e,
	    "run 'pmqa enroll', give the line to the hall, then 'pmqa enroll "
	    "accept ANSWER'");
	return 1;
}

/* Does the hall's registry have this very key under this letter? */
static int
is_enrolled(struct store *s, int *ret, struct err *e)
{
	const struct conf *c = store_conf(s);
	const char letter[2] = { c->device, '\0' };
	char key[KEY_LINE_MAX];
	cJSON *registry = NULL;
	const char *theirs, *state;
	const cJSON *d;
	int rc;

	if ((rc = registry_read(s, c->code, &registry, e)) < 0)
		return rc;
	d = json_get(json_get(registry, "devices"), letter);
	theirs = json_str(d, "key");
	state = json_str(d, "state");
	key_line(store_key(s)->pub, key);
	*ret = theirs != NULL && state != NULL && strcmp(theirs, key) == 0 &&
	       strcmp(state, "active") == 0;
	cJSON_Delete(registry);
	return 0;
}

int
renew_settle(struct store *s, int *ret, struct err *e)
{
	struct conf c = *store_conf(s);
	int rc;

	*ret = 0;
	if (!c.enrolled || c.road_device == '\0')
		return 0;
	if ((rc = is_enrolled(s, ret, e)) < 0 || !*ret)
		return rc;
	c.road_device = '\0';
	if ((rc = signers_write_ssh(&c, e)) < 0 ||
	    (rc = conf_save_hall(&c, e)) < 0)
		return rc;
	return store_reload_conf(s, e);
}
