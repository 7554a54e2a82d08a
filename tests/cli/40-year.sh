#!/usr/bin/env bash
# Goal: a whole year of an office and its hall, as they would live it: the
# calendar, the profile, answers, indicators, evidence, a plan; submitted, sent
# back, corrected, accepted; reported; carried over into the next year. Every
# state is seen at both sides, and stock git has the last word.
. "$(dirname "$0")/lib.sh"

A=$T/A H=$T/H
a() { pmqa --dir "$A" "$@"; }
h() { pmqa --dir "$H" "$@"; }
quiet() { "$@" >/dev/null; }
state_at() { "$1" --json state "${@:2}" | jq -r .state; }

new_hall "$H" 91 สตูล
new_office "$A" 9105 ละงู
start "$H"
start "$A"
enrol "$A" "$H"

# --- the hall's calendar reaches the office ----------------------------------
quiet h hall cycle 2565 due.submit=2569-03-31 due.review=2569-04-30 target=advance
quiet a sync --wait
run a --json cycle show 2565
same_json "$out" .fields.target '"advance"' "the office has the hall's calendar after a sync"

# --- the office writes ---------------------------------------------------------
quiet a assess open 2565
quiet a profile set 1a1='บำบัดทุกข์ บำรุงสุข' 1a2='อำเภอแห่งความสุข'
quiet a tick 1.1.B1 1.1.B2 1.1.B3 1.1.A1 1.2.B1
quiet a set 1.1 explanation.basic='ประกาศวิสัยทัศน์ต่อบุคลากรทุกระดับ' \
	strengths='ผู้บริหารสื่อสารสองทาง' gap='ยังไม่มีการวัดผลการสื่อสาร' \
	good_practice.flag=true good_practice.text='ประชุมสัญจรทุกตำบล'
run a --json indicator add 7.1 measure=7.1.1 name='ร้อยละความสำเร็จตามแผน' \
	direction=larger unit=ร้อยละ target=80 actual=82 previous=78 before=75
is "$status" 0 "an indicator is added"
printf '%%PDF-1.4\n%%a file of the office\n%%%%EOF\n' >"$T/order.pdf"
run a evidence add 1.1 "$T/order.pdf" --caption 'คำสั่งแต่งตั้ง' --points 1.1.B1
is "$status" 0 "evidence is stored"
run a --json action add what='วัดผลการสื่อสารปีละ 2 ครั้ง' items=1.1 who='ปลัดอำเภอ' \
	due=2569-06-30 priority=quick
is "$status" 0 "an action is planned"
action=$(printf '%s' "$out" | jq -r .id)
run a --json score
same_json "$out" '[.items[]|select(.id=="1.1")|.score][0]' '"400.00"' "1.1 scores 300 + 100"
same_json "$out" '[.items[]|select(.id=="7.1")|.score][0]' '"0.00"' "7.1 lacks a required measure"
run a --json gaps
same_json "$out" '.gaps|length>0' true "gaps are listed"
run a search สื่อสารสองทาง
like "$out" "1.1" "a text is found with its place"

# --- signed off, reviewed, sent back -------------------------------------------
is "$(state_at a)" open "the assessment is open"
quiet a submit --note 'ตรวจแล้ว'
is "$(state_at a)" submitted "and submitted"
exits 6 "a submitted year takes no edit" a tick 1.2.B2
like "$err" "reopen" "and says what to do"
quiet a sync --wait
is "$(state_at h --office 9105)" submitted "the hall sees it submitted"
run h hall status
like "$out" "9105" "among its offices"
quiet h hall review 9105 1.1 ticks='1.1.B1 1.1.B2 1.1.B3' comment='ยังไม่เห็นหลักฐานระดับก้าวหน้า'
quiet h comment 1.1 'ขอคำสั่งฉบับลงนาม' --office 9105
run h --json score --office 9105
same_json "$out" '[.items[]|select(.id=="1.1")|[.score,.committee]][0]' '["400.00","300.00"]' \
	"the committee's score stands beside the office's"
