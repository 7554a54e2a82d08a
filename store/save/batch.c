#include "store/save/batch.h"

#include "store/admit/admit.h"
#include "store/save/batch_target.h"
#include "store/save/brief.h"
#include "store/save/draft.h"

/* More records than this are counted in the subject, not named. */
#define SUBJECT_RECORDS 3

struct field_change { /* what a save_change points into */
	char field[BATCH_FIELD_MAX];
	cJSON *value;
};

struct batch {
	struct batch_set set;
	struct save_change *list; /* those without an error */
	struct field_change *parts;
	size_t n, n_given;
	cJSON *errors;
	int n_errors;
};

static int
batch_init(struct batch *b, struct store *s, int year, size_t n, struct err *e)
{
	int rc;

	memset(b, 0, sizeof(*b));
	if ((rc = batch_set_init(&b->set, s, year, e)) < 0)
		return rc;
	b->n_given = n;
	/* each may bring one more: what a new action begins with */
	b->list = calloc(2 * n, sizeof(*b->list));
	b->parts = calloc(2 * n, sizeof(*b->parts));
	b->errors = cJSON_CreateArray();
	return b->list == NULL || b->parts == NULL || b->errors == NULL
		   ? err_nomem(e)
		   : 0;
}

static void
batch_release(struct batch *b)
{
	size_t i;

	for (i = 0; b->parts != NULL && i < b->n; i++)
		cJSON_Delete(b->parts[i].value);
	free(b->parts);
	free(b->list);
	cJSON_Delete(b->errors);
	batch_set_release(&b->set);
}

/* Faults of what was given are told together; others end the batch. */
static int
keep_error(struct batch *b, size_t index, const char *record, const char *field,
    const struct err *fault, struct err *e)
{
	cJSON *one;
	int rc;

	if (fault->code != ERR_INVALID && fault->code != ERR_NOT_FOUND &&
	    fault->code != ERR_USAGE) {
		*e = *fault;
		return (int)fault->code;
	}
	if (b->n_errors++ >= BATCH_ERRORS_MAX)
		return 0;
	one = cJSON_CreateObject();
	if ((rc = json_put_int(one, "index", (int64_t)index, e)) < 0 ||
	    (rc = json_put_str(one, "record", record, e)) < 0 ||
	    (rc = json_put_str(one, "field", field, e)) < 0 ||
	    (rc = json_put_str(one, "message", fault->msg, e)) < 0 ||
	    (rc = json_put_str(one, "message_th", fault->th, e)) < 0 ||
	    (rc = json_put_str(one, "hint", fault->hint, e)) < 0 ||
	    (rc = json_put_str(one, "hint_th", fault->hint_th, e)) < 0) {
		cJSON_Delete(one);
		return rc;
	}
	return json_push(b->errors, one, e);
}

/* Puts one checked change into the record and into the list; owns v. */
static int
add_change(struct batch *b, struct batch_target *t, const char *field, cJSON *v,
    struct err *e)
{
	struct field_change *part = &b->parts[b->n];
	struct save_change *c = &b->list[b->n++];
	cJSON *copy = NULL;

	snprintf(part->field, sizeof(part->field), "%s", field);
	part->value = v;
	c->path = t->path;
	c->field = part->field;
	c->op = SAVE_SET;
	c->value = v;
	if (v != NULL && (copy = cJSON_Duplicate(v, 1)) == NULL)
		return err_nomem(e);
	return record_put(t->rec, field, copy, e);
}

static int
remove_record(struct batch *b, struct batch_target *t, struct err *e)
{
	if (strcmp(t->rp.type->name, "action") != 0 || !t->had)
		return err_set(e, ERR_INVALID, 0,
		    "'%s' cannot be removed, only an action can", t->given);
	t->removed = 1;
	b->list[b->n].path = t->path;
	b->list[b->n++].op = SAVE_WHOLE;
	return 0;
}

/* Fields that are another's to write, or that tell where a record is from. */
static int
check_writable(const struct field *f, const char *field, struct err *e)
{
	if (f->merge != MERGE_FIXED && strncmp(field, "evidence.", 9) != 0)
		return 0;
	return err_set(e, ERR_INVALID, 0,
	    "'%s' is not written this way: it only comes with its command",
	    field);
}

static int
unknown_field(const struct batch_target *t, const char *field, struct err *e)
{
	struct buf names = BUF_INIT;
	size_t i;
	int rc;

	for (i = 0; i < t->rp.type->n_fields; i++) {
		const struct field *f = &t->rp.type->fields[i];

		if (check_writable(f, f->name, NULL) == 0)
			buf_printf(
			    &names, "%s%s", names.len > 0 ? ", " : "", f->name);
	}
	rc = err_set(e, ERR_INVALID, 0, "unknown field '%.60s'; there are: %s",
	    field, buf_str(&names));
	buf_release(&names);
	return rc;
}

