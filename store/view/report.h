/*
 * report: all that a report shows, as one document; the client draws it.
 *
 * A document may be longer than an answer of the daemon: it can be had in parts
 * (report_part.h). cursor NULL: from the beginning; each part names what it was
 * made from ("commit", "hall_commit"), so that who asks sees when something was
 * saved between two parts.
 *
 * Ownership: *ret is the caller's.
 * Units:     as in the parts.
 * Errors:    ERR_NOT_FOUND; ERR_INVALID for a wrong cursor.
 * Thread:    the store's.
 */
#ifndef STORE_VIEW_REPORT_H
#define STORE_VIEW_REPORT_H

#include "store/store.h"

/*
 * {"office":{code,name},"hall":{code,name}|null,"year","made":time,"revision",
 * "commit","hall_commit"|null,"receipt":{tip,time,revision}|null,"edition":{id,
 * titles,categories,items…, with the wording},"score":(score),"state":
 * (signoff_state),"profile":(profile_show),"items":[{"item","answer":the record
 * as it is stored but for its indicators|null,"review":(review_show)|null}],
 * "indicators":(indicator_list),"gaps":(gap_list without its texts),"plan":
 * (action_list),"evidence":[…],"signoffs":[{"side","revision","commit",
 * "action","time","received"|null,"person":{login,name},"reason"}] oldest
 * first,"years":(compare of the five newest)}
 */
int report_office(
    struct store *s, const char *office, int year, cJSON **ret, struct err *e);
int report_office_part(struct store *s, const char *office, int year,
    const char *cursor, cJSON **ret, struct err *e);

/*
 * Hall. {"hall":{code,name},"year","made","categories","offices":[(compare
 * rows) + "submitted","received"],"before":[{"office","total"} of the year
 * before],"due","practices":[of the year],"summary":{"offices","opened",
 * "submitted","accepted","late","mean"|null,"mean_committee"|null}}
 * year 0: the newest that any office opened.
 */
int report_province(struct store *s, int year, cJSON **ret, struct err *e);
int report_province_part(
    struct store *s, int year, const char *cursor, cJSON **ret, struct err *e);

#endif
