/*
 * Steps: the refs; the commands; the pack; the door; the repository and its
 * ref; the log; the report; the daemon, the receipt.
 */
#include "daemon/receive/receive_pack.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/receive/receive_commands.h"
#include "daemon/receive/receive_door.h"
#include "daemon/receive/receive_git.h"
#include "daemon/receive/receive_refs.h"
#include "daemon/receive/receive_report.h"
#include "daemon/receive/receive_wire.h"
#include "daemon/sync/remark.h"
#include "store/evidence/evidence_repo.h"
#include "store/git/giterr.h"
#include "store/git/incoming.h"
#include "store/hall/moving.h"
#include "store/sign/commit.h"
#include "store/sign/key.h"

/* What is larger when unpacked is no part of any revision: a directory of a
 * year with every file that one may have is far smaller. */
#define OBJECT_MAX ((uint64_t)8 * 1024 * 1024)
/* A pack for each small file would soon be thousands. */
#define LOOSE_BELOW 32

struct pack_push {
	const struct receive *r;
	const struct receive_pack_opts *o;
	struct receive_wire wire;
	struct receive_commands asked;
	struct incoming *incoming; /* NULL: nothing was brought */
	int unpacked;
};

/* --- the commands --- */

static int
show_refs(struct pack_push *p, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc = receive_refs_put(p->r, p->o->protocol, &b, e);

	if (rc == 0)
		rc = receive_wire_write(STDOUT_FILENO, b.data, b.len, e);
	buf_release(&b);
	return rc;
}

static int
read_commands(struct pack_push *p, struct err *e)
{
	const char *line = NULL;
	size_t len = 0;
	int rc;

	for (;;) {
		if ((rc = receive_wire_packet(&p->wire, &line, &len, e)) < 0)
			return rc;
		if (line == NULL)
			return 0;
		if ((rc = receive_commands_add(&p->asked, line, len, e)) < 0)
			return rc;
	}
}

/* --- the pack --- */

/* The hall's own machine, rather than what was sent? */
static int
is_trouble(const struct err *e)
{
	return e->code == ERR_SYS && strstr(e->msg, "No space left") == NULL &&
	       strstr(e->msg, "File too large") == NULL;
}

/* A fault in unpacking or storing, in words for the office's people. */
static int
unpack_fault(int rc, struct err *e)
{
	char why[sizeof(e->msg)];

	if (rc == ERR_REFUSED || rc == ERR_UNREACHABLE)
		return rc;
	snprintf(why, sizeof(why), "%s", e->msg);
	if (!is_trouble(e))
		return receive_report_unpack(
		    rc == ERR_NOMEM ? "out of memory" : why, e);
	err_set(
	    e, ERR_FAILED, 0, "the hall cannot store this push: %.200s", why);
	err_hint(e,
	    "tell the hall; what waits here is safe and is sent again by "
	    "itself");
	return ERR_FAILED;
}

/* Over https the request is there as a whole: its end is no cut line. */
static int
is_cut(const struct pack_push *p, int rc, struct err *e)
{
	if (rc != ERR_UNREACHABLE || p->r->http == NULL)
		return rc;
	return err_set(e, ERR_REFUSED, 0,
	    "the push ends before its objects are all there");
}

static int
read_pack(struct pack_push *p, struct err *e)
{
	size_t used = 0;
	int rc;

	while (!incoming_ended(p->incoming)) {
		if (p->wire.at == p->wire.len &&
		    (rc = receive_wire_fill(&p->wire, e)) < 0)
			return is_cut(p, rc, e);
		rc = incoming_feed(p->incoming, p->wire.in + p->wire.at,
		    p->wire.len - p->wire.at, &used, e);
		if (rc < 0)
			return rc;
		p->wire.at += used;
	}
	if (receive_wire_has_more(&p->wire))
		return err_set(
		    e, ERR_REFUSED, 0, "more bytes follow the push's objects");
	return incoming_seal(p->incoming, e);
}

