/*
 * forge_year: commits of an office about a year, good ones and bad ones: its
 * sign-off, answers, plan, comments (forge.h).
 *
 * Ownership: everything is borrowed.
 * Units:     none.
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_FORGE_YEAR_H
#define TESTS_SUPPORT_FORGE_YEAR_H

#include "tests/support/forge.h"

#define FORGE_ACTION "2565/actions/pa1.json"
#define FORGE_COMMENTS "2565/comments/1.1.json"
#define FORGE_WHY "แก้ตามข้อสังเกต"

struct forge_sign { /* an assessment's sign-off */
	const char *status;
	int n; /* 0 = no submission */
	const char *revision, *login;
};

/* A commit of the office by device a is begun, with its reason (or NULL). */
void forge_year_begin(struct forge *f, const char *reason);
/* The assessment of a year, as a file of the commit in the making. */
void forge_assessment(
    struct forge *f, const char *year, const struct forge_sign *s);

/* Each a whole commit; reason may be NULL, bytes NULL removes. */
void forge_sign(struct forge *f, const char *status, int n,
    const char *revision, const char *reason);
void forge_record(
    struct forge *f, const char *path, const char *bytes, const char *reason);
void forge_edit(struct forge *f, const char *text, const char *reason);
void forge_action(
    struct forge *f, const char *what, const char *m6, const char *reason);
/* Comments ca1 by somsri and ca2 by login; NULL: without it. */
void forge_comments(
    struct forge *f, const char *login, const char *one, const char *two);

#endif
