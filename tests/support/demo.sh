#!/usr/bin/env bash
# Goal: play the story of two offices and a hall with real processes, say each
# step before it happens, and end with what stock git and ssh-keygen say.
set -euo pipefail

bin=${PMQA_BIN:-$(cd "$(dirname "$0")/../../build/debug/bin" && pwd)}
PATH=$bin:$PATH
lang=${PMQA_LANG:-th}
export PMQA_LANG=$lang
work=$(mktemp -d "${TMPDIR:-/tmp}/pmqa-demo-XXXXXX")
hall=$work/H a=$work/A b=$work/B
pids=()

finish() {
	local rc=$?
	for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done
	wait 2>/dev/null || true
	if [ "${PMQA_DEMO_KEEP:-}" = 1 ]; then
		echo "kept: $work"
	else
		rm -rf "$work"
	fi
	[ "$rc" -eq 0 ] || echo "the demo stopped with exit $rc" >&2
	exit "$rc"
}
trap finish EXIT

say() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
show() {
	local arg text='$'
	for arg in "$@"; do
		case $arg in
		*[\ \"\']*) text="$text '$arg'" ;;
		*) text="$text $arg" ;;
		esac
	done
	printf '%s\n' "${text//$work\//}"
}
run() {
	show "$@"
	"$@"
}
daemon() {
	pmqad --dir "$1" 2>>"$work/log" &
	pids+=("$!")
	for _ in $(seq 200); do
		pmqa --dir "$1" --json status >/dev/null 2>&1 && return 0
		sleep 0.02
	done
	echo "pmqad --dir $1 did not get ready; its log:" >&2
	cat "$work/log" >&2
	return 1
}

say "The provincial hall of Satun and two district offices, on one machine"
run pmqa --dir "$hall" init --role hall --code 91 --name สตูล
run pmqa --dir "$a" init --code 9105 --name ละงู
run pmqa --dir "$b" init --code 9107 --name มะนัง
daemon "$a"
daemon "$b"

say "La-ngu works offline: no hall is running, no road is open"
run pmqa --dir "$a" assess open 2565
run pmqa --dir "$a" tick 1.1.B1 1.1.B2
printf 'หน่วยงานประกาศวิสัยทัศน์ต่อบุคลากรทุกระดับ\nและสื่อสารผ่านที่ประชุมประจำเดือนกับกำนันผู้ใหญ่บ้าน\n' >"$work/text.txt"
run pmqa --dir "$a" set 1.1 "explanation.basic=@$work/text.txt" \
    'strengths=ผู้บริหารสื่อสารสองทาง' --reason 'ตามมติที่ประชุม 3 มี.ค. 2565'
run pmqa --dir "$a" tick 1.1.B3 1.1.A1 --reason 'แนบคำสั่งแต่งตั้งแล้ว'
run pmqa --dir "$a" show 1.1
run pmqa --dir "$a" score
run pmqa --dir "$a" history 1.1
run pmqa --dir "$a" diff a2 a4
run pmqa --dir "$a" status

say "The power fails in the middle of the day: kill -9, then start again"
kill -9 "${pids[0]}"
wait "${pids[0]}" 2>/dev/null || true
daemon "$a"
run pmqa --dir "$a" history 1.1.ticks

say "A road opens: both offices join the hall by two lines of text each"
daemon "$hall"
for office in "$a" "$b"; do
	show pmqa --dir "$office" enroll
	request=$(pmqa --dir "$office" enroll)
	echo "${request:0:60}…"
	show pmqa --dir "$hall" hall enroll "${request:0:30}…"
	answer=$(pmqa --dir "$hall" hall enroll "$request")
	echo "${answer:0:60}…"
	run pmqa --dir "$office" enroll accept "$answer"
done
run pmqa --dir "$b" assess open 2565
run pmqa --dir "$b" tick 2.1.B1 2.1.B2 2.1.B3

say "They sync: pushed through the hall's door, checked there, receipted"
run pmqa --dir "$a" sync --wait
run pmqa --dir "$b" sync --wait
run pmqa --dir "$a" status
run pmqa --dir "$hall" hall status
run pmqa --dir "$hall" score --office 9105
run pmqa --dir "$hall" history --office 9105

say "Everything is proved: chain, signatures, receipts, index"
run pmqa --dir "$a" verify
run pmqa --dir "$hall" verify

say "And an auditor needs nothing of ours: stock git and ssh-keygen"
run git -C "$a/repo.git" log --oneline --show-signature office -- 2>&1
run git -C "$a/repo.git" diff office~1 office
run git -C "$a/repo.git" blame office -- 2565/items/1.1.json
run git -C "$a/repo.git" fsck --strict
for commit in $(git -C "$hall/offices/9105.git" rev-list office); do
	git -C "$hall/offices/9105.git" -c gpg.format=ssh -c "gpg.ssh.allowedSignersFile=$a/allowed_signers" \
	    verify-commit "$commit" 2>&1
done
run git -C "$hall/offices/9105.git" fsck --strict
say "The demo is over: nothing of it remains on this machine"