static int
take_pack(struct pack_push *p, struct err *e)
{
	const struct receive *r = p->r;
	const struct pack_limits limits = { .max_input = p->o->max_input,
		.max_count = DOOR_MAX_OBJECTS,
		.max_size = OBJECT_MAX };
	int rc;

	if (receive_commands_bring(&p->asked)) {
		rc = incoming_begin(
		    r->sha[0] != '\0' ? r->evidence_repo : r->repo,
		    p->o->quarantine, &limits, &p->incoming, e);
		if (rc == 0)
			rc = read_pack(p, e);
		if (rc < 0)
			return unpack_fault(rc, e);
	}
	p->unpacked = 1;
	return 0;
}

/* --- the repository --- */

/* From here on the push stands, and nothing may take along the line of the log
 * but the end of this machine. */
static void
hold_on(void)
{
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
}

static int
move(struct pack_push *p, struct err *e)
{
	const struct door_update *u = p->asked.list;
	const int is_new = strspn(u->old, "0") == 40;
	unsigned char old[20], id[20];
	const struct incoming_ref ref = {
		.name = u->ref, .old = is_new ? NULL : old, .id = id
	};
	int rc;

	if ((rc = commit_unhex(u->old, old, e)) < 0 ||
	    (rc = commit_unhex(u->new_, id, e)) < 0)
		return rc;
	rc = incoming_take(
	    p->incoming, &ref, p->r->sha[0] != '\0' ? LOOSE_BELOW : 0, e);
	/* small files are written only here: the disk may be full now */
	if (rc != ERR_CONFLICT && rc != ERR_BUSY)
		return rc == ERR_SYS ? unpack_fault(rc, e) : rc;
	err_set(e, ERR_REFUSED, 0, "the branch was moved by another push");
	err_hint(e, "synchronise again");
	return ERR_REFUSED;
}

/* So that a kill between the ref and its line leaves a word of it. */
static int
note(const struct pack_push *p, const struct moving *m, struct err *e)
{
	const struct door_update *u = p->asked.list;
	const struct accepted_entry en = { .device = p->r->device,
		.ref = u->ref,
		.old = u->old,
		.new_ = u->new_,
		.road = p->r->road,
		.time = clock_now() };

	return moving_note(m, &en, e);
}

static int
judge(struct pack_push *p, const struct moving *m, struct err *e)
{
	const struct door_update *u = p->asked.list;
	int rc;

	if ((rc = receive_door_ask(p->r,
		 p->incoming != NULL ? p->o->quarantine : NULL, u, p->asked.n,
		 e)) < 0)
		return rc;
	/* the door lets no push through that only deletes; one to where the
	 * branch stands, which git never sends, could fill the log for ever */
	if (p->incoming == NULL || strcmp(u->old, u->new_) == 0)
		return err_set(e, ERR_REFUSED, 0, "this push moves nothing");
	hold_on();
	if ((rc = note(p, m, e)) < 0 || (rc = move(p, e)) < 0)
		return rc;
	return receive_door_log(p->r, u, e);
}

/* From the door's look until the line of the log there is one push of an
 * office, or of a file: what one is judged by, another one must not change. */
static int
take(struct pack_push *p, struct err *e)
{
	const struct receive *r = p->r;
	struct moving m = { .fd = -1 };
	struct err left;
	int rc;

	if ((rc = take_pack(p, e)) < 0)
		return rc;
	receive_git_larger_files(); /* the log: the last one's line, too */
	rc = r->sha[0] != '\0'
		 ? moving_begin_file(
		       &m, r->dir, r->office, r->sha, r->evidence_repo, e)
		 : moving_begin(&m, r->dir, r->office, r->repo, e);
	if (rc < 0)
		return rc;
	rc = judge(p, &m, e);
	/* where the line is missing the note says so to the next one */
	if (rc == 0 && moving_done(&m, &left) < 0)
		receive_log(r, "log", NULL, NULL, "trouble", left.msg);
	moving_end(&m);
	return rc;
}

/* --- the answer --- */

/* Lines for people: in their band, or beside. */
static void
say(const struct pack_push *p, const struct buf *text)
{
	struct err ignored; /* nobody is left to be told */

	if (text->len == 0)
		return;
	if (p->asked.banded)
		(void)receive_wire_band(
		    RECEIVE_BAND_TEXT, text->data, text->len, &ignored);
	else
		(void)receive_wire_write(
		    STDERR_FILENO, text->data, text->len, &ignored);
}

