/* pmqa-publish: pmqa for the one command that talks with PostgreSQL. pmqa
 * becomes it (cmd_main.h), and so starts without that library. */
#include "client/cmd_main.h"
#include "client/publish/publish.h"

static const struct cmd_override overrides[] = {
	{ "hall publish", publish_run },
	{ NULL, NULL },
};

int
main(int argc, char **argv)
{
	return cmd_main(argc, argv, overrides);
}
