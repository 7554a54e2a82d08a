/*
 * Files that a run brings here, smallest first: those that the record names and
 * whose bytes another device has, or the machine that was lost; text that was
 * saved meanwhile goes before each file.
 *
 *   run_list     writer: which files
 *   run_have     writer: is there text? else what is here of the next file
 *   ask          pmqa-steps: its parts at the hall, and the hall's receipt
 *   begin_piece  git fetch of as many parts as the link bears
 *   run_take     writer: looked at; when it is whole it gets its name
 *   run_absent   writer: the hall has it not; later again
 */
#include <inttypes.h>

#include "base/clock.h"
#include "daemon/fatal.h"
#include "daemon/sync/sync_run_state.h"
#include "daemon/sync/sync_steps.h"
#include "store/save/journal.h"

#define TROUBLE_MAX 3 /* files in a row, then the hall is left in peace */
/* Files that the hall has not got either, then it is not asked for more: by
 * itself, and when a person asks. */
#define ABSENT_MAX 8
#define ABSENT_ASKED_MAX 64

static void run_list(struct job *j, void *state);
static void on_listed(struct job *j);
static void next_file(struct sync_run *r);
static void run_have(struct job *j, void *state);
static void on_have(struct job *j);
static void ask(struct sync_run *r);
static void on_ask_line(void *arg, const char *line);
static void on_asked(void *arg, const struct child_result *c);
static void begin_piece(struct sync_run *r);
static void on_piece(void *arg, const struct child_result *c);
static void take(struct sync_run *r);
static void run_take(struct job *j, void *state);
static void on_taken(struct job *j);
static void run_absent(struct job *j, void *state);
static void on_absent(struct job *j);
static void file_failed(struct sync_run *r, const struct sync_fault *fault);

static const char *
file_of(const struct sync_run *r)
{
	return r->missing.files.list[r->missing.at];
}

static int
is_asked(const struct sync_run *r)
{
	return r->opts.refused == NULL;
}

void
sync_evidence_fetch_begin(struct sync_run *r)
{
	if (r->missing.listed)
		next_file(r);
	else if (r->opts.no_files)
		sync_run_finish(r, NULL);
	else
		sync_run_step(r, run_list, on_listed);
}

/* --- which --- */

static void
run_list(struct job *j, void *state)
{
	struct sync_run *r = (struct sync_run *)j;

	j->rc =
	    evidence_fetch_list(state, is_asked(r), &r->missing.files, &j->err);
	if (j->rc < 0)
		fatal_check("cannot look for missing evidence", &j->err);
}

static void
on_listed(struct job *j)
{
	struct sync_run *r = (struct sync_run *)j;

	if (!sync_run_job_ended(r))
		return;
	r->missing.listed = 1;
	sync_run_stage(r, 0);
	if (r->missing.files.n > 0 && sync_run_may(r, 1))
		sync_run_share(r, next_file);
	else
		sync_run_finish(r, NULL);
}

/* --- the next one --- */

static void
next_file(struct sync_run *r)
{
	const struct sync_missing *m = &r->missing;
	int64_t absent_max = is_asked(r) ? ABSENT_ASKED_MAX : ABSENT_MAX;

	if (m->at >= m->files.n || m->n_absent >= absent_max ||
	    m->n_trouble >= TROUBLE_MAX ||
	    r->outcome.n_files == SYNC_FILES_MAX || !sync_run_may(r, 1))
		sync_run_finish(r, NULL);
	else
		sync_run_step(r, run_have, on_have);
}

static void
leave_file(struct sync_run *r)
{
	r->missing.at++;
	next_file(r);
}

static void
run_have(struct job *j, void *state)
{
	struct sync_run *r = (struct sync_run *)j;
	struct store *s = state;

	if ((j->rc = journal_flush(s, &j->err)) == 0 &&
	    (j->rc = sync_run_plan(r, s, &j->err)) == 0 && r->slice.n == 0)
		j->rc = evidence_fetch_have(
		    s, file_of(r), &r->missing.here, &j->err);
	if (j->rc < 0)
		fatal_check("cannot write the repository", &j->err);
}

static void
on_have(struct job *j)
{
	struct sync_run *r = (struct sync_run *)j;
	int gone = j->rc == ERR_NOT_FOUND; /* erased on order meanwhile */

	if (gone)
		j->rc = 0;
	if (!sync_run_job_ended(r))
		return;
	if (gone)
		leave_file(r);
	else if (r->slice.n > 0)
		sync_push_begin(r);
	else
		ask(r);
}

/* --- its parts at the hall --- */

static void
ask(struct sync_run *r)
{
	const struct sync_missing *m = &r->missing;
	char what[80], have[41], detail[64];
	struct transfer t;
	struct err err;

	memset(&err, 0, sizeof(err));
	snprintf(detail, sizeof(detail), "%zu/%zu", m->at + 1, m->files.n);
	sync_run_show(r, "files", detail);
	sync_run_part(r, (int64_t)m->at + 1, (int64_t)m->files.n,
	    (int64_t)m->at, 1, (int64_t)m->files.n);
	snprintf(what, sizeof(what), "evidence/%s", file_of(r));
	commit_hex(m->here.tip, have);
	buf_clear(&r->receipt);
	if (transfer_steps(
		&r->way, what, m->here.n > 0 ? have : NULL, NULL, &t, &err) < 0)
		sync_run_finish_own(r, &err);
	else
		sync_run_git(r, &t, on_ask_line, on_asked);
}

