#include "client/report/report_svg.h"

#include <math.h>

#include "client/report/report_text.h"

#define PI 3.14159265358979323846
#define RADIUS 150.0
#define LABEL_AT 1.13 /* of the radius */

enum series { OFFICE, COMMITTEE, TARGET };

/* --- shared --- */

static void
begin(struct buf *b, const char *class, double x, double y, double w, double h,
    const char *title)
{
	buf_printf(b, "<svg class=\"%s\" viewBox=\"%.0f %.0f %.0f %.0f\"",
	    class, x, y, w, h);
	buf_puts(b, " role=\"img\"><title>");
	report_esc(b, title);
	buf_puts(b, "</title>\n");
}

static void
text(struct buf *b, double x, double y, const char *anchor, const char *class,
    const char *s)
{
	buf_printf(
	    b, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"", x, y, anchor);
	buf_printf(b, " class=\"%s\">", class);
	report_esc(b, s);
	buf_puts(b, "</text>\n");
}

static void
line(struct buf *b, const char *class, double x1, double y1, double x2,
    double y2)
{
	buf_printf(
	    b, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\"", class, x1, y1);
	buf_printf(b, " x2=\"%.1f\" y2=\"%.1f\"/>\n", x2, y2);
}

static void
rect(struct buf *b, const char *class, double x, double y, double w, double h)
{
	buf_printf(b, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\"", class, x, y);
	buf_printf(b, " width=\"%.1f\" height=\"%.1f\"/>\n", w, h);
}

static double
value_of(const struct report_chart *c, size_t i, enum series of)
{
	const struct report_axis *a = &c->axes[i];

	return of == OFFICE      ? a->office
	       : of == COMMITTEE ? a->committee
				 : a->target;
}

static int
any(const struct report_chart *c, enum series of)
{
	for (size_t i = 0; i < c->n; i++)
		if (value_of(c, i, of) >= 0)
			return 1;
	return 0;
}

/* --- radar --- */

void
report_radar_point(
    size_t i, size_t n, double value, double max, double r, double ret[2])
{
	double angle = n > 0 ? 2 * PI * (double)i / (double)n - PI / 2 : 0;
	double part = max > 0 ? value / max : 0;

	part = part < 0 ? 0 : part > 1 ? 1 : part;
	ret[0] = r * part * cos(angle);
	ret[1] = r * part * sin(angle);
}

static void
polygon(struct buf *b, const struct report_chart *c, enum series of,
    const char *class)
{
	double p[2];

	for (size_t i = 0; i < c->n; i++)
		if (value_of(c, i, of) < 0)
			return;
	buf_printf(b, "<polygon class=\"%s\" points=\"", class);
	for (size_t i = 0; i < c->n; i++) {
		report_radar_point(
		    i, c->n, value_of(c, i, of), c->max, RADIUS, p);
		buf_printf(b, "%s%.1f,%.1f", i > 0 ? " " : "", p[0], p[1]);
	}
	buf_puts(b, "\"/>\n");
}

/* A dot for the office, a square for the committee. */
static void
mark(struct buf *b, enum series of, double x, double y)
{
	if (of == OFFICE)
		buf_printf(b,
		    "<circle class=\"mo\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>\n",
		    x, y);
	else
		rect(b, "mc", x - 4, y - 4, 8, 8);
}

static void
side(struct buf *b, const struct report_chart *c, enum series of,
    const char *class)
{
	double p[2];

	polygon(b, c, of, class);
	for (size_t i = 0; i < c->n; i++) {
		if (value_of(c, i, of) < 0)
			continue;
		report_radar_point(
		    i, c->n, value_of(c, i, of), c->max, RADIUS, p);
		mark(b, of, p[0], p[1]);
	}
}

static void
rings(struct buf *b, const struct report_chart *c)
{
	double p[2];

	for (size_t k = 0; k < c->n_rings; k++) {
		buf_puts(b, "<polygon class=\"ring\" points=\"");
		for (size_t i = 0; i < c->n; i++) {
			report_radar_point(
			    i, c->n, c->rings[k], c->max, RADIUS, p);
			buf_printf(b, "%.1f,%.1f ", p[0], p[1]);
		}
		buf_puts(b, "\"/>\n");
	}
}

/* Last, so that nothing lies over them. */
static void
ring_numbers(struct buf *b, const struct report_chart *c)
{
	double p[2];
	char number[24];

	for (size_t k = 0; k < c->n_rings; k++) {
		report_radar_point(0, c->n, c->rings[k], c->max, RADIUS, p);
		snprintf(number, sizeof(number), "%.0f", c->rings[k]);
		text(b, p[0] + 3, p[1] - 2, "start", "tick", number);
	}
}

