/*
 * bench_ministry: provinces for bench/ministry.sh.
 *
 * bench_ministry DIR PROVINCES OFFICES REVISIONS
 *     halls DIR/10 …, OFFICES over all of them as evenly as it goes, REVISIONS
 *     of each taken in with receipts; a ministry in DIR/M that knows all
 *     provinces by the lines of their halls. Offices' own directories are
 *     removed.
 *
 * Anything that fails ends the bench with its sentence.
 */
#include <ftw.h>
#include <unistd.h>

#include "base/file.h"
#include "store/admit/absorb.h"
#include "store/git/giterr.h"
#include "store/hall/auditors.h"
#include "store/hall/ministry.h"
#include "store/hall/province.h"
#include "store/save/journal.h"
#include "store/setup.h"
#include "store/sign/receipt.h"
#include "tests/support/crowd.h"

#define FIRST_PROVINCE 10

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static int
sign_one(void *arg, const char *office, struct err *e)
{
	cJSON *receipt = NULL;
	int rc = receipt_issue(arg, office, &receipt, e);

	cJSON_Delete(receipt);
	return rc;
}

/* Everything that a hall's daemon does with what came. */
static void
settle(struct store *hall)
{
	struct err e;
	int64_t n = 0;

	crowd_check(absorb_all(hall, &n, &e), &e, "absorb");
	crowd_check(
	    store_each_office(hall, sign_one, hall, &e), &e, "receipts");
	crowd_check(journal_flush(hall, &e), &e, "flush");
	crowd_check(province_update(hall, 1, NULL, &e), &e, "province");
}

static void
join(struct store *ministry, struct store *hall)
{
	cJSON *key = NULL, *line = NULL, *added = NULL;
	struct err e;

	crowd_check(ministry_key(ministry, &key, &e), &e, "key");
	crowd_check(
	    auditors_add(hall, "interior", json_str(key, "key"), &line, &e), &e,
	    "auditor");
	crowd_check(ministry_add(ministry, json_str(line, "line"), &added, &e),
	    &e, "province");
	cJSON_Delete(key);
	cJSON_Delete(line);
	cJSON_Delete(added);
}

static void
make_province(const char *top, int code, int offices, int revisions,
    struct store *ministry)
{
	char dir[512], own[512], office[8], name[8];
	struct crowd_office o = {
		.dir = own, .code = office, .revisions = revisions
	};
	struct store *hall = NULL;
	int i;

	snprintf(name, sizeof(name), "%02d", code % 100);
	snprintf(dir, sizeof(dir), "%.400s/%s", top, name);
	crowd_hall(dir, name, NULL, NULL, &hall);
	for (i = 0; i < offices; i++) {
		snprintf(office, sizeof(office), "%02d%02d", code % 100,
		    (i + 1) % 100);
		snprintf(own, sizeof(own), "%.400s/o%s", top, office);
		crowd_add(hall, &o);
		nftw(own, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	}
	settle(hall);
	join(ministry, hall);
	store_close(hall);
}

static void
make_ministry(const char *top, struct store **ret)
{
	struct conf c;
	struct err e;

	conf_defaults(ROLE_MINISTRY, &c);
	snprintf(c.dir, sizeof(c.dir), "%.400s/M", top);
	snprintf(c.code, sizeof(c.code), "00");
	snprintf(c.name, sizeof(c.name), "ministry");
	crowd_check(setup_init(&c, &e), &e, c.dir);
	crowd_check(store_open(c.dir, STORE_WRITE, ret, &e), &e, c.dir);
}

int
main(int argc, char **argv)
{
	struct store *ministry = NULL;
	int provinces, offices, revisions, i, left;
	struct err e;

	if (argc != 5) {
		fputs("usage: bench_ministry DIR PROVINCES OFFICES REVISIONS\n",
		    stderr);
		return 2;
	}
	provinces = (int)strtol(argv[2], NULL, 10);
	left = offices = (int)strtol(argv[3], NULL, 10);
	revisions = (int)strtol(argv[4], NULL, 10);
	crowd_check(key_init(&e), &e, "keys");
	crowd_check(giterr_init(&e), &e, "git");
	make_ministry(argv[1], &ministry);
	for (i = 0; i < provinces; i++) {
		int n = left / (provinces - i);

		make_province(
		    argv[1], FIRST_PROVINCE + i, n, revisions, ministry);
		left -= n;
	}
	store_close(ministry);
	return 0;
}
