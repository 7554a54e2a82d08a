#!/bin/bash
# Goal: a ministry fetches two halls through two real sshds by the lines that
# they print, checks every signature again, and shows their offices in the same
# views; a province that cannot be reached or is not right keeps no other out;
# what was tampered with is noticed and not taken over.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/support/sshd.sh
. "$ROOT/tests/support/sshd.sh"

M=$T/M H=$T/H K=$T/K A=$T/A B=$T/B C=$T/C
declare -A of_hall=() # sshd of each hall: "dir port pid keys"

use_sshd() { # HALL: the functions of sshd.sh are about that one from here on
	# shellcheck disable=SC2034 # sshd.sh reads them
	read -r sshd_dir sshd_port sshd_pid sshd_keys <<<"${of_hall[$1]}"
	[ "$sshd_pid" != - ] || sshd_pid=''
}

note_sshd() { # HALL
	of_hall[$1]="$sshd_dir $sshd_port ${sshd_pid:--} $sshd_keys"
}

stop_sshds() {
	local hall
	for hall in "${!of_hall[@]}"; do
		use_sshd "$hall"
		sshd_stop
	done
}
trap 'at_exit stop_sshds' EXIT

hall() { # DIR CODE NAME
	sshd_port='' sshd_pid=''
	sshd_prepare "$1.sshd" "$1/authorized_keys"
	sshd_start
	note_sshd "$1"
	pmqa --dir "$1" init --role hall --code "$2" --name "$3" \
		--url "ssh://$(id -un)@127.0.0.1:$sshd_port" \
		--host-key "$1.sshd/host.pub" >/dev/null
	start "$1"
}

office() { # DIR CODE NAME HALL
	new_office "$1" "$2" "$3"
	calm "$1"
	start "$1"
	enrol "$1" "$4"
	pmqa --dir "$1" assess open 2565 >/dev/null
	pmqa --dir "$1" tick 1.1.B1 1.1.B2 >/dev/null
	pmqa --dir "$1" set 1.1 explanation.basic="$3 วางยุทธศาสตร์" >/dev/null
	pmqa --dir "$1" sync --wait >/dev/null
}

tip_of() { # DIR
	status_of "$1" .tip
}

province() { # CODE FILTER
	pmqa --dir "$M" ministry list --json |
		jq -r ".provinces[] | select(.code == \"$1\") | $2"
}

shown() { # OFFICE FILTER
	pmqa --dir "$M" hall status --json |
		jq -r ".offices[] | select(.code == \"$1\") | $2"
}

hall "$H" 91 สตูล
hall "$K" 92 ตรัง
office "$A" 9105 ละงู "$H"
office "$B" 9106 ควนกาหลง "$H"
office "$C" 9201 เมืองตรัง "$K"

# --- set up ----------------------------------------------------------------

exits 7 "a ministry's code has two digits" \
	pmqa --dir "$M" init --role ministry --code 9105 --name กระทรวง
run pmqa --dir "$M" init --role ministry --code 00 --name กระทรวงมหาดไทย
is "$status" 0 "a ministry is set up"
calm "$M"
start "$M"
run pmqa --dir "$M" ministry list
like "$out" "pmqa ministry key" "an empty list says how to begin"
run pmqa --dir "$M" status
like "$out" "pmqa ministry list" "its status says where to look"
run pmqa --dir "$M" hall status
is "$status" 0 "no office yet is no fault"
exits 2 "a ministry enrols no office" pmqa --dir "$M" hall enroll x --yes
exits 2 "a ministry has no assessment of its own" pmqa --dir "$M" tick 1.1.B1
like "$err" "reads what its provinces write" "and says why"
exits 2 "an office fetches no provinces" pmqa --dir "$A" ministry list
exits 2 "nor does a hall" pmqa --dir "$H" ministry list

key=$(pmqa --dir "$M" ministry key --json | jq -r .key)
line_of() { # HALL
	pmqa --dir "$1" hall auditors add interior "$key" --json | jq -r .line
}
other=$(ssh-keygen -q -t ed25519 -N '' -C '' -f "$T/other" && cat "$T/other.pub")
run pmqa --dir "$H" hall auditors add other "$other" --json
exits 7 "a line that was made for another key is refused" \
	pmqa --dir "$M" ministry add "$(printf '%s' "$out" | jq -r .line)"
like "$err" "pmqa ministry key" "and says which key to give"
line=$(line_of "$H")
exits 7 "a cut line is refused" pmqa --dir "$M" ministry add "${line%????}"
other=A
[ "${line:60:1}" != A ] || other=B
exits 7 "an altered line is refused" \
	pmqa --dir "$M" ministry add "${line:0:60}$other${line:61}"
