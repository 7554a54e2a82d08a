#include "daemon/sync/transfer_list.h"

#include <stdarg.h>

void
transfer_init(struct transfer *t)
{
	t->n_argv = t->n_env = t->used = 0;
	t->overflow = 0;
	t->argv[0] = t->env[0] = NULL;
}

int
transfer_finish(const struct transfer *t, struct err *e)
{
	if (t->overflow)
		return err_set(e, ERR_INVALID, 0,
		    "the path of this directory is too long for a transfer");
	return 0;
}

/* Copies one string into t->text and its address to the end of a list. */
static void __attribute__((format(printf, 4, 0))) add(struct transfer *t,
    const char **list, size_t *n, const char *fmt, va_list ap)
{
	size_t room = sizeof(t->text) - t->used;
	int len = vsnprintf(t->text + t->used, room, fmt, ap);

	if (len < 0 || (size_t)len >= room || *n + 1 >= TRANSFER_LIST_MAX) {
		t->overflow = 1;
		return;
	}
	list[(*n)++] = t->text + t->used;
	list[*n] = NULL;
	t->used += (size_t)len + 1;
}

void
transfer_arg(struct transfer *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(t, t->argv, &t->n_argv, fmt, ap);
	va_end(ap);
}

void
transfer_env(struct transfer *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(t, t->env, &t->n_env, fmt, ap);
	va_end(ap);
}

void
transfer_set(struct transfer *t, const char *fmt, ...)
{
	va_list ap;

	transfer_arg(t, "-c");
	va_start(ap, fmt);
	add(t, t->argv, &t->n_argv, fmt, ap);
	va_end(ap);
}
