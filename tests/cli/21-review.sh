#!/usr/bin/env bash
# Goal: an office and its hall go through a year: submit, review, return,
# correct, resubmit, accept; what is refused in between, and what each side is
# told.
. "$(dirname "$0")/lib.sh"

H() { pmqa --dir "$T/H" "$@"; }
A() { pmqa --dir "$T/A" "$@"; }
field() { # FILTER: of the last output
	printf '%s' "$out" | jq -r "$1"
}
# the office and the hall exchange, and the hall's word comes back
meet() {
	written "$T/H" # where the office fetches it
	A sync --wait >/dev/null
	A sync --wait >/dev/null
}
# office, hall: the state that each of them sees
states() {
	echo "$(A state --json | jq -r .state)," \
		"$(H state --office 9105 --json | jq -r .state)"
}

new_hall "$T/H" 91 สตูล
new_office "$T/A" 9105 ละงู
for dir in "$T/H" "$T/A"; do # no exchange but when the script says
	sed -i -e 's/^interval = .*/interval = 86400/' \
		-e 's/^after_save_ms = .*/after_save_ms = 3600000/' \
		"$dir/pmqad.conf"
	start "$dir"
done
enrol "$T/A" "$T/H"

exits 3 "no year is open: no state" A state
exits 3 "nothing can be submitted" A submit
like "$err" "assess open" "the hint opens a year"
A assess open 2565 >/dev/null
A tick 1.1.B1 1.1.B2 1.1.B3 >/dev/null
A set 1.1 strengths="ผู้บริหารนำเอง" >/dev/null
run A state --json
same_json "$out" '[.state, .submission, .decision, .may]' \
	'["open",null,null,["edit","follow","comment","submit"]]' \
	"an open year, and what may be done"
run A reopen --reason x
is "$status" 6 "what was not submitted is not opened again"
like "$err" "pmqa submit" "and the hint says what comes first"
meet
exits 6 "the hall waits for the submission" H hall accept 9105
like "$err" "wait until the office submits it" "and is told so"

# --- submit ---
run A submit --note "ครบทุกข้อ"
is "$status" 0 "the chief submits"
like "$out" "Saved as a4" "as a revision"
run A state --json
same_json "$out" '[.state, .submission.n, .submission.revision, .submission.received, .submission.note]' \
	'["submitted",1,"a3",null,"ครบทุกข้อ"]' "over what stood before"
same_json "$out" '.submission.commit | length' 40 "with its commit"
exits 6 "an edit is refused" A tick 1.2.B1
like "$err" "pmqa reopen --reason" "the hint opens it again"
exits 6 "a second submission is refused" A submit
exits 0 "what changes nothing is no edit" A tick 1.1.B1
A comment 1.1 "ขอคำแนะนำ" >/dev/null
meet
is "$(states)" "submitted, submitted" "both sides say submitted"
run A state --json
isnt "$(field .submission.received)" null "the hall's receipt stands there"

# --- review ---
run H complete -- hall review 9105 1.
is "$out" $'1.1\n1.2\n1.3\n1.4' "the shell knows the office's items"
run H complete -- hall review 9105 1.1 ''
is "$out" $'ticks=\nscore=\ncomment=' "and what a reviewer writes"
H hall review 9105 1.1 ticks='B1 B2' comment="B3 ยังไม่มีหลักฐาน" >/dev/null
run H review show 1.1 --office 9105 --json
same_json "$out" '[.office.score, .committee.score, .committee.from, .assessors[0].ticks]' \
	'["300.00","200.00","assessor",["1.1.B1","1.1.B2"]]' \
	"office and assessor side by side"
exits 7 "a field that a view does not have" H hall review 9105 1.1 gap=x
like "$err" "ticks, score, comment" "and those there are"
exits 7 "a score beyond the scale" H hall review 9105 1.1 score=501
exits 3 "an item that is not there" H hall review 9105 9.9 score=1
exits 3 "an office that is not there" H hall review 9199 1.1 score=1
H comment 1.1 "แนบประกาศ" --office 9105 >/dev/null
exits 7 "a return says what is to be corrected" H hall return 9105
like "$err" "--note" "and the hint says how"
exits 3 "a return names items that exist" \
	H hall return 9105 --note x --items 1.1,9.9
