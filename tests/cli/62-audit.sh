#!/bin/bash
# Goal: an auditor's dossier says who did what and how to check it, and every
# command that it prints runs with stock git in a clone; docs/AUDIT.md's commands
# all run against a real hall over a real sshd; an anchor proves what was there,
# and that something was taken out.
# shellcheck disable=SC2016,SC2317 # texts for inner shells; functions are
# called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/support/sshd.sh
. "$ROOT/tests/support/sshd.sh"
# shellcheck source=tests/support/qr.sh
. "$ROOT/tests/support/qr.sh"

H=$T/H A=$T/A B=$T/B

clean_up() {
	local code=$?
	set +e
	sshd_stop
	(exit "$code")
	at_exit
}
trap clean_up EXIT

sshd_prepare "$T/sshd" "$H/authorized_keys"
sshd_start
U=ssh://$(id -un)@127.0.0.1:$sshd_port
pmqa --dir "$H" init --role hall --code 91 --name สตูล \
	--url "$U" --host-key "$T/sshd/host.pub" >/dev/null
new_office "$A" 9105 ละงู
new_office "$B" 9106 ควนกาหลง
calm "$A"
calm "$B"
# who took the past out is to be on record here
sed -i 's/^record_access = .*/record_access = yes/' "$H/pmqad.conf"
start "$H"
start "$A"
start "$B"
enrol "$A" "$H"
enrol "$B" "$H"
synced() { # DIR
	pmqa --dir "$1" sync --wait >/dev/null
}
for d in "$A" "$B"; do
	pmqa --dir "$d" assess open 2565 >/dev/null
	pmqa --dir "$d" tick 1.1.B1 1.1.B2 >/dev/null
	pmqa --dir "$d" set 1.1 explanation.basic='ประกาศ <b>วิสัยทัศน์</b> & นโยบาย' \
		--reason 'เริ่มต้นปี' >/dev/null
	synced "$d"
done
pmqa --dir "$A" submit --note รอบแรก >/dev/null
synced "$A"
pmqa --dir "$H" hall return 9105 --year 2565 --note 'เพิ่มหลักฐาน' >/dev/null
synced "$A"
pmqa --dir "$H" audit anchor --output "$T/anchor.txt" >/dev/null
pmqa --dir "$A" tick 1.1.B3 --reason 'แก้ไขแล้ว' >/dev/null
pmqa --dir "$A" submit --note รอบสอง >/dev/null
synced "$A"
tip_of() {
	pmqa --dir "$1" status --json | jq -r .tip
}

ssh-keygen -q -t ed25519 -N '' -C '' -f "$T/auditor"
pmqa --dir "$H" hall auditors add sao @"$T/auditor.pub" >/dev/null 2>&1
printf '[127.0.0.1]:%s %s\n' "$sshd_port" "$(cut -d ' ' -f 1,2 "$T/sshd/host.pub")" \
	>"$T/known_hosts"

# --- the dossier -----------------------------------------------------------

run pmqa --dir "$H" audit --office 9105 --year 2565 --format json --output -
is "$status" 0 "the dossier of an office"
dossier=$out
same_json "$dossier" '[.office.code, .year, .commit]' \
	"[\"9105\",2565,\"$(tip_of "$A")\"]" "says of what it is made"
same_json "$dossier" '[.milestones[] | .side + " " + .action]' \
	'["office open","office submit","hall return","office submit"]' \
	"tells what happened, in order"
same_json "$dossier" '[.scores.at[] | [.submission, .items["1.1"]]]' \
	'[[1,"200.00"],[2,"300.00"]]' "the score at each submission"
same_json "$dossier" '.scores.now.total == .scores.at[1].total' true \
	"and now"
same_json "$dossier" '[.people[] | select(.side == "office")][0].actions' \
	'{"open":1,"set":1,"submit":2,"tick":2}' "who did how much"
