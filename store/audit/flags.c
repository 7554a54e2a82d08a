#include "store/audit/flags.h"

#include "store/audit/flags_list.h"
#include "store/look/asof.h"

static flags_find_fn *const finders[N_FLAG_RULES] = {
	[FLAG_LATE_SAVE] = flags_late_save,
	[FLAG_AFTER_ACCEPTANCE] = flags_after_acceptance,
	[FLAG_RAISED_AFTER_REVIEW] = flags_raised,
	[FLAG_NO_EVIDENCE] = flags_no_evidence,
	[FLAG_REDACTION] = flags_redaction,
	[FLAG_DEADLINE_FLIP] = flags_deadline_flip,
	[FLAG_BULK_TICKS] = flags_bulk_ticks,
	[FLAG_UNUSUAL_PERSON] = flags_unusual_person,
	[FLAG_UNUSUAL_DEVICE] = flags_unusual_device,
	[FLAG_CLOCK_BACK] = flags_clock_back,
	[FLAG_LONG_OFFLINE] = flags_long_offline,
	[FLAG_MERGE_OVERRIDE] = flags_merge_override,
};

struct finding {
	int item_known;   /* the edition of an office has the item asked for */
	struct err fault; /* what one said that has not */
	struct store *s;
	const struct flags_ask *a;
	unsigned rules; /* bits: asked for, and on */
	cJSON *offices, *flags;
	int64_t total; /* so far, over the offices */
	int all;       /* no office was named: those without the year are left
			  out */
	void (*progress)(void *arg, int64_t done, int64_t total);
	void *arg;
	int64_t n_offices, done;
};

/* --- what is asked --- */

static int
take_rules(struct finding *x, struct err *e)
{
	const struct conf_flags *conf = &store_conf(x->s)->flags;
	enum flag_rule rule = N_FLAG_RULES;
	int rc;

	x->rules = ((1U << N_FLAG_RULES) - 1) & ~conf->off;
	if (x->a->rule == NULL)
		return 0;
	if ((rc = conf_flags_find(x->a->rule, &rule, e)) < 0)
		return rc;
	x->rules &= 1U << rule;
	return 0;
}

static int
check_ask(const struct flags_ask *a, struct err *e)
{
	if (a->limit < 1 || a->limit > FLAGS_LIMIT_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "limit must be between 1 and %d", FLAGS_LIMIT_MAX);
	if (a->skip < 0)
		return err_set(e, ERR_INVALID, 0,
		    "skip must be a number of flags, 0 or more");
	if (a->item != NULL && !edition_is_item(a->item))
		return err_set(e, ERR_INVALID, 0,
		    "'%.40s' is not an item: 1.1, for example", a->item);
	return 0;
}

/* --- one office --- */

static int
is_wanted(const struct finding *x, const struct flag *f)
{
	const struct flags_ask *a = x->a;

	if (a->item != NULL &&
	    (f->item == NULL || strcmp(f->item, a->item) != 0))
		return 0;
	if (a->since != 0 && f->until < a->since)
		return 0;
	return a->until == 0 || f->from <= a->until;
}

/* Those of the page into the answer; how many there are. */
static int
take_page(struct finding *x, const struct flags_year *y, struct flags_list *l,
    int64_t *ret_n, struct err *e)
{
	int64_t to = (int64_t)x->a->skip + x->a->limit, at;
	cJSON *one = NULL;
	size_t i;
	int rc;

	*ret_n = 0;
	flags_list_sort(l);
	for (i = 0; i < l->n_flags; i++) {
		if (!is_wanted(x, &l->flags[i]))
			continue;
		at = x->total + (*ret_n)++;
		if (at < x->a->skip || at >= to)
			continue;
		if ((rc = flag_json(&l->flags[i], y, &one, e)) < 0 ||
		    (rc = json_push(x->flags, one, e)) < 0)
			return rc;
	}
	x->total += *ret_n;
	return 0;
}

static int
push_office(struct finding *x, struct flags_year *y, int64_t n, struct err *e)
{
	struct asof office = { 0 };
	cJSON *one = cJSON_CreateObject();
	int rc;

	if ((rc = asof_record(
		 x->s, y->office, "office.json", ASOF_NOW, &office, e)) < 0 ||
	    (rc = json_put_str(one, "office", y->office->office, e)) < 0 ||
	    (rc = json_put_str(one, "name", json_str(office.rec, "name"), e)) <
		0 ||
	    (rc = json_put_int(one, "year", y->year, e)) < 0 ||
	    (rc = json_put_int(one, "revisions", (int64_t)y->n_read, e)) < 0 ||
	    (rc = json_put_int(one, "flags", n, e)) < 0)
		goto out;
	rc = json_push(x->offices, one, e);
	one = NULL;
out:
	cJSON_Delete(one);
	asof_release(&office);
	return rc;
}

static int
look_at_year(struct finding *x, struct flags_year *y, struct err *e)
{
	struct flags_list l = { NULL, 0, 0 };
	int64_t n = 0;
	size_t i;
	int rc = 0;

	for (i = 0; i < N_FLAG_RULES && rc == 0; i++)
		if ((x->rules & (1U << i)) != 0)
			rc = finders[i](y, &l, e);
	if (rc == 0 && (rc = take_page(x, y, &l, &n, e)) == 0)
		rc = push_office(x, y, n, e);
	flags_list_release(&l);
	return rc;
}

