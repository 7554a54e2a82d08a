#include "tests/unit/test.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/git/giterr.h"
#include "store/hall/auditors.h"
#include "store/hall/enroll.h"
#include "store/hall/enroll_line.h"
#include "store/save/journal.h"
#include "store/setup.h"

static const struct person admin = { "somchai", "สมชาย ใจดี" };

/* A hall and an office, set up and open as their daemons have them. */
static char *top;
static struct store *hall, *office;

static int
group_setup(void **state)
{
	struct err e;

	(void)state;
	return key_init(&e) < 0 || giterr_init(&e) < 0 ? -1 : 0;
}

static int
group_teardown(void **state)
{
	(void)state;
	giterr_shutdown();
	return 0;
}

static struct store *
make(enum role role, const char *below, const char *code, char device)
{
	struct store *s = NULL;
	struct conf c;
	struct err e;

	conf_defaults(role, &c);
	snprintf(c.dir, sizeof(c.dir), "%s/%s", top, below);
	snprintf(c.code, sizeof(c.code), "%s", code);
	snprintf(c.name, sizeof(c.name), "ชื่อ %s", code);
	c.device = device;
	assert_ok(setup_init(&c, &e), &e);
	assert_ok(store_open(c.dir, STORE_WRITE, &s, &e), &e);
	return s;
}

static int
setup(void **state)
{
	(void)state;
	top = test_dir();
	hall = make(ROLE_HALL, "H", "91", 'h');
	office = make(ROLE_OFFICE, "A", "9105", 'a');
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	store_close(hall);
	store_close(office);
	test_dir_remove(top);
	return 0;
}

/* The request line of a store; free(). */
static char *
request_of(struct store *s)
{
	cJSON *v = NULL;
	char *line;
	struct err e;

	assert_ok(enroll_request(s, &v, &e), &e);
	line = strdup(json_str(v, "request"));
	assert_non_null(line);
	cJSON_Delete(v);
	return line;
}

/* The hall's answer to a request; *ret_revision (may be NULL) as it says. */
static char *
answer_to(const char *request, char ret_revision[24])
{
	cJSON *v = NULL;
	char *line;
	struct err e;

	assert_ok(enroll_admit(hall, &admin, request, &v, &e), &e);
	line = strdup(json_str(v, "answer"));
	assert_non_null(line);
	if (ret_revision != NULL)
		snprintf(ret_revision, 24, "%s", json_str(v, "revision"));
	cJSON_Delete(v);
	return line;
}

/* Bytes of a file below a store's directory; free(). */
static char *
content(struct store *s, const char *name, int *ret_mode)
{
	char path[PATH_MAX];
	struct buf b = BUF_INIT;
	struct stat st;
	struct err e;

	snprintf(path, sizeof(path), "%s/%s", store_conf(s)->dir, name);
	assert_ok(file_read(path, 1000000, &b, &e), &e);
	assert_int_equal(stat(path, &st), 0);
	if (ret_mode != NULL)
		*ret_mode = (int)(st.st_mode & 07777);
	return buf_take(&b);
}

static int
exists(struct store *s, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", store_conf(s)->dir, name);
	return access(path, F_OK) == 0;
}

static void
enrol(void)
{
	char *request = request_of(office), *answer = answer_to(request, NULL);
	cJSON *v = NULL;
	struct err e;

	assert_ok(enroll_accept(office, answer, &v, &e), &e);
	cJSON_Delete(v);
	free(request);
	free(answer);
}

static void
test_enroll__the_whole_exchange(void **state)
{
	char *request, *answer, fingerprint[64];
	cJSON *v = NULL;
	int mode;
	struct err e;

	(void)state;
	request = request_of(office);
	assert_int_equal(strncmp(request, "pmqa-request-1:", 15), 0);
	assert_null(strpbrk(request, " \t\r\n+/="));
	free(content(office, "enroll-request", &mode));
	assert_int_equal(mode, 0600);
	answer = answer_to(request, NULL);
	assert_int_equal(strncmp(answer, "pmqa-answer-1:", 14), 0);

	assert_ok(enroll_accept(office, answer, &v, &e), &e);

	key_fingerprint(store_key(hall)->pub, fingerprint);
	assert_string_equal(json_str(v, "fingerprint"), fingerprint);
	assert_string_equal(json_str(v, "hall"), "91");
	assert_string_equal(json_str(v, "hall_name"), "ชื่อ 91");
	assert_string_equal(
	    cJSON_GetArrayItem(json_get(v, "urls"), 0)->valuestring,
	    store_conf(hall)->dir);
	assert_int_equal(store_conf(office)->enrolled, 1);
	assert_memory_equal(
	    store_conf(office)->hall_pub, store_key(hall)->pub, KEY_PUBLIC_LEN);
	assert_false(exists(office, "enroll-request"));
	cJSON_Delete(v);
	free(request);
	free(answer);
}

