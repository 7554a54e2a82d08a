#include "client/file/import_plan.h"

#define NAME_MAX_LEN 160

int
import_plan_init(
    struct import_plan *p, const struct exchange_kind *k, struct err *e)
{
	memset(p, 0, sizeof(*p));
	p->k = k;
	sheet_init(&p->now);
	sheet_init(&p->file);
	p->changes = cJSON_CreateArray();
	p->faults = calloc(IMPORT_FAULTS_MAX, sizeof(*p->faults));
	return p->changes == NULL || p->faults == NULL ? err_nomem(e) : 0;
}

void
import_plan_release(struct import_plan *p)
{
	sheet_release(&p->now);
	sheet_release(&p->file);
	cJSON_Delete(p->changes);
	free(p->origins);
	free(p->faults);
}

int
import_plan_fault(struct import_plan *p, struct import_origin at,
    const struct err *fault, struct err *e)
{
	if (fault->code != ERR_INVALID && fault->code != ERR_NOT_FOUND &&
	    fault->code != ERR_USAGE) {
		*e = *fault;
		return (int)fault->code;
	}
	if (p->n_faults < IMPORT_FAULTS_MAX) {
		p->faults[p->n_faults].at = at;
		p->faults[p->n_faults].err = *fault;
	}
	p->n_faults++;
	return 0;
}

/* --- columns --- */

static int
column_of_kind(const struct exchange_kind *k, const char *name)
{
	size_t i;

	for (i = 0; i < k->n_columns; i++)
		if (strcmp(k->columns[i].name, name) == 0)
			return (int)i;
	return -1;
}

static int
unknown_column(const struct import_plan *p, const char *name, struct err *e)
{
	struct buf names = BUF_INIT;
	size_t i;
	int rc;

	for (i = 0; i < p->k->n_columns; i++)
		buf_printf(
		    &names, "%s%s", i > 0 ? ", " : "", p->k->columns[i].name);
	rc = err_set(e, ERR_INVALID, 0,
	    "'%.60s' is no column of this table; there are: %s", name,
	    buf_str(&names));
	if (strpbrk(name, ";\t") != NULL)
		err_hint(
		    e, "save the file again as 'CSV UTF-8 (comma delimited)'");
	buf_release(&names);
	return rc;
}

/* A column that has no name may only be one that has nothing else. */
static int
check_unnamed(const struct import_plan *p, size_t col, struct err *e)
{
	size_t i;

	for (i = 0; i < p->file.n_rows; i++)
		if (p->file.rows[i].cells[col][0] != '\0')
			return err_set(e, ERR_INVALID, 0,
			    "the column has cells, but no name");
	return 0;
}

static int
map_columns(struct import_plan *p, struct err *e)
{
	struct import_origin at = { SIZE_MAX, 0 };
	struct err fault;
	size_t i;
	int rc;

	for (i = 0; i < p->k->n_columns; i++)
		p->key[i] = sheet_find(&p->file, p->k->columns[i].name);
	for (i = 0; i < p->file.n_cols; i++) {
		const char *name = p->file.names[i];

		p->map[i] = column_of_kind(p->k, name);
		at.col = (int)i;
		if (p->map[i] >= 0)
			continue;
		rc = name[0] == '\0' ? check_unnamed(p, i, &fault)
				     : unknown_column(p, name, &fault);
		if (rc < 0 && (rc = import_plan_fault(p, at, &fault, e)) < 0)
			return rc;
	}
	at.col = -1;
	for (i = 0; i < p->k->n_columns; i++) {
		if (p->k->columns[i].kind != CELL_KEY || p->key[i] >= 0)
			continue;
		err_set(&fault, ERR_INVALID, 0,
		    "column '%s' is missing: it says what each row is about",
		    p->k->columns[i].name);
		if ((rc = import_plan_fault(p, at, &fault, e)) < 0)
			return rc;
	}
	return 0;
}

/* --- cells --- */

/* The cell of a row of the file under a column of the kind, as it would stand
 * in an export. */
static int
cell(const struct import_plan *p, size_t row, size_t column, char **ret,
    struct err *e)
{
	int col = p->key[column];

	return exchange_clean(p->k->columns[column].kind,
	    col >= 0 ? p->file.rows[row].cells[col] : "", ret, e);
}

static int
is_written(const struct import_plan *p, size_t column)
{
	enum exchange_cell kind = p->k->columns[column].kind;

	return kind != CELL_KEY && kind != CELL_INFO;
}

/* What is left empty in a table to fill in: a row that says nothing. The
 * measure alone only says where an indicator would go. */
static int
says_nothing(const struct import_plan *p, size_t row)
{
	size_t i;

	for (i = 0; i < p->k->n_columns; i++) {
		const char *text =
		    p->key[i] >= 0 ? p->file.rows[row].cells[p->key[i]] : "";

		if (is_written(p, i) &&
		    strcmp(p->k->columns[i].name, "measure") != 0 &&
		    text[strspn(text, " \t\r\n")] != '\0')
			return 0;
	}
	return 1;
}