static void
report(const struct pack_push *p, int rc)
{
	struct buf b = BUF_INIT;
	struct err ignored;
	size_t i;

	if (!p->asked.report)
		return;
	receive_wire_put(
	    &b, p->unpacked ? "unpack ok\n" : "unpack not taken in\n");
	for (i = 0; i < p->asked.n; i++) {
		char line[300];

		snprintf(line, sizeof(line), "%s %s%s\n", rc < 0 ? "ng" : "ok",
		    p->asked.list[i].ref,
		    rc == 0       ? ""
		    : p->unpacked ? " not admitted"
				  : " unpacker error");
		receive_wire_put(&b, line);
	}
	buf_puts(&b, "0000");
	if (p->asked.banded)
		(void)receive_wire_band(
		    RECEIVE_BAND_REPORT, b.data, b.len, &ignored);
	else
		(void)receive_wire_write(
		    STDOUT_FILENO, b.data, b.len, &ignored);
	buf_release(&b);
}

static void
refuse(const struct pack_push *p, const struct err *why)
{
	struct buf text = BUF_INIT;

	receive_door_tell(p->r, p->asked.n > 0 ? p->asked.list : NULL, why);
	receive_put_err(&text,
	    why->code == ERR_REFUSED ? REMARK_REFUSED : REMARK_TROUBLE, why);
	say(p, &text);
	buf_release(&text);
	report(p, ERR_REFUSED);
}

/* The push stands whatever happens here: an absent receipt comes with a later
 * fetch. */
static void
settle(const struct pack_push *p)
{
	struct buf receipt = BUF_INIT, text = BUF_INIT;
	char clean[REMARK_MAX];
	struct err err;

	memset(&err, 0, sizeof(err));
	if (receive_door_taken(p->r, p->asked.list, &receipt, &err) < 0) {
		remark_clean(err.msg, clean, sizeof(clean));
		buf_printf(&text, "%s%s\n", REMARK_NOTE, clean);
	} else if (receipt.len > 0) {
		buf_printf(&text, "%s%s\n",
		    p->r->sha[0] != '\0' ? REMARK_EVIDENCE : REMARK_RECEIPT,
		    buf_str(&receipt));
	}
	say(p, &text);
	buf_release(&receipt);
	buf_release(&text);
}

static int
cut(void)
{
	static const char said[] = "fatal: the remote end hung up "
				   "unexpectedly\n";
	struct err ignored;

	(void)receive_wire_write(
	    STDERR_FILENO, said, sizeof(said) - 1, &ignored);
	return RECEIVE_PACK_CUT;
}

static int
serve(struct pack_push *p)
{
	struct err err;
	int rc = 0;

	memset(&err, 0, sizeof(err));
	if (p->r->http == NULL) /* there the refs were asked for before */
		rc = show_refs(p, &err);
	if (rc == 0 && (rc = read_commands(p, &err)) == 0) {
		if (p->asked.n == 0) /* nothing to push */
			return 0;
		/* from here on there may be bands: others may speak in them */
		if (p->asked.banded)
			rc = receive_wire_band(RECEIVE_BAND_TEXT, "", 0, &err);
		if (rc == 0)
			rc = take(p, &err);
	}
	if (rc == ERR_UNREACHABLE)
		return cut();
	if (rc < 0) {
		refuse(p, &err);
	} else {
		report(p, 0);
		settle(p);
	}
	if (p->asked.banded)
		(void)receive_wire_write(STDOUT_FILENO, "0000", 4, &err);
	return 0;
}

int
receive_pack(const struct receive *r, const struct receive_pack_opts *o)
{
	struct pack_push *p = calloc(1, sizeof(*p));
	struct err err;
	int status = 1;

	memset(&err, 0, sizeof(err));
	/* a file too large for a push is an error like others */
	signal(SIGXFSZ, SIG_IGN);
	if (p == NULL) {
		err_nomem(&err);
	} else if (key_init(&err) == 0 && giterr_init(&err) == 0) {
		p->r = r;
		p->o = o;
		status = serve(p);
		incoming_free(p->incoming);
		giterr_shutdown();
	}
	free(p);
	if (err.code != 0) {
		receive_say_err(REMARK_TROUBLE, &err);
		receive_door_tell(r, NULL, &err);
	}
	return status;
}
