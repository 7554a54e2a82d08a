/* What goes into a bundle: decided and signed on the writer, quickly; the file
 * is made later (bundle_pack.c). */
#include "base/clock.h"
#include "base/sha256.h"
#include "store/bundle/bundle.h"
#include "store/bundle/bundle_files.h"
#include "store/bundle/bundle_note.h"
#include "store/bundle/bundle_room.h"
#include "store/save/journal.h"

struct plan {
	struct store *s;
	const struct bundle_ask *ask;
	int to_hall;
	const char *office; /* code */
	char hall[8], to[8];
	struct branch *own, *other; /* office, hall */
	struct bundle_known known;
	struct bundle_files files;
	struct buf receipts;
	int64_t n_receipts;
	cJSON *note, *lacks;
};

/* --- who, to whom --- */

static int
set_places(struct plan *p, struct err *e)
{
	const struct conf *c = store_conf(p->s);

	p->to_hall = strcmp(p->ask->to, "hall") == 0;
	if (!p->to_hall && strcmp(p->ask->to, "office") != 0)
		return err_set(e, ERR_USAGE, 0,
		    "a bundle goes to hall or office, not to '%s'", p->ask->to);
	if (p->to_hall && c->role == ROLE_HALL) {
		err_set(e, ERR_USAGE, 0, "this is the hall itself");
		err_hint(e, "a hall makes bundles for its offices: pmqa bundle "
			    "create --to office --office CODE FILE");
		return ERR_USAGE;
	}
	if (c->role == ROLE_OFFICE && !c->enrolled) {
		err_set(e, ERR_FAILED, 0,
		    "this office is not enrolled at a hall yet, so nobody "
		    "could take its bundle");
		err_hint(e, "carry the line of 'pmqa enroll' to the hall "
			    "first, and its answer back");
		return ERR_FAILED;
	}
	p->office = c->role == ROLE_OFFICE ? c->code : p->ask->office;
	snprintf(p->hall, sizeof(p->hall), "%s",
	    c->role == ROLE_HALL ? c->code : c->hall_code);
	snprintf(
	    p->to, sizeof(p->to), "%.4s", p->to_hall ? p->hall : p->office);
	return 0;
}

static int
gather(struct plan *p, struct err *e)
{
	const char *since = p->ask->since;
	int rc;

	if ((rc = store_branch(p->s, p->office, "office", &p->own, e)) < 0 ||
	    (rc = store_branch(p->s, p->office, "hall", &p->other, e)) < 0)
		return rc;
	if (p->to_hall) {
		if ((rc = bundle_known_hall(p->s, since, &p->known, e)) < 0 ||
		    (rc = bundle_files_unconfirmed(p->s, &p->files, e)) < 0)
			return rc;
		buf_puts(&p->receipts, "[]\n");
	} else {
		if ((rc = bundle_known_office(
			 p->s, p->office, since, &p->known, e)) < 0 ||
		    (rc = bundle_files_wanted(
			 p->s, p->office, &p->known, &p->files, e)) < 0 ||
		    (rc = bundle_files_receipts(
			 p->s, p->office, &p->receipts, &p->n_receipts, e)) < 0)
			return rc;
	}
	if ((p->lacks = cJSON_CreateArray()) == NULL)
		return err_nomem(e);
	/* the hall gets its files from their offices alone */
	return store_conf(p->s)->role == ROLE_HALL
		   ? 0
		   : bundle_files_lacking(p->s, p->office, p->lacks, e);
}

/* --- the note --- */

/* {"office": a, "hall": b} */
static int
put_two(
    cJSON *obj, const char *name, const char *a, const char *b, struct err *e)
{
	cJSON *v = cJSON_CreateObject();
	int rc;

	if ((rc = json_put(obj, name, v, e)) < 0 ||
	    (rc = json_put_str(v, "office", a, e)) < 0)
		return rc;
	return json_put_str(v, "hall", b, e);
}

static int
count_new(struct plan *p, const struct branch *b,
    const struct bundle_base *base, int64_t *ret, struct err *e)
{
	return db_one_int(store_db(p->s), ret, e,
	    "SELECT count(*) FROM revision WHERE branch = ?1 AND id > ?2", "ii",
	    b->id, base->row);
}