/* The row of labels of a table to fill in. */
static int
is_label(const struct import_plan *p, size_t row)
{
	return p->file.n_cols > 0 &&
	       p->file.rows[row].cells[0][0] == EXCHANGE_LABEL_MARK;
}

/* --- which record --- */

#define KEYS_MAX 2

struct target {
	char *keys[KEYS_MAX]; /* as the kind's columns: item and id, or one */
	size_t n_keys;        /* 1 or 2 */
	int now;     /* row of what the daemon holds; -1 = new or not there */
	int unnamed; /* found or made by its words: empty cells say nothing */
	int is_new;
	char record[80], prefix[80];
};

static void
target_release(struct target *t)
{
	size_t i;

	for (i = 0; i < KEYS_MAX; i++)
		free(t->keys[i]);
}

static int
find_now(const struct import_plan *p, const struct target *t)
{
	size_t row, i;

	for (row = 0; row < p->now.n_rows; row++) {
		for (i = 0; i < t->n_keys; i++)
			if (strcmp(p->now.rows[row].cells[i], t->keys[i]) != 0)
				break;
		if (i == t->n_keys)
			return (int)row;
	}
	return -1;
}

/* One that is there already under the same words: the first unnamed columns
 * that tell one from another. */
static int
find_same(const struct import_plan *p, const struct target *t, size_t row,
    int *ret, struct err *e)
{
	static const char *const telling[] = { "what", "measure", "name" };
	size_t r, i;
	int col, rc, same;
	char *text = NULL;

	*ret = -1;
	for (r = 0; r < p->now.n_rows && *ret < 0; r++) {
		char *const *cells = p->now.rows[r].cells;

		same = t->n_keys < 2 || strcmp(cells[0], t->keys[0]) == 0;
		for (i = 0; same && i < 3; i++) {
			col = column_of_kind(p->k, telling[i]);
			if (col < 0)
				continue;
			rc = cell(p, row, (size_t)col, &text, e);
			if (rc < 0)
				return rc;
			same = text[0] != '\0' && strcmp(cells[col], text) == 0;
			free(text);
		}
		/* a line of a measure without an indicator is none */
		if (same && cells[t->n_keys - 1][0] != '\0')
			*ret = (int)r;
	}
	return 0;
}

static void
name_target(const struct import_plan *p, struct target *t, size_t row)
{
	const char *id = t->keys[t->n_keys - 1];
	char fresh[32];

	snprintf(fresh, sizeof(fresh), "new-%zu", p->file.rows[row].row);
	if (t->n_keys == 2) { /* an indicator of an item */
		snprintf(
		    t->record, sizeof(t->record), "items/%.60s", t->keys[0]);
		snprintf(t->prefix, sizeof(t->prefix), "indicators.%.40s.",
		    t->is_new ? fresh : id);
	} else if (strcmp(p->k->columns[0].name, "item") == 0) {
		snprintf(t->record, sizeof(t->record), "items/%.60s", id);
	} else {
		snprintf(t->record, sizeof(t->record), "actions/%.60s",
		    t->is_new ? fresh : id);
	}
}

/* 1 when an earlier row of the file is about the same. */
static int
is_second(const struct import_plan *p, const struct target *t, size_t row,
    struct err *e)
{
	char *text = NULL;
	size_t r, i;
	int rc, same;

	for (r = 0; r < row; r++) {
		same = !is_label(p, r);
		for (i = 0; same && i < t->n_keys; i++) {
			if ((rc = cell(p, r, i, &text, e)) < 0)
				return rc;
			same = strcmp(text, t->keys[i]) == 0;
			free(text);
		}
		if (same)
			return err_set(e, ERR_INVALID, 0,
			    "row %zu is about the same: each may stand here "
			    "once",
			    p->file.rows[r].row);
	}
	return 0;
}

/* Every kind begins with its keys, one at least. */
static int
read_keys(
    const struct import_plan *p, struct target *t, size_t row, struct err *e)
{
	size_t i;
	int rc;

	t->n_keys = p->k->columns[1].kind == CELL_KEY ? 2 : 1;
	for (i = 0; i < t->n_keys; i++)
		if ((rc = cell(p, row, i, &t->keys[i], e)) < 0)
			return rc;
	return 0;
}

