#include "store/hall/visit.h"

#include "base/text.h"

static int
check_office(struct store *s, const char *office, struct err *e)
{
	struct branch *b = NULL;

	/* enrolment made it; the office's own may not have come yet */
	return store_branch(s, office, "hall", &b, e);
}

int
visit_seen(struct store *s, const char *office, int64_t time, struct err *e)
{
	int rc;

	if ((rc = check_office(s, office, e)) < 0)
		return rc;
	return db_run(store_db(s), e,
	    "INSERT INTO peer(office, last_seen) VALUES(?1, ?2)"
	    " ON CONFLICT(office) DO UPDATE SET last_seen = ?2,"
	    " failing_since = iif(last_seen > failed, NULL, failing_since),"
	    " failed = iif(last_seen > failed, NULL, failed),"
	    " class = iif(last_seen > failed, NULL, class),"
	    " message = iif(last_seen > failed, NULL, message)"
	    /* who comes without end costs the disk one write a second */
	    " WHERE last_seen IS NOT ?2",
	    "si", office, time);
}

int
visit_well(struct store *s, const char *office, int64_t time, struct err *e)
{
	int rc;

	if ((rc = check_office(s, office, e)) < 0)
		return rc;
	return db_run(store_db(s), e,
	    "INSERT INTO peer(office, last_seen) VALUES(?1, ?2)"
	    " ON CONFLICT(office) DO UPDATE SET last_seen = ?2,"
	    " failing_since = NULL, failed = NULL, class = NULL,"
	    " message = NULL",
	    "si", office, time);
}

/* What one party says of another is shown to people: a known word, one line. */
static int
check_words(const char *class, const char *message, struct err *e)
{
	size_t i, len = strlen(message);

	if (strcmp(class, "refused") != 0 && strcmp(class, "trouble") != 0)
		return err_set(e, ERR_INVALID, 0,
		    "'%.40s' is not a class of failure", class);
	if (len > VISIT_MESSAGE_MAX || !text_is_utf8(message, len, NULL))
		return err_set(e, ERR_INVALID, 0,
		    "the sentence of a failure is malformed");
	for (i = 0; i < len; i++)
		if ((unsigned char)message[i] < 0x20 || message[i] == 0x7f)
			return err_set(e, ERR_INVALID, 0,
			    "the sentence of a failure is malformed");
	return 0;
}

int
visit_failed(struct store *s, const char *office, int64_t time,
    const char *class, const char *message, struct err *e)
{
	int rc;

	if ((rc = check_words(class, message, e)) < 0 ||
	    (rc = check_office(s, office, e)) < 0)
		return rc;
	return db_run(store_db(s), e,
	    "INSERT INTO peer(office, last_seen, failing_since, failed, class,"
	    " message) VALUES(?1, ?2, ?2, ?2, ?3, ?4)"
	    " ON CONFLICT(office) DO UPDATE SET last_seen = ?2, failed = ?2,"
	    " failing_since = ifnull(failing_since, ?2), class = ?3,"
	    " message = ?4",
	    "siss", office, time, class, message);
}
