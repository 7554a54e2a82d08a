/*
 * man_gen: writes the parts of the documents that follow from tables:
 *
 *   man_gen commands    the COMMANDS section of pmqa(1), from client/cmd_table.c
 *   man_gen records     pmqa-records(5) whole, from store/record/record_table.c
 *   man_gen methods     the last section of PROTOCOL.md, from proto/methods_table.c
 *
 * docs/man_gen.sh puts them in place; `make lint` fails when they are old.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cmd_table.h"
#include "proto/methods.h"
#include "store/record/record.h"

#define LINE_COLS 70
#define ESCAPE_COLS 8 /* mandoc counts a Thai letter as \[u0E01] */

/* 1 if a line may break before the character at w + i: it is a consonant or a
 * vowel that leads (U+0E01..0E2E, U+0E40..0E44), and none of these vowels
 * stands before it. */
static int
may_break(const char *w, size_t i)
{
	const unsigned char *u = (const unsigned char *)w + i;

	if (i < 3 || u[0] != 0xe0)
		return 0;
	if (!(u[1] == 0xb8 && u[2] >= 0x81 && u[2] <= 0xae) &&
	    !(u[1] == 0xb9 && u[2] >= 0x80 && u[2] <= 0x84))
		return 0;
	return !(
	    u[-3] == 0xe0 && u[-2] == 0xb9 && u[-1] >= 0x80 && u[-1] <= 0x84);
}

/* Columns of a word as mandoc counts its source. */
static size_t
cols_of(const char *w, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		if (((unsigned char)w[i] & 0xc0) != 0x80)
			n += (unsigned char)w[i] < 0x80 ? 1 : ESCAPE_COLS;
	return n;
}

/* Bytes of a word that fit into a line of its own: all, or as many as end where
 * it may break. */
static size_t
piece(const char *w, size_t len)
{
	size_t i, best = len;

	if (cols_of(w, len) <= LINE_COLS)
		return len;
	for (i = 1; i < len && cols_of(w, i) <= LINE_COLS; i++)
		if (may_break(w, i))
			best = i;
	return best;
}

