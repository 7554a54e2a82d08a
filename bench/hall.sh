#!/usr/bin/env bash
# Goal: what one hall machine carries: pushes a second beside stock git with
# shell hooks, the pushes alone and with the save before each, commits verified and indexed a second beside `git verify-commit`,
# memory and start with long histories. Prints a part of bench/RESULTS.md.
#
#   BENCH_HALL_OFFICES    64      offices that push at once
#   BENCH_HALL_REVISIONS  10000   of each, in the hall before it begins
#   BENCH_HALL_ROUNDS     3       how often each figure is taken, in turn
set -euo pipefail
cd "$(dirname "$0")/.."

bin=${PMQA_BIN:-$PWD/build/release/bin}
bench=${BENCH_BIN:-$PWD/build/release/bench}
offices=${BENCH_HALL_OFFICES:-64}
revisions=${BENCH_HALL_REVISIONS:-10000}
rounds=${BENCH_HALL_ROUNDS:-3}
each=2 # pushes of an office in one figure
PATH=$bin:$PATH
w=$(mktemp -d "${TMPDIR:-/tmp}/pmqa-hall-XXXXXX")
daemon=
finish() {
	local rc=$?
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
	sshd_stop
	wait 2>/dev/null || true
	rm -rf "$w"
	exit "$rc"
}
wait_until() { # SECONDS COMMAND…
	local deadline=$(($(date +%s) + $1))
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -le "$deadline" ] || return 1
		sleep 0.005
	done
}
# shellcheck source=tests/support/sshd.sh
. tests/support/sshd.sh
trap finish EXIT
export HOME=$w LC_ALL=C.UTF-8 PMQA_LANG=en GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=b GIT_AUTHOR_EMAIL=b@b \
    GIT_COMMITTER_NAME=b GIT_COMMITTER_EMAIL=b@b
user=$(id -un)
field() { cut -f "$2" <<<"$1"; }
ms() { echo $(($(date +%s%N) / 1000000)); }
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'; }
row() { printf '| %s | %s | %s | %s | %s |\n' "$@"; }

start_hall() {
	pmqad --dir "$w/H" 2>>"$w/hall.log" &
	daemon=$!
	wait_until 600 pmqa --dir "$w/H" status
}
stop_hall() {
	kill "$daemon"
	wait "$daemon" || true
	daemon=
}
memory() { awk -v n="$1:" '$1 == n {printf "%.0f", $2 / 1024}' "/proc/$daemon/status"; }

echo "making $offices offices of $revisions revisions" >&2
mkdir -p "$w/H.sshd"
sshd_more_keys=$w/peer_keys
ssh-keygen -q -t ed25519 -N '' -f "$w/peer"
cp "$w/peer.pub" "$w/peer_keys"
sshd_prepare "$w/sshd" "$w/H/authorized_keys"
sshd_root=yes sshd_start
pending=$((rounds * each * 6 + 8))
"$bench/bench_hall" make "$w" "$offices" "$revisions" "$pending" \
    "ssh://$user@127.0.0.1:$sshd_port" "$w/sshd/host.pub" >&2
