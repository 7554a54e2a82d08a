#!/usr/bin/env bash
# Goal: what a sync costs on links as they are, in time and bytes, beside `git
# push` and `fossil sync` of the same content, each over ssh, in the same two
# network namespaces. Prints tables in Markdown; progress on standard error.
# BENCH_SAVES_LINK, BENCH_FILES_MIB and BENCH_NOOPS make it smaller.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
cd "$(dirname "$0")/.."
PMQA_BIN=${PMQA_BIN:-$PWD/build/release/bin}
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/support/netns.sh
. tests/support/netns.sh

why=$(net_why)
if [ -n "$why" ]; then
	echo "Not measured: $why."
	exit 0
fi
net_can_make
net_start "$T/net"
# shellcheck disable=SC2034 # for sshd.sh
sshd_address=$net_hall_address sshd_run=$net_in_hall
# shellcheck disable=SC2034 # the peers' own key, beside the hall's
sshd_more_keys=$T/peer.pub sshd_root=prohibit-password
# shellcheck source=tests/support/sshd.sh
. tests/support/sshd.sh

H=$T/H A=$T/A
n_saves=${BENCH_SAVES_LINK:-1000} files_mib=${BENCH_FILES_MIB:-40}
n_noops=${BENCH_NOOPS:-9}
export USER=bench FOSSIL_USER=bench GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=b \
	GIT_AUTHOR_EMAIL=b@b GIT_COMMITTER_NAME=b GIT_COMMITTER_EMAIL=b@b

clean_up() {
	local code=$?
	set +e
	sshd_stop
	net_stop
	(exit "$code")
	at_exit
}
trap clean_up EXIT

set_up_ours() {
	sshd_prepare "$T/sshd" "$H/authorized_keys"
	ssh-keygen -q -t ed25519 -N '' -C '' -f "$T/peer"
	sshd_start
	pmqa --dir "$H" init --role hall --code 91 --name สตูล \
		--url "ssh://$(id -un)@$net_hall_address:$sshd_port" \
		--host-key "$T/sshd/host.pub" >/dev/null
	new_office "$A" 9105 ละงู
	sed -i '/^\[sync\]/,$d' "$A/pmqad.conf"
	printf '[sync]\nafter_save_ms = 3600000\ninterval = 86400\n' \
		>>"$A/pmqad.conf"
	PMQA_RUN=$net_in_hall start "$H"
	PMQA_RUN=$net_in_office start "$A"
	enrol "$A" "$H"
	pmqa --dir "$A" assess open 2565 >/dev/null
	ours_sync
	ours_sync
}

set_up_peers() {
	local ssh
	ssh="ssh -F none -i $T/peer -p $sshd_port -o IdentitiesOnly=yes"
	ssh+=" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
	ssh+=" -o LogLevel=ERROR"
	export GIT_SSH_COMMAND=$ssh
	git init -q --bare -b main "$T/peer.git"
	git clone -q "$T/peer.git" "$T/g" 2>/dev/null
	git -C "$T/g" checkout -q -b main
	git -C "$T/g" remote set-url origin \
		"ssh://$(id -un)@$net_hall_address$T/peer.git"
	echo start >"$T/g/start"
	git -C "$T/g" add -A
	git -C "$T/g" commit -qm start
	mkdir "$T/f"
	fossil init "$T/peer.fossil" >/dev/null
	cp "$T/peer.fossil" "$T/own.fossil"
	(
		cd "$T/f"
		fossil open -f "$T/own.fossil" >/dev/null
		fossil settings mtime-changes off
		fossil settings autosync off
		fossil settings ssh-command "$ssh"
		echo start >start
		fossil add --quiet start
		fossil commit --no-warnings -m start
	) >/dev/null 2>&1
	fossil_url="ssh://$(id -un)@$net_hall_address/$T/peer.fossil?fossil=$(command -v fossil)"
	git_sync
	fossil_sync
}

# --- the three, each carrying all it has -----------------------------------

ours_sync() {
	pmqa --dir "$A" sync --wait >/dev/null
}
git_sync() {
	# shellcheck disable=SC2086 # a prefix of words
	$net_in_office git -C "$T/g" push -q origin main
}
fossil_sync() {
	# shellcheck disable=SC2086
	(cd "$T/f" && $net_in_office fossil sync "$fossil_url" --once) \
		>/dev/null 2>&1
}
ours_both() {
	ours_sync
}
git_both() {
	# shellcheck disable=SC2086
	$net_in_office git -C "$T/g" fetch -q origin && git_sync
}
fossil_both() {
	fossil_sync
}
ours_noop() {
	ours_sync
}
git_noop() {
	# shellcheck disable=SC2086
	$net_in_office git -C "$T/g" ls-remote -q origin refs/heads/main \
		>/dev/null
}
fossil_noop() {
	fossil_sync
}

# --- the same content for the three ----------------------------------------

