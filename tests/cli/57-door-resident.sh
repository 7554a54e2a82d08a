#!/bin/bash
# Goal: the door that the hall's daemon keeps ready serves as the program alone
# does; what asks in another form, too often or as another user gets nothing;
# whoever dies, nothing is left behind and the next transfer works.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

H=$T/H A=$T/A
receive=$PMQA_BIN/pmqa-receive
version=$(pmqa --version | cut -d ' ' -f 2)
held=()

clean_up() {
	local code=$? pid
	set +e
	for pid in "${held[@]}"; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	(exit "$code")
	at_exit
}
trap clean_up EXIT

ask() { # WAY ARGUMENT…
	python3 "$ROOT/tests/net/ask_door.py" "$H/door.sock" "$@"
}

door() { # its process id; 1: it does not run
	pgrep -P "$(pid_of "$H")" -f 'pmqa-door --resident'
}

is_ready() {
	[ -S "$H/door.sock" ] && door >/dev/null && ask good "$version" >/dev/null
}

served() { # the door has N children
	[ "$(pgrep -c -P "$(door)")" -eq "$1" ]
}

has_ended() { # PID
	! kill -0 "$1" 2>/dev/null
}

stays() { # how many pushes have left something at the hall
	find "$H" -name 'tmp_objdir-*' | wc -l
}

# hold NAME: a push that sends nothing; its process is the last of held
hold() {
	mkfifo "$T/$1.in"
	SSH_ORIGINAL_COMMAND="git-receive-pack 'office'" \
		"$receive" --dir "$H" 9105-a <>"$T/$1.in" >"$T/$1.out" 2>"$T/$1.err" &
	held+=($!)
	wait_until 60 test -s "$T/$1.out" # git has shown its refs
}

new_hall "$H" 91 สตูล
new_office "$A" 9105 ละงู
calm "$A"
start "$H"
start "$A"
enrol "$A" "$H"
pmqa --dir "$A" assess open 2565 >/dev/null

# --- it serves ---------------------------------------------------------------

holds "the hall's daemon has a door" wait_until 60 is_ready
is "$(stat -c %a "$H/door.sock")" 600 "for its own user alone"
exits 0 "an office synchronises" pmqa --dir "$A" sync --wait
hold one
holds "a push is served by a child of the door" wait_until 60 served 1
is "$(ps -o comm= -p "${held[-1]}")" pmqa-receive "what was started only waits"
libs=$(awk '/\.so/ {n = split($6, p, "/"); print p[n]}' "/proc/${held[-1]}/maps" | sort -u |
	grep -vc -E '^(ld-linux|libc[.-]|lib[aut]san|libubsan|libm[.-]|libgcc_s|libstdc|libpthread|libdl|librt)') || true
is "$libs" 0 "and has loaded no library but libc"
fds=$(find "/proc/$(pgrep -P "$(door)")/fd" -type l | wc -l)
at_most "$fds" 12 "the child has nothing of the door's open"

# --- as the program alone does -----------------------------------------------

same=0
compare() { # the same words and status with and without the door
	local with=0 without=0
	"$receive" "$@" >"$T/with" 2>&1 </dev/null || with=$?
	"$PMQA_BIN/lib/pmqa-door" "$@" >"$T/without" 2>&1 </dev/null || without=$?
	if [ "$with" -ne "$without" ] || ! cmp -s "$T/with" "$T/without"; then
		not_ok "as without the door: $*" "with: $with $(cat "$T/with")" \
			"without: $without $(cat "$T/without")"
		return
	fi
	same=$((same + 1))
}
export SSH_ORIGINAL_COMMAND
for SSH_ORIGINAL_COMMAND in "" "rm -rf /" "git-upload-pack 'office'" "pmqa-steps 'office' - -" \
	"$(head -c 60000 /dev/zero | tr '\0' a)"; do
	compare --dir "$H" 9105-a
	compare --dir "$H" 9105-z
	compare --dir "$H" --seconds x 9105-a
	compare --dir "$H" --auditor nobody
	compare --dir "$H" --login-keys "$(id -un)"
	compare --dir "$H" --login-keys no-such-user
	compare --dir "$H"
	compare --dir "$H" 1 2 3 4 5 6 7 8 9 10
	compare --dir "$T/none" 9105-a
	compare --dir relative 9105-a
