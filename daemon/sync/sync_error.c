#include "daemon/sync/sync_error.h"

#include "daemon/sync/remark.h"
#include "daemon/sync/sync_error_https.h"

const char *
sync_class_name(enum sync_class c)
{
	switch (c) {
	case SYNC_RETRY:
		return "retry";
	case SYNC_PERSON:
		return "person";
	case SYNC_REFUSED:
		return "refused";
	case SYNC_NONE:
		break;
	}
	return "";
}

/* Calls each line of the output, cleaned, in order; theirs: said by the hall's
 * git. Stops when fn says 1. */
static int
each_line(const struct buf *out,
    int (*fn)(void *arg, const char *clean, int theirs), void *arg)
{
	const char *s = buf_str(out), *end = s + out->len;
	char clean[REMARK_MAX], raw[2 * REMARK_MAX];
	size_t len;

	while (s < end) {
		len = strcspn(s, "\r\n");
		snprintf(raw, sizeof(raw), "%.*s", (int)len, s);
		remark_clean(raw, clean, sizeof(clean));
		if (clean[0] != '\0' &&
		    fn(arg, clean, strncmp(raw, "remote: ", 8) == 0))
			return 1;
		s += len + 1;
	}
	return 0;
}

/* What the hall said, in its own lines. */
struct said {
	struct sync_fault *fault;
	const char
	    *frame; /* the sentence it stands in; NULL: none of its own */
};

static void
hall_refused(struct said *s, const char *text)
{
	struct sync_fault *f = s->fault;

	if (strstr(text, "moved by another push") != NULL) {
		/* another device was faster: its work is joined next time */
		f->class = SYNC_RETRY;
		err_set(&f->err, ERR_FAILED, 0,
		    "the hall received other revisions of this office in the "
		    "meantime");
		return;
	}
	f->class = SYNC_REFUSED;
	s->frame = "the hall refuses: %s";
	err_set(&f->err, ERR_REFUSED, 0, "the hall refuses: %s", text);
	if (strstr(text, "which is in the future") != NULL)
		err_hint(&f->err,
		    "set this machine's clock, then run 'pmqa device "
		    "renew': it carries over what was saved meanwhile");
}

static void
hall_denied(struct said *s, const char *text)
{
	struct sync_fault *f = s->fault;

	f->class = SYNC_PERSON;
	s->frame = "the hall does not admit this device: %s";
	err_set(&f->err, ERR_DENIED, 0,
	    "the hall does not admit this device: %s", text);
	/* of these the hall itself says what to do (store/admit/entry.c) */
	if (strstr(text, " is disabled at the hall") == NULL &&
	    strstr(text, " was revoked by the hall") == NULL)
		err_hint(&f->err, "ask the hall which devices it has enrolled");
}

static void
hall_troubled(struct said *s, const char *text)
{
	struct sync_fault *f = s->fault;

	f->class = SYNC_RETRY;
	s->frame = "the hall cannot take revisions now: %s";
	err_set(&f->err, ERR_FAILED, 0,
	    "the hall cannot take revisions now: %s", text);
}

/* What follows the sentence; our own hint knows this machine better. */
static void
hall_added(struct said *s, const char *clean)
{
	struct err *e = &s->fault->err;
	const char *text;

	if (s->frame == NULL)
		return;
	if ((text = remark_after(clean, REMARK_TH)) != NULL)
		err_set_th(e, s->frame, text);
	else if ((text = remark_after(clean, REMARK_HINT)) != NULL &&
		 e->hint[0] == '\0') {
		err_text(e->hint, sizeof(e->hint), text);
		err_text(e->hint_th, sizeof(e->hint_th), text);
	} else if ((text = remark_after(clean, REMARK_HINT_TH)) != NULL &&
		   strcmp(e->hint, e->hint_th) == 0)
		err_text(e->hint_th, sizeof(e->hint_th), text);
}

static int
on_hall_line(void *arg, const char *clean, int theirs)
{
	struct said *s = arg;
	const char *text;

	(void)theirs;
	if (s->fault->class != SYNC_NONE)
		hall_added(s, clean);
	else if ((text = remark_after(clean, REMARK_REFUSED)) != NULL)
		hall_refused(s, text);
	else if ((text = remark_after(clean, REMARK_DENIED)) != NULL)
		hall_denied(s, text);
	else if ((text = remark_after(clean, REMARK_TROUBLE)) != NULL)
		hall_troubled(s, text);
	return 0;
}

