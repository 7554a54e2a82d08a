#!/usr/bin/env bash
# Goal: run every test program and script given, in parallel, show what failed
# whole, and end with one line "N passed, N failed". RUN puts a checker such as
# valgrind before each program.
set -uo pipefail

# most of a script's time is waiting: for a link, a daemon, a deadline
jobs=${JOBS:-$(($(nproc) * 2))}
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
export log
# shellcheck disable=SC2016 # expanded by the inner shell
printf '%s\0' "$@" | xargs -0 -P "$jobs" -I{} bash -c '
	name=$(printf %s "$1" | tr / _)
	begun=$SECONDS
	case $1 in
	*.sh) timeout --kill-after=10 "${TEST_TIMEOUT:-600}" bash "$1" ;;
	*) timeout --kill-after=10 "${TEST_TIMEOUT:-600}" ${RUN:-} "$1" ;;
	esac >"$log/$name.out" 2>&1 </dev/null
	rc=$?
	echo "$rc" >"$log/$name.rc"
	if [ "$rc" = 0 ]; then
		echo "ok   $1: $(grep -aE "passed, |PASSED" "$log/$name.out" | tail -1) ($((SECONDS - begun)) s)"
	else
		echo "FAIL $1 (exit $rc)"
		grep -aE -A3 "^not ok|\[  FAILED  \]|^error:" "$log/$name.out" | head -n 20
	fi' _ {}
passed=0
failed=0
for t in "$@"; do
	name=$(printf %s "$t" | tr / _)
	out=$log/$name.out
	rc=$(cat "$log/$name.rc" 2>/dev/null || echo none)
	if [ "$rc" != 0 ]; then
		printf '\n===== %s (exit %s)\n' "$t" "$rc"
		tail -n 200 "$out"
	fi
	# cmocka: "[  PASSED  ] 12 test(s)."; scripts: "12 passed, 0 failed"
	p=$(sed -nE 's/.*\[  PASSED  \] ([0-9]+) test.*/\1/p; s/^([0-9]+) passed, [0-9]+ failed.*/\1/p' "$out" | awk '{n += $1} END {print n + 0}')
	f=$(sed -nE 's/.*\[  FAILED  \] ([0-9]+) test\(s\), listed.*/\1/p; s/^[0-9]+ passed, ([0-9]+) failed.*/\1/p' "$out" | awk '{n += $1} END {print n + 0}')
	if [ "$rc" != 0 ] && [ "$f" -eq 0 ]; then
		f=1
	fi
	if [ "$rc" = 0 ] && [ "$p" -eq 0 ]; then
		if grep -q '^skipped' "$out"; then
			grep '^skipped' "$out"
		else
			echo "FAIL $t ran no test"
			f=1
		fi
	fi
	passed=$((passed + p))
	failed=$((failed + f))
done
echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
