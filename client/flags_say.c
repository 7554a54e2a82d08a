#include "client/flags_say.h"

#include "client/lang.h"
#include "client/out.h"

#define TIME_LEN 80

/* In the order of store/conf_flags.h. */
static const struct {
	const char *rule, *title, *meaning; /* the last two: message ids */
} rules[] = {
	{ "late_save", N_("Saved after the due date"),
	    N_("A change of an answer, of the profile or of the plan, or a "
	       "sign-off, that the hall received after the due day of the "
	       "calendar: that of the submission, and after a return that of "
	       "the correction. The hall's receipt decides, never the office's "
	       "clock; what is not yet received is late from the end of that "
	       "day on. Progress of the plan and comments do not count. "
	       "Harmless: the line was down, the hall allowed more time. Ask: "
	       "when was it written, and who agreed to the delay?") },
	{ "after_acceptance", N_("Changed after the hall had accepted it"),
	    N_("The hall accepted a submission, took the acceptance back, and "
	       "the office then changed the record. Harmless: an error that "
	       "was found late and corrected with the hall's knowledge. Ask: "
	       "why was the acceptance taken back, and who asked for it?") },
	{ "raised_after_review", N_("Score raised after the review"),
	    N_("The score of an item is higher at the next sign-off (or now) "
	       "than in the submission that the hall had returned, decided on "
	       "or assessed. Said with it: whether the hall had asked for this "
	       "item, and whether evidence was added or removed. Harmless: "
	       "what the hall asked for was done. Ask: what was really done "
	       "between the two scores?") },
	{ "no_evidence", N_("Score without evidence"),
	    N_("An item has a score, and no file of evidence is linked to it, "
	       "although the year was signed off or its due day is past. "
	       "Harmless: the evidence is kept on paper, or belongs to another "
	       "item. Ask: what does the score rest on, and where is it?") },
	{ "redaction", N_("Evidence erased"),
	    N_("The bytes of a file that supported an item of the year were "
	       "erased on order; its name, size and SHA-256 stay. Harmless: "
	       "personal data that had to go. Ask: who ordered it, and what "
	       "did the file show?") },
	{ "deadline_flip", N_("Ticked and taken back around a deadline"),
	    N_("A point was ticked and taken back, or taken back and ticked, "
	       "within the hours before and after a due day or a sign-off. "
	       "What the same person takes back within five minutes is a slip "
	       "of the hand and does not count. Harmless: the office looked "
	       "once more and corrected itself. Ask: which state was meant, "
	       "and what changed in between?") },
	{ "bulk_ticks", N_("Many points ticked at once"),
	    N_("One person ticked many points of three or more items within "
	       "seconds. Imports of a file, undone revisions and merges do not "
	       "count. Harmless: what was decided in a meeting was typed in "
	       "afterwards. Ask: who judged the points, and when?") },
	{ "unusual_person", N_("An unusual person for the item"),
	    N_("One person makes at least half of the saves of an item, and "
	       "somebody else with a small share of them changed what its "
	       "score rests on: ticks, results or evidence. The person "
	       "responsible for the item never counts as unusual. Harmless: a "
	       "colleague stood in. Ask: did the usual person know of it?") },
	{ "unusual_device", N_("An unusual machine for the item"),
	    N_("The same by machine: most saves of the item come from one, a "
	       "few that changed what its score rests on from another. "
	       "Harmless: a second machine in the field. Ask: where was that "
	       "machine, and who used it?") },
	{ "clock_back", N_("A clock that does not fit"),
	    N_("A save bears a time well before the revision that it changes, "
	       "or well after the hall had received it, or many saves in a row "
	       "bear the very same second: a machine whose clock was set back "
	       "gives its saves the time of the last one before. Harmless: an "
	       "empty battery, or a program that saves many times a second. "
	       "Ask: who set the clock, and what was saved meanwhile? The "
	       "numbers of the revisions and the receipts still give the "
	       "order.") },
	{ "long_offline", N_("Long from save to receipt"),
	    N_("Between the save, by the office's clock, and the hall's "
	       "receipt lie more days than allowed, or it was never received. "
	       "Harmless: an island without a line, a stick that travelled "
	       "late. Ask: how did the office work meanwhile, and can the time "
	       "of the save be shown in another way?") },
	{ "merge_override", N_("A value gave way in a merge"),
	    N_("Two machines changed the same field apart from each other; the "
	       "value that the hall had stayed, the other was kept beside it "
	       "for a person to decide. Harmless: two wordings of the same "
	       "thing. Ask: did somebody look at both, and is the right one "
	       "standing?") },
};
#define N_RULES (sizeof(rules) / sizeof(*rules))

