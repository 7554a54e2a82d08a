#include "client/cmd/cmd_setup.h"

#include <limits.h>

#include "base/file.h"
#include "client/daemon_run.h"
#include "client/lang.h"

#define SYSTEM_DIR "/var/lib/pmqa"

static int
init_argv(
    const struct cmd *c, const char *dir, struct daemon_args *a, struct err *e)
{
	static const enum opt given[] = { OPT_ROLE, OPT_CODE, OPT_NAME,
		OPT_DEVICE, OPT_HOST_KEY, OPT_HTTPS_CERT };
	char name[40];

	daemon_args_add(a, "pmqad", NULL);
	daemon_args_add(a, "--init", NULL);
	daemon_args_add(a, "--dir", dir);
	for (size_t i = 0; i < sizeof(given) / sizeof(*given); i++) {
		snprintf(name, sizeof(name), "--%s", opts_desc(given[i])->name);
		if (c->opts->value[given[i]] != NULL)
			daemon_args_add(a, name, c->opts->value[given[i]]);
	}
	for (size_t i = 0; i < c->opts->n_urls; i++)
		daemon_args_add(a, "--url", c->opts->urls[i]);
	return a->failed ? err_nomem(e) : 0;
}

static int
print_init(struct cmd *c, const char *dir, struct err *e)
{
	const struct opts *o = c->opts;
	const char *role =
	    o->value[OPT_ROLE] != NULL ? o->value[OPT_ROLE] : "office";
	cJSON *doc;
	int rc;

	if (!c->json) {
		out_printf(&c->out, _("'%s' is set up for %s %s.\n"), dir,
		    o->value[OPT_CODE], o->value[OPT_NAME]);
		out_printf(
		    &c->out, _("Start its daemon: pmqad --dir %s\n"), dir);
		return 0;
	}
	if ((doc = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	rc = json_put_str(doc, "dir", dir, e);
	if (rc == 0)
		rc = json_put_str(doc, "role", role, e);
	if (rc == 0)
		rc = json_put_str(doc, "code", o->value[OPT_CODE], e);
	if (rc == 0)
		rc = json_put_str(doc, "name", o->value[OPT_NAME], e);
	if (rc == 0)
		out_json(&c->out, doc);
	cJSON_Delete(doc);
	return rc;
}

int
cmd_setup_init(struct cmd *c, struct err *e)
{
	const char *dir = cmd_dir(c->opts);
	char program[PATH_MAX];
	struct daemon_args a = { .n = 0 };
	int rc;

	if (c->opts->value[OPT_SOCKET] != NULL)
		return err_set(e, ERR_USAGE, 0,
		    "option '--%s' does not belong to this command", "socket");
	if (c->opts->value[OPT_CODE] == NULL ||
	    c->opts->value[OPT_NAME] == NULL) {
		err_set(e, ERR_USAGE, 0, "--code and --name are needed");
		err_hint(e, "for example: %s",
		    "pmqa --dir A init --code 9105 --name ละงู");
		return ERR_USAGE;
	}
	if (dir == NULL)
		dir = SYSTEM_DIR;
	if ((rc = file_own(program, sizeof(program), "pmqad", e)) < 0)
		return rc;
	if ((rc = init_argv(c, dir, &a, e)) == 0 &&
	    (rc = daemon_run(program, &a, NULL, e)) == 0)
		rc = print_init(c, dir, e);
	daemon_args_release(&a);
	return rc;
}