run H hall return 9105 --note "แนบหลักฐานข้อ 1.1" --items 1.1 --json
same_json "$out" '.record' '"decisions/2565"' "the hall returns it"
meet
is "$(states)" "returned, returned" "both sides say returned"
run A status
like "$out" "แนบหลักฐานข้อ 1.1" "the office's status shows what to correct"
like "$out" "then the chief submits it again" "and what to do next"
run A --lang th status
like "$out" "ส่งกลับให้แก้ไข" "in Thai too"
run A review show 1.1
like "$out" "B3 ยังไม่มีหลักฐาน" "the office reads the assessor's word"
like "$out" "แนบประกาศ" "and the hall's comment"
run A score --json
same_json "$out" '.items[0].score' '"300.00"' \
	"the office's own score is what it was"

# --- correct ---
exits 7 "a change after submission needs a reason" A untick 1.1.B3
like "$err" "needs a reason" "it says so"
like "$err" "--reason" "and how to give it"
exits 7 "a blank is no reason" A untick 1.1.B3 --reason " "
run A untick 1.1.B3 --reason "ยังไม่มีหลักฐาน" --json
same_json "$out" '[.records[].record]' \
	'["2565/items/1.1","2565/assessment"]' \
	"the first correction opens it again, in the same revision"
is "$(A state --json | jq -r .state)" reopened "the office sees it open"
exits 7 "the next change needs a reason too" A set 1.1 gap=x
A set 1.1 gap="รอประกาศ" --reason "ตามที่จังหวัดขอ" >/dev/null

# --- resubmit, while the hall knows nothing of it yet ---
run A submit --json
same_json "$out" '.changes[0]' \
	'{"field":"status","new":"submitted","old":"open"}' "resubmitted"
meet
is "$(states)" "submitted, submitted" "both sides say submitted again"
run H state --office 9105 --json
same_json "$out" '[.submission.n, .decision.of, .decision.verdict]' \
	'[2,1,"returned"]' "submission 2 is not decided on yet"

# --- the hall accepts while the office opens again ---
A reopen --reason "ตัวเลขคลาดเคลื่อน" >/dev/null
H hall accept 9105 >/dev/null
meet
is "$(states)" "reopened, reopened" "both agree that it is open again"
A set 1.1 owner=สมชาย --reason "ตัวเลขคลาดเคลื่อน" >/dev/null
A submit >/dev/null
meet
is "$(states)" "submitted, submitted" "the third submission is not accepted yet"

# --- several assessors, then what they agreed on ---
H hall review 9105 1.1 score=250 >/dev/null
H hall review 9105 1.1 score=280 --consensus >/dev/null
run H review show 1.1 --office 9105
like "$out" "Consensus" "the consensus stands beside the views"
run H hall accept 9105 --note "ครบถ้วน"
is "$status" 0 "the hall accepts"
meet
is "$(states)" "accepted, accepted" "both sides say accepted"
run A state
like "$out" "ครบถ้วน" "the office reads the hall's word"
exits 6 "an edit of what was accepted is refused" A set 1.1 gap=y --reason x
exits 6 "and so is opening it again" A reopen --reason x
like "$err" "ask the hall" "the hint says whom to ask"
exits 6 "the hall's view stands too" H hall review 9105 1.1 score=1
like "$err" "pmqa hall return" "until the acceptance is taken back"
exits 0 "a comment goes on" A comment 1.1 "ขอบคุณ"
run H hall return 9105 --note "พบข้อผิดพลาด"
is "$status" 0 "the hall takes its acceptance back"
meet
is "$(states)" "returned, returned" "and it is returned"

# --- the record ---
run A history --limit 50 --json
same_json "$out" '[.revisions[] | select(.action == "submit") | .revision] | length' \
	3 "three submissions stand in the history"
same_json "$out" '[.revisions[] | select(.action == "reopen") | .reason]' \
	'["ตัวเลขคลาดเคลื่อน"]' "with the reason for opening it again"
run A verify --json
same_json "$out" '[.ok, .findings]' '[true,[]]' "the office's record verifies"
run H verify --json
same_json "$out" '[.ok, .findings]' '[true,[]]' "the hall's too"
stop "$T/A"
"$PMQA_BIN/pmqad" --dir "$T/A" --reindex >/dev/null 2>&1
start "$T/A"
is "$(states)" "returned, returned" "a rebuilt index says the same"
finish
