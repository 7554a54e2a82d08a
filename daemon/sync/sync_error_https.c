#include "daemon/sync/sync_error_https.h"

#include "daemon/sync/remark.h"

enum known {
	OTHER_KEY,
	UNKNOWN_KEY,
	EXPIRED,
	OTHER_NAME,
	OWN_FILES,
	NOT_ADMITTED,
	ASKS_PASSWORD,
	PROXY_PASSWORD,
	TOO_LARGE,
	HALL_TROUBLE,
	ELSEWHERE,
	NOT_OURS,
	NOT_TLS,
	NO_NAME,
	NO_ROAD,
	CUT,
	NO_PROGRAM
};

/* In order: the first that stands anywhere decides. Of git, and of libcurl with
 * GnuTLS (Debian's git) or OpenSSL. */
static const struct {
	const char *text;
	enum known known;
} messages[] = {
	{ "does not match pinned public key", OTHER_KEY },
	{ "expiration date has passed", EXPIRED },
	{ "certificate has expired", EXPIRED },
	{ "not yet valid", EXPIRED },
	{ "activation date is in the future", EXPIRED },
	{ "does not match target host", OTHER_NAME },
	{ "subject name matches target host", OTHER_NAME },
	{ "certificate verification failed", UNKNOWN_KEY },
	{ "server verification failed", UNKNOWN_KEY },
	{ "SSL certificate problem", UNKNOWN_KEY },
	{ "Problem with the SSL CA cert", OWN_FILES },
	{ "error setting certificate", OWN_FILES },
	{ "problem with the local SSL certificate", OWN_FILES },
	{ "error reading X.509", OWN_FILES },
	{ "could not load PEM client certificate", OWN_FILES },
	{ "Received HTTP code 407", PROXY_PASSWORD },
	{ "Proxy Authentication Required", PROXY_PASSWORD },
	{ "from proxy after CONNECT", NO_ROAD },
	{ "CONNECT tunnel failed", NO_ROAD },
	{ "could not read Username", ASKS_PASSWORD },
	{ "Authentication failed", ASKS_PASSWORD },
	{ "returned error: 400", NOT_ADMITTED },
	{ "returned error: 401", ASKS_PASSWORD },
	{ "returned error: 403", NOT_ADMITTED },
	{ "returned error: 413", TOO_LARGE },
	{ "returned error: 30", ELSEWHERE },
	{ "returned error: 5", HALL_TROUBLE },
	{ "returned error: 4", NOT_OURS },
	{ "HTTP 403", NOT_ADMITTED },
	{ "HTTP 413", TOO_LARGE },
	{ "HTTP 5", HALL_TROUBLE },
	{ "not valid: is this a git repository", NOT_OURS },
	{ "' not found", NOT_OURS },
	/* a page that git took for a list of refs */
	{ "couldn't find remote ref refs/heads/hall", NOT_OURS },
	{ "invalid server response", NOT_OURS },
	{ "wrong version number", NOT_TLS },
	{ "unexpected TLS packet", NOT_TLS },
	{ "gnutls_handshake() failed", NOT_TLS },
	{ "GnuTLS, handshake failed", NOT_TLS },
	{ "Could not resolve", NO_NAME },
	{ "Failed to connect", NO_ROAD },
	{ "Couldn't connect", NO_ROAD },
	{ "Connection timed out", NO_ROAD },
	{ "SSL connection timeout", NO_ROAD },
	{ "curl 18", CUT },
	{ "curl 52", CUT },
	{ "curl 55", CUT },
	{ "curl 56", CUT },
	{ "curl 92", CUT },
	{ "recv error", CUT },
	{ "Recv failure", CUT },
	{ "Send failure", CUT },
	{ "Empty reply from server", CUT },
	{ "SSL_read", CUT },
	{ "transfer closed with", CUT },
	{ "remote helper for 'https'", NO_PROGRAM },
	{ "'remote-https' is not a git command", NO_PROGRAM },
};

static void
fault_key(struct sync_fault *f, enum known k, const char *where)
{
	f->class = SYNC_PERSON;
	if (k == OTHER_KEY)
		err_set(&f->err, ERR_DENIED, 0,
		    "the machine at '%s' does not show the key that the hall "
		    "gave at enrolment",
		    where);
	else if (k == EXPIRED)
		err_set(&f->err, ERR_DENIED, 0,
		    "the certificate of the machine at '%s' has run out, or "
		    "this machine's clock is wrong",
		    where);
	else if (k == OTHER_NAME)
		err_set(&f->err, ERR_DENIED, 0,
		    "the certificate of the machine at '%s' is for another "
		    "name",
		    where);
	else
		err_set(&f->err, ERR_DENIED, 0,
		    "nobody whom this machine trusts vouches for the machine "
		    "at '%s'",
		    where);
	if (k == UNKNOWN_KEY) /* GnuTLS gives no reason */
		err_hint(&f->err,
		    "see whether this machine's date is right and whether "
		    "this network wants you to sign in on a page; else ask "
		    "the hall whether its certificate has run out");
	else if (k == EXPIRED)
		err_hint(&f->err,
		    "look at this machine's date; if it is right, tell the "
		    "hall");
	else
		err_hint(&f->err,
		    "if this network wants you to sign in on a page, sign in "
		    "first; else ask the hall whether its machine was "
		    "replaced, and enroll again");
}

