/* The hall's side of decade: what came from the offices. */
#include <unistd.h>

#include "store/admit/absorb.h"
#include "store/evidence/evidence_take.h"
#include "store/hall/accepted.h"
#include "store/sign/receipt.h"
#include "tests/support/crowd.h"
#include "tests/support/decade_state.h"

/* --- pushes --- */

struct push {
	int64_t received;
	int office;
	char letter; /* of the device */
	unsigned char tip[20];
};

struct pushes {
	struct push *list;
	size_t n, cap;
};

static void
read_marks(const struct decade *d, int office, struct pushes *p)
{
	FILE *f = decade_file(d, office, "marks", "re");
	char hex[48], letter;
	struct push *push;
	struct err e;
	long long t;

	while (fscanf(f, "%47s %lld %c", hex, &t, &letter) == 3) {
		if (p->n == p->cap) {
			p->cap = p->cap * 2 + 64;
			p->list = realloc(p->list, p->cap * sizeof(*p->list));
			if (p->list == NULL)
				exit(1);
		}
		push = &p->list[p->n++];
		push->received = t;
		push->office = office;
		push->letter = letter;
		crowd_check(commit_unhex(hex, push->tip, &e), &e, hex);
	}
	fclose(f);
}

static int
by_time(const void *a, const void *b)
{
	const struct push *x = a, *y = b;

	if (x->received != y->received)
		return x->received < y->received ? -1 : 1;
	return x->office - y->office;
}

/* What a push is at the hall: ref, log, index, receipt. */
static void
take_push(const struct decade *d, struct store *hall, const struct push *p)
{
	struct accepted_entry en = { .ref = "refs/heads/office",
		.result = "admitted",
		.road = "ssh",
		.time = p->received };
	char code[8], device[12], old_hex[41], hex[41];
	unsigned char old[20];
	struct repo *r = NULL;
	cJSON *receipt = NULL;
	struct err e;
	int64_t n;
	int rc;

	d->set_clock(p->received);
	decade_code(p->office, code);
	snprintf(device, sizeof(device), "%.7s-%c", code, p->letter);
	crowd_check(store_repo(hall, code, &r, &e), &e, code);
	crowd_check(repo_refresh(r, &e), &e, code);
	if ((rc = repo_ref(r, "refs/heads/office", old, &e)) != ERR_NOT_FOUND)
		crowd_check(rc, &e, code);
	if (rc == 0)
		commit_hex(old, old_hex);
	crowd_check(repo_move_ref(r, "refs/heads/office", rc == 0 ? old : NULL,
			p->tip, &e),
	    &e, code);
	commit_hex(p->tip, hex);
	en.office = code;
	en.device = device;
	en.old = rc == 0 ? old_hex : NULL;
	en.new_ = hex;
	crowd_check(
	    accepted_add(store_conf(hall)->dir, &en, NULL, &e), &e, "log");
	crowd_check(
	    absorb_ref(hall, code, "office", "refs/heads/office", &n, &e), &e,
	    code);
	crowd_check(receipt_issue(hall, code, &receipt, &e), &e, "receipt");
	cJSON_Delete(receipt);
}

/* --- evidence --- */

/* One whole file: its ref, the look at its bytes, the receipt. */
static void
take_file(struct store *hall, const char *code, const char *sha,
    struct repo *theirs, struct repo *ours, cJSON **ret_receipt)
{
	unsigned char id[20];
	char ref[96];
	struct err e;

	snprintf(ref, sizeof(ref), "refs/evidence/%s", sha);
	crowd_check(repo_ref(theirs, ref, id, &e), &e, ref);
	crowd_check(repo_move_ref(ours, ref, NULL, id, &e), &e, ref);
	crowd_check(evidence_take(hall, code, sha, ret_receipt, &e), &e, sha);
}

static void
note_receipt(FILE *out, const char *sha, int device, const cJSON *receipt)
{
	char *text = cJSON_PrintUnformatted(receipt);

	if (text == NULL)
		exit(1);
	fprintf(out, "%s %d %s\n", sha, device, text);
	cJSON_free(text);
}

/* The office's repository of files at the hall, with all objects of both
 * devices; theirs: of each. */
static struct repo *
open_files(const struct decade *d, struct store *hall, int office,
    struct repo *theirs[DECADE_DEVICES])
{
	struct evidence_repo *made = NULL;
	char from[600], to[600], dir[512], code[8];
	struct repo *ours = NULL;
	struct err e;
	int i;

	decade_code(office, code);
	crowd_check(evidence_repo_path(
			store_conf(hall)->dir, 1, code, to, sizeof(to), &e),
	    &e, code);
	crowd_check(evidence_repo_place(store_conf(hall)->dir, &e), &e, to);
	crowd_check(evidence_repo_open(to, 1, &made, &e), &e, to);
	evidence_repo_close(made);
	for (i = 0; i < DECADE_DEVICES; i++) {
		decade_dir(d, office, i, dir);
		snprintf(from, sizeof(from), "%s/evidence.git", dir);
		if (access(from, F_OK) != 0)
			continue; /* it has attached nothing yet */
		decade_link_objects(from, to);
		crowd_check(repo_open(from, &theirs[i], &e), &e, from);
	}
	crowd_check(repo_open(to, &ours, &e), &e, to);
	return ours;
}

static void
take_files(const struct decade *d, struct store *hall, int office)
{
	struct repo *theirs[DECADE_DEVICES] = { NULL }, *ours;
	FILE *in = decade_file(d, office, "files", "re");
	FILE *out = decade_file(d, office, "signed", "we");
	char code[8], sha[65];
	cJSON *receipt;
	int device;

	decade_code(office, code);
	ours = open_files(d, hall, office, theirs);
	while (fscanf(in, "%64s %d", sha, &device) == 2) {
		receipt = NULL;
		take_file(hall, code, sha, theirs[device], ours, &receipt);
		note_receipt(out, sha, device, receipt);
		cJSON_Delete(receipt);
	}
	for (device = 0; device < DECADE_DEVICES; device++)
		repo_close(theirs[device]);
	repo_close(ours);
	fclose(in);
	if (fclose(out) != 0) {
		perror(code);
		exit(1);
	}
}

void
decade_take(const struct decade *d, struct store *hall, int year, int again)
{
	struct pushes p = { NULL, 0, 0 };
	char from[600], to[600], dir[512], code[8];
	size_t i;
	int k;

	for (k = 0; k < d->offices; k++) {
		if (!decade_writes(k, year, again))
			continue;
		decade_code(k, code);
		decade_dir(d, k, 0, dir);
		snprintf(from, sizeof(from), "%s/repo.git", dir);
		snprintf(
		    to, sizeof(to), "%.500s/H/offices/%s.git", d->dir, code);
		decade_link_objects(from, to);
		read_marks(d, k, &p);
	}
	if (p.n > 0)
		qsort(p.list, p.n, sizeof(*p.list), by_time);
	for (i = 0; i < p.n; i++)
		take_push(d, hall, &p.list[i]);
	free(p.list);
	for (k = 0; k < d->offices; k++)
		if (decade_writes(k, year, again))
			take_files(d, hall, k);
}