enum known {
	HOST_KEY,
	KEY_REFUSED,
	NO_NAME,
	NO_ROAD,
	SILENT,
	NOT_SSH,
	CUT,
	RACE,
	NO_BRANCH,
	DISK_FULL,
	HALL_FULL,
	HALL_TROUBLE,
	NO_PROGRAM,
	FOREIGN_OWNER,
	CORRUPT
};

/* In order: the first that stands in any line decides. */
static const struct {
	const char *text;
	enum known known;
} messages[] = {
	{ "REMOTE HOST IDENTIFICATION HAS CHANGED", HOST_KEY },
	{ "Host key verification failed", HOST_KEY },
	{ "No ED25519 host key is known", HOST_KEY },
	{ "no matching host key type found", HOST_KEY },
	{ "Permission denied (", KEY_REFUSED },
	{ "Too many authentication failures", KEY_REFUSED },
	{ "UNPROTECTED PRIVATE KEY FILE", KEY_REFUSED },
	/* before what ssh says when it may not connect by itself */
	{ "mux_client_", CUT },
	{ "Control socket connect", CUT },
	{ "the shared connection is gone", CUT },
	{ "Could not resolve hostname", NO_NAME },
	{ "cannot open the hall's directory", NO_ROAD },
	{ "Connection refused", NO_ROAD },
	{ "timed out during banner exchange", SILENT },
	{ "Connection timed out", NO_ROAD },
	{ "Operation timed out", NO_ROAD },
	{ "No route to host", NO_ROAD },
	{ "Network is unreachable", NO_ROAD },
	{ "Network is down", NO_ROAD },
	{ "kex_exchange_identification", NOT_SSH },
	{ "banner exchange", NOT_SSH },
	{ "Bad remote protocol version identification", NOT_SSH },
	{ "couldn't find remote ref", NO_BRANCH },
	{ "No space left on device", DISK_FULL },
	{ "Disk quota exceeded", DISK_FULL },
	{ "dubious ownership", FOREIGN_OWNER },
	{ "fetch first", RACE },
	{ "non-fast-forward", RACE },
	{ "fsck error", CORRUPT },
	{ "cannot run", NO_PROGRAM },
	{ "cannot exec", NO_PROGRAM },
	{ "client_loop: send disconnect", CUT },
	{ "Timeout, server", CUT },
	{ "Connection reset", CUT },
	{ "Connection closed", CUT },
	{ "Broken pipe", CUT },
	{ "message authentication code incorrect", CUT },
	{ "Bad packet length", CUT },
	{ "the remote end hung up", CUT },
	{ "unexpected disconnect", CUT },
	{ "early EOF", CUT },
	{ "bad pack header", CUT },
	{ "protocol error: bad line length", CUT },
	{ "expected flush", CUT },
	{ "invalid index-pack output", CUT },
	{ "remote unpack failed", HALL_TROUBLE },
	{ "unpacker error", HALL_TROUBLE },
};

struct look {
	const char *text;
	int theirs;
	char line[REMARK_MAX];
};

static int
on_look(void *arg, const char *clean, int theirs)
{
	struct look *l = arg;

	if (strstr(clean, l->text) == NULL)
		return 0;
	l->theirs = theirs;
	snprintf(l->line, sizeof(l->line), "%s", clean);
	return 1;
}

