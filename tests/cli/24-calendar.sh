#!/usr/bin/env bash
# Goal: the hall writes a calendar, publishes it and shares a good practice; the
# office sees both after its next sync, in Thai and English; who is late.
. "$(dirname "$0")/lib.sh"

new_hall "$T/H" 91 สตูล
new_office "$T/A" 9105 ละงู
new_office "$T/B" 9106 ทุ่งหว้า
for d in H A B; do start "$T/$d"; done
# shellcheck disable=SC2317 # exits and run call it
H() { pmqa --dir "$T/H" "$@"; }
A() { pmqa --dir "$T/A" "$@"; }
B() { pmqa --dir "$T/B" "$@"; }

# --- before there is anything ---
exits 3 "no calendar yet" H cycle show
like "$err" "pmqa hall cycle YEAR" "with what to do"
run H cycle list
like "$out" "There is no calendar yet" "an empty list says so"

# --- the calendar ---
enrol "$T/A" "$T/H"
run H hall cycle 2569 due.submit=2569-03-31 due.review=2026-05-31 \
	due.final=31/8/2569 target=advance targets.basic='7 3.1' \
	note='รอบปี 2569' --json
same_json "$out" '[.cycle, .fields.due.submit, .fields.due.final]' \
	'[2569,"2026-03-31","2026-08-31"]' "days of either era are stored alike"
same_json "$out" '[.published[] | [.office, .records]]' \
	'[["9105",["cycles/2569"]]]' "it goes to every office"
enrol "$T/B" "$T/H"
A sync --wait >/dev/null
run B sync --wait
like "$out" "Exchanged: sent 0, received" \
	"an office that has written nothing lacks no receipt"
unlike "$out" "Not yet synced" "and is not told that it does"
run B cycle show 2569 --json
same_json "$out" '.fields.target' '"advance"' \
	"an office that joins later gets it by its enrolment"
run A cycle show 2569 --json
same_json "$out" '[.due[].name]' '["submit","review","final"]' \
	"the office sees the due dates"
same_json "$out" '.due[0] | [.days < 0, .done, .late]' '[true,false,true]' \
	"and that it is late"
run A --lang th cycle show 2569
like "$out" "31 มี.ค. 2569" "Thai days are of the Buddhist era"
like "$out" "เลยกำหนด" "and say how late in Thai"
like "$out" "รอบปี 2569" "with the hall's note"
run A cycle show 2569
like "$out" "late by" "English too"
like "$out" "Target level Basic for: 3.1 7" "with the exceptions"
run A cycle list
like "$out" "2569" "the list has the year"
like "$out" "2026-03-31" "and when it is due"

run H hall cycle 2569 note= --json
same_json "$out" '.fields.note' null "FIELD= removes"
run H hall publish
like "$out" "Every office has everything already" \
	"publishing again publishes nothing"
exits 7 "dates in the wrong order" H hall cycle 2569 due.final=2569-01-01
like "$err" "due.final (2026-01-01) would be before" "and which"
exits 7 "an item that the edition does not have" \
	H hall cycle 2569 targets.basic=9.9
exits 7 "no day" H hall cycle 2569 due.submit=soon
exits 7 "an unknown field" H hall cycle 2569 due.nosuch=2569-01-01
exits 3 "an edition that is not here" H hall cycle 2569 edition=nosuch
exits 2 "an office writes no calendar" A hall cycle 2569 target=basic
exits 2 "a word that is no year" H hall cycle next target=basic

# --- a year, seen by the hall ---
A assess open 2569 >/dev/null
A set 3.1 good_practice.text='เรือบริการออกเกาะหลีเป๊ะทุกเดือน' >/dev/null
A submit >/dev/null
A sync --wait >/dev/null
run H cycle show --json
same_json "$out" '[.year, (.offices[] | [.code, .state, .late])]' \
	'[2569,["9105","submitted",true],["9106","none",true]]' \
	"the hall sees who has submitted and who is late"
same_json "$out" '.offices[0].received != null' true "by its own receipt"
run H --lang th cycle show
like "$out" "ละงู" "by name"
like "$out" "ล่าช้า" "in Thai"
like "$out" "ยังไม่เปิด" "and who has not begun"
unlike "$out" "none" "not in the words of the wire"
run H cycle show --office 9105 --json
same_json "$out" '.due[0].done' true "or one office"

# --- good practices ---
run H hall share 9105 3.1 --title 'บริการเคลื่อนที่' --json
same_json "$out" '[.id, (.published | length)]' '["gh1",2]' \
	"a good practice goes to all offices"
B sync --wait >/dev/null
run B practices
like "$out" "gh1  บริการเคลื่อนที่" "another office reads it"
like "$out" "เรือบริการออกเกาะ" "with its text"
like "$out" "ละงู (9105), item 3.1, 2569" "and where it is from"
run B practices เกาะ เรือ --json
same_json "$out" '[.practices[].id]' '["gh1"]' "it is found by its words"
run B practices --item 1.1 --lang th
like "$out" "ยังไม่ได้เผยแพร่" "none for another item, said in Thai"
run B search หลีเป๊ะ --json
same_json "$out" '[.hits[] | [.record, .field, .branch]]' \
	'[["practices/gh1","text","hall"]]' "search finds it too"
exits 3 "nothing is written there" H hall share 9105 1.1
like "$err" "good_practice.text" "and where to write it"
run H hall unshare gh1 --reason 'ข้อมูลเก่า' --json
same_json "$out" '.id' '"gh1"' "it is taken back"
B sync --wait >/dev/null
run B practices --json
same_json "$out" '.practices' '[]' "at the offices as well"
exits 3 "and is not there twice" H hall unshare gh1
run B history --branch hall
like "$out" "ข้อมูลเก่า" "the history keeps it, with the reason"

# --- the day before ---
H hall cycle 2570 due.submit="$(date -u -d '+31 hours' +%F)" >/dev/null
A sync --wait >/dev/null
A assess open 2570 >/dev/null
run A state
holds "tomorrow is a word" grep -Eq ': (tomorrow|today)$' <<<"$out"
for d in A B H; do
	run pmqa --dir "$T/$d" verify
	is "$status" 0 "verify at $d"
done
finish
