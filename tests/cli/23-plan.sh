#!/usr/bin/env bash
# Goal: profile, indicators, own measures and the improvement plan from the
# command line: short names, days of the Buddhist era typed and shown, what is
# overdue, refusals that say what to do; a new year with the old one's work.
. "$(dirname "$0")/lib.sh"

new_office "$T/A" 9105 ละงู
start "$T/A"
A() { pmqa --dir "$T/A" "$@"; }
TH() { pmqa --dir "$T/A" --lang th "$@"; }

exits 3 "no year is open: no plan" A plan
like "$err" "pmqa assess open" "the hint opens one"
A assess open 2565 >/dev/null

# --- the organizational profile

run A profile show --json
same_json "$out" '[.answered, .questions, (.groups | length)]' '[0,13,5]' \
	"thirteen questions in five groups"
printf 'บำบัดทุกข์ บำรุงสุข' >"$T/mission.txt"
run A profile set 1a1=@"$T/mission.txt" 2b1="ความท้าทาย" --json
same_json "$out" '[.record, .revision, (.changes | length)]' \
	'["2565/profile","a2",2]' "two answers are one revision"
run TH profile show
like "$out" "ตอบแล้ว 2 จาก 13" "how far it is, in Thai"
like "$out" "บำบัดทุกข์ บำรุงสุข" "with the answer"
run A profile show
like "$out" "a. Environment: 1 of 5" "in English too"
exits 3 "a question that is not there" A profile set 9z9=x
like "$err" "1a1 1a2" "and the questions are named"
exits 2 "an answer without its question" A profile set x
run A history --json
same_json "$out" '.revisions[0].action' '"profile"' "the history says what it was"

# --- indicators

run A indicator add 7.1 measure=7.1.1 name="ร้อยละความสำเร็จ" \
	direction=larger unit=ร้อยละ target=๘๐ actual=85.50 previous=82 --json
same_json "$out" '[.id, .record]' '["ia1","2565/items/7.1"]' \
	"an indicator gets a short name"
run A indicator list 7.1 --json
same_json "$out" \
	'.items[0].measures[0] | [.id, .required, .indicators[0].percent, .indicators[0].score]' \
	'["7.1.1",true,"106.88","500.00"]' "per cent and score are worked out"
same_json "$out" '.items[0].assessed' false \
	"a required measure without an indicator leaves the item unassessed"
run A indicator add 7.1 measure=7.1.4 name="แผน" direction=smaller target=0 \
	actual=0 --json
same_json "$out" .id '"ia2"' "and the next the next name"
run A indicator list 7.1 --json
same_json "$out" '.items[0] | [.assessed, .score]' '[true,"400.00"]' \
	"a target of 0 that is met is 100 per cent"
run A indicator measure 7.1 "ตัววัดของอำเภอ" --json
same_json "$out" .id '"ma1"' "a measure of one's own"
exits 7 "of one title there is one" A indicator measure 7.1 "ตัววัดของอำเภอ"
like "$err" "measure=ma1" "and how it is measured is said"
run A indicator measure 7.1 "ตัววัดอำเภอละงู" --id ma1
is "$status" 0 "it is named anew"
run A indicator add 7.1 measure=ma1 name="ข้อร้องเรียน" direction=smaller \
	target=5 --json
same_json "$out" .id '"ia3"' "an indicator of it"
run TH show 7.1
like "$out" "ตัววัดอำเภอละงู" "show has the own measure"
like "$out" "106.88" "the per cent"
like "$out" "ไม่มีผล" "and why there is no score"
run A show 7.1
like "$out" "no result" "in English too"
like "$out" "smaller is better" "with what is better"
exits 7 "an own measure in use stays" A indicator rm 7.1 ma1
like "$err" "pmqa indicator rm 7.1 ia3" "and what to do first is said"
exits 0 "an indicator goes" A indicator rm 7.1 ia3 --reason "ซ้ำ"
exits 0 "then the measure" A indicator rm 7.1 ma1
exits 3 "what is not there cannot go" A indicator rm 7.1 ia3
like "$err" "only ia1 ia2" "and what there is, is named"
exits 7 "a new indicator needs a measure" A indicator add 7.1 name=x
like "$err" "needs 'measure'" "which is said"
like "$err" "for example: pmqa indicator add 7.1" "with an example"
exits 7 "a measure of another item" \
	A indicator add 7.1 measure=7.2.1 name=x direction=larger
like "$err" "7.1.1 7.1.2" "and the item's measures are named"
exits 7 "items of points take no indicators" A indicator add 1.1 name=x
exits 7 "result items take no ticks" A set 7.1 ticks=7.1.B1
exits 7 "a figure that is none" A indicator set 7.1 ia1 actual=many
like "$err" "'actual' must be a decimal number" "named as it was typed"
exits 7 "a field that is not there" A indicator set 7.1 ia1 goal=3
like "$err" "there are: measure, name, unit" "and the fields are named"
run TH indicator add 1.1 name=x
like "$err" "ไม่ใช้ตัวชี้วัด" "refusals are Thai as well"

# --- the plan

