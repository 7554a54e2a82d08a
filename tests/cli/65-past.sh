#!/usr/bin/env bash
# Goal: one way to name a point in the past, for show, score, plan, diff and
# restore; what it shows is what stock git has; restore and revert bring back
# what was as new revisions; two offices are compared at the hall.
. "$(dirname "$0")/lib.sh"

new_hall "$T/H" 91 สตูล
new_office "$T/A" 9105 ละงู
new_office "$T/B" 9106 ทุ่งหว้า
calm "$T/A"
calm "$T/B"
for d in H A B; do start "$T/$d"; done
# shellcheck disable=SC2317 # exits and run call it
H() { pmqa --dir "$T/H" "$@"; }
A() { pmqa --dir "$T/A" "$@"; }
B() { pmqa --dir "$T/B" "$@"; }
enrol "$T/A" "$T/H"
enrol "$T/B" "$T/H"

before='ผู้บริหารเปิดโอกาสให้ประชาชนมีส่วนร่วมแสดงความคิดเห็นในการกำหนดทิศทางองค์การ 12 ครั้ง'
after='ผู้บริหารเปิดโอกาสให้เกษตรกรมีส่วนร่วมแสดงความคิดเห็นในการกำหนดทิศทางองค์การ 50 ครั้ง'
A assess open 2565 >/dev/null                                  # a1
A tick 1.1.B1 1.1.B2 >/dev/null                                # a2
A set 1.1 explanation.basic="$before" owner=ปลัด >/dev/null    # a3
A profile set 1a1='บริการประชาชน' >/dev/null                    # a4
A action add what='ทบทวนแผน' items=1.1 >/dev/null              # a5
A submit >/dev/null 2>&1                                       # a6
A sync --wait >/dev/null
H hall return 9105 --note 'ขอแก้' >/dev/null
A sync --wait >/dev/null
A set 1.1 explanation.basic="$after" --reason 'ตามมติ' >/dev/null # a7
A tick 1.1.B3 --reason 'ครบ' >/dev/null                        # a8
A action rm pa1 --reason 'ซ้ำ' >/dev/null                      # a9
A submit >/dev/null 2>&1                                       # a10
A sync --wait >/dev/null
H hall accept 9105 >/dev/null
A sync --wait >/dev/null
B assess open 2565 >/dev/null
B set 1.1 owner=นายอำเภอ >/dev/null
B sync --wait >/dev/null

# --- naming ---
commit=$(A history --limit 1 --cursor a4 --json | jq -r '.revisions[0].commit')
for when in a3 "$commit" "${commit:0:9}" "$(tr a-f A-F <<<"${commit:0:12}")"; do
	run A show 1.1 --at "$when" --json
	same_json "$out" '[.at.revision, .fields["explanation.basic"], (.fields.ticks | length)]' \
		"[\"a3\",\"$before\",2]" "show --at $when"
done
for when in submission:1 decision:1; do
	run A show 1.1 --at $when --json
	is "$(jq -r '.fields["explanation.basic"]' <<<"$out")" "$before" "as it was: $when"
done
for when in submission submission:2 decision now; do
	run A show 1.1 --at $when --json
	is "$(jq -r '.fields["explanation.basic"]' <<<"$out")" "$after" "as it is: $when"
done
today=$(A show 1.1 --at a8 --json | jq -r .at.time)
year=$((${today:0:4} + 543))
run A show 1.1 --at "${today:8:2}/${today:5:2}/$year" --json
is "$(jq -r .at.asked <<<"$out"):$(jq -r '.fields["explanation.basic"]' <<<"$out")" \
	"${today:8:2}/${today:5:2}/$year:$after" "a day of the Buddhist era is its end"
exits 3 "before it was opened" A show 1.1 --at 1/1/2500
exits 3 "a revision that there is not" A show 1.1 --at a999
exits 3 "a sign-off that there is not" A show 1.1 --at submission:3
exits 7 "what names nothing" A show 1.1 --at gestern
like "$err" "submission:2" "the hint says how to name one"

# --- what it shows is what git has ---
stop "$T/A"
start "$T/A"
for r in a1 a3 a6 a7 a10; do
	id=$(A show 1.1 --at $r --json | jq -r .at.commit)
	git -C "$T/A/repo.git" cat-file blob "$id:2565/items/1.1.json" >"$T/blob" 2>/dev/null ||
		printf '{}' >"$T/blob"
	is "$(A show 1.1 --at $r --json | jq -c '[.fields.owner, .fields["explanation.basic"], .fields.ticks]')" \
		"$(jq -c '[.owner, .explanation.basic, .ticks]' "$T/blob")" "$r is what git has"
done

# --- years as they were ---
is "$(A score --at submission:1 --json | jq -r '.items[0].score')" 200.00 "the score that was signed off"
is "$(A score --json | jq -r '.items[0].score')" 300.00 "is not that of now"
is "$(H score --office 9105 --at submission:1 --json | jq -r .total)" \
	"$(A score --at submission:1 --json | jq -r .total)" "the hall says the same"
