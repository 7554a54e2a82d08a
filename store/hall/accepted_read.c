/* Reading the acceptance log: pages for people, every line for verify. */
#include <unistd.h>

#include "base/clock.h"
#include "store/hall/accepted_file.h"

#define BLOCK ((size_t)256 * 1024)
#define DAY_S 86400
#define CURSOR_MAX 40
#define HAS_PAGE 200 /* lines at a time */

/* Whole lines of one file. */
struct block {
	char *bytes;
	size_t len;
	int64_t from;
};

static int
too_long(int year, struct err *e)
{
	return err_set(e, ERR_DAMAGED, 0,
	    "the acceptance log of %d has a line that is none", year);
}

/* The whole lines from `from` on; len 0: there is none any more. */
static int
block_after(int fd, int year, int64_t from, int64_t size, struct block *b,
    struct err *e)
{
	size_t len =
	    size - from < (int64_t)BLOCK ? (size_t)(size - from) : BLOCK;
	const char *lf;
	int rc;

	b->from = from;
	b->len = 0;
	if (len == 0)
		return 0;
	if ((rc = accepted_pread(fd, b->bytes, len, from, e)) < 0)
		return rc;
	if ((lf = memrchr(b->bytes, '\n', len)) != NULL)
		b->len = (size_t)(lf - b->bytes) + 1;
	else if (from + (int64_t)len < size)
		return too_long(year, e);
	return 0;
}

/* The whole lines before `to`, which stands behind a line end. */
static int
block_before(int fd, int year, int64_t to, struct block *b, struct err *e)
{
	size_t len = to < (int64_t)BLOCK ? (size_t)to : BLOCK, cut;
	const char *lf;
	int rc;

	b->from = to - (int64_t)len;
	b->len = 0;
	if (len == 0)
		return 0;
	if ((rc = accepted_pread(fd, b->bytes, len, b->from, e)) < 0)
		return rc;
	if (b->from > 0) {
		lf = memchr(b->bytes, '\n', len - 1);
		if (lf == NULL)
			return too_long(year, e);
		cut = (size_t)(lf - b->bytes) + 1;
		memmove(b->bytes, b->bytes + cut, len - cut);
		b->from += (int64_t)cut;
		len -= cut;
	}
	b->len = len;
	return 0;
}

/* Where the last whole line ends: what follows was cut by a crash, or is being
 * written. */
static int
whole_end(int fd, int64_t size, int64_t *ret, struct err *e)
{
	char bytes[ACCEPTED_LINE_MAX + 1];
	size_t len =
	    size < (int64_t)sizeof(bytes) ? (size_t)size : sizeof(bytes);
	const char *lf;
	int rc;

	*ret = 0;
	if (len == 0)
		return 0;
	if ((rc = accepted_pread(fd, bytes, len, size - (int64_t)len, e)) < 0)
		return rc;
	lf = memrchr(bytes, '\n', len);
	*ret = lf != NULL ? size - (int64_t)len + (lf - bytes) + 1 : 0;
	return 0;
}

/* --- a page --- */

struct paging {
	const struct accepted_query *q;
	cJSON *entries;
	int n;
	int too_old; /* newest first: nothing before this can be wanted */
	/* the place behind which, or before which, the next page begins */
	int year;
	int64_t at;
	int more;
};

static int
has_text(const char *line, size_t len, const char *key, const char *value)
{
	char text[96];
	int n;

	if (value == NULL)
		return 1;
	n = snprintf(text, sizeof(text), "\"%s\":\"%s\"", key, value);
	return n > 0 && (size_t)n < sizeof(text) &&
	       memmem(line, len, text, (size_t)n) != NULL;
}

static int
is_value(const cJSON *line, const char *key, const char *value)
{
	return value == NULL || strcmp(json_str(line, key), value) == 0;
}

static int
is_wanted(struct paging *p, const cJSON *line)
{
	const struct accepted_query *q = p->q;
	int64_t t = 0;

	if (clock_parse(json_str(line, "time"), 0, 0, &t, NULL) < 0)
		t = 0;
	/* clocks are set back now and then, but hardly by a day */
	if (!q->oldest_first && q->since != 0 && t < q->since - DAY_S)
		p->too_old = 1;
	return is_value(line, "office", q->office) &&
	       is_value(line, "device", q->device) &&
	       is_value(line, "result", q->result) &&
	       (q->since == 0 || t >= q->since) &&
	       (q->until == 0 || t <= q->until);
}

/* One line; *ret_full: 1 when the page was full before it. */
static int
take(struct paging *p, const char *text, size_t len, int *ret_full,
    struct err *e)
{
	cJSON *line = NULL;
	int ok, rc;

