#include "store/provinces.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>

#include "base/file.h"
#include "store/git/refs.h"
#include "store/state.h"

int
provinces_dir(const struct conf *c, const char *code, char *ret, size_t size,
    struct err *e)
{
	return file_path(ret, size, e, "%s/provinces/%s", c->dir, code);
}

size_t
provinces_count(const struct store *s)
{
	return s->n_provinces;
}

const struct province *
provinces_at(const struct store *s, size_t i)
{
	return &s->provinces[i];
}

static struct province *
find(struct store *s, const char *code)
{
	size_t i;

	for (i = 0; i < s->n_provinces; i++)
		if (strncmp(s->provinces[i].code, code, 2) == 0)
			return &s->provinces[i];
	return NULL;
}

static int
unknown(const char *code, struct err *e)
{
	err_set(e, ERR_NOT_FOUND, 0,
	    "province %.2s is not among those that this ministry fetches",
	    code);
	err_hint(e, "pmqa ministry list shows them; pmqa ministry add takes in "
		    "another");
	return ERR_NOT_FOUND;
}

int
provinces_find(struct store *s, const char *code, const struct province **ret,
    struct err *e)
{
	const struct province *p = find(s, code);

	if (p == NULL)
		return unknown(code, e);
	*ret = p;
	return 0;
}

int
provinces_repo(
    struct store *s, const char *code, struct repo **ret, struct err *e)
{
	struct province *p = find(s, code);
	char path[PATH_MAX];
	int rc, removed;

	if (p == NULL)
		return unknown(code, e);
	if (p->repo == NULL) {
		struct repo *r = NULL;

		if ((rc = file_path(path, sizeof(path), e, "%s/province.git",
			 p->conf.dir)) < 0 ||
		    (rc = repo_open(path, &r, e)) < 0)
			return rc;
		if (s->mode != STORE_READ &&
		    (rc = repo_sweep(r, &removed, e)) < 0) {
			repo_close(r);
			return rc;
		}
		p->repo = r;
	}
	*ret = p->repo;
	return 0;
}

/* --- offices --- */

/* Fetched, checked already or not. */
static int
has_office(struct repo *view, const char *office, struct err *e)
{
	static const char *const places[] = { "halls", "offices",
		"incoming/halls", "incoming/offices" };
	unsigned char id[20];
	char name[64];
	struct err own;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(name, sizeof(name), "refs/%s/%s", places[i], office);
		if ((rc = repo_ref(view, name, id, &own)) == 0)
			return 1;
		if (rc != ERR_NOT_FOUND) {
			if (e != NULL)
				*e = own;
			return rc;
		}
	}
	return 0;
}

int
store_open_view(
    struct store *s, const char *office, struct repo **ret, struct err *e)
{
	struct repo *base = NULL, *view = NULL;
	int rc;

	if ((rc = provinces_repo(s, office, &base, e)) < 0 ||
	    (rc = repo_open_view(base, office, &view, e)) < 0)
		return rc;
	if ((rc = has_office(view, office, e)) <= 0) {
		repo_close(view);
		return rc < 0 ? rc
			      : err_set(e, ERR_NOT_FOUND, 0,
				    "province %.2s has sent nothing of an "
				    "office '%s'",
				    office, office);
	}
	*ret = view;
	return 0;
}

static int
add_code(const char *code, char (**list)[8], size_t *n, struct err *e)
{
	char(*grown)[8] = realloc(*list, (*n + 1) * sizeof(**list));

	if (grown == NULL)
		return err_nomem(e);
	*list = grown;
	snprintf(grown[(*n)++], sizeof(*grown), "%s", code);
	return 0;
}

