#include "store/view/verify_seal.h"

#include "base/base64.h"
#include "store/admit/trust.h"
#include "store/db/mark.h"
#include "store/sign/commit.h"
#include "store/sign/sshsig.h"
#include "store/view/verify.h"

#define SEALED_MAX ((size_t)32 * 1024)
#define NAME_MAX_ 48
#define BASE_NAME "verify"

static void
name_of(const char *office, const char *which, char ret[NAME_MAX_])
{
	snprintf(ret, NAME_MAX_, BASE_NAME " %.8s %.8s", office, which);
}

static void
hex_of(const unsigned char pub[KEY_PUBLIC_LEN], char ret[65])
{
	size_t i;

	for (i = 0; i < KEY_PUBLIC_LEN; i++)
		snprintf(ret + 2 * i, 3, "%02x", pub[i]);
}

/* --- what a seal is bound to --- */

/* The key of the hall whose word was trusted; "" before there is one. */
static void
hall_of(struct store *s, const char *office, char ret[65])
{
	const unsigned char *pub = NULL;

	ret[0] = '\0';
	if (trust_hall_of(s, office, NULL, &pub, NULL) == 0)
		hex_of(pub, ret);
}

static int
put_bound(struct store *s, const char *name, const char *office, cJSON *o,
    struct err *e)
{
	char hall[65] = "";
	int rc;

	if (office != NULL)
		hall_of(s, office, hall);
	if ((rc = json_put_str(o, "of", name, e)) < 0)
		return rc;
	return json_put_str(o, "hall", hall, e);
}

static int
is_bound(struct store *s, const char *name, const char *office, const cJSON *o)
{
	const char *of = json_str(o, "of"), *hall = json_str(o, "hall");
	char want[65] = "";

	if (office != NULL)
		hall_of(s, office, want);
	return of != NULL && hall != NULL && strcmp(of, name) == 0 &&
	       strcmp(hall, want) == 0;
}

/* --- the signature --- */

/* *ret the sealed object, NULL if the mark does not count. */
static int
check_sealed(struct store *s, const cJSON *mark, cJSON **ret, struct err *e)
{
	const char *text = json_str(mark, "sealed");
	const char *sig = json_str(mark, "signature");
	struct buf raw = BUF_INIT;
	int rc;

	*ret = NULL;
	if (text == NULL || sig == NULL)
		return 0;
	rc = base64_read(sig, strlen(sig), &raw, e);
	if (rc == 0 && raw.len != SSHSIG_RAW_LEN)
		rc = ERR_INVALID;
	if (rc == 0)
		rc = sshsig_verify_raw(store_key(s)->pub, VERIFY_NS, text,
		    strlen(text), (const unsigned char *)raw.data, e);
	if (rc == 0)
		rc = json_parse(text, strlen(text), SEALED_MAX, ret, e);
	buf_release(&raw);
	return rc == ERR_INVALID ? 0 : rc;
}

static int
read_sealed(struct store *s, const char *name, const char *office, cJSON **ret,
    int *ret_fault, struct err *e)
{
	cJSON *mark = NULL, *sealed = NULL;
	int64_t there = 0;
	int rc;

	*ret = NULL;
	*ret_fault = 0;
	if ((rc = db_one_int(store_db(s), &there, e,
		 "SELECT count(*) FROM mark WHERE name = ?1", "s", name)) < 0 ||
	    there == 0 || (rc = mark_get(store_db(s), name, &mark, e)) < 0)
		return rc;
	rc = check_sealed(s, mark, &sealed, e);
	cJSON_Delete(mark);
	if (rc == 0 && (sealed == NULL || !is_bound(s, name, office, sealed))) {
		cJSON_Delete(sealed);
		sealed = NULL;
		*ret_fault = 1;
	}
	*ret = sealed;
	return rc;
}

static int
sign_one(struct store *s, const cJSON *sealed, struct err *e)
{
	unsigned char sig[SSHSIG_RAW_LEN];
	struct buf text = BUF_INIT, b64 = BUF_INIT;
	cJSON *mark = cJSON_CreateObject();
	int rc;

	if ((rc = json_write(sealed, &text, e)) < 0 ||
	    (rc = buf_ok(&text, e)) < 0 ||
	    (rc = sshsig_sign_raw(
		 store_key(s), VERIFY_NS, text.data, text.len, sig, e)) < 0)
		goto out;
	base64_write(sig, sizeof(sig), &b64);
	if ((rc = buf_ok(&b64, e)) < 0 ||
	    (rc = json_put_str(mark, "sealed", buf_str(&text), e)) < 0 ||
	    (rc = json_put_str(mark, "signature", buf_str(&b64), e)) < 0)
		goto out;
	rc = mark_set(store_db(s), sealed->string, mark, e);
out:
	cJSON_Delete(mark);
	buf_release(&text);
	buf_release(&b64);
	return rc;
}

