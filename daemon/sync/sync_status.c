/* What is told of the exchange: docs/PROTOCOL.md, status. */
#include "base/clock.h"
#include "daemon/sync/sync_state.h"

static int
put_time(
    const struct sync *s, cJSON *o, const char *name, int64_t t, struct err *e)
{
	char text[CLOCK_TEXT];

	if (t == 0)
		return json_put_str(o, name, NULL, e);
	clock_rfc3339(text, t, s->env.conf->offset_min);
	return json_put_str(o, name, text, e);
}

static int
put_error(const struct sync *s, cJSON *o, struct err *e)
{
	const struct sync_fault *f =
	    s->kept.fault.class != SYNC_NONE ? &s->kept.fault : &s->file_fault;
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

static int
put_paused(const struct sync *s, cJSON *o, struct err *e)
{
	const struct sync_pause *p = &s->kept.pause;
	cJSON *v;
	int rc;

	if (!sync_pause_holds(p, clock_now()))
		return json_put_str(o, "paused", NULL, e);
	v = cJSON_CreateObject();
	if ((rc = json_put(o, "paused", v, e)) < 0 ||
	    (rc = put_time(s, v, "since", p->since, e)) < 0 ||
	    (rc = put_time(s, v, "until", p->until, e)) < 0)
		return rc;
	return json_put_str(v, "by", p->by, e);
}

static int
put_times(cJSON *o, const char *name, const struct conf_times *t, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc;

	if (t->n == 0)
		return json_put_str(o, name, NULL, e);
	conf_times_text(t, &text);
	if ((rc = buf_ok(&text, e)) == 0)
		rc = json_put_str(o, name, buf_str(&text), e);
	buf_release(&text);
	return rc;
}

/* What the configuration says, and what it means at this moment. */
static int
put_rules(const struct sync *s, cJSON *o, struct err *e)
{
	const struct conf *c = s->env.conf;
	int64_t now = clock_now();
	int rc;

	if ((rc = put_times(o, "windows", &c->windows, e)) < 0 ||
	    (rc = json_put_bool(o, "in_window",
		 conf_times_next(&c->windows, now, c->offset_min) == now, e)) <
		0 ||
	    (rc = json_put_bool(o, "metered", sync_when_metered(c, now), e)) <
		0 ||
	    (rc = put_time(s, o, "metered_until",
		 c->metered
		     ? 0
		     : conf_times_end(&c->metered_times, now, c->offset_min),
		 e)) < 0)
		return rc;
	return json_put_int(o, "rate_kib", c->rate_kib, e);
}

int
sync_progress_json(const struct sync_progress *p, cJSON *obj, struct err *e)
{
	int rc;

	if ((rc = json_put_int(obj, "step", p->step, e)) < 0 ||
	    (rc = json_put_int(obj, "steps", p->steps, e)) < 0 ||
	    (rc = json_put_int(obj, "percent", p->percent, e)) < 0 ||
	    (rc = json_put_int(obj, "bytes", p->bytes, e)) < 0 ||
	    (rc = json_put_int(obj, "rate", p->rate, e)) < 0)
		return rc;
	if (p->left_s < 0)
		return json_put_str(obj, "left_s", NULL, e);
	return json_put_int(obj, "left_s", p->left_s, e);
}

static int
put_progress(const struct sync *s, cJSON *o, struct err *e)
{
	cJSON *v;
	int rc;

	if (!s->has_progress)
		return json_put_str(o, "progress", NULL, e);
	v = cJSON_CreateObject();
	if ((rc = json_put(o, "progress", v, e)) < 0)
		return rc;
	return sync_progress_json(&s->progress, v, e);
}

static int
fill(const struct sync *s, cJSON *o, struct err *e)
{
	const struct conf *c = s->env.conf;
	int rc;

	if ((rc = json_put_str(o, "state", s->state, e)) < 0 ||
	    (rc = json_put_str(o, "detail", s->detail, e)) < 0 ||
	    (rc = put_time(s, o, "since", s->since, e)) < 0 ||
	    (rc = put_time(s, o, "last_success", s->kept.last_success, e)) <
		0 ||
	    (rc = put_time(s, o, "failing_since", s->kept.failing_since, e)) <
		0 ||
	    (rc = put_error(s, o, e)) < 0 ||
	    (rc = put_time(s, o, "next_try", s->next_try, e)) < 0 ||
	    (rc = json_put_int(o, "failures", s->kept.n_failures, e)) < 0 ||
	    (rc = put_paused(s, o, e)) < 0 || (rc = put_rules(s, o, e)) < 0 ||
	    (rc = json_put_str(o, "address",
		 s->url < c->n_urls ? c->urls[s->url] : NULL, e)) < 0)
		return rc;
	return put_progress(s, o, e);
}

int
sync_status(const struct sync *s, cJSON **ret, struct err *e)
{
	cJSON *o = cJSON_CreateObject();
	int rc;

	if ((rc = fill(s, o, e)) < 0) {
		cJSON_Delete(o);
		return rc;
	}
	*ret = o;
	return 0;
}
