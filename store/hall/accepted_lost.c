#include "store/hall/accepted_lost.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/hall/accepted.h"
#include "store/sign/commit.h"

#define OFFICE_REF "refs/heads/office"
#define PAGE 200
#define AT_START "found at the start: a crash kept its own line out"
#define LATER "found afterwards: its own line was not written"
/* So long a push may still be about to write the line: longer than it waits
 * for the log's lock. */
#define YOUNG_S 15

/* Does a line after this one say that the hall took this tip? */
static int
is_logged(struct store *s, const char *code, const char *hex, int64_t after,
    int *ret, struct err *e)
{
	struct accepted_query q = {
		.office = code, .result = "admitted", .limit = PAGE
	};
	char cursor[64];
	cJSON *page = NULL;
	const cJSON *line;
	int past = 0, rc;

	*ret = 0;
	do {
		cJSON_Delete(page);
		page = NULL;
		rc = accepted_page(store_conf(s)->dir, &q, &page, e);
		if (rc < 0)
			break;
		cJSON_ArrayForEach (line, json_get(page, "entries")) {
			past |= json_int(line, "n", 0) <= after;
			*ret |= strcmp(json_str(line, "new"), hex) == 0 &&
				strcmp(json_str(line, "ref"), OFFICE_REF) == 0;
		}
		q.cursor = json_str(page, "cursor");
		if (q.cursor != NULL) {
			snprintf(cursor, sizeof(cursor), "%s", q.cursor);
			q.cursor = cursor;
		}
	} while (!*ret && !past && q.cursor != NULL);
	cJSON_Delete(page);
	return rc;
}

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

static int
enter_if_lost(struct store *s, struct repo *r, const char *code,
    const unsigned char *old, const unsigned char tip[20], int64_t after,
    const char *reason, struct err *e)
{
	int logged = 0, rc;
	char hex[41];

	commit_hex(tip, hex);
	if ((rc = is_logged(s, code, hex, after, &logged, e)) < 0 || logged)
		return rc;
	return enter(s, r, code, old, tip, reason, e);
}

int
accepted_lost_enter(struct store *s, struct repo *r, const char *code,
    const unsigned char *old, const unsigned char tip[20], int64_t after,
    struct err *e)
{
	return enter_if_lost(s, r, code, old, tip, after, AT_START, e);
}

/* Did the branch move a moment ago? Where git packed its refs it did not. */
static int
is_young(struct store *s, const char *code, int *ret, struct err *e)
{
	char path[PATH_MAX];
	struct stat st;
	int64_t age;
	int rc;

	*ret = 0;
	if ((rc = file_path(path, sizeof(path), e, "%s/offices/%s.git/%s",
		 store_conf(s)->dir, code, OFFICE_REF)) < 0)
		return rc;
	if (stat(path, &st) != 0)
		return errno == ENOENT
			   ? 0
			   : err_sys(e, "cannot look at '%s'", path);
	age = clock_now() - (int64_t)st.st_mtime;
	*ret = age >= 0 && age < YOUNG_S;
	return 0;
}

int
accepted_lost_settle(
    struct store *s, const char *code, int *ret_behind, struct err *e)
{
	struct branch *b = NULL;
	struct repo *r = NULL;
	unsigned char tip[20];
	int young = 0, rc;

	*ret_behind = 0;
	if ((rc = store_repo(s, code, &r, e)) < 0)
		return rc;
	if ((rc = repo_ref(r, OFFICE_REF, tip, e)) < 0)
		return rc == ERR_NOT_FOUND ? 0 : rc;
	if ((rc = store_branch(s, code, "office", &b, e)) < 0 ||
	    (b->has_tip && memcmp(b->tip, tip, sizeof(tip)) == 0) ||
	    (rc = is_young(s, code, &young, e)) < 0 || young)
		return rc;
	if ((rc = enter_if_lost(s, r, code, b->has_tip ? b->tip : NULL, tip, 0,
		 LATER, e)) == 0)
		*ret_behind = 1;
	return rc;
}
