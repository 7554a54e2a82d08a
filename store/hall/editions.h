/*
 * editions: the editions that are known here: list, take in, export, compare.
 *
 * Ownership: *ret is the caller's.
 * Units:     none.
 * Errors:    ERR_CONFLICT (an edition of this name with other content is
 * pinned or published: it never changes), ERR_INVALID, ERR_NOT_FOUND.
 * Thread:    the store's; editions_import() the writer's, outside a group.
 */
#ifndef STORE_HALL_EDITIONS_H
#define STORE_HALL_EDITIONS_H

#include "store/save/save.h"

/* {"newest":id|null,"editions":[{"id","title_th","title_en","from":"hall|own|
 * shipped","blob","wording":n,"years":[…]}]} by id; an own file that cannot be
 * used has "fault" and "fault_th" in place of titles, blob and wording. newest:
 * what a year is opened with when nobody names one. office NULL: a hall's own,
 * years of all its offices. */
int editions_list(
    struct store *s, const char *office, cJSON **ret, struct err *e);
/* {"id","blob","published":[publish_all()]} */
int editions_import(struct store *s, const struct ask *a, const cJSON *edition,
    cJSON **ret, struct err *e);
/* {"edition":{…},"wording":{…}}: the document as it was taken in, and the
 * sentences beside it */
int editions_export(struct store *s, const char *office, const char *id,
    cJSON **ret, struct err *e);
/* {"ok","findings":[{"where","message","message_th"}]}: all of them (up to
 * EDITIONS_FINDINGS), not the first alone. */
#define EDITIONS_FINDINGS 200
int editions_validate(const cJSON *edition, cJSON **ret, struct err *e);
/* {"from","to","changes":[{"where","old","new"}]}: where such as
 * "items[1.1].points.basic[1.1.B1].label_th"; what stands on one side alone is
 * one change with null on the other */
int editions_diff(struct store *s, const char *from, const char *to,
    cJSON **ret, struct err *e);

/* An edition by id as it would be used now: of an office ("" = own), or with
 * NULL a hall's own. ret_blob may be NULL. */
int editions_find(struct store *s, const char *office, const char *id,
    const struct edition **ret, unsigned char ret_blob[20], struct err *e);
/* The office that editions_find() is asked for when nobody names one: "" at an
 * office, NULL at a hall. */
const char *editions_here(const struct store *s);
/* At a hall publish_all(); at an office an empty list. */
int editions_publish(
    struct store *s, const struct ask *a, cJSON **ret, struct err *e);

#endif
