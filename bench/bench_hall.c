/*
 * bench_hall: a hall with many offices and long histories.
 *
 * bench_hall make DIR OFFICES REVISIONS PENDING [URL HOST-KEY-FILE]
 *     a hall in DIR/H and offices in DIR/9101 …, REVISIONS of each brought to
 *     the hall's repository but not absorbed, PENDING more in the office's own
 *     (their ids in DIR/9101.pending)
 * bench_hall absorb DIR/H     takes everything in; prints
 *     "absorb<tab>commits<tab>seconds<tab>commits/s<tab>most MiB<tab>MiB now"
 * bench_hall save DIR N       one save at an office as its daemon does it: signed,
 *     in the journal, flushed into its repository; N makes the text another one
 * bench_hall signatures DIR/H OFFICE   what the checks of its signatures alone
 *     cost; prints "sshsig<tab>n<tab>n/s" (strict form and signature of whole
 *     commits) and "ed25519<tab>n<tab>n/s" (the library's check alone)
 *
 * Anything that fails ends the bench with its sentence.
 */
#include <sodium.h>
#include <unistd.h>

#include "base/file.h"
#include "store/admit/absorb.h"
#include "store/git/giterr.h"
#include "store/git/graph.h"
#include "store/save/answer.h"
#include "store/save/journal.h"
#include "tests/support/crowd.h"

#define FIRST_CODE 9101
#define SIGNED_MAX 20000 /* commits whose signatures are looked at */

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A line of /proc/self/status, MiB. */
static double
memory(const char *name)
{
	char line[200];
	FILE *f = fopen("/proc/self/status", "r");
	double kib = 0;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			kib = strtod(line + strlen(name), NULL);
	if (f != NULL)
		fclose(f);
	return kib / 1024;
}

static void
read_line(const char *path, char *ret, size_t size)
{
	FILE *f = fopen(path, "r");

	if (f == NULL || fgets(ret, (int)size, f) == NULL) {
		perror(path);
		exit(1);
	}
	ret[strcspn(ret, "\n")] = '\0';
	fclose(f);
}

static void
make(int argc, char **argv)
{
	char dir[512], own[512], path[560], code[8], host_key[KEY_LINE_MAX];
	int offices = (int)strtol(argv[3], NULL, 10), i;
	struct crowd_office o = { .dir = own, .code = code };
	struct store *hall = NULL;

	if (argc == 8)
		read_line(argv[7], host_key, sizeof(host_key));
	snprintf(dir, sizeof(dir), "%s/H", argv[2]);
	crowd_hall(dir, "91", argc == 8 ? argv[6] : NULL,
	    argc == 8 ? host_key : NULL, &hall);
	o.revisions = (int)strtol(argv[4], NULL, 10);
	o.pending = (int)strtol(argv[5], NULL, 10);
	for (i = 0; i < offices; i++) {
		snprintf(code, sizeof(code), "%04u",
		    (unsigned)(FIRST_CODE + i) % 10000);
		snprintf(own, sizeof(own), "%.400s/%s", argv[2], code);
		snprintf(path, sizeof(path), "%s.pending", own);
		if ((o.ids = fopen(path, "w")) == NULL) {
			perror(path);
			exit(1);
		}
		crowd_add(hall, &o);
		fclose(o.ids);
	}
	store_close(hall);
}

static void
absorb(const char *dir)
{
	struct store *s = NULL;
	double start, took;
	int64_t n = 0;
	struct err e;

	crowd_check(store_open(dir, STORE_WRITE, &s, &e), &e, dir);
	start = now_s();
	crowd_check(absorb_all(s, &n, &e), &e, "absorb");
	took = now_s() - start;
	printf("absorb\t%lld\t%.2f\t%.0f\t%.1f\t%.1f\n", (long long)n, took,
	    (double)n / took, memory("VmHWM:"), memory("VmRSS:"));
	store_close(s);
}

