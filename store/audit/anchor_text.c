/* The form of an anchor: written, and read back strictly. */
#include "store/audit/anchor.h"

#include <sodium.h>

#include "base/clock.h"
#include "store/sign/sshsig.h"

#define TITLE "pmqa anchor 1"
#define ARMOUR_BEGIN "-----BEGIN SSH SIGNATURE-----"
#define ARMOUR_END "-----END SSH SIGNATURE-----"
#define LINE_MAX_LEN 256

void
anchor_text(const struct anchor *a, struct buf *ret)
{
	char time[CLOCK_TEXT], hex[41];

	clock_rfc3339(time, a->time, a->offset_min);
	buf_printf(ret, TITLE "\nby %s\ntime %s\npart %d/%d\n", a->device, time,
	    a->part, a->parts);
	if (a->log_n > 0)
		buf_printf(
		    ret, "log %lld %s\n", (long long)a->log_n, a->log_hash);
	for (size_t i = 0; i < a->n_tips; i++) {
		commit_hex(a->tips[i].id, hex);
		buf_printf(ret, "tip %s %s\n", a->tips[i].ref, hex);
	}
}

/* --- lines --- */

/* The next line without blanks at its ends, and without what a printer or a
 * mail put around it; 0: none is left. Too long a line comes back empty. */
static int
next_line(const char **text, char ret[LINE_MAX_LEN])
{
	const char *from = *text, *end;
	size_t len;

	if (*from == '\0')
		return 0;
	len = strcspn(from, "\n");
	*text = from + len + (from[len] == '\n');
	end = from + len;
	while (from < end && (*from == ' ' || *from == '\t'))
		from++;
	while (end > from &&
	       (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		end--;
	len = (size_t)(end - from);
	if (len >= LINE_MAX_LEN)
		len = 0;
	memcpy(ret, from, len);
	ret[len] = '\0';
	return 1;
}

static int
malformed(const char *line, struct err *e)
{
	return err_set(
	    e, ERR_INVALID, 0, "'%.80s' does not belong into an anchor", line);
}

/* "name value": the value, or NULL. */
static const char *
value_of(const char *line, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(line, name, len) != 0 || line[len] != ' ')
		return NULL;
	return line + len + 1;
}

static int
is_plain(const char *s, size_t max, const char *signs)
{
	size_t len = strlen(s);

	return len > 0 && len < max && strspn(s, signs) == len;
}

static int
read_number(const char **s, int64_t max, int64_t *ret)
{
	char *end;

	if (**s < '1' || **s > '9' || strspn(*s, "0123456789") > 15)
		return 0;
	*ret = strtoll(*s, &end, 10);
	*s = end;
	return *ret <= max;
}

static int
read_device(struct anchor *a, const char *v)
{
	if (!is_plain(
		v, sizeof(a->device), "0123456789abcdefghijklmnopqrstuvwxyz-"))
		return 0;
	snprintf(a->device, sizeof(a->device), "%s", v);
	return 1;
}

static int
read_time(struct anchor *a, const char *v)
{
	char again[CLOCK_TEXT];

	if (strlen(v) < 20 || clock_parse(v, 0, 0, &a->time, NULL) < 0 ||
	    clock_parse_offset(v + 19, &a->offset_min, NULL) < 0)
		return 0;
	clock_rfc3339(again, a->time, a->offset_min);
	return strcmp(again, v) == 0;
}

static int
read_part(struct anchor *a, const char *v)
{
	int64_t part = 0, of = 0;

	if (!read_number(&v, ANCHOR_PARTS_MAX, &part) || *v++ != '/' ||
	    !read_number(&v, ANCHOR_PARTS_MAX, &of) || *v != '\0' || part > of)
		return 0;
	a->part = (int)part;
	a->parts = (int)of;
	return 1;
}

static int
read_log(struct anchor *a, const char *v)
{
	if (a->log_n != 0 || a->n_tips > 0 ||
	    !read_number(&v, JSON_INT_MAX, &a->log_n) || *v++ != ' ' ||
	    strlen(v) != 64 || strspn(v, "0123456789abcdef") != 64)
		return 0;
	memcpy(a->log_hash, v, sizeof(a->log_hash));
	return 1;
}

/* refs/heads/hall, refs/offices/<code>, refs/halls/<code> */
static int
is_ref(const char *ref)
{
	const char *code = strrchr(ref, '/') + 1;

	if (strcmp(ref, "refs/heads/hall") == 0)
		return 1;
	return (strncmp(ref, "refs/offices/", 13) == 0 ||
		   strncmp(ref, "refs/halls/", 11) == 0) &&
	       strspn(code, "0123456789") == 4 && code[4] == '\0' &&
	       code == strchr(ref + 5, '/') + 1;
}

static int
read_tip(struct anchor *a, const char *v)
{
	struct anchor_tip *t = &a->tips[a->n_tips];
	const char *blank = strchr(v, ' ');

	if (a->n_tips == ANCHOR_TIPS || blank == NULL ||
	    (size_t)(blank - v) >= sizeof(t->ref) ||
	    strncmp(v, "refs/", 5) != 0)
		return 0;
	memcpy(t->ref, v, (size_t)(blank - v));
	t->ref[blank - v] = '\0';
	if (!is_ref(t->ref) || strlen(blank + 1) != 40 ||
	    strspn(blank + 1, "0123456789abcdef") != 40 ||
	    commit_unhex(blank + 1, t->id, NULL) < 0)
		return 0;
	a->n_tips++;
	return 1;
}

/* --- the parts in their order --- */

static int
read_head(const char **text, struct anchor *a, struct err *e)
{
	static const struct {
		const char *name;
		int (*read)(struct anchor *a, const char *v);
	} heads[] = { { "by", read_device }, { "time", read_time },
		{ "part", read_part } };
	char line[LINE_MAX_LEN] = "";
	const char *v;

	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		if (!next_line(text, line))
			return err_set(
			    e, ERR_INVALID, 0, "the anchor has no end");
		v = value_of(line, heads[i].name);
		if (v == NULL || !heads[i].read(a, v))
			return malformed(line, e);
	}
	return 0;
}

