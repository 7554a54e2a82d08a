#include "store/changeset.h"

#include <inttypes.h>

#include "base/text.h"
#include "store/canon.h"

#define TEXT_PATH "allowed_signers"

struct slot { /* one changed file, and what admit_file points into */
	char path[104];
	unsigned char old_id[20], new_id[20];
	int has_old, has_new;
	struct record_path rp;
	struct cached *old, *new_;
};

struct year { /* what the answers of a year are checked against */
	int year;
	int open; /* it has an assessment */
	char id[72];
	unsigned char blob[20];
	const struct edition *edition;
};

struct changeset {
	const struct admit *a;
	struct objcache *cache;
	const unsigned char *tree; /* of the commit at hand */
	struct slot *slots;
	struct admit_file *files;
	struct commit_file *hashed;
	size_t n, cap, bytes;
	struct year *years;
	size_t n_years;
};

int
changeset_create(const struct admit *a, struct objcache *cache,
    struct changeset **ret, struct err *e)
{
	struct changeset *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return err_nomem(e);
	s->a = a;
	s->cache = cache;
	*ret = s;
	return 0;
}

static void
clear(struct changeset *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		objcache_release(s->slots[i].old);
		objcache_release(s->slots[i].new_);
	}
	s->n = 0;
	s->bytes = 0;
}

void
changeset_free(struct changeset *s)
{
	if (s == NULL)
		return;
	clear(s);
	free(s->slots);
	free(s->files);
	free(s->hashed);
	free(s->years);
	free(s);
}

static int
grow(struct changeset *s, struct err *e)
{
	size_t cap = s->cap == 0 ? 8 : s->cap * 2;
	struct slot *slots;
	struct admit_file *files;
	struct commit_file *hashed;

	if (s->n < s->cap)
		return 0;
	if ((slots = realloc(s->slots, cap * sizeof(*slots))) == NULL)
		return err_nomem(e);
	s->slots = slots;
	if ((files = realloc(s->files, cap * sizeof(*files))) == NULL)
		return err_nomem(e);
	s->files = files;
	if ((hashed = realloc(s->hashed, cap * sizeof(*hashed))) == NULL)
		return err_nomem(e);
	s->hashed = hashed;
	s->cap = cap;
	return 0;
}

static int
on_difference(void *arg, const char *path, const unsigned char *old_blob,
    const unsigned char *new_blob, struct err *e)
{
	struct changeset *s = arg;
	struct slot *f;
	int rc;

	if (s->n == ADMIT_MAX_FILES)
		return err_set(e, ERR_INVALID, 0,
		    "changes more than %d records at once", ADMIT_MAX_FILES);
	if ((rc = grow(s, e)) < 0)
		return rc;
	f = &s->slots[s->n];
	memset(f, 0, sizeof(*f));
	if ((s->a->branch != RECORD_HALL || strcmp(path, TEXT_PATH) != 0) &&
	    (rc = record_path_parse(path, s->a->branch, &f->rp, e)) < 0)
		return rc;
	snprintf(f->path, sizeof(f->path), "%s", path);
	if ((f->has_old = old_blob != NULL))
		memcpy(f->old_id, old_blob, 20);
	if ((f->has_new = new_blob != NULL))
		memcpy(f->new_id, new_blob, 20);
	s->n++;
	return 0;
}

/* Reads both sides of one file. */
static int
load(struct changeset *s, struct slot *f, struct err *e)
{
	int json = f->rp.type != NULL;
	size_t max = json ? CANON_MAX : ADMIT_TEXT_MAX;
	int rc = 0;

	if (f->has_old && json)
		rc = objcache_record(s->cache, f->old_id, max, 1, &f->old, e);
	if (rc == 0 && f->has_new)
		rc = objcache_record(
		    s->cache, f->new_id, max, json, &f->new_, e);
	if (rc < 0) {
		err_prepend(e, json ? f->rp.name : f->path);
		return rc;
	}
	if (f->new_ != NULL)
		s->bytes += f->new_->len;
	if (s->bytes > ADMIT_MAX_BYTES)
		return err_set(e, ERR_INVALID, 0,
		    "changes more than %zu bytes of records at once",
		    ADMIT_MAX_BYTES);
	return 0;
}

static void
give(const struct slot *f, struct admit_file *ret, struct commit_file *hashed)
{
	memset(ret, 0, sizeof(*ret));
	ret->path = f->path;
	ret->rp = f->rp;
	ret->old_blob = f->has_old ? f->old_id : NULL;
	ret->new_blob = f->has_new ? f->new_id : NULL;
	if (f->old != NULL)
		ret->old_rec = f->old->json;
	if (f->new_ != NULL) {
		ret->bytes = f->new_->bytes;
		ret->len = f->new_->len;
		/* a blob that is also shared with a record has a parse */
		ret->new_rec = f->rp.type != NULL ? f->new_->json : NULL;
	}
	hashed->path = ret->path;
	hashed->bytes = ret->bytes;
	hashed->len = ret->len;
}

