#!/usr/bin/env bash
# Goal: files as an officer attaches them: limits and types, a daemon that dies
# in the middle of an upload, one copy for several items, getting a file back,
# unlinking, and erasing so that no object holds the bytes any more.
. "$(dirname "$0")/lib.sh"

pdf() { # FILE KIB [TEXT]
	{
		printf '%%PDF-1.7\n%s\n' "${3:-}"
		head -c "$(($2 * 1024))" /dev/urandom
	} >"$1"
}
git_objects() { git --git-dir "$T/A/evidence.git" cat-file \
	--batch-all-objects --batch-check; }
all_bytes() { git --git-dir "$T/A/evidence.git" cat-file \
	--batch-all-objects --batch; }

new_office "$T/A" 9105 ละงู
start "$T/A"
A() { pmqa --dir "$T/A" "$@"; }
A assess open 2565 >/dev/null
mkdir "$T/f" "$T/out"

# --- adding ----------------------------------------------------------------

exits 0 "no evidence yet" A evidence list
like "$out" "no evidence yet" "says so"
pdf "$T/f/แผน.pdf" 700 PERSONAL-MARKER-1
sha=$(sha_of "$T/f/แผน.pdf")
run A evidence add 1.1 "$T/f/แผน.pdf" --caption 'แผนยุทธศาสตร์' \
	--points 1.1.B2,1.1.B1 --class public --reason "แนบครั้งแรก"
is "$status:$err" "0:" "a file is added, nothing on standard error"
like "$out" "แผน.pdf" "and named"
run A evidence list 1.1 --json
same_json "$out" '.evidence[0] | [.sha256, .item, .name, .type, .size, .parts,
	.caption, .points, .class, .present, .have, .at_hall, .redacted]' \
	"[\"$sha\",\"1.1\",\"แผน.pdf\",\"application/pdf\",$(stat -c %s "$T/f/แผน.pdf"),3,\"แผนยุทธศาสตร์\",[\"1.1.B1\",\"1.1.B2\"],\"public\",true,3,null,null]" \
	"what is listed of it"
run A evidence list
like "$out" "${sha:0:12}" "the table shows the first digits"

before=$(git_objects | wc -l)
cp "$T/f/แผน.pdf" "$T/f/copy.PDF"
run A evidence add 1.2 "$T/f/copy.PDF" --json
same_json "$out" '.files[0] | [.sha256, .saved.record]' \
	"[\"$sha\",\"2565/items/1.2\"]" "the same bytes for another item"
is "$(git_objects | wc -l)" "$before" "are not stored again"
run A evidence add 1.2 "$T/f/copy.PDF"
like "$err" "nothing to send" "nor sent again"
like "$out" "แผน.pdf" "and goes by the name that it has"
like "$out" "Nothing changed" "a link that is there makes no revision"

pdf "$T/f/a.pdf" 3
pdf "$T/f/b.pdf" 3
run A evidence add profile "$T/f/a.pdf" "$T/f/b.pdf" --json
same_json "$out" '[.files[].name]' '["a.pdf","b.pdf"]' \
	"two files at once, for the profile"

# --- refusing --------------------------------------------------------------

echo 'not a pdf at all' >"$T/f/fake.pdf"
exits 7 "a text called .pdf" A evidence add 1.1 "$T/f/fake.pdf"
like "$err" "not what its name says" "is named so"
like "$err" ".pdf .jpg .jpeg .png" "with what is taken"
cp "$T/f/a.pdf" "$T/f/picture.png"
exits 7 "a PDF called .png" A evidence add 1.1 "$T/f/picture.png"
cp "$T/f/a.pdf" "$T/f/a.exe"
exits 7 "an ending that is not taken" A evidence add 1.1 "$T/f/a.exe"
: >"$T/f/empty.pdf"
exits 7 "an empty file" A evidence add 1.1 "$T/f/empty.pdf"
exits 3 "a file that is not there" A evidence add 1.1 "$T/f/nosuch.pdf"
exits 7 "a directory" A evidence add 1.1 "$T/f"
mkfifo "$T/f/pipe.pdf"
exits 7 "a pipe does not hang" A evidence add 1.1 "$T/f/pipe.pdf"
exits 3 "an item that is not there" A evidence add 9.9 "$T/f/a.pdf"
exits 7 "a point of another item" A evidence add 1.1 "$T/f/a.pdf" \
	--points 1.2.B1
exits 7 "an unknown class" A evidence add 1.1 "$T/f/a.pdf" --class secret
cp "$T/f/a.pdf" "$T/f/a:b.pdf"
exits 7 "a name that other systems cannot write" \
	A evidence add 1.1 "$T/f/a:b.pdf"
exits 3 "one wrong name" A evidence add 1.3 "$T/f/a.pdf" "$T/f/nosuch.pdf"
run A evidence list 1.3 --json
same_json "$out" '.evidence' '[]' "stops before the first file is added"

pdf "$T/f/forty.pdf" 40960
exits 7 "40 MiB are too much" A evidence add 1.1 "$T/f/forty.pdf"
like "$err" "more than the 20971520" "and the limit is named"
run A --lang th evidence add 1.1 "$T/f/forty.pdf"
like "$err" "20971520" "in Thai too"
is "$(A evidence list 1.1 --json | jq '.evidence | length')" 1 \
	"nothing refused is linked"

# --- a daemon that dies in the middle ---------------------------------------

# at any moment: what has the name of a file is that file
for delay in 0.01 0.05 0.1 0.2 0.3; do
	pdf "$T/f/again.pdf" 6000
	A evidence add 1.4 "$T/f/again.pdf" >/dev/null 2>&1 &
	adder=$!
	sleep "$delay"
	kill_daemon "$T/A"
	wait "$adder" 2>/dev/null || true
	start "$T/A"
	run A verify --json
	same_json "$out" '[.ok, (.findings | length)]' '[true,0]' \
		"verify after kill -9 at $delay s"
	exits 0 "and the upload ends well" A evidence add 1.4 "$T/f/again.pdf"
