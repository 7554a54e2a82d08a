#!/usr/bin/env bash
# Goal: editions as people use them: list, show, validate, import, export and
# compare; the full sentences of points by CSV and JSON, with every fault named
# by row and column; a hall publishes both, and an open year keeps its edition.
# shellcheck disable=SC2317 # functions are called through run
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

H=$T/H A=$T/A
LINEAR=$ROOT/tests/support/editions/test-linear-2564.json

# the shipped criteria under another id
revised() { # ID [SED SCRIPT]
	sed -e "s/\"id\": \"pmqa4-2562\"/\"id\": \"$1\"/" ${2:+-e "$2"} \
		"$ROOT/editions/pmqa4-2562.json"
}

# standard input is the file
from_input() { # FILE COMMAND…
	local file=$1
	shift
	"$@" <"$file"
}

new_office "$A" 9105 ละงู
start "$A"
export PMQA_DIR=$A

# --- an office alone ---

run pmqa edition list --json
same_json "$out" '.editions | map([.id, .from, .wording, .years])' \
	'[["pmqa4-2562","shipped",0,[]]]' "an office begins with the shipped criteria"
run pmqa edition show
is "$status" 0 "the criteria can be read before a year is opened"
like "$out" "pmqa4-2562" "those that it would use"
exits 3 "of a year there is still none" pmqa edition show --year 2565
pmqa assess open 2565 >/dev/null
exits 3 "an edition is no item" pmqa edition show pmqa4-2562
like "$err" "--edition ID" "and how to name it is said"
pmqa tick 1.1.B1 1.1.B2 1.1.B3 >/dev/null
before=$(pmqa score --json)

exits 0 "a good file passes" pmqa edition validate "$LINEAR"
is "$out" "Nothing is wrong with the file." "and it is said"
revised pmqa4-2568 's/"max": 500/"max": 501/; s/"partial_credit": true/"partial_credit": 1/' |
	sed 's/"id": "7.2.2"/"id": "7.2.9"/' >"$T/bad.json"
exits 7 "a bad one does not" pmqa edition validate "$T/bad.json"
is "$(printf '%s\n' "$out" | wc -l)" 2 "and every fault is told"
like "$out" "'measures[7.2.9]' must be called '7.2.2'" "with its place"
run pmqa edition validate "$T/bad.json" --json
same_json "$out" '[.ok, (.findings | map(.where))]' \
	'[false,["measures[7.2.9]","policy.process.partial_credit"]]' \
	"also for programs"
exits 7 "what does not pass is not taken in" pmqa edition import "$T/bad.json"
like "$err" "edition validate" "and the hint says how to see all"
echo '{"id": 1' >"$T/cut.json"
exits 7 "a file that is cut is refused" pmqa edition import "$T/cut.json"
like "$err" "cut.json: not valid JSON" "with its name"
exits 3 "a file that is not there too" pmqa edition import "$T/nowhere.json"

revised pmqa4-2568 's/"label_en": "point B1"/"label_en": "point B1, new"/' >"$T/new.json"
exits 0 "a revised edition is taken in" pmqa edition import "$T/new.json"
exits 0 "and a second one, from standard input" \
	from_input "$LINEAR" pmqa edition import -
run pmqa edition list --json
same_json "$out" '[.newest, (.editions | map([.id, .from, .years]))]' \
	'["test-linear-2564",[["pmqa4-2562","shipped",[2565]],["pmqa4-2568","own",[]],["test-linear-2564","own",[]]]]' \
	"they stand side by side"
is "$(pmqa score --json)" "$before" "the open year scores as before"
run pmqa edition show --json
same_json "$out" '.id' '"pmqa4-2562"' "and keeps its edition"

pmqa edition export pmqa4-2568 --output "$T/out.json" 2>/dev/null
holds "export gives back the very file" cmp "$T/new.json" "$T/out.json"
exits 0 "import of the same again is nothing new" pmqa edition import "$T/out.json"
exits 3 "there is nothing to export of an unknown one" pmqa edition export nowhere
exits 7 "an id is no path" pmqa edition export ../pmqad.conf
like "$err" "not an edition's id" "and it is said so"

run pmqa edition diff pmqa4-2562 pmqa4-2568 --json
same_json "$out" '.changes | length' 25 "diff: the id and one label of 24 items"
same_json "$out" '.changes[1]' \
	'{"new":"point B1, new","old":"point B1","where":"items[1.1].points.basic[1.1.B1].label_en"}' \
	"by item and point"
run pmqa edition diff pmqa4-2562 pmqa4-2562
is "$out" "The two editions do not differ." "an edition is as itself"

pmqa assess open 2566 --edition pmqa4-2568 >/dev/null
revised pmqa4-2568 >"$T/other.json"
exits 4 "an edition in use never changes" pmqa edition import "$T/other.json"
like "$err" "the assessment of 2566 uses" "it is said who uses it"
like "$err" "another id" "and what to do"
revised pmqa4-2562 's/"weight": 1/"weight": 2/' >"$T/other.json"
exits 4 "nor one that comes with the program" pmqa edition import "$T/other.json"

# --- what is shown ---

run pmqa edition show --edition test-linear-2564
like "$out" "A level that is not complete earns nothing." "the policy is shown"
like "$out" "100 points at 50 per cent, 500 at 100.5 per cent" "with its figures"
run pmqa edition show --edition pmqa4-2562
like "$out" "2c1  Performance improvement system" "the profile's questions are shown"
like "$out" "award, level outstanding (recalled, not found, but doubtful)" \
	"and how sure a figure is"
exits 2 "a year has its own edition" pmqa edition show --edition x --year 2565

