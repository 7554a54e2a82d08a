/* history --stat: the answers of the daemon added up. */
#include "client/cmd/cmd_history_ask.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

static const char *const lists[] = { "office", "person", "device", "action",
	"item", "month" };
#define N_LISTS (sizeof(lists) / sizeof(*lists))

static cJSON *
find(const cJSON *list, const char *key)
{
	cJSON *one;

	cJSON_ArrayForEach (one, list) {
		const char *k = json_str(one, "key");

		if (k != NULL && strcmp(k, key) == 0)
			return one;
	}
	return NULL;
}

static int
add_list(cJSON *to, cJSON *from, struct err *e)
{
	cJSON *one, *there;
	const char *key;
	int rc = 0;

	while (rc == 0 && from != NULL && (one = from->child) != NULL) {
		key = json_str(one, "key");
		there = key != NULL ? find(to, key) : NULL;
		cJSON_DetachItemViaPointer(from, one);
		if (there == NULL) {
			rc = json_push(to, one, e);
			continue;
		}
		rc = json_put_int(there, "n",
		    json_int(there, "n", 0) + json_int(one, "n", 0), e);
		cJSON_Delete(one);
	}
	return rc;
}

static int
add(cJSON *all, cJSON *page, struct err *e)
{
	size_t i;
	int rc = json_put_int(all, "revisions",
	    json_int(all, "revisions", 0) + json_int(page, "revisions", 0), e);

	for (i = 0; rc == 0 && i < N_LISTS; i++)
		rc = add_list(
		    json_get(all, lists[i]), json_get(page, lists[i]), e);
	return rc;
}

static int
is_before(const cJSON *a, const cJSON *b, int by_key)
{
	int64_t na = json_int(a, "n", 0), nb = json_int(b, "n", 0);
	const char *ka = json_str(a, "key"), *kb = json_str(b, "key");

	if (!by_key && na != nb)
		return na > nb;
	return ka != NULL && kb != NULL && strcmp(ka, kb) < 0;
}

/* The most first; months as they came. */
static int
sort(cJSON *all, const char *name, struct err *e)
{
	cJSON *sorted = cJSON_CreateArray(), *first, *c;
	cJSON *from = json_get(all, name);
	int rc = 0;

	while (rc == 0 && from != NULL && (first = from->child) != NULL) {
		for (c = first->next; c != NULL; c = c->next)
			if (is_before(c, first, strcmp(name, "month") == 0))
				first = c;
		rc = json_push(
		    sorted, cJSON_DetachItemViaPointer(from, first), e);
	}
	if (rc < 0) {
		cJSON_Delete(sorted);
		return rc;
	}
	return json_put(all, name, sorted, e);
}

static int
ask_all(struct cmd *c, cJSON *params, cJSON **ret, struct err *e)
{
	cJSON *all = NULL, *page = NULL, *copy;
	struct cmd_history_wait wait;
	const char *next = NULL;
	size_t i;
	int rc = 0;

	cmd_history_wait_begin(&wait, c, -1);
	do {
		if (next != NULL) {
			cmd_history_wait_tell(
			    &wait, json_int(all, "revisions", 0), next);
			rc = json_put_str(params, "cursor", next, e);
		}
		cJSON_Delete(page);
		page = NULL;
		if (rc == 0 && (copy = cJSON_Duplicate(params, 1)) == NULL)
			rc = err_nomem(e);
		if (rc == 0)
			rc = cmd_ask(c, "history.stat", copy, &page, e);
		if (rc < 0)
			break;
		if (all == NULL) {
			all = page;
			page = NULL;
			next = json_str(all, "next");
		} else {
			rc = add(all, page, e);
			next = json_str(page, "next");
		}
	} while (rc == 0 && next != NULL);
	cmd_history_wait_end(&wait);
	for (i = 0; rc == 0 && i < N_LISTS; i++)
		rc = sort(all, lists[i], e);
	if (rc == 0)
		cJSON_DeleteItemFromObjectCaseSensitive(all, "next");
	cJSON_Delete(page);
	if (rc < 0) {
		cJSON_Delete(all);
		return rc;
	}
	*ret = all;
	return 0;
}