/* Only faults of the row come back here, and ERR_NOMEM. */
static int
find_target(
    const struct import_plan *p, size_t row, struct target *t, struct err *e)
{
	char **id;
	int rc;

	memset(t, 0, sizeof(*t));
	t->now = -1;
	if ((rc = read_keys(p, t, row, e)) < 0)
		return rc;
	id = &t->keys[t->n_keys - 1];
	if (strcmp(t->keys[0], "") == 0 &&
	    strcmp(p->k->columns[0].name, "item") == 0)
		return err_set(
		    e, ERR_INVALID, 0, "the row names no item, such as 1.1");
	if (strcmp(*id, "") != 0) {
		t->now = find_now(p, t);
		if ((rc = is_second(p, t, row, e)) < 0)
			return rc;
	} else if ((rc = find_same(p, t, row, &t->now, e)) < 0) {
		return rc;
	} else {
		t->is_new = t->now < 0;
		t->unnamed = 1;
	}
	if (t->unnamed && t->now >= 0) {
		free(*id);
		*id = strdup(p->now.rows[t->now].cells[t->n_keys - 1]);
		if (*id == NULL)
			return err_nomem(e);
	}
	name_target(p, t, row);
	return 0;
}

/* --- changes --- */

static int
add_origin(struct import_plan *p, size_t row, size_t col, struct err *e)
{
	struct import_origin *grown;
	size_t cap;

	if (p->n == p->cap) {
		cap = p->cap == 0 ? 256 : 2 * p->cap;
		grown = realloc(p->origins, cap * sizeof(*grown));
		if (grown == NULL)
			return err_nomem(e);
		p->origins = grown;
		p->cap = cap;
	}
	p->origins[p->n].row = row;
	p->origins[p->n++].col = (int)col;
	return 0;
}

static int
add_change(struct import_plan *p, const struct target *t, size_t row,
    size_t col, const char *text, struct err *e)
{
	cJSON *change = cJSON_CreateObject();
	char field[NAME_MAX_LEN];
	int rc;

	snprintf(
	    field, sizeof(field), "%s%.60s", t->prefix, p->file.names[col]);
	if ((rc = json_put_str(change, "record", t->record, e)) < 0 ||
	    (rc = json_put_str(change, "field", field, e)) < 0 ||
	    (rc = json_put_str(
		 change, "value", text[0] != '\0' ? text : NULL, e)) < 0) {
		cJSON_Delete(change);
		return rc;
	}
	if ((rc = json_push(p->changes, change, e)) < 0)
		return rc;
	return add_origin(p, row, col, e);
}

static int
compare_cell(struct import_plan *p, const struct target *t, size_t row,
    size_t col, struct err *e)
{
	size_t column = (size_t)p->map[col];
	const char *old = t->now >= 0 ? p->now.rows[t->now].cells[column] : "";
	char *text = NULL;
	int rc;

	if ((rc = cell(p, row, column, &text, e)) < 0)
		return rc;
	if (strcmp(text, old) != 0 && (text[0] != '\0' || !t->unnamed))
		rc = add_change(p, t, row, col, text, e);
	free(text);
	return rc;
}

static int
compare_row(struct import_plan *p, size_t row, struct err *e)
{
	const struct sheet_row *r = &p->file.rows[row];
	struct import_origin at = { row, -1 };
	struct target t;
	struct err fault;
	size_t i;
	int rc;

	if ((rc = find_target(p, row, &t, &fault)) < 0) {
		target_release(&t);
		return import_plan_fault(p, at, &fault, e);
	}
	for (i = 0; i < p->file.n_cols && rc == 0; i++)
		if (p->map[i] >= 0 && is_written(p, (size_t)p->map[i]) &&
		    (r->given >> i & 1) != 0)
			rc = compare_cell(p, &t, row, i, e);
	target_release(&t);
	return rc;
}

/* A named row whose cells are all empty empties what stands there; one without
 * a name says nothing. */
static int
is_passed_over(const struct import_plan *p, size_t row)
{
	size_t i;

	if (is_label(p, row))
		return 1;
	if (!says_nothing(p, row))
		return 0;
	for (i = 0; i < p->k->n_columns; i++) {
		int col = p->key[i];

		if (p->k->columns[i].kind != CELL_KEY || col < 0)
			continue;
		if (p->file.rows[row].cells[col][0] == '\0')
			return 1;
	}
	return 0;
}

static int
by_place(const void *a, const void *b)
{
	const struct import_origin *x = &((const struct import_fault *)a)->at;
	const struct import_origin *y = &((const struct import_fault *)b)->at;

	if (x->row != y->row) /* SIZE_MAX, the names, first */
		return x->row + 1 < y->row + 1 ? -1 : 1;
	return x->col < y->col ? -1 : x->col > y->col;
}

void
import_plan_sort(struct import_plan *p)
{
	qsort(p->faults,
	    p->n_faults < IMPORT_FAULTS_MAX ? p->n_faults : IMPORT_FAULTS_MAX,
	    sizeof(*p->faults), by_place);
}

int
import_plan_make(struct import_plan *p, struct err *e)
{
	size_t row;
	int rc;

	if ((rc = map_columns(p, e)) < 0 || p->n_faults > 0)
		return rc;
	for (row = 0; row < p->file.n_rows; row++) {
		if (is_passed_over(p, row))
			continue;
		if ((rc = compare_row(p, row, e)) < 0)
			return rc;
	}
	return 0;
}
