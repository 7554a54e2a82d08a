#include "daemon/receive/command.h"

#include <string.h>

static const struct {
	const char *text;
	enum command_verb verb;
} verbs[] = {
	{ "git-upload-pack '", COMMAND_FETCH },
	{ "git-receive-pack '", COMMAND_PUSH },
};

#define EVIDENCE "evidence/"
#define SHA_LEN ((size_t)COMMAND_SHA_MAX - 1)

/* What stands between the quotation marks, after its one optional slash. */
static int
parse_path(const char *s, struct command *ret, struct err *e)
{
	if (s[0] == '/')
		s++;
	if (strcmp(s, "office'") == 0)
		return 0;
	if (strncmp(s, EVIDENCE, strlen(EVIDENCE)) != 0)
		return err_set(e, ERR_DENIED, 0,
		    "this command is not allowed with this key");
	s += strlen(EVIDENCE);
	if (strspn(s, "0123456789abcdef") != SHA_LEN ||
	    strcmp(s + SHA_LEN, "'") != 0)
		return err_set(e, ERR_DENIED, 0,
		    "evidence is named by the 64 hex digits of its SHA-256");
	memcpy(ret->evidence, s, SHA_LEN);
	return 0;
}

int
command_parse(const char *text, struct command *ret, struct err *e)
{
	struct command c;
	size_t i, len;
	int rc;

	if (text == NULL || text[0] == '\0')
		return err_set(e, ERR_DENIED, 0,
		    "this key opens no shell, it only carries an office's "
		    "revisions");
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		len = strlen(verbs[i].text);
		if (strncmp(text, verbs[i].text, len) != 0)
			continue;
		memset(&c, 0, sizeof(c));
		c.verb = verbs[i].verb;
		if ((rc = parse_path(text + len, &c, e)) == 0)
			*ret = c;
		return rc;
	}
	return err_set(
	    e, ERR_DENIED, 0, "this command is not allowed with this key");
}

const char *
command_service(enum command_verb v)
{
	return v == COMMAND_FETCH ? "upload-pack" : "receive-pack";
}

int
command_check_device(const char *name, struct err *e)
{
	size_t i, len = name != NULL ? strlen(name) : 0;
	int ok = len == 6 && name[4] == '-' && name[5] >= 'a' &&
		 name[5] <= 'z' && name[5] != 'h';

	for (i = 0; ok && i < 4; i++)
		ok = name[i] >= '0' && name[i] <= '9';
	if (!ok)
		return err_set(e, ERR_DENIED, 0,
		    "this is not the name of an office's device");
	return 0;
}
