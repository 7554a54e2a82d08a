/* unusual_person, unusual_device: who saves an item that somebody else keeps. */
#include "store/audit/flags_list.h"
#include "store/look/asof.h"

#define COUNTS (FLAGS_TICKS | FLAGS_RESULT | FLAGS_EVIDENCE)
#define MOST_PERCENT 50 /* one keeps the item: at least so much is theirs */

struct usual {
	struct flags_year *y;
	struct flags_list *l;
	enum flag_rule rule;
	int rec;         /* the item looked at */
	int *saves;      /* of each word: login or device */
	char *counts;    /* of each word: changed what the score rests on */
	int total, most; /* most: the word with most saves */
	char *owner;     /* "person responsible", or NULL */
};

static int
key_of(const struct usual *u, const struct flags_rev *v)
{
	return u->rule == FLAG_UNUSUAL_PERSON ? v->login : v->device;
}

static int
is_save(const struct usual *u, const struct flags_event *ev)
{
	return ev->rec == u->rec && (ev->what & FLAGS_EDIT) != 0 &&
	       !u->y->revs[ev->rev].merge;
}

static void
count_saves(struct usual *u)
{
	const struct flags_year *y = u->y;
	size_t i;
	int key;

	memset(u->saves, 0, y->words.n * sizeof(*u->saves));
	memset(u->counts, 0, y->words.n);
	u->total = 0;
	u->most = -1;
	for (i = 0; i < y->n_events; i++) {
		if (!is_save(u, &y->events[i]))
			continue;
		key = key_of(u, &y->revs[y->events[i].rev]);
		u->saves[key]++;
		if ((y->events[i].what & COUNTS) != 0)
			u->counts[key] = 1;
		u->total++;
		if (u->most < 0 || u->saves[key] > u->saves[u->most])
			u->most = key;
	}
}

static int
add_unusual(struct usual *u, int key, struct err *e)
{
	const struct flags_year *y = u->y;
	struct flag *f = flags_list_add(u->l, u->rule, y, u->rec, e);
	const char *name = flags_text(y, u->most);
	size_t i;
	int rc;

	if (f == NULL)
		return ERR_NOMEM;
	for (i = 0; i < y->n_events; i++) {
		const struct flags_rev *v = &y->revs[y->events[i].rev];

		if (!is_save(u, &y->events[i]))
			continue;
		if (key_of(u, v) == key)
			flag_name(f, y, y->events[i].rev);
		else if (key_of(u, v) == u->most &&
			 u->rule == FLAG_UNUSUAL_PERSON)
			name = flags_text(y, v->person);
	}
	if ((rc = json_put_int(f->figures, "saves", u->saves[key], e)) < 0 ||
	    (rc = json_put_int(f->figures, "of", u->total, e)) < 0 ||
	    (rc = json_put_str(f->figures, "usual", name, e)) < 0)
		return rc;
	return json_put_int(f->figures, "usual_saves", u->saves[u->most], e);
}

/* The person responsible may touch it as seldom as they like. */
static int
is_owner(const struct usual *u, int key)
{
	const struct flags_year *y = u->y;
	size_t i;

	if (u->owner == NULL || u->rule != FLAG_UNUSUAL_PERSON)
		return 0;
	for (i = 0; i < y->n_read; i++)
		if (y->revs[i].login == key &&
		    strcmp(flags_text(y, y->revs[i].person), u->owner) == 0)
			return 1;
	return 0;
}

static int
read_owner(struct usual *u, struct err *e)
{
	const struct flags_year *y = u->y;
	struct asof state = { 0 };
	const char *owner;
	int rc;

	rc = asof_record(
	    y->s, y->office, y->recs[u->rec].path, ASOF_NOW, &state, e);
	owner = json_str(state.rec, "owner");
	free(u->owner);
	u->owner = owner != NULL ? strdup(owner) : NULL;
	if (rc == 0 && owner != NULL && u->owner == NULL)
		rc = err_nomem(e);
	asof_release(&state);
	return rc;
}

static int
look_at_item(struct usual *u, struct err *e)
{
	const struct conf_flags *conf = &store_conf(u->y->s)->flags;
	size_t key;
	int rc;

	count_saves(u);
	if (u->total < conf->usual_edits ||
	    u->saves[u->most] * 100 < u->total * MOST_PERCENT)
		return 0;
	if ((rc = read_owner(u, e)) < 0)
		return rc;
	for (key = 0; key < u->y->words.n && rc == 0; key++)
		if (u->saves[key] > 0 && u->counts[key] &&
		    u->saves[key] * 100L <= u->total * conf->unusual_percent &&
		    !is_owner(u, (int)key))
			rc = add_unusual(u, (int)key, e);
	return rc;
}

static int
look_at_all(struct flags_year *y, struct flags_list *l, enum flag_rule rule,
    struct err *e)
{
	struct usual u = { .y = y, .l = l, .rule = rule };
	size_t i;
	int rc = 0;

	u.saves = calloc(y->words.n + 1, sizeof(*u.saves));
	u.counts = calloc(y->words.n + 1, 1);
	if (u.saves == NULL || u.counts == NULL)
		rc = err_nomem(e);
	for (i = 0; i < y->n_recs && rc == 0; i++) {
		u.rec = (int)i;
		if (strcmp(y->recs[i].rp.type->name, "answer") == 0)
			rc = look_at_item(&u, e);
	}
	free(u.saves);
	free(u.counts);
	free(u.owner);
	return rc;
}

int
flags_unusual_person(struct flags_year *y, struct flags_list *l, struct err *e)
{
	return look_at_all(y, l, FLAG_UNUSUAL_PERSON, e);
}

int
flags_unusual_device(struct flags_year *y, struct flags_list *l, struct err *e)
{
	return look_at_all(y, l, FLAG_UNUSUAL_DEVICE, e);
}
