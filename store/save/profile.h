/*
 * profile: the organizational profile (category 0): the edition's questions and
 * the office's answers.
 *
 * Ownership: *ret is the caller's.
 * Units:     none.
 * Errors:    ERR_NOT_FOUND names the questions there are; ERR_INVALID.
 * Thread:    the writer's inside a group; profile_show() the store's.
 */
#ifndef STORE_SAVE_PROFILE_H
#define STORE_SAVE_PROFILE_H

#include "store/save/save.h"

int profile_set(struct store *s, const struct ask *a, const cJSON *fields,
    cJSON **ret, struct err *e);

/* {"record","revision","commit","answered":n,"questions":n,"groups":[{"id",
 * "part_th","part_en","title_th","title_en","answered","questions":[{"id",
 * "title_th","title_en","answer":text|null}]}],"evidence":{…}|absent} */
int profile_show(
    struct store *s, const char *office, int year, cJSON **ret, struct err *e);
/* As it stood at a moment (look/moment.h; NULL = now), then with "at". */
int profile_show_at(struct store *s, const char *office, int year,
    const char *at, cJSON **ret, struct err *e);

#endif
