#include "store/git/steps.h"

#include <inttypes.h>

#include "store/sign/commit.h"

#define KEEP_MAX ((size_t)2 * STEPS_MAX)
#define TREE_LINE ((size_t)46) /* "tree ", 40 digits, LF */
#define PARENT_LINE ((size_t)48)
#define COUNT_MAX INT64_C(1000000000)

/* A line seen from its tip down: every stride-th commit of it. */
struct spread {
	unsigned char id[KEEP_MAX][20];
	size_t n;
	int64_t stride, seen;
};

static void
halve(struct spread *s)
{
	size_t i;

	for (i = 0; 2 * i < s->n; i++)
		memmove(s->id[i], s->id[2 * i], 20);
	s->n = i;
	s->stride *= 2;
}

static void
see(struct spread *s, const unsigned char id[20])
{
	if (s->n == KEEP_MAX)
		halve(s);
	if (s->seen++ % s->stride == 0)
		memcpy(s->id[s->n++], id, 20);
}

/* The first parent by the two lines that a commit begins with; *ret_has 0 at
 * the end of the line. */
static int
first_parent(struct repo *r, const unsigned char id[20], struct buf *raw,
    unsigned char ret[20], int *ret_has, struct err *e)
{
	char hex[41];
	int rc;

	buf_clear(raw);
	rc = repo_read(r, id, OBJECT_COMMIT, COMMIT_MAX, raw, e);
	if (rc == ERR_NOT_FOUND) {
		commit_hex(id, hex);
		return err_set(e, ERR_DAMAGED, 0,
		    "commit %.10s is missing in repository '%s'", hex,
		    repo_path(r));
	}
	if (rc < 0)
		return rc;
	*ret_has = raw->len > TREE_LINE + PARENT_LINE &&
		   memcmp(raw->data + TREE_LINE, "parent ", 7) == 0;
	if (!*ret_has)
		return 0;
	snprintf(hex, sizeof(hex), "%.40s", raw->data + TREE_LINE + 7);
	return commit_unhex(hex, ret, e);
}

static void
turn_round(const struct spread *s, struct steps *ret)
{
	size_t i, at;

	ret->n = s->n;
	ret->total = s->seen;
	for (i = 0; i < s->n; i++) {
		at = s->n - 1 - i;
		memcpy(ret->list[i].id, s->id[at], 20);
		ret->list[i].n =
		    i > 0 ? s->stride : s->seen - (int64_t)at * s->stride;
	}
}

int
steps_list(struct repo *r, const unsigned char tip[20],
    const unsigned char *have, struct steps *ret, struct err *e)
{
	struct spread *s = calloc(1, sizeof(*s));
	struct buf raw = BUF_INIT;
	unsigned char id[20];
	int rc = 0, more = 1;

	if (s == NULL)
		return err_nomem(e);
	s->stride = 1;
	memcpy(id, tip, sizeof(id));
	while (more && (have == NULL || memcmp(id, have, 20) != 0)) {
		see(s, id);
		if ((rc = first_parent(r, id, &raw, id, &more, e)) < 0)
			break;
	}
	if (s->n > STEPS_MAX)
		halve(s);
	if (rc == 0)
		turn_round(s, ret);
	buf_release(&raw);
	free(s);
	return rc;
}

void
steps_print(const struct steps *s, struct buf *ret)
{
	char hex[41];
	size_t i;

	for (i = 0; i < s->n; i++) {
		commit_hex(s->list[i].id, hex);
		buf_printf(ret, "%s %" PRId64 "\n", hex, s->list[i].n);
	}
}

/* "COMMIT COUNT" without its line end. */
static int
parse_line(const char *s, size_t len, struct step *ret, struct err *e)
{
	char hex[41], number[12];
	size_t digits = len - 41;

	if (len < 42 || digits >= sizeof(number) || s[40] != ' ' ||
	    s[41] < '1' || s[41] > '9')
		goto bad;
	memcpy(hex, s, 40);
	hex[40] = '\0';
	memcpy(number, s + 41, digits);
	number[digits] = '\0';
	if (strspn(number, "0123456789") != digits)
		goto bad;
	ret->n = strtoll(number, NULL, 10);
	if (ret->n <= COUNT_MAX && commit_unhex(hex, ret->id, NULL) == 0)
		return 0;
bad:
	return err_set(
	    e, ERR_INVALID, 0, "the hall's list of steps has no form");
}

int
steps_parse(const char *text, size_t len, struct steps *ret, struct err *e)
{
	const char *end = text + len, *lf;
	struct step one;
	int rc;

	ret->n = 0;
	ret->total = 0;
	for (; text < end; text = lf + 1) {
		lf = memchr(text, '\n', (size_t)(end - text));
		if (lf == NULL || ret->n == STEPS_MAX)
			return err_set(e, ERR_INVALID, 0,
			    "the hall's list of steps has no end");
		rc = parse_line(text, (size_t)(lf - text), &one, e);
		if (rc < 0)
			return rc;
		ret->list[ret->n++] = one;
		ret->total += one.n;
	}
	return 0;
}
