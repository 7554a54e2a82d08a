#include "daemon/receive/receive_steps.h"

#include "daemon/receive/receive_http.h"
#include "store/git/giterr.h"
#include "store/git/steps.h"
#include "store/sign/commit.h"

/* Where the line ends: what was asked for, else the tip. *ret_has 0: there is
 * nothing to tell. */
static int
find_end(struct repo *repo, const struct receive *r, const struct command *c,
    unsigned char ret[20], int *ret_has, struct err *e)
{
	char ref[96];
	int rc;

	*ret_has = 1;
	if (c->want[0] != '\0')
		return commit_unhex(c->want, ret, e);
	if (r->sha[0] != '\0')
		snprintf(ref, sizeof(ref), "refs/evidence/%s", r->sha);
	else
		snprintf(ref, sizeof(ref), "refs/heads/%s",
		    c->hall ? "hall" : "office");
	rc = repo_ref(repo, ref, ret, e);
	if (rc != ERR_NOT_FOUND)
		return rc;
	*ret_has = 0;
	return 0;
}

static int
list(struct repo *repo, const struct receive *r, const struct command *c,
    struct steps *ret, struct err *e)
{
	unsigned char end[20], have[20];
	int has = 0, rc;

	ret->n = 0;
	if ((rc = find_end(repo, r, c, end, &has, e)) < 0 || !has ||
	    (c->have[0] != '\0' && (rc = commit_unhex(c->have, have, e)) < 0))
		return rc;
	rc = steps_list(repo, end, c->have[0] != '\0' ? have : NULL, ret, e);
	/* what the device named is no damage of the hall's */
	if (c->want[0] != '\0' && (rc == ERR_DAMAGED || rc == ERR_INVALID))
		rc = err_set(e, ERR_REFUSED, 0,
		    "commit %.10s is not at the hall", c->want);
	return rc;
}

int
receive_steps(const struct receive *r, const struct command *c, struct err *e)
{
	struct steps *s = malloc(sizeof(*s));
	struct buf text = BUF_INIT;
	struct repo *repo = NULL;
	int rc;

	if (s == NULL)
		return err_nomem(e);
	if ((rc = giterr_init(e)) < 0) {
		free(s);
		return rc;
	}
	if ((rc = repo_open(r->sha[0] != '\0' ? r->evidence_repo : r->repo,
		 &repo, e)) < 0 ||
	    (rc = list(repo, r, c, s, e)) < 0)
		goto out;
	if (r->http != NULL) {
		rc = receive_http_steps(r, s, e);
		goto out;
	}
	steps_print(s, &text);
	if ((rc = buf_ok(&text, e)) == 0 && text.len > 0 &&
	    (fwrite(text.data, 1, text.len, stdout) != text.len ||
		fflush(stdout) != 0))
		rc = err_sys(e, "cannot write to the device");
out:
	buf_release(&text);
	repo_close(repo);
	giterr_shutdown();
	free(s);
	return rc;
}