static void
test_enroll__the_hall_keeps_registry_and_editions_in_git(void **state)
{
	char git_dir[PATH_MAX], *out = NULL, key[KEY_LINE_MAX];
	struct repo *r = NULL;
	unsigned char id[20];
	struct err e;

	(void)state;
	enrol();
	assert_ok(store_repo(hall, "9105", &r, &e), &e);
	assert_ok(repo_ref(r, "refs/heads/hall", id, &e), &e);
	snprintf(git_dir, sizeof(git_dir), "--git-dir=%s", repo_path(r));
	assert_int_equal(test_run((const char *[]){ "git", git_dir, "show",
				      "hall:registry.json", NULL },
			     &out),
	    0);
	key_line(store_key(office)->pub, key);
	assert_non_null(strstr(out, key));
	assert_non_null(strstr(out, "\"state\": \"active\""));
	assert_non_null(strstr(out, "\"code\": \"9105\""));
	free(out);
	assert_int_equal(test_run((const char *[]){ "git", git_dir, "ls-tree",
				      "-r", "--name-only", "hall", NULL },
			     &out),
	    0);
	assert_non_null(strstr(out, "allowed_signers\n"));
	assert_non_null(strstr(out, "editions/pmqa4-2562.json\n"));
	free(out);
	assert_int_equal(test_run((const char *[]){ "git", git_dir,
				      "verify-commit", "-v", "hall", NULL },
			     &out),
	    0);
	assert_non_null(strstr(out, "Good \"git\" signature for 91-h"));
	assert_non_null(strstr(out, "สมชาย ใจดี"));
	free(out);
	assert_int_equal(test_run((const char *[]){ "git", git_dir, "fsck",
				      "--strict", NULL },
			     NULL),
	    0);
}

static void
test_enroll__sshd_gets_one_forced_command_per_device(void **state)
{
	char *text, want[PATH_MAX * 2], key[KEY_LINE_MAX], own[PATH_MAX];
	struct err e;
	int mode;

	(void)state;
	enrol();
	assert_ok(file_own(own, sizeof(own), "pmqa-receive", &e), &e);
	key_line(store_key(office)->pub, key);
	snprintf(want, sizeof(want),
	    "restrict,command=\"%s --dir %s 9105-a\" %s 9105-a\n", own,
	    store_conf(hall)->dir, key);
	text = content(hall, "authorized_keys", &mode);
	assert_string_equal(text, want);
	assert_int_equal(mode, 0600);
	free(text);
}

static void
test_enroll__ssh_is_pinned(void **state)
{
	char *text, *out = NULL, config[PATH_MAX];
	int mode;

	(void)state;
	enrol();
	text = content(office, "ssh_config", &mode);
	assert_int_equal(mode, 0600);
	assert_non_null(strstr(text, "\tStrictHostKeyChecking yes\n"));
	free(text);
	free(content(office, "known_hosts", &mode));
	assert_int_equal(mode, 0600);
	/* ssh itself says what it made of the file */
	snprintf(
	    config, sizeof(config), "%s/ssh_config", store_conf(office)->dir);
	assert_int_equal(test_run((const char *[]){ "ssh", "-G", "-F", config,
				      "pmqa@hall.example.org", NULL },
			     &out),
	    0);
	assert_non_null(strstr(out, "\nbatchmode yes\n"));
	assert_non_null(strstr(out, "\nstricthostkeychecking true\n"));
	assert_non_null(strstr(out, "\nhostkeyalias pmqa-hall\n"));
	assert_non_null(strstr(out, "\nidentitiesonly yes\n"));
	assert_non_null(strstr(out, "\npasswordauthentication no\n"));
	assert_non_null(strstr(out, "\nforwardagent no\n"));
	assert_non_null(strstr(out, "\nupdatehostkeys false\n"));
	assert_non_null(strstr(out, "\nhostkeyalgorithms ssh-ed25519\n"));
	free(out);
}

