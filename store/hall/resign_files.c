#include "store/hall/resign_files.h"

#include "store/admit/admit.h"
#include "store/record/canon.h"

/* Fields that name a revision of this branch. */
static const char *const names[] = { "submission.revision", "origin.revision" };

void
resign_files_init(
    struct resign_files *f, struct repo *r, resign_name *name_of, void *arg)
{
	memset(f, 0, sizeof(*f));
	f->repo = r;
	f->name_of = name_of;
	f->arg = arg;
}

static void
drop(const char *s)
{
	union {
		const char *in;
		char *out;
	} u = { .in = s };

	free(u.out);
}

void
resign_files_clear(struct resign_files *f)
{
	size_t i;

	for (i = 0; i < f->n; i++) {
		drop(f->list[i].path);
		drop(f->list[i].bytes);
	}
	f->n = 0;
}

void
resign_files_release(struct resign_files *f)
{
	resign_files_clear(f);
	free(f->list);
	f->list = NULL;
	f->cap = 0;
}

static int
grow(struct resign_files *f, struct err *e)
{
	size_t cap = f->cap == 0 ? 16 : f->cap * 2;
	struct commit_file *grown;

	if (f->n < f->cap)
		return 0;
	if ((grown = realloc(f->list, cap * sizeof(*grown))) == NULL)
		return err_nomem(e);
	f->list = grown;
	f->cap = cap;
	return 0;
}

int
resign_files_add(struct resign_files *f, const char *path, const char *bytes,
    size_t len, struct err *e)
{
	char *p, *copy = NULL;
	int rc;

	if ((rc = grow(f, e)) < 0)
		return rc;
	if ((p = strdup(path)) == NULL ||
	    (bytes != NULL && (copy = malloc(len + 1)) == NULL)) {
		free(p);
		return err_nomem(e);
	}
	if (copy != NULL) {
		memcpy(copy, bytes, len);
		copy[len] = '\0';
	}
	f->list[f->n].path = p;
	f->list[f->n].bytes = copy;
	f->list[f->n++].len = copy != NULL ? len : 0;
	return 0;
}

/* *ret_changed: a name in the record was put right. */
static int
rename_fields(
    const struct resign_files *f, cJSON *rec, int *ret_changed, struct err *e)
{
	const cJSON *v;
	const char *name;
	cJSON *fresh;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		v = record_get(rec, names[i]);
		if (!cJSON_IsString(v) ||
		    (name = f->name_of(f->arg, v->valuestring)) == NULL)
			continue;
		if ((fresh = cJSON_CreateString(name)) == NULL)
			return err_nomem(e);
		if ((rc = record_put(rec, names[i], fresh, e)) < 0)
			return rc;
		*ret_changed = 1;
	}
	return 0;
}

/* Most records name none: they keep their very bytes. */
static int
rename_in(const struct resign_files *f, struct buf *bytes, struct err *e)
{
	cJSON *rec = NULL;
	int changed = 0, rc;

	if (strstr(buf_str(bytes), "\"revision\"") == NULL)
		return 0;
	if ((rc = canon_parse(buf_str(bytes), bytes->len, &rec, e)) < 0 ||
	    (rc = rename_fields(f, rec, &changed, e)) < 0 || !changed)
		goto out;
	buf_clear(bytes);
	if ((rc = canon_write(rec, bytes, e)) == 0)
		rc = buf_ok(bytes, e);
out:
	cJSON_Delete(rec);
	return rc;
}

static int
on_diff(void *arg, const char *path, const unsigned char *old_blob,
    const unsigned char *new_blob, struct err *e)
{
	struct resign_files *f = arg;
	struct buf bytes = BUF_INIT;
	int rc;

	(void)old_blob;
	if (new_blob == NULL)
		return resign_files_add(f, path, NULL, 0, e);
	if ((rc = repo_read(f->repo, new_blob, OBJECT_BLOB, (size_t)CANON_MAX,
		 &bytes, e)) == 0 &&
	    (rc = rename_in(f, &bytes, e)) == 0)
		rc = resign_files_add(f, path, buf_str(&bytes), bytes.len, e);
	buf_release(&bytes);
	return rc;
}

int
resign_files_diff(struct resign_files *f, const unsigned char *old_tree,
    const unsigned char new_tree[20], struct err *e)
{
	return tree_diff(old_tree, new_tree, repo_tree_source, f->repo,
	    ADMIT_MAX_ENTRIES, on_diff, f, e);
}

int
resign_files_put(const struct resign_files *f, struct tree *t, struct err *e)
{
	unsigned char blob[20];
	size_t i;
	int rc;

	for (i = 0; i < f->n; i++) {
		const struct commit_file *file = &f->list[i];

		if (file->bytes != NULL &&
		    (rc = repo_put(f->repo, OBJECT_BLOB, file->bytes, file->len,
			 blob, e)) < 0)
			return rc;
		rc = tree_put(
		    t, file->path, file->bytes != NULL ? blob : NULL, e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

/* Length of the name that a text begins with, 0 if it begins with none. */
static size_t
name_len(const char *s)
{
	size_t digits;

	if (s[0] < 'a' || s[0] > 'z')
		return 0;
	digits = strspn(s + 1, "0123456789");
	return digits > 0 && digits < 20 && !is_word(s[1 + digits]) ? 1 + digits
								    : 0;
}

void
resign_rename(
    char *ret, size_t size, const char *text, resign_name *name_of, void *arg)
{
	struct buf out = BUF_INIT;
	const char *s = text, *new_;
	char name[24];
	size_t len;

	while (*s != '\0') {
		len = s == text || !is_word(s[-1]) ? name_len(s) : 0;
		snprintf(name, sizeof(name), "%.*s", (int)len, s);
		if (len > 0 && (new_ = name_of(arg, name)) != NULL) {
			buf_puts(&out, new_);
			s += len;
		} else {
			buf_putc(&out, *s++);
		}
	}
	/* a text that cannot be made longer stays as it was */
	resign_cut(ret, size, buf_ok(&out, NULL) == 0 ? buf_str(&out) : text);
	buf_release(&out);
}

void
resign_cut(char *ret, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len >= size) {
		len = size - 1;
		while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	while (len > 0 && strchr(" \t\n", text[len - 1]) != NULL)
		len--;
	memcpy(ret, text, len);
	ret[len] = '\0';
}
