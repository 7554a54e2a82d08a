/* How objects get from one repository of decade to another, and the upkeep of
 * all that are of one office. */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/git/tidy.h"
#include "tests/support/crowd.h"
#include "tests/support/decade_state.h"

/* --- by links --- */

static char link_to[600];
static size_t link_skip;

static int
link_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	char name[1200];

	(void)st;
	if (ftw->level == 0)
		return 0;
	snprintf(name, sizeof(name), "%s/%s", link_to, path + link_skip);
	if (kind == FTW_D)
		return mkdir(name, 0700) != 0 && errno != EEXIST;
	return link(path, name) != 0 && errno != EEXIST;
}

void
decade_link_objects(const char *from, const char *to)
{
	char objects[600];

	snprintf(objects, sizeof(objects), "%.580s/objects", from);
	snprintf(link_to, sizeof(link_to), "%.580s/objects", to);
	link_skip = strlen(objects) + 1;
	if (nftw(objects, link_one, 16, FTW_PHYS) != 0) {
		perror(from);
		exit(1);
	}
}

/* --- upkeep --- */

/* What is not in from's packs any more goes from to's. */
static void
drop_packs(const char *from, const char *to)
{
	char dir[700], here[1000], there[1000];
	const struct dirent *at;
	DIR *d;

	snprintf(dir, sizeof(dir), "%s/objects/pack", to);
	if ((d = opendir(dir)) == NULL) {
		perror(dir);
		exit(1);
	}
	while ((at = readdir(d)) != NULL) {
		snprintf(here, sizeof(here), "%s/%s", dir, at->d_name);
		snprintf(there, sizeof(there), "%s/objects/pack/%s", from,
		    at->d_name);
		if (at->d_name[0] != '.' && access(there, F_OK) != 0 &&
		    unlink(here) != 0) {
			perror(here);
			exit(1);
		}
	}
	closedir(d);
}

/*
 * Each machine would repack what it has by itself; but each would get the packs
 * of the others as well, with the same objects, by links. So one does it for
 * all, when it has all that they have.
 */
void
decade_keep_up(const struct decade *d, int office)
{
	char paths[DECADE_DEVICES + 1][600], dir[512], code[8];
	struct tidy_state st;
	struct err e;
	int i;

	for (i = 0; i < DECADE_DEVICES; i++) {
		decade_dir(d, office, i, dir);
		snprintf(paths[i], sizeof(paths[i]), "%s/repo.git", dir);
	}
	decade_code(office, code);
	snprintf(paths[i], sizeof(paths[i]), "%.500s/H/offices/%s.git", d->dir,
	    code);
	for (i = 1; i <= DECADE_DEVICES; i++)
		decade_link_objects(paths[i], paths[0]);
	crowd_check(tidy_look(paths[0], &st, &e), &e, paths[0]);
	if (!tidy_is_due(&st))
		return;
	crowd_check(tidy_run(paths[0], TIDY_SOME, &e), &e, paths[0]);
	for (i = 1; i <= DECADE_DEVICES; i++) {
		decade_link_objects(paths[0], paths[i]);
		drop_packs(paths[0], paths[i]);
	}
}
