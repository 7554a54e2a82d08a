/* pmqa: the command for people and scripts. */
#include "client/cmd_main.h"

int
main(int argc, char **argv)
{
	return cmd_main(argc, argv, NULL);
}