static int
find(const char *rule)
{
	size_t i;

	for (i = 0; rule != NULL && i < N_RULES; i++)
		if (strcmp(rules[i].rule, rule) == 0)
			return (int)i;
	return -1;
}

const char *
flags_say_title(const char *rule)
{
	int i = find(rule);

	if (i < 0)
		return rule != NULL ? rule : "-";
	return err_tr(rules[i].title);
}

const char *
flags_say_meaning(const char *rule)
{
	int i = find(rule);

	return i >= 0 ? err_tr(rules[i].meaning) : NULL;
}

const char *
flags_say_caution(void)
{
	return _("A red flag is a question, not a verdict: it says where to "
		 "look and whom to ask. Most have a harmless answer.");
}

static const char *
text(const cJSON *f, const char *key)
{
	const char *s = json_str(f, key);

	return s != NULL && s[0] != '\0' ? s : "-";
}

static long long
number(const cJSON *f, const char *key)
{
	return (long long)json_int(f, key, 0);
}

static int
is(const cJSON *f, const char *key, const char *word)
{
	const char *s = json_str(f, key);

	return s != NULL && strcmp(s, word) == 0;
}

/* --- the sentences, each from its rule's figures --- */

static void
say_late(const cJSON *f, struct buf *b)
{
	char due[TIME_LEN], received[TIME_LEN];
	int correct = is(f, "which", "correct");

	out_day(due, sizeof(due), json_str(f, "due"));
	if (correct)
		buf_printf(b, _("due day of the correction: %s"), due);
	else
		buf_printf(b, _("due day of the submission: %s"), due);
	buf_puts(b, "; ");
	if (json_str(f, "received") == NULL) {
		buf_printf(b,
		    lang_n(number(f, "days"),
			"not yet received, %lld day after it",
			"not yet received, %lld days after it"),
		    number(f, "days"));
		return;
	}
	out_time(received, sizeof(received), json_str(f, "received"));
	buf_printf(b,
	    lang_n(number(f, "days"), "received %s, %lld day after it",
		"received %s, %lld days after it"),
	    received, number(f, "days"));
}

static void
say_after(const cJSON *f, struct buf *b)
{
	char when[TIME_LEN];

	out_time(when, sizeof(when), json_str(f, "accepted"));
	buf_printf(b, _("submission %lld was accepted on %s by %s (%s)"),
	    number(f, "of"), when, text(f, "accepted_by"),
	    text(f, "accepted_revision"));
}

static void
say_raised(const cJSON *f, struct buf *b)
{
	buf_printf(b, _("from %s in submission %lld to %s"), text(f, "from"),
	    number(f, "of"), text(f, "to"));
	buf_puts(b, "; ");
	if (is(f, "verdict", "accepted"))
		buf_puts(b, _("the hall had accepted it"));
	else if (is(f, "verdict", "returned"))
		buf_puts(b, _("the hall had returned it"));
	else
		buf_puts(b, _("an assessor had looked at it"));
	buf_puts(b, "; ");
	buf_puts(b, json_bool(f, "asked", 0)
			? _("the hall had asked for this item")
			: _("the hall had not asked for this item"));
	buf_puts(b, "; ");
	buf_puts(b, number(f, "evidence_changes") > 0
			? _("evidence was changed too")
			: _("no evidence was added or removed"));
}

static void
say_bare(const cJSON *f, struct buf *b)
{
	if (number(f, "ticked") > 0)
		buf_printf(b,
		    _("score %s, points ticked: %lld, no file of evidence"),
		    text(f, "score"), number(f, "ticked"));
	else
		buf_printf(b, _("score %s by results, no file of evidence"),
		    text(f, "score"));
}

static void
say_redaction(const cJSON *f, struct buf *b)
{
	buf_printf(b, _("%s (SHA-256 %.12s) of %s; reason: %s"),
	    text(f, "name"), text(f, "sha256"), text(f, "items"),
	    text(f, "reason"));
}

static void
say_flip(const cJSON *f, struct buf *b)
{
	char when[TIME_LEN];

	out_time(when, sizeof(when), json_str(f, "deadline"));
	buf_puts(b, text(f, "points"));
	buf_puts(b, ": ");
	if (is(f, "which", "submit"))
		buf_printf(b,
		    _("near the end of the due day of the submission, %s"),
		    when);
	else if (is(f, "which", "correct"))
		buf_printf(b,
		    _("near the end of the due day of the correction, %s"),
		    when);
	else
		buf_printf(b, _("near the sign-off of %s"), when);
}