static int
read_raw(const char *v, struct anchor_signature *ret, struct err *e)
{
	size_t len = 0;

	if (sodium_base642bin(ret->bytes, sizeof(ret->bytes), v, strlen(v),
		NULL, &len, NULL, sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    len != sizeof(ret->bytes))
		return malformed(v, e);
	ret->raw = 1;
	return 0;
}

static int
read_armour(const char **text, struct anchor_signature *ret, struct err *e)
{
	char line[LINE_MAX_LEN] = "";

	buf_puts(&ret->armour, ARMOUR_BEGIN "\n");
	while (next_line(text, line)) {
		buf_puts(&ret->armour, line);
		if (strcmp(line, ARMOUR_END) == 0)
			return buf_ok(&ret->armour, e);
		buf_putc(&ret->armour, '\n');
		if (ret->armour.len > 4096)
			break;
	}
	return err_set(
	    e, ERR_INVALID, 0, "the signature of the anchor has no end");
}

/* log, tips, and what ends them: the signature. */
static int
read_body(const char **text, struct anchor *a, struct anchor_signature *sig,
    struct err *e)
{
	char line[LINE_MAX_LEN] = "";
	const char *v;

	while (next_line(text, line)) {
		if ((v = value_of(line, "signature")) != NULL)
			return read_raw(v, sig, e);
		if (strcmp(line, ARMOUR_BEGIN) == 0)
			return read_armour(text, sig, e);
		if ((v = value_of(line, "log")) != NULL   ? read_log(a, v)
		    : (v = value_of(line, "tip")) != NULL ? read_tip(a, v)
							  : line[0] == '\0')
			continue;
		return malformed(line, e);
	}
	err_set(e, ERR_INVALID, 0, "the anchor is not signed");
	err_hint(e, "give the whole block, to the end of its signature");
	return ERR_INVALID;
}

int
anchor_parse(const char **text, struct anchor *ret,
    struct anchor_signature *ret_signature, struct err *e)
{
	char line[LINE_MAX_LEN] = "";
	int rc;

	do {
		if (!next_line(text, line))
			return err_set(e, ERR_NOT_FOUND, 0,
			    "there is no anchor in the text");
	} while (strcmp(line, TITLE) != 0);
	memset(ret, 0, sizeof(*ret));
	memset(ret_signature, 0, sizeof(*ret_signature));
	if ((rc = read_head(text, ret, e)) == 0 &&
	    (rc = read_body(text, ret, ret_signature, e)) == 0 &&
	    ret->n_tips == 0)
		rc = err_set(e, ERR_INVALID, 0, "the anchor names no history");
	if (rc < 0)
		buf_release(&ret_signature->armour);
	return rc;
}
