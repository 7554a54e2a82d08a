#include "store/save/shortname.h"

#include "store/record/record.h"

#define DIGITS_MAX 9

long
shortname_number(const char *name, char prefix, char letter)
{
	size_t n;

	if (name[0] != prefix || name[1] != letter)
		return 0;
	n = strspn(name + 2, "0123456789");
	if (n == 0 || n > DIGITS_MAX || name[2 + n] != '\0' || name[2] == '0')
		return 0;
	return strtol(name + 2, NULL, 10);
}

void
shortname_next(const cJSON *keys, char prefix, char letter, char ret[24])
{
	const cJSON *c;
	long n, last = 0;

	cJSON_ArrayForEach (c, keys) {
		n = shortname_number(c->string, prefix, letter);
		last = n > last ? n : last;
	}
	snprintf(ret, 24, "%c%c%ld", prefix, letter, last + 1);
}

/* Removed actions count too: their name stays theirs in the history. */
int
shortname_action(struct store *s, char ret[24], struct err *e)
{
	char letter = store_conf(s)->device;
	struct record_path rp;
	struct branch *b = NULL;
	sqlite3_stmt *st = NULL;
	const char *path;
	long n, last = 0;
	int rc;

	if ((rc = store_own_branch(s, "", &b, e)) < 0)
		return rc;
	rc = db_stmt(store_db(s), &st, e,
	    "SELECT path FROM record WHERE branch = ?1 AND path > '2'"
	    " AND path < '3' AND path LIKE '____/actions/%'",
	    "i", b->id);
	if (rc < 0)
		return rc;
	while ((rc = db_step(store_db(s), st, e)) > 0) {
		path = (const char *)sqlite3_column_text(st, 0);
		if ((rc = record_path_parse(path, RECORD_OFFICE, &rp, e)) < 0)
			break;
		n = shortname_number(rp.id, 'p', letter);
		last = n > last ? n : last;
	}
	db_reset(st);
	if (rc < 0)
		return rc;
	snprintf(ret, 24, "p%c%ld", letter, last + 1);
	return 0;
}
