#!/usr/bin/env bash
# Goal: the reports of an office and of its hall are files that other programs
# read: pages that are well formed and ask for nothing, sheets with numbers and
# days, CSV that comes back as it was; a long record comes whole; no file is
# written over.
. "$(dirname "$0")/lib.sh"

check() { python3 "$ROOT/tests/support/report_check.py" "$@"; }
A() { pmqa --dir "$T/A" "$@"; }
H() { pmqa --dir "$T/H" "$@"; }
cd "$T"

new_hall "$T/H" 91 สตูล
new_office "$T/A" 9105 ละงู
start "$T/H"
start "$T/A"
run A report
is "$status" 3 "without an assessment there is no report"
like "$err" "pmqa assess open" "and what to do is said"
run H report
is "$status" 3 "nor at a hall without offices"

A assess open 2565 >/dev/null
A tick 1.1.B1 1.1.B2 1.1.B3 1.2.B1 >/dev/null
evil='</td><script>alert(1)</script>'
A set 1.1 gap="=cmd|' /C calc'!A0" strengths="-2+3" \
	explanation.basic="$evil" owner='สมหญิง, "หัวหน้า"' >/dev/null
A set 1.2 explanation.basic=$'บรรทัดหนึ่ง\nบรรทัดสอง' >/dev/null
A action add what='ติดตามแผน' due=2565-09-30 items=1.1,2 priority=quick \
	progress=40 >/dev/null

# --- names and overwriting -----------------------------------------------------
revision=$(A status --json | jq -r .revision)
run A report
is "$status:$out" "0:" "the result is a file, not text"
name="pmqa-9105-2565-$revision.html"
like "$err" "$name" "its name says office, year and revision"
holds "it is there" [ -s "$name" ]
before=$(sha256sum <"$name")
exits 4 "a file that is there is not replaced" A report
like "$err" "--apply" "how to replace it is said"
is "$(sha256sum <"$name")" "$before" "it is as it was"
exits 0 "with --apply it is" A report --apply
holds "no litter beside it" [ "$(find . -maxdepth 1 -name 'pmqa-9105*' | wc -l)" -eq 1 ]
exits 2 "an unknown form" A report --format pdf
like "$err" "html, xlsx, csv or json" "the forms are said"
exits 1 "a directory that is not there" A report --output "$T/none/x.html"
run A report --json --output x.json.html
same_json "$out" '[.file, .format, (.bytes > 10000)]' \
	'["x.json.html","html",true]' "--json tells what was written"
run A report --help
like "$out" "xlsx is a workbook" "help says what the formats are"

# --- the page ------------------------------------------------------------------
is "$(check html "$name")" "ok" "the page is well formed and asks for nothing"
words=$(check pages "$name")
like "$words" "$evil" "hostile text is text"
like "$words" "Level Basic: 3 of 3 points" "levels are counted"
written "$T/A"
commit=$(A status --json | jq -r .tip)
like "$words" "$commit" "the tip's commit is named"
is "$commit" "$(git -C "$T/A/repo.git" rev-parse office)" "it is that of git"
A --lang th report --output th.html
is "$(check html th.html)" "ok" "the Thai page too"
like "$(check pages th.html)" "ปีงบประมาณ พ.ศ. 2565" "it is Thai"
holds "it says its language" grep -q '<html lang="th">' th.html
run A report --output -
is "$(head -c 15 <<<"$out")" "<!DOCTYPE html>" "- is standard output"

# --- sheets --------------------------------------------------------------------
A report --format xlsx --output a.xlsx
is "$(check sheets a.xlsx | tr '\n' ,)" \
	"Summary,Items,Indicators,Gaps,Improvement plan,Evidence,Sign-offs,Years," \
	"a sheet for each table"