	*ret_full = 0;
	/* most lines are not wanted: they are not even parsed */
	if (!has_text(text, len, "office", p->q->office) ||
	    !has_text(text, len, "device", p->q->device) ||
	    !has_text(text, len, "result", p->q->result))
		return 0;
	if ((rc = accepted_parse(text, len, &line, &ok, e)) < 0)
		return rc;
	if (line == NULL || !is_wanted(p, line)) {
		cJSON_Delete(line);
		return 0;
	}
	if (p->n == p->q->limit) {
		*ret_full = 1;
		cJSON_Delete(line);
		return 0;
	}
	p->n++;
	return json_push(p->entries, line, e);
}

/* The lines of a block in the order that is asked for. */
static int
take_block(struct paging *p, const struct block *b, struct err *e)
{
	size_t at = p->q->oldest_first ? 0 : b->len, from, to;
	const char *lf;
	int full = 0, rc;

	while (!p->too_old && (p->q->oldest_first ? at < b->len : at > 0)) {
		if (p->q->oldest_first) {
			from = at;
			lf = memchr(b->bytes + at, '\n', b->len - at);
			to = (size_t)(lf - b->bytes);
			at = to + 1;
		} else {
			to = at - 1;
			lf = to > 0 ? memrchr(b->bytes, '\n', to) : NULL;
			from = lf != NULL ? (size_t)(lf - b->bytes) + 1 : 0;
			at = from;
		}
		if ((rc = take(p, b->bytes + from, to - from, &full, e)) < 0)
			return rc;
		if (full) {
			p->at = b->from +
				(int64_t)(p->q->oldest_first ? from : to + 1);
			p->more = 1;
			return 0;
		}
	}
	return 0;
}

/* One file, from where the cursor stands (-1: from its beginning or end). */
static int
take_file(struct paging *p, const char *dir, struct block *b, int64_t start,
    struct err *e)
{
	int64_t size, end = 0, at;
	char before = '\n';
	int fd = -1, rc;

	if ((rc = accepted_open(dir, p->year, &fd, &size, e)) < 0)
		return rc;
	if ((rc = whole_end(fd, size, &end, e)) < 0)
		goto out;
	at = start >= 0 ? start : p->q->oldest_first ? 0 : end;
	if (at > end ||
	    (at > 0 && ((rc = accepted_pread(fd, &before, 1, at - 1, e)) < 0 ||
			   before != '\n'))) {
		if (rc == 0)
			rc = err_set(e, ERR_INVALID, 0,
			    "the cursor is not one of this log");
		goto out;
	}
	do {
		rc = p->q->oldest_first
			 ? block_after(fd, p->year, at, end, b, e)
			 : block_before(fd, p->year, at, b, e);
		if (rc < 0 || (rc = take_block(p, b, e)) < 0)
			break;
		at = p->q->oldest_first ? b->from + (int64_t)b->len : b->from;
	} while (b->len > 0 && !p->more && !p->too_old);
out:
	close(fd);
	return rc;
}

/* "2569:12345" */
static int
parse_cursor(const char *text, int *ret_year, int64_t *ret_at, struct err *e)
{
	char *end;
	long year = strtol(text, &end, 10);
	long long at;

	if (strlen(text) < CURSOR_MAX && end == text + 4 && *end == ':' &&
	    end[1] >= '0' && end[1] <= '9') {
		at = strtoll(end + 1, &end, 10);
		if (*end == '\0' && year > 0) {
			*ret_year = (int)year;
			*ret_at = at;
			return 0;
		}
	}
	return err_set(e, ERR_INVALID, 0, "the cursor is not one of this log");
}

static int
take_files(struct paging *p, const char *dir, struct err *e)
{
	struct block b = { .bytes = NULL };
	struct accepted_years years;
	int64_t start = -1;
	int i, k, first = 0, rc;

	if ((rc = accepted_years(dir, &years, e)) < 0 ||
	    (p->q->cursor != NULL &&
		(rc = parse_cursor(p->q->cursor, &first, &start, e)) < 0))
		return rc;
	if ((b.bytes = malloc(BLOCK)) == NULL)
		return err_nomem(e);
	for (i = 0; rc == 0 && i < years.n && !p->more && !p->too_old; i++) {
		k = p->q->oldest_first ? i : years.n - 1 - i;
		p->year = years.list[k];
		if (first != 0 &&
		    (p->q->oldest_first ? p->year < first : p->year > first))
			continue;
		rc = take_file(p, dir, &b, p->year == first ? start : -1, e);
	}
	free(b.bytes);
	return rc;
}

static int
put_page(const struct paging *p, const struct accepted_head *head, cJSON *o,
    struct err *e)
{
	cJSON *h = cJSON_CreateObject();
	char cursor[CURSOR_MAX];
	int rc;

