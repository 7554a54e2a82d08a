#include "tests/unit/test.h"

#include <unistd.h>

#include "base/file.h"
#include "store/git/inflate.h"
#include "store/git/loose.h"
#include "store/sign/commit.h"

struct fixture {
	char *dir;
	char repo[200], objects[220], input[220];
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));
	const char *argv[] = { "git", "init", "-q", "--bare", NULL, NULL };

	assert_non_null(x);
	x->dir = test_dir();
	snprintf(x->repo, sizeof(x->repo), "%s/repo.git", x->dir);
	snprintf(x->objects, sizeof(x->objects), "%s/objects", x->repo);
	snprintf(x->input, sizeof(x->input), "%s/input", x->dir);
	argv[4] = x->repo;
	assert_int_equal(0, test_run(argv, NULL));
	*state = x;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *x = *state;

	test_dir_remove(x->dir);
	free(x);
	return 0;
}

/* Stock git writes these bytes as a loose blob, packed at this level. */
static void
write_blob(struct fixture *x, const struct buf *bytes, int level,
    unsigned char ret[20])
{
	char setting[40], *out = NULL;
	const char *argv[] = { "git", "-C", x->repo, "-c", setting,
		"hash-object", "-w", x->input, NULL };

	snprintf(setting, sizeof(setting), "core.looseCompression=%d", level);
	assert_ok(file_write(x->input, buf_str(bytes), bytes->len, 0600, &x->e),
	    &x->e);
	assert_int_equal(0, test_run(argv, &out));
	out[40] = '\0';
	assert_ok(commit_unhex(out, ret, &x->e), &x->e);
	free(out);
}

static void
path_of(const struct fixture *x, const unsigned char id[20], char ret[300])
{
	char hex[41];

	commit_hex(id, hex);
	snprintf(ret, 300, "%s/%.2s/%s", x->objects, hex, hex + 2);
}

static void
read_file(struct fixture *x, const char *path, struct buf *ret)
{
	buf_clear(ret);
	assert_ok(file_read(path, 1 << 20, ret, &x->e), &x->e);
}

/* Text with repeats, Thai letters and noise, in random proportion. */
static void
random_bytes(uint64_t *random, struct buf *ret)
{
	size_t len = test_random(random) % 20000;
	uint64_t noise = test_random(random) % 4;

	buf_clear(ret);
	while (ret->len < len)
		if (test_random(random) % 4 < noise)
			buf_putc(ret, (char)test_random(random));
		else
			buf_puts(ret, "จุดแข็งของอำเภอละงู 2565 ");
}

static void
test_loose__unpacks_what_git_wrote(void **state)
{
	struct fixture *x = *state;
	struct buf bytes = BUF_INIT, file = BUF_INIT, got = BUF_INIT;
	uint64_t random = test_seed();
	unsigned char id[20];
	char path[300], head[40];
	size_t n;
	int i;

	for (i = 0; i < 40; i++) {
		random_bytes(&random, &bytes);
		write_blob(x, &bytes, i % 10, id);
		assert_ok(loose_check(x->objects, id, &x->e), &x->e);
		path_of(x, id, path);
		read_file(x, path, &file);
		buf_clear(&got);
		assert_ok(
		    inflate_zlib(file.data, file.len, 1 << 20, &got, &x->e),
		    &x->e);
		n = (size_t)snprintf(
			head, sizeof(head), "blob %zu", bytes.len) +
		    1;
		assert_int_equal(n + bytes.len, got.len);
		assert_memory_equal(head, got.data, n);
		assert_memory_equal(buf_str(&bytes), got.data + n, bytes.len);
	}
	buf_release(&bytes);
	buf_release(&file);
	buf_release(&got);
}

static void
test_loose__passes_what_is_not_there(void **state)
{
	struct fixture *x = *state;
	static const unsigned char id[20] = { 1 };

	assert_ok(loose_check(x->objects, id, &x->e), &x->e);
}

static int
git_reads(struct fixture *x, const unsigned char id[20])
{
	char hex[41];
	const char *argv[] = { "git", "-C", x->repo, "cat-file", "blob", hex,
		NULL };

	commit_hex(id, hex);
	return test_run(argv, NULL) == 0;
}

static void
replace(struct fixture *x, const char *path, const char *bytes, size_t len)
{
	assert_ok(file_write(path, bytes, len, 0444, &x->e), &x->e);
}

static void
test_loose__finds_a_bit_turned_that_git_finds(void **state)
{
	struct fixture *x = *state;
	struct buf bytes = BUF_INIT, file = BUF_INIT;
	uint64_t random = test_seed();
	unsigned char id[20];
	char path[300];
	size_t at;
	int i, bit, ok;

	for (i = 0; i < 150; i++) {
		random_bytes(&random, &bytes);
		if (bytes.len > 200)
			bytes.len = 200;
		write_blob(x, &bytes, (int)(test_random(&random) % 10), id);
		path_of(x, id, path);
		read_file(x, path, &file);
		at = test_random(&random) % file.len;
		bit = 1 << test_random(&random) % 8;
		file.data[at] = (char)(file.data[at] ^ bit);
		replace(x, path, file.data, file.len);

		ok = loose_check(x->objects, id, &x->e) == 0;
		if (ok && !git_reads(x, id))
			fail_msg("bit %d of byte %zu not found", bit, at);
		assert_int_equal(0, unlink(path));
	}
	buf_release(&bytes);
	buf_release(&file);
}

