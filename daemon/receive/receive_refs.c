#include "daemon/receive/receive_refs.h"

#include "daemon/receive/receive_told.h"
#include "store/admit/side.h"
#include "store/git/giterr.h"
#include "store/git/repo.h"
#include "store/hall/returned.h"
#include "store/sign/commit.h"

#define NO_ID "0000000000000000000000000000000000000000"
#define NO_REFS "capabilities^{}"
#define PACKET_HEAD ((size_t)4)

/* Nothing that deletes, moves several refs at once, or hands over options. */
static const char can[] = "report-status report-status-v2 side-band-64k quiet "
			  "ofs-delta object-format=sha1 agent=pmqa";

/* The full names that this device may see and move now, in order; the branch of
 * its revisions with what belongs to it, or one file of evidence. */
static size_t
names_of(const struct receive *r, char ret[RECEIVE_REFS_MAX][96])
{
	if (r->sha[0] != '\0') {
		snprintf(ret[0], sizeof(ret[0]), "refs/evidence/%s", r->sha);
		snprintf(ret[1], sizeof(ret[1]), "refs/uploads/%s", r->sha);
		return 2;
	}
	snprintf(ret[0], sizeof(ret[0]), "refs/heads/office");
	snprintf(ret[1], sizeof(ret[1]), "%s", RETURNED_REF);
	side_ref(r->device, ret[2]);
	return 3;
}

static void
put_ref(struct buf *out, int *first, const char *id, const char *name)
{
	struct buf line = BUF_INIT;

	buf_printf(&line, "%s %s", id, name);
	if (*first) {
		buf_putc(&line, '\0');
		buf_puts(&line, can);
	}
	buf_putc(&line, '\n');
	*first = 0;
	buf_printf(out, "%04zx", line.len + PACKET_HEAD);
	buf_append(out, buf_str(&line), line.len);
	if (line.failed)
		out->failed = 1;
	buf_release(&line);
}

static int
put_refs(
    const struct receive *r, struct repo *repo, struct buf *out, struct err *e)
{
	char names[RECEIVE_REFS_MAX][96], hex[41];
	size_t n = names_of(r, names), i;
	unsigned char id[20];
	struct err own;
	int first = 1, rc;

	for (i = 0; i < n; i++) {
		memset(&own, 0, sizeof(own));
		rc = repo_ref(repo, names[i], id, &own);
		if (rc == ERR_NOT_FOUND)
			continue;
		if (rc < 0) {
			*e = own;
			return rc;
		}
		commit_hex(id, hex);
		put_ref(out, &first, hex, names[i]);
	}
	if (first)
		put_ref(out, &first, NO_ID, NO_REFS);
	buf_puts(out, "0000");
	return buf_ok(out, e);
}

int
receive_refs_put(const struct receive *r, const char *protocol, struct buf *out,
    struct err *e)
{
	struct receive_told told;
	struct repo *repo = NULL;
	int rc;

	receive_told_parse(protocol, &told);
	if (told.git_version == 1)
		buf_puts(out, "000eversion 1\n");
	if ((rc = giterr_init(e)) < 0)
		return rc;
	if ((rc = repo_open(r->sha[0] != '\0' ? r->evidence_repo : r->repo,
		 &repo, e)) == 0)
		rc = put_refs(r, repo, out, e);
	repo_close(repo);
	giterr_shutdown();
	return rc;
}
