/* The repositories and branches of store.h. */
#include "store/state.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/file.h"

const char *
store_own_name(const struct store *s)
{
	/* a ministry writes none: no branch has this name */
	if (s->conf.role == ROLE_MINISTRY)
		return "";
	return s->conf.role == ROLE_OFFICE ? "office" : "hall";
}

/* "" = our own, which only an office has; any other must look like a code
 * before it becomes part of a path. */
static int
resolve_office(
    struct store *s, const char *office, const char **ret, struct err *e)
{
	int rc;

	if (s->conf.role == ROLE_OFFICE) {
		if (office[0] != '\0' && strcmp(office, s->conf.code) != 0)
			return err_set(e, ERR_NOT_FOUND, 0,
			    "office '%.20s' is not kept here, only '%s'",
			    office, s->conf.code);
		*ret = s->conf.code;
		return 0;
	}
	if (office[0] == '\0')
		return err_set(e, ERR_USAGE, 0, "which office? none is named");
	if ((rc = conf_check_code(ROLE_OFFICE, office, e)) < 0)
		return rc;
	*ret = office;
	return 0;
}

/* An office that is enrolled, whose repository is none any more: not to be
 * taken for one that is not here. */
static int
unopened(int rc, struct err *e)
{
	if (rc != ERR_NOT_FOUND)
		return rc;
	if (e != NULL)
		e->code = ERR_FAILED;
	err_hint(e, "bring this directory back from a backup, then start "
		    "pmqad again");
	return ERR_FAILED;
}

static int
open_repo(struct store *s, const char *office, struct repo **ret, struct err *e)
{
	struct repo *r = NULL;
	struct stat st;
	char path[640];
	int removed, rc;

	if (s->conf.role == ROLE_MINISTRY)
		return store_open_view(s, office, ret, e);
	rc = s->conf.role == ROLE_OFFICE
		 ? file_path(path, sizeof(path), e, "%s/repo.git", s->conf.dir)
		 : file_path(path, sizeof(path), e, "%s/offices/%s.git",
		       s->conf.dir, office);
	if (rc < 0)
		return rc;
	if (s->conf.role == ROLE_HALL && stat(path, &st) != 0 &&
	    errno == ENOENT)
		return err_set(e, ERR_NOT_FOUND, 0,
		    "office '%s' is not enrolled here", office);
	if ((rc = repo_open(path, &r, e)) < 0)
		return s->conf.role == ROLE_HALL ? unopened(rc, e) : rc;
	if (s->mode != STORE_READ && (rc = repo_sweep(r, &removed, e)) < 0) {
		repo_close(r);
		return rc;
	}
	*ret = r;
	return 0;
}

int
store_repo(
    struct store *s, const char *office, struct repo **ret, struct err *e)
{
	struct open_repo *grown;
	struct repo *r = NULL;
	size_t i;
	int rc;

	if ((rc = resolve_office(s, office, &office, e)) < 0)
		return rc;
	for (i = 0; i < s->n_repos; i++) {
		if (strcmp(s->repos[i].office, office) == 0) {
			*ret = s->repos[i].repo;
			return 0;
		}
	}
	grown = realloc(s->repos, (s->n_repos + 1) * sizeof(*grown));
	if (grown == NULL)
		return err_nomem(e);
	s->repos = grown;
	if ((rc = open_repo(s, office, &r, e)) < 0)
		return rc;
	snprintf(grown[s->n_repos].office, sizeof(grown->office), "%s", office);
	grown[s->n_repos].repo = r;
	s->n_repos++;
	*ret = r;
	return 0;
}

int
store_let_go(struct store *s, struct err *e)
{
	size_t i;
	int rc = 0;

	/* a view's objects are its province's */
	for (i = 0; i < s->n_repos && rc == 0; i++)
		if (repo_view_of(s->repos[i].repo) == NULL)
			rc = repo_let_go(s->repos[i].repo, e);
	for (i = 0; i < s->n_provinces && rc == 0; i++)
		if (s->provinces[i].repo != NULL)
			rc = repo_let_go(s->provinces[i].repo, e);
	return rc;
}

