#include "store/admit/past.h"

void
past_init(struct past *p, struct repo *r)
{
	memset(p, 0, sizeof(*p));
	p->repo = r;
}

void
past_release(struct past *p)
{
	free(p->list);
	free(p->slots);
	memset(p, 0, sizeof(*p));
}

static size_t
slot_of(const struct past *p, const unsigned char id[20])
{
	uint64_t h;
	size_t i;

	memcpy(&h, id, sizeof(h));
	i = (size_t)(h & (p->n_slots - 1));
	while (p->slots[i] != 0 &&
	       memcmp(p->list[p->slots[i] - 1].id, id, 20) != 0)
		i = (i + 1) & (p->n_slots - 1);
	return i;
}

static int
grow(struct past *p, struct err *e)
{
	size_t cap = p->cap == 0 ? 32 : p->cap * 2, i;
	struct past_commit *list;
	size_t *slots;

	if (p->n < p->cap)
		return 0;
	if ((list = realloc(p->list, cap * sizeof(*list))) == NULL)
		return err_nomem(e);
	p->list = list;
	if ((slots = calloc(cap * 2, sizeof(*slots))) == NULL)
		return err_nomem(e);
	free(p->slots);
	p->slots = slots;
	p->n_slots = cap * 2;
	p->cap = cap;
	for (i = 0; i < p->n; i++)
		slots[slot_of(p, list[i].id)] = i + 1;
	return 0;
}

int
past_add(struct past *p, const unsigned char id[20], const struct commit *c,
    struct err *e)
{
	struct past_commit *at;
	int rc;

	if ((rc = grow(p, e)) < 0)
		return rc;
	at = &p->list[p->n];
	memset(at, 0, sizeof(*at));
	memcpy(at->id, id, 20);
	memcpy(at->tree, c->tree, 20);
	memcpy(at->content, c->content, COMMIT_CONTENT_LEN);
	at->time = c->time;
	at->n_parents = c->n_parents;
	commit_name(c, at->name);
	p->slots[slot_of(p, id)] = ++p->n;
	return 0;
}

static int
read_commit(struct past *p, const unsigned char id[20], struct err *e)
{
	struct commit *c = malloc(sizeof(*c));
	struct buf raw = BUF_INIT;
	char context[32], hex[41];
	int rc;

	if (c == NULL)
		return err_nomem(e);
	rc = repo_read(p->repo, id, OBJECT_COMMIT, COMMIT_MAX, &raw, e);
	if (rc == 0)
		rc = commit_parse(buf_str(&raw), raw.len, c, e);
	if (rc == 0)
		rc = past_add(p, id, c, e);
	if (rc == ERR_NOT_FOUND || rc == ERR_INVALID) {
		commit_hex(id, hex);
		snprintf(context, sizeof(context), "commit %.10s", hex);
		err_prepend(e, context);
		rc = ERR_DAMAGED; /* it was admitted once */
		if (e != NULL) {
			e->code = ERR_DAMAGED;
			e->sub = 0; /* whoever pushes has no part in it */
		}
	}
	buf_release(&raw);
	free(c);
	return rc;
}

int
past_get(struct past *p, const unsigned char id[20],
    const struct past_commit **ret, struct err *e)
{
	size_t at = 0;
	int rc;

	if (p->n_slots > 0)
		at = p->slots[slot_of(p, id)];
	if (at == 0) {
		if ((rc = read_commit(p, id, e)) < 0)
			return rc;
		at = p->n;
	}
	*ret = &p->list[at - 1];
	return 0;
}
