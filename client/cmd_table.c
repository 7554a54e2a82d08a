#include "client/cmd_table.h"

#include "client/cmd/cmd_action.h"
#include "client/cmd/cmd_answer.h"
#include "client/cmd/cmd_assess.h"
#include "client/cmd/cmd_audit.h"
#include "client/cmd/cmd_backup.h"
#include "client/cmd/cmd_blame.h"
#include "client/cmd/cmd_bundle.h"
#include "client/cmd/cmd_complete.h"
#include "client/cmd/cmd_conflicts.h"
#include "client/cmd/cmd_cycle.h"
#include "client/cmd/cmd_device.h"
#include "client/cmd/cmd_diff.h"
#include "client/cmd/cmd_edition.h"
#include "client/cmd/cmd_enroll.h"
#include "client/cmd/cmd_evidence.h"
#include "client/cmd/cmd_flags.h"
#include "client/cmd/cmd_hall.h"
#include "client/cmd/cmd_hall_log.h"
#include "client/cmd/cmd_help.h"
#include "client/cmd/cmd_history.h"
#include "client/cmd/cmd_indicator.h"
#include "client/cmd/cmd_inout.h"
#include "client/cmd/cmd_machines.h"
#include "client/cmd/cmd_maintain.h"
#include "client/cmd/cmd_ministry.h"
#include "client/cmd/cmd_oversight.h"
#include "client/cmd/cmd_profile.h"
#include "client/cmd/cmd_receipts.h"
#include "client/cmd/cmd_report.h"
#include "client/cmd/cmd_review.h"
#include "client/cmd/cmd_score.h"
#include "client/cmd/cmd_see.h"
#include "client/cmd/cmd_setup.h"
#include "client/cmd/cmd_show.h"
#include "client/cmd/cmd_status.h"
#include "client/cmd/cmd_sync.h"
#include "client/cmd/cmd_verify.h"
#include "client/lang.h"

#define ANY SIZE_MAX
#define B(o) OPT_BIT(OPT_##o)
#define OF_YEAR (B(OFFICE) | B(YEAR))
#define SAVES (B(YEAR) | B(REASON) | B(IF_REV))

static const struct cmd_desc setting_up[] = {
	{ "init", "", N_("set up a directory for an office or a hall"),
	    N_("Makes the key of this machine, the repository and the "
	       "configuration. A directory that is set up already is not "
	       "touched. Without --dir: /var/lib/pmqa."),
	    "pmqa --dir A init --code 9105 --name ละงู\n"
	    "pmqa --dir H init --role hall --code 91 --name สตูล "
	    "--url ssh://pmqa@hall.example",
	    B(ROLE) | B(CODE) | B(NAME) | B(DEVICE) | B(HOST_KEY) |
		B(HTTPS_CERT) | B(URL),
	    0, 0, cmd_setup_init },
	{ "enroll", "",
	    N_("print the line with which this office asks to join its hall"),
	    N_("The line goes to standard output, what is said about it to "
	       "standard error. It holds no secret: send it to the hall by "
	       "any way. It is good for 24 hours, and a new one replaces "
	       "it. On a terminal it is shown as a QR code, too, for a "
	       "telephone to read; --output writes it to a file, for a "
	       "stick."),
	    "pmqa --dir A enroll\n"
	    "pmqa --dir A enroll --output /media/stick/9105-a.txt",
	    B(QR) | B(NO_QR) | B(OUTPUT), 0, 0, cmd_enroll_request },
	{ "enroll accept", N_("ANSWER"),
	    N_("take in the line with which the hall answered"),
	    N_("ANSWER is the line itself, - for standard input, or @FILE."),
	    "pmqa --dir A enroll accept @answer.txt", 0, 1, 1,
	    cmd_enroll_accept },
	{ "hall enroll", N_("REQUEST"),
	    N_("admit an office by its request line; prints the answer line"),
	    N_("REQUEST is the line itself, - for standard input, or @FILE. "
	       "Shows the office, the device and its fingerprint, and asks: "
	       "compare the fingerprint with the office, by telephone for "
	       "instance. A script, where nobody can be asked, says --yes. "
	       "The answer goes back in any way; --output writes it to a "
	       "file, for a stick. The hall takes the newest request of a "
	       "device only."),
	    "pmqa --dir H hall enroll @request.txt\n"
	    "pmqa --dir H hall enroll @request.txt --output answer.txt",
	    B(YES) | B(QR) | B(NO_QR) | B(OUTPUT), 1, 1, cmd_enroll_admit },
};

