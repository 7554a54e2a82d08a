#!/bin/bash
# Goal: an office and its hall on one machine come together by path: first
# sync, nothing to do, a receipt that comes late, and what the hall refuses
# leaves it unchanged to the byte.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

H=$T/H A=$T/A B=$T/B

# every byte of what the hall keeps of its offices
fingerprint() {
	written "$H"
	(cd "$H/offices" && find . -type f -print0 | sort -z |
		xargs -0 sha256sum | sha256sum)
}

new_hall "$H" 91 สตูล
new_office "$A" 9105 ละงู
new_office "$B" 9106 มะนัง
calm "$A"
calm "$B"
start "$H"
start "$A"
start "$B"

exits 1 "an office without a hall has nobody to sync with" \
	pmqa --dir "$A" sync --wait
like "$err" "not enrolled" "and says why"

pmqa --dir "$A" assess open 2565 >/dev/null
pmqa --dir "$A" tick 1.1.B1 1.1.B2 >/dev/null
enrol "$A" "$H"
enrol "$B" "$H"

is "$(status_of "$A" .synced)" false "before the first sync nothing is synced"
run pmqa --dir "$A" sync --wait --json
is "$status" 0 "the first sync succeeds"
is "$(sync_field .synced)" true "the hall's receipt names the tip"
is "$(sync_field .pushed)" 2 "both revisions went"
is "$(status_of "$A" .receipt.tip)" "$(status_of "$A" .tip)" \
	"status shows the receipt for the tip"
is "$(git -C "$H/offices/9105.git" rev-parse refs/heads/office)" \
	"$(git -C "$A/repo.git" rev-parse refs/heads/office)" \
	"the hall's repository has the office's tip"
is "$(pmqa --dir "$H" score --office 9105 --json | jq -r .total)" \
	"$(pmqa --dir "$A" score --json | jq -r .total)" \
	"the hall computes the same score"

# its own receipt comes back as a revision of the hall's branch
run pmqa --dir "$A" sync --wait --json
is "$(sync_field .pushed)" 0 "a second sync sends nothing"
is "$(sync_field .fetched)" 1 "it fetches the revision with the receipt"
run pmqa --dir "$A" sync --wait --json
is "$(sync_field '[.synced, .pushed, .fetched] | @csv')" true,0,0 \
	"a third one has nothing to do"

# without the hall's daemon the push is kept, the receipt comes later
stop "$H"
pmqa --dir "$A" tick 1.1.B3 >/dev/null
run pmqa --dir "$A" sync --wait --json
is "$status" 1 "without the hall's daemon the exit status says so"
like "$err" "has not confirmed" "and so does the error"
is "$(sync_field .pushed)" 1 "the revision went"
is "$(sync_field .synced)" false "but without a receipt it is not synced"
is "$(status_of "$A" .sync.last_error.class)" retry "status says so"
like "$(status_of "$A" .sync.last_error.message)" "not given its receipt" \
	"and what is missing"
start "$H"
late_receipt() {
	pmqa --dir "$A" sync --wait >/dev/null &&
		[ "$(status_of "$A" .synced)" = true ]
}
if wait_until 60 late_receipt; then
	ok "with the daemon back the receipt comes by fetch"
else
	not_ok "with the daemon back the receipt comes by fetch"
fi
is "$(status_of "$A" .sync.last_error)" null "and the error is gone"

# saves signed with a key that the hall has not enrolled
pmqa --dir "$B" assess open 2565 >/dev/null
pmqa --dir "$B" sync --wait >/dev/null
stop "$B"
rm "$B/keys/device" "$B/keys/device.pub"
ssh-keygen -q -t ed25519 -N '' -C '' -f "$B/keys/device"
start "$B"
pmqa --dir "$B" tick 1.1.B1 >/dev/null
before=$(fingerprint)
exits 8 "the hall refuses a revision of an unknown key" \
	pmqa --dir "$B" sync --wait
like "$err" "hall refuses" "the sentence is the hall's"
is "$(fingerprint)" "$before" "the hall is unchanged to the byte"
is "$(status_of "$B" .sync.last_error.class)" refused \
	"status calls it refused"
isnt "$(status_of "$B" .sync.next_try)" null "and says when it tries again"
like "$(tail -n 1 "$H/receive.log")" '"outcome":"refused"' \
	"the hall's log has the refusal"

# an old copy of an office's directory that saves again has another history
stop "$A"
cp -a "$A" "$T/old"
start "$A"
pmqa --dir "$A" tick 1.2.B1 >/dev/null
pmqa --dir "$A" sync --wait >/dev/null
stop "$A"
start "$T/old"
pmqa --dir "$T/old" tick 1.3.B1 >/dev/null
before=$(fingerprint)
run pmqa --dir "$T/old" sync --wait
isnt "$status" 0 "an old copy that saved again cannot sync"
like "$err" "goes on as device 9105-b" "it goes on as another device"
is "$(status_of "$T/old" .sync.last_error.class)" person \
	"a person has to look at it"
is "$(fingerprint)" "$before" "the hall is unchanged to the byte"
stop "$T/old"

# a hall that lost its office's branch gets it again
start "$A"
git -C "$H/offices/9105.git" update-ref -d refs/heads/office
run pmqa --dir "$A" sync --wait --json
is "$status" 0 "a hall that lost the branch is no obstacle"
is "$(git -C "$H/offices/9105.git" rev-parse refs/heads/office)" \
	"$(git -C "$A/repo.git" rev-parse refs/heads/office)" \
	"it has the whole branch again"

# each office has its own repository and no way to the other's
as_device() { # DEVICE COMMAND
	env SSH_ORIGINAL_COMMAND="$2" \
		"$PMQA_BIN/pmqa-receive" --dir "$H" "$1"
}
for command in "" "sh" "git-upload-pack '/9106'" \
	"git-upload-pack '../9106.git'" "git-receive-pack '/office'; id"; do
	exits 1 "the forced command refuses: '$command'" \
		as_device 9105-a "$command"
	like "$err" "pmqa-denied: " "with a sentence"
done
exits 1 "a device that is not enrolled is not served" \
	as_device 9105-b "git-upload-pack '/office'"
exits 1 "an office that is not enrolled is not served" \
	as_device 9107-a "git-upload-pack '/office'"
exits 1 "evidence is named by a whole hash" \
	as_device 9105-a "git-receive-pack '/evidence/00'"
like "$err" "64 hex digits of its SHA-256" "and it says so"
nobody=$(printf '%064d' 0)
exits 1 "a file that no record names is refused" \
	as_device 9105-a "git-receive-pack '/evidence/$nobody'"
like "$err" "pmqa-refused: no record" "before git is asked"
holds "and nothing was made for it" [ ! -e "$H/evidence/9105.git" ]

finish
