/*
 * report_svg: the pictures of a report, drawn so that they can be told apart in
 * black and white: by line, mark and pattern, not by colour alone.
 *
 * Ownership: everything is borrowed; the picture is appended to the buf.
 * Units:     points of the edition's scale; coordinates in user units.
 * Errors:    buf_ok().
 * Thread:    any.
 */
#ifndef CLIENT_REPORT_REPORT_SVG_H
#define CLIENT_REPORT_REPORT_SVG_H

#include <stddef.h>

#include "base/buf.h"

struct report_axis {
	const char *label;
	double office, committee, target; /* below 0: none */
};

struct report_chart {
	const char *title;                       /* for readers of the screen */
	const char *office, *committee, *target; /* of the legend */
	const struct report_axis *axes;
	size_t n;
	double max;
	const double *rings; /* where lines of the scale are */
	size_t n_rings;
};

/* The i-th of n axes begins at the top and goes clockwise: where value stands
 * on it, around (0, 0) with radius r; values are taken within 0..max. */
void report_radar_point(
    size_t i, size_t n, double value, double max, double r, double ret[2]);

/* Needs three axes; with fewer nothing is drawn. A side with gaps is drawn by
 * its marks alone. */
void report_svg_radar(struct buf *b, const struct report_chart *c);

/* A bar an axis, one below the other. */
void report_svg_bars(struct buf *b, const struct report_chart *c);

#endif