run pmqa --dir "$M" ministry add "$line"
is "$status" 0 "a hall's line is taken in"
like "$out" "$(pmqa --dir "$M" ministry list --json |
	jq -r '.provinces[0].fingerprint')" "with the fingerprint to compare"
line_of "$K" >"$T/line.txt"
pmqa --dir "$M" ministry add @"$T/line.txt" >/dev/null
run pmqa --dir "$M" ministry add "$line"
like "$out" "taken in anew" "the same line again is no fault"
exits 3 "a province that is not known is not fetched" \
	pmqa --dir "$M" ministry sync 77

# --- fetched, checked, shown -----------------------------------------------

run pmqa --dir "$M" ministry sync --wait
is "$status" 0 "both are fetched"
like "$out" "in order" "and in order"
same_json "$(pmqa --dir "$M" ministry list --json)" \
	'[.provinces[] | [.code, .name, .offices, .state, .last_error]]' \
	'[["91","สตูล",2,"idle",null],["92","ตรัง",1,"idle",null]]' \
	"with their offices"
run pmqa --dir "$M" hall status --json
same_json "$out" '[.offices[] | [.code, .name, .pending_since, .failing]]' \
	'[["9105","ละงู",null,null],["9106","ควนกาหลง",null,null],["9201","เมืองตรัง",null,null]]' \
	"hall status shows all offices, each with its receipt"
is "$(shown 9105 .tip)" "$(tip_of "$A")" "as they are at the offices"
run pmqa --dir "$M" hall status
like "$out" "เมืองตรัง" "for people too"
for o in 9105 9106; do
	is "$(pmqa --dir "$M" score --office $o --json | jq -cS .)" \
		"$(pmqa --dir "$H" score --office $o --json | jq -cS .)" \
		"the score of $o is the hall's"
done
is "$(pmqa --dir "$M" gaps --office 9201 --json | jq -cS .items)" \
	"$(pmqa --dir "$K" gaps --office 9201 --json | jq -cS .items)" \
	"so are the gaps of 9201"
run pmqa --dir "$M" compare --json
same_json "$out" '[.rows[].office]' '["9105","9106","9201"]' \
	"offices of two provinces are compared"
searched() {
	pmqa --dir "$M" search เมืองตรัง --json | jq -e '.hits | length > 0' >/dev/null ||
		pmqa --dir "$M" search เมืองตรัง --json | jq -e '.. | .office? | select(. == "9201")' >/dev/null
}
if wait_until 60 searched; then
	ok "texts of all provinces are found"
else
	not_ok "texts of all provinces are found" \
		"$(pmqa --dir "$M" search เมืองตรัง --json)"
fi
run pmqa --dir "$M" history 1.1 --office 9201 --json
same_json "$out" '[.revisions[].revision]' \
	"$(pmqa --dir "$C" history 1.1 --json | jq -c '[.revisions[].revision]')" \
	"the history of an office is its own"
exits 2 "without an office it asks which" pmqa --dir "$M" show 1.1
run pmqa --dir "$M" report --format json --output -
is "$status" 0 "there is a report over all offices"
same_json "$out" '[.offices[].office]' '["9105","9106","9201"]' "with all of them"
run pmqa --dir "$M" receipts --office 9105 --json
same_json "$out" '.hall' '"91"' "receipts are those of the province's hall"
run pmqa --dir "$M" verify --json
same_json "$out" '[.ok, .findings]' '[true,[]]' "everything is proved again here"
run pmqa --dir "$M" --lang th ministry list
like "$out" "เรียบร้อย" "in Thai, too"

# the past, as an auditor asks for it
run pmqa --dir "$M" history --json
same_json "$out" '[.revisions[].office] | unique' '["9105","9106","9201"]' \
	"the history of all offices is one list"
run pmqa --dir "$M" history --text เมืองตรัง --json
same_json "$out" '[.revisions[].office] | unique' '["9201"]' \
	"a text is found in its office's history"
run pmqa --dir "$M" history --stat --json
same_json "$out" '[.office[] | [.key, .n]] | sort' \
	'[["9105",3],["9106",3],["9201",3]]' "and it is counted by office"
exits 7 "a revision names no moment of three offices" \
	pmqa --dir "$M" history --since a2
