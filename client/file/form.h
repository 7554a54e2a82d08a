/*
 * form: an item's answer as a text that people write in with an editor, and
 * back. Pure.
 *
 *   #: pmqa 2565 1.1 a12            what it is of; one line, the first
 *   # …                             what to do; not read
 *   ## ticks: points reached        a heading: the field's name, its label
 *   [x] 1.1.B1 sentence             a point: marked or not
 *   ## gap: …
 *   text, any number of lines; one that begins with # is written \#
 *   #! …                            what was wrong; passed over when read
 *
 * Read strictly: every heading and every point must be there once, nothing
 * else; a line that would be lost is an error at its place. Blank lines around
 * a text are not part of it.
 *
 * Ownership: struct form holds copies until form_release().
 * Units:     lines from 1.
 * Errors:    ERR_NOMEM; faults of the text go into a list.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_FORM_H
#define CLIENT_FILE_FORM_H

#include "base/buf.h"
#include "base/json.h"

#define FORM_FIELDS 9
#define FORM_FAULTS_MAX 100
#define FORM_MAX ((size_t)1024 * 1024) /* bytes of the text */

enum form_kind { FORM_POINTS, FORM_TEXT, FORM_LINE, FORM_FLAG };

/* The fields in the order of the form; ticks first. */
struct form_field {
	const char *name;
	enum form_kind kind;
};
extern const struct form_field form_fields[FORM_FIELDS];

struct form_about {
	int year;
	const char *item, *title;
	char revision[24];     /* "-" = there is none yet */
	const cJSON *points;   /* [{"id","level",titles}]; empty: no ticks */
	const cJSON *describe; /* for labels; may be NULL */
};

struct form {
	/* as an export writes them: "1.1.B1 1.1.B2", texts, "true"; never NULL
	 * once read; "" = empty */
	char *values[FORM_FIELDS];
	size_t lines[FORM_FIELDS]; /* of the headings */
};

struct form_fault {
	size_t line;
	char text[3600]; /* in the chosen language */
};

struct form_faults {
	struct form_fault list[FORM_FAULTS_MAX];
	size_t n;
};

void form_release(struct form *f);

/* The values of a record.show document. */
int form_of_record(const cJSON *shown, struct form *ret, struct err *e);

void form_print(
    const struct form_about *a, const struct form *f, struct buf *ret);

/* Faults are appended; *ret is filled as far as it could be read. text has no
 * "#!" lines (form_unmark()). */
int form_parse(const struct form_about *a, const char *text, struct form *ret,
    struct form_faults *faults, struct err *e);

/* The revision in the first line, "" if it is no form of this item and year. */
void form_revision(const char *text, int year, const char *item, char ret[24]);

/* The text without its "#!" lines, and with those of the faults. */
void form_unmark(const char *text, struct buf *ret);
void form_mark(
    const char *text, const struct form_faults *faults, struct buf *ret);

/* Adds a fault; more than fit are dropped. Several lines may be told. */
void form_fault(struct form_faults *f, size_t line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Two people at once: mine was begun from base, which is theirs now. mine
 * becomes what is to be edited on: theirs where mine changed nothing, mine where
 * it did, points one by one. ret_both: fields that both changed, differently.
 */
int form_merge(const struct form_about *a, const struct form *base,
    const struct form *theirs, struct form *mine, int ret_both[FORM_FIELDS],
    struct err *e);

/* For form_parse.c: whether the form of this item has the field; whether a
 * list of words has this one. */
#define FORM_HEAD "## "
int form_has_field(const struct form_about *a, size_t i);
int form_has_word(const char *words, const char *word);

#endif