/* --- which edition a year is answered against --- */

static int
set_year(
    struct changeset *s, struct year *y, const cJSON *assessment, struct err *e)
{
	const cJSON *id = record_get(assessment, "edition.id");
	const cJSON *blob = record_get(assessment, "edition.blob");
	int rc;

	y->open = 0;
	y->edition = NULL;
	if (assessment == NULL)
		return 0;
	if (!cJSON_IsString(id) || !cJSON_IsString(blob))
		return err_set(e, ERR_INVALID, 0,
		    "the assessment of %d names no edition", y->year);
	snprintf(y->id, sizeof(y->id), "%s", id->valuestring);
	if ((rc = commit_unhex(blob->valuestring, y->blob, e)) < 0)
		return rc;
	if ((rc = s->a->edition_of(s->a->arg, y->id, y->blob, &y->edition, e)) <
	    0)
		return rc;
	y->open = 1;
	return 0;
}

/* The assessment as it stands in the commit's tree, where the commit left it
 * alone. */
static int
find_assessment(
    struct changeset *s, int year, struct cached **ret, struct err *e)
{
	unsigned char blob[20];
	struct tree *t;
	char path[32];
	int rc;

	if ((t = tree_new()) == NULL)
		return err_nomem(e);
	snprintf(path, sizeof(path), "%d/assessment.json", year);
	rc = tree_load(t, s->tree, objcache_tree, s->cache, e);
	if (rc == 0)
		rc = tree_find(t, path, blob, e);
	if (rc == 0)
		rc = objcache_record(s->cache, blob, CANON_MAX, 1, ret, e);
	tree_free(t);
	return rc;
}

static struct year *
known_year(struct changeset *s, int year)
{
	size_t i;

	for (i = 0; i < s->n_years; i++)
		if (s->years[i].year == year)
			return &s->years[i];
	return NULL;
}

static int
add_year(struct changeset *s, int year, struct year **ret, struct err *e)
{
	struct year *grown =
	    realloc(s->years, (s->n_years + 1) * sizeof(*grown));

	if (grown == NULL)
		return err_nomem(e);
	s->years = grown;
	*ret = &grown[s->n_years++];
	memset(*ret, 0, sizeof(**ret));
	(*ret)->year = year;
	return 0;
}

