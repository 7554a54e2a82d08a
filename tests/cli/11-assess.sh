#!/usr/bin/env bash
# Goal: an office writes an assessment offline: open, tick, untick, set in every
# way a value can be given, show, score; what stock git says of it.
. "$(dirname "$0")/lib.sh"

new_office "$T/A" 9105 ละงู
start "$T/A"
A() { pmqa --dir "$T/A" "$@"; }

exits 3 "no assessment yet: not found" A show 1.1
like "$err" "pmqa assess open" "the hint opens one"
run A assess open 2565 --json
same_json "$out" .revision '"a1"' "the first revision is a1"
exits 4 "an assessment opens once" A assess open 2565

run A tick 1.1.B1 1.1.B2 --reason "ประกาศแล้ว" --json
same_json "$out" '[.revision, .record, .changes]' \
	'["a2","2565/items/1.1",[{"field":"ticks","new":["1.1.B1","1.1.B2"],"old":null}]]' \
	"two points are one revision"
same_json "$out" '.commit | length' 40 "with its commit id"
run A tick 1.1.B1 --json
same_json "$out" '[.revision, .changes]' '["a2",[]]' \
	"ticking what is ticked makes no revision"
run A tick 1.2.B1 1.3.B1 --json
same_json "$out" '[.records[].record]' \
	'["2565/items/1.2","2565/items/1.3"]' "points of two items are one revision"
run A set 1.4 gap=
is "$out" "Nothing changed; nothing was saved." "an item of which there is no revision"
run A untick 1.3.B1 --json
same_json "$out" '.changes[0].new' null "untick takes a mark back"

printf '\xef\xbb\xbfบรรทัดหนึ่ง\r\nบรรทัดสอง\r\n\n' >"$T/text.txt"
run A set 1.1 explanation.basic=@"$T/text.txt" strengths="จุดแข็ง" \
	--reason "ครั้งแรก" --json
same_json "$out" '[.changes[] | [.field, .new]]' \
	'[["explanation.basic","บรรทัดหนึ่ง\nบรรทัดสอง"],["strengths","จุดแข็ง"]]' \
	"a file of Windows gives clean text"
printf 'จากท่อ' | A set 1.1 gap=@- >/dev/null
run A show 1.1 --json
same_json "$out" '.fields.gap' '"จากท่อ"' "a value from standard input"
run A set 1.1 gap=@@at --json
same_json "$out" '.changes[0].new' '"@at"' "@@ is a text with one @"
run A set 1.1 gap= --json
same_json "$out" '.changes[0].new' null "FIELD= removes"
run A set 1.1 good_practice.flag=true owner=สมชาย --json
same_json "$out" '[.changes[].new]' '[true,"สมชาย"]' "a flag and a line"

exits 3 "a point that is not there" A tick 1.1.B9
like "$err" "1.1.B3" "and the item's points are named"
exits 7 "an unknown field is refused" A set 1.1 nosuch=1
like "$err" "strengths" "and the fields are named"
exits 2 "a word without = is a wrong command line" A set 1.1 strengths
exits 3 "a file that is not there" A set 1.1 gap=@"$T/nosuch"
printf 'caf\xe9' >"$T/latin1"
exits 7 "bytes that are not UTF-8" A set 1.1 gap=@"$T/latin1"
like "$err" "iconv" "with what helps"
head -c 1200000 /dev/zero | tr '\0' x >"$T/big"
exits 7 "a file over 1 MiB" A set 1.1 gap=@"$T/big"
head -c 40000 "$T/big" >"$T/long"
exits 7 "a text over the field's limit" A set 1.1 gap=@"$T/long"
exits 7 "a control character" A set 1.1 gap=$'a\x1b[31mb'
exits 4 "--if-rev of another revision" A set 1.1 gap=x --if-rev a1
run A show 1.1 --json
now=$(jq -r .revision <<<"$out")
exits 0 "--if-rev of the present one" A set 1.1 gap=x --if-rev "$now"

run A score --json
same_json "$out" '.items[0] | [.id, .score, .level, .ticked]' \
	'["1.1","200.00","none",2]' "two of three Basic points"
A tick 1.1.B3 >/dev/null
run A score --json
same_json "$out" '.items[0] | [.score, .level]' '["300.00","basic"]' \
	"Basic complete"
COLUMNS=200 run A score
like "$out" "not an official PMQA 4.0 result" "the table says what it is not"
run A show 1.1 --at a2
like "$out" "[x] 1.1.B2" "an item as it stood"
unlike "$out" "จุดแข็ง" "without what came later"
run A show 7.1
is "$status" 0 "a result item shows"

# what is acknowledged reaches the repository by itself
# shellcheck disable=SC2317 # wait_until calls it
count() { [ "$(git -C "$T/A/repo.git" rev-list --count office)" -ge 11 ]; }
holds "every revision is a commit" wait_until 60 count
written "$T/A"
run git -C "$T/A/repo.git" fsck --strict
is "$status" 0 "git fsck --strict"
run git -C "$T/A/repo.git" verify-commit office
is "$status" 0 "git verify-commit"
run git -C "$T/A/repo.git" blame office -- 2565/items/1.1.json
like "$out" '"1.1.B1"' "git blame answers by field"
run A verify
is "$status" 0 "pmqa verify"
finish
