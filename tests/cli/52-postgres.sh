#!/bin/bash
# Goal: a hall keeps a real PostgreSQL up to date: every revision is there once,
# in order, with its changes; answers, scores, years, receipts and offices are
# those that pmqa tells; nothing is lost or doubled by kill -9 at any point, by
# merges of two devices, by a rebuilt index, by an older hall put back, or by a
# database that was away; no password is ever taken from the command line.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

PGBIN=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -1)
PG=$T/pg follower='' victim=''
H=$T/H A=$T/A B=$T/B C=$T/C

# PostgreSQL does not run as root
if [ "$(id -u)" -eq 0 ]; then
	chmod 755 "$T"
	as_pg() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
else
	as_pg() { "$@"; }
fi

pg_start() {
	as_pg "$PGBIN/pg_ctl" -D "$PG/data" -l "$PG/log" -w -t 60 \
		-o "-k $PG -c listen_addresses= -c fsync=off" start >/dev/null
}

pg_stop() {
	as_pg "$PGBIN/pg_ctl" -D "$PG/data" -m "$1" -w -t 60 stop >/dev/null
}

clean_up() {
	local code=$?
	set +e
	[ -z "$follower" ] || kill -KILL "$follower" 2>/dev/null
	[ ! -f "$PG/data/postmaster.pid" ] || pg_stop immediate
	(exit "$code")
	at_exit
}
trap clean_up EXIT

mkdir "$PG"
[ "$(id -u)" -ne 0 ] || chown postgres "$PG"
as_pg "$PGBIN/initdb" -D "$PG/data" -U admin -A trust -E UTF8 --locale=C.UTF-8 \
	>/dev/null
pg_start
DB="postgresql://admin@/copy?host=$PG"
as_pg "$PGBIN/createdb" -h "$PG" -U admin copy

sql() { # STATEMENT: rows, columns parted by |
	"$PGBIN/psql" -XAtq -v ON_ERROR_STOP=1 "$DB" -c "$1"
}

publish() { # [OPTION…]
	written "$H"
	run pmqa --dir "$H" hall publish "$DB" "$@"
}

set_up() { # DIR CODE NAME LETTER
	pmqa --dir "$1" init --code "$2" --name "$3" --device "$4" >/dev/null
	calm "$1"
	start "$1"
	enrol "$1" "$H"
}

sync() { # DIR
	run pmqa --dir "$1" sync --wait
	[ "$status" = 0 ] || not_ok "sync of $1" "$err"
}

# --- what must be so at any time -------------------------------------------

# all of the hall's history, oldest first, as the database should have it
told_revisions() { # OFFICE BRANCH
	pmqa --dir "$H" history --office "$1" --branch "$2" --limit 1000 --json |
		jq -r '.revisions | reverse | to_entries[] | .value as $r |
			"\(.key + 1)|\($r.commit)|\($r.revision)|\($r.device)|" +
			"\($r.person.login)|\($r.action)|\($r.side)|" +
			"\($r.parents | join(","))|\($r | [(.records // [.])[] |
			.changes // [] | length] | add)"'
}

has_revisions() { # OFFICE BRANCH
	sql "SELECT position, commit, revision, device, login, action,
		CASE WHEN side THEN 'true' ELSE 'false' END,
		array_to_string(parents, ','), (SELECT count(*)
		FROM pmqa.changes c WHERE c.office = r.office
		AND c.branch = r.branch AND c.position = r.position)
		FROM pmqa.revisions r WHERE office = '$1' AND branch = '$2'
		ORDER BY position"
}

told_scores() { # OFFICE YEAR
	pmqa --dir "$H" score --office "$1" --year "$2" --json |
		jq -r '(.items[] | "item|\(.id)|\(.score)|\(.committee // "")|\(.ticked)|\(.points)"),
			(.categories[] | "category|\(.id)|\(.score)|\(.committee // "")||")' | sort
}

has_scores() { # OFFICE YEAR
	sql "SELECT kind, id, score, committee, ticked, points FROM pmqa.scores
		WHERE office = '$1' AND year = $2 AND kind <> 'total'" | sort
}

same_copy() { # TEXT OFFICE…
	local text=$1 office branch
	shift
	for office in "$@"; do
		for branch in office hall; do
			is "$(has_revisions "$office" "$branch")" \
				"$(told_revisions "$office" "$branch")" \
				"$text: revisions of $office, branch $branch"
		done
		is "$(has_scores "$office" 2565)" "$(told_scores "$office" 2565)" \
			"$text: scores of $office"
		is "$(sql "SELECT score FROM pmqa.scores WHERE office = '$office'
			AND kind = 'total'")" \
			"$(pmqa --dir "$H" score --office "$office" --json |
				jq -r .total)" "$text: total of $office"
		is "$(sql "SELECT tip || ' ' || revision FROM pmqa.receipts
			WHERE office = '$office' ORDER BY 1")" \
			"$(pmqa --dir "$H" receipts --office "$office" --limit 200 \
				--json | jq -r '.receipts[] | "\(.tip) \(.revision)"' |
				LC_ALL=C sort)" "$text: receipts of $office"
	done
}

