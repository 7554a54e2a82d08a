#include "daemon/command.h"

#include <string.h>

static const struct {
	const char *text;
	enum command command;
} forms[] = {
	{ "git-upload-pack '/office'", COMMAND_FETCH },
	{ "git-upload-pack 'office'", COMMAND_FETCH },
	{ "git-receive-pack '/office'", COMMAND_PUSH },
	{ "git-receive-pack 'office'", COMMAND_PUSH },
};

/* The path form of evidence files; its transfer is not built yet, and a newer
 * office should hear that rather than a riddle. */
static int
is_evidence(const char *text)
{
	static const char *const starts[] = { "git-upload-pack '/evidence/",
		"git-receive-pack '/evidence/", "git-upload-pack 'evidence/",
		"git-receive-pack 'evidence/" };
	size_t i;

	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (strncmp(text, starts[i], strlen(starts[i])) == 0)
			return 1;
	return 0;
}

int
command_parse(const char *text, enum command *ret, struct err *e)
{
	size_t i;

	if (text == NULL || text[0] == '\0')
		return err_set(e, ERR_DENIED, 0,
		    "this key opens no shell, it only carries an office's "
		    "revisions");
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strcmp(text, forms[i].text) == 0) {
			*ret = forms[i].command;
			return 0;
		}
	}
	if (is_evidence(text))
		return err_set(
		    e, ERR_DENIED, 0, "evidence is not served by this version");
	return err_set(
	    e, ERR_DENIED, 0, "this command is not allowed with this key");
}

const char *
command_service(enum command c)
{
	return c == COMMAND_FETCH ? "upload-pack" : "receive-pack";
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
