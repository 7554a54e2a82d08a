#include "tests/unit/test.h"

#include <zlib.h>

#include "base/buf.h"
#include "store/evidence/evidence_type.h"

#define WORD                                                                   \
	"application/vnd.openxmlformats-officedocument.wordprocessingml."      \
	"document"

static struct conf
conf_of(const char *kinds)
{
	struct conf c;
	struct err e;

	conf_defaults(ROLE_OFFICE, &c);
	assert_ok(conf_parse_kinds(kinds, &c.evidence_kinds, &e), &e);
	return c;
}

static void
expect_type(const char *want, const void *data, size_t len)
{
	const char *got = evidence_type(data, len);

	if (want == NULL && got != NULL)
		fail_msg("%s where nothing was expected", got);
	if (want != NULL && (got == NULL || strcmp(got, want) != 0))
		fail_msg("%s, expected %s", got != NULL ? got : "-", want);
}

static void
test_evidence_type__knows_pdf_and_jpeg(void **state)
{
	(void)state;
	expect_type("application/pdf", "%PDF-1.7\n", 9);
	expect_type("application/pdf", "%PDF-2.0", 8);
	expect_type(NULL, "%PDF-", 5);
	expect_type(NULL, "%PDF-x.y", 8);
	expect_type(NULL, " %PDF-1.7", 9);
	expect_type(NULL, "%!PS-Adobe", 10);
	expect_type("image/jpeg", "\xff\xd8\xff\xe0\0\x10JFIF", 10);
	expect_type("image/jpeg", "\xff\xd8\xff\xe1", 4);
	expect_type(NULL, "\xff\xd8\xff\xd9", 4);
	expect_type(NULL, "\xff\xd8\xff", 3);
	expect_type(NULL, "", 0);
	expect_type(NULL, "<html>", 6);
	expect_type(NULL, "MZ\x90\0", 4);
}

static void
put32(unsigned char *s, unsigned long v)
{
	for (int i = 0; i < 4; i++)
		s[i] = (unsigned char)(v >> (24 - 8 * i));
}