static int
newest(struct plan *p, const struct branch *b, char tip[41], char name[24],
    struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc;

	tip[0] = name[0] = '\0';
	if (!b->has_tip)
		return 0;
	commit_hex(b->tip, tip);
	rc = db_stmt(store_db(p->s), &st, e,
	    "SELECT name FROM revision WHERE branch = ?1 AND commit_id = ?2",
	    "ib", b->id, b->tip, (size_t)20);
	if (rc < 0)
		return rc;
	if ((rc = db_step(store_db(p->s), st, e)) > 0) {
		snprintf(
		    name, 24, "%s", (const char *)sqlite3_column_text(st, 0));
		rc = 0;
	}
	db_reset(st);
	return rc;
}

static int
put_branches(struct plan *p, struct err *e)
{
	char tips[2][41], names[2][24];
	int64_t n[2] = { 0, 0 };
	cJSON *counts = cJSON_CreateObject();
	int rc;

	if ((rc = json_put(p->note, "revisions", counts, e)) < 0 ||
	    (rc = newest(p, p->own, tips[0], names[0], e)) < 0 ||
	    (rc = newest(p, p->other, tips[1], names[1], e)) < 0 ||
	    (rc = count_new(p, p->own, &p->known.office, &n[0], e)) < 0)
		return rc;
	/* the hall's own branch is not carried to it */
	if (!p->to_hall &&
	    (rc = count_new(p, p->other, &p->known.hall, &n[1], e)) < 0)
		return rc;
	if ((rc = json_put_int(counts, "office", n[0], e)) < 0 ||
	    (rc = json_put_int(counts, "hall", n[1], e)) < 0 ||
	    (rc = put_two(p->note, "tips", tips[0], tips[1], e)) < 0 ||
	    (rc = put_two(p->note, "newest", names[0], names[1], e)) < 0)
		return rc;
	return put_two(
	    p->note, "since", p->known.office.name, p->known.hall.name, e);
}

static int
put_files(struct plan *p, struct err *e)
{
	cJSON *list = cJSON_CreateArray();
	char sha[SHA256_HEX];
	struct sha256 h;
	size_t i;
	int rc;

	if ((rc = json_put(p->note, "files", list, e)) < 0)
		return rc;
	for (i = 0; i < p->files.names.n; i++)
		if ((rc = json_push_str(list, p->files.names.list[i].sha, e)) <
		    0)
			return rc;
	sha256_init(&h);
	sha256_add(&h, p->receipts.data, p->receipts.len);
	sha256_end(&h, sha);
	if ((rc = json_put_int(p->note, "left", p->files.left, e)) < 0 ||
	    (rc = json_put_int(p->note, "receipts", p->n_receipts, e)) < 0 ||
	    (rc = json_put_str(p->note, "receipts_sha256", sha, e)) < 0 ||
	    (rc = json_put_bool(p->note, "lacks_all", 0, e)) < 0)
		return rc;
	rc = json_put(p->note, "lacks", p->lacks, e);
	p->lacks = NULL;
	return rc;
}

