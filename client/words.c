#include "client/words.h"

#include <dlfcn.h>

#include "base/text.h"
#include "client/wrap.h"

/* A Thai text without a blank is looked at in parts of at most so many
 * characters: the library's time grows faster than the text. */
#define RUN_MAX 400

enum kind { KIND_MARK, KIND_WORD, KIND_THAI };

/* --- the library --- */

struct thai_break; /* ThBrk of <thai/thbrk.h> */

static struct {
	int tried, forbidden;
	void *lib;
	struct thai_break *dict;
	int (*find)(struct thai_break *dict, const unsigned char *text,
	    int *pos, size_t size);
	void (*close)(struct thai_break *dict);
} thai;

/* ISO C has no conversion from an object's address to a function's. */
static int
symbol(const char *name, void *ret, size_t size)
{
	void *at = dlsym(thai.lib, name);

	memcpy(ret, &at, size);
	return at != NULL;
}

int
words_known(void)
{
	struct thai_break *(*open)(const char *path) = NULL;

	if (thai.forbidden)
		return 0;
	if (thai.tried)
		return thai.dict != NULL;
	thai.tried = 1;
	thai.lib = dlopen("libthai.so.0", RTLD_NOW | RTLD_LOCAL);
	if (thai.lib == NULL)
		return 0;
	if (symbol("th_brk_new", &open, sizeof(open)) &&
	    symbol("th_brk_find_breaks", &thai.find, sizeof(thai.find)) &&
	    symbol("th_brk_delete", &thai.close, sizeof(thai.close)))
		thai.dict = open(NULL);
	return thai.dict != NULL;
}

void
words_forbid(int forbid)
{
	thai.forbidden = forbid;
}

void
words_release(void)
{
	if (thai.dict != NULL)
		thai.close(thai.dict);
	if (thai.lib != NULL)
		dlclose(thai.lib);
	memset(&thai, 0, sizeof(thai));
}

/* --- clusters --- */

struct cluster {
	size_t at, len;
	enum kind kind;
	int joined; /* no word ends before it */
};

struct clusters {
	struct cluster *list;
	size_t n;
};

static int
is_thai(long cp)
{
	return cp >= 0x0e01 && cp <= 0x0e5b && cp != 0x0e3f;
}

/* Leading vowels: e, ae, o, ai, ai. */
static int
is_leading(long cp)
{
	return cp >= 0x0e40 && cp <= 0x0e44;
}

/* Vowels and marks that stand after their consonant: a, aa, am, lakkhangyao,
 * maiyamok, paiyannoi. */
static int
is_following(long cp)
{
	return cp == 0x0e30 || cp == 0x0e32 || cp == 0x0e33 || cp == 0x0e45 ||
	       cp == 0x0e46 || cp == 0x0e2f;
}

static enum kind
kind_of(long cp)
{
	if (is_thai(cp))
		return KIND_THAI;
	if (cp < 0x80)
		return (cp >= '0' && cp <= '9') || (cp >= 'A' && cp <= 'Z') ||
			       (cp >= 'a' && cp <= 'z')
			   ? KIND_WORD
			   : KIND_MARK;
	/* general punctuation, and scripts without blanks */
	return (cp >= 0x2000 && cp <= 0x206f) || cp >= 0x2e80 || cp == 0xa0
		   ? KIND_MARK
		   : KIND_WORD;
}

static long
first_char(const char *s, size_t len)
{
	char text[5] = "";
	size_t n;

	memcpy(text, s, len < 4 ? len : 4);
	return wrap_char(text, &n);
}

static int
cut_clusters(const char *s, size_t len, struct clusters *ret, struct err *e)
{
	struct cluster *c;
	long before = 0, cp;
	size_t at, n;

	ret->list = calloc(len + 1, sizeof(*ret->list));
	if (ret->list == NULL)
		return err_nomem(e);
	for (at = 0; at < len; at += n) {
		n = text_cluster(s + at, len - at);
		cp = first_char(s + at, n);
		c = &ret->list[ret->n++];
		c->at = at;
		c->len = n;
		c->kind = kind_of(cp);
		c->joined = ret->n > 1 && c->kind == c[-1].kind &&
			    (c->kind == KIND_WORD ||
				(c->kind == KIND_THAI &&
				    (is_leading(before) || is_following(cp))));
		before = cp;
	}
	return 0;
}

/* --- words of a run of Thai --- */

struct run {
	unsigned char text[RUN_MAX + 1]; /* TIS-620 */
	size_t cluster[RUN_MAX];         /* that begins there; SIZE_MAX: none */
	size_t n;
};

static void
put_cluster(struct run *r, const char *s, const struct cluster *c, size_t i)
{
	size_t at = c->at, n;

	for (; at < c->at + c->len && r->n < RUN_MAX; at += n) {
		long cp = wrap_char(s + at, &n);

		/* what belongs to the cluster and is not Thai adds nothing */
		if (!is_thai(cp))
			continue;
		r->cluster[r->n] = at == c->at ? i : SIZE_MAX;
		r->text[r->n++] = (unsigned char)(cp - 0x0e00 + 0xa0);
	}
}

static void
join_run(struct clusters *all, struct run *r, size_t first, size_t end)
{
	int pos[RUN_MAX];
	int found, i;

	r->text[r->n] = '\0';
	found = thai.find(thai.dict, r->text, pos, RUN_MAX);
	if (found < 0)
		return;
	for (size_t c = first + 1; c < end; c++)
		all->list[c].joined = 1;
	for (i = 0; i < found; i++) {
		size_t c = pos[i] >= 0 && (size_t)pos[i] < r->n
			       ? r->cluster[pos[i]]
			       : SIZE_MAX;

		/* a break inside a cluster is none */
		if (c != SIZE_MAX && c > first)
			all->list[c].joined = 0;
	}
}

/* Joins the clusters of each stretch of Thai to words. */
static void
find_thai(const char *s, struct clusters *all)
{
	struct run r;
	size_t i = 0, first;

	while (i < all->n) {
		if (all->list[i].kind != KIND_THAI) {
			i++;
			continue;
		}
		r.n = 0;
		for (first = i; i < all->n && all->list[i].kind == KIND_THAI &&
				r.n + all->list[i].len / 3 < RUN_MAX;
		     i++)
			put_cluster(&r, s, &all->list[i], i);
		if (i == first) /* one endless cluster */
			i++;
		else if (words_known())
			join_run(all, &r, first, i);
	}
}

int
words_ends(
    const char *s, size_t len, size_t **ret, size_t *ret_n, struct err *e)
{
	struct clusters all = { NULL, 0 };
	size_t *ends = NULL, n = 0, i;
	int rc;

	if ((rc = cut_clusters(s, len, &all, e)) < 0)
		return rc;
	if ((ends = calloc(all.n + 1, sizeof(*ends))) == NULL) {
		free(all.list);
		return err_nomem(e);
	}
	find_thai(s, &all);
	for (i = 0; i < all.n; i++)
		if (i + 1 == all.n || !all.list[i + 1].joined)
			ends[n++] = all.list[i].at + all.list[i].len;
	free(all.list);
	*ret = ends;
	*ret_n = n;
	return 0;
}
