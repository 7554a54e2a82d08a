/*
 * A record as it comes from another machine: its path (the first line of the
 * input) and its bytes (the rest). Beyond "no crash": what is taken as canonical
 * is written again byte for byte; what is taken as a record of the path keeps
 * all its fields when shown as changes, and merges with itself to itself.
 */
#include "store/record/canon.h"
#include "store/record/record.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static void
expect(int holds)
{
	if (!holds)
		abort();
}

/* The fields that a diff against nothing names are the whole record. */
static void
check_diff(const struct record_type *t, const cJSON *rec)
{
	cJSON *changes = NULL, *again = cJSON_CreateObject(), *c;
	struct err e;

	expect(record_diff(t, NULL, rec, &changes, &e) == 0);
	cJSON_ArrayForEach (c, changes) {
		expect(record_put(again, json_str(c, "field"),
			   cJSON_DetachItemFromObjectCaseSensitive(c, "new"),
			   &e) == 0);
	}
	expect(canon_equal(rec, again));
	cJSON_Delete(changes);
	cJSON_Delete(again);
}

static void
check_merge(const struct record_type *t, const cJSON *rec)
{
	cJSON *merged = NULL, *conflicts = NULL;
	struct err e;

	expect(record_merge(t, rec, rec, rec, &merged, &conflicts, &e) == 0);
	expect(canon_equal(rec, merged) && conflicts->child == NULL);
	cJSON_Delete(merged);
	cJSON_Delete(conflicts);
}

static void
check_record(const char *path, enum record_branch branch, const cJSON *rec)
{
	struct record_path rp;
	struct err e;

	if (record_path_parse(path, branch, &rp, &e) < 0 ||
	    record_check(&rp, rec, NULL, &e) < 0)
		return;
	/* what a body of its own module holds is one value per member there */
	check_diff(rp.type, rec);
	check_merge(rp.type, rec);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	const unsigned char *lf = len > 0 ? memchr(data, '\n', len) : NULL;
	struct buf again = BUF_INIT;
	char path[128];
	const char *s;
	cJSON *rec = NULL;
	struct err e;
	size_t n;

	if (lf == NULL || lf - data >= (ptrdiff_t)sizeof(path))
		return 0;
	snprintf(
	    path, sizeof(path), "%.*s", (int)(lf - data), (const char *)data);
	s = (const char *)lf + 1;
	n = len - (size_t)(lf + 1 - data);
	if (canon_parse(s, n, &rec, &e) < 0)
		return 0;
	expect(canon_write(rec, &again, &e) == 0);
	expect(again.len == n && memcmp(again.data, s, n) == 0);
	check_record(path, RECORD_OFFICE, rec);
	check_record(path, RECORD_HALL, rec);
	cJSON_Delete(rec);
	buf_release(&again);
	return 0;
}
