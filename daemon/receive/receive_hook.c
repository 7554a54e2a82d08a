#include "daemon/receive/receive_hook.h"

#include <errno.h>
#include <unistd.h>

#include "daemon/receive/hall_call.h"
#include "daemon/receive/receive_accept.h"
#include "daemon/receive/receive_git.h"
#include "daemon/sync/remark.h"
#include "store/admit/side.h"
#include "store/evidence/evidence_door.h"
#include "store/hall/returned.h"

#define EVIDENCE_REFS "refs/evidence/"

static int
read_all(int fd, struct buf *ret, struct err *e)
{
	char chunk[4096];
	ssize_t n;

	for (;;) {
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot read what git says");
		if (n == 0)
			return buf_ok(ret, e);
		if (ret->len + (size_t)n > RECEIVE_STDIN_MAX)
			return err_set(e, ERR_REFUSED, 0,
			    "a push moves one branch, not thousands");
		buf_append(ret, chunk, (size_t)n);
	}
}

static int
is_hex40(const char *s)
{
	return strspn(s, "0123456789abcdef") >= 40;
}

static int
parse_line(const char *s, size_t len, struct door_update *ret, struct err *e)
{
	if (len <= 82 || len - 82 >= sizeof(ret->ref) || !is_hex40(s) ||
	    s[40] != ' ' || !is_hex40(s + 41) || s[81] != ' ' ||
	    memchr(s, '\0', len) != NULL)
		return err_set(
		    e, ERR_REFUSED, 0, "a line of this push has no form");
	memset(ret, 0, sizeof(*ret));
	memcpy(ret->old, s, 40);
	memcpy(ret->new_, s + 41, 40);
	memcpy(ret->ref, s + 82, len - 82);
	return 0;
}

int
receive_hook_parse(const char *text, size_t len,
    struct door_update ret[RECEIVE_UPDATES_MAX], size_t *ret_n, struct err *e)
{
	const char *end = text + len, *lf;
	size_t n = 0;
	int rc;

	while (text < end) {
		lf = memchr(text, '\n', (size_t)(end - text));
		if (lf == NULL)
			return err_set(e, ERR_REFUSED, 0,
			    "the last line of this push is cut");
		if (n == RECEIVE_UPDATES_MAX)
			return err_set(e, ERR_REFUSED, 0,
			    "a push moves one branch, not %d or more",
			    RECEIVE_UPDATES_MAX + 1);
		if ((rc = parse_line(text, (size_t)(lf - text), &ret[n], e)) <
		    0)
			return rc;
		n++;
		text = lf + 1;
	}
	if (n == 0)
		return err_set(e, ERR_REFUSED, 0, "this push moves nothing");
	*ret_n = n;
	return 0;
}

const char *
receive_hook_event(const struct receive *r)
{
	return r->sha[0] != '\0' ? "evidence" : "push";
}

void
receive_hook_tell(
    const struct receive *r, const struct door_update *u, const struct err *e)
{
	const char *class = e->code == ERR_REFUSED ? "refused" : "trouble";
	char clean[REMARK_MAX];

	receive_log(r, receive_hook_event(r), u != NULL ? u->old : NULL,
	    u != NULL ? u->new_ : NULL, class, e->msg);
	receive_accept_refused(r, u, class, e->msg);
	remark_clean(e->msg, clean, sizeof(clean));
	hall_call_seen(r->dir, r->office, r->device, class, clean);
}

static int
read_updates(int fd, struct door_update *ret, size_t *ret_n, struct err *e)
{
	struct buf in = BUF_INIT;
	int rc;

	if ((rc = read_all(fd, &in, e)) == 0)
		rc = receive_hook_parse(buf_str(&in), in.len, ret, ret_n, e);
	buf_release(&in);
	return rc;
}

static int
ask_door(const struct receive *r, const char *quarantine,
    const struct door_update *u, size_t n, struct err *e)
{
	const struct evidence_push push = { .office_repo = r->repo,
		.evidence_repo = r->evidence_repo,
		.objects_dir = quarantine,
		.device = r->device,
		.sha = r->sha };

	if (r->sha[0] != '\0')
		return evidence_door_check(&push, u, n, e);
	if (returned_is(u, n))
		return returned_check(r->repo, quarantine, r->device, u, e);
	return door_check(r->repo, quarantine, r->device, u, n, e);
}

int
receive_hook_pre(
    const struct receive *r, int fd, const char *quarantine, struct err *e)
{
	struct door_update u[RECEIVE_UPDATES_MAX];
	struct err own;
	size_t n = 0;
	int rc;

	memset(&own, 0, sizeof(own));
	receive_git_more_time();
	if ((rc = read_updates(fd, u, &n, &own)) == 0 &&
	    (rc = receive_accept_ready(r, &own)) == 0)
		rc = ask_door(r, quarantine, u, n, &own);
	if (rc < 0) {
		receive_hook_tell(r, n > 0 ? u : NULL, &own);
		*e = own;
	}
	return rc;
}

int
receive_hook_post(
    const struct receive *r, int fd, struct buf *ret, struct err *e)
{
	struct door_update u[RECEIVE_UPDATES_MAX];
	size_t n = 0, i;
	int rc;

	if ((rc = read_updates(fd, u, &n, e)) < 0)
		return rc;
	for (i = 0; i < n; i++) {
		receive_log(r, receive_hook_event(r), u[i].old, u[i].new_,
		    "admitted", NULL);
		/* what is not in the log gets no receipt yet: the daemon
		 * enters it at its start, or when the office comes again */
		if ((rc = receive_accept_admitted(r, &u[i], e)) < 0) {
			receive_hook_tell(r, &u[i], e);
			return rc;
		}
	}
	if (returned_is(u, n))
		return hall_call_returned(r->dir, r->office, e);
	/* it waits for the merge that brings it to the branch */
	if (strncmp(u[0].ref, SIDE_REFS, strlen(SIDE_REFS)) == 0)
		return 0;
	if (r->sha[0] == '\0')
		return hall_call_absorb(r->dir, r->office, ret, e);
	/* for a part of a file there is nothing to sign */
	if (strncmp(u[0].ref, EVIDENCE_REFS, strlen(EVIDENCE_REFS)) != 0)
		return 0;
	return hall_call_absorb_evidence(r->dir, r->office, r->sha, ret, e);
}
