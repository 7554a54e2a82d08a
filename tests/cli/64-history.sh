#!/usr/bin/env bash
# Goal: an auditor asks the past: by person, device, action, text, lateness, at
# one office and over a province, listed, counted and as files; blame; and the
# hall keeps who took the past away.
. "$(dirname "$0")/lib.sh"

new_hall "$T/H" 91 สตูล
new_office "$T/A" 9105 ละงู
new_office "$T/B" 9106 ทุ่งหว้า
calm "$T/A"
calm "$T/B"
sed -i 's/^record_access = no$/record_access = yes/' "$T/H/pmqad.conf"
for d in H A B; do start "$T/$d"; done
# shellcheck disable=SC2317 # exits and run call it
H() { pmqa --dir "$T/H" "$@"; }
A() { pmqa --dir "$T/A" "$@"; }
B() { pmqa --dir "$T/B" "$@"; }
me=$(id -un)

enrol "$T/A" "$T/H"
enrol "$T/B" "$T/H"
H hall cycle 2565 due.submit=2565-03-31 due.final=2565-08-31 >/dev/null
A assess open 2565 >/dev/null                                     # a1
A tick 1.1.B1 1.1.B2 --reason 'ประกาศแผนยุทธศาสตร์แล้ว' >/dev/null # a2
A set 1.1 strengths='ผู้บริหารนำเอง' gap=แรก >/dev/null            # a3
A untick 1.1.B2 --reason 'หลักฐานยังไม่ครบ' >/dev/null              # a4
A set 1.1 gap=สอง owner=ฝ่ายแผน >/dev/null                         # a5
B assess open 2565 >/dev/null                                     # a1 of 9106
B set 1.1 gap='ของทุ่งหว้า' >/dev/null                              # a2
A sync --wait >/dev/null
A submit --reason 'ครบแล้ว' >/dev/null 2>&1 # a6
A reopen --reason 'หัวหน้าขอแก้' >/dev/null # a7
A set 1.1 gap= --reason 'แก้แล้ว' >/dev/null # a8
B sync --wait >/dev/null
A sync --wait >/dev/null

names() { jq -c '[.revisions[].revision]' <<<"$out"; }
both() { jq -c '[.revisions[] | .office + " " + .revision]' <<<"$out"; }

# --- one office ---
run A history --device a --action untick --json
is "$(names)" '["a4"]' "by device and action"
run A history --device 9105-a --limit 2 --json
is "$(names)" '["a8","a7"]' "a device by its name"
next=$(jq -r .next <<<"$out")
run A history --device 9105-a --limit 2 --cursor "$next" --json
is "$(names)" '["a6","a5"]' "and on from a cursor"
run A history --device 9106-a --json
is "$(names)" '[]' "another office's device wrote nothing here"
exits 7 "a device that is none" A history --device laptop
run A history --text ยุทธศาสตร์ --json
is "$(names)" '["a2"]' "a text in a reason"
run A history --text 'ผู้บริหาร' --json
is "$(names)" '["a3"]' "a text in a value"
run A history 1.1.gap --text สอง --json
is "$(names)" '["a8","a5"]' "a value that came, and went"
run A history --item 1.1 --person "$me" --action set --json
is "$(names)" '["a8","a5","a3"]' "by item, person and action"
run A history --after-submission --json
is "$(names)" '["a8","a7"]' "after the sign-off"
run A history --late --json
is "$(names)" '["a8","a7","a6","a5","a4","a3","a2","a1"]' \
	"all came after a day long past"
run A history --since a7 --json
is "$(names)" '["a8","a7"]' "since a revision"
run A history --since a4 --until a4 --json
is "$(names)" '["a4"]' "one revision is a span"
exits 7 "a span that ends before it begins is no empty list" \
	A history --since a7 --until a4
like "$err" "'a7' is later than 'a4'" "and says which is which"
exits 7 "of days, too" A history --since 2569-02-01 --until 2569-01-31
exits 2 "the item twice" A history 1.1 --item 1.2
run A history --action undo --json
is "$(names)" '[]' "an action as people see it: nothing was undone"
run A --lang th history --action ยกเลิกเครื่องหมาย --json
is "$(names)" '["a4"]' "and in Thai"
exits 2 "an action that is none is no empty list" A history --action remove
like "$err" "untick" "and those there are, are told"
exits 2 "lateness of the hall's own" A history --branch hall --late

# --- the province ---
run H history --year 2565 --json
is "$(both | jq -c 'sort')" \
	'["9105 a1","9105 a2","9105 a3","9105 a4","9105 a5","9105 a6","9105 a7","9105 a8","9106 a1","9106 a2"]' \
	"all offices together"
