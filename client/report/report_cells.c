#include "client/report/report_cells.h"

#include "client/labels.h"
#include "client/report/report_doc.h"

void
report_cells_str(struct report_table *t, const cJSON *of, const char *key)
{
	report_table_add(t, json_str(of, key));
}

void
report_cells_word(struct report_table *t, const cJSON *of, const char *key)
{
	const char *word = json_str(of, key);

	report_table_add(t, word != NULL ? labels_word(word) : NULL);
}

void
report_cells_int(struct report_table *t, const cJSON *of, const char *key)
{
	report_table_addf(t, "%lld", (long long)json_int(of, key, 0));
}

void
report_cells_list(struct report_table *t, const cJSON *list)
{
	struct buf b = BUF_INIT;

	report_table_add(t, report_doc_join(list, &b));
	t->failed |= b.failed;
	buf_release(&b);
}