/* A measure that is new in this batch goes by the name it got. */
static const char *
measure_text(const struct batch_target *t, const char *field, const char *text)
{
	size_t len = strlen(field);
	char full[64];
	const char *fresh;

	if (strncmp(field, "indicators.", 11) != 0 || len < 8 ||
	    strcmp(field + len - 8, ".measure") != 0)
		return text;
	snprintf(full, sizeof(full), "measures.%.40s", text);
	fresh = json_str(t->fresh, full);
	return fresh != NULL ? fresh : text;
}

static int
set_field(struct batch *b, struct batch_target *t, size_t index,
    const cJSON *change, struct err *e)
{
	const cJSON *given = json_get(change, "value");
	const char *text = json_str(change, "value");
	char field[BATCH_FIELD_MAX];
	const struct field *f;
	cJSON *v = NULL;
	int rc;

	if (t->removed)
		return err_set(e, ERR_INVALID, 0,
		    "'%s' is removed and changed at once", t->given);
	rc = batch_target_field(
	    &b->set, t, json_str(change, "field"), index, field, e);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	if ((f = record_field(t->rp.type, field)) == NULL)
		return unknown_field(t, field, e);
	if ((rc = check_writable(f, field, e)) < 0)
		return rc;
	if (given != NULL && text == NULL && !cJSON_IsNull(given))
		return err_set(
		    e, ERR_INVALID, 0, "'%s' takes a text or null", field);
	if (text != NULL &&
	    ((rc = record_value(f, measure_text(t, field, text), &v, e)) < 0 ||
		(v != NULL &&
		    (rc = batch_target_value(&b->set, t, f, v, e)) < 0))) {
		cJSON_Delete(v);
		return rc;
	}
	return add_change(b, t, field, v, e);
}

static int
take_change(struct batch *b, size_t index, const cJSON *change, struct err *e)
{
	const char *record = json_str(change, "record");
	const cJSON *field = json_get(change, "field");
	struct batch_target *t = NULL;
	int rc;

	if (record == NULL)
		return err_set(e, ERR_INVALID, 0, "a change names no record");
	rc = batch_target_find(&b->set, record, index, &t, e);
	if (rc < 0 || t->faulty)
		return rc;
	if (field != NULL && !cJSON_IsString(field) && !cJSON_IsNull(field))
		return err_set(
		    e, ERR_INVALID, 0, "the name of a field is a text");
	if (!cJSON_IsString(field))
		return remove_record(b, t, e);
	return set_field(b, t, index, change, e);
}

static int
take_all(struct batch *b, const cJSON *changes, struct err *e)
{
	const cJSON *c;
	struct err fault;
	size_t i = 0;
	int rc;

	cJSON_ArrayForEach (c, changes) {
		if (take_change(b, i, c, &fault) < 0) {
			rc = keep_error(b, i, json_str(c, "record"),
			    json_str(c, "field"), &fault, e);
			if (rc < 0)
				return rc;
		}
		i++;
	}
	return 0;
}

static int
add_default(struct batch *b, struct batch_target *t, const char *field,
    const char *word, struct err *e)
{
	cJSON *v;

	if (record_get(t->rec, field) != NULL)
		return 0;
	if ((v = cJSON_CreateString(word)) == NULL)
		return err_nomem(e);
	return add_change(b, t, field, v, e);
}

/* A new action is open, as with its own command. */
static int
add_defaults(struct batch *b, struct batch_target *t, struct err *e)
{
	if (t->removed || t->had || t->rec->child == NULL ||
	    strcmp(t->rp.type->name, "action") != 0)
		return 0;
	return add_default(b, t, "status", "open", e);
}

static int
check_records(struct batch *b, struct err *e)
{
	struct err fault;
	size_t i, index;
	int rc;

	for (i = 0; i < b->set.n; i++) {
		struct batch_target *t = b->set.list[i];

		if (t->faulty)
			continue;
		if ((rc = add_defaults(b, t, e)) < 0)
			return rc;
		if (batch_target_check(&b->set, t, &index, &fault) < 0 &&
		    (rc = keep_error(b, index, t->given, NULL, &fault, e)) < 0)
			return rc;
	}
	return 0;
}

/* --- the save, or what it would be --- */