static void
on_ask_line(void *arg, const char *line)
{
	sync_run_remark((struct sync_run *)arg, line, REMARK_EVIDENCE);
}

static void
on_asked(void *arg, const struct child_result *c)
{
	struct sync_run *r = (struct sync_run *)arg;
	struct sync_missing *m = &r->missing;
	struct sync_fault fault;
	struct err err;

	if (!sync_run_child_ended(r, c, &fault)) {
		if (fault.class != SYNC_NONE)
			file_failed(r, &fault);
		return;
	}
	memset(&err, 0, sizeof(err));
	m->next = 0;
	if (sync_steps_read(&r->way, &c->out, &m->steps, &r->receipt, &err) <
	    0) {
		sync_error_own(&err, &fault);
		file_failed(r, &fault);
	} else if (m->steps.n > 0) {
		begin_piece(r);
	} else if (m->here.n > 0) {
		take(r); /* the last part came, and then a crash */
	} else {
		sync_run_step(r, run_absent, on_absent);
	}
}

/* --- the piece --- */

static int64_t
piece_bytes(const struct sync_missing *m)
{
	int64_t n = 0;
	size_t i;

	for (i = m->next; i < m->stop; i++)
		n += m->steps.list[i].n;
	return n * (int64_t)EVIDENCE_PART;
}

static void
begin_piece(struct sync_run *r)
{
	struct sync_missing *m = &r->missing;
	int64_t room = r->outcome.pace.size / (int64_t)EVIDENCE_PART;
	char hex[41], have[41];
	struct transfer t;
	struct err err;

	memset(&err, 0, sizeof(err));
	m->stop = m->next + 1;
	for (room -= m->steps.list[m->next].n;
	     m->stop < m->steps.n && room >= m->steps.list[m->stop].n;
	     m->stop++)
		room -= m->steps.list[m->stop].n;
	commit_hex(m->steps.list[m->stop - 1].id, hex);
	commit_hex(m->here.tip, have);
	r->push_ms = clock_mono_ms();
	if (transfer_evidence_fetch(&r->way, file_of(r), hex,
		m->here.n > 0 ? have : NULL, &t, &err) < 0)
		sync_run_finish_own(r, &err);
	else
		sync_run_git(r, &t, NULL, on_piece);
}

static void
on_piece(void *arg, const struct child_result *c)
{
	struct sync_run *r = (struct sync_run *)arg;
	struct sync_missing *m = &r->missing;
	struct sync_fault fault;

	if (!sync_run_child_ended(r, c, &fault)) {
		if (fault.class != SYNC_NONE)
			file_failed(r, &fault);
		return;
	}
	sync_pace_after(&r->outcome.pace, piece_bytes(m),
	    clock_mono_ms() - r->push_ms, m->stop < m->steps.n);
	r->outcome.moved++;
	m->next = m->stop;
	memcpy(m->here.tip, m->steps.list[m->stop - 1].id, 20);
	m->here.n++; /* some: take() counts them */
	take(r);
}

static void
take(struct sync_run *r)
{
	sync_run_step(r, run_take, on_taken);
}

/* The receipt came with the list of parts: without it the next run asks. */
static void
run_take(struct job *j, void *state)
{
	struct sync_run *r = (struct sync_run *)j;

	j->rc =
	    evidence_fetch_take(state, file_of(r), &r->missing.whole, &j->err);
	if (j->rc == 0 && r->missing.whole && r->receipt.len > 0)
		j->rc = evidence_send_confirm(state, file_of(r),
		    buf_str(&r->receipt), r->receipt.len, &j->err);
	if (j->rc < 0)
		fatal_check("cannot take in evidence", &j->err);
}

static void
on_taken(struct job *j)
{
	struct sync_run *r = (struct sync_run *)j;
	struct sync_missing *m = &r->missing;
	struct sync_fault fault;
	int rc = j->rc;

	j->rc = 0; /* the file's trouble, not the run's */
	if (!sync_run_job_ended(r))
		return;
	if (rc == ERR_NOT_FOUND) {
		leave_file(r);
	} else if (rc < 0) {
		sync_error_own(&j->err, &fault);
		file_failed(r, &fault);
	} else if (m->whole) {
		r->outcome.files_fetched++;
		m->n_trouble = 0;
		leave_file(r);
	} else if (m->next >= m->steps.n) {
		sync_run_step(r, run_absent, on_absent);
	} else if (sync_run_may(r, 1)) {
		begin_piece(r);
	} else {
		sync_run_finish(r, NULL);
	}
}

/* --- a file that does not come --- */

static void
run_absent(struct job *j, void *state)
{
	struct sync_run *r = (struct sync_run *)j;

	j->rc = evidence_fetch_absent(state, file_of(r), &j->err);
	if (j->rc < 0)
		fatal_check("cannot note an absent file", &j->err);
}

static void
on_absent(struct job *j)
{
	struct sync_run *r = (struct sync_run *)j;

	if (!sync_run_job_ended(r))
		return;
	r->missing.n_absent++;
	r->outcome.files_absent++;
	leave_file(r);
}

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
	sync_evidence_note(r, file_of(r), fault);
	r->missing.n_trouble++;
	leave_file(r);
}
