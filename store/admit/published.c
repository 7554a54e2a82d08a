#include "store/admit/published.h"

#include <limits.h>

#include "base/clock.h"
#include "base/json.h"
#include "store/admit/entry.h"
#include "store/record/canon.h"
#include "store/sign/commit.h"

#define HALL_REF "refs/heads/hall"
#define N_KEYS 32

struct known {
	unsigned char blob[20];
	struct edition *edition;
};

/* The key of a device's entry, once its line was read: to see that a key is one
 * takes longer than to check a signature by it. */
struct read_key {
	const char *line; /* the registry's; NULL: not read yet */
	unsigned char key[KEY_PUBLIC_LEN];
};

struct published {
	struct repo *repo;
	struct tree *tree; /* NULL: no hall branch */
	cJSON *registry;   /* NULL: not published yet */
	struct known *editions;
	size_t n_editions;
	struct read_key keys[N_KEYS]; /* by the last bits of the letter */
};

static int
damaged(int rc, struct err *e)
{
	if (rc == ERR_NOMEM || rc == ERR_SYS)
		return rc;
	err_prepend(e, "branch hall");
	if (e != NULL)
		e->code = ERR_DAMAGED;
	return ERR_DAMAGED;
}

static int
load_tree(struct published *p, const unsigned char tip[20], struct err *e)
{
	struct buf raw = BUF_INIT;
	struct commit *c = NULL;
	int rc;

	if ((c = malloc(sizeof(*c))) == NULL)
		return err_nomem(e);
	if ((rc = repo_read(p->repo, tip, OBJECT_COMMIT, COMMIT_MAX, &raw, e)) <
	    0)
		goto out;
	if ((rc = commit_parse(buf_str(&raw), raw.len, c, e)) < 0)
		goto out;
	if ((p->tree = tree_new()) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	rc = tree_load(p->tree, c->tree, repo_tree_source, p->repo, e);
out:
	buf_release(&raw);
	free(c);
	return rc;
}

static int
load_registry(struct published *p, struct err *e)
{
	struct buf bytes = BUF_INIT;
	unsigned char blob[20];
	int rc;

	rc = tree_find(p->tree, "registry.json", blob, e);
	if (rc == ERR_NOT_FOUND)
		return 0;
	if (rc < 0)
		return rc;
	rc = repo_read(p->repo, blob, OBJECT_BLOB, CANON_MAX, &bytes, e);
	if (rc == 0)
		rc = canon_parse(buf_str(&bytes), bytes.len, &p->registry, e);
	buf_release(&bytes);
	return rc;
}

int
published_open(struct repo *r, struct published **ret, struct err *e)
{
	struct published *p = NULL;
	unsigned char tip[20];
	int rc;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		return err_nomem(e);
	p->repo = r;
	rc = repo_ref(r, HALL_REF, tip, e);
	if (rc == ERR_NOT_FOUND) {
		*ret = p;
		return 0;
	}
	if (rc == 0)
		rc = load_tree(p, tip, e);
	if (rc == 0)
		rc = load_registry(p, e);
	if (rc < 0) {
		published_free(p);
		return damaged(rc, e);
	}
	*ret = p;
	return 0;
}

void
published_free(struct published *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < p->n_editions; i++)
		edition_free(p->editions[i].edition);
	free(p->editions);
	cJSON_Delete(p->registry);
	tree_free(p->tree);
	free(p);
}

const char *
published_office(const struct published *p)
{
	return json_str(json_get(p->registry, "office"), "code");
}

/* "9105-a" of office "9105" -> its entry in the registry. */
static int
find_device(const struct published *p, const char *office, const char *device,
    const cJSON **ret, struct err *e)
{
	size_t len = strlen(office);
	const cJSON *entry;

	if (strncmp(device, office, len) != 0 || device[len] != '-' ||
	    strlen(device) != len + 2)
		return err_set(e, ERR_REFUSED, 0,
		    "device %s is not one of office %s", device, office);
	entry = json_get(json_get(p->registry, "devices"), device + len + 1);
	if (!cJSON_IsObject(entry)) {
		err_set(e, ERR_REFUSED, 0,
		    "device %s is not registered at the hall", device);
		err_hint(e,
		    "run 'pmqa enroll' on that machine and give the line to "
		    "the hall");
		return ERR_REFUSED;
	}
	*ret = entry;
	return 0;
}

int
published_hall(const struct published *p, const char **ret_code,
    unsigned char ret_key[KEY_PUBLIC_LEN], struct err *e)
{
	const cJSON *hall = json_get(p->registry, "hall");
	const char *code = json_str(hall, "code"), *key = json_str(hall, "key");
	int rc;

	if (code == NULL || key == NULL)
		return err_set(e, ERR_REFUSED, 0,
		    "the registry of this office does not name its hall");
	if ((rc = key_parse_line(key, ret_key, e)) < 0)
		return damaged(rc, e);
	*ret_code = code;
	return 0;
}