/* --- for people --- */

static const char *
title(const char *list)
{
	if (strcmp(list, "office") == 0)
		return _("Office");
	if (strcmp(list, "person") == 0)
		return _("Person");
	if (strcmp(list, "device") == 0)
		return _("Device");
	if (strcmp(list, "action") == 0)
		return _("What was done");
	return strcmp(list, "item") == 0 ? _("Item") : _("Month");
}

/* "2026-11" as people write it: the day of out_day() without its day. */
static void
month_text(const char *key, char *ret, size_t size)
{
	char day[32], text[80];
	const char *blank;

	snprintf(day, sizeof(day), "%.7s-01", key);
	out_day(text, sizeof(text), day);
	blank = strchr(text, ' ');
	snprintf(
	    ret, size, "%s", lang_thai() && blank != NULL ? blank + 1 : key);
}

static void
key_text(const char *list, const cJSON *one, char *ret, size_t size)
{
	const char *key = json_str(one, "key"), *name = json_str(one, "name");

	key = key != NULL ? key : "";
	if (strcmp(list, "action") == 0)
		snprintf(ret, size, "%s", labels_action(key));
	else if (strcmp(list, "month") == 0)
		month_text(key, ret, size);
	else if (name != NULL && strcmp(name, key) != 0)
		snprintf(ret, size, "%s (%s)", name, key);
	else
		snprintf(ret, size, "%s", key);
}

/* An item by its number; other records by what people call them. */
static void
item_text(const cJSON *describe, const char *key, char *ret, size_t size)
{
	const cJSON *t;

	cJSON_ArrayForEach (t, json_get(describe, "types")) {
		const char *type = json_str(t, "type");

		if (type != NULL && strcmp(type, key) == 0) {
			snprintf(ret, size, "%s",
			    lang_pick(json_str(t, "en"), json_str(t, "th")));
			return;
		}
	}
	snprintf(ret, size, "%s", key);
}

static int
print_list(struct out *o, const cJSON *describe, const char *name,
    const cJSON *list, struct err *e)
{
	char n[32], text[320];
	const cJSON *one;
	struct table t;
	int rc;

	out_nl(o);
	table_init(&t);
	table_column(&t, title(name), COL_FLEX);
	table_column(&t, _("Revisions"), COL_RIGHT);
	cJSON_ArrayForEach (one, list) {
		snprintf(
		    n, sizeof(n), "%lld", (long long)json_int(one, "n", 0));
		if (strcmp(name, "item") == 0 && json_str(one, "key") != NULL)
			item_text(
			    describe, json_str(one, "key"), text, sizeof(text));
		else
			key_text(name, one, text, sizeof(text));
		table_cell(&t, STYLE_PLAIN, text);
		table_cell(&t, STYLE_PLAIN, n);
	}
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	return rc;
}

static int
print(struct cmd *c, const cJSON *all, struct err *e)
{
	cJSON *describe = NULL;
	size_t i;
	int rc = cmd_ask(c, "records.describe", NULL, &describe, e);

	if (rc < 0)
		return rc;
	out_printf(&c->out, _("Revisions: %lld\n"),
	    (long long)json_int(all, "revisions", 0));
	for (i = 0; rc == 0 && i < N_LISTS; i++) {
		const cJSON *list = json_get(all, lists[i]);

		/* one office is what was asked for */
		if (cJSON_GetArraySize(list) >
		    (strcmp(lists[i], "office") == 0))
			rc = print_list(&c->out, describe, lists[i], list, e);
	}
	cJSON_Delete(describe);
	return rc;
}

int
cmd_history_count(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *all = NULL;
	int rc = cmd_history_params(c, &params, e);

	if (rc == 0)
		rc = ask_all(c, params, &all, e);
	if (rc == 0 && c->json)
		out_json(&c->out, all);
	else if (rc == 0)
		rc = print(c, all, e);
	cJSON_Delete(params);
	cJSON_Delete(all);
	return rc;
}