static void
test_loose__finds_every_truncation(void **state)
{
	struct fixture *x = *state;
	struct buf bytes = BUF_INIT, file = BUF_INIT;
	unsigned char id[20];
	char path[300];
	size_t n;

	buf_puts(&bytes, "{\n  \"strengths\": \"บริการถึงเกาะ\"\n}\n");
	write_blob(x, &bytes, 9, id);
	path_of(x, id, path);
	read_file(x, path, &file);
	for (n = 0; n < file.len; n++) {
		replace(x, path, file.data, n);
		assert_err(loose_check(x->objects, id, &x->e), ERR_DAMAGED,
		    &x->e, "is not a whole git object");
	}
	buf_putc(&file, 'x');
	replace(x, path, file.data, file.len);
	assert_err(loose_check(x->objects, id, &x->e), ERR_DAMAGED, &x->e,
	    "is not a whole git object");
	buf_release(&bytes);
	buf_release(&file);
}

/* A stream of one stored block: 2 + 1 + 4 bytes before, 4 after. */
static void
stored(const char *text, size_t len, struct buf *ret)
{
	uint32_t a = 1, b = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		a = (a + (unsigned char)text[i]) % 65521;
		b = (b + a) % 65521;
	}
	buf_clear(ret);
	buf_append(ret, "\x78\x01\x01", 3);
	buf_putc(ret, (char)(len & 0xff));
	buf_putc(ret, (char)(len >> 8));
	buf_putc(ret, (char)(~len & 0xff));
	buf_putc(ret, (char)(~len >> 8 & 0xff));
	buf_append(ret, text, len);
	buf_putc(ret, (char)(b >> 8));
	buf_putc(ret, (char)(b & 0xff));
	buf_putc(ret, (char)(a >> 8));
	buf_putc(ret, (char)(a & 0xff));
}

/* libgit2 would write past its memory (its issue 7177), or loop. */
static void
test_loose__refuses_a_header_that_states_another_length(void **state)
{
	static const struct {
		const char *object;
		size_t len;
		int ok;
	} cases[] = { { "blob 3\0{}\n", 10, 1 }, { "blob 2\0{}\n", 10, 0 },
		{ "blob 4\0{}\n", 10, 0 }, { "blob 03\0{}\n", 11, 0 },
		{ "blob +3\0{}\n", 11, 0 }, { "blob  3\0{}\n", 11, 0 },
		{ "blub 3\0{}\n", 10, 0 }, { "blob 3", 6, 0 },
		{ "blob 99999999999999999999\0{}\n", 29, 0 }, { "", 0, 0 } };
	static const unsigned char id[20] = { 0xab };
	struct fixture *x = *state;
	struct buf file = BUF_INIT;
	char path[300], dir[300];
	size_t i;

	path_of(x, id, path);
	snprintf(dir, sizeof(dir), "%s/ab", x->objects);
	assert_ok(file_mkdirs(dir, 0700, &x->e), &x->e);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		stored(cases[i].object, cases[i].len, &file);
		replace(x, path, file.data, file.len);
		if ((loose_check(x->objects, id, &x->e) == 0) != cases[i].ok)
			fail_msg("wrong answer for '%s'", cases[i].object);
	}
	buf_release(&file);
}

static void
test_loose__unpacks_no_more_than_allowed(void **state)
{
	struct buf file = BUF_INIT, got = BUF_INIT;
	struct err e;

	(void)state;
	stored("0123456789", 10, &file);

	assert_ok(inflate_zlib(file.data, file.len, 10, &got, &e), &e);
	assert_string_equal("0123456789", buf_str(&got));
	assert_err(inflate_zlib(file.data, file.len, 9, &got, &e), ERR_INVALID,
	    &e, "the packed data are damaged");
	buf_release(&file);
	buf_release(&got);
}

static void
test_loose__survives_random_bytes(void **state)
{
	uint64_t random = test_seed();
	unsigned char bytes[200];
	struct buf got = BUF_INIT;
	struct err e;
	size_t i, len;
	int round;

	(void)state;
	for (round = 0; round < 20000; round++) {
		len = test_random(&random) % sizeof(bytes);
		for (i = 0; i < len; i++)
			bytes[i] = (unsigned char)test_random(&random);
		if (len > 3) { /* past the header, into each kind of block */
			bytes[0] = 0x78;
			bytes[1] = 0x01;
			bytes[2] = (unsigned char)((bytes[2] & 0xf8) | 1 |
						   (round % 3) << 1);
		}
		buf_clear(&got);
		if (inflate_zlib(bytes, len, 5000, &got, &e) == 0)
			fail_msg("random bytes pass their checksum");
		assert_true(got.len <= 5000);
	}
	buf_release(&got);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_loose__unpacks_what_git_wrote),
		TEST(test_loose__passes_what_is_not_there),
		TEST(test_loose__finds_a_bit_turned_that_git_finds),
		TEST(test_loose__finds_every_truncation),
		TEST(test_loose__refuses_a_header_that_states_another_length),
		cmocka_unit_test(test_loose__unpacks_no_more_than_allowed),
		cmocka_unit_test(test_loose__survives_random_bytes),
	};

	return cmocka_run_group_tests_name("loose", tests, NULL, NULL);
}
