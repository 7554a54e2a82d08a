#include "client/cmd/cmd_maintain.h"

#include "client/file/gauge.h"
#include "client/lang.h"
#include "client/table.h"

#define SIZE_LEN 32

static void
number(struct table *t, const cJSON *row, const char *key)
{
	char text[SIZE_LEN];

	snprintf(text, sizeof(text), "%lld", (long long)json_int(row, key, 0));
	table_cell(t, STYLE_PLAIN, text);
}

static void
size(struct table *t, const cJSON *row, const char *key)
{
	char text[SIZE_LEN];

	gauge_bytes(text, sizeof(text), json_int(row, key, 0));
	table_cell(t, STYLE_PLAIN, text);
}

static int
print_rows(struct cmd *c, const cJSON *rows, struct err *e)
{
	struct table t;
	const cJSON *row;
	int rc;

	table_init(&t);
	table_column(&t, _("Repository"), COL_LEFT);
	table_column(&t, _("Packs before"), COL_RIGHT);
	table_column(&t, _("Packs now"), COL_RIGHT);
	table_column(&t, _("Size before"), COL_RIGHT);
	table_column(&t, _("Size now"), COL_RIGHT);
	cJSON_ArrayForEach (row, rows) {
		table_cell(&t, STYLE_PLAIN, json_str(row, "name"));
		number(&t, row, "packs_before");
		number(&t, row, "packs_after");
		size(&t, row, "bytes_before");
		size(&t, row, "bytes_after");
	}
	rc = table_print(&t, &c->out, 0, e);
	table_release(&t);
	return rc;
}

static int
run_maintain(struct cmd *c, struct err *e)
{
	cJSON *doc = NULL;
	const cJSON *rows;
	int rc;

	rc = cmd_ask_long(c, "maintain", cJSON_CreateObject(),
	    _("repacking the repositories"), &doc, e);
	if (rc < 0)
		return rc;
	rows = json_get(doc, "repositories");
	if (c->json)
		out_json(&c->out, doc);
	else if (rows == NULL || rows->child == NULL)
		out_printf(&c->out, "%s\n",
		    _("Every repository is one pack already."));
	else
		rc = print_rows(c, rows, e);
	cJSON_Delete(doc);
	return rc;
}

const struct cmd_desc cmd_maintain_rows[] = {
	{ "maintain", "", N_("make the repositories as small as they can be"),
	    N_("Makes one pack of all packs of each repository, with stock git "
	       "and the lowest priority; saves, pushes and readers go on. "
	       "Nothing of the history is removed or changed. The daemon "
	       "joins small packs by itself, a while after they have become "
	       "many: this is for before a long rest, or a move to another "
	       "disk. It needs as much free room as the largest repository "
	       "takes, until it is done."),
	    "pmqa maintain\n"
	    "pmqa --dir H maintain --json",
	    0, 0, 0, run_maintain },
};
const size_t cmd_maintain_n_rows =
    sizeof(cmd_maintain_rows) / sizeof(*cmd_maintain_rows);