same_json "$dossier" '[.devices[].device]' '["91-h","9105-a"]' \
	"on which machines"
same_json "$dossier" '.devices[1].fingerprint' \
	"\"$(ssh-keygen -l -f "$(echo "$A"/keys/*.pub)" | cut -d ' ' -f 2)\"" \
	"with which key"
same_json "$dossier" '.counts.unreceived' 0 "all received"
same_json "$dossier" '.verify.ok' true "verify's result is in it"
same_json "$dossier" '[.flags.flags[].rule] | index("raised_after_review") != null' \
	true "and the flags"
same_json "$dossier" '[.records[] | select(.record == "2565/items/1.1")][0].revisions' \
	3 "what was written how often"

run pmqa --dir "$H" audit --format json --output -
is "$status" 0 "the dossier of the province"
province=$out
same_json "$province" '[.offices[] | [.code, .state]]' \
	'[["9105","submitted"],["9106","open"]]' "has every office"
same_json "$province" '[.offices[] | .counts.revisions > 0 and .receipts > 0] | all' \
	true "with figures"
exits 2 "another form is a slip" pmqa --dir "$H" audit --format pdf
exits 3 "a year that nobody opened is told" \
	pmqa --dir "$A" audit --year 2550 --output "$T/x.html"

cd "$T"
for f in html xlsx csv json; do
	run pmqa --dir "$H" --lang th audit --office 9105 --format "$f"
	is "$status" 0 "$f"
	holds "named after the record" test -s "pmqa-audit-9105-2565-a6.$f"
	run pmqa --dir "$H" audit --format "$f"
	holds "$f over all offices" test -s "pmqa-audit-91-2565.$f"
done
exits 4 "a file that is there is left alone" \
	pmqa --dir "$H" audit --office 9105
page=$(cat pmqa-audit-9105-2565-a6.html)
like "$page" 'lang="th"' "the page is Thai"
like "$(cat pmqa-audit-91-2565.html)" '<header class="title wide">' \
	"the title is on the sheet of the first table, which lies on its side"
is "$(python3 -c 'import re, sys, zipfile
book = zipfile.ZipFile(sys.argv[1]).read("xl/sharedStrings.xml").decode()
cells = re.findall("<t[^>]*>(.*?)</t>", book, re.S)
print([c for c in cells if re.fullmatch(r"\d{4}-\d\d-\d\dT\S+", c)])' \
	pmqa-audit-9105-2565-a6.xlsx)" '[]' "no time in a Thai workbook is a machine's"
unlike "$page" "<b>วิสัยทัศน์" "texts of people are no markup"
like "$page" "ssh-keygen -Y verify" "it says how to check"
unlike "$page" "<script" "it needs no script"
like "$(cat pmqa-audit-9105-2565-a6.csv)" "$(tip_of "$A")" \
	"csv names the commits"

# --- every command of a dossier ---------------------------------------------

export GIT_SSH_COMMAND="ssh -F none -i $T/auditor -o IdentitiesOnly=yes \
-o StrictHostKeyChecking=yes -o UserKnownHostsFile=$T/known_hosts"
# each_check NAME: one shell runs them all, in their order, in a directory
each_check() { # NAME JSON
	local n i
	mkdir "$T/check-$1"
	n=$(printf '%s' "$2" | jq '.checks | length')
	{
		echo "cd '$T/check-$1'"
		for ((i = 0; i < n; i++)); do
			printf '%s' "$2" | jq -r ".checks[$i].commands"
			printf 'echo %s >>"$DONE"\n' \
				"$(printf '%s' "$2" | jq -r ".checks[$i].id")"
		done
	} >"$T/check-$1.sh"
	: >"$T/done"
	run env DONE="$T/done" bash -euo pipefail "$T/check-$1.sh"
	is "$status" 0 "$1: all commands of the dossier run"
	is "$(cat "$T/done")" "$(printf '%s' "$2" | jq -r '.checks[].id')" \
		"$1: each of them"
}
each_check hall "$dossier"
like "$(cat "$T/done")" "received" "the submission's receipt among them"
like "$out" 'Good "pmqa-receipt" signature for 91-h' "and it is good"
each_check province "$province"
run pmqa --dir "$A" audit --format json --output -
is "$status" 0 "an office makes its own"
each_check office "$out"

# a dossier of another history does not pass
false_one=$(printf '%s' "$dossier" | sed "s/$(tip_of "$A")/$(tip_of "$B")/g")
mkdir "$T/check-false"
printf '%s' "$false_one" | jq -r '.checks[].commands' >"$T/check-false/run.sh"
cd "$T/check-false"
run bash -euo pipefail run.sh
isnt "$status" 0 "a dossier that names another office's commits does not"
cd "$T"

# --- who looked --------------------------------------------------------------

looked=$(cat "$H"/log/access-*.jsonl)
same_json "$(printf '%s\n' "$looked" | sed -n 1,2p | jq -s .)" \
	'[.[] | [.action, .office, .format, .login]]' \
	"[[\"audit.anchor\",\"\",\"\",\"$(id -un)\"],[\"audit\",\"9105\",\"json\",\"$(id -un)\"]]" \
	"that the dossier was made is on record"

# --- anchors -----------------------------------------------------------------

run pmqa --dir "$H" audit check-anchor "$T/anchor.txt"
is "$status" 0 "what the anchor names is still there"
like "$out" "its signature is good" "and it is the hall's"
like "$out" "acceptance log" "the log, too"
run pmqa --dir "$H" --lang th audit check-anchor "$T/anchor.txt"
like "$out" "บรรทัดที่ $(sed -n 's/^log \([0-9]*\) .*/\1/p' "$T/anchor.txt" | head -1) " \
	"in Thai with the line of the log"
run pmqa --dir "$H" audit check-anchor - --json <"$T/anchor.txt"
run pmqa --dir "$A" audit check-anchor "$T/anchor.txt" --json
is "$status" 0 "an office checks its own part"
same_json "$out" '[.parts[].tips[].state] | unique' \
	'["contained","elsewhere"]' "the rest is elsewhere"
line=$(pmqa --dir "$A" audit anchor --json | jq -r '.parts[0].line')
exits 0 "the text of the code alone will do" \
	pmqa --dir "$H" audit check-anchor "$line"
like "$out" "Anchor of 9105-a" "an office's anchor is known at the hall"
exits 9 "a changed one proves nothing" \
	pmqa --dir "$H" audit check-anchor "${line/9105-a/9105-b}"
sed 's/^part 1/part 2/; s#^part 2/1#part 1/2#' "$T/anchor.txt" >"$T/changed.txt"
exits 9 "nor one with another line" \
	pmqa --dir "$H" audit check-anchor "$T/changed.txt"
like "$out" "its signature is wrong" "and that is said"
exits 3 "a text without an anchor" pmqa --dir "$H" audit check-anchor "$T/known_hosts"
printf 'pmqa anchor 1\nby 91-h\n' >"$T/half.txt"
exits 7 "half an anchor" pmqa --dir "$H" audit check-anchor "$T/half.txt"
pmqa --dir "$H" audit anchor --output "$T/anchor.html" >/dev/null
line=$(decode_svg <"$T/anchor.html" || true)
like "$line" "by 91-h" "the code on the paper can be read"
exits 0 "and what it says proves the same" \
	pmqa --dir "$H" audit check-anchor "$line"
exits 7 "the page itself is not the text" \
	pmqa --dir "$H" audit check-anchor "$T/anchor.html"
like "$err" "as a telephone reads it" "and what is, is said"
run env COLUMNS=300 "$PMQA_BIN/pmqa" --dir "$H" --lang th audit anchor --qr
is "$status" 0 "and on the screen"
exits 0 "where it can be read, too" \
	pmqa --dir "$H" audit check-anchor "$(printf '%s' "$out" | decode_qr || true)"
exits 4 "an anchor writes over nothing" \
	pmqa --dir "$H" audit anchor --output "$T/anchor.txt"

# --- docs/AUDIT.md ---------------------------------------------------------

pmqa --dir "$H" hall log --format json >"$T/log.jsonl"
fingerprint=$(ssh-keygen -l -f "$(echo "$H"/keys/*.pub)" | cut -d ' ' -f 2)
mkdir "$T/walk"
# the first block is the reader's to fill in, the others run as they stand
awk '/^```sh$/ { n++; on = n > 1; if (on) print "STEP=" n; next }
	/^```$/ { on = 0 } on' "$ROOT/docs/AUDIT.md" >"$T/walk.sh"
holds "the first block sets what the others use" \
	test "$(awk '/^```sh$/ { n++; next } n == 1 && /^```$/ { exit } n == 1' \
		"$ROOT/docs/AUDIT.md" | grep -oE '\b[A-Z_]+=' | sort -u | tr -d '\n')" = \
	"ANCHOR=FINGERPRINT=HALL=ITEM=KEY=KNOWN_HOSTS=LOG=OFFICE=PROVINCE=YEAR="
unset GIT_SSH_COMMAND
# walk OFFICE ANCHOR: $status, and in $T/step the block that was run last
walk() {
	rm -rf "$T/walk"
	mkdir "$T/walk"
	cd "$T/walk"
	run env PROVINCE="$U/province" KEY="$T/auditor" KNOWN_HOSTS="$T/known_hosts" \
		HALL=91 FINGERPRINT="$fingerprint" OFFICE="$1" YEAR=2565 ITEM=1.1 \
		LOG="$T/log.jsonl" ANCHOR="$2" \
		bash -euo pipefail -c 'trap "echo \$STEP >\"$0\"" EXIT; . "$1"' \
		"$T/step" "$T/walk.sh"
	cd "$T"
}
blocks=$(grep -c '^```sh$' "$ROOT/docs/AUDIT.md")
walk 9105 "$T/anchor.txt"
is "$status" 0 "every command of docs/AUDIT.md runs"
is "$(cat "$T/step")" "$blocks" "to the last block"
like "$out" "Good \"pmqa-anchor\" signature for 91-h" "the anchor is good"
like "$out" "ประกาศ" "and what was written is seen"

# a revoked machine: the walk knows the key's end
pmqa --dir "$H" hall revoke 9106-a --reason หาย >/dev/null
walk 9106 "$T/anchor.txt"
is "$status" 0 "also for an office whose machine was revoked"
like "$out" "some revisions are of a revoked key" "which is seen"

# an anchor that names what is not there any more
sed "s/^\(tip refs.offices.9105 \).*/\1$(printf 'ab%.0s' {1..20})/" \
	"$T/anchor.txt" >"$T/forged.txt"
walk 9105 "$T/forged.txt"
isnt "$status" 0 "a forged anchor stops the walk"
is "$(cat "$T/step")" $((blocks - 1)) "at its signature"

# a hall that was set back to before
pmqa --dir "$H" audit anchor --output "$T/late.txt" >/dev/null
stop "$H"
now=$(git -C "$H/offices/9105.git" rev-parse refs/heads/office)
git -C "$H/offices/9105.git" update-ref refs/heads/office "$now~2" "$now"
"$PMQA_BIN/pmqad" --dir "$H" --reindex >/dev/null 2>&1
start "$H"
exits 9 "a history that was cut is found by the anchor" \
	pmqa --dir "$H" audit check-anchor "$T/late.txt"
like "$out" "parted: the history does not lead to it any more" "and named"
exits 0 "the older anchor still holds" \
	pmqa --dir "$H" audit check-anchor "$T/anchor.txt"

finish
