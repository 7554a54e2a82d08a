/* What is new, for programs that keep a copy elsewhere (client/publish/). */
#include "daemon/handlers/handlers.h"
#include "store/view/feed.h"

#define FEED_LIMIT 500

static int
run_heads(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	(void)c;
	return feed_heads(s, ret, e);
}

/* "office" or "hall": a branch is made when first asked for, so no other. */
static int
read_branch(const struct call *c, const char **ret, struct err *e)
{
	*ret = json_str(c->params, "branch");
	if (strcmp(*ret, "office") == 0 || strcmp(*ret, "hall") == 0)
		return 0;
	return err_set(e, ERR_INVALID, 0,
	    "branch must be 'office' or 'hall', not '%.40s'", *ret);
}

static int
run_revisions(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	int64_t limit = json_int(c->params, "limit", FEED_LIMIT);
	struct feed_query q = { .after = json_str(c->params, "after"),
		.n = json_int(c->params, "n", 0) };
	int rc;

	if ((rc = handlers_office(c, s, &q.office, e)) < 0 ||
	    (rc = read_branch(c, &q.branch, e)) < 0)
		return rc;
	if (limit < 1 || limit > FEED_LIMIT_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "limit must be between 1 and %d", FEED_LIMIT_MAX);
	q.limit = (int)limit;
	return feed_revisions(s, &q, ret, e);
}

static int
run_answers(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct feed_stretch q = { .from = json_str(c->params, "from"),
		.to = json_str(c->params, "to"),
		.after = json_str(c->params, "after") };
	int rc;

	if ((rc = handlers_office(c, s, &q.office, e)) < 0 ||
	    (rc = read_branch(c, &q.branch, e)) < 0)
		return rc;
	return feed_answers(s, &q, ret, e);
}

const struct handler handlers_feed[] = {
	{ "feed.heads", run_heads, NULL, NULL },
	{ "feed.revisions", run_revisions, NULL, NULL },
	{ "feed.answers", run_answers, NULL, NULL },
};
const size_t handlers_n_feed = sizeof(handlers_feed) / sizeof(*handlers_feed);
