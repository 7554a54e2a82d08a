#include "store/bundle/bundle_note.h"

#include "base/clock.h"
#include "store/evidence/evidence_repo.h"
#include "store/sign/commit.h"
#include "store/sign/sshsig.h"

#define EVIDENCE_REF "refs/evidence/"

int
bundle_altered(const char *what, struct err *e)
{
	err_set(e, ERR_INVALID, 0,
	    "the bundle was altered: its note does not fit what is in it (%s)",
	    what);
	err_hint(e, "have a new one made; nothing of this one was taken in");
	return ERR_INVALID;
}

int
bundle_note_write(const cJSON *note, const struct key *k, struct buf *text,
    struct buf *sig, struct err *e)
{
	int rc;

	if ((rc = json_write(note, text, e)) < 0)
		return rc;
	buf_putc(text, '\n');
	if ((rc = buf_ok(text, e)) < 0 ||
	    (rc = sshsig_sign(k, BUNDLE_NS, text->data, text->len, sig, e)) < 0)
		return rc;
	buf_putc(sig, '\n');
	return buf_ok(sig, e);
}

/* --- reading --- */

static int
check_places(const cJSON *note, struct err *e)
{
	const char *from = json_str(note, "from"), *to = json_str(note, "to");
	const char *office = json_str(note, "office");
	const char *hall = json_str(note, "hall");
	int64_t t;

	if (json_int(note, "bundle", 0) != 1) {
		err_set(e, ERR_INVALID, 0,
		    "the bundle has a form that this program does not know");
		err_hint(e, "a newer pmqa made it: install that here, too");
		return ERR_INVALID;
	}
	if (from == NULL || !bundle_is_device(from))
		return bundle_altered("from", e);
	if (to == NULL || !bundle_is_place(to))
		return bundle_altered("to", e);
	if (office == NULL || strlen(office) != 4 || !bundle_is_place(office))
		return bundle_altered("office", e);
	if (hall == NULL || strlen(hall) != 2 || !bundle_is_place(hall))
		return bundle_altered("hall", e);
	if (json_str(note, "time") == NULL ||
	    clock_parse(json_str(note, "time"), 0, 0, &t, NULL) < 0)
		return bundle_altered("time", e);
	/* the office's own devices and its hall, nobody else */
	if (strncmp(from, strlen(from) == 4 ? hall : office,
		strlen(from) == 4 ? 2 : 4) != 0 ||
	    (strcmp(to, office) != 0 && strcmp(to, hall) != 0))
		return bundle_altered("from, to", e);
	return 0;
}

static int
is_name(const char *s)
{
	return s != NULL && strlen(s) < 24 &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789") == strlen(s);
}

static int
check_branch(const cJSON *note, const char *branch, struct err *e)
{
	unsigned char id[20];
	int has;

	if (!is_name(json_str(json_get(note, "since"), branch)) ||
	    !is_name(json_str(json_get(note, "newest"), branch)) ||
	    json_int(json_get(note, "revisions"), branch, -1) < 0)
		return bundle_altered(branch, e);
	if (bundle_note_tip(note, branch, id, &has, e) < 0)
		return bundle_altered(branch, e);
	return 0;
}

static int
check_shas(const cJSON *note, const char *name, struct err *e)
{
	const cJSON *list = json_get(note, name), *v;

	if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > BUNDLE_FILES_MAX)
		return bundle_altered(name, e);
	cJSON_ArrayForEach (v, list)
		if (!cJSON_IsString(v) || !evidence_is_sha(v->valuestring))
			return bundle_altered(name, e);
	return 0;
}

static int
check(const cJSON *note, struct err *e)
{
	const char *sha = json_str(note, "receipts_sha256");
	int rc;

	if ((rc = check_places(note, e)) < 0 ||
	    (rc = check_branch(note, "office", e)) < 0 ||
	    (rc = check_branch(note, "hall", e)) < 0 ||
	    (rc = check_shas(note, "files", e)) < 0 ||
	    (rc = check_shas(note, "lacks", e)) < 0)
		return rc;
	if (json_int(note, "left", -1) < 0 ||
	    json_int(note, "receipts", -1) < 0 || sha == NULL ||
	    !evidence_is_sha(sha))
		return bundle_altered("receipts", e);
	return 0;
}

int
bundle_note_read(const struct buf *text, const struct buf *sig, cJSON **ret,
    unsigned char ret_signer[KEY_PUBLIC_LEN], struct err *e)
{
	cJSON *note = NULL;
	size_t len = sig->len;
	int rc;

	if (len > 0 && sig->data[len - 1] == '\n')
		len--;
	if (sshsig_verify(buf_str(sig), len, BUNDLE_NS, buf_str(text),
		text->len, ret_signer, NULL) < 0)
		return bundle_altered("signature", e);
	if (json_parse(buf_str(text), text->len, BUNDLE_NOTE_MAX, &note, NULL) <
	    0)
		return bundle_altered("note", e);
	if ((rc = check(note, e)) < 0) {
		cJSON_Delete(note);
		return rc;
	}
	*ret = note;
	return 0;
}

int
bundle_note_tip(const cJSON *note, const char *branch, unsigned char ret[20],
    int *ret_has, struct err *e)
{
	const char *hex = json_str(json_get(note, "tips"), branch);

	*ret_has = 0;
	if (hex == NULL)
		return err_set(e, ERR_INVALID, 0,
		    "the bundle's note names no tip of branch '%s'", branch);
	if (hex[0] == '\0')
		return 0;
	*ret_has = 1;
	return commit_unhex(hex, ret, e);
}

/* --- header and note --- */

static int
match_branch(const cJSON *note, const struct bundle_head *h, const char *branch,
    struct err *e)
{
	const unsigned char *id;
	unsigned char tip[20];
	char ref[32];
	int has = 0, rc;

	snprintf(ref, sizeof(ref), "refs/heads/%s", branch);
	if ((id = bundle_head_ref(h, ref)) == NULL)
		return 0; /* nothing new on it */
	if ((rc = bundle_note_tip(note, branch, tip, &has, e)) < 0)
		return rc;
	return has && memcmp(id, tip, 20) == 0 ? 0 : bundle_altered(ref, e);
}

int
bundle_note_match(const cJSON *note, const struct bundle_head *h, struct err *e)
{
	const cJSON *files = json_get(note, "files"), *v;
	size_t i, n = 0;
	char ref[96];
	int rc;

	if (strcmp(h->from, json_str(note, "from")) != 0 ||
	    strcmp(h->to, json_str(note, "to")) != 0)
		return bundle_altered("from, to", e);
	if ((rc = match_branch(note, h, "office", e)) < 0 ||
	    (rc = match_branch(note, h, "hall", e)) < 0)
		return rc;
	for (i = 0; i < h->n_refs; i++)
		n += strncmp(h->refs[i].name, EVIDENCE_REF,
			 strlen(EVIDENCE_REF)) == 0;
	if (n != (size_t)cJSON_GetArraySize(files))
		return bundle_altered("files", e);
	cJSON_ArrayForEach (v, files) {
		snprintf(ref, sizeof(ref), EVIDENCE_REF "%s", v->valuestring);
		if (bundle_head_ref(h, ref) == NULL)
			return bundle_altered("files", e);
	}
	return 0;
}