static void
fault_person(
    struct sync_fault *f, enum known k, const char *where, const char *line)
{
	f->class = SYNC_PERSON;
	if (k == HOST_KEY) {
		err_set(&f->err, ERR_DENIED, 0,
		    "the machine at '%s' does not show the host key that the "
		    "hall gave at enrolment",
		    where);
		err_hint(&f->err,
		    "ask the hall whether its machine was replaced; if so, "
		    "enroll again");
	} else if (k == KEY_REFUSED) {
		err_set(&f->err, ERR_DENIED, 0,
		    "the hall at '%s' does not accept this device's key",
		    where);
		err_hint(&f->err,
		    "ask the hall whether this device is enrolled and not "
		    "revoked");
	} else if (k == FOREIGN_OWNER) {
		err_set(&f->err, ERR_DENIED, 0,
		    "the hall's directory '%s' belongs to another user", where);
	} else if (k == DISK_FULL) {
		err_set(&f->err, ERR_FAILED, 0, "no space left on the disk: %s",
		    line);
		err_hint(&f->err, "make room, then run 'pmqa sync'");
	} else if (k == CORRUPT) {
		err_set(&f->err, ERR_DAMAGED, 0,
		    "a git object does not pass the check: %s", line);
		err_hint(&f->err, "run 'pmqa verify' here and at the hall");
	} else {
		err_set(&f->err, ERR_FAILED, 0,
		    "a program that the transfer needs cannot be run: %s",
		    line);
		err_hint(&f->err, "install git and openssh-client");
	}
}

/* Nobody there, or nobody that speaks as the hall does: another address may be
 * better. */
static void
fault_road(
    struct sync_fault *f, enum known k, const char *where, const char *line)
{
	f->class = SYNC_RETRY;
	f->no_road = 1;
	if (k == SILENT) {
		err_set(&f->err, ERR_UNREACHABLE, 0,
		    "the hall at '%s' takes the connection and says nothing: "
		    "%s",
		    where, line);
	} else if (k == NOT_SSH) {
		err_set(&f->err, ERR_UNREACHABLE, 0,
		    "what answers at '%s' does not speak as the hall does: %s",
		    where, line);
		err_hint(&f->err,
		    "if this network wants you to sign in on a page, sign in "
		    "first; else the hall's ssh server is not ready");
	} else {
		err_set(&f->err, ERR_UNREACHABLE, 0,
		    "cannot reach the hall at '%s': %s", where, line);
		if (k == NO_NAME)
			err_hint(&f->err,
			    "see whether this machine is connected; if it is, "
			    "ask the hall whether its address has changed");
	}
}

static void
fault_cut(struct sync_fault *f, const char *where, const char *line)
{
	f->class = SYNC_RETRY;
	if (line[0] != '\0')
		err_set(&f->err, ERR_UNREACHABLE, 0,
		    "the connection to the hall at '%s' was cut: %s", where,
		    line);
	else
		err_set(&f->err, ERR_UNREACHABLE, 0,
		    "the connection to the hall at '%s' broke off", where);
	err_hint(&f->err,
	    "nothing is lost: what has arrived stays, the rest follows "
	    "by itself; 'pmqa sync' tries again at once");
}

static void
fault_hall(
    struct sync_fault *f, enum known k, const char *where, const char *line)
{
	f->class = SYNC_RETRY;
	if (k == HALL_FULL) {
		err_set(&f->err, ERR_FAILED, 0,
		    "no space left on the hall's disk: %s", line);
		err_hint(&f->err,
		    "tell the hall; what waits here is safe and is sent again "
		    "by itself");
	} else if (k == HALL_TROUBLE) {
		err_set(&f->err, ERR_FAILED, 0,
		    "the hall cannot take revisions now: %s", line);
	} else if (k == RACE) {
		err_set(&f->err, ERR_FAILED, 0,
		    "the hall received other revisions of this office in the "
		    "meantime");
	} else {
		f->no_office_branch = strstr(line, "refs/heads/office") != NULL;
		err_set(&f->err, ERR_FAILED, 0,
		    "the hall at '%s' has nothing for this office yet: %s",
		    where, line);
	}
}

static void
fault_known(
    struct sync_fault *f, enum known k, const char *where, const char *line)
{
	switch (k) {
	case HOST_KEY:
	case KEY_REFUSED:
	case DISK_FULL:
	case NO_PROGRAM:
	case FOREIGN_OWNER:
	case CORRUPT:
		fault_person(f, k, where, line);
		return;
	case NO_NAME:
	case NO_ROAD:
	case SILENT:
	case NOT_SSH:
		fault_road(f, k, where, line);
		return;
	case CUT:
		fault_cut(f, where, line);
		return;
	case HALL_FULL:
	case HALL_TROUBLE:
	case RACE:
	case NO_BRANCH:
		fault_hall(f, k, where, line);
		return;
	}
}

