/* history --format: all pages into a file, for auditors; nothing grows with
 * the history. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "client/changes.h"
#include "client/cmd/cmd_history_ask.h"
#include "client/file/csv.h"
#include "client/lang.h"

#define PAGE 200
#define FILE_MODE 0644

struct file {
	struct cmd *c;
	int csv;
	const char *path; /* NULL: standard output */
	char part[PATH_MAX];
	int fd;
	/* of the file and not of the command: what a fault leaves in it is not
	 * for the screen */
	struct out out;
	long n;     /* revisions written */
	long n_cut; /* of them with texts that no answer has room for */
};

/* --- lines --- */

static const char *const columns[] = { "office", "revision", "commit", "time",
	"received", "login", "person", "device", "action", "record", "field",
	"old", "new", "reason" };
#define N_COLUMNS (sizeof(columns) / sizeof(*columns))

static void
csv_head(struct buf *out)
{
	size_t i;

	buf_puts(out, "\xef\xbb\xbf");
	for (i = 0; i < N_COLUMNS; i++)
		buf_printf(out, "%s%s", i > 0 ? "," : "", columns[i]);
	buf_puts(out, "\r\n");
}

static void
cell(struct buf *out, const char *s)
{
	csv_cell(s != NULL ? s : "", out);
	buf_putc(out, ',');
}

/* The office is in the device's name; the hall's own has its code. */
static void
csv_office(struct buf *out, const cJSON *rev)
{
	const char *office = json_str(rev, "office");
	const char *device = json_str(rev, "device");
	char code[16];

	if (office == NULL && device != NULL) {
		snprintf(code, sizeof(code), "%.*s", (int)strcspn(device, "-"),
		    device);
		office = code;
	}
	cell(out, office);
}

static void
csv_value(struct buf *out, const cJSON *v)
{
	struct buf text = BUF_INIT;

	changes_value(&text, v);
	cell(out, buf_str(&text));
	out->failed |= text.failed;
	buf_release(&text);
}

/* One changed field of a revision a line; change NULL: none is told. */
static void
csv_line(
    struct buf *out, const cJSON *rev, const char *record, const cJSON *change)
{
	const cJSON *person = json_get(rev, "person");
	const char *reason = json_str(rev, "reason");

	csv_office(out, rev);
	cell(out, json_str(rev, "revision"));
	cell(out, json_str(rev, "commit"));
	cell(out, json_str(rev, "time"));
	cell(out, json_str(rev, "received"));
	cell(out, json_str(person, "login"));
	cell(out, json_str(person, "name"));
	cell(out, json_str(rev, "device"));
	cell(out, json_str(rev, "action"));
	cell(out, record);
	cell(out, json_str(change, "field"));
	csv_value(out, json_get(change, "old"));
	csv_value(out, json_get(change, "new"));
	csv_cell(reason != NULL ? reason : "", out);
	buf_puts(out, "\r\n");
}

static void
csv_record(struct buf *out, const cJSON *rev, const cJSON *one)
{
	const cJSON *changes = json_get(one, "changes"), *c;
	const char *record = json_str(one, "record");

	if (cJSON_GetArraySize(changes) == 0)
		csv_line(out, rev, record, NULL);
	cJSON_ArrayForEach (c, changes) {
		csv_line(out, rev, record, c);
	}
}

static int
write_revision(struct file *f, const cJSON *rev, struct err *e)
{
	struct buf *out = &f->out.b;
	const cJSON *records = json_get(rev, "records"), *one;
	int rc = 0;

	if (!f->csv) {
		rc = json_write(rev, out, e);
		buf_putc(out, '\n');
	} else if (records == NULL) {
		csv_record(out, rev, rev);
	} else {
		cJSON_ArrayForEach (one, records) {
			csv_record(out, rev, one);
		}
	}
	f->n++;
	return rc < 0 ? rc : buf_ok(out, e);
}

/* --- pages --- */

/* What is too long for an answer is cut there: fewer revisions are asked for,
 * until they are whole; of a single one the cut stays, and is told. */
static int
whole_page(struct file *f, cJSON *params, const char *cursor, cJSON **ret,
    struct err *e)
{
	long limit = PAGE;
	int rc;

	for (;;) {
		rc = cmd_history_page(f->c, params, limit, cursor, ret, e);
		cJSON_DeleteItemFromObjectCaseSensitive(params, "export");
		if (rc < 0 || !json_bool(*ret, "cut", 0))
			return rc;
		if (limit == 1) {
			f->n_cut++;
			return 0;
		}
		cJSON_Delete(*ret);
		*ret = NULL;
		limit = (limit + 3) / 4;
	}
}