is "$(check cell a.xlsx Items A2)" "s 1.1" "an item is a text"
is "$(check cell a.xlsx Items F2)" "n 300.0" "a score is a number"
is "$(check format a.xlsx Items F2)" "0.00" "with two digits"
is "$(check cell a.xlsx Items P2)" "s =cmd|' /C calc'!A0" "no text is a formula"
is "$(check cell a.xlsx Items D2)" "n 3.0" "a count is a number"
is "$(check cell a.xlsx Sign-offs C2)" "s begin" "the history of sign-offs"
serial=$(check cell a.xlsx Sign-offs A2)
today=$((($(date +%s) + 7 * 3600) / 86400 + 25569))
is "${serial%.*}" "n $today" "a time is one, by the clock of the office"
holds "columns are frozen and filtered" \
	python3 -c 'import zipfile
z = zipfile.ZipFile("a.xlsx").read("xl/worksheets/sheet2.xml")
assert b"<autoFilter" in z and b"state=\"frozen\"" in z'
is "$(check cell a.xlsx 'Improvement plan' F2)" "n 44834.0" "a day is one"
is "$(check cell a.xlsx 'Improvement plan' J2)" "n 40.0" "per cent are a number"
A --lang th report --format xlsx --output th.xlsx
like "$(check sheets th.xlsx)" "สรุปผล" "Thai sheets"
like "$(check format th.xlsx การลงนามและการพิจารณา A2)" "107041E" \
	"times in the Buddhist era"

# --- CSV -----------------------------------------------------------------------
A report --format csv --output a.csv
is "$(check csv a.csv 1 Gap)" "'=cmd|' /C calc'!A0" "a formula is kept a text"
is "$(check csv a.csv 1 Strengths)" "'-2+3" "also with a sign before"
is "$(check csv a.csv 1 Score)" "300.00" "numbers stay as they are"
is "$(check csv a.csv 1 'Person responsible')" 'สมหญิง, "หัวหน้า"' \
	"commas and quotes come back"
is "$(check csv a.csv 2 'Explanation, Basic')" $'บรรทัดหนึ่ง\nบรรทัดสอง' \
	"lines come back"

# --- JSON, and a record longer than an answer may be ----------------------------
python3 - >"$T/long.txt" <<'PY'
print("กระบวนการทำงานที่เชื่อมโยงตั้งแต่ต้นจนจบ " * 130)
PY
for item in {1..6}.{1..4}; do
	A set "$item" explanation.basic=@long.txt explanation.advance=@long.txt \
		explanation.significance=@long.txt --reason ยาว >/dev/null
done
A report --format json --output long.json
same_json "$(cat long.json)" '[(.items | length), (.edition.items | length),
	([.items[].answer.explanation.advance // "" | length > 3000] | map(select(.)) | length),
	has("next")]' '[30,30,24,false]' "a long record comes whole"
holds "it is longer than one answer" [ "$(jq -c . long.json | wc -c)" -gt 1048576 ]
A report --output long.html
is "$(check html long.html)" "ok" "its page is well formed"
is "$(check pages long.html | grep -c 'กระบวนการทำงานที่เชื่อมโยงตั้งแต่ต้นจนจบ กระบวน')" 72 \
	"with every text"

# --- the hall ------------------------------------------------------------------
enrol "$T/A" "$T/H"
A sync --wait >/dev/null
run H report --output h.html
is "$status" 0 "the hall's report over all offices"
is "$(check html h.html)" "ok" "is well formed"
like "$(check pages h.html)" "9105 ละงู" "and has the office"
H report --format csv --output h.csv
is "$(check csv h.csv 1 Code)" "9105" "as CSV"
H report --format xlsx --output h.xlsx
like "$(check cell h.xlsx Offices G2)" "n " "as a workbook with numbers"
run H report --office 9105 --format json --output -
same_json "$out" '[.office.code, .hall.name, (.receipt.tip == .commit)]' \
	'["9105","สตูล",true]' "and one office's"
run H report --year 2570
is "$status" 3 "a year that nobody opened"
finish
