#!/bin/bash
# Goal: what an office's device sends ill through the door that stays costs no
# more than through the program alone, breaks no log, and one device's
# connections leave room for others'.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

H=$T/H A=$T/A B=$T/B
receive=$PMQA_BIN/pmqa-receive
held=()
export PYTHONDONTWRITEBYTECODE=1

door() { # its process id; 1: it does not run
	pgrep -P "$(pid_of "$H")" -f 'pmqa-door --resident'
}

clean_up() {
	local code=$? pid
	set +e
	[ -s "$T/stopped" ] && xargs kill -KILL <"$T/stopped" 2>/dev/null
	for pid in "${held[@]}"; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	(exit "$code")
	at_exit
}
trap clean_up EXIT

ill() { # WHAT
	python3 "$ROOT/tests/net/push_ill.py" "$H" "$A" 9105 "$1" "$receive"
}

is_ready() {
	[ -S "$H/door.sock" ] && door >/dev/null
}

served() { # the door has N children
	[ "$(pgrep -c -P "$(door)")" -eq "$1" ]
}

new_hall "$H" 91 สตูล
for d in "$A" "$B"; do
	new_office "$d" "$([ "$d" = "$A" ] && echo 9105 || echo 9106)" ละงู
	calm "$d"
done
start "$H"
start "$A"
start "$B"
enrol "$A" "$H"
enrol "$B" "$H"
for d in "$A" "$B"; do
	pmqa --dir "$d" assess open 2565 >/dev/null
	pmqa --dir "$d" set 1.1 strengths="เฉพาะของ $d" >/dev/null
	exits 0 "a sync of $(basename "$d")" pmqa --dir "$d" sync --wait
done
stop "$A"
wait_until 60 is_ready

# --- what would break a log --------------------------------------------------

for what in "a ref of no letters" "a ref of 190 bytes" "a ref with marks"; do
	run ill "$what"
	is "$status" 1 "$what is refused"
	like "$out" "pmqa-refused: only branch 'office' can be pushed here" "$what: with a sentence"
done
exits 0 "the hall's log is whole after it" pmqa --dir "$H" verify
pmqa --dir "$B" tick 1.1.B1 >/dev/null
exits 0 "and another office is taken in" pmqa --dir "$B" sync --wait
is "$(jq -e . "$H/receive.log" >/dev/null && echo whole)" whole "each line of receive.log is JSON"

# --- what would take the machine ---------------------------------------------

tip=$(git -C "$H/offices/9105.git" rev-parse refs/heads/office)
for what in "zeros" "deltas" "a chain" "a crowd" "twice" "twice a large one" \
	"known twice" "in a circle"; do
	run ill "$what"
	is "$status" 1 "refused: $what"
	like "$out" "pmqa-refused: " "with a sentence: $what"
done
run ill "within another"
like "$out" "is not in good order" "refused: a base within another object"
is "$(git -C "$H/offices/9105.git" rev-parse refs/heads/office)" "$tip" "nothing moved"
is "$(find "$H" -name 'tmp_objdir-*' | wc -l)" 0 "nothing stays"
sed -n 's/.*door: a transfer of 9105-a took \([0-9]*\) ms, \([0-9]*\) MiB$/\1 \2/p' \
	"$H.log" >"$T/took"
holds "what took much is in the hall's log" test -s "$T/took"
ms=$(sort -n "$T/took" | tail -n 1 | cut -d ' ' -f 1)
mib=$(cut -d ' ' -f 2 "$T/took" | sort -n | tail -n 1)
echo "# most: $ms ms, $mib MiB"
at_most "$ms" 30000 "milliseconds of the processor, of the door's child and its own"
if ! nm "$PMQA_BIN/pmqa-receive" 2>/dev/null | grep -c '__[at]san_init' >/dev/null; then
	at_most "$mib" 300 "MiB: 256 of its own, and what is shared with the door"
fi
before=$(awk '/^Max (address space|data size|cpu time|file size)/' "/proc/$(door)/limits" |
	grep -vc 'unlimited *unlimited') || true
is "$before" 0 "the door itself has none of its children's limits"

# --- one device's connections ------------------------------------------------

# each child is stopped as soon as it is there: none of them ends
wait_until 60 served 0
for n in $(seq 16); do
	mkfifo "$T/$n.in"
	SSH_ORIGINAL_COMMAND="git-receive-pack 'office'" \
		"$receive" --dir "$H" 9105-a <>"$T/$n.in" >/dev/null 2>&1 &
	held+=($!)
	wait_until 60 served "$n"
	pgrep -P "$(door)" >"$T/stopped"
	xargs kill -STOP <"$T/stopped"
done
run "$receive" --dir "$H" 9105-a
is "$status" 1 "the seventeenth connection of a device is turned away"
like "$err" "pmqa-trouble: device 9105-a has 16 connections to the hall already" \
	"with a sentence"
like "$err" "pmqa-hint: wait until one of them has ended" "that says what to do"
pmqa --dir "$B" tick 1.1.B2 >/dev/null
exits 0 "another office synchronises meanwhile" pmqa --dir "$B" sync --wait
xargs kill -KILL <"$T/stopped"
: >"$T/stopped"
holds "when they are gone nothing of them is left" wait_until 60 served 0
run ill "good"
is "$status" 0 "and the device is served again"

# --- a lock that a killed push left ------------------------------------------

lock=$H/offices/9105.git/refs/heads/office.lock
fetch() { # the office has what the hall has taken
	git -C "$A/repo.git" fetch -q "$H/offices/9105.git" refs/heads/office
	git -C "$A/repo.git" update-ref refs/heads/office FETCH_HEAD
}
fetch
: >"$lock"
run ill "good"
is "$status" 1 "while a ref is locked no push moves it"
like "$out" "pmqa-refused: the branch was moved by another push" "with a sentence"
touch -d '3 hours ago' "$lock"
run ill "good"
is "$status" 0 "a lock that is older than any push keeps nobody out"
exits 0 "the hall's log is whole" pmqa --dir "$H" verify
written "$H"
is "$(git -C "$H/offices/9105.git" fsck --strict --full 2>&1)" "" "stock git has nothing to say"

# --- two pushes of one office ------------------------------------------------

# the one that is judged and the one that moves a ref are never two
tip() { git -C "$H/offices/9106.git" rev-parse refs/heads/office; }
moved() { [ "$(tip)" != "$before" ]; }
before=$(tip)
pmqa --dir "$B" tick 1.1.B3 >/dev/null
exec 9>"$H/slots/9106.door"
flock 9
pmqa --dir "$B" sync --wait >/dev/null 2>&1 &
waits_at_door() { # flock(2) of another process on that file
	grep -q ":$(stat -c %i "$H/slots/9106.door") .*" <(grep -e '->' /proc/locks)
}
holds "a push waits while another one of its office is at the door" wait_until 60 waits_at_door
is "$(tip)" "$before" "and has moved nothing"
flock -u 9
holds "then it is taken in" wait_until 60 moved
wait $!
stop "$B"
stop "$H"
finish
