#include "daemon/handlers/handlers.h"
#include "daemon/server.h"
#include "store/hall/editions.h"
#include "store/hall/wording.h"

/* Whose editions: an office's; at a hall that names none its own (NULL). */
static int
editions_of(const struct call *c, const struct store *s, const char **ret,
    struct err *e)
{
	const char *office = json_str(c->params, "office");

	if (office == NULL || office[0] == '\0') {
		*ret = editions_here(s);
		return 0;
	}
	return handlers_office(c, s, ret, e);
}

static int
run_list(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	int rc = editions_of(c, s, &office, e);

	return rc < 0 ? rc : editions_list(s, office, ret, e);
}

static int
run_export(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	const char *office = NULL;
	int rc = editions_of(c, s, &office, e);

	return rc < 0 ? rc
		      : editions_export(
			    s, office, json_str(c->params, "id"), ret, e);
}

static int
run_import(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask a;
	int rc = handlers_ask(c, &a, e);

	return rc < 0 ? rc
		      : editions_import(
			    s, &a, json_get(c->params, "edition"), ret, e);
}

static int
run_validate(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	(void)s;
	return editions_validate(json_get(c->params, "edition"), ret, e);
}

static int
run_diff(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	return editions_diff(
	    s, json_str(c->params, "from"), json_str(c->params, "to"), ret, e);
}

static int
run_wording(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask a;
	int rc = handlers_ask(c, &a, e);

	return rc < 0 ? rc
		      : wording_import(s, &a, json_str(c->params, "id"),
			    json_get(c->params, "texts"), ret, e);
}

/* Revisions of the hall branches are to be written and told. */
static int
after_published(struct call *c, struct err *e)
{
	(void)e;
	if (cJSON_GetArraySize(json_get(c->result, "published")) > 0)
		server_saved(c->server);
	return 0;
}

const struct handler handlers_edition[] = {
	{ "edition.list", run_list, NULL, NULL },
	{ "edition.export", run_export, NULL, NULL },
	{ "edition.import", run_import, NULL, after_published },
	{ "edition.validate", run_validate, NULL, NULL },
	{ "edition.diff", run_diff, NULL, NULL },
	{ "edition.wording", run_wording, NULL, after_published },
};
const size_t handlers_n_edition =
    sizeof(handlers_edition) / sizeof(*handlers_edition);
