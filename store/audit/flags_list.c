#include "store/audit/flags_list.h"

#include "base/clock.h"

void
flags_list_release(struct flags_list *l)
{
	size_t i;

	for (i = 0; i < l->n_flags; i++)
		cJSON_Delete(l->flags[i].figures);
	free(l->flags);
	memset(l, 0, sizeof(*l));
}

struct flag *
flags_list_add(struct flags_list *l, enum flag_rule rule,
    const struct flags_year *y, int rec, struct err *e)
{
	struct flag *f = FLAGS_MORE(l, flags);

	if (f == NULL) {
		err_nomem(e);
		return NULL;
	}
	f->rule = rule;
	f->login = f->person = f->device = -1;
	f->offset_min = y->offset_min;
	if (rec >= 0) {
		f->record = y->recs[rec].rp.name;
		if (y->recs[rec].rp.item[0] != '\0')
			f->item = y->recs[rec].rp.item;
	}
	if ((f->figures = cJSON_CreateObject()) == NULL) {
		l->n_flags--;
		err_nomem(e);
		return NULL;
	}
	return f;
}

/* Who it was, as long as it is one. */
static void
name_actor(struct flag *f, const struct flags_rev *v)
{
	if (f->count == 0) {
		f->login = v->login;
		f->person = v->person;
		f->device = v->device;
		return;
	}
	if (f->login != v->login)
		f->login = f->person = -1;
	if (f->device != v->device)
		f->device = -1;
}

void
flag_name(struct flag *f, const struct flags_year *y, int rev)
{
	const struct flags_rev *v = &y->revs[rev];

	if (f->n_revs > 0 && f->revs[f->n_revs - 1] == rev)
		return;
	name_actor(f, v);
	if (f->n_revs == FLAGS_LISTED) {
		memmove(f->revs, f->revs + 1,
		    (FLAGS_LISTED - 1) * sizeof(f->revs[0]));
		f->n_revs--;
	}
	f->revs[f->n_revs++] = rev;
	if (f->count == 0 || v->time < f->from)
		f->from = v->time;
	if (f->count == 0 || v->time > f->until) {
		f->until = v->time;
		f->offset_min = v->offset_min;
	}
	f->count++;
}

static int
put_time(cJSON *out, const char *key, int64_t t, int offset_min, struct err *e)
{
	char text[CLOCK_TEXT];

	if (t == 0)
		return json_put_str(out, key, NULL, e);
	clock_rfc3339(text, t, offset_min);
	return json_put_str(out, key, text, e);
}

int
flag_time(
    struct flag *f, const char *key, int64_t t, int offset_min, struct err *e)
{
	return put_time(f->figures, key, t, offset_min, e);
}

static int
in_order(const void *a, const void *b)
{
	const struct flag *x = a, *z = b;

	if (x->rule != z->rule)
		return x->rule < z->rule ? -1 : 1;
	if (x->from != z->from)
		return x->from < z->from ? -1 : 1;
	if (x->n_revs > 0 && z->n_revs > 0 && x->revs[0] != z->revs[0])
		return x->revs[0] < z->revs[0] ? -1 : 1;
	if (x->record != NULL && z->record != NULL)
		return strcmp(x->record, z->record);
	return 0;
}

void
flags_list_sort(struct flags_list *l)
{
	/* an empty list has no array */
	if (l->n_flags > 0)
		qsort(l->flags, l->n_flags, sizeof(*l->flags), in_order);
}

static int
push_revision(cJSON *list, const struct flags_year *y, int rev, struct err *e)
{
	const struct flags_rev *v = &y->revs[rev];
	cJSON *one = cJSON_CreateObject();
	char hex[41];
	int rc;

	commit_hex(v->commit, hex);
	if ((rc = json_put_str(one, "revision", v->name, e)) < 0 ||
	    (rc = json_put_str(one, "commit", hex, e)) < 0 ||
	    (rc = put_time(one, "time", v->time, v->offset_min, e)) < 0 ||
	    (rc = put_time(one, "received", v->received, y->offset_min, e)) <
		0 ||
	    (rc = json_put_str(one, "branch", v->hall ? "hall" : "office", e)) <
		0) {
		cJSON_Delete(one);
		return rc;
	}
	return json_push(list, one, e);
}

static int
put_person(
    cJSON *out, const struct flag *f, const struct flags_year *y, struct err *e)
{
	cJSON *p;
	int rc;

	if (f->login < 0)
		return json_put_str(out, "person", NULL, e);
	p = cJSON_CreateObject();
	if ((rc = json_put(out, "person", p, e)) < 0 ||
	    (rc = json_put_str(p, "login", flags_text(y, f->login), e)) < 0)
		return rc;
	return json_put_str(p, "name", flags_text(y, f->person), e);
}

static int
fill_json(
    const struct flag *f, const struct flags_year *y, cJSON *out, struct err *e)
{
	cJSON *revs = cJSON_CreateArray();
	int i, rc;

	if ((rc = json_put(out, "revisions", revs, e)) < 0 ||
	    (rc = json_put_str(out, "rule", conf_flags_rule(f->rule), e)) < 0 ||
	    (rc = json_put_str(out, "office", y->office->office, e)) < 0 ||
	    (rc = json_put_int(out, "year", y->year, e)) < 0 ||
	    (rc = json_put_str(out, "record", f->record, e)) < 0 ||
	    (rc = json_put_str(out, "item", f->item, e)) < 0 ||
	    (rc = put_person(out, f, y, e)) < 0 ||
	    (rc = json_put_str(out, "device", flags_text(y, f->device), e)) <
		0 ||
	    (rc = put_time(out, "from", f->from, f->offset_min, e)) < 0 ||
	    (rc = put_time(out, "until", f->until, f->offset_min, e)) < 0 ||
	    (rc = json_put_int(out, "count", f->count, e)) < 0 ||
	    (rc = json_put(out, "figures", cJSON_Duplicate(f->figures, 1), e)) <
		0)
		return rc;
	for (i = 0; i < f->n_revs && rc == 0; i++)
		rc = push_revision(revs, y, f->revs[i], e);
	return rc;
}

int
flag_json(const struct flag *f, const struct flags_year *y, cJSON **ret,
    struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	int rc = fill_json(f, y, out, e);

	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}