# --- offices, a hall, and years to tell of ---------------------------------

new_hall "$H" 91 สตูล
start "$H"
set_up "$A" 9105 ละงู a
set_up "$B" 9105 ละงู b
set_up "$C" 9106 ควนกาหลง a
pmqa --dir "$A" assess open 2565 >/dev/null
pmqa --dir "$C" assess open 2565 >/dev/null
for i in $(seq 1 40); do
	pmqa --dir "$A" set "1.$((i % 4 + 1))" "gap=ช่องว่าง \"$i\" \\ '" >/dev/null
	pmqa --dir "$C" tick "$(printf '1.1.B%d' $((i % 2 + 1)))" >/dev/null
	[ $((i % 2)) -eq 0 ] || pmqa --dir "$C" untick 1.1.B1 >/dev/null
done
pmqa --dir "$A" tick 1.1.B1 1.1.B2 >/dev/null
head -c 22500 /dev/urandom | base64 -w 0 >"$T/long"
pmqa --dir "$A" set 2.1 explanation.basic=@"$T/long" good_practice.flag=true \
	>/dev/null
sync "$A"
sync "$B"
sync "$C"

# --- what is refused -------------------------------------------------------

exits 2 "a password in the address is not taken" \
	pmqa --dir "$H" hall publish "postgresql://admin:geheim99@localhost/copy"
like "$err" "PGPASSFILE" "the way to give it is told"
unlike "$err$out" "geheim99" "and it is not repeated"
exits 2 "nor as a parameter" \
	pmqa --dir "$H" hall publish "postgresql:///copy?password=geheim99"
exits 2 "nor repeated where the address makes no sense" \
	pmqa --dir "$H" hall publish "postgresql://a:geheim99@h:x%zz/copy"
unlike "$err$out" "geheim99" "so nobody reads it in a log"
exits 2 "another address is a slip" pmqa --dir "$H" hall publish mysql://x/y
exits 2 "an office has nothing to publish" \
	pmqa --dir "$A" hall publish "$DB"
exits 5 "a server that is not there" \
	pmqa --dir "$H" hall publish "postgresql:///copy?host=$T/none"
like "$err" "cannot reach the database" "is told"
run pmqa --dir "$H" --lang th hall publish "postgresql:///copy?host=$T/none"
like "$err" "ติดต่อฐานข้อมูลไม่ได้" "in Thai, too"
as_pg "$PGBIN/createuser" -h "$PG" -U admin guest
exits 6 "a user without rights" \
	pmqa --dir "$H" hall publish "postgresql://guest@/copy?host=$PG"
like "$err" "GRANT CREATE" "is told what is missing"
as_pg "$PGBIN/createdb" -h "$PG" -U admin -T template0 -E LATIN1 -l C latin
exits 7 "a database without UTF-8" \
	pmqa --dir "$H" hall publish "postgresql://admin@/latin?host=$PG"

# --- killed in the middle --------------------------------------------------

# killed_at TABLE: in the midst of writing there, its transaction open
killed_at() {
	sql "TRUNCATE pmqa.progress, pmqa.offices, pmqa.revisions, pmqa.changes,
		pmqa.answers, pmqa.cycles, pmqa.scores, pmqa.receipts;
		CREATE OR REPLACE FUNCTION nap() RETURNS trigger LANGUAGE plpgsql
		AS 'BEGIN IF TG_TABLE_NAME IN (''cycles'', ''scores'', ''receipts'')
		OR (SELECT count(*) FROM pmqa.revisions) > 20 THEN
		PERFORM pg_sleep(3); END IF; RETURN NULL; END';
		CREATE TRIGGER nap AFTER INSERT ON pmqa.$1 EXECUTE FUNCTION nap()"
	"$PMQA_BIN/pmqa" --dir "$H" hall publish "$DB" --limit 3 >/dev/null 2>&1 &
	victim=$!
	holds "it is at the table $1" wait_until 60 sleeps
	kill -KILL "$victim"
	wait "$victim" 2>/dev/null || true
	holds "the server sees that it is gone" wait_until 60 nobody
	sql "DROP TRIGGER nap ON pmqa.$1"
	is "$(sql "SELECT (SELECT count(*) FROM pmqa.revisions)
		- (SELECT sum(position) FROM pmqa.progress)")" 0 \
		"killed there: what is noted is what is there"
	holds "killed there: not all of it was" \
		[ "$(sql "SELECT count(*) FROM pmqa.progress WHERE due")" -gt 0 ]
	publish
	is "$status" 0 "killed there: it goes on"
	same_copy "killed at $1" 9105
}

