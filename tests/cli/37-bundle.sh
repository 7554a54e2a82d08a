#!/bin/bash
# Goal: with no road at all, an office and its hall come together by a stick:
# text, evidence, receipts and the hall's records, both ways; two devices of one
# office and a new one too; stock git takes the files; a stick that is cut,
# altered, foreign, old, repeated or hostile is refused with a sentence, or does
# no harm.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

H=$T/H A=$T/A B=$T/B C=$T/C S=$T/stick

# the hall's address in hall.conf leads nowhere: a stick is the only road
cut_road() { # DIR
	local dir=$1
	stop "$dir"
	sed -i 's|^url = .*|url = ssh://nobody@127.0.0.1:9|' "$dir/hall.conf"
	start "$dir"
}

# carry FROM OPTION…: makes a bundle on the stick; $file is it
carry() {
	local dir=$1
	shift
	run pmqa --dir "$dir" bundle create "$@" "$S" --json
	if [ "$status" -ne 0 ]; then
		not_ok "a bundle is made: $*" "$err"
		return 0
	fi
	file=$(printf '%s' "$out" | jq -r .file)
}

# import DIR FILE: $out is the one file's document
import() {
	run pmqa --dir "$1" bundle import "$2" --json
	if [ "$status" -eq 0 ]; then
		out=$(printf '%s' "$out" | jq -c '.bundles[0]')
	fi
}

field() { # FILTER: of that document
	printf '%s' "$out" | jq -r "$1"
}

# every byte of what the hall keeps of its offices
fingerprint() {
	(cd "$H" && find offices evidence -type f -print0 2>/dev/null |
		sort -z | xargs -0 sha256sum | sha256sum)
}

empty_rooms() { # DIR
	[ -z "$(ls -A "$1/bundles")" ]
}

office_tip() { # OFFICE-DIR
	git -C "$1/repo.git" rev-parse refs/heads/office
}
hall_tip() {
	git -C "$H/offices/9105.git" rev-parse refs/heads/office
}

pdf() { # FILE BYTES
	{
		printf '%%PDF-1.4\n'
		head -c "$2" /dev/urandom
		printf '\n%%%%EOF\n'
	} >"$1"
}

mkdir "$S"
new_hall "$H" 91 สตูล
new_office "$A" 9105 ละงู
calm "$A"
start "$H"
start "$A"

# --- to whom, without a hall -------------------------------------------------

exits 1 "without a hall nobody could take a bundle" \
	pmqa --dir "$A" bundle create --to hall "$S"
like "$err" "not enrolled" "and it says so"
exits 2 "a bundle wants a receiver" pmqa --dir "$A" bundle create "$S"
like "$err" "--to hall or --to office" "the hint names both"
exits 2 "the hall makes no bundle for itself" \
	pmqa --dir "$H" bundle create --to hall "$S"
exits 2 "the hall must say for which office" \
	pmqa --dir "$H" bundle create --to office "$S"
enrol "$A" "$H"
cut_road "$A"

# --- there -------------------------------------------------------------------

pmqa --dir "$A" assess open 2565 >/dev/null
pmqa --dir "$A" tick 1.1.B1 1.1.B2 --reason 'ประกาศแล้ว' >/dev/null
pdf "$T/plan.pdf" 700000
pmqa --dir "$A" evidence add 1.1 "$T/plan.pdf" >/dev/null
sha=$(sha256sum "$T/plan.pdf" | cut -d' ' -f1)

exits 0 "an office makes a bundle for its hall" \
	pmqa --dir "$A" bundle create --to hall "$S"
