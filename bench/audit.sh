#!/usr/bin/env bash
# Goal: the past at a million revisions: what a question costs in the daemon and
# as a whole command, beside the stock git command that answers the same question
# on the same repository; what an idle daemon takes; what all of it weighs.
# Prints a table in Markdown.
#
#   BENCH_PAST            a directory that bench_past made: kept; else one is made
#   BENCH_PAST_OFFICES    7
#   BENCH_PAST_REVISIONS  1000000  of all offices
#   BENCH_RUNS            200      of a question over the socket
#   BENCH_PAST_SEED       1
#   BENCH_WHOLE_RUNS      20       of a command of ours
#   BENCH_REST            5        seconds until a daemon is idle
#   BENCH_GIT_RUNS        5        of a command of stock git, but for `git log -S`: 1
#   BENCH_DEEP            1        also verify --deep, and upkeep beside `git gc`:
#                                  the repositories are repacked by it
set -euo pipefail
cd "$(dirname "$0")/.."

bin=${PMQA_BIN:-$PWD/build/release/bin}
bench=${BENCH_BIN:-$PWD/build/release/bench}
offices=${BENCH_PAST_OFFICES:-7}
revisions=${BENCH_PAST_REVISIONS:-1000000}
runs=${BENCH_RUNS:-200}
git_runs=${BENCH_GIT_RUNS:-5}
whole_runs=${BENCH_WHOLE_RUNS:-20}
deep=${BENCH_DEEP:-1}
seed=${BENCH_PAST_SEED:-1}
PATH=$bin:$PATH
w=$(mktemp -d "${TMPDIR:-/tmp}/pmqa-audit-XXXXXX")
past=${BENCH_PAST:-$w/past}
H=$past/H
daemon=
finish() {
	local rc=$?
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$w"
	exit "$rc"
}
trap finish EXIT
export HOME=$w LC_ALL=C.UTF-8 PMQA_LANG=en GIT_CONFIG_NOSYSTEM=1 GIT_PAGER=cat

