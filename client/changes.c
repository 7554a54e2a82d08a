#include "client/changes.h"

#include "base/text.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/marked.h"
#include "client/wrap.h"

#define LABEL_MAX 320

/* Absent, or an array of nothing but words. */
static int
is_words(const cJSON *v)
{
	const cJSON *one;

	if (v == NULL || cJSON_IsNull(v))
		return 1;
	cJSON_ArrayForEach (one, v) {
		if (!cJSON_IsString(one))
			return 0;
	}
	return cJSON_IsArray(v);
}

static int
is_set(const cJSON *old, const cJSON *new_)
{
	return (cJSON_IsArray(old) || cJSON_IsArray(new_)) && is_words(old) &&
	       is_words(new_);
}

void
changes_value(struct buf *ret, const cJSON *v)
{
	const cJSON *one;

	if (v == NULL || cJSON_IsNull(v))
		return;
	if (cJSON_IsString(v)) {
		buf_puts(ret, v->valuestring);
	} else if (cJSON_IsBool(v)) {
		buf_puts(ret, cJSON_IsTrue(v) ? _("yes") : _("no"));
	} else if (is_set(v, NULL)) {
		cJSON_ArrayForEach (one, v) {
			if (ret->len > 0)
				buf_putc(ret, ' ');
			changes_value(ret, one);
		}
	} else if (json_write(v, ret, NULL) < 0) {
		ret->failed = 1;
	}
}

/* The same for a value of a kind that people write otherwise than records. */
static void
kind_value(struct buf *ret, const char *kind, const cJSON *v)
{
	char text[64];

	if (cJSON_IsString(v) && strcmp(kind, "date") == 0) {
		out_day(text, sizeof(text), v->valuestring);
		buf_puts(ret, text);
	} else if (cJSON_IsString(v) && strcmp(kind, "time") == 0) {
		out_time(text, sizeof(text), v->valuestring);
		buf_puts(ret, text);
	} else if (cJSON_IsString(v) && strcmp(kind, "enum") == 0) {
		buf_puts(ret, labels_word(v->valuestring));
	} else {
		changes_value(ret, v);
	}
}

void
changes_field(struct buf *ret, const cJSON *describe, const char *record,
    const char *field, const cJSON *v)
{
	kind_value(ret, labels_kind(describe, record, field), v);
}

static int
holds(const cJSON *set, const char *word)
{
	const cJSON *one;

	cJSON_ArrayForEach (one, set) {
		if (cJSON_IsString(one) && strcmp(one->valuestring, word) == 0)
			return 1;
	}
	return 0;
}

/* Words of one set that the other lacks, each behind the mark. */
static void
only_in(struct out *o, const cJSON *set, const cJSON *other, const char *mark,
    enum style st)
{
	const cJSON *one;

	cJSON_ArrayForEach (one, set) {
		if (!cJSON_IsString(one) || holds(other, one->valuestring))
			continue;
		out_puts(o, " ");
		out_style(o, st);
		out_puts(o, mark);
		out_puts(o, one->valuestring);
		out_style(o, STYLE_PLAIN);
	}
}

void
changes_clip(struct out *o, const struct buf *text, size_t cols)
{
	struct buf flat = BUF_INIT;
	const char *s;
	size_t fit;

	wrap_safe(&flat, buf_str(text), 1);
	for (size_t i = 0; i < flat.len; i++)
		if (flat.data[i] == '\n')
			flat.data[i] = ' ';
	s = buf_str(&flat);
	fit = text_fit(s, cols);
	if (fit == flat.len) {
		out_puts(o, s);
	} else {
		fit = text_fit(s, cols > 1 ? cols - 1 : 1);
		buf_append(&o->b, s, fit);
		out_puts(o, "…");
	}
	if (flat.failed)
		o->b.failed = 1;
	buf_release(&flat);
}

