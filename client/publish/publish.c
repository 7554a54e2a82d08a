#include "client/publish/publish.h"

#include <unistd.h>

#include "client/lang.h"
#include "client/publish/pg_schema.h"

#define LIMIT 500 /* revisions in one transaction */
#define LIMIT_MAX 1000
#define EVERY_S 2 /* between rounds */
#define RETRY_S 5 /* after a fault that may go by */
#define RETRY_MAX_S 60

/* Who the daemon is, and a database that is ready for it. */
static int
prepare(struct publish *p, struct err *e)
{
	cJSON *hello = NULL;
	const char *role, *code;
	int rc = cmd_ask(p->c, "hello", NULL, &hello, e);

	if (rc < 0)
		return rc;
	role = json_str(hello, "role");
	code = json_str(hello, "code");
	if (role == NULL || code == NULL || strcmp(role, "office") == 0) {
		rc = err_set(e, ERR_USAGE, 0,
		    "this is an office: a hall or a ministry fills a database");
	} else if ((rc = pg_open(p->c->args[0], &p->pg, e)) == 0) {
		rc = pg_schema_prepare(p->pg, role, code, e);
	}
	cJSON_Delete(hello);
	return rc;
}

static void
let_go(struct publish *p)
{
	pg_close(p->pg);
	p->pg = NULL;
	talk_close(p->c->talk);
	p->c->talk = NULL;
}

static int
one_round(struct publish *p, struct err *e)
{
	int rc;

	p->of_office = 0;
	rc = p->pg != NULL ? 0 : prepare(p, e);
	return rc < 0 ? rc : publish_round(p, e);
}

/* What was new, since the program began. */
static int
say(struct publish *p, struct err *e)
{
	struct out *o = &p->c->out;
	cJSON *doc;
	int rc;

	if (!p->c->json) {
		out_printf(o,
		    _("Written: revisions %lld, receipts %lld; offices "
		      "brought up to date: %lld.\n"),
		    (long long)p->revisions, (long long)p->receipts,
		    (long long)p->offices);
		return out_finish(o, STDOUT_FILENO, e);
	}
	doc = cJSON_CreateObject();
	if ((rc = json_put_int(doc, "revisions", p->revisions, e)) == 0 &&
	    (rc = json_put_int(doc, "receipts", p->receipts, e)) == 0 &&
	    (rc = json_put_int(doc, "offices", p->offices, e)) == 0) {
		out_json(o, doc);
		rc = out_finish(o, STDOUT_FILENO, e);
	}
	cJSON_Delete(doc);
	return rc;
}

/* Daemon or database may come back. A commit that was not found: the hall's
 * index was just rebuilt. */
static int
may_go_by(int rc)
{
	return rc == ERR_UNREACHABLE || rc == ERR_TIMEOUT || rc == ERR_BUSY ||
	       rc == ERR_SYS || rc == ERR_NOT_FOUND;
}

static int
follow(struct publish *p, struct err *e)
{
	unsigned wait_s = RETRY_S;
	int64_t told = -1;
	int rc;

	for (;;) {
		if ((rc = one_round(p, e)) == 0) {
			if (p->offices != told && (rc = say(p, e)) < 0)
				return rc;
			told = p->offices;
			wait_s = RETRY_S;
			sleep(EVERY_S);
			continue;
		}
		if (!may_go_by(rc) && !p->of_office)
			return rc;
		out_error(e, NULL, p->c->json);
		let_go(p);
		sleep(wait_s);
		wait_s = wait_s * 2 < RETRY_MAX_S ? wait_s * 2 : RETRY_MAX_S;
	}
}

int
publish_run(struct cmd *c, struct err *e)
{
	struct publish p = { .c = c };
	int rc =
	    opts_number(c->opts, OPT_LIMIT, 1, LIMIT_MAX, LIMIT, &p.limit, e);

	if (rc < 0)
		return rc;
	if (c->opts->value[OPT_FOLLOW] != NULL)
		rc = follow(&p, e);
	else if ((rc = one_round(&p, e)) == 0)
		rc = say(&p, e);
	pg_close(p.pg);
	return rc;
}
