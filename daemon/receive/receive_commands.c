#include "daemon/receive/receive_commands.h"

#include <string.h>

#define HEX "0123456789abcdef"
#define ID 40
#define REF_AT ((size_t)2 * ID + 2)
#define FORMAT "object-format="

static int
no_form(struct err *e)
{
	return err_set(e, ERR_REFUSED, 0, "a line of this push has no form");
}

static int
is_id(const char *s)
{
	int i;

	for (i = 0; i < ID; i++)
		if (s[i] == '\0' || strchr(HEX, s[i]) == NULL)
			return 0;
	return 1;
}

/* What git allows in a name and more; which names there are, the door says. */
static int
is_ref(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)s[i] <= 0x20 || s[i] == 0x7f)
			return 0;
	return len > 0;
}

static int
is_word(const char *s, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(s, word, len) == 0;
}

static int
take_word(struct receive_commands *c, const char *s, size_t len, struct err *e)
{
	const size_t n = sizeof(FORMAT) - 1;

	if (is_word(s, len, "report-status") ||
	    is_word(s, len, "report-status-v2"))
		c->report = 1;
	else if (is_word(s, len, "side-band-64k"))
		c->banded = 1;
	else if (len >= n && memcmp(s, FORMAT, n) == 0 &&
		 !is_word(s + n, len - n, "sha1"))
		return err_set(e, ERR_REFUSED, 0,
		    "the hall's repositories have objects of SHA-1, the push "
		    "brings others");
	return 0;
}

/* Words between blanks; those of no meaning here are passed over. */
static int
take_words(struct receive_commands *c, const char *s, size_t len, struct err *e)
{
	const char *end = s + len, *blank;
	int rc = 0;

	for (; s < end && rc == 0; s = blank + 1) {
		blank = memchr(s, ' ', (size_t)(end - s));
		if (blank == NULL)
			blank = end;
		rc = take_word(c, s, (size_t)(blank - s), e);
	}
	return rc;
}

int
receive_commands_add(
    struct receive_commands *c, const char *line, size_t len, struct err *e)
{
	struct door_update *u;
	const char *nul;
	size_t n;
	int rc;

	if (len > 0 && line[len - 1] == '\n')
		len--;
	if (c->n == RECEIVE_UPDATES_MAX)
		return err_set(e, ERR_REFUSED, 0,
		    "a push moves one branch, not %d or more",
		    RECEIVE_UPDATES_MAX + 1);
	nul = memchr(line, '\0', len);
	n = nul != NULL ? (size_t)(nul - line) : len;
	if (c->n == 0 && nul != NULL &&
	    (rc = take_words(c, nul + 1, len - n - 1, e)) < 0)
		return rc;
	u = &c->list[c->n];
	if ((c->n > 0 && nul != NULL) || n <= REF_AT ||
	    n - REF_AT >= sizeof(u->ref) || !is_id(line) || line[ID] != ' ' ||
	    !is_id(line + ID + 1) || line[REF_AT - 1] != ' ' ||
	    !is_ref(line + REF_AT, n - REF_AT))
		return no_form(e);
	memset(u, 0, sizeof(*u));
	memcpy(u->old, line, ID);
	memcpy(u->new_, line + ID + 1, ID);
	memcpy(u->ref, line + REF_AT, n - REF_AT);
	c->n++;
	return 0;
}

int
receive_commands_bring(const struct receive_commands *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (strspn(c->list[i].new_, "0") != ID)
			return 1;
	return 0;
}
