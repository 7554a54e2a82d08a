#include "client/cmd/edition_pick.h"

#include "client/file/wording_file.h"

int
edition_pick_ask(struct cmd *c, const char *id, cJSON **ret, struct err *e)
{
	cJSON *params = cJSON_CreateObject();
	int rc = json_put_str(params, "id", id, e);

	if (rc == 0)
		rc = cmd_param(c, params, OPT_OFFICE, "office", e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_ask(c, "edition.export", params, ret, e);
}

/* Any that is known, with its sentences laid into it. */
static int
edition_by_id(struct cmd *c, const char *id, cJSON **ret, struct err *e)
{
	cJSON *result = NULL;
	int rc = edition_pick_ask(c, id, &result, e);

	if (rc < 0)
		return rc;
	rc = wording_file_lay(
	    json_get(result, "edition"), json_get(result, "wording"), e);
	if (rc == 0)
		*ret =
		    cJSON_DetachItemFromObjectCaseSensitive(result, "edition");
	cJSON_Delete(result);
	return rc;
}

/* The one that a year opened now would use. */
static int
newest_edition(struct cmd *c, cJSON **ret, struct err *e)
{
	cJSON *params = NULL, *list = NULL;
	const char *id;
	int rc = cmd_params(c, &params, e);

	if (rc < 0 || (rc = cmd_ask(c, "edition.list", params, &list, e)) < 0)
		return rc;
	id = json_str(list, "newest");
	rc = id != NULL
		 ? edition_by_id(c, id, ret, e)
		 : err_set(e, ERR_NOT_FOUND, 0, "there is no edition here");
	cJSON_Delete(list);
	return rc;
}

int
edition_pick(struct cmd *c, cJSON **ret, struct err *e)
{
	const char *id = c->opts->value[OPT_EDITION];
	int any_year = c->opts->value[OPT_YEAR] == NULL;
	cJSON *params = NULL;
	int rc;

	if (id != NULL && any_year)
		return edition_by_id(c, id, ret, e);
	if (id != NULL)
		return err_set(e, ERR_USAGE, 0,
		    "--edition and --year do not go together: a year has its "
		    "own edition");
	if ((rc = cmd_params(c, &params, e)) < 0)
		return rc;
	rc = cmd_ask(c, "edition.get", params, ret, e);
	if (any_year &&
	    (rc == ERR_NOT_FOUND ||
		(rc == ERR_USAGE && c->opts->value[OPT_OFFICE] == NULL)))
		rc = newest_edition(c, ret, e);
	return rc;
}
