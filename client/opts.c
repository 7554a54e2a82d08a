#include "client/opts.h"

#include "base/text.h"
#include "client/lang.h"
#include "client/wrap.h"

static const struct opt_desc descs[N_OPTS] = {
	[OPT_DIR] = { "dir", N_("DIR"),
	    N_("work with the daemon of this directory (or PMQA_DIR)") },
	[OPT_SOCKET] = { "socket", N_("PATH"),
	    N_("work with the daemon behind this socket (or PMQA_SOCKET)") },
	[OPT_JSON] = { "json", NULL,
	    N_("print one JSON document of a stable shape") },
	[OPT_LANG] = { "lang", "th|en",
	    N_("language of texts (or PMQA_LANG, else that of the system)") },
	[OPT_HELP] = { "help", NULL, N_("explain the command") },
	[OPT_VERSION] = { "version", NULL, N_("print the version") },
	[OPT_OFFICE] = { "office", N_("CODE"),
	    N_("of this office (needed at the hall)") },
	[OPT_YEAR] = { "year", N_("YEAR"),
	    N_("fiscal year, Buddhist era; default: the newest opened one") },
	[OPT_REASON] = { "reason", N_("TEXT"),
	    N_("why; stands in the history for good") },
	[OPT_IF_REV] = { "if-rev", N_("REVISION"),
	    N_("save only if the record is still at this revision (- : only "
	       "if there is none yet)") },
	[OPT_AT] = { "at", N_("WHEN"),
	    N_("as it stood then: a revision (a12), commit, day, time, "
	       "submission, submission:2, decision or opening") },
	[OPT_EDITION] = { "edition", N_("ID"),
	    N_("edition of the criteria; default: the newest known") },
	[OPT_BRANCH] = { "branch", "office|hall",
	    N_("whose revisions; default: the office's") },
	[OPT_PERSON] = { "person", N_("LOGIN"),
	    N_("only revisions of this person: the login, or a part of a name "
	       "in Thai") },
	[OPT_SINCE] = { "since", N_("WHEN"),
	    N_("only revisions from this day or time on; of a bundle: only "
	       "what comes after this revision") },
	[OPT_UNTIL] = { "until", N_("DATE"),
	    N_("only revisions up to this day or time") },
	[OPT_LIMIT] = { "limit", N_("N"), N_("at most so many; default 50") },
	[OPT_CURSOR] = { "cursor", N_("CURSOR"),
	    N_("go on where the last list ended") },
	[OPT_WAIT] = { "wait", NULL, N_("wait for the outcome and show it") },
	[OPT_ROLE] = { "role", "office|hall|ministry",
	    N_("what the directory is for; default: office") },
	[OPT_CODE] = { "code", N_("CODE"),
	    N_("office: four digits, hall and ministry: two digits") },
	[OPT_NAME] = { "name", N_("NAME"), N_("its name") },
	[OPT_DEVICE] = { "device", N_("LETTER"),
	    N_("letter of this machine, a to z without h; default of init: "
	       "a; of a list: only this device, such as 9105-b") },
	[OPT_HOST_KEY] = { "host-key", N_("FILE"),
	    N_("a hall's public ssh host key (Ed25519), told to offices") },
	[OPT_HTTPS_CERT] = { "https-cert", N_("FILE"),
	    N_("certificate (PEM) of a hall's https server: its key is told "
	       "to offices, which then trust it and no other") },
	[OPT_URL] = { "url", N_("URL"),
	    N_("an address where offices reach this hall: ssh://USER@HOST"
	       "[:PORT], https://HOST[:PORT] or a directory; may be "
	       "repeated") },
	[OPT_FROM] = { "from", N_("YEAR"),
	    N_("carry texts, indicators and open actions over from this "
	       "year") },
	[OPT_FORMAT] = { "format", N_("FORMAT"),
	    N_("form of the file: html, xlsx, csv or json, as the command "
	       "says") },
	[OPT_OUTPUT] = { "output", N_("FILE"),
	    N_("write to this file; - for standard output") },
	[OPT_APPLY] = { "apply", NULL,
	    N_("do it; without this option it is only shown") },
	[OPT_CAPTION] = { "caption", N_("TEXT"),
	    N_("one line about the file") },
	[OPT_POINTS] = { "points", N_("POINT,..."),
	    N_("points that the file supports") },
	[OPT_CLASS] = { "class", "public|internal|confidential",
	    N_("who may see the file; default: internal") },
	[OPT_TARGET] = { "target", "basic|advance|significance",
	    N_("level to reach; default: that of the hall's calendar") },
	[OPT_YEARS] = { "years", N_("YEAR,..."),
	    N_("fiscal years; default: all that were opened") },
	[OPT_OFFICES] = { "offices", N_("CODE,..."),
	    N_("offices; default: all") },
	[OPT_ITEMS] = { "items", N_("ITEM,..."), N_("items that it is about") },
	[OPT_ITEM] = { "item", N_("ITEM"), N_("only of this item") },
	[OPT_CONSENSUS] = { "consensus", NULL,
	    N_("write what all assessors agreed on, not your own view") },
	[OPT_OVERDUE] = { "overdue", NULL, N_("only what is past its day") },
	[OPT_BY] = { "by", "item|category", N_("how fine; default: item") },
	[OPT_NOTE] = { "note", N_("TEXT"), N_("what you say with it") },
	[OPT_TITLE] = { "title", N_("TEXT"), N_("its title") },
	[OPT_ID] = { "id", N_("ID"), N_("its name") },
	[OPT_TAKE] = { "take", N_("SIDE"),
	    N_("whose value: hall, mine or now") },
	[OPT_VALUE] = { "value", N_("TEXT"), N_("the value it gets") },
	[OPT_TO] = { "to", "hall|office", N_("for whom: hall or office") },
	[OPT_ENCRYPT] = { "encrypt", NULL,
	    N_("only the receiver can read it") },
	[OPT_METERED] = { "metered", NULL,
	    N_("the link is paid by volume: text only") },
	[OPT_EVIDENCE] = { "evidence", NULL,
	    N_("files of evidence, too, whatever the link costs") },
	[OPT_WITHOUT_KEYS] = { "without-keys", NULL,
	    N_("leave the secret keys out") },
	[OPT_DEEP] = { "deep", NULL,
	    N_("everything from the first revision on, with all processors") },
	[OPT_ACTION] = { "action", N_("WORD"),
	    N_("only what did this: tick, set, submit, merge, ...") },
	[OPT_TEXT] = { "text", N_("TEXT"),
	    N_("only where this stands in a reason, or in a value before or "
	       "after") },
	[OPT_LATE] = { "late", NULL,
	    N_("only what came after the due date, by the hall's receipt "
	       "where there is one") },
	[OPT_AFTER_SUBMISSION] = { "after-submission", NULL,
	    N_("only what came after the year was first signed off") },
	[OPT_STAT] = { "stat", NULL,
	    N_("count the revisions instead of listing them") },
	[OPT_ACCESS] = { "access", NULL,
	    N_("who took how much of the past out of here") },
	[OPT_YES] = { "yes", NULL, N_("do it without asking") },
	[OPT_QR] = { "qr", NULL,
	    N_("show a QR code, too; on a terminal it is shown anyway") },
	[OPT_NO_QR] = { "no-qr", NULL, N_("show no QR code") },
	[OPT_RESULT] = { "result", "admitted|refused|denied|trouble",
	    N_("only what ended so") },
	[OPT_BEHIND] = { "behind", NULL,
	    N_("only offices with which something is to be done, the worst "
	       "first") },
	[OPT_FOLLOW] = { "follow", NULL,
	    N_("go on for good: what comes later, too") },
	[OPT_FOR] = { "for", N_("TIME"), N_("how long, such as 90m or 2h") },
	[OPT_WITH] = { "with", N_("CODE"),
	    N_("compare with this office (at the hall)") },
	[OPT_REV] = { "rev", N_("WHEN"),
	    N_("from when: a revision (a12), commit, day, time, submission, "
	       "submission:2, decision or opening") },
	[OPT_DRY_RUN] = { "dry-run", NULL,
	    N_("only show what would be; nothing is saved") },
	[OPT_SKIP_CHANGED] = { "skip-changed", NULL,
	    N_("leave what was changed again since as it is") },
	[OPT_RULE] = { "rule", N_("RULE"), N_("only flags of this rule") },
	[OPT_EXPLAIN] = { "explain", N_("RULE"),
	    N_("what this rule means and what it is set to; all: of each") },
};