run A action add what="ทบทวนช่องทางร้องเรียน" items="3.4 7" who="ปลัดอำเภอ" \
	due=31/3/2565 priority=quick gap="ตอบช้า" --json
same_json "$out" '[.id, .record]' '["pa1","2565/actions/pa1"]' \
	"an action gets a short name"
same_json "$out" '[.changes[] | select(.field == "due" or .field == "status") | .new]' \
	'["2022-03-31","open"]' "the day is kept in the common era, the action open"
run TH action set pa1 due=2570-09-30
like "$out" "31 มี.ค. 2565" "a change shows the day as people write it"
like "$out" "30 ก.ย. 2570" "before and after"
A action set pa1 due=๓๑/๓/๒๕๖๕ >/dev/null
A action add what="อบรม" priority=system >/dev/null
A action add what="รักษามาตรฐาน" due=2571-09-30 priority=sustain items=1.1 \
	>/dev/null
run TH plan
like "$out" "กำหนดเสร็จ 31 มี.ค. 2565 (เกินกำหนด" "the plan shows what is overdue"
like "$out" "ทำได้ทันที" "by priority"
like "$out" "เกินกำหนด 1" "and counts it"
run A plan
like "$out" "due 2022-03-31" "English shows the common era"
like "$out" "[....................]   0%" "with a bar"
run A action list --overdue --json
same_json "$out" '[.actions[] | [.id, .overdue, (.days < 0)]]' \
	'[["pa1",true,true]]' "the list of what is overdue"
run A action list --item 7.1 --json
same_json "$out" '[.actions[].id]' '["pa1"]' "an item has its category's actions"
run A action set pa1 progress=60 followup.m6="สองตำบลแล้ว"
is "$status" 0 "progress and follow-up"
run A plan
like "$out" "[############........]  60%" "the bar follows"
like "$out" "At 6 months: สองตำบลแล้ว" "the follow-up stands there"
run A action set pa2 status=done --json
same_json "$out" '[.changes[] | [.field, .new]]' \
	'[["status","done"],["progress",100]]' "what is done is done wholly"
exits 7 "progress over 100" A action set pa1 progress=101
exits 7 "a day that does not exist" A action set pa1 due=2569-02-30
like "$err" "22/11/2569" "and how days are written"
exits 7 "a day before the plan's year" A action set pa1 due=2560-01-01
exits 7 "an item that is not there" A action set pa1 items=9.9
exits 7 "an action without what" A action add who=x
exits 3 "an action that is not there" A action set pa9 who=x
like "$err" "only pa1 pa2 pa3" "and those there are, are named"
exits 3 "a name that is no name" A action rm ../../x
run TH action set pa1 due=พรุ่งนี้
like "$err" "22/11/2569" "the hint is there in Thai"
exits 0 "an action goes" A action rm pa3 --reason "ไม่ทำแล้ว"
run A action add what="ใหม่" --json
same_json "$out" .id '"pa4"' "its name is not given again"

# --- a new year with the old one's work

A tick 1.1.B1 >/dev/null
A set 1.1 explanation.basic="เดิม" owner=สมชาย good_practice.flag=true >/dev/null
run A assess open 2566 --from 2565 --reason "ปีใหม่" --json
same_json "$out" '[(.records | length), .left_out]' '[6,[]]' \
	"assessment, two items, profile and two open actions in one revision"
run A show 1.1 --json
same_json "$out" '.fields' '{"explanation.basic":"เดิม","owner":"สมชาย"}' \
	"texts are carried over, ticks and marks are not"
run A indicator list 7.1 --json
same_json "$out" \
	'.items[0].measures[0].indicators[0] | [.actual, .previous, .before]' \
	'[null,"85.5","82"]' "last year's result is the previous one"
run A action list --json
same_json "$out" '[.actions[] | [.id, .origin.year]]' \
	'[["pa1",2565],["pa4",2565]]' "open actions keep name and origin"
run TH action list
like "$out" "(ยกมาจากปี 2565)" "which the list says"
run TH plan
like "$out" "ยกมาจากปี 2565" "and the plan says where they are from"
run A plan --year 2565 --json
same_json "$out" '[.actions[] | [.id, .status]] | sort' \
	'[["pa1","open"],["pa2","done"],["pa4","open"]]' "the old year stays"
exits 4 "the year opens once" A assess open 2566 --from 2565
exits 7 "a later year is no origin" A assess open 2560 --from 2565
exits 3 "nor is one that is not there" A assess open 2570 --from 2569
run TH assess open 2567 --from 2566
like "$out" "ยกมา: 2 ข้อ แผนปรับปรุง 2 รายการ" "the sums are told in Thai"

# --- and the record is what it should be

exits 0 "history, signatures and index agree" A verify
stop "$T/A"
exits 0 "the index is rebuilt from git" \
	"$PMQA_BIN/pmqad" --dir "$T/A" --reindex
start "$T/A"
run A action list --json
same_json "$out" '[.actions[].id]' '["pa1","pa4"]' "with the same plan"
stop "$T/A"
holds "stock git finds nothing to say" \
	git -C "$T/A/repo.git" fsck --strict --no-dangling
finish
