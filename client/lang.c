#include "client/lang.h"

static int thai;

int
lang_known(const char *s)
{
	return strcmp(s, "th") == 0 || strcmp(s, "en") == 0;
}

/* A locale name such as "th_TH.UTF-8"; the empty one says nothing. */
static const char *
of_locale(const char *name)
{
	if (name == NULL || name[0] == '\0')
		return NULL;
	return strncmp(name, "th", 2) == 0 &&
		       (name[2] == '\0' || name[2] == '_' || name[2] == '.')
		   ? "th"
		   : "en";
}

const char *
lang_choose(const char *wish)
{
	static const char *const names[] = { "PMQA_LANG", "LC_ALL",
		"LC_MESSAGES", "LANG" };
	const char *lang = of_locale(wish);

	for (size_t i = 0; lang == NULL && i < sizeof(names) / sizeof(*names);
	     i++)
		lang = of_locale(getenv(names[i]));
	return lang != NULL ? lang : "en";
}

void
lang_init(const char *lang)
{
	thai = strcmp(lang, "th") == 0;
	/* English needs no catalogue, and a save should start fast */
	if (thai)
		err_init_messages(lang);
}

int
lang_thai(void)
{
	return thai;
}

const char *
lang_n(long long n, const char *one, const char *many)
{
	/* Thai nouns have one form */
	return n == 1 && !thai ? one : _(many);
}

const char *
lang_pick(const char *en, const char *th)
{
	const char *first = thai ? th : en;
	const char *second = thai ? en : th;

	if (first != NULL && first[0] != '\0')
		return first;
	return second != NULL ? second : "";
}