static const struct cmd_desc assessing[] = {
	{ "assess open", N_("YEAR"),
	    N_("begin the assessment of a fiscal year"),
	    N_("The assessment keeps the edition of the criteria that it was "
	       "begun with: the one given, else that of the hall's calendar, "
	       "else (with --from) that of the old year, else the newest. "
	       "With --from, texts, owners, indicators and open actions of "
	       "that year are carried over; ticks, evidence and marks of "
	       "good practice begin anew."),
	    "pmqa assess open 2565\npmqa assess open 2566 --from 2565",
	    B(EDITION) | B(REASON) | B(FROM), 1, 1, cmd_assess_open },
	{ "assess show", "", N_("how far an assessment is, by category"), NULL,
	    "pmqa assess show --year 2565\npmqa assess show --at submission",
	    OF_YEAR | B(AT), 0, 0, cmd_assess_show },
	{ "tick", N_("POINT..."), N_("mark points as reached"),
	    N_("All points given become one revision."),
	    "pmqa tick 1.1.B1 1.1.B2 --reason 'แผนยุทธศาสตร์ประกาศแล้ว'", SAVES, 1,
	    ANY, cmd_answer_tick },
	{ "untick", N_("POINT..."), N_("take marks back"), NULL,
	    "pmqa untick 1.1.B2 --reason 'หลักฐานยังไม่ครบ'", SAVES, 1, ANY,
	    cmd_answer_untick },
	{ "set", N_("ITEM FIELD=VALUE..."), N_("write fields of an item"),
	    N_("VALUE is a text, @FILE, @- for standard input, or @@... for a "
	       "text that begins with @. FIELD= removes the field. All fields "
	       "given become one revision. Fields: explanation.basic, "
	       "explanation.advance, explanation.significance, strengths, gap, "
	       "good_practice.flag, good_practice.text, owner."),
	    "pmqa set 1.1 explanation.basic=@text.txt strengths='ผู้บริหารนำเอง'\n"
	    "pmqa set 1.1 gap= --reason 'แก้ไขแล้ว' --if-rev a12",
	    SAVES, 2, ANY, cmd_answer_set },
	{ "show", N_("[ITEM]"),
	    N_("an item: its points and what is written about it"),
	    N_("Without an item: how far the assessment is. --at shows it as "
	       "it "
	       "stood then, by the edition of then; 'pmqa help diff' says how "
	       "to name a point in the past."),
	    "pmqa show 1.1\npmqa show 1.1 --at a3\n"
	    "pmqa show 1.1 --at 31/3/2569\npmqa show 1.1 --at submission",
	    OF_YEAR | B(AT), 0, 1, cmd_show_show },
	{ "score", "", N_("scores of items, categories and in total"),
	    N_("The office's figures, and beside them the committee's where "
	       "the hall has reviewed. --at: as they stood then, by the "
	       "edition "
	       "of then."),
	    "pmqa score\npmqa score --by category --office 9105\n"
	    "pmqa score --at submission:1",
	    OF_YEAR | B(BY) | B(AT), 0, 0, cmd_score_score },
};

static const struct cmd_desc exchange[] = {
	{ "status", "",
	    N_("what this machine holds, what is not yet at the hall, and why"),
	    NULL, "pmqa status\npmqa status --json", 0, 0, 0,
	    cmd_status_status },
	{ "sync", "", N_("bring this office and its hall together now"),
	    N_("Also while exchanges are paused, and outside their hours. With "
	       "--metered files of evidence wait for a better link; with "
	       "--evidence they go although the configuration calls this link "
	       "metered. With --wait the exit status is 0 only when no "
	       "receipt of the hall is missing."),
	    "pmqa sync --wait\npmqa sync --wait --metered",
	    B(WAIT) | B(METERED) | B(EVIDENCE), 0, 0, cmd_sync_sync },
	{ "sync pause", "", N_("let no exchange begin by itself for a while"),
	    N_("Saving goes on as always. Without --for it lasts until pmqa "
	       "sync resume, over restarts too."),
	    "pmqa sync pause --for 2h", B(FOR), 0, 0, cmd_sync_pause },
	{ "sync resume", "", N_("let exchanges begin by themselves again"),
	    NULL, "pmqa sync resume", 0, 0, 0, cmd_sync_resume },
	{ "hall status", N_("[OFFICE]"),
	    N_("every office: last seen, receipt, trouble"),
	    N_("Has: the newest revision of the hall that the office has "
	       "taken in. With an office: its devices with their programs, "
	       "and which editions, calendars, practices and announcements "
	       "it has."),
	    "pmqa --dir H hall status\npmqa --dir H hall status --behind\n"
	    "pmqa --dir H hall status 9105",
	    B(BEHIND), 0, 1, cmd_hall_status },
};

