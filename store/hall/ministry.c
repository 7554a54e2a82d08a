#include "store/hall/ministry.h"

#include <errno.h>
#include <limits.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/admit/rewind.h"
#include "store/hall/auditors.h"
#include "store/hall/enroll_line.h"
#include "store/hall/signers.h"
#include "store/look/asof.h"
#include "store/provinces.h"

#define DIR_MODE 0750

static int
only_ministry(const struct store *s, struct err *e)
{
	if (store_conf(s)->role == ROLE_MINISTRY)
		return 0;
	return err_set(e, ERR_USAGE, 0, "only a ministry fetches provinces");
}

int
ministry_key(struct store *s, cJSON **ret, struct err *e)
{
	char key[KEY_LINE_MAX], fingerprint[64];
	cJSON *o;
	int rc;

	if ((rc = only_ministry(s, e)) < 0)
		return rc;
	key_line(store_key(s)->pub, key);
	key_fingerprint(store_key(s)->pub, fingerprint);
	o = cJSON_CreateObject();
	if ((rc = json_put_str(o, "key", key, e)) < 0 ||
	    (rc = json_put_str(o, "fingerprint", fingerprint, e)) < 0) {
		cJSON_Delete(o);
		return rc;
	}
	*ret = o;
	return 0;
}

/* --- what is shown of one --- */

static int
put_province(const struct conf *c, cJSON *o, struct err *e)
{
	char fingerprint[64];
	cJSON *urls = cJSON_CreateArray();
	int i, rc;

	key_fingerprint(c->hall_pub, fingerprint);
	if ((rc = json_put(o, "urls", urls, e)) < 0 ||
	    (rc = json_put_str(o, "code", c->hall_code, e)) < 0 ||
	    (rc = json_put_str(o, "name", c->hall_name, e)) < 0 ||
	    (rc = json_put_str(o, "fingerprint", fingerprint, e)) < 0)
		return rc;
	for (i = 0; i < c->n_urls && rc == 0; i++)
		rc = json_push_str(urls, c->urls[i], e);
	return rc < 0 ? rc : json_put_str(o, "auditor", c->auditor, e);
}

/* --- add --- */

static int
take_urls(const cJSON *urls, struct conf *c, struct err *e)
{
	const cJSON *v;
	int needs_key = 0;

	c->n_urls = 0;
	cJSON_ArrayForEach (v, urls) {
		/* over https a hall shows offices their own alone */
		if (strncmp(v->valuestring, "https:", 6) == 0 ||
		    conf_check_url(v->valuestring, NULL) < 0)
			continue;
		if (c->n_urls == CONF_URLS)
			break; /* the hall names the best ones first */
		(void)snprintf(
		    c->urls[c->n_urls++], CONF_URL_MAX, "%s", v->valuestring);
		needs_key |= v->valuestring[0] != '/';
	}
	if (c->n_urls == 0) {
		err_set(
		    e, ERR_INVALID, 0, "the line names no address over ssh");
		err_hint(e, "the hall writes one into its pmqad.conf, section "
			    "[hall]: url = ssh://user@host");
		return ERR_INVALID;
	}
	if (needs_key && c->host_key[0] == '\0')
		return err_set(e, ERR_INVALID, 0,
		    "the line has an ssh address but no host key");
	return 0;
}

/* It was made for us, and with the key that we told. */
static int
check_ours(const struct store *s, const cJSON *body, struct err *e)
{
	char key[KEY_LINE_MAX];

	key_line(store_key(s)->pub, key);
	if (strcmp(json_str(body, "key"), key) == 0)
		return auditors_check_name(json_str(body, "name"), e);
	err_set(e, ERR_INVALID, 0,
	    "the line was made for another key than this ministry's");
	err_hint(e, "give the hall this one: pmqa ministry key");
	return ERR_INVALID;
}

/* Another key under a known code is not the hall that was trusted. */
static int
check_same_hall(
    struct store *s, const struct conf *c, int *ret_known, struct err *e)
{
	const struct province *p = NULL;

	*ret_known = provinces_find(s, c->hall_code, &p, NULL) == 0;
	if (!*ret_known ||
	    memcmp(p->conf.hall_pub, c->hall_pub, KEY_PUBLIC_LEN) == 0)
		return 0;
	err_set(e, ERR_CONFLICT, 0,
	    "province %s is known here with another key of its hall",
	    c->hall_code);
	err_hint(e,
	    "ask the hall by telephone; if its key did change: pmqa ministry "
	    "remove %s, then add it again",
	    c->hall_code);
	return ERR_CONFLICT;
}

