#include "store/view/search.h"

#include "base/text.h"
#include "store/look/asof.h"
#include "store/view/search_snippet.h"
#include "store/view/search_text.h"

#define WORDS_MAX 16
#define TEXT_MAX 1000 /* bytes of what is looked for */
#define TRIGRAMS_MAX 24
/* Places that are ranked; with more, the index proposes the newest. */
#define HITS_MAX 5000
#define COUNT_MAX 20 /* of a word in one text: more says nothing new */

struct hit {
	int64_t record, revision;
	int64_t rank;
	char *field;
	char path[104], office[8], branch[8];
	struct record_path rp;
};

struct search {
	struct store *s;
	char office[8]; /* "" = all */
	int year;
	char *folded; /* what is looked for */
	char *words[WORDS_MAX];
	size_t n_words;
	int64_t mark;
	struct hit *hits;
	size_t n_hits;
	int too_many;
};

/* --- what is looked for --- */

/* Words between blanks of the folded text, each once. */
static int
split(struct search *q, const char *text, struct err *e)
{
	char *save = NULL, *word, *copy = NULL;
	size_t i;
	int rc;

	if (strlen(text) > TEXT_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "what is looked for is longer than %d bytes", TEXT_MAX);
	if ((rc = text_fold(text, strlen(text), &q->folded, e)) < 0)
		return rc;
	if ((copy = strdup(q->folded)) == NULL)
		return err_nomem(e);
	for (word = strtok_r(copy, " \t\r\n", &save); word != NULL && rc == 0;
	     word = strtok_r(NULL, " \t\r\n", &save)) {
		for (i = 0; i < q->n_words; i++)
			if (strcmp(q->words[i], word) == 0)
				break;
		if (i < q->n_words)
			continue;
		if (q->n_words == WORDS_MAX)
			rc = err_set(e, ERR_INVALID, 0,
			    "more than %d words are looked for", WORDS_MAX);
		else if ((q->words[q->n_words] = strdup(word)) == NULL)
			rc = err_nomem(e);
		else
			q->n_words++;
	}
	free(copy);
	if (rc == 0 && q->n_words == 0)
		rc = err_set(e, ERR_USAGE, 0, "nothing to look for");
	return rc;
}