is "$(both | jq -c '.[0:3]')" '["9105 a8","9105 a7","9105 a6"]' \
	"what the hall received last is first"
all=$(both)
list='[]'
cursor=()
while :; do
	run H history --year 2565 --limit 3 "${cursor[@]}" --json
	list=$(jq -c --argjson more "$(both)" '. + $more' <<<"$list")
	next=$(jq -r '.next // ""' <<<"$out")
	[ -n "$next" ] || break
	cursor=(--cursor "$next")
done
is "$list" "$all" "pages give the same list, each revision once"
run H history --text ของทุ่งหว้า --json
is "$(both)" '["9106 a2"]' "a text, wherever it is"
run H history 1.1 --year 2565 --action untick --json
is "$(both)" '["9105 a4"]' "an item, wherever it is"
exits 3 "a year that no office has" H history 1.1 --year 2599
exits 7 "a cursor of one office" H history --cursor a3
run H history --office 9106 --json
is "$(names)" '["a2","a1"]' "one of them alone"
run H history --limit 1
like "$out" "9105  a8" "people see whose it is"

# --- counted ---
run A history --stat --json
same_json "$out" '[.revisions, .next, (.action[] | select(.key=="set").n)]' \
	'[8,null,3]' "revisions counted"
same_json "$out" '[.item[] | [.key, .n]] | map(select(.[0] == "1.1"))' \
	'[["1.1",5]]' "by item"
same_json "$out" '[.month[].n] | add' 8 "by month"
run H history --stat --json
same_json "$out" '[.revisions >= 10, [.office[].key]]' \
	'[true,["9105","9106"]]' "of the province, by office, the most first"
run A --lang th history --stat
like "$out" "ฉบับแก้ไข: 8" "for people"
exits 2 "what counts all has no pages" A history --stat --limit 3
exits 2 "nor a place to go on" A history --stat --cursor a3

# --- blame ---
run A blame 1.1 --json
same_json "$out" '[.record, .complete, [.fields[] | [.field, .revision]]]' \
	'["2565/items/1.1",true,[["ticks","a4"],["strengths","a3"],["owner","a5"]]]' \
	"each field by the revision that made it so"
same_json "$out" '[.points[] | [.point, .ticked, .revision, .reason]]' \
	'[["1.1.B1",true,"a2","ประกาศแผนยุทธศาสตร์แล้ว"]]' "and each point"
same_json "$out" '.fields[1] | [.value, .person.login, .device, .action]' \
	"[\"ผู้บริหารนำเอง\",\"$me\",\"9105-a\",\"set\"]" "with who and what"
is "$(jq -r '.fields[1].commit' <<<"$out")" \
	"$(A history 1.1.strengths --json | jq -r '.revisions[0].commit')" \
	"its commit is the history's"
run env COLUMNS=40 "$PMQA_BIN/pmqa" --dir "$T/A" blame 1.1
like "$out" "  1.1.B1  ticked
    a2  " "a narrow window has the points one below the other"
run A blame 1.1 --since a4 --json
same_json "$out" '[[.fields[] | [.field, .value, .revision]], [.points[] | [.point, .ticked, .revision]]]' \
	'[[["ticks",["1.1.B1"],"a4"],["owner","ฝ่ายแผน","a5"],["gap",null,"a8"]],[["1.1.B2",false,"a4"]]]' \
	"since a revision: what was removed and unticked, too"
same_json "$out" '.unchanged' 2 "and how much stands since before"
run A blame 1.1.owner --json
same_json "$out" '[.fields[].field, (.points | length)]' '["owner",0]' \
	"of one field"
run A blame 1.1 --since submission
like "$out" "(removed)" "since a sign-off, for people"
like "$out" "Unchanged since then" "with the rest counted"
run A --lang th blame 1.1
like "$out" "ผู้บริหารนำเอง" "in Thai"
like "$out" "จังหวัดได้รับเมื่อ" "with the receipt"
exits 3 "an item that is none" A blame 9.9
exits 3 "a field that is none" A blame 1.1.colour
exits 2 "the hall must say for which office" H blame 1.1
run H blame 1.1 --office 9105 --json
same_json "$out" '[.fields[].revision]' '["a4","a3","a5"]' "at the hall alike"
run A blame 1.2 --year 2565
like "$out" "Nothing is written here" "an item without an answer"