const struct opt_desc *
opts_desc(enum opt o)
{
	return &descs[o];
}

static enum opt
find(const char *name, size_t len)
{
	int i;

	for (i = 0; i < N_OPTS; i++)
		if (strlen(descs[i].name) == len &&
		    memcmp(descs[i].name, name, len) == 0)
			break;
	return (enum opt)i;
}

static int
unknown(const char *arg, struct err *e)
{
	err_set(e, ERR_USAGE, 0, "unknown option '%s'", arg);
	err_hint(e, "see pmqa help");
	return ERR_USAGE;
}

/* A shell gives any bytes; all but the names of files must be text. */
static int
check_text(const char *value, struct err *e)
{
	if (text_is_utf8(value, strlen(value), NULL))
		return 0;
	return err_set(e, ERR_INVALID, 0, "'%s' is not UTF-8 text", value);
}

static int
store_value(struct opts *o, enum opt which, const char *value, struct err *e)
{
	int rc = 0;

	if (which != OPT_DIR && which != OPT_SOCKET && which != OPT_HOST_KEY &&
	    which != OPT_HTTPS_CERT && which != OPT_OUTPUT)
		rc = check_text(value, e);
	if (rc < 0)
		return rc;
	if (which == OPT_URL) {
		if (o->n_urls == OPTS_URLS)
			return err_set(e, ERR_USAGE, 0,
			    "at most %d addresses can be given", OPTS_URLS);
		o->urls[o->n_urls++] = value;
	} else if (o->value[which] != NULL && descs[which].arg != NULL) {
		return err_set(e, ERR_USAGE, 0, "option '--%s' is given twice",
		    descs[which].name);
	}
	o->value[which] = value;
	return 0;
}