/* Reads the branch's row into *b. */
static int
load_branch(struct store *s, struct branch *b, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(s->db, &st, e,
	    "SELECT id, n, tip, content, tip_time FROM branch"
	    " WHERE office = ?1 AND name = ?2",
	    "ss", b->office, b->name);
	if (rc < 0)
		return rc;
	if ((rc = db_step(s->db, st, e)) < 0)
		return rc;
	b->id = 0;
	b->n = 0;
	b->has_tip = 0;
	b->tip_time = 0;
	if (rc > 0) {
		b->id = sqlite3_column_int64(st, 0);
		b->n = sqlite3_column_int(st, 1);
		b->tip_time = sqlite3_column_int64(st, 4);
		b->has_tip = sqlite3_column_bytes(st, 2) == COMMIT_ID_LEN &&
			     sqlite3_column_bytes(st, 3) == COMMIT_CONTENT_LEN;
		if (b->has_tip) {
			memcpy(
			    b->tip, sqlite3_column_blob(st, 2), COMMIT_ID_LEN);
			memcpy(b->content, sqlite3_column_blob(st, 3),
			    COMMIT_CONTENT_LEN);
		}
	}
	db_reset(st);
	if (b->id == 0 || !b->own || s->mode == STORE_READ)
		return 0;
	return db_one_int(s->db, &b->sequence, e,
	    "SELECT ifnull((SELECT sequence FROM revision WHERE branch = ?1"
	    " AND device = ?2 ORDER BY id DESC LIMIT 1), 0)",
	    "is", b->id, s->device);
}

int
store_reload_branch(struct store *s, struct branch *b, struct err *e)
{
	tree_free(b->tree);
	b->tree = NULL;
	b->edition = NULL;
	b->sequence = 0;
	return load_branch(s, b, e);
}

static int
make_branch(struct store *s, struct branch *b, struct err *e)
{
	int rc = db_run(s->db, e,
	    "INSERT INTO branch(office, name, own, n, tip_time)"
	    " VALUES(?1, ?2, ?3, 0, 0)",
	    "ssi", b->office, b->name, (int64_t)b->own);

	if (rc == 0)
		b->id = db_last_id(s->db);
	return rc;
}

static struct branch *
cached_branch(struct store *s, const char *office, const char *which)
{
	size_t i;

	for (i = 0; i < s->n_branches; i++) {
		if (strcmp(s->branches[i]->office, office) == 0 &&
		    strcmp(s->branches[i]->name, which) == 0)
			return s->branches[i];
	}
	return NULL;
}

static void
free_branch(struct branch *b)
{
	if (b != NULL)
		tree_free(b->tree);
	free(b);
}

/* Finds the branch's row, or makes it; into the cache. */
static int
add_branch(struct store *s, const char *office, const char *which, int make,
    struct branch **ret, struct err *e)
{
	struct branch **grown, *b = NULL;
	int rc;

	if ((b = calloc(1, sizeof(*b))) == NULL)
		return err_nomem(e);
	snprintf(b->office, sizeof(b->office), "%s", office);
	snprintf(b->name, sizeof(b->name), "%s", which);
	b->own = strcmp(which, store_own_name(s)) == 0;
	if ((rc = store_repo(s, office, &b->repo, e)) < 0)
		goto out;
	if ((rc = load_branch(s, b, e)) < 0)
		goto out;
	if (b->id == 0 && !make) {
		rc = err_set(e, ERR_NOT_FOUND, 0,
		    "office '%s' has no branch '%s'", office, which);
		goto out;
	}
	if (b->id == 0 && s->mode != STORE_READ &&
	    (rc = make_branch(s, b, e)) < 0)
		goto out;
	grown = realloc(s->branches, (s->n_branches + 1) * sizeof(*grown));
	if (grown == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	s->branches = grown;
	grown[s->n_branches++] = b;
	*ret = b;
	b = NULL;
out:
	free_branch(b);
	return rc;
}

static int
get_branch(struct store *s, const char *office, const char *which, int make,
    struct branch **ret, struct err *e)
{
	struct branch *b;
	int rc;