static int
take_body(struct store *s, const cJSON *body,
    const unsigned char pub[KEY_PUBLIC_LEN], struct conf *c, struct err *e)
{
	const char *code = json_str(body, "code");
	const char *name = json_str(body, "hall_name");
	const char *host_key = json_str(body, "host_key");
	unsigned char host[KEY_PUBLIC_LEN];
	int rc;

	if ((rc = check_ours(s, body, e)) < 0 ||
	    (rc = conf_check_code(ROLE_HALL, code, e)) < 0 ||
	    (rc = conf_check_name(name, e)) < 0 ||
	    (rc = provinces_dir(
		 store_conf(s), code, c->dir, sizeof(c->dir), e)) < 0)
		return rc;
	c->host_key[0] = '\0';
	if (host_key[0] != '\0') {
		if ((rc = key_parse_line(host_key, host, e)) < 0)
			return rc;
		key_line(host, c->host_key);
	}
	(void)snprintf(c->hall_code, sizeof(c->hall_code), "%s", code);
	(void)snprintf(c->hall_name, sizeof(c->hall_name), "%s", name);
	(void)snprintf(
	    c->auditor, sizeof(c->auditor), "%s", json_str(body, "name"));
	memcpy(c->hall_pub, pub, KEY_PUBLIC_LEN);
	c->hall_since = clock_now();
	c->enrolled = 1;
	return take_urls(json_get(body, "urls"), c, e);
}

/* hall.conf last: it is what counts. */
static int
write_all(const struct store *s, const struct conf *c, struct err *e)
{
	const struct conf *own = store_conf(s);
	char path[PATH_MAX], identity[PATH_MAX], hall[16];
	struct buf signers = BUF_INIT;
	int rc;

	snprintf(hall, sizeof(hall), "%s-h", c->hall_code);
	signers_add(&signers, hall, c->hall_pub);
	if ((rc = file_mkdirs(c->dir, DIR_MODE, e)) < 0 ||
	    (rc = file_path(path, sizeof(path), e, "%s/province.git", c->dir)) <
		0 ||
	    (rc = repo_create(path, "refs/heads/hall", e)) < 0 ||
	    (rc = file_path(identity, sizeof(identity), e, "%s/keys/%s",
		 own->dir, conf_role_name(own->role))) < 0 ||
	    (rc = signers_write_ssh_as(c, identity, e)) < 0 ||
	    (rc = signers_write(c, "allowed_signers", &signers, e)) < 0)
		goto out;
	rc = conf_save_hall(c, e);
out:
	buf_release(&signers);
	return rc;
}

int
ministry_add(struct store *s, const char *line, cJSON **ret, struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	struct conf c = *store_conf(s);
	cJSON *body = NULL, *o = NULL;
	int rc, known = 0;

	if ((rc = only_ministry(s, e)) < 0 ||
	    (rc = enroll_line_read(
		 ENROLL_PROVINCE, line, clock_now(), &body, pub, e)) < 0 ||
	    (rc = take_body(s, body, pub, &c, e)) < 0 ||
	    (rc = check_same_hall(s, &c, &known, e)) < 0 ||
	    (rc = write_all(s, &c, e)) < 0 ||
	    (rc = store_reload_conf(s, e)) < 0)
		goto out;
	o = cJSON_CreateObject();
	if ((rc = put_province(&c, o, e)) < 0 ||
	    (rc = json_put_bool(o, "known", known, e)) < 0)
		goto out;
	*ret = o;
	o = NULL;
out:
	cJSON_Delete(o);
	cJSON_Delete(body);
	return rc;
}

/* --- list --- */

/* By the index: opening every repository for it would take long. */
static int
put_counts(struct store *s, const char *code, cJSON *o, struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT count(DISTINCT office), ifnull(sum(n) FILTER"
	    " (WHERE name = 'office'), 0) FROM branch"
	    " WHERE n > 0 AND substr(office, 1, 2) = ?1",
	    "s", code);
	if (rc < 0)
		return rc;
	if ((rc = db_step(db, st, e)) > 0 &&
	    (rc = json_put_int(o, "offices", sqlite3_column_int64(st, 0), e)) ==
		0)
		rc = json_put_int(
		    o, "revisions", sqlite3_column_int64(st, 1), e);
	db_reset(st);
	return rc;
}

static int
list_one(struct store *s, const struct province *p, cJSON *list, struct err *e)
{
	cJSON *o = cJSON_CreateObject();
	char since[CLOCK_TEXT];
	int rc;

	if ((rc = json_push(list, o, e)) < 0 ||
	    (rc = put_province(&p->conf, o, e)) < 0 ||
	    (rc = put_counts(s, p->code, o, e)) < 0)
		return rc;
	clock_rfc3339(since, p->conf.hall_since, p->conf.offset_min);
	return json_put_str(o, "since", since, e);
}

int
ministry_list(struct store *s, cJSON **ret, struct err *e)
{
	cJSON *o = cJSON_CreateObject(), *list = cJSON_CreateArray();
	size_t i;
	int rc = json_put(o, "provinces", list, e);

	for (i = 0; i < provinces_count(s) && rc == 0; i++)
		rc = list_one(s, provinces_at(s, i), list, e);
	if (rc < 0) {
		cJSON_Delete(o);
		return rc;
	}
	*ret = o;
	return 0;
}

