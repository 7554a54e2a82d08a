#include "store/audit/flags_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void *
flags_more(void *list_at, size_t *n, size_t *cap, size_t size)
{
	size_t more = *cap > 0 ? *cap * 2 : 32;
	void *list;

	/* whatever the pointer points to: its bytes */
	memcpy(&list, list_at, sizeof(list));
	if (*n == *cap) {
		list = reallocarray(list, more, size);
		if (list == NULL)
			return NULL;
		memcpy(list_at, &list, sizeof(list));
		*cap = more;
	}
	return memset((char *)list + size * (*n)++, 0, size);
}

/* The slot of a text: its own, or the free one where it belongs. */
static size_t
find_slot(const struct flags_words *w, const char *text)
{
	size_t at = text_hash(text, strlen(text));

	for (at %= w->n_slots;; at = (at + 1) % w->n_slots)
		if (w->slots[at] == 0 ||
		    strcmp(w->list[w->slots[at] - 1], text) == 0)
			return at;
}

static int
widen(struct flags_words *w, struct err *e)
{
	size_t i, n = w->n_slots > 0 ? w->n_slots * 2 : 256;
	int *old = w->slots;

	if ((w->n + 1) * 2 < w->n_slots)
		return 0;
	if ((w->slots = calloc(n, sizeof(*w->slots))) == NULL) {
		w->slots = old;
		return err_nomem(e);
	}
	w->n_slots = n;
	for (i = 0; i < w->n; i++)
		w->slots[find_slot(w, w->list[i])] = (int)i + 1;
	free(old);
	return 0;
}

int
flags_word(struct flags_words *w, const char *text, int *ret, struct err *e)
{
	char *copy, **slot;
	size_t at;
	int rc;

	*ret = -1;
	if (text == NULL)
		return 0;
	if ((rc = widen(w, e)) < 0)
		return rc;
	at = find_slot(w, text);
	if (w->slots[at] != 0) {
		*ret = w->slots[at] - 1;
		return 0;
	}
	if ((copy = strdup(text)) == NULL)
		return err_nomem(e);
	slot = flags_more(&w->list, &w->n, &w->cap, sizeof(*w->list));
	if (slot == NULL) {
		free(copy);
		return err_nomem(e);
	}
	*slot = copy;
	w->slots[at] = (int)w->n;
	*ret = (int)w->n - 1;
	return 0;
}

void
flags_words_release(struct flags_words *w)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		free(w->list[i]);
	free(w->list);
	free(w->slots);
	memset(w, 0, sizeof(*w));
}
