#include "store/merge/join.h"

#include "store/admit/absorb.h"
#include "store/admit/trust.h"
#include "store/git/graph.h"
#include "store/merge/join_commit.h"
#include "store/save/index.h"
#include "store/save/journal.h"

#define OWN_REF "refs/heads/office"

struct joining {
	struct trust trust; /* first: trust's callbacks cast back */
	struct store *s;
	struct branch *b;
	unsigned char tip[20]; /* what came */
	unsigned char own[20];
	int has_own;
	int ahead;        /* what came goes on from our own tip */
	int64_t sequence; /* last one of this device on either side */
};

/* --- by the rules --- */

static int
sequence_here(void *arg, const char *device, int64_t *ret, struct err *e)
{
	struct joining *j = arg;

	(void)device; /* only our own merge is asked about */
	(void)e;
	*ret = j->sequence;
	return 0;
}

/* The word "conflict" is kept for a restored copy. */
static int
refused(int rc, struct err *e)
{
	if (rc != ERR_CONFLICT)
		return rc;
	if (e != NULL)
		e->code = ERR_REFUSED;
	return ERR_REFUSED;
}

/* All that came and is not here, before anything is made of it. */
static int
check_incoming(struct joining *j, struct err *e)
{
	struct admit a;

	trust_admit(&j->trust, j, &a);
	a.apart = 1;
	if (j->has_own)
		a.is_known = trust_is_indexed;
	return refused(admit_range(&a, j->own, j->tip, e), e);
}

/* The merge as the hall's door will see it: one that it would not take is
 * better not made. */
static int
check_merge(struct joining *j, const unsigned char id[20], struct err *e)
{
	struct admit a;

	trust_admit(&j->trust, j, &a);
	a.sequence_of = sequence_here;
	a.known = (const unsigned char(*)[20]) & j->own;
	a.n_known = 1;
	return refused(admit_range(&a, j->tip, id, e), e);
}

/* --- a restored copy --- */

/* Revisions of this very device in a stretch: signed by its key, too, as what
 * anybody may claim is left for check() to refuse. *ret_last: the last one's
 * sequence, 0 if there is none. */
static int
find_own(
    struct joining *j, const struct graph *g, int64_t *ret_last, struct err *e)
{
	unsigned char signer[KEY_PUBLIC_LEN];
	struct commit *c = malloc(sizeof(*c));
	struct buf raw = BUF_INIT;
	size_t i;
	int rc = 0;

	*ret_last = 0;
	if (c == NULL)
		return err_nomem(e);
	for (i = 0; i < g->n && rc == 0; i++) {
		buf_clear(&raw);
		rc = repo_read(j->b->repo, g->list[i].id, OBJECT_COMMIT,
		    COMMIT_MAX, &raw, e);
		if (rc < 0)
			break;
		if (commit_parse(buf_str(&raw), raw.len, c, NULL) == 0 &&
		    strcmp(c->device, store_device(j->s)) == 0 &&
		    c->sequence > *ret_last &&
		    commit_verify(buf_str(&raw), raw.len, signer, NULL) == 0 &&
		    memcmp(signer, store_key(j->s)->pub, sizeof(signer)) == 0)
			*ret_last = c->sequence;
	}
	buf_release(&raw);
	free(c);
	return rc;
}

static int
restored(struct joining *j, int64_t theirs, int64_t ours, struct err *e)
{
	char letter = store_device(j->s)[strlen(store_device(j->s)) - 1];

	err_set(e, ERR_CONFLICT, JOIN_SUB_RESTORED,
	    "the hall has revisions up to %c%lld of this device that are not "
	    "here, and others up to %c%lld were saved here since: this machine "
	    "was restored from an old copy",
	    letter, (long long)theirs, letter, (long long)ours);
	err_hint(e,
	    "nothing is lost: 'pmqa device renew' carries what was saved here "
	    "over under a new letter");
	return ERR_CONFLICT;
}

