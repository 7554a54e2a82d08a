#include "daemon/oversight/watch.h"

#include <inttypes.h>

#include "base/clock.h"
#include "daemon/handlers/call.h"
#include "daemon/server.h"

#define EVENTS_MAX 200 /* of one answer */
#define CURSOR_LEN 64

struct waiter {
	struct call *call;
	int64_t after;
	int64_t deadline_ms;
};

struct watch {
	uv_timer_t timer;        /* the nearest deadline */
	cJSON *ring[WATCH_RING]; /* event n lies at n modulo its length */
	int64_t newest;          /* number of the newest; 0 = none yet */
	int64_t start;           /* names this run in cursors */
	struct waiter waiters[WATCH_WAITERS_MAX];
	size_t n;
	void (*closed)(void *arg);
	void *closed_arg;
};

static void arm(struct watch *w);

/* --- answers --- */

static int64_t
oldest(const struct watch *w)
{
	return w->newest > WATCH_RING ? w->newest - WATCH_RING + 1 : 1;
}

static int
fill_answer(const struct watch *w, int64_t after, cJSON *out, struct err *e)
{
	cJSON *events = cJSON_CreateArray();
	int64_t n = after + 1 > oldest(w) ? after + 1 : oldest(w);
	char cursor[CURSOR_LEN];
	int rc = json_put(out, "events", events, e), sent = 0;

	for (; rc == 0 && n <= w->newest && sent < EVENTS_MAX; n++, sent++) {
		/* without memory for it one event is missing in the ring */
		if (w->ring[n % WATCH_RING] != NULL)
			rc = json_push(events,
			    cJSON_Duplicate(w->ring[n % WATCH_RING], 1), e);
	}
	snprintf(
	    cursor, sizeof(cursor), "%" PRId64 "-%" PRId64, w->start, n - 1);
	if (rc == 0 && (rc = json_put_str(out, "next", cursor, e)) == 0)
		rc = json_put_bool(out, "missed", after + 1 < oldest(w), e);
	return rc;
}

static int
make_answer(const struct watch *w, int64_t after, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	int rc = fill_answer(w, after, out, e);

	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}

/* The i-th waiter gets what there is; the last one takes its place. */
static void
answer(struct watch *w, size_t i)
{
	struct call *c = w->waiters[i].call;
	int rc;

	rc = make_answer(w, w->waiters[i].after, &c->result, &c->job.err);
	w->waiters[i] = w->waiters[--w->n];
	call_finish(c, rc);
}

static void
on_timer(uv_timer_t *timer)
{
	struct watch *w = timer->data;
	int64_t now = clock_mono_ms();
	size_t i = w->n;

	while (i-- > 0)
		if (now >= w->waiters[i].deadline_ms ||
		    !call_is_wanted(w->waiters[i].call))
			answer(w, i);
	arm(w);
}

/* Nobody waits: no timer, and the daemon sleeps. */
static void
arm(struct watch *w)
{
	int64_t next = INT64_MAX, now = clock_mono_ms();
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->waiters[i].deadline_ms < next)
			next = w->waiters[i].deadline_ms;
	if (w->n == 0)
		uv_timer_stop(&w->timer);
	else
		uv_timer_start(&w->timer, on_timer,
		    next > now ? (uint64_t)(next - now) : 0, 0);
}

/* --- events --- */

static void
push_event(struct watch *w, cJSON *event)
{
	cJSON **slot;
	size_t i;

	slot = &w->ring[++w->newest % WATCH_RING];
	cJSON_Delete(*slot);
	*slot = event;
	if (json_put_int(event, "n", w->newest, NULL) < 0) {
		cJSON_Delete(event);
		*slot = NULL;
	}
	for (i = w->n; i-- > 0;)
		answer(w, i);
	arm(w);
}

static int
copy_member(cJSON *event, const char *as, const cJSON *from, const char *name,
    struct err *e)
{
	const cJSON *v = json_get(from, name);

	if (!cJSON_IsString(v) && !cJSON_IsNumber(v))
		return 0;
	return json_put(event, as, cJSON_Duplicate(v, 0), e);
}

/* How many offices got something, and what the first of them got. */
static int
tell_published(cJSON *event, const cJSON *result, struct err *e)
{
	const cJSON *list = json_get(result, "published");
	const cJSON *first = list != NULL ? list->child : NULL;
	cJSON *records = json_get(first, "records");
	int rc = json_put_int(event, "offices", cJSON_GetArraySize(list), e);

	if (rc == 0 && records != NULL)
		rc = json_put(event, "records", cJSON_Duplicate(records, 1), e);
	return rc;
}

static int
tell_seen(cJSON *event, const struct call *c, struct err *e)
{
	int rc = copy_member(event, "message", c->params, "message", e);

	if (rc == 0)
		rc = copy_member(event, "version", c->params, "version", e);
	return rc;
}

static int
tell_absorbed(cJSON *event, const struct call *c, struct err *e)
{
	int rc = copy_member(event, "revisions", c->result, "absorbed", e);

	if (rc == 0)
		rc = copy_member(event, "revision",
		    json_get(c->result, "receipt"), "revision", e);
	return rc;
}

static const struct kind {
	const char *method, *kind;
} kinds[] = {
	{ "hall.seen", "came" },
	{ "hall.absorb", "admitted" },
	{ "hall.absorb_evidence", "evidence" },
	{ "hall.enroll", "enrolled" },
	{ "hall.revoke", "revoked" },
	{ "hall.restore", "restored" },
	{ "hall.disable", "disabled" },
	{ "hall.enable", "enabled" },
	{ "hall.publish", "published" },
	{ "edition.import", "published" },
	{ "edition.wording", "published" },
	{ "cycle.set", "published" },
	{ "practice.share", "published" },
	{ "practice.withdraw", "published" },
	{ "announcement.add", "published" },
	{ "announcement.withdraw", "published" },
	{ "decision.set", "decided" },
};

