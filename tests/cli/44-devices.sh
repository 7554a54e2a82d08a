#!/bin/bash
# Goal: who may write: enrolment that a person looks at first, by text, file and
# QR code; a device that is revoked, its earlier work good everywhere, its later
# work nowhere; a key that goes on under a new letter; an office that is
# disabled and enabled; a hall that was restored to before all that. Logins by
# the shipped configuration of sshd, checked with the real one.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/support/qr.sh
. "$ROOT/tests/support/qr.sh"
# shellcheck source=tests/support/sshd.sh
. "$ROOT/tests/support/sshd.sh"

H=$T/H A=$T/A B=$T/B
me=$(id -un)

# sshd runs no AuthorizedKeysCommand that others than root could have written;
# where the test is not root, it reads the file itself
keys_dir=''
drop_keys_dir() {
	[ -z "$keys_dir" ] || rm -rf "$keys_dir"
}
trap 'at_exit sshd_stop drop_keys_dir' EXIT
if [ "$(id -u)" -eq 0 ]; then
	keys_dir=$(mktemp -d /run/pmqa-keys-XXXXXX)
	chmod 755 "$keys_dir"
	cp "$PMQA_BIN/pmqa-receive" "$keys_dir/"
fi

# the shipped lines, with this test's user and directories
shipped() {
	local command=$keys_dir/pmqa-receive
	sed -e "s|^Match User pmqa|Match User $me|" \
		-e "s|/usr/bin/pmqa-receive --dir /var/lib/pmqa|$command --dir $H|" \
		-e "s|AuthorizedKeysCommandUser pmqa|AuthorizedKeysCommandUser $me|" \
		"$ROOT/systemd/sshd_pmqa.conf" |
		if [ -n "$keys_dir" ]; then
			cat
		else
			sed -e '/AuthorizedKeysCommand/d' \
				-e "s|AuthorizedKeysFile none|AuthorizedKeysFile $H/authorized_keys|"
		fi
}

sshd_config() { # PORT; in place of that of sshd.sh
	cat <<-EOT
		Port $1
		ListenAddress 127.0.0.1
		HostKey $sshd_dir/host
		PidFile none
		StrictModes no
		UsePAM no
		UseDNS no
		PermitRootLogin forced-commands-only
		SetEnv SHLVL=2
		MaxStartups 100
		LogLevel VERBOSE
	EOT
	shipped
}

request_of() { # DIR
	pmqa --dir "$1" enroll --json | jq -r .request
}

tick() { # DIR POINT…
	local dir=$1
	shift
	pmqa --dir "$dir" tick "$@" --reason ทดสอบ >/dev/null
}

sync() { # DIR: must succeed
	run pmqa --dir "$1" sync --wait --json
	[ "$status" = 0 ] || not_ok "sync of ${1##*/}" "$err"
}

hall_git() {
	git -C "$H/offices/9105.git" "$@"
}

hall_tip() {
	hall_git rev-parse refs/heads/office
}

fault_of() { # DIR
	status_of "$1" '[.sync.last_error.class, .sync.last_error.message] | join(": ")'
}

second_passed() { # SECOND
	[ "$(date +%s)" -gt "$1" ]
}

next_second() {
	wait_until 10 second_passed "$(date +%s)"
}

device_field() { # DEVICE FILTER
	pmqa --dir "$H" hall devices --json |
		jq -r ".devices[] | select(.device == \"$1\") | $2"
}

# on_terminal ANSWER COMMAND…: $out with what a person sees, $status
on_terminal() {
	local answer=$1 command
	shift
	command=$(printf '%q ' "$@")
	status=0
	out=$(printf '%s\n' "$answer" |
		script -qec "stty cols ${COLUMNS} 2>/dev/null; $command" /dev/null) ||
		status=$?
}

# --- a request, looked at before it is admitted ------------------------------

sshd_prepare "$T/sshd" "$H/authorized_keys"
sshd_start
pmqa --dir "$H" init --role hall --code 91 --name สตูล \
	--url "ssh://$me@127.0.0.1:$sshd_port" \
	--host-key "$T/sshd/host.pub" >/dev/null
