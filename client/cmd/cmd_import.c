/*
 * Steps: read the file; fetch what stands; compare (import_plan); ask the
 * daemon what it would do (batch.apply, dry_run); show that, or the faults;
 * with --apply the same again for good.
 */
#include "base/file.h"
#include "client/cmd/cmd_batch.h"
#include "client/cmd/cmd_inout.h"
#include "client/cmd_main.h"
#include "client/file/csv.h"
#include "client/file/exchange_file.h"
#include "client/file/import_plan.h"
#include "client/file/import_show.h"

/* A request is one line of at most 1 MiB (proto/frame.h). */
#define REQUEST_MAX ((size_t)1000 * 1000)

struct import {
	struct cmd *c;
	struct import_plan plan;
	struct import_file about;
	struct buf bytes;
	enum exchange_form form;
	cJSON *shown; /* what the daemon would do, or did */
};

static int
read_file(struct import *x, struct err *e)
{
	const char *file = x->about.file;

	if (strcmp(file, "-") == 0)
		return cmd_read_arg("-", SHEET_FILE_MAX, &x->bytes, e);
	return file_read(file, SHEET_FILE_MAX, &x->bytes, e);
}

static int
read_sheet(struct import *x, const struct inout_xlsx *xlsx, struct err *e)
{
	struct sheet *s = &x->plan.file;
	const char *bytes = buf_str(&x->bytes);
	size_t len = x->bytes.len;
	int rc;

	if (x->form == FORM_JSON)
		rc = exchange_from_json(&x->bytes, s, e);
	else if (x->form == FORM_XLSX && xlsx != NULL)
		rc = xlsx->read(bytes, len, x->plan.k->name, s, e);
	else
		rc = csv_read(bytes, len, s, e);
	if (rc < 0 && rc != ERR_NOMEM)
		err_prepend(e, x->about.file);
	return rc;
}

/* --- the daemon's part --- */

static int
check_length(const cJSON *changes, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc = json_write(changes, &text, e);

	if (rc == 0 && (rc = buf_ok(&text, e)) == 0 && text.len > REQUEST_MAX) {
		rc = err_set(e, ERR_INVALID, 0,
		    "the file changes %zu bytes at once, more than %zu",
		    text.len, REQUEST_MAX);
		err_hint(e, "import it in parts: fewer rows in each file");
	}
	buf_release(&text);
	return rc;
}

static int
ask(struct import *x, int dry_run, cJSON **ret, struct err *e)
{
	cJSON *params = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_int(params, "year", x->about.year, e)) < 0 ||
	    (rc = cmd_param(x->c, params, OPT_REASON, "reason", e)) < 0 ||
	    (rc = json_put_bool(params, "dry_run", dry_run, e)) < 0 ||
	    (rc = json_put(params, "changes",
		 cJSON_Duplicate(x->plan.changes, 1), e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_batch_ask(x->c, params, &x->about.needs_reason, ret, e);
}

/* What the daemon found wrong, at the cells that it comes from. */
static int
take_errors(struct import *x, const cJSON *answer, struct err *e)
{
	size_t told = 0, all = (size_t)json_int(answer, "n_errors", 0);
	const cJSON *one;
	int rc;

	cJSON_ArrayForEach (one, json_get(answer, "errors")) {
		int64_t i = json_int(one, "index", -1);
		struct import_origin at = { SIZE_MAX, -1 };
		struct err fault;
		const char *msg = json_str(one, "message");
		const char *th = json_str(one, "message_th");
		const char *hint = json_str(one, "hint");
		const char *hint_th = json_str(one, "hint_th");

		memset(&fault, 0, sizeof(fault));
		fault.code = ERR_INVALID;
		err_text(fault.msg, sizeof(fault.msg), msg ? msg : "");
		err_text(fault.th, sizeof(fault.th), th ? th : "");
		err_text(fault.hint, sizeof(fault.hint), hint ? hint : "");
		err_text(fault.hint_th, sizeof(fault.hint_th),
		    hint_th ? hint_th : "");
		if (i >= 0 && (size_t)i < x->plan.n)
			at = x->plan.origins[i];
		if (json_str(one, "field") == NULL)
			at.col = -1;
		if ((rc = import_plan_fault(&x->plan, at, &fault, e)) < 0)
			return rc;
		told++;
	}
	if (all > told)
		x->plan.n_faults += all - told;
	return 0;
}

/* --- */

static int
begin(struct import *x, struct cmd *c, struct err *e)
{
	const struct exchange_kind *k = NULL;
	int rc;

	memset(x, 0, sizeof(*x));
	x->c = c;
	x->about.file = c->args[1];
	x->about.table = c->args[0];
	if ((rc = exchange_find(c->args[0], &k, e)) < 0)
		return rc;
	return import_plan_init(&x->plan, k, e);
}

static void
end(struct import *x)
{
	if (x->plan.k != NULL)
		import_plan_release(&x->plan);
	buf_release(&x->bytes);
	cJSON_Delete(x->shown);
}

/* Compares, lets the daemon check, saves if that is wished. */
static int
run_plan(struct import *x, struct err *e)
{
	int apply = x->c->opts->value[OPT_APPLY] != NULL;
	int rc;

	rc = exchange_fetch(x->c, x->plan.k, &x->plan.now, &x->about.year, e);
	if (rc < 0 || (rc = import_plan_make(&x->plan, e)) < 0)
		return rc;
	if (x->plan.n_faults > 0 || x->plan.n == 0)
		return 0;
	if ((rc = check_length(x->plan.changes, e)) < 0 ||
	    (rc = ask(x, !apply, &x->shown, e)) < 0)
		return rc;
	return take_errors(x, x->shown, e);
}

static int
show(struct import *x, struct err *e)
{
	cJSON *describe = NULL;
	int rc;

	import_plan_sort(&x->plan);
	x->about.form = x->form;
	x->about.applied = x->c->opts->value[OPT_APPLY] != NULL;
	if (x->c->json)
		rc = import_show_json(
		    &x->c->out, &x->about, &x->plan, x->shown, e);
	else if ((rc = cmd_ask(x->c, "records.describe", NULL, &describe, e)) ==
		 0)
		import_show_text(
		    &x->c->out, &x->about, &x->plan, x->shown, describe);
	cJSON_Delete(describe);
	if (rc < 0 || x->plan.n_faults == 0)
		return rc;
	err_set(e, ERR_INVALID, 0, "nothing was saved: faults in '%s': %zu",
	    x->about.file, x->plan.n_faults);
	err_hint(e, "mend the cells named above and import the file again");
	return ERR_INVALID;
}

int
cmd_import_with(struct cmd *c, const struct inout_xlsx *xlsx, struct err *e)
{
	struct import x;
	int rc;

	if ((rc = begin(&x, c, e)) < 0 || (rc = read_file(&x, e)) < 0 ||
	    (rc = exchange_form_seen(c, &x.bytes, &x.form, e)) < 0)
		goto out;
	if (x.form == FORM_XLSX && xlsx == NULL) {
		rc = cmd_main_become_report(c, e);
		goto out;
	}
	if ((rc = read_sheet(&x, xlsx, e)) < 0 || (rc = run_plan(&x, e)) < 0)
		goto out;
	rc = show(&x, e);
out:
	end(&x);
	return rc;
}

int
cmd_import_run(struct cmd *c, struct err *e)
{
	return cmd_import_with(c, NULL, e);
}
