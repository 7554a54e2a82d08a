#include "store/hall/ministry_take.h"

#include "base/clock.h"
#include "store/admit/absorb.h"
#include "store/git/graph.h"
#include "store/git/refs.h"
#include "store/hall/province.h"
#include "store/hall/signers.h"
#include "store/hall/visit.h"
#include "store/provinces.h"
#include "store/sign/receipt.h"

#define IN_HALL "refs/incoming/hall"
#define IN_OFFICES "refs/incoming/offices/"
#define IN_HALLS "refs/incoming/halls/"
#define LINE_MAX_COMMITS 1000000 /* of the hall's own line, in one go */
#define SIGNERS_MAX ((size_t)4 * 1024 * 1024)

/* --- whose news came --- */

static int
add_due(struct ministry_due *d, const char *code, struct err *e)
{
	char(*grown)[8];
	size_t i;

	for (i = 0; i < d->n; i++)
		if (strcmp(d->offices[i], code) == 0)
			return 0;
	grown = realloc(d->offices, (d->n + 1) * sizeof(*grown));
	if (grown == NULL)
		return err_nomem(e);
	d->offices = grown;
	snprintf(grown[d->n++], sizeof(*grown), "%s", code);
	return 0;
}

static int
is_own(const char *province, const char *office)
{
	return conf_check_code(ROLE_OFFICE, office, NULL) == 0 &&
	       strncmp(office, province, 2) == 0;
}

/* Those whose ref differs from the one that was taken in. */
static int
compare_refs(struct repo *r, const char *province, const char *in,
    const char *held, struct ministry_due *d, struct err *e)
{
	struct refs came = { NULL, 0 };
	unsigned char id[20];
	char name[64];
	const char *code;
	struct err own;
	size_t i;
	int rc;

	if ((rc = refs_list(r, in, &came, e)) < 0)
		return rc;
	for (i = 0; i < came.n && rc == 0; i++) {
		code = came.list[i].name + strlen(in);
		if (!is_own(province, code))
			continue; /* ministry_check_offices() tells */
		snprintf(name, sizeof(name), "%s%s", held, code);
		rc = repo_ref(r, name, id, &own);
		if (rc == ERR_NOT_FOUND ||
		    (rc == 0 && memcmp(id, came.list[i].id, 20) != 0))
			rc = add_due(d, code, e);
		else if (rc < 0 && e != NULL)
			*e = own;
	}
	refs_release(&came);
	return rc;
}

/* And those that failed before: what is shown may be what is held again. */
static int
add_failing(struct store *s, const char *province, struct ministry_due *d,
    struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	const char *office;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT office FROM peer WHERE failing_since IS NOT NULL"
	    " AND substr(office, 1, 2) = ?1",
	    "s", province);
	if (rc < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0) {
		office = (const char *)sqlite3_column_text(st, 0);
		if (office != NULL && is_own(province, office) &&
		    (rc = add_due(d, office, e)) < 0)
			break;
	}
	db_reset(st);
	return rc;
}

int
ministry_due(
    struct store *s, const char *code, struct ministry_due *ret, struct err *e)
{
	struct ministry_due d = { NULL, 0 };
	struct repo *r = NULL;
	int rc;

	if ((rc = provinces_repo(s, code, &r, e)) < 0 ||
	    (rc = repo_refresh(r, e)) < 0)
		return rc;
	if ((rc = compare_refs(r, code, IN_HALLS, PROVINCE_HALLS, &d, e)) < 0 ||
	    (rc = compare_refs(r, code, IN_OFFICES, PROVINCE_OFFICES, &d, e)) <
		0 ||
	    (rc = add_failing(s, code, &d, e)) < 0) {
		ministry_due_release(&d);
		return rc;
	}
	*ret = d;
	return 0;
}

void
ministry_due_release(struct ministry_due *d)
{
	free(d->offices);
	d->offices = NULL;
	d->n = 0;
}

/* --- what the province shows no more, or should not show --- */

static int
has(const struct refs *refs, const char *prefix, const char *code)
{
	size_t i;

	for (i = 0; i < refs->n; i++)
		if (strcmp(refs->list[i].name + strlen(prefix), code) == 0)
			return 1;
	return 0;
}