now_ms() { echo $(($(date +%s%N) / 1000000)); }
row() { printf '| %s | %s | %s | %s | %s |\n' "$@"; }
mib() { du -sk --apparent-size "$@" | awk '{n += $1} END {printf "%.0f MiB", n / 1024}'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.5f", a / b}'; }
p50() { awk -F'\t' -v l="$1" '$1 == l {print $2}' "$w/asked"; }
p99() { awk -F'\t' -v l="$1" '$1 == l {print $3}' "$w/asked"; }
median() { awk -F'\t' -v l="$1" '$1 == l {print $3}' "$w/times"; }
sql() { sqlite3 "$H/pmqa.db" "$1"; }

if [ -z "${BENCH_PAST:-}" ]; then
	"$bench/bench_past" make "$past" "$offices" "$revisions" "$seed" >&2
fi

echo "| what | ours | stock git, same repository | ratio | budget |"
echo "|---|---|---|---|---|"
if [ -f "$past/made.tsv" ]; then
	IFS=$'\t' read -r seed n seconds tips <"$past/made.tsv"
	row "the store: seed $seed, $n revisions, tips ${tips:0:12}" "made in $(awk -v s="$seconds" 'BEGIN {printf "%.1f", s / 60}') min" \
		"" "" "minutes"
fi
row "hall; one device of an office, on the disk" "$(mib "$H"); $(mib "$past/9101")" "" "" "–"

# --- start and rest -------------------------------------------------------------
# start LABEL DIR: a daemon, when it listens, and what it takes when it rests
start() {
	local begin rss
	begin=$(now_ms)
	pmqad --dir "$2" >"$w/log" 2>&1 </dev/null &
	daemon=$!
	# it listens when all else is ready
	until [ -S "$2/pmqad.sock" ]; do
		kill -0 "$daemon"
		sleep 0.002
	done
	begin=$(($(now_ms) - begin))
	row "start to ready, $1" "$begin ms" "" "" "≤ 50 ms"
	sleep "${BENCH_REST:-5}"
	rss=$(awk '/^VmRSS/ {printf "%.1f MiB", $2 / 1024}' "/proc/$daemon/status")
	row "memory of an idle daemon, $1" "$rss" "" "" "≤ 16 MiB"
}
stop() {
	kill "$daemon"
	wait "$daemon" || true
	daemon=
}

start "office of $(sqlite3 "$past/9101/pmqa.db" "SELECT sum(n) FROM branch") revisions" "$past/9101"
stop
start "hall of $(sql "SELECT sum(n) FROM branch") revisions" "$H"

# --- questions over the socket --------------------------------------------------
items=(1.1 1.2 2.1 2.2 3.1 3.2 4.1 4.2 5.1 5.2 6.1 6.2 7.1 7.3)
year=2565
rare="ลดขั้นตอนได้ 377 ขั้นตอน"
# A revision of an office in the middle of a year, and one before it.
middle() { # OFFICE WHEN
	sql "SELECT v.name FROM revision v JOIN branch b ON b.id = v.branch WHERE b.office = '$1' AND b.name = 'office'
		AND v.time < $2 ORDER BY v.id DESC LIMIT 1"
}
late=$(date -d '2022-03-20' +%s)
early=$(date -d '2021-12-20' +%s)
declare -A now_rev then_rev
for ((o = 9101; o < 9101 + offices; o++)); do
	now_rev[$o]=$(middle $o "$late")
	then_rev[$o]=$(middle $o "$early")
done
ask() { # NAME METHOD PARAMS: for each office and item; %o %i %y %r %q
	local o i line
	for ((o = 9101; o < 9101 + offices; o++)); do
		for i in "${items[@]}"; do
			line=${3//%o/$o}
			line=${line//%i/$i}
			line=${line//%y/$year}
			line=${line//%r/${now_rev[$o]}}
			printf '%s\t%s\t%s\n' "$1" "$2" "${line//%q/${then_rev[$o]}}"
		done
	done
}
{
	ask history history '{"office":"%o","record":"%y/items/%i","limit":50}'
	ask blame blame '{"office":"%o","record":"%y/items/%i"}'
	ask show record.show '{"office":"%o","item":"%i","year":%y,"at":"%r"}'
	ask diff diff '{"office":"%o","record":"%y/items/%i","from":"%q","to":"%r"}'
	printf 'search\tsearch\t{"text":"ร้องเรียน เกาะหลีเป๊ะ","limit":50}\n'
	printf 'search rare\tsearch\t{"text":"%s","limit":50}\n' "$rare"
	printf 'history of an office\thistory\t{"office":"%s","limit":50}\n' 9101
	printf 'history by person\thistory\t{"office":"%s","person":"nuria","limit":50}\n' 9101
} >"$w/questions"
"$bench/bench_socket" ask "$H/pmqad.sock" "$runs" <"$w/questions" >"$w/asked"

# --- the same by whole commands, beside stock git -------------------------------
o=$((offices > 2 ? 9103 : 9101))
i=2.1
repo=$H/offices/$o.git
path=$year/items/$i.json
at=$(sql "SELECT lower(hex(commit_id)) FROM revision WHERE name = '${now_rev[$o]}' AND branch =
	(SELECT id FROM branch WHERE office = '$o' AND name = 'office')")
before=$(sql "SELECT lower(hex(commit_id)) FROM revision WHERE name = '${then_rev[$o]}' AND branch =
	(SELECT id FROM branch WHERE office = '$o' AND name = 'office')")
P=(pmqa --dir "$H" --json)
# `git log -S`: the whole answer, not the first commit of it: git must read the
# past of the office to its begin to know that there is no other.
G=(git --git-dir "$repo")
{
	"$bench/bench_time" -n "$whole_runs" \
		"whole history" "${P[@]}" history "$i" --office "$o" --year "$year" --limit 50 ::: \
		"whole blame" "${P[@]}" blame "$i" --office "$o" --year "$year" ::: \
		"whole show" "${P[@]}" show "$i" --office "$o" --year "$year" --at "${now_rev[$o]}" ::: \
		"whole diff" "${P[@]}" diff "${then_rev[$o]}" "${now_rev[$o]}" --item "$i" --office "$o" --year "$year"
	"$bench/bench_time" -n "$git_runs" \
		"git history" "${G[@]}" log -50 office -- "$path" ::: \
		"git blame" "${G[@]}" blame office -- "$path" ::: \
		"git show" "${G[@]}" show "$at:$path" ::: \
		"git diff" "${G[@]}" diff "$before" "$at" -- "$path"
	"$bench/bench_time" -n 1 "git search" "${G[@]}" log --format=%h "-S$rare" office
	"$bench/bench_time" -n 1 "whole text" "${P[@]}" history --text "$rare" --office "$o" --limit 50
} >"$w/times"

beside() { # WHAT NAME GIT-COMMAND GIT-LABEL BUDGET
	row "$1, in the daemon" "p50 $(p50 "$2") ms, p99 $(p99 "$2") ms" "$3 $(median "$4") ms" \
		"$(ratio "$(p50 "$2")" "$(median "$4")")" "$5"
}
whole() { # WHAT NAME GIT-LABEL BUDGET
	row "$1, whole command" "$(median "$2") ms" "$(median "$3") ms" "$(ratio "$(median "$2")" "$(median "$3")")" "$4"
}
beside "newest 50 of an item" history "\`git log -50 -- path\`" "git history" "p50 ≤ 2 ms, p99 ≤ 10 ms, ≤ 0.1"
whole "newest 50 of an item" "whole history" "git history" "≤ 10 ms"
beside "blame of an item" blame "\`git blame\`" "git blame" "≤ 5 ms, ≤ 0.001"
whole "blame of an item" "whole blame" "git blame" "–"
beside "an item as it was" show "\`git show REV:path\`" "git show" "≤ 5 ms"
whole "an item as it was" "whole show" "git show" "–"
beside "two revisions of an item" diff "\`git diff A B -- path\`" "git diff" "≤ 5 ms"
whole "two revisions of an item" "whole diff" "git diff" "–"
beside "search, what stands in all offices, frequent words" search "\`git log -S\`, the past of one office" "git search" "≤ 50 ms"
beside "search, what stands in all offices, a rare text" "search rare" "\`git log -S\`, the past of one office" "git search" \
	"≤ 50 ms"
whole "a rare text in the past of one office, newest 50" "whole text" "git search" "–"
row "newest 50 of an office" "p50 $(p50 "history of an office") ms, p99 $(p99 "history of an office") ms" "" "" "–"
row "newest 50 of a person" "p50 $(p50 "history by person") ms, p99 $(p99 "history by person") ms" "" "" "–"

# --- proofs ---------------------------------------------------------------------
took() { # COMMAND…: milliseconds
	local begin
	begin=$(now_ms)
	"$@" >"$w/out" 2>"$w/err" || {
		cat "$w/out" "$w/err" >&2
		return 1
	}
	echo $(($(now_ms) - begin))
}
# Processor time of the daemon, its threads and the children it waited for, in ms.
spent() {
	awk -v hz="$(getconf CLK_TCK)" '{sub(/^.*\) /, ""); print int(($12 + $13 + $14 + $15) * 1000 / hz)}' "/proc/$daemon/stat"
}
rate() { awk -v n="$1" -v t="$2" 'BEGIN {printf "%.0f", n * 1000 / (t > 0 ? t : 1)}'; }
if [ "$deep" = 1 ]; then
	cpu=$(spent)
	ms=$(took pmqa --dir "$H" --json verify --deep)
	cpu=$(($(spent) - cpu))
	n=$(jq .checked.commits "$w/out")
	row "verify --deep, $n commits" "$(awk -v t="$ms" 'BEGIN {printf "%.1f", t / 1000}') s, $(rate "$n" "$ms")/s" "" "" "–"
	row "the same by a second of processor time" "$(rate "$n" "$cpu")/s" "" "" "≥ 3,000/s a core"
fi
took pmqa --dir "$H" verify >/dev/null
for ((i = 0; i < whole_runs; i++)); do took pmqa --dir "$H" verify; done | sort -n >"$w/verify"
row "verify, nothing new" "$(awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)] " (" v[1] "–" v[NR] ")"}' "$w/verify") ms" \
	"" "" "≤ 100 ms"

# --- what it weighs -------------------------------------------------------------
kib() { du -sk --apparent-size "$@" | awk '{n += $1} END {print n}'; }
# upkeep LABEL DIR REPOSITORY…: ours in place, \`git gc\` on a copy as it was
upkeep() {
	local label=$1 dir=$2 r gc_ms=0 gc_kib=0 ms ours
	shift 2
	for r in "$@"; do
		cp -r "$r" "$w/gc.git"
		ms=$(took git --git-dir "$w/gc.git" gc --quiet --prune=now)
		gc_ms=$((gc_ms + ms))
		gc_kib=$((gc_kib + $(kib "$w/gc.git/objects")))
		rm -rf "$w/gc.git"
	done
	ms=$(took pmqa --dir "$dir" maintain)
	ours=$(kib "${@/%//objects}")
	row "$label after \`pmqa maintain\`" "$(awk -v k="$ours" 'BEGIN {printf "%.1f", k / 1024}') MiB in $ms ms" \
		"\`git gc\` $(awk -v k="$gc_kib" 'BEGIN {printf "%.1f", k / 1024}') MiB in $gc_ms ms" \
		"$(ratio "$ours" "$gc_kib" | cut -c1-4)" "≤ 1.3"
}
row "database of the hall" "$(mib "$H"/pmqa.db*)" "" "" "–"
row "repositories of the hall as they were written" "$(mib "$H"/offices/*.git/objects)" "" "" "–"
if [ "$deep" = 1 ]; then
	upkeep "the hall's $offices repositories" "$H" "$H"/offices/*.git
	stop
	pmqad --dir "$past/9101" >"$w/log" 2>&1 </dev/null &
	daemon=$!
	until pmqa --dir "$past/9101" status >/dev/null 2>&1; do
		kill -0 "$daemon"
		sleep 0.05
	done
	upkeep "an office's repository" "$past/9101" "$past/9101/repo.git"
fi
stop
