#include <errno.h>
#include <sys/statvfs.h>

#include "daemon/handlers/handlers.h"
#include "daemon/server.h"
#include "store/hall/announce.h"
#include "store/view/query.h"

#define YEAR_MAX 9999
/* below this the disk counts as full: enough for a day of an office */
#define STORAGE_LOW_BYTES (64 * 1024 * 1024)

int
handlers_office(const struct call *c, const struct store *s, const char **ret,
    struct err *e)
{
	const char *office = json_str(c->params, "office");
	int rc;

	if (office == NULL || office[0] == '\0') {
		if (store_conf(s)->role != ROLE_OFFICE) {
			err_set(e, ERR_USAGE, 0,
			    "%s: parameter 'office' is missing: which office?",
			    c->method->name);
			err_hint(e,
			    "name it: --office CODE; pmqa hall status lists "
			    "them");
			return ERR_USAGE;
		}
		*ret = "";
		return 0;
	}
	if ((rc = conf_check_code(ROLE_OFFICE, office, e)) < 0)
		return rc;
	if (store_conf(s)->role == ROLE_OFFICE &&
	    strcmp(office, store_conf(s)->code) != 0)
		return err_set(e, ERR_NOT_FOUND, 0,
		    "office '%.20s' is not kept here, only '%s'", office,
		    store_conf(s)->code);
	*ret = office;
	return 0;
}

int
handlers_span(const struct call *c, int64_t since, int64_t until, struct err *e)
{
	if (since == 0 || until == 0 || since <= until)
		return 0;
	err_set(e, ERR_INVALID, 0,
	    "nothing lies between: '%.40s' is later than '%.40s'",
	    json_str(c->params, "since"), json_str(c->params, "until"));
	err_hint(e, "since is the earlier of the two, until the later");
	return ERR_INVALID;
}

int
handlers_year(const struct call *c, int *ret, struct err *e)
{
	int64_t year = json_int(c->params, "year", 0);

	if (year < 0 || year > YEAR_MAX)
		return err_set(e, ERR_INVALID, 0, "'%lld' is not a fiscal year",
		    (long long)year);
	*ret = (int)year;
	return 0;
}

int
handlers_place(const struct call *c, const struct store *s, int *ret_year,
    const char **ret_office, struct err *e)
{
	int rc = handlers_year(c, ret_year, e);

	return rc < 0 ? rc : handlers_office(c, s, ret_office, e);
}

static int
add_storage(const struct store *s, cJSON *status, struct err *e)
{
	const char *dir = store_conf(s)->dir;
	cJSON *storage = NULL;
	struct statvfs fs;
	int64_t free_bytes;
	int rc;

	if (statvfs(dir, &fs) != 0)
		return err_sys(e, "cannot look at '%s'", dir);
	free_bytes = (int64_t)(fs.f_bavail * fs.f_frsize);
	storage = cJSON_CreateObject();
	if ((rc = json_put(status, "storage", storage, e)) < 0)
		return rc;
	if ((rc = json_put_bool(
		 storage, "ok", free_bytes >= STORAGE_LOW_BYTES, e)) < 0)
		return rc;
	return json_put_int(storage, "free_bytes", free_bytes, e);
}

static int
run_status(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	cJSON *status = NULL, *news = NULL;
	int rc;

	(void)c;
	if ((rc = query_status(s, &status, e)) < 0)
		return rc;
	if ((rc = add_storage(s, status, e)) < 0 ||
	    (rc = announce_unread(s, &news, e)) < 0 ||
	    (rc = json_put(status, "announcements", news, e)) < 0) {
		cJSON_Delete(status);
		return rc;
	}
	*ret = status;
	return 0;
}

/* What only the loop knows: the sync, and whether the journal gets written. */
static int
after_status(struct call *c, struct err *e)
{
	cJSON *sync = NULL;
	cJSON *storage = json_get(c->result, "storage");
	int rc;

	if (c->server->sync == NULL)
		sync = cJSON_CreateNull();
	else if ((rc = sync_status(c->server->sync, &sync, e)) < 0)
		return rc;
	cJSON_DeleteItemFromObjectCaseSensitive(c->result, "sync");
	if ((rc = json_put(c->result, "sync", sync, e)) < 0)
		return rc;
	if (c->server->flush == NULL || !flush_is_failing(c->server->flush))
		return 0;
	cJSON_DeleteItemFromObjectCaseSensitive(storage, "ok");
	return json_put_bool(storage, "ok", 0, e);
}

const struct handler handlers_read[] = {
	{ "status", run_status, NULL, after_status },
};
const size_t handlers_n_read = sizeof(handlers_read) / sizeof(*handlers_read);
