#include "store/state.h"

#include <dirent.h>
#include <errno.h>

#include "base/file.h"
#include "store/record/canon.h"

#define N_PLACES 2

/* Where files of editions are: the directory's own first. */
static int
place(struct store *s, int i, char *buf, size_t size, struct err *e)
{
	if (i == 0)
		return file_path(buf, size, e, "%s/editions", s->conf.dir);
	return file_own(buf, size, "editions", e);
}

/* An id names a file: the allow-list is the door. */
static int
is_edition_id(const char *id)
{
	size_t len = strlen(id);

	return len > 0 && len < 65 &&
	       strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static int
read_one(struct store *s, int at, const char *id, const unsigned char *blob,
    struct buf *ret, struct err *e)
{
	char dir[512], path[640];
	unsigned char found[20];
	size_t start = ret->len;
	int rc;

	if ((rc = place(s, at, dir, sizeof(dir), e)) < 0)
		return rc;
	if ((rc = file_path(path, sizeof(path), e, "%s/%s.json", dir, id)) < 0)
		return rc;
	if ((rc = file_read(path, CANON_MAX, ret, e)) < 0)
		return rc;
	if (blob == NULL)
		return 0;
	if ((rc = store_blob_id(
		 ret->data + start, ret->len - start, found, e)) < 0)
		return rc;
	if (memcmp(found, blob, sizeof(found)) == 0)
		return 0;
	ret->len = start;
	return err_set(
	    e, ERR_NOT_FOUND, 0, "'%s' is not the file that was pinned", path);
}

int
shelf_read_file(struct store *s, const char *id, const unsigned char *blob,
    struct buf *ret, struct err *e)
{
	int i, rc;

	if (!is_edition_id(id))
		return err_set(
		    e, ERR_INVALID, 0, "'%.70s' is not an edition's id", id);
	for (i = 0; i < N_PLACES; i++) {
		rc = read_one(s, i, id, blob, ret, e);
		if (rc != ERR_NOT_FOUND)
			return rc;
	}
	return err_set(e, ERR_NOT_FOUND, 0, "edition '%s' is not here", id);
}

const struct edition *
shelf_find(const struct store *s, const unsigned char blob[20])
{
	size_t i;

	for (i = 0; i < s->n_shelf; i++) {
		if (memcmp(s->shelf[i].blob, blob, 20) == 0)
			return s->shelf[i].edition;
	}
	return NULL;
}

static int
shelf_add(struct store *s, const unsigned char blob[20], struct edition *ed,
    struct err *e)
{
	struct shelved *grown =
	    realloc(s->shelf, (s->n_shelf + 1) * sizeof(*grown));

	if (grown == NULL)
		return err_nomem(e);
	s->shelf = grown;
	memcpy(grown[s->n_shelf].blob, blob, 20);
	grown[s->n_shelf].edition = ed;
	s->n_shelf++;
	return 0;
}

int
shelf_edition(struct store *s, const struct buf *bytes,
    const struct edition **ret, unsigned char ret_blob[20], struct err *e)
{
	struct edition *ed = NULL;
	unsigned char blob[20];
	int rc;

	if ((rc = store_blob_id(bytes->data, bytes->len, blob, e)) < 0)
		return rc;
	*ret = shelf_find(s, blob);
	if (*ret == NULL) {
		rc = edition_parse(bytes->data, bytes->len, &ed, e);
		if (rc < 0)
			return rc;
		if ((rc = shelf_add(s, blob, ed, e)) < 0) {
			edition_free(ed);
			return rc;
		}
		*ret = ed;
	}
	if (ret_blob != NULL)
		memcpy(ret_blob, blob, sizeof(blob));
	return 0;
}

/* "pmqa4-2562.json" -> its id; 0 for any other name. */
static int
id_of_name(const char *name, char ret[72])
{
	size_t len = strlen(name);

	if (len < 6 || len > 70 || strcmp(name + len - 5, ".json") != 0)
		return 0;
	snprintf(ret, 72, "%.*s", (int)(len - 5), name);
	return is_edition_id(ret);
}

static int
each_in(
    const char *dir, int shipped, shelf_told *each, void *arg, struct err *e)
{
	struct dirent *d;
	DIR *handle;
	char id[72];
	int rc = 0;

	if ((handle = opendir(dir)) == NULL)
		return errno == ENOENT ? 0
				       : err_sys(e, "cannot open '%s'", dir);
	while (rc == 0 && (d = readdir(handle)) != NULL)
		if (id_of_name(d->d_name, id))
			rc = each(arg, id, shipped, e);
	closedir(handle);
	return rc;
}

int
shelf_each(struct store *s, shelf_told *each, void *arg, struct err *e)
{
	char dir[512];
	int i, rc;

	for (i = 0; i < N_PLACES; i++)
		if ((rc = place(s, i, dir, sizeof(dir), e)) < 0 ||
		    (rc = each_in(dir, i != 0, each, arg, e)) < 0)
			return rc;
	return 0;
}

int
shelf_read_shipped(
    struct store *s, const char *id, struct buf *ret, struct err *e)
{
	if (!is_edition_id(id))
		return err_set(
		    e, ERR_INVALID, 0, "'%.70s' is not an edition's id", id);
	return read_one(s, N_PLACES - 1, id, NULL, ret, e);
}

struct newest {
	char id[72];
	int shipped; /* the directory's own go before these, whatever they are */
};

static int
on_newest(void *arg, const char *id, int shipped, struct err *e)
{
	struct newest *n = arg;

	(void)e;
	if (n->id[0] == '\0' ||
	    (shipped == n->shipped && strcmp(id, n->id) > 0)) {
		snprintf(n->id, sizeof(n->id), "%s", id);
		n->shipped = shipped;
	}
	return 0;
}

int
shelf_newest(struct store *s, char ret[72], struct err *e)
{
	struct newest n = { "", 0 };
	int rc = shelf_each(s, on_newest, &n, e);

	if (rc < 0)
		return rc;
	if (n.id[0] != '\0') {
		memcpy(ret, n.id, sizeof(n.id));
		return 0;
	}
	rc = err_set(e, ERR_NOT_FOUND, 0, "there is no edition here");
	err_hint(e, "put its file into '%s/editions'", s->conf.dir);
	return rc;
}
