#!/usr/bin/env bash
# Goal: what a ministry carries: the first fetch of all provinces and offices,
# an exchange with nothing new, the views over all of them, memory and start.
# Prints lines "what<tab>value".
#
#   BENCH_PROVINCES   76
#   BENCH_OFFICES     878  over all provinces
#   BENCH_REVISIONS   100  of each
set -euo pipefail
cd "$(dirname "$0")/.."

bin=${PMQA_BIN:-$PWD/build/release/bin}
bench=${BENCH_BIN:-$PWD/build/release/bench}
provinces=${BENCH_PROVINCES:-76}
offices=${BENCH_OFFICES:-878}
revisions=${BENCH_REVISIONS:-100}
PATH=$bin:$PATH
w=$(mktemp -d "${TMPDIR:-/tmp}/pmqa-ministry-XXXXXX")
M=$w/M
daemon=
finish() {
	local rc=$?
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
	wait 2>/dev/null || true
	rm -rf "$w"
	exit "$rc"
}
trap finish EXIT
export HOME=$w LC_ALL=C.UTF-8 PMQA_LANG=en GIT_CONFIG_NOSYSTEM=1

now_ms() {
	echo $(($(date +%s%N) / 1000000))
}

took() { # NAME COMMAND…: milliseconds
	local name=$1 begin
	shift
	begin=$(now_ms)
	"$@" >/dev/null
	printf '%s\t%s ms\n' "$name" $(($(now_ms) - begin))
}

memory() { # NAME
	awk -v n="$1" '/^VmRSS/ {printf "%s\t%.1f MiB\n", n, $2 / 1024}' \
		"/proc/$daemon/status"
}

up() {
	local begin
	begin=$(now_ms)
	pmqad --dir "$M" >>"$w/log" 2>&1 </dev/null &
	daemon=$!
	until pmqa --dir "$M" status >/dev/null 2>&1; do
		kill -0 "$daemon"
		sleep 0.005
	done
	printf '%s\t%s ms\n' "$1" $(($(now_ms) - begin))
}

down() {
	kill "$daemon"
	wait "$daemon" || true
	daemon=
}

took "made" "$bench/bench_ministry" "$w" "$provinces" "$offices" "$revisions"
# nothing by itself: the figures say when
sed -i 's/^interval = .*/interval = 604800/' "$M/pmqad.conf"
up "first start"
took "first fetch of all" pmqa --dir "$M" ministry sync --wait
pmqa --dir "$M" ministry list --json | jq -r '[.provinces[].revisions] | "revisions of offices\t\(add)"'
pmqa --dir "$M" hall status --json | jq -r '"offices shown\t\(.offices | length)"'
memory "memory after it"
took "nothing new, all provinces" pmqa --dir "$M" ministry sync --wait
for n in 1 2 3; do
	took "hall status ($n)" pmqa --dir "$M" hall status --json
done
took "compare" pmqa --dir "$M" compare --json
took "ministry list" pmqa --dir "$M" ministry list --json
took "report over all" pmqa --dir "$M" report --format json --output -
took "search" pmqa --dir "$M" search no-such-word --json
memory "memory after the views"
down
up "start with all of it"
sleep 3
memory "memory after a start"
printf 'index on disk\t%s MiB\n' $(($(stat -c %s "$M/pmqa.db") / 1048576))
printf 'provinces on disk\t%s MiB\n' "$(du -sm "$M/provinces" | cut -f1)"