A profile set 1a1='บริการประชาชน' --reason 'เพิ่ม' >/dev/null              # a9
A action add what='ทบทวนแผน' items=1.1 --reason 'เพิ่ม' >/dev/null         # a10
printf '%%PDF-1.4\nx\n%%%%EOF\n' >"$T/order.pdf"
A evidence add 1.1 "$T/order.pdf" --points 1.1.B1 --reason 'เพิ่ม' >/dev/null # a11
run A blame profile --json
same_json "$out" '[.record, .fields[0].revision]' '["2565/profile","a9"]' \
	"the profile by its name"
run A blame pa1.what --json
same_json "$out" '[.fields[] | [.field, .value, .revision]]' \
	'[["what","ทบทวนแผน","a10"]]' "a field of an action by its name"
run A history assessment.submission.n --json
is "$(names)" '["a6"]' "and of the assessment"
exits 7 "a record that is none" A blame letters
like "$err" "2565/items/1.1" "with how they are named"
run A blame 1.1
is "$(grep -c 'points that the evidence supports' <<<"$out")" 2 \
	"what a file supports stands apart from what is ticked"
is "$(grep -c '^  1.1.B1  ticked' <<<"$out")" 2 "each with its own table"

# --- options mean what the command does with them ---
run A audit --help
unlike "$out" "do it; without this option" "nothing is shown first in a dossier"
run A history --help
unlike "$out" "of a bundle" "a history has no bundle"
like "$out" "9105-b" "a device is named by letter or whole"

# --- files, and who took them ---
run H hall log --access
like "$out" "no such line" "nobody has taken anything yet"
run H history --year 2565 --format csv --output "$T/past.csv"
is "$status" 0 "the past as a file"
is "$(head -c 3 "$T/past.csv" | od -An -tx1 | tr -d ' ')" efbbbf \
	"which spreadsheets take for UTF-8"
is "$(head -1 "$T/past.csv" | tail -c +4 | tr -d '\r')" \
	'office,revision,commit,time,received,login,person,device,action,record,field,old,new,reason' \
	"with its columns"
is "$(grep -c '^9105,a5,' "$T/past.csv")" 2 "a line for each changed field"
like "$(grep '^9105,a5,' "$T/past.csv")" "gap,แรก,สอง," "old and new"
is "$(stat -c %a "$T/past.csv")" 644 "readable"
run H history --office 9105 --person "$me" --format json --output - --json
is "$(wc -l <<<"$out")" 8 "json: a revision a line"
is "$(jq -r .revision <<<"$out" | head -1)" a8 "each as in the history"
exits 2 "a file has no pages" H history --format csv --limit 5
exits 2 "no other form" H history --format xml
exits 1 "no place for it" H history --format csv --output "$T/none/x.csv"
exits 3 "no such office for a file" \
	H history --office 9999 --format csv --output "$T/none.csv"
is "$out" "" "none of it is on the screen then"
full() { # the disk is, behind the first KiB
	(
		trap '' XFSZ
		ulimit -f 1
		A history --format csv --output "$T/full.csv"
	)
}
exits 1 "a full disk is an error" full
like "$err" "cannot write" "which is told"
is "$out" "" "and what the disk had no room for is not on the screen"
is "$(find "$T" -name 'full.csv*' -o -name 'none.csv*')" "" \
	"nothing of either file stays"
exits 3 "no such office" H audit --office 9999 --output "$T/none.html"
exits 3 "no such year" H audit --year 2599 --output "$T/none.html"
run H hall log --access --json
same_json "$out" '[.entries[] | [.n, .action, .office, .year, .format, .detail]]' \
	"[[2,\"history.export\",\"9105\",\"\",\"json\",\"person=$me\"],[1,\"history.export\",\"\",\"2565\",\"csv\",\"\"]]" \
	"the hall knows what was taken, and not what came to nothing"
same_json "$out" '[.recording, .head.n, .entries[0].login]' \
	"[true,2,\"$me\"]" "and by whom"
# the chain by stock tools alone
prev=$(printf '0%.0s' {1..64})
while IFS= read -r line; do
	is "$(jq -r .prev <<<"$line")" "$prev" "a line follows the one before"
	prev=$(jq -cjS 'del(.hash)' <<<"$line" | sha256sum | cut -d' ' -f1)
	is "$(jq -r .hash <<<"$line")" "$prev" "and is what its hash says"
done < <(cat "$T/H/log/"access-*.jsonl)
run H --lang th hall log --access
like "$out" "แฟ้มประวัติ" "for people in Thai"
run A history --format json --output "$T/a.json"
run A hall log --access
like "$out" "record_access" "an office that does not record says how to"
finish
