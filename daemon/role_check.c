#include "daemon/role_check.h"

static int
works_here(enum at_role at, enum role here)
{
	switch (at) {
	case AT_ANY:
		return 1;
	case AT_OFFICE:
		return here == ROLE_OFFICE;
	case AT_HALL:
		return here == ROLE_HALL;
	case AT_BOTH:
		return here != ROLE_MINISTRY;
	case AT_HALLS:
		return here != ROLE_OFFICE;
	case AT_MINISTRY:
		return here == ROLE_MINISTRY;
	}
	return 0;
}

int
role_check(const struct method *m, enum role here, struct err *e)
{
	if (works_here(m->role, here))
		return 0;
	if (m->role == AT_MINISTRY) {
		err_set(
		    e, ERR_USAGE, 0, "%s works at a ministry only", m->name);
		err_hint(e, "name the directory of a ministry with --dir");
		return ERR_USAGE;
	}
	if (here == ROLE_MINISTRY) {
		err_set(e, ERR_USAGE, 0,
		    "%s does not work at a ministry: it reads what its "
		    "provinces write",
		    m->name);
		err_hint(e, "what a ministry can do is told by pmqa help "
			    "ministry");
		return ERR_USAGE;
	}
	if (here == ROLE_OFFICE) {
		err_set(e, ERR_USAGE, 0,
		    "%s works at a hall; this is an office", m->name);
		err_hint(e, "name the directory of a hall with --dir");
		return ERR_USAGE;
	}
	err_set(
	    e, ERR_USAGE, 0, "%s works at an office; this is a hall", m->name);
	err_hint(e, "name the directory of an office with --dir; what a hall "
		    "can do is told by pmqa help");
	return ERR_USAGE;
}
