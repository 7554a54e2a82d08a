#!/bin/bash
# Goal: an office machine or a hall that was restored from an old backup loses
# nothing, says what happened, and no revision name ever means two things.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/support/sshd.sh
. "$ROOT/tests/support/sshd.sh"

H=$T/H A=$T/A S=$T/S X=$T/X

trap 'at_exit sshd_stop' EXIT

sync_quietly() { # DIR
	pmqa --dir "$1" sync --wait >/dev/null
}

copy() { # FROM TO: a backup of a stopped directory
	rm -rf "$2"
	cp -a "$1" "$2"
}

field() { # DIR ITEM FIELD
	pmqa --dir "$1" show "$2" --json | jq -r ".fields[\"$3\"] // .fields.$3"
}

repo_of() { # DIR
	if [ -d "$1/repo.git" ]; then
		echo "$1/repo.git"
	else
		echo "$1/offices/9105.git"
	fi
}

# names DIR: every revision of every branch, "name commit", as git alone sees it
names() {
	local repo
	repo=$(repo_of "$1")
	git -C "$repo" log --format='%cn %(trailers:key=Sequence,valueonly,separator=%x2C) %H' \
		refs/heads/office | awk '{sub(/^[0-9]+-/, "", $1); print $1 $2, $3}'
}

# no name stands for two commits, whichever machine is asked
names_are_unique() { # DIR…
	local dir
	for dir in "$@"; do
		names "$dir"
	done | sort -u | cut -d' ' -f1 | sort | uniq -d >"$T/twice"
	[ ! -s "$T/twice" ]
}

# stock git is content: objects, and the signature of every commit
git_is_content() { # DIR
	local repo commit keys
	repo=$(repo_of "$1")
	keys=$1/allowed_signers
	written "$1"
	[ -d "$1/offices" ] && keys=$1/offices/allowed_signers
	git -C "$repo" fsck --strict --full >"$T/fsck" 2>&1 || return 1
	for commit in $(git -C "$repo" rev-list refs/heads/office refs/heads/hall); do
		git -C "$repo" -c gpg.format=ssh \
			-c gpg.ssh.allowedSignersFile="$keys" \
			verify-commit "$commit" 2>"$T/verify" || return 1
	done
}

# the index says what the repository says, and a rebuilt one says the same
proves() { # DIR TEXT
	run pmqa --dir "$1" verify --json
	is "$(sync_field .ok)" true "$2"
}

new_hall "$H" 91 สตูล
new_office "$A" 9105 ละงู
calm "$A"
start "$H"
start "$A"
enrol "$A" "$H"
pmqa --dir "$A" assess open 2565 >/dev/null
pmqa --dir "$A" tick 1.1.B1 >/dev/null
sync_quietly "$A"

# --- a machine restored from an old backup that saved again ------------------

stop "$A"
copy "$A" "$T/backup"
start "$A"
pmqa --dir "$A" set 1.1 strengths="ก่อนเครื่องเสีย" --reason "ทบทวน" >/dev/null
pmqa --dir "$A" tick 1.2.B1 >/dev/null
sync_quietly "$A"
is "$(status_of "$A" .revision)" a4 "the machine was at a4"
stop "$A"
copy "$T/backup" "$A"
start "$A"
is "$(status_of "$A" .revision)" a2 "the restored one is at a2"
pmqa --dir "$A" tick 1.3.B1 --reason "หลังกู้คืน" >/dev/null
pmqa --dir "$A" set 1.3 strengths="หลังกู้คืน" >/dev/null
is "$(status_of "$A" .revision)" a4 "it saves again, under names that were used"
twice=$(status_of "$A" .tip)

