#include "store/admit/copy.h"

#include <dirent.h>
#include <errno.h>

#include "base/file.h"
#include "store/db/mark.h"
#include "store/git/gitrun.h"

#define MARK "copy"
/* a look-up asks each pack in turn */
#define PACKS_MAX 48
#define JOIN_MS (10L * 60 * 1000)
/* Of a revision on the wire, until steps have told. */
#define BYTES_FIRST INT64_C(1024)

const char *
copy_branch_name(enum copy_branch b)
{
	return b == COPY_HALL ? "hall" : "office";
}

static int
find_ref(struct repo *r, const char *kind, enum copy_branch b, struct copy *ret,
    struct err *e)
{
	char ref[48];
	int rc;

	if (ret->have[b].has)
		return 0;
	snprintf(ref, sizeof(ref), "refs/%s/%s", kind, copy_branch_name(b));
	rc = repo_ref(r, ref, ret->have[b].id, e);
	ret->have[b].has = rc == 0;
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

/* What is known of the hall's two branches. Our own is no measure: it may hold
 * what the hall has not got. */
static int
find_have(struct repo *r, struct copy *ret, struct err *e)
{
	int rc;

	if ((rc = find_ref(r, "incoming", COPY_HALL, ret, e)) < 0 ||
	    (rc = find_ref(r, "heads", COPY_HALL, ret, e)) < 0)
		return rc;
	return find_ref(r, "incoming", COPY_OFFICE, ret, e);
}

int
copy_look(struct store *s, struct copy *ret, struct err *e)
{
	struct repo *r = NULL;
	cJSON *mark = NULL;
	int rc;

	memset(ret, 0, sizeof(*ret));
	if ((rc = store_repo(s, "", &r, e)) < 0 ||
	    (rc = find_have(r, ret, e)) < 0 ||
	    (rc = mark_get(store_db(s), MARK, &mark, e)) < 0)
		return rc;
	ret->done = json_int(mark, "done", 0);
	ret->revision_bytes = json_int(mark, "bytes", BYTES_FIRST);
	/* a row that somebody wrote to: it is divided by */
	if (ret->revision_bytes < 1)
		ret->revision_bytes = BYTES_FIRST;
	if (ret->done < 0)
		ret->done = 0;
	ret->under_way = mark != NULL;
	cJSON_Delete(mark);
	if (ret->under_way || ret->have[COPY_HALL].has)
		return 0;
	ret->under_way = 1;
	return copy_begin(s, e);
}

int
copy_begin(struct store *s, struct err *e)
{
	struct copy c = { .revision_bytes = BYTES_FIRST };

	return copy_note(s, &c, 0, e);
}

int
copy_note(struct store *s, const struct copy *c, int64_t total, struct err *e)
{
	cJSON *mark = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_int(mark, "done", c->done, e)) == 0 &&
	    (rc = json_put_int(mark, "total", total, e)) == 0 &&
	    (rc = json_put_int(mark, "bytes", c->revision_bytes, e)) == 0)
		rc = mark_set(store_db(s), MARK, mark, e);
	cJSON_Delete(mark);
	return rc;
}

static int
count_packs(const struct repo *r, int *ret, struct err *e)
{
	struct dirent *at;
	char dir[1024];
	size_t len;
	int rc;
	DIR *d;

	*ret = 0;
	rc = file_path(dir, sizeof(dir), e, "%s/objects/pack", repo_path(r));
	if (rc < 0)
		return rc;
	if ((d = opendir(dir)) == NULL)
		return errno == ENOENT ? 0
				       : err_sys(e, "cannot open '%s'", dir);
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): d is this call's own */
	while ((at = readdir(d)) != NULL) {
		len = strlen(at->d_name);
		*ret += len > 5 && strcmp(at->d_name + len - 5, ".pack") == 0;
	}
	closedir(d);
	return 0;
}

static int
join_packs(struct store *s, struct err *e)
{
	static const char *const repack[] = { "repack", "--geometric=2", "-d",
		"-q", NULL };
	struct repo *r = NULL;
	int n = 0, rc;

	if ((rc = store_repo(s, "", &r, e)) < 0 ||
	    (rc = count_packs(r, &n, e)) < 0 || n <= PACKS_MAX)
		return rc;
	if ((rc = gitrun(repo_path(r), repack, JOIN_MS, NULL, e)) < 0)
		return rc;
	return repo_refresh(r, e);
}

int
copy_end(struct store *s, struct err *e)
{
	int rc = mark_set(store_db(s), MARK, NULL, e);

	return rc < 0 ? rc : join_packs(s, e);
}

int
copy_status(struct store *s, cJSON **ret, struct err *e)
{
	cJSON *mark = NULL;
	int rc;

	if ((rc = mark_get(store_db(s), MARK, &mark, e)) < 0)
		return rc;
	if (json_int(mark, "total", 0) > 0) {
		cJSON_DeleteItemFromObject(mark, "bytes"); /* our own */
		*ret = mark;
		return 0;
	}
	cJSON_Delete(mark);
	if ((*ret = cJSON_CreateNull()) == NULL)
		return err_nomem(e);
	return 0;
}
