#include "store/bundle/bundle_head.h"

#include "store/evidence/evidence_repo.h"
#include "store/sign/commit.h"

#define MAGIC "# v2 git bundle\n"
#define EVIDENCE_REF "refs/evidence/"
#define HEX "0123456789abcdef"
#define DIGITS "0123456789"
#define PACK_HEAD 12 /* "PACK", version, number of objects */

int
bundle_is_place(const char *s)
{
	size_t n = strspn(s, DIGITS);

	return (n == 2 || n == 4) && s[n] == '\0';
}

int
bundle_is_device(const char *s)
{
	size_t n = strspn(s, DIGITS);

	if ((n != 2 && n != 4) || s[n] != '-' || s[n + 1] < 'a' ||
	    s[n + 1] > 'z' || s[n + 2] != '\0')
		return 0;
	return (s[n + 1] == 'h') == (n == 2);
}

static int
no_bundle(struct err *e)
{
	err_set(e, ERR_INVALID, 0, "this is not a bundle of pmqa");
	err_hint(e, "bundles are made by: pmqa bundle create");
	return ERR_INVALID;
}

static int
cut(struct err *e)
{
	err_set(e, ERR_INVALID, 0, "the bundle is cut: its list has no end");
	err_hint(e, "copy it to the stick again, whole");
	return ERR_INVALID;
}

/* Room for one more of size bytes in a list that doubles, up to max. */
static int
grow(void **list, size_t n, size_t *cap, size_t max, size_t size, struct err *e)
{
	size_t want = *cap == 0 ? 16 : *cap * 2;
	void *grown;

	if (n < *cap)
		return 0;
	if (n >= max)
		return err_set(e, ERR_INVALID, 0,
		    "the list of the bundle is longer than any that is made "
		    "here");
	if ((grown = realloc(*list, want * size)) == NULL)
		return err_nomem(e);
	*list = grown;
	*cap = want;
	return 0;
}

static int
add_need(struct bundle_head *h, const char *line, size_t len, struct err *e)
{
	char hex[41];
	void *list = h->needs;
	int rc;

	if (len < 40 || (len > 40 && line[40] != ' '))
		return no_bundle(e);
	rc = grow(&list, h->n_needs, &h->cap_needs, BUNDLE_NEEDS_MAX,
	    sizeof(*h->needs), e);
	h->needs = list;
	if (rc < 0)
		return rc;
	snprintf(hex, sizeof(hex), "%.40s", line);
	if (commit_unhex(hex, h->needs[h->n_needs], NULL) < 0)
		return no_bundle(e);
	h->n_needs++;
	return 0;
}

/* refs/pmqa/bundle/9105-a/91 */
static int
take_places(struct bundle_head *h, const char *name, struct err *e)
{
	char both[32], *slash;

	if (h->from[0] != '\0')
		return no_bundle(e);
	snprintf(both, sizeof(both), "%s", name + strlen(BUNDLE_NOTE_REF));
	if ((slash = strchr(both, '/')) == NULL)
		return no_bundle(e);
	*slash++ = '\0';
	if (!bundle_is_device(both) || !bundle_is_place(slash))
		return no_bundle(e);
	snprintf(h->from, sizeof(h->from), "%.7s", both);
	snprintf(h->to, sizeof(h->to), "%.7s", slash);
	return 0;
}

static int
check_ref(struct bundle_head *h, const char *name, struct err *e)
{
	if (strcmp(name, "refs/heads/office") == 0 ||
	    strcmp(name, "refs/heads/hall") == 0)
		return 0;
	if (strncmp(name, EVIDENCE_REF, strlen(EVIDENCE_REF)) == 0 &&
	    evidence_is_sha(name + strlen(EVIDENCE_REF)))
		return 0;
	if (strncmp(name, BUNDLE_NOTE_REF, strlen(BUNDLE_NOTE_REF)) == 0)
		return take_places(h, name, e);
	return no_bundle(e);
}