same_as() { # HALL TEXT ARGUMENT…: the ministry's answer is the hall's
	local hall=$1 text=$2 want
	shift 2
	want=$(pmqa --dir "$hall" "$@" --json | jq -cS .)
	run pmqa --dir "$M" "$@" --json
	is "$(printf '%s' "$out" | jq -cS .)" "$want" "$text"
}
same_as "$H" "who wrote it is the hall's answer" blame 1.1 --office 9105
same_as "$K" "so is what stood then" show 1.1 --office 9201 --at a2
same_as "$H" "and what came between" diff a1 a3 --office 9106
same_as "$K" "flags of an office, too" flags --office 9201
run pmqa --dir "$M" flags --json
same_json "$out" '[.offices[].office] | sort' '["9105","9106","9201"]' \
	"flags are looked for in all"
exits 2 "without an office it asks whose fields" pmqa --dir "$M" blame 1.1
run pmqa --dir "$M" audit --office 9201 --format json --output -
is "$status" 0 "a dossier of an office"
dossier=$out
same_json "$dossier" '[.office.code, .hall.code, .commit, .verify.ok]' \
	"[\"9201\",\"92\",\"$(tip_of "$C")\",true]" "names its province's hall"
is "$(printf '%s' "$dossier" | jq -cS '[.counts, .people, .devices, .records]')" \
	"$(pmqa --dir "$K" audit --office 9201 --format json --output - |
		jq -cS '[.counts, .people, .devices, .records]')" \
	"and says what the hall's says"
for f in html xlsx csv; do
	exits 0 "as $f" pmqa --dir "$M" --lang th audit --office 9105 \
		--format "$f" --output "$T/dossier.$f"
done
exits 2 "that over all offices is the hall's" pmqa --dir "$M" audit
like "$err" "name it: --office CODE" "and what works here is said"
pmqa --dir "$H" audit anchor --output "$T/anchor.txt" >/dev/null
pmqa --dir "$M" ministry sync 91 --wait >/dev/null
run pmqa --dir "$M" audit check-anchor "$T/anchor.txt" --json
is "$status" 0 "a hall's anchor is proved by the ministry's copy"
same_json "$out" '[.parts[] | .signature, (.tips[].state)] | unique' \
	'["contained","good"]' "all of it"
run pmqa --dir "$M" audit check-anchor "$T/anchor.txt"
like "$out" "The rest is kept elsewhere" "but for the log, which the hall keeps"
exits 2 "a ministry makes none" pmqa --dir "$M" audit anchor

# stock git
P=$M/provinces/91/province.git
run git -C "$P" fsck --strict
is "$status" 0 "stock git finds the objects in order"
run git -C "$P" verify-commit refs/offices/9105 refs/halls/9105 refs/heads/hall
is "$status" 0 "and verifies what office and hall signed"

# --- news, and a province that is away -------------------------------------

pmqa --dir "$A" tick 1.1.B3 >/dev/null
pmqa --dir "$A" sync --wait >/dev/null
use_sshd "$K"
sshd_stop
note_sshd "$K"
run pmqa --dir "$M" ministry sync --wait
is "$status" 5 "a hall that is away is told"
is "$(province 92 .last_error.class)" retry "it is tried again by itself"
isnt "$(province 92 .next_try)" null "at a known time"
is "$(province 91 .last_error)" null "the other province is well"
is "$(shown 9105 .tip)" "$(tip_of "$A")" "and its news came"
is "$(shown 9201 .tip)" "$(tip_of "$C")" "what was fetched before stays"
run pmqa --dir "$M" ministry list
like "$out" "failing since" "for people too"
sshd_start
note_sshd "$K"
run pmqa --dir "$M" ministry sync 92 --wait
is "$status" 0 "when it is back so is the province"

pmqa --dir "$K" hall auditors remove interior >/dev/null
run pmqa --dir "$M" ministry sync 92 --wait
is "$status" 1 "a hall that admits this ministry no more is told"
is "$(province 92 .last_error.class)" person "to people"
like "$(province 92 .last_error.hint)" "pmqa hall auditors list" "with what to ask"
line_of "$K" >/dev/null
run pmqa --dir "$M" ministry sync 92 --wait
is "$status" 0 "admitted again it goes on"

# --- tampering -------------------------------------------------------------

# the hall's machine in wrong hands: its daemon is off, its repository changed
stop "$H"
G=$H/province.git
cp -a "$G" "$T/kept.git"
put_back() {
	rm -rf "$G"
	cp -a "$T/kept.git" "$G"
}
set_ref() { # NAME COMMIT
	git -C "$G" -c core.hooksPath=/dev/null update-ref "$1" "$2"
}
held=$(shown 9105 .tip)
faulty() { # TEXT PART
	run pmqa --dir "$M" ministry sync 91 --wait
	is "$status" 1 "$1"
	is "$(province 91 .last_error.class)" person "it waits for a person"
	like "$(province 91 .last_error.message)" "$2" "and says what it is"
	is "$(shown 9105 .tip)" "$held" "nothing of it was taken over"
}

