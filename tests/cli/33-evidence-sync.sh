#!/bin/bash
# Goal: evidence goes to the hall after the text, through a real sshd: once, in
# pieces that survive a cut, with a receipt that stock ssh-keygen verifies; what
# is hostile is refused and changes nothing; an erasure takes the bytes away at
# both sides; a text sync does not grow with the files.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/support/sshd.sh
. "$ROOT/tests/support/sshd.sh"

H=$T/H A=$T/A B=$T/B
HE=$H/evidence/9105.git

trap 'at_exit sshd_stop' EXIT

here() { # DIR SHA FILTER [ARGUMENT…]: of one file in a list
	local dir=$1 sha=$2 filter=$3
	shift 3
	pmqa --dir "$dir" evidence list --json "$@" |
		jq -r --arg sha "$sha" \
			"[.evidence[] | select(.sha256 == \$sha)][0] | $filter"
}

at_office() { # SHA FILTER
	here "$A" "$1" "$2"
}

at_hall() { # SHA FILTER
	here "$H" "$1" "$2" --office 9105
}

fingerprint() {
	written "$H"
	(cd "$H" && find offices evidence -type f -print0 | sort -z |
		xargs -0 sha256sum | sha256sum)
}

log_count() { # TEXT: lines of the hall's log with it
	grep -c -- "$1" "$H/receive.log" || true
}

all_objects() { # REPOSITORY
	git -C "$1" cat-file --batch-all-objects \
		--batch-check='%(objectname)' --unordered | sort
}

url() { # PATH
	echo "ssh://$(id -un)@127.0.0.1:$sshd_port/$1"
}

as_office() { # COMMAND: with the office's own key
	ssh -F "$A/ssh_config" -o ControlPath=none -p "$sshd_port" \
		"$(id -un)@127.0.0.1" "$@"
}

push() { # REPOSITORY PATH REFSPEC…: by hand, with the office's own key
	local repo=$1 path=$2
	shift 2
	GIT_SSH_COMMAND="ssh -F $A/ssh_config -o ControlPath=none" \
		git -C "$repo" push "$(url "$path")" "$@"
}

# start_at KIB: the office's daemon, with a cap on its rate (0: none), so that
# what is looked for while a file is on its way is still to be seen
start_at() {
	sed -i "s/^rate_kib = .*/rate_kib = $1/" "$A/pmqad.conf"
	start "$A"
}

push_text() { # the office's revisions alone, with their receipt
	written "$A"
	push "$A/repo.git" office refs/heads/office 2>/dev/null
}

sshd_prepare "$T/sshd" "$H/authorized_keys"
sshd_start
pmqa --dir "$H" init --role hall --code 91 --name สตูล \
	--url "ssh://$(id -un)@127.0.0.1:$sshd_port" \
	--host-key "$T/sshd/host.pub" >/dev/null
new_office "$A" 9105 ละงู
new_office "$B" 9106 มะนัง
calm "$A"
calm "$B"
start "$H"
start "$A"
start "$B"
enrol "$A" "$H"
enrol "$B" "$H"
pmqa --dir "$A" assess open 2565 >/dev/null
pmqa --dir "$B" assess open 2565 >/dev/null

# --- files arrive after the text, over one connection ----------------------

make_pdf "$T/small.pdf" 3000
make_pdf "$T/large.pdf" 3000000
small=$(sha_of "$T/small.pdf") large=$(sha_of "$T/large.pdf")
pmqa --dir "$A" evidence add 1.1 "$T/large.pdf" "$T/small.pdf" >/dev/null
is "$(status_of "$A" '.evidence | [.files, .at_hall] | @csv')" 2,0 \
	"two files wait for the hall"
run pmqa --dir "$A" sync --wait --json
is "$status" 0 "the sync succeeds"
is "$(sync_field '[.synced, .evidence.sent, .evidence.left] | @csv')" \
	true,2,0 "text and both files went"