new_office "$A" 9105 ละงู
calm "$A"
start "$H"
start "$A"

exits 0 "a request goes into a file" pmqa --dir "$A" enroll --output "$T/req.txt"
is "$out" "" "then it is not printed, too"
like "$err" "SHA256:" "the fingerprint is said"
like "$(cat "$T/req.txt")" "pmqa-request-1:" "the file has the line"
run pmqa --dir "$A" enroll --output "$T/req.txt" --json
is "$(printf '%s' "$out" | jq -r .request)" "$(cat "$T/req.txt")" \
	"with --json the document comes, too"
echo mine >"$T/mine.txt"
exits 4 "another file is not overwritten" \
	pmqa --dir "$A" enroll --output "$T/mine.txt"
is "$(cat "$T/mine.txt")" mine "and stays as it was"

exits 2 "without a person to ask nothing is admitted" \
	pmqa --dir "$H" hall enroll "@$T/req.txt"
like "$err" "9105 ละงู" "what was asked for is shown"
like "$err" "new at this hall" "that the office is new, too"
like "$err" "$(status_of "$A" .device)" "and the device"
like "$err" "--yes" "and how a script says it"
exits 2 "nor with --json" pmqa --dir "$H" hall enroll "@$T/req.txt" --json
is "$(find "$H/offices" -name '*.git')" "" "the hall made nothing"
run pmqa --dir "$H" --lang th hall enroll "@$T/req.txt"
like "$err" "ใหม่สำหรับจังหวัดนี้" "in Thai, too"
exits 7 "what is no line is no question" pmqa --dir "$H" hall enroll nonsense

on_terminal n "$PMQA_BIN/pmqa" --dir "$H" hall enroll "@$T/req.txt" --no-qr
is "$status" 6 "who says no has admitted nothing"
like "$out" "Admit this device? [y/N]" "and was asked"
is "$(find "$H/offices" -name '*.git')" "" "the hall made nothing then either"

# newer kills older, from when the hall saw the newer one
old=$(request_of "$A")
next_second
exits 0 "a newer request" pmqa --dir "$A" enroll --output "$T/req.txt"
exits 2 "which the hall looks at" pmqa --dir "$H" hall enroll "@$T/req.txt"
exits 8 "makes the older one void" pmqa --dir "$H" hall enroll "$old" --yes
like "$err" "newer request" "and the hall hears why"

COLUMNS=200 on_terminal y "$PMQA_BIN/pmqa" --dir "$H" hall enroll "@$T/req.txt"
is "$status" 0 "who says yes has admitted it"
answer=$(printf '%s' "$out" | tr -d '\r' | grep -o 'pmqa-answer-1:[A-Za-z0-9_-]*')
is "$(printf '%s' "$out" | decode_qr)" "$answer" \
	"the QR code on the terminal is the answer"
COLUMNS=60 on_terminal y "$PMQA_BIN/pmqa" --dir "$A" enroll
like "$out" "needs a terminal of" "a narrow terminal is told what is needed"
like "$out" "pmqa-request-1:" "and has the line all the same"

# the answer was to the request before that one
exits 7 "an answer to an older request is none" \
	pmqa --dir "$A" enroll accept "$answer"
run pmqa --dir "$A" enroll --qr
is "$(printf '%s' "$out" | decode_qr)" "$(printf '%s' "$out" | head -1)" \
	"a request as QR code says what the line says"
exits 2 "--qr and --json exclude each other" pmqa --dir "$A" enroll --qr --json
request=$(printf '%s' "$out" | head -1)
request=$(request_of "$A")
exits 0 "an answer goes into a file" \
	pmqa --dir "$H" hall enroll "$request" --yes --output "$T/answer.txt"
exits 0 "and comes out of it" pmqa --dir "$A" enroll accept "@$T/answer.txt"
exits 7 "once" pmqa --dir "$A" enroll accept "@$T/answer.txt"

# --- the login: only our lines, only from a file that is ours alone ----------

pmqa --dir "$A" assess open 2565 >/dev/null
tick "$A" 1.1.B1
sync "$A"
is "$(sync_field .synced)" true "the shipped sshd configuration lets it in"
is "$(device_field 9105-a '.last_seen != null')" true "the hall knows when"