/* In one transaction: they stand for one proof. */
int
verify_seal(struct store *s, const cJSON *proved, struct err *e)
{
	const cJSON *one;
	int rc;

	if (proved == NULL)
		return 0;
	if ((rc = db_begin(store_db(s), e)) < 0)
		return rc;
	if (cJSON_IsNull(proved))
		rc = db_exec(store_db(s),
		    "DELETE FROM mark WHERE name = '" BASE_NAME
		    "' OR name GLOB '" BASE_NAME " *'",
		    e);
	cJSON_ArrayForEach (one, proved)
		if (rc == 0)
			rc = sign_one(s, one, e);
	if (rc == 0)
		return db_commit(store_db(s), e);
	db_rollback(store_db(s), NULL);
	return rc;
}

static void
copy_hex(const cJSON *o, const char *key, char ret[65])
{
	const char *text = json_str(o, key);

	snprintf(ret, 65, "%s", text != NULL ? text : "");
}

/* --- of one branch --- */

static int
read_point(const cJSON *at, struct verify_point *ret)
{
	const char *hex = json_str(at, "commit");

	ret->n = json_int(at, "n", 0);
	ret->row = json_int(at, "row", 0);
	return ret->n > 0 && ret->row > 0 && hex != NULL && strlen(hex) == 40 &&
	       commit_unhex(hex, ret->id, NULL) == 0;
}

int
verify_seal_read(struct store *s, const char *office, const char *which,
    struct verify_seal *ret, int *ret_fault, struct err *e)
{
	cJSON *o = NULL;
	const cJSON *at;
	char name[NAME_MAX_];
	int rc;

	memset(ret, 0, sizeof(*ret));
	name_of(office, which, name);
	rc = read_sealed(s, name, office, &o, ret_fault, e);
	if (rc < 0 || o == NULL)
		return rc;
	ret->patrol = json_int(o, "patrol", 0);
	ret->receipt = json_int(o, "receipt", 0);
	ret->n_receipts = json_int(o, "receipts", 0);
	ret->span_last = json_int(o, "span", 0);
	copy_hex(o, "spans", ret->span_sum);
	copy_hex(o, "state", ret->state_sum);
	cJSON_ArrayForEach (at, json_get(o, "points"))
		if (ret->n_points < VERIFY_POINTS &&
		    read_point(at, &ret->points[ret->n_points]))
			ret->n_points++;
	cJSON_Delete(o);
	return 0;
}

static int
put_point(cJSON *list, const struct verify_point *p, struct err *e)
{
	cJSON *o = cJSON_CreateObject();
	char hex[41];
	int rc;

	commit_hex(p->id, hex);
	if ((rc = json_put_int(o, "n", p->n, e)) < 0 ||
	    (rc = json_put_int(o, "row", p->row, e)) < 0 ||
	    (rc = json_put_str(o, "commit", hex, e)) < 0) {
		cJSON_Delete(o);
		return rc;
	}
	return json_push(list, o, e);
}

int
verify_seal_put(struct store *s, const char *office, const char *which,
    const struct verify_seal *seal, cJSON *proved, struct err *e)
{
	cJSON *o = cJSON_CreateObject(), *points = cJSON_CreateArray();
	char name[NAME_MAX_];
	int i, rc;

	name_of(office, which, name);
	if ((rc = json_put(o, "points", points, e)) < 0)
		goto out;
	for (i = 0; i < seal->n_points; i++)
		if ((rc = put_point(points, &seal->points[i], e)) < 0)
			goto out;
	if ((rc = put_bound(s, name, office, o, e)) < 0 ||
	    (rc = json_put_int(o, "patrol", seal->patrol, e)) < 0 ||
	    (rc = json_put_int(o, "receipt", seal->receipt, e)) < 0 ||
	    (rc = json_put_int(o, "receipts", seal->n_receipts, e)) < 0 ||
	    (rc = json_put_int(o, "span", seal->span_last, e)) < 0 ||
	    (rc = json_put_str(o, "spans", seal->span_sum, e)) < 0 ||
	    (rc = json_put_str(o, "state", seal->state_sum, e)) < 0)
		goto out;
	rc = json_put(proved, name, o, e);
	o = NULL; /* taken in any case */
out:
	cJSON_Delete(o);
	return rc;
}

int
verify_seal_patrol(const char *office, const char *which, int64_t row,
    cJSON *proved, struct err *e)
{
	char name[NAME_MAX_];
	cJSON *o;

	name_of(office, which, name);
	o = json_get(proved, name);
	return o == NULL ? 0 : json_put_int(o, "patrol", row, e);
}

/* Of two neighbours that are close one says enough; the newest and the oldest
 * stay. */
static void
drop_closest(struct verify_seal *s)
{
	int64_t least = INT64_MAX, gap;
	int i, at = 1;

	for (i = 1; i + 1 < s->n_points; i++) {
		gap = s->points[i - 1].n - s->points[i + 1].n;
		if (gap < least) {
			least = gap;
			at = i;
		}
	}
	s->n_points--;
	memmove(&s->points[at], &s->points[at + 1],
	    (size_t)(s->n_points - at) * sizeof(s->points[0]));
}

