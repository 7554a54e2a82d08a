#!/usr/bin/env bash
# Goal: what a save and a sync cost beside their peers, in turn in the same run.
# Figures are whole processes or whole round trips; only the ratios travel
# between machines. Prints a table in Markdown.
#
#   BENCH_RUNS    40     of each command
#   BENCH_SAVES   20000  of 64 clients at once
set -euo pipefail
cd "$(dirname "$0")/.."

bin=${PMQA_BIN:-$PWD/build/release/bin}
bench=${BENCH_BIN:-$PWD/build/release/bench}
runs=${BENCH_RUNS:-40}
saves=${BENCH_SAVES:-20000}
PATH=$bin:$PATH
w=$(mktemp -d "${TMPDIR:-/tmp}/pmqa-bench-XXXXXX")
pids=()
finish() {
	local rc=$?
	for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
	wait 2>/dev/null || true
	rm -rf "$w"
	exit "$rc"
}
trap finish EXIT
export HOME=$w USER=bench GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=b GIT_AUTHOR_EMAIL=b@b GIT_COMMITTER_NAME=b \
    GIT_COMMITTER_EMAIL=b@b FOSSIL_USER=bench PMQA_LANG=en

wait_ready() {
	for _ in $(seq 500); do
		pmqa --dir "$1" status >/dev/null 2>&1 && return 0
		sleep 0.02
	done
	echo "pmqad in $1 is not ready:" >&2
	cat "$w/log" >&2
	return 1
}
daemon() {
	pmqad --dir "$1" 2>>"$w/log" &
	pids+=("$!")
	wait_ready "$1"
}
median() { awk -F'\t' -v l="$1" '$1 == l {print $3}' "$w/times"; }
spread() { awk -F'\t' -v l="$1" '$1 == l {printf "%s (%s–%s)", $3, $2, $4}' "$w/times"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'; }
# row WHAT OURS PEER RATIO BUDGET
row() {
	echo "| $1 | $2 | $3 | $4 | $5 |"
}

echo "| what | ours | peer | ratio | budget |"
echo "|---|---|---|---|---|"
echo "one save, whole process ($runs runs each, in turn)" >&2
a=$w/A
pmqa --dir "$a" init --code 9105 --name ละงู >/dev/null
sed -i '/^\[sync\]/,$d' "$a/pmqad.conf"
printf '[sync]\nafter_save_ms = 3600000\ninterval = 86400\n' >>"$a/pmqad.conf"
daemon "$a"
pmqa --dir "$a" assess open 2565 >/dev/null
mkdir -p "$w/g/2565/items" "$w/s/2565/items" "$w/f/2565/items"
git -C "$w/g" init -q
git -C "$w/s" init -q
ssh-keygen -q -t ed25519 -N "" -f "$w/signing"
git -C "$w/s" config core.fsync all
git -C "$w/s" config gpg.format ssh
git -C "$w/s" config user.signingKey "$w/signing"
git -C "$w/s" config commit.gpgSign true
( cd "$w/f" && fossil init "$w/f.fossil" >/dev/null && fossil open -f "$w/f.fossil" &&
    fossil settings mtime-changes off ) >/dev/null # two saves may fall into one second
for i in 1.1 1.2 1.3 1.4 2.1 2.2 2.3 2.4; do
	for r in g s f; do printf '{\n  "strengths": "0"\n}\n' >"$w/$r/2565/items/$i.json"; done
done
for r in g s; do git -C "$w/$r" add -A && git -C "$w/$r" commit -qm first; done
( cd "$w/f" && fossil add --quiet . && fossil commit --no-warnings -m first ) >/dev/null
text='หน่วยงานสื่อสารวิสัยทัศน์ต่อบุคลากรทุกระดับ ครั้งที่ %i และติดตามผลทุกเดือน'
cd "$w/f"
# shellcheck disable=SC2016 # expanded by the inner shell
put='printf "{\n  \"strengths\": \"%s\"\n}\n" "$1" >"$2"'
"$bench/bench_time" -n "$runs" \
    pmqa pmqa --dir "$a" set 1.1 "strengths=$text" --reason ทดสอบ ::: \
    git sh -c "$put" _ "$text" "$w/g/2565/items/1.1.json" --- \
    git -C "$w/g" add 2565/items/1.1.json +++ git -C "$w/g" commit -qm "save %i" ::: \
    fossil sh -c "$put" _ "$text" "$w/f/2565/items/1.1.json" --- \
    fossil commit --no-warnings -m "save %i" >"$w/times"
# for readers, without a budget: git as durable and as signed as we are
"$bench/bench_time" -n "$runs" \
    ours pmqa --dir "$a" set 1.2 "strengths=$text" --reason ทดสอบ ::: \
    signed sh -c "$put" _ "$text" "$w/s/2565/items/1.1.json" --- \
    git -C "$w/s" add 2565/items/1.1.json +++ git -C "$w/s" commit -qm "save %i" >>"$w/times"
cd - >/dev/null
row "one save, whole \`pmqa\` process" "$(spread pmqa) ms" "\`git add\`+\`commit\` $(spread git) ms" \
    "$(ratio "$(median pmqa)" "$(median git)")" "≤ 0.25"
row "" "" "\`fossil commit\` $(spread fossil) ms" "$(ratio "$(median pmqa)" "$(median fossil)")" "≤ 0.25"
row "the same beside equal work" "$(spread ours) ms" "\`git add\`+\`commit\`, fsynced and signed $(spread signed) ms" \
    "$(ratio "$(median ours)" "$(median signed)")" "–"

echo "saves over the socket" >&2
"$bench/bench_socket" fdatasync "$w/sync.tmp" 2000 >"$w/disk"
"$bench/bench_socket" save "$a/pmqad.sock" 1 3000 >"$w/one"
read -r _ dp50 dp99 _ <"$w/disk"
read -r _ p50 p99 rate <"$w/one"
row "save over the socket, one client, p50" "$p50 ms ($rate/s)" "\`fdatasync\` of 4 KiB $dp50 ms" \
    "$(ratio "$p50" "$dp50")" "≤ 4"
row "the same, p99" "$p99 ms" "$dp99 ms" "$(ratio "$p99" "$dp99")" "≤ 12"

b=$w/B
pmqa --dir "$b" init --code 9106 --name ทุ่งหว้า >/dev/null
sed -i '/^\[sync\]/,$d' "$b/pmqad.conf"
printf '[sync]\nafter_save_ms = 3600000\ninterval = 86400\n' >>"$b/pmqad.conf"
daemon "$b"
pmqa --dir "$b" assess open 2565 >/dev/null
"$bench/bench_socket" save "$b/pmqad.sock" 64 "$saves" >"$w/many"
read -r _ mp50 mp99 mrate <"$w/many"
for _ in $(seq 600); do
	[ "$(pmqa --dir "$b" --json status | jq .journal)" = 0 ] && break
	sleep 0.05
done
n=$(git -C "$b/repo.git" rev-list --count office)
git -C "$b/repo.git" fast-export office >"$w/stream" 2>/dev/null
git init -q --bare "$w/import.git"
t=$(date +%s%N)
git -C "$w/import.git" fast-import --quiet <"$w/stream"
t=$(($(date +%s%N) - t))
fi_rate=$(awk -v n="$n" -v t="$t" 'BEGIN {printf "%.0f", n / t * 1e9}')
row "64 clients, $saves saves, acknowledged and signed" "$mrate/s (p50 $mp50, p99 $mp99 ms)" \
    "\`git fast-import\` $fi_rate commits/s" "$(ratio "$mrate" "$fi_rate")" "≥ 0.4"

echo "sync over a real sshd" >&2
h=$w/H
mkdir -p "$w/sshd"
ssh-keygen -q -t ed25519 -N '' -f "$w/sshd/host"
ssh-keygen -q -t ed25519 -N '' -f "$w/sshd/peer"
cp "$w/sshd/peer.pub" "$w/sshd/peer_keys"
mkdir -p /run/sshd 2>/dev/null || true
# SHLVL: or bash reads the .bashrc of whoever runs this, in each session of ours and of the peer
for _ in 1 2 3 4 5; do
	port=$((20000 + RANDOM % 20000))
	cat >"$w/sshd/config" <<-C
		Port $port
		ListenAddress 127.0.0.1
		HostKey $w/sshd/host
		PidFile $w/sshd/pid
		AuthorizedKeysFile $h/authorized_keys $w/sshd/peer_keys
		StrictModes no
		UsePAM no
		PasswordAuthentication no
		AcceptEnv GIT_PROTOCOL
		MaxStartups 100
		SetEnv SHLVL=2
	C
	"$(command -v sshd || echo /usr/sbin/sshd)" -f "$w/sshd/config" -E "$w/sshd/log" && break
done
for _ in $(seq 100); do [ -s "$w/sshd/pid" ] && break; sleep 0.02; done
pids+=("$(cat "$w/sshd/pid")")
user=$(id -un)
pmqa --dir "$h" init --role hall --code 91 --name สตูล --url "ssh://$user@127.0.0.1:$port" \
    --host-key "$w/sshd/host.pub" >/dev/null
daemon "$h"
pmqa --dir "$a" enroll accept "$(pmqa --dir "$h" hall enroll "$(pmqa --dir "$a" enroll)" --yes)" >/dev/null
pmqa --dir "$a" sync --wait >/dev/null
pmqa --dir "$a" sync --wait >/dev/null
export GIT_SSH_COMMAND="ssh -F none -i $w/sshd/peer -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
git -C "$w" clone -q --bare "$a/repo.git" peer.git
git -C "$w" clone -q "ssh://$user@127.0.0.1:$port$w/peer.git" clone
git -C "$w/clone" checkout -q office
"$bench/bench_time" -n "$runs" \
    ours pmqa --dir "$a" sync --wait ::: \
    lsremote git ls-remote -q "ssh://$user@127.0.0.1:$port$w/peer.git" refs/heads/office refs/heads/hall >"$w/times"
row "sync with nothing to do (ssh)" "$(spread ours) ms" "\`git ls-remote\` $(spread lsremote) ms" \
    "$(ratio "$(median ours)" "$(median lsremote)")" "≤ 1.2"
# shellcheck disable=SC2016
"$bench/bench_time" -n "$runs" \
    ours pmqa --dir "$a" set 1.2 "strengths=$text" --- pmqa --dir "$a" sync --wait ::: \
    git sh -c 'printf "{\n  \"strengths\": \"%s\"\n}\n" "$1" >"$2/2565/items/1.2.json" && git -C "$2" add -A && git -C "$2" commit -qm save' \
    _ "$text" "$w/clone" --- \
    git -C "$w/clone" fetch -q +++ git -C "$w/clone" push -q origin office >"$w/times"
row "sync of one save (ssh), admitted and receipted" "$(spread ours) ms" "\`git fetch && git push\` $(spread git) ms" \
    "$(ratio "$(median ours)" "$(median git)")" "≤ 0.8"