ssh-keygen -q -t ed25519 -N '' -C '' -f "$T/stranger"
stranger() {
	ssh -F none -i "$T/stranger" -o IdentitiesOnly=yes -o BatchMode=yes \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		-p "$sshd_port" "$me@127.0.0.1" id
}
if [ -n "$keys_dir" ]; then
	cat "$T/stranger.pub" >>"$H/authorized_keys"
	exits 255 "a line that somebody put in opens nothing" stranger
	run "$keys_dir/pmqa-receive" --dir "$H" --login-keys "$me"
	is "$status" 0 "the others are given out"
	is "$(printf '%s\n' "$out" | grep -c '^restrict,command=')" 1 "all one"
	unlike "$out" "$(cut -d ' ' -f 2 "$T/stranger.pub")" "not that one"
	chmod 620 "$H/authorized_keys"
	run "$keys_dir/pmqa-receive" --dir "$H" --login-keys "$me"
	is "$status:$out" "1:" "a file that others may write gives none"
	exits 6 "and the login fails" pmqa --dir "$A" sync --wait
	like "$(fault_of "$A")" "person: " "which is for a person"
	chmod 600 "$H/authorized_keys"
	chown nobody "$H/authorized_keys"
	run "$keys_dir/pmqa-receive" --dir "$H" --login-keys "$me"
	is "$status:$out" "1:" "nor one of another user"
	chown "$me" "$H/authorized_keys"
	mv "$H/authorized_keys" "$H/real"
	ln -s real "$H/authorized_keys"
	run "$keys_dir/pmqa-receive" --dir "$H" --login-keys "$me"
	is "$status:$out" "1:" "nor a link"
	mv "$H/real" "$H/authorized_keys"
	run "$keys_dir/pmqa-receive" --dir "$H" --login-keys no-such-user
	is "$status:$out" "1:" "nor for a user that is none"
	sync "$A"
fi

# --- a second device; a backup of the hall; more work ------------------------

pmqa --dir "$B" init --code 9105 --name ละงู --device b >/dev/null
calm "$B"
start "$B"
enrol "$B" "$H"
sync "$B"
run pmqa --dir "$H" hall devices 9105
like "$out" "9105-a" "the list of devices has the first"
like "$out" "9105-b" "and the second"
exits 3 "of an office that is none there is no list" \
	pmqa --dir "$H" hall devices 9199

stop "$H"
cp -a "$H" "$T/H.old"
start "$H"

tick "$A" 1.1.B2
sync "$A"
a_good=$(hall_tip)
next_second
since=$(date -u +%Y-%m-%dT%H:%M:%SZ)
next_second
tick "$A" 1.2.B1
sync "$A"
a_last=$(hall_tip)

# --- revoked -----------------------------------------------------------------

exits 7 "a revocation does not begin tomorrow" pmqa --dir "$H" hall revoke \
	9105-a --since "$(date -u -d '+1 day' +%Y-%m-%dT%H:%M:%SZ)"
exits 3 "nor hits a device that is none" pmqa --dir "$H" hall revoke 9105-x
exits 7 "a device has a name" pmqa --dir "$H" hall revoke a
exits 0 "the first device is revoked" pmqa --dir "$H" hall revoke 9105-a \
	--since "$since" --reason เครื่องหาย
like "$out" "up to a4" "what stays good is said"
like "$out" "1 revision of it came in after that time (a4 to a4)" \
	"and what came in since, to be looked through"
like "$out" "hall restore 9105-a" "and the way back"
exits 4 "not twice" pmqa --dir "$H" hall revoke 9105-a
is "$(device_field 9105-a .state)" revoked "the list says it"
is "$(device_field 9105-a .reason)" เครื่องหาย "and why"
unlike "$(cat "$H/authorized_keys")" " 9105-a" "sshd does not know its key"
like "$(cat "$H/authorized_keys")" " 9105-b" "but that of the other"

next_second
tick "$A" 1.3.B1
exits 6 "it can send nothing more" pmqa --dir "$A" sync --wait
like "$(fault_of "$A")" "person: " "a person has to see to it"
is "$(hall_tip)" "$a_last" "the hall is as before"

