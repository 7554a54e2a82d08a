#!/bin/bash
# Goal: what the hall publishes (an edition that was checked first, a calendar,
# a good practice, an announcement) reaches every office with its next exchange,
# by stick too; the office is told; the hall sees which office has which; what
# is taken back goes.
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

H=$T/H A=$T/A B=$T/B

sends() { # DIR
	pmqa --dir "$1" sync --wait >/dev/null
}

news() { # DIR: titles that status tells of
	pmqa --dir "$1" status --json | jq -r '.announcements | map(.title) | join(",")'
}

has() { # OFFICE RECORD: what hall status says
	pmqa --dir "$H" hall status "$1" --json |
		jq -r --arg r "$2" '.offices[0].published[] | select(.record == $r) | .has'
}

new_hall "$H" 91 สตูล
new_office "$A" 9105 ละงู
new_office "$B" 9106 มะนัง
sed -i 's/^after_save_ms = .*/after_save_ms = 3600000/' \
	"$A/pmqad.conf" "$B/pmqad.conf"
for d in "$H" "$A" "$B"; do start "$d"; done
enrol "$A" "$H"
enrol "$B" "$H"
sends "$A"
sends "$B"

# --- an announcement ---------------------------------------------------------

run pmqa --dir "$H" hall announce ''
is "$status" 7 "an announcement needs a title"
run pmqa --dir "$H" hall announce 'ประชุมชี้แจง' 'วันจันทร์ เวลา 9.00 น.' --until 2599-12-31
is "$status" 0 "the hall announces"
like "$out" "nh1" "... under a name"
like "$out" "9105" "... to each office"
like "$out" "9106" "... to each office"
run pmqa --dir "$H" hall announce 'ผิดวัน' --until 31/13/2569
is "$status" 7 "there is no such day"
is "$(has 9105 announcements/nh1)" null "the office never told what it has"
sends "$A"
is "$(news "$A")" "ประชุมชี้แจง" "the next exchange brings it"
run pmqa --dir "$A" status
like "$out" "The hall announces: ประชุมชี้แจง" "status tells the office"
run pmqa --lang th --dir "$A" status
like "$out" "ประกาศจากจังหวัด: ประชุมชี้แจง" "... in Thai"
run pmqa --dir "$A" announcements
like "$out" "วันจันทร์" "the text can be read"
like "$out" "new: " "... as new"
is "$(news "$A")" "" "what was read is new no more"
run pmqa --dir "$A" announcements
unlike "$out" "new: " "... there neither"
is "$(has 9105 announcements/nh1)" false "the hall knows by the next visit"
sends "$A"
is "$(has 9105 announcements/nh1)" true "... that it has"
is "$(has 9106 announcements/nh1)" null "... and that the other has not told"

# by stick: no road at all
sends "$B"
stop "$B"
pmqa --dir "$H" hall announce 'แบบฟอร์มใหม่' >/dev/null
mkdir "$T/stick"
pmqa --dir "$H" bundle create --to office --office 9106 "$T/stick" >/dev/null
start "$B"
pmqa --dir "$B" bundle import "$T/stick"/* >/dev/null
like "$(news "$B")" "แบบฟอร์มใหม่" "a stick brings it as well"

# over, and withdrawn
run pmqa --dir "$H" hall announce 'ผ่านไปแล้ว' --until 1/1/2560
is "$status" 0 "a day as people write it"
like "$err" "That day is past" "one that is past is pointed out"
sends "$A"
unlike "$(news "$A")" "ผ่านไปแล้ว" "what is over is not told"
run pmqa --dir "$A" announcements
like "$out" "over since" "... but listed as over"
exits 3 "none of that name" pmqa --dir "$H" hall withdraw nh9
like "$err" "pmqa announcements" "... with what to do"
run pmqa --dir "$H" hall withdraw nh1 --reason 'เลื่อน'
is "$status" 0 "an announcement is taken back"
sends "$A"
unlike "$(pmqa --dir "$A" announcements)" "ประชุมชี้แจง" "... at the office, too"
pmqa --dir "$H" hall announce 'อีกเรื่อง' >/dev/null
isnt "$(pmqa --dir "$H" announcements --json | jq -r '.announcements[0].id')" \
	nh1 "a name that offices saw is not given again"
exits 2 "an office announces nothing" pmqa --dir "$A" hall announce 'x'

# --- calendar and edition -------------------------------------------------------

pmqa --dir "$H" hall cycle 2565 due.submit=2599-03-31 >/dev/null
sed -e 's/"pmqa4-2562"/"pmqa4-2599"/' "$ROOT/editions/pmqa4-2562.json" \
	>"$T/draft.json"
run pmqa --dir "$H" edition validate "$T/draft.json"
is "$status" 0 "a draft is checked before anybody sees it"
sends "$A"
unlike "$(pmqa --dir "$A" edition list)" "pmqa4-2599" "... and no office has it"
run pmqa --dir "$H" edition import "$T/draft.json"
is "$status" 0 "published"
sends "$A"
like "$(pmqa --dir "$A" edition list)" "pmqa4-2599" "the office has the edition"
run pmqa --dir "$A" assess open 2565 --edition pmqa4-2599
is "$status" 0 "... and can work with it"
sends "$A"
is "$(has 9105 editions/pmqa4-2599)" true "the hall sees it"
is "$(has 9105 cycles/2565)" true "... and the calendar"
is "$(has 9106 editions/pmqa4-2599)" false "... and who has not got it"

# --- a good practice ----------------------------------------------------------------

pmqa --dir "$A" set 1.1 good_practice.flag=yes \
	good_practice.text='ประชุมทุกวันศุกร์' >/dev/null
sends "$A"
run pmqa --dir "$H" hall share 9105 1.1
is "$status" 0 "a good practice is shared"
sends "$B"
like "$(pmqa --dir "$B" practices)" "ประชุมทุกวันศุกร์" "the other office has it"
sends "$B"
is "$(has 9106 practices/gh1)" true "... and the hall knows"

# --- it is all history, and survives a rebuilt index -----------------------------------

for d in "$H" "$A"; do
	stop "$d"
	"$PMQA_BIN/pmqad" --dir "$d" --reindex >>"$d.log" 2>&1
	start "$d"
	run pmqa --dir "$d" verify
	is "$status" 0 "verify after a rebuilt index"
done
like "$(pmqa --dir "$A" announcements)" "อีกเรื่อง" "announcements are records"
is "$(has 9105 cycles/2565)" true "what offices hold is kept"

finish
