#include "store/save/brief.h"

#include "base/text.h"

#define MARK "…"

/* No less than what its JSON text takes, without writing it: a byte is at most
 * six (\u001f), a number or a word at most as long as 2^53 with its sign. */
static size_t
length_at_most(const cJSON *v)
{
	size_t n = 2 + 18;
	const cJSON *c;

	if (cJSON_IsString(v) && v->valuestring != NULL)
		n += 6 * strlen(v->valuestring);
	if (v->string != NULL)
		n += 6 * strlen(v->string) + 3;
	for (c = v->child; c != NULL; c = c->next)
		n += length_at_most(c) + 1;
	return n;
}

static int
length_of(const cJSON *v, size_t *ret, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc = v == NULL ? 0 : json_write(v, &b, e);

	if (rc == 0)
		rc = buf_ok(&b, e);
	*ret = b.len;
	buf_release(&b);
	return rc;
}

/* Bytes of the longest start of at most max that ends with a character. */
static size_t
whole_characters(const char *s, size_t max)
{
	while (max > 0 && ((unsigned char)s[max] & 0xc0) == 0x80)
		max--;
	return max;
}

static int
cut_side(cJSON *change, const char *side, struct err *e)
{
	const char *s = json_str(change, side);
	char text[BRIEF_TEXT + sizeof(MARK)];

	if (s == NULL || strlen(s) <= BRIEF_TEXT)
		return 0;
	snprintf(text, sizeof(text), "%.*s" MARK,
	    (int)whole_characters(s, BRIEF_TEXT), s);
	return json_put_str(change, side, text, e);
}

static int
cut_texts(cJSON *changes, struct err *e)
{
	cJSON *c;
	int rc = 0;

	cJSON_ArrayForEach (c, changes) {
		if ((rc = cut_side(c, "old", e)) < 0 ||
		    (rc = cut_side(c, "new", e)) < 0)
			break;
	}
	return rc;
}

/* What stays of a list of changes within the room that is left: all or
 * nothing, so that no record looks complete that is not. */
static int
fit(cJSON *of, size_t *room, struct err *e)
{
	cJSON *changes = json_get(of, "changes"), *none;
	int n = cJSON_GetArraySize(changes), rc;
	size_t len;

	if ((rc = cut_texts(changes, e)) < 0 ||
	    (rc = length_of(changes, &len, e)) < 0)
		return rc;
	if (len <= *room) {
		*room -= len;
		return 0;
	}
	*room = 0;
	none = cJSON_CreateArray();
	if ((rc = json_put(of, "changes", none, e)) < 0)
		return rc;
	return json_put_int(of, "left_out", n, e);
}

/* An object's own changes and those of its records. */
static int
fit_all(cJSON *of, size_t *room, struct err *e)
{
	cJSON *r;
	int rc = fit(of, room, e);

	if (rc < 0)
		return rc;
	cJSON_ArrayForEach (r, json_get(of, "records")) {
		if ((rc = fit(r, room, e)) < 0)
			return rc;
	}
	return 0;
}

int
brief_cut(cJSON *doc, struct err *e)
{
	cJSON *r;
	size_t len = 0, room = BRIEF_MAX;
	int rc;

	/* nearly all are so short that nothing needs to be measured */
	if (doc != NULL && length_at_most(doc) <= BRIEF_WHOLE)
		return 0;
	if ((rc = length_of(doc, &len, e)) < 0 || len <= BRIEF_WHOLE)
		return rc;
	if ((rc = fit_all(doc, &room, e)) < 0)
		return rc;
	cJSON_ArrayForEach (r, json_get(doc, "revisions")) {
		if ((rc = fit_all(r, &room, e)) < 0)
			return rc;
	}
	return json_put_bool(doc, "cut", 1, e);
}
