/*
 * Steps of one file: open, hash (first pass), evidence.begin, its parts (second
 * pass). One part is always under way while the daemon stores the one before.
 */
#include "client/file/evidence_send.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/text.h"
#include "client/file/gauge.h"
#include "client/lang.h"

#define PART_MAX ((size_t)256 * 1024)
/* more than any daemon takes; it knows the real limit */
#define SIZE_MAX_BYTES (INT64_C(1024) * 1024 * 1024)

struct sending {
	struct cmd *c;
	const char *path;
	int fd;
	int64_t part_bytes;
	int parts, have;
	char *bytes; /* one part */
	struct evidence_sent *ret;
	struct gauge gauge;
};

static int
open_file(const char *path, int *ret_fd, int64_t *ret_size, struct err *e)
{
	struct stat st;
	int fd, rc = 0;

	/* without O_NONBLOCK a FIFO would hang us */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return err_set(
		    e, ERR_NOT_FOUND, ENOENT, "'%s' does not exist", path);
	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);
	if (fstat(fd, &st) != 0)
		rc = err_sys(e, "cannot look at '%s'", path);
	else if (!S_ISREG(st.st_mode))
		rc = err_set(
		    e, ERR_INVALID, 0, "'%s' is not a regular file", path);
	else if (st.st_size > SIZE_MAX_BYTES)
		rc = err_set(e, ERR_INVALID, 0,
		    "'%s' is larger than any evidence file may be", path);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	*ret_fd = fd;
	*ret_size = (int64_t)st.st_size;
	return 0;
}

int
evidence_send_check(const char *path, struct err *e)
{
	int64_t size;
	int fd = -1, rc = open_file(path, &fd, &size, e);

	if (rc == 0)
		close(fd);
	return rc;
}

/* The file's own name, in normal form: other systems write Thai vowels and
 * accents in another way. */
static int
take_name(const char *path, char ret[EVIDENCE_NAME_MAX], struct err *e)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	char *nfc = NULL;
	int rc;

	if ((rc = text_nfc(name, strlen(name), &nfc, e)) < 0) {
		err_prepend(e, path);
		return rc;
	}
	if (snprintf(ret, EVIDENCE_NAME_MAX, "%s", nfc) >= EVIDENCE_NAME_MAX)
		rc = err_set(e, ERR_INVALID, 0,
		    "the file name is longer than %d bytes",
		    EVIDENCE_NAME_MAX - 1);
	free(nfc);
	return rc;
}

/* Up to len bytes at this place; fewer only at the file's end. */
static int
read_at(const struct sending *s, int64_t at, size_t len, size_t *ret_len,
    struct err *e)
{
	size_t got = 0;
	ssize_t n;

