#include "daemon/peer.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

#define LOOKUP_MAX (64 * 1024) /* bytes of one entry of the user database */
#define GROUPS_MAX 65536       /* NGROUPS_MAX of Linux */

#define BIT(right) (1u << (unsigned)(right))

const struct peer_groups peer_groups = { PEER_GROUP_USER, PEER_GROUP_CHIEF,
	PEER_GROUP_ADMIN };

static const char *const right_names[] = {
	[RIGHT_READ] = "read",
	[RIGHT_WRITE] = "write",
	[RIGHT_CHIEF] = "chief",
	[RIGHT_ADMIN] = "admin",
	[RIGHT_SELF] = "self",
};

/* The first part of a GECOS field, if it may stand in a commit. */
static int
take_full_name(struct person *p, const char *gecos)
{
	size_t len = strcspn(gecos, ",");

	while (len > 0 && gecos[len - 1] == ' ')
		len--;
	if (len == 0 || len >= sizeof(p->name) ||
	    !text_is_utf8(gecos, len, NULL) || strcspn(gecos, "<>\n") < len)
		return 0;
	memcpy(p->name, gecos, len);
	p->name[len] = '\0';
	return 1;
}

void
peer_plain_login(char *login)
{
	char *p;

	for (p = login; *p != '\0'; p++) {
		if (strchr(
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			"0123456789._-",
			*p) == NULL)
			*p = '.';
	}
	if (login[0] == '.' || login[0] == '-')
		login[0] = '_';
}

static int
lookup_person(uid_t uid, struct person *ret, struct err *e)
{
	struct passwd pw, *found = NULL;
	char *mem = malloc(LOOKUP_MAX);
	int rc;

	if (mem == NULL)
		return err_nomem(e);
	rc = getpwuid_r(uid, &pw, mem, LOOKUP_MAX, &found);
	if (rc == 0 && found != NULL &&
	    strlen(found->pw_name) < sizeof(ret->login))
		snprintf(ret->login, sizeof(ret->login), "%s", found->pw_name);
	else
		snprintf(ret->login, sizeof(ret->login), "uid%lu",
		    (unsigned long)uid);
	if (rc != 0 || found == NULL ||
	    !take_full_name(
		ret, found->pw_gecos != NULL ? found->pw_gecos : ""))
		snprintf(ret->name, sizeof(ret->name), "%s", ret->login);
	free(mem);
	return 0;
}

/* The gid of a group by name; 0 when the system has none such. */
static int
group_id(const char *name, char *mem, gid_t *ret)
{
	struct group gr, *found = NULL;

	if (getgrnam_r(name, &gr, mem, LOOKUP_MAX, &found) != 0 ||
	    found == NULL)
		return 0;
	*ret = gr.gr_gid;
	return 1;
}

static int
is_member(const char *name, char *mem, const gid_t *groups, int n)
{
	gid_t gid;
	int i;

	if (!group_id(name, mem, &gid))
		return 0;
	for (i = 0; i < n; i++)
		if (groups[i] == gid)
			return 1;
	return 0;
}

static int
list_groups(
    const char *login, gid_t gid, gid_t **ret, int *ret_n, struct err *e)
{
	int n = 64;
	gid_t *groups = NULL;

	for (;;) {
		int room = n;
		gid_t *more = reallocarray(groups, (size_t)n, sizeof(*groups));

		if (more == NULL) {
			free(groups);
			return err_nomem(e);
		}
		groups = more;
		if (getgrouplist(login, gid, groups, &n) >= 0)
			break;
		if (n <= room || n > GROUPS_MAX) {
			free(groups);
			return err_set(e, ERR_SYS, 0,
			    "cannot list the groups of '%s'", login);
		}
	}
	*ret = groups;
	*ret_n = n;
	return 0;
}

static int
group_rights(const char *login, gid_t gid, const struct peer_groups *names,
    unsigned *ret, struct err *e)
{
	char *mem = malloc(LOOKUP_MAX);
	gid_t *groups = NULL;
	int n = 0, rc;

	if (mem == NULL)
		return err_nomem(e);
	if ((rc = list_groups(login, gid, &groups, &n, e)) < 0)
		goto out;
	if (is_member(names->user, mem, groups, n))
		*ret |= BIT(RIGHT_READ) | BIT(RIGHT_WRITE);
	if (is_member(names->chief, mem, groups, n))
		*ret |= BIT(RIGHT_CHIEF);
	if (is_member(names->admin, mem, groups, n))
		*ret |= BIT(RIGHT_ADMIN);
out:
	free(groups);
	free(mem);
	return rc;
}

int
peer_lookup(uid_t uid, gid_t gid, const struct peer_groups *groups,
    struct peer *ret, struct err *e)
{
	struct peer p = { .uid = uid, .gid = gid };
	int rc;

	if ((rc = lookup_person(uid, &p.person, e)) < 0)
		return rc;
	p.rights = BIT(RIGHT_NONE);
	if (uid == 0 || uid == geteuid())
		p.rights |= BIT(RIGHT_READ) | BIT(RIGHT_WRITE) |
			    BIT(RIGHT_CHIEF) | BIT(RIGHT_ADMIN) |
			    BIT(RIGHT_SELF);
	else if ((rc = group_rights(
		      p.person.login, gid, groups, &p.rights, e)) < 0)
		return rc;
	peer_plain_login(p.person.login); /* the groups know the real one */
	*ret = p;
	return 0;
}

int
peer_of(const uv_pipe_t *pipe, struct peer *ret, struct err *e)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);
	uv_os_fd_t fd;
	int rc;

	rc = uv_fileno((const uv_handle_t *)pipe, &fd);
	if (rc < 0)
		return err_set(e, ERR_SYS, -rc, "cannot tell who connects: %s",
		    uv_strerror(rc));
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
		return err_sys(e, "cannot tell who connects");
	if ((rc = peer_lookup(cred.uid, cred.gid, &peer_groups, ret, e)) < 0)
		return rc;
	ret->pid = cred.pid;
	return 0;
}

int
peer_may(const struct peer *p, enum right right)
{
	return (p->rights & BIT(right)) != 0;
}

int
peer_rights_json(const struct peer *p, cJSON **ret, struct err *e)
{
	cJSON *arr = cJSON_CreateArray();
	size_t i;
	int rc = 0;

	if (arr == NULL)
		return err_nomem(e);
	for (i = RIGHT_READ; i < sizeof(right_names) / sizeof(*right_names);
	     i++) {
		if (!peer_may(p, (enum right)i))
			continue;
		if ((rc = json_push_str(arr, right_names[i], e)) < 0) {
			cJSON_Delete(arr);
			return rc;
		}
	}
	*ret = arr;
	return rc;
}
