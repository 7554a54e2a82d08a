/*
 * Life: knock_begin() asks for the host's addresses -> on_found() -> one after
 * the other: on_connected() -> on_tcp_closed() -> the next, or finish(). The
 * timer ends it all at any moment. finish() tells; freed when every handle is
 * closed and the question for the addresses is answered.
 */
#include "daemon/sync/sync_knock.h"

#include <stdlib.h>
#include <string.h>

#define HTTPS_PORT "443"
#define PROXY_PORT "1080"

struct knock {
	uv_getaddrinfo_t lookup;
	uv_connect_t connect;
	uv_tcp_t tcp;
	uv_timer_t timer;
	int asking; /* lookup is not answered yet */
	int has_tcp, has_timer;
	int why;  /* the last address did not answer */
	int over; /* done() was called */
	struct addrinfo *list, *next;
	char where[CONF_URL_MAX], host[CONF_URL_MAX];
	void (*done)(void *arg, const struct sync_fault *fault);
	void *arg;
};

static void on_found(uv_getaddrinfo_t *req, int status, struct addrinfo *list);
static void try_next(struct knock *k);
static void on_connected(uv_connect_t *req, int status);
static void on_tcp_closed(uv_handle_t *h);
static void on_late(uv_timer_t *t);
static void on_timer_closed(uv_handle_t *h);
static void finish(struct knock *k, const struct sync_fault *fault);
static void free_when_closed(struct knock *k);

/* "scheme://host[:port]" */
static const char *
split(struct knock *k, const char *url, const char *port)
{
	const char *host = strstr(url, "://");
	char *colon;

	host = host != NULL ? host + 3 : url;
	snprintf(k->host, sizeof(k->host), "%s", host);
	if ((colon = strrchr(k->host, ':')) == NULL)
		return port;
	*colon = '\0';
	return colon + 1;
}

int
knock_begin(uv_loop_t *loop, const struct transfer_way *way,
    void (*done)(void *arg, const struct sync_fault *fault), void *arg,
    struct knock **ret, struct err *e)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct knock *k = calloc(1, sizeof(*k));
	const char *port;
	int rc;

	if (k == NULL)
		return err_nomem(e);
	k->why = UV_EADDRNOTAVAIL;
	k->done = done;
	k->arg = arg;
	snprintf(k->where, sizeof(k->where), "%s", way->conf->urls[way->url]);
	port = way->conf->https_proxy[0] != '\0'
		   ? split(k, way->conf->https_proxy, PROXY_PORT)
		   : split(k, k->where, HTTPS_PORT);
	rc = uv_getaddrinfo(loop, &k->lookup, on_found, k->host, port, &hints);
	if (rc < 0) {
		free(k);
		return err_set(e, ERR_SYS, -rc,
		    "cannot ask for the address of '%s': %s",
		    way->conf->urls[way->url], uv_strerror(rc));
	}
	k->lookup.data = k;
	k->asking = 1;
	uv_timer_init(loop, &k->timer); /* these two cannot fail */
	k->timer.data = k;
	k->has_timer = 1;
	uv_timer_start(
	    &k->timer, on_late, (uint64_t)transfer_connect_s(way) * 1000, 0);
	*ret = k;
	return 0;
}

static void
no_road(const struct knock *k, const char *why, struct sync_fault *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->class = SYNC_RETRY;
	ret->no_road = 1;
	err_set(&ret->err, ERR_UNREACHABLE, 0,
	    "cannot reach the hall at '%s': %s", k->where, why);
}

static void
on_found(uv_getaddrinfo_t *req, int status, struct addrinfo *list)
{
	struct knock *k = (struct knock *)req->data;
	struct sync_fault fault;

	k->asking = 0;
	k->list = k->next = list;
	if (k->over) {
		free_when_closed(k);
		return;
	}
	if (status == 0) {
		try_next(k);
		return;
	}
	no_road(k, uv_strerror(status), &fault);
	err_hint(&fault.err,
	    "see whether this machine is connected; if it is, ask the hall "
	    "whether its address has changed");
	finish(k, &fault);
}

static void
try_next(struct knock *k)
{
	struct sync_fault fault;
	struct addrinfo *a;
	int rc;

	while ((a = k->next) != NULL) {
		k->next = a->ai_next;
		if ((rc = uv_tcp_init(k->lookup.loop, &k->tcp)) < 0) {
			k->why = rc;
			continue;
		}
		k->tcp.data = k;
		k->has_tcp = 1;
		rc = uv_tcp_connect(
		    &k->connect, &k->tcp, a->ai_addr, on_connected);
		k->connect.data = k;
		if (rc < 0) { /* on_tcp_closed() goes on */
			k->why = rc;
			uv_close((uv_handle_t *)&k->tcp, on_tcp_closed);
		}
		return;
	}
	no_road(k, uv_strerror(k->why), &fault);
	finish(k, &fault);
}

static void
on_connected(uv_connect_t *req, int status)
{
	struct knock *k = (struct knock *)req->data;

	if (k->over)
		return;
	if (status == 0) {
		finish(k, NULL);
		return;
	}
	k->why = status;
	uv_close((uv_handle_t *)&k->tcp, on_tcp_closed);
}

static void
on_tcp_closed(uv_handle_t *h)
{
	struct knock *k = (struct knock *)h->data;

	k->has_tcp = 0;
	if (k->over)
		free_when_closed(k);
	else
		try_next(k);
}

static void
on_late(uv_timer_t *t)
{
	struct knock *k = (struct knock *)t->data;
	struct sync_fault fault;

	no_road(k, uv_strerror(UV_ETIMEDOUT), &fault);
	finish(k, &fault);
}

static void
on_timer_closed(uv_handle_t *h)
{
	struct knock *k = (struct knock *)h->data;

	k->has_timer = 0;
	free_when_closed(k);
}

/* Tells, and lets go of everything. */
static void
finish(struct knock *k, const struct sync_fault *fault)
{
	k->over = 1;
	if (k->asking)
		uv_cancel((uv_req_t *)&k->lookup);
	if (k->has_tcp && !uv_is_closing((uv_handle_t *)&k->tcp))
		uv_close((uv_handle_t *)&k->tcp, on_tcp_closed);
	uv_close((uv_handle_t *)&k->timer, on_timer_closed);
	k->done(k->arg, fault);
}

static void
free_when_closed(struct knock *k)
{
	if (k->asking || k->has_tcp || k->has_timer)
		return;
	if (k->list != NULL)
		uv_freeaddrinfo(k->list);
	free(k);
}

void
knock_end(struct knock *k)
{
	uv_timer_start(&k->timer, on_late, 0, 0);
}
