/*
 * Files that a run sends, smallest first; text that was saved meanwhile goes before
 * each piece.
 *
 *   run_next     writer: is there text? else the next file, the next piece
 *   begin_list   git ls-remote: what a cut transfer of a large file left there
 *   begin_piece  git push of the piece
 *   ask_word     https: its receipt, when the file was there before
 *   run_keep     writer: the receipt for a file that is whole there
 *   run_look     writer, after a failure: was the file erased, is it damaged?
 */
#include <inttypes.h>

#include "base/clock.h"
#include "daemon/fatal.h"
#include "daemon/sync/sync_run_state.h"
#include "daemon/sync/sync_steps.h"
#include "store/evidence/evidence_repo.h"
#include "store/save/journal.h"

#define TROUBLE_MAX 3 /* files in a row, then the hall is left in peace */

static void run_next(struct job *j, void *state);
static void on_next(struct job *j);
static void begin_list(struct sync_run *r);
static void on_listed(void *arg, const struct child_result *c);
static void begin_piece(struct sync_run *r);
static void on_piece_line(void *arg, const char *line);
static void on_piece(void *arg, const struct child_result *c);
static void ask_word(struct sync_run *r);
static void on_word(void *arg, const struct child_result *c);
static void run_keep(struct job *j, void *state);
static void on_kept(struct job *j);
static void file_failed(struct sync_run *r, const struct sync_fault *fault);
static void run_look(struct job *j, void *state);
static void on_looked(struct job *j);

static const char *
file_of(const struct sync_run *r)
{
	return r->files.list[r->at];
}

static void
next_file(struct sync_run *r)
{
	r->at++;
	r->has_have = r->asked = 0;
}

/* "evidence 0123456789ab: " before both sentences. */
static void
name_file(struct err *err, const char *sha)
{
	struct err was = *err;

	err_set(err, was.code, was.sub, "evidence %.12s: %s", sha, was.msg);
	snprintf(err->th, sizeof(err->th), err_th("evidence %.12s: %s"), sha,
	    was.th[0] != '\0' ? was.th : was.msg);
	memcpy(err->hint, was.hint, sizeof(err->hint));
	memcpy(err->hint_th, was.hint_th, sizeof(err->hint_th));
}

void
sync_evidence_note(
    struct sync_run *r, const char *sha, const struct sync_fault *fault)
{
	struct sync_file *f = &r->outcome.files[r->outcome.n_files];

	if (r->outcome.n_files == SYNC_FILES_MAX)
		return;
	r->outcome.n_files++;
	snprintf(f->sha, sizeof(f->sha), "%s", sha);
	f->fault = *fault;
	name_file(&f->fault.err, sha);
}

void
sync_evidence_begin(struct sync_run *r)
{
	sync_run_step(r, run_next, on_next);
}

/* --- which piece --- */

/* From r->at on: the first file that is still whole here. What cannot be read
 * is told and passed over. */
static int
find_piece(struct sync_run *r, struct store *s, struct err *e)
{
	const int64_t now = clock_now();
	struct sync_fault own;
	struct err err;
	int rc;

	for (; r->at < r->files.n; next_file(r)) {
		if (sync_refused_has(&r->refused, file_of(r), now))
			continue;
		rc = evidence_send_slice(s, file_of(r),
		    r->has_have ? r->have : NULL, r->outcome.pace.size,
		    &r->piece, &err);
		if (rc == 0)
			return 1;
		if (rc == ERR_NOT_FOUND) {
			r->n_gone++;
			continue;
		}
		if (rc != ERR_DAMAGED) {
			*e = err;
			return rc;
		}
		sync_error_own(&err, &own);
		sync_evidence_note(r, file_of(r), &own);
	}
	return 0;
}

/* Of what went and of what waits. */
static int
count_parts(struct sync_run *r, struct store *s, struct err *e)
{
	int64_t waiting = 0;
	int rc = evidence_send_parts(s, &waiting, e);

	if (rc == 0)
		r->parts = r->parts_gone + waiting;
	return rc;
}

static void
run_next(struct job *j, void *state)
{
	struct sync_run *r = (struct sync_run *)j;
	struct store *s = state;
	size_t before;

	if ((j->rc = journal_flush(s, &j->err)) < 0 ||
	    (j->rc = sync_run_plan(r, s, &j->err)) < 0) {
		fatal_check("cannot write the repository", &j->err);
		return;
	}
	/* a hall that cannot sign for text cannot sign for files */
	if (r->slice.n > 0 || !r->outcome.synced)
		return;
	if (r->parts == 0 && r->files.n > 0 &&
	    (j->rc = count_parts(r, s, &j->err)) < 0)
		return;
	if ((j->rc = find_piece(r, s, &j->err)) != 0)
		return;
	/* what was added since they were listed */
	before = r->files.n;
	j->rc = evidence_send_list(s, &r->files, &j->err);
	if (j->rc == 0 && r->files.n > before &&
	    (j->rc = count_parts(r, s, &j->err)) == 0)
		j->rc = find_piece(r, s, &j->err);
}

