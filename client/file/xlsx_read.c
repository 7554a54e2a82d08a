#include "client/file/xlsx_read.h"

#include <zip.h>

#include "base/buf.h"
#include "client/file/xlsx_xml.h"

#define ENTRIES_MAX 500
#define PART_MAX ((size_t)32 * 1024 * 1024)
#define BOOK "xl/workbook.xml"
#define BOOK_RELS "xl/_rels/workbook.xml.rels"

static int
damaged(const char *why, struct err *e)
{
	err_set(
	    e, ERR_INVALID, 0, "the file is no spreadsheet (.xlsx): %s", why);
	err_hint(e, "save it again as 'Excel Workbook (.xlsx)', or as CSV");
	return ERR_INVALID;
}

static int
open_zip(const char *bytes, size_t len, zip_t **ret, struct err *e)
{
	zip_source_t *src;
	zip_error_t why;
	zip_t *z = NULL;
	int rc = 0;

	zip_error_init(&why);
	src = zip_source_buffer_create(bytes, len, 0, &why);
	if (src != NULL)
		z = zip_open_from_source(src, ZIP_RDONLY | ZIP_CHECKCONS, &why);
	if (z == NULL) {
		rc = damaged(zip_error_strerror(&why), e);
		if (src != NULL)
			zip_source_free(src);
	} else if (zip_get_num_entries(z, 0) > ENTRIES_MAX) {
		rc = err_set(e, ERR_INVALID, 0,
		    "the spreadsheet is made of more than %d parts",
		    ENTRIES_MAX);
		zip_discard(z);
		z = NULL;
	}
	zip_error_fini(&why);
	*ret = z;
	return rc;
}

static int
unpack(zip_file_t *f, const char *name, struct buf *ret, struct err *e)
{
	char chunk[16 * 1024];
	zip_int64_t n;

	/* what the directory said of its length may be a lie */
	while ((n = zip_fread(f, chunk, sizeof(chunk))) > 0) {
		if (ret->len + (size_t)n > PART_MAX)
			return err_set(e, ERR_INVALID, 0,
			    "part '%s' unpacks to more than %zu bytes", name,
			    PART_MAX);
		buf_append(ret, chunk, (size_t)n);
	}
	if (n < 0)
		return damaged(zip_file_strerror(f), e);
	return buf_ok(ret, e);
}

/* 1 and the part's bytes, 0 when there is no such part. */
static int
read_part(zip_t *z, const char *name, struct buf *ret, struct err *e)
{
	zip_int64_t at = zip_name_locate(z, name, 0);
	zip_file_t *f;
	zip_stat_t st;
	int rc;

	if (at < 0)
		return 0;
	if (zip_stat_index(z, (zip_uint64_t)at, 0, &st) != 0)
		return damaged(zip_strerror(z), e);
	if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 &&
	    st.encryption_method != ZIP_EM_NONE)
		return err_set(
		    e, ERR_INVALID, 0, "the spreadsheet is encrypted");
	if ((st.valid & ZIP_STAT_SIZE) != 0 && st.size > PART_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "part '%s' unpacks to more than %zu bytes", name, PART_MAX);
	if ((f = zip_fopen_index(z, (zip_uint64_t)at, 0)) == NULL)
		return damaged(zip_strerror(z), e);
	rc = unpack(f, name, ret, e);
	(void)zip_fclose(f); /* read only: what it says was said above */
	return rc < 0 ? rc : 1;
}

/* "worksheets/sheet1.xml" or "/xl/worksheets/sheet1.xml" to its part. */
static int
part_name(const char *target, char ret[300], struct err *e)
{
	if (target[0] == '\0' || strstr(target, "..") != NULL)
		return damaged(err_tr("the sheet is not in it"), e);
	if (target[0] == '/')
		snprintf(ret, 300, "%s", target + 1);
	else
		snprintf(ret, 300, "xl/%s", target);
	return 0;
}

static const struct xlsx_tab *
choose_tab(const struct xlsx_book *book, const char *name)
{
	size_t i;

	for (i = 0; i < book->n_tabs; i++)
		if (strcasecmp(book->tabs[i].name, name) == 0)
			return &book->tabs[i];
	for (i = 0; i < book->n_tabs; i++)
		if (!book->tabs[i].hidden)
			return &book->tabs[i];
	return NULL;
}

struct opened { /* the parts of the file that a table needs */
	struct xlsx_book book;
	struct xlsx_strings strings;
	struct xlsx_styles styles;
	struct buf sheet;
};

static int
read_sheet_part(zip_t *z, const char *tab, struct opened *o, struct err *e)
{
	struct buf xml = BUF_INIT;
	const struct xlsx_tab *t;
	char target[256], name[300];
	int rc;

	if ((rc = read_part(z, BOOK, &xml, e)) <= 0) {
		rc = rc < 0
			 ? rc
			 : damaged(err_tr("its list of sheets is missing"), e);
		goto out;
	}
	rc = xlsx_xml_book(buf_str(&xml), xml.len, &o->book, e);
	if (rc < 0)
		goto out;
	if ((t = choose_tab(&o->book, tab)) == NULL) {
		rc = damaged(err_tr("it has no sheet that is shown"), e);
		goto out;
	}
	buf_clear(&xml);
	if ((rc = read_part(z, BOOK_RELS, &xml, e)) <= 0) {
		rc = rc < 0
			 ? rc
			 : damaged(err_tr("its list of sheets is missing"), e);
		goto out;
	}
	if ((rc = xlsx_xml_target(buf_str(&xml), xml.len, t->rel, target, e)) <
		0 ||
	    (rc = part_name(target, name, e)) < 0)
		goto out;
	rc = read_part(z, name, &o->sheet, e);
	if (rc == 0)
		rc = damaged(err_tr("the sheet is not in it"), e);
out:
	buf_release(&xml);
	return rc < 0 ? rc : 0;
}

static int
read_shared_parts(zip_t *z, struct opened *o, struct err *e)
{
	struct buf xml = BUF_INIT;
	int rc;

	rc = read_part(z, "xl/sharedStrings.xml", &xml, e);
	if (rc > 0)
		rc = xlsx_xml_strings(buf_str(&xml), xml.len, &o->strings, e);
	buf_clear(&xml);
	if (rc >= 0 && (rc = read_part(z, "xl/styles.xml", &xml, e)) > 0)
		rc = xlsx_xml_styles(buf_str(&xml), xml.len, &o->styles, e);
	buf_release(&xml);
	return rc < 0 ? rc : 0;
}

int
xlsx_read(const char *bytes, size_t len, const char *tab, struct sheet *ret,
    struct err *e)
{
	struct opened *o = calloc(1, sizeof(*o));
	zip_t *z = NULL;
	int rc;

	if (o == NULL)
		return err_nomem(e);
	if (len > SHEET_FILE_MAX) {
		rc = err_set(e, ERR_INVALID, 0,
		    "the file is larger than %zu bytes", SHEET_FILE_MAX);
		goto out;
	}
	if ((rc = open_zip(bytes, len, &z, e)) < 0 ||
	    (rc = read_sheet_part(z, tab, o, e)) < 0 ||
	    (rc = read_shared_parts(z, o, e)) < 0)
		goto out;
	rc = xlsx_xml_cells(buf_str(&o->sheet), o->sheet.len, &o->strings,
	    &o->styles, o->book.from_1904, ret, e);
out:
	if (z != NULL)
		zip_discard(z);
	xlsx_strings_release(&o->strings);
	xlsx_styles_release(&o->styles);
	buf_release(&o->sheet);
	free(o);
	return rc;
}
