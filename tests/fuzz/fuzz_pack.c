/*
 * A pushed pack on its way in, before libgit2 sees a byte of it. Beyond "no
 * crash": however the bytes are cut the scan says the same, it uses nothing
 * behind the pack's end, and keeps its limits.
 *
 * The first byte says how the input is cut.
 */
#include <string.h>

#include "store/git/pack_scan.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static const struct pack_limits limits = {
	.max_input = 32768, .max_count = 100, .max_size = 65536
};

struct outcome {
	int rc, ended;
	size_t used;
	uint32_t count;
	char said[200];
};

static void
expect(int holds)
{
	if (!holds)
		abort();
}

static void
scan(const unsigned char *data, size_t len, size_t step, struct outcome *ret)
{
	struct pack_scan *s = NULL;
	size_t n, used;
	struct err e;

	memset(ret, 0, sizeof(*ret));
	if (pack_scan_create(&limits, &s, &e) < 0)
		return;
	while (len > 0 && ret->rc == 0 && !pack_scan_ended(s)) {
		n = len < step ? len : step;
		used = 0;
		ret->rc = pack_scan_feed(s, data, n, &used, &e);
		if (ret->rc < 0) {
			expect(e.msg[0] != '\0');
			snprintf(ret->said, sizeof(ret->said), "%s", e.msg);
			break;
		}
		expect(used == n || (used < n && pack_scan_ended(s)));
		ret->used += used;
		data += used;
		len -= used;
	}
	ret->ended = pack_scan_ended(s);
	ret->count = pack_scan_count(s);
	pack_scan_free(s);
	expect(ret->rc < 0 || ret->count <= limits.max_count);
	expect(ret->used <= (size_t)limits.max_input);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	struct outcome a, b;

	if (len < 2)
		return 0;
	scan(data + 1, len - 1, len - 1, &a);
	scan(data + 1, len - 1, (size_t)data[0] % 32 + 1, &b);
	expect(a.rc == b.rc && a.ended == b.ended && a.count == b.count);
	expect(strcmp(a.said, b.said) == 0);
	if (a.rc == 0)
		expect(a.used == b.used);
	return 0;
}
