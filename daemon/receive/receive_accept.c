#include "daemon/receive/receive_accept.h"

#include "base/clock.h"
#include "daemon/receive/receive_git.h"
#include "store/hall/accepted.h"

static const char *const roads[] = { "https", "path", "ssh", "stick" };

void
receive_accept_road(struct receive *r)
{
	const char *told = secure_getenv("PMQA_ROAD");
	const char *road =
	    secure_getenv("SSH_CONNECTION") != NULL ? "ssh" : "path";
	size_t i;

	for (i = 0; told != NULL && i < sizeof(roads) / sizeof(*roads); i++)
		if (strcmp(told, roads[i]) == 0)
			road = roads[i];
	snprintf(r->road, sizeof(r->road), "%s", road);
}

static int
add(const struct receive *r, const struct door_update *u, const char *result,
    const char *reason, struct err *e)
{
	const struct accepted_entry entry = {
		.office = r->office,
		.device = r->device,
		.ref = u != NULL ? u->ref : NULL,
		.old = u != NULL ? u->old : NULL,
		.new_ = u != NULL ? u->new_ : NULL,
		.result = result,
		.road = r->road,
		.reason = reason,
		.time = clock_now(),
	};

	/* the log grows for a year, beyond what one push may write */
	receive_git_larger_files();
	return accepted_add(r->dir, &entry, NULL, e);
}

int
receive_accept_admitted(
    const struct receive *r, const struct door_update *u, struct err *e)
{
	return add(r, u, "admitted", NULL, e);
}

void
receive_accept_refused(const struct receive *r, const struct door_update *u,
    const char *result, const char *reason)
{
	struct err err;

	if (add(r, u, result, reason, &err) < 0)
		receive_log(r, "log", NULL, NULL, "trouble", err.msg);
}

int
receive_accept_ready(const struct receive *r, struct err *e)
{
	return accepted_ready(r->dir, e);
}
