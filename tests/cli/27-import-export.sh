#!/usr/bin/env bash
# Goal: tables go out as CSV, JSON and XLSX and come in again without a change;
# an import is shown first, is one revision, is undone by one command; faults are
# told by file, row and column, and nothing is half imported.
. "$(dirname "$0")/lib.sh"

new_office "$T/A" 9105 ละงู
start "$T/A"
A() { pmqa --dir "$T/A" "$@"; }
tip() { A status --json | jq -r .revision; }
cd "$T"

A assess open 2565 >/dev/null
A tick 1.1.B1 1.1.B2 >/dev/null
A set 1.1 gap='=SUM(A1) "อันตราย"' strengths=$'บรรทัดหนึ่ง\nบรรทัด, สอง' \
	owner="'สมชาย" good_practice.flag=true >/dev/null
A action add what='ทบทวนแผน' items=1.1 due=2565-09-30 >/dev/null
A indicator add 7.1 measure=7.1.1 name='ร้อยละความสำเร็จ' direction=larger \
	target=80 actual=85.5 note='-1' >/dev/null
before=$(tip)

# --- there and back ---------------------------------------------------------
for table in answers indicators actions; do
	for form in csv json xlsx; do
		exits 0 "export $table as $form" A export $table --output "$table.$form"
		run A import $table "$table.$form" --apply
		is "$status" 0 "import $table as $form"
		like "$out" "Nothing to change" "$table as $form and back changes nothing"
	done
done
is "$(tip)" "$before" "no revision was made"

is "$(head -c 3 answers.csv | od -An -tx1 | tr -d ' ')" efbbbf \
	"CSV begins with the mark that Excel needs for Thai"
like "$(cat answers.csv)" "\"'=SUM(A1) \"\"อันตราย\"\"\"" \
	"what a spreadsheet would run is not run"
is "$(grep -c "^1\.1," answers.csv)" 1 "one row an item"
same_json "$(A export answers --format json)" \
	'[.pmqa, .year, (.rows | length), .rows[0].ticks, .rows[0]["good_practice.flag"]]' \
	'["answers",2565,30,["1.1.B1","1.1.B2"],true]' "JSON has lists and flags"
run A export actions --json
same_json "$out" '.rows[0] | [.id, .due, .progress]' '["pa1","2022-09-30",0]' \
	"--json is the table itself on standard output"
run A export actions --output a.csv --json
same_json "$out" '[.table, .rows, .format]' '["actions",1,"csv"]' \
	"--json tells what was written"
holds "a file is not there for everybody" [ "$(stat -c %a answers.csv)" = 640 ]
exits 2 "a table that there is not" A export nosuch
exits 2 "a form that there is not" A export answers --format pdf
A export answers >piped.csv
holds "a pipe gets the bytes of the file" cmp -s piped.csv answers.csv

# --- a preview writes nothing -----------------------------------------------
cat >plan.csv <<'EOT'
id,what,items,due,priority,progress
pa1,ทบทวนแผนใหม่,1.1 2.1,,quick,๕๐
,อบรมเจ้าหน้าที่,5.4,31 ธ.ค. 2565,system,
EOT
run A import actions plan.csv
is "$status" 0 "a preview"
like "$out" "ทบทวนแผน → ทบทวนแผนใหม่" "with the old and the new"
like "$out" "Nothing is saved yet" "says that nothing is saved"
like "$out" "pmqa import actions plan.csv --apply" "and how to save"
is "$(tip)" "$before" "and makes no revision"
run A import actions plan.csv --json
same_json "$out" '[.applied, .revision, .undo, (.records | length), .n_errors]' \
	'[false,null,null,2,0]' "the same for programs"

# --- one revision, undone by one command ------------------------------------
run A import actions plan.csv --apply --reason 'จากที่ประชุม' --json
revision=$(jq -r .revision <<<"$out")
same_json "$out" '[.applied, .undo]' "[true,\"pmqa revert $revision\"]" \
	"an import says how it is undone"
run A history --limit 1 --json
same_json "$out" '.revisions[0] | [.action, .reason, (.records | length)]' \
	'["import","จากที่ประชุม",2]' "it is one revision with its reason"
run A export actions --json
same_json "$out" '[.rows[] | [.id, .due, .progress]]' \
	'[["pa2","2022-12-31",0],["pa1",null,50]]' "Thai days and digits are understood"
run A import actions plan.csv --apply
like "$out" "Nothing to change" "imported twice it changes nothing the second time"
run A revert "$revision" --json
is "$status" 0 "revert"
run A export actions --json
same_json "$out" '[.rows[] | [.id, .due]]' '[["pa1","2022-09-30"]]' \
	"all is as it was"
exits 4 "what was changed since is not undone" A revert "$revision"
like "$err" "was changed again by revision" "and the other revision is named"
exits 7 "opening a year is not undone" A revert a1
exits 3 "a revision that there is not" A revert a999