is "$(A assess show --at a4 --json | jq -r .state)" open "the state then"
is "$(A plan --at submission:1 --json | jq -c '[.actions[].id]')" '["pa1"]' "the plan then"
is "$(A action list --json | jq -c '.actions')" '[]' "that of now is empty"
is "$(A profile show --at a3 --json | jq .answered)" 0 "the profile before it was written"
run A --lang th show 1.1 --at a3
like "$out" "ตามที่เป็นอยู่ ณ" "it is said as of when, in Thai"

# --- diff ---
run A diff a3 a7
like "$out" "[-ประชาชน-]{+เกษตรกร+}" "words are marked, not letters"
run A diff submission:1 submission:2 --item 1.1.explanation --json
same_json "$out" '[.records[0].changes[0].segments[] | select(.op != "same") | .text]' \
	'["ประชาชน","เกษตรกร","12","50"]' "the segments of a text for programs"
is "$(jq -r '[.records[0].changes[0].segments[] | select(.op != "new") | .text] | add' <<<"$out")" \
	"$before" "without the new ones they are the old text"
run A diff submission:1 --json
same_json "$out" '[.records[].record]' \
	'["2565/actions/pa1","2565/assessment","2565/items/1.1"]' "against now"
exits 2 "nothing to compare" A diff
exits 2 "another office is not here" A diff --with 9106
exits 3 "an item that is none differs in nothing" A diff a3 a7 --item 9.9
exits 3 "nor does a field that is none" A diff a3 a7 --item 1.1.colour
run A diff submission:1 --item assessment --json
same_json "$out" '[.records[0].record]' '["2565/assessment"]' "the assessment by its name"
run H diff h1 --office 9105 --item 1.1
is "$status:$err" 0: "an item at the hall is its review"
run H diff --office 9105 --with 9106 --item 1.1.owner --json
same_json "$out" '[.office, .with, .records[0].changes[0].old, .records[0].changes[0].new]' \
	'["9105","9106","ปลัด","นายอำเภอ"]' "two offices at the hall"

# --- bringing back ---
exits 6 "what the hall accepted is not changed" A restore 1.1.explanation --rev a3 --reason x
H hall return 9105 --note 'อีกครั้ง' >/dev/null
A sync --wait >/dev/null
tip=$(status_of "$T/A" .revision)
run A restore 1.1.explanation --rev submission:1 --reason x --dry-run --json
same_json "$out" '[.revision, .dry_run, .replaced[0].revision]' '[null,true,"a7"]' "shown first"
is "$(status_of "$T/A" .revision)" "$tip" "and nothing saved"
exits 0 "a look needs no reason" A restore 1.1.explanation --rev submission:1 --dry-run
exits 7 "the save does" A restore 1.1.explanation --rev submission:1
exits 7 "the assessment is not restored this way" A restore assessment --rev a1 --reason x
run A --lang th restore 1.1.explanation --rev submission:1 --reason 'คืนข้อความเดิม'
is "$status" 0 "restored"
like "$out" "[-เกษตรกร-]{+ประชาชน+}" "it prints what was replaced"
is "$(A show 1.1 --json | jq -r '.fields["explanation.basic"]')" "$before" "it is there again"
is "$(A show 1.1 --json | jq -r '.fields.ticks | length')" 3 "other fields are as they were"
restored=$(A show 1.1 --json | jq -r .revision)
exits 0 "an action comes back" A restore pa1 --rev a5 --reason 'ลบผิด'
is "$(A action list --json | jq -c '[.actions[].id]')" '["pa1"]' "it is in the plan again"
exits 2 "from when?" A restore 1.1

exits 4 "what was changed again is not undone" A revert a7 --reason x
run A revert a7 a8 --dry-run
like "$out" "with --skip-changed and without --dry-run" "the look says how it would go"
run A revert a7 a8 --reason x --skip-changed --json
same_json "$out" '[.reverted, .skipped[0].field, .skipped[0].by]' \
	"[[\"a8\",\"a7\"],\"explanation.basic\",\"$restored\"]" "the rest is, and what was left is told"
is "$(A show 1.1 --json | jq -r '.fields.ticks | length')" 2 "a8 is undone"
exits 0 "what restore did is undone" A revert "$restored" --reason y
undone=$(status_of "$T/A" .revision)
exits 7 "an undoing and what it undid" A revert "$restored" "$undone" --reason y
like "$err" "together changed nothing" "come to nothing, and it is said so"
is "$(A show 1.1 --json | jq -r '.fields["explanation.basic"]')" "$after" "as before"

A sync --wait >/dev/null
exits 0 "the office proves its history" A verify
exits 0 "and so does the hall" H verify
finish