static void
fault_person(
    struct sync_fault *f, enum known k, const char *where, const char *line)
{
	f->class = SYNC_PERSON;
	if (k == OWN_FILES) {
		err_set(&f->err, ERR_FAILED, 0,
		    "a certificate of this machine cannot be used: %s", line);
		err_hint(&f->err,
		    "see https_ca in pmqad.conf; 'pmqa enroll' makes this "
		    "device's own certificate anew");
	} else if (k == PROXY_PASSWORD) {
		err_set(&f->err, ERR_DENIED, 0,
		    "the proxy asks for a password: it must let '%s' through "
		    "without one",
		    where);
		err_hint(&f->err,
		    "ask who looks after the network, or see https_proxy in "
		    "pmqad.conf");
	} else if (k == ASKS_PASSWORD) {
		err_set(&f->err, ERR_DENIED, 0,
		    "what answers at '%s' asks for a password, which the hall "
		    "never does",
		    where);
		err_hint(&f->err,
		    "if this network wants you to sign in on a page, sign in "
		    "first");
	} else if (k == NO_PROGRAM) {
		err_set(&f->err, ERR_FAILED, 0,
		    "a program that the transfer needs cannot be run: %s",
		    line);
		err_hint(&f->err, "install git with its https support");
	} else {
		err_set(&f->err, ERR_DENIED, 0,
		    "the hall at '%s' does not accept this device's "
		    "certificate",
		    where);
		err_hint(&f->err,
		    "ask the hall whether this device is enrolled and not "
		    "revoked");
	}
}

static void
fault_hall(struct sync_fault *f, enum known k, const char *line)
{
	f->class = SYNC_RETRY;
	if (k == TOO_LARGE) {
		/* as a link that bears no more: the next piece is smaller */
		err_set(&f->err, ERR_UNREACHABLE, 0,
		    "a server on the way to the hall takes no piece of this "
		    "size");
		err_hint(&f->err, "smaller ones are tried; the hall may raise "
				  "client_max_body_size of its web server");
	} else {
		err_set(&f->err, ERR_FAILED, 0,
		    "the hall cannot take revisions now: %s", line);
	}
}

/* Nobody there, or nobody that speaks as the hall does. */
static void
fault_road(
    struct sync_fault *f, enum known k, const char *where, const char *line)
{
	f->class = SYNC_RETRY;
	f->no_road = 1;
	if (k == NO_NAME || k == NO_ROAD) {
		err_set(&f->err, ERR_UNREACHABLE, 0,
		    "cannot reach the hall at '%s': %s", where, line);
		if (k == NO_NAME)
			err_hint(&f->err,
			    "see whether this machine is connected; if it is, "
			    "ask the hall whether its address has changed");
		return;
	}
	if (k == ELSEWHERE)
		err_set(&f->err, ERR_UNREACHABLE, 0,
		    "what answers at '%s' points elsewhere, which the hall "
		    "never does",
		    where);
	else
		err_set(&f->err, ERR_UNREACHABLE, 0,
		    "what answers at '%s' does not speak as the hall does: %s",
		    where, line);
	err_hint(&f->err,
	    "if this network wants you to sign in on a page, sign in first; "
	    "else the hall's web server is not ready");
}

static void
fault_known(
    struct sync_fault *f, enum known k, const char *where, const char *line)
{
	switch (k) {
	case OTHER_KEY:
	case UNKNOWN_KEY:
	case EXPIRED:
	case OTHER_NAME:
		fault_key(f, k, where);
		return;
	case OWN_FILES:
	case NOT_ADMITTED:
	case ASKS_PASSWORD:
	case PROXY_PASSWORD:
	case NO_PROGRAM:
		fault_person(f, k, where, line);
		return;
	case TOO_LARGE:
	case HALL_TROUBLE:
		fault_hall(f, k, line);
		return;
	case ELSEWHERE:
	case NOT_OURS:
	case NOT_TLS:
	case NO_NAME:
	case NO_ROAD:
		fault_road(f, k, where, line);
		return;
	case CUT:
		f->class = SYNC_RETRY;
		err_set(&f->err, ERR_UNREACHABLE, 0,
		    "the connection to the hall at '%s' was cut: %s", where,
		    line);
		err_hint(&f->err,
		    "nothing is lost: what has arrived stays, the rest follows "
		    "by itself; 'pmqa sync' tries again at once");
		return;
	}
}

/* The line that holds at, without git's "fatal: unable to access '…': ". */
static void
line_of(const char *said, const char *at, char ret[REMARK_MAX])
{
	const char *begin = at, *end = at + strcspn(at, "\r\n"), *tail;
	char raw[2 * REMARK_MAX];

	while (begin > said && begin[-1] != '\n' && begin[-1] != '\r')
		begin--;
	tail = strstr(begin, "': ");
	if (strncmp(begin, "fatal: unable to access '", 25) == 0 &&
	    tail != NULL && tail < at)
		begin = tail + 3;
	snprintf(raw, sizeof(raw), "%.*s", (int)(end - begin), begin);
	remark_clean(raw, ret, REMARK_MAX);
}

int
sync_error_https(const char *said, const char *where, struct sync_fault *ret)
{
	char line[REMARK_MAX];
	const char *at;
	size_t i;

	for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		if ((at = strstr(said, messages[i].text)) == NULL)
			continue;
		line_of(said, at, line);
		fault_known(ret, messages[i].known, where, line);
		return 1;
	}
	return 0;
}
