#include "daemon/receive/receive_http.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sodium.h>
#include <unistd.h>

#include "base/file.h"
#include "daemon/receive/receive_accept.h"
#include "daemon/receive/receive_git.h"
#include "daemon/receive/receive_refs.h"
#include "daemon/sync/remark.h"
#include "daemon/sync/sync_steps.h"
#include "store/sign/commit.h"
#include "store/sign/x509.h"

#define TOLD_MAX 300
#define PACKET_HEAD ((size_t)4)
#define BAND_TEXT 2
#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING
/* an id is expected where a name is all that is said */
#define NO_ID "1111111111111111111111111111111111111111"
#define NO_CACHE                                                               \
	"Expires: Fri, 01 Jan 1980 00:00:00 GMT\r\n"                           \
	"Pragma: no-cache\r\n"                                                 \
	"Cache-Control: no-cache, max-age=0, must-revalidate\r\n"

static int
put_all(const struct buf *b, struct err *e)
{
	const char *s = buf_str(b);
	size_t left = b->len;
	ssize_t n;
	int rc;

	if ((rc = buf_ok(b, e)) < 0)
		return rc;
	for (; left > 0; s += n, left -= (size_t)n) {
		n = write(STDOUT_FILENO, s, left);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			return err_sys(e, "cannot write to the device");
	}
	return 0;
}

/* --- who comes ------------------------------------------------------------ */

int
receive_http_looks(const struct receive *r)
{
	return r->http != NULL && r->http->request.look;
}

int
receive_http_check_key(const struct receive *r, const char *key, struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	int rc;

	if (r->http == NULL)
		return 0;
	if ((rc = key_parse_line(key, pub, e)) < 0)
		return rc;
	if (sodium_memcmp(pub, r->http->pub, sizeof(pub)) == 0) {
		r->http->known = 1;
		return 0;
	}
	return err_set(e, ERR_DENIED, 0,
	    "the certificate is not that of device %s", r->device);
}

static int
read_certificate(struct receive_http *h, struct err *e)
{
	const char *pem = secure_getenv("PMQA_CERTIFICATE");

	if (pem == NULL || pem[0] == '\0')
		return err_set(e, ERR_DENIED, 0,
		    "only the offices of this province come in here, each "
		    "machine by its own certificate");
	if (x509_read(pem, h->request.device, h->pub, e) < 0)
		return err_set(e, ERR_DENIED, 0,
		    "the certificate is not that of device %s",
		    h->request.device);
	return 0;
}

/* --- answers of our own --------------------------------------------------- */

static const char *
status_of(int rc)
{
	switch (rc) {
	case ERR_NOT_FOUND:
		return "404 Not Found";
	case ERR_USAGE:
		return "405 Method Not Allowed";
	case ERR_DENIED:
	case ERR_REFUSED:
		return "403 Forbidden";
	default:
		return "503 Service Unavailable";
	}
}

/* git shows plain text behind "remote: " where it fails. */
static void
answer_fault(int rc, const struct err *e)
{
	const char *prefix = REMARK_TROUBLE;
	struct buf b = BUF_INIT;
	struct err ignored;

	if (rc == ERR_REFUSED)
		prefix = REMARK_REFUSED;
	else if (rc == ERR_DENIED || rc == ERR_NOT_FOUND || rc == ERR_USAGE)
		prefix = REMARK_DENIED;
	buf_printf(&b,
	    "Status: %s\r\n" NO_CACHE
	    "Content-Type: text/plain; charset=utf-8\r\n\r\n",
	    status_of(rc));
	receive_put_err(&b, prefix, e);
	(void)put_all(&b, &ignored); /* nobody is left to be told */
	buf_release(&b);
}

static void
put_packet(struct buf *b, const struct buf *text)
{
	buf_printf(b, "%04zx", text->len + PACKET_HEAD);
	buf_append(b, buf_str(text), text->len);
}

/* One line of what git takes for a list of refs; the first one says what we
 * can, behind a NUL. */
static void
put_ref(struct buf *b, int *first, const char *id, const char *name)
{
	static const char can[] = "\0agent=pmqa";
	struct buf line = BUF_INIT;

	buf_printf(&line, "%s %s", id, name);
	if (*first)
		buf_append(&line, can, sizeof(can) - 1);
	buf_putc(&line, '\n');
	*first = 0;
	put_packet(b, &line);
	if (line.failed)
		b->failed = 1;
	buf_release(&line);
}

static void
put_receipt(struct buf *b, int *first, const struct buf *receipt)
{
	size_t size = sodium_base64_encoded_len(receipt->len, BASE64);
	char *text = malloc(size + sizeof(SYNC_RECEIPT_REF));

	if (text == NULL) {
		b->failed = 1;
		return;
	}
	memcpy(text, SYNC_RECEIPT_REF, sizeof(SYNC_RECEIPT_REF) - 1);
	sodium_bin2base64(text + sizeof(SYNC_RECEIPT_REF) - 1, size,
	    (const unsigned char *)buf_str(receipt), receipt->len, BASE64);
	put_ref(b, first, NO_ID, text);
	free(text);
}