done

stop "$T/A"
sed -i 's/^max_bytes = .*/max_bytes = 50000000/' "$T/A/pmqad.conf"
start "$T/A"
has_begun() { # of the file, or it has ended
	[ -e "$T/A/evidence.git/refs/uploads/$big" ] ||
		[ -e "$T/A/evidence.git/refs/evidence/$big" ]
}
# a machine may be so fast, or this script so slow, that the file is in by then
for _ in 1 2 3; do
	pdf "$T/f/forty.pdf" 40960
	big=$(sha_of "$T/f/forty.pdf")
	A evidence add 1.3 "$T/f/forty.pdf" >"$T/add.out" 2>"$T/add.err" &
	adder=$!
	holds "the upload is under way" wait_until 60 has_begun
	kill_daemon "$T/A"
	code=0
	wait "$adder" || code=$?
	[ "$code" -eq 0 ] || break
	start "$T/A"
done
is "$code" 5 "the client says that the daemon is gone"
like "$(cat "$T/add.err")" "goes on where it stopped" "and what to do"
holds "nothing half looks whole" \
	test ! -e "$T/A/evidence.git/refs/evidence/$big"
start "$T/A"
run A evidence add 1.3 "$T/f/forty.pdf"
is "$status" 0 "the same command again"
like "$err" "goes on with part" "goes on where it was cut"
run A evidence get "${big:0:8}" --output "$T/out/forty.pdf"
holds "the file comes out as it went in" \
	cmp "$T/f/forty.pdf" "$T/out/forty.pdf"
run git --git-dir "$T/A/evidence.git" fsck --strict --full
is "$status" 0 "git fsck --strict of the evidence"

# --- getting ----------------------------------------------------------------

(cd "$T/out" && run A evidence get "${sha:0:8}" && is "$status" 0 x) \
	>/dev/null || true
holds "a file is written under its own name" \
	cmp "$T/f/แผน.pdf" "$T/out/แผน.pdf"
cd "$T/out"
echo mine >แผน.pdf
exits 4 "and never over another" A evidence get "$sha"
is "$(cat แผน.pdf)" mine "which stays as it was"
cd "$ROOT"
is "$(A evidence get "$sha" --output - | sha256sum | cut -d' ' -f1)" "$sha" \
	"to standard output"
exits 4 "not over a link either" sh -c "ln -s /dev/null '$T/out/l' &&
	'$PMQA_BIN/pmqa' --dir '$T/A' evidence get $sha --output '$T/out/l'"
exits 7 "seven digits are too few" A evidence get "${sha:0:7}"
exits 3 "digits of no file" A evidence get 00000000
is "$(find "$T/out" -name '.pmqa-*' | wc -l)" 0 "no half file is left"

# --- unlinking, erasing ------------------------------------------------------

exits 0 "a file is unlinked" A evidence rm 1.2 "${sha:0:10}" --reason ผิดข้อ
exits 3 "once" A evidence rm 1.2 "$sha"
run A evidence get "$sha" --output "$T/out/still.pdf"
is "$status" 0 "its bytes stay"

holds "the bytes are there before" \
	sh -c "git --git-dir '$T/A/evidence.git' cat-file --batch-all-objects \
		--batch | grep -aq PERSONAL-MARKER-1"
# as maintenance may have left them: in a pack
git --git-dir "$T/A/evidence.git" repack -a -d -q
exits 2 "an erasure needs a reason" A evidence redact "$sha"
run A evidence redact "${sha:0:8}" --reason "มีข้อมูลส่วนบุคคล"
is "$status" 0 "a file is erased"
all_bytes >"$T/all"
holds "other files are still there" [ "$(wc -c <"$T/all")" -gt 40000000 ]
holds "no object holds its bytes any more" \
	sh -c "! grep -aq PERSONAL-MARKER-1 '$T/all'"
unlike "$(git_objects)" "$(head -c 262144 "$T/f/แผน.pdf" |
	git hash-object --stdin)" "nor is its first part there"
holds "nor is it anywhere else in the directory" \
	sh -c "! grep -raq PERSONAL-MARKER-1 '$T/A'"
run A evidence list 1.1 --json
same_json "$out" '.evidence[0] | [.sha256, .name, .present, .redacted.reason]' \
	"[\"$sha\",\"แผน.pdf\",false,\"มีข้อมูลส่วนบุคคล\"]" "the tombstone stays"
exits 3 "it cannot be read" A evidence get "$sha"
like "$err" "มีข้อมูลส่วนบุคคล" "and the reason is told"
exits 6 "nor added again" A evidence add 1.2 "$T/f/แผน.pdf"
exits 4 "nor erased twice" A evidence redact "$sha" --reason อีกครั้ง
run A verify --json
same_json "$out" '[.ok, .findings]' '[true,[]]' "verify agrees"
run A history --json
like "$out" '"redact"' "the history has it"

# --- a new index -------------------------------------------------------------

run A evidence list --json
old=$out
stop "$T/A"
run "$PMQA_BIN/pmqad" --dir "$T/A" --reindex
is "$status" 0 "the index is made anew"
start "$T/A"
run A evidence list --json
is "$out" "$old" "and says the same of the evidence"
rm "$T/A/evidence.git/refs/evidence/$big"
run A verify --json
same_json "$out" '[.ok, .findings[0].severity]' '[true,"warning"]' \
	"a missing file is visible as missing"
run A evidence list 1.3
like "$out" "not here" "in the list too"
finish
