/* Steps: the note's commit, the signature, whose key it is, header against
 * note, the receipts. */
#include "store/bundle/bundle_check.h"

#include "base/clock.h"
#include "base/sha256.h"
#include "store/admit/published.h"
#include "store/admit/trust.h"
#include "store/bundle/bundle_note.h"
#include "store/evidence/evidence_receipt.h"

#define COMMIT_BYTES_MAX ((size_t)4096)

struct checking {
	struct store *s;
	const struct bundle_room *room;
	const struct bundle_head *h;
	struct repo *scratch;
	struct buf text, sig, receipts;
	cJSON *note;
	unsigned char signer[KEY_PUBLIC_LEN];
};

/* --- the note's commit --- */

static int
read_file(struct checking *c, struct tree *t, const char *name, size_t max,
    struct buf *ret, struct err *e)
{
	unsigned char id[20];

	if (tree_find(t, name, id, NULL) < 0 ||
	    repo_read(c->scratch, id, OBJECT_BLOB, max, ret, NULL) < 0)
		return bundle_altered(name, e);
	return 0;
}

/* "tree <40 hex>\n" begins every commit */
static int
find_tree(struct checking *c, unsigned char ret[20], struct err *e)
{
	const unsigned char *id;
	struct buf raw = BUF_INIT;
	char ref[64], hex[41];
	int rc = 0;

	snprintf(
	    ref, sizeof(ref), BUNDLE_NOTE_REF "%s/%s", c->h->from, c->h->to);
	id = bundle_head_ref(c->h, ref);
	if (id == NULL || repo_read(c->scratch, id, OBJECT_COMMIT,
			      COMMIT_BYTES_MAX, &raw, NULL) < 0)
		rc = bundle_altered(ref, e);
	else {
		snprintf(hex, sizeof(hex), "%.40s",
		    raw.len > 46 ? raw.data + 5 : "");
		if (strncmp(raw.data, "tree ", 5) != 0 ||
		    commit_unhex(hex, ret, NULL) < 0)
			rc = bundle_altered(ref, e);
	}
	buf_release(&raw);
	return rc;
}

static int
read_note(struct checking *c, struct err *e)
{
	struct tree *t = tree_new();
	unsigned char id[20];
	int rc;

	if (t == NULL)
		return err_nomem(e);
	if ((rc = find_tree(c, id, e)) < 0)
		goto out;
	if (tree_load(t, id, repo_tree_source, c->scratch, NULL) < 0) {
		rc = bundle_altered("note", e);
		goto out;
	}
	if ((rc = read_file(c, t, "note.json", BUNDLE_NOTE_MAX, &c->text, e)) <
		0 ||
	    (rc = read_file(c, t, "note.sig", BUNDLE_SIG_MAX, &c->sig, e)) <
		0 ||
	    (rc = read_file(c, t, "receipts.json", BUNDLE_RECEIPTS_MAX,
		 &c->receipts, e)) < 0)
		goto out;
	rc = bundle_note_read(&c->text, &c->sig, &c->note, c->signer, e);
out:
	tree_free(t);
	return rc;
}

/* --- who signed --- */

static int
stranger(struct checking *c, struct err *e)
{
	const char *from = json_str(c->note, "from");

	err_set(e, ERR_DENIED, 0,
	    "the bundle says it comes from %s, but is not signed with the key "
	    "that is known of it",
	    from);
	err_hint(e, "ask there who made it; nothing of it was taken in");
	return ERR_DENIED;
}

static int
check_hall(struct checking *c, struct err *e)
{
	const unsigned char *pub = NULL;
	int rc = trust_hall_key(c->s, &pub, e);

	if (rc < 0)
		return rc;
	return memcmp(pub, c->signer, KEY_PUBLIC_LEN) == 0 ? 0 : stranger(c, e);
}

/* Does this list of the hall's know the device, and by this key? */
static int
check_device_in(struct checking *c, struct repo *r, struct err *e)
{
	const char *office = json_str(c->note, "office");
	const char *from = json_str(c->note, "from");
	struct published *p = NULL;
	unsigned char pub[KEY_PUBLIC_LEN];
	int rc;

	if ((rc = published_open(r, &p, e)) < 0)
		return rc;
	if ((rc = published_active(p, office, from, e)) == 0 &&
	    (rc = published_key(p, office, from, clock_now(), pub, e)) == 0 &&
	    memcmp(pub, c->signer, KEY_PUBLIC_LEN) != 0)
		rc = stranger(c, e);
	published_free(p);
	if (rc == ERR_REFUSED && e != NULL)
		e->code = ERR_DENIED;
	return rc == ERR_REFUSED ? ERR_DENIED : rc;
}