static void
brief_one(struct out *o, size_t indent, const char *label, const char *kind,
    const cJSON *old, const cJSON *new_)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	size_t used = indent + text_width(label) + 2 + 3;
	size_t room = o->width > used + 20 ? o->width - used : 20;
	size_t wa, wb, for_a, for_b;

	kind_value(&a, kind, old);
	kind_value(&b, kind, new_);
	if (a.len == 0)
		buf_puts(&a, _("(empty)"));
	if (b.len == 0)
		buf_puts(&b, _("(removed)"));
	wa = text_width(buf_str(&a));
	wb = text_width(buf_str(&b));
	/* a short one leaves its room to the other */
	for_a = wa < room / 2 ? wa : wb < room / 2 ? room - wb : room / 2;
	for_b = room - for_a;
	out_puts(o, " ");
	out_style(o, STYLE_DIM);
	changes_clip(o, &a, wa <= for_a ? wa : for_a);
	out_style(o, STYLE_PLAIN);
	out_puts(o, " → ");
	changes_clip(o, &b, wb <= for_b ? wb : for_b);
	if (a.failed || b.failed)
		o->b.failed = 1;
	buf_release(&a);
	buf_release(&b);
}

/* Who did it and when, as the record repeats it: the revision says so too. */
static int
says_who(const cJSON *describe, const char *record, const char *field)
{
	const char *dot = field != NULL ? strrchr(field, '.') : NULL;
	const char *last = dot != NULL ? dot + 1 : field;
	char login[200];

	if (field == NULL ||
	    (strcmp(last, "time") != 0 && strcmp(last, "login") != 0 &&
		strcmp(last, "name") != 0))
		return 0;
	snprintf(login, sizeof(login), "%.*slogin", (int)(last - field), field);
	return labels_kind(describe, record, login)[0] != '\0';
}

void
changes_brief(struct out *o, size_t indent, const cJSON *describe,
    const char *record, const cJSON *changes)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, changes) {
		const cJSON *old = json_get(c, "old");
		const cJSON *new_ = json_get(c, "new");
		const char *field = json_str(c, "field");
		char label[LABEL_MAX];

		if (says_who(describe, record, field))
			continue;
		labels_full(label, sizeof(label), describe, record, field);
		out_spaces(o, indent);
		out_printf(o, "%s:", label);
		if (is_set(old, new_)) {
			only_in(o, new_, old, "+", STYLE_GOOD);
			only_in(o, old, new_, "-", STYLE_BAD);
		} else {
			brief_one(o, indent, label,
			    labels_kind(describe, record, field), old, new_);
		}
		out_nl(o);
	}
}

static void
full_side(struct out *o, size_t indent, const char *mark, enum style st,
    const char *kind, const cJSON *v)
{
	struct buf text = BUF_INIT;

	kind_value(&text, kind, v);
	if (text.len > 0) {
		out_style(o, st);
		out_wrapped(o, indent, mark, buf_str(&text));
		out_style(o, STYLE_PLAIN);
	}
	if (text.failed)
		o->b.failed = 1;
	buf_release(&text);
}

/* A text that was changed here and there is shown once, its changes marked. */
static int
full_text(struct out *o, size_t indent, const char *kind, const cJSON *old,
    const cJSON *new_)
{
	return cJSON_IsString(old) && cJSON_IsString(new_) &&
	       (strcmp(kind, "text") == 0 || strcmp(kind, "line") == 0) &&
	       marked_print(o, indent, old->valuestring, new_->valuestring);
}

void
changes_full(struct out *o, size_t indent, const cJSON *describe,
    const char *record, const cJSON *changes)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, changes) {
		const cJSON *old = json_get(c, "old");
		const cJSON *new_ = json_get(c, "new");
		const char *field = json_str(c, "field");
		const char *kind = labels_kind(describe, record, field);
		char label[LABEL_MAX];

		labels_full(label, sizeof(label), describe, record, field);
		out_spaces(o, indent);
		out_printf(o, "%s\n", label);
		if (is_set(old, new_)) {
			out_spaces(o, indent + 1);
			only_in(o, old, new_, "- ", STYLE_BAD);
			only_in(o, new_, old, "+ ", STYLE_GOOD);
			out_nl(o);
		} else if (!full_text(o, indent + 2, kind, old, new_)) {
			full_side(o, indent + 2, "- ", STYLE_BAD, kind, old);
			full_side(o, indent + 2, "+ ", STYLE_GOOD, kind, new_);
		}
	}
}
