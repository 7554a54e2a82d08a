#include "client/cmd/cmd_complete.h"

#include "client/cmd/complete_words.h"
#include "client/cmd_table.h"
#include "client/lang.h"

static const char bash_script[] =
    "_pmqa()\n"
    "{\n"
    "\tlocal IFS=$'\\n'\n"
    "\tCOMPREPLY=($(pmqa complete -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" "
    "2>/dev/null))\n"
    "\tcase ${COMPREPLY[0]-} in\n"
    "\t*=) compopt -o nospace ;;\n"
    "\tesac\n"
    "}\n"
    "complete -o default -F _pmqa pmqa\n";

static const char zsh_script[] =
    "#compdef pmqa\n"
    "_pmqa() {\n"
    "\tlocal -a found open\n"
    "\tfound=(${(f)\"$(pmqa complete -- \"${(@)words[2,CURRENT]}\" "
    "2>/dev/null)\"})\n"
    "\topen=(${(M)found:#*=})\n"
    "\tfound=(${found:#*=})\n"
    "\t(( $#open )) && compadd -S '' -a open\n"
    "\t(( $#found )) && compadd -a found\n"
    "\t(( $#open + $#found )) || _files\n"
    "}\n"
    "compdef _pmqa pmqa\n";

static const char fish_script[] =
    "function __pmqa_complete\n"
    "\tset -l words (commandline -opc) (commandline -ct)\n"
    "\tpmqa complete -- $words[2..-1] 2>/dev/null\n"
    "end\n"
    "complete -c pmqa -a '(__pmqa_complete)'\n";

static int
script(struct cmd *c, struct err *e)
{
	static const struct {
		const char *shell, *text;
	} scripts[] = {
		{ "bash", bash_script },
		{ "zsh", zsh_script },
		{ "fish", fish_script },
	};

	for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++)
		if (strcmp(scripts[i].shell, c->args[0]) == 0) {
			buf_puts(&c->out.b, scripts[i].text);
			return buf_ok(&c->out.b, e);
		}
	err_set(
	    e, ERR_USAGE, 0, "'%s' is not one of: bash, zsh, fish", c->args[0]);
	err_hint(e, "for example: source <(pmqa completion bash)");
	return ERR_USAGE;
}

/* --- what may follow -------------------------------------------------------- */

/* The options before the word that is typed decide which daemon is asked. */
struct typed {
	struct opts opts;
	const char **argv; /* "pmqa" and the words before the last */
	size_t n_before;
	const char *current;
};

static int
typed_init(struct typed *t, const struct cmd *c, struct err *e)
{
	struct err ignored;
	union {
		const char **in;
		char *const *out;
	} u;

	memset(t, 0, sizeof(*t));
	t->n_before = c->n_args > 0 ? c->n_args - 1 : 0;
	t->current = c->n_args > 0 ? c->args[c->n_args - 1] : "";
	t->argv = calloc(t->n_before + 2, sizeof(*t->argv));
	if (t->argv == NULL)
		return err_nomem(e);
	t->argv[0] = "pmqa";
	for (size_t i = 0; i < t->n_before; i++)
		t->argv[i + 1] = c->args[i];
	u.in = t->argv;
	/* half a line may well be wrong yet: what could be read is used */
	(void)opts_parse((int)t->n_before + 1, u.out, &t->opts, &ignored);
	return t->opts.words != NULL ? 0 : err_nomem(e);
}

static void
typed_release(struct typed *t)
{
	opts_release(&t->opts);
	free(t->argv);
}

/* The option whose value is being typed, N_OPTS if none; *ret_value: what is
 * there of it, *ret_lead what stands before it in the same word. bash gives
 * "--office=91" as three words. */
static enum opt
option_typed(const struct typed *t, const char **ret_value, size_t *ret_lead)
{
	const char *equals = strchr(t->current, '=');
	const char *name;
	size_t len, n = t->n_before;

	*ret_value = t->current;
	*ret_lead = 0;
	if (strncmp(t->current, "--", 2) == 0 && equals != NULL) {
		name = t->current + 2;
		len = (size_t)(equals - name);
		*ret_value = equals + 1;
		*ret_lead = (size_t)(equals + 1 - t->current);
	} else {
		if (strcmp(t->current, "=") == 0)
			*ret_value = "";
		else if (n > 0 && strcmp(t->argv[n], "=") == 0)
			n--;
		if (n == 0 || strncmp(t->argv[n], "--", 2) != 0)
			return N_OPTS;
		name = t->argv[n] + 2;
		len = strlen(name);
	}
	for (int i = 0; i < N_OPTS; i++) {
		const struct opt_desc *d = opts_desc((enum opt)i);

		if (strlen(d->name) == len && memcmp(d->name, name, len) == 0)
			return d->arg != NULL ? (enum opt)i : N_OPTS;
	}
	return N_OPTS;
}

