#include "store/view/search_snippet.h"

#include "base/text.h"

/* Characters with their marks: before the place, and in all. */
#define BEFORE 24
#define WIDTH 90
#define DOTS "…"

struct place {
	size_t from, to; /* bytes of the text */
};

/* The first place where a word stands: from its first byte in the text itself
 * to the beginning of its last character. */
static int
find(const char *text, const char *const *words, size_t n_words,
    struct place *ret, struct err *e)
{
	uint32_t *at = NULL;
	char *folded = NULL, *p;
	size_t i, n;
	int found = 0, rc;

	ret->from = ret->to = 0;
	if ((rc = text_fold_at(text, strlen(text), &folded, &at, e)) < 0)
		return rc;
	for (i = 0; i < n_words; i++) {
		if ((p = strstr(folded, words[i])) == NULL)
			continue;
		n = (size_t)(p - folded);
		if (found && at[n] >= ret->from)
			continue;
		found = 1;
		ret->from = at[n];
		ret->to = at[n + strlen(words[i]) - 1];
	}
	free(folded);
	free(at);
	return 0;
}

/* Widens the place to whole characters (its end then lies behind it), and finds
 * what to show around it. */
static void
frame(const char *text, struct place *p, struct place *ret)
{
	size_t len = strlen(text), i = 0, next, n = 0, before[BEFORE] = { 0 };

	/* the beginnings of the last characters are kept in a ring */
	for (; i < len; i = next, n++) {
		next = i + text_cluster(text + i, len - i);
		if (next > p->from)
			break;
		before[n % BEFORE] = i;
	}
	p->from = i;
	ret->from = n < BEFORE ? 0 : before[n % BEFORE];
	for (n = n < BEFORE ? n : BEFORE; i < len && i <= p->to; n++)
		i += text_cluster(text + i, len - i);
	p->to = i;
	for (; i < len && n < WIDTH; n++)
		i += text_cluster(text + i, len - i);
	ret->to = i;
}

static int
characters(const char *s, size_t len)
{
	int n = 0;

	while (len-- > 0)
		n += ((unsigned char)*s++ & 0xc0) != 0x80;
	return n;
}

static int
put(cJSON *out, const char *text, const struct place *p,
    const struct place *show, struct err *e)
{
	int cut = show->from > 0;
	cJSON *at = cJSON_CreateArray();
	struct buf b = BUF_INIT;
	size_t i;
	int rc;

	buf_puts(&b, cut ? DOTS : "");
	for (i = show->from; i < show->to; i++) {
		if (text[i] == '\n' || text[i] == '\t')
			buf_putc(&b, ' ');
		else
			buf_putc(&b, text[i]);
	}
	if (text[show->to] != '\0')
		buf_puts(&b, DOTS);
	if ((rc = json_push(at,
		 cJSON_CreateNumber(
		     cut + characters(text + show->from, p->from - show->from)),
		 e)) < 0 ||
	    (rc = json_push(at,
		 cJSON_CreateNumber(
		     characters(text + p->from, p->to - p->from)),
		 e)) < 0) {
		cJSON_Delete(at);
		goto out;
	}
	if ((rc = json_put(out, "at", at, e)) == 0 && (rc = buf_ok(&b, e)) == 0)
		rc = json_put_str(out, "snippet", buf_str(&b), e);
out:
	buf_release(&b);
	return rc;
}

int
search_snippet(const char *text, const char *const *words, size_t n_words,
    cJSON *out, struct err *e)
{
	struct place p, show;
	int rc = find(text, words, n_words, &p, e);

	if (rc < 0)
		return rc;
	frame(text, &p, &show);
	return put(out, text, &p, &show, e);
}
