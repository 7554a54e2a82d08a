#include "store/admit/changeset.h"

#include "base/text.h"
#include "store/admit/years.h"
#include "store/record/canon.h"
#include "store/record/change_rules.h"

#define TEXT_PATH "allowed_signers"

struct slot { /* one changed file, and what admit_file points into */
	char path[104];
	unsigned char old_id[20], new_id[20];
	int has_old, has_new;
	struct record_path rp;
	struct cached *old, *new_;
};

struct changeset {
	const struct admit *a;
	struct objcache *cache;
	struct slot *slots;
	struct admit_file *files;
	struct commit_file *hashed;
	size_t n, cap, bytes;
	size_t max_files, max_bytes; /* for the commit at hand */
	struct years years;
	struct change_by by; /* who made the commit at hand */
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
	years_init(&s->years, a, cache);
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
	years_release(&s->years);
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

	if (s->n == s->max_files)
		return err_set(e, ERR_INVALID, 0,
		    "changes more than %zu records at once", s->max_files);
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
	if (s->bytes > s->max_bytes)
		return err_set(e, ERR_INVALID, 0,
		    "changes more than %zu bytes of records at once",
		    s->max_bytes);
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

/* What one commit may do to the record, whatever its branch. */
static int
check_change(const struct changeset *s, const struct slot *f, struct err *e)
{
	return change_rules_record(&f->rp, f->old != NULL ? f->old->json : NULL,
	    f->new_ != NULL ? f->new_->json : NULL, &s->by, e);
}

static int
check_record(struct changeset *s, const struct slot *f, const struct year *y,
    struct err *e)
{
	const struct edition *ed = y != NULL ? y->edition : NULL;
	int rc;

	if (f->has_old && strcmp(f->rp.type->name, "edition") == 0)
		return err_set(e, ERR_INVALID, 0,
		    "%s: a published edition never changes: publish it under "
		    "another name",
		    f->rp.name);
	if (strcmp(f->rp.type->name, "conflict") == 0)
		return err_set(e, ERR_INVALID, 0,
		    "%s: only a merge writes what two machines could not "
		    "agree on",
		    f->rp.name);
	if (y != NULL && !y->open)
		return err_set(e, ERR_INVALID, 0,
		    "there is no assessment of %d to answer", y->year);
	if ((rc = record_check(&f->rp, f->new_->json, ed, e)) < 0)
		return rc;
	return check_owner(s, f, e);
}

static int
check_file(struct changeset *s, const struct slot *f, struct err *e)
{
	struct year *y = NULL;
	int rc;

	if (f->rp.type == NULL)
		return f->has_new ? check_text(f, e)
				  : err_set(e, ERR_INVALID, 0,
					"'%s' cannot be removed", f->path);
	/* a year of the hall's is only a name: the office may not have
	 * opened it yet */
	if (s->a->branch == RECORD_OFFICE && f->rp.year != 0 &&
	    (rc = years_get(&s->years, f->rp.year, &y, e)) < 0)
		return rc;
	if (!years_is_assessment(&f->rp) && f->has_new &&
	    (rc = check_record(s, f, y, e)) < 0)
		return rc;
	return check_change(s, f, e);
}

static const cJSON *
json_of(const struct cached *c)
{
	return c != NULL ? c->json : NULL;
}

/* The assessments first: they say what the rest is answered against. */
static int
check_assessments(struct changeset *s, struct err *e)
{
	size_t i;
	int rc;

	for (i = 0; i < s->n; i++) {
		const struct slot *f = &s->slots[i];

		if (f->rp.type == NULL || !years_is_assessment(&f->rp))
			continue;
		rc = years_assessment(
		    &s->years, &f->rp, json_of(f->old), json_of(f->new_), e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* What the commit did to the years, all of its records together. */
static int
check_years(struct changeset *s, const char *reason, struct err *e)
{
	size_t i;
	int rc;

	if (s->a->branch != RECORD_OFFICE)
		return 0;
	for (i = 0; i < s->n; i++) {
		const struct slot *f = &s->slots[i];

		if (f->rp.type == NULL || f->rp.year == 0)
			continue;
		rc = years_add(
		    &s->years, &f->rp, json_of(f->old), json_of(f->new_), e);
		if (rc < 0)
			return rc;
	}
	return years_end(&s->years, reason, e);
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
		y = years_known(&s->years, s->slots[i].rp.year);
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

static int
check_all(struct changeset *s, const struct commit *c, struct err *e)
{
	size_t i;
	int rc;

	for (i = 0; i < s->n; i++)
		if ((rc = load(s, &s->slots[i], e)) < 0)
			return rc;
	if ((rc = check_assessments(s, e)) < 0)
		return rc;
	for (i = 0; i < s->n; i++)
		if ((rc = check_file(s, &s->slots[i], e)) < 0)
			return rc;
	for (i = 0; i < s->n; i++)
		give(&s->slots[i], &s->files[i], &s->hashed[i]);
	if ((rc = check_trailer(s, c->edition, e)) < 0)
		return rc;
	return check_years(s, c->reason, e);
}

static int
find_differences(struct changeset *s, const unsigned char *old_tree,
    const struct commit *c, struct err *e)
{
	clear(s);
	objcache_trim(s->cache);
	return tree_diff(old_tree, c->tree, objcache_tree, s->cache,
	    ADMIT_MAX_ENTRIES, on_difference, s, e);
}

int
changeset_read(struct changeset *s, const unsigned char *old_tree,
    const struct commit *c, const char *parent, struct err *e)
{
	int rc;

	s->max_files = ADMIT_MAX_FILES;
	s->max_bytes = ADMIT_MAX_BYTES;
	if ((rc = find_differences(s, old_tree, c, e)) < 0)
		return rc;
	years_begin(&s->years, c->tree);
	s->by.login = c->login;
	s->by.parent = parent;
	if (s->n == 0)
		return err_set(e, ERR_INVALID, 0, "changes no record");
	return check_all(s, c, e);
}

int
changeset_read_merge(struct changeset *s, const unsigned char *old_tree,
    const struct commit *c, struct err *e)
{
	size_t i;
	int rc;

	s->max_files = ADMIT_MERGE_FILES;
	s->max_bytes = ADMIT_MERGE_BYTES;
	if ((rc = find_differences(s, old_tree, c, e)) < 0)
		return rc;
	for (i = 0; i < s->n; i++) {
		if ((rc = load(s, &s->slots[i], e)) < 0)
			return rc;
		give(&s->slots[i], &s->files[i], &s->hashed[i]);
	}
	return 0;
}

void
changeset_restart(struct changeset *s)
{
	years_release(&s->years);
	years_init(&s->years, s->a, s->cache);
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