others() {
	sql "SELECT count(*) FROM pg_stat_activity WHERE
		application_name = 'pmqa-publish' $1"
}
sleeps() { [ "$(others "AND wait_event = 'PgSleep'")" = 1 ]; }
nobody() { [ "$(others '')" = 0 ]; }

publish
is "$status" 0 "the tables are made and filled"
for table in revisions changes answers scores receipts; do
	killed_at "$table"
done

# and anywhere
sql "DROP SCHEMA pmqa CASCADE" 2>/dev/null
kills=0 delay=20
while [ "$kills" -lt 25 ]; do
	"$PMQA_BIN/pmqa" --dir "$H" hall publish "$DB" --limit 1 >/dev/null 2>&1 &
	victim=$!
	sleep "0.$(printf %03d $delay)"
	kill -0 "$victim" 2>/dev/null || break
	kill -KILL "$victim"
	wait "$victim" 2>/dev/null || true
	kills=$((kills + 1))
	delay=$((20 + (delay * 7 + 13) % 80))
done
echo "# killed $kills times"
publish
is "$status" 0 "it goes on after any kill"
same_copy "after the kills" 9105 9106
is "$(sql "SELECT string_agg(DISTINCT office || branch, ' ' ORDER BY
	office || branch) FROM pmqa.progress WHERE NOT due")" \
	"9105hall 9105office 9106hall 9106office" "nothing is left to be done"
is "$(sql "SELECT md5(explanation_basic) || good_practice FROM pmqa.answers
	WHERE office = '9105' AND item = '2.1'")" \
	"$(md5sum <"$T/long" | cut -d' ' -f1)true" "a long text is whole"
is "$(sql "SELECT array_to_string(ticks, ' ') FROM pmqa.answers
	WHERE office = '9105' AND year = 2565 AND item = '1.1'")" \
	"1.1.B1 1.1.B2" "ticks are a list"
is "$(sql "SELECT new #>> '{}' FROM pmqa.changes JOIN pmqa.revisions
	USING(office, branch, position) WHERE office = '9105' AND field = 'gap'
	ORDER BY position DESC LIMIT 1")" "ช่องว่าง \"40\" \\ '" \
	"a change has its text to the letter"
is "$(sql "SELECT code || ' ' || name FROM pmqa.offices ORDER BY 1")" \
	"9105 ละงู
9106 ควนกาหลง" "the offices are named"
is "$(sql "SELECT state || ' ' || edition FROM pmqa.cycles
	WHERE office = '9105' AND year = 2565")" "open pmqa4-2562" \
	"so are the years"
is "$(sql "SELECT count(*) FROM pg_class c JOIN pg_namespace n
	ON n.oid = relnamespace WHERE nspname = 'pmqa' AND relkind = 'r'
	AND obj_description(c.oid) IS NULL")" 0 "every table says what it is"
publish --json
same_json "$out" . '{"offices":0,"receipts":0,"revisions":0}' \
	"a second run has nothing to write"

# --- two devices, merged ---------------------------------------------------

pmqa --dir "$A" set 3.1 gap="จาก a" >/dev/null
pmqa --dir "$B" set 3.1 strengths="จาก b" >/dev/null
pmqa --dir "$B" tick 1.2.B1 >/dev/null
sync "$A"
rows() { # every row's own mark of who wrote it when
	sql "SELECT md5(string_agg(xmin || commit, ',' ORDER BY branch, position))
		FROM pmqa.revisions WHERE office = '9105' AND (branch, position)
		IN (SELECT branch, unnest(ARRAY[1, 2, 10, 40]) FROM pmqa.progress)"
}
rows_before=$(rows)
n_before=$(sql "SELECT count(*) FROM pmqa.revisions WHERE branch = 'office'")
publish --json
is "$(sql "SELECT count(*) FROM pmqa.revisions WHERE branch = 'office'")" \
	$((n_before + 1)) "what is new is written"
is "$(rows)" "$rows_before" "and nothing else"
sync "$B"
sync "$A"
publish --limit 1
same_copy "after a merge" 9105
is "$(sql "SELECT count(*) FROM pmqa.revisions WHERE side")" 2 \
	"what was written beside is marked"
is "$(sql "SELECT gap || strengths FROM pmqa.answers
	WHERE office = '9105' AND item = '3.1'")" "จาก aจาก b" \
	"the answer holds both"

# --- the hall reviews ------------------------------------------------------

