#include "base/text.h"

#include <utf8proc.h>

#define SARA_AA 0x0e32
#define SARA_AM 0x0e33
#define SARA_E 0x0e40
#define SARA_AE 0x0e41
#define NIKHAHIT 0x0e4d
#define MARKS_MAX 16 /* of one consonant; more stay as they are typed */

struct folder {
	const utf8proc_uint8_t *s;
	size_t len;
	char *out;
	uint32_t *at;
	size_t n, cap;
	int failed;
	/* marks of the consonant at hand, not written yet */
	int32_t marks[MARKS_MAX];
	size_t n_marks;
	uint32_t marks_at;
	int am; /* they end with sara am */
};

static void
put_bytes(struct folder *f, const utf8proc_uint8_t *b, size_t n, uint32_t at)
{
	size_t i, cap = f->cap;

	if (f->out == NULL || f->n + n + 1 > cap) {
		char *out;
		uint32_t *offsets;

		cap = 2 * cap + n + 64;
		if ((out = realloc(f->out, cap)) == NULL) {
			f->failed = 1;
			return;
		}
		f->out = out;
		offsets = realloc(f->at, cap * sizeof(*offsets));
		if (offsets == NULL) {
			f->failed = 1;
			return;
		}
		f->at = offsets;
		f->cap = cap;
	}
	for (i = 0; i < n; i++) {
		f->out[f->n] = (char)b[i];
		f->at[f->n++] = at;
	}
}

static void
put(struct folder *f, int32_t cp, uint32_t at)
{
	utf8proc_uint8_t b[4];

	put_bytes(f, b, (size_t)utf8proc_encode_char(cp, b), at);
}

/* --- Thai --- */

static int
is_tone(int32_t cp)
{
	return cp >= 0x0e48 && cp <= 0x0e4b;
}

static int
is_mark(int32_t cp)
{
	return cp == 0x0e31 || (cp >= 0x0e34 && cp <= 0x0e3a) ||
	       (cp >= 0x0e47 && cp <= 0x0e4e);
}

/* Below the consonant, above it, tone, above the tone: the order in which the
 * marks are drawn, and typed by a careful hand. */
static int
mark_order(int32_t cp)
{
	if (cp >= 0x0e38 && cp <= 0x0e3a)
		return 0;
	if (is_tone(cp))
		return 2;
	return cp == 0x0e4c || cp == 0x0e4e ? 3 : 1;
}

static void
end_marks(struct folder *f)
{
	size_t i, j;
	int32_t cp;

	for (i = 1; i < f->n_marks; i++) {
		cp = f->marks[i];
		for (j = i;
		     j > 0 && mark_order(f->marks[j - 1]) > mark_order(cp); j--)
			f->marks[j] = f->marks[j - 1];
		f->marks[j] = cp;
	}
	for (i = 0; i < f->n_marks; i++)
		put(f, f->marks[i], f->marks_at);
	if (f->am)
		put(f, SARA_AA, f->marks_at);
	f->n_marks = 0;
	f->am = 0;
}

static void
add_mark(struct folder *f, int32_t cp, size_t at)
{
	/* a tone typed behind sara am belongs before it */
	if (f->n_marks == MARKS_MAX || (f->am && !is_tone(cp)))
		end_marks(f);
	if (f->n_marks == 0)
		f->marks_at = (uint32_t)at;
	f->marks[f->n_marks++] = cp == SARA_AM ? NIKHAHIT : cp;
	f->am |= cp == SARA_AM;
}

/* --- all others --- */

/* What does not show: people paste it with Thai words from web pages. */
static int
is_unseen(int32_t cp)
{
	return cp == 0xad || (cp >= 0x200b && cp <= 0x200d) || cp == 0x2060 ||
	       cp == 0xfeff;
}

/* Written as it is, or by a rule of one line. */
static int
is_plain(int32_t cp)
{
	return cp < 0x80 || (cp >= 0x0e00 && cp <= 0x0e7f);
}

static int
is_combining(int32_t cp)
{
	utf8proc_category_t c = utf8proc_category(cp);

	return !is_plain(cp) &&
	       (c == UTF8PROC_CATEGORY_MN || c == UTF8PROC_CATEGORY_MC ||
		   c == UTF8PROC_CATEGORY_ME);
}

/* The character behind the one that ends at i; 0 at the end. */
static int32_t
peek(const struct folder *f, size_t i)
{
	utf8proc_int32_t cp = 0;

	if (i < f->len)
		utf8proc_iterate(f->s + i, (utf8proc_ssize_t)(f->len - i), &cp);
	return cp;
}

/* Bytes of the character at i with its marks; Thai ones have their own rules
 * behind any letter. */
static size_t
cluster(const struct folder *f, size_t i)
{
	size_t n = text_cluster((const char *)f->s + i, f->len - i), end;
	utf8proc_int32_t cp;

	end = (size_t)utf8proc_iterate(
	    f->s + i, (utf8proc_ssize_t)(f->len - i), &cp);
	while (end < n) {
		utf8proc_ssize_t len = utf8proc_iterate(
		    f->s + i + end, (utf8proc_ssize_t)(n - end), &cp);

		if (is_plain(cp))
			break;
		end += (size_t)len;
	}
	return end;
}