set_ref refs/offices/9105 "$(git -C "$G" rev-parse refs/offices/9105~1)"
faulty "an office that was rewound is noticed" "another history of office 9105"
is "$(shown 9105 .failing.class)" refused "hall status shows it at the office"
is "$(shown 9106 .failing)" null "and at no other"
put_back

forged=$(git -C "$G" -c user.name=x -c user.email=x@x commit-tree \
	-p refs/offices/9105 -m forged "refs/offices/9105^{tree}")
set_ref refs/offices/9105 "$forged"
faulty "a commit that nobody signed is noticed" "office 9105: commit"
put_back

forged=$(git -C "$G" -c user.name=x -c user.email=x@x commit-tree \
	-p refs/heads/hall -m forged "refs/heads/hall^{tree}")
set_ref refs/heads/hall "$forged"
faulty "so is one on the hall's own line" "province 91, commit"
put_back

root=$(git -C "$G" rev-list --max-parents=0 refs/heads/hall)
set_ref refs/heads/hall "$root"
if [ "$root" != "$(git -C "$T/kept.git" rev-parse refs/heads/hall)" ]; then
	faulty "a hall's line that was rewound is noticed" "another history of its own"
fi
put_back

set_ref refs/offices/9299 "$(git -C "$G" rev-parse refs/offices/9105)"
faulty "an office of another province is noticed" "not one of its own"
put_back

git -C "$G" update-ref -d refs/offices/9106
git -C "$G" update-ref -d refs/halls/9106
faulty "an office that is shown no more is noticed" "shows office 9106 no more"
is "$(shown 9106 .tip)" "$(tip_of "$B")" "what is held of it stays"
put_back

start "$H"
run pmqa --dir "$M" ministry sync 91 --wait
is "$status" 0 "put right, it goes on"
is "$(shown 9105 .failing)" null "and the office is well again"
run pmqa --dir "$M" verify --json
same_json "$out" '[.ok, .findings]' '[true,[]]' "what is held was never touched"

# another hall that says it is province 91
pmqa --dir "$T/F" init --role hall --code 91 --name ปลอม \
	--url "ssh://x@127.0.0.1:1" --host-key "$T/other.pub" >/dev/null
start "$T/F"
exits 4 "another key for a known province is a conflict" \
	pmqa --dir "$M" ministry add "$(line_of "$T/F")"
like "$err" "pmqa ministry remove 91" "which a person settles"

# --- a new index, another start, remove ------------------------------------

before=$(pmqa --dir "$M" hall status --json | jq -cS '[.offices[] | del(.last_seen)]')
stop "$M"
run "$PMQA_BIN/pmqad" --dir "$M" --reindex
is "$status" 0 "the index is built anew from the repositories"
start "$M"
is "$(pmqa --dir "$M" hall status --json | jq -cS '[.offices[] | del(.last_seen)]')" \
	"$before" "and shows the same"
is "$(province 91 .last_error)" null "what was known of the exchanges is kept"

run pmqa --dir "$M" ministry remove 92
is "$status" 0 "a province is let go"
same_json "$(pmqa --dir "$M" hall status --json)" '[.offices[].code]' \
	'["9105","9106"]' "its offices go from the views"
run pmqa --dir "$M" verify --json
same_json "$out" '[.ok, .findings]' '[true,[]]' "nothing of it is left behind"
exits 3 "it cannot be removed twice" pmqa --dir "$M" ministry remove 92
pmqa --dir "$M" ministry add @"$T/line.txt" >/dev/null
run pmqa --dir "$M" ministry sync 92 --wait
is "$status" 0 "its line brings it back"
is "$(shown 9201 .tip)" "$(tip_of "$C")" "with all it has"

# by itself, as usual
stop "$M"
set_sync "$M" 200 100 2000
sed -i 's/^interval = .*/interval = 1/' "$M/pmqad.conf"
start "$M"
pmqa --dir "$C" tick 1.2.B1 >/dev/null
pmqa --dir "$C" sync --wait >/dev/null
came() {
	[ "$(shown 9201 .tip)" = "$(tip_of "$C")" ]
}
if wait_until 60 came; then
	ok "news come by themselves"
else
	not_ok "news come by themselves" "$(pmqa --dir "$M" ministry list --json)"
fi

finish
