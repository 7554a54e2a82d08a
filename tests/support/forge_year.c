#include "tests/support/forge_year.h"

void
forge_assessment(struct forge *f, const char *year, const struct forge_sign *s)
{
	struct buf text = BUF_INIT;
	char hex[41], path[40];

	commit_hex(f->edition_blob, hex);
	buf_printf(&text,
	    "{\n  \"cycle\": %s,\n  \"edition\": {\n    \"blob\": \"%s\",\n"
	    "    \"id\": \"pmqa4-2562\"\n  },\n  \"status\": \"%s\"",
	    year, hex, s->status);
	if (s->n > 0)
		buf_printf(&text,
		    ",\n  \"submission\": {\n    \"login\": \"%s\",\n"
		    "    \"n\": %d,\n    \"name\": \"สมศรี ใจดี\",\n"
		    "    \"revision\": \"%s\",\n"
		    "    \"time\": \"2026-11-22T13:14:15+07:00\"\n  }",
		    s->login, s->n, s->revision);
	buf_puts(&text, "\n}\n");
	snprintf(path, sizeof(path), "%s/assessment.json", year);
	forge_file(f, path, buf_str(&text));
	buf_release(&text);
}

void
forge_year_begin(struct forge *f, const char *reason)
{
	forge_begin(f, &f->office);
	if (reason != NULL)
		snprintf(f->c.reason, sizeof(f->c.reason), "%s", reason);
}

void
forge_sign(struct forge *f, const char *status, int n, const char *revision,
    const char *reason)
{
	struct forge_sign s = { status, n, revision, "somsri" };

	forge_year_begin(f, reason);
	forge_assessment(f, "2565", &s);
	forge_end(f);
}

void
forge_record(
    struct forge *f, const char *path, const char *bytes, const char *reason)
{
	forge_year_begin(f, reason);
	if (strncmp(path, "2565/", 5) != 0)
		f->c.edition[0] = '\0';
	forge_file(f, path, bytes);
	forge_end(f);
}

void
forge_edit(struct forge *f, const char *text, const char *reason)
{
	char bytes[200];

	snprintf(bytes, sizeof(bytes), "{\n  \"gap\": \"%s\"\n}\n", text);
	forge_record(f, FORGE_ITEM, bytes, reason);
}

void
forge_action(
    struct forge *f, const char *what, const char *m6, const char *reason)
{
	char bytes[400], follow[200] = "";

	if (m6 != NULL)
		snprintf(follow, sizeof(follow),
		    "  \"followup\": {\n    \"m6\": \"%s\"\n  },\n", m6);
	snprintf(bytes, sizeof(bytes),
	    "{\n%s  \"status\": \"open\",\n  \"what\": \"%s\"\n}\n", follow,
	    what);
	forge_record(f, FORGE_ACTION, bytes, reason);
}

void
forge_comments(
    struct forge *f, const char *login, const char *one, const char *two)
{
	struct buf text = BUF_INIT;
	const char *texts[2] = { one, two };
	int i, any = 0;

	buf_puts(&text, "{\n  \"comments\": {");
	for (i = 0; i < 2; i++) {
		if (texts[i] == NULL)
			continue;
		buf_printf(&text,
		    "%s\n    \"ca%d\": {\n      \"login\": \"%s\",\n"
		    "      \"name\": \"สมศรี\",\n      \"text\": \"%s\",\n"
		    "      \"time\": \"2026-11-22T13:14:15+07:00\"\n    }",
		    any ? "," : "", i + 1, i == 0 ? "somsri" : login, texts[i]);
		any = 1;
	}
	buf_puts(&text, "\n  }\n}\n");
	forge_record(f, FORGE_COMMENTS, buf_str(&text), NULL);
	buf_release(&text);
}