/* One character with its marks through Unicode's tables; its bytes. */
static size_t
fold_cluster(struct folder *f, size_t i, int *ret_rc)
{
	size_t n = cluster(f, i);
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t got = utf8proc_map(f->s + i, (utf8proc_ssize_t)n, &out,
	    (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPAT |
				UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD |
				UTF8PROC_IGNORE));

	if (got < 0)
		*ret_rc = got == UTF8PROC_ERROR_NOMEM ? ERR_NOMEM : ERR_INVALID;
	else
		put_bytes(f, out, (size_t)got, (uint32_t)i);
	free(out);
	return n;
}

/* The character at i, of n bytes; gives how many were used. */
static size_t
fold_one(struct folder *f, size_t i, int32_t cp, size_t n, int *ret_rc)
{
	if (is_mark(cp) || cp == SARA_AM) {
		add_mark(f, cp, i);
		return n;
	}
	end_marks(f);
	if (!is_plain(cp) || is_combining(peek(f, i + n)))
		return fold_cluster(f, i, ret_rc);
	if (cp >= 'A' && cp <= 'Z')
		cp += 'a' - 'A';
	else if (cp >= 0x0e50 && cp <= 0x0e59)
		cp += '0' - 0x0e50;
	if (cp == SARA_E && peek(f, i + n) == SARA_E) {
		put(f, SARA_AE, (uint32_t)i);
		return 2 * n;
	}
	put(f, cp, (uint32_t)i);
	return n;
}

/* The whole of f->s; at in offsets of it. */
static int
fold_all(struct folder *f)
{
	utf8proc_int32_t cp;
	size_t i = 0;
	int rc = 0;

	while (rc == 0 && i < f->len) {
		utf8proc_ssize_t n = utf8proc_iterate(
		    f->s + i, (utf8proc_ssize_t)(f->len - i), &cp);

		i += fold_one(f, i, cp, (size_t)n, &rc);
	}
	end_marks(f);
	put_bytes(f, (const utf8proc_uint8_t *)"", 1, (uint32_t)f->len);
	return rc == 0 && f->failed ? ERR_NOMEM : rc;
}

/* A copy without what does not show, which might stand between a letter and its
 * marks; back: where each byte of it was. *ret NULL: there is nothing such. */
static int
drop_unseen(const char *s, size_t len, utf8proc_uint8_t **ret, uint32_t **back,
    size_t *ret_len)
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)s;
	utf8proc_ssize_t n;
	utf8proc_int32_t cp;
	size_t i, o = 0;
	int any = 0;

	for (i = 0; i < len && !any; i += (size_t)n) {
		n = utf8proc_iterate(p + i, (utf8proc_ssize_t)(len - i), &cp);
		any = is_unseen(cp);
	}
	if (!any)
		return 0;
	*ret = malloc(len);
	*back = malloc((len + 1) * sizeof(**back));
	if (*ret == NULL || *back == NULL)
		return ERR_NOMEM;
	for (i = 0; i < len; i += (size_t)n) {
		n = utf8proc_iterate(p + i, (utf8proc_ssize_t)(len - i), &cp);
		for (utf8proc_ssize_t k = 0; k < n && !is_unseen(cp); k++) {
			(*back)[o] = (uint32_t)(i + (size_t)k);
			(*ret)[o++] = p[i + (size_t)k];
		}
	}
	(*back)[o] = (uint32_t)len;
	*ret_len = o;
	return 0;
}

static int
fold_seen(const char *s, size_t len, struct folder *f)
{
	utf8proc_uint8_t *seen = NULL;
	uint32_t *back = NULL;
	size_t i;
	int rc;

	f->s = (const utf8proc_uint8_t *)s;
	f->len = len;
	rc = drop_unseen(s, len, &seen, &back, &f->len);
	if (rc == 0 && seen != NULL)
		f->s = seen;
	if (rc == 0)
		rc = fold_all(f);
	for (i = 0; rc == 0 && back != NULL && i < f->n; i++)
		f->at[i] = back[f->at[i]];
	free(seen);
	free(back);
	return rc;
}

int
text_fold_at(
    const char *s, size_t len, char **ret, uint32_t **ret_at, struct err *e)
{
	struct folder f = { .s = NULL };
	size_t bad = 0;
	int rc;

	if (len > INT32_MAX)
		return err_set(e, ERR_INVALID, 0, "text is too long");
	if (!text_is_utf8(s, len, &bad))
		return err_set(e, ERR_INVALID, (int)bad,
		    "text is not UTF-8 at byte %zu", bad);
	if ((rc = fold_seen(s, len, &f)) < 0) {
		free(f.out);
		free(f.at);
		return rc == ERR_NOMEM
			   ? err_nomem(e)
			   : err_set(e, ERR_INVALID, 0,
				 "text cannot be normalized: %s", "NFKC");
	}
	*ret = f.out;
	*ret_at = f.at;
	return 0;
}

int
text_fold(const char *s, size_t len, char **ret, struct err *e)
{
	uint32_t *at = NULL;
	int rc = text_fold_at(s, len, ret, &at, e);

	free(at);
	return rc;
}