int
receive_http_steps(
    const struct receive *r, const struct steps *s, struct err *e)
{
	struct buf b = BUF_INIT, head = BUF_INIT;
	char id[41], name[64];
	int first = 1, rc;
	size_t i;

	buf_puts(&b,
	    NO_CACHE "Content-Type: "
		     "application/x-git-upload-pack-advertisement\r\n\r\n");
	buf_puts(&head, "# service=git-upload-pack\n");
	put_packet(&b, &head);
	buf_puts(&b, "0000");
	for (i = 0; i < s->n; i++) {
		commit_hex(s->list[i].id, id);
		snprintf(name, sizeof(name), SYNC_STEP_REF "%lld",
		    (long long)s->list[i].n);
		put_ref(&b, &first, id, name);
	}
	if (r->http->receipt.len > 0)
		put_receipt(&b, &first, &r->http->receipt);
	if (first) /* as git says that there is none */
		put_ref(&b, &first, "0000000000000000000000000000000000000000",
		    "capabilities^{}");
	buf_puts(&b, "0000");
	rc = put_all(&b, e);
	buf_release(&head);
	buf_release(&b);
	return rc;
}

int
receive_http_refs(const struct receive *r, const char *protocol, struct err *e)
{
	struct buf b = BUF_INIT, head = BUF_INIT;
	int rc;

	buf_puts(&b,
	    NO_CACHE "Content-Type: "
		     "application/x-git-receive-pack-advertisement\r\n\r\n");
	buf_puts(&head, "# service=git-receive-pack\n");
	put_packet(&b, &head);
	buf_puts(&b, "0000");
	if ((rc = receive_refs_put(r, protocol, &b, e)) == 0)
		rc = put_all(&b, e);
	buf_release(&head);
	buf_release(&b);
	return rc;
}

int
receive_http_begin_push(struct receive *r, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc;

	buf_puts(&b, NO_CACHE
	    "Content-Type: application/x-git-receive-pack-result\r\n\r\n");
	rc = put_all(&b, e);
	buf_release(&b);
	if (rc == 0)
		r->http->begun = 1;
	return rc;
}

void
receive_http_say(const char *prefix, const struct err *e)
{
	struct buf b = BUF_INIT, text = BUF_INIT;
	struct err ignored;

	buf_putc(&text, BAND_TEXT);
	receive_put_err(&text, prefix, e);
	put_packet(&b, &text);
	buf_puts(&b, "0000");
	(void)put_all(&b, &ignored); /* nobody is left to be told */
	buf_release(&text);
	buf_release(&b);
}

/* --- git http-backend ----------------------------------------------------- */

struct backend {
	struct receive_line line;
	struct receive_around around;
	char root[PATH_MAX], path[256], query[64], method[24], type[128],
	    length[64], encoding[48], user[32], address[80];
	char *env[40];
};

/* The same command line as over ssh, up to the service. */
static void
backend_line(const struct receive *r, struct backend *b)
{
	static const char *const more[] = { "http.getanyfile=false",
		"http.uploadpack=true", "http.receivepack=false" };
	struct receive_line *l = &b->line;
	size_t i, n = 0;

	receive_git_line(r, l);
	for (i = 1; i + 1 < l->n && strcmp(l->args[i], "-c") == 0; i += 2)
		n = i + 2;
	for (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		l->args[n++] = "-c";
		l->args[n++] = more[i];
	}
	l->args[n++] = "http-backend";
	l->args[n] = NULL;
	l->n = n;
}

/* "NAME=value" of what the web server said, if it is made of these letters. */
static size_t
copy_plain(char *ret, size_t size, const char *name, const char *letters)
{
	const char *value = secure_getenv(name);

	if (value == NULL || value[0] == '\0' ||
	    strspn(value, letters) != strlen(value) ||
	    (size_t)snprintf(ret, size, "%s=%s", name, value) >= size)
		return 0;
	return 1;
}

/* Where the repository is, in http-backend's own words: a folder and a path
 * below it that we write. */
static int
backend_place(const struct receive *r, struct backend *b, struct err *e)
{
	const struct http_request *q = &r->http->request;
	const char *repo = r->sha[0] != '\0' ? r->evidence_repo : r->repo;
	const char *name = strrchr(repo, '/');
	int rc;

	if (name == NULL)
		return err_set(
		    e, ERR_INVALID, 0, "'%s' is not a path of a hall", repo);
	if ((rc = file_path(b->root, sizeof(b->root), e,
		 "GIT_PROJECT_ROOT=%.*s", (int)(name - repo), repo)) < 0)
		return rc;
	if ((rc = file_path(b->path, sizeof(b->path), e, "PATH_INFO=%s/%s",
		 name, q->look ? "info/refs" : q->service)) < 0)
		return rc;
	snprintf(b->query, sizeof(b->query), "QUERY_STRING=%s%s",
	    q->look ? "service=" : "", q->look ? q->service : "");
	snprintf(b->method, sizeof(b->method), "REQUEST_METHOD=%s",
	    q->look ? "GET" : "POST");
	snprintf(b->type, sizeof(b->type), "CONTENT_TYPE=%s%s%s",
	    q->look ? "" : "application/x-", q->look ? "" : q->service,
	    q->look ? "" : "-request");
	return 0;
}