run pmqa --dir "$A" sync --wait
isnt "$status" 0 "the next sync needs a person"
like "$err" "goes on as device 9105-b" "it says who it is now"
like "$err" "pmqa enroll" "and what to do"
is "$(status_of "$A" .sync.last_error.class)" person "status says so"
is "$(status_of "$A" .device)" 9105-b "it has another letter"
is "$(status_of "$A" .hall_knows)" 9105-a "by which the hall does not know it"
is "$(status_of "$A" '.notices[0].kind')" restored "a notice stays"
like "$(status_of "$A" '.notices[0].message')" "a3 to a4 (revisions: 2)" \
	"and names what was carried over"
is "$(git -C "$A/repo.git" rev-parse "refs/aside/$twice")" "$twice" \
	"the old tip is kept aside"
is "$(status_of "$A" .revision)" b2 "what it saved is b1 and b2 now"
is "$(field "$A" 1.3 strengths)" "หลังกู้คืน" "with the same content"
like "$(git -C "$A/repo.git" log -1 --format=%B refs/heads/office)" \
	"carried over from a4 (commit $twice)" "each says which one it was"
is "$(git -C "$A/repo.git" log -1 --format='%an %at' refs/heads/office)" \
	"$(git -C "$A/repo.git" log -1 --format='%an %at' "$twice")" \
	"by the same person, at the same time"
run pmqa --dir "$A" status
like "$out" "9105-b, which the hall still knows as 9105-a" "people read it"
like "$out" "restored from an old copy" "and the notice"
run pmqa --dir "$A" --lang th status
like "$out" "สำเนาเก่า" "in Thai too"
proves "$A" "verify is content while it waits"

pmqa --dir "$A" tick 1.4.B1 >/dev/null
is "$(status_of "$A" .revision)" b3 "it goes on saving meanwhile"
run pmqa --dir "$A" sync --wait
isnt "$status" 0 "still nothing is sent"
is "$(git -C "$H/offices/9105.git" log -1 --format=%cn refs/heads/office)" \
	9105-a "nothing of it is at the hall"

enrol "$A" "$H"
is "$(status_of "$A" .hall_knows)" null "once enrolled the hall knows it"
run pmqa --dir "$A" sync --wait --json
is "$status" 0 "the next sync works"
is "$(sync_field .synced)" true "and everything is confirmed"
is "$(field "$A" 1.1 strengths)" "ก่อนเครื่องเสีย" "what the hall had is here again"
is "$(field "$A" 1.3 strengths)" "หลังกู้คืน" "what was saved since is, too"
is "$(git -C "$H/offices/9105.git" rev-parse refs/heads/office)" \
	"$(status_of "$A" .tip)" "both are at the same commit"
holds "no name means two things" names_are_unique "$A" "$H"
holds "stock git is content with the office" git_is_content "$A"
holds "and with the hall" git_is_content "$H"
proves "$A" "verify is content with the office"
proves "$H" "and with the hall"
run pmqa --dir "$A" verify
like "$out" "kept aside" "verify lists what is kept aside"
run pmqa --dir "$A" device
like "$out" "9105-b" "device shows who it is"
like "$out" "up to a4 of 9105-a" "and what is kept aside"

stop "$A"
"$PMQA_BIN/pmqad" --dir "$A" --reindex >/dev/null 2>&1
start "$A"
is "$(status_of "$A" '[.device, .synced] | @csv')" '"9105-b",true' \
	"a rebuilt index says the same"
is "$(status_of "$A" '.notices | length')" 1 "the notice outlives it"
is "$(status_of "$A" '.notices[0].hint')" "" \
	"and asks no longer for what was done"
run pmqa --dir "$A" history --limit 1000
unlike "$out" $'Reason: \n' "a reason of some lines is said once"
like "$out" "carried over from a" "with both lines"
pmqa --dir "$A" notices clear >/dev/null
is "$(status_of "$A" '.notices | length')" 0 "until it was read"
exits 3 "a notice that is not there cannot be cleared" \
	pmqa --dir "$A" notices clear 7

# --- a hall restored from yesterday's backup: it has less of both branches ---

