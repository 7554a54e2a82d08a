#!/usr/bin/env bash
# Goal: an item is written in an editor: all of it, one revision; what does not
# fit or was changed meanwhile comes back marked; what was typed is never lost.
# shellcheck disable=SC2016 # what stands in single quotes is the editor's own
. "$(dirname "$0")/lib.sh"

new_office "$T/A" 9105 ละงู
start "$T/A"
A() { pmqa --dir "$T/A" "$@"; }
tip() { A status --json | jq -r .revision; }
kept() { find "$T/home/.local/state/pmqa" -type f 2>/dev/null || true; }

# editor SCRIPT: $1 of it is the file; $ROUND counts
editor() {
	cat >"$T/editor" <<EOT
#!/usr/bin/env bash
ROUND=\$((\$(cat "$T/round" 2>/dev/null || echo 0) + 1))
echo \$ROUND >"$T/round"
cp "\$1" "$T/seen.\$ROUND"
stat -c '%a %n' "\$(dirname "\$1")" "\$1" >"$T/modes"
$1
EOT
	chmod +x "$T/editor"
	rm -f "$T/round" "$T"/seen.*
}
export EDITOR="$T/editor" VISUAL=

A assess open 2565 >/dev/null
A set 1.1 strengths=$'หนึ่ง\n# สอง' >/dev/null

# --- all of an item ---------------------------------------------------------
editor 'sed -i "s/^\[ \] 1.1.B1/[x] 1.1.B1/; s/^## gap:.*/&\nยังไม่ครบ/; s/^## owner:.*/&\nสมชาย/" "$1"'
run A edit 1.1 --reason 'ครั้งแรก'
is "$status" 0 "an edit"
like "$out" "Saved as a3" "is one revision"
run A show 1.1 --json
same_json "$out" '.fields | [.ticks, .gap, .owner, .strengths]' \
	'[["1.1.B1"],"ยังไม่ครบ","สมชาย","หนึ่ง\n# สอง"]' "with all that was written"
run A history --limit 1 --json
same_json "$out" '.revisions[0] | [.action, .reason]' '["edit","ครั้งแรก"]' "and its reason"
is "$(kept)" "" "the file is gone"
like "$(cat "$T/seen.1")" "## strengths: strengths" "the form has headings"
like "$(cat "$T/seen.1")" '\# สอง' "a line that begins with # is kept"
like "$(cat "$T/modes")" "700 " "the directory is private"
like "$(cat "$T/modes")" "600 " "the file is private"
editor true
A edit 1.1 --lang th >"$T/th"
like "$(cat "$T/seen.1")" "## strengths: จุดแข็ง" "in Thai"
like "$(cat "$T/th")" "ไม่มีอะไรเปลี่ยน" "an edit without a change saves nothing"
is "$(tip)" a3 "no revision was made"
is "$(kept)" "" "and leaves nothing"
run A edit 1.1 --json
same_json "$out" '[.revision, .n_changes]' '[null,0]' "the same for programs"
editor 'sed -i "/^หนึ่ง/d" "$1"'
run A edit 1.1
run A show 1.1 --json
same_json "$out" .fields.strengths '"# สอง"' "a line taken away"
run A edit 7.1
is "$status" 0 "a result item has no points"
unlike "$(cat "$T/seen.2")" "## ticks" "in its form"

# --- faults come back at their lines ----------------------------------------
editor 'case $ROUND in
1) sed -i "s/^## gap:.*/&\n# หาย/; s/^\[x\] 1.1.B1/[?] 1.1.B1/" "$1" ;;
2) sed -i "s/^# หาย/\\\\# ไม่หาย/; s/^\[?\]/[ ]/" "$1" ;;
esac'
run A edit 1.1
is "$status" 0 "mended in the second round"
is "$(grep -B1 '^# หาย' "$T/seen.2" | head -1)" \
	'#! a line that begins with # would be lost: write \#, or take it away' \
	"the fault stands above its line"
is "$(grep -B1 '^\[?\]' "$T/seen.2" | head -1)" \
	'#! this is no line of a point: [x] or [ ], then its name' "each of them"
run A show 1.1 --json
same_json "$out" '[.fields.gap, .fields.ticks]' '["# ไม่หาย\nยังไม่ครบ",null]' "and saved"

