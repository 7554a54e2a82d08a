#include "store/backup/maintain.h"

#include <sys/stat.h>

#include "base/file.h"
#include "store/git/tidy.h"
#include "store/provinces.h"

#define NAME_LEN 64

struct names {
	char (*list)[NAME_LEN]; /* below the directory */
	size_t n;
	const char *dir;
};

struct maintaining {
	const struct maintain_opts *o;
	cJSON *repositories;
	int64_t before, after;
};

/* Adds "offices/9105.git", if it is there. */
static int
add(struct names *a, const char *before, const char *code, const char *after,
    struct err *e)
{
	char path[1024], (*more)[NAME_LEN];
	struct stat st;
	int rc;

	rc = file_path(
	    path, sizeof(path), e, "%s/%s%s%s", a->dir, before, code, after);
	if (rc < 0 || lstat(path, &st) != 0)
		return rc;
	if ((more = realloc(a->list, (a->n + 1) * sizeof(*more))) == NULL)
		return err_nomem(e);
	a->list = more;
	snprintf(a->list[a->n++], NAME_LEN, "%s%s%s", before, code, after);
	return 0;
}

static int
add_office(void *arg, const char *office, struct err *e)
{
	return add(arg, "offices/", office, ".git", e);
}

static int
list_all(struct store *s, struct names *ret, struct err *e)
{
	const struct conf *c = store_conf(s);
	size_t i;
	int rc = 0;

	ret->dir = c->dir;
	switch (c->role) {
	case ROLE_OFFICE:
		return add(ret, "repo.git", "", "", e);
	case ROLE_HALL:
		if ((rc = store_each_office(s, add_office, ret, e)) < 0)
			return rc;
		return add(ret, "province.git", "", "", e);
	case ROLE_MINISTRY:
		for (i = 0; i < provinces_count(s) && rc == 0; i++)
			rc = add(ret, "provinces/", provinces_at(s, i)->code,
			    "/province.git", e);
		return rc;
	}
	return 0;
}

static int
put_one(struct maintaining *m, const char *name, const struct tidy_state *b,
    const struct tidy_state *a, struct err *e)
{
	cJSON *row = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(row, "name", name, e)) < 0 ||
	    (rc = json_put_int(row, "packs_before", b->packs, e)) < 0 ||
	    (rc = json_put_int(row, "packs_after", a->packs, e)) < 0 ||
	    (rc = json_put_int(row, "loose_before", b->loose, e)) < 0 ||
	    (rc = json_put_int(row, "loose_after", a->loose, e)) < 0 ||
	    (rc = json_put_int(row, "bytes_before", b->bytes, e)) < 0 ||
	    (rc = json_put_int(row, "bytes_after", a->bytes, e)) < 0) {
		cJSON_Delete(row);
		return rc;
	}
	m->before += b->bytes;
	m->after += a->bytes;
	return json_push(m->repositories, row, e);
}

/* By hand one pack that is not kept is as few as there can be. */
static int
is_wanted(const struct maintaining *m, const struct tidy_state *st)
{
	return m->o->only_due ? tidy_is_due(st)
			      : st->packs - st->kept > 1 || st->loose > 0;
}

static int
maintain_one(
    struct maintaining *m, const char *dir, const char *name, struct err *e)
{
	struct tidy_state before, after;
	char path[1024];
	int rc;

	if ((rc = file_path(path, sizeof(path), e, "%s/%s", dir, name)) < 0 ||
	    (rc = tidy_look(path, &before, e)) < 0 || !is_wanted(m, &before))
		return rc;
	rc = tidy_run(path, m->o->only_due ? TIDY_SOME : TIDY_ALL, e);
	if (rc < 0 || (rc = tidy_look(path, &after, e)) < 0)
		return rc;
	return put_one(m, name, &before, &after, e);
}

static int
maintain_all(struct maintaining *m, const struct names *all, struct err *e)
{
	struct err later;
	int rc = 0, failed;
	size_t i;

	for (i = 0; i < all->n; i++) {
		failed = maintain_one(
		    m, all->dir, all->list[i], rc == 0 ? e : &later);
		if (rc == 0)
			rc = failed;
		if (m->o->progress != NULL)
			m->o->progress(
			    m->o->arg, (int64_t)i + 1, (int64_t)all->n);
	}
	return rc;
}

int
maintain_run(
    struct store *s, const struct maintain_opts *o, cJSON **ret, struct err *e)
{
	struct maintaining m = { .o = o };
	struct names all = { NULL, 0, NULL };
	cJSON *doc = cJSON_CreateObject();
	int rc;

	if ((m.repositories = cJSON_CreateArray()) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = list_all(s, &all, e)) < 0 ||
	    (rc = maintain_all(&m, &all, e)) < 0 ||
	    (rc = json_put_int(doc, "bytes_before", m.before, e)) < 0 ||
	    (rc = json_put_int(doc, "bytes_after", m.after, e)) < 0)
		goto out;
	rc = json_put(doc, "repositories", m.repositories, e);
	m.repositories = NULL;
	if (rc == 0) {
		*ret = doc;
		doc = NULL;
	}
out:
	cJSON_Delete(m.repositories);
	cJSON_Delete(doc);
	free(all.list);
	return rc;
}
