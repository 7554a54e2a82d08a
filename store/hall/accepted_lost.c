#include "store/hall/accepted_lost.h"

#include <unistd.h>

#include "base/clock.h"
#include "store/hall/accepted.h"
#include "store/hall/moving.h"
#include "store/sign/commit.h"

#define OFFICE_REF "refs/heads/office"
#define AT_START "found at the start: a crash kept its own line out"
#define START_WAIT_MS 5000
#define WAIT_STEP_US 5000
#define LATER "found afterwards: its own line was not written"

static int
enter(struct store *s, struct repo *r, const char *code,
    const unsigned char *old, const unsigned char tip[20], const char *reason,
    struct err *e)
{
	struct accepted_entry en = { .office = code,
		.ref = OFFICE_REF,
		.result = "admitted",
		.reason = reason };
	struct buf raw = BUF_INIT;
	struct commit *c = calloc(1, sizeof(*c));
	char hex[41], before[41];
	int rc;

	if (c == NULL)
		return err_nomem(e);
	commit_hex(tip, hex);
	if (old != NULL)
		commit_hex(old, before);
	if ((rc = repo_read(r, tip, OBJECT_COMMIT, COMMIT_MAX, &raw, e)) == 0 &&
	    (rc = commit_parse(buf_str(&raw), raw.len, c, e)) == 0) {
		en.device = c->device;
		en.new_ = hex;
		en.old = old != NULL ? before : NULL;
		en.time = clock_now();
		rc = accepted_add(store_conf(s)->dir, &en, NULL, e);
	}
	buf_release(&raw);
	free(c);
	return rc;
}

/* While no push of the office is under way: one that has moved the branch is
 * about to write its line. */
static int
be_alone(struct store *s, struct repo *r, const char *code, int64_t wait_ms,
    struct moving *ret, struct err *e)
{
	const int64_t deadline = clock_mono_ms() + wait_ms;
	const char *dir = store_conf(s)->dir;
	int rc;

	while ((rc = moving_try(ret, dir, code, repo_path(r), e)) == ERR_BUSY &&
	       clock_mono_ms() < deadline)
		usleep(WAIT_STEP_US);
	return rc;
}

static int
enter_if_lost(struct store *s, struct repo *r, const char *code,
    const unsigned char *old, const unsigned char tip[20], int64_t after,
    const char *reason, struct err *e)
{
	char hex[41];
	const struct accepted_entry en = {
		.office = code, .ref = OFFICE_REF, .new_ = hex
	};
	int logged = 0, rc;

	commit_hex(tip, hex);
	rc = accepted_has(store_conf(s)->dir, &en, after, &logged, e);
	return rc < 0 || logged ? rc : enter(s, r, code, old, tip, reason, e);
}

int
accepted_lost_enter(struct store *s, struct repo *r, const char *code,
    const unsigned char *old, const unsigned char tip[20], int64_t after,
    struct err *e)
{
	struct moving m;
	int rc = be_alone(s, r, code, START_WAIT_MS, &m, e);

	if (rc == 0)
		rc = enter_if_lost(s, r, code, old, tip, after, AT_START, e);
	moving_end(&m);
	/* a push that was stopped must not keep the hall from starting */
	return rc == ERR_BUSY ? 0 : rc;
}

int
accepted_lost_settle(
    struct store *s, const char *code, int *ret_behind, struct err *e)
{
	struct branch *b = NULL;
	struct repo *r = NULL;
	unsigned char tip[20];
	struct moving m;
	int rc;

	*ret_behind = 0;
	if ((rc = store_repo(s, code, &r, e)) < 0)
		return rc;
	if ((rc = repo_ref(r, OFFICE_REF, tip, e)) < 0)
		return rc == ERR_NOT_FOUND ? 0 : rc;
	if ((rc = store_branch(s, code, "office", &b, e)) < 0 ||
	    (b->has_tip && memcmp(b->tip, tip, sizeof(tip)) == 0))
		return rc;
	if ((rc = be_alone(s, r, code, 0, &m, e)) == 0)
		rc = enter_if_lost(
		    s, r, code, b->has_tip ? b->tip : NULL, tip, 0, LATER, e);
	moving_end(&m);
	*ret_behind = rc == 0;
	/* who pushes now asks for it by itself */
	return rc == ERR_BUSY ? 0 : rc;
}