static void
say_bulk(const cJSON *f, struct buf *b)
{
	buf_printf(b, lang_n(number(f, "points"), "%lld point", "%lld points"),
	    number(f, "points"));
	buf_putc(b, ' ');
	buf_printf(b,
	    lang_n(number(f, "items"), "of %lld item", "of %lld items"),
	    number(f, "items"));
	buf_putc(b, ' ');
	buf_printf(b,
	    lang_n(number(f, "seconds"), "in %lld second", "in %lld seconds"),
	    number(f, "seconds"));
}

static void
say_unusual(const cJSON *f, struct buf *b)
{
	buf_printf(b,
	    lang_n(number(f, "of"), "%lld of %lld save; usually %s (%lld)",
		"%lld of %lld saves; usually %s (%lld)"),
	    number(f, "saves"), number(f, "of"), text(f, "usual"),
	    number(f, "usual_saves"));
}

static void
say_clock(const cJSON *f, struct buf *b)
{
	if (is(f, "kind", "before_parent"))
		buf_printf(b,
		    lang_n(number(f, "minutes"),
			"up to %lld minute before the revision that it changes",
			"up to %lld minutes before the revision that it "
			"changes"),
		    number(f, "minutes"));
	else if (is(f, "kind", "after_receipt"))
		buf_printf(b,
		    lang_n(number(f, "minutes"),
			"up to %lld minute after the hall had received it",
			"up to %lld minutes after the hall had received it"),
		    number(f, "minutes"));
	else
		buf_puts(b, _("all of them bear the very same second"));
}

static void
say_offline(const cJSON *f, struct buf *b)
{
	char when[TIME_LEN];

	if (json_str(f, "received") == NULL) {
		buf_printf(b,
		    lang_n(number(f, "days"),
			"not yet received, up to %lld day old",
			"not yet received, up to %lld days old"),
		    number(f, "days"));
		return;
	}
	out_time(when, sizeof(when), json_str(f, "received"));
	buf_printf(b,
	    lang_n(number(f, "days"),
		"received %s, up to %lld day after the save",
		"received %s, up to %lld days after the save"),
	    when, number(f, "days"));
}

static void
say_override(const cJSON *f, struct buf *b)
{
	const char *label =
	    lang_pick(json_str(f, "label"), json_str(f, "label_th"));

	buf_printf(b, _("%s: '%s' by %s (%s) stayed, '%s' by %s (%s) gave way"),
	    label != NULL && label[0] != '\0' ? label : text(f, "field"),
	    text(f, "kept"), text(f, "kept_by"), text(f, "kept_revision"),
	    text(f, "other"), text(f, "other_by"), text(f, "other_revision"));
	buf_puts(b, "; ");
	buf_puts(b, json_bool(f, "resolved", 0)
			? _("a person has decided it since")
			: _("nobody has decided it yet"));
}

static void (*const sayers[N_RULES])(const cJSON *f, struct buf *b) = {
	say_late,
	say_after,
	say_raised,
	say_bare,
	say_redaction,
	say_flip,
	say_bulk,
	say_unusual,
	say_unusual,
	say_clock,
	say_offline,
	say_override,
};

void
flags_say(const cJSON *flag, struct buf *ret)
{
	int i = find(json_str(flag, "rule"));

	if (i >= 0)
		sayers[i](json_get(flag, "figures"), ret);
}

/* From the first to the last, or once where they are one. */
static void
say_when(const cJSON *flag, struct buf *ret)
{
	const char *from = json_str(flag, "from");
	const char *until = json_str(flag, "until");
	char one[TIME_LEN], two[TIME_LEN];

	if (from == NULL)
		return;
	out_time(one, sizeof(one), from);
	out_time(two, sizeof(two), until);
	buf_printf(ret, ", %s", one);
	if (strcmp(one, two) != 0)
		buf_printf(ret, " – %s", two);
}

void
flags_say_who(const cJSON *flag, struct buf *ret)
{
	const cJSON *person = json_get(flag, "person");
	const char *device = json_str(flag, "device");

	if (cJSON_IsObject(person))
		buf_puts(ret, text(person, "name"));
	else if (json_int(flag, "count", 0) > 0)
		buf_puts(ret, _("several persons"));
	else
		buf_puts(ret, _("nobody"));
	if (device != NULL)
		buf_printf(ret, ", %s", device);
	say_when(flag, ret);
}

void
flags_say_revisions(const cJSON *flag, struct buf *ret)
{
	const cJSON *v, *list = json_get(flag, "revisions");
	int64_t more = json_int(flag, "count", 0) - cJSON_GetArraySize(list);
	const char *sep = "";

	cJSON_ArrayForEach (v, list) {
		buf_printf(ret, "%s%s (%.10s)", sep, text(v, "revision"),
		    text(v, "commit"));
		sep = " ";
	}
	if (more > 0)
		buf_printf(ret, _(" and %lld earlier ones"), (long long)more);
}
