#!/bin/bash
# Goal: an office and its hall come together through a real sshd with a forced
# command: one connection per sync, refusals that leave the hall unchanged,
# another host key, a hall that is away and comes back, automatic sync.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/support/sshd.sh
. "$ROOT/tests/support/sshd.sh"

H=$T/H A=$T/A

trap 'at_exit sshd_stop' EXIT

is_now() { # FILTER VALUE
	[ "$(status_of "$A" "$1")" = "$2" ]
}

becomes() { # SECONDS FILTER VALUE TEXT
	if wait_until "$1" is_now "$2" "$3"; then
		ok "$4"
	else
		not_ok "$4" "$(status_of "$A" .sync)"
	fi
}

fingerprint() {
	written "$H"
	(cd "$H/offices" && find . -type f -print0 | sort -z |
		xargs -0 sha256sum | sha256sum)
}

sshd_prepare "$T/sshd" "$H/authorized_keys"
sshd_start
pmqa --dir "$H" init --role hall --code 91 --name สตูล \
	--url "ssh://$(id -un)@127.0.0.1:$sshd_port" \
	--host-key "$T/sshd/host.pub" >/dev/null
new_office "$A" 9105 ละงู
calm "$A"
start "$H"
start "$A"
enrol "$A" "$H"
pmqa --dir "$A" assess open 2565 >/dev/null
pmqa --dir "$A" tick 1.1.B1 >/dev/null

# --- first sync, nothing to do, more saves ---------------------------------

run pmqa --dir "$A" sync --wait --json
is "$status" 0 "the first sync goes through sshd"
is "$(sync_field '[.synced, .pushed] | @csv')" true,2 \
	"two revisions went and the receipt came back"
is "$(sshd_logins)" 1 "fetch and push shared one connection"
is "$(find "$A/ssh" -type s | wc -l)" 0 "which has ended"
like "$(cat "$H/receive.log")" '"outcome":"admitted"' \
	"the hall's log has the push"

pmqa --dir "$A" sync --wait >/dev/null
logins=$(sshd_logins)
run pmqa --dir "$A" sync --wait --json
is "$(sync_field '[.synced, .pushed, .fetched] | @csv')" true,0,0 \
	"a sync with nothing to do"
is "$(sshd_logins)" $((logins + 1)) "costs one connection"

pmqa --dir "$A" tick 1.1.B2 1.1.B3 >/dev/null
pmqa --dir "$A" set 1.1 strengths="ผู้นำลงพื้นที่" --reason "ทบทวน" >/dev/null
run pmqa --dir "$A" sync --wait --json
is "$(sync_field '[.synced, .pushed] | @csv')" true,2 "more saves follow"
is "$(sshd_logins)" $((logins + 2)) "again over one connection"
is "$(git -C "$H/offices/9105.git" rev-parse refs/heads/office)" \
	"$(status_of "$A" .tip)" "the hall has the tip"
written "$H"
run git -C "$H/offices/9105.git" fsck --strict --full
is "$status" 0 "stock git fsck is content with the hall's repository"

# --- what the key may not do -----------------------------------------------

as_office() { # COMMAND: with the office's own key and ssh configuration
	ssh -F "$A/ssh_config" -o ControlPath=none -p "$sshd_port" \
		"$(id -un)@127.0.0.1" "$@"
}

push_by_hand() { # REPOSITORY REFSPEC…
	local repo=$1
	shift
	GIT_SSH_COMMAND="ssh -F $A/ssh_config -o ControlPath=none" \
		git -C "$repo" push \
		"ssh://$(id -un)@127.0.0.1:$sshd_port/office" "$@"
}

before=$(fingerprint)
exits 1 "the key opens no shell" as_office id
like "$err" "pmqa-denied: " "and hears why"
exits 1 "nor another office's repository" \
	as_office "git-upload-pack '/9106'"

git clone -q --bare "$A/repo.git" "$T/evil.git"
git -C "$T/evil.git" config user.name x
git -C "$T/evil.git" config user.email x@9105
tree=$(git -C "$T/evil.git" rev-parse "refs/heads/office^{tree}")
tip=$(git -C "$T/evil.git" rev-parse refs/heads/office)
unsigned=$(git -C "$T/evil.git" commit-tree -p "$tip" -m forged "$tree")
run push_by_hand "$T/evil.git" "$unsigned:refs/heads/office"
isnt "$status" 0 "an unsigned commit is refused"
like "$err" "remote: pmqa-refused: " "with the hall's sentence"