static int
add_ref(struct bundle_head *h, const char *line, size_t len, struct err *e)
{
	struct bundle_ref *r;
	void *list = h->refs;
	char hex[41];
	int rc;

	if (len < 42 || line[40] != ' ' || len - 41 >= sizeof(r->name) ||
	    memchr(line, '\0', len) != NULL)
		return no_bundle(e);
	rc = grow(&list, h->n_refs, &h->cap_refs, BUNDLE_FILES_MAX + 3,
	    sizeof(*h->refs), e);
	h->refs = list;
	if (rc < 0)
		return rc;
	r = &h->refs[h->n_refs];
	snprintf(hex, sizeof(hex), "%.40s", line);
	snprintf(r->name, sizeof(r->name), "%.*s", (int)(len - 41), line + 41);
	if (strspn(hex, HEX) != 40 || commit_unhex(hex, r->id, NULL) < 0)
		return no_bundle(e);
	h->n_refs++;
	return check_ref(h, r->name, e);
}

static int
by_name(const void *a, const void *b)
{
	const struct bundle_ref *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Sorted, so that the same name twice stands side by side. */
static int
check_refs(struct bundle_head *h, struct err *e)
{
	size_t i;

	if (h->from[0] == '\0')
		return no_bundle(e);
	qsort(h->refs, h->n_refs, sizeof(*h->refs), by_name);
	for (i = 1; i < h->n_refs; i++)
		if (strcmp(h->refs[i - 1].name, h->refs[i].name) == 0)
			return no_bundle(e);
	return 0;
}

static int
read_pack_head(
    const unsigned char *s, size_t len, struct bundle_head *h, struct err *e)
{
	if (len < PACK_HEAD)
		return cut(e);
	if (memcmp(s, "PACK\0\0\0\2", 8) != 0)
		return no_bundle(e);
	h->n_objects = (uint32_t)s[8] << 24 | (uint32_t)s[9] << 16 |
		       (uint32_t)s[10] << 8 | s[11];
	if (h->n_objects > BUNDLE_OBJECTS_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "the bundle says it has %lu objects, at most %d are taken",
		    (unsigned long)h->n_objects, BUNDLE_OBJECTS_MAX);
	return 0;
}

static int
read_lines(const char *s, size_t len, struct bundle_head *h, struct err *e)
{
	const char *at = s + strlen(MAGIC), *end = s + len, *lf;
	int rc;

	for (;;) {
		lf = memchr(at, '\n', (size_t)(end - at));
		if (lf == NULL)
			return len < BUNDLE_HEAD_MAX ? cut(e) : no_bundle(e);
		if (lf == at)
			break;
		/* what it builds on comes first */
		if (*at == '-' && h->n_refs == 0)
			rc = add_need(h, at + 1, (size_t)(lf - at - 1), e);
		else
			rc = add_ref(h, at, (size_t)(lf - at), e);
		if (rc < 0)
			return rc;
		at = lf + 1;
	}
	h->len = (size_t)(lf + 1 - s);
	if ((rc = check_refs(h, e)) < 0)
		return rc;
	return read_pack_head(
	    (const unsigned char *)lf + 1, (size_t)(end - lf - 1), h, e);
}

int
bundle_head_read(
    const void *data, size_t len, struct bundle_head *ret, struct err *e)
{
	struct bundle_head h;
	size_t n = strlen(MAGIC);
	int rc;

	memset(&h, 0, sizeof(h));
	if (len == 0) {
		err_set(e, ERR_INVALID, 0, "the bundle is empty");
		err_hint(e, "copy it to the stick again, whole");
		return ERR_INVALID;
	}
	if (memcmp(data, MAGIC, len < n ? len : n) != 0)
		return no_bundle(e);
	if (len < n)
		return cut(e);
	if ((rc = read_lines(data, len, &h, e)) < 0) {
		bundle_head_release(&h);
		return rc;
	}
	*ret = h;
	return 0;
}

void
bundle_head_release(struct bundle_head *h)
{
	free(h->refs);
	free(h->needs);
	memset(h, 0, sizeof(*h));
}

const unsigned char *
bundle_head_ref(const struct bundle_head *h, const char *name)
{
	struct bundle_ref key;
	const struct bundle_ref *found;

	snprintf(key.name, sizeof(key.name), "%s", name);
	found = h->n_refs == 0 ? NULL
			       : bsearch(&key, h->refs, h->n_refs,
				     sizeof(*h->refs), by_name);
	return found != NULL ? found->id : NULL;
}
