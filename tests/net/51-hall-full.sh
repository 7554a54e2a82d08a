#!/bin/bash
# Goal: the disk of the hall is full: for its offices' revisions, for their
# files, for its own database. The office hears whose disk it is, keeps what
# waits, goes on saving; nothing is called synced that is not; with room again
# all arrives by itself.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"
# shellcheck source=tests/support/sshd.sh
. "$ROOT/tests/support/sshd.sh"

H=$T/H A=$T/A
mkdir "$H"
if ! mount -t tmpfs -o size=300m pmqa-test "$H" 2>/dev/null; then
	echo "skipped: the hall's full disk: a file system may not be mounted here"
	exit 0
fi

clean_up() {
	local code=$?
	set +e
	sshd_stop
	for dir in "${!daemon_pid[@]}"; do
		kill_daemon "$dir"
	done
	umount "$H"
	(exit "$code")
	at_exit
}
trap clean_up EXIT

is_now() { # FILTER VALUE
	[ "$(status_of "$A" "$1")" = "$2" ]
}

fill_disk() { # [KIB]: all but so much
	local free
	free=$(df -k --output=avail "$H" | tail -n 1)
	head -c "$(((free - ${1:-0}) * 1024))" /dev/zero >"$H/filler" \
		2>/dev/null || true
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
pmqa --dir "$A" sync --wait >/dev/null
is "$(status_of "$A" .synced)" true "with room all is synced"

# --- revisions -------------------------------------------------------------

written "$H"
fill_disk
before=$(git -C "$H/offices/9105.git" rev-parse refs/heads/office)
for i in 1 2 3 4 5 6 7 8; do
	pmqa --dir "$A" set "1.$((i % 4 + 1))" \
		"strengths=$(words 4000)" >/dev/null
done
run pmqa --dir "$A" sync --wait
isnt "$status" 0 "with the hall's disk full the sync fails"
like "$err" "no space left on the hall's disk" "the sentence says whose it is"
unlike "$err" "make room" "and does not send the officer to the wrong disk"
like "$err" "tell the hall" "but to the hall"
like "$(status_of "$A" .sync.last_error.message_th)" "พื้นที่ดิสก์ของจังหวัดเต็ม" \
	"in Thai, too"
is "$(status_of "$A" .sync.last_error.class)" retry "it is tried again by itself"
isnt "$(status_of "$A" .sync.next_try)" null "and status says when"
is "$(status_of "$A" .synced)" false "nothing is called synced"
is "$(git -C "$H/offices/9105.git" rev-parse refs/heads/office)" "$before" \
	"the hall's branch stands where it stood"
pmqa --dir "$A" tick 1.1.B1 >/dev/null
ok "the office goes on saving"
run git -C "$H/offices/9105.git" fsck --strict --full
is "$status" 0 "stock git fsck is content with the hall's repository"

rm "$H/filler"
run pmqa --dir "$A" sync --wait
is "$status" 0 "with room again the sync succeeds"
is "$(status_of "$A" .synced)" true "and all is there"
is "$(status_of "$A" .sync.last_error)" null "the error is forgotten"

# --- files -----------------------------------------------------------------

fill_disk 1500
make_pdf "$T/large.pdf" 4000000
pmqa --dir "$A" evidence add 1.1 "$T/large.pdf" >/dev/null
run pmqa --dir "$A" sync --wait --json
is "$(status_of "$A" '.evidence | [.files, .at_hall] | @csv')" 1,0 \
	"a file that does not fit is not at the hall"
like "$(status_of "$A" .sync.last_error.message)" "no space left on the hall's disk" \
	"status says why"
is "$(status_of "$A" .sync.last_error.class)" retry "and that it is tried again"
rm "$H/filler"
run pmqa --dir "$A" sync --wait --json
is "$(status_of "$A" '.evidence | [.files, .at_hall] | @csv')" 1,1 \
	"with room again it arrives"
written "$H"
run git -C "$H/evidence/9105.git" fsck --strict --full
is "$status" 0 "stock git fsck is content with the files"

# --- by itself -------------------------------------------------------------

stop "$A"
set_sync "$A" 100 50 500
start "$A"
fill_disk
pmqa --dir "$A" set 1.2 "strengths=$(words 4000)" >/dev/null
holds "a full disk is noticed" wait_until 60 is_now .sync.last_error.class retry
is "$(status_of "$A" .synced)" false "nothing is called synced"
rm "$H/filler"
holds "with room all arrives without being asked" \
	wait_until 60 is_now .synced true

finish