is "$(sshd_logins)" 1 "everything over one connection"
like "$(grep evidence "$H/receive.log" | head -n 1)" "$small" \
	"the smaller file went first"
holds "the larger one went in pieces" [ "$(log_count "$large")" -gt 1 ]
is "$(status_of "$A" '.evidence | [.files, .at_hall] | @csv')" 2,2 \
	"status counts them as at the hall"
isnt "$(at_office "$large" .at_hall)" null "the list says since when"
is "$(at_hall "$large" .present)" true "at the hall the file is present"
is "$(pmqa --dir "$H" hall status --json |
	jq -c '.offices[0].evidence')" '{"files":2,"at_hall":2}' \
	"hall status counts what is there"
like "$(pmqa --dir "$H" hall status)" "2/2" "also for people"
pmqa --dir "$H" evidence get "$large" --output "$T/got.pdf" \
	--office 9105 >/dev/null
holds "the hall gives the same bytes" cmp -s "$T/got.pdf" "$T/large.pdf"
is "$(git -C "$HE" for-each-ref --format='%(refname)' | sort)" \
	"$(printf 'refs/evidence/%s\n' "$small" "$large" | sort)" \
	"only whole files have names there"
run git -C "$HE" fsck --strict --full
is "$status" 0 "stock git fsck is content"

logged=$(log_count evidence)
run pmqa --dir "$A" sync --wait --json
is "$(sync_field .evidence.sent)" 0 "nothing is sent twice"
pmqa --dir "$A" evidence add 1.2 "$T/small.pdf" >/dev/null 2>&1
run pmqa --dir "$A" sync --wait --json
is "$(sync_field '[.synced, .evidence.sent] | @csv')" true,0 \
	"nor a file that a second item uses"
is "$(log_count evidence)" "$logged" "the hall heard of none"

# --- the receipt, by stock tools -------------------------------------------

run push "$A/evidence.git" "evidence/$small" "refs/evidence/$small"
is "$status" 0 "to push what is there already does no harm"
receipt=$(sed -n 's/^\(remote: \)\?pmqa-evidence: //p' <<<"$err")
is "$(jq -r .sha256 <<<"$receipt")" "$small" \
	"the hall gives its receipt again"
jq -r .signature <<<"$receipt" >"$T/receipt.sig"
jq -rj '"pmqa evidence receipt 1\noffice \(.office)\nsha256 \(.sha256)\n" +
	"time \(.time)\nhall \(.hall)\n"' <<<"$receipt" >"$T/receipt.text"
echo "91 $(cut -d ' ' -f 1,2 "$H/keys/hall.pub")" >"$T/signers"
verify_receipt() { # TEXT
	ssh-keygen -Y verify -f "$T/signers" -I 91 -n pmqa-receipt \
		-s "$T/receipt.sig" <"$1" >/dev/null
}
holds "ssh-keygen verifies it" verify_receipt "$T/receipt.text"
sed 's/office 9105/office 9106/' "$T/receipt.text" >"$T/other.text"
exits 255 "and not for another office" verify_receipt "$T/other.text"

# --- a cut transfer goes on ------------------------------------------------

# what a link that died left: two parts of a file of nine
make_pdf "$T/cut.pdf" 2200000
cut=$(sha_of "$T/cut.pdf")
pmqa --dir "$A" evidence add 1.3 "$T/cut.pdf" >/dev/null
sshd_stop
exits 5 "without a road nothing goes" pmqa --dir "$A" sync --wait
sshd_start
push_text
second=$(git -C "$A/evidence.git" rev-parse "refs/evidence/$cut~7")
run push "$A/evidence.git" "evidence/$cut" "$second:refs/uploads/$cut"
is "$status" 0 "a part of a file is taken in"
unlike "$err" "pmqa-evidence" "but not signed for"
stop "$A" # a new daemon begins with small pieces
start "$A"
run pmqa --dir "$A" sync --wait --json
is "$(sync_field '[.synced, .evidence.sent] | @csv')" true,1 \
	"the next sync brings the rest"