codes=()
for f in "$w"/*.pending; do codes+=("$(basename "$f" .pending)"); done

echo "| what | ours | peer | ratio | budget |"
echo "|---|---|---|---|---|"

echo "verifying and indexing" >&2
got=$("$bench/bench_hall" absorb "$w/H")
signed=$("$bench/bench_hall" signatures "$w/H" "${codes[0]}")
n=100
t=$(ms)
for id in $(git -C "$w/H/offices/${codes[0]}.git" rev-list -n "$n" office); do
	git -C "$w/H/offices/${codes[0]}.git" -c gpg.format=ssh \
	    -c gpg.ssh.allowedSignersFile="$w/H/offices/allowed_signers" verify-commit "$id" 2>/dev/null
done
t=$(($(ms) - t))
stock=$(awk -v n="$n" -v t="$t" 'BEGIN {printf "%.0f", n * 1000 / t}')
row "$(field "$got" 2) commits verified and indexed" "$(field "$got" 4)/s" "\`git verify-commit\` in a loop $stock/s" \
    "$(ratio "$(field "$got" 4)" "$stock")" "≥ 3,000/s"
while IFS=$'\t' read -r what _ rate; do
	case $what in
	sshsig) row "" "" "the form and signature of these commits alone $rate/s" "$(ratio "$(field "$got" 4)" "$rate")" "–" ;;
	ed25519) row "" "" "ed25519 alone $rate/s" "$(ratio "$(field "$got" 4)" "$rate")" "–" ;;
	esac
done <<<"$signed"

echo "starting" >&2
start_hall
stop_hall
for _ in $(seq "$rounds"); do
	t=$(ms)
	start_hall
	echo $(($(ms) - t)) >>"$w/starts"
	{ memory VmRSS && echo; } >>"$w/rss"
	stop_hall
done
start_hall
row "start of the hall until it answers" "$(median <"$w/starts") ms" "" "" "< 2 s"
row "memory of the hall after its start" "$(median <"$w/rss") MiB" "" "" "–"

# --- pushes ------------------------------------------------------------------

# The peer: a repository for each office, a hook that looks and one that notes.
peer_hook() { # FILE
	cat >"$1"
	chmod +x "$1"
}
make_peers() {
	local i=0 c first
	mkdir -p "$w/peer.d"
	for c in "${codes[@]}"; do
		i=$((i + 1))
		git init -q --bare "$w/peer.d/$c.git"
		first=$(git -C "$w/$c/repo.git" rev-parse "$(sed -n 1p "$w/$c.pending")^")
		git -C "$w/$c/repo.git" push -q "$w/peer.d/$c.git" "$first:refs/heads/office"
		git -C "$w/peer.d/$c.git" config core.fsync all
		git -C "$w/peer.d/$c.git" config receive.fsckObjects true
		peer_hook "$w/peer.d/$c.git/hooks/pre-receive" <<-'H'
			#!/bin/sh
			while read -r old new ref; do
				[ "$ref" = refs/heads/office ] || exit 1
				git rev-list --count "$new" --not --all >/dev/null || exit 1
			done
		H
		peer_hook "$w/peer.d/$c.git/hooks/post-receive" <<-'H'
			#!/bin/sh
			while read -r old new ref; do
				echo "$(date -u +%FT%TZ) $old $new $ref" >>log
			done
		H
	done
}
same="PATH=/usr/bin:/bin LC_ALL=C GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0"
pins="-c protocol.version=2 -c core.hooksPath=/dev/null -c gc.auto=0 -c maintenance.auto=false -c pack.threads=1"
# lines WHO ROAD FROM: `each` pushes of every office, office by office in turn
lines() {
	local k lane c id
	for k in $(seq "$3" $(($3 + each - 1))); do
		lane=0
		for c in "${codes[@]}"; do
			id=$(sed -n "${k}p" "$w/$c.pending")
			lane=$((lane + 1))
			case $1:$2 in
			ours:path)
				echo "$lane $same HOME=$w/$c GIT_SSH_VARIANT=ssh GIT_SSH=$bin/lib/pmqa-ssh PMQA_HALL_DIR=$w/H" \
				    "PMQA_DEVICE=$c-a git --git-dir=$w/$c/repo.git $pins push ssh://local/office $id:refs/heads/office"
				;;
			ours:ssh)
				echo "$lane $same HOME=$w/$c GIT_SSH_VARIANT=ssh GIT_SSH=$bin/lib/pmqa-ssh" \
				    "PMQA_SSH_CONFIG=$w/$c/ssh_config git --git-dir=$w/$c/repo.git $pins push" \
				    "ssh://$user@127.0.0.1:$sshd_port/office $id:refs/heads/office"
				;;
			git:path)
				echo "$lane $same HOME=$w/$c git --git-dir=$w/$c/repo.git $pins push $w/peer.d/$c.git $id:refs/heads/office"
				;;
			git:ssh)
				echo "$lane $same HOME=$w/$c GIT_SSH=$w/ssh.sh git --git-dir=$w/$c/repo.git $pins push" \
				    "ssh://$user@127.0.0.1:$sshd_port$w/peer.d/$c.git $id:refs/heads/office"
				;;
			esac
		done
	done
}
printf '#!/bin/sh\nexec ssh -F none -i %s -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "$@"\n' \
    "$w/peer" >"$w/ssh.sh"
chmod +x "$w/ssh.sh"
make_peers
declare -A at=([ours]=1 [git]=1)
# push WHO ROAD WIDTH: one figure, added to its file
push() {
	local got
	lines "$1" "$2" "${at[$1]}" >"$w/lines"
	at[$1]=$((${at[$1]} + each))
	if ! got=$("$bench/bench_pool" "$3" "$w/push.log" <"$w/lines"); then
		tail -n 20 "$w/push.log" >&2
		echo "a push failed: a figure of a failure is no figure" >&2
		exit 1
	fi
	printf '%s\n' "$got" >>"$w/fig.$1.$2.$3"
}
figure() { # FILE: "RATE/s (p50, p99 ms)"
	awk -F'\t' '{print $4 "\t" $5 "\t" $6}' "$1" | sort -n | awk -F'\t' '{r[NR] = $1; a[NR] = $2; b[NR] = $3}
	    END {k = int((NR + 1) / 2); printf "%.1f/s (p50 %.0f, p99 %.0f ms)", r[k], a[k], b[k]}'
}
rate() { cut -f 4 "$1" | median; }
budget() {
	case $1:$2 in
	path:1) echo "≥ 40/s" ;;
	path:8) echo "≥ 80/s" ;;
	*) echo "–" ;;
	esac
}
for road in path ssh; do
	for width in $(printf "%s\n" 1 8 "$offices" | sort -nu); do
		echo "pushes by $road, $width at once" >&2
		for _ in $(seq "$rounds"); do
			push ours "$road" "$width"
			push git "$road" "$width"
		done
		row "pushes admitted and receipted, $road, $width at once" "$(figure "$w/fig.ours.$road.$width")" \
		    "\`git push\` with shell hooks $(figure "$w/fig.git.$road.$width")" \
		    "$(ratio "$(rate "$w/fig.ours.$road.$width")" "$(rate "$w/fig.git.$road.$width")")" "$(budget "$road" "$width")"
	done
done
# --- with the save before the push ----------------------------------------------
# What an office does for one push: a commit and the push. Stock git's is add and
# commit in a work tree, ours a signed save by the office's code, without a daemon,
# so both start a program for it.
prepare_saves() {
	local c
	mkdir -p "$w/tree"
	for c in "${codes[@]}"; do
		git clone -q "$w/peer.d/$c.git" "$w/tree/$c" 2>/dev/null
		git -C "$w/tree/$c" checkout -q office
		git -C "$w/tree/$c" config core.fsync all
		# what waits there still is not part of any figure
		sh "$w/save.ours" "$c" 0 >>"$w/push.log" 2>&1
	done
}
# One script each, told the office and a number: programs only, as in both roads
cat >"$w/save.ours" <<-S
	#!/bin/sh -e
	$bench/bench_hall save "$w/\$1" "\$2"
	exec env $same HOME="$w/\$1" GIT_SSH_VARIANT=ssh GIT_SSH=$bin/lib/pmqa-ssh PMQA_HALL_DIR=$w/H PMQA_DEVICE="\$1-a" \
		git --git-dir="$w/\$1/repo.git" $pins push ssh://local/office refs/heads/office:refs/heads/office
S
cat >"$w/save.git" <<-S
	#!/bin/sh -e
	cd "$w/tree/\$1"
	printf '{\n  "strengths": "ครั้งที่ %s: หน่วยงานสื่อสารวิสัยทัศน์ต่อบุคลากรทุกระดับ"\n}\n' "\$2" >2565/items/1.1.json
	git add 2565/items/1.1.json
	git commit -qm "save \$2"
	exec git $pins push -q origin office
S
# save_push WHO WIDTH FIRST
save_push() {
	local k lane c got
	for k in $(seq "$3" $(($3 + each - 1))); do
		lane=0
		for c in "${codes[@]}"; do
			lane=$((lane + 1))
			echo "$lane sh $w/save.$1 $c $k"
		done
	done >"$w/lines"
	if ! got=$("$bench/bench_pool" "$2" "$w/push.log" <"$w/lines"); then
		tail -n 20 "$w/push.log" >&2
		echo "a save or a push failed: a figure of a failure is no figure" >&2
		exit 1
	fi
	printf '%s\n' "$got" >>"$w/fig.$1.save.$2"
}
prepare_saves
number=1
for width in $(printf "%s\n" 1 8 | sort -nu); do
	echo "saves and pushes by path, $width at once" >&2
	for _ in $(seq "$rounds"); do
		save_push ours "$width" "$number"
		save_push git "$width" "$number"
		number=$((number + each))
	done
	row "a signed save and its push, path, $width at once" "$(figure "$w/fig.ours.save.$width")" \
	    "\`git add\`+\`commit\`+\`push\` $(figure "$w/fig.git.save.$width")" \
	    "$(ratio "$(rate "$w/fig.ours.save.$width")" "$(rate "$w/fig.git.save.$width")")" "$(budget path "$width")"
done
row "memory of the hall after these pushes" "$(memory VmRSS) MiB, at most $(memory VmHWM) MiB" "" "" "–"