/* What stands for a year in the commit's tree, open or not. */
static int
year_of(struct changeset *s, int year, struct year **ret, struct err *e)
{
	struct cached *assessment = NULL;
	struct year *y = known_year(s, year);
	int rc;

	*ret = y;
	if (y != NULL)
		return 0;
	if ((rc = add_year(s, year, &y, e)) < 0)
		return rc;
	*ret = y;
	rc = find_assessment(s, year, &assessment, e);
	if (rc == 0)
		rc = set_year(s, y, assessment->json, e);
	objcache_release(assessment);
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

struct search {
	char prefix[24];
	int found;
};

static int
on_any_file(void *arg, const char *path, const unsigned char *old_blob,
    const unsigned char *new_blob, struct err *e)
{
	struct search *look = arg;

	(void)old_blob;
	(void)new_blob;
	(void)e;
	if (strncmp(path, look->prefix, strlen(look->prefix)) == 0)
		look->found = 1;
	return 0;
}

/* Answers would lose what they were given against. */
static int
check_no_answers(struct changeset *s, int year, struct err *e)
{
	struct search look = { "", 0 };
	int rc;

	snprintf(look.prefix, sizeof(look.prefix), "%d/items/", year);
	rc = tree_diff(NULL, s->tree, objcache_tree, s->cache,
	    ADMIT_MAX_ENTRIES, on_any_file, &look, e);
	if (rc == 0 && look.found)
		rc = err_set(e, ERR_INVALID, 0,
		    "the assessment of %d has answers: it can neither go nor "
		    "change its edition",
		    year);
	return rc;
}

static int
check_assessment(struct changeset *s, const struct slot *f, struct err *e)
{
	const cJSON *before = f->old != NULL ? f->old->json : NULL;
	const cJSON *after = f->new_ != NULL ? f->new_->json : NULL;
	struct year *y = known_year(s, f->rp.year);
	int rc;

	if (after != NULL && (rc = record_check(&f->rp, after, NULL, e)) < 0)
		return rc;
	if (y == NULL && (rc = add_year(s, f->rp.year, &y, e)) < 0)
		return rc;
	if ((rc = set_year(s, y, after, e)) < 0)
		return rc;
	if (before == NULL ||
	    (after != NULL && cJSON_Compare(record_get(before, "edition"),
				  record_get(after, "edition"), 1)))
		return 0;
	return check_no_answers(s, f->rp.year, e);
}

/* --- the other records --- */

/* A record that names its office or hall must name ours. */
static int
check_names(
    const struct slot *f, const char *field, const char *want, struct err *e)
{
	const cJSON *v = record_get(f->new_->json, field);

	if (want == NULL ||
	    (cJSON_IsString(v) && strcmp(v->valuestring, want) == 0))
		return 0;
	return err_set(
	    e, ERR_INVALID, 0, "%s: '%s' is not '%s'", f->rp.name, field, want);
}

static int
check_owner(const struct changeset *s, const struct slot *f, struct err *e)
{
	const char *type = f->rp.type->name;
	int rc;

	if (strcmp(type, "office") == 0)
		return check_names(f, "code", s->a->office, e);
	if (strcmp(type, "registry") == 0) {
		rc = check_names(f, "office.code", s->a->office, e);
		return rc < 0 ? rc : check_names(f, "hall.code", s->a->hall, e);
	}
	if (strcmp(type, "receipts") == 0) {
		rc = check_names(f, "office", s->a->office, e);
		return rc < 0 ? rc : check_names(f, "hall", s->a->hall, e);
	}
	return 0;
}

/* OpenSSH reads this one: lines of printable text. */
static int
check_text(const struct slot *f, struct err *e)
{
	const char *s = f->new_->bytes;
	size_t len = f->new_->len, i, bad;

	if (len == 0 || s[len - 1] != '\n' || !text_is_utf8(s, len, &bad))
		return err_set(e, ERR_INVALID, 0,
		    "%s: must be lines of UTF-8 text", f->path);
	for (i = 0; i < len; i++)
		if (((unsigned char)s[i] < 0x20 && s[i] != '\n') ||
		    s[i] == 0x7f)
			return err_set(e, ERR_INVALID, 0,
			    "%s: has a control character at byte %zu", f->path,
			    i);
	return 0;
}

/* Records that others rest on only come and change. */
static int
check_removal(const struct slot *f, struct err *e)
{
	if (f->rp.type != NULL && strcmp(f->rp.type->name, "answer") == 0)
		return 0;
	return err_set(e, ERR_INVALID, 0, "'%s' cannot be removed", f->path);
}

static int
check_file(struct changeset *s, const struct slot *f, struct err *e)
{
	struct year *y = NULL;
	int rc;

	if (f->rp.type != NULL && strcmp(f->rp.type->name, "assessment") == 0)
		return check_assessment(s, f, e);
	if (f->rp.item[0] != '\0' && (rc = year_of(s, f->rp.year, &y, e)) < 0)
		return rc;
	if (!f->has_new)
		return check_removal(f, e);
	if (f->rp.type == NULL)
		return check_text(f, e);
	if (f->has_old && strcmp(f->rp.type->name, "edition") == 0)
		return err_set(e, ERR_INVALID, 0,
		    "%s: a published edition never changes: publish it under "
		    "another name",
		    f->rp.name);
	if (y != NULL && !y->open)
		return err_set(e, ERR_INVALID, 0,
		    "there is no assessment of %d to answer", y->year);
	if ((rc = record_check(
		 &f->rp, f->new_->json, y != NULL ? y->edition : NULL, e)) < 0)
		return rc;
	return check_owner(s, f, e);
}

/* The Edition trailer names that of a year the commit writes in, or none where
 * it writes in no year. */
static int
check_trailer(struct changeset *s, const char *edition, struct err *e)
{
	const struct year *y;
	int expected = 0;
	size_t i;

	for (i = 0; i < s->n; i++) {
		y = known_year(s, s->slots[i].rp.year);
		if (y == NULL)
			continue;
		/* an assessment that goes leaves nothing to compare with */
		if (!y->open || strcmp(y->id, edition) == 0)
			return 0;
		expected = 1;
	}
	if (!expected && edition[0] == '\0')
		return 0;
	return err_set(e, ERR_INVALID, 0,
	    "names edition '%s', which its records are not answered against",
	    edition[0] != '\0' ? edition : "-");
}

int
changeset_read(struct changeset *s, const unsigned char *old_tree,
    const unsigned char new_tree[20], const char *edition, struct err *e)
{
	size_t i;
	int rc;

	clear(s);
	objcache_trim(s->cache);
	s->tree = new_tree;
	if ((rc = tree_diff(old_tree, new_tree, objcache_tree, s->cache,
		 ADMIT_MAX_ENTRIES, on_difference, s, e)) < 0)
		return rc;
	if (s->n == 0)
		return err_set(e, ERR_INVALID, 0, "changes no record");
	for (i = 0; i < s->n; i++)
		if ((rc = load(s, &s->slots[i], e)) < 0 ||
		    (rc = check_file(s, &s->slots[i], e)) < 0)
			return rc;
	for (i = 0; i < s->n; i++)
		give(&s->slots[i], &s->files[i], &s->hashed[i]);
	return check_trailer(s, edition, e);
}

const struct admit_file *
changeset_files(const struct changeset *s, size_t *ret_n)
{
	*ret_n = s->n;
	return s->files;
}

int
changeset_content(const struct changeset *s, int n_parents,
    const unsigned char parent[][COMMIT_CONTENT_LEN],
    unsigned char ret[COMMIT_CONTENT_LEN], struct err *e)
{
	return commit_content(s->hashed, s->n, n_parents, parent, ret, e);
}
