#!/bin/bash
# Goal: an office machine that is lost in the middle of the year is replaced: a
# new device enrols, fetches everything, over a link that is cut and a daemon
# that is killed, and is equal to the lost one, to the byte and to stock git;
# then it goes on. Files that another device added come too.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/support/sshd.sh
. "$ROOT/tests/support/sshd.sh"
# shellcheck source=tests/support/cutproxy.sh
. "$ROOT/tests/support/cutproxy.sh"

H=$T/H A=$T/A B=$T/B C=$T/C
N_SAVES=${PMQA_SAVES:-400}

trap 'at_exit sshd_stop link_stop' EXIT

new_device() { # DIR LETTER
	pmqa --dir "$1" init --code 9105 --name ละงู --device "$2" >/dev/null
	calm "$1"
	start "$1"
}

sync_ok() { # DIR [OPTION…]
	local dir=$1
	shift
	run pmqa --dir "$dir" sync --wait --json "$@"
	[ "$status" -eq 0 ]
}

text_came() { # DIR COMMIT
	[ "$(git -C "$1/repo.git" rev-parse -q --verify refs/heads/office ||
		true)" = "$2" ]
}

tip_of() { # REPOSITORY
	git -C "$1" rev-parse refs/heads/office
}

present() { # DIR SHA
	pmqa --dir "$1" evidence list --json 2>/dev/null | jq -r --arg sha "$2" \
		'[.evidence[] | select(.sha256 == $sha)][0].present'
}

# what a person sees of the record, without what is of one machine
view() { # DIR
	pmqa --dir "$1" show 1.1 --json
	pmqa --dir "$1" score --json
	pmqa --dir "$1" history 1.1.strengths --json | jq -c '.revisions[]'
	pmqa --dir "$1" evidence list --json |
		jq -c '.evidence[] | [.sha256, .present, .redacted]'
}

# --- the year up to the loss -----------------------------------------------

link_pair "$H" "$A"
for ((i = 1; i <= N_SAVES; i++)); do
	pmqa --dir "$A" set 1.1 "strengths=ครั้งที่ $i $(words 2500)" >/dev/null
done
pmqa --dir "$A" tick 1.1.B1 1.1.B2 >/dev/null
make_pdf "$T/small.pdf" 2000
make_pdf "$T/large.pdf" 1500000
make_pdf "$T/erased.pdf" 3000
large=$(sha_of "$T/large.pdf")
erased=$(sha_of "$T/erased.pdf")
for f in small large erased; do
	pmqa --dir "$A" evidence add 1.1 "$T/$f.pdf" >/dev/null
done
holds "the machine that will be lost is in step with the hall" sync_ok "$A"
pmqa --dir "$A" evidence redact "$erased" --reason คำสั่ง >/dev/null
sync_ok "$A"
is "$(sync_field .synced)" true "with an erasure, too"
sync_ok "$A"
n=$(git -C "$A/repo.git" rev-list --count refs/heads/office)
tip=$(tip_of "$A/repo.git")
view "$A" >"$T/view.lost"
kill_daemon "$A"
mv "$A" "$T/lost"

# --- a new machine ----------------------------------------------------------

# who forgets that it is another one hears so before anything is written
new_device "$A" a
request=$(pmqa --dir "$A" enroll --json | jq -r .request)
exits 4 "the letter of the lost machine is not given twice" \
	pmqa --dir "$H" hall enroll "$request"
like "$err" "another key" "the hall's person hears why"
like "$err" "letter of its own" "and what to do"
stop "$A"

new_device "$B" b
enrol "$B" "$H"
is "$(status_of "$B" .copy)" null "before the first exchange no copy is told of"

link_mode cut=$((300 * 1024))
link_mark
tries=0 other=0
until text_came "$B" "$tip" || [ "$tries" -ge 40 ]; do
	tries=$((tries + 1))
	sync_ok "$B" || [ "$status" -eq 5 ] || other=$((other + 1))
	if [ "$tries" -eq 3 ]; then
		came=$(status_of "$B" .copy.done)
		kill_daemon "$B"
		start "$B"
		is "$(status_of "$B" .copy.done)" "$came" \
			"after kill -9 it knows how far it came"
		isnt "$came" 0 "which is not nothing"
		like "$(pmqa --dir "$B" status)" "it goes on where it stopped" \
			"status tells it to a person"
		like "$(pmqa --lang th --dir "$B" status)" "สำเนาจากจังหวัด" \
			"in Thai, too"
		is "$(status_of "$B" '[.revision, .synced] | @csv')" ,false \
			"nothing is said to be there that is not"
	elif [ "$tries" -eq 5 ]; then
		pmqa --dir "$B" sync >/dev/null # killed while it fetches
		kill_daemon "$B"
		start "$B"
	fi
done
is "$other" 0 "each of $tries exchanges was cut, or went well"
isnt "$(link_cuts)" 0 "the link was cut $(link_cuts) times"
holds "and yet all $n revisions came" text_came "$B" "$tip"
is "$(status_of "$B" .copy)" null "status no longer speaks of a copy"
tries=0
until [ "$(present "$B" "$large")" = true ] || [ "$tries" -ge 20 ]; do
	tries=$((tries + 1))
	sync_ok "$B" || true
done
is "$(present "$B" "$large")" true "then the files, part by part"
cut_bytes=$(link_bytes)
link_mode
sync_ok "$B"

# --- equal to the lost one --------------------------------------------------

view "$B" >"$T/view.new"
holds "record, history and files are those of the lost machine" \
	cmp "$T/view.lost" "$T/view.new"
