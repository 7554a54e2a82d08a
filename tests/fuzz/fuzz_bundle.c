/*
 * The beginning of a stick's file. Beyond "no crash": what was read keeps its
 * limits, and names nothing but refs of our own list.
 */
#include "store/bundle/bundle_age.h"
#include "store/bundle/bundle_head.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static void
expect(int holds)
{
	if (!holds)
		abort();
}

static int
is_ours(const char *name)
{
	return strcmp(name, "refs/heads/office") == 0 ||
	       strcmp(name, "refs/heads/hall") == 0 ||
	       strncmp(name, "refs/evidence/", 14) == 0 ||
	       strncmp(name, BUNDLE_NOTE_REF, strlen(BUNDLE_NOTE_REF)) == 0;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	static const unsigned char pub[KEY_PUBLIC_LEN];
	struct bundle_head h;
	struct err e;
	size_t i;

	(void)bundle_age_names(data, len, pub);
	if (bundle_head_read(data, len, &h, &e) < 0) {
		expect(e.code == ERR_INVALID && e.msg[0] != '\0');
		return 0;
	}
	expect(h.len < len && h.n_refs > 0 && h.n_needs <= h.cap_needs);
	expect(bundle_is_device(h.from) && bundle_is_place(h.to));
	for (i = 0; i < h.n_refs; i++) {
		expect(is_ours(h.refs[i].name));
		expect(strstr(h.refs[i].name, "..") == NULL);
		expect(bundle_head_ref(&h, h.refs[i].name) != NULL);
	}
	bundle_head_release(&h);
	return 0;
}
