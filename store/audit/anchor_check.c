/* Is what an anchor names still here, and in its place? */
#include "store/audit/anchor.h"

#include <limits.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/admit/published.h"
#include "store/admit/trust.h"
#include "store/git/graph.h"
#include "store/hall/accepted.h"
#include "store/provinces.h"
#include "store/sign/sshsig.h"

struct check {
	struct store *s;
	struct anchor *a;
	int bad, contained;
	/* of the line of the log that was looked for last; NULL: none was */
	const char *log_state;
	int64_t log_n;
	char log_hash[ACCEPTED_HASH];
};

/* --- whose key --- */

static int
key_of_hall(
    const struct check *c, unsigned char ret[KEY_PUBLIC_LEN], struct err *e)
{
	const unsigned char *pub = NULL;
	const char *code = NULL;
	char name[16];
	int rc;

	/* at a ministry the province is that of the device */
	if ((rc = trust_hall_of(c->s, c->a->device, &code, &pub, e)) < 0)
		return rc;
	snprintf(name, sizeof(name), "%.8s-h", code);
	if (strcmp(name, c->a->device) != 0)
		return err_set(e, ERR_NOT_FOUND, 0,
		    "the anchor is signed by %s, but the hall here is %s",
		    c->a->device, name);
	memcpy(ret, pub, KEY_PUBLIC_LEN);
	return 0;
}

static int
key_of_device(
    const struct check *c, unsigned char ret[KEY_PUBLIC_LEN], struct err *e)
{
	struct published *p = NULL;
	struct repo *r = NULL;
	char office[8];
	int rc;

	if (store_conf(c->s)->role == ROLE_OFFICE &&
	    strcmp(c->a->device, store_device(c->s)) == 0) {
		memcpy(ret, store_key(c->s)->pub, KEY_PUBLIC_LEN);
		return 0;
	}
	snprintf(office, sizeof(office), "%.4s", c->a->device);
	if ((rc = store_repo(c->s, office, &r, e)) < 0 ||
	    (rc = published_open(r, &p, e)) < 0)
		return rc;
	rc = published_key(p, office, c->a->device, c->a->time, ret, e);
	published_free(p);
	return rc;
}

/* 0: the hall's, 1: an office's device's, -1: no name of either */
static int
is_office_device(const char *device)
{
	size_t digits = strspn(device, "0123456789");

	if (device[digits] != '-' || device[digits + 1] < 'a' ||
	    device[digits + 1] > 'z' || device[digits + 2] != '\0')
		return -1;
	if (digits == 2 && device[3] == 'h')
		return 0;
	return digits == 4 && device[5] != 'h' ? 1 : -1;
}

static int
find_key(
    const struct check *c, unsigned char ret[KEY_PUBLIC_LEN], struct err *e)
{
	int kind = is_office_device(c->a->device);

	if (kind < 0)
		return err_set(e, ERR_NOT_FOUND, 0,
		    "'%.16s' is no device of an office or a hall",
		    c->a->device);
	return kind == 0 ? key_of_hall(c, ret, e) : key_of_device(c, ret, e);
}

static int
is_signed(const struct anchor *a, const struct anchor_signature *sig,
    const unsigned char pub[KEY_PUBLIC_LEN], struct err *e)
{
	unsigned char by[KEY_PUBLIC_LEN];
	struct buf text = BUF_INIT;
	int rc;

	anchor_text(a, &text);
	if ((rc = buf_ok(&text, e)) < 0)
		goto out;
	if (sig->raw) {
		rc = sshsig_verify_raw(
		    pub, SSHSIG_NS_ANCHOR, text.data, text.len, sig->bytes, e);
		goto out;
	}
	rc = sshsig_verify(sig->armour.data, sig->armour.len, SSHSIG_NS_ANCHOR,
	    text.data, text.len, by, e);
	if (rc == 0 && memcmp(by, pub, sizeof(by)) != 0)
		rc = err_set(e, ERR_INVALID, 0,
		    "the anchor is not signed by the key of %s", a->device);
out:
	buf_release(&text);
	return rc;
}

/* What a fault of the anchor's own is; the others are ours. */
static int
is_own_fault(int rc)
{
	return rc == ERR_INVALID || rc == ERR_NOT_FOUND || rc == ERR_REFUSED;
}

