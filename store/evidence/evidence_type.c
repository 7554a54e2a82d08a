#include "store/evidence/evidence_type.h"

#include <limits.h>
#include <strings.h>

#define ZLIB_CONST /* next_in points at bytes that stay as they are */
#include <zlib.h>

#include "base/text.h"

#define NAME_MAX_LEN 240 /* a file system's limit, with room for a number */
#define IMAGE_SIDE_MAX 65535U
#define CONTENT_TYPES_MAX ((size_t)256 * 1024)
#define ZIP_HEADER ((size_t)30)
#define OOXML "application/vnd.openxmlformats-officedocument."
#define ODF "application/vnd.oasis.opendocument."

static const struct kind {
	enum conf_kind kind;
	const char *type;
	const char *endings; /* separated by blanks */
} kinds[] = {
	{ CONF_KIND_PDF, "application/pdf", ".pdf" },
	{ CONF_KIND_JPEG, "image/jpeg", ".jpg .jpeg" },
	{ CONF_KIND_PNG, "image/png", ".png" },
	{ CONF_KIND_ODF, ODF "text", ".odt" },
	{ CONF_KIND_ODF, ODF "spreadsheet", ".ods" },
	{ CONF_KIND_ODF, ODF "presentation", ".odp" },
	{ CONF_KIND_OOXML, OOXML "wordprocessingml.document", ".docx" },
	{ CONF_KIND_OOXML, OOXML "spreadsheetml.sheet", ".xlsx" },
	{ CONF_KIND_OOXML, OOXML "presentationml.presentation", ".pptx" },
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* --- what the bytes are --- */

static int
begins(const unsigned char *s, size_t len, const char *with, size_t n)
{
	return len >= n && memcmp(s, with, n) == 0;
}

static unsigned long
be32(const unsigned char *s)
{
	return (unsigned long)s[0] << 24 | (unsigned long)s[1] << 16 |
	       (unsigned long)s[2] << 8 | s[3];
}

static size_t
le16(const unsigned char *s)
{
	return (size_t)(s[0] | s[1] << 8);
}

/* "%PDF-1.7" */
static int
is_pdf(const unsigned char *s, size_t len)
{
	return len >= 8 && begins(s, len, "%PDF-", 5) && s[5] >= '1' &&
	       s[5] <= '9' && s[6] == '.' && s[7] >= '0' && s[7] <= '9';
}

/* Start of image, then a marker that may come first. */
static int
is_jpeg(const unsigned char *s, size_t len)
{
	return len >= 4 && begins(s, len, "\xff\xd8\xff", 3) &&
	       ((s[3] >= 0xe0 && s[3] <= 0xef) || s[3] == 0xdb ||
		   s[3] == 0xfe || s[3] == 0xc0 || s[3] == 0xc2 ||
		   s[3] == 0xc4);
}

/* Bits a sample that a colour type allows, PNG specification 11.2.2. */
static int
is_png_depth(int colour, int depth)
{
	switch (colour) {
	case 0:
		return depth == 1 || depth == 2 || depth == 4 || depth == 8 ||
		       depth == 16;
	case 3:
		return depth == 1 || depth == 2 || depth == 4 || depth == 8;
	case 2:
	case 4:
	case 6:
		return depth == 8 || depth == 16;
	default:
		return 0;
	}
}

/* The signature and a header that makes sense, with its checksum. */
static int
is_png(const unsigned char *s, size_t len)
{
	static const char head[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
	unsigned long width, height;

	if (len < 33 || !begins(s, len, head, sizeof(head) - 1))
		return 0;
	width = be32(s + 16);
	height = be32(s + 20);
	return width >= 1 && width <= IMAGE_SIDE_MAX && height >= 1 &&
	       height <= IMAGE_SIDE_MAX && is_png_depth(s[25], s[24]) &&
	       s[26] == 0 && s[27] == 0 && s[28] <= 1 &&
	       crc32(crc32(0, NULL, 0), s + 12, 17) == be32(s + 29);
}

/* --- zip --- */

/* The next entry's local header from *at on; 0 when there is none. */
static int
next_entry(const unsigned char *s, size_t len, size_t *at)
{
	const unsigned char *p;

	if (*at >= len || (p = memmem(s + *at, len - *at, "PK\3\4", 4)) == NULL)
		return 0;
	*at = (size_t)(p - s);
	return len - *at > ZIP_HEADER &&
	       len - *at - ZIP_HEADER >= le16(p + 26) + le16(p + 28);
}

static int
is_named(const unsigned char *entry, const char *name)
{
	size_t n = strlen(name);

	return le16(entry + 26) == n && memcmp(entry + 30, name, n) == 0;
}

/* An OpenDocument file begins with its type, stored as it is. */
static const char *
odf_type(const unsigned char *s, size_t len)
{
	const unsigned char *value;
	size_t at = 0, n, i;

	if (!next_entry(s, len, &at) || at != 0 || !is_named(s, "mimetype") ||
	    le16(s + 8) != 0)
		return NULL;
	value = s + ZIP_HEADER + le16(s + 26) + le16(s + 28);
	len -= (size_t)(value - s);
	for (i = 0; i < N_KINDS; i++) {
		n = strlen(kinds[i].type);
		/* what follows is the next entry */
		if (kinds[i].kind == CONF_KIND_ODF && len >= n + 2 &&
		    memcmp(value, kinds[i].type, n) == 0 &&
		    memcmp(value + n, "PK", 2) == 0)
			return kinds[i].type;
	}
	return NULL;
}

/* Unpacks one entry as far as its bytes go; NULL: it is not readable. */
static char *
unpack(const unsigned char *entry, size_t len, size_t *ret_len)
{
	size_t skip = ZIP_HEADER + le16(entry + 26) + le16(entry + 28);
	char *out = malloc(CONTENT_TYPES_MAX + 1);
	z_stream z;
	int rc;

	if (out == NULL)
		return NULL;
	memset(&z, 0, sizeof(z));
	if (le16(entry + 8) != Z_DEFLATED || inflateInit2(&z, -15) != Z_OK) {
		free(out);
		return NULL;
	}
	z.next_in = entry + skip;
	z.avail_in = (uInt)(len - skip < UINT_MAX ? len - skip : UINT_MAX);
	z.next_out = (Bytef *)out;
	z.avail_out = (uInt)CONTENT_TYPES_MAX;
	rc = inflate(&z, Z_FINISH);
	*ret_len = CONTENT_TYPES_MAX - z.avail_out;
	inflateEnd(&z);
	if (rc == Z_STREAM_END) {
		out[*ret_len] = '\0';
		return out;
	}
	free(out);
	return NULL;
}

/* "[Content_Types].xml" names the type of the main part. Files with macros
 * name another, or a part that holds them. */
static const char *
main_type(const char *text, size_t len)
{
	char word[120];
	size_t i;

	if (memmem(text, len, "macroEnabled", 12) != NULL ||
	    memmem(text, len, "vbaProject", 10) != NULL)
		return NULL;
	for (i = 0; i < N_KINDS; i++) {
		if (kinds[i].kind != CONF_KIND_OOXML)
			continue;
		snprintf(word, sizeof(word), "\"%s.main+xml\"", kinds[i].type);
		if (memmem(text, len, word, strlen(word)) != NULL)
			return kinds[i].type;
	}
	return NULL;
}

/* The parts that stand for each type, where the list of types lies beyond what
 * we have: some programs write it last. */
static const char *
part_type(const unsigned char *entry)
{
	if (is_named(entry, "word/document.xml"))
		return OOXML "wordprocessingml.document";
	if (is_named(entry, "xl/workbook.xml"))
		return OOXML "spreadsheetml.sheet";
	if (is_named(entry, "ppt/presentation.xml"))
		return OOXML "presentationml.presentation";
	return NULL;
}

static int
has_macros(const unsigned char *entry)
{
	return is_named(entry, "word/vbaProject.bin") ||
	       is_named(entry, "xl/vbaProject.bin") ||
	       is_named(entry, "ppt/vbaProject.bin");
}

static const char *
ooxml_type(const unsigned char *s, size_t len)
{
	const char *by_part = NULL, *type;
	size_t at = 0, n = 0;
	char *text;

	if (!begins(s, len, "PK\3\4", 4))
		return NULL;
	for (; next_entry(s, len, &at); at += 4) {
		if (has_macros(s + at))
			return NULL;
		if (by_part == NULL)
			by_part = part_type(s + at);
		if (!is_named(s + at, "[Content_Types].xml"))
			continue;
		if ((text = unpack(s + at, len - at, &n)) == NULL)
			return NULL;
		type = main_type(text, n);
		free(text);
		return type;
	}
	return by_part;
}

const char *
evidence_type(const void *data, size_t len)
{
	const unsigned char *s = data;
	const char *type;

	if (is_pdf(s, len))
		return "application/pdf";
	if (is_jpeg(s, len))
		return "image/jpeg";
	if (is_png(s, len))
		return "image/png";
	type = odf_type(s, len);
	return type != NULL ? type : ooxml_type(s, len);
}

/* --- what may be --- */

static int
allowed(const struct conf *c, const struct kind *k)
{
	return (c->evidence_kinds & CONF_KIND_BIT(k->kind)) != 0;
}

/* 1 if the name ends in one of the endings, with something before it. */
static int
ends_so(const char *name, const char *endings)
{
	size_t len = strlen(name), n;

	for (; *endings != '\0'; endings += n + strspn(endings + n, " ")) {
		n = strcspn(endings, " ");
		if (len > n && strncasecmp(name + len - n, endings, n) == 0)
			return 1;
	}
	return 0;
}

/* ERR_INVALID with a hint that lists what is allowed. */
static int
refuse(const struct conf *c, struct err *e)
{
	char list[120] = "";
	size_t i, used = 0;

	for (i = 0; i < N_KINDS && used < sizeof(list); i++)
		if (allowed(c, &kinds[i]))
			used +=
			    (size_t)snprintf(list + used, sizeof(list) - used,
				"%s%s", used > 0 ? " " : "", kinds[i].endings);
	err_hint(e, "files of these types are taken: %s", list);
	return ERR_INVALID;
}

int
evidence_name_check(const struct conf *c, const char *name, struct err *e)
{
	size_t len = strlen(name), i;

	if (len == 0 || len > NAME_MAX_LEN)
		return err_set(e, ERR_INVALID, 0,
		    "a file name has 1 to %d bytes, this one has %zu",
		    NAME_MAX_LEN, len);
	if (!text_is_nfc(name, len) || strpbrk(name, "\n\t/\\:*?\"<>|") != NULL)
		return err_set(e, ERR_INVALID, 0,
		    "a file name is one line of text in normal form (NFC) "
		    "without / \\ : * ? \" < > |");
	if (name[0] == '.' || name[0] == '-' || name[0] == ' ' ||
	    name[len - 1] == '.' || name[len - 1] == ' ')
		return err_set(e, ERR_INVALID, 0,
		    "the file name '%s' begins or ends with a character that "
		    "is not taken there",
		    name);
	for (i = 0; i < N_KINDS; i++)
		if (allowed(c, &kinds[i]) && ends_so(name, kinds[i].endings))
			return 0;
	err_set(e, ERR_INVALID, 0,
	    "'%s' does not end like a file that may be evidence", name);
	return refuse(c, e);
}

int
evidence_size_check(const struct conf *c, int64_t size, struct err *e)
{
	if (size < 1)
		return err_set(e, ERR_INVALID, 0, "the file is empty");
	if (size <= c->evidence_max_bytes)
		return 0;
	err_set(e, ERR_INVALID, 0,
	    "the file has %lld bytes, more than the %ld that one evidence file "
	    "may have here",
	    (long long)size, c->evidence_max_bytes);
	err_hint(e, "make it smaller, for instance by scanning at a lower "
		    "resolution, or split it");
	return ERR_INVALID;
}

int
evidence_type_check(const struct conf *c, const char *name, const void *data,
    size_t len, const char **ret, struct err *e)
{
	const char *type = evidence_type(data, len);
	size_t i;

	if (type == NULL) {
		err_set(e, ERR_INVALID, 0,
		    "'%s' is not what its name says: its bytes are of no type "
		    "that may be evidence",
		    name);
		return refuse(c, e);
	}
	for (i = 0; strcmp(kinds[i].type, type) != 0; i++)
		continue;
	if (!allowed(c, &kinds[i])) {
		err_set(e, ERR_INVALID, 0,
		    "'%s' is of a type that is not taken here: %s", name, type);
		return refuse(c, e);
	}
	if (!ends_so(name, kinds[i].endings)) {
		err_set(e, ERR_INVALID, 0,
		    "'%s' is not what its name says: its bytes are of type %s",
		    name, type);
		err_hint(e, "give it a name that ends in %s", kinds[i].endings);
		return ERR_INVALID;
	}
	*ret = type;
	return 0;
}