like "$out" "3 revisions, from the first to a3" "it says what is in it"
like "$out" "Evidence: 1 file" "files too"
first=$(echo "$S"/*.bundle)
exits 4 "no file is overwritten" \
	pmqa --dir "$A" bundle create --to hall "$first"
verified() { # REPOSITORY FILE
	git -C "$1" bundle verify -q "$2" >/dev/null 2>&1
}
holds "stock git takes it" verified "$H/offices/9105.git" "$first"
same_json "$(pmqa --dir "$H" bundle show "$first" --json)" \
	'[.from, .to, .checked, .for_us, .new.office, .files]' \
	'["9105-a","91",true,true,true,1]' "the hall shows what it is"
is "$(pmqa --dir "$H" hall status --json | jq -r '.offices[0].revisions')" 0 \
	"showing takes nothing in"

import "$H" "$first"
is "$status" 0 "the hall takes it in"
is "$(field .outcome)" taken "as something new"
is "$(field .evidence.taken)" 1 "with its file"
is "$(hall_tip)" "$(office_tip "$A")" "the hall has the office's tip"
is "$(pmqa --dir "$H" score --office 9105 --json | jq -r .total)" \
	"$(pmqa --dir "$A" score --json | jq -r .total)" \
	"and computes the same score"
pmqa --dir "$H" evidence get "$sha" --office 9105 --output "$T/got.pdf" >/dev/null
holds "and has the same bytes" cmp -s "$T/plan.pdf" "$T/got.pdf"
is "$(status_of "$A" .synced)" false "the office cannot know it yet"
written "$H"
before=$(fingerprint)
import "$H" "$first"
is "$status" 0 "the same stick again"
is "$(field .outcome)" nothing_new "brings nothing"
is "$(fingerprint)" "$before" "and changes no byte"

# --- and back ----------------------------------------------------------------

pmqa --dir "$H" hall cycle 2565 due.submit=2565-03-31 >/dev/null
carry "$H" --to office --office 9105
answer=$file
holds "stock git takes the answer, too" verified "$A/repo.git" "$answer"
import "$A" "$answer"
is "$status" 0 "the office takes the answer in"
is "$(field .text.receipts)" 1 "with the receipt for its file"
same_json "$(pmqa --dir "$A" cycle show 2565 --json)" .fields.due.submit \
	'"2022-03-31"' "and the hall's calendar"
is "$(status_of "$A" .synced)" true "now it is synced: it holds the receipt"
is "$(status_of "$A" .receipt.tip)" "$(office_tip "$A")" "for its tip"
is "$(pmqa --dir "$A" evidence list --json |
	jq -r '.evidence[0].at_hall != null')" true "the file is confirmed"
import "$A" "$answer"
is "$(field .outcome)" nothing_new "the same answer again brings nothing"

# --- delta -------------------------------------------------------------------

pmqa --dir "$A" tick 1.2.B1 >/dev/null
carry "$A" --to hall
same_json "$(pmqa --dir "$H" bundle show "$file" --json)" \
	'[.since.office, .revisions.office, .files]' '["a3",1,0]' \
	"the next bundle begins after what the hall confirmed"
import "$H" "$file"
is "$(field .outcome)" taken "and fits"
carry "$H" --to office --office 9105
holds "the hall's next answer is small: the office said what it has" \
	[ "$(stat -c %s "$file")" -lt 12000 ]
import "$A" "$file"
is "$(status_of "$A" .synced)" true "and confirms all"
carry "$A" --to hall --since a1
is "$(pmqa --dir "$H" bundle show "$file" --json | jq -r .since.office)" a1 \
	"--since begins where it is told to"
carry "$A" --to hall --since -
is "$(pmqa --dir "$H" bundle show "$file" --json | jq -r .since.office)" "" \
	"--since - sends everything"
exits 3 "a revision that is not there" \
	pmqa --dir "$A" bundle create --to hall --since a99 "$S"

# --- encrypted ---------------------------------------------------------------

rm -f "$S"/*
pmqa --dir "$A" tick 1.3.B1 >/dev/null
carry "$A" --to hall --encrypt
secret=$file
like "$(head -c 21 "$secret")" "age-encryption.org/v1" "age made it"
is "$(grep -c 'git bundle' "$secret" || true)" 0 "git's header is not to be seen"
same_json "$(pmqa --dir "$A" bundle show "$secret" --json)" \
	'[.encrypted, .for_us, .from]' '[true,false,null]' \
	"its own sender cannot read it any more"
exits 6 "and cannot take it in" pmqa --dir "$A" bundle import "$secret"
# shellcheck disable=SC2016 # the inner shell's arguments
holds "stock age and git read it with the hall's key" sh -c \
	'age -d -i "$1/keys/hall" -o "$2/plain" "$3" &&
	git -C "$1/offices/9105.git" bundle verify -q "$2/plain" >/dev/null 2>&1' \
	- "$H" "$T" "$secret"
head -c $(($(stat -c %s "$secret") - 100)) "$secret" >"$T/cut.bundle.age"
exits 7 "a cut one" pmqa --dir "$H" bundle import "$T/cut.bundle.age"
like "$err" "cannot be decrypted" "is told so"
import "$H" "$secret"
is "$(field .outcome)" taken "the hall takes the whole one"
is "$(hall_tip)" "$(office_tip "$A")" "and has its tip"

# --- a stick with others' bundles --------------------------------------------

new_office "$C" 9106 มะนัง
calm "$C"
start "$C"
enrol "$C" "$H"
cut_road "$C"
rm -f "$S"/*
pmqa --dir "$C" assess open 2565 >/dev/null
pmqa --dir "$C" tick 2.1.B1 >/dev/null
carry "$C" --to hall --encrypt
pmqa --dir "$A" tick 1.4.B1 >/dev/null
carry "$A" --to hall
carry "$C" --to hall
exits 6 "an office does not take another's in" \
	pmqa --dir "$A" bundle import "$file"
like "$err" "is for 91" "it says whose it is"
run pmqa --dir "$H" bundle import "$S" --json
is "$status" 0 "the hall takes a whole stick"
same_json "$out" '[.bundles[].outcome] | sort' \
	'["nothing_new","taken","taken"]' \
	"with what an office carried unread for another"
is "$(git -C "$H/offices/9106.git" rev-parse refs/heads/office)" \
	"$(office_tip "$C")" "the other office's tip is there"
pmqa --dir "$H" bundle create --to office --office 9106 "$S" >/dev/null
pmqa --dir "$H" bundle create --to office --office 9105 "$S" >/dev/null
run pmqa --dir "$A" bundle import "$S" --json
is "$status" 0 "an office takes from a stick what is for it"
same_json "$out" '[.bundles[].outcome] | group_by(.) | map([.[0], length])' \
	'[["not_for_us",4],["taken",1]]' "and names what is not"

# --- two devices, a new one that begins from a stick -------------------------

rm -f "$S"/*
pmqa --dir "$B" init --code 9105 --name ละงู --device b >/dev/null
calm "$B"
start "$B"
enrol "$B" "$H"
cut_road "$B"
carry "$H" --to office --office 9105
is "$(pmqa --dir "$B" bundle show "$file" --json | jq -r .files)" 1 \
	"for a new device the hall adds the files"
import "$B" "$file"
is "$status" 0 "a new device begins from a bundle"
is "$(office_tip "$B")" "$(hall_tip)" "it has what the hall has"
is "$(pmqa --dir "$B" score --json | jq -r .total)" \
	"$(pmqa --dir "$A" score --json | jq -r .total)" "the same score"
pmqa --dir "$B" evidence get "$sha" --output "$T/got-b.pdf" >/dev/null
holds "and the file" cmp -s "$T/plan.pdf" "$T/got-b.pdf"
import "$A" "$file"

pmqa --dir "$B" tick 2.1.B1 >/dev/null
pmqa --dir "$A" tick 3.1.B1 >/dev/null
pmqa --dir "$B" set 1.1 gap='ของเครื่อง b' >/dev/null
pmqa --dir "$A" set 1.1 gap='ของเครื่อง a' >/dev/null
carry "$B" --to hall
is "$(pmqa --dir "$H" bundle show "$file" --json |
	jq -r .revisions.office)" 2 "it goes on by delta"
import "$H" "$file"
is "$(field .outcome)" taken "the first to come goes in"
carry "$A" --to hall
parted=$(office_tip "$A")
import "$H" "$file"
is "$status" 0 "the other one has parted"
is "$(field .outcome)" beside "and is kept beside"
is "$(git -C "$H/offices/9105.git" rev-parse refs/side/a)" "$parted" \
	"under its own name"
carry "$H" --to office --office 9105
import "$A" "$file"
is "$(field .text.join)" merged "with the answer it merges"
is "$(field .text.conflicts)" 1 "and tells what both wrote"
is "$(status_of "$A" .conflicts)" 1 "to be decided"
carry "$A" --to hall
import "$H" "$file"
is "$(field .outcome)" taken "and its next bundle goes in"
is "$(hall_tip)" "$(office_tip "$A")" "as the hall's tip"
carry "$A" --to office
import "$B" "$file"
is "$status" 0 "a device takes from the other one's stick"
is "$(office_tip "$B")" "$(office_tip "$A")" "and all three agree"
is "$(pmqa --dir "$B" show 3.1 --json | jq -c .fields)" \
	"$(pmqa --dir "$A" show 3.1 --json | jq -c .fields)" "in every field"
for dir in "$A" "$B"; do
	exits 0 "all proofs hold in $(basename "$dir")" pmqa --dir "$dir" verify
	written "$dir"
	holds "git finds nothing wrong in $(basename "$dir")" \
		git -C "$dir/repo.git" fsck --strict --no-dangling
done
exits 0 "all proofs hold at the hall" pmqa --dir "$H" verify

# --- what a crash leaves ------------------------------------------------------

kill_daemon "$A"
mkdir "$A/bundles/0123456789abcdef0123456789abcdef"
git -C "$A/repo.git" update-ref \
	refs/bundle/0123456789abcdef0123456789abcdef/hall refs/heads/hall
start "$A"
holds "is gone after the next start" empty_rooms "$A"
is "$(git -C "$A/repo.git" for-each-ref refs/bundle)" "" "names, too"

# --- what is no bundle, cut, altered, foreign, old ---------------------------

carry "$H" --to office --office 9105
import "$A" "$file"
pmqa --dir "$A" tick 4.1.B1 >/dev/null
carry "$A" --to hall
good=$T/good.bundle
cp "$file" "$good"
written "$H"
before=$(fingerprint)

refused() { # STATUS PART TEXT FILE
	exits "$1" "$3" pmqa --dir "$H" bundle import "$4"
	like "$err" "$2" "  with its sentence"
	is "$(fingerprint)" "$before" "  and the hall is unchanged"
}

: >"$T/empty.bundle"
refused 7 "is empty" "an empty file" "$T/empty.bundle"
mkdir "$T/mixed"
cp "$T/empty.bundle" "$T/mixed/1.bundle"
echo "ไม่ใช่" >"$T/mixed/2.bundle"
refused 7 "not taken in: 2 of 2 bundles" "a stick with faulty files" "$T/mixed"
like "$out" "bundles are made by" "  each with what to do"
unlike "$out" "fatal:" "  and no word of git"
exits 3 "an office makes no bundle for another" \
	pmqa --dir "$A" bundle create --to hall --office 9106 "$T/mixed"
echo "ไม่ใช่" >"$T/text.bundle"
refused 7 "not a bundle" "a text" "$T/text.bundle"
refused 3 "does not exist" "no file" "$T/none.bundle"
git init -q "$T/foreign"
git -C "$T/foreign" -c user.name=x -c user.email=x@x commit -q \
	--allow-empty -m x
git -C "$T/foreign" bundle create -q "$T/git.bundle" --all
refused 7 "not a bundle" "somebody's git bundle" "$T/git.bundle"
head -c $(($(stat -c %s "$good") - 60)) "$good" >"$T/cut.bundle"
refused 7 "is cut" "a cut bundle" "$T/cut.bundle"
head -c 30 "$good" >"$T/stub.bundle"
refused 7 "is cut" "its first bytes alone" "$T/stub.bundle"
cp "$good" "$T/flip.bundle"
flip "$T/flip.bundle" $(($(stat -c %s "$good") - 200))
refused 7 "damaged or was altered" "a flipped byte" "$T/flip.bundle"
sed 's|refs/pmqa/bundle/9105-a/91|refs/pmqa/bundle/9105-b/91|' "$good" \
	>"$T/from.bundle"
refused 7 "was altered" "another sender in the header" "$T/from.bundle"
sed 's|refs/pmqa/bundle/9105-a/91|refs/pmqa/bundle/9107-a/91|' "$good" \
	>"$T/who.bundle"
refused 3 "not enrolled" "an office that nobody knows" "$T/who.bundle"

# forge MESSAGE…: a bundle as the device could sign it, with a history of its
# own: the note is good, the revisions are not
forge() { # KEY FILE
	local r=$T/forge.git tree note commit
	rm -rf "$r"
	git init -q --bare "$r"
	git -C "$A/repo.git" push -q "$r" refs/heads/office
	git -C "$r" fetch -q "$good" 'refs/pmqa/*:refs/pmqa/*'
	commit=$(git -C "$r" -c user.name=9105-a -c user.email=a@9105 \
		commit-tree -p refs/heads/office -m forged \
		"refs/heads/office^{tree}")
	git -C "$r" update-ref refs/heads/office "$commit"
	git -C "$r" show refs/pmqa/bundle/9105-a/91:note.json |
		jq -c --arg tip "$commit" '.tips.office = $tip' >"$T/note.json"
	rm -f "$T/note.json.sig"
	ssh-keygen -q -Y sign -f "$1" -n pmqa-bundle "$T/note.json"
	git -C "$r" show refs/pmqa/bundle/9105-a/91:receipts.json \
		>"$T/receipts.json"
	tree=$(for note in note.json note.json.sig receipts.json; do
		printf '100644 blob %s\t%s\n' \
			"$(git -C "$r" hash-object -w "$T/$note")" \
			"${note/note.json.sig/note.sig}"
	done | git -C "$r" mktree)
	note=$(git -C "$r" -c user.name=x -c user.email=x@x commit-tree \
		-m note "$tree")
	git -C "$r" update-ref refs/pmqa/bundle/9105-a/91 "$note"
	git -C "$r" bundle create -q "$2" --all
}
forge "$A/keys/device" "$T/forged.bundle"
refused 8 "hall refuses" "an unsigned revision under a good note" \
	"$T/forged.bundle"
ssh-keygen -q -t ed25519 -N '' -C '' -f "$T/stranger"
forge "$T/stranger" "$T/stranger.bundle"
refused 6 "not signed with the key" "a note of a stranger" "$T/stranger.bundle"
holds "no room is left behind" empty_rooms "$H"

# another hall that says it is ours
new_hall "$T/H2" 91 ปลอม
start "$T/H2"
new_office "$T/A2" 9105 ละงู
start "$T/A2"
enrol "$T/A2" "$T/H2"
rm -f "$S"/*
carry "$T/H2" --to office --office 9105
exits 6 "a hall that is not ours" pmqa --dir "$A" bundle import "$file"
like "$err" "not signed with the key" "is known by its signature"
stop "$T/H2"
stop "$T/A2"

# a hall that was restored lacks what the bundle builds on
stop "$H"
cp -a "$H" "$T/H-now"
git -C "$H/offices/9105.git" update-ref refs/heads/office \
	"$(git -C "$H/offices/9105.git" rev-list --max-parents=0 refs/heads/office)"
git -C "$H/offices/9105.git" update-ref -d refs/side/a
git -C "$H/offices/9105.git" -c gc.pruneExpire=now gc -q --prune=now
rm -rf "$H/pmqa.db" "$H/pmqa.db-wal" "$H/pmqa.db-shm"
"$PMQA_BIN/pmqad" --dir "$H" --reindex >/dev/null 2>&1
start "$H"
exits 4 "a bundle that begins after what is here" \
	pmqa --dir "$H" bundle import "$good"
like "$err" "begins after a revision that is not here" "is told so"
like "$err" "--since" "with the way out"
rm -f "$S"/*
carry "$A" --to hall --since -
import "$H" "$file"
is "$(field .outcome)" taken "one with everything goes in"
is "$(hall_tip)" "$(office_tip "$A")" "and the hall has all again"

for dir in "$H" "$A" "$B"; do
	holds "no room is left behind in $(basename "$dir")" empty_rooms "$dir"
done

run pmqa --dir "$A" --lang th bundle show "$file"
like "$out" "ไม่ใช่ของเครื่องนี้" "the same in Thai"

finish
