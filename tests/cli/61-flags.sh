#!/usr/bin/env bash
# Goal: a year that went oddly is asked about: at its office, at the hall over
# all offices, in words of both languages and in JSON; each rule explains itself
# and can be switched off; a quiet year is called quiet.
. "$(dirname "$0")/lib.sh"

new_hall "$T/H" 91 สตูล
new_office "$T/A" 9105 ละงู
new_office "$T/B" 9106 ทุ่งหว้า
for d in H A B; do start "$T/$d"; done
# shellcheck disable=SC2317 # exits and run call it
H() { pmqa --dir "$T/H" "$@"; }
A() { pmqa --dir "$T/A" "$@"; }
B() { pmqa --dir "$T/B" "$@"; }
enrol "$T/A" "$T/H"
enrol "$T/B" "$T/H"

# --- nothing to look at ---
exits 3 "an office without a year has none to look at" A flags
run H flags
is "$status:$out" "0:No office has opened this year." "nor has the hall"

# --- a year past its due day ---
H hall cycle 2569 due.submit=2026-03-31 due.correct=2026-06-30 >/dev/null
A assess open 2569 >/dev/null
A tick 1.1.B1 1.1.B2 >/dev/null
A set 1.2 gap='ยังไม่มีแผน' >/dev/null
A submit >/dev/null 2>&1
A sync --wait >/dev/null
H hall return 9105 --year 2569 --note 'โปรดแก้ข้อ 1.1' --items 1.1 >/dev/null
A sync --wait >/dev/null
A tick 1.1.B3 --reason 'ทำเพิ่มแล้ว' >/dev/null
A tick 2.1.B1 --reason 'ทำเพิ่มแล้ว' >/dev/null
A submit >/dev/null 2>&1
A sync --wait >/dev/null

run A flags --json
is "$status" 0 "there are flags, and the status is 0 all the same"
same_json "$out" '[.flags[].rule] | unique | sort' \
	'["late_save","no_evidence","raised_after_review"]' \
	"late, raised after the return, and without evidence"
same_json "$out" '[.flags[] | select(.rule == "raised_after_review") |
	[.item, .figures.asked, .figures.of]]' \
	'[["1.1",true,1],["2.1",false,1]]' "what the hall had asked for is said"
same_json "$out" '[.flags[] | (.revisions | length) > 0] | all' true \
	"each names its revisions"
same_json "$out" '.total == (.flags | length) and .next == null' true "and there are no more"
# every commit named is one, of the revision named
bad=0
while read -r rev commit; do
	subject=$(git -C "$T/A/repo.git" log -1 --format=%B "$commit" 2>/dev/null |
		sed -n 's/^Sequence: //p')
	[ "a$subject" = "$rev" ] || bad=$((bad + 1))
done < <(jq -r '.flags[].revisions[] | .revision + " " + .commit' <<<"$out")
is "$bad" 0 "with the commits that stock git knows"
office=$(jq -S '[.flags[] | del(.revisions[].received)]' <<<"$out")

exits 7 "a span that ends before it begins is not called clean" \
	A flags --since 2026-11-22 --until 2026-01-01

run A flags
like "$out" "9105 ละงู, year 2569" "in words: whose year"
like "$out" "Saved after the due date (late_save)" "which rule"
like "$out" "due day of the submission: 2026-03-31" "what day it was"
like "$out" "the hall had not asked for" "what is odd"
like "$out" "a question, not a verdict" "and what a flag is"
run A --lang th flags
like "$out" "บันทึกหลังวันครบกำหนด" "in Thai"
like "$out" "การประเมิน: กำหนดส่ง" "with the names of records"
like "$out" "31 มี.ค. 2569" "with days of the Buddhist era"
like "$out" "เป็นคำถาม ไม่ใช่คำตัดสิน" "and the same caution"

# --- the hall sees the same, and a quiet office ---
B assess open 2569 >/dev/null
B sync --wait >/dev/null
run H flags --json
same_json "$out" '[.offices[] | [.office, .flags > 0]]' \
	'[["9105",true],["9106",true]]' "the hall looks at all offices"
