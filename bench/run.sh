#!/usr/bin/env bash
# Goal: all figures of this version, one section after the other, written whole
# to bench/RESULTS.md. A section that fails is told there and on standard error;
# the others are measured all the same, and the exit status is 1.
#
#   BENCH_SIZE      large (default): the sizes of the issues; small: minutes.
#                   Each size can be set by itself: see the head of each script.
#   BENCH_SECTIONS  "save years hall audit ministry links": which of them
#   BENCH_RESULTS   bench/RESULTS.md
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

export PMQA_BIN=${PMQA_BIN:-$PWD/build/release/bin} BENCH_BIN=${BENCH_BIN:-$PWD/build/release/bench}
sections=${BENCH_SECTIONS:-save years hall audit ministry links}
results=${BENCH_RESULTS:-bench/RESULTS.md}
size=${BENCH_SIZE:-large}
w=$(mktemp -d "${TMPDIR:-/tmp}/pmqa-bench-XXXXXX")
trap 'rm -rf "$w"' EXIT
failed=()

case $size in
small)
	for pair in BENCH_RUNS=10 BENCH_SAVES=2000 BENCH_REVISIONS=2000 BENCH_OFFICES=5 BENCH_HALL_OFFICES=8 \
		BENCH_HALL_REVISIONS=50 BENCH_HALL_ROUNDS=1 BENCH_PAST_OFFICES=2 BENCH_PAST_REVISIONS=2000 BENCH_GIT_RUNS=1 \
		BENCH_PROVINCES=3 BENCH_SAVES_LINK=20 BENCH_FILES_MIB=1 BENCH_NOOPS=3; do
		name=${pair%%=*}
		[ -n "${!name:-}" ] || export "${pair?}"
	done
	;;
large) ;;
*)
	echo "run.sh: BENCH_SIZE is small or large" >&2
	exit 2
	;;
esac

say() {
	case $1 in
	save) cat <<-'E' ;;
		## Saves and syncs

		Medians (minimum–maximum), ours and the peer in turn in the same run. The ratio is ours to the peer's: below 1
		is faster, but for rates, where above 1 is faster. The sshd of the test spares both sides the tester's .bashrc
		(SetEnv SHLVL).
	E
	years) cat <<-'E' ;;
		## What people look at, over ten years

		Questions to the store as the daemon's reader asks them, by `bench_year`; the last column is the most memory of
		the process so far. Search looks for two words in all texts, search-rare for one that few have.
	E
	hall) cat <<-'E' ;;
		## Hall

		Many offices at once (bench/hall.sh): p50 and p99 are of single pushes. Ours are verified, indexed and
		receipted; the peer is `git push` of the same commits to stock git with two shell hooks.
	E
	audit) cat <<-'E' ;;
		## The past

		Questions about ten years (bench/audit.sh), each beside the stock git command that answers it on the same
		repository.
	E
	ministry) cat <<-'E' ;;
		## Ministry

		A ministry over all provinces (bench/ministry.sh), its halls on the same machine.
	E
	links) cat <<-'E' ;;
		## Links
	E
	esac
}

# A list "what<tab>value" as a table.
as_table() {
	echo "| what | measured |"
	echo "|---|---|"
	awk -F'\t' '{printf "| %s | %s |\n", $1, $2}' "$1"
}

head_of_results() {
	echo "# Measured"
	echo
	echo "$(nproc) cores, $(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo)," \
		"$(. /etc/os-release && echo "$PRETTY_NAME"), $(git --version), $(fossil version 2>/dev/null | cut -d' ' -f1-5)." \
		"Sizes: $size."
	echo
	echo "Made by \`make bench\`. Only ratios travel between machines; the load beside each date is that of all"
	echo "programs of the machine in the minute before the section."
}

section() { # NAME
	local name=$1 begun load
	load=$(cut -d' ' -f1 /proc/loadavg)
	begun=$(date +%s)
	echo "$name" >&2
	{
		echo
		say "$name"
		echo
	} >"$w/section"
	if sizes_of "$name" bash "bench/$name.sh" >"$w/out" 2>"$w/err"; then
		echo "$(date -d "@$begun" '+%F %R'), load $load, $(($(date +%s) - begun)) s." >>"$w/section"
	else
		failed+=("$name")
		{
			echo "$(date -d "@$begun" '+%F %R'), load $load: **failed**; what was measured until then, and its last words:"
			echo
			echo '```'
			tail -n 5 "$w/err"
			echo '```'
		} >>"$w/section"
		tail -n 20 "$w/err" >&2
	fi
	echo >>"$w/section"
	if [ "$name" = ministry ]; then
		as_table "$w/out" >>"$w/section"
	else
		cat "$w/out" >>"$w/section"
	fi
	cat "$w/section" >>"$w/results"
}

# Two sections mean something else by the same names.
sizes_of() { # NAME COMMAND…
	local name=$1
	shift
	case $name in
	ministry)
		if [ "$size" = small ]; then
			BENCH_OFFICES=${BENCH_MINISTRY_OFFICES:-6} BENCH_REVISIONS=${BENCH_MINISTRY_REVISIONS:-5} "$@"
		else
			BENCH_OFFICES=${BENCH_MINISTRY_OFFICES:-878} BENCH_REVISIONS=${BENCH_MINISTRY_REVISIONS:-100} "$@"
		fi
		;;
	audit) BENCH_RUNS=${BENCH_PAST_RUNS:-200} "$@" ;;
	*) "$@" ;;
	esac
}

head_of_results >"$w/results"
for name in $sections; do
	section "$name"
done
cp "$w/results" "$results"
echo "written: $results" >&2
if [ "${#failed[@]}" -gt 0 ]; then
	echo "failed: ${failed[*]}" >&2
	exit 1
fi
