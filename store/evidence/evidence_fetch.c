#include "store/evidence/evidence_fetch.h"

#include <inttypes.h>

#include "base/clock.h"
#include "store/db/mark.h"
#include "store/evidence/evidence_chain.h"
#include "store/evidence/evidence_state.h"
#include "store/evidence/evidence_take.h"

#define MARK "evidence_looked"

/* --- which --- */

struct missing {
	struct store *store;
	const char *office;
	struct evidence_repo *repo; /* NULL: no file is here */
	struct evidence_names names;
	int asked, all;
};

/* 1 if the row of the file says that it need not be asked for: a person is
 * just adding it, the hall had it not lately, or confirmed it (then it is
 * here). */
static int
is_settled(
    const struct missing *m, const char *sha, int64_t *ret, struct err *e)
{
	int64_t since =
	    m->asked ? clock_now() : clock_now() - EVIDENCE_ABSENT_S;

	return db_one_int(store_db(m->store), ret, e,
	    "SELECT EXISTS(SELECT 1 FROM evidence_upload WHERE sha = ?2)"
	    " OR EXISTS(SELECT 1 FROM evidence_file WHERE office = ?1"
	    " AND sha = ?2 AND (erased IS NOT NULL"
	    " OR (absent > ?3 AND absent <= ?5)"
	    " OR (confirmed IS NOT NULL AND NOT ?4)))",
	    "ssiii", m->office, sha, since, (int64_t)m->all, clock_now());
}

static int
note_missing(void *arg, const struct evidence_rec *rec, struct err *e)
{
	struct missing *m = arg;
	int have = 0, whole = 0, rc;
	int64_t settled = 0;

	if (rec->redacted_time[0] != '\0')
		return 0;
	if ((rc = is_settled(m, rec->sha, &settled, e)) < 0 || settled)
		return rc;
	if (m->repo != NULL) {
		rc = evidence_repo_have(m->repo, rec->sha, &have, &whole, e);
		/* what is damaged is verify's to tell; the hall may have it */
		if (rc == ERR_DAMAGED)
			whole = 0;
		else if (rc < 0)
			return rc;
	}
	if (whole)
		return 0;
	return evidence_names_add(&m->names, rec->sha, rec->size, e);
}

static int
by_size(const void *a, const void *b)
{
	const struct evidence_named *x = a, *y = b;

	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	return strcmp(x->sha, y->sha);
}

/* Is it time to look for all files, not only for those without a receipt? */
static int
is_time(struct store *s, int asked, int *ret, struct err *e)
{
	int64_t now = clock_now(), last;
	cJSON *mark = NULL;
	int rc;

	if ((rc = mark_get(store_db(s), MARK, &mark, e)) < 0)
		return rc;
	last = json_int(mark, "time", 0);
	cJSON_Delete(mark);
	/* a clock set back must not put it off for ever */
	*ret = last > now ||
	       now - last >= (asked ? EVIDENCE_LOOK_ASKED_S : EVIDENCE_LOOK_S);
	if (!*ret)
		return 0;
	mark = cJSON_CreateObject();
	if ((rc = json_put_int(mark, "time", now, e)) == 0)
		rc = mark_set(store_db(s), MARK, mark, e);
	cJSON_Delete(mark);
	return rc;
}

static int
give(const struct evidence_names *names, struct evidence_list *ret,
    struct err *e)
{
	size_t i;

	if (names->n == 0)
		return 0;
	if (names->n > 1)
		qsort(names->list, names->n, sizeof(*names->list), by_size);
	if ((ret->list = calloc(names->n, sizeof(*ret->list))) == NULL)
		return err_nomem(e);
	for (i = 0; i < names->n; i++)
		memcpy(ret->list[i], names->list[i].sha, sizeof(*ret->list));
	ret->n = names->n;
	return 0;
}

int
evidence_fetch_list(
    struct store *s, int asked, struct evidence_list *ret, struct err *e)
{
	struct missing m = { .store = s, .asked = asked };
	int64_t files = 0, confirmed = 0;
	int rc;

	if ((rc = evidence_office(s, "", &m.office, e)) < 0 ||
	    (rc = evidence_count(s, "", &files, &confirmed, e)) < 0 ||
	    files == 0 || (rc = is_time(s, asked, &m.all, e)) < 0)
		return rc;
	/* mostly every file is confirmed: then no record is taken apart */
	if (files == confirmed && !m.all)
		return 0;
	rc = evidence_open_repo(s, "", 0, &m.repo, e);
	if (rc == ERR_NOT_FOUND)
		rc = 0;
	if (rc == 0)
		rc = evidence_each_record(s, m.office, note_missing, &m, e);
	evidence_repo_close(m.repo);
	if (rc == 0)
		rc = give(&m.names, ret, e);
	free(m.names.list);
	return rc;
}