static int
put_signature(struct check *c, const struct anchor_signature *sig, cJSON *out,
    struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	const char *word = "good";
	struct err fault = { 0 };
	int rc;

	if ((rc = find_key(c, pub, &fault)) < 0)
		word = "unknown";
	else if ((rc = is_signed(c->a, sig, pub, &fault)) < 0)
		word = "bad";
	if (rc < 0 && !is_own_fault(rc)) {
		if (e != NULL)
			*e = fault;
		return rc;
	}
	c->bad |= rc < 0;
	if ((rc = json_put_str(out, "signature", word, e)) < 0 ||
	    (rc = json_put_str(
		 out, "fault", fault.msg[0] != '\0' ? fault.msg : NULL, e)) < 0)
		return rc;
	return json_put_str(
	    out, "fault_th", fault.th[0] != '\0' ? fault.th : NULL, e);
}

/* --- what is here --- */

/* The repository of a ref and its name there. *ret NULL: not kept here.
 * *ret_own: to be closed. */
static int
place_of(const struct check *c, const char *ref, struct repo **ret,
    int *ret_own, const char **ret_name, struct err *e)
{
	const struct conf *conf = store_conf(c->s);
	char path[PATH_MAX], province[4];
	const char *code = strrchr(ref, '/') + 1;
	int rc;

	*ret_own = 0;
	if (strcmp(ref, "refs/heads/hall") != 0) {
		*ret_name = strncmp(ref, "refs/halls/", 11) == 0
				? "refs/heads/hall"
				: "refs/heads/office";
		rc = store_repo(c->s, code, ret, e);
		return rc == ERR_NOT_FOUND ? 0 : rc;
	}
	*ret_name = ref;
	if (conf->role == ROLE_OFFICE)
		return 0;
	if (conf->role == ROLE_MINISTRY) {
		snprintf(province, sizeof(province), "%.2s", c->a->device);
		rc = provinces_repo(c->s, province, ret, e);
		return rc == ERR_NOT_FOUND ? 0 : rc;
	}
	if ((rc = file_path(
		 path, sizeof(path), e, "%s/province.git", conf->dir)) < 0)
		return rc;
	rc = repo_open(path, ret, e);
	*ret_own = rc == 0;
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

static int
is_here(struct repo *r, const unsigned char id[20], int *ret, struct err *e)
{
	struct buf raw = BUF_INIT;
	int rc = repo_read(r, id, OBJECT_COMMIT, COMMIT_MAX, &raw, e);

	buf_release(&raw);
	*ret = rc == 0;
	return rc == ERR_NOT_FOUND || rc == ERR_INVALID ? 0 : rc;
}

static int
look(struct repo *r, const char *name, const unsigned char id[20],
    unsigned char ret_now[20], const char **ret_state, struct err *e)
{
	int here = 0, leads = 0, rc;

	*ret_state = "missing";
	if ((rc = repo_ref(r, name, ret_now, e)) == ERR_NOT_FOUND) {
		memset(ret_now, 0, COMMIT_ID_LEN);
		return 0;
	}
	if (rc < 0 || (rc = is_here(r, id, &here, e)) < 0 || !here)
		return rc;
	if ((rc = graph_descends(r, ret_now, id, &leads, e)) < 0)
		return rc;
	*ret_state = leads ? "contained" : "parted";
	return 0;
}

static int
put_tip(struct check *c, const struct anchor_tip *t, cJSON *list, struct err *e)
{
	static const unsigned char none[20];
	unsigned char now[20] = { 0 };
	const char *state = "elsewhere", *name = NULL;
	cJSON *one = cJSON_CreateObject();
	struct repo *r = NULL;
	char hex[41];
	int own = 0, rc;

	if ((rc = json_push(list, one, e)) < 0)
		return rc;
	if ((rc = place_of(c, t->ref, &r, &own, &name, e)) == 0 && r != NULL)
		rc = look(r, name, t->id, now, &state, e);
	if (own)
		repo_close(r);
	if (rc < 0)
		return rc;
	c->contained |= strcmp(state, "contained") == 0;
	c->bad |= strcmp(state, "missing") == 0 || strcmp(state, "parted") == 0;
	commit_hex(t->id, hex);
	if ((rc = json_put_str(one, "ref", t->ref, e)) < 0 ||
	    (rc = json_put_str(one, "commit", hex, e)) < 0)
		return rc;
	commit_hex(now, hex);
	if ((rc = json_put_str(one, "now",
		 memcmp(now, none, sizeof(now)) != 0 ? hex : NULL, e)) < 0)
		return rc;
	return json_put_str(one, "state", state, e);
}

/* --- the log --- */

struct log_look {
	const struct anchor *a;
	int found, same, chained;
};

static int
on_line(void *arg, const struct accepted_line *l, struct err *e)
{
	struct log_look *k = arg;
	const char *hash = json_str(l->line, "hash");

	(void)e;
	if (!l->hash_ok || !l->chain_ok)
		k->chained = 0;
	if (json_int(l->line, "n", 0) < k->a->log_n)
		return 0;
	k->found = json_int(l->line, "n", 0) == k->a->log_n;
	k->same = hash != NULL && strcmp(hash, k->a->log_hash) == 0;
	return 1;
}

/* All parts of an anchor name one line: a log is read once for them. */
static int
look_log(struct check *c, struct err *e)
{
	struct log_look k = { .a = c->a, .chained = 1 };
	int rc;

	if (c->log_state != NULL && c->log_n == c->a->log_n &&
	    strcmp(c->log_hash, c->a->log_hash) == 0)
		return 0;
	rc = accepted_each(store_conf(c->s)->dir, on_line, &k, e);
	if (rc < 0)
		return rc;
	c->log_state = !k.found              ? "missing"
		       : k.same && k.chained ? "contained"
					     : "parted";
	c->log_n = c->a->log_n;
	memcpy(c->log_hash, c->a->log_hash, sizeof(c->log_hash));
	return 0;
}

static int
put_log(struct check *c, cJSON *out, struct err *e)
{
	const char *state = "elsewhere";
	cJSON *log;
	int rc;

	if (c->a->log_n == 0)
		return json_put(out, "log", cJSON_CreateNull(), e);
	if (store_conf(c->s)->role == ROLE_HALL) {
		if ((rc = look_log(c, e)) < 0)
			return rc;
		state = c->log_state;
		c->bad |= strcmp(state, "contained") != 0;
	}
	log = cJSON_CreateObject();
	if ((rc = json_put(out, "log", log, e)) < 0 ||
	    (rc = json_put_int(log, "n", c->a->log_n, e)) < 0 ||
	    (rc = json_put_str(log, "hash", c->a->log_hash, e)) < 0)
		return rc;
	return json_put_str(log, "state", state, e);
}

/* --- all of it --- */

static int
put_part(struct check *c, const struct anchor_signature *sig, cJSON *parts,
    struct err *e)
{
	cJSON *one = cJSON_CreateObject(), *tips = cJSON_CreateArray();
	char time[CLOCK_TEXT];
	int rc;

	clock_rfc3339(time, c->a->time, c->a->offset_min);
	if ((rc = json_push(parts, one, e)) < 0) {
		cJSON_Delete(tips);
		return rc;
	}
	if ((rc = json_put(one, "tips", tips, e)) < 0 ||
	    (rc = json_put_str(one, "by", c->a->device, e)) < 0 ||
	    (rc = json_put_str(one, "time", time, e)) < 0 ||
	    (rc = json_put_int(one, "part", c->a->part, e)) < 0 ||
	    (rc = json_put_int(one, "of", c->a->parts, e)) < 0 ||
	    (rc = put_signature(c, sig, one, e)) < 0 ||
	    (rc = put_log(c, one, e)) < 0)
		return rc;
	for (size_t i = 0; rc == 0 && i < c->a->n_tips; i++)
		rc = put_tip(c, &c->a->tips[i], tips, e);
	return rc;
}

static int
each_part(struct check *c, const char *text, cJSON *parts, struct err *e)
{
	struct anchor_signature sig;
	int n = 0, rc;

	while ((rc = anchor_parse(&text, c->a, &sig, e)) == 0) {
		rc = put_part(c, &sig, parts, e);
		buf_release(&sig.armour);
		if (rc < 0)
			return rc;
		if (++n > ANCHOR_PARTS_MAX)
			return err_set(e, ERR_INVALID, 0,
			    "more than %d parts of anchors", ANCHOR_PARTS_MAX);
	}
	return rc == ERR_NOT_FOUND && n > 0 ? 0 : rc;
}

int
anchor_check(struct store *s, const char *text, cJSON **ret, struct err *e)
{
	struct anchor a;
	struct check c = { .s = s, .a = &a };
	cJSON *out = cJSON_CreateObject(), *parts = cJSON_CreateArray();
	int rc;

	if ((rc = json_put(out, "parts", parts, e)) == 0 &&
	    (rc = each_part(&c, text, parts, e)) == 0)
		rc = json_put_bool(out, "ok", !c.bad && c.contained, e);
	if (rc < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}