/* 1 when the hall's branch in the bundle ends with a commit that the hall
 * signed: then its list of devices is the hall's word, too. */
static int
carries_word(struct checking *c)
{
	const unsigned char *tip = bundle_head_ref(c->h, "refs/heads/hall");
	const unsigned char *pub = NULL;
	unsigned char signer[KEY_PUBLIC_LEN];
	struct buf raw = BUF_INIT;
	int good;

	if (tip == NULL || trust_hall_key(c->s, &pub, NULL) < 0)
		return 0;
	good = repo_read(c->scratch, tip, OBJECT_COMMIT, COMMIT_MAX, &raw,
		   NULL) == 0 &&
	       commit_verify(buf_str(&raw), raw.len, signer, NULL) == 0 &&
	       memcmp(signer, pub, KEY_PUBLIC_LEN) == 0;
	buf_release(&raw);
	return good;
}

static int
check_signer(struct checking *c, struct err *e)
{
	const char *from = json_str(c->note, "from");
	struct repo *own = NULL;
	struct err seen;
	int rc;

	if (strlen(from) == 4) /* "91-h" */
		return check_hall(c, e);
	memset(&seen, 0, sizeof(seen));
	if ((rc = store_repo(c->s, json_str(c->note, "office"), &own, e)) < 0)
		return rc;
	rc = check_device_in(c, own, &seen);
	/* a new device does not know the others yet */
	if (rc == ERR_DENIED && store_conf(c->s)->role == ROLE_OFFICE &&
	    carries_word(c))
		return check_device_in(c, c->scratch, e);
	if (rc < 0 && e != NULL)
		*e = seen;
	return rc;
}

/* --- receipts --- */

static int
check_receipt(struct checking *c, const cJSON *json, struct err *e)
{
	const unsigned char *pub = NULL;
	struct evidence_receipt r;
	int rc;

	if ((rc = trust_hall_key(c->s, &pub, e)) < 0)
		return rc;
	if (evidence_receipt_check(json, pub, &r, NULL) < 0 ||
	    strcmp(r.office, json_str(c->note, "office")) != 0)
		return bundle_altered("receipts.json", e);
	return 0;
}

static int
check_receipts(struct checking *c, struct err *e)
{
	char sha[SHA256_HEX];
	const cJSON *v;
	cJSON *list = NULL;
	struct sha256 h;
	int rc = 0;

	sha256_init(&h);
	sha256_add(&h, buf_str(&c->receipts), c->receipts.len);
	sha256_end(&h, sha);
	if (strcmp(sha, json_str(c->note, "receipts_sha256")) != 0 ||
	    json_parse(buf_str(&c->receipts), c->receipts.len,
		BUNDLE_RECEIPTS_MAX, &list, NULL) < 0)
		return bundle_altered("receipts.json", e);
	if (!cJSON_IsArray(list))
		rc = bundle_altered("receipts.json", e);
	/* the hall has its own word */
	if (rc == 0 && store_conf(c->s)->role == ROLE_OFFICE)
		cJSON_ArrayForEach (v, list)
			if ((rc = check_receipt(c, v, e)) < 0)
				break;
	cJSON_Delete(list);
	return rc;
}

static int
check(struct checking *c, struct err *e)
{
	char path[640];
	int rc;

	if ((rc = bundle_room_path(
		 c->room, "repo.git", path, sizeof(path), e)) < 0 ||
	    (rc = repo_open(path, &c->scratch, e)) < 0 ||
	    (rc = read_note(c, e)) < 0 ||
	    (rc = bundle_note_match(c->note, c->h, e)) < 0 ||
	    (rc = check_signer(c, e)) < 0 || (rc = check_receipts(c, e)) < 0 ||
	    (rc = bundle_room_put(c->room, "note.json", &c->text, e)) < 0)
		return rc;
	return bundle_room_put(c->room, "receipts.json", &c->receipts, e);
}

int
bundle_check(struct store *s, const struct bundle_room *room,
    const struct bundle_head *h, cJSON **ret_note, struct err *e)
{
	struct checking c = { .s = s, .room = room, .h = h };
	int rc;

	buf_init(&c.text);
	buf_init(&c.sig);
	buf_init(&c.receipts);
	if ((rc = check(&c, e)) == 0) {
		*ret_note = c.note;
		c.note = NULL;
	}
	repo_close(c.scratch);
	cJSON_Delete(c.note);
	buf_release(&c.text);
	buf_release(&c.sig);
	buf_release(&c.receipts);
	return rc;
}
