/* Reading the access log: pages for people, every line for verify. It has a
 * line an export, so that a page may read a year's file whole. */
#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/hall/access_file.h"

/* --- every line --- */

/* Bytes up to a line end and with it, or so many as there is room for; 0 at the
 * end. What stands on a disk may have a NUL in it. */
static size_t
read_piece(FILE *f, char *text, size_t size)
{
	size_t len = 0;
	int c;

	while (len < size && (c = getc_unlocked(f)) != EOF) {
		text[len++] = (char)c;
		if (c == '\n')
			break;
	}
	return len;
}

/* Lines of one file; one that is longer than any of ours comes in pieces,
 * none of which is a line. What stands behind the last line end was cut by a
 * crash or is being written. */
static int
tell_lines(struct accepted_chain *c, FILE *f, int year, struct err *e)
{
	char text[ACCEPTED_LINE_MAX + 1];
	struct accepted_line l = { .year = year };
	int cut = 0, rc = 0;
	size_t len;

	while (rc == 0 && (len = read_piece(f, text, sizeof(text))) > 0) {
		if (text[len - 1] == '\n') {
			rc = accepted_tell(c, &l, text, cut ? 0 : len - 1, e);
			cut = 0;
		} else {
			cut = 1;
		}
	}
	if (rc == 0 && ferror(f))
		rc = err_sys(e, "cannot read the access log");
	return rc;
}

static int
tell_file(struct accepted_chain *c, const char *dir, int year, struct err *e)
{
	int64_t size = 0;
	int fd = -1, rc;
	FILE *f;

	if ((rc = access_open(dir, year, &fd, &size, e)) < 0)
		return rc;
	if ((f = fdopen(fd, "r")) == NULL) {
		rc = err_sys(e, "cannot read the access log");
		close(fd);
		return rc;
	}
	rc = tell_lines(c, f, year, e);
	fclose(f);
	return rc;
}

int
access_each(const char *dir, accepted_told *each, void *arg, struct err *e)
{
	struct accepted_chain c = { .form = &access_form,
		.each = each,
		.arg = arg,
		.hash = ACCEPTED_NONE };
	struct accepted_years years;
	int i, rc;

	rc = access_years(dir, &years, e);
	for (i = 0; rc == 0 && i < years.n; i++)
		rc = tell_file(&c, dir, years.list[i], e);
	return rc;
}

/* --- a page --- */

struct paging {
	const struct access_query *q;
	int64_t before; /* lines with a smaller n */
	int room;       /* lines that the page still takes, and one more */
	cJSON *last;    /* those of one file, oldest first */
};

static int
is_wanted(const struct paging *p, const cJSON *line)
{
	const struct access_query *q = p->q;
	int64_t t = 0;

	if (json_int(line, "n", 0) >= p->before)
		return 0;
	if (q->login != NULL && strcmp(json_str(line, "login"), q->login) != 0)
		return 0;
	if (clock_parse(json_str(line, "time"), 0, 0, &t, NULL) < 0)
		t = 0;
	return (q->since == 0 || t >= q->since) &&
	       (q->until == 0 || t <= q->until);
}

static int
keep(void *arg, const struct accepted_line *l, struct err *e)
{
	struct paging *p = arg;
	int rc;

	if (l->line == NULL || !is_wanted(p, l->line))
		return 0;
	rc = json_push(p->last, cJSON_Duplicate(l->line, 1), e);
	if (rc == 0 && cJSON_GetArraySize(p->last) > p->room)
		cJSON_DeleteItemFromArray(p->last, 0);
	return rc;
}

/* What a file gives, newest first. */
static int
take_file(
    struct paging *p, const char *dir, int year, cJSON *entries, struct err *e)
{
	struct accepted_chain c = { .form = &access_form,
		.each = keep,
		.arg = p,
		.hash = ACCEPTED_NONE };
	int n, rc;

	if ((p->last = cJSON_CreateArray()) == NULL)
		return err_nomem(e);
	rc = tell_file(&c, dir, year, e);
	while (rc == 0 && (n = cJSON_GetArraySize(p->last)) > 0) {
		rc = json_push(
		    entries, cJSON_DetachItemFromArray(p->last, n - 1), e);
		p->room--;
	}
	cJSON_Delete(p->last);
	p->last = NULL;
	return rc;
}

static int
parse_cursor(const char *text, int64_t *ret, struct err *e)
{
	char *end;

	*ret = INT64_MAX;
	if (text == NULL)
		return 0;
	errno = 0;
	*ret = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0' || *ret < 1)
		return err_set(
		    e, ERR_INVALID, 0, "the cursor is not one of this log");
	return 0;
}

static int
put_page(const struct conf *c, const struct paging *p, cJSON *entries,
    cJSON *out, struct err *e)
{
	cJSON *h = cJSON_CreateObject();
	struct accepted_head head;
	char cursor[24] = "";
	int rc;

	if (p->room <= 0) { /* one more than the page takes */
		cJSON_DeleteItemFromArray(entries, p->q->limit);
		snprintf(cursor, sizeof(cursor), "%lld",
		    (long long)json_int(
			cJSON_GetArrayItem(entries, p->q->limit - 1), "n", 0));
	}
	if ((rc = json_put(out, "head", h, e)) < 0 ||
	    (rc = access_head(c->dir, &head, e)) < 0 ||
	    (rc = json_put_int(h, "n", head.n, e)) < 0 ||
	    (rc = json_put_str(h, "hash", head.hash, e)) < 0 ||
	    (rc = json_put_bool(out, "recording", c->record_access, e)) < 0)
		return rc;
	return json_put_str(
	    out, "cursor", cursor[0] != '\0' ? cursor : NULL, e);
}

int
access_page(const struct conf *c, const struct access_query *q, cJSON **ret,
    struct err *e)
{
	struct paging p = { .q = q, .room = q->limit + 1 };
	cJSON *out = cJSON_CreateObject(), *entries = cJSON_CreateArray();
	struct accepted_years years;
	int rc;

	if ((rc = json_put(out, "entries", entries, e)) < 0)
		goto out;
	if (q->limit < 1 || q->limit > ACCEPTED_PAGE_MAX) {
		rc = err_set(e, ERR_INVALID, 0,
		    "a page of the log has 1 to %d lines", ACCEPTED_PAGE_MAX);
		goto out;
	}
	if ((rc = parse_cursor(q->cursor, &p.before, e)) < 0 ||
	    (rc = access_years(c->dir, &years, e)) < 0)
		goto out;
	while (rc == 0 && p.room > 0 && years.n > 0)
		rc = take_file(&p, c->dir, years.list[--years.n], entries, e);
	if (rc == 0)
		rc = put_page(c, &p, entries, out, e);
	if (rc == 0) {
		*ret = out;
		out = NULL;
	}
out:
	cJSON_Delete(out);
	return rc;
}