int
published_active(const struct published *p, const char *office,
    const char *device, struct err *e)
{
	const cJSON *entry = NULL;
	int rc;

	if ((rc = find_device(p, office, device, &entry, e)) < 0 ||
	    (rc = entry_check_office(p->registry, ERR_REFUSED, e)) < 0)
		return rc;
	return entry_check_device(entry, device, ERR_REFUSED, e);
}

int
published_may(const struct published *p, const char *office, const char *device,
    int64_t sequence, int at_door, struct err *e)
{
	const cJSON *entry = NULL;
	int64_t last;
	int rc;

	if ((rc = find_device(p, office, device, &entry, e)) < 0)
		return rc;
	if (!entry_is_revoked(entry))
		return 0;
	if ((last = entry_last(entry)) < 0)
		return at_door
			   ? entry_check_device(entry, device, ERR_REFUSED, e)
			   : 0;
	return sequence <= last
		   ? 0
		   : entry_came_late(entry, device, sequence, last, e);
}

static int
read_key(struct published *p, char letter, const char *line,
    unsigned char ret[KEY_PUBLIC_LEN], struct err *e)
{
	struct read_key *k = &p->keys[(unsigned char)letter % N_KEYS];
	int rc;

	if (k->line != line) {
		k->line = NULL;
		if ((rc = key_parse_line(line, k->key, e)) < 0)
			return damaged(rc, e);
		k->line = line;
	}
	memcpy(ret, k->key, KEY_PUBLIC_LEN);
	return 0;
}

int
published_key(struct published *p, const char *office, const char *device,
    int64_t t, unsigned char ret[KEY_PUBLIC_LEN], struct err *e)
{
	const cJSON *entry = NULL;
	const char *line, *until;
	int64_t end = INT64_MIN; /* revoked without a date: never good */
	int rc;

	if ((rc = find_device(p, office, device, &entry, e)) < 0)
		return rc;
	until = json_str(entry, "until");
	if (until != NULL && (rc = clock_parse(until, 0, 1, &end, e)) < 0)
		return damaged(rc, e);
	if ((until != NULL || entry_is_revoked(entry)) &&
	    entry_last(entry) < 0 && t > end)
		return err_set(e, ERR_REFUSED, 0,
		    "device %s was revoked before this was signed", device);
	line = json_str(entry, "key");
	if (line == NULL)
		return err_set(e, ERR_DAMAGED, 0,
		    "branch hall: the registry has no key of device %s",
		    device);
	return read_key(p, device[strlen(office) + 1], line, ret, e);
}

static int
unknown_edition(const char *id, struct err *e)
{
	err_set(e, ERR_REFUSED, 0,
	    "edition '%s' is not one that the hall has published", id);
	err_hint(e, "use the edition that the hall sends: run 'pmqa sync'");
	return ERR_REFUSED;
}

static int
read_edition(struct published *p, const unsigned char blob[20], struct err *e)
{
	struct buf bytes = BUF_INIT;
	struct edition *ed = NULL;
	struct known *grown;
	int rc;

	rc = repo_read(p->repo, blob, OBJECT_BLOB, CANON_MAX, &bytes, e);
	if (rc == 0)
		rc = edition_parse(buf_str(&bytes), bytes.len, &ed, e);
	if (rc < 0) {
		rc = damaged(rc, e);
		goto out;
	}
	grown = realloc(p->editions, (p->n_editions + 1) * sizeof(*grown));
	if (grown == NULL) {
		edition_free(ed);
		rc = err_nomem(e);
		goto out;
	}
	p->editions = grown;
	memcpy(grown[p->n_editions].blob, blob, 20);
	grown[p->n_editions++].edition = ed;
out:
	buf_release(&bytes);
	return rc;
}

int
published_check_edition(const struct published *p, const char *id,
    const unsigned char blob[20], struct err *e)
{
	unsigned char found[20];
	char path[96];
	int rc;

	if (p->tree == NULL || strlen(id) > 64)
		return unknown_edition(id, e);
	snprintf(path, sizeof(path), "editions/%s.json", id);
	rc = tree_find(p->tree, path, found, e);
	if (rc == ERR_NOT_FOUND)
		return unknown_edition(id, e);
	if (rc < 0)
		return damaged(rc, e);
	return memcmp(found, blob, 20) == 0 ? 0 : unknown_edition(id, e);
}

int
published_edition(struct published *p, const char *id,
    const unsigned char blob[20], const struct edition **ret, struct err *e)
{
	const struct edition *ed;
	size_t i;
	int rc;

	if ((rc = published_check_edition(p, id, blob, e)) < 0)
		return rc;
	for (i = 0; i < p->n_editions; i++)
		if (memcmp(p->editions[i].blob, blob, 20) == 0)
			break;
	if (i == p->n_editions && (rc = read_edition(p, blob, e)) < 0)
		return rc;
	ed = p->editions[i].edition;
	if (strcmp(edition_id(ed), id) != 0)
		return unknown_edition(id, e);
	*ret = ed;
	return 0;
}
