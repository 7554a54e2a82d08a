/* An anchor of what is here now. */
#include "store/audit/anchor.h"

#include <limits.h>
#include <sodium.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/hall/accepted.h"
#include "store/hall/province.h"
#include "store/save/journal.h"
#include "store/sign/sshsig.h"

struct collect {
	struct store *s;
	struct anchor_tip *tips; /* of offices: two each */
	size_t n, cap;
};

static int
add_tip(struct collect *c, const char *code, const char *which,
    const char *prefix, struct err *e)
{
	struct branch *b = NULL;
	struct anchor_tip *more;
	size_t cap = c->cap > 0 ? 2 * c->cap : 16;
	int rc;

	if ((rc = store_branch(c->s, code, which, &b, e)) < 0 || !b->has_tip)
		return rc;
	if (c->n == c->cap) {
		if ((more = realloc(c->tips, cap * sizeof(*more))) == NULL)
			return err_nomem(e);
		c->tips = more;
		c->cap = cap;
	}
	snprintf(c->tips[c->n].ref, sizeof(c->tips[c->n].ref), "%s%.8s", prefix,
	    b->office);
	memcpy(c->tips[c->n++].id, b->tip, COMMIT_ID_LEN);
	return 0;
}

static int
on_office(void *arg, const char *code, struct err *e)
{
	struct collect *c = arg;
	int rc = add_tip(c, code, "hall", PROVINCE_HALLS, e);

	return rc < 0 ? rc : add_tip(c, code, "office", PROVINCE_OFFICES, e);
}

/* --- the hall's own --- */

static int
hall_tip(struct store *s, struct anchor *a, struct err *e)
{
	struct accepted_head head;
	struct repo *r = NULL;
	char path[PATH_MAX];
	int rc;

	if ((rc = file_path(path, sizeof(path), e, "%s/province.git",
		 store_conf(s)->dir)) < 0 ||
	    (rc = accepted_head(store_conf(s)->dir, &head, e)) < 0 ||
	    (rc = repo_open(path, &r, e)) < 0)
		return rc;
	a->log_n = head.n;
	memcpy(a->log_hash, head.hash, sizeof(a->log_hash));
	rc = repo_ref(r, PROVINCE_HALL_REF, a->tips[0].id, e);
	repo_close(r);
	if (rc < 0)
		return rc;
	snprintf(
	    a->tips[0].ref, sizeof(a->tips[0].ref), "%s", PROVINCE_HALL_REF);
	a->n_tips = 1;
	return 0;
}

/* --- signing --- */

static int
sign(const struct store *s, const struct anchor *a, cJSON *parts, struct err *e)
{
	struct buf text = BUF_INIT, armour = BUF_INIT, line = BUF_INIT;
	unsigned char raw[SSHSIG_RAW_LEN];
	char base64[sodium_base64_ENCODED_LEN(
	    SSHSIG_RAW_LEN, sodium_base64_VARIANT_ORIGINAL)];
	cJSON *one = cJSON_CreateObject();
	int rc;

	anchor_text(a, &text);
	if ((rc = json_push(parts, one, e)) < 0 ||
	    (rc = buf_ok(&text, e)) < 0 ||
	    (rc = sshsig_sign(store_key(s), SSHSIG_NS_ANCHOR, text.data,
		 text.len, &armour, e)) < 0 ||
	    (rc = sshsig_sign_raw(store_key(s), SSHSIG_NS_ANCHOR, text.data,
		 text.len, raw, e)) < 0)
		goto out;
	sodium_bin2base64(base64, sizeof(base64), raw, sizeof(raw),
	    sodium_base64_VARIANT_ORIGINAL);
	buf_printf(&line, "%ssignature %s\n", text.data, base64);
	if ((rc = buf_ok(&armour, e)) == 0 && (rc = buf_ok(&line, e)) == 0 &&
	    (rc = json_put_str(one, "text", text.data, e)) == 0 &&
	    (rc = json_put_str(one, "signature", armour.data, e)) == 0)
		rc = json_put_str(one, "line", line.data, e);
out:
	buf_release(&text);
	buf_release(&armour);
	buf_release(&line);
	return rc;
}

/* The offices' tips over as many parts as they need, each with the hall's. */
static int
sign_all(const struct store *s, struct anchor *a, const struct collect *c,
    cJSON *parts, struct err *e)
{
	size_t of_hall = a->n_tips, each = ANCHOR_TIPS - of_hall, at = 0, n;
	int rc = 0;

	if (c->n + of_hall == 0) {
		err_set(e, ERR_NOT_FOUND, 0,
		    "there is no revision yet that an anchor could name");
		err_hint(e, "save something first");
		return ERR_NOT_FOUND;
	}
	a->parts = c->n == 0 ? 1 : (int)((c->n + each - 1) / each);
	if (a->parts > ANCHOR_PARTS_MAX)
		return err_set(
		    e, ERR_FAILED, 0, "too many offices for an anchor");
	for (a->part = 1; rc == 0 && a->part <= a->parts; a->part++) {
		n = c->n - at < each ? c->n - at : each;
		if (n > 0)
			memcpy(a->tips + of_hall, c->tips + at,
			    n * sizeof(*a->tips));
		a->n_tips = of_hall + n;
		at += n;
		rc = sign(s, a, parts, e);
	}
	return rc;
}

static int
put_head(
    const struct store *s, const struct anchor *a, cJSON *out, struct err *e)
{
	char time[CLOCK_TEXT], key[KEY_LINE_MAX], print[64];
	int rc;

	clock_rfc3339(time, a->time, a->offset_min);
	key_line(store_key(s)->pub, key);
	key_fingerprint(store_key(s)->pub, print);
	if ((rc = json_put_str(out, "by", a->device, e)) < 0 ||
	    (rc = json_put_str(out, "key", key, e)) < 0 ||
	    (rc = json_put_str(out, "fingerprint", print, e)) < 0)
		return rc;
	return json_put_str(out, "time", time, e);
}

int
anchor_make(struct store *s, cJSON **ret, struct err *e)
{
	const struct conf *conf = store_conf(s);
	cJSON *out = cJSON_CreateObject(), *parts = cJSON_CreateArray();
	struct collect c = { .s = s };
	struct anchor a = { .time = clock_now(),
		.offset_min = conf->offset_min };
	int rc;

	snprintf(a.device, sizeof(a.device), "%s", store_device(s));
	if ((rc = json_put(out, "parts", parts, e)) < 0)
		goto out;
	if (conf->role == ROLE_MINISTRY) {
		rc = err_set(e, ERR_USAGE, 0,
		    "a ministry writes no history: a hall or an office makes "
		    "anchors");
		goto out;
	}
	/* what it names must be where stock git finds it */
	if ((rc = journal_flush(s, e)) < 0 ||
	    (conf->role == ROLE_HALL &&
		((rc = province_update(s, 1, NULL, e)) < 0 ||
		    (rc = hall_tip(s, &a, e)) < 0)) ||
	    (rc = store_each_office(s, on_office, &c, e)) < 0 ||
	    (rc = put_head(s, &a, out, e)) < 0 ||
	    (rc = sign_all(s, &a, &c, parts, e)) < 0)
		goto out;
	*ret = out;
	out = NULL;
out:
	cJSON_Delete(out);
	free(c.tips);
	return rc;
}