	if ((rc = resolve_office(s, office, &office, e)) < 0)
		return rc;
	if (strcmp(which, "office") != 0 && strcmp(which, "hall") != 0)
		return err_set(
		    e, ERR_NOT_FOUND, 0, "there is no branch '%.40s'", which);
	if ((b = cached_branch(s, office, which)) == NULL)
		return add_branch(s, office, which, make, ret, e);
	if (s->mode == STORE_READ && (rc = load_branch(s, b, e)) < 0)
		return rc;
	*ret = b;
	return 0;
}

int
store_branch(struct store *s, const char *office, const char *which,
    struct branch **ret, struct err *e)
{
	return get_branch(s, office, which, 1, ret, e);
}

int
store_find_branch(struct store *s, const char *office, const char *which,
    struct branch **ret, struct err *e)
{
	return get_branch(s, office, which, 0, ret, e);
}

int
store_own_branch(
    struct store *s, const char *office, struct branch **ret, struct err *e)
{
	if (s->conf.role == ROLE_MINISTRY)
		return err_set(e, ERR_DENIED, 0,
		    "a ministry reads what its provinces write, and writes "
		    "nothing in them");
	return get_branch(s, office, store_own_name(s), 1, ret, e);
}

void
store_forget_branches(struct store *s)
{
	size_t i;

	for (i = 0; i < s->n_branches; i++)
		free_branch(s->branches[i]);
	s->n_branches = 0;
}

static int
by_code(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Codes of the repositories in DIR/offices, sorted. */
static int
list_offices(struct store *s, char (**ret)[8], size_t *ret_n, struct err *e)
{
	char path[640], (*list)[8] = NULL, (*grown)[8];
	struct dirent *d;
	DIR *handle;
	size_t n = 0;
	int rc;

	if ((rc = file_path(path, sizeof(path), e, "%s/offices", s->conf.dir)) <
	    0)
		return rc;
	if ((handle = opendir(path)) == NULL)
		return err_sys(e, "cannot open '%s'", path);
	while (rc == 0 && (d = readdir(handle)) != NULL) {
		char code[8] = "";

		if (strlen(d->d_name) != 8 ||
		    strcmp(d->d_name + 4, ".git") != 0)
			continue;
		memcpy(code, d->d_name, 4);
		if (conf_check_code(ROLE_OFFICE, code, NULL) < 0)
			continue;
		if ((grown = realloc(list, (n + 1) * sizeof(*list))) == NULL) {
			rc = err_nomem(e);
			break;
		}
		list = grown;
		memcpy(list[n++], code, sizeof(code));
	}
	closedir(handle);
	if (rc < 0) {
		free(list);
		return rc;
	}
	if (n > 0)
		qsort(list, n, sizeof(*list), by_code);
	*ret = list;
	*ret_n = n;
	return 0;
}

int
store_each_office(struct store *s,
    int (*each)(void *arg, const char *office, struct err *e), void *arg,
    struct err *e)
{
	char(*list)[8] = NULL;
	size_t i, n = 0;
	int rc;

	if (s->conf.role == ROLE_OFFICE)
		return each(arg, s->conf.code, e);
	rc = s->conf.role == ROLE_MINISTRY ? store_list_fetched(s, &list, &n, e)
					   : list_offices(s, &list, &n, e);
	if (rc < 0)
		return rc;
	for (i = 0; i < n && rc == 0; i++)
		rc = each(arg, list[i], e);
	free(list);
	return rc;
}

struct every {
	int (*each)(void *arg, const char *office, struct err *e);
	void *arg;
	int rc;
	struct err first;
};

static int
on_every(void *arg, const char *office, struct err *e)
{
	struct every *v = arg;
	struct err own = { 0 };
	int rc = v->each(v->arg, office, &own);

	if (rc == ERR_NOMEM || (rc < 0 && db_is_fatal(&own))) {
		if (e != NULL)
			*e = own;
		return rc;
	}
	if (rc < 0 && v->rc == 0) {
		v->rc = rc;
		v->first = own;
	}
	return 0;
}

int
store_every_office(struct store *s,
    int (*each)(void *arg, const char *office, struct err *e), void *arg,
    struct err *e)
{
	struct every v = { .each = each, .arg = arg };
	int rc = store_each_office(s, on_every, &v, e);

	if (rc == 0 && (rc = v.rc) < 0 && e != NULL)
		*e = v.first;
	return rc;
}
