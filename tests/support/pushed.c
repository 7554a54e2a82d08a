#include "tests/support/pushed.h"

#include "base/clock.h"
#include "store/git/repo.h"
#include "store/hall/accepted.h"
#include "store/store.h"
#include "tests/unit/test.h"

#define OFFICE_REF "refs/heads/office"

/* Where the log left the branch; zeros: it has no line of it. */
static void
last_logged(const char *dir, const char *code, char ret[41])
{
	const struct accepted_query q = {
		.office = code, .result = "admitted", .limit = ACCEPTED_PAGE_MAX
	};
	cJSON *page = NULL;
	const cJSON *line;
	struct err e;

	snprintf(ret, 41, "%040d", 0);
	assert_ok(accepted_page(dir, &q, &page, &e), &e);
	cJSON_ArrayForEach (line, json_get(page, "entries")) {
		if (strcmp(json_str(line, "ref"), OFFICE_REF) != 0)
			continue;
		snprintf(ret, 41, "%s", json_str(line, "new"));
		break;
	}
	cJSON_Delete(page);
}

static void
signer(struct repo *r, const unsigned char tip[20], char ret[16])
{
	struct commit *c = calloc(1, sizeof(*c));
	struct buf raw = BUF_INIT;
	struct err e;

	assert_non_null(c);
	assert_ok(repo_read(r, tip, OBJECT_COMMIT, COMMIT_MAX, &raw, &e), &e);
	assert_ok(commit_parse(buf_str(&raw), raw.len, c, &e), &e);
	snprintf(ret, 16, "%.15s", c->device);
	buf_release(&raw);
	free(c);
}

void
pushed_log(struct store *hall, const char *code, const char *device)
{
	struct accepted_entry en = { .office = code,
		.ref = OFFICE_REF,
		.result = "admitted",
		.road = "path",
		.time = clock_now() };
	char old[41], hex[41], by[16];
	unsigned char tip[20];
	struct repo *r = NULL;
	struct err e;

	assert_ok(store_repo(hall, code, &r, &e), &e);
	assert_ok(repo_refresh(r, &e), &e);
	assert_ok(repo_ref(r, OFFICE_REF, tip, &e), &e);
	commit_hex(tip, hex);
	last_logged(store_conf(hall)->dir, code, old);
	if (strcmp(old, hex) == 0)
		return;
	signer(r, tip, by);
	en.device = device != NULL ? device : by;
	en.old = old;
	en.new_ = hex;
	assert_ok(accepted_add(store_conf(hall)->dir, &en, NULL, &e), &e);
}