static void
put_piece(const char *w, size_t len, int at_start, int *capital)
{
	if (at_start && (w[0] == '.' || w[0] == '\''))
		fputs("\\&", stdout);
	for (size_t i = 0; i < len; i++) {
		char c = w[i];

		if (*capital && c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		*capital = 0;
		if (c == '\\')
			fputs("\\e", stdout);
		else
			putchar(c);
	}
}

/* One word, over several lines of source if it is long. */
static void
put_long(const char *w, size_t len, int at_start, int *capital)
{
	size_t n;

	while ((n = piece(w, len)) < len) {
		put_piece(w, n, at_start, capital);
		fputs("\\c\n", stdout);
		at_start = 1;
		w += n;
		len -= n;
	}
	put_piece(w, len, at_start, capital);
}

/* A text as lines of roff: short, each sentence on its own, no request in it.
 * Ends without a line end. */
static void
put_text(const char *s, int capital)
{
	size_t col = 0;

	for (s += strspn(s, " \n"); *s != '\0'; s += strspn(s, " \n")) {
		size_t len = strcspn(s, " \n"), cols = cols_of(s, len);
		int ends = s[len - 1] == '.' && len > 1 && s[len - 2] != '.';

		if (col > 0 && col + 1 + cols > LINE_COLS) {
			putchar('\n');
			col = 0;
		} else if (col > 0) {
			putchar(' ');
			col++;
		}
		put_long(s, len, col == 0, &capital);
		col += cols;
		s += len;
		if (ends && s[strspn(s, " \n")] != '\0') {
			putchar('\n');
			col = 0;
		}
	}
}

/* Lines as they are; long ones are joined from several. */
static void
put_lines(const char *s)
{
	int capital = 0;

	while (*s != '\0') {
		size_t len = strcspn(s, "\n"), n, at = 0;

		while (at < len) {
			n = len - at;
			while (cols_of(s + at, n) > LINE_COLS) {
				const char *blank =
				    memrchr(s + at, ' ', n > 1 ? n - 1 : 0);

				if (blank == NULL)
					break;
				n = (size_t)(blank + 1 - (s + at));
			}
			put_long(s + at, n, 1, &capital);
			at += n;
			if (at < len)
				fputs("\\c\n", stdout);
		}
		putchar('\n');
		s += len + (s[len] == '\n');
	}
}

/* A word of a macro's line. */
static void
put_word(const char *s)
{
	putchar('"');
	for (; *s != '\0'; s++) {
		if (*s == '"')
			fputs("\\(dq", stdout);
		else if (*s == '\\')
			fputs("\\e", stdout);
		else
			putchar(*s);
	}
	putchar('"');
}

static void
put_command(const struct cmd_desc *d)
{
	puts(".It Xo");
	fputs(".Cm ", stdout);
	put_word(d->name);
	putchar('\n');
	if (d->args[0] != '\0') {
		fputs(".Ar ", stdout);
		put_word(d->args);
		putchar('\n');
	}
	for (int i = 0; i < N_OPTS; i++) {
		const struct opt_desc *o = opts_desc((enum opt)i);

		if ((d->opts & OPT_BIT(i)) == 0)
			continue;
		printf(".Op Fl -%s", o->name);
		if (o->arg != NULL) {
			fputs(" Ar ", stdout);
			put_word(o->arg);
		}
		putchar('\n');
	}
	puts(".Xc");
	put_text(d->summary, 1);
	puts(".");
	if (d->detail != NULL) {
		put_text(d->detail, 1);
		putchar('\n');
	}
	puts(".Bd -literal -compact");
	put_lines(d->example);
	puts(".Ed");
}

static void
put_options(void)
{
	puts(".Ss Options of commands\n.Bl -tag -width Ds");
	for (int i = 0; i < N_OPTS; i++) {
		const struct opt_desc *o = opts_desc((enum opt)i);

		if ((OPTS_ALWAYS & OPT_BIT(i)) != 0)
			continue;
		printf(".It Fl -%s", o->name);
		if (o->arg != NULL) {
			fputs(" Ar ", stdout);
			put_word(o->arg);
		}
		putchar('\n');
		put_text(o->what, 1);
		puts(".");
	}
	puts(".El");
}

static void
put_commands(void)
{
	const struct cmd_desc *d;
	const char *title = NULL, *group;

	for (size_t i = 0; (d = cmd_table_at(i, &group)) != NULL; i++) {
		if (group != title) {
			if (title != NULL)
				puts(".El");
			printf(".Ss %s\n.Bl -tag -width Ds\n", group);
			title = group;
		}
		put_command(d);
	}
	puts(".El");
	put_options();
}

static void
put_form(const struct field *f)
{
	switch (f->type) {
	case FIELD_LINE:
		printf("one line, at most %ld bytes", f->max);
		break;
	case FIELD_TEXT:
		printf("text, at most %ld bytes", f->max);
		break;
	case FIELD_INT:
		printf("whole number, %ld to %ld", f->min, f->max);
		break;
	case FIELD_BOOL:
		fputs("true or false", stdout);
		break;
	case FIELD_DECIMAL:
		fputs(
		    "decimal number in a string, no superfluous zeros", stdout);
		break;
	case FIELD_ENUM:
		printf("one of: %s", f->words);
		break;
	case FIELD_POINTS:
		printf("set of at most %ld points, sorted", f->max);
		break;
	case FIELD_HEX:
		printf("%ld lower-case hexadecimal digits", f->max);
		break;
	case FIELD_TIME:
		fputs("time, RFC 3339 with offset", stdout);
		break;
	case FIELD_ID:
		printf("1 to %ld of a-z, 0-9 and -", f->max);
		break;
	case FIELD_DATE:
		fputs("day, YYYY-MM-DD, common era", stdout);
		break;
	case FIELD_ITEMS:
		printf(
		    "set of at most %ld items and categories, sorted", f->max);
		break;
	case FIELD_OPAQUE:
		fputs("checked by rules of its own", stdout);
		break;
	}
}

static void
put_field(const struct field *f)
{
	static const char *const merges[] = {
		[MERGE_FIELD] = "by field",
		[MERGE_SET] = "as a set",
		[MERGE_FIXED] = "never changed",
	};

	char labels[512];

	printf(".It Li %s\n", f->name);
	snprintf(labels, sizeof(labels), "%s (%s).%s", f->en, f->th,
	    f->required ? " Required." : "");
	put_text(labels, 1);
	fputs("\nForm: ", stdout);
	put_form(f);
	printf(".\nMerge: %s.\n", merges[f->merge]);
}

static void
put_record_types(void)
{
	size_t n;
	const struct record_type *types = record_types(&n);

	for (size_t i = 0; i < n; i++) {
		const struct record_type *t = &types[i];

		printf(".Ss %s\n", t->name);
		char labels[512];

		snprintf(labels, sizeof(labels), "%s (%s).", t->en, t->th);
		put_text(labels, 1);
		printf("\nWritten by the %s at\n.Pa %s .\n",
		    t->branch == RECORD_OFFICE ? "office" : "hall", t->pattern);
		puts(".Bl -tag -width Ds");
		for (size_t k = 0; k < t->n_fields; k++)
			put_field(&t->fields[k]);
		puts(".El");
	}
}

static const char records_head[] =
    ".\\\" written by docs/man_gen.c from store/record/record_table.c\n"
    ".Dd November 22, 2026\n"
    ".Dt PMQA-RECORDS 5\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm pmqa-records\n"
    ".Nd records in the git repositories of pmqa\n"
    ".Sh DESCRIPTION\n"
    "Everything that an office and its hall write is a record: a file of "
    "canonical\n"
    "JSON in a commit of the office's repository, on the branch\n"
    ".Li office\n"
    "or\n"
    ".Li hall ,\n"
    "whichever side wrote it.\n"
    "Canonical means: UTF-8 in normal form C, keys in byte order, two blanks "
    "a level,\n"
    "one scalar a line, sets sorted, LF at the end, no floating point, "
    "nothing empty.\n"
    "So\n"
    ".Li git diff\n"
    "shows fields, and\n"
    ".Li git blame\n"
    "says who wrote each.\n"
    ".Pp\n"
    "A dot in a field's name leads into an object; an asterisk stands for any "
    "key of\n"
    "1 to 64 of a-z, 0-9 and -.\n"
    "A field that is required below an asterisk is required once for each "
    "key.\n"
    "Limits count bytes of UTF-8; a Thai character has three.\n"
    ".Sh RECORD TYPES\n";

static const char records_tail[] = ".Sh SEE ALSO\n"
				   ".Xr git-blame 1 ,\n"
				   ".Xr pmqa 1 ,\n"
				   ".Xr pmqa-receive 8 ,\n"
				   ".Xr pmqad 8\n";

static void
put_method(const struct method *m)
{
	static const char *const types[] = {
		[PARAM_STRING] = "text",
		[PARAM_INT] = "integer",
		[PARAM_BOOL] = "boolean",
		[PARAM_OBJECT] = "object",
		[PARAM_STRINGS] = "list of texts",
		[PARAM_LIST] = "list of objects",
	};
	static const char *const rights[] = {
		[RIGHT_NONE] = "none",
		[RIGHT_READ] = "read",
		[RIGHT_WRITE] = "write",
		[RIGHT_CHIEF] = "chief",
		[RIGHT_ADMIN] = "admin",
		[RIGHT_SELF] = "self",
	};
	static const char *const places[] = {
		[AT_ANY] = "",
		[AT_OFFICE] = ", at an office",
		[AT_HALL] = ", at a hall",
		[AT_BOTH] = ", at an office or a hall",
		[AT_HALLS] = ", at a hall or a ministry",
		[AT_MINISTRY] = ", at a ministry",
	};

	printf("\n**%s** (%s%s%s): %s.\n", m->name, rights[m->right],
	    places[m->role], m->long_call ? ", tells its progress" : "",
	    m->summary);
	for (size_t i = 0; i < m->n_params; i++)
		printf("- `%s`: %s%s: %s\n", m->params[i].name,
		    types[m->params[i].type],
		    m->params[i].required ? ", required" : "",
		    m->params[i].what);
	printf("- result: `%s`\n", m->result);
}

static void
put_methods(void)
{
	const struct method *m;

	for (size_t i = 0; (m = methods_at(i)) != NULL; i++)
		put_method(m);
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "commands") == 0) {
		put_commands();
	} else if (argc == 2 && strcmp(argv[1], "records") == 0) {
		fputs(records_head, stdout);
		put_record_types();
		fputs(records_tail, stdout);
	} else if (argc == 2 && strcmp(argv[1], "methods") == 0) {
		put_methods();
	} else {
		fputs("usage: man_gen commands|records|methods\n", stderr);
		return 2;
	}
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