# --- sentences ---

pmqa edition wording pmqa4-2562 --output "$T/form.csv" 2>/dev/null
is "$(grep -c . "$T/form.csv")" 191 "the form has 160 points and 30 measures"
is "$(head -2 "$T/form.csv" | tail -1)" $'1.1.B1,1.1,basic,,\r' "one a row"
exits 7 "an empty form says nothing" pmqa edition wording pmqa4-2562 "$T/form.csv"
sed -i 's/^1.1.B1,1.1,basic,,/1.1.B1,1.1,basic,"ผู้บริหาร ""กำหนด"" ทิศทาง, แล้วสื่อสาร",Leaders/; s/^7.1.2,7.1,measure,,/7.1.2,7.1,measure,ตามนโยบาย,/' "$T/form.csv"
exits 0 "a form that is filled in is taken in" \
	pmqa edition wording pmqa4-2562 "$T/form.csv"
like "$out" "2 of edition pmqa4-2562" "and counted"
run pmqa show 1.1 --year 2565 --lang th
like "$out" '1.1.B1  ผู้บริหาร "กำหนด" ทิศทาง, แล้วสื่อสาร' "the item shows its sentence"
run pmqa edition show 7.1 --year 2565 --lang th
like "$out" "7.1.2    ตามนโยบาย" "and so do measures"
is "$(pmqa score --year 2565 --json)" "$before" "a sentence scores nothing"
run pmqa edition list --json
same_json "$out" '.editions[0].wording' 2 "the list counts them"

cat >"$T/faulty.csv" <<'EOF'
id,th,en
1.1.B1,ก,a
1.1.B9,ข,b
1.1.B1,ค,c
,ง,d
1.1.B2,"สอง
บรรทัด",
EOF
exits 7 "one fault, and nothing is taken in" \
	pmqa edition wording pmqa4-2562 "$T/faulty.csv"
is "$(printf '%s\n' "$out" | wc -l)" 4 "every fault is told"
like "$out" "faulty.csv, row 3, column id: edition 'pmqa4-2562' has no point or measure '1.1.B9'" "unknown point"
like "$out" "faulty.csv, row 4, column id: '1.1.B1' stands in the file twice" "point twice"
like "$out" "faulty.csv, row 5, column id: is empty" "no point"
like "$out" "faulty.csv, row 6, column th: must be one line" "two lines"
run pmqa edition wording pmqa4-2562 --json
same_json "$out" '."1.1.B1".en' '"Leaders"' "what was there stays"
printf 'id;th;en\n1.1.B1;a;b\n' >"$T/semicolons.csv"
exits 7 "a table cut by semicolons" pmqa edition wording pmqa4-2562 "$T/semicolons.csv"
like "$err" "comma delimited" "is to be saved with commas"
printf 'id,th,fr\n1.1.B1,ก,x\n' >"$T/faulty.csv"
exits 7 "a column nobody asked for" pmqa edition wording pmqa4-2562 "$T/faulty.csv"
like "$err" "column 'fr' is not known" "is named"
printf 'id,th\n1.1.B1,ก,x\n' >"$T/faulty.csv"
exits 7 "a row of another length" pmqa edition wording pmqa4-2562 "$T/faulty.csv"
like "$err" "line 2: 3 cells" "is named"
printf 'id,th\n1.1.B1,\xa1\xa2\n' >"$T/faulty.csv"
exits 7 "bytes of an older program" pmqa edition wording pmqa4-2562 "$T/faulty.csv"
like "$err" "TIS-620" "and what to do with them"

echo '{"1.1.B1": {"en": null}, "7.1.2": null, "1.1.B2": {"en": "Second"}}' >"$T/w.json"
exits 0 "JSON adds and takes away" pmqa edition wording pmqa4-2562 "$T/w.json"
run pmqa edition wording pmqa4-2562 --json
same_json "$out" 'map_values(keys)' '{"1.1.B1":["th"],"1.1.B2":["en"]}' \
	"what null named is gone"

# --- a hall and its office ---

unset PMQA_DIR
new_hall "$H" 91 สตูล
start "$H"
enrol "$A" "$H"
exits 6 "an office of a hall takes in no edition itself" \
	pmqa --dir "$A" edition import "$T/new.json"
like "$err" "hall 91" "the hall does that"
exits 0 "the hall takes one in" \
	pmqa --dir "$H" edition import "$LINEAR" --reason 'เกณฑ์ใหม่' --json
same_json "$out" '.published | map([.office, .records])' \
	'[["9105",["editions/test-linear-2564"]]]' "and publishes it"
echo '{"1.1.B1": {"th": "ของจังหวัด"}}' >"$T/w.json"
exits 0 "and sentences" \
	from_input "$T/w.json" pmqa --dir "$H" edition wording pmqa4-2562 - --json
same_json "$out" '[.texts, (.published | map(.records))]' \
	'[1,[["wordings/pmqa4-2562"]]]' "and publishes them"
run pmqa --dir "$H" edition list
like "$out" "test-linear-2564" "a hall lists its own"
run pmqa --dir "$H" edition list --office 9105 --json
same_json "$out" '.editions | map(select(.id == "test-linear-2564") | .from)' \
	'["hall"]' "and what an office has of it"
sed 's/"half"/"mid"/' "$LINEAR" >"$T/other.json"
exits 4 "what is published never changes" \
	pmqa --dir "$H" edition import "$T/other.json"
like "$err" "is published" "and it is said why"
exits 0 "the hall proves its history" pmqa --dir "$H" verify

run pmqa --dir "$A" edition import --help --lang th
like "$out" "นำเข้าฉบับเกณฑ์" "help is Thai too"
finish
