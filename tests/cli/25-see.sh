#!/usr/bin/env bash
# Goal: what an office and its hall see: scores with the committee's beside
# them, gaps, comparisons and search, in Thai and English; the search index
# follows by itself and is rebuilt with the rest.
. "$(dirname "$0")/lib.sh"

new_hall "$T/H" 91 สตูล
new_office "$T/A" 9105 ละงู
start "$T/H"
start "$T/A"
H() { pmqa --dir "$T/H" "$@"; }
A() { pmqa --dir "$T/A" "$@"; }
enrol "$T/A" "$T/H"
A assess open 2565 >/dev/null
A tick 1.1.B1 1.1.B2 1.1.B3 1.1.A1 1.2.B1 >/dev/null
A set 1.2 gap='ขาดระบบน้ำดื่มสะอาด' strengths='One Stop Service ปี ๒๕๖๕' \
	>/dev/null

# --- score ---
run A score --json
same_json "$out" '[.total, .categories[0].score, .committee]' \
	'["17.86","125.00",null]' "(400 + 100) / 4, and that / 7"
run A score --by category
like "$out" "Leadership" "by category"
unlike "$out" "1.1 " "has no items"
like "$out" "Thresholds that the edition names" "thresholds are shown"
like "$out" "[ ] 400" "as not reached"
unlike "$out" "Committee" "no committee yet"
COLUMNS=120 run A score
like "$out" "████████░░" "a bar of 400 of 500"
COLUMNS=80 run A score
unlike "$out" "█" "none where there is no room"
exits 2 "--by of something else" A score --by office
run A --lang th score --by category
like "$out" "การนำองค์การ" "in Thai"
like "$out" "เกณฑ์คะแนน" "thresholds too"

# --- gaps ---
run A gaps --json
same_json "$out" '[.gaps[] | select(.item == "1.2") | [.next_level, .gain, .points_to_next, .gap, [.missing[].point]]]' \
	'[["basic","200.00",2,"ขาดระบบน้ำดื่มสะอาด",["1.2.B2","1.2.B3"]]]' \
	"what 1.2 lacks and what it would gain"
same_json "$out" \
	'[.gaps[].missing[0].gain_total | tonumber] | . == (sort | reverse)' \
	true "the cheapest step comes first"
same_json "$out" '[.gaps[] | select(.item == "1.1") | .below]' '[true]' \
	"without a calendar the target is the highest level"
run A gaps --target basic --json
same_json "$out" '[.target, ([.gaps[] | select(.below) | .item] | index("1.1"))]' \
	'["basic",null]' "with a target of Basic 1.1 is there"
run A gaps --target basic
like "$out" "1 of 30 items are at their target level" "and it is counted"
run A --lang th gaps
like "$out" "ช่องว่างปี 2565" "in Thai"
like "$out" "ยังไม่ประเมิน" "result items without results"
exits 7 "no such level" A gaps --target best
A indicator add 7.5 measure=7.5.1 name=ก direction=larger target=10 actual=10 \
	>/dev/null
A indicator add 7.1 measure=7.1.1 name=ข direction=larger target=10 actual=2 \
	>/dev/null
A indicator add 7.1 measure=7.1.4 name=ค direction=larger target=10 actual=6 \
	>/dev/null
COLUMNS=120 run A gaps
like "$(printf '%s\n' "$out" | grep '^7\.5')" "results above target" \
	"an item at its targets gains by more than these only"
# 120 by 7.1.1 and 60 by 7.1.4; of the total 180 / 6 / 7, by two steps
like "$(printf '%s\n' "$out" | grep '^7\.1')" "+2.14" \
	"steps of different worth are shown by their mean, which sorts them"
A indicator rm 7.5 ia1 >/dev/null
A indicator rm 7.1 ia1 >/dev/null
A indicator rm 7.1 ia2 >/dev/null

# --- compare ---
A assess open 2566 >/dev/null
A tick 2.1.B1 --year 2566 >/dev/null
run A compare --json
same_json "$out" '[.years, [.rows[] | [.year, .total, .change]]]' \
	'[[2565,2566],[[2565,"17.86",null],[2566,"2.68","-15.18"]]]' \
	"the years of an office"
run A compare --years 2566 --json
same_json "$out" '[.rows[].year]' '[2566]' "or one of them"
exits 3 "a year that was not opened" A compare --years 2560
COLUMNS=200 run A compare
like "$out" "-15.18" "as a table"
like "$out" "says little unless both were reviewed alike" "with a warning"
A sync --wait >/dev/null
run H compare --json
same_json "$out" '[.rows[] | [.office, .name, .year, .state]]' \
	'[["9105","ละงู",2565,"open"],["9105","ละงู",2566,"open"]]' \
	"the hall sees its offices"