ssh-keygen -q -t ed25519 -N '' -C '' -f "$T/stranger"
foreign=$(git -C "$T/evil.git" -c gpg.format=ssh \
	-c user.signingKey="$T/stranger.pub" \
	commit-tree -S -p "$tip" -m forged "$tree")
run push_by_hand "$T/evil.git" "$foreign:refs/heads/office"
isnt "$status" 0 "a commit signed by a stranger is refused"
like "$err" "remote: pmqa-refused: " "with the hall's sentence"
run push_by_hand "$T/evil.git" "+$tip~1:refs/heads/office"
isnt "$status" 0 "the branch cannot be set back"
run push_by_hand "$T/evil.git" ":refs/heads/office"
isnt "$status" 0 "nor deleted"
run push_by_hand "$T/evil.git" "$tip:refs/heads/other"
isnt "$status" 0 "nor another one made"
run push_by_hand "$T/evil.git" "$tip:refs/heads/hall"
isnt "$status" 0 "nor the hall's own moved"
is "$(fingerprint)" "$before" "the hall is unchanged to the byte"

# --- another machine at the hall's address ---------------------------------

sshd_stop
mv "$T/sshd/host" "$T/host.real"
mv "$T/sshd/host.pub" "$T/host.real.pub"
ssh-keygen -q -t ed25519 -N '' -C '' -f "$T/sshd/host"
sshd_start
pmqa --dir "$A" tick 1.2.B1 >/dev/null
logins=$(sshd_logins)
run pmqa --dir "$A" sync --wait
isnt "$status" 0 "a machine with another host key gets nothing"
like "$err" "host key" "and the person hears why"
is "$(status_of "$A" .sync.last_error.class)" person "status asks for a person"
is "$(sshd_logins)" "$logins" "no login was made"
sshd_stop
mv "$T/host.real" "$T/sshd/host"
mv "$T/host.real.pub" "$T/sshd/host.pub"
sshd_start

# --- the hall's daemon is away ---------------------------------------------

stop "$H"
run pmqa --dir "$A" sync --wait --json
is "$(sync_field '[.synced, .pushed] | @csv')" false,1 \
	"without the hall's daemon the push stands but is not synced"
like "$(status_of "$A" .sync.last_error.message)" "not running" \
	"status says what is missing"
start "$H"
late_receipt() {
	pmqa --dir "$A" sync --wait >/dev/null && is_now .synced true
}
if wait_until 60 late_receipt; then
	ok "the receipt comes later by fetch"
else
	not_ok "the receipt comes later by fetch" "$(status_of "$A" .sync)"
fi

# --- automatic sync, backoff -----------------------------------------------

stop "$A"
set_sync "$A" 100 50 1000
start "$A"
becomes 60 .sync.state idle "the daemon is up again"
pmqa --dir "$A" tick 1.3.B1 >/dev/null
becomes 60 .synced true "a save is synced without being asked"

sshd_stop
pmqa --dir "$A" tick 1.3.B2 >/dev/null
becomes 60 .sync.last_error.class retry "with sshd away status says retry"
isnt "$(status_of "$A" .sync.last_success)" null "it knows when it last worked"
more_failures() {
	[ "$(status_of "$A" .sync.failures)" -ge 3 ]
}
if wait_until 60 more_failures; then
	ok "it tries again by itself, though nothing new is saved"
else
	not_ok "it tries again by itself" "$(status_of "$A" .sync)"
fi
exits 5 "asked for, it says that the hall is not reached" \
	pmqa --dir "$A" sync --wait
like "$err" "cannot reach the hall" "with a sentence"
sshd_start
becomes 60 .synced true "when sshd is back it heals by itself"
is "$(status_of "$A" .sync.last_error)" null "and forgets the error"

stop "$A"
is "$(find "$A/ssh" -type s | wc -l)" 0 "no connection outlives the daemon"
finish
