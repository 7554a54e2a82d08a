/*
 * xlsx_parse: one XML document through expat, with what hostile ones try
 * refused. For the xlsx_*.c files.
 *
 * Ownership: handlers get their arg; struct xlsx_parse lives for the call.
 * Units:     bytes.
 * Errors:    what a handler sets in p->err ends the parse.
 * Thread:    any.
 */
#ifndef CLIENT_FILE_XLSX_PARSE_H
#define CLIENT_FILE_XLSX_PARSE_H

#include <stddef.h>

#include "base/err.h"

struct xlsx_parse {
	/* names come without the namespace's prefix */
	void (*start)(
	    struct xlsx_parse *p, const char *name, const char *const *atts);
	void (*end)(struct xlsx_parse *p, const char *name);
	void (*text)(struct xlsx_parse *p, const char *s, size_t len);
	void *arg;
	/* filled by xlsx_parse() */
	int depth;
	int rc; /* of the first fault */
	struct err err;
	void *parser;
};

int xlsx_parse(struct xlsx_parse *p, const char *s, size_t len, struct err *e);

/* A handler's fault: rc and p->err are set, the parse ends. */
void xlsx_parse_stop(struct xlsx_parse *p, int rc);

/* An attribute by its name without prefix, NULL if it is not there. */
const char *xlsx_att(const char *const *atts, const char *name);

#endif
