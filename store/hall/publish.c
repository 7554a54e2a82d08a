#include "store/hall/publish.h"

#include "store/save/journal.h"

#define NAME_LEN 104
#define CHANGES_MAX 500 /* of one revision; the door takes more */
#define SUBJECT_NAMES 3

struct publishing {
	struct store *s;
	const struct person *person;
	const char *reason;
	struct publish_set *set;
	struct save_change *changes;
	cJSON *list; /* what is told */
	int rc;      /* first fault of an office */
	struct err fault;
};

/* "9105: publish cycles/2565, practices/gh1 and 3 more" */
static void
make_subject(const char *office, const struct save_change *changes, size_t n,
    char ret[256])
{
	struct buf b = BUF_INIT;
	size_t i;

	buf_printf(&b, "%s: publish", office);
	for (i = 0; i < n && i < SUBJECT_NAMES; i++)
		buf_printf(&b, "%s %.*s", i > 0 ? "," : "",
		    (int)strlen(changes[i].path) - 5, changes[i].path);
	if (n > i)
		buf_printf(&b, " and %zu more", n - i);
	snprintf(ret, 256, "%.196s", buf_str(&b));
	buf_release(&b);
}

static int
note_published(struct publishing *p, const char *office, const cJSON *saved,
    size_t n, struct err *e)
{
	cJSON *one = cJSON_CreateObject(), *records = cJSON_CreateArray();
	size_t i;
	int rc;

	if ((rc = json_put(one, "records", records, e)) < 0)
		goto out;
	for (i = 0; i < n && rc == 0; i++) {
		char name[NAME_LEN];

		snprintf(name, sizeof(name), "%.*s",
		    (int)strlen(p->changes[i].path) - 5, p->changes[i].path);
		rc = json_push_str(records, name, e);
	}
	if (rc < 0 || (rc = json_put_str(one, "office", office, e)) < 0 ||
	    (rc = json_put_str(
		 one, "revision", json_str(saved, "revision"), e)) < 0)
		goto out;
	rc = json_push(p->list, one, e);
	one = NULL;
out:
	cJSON_Delete(one);
	return rc;
}

static int
publish_office(struct publishing *p, const char *office, struct err *e)
{
	struct save_req req;
	struct branch *hall = NULL;
	char subject[256];
	cJSON *saved;
	size_t n;
	int more = 1, rc;

	if ((rc = store_own_branch(p->s, office, &hall, e)) < 0)
		return rc;
	while (more) {
		rc = publish_set_missing(
		    p->set, p->s, hall, p->changes, CHANGES_MAX, &n, &more, e);
		if (rc < 0 || n == 0)
			return rc;
		make_subject(office, p->changes, n, subject);
		memset(&req, 0, sizeof(req));
		req.office = office;
		req.person = p->person;
		req.action = "publish";
		req.subject = subject;
		req.reason = p->reason;
		req.changes = p->changes;
		req.n_changes = n;
		saved = NULL;
		if ((rc = save_run(p->s, &req, &saved, e)) == 0)
			rc = note_published(p, office, saved, n, e);
		cJSON_Delete(saved);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int
on_office(void *arg, const char *office, struct err *e)
{
	struct publishing *p = arg;
	struct err fault;
	char where[24];
	int rc = publish_office(p, office, &fault);

	(void)e;
	if (rc < 0 && p->rc == 0) {
		snprintf(where, sizeof(where), "%s", office);
		err_prepend(&fault, where);
		p->rc = rc;
		p->fault = fault;
	}
	return 0;
}

/* One group: one fsync for all offices. */
static int
run_group(struct publishing *p, const char *office, struct err *e)
{
	int rc, ended;

	if ((rc = save_group_begin(p->s, e)) < 0)
		return rc;
	rc = office != NULL ? on_office(p, office, e)
			    : store_each_office(p->s, on_office, p, e);
	ended = save_group_end(p->s, rc < 0 ? NULL : e);
	if (rc < 0 || ended < 0)
		return rc < 0 ? rc : ended;
	/* offices fetch from the repositories */
	if ((rc = journal_flush(p->s, e)) < 0)
		return rc;
	if (p->rc < 0 && e != NULL)
		*e = p->fault;
	return p->rc;
}

int
publish_all(struct store *s, const struct person *p, const char *office,
    const char *reason, cJSON **ret, struct err *e)
{
	struct publishing run = { .s = s, .person = p, .reason = reason };
	int rc;

	if (store_conf(s)->role != ROLE_HALL)
		return err_set(e, ERR_USAGE, 0,
		    "this is an office: only a hall publishes");
	if ((rc = publish_set_read(s, &run.set, e)) < 0)
		return rc;
	run.changes = calloc(CHANGES_MAX, sizeof(*run.changes));
	run.list = cJSON_CreateArray();
	if (run.changes == NULL || run.list == NULL)
		rc = err_nomem(e);
	else
		rc = run_group(&run, office, e);
	if (rc == 0) {
		*ret = run.list;
		run.list = NULL;
	}
	cJSON_Delete(run.list);
	free(run.changes);
	publish_set_free(run.set);
	return rc;
}
