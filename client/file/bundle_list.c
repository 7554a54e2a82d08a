#include "client/file/bundle_list.h"

#include <dirent.h>

#include "base/file.h"

#define PATH_BYTES 4096
#define FILES_IN_DIR_MAX 200

void
bundle_list_release(struct bundle_list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free(l->paths[i]);
	free(l->paths);
	memset(l, 0, sizeof(*l));
}

int
bundle_list_add(struct bundle_list *l, const char *path, struct err *e)
{
	char **grown, *copy = strdup(path);

	if (copy == NULL)
		return err_nomem(e);
	grown = realloc(l->paths, (l->n + 1) * sizeof(*grown));
	if (grown == NULL) {
		free(copy);
		return err_nomem(e);
	}
	l->paths = grown;
	l->paths[l->n++] = copy;
	return 0;
}

static int
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

static int
by_text(const void *a, const void *b)
{
	char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

int
bundle_list_add_dir(struct bundle_list *l, const char *dir, struct err *e)
{
	DIR *d = opendir(dir);
	const struct dirent *entry;
	size_t before = l->n;
	char path[PATH_BYTES];
	int rc = 0;

	if (d == NULL)
		return err_sys(e, "cannot list '%s'", dir);
	while (rc == 0 && (entry = readdir(d)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    (!ends_with(entry->d_name, ".bundle") &&
			!ends_with(entry->d_name, ".bundle.age")))
			continue;
		if (l->n - before == FILES_IN_DIR_MAX)
			rc = err_set(e, ERR_INVALID, 0,
			    "'%s' has more than %d bundles: name those to be "
			    "taken in",
			    dir, FILES_IN_DIR_MAX);
		else if ((rc = file_path(path, sizeof(path), e, "%s/%s", dir,
			      entry->d_name)) == 0)
			rc = bundle_list_add(l, path, e);
	}
	closedir(d);
	if (rc == 0 && l->n == before)
		rc = err_set(e, ERR_NOT_FOUND, 0,
		    "'%s' has no bundle: no file whose name ends with .bundle "
		    "or .bundle.age",
		    dir);
	/* names begin with the sender and end with the time: in order */
	if (rc == 0)
		qsort(l->paths + before, l->n - before, sizeof(*l->paths),
		    by_text);
	return rc;
}