static void
test_enroll__both_keys_are_in_the_offices_allowed_signers(void **state)
{
	char *text, key[KEY_LINE_MAX], line[256];

	(void)state;
	enrol();
	text = content(office, "allowed_signers", NULL);
	key_line(store_key(office)->pub, key);
	snprintf(line, sizeof(line),
	    "9105-a namespaces=\"git,pmqa-receipt,pmqa-anchor\" %s\n", key);
	assert_non_null(strstr(text, line));
	key_line(store_key(hall)->pub, key);
	snprintf(line, sizeof(line),
	    "91-h namespaces=\"git,pmqa-receipt,pmqa-anchor\" %s\n", key);
	assert_non_null(strstr(text, line));
	free(text);
}

static void
test_enroll__the_same_device_again_makes_no_revision(void **state)
{
	char first[24], second[24], *request, *answer, *again;
	cJSON *v = NULL;
	struct err e;

	(void)state;
	request = request_of(office);
	answer = answer_to(request, first);
	again = answer_to(request, second);
	assert_string_equal(first, second);
	assert_ok(enroll_accept(office, again, &v, &e), &e);
	cJSON_Delete(v);
	free(request);
	free(answer);
	free(again);
	/* also after acceptance, with a new nonce */
	request = request_of(office);
	answer = answer_to(request, second);
	assert_string_equal(first, second);
	v = NULL;
	assert_ok(enroll_accept(office, answer, &v, &e), &e);
	cJSON_Delete(v);
	free(request);
	free(answer);
}

static void
test_enroll__another_key_for_the_letter_is_a_conflict(void **state)
{
	struct store *thief = make(ROLE_OFFICE, "T", "9105", 'a');
	char *request, *before, *after;
	cJSON *v = NULL;
	struct err e;

	(void)state;
	enrol();
	before = content(hall, "authorized_keys", NULL);
	request = request_of(thief);
	assert_err(enroll_admit(hall, &admin, request, &v, &e), ERR_CONFLICT,
	    &e, "another key");
	assert_true(e.hint[0] != '\0');
	assert_null(v);
	after = content(hall, "authorized_keys", NULL);
	assert_string_equal(before, after);
	free(request);
	free(before);
	free(after);
	store_close(thief);
}

static void
test_enroll__a_second_device_has_a_letter_of_its_own(void **state)
{
	struct store *second = make(ROLE_OFFICE, "B", "9105", 'b');
	struct store *other = make(ROLE_OFFICE, "C", "9106", 'a');
	char *request, *answer, *text;

	(void)state;
	enrol();
	request = request_of(second);
	answer = answer_to(request, NULL);
	free(request);
	free(answer);
	request = request_of(other);
	answer = answer_to(request, NULL);
	free(request);
	free(answer);
	text = content(hall, "authorized_keys", NULL);
	assert_non_null(strstr(text, " 9105-a\n"));
	assert_non_null(strstr(text, " 9105-b\n"));
	assert_non_null(strstr(text, " 9106-a\n"));
	free(text);
	text = content(hall, "offices/allowed_signers", NULL);
	assert_non_null(strstr(text, "91-h "));
	assert_non_null(strstr(text, "9105-b "));
	assert_non_null(strstr(text, "9106-a "));
	free(text);
	store_close(second);
	store_close(other);
}

static void
refused_by_hall(const char *line, enum err_code code, const char *why)
{
	cJSON *v = NULL;
	struct err e;

	assert_err(enroll_admit(hall, &admin, line, &v, &e), code, &e, why);
	assert_null(v);
	assert_false(exists(hall, "offices/9105.git"));
	assert_false(exists(hall, "authorized_keys"));
}