/* What git says after every failure, or without one, says nothing. */
static int
is_noise(const char *clean)
{
	static const char *const noise[] = { "Enumerating objects",
		"Counting objects", "Compressing objects", "Delta compression",
		"Writing objects", "Receiving objects", "Resolving deltas",
		"Unpacking objects", "Total ", "From ", "To ", "* [",
		"fatal: Could not read from remote repository.",
		"Please make sure you have the correct access rights",
		"and the repository exists.", "error: failed to push some refs",
		"fatal: the remote end hung up unexpectedly",
		/* ssh's, with LogLevel=VERBOSE */
		"Authenticated to ", "Transferred: ", "Bytes per second: " };
	size_t i;

	for (i = 0; i < sizeof(noise) / sizeof(noise[0]); i++)
		if (strncmp(clean, noise[i], strlen(noise[i])) == 0)
			return 1;
	return 0;
}

/* "1a2b3c4..5d6e7f8  … -> office": what git saw moved before the line was cut
 * is no fault. */
static int
is_moved(const char *clean)
{
	size_t n = strspn(clean, "0123456789abcdef");

	return n >= 7 && strncmp(clean + n, "..", 2) == 0 &&
	       strstr(clean, " -> ") != NULL;
}

static int
on_last(void *arg, const char *clean, int theirs)
{
	char *last = arg;

	(void)theirs;
	if (!is_noise(clean) && !is_moved(clean))
		snprintf(last, REMARK_MAX, "%s", clean);
	return 0;
}

static void
fault_unknown(
    const struct child_result *r, const char *where, struct sync_fault *f)
{
	char last[REMARK_MAX] = "";

	f->class = SYNC_RETRY;
	each_line(&r->err, on_last, last);
	if (r->status == 127) {
		fault_person(f, NO_PROGRAM, where, last);
	} else if (r->term_signal != 0) {
		err_set(&f->err, ERR_FAILED, r->term_signal,
		    "the transfer to the hall at '%s' was ended by signal %d",
		    where, r->term_signal);
	} else if (last[0] == '\0') {
		/* ssh has no word for a connection that ended under it */
		fault_cut(f, where, "");
		f->no_road = 1;
	} else {
		err_set(&f->err, ERR_FAILED, r->status,
		    "the transfer to the hall at '%s' failed: %s", where, last);
	}
}

/* git push ends its pack in the middle, which the hall refuses. */
static int
on_damage(void *arg, const char *clean, int theirs)
{
	static const char unread[] = "fatal: unable to read ";

	if (theirs || strncmp(clean, unread, sizeof(unread) - 1) != 0)
		return 0;
	fault_person(arg, CORRUPT, "", clean);
	return 1;
}

static int
timed_out(const struct child_result *r, const char *where, struct sync_fault *f)
{
	if (r->timed_out == 0)
		return 0;
	f->class = SYNC_RETRY;
	if (r->timed_out == 3)
		err_set(&f->err, ERR_FAILED, 0, "the transfer was called off");
	else if (r->timed_out == 2)
		err_set(&f->err, ERR_UNREACHABLE, 0,
		    "the transfer to the hall at '%s' stood still", where);
	else
		err_set(&f->err, ERR_UNREACHABLE, 0,
		    "the transfer to the hall at '%s' took too long", where);
	return 1;
}

void
sync_error_read(
    const struct child_result *r, const char *where, struct sync_fault *ret)
{
	struct said said = { .fault = ret };
	struct look l;
	size_t i;

	memset(ret, 0, sizeof(*ret));
	each_line(&r->err, on_hall_line, &said);
	if ((ret->class == SYNC_NONE || ret->class == SYNC_REFUSED) &&
	    each_line(&r->err, on_damage, ret))
		return;
	if (ret->class != SYNC_NONE || timed_out(r, where, ret))
		return;
	if (strncmp(where, "https://", 8) == 0 &&
	    sync_error_https(buf_str(&r->err), where, ret))
		return;
	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		l.text = messages[i].text;
		if (each_line(&r->err, on_look, &l)) {
			fault_known(ret,
			    messages[i].known == DISK_FULL && l.theirs
				? HALL_FULL
				: messages[i].known,
			    where, l.line);
			return;
		}
	}
	fault_unknown(r, where, ret);
}