static int
make_note(struct plan *p, struct err *e)
{
	char time[CLOCK_TEXT];
	int rc;

	if ((p->note = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	clock_rfc3339(time, clock_now(), store_conf(p->s)->offset_min);
	if ((rc = json_put_int(p->note, "bundle", 1, e)) < 0 ||
	    (rc = json_put_str(p->note, "from", store_device(p->s), e)) < 0 ||
	    (rc = json_put_str(p->note, "to", p->to, e)) < 0 ||
	    (rc = json_put_str(p->note, "office", p->office, e)) < 0 ||
	    (rc = json_put_str(p->note, "hall", p->hall, e)) < 0 ||
	    (rc = json_put_str(p->note, "time", time, e)) < 0 ||
	    (rc = put_branches(p, e)) < 0)
		return rc;
	return put_files(p, e);
}

/* --- what the packer needs beside it --- */

static int
put_base(cJSON *bases, const struct bundle_base *b, struct err *e)
{
	char hex[41];

	if (b->row == 0)
		return 0;
	commit_hex(b->id, hex);
	return json_push_str(bases, hex, e);
}

static int
put_keys(struct plan *p, cJSON *keys, struct err *e)
{
	char line[KEY_LINE_MAX];

	if (!p->ask->encrypt)
		return 0;
	if (!p->to_hall)
		return bundle_known_keys(p->s, p->office, keys, e);
	key_line(store_conf(p->s)->hall_pub, line);
	return json_push_str(keys, line, e);
}

static int
write_plan(struct plan *p, const struct bundle_room *room, struct err *e)
{
	cJSON *plan = cJSON_CreateObject(), *bases = cJSON_CreateArray(),
	      *keys = cJSON_CreateArray();
	struct buf text = BUF_INIT;
	int rc;

	if ((rc = json_put(plan, "bases", bases, e)) < 0) {
		cJSON_Delete(keys);
		goto out;
	}
	if ((rc = json_put(plan, "keys", keys, e)) < 0 ||
	    (rc = put_base(bases, &p->known.office, e)) < 0 ||
	    (!p->to_hall && (rc = put_base(bases, &p->known.hall, e)) < 0) ||
	    (rc = put_keys(p, keys, e)) < 0 ||
	    (rc = json_put_int(plan, "bytes", p->files.bytes, e)) < 0 ||
	    (rc = json_write(plan, &text, e)) < 0)
		goto out;
	rc = bundle_room_put(room, "plan.json", &text, e);
out:
	cJSON_Delete(plan);
	buf_release(&text);
	return rc;
}

static int
write_note(struct plan *p, const struct bundle_room *room, struct err *e)
{
	struct buf text = BUF_INIT, sig = BUF_INIT;
	int rc;

	if ((rc = bundle_note_write(
		 p->note, store_key(p->s), &text, &sig, e)) == 0 &&
	    (rc = bundle_room_put(room, "note.json", &text, e)) == 0 &&
	    (rc = bundle_room_put(room, "note.sig", &sig, e)) == 0)
		rc = bundle_room_put(room, "receipts.json", &p->receipts, e);
	buf_release(&text);
	buf_release(&sig);
	return rc;
}

static int
answer(
    struct plan *p, const struct bundle_room *room, cJSON **ret, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(obj, "token", room->token, e)) < 0 ||
	    (rc = json_put_str(obj, "from", store_device(p->s), e)) < 0 ||
	    (rc = json_put_str(obj, "to", p->to, e)) < 0 ||
	    (rc = json_put_str(obj, "office", p->office, e)) < 0) {
		cJSON_Delete(obj);
		return rc;
	}
	*ret = obj;
	return 0;
}

static int
run(struct plan *p, struct bundle_room *room, cJSON **ret, struct err *e)
{
	int rc;

	/* only what lies in the repository can be carried */
	if ((rc = journal_flush(p->s, e)) < 0 || (rc = gather(p, e)) < 0 ||
	    (rc = make_note(p, e)) < 0 ||
	    (rc = bundle_room_check_disk(p->s, 2 * p->files.bytes, e)) < 0 ||
	    (rc = bundle_room_make(p->s, room, e)) < 0)
		return rc;
	if ((rc = write_note(p, room, e)) == 0 &&
	    (rc = write_plan(p, room, e)) == 0)
		rc = answer(p, room, ret, e);
	if (rc < 0)
		(void)bundle_room_remove(room, NULL);
	return rc;
}

int
bundle_plan(
    struct store *s, const struct bundle_ask *a, cJSON **ret, struct err *e)
{
	struct plan p = { .s = s, .ask = a };
	struct bundle_room room;
	int rc;

	buf_init(&p.receipts);
	if ((rc = set_places(&p, e)) == 0)
		rc = run(&p, &room, ret, e);
	bundle_known_release(&p.known);
	bundle_files_release(&p.files);
	buf_release(&p.receipts);
	cJSON_Delete(p.note);
	cJSON_Delete(p.lacks);
	return rc;
}