exits 3 "an office that is not here" H compare --offices 9199
run H --lang th compare
like "$out" "ละงู" "in Thai"

# --- search ---
run A search น้ำดื่ม --json
same_json "$out" '[.hits[] | [.office, .year, .record, .item, .field, .revision]]' \
	'[["9105",2565,"2565/items/1.2","1.2","gap","a3"]]' \
	"a part of a Thai word is found, with its place"
same_json "$out" '.hits[0] | .snippet[.at[0]:.at[0]+.at[1]]' '"น้ำดื่ม"' \
	"and marked"
# the same word, with nikhahit and sara aa in place of sara am
run A search "$(printf 'น\u0e4d\u0e49\u0e32')" --json
same_json "$out" '.hits | length' 1 "however it is typed"
run A search stop 2565 --json
same_json "$out" '[.hits[].field]' '["strengths"]' \
	"Arabic digits find Thai ones, small letters find capitals"
run A search น้ำดื่ม nosuch --json
same_json "$out" '[.hits, .more]' '[[],false]' "all words must be there"
run A search น้ำดื่ม
like "$out" "ขาดระบบ«น้ำดื่ม»สะอาด" "what was found stands out"
like "$out" "gap (opportunity for improvement)" "with the field's name"
like "$out" "One place." "and counted"
A profile set 1a3='ข้าราชการและลูกจ้าง' >/dev/null
run A search ลูกจ้าง
like "$out" "(1a3)" "in the profile with its question"
run A --lang th search น้ำดื่ม
like "$out" "โอกาสในการปรับปรุง" "in Thai"
run A search zzz
like "$out" "Nothing was found" "nothing is nothing"
exits 2 "nothing to look for" A search ' '
run H search service --office 9105 --json
same_json "$out" '[.hits[].record]' '["2565/items/1.2"]' "at the hall"
exits 3 "in an office that is not here" H search service --office 9199
exits 2 "a limit out of bounds" A search a --limit 201

# the index follows by itself: then the table has the text
# shellcheck disable=SC2317 # wait_until calls it
indexed() {
	[ "$(sqlite3 -readonly "$T/A/pmqa.db" \
		"SELECT count(*) FROM search_text")" -eq 3 ]
}
if command -v sqlite3 >/dev/null; then
	holds "texts are taken in soon after the save" wait_until 60 indexed
else
	sleep 1
fi
run A search น้ำดื่ม --json
same_json "$out" '.hits | length' 1 "found by the index as well"
A set 1.2 gap=เปลี่ยนแล้ว --year 2565 >/dev/null
run A search น้ำดื่ม --json
same_json "$out" '.hits' '[]' "what was just changed is not found any more"
run A search เปลี่ยนแล้ว --json
same_json "$out" '.hits | length' 1 "what was just written is"
run A verify
is "$status" 0 "verify holds the index against the records"
stop "$T/A"
run "$PMQA_BIN/pmqad" --dir "$T/A" --reindex
is "$status" 0 "the database is rebuilt"
start "$T/A"
run A search เปลี่ยนแล้ว --json
same_json "$out" '.hits | length' 1 "with the search index"
run A verify
is "$status" 0 "and they agree"

# --- the committee beside the office ---
A submit --year 2565 >/dev/null
A sync --wait >/dev/null
H hall review 9105 1.1 --year 2565 score=350 comment='ขอหลักฐานเพิ่ม' >/dev/null
run H score --office 9105 --year 2565 --json
same_json "$out" '.items[0] | [.score, .committee]' '["400.00","350.00"]' \
	"the committee's score stands beside the office's"
COLUMNS=120 run H score --office 9105 --year 2565
like "$out" "Committee" "in a column of its own"
run H search หลักฐานเพิ่ม --json
same_json "$out" '[.hits[] | [.branch, .record]]' \
	'[["hall","reviews/2565/1.1"]]' "the assessor's words are found"

# --- years of different editions ---
H edition import "$ROOT/tests/support/editions/test-linear-2564.json" >/dev/null
A sync --wait >/dev/null
A assess open 2564 --edition test-linear-2564 >/dev/null
run A compare --json
same_json "$out" '[.categories[].id]' '["1","2","3","4","5","6","7"]' \
	"categories stand in their order, whichever edition comes first"
finish