static int
check_kind(struct repo *r, const char *province, const char *in,
    const char *held, struct err *e)
{
	struct refs came = { NULL, 0 }, ours = { NULL, 0 };
	const char *code;
	size_t i;
	int rc;

	if ((rc = refs_list(r, in, &came, e)) < 0 ||
	    (rc = refs_list(r, held, &ours, e)) < 0)
		goto out;
	for (i = 0; i < came.n && rc == 0; i++) {
		code = came.list[i].name + strlen(in);
		if (!is_own(province, code))
			rc = err_set(e, ERR_CONFLICT, 0,
			    "province %s shows an office '%.20s' that is not "
			    "one of its own: nothing of it was taken over",
			    province, code);
	}
	for (i = 0; i < ours.n && rc == 0; i++) {
		code = ours.list[i].name + strlen(held);
		if (has(&came, in, code))
			continue;
		rc = err_set(e, ERR_CONFLICT, 0,
		    "province %s shows office %.7s no more; what was fetched "
		    "of it before is kept here",
		    province, code);
		err_hint(e, "ask the hall: was it restored from a backup, or "
			    "its repository changed?");
	}
out:
	refs_release(&came);
	refs_release(&ours);
	return rc;
}

int
ministry_check_offices(struct store *s, const char *code, struct err *e)
{
	struct repo *r = NULL;
	int rc;

	if ((rc = provinces_repo(s, code, &r, e)) < 0 ||
	    (rc = check_kind(r, code, IN_HALLS, PROVINCE_HALLS, e)) < 0)
		return rc;
	return check_kind(r, code, IN_OFFICES, PROVINCE_OFFICES, e);
}

/* --- the hall's own line --- */

struct line {
	struct repo *repo;
	const struct conf *conf;
	struct commit c;
	struct buf raw;
	int64_t n;
};

static int
refuse(struct line *l, const unsigned char id[20], int rc, struct err *e)
{
	char context[80], hex[41];

	if (rc == ERR_NOMEM || rc == ERR_SYS)
		return rc;
	commit_hex(id, hex);
	snprintf(context, sizeof(context), "province %s, commit %.10s",
	    l->conf->hall_code, hex);
	err_prepend(e, context);
	if (e != NULL)
		e->code = ERR_REFUSED;
	return ERR_REFUSED;
}

/* One commit: written in our strict form by the hall's device, signed by the
 * key that this ministry was given. */
static int
check_commit(struct line *l, const unsigned char id[20], struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	char device[16];
	int rc;

	snprintf(device, sizeof(device), "%s-h", l->conf->hall_code);
	buf_clear(&l->raw);
	if ((rc = repo_read(
		 l->repo, id, OBJECT_COMMIT, COMMIT_MAX, &l->raw, e)) < 0 ||
	    (rc = commit_parse(buf_str(&l->raw), l->raw.len, &l->c, e)) < 0 ||
	    (rc = commit_verify(buf_str(&l->raw), l->raw.len, pub, e)) < 0)
		return refuse(l, id, rc, e);
	if (memcmp(pub, l->conf->hall_pub, sizeof(pub)) != 0)
		rc = err_set(e, ERR_REFUSED, 0,
		    "is signed by another key than the hall's");
	else if (strcmp(l->c.device, device) != 0 || l->c.n_parents > 1)
		rc = err_set(
		    e, ERR_REFUSED, 0, "is no revision of the hall's own line");
	return rc < 0 ? refuse(l, id, rc, e) : 0;
}

static int
rewound(const struct line *l, struct err *e)
{
	err_set(e, ERR_CONFLICT, 0,
	    "the hall of province %s shows another history of its own than "
	    "before: it does not continue what is held here",
	    l->conf->hall_code);
	err_hint(e, "ask the hall: was it restored from an old backup, or its "
		    "repository changed?");
	return ERR_CONFLICT;
}

/* Newest first, down to what is held (NULL: to the first). */
static int
walk(struct line *l, const unsigned char tip[20], const unsigned char *held,
    struct err *e)
{
	unsigned char id[20];
	int rc;

	memcpy(id, tip, sizeof(id));
	while (held == NULL || memcmp(id, held, sizeof(id)) != 0) {
		if ((rc = check_commit(l, id, e)) < 0)
			return rc;
		if (++l->n > LINE_MAX_COMMITS)
			return err_set(e, ERR_REFUSED, 0,
			    "the hall's own line has more than %d new "
			    "revisions",
			    LINE_MAX_COMMITS);
		if (l->c.n_parents == 0)
			return held == NULL ? 0 : rewound(l, e);
		memcpy(id, l->c.parents[0], sizeof(id));
	}
	return 0;
}

int
ministry_take_hall(
    struct store *s, const char *code, int64_t *ret_n, struct err *e)
{
	struct line *l = calloc(1, sizeof(*l));
	const struct province *p = NULL;
	unsigned char tip[20], held[20];
	int rc, has_held = 0;

