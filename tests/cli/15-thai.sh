#!/usr/bin/env bash
# Goal: everything is there in Thai: texts, labels, dates of the Buddhist era,
# faults; columns stand under each other though Thai marks have no width.
. "$(dirname "$0")/lib.sh"

new_office "$T/A" 9105 ละงู
start "$T/A"
A() { pmqa --dir "$T/A" --lang th "$@"; }

run A assess open 2565
like "$out" "บันทึกแล้วเป็นฉบับแก้ไข a1" "saved, in Thai"
run A tick 1.1.B1 1.1.B2 1.1.B3
like "$out" "จุดประเมินที่ทำได้: +1.1.B1" "a field's label"
A set 1.1 strengths="ผู้บริหารมุ่งมั่น" --reason "ทบทวน" >/dev/null
run A show 1.1
like "$out" "ระดับพัฒนาจนเกิดผล" "the third level"
like "$out" "จุดแข็ง" "a label from the daemon"
like "$out" "[x] 1.1.B1" "ticks"
COLUMNS=200 run A score
like "$out" "พื้นฐาน" "a level reached"
like "$out" "การนำองค์การ" "a category"
like "$out" "ไม่ใช่ผลการประเมิน PMQA 4.0 อย่างเป็นทางการ" "what the score is not"
run A history 1.1
like "$out" "เหตุผล: ทบทวน" "the reason"
year=$(($(TZ=Asia/Bangkok date +%Y) + 543))
like "$out" " $year " "a year of the Buddhist era"
run A status
like "$out" "ปีงบประมาณ" "the status"

run A tick 1.1.B9
is "$status" 3 "a fault has the same exit status"
like "$err" "ผิดพลาด: ข้อ 1.1 ไม่มีจุดประเมิน '1.1.B9'" "and its sentence is Thai"
run A tick 1.1.B9 --json
same_json "$err" '.error.message | startswith("ข้อ 1.1")' true "in JSON too"
run pmqa --dir "$T/none" --lang th status
like "$err" "คำแนะนำ" "hints of the client"
run A nosuch
like "$err" "ไม่รู้จักคำสั่ง" "a wrong command line"
run A set --help
like "$out" "วิธีใช้" "help"

unset PMQA_LANG
run env LC_ALL=th_TH.UTF-8 "$PMQA_BIN/pmqa" help
like "$out" "คำสั่ง" "the system's language is taken"
run env LC_ALL=C.UTF-8 LANG=th_TH.UTF-8 "$PMQA_BIN/pmqa" help
like "$out" "Setting up" "LC_ALL comes before LANG"
run env PMQA_LANG=th LC_ALL=C.UTF-8 "$PMQA_BIN/pmqa" help
like "$out" "คำสั่ง" "PMQA_LANG comes before LC_ALL"
export PMQA_LANG=en

# marks above and below take no column: the last column begins at the same one
columns() { # the display column at which "a1", "a2" … would stand
	jq -Rr '[explode[] | select((. == 3633 or (. >= 3636 and . <= 3642) or
		(. >= 3655 and . <= 3662)) | not)] | implode |
		capture("^(?<before>.*)[0-9]/[0-9]+$").before | length'
}
run A assess show
widths=$(grep -E '[0-9]/[0-9]+$' <<<"$out" | columns | sort -u | wc -l)
is "$widths" 1 "columns stand under each other"
for cols in 60 120; do
	widest=$(COLUMNS=$cols A score | jq -Rr '[explode[] | select((. == 3633 or
		(. >= 3636 and . <= 3642) or (. >= 3655 and . <= 3662)) | not)] |
		length' | sort -n | tail -1)
	holds "the score fits into $cols columns" [ "$widest" -le "$cols" ]
done
finish
