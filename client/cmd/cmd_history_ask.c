#include "client/cmd/cmd_history_ask.h"

#include "base/buf.h"
#include "client/cmd/cmd_history.h"
#include "client/labels.h"

int
cmd_history_record(cJSON *params, const char *arg, struct err *e)
{
	size_t len;
	const char *field = cmd_history_split(arg, &len);
	char *record = strndup(arg, len);
	int rc;

	if (record == NULL)
		return err_nomem(e);
	rc = json_put_str(params, "record", record, e);
	free(record);
	if (rc == 0 && field != NULL)
		rc = json_put_str(params, "field", field, e);
	return rc;
}

static int
put_flag(const struct cmd *c, cJSON *params, enum opt o, const char *name,
    struct err *e)
{
	return c->opts->value[o] != NULL ? json_put_bool(params, name, 1, e)
					 : 0;
}

/* ITEM[.FIELD] is an argument, or (scripts say it so) --item. */
static int
put_record(const struct cmd *c, cJSON *params, struct err *e)
{
	const char *item = c->opts->value[OPT_ITEM];

	if (item != NULL && c->n_args > 0)
		return err_set(e, ERR_USAGE, 0,
		    "the item is named twice: '%s' and --item %s", c->args[0],
		    item);
	if (c->n_args > 0)
		item = c->args[0];
	return item != NULL ? cmd_history_record(params, item, e) : 0;
}

/* A word that nothing bears would find nothing, and look like innocence. */
static int
put_action(const struct cmd *c, cJSON *params, struct err *e)
{
	const char *given = c->opts->value[OPT_ACTION], *word;
	struct buf all = BUF_INIT;

	if (given == NULL)
		return 0;
	if ((word = labels_action_word(given)) != NULL)
		return json_put_str(params, "action", word, e);
	for (size_t i = 0; (word = labels_action_at(i)) != NULL; i++)
		buf_printf(&all, "%s%s", i > 0 ? ", " : "", word);
	err_set(e, ERR_USAGE, 0, "nothing is done as '%.40s'; there are: %s",
	    given, buf_str(&all));
	buf_release(&all);
	return ERR_USAGE;
}

int
cmd_history_params(const struct cmd *c, cJSON **ret, struct err *e)
{
	static const struct {
		enum opt opt;
		const char *name;
	} texts[] = { { OPT_BRANCH, "branch" }, { OPT_PERSON, "person" },
		{ OPT_DEVICE, "device" }, { OPT_TEXT, "text" },
		{ OPT_SINCE, "since" }, { OPT_UNTIL, "until" } };
	cJSON *params = NULL;
	size_t i;
	int rc;

	if ((rc = cmd_params(c, &params, e)) < 0)
		return rc;
	for (i = 0; rc == 0 && i < sizeof(texts) / sizeof(*texts); i++)
		rc = cmd_param(c, params, texts[i].opt, texts[i].name, e);
	if (rc < 0 || (rc = put_action(c, params, e)) < 0 ||
	    (rc = put_flag(c, params, OPT_LATE, "late", e)) < 0 ||
	    (rc = put_flag(
		 c, params, OPT_AFTER_SUBMISSION, "after_submission", e)) < 0 ||
	    (rc = put_record(c, params, e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	*ret = params;
	return 0;
}

int
cmd_history_page(struct cmd *c, cJSON *params, long limit, const char *cursor,
    cJSON **ret, struct err *e)
{
	cJSON *copy;
	int rc;

	if ((rc = json_put_int(params, "limit", limit, e)) < 0 ||
	    (cursor != NULL &&
		(rc = json_put_str(params, "cursor", cursor, e)) < 0))
		return rc;
	if ((copy = cJSON_Duplicate(params, 1)) == NULL)
		return err_nomem(e);
	return cmd_ask(c, "history", copy, ret, e);
}

/* The revisions of page go behind those of all, and so does where to go on. */
static int
join(cJSON *all, cJSON *page, struct err *e)
{
	cJSON *to = json_get(all, "revisions");
	cJSON *from = json_get(page, "revisions"), *rev;
	int rc = 0;

	while (rc == 0 && from != NULL && (rev = from->child) != NULL)
		rc = json_push(to, cJSON_DetachItemViaPointer(from, rev), e);
	if (rc == 0)
		rc = json_put_str(all, "next", json_str(page, "next"), e);
	if (rc == 0 && json_bool(page, "cut", 0))
		rc = json_put_bool(all, "cut", 1, e);
	return rc;
}

int
cmd_history_pages(
    struct cmd *c, cJSON *params, long limit, cJSON **ret, struct err *e)
{
	const char *cursor = c->opts->value[OPT_CURSOR];
	cJSON *all = NULL, *page = NULL;
	struct cmd_history_wait wait;
	long n = 0;
	int rc;

	cmd_history_wait_begin(&wait, c, -1);
	rc = cmd_history_page(c, params, limit, cursor, &all, e);
	while (rc == 0 && (cursor = json_str(all, "next")) != NULL) {
		n = cJSON_GetArraySize(json_get(all, "revisions"));
		if (n >= limit)
			break;
		cmd_history_wait_tell(&wait, n, cursor);
		rc = cmd_history_page(c, params, limit - n, cursor, &page, e);
		if (rc == 0)
			rc = join(all, page, e);
		cJSON_Delete(page);
		page = NULL;
	}
	cmd_history_wait_end(&wait);
	if (rc < 0) {
		cJSON_Delete(all);
		return rc;
	}
	*ret = all;
	return 0;
}
