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
    'strengths=ผู้บริหารสื่อสารสองทาง' 'gap=ยังไม่วัดผลการสื่อสาร' --reason 'ตามมติที่ประชุม 3 มี.ค. 2565'
run pmqa --dir "$a" tick 1.1.B3 1.1.A1 1.2.B1 --reason 'แนบคำสั่งแต่งตั้งแล้ว'
run pmqa --dir "$a" profile set 1a1='บำบัดทุกข์ บำรุงสุข แก่ประชาชนในอำเภอ'
run pmqa --dir "$a" indicator add 7.1 measure=7.1.1 name='ร้อยละความสำเร็จตามแผนพัฒนาอำเภอ' \
    direction=larger unit=ร้อยละ target=80 actual=82 previous=78 before=75
run pmqa --dir "$a" indicator add 7.1 measure=7.1.4 name='โครงการตามยุทธศาสตร์ที่แล้วเสร็จ' \
    direction=larger unit=โครงการ target=20 actual=19 previous=18
printf '%%PDF-1.4\n%% คำสั่งแต่งตั้งคณะทำงาน\n%%%%EOF\n' >"$work/order.pdf"
run pmqa --dir "$a" evidence add 1.1 "$work/order.pdf" --caption 'คำสั่งแต่งตั้งคณะทำงาน' --points 1.1.B1,1.1.A1
run pmqa --dir "$a" action add 'what=สำรวจความเข้าใจของบุคลากรปีละ 2 ครั้ง' items=1.1 \
    'gap=ยังไม่วัดผลการสื่อสาร' who=ปลัดอำเภอ due=30/6/2569 priority=quick
run pmqa --dir "$a" show 1.1
run pmqa --dir "$a" score
run pmqa --dir "$a" plan
run pmqa --dir "$a" search สื่อสาร
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
	show pmqa --dir "$hall" hall enroll "${request:0:30}…" --yes
	answer=$(pmqa --dir "$hall" hall enroll "$request" --yes)
	echo "${answer:0:60}…"
	run pmqa --dir "$office" enroll accept "$answer"
done
run pmqa --dir "$hall" hall cycle 2565 due.submit=31/3/2569 due.review=30/4/2569 target=advance
run pmqa --dir "$b" assess open 2565
run pmqa --dir "$b" tick 2.1.B1 2.1.B2 2.1.B3

say "They sync: pushed through the hall's door, checked there, receipted"
run pmqa --dir "$a" sync --wait
run pmqa --dir "$b" sync --wait
run pmqa --dir "$a" status
run pmqa --dir "$a" cycle show
run pmqa --dir "$a" gaps
run pmqa --dir "$hall" hall status

say "The chief of La-ngu signs off; the hall reviews and sends it back"
run pmqa --dir "$a" submit --note 'ตรวจแล้ว ครบทุกข้อ'
run pmqa --dir "$a" sync --wait
run pmqa --dir "$hall" hall review 9105 1.1 ticks='1.1.B1 1.1.B2 1.1.B3' 'comment=คำสั่งยังไม่ลงนาม'
run pmqa --dir "$hall" comment 1.1 'ขอคำสั่งฉบับลงนาม' --office 9105
run pmqa --dir "$hall" score --office 9105
run pmqa --dir "$hall" hall return 9105 --note 'แก้ข้อ 1.1: แนบคำสั่งฉบับลงนาม' --items 1.1

say "The office sees it after its next sync, corrects, submits again; the hall accepts"
run pmqa --dir "$a" sync --wait
run pmqa --dir "$a" status
printf '%%PDF-1.4\n%% คำสั่งแต่งตั้งคณะทำงาน ฉบับลงนาม\n%%%%EOF\n' >"$work/signed.pdf"
run pmqa --dir "$a" evidence add 1.1 "$work/signed.pdf" --caption 'คำสั่งฉบับลงนาม' --reason 'ตามที่จังหวัดขอ'
run pmqa --dir "$a" comment 1.1 'แนบฉบับลงนามแล้ว'
run pmqa --dir "$a" submit
run pmqa --dir "$a" sync --wait
run pmqa --dir "$hall" review show 1.1 --office 9105
run pmqa --dir "$hall" hall review 9105 1.1 ticks='1.1.B1 1.1.B2 1.1.B3 1.1.A1' 'comment=ครบถ้วน'
run pmqa --dir "$hall" hall accept 9105 --note 'ครบถ้วน'
run pmqa --dir "$a" set 1.1 'good_practice.text=ประชุมสัญจรทุกตำบล เดือนละครั้ง' --reason 'ทดลองแก้หลังรับรอง' || true
run pmqa --dir "$a" sync --wait
run pmqa --dir "$a" state

say "Seen side by side, and as reports"
run pmqa --dir "$a" score --by category
run pmqa --dir "$hall" compare
run pmqa --dir "$a" report --output "$work/report.html"
run pmqa --dir "$hall" report --format xlsx --output "$work/province.xlsx"
run pmqa --dir "$a" export answers --format csv --output "$work/answers.csv"
run pmqa --dir "$a" import answers "$work/answers.csv"
ls -l "$work"/*.html "$work"/*.xlsx "$work"/*.csv

say "The next year begins with this one's texts, indicators and open actions"
run pmqa --dir "$a" assess open 2566 --from 2565
run pmqa --dir "$a" show 1.1 --year 2566
run pmqa --dir "$a" compare

say "Everything is proved: chain, signatures, receipts, evidence, index"
run pmqa --dir "$a" sync --wait
run pmqa --dir "$a" verify
run pmqa --dir "$hall" verify

say "And an auditor needs nothing of ours: stock git and ssh-keygen"
run git -C "$a/repo.git" log --oneline --show-signature -3 office -- 2>&1
run git -C "$a/repo.git" diff office~1 office --stat
run git -C "$a/repo.git" blame office -- 2565/items/1.1.json
run git -C "$a/repo.git" fsck --strict
for commit in $(git -C "$hall/offices/9105.git" rev-list office); do
	git -C "$hall/offices/9105.git" -c gpg.format=ssh -c "gpg.ssh.allowedSignersFile=$a/allowed_signers" \
	    verify-commit "$commit" 2>&1
done
run git -C "$hall/offices/9105.git" fsck --strict
say "The demo is over: nothing of it remains on this machine"
