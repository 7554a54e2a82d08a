#include "store/look/scene.h"

#include "store/look/asof.h"

int
scene_begin(struct scene *sc, struct store *s, const char *office, int year,
    struct err *e)
{
	int rc;

	memset(sc, 0, sizeof(*sc));
	sc->s = s;
	if ((rc = asof_begin(s, &sc->began, e)) < 0)
		return rc;
	if ((rc = store_branch(s, office, "office", &sc->b, e)) < 0)
		return rc;
	return store_cycle(s, office, year, &sc->year, &sc->ed, e);
}

int
scene_end(struct scene *sc, int rc, struct err *e)
{
	return asof_end(sc->s, sc->began, rc, e);
}
