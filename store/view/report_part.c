#include "store/view/report_part.h"

#define MEMBER_WEIGHT 8 /* quotes, colon, comma, digits of a number */

/* Bytes of a string in JSON: control characters take six. */
static size_t
weigh_string(const char *s)
{
	size_t n = MEMBER_WEIGHT;

	for (; *s != '\0'; s++)
		n += (unsigned char)*s < 0x20  ? 6
		     : *s == '"' || *s == '\\' ? 2
					       : 1;
	return n;
}

static size_t
weigh(const cJSON *v)
{
	const cJSON *c;
	size_t n = 2 * MEMBER_WEIGHT;

	if (cJSON_IsString(v))
		n += weigh_string(v->valuestring);
	cJSON_ArrayForEach (c, v)
		n += weigh(c);
	return v->string != NULL ? n + weigh_string(v->string) : n;
}

/* "plan.17"; NULL or "": from the beginning. */
static int
parse_cursor(struct report_part *p, const char *cursor,
    const struct report_section *sections, size_t n, struct err *e)
{
	const char *dot;
	char *end;
	long from;

	if (cursor == NULL || cursor[0] == '\0')
		return 0;
	dot = strchr(cursor, '.');
	if (dot == NULL || dot[1] < '0' || dot[1] > '9' || strlen(dot) > 8)
		goto invalid;
	from = strtol(dot + 1, &end, 10);
	if (*end != '\0')
		goto invalid;
	for (p->section = 0; p->section < n; p->section++) {
		const char *name = sections[p->section].name;

		if (strlen(name) == (size_t)(dot - cursor) &&
		    memcmp(name, cursor, strlen(name)) == 0) {
			p->from = (size_t)from;
			return 0;
		}
	}
invalid:
	return err_set(e, ERR_INVALID, 0,
	    "'%.60s' names no part of the report: take the \"next\" of the "
	    "part before",
	    cursor);
}

int
report_part_begin(struct report_part *p, const char *cursor, size_t room,
    const struct report_section *sections, size_t n, struct err *e)
{
	int rc;

	memset(p, 0, sizeof(*p));
	p->room = room;
	if ((rc = parse_cursor(p, cursor, sections, n, e)) < 0)
		return rc;
	p->out = cJSON_CreateObject();
	return p->out == NULL ? err_nomem(e) : 0;
}

void
report_part_release(struct report_part *p)
{
	cJSON_Delete(p->out);
	p->out = NULL;
}

int
report_part_run(struct report_part *p, const struct report_section *sections,
    size_t n, void *arg, struct err *e)
{
	int rc = 0;

	for (; p->section < n; p->section++, p->from = 0)
		if ((rc = sections[p->section].put(arg, p, e)) != 0)
			break;
	if (rc < 0)
		return rc;
	if (rc == REPORT_PART_FULL)
		snprintf(p->next, sizeof(p->next), "%s.%zu",
		    sections[p->section].name, p->from);
	if (p->room == 0)
		return 0;
	return json_put_str(
	    p->out, "next", p->next[0] != '\0' ? p->next : NULL, e);
}

int
report_part_is_full(const struct report_part *p, const cJSON *v)
{
	return p->room != 0 && p->weight > 0 && weigh(v) + p->weight > p->room;
}

void
report_part_weigh(struct report_part *p, const cJSON *v)
{
	p->weight += weigh(v);
}

int
report_part_put(struct report_part *p, const char *key, cJSON *v, struct err *e)
{
	if (v != NULL && report_part_is_full(p, v)) {
		cJSON_Delete(v);
		return REPORT_PART_FULL;
	}
	p->weight += v != NULL ? weigh(v) : 0;
	return json_put(p->out, key, v, e);
}

/* The elements from p->from on, as long as they fit. */
static int
put_elements(struct report_part *p, cJSON *into, cJSON *all, struct err *e)
{
	size_t i = 0;
	cJSON *c, *next;
	int rc;

	for (c = all->child; c != NULL; c = next, i++) {
		next = c->next;
		if (i < p->from)
			continue;
		if (report_part_is_full(p, c)) {
			p->from = i;
			return REPORT_PART_FULL;
		}
		p->weight += weigh(c);
		rc = json_push(into, cJSON_DetachItemViaPointer(all, c), e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int
report_part_list(struct report_part *p, const char *key, const char *list,
    cJSON *doc, struct err *e)
{
	cJSON *into = cJSON_CreateArray(), *all;
	int rc;

	if (cJSON_IsArray(doc)) {
		all = doc;
		rc = json_put(p->out, key, into, e);
	} else {
		all = cJSON_DetachItemFromObjectCaseSensitive(doc, list);
		if (doc == NULL || all == NULL) {
			cJSON_Delete(into);
			cJSON_Delete(doc);
			return err_set(e, ERR_DAMAGED, 0,
			    "the report lacks its part '%s'", key);
		}
		if ((rc = json_put(p->out, key, doc, e)) == 0)
			rc = json_put(doc, list, into, e);
		else
			cJSON_Delete(into);
	}
	if (rc == 0)
		rc = put_elements(p, into, all, e);
	cJSON_Delete(all);
	return rc;
}