/* The next words of all commands that begin with the words typed. */
static void
command_words(struct complete *k, const struct opts *o)
{
	const struct cmd_desc *d;

	for (size_t i = 0; (d = cmd_table_at(i, NULL)) != NULL; i++) {
		const char *name = d->name;
		char word[48];
		size_t w = 0, len;

		for (; w < o->n_words; w++) {
			len = strcspn(name, " ");
			if (strlen(o->words[w]) != len ||
			    memcmp(o->words[w], name, len) != 0)
				break;
			name += len;
			name += *name == ' ';
		}
		len = strcspn(name, " ");
		if (w < o->n_words || len == 0 || len >= sizeof(word))
			continue;
		snprintf(word, sizeof(word), "%.*s", (int)len, name);
		complete_add(k, word, "");
	}
}

static void
options(struct complete *k, const struct cmd_desc *d)
{
	opt_set mask = OPTS_ALWAYS | (d != NULL ? d->opts : 0);
	char word[64];

	for (int i = 0; i < N_OPTS; i++) {
		if ((mask & OPT_BIT(i)) == 0)
			continue;
		snprintf(
		    word, sizeof(word), "--%s", opts_desc((enum opt)i)->name);
		complete_add(k, word, "");
	}
}

static const struct cmd_desc *
command_of(const struct opts *o, size_t *ret_used)
{
	const struct cmd_desc *d = NULL;
	struct err ignored;

	*ret_used = 0;
	if (o->n_words == 0 ||
	    cmd_table_find(o->words, o->n_words, &d, ret_used, &ignored) < 0)
		return NULL;
	return d;
}

static int
complete(struct cmd *c, struct err *e)
{
	const struct opts *outer = c->opts;
	const struct cmd_desc *d;
	struct complete k;
	struct typed t;
	const char *value;
	size_t used, lead;
	enum opt o;
	int rc;

	if ((rc = typed_init(&t, c, e)) < 0)
		goto out;
	if (t.opts.value[OPT_DIR] != NULL || t.opts.value[OPT_SOCKET] != NULL)
		c->opts = &t.opts;
	o = option_typed(&t, &value, &lead);
	complete_init(&k, c, &t.opts, o != N_OPTS ? value : t.current);
	k.lead = t.current;
	k.lead_len = lead;
	d = command_of(&t.opts, &used);
	if (o != N_OPTS) {
		complete_option(&k, o, d);
	} else if (t.current[0] == '-') {
		options(&k, d);
	} else {
		command_words(&k, &t.opts);
		if (d != NULL)
			complete_argument(
			    &k, d, t.opts.words + used, t.opts.n_words - used);
	}
	rc = complete_print(&k, &c->out, e);
	complete_release(&k);
out:
	typed_release(&t);
	c->opts = outer;
	return rc;
}

const struct cmd_desc cmd_complete_rows[] = {
	{ "completion", "bash|zsh|fish",
	    N_("print a script that completes commands in a shell"),
	    N_("Items, points, fields, offices and revisions are completed as "
	       "the daemon knows them. Put the line of the example into the "
	       "shell's start file."),
	    "pmqa completion bash >~/.local/share/bash-completion/completions/"
	    "pmqa\n"
	    "pmqa completion fish >~/.config/fish/completions/pmqa.fish",
	    0, 1, 1, script },
	{ "complete", N_("WORD..."),
	    N_("print what may follow on a command line, one a line"),
	    N_("The scripts of pmqa completion ask this; the last word is the "
	       "one that is being typed and may be empty."),
	    "pmqa complete -- show 1.", 0, 0, SIZE_MAX, complete },
};
const size_t cmd_complete_n_rows =
    sizeof(cmd_complete_rows) / sizeof(*cmd_complete_rows);
