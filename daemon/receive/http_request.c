#include "daemon/receive/http_request.h"

#include <stdio.h>
#include <string.h>

#define HEX "0123456789abcdef"
#define SHA_LEN ((size_t)COMMAND_SHA_MAX - 1)
#define ID_LEN ((size_t)COMMAND_ID_MAX - 1)
#define LOOK "/info/refs?service="

static const char *const services[] = { "git-upload-pack", "git-receive-pack" };
#define N_SERVICES (sizeof(services) / sizeof(services[0]))

static int
not_found(struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, 0, "there is nothing at this address");
}

static int
begins(const char **s, const char *text)
{
	size_t len = strlen(text);

	if (strncmp(*s, text, len) != 0)
		return 0;
	*s += len;
	return 1;
}

/* "/9105-a/" */
static int
take_device(const char **s, char ret[COMMAND_DEVICE_MAX])
{
	size_t len;

	if (!begins(s, "/"))
		return 0;
	len = strcspn(*s, "/");
	if (len >= COMMAND_DEVICE_MAX)
		return 0;
	memcpy(ret, *s, len);
	ret[len] = '\0';
	*s += len;
	return begins(s, "/") && command_check_device(ret, NULL) == 0;
}

/* "office", "hall" or "evidence/…": its length, 0 if it is none. */
static size_t
path_len(const char *s, int steps)
{
	const char *at = s;

	if (begins(&at, "office") || (steps && begins(&at, "hall")))
		return (size_t)(at - s);
	if (begins(&at, "evidence/") && strspn(at, HEX) == SHA_LEN)
		return (size_t)(at - s) + SHA_LEN;
	return 0;
}

/* "/" and a commit's id or "-": its length without the slash, 0 if none. */
static size_t
id_len(const char *s)
{
	if (s[0] != '/')
		return 0;
	if (s[1] == '-' && s[2] == '/')
		return 1;
	return strspn(s + 1, HEX) == ID_LEN ? ID_LEN : 0;
}

/* After "steps/": *s is then before "/info/refs". */
static int
take_steps(const char **s, char ret[HTTP_COMMAND_MAX])
{
	size_t path = path_len(*s, 1), have, want;
	const char *at = *s + path;

	if (path == 0 || (have = id_len(at)) == 0 ||
	    (want = id_len(at + 1 + have)) == 0)
		return 0;
	snprintf(ret, HTTP_COMMAND_MAX, "pmqa-steps '%.*s' %.*s %.*s",
	    (int)path, *s, (int)have, at + 1, (int)want, at + 2 + have);
	*s = at + 2 + have + want;
	return 1;
}

static const char *
service_of(const char *s)
{
	size_t i;

	for (i = 0; i < N_SERVICES; i++)
		if (strcmp(s, services[i]) == 0)
			return services[i];
	return NULL;
}

/* What follows the path: *ret->look and the service. */
static int
take_service(const char *s, struct http_request *ret)
{
	const char *name;

	ret->look = begins(&s, LOOK);
	if (!ret->look && !begins(&s, "/"))
		return 0;
	if ((name = service_of(s)) == NULL)
		return 0;
	snprintf(ret->service, sizeof(ret->service), "%s", name);
	return 1;
}

static int
take_path(const char *s, struct http_request *ret)
{
	const char *path = s;
	size_t len;

	if (begins(&s, "steps/"))
		return take_steps(&s, ret->command) && take_service(s, ret) &&
		       ret->look && strcmp(ret->service, services[0]) == 0;
	if ((len = path_len(s, 0)) == 0 || !take_service(s + len, ret))
		return 0;
	snprintf(ret->command, sizeof(ret->command), "%s '%.*s'", ret->service,
	    (int)len, path);
	return 1;
}

static int
check_method(const struct http_request *r, const char *method, const char *type,
    struct err *e)
{
	char want[64];

	if (strcmp(method, r->look ? "GET" : "POST") != 0)
		return err_set(e, ERR_USAGE, 0,
		    "this address takes no request of this kind");
	if (r->look)
		return 0;
	snprintf(want, sizeof(want), "application/x-%s-request", r->service);
	if (type == NULL || strcmp(type, want) != 0)
		return err_set(e, ERR_USAGE, 0,
		    "this address takes no request of this kind");
	return 0;
}

int
http_request_parse(const char *method, const char *uri, const char *type,
    struct http_request *ret, struct err *e)
{
	struct http_request r;
	int rc;

	memset(&r, 0, sizeof(r));
	if (method == NULL || uri == NULL || strlen(uri) > HTTP_URI_MAX ||
	    !take_device(&uri, r.device) || !take_path(uri, &r))
		return not_found(e);
	if ((rc = check_method(&r, method, type, e)) == 0)
		*ret = r;
	return rc;
}

void
http_request_told(
    const char *protocol, const char *told, char *ret, size_t size)
{
	if (protocol == NULL)
		protocol = "";
	if (told == NULL || told[0] == '\0')
		snprintf(ret, size, "%s", protocol);
	else
		snprintf(ret, size, "%s%s%s", protocol,
		    protocol[0] != '\0' ? ":" : "", told);
}