	snprintf(
	    cursor, sizeof(cursor), "%04d:%lld", p->year, (long long)p->at);
	if ((rc = json_put(o, "head", h, e)) < 0 ||
	    (rc = json_put_int(h, "n", head->n, e)) < 0 ||
	    (rc = json_put_str(h, "hash", head->hash, e)) < 0)
		return rc;
	return json_put_str(o, "cursor", p->more ? cursor : NULL, e);
}

int
accepted_page(
    const char *dir, const struct accepted_query *q, cJSON **ret, struct err *e)
{
	struct paging p = { .q = q };
	struct accepted_head head;
	cJSON *o = cJSON_CreateObject();
	int rc;

	if (q->limit < 1 || q->limit > ACCEPTED_PAGE_MAX) {
		rc = err_set(e, ERR_INVALID, 0,
		    "a page of the log has 1 to %d lines", ACCEPTED_PAGE_MAX);
		goto out;
	}
	p.entries = cJSON_CreateArray();
	if ((rc = json_put(o, "entries", p.entries, e)) < 0 ||
	    (rc = accepted_head(dir, &head, e)) < 0 ||
	    (rc = take_files(&p, dir, e)) < 0 ||
	    (rc = put_page(&p, &head, o, e)) < 0)
		goto out;
	*ret = o;
	o = NULL;
out:
	cJSON_Delete(o);
	return rc;
}

/* --- one push --- */

int
accepted_has(const char *dir, const struct accepted_entry *en, int64_t after,
    int *ret, struct err *e)
{
	struct accepted_query q = { .office = en->office,
		.result = "admitted",
		.since = en->time,
		.limit = HAS_PAGE };
	char cursor[CURSOR_MAX];
	const cJSON *line;
	cJSON *page;
	int past = 0, rc;

	*ret = 0;
	do {
		page = NULL;
		if ((rc = accepted_page(dir, &q, &page, e)) < 0)
			return rc;
		cJSON_ArrayForEach (line, json_get(page, "entries")) {
			past |= json_int(line, "n", 0) <= after;
			*ret |= is_value(line, "new", en->new_) &&
				is_value(line, "ref", en->ref);
		}
		q.cursor = json_str(page, "cursor");
		if (q.cursor != NULL) {
			snprintf(cursor, sizeof(cursor), "%s", q.cursor);
			q.cursor = cursor;
		}
		cJSON_Delete(page);
	} while (!*ret && !past && q.cursor != NULL);
	return 0;
}

/* --- every line --- */

static int
tell_file(struct accepted_chain *c, const char *dir, int year,
    const struct accepted_place *from, struct block *b, struct err *e)
{
	struct accepted_line l = { .year = year };
	int64_t size, end = 0, at = 0;
	const char *text, *lf;
	int fd = -1, rc;

	if ((rc = accepted_open(dir, year, &fd, &size, e)) < 0)
		return rc;
	if ((rc = whole_end(fd, size, &end, e)) < 0)
		goto out;
	if (from != NULL && from->year == year && from->end <= end) {
		at = from->end;
		l.at = from->at;
	}
	do {
		if ((rc = block_after(fd, year, at, end, b, e)) < 0)
			break;
		for (text = b->bytes; rc == 0 && text < b->bytes + b->len;
		     text = lf + 1) {
			lf = memchr(
			    text, '\n', (size_t)(b->bytes + b->len - text));
			l.end = at + (lf - b->bytes) + 1;
			rc = accepted_tell(c, &l, text, (size_t)(lf - text), e);
		}
		at += (int64_t)b->len;
	} while (rc == 0 && b->len > 0);
out:
	close(fd);
	return rc;
}

int
accepted_each_from(const char *dir, const struct accepted_place *from,
    accepted_told *each, void *arg, struct err *e)
{
	struct accepted_chain c = { .form = &accepted_form,
		.each = each,
		.arg = arg,
		.hash = ACCEPTED_NONE };
	struct block b = { .bytes = NULL };
	struct accepted_years years;
	int i, rc;

	if ((rc = accepted_years(dir, &years, e)) < 0)
		return rc;
	if ((b.bytes = malloc(BLOCK)) == NULL)
		return err_nomem(e);
	if (from != NULL) {
		c.n = from->n;
		snprintf(c.hash, sizeof(c.hash), "%s", from->hash);
	}
	for (i = 0; rc == 0 && i < years.n; i++)
		if (from == NULL || years.list[i] >= from->year)
			rc = tell_file(&c, dir, years.list[i], from, &b, e);
	free(b.bytes);
	return rc;
}

int
accepted_each(const char *dir, accepted_told *each, void *arg, struct err *e)
{
	return accepted_each_from(dir, NULL, each, arg, e);
}
