/* The access log: its chain, and that the line where the last proof ended is
 * still in it. It has a line an export; it is read whole when one of its files
 * was written since. */
#include "store/view/verify_state.h"

#include <inttypes.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/file.h"
#include "store/hall/access_file.h"

#define WHERE "access log"
#define FINDINGS_MAX 20 /* a broken chain breaks all that follow */

struct access_check {
	struct verify *v;
	struct verify_base before;
	int64_t n; /* of the last line */
	char hash[65];
	int n_told, met, same;
};

static int
tell_line(struct access_check *k, const struct accepted_line *l, struct err *e)
{
	struct err f;

	if (l->line == NULL)
		err_set(&f, ERR_DAMAGED, 0,
		    "line %" PRId64 " of the access log of %d is none", l->at,
		    l->year);
	else if (!l->hash_ok)
		err_set(&f, ERR_DAMAGED, 0,
		    "line %" PRId64 " of the access log of %d was changed",
		    l->at, l->year);
	else
		err_set(&f, ERR_DAMAGED, 0,
		    "line %" PRId64 " of the access log of %d does not follow "
		    "the one before it",
		    l->at, l->year);
	err_hint(&f, "compare with a backup");
	return verify_found(k->v, "error", "access", WHERE, &f, e);
}

static int
on_line(void *arg, const struct accepted_line *l, struct err *e)
{
	struct access_check *k = arg;
	const char *hash;
	int rc;

	if ((l->line == NULL || !l->hash_ok || !l->chain_ok) &&
	    k->n_told++ < FINDINGS_MAX && (rc = tell_line(k, l, e)) < 0)
		return rc;
	if (l->line == NULL)
		return 0;
	hash = json_str(l->line, "hash");
	k->n = json_int(l->line, "n", 0);
	snprintf(k->hash, sizeof(k->hash), "%s", hash);
	if (k->n != k->before.access_n)
		return 0;
	k->met = 1;
	k->same = strcmp(hash, k->before.access_hash) == 0;
	return 0;
}

static int
check_before(struct access_check *k, struct err *e)
{
	struct err f;

	if (k->before.access_n == 0 || k->same)
		return 0;
	if (!k->met)
		err_set(&f, ERR_DAMAGED, 0,
		    "the access log ends at line %" PRId64 ", but the last "
		    "proof saw line %" PRId64 ": it was cut, or an older copy "
		    "put in its place",
		    k->n, k->before.access_n);
	else
		err_set(&f, ERR_DAMAGED, 0,
		    "line %" PRId64 " of the access log is another than the "
		    "one that the last proof saw",
		    k->before.access_n);
	err_hint(&f, "compare with a backup");
	return verify_found(k->v, "error", "access", WHERE, &f, e);
}

static int
is_old(const struct verify *v, const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_ctime < v->base.time &&
	       st.st_mtime < v->base.time;
}

/* Neither the directory (no file came or went) nor one of the files was written
 * since the last proof. */
static int
is_untouched(const struct verify *v)
{
	const char *dir = store_conf(v->store)->dir;
	struct accepted_years years;
	char path[PATH_MAX];
	int i;

	if (v->deep || v->base.time == 0 ||
	    file_path(path, sizeof(path), NULL, "%s/log", dir) < 0 ||
	    !is_old(v, path) || access_years(dir, &years, NULL) < 0)
		return 0;
	for (i = 0; i < years.n; i++)
		if (access_path(dir, years.list[i], path, sizeof(path), NULL) <
			0 ||
		    !is_old(v, path))
			return 0;
	return 1;
}

int
verify_access(struct verify *v, struct err *e)
{
	struct access_check k = { .v = v };
	int rc, fault = 0;

	if (is_untouched(v))
		return 0;
	/* a proof from zero, too, knows what an earlier one saw of it */
	if ((rc = verify_base_read(v->store, &k.before, &fault, e)) < 0 ||
	    (rc = access_each(store_conf(v->store)->dir, on_line, &k, e)) < 0 ||
	    (rc = check_before(&k, e)) < 0)
		return rc;
	v->base.access_n = k.n;
	snprintf(
	    v->base.access_hash, sizeof(v->base.access_hash), "%s", k.hash);
	return 0;
}