static void
test_enroll__cut_or_altered_requests_are_refused(void **state)
{
	char *request = request_of(office), *bad;
	size_t i, len = strlen(request);

	(void)state;
	refused_by_hall("", ERR_INVALID, "not a whole request");
	refused_by_hall("pmqa-request-1:", ERR_INVALID, "not a whole request");
	refused_by_hall("pmqa-request-1:AAAA", ERR_INVALID, "not a whole");
	refused_by_hall("pmqa-answer-1:AAAA", ERR_INVALID, "not a whole");
	bad = strdup(request);
	assert_non_null(bad);
	bad[len - 1] = '\0';
	refused_by_hall(bad, ERR_INVALID, "");
	memcpy(bad, request, len + 1);
	memmove(bad + 100, bad + 101, len - 100);
	refused_by_hall(bad, ERR_INVALID, "");
	/* one letter changed, anywhere */
	for (i = 15; i < len; i += 7) {
		memcpy(bad, request, len + 1);
		bad[i] = bad[i] == 'A' ? 'B' : 'A';
		if (strcmp(bad, request) != 0)
			refused_by_hall(bad, ERR_INVALID, "");
	}
	snprintf(bad, len + 1, "%.*s %.20s", 60, request, request + 60);
	refused_by_hall(bad, ERR_INVALID, "not a whole request");
	free(bad);
	free(request);
}

static void
test_enroll__blanks_around_a_line_do_no_harm(void **state)
{
	char *request = request_of(office), *answer;
	struct buf b = BUF_INIT;

	(void)state;
	buf_printf(&b, "\n  %s \r\n", request);
	answer = answer_to(buf_str(&b), NULL);
	free(answer);
	free(request);
	buf_release(&b);
}

/* A request like the office's own, with some members replaced, signed by k. */
static char *
forged(const struct key *k, const char *name, const char *value)
{
	char key[KEY_LINE_MAX], when[CLOCK_TEXT];
	cJSON *body = cJSON_CreateObject();
	struct buf line = BUF_INIT;
	struct err e;

	key_line(k->pub, key);
	clock_rfc3339(when, clock_now(), 420);
	assert_ok(json_put_str(body, "code", "9105", &e), &e);
	assert_ok(json_put_str(body, "device", "9105-a", &e), &e);
	assert_ok(json_put_str(body, "key", key, &e), &e);
	assert_ok(json_put_str(body, "name", "ละงู", &e), &e);
	assert_ok(
	    json_put_str(body, "nonce", "00112233445566778899aabbccddeeff", &e),
	    &e);
	assert_ok(json_put_str(body, "time", when, &e), &e);
	if (name != NULL)
		assert_ok(json_put_str(body, name, value, &e), &e);
	assert_ok(enroll_line_write(ENROLL_REQUEST, body, k, &line, &e), &e);
	cJSON_Delete(body);
	return buf_take(&line);
}

static void
forged_is(const struct key *k, const char *name, const char *value,
    enum err_code code, const char *why)
{
	char *line = forged(k, name, value);

	refused_by_hall(line, code, why);
	free(line);
}

static void
test_enroll__well_signed_nonsense_is_refused(void **state)
{
	char old[CLOCK_TEXT], key[KEY_LINE_MAX], commented[KEY_LINE_MAX + 2];
	struct key k;
	struct err e;

	(void)state;
	assert_ok(key_generate(&k, &e), &e);
	forged_is(&k, "code", "../..", ERR_INVALID, "four digits");
	forged_is(&k, "code", "91", ERR_INVALID, "four digits");
	forged_is(&k, "device", "9106-a", ERR_INVALID, "not a device");
	forged_is(&k, "device", "9105-h", ERR_INVALID, "not a device");
	forged_is(&k, "device", "9105-A", ERR_INVALID, "not a device");
	forged_is(&k, "device", "9105-ab", ERR_INVALID, "not a device");
	forged_is(&k, "device", "9105", ERR_INVALID, "not a device");
	forged_is(&k, "name", "", ERR_INVALID, "name");
	forged_is(&k, "name", "a\nb", ERR_INVALID, "name");
	forged_is(&k, "nonce", "short", ERR_INVALID, "not a whole request");
	forged_is(&k, "extra", "x", ERR_INVALID, "not a whole request");
	forged_is(&k, "time", "yesterday", ERR_INVALID, "not a date");
	clock_rfc3339(old, clock_now() - ENROLL_LIFE_S - 60, 0);
	forged_is(&k, "time", old, ERR_REFUSED, "older than 24 hours");
	clock_rfc3339(old, clock_now() + ENROLL_LIFE_S + 60, 0);
	forged_is(&k, "time", old, ERR_REFUSED, "from the future");
	/* with a comment behind it it would be another key than without */
	key_line(k.pub, key);
	snprintf(commented, sizeof(commented), "%s x", key);
	forged_is(&k, "key", commented, ERR_INVALID, "not a key of");
	/* another's key, claimed without having it */
	key_line(store_key(office)->pub, key);
	forged_is(&k, "key", key, ERR_INVALID, "does not match");
	key_release(&k);
}

