/* An office's side of decade: two devices, what is written on which of them
 * when, and when it reaches the hall. */
#include "store/admit/absorb.h"
#include "store/evidence/evidence_send.h"
#include "store/merge/join.h"
#include "store/save/journal.h"
#include "tests/support/crowd.h"
#include "tests/support/decade_desk.h"

#define GROUP 200
#define FLUSH 4000
#define LONG 1000    /* revisions of a round from which on it is a real year */
#define STRETCHES 40 /* of such a round, each pushed at its end */
#define STRETCHES_SHORT 8
/* Of so many the second device is alone in one and beside the first in another:
 * what either of them writes the other must check and take in. */
#define TURN 20
#define TURN_SHORT 8
#define FIRST_DAY 30
#define RECEIPT_BYTES 4096

/* An office in one round. */
struct round {
	struct desk desk; /* desk.s: whose turn it is */
	const struct decade_round *r;
	struct store *at[DECADE_DEVICES];
	int newest; /* the device that has all of it */
	FILE *marks, *files;
	int64_t from, to;
	int64_t time;     /* of the revision in the making */
	int64_t received; /* of the last push */
	char pushed[41];  /* its commit */
};

static void
set_time(struct round *o, int64_t t)
{
	o->time = t;
	o->r->d->set_clock(t);
}

static void
flush(struct store *s)
{
	struct err e;

	crowd_check(journal_flush(s, &e), &e, "flush");
}

static void
own_tip(struct store *s, unsigned char ret[20])
{
	struct branch *b = NULL;
	struct err e;

	crowd_check(store_own_branch(s, "", &b, &e), &e, "branch");
	memcpy(ret, b->tip, 20);
}

static void
repo_of(struct store *s, char ret[600])
{
	snprintf(ret, 600, "%s/repo.git", store_conf(s)->dir);
}

/* --- the road --- */

/* What the hall wrote since. */
static void
take_in_hall(struct round *o, struct store *s)
{
	unsigned char tip[20], old[20];
	char from[600], to[600], code[8];
	struct repo *own = NULL, *theirs = NULL;
	struct err e;
	int64_t n;
	int rc;

	decade_code(o->r->office, code);
	snprintf(from, sizeof(from), "%s/H/offices/%s.git", o->r->d->dir, code);
	repo_of(s, to);
	decade_link_objects(from, to);
	crowd_check(repo_open(from, &theirs, &e), &e, from);
	crowd_check(repo_ref(theirs, "refs/heads/hall", tip, &e), &e, from);
	repo_close(theirs);
	crowd_check(store_repo(s, "", &own, &e), &e, to);
	crowd_check(repo_refresh(own, &e), &e, to);
	rc = repo_ref(own, "refs/incoming/hall", old, &e);
	if (rc != ERR_NOT_FOUND)
		crowd_check(rc, &e, to);
	if (rc < 0 || memcmp(old, tip, sizeof(tip)) != 0)
		crowd_check(repo_move_ref(own, "refs/incoming/hall",
				rc == 0 ? old : NULL, tip, &e),
		    &e, to);
	crowd_check(absorb_ref(s, "", "hall", "refs/incoming/hall", &n, &e), &e,
	    "hall's branch");
}

/* A device takes in what the other one pushed: by way of the hall, but that
 * their directories are beside each other. */
static void
take_in(struct round *o, int to, int from)
{
	char theirs[600], ours[600];
	unsigned char tip[20];
	struct join join;
	struct err e;

	flush(o->at[from]);
	own_tip(o->at[from], tip);
	repo_of(o->at[from], theirs);
	repo_of(o->at[to], ours);
	decade_link_objects(theirs, ours);
	crowd_check(join_office(o->at[to], tip, &join, &e), &e, "join");
}

/* Whose turn it is now: the device has all that was written. */
static void
sit_down(struct round *o, int device)
{
	if (o->newest != device)
		take_in(o, device, o->newest);
	o->newest = device;
	o->desk.s = o->at[device];
}

/* What is saved so far reaches the hall after delay seconds. */
static void
push(struct round *o, int64_t delay)
{
	const char *device = store_device(o->desk.s);
	unsigned char tip[20];
	char hex[41];

	own_tip(o->desk.s, tip);
	commit_hex(tip, hex);
	if (strcmp(hex, o->pushed) == 0)
		return;
	snprintf(o->pushed, sizeof(o->pushed), "%s", hex);
	if (o->time + delay > o->received)
		o->received = o->time + delay;
	else
		o->received++;
	fprintf(o->marks, "%s %lld %c\n", hex, (long long)o->received,
	    device[strlen(device) - 1]);
}

/* In an hour or two, or after a week without a link. */
static int64_t
any_delay(struct round *o)
{
	int64_t delay = 60 + dice_roll(&o->desk.dice, 7200);

	if (dice_roll(&o->desk.dice, 60) == 0)
		delay += 9 * DECADE_DAY;
	return delay;
}

/* --- writing --- */

/* From half past eight to five, and a little longer before the end. */
static int64_t
at_work(const struct round *o, int64_t i)
{
	int64_t n = o->r->n, days = (o->to - o->from) / DECADE_DAY;
	int64_t parts = days * i, day = parts / n;

	return o->from + day * DECADE_DAY + 30600 +
	       (parts - day * n) * 30600 / n;
}

/* Revisions first … end - 1 of the round; of every five, from that one to the
 * one before that. */
struct stretch {
	int64_t first, end;
	int of, to;
};