count=0
save_once() {
	local text item
	count=$((count + 1))
	item=1.$((count % 4 + 1))
	text="หน่วยงานสื่อสารวิสัยทัศน์ต่อบุคลากรทุกระดับ ครั้งที่ $count และติดตามผลทุกเดือน $(head -c 60 /dev/urandom | base64 -w 0)"
	pmqa --dir "$A" set "$item" "strengths=$text" >/dev/null
	mkdir -p "$T/g/2565/items"
	pmqa --dir "$A" show "$item" --json >"$T/g/2565/items/$item.json"
	git -C "$T/g" add -A
	git -C "$T/g" commit -qm "save $count"
	mkdir -p "$T/f/2565/items"
	cp "$T/g/2565/items/$item.json" "$T/f/2565/items/$item.json"
	(
		cd "$T/f"
		fossil add --quiet 2565 && fossil commit --no-warnings -m "save $count"
	) >/dev/null 2>&1
}
saves() { # N
	local i
	for ((i = 0; i < $1; i++)); do
		save_once
	done
}
files() { # N KIB
	local i name
	for ((i = 0; i < $1; i++)); do
		count=$((count + 1))
		name=file$count.pdf
		{
			printf '%%PDF-1.4\n'
			head -c "$(($2 * 1024))" /dev/urandom
			printf '\n%%%%EOF\n'
		} >"$T/g/$name"
		cp "$T/g/$name" "$T/f/$name"
		# an item takes 20 files
		pmqa --dir "$A" evidence add \
			"$((count / 4 % 6 + 1)).$((count % 4 + 1))" \
			"$T/g/$name" >/dev/null
	done
	git -C "$T/g" add -A
	git -C "$T/g" commit -qm "$1 files"
	(
		cd "$T/f"
		fossil add --quiet . && fossil commit --no-warnings -m "$1 files"
	) >/dev/null 2>&1
}

# --- measuring -------------------------------------------------------------

# times RUNS PREPARE… : each of the three in turn, after the same content; into
# $T/times: "WHO MS BYTES"
times() { # RUNS KIND PREPARE…
	local runs=$1 kind=$2 i who ms bytes
	shift 2
	: >"$T/times"
	for ((i = 0; i < runs; i++)); do
		"$@"
		for who in ours git fossil; do
			bytes=$(net_bytes) ms=$(date +%s%3N)
			"${who}_$kind"
			ms=$(($(date +%s%3N) - ms))
			bytes=$(($(net_bytes) - bytes))
			echo "$who $ms $bytes" >>"$T/times"
		done
	done
}

# the median of a column
middle() { # WHO COLUMN
	awk -v w="$1" -v c="$2" '$1 == w { print $c }' "$T/times" | sort -n |
		awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

row() { # LINK WHAT
	local who ms bytes line="| $1 | $2 |"
	local base_ms base_bytes
	base_ms=$(middle ours 2) base_bytes=$(middle ours 3)
	for who in ours git fossil; do
		ms=$(middle $who 2) bytes=$(middle $who 3)
		line+=$(awk -v m="$ms" -v b="$bytes" 'BEGIN {
			printf " %.2f s | %.1f KiB |", m / 1000, b / 1024 }')
	done
	line+=$(awk -v a="$base_ms" -v b="$(middle git 2)" \
		-v c="$base_bytes" -v d="$(middle git 3)" \
		'BEGIN { printf " %.2f | %.2f |", a / b, c / d }')
	echo "$line"
	echo "$line" >&2
}

# measure LINK SAVES FILES KIB
measure() {
	times "$n_noops" noop true
	row "$1" "nothing to do"
	times "$n_noops" sync save_once
	row "$1" "1 save"
	times "$n_noops" both save_once
	row "$1" "1 save, git fetching first"
	times 1 sync saves "$2"
	row "$1" "$2 saves"
	times 1 sync files "$3" "$4"
	row "$1" "$3 files, $(($3 * $4)) KiB"
}

set_up_ours
set_up_peers
echo "Links between two network namespaces ($net_how); time of the whole command, bytes of IP both ways; ours is"
echo "checked, signed for and receipted by the hall, fetches first, and pushes in slices that survive a cut. \`git"
echo "push\` and \`fossil sync\` carry the same texts (as the JSON that \`pmqa show\` prints) and files; where there is"
echo "nothing to do git's part is \`git ls-remote\`. The ratios are ours to git's: below 1 is better."
echo
echo "| link | what | pmqa | | git | | fossil | | time | bytes |"
echo "|---|---|---|---|---|---|---|---|---|---|"
net_mode rate=100000
measure "LAN, 100 Mbit/s" "$n_saves" "$files_mib" 1024
net_mode rate=10000 delay=35
measure "4G-like, 10 Mbit/s, 70 ms" "$n_saves" "$files_mib" 1024
net_mode rate=64 delay=50
measure "64 kbit/s, 100 ms" 20 2 50
