#include "daemon/receive/receive_auditor.h"

#include <unistd.h>

#include "base/file.h"
#include "daemon/receive/hall_call.h"
#include "daemon/receive/receive_git.h"
#include "daemon/receive/receive_slot.h"
#include "daemon/sync/remark.h"
#include "store/hall/auditors.h"
#include "store/hall/province.h"
#include "store/record/canon.h"

#define COMMAND "git-upload-pack '"
#define PLACE "province'"

static const char *const options[] = { "core.hooksPath=/dev/null", "gc.auto=0",
	"maintenance.auto=false", "core.bigFileThreshold=1m",
	"core.deltaBaseCacheLimit=32m", "pack.threads=1",
	"uploadpack.allowAnySHA1InWant=false", "uploadpack.allowFilter=false",
	"uploadpack.keepAlive=5", "transfer.hideRefs=refs/",
	("transfer.hideRefs=!" PROVINCE_HALL_REF),
	"transfer.hideRefs=!refs/offices", "transfer.hideRefs=!refs/halls" };
#define N_OPTIONS (sizeof(options) / sizeof(*options))

/* 1 when this is the one command. NULL is none. */
static int
is_command(const char *text)
{
	if (text == NULL || strncmp(text, COMMAND, strlen(COMMAND)) != 0)
		return 0;
	text += strlen(COMMAND);
	if (text[0] == '/')
		text++;
	return strcmp(text, PLACE) == 0;
}

/* sshd's list may be older than the hall's. */
static int
check_known(const char *dir, const char *name, struct err *e)
{
	struct buf text = BUF_INIT;
	char path[640];
	cJSON *all = NULL;
	int rc;

	if ((rc = auditors_check_name(name, e)) < 0 ||
	    (rc = file_path(path, sizeof(path), e, "%s/auditors.json", dir)) <
		0)
		return rc;
	rc = file_read(path, CANON_MAX, &text, e);
	if (rc == 0)
		rc = canon_parse(buf_str(&text), text.len, &all, e);
	if (rc == ERR_NOT_FOUND || (rc == 0 && json_get(all, name) == NULL))
		rc = err_set(e, ERR_DENIED, 0,
		    "auditor '%s' is not known to this hall any more", name);
	cJSON_Delete(all);
	buf_release(&text);
	return rc;
}

static int
check_command(const char *text, struct err *e)
{
	if (is_command(text))
		return 0;
	if (text == NULL || text[0] == '\0')
		err_set(e, ERR_DENIED, 0,
		    "this key opens no shell, it only fetches the province's "
		    "repository");
	else
		err_set(e, ERR_DENIED, 0,
		    "an auditor's key fetches 'province' and does nothing "
		    "else");
	err_hint(e, "git clone ssh://ADDRESS-OF-THE-HALL/province");
	return ERR_DENIED;
}

static int
become_git(struct receive *r, const char *repo, struct err *e)
{
	const char *args[2 * N_OPTIONS + 8];
	struct receive_around around;
	union {
		const char **in;
		char *const *out;
	} u = { .in = args };
	size_t n = 0, i;

	args[n++] = "git";
	for (i = 0; i < N_OPTIONS; i++) {
		args[n++] = "-c";
		args[n++] = options[i];
	}
	args[n++] = "upload-pack";
	args[n++] = "--strict";
	args[n++] = repo;
	args[n] = NULL;
	/* in git's first protocol: in the second any object can be asked for
	 * by its id, what no ref reaches, too */
	receive_git_around(r, NULL, &around);
	alarm((unsigned)r->seconds); /* holds through exec */
	environ = around.list;
	execvp(args[0], u.out);
	return err_sys(e, "cannot exec '%s'", args[0]);
}

/* What is there is served even when the daemon is away. */
static void
refresh(const struct receive *r)
{
	struct err err;

	if (hall_call_province(r->dir, &err) < 0)
		receive_log(r, "province", NULL, NULL, "trouble", err.msg);
}

static int
serve(struct receive *r, const char *name, struct err *e)
{
	char repo[640], who[64], slot[64];
	int rc;

	if ((rc = check_known(r->dir, name, e)) < 0 ||
	    (rc = check_command(secure_getenv("SSH_ORIGINAL_COMMAND"), e)) < 0)
		return rc;
	/* as of a device: one key holds no more than so many processes */
	snprintf(slot, sizeof(slot), "auditor-%s", name);
	if ((rc = receive_slot_take(r, slot, e)) < 0 ||
	    (rc = receive_git_limits(COMMAND_FETCH, e)) < 0 ||
	    (rc = file_path(repo, sizeof(repo), e, "%s/province.git", r->dir)) <
		0)
		return rc;
	refresh(r);
	snprintf(who, sizeof(who), "auditor %s", name);
	receive_log(r, "province", NULL, NULL, "served", who);
	return become_git(r, repo, e);
}

int
receive_auditor_main(const char *dir, const char *name)
{
	struct receive r;
	struct err err;
	char text[500];
	int rc;

	memset(&r, 0, sizeof(r));
	r.seconds = RECEIVE_SECONDS;
	if (dir[0] != '/')
		rc = err_set(&err, ERR_USAGE, 0,
		    "the hall's directory must be an absolute path");
	else
		rc = file_path(r.dir, sizeof(r.dir), &err, "%s", dir);
	if (rc == 0) {
		rc = serve(&r, name, &err);
		snprintf(
		    text, sizeof(text), "auditor %.40s: %s", name, err.msg);
		receive_log(&r, "province", NULL, NULL,
		    rc == ERR_DENIED ? "denied" : "trouble", text);
	}
	receive_say_err(
	    rc == ERR_DENIED ? REMARK_DENIED : REMARK_TROUBLE, &err);
	return rc == ERR_USAGE ? 2 : 1;
}