/* NULL: no event. */
static const char *
kind_of(const struct call *c)
{
	const char *class = json_str(c->params, "class");
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].method, c->method->name) == 0)
			break;
	if (i == sizeof(kinds) / sizeof(kinds[0]))
		return NULL;
	if (strcmp(kinds[i].kind, "came") == 0 && class != NULL)
		return strcmp(class, "refused") == 0 ? "refused" : "trouble";
	if (strcmp(kinds[i].kind, "published") == 0 &&
	    cJSON_GetArraySize(json_get(c->result, "published")) == 0)
		return NULL;
	/* nothing came: the office asked again for its receipt */
	if (strcmp(kinds[i].kind, "admitted") == 0 &&
	    json_int(c->result, "absorbed", 0) == 0)
		return NULL;
	return kinds[i].kind;
}

static int
fill_event(const struct call *c, const char *kind, cJSON *event, struct err *e)
{
	char time[CLOCK_TEXT];
	int rc;

	clock_rfc3339(time, clock_now(), c->server->conf.offset_min);
	if ((rc = json_put_str(event, "time", time, e)) < 0 ||
	    (rc = json_put_str(event, "kind", kind, e)) < 0 ||
	    (rc = copy_member(event, "office", c->params, "office", e)) < 0 ||
	    (rc = copy_member(event, "office", c->result, "office", e)) < 0 ||
	    (rc = copy_member(event, "device", c->params, "device", e)) < 0 ||
	    (rc = copy_member(event, "device", c->result, "device", e)) < 0 ||
	    (rc = copy_member(event, "login", c->result, "by", e)) < 0)
		return rc;
	if (strcmp(c->method->name, "hall.seen") == 0)
		return tell_seen(event, c, e);
	if (strcmp(c->method->name, "hall.absorb") == 0)
		return tell_absorbed(event, c, e);
	if (strcmp(kind, "decided") == 0)
		return copy_member(event, "verdict", c->params, "verdict", e);
	return strcmp(kind, "published") == 0
		   ? tell_published(event, c->result, e)
		   : 0;
}

int
watch_called(struct watch *w, const struct call *c)
{
	const char *kind = w != NULL ? kind_of(c) : NULL;
	cJSON *event;

	if (kind == NULL)
		return 0;
	event = cJSON_CreateObject();
	if (fill_event(c, kind, event, NULL) < 0)
		cJSON_Delete(event); /* without memory the news is lost */
	else
		push_event(w, event);
	return strcmp(kind, "refused") == 0 || strcmp(kind, "trouble") == 0;
}

/* --- waiting --- */

/* "<start>-<n>" of this run; of another one: all that there is. */
static int
read_cursor(
    const struct watch *w, const char *cursor, int64_t *ret, struct err *e)
{
	char *end = NULL;
	long long start, n;

	if (cursor == NULL) {
		*ret = w->newest;
		return 0;
	}
	start = strtoll(cursor, &end, 10);
	if (end == cursor || *end != '-' || end[1] < '0' || end[1] > '9')
		return err_set(
		    e, ERR_INVALID, 0, "'%.40s' is not a cursor", cursor);
	n = strtoll(end + 1, &end, 10);
	if (*end != '\0' || n < 0)
		return err_set(
		    e, ERR_INVALID, 0, "'%.40s' is not a cursor", cursor);
	*ret = start == w->start && n <= w->newest ? n : 0;
	return 0;
}

int
watch_begin(struct watch *w, struct call *c, const char *cursor, int64_t wait_s,
    cJSON **ret, struct err *e)
{
	int64_t after = 0;
	int rc;

	if (wait_s < 0 || wait_s > WATCH_WAIT_MAX_S)
		return err_set(e, ERR_INVALID, 0,
		    "wait must be between 0 and %d seconds", WATCH_WAIT_MAX_S);
	if ((rc = read_cursor(w, cursor, &after, e)) < 0)
		return rc;
	if (after < w->newest || wait_s == 0)
		return make_answer(w, after, ret, e);
	if (w->n == WATCH_WAITERS_MAX)
		on_timer(&w->timer); /* those who are gone make room */
	if (w->n == WATCH_WAITERS_MAX)
		return err_set(
		    e, ERR_BUSY, 0, "too many clients watch this hall");
	w->waiters[w->n].call = c;
	w->waiters[w->n].after = after;
	w->waiters[w->n].deadline_ms = clock_mono_ms() + wait_s * 1000;
	w->n++;
	arm(w);
	return HANDLER_LATER;
}

/* --- life --- */

int
watch_create(uv_loop_t *loop, struct watch **ret, struct err *e)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return err_nomem(e);
	w->start = clock_now();
	uv_timer_init(loop, &w->timer); /* cannot fail */
	w->timer.data = w;
	*ret = w;
	return 0;
}

static void
on_closed(uv_handle_t *h)
{
	struct watch *w = h->data;
	void (*closed)(void *arg) = w->closed;
	void *arg = w->closed_arg;
	size_t i;

	for (i = 0; i < WATCH_RING; i++)
		cJSON_Delete(w->ring[i]);
	free(w);
	closed(arg);
}

void
watch_close(struct watch *w, void (*closed)(void *arg), void *arg)
{
	while (w->n > 0)
		answer(w, w->n - 1);
	w->closed = closed;
	w->closed_arg = arg;
	uv_close((uv_handle_t *)&w->timer, on_closed);
}