is "$(status_of "$B" .synced)" true "the receipt names the tip"
is "$(status_of "$B" '[.evidence.files, .evidence.at_hall] | @csv')" 2,2 \
	"and the hall's word for each file came with it"
is "$(present "$B" "$erased")" false "what was erased did not come back"
git -C "$B/evidence.git" for-each-ref >"$T/refs"
unlike "$(cat "$T/refs")" "$erased" "under no name"
unlike "$(cat "$T/refs")" uploads "and nothing half is left"
written "$B"
for repo in repo evidence; do
	run git -C "$B/$repo.git" fsck --strict --full
	is "$status" 0 "stock git fsck is content with its $repo.git"
done
run git -C "$B/repo.git" verify-commit "$tip" refs/heads/hall
is "$status" 0 "stock git verifies the lost device's and the hall's revisions"
like "$(cat "$B/allowed_signers")" "9105-a " \
	"as the office's file of keys names all its devices"
like "$(cat "$B/allowed_signers")" "9105-b " "this one too"
unsigned=0
for commit in $(git -C "$B/repo.git" rev-list --max-count=20 "$tip"); do
	git -C "$B/repo.git" verify-commit "$commit" 2>/dev/null ||
		unsigned=$((unsigned + 1))
done
is "$unsigned" 0 "and each one before"
run pmqa --dir "$B" verify
is "$status" 0 "verify has nothing to tell"
stop "$B"
run "$PMQA_BIN/pmqad" --dir "$B" --reindex
is "$status" 0 "its index can be built anew"
start "$B"
view "$B" >"$T/view.again"
holds "and says the same" cmp "$T/view.again" "$T/view.new"

# --- it goes on --------------------------------------------------------------

pmqa --dir "$B" tick 1.1.B3 >/dev/null
is "$(status_of "$B" .revision)" b1 "its own revisions have names of their own"
holds "they reach the hall" sync_ok "$B"
is "$(sync_field '[.synced, .pushed] | @csv')" true,1 "with a receipt"
is "$(tip_of "$H/offices/9105.git")" "$(tip_of "$B/repo.git")" \
	"the hall has them"
link_mark
sync_ok "$B"
sync_ok "$B"
at_most "$(link_bytes)" 40000 "two more exchanges cost next to nothing"

# --- a third machine, in one go ----------------------------------------------

new_device "$C" c
enrol "$C" "$H"
link_mark
before=$(sshd_logins)
holds "on a good link one exchange brings all" sync_ok "$C"
is "$(status_of "$C" .copy)" null "the copy is whole"
is "$(tip_of "$C/repo.git")" "$(tip_of "$B/repo.git")" "the same tip"
is "$(present "$C" "$large")" true "with the files"
is "$(sync_field .evidence.fetched)" 2 "which it counts"
is "$(($(sshd_logins) - before))" 1 "over one connection"
uncut=$(link_bytes)
# half as much again for the connections and what a cut took of a step, as in
# 39-backlog.sh; and two kills, each of which loses what had come of one step
# (the first is of 256 KiB)
at_most "$cut_bytes" $((uncut * 3 / 2 + 2 * 262144)) \
	"the cut copy took at most half as much again, and two steps"

# --- files of another device -------------------------------------------------

make_pdf "$T/late.pdf" 700000
late=$(sha_of "$T/late.pdf")
pmqa --dir "$C" evidence add 1.2 "$T/late.pdf" >/dev/null
holds "text alone goes over a metered link" sync_ok "$C" --metered
sync_ok "$B"
is "$(sync_field .evidence.absent)" 1 \
	"a file that the hall has not got either is counted"
run pmqa --dir "$B" sync --wait
like "$out" "neither here nor at the hall" "and told"
is "$(present "$B" "$late")" false "it is not here"
holds "then the file goes, too" sync_ok "$C" --evidence
sync_ok "$B"
is "$(sync_field .evidence.fetched)" 1 "and comes to the other device"
run pmqa --dir "$B" evidence get "$late" --output "$T/late.got"
holds "to the byte" cmp "$T/late.pdf" "$T/late.got"

# a disk that lost the files gets them again
stop "$B"
rm -rf "$B/evidence.git"
start "$B"
# it is looked for once a minute at most when a person asks
came_again() { sync_ok "$B" && [ "$(present "$B" "$large")" = true ]; }
if wait_until 90 came_again; then
	ok "files that the disk lost come again"
else
	not_ok "files that the disk lost come again"
fi
is "$(present "$B" "$late")" true "all of them"

# --- who asks for what is not theirs -----------------------------------------

as_device() { # COMMAND
	env SSH_ORIGINAL_COMMAND="$1" "$PMQA_BIN/pmqa-receive" --dir "$H" 9105-b
}
run as_device "pmqa-steps 'office' - -"
is "$status" 0 "the steps of the office's branch are told"
is "$(printf '%s\n' "$out" | tail -n 1 | cut -d ' ' -f 1)" \
	"$(tip_of "$H/offices/9105.git")" "up to its tip"
holds "at most 128 of them" [ "$(printf '%s\n' "$out" | wc -l)" -le 128 ]
zeros=$(printf '%040d' 0)
exits 1 "not to a commit that is not there" \
	as_device "pmqa-steps 'office' - $zeros"
exits 1 "nor of a file that no record names" \
	as_device "pmqa-steps 'evidence/$(printf '%064d' 0)' - -"
exits 1 "nor of one that was erased" \
	as_device "pmqa-steps 'evidence/$erased' - -"
exits 1 "nor to a device that the hall does not know" env \
	SSH_ORIGINAL_COMMAND="pmqa-steps 'office' - -" \
	"$PMQA_BIN/pmqa-receive" --dir "$H" 9105-d
finish