static void
save(const char *dir, const char *n)
{
	struct person person = { "somsri", "สมศรี" };
	cJSON *fields = cJSON_CreateObject(), *saved = NULL;
	struct store *s = NULL;
	char text[200];
	struct err e;

	snprintf(text, sizeof(text),
	    "ครั้งที่ %.20s: หน่วยงานสื่อสารวิสัยทัศน์ต่อบุคลากรทุกระดับ", n);
	crowd_check(store_open(dir, STORE_WRITE, &s, &e), &e, dir);
	crowd_check(json_put_str(fields, "strengths", text, &e), &e, "text");
	crowd_check(save_group_begin(s, &e), &e, "begin");
	crowd_check(
	    answer_set(s, &person, 0, "1.1", fields, NULL, NULL, &saved, &e),
	    &e, "save");
	crowd_check(save_group_end(s, &e), &e, "end");
	crowd_check(journal_flush(s, &e), &e, "flush");
	cJSON_Delete(saved);
	cJSON_Delete(fields);
	store_close(s);
}

/* --- signatures alone --- */

static void
sshsig_rate(struct repo *r, const struct graph *g, size_t n)
{
	unsigned char signer[KEY_PUBLIC_LEN];
	struct buf *raw = calloc(n, sizeof(*raw));
	double start;
	struct err e;
	size_t i;

	if (raw == NULL)
		exit(1);
	for (i = 0; i < n; i++) {
		buf_init(&raw[i]);
		crowd_check(repo_read(r, g->list[i].id, OBJECT_COMMIT,
				COMMIT_MAX, &raw[i], &e),
		    &e, "commit");
	}
	start = now_s();
	for (i = 0; i < n; i++)
		crowd_check(
		    commit_verify(buf_str(&raw[i]), raw[i].len, signer, &e), &e,
		    "signature");
	printf("sshsig\t%zu\t%.0f\n", n, (double)n / (now_s() - start));
	for (i = 0; i < n; i++)
		buf_release(&raw[i]);
	free(raw);
}

static void
ed25519_rate(size_t n)
{
	unsigned char pub[crypto_sign_PUBLICKEYBYTES];
	unsigned char secret[crypto_sign_SECRETKEYBYTES];
	unsigned char sig[crypto_sign_BYTES], text[100];
	double start;
	size_t i;

	crypto_sign_keypair(pub, secret);
	memset(text, 7, sizeof(text)); /* as much as an SSHSIG signs */
	crypto_sign_detached(sig, NULL, text, sizeof(text), secret);
	start = now_s();
	for (i = 0; i < n; i++)
		if (crypto_sign_verify_detached(sig, text, sizeof(text), pub) !=
		    0)
			exit(1);
	printf("ed25519\t%zu\t%.0f\n", n, (double)n / (now_s() - start));
}

static void
signatures(const char *dir, const char *office)
{
	struct graph g;
	struct repo *r = NULL;
	unsigned char tip[20];
	char path[600];
	struct err e;
	size_t n;

	memset(&g, 0, sizeof(g));
	crowd_check(
	    file_path(path, sizeof(path), &e, "%s/offices/%s.git", dir, office),
	    &e, dir);
	crowd_check(repo_open(path, &r, &e), &e, path);
	crowd_check(repo_ref(r, "refs/heads/office", tip, &e), &e, "branch");
	crowd_check(graph_new(r, tip, NULL, 0, 0, &g, &e), &e, "history");
	n = g.n < SIGNED_MAX ? g.n : SIGNED_MAX;
	sshsig_rate(r, &g, n);
	ed25519_rate(n);
	graph_release(&g);
	repo_close(r);
}

int
main(int argc, char **argv)
{
	struct err e;

	crowd_check(key_init(&e), &e, "sodium");
	crowd_check(giterr_init(&e), &e, "libgit2");
	if ((argc == 6 || argc == 8) && strcmp(argv[1], "make") == 0)
		make(argc, argv);
	else if (argc == 3 && strcmp(argv[1], "absorb") == 0)
		absorb(argv[2]);
	else if (argc == 4 && strcmp(argv[1], "save") == 0)
		save(argv[2], argv[3]);
	else if (argc == 4 && strcmp(argv[1], "signatures") == 0)
		signatures(argv[2], argv[3]);
	else {
		fputs("usage: bench_hall make DIR OFFICES REVISIONS PENDING "
		      "[URL HOST-KEY-FILE] | absorb DIR/H | save DIR N | "
		      "signatures DIR/H OFFICE\n",
		    stderr);
		return 2;
	}
	giterr_shutdown();
	return 0;
}