is "$(grep "$cut" "$H/receive.log" | sed -n 2p | jq -r .old)" "$second" \
	"it goes on where the link was cut"
run git -C "$HE" show-ref --verify "refs/uploads/$cut"
isnt "$status" 0 "and leaves no half file behind"

# the office's daemon is killed in the middle
make_pdf "$T/huge.pdf" 19000000
huge=$(sha_of "$T/huge.pdf")
stop "$A"
start_at 3000
pmqa --dir "$A" evidence add 1.4 "$T/huge.pdf" >/dev/null
pmqa --dir "$A" sync >/dev/null
half_way() {
	git -C "$HE" show-ref --verify -q "refs/uploads/$huge"
}
holds "pieces of a large file arrive" wait_until 60 half_way
kill_daemon "$A"
is "$(at_hall "$huge" .present)" false "it is not whole at the hall"
alone() { # no ssh of this office runs on
	! grep -lsa "$A/ssh_config" /proc/[0-9]*/cmdline
}
holds "no connection outlives the daemon" wait_until 60 alone
start_at 0
run pmqa --dir "$A" sync --wait --json
is "$(sync_field '[.synced, .evidence.left] | @csv')" true,0 \
	"a new daemon finishes it"
is "$(at_hall "$huge" .present)" true "then it is"
is "$(grep "$huge" "$H/receive.log" | jq -r .old |
	grep -c '^0*$')" 2 "only its first piece and its name began at nothing"

# text that is saved meanwhile goes before the next piece
overtakes() { # a file is under way, a save comes: its push is not the last
	local file=$T/busy$1.pdf sha text last
	make_pdf "$file" 19000000
	sha=$(sha_of "$file")
	stop "$A"
	start_at 3000
	pmqa --dir "$A" evidence add 1.4 "$file" >/dev/null
	pmqa --dir "$A" sync >/dev/null
	wait_until 60 git -C "$HE" show-ref --verify -q "refs/uploads/$sha" ||
		return 1
	pmqa --dir "$A" tick "1.4.B$1" >/dev/null
	pmqa --dir "$A" sync --wait >/dev/null
	text=$(grep -n '"event":"push"' "$H/receive.log" | tail -n 1)
	last=$(grep -n "$sha" "$H/receive.log" | tail -n 1)
	[ "${text%%:*}" -lt "${last%%:*}" ]
}
# a test may be so slow that the file is gone by then
if overtakes 1 || overtakes 2; then
	ok "a save overtakes a large file"
else
	not_ok "a save overtakes a large file" "$(tail "$H/receive.log")"
fi

stop "$A"
start_at 0

# the hall's daemon is away: the bytes stay, the receipt comes later
make_pdf "$T/late.pdf" 5000
late=$(sha_of "$T/late.pdf")
pmqa --dir "$A" evidence add 1.4 "$T/late.pdf" >/dev/null
push_text
stop "$H"
run push "$A/evidence.git" "evidence/$late" "refs/evidence/$late"
is "$status" 0 "without the hall's daemon a file is taken in"
like "$err" "pmqa-note: " "and it says why there is no receipt"
is "$(at_office "$late" .at_hall)" null "so it is not confirmed"
start "$H"
logged=$(log_count "$late")
is "$(at_hall "$late" .present)" true "the hall's new daemon finds it"
run pmqa --dir "$A" sync --wait --json
is "$(sync_field '[.synced, .evidence.sent] | @csv')" true,1 \
	"with the daemon back the receipt comes"
is "$(log_count "$late")" "$logged" "without sending it again"

# --- hostile pushes --------------------------------------------------------

evil=$T/evil.git
git init -q --bare "$evil"
part_max=262144

