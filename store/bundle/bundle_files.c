#include "store/bundle/bundle_files.h"

#include "store/bundle/bundle.h"

/* what git adds to it, and text, must find room as well */
#define BYTES_MAX (BUNDLE_MAX - INT64_C(256) * 1024 * 1024)
#define RECEIPT_MAX 8192

void
bundle_files_release(struct bundle_files *f)
{
	free(f->names.list);
	memset(f, 0, sizeof(*f));
}

static int
by_size(const void *a, const void *b)
{
	const struct evidence_named *x = a, *y = b;

	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	return strcmp(x->sha, y->sha);
}

/* As many as fit, smallest first. */
static void
fit(struct bundle_files *f)
{
	size_t i;

	if (f->names.n > 1)
		qsort(
		    f->names.list, f->names.n, sizeof(*f->names.list), by_size);
	f->bytes = 0;
	for (i = 0; i < f->names.n && i < BUNDLE_FILES_MAX; i++) {
		if (f->bytes + f->names.list[i].size > BYTES_MAX)
			break;
		f->bytes += f->names.list[i].size;
	}
	f->left = (int64_t)(f->names.n - i);
	f->names.n = i;
}

static int
add_waiting(void *arg, const char *sha, int64_t size, struct err *e)
{
	struct bundle_files *f = arg;

	return evidence_names_add(&f->names, sha, size, e);
}

int
bundle_files_unconfirmed(
    struct store *s, struct bundle_files *ret, struct err *e)
{
	int rc;

	memset(ret, 0, sizeof(*ret));
	if ((rc = evidence_waiting(s, add_waiting, ret, e)) == 0)
		fit(ret);
	return rc;
}

struct picking {
	struct evidence_repo *repo; /* NULL: nothing is here */
	const struct bundle_known *known;
	struct bundle_files *files;
	cJSON *lacking;
};

static int
is_wanted(const struct bundle_known *k, const char *sha)
{
	const cJSON *v;

	if (k->all_files)
		return 1;
	cJSON_ArrayForEach (v, k->lacks)
		if (strcmp(v->valuestring, sha) == 0)
			return 1;
	return 0;
}

static int
pick(void *arg, const struct evidence_rec *rec, struct err *e)
{
	struct picking *p = arg;
	int rc, n = 0, whole = 0;

	if (rec->redacted_time[0] != '\0')
		return 0;
	if (p->repo != NULL &&
	    (rc = evidence_repo_have(p->repo, rec->sha, &n, &whole, e)) < 0)
		return rc;
	if (p->lacking != NULL && !whole &&
	    cJSON_GetArraySize(p->lacking) < BUNDLE_FILES_MAX)
		return json_push_str(p->lacking, rec->sha, e);
	if (p->files != NULL && whole && is_wanted(p->known, rec->sha))
		return evidence_names_add(
		    &p->files->names, rec->sha, rec->size, e);
	return 0;
}

static int
pick_all(struct store *s, const char *office, struct picking *p, struct err *e)
{
	const char *code = NULL;
	int rc;

	if ((rc = evidence_office(s, office, &code, e)) < 0)
		return rc;
	rc = evidence_open_repo(s, office, 0, &p->repo, e);
	if (rc < 0 && rc != ERR_NOT_FOUND)
		return rc;
	rc = evidence_each_record(s, code, pick, p, e);
	evidence_repo_close(p->repo);
	return rc;
}

int
bundle_files_wanted(struct store *s, const char *office,
    const struct bundle_known *known, struct bundle_files *ret, struct err *e)
{
	struct picking p = { .known = known, .files = ret };
	int rc;

	memset(ret, 0, sizeof(*ret));
	if (!known->all_files && cJSON_GetArraySize(known->lacks) == 0)
		return 0;
	if ((rc = pick_all(s, office, &p, e)) == 0)
		fit(ret);
	return rc;
}

int
bundle_files_lacking(
    struct store *s, const char *office, cJSON *ret, struct err *e)
{
	struct picking p = { .lacking = ret };

	return pick_all(s, office, &p, e);
}

int
bundle_files_receipts(struct store *s, const char *office, struct buf *ret,
    int64_t *ret_n, struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	int rc;

	*ret_n = 0;
	rc = db_stmt(db, &st, e,
	    "SELECT receipt FROM evidence_file WHERE office = ?1"
	    " AND receipt IS NOT NULL AND erased IS NULL"
	    " ORDER BY confirmed DESC, sha LIMIT ?2",
	    "si", office, (int64_t)BUNDLE_FILES_MAX);
	if (rc < 0)
		return rc;
	buf_putc(ret, '[');
	while ((rc = db_step(db, st, e)) > 0) {
		if (sqlite3_column_bytes(st, 0) > RECEIPT_MAX)
			continue;
		if ((*ret_n)++ > 0)
			buf_puts(ret, ",\n");
		buf_append(ret, sqlite3_column_text(st, 0),
		    (size_t)sqlite3_column_bytes(st, 0));
	}
	db_reset(st);
	buf_puts(ret, "]\n");
	return rc < 0 ? rc : buf_ok(ret, e);
}