# a rule that only the daemon knows
editor 'case $ROUND in
1) sed -i "s/^สมชาย/$(printf "%0400d" 7)/" "$1" ;;
2) sed -i "s/^0*7$/สมหญิง/" "$1" ;;
esac'
run A edit 1.1
is "$status" 0 "a text that is too long is mended"
like "$(cat "$T/seen.2")" "#! 'owner' has 400 bytes, more than 300" "told below its heading"

# --- never lost -------------------------------------------------------------
now=$(tip)
editor 'case $ROUND in 1) sed -i "s/^## gap:.*/&\nพิมพ์ไว้\n# ผิด/" "$1" ;; esac'
exits 7 "given up in the second round" A edit 1.1
file=$(kept)
like "$err" "$file" "the kept file is named"
like "$(cat "$file")" "พิมพ์ไว้" "and holds what was typed"
is "$(tip)" "$now" "nothing was saved"
editor 'sed -i "/^#!/d; s/^# ผิด/ถูก/" "$1"'
run A edit 1.1 "$file"
is "$status" 0 "it can be gone on with"
run A show 1.1 --json
like "$(jq -r .fields.gap <<<"$out")" "พิมพ์ไว้" "and is saved"
rm -r "$(dirname "$file")"

editor 'echo ทิ้งไม่ได้ >>"$1"; exit 3'
exits 1 "an editor that ends badly" A edit 1.1
like "$(cat "$(kept)")" "ทิ้งไม่ได้" "what it wrote is kept all the same"
rm -r "$T/home/.local/state/pmqa"
editor 'exit 3'
exits 1 "one that wrote nothing" A edit 1.1
is "$(kept)" "" "leaves nothing"
# (until the shell that started it looks, what has ended is called Z)
editor 'pid=$(cat "'"$T"'/pid")
kill -TERM "$pid"
while [ -e "/proc/$pid" ] && ! grep -q "^State:.Z" "/proc/$pid/status"; do sleep 0.05; done
sed -i "s/^## gap:.*/&\nไม่มีบริการ/" "$1"'
pid_of "$T/A" >"$T/pid"
exits 5 "the daemon went away meanwhile" A edit 1.1
like "$(cat "$(kept)")" "ไม่มีบริการ" "what was typed is kept"
stop "$T/A" || true
start "$T/A"
editor true
run A edit 1.1 "$(kept)"
like "$out" "Saved" "and saved once it is back"
rm -r "$T/home/.local/state/pmqa"

# --- two people at once -----------------------------------------------------
editor "case \$ROUND in
1) $PMQA_BIN/pmqa --dir $T/A set 1.1 gap=ของเขา explanation.basic=ของเขา >/dev/null
   $PMQA_BIN/pmqa --dir $T/A tick 1.1.B2 >/dev/null
   sed -i '/^## gap:/,/^## good_practice.flag/{/^## /!d}; s/^## gap:.*/&\nของเรา/; s/^\[ \] 1.1.B3/[x] 1.1.B3/' \"\$1\" ;;
2) sed -i '/^#!/d' \"\$1\" ;;
esac"
run A edit 1.1
is "$status" 0 "changed meanwhile"
like "$(cat "$T/seen.2")" "#! the item is at revision" "the person is told"
like "$(cat "$T/seen.2")" "#! ของเขา" "what the other wrote stands beside"
run A show 1.1 --json
same_json "$out" '.fields | [.gap, ."explanation.basic", .ticks]' \
	'["ของเรา","ของเขา",["1.1.B2","1.1.B3"]]' \
	"what only the other wrote stays, what both wrote is as the person said"

# --- what cannot be edited --------------------------------------------------
exits 3 "an item that there is not" A edit 9.9
EDITOR="nosuch-editor -x" exits 3 "an editor that there is not" A edit 1.1
EDITOR='' exits 2 "no editor and no terminal" A edit 1.1
printf 'hello\n' >"$T/other"
exits 7 "a file that is no form" A edit 1.1 "$T/other"
EDITOR="$T/editor;touch $T/shell" exits 3 "the command is no shell's" A edit 1.1
holds "nothing of it was run" [ ! -e "$T/shell" ]
is "$(kept)" "" "nothing is left"
finish