/* One option at argv[*i]; moves *i when its value is the next argument. */
static int
parse_one(int argc, char *const *argv, int *i, struct opts *o, struct err *e)
{
	const char *name = argv[*i] + 2;
	const char *equals = strchr(name, '=');
	size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);
	enum opt which = find(name, len);

	if (which == N_OPTS)
		return unknown(argv[*i], e);
	if (descs[which].arg == NULL) {
		if (equals != NULL)
			return err_set(e, ERR_USAGE, 0,
			    "option '--%s' takes no value", descs[which].name);
		return store_value(o, which, "", e);
	}
	if (equals != NULL)
		return store_value(o, which, equals + 1, e);
	if (*i + 1 >= argc)
		return err_set(e, ERR_USAGE, 0, "option '--%s' needs a value",
		    descs[which].name);
	return store_value(o, which, argv[++*i], e);
}

int
opts_parse(int argc, char *const *argv, struct opts *ret, struct err *e)
{
	int rc = 0, ended = 0, one;

	memset(ret, 0, sizeof(*ret));
	ret->words = calloc((size_t)argc + 1, sizeof(*ret->words));
	if (ret->words == NULL)
		return err_nomem(e);
	for (int i = 1; i < argc; i++) {
		const char *a = argv[i];
		struct err *first = rc == 0 ? e : NULL;

		one = 0;
		if (ended || a[0] != '-' || a[1] == '\0') {
			one = check_text(a, first);
			ret->words[ret->n_words++] = a;
		} else if (strcmp(a, "--") == 0)
			ended = 1;
		else if (strcmp(a, "-h") == 0)
			ret->value[OPT_HELP] = "";
		else if (strncmp(a, "--", 2) == 0)
			one = parse_one(argc, argv, &i, ret, first);
		else
			one = unknown(a, first);
		/* the rest may still say how to print the error */
		if (rc == 0)
			rc = one;
	}
	return rc;
}

void
opts_release(struct opts *o)
{
	free(o->words);
	o->words = NULL;
}

int
opts_allowed(const struct opts *o, opt_set mask, struct err *e)
{
	for (int i = 0; i < N_OPTS; i++)
		if (o->value[i] != NULL && (mask & OPT_BIT(i)) == 0)
			return err_set(e, ERR_USAGE, 0,
			    "option '--%s' does not belong to this command",
			    descs[i].name);
	return 0;
}

int
opts_word_number(const char *what, const char *word, long min, long max,
    long *ret, struct err *e)
{
	const char *p = word;
	size_t len, n = 0;
	long v = 0, cp;

	for (; *p != '\0' && n < 9; p += len, n++) {
		cp = wrap_char(p, &len);
		if (cp >= '0' && cp <= '9')
			v = 10 * v + (cp - '0');
		else if (cp >= 0x0e50 && cp <= 0x0e59)
			v = 10 * v + (cp - 0x0e50);
		else
			break;
	}
	if (*p != '\0' || n == 0 || v < min || v > max)
		return err_set(e, ERR_USAGE, 0,
		    "%s: '%s' is not a number from %ld to %ld", what, word, min,
		    max);
	*ret = v;
	return 0;
}

int
opts_number(const struct opts *o, enum opt which, long min, long max, long dflt,
    long *ret, struct err *e)
{
	char what[40];

	if (o->value[which] == NULL) {
		*ret = dflt;
		return 0;
	}
	snprintf(what, sizeof(what), "--%s", descs[which].name);
	return opts_word_number(what, o->value[which], min, max, ret, e);
}