run H flags --office 9105 --year 2569 --json
is "$(jq -S '[.flags[] | del(.revisions[].received)]' <<<"$out")" "$office" \
	"and finds of one what the office finds"
run H flags --rule redaction
like "$out" "9105 ละงู, year 2569: 0 flags" "an office without any is named"
exits 3 "a year that it does not have" H flags --office 9106 --year 2565

# --- narrower ---
run A flags --rule raised_after_review --item 2.1 --json
same_json "$out" '.total' 1 "one rule, one item"
run A flags --since 2099-01-01 --json
same_json "$out" '.total' 0 "nothing of the future"
run A flags --limit 1 --json
same_json "$out" '[(.flags | length), .next]' '[1,1]' "a page"
run A flags --limit 1 --cursor 1 --json
same_json "$out" '[(.flags | length), .next]' '[1,2]' "and the next one"
run A flags --limit 1
like "$out" "--cursor 1" "is told in words too"
exits 3 "a rule that there is not" A flags --rule guilty
like "$err" "late_save" "with those there are"
exits 7 "an item that is none" A flags --item nine
exits 3 "an item that the edition has not" A flags --item 9.9
exits 3 "nor that of any office" H flags --item 9.9

# --- from a return on the day of the correction counts, also after it ---
H hall cycle 2569 due.correct=2090-12-31 >/dev/null
A sync --wait >/dev/null
A reopen --reason 'ยังไม่ครบ' >/dev/null # a8, after the second sign-off
A set 1.2 gap='มีแผนแล้ว' --reason 'แก้' >/dev/null # a9
A sync --wait >/dev/null
late='["a1","a2","a3","a4"]'
run A flags --rule late_save --json
same_json "$out" '[.flags[].revisions[].revision] | unique' "$late" \
	"what came within the time for corrections is not late"
run A history --late --json
same_json "$out" '[.revisions[].revision] | sort' "$late" "nor is it in the history"
run H history --late --office 9105 --json
same_json "$out" '[.revisions[].revision] | sort' "$late" "at the hall alike"

# --- what it means, and what it is set to ---
run A flags --explain deadline_flip
like "$out" "Harmless:" "a rule is explained with a harmless reason"
like "$out" "deadline_hours = 48" "and its setting"
run A flags --explain all
unlike "$out" '\n' "all of them, a line between"
run A flags --explain all --json
n=$(jq '.rules | length' <<<"$out")
same_json "$out" '[.rules[] | .title and .meaning] | all' true "every rule"
exits 3 "no such rule" A flags --explain guilty
missing=''
for rule in $(jq -r '.rules[].rule' <<<"$out"); do
	[ "$(grep -c "^### $rule " "$ROOT/docs/FLAGS.md")" -eq 2 ] || missing+=" $rule"
done
is "$missing" "" "docs/FLAGS.md has them all"
is "$(grep -c '^### ' "$ROOT/docs/FLAGS.md")" "$((2 * n))" \
	"in Thai and English, and no other"
for name in $(jq -r '.rules[].settings | keys[]' <<<"$out"); do
	grep -q "\`$name\`" "$ROOT/docs/FLAGS.md" || missing+=" $name"
done
is "$missing" "" "with every setting"

# --- switched off ---
stop "$T/A"
printf '\n[flags]\noff = late_save no_evidence\nraised_by = 101\n' >>"$T/A/pmqad.conf"
start "$T/A"
run A flags --json
same_json "$out" '[.total, .off]' '[0,["late_save","no_evidence"]]' \
	"rules that are off find nothing, and that they are off is said"
run A flags
like "$out" "Switched off by the configuration: late_save no_evidence" \
	"in words too"
run A flags --explain raised_after_review
like "$out" "raised_by = 101" "what is set shows"
stop "$T/A"
sed -i 's/^off = .*/off = latesave/' "$T/A/pmqad.conf"
run "$PMQA_BIN/pmqad" --dir "$T/A"
isnt "$status" 0 "a rule that is misspelt is refused at the start"
like "$err" "there is no rule 'latesave'" "and told"

finish
