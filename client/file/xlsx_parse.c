#include "client/file/xlsx_parse.h"

#include <expat.h>

#include "client/file/xlsx_xml.h"

static const char *
local(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon != NULL ? colon + 1 : name;
}

void
xlsx_parse_stop(struct xlsx_parse *p, int rc)
{
	if (p->rc == 0)
		p->rc = rc;
	XML_StopParser((XML_Parser)p->parser, XML_FALSE);
}

static void XMLCALL
on_start(void *arg, const XML_Char *name, const XML_Char **atts)
{
	struct xlsx_parse *p = arg;

	if (p->rc < 0)
		return;
	if (++p->depth > XLSX_DEPTH_MAX) {
		xlsx_parse_stop(p, err_set(&p->err, ERR_INVALID, 0,
				       "its XML is nested too deeply"));
		return;
	}
	p->start(p, local(name), (const char *const *)atts);
}

static void XMLCALL
on_end(void *arg, const XML_Char *name)
{
	struct xlsx_parse *p = arg;

	p->depth--;
	if (p->rc == 0 && p->end != NULL)
		p->end(p, local(name));
}

static void XMLCALL
on_text(void *arg, const XML_Char *s, int len)
{
	struct xlsx_parse *p = arg;

	if (p->rc == 0 && p->text != NULL && len > 0)
		p->text(p, s, (size_t)len);
}

/* Entities, outer ones above all, begin with a document type; no spreadsheet
 * program writes one. */
static void XMLCALL
on_doctype(void *arg, const XML_Char *name, const XML_Char *sysid,
    const XML_Char *pubid, int has_internal)
{
	struct xlsx_parse *p = arg;

	(void)name;
	(void)sysid;
	(void)pubid;
	(void)has_internal;
	xlsx_parse_stop(p, err_set(&p->err, ERR_INVALID, 0,
			       "its XML declares a document type: no "
			       "spreadsheet program writes that"));
}

int
xlsx_parse(struct xlsx_parse *p, const char *s, size_t len, struct err *e)
{
	XML_Parser x = XML_ParserCreate(NULL);
	int rc = 0;

	if (x == NULL)
		return err_nomem(e);
	p->parser = x;
	p->depth = 0;
	p->rc = 0;
	XML_SetUserData(x, p);
	XML_SetElementHandler(x, on_start, on_end);
	XML_SetCharacterDataHandler(x, on_text);
	XML_SetStartDoctypeDeclHandler(x, on_doctype);
	if (len > SHEET_FILE_MAX * 4)
		rc = err_set(e, ERR_INVALID, 0, "its XML is too long");
	else if (XML_Parse(x, s, (int)len, 1) != XML_STATUS_OK && p->rc == 0)
		/* no line: spreadsheet programs write all in one or two */
		rc = err_set(e, ERR_INVALID, 0, "its XML is damaged: %s",
		    XML_ErrorString(XML_GetErrorCode(x)));
	if (rc == 0 && p->rc < 0) {
		*e = p->err;
		rc = p->rc;
	}
	XML_ParserFree(x);
	p->parser = NULL;
	return rc;
}

const char *
xlsx_att(const char *const *atts, const char *name)
{
	for (; *atts != NULL; atts += 2)
		if (strcmp(local(atts[0]), name) == 0)
			return atts[1];
	return NULL;
}