static const struct cmd_desc past[] = {
	{ "history", N_("[ITEM[.FIELD]]"),
	    N_("who changed what, when and why, newest first"),
	    N_("ITEM is an item such as 1.1, profile, assessment, an action "
	       "(pa1), or a record such as 2565/items/1.1. All options "
	       "together say which revisions "
	       "are meant; --text looks into values and reasons, back to the "
	       "first revision. --late and --after-submission leave out "
	       "comments, and what is reported about actions of the plan. At "
	       "a hall without --office: of all offices; the one comes first "
	       "whose revision the hall received last. --stat counts them by "
	       "person, device, action, item and month. --format csv or json "
	       "writes all of them to --output: csv has a line for each "
	       "changed field, json one for each revision; a hall may record "
	       "who did so."),
	    "pmqa history 1.1.explanation.basic\n"
	    "pmqa history --since 2565-01-01 --person somchai\n"
	    "pmqa history --late --stat\n"
	    "pmqa history --text 'แผนยุทธศาสตร์' --action set\n"
	    "pmqa --dir H history --year 2565 --format csv --output past.csv",
	    OF_YEAR | B(BRANCH) | B(PERSON) | B(SINCE) | B(UNTIL) | B(LIMIT) |
		B(CURSOR) | B(ITEM) | B(DEVICE) | B(ACTION) | B(TEXT) |
		B(LATE) | B(AFTER_SUBMISSION) | B(STAT) | B(FORMAT) | B(OUTPUT),
	    0, 1, cmd_history_history },
	{ "blame", N_("ITEM[.FIELD]"),
	    N_("who wrote each field of an item, and ticked each point"),
	    N_("Each field as it stands, with the revision that made it so: "
	       "who, when, on which machine, why. What was written on another "
	       "machine and merged later is told as of who wrote it. With "
	       "--since (a day or time, a revision, a sign-off such as "
	       "submission): only what changed since then, and also what was "
	       "removed and unticked. ITEM may be profile, assessment or an "
	       "action (pa1), too."),
	    "pmqa blame 1.1\npmqa blame 1.1 --since submission\n"
	    "pmqa --dir H blame 1.1 --office 9105 --year 2565",
	    OF_YEAR | B(BRANCH) | B(SINCE), 1, 1, cmd_blame_blame },
	{ "diff", N_("[WHEN [WHEN]]"),
	    N_("what differs between two points in the past, or two offices"),
	    N_("WHEN is a revision (a12), a commit (7 digits of it or more), a "
	       "day (31/3/2569: its end), a time ('2026-03-31 13:14'), "
	       "submission or submission:2 (what was signed off), decision or "
	       "decision:2 (what the hall decided on), opening, or now; "
	       "without the second one: now. What changed inside a text is "
	       "marked: in colour, or [-gone-]{+come+}. --item: of an item "
	       "alone, or of one field, such as 1.1.explanation. At the hall, "
	       "--with compares two offices' answers and profiles of a year."),
	    "pmqa diff a3 a5\npmqa diff submission --item 1.1\n"
	    "pmqa diff 1/10/2568 31/3/2569\n"
	    "pmqa --dir H diff --office 9105 --with 9106 --item 3.1",
	    OF_YEAR | B(WITH) | B(ITEM), 0, 2, cmd_diff_diff },
	{ "restore", N_("ITEM[.FIELD]"),
	    N_("bring an item, or a field of it, back as it once was"),
	    N_("As a new revision: what was written since gives way, and you "
	       "are told what it was and whose; it stays in the history. "
	       "ITEM is an item (1.1), profile, or an action (pa1); FIELD may "
	       "be explanation, for all levels of it. --rev takes what 'pmqa "
	       "diff' takes as WHEN. --dry-run only shows it."),
	    "pmqa restore 1.1.explanation.basic --rev a12 --reason "
	    "'ลบผิดช่อง'\n"
	    "pmqa restore 1.1 --rev 31/3/2569 --dry-run\n"
	    "pmqa restore pa3 --rev submission",
	    SAVES | B(REV) | B(DRY_RUN), 1, 1, cmd_restore_restore },
	{ "verify", "",
	    N_("prove that history, signatures, receipts and index agree"),
	    N_("What was proved stays proved: the check goes on where the last "
	       "one ended, and looks in any case at the newest revisions, at "
	       "the present state of every record, at new receipts and files, "
	       "at every file that was written since, at what the log said "
	       "before, and at a stretch of the old revisions, another one "
	       "each time. Rows of other old revisions, and files whose times "
	       "say that nobody wrote them since, are not looked at: --deep "
	       "looks at everything from the first revision on. Exit status "
	       "9 when something is damaged."),
	    "pmqa verify\npmqa verify --deep", B(DEEP), 0, 0,
	    cmd_verify_verify },
};