/* Everything of an office from one state of the database. */
static int
look_at_office(void *arg, const char *office, struct err *e)
{
	struct finding *x = arg;
	const struct edition_item *it;
	struct flags_year y;
	int began = 0, rc;

	memset(&y, 0, sizeof(y));
	if ((rc = asof_begin(x->s, &began, e)) < 0)
		return rc;
	rc = flags_year_read(&y, x->s, office, x->a->year, e);
	if (rc == 0 && x->a->item != NULL && !x->item_known)
		x->item_known =
		    edition_find_item(y.ed, x->a->item, &it, &x->fault) == 0;
	if (rc == 0)
		rc = look_at_year(x, &y, e);
	else if (rc == ERR_NOT_FOUND && x->all)
		rc = 0;
	flags_year_release(&y);
	rc = asof_end(x->s, began, rc, e);
	if (rc == 0 && x->progress != NULL)
		x->progress(x->arg, ++x->done, x->n_offices);
	return rc;
}

static int
count_office(void *arg, const char *office, struct err *e)
{
	struct finding *x = arg;

	(void)office;
	(void)e;
	x->n_offices++;
	return 0;
}

/* --- all of them --- */

/* Rules that are off are named, so that nobody takes silence for innocence. */
static int
put_off(const struct finding *x, cJSON *out, struct err *e)
{
	const struct conf_flags *conf = &store_conf(x->s)->flags;
	cJSON *off = cJSON_CreateArray();
	size_t i;
	int rc = json_put(out, "off", off, e);

	for (i = 0; i < N_FLAG_RULES && rc == 0; i++)
		if (!conf_flags_is_on(conf, (enum flag_rule)i))
			rc = json_push_str(
			    off, conf_flags_rule((enum flag_rule)i), e);
	return rc;
}

static int
fill(struct finding *x, cJSON *out, struct err *e)
{
	const char *office = x->a->office;
	int64_t shown = (int64_t)x->a->skip + x->a->limit;
	int rc;

	x->all = office[0] == '\0' && store_conf(x->s)->role != ROLE_OFFICE;
	x->offices = cJSON_CreateArray();
	if ((rc = json_put(out, "offices", x->offices, e)) < 0)
		return rc;
	x->flags = cJSON_CreateArray();
	if ((rc = json_put(out, "flags", x->flags, e)) < 0 ||
	    (rc = put_off(x, out, e)) < 0)
		return rc;
	if (!x->all)
		rc = look_at_office(x, office, e);
	else if ((rc = store_each_office(x->s, count_office, x, e)) == 0)
		rc = store_each_office(x->s, look_at_office, x, e);
	if (rc < 0)
		return rc;
	if (x->a->item != NULL && x->offices->child != NULL && !x->item_known) {
		*e = x->fault;
		return ERR_NOT_FOUND;
	}
	if ((rc = json_put_int(out, "total", x->total, e)) < 0)
		return rc;
	return shown < x->total ? json_put_int(out, "next", shown, e)
				: json_put_str(out, "next", NULL, e);
}

int
flags_find(struct store *s, const struct flags_ask *a,
    void (*progress)(void *arg, int64_t done, int64_t total), void *arg,
    cJSON **ret, struct err *e)
{
	struct finding x = {
		.s = s, .a = a, .progress = progress, .arg = arg, .n_offices = 0
	};
	cJSON *out;
	int rc;

	if ((rc = check_ask(a, e)) < 0 || (rc = take_rules(&x, e)) < 0)
		return rc;
	out = cJSON_CreateObject();
	if ((rc = fill(&x, out, e)) < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}

static int
push_rule(const struct conf_flags *conf, enum flag_rule rule, cJSON *list,
    struct err *e)
{
	cJSON *one = cJSON_CreateObject(), *settings = cJSON_CreateObject();
	const char *name = NULL;
	long value = 0;
	size_t i;
	int rc;

	if ((rc = json_put(one, "settings", settings, e)) < 0 ||
	    (rc = json_put_str(one, "rule", conf_flags_rule(rule), e)) < 0 ||
	    (rc = json_put_bool(one, "on", conf_flags_is_on(conf, rule), e)) <
		0)
		goto out;
	for (i = 0; conf_flags_number(conf, rule, i, &name, &value); i++)
		if ((rc = json_put_int(settings, name, value, e)) < 0)
			goto out;
	rc = json_push(list, one, e);
	one = NULL;
out:
	cJSON_Delete(one);
	return rc;
}

int
flags_rules(struct store *s, cJSON **ret, struct err *e)
{
	const struct conf_flags *conf = &store_conf(s)->flags;
	cJSON *out = cJSON_CreateObject(), *list = cJSON_CreateArray();
	size_t i;
	int rc = json_put(out, "rules", list, e);

	for (i = 0; i < N_FLAG_RULES && rc == 0; i++)
		rc = push_rule(conf, (enum flag_rule)i, list, e);
	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}