static void
spokes(struct buf *b, const struct report_chart *c)
{
	double p[2];

	for (size_t i = 0; i < c->n; i++) {
		report_radar_point(i, c->n, c->max, c->max, RADIUS, p);
		line(b, "ring", 0, 0, p[0], p[1]);
		p[0] *= LABEL_AT;
		p[1] *= LABEL_AT;
		text(b, p[0], p[1] + 5,
		    fabs(p[0]) < 1 ? "middle"
		    : p[0] > 0     ? "start"
				   : "end",
		    "axis", c->axes[i].label);
	}
}

static void
radar_legend(struct buf *b, const struct report_chart *c)
{
	double y = RADIUS + 48;

	line(b, "so", -150, y, -114, y);
	mark(b, OFFICE, -132, y);
	text(b, -106, y + 5, "start", "key", c->office);
	if (!any(c, COMMITTEE))
		return;
	line(b, "sc", 10, y, 46, y);
	mark(b, COMMITTEE, 28, y);
	text(b, 54, y + 5, "start", "key", c->committee);
}

void
report_svg_radar(struct buf *b, const struct report_chart *c)
{
	if (c->n < 3)
		return;
	begin(b, "radar", -260, -190, 520, 410, c->title);
	rings(b, c);
	spokes(b, c);
	side(b, c, OFFICE, "so");
	side(b, c, COMMITTEE, "sc");
	ring_numbers(b, c);
	radar_legend(b, c);
	buf_puts(b, "</svg>\n");
}

/* --- bars --- */

#define LEFT 46.0
#define SCALE 520.0
#define ROW 21.0

static double
across(const struct report_chart *c, double value)
{
	double part = c->max > 0 ? value / c->max : 0;

	return LEFT + SCALE * (part < 0 ? 0 : part > 1 ? 1 : part);
}

static void
bars_scale(struct buf *b, const struct report_chart *c, double height)
{
	char number[24];

	line(b, "ring", LEFT, 0, LEFT, height);
	for (size_t k = 0; k < c->n_rings; k++) {
		double x = across(c, c->rings[k]);

		line(b, "ring", x, 0, x, height);
		snprintf(number, sizeof(number), "%.0f", c->rings[k]);
		text(b, x, -4, "middle", "tick", number);
	}
}

static void
bar(struct buf *b, const struct report_chart *c, size_t i)
{
	const struct report_axis *a = &c->axes[i];
	double y = ROW * (double)i;
	int both = a->committee >= 0;
	char number[32] = "-";

	text(b, LEFT - 6, y + 15, "end", "axis", a->label);
	if (a->office >= 0) {
		rect(b, "bo", LEFT, y + 4, across(c, a->office) - LEFT,
		    both ? 8 : 13);
		snprintf(number, sizeof(number), "%.2f", a->office);
	}
	if (a->committee >= 0)
		rect(b, "bc", LEFT, y + 12, across(c, a->committee) - LEFT, 6);
	if (a->target >= 0) {
		double x = across(c, a->target);

		line(b, "halo", x, y + 1, x, y + ROW - 1);
		line(b, "target", x, y + 1, x, y + ROW - 1);
	}
	text(b, LEFT + SCALE + 52, y + 15, "end", "value", number);
}

static void
bars_legend(struct buf *b, const struct report_chart *c, double y)
{
	rect(b, "bo", LEFT, y, 30, 11);
	text(b, LEFT + 36, y + 10, "start", "key", c->office);
	if (any(c, COMMITTEE)) {
		rect(b, "bc", LEFT + 190, y, 30, 11);
		text(b, LEFT + 226, y + 10, "start", "key", c->committee);
	}
	if (any(c, TARGET)) {
		line(b, "target", LEFT + 395, y - 3, LEFT + 395, y + 14);
		text(b, LEFT + 403, y + 10, "start", "key", c->target);
	}
}

void
report_svg_bars(struct buf *b, const struct report_chart *c)
{
	double height = ROW * (double)c->n;

	if (c->n == 0)
		return;
	begin(b, "bars", 0, -18, LEFT + SCALE + 56, height + 50, c->title);
	/* a pattern stays a pattern without colour */
	buf_puts(b, "<defs><pattern id=\"hatch\" width=\"5\" height=\"5\" "
		    "patternUnits=\"userSpaceOnUse\"><path class=\"hatch\" "
		    "d=\"M0 5L5 0\"/></pattern></defs>\n");
	bars_scale(b, c, height);
	for (size_t i = 0; i < c->n; i++)
		bar(b, c, i);
	bars_legend(b, c, height + 14);
	buf_puts(b, "</svg>\n");
}