# by the path, where no key is asked: the program itself refuses
SSH_ORIGINAL_COMMAND="git-receive-pack 'office'" \
	run "$PMQA_BIN/pmqa-receive" --dir "$H" 9105-a
is "$status" 1 "pmqa-receive refuses it, too"
like "$err" "pmqa-denied: device 9105-a was revoked by the hall as of" \
	"says since when"
like "$err" "เครื่องหาย" "and why"

# what came before is good everywhere
sync "$B"
is "$(git -C "$B/repo.git" rev-parse refs/heads/office)" "$a_last" \
	"the other device took what the hall had of it"
exits 0 "verify is content there" pmqa --dir "$B" verify
exits 0 "and at the hall" pmqa --dir "$H" verify
for dir in "$B" "$H"; do
	stop "$dir"
	exits 0 "a rebuilt index has it, too: ${dir##*/}" \
		"$PMQA_BIN/pmqad" --dir "$dir" --reindex
	start "$dir"
	exits 0 "and verify is content with that" pmqa --dir "$dir" verify
done
tick "$B" 2.1.B1
sync "$B"
is "$(sync_field .synced)" true "the other device goes on"

# stock tools: by time in allowed_signers, by key in the revocation file
exits 0 "stock git: good before" hall_git verify-commit "$a_good"
exits 1 "stock git: not after the time" hall_git verify-commit "$a_last"
run env TZ=Asia/Bangkok git -C "$H/offices/9105.git" verify-commit "$a_good"
is "$status" 0 "in another time zone as well"
run env TZ=America/Lima git -C "$H/offices/9105.git" verify-commit "$a_last"
is "$status" 1 "both"
exits 1 "with the revocation file none of its work is good" hall_git \
	-c gpg.ssh.revocationFile="$H/offices/revoked_signers" \
	verify-commit "$a_good"
exits 0 "but that of the other device" hall_git \
	-c gpg.ssh.revocationFile="$H/offices/revoked_signers" \
	verify-commit refs/heads/office
like "$(hall_git show hall:allowed_signers)" "valid-before=" \
	"the office gets the same list"
like "$(cat "$B/allowed_signers")" "valid-before=" "and uses it"

# --- no stick either ---------------------------------------------------------

