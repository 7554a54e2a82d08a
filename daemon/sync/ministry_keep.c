/* What is kept of each province over restarts, and what is told of it. */
#include "base/clock.h"
#include "base/log.h"
#include "daemon/fatal.h"
#include "daemon/sync/ministry_sync_state.h"
#include "store/db/mark.h"
#include "store/provinces.h"

struct load {
	struct job job; /* first: job callbacks cast back */
	struct ministry_sync *ms;
	struct ministry_place *places;
	size_t n;
};

struct keep {
	struct job job; /* first */
	struct ministry_sync *ms;
	char mark[24];
	cJSON *v;
};

static void
mark_name(const char *code, char ret[24])
{
	snprintf(ret, 24, "province-%.2s", code);
}

/* --- load --- */

static int
load_place(struct store *s, const struct province *p,
    struct ministry_place *ret, struct err *e)
{
	cJSON *v = NULL;
	char mark[24];
	int rc;

	snprintf(ret->code, sizeof(ret->code), "%s", p->code);
	ret->conf = p->conf;
	mark_name(p->code, mark);
	if ((rc = mark_get(store_db(s), mark, &v, e)) < 0)
		return rc;
	sync_kept_read(v, &ret->kept);
	cJSON_Delete(v);
	return 0;
}

static void
run_load(struct job *j, void *state)
{
	struct load *l = (struct load *)j;
	size_t i, n = provinces_count(state);

	if ((l->places = calloc(n + 1, sizeof(*l->places))) == NULL) {
		j->rc = err_nomem(&j->err);
		return;
	}
	for (i = 0; i < n && j->rc == 0; i++)
		j->rc = load_place(
		    state, provinces_at(state, i), &l->places[i], &j->err);
	l->n = n;
}

static void
on_loaded(struct job *j)
{
	struct load *l = (struct load *)j;
	struct ministry_sync *ms = l->ms;
	struct err err;

	ms->loading = 0;
	if (j->rc < 0) {
		log_err("cannot read the provinces", &j->err);
		free(l->places);
	} else if (ms->closing) {
		free(l->places);
	} else {
		ministry_sync_loaded(ms, l->places, l->n);
	}
	free(l);
	if (ms->load_again && !ms->closing) {
		ms->load_again = 0;
		memset(&err, 0, sizeof(err));
		if (ministry_keep_load(ms, &err) < 0)
			log_err("cannot read the provinces", &err);
	}
	ministry_sync_end_part(ms);
}

int
ministry_keep_load(struct ministry_sync *ms, struct err *e)
{
	struct load *l = calloc(1, sizeof(*l));
	int rc;

	if (l == NULL)
		return err_nomem(e);
	l->ms = ms;
	l->job.run = run_load;
	l->job.done = on_loaded;
	if ((rc = worker_submit(ms->env.writer, &l->job, e)) < 0) {
		free(l);
		return rc;
	}
	ms->loading = 1;
	ms->n_open++;
	return 0;
}

/* --- save --- */

static void
run_save(struct job *j, void *state)
{
	struct keep *k = (struct keep *)j;

	j->rc = mark_set(store_db(state), k->mark, k->v, &j->err);
	if (j->rc < 0)
		fatal_check("cannot keep the state of a province", &j->err);
}

static void
on_saved(struct job *j)
{
	struct keep *k = (struct keep *)j;
	struct ministry_sync *ms = k->ms;

	if (j->rc < 0)
		log_err("cannot keep the state of a province", &j->err);
	cJSON_Delete(k->v);
	free(k);
	ministry_sync_end_part(ms);
}

void
ministry_keep_save(struct ministry_sync *ms, const struct ministry_place *p)
{
	struct keep *k = calloc(1, sizeof(*k));
	struct err err;
	int rc;

	memset(&err, 0, sizeof(err));
	rc =
	    k == NULL ? err_nomem(&err) : sync_kept_json(&p->kept, &k->v, &err);
	if (rc == 0) {
		k->ms = ms;
		mark_name(p->code, k->mark);
		k->job.run = run_save;
		k->job.done = on_saved;
		rc = worker_submit(ms->env.writer, &k->job, &err);
	}
	if (rc == 0) {
		ms->n_open++;
		return;
	}
	log_err("cannot keep the state of a province", &err);
	if (k != NULL)
		cJSON_Delete(k->v);
	free(k);
}

/* --- tell --- */

static int
put_time(cJSON *o, const char *name, int64_t t, int offset_min, struct err *e)
{
	char text[CLOCK_TEXT];

	if (t == 0)
		return json_put_str(o, name, NULL, e);
	clock_rfc3339(text, t, offset_min);
	return json_put_str(o, name, text, e);
}

static int
put_error(cJSON *o, const struct sync_fault *f, struct err *e)
{
	cJSON *v;
	int rc;

	if (f->class == SYNC_NONE)
		return json_put_str(o, "last_error", NULL, e);
	v = cJSON_CreateObject();
	if ((rc = json_put(o, "last_error", v, e)) < 0 ||
	    (rc = json_put_str(v, "class", sync_class_name(f->class), e)) < 0 ||
	    (rc = json_put_str(v, "message", f->err.msg, e)) < 0 ||
	    (rc = json_put_str(v, "message_th", f->err.th, e)) < 0 ||
	    (rc = json_put_str(v, "hint", f->err.hint, e)) < 0)
		return rc;
	return json_put_str(v, "hint_th", f->err.hint_th, e);
}

int
ministry_sync_put(
    const struct ministry_sync *ms, cJSON *province, struct err *e)
{
	static const struct ministry_place unknown = { .state = "idle" };
	const char *code = json_str(province, "code");
	const struct ministry_place *p =
	    code != NULL ? ministry_sync_place(ms, code) : NULL;
	int offset = ms->env.conf->offset_min, rc;
	const struct sync_kept *k;

	if (p == NULL) /* just added: it is being read */
		p = &unknown;
	k = &p->kept;
	if ((rc = json_put_str(province, "state", p->state, e)) < 0 ||
	    (rc = json_put_str(province, "detail", p->detail, e)) < 0 ||
	    (rc = put_time(
		 province, "last_success", k->last_success, offset, e)) < 0 ||
	    (rc = put_time(
		 province, "failing_since", k->failing_since, offset, e)) < 0 ||
	    (rc = json_put_int(province, "failures", k->n_failures, e)) < 0 ||
	    (rc = put_time(province, "next_try", p->next_try, offset, e)) < 0 ||
	    (rc = put_error(province, &k->fault, e)) < 0 ||
	    (rc = json_put_str(province, "address",
		 p->url < p->conf.n_urls ? p->conf.urls[p->url] : NULL, e)) < 0)
		return rc;
	return json_put_int(province, "runs", p->runs, e);
}
