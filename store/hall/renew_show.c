/* What renew.h tells of this device and its office's others. */
#include "base/clock.h"
#include "store/git/refs.h"
#include "store/hall/registry.h"
#include "store/hall/renew.h"

#define DAMAGED_KEY "-"

static int
put_fingerprint(cJSON *out, const char *line, struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	char fingerprint[64] = DAMAGED_KEY;

	if (line != NULL && key_parse_line(line, pub, NULL) == 0)
		key_fingerprint(pub, fingerprint);
	return json_put_str(out, "fingerprint", fingerprint, e);
}

static int
push_device(struct store *s, const cJSON *d, cJSON *list, struct err *e)
{
	char name[16], key[KEY_LINE_MAX];
	const char *line = json_str(d, "key");
	cJSON *o = cJSON_CreateObject();
	int rc;

	key_line(store_key(s)->pub, key);
	snprintf(name, sizeof(name), "%s-%.1s", store_conf(s)->code,
	    d->string != NULL ? d->string : "");
	if ((rc = json_put_str(o, "device", name, e)) < 0 ||
	    (rc = json_put_str(o, "state", json_str(d, "state"), e)) < 0 ||
	    (rc = json_put_str(o, "since", json_str(d, "since"), e)) < 0 ||
	    (rc = put_fingerprint(o, line, e)) < 0 ||
	    (rc = json_put_bool(
		 o, "here", line != NULL && strcmp(line, key) == 0, e)) < 0) {
		cJSON_Delete(o);
		return rc;
	}
	return json_push(list, o, e);
}

static int
put_devices(struct store *s, cJSON *out, struct err *e)
{
	cJSON *registry = NULL, *list = cJSON_CreateArray();
	const cJSON *d;
	int rc;

	if ((rc = json_put(out, "devices", list, e)) < 0 ||
	    (rc = registry_read(s, store_conf(s)->code, &registry, e)) < 0)
		return rc;
	cJSON_ArrayForEach (d, json_get(registry, "devices")) {
		if ((rc = push_device(s, d, list, e)) < 0)
			break;
	}
	cJSON_Delete(registry);
	return rc;
}

static int
fill_aside(
    const struct ref *ref, const struct commit *c, cJSON *o, struct err *e)
{
	char hex[41], name[24], when[CLOCK_TEXT];
	int rc;

	commit_hex(ref->id, hex);
	commit_name(c, name);
	clock_rfc3339(when, c->time, c->offset_min);
	if ((rc = json_put_str(o, "commit", hex, e)) < 0 ||
	    (rc = json_put_str(o, "revision", name, e)) < 0 ||
	    (rc = json_put_str(o, "device", c->device, e)) < 0 ||
	    (rc = json_put_str(o, "time", when, e)) < 0)
		return rc;
	return json_put_str(o, "subject", c->subject, e);
}

static int
push_aside(struct repo *repo, const struct ref *ref, cJSON *list, struct err *e)
{
	struct commit *c = malloc(sizeof(*c));
	cJSON *o = cJSON_CreateObject();
	struct buf raw = BUF_INIT;
	int rc;

	if (c == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = repo_read(
		 repo, ref->id, OBJECT_COMMIT, COMMIT_MAX, &raw, e)) < 0 ||
	    (rc = commit_parse(buf_str(&raw), raw.len, c, e)) < 0 ||
	    (rc = fill_aside(ref, c, o, e)) < 0)
		goto out;
	rc = json_push(list, o, e);
	o = NULL;
out:
	cJSON_Delete(o);
	free(c);
	buf_release(&raw);
	return rc;
}

static int
put_aside(struct store *s, cJSON *out, struct err *e)
{
	struct refs refs = { NULL, 0 };
	cJSON *list = cJSON_CreateArray();
	struct repo *repo = NULL;
	size_t i;
	int rc;

	if ((rc = json_put(out, "aside", list, e)) < 0 ||
	    (rc = store_repo(s, "", &repo, e)) < 0 ||
	    (rc = refs_list(repo, REFS_ASIDE, &refs, e)) < 0)
		return rc;
	for (i = 0; i < refs.n && rc == 0; i++)
		rc = push_aside(repo, &refs.list[i], list, e);
	refs_release(&refs);
	return rc;
}

int
renew_show(struct store *s, cJSON **ret, struct err *e)
{
	const struct conf *c = store_conf(s);
	char key[KEY_LINE_MAX], road[16];
	cJSON *out;
	int rc;

	if (c->role != ROLE_OFFICE)
		return err_set(e, ERR_USAGE, 0,
		    "this is a hall: only an office has devices");
	out = cJSON_CreateObject();
	conf_road_device(c, road);
	key_line(store_key(s)->pub, key);
	if ((rc = json_put_str(out, "device", store_device(s), e)) < 0 ||
	    (rc = put_fingerprint(out, key, e)) < 0 ||
	    (rc = json_put_bool(out, "enrolled", c->enrolled, e)) < 0 ||
	    (rc = json_put_str(
		 out, "hall_knows", c->enrolled ? road : NULL, e)) < 0 ||
	    (rc = put_devices(s, out, e)) < 0 ||
	    (rc = put_aside(s, out, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}

int
renew_json(const struct renewed *r, cJSON **ret, struct err *e)
{
	cJSON *o = cJSON_CreateObject();
	char hex[41];
	int rc;

	commit_hex(r->aside, hex);
	if ((rc = json_put_str(o, "from", r->from, e)) < 0 ||
	    (rc = json_put_str(o, "to", r->to, e)) < 0 ||
	    (rc = json_put_int(o, "carried", r->n, e)) < 0 ||
	    (rc = json_put_str(o, "first", r->n > 0 ? r->first : NULL, e)) <
		0 ||
	    (rc = json_put_str(o, "last", r->n > 0 ? r->last : NULL, e)) < 0 ||
	    (rc = json_put_str(o, "aside", r->n > 0 ? hex : NULL, e)) < 0) {
		cJSON_Delete(o);
		return rc;
	}
	*ret = o;
	return 0;
}