static void
write_stretch(struct round *o, const struct stretch *st, int same)
{
	struct err e;
	int64_t i;
	int n = 0;

	for (i = st->first; i < st->end; i++) {
		if (i % 5 < st->of || i % 5 >= st->to)
			continue;
		set_time(o, at_work(o, i));
		if (n % GROUP == 0)
			crowd_check(
			    save_group_begin(o->desk.s, &e), &e, "begin");
		if (same && n == 0)
			desk_edit_same(&o->desk);
		else
			desk_edit(&o->desk);
		if (++n % GROUP == 0)
			crowd_check(save_group_end(o->desk.s, &e), &e, "end");
		if (n % FLUSH == 0)
			flush(o->desk.s);
	}
	if (n % GROUP != 0)
		crowd_check(save_group_end(o->desk.s, &e), &e, "end");
}

/* Of the files one in 256 never reaches the hall. */
static void
attach(struct round *o, const struct stretch *st)
{
	char sha[65];

	if (st->first >= st->end)
		return;
	set_time(o, at_work(o, st->first));
	desk_attach(&o->desk, sha);
	if (strncmp(sha, "00", 2) != 0)
		fprintf(o->files, "%s %d\n", sha, o->newest);
}

/* Two devices that do not hear of each other: each writes, the first pushes,
 * the second merges and pushes. Now and then both write the same field. */
static void
write_apart(struct round *o, struct stretch st)
{
	int same = dice_roll(&o->desk.dice, 4) == 0;

	sit_down(o, 0);
	take_in(o, 1, 0);
	st.to = 3;
	o->desk.half = DESK_EVEN;
	write_stretch(o, &st, same);
	push(o, 30 + dice_roll(&o->desk.dice, 60));

	st.of = 3;
	st.to = 5;
	o->desk.s = o->at[1];
	o->desk.half = DESK_ODD;
	write_stretch(o, &st, same);
	flush(o->at[1]);
	set_time(o, (o->received > o->time ? o->received : o->time) + 30);
	take_in(o, 1, 0);
	push(o, 30);
	o->newest = 1;
	o->desk.half = DESK_ALL;
	sit_down(o, 0);
	desk_resolve(&o->desk);
}

static void
write_all(struct round *o)
{
	int is_long = o->r->n >= LONG, i;
	int n = is_long ? STRETCHES : STRETCHES_SHORT;
	int turn = is_long ? TURN : TURN_SHORT;
	struct stretch st;

	for (i = 0; i < n; i++) {
		st.first = o->r->n * i / n;
		st.end = o->r->n * (i + 1) / n;
		st.of = 0;
		st.to = 5;
		if (i % turn == turn - 1) {
			write_apart(o, st);
			continue;
		}
		sit_down(o, i % turn == turn / 2);
		attach(o, &st);
		write_stretch(o, &st, 0);
		push(o, any_delay(o));
	}
	sit_down(o, 0);
	set_time(o, o->to + DECADE_DAY / 2);
	desk_submit(&o->desk);
	push(o, any_delay(o));
	flush(o->at[0]);
}

/* --- a round --- */

/* What the hall signed of the files of the round before. */
static void
confirm_files(struct round *o)
{
	FILE *f = decade_file(o->r->d, o->r->office, "signed", "re");
	char line[RECEIPT_BYTES], sha[65];
	int device, n;
	struct err e;

	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%64s %d %n", sha, &device, &n) != 2)
			exit(1);
		crowd_check(evidence_send_confirm(o->at[device], sha, line + n,
				strlen(line + n), &e),
		    &e, sha);
	}
	fclose(f);
}

static void
open_round(struct round *o, const struct decade_round *r)
{
	int late = (r->office + r->year) % 4 == 0, i;
	char dir[512];
	struct err e;

	o->r = o->desk.r = r;
	o->from =
	    decade_day(r->year, r->again ? DECADE_REVIEW_DAY + 2 : FIRST_DAY);
	o->to = decade_day(r->year,
	    r->again ? DECADE_CORRECT_DAY - 3 : DECADE_DUE_DAY - 2 + 7 * late);
	o->desk.half = DESK_ALL;
	o->desk.dice.state = r->d->seed * 1000003 + (uint64_t)r->office * 7919 +
			     (uint64_t)r->year * 31 + (uint64_t)r->again;
	o->marks = decade_file(r->d, r->office, "marks", "we");
	o->files = decade_file(r->d, r->office, "files", "we");
	set_time(o, o->from);
	decade_keep_up(r->d, r->office);
	for (i = 0; i < DECADE_DEVICES; i++) {
		decade_dir(r->d, r->office, i, dir);
		crowd_check(
		    store_open(dir, STORE_WRITE, &o->at[i], &e), &e, dir);
		decade_hurry(o->at[i]);
		take_in_hall(o, o->at[i]);
	}
	o->desk.s = o->at[0];
	confirm_files(o);
}

void
decade_write(const struct decade_round *r)
{
	struct round *o = calloc(1, sizeof(*o));
	struct err e;
	int i;

	if (o == NULL)
		exit(1);
	open_round(o, r);
	if (!r->again)
		desk_open_year(&o->desk);
	crowd_check(store_cycle(o->at[0], "", r->year, NULL, &o->desk.ed, &e),
	    &e, "cycle");
	write_all(o);
	for (i = 0; i < DECADE_DEVICES; i++) {
		flush(o->at[i]);
		store_close(o->at[i]);
	}
	if (fclose(o->marks) != 0 || fclose(o->files) != 0) {
		perror("what was pushed");
		exit(1);
	}
	free(o);
}
