#include "client/cmd/cmd_reason.h"

#include <unistd.h>

#include "base/text.h"
#include "client/lang.h"

#define LINE_LEN 2000

int
cmd_reason_can_ask(const struct cmd *c)
{
	return !c->json && c->opts->value[OPT_REASON] == NULL &&
	       (c->desc->opts & OPT_BIT(OPT_REASON)) != 0 &&
	       isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

static int
show_question(const struct err *why, struct err *e)
{
	struct out o;
	int rc;

	out_init(&o, STDERR_FILENO);
	out_wrapped(&o, 0, "", lang_pick(why->msg, lang_thai() ? why->th : ""));
	out_puts(&o, _("Why? (an empty line gives up)"));
	out_puts(&o, " ");
	rc = out_finish(&o, STDERR_FILENO, e);
	out_release(&o);
	return rc;
}

int
cmd_reason_ask(cJSON *params, const struct err *why, struct err *e)
{
	char line[LINE_LEN];
	size_t len;
	int rc;

	if ((rc = show_question(why, e)) < 0)
		return rc;
	if (fgets(line, sizeof(line), stdin) == NULL)
		return 0;
	len = strcspn(line, "\r\n");
	line[len] = '\0';
	if (line[strspn(line, " \t")] == '\0')
		return 0;
	if (!text_is_utf8(line, len, NULL))
		return err_set(
		    e, ERR_INVALID, 0, "'%s' is not UTF-8 text", line);
	rc = json_put_str(params, "reason", line, e);
	return rc < 0 ? rc : 1;
}