void
verify_seal_add(struct verify_seal *s, const struct verify_point *p)
{
	int i = 0;

	/* what the index has behind it by now was rewound */
	while (i < s->n_points && s->points[i].n >= p->n)
		i++;
	s->n_points -= i;
	memmove(&s->points[0], &s->points[i],
	    (size_t)s->n_points * sizeof(s->points[0]));
	if (s->n_points == VERIFY_POINTS)
		drop_closest(s);
	memmove(&s->points[1], &s->points[0],
	    (size_t)s->n_points * sizeof(s->points[0]));
	s->points[0] = *p;
	s->n_points++;
}

/* --- what is one for all --- */

int
verify_base_read(
    struct store *s, struct verify_base *ret, int *ret_fault, struct err *e)
{
	cJSON *o = NULL;
	const cJSON *log, *at;
	char hex[65];
	int rc;

	memset(ret, 0, sizeof(*ret));
	rc = read_sealed(s, BASE_NAME, NULL, &o, ret_fault, e);
	if (rc < 0 || o == NULL)
		return rc;
	log = json_get(o, "log");
	ret->time = json_int(o, "time", 0);
	ret->log_year = (int)json_int(log, "year", 0);
	ret->log_size = json_int(log, "size", 0);
	ret->log_n = json_int(log, "n", 0);
	ret->log_lines = json_int(log, "lines", 0);
	copy_hex(log, "hash", ret->log_hash);
	copy_hex(log, "sum", ret->log_sum);
	at = json_get(o, "access");
	ret->access_n = json_int(at, "n", 0);
	copy_hex(at, "hash", ret->access_hash);
	at = json_get(o, "province");
	ret->province_n = json_int(at, "n", 0);
	copy_hex(at, "commit", hex);
	snprintf(ret->province_id, sizeof(ret->province_id), "%.40s", hex);
	cJSON_Delete(o);
	return 0;
}

static int
put_place(cJSON *o, const char *what, const char *key, const char *hex,
    int64_t n, struct err *e)
{
	cJSON *at = cJSON_CreateObject();
	int rc;

	if ((rc = json_put(o, what, at, e)) < 0 ||
	    (rc = json_put_int(at, "n", n, e)) < 0)
		return rc;
	return json_put_str(at, key, hex, e);
}

int
verify_base_put(struct store *s, const struct verify_base *base, cJSON *proved,
    struct err *e)
{
	cJSON *o = cJSON_CreateObject(), *log = cJSON_CreateObject();
	int rc;

	if ((rc = json_put(o, "log", log, e)) < 0 ||
	    (rc = json_put_int(log, "year", base->log_year, e)) < 0 ||
	    (rc = json_put_int(log, "size", base->log_size, e)) < 0 ||
	    (rc = json_put_int(log, "n", base->log_n, e)) < 0 ||
	    (rc = json_put_int(log, "lines", base->log_lines, e)) < 0 ||
	    (rc = json_put_str(log, "hash", base->log_hash, e)) < 0 ||
	    (rc = json_put_str(log, "sum", base->log_sum, e)) < 0 ||
	    (rc = put_place(o, "access", "hash", base->access_hash,
		 base->access_n, e)) < 0 ||
	    (rc = put_place(o, "province", "commit", base->province_id,
		 base->province_n, e)) < 0 ||
	    (rc = json_put_int(o, "time", base->time, e)) < 0 ||
	    (rc = put_bound(s, BASE_NAME, NULL, o, e)) < 0)
		goto out;
	rc = json_put(proved, BASE_NAME, o, e);
	o = NULL;
out:
	cJSON_Delete(o);
	return rc;
}

/* --- the object files of a repository --- */

int
verify_kept_read(struct store *s, const char *office, const char *what,
    struct verify_kept *ret, int *ret_there, struct err *e)
{
	const char *packs;
	char name[NAME_MAX_];
	cJSON *o = NULL;
	int rc, fault = 0;

	*ret_there = 0;
	name_of(office, what, name);
	rc = read_sealed(s, name, office, &o, &fault, e);
	if (rc < 0 || o == NULL)
		return rc;
	packs = json_str(o, "packs");
	if (packs != NULL) {
		buf_puts(&ret->packs, packs);
		ret->loose = json_int(o, "loose", 0);
		rc = buf_ok(&ret->packs, e);
		*ret_there = rc == 0;
	}
	cJSON_Delete(o);
	return rc;
}

int
verify_kept_put(struct store *s, const char *office, const char *what,
    const struct verify_kept *kept, cJSON *proved, struct err *e)
{
	cJSON *o = cJSON_CreateObject();
	char name[NAME_MAX_];
	int rc;

	name_of(office, what, name);
	if ((rc = put_bound(s, name, office, o, e)) < 0 ||
	    (rc = json_put_str(o, "packs", buf_str(&kept->packs), e)) < 0 ||
	    (rc = json_put_int(o, "loose", kept->loose, e)) < 0)
		goto out;
	rc = json_put(proved, name, o, e);
	o = NULL; /* taken in any case */
out:
	cJSON_Delete(o);
	return rc;
}
