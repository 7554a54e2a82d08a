#!/bin/bash
# Goal: an office and its hall in two network namespaces, a real sshd, and
# lines as districts have them: 600 ms there and back, 5 % lost, 64 kbit/s, a
# modem that holds back a megabyte, a line dead one way, no name service. All
# gets there; what does not is told in a sentence and tried again.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"
# shellcheck source=tests/support/netns.sh
. "$ROOT/tests/support/netns.sh"

why=$(net_why)
if [ -n "$why" ]; then
	echo "skipped: bad lines: $why"
	exit 0
fi
net_can_make
net_start "$T/net"
# shellcheck disable=SC2034 # for sshd.sh
sshd_address=$net_hall_address sshd_run=$net_in_hall
# shellcheck source=tests/support/sshd.sh
. "$ROOT/tests/support/sshd.sh"

H=$T/H A=$T/A

trap 'at_exit sshd_stop net_stop' EXIT
echo "# the line is made by $net_how"

# arrives NAME SECONDS TEXT-BYTES FILE-BYTES: a save and a file over the line
# as it is, in this time
arrives() {
	local name=$1 begun carried
	pmqa --dir "$A" set 1.1 "strengths=$(words "$3")" >/dev/null
	make_pdf "$T/file.pdf" "$4"
	pmqa --dir "$A" evidence add 1.1 "$T/file.pdf" >/dev/null
	begun=$(now_ms) carried=$(net_bytes)
	run pmqa --dir "$A" sync --wait --json
	begun=$(($(now_ms) - begun)) carried=$(($(net_bytes) - carried))
	is "$status" 0 "$name: the sync succeeds"
	is "$(sync_field '[.synced, .evidence.sent, .evidence.left] | @csv')" \
		true,1,0 "$name: text and file are at the hall, with receipts"
	at_most "$begun" $(($2 * 1000)) "$name: in time, milliseconds"
	at_most "$carried" $((($3 + $4) * 13 / 10 + 40000)) \
		"$name: few bytes of IP beside the content"
}

sshd_prepare "$T/sshd" "$H/authorized_keys"
sshd_start
pmqa --dir "$H" init --role hall --code 91 --name สตูล \
	--url "ssh://$(id -un)@$net_hall_address:$sshd_port" \
	--host-key "$T/sshd/host.pub" >/dev/null
new_office "$A" 9105 ละงู
calm "$A"
PMQA_RUN=$net_in_hall start "$H"
PMQA_RUN=$net_in_office start "$A"
enrol "$A" "$H"
pmqa --dir "$A" assess open 2565 >/dev/null
run pmqa --dir "$A" sync --wait
is "$status" 0 "the namespaces reach each other"

# --- slow, far, lossy ------------------------------------------------------

net_mode delay=25 rate=10000
arrives "10 Mbit/s, 50 ms" 30 3000 1000000

net_mode delay=300
arrives "600 ms there and back" 90 3000 300000

net_mode loss=5 delay=20
arrives "5 % lost" 90 3000 600000

net_mode rate=64 delay=50
arrives "64 kbit/s" 90 3000 200000

# a modem that holds back far more than it sends in a minute: the answers to
# "are you there" stand in its queue, which is no reason to give up
net_mode rate=64 delay=50 buffer=1000
arrives "64 kbit/s behind a deep queue" 150 3000 500000

# --- dead ------------------------------------------------------------------

fails() { # NAME PART-OF-THE-SENTENCE SECONDS
	local begun
	pmqa --dir "$A" tick 1.2.B1 >/dev/null
	pmqa --dir "$A" untick 1.2.B1 >/dev/null
	begun=$(now_ms)
	exits 5 "$1: the hall is not reached" pmqa --dir "$A" sync --wait
	at_most $(($(now_ms) - begun)) $(($3 * 1000)) \
		"$1: that is known in time, milliseconds"
	like "$err" "$2" "$1: a sentence says so"
	is "$(status_of "$A" .sync.last_error.class)" retry \
		"$1: it is tried again by itself"
	isnt "$(status_of "$A" .sync.next_try)" null "$1: and status says when"
	pmqa --dir "$A" tick 1.2.B2 >/dev/null
	ok "$1: saving goes on"
}

net_mode drop_up=1
fails "nothing gets to the hall" "cannot reach the hall" 40
net_mode drop_down=1
fails "nothing comes back" "cannot reach the hall" 40

# in the middle of a file
net_mode rate=256
make_pdf "$T/cut.pdf" 900000
pmqa --dir "$A" evidence add 1.3 "$T/cut.pdf" >/dev/null
pmqa --dir "$A" sync >/dev/null
half_way() {
	git -C "$H/evidence/9105.git" for-each-ref | grep -c refs/uploads/ >/dev/null
}
holds "a file is half at the hall" wait_until 60 half_way
net_mode drop_down=1
idle() {
	[ "$(status_of "$A" .sync.state)" = idle ]
}
holds "a line that dies one way is noticed" wait_until 90 idle
is "$(status_of "$A" .sync.last_error.class)" retry "as one to be tried again"
is "$(status_of "$A" .synced)" true "the text is at the hall"
net_mode
carried=$(net_bytes)
run pmqa --dir "$A" sync --wait --json
is "$(sync_field '[.synced, .evidence.left] | @csv')" true,0 \
	"the next sync brings the rest of the file"
at_most $(($(net_bytes) - carried)) 800000 "and not all of it again"

# --- no name service -------------------------------------------------------

set_urls() { # URL…: the office's addresses of the hall
	local url
	stop "$A"
	for url in "$@"; do
		echo "url = $url"
	done >"$T/urls"
	sed -i -e "0,/^url = /{/^url = /r $T/urls
		}" -e "/^url = .*$net_hall_address/d" "$A/hall.conf"
	PMQA_RUN=$net_in_office start "$A"
}

good=ssh://$(id -un)@$net_hall_address:$sshd_port
nameless=ssh://$(id -un)@hall.invalid:$sshd_port
cp "$A/hall.conf" "$T/hall.conf"
set_urls "$nameless"
fails "no name service" "Could not resolve hostname" 60
like "$err" "ask the hall whether its address has changed" \
	"no name service: and what to do about it"
cp "$T/hall.conf" "$A/hall.conf"
set_urls "$nameless" "$good"
run pmqa --dir "$A" sync --wait --json
is "$(sync_field .synced)" true "a second address is tried after it"

written "$H"
run git -C "$H/offices/9105.git" fsck --strict --full
is "$status" 0 "stock git fsck is content with the hall's repository"
run git -C "$H/evidence/9105.git" fsck --strict --full
is "$status" 0 "and with the files"
finish
