#include "store/hall/renew_letter.h"

#include <limits.h>

#include "store/device.h"
#include "store/git/graph.h"
#include "store/hall/registry.h"

struct letters {
	int used[26];
	int registered; /* devices that the hall has told us of */
};

static void
use(struct letters *l, char c)
{
	if (c >= 'a' && c <= 'z')
		l->used[c - 'a'] = 1;
}

static int
use_registry(struct store *s, struct letters *l, struct err *e)
{
	cJSON *registry = NULL;
	const cJSON *d;
	int rc = registry_read(s, store_conf(s)->code, &registry, e);

	if (rc < 0)
		return rc;
	cJSON_ArrayForEach (d, json_get(registry, "devices")) {
		if (d->string != NULL)
			use(l, d->string[0]);
		l->registered++;
	}
	cJSON_Delete(registry);
	return 0;
}

static int
use_index(struct store *s, struct letters *l, struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	const char *letter;
	int rc;

	rc = db_stmt(
	    db, &st, e, "SELECT DISTINCT substr(name, 1, 1) FROM revision", "");
	if (rc < 0)
		return rc;
	while ((rc = db_step(db, st, e)) > 0) {
		letter = (const char *)sqlite3_column_text(st, 0);
		if (letter != NULL)
			use(l, letter[0]);
	}
	db_reset(st);
	return rc;
}

/* Commits that are not indexed; what is no revision has no letter. */
static int
use_commits(const struct branch *b, const unsigned char tip[20],
    struct letters *l, struct err *e)
{
	struct graph g = { NULL, 0, 0 };
	struct commit *c = malloc(sizeof(*c));
	struct buf raw = BUF_INIT;
	unsigned char known[1][20];
	size_t i;
	int rc;

	if (c == NULL)
		return err_nomem(e);
	memcpy(known[0], b->tip, 20);
	rc = graph_new(b->repo, tip, (const unsigned char(*)[20])known,
	    b->has_tip ? 1 : 0, 0, &g, e);
	for (i = 0; rc == 0 && i < g.n; i++) {
		buf_clear(&raw);
		rc = repo_read(
		    b->repo, g.list[i].id, OBJECT_COMMIT, COMMIT_MAX, &raw, e);
		if (rc == 0 &&
		    commit_parse(buf_str(&raw), raw.len, c, NULL) == 0)
			use(l, commit_letter(c));
	}
	graph_release(&g);
	buf_release(&raw);
	free(c);
	return rc;
}

static int
use_keys(struct store *s, struct letters *l, struct err *e)
{
	static const char all[] = "abcdefgijklmnopqrstuvwxyz";
	char path[PATH_MAX];
	const char *c;
	int has = 0, rc;

	for (c = all; *c != '\0'; c++) {
		rc = device_new_key_path(
		    store_conf(s), *c, path, sizeof(path), &has, e);
		if (rc < 0)
			return rc;
		if (has)
			use(l, *c);
	}
	return 0;
}

/* The one a person asks for, if nobody has it. */
static int
take_wanted(
    const struct letters *l, const char *code, char wanted, struct err *e)
{
	if (wanted < 'a' || wanted > 'z' || wanted == 'h')
		return err_set(e, ERR_INVALID, 0,
		    "the letter of an office's device is one of a to z, "
		    "without h (the hall's)");
	if (l->used[wanted - 'a'])
		return err_set(e, ERR_CONFLICT, 0,
		    "letter %c of office %s is used already", wanted, code);
	return 0;
}

/* From first on, then from a; 0 when there is none. */
static char
next_free(const struct letters *l, char first)
{
	for (int i = 0; i < 26; i++) {
		int at = (first - 'a' + i) % 26;

		if (!l->used[at])
			return (char)('a' + at);
	}
	return 0;
}

int
renew_letter(struct store *s, const unsigned char *theirs, char wanted,
    char *ret, struct err *e)
{
	struct letters l = { { 0 }, 0 };
	const struct conf *conf = store_conf(s);
	struct branch *b = NULL;
	char c;
	int rc;

	use(&l, 'h');
	use(&l, conf->device);
	use(&l, conf->road_device);
	if ((rc = store_own_branch(s, "", &b, e)) < 0 ||
	    (rc = use_registry(s, &l, e)) < 0 ||
	    (rc = use_index(s, &l, e)) < 0 || (rc = use_keys(s, &l, e)) < 0 ||
	    (theirs != NULL && (rc = use_commits(b, theirs, &l, e)) < 0))
		return rc;
	if (wanted != 0) {
		if ((rc = take_wanted(&l, conf->code, wanted, e)) == 0)
			*ret = wanted;
		return rc;
	}
	c = conf->device;
	if (l.registered > 0)
		c = 'a';
	if ((c = next_free(&l, c)) == 0)
		return err_set(e, ERR_CONFLICT, 0,
		    "all letters for devices of office %s are used",
		    conf->code);
	*ret = c;
	return 0;
}