# --- faults: file, row, column, what is expected ----------------------------
now=$(tip)
cat >bad.csv <<'EOT'
id,what,items,due,status,progress
pa1,ดี,1.1,2565-09-30,open,10
zz9,x,,,,
,y,9.9,31/2/2565,maybe,101
,,,,open,
pa1,อีกครั้ง,,,,
EOT
exits 7 "a file with faults" A import actions bad.csv --apply
like "$out" "bad.csv, row 6: row 2 is about the same" "a row that is there twice"
sed -i '$d' bad.csv
run A import actions bad.csv --apply
is "$status" 7 "faults that the daemon finds"
like "$out" "bad.csv, row 3, column what (cell B3): 2565 has no action 'zz9'" "the action"
like "$out" "row 4, column items (cell C4)" "the item"
like "$out" "'due' must be a day such as" "what is expected of a day"
like "$out" "'status' must be one of: open done dropped" "and of a word"
like "$out" "from 0 to 100" "and of a number"
like "$out" "row 5: " "the row that lacks something"
is "$(tip)" "$now" "nothing is half imported"
run A import actions bad.csv --json
same_json "$out" '[.errors[] | [.row, .column, .cell]] | .[1]' '[4,"items","C4"]' \
	"the same for programs"
run A import actions bad.csv --lang th
like "$out" "แถว 4 คอลัมน์ items (เซลล์ C4)" "and in Thai"

printf 'id,nosuch\npa1,x\n' >col.csv
exits 7 "an unknown column" A import actions col.csv
like "$out" "'nosuch' is no column of this table" "is named, with those there are"
printf 'id;what\npa1;x\n' >semi.csv
run A import actions semi.csv
like "$out" "comma delimited" "another separator: what to do"
printf 'id,what\npa1,"x\n' >open.csv
exits 7 "a quote that is never closed" A import actions open.csv
like "$err" "line 2, cell 2" "with its place"
printf 'id,what\npa1,\xa1\xa2\n' >tis620.csv
exits 7 "a file of an older program" A import actions tis620.csv
like "$err" "TIS-620" "with what helps"
printf '{"rows":[{"id":"pa1","progress":200}]}' >bad.json
exits 7 "a fault in JSON" A import actions bad.json
like "$out" "bad.json, row 1, column progress: " "has its row and name"
exits 3 "a file that is not there" A import actions nosuch.csv
head -c 17000000 /dev/zero >big.csv
exits 7 "a file that is too large" A import actions big.csv
printf 'PK\003\004nothing' >broken.xlsx
exits 7 "a broken spreadsheet" A import answers broken.xlsx
like "$err" "no spreadsheet" "is told with a sentence"
printf '[{"id":"pa1","who":"สมหญิง"}]' | A import actions - --apply >/dev/null
run A export actions --json
same_json "$out" '.rows[0].who' '"สมหญิง"' "standard input is a file too"

# --- a spreadsheet filled in ------------------------------------------------
A export indicators --output in.xlsx >/dev/null
python3 -m zipfile -e in.xlsx x
holds "a table to fill in has its labels" \
	grep -q 'name of the indicator' x/xl/sharedStrings.xml
holds "and lists to choose from" grep -q 'larger,smaller' x/xl/worksheets/sheet1.xml
# the result of the year becomes 90.25, as a person would type it
sed -i 's|<v>85.5</v>|<v>90.25</v>|' x/xl/worksheets/sheet1.xml
(cd x && python3 -m zipfile -c ../out.xlsx ./*)
run A import indicators out.xlsx --apply
is "$status" 0 "a spreadsheet that was filled in comes in"
like "$out" "85.5 → 90.25" "with what was typed"
sed -i 's|<worksheet|<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet|' \
	x/xl/worksheets/sheet1.xml
rm out.xlsx && (cd x && python3 -m zipfile -c ../out.xlsx ./*)
exits 7 "a hostile spreadsheet" A import indicators out.xlsx
like "$err" "document type" "is refused with a sentence"

# --- after a submission every change says why -------------------------------
A submit >/dev/null 2>&1
exits 6 "a submitted year takes no import" A import actions plan.csv
A reopen --reason 'แก้ไข' >/dev/null
run A import actions plan.csv
is "$status" 0 "a preview needs no reason"
like "$out" "pmqa import actions plan.csv --apply --reason TEXT" "but tells that the save will"
exits 7 "the save without one" A import actions plan.csv --apply
exits 0 "the save with one" A import actions plan.csv --apply --reason 'ตามมติ'
exits 7 "undoing without one" A revert "$(tip)"
exits 0 "undoing with one" A revert "$(tip)" --reason 'กลับมติ'

# pmqa itself links none of what packs files
run ldd "$PMQA_BIN/pmqa"
unlike "$out" "libzip" "pmqa needs no libzip"
unlike "$out" "libexpat" "and no libexpat"
unlike "$out" "libxlsxwriter" "and no libxlsxwriter"

run A verify
is "$status" 0 "verify"
finish
