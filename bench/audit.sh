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
#   BENCH_GIT_RUNS        5        of a command of stock git
#   BENCH_DEEP            1        also verify --deep and the sizes after git gc
set -euo pipefail
cd "$(dirname "$0")/.."

bin=${PMQA_BIN:-$PWD/build/release/bin}
bench=${BENCH_BIN:-$PWD/build/release/bench}
offices=${BENCH_PAST_OFFICES:-7}
revisions=${BENCH_PAST_REVISIONS:-1000000}
runs=${BENCH_RUNS:-200}
git_runs=${BENCH_GIT_RUNS:-5}
deep=${BENCH_DEEP:-1}
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
	begin=$(now_ms)
	"$bench/bench_past" make "$past" "$offices" "$revisions" >&2
	echo "made in $((($(now_ms) - begin) / 1000)) s" >&2
fi

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
	sleep 5
	rss=$(awk '/^VmRSS/ {printf "%.1f MiB", $2 / 1024}' "/proc/$daemon/status")
	row "memory of an idle daemon, $1" "$rss" "" "" "≤ 16 MiB"
}
stop() {
	kill "$daemon"
	wait "$daemon" || true
	daemon=
}

echo "| what | ours | stock git, same repository | ratio | budget |"
echo "|---|---|---|---|---|"
start "office of $(sqlite3 "$past/9101/pmqa.db" "SELECT sum(n) FROM branch") revisions" "$past/9101"
stop
start "hall of $(sql "SELECT sum(n) FROM branch") revisions" "$H"

# --- questions over the socket --------------------------------------------------
items=(1.1 1.2 2.1 2.2 3.1 3.2 4.1 4.2 5.1 5.2 6.1 6.2 7.1 7.3)
year=2565
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
	printf 'search rare\tsearch\t{"text":"ลดขั้นตอนได้ 377 ขั้นตอน","limit":50}\n'
	printf 'history of an office\thistory\t{"office":"9104","limit":50}\n'
	printf 'history by person\thistory\t{"office":"9104","person":"nuria","limit":50}\n'
} >"$w/questions"
"$bench/bench_socket" ask "$H/pmqad.sock" "$runs" <"$w/questions" >"$w/asked"

# --- the same by whole commands, beside stock git -------------------------------
o=9103
i=2.1
repo=$H/offices/$o.git
path=$year/items/$i.json
at=$(sql "SELECT lower(hex(commit_id)) FROM revision WHERE name = '${now_rev[$o]}' AND branch =
	(SELECT id FROM branch WHERE office = '$o' AND name = 'office')")
before=$(sql "SELECT lower(hex(commit_id)) FROM revision WHERE name = '${then_rev[$o]}' AND branch =
	(SELECT id FROM branch WHERE office = '$o' AND name = 'office')")
P=(pmqa --dir "$H" --json)
"$bench/bench_time" -n 20 \
	"whole history" "${P[@]}" history "$i" --office "$o" --year "$year" --limit 50 ::: \
	"whole blame" "${P[@]}" blame "$i" --office "$o" --year "$year" ::: \
	"whole show" "${P[@]}" show "$i" --office "$o" --year "$year" --at "${now_rev[$o]}" ::: \
	"whole diff" "${P[@]}" diff "${then_rev[$o]}" "${now_rev[$o]}" --item "$i" --office "$o" --year "$year" \
	>"$w/times"
G=(git --git-dir "$repo")
"$bench/bench_time" -n "$git_runs" \
	"git history" "${G[@]}" log -50 office -- "$path" ::: \
	"git blame" "${G[@]}" blame office -- "$path" ::: \
	"git show" "${G[@]}" show "$at:$path" ::: \
	"git diff" "${G[@]}" diff "$before" "$at" -- "$path" >>"$w/times"
"$bench/bench_time" -n 1 "git search" "${G[@]}" log -1 --format=%h "-Sลดขั้นตอนได้ 377 ขั้นตอน" office >>"$w/times"

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
beside "search, all offices, frequent words" search "\`git log -S\`, one office" "git search" "≤ 50 ms"
beside "search, all offices, a rare text" "search rare" "\`git log -S\`, one office" "git search" "≤ 50 ms"
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
if [ "$deep" = 1 ]; then
	ms=$(took pmqa --dir "$H" --json verify --deep)
	n=$(jq .checked.commits "$w/out")
	row "verify --deep, $n commits" "$((ms / 1000)) s" "" \
		"$(awk -v n="$n" -v t="$ms" -v c="$(nproc)" 'BEGIN {printf "%.0f/s a core", n / t * 1000 / c}')" "≥ 3,000/s a core"
fi
took pmqa --dir "$H" verify >/dev/null
for _ in 1 2 3; do ms=$(took pmqa --dir "$H" verify); done
row "verify, nothing new" "$ms ms" "" "" "≤ 100 ms"

# --- what it weighs -------------------------------------------------------------
repos() { mib "$H"/offices/*.git/objects | cat; }
row "database" "$(mib "$H"/pmqa.db*)" "" "" "–"
row "repositories as they were written" "$(repos)" "" "" "–"
if [ "$deep" = 1 ]; then
	cp -r "$repo" "$w/gc.git"
	ms=$(took git --git-dir "$w/gc.git" gc --quiet --prune=now)
	theirs=$(du -sk --apparent-size "$w/gc.git/objects" | cut -f1)
	rm -rf "$w/gc.git"
	mine=$(took pmqa --dir "$H" maintain)
	ours=$(du -sk --apparent-size "$repo/objects" | cut -f1)
	row "one office's repository after \`pmqa maintain\`" "$((ours / 1024)) MiB (all: $mine ms)" \
		"\`git gc\` $((theirs / 1024)) MiB (one: $ms ms)" "$(ratio "$ours" "$theirs")" "≤ 1.3"
fi
stop
