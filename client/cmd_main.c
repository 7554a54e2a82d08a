#include "client/cmd_main.h"

#include <unistd.h>

#include "base/file.h"
#include "client/cmd/cmd_help.h"
#include "client/cmd_table.h"
#include "client/lang.h"
#include "proto/rpc.h"

static int
version(struct cmd *c, struct err *e)
{
	cJSON *doc;
	int rc;

	if (!c->json) {
		out_printf(&c->out, "pmqa %s\n", PMQA_VERSION);
		return 0;
	}
	if ((doc = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	rc = json_put_str(doc, "program", "pmqa", e);
	if (rc == 0)
		rc = json_put_str(doc, "version", PMQA_VERSION, e);
	if (rc == 0)
		rc = json_put_int(doc, "protocol", RPC_PROTOCOL, e);
	if (rc == 0)
		out_json(&c->out, doc);
	cJSON_Delete(doc);
	return rc;
}

/* No command at all: the list, and the status of a wrong command line. */
static int
nothing(struct cmd *c, struct err *e)
{
	int rc;

	if (c->opts->value[OPT_VERSION] != NULL)
		return version(c, e);
	rc = c->json ? cmd_help_json(&c->out, NULL, e)
		     : cmd_help_all(&c->out, e);
	if (rc < 0 || c->opts->value[OPT_HELP] != NULL)
		return rc;
	return err_set(e, ERR_USAGE, 0, "no command given");
}

static int
check_args(const struct cmd *c, struct err *e)
{
	const struct cmd_desc *d = c->desc;
	int rc = opts_allowed(c->opts, d->opts | OPTS_ALWAYS, e);

	if (rc == 0 && c->n_args < d->min_args)
		rc = err_set(e, ERR_USAGE, 0, "'pmqa %s' needs: %s", d->name,
		    err_tr(d->args));
	else if (rc == 0 && c->n_args > d->max_args)
		rc = err_set(e, ERR_USAGE, 0, "'%s' is one argument too many",
		    c->args[d->max_args]);
	if (rc == ERR_USAGE)
		err_hint(e, "see pmqa %s --help", d->name);
	return rc;
}

/* Does what the command does in this program. */
static int
run_override(struct cmd *c, const struct cmd_override *o, struct err *e)
{
	for (; o != NULL && o->name != NULL; o++)
		if (strcmp(o->name, c->desc->name) == 0)
			return o->run(c, e);
	return c->desc->run(c, e);
}

/* program: "/pmqa-report" */
static int
become(struct cmd *c, const char *program, struct err *e)
{
	char path[600];
	size_t len;
	int rc;

	if (c->in_helper)
		return err_set(e, ERR_FAILED, 0,
		    "'%s' does not know what to do for 'pmqa %s'", program + 1,
		    c->desc->name);
	if ((rc = file_own(path, sizeof(path), "lib", e)) < 0)
		return rc;
	len = strlen(path);
	rc = file_path(path + len, sizeof(path) - len, e, "%s", program);
	if (rc < 0)
		return rc;
	execv(path, c->argv);
	rc = err_sys(e, "cannot run '%s'", path);
	err_hint(e, "pmqa is not installed completely: install it again");
	return rc;
}

int
cmd_main_become_report(struct cmd *c, struct err *e)
{
	return become(c, "/pmqa-report", e);
}

int
cmd_main_become_publish(struct cmd *c, struct err *e)
{
	return become(c, "/pmqa-publish", e);
}

/* "hall", "hall auditors": the words that commands begin with. */
static int
is_family(const struct opts *o, char *ret, size_t size)
{
	if (o->n_words > 2)
		return 0;
	snprintf(ret, size, "%.20s%s%.20s", o->words[0],
	    o->n_words > 1 ? " " : "", o->n_words > 1 ? o->words[1] : "");
	return cmd_table_is_first(ret);
}

static int
run(struct cmd *c, const struct cmd_override *o, struct err *e)
{
	char family[48];
	size_t used = 0;
	int rc;

	if (c->opts->n_words == 0)
		return nothing(c, e);
	if (!c->json && c->opts->value[OPT_HELP] != NULL &&
	    is_family(c->opts, family, sizeof(family)))
		return cmd_help_word(&c->out, family, e);
	rc = cmd_table_find(
	    c->opts->words, c->opts->n_words, &c->desc, &used, e);
	if (rc < 0)
		return rc;
	c->args = c->opts->words + used;
	c->n_args = c->opts->n_words - used;
	if (c->opts->value[OPT_VERSION] != NULL)
		return version(c, e);
	if (c->opts->value[OPT_HELP] != NULL)
		return c->json ? cmd_help_json(&c->out, c->desc, e)
			       : cmd_help_one(&c->out, c->desc, e);
	if ((rc = check_args(c, e)) < 0)
		return rc;
	return run_override(c, o, e);
}

/* The language is needed before the options are known to be right. */
static int
choose_language(const struct opts *o, struct err *e)
{
	const char *wish = o->value[OPT_LANG];

	lang_init(lang_choose(wish != NULL && lang_known(wish) ? wish : NULL));
	if (wish != NULL && !lang_known(wish))
		return err_set(
		    e, ERR_USAGE, 0, "'%s' is not a language: th or en", wish);
	return 0;
}

/* Of a command line that is not understood, its command may be known. */
static void
hint_at_command(const struct opts *o, struct err *e)
{
	const struct cmd_desc *d = NULL;
	size_t used = 0;

	if (e->code == ERR_USAGE && o->n_words > 0 &&
	    cmd_table_find(o->words, o->n_words, &d, &used, NULL) == 0)
		err_hint(e, "see pmqa %s --help", d->name);
}

int
cmd_main(int argc, char **argv, const struct cmd_override *o)
{
	struct opts opts;
	struct cmd c;
	struct err e, late;
	int rc, parsed;

	memset(&c, 0, sizeof(c));
	memset(&e, 0, sizeof(e));
	parsed = opts_parse(argc, argv, &opts, &e);
	c.opts = &opts;
	c.argv = argv;
	c.in_helper = o != NULL;
	c.json = opts.value[OPT_JSON] != NULL;
	out_init(&c.out, STDOUT_FILENO);
	out_init(&c.note, STDERR_FILENO);
	rc = choose_language(&opts, &e);
	if (parsed < 0) { /* once more, for its sentence in the language */
		opts_release(&opts);
		rc = opts_parse(argc, argv, &opts, &e);
		hint_at_command(&opts, &e);
	}
	if (rc == 0)
		rc = run(&c, o, &e);
	/* what was worked out before a fault is shown as well; of a note that
	 * standard error does not take, nobody could be told */
	(void)out_finish(&c.note, STDERR_FILENO, NULL);
	if (out_finish(&c.out, STDOUT_FILENO, &late) < 0 && rc == 0) {
		e = late;
		rc = (int)late.code;
	}
	if (rc < 0)
		out_error(&e, talk_fault_data(c.talk), c.json);
	talk_close(c.talk);
	out_release(&c.out);
	out_release(&c.note);
	opts_release(&opts);
	return out_exit_status((enum err_code)rc);
}