/* The request of the office's own key for another office's device. */
static void
own_key_again(const char *device, const char *why)
{
	char code[8];
	cJSON *body = cJSON_CreateObject(), *v = NULL;
	struct buf line = BUF_INIT;
	char when[CLOCK_TEXT], key[KEY_LINE_MAX], path[64];
	struct err e;

	snprintf(code, sizeof(code), "%.4s", device);
	key_line(store_key(office)->pub, key);
	clock_rfc3339(when, clock_now(), 420);
	assert_ok(json_put_str(body, "code", code, &e), &e);
	assert_ok(json_put_str(body, "device", device, &e), &e);
	assert_ok(json_put_str(body, "key", key, &e), &e);
	assert_ok(json_put_str(body, "name", "ควนกาหลง", &e), &e);
	assert_ok(
	    json_put_str(body, "nonce", "00112233445566778899aabbccddeeff", &e),
	    &e);
	assert_ok(json_put_str(body, "time", when, &e), &e);
	assert_ok(enroll_line_write(
		      ENROLL_REQUEST, body, store_key(office), &line, &e),
	    &e);
	assert_err(
	    enroll_look(hall, buf_str(&line), &v, &e), ERR_CONFLICT, &e, why);
	assert_err(enroll_admit(hall, &admin, buf_str(&line), &v, &e),
	    ERR_CONFLICT, &e, why);
	assert_null(v);
	snprintf(path, sizeof(path), "offices/%s.git", code);
	assert_int_equal(exists(hall, path), strcmp(code, "9105") == 0);
	cJSON_Delete(body);
	buf_release(&line);
}

static void
test_enroll__a_key_is_one_machine_s_alone(void **state)
{
	char key[KEY_LINE_MAX];
	cJSON *v = NULL;
	struct err e;

	(void)state;
	/* sshd takes the first line with a key, and a revoked one would come
	 * back as another office's */
	key_line(store_key(office)->pub, key);
	assert_ok(auditors_add(hall, "sao", key, &v, &e), &e);
	cJSON_Delete(v);
	v = NULL;
	own_key_again("9106-a", "auditor 'sao'");
	assert_ok(auditors_remove(hall, "sao", &v, &e), &e);
	cJSON_Delete(v);
	enrol();
	own_key_again("9106-a", "registered as device 9105-a");
	own_key_again("9105-b", "registered as device 9105-a");
}

static void
refused_by_office(const char *line, enum err_code code, const char *why)
{
	cJSON *v = NULL;
	struct err e;

	assert_err(enroll_accept(office, line, &v, &e), code, &e, why);
	assert_null(v);
	assert_int_equal(store_conf(office)->enrolled, 0);
	assert_false(exists(office, "hall.conf"));
	assert_false(exists(office, "ssh_config"));
}

static void
test_enroll__an_answer_counts_for_the_last_request_only(void **state)
{
	char *first = request_of(office), *old = answer_to(first, NULL);
	char *second = request_of(office), *answer = answer_to(second, NULL);
	cJSON *v = NULL;
	struct err e;

	(void)state;
	refused_by_office(old, ERR_INVALID, "newer request");
	assert_ok(enroll_accept(office, answer, &v, &e), &e);
	cJSON_Delete(v);
	v = NULL;
	/* one use */
	assert_err(enroll_accept(office, answer, &v, &e), ERR_INVALID, &e,
	    "waits for no answer");
	free(first);
	free(old);
	free(second);
	free(answer);
}

static void
test_enroll__an_answer_for_another_device_is_refused(void **state)
{
	struct store *other = make(ROLE_OFFICE, "C", "9106", 'a');
	char *theirs = request_of(other), *answer = answer_to(theirs, NULL);
	char *ours = request_of(office);

	(void)state;
	refused_by_office(answer, ERR_INVALID, "another device");
	refused_by_office(ours, ERR_INVALID, "not a whole answer");
	free(theirs);
	free(answer);
	free(ours);
	store_close(other);
}