static int
write_pages(struct file *f, cJSON *params, struct err *e)
{
	cJSON *page = NULL, *last = NULL;
	struct cmd_history_wait wait;
	const cJSON *rev;
	int rc;

	cmd_history_wait_begin(&wait, f->c, f->fd);
	if (f->csv)
		csv_head(&f->out.b);
	do {
		if (last != NULL)
			cmd_history_wait_tell(
			    &wait, f->n, json_str(last, "next"));
		rc = whole_page(f, params, json_str(last, "next"), &page, e);
		cJSON_Delete(last);
		last = page;
		page = NULL;
		if (rc < 0)
			break;
		cJSON_ArrayForEach (rev, json_get(last, "revisions")) {
			if ((rc = write_revision(f, rev, e)) < 0)
				goto out;
		}
		rc = out_finish(&f->out, f->fd, e);
	} while (rc == 0 && json_str(last, "next") != NULL);
out:
	cmd_history_wait_end(&wait);
	cJSON_Delete(last);
	return rc;
}

/* --- the file --- */

/* Beside its place until it is whole. */
static int
open_part(struct file *f, struct err *e)
{
	const char *path = f->c->opts->value[OPT_OUTPUT];
	int rc;

	f->fd = STDOUT_FILENO;
	if (path == NULL || strcmp(path, "-") == 0)
		return 0;
	f->path = path;
	rc = file_path(
	    f->part, sizeof(f->part), e, "%s.part-%ld", path, (long)getpid());
	if (rc < 0)
		return rc;
	f->fd = open(f->part,
	    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, FILE_MODE);
	return f->fd < 0 ? err_sys(e, "cannot create '%s'", f->part) : 0;
}

static int
close_part(struct file *f, int rc, struct err *e)
{
	if (f->path == NULL || f->fd < 0)
		return rc;
	if (rc == 0 && fsync(f->fd) != 0)
		rc = err_sys(e, "cannot sync '%s'", f->part);
	close(f->fd);
	if (rc == 0 && rename(f->part, f->path) != 0)
		rc = err_sys(e, "cannot rename '%s' to '%s'", f->part, f->path);
	if (rc < 0)
		(void)unlink(f->part); /* ours */
	return rc;
}

static int
tell(struct file *f, const char *format, struct err *e)
{
	cJSON *doc;
	int rc;

	if (f->n_cut > 0)
		out_printf(&f->c->note,
		    lang_n(f->n_cut,
			"Texts of %ld revision were too long to be told whole: "
			"pmqa diff shows them.\n",
			"Texts of %ld revisions were too long to be told "
			"whole: "
			"pmqa diff shows them.\n"),
		    f->n_cut);
	if (f->path == NULL)
		return 0;
	if (!f->c->json) {
		out_printf(&f->c->note,
		    lang_n(f->n, "'%s' is written: %ld revision.\n",
			"'%s' is written: %ld revisions.\n"),
		    f->path, f->n);
		return 0;
	}
	doc = cJSON_CreateObject();
	if ((rc = json_put_str(doc, "file", f->path, e)) == 0 &&
	    (rc = json_put_str(doc, "format", format, e)) == 0 &&
	    (rc = json_put_int(doc, "revisions", f->n, e)) == 0 &&
	    (rc = json_put_int(doc, "cut", f->n_cut, e)) == 0)
		out_json(&f->c->out, doc);
	cJSON_Delete(doc);
	return rc;
}

int
cmd_history_file(struct cmd *c, const char *format, struct err *e)
{
	struct file f = { .c = c, .csv = strcmp(format, "csv") == 0 };
	cJSON *params = NULL;
	int rc;

	if (!f.csv && strcmp(format, "json") != 0)
		return err_set(e, ERR_USAGE, 0,
		    "a history is written as csv or json, not '%.20s'", format);
	if (c->opts->value[OPT_LIMIT] != NULL ||
	    c->opts->value[OPT_CURSOR] != NULL)
		return err_set(e, ERR_USAGE, 0,
		    "a file holds all that matches: --limit and --cursor are "
		    "for lists");
	out_init(&f.out, -1);
	if ((rc = cmd_history_params(c, &params, e)) == 0 &&
	    (rc = json_put_str(params, "export", format, e)) == 0 &&
	    (rc = open_part(&f, e)) == 0)
		rc = close_part(&f, write_pages(&f, params, e), e);
	out_release(&f.out);
	cJSON_Delete(params);
	return rc < 0 ? rc : tell(&f, format, e);
}
