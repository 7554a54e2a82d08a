#include "store/save/action.h"

#include "store/look/asof.h"
#include "store/save/fields.h"
#include "store/save/shortname.h"

#define PATH_LEN 120

static void
action_path(int year, const char *id, char ret[PATH_LEN])
{
	snprintf(ret, PATH_LEN, "%d/actions/%.72s.json", year, id);
}

/* Names the actions that there are. */
static int
no_action(struct store *s, const struct branch *b, int year, const char *id,
    struct err *e)
{
	struct buf names = BUF_INIT;
	cJSON *all = NULL;
	const cJSON *c;
	char dir[24];
	int rc;

	snprintf(dir, sizeof(dir), "%d/actions", year);
	if ((rc = asof_below(s, b, dir, &all, e)) < 0)
		return rc;
	cJSON_ArrayForEach (c, all) {
		buf_printf(&names, "%s%s", names.len > 0 ? " " : "", c->string);
	}
	if (names.len == 0)
		rc = err_set(e, ERR_NOT_FOUND, 0,
		    "the plan of %d has no action '%.30s', and no other yet",
		    year, id);
	else
		rc = err_set(e, ERR_NOT_FOUND, 0,
		    "the plan of %d has no action '%.30s', only %s", year, id,
		    buf_str(&names));
	err_hint(e, "they are listed by: pmqa action list");
	buf_release(&names);
	cJSON_Delete(all);
	return rc;
}

/* The year that is asked for, and its action as it is; NULL when id is NULL. */
static int
find_action(struct store *s, const struct ask *a, const char *id,
    char path[PATH_LEN], cJSON **ret, int *ret_year, struct err *e)
{
	struct branch *b = NULL;
	struct asof there = { 0 };
	int rc;

	*ret = NULL;
	if ((rc = store_cycle(s, "", a->year, ret_year, NULL, e)) < 0)
		return rc;
	if (id == NULL)
		return 0;
	if ((rc = store_own_branch(s, "", &b, e)) < 0)
		return rc;
	action_path(*ret_year, id, path);
	if ((rc = asof_record(s, b, path, ASOF_NOW, &there, e)) < 0)
		return rc;
	*ret = there.rec;
	return there.rec != NULL ? 0 : no_action(s, b, *ret_year, id, e);
}

/* What follows from what was given: a new action is open, one that is done is
 * done wholly. */
struct implied {
	struct save_change changes[2];
	cJSON *status, *progress;
	size_t n;
};

static int
imply(struct implied *im, const char *path, const cJSON *fields, int is_new,
    struct err *e)
{
	const char *status = json_str(fields, "status");

	memset(im, 0, sizeof(*im));
	if (is_new && (status == NULL || status[0] == '\0')) {
		if ((im->status = cJSON_CreateString("open")) == NULL)
			return err_nomem(e);
		im->changes[im->n].field = "status";
		im->changes[im->n].path = path;
		im->changes[im->n++].value = im->status;
	}
	if (status != NULL && strcmp(status, "done") == 0 &&
	    json_get(fields, "progress") == NULL) {
		if ((im->progress = cJSON_CreateNumber(100)) == NULL)
			return err_nomem(e);
		im->changes[im->n].field = "progress";
		im->changes[im->n].path = path;
		im->changes[im->n++].value = im->progress;
	}
	return 0;
}

static void
implied_release(struct implied *im)
{
	cJSON_Delete(im->status);
	cJSON_Delete(im->progress);
}

static int
check_new(const cJSON *fields, struct err *e)
{
	const char *what = json_str(fields, "what");

	if (what != NULL && what[strspn(what, " \t\n")] != '\0')
		return 0;
	err_set(e, ERR_INVALID, 0, "a new action needs 'what' is to be done");
	err_hint(e,
	    "for example: pmqa action add what='...' items=1.1 who='...' "
	    "due=2569-09-30 priority=quick");
	return ERR_INVALID;
}

/* Where an action came from is written when it is carried over, never typed. */
static int
check_origin(const cJSON *fields, struct err *e)
{
	if (json_get(fields, "origin.year") == NULL)
		return 0;
	return err_set(e, ERR_INVALID, 0,
	    "'origin.year' is set when an action is carried over");
}

static void
fill_req(struct save_req *req, const struct ask *a)
{
	memset(req, 0, sizeof(*req));
	req->office = "";
	req->person = a->person;
	req->action = "plan";
	req->reason = a->reason;
	req->if_rev = a->if_rev;
}

int
action_set(struct store *s, const struct ask *a, const char *id,
    const cJSON *fields, cJSON **ret, struct err *e)
{
	struct implied im = { 0 };
	struct save_req req;
	cJSON *there = NULL;
	char path[PATH_LEN], name[72];
	int year = 0, rc;

	if ((rc = find_action(s, a, id, path, &there, &year, e)) < 0 ||
	    (rc = check_origin(fields, e)) < 0)
		goto out;
	snprintf(name, sizeof(name), "%s", id != NULL ? id : "");
	if (id == NULL) {
		if ((rc = check_new(fields, e)) < 0 ||
		    (rc = shortname_action(s, name, e)) < 0)
			goto out;
		action_path(year, name, path);
	}
	if ((rc = imply(&im, path, fields, id == NULL, e)) < 0)
		goto out;
	fill_req(&req, a);
	rc = fields_save(s, &req, path, "", fields, im.changes, im.n, ret, e);
	if (rc == 0)
		rc = json_put_str(*ret, "id", name, e);
out:
	implied_release(&im);
	cJSON_Delete(there);
	return rc;
}

int
action_remove(struct store *s, const struct ask *a, const char *id, cJSON **ret,
    struct err *e)
{
	struct save_change change;
	struct save_req req;
	cJSON *there = NULL;
	char path[PATH_LEN];
	int year = 0, rc;

	if ((rc = find_action(s, a, id, path, &there, &year, e)) < 0)
		return rc;
	cJSON_Delete(there);
	memset(&change, 0, sizeof(change));
	change.path = path;
	change.op = SAVE_WHOLE;
	fill_req(&req, a);
	req.changes = &change;
	req.n_changes = 1;
	if ((rc = save_run(s, &req, ret, e)) < 0)
		return rc;
	return json_put_str(*ret, "id", id, e);
}
