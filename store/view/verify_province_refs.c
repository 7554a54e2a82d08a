/*
 * The refs of province.git (verify_province.c) against the offices' repositories
 * that they name. They are brought up to date a moment after a push; so one that
 * is behind, or not there, is a fault only when more was proved of its branch,
 * and that for longer than a moment.
 */
#include "store/view/verify_state.h"

#include <limits.h>
#include <time.h>

#include "base/file.h"
#include "store/git/graph.h"
#include "store/git/refs.h"
#include "store/hall/province.h"

#define REFS_HEADER "# pack-refs with: peeled fully-peeled sorted \n"
#define REFS_MAX ((size_t)4 * 1024 * 1024)
#define LOOKS 20 /* at a ref that is behind, a moment apart */
#define MOMENT_NS 500000000

enum wrong { NOTHING, OF_NOTHING, ELSEWHERE, MOVED_BACK, GONE };

struct province_refs {
	struct verify *v;
	struct repo *repo;
	const char *office; /* whose refs are looked at */
};

static int
tell_ref(
    struct province_refs *p, const char *name, enum wrong wrong, struct err *e)
{
	struct err f;

	if (wrong == OF_NOTHING)
		err_set(&f, ERR_DAMAGED, 0,
		    "%s of province.git is of a branch that no repository "
		    "here has",
		    name);
	else if (wrong == ELSEWHERE)
		err_set(&f, ERR_DAMAGED, 0,
		    "%s of province.git leads to what the office's repository "
		    "does not have on this branch",
		    name);
	else if (wrong == GONE)
		err_set(&f, ERR_DAMAGED, 0,
		    "%s of province.git is gone, though its branch was proved "
		    "before",
		    name);
	else
		err_set(&f, ERR_DAMAGED, 0,
		    "%s of province.git is behind what was proved of this "
		    "branch: it was moved back",
		    name);
	err_hint(&f,
	    "keep a copy of the directory; compare with a backup, or with "
	    "an auditor's clone");
	return verify_found(p->v, "error", "province", "province.git", &f, e);
}

/* Is it behind the commit up to which its branch was proved? */
static int
is_behind_seal(struct province_refs *p, struct repo *r, const char *which,
    const unsigned char id[20], int *ret, struct err *e)
{
	struct verify_seal seal;
	int rc, fault = 0, holds = 0;

	*ret = 0;
	rc = verify_seal_read(p->v->store, p->office, which, &seal, &fault, e);
	if (rc < 0 || seal.n_points == 0)
		return rc;
	rc = graph_descends(r, id, seal.points[0].id, &holds, e);
	*ret = rc == 0 && !holds;
	return rc;
}

/* Nothing came yet, or it was taken away. */
static int
judge_missing(
    struct province_refs *p, const char *which, enum wrong *ret, struct err *e)
{
	struct verify_seal seal;
	int rc, fault = 0;

	rc = verify_seal_read(p->v->store, p->office, which, &seal, &fault, e);
	if (rc == 0 && seal.n_points > 0)
		*ret = GONE;
	return rc;
}

static int
judge_ref(struct province_refs *p, struct repo *r, const char *which,
    const char *name, enum wrong *ret, struct err *e)
{
	unsigned char there[20], here[20];
	char ref[40];
	int rc, holds = 0, behind = 0;

	*ret = NOTHING;
	/* that first: the other one only goes forward meanwhile */
	rc = repo_ref(p->repo, name, there, e);
	if (rc == ERR_NOT_FOUND)
		return judge_missing(p, which, ret, e);
	snprintf(ref, sizeof(ref), "refs/heads/%s", which);
	if (rc < 0)
		return rc;
	rc = repo_ref(r, ref, here, e);
	if (rc == ERR_NOT_FOUND) {
		*ret = OF_NOTHING;
		return 0;
	}
	if (rc < 0 || memcmp(here, there, sizeof(here)) == 0)
		return rc;
	if ((rc = repo_refresh(r, e)) < 0) /* it came by another process */
		return rc;
	rc = graph_descends(r, here, there, &holds, e);
	if (rc < 0 && !verify_is_finding(rc))
		return rc;
	if (rc < 0 || !holds) {
		*ret = ELSEWHERE;
		return 0;
	}
	rc = is_behind_seal(p, r, which, there, &behind, e);
	if (behind)
		*ret = MOVED_BACK;
	return rc;
}