static void
on_next(struct job *j)
{
	struct sync_run *r = (struct sync_run *)j;
	int found = j->rc > 0;

	if (!sync_run_job_ended(r))
		return;
	if (r->slice.n > 0)
		sync_push_begin(r);
	else if (!found)
		sync_evidence_fetch_begin(r);
	else if (!sync_run_may(r, 1))
		sync_run_finish(r, NULL);
	else if (!r->piece.whole && !r->asked)
		begin_list(r);
	else
		begin_piece(r);
}

static void
begin_list(struct sync_run *r)
{
	struct transfer t;
	struct err err;

	memset(&err, 0, sizeof(err));
	if (transfer_evidence_list(&r->way, file_of(r), &t, &err) < 0)
		sync_run_finish_own(r, &err);
	else
		sync_run_git(r, &t, NULL, on_listed);
}

/* Of "ID TAB refs/…/SHA" the id; the whole file's, if both are there. */
static void
read_list(struct sync_run *r, const struct buf *out)
{
	const char *s = buf_str(out);
	char hex[41];

	for (; strlen(s) > 41; s += strcspn(s, "\n"), s += *s == '\n') {
		snprintf(hex, sizeof(hex), "%.40s", s);
		if (s[40] != '\t' || commit_unhex(hex, r->have, NULL) < 0)
			continue;
		r->has_have = 1;
		if (strncmp(s + 41, "refs/evidence/", 14) == 0)
			break;
	}
}

static void
on_listed(void *arg, const struct child_result *c)
{
	struct sync_run *r = (struct sync_run *)arg;
	struct sync_fault fault;

	if (!sync_run_child_ended(r, c, &fault)) {
		if (fault.class != SYNC_NONE)
			file_failed(r, &fault);
		return;
	}
	r->asked = 1;
	read_list(r, &c->out);
	sync_run_step(r, run_next, on_next);
}

/* --- the piece --- */

/* How far all files are, counted in parts. */
static void
show_piece(struct sync_run *r)
{
	const struct evidence_slice *p = &r->piece;
	int64_t done = r->parts_gone + p->from;

	if (!r->files_begun)
		sync_run_stage(r, done);
	r->files_begun = 1;
	sync_run_part(r, (int64_t)r->at + 1, (int64_t)r->files.n, done,
	    p->n - p->from, r->parts);
}

static void
begin_piece(struct sync_run *r)
{
	char hex[41], detail[64];
	struct transfer t;
	struct err err;

	memset(&err, 0, sizeof(err));
	snprintf(detail, sizeof(detail), "%zu/%zu", r->at + 1, r->files.n);
	sync_run_show(r, "evidence", detail);
	show_piece(r);
	commit_hex(r->piece.tip, hex);
	buf_clear(&r->receipt);
	r->outcome.note[0] = '\0';
	r->push_ms = clock_mono_ms();
	if (transfer_evidence_push(
		&r->way, file_of(r), hex, r->piece.whole, &t, &err) < 0)
		sync_run_finish_own(r, &err);
	else
		sync_run_git(r, &t, on_piece_line, on_piece);
}

static void
on_piece_line(void *arg, const char *line)
{
	sync_run_remark((struct sync_run *)arg, line, REMARK_EVIDENCE);
}

static int64_t
piece_bytes(const struct sync_run *r)
{
	return (int64_t)(r->piece.n - r->piece.from) * (int64_t)EVIDENCE_PART;
}

static void
on_piece(void *arg, const struct child_result *c)
{
	struct sync_run *r = (struct sync_run *)arg;
	struct sync_fault fault;

	if (!sync_run_child_ended(r, c, &fault)) {
		if (fault.class != SYNC_NONE)
			file_failed(r, &fault);
		return;
	}
	sync_pace_after(&r->outcome.pace, piece_bytes(r),
	    clock_mono_ms() - r->push_ms, !r->piece.whole);
	r->outcome.moved++;
	if (r->piece.whole && r->receipt.len == 0 &&
	    transfer_is_https(&r->way)) {
		ask_word(r);
		return;
	}
	if (r->piece.whole) {
		sync_run_step(r, run_keep, on_kept);
		return;
	}
	memcpy(r->have, r->piece.tip, sizeof(r->have));
	r->has_have = 1;
	sync_run_step(r, run_next, on_next);
}