/* --- remove --- */

static int
forget_branch(
    struct store *s, const char *office, const char *which, struct err *e)
{
	struct branch *b = NULL;
	int rc;

	if ((rc = store_branch(s, office, which, &b, e)) < 0 ||
	    (rc = rewind_branch(s, b, NULL, e)) < 0)
		return rc;
	/* paths that once were keep their rows, empty */
	if ((rc = db_run(store_db(s), e, "DELETE FROM record WHERE branch = ?1",
		 "i", b->id)) < 0)
		return rc;
	return db_run(
	    store_db(s), e, "DELETE FROM branch WHERE id = ?1", "i", b->id);
}

static int
forget_office(struct store *s, const char *office, struct err *e)
{
	struct db *db = store_db(s);
	int rc;

	if ((rc = db_begin(db, e)) < 0)
		return rc;
	if ((rc = forget_branch(s, office, "office", e)) < 0 ||
	    (rc = forget_branch(s, office, "hall", e)) < 0 ||
	    (rc = db_run(db, e, "DELETE FROM receipt WHERE office = ?1", "s",
		 office)) < 0 ||
	    (rc = db_run(
		 db, e, "DELETE FROM peer WHERE office = ?1", "s", office)) < 0)
		db_rollback(db, NULL);
	else
		rc = db_commit(db, e);
	store_forget_branches(s);
	return rc;
}

struct removing {
	struct store *s;
	const char *code;
};

static int
remove_office(void *arg, const char *office, struct err *e)
{
	const struct removing *r = arg;

	return strncmp(office, r->code, 2) == 0 ? forget_office(r->s, office, e)
						: 0;
}

static int
set_aside(const struct conf *c, char ret[PATH_MAX], struct err *e)
{
	char when[CLOCK_TEXT], *p;
	int rc;

	clock_rfc3339(when, clock_now(), 0);
	for (p = when; *p != '\0'; p++)
		if (*p == ':')
			*p = '-';
	rc = file_path(ret, PATH_MAX, e, "%s.removed-%s", c->dir, when);
	if (rc < 0)
		return rc;
	if (rename(c->dir, ret) != 0)
		return err_sys(e, "cannot rename '%s' to '%s'", c->dir, ret);
	return 0;
}

int
ministry_remove(struct store *s, const char *code, cJSON **ret, struct err *e)
{
	struct removing r = { s, code };
	const struct province *p = NULL;
	char aside[PATH_MAX];
	struct conf c;
	cJSON *o;
	int rc;

	if ((rc = only_ministry(s, e)) < 0 ||
	    (rc = conf_check_code(ROLE_HALL, code, e)) < 0 ||
	    (rc = provinces_find(s, code, &p, e)) < 0)
		return rc;
	c = p->conf;
	/* the index first: a crash between leaves what the next fetch, or a
	 * second remove, completes */
	if ((rc = store_each_office(s, remove_office, &r, e)) < 0 ||
	    (rc = set_aside(&c, aside, e)) < 0 ||
	    (rc = store_reload_conf(s, e)) < 0)
		return rc;
	o = cJSON_CreateObject();
	if ((rc = put_province(&c, o, e)) < 0 ||
	    (rc = json_put_str(o, "aside", aside, e)) < 0) {
		cJSON_Delete(o);
		return rc;
	}
	*ret = o;
	return 0;
}

/* --- what the halls share --- */

struct sharing {
	struct store *s;
	const char *dir;
	int (*each)(
	    void *arg, const char *path, const cJSON *rec, struct err *e);
	void *arg;
	char province[8]; /* the one that is read, or was last */
};

static int
tell_shared(void *arg, const char *path, const cJSON *rec, struct err *e)
{
	const struct sharing *sh = arg;
	const char *name = strrchr(path, '/');
	char own[160];

	snprintf(own, sizeof(own), "%s/%s-%s", sh->dir, sh->province,
	    name != NULL ? name + 1 : path);
	return sh->each(sh->arg, own, rec, e);
}

/* A hall gives all its offices the same: the first one's is enough. */
static int
share_first(void *arg, const char *office, struct err *e)
{
	struct sharing *sh = arg;
	struct branch *hall = NULL;
	int rc;

	if (strncmp(sh->province, office, 2) == 0)
		return 0;
	if ((rc = store_branch(sh->s, office, "hall", &hall, e)) < 0)
		return rc;
	if (!hall->has_tip)
		return 0;
	snprintf(sh->province, sizeof(sh->province), "%.2s", office);
	return asof_each(sh->s, hall, sh->dir, tell_shared, sh, e);
}

int
ministry_each_shared(struct store *s, const char *dir,
    int (*each)(void *arg, const char *path, const cJSON *rec, struct err *e),
    void *arg, struct err *e)
{
	struct sharing sh = { .s = s, .dir = dir, .each = each, .arg = arg };

	return store_each_office(s, share_first, &sh, e);
}