quiet h hall return 9105 --note 'แก้ข้อ 1.1 ให้มีหลักฐาน' --items 1.1
quiet a sync --wait
is "$(state_at a)" returned "the office sees the return after its next sync"
run a status
like "$out" "แก้ข้อ 1.1" "with what is to be corrected"
exits 7 "a change after the first submission needs a reason" a set 1.1 gap='x'
quiet a set 1.1 explanation.advance='แนบคำสั่งลงนาม 5 มี.ค.' --reason 'ตามที่จังหวัดขอ'
is "$(state_at a)" reopened "an edit takes it up again"
quiet a comment 1.1 'แนบแล้ว'
quiet a submit
quiet a sync --wait
quiet h hall accept 9105 --note 'ครบถ้วน'
quiet a sync --wait
is "$(state_at a)" accepted "the second submission is accepted"
run a --json review show 1.1
same_json "$out" '[.comments[].side]|sort' '["hall","office"]' "both sides' comments"
same_json "$out" .office.score '"400.00"' "the office's answer was not overwritten"
exits 6 "what is accepted is not accepted again" h hall accept 9105
like "$err" "nothing is left to decide" "in the hall's words"
exits 6 "an accepted year cannot be reopened by the office" a reopen --reason 'อยากแก้'
quiet a action set "$action" progress=50 followup.m6='วัดแล้ว 1 ครั้ง' --reason 'ติดตาม 6 เดือน'
ok "a follow-up is written after acceptance"

# --- shared, compared, reported ------------------------------------------------
quiet h hall share 9105 1.1 --title 'ประชุมสัญจร'
quiet a sync --wait
run a practices สัญจร
like "$out" "ประชุมสัญจร" "a good practice reaches the offices"
run h compare
like "$out" "9105" "the hall compares its offices"
quiet a report --output "$T/report.html"
like "$(cat "$T/report.html")" "ละงู" "a report is written"
like "$(cat "$T/report.html")" "$(git -C "$A/repo.git" rev-parse office | cut -c1-12)" "with the tip's commit id"
quiet h report --year 2565 --format xlsx --output "$T/province.xlsx"
holds "the province's workbook is a zip file" python3 -m zipfile -t "$T/province.xlsx"

# --- the next year ------------------------------------------------------------
run a --json assess open 2566 --from 2565
is "$status" 0 "the next year begins with this one's work"
run a --json show 1.1 --year 2566
same_json "$out" '[.fields.strengths,.fields.ticks]' '["ผู้บริหารสื่อสารสองทาง",null]' "texts carried over, ticks cleared"
run a --json action list --year 2566
same_json "$out" '[.actions[]|[.id,.origin.year]]' "[[\"$action\",2565]]" "an open action keeps its name and origin"
run a --json indicator list 7.1 --year 2566
same_json "$out" '[.items[].measures[].indicators[]|[.previous,.before,.actual]]' '[["82","78",null]]' \
	"this year's result became the previous one"
quiet a sync --wait

# --- proved ----------------------------------------------------------------------
run a --json verify
same_json "$out" '[.ok,.findings]' '[true,[]]' "the office verifies"
run h --json verify
same_json "$out" '[.ok,.findings]' '[true,[]]' "the hall verifies"
is "$(git -C "$A/repo.git" rev-parse office)" "$(git -C "$H/offices/9105.git" rev-parse office)" "both hold the same tip"
written "$H"
exits 0 "stock git finds no fault" git -C "$H/offices/9105.git" fsck --strict
for branch in office hall; do
	bad=0
	for commit in $(git -C "$A/repo.git" rev-list "$branch"); do
		git -C "$A/repo.git" -c gpg.format=ssh -c gpg.ssh.allowedSignersFile="$A/allowed_signers" \
			verify-commit "$commit" 2>/dev/null || bad=$((bad + 1))
	done
	is "$bad" 0 "every commit of $branch is signed by a known key"
done
stop "$A"
exits 0 "the index is built again from git" "$PMQA_BIN/pmqad" --dir "$A" --reindex
start "$A"
is "$(state_at a --year 2565)" accepted "and says the same of the year"
finish