/* Of one province: what was checked, by the names of its refs. */
static int
add_offices(struct store *s, const struct province *p, const char *prefix,
    char (**list)[8], size_t *n, struct err *e)
{
	struct refs refs = { NULL, 0 };
	struct repo *base = NULL;
	const char *code;
	size_t i;
	int rc;

	if ((rc = provinces_repo(s, p->code, &base, e)) < 0 ||
	    (rc = refs_list(base, prefix, &refs, e)) < 0)
		return rc;
	for (i = 0; i < refs.n && rc == 0; i++) {
		code = refs.list[i].name + strlen(prefix);
		if (conf_check_code(ROLE_OFFICE, code, NULL) == 0 &&
		    strncmp(code, p->code, 2) == 0)
			rc = add_code(code, list, n, e);
	}
	refs_release(&refs);
	return rc;
}

static int
by_code(const void *a, const void *b)
{
	return strcmp(a, b);
}

int
store_list_fetched(
    struct store *s, char (**ret)[8], size_t *ret_n, struct err *e)
{
	char(*list)[8] = NULL;
	size_t i, n = 0, kept = 0;
	int rc = 0;

	for (i = 0; i < s->n_provinces && rc == 0; i++) {
		rc = add_offices(
		    s, &s->provinces[i], "refs/halls/", &list, &n, e);
		if (rc == 0)
			rc = add_offices(
			    s, &s->provinces[i], "refs/offices/", &list, &n, e);
	}
	if (rc < 0) {
		free(list);
		return rc;
	}
	if (n > 0)
		qsort(list, n, sizeof(*list), by_code);
	for (i = 0; i < n; i++)
		if (kept == 0 || strcmp(list[kept - 1], list[i]) != 0)
			memmove(list[kept++], list[i], sizeof(*list));
	*ret = list;
	*ret_n = kept;
	return 0;
}

/* --- loading --- */

void
store_close_provinces(struct store *s)
{
	size_t i;

	/* their views first */
	for (i = 0; i < s->n_repos; i++)
		repo_close(s->repos[i].repo);
	s->n_repos = 0;
	for (i = 0; i < s->n_provinces; i++)
		repo_close(s->provinces[i].repo);
	free(s->provinces);
	s->provinces = NULL;
	s->n_provinces = 0;
}

static int
load_one(struct store *s, const char *code, struct err *e)
{
	struct province *grown, *p;
	int rc;

	grown =
	    realloc(s->provinces, (s->n_provinces + 1) * sizeof(*s->provinces));
	if (grown == NULL)
		return err_nomem(e);
	s->provinces = grown;
	p = &grown[s->n_provinces];
	memset(p, 0, sizeof(*p));
	p->conf = s->conf;
	snprintf(p->code, sizeof(p->code), "%.2s", code);
	if ((rc = provinces_dir(
		 &s->conf, code, p->conf.dir, sizeof(p->conf.dir), e)) < 0 ||
	    (rc = conf_read_hall(&p->conf, e)) < 0)
		return rc;
	if (!p->conf.enrolled)
		return 0; /* its add was cut before it counted */
	if (strcmp(p->conf.hall_code, code) != 0)
		return err_set(e, ERR_INVALID, 0,
		    "'%s/hall.conf' is that of province %s", p->conf.dir,
		    p->conf.hall_code);
	s->n_provinces++;
	return 0;
}

static int
by_province(const void *a, const void *b)
{
	const struct province *x = a, *y = b;

	return strcmp(x->code, y->code);
}

int
store_load_provinces(struct store *s, struct err *e)
{
	const struct dirent *at;
	char path[PATH_MAX];
	DIR *d;
	int rc;

	store_forget_branches(s);
	store_close_provinces(s);
	if ((rc = file_path(
		 path, sizeof(path), e, "%s/provinces", s->conf.dir)) < 0)
		return rc;
	if ((d = opendir(path)) == NULL)
		return err_sys(e, "cannot open '%s'", path);
	while (rc == 0 && (at = readdir(d)) != NULL)
		if (conf_check_code(ROLE_HALL, at->d_name, NULL) == 0)
			rc = load_one(s, at->d_name, e);
	(void)closedir(d);
	if (rc == 0 && s->n_provinces > 1)
		qsort(s->provinces, s->n_provinces, sizeof(*s->provinces),
		    by_province);
	return rc;
}