	*ret_n = 0;
	if (l == NULL)
		return err_nomem(e);
	if ((rc = provinces_find(s, code, &p, e)) < 0 ||
	    (rc = provinces_repo(s, code, &l->repo, e)) < 0)
		goto out;
	l->conf = &p->conf;
	if ((rc = repo_ref(l->repo, IN_HALL, tip, e)) < 0) {
		if (rc == ERR_NOT_FOUND)
			rc = err_set(e, ERR_CONFLICT, 0,
			    "the hall of province %s shows no history of its "
			    "own",
			    code);
		goto out;
	}
	rc = repo_ref(l->repo, PROVINCE_HALL_REF, held, e);
	if (rc < 0 && rc != ERR_NOT_FOUND)
		goto out;
	has_held = rc == 0;
	if ((rc = walk(l, tip, has_held ? held : NULL, e)) < 0)
		goto out;
	if (l->n > 0)
		rc = repo_move_ref(
		    l->repo, PROVINCE_HALL_REF, has_held ? held : NULL, tip, e);
	*ret_n = l->n;
out:
	buf_release(&l->raw);
	free(l);
	return rc;
}

/* --- an office --- */

static int
in_ref(const char *kind, const char *office, char ret[64])
{
	return snprintf(ret, 64, "refs/incoming/%s/%s", kind, office);
}

/* What is not continued is told in the ministry's words. */
static int
explain(const char *office, int rc, struct err *e)
{
	char context[40];

	if (rc == ERR_CONFLICT) {
		err_set(e, ERR_CONFLICT, 0,
		    "the province shows another history of office %s than "
		    "before: it does not continue what is held here",
		    office);
		err_hint(e,
		    "nothing of it was taken over; ask the hall: a hall that "
		    "was restored gets what it lost with its offices' next "
		    "exchanges");
		return rc;
	}
	snprintf(context, sizeof(context), "office %s", office);
	err_prepend(e, context);
	return rc;
}

int
ministry_take_office(
    struct store *s, const char *office, int64_t *ret_n, struct err *e)
{
	int64_t n_hall = 0, n_office = 0;
	char hall[64], own[64];
	struct err fault;
	int rc, noted;

	in_ref("halls", office, hall);
	in_ref("offices", office, own);
	/* the registry first: it says whose signatures are good */
	rc = absorb_ref(s, office, "hall", hall, &n_hall, &fault);
	if (rc == 0)
		rc = absorb_ref(s, office, "office", own, &n_office, &fault);
	/* they came before what they are about */
	if (rc == 0 && n_office > 0)
		rc = receipt_refill(s, office, &fault);
	*ret_n = n_hall + n_office;
	if (rc < 0) {
		rc = explain(office, rc, &fault);
		noted = rc == ERR_NOMEM || rc == ERR_SYS
			    ? 0
			    : visit_failed(s, office, clock_now(), "refused",
				  fault.msg, e);
		if (noted < 0)
			return noted;
		if (e != NULL)
			*e = fault;
		return rc;
	}
	return visit_well(s, office, clock_now(), e);
}

/* --- stock git --- */

static int
read_signers(struct repo *r, const unsigned char tree[20], struct buf *ret,
    struct err *e)
{
	struct tree *t = tree_new();
	unsigned char blob[20];
	int rc;

	if (t == NULL)
		return err_nomem(e);
	if ((rc = tree_load(t, tree, repo_tree_source, r, e)) == 0 &&
	    (rc = tree_find(t, "allowed_signers", blob, e)) == 0)
		rc = repo_read(r, blob, OBJECT_BLOB, SIGNERS_MAX, ret, e);
	tree_free(t);
	return rc;
}

int
ministry_write_signers(struct store *s, const char *code, struct err *e)
{
	struct buf raw = BUF_INIT, text = BUF_INIT;
	const struct province *p = NULL;
	struct repo *r = NULL;
	unsigned char tip[20];
	struct commit *c = malloc(sizeof(*c));
	int rc;

	if (c == NULL)
		return err_nomem(e);
	if ((rc = provinces_find(s, code, &p, e)) < 0 ||
	    (rc = provinces_repo(s, code, &r, e)) < 0 ||
	    (rc = repo_ref(r, PROVINCE_HALL_REF, tip, e)) < 0 ||
	    (rc = repo_read(r, tip, OBJECT_COMMIT, COMMIT_MAX, &raw, e)) < 0 ||
	    (rc = commit_parse(buf_str(&raw), raw.len, c, e)) < 0 ||
	    (rc = read_signers(r, c->tree, &text, e)) < 0)
		goto out;
	rc = signers_write(&p->conf, "allowed_signers", &text, e);
out:
	free(c);
	buf_release(&raw);
	buf_release(&text);
	return rc;
}
