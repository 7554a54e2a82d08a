#!/usr/bin/env bash
# Goal: after a crash a daemon with a large database answers at once and reads
# the file through meanwhile; what it finds damaged it does not go on with, and
# nothing that was acknowledged is lost.
# shellcheck disable=SC2317 # functions are called through run and wait_until
. "$(dirname "$0")/lib.sh"

A=$T/A
new_office "$A" 9105 ละงู
start "$A"
pmqa --dir "$A" assess open 2565 >/dev/null
pmqa --dir "$A" set 1.1 strengths=ก่อน >/dev/null
stop "$A"
# larger than what is always read at the start: rows of about a page
sqlite3 "$A/pmqa.db" "CREATE TABLE pad(x);
	WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
	WHERE i < 12000) INSERT INTO pad SELECT zeroblob(2000) FROM n"

noted() { [ -e "$A/pmqa.db.unchecked" ]; }
unnoted() { ! noted; }

# --- a crash that left the file whole --------------------------------------
start "$A"
holds "a large database that was closed is not noted" unnoted
pmqa --dir "$A" set 1.1 strengths=แล้ว >/dev/null
kill_daemon "$A"
start "$A"
exits 0 "after a crash it answers" pmqa --dir "$A" status
holds "and the note goes when the file was read" wait_until 60 unnoted
run pmqa --dir "$A" show 1.1
like "$out" "แล้ว" "what was saved before the crash is there"

# --- a crash, and damage ---------------------------------------------------
kill_daemon "$A"
size=$(stat -c %s "$A/pmqa.db")
for k in 1 2 3 4 5 6 7 8; do
	printf 'junk that is no page of a tree' |
		dd of="$A/pmqa.db" bs=1 seek=$((size - k * 4096)) conv=notrunc status=none
done
rc=0
PMQA_LANG=en "$PMQA_BIN/pmqad" --dir "$A" >"$T/log" 2>&1 || rc=$?
is "$rc" 9 "the daemon ends by itself"
like "$(cat "$T/log")" "ready" "though it had begun to serve"
like "$(cat "$T/log")" "the database is damaged" "it says why"
like "$(cat "$T/log")" "pmqad --reindex" "and what to do"
is "$(cat "$A/pmqa.db.unchecked")" damaged "and notes it"
rc=0
"$PMQA_BIN/pmqad" --dir "$A" >"$T/log" 2>&1 || rc=$?
is "$rc" 9 "the next start does not serve"
unlike "$(cat "$T/log")" "ready" "not for a moment"
exits 0 "reindex makes a new database" "$PMQA_BIN/pmqad" --dir "$A" --reindex
holds "and takes the note away" unnoted
start "$A"
run pmqa --dir "$A" show 1.1
like "$out" "แล้ว" "everything acknowledged is there"
exits 0 "and all agrees" pmqa --dir "$A" verify

finish
