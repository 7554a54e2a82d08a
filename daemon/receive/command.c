#include "daemon/receive/command.h"

#include <string.h>

static const struct {
	const char *text;
	enum command_verb verb;
} verbs[] = {
	{ "git-upload-pack '", COMMAND_FETCH },
	{ "git-receive-pack '", COMMAND_PUSH },
	{ "pmqa-steps '", COMMAND_STEPS },
};

#define EVIDENCE "evidence/"
#define SHA_LEN ((size_t)COMMAND_SHA_MAX - 1)
#define ID_LEN ((size_t)COMMAND_ID_MAX - 1)
#define HEX "0123456789abcdef"

static int
not_allowed(struct err *e)
{
	return err_set(
	    e, ERR_DENIED, 0, "this command is not allowed with this key");
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

/* What stands between the quotation marks, after its one optional slash; *at
 * is then behind the second one. */
static int
parse_path(const char **at, struct command *ret, struct err *e)
{
	const char *s = *at;

	if (s[0] == '/')
		s++;
	if (begins(&s, "office'")) {
		*at = s;
		return 0;
	}
	if (ret->verb == COMMAND_STEPS && begins(&s, "hall'")) {
		ret->hall = 1;
		*at = s;
		return 0;
	}
	if (!begins(&s, EVIDENCE))
		return not_allowed(e);
	if (strspn(s, HEX) != SHA_LEN || s[SHA_LEN] != '\'')
		return err_set(e, ERR_DENIED, 0,
		    "evidence is named by the 64 hex digits of its SHA-256");
	memcpy(ret->evidence, s, SHA_LEN);
	*at = s + SHA_LEN + 1;
	return 0;
}

/* " " and a commit's id, or "-". */
static int
parse_id(const char **at, char ret[COMMAND_ID_MAX], struct err *e)
{
	const char *s = *at;

	if (*s++ != ' ')
		return not_allowed(e);
	if (*s == '-') {
		*at = s + 1;
		return 0;
	}
	if (strspn(s, HEX) != ID_LEN)
		return not_allowed(e);
	memcpy(ret, s, ID_LEN);
	*at = s + ID_LEN;
	return 0;
}

/* What follows the word and its quotation mark. */
static int
parse_rest(const char *s, struct command *ret, struct err *e)
{
	int rc;

	if ((rc = parse_path(&s, ret, e)) < 0)
		return rc;
	if (ret->verb == COMMAND_STEPS &&
	    ((rc = parse_id(&s, ret->have, e)) < 0 ||
		(rc = parse_id(&s, ret->want, e)) < 0))
		return rc;
	return *s == '\0' ? 0 : not_allowed(e);
}

int
command_parse(const char *text, struct command *ret, struct err *e)
{
	struct command c;
	const char *s = text;
	size_t i;
	int rc;

	if (text == NULL || text[0] == '\0')
		return err_set(e, ERR_DENIED, 0,
		    "this key opens no shell, it only carries an office's "
		    "revisions");
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (!begins(&s, verbs[i].text))
			continue;
		memset(&c, 0, sizeof(c));
		c.verb = verbs[i].verb;
		if ((rc = parse_rest(s, &c, e)) == 0)
			*ret = c;
		return rc;
	}
	return not_allowed(e);
}

const char *
command_service(enum command_verb v)
{
	if (v == COMMAND_STEPS)
		return "steps";
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