static void
backend_env(const struct receive *r, const char *protocol, struct backend *b)
{
	static char everything[] = "GIT_HTTP_EXPORT_ALL=1";
	const char *coded = secure_getenv("HTTP_CONTENT_ENCODING");
	char *const own[] = { b->root, b->path, b->query, b->method, b->type,
		everything, b->user };
	size_t n = 0, i;

	receive_git_around(r, protocol, &b->around);
	for (i = 0; b->around.list[i] != NULL; i++)
		b->env[n++] = b->around.list[i];
	snprintf(b->user, sizeof(b->user), "REMOTE_USER=%s", r->device);
	for (i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		b->env[n++] = own[i];
	if (copy_plain(
		b->length, sizeof(b->length), "CONTENT_LENGTH", "0123456789"))
		b->env[n++] = b->length;
	if (copy_plain(b->address, sizeof(b->address), "REMOTE_ADDR",
		"0123456789abcdefABCDEF.:"))
		b->env[n++] = b->address;
	if (coded != NULL && strcmp(coded, "gzip") == 0) {
		snprintf(b->encoding, sizeof(b->encoding),
		    "HTTP_CONTENT_ENCODING=gzip");
		b->env[n++] = b->encoding;
	}
	b->env[n] = NULL;
}

int
receive_http_become(
    const struct receive *r, const char *protocol, struct err *e)
{
	struct backend *b = calloc(1, sizeof(*b));
	union {
		const char **in;
		char *const *out;
	} u;
	int rc;

	if (b == NULL)
		return err_nomem(e);
	u.in = b->line.args;
	backend_line(r, b);
	if ((rc = backend_place(r, b, e)) < 0)
		goto out;
	backend_env(r, protocol, b);
	/* holds through exec; SIGALRM ends git */
	alarm((unsigned)r->seconds);
	environ = b->env; /* its PATH is the one searched */
	execvp(b->line.args[0], u.out);
	rc = err_sys(e, "cannot exec '%s'", b->line.args[0]);
out:
	free(b);
	return rc;
}

/* --- one request ---------------------------------------------------------- */

static const char *
outcome_of(int rc)
{
	if (rc == ERR_REFUSED)
		return "refused";
	return rc == ERR_DENIED ? "denied" : "trouble";
}

/* Who has not shown to be of here writes nothing into the hall's logs, which
 * are cut at a size: the web server's has it, under the address. */
static void
log_fault(const struct receive_http *h, const struct receive *r, int rc,
    const struct err *e)
{
	if (!h->known) {
		fprintf(
		    stderr, "pmqa-http: %s: %s\n", h->request.device, e->msg);
		return;
	}
	receive_log(r, "connect", NULL, NULL, outcome_of(rc), e->msg);
	receive_accept_refused(r, NULL, outcome_of(rc), e->msg);
}

static int
serve(struct receive_http *h, struct receive *r, struct err *e)
{
	char told[TOLD_MAX];
	int rc;

	http_request_told(secure_getenv("HTTP_GIT_PROTOCOL"),
	    secure_getenv("HTTP_PMQA_TOLD"), told, sizeof(told));
	rc = receive_serve(r, h->request.command, told, e);
	if (rc < 0)
		log_fault(h, r, rc, e);
	return rc;
}

static int
receive_request(
    struct receive_http *h, struct receive *r, const char *dir, struct err *e)
{
	int rc;

	if ((rc = key_init(e)) < 0 ||
	    (rc = http_request_parse(secure_getenv("REQUEST_METHOD"),
		 secure_getenv("REQUEST_URI"), secure_getenv("CONTENT_TYPE"),
		 &h->request, e)) < 0)
		return rc;
	setenv("PMQA_ROAD", "https", 1); /* receive_accept_road() */
	if ((rc = receive_init(r, dir, h->request.device, e)) < 0)
		return rc;
	r->http = h;
	if ((rc = read_certificate(h, e)) < 0) {
		log_fault(h, r, rc, e);
		return rc;
	}
	return serve(h, r, e);
}

int
receive_http_main(const char *default_dir)
{
	const char *dir = secure_getenv("PMQA_HALL_DIR");
	struct receive_http h;
	struct receive r;
	struct err err;
	int rc;

	signal(SIGPIPE, SIG_DFL); /* git inherits it */
	memset(&err, 0, sizeof(err));
	memset(&h, 0, sizeof(h));
	buf_init(&h.receipt);
	rc = receive_request(
	    &h, &r, dir != NULL && dir[0] != '\0' ? dir : default_dir, &err);
	buf_release(&h.receipt);
	if (rc < 0 && h.begun)
		receive_http_say(REMARK_TROUBLE, &err);
	else if (rc < 0)
		answer_fault(rc, &err);
	/* a web server takes another status for a broken program */
	return 0;
}
