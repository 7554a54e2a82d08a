#include "daemon/receive/receive_told.h"
#include "daemon/sync/transfer_list.h"
#include "store/conf_https.h"
#include "store/hall/signers_https.h"

void
transfer_hall(const struct transfer_way *w, char ret[TRANSFER_HALL_MAX])
{
	char device[16];

	if (transfer_is_https(w)) {
		conf_road_device(w->conf, device);
		snprintf(ret, TRANSFER_HALL_MAX, "%s/%s", w->conf->urls[w->url],
		    device);
	} else {
		snprintf(ret, TRANSFER_HALL_MAX, "%s",
		    transfer_is_local(w) ? "ssh://local"
					 : w->conf->urls[w->url]);
	}
}

/* What ssh would tell on our behalf. */
static void
add_told(const struct transfer_way *w, struct transfer *t)
{
	struct buf told = BUF_INIT;

	receive_told_write(PMQA_VERSION, w->holds, &told);
	if (told.failed)
		t->overflow = 1;
	else if (told.len > 0)
		transfer_set(
		    t, "http.extraHeader=Pmqa-Told: %s", buf_str(&told));
	buf_release(&told);
}

/*
 * Who we are is said by our own certificate; who the hall is by the pin that it
 * gave at enrolment, else by an authority and its name. Nothing that answers
 * may send us elsewhere or ask for a password.
 */
void
transfer_https(const struct transfer_way *w, struct transfer *t)
{
	static const char *const pinned[] = { "http.version=HTTP/1.1",
		"http.sslVersion=tlsv1.2", "http.followRedirects=false",
		"http.postBuffer=16m", "http.saveCookies=false",
		"credential.helper=" };
	const struct conf *c = w->conf;
	char pins[CONF_PINS_TEXT];
	size_t i;

	for (i = 0; i < sizeof(pinned) / sizeof(pinned[0]); i++)
		transfer_set(t, "%s", pinned[i]);
	transfer_set(t, "http.sslCert=%s/" SIGNERS_HTTPS, c->dir);
	transfer_set(t, "http.sslKey=%s/" SIGNERS_HTTPS, c->dir);
	transfer_set(t, "http.proxy=%s", c->https_proxy);
	conf_pins_text(&c->pins, pins);
	if (c->https_ca[0] != '\0')
		transfer_set(t, "http.sslCAInfo=%s", c->https_ca);
	else if (pins[0] != '\0')
		transfer_set(t, "http.sslVerify=false"); /* the pin says more */
	if (pins[0] != '\0')
		transfer_set(t, "http.pinnedPubkey=%s", pins);
	add_told(w, t);
}