sync_quietly "$A"
stop "$H"
copy "$H" "$T/hall-old"
start "$H"
pmqa --dir "$A" tick 2.1.B1 >/dev/null
sync_quietly "$A"
pmqa --dir "$A" set 2.1 gap="ยังไม่ครบ" >/dev/null
sync_quietly "$A"
sync_quietly "$A"
tip=$(status_of "$A" .tip)
hall_had=$(git -C "$A/repo.git" rev-parse refs/heads/hall)
stop "$H"
copy "$T/hall-old" "$H"
start "$H"
isnt "$(git -C "$H/offices/9105.git" rev-parse refs/heads/hall)" "$hall_had" \
	"the restored hall has less of its own"
run pmqa --dir "$A" sync --wait --json
is "$status" 0 "an old hall is no obstacle"
is "$(sync_field .synced)" true "everything is confirmed again"
is "$(git -C "$H/offices/9105.git" rev-parse refs/heads/office)" "$tip" \
	"the hall has the office's revisions again"
holds "and its own: none was lost, none has two meanings" \
	git -C "$H/offices/9105.git" merge-base --is-ancestor "$hall_had" \
	refs/heads/hall
is "$(git -C "$H/offices/9105.git" for-each-ref refs/returned)" "" \
	"what was returned is adopted"
is "$(status_of "$A" '[.notices[].kind] | sort | join(",")')" \
	hall_back,hall_restored "the office says what it found"
like "$(status_of "$A" '.notices[] | select(.kind == "hall_restored").message')" \
	"restored from an old copy" "with a sentence"
is "$(status_of "$H" '.notices[0].kind')" returned "the hall knows it, too"
run pmqa --dir "$H" status
like "$out" "gave it back" "and says so to people"
proves "$A" "verify is content with the office"
proves "$H" "and with the hall"
holds "stock git is content with the hall" git_is_content "$H"
run pmqa --dir "$A" sync --wait --json
is "$(sync_field '[.synced, .pushed] | @csv')" true,0 "then all is as usual"
is "$(status_of "$A" '.notices | length')" 2 "and nothing is said twice"

# until it has been sent again nothing is synced, whatever the receipts say
pmqa --dir "$A" notices clear >/dev/null
pmqa --dir "$A" tick 2.1.B2 >/dev/null
sync_quietly "$A"
sync_quietly "$A"
tip=$(status_of "$A" .tip)
stop "$H"
copy "$T/hall-old" "$H"
touch "$H/offices/9105.git/refs/heads/office.lock" # no push gets in
run pmqa --dir "$A" sync --wait
isnt "$status" 0 "while the old hall takes nothing"
is "$(status_of "$A" .receipt.tip)" "$tip" "the office holds a receipt for all"
is "$(status_of "$A" .synced)" false "and yet nothing is called synced"
isnt "$(status_of "$A" .unsynced)" 0 "what the hall lost counts as not sent"
rm "$H/offices/9105.git/refs/heads/office.lock"
start "$H"
run pmqa --dir "$A" sync --wait --json
is "$(sync_field .synced)" true "until the hall has it again"
is "$(status_of "$A" '[.synced, .unsynced] | @csv')" true,0 "status says so"

# --- the hall wrote other revisions before the office came -------------------

stop "$H"
copy "$T/hall-old" "$H"
start "$H"
new_office "$T/C" 9105 ละงู
sed -i 's/^device = a/device = c/' "$T/C/pmqad.conf"
calm "$T/C"
start "$T/C"
enrol "$T/C" "$H" # a revision of the hall's branch beside those that it lost
stop "$T/C"
hall_had=$(git -C "$A/repo.git" rev-parse refs/heads/hall)
run pmqa --dir "$A" sync --wait --json
is "$status" 0 "a hall that went on otherwise is no obstacle"
is "$(sync_field .synced)" true "the office's revisions are confirmed"
is "$(git -C "$A/repo.git" rev-parse "refs/aside/$hall_had")" "$hall_had" \
	"what the office had of the hall is kept aside"