static int
put_records(
    cJSON *out, const struct draft *d, int64_t *ret_changes, struct err *e)
{
	cJSON *list = cJSON_CreateArray(), *one;
	size_t i;
	int rc;

	*ret_changes = 0;
	if ((rc = json_put(out, "records", list, e)) < 0)
		return rc;
	for (i = 0; d != NULL && i < d->n; i++) {
		const struct edit *ed = &d->edits[i];

		if (!ed->changed)
			continue;
		*ret_changes += cJSON_GetArraySize(ed->changes);
		one = cJSON_CreateObject();
		if ((rc = json_put_str(one, "record", ed->rp.name, e)) < 0 ||
		    (rc = json_put(one, "changes",
			 cJSON_Duplicate(ed->changes, 1), e)) < 0) {
			cJSON_Delete(one);
			return rc;
		}
		if ((rc = json_push(list, one, e)) < 0)
			return rc;
	}
	return 0;
}

static int
result(const struct batch *b, const struct draft *d, int dry_run,
    const cJSON *saved, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	int64_t n_changes = 0;
	int rc;

	if ((rc = json_put_str(
		 out, "revision", json_str(saved, "revision"), e)) < 0 ||
	    (rc = json_put_str(out, "commit", json_str(saved, "commit"), e)) <
		0 ||
	    (rc = json_put_bool(out, "dry_run", dry_run, e)) < 0 ||
	    (rc = json_put_int(out, "year", b->set.year, e)) < 0 ||
	    (rc = put_records(out, d, &n_changes, e)) < 0 ||
	    (rc = json_put_int(out, "n_changes", n_changes, e)) < 0 ||
	    (rc = json_put_int(out, "n_errors", b->n_errors, e)) < 0 ||
	    (rc = json_put(out, "errors", cJSON_Duplicate(b->errors, 1), e)) <
		0 ||
	    (rc = brief_cut(out, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}

/* A commit that the hall would not take must not come to be. */
static int
check_size(const struct draft *d, struct err *e)
{
	size_t bytes = 0, i;

	for (i = 0; i < d->n; i++)
		bytes += d->edits[i].changed ? d->edits[i].new_bytes.len : 0;
	if (bytes <= ADMIT_MAX_BYTES)
		return 0;
	err_set(e, ERR_INVALID, 0,
	    "one revision would change %zu bytes of records, more than %zu",
	    bytes, ADMIT_MAX_BYTES);
	err_hint(e, "do it in two parts");
	return ERR_INVALID;
}

static void
fill_request(const struct batch *b, const struct ask *a, const char *action,
    struct save_req *req)
{
	memset(req, 0, sizeof(*req));
	req->office = "";
	req->person = a->person;
	req->action = action;
	req->reason = a->reason;
	req->if_rev = a->if_rev;
	req->changes = b->list;
	req->n_changes = b->n;
}

static int
save_all(struct batch *b, const struct ask *a, const char *action, int dry_run,
    cJSON **ret, struct err *e)
{
	cJSON *saved = NULL;
	struct save_req req;
	struct draft d;
	char subject[120];
	int rc;

	draft_init(&d);
	fill_request(b, a, action, &req);
	if ((rc = draft_make(b->set.s, b->set.b, &req, &d, e)) < 0 ||
	    (rc = check_size(&d, e)) < 0)
		goto out;
	if (d.n_changed > SUBJECT_RECORDS) {
		snprintf(subject, sizeof(subject), "%s/%d: %s %zu records",
		    store_conf(b->set.s)->code, b->set.year, action,
		    d.n_changed);
		req.subject = subject;
	}
	if (!dry_run && d.n_changed > 0 &&
	    (rc = save_run(b->set.s, &req, &saved, e)) < 0)
		goto out;
	rc = result(b, &d, dry_run, saved, ret, e);
out:
	cJSON_Delete(saved);
	draft_release(&d);
	return rc;
}

int
batch_apply(struct store *s, const struct ask *a, const char *action,
    const cJSON *changes, int dry_run, cJSON **ret, struct err *e)
{
	int n = cJSON_IsArray(changes) ? cJSON_GetArraySize(changes) : 0;
	struct batch b;
	int rc;

	if (n == 0)
		return err_set(e, ERR_USAGE, 0, "no change is named");
	if (n > BATCH_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "more than %d changes in one call", BATCH_MAX);
	if ((rc = batch_init(&b, s, a->year, (size_t)n, e)) < 0 ||
	    (rc = take_all(&b, changes, e)) < 0 ||
	    (rc = check_records(&b, e)) < 0)
		goto out;
	if (b.n_errors > 0 || b.n == 0)
		rc = result(&b, NULL, dry_run, NULL, ret, e);
	else
		rc = save_all(&b, a, action, dry_run, ret, e);
out:
	batch_release(&b);
	return rc;
}