static void
test_enroll__another_hall_does_not_take_an_enrolled_office(void **state)
{
	struct store *first = hall, *rival;
	char *request, *answer;
	cJSON *v = NULL;
	struct err e;

	(void)state;
	enrol();
	rival = make(ROLE_HALL, "R", "92", 'h');
	hall = rival;
	request = request_of(office);
	answer = answer_to(request, NULL);
	hall = first;
	assert_err(enroll_accept(office, answer, &v, &e), ERR_CONFLICT, &e,
	    "another hall");
	assert_string_equal(store_conf(office)->hall_code, "91");
	free(request);
	free(answer);
	store_close(rival);
}

static void
test_enroll__each_does_only_its_own_part(void **state)
{
	char *request = request_of(office);
	cJSON *v = NULL;
	struct err e;

	(void)state;
	assert_err(enroll_request(hall, &v, &e), ERR_USAGE, &e, "hall");
	assert_err(enroll_admit(office, &admin, request, &v, &e), ERR_USAGE, &e,
	    "office");
	assert_err(enroll_accept(hall, "x", &v, &e), ERR_USAGE, &e, "hall");
	free(request);
}

/* The hall opened again with other addresses. */
static void
hall_says(const char *settings)
{
	char path[PATH_MAX];
	struct buf b = BUF_INIT;
	struct err e;

	snprintf(path, sizeof(path), "%s/pmqad.conf", store_conf(hall)->dir);
	buf_printf(&b, "[pmqa]\nrole = hall\ncode = 91\nname = สตูล\n[hall]\n%s",
	    settings);
	assert_ok(file_write(path, b.data, b.len, 0644, &e), &e);
	assert_ok(store_reload_conf(hall, &e), &e);
	buf_release(&b);
}

#define HOST_KEY                                                               \
	"ssh-ed25519 "                                                         \
	"AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"

static void
test_enroll__addresses_and_host_key_reach_the_office(void **state)
{
	char *text;

	(void)state;
	hall_says("url = ssh://pmqa@hall:2222\nurl = /mnt/hall\n"
		  "host_key = " HOST_KEY "\n");
	enrol();
	assert_int_equal(store_conf(office)->n_urls, 2);
	assert_string_equal(
	    store_conf(office)->urls[0], "ssh://pmqa@hall:2222");
	assert_string_equal(store_conf(office)->urls[1], "/mnt/hall");
	assert_string_equal(store_conf(office)->host_key, HOST_KEY);
	text = content(office, "known_hosts", NULL);
	assert_string_equal(text, "pmqa-hall " HOST_KEY "\n");
	free(text);
}

static void
test_enroll__everything_stands_after_a_restart(void **state)
{
	char dir[512];
	struct err e;

	(void)state;
	enrol();
	snprintf(dir, sizeof(dir), "%s", store_conf(hall)->dir);
	store_close(hall);
	hall = NULL;
	assert_ok(store_open(dir, STORE_WRITE, &hall, &e), &e);
	assert_ok(enroll_write_authorized_keys(hall, &e), &e);
	snprintf(dir, sizeof(dir), "%s", store_conf(office)->dir);
	store_close(office);
	office = NULL;
	assert_ok(store_open(dir, STORE_WRITE, &office, &e), &e);
	assert_int_equal(store_conf(office)->enrolled, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_enroll__the_whole_exchange),
		TEST(test_enroll__the_hall_keeps_registry_and_editions_in_git),
		TEST(test_enroll__sshd_gets_one_forced_command_per_device),
		TEST(test_enroll__ssh_is_pinned),
		TEST(test_enroll__both_keys_are_in_the_offices_allowed_signers),
		TEST(test_enroll__the_same_device_again_makes_no_revision),
		TEST(test_enroll__another_key_for_the_letter_is_a_conflict),
		TEST(test_enroll__a_second_device_has_a_letter_of_its_own),
		TEST(test_enroll__cut_or_altered_requests_are_refused),
		TEST(test_enroll__blanks_around_a_line_do_no_harm),
		TEST(test_enroll__well_signed_nonsense_is_refused),
		TEST(test_enroll__a_key_is_one_machine_s_alone),
		TEST(test_enroll__an_answer_counts_for_the_last_request_only),
		TEST(test_enroll__an_answer_for_another_device_is_refused),
		TEST(
		    test_enroll__another_hall_does_not_take_an_enrolled_office),
		TEST(test_enroll__each_does_only_its_own_part),
		TEST(test_enroll__addresses_and_host_key_reach_the_office),
		TEST(test_enroll__everything_stands_after_a_restart),
	};

	return cmocka_run_group_tests_name(
	    "enroll", tests, group_setup, group_teardown);
}