is "$(status_of "$A" '[.notices[].kind] | index("hall_parted") != null')" true \
	"and it says so"
run pmqa --dir "$A" verify
like "$out" "wrote" "verify says it as long as it is kept"
proves "$A" "but nothing is damaged"
proves "$H" "nor at the hall"

# --- by ssh: the old key carries the connection until the new one is known ---

stop "$A"
stop "$H"
sshd_prepare "$T/sshd" "$S/authorized_keys"
sshd_start
pmqa --dir "$S" init --role hall --code 91 --name สตูล \
	--url "ssh://$(id -un)@127.0.0.1:$sshd_port" \
	--host-key "$T/sshd/host.pub" >/dev/null
new_office "$X" 9105 ละงู
calm "$X"
start "$S"
start "$X"
enrol "$X" "$S"
pmqa --dir "$X" assess open 2565 >/dev/null
sync_quietly "$X"
stop "$X"
copy "$X" "$T/x-old"
start "$X"
pmqa --dir "$X" tick 1.1.B1 >/dev/null
sync_quietly "$X"
stop "$X"
copy "$T/x-old" "$X"
start "$X"
pmqa --dir "$X" tick 1.2.B1 >/dev/null
run pmqa --dir "$X" sync --wait
like "$err" "goes on as device 9105-b" "through sshd it notices as well"
logins=$(sshd_logins)
run pmqa --dir "$X" sync --wait
like "$err" "not enrolled" "it still gets in by its old key"
holds "and logs in" [ "$(sshd_logins)" -gt "$logins" ]
like "$(cat "$X/ssh_config")" "IdentityFile $X/keys/device"$'\n' \
	"the old key is the one that ssh shows"

# the hall has enrolled it, but the answer never came back: the signed registry
# says the same
request=$(pmqa --dir "$X" enroll --json | jq -r .request)
pmqa --dir "$S" hall enroll "$request" --yes >/dev/null 2>&1
run pmqa --dir "$X" sync --wait --json
is "$status" 0 "a lost answer is no obstacle: the registry says it too"
is_confirmed() {
	sync_quietly "$X" && [ "$(status_of "$X" .synced)" = true ]
}
if wait_until 60 is_confirmed; then
	ok "and everything is confirmed"
else
	not_ok "and everything is confirmed" "$(status_of "$X" .sync)"
fi
like "$(cat "$X/ssh_config")" "IdentityFile $X/keys/device-b" \
	"from then on the new key is shown"
is "$(status_of "$X" .hall_knows)" null "the hall knows it"
holds "no name means two things" names_are_unique "$X" "$S"
holds "stock git is content with the office" git_is_content "$X"
holds "and with the hall" git_is_content "$S"

# a hall restored from before that enrolment does not know the new key; the
# device asks again, and the hall gets everything back
stop "$S"
copy "$S" "$T/s-old"
start "$S"
pmqa --dir "$X" tick 1.3.B1 >/dev/null
sync_quietly "$X"
sync_quietly "$X"
stop "$S"
copy "$T/s-old" "$S"
pmqa --dir "$X" tick 1.4.B1 >/dev/null
run pmqa --dir "$X" sync --wait --json
is "$(sync_field .synced)" false "with the hall's daemon away nothing is synced"
start "$S" # adopts what was returned before it writes anything
if wait_until 60 is_confirmed; then
	ok "when it is back everything is confirmed"
else
	not_ok "when it is back everything is confirmed" \
		"$(status_of "$X" .sync)"
fi
is "$(git -C "$S/offices/9105.git" for-each-ref refs/aside refs/returned)" "" \
	"and the hall had to set nothing aside"
proves "$S" "verify is content with the hall"

# --- by hand -----------------------------------------------------------------