/* Over https nothing can be said to a push that has nothing to do. */
static void
ask_word(struct sync_run *r)
{
	struct transfer t;
	struct err err;
	char what[80];

	memset(&err, 0, sizeof(err));
	snprintf(what, sizeof(what), "evidence/%s", file_of(r));
	if (transfer_steps(&r->way, what, NULL, NULL, &t, &err) < 0)
		sync_run_finish_own(r, &err);
	else
		sync_run_git(r, &t, NULL, on_word);
}

static void
on_word(void *arg, const struct child_result *c)
{
	struct sync_run *r = (struct sync_run *)arg;
	struct sync_fault fault;
	struct steps parts;
	struct err err;

	if (!sync_run_child_ended(r, c, &fault)) {
		if (fault.class != SYNC_NONE)
			file_failed(r, &fault);
		return;
	}
	memset(&err, 0, sizeof(err));
	if (sync_steps_read(&r->way, &c->out, &parts, &r->receipt, &err) < 0) {
		sync_error_own(&err, &fault);
		file_failed(r, &fault);
		return;
	}
	sync_run_step(r, run_keep, on_kept);
}

/* The hall has the bytes; only its word for it makes them confirmed. */
static int
no_word(const struct sync_run *r, struct err *e)
{
	if (r->outcome.note[0] != '\0')
		return err_set(e, ERR_FAILED, 0,
		    "the hall has not given its receipt yet: %s",
		    r->outcome.note);
	return err_set(
	    e, ERR_FAILED, 0, "the hall has not given its receipt yet");
}

static void
run_keep(struct job *j, void *state)
{
	struct sync_run *r = (struct sync_run *)j;

	if (r->receipt.len > 0)
		j->rc = evidence_send_confirm(state, file_of(r),
		    buf_str(&r->receipt), r->receipt.len, &j->err);
	else
		j->rc = no_word(r, &j->err);
	if (j->rc < 0)
		fatal_check("cannot keep the hall's receipt", &j->err);
}

static void
on_kept(struct job *j)
{
	struct sync_run *r = (struct sync_run *)j;
	struct sync_fault fault;
	int rc = j->rc;

	j->rc = 0; /* the file's trouble, not the run's */
	if (!sync_run_job_ended(r))
		return;
	if (rc < 0) {
		sync_error_own(&j->err, &fault);
		file_failed(r, &fault);
		return;
	}
	r->outcome.files_sent++;
	r->parts_gone += r->piece.parts;
	r->n_trouble = 0;
	next_file(r);
	sync_run_step(r, run_next, on_next);
}

/* --- a file that does not go --- */

static void
file_failed(struct sync_run *r, const struct sync_fault *fault)
{
	if (r->stopping) {
		sync_run_finish(r, fault);
		return;
	}
	if (fault->err.code == ERR_UNREACHABLE) { /* nor would the others */
		sync_pace_cut(&r->outcome.pace);
		sync_run_finish(r, fault);
		return;
	}
	r->trouble = *fault;
	sync_run_step(r, run_look, on_looked);
}

/* An erasure takes the bytes from under a transfer: that is no fault. What is
 * damaged here is no fault of the road. */
static void
run_look(struct job *j, void *state)
{
	struct sync_run *r = (struct sync_run *)j;
	struct evidence_slice piece;

	j->rc = evidence_send_slice(
	    state, file_of(r), NULL, r->outcome.pace.size, &piece, &j->err);
	if (j->rc == 0 && r->trouble.class != SYNC_REFUSED)
		j->rc = evidence_send_prove(state, file_of(r), &j->err);
	if (j->rc == ERR_DAMAGED)
		sync_error_own(&j->err, &r->trouble);
}

static void
on_looked(struct job *j)
{
	struct sync_run *r = (struct sync_run *)j;
	int erased = j->rc == ERR_NOT_FOUND;

	j->rc = 0;
	if (!sync_run_job_ended(r))
		return;
	if (erased) {
		r->n_gone++;
	} else {
		sync_evidence_note(r, file_of(r), &r->trouble);
		r->n_trouble =
		    r->trouble.class == SYNC_REFUSED ? 0 : r->n_trouble + 1;
	}
	next_file(r);
	if (r->n_trouble >= TROUBLE_MAX || r->outcome.n_files == SYNC_FILES_MAX)
		sync_run_finish(r, NULL);
	else
		sync_run_step(r, run_next, on_next);
}
