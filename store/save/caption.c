#include "store/save/caption.h"

/* Short name of a record in its office and year: the item, else the record's
 * own name without the year. */
static const char *
short_name(const struct edit *ed)
{
	if (ed->rp.type == NULL)
		return ed->path;
	if (ed->rp.item[0] != '\0')
		return ed->rp.item;
	return ed->rp.id[0] != '\0' ? ed->rp.id : ed->rp.type->name;
}

static int
holds(const cJSON *list, const cJSON *value)
{
	const cJSON *v;

	cJSON_ArrayForEach (v, list) {
		if (cJSON_Compare(v, value, 1))
			return 1;
	}
	return 0;
}

/* "tick B1 B2" for what list has and other lacks: points without their item. */
static void
put_points(struct buf *b, const char **sep, const char *verb, const char *item,
    const cJSON *list, const cJSON *other)
{
	size_t skip = strlen(item) + 1;
	const cJSON *v;
	int first = 1;

	cJSON_ArrayForEach (v, list) {
		if (!cJSON_IsString(v) || holds(other, v))
			continue;
		if (first)
			buf_printf(b, "%s%s", *sep, verb);
		first = 0;
		*sep = ", ";
		buf_printf(b, " %s",
		    strlen(v->valuestring) > skip ? v->valuestring + skip
						  : v->valuestring);
	}
}

static void
put_edit(struct buf *b, const struct edit *ed)
{
	const cJSON *change;
	const char *sep = " ";

	buf_printf(b, " %s:", short_name(ed));
	if (!ed->has) {
		buf_puts(b, " removed");
		return;
	}
	cJSON_ArrayForEach (change, ed->changes) {
		const char *name = json_str(change, "field");
		const struct field *f = record_field(ed->rp.type, name);

		if (f != NULL && f->type == FIELD_POINTS) {
			const cJSON *old = json_get(change, "old");
			const cJSON *new_ = json_get(change, "new");

			put_points(b, &sep, "tick", ed->rp.item, new_, old);
			put_points(b, &sep, "untick", ed->rp.item, old, new_);
		} else {
			buf_printf(b, "%s%s", sep, name);
			sep = ", ";
		}
	}
	if (ed->rp.type == NULL)
		buf_puts(b, " written");
}

int
caption_subject(const char *office, const struct draft *d,
    char ret[CAPTION_MAX + 1], struct err *e)
{
	struct buf b = BUF_INIT;
	const char *sep = "";
	size_t i;
	int rc;

	buf_puts(&b, office);
	if (d->year != 0)
		buf_printf(&b, "/%d", d->year);
	for (i = 0; i < d->n; i++) {
		if (!d->edits[i].changed)
			continue;
		buf_puts(&b, sep);
		put_edit(&b, &d->edits[i]);
		sep = ";";
	}
	if ((rc = buf_ok(&b, e)) == 0) {
		/* names of records, fields and points are ASCII */
		snprintf(ret, CAPTION_MAX + 1, "%s", b.data);
		if (b.len > CAPTION_MAX)
			memcpy(ret + CAPTION_MAX - 3, "...", 3);
	}
	buf_release(&b);
	return rc;
}

static int
put_record(cJSON *obj, const struct edit *ed, struct err *e)
{
	cJSON *changes = cJSON_Duplicate(ed->changes, 1);
	int rc;

	if (changes == NULL)
		return err_nomem(e);
	rc = json_put_str(
	    obj, "record", ed->rp.type != NULL ? ed->rp.name : ed->path, e);
	if (rc < 0) {
		cJSON_Delete(changes);
		return rc;
	}
	return json_put(obj, "changes", changes, e);
}

static int
put_records(cJSON *obj, const struct draft *d, struct err *e)
{
	cJSON *list = cJSON_CreateArray(), *one;
	size_t i;
	int rc = list != NULL ? 0 : err_nomem(e);

	for (i = 0; i < d->n && rc == 0; i++) {
		if (!d->edits[i].changed)
			continue;
		if ((one = cJSON_CreateObject()) == NULL) {
			rc = err_nomem(e);
			break;
		}
		if ((rc = put_record(one, &d->edits[i], e)) < 0)
			cJSON_Delete(one);
		else
			rc = json_push(list, one, e);
	}
	if (rc < 0) {
		cJSON_Delete(list);
		return rc;
	}
	return json_put(obj, "records", list, e);
}

int
caption_result(const struct draft *d, const char *revision,
    const char *commit_hex, cJSON **ret, struct err *e)
{
	cJSON *obj = cJSON_CreateObject();
	size_t first = 0;
	int rc;

	if (obj == NULL)
		return err_nomem(e);
	while (first + 1 < d->n && !d->edits[first].changed)
		first++;
	if (d->n_changed == 0)
		first = 0;
	if ((rc = json_put_str(obj, "revision", revision, e)) < 0 ||
	    (rc = json_put_str(obj, "commit", commit_hex, e)) < 0 ||
	    (rc = put_record(obj, &d->edits[first], e)) < 0)
		goto out;
	if (d->n > 1 && (rc = put_records(obj, d, e)) < 0)
		goto out;
	*ret = obj;
	obj = NULL;
out:
	cJSON_Delete(obj);
	return rc;
}
