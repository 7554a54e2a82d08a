#include "tests/support/histories.h"

#include "store/record/canon.h"
#include "tests/unit/test.h"

#define WORDS (HISTORY_MAX / 64)

struct file {
	char path[104];
	const cJSON *rec;
};

struct version {
	int64_t parents[2];
	char login[24];
	uint64_t reached[WORDS]; /* with itself */
	struct file *files;      /* by path */
	size_t n;
};

struct history {
	struct version *list[HISTORY_MAX];
	int64_t n;
	cJSON *pool; /* every record that ever was */
	const struct edition *edition;
};

struct history *
history_create(void)
{
	struct history *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	h->pool = cJSON_CreateArray();
	assert_non_null(h->pool);
	return h;
}

void
history_free(struct history *h)
{
	int64_t i;

	for (i = 0; i < h->n; i++) {
		free(h->list[i]->files);
		free(h->list[i]);
	}
	cJSON_Delete(h->pool);
	free(h);
}

void
history_edition(struct history *h, const struct edition *ed)
{
	h->edition = ed;
}

static int
is_reached(const struct version *v, int64_t i)
{
	return (int)(v->reached[i / 64] >> (i % 64) & 1);
}

int64_t
history_add(struct history *h, int64_t first, int64_t second, const char *login)
{
	struct version *v = calloc(1, sizeof(*v));
	const struct version *p;
	size_t i, k;

	assert_true(h->n < HISTORY_MAX);
	assert_non_null(v);
	v->parents[0] = first;
	v->parents[1] = second;
	snprintf(v->login, sizeof(v->login), "%s", login);
	v->reached[h->n / 64] |= (uint64_t)1 << (h->n % 64);
	for (i = 0; i < 2; i++)
		if (v->parents[i] >= 0)
			for (k = 0; k < WORDS; k++)
				v->reached[k] |=
				    h->list[v->parents[i]]->reached[k];
	if (first >= 0) {
		p = h->list[first];
		v->files = calloc(p->n + 1, sizeof(*v->files));
		assert_non_null(v->files);
		if (p->n > 0)
			memcpy(v->files, p->files, p->n * sizeof(*v->files));
		v->n = p->n;
	}
	h->list[h->n] = v;
	return h->n++;
}

int64_t
history_parent(const struct history *h, int64_t version, int which)
{
	return h->list[version]->parents[which];
}

/* Where a path is, or would be. */
static size_t
place(const struct version *v, const char *path, int *ret_there)
{
	size_t i;
	int order = 1;

	for (i = 0; i < v->n; i++)
		if ((order = strcmp(v->files[i].path, path)) >= 0)
			break;
	*ret_there = i < v->n && order == 0;
	return i;
}

void
history_put(struct history *h, int64_t version, const char *path, cJSON *rec)
{
	struct version *v = h->list[version];
	int there;
	size_t i = place(v, path, &there);

	if (rec == NULL) {
		if (!there)
			return;
		v->n--;
		memmove(&v->files[i], &v->files[i + 1],
		    (v->n - i) * sizeof(*v->files));
		return;
	}
	assert_true(cJSON_AddItemToArray(h->pool, rec));
	if (!there) {
		v->files = realloc(v->files, (v->n + 1) * sizeof(*v->files));
		assert_non_null(v->files);
		memmove(&v->files[i + 1], &v->files[i],
		    (v->n - i) * sizeof(*v->files));
		v->n++;
		snprintf(
		    v->files[i].path, sizeof(v->files[i].path), "%s", path);
	}
	v->files[i].rec = rec;
}

const cJSON *
history_get(const struct history *h, int64_t version, const char *path)
{
	const struct version *v = h->list[version];
	int there;
	size_t i = place(v, path, &there);

	return there ? v->files[i].rec : NULL;
}

const char *
history_file(
    const struct history *h, int64_t version, size_t i, const cJSON **ret)
{
	const struct version *v = h->list[version];

	if (i >= v->n)
		return NULL;
	*ret = v->files[i].rec;
	return v->files[i].path;
}

int
history_reaches(const struct history *h, int64_t a, int64_t b)
{
	return is_reached(h->list[b], a);
}

static int
same_file(const struct file *a, const struct file *b)
{
	return strcmp(a->path, b->path) == 0 &&
	       (a->rec == b->rec || canon_equal(a->rec, b->rec));
}

int
history_same(const struct history *h, int64_t a, int64_t b)
{
	const struct version *x = h->list[a], *y = h->list[b];
	size_t i;

	if (x->n != y->n)
		return 0;
	for (i = 0; i < x->n; i++)
		if (!same_file(&x->files[i], &y->files[i]))
			return 0;
	return 1;
}

void
history_print(const struct history *h, int64_t version)
{
	const struct version *v = h->list[version];
	char *text;
	size_t i;

	print_message("version %lld (%lld, %lld) by %s\n", (long long)version,
	    (long long)v->parents[0], (long long)v->parents[1], v->login);
	for (i = 0; i < v->n; i++) {
		text = cJSON_PrintUnformatted(v->files[i].rec);
		print_message("  %s %s\n", v->files[i].path, text);
		cJSON_free(text);
	}
}

