#include "base/catalogue.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC 0x950412deu
#define HEADER_LEN 20 /* magic, revision, n, offset of ids, offset of texts */
#define ENTRY_LEN 8   /* length, offset */
#define FILE_MAX ((size_t)16 * 1024 * 1024)

struct catalogue {
	const char *data;
	size_t len;
	size_t n;
	size_t ids, texts; /* where the two tables are */
};

static uint32_t
word(const struct catalogue *c, size_t at)
{
	uint32_t w;

	memcpy(&w, c->data + at, sizeof(w));
	return w;
}

/* The string of a table's entry; NULL if it is not whole inside the file. */
static const char *
string_at(const struct catalogue *c, size_t table, size_t i)
{
	size_t len = word(c, table + i * ENTRY_LEN);
	size_t at = word(c, table + i * ENTRY_LEN + 4);

	if (at >= c->len || len >= c->len - at || c->data[at + len] != '\0')
		return NULL;
	return c->data + at;
}

static int
table_fits(const struct catalogue *c, size_t table)
{
	return table <= c->len && c->n <= (c->len - table) / ENTRY_LEN;
}

static int
check(struct catalogue *c)
{
	size_t i;

	if (c->len < HEADER_LEN || word(c, 0) != MAGIC || word(c, 4) >> 16 != 0)
		return 0;
	c->n = word(c, 8);
	c->ids = word(c, 12);
	c->texts = word(c, 16);
	if (!table_fits(c, c->ids) || !table_fits(c, c->texts))
		return 0;
	for (i = 0; i < c->n; i++)
		if (string_at(c, c->ids, i) == NULL ||
		    string_at(c, c->texts, i) == NULL)
			return 0;
	return 1;
}

int
catalogue_open(const char *path, struct catalogue **ret, struct err *e)
{
	struct catalogue *c = calloc(1, sizeof(*c));
	struct stat st;
	void *data;
	int fd, rc = 0;

	if (c == NULL)
		return err_nomem(e);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)) < 0 ||
	    fstat(fd, &st) != 0) {
		rc = err_sys(e, "cannot open '%s'", path);
		goto out;
	}
	if (!S_ISREG(st.st_mode) || st.st_size <= 0 ||
	    (uintmax_t)st.st_size > FILE_MAX) {
		rc = err_set(e, ERR_INVALID, 0, "'%s' is no catalogue", path);
		goto out;
	}
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED) {
		rc = err_sys(e, "cannot read '%s'", path);
		goto out;
	}
	c->data = data;
	c->len = (size_t)st.st_size;
	if (!check(c)) {
		rc = err_set(e, ERR_INVALID, 0, "'%s' is no catalogue", path);
		goto out;
	}
	*ret = c;
	c = NULL;
out:
	if (fd >= 0)
		close(fd);
	catalogue_close(c);
	return rc;
}

void
catalogue_close(struct catalogue *c)
{
	union {
		const char *in;
		void *out;
	} data;

	if (c == NULL)
		return;
	data.in = c->data;
	if (c->data != NULL)
		munmap(data.out, c->len);
	free(c);
}

const char *
catalogue_find(const struct catalogue *c, const char *msgid)
{
	size_t lo = 0, hi = c != NULL ? c->n : 0;

	while (lo < hi) { /* ids are sorted (msgfmt) */
		size_t mid = lo + (hi - lo) / 2;
		const char *id = string_at(c, c->ids, mid);
		int order = id != NULL ? strcmp(msgid, id) : -1;

		if (order == 0)
			return string_at(c, c->texts, mid);
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

const char *
catalogue_at(const struct catalogue *c, size_t i)
{
	return c != NULL && i < c->n ? string_at(c, c->ids, i) : NULL;
}