# chain SHA FILE [AUTHOR] [EXTRA]: the commits of a file, made by stock git
chain() {
	local sha=$1 file=$2 author=${3:-pmqa} extra=${4:-} n=0 parent=() tree=
	local at=0 size blob commit=
	size=$(stat -c %s "$file")
	while [ "$at" -lt "$size" ]; do
		n=$((n + 1))
		blob=$(tail -c "+$((at + 1))" "$file" | head -c "$part_max" |
			git -C "$evil" hash-object -w --stdin)
		tree+=$(printf '100644 blob %s\t%05d\n_' "$blob" "$n")
		tree=${tree%_}
		commit=$({
			printf '%s' "$tree"
			[ -z "$extra" ] ||
				printf '100644 blob %s\t%s\n' "$blob" "$extra"
		} | git -C "$evil" mktree | {
			read -r t
			GIT_AUTHOR_NAME=$author GIT_COMMITTER_NAME=$author \
				GIT_AUTHOR_EMAIL=pmqa@evidence \
				GIT_COMMITTER_EMAIL=pmqa@evidence \
				GIT_AUTHOR_DATE='@0 +0000' \
				GIT_COMMITTER_DATE='@0 +0000' \
				git -C "$evil" commit-tree "$t" "${parent[@]}" \
				-m "evidence $sha part $n"
		})
		parent=(-p "$commit")
		at=$((at + part_max))
	done
	echo "$commit"
}

make_pdf "$T/target.pdf" 600000
target=$(sha_of "$T/target.pdf")
pmqa --dir "$A" evidence add 2.1 "$T/target.pdf" >/dev/null
good=$(chain "$target" "$T/target.pdf")
is "$good" "$(git -C "$A/evidence.git" rev-parse "refs/evidence/$target")" \
	"the same file has the same commits wherever they are made"

make_pdf "$T/foreign.pdf" 4000
foreign=$(sha_of "$T/foreign.pdf")
pmqa --dir "$B" evidence add 1.1 "$T/foreign.pdf" >/dev/null
pmqa --dir "$B" sync --wait >/dev/null
foreign_tip=$(chain "$foreign" "$T/foreign.pdf")
# the record goes, its file does not yet
push_text
# what the hall has yet to write into its repositories is none of the cases'
stop "$H"
start "$H"

before=$(fingerprint)
unchanged() { # TEXT: refused, and nothing at the hall is another
	isnt "$status" 0 "$1 is refused"
	is "$(fingerprint)" "$before" "$1: the hall is unchanged to the byte"
	before=$(fingerprint)
}
refuses() { # TEXT SENTENCE PATH REFSPEC…
	local text=$1 sentence=$2
	shift 2
	run push "$evil" "$@"
	unchanged "$text"
	like "$err" "$sentence" "$text: with a sentence"
}

nobody=$(printf '%064d' 7)
refuses "a file that no record names" "no record that the hall has" \
	"evidence/$nobody" "$good:refs/evidence/$nobody"
refuses "a file of another office" "no record that the hall has" \
	"evidence/$foreign" "$foreign_tip:refs/evidence/$foreign"

cp "$T/target.pdf" "$T/altered.pdf"
flip "$T/altered.pdf" 300000
altered=$(chain "$target" "$T/altered.pdf")
refuses "an altered part" "have another SHA-256" \
	"evidence/$target" "$altered:refs/evidence/$target"
head -c 900000 "$T/huge.pdf" >"$T/longer.pdf"
refuses "a file that is longer than its record" "parts by its record" \
	"evidence/$target" \
	"$(chain "$target" "$T/longer.pdf"):refs/evidence/$target"
refuses "one that is much longer" "the push is larger than the hall takes at once" \
	"evidence/$target" \
	"$(chain "$target" "$T/huge.pdf"):refs/evidence/$target"
refuses "half a file under the name of the whole" "parts by its record" \
	"evidence/$target" "$good~1:refs/evidence/$target"
refuses "the whole file under the name of a half" "parts by its record" \
	"evidence/$target" "$good:refs/uploads/$target"
refuses "a commit with another author" "is not one of evidence" \
	"evidence/$target" \
	"$(chain "$target" "$T/target.pdf" mallory):refs/evidence/$target"