static const struct cmd_desc helping[] = {
	{ "help", N_("[COMMAND]"), N_("list the commands, or explain one"),
	    NULL, "pmqa help set", 0, 0, 2, cmd_help_run },
};

/* Each group is a table, most of them beside their commands; help shows them in
 * this order. */
#define HERE(a) a, &a##_n
#define OF(part) cmd_##part##_rows, &cmd_##part##_n_rows

static const size_t setting_up_n = sizeof(setting_up) / sizeof(*setting_up);
static const size_t assessing_n = sizeof(assessing) / sizeof(*assessing);
static const size_t exchange_n = sizeof(exchange) / sizeof(*exchange);
static const size_t past_n = sizeof(past) / sizeof(*past);
static const size_t helping_n = sizeof(helping) / sizeof(*helping);

static const struct group {
	const char *title; /* message id */
	const struct cmd_desc *rows;
	const size_t *n;
} groups[] = {
	{ N_("Setting up"), HERE(setting_up) },
	{ N_("Assessing"), HERE(assessing) },
	{ N_("Profile"), OF(profile) },
	{ N_("Indicators"), OF(indicator) },
	{ N_("Evidence"), OF(evidence) },
	{ N_("Improvement plan"), OF(action) },
	{ N_("Sign-off and review"), OF(review) },
	{ N_("Looking and finding"), OF(see) },
	{ N_("Reports"), OF(report) },
	{ N_("In and out"), OF(inout) },
	{ N_("Exchange with the hall"), HERE(exchange) },
	{ N_("Looking after the hall"), OF(oversight) },
	{ N_("Announcements"), OF(announce) },
	{ N_("Exchange by stick"), OF(bundle) },
	{ N_("Receipts of the hall"), OF(receipts) },
	{ N_("Two devices of one office"), OF(conflicts) },
	{ N_("This device"), OF(device) },
	{ N_("The offices' devices, at the hall"), OF(machines) },
	{ N_("The hall's log, and auditors"), OF(hall_log) },
	{ N_("Provinces, at a ministry"), OF(ministry) },
	{ N_("The past, and proofs"), HERE(past) },
	{ N_("Audit"), OF(audit) },
	{ N_("Red flags"), OF(flags) },
	{ N_("Backup"), OF(backup) },
	{ N_("Upkeep"), OF(maintain) },
	{ N_("Criteria"), OF(edition) },
	{ N_("Calendar"), OF(cycle) },
	{ N_("Help"), HERE(helping) },
	{ N_("For shells"), OF(complete) },
};