/* --- as merge_histories() sees it --- */

static int
is_best(const struct history *h, int64_t c, const uint64_t *common)
{
	int64_t i;

	for (i = c + 1; i < h->n; i++)
		if ((common[i / 64] >> (i % 64) & 1) != 0 &&
		    is_reached(h->list[i], c))
			return 0;
	return 1;
}

static int
bases(void *arg, int64_t a, int64_t b, int64_t *ret, size_t max, size_t *ret_n,
    struct err *e)
{
	const struct history *h = arg;
	uint64_t common[WORDS];
	size_t n = 0, k;
	int64_t i;

	(void)e;
	for (k = 0; k < WORDS; k++)
		common[k] = h->list[a]->reached[k] & h->list[b]->reached[k];
	for (i = 0; i < h->n && n < max; i++)
		if ((common[i / 64] >> (i % 64) & 1) != 0 &&
		    is_best(h, i, common))
			ret[n++] = i;
	*ret_n = n;
	return 0;
}

static int
paths(void *arg, int64_t a, int64_t b,
    int (*each)(void *each_arg, const char *path, struct err *e),
    void *each_arg, struct err *e)
{
	static const struct version empty;
	const struct history *h = arg;
	const struct version *x = a >= 0 ? h->list[a] : &empty;
	const struct version *y = h->list[b];
	size_t i = 0, k = 0;
	int order, rc = 0;

	while (rc == 0 && (i < x->n || k < y->n)) {
		order = i == x->n ? 1
			: k == y->n
			    ? -1
			    : strcmp(x->files[i].path, y->files[k].path);
		if (order < 0)
			rc = each(each_arg, x->files[i].path, e);
		else if (order > 0)
			rc = each(each_arg, y->files[k].path, e);
		else if (!same_file(&x->files[i], &y->files[k]))
			rc = each(each_arg, x->files[i].path, e);
		i += order <= 0;
		k += order >= 0;
	}
	return rc;
}

static int
record(void *arg, int64_t version, const char *path, cJSON **ret, struct err *e)
{
	const cJSON *rec = history_get(arg, version, path);

	*ret = rec != NULL ? cJSON_Duplicate(rec, 1) : NULL;
	return rec != NULL && *ret == NULL ? err_nomem(e) : 0;
}

/* Whether the version gave the field the value, against all of its parents. */
static int
gave(const struct history *h, int64_t i, const char *path, const char *field,
    const cJSON *value)
{
	const struct version *v = h->list[i];
	int p;

	if (!canon_equal(value, record_get(history_get(h, i, path), field)))
		return 0;
	for (p = 0; p < 2; p++)
		if (v->parents[p] >= 0 &&
		    canon_equal(value,
			record_get(history_get(h, v->parents[p], path), field)))
			return 0;
	return 1;
}

static int
origin(void *arg, int64_t version, int64_t other, const char *path,
    const char *field, struct merge_origin *ret, struct err *e)
{
	const struct history *h = arg;
	const cJSON *value = record_get(history_get(h, version, path), field);
	char time[48];
	int64_t i;

	(void)e;
	for (i = version; i >= 0; i--) {
		if (!is_reached(h->list[version], i) ||
		    is_reached(h->list[other], i) ||
		    !gave(h, i, path, field, value))
			continue;
		snprintf(ret->revision, sizeof(ret->revision), "a%lld",
		    (long long)i + 1);
		snprintf(
		    ret->login, sizeof(ret->login), "%s", h->list[i]->login);
		snprintf(ret->name, sizeof(ret->name), "Person %s",
		    h->list[i]->login);
		snprintf(time, sizeof(time), "2026-11-22T10:%02d:%02d+07:00",
		    (int)i / 60 % 60, (int)i % 60);
		snprintf(ret->time, sizeof(ret->time), "%.25s", time);
		return 0;
	}
	return 0;
}

static int
edition(void *arg, const cJSON *assessment, const struct edition **ret,
    struct err *e)
{
	const struct history *h = arg;

	(void)assessment;
	(void)e;
	*ret = h->edition;
	return 0;
}

void
history_try(
    struct history *h, int64_t hall, int64_t mine, struct merge_result *ret)
{
	struct merge_history calls = { bases, paths, record, origin, edition,
		h };
	struct err e = { 0 };

	assert_ok(merge_histories(&calls, hall, mine, ret, &e), &e);
}

int64_t
history_merge(struct history *h, int64_t hall, int64_t mine, const char *login,
    struct merge_result *ret_counts)
{
	struct merge_result m;
	struct err e = { 0 };
	int64_t version;
	cJSON *rec;
	size_t i;

	history_try(h, hall, mine, &m);
	version = history_add(h, hall, mine, login);
	for (i = 0; i < m.n; i++) {
		rec = NULL;
		if (m.files[i].bytes != NULL)
			assert_ok(canon_parse(m.files[i].bytes, m.files[i].len,
				      &rec, &e),
			    &e);
		history_put(h, version, m.files[i].path, rec);
	}
	if (ret_counts != NULL) {
		*ret_counts = m;
		ret_counts->files = NULL;
		ret_counts->n = m.n;
	}
	merge_release(&m);
	return version;
}
