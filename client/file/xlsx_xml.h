/*
 * xlsx_xml: the parts of a spreadsheet file (ECMA-376) as what they say: which
 * sheets there are, shared strings, which formats are days, and cells. Pure: no
 * files, no zip.
 *
 * Every byte is hostile: document types (and with them all entities but the
 * five of XML) are refused, depth, counts and sizes are capped before memory is
 * taken.
 *
 * Ownership: the *_init-less structs are zeroed by the caller and released by
 * it.
 * Units:     bytes; rows and columns of the file from 1 and "A".
 * Errors:    ERR_INVALID with a sentence; ERR_NOMEM.
 * Thread:    any.
 */
#ifndef CLIENT_FILE_XLSX_XML_H
#define CLIENT_FILE_XLSX_XML_H

#include "client/file/sheet.h"

#define XLSX_STRINGS_MAX 200000
#define XLSX_STRINGS_BYTES ((size_t)32 * 1024 * 1024)
#define XLSX_STYLES_MAX 5000
#define XLSX_SHEETS_MAX 100
#define XLSX_DEPTH_MAX 64

enum xlsx_style { XLSX_PLAIN, XLSX_DAY, XLSX_PERCENT };

struct xlsx_book {
	struct xlsx_tab {
		char name[128];
		char rel[64]; /* id of its relation */
		int hidden;
	} tabs[XLSX_SHEETS_MAX];
	size_t n_tabs;
	int from_1904; /* days are counted from 1904 */
};

struct xlsx_strings {
	char **list;
	size_t n, cap, bytes;
};

struct xlsx_styles {
	enum xlsx_style *list;
	size_t n;
};

int xlsx_xml_book(
    const char *s, size_t len, struct xlsx_book *ret, struct err *e);
/* The target of a relation, "" if there is none such. */
int xlsx_xml_target(
    const char *s, size_t len, const char *rel, char ret[256], struct err *e);
int xlsx_xml_strings(
    const char *s, size_t len, struct xlsx_strings *ret, struct err *e);
int xlsx_xml_styles(
    const char *s, size_t len, struct xlsx_styles *ret, struct err *e);
void xlsx_strings_release(struct xlsx_strings *s);
void xlsx_styles_release(struct xlsx_styles *s);

/* The first row with anything in it names the columns. */
int xlsx_xml_cells(const char *s, size_t len,
    const struct xlsx_strings *strings, const struct xlsx_styles *styles,
    int from_1904, struct sheet *ret, struct err *e);

/* "_x000D_" to the character that it stands for; a CR goes. In place. */
void xlsx_unescape(char *s);

/* How a format code shows a number: "d mmm yyyy", "0.0%". */
enum xlsx_style xlsx_format_style(const char *code);

/* The text of a number: 0.1, not 0.10000000000000001; a day for XLSX_DAY.
 * 0 when it is none. */
int xlsx_number(
    const char *text, enum xlsx_style style, int from_1904, char ret[64]);

#endif