	while (got < len) {
		n = pread(
		    s->fd, s->bytes + got, len - got, (off_t)at + (off_t)got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot read '%s'", s->path);
		if (n == 0)
			break;
		got += (size_t)n;
	}
	*ret_len = got;
	return 0;
}

static int
changed(const struct sending *s, struct err *e)
{
	err_set(e, ERR_INVALID, 0, "'%s' changed while it was read", s->path);
	err_hint(e, "save and close it, then add it again");
	return ERR_INVALID;
}

static int
hash_file(struct sending *s, struct err *e)
{
	struct sha256 h;
	int64_t at;
	size_t n = 0;
	int rc;

	sha256_init(&h);
	for (at = 0; at < s->ret->size; at += (int64_t)n) {
		if ((rc = read_at(s, at, PART_MAX, &n, e)) < 0)
			return rc;
		if (n == 0)
			return changed(s, e);
		sha256_add(&h, s->bytes, n);
	}
	if (at != s->ret->size)
		return changed(s, e);
	sha256_end(&h, s->ret->sha256);
	return 0;
}

static int
begin(struct sending *s, const char *item, struct err *e)
{
	cJSON *params = NULL, *begun = NULL;
	int rc;

	if ((rc = cmd_params(s->c, &params, e)) < 0)
		return rc;
	if ((rc = json_put_str(params, "item", item, e)) < 0 ||
	    (rc = json_put_str(params, "name", s->ret->name, e)) < 0 ||
	    (rc = json_put_int(params, "size", s->ret->size, e)) < 0 ||
	    (rc = json_put_str(params, "sha256", s->ret->sha256, e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	rc = cmd_ask(s->c, "evidence.begin", params, &begun, e);
	if (rc < 0)
		return rc;
	s->parts = (int)json_int(begun, "parts", 0);
	s->have = (int)json_int(begun, "have", 0);
	s->part_bytes = json_int(begun, "part_bytes", 0);
	if (json_str(begun, "name") != NULL)
		snprintf(s->ret->name, sizeof(s->ret->name), "%s",
		    json_str(begun, "name"));
	cJSON_Delete(begun);
	if (s->part_bytes < 1 || s->part_bytes > (int64_t)PART_MAX ||
	    s->parts != (s->ret->size + s->part_bytes - 1) / s->part_bytes ||
	    s->have < 0 || s->have > s->parts)
		return err_set(e, ERR_FAILED, 0,
		    "the daemon's answer to evidence.begin makes no sense");
	return 0;
}

static int
part_params(struct sending *s, int n, size_t len, cJSON **ret, struct err *e)
{
	struct buf text = BUF_INIT;
	cJSON *params = cJSON_CreateObject();
	int rc;

	base64_write(s->bytes, len, &text);
	if ((rc = buf_ok(&text, e)) < 0 ||
	    (rc = json_put_str(params, "sha256", s->ret->sha256, e)) < 0 ||
	    (rc = json_put_int(params, "n", n, e)) < 0 ||
	    (rc = json_put_str(params, "data", buf_str(&text), e)) < 0) {
		cJSON_Delete(params);
		params = NULL;
	}
	buf_release(&text);
	if (rc == 0)
		*ret = params;
	return rc;
}

static int64_t
end_of_part(const struct sending *s, int n)
{
	int64_t end = (int64_t)n * s->part_bytes;

	return end < s->ret->size ? end : s->ret->size;
}

static int
send_part(struct sending *s, int n, int64_t *ret_id, struct err *e)
{
	int64_t at = end_of_part(s, n - 1);
	size_t want = (size_t)(end_of_part(s, n) - at), got = 0;
	cJSON *params = NULL;
	int rc;

	if ((rc = read_at(s, at, want, &got, e)) < 0)
		return rc;
	if (got != want)
		return changed(s, e);
	if ((rc = part_params(s, n, want, &params, e)) < 0)
		return rc;
	return cmd_send(s->c, "evidence.part", params, ret_id, e);
}

static int
wait_part(struct sending *s, int n, int64_t id, struct err *e)
{
	cJSON *done = NULL;
	int rc = cmd_wait(s->c, id, &done, e);

	cJSON_Delete(done);
	if (rc == 0)
		gauge_set(&s->gauge, end_of_part(s, n));
	else if (rc == ERR_UNREACHABLE || rc == ERR_TIMEOUT)
		err_hint(e, "what came is kept: repeat the command, it goes on "
			    "where it stopped");
	return rc;
}

static int
send_parts(struct sending *s, struct err *e)
{
	int64_t id = 0, next = 0;
	int n, rc;

	if (s->have == s->parts)
		return 0;
	if ((rc = send_part(s, s->have + 1, &id, e)) < 0)
		return rc;
	for (n = s->have + 1; n <= s->parts; n++) {
		/* the first part alone: the daemon looks at its type */
		if (n < s->parts && n > s->have + 1 &&
		    (rc = send_part(s, n + 1, &next, e)) < 0)
			return rc;
		if ((rc = wait_part(s, n, id, e)) < 0)
			return rc;
		if (n < s->parts && n == s->have + 1 &&
		    (rc = send_part(s, n + 1, &next, e)) < 0)
			return rc;
		id = next;
	}
	return 0;
}

/* What a person should know of a file that is not sent from its beginning. */
static void
tell_have(const struct sending *s)
{
	struct out *o = &s->c->note;

	if (s->have == 0 || s->c->json)
		return;
	if (s->have == s->parts)
		out_printf(o, _("%s: stored already, nothing to send\n"),
		    s->ret->name);
	else
		out_printf(o, _("%s: goes on with part %d of %d\n"),
		    s->ret->name, s->have + 1, s->parts);
	(void)out_finish(o, STDERR_FILENO, NULL);
}

int
evidence_send(struct cmd *c, const char *path, const char *item,
    struct evidence_sent *ret, struct err *e)
{
	struct sending s = { .c = c, .path = path, .fd = -1, .ret = ret };
	int rc;

	memset(ret, 0, sizeof(*ret));
	if ((rc = take_name(path, ret->name, e)) < 0 ||
	    (rc = open_file(path, &s.fd, &ret->size, e)) < 0)
		return rc;
	if ((s.bytes = malloc(PART_MAX)) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = hash_file(&s, e)) < 0 || (rc = begin(&s, item, e)) < 0)
		goto out;
	tell_have(&s);
	gauge_init(
	    &s.gauge, ret->name, end_of_part(&s, s.have), ret->size, c->json);
	rc = send_parts(&s, e);
	gauge_end(&s.gauge);
out:
	free(s.bytes);
	close(s.fd);
	return rc;
}
