/* The table: its groups in order. docs/PROTOCOL.md is written from it: keep the
 * order of a day's work. */
#include "proto/methods_rows.h"

static const struct {
	const struct method *rows;
	const size_t *n;
} groups[] = {
	{ methods_office, &methods_office_n },
	{ methods_look, &methods_look_n },
	{ methods_hall, &methods_hall_n },
	{ methods_carry, &methods_carry_n },
};

const struct method *
methods_at(size_t i)
{
	size_t g;

	for (g = 0; g < N(groups); g++) {
		if (i < *groups[g].n)
			return &groups[g].rows[i];
		i -= *groups[g].n;
	}
	return NULL;
}