refuses "one more file in the tree" "" \
	"evidence/$target" \
	"$(chain "$target" "$T/target.pdf" pmqa zz):refs/evidence/$target"
refuses "two refs at once" "" "evidence/$target" \
	"$good:refs/evidence/$target" "$good~1:refs/uploads/$target"
refuses "another file's name on this path" "" "evidence/$target" \
	"$good:refs/evidence/$small"
refuses "a branch on this path" "" "evidence/$target" \
	"$good:refs/heads/office"
refuses "to delete a file" "" "evidence/$small" ":refs/evidence/$small"
small_evil=$(chain "$small" "$T/altered.pdf")
refuses "to replace a file" "" "evidence/$small" \
	"+$small_evil:refs/evidence/$small"

junk=$(head -c 5000 /dev/urandom | git -C "$evil" hash-object -w --stdin)
with_junk() { # a push whose pack has an object more
	local pack
	pack=$(printf '%s\n%s\n' "$good" "$junk" |
		git -C "$evil" pack-objects --revs --stdout -q | base64 -w 0)
	{
		printf '0%03x' $((4 + 40 + 1 + 40 + 1 + 14 + 64 + 1 + 13))
		printf '%040d %s refs/evidence/%s\0report-status' \
			0 "$good" "$target"
		printf 0000
		base64 -d <<<"$pack"
	} | as_office "git-receive-pack '/evidence/$target'"
}
run with_junk
is "$(fingerprint)" "$before" "an object too many: the hall is unchanged"
like "$err" "an object that no revision of it uses" \
	"an object too many: with a sentence"

run push "$evil" "evidence/$target" "$good~1:refs/uploads/$target"
is "$status" 0 "half of it, under the right name, is taken"
before=$(fingerprint)
run push "$evil" "evidence/$target" "+$good~2:refs/uploads/$target"
unchanged "to set an unfinished file back"
run push "$evil" "evidence/$target" ":refs/uploads/$target"
unchanged "to delete an unfinished file"
wrong=$(chain "$target" "$T/altered.pdf")
run push "$evil" "evidence/$target" "+$wrong~1:refs/uploads/$target"
unchanged "to put other parts in its place"

hex63=${target%?}
for path in "evidence/$hex63" "evidence/${target}0" "evidence/${target^^}" \
	"evidence/$hex63." "evidence/../$target" "evidence/9106/$foreign" \
	"evidence/$target/.." "evidence//$target" "evidence/" evidence \
	"evidence/$target'; id; '" "evidence/$target.git"; do
	for verb in git-receive-pack git-upload-pack; do
		exits 1 "the path '${path:0:24}…' is no command ($verb)" \
			as_office "$verb '/$path'"
		like "$err" "pmqa-denied: " "and hears so"
	done
done
is "$(fingerprint)" "$before" "all that left no trace"
run pmqa --dir "$A" sync --wait --json
is "$(sync_field '[.synced, .evidence.sent] | @csv')" true,1 \
	"the good file still goes"

# a refused file stops neither text nor other files
make_pdf "$T/named.pdf" 1000
make_pdf "$T/other.pdf" 2000
named=$(sha_of "$T/named.pdf")
pmqa --dir "$A" evidence add 2.2 "$T/named.pdf" "$T/other.pdf" >/dev/null
damaged=$(git -C "$A/evidence.git" rev-parse "refs/evidence/$named^{tree}:00001")
loose=$A/evidence.git/objects/${damaged:0:2}/${damaged:2}
holds "the part lies in a file of its own" [ -f "$loose" ]
mv "$loose" "$T/loose"
pmqa --dir "$A" tick 2.1.B1 >/dev/null
run pmqa --dir "$A" sync --wait --json
is "$status" 0 "a damaged file is no reason to fail"
is "$(sync_field '[.synced, .evidence.sent, .evidence.left] | @csv')" \
	true,1,1 "text and the other file went"
is "$(sync_field '.evidence.failed[0] | "\(.sha256) \(.class)"')" \
	"$named person" "it is named, and asks for a person"