mkdir "$T/stick"
run pmqa --dir "$A" bundle create --to hall "$T/stick" --json
is "$status" 0 "the lost machine writes a stick"
before=$(hall_tip)
run pmqa --dir "$H" import "$T/stick"/*
[ "$status" -ne 2 ] || run pmqa --dir "$H" bundle import "$T/stick"/*
is "$status" 6 "which the hall does not take"
like "$err" "9105-a was revoked" "and says why"
is "$(hall_tip)" "$before" "nothing came in"

# --- the machine goes on under another letter --------------------------------

run pmqa --dir "$A" device renew --json
is "$status" 0 "the machine takes a new letter and key"
new=$(sync_field .to)
is "$(sync_field .carried)" 1 "what it could not send goes with it"
enrol "$A" "$H"
sync "$A"
is "$(sync_field .synced)" true "and arrives under the new name"
is "$(device_field "$new" .state)" active "the hall has the new device"
is "$(device_field 9105-a .state)" revoked "and the old one as it was"
like "$(hall_git log --format=%B refs/heads/office)" "Device: $new" \
	"the history has both"
sync "$B"
exits 0 "verify is content with all" pmqa --dir "$B" verify
exits 0 "at the hall as well" pmqa --dir "$H" verify
written "$H"
exits 0 "stock git fsck, too" hall_git fsck --strict --full

# --- a hall that was restored to before the revocation -----------------------

tip=$(hall_tip)
stop "$H"
rm -rf "$H"
cp -a "$T/H.old" "$H"
start "$H"
is "$(device_field 9105-a .state)" active "the old copy knows nothing of it"
sync "$B"
run pmqa --dir "$B" sync --wait --json
is "$(device_field 9105-a .state)" revoked "an office gave it back"
is "$(device_field 9105-a .reason)" เครื่องหาย "with the reason"
is "$(device_field "$new" .state)" active "and the device enrolled since"
is "$(hall_tip)" "$tip" \
	"and the revisions: those of the revoked device that had been received, too"
unlike "$(cat "$H/authorized_keys")" " 9105-a" "sshd knows of it again"
exits 0 "verify is content" pmqa --dir "$H" verify
tick "$A" 2.2.B1
sync "$A"
is "$(sync_field .synced)" true "all go on"

# --- by mistake --------------------------------------------------------------

exits 0 "the second device is revoked" pmqa --dir "$H" hall revoke 9105-b
tick "$B" 3.1.B1
exits 6 "it is refused" pmqa --dir "$B" sync --wait
exits 0 "by mistake" pmqa --dir "$H" hall restore 9105-b --reason เข้าใจผิด
exits 4 "what is not revoked is not restored" pmqa --dir "$H" hall restore 9105-b
sync "$B"
is "$(sync_field .synced)" true "it goes on as if nothing had been"
exits 0 "stock git is content with its work" hall_git verify-commit "$(hall_tip)"

# --- an office that is disabled ----------------------------------------------

tick "$B" 3.2.B1
exits 3 "no office, no act" pmqa --dir "$H" hall disable 9199
exits 0 "the office is disabled" \
	pmqa --dir "$H" hall disable 9105 --reason ตรวจสอบข้อมูล
exits 4 "not twice" pmqa --dir "$H" hall disable 9105
COLUMNS=300 run pmqa --dir "$H" hall status
like "$out" "disabled since" "the hall's own table says it"
like "$out" "ตรวจสอบข้อมูล" "and why"
run pmqa --dir "$H" hall status --behind --json
same_json "$out" '[.offices[] | select(.code == "9105") | .state]' '["disabled"]' \
	"among what is to be looked after"
before=$(hall_tip)
exits 6 "nothing of it is taken" pmqa --dir "$B" sync --wait
like "$(fault_of "$B")" "person: " "a person has to see to it"
like "$(fault_of "$B")" "office 9105 is disabled at the hall since" "hears that"
like "$(fault_of "$B")" "ตรวจสอบข้อมูล" "and why"
run pmqa --dir "$B" --lang th status
like "$out" "จังหวัดระงับหน่วยงาน 9105" "in Thai, too"
unlike "$out" "$(date +%Y)-" "with a date of the Buddhist era"
like "$out" "จังหวัดเลิกระงับ" "and what to do"
COLUMNS=300 run pmqa --dir "$H" --lang th hall log --limit 1
like "$out" "จังหวัดระงับหน่วยงาน 9105" "the hall's log says it in Thai"
is "$(hall_tip)" "$before" "the hall is as before"
rm -f "$T/stick"/*
pmqa --dir "$B" bundle create --to hall "$T/stick" >/dev/null 2>&1
exits 6 "no stick of it either" pmqa --dir "$H" bundle import "$T/stick"/*
like "$err" "is disabled at the hall" "for the same reason"
run pmqa --dir "$H" --lang th bundle import "$T/stick"
like "$out" "จังหวัดระงับหน่วยงาน 9105" "of a whole stick in Thai"
unlike "$out" "$(date +%Y)-" "with a date of the Buddhist era"
is "$(hall_tip)" "$before" "nothing came in"
exits 8 "and no new device" pmqa --dir "$H" hall enroll "$(request_of "$B")" --yes
like "$err" "hall enable 9105" "the hall hears what is first"
COLUMNS=200 run pmqa --dir "$H" hall devices
like "$out" "its office is disabled" "the list says it"
exits 0 "enabled again" pmqa --dir "$H" hall enable 9105
exits 4 "not twice" pmqa --dir "$H" hall enable 9105
sync "$B"
is "$(sync_field .synced)" true "what waited arrives"
exits 0 "verify is content to the end" pmqa --dir "$H" verify
exits 0 "at the office as well" pmqa --dir "$B" verify
run pmqa --dir "$H" history --office 9105 --branch hall
like "$out" "ตรวจสอบข้อมูล" "the history of the hall tells who did it and why"

finish