done
unset SSH_ORIGINAL_COMMAND
is "$same" 50 "50 calls are answered alike, with the door and without"

# --- who dies ----------------------------------------------------------------

child=$(pgrep -P "$(door)")
kill -TERM "${held[-1]}"
holds "who asked is told to end: the child ends" wait_until 60 has_ended "$child"
holds "and it, too" wait_until 60 has_ended "${held[-1]}"
hold two
child=$(pgrep -P "$(door)")
kill -KILL "${held[-1]}"
holds "who asked is killed: the child ends" wait_until 60 has_ended "$child"
is "$(stays)" 0 "of neither push anything stays"
hold three
child=$(pgrep -P "$(door)")
kill -KILL "$child"
holds "the child is killed: who asked ends" wait_until 60 has_ended "${held[-1]}"
status=0
wait "${held[-1]}" 2>/dev/null || status=$?
is "$status" 137 "as that ended"
killed=$(stays) # kill -9 leaves what a later push sweeps
hold four
child=$(pgrep -P "$(door)")
old=$(door)
kill -KILL "$old"
holds "the door is killed: its child ends" wait_until 60 has_ended "$child"
holds "who asked ends" wait_until 60 has_ended "${held[-1]}"
like "$(cat "$T/four.err")" "the hall's door went away before this was done" "with a sentence"
like "$(cat "$T/four.err")" "pmqa-th: " "in Thai, too"
pmqa --dir "$A" tick 1.1.B1 >/dev/null
exits 0 "an office synchronises without a door" pmqa --dir "$A" sync --wait
is_new() {
	is_ready && [ "$(door)" != "$old" ]
}
holds "the daemon starts another one" wait_until 120 is_new
like "$(cat "$H.log")" "the door ended (status -1, signal 9)" "and says so"
is "$(stays)" "$killed" "nothing of the push stays"

# --- what has no form --------------------------------------------------------

open_files() {
	find "/proc/$(door)/fd" -type l | wc -l
}
before=$(open_files)
run ask bad "$version"
is "$status" 0 "requests without form are refused"
like "$out" "313 refused" "all of them"
is_as_before() {
	[ "$(open_files)" -le "$before" ]
}
holds "and nothing of them stays open" wait_until 60 is_as_before
run ask good "$version" --dir "$H" 9105-a
like "$out" "pmqa-denied: this key opens no shell" "one with form is served"
is "$(tail -n 1 <<<"$out")" "b'xe\\x01'" "and told how it ended"

# --- too many, another user --------------------------------------------------

ask hold 128 "$T/enough" >"$T/held" &
held+=($!)
holds "128 connections stand" wait_until 60 test -s "$T/held"
run "$receive" --dir "$H" 9105-a
is "$status" 1 "one more is turned away"
like "$err" "pmqa-trouble: the hall serves 128 connections at once already" "with a sentence"
like "$err" "pmqa-hint: synchronise again in a few minutes" "that says what to do"
like "$(cat "$H.log")" "others are turned away" "and a line in the log"
touch "$T/enough"
wait "${held[-1]}"
# (the door sees a moment later that they are)
holds "when they are gone an office synchronises" \
	wait_until 60 pmqa --dir "$A" sync --wait

if [ "$(id -u)" -eq 0 ]; then
	chmod o+x "$T" "$H"
	chmod 666 "$H/door.sock"
	run ask as 65534
	is "$status" 1 "another user is not let in"
	chmod 600 "$H/door.sock"
	chmod o-x "$H" "$T"
fi

# --- the end -----------------------------------------------------------------

hold five
old=$(door)
child=$(pgrep -P "$old")
stop "$H"
holds "the door ends with the daemon" wait_until 60 has_ended "$old"
holds "what was under way has ended" wait_until 60 has_ended "$child"
holds "its socket is gone" test ! -e "$H/door.sock"
start "$H"
holds "and is there again with the daemon" wait_until 60 is_ready
old=$(door)
kill_daemon "$H"
holds "the daemon is killed: the door ends" wait_until 60 has_ended "$old"
start "$H"
holds "the next daemon has its own" wait_until 60 is_ready
pmqa --dir "$A" tick 1.1.B2 >/dev/null
exits 0 "through which an office synchronises" pmqa --dir "$A" sync --wait
stop "$H"
stop "$A"
finish