/* --- one of them --- */

static int
not_the_file(struct evidence_repo *r, const char *sha, struct err *e)
{
	int rc = evidence_repo_drop_upload(r, sha, e);

	if (rc < 0)
		return rc;
	return err_set(e, ERR_REFUSED, 0,
	    "what the hall sent for evidence %.12s is not that file", sha);
}

/* The newest part at refs/uploads; n 0 if there is none. A chain of another
 * form goes. */
static int
look(struct evidence_repo *r, const char *sha, struct evidence_part_here *ret,
    struct err *e)
{
	char ref[CHAIN_REF_MAX];
	struct chain_link l = { 0 };
	int rc;

	ret->n = 0;
	chain_ref(0, sha, ref);
	rc = repo_ref(r->repo, ref, ret->tip, e);
	if (rc == ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	rc = chain_read_link(r->repo, ret->tip, sha, &l, e);
	if (rc == ERR_NOT_FOUND || rc == ERR_INVALID || rc == ERR_DAMAGED)
		return not_the_file(r, sha, e);
	ret->n = rc == 0 ? l.n : 0;
	return rc;
}

int
evidence_fetch_have(struct store *s, const char *sha,
    struct evidence_part_here *ret, struct err *e)
{
	struct evidence_repo *r = NULL;
	struct evidence_rec *rec;
	int rc;

	if ((rec = malloc(sizeof(*rec))) == NULL)
		return err_nomem(e);
	rc = evidence_record(s, "", sha, rec, e);
	if (rc == 0 && rec->redacted_time[0] != '\0')
		rc = err_set(e, ERR_NOT_FOUND, 0,
		    "evidence %.12s was erased already, on %.10s", sha,
		    rec->redacted_time);
	if (rc < 0 || (rc = evidence_open_repo(s, "", 1, &r, e)) < 0)
		goto out;
	rc = look(r, sha, ret, e);
	/* what a crash left unlooked at is gone now */
	if (rc == ERR_REFUSED)
		rc = look(r, sha, ret, e);
out:
	evidence_repo_close(r);
	free(rec);
	return rc;
}

/* All parts came: is it the file? Then it gets its name. */
static int
seal(struct evidence_repo *r, const struct evidence_rec *rec,
    const struct evidence_part_here *here, struct err *e)
{
	int rc = evidence_repo_check(
	    r->repo, here->tip, rec->sha, rec->size, rec->parts, e);

	if (rc == ERR_INVALID || rc == ERR_NOT_FOUND || rc == ERR_DAMAGED)
		return not_the_file(r, rec->sha, e);
	if (rc < 0)
		return rc;
	/* a name whose bytes the disk lost must not stand in the way */
	rc = evidence_repo_prove(r, rec->sha, rec->size, rec->parts, e);
	if (rc == ERR_DAMAGED && (rc = evidence_repo_drop(r, rec->sha, e)) < 0)
		return rc;
	return evidence_repo_seal(r, rec->sha, e);
}

int
evidence_fetch_take(
    struct store *s, const char *sha, int *ret_whole, struct err *e)
{
	struct evidence_part_here here;
	struct evidence_repo *r = NULL;
	struct evidence_rec *rec;
	int rc;

	*ret_whole = 0;
	if ((rec = malloc(sizeof(*rec))) == NULL)
		return err_nomem(e);
	if ((rc = evidence_open_repo(s, "", 0, &r, e)) < 0 ||
	    (rc = evidence_record(s, "", sha, rec, e)) < 0)
		goto out;
	if (rec->redacted_time[0] != '\0') { /* ordered meanwhile */
		if ((rc = evidence_repo_erase(r, sha, e)) == 0)
			rc = err_set(e, ERR_NOT_FOUND, 0,
			    "evidence %.12s was erased already, on %.10s", sha,
			    rec->redacted_time);
		goto out;
	}
	if ((rc = look(r, sha, &here, e)) < 0)
		goto out;
	if (here.n > rec->parts)
		rc = not_the_file(r, sha, e);
	else if (here.n == rec->parts && (rc = seal(r, rec, &here, e)) == 0)
		*ret_whole = 1;
out:
	evidence_repo_close(r);
	free(rec);
	return rc;
}

int
evidence_fetch_absent(struct store *s, const char *sha, struct err *e)
{
	const char *office = NULL;
	int rc = evidence_office(s, "", &office, e);

	if (rc < 0)
		return rc;
	return db_run(store_db(s), e,
	    "INSERT INTO evidence_file(office, sha, absent)"
	    " VALUES(?1, ?2, ?3) ON CONFLICT(office, sha)"
	    " DO UPDATE SET absent = ?3",
	    "ssi", office, sha, clock_now());
}
