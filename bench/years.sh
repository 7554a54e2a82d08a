#!/usr/bin/env bash
# Goal: what people look at, over ten years: questions to the store as the
# daemon's reader asks them (bench_year). Prints a table in Markdown.
#
#   BENCH_REVISIONS  100000  of an office
#   BENCH_OFFICES    100     of a hall
set -euo pipefail
cd "$(dirname "$0")/.."

bench=${BENCH_BIN:-$PWD/build/release/bench}
revisions=${BENCH_REVISIONS:-100000}
offices=${BENCH_OFFICES:-100}
w=$(mktemp -d "${TMPDIR:-/tmp}/pmqa-years-XXXXXX")
trap 'rm -rf "$w"' EXIT
export HOME=$w GIT_CONFIG_NOSYSTEM=1

# views LABEL DIR RUNS: a row for each question that bench_year asks
views() {
	local label=$1 what p50 p99 mib budget
	"$bench/bench_year" ask "$2" "$3" >"$w/asked"
	while IFS=$'\t' read -r what p50 p99 mib; do
		case $label:$what in
		hall*:report.province | hall*:compare) budget="< 1 s" ;;
		office*) budget="< 50 ms" ;;
		*) budget="–" ;;
		esac
		echo "| $label | $what | $p50 ms | $p99 ms | $budget | $mib MiB |"
	done <"$w/asked"
}
"$bench/bench_year" office "$w/Y" "$revisions"
"$bench/bench_year" hall "$w/Z" "$offices"
echo "| where | what | p50 | p99 | budget | memory |"
echo "|---|---|---|---|---|---|"
views "office, 10 cycles, $revisions revisions" "$w/Y" 200
views "hall, $offices offices × 10 cycles" "$w/Z" 30