run pmqa --dir "$X" device renew
is "$status" 0 "a device can be renewed by hand"
like "$out" "is device 9105-c now" "it says what it is"
like "$out" "pmqa enroll" "and what comes next"
run pmqa --dir "$X" --lang th device
like "$out" "ยังไม่ได้ขึ้นทะเบียน" "device says that the hall does not know it"
enrol "$X" "$S"
run pmqa --dir "$X" sync --wait --json
is "$(sync_field .synced)" true "then it goes on"

# a merge that never reached the hall is made again under the new letter
Y=$T/Y
pmqa --dir "$Y" init --code 9105 --name ละงู --device d >/dev/null
calm "$Y"
start "$Y"
enrol "$Y" "$S"
sync_quietly "$Y"
pmqa --dir "$Y" set 2.1 strengths="จากเครื่อง d" >/dev/null
pmqa --dir "$Y" set 2.1 gap="ช่องว่างของ d" >/dev/null
sync_quietly "$Y"
pmqa --dir "$X" set 2.1 strengths="จากเครื่อง c" >/dev/null
pmqa --dir "$X" tick 2.1.B1 >/dev/null
touch "$S/offices/9105.git/refs/heads/office.lock"
run pmqa --dir "$X" sync --wait
rm "$S/offices/9105.git/refs/heads/office.lock"
is "$(git -C "$X/repo.git" rev-list --count --merges refs/incoming/office..refs/heads/office)" \
	1 "a merge waits to be sent"
is "$(status_of "$X" .conflicts)" 1 "with a conflict in it"
tree=$(git -C "$X/repo.git" rev-parse "refs/heads/office:2565/items")
run pmqa --dir "$X" device renew --json
is "$(sync_field '[.to, .carried] | @csv')" '"9105-e",3' \
	"two saves and the merge are carried over"
is "$(git -C "$X/repo.git" rev-list --count --merges refs/incoming/office..refs/heads/office)" \
	1 "the merge is one again"
is "$(git -C "$X/repo.git" rev-parse "refs/heads/office:2565/items")" "$tree" \
	"with the same answers"
is "$(status_of "$X" .conflicts)" 1 "and the same conflict"
proves "$X" "verify is content"
enrol "$X" "$S"
run pmqa --dir "$X" sync --wait --json
is "$(sync_field .synced)" true "the hall takes it"
sync_quietly "$Y"
is "$(status_of "$Y" .tip)" "$(status_of "$X" .tip)" \
	"and the other device has the same"
holds "no name means two things" names_are_unique "$X" "$Y" "$S"
exits 2 "a hall has no devices of its own" pmqa --dir "$S" device renew

# a new machine that was given a letter of another: the hall says which is free
Z=$T/Z
pmqa --dir "$Z" init --code 9105 --name ละงู --device b >/dev/null
calm "$Z"
start "$Z"
run pmqa --dir "$Z" status
like "$out" "To join the hall: pmqa enroll" "a new machine is told what is first"
exits 4 "a letter has one key" pmqa --dir "$S" hall enroll \
	"$(pmqa --dir "$Z" enroll --json | jq -r .request)"
like "$err" "device renew --device f" "the hall names a free letter"
run pmqa --dir "$Z" device renew --json
is "$(sync_field .to)" 9105-c "without one the next is tried"
run pmqa --dir "$Z" device renew --json
is "$(sync_field .to)" 9105-d "never the same again"
exits 7 "what is no letter is refused" pmqa --dir "$Z" device renew --device ข
exits 7 "nor the hall's" pmqa --dir "$Z" device renew --device h
exits 4 "nor one that this machine had" pmqa --dir "$Z" device renew --device c
run pmqa --dir "$Z" device renew --device f
like "$out" "is device 9105-f now" "the one that is asked for"
unlike "$out" "the hall has all" "nothing is said of what it cannot know"
enrol "$Z" "$S"
run pmqa --dir "$Z" status
like "$out" "sync --wait. If no year" "then it fetches what there is"
run pmqa --dir "$Z" sync --wait --json
is "$(sync_field .synced)" true "the hall takes it under that letter"

finish
