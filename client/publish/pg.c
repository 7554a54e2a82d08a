#include "client/publish/pg.h"

#include <libpq-fe.h>

struct pg {
	PGconn *conn;
};

/* --- what went wrong --- */

/* The server's or libpq's sentence: its first line. */
static void
first_line(const char *from, char *ret, size_t size)
{
	snprintf(ret, size, "%.*s", (int)strcspn(from, "\r\n"), from);
}

static int
lost(struct pg *p, struct err *e)
{
	char line[300];

	first_line(PQerrorMessage(p->conn), line, sizeof(line));
	err_set(e, ERR_UNREACHABLE, 0, "cannot reach the database: %s", line);
	err_hint(e, "does PostgreSQL run, and may this user enter? a password "
		    "is read from ~/.pgpass or the file named by PGPASSFILE");
	return ERR_UNREACHABLE;
}

static int
begins(const char *state, const char *with)
{
	return strncmp(state, with, strlen(with)) == 0;
}

static int
said(struct pg *p, const PGresult *res, struct err *e)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
	char line[300];

	if (PQstatus(p->conn) != CONNECTION_OK || state == NULL)
		return lost(p, e);
	first_line(text != NULL ? text : state, line, sizeof(line));
	if (strcmp(state, "55P03") == 0) {
		err_set(
		    e, ERR_BUSY, 0, "another pmqa-publish fills this database");
		err_hint(e, "wait until it has ended, or end it");
		return ERR_BUSY;
	}
	if (strcmp(state, "42501") == 0) {
		err_set(e, ERR_DENIED, 0, "the database does not allow it: %s",
		    line);
		err_hint(e, "the user needs the right to make a schema there: "
			    "GRANT CREATE ON DATABASE name TO user");
		return ERR_DENIED;
	}
	/* no room, shut down, deadlock: it may go another time */
	return err_set(e,
	    begins(state, "53") || begins(state, "57") || begins(state, "40")
		? ERR_BUSY
		: ERR_FAILED,
	    0, "the database said: %s", line);
}

/* --- connecting --- */

/* What libpq says of a bad address may repeat it, and so a password. */
static int
check_address(const char *address, struct err *e)
{
	PQconninfoOption *all = PQconninfoParse(address, NULL), *o;
	int has_password = 0;

	if (all == NULL) {
		err_set(e, ERR_USAGE, 0,
		    "the address of the database makes no sense");
		err_hint(e, "it is written postgresql://USER@HOST/DATABASE");
		return ERR_USAGE;
	}
	for (o = all; o->keyword != NULL; o++)
		has_password |= o->val != NULL &&
				(strcmp(o->keyword, "password") == 0 ||
				    strcmp(o->keyword, "sslpassword") == 0);
	PQconninfoFree(all);
	if (!has_password)
		return 0;
	err_set(e, ERR_USAGE, 0,
	    "a password in the address can be read by everybody on this "
	    "machine");
	err_hint(e, "leave it out, and put it into ~/.pgpass or a file named "
		    "by PGPASSFILE; then change it");
	return ERR_USAGE;
}

/* What may be said otherwise in the address stands before it. */
static PGconn *
connect_to(const char *address)
{
	static const char *const names[] = { "connect_timeout",
		"tcp_user_timeout", "dbname", "fallback_application_name",
		"client_encoding", NULL };
	const char *const values[] = { "10", "60000", address, "pmqa-publish",
		"UTF8", NULL };

	return PQconnectdbParams(names, values, 1);
}

static int
check_encoding(struct pg *p, struct err *e)
{
	const char *is = PQparameterStatus(p->conn, "server_encoding");

	if (is != NULL && strcmp(is, "UTF8") == 0)
		return 0;
	err_set(e, ERR_INVALID, 0,
	    "the database keeps its texts as '%s', not as UTF8",
	    is != NULL ? is : "?");
	err_hint(e, "make another: createdb --encoding=UTF8 "
		    "--template=template0 NAME");
	return ERR_INVALID;
}

/* Notices of the server ("… exists, skipping") are for nobody. */
static void
on_notice(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

int
pg_open(const char *address, struct pg **ret, struct err *e)
{
	struct pg *p;
	int rc = check_address(address, e);

	if (rc < 0)
		return rc;
	if ((p = calloc(1, sizeof(*p))) == NULL)
		return err_nomem(e);
	if ((p->conn = connect_to(address)) == NULL)
		rc = err_nomem(e);
	else if (PQstatus(p->conn) != CONNECTION_OK)
		rc = lost(p, e);
	else
		rc = check_encoding(p, e);
	if (rc < 0) {
		pg_close(p);
		return rc;
	}
	PQsetNoticeProcessor(p->conn, on_notice, NULL);
	*ret = p;
	return 0;
}

void
pg_close(struct pg *p)
{
	if (p == NULL)
		return;
	PQfinish(p->conn);
	free(p);
}

/* --- statements --- */

static int
execute(struct pg *p, const char *sql, const char *const *params, int n,
    PGresult **ret, struct err *e)
{
	/* without parameters several statements may be sent at once */
	PGresult *res =
	    n == 0 ? PQexec(p->conn, sql)
		   : PQexecParams(p->conn, sql, n, NULL, params, NULL, NULL, 0);
	ExecStatusType st = PQresultStatus(res); /* of NULL: a fatal error */
	int rc = 0;

	if (st != PGRES_COMMAND_OK && st != PGRES_TUPLES_OK) {
		rc = res == NULL ? lost(p, e) : said(p, res, e);
		PQclear(res);
		return rc;
	}
	*ret = res;
	return 0;
}

int
pg_run(struct pg *p, const char *sql, const char *const *params, int n,
    int64_t *ret_rows, struct err *e)
{
	PGresult *res = NULL;
	int rc = execute(p, sql, params, n, &res, e);

	if (rc < 0)
		return rc;
	if (ret_rows != NULL)
		*ret_rows = strtoll(PQcmdTuples(res), NULL, 10);
	PQclear(res);
	return 0;
}

int
pg_ask(struct pg *p, const char *sql, const char *const *params, int n,
    cJSON **ret, struct err *e)
{
	PGresult *res = NULL;
	size_t len;
	int rc = execute(p, sql, params, n, &res, e);

	if (rc < 0)
		return rc;
	if (PQntuples(res) < 1 || PQnfields(res) < 1 ||
	    PQgetisnull(res, 0, 0)) {
		rc = err_set(e, ERR_DAMAGED, 0,
		    "the database gave no answer where one was due");
	} else {
		len = (size_t)PQgetlength(res, 0, 0);
		rc = json_parse(PQgetvalue(res, 0, 0), len, len, ret, e);
	}
	PQclear(res);
	return rc;
}

int
pg_begin(struct pg *p, struct err *e)
{
	return pg_run(p, "BEGIN", NULL, 0, NULL, e);
}

/* PostgreSQL answers a COMMIT of a transaction that failed with ROLLBACK, and
 * calls that a success; every error before it ended in pg_rollback(). */
int
pg_commit(struct pg *p, struct err *e)
{
	return pg_run(p, "COMMIT", NULL, 0, NULL, e);
}

void
pg_rollback(struct pg *p)
{
	if (PQstatus(p->conn) == CONNECTION_OK)
		(void)pg_run(p, "ROLLBACK", NULL, 0, NULL, NULL);
}
