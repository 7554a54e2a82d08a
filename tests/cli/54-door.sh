#!/bin/bash
# Goal: one office takes nothing from another at the door: connections of one
# device are counted, a push that never ends is ended, and a repository of the
# hall's that is not as it must be is refused and put right.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/support/sshd.sh
. "$ROOT/tests/support/sshd.sh"

H=$T/H A=$T/A B=$T/B
held=()

let_go() {
	local pid
	for pid in "${held[@]}"; do
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	held=()
}

clean_up() {
	local code=$?
	set +e
	let_go
	sshd_stop
	(exit "$code")
	at_exit
}
trap clean_up EXIT

as_office() { # DIR COMMAND
	ssh -F "$1/ssh_config" -o ControlPath=none -p "$sshd_port" \
		"$(id -un)@127.0.0.1" "$2"
}

exec_as_office() { # for the background: so that its process id is ssh's
	exec ssh -F "$1/ssh_config" -o ControlPath=none -p "$sshd_port" \
		"$(id -un)@127.0.0.1" "$2"
}

hold() { # FILE: a push of the office's that sends nothing
	mkfifo "$1.in"
	# the far end of the pipe stays open as long as the reader lives
	exec_as_office "$A" "git-receive-pack 'office'" <>"$1.in" >"$1.out" \
		2>"$1.err" &
	held+=($!)
}

is_shown() { # FILE: git has shown its refs: the connection stands
	[ -s "$1.out" ]
}

has_ended() { # PID
	! kill -0 "$1" 2>/dev/null
}

log_has() { # TEXT
	grep -q "$1" "$H/receive.log"
}

sshd_prepare "$T/sshd" "$T/authorized_keys"
sshd_start
sshd_offices "$H" "$A" "$B"
cp "$H/authorized_keys" "$T/authorized_keys"
for dir in "$A" "$B"; do
	pmqa --dir "$dir" assess open 2565 >/dev/null
	exits 0 "a sync of $(basename "$dir")" pmqa --dir "$dir" sync --wait
done

# --- connections of one device ---------------------------------------------

for n in 1 2 3 4; do
	hold "$T/c$n"
	holds "connection $n stands" wait_until 60 is_shown "$T/c$n"
done
pmqa --dir "$B" tick 1.1.B1 >/dev/null
exits 0 "another office synchronises meanwhile" pmqa --dir "$B" sync --wait
holds "without ending any of them" kill -0 "${held[@]}"
pmqa --dir "$A" tick 1.1.B1 >/dev/null
exits 0 "the office itself, too" pmqa --dir "$A" sync --wait
holds "its oldest connection is ended for that" \
	wait_until 60 has_ended "${held[0]}"
holds "with a line in the log" log_has 'its oldest connection was ended'
still=0
for pid in "${held[@]:1}"; do
	kill -0 "$pid" && still=$((still + 1))
done
is "$still" 3 "and no other"
let_go

# --- a push that never ends ------------------------------------------------

sed -i 's|pmqa-receive --dir [^ ]*|& --seconds 3|' "$T/authorized_keys"
hold "$T/slow"
slow=${held[-1]}
holds "a push that sends nothing stands" wait_until 60 is_shown "$T/slow"
holds "and is ended at its time" wait_until 60 has_ended "$slow"
let_go
like "$(cat "$T/slow.err")" "pmqa-refused: the push took longer than 3 seconds" \
	"with a sentence"
holds "and a line in the log" log_has 'took longer than 3 seconds'
is "$(find "$H/offices" -name 'tmp_objdir-*' | wc -l)" 0 \
	"nothing of it stays at the hall"
cp "$H/authorized_keys" "$T/authorized_keys"

# --- the hall's repository is not as it must be ----------------------------

repo=$H/offices/9105.git
put_aside() {
	[ -d "$repo/set-aside" ] && [ ! -e "$repo/objects/info/alternates" ]
}
echo "$H/offices/9106.git/objects" >"$repo/objects/info/alternates"
pmqa --dir "$A" tick 1.1.B2 >/dev/null
run pmqa --dir "$A" sync --wait
isnt "$status" 0 "a repository that reads another office's objects serves nobody"
like "$err" "objects/info/alternates" "the sentence names what must go"
git -C "$repo" config core.hooksPath "$repo/hooks"
mkdir "$repo/hooks"
printf '#!/bin/sh\ntouch %s\n' "$T/was-run" >"$repo/hooks/pre-receive"
chmod +x "$repo/hooks/pre-receive"
stop "$H"
start "$H" # it answers before it has looked through its repositories
holds "the hall's start looks at its repositories" wait_until 60 put_aside
is "$(git -C "$repo" config core.hooksPath)" /dev/null \
	"the hall's start writes the configuration anew"
holds "says so" grep -q "was not as pmqad writes it" "$H.log"
is "$(find "$repo/objects/info" -name alternates | wc -l)" 0 \
	"and sets the alternates aside"
is "$(find "$repo/set-aside" -name '*alternates*' | wc -l)" 1 "not away"
exits 0 "then the office synchronises" pmqa --dir "$A" sync --wait
holds "and no other hook ran" test ! -e "$T/was-run"

# --- a repository that cannot be opened ------------------------------------

newest() { # REVISION: of the office, as the hall has it
	pmqa --dir "$H" history --office 9106 --limit 1 --json |
		jq -e --arg is "$1" '.revisions[0].revision == $is'
}
signed_for() { # REVISION: without that the office asked for it again
	[ "$(sqlite3 "$H/pmqa.db" "SELECT count(*) FROM receipt
		WHERE office = '9106' AND revision = '$1'")" -eq 1 ]
}
stop "$H"
pmqa --dir "$B" set 1.1 strengths="ขณะที่ห้องปิด" >/dev/null
run pmqa --dir "$B" sync --wait
came=$(pmqa --dir "$B" history --limit 1 --json | jq -r '.revisions[0].revision')
mv "$repo/objects" "$T/objects"
start "$H"
holds "the hall starts beside it and says so" wait_until 60 grep -q \
	"cannot open repository '$repo'" "$H.log"
holds "what another office pushed meanwhile is taken in" wait_until 60 newest "$came"
holds "and signed for" wait_until 60 signed_for "$came"
run pmqa --dir "$H" hall status
is "$status" 0 "the hall tells where its offices stand"
like "$out" "9106  " "of the others"
like "$out" "failing since" "and that this one fails"
exits 0 "also of it alone" pmqa --dir "$H" hall status 9105
like "$out" "cannot open repository" "with why"
run pmqa --dir "$H" metrics
like "$out" 'pmqa_office_failing{office="9105"} 1' "a monitor sees it, too"
pmqa --dir "$B" tick 1.1.B2 >/dev/null
exits 0 "who synchronises as ever" pmqa --dir "$B" sync --wait
like "$out" "Receipt of the hall" "with a receipt"
run pmqa --dir "$A" sync --wait
isnt "$status" 0 "the office whose repository it is does not"
like "$err" "cannot open repository" "and is told why"
run pmqa --dir "$H" history 1.1
isnt "$status" 0 "all offices' history does not leave it out in silence"
like "$err" "bring this directory back from a backup" "but says what to do"
mv "$T/objects" "$repo/objects"
stop "$H"
start "$H"
exits 0 "when it is back that office synchronises, too" pmqa --dir "$A" sync --wait
exits 0 "and all agrees" pmqa --dir "$H" verify
finish
