#!/usr/bin/env bash
# Goal: the past: history by item, field, person, time, in pages; diff of two
# revisions; at once and after a restart.
. "$(dirname "$0")/lib.sh"

new_office "$T/A" 9105 ละงู
start "$T/A"
A() { pmqa --dir "$T/A" "$@"; }
A assess open 2565 >/dev/null
A tick 1.1.B1 --reason "เริ่ม" >/dev/null
A set 1.1 strengths=หนึ่ง explanation.basic=แรก >/dev/null
A set 1.1 strengths=สอง >/dev/null
A set 2.1 gap=ช่องว่าง >/dev/null

names() { jq -c '[.revisions[].revision]' <<<"$out"; }

check_history() { # TEXT
	run A history --json
	is "$(names)" '["a5","a4","a3","a2","a1"]' "$1: newest first"
	run A history 1.1 --json
	is "$(names)" '["a4","a3","a2"]' "$1: of one item"
	run A history 1.1.strengths --json
	is "$(names)" '["a4","a3"]' "$1: of one field"
	same_json "$out" '[.revisions[0].changes[] | [.field, .old, .new]]' \
		'[["strengths","หนึ่ง","สอง"]]' "$1: with old and new"
	run A history 1.1.explanation.basic --json
	is "$(names)" '["a3"]' "$1: of a field with a dot"
	run A history 2565/assessment --json
	is "$(names)" '["a1"]' "$1: of a record"
	run A diff a3 a4 --json
	same_json "$out" '[.from, .to, .records[0].record, .records[0].changes]' \
		'["a3","a4","2565/items/1.1",[{"field":"strengths","new":"สอง","old":"หนึ่ง","segments":[{"op":"old","text":"หนึ่ง"},{"op":"new","text":"สอง"}]}]]' \
		"$1: diff"
}

check_history "live"
run A history a9 --json
isnt "$status" 0 "a record that cannot be is an error"
run A history --json --limit 2
is "$(names)" '["a5","a4"]' "a page of two"
next=$(jq -r .next <<<"$out")
run A history --json --limit 2 --cursor "$next"
is "$(names)" '["a3","a2"]' "the next page"
next=$(jq -r .next <<<"$out")
run A history --json --limit 2 --cursor "$next"
is "$(names)" '["a1"]' "the last page"
same_json "$out" .next null "which says that it is the last"

run A history --json --person nobody-here
is "$(names)" '[]' "of another person: none"
run A history --json --person "$(id -un)"
is "$(names)" '["a5","a4","a3","a2","a1"]' "of the caller: all"
run A history --json --since 2999-01-01
is "$(names)" '[]' "after a day to come (Buddhist era): none"
run A history --json --until 2000-01-01
is "$(names)" '[]' "before the first: none"
exits 7 "a date that is none" A history --since yesterday
exits 2 "a limit that is none" A history --limit 0
exits 3 "a revision that is not there" A diff a1 a77

run A history 1.1
like "$out" "strengths: หนึ่ง → สอง" "people see old and new"
like "$out" "Reason: เริ่ม" "and the reason"
run A diff a3 a4
like "$out" "- หนึ่ง" "diff shows what went"
like "$out" "+ สอง" "and what came"
run A diff a1 a2
like "$out" "+ 1.1.B1" "sets show what was added"

kill_daemon "$T/A"
start "$T/A"
check_history "after kill -9"
finish