static int
check_ref(struct province_refs *p, const char *which, const char *prefix,
    struct err *e)
{
	const struct timespec moment = { 0, MOMENT_NS };
	enum wrong wrong = NOTHING;
	struct repo *r = NULL;
	char name[64];
	int i, rc;

	snprintf(name, sizeof(name), "%s%s", prefix, p->office);
	if ((rc = store_repo(p->v->store, p->office, &r, e)) < 0)
		return rc;
	for (i = 0; i < LOOKS; i++) {
		rc = judge_ref(p, r, which, name, &wrong, e);
		if (rc < 0 || wrong == NOTHING || p->v->o->alone)
			break;
		nanosleep(&moment, NULL);
	}
	if (rc < 0 || wrong == NOTHING)
		return rc;
	return tell_ref(p, name, wrong, e);
}

static int
check_office(void *arg, const char *office, struct err *e)
{
	struct province_refs *p = arg;
	int rc;

	p->office = office;
	if ((rc = check_ref(p, "office", PROVINCE_OFFICES, e)) < 0)
		return rc;
	return check_ref(p, "hall", PROVINCE_HALLS, e);
}

/* Refs of offices that no repository here stands for. */
static int
check_strangers(struct province_refs *p, const char *prefix, struct err *e)
{
	struct refs refs = { NULL, 0 };
	struct repo *r = NULL;
	size_t i;
	int rc;

	if ((rc = refs_list(p->repo, prefix, &refs, e)) < 0)
		return rc;
	for (i = 0; i < refs.n && rc == 0; i++)
		if (store_repo(p->v->store, refs.list[i].name + strlen(prefix),
			&r, NULL) < 0)
			rc = tell_ref(p, refs.list[i].name, OF_NOTHING, e);
	refs_release(&refs);
	return rc;
}

/* --- the file that they stand in --- */

/* One line: 40 digits, a name behind the one before it. */
static int
is_line(const char *line, size_t len, const char *before, size_t before_len)
{
	const char *name = line + 41;
	size_t n = len - 41, least;
	int order;

	if (len <= 41 || strspn(line, "0123456789abcdef") != 40 ||
	    line[40] != ' ' || n < 5 || memcmp(name, "refs/", 5) != 0 ||
	    memchr(line, '\0', len) != NULL)
		return 0;
	least = n < before_len ? n : before_len;
	order = memcmp(name, before, least);
	return order > 0 || (order == 0 && n > before_len);
}

/* libgit2 overlooks lines that stock git stops at. */
static int
has_form(const struct buf *text)
{
	const char *at = buf_str(text), *end = at + text->len, *stop;
	const char *before = "";
	size_t before_len = 0, header = strlen(REFS_HEADER);

	if (text->len >= header && memcmp(at, REFS_HEADER, header) == 0)
		at += header;
	for (; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (stop == NULL ||
		    !is_line(at, (size_t)(stop - at), before, before_len))
			return 0;
		before = at + 41;
		before_len = (size_t)(stop - before);
	}
	return 1;
}

static int
check_file(struct province_refs *p, struct err *e)
{
	struct buf text = BUF_INIT;
	char path[PATH_MAX];
	struct err f;
	int rc, good;

	rc = file_path(
	    path, sizeof(path), e, "%s/packed-refs", repo_path(p->repo));
	if (rc < 0)
		return rc;
	rc = file_read(path, REFS_MAX, &text, e);
	good = rc == 0 && has_form(&text);
	buf_release(&text);
	if (rc < 0 || good)
		return rc == ERR_NOT_FOUND ? 0 : rc;
	err_set(&f, ERR_DAMAGED, 0,
	    "the list of refs of province.git has no form: stock git cannot "
	    "read it");
	err_hint(&f,
	    "keep a copy of the directory; compare with a backup, or with "
	    "an auditor's clone");
	return verify_found(p->v, "error", "province", "province.git", &f, e);
}

int
verify_province_refs(struct verify *v, struct repo *province, struct err *e)
{
	struct province_refs p = { .v = v, .repo = province };
	int rc;

	if ((rc = check_file(&p, e)) < 0 ||
	    (rc = check_strangers(&p, PROVINCE_OFFICES, e)) < 0 ||
	    (rc = check_strangers(&p, PROVINCE_HALLS, e)) < 0)
		return rc;
	return store_each_office(v->store, check_office, &p, e);
}