static void
png(unsigned char ret[33], unsigned long w, unsigned long h, int depth,
    int colour)
{
	memcpy(ret, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
	put32(ret + 16, w);
	put32(ret + 20, h);
	ret[24] = (unsigned char)depth;
	ret[25] = (unsigned char)colour;
	ret[26] = ret[27] = ret[28] = 0;
	put32(ret + 29, crc32(0, ret + 12, 17));
}

static void
expect_png(
    const char *want, unsigned long w, unsigned long h, int depth, int colour)
{
	unsigned char s[33];

	png(s, w, h, depth, colour);
	expect_type(want, s, sizeof(s));
}

static void
test_evidence_type__looks_at_the_header_of_png(void **state)
{
	unsigned char s[33];

	(void)state;
	expect_png("image/png", 1, 1, 8, 6);
	expect_png("image/png", 65535, 20, 16, 2);
	expect_png("image/png", 640, 480, 1, 3);
	expect_png(NULL, 0, 1, 8, 6);
	expect_png(NULL, 1, 0, 8, 6);
	expect_png(NULL, 65536, 1, 8, 6);
	expect_png(NULL, 0xffffffffUL, 0xffffffffUL, 8, 6);
	expect_png(NULL, 1, 1, 3, 6);
	expect_png(NULL, 1, 1, 16, 3);
	expect_png(NULL, 1, 1, 8, 5);
	png(s, 1, 1, 8, 6);
	s[31] ^= 1; /* its checksum */
	expect_type(NULL, s, sizeof(s));
	png(s, 1, 1, 8, 6);
	expect_type(NULL, s, 32);
	s[28] = 2; /* interlaced in a way that does not exist */
	put32(s + 29, crc32(0, s + 12, 17));
	expect_type(NULL, s, sizeof(s));
}

/* --- zip --- */

static void
le16(struct buf *b, size_t v)
{
	buf_putc(b, (char)(v & 0xff));
	buf_putc(b, (char)(v >> 8 & 0xff));
}

static void
le32(struct buf *b, size_t v)
{
	le16(b, v & 0xffff);
	le16(b, v >> 16);
}

/* One local header with its bytes, packed or as they are. */
static void
entry(struct buf *b, const char *name, const char *text, int packed)
{
	unsigned char out[2000];
	size_t len = strlen(text);
	z_stream z;

	memset(&z, 0, sizeof(z));
	if (packed) {
		union {
			const char *in;
			Bytef *out;
		} u = { .in = text };

		assert_int_equal(Z_OK, deflateInit2(&z, 6, Z_DEFLATED, -15, 8,
					   Z_DEFAULT_STRATEGY));
		z.next_in = u.out;
		z.avail_in = (uInt)len;
		z.next_out = out;
		z.avail_out = sizeof(out);
		assert_int_equal(Z_STREAM_END, deflate(&z, Z_FINISH));
		deflateEnd(&z);
	}
	buf_append(b, "PK\3\4", 4);
	le16(b, 20);
	le16(b, 0);
	le16(b, packed ? 8 : 0);
	le32(b, 0);
	le32(b, 0);
	le32(b, packed ? z.total_out : len);
	le32(b, len);
	le16(b, strlen(name));
	le16(b, 0);
	buf_puts(b, name);
	buf_append(
	    b, packed ? (const char *)out : text, packed ? z.total_out : len);
}

static void
expect_zip(const char *want, struct buf *b)
{
	expect_type(want, b->data, b->len);
	/* cut anywhere it is nothing worse than unknown */
	for (size_t n = 0; n < b->len; n++) {
		char *copy = malloc(n + 1);

		assert_non_null(copy);
		memcpy(copy, b->data, n);
		(void)evidence_type(copy, n);
		free(copy);
	}
	buf_release(b);
}

static void
types(struct buf *b, const char *main)
{
	char text[600];

	snprintf(text, sizeof(text),
	    "<Types><Override PartName=\"/x\" ContentType=\"%s\"/></Types>",
	    main);
	entry(b, "[Content_Types].xml", text, 1);
}

static void
test_evidence_type__knows_office_documents(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	types(&b, WORD ".main+xml");
	entry(&b, "word/document.xml", "<w/>", 1);
	expect_zip(WORD, &b);
	types(&b, "application/vnd.openxmlformats-officedocument."
		  "spreadsheetml.sheet.main+xml");
	expect_zip("application/vnd.openxmlformats-officedocument."
		   "spreadsheetml.sheet",
	    &b);
	/* the list of types lies further on */
	entry(&b, "_rels/.rels", "<r/>", 1);
	entry(&b, "word/document.xml", "<w/>", 1);
	expect_zip(WORD, &b);
	entry(&b, "mimetype", "application/vnd.oasis.opendocument.text", 0);
	entry(&b, "content.xml", "<o/>", 1);
	expect_zip("application/vnd.oasis.opendocument.text", &b);
}

static void
test_evidence_type__takes_no_macros_and_no_other_archives(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	types(&b, "application/vnd.ms-word.document.macroEnabled.main+xml");
	entry(&b, "word/document.xml", "<w/>", 1);
	expect_zip(NULL, &b);
	entry(&b, "word/vbaProject.bin", "x", 1);
	types(&b, WORD ".main+xml");
	expect_zip(NULL, &b);
	entry(&b, "word/document.xml", "<w/>", 1);
	entry(&b, "word/vbaProject.bin", "x", 1);
	expect_zip(NULL, &b);
	types(&b, "application/x-shockwave-flash");
	entry(&b, "word/document.xml", "<w/>", 1);
	expect_zip(NULL, &b);
	entry(&b, "evil.exe", "MZ", 0);
	expect_zip(NULL, &b);
	entry(&b, "mimetype", "application/vnd.oasis.opendocument.textx", 0);
	entry(&b, "content.xml", "<o/>", 1);
	expect_zip(NULL, &b);
}

/* --- what may be --- */

static void
expect_wrong(const char *kinds, const char *name, const void *data, size_t len,
    const char *why)
{
	struct conf c = conf_of(kinds);
	const char *type = NULL;
	struct err e;

	assert_err(evidence_type_check(&c, name, data, len, &type, &e),
	    ERR_INVALID, &e, why);
	assert_null(type);
}

static void
test_evidence_type__the_name_must_fit_the_bytes(void **state)
{
	struct conf c = conf_of("pdf jpeg");
	const char *type = NULL;
	struct err e;

	(void)state;
	assert_ok(
	    evidence_type_check(&c, "A.PDF", "%PDF-1.7", 8, &type, &e), &e);
	assert_string_equal("application/pdf", type);
	expect_wrong("pdf jpeg", "a.jpg", "%PDF-1.7", 8, "of type application");
	expect_wrong("pdf", "a.pdf", "hello there", 11, "of no type");
	expect_wrong("pdf", "a.pdf", "\xff\xd8\xff\xe0", 4, "not taken here");
	assert_err(evidence_name_check(&c, "a.png", &e), ERR_INVALID, &e,
	    "does not end");
	assert_string_equal(
	    "files of these types are taken: .pdf .jpg .jpeg", e.hint);
	assert_ok(evidence_name_check(&c, "แผน ๑.JPEG", &e), &e);
	/* decomposed, right-to-left override, bell */
	assert_err(evidence_name_check(&c, "e\xcc\x81.pdf", &e), ERR_INVALID,
	    &e, "normal form");
	assert_err(evidence_name_check(&c, "a\a.pdf", &e), ERR_INVALID, &e,
	    "normal form");
}

static void
test_evidence_type__words_of_the_configuration(void **state)
{
	unsigned kinds = 0;
	struct err e;

	(void)state;
	assert_ok(conf_parse_kinds("odf, ooxml pdf", &kinds, &e), &e);
	assert_int_equal(CONF_KIND_BIT(CONF_KIND_ODF) |
			     CONF_KIND_BIT(CONF_KIND_OOXML) |
			     CONF_KIND_BIT(CONF_KIND_PDF),
	    kinds);
	assert_err(
	    conf_parse_kinds("pdf exe", &kinds, &e), ERR_INVALID, &e, "'exe'");
	assert_err(
	    conf_parse_kinds(" ", &kinds, &e), ERR_INVALID, &e, "expected");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_evidence_type__knows_pdf_and_jpeg),
		cmocka_unit_test(
		    test_evidence_type__looks_at_the_header_of_png),
		cmocka_unit_test(test_evidence_type__knows_office_documents),
		cmocka_unit_test(
		    test_evidence_type__takes_no_macros_and_no_other_archives),
		cmocka_unit_test(
		    test_evidence_type__the_name_must_fit_the_bytes),
		cmocka_unit_test(
		    test_evidence_type__words_of_the_configuration),
	};

	return cmocka_run_group_tests_name("evidence_type", tests, NULL, NULL);
}
