/*
 * Texts that people and machines carry between offices and halls: an anchor off
 * paper, a line of the acceptance log, lines of an enrolment, the steps of a
 * branch, a certificate. Beyond "no crash": what is accepted has one spelling,
 * and is written again as it was read.
 */
#include <string.h>

#include "store/audit/anchor.h"
#include "store/git/steps.h"
#include "store/hall/accepted_file.h"
#include "store/hall/enroll_line.h"
#include "store/sign/x509.h"

/* When the lines of the corpus were signed: they are good for a day. */
#define NOW INT64_C(1795391400)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static void
expect(int holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct err e;

	(void)argc;
	(void)argv;
	if (key_init(&e) < 0)
		abort();
	return 0;
}

/* Its text, read again, is the same anchor. */
static void
check_anchor(const struct anchor *a)
{
	static struct anchor again;
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct anchor_signature sig;
	const char *text;
	struct err e;

	expect(a->n_tips <= ANCHOR_TIPS && a->part >= 1);
	expect(a->part <= a->parts && a->parts <= ANCHOR_PARTS_MAX);
	anchor_text(a, &once);
	/* any signature: whether it is good is not asked here */
	buf_puts(&once, "signature ");
	while (once.len > 0 && twice.len < 86) {
		buf_putc(&once, 'A');
		buf_putc(&twice, 'A');
	}
	buf_puts(&once, "==\n");
	twice.len = 0;
	text = buf_str(&once);
	memset(&sig, 0, sizeof(sig));
	buf_init(&sig.armour);
	if (anchor_parse(&text, &again, &sig, &e) < 0)
		abort();
	anchor_text(&again, &twice);
	expect(twice.len < once.len &&
	       memcmp(once.data, twice.data, twice.len) == 0);
	buf_release(&sig.armour);
	buf_release(&once);
	buf_release(&twice);
}

static void
try_anchor(const char *text)
{
	static struct anchor a;
	struct anchor_signature sig;
	const char *before = text;
	struct err e;
	int rc = 0;

	while (rc == 0) {
		memset(&sig, 0, sizeof(sig));
		buf_init(&sig.armour);
		rc = anchor_parse(&text, &a, &sig, &e);
		if (rc == 0) {
			expect(text > before);
			before = text;
			check_anchor(&a);
		} else {
			expect(rc == ERR_INVALID || rc == ERR_NOT_FOUND);
		}
		buf_release(&sig.armour);
	}
}

static void
try_log_line(const char *text, size_t len)
{
	struct buf again = BUF_INIT;
	cJSON *line = NULL;
	struct err e;
	int ok = 0;

	if (accepted_parse(text, len, &line, &ok, &e) < 0)
		abort();
	if (line == NULL) {
		expect(!ok);
		return;
	}
	expect(json_write(line, &again, &e) == 0);
	expect(!ok || (again.len == len && memcmp(again.data, text, len) == 0));
	buf_release(&again);
	cJSON_Delete(line);
}

static void
try_enrolment(const char *text)
{
	static const enum enroll_kind kinds[] = { ENROLL_REQUEST, ENROLL_ANSWER,
		ENROLL_PROVINCE };
	unsigned char signer[KEY_PUBLIC_LEN];
	cJSON *body;
	struct err e;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		body = NULL;
		if (enroll_line_read(kinds[i], text, NOW, &body, signer, &e) <
		    0)
			expect(body == NULL && e.msg[0] != '\0');
		cJSON_Delete(body);
	}
}

static void
try_steps(const char *text, size_t len)
{
	static struct steps s, again;
	struct buf out = BUF_INIT;
	struct err e;

	if (steps_parse(text, len, &s, &e) == 0) {
		expect(s.n <= STEPS_MAX);
		steps_print(&s, &out);
		expect(steps_parse(buf_str(&out), out.len, &again, &e) == 0);
		expect(again.n == s.n && again.total == s.total);
	}
	buf_release(&out);
}

static void
try_certificate(const char *text)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	char pin[X509_PIN_LEN + 1];
	struct err e;

	if (x509_read(text, "9105-a", pub, &e) < 0)
		expect(e.msg[0] != '\0');
	if (x509_pin(text, pin, &e) == 0)
		expect(x509_is_pin(pin));
	(void)x509_is_pin(text);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	char *text = malloc(len + 1);

	if (text == NULL)
		return 0;
	memcpy(text, data, len);
	text[len] = '\0';
	try_anchor(text);
	try_log_line(text, len);
	try_enrolment(text);
	try_steps(text, len);
	try_certificate(text);
	free(text);
	return 0;
}
