/* The bytes of a bundle, in parts: to a client, from a client; and its end. */
#include "base/base64.h"
#include "store/bundle/bundle.h"
#include "store/bundle/bundle_known.h"
#include "store/bundle/bundle_note.h"
#include "store/bundle/bundle_room.h"

#define BEGUN_MAX ((size_t)256)

static int
no_part(int n, struct err *e)
{
	return err_set(e, ERR_INVALID, 0, "n: the bundle has no part %d", n);
}

/* Where part n of so many bytes is, and its length. */
static int
find_part(int64_t size, int n, int64_t *ret_at, size_t *ret_len, struct err *e)
{
	int64_t at;

	if (n < 1)
		return no_part(n, e);
	at = (int64_t)(n - 1) * (int64_t)BUNDLE_PART;
	if (at >= size)
		return no_part(n, e);
	*ret_at = at;
	*ret_len = size - at < (int64_t)BUNDLE_PART ? (size_t)(size - at)
						    : BUNDLE_PART;
	return 0;
}

int
bundle_read(
    struct store *s, const char *token, int n, cJSON **ret, struct err *e)
{
	struct bundle_room room;
	struct buf text = BUF_INIT;
	cJSON *obj = NULL;
	int64_t size = 0, at = 0;
	char *bytes = NULL;
	size_t len = 0;
	int rc;

	if ((rc = bundle_room_find(s, token, &room, e)) < 0 ||
	    (rc = bundle_room_size(&room, "file", &size, e)) < 0 ||
	    (rc = find_part(size, n, &at, &len, e)) < 0)
		return rc;
	if ((bytes = malloc(len)) == NULL)
		return err_nomem(e);
	if ((rc = bundle_room_read(&room, "file", at, bytes, len, e)) < 0)
		goto out;
	base64_write(bytes, len, &text);
	obj = cJSON_CreateObject();
	if ((rc = buf_ok(&text, e)) < 0 ||
	    (rc = json_put_int(obj, "n", n, e)) < 0 ||
	    (rc = json_put_str(obj, "data", buf_str(&text), e)) < 0)
		goto out;
	*ret = obj;
	obj = NULL;
out:
	cJSON_Delete(obj);
	buf_release(&text);
	free(bytes);
	return rc;
}

static int
begun_json(
    const struct bundle_room *room, int64_t size, cJSON **ret, struct err *e)
{
	int64_t parts =
	    (size + (int64_t)BUNDLE_PART - 1) / (int64_t)BUNDLE_PART;
	cJSON *obj = cJSON_CreateObject();
	struct buf text = BUF_INIT;
	int rc;

	if ((rc = json_put_str(obj, "token", room->token, e)) < 0 ||
	    (rc = json_put_int(obj, "parts", parts, e)) < 0 ||
	    (rc = json_put_int(obj, "part_bytes", (int64_t)BUNDLE_PART, e)) < 0)
		goto out;
	buf_printf(&text, "{\"size\":%lld}\n", (long long)size);
	if ((rc = bundle_room_put(room, "begun.json", &text, e)) < 0)
		goto out;
	*ret = obj;
	obj = NULL;
out:
	cJSON_Delete(obj);
	buf_release(&text);
	return rc;
}

int
bundle_begin(struct store *s, int64_t size, cJSON **ret, struct err *e)
{
	struct bundle_room room;
	int rc;

	if (size < 1)
		return err_set(e, ERR_INVALID, 0, "the bundle is empty");
	if (size > BUNDLE_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "a bundle is at most 4 GiB, this one is %lld MiB",
		    (long long)(size >> 20));
	/* the file, then the same unpacked in a repository */
	if ((rc = bundle_room_check_disk(s, 2 * size, e)) < 0 ||
	    (rc = bundle_room_make(s, &room, e)) < 0)
		return rc;
	rc = begun_json(&room, size, ret, e);
	if (rc < 0)
		(void)bundle_room_remove(&room, NULL);
	return rc;
}

int
bundle_part(struct store *s, const char *token, int n, const void *data,
    size_t len, struct err *e)
{
	struct bundle_room room;
	cJSON *begun = NULL;
	int64_t at = 0;
	size_t want = 0;
	int rc;

	if ((rc = bundle_room_find(s, token, &room, e)) < 0)
		return rc;
	rc = bundle_room_get(&room, "begun.json", BEGUN_MAX, &begun, e);
	if (rc == 0)
		rc = find_part(json_int(begun, "size", 0), n, &at, &want, e);
	if (rc == 0 && len != want)
		rc = err_set(e, ERR_INVALID, 0,
		    "data: part %d has %zu bytes, %zu came", n, want, len);
	if (rc == 0)
		rc = bundle_room_write(&room, "file", at, data, len, e);
	cJSON_Delete(begun);
	return rc;
}

int
bundle_delivered(struct store *s, const char *token, struct err *e)
{
	struct bundle_room room;
	cJSON *note = NULL;
	int rc;

	if ((rc = bundle_room_find(s, token, &room, e)) == 0 &&
	    (rc = bundle_room_get(
		 &room, "note.json", BUNDLE_NOTE_MAX, &note, e)) == 0 &&
	    strlen(json_str(note, "from")) == 6) /* a device's */
		rc = bundle_known_keep(s, note, e);
	cJSON_Delete(note);
	return rc;
}

int
bundle_end(struct store *s, const char *token, struct err *e)
{
	struct bundle_room room;
	int rc = bundle_room_find(s, token, &room, e);

	return rc < 0 ? rc : bundle_room_remove(&room, e);
}