unlike "$(sync_field '.evidence.failed[0].message')" "transfer" \
	"the road is not blamed"
like "$(status_of "$A" .sync.last_error.message)" "${named:0:12}" \
	"status names it as well"
like "$(pmqa --dir "$A" status)" "not yet at the hall" "for people, too"
mv "$T/loose" "$loose"
run pmqa --dir "$A" sync --wait --json
is "$(sync_field '[.synced, .evidence.sent, .evidence.left] | @csv')" \
	true,1,0 "mended, it goes"
is "$(status_of "$A" .sync.last_error)" null "and the error is forgotten"

# one whose bytes the hall refuses: told, and not sent at every exchange
make_pdf "$T/spoilt.pdf" 5000
spoilt=$(sha_of "$T/spoilt.pdf")
pmqa --dir "$A" evidence add 2.3 "$T/spoilt.pdf" >/dev/null
right=$(git -C "$A/evidence.git" rev-parse "refs/evidence/$spoilt")
sed 's/PDF-1.4/PDF-1.5/' "$T/spoilt.pdf" >"$T/spoilt2.pdf"
other=$(chain "$spoilt" "$T/spoilt2.pdf")
git -C "$A/evidence.git" fetch -q "$evil" "$other"
git -C "$A/evidence.git" update-ref "refs/evidence/$spoilt" "$other"
pmqa --dir "$A" tick 2.3.B1 >/dev/null
run pmqa --dir "$A" sync --wait --json
is "$status" 0 "a refused file does not fail the sync"
is "$(sync_field '[.synced, .evidence.sent, .evidence.left] | @csv')" \
	true,0,1 "the text went"
is "$(sync_field '.evidence.failed[0].class')" refused "the file did not"
like "$(sync_field '.evidence.failed[0].message')" \
	"evidence ${spoilt:0:12}: the hall refuses: " "the sentence names it"
like "$(sync_field '.evidence.failed[0].message_th')" \
	"หลักฐาน ${spoilt:0:12}: " "in Thai, too"
is "$(status_of "$A" .sync.last_error.class)" refused "status shows it"
like "$(pmqa --dir "$H" hall status --json | jq -r \
	'.offices[0].failing.message')" "another SHA-256" \
	"and who looks after the hall sees why"
sed -i 's/^after_save_ms = .*/after_save_ms = 100/' "$A/pmqad.conf"
stop "$A"
start "$A"
spoilt_again() { # the new daemon does not know yet that it is refused
	[ "$(log_count "$spoilt")" -ge 2 ] &&
		[ "$(status_of "$A" .sync.state)" = idle ]
}
holds "an exchange by itself tries it" wait_until 60 spoilt_again
logged=$(log_count "$spoilt")
pmqa --dir "$A" tick 2.3.B2 >/dev/null
synced() {
	[ "$(status_of "$A" .synced)" = true ] &&
		[ "$(status_of "$A" .sync.state)" = idle ]
}
holds "a save goes by itself" wait_until 60 synced
is "$(log_count "$spoilt")" "$logged" "without the refused file"
calm "$A"
stop "$A"
start "$A"
git -C "$A/evidence.git" update-ref "refs/evidence/$spoilt" "$right"
run pmqa --dir "$A" sync --wait --json
is "$(sync_field '[.synced, .evidence.sent, .evidence.left] | @csv')" \
	true,1,0 "with the right bytes it goes"

# --- for a machine that was set up anew ------------------------------------

git init -q --bare "$T/new.git"
GIT_SSH_COMMAND="ssh -F $A/ssh_config -o ControlPath=none" \
	run git -C "$T/new.git" fetch -q "$(url "evidence/$large")" \
	"refs/evidence/$large:refs/evidence/$large"
is "$status" 0 "the office's key fetches a file back"
git -C "$T/new.git" cat-file --batch='%(objecttype)' --buffer \
	< <(git -C "$T/new.git" ls-tree "refs/evidence/$large" |
		awk '{ print $3 }') >/dev/null