/* Bytes of the next character. */
static size_t
step(const char *s)
{
	unsigned char c = (unsigned char)*s;

	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* Every three neighbouring characters of a word; long words give some of them.
 * 0 if it has fewer. */
static int
put_trigrams(struct buf *b, const char *word, int *n)
{
	const char *p = word, *end;
	int here = 0;

	for (; *p != '\0' && *n < TRIGRAMS_MAX; p += step(p)) {
		int i;

		for (end = p, i = 0; i < 3 && *end != '\0'; i++)
			end += step(end);
		if (i < 3)
			break;
		buf_puts(b, *n > 0 ? " AND \"" : "\"");
		for (const char *c = p; c < end; c++) {
			if (*c == '"')
				buf_putc(b, '"');
			buf_putc(b, *c);
		}
		buf_putc(b, '"');
		++*n;
		here++;
	}
	return here;
}

/* The question to the trigrams; empty when no word is long enough. */
static int
make_match(const struct search *q, struct buf *ret, struct err *e)
{
	size_t i;
	int n = 0;

	for (i = 0; i < q->n_words; i++)
		put_trigrams(ret, q->words[i], &n);
	return buf_ok(ret, e);
}

/* --- places --- */

static int64_t
count(const char *text, const char *word)
{
	size_t len = strlen(word);
	int64_t n = 0;

	while (n < COUNT_MAX && (text = strstr(text, word)) != NULL) {
		n++;
		text += len;
	}
	return n;
}

/* How well a text answers: 0 if a word is missing. Often, in a short text, and
 * all words together: better. */
static int64_t
rank(const struct search *q, const char *folded)
{
	int64_t sum = 0, n, len = (int64_t)strlen(folded);
	size_t i;

	for (i = 0; i < q->n_words; i++) {
		if ((n = count(folded, q->words[i])) == 0)
			return 0;
		sum += n;
	}
	sum = 1 + sum * 100000 / (len + 400);
	if (q->n_words > 1 && strstr(folded, q->folded) != NULL)
		sum += 1000;
	return sum;
}

/* Columns 0..5 of both questions: record, revision, path, office, branch. */
static int
add_hit(struct search *q, sqlite3_stmt *st, const char *field,
    const char *folded, struct err *e)
{
	int64_t r = rank(q, folded);
	struct hit *h, *grown;
	int rc;

	if (r == 0)
		return 0;
	if (q->n_hits == HITS_MAX) {
		q->too_many = 1;
		return 0;
	}
	if ((q->n_hits & 63) == 0) {
		grown = realloc(q->hits, (q->n_hits + 64) * sizeof(*grown));
		if (grown == NULL)
			return err_nomem(e);
		q->hits = grown;
	}
	h = &q->hits[q->n_hits];
	memset(h, 0, sizeof(*h));
	h->rank = r;
	h->record = sqlite3_column_int64(st, 0);
	h->revision = sqlite3_column_int64(st, 1);
	snprintf(h->path, sizeof(h->path), "%s",
	    (const char *)sqlite3_column_text(st, 2));
	snprintf(h->office, sizeof(h->office), "%s",
	    (const char *)sqlite3_column_text(st, 3));
	snprintf(h->branch, sizeof(h->branch), "%s",
	    (const char *)sqlite3_column_text(st, 4));
	rc = record_path_parse(h->path,
	    strcmp(h->branch, "hall") == 0 ? RECORD_HALL : RECORD_OFFICE,
	    &h->rp, e);
	if (rc < 0)
		return rc;
	if (q->year != 0 && h->rp.year != q->year)
		return 0;
	if ((h->field = strdup(field)) == NULL)
		return err_nomem(e);
	q->n_hits++;
	return 0;
}

#define PLACE                                                                  \
	"SELECT r.id, r.revision, r.path, b.office, b.name, t.field, t.folded"

/* By the trigrams, or through all texts. A record that changed since it was
 * taken in is left to scan_pending(). */
static int
ask_index(struct search *q, struct err *e)
{
	struct db *db = store_db(q->s);
	struct buf match = BUF_INIT;
	sqlite3_stmt *st = NULL;
	int rc;

	if ((rc = make_match(q, &match, e)) < 0)
		goto out;
	if (match.len > 0)
		rc = db_stmt(db, &st, e,
		    PLACE " FROM search_trigram JOIN search_text t"
			  " ON t.id = search_trigram.rowid"
			  " JOIN record r ON r.id = t.record"
			  " JOIN branch b ON b.id = r.branch"
			  " WHERE search_trigram MATCH ?3"
			  " AND r.revision <= ?1 AND (?2 = '' OR b.office = ?2)"
			  " ORDER BY search_trigram.rowid DESC",
		    "iss", q->mark, q->office, buf_str(&match));
	else
		rc = db_stmt(db, &st, e,
		    PLACE
		    " FROM search_text t JOIN record r ON r.id = t.record"
		    " JOIN branch b ON b.id = r.branch"
		    " WHERE r.revision <= ?1 AND (?2 = '' OR b.office = ?2)"
		    " AND instr(t.folded, ?3) > 0 ORDER BY t.id DESC",
		    "iss", q->mark, q->office, q->words[0]);
	while (rc >= 0 && !q->too_many && (rc = db_step(db, st, e)) > 0)
		rc = add_hit(q, st, (const char *)sqlite3_column_text(st, 5),
		    (const char *)sqlite3_column_text(st, 6), e);
	db_reset(st);
out:
	buf_release(&match);
	return rc < 0 ? rc : 0;
}

static int
scan_record(struct search *q, sqlite3_stmt *st, struct err *e)
{
	struct search_texts texts;
	size_t i;
	int rc = search_texts_get(&texts, store_conf(q->s)->role != ROLE_OFFICE,
	    (const char *)sqlite3_column_text(st, 4),
	    (const char *)sqlite3_column_text(st, 2),
	    sqlite3_column_blob(st, 5), (size_t)sqlite3_column_bytes(st, 5), e);

	for (i = 0; rc == 0 && i < texts.n; i++)
		rc = add_hit(
		    q, st, texts.list[i].field, texts.list[i].folded, e);
	search_texts_release(&texts);
	return rc;
}

/* What changed since the index was written last. */
static int
scan_pending(struct search *q, struct err *e)
{
	struct db *db = store_db(q->s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT r.id, r.revision, r.path, b.office, b.name, r.bytes"
	    " FROM touch t JOIN record r"
	    " ON r.id = t.record AND r.revision = t.revision"
	    " JOIN branch b ON b.id = r.branch"
	    " WHERE t.revision > ?1 AND (?2 = '' OR b.office = ?2)"
	    " AND r.bytes IS NOT NULL ORDER BY t.revision DESC",
	    "is", q->mark, q->office);
	while (rc >= 0 && !q->too_many && (rc = db_step(db, st, e)) > 0)
		rc = scan_record(q, st, e);
	db_reset(st);
	return rc < 0 ? rc : 0;
}

/* Best first, then newer years, then by place. */
static int
by_rank(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;
	int c;

	if (x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	if (x->rp.year != y->rp.year)
		return x->rp.year > y->rp.year ? -1 : 1;
	if ((c = strcmp(x->office, y->office)) == 0 &&
	    (c = strcmp(x->branch, y->branch)) == 0 &&
	    (c = strcmp(x->path, y->path)) == 0)
		c = strcmp(x->field, y->field);
	return c;
}

/* --- the answer --- */

static int
put_snippet(struct search *q, const struct hit *h, cJSON *out, struct err *e)
{
	struct asof a = { 0 };
	struct branch *b = NULL;
	const cJSON *v;
	int rc;

	if ((rc = store_branch(q->s, h->office, h->branch, &b, e)) < 0 ||
	    (rc = asof_record(q->s, b, h->path, ASOF_NOW, &a, e)) < 0)
		return rc;
	v = record_get(a.rec, h->field);
	if (!cJSON_IsString(v))
		rc = err_set(e, ERR_DAMAGED, 0,
		    "the search index does not agree with '%s'", h->path);
	else if ((rc = json_put_str(out, "revision", a.name, e)) == 0)
		rc = search_snippet(v->valuestring,
		    (const char *const *)q->words, q->n_words, out, e);
	asof_release(&a);
	return rc;
}

static int
push_hit(struct search *q, const struct hit *h, cJSON *list, struct err *e)
{
	cJSON *one = cJSON_CreateObject();
	cJSON *year = h->rp.year != 0 ? cJSON_CreateNumber(h->rp.year)
				      : cJSON_CreateNull();
	int rc;

	if ((rc = json_put(one, "year", year, e)) < 0 ||
	    (rc = json_put_str(one, "office", h->office, e)) < 0 ||
	    (rc = json_put_str(one, "record", h->rp.name, e)) < 0 ||
	    (rc = json_put_str(one, "item",
		 h->rp.item[0] != '\0' ? h->rp.item : NULL, e)) < 0 ||
	    (rc = json_put_str(one, "field", h->field, e)) < 0 ||
	    (rc = json_put_str(one, "branch", h->branch, e)) < 0 ||
	    (rc = put_snippet(q, h, one, e)) < 0) {
		cJSON_Delete(one);
		return rc;
	}
	return json_push(list, one, e);
}

static int
make_result(struct search *q, const char *text, size_t limit, cJSON **ret,
    struct err *e)
{
	cJSON *out = cJSON_CreateObject(), *list = cJSON_CreateArray();
	size_t i;
	int rc;

	if (q->n_hits > 0)
		qsort(q->hits, q->n_hits, sizeof(*q->hits), by_rank);
	if ((rc = json_put(out, "hits", list, e)) < 0 ||
	    (rc = json_put_str(out, "text", text, e)) < 0 ||
	    (rc = json_put_bool(
		 out, "more", q->too_many || q->n_hits > limit, e)) < 0)
		goto out;
	for (i = 0; i < q->n_hits && i < limit && rc == 0; i++)
		rc = push_hit(q, &q->hits[i], list, e);
out:
	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}

static void
release(struct search *q)
{
	size_t i;

	for (i = 0; i < q->n_hits; i++)
		free(q->hits[i].field);
	for (i = 0; i < q->n_words; i++)
		free(q->words[i]);
	free(q->hits);
	free(q->folded);
}

/* An office that is not here is an error, not an empty answer. */
static int
choose_office(struct search *q, const char *office, struct err *e)
{
	struct branch *b = NULL;
	int rc;

	if (office == NULL || office[0] == '\0')
		return 0;
	if ((rc = store_branch(q->s, office, "office", &b, e)) < 0)
		return rc;
	snprintf(q->office, sizeof(q->office), "%s", b->office);
	return 0;
}

int
search_run(struct store *s, const char *office, int year, const char *text,
    int limit, cJSON **ret, struct err *e)
{
	struct search q = { .s = s, .year = year };
	cJSON *out = NULL;
	int began, rc;

	if (limit < 1 || limit > SEARCH_LIMIT_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "limit must be between 1 and %d", SEARCH_LIMIT_MAX);
	if ((rc = asof_begin(s, &began, e)) < 0)
		return rc;
	if ((rc = split(&q, text, e)) == 0 &&
	    (rc = choose_office(&q, office, e)) == 0 &&
	    (rc = search_mark(store_db(s), &q.mark, e)) == 0 &&
	    (rc = scan_pending(&q, e)) == 0 && (rc = ask_index(&q, e)) == 0)
		rc = make_result(&q, text, (size_t)limit, &out, e);
	release(&q);
	if ((rc = asof_end(s, began, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}