pmqa --dir "$C" submit >/dev/null
sync "$C"
pmqa --dir "$H" hall return 9106 --note "ขอหลักฐานเพิ่ม" >/dev/null
sync "$C"
publish
same_copy "after a submission" 9106
is "$(sql "SELECT state FROM pmqa.cycles WHERE office = '9106'")" \
	"$(pmqa --dir "$H" compare --json |
		jq -r '.rows[] | select(.office == "9106").state')" \
	"the state of a year follows"

# --- the index built anew --------------------------------------------------

stop "$H"
exits 0 "the hall's index is built anew" "$PMQA_BIN/pmqad" --dir "$H" --reindex
start "$H"
publish --json
same_json "$out" .revisions 0 "after that nothing comes twice"

# --- an older hall put back ------------------------------------------------

cp -a "$H/offices/9106.git" "$T/older.git"
pmqa --dir "$C" tick 1.3.B1 --reason "ตกหล่น" >/dev/null
sync "$C"
publish
before=$(sql "SELECT position FROM pmqa.progress WHERE office = '9106'
	AND branch = 'office'")
stop "$H"
rm -rf "$H/offices/9106.git"
mv "$T/older.git" "$H/offices/9106.git"
exits 0 "an older copy is put back" "$PMQA_BIN/pmqad" --dir "$H" --reindex
start "$H"
publish
is "$status" 0 "the copy goes back with it"
is "$(has_revisions 9106 office)" "$(told_revisions 9106 office)" \
	"to what the hall has"
sync "$C"
publish
same_copy "when the office brought it again" 9106
is "$(sql "SELECT position FROM pmqa.progress WHERE office = '9106'
	AND branch = 'office'")" "$before" "no fewer than before"

# --- for good --------------------------------------------------------------

"$PMQA_BIN/pmqa" --dir "$H" hall publish "$DB" --follow >"$T/follow.out" 2>"$T/follow.err" &
follower=$!
position_is() { # OFFICE N
	[ "$(sql "SELECT position FROM pmqa.progress WHERE office = '$1'
		AND branch = 'office' AND NOT due")" = "$2" ]
}
n_of() {
	told_revisions 9105 office | wc -l
}
holds "it comes up to date" wait_until 60 position_is 9105 "$(n_of)"
exits 1 "a second one for the same database waits, and gives up" \
	pmqa --dir "$H" hall publish "$DB"
like "$err" "another pmqa-publish" "and says why"
pmqa --dir "$A" tick 2.1.B1 >/dev/null
sync "$A"
holds "a save is there a moment later" wait_until 60 position_is 9105 "$(n_of)"
pg_stop immediate
pmqa --dir "$A" tick 2.2.B1 >/dev/null
sync "$A"
missed() { grep -q 'cannot reach the database' "$T/follow.err"; }
holds "it says that the server is away" wait_until 60 missed
pg_start
holds "and goes on when it is back" wait_until 120 position_is 9105 "$(n_of)"
stop "$H"
start "$H"
pmqa --dir "$A" tick 2.3.B1 >/dev/null
sync "$A"
holds "so it does when the hall was away" \
	wait_until 120 position_is 9105 "$(n_of)"
kill -TERM "$follower"
wait "$follower" || true
follower=''
publish
same_copy "at the end" 9105 9106

# --- one office's fault ----------------------------------------------------

pmqa --dir "$A" tick 2.4.B1 >/dev/null
pmqa --dir "$C" tick 2.4.B1 --reason "ตกหล่น" >/dev/null
sync "$A"
sync "$C"
sql "ALTER TABLE pmqa.scores ADD CONSTRAINT fault CHECK(office <> '9105')
	NOT VALID; INSERT INTO pmqa.offices(code, name) VALUES('9999', 'x')"
exits 1 "what does not go for one office is told" \
	pmqa --dir "$H" hall publish "$DB"
like "$err" "the database said" "in the server's words"
is "$(sql "SELECT string_agg(DISTINCT office, ' ') FROM pmqa.progress
	WHERE due")" 9105 "it keeps no other office out"
same_copy "beside a fault" 9106
is "$(sql "SELECT state FROM pmqa.offices WHERE code = '9999'")" gone \
	"an office that is no longer there is marked"
sql "ALTER TABLE pmqa.scores DROP CONSTRAINT fault"
publish
same_copy "once it is mended" 9105

# --- whose tables ----------------------------------------------------------

new_hall "$T/H2" 92 ตรัง
start "$T/H2"
exits 4 "another hall does not write into these tables" \
	pmqa --dir "$T/H2" hall publish "$DB"
sql "UPDATE pmqa.source SET version = 9"
exits 1 "nor does an older program" pmqa --dir "$H" hall publish "$DB"
like "$err" "newer pmqa" "which says what to do"

finish