const struct cmd_desc *
cmd_table_at(size_t i, const char **ret_group)
{
	for (size_t g = 0; g < sizeof(groups) / sizeof(*groups); g++) {
		if (i < *groups[g].n) {
			if (ret_group != NULL)
				*ret_group = groups[g].title;
			return &groups[g].rows[i];
		}
		i -= *groups[g].n;
	}
	return NULL;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edits from a to b: a letter added, dropped or changed, two neighbours
 * swapped. Words are short. */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][24], la = strlen(a), lb = strlen(b), i, j;

	if (la >= 24 || lb >= 24)
		return SIZE_MAX;
	for (j = 0; j <= lb; j++)
		rows[0][j] = j;
	for (i = 1; i <= la; i++) {
		size_t *row = rows[i % 3];
		const size_t *up = rows[(i + 2) % 3],
			     *upper = rows[(i + 1) % 3];

		row[0] = i;
		for (j = 1; j <= lb; j++) {
			row[j] = least(up[j - 1] + (a[i - 1] != b[j - 1]),
			    1 + least(row[j - 1], up[j]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = least(row[j], upper[j - 2] + 1);
		}
	}
	return rows[la % 3][lb];
}

/* 1 when the words, joined by blanks, are the name or begin so. */
static size_t
words_of(const char *name, const char *const *words, size_t n)
{
	size_t used = 0;

	while (*name != '\0') {
		size_t len = strcspn(name, " ");

		if (used == n || strlen(words[used]) != len ||
		    memcmp(words[used], name, len) != 0)
			return 0;
		used++;
		name += len;
		name += *name == ' ';
	}
	return used;
}

#define PAIRS_MAX 150 /* of the names in a hint, which is cut at 200 bytes */

/* The nearest command for what was typed; NULL if nothing is near. of_pairs:
 * the first word is right, commands begin with it. */
static const char *
nearest(const char *first, const char *second, int of_pairs)
{
	char both[48];
	const struct cmd_desc *c;
	const char *best = NULL;
	size_t limit = 3;

	snprintf(both, sizeof(both), "%.20s %.20s", first, second);
	for (size_t i = 0; (c = cmd_table_at(i, NULL)) != NULL; i++) {
		const char *name = c->name;
		size_t d = distance(first, name);
		size_t d2 = distance(both, name);

		if (of_pairs || d2 < d)
			d = d2;
		if (d < limit) {
			limit = d;
			best = name;
		}
	}
	return best;
}

int
cmd_table_begins(const struct cmd_desc *d, const char *first)
{
	size_t len = strlen(first);

	return strncmp(d->name, first, len) == 0 && d->name[len] == ' ';
}

int
cmd_table_is_first(const char *word)
{
	const struct cmd_desc *d;
	int pairs = 0;

	for (size_t i = 0; (d = cmd_table_at(i, NULL)) != NULL; i++) {
		if (strcmp(d->name, word) == 0)
			return 0;
		pairs += cmd_table_begins(d, word);
	}
	return pairs > 0;
}

/* "hall" alone: the commands that begin so, separated by commas. */
static void
list_pairs(const char *first, struct buf *ret)
{
	const struct cmd_desc *d;

	for (size_t i = 0; (d = cmd_table_at(i, NULL)) != NULL; i++)
		if (cmd_table_begins(d, first))
			buf_printf(
			    ret, "%s%s", ret->len > 0 ? ", " : "", d->name);
}

/* "hall", "hall zzz", "hall auditors": more pairs than a hint can list. */
static void
unknown_of_many(const char *first, const char *second, struct err *e)
{
	if (second[0] == '\0')
		err_set(
		    e, ERR_USAGE, 0, "command '%s' wants another word", first);
	else
		err_set(e, ERR_USAGE, 0, "unknown command '%s %.40s'", first,
		    second);
	err_hint(e, "pmqa help %s lists the commands that begin so", first);
}

static int
unknown(const char *first, const char *second, struct err *e)
{
	const char *near = nearest(first, second, cmd_table_is_first(first));
	struct buf pairs = BUF_INIT;

	list_pairs(first, &pairs);
	/* there are too many for a hint: it would be cut */
	if (pairs.len > PAIRS_MAX && (second[0] == '\0' || near == NULL)) {
		unknown_of_many(first, second, e);
		buf_release(&pairs);
		return ERR_USAGE;
	}
	if (pairs.len > 0 && second[0] == '\0')
		err_set(
		    e, ERR_USAGE, 0, "command '%s' wants another word", first);
	else
		err_set(e, ERR_USAGE, 0, "unknown command '%s'", first);
	if (near != NULL && (pairs.len == 0 || second[0] != '\0'))
		err_hint(e, "did you mean 'pmqa %s'?", near);
	else if (pairs.len > 0)
		err_hint(e, "there are: %s", buf_str(&pairs));
	else
		err_hint(e, "see pmqa help");
	buf_release(&pairs);
	return ERR_USAGE;
}

int
cmd_table_find(const char *const *words, size_t n, const struct cmd_desc **ret,
    size_t *ret_used, struct err *e)
{
	const struct cmd_desc *best = NULL, *d;
	size_t used = 0;
	char both[48];

	for (size_t i = 0; (d = cmd_table_at(i, NULL)) != NULL; i++) {
		size_t u = words_of(d->name, words, n);

		if (u > used) {
			used = u;
			best = d;
		}
	}
	if (best != NULL) {
		*ret = best;
		*ret_used = used;
		return 0;
	}
	if (n > 1) { /* "hall auditors" */
		snprintf(both, sizeof(both), "%.20s %.20s", words[0], words[1]);
		if (cmd_table_is_first(both))
			return unknown(both, n > 2 ? words[2] : "", e);
	}
	return unknown(words[0], n > 1 ? words[1] : "", e);
}
