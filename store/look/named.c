#include "store/look/named.h"

#include "store/criteria/edition.h"

/* The letter of what a device added, its own, and a number. */
static int
is_action(const char *word)
{
	return word[0] == 'p' && word[1] >= 'a' && word[1] <= 'z' &&
	       word[2] != '\0' &&
	       word[2 + strspn(word + 2, "0123456789")] == '\0';
}

static int
is_of_year(const char *word, enum record_branch of)
{
	return edition_is_item(word) ||
	       (of == RECORD_OFFICE &&
		   (is_action(word) || strcmp(word, "profile") == 0 ||
		       strcmp(word, "assessment") == 0));
}

int
named_needs_year(const char *word)
{
	return is_of_year(word, RECORD_OFFICE);
}

int
named_path(const char *word, enum record_branch of, int year,
    char ret[NAMED_PATH], struct err *e)
{
	int n;

	if (!is_of_year(word, of))
		n = snprintf(ret, NAMED_PATH, "%s.json", word);
	else if (of == RECORD_HALL)
		n = snprintf(ret, NAMED_PATH, "reviews/%d/%s.json", year, word);
	else if (edition_is_item(word))
		n = snprintf(ret, NAMED_PATH, "%d/items/%s.json", year, word);
	else if (is_action(word))
		n = snprintf(ret, NAMED_PATH, "%d/actions/%s.json", year, word);
	else
		n = snprintf(ret, NAMED_PATH, "%d/%s.json", year, word);
	if (n < 0 || n >= NAMED_PATH)
		return err_set(
		    e, ERR_INVALID, 0, "the name of a record is too long");
	return 0;
}

int
named_parse(const char *path, enum record_branch of, struct record_path *ret,
    struct err *e)
{
	int n = (int)strlen(path) - 5; /* without .json */

	if (record_path_parse(path, of, ret, NULL) == 0)
		return 0;
	if (of == RECORD_HALL)
		err_set(e, ERR_INVALID, 0, "the hall writes no record '%.*s'",
		    n > 0 ? n : 0, path);
	else
		err_set(e, ERR_INVALID, 0, "an office writes no record '%.*s'",
		    n > 0 ? n : 0, path);
	err_hint(e, "a record is named like 1.1, profile, assessment, pa1 or "
		    "2565/items/1.1");
	return ERR_INVALID;
}

/* 1 if the field is the pattern's, or the name above it. */
static int
fits(const char *pattern, const char *field)
{
	size_t p, f;

	for (;;) {
		p = strcspn(pattern, ".");
		f = strcspn(field, ".");
		if (f == 0 || ((p != 1 || pattern[0] != '*') &&
				  (p != f || memcmp(pattern, field, f) != 0)))
			return 0;
		if (field[f] == '\0')
			return 1;
		if (pattern[p] == '\0')
			return 0;
		pattern += p + 1;
		field += f + 1;
	}
}

int
named_field(const struct record_path *rp, const char *field, struct err *e)
{
	for (size_t i = 0; i < rp->type->n_fields; i++)
		if (fits(rp->type->fields[i].name, field))
			return 0;
	return named_field_unknown(rp, field, e);
}

int
named_field_unknown(
    const struct record_path *rp, const char *field, struct err *e)
{
	const struct record_type *t = rp->type;
	char names[300];
	size_t i, len, n = 0;

	/* whole names, as many as fit */
	names[0] = '\0';
	for (i = 0; i < t->n_fields; i++) {
		len = strlen(t->fields[i].name);
		if (n + len + 5 > sizeof(names)) {
			snprintf(names + n, sizeof(names) - n, " …");
			break;
		}
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s",
		    i > 0 ? " " : "", t->fields[i].name);
	}
	return err_set(e, ERR_NOT_FOUND, 0,
	    "a record of type '%s' has no field '%.60s', its fields are: %s",
	    t->name, field, names);
}
