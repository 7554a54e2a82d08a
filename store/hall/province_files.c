#include "store/hall/province_files.h"

#include "store/admit/entry.h"
#include "store/hall/accepted.h"
#include "store/hall/auditors.h"
#include "store/hall/publish.h"
#include "store/hall/registry.h"
#include "store/record/canon.h"

static const char *const published[] = { "announcements", "cycles", "editions",
	"practices", "wordings" };

void
province_files_release(struct province_files *f)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		buf_release(&f->list[i].bytes);
	free(f->list);
	memset(f, 0, sizeof(*f));
}

/* A new file of this path, empty. */
static int
add(struct province_files *f, const char *path, struct buf **ret, struct err *e)
{
	struct province_file *grown;
	size_t cap = f->cap < 16 ? 16 : f->cap * 2;

	if (strlen(path) >= PROVINCE_PATH_MAX)
		return err_set(
		    e, ERR_INVALID, 0, "'%.80s...' is too long", path);
	if (f->n == f->cap) {
		if ((grown = realloc(f->list, cap * sizeof(*grown))) == NULL)
			return err_nomem(e);
		f->list = grown;
		f->cap = cap;
	}
	memcpy(f->list[f->n].path, path, strlen(path) + 1);
	buf_init(&f->list[f->n].bytes);
	*ret = &f->list[f->n++].bytes;
	return 0;
}

static int
add_json(
    struct province_files *f, const char *path, const cJSON *v, struct err *e)
{
	struct buf *bytes = NULL;
	int rc;

	if ((rc = add(f, path, &bytes, e)) < 0 ||
	    (rc = canon_write(v, bytes, e)) < 0)
		return rc;
	return buf_ok(bytes, e);
}

static int
on_published(void *arg, const char *path, const cJSON *rec, struct err *e)
{
	return add_json(arg, path, rec, e);
}

static int
add_hall(struct store *s, struct province_files *f, struct err *e)
{
	const struct conf *c = store_conf(s);
	cJSON *o = cJSON_CreateObject();
	char key[KEY_LINE_MAX];
	int rc;

	key_line(store_key(s)->pub, key);
	if ((rc = json_put_str(o, "code", c->code, e)) == 0 &&
	    (rc = json_put_str(o, "key", key, e)) == 0 &&
	    (rc = json_put_str(o, "name", c->name, e)) == 0)
		rc = add_json(f, "province.json", o, e);
	cJSON_Delete(o);
	return rc;
}

/* The time in it is that of the commit: so the same log gives the same file. */
static int
add_log(struct store *s, struct province_files *f, struct err *e)
{
	struct accepted_head head;
	cJSON *o = cJSON_CreateObject();
	int rc;

	if ((rc = accepted_head(store_conf(s)->dir, &head, e)) == 0 &&
	    (rc = json_put_str(o, "hash", head.hash, e)) == 0 &&
	    (rc = json_put_int(o, "n", head.n, e)) == 0)
		rc = add_json(f, PROVINCE_LOG, o, e);
	cJSON_Delete(o);
	return rc;
}

static int
add_auditors(struct store *s, struct province_files *f, struct err *e)
{
	struct buf *bytes = NULL;
	int rc = add(f, "auditors.json", &bytes, e);

	return rc < 0 ? rc : auditors_read(s, bytes, e);
}

/* --- offices --- */

struct offices {
	struct store *s;
	cJSON *list;
	struct buf signers;
};

static int
on_office(void *arg, const char *code, struct err *e)
{
	struct offices *o = arg;
	cJSON *registry = NULL, *one = cJSON_CreateObject();
	const char *name, *state;
	int rc;

	if ((rc = json_put(o->list, code, one, e)) < 0 ||
	    (rc = registry_read(o->s, code, &registry, e)) < 0)
		return rc;
	name = json_str(json_get(registry, "office"), "name");
	state = entry_is_disabled(registry) ? "disabled" : "active";
	if ((rc = json_put_str(one, "name", name != NULL ? name : "", e)) ==
		0 &&
	    (rc = json_put_str(one, "state", state, e)) == 0)
		rc = registry_add_signers(registry, code, &o->signers, e);
	cJSON_Delete(registry);
	return rc;
}

static int
add_offices(struct store *s, struct province_files *f, struct err *e)
{
	struct offices o = { s, cJSON_CreateObject(), BUF_INIT };
	struct buf *bytes = NULL;
	int rc;

	if (o.list == NULL)
		return err_nomem(e);
	registry_add_hall(s, &o.signers);
	if ((rc = store_each_office(s, on_office, &o, e)) < 0 ||
	    (rc = add_json(f, "offices.json", o.list, e)) < 0 ||
	    (rc = buf_ok(&o.signers, e)) < 0 ||
	    (rc = add(f, PROVINCE_SIGNERS, &bytes, e)) < 0)
		goto out;
	buf_append(bytes, o.signers.data, o.signers.len);
	rc = buf_ok(bytes, e);
out:
	cJSON_Delete(o.list);
	buf_release(&o.signers);
	return rc;
}

static int
by_path(const void *a, const void *b)
{
	const struct province_file *x = a, *y = b;

	return strcmp(x->path, y->path);
}

int
province_files_read(struct store *s, struct province_files *ret, struct err *e)
{
	struct province_files f = { NULL, 0, 0 };
	size_t i;
	int rc;

	if ((rc = add_hall(s, &f, e)) < 0 || (rc = add_log(s, &f, e)) < 0 ||
	    (rc = add_auditors(s, &f, e)) < 0 ||
	    (rc = add_offices(s, &f, e)) < 0)
		goto out;
	for (i = 0; i < sizeof(published) / sizeof(*published); i++)
		if ((rc = publish_each(s, published[i], on_published, &f, e)) <
		    0)
			goto out;
	qsort(f.list, f.n, sizeof(*f.list), by_path);
	*ret = f;
	return 0;
out:
	province_files_release(&f);
	return rc;
}

const struct province_file *
province_files_find(const struct province_files *f, const char *path)
{
	struct province_file key;

	snprintf(key.path, sizeof(key.path), "%s", path);
	if (strlen(path) >= sizeof(key.path) || f->n == 0)
		return NULL;
	return bsearch(&key, f->list, f->n, sizeof(*f->list), by_path);
}