for part in $(git -C "$T/new.git" ls-tree "refs/evidence/$large" |
	awk '{ print $3 }'); do
	git -C "$T/new.git" cat-file blob "$part"
done >"$T/back.pdf"
holds "with the same bytes" cmp -s "$T/back.pdf" "$T/large.pdf"

# --- erased on order, at both sides ----------------------------------------

mapfile -t doomed < <(git -C "$HE" rev-list --objects \
	"refs/evidence/$large" | cut -d ' ' -f 1)
holds "the file has many objects" [ "${#doomed[@]}" -gt 20 ]
still() { # REPOSITORY: how many of them are there, loose or in packs
	all_objects "$1" | grep -c -F -x -f <(printf '%s\n' "${doomed[@]}") ||
		true
}
is "$(still "$HE")" "${#doomed[@]}" "all of them at the hall"
pmqa --dir "$A" evidence redact "$large" --reason "มีข้อมูลส่วนบุคคล" >/dev/null
is "$(still "$A/evidence.git")" 0 "none is left at the office"
run pmqa --dir "$A" sync --wait --json
is "$(sync_field .synced)" true "the order goes with the text"
gone() {
	[ "$(still "$HE")" = 0 ]
}
holds "and none is left at the hall" wait_until 60 gone
is "$(at_hall "$large" .present)" false "the hall shows that it is gone"
is "$(at_hall "$large" .redacted.reason)" "มีข้อมูลส่วนบุคคล" "and why"
is "$(at_hall "$small" .present)" true "other files are untouched"
is "$(at_hall "$huge" .present)" true "large ones as well"
run git -C "$HE" fsck --strict --full
is "$status" 0 "the repository is sound"
large_evil=$(chain "$large" "$T/large.pdf")
stop "$H" # as above
start "$H"
before=$(fingerprint)
refuses "an erased file" "was erased on" "evidence/$large" \
	"$large_evil:refs/evidence/$large"

# erased before it ever went
make_pdf "$T/never.pdf" 700000
never=$(sha_of "$T/never.pdf")
pmqa --dir "$A" evidence add 2.4 "$T/never.pdf" >/dev/null
pmqa --dir "$A" evidence redact "$never" --reason "ผิดไฟล์" >/dev/null
run pmqa --dir "$A" sync --wait --json
is "$(sync_field '[.synced, .evidence.sent, .evidence.left,
	(.evidence.failed | length)] | @csv')" true,0,0,0 \
	"a file that was erased before it went is passed over"
is "$(log_count "$never")" 0 "the hall never saw it"

# --- a text sync does not grow with the files ------------------------------

talk() { # VERB PATH: bytes that the hall says before anything is asked
	printf 0000 | as_office "$1 '/$2'" 2>/dev/null | wc -c
}
fetch_bytes=$(talk git-upload-pack office)
push_bytes=$(talk git-receive-pack office)
file_bytes=$(talk git-receive-pack "evidence/$small")
for i in $(seq 40); do
	make_pdf "$T/many$i.pdf" 200
done
for item in 3.1 3.2 3.3; do
	pmqa --dir "$A" evidence add "$item" "$T"/many?.pdf >/dev/null 2>&1
done
pmqa --dir "$A" evidence add 3.4 "$T"/many1?.pdf >/dev/null
pmqa --dir "$A" evidence add 4.1 "$T"/many2?.pdf >/dev/null
pmqa --dir "$A" evidence add 4.2 "$T"/many3?.pdf "$T/many40.pdf" >/dev/null
run pmqa --dir "$A" sync --wait --json
is "$(sync_field '[.synced, .evidence.sent, .evidence.left] | @csv')" \
	true,40,0 "forty files more"
is "$(talk git-upload-pack office)" "$fetch_bytes" \
	"a fetch of text says not a byte more"
is "$(talk git-receive-pack office)" "$push_bytes" "nor a push"
is "$(talk git-receive-pack "evidence/$small")" "$file_bytes" \
	"nor a push of one file"

finish