/* n: what is new here. */
static int
look_at_new(struct joining *j, int64_t *ret_n, struct err *e)
{
	struct graph new_ = { NULL, 0, 0 }, unsent = { NULL, 0, 0 };
	int64_t theirs, ours = 0;
	int rc;

	if ((rc = graph_unlisted(j->b->repo, j->tip, trust_is_indexed,
		 &j->trust, 0, &new_, e)) < 0 ||
	    (rc = find_own(j, &new_, &theirs, e)) < 0)
		goto out;
	if (theirs > 0 && ((rc = graph_new(j->b->repo, j->own,
				(const unsigned char(*)[20]) & j->tip, 1, 0,
				&unsent, e)) < 0 ||
			      (rc = find_own(j, &unsent, &ours, e)) < 0))
		goto out;
	*ret_n = (int64_t)new_.n;
	/* (or what is new has our own tip nowhere behind it) */
	j->ahead = graph_has_parent(&new_, j->own);
	if (theirs > j->sequence)
		j->sequence = theirs;
	if (ours > 0)
		rc = restored(j, theirs, ours, e);
out:
	graph_release(&new_);
	graph_release(&unsent);
	return rc;
}

/* --- taking it over --- */

/* The repository is ahead of its index then, which catches up here or at the
 * next start. */
static int
follow(struct joining *j, const unsigned char merge[20], struct err *e)
{
	int64_t n; /* not all of them are new here */
	int rc;

	rc = refused(repo_move_ref(j->b->repo, OWN_REF, j->own, merge, e), e);
	if (rc < 0)
		return rc;
	store_forget_branches(j->s);
	return absorb_own(j->s, &n, e);
}

static int
merge(struct joining *j, struct join *ret, struct err *e)
{
	struct join_sides sides = {
		.hall = j->tip, .mine = j->own, .sequence = j->sequence
	};
	unsigned char id[20];
	struct admit a;
	int rc;

	if ((rc = check_incoming(j, e)) < 0)
		return rc;
	trust_admit(&j->trust, j, &a);
	sides.edition_of = a.edition_of;
	sides.arg = a.arg;
	if ((rc = join_commit_make(j->s, j->b->repo, &sides, id, ret, e)) < 0)
		goto out;
	if ((rc = check_merge(j, id, e)) < 0)
		goto out;
	if ((rc = repo_flush(j->b->repo, e)) < 0)
		goto out;
	return follow(j, id, e);
out:
	repo_forget(j->b->repo);
	return rc;
}

static int
take_over(struct joining *j, struct join *ret, struct err *e)
{
	int64_t n = 0;
	int rc;

	if (j->has_own && !j->ahead) {
		rc = merge(j, ret, e);
		ret->kind = JOIN_MERGED;
		return rc;
	}
	ret->kind = JOIN_FORWARD;
	rc = refused(absorb_forward(j->s, j->tip, &n, e), e);
	if (!j->has_own)
		ret->n = n;
	return rc;
}

/* Nothing may wait: what is saved must be a commit to be joined. */
static int
begin(struct joining *j, struct err *e)
{
	int rc;

	if (store_conf(j->s)->role != ROLE_OFFICE)
		return err_set(e, ERR_FAILED, 0,
		    "only an office joins the work of its devices");
	if ((rc = journal_flush(j->s, e)) < 0 ||
	    (rc = store_own_branch(j->s, "", &j->b, e)) < 0 ||
	    /* another process wrote what came */
	    (rc = repo_refresh(j->b->repo, e)) < 0)
		return rc;
	j->has_own = j->b->has_tip;
	memcpy(j->own, j->b->tip, 20);
	j->sequence = j->b->sequence;
	return 0;
}

int
join_office(struct store *s, const unsigned char tip[20], struct join *ret,
    struct err *e)
{
	struct joining j = { .s = s };
	struct join made;
	int rc;

	memset(&made, 0, sizeof(made));
	memcpy(j.tip, tip, sizeof(j.tip));
	if ((rc = begin(&j, e)) < 0)
		return rc;
	/* the index has all that our own tip reaches */
	if (j.has_own && (rc = index_has(s, j.b->id, tip, e)) != 0)
		goto out;
	if ((rc = trust_init(
		 &j.trust, s, j.b->repo, j.b->office, j.b->name, e)) < 0)
		goto out;
	j.trust.branch_id = j.b->id;
	if (j.has_own && (rc = look_at_new(&j, &made.n, e)) < 0)
		goto out;
	rc = take_over(&j, &made, e);
out:
	if (rc >= 0)
		*ret = made;
	trust_release(&j.trust);
	return rc < 0 ? rc : 0;
}
