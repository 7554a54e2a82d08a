#!/bin/bash
# Goal: the histories that the bench measures are what offices have: the same
# seed gives the same, two devices write them and merge, files of evidence are
# receipted, everything proves; and the table of the bench has a figure in every
# row. Nothing here depends on how large a figure is.
# shellcheck disable=SC2317 # functions are called through holds
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

BENCH=$PMQA_BIN/../bench
[ -x "$BENCH/bench_past" ] || {
	echo "not ok: $BENCH/bench_past is not built (make check builds it)" >&2
	exit 1
}
P=$T/past
git_of() { # CODE COMMAND…: of the hall's repository
	local code=$1
	shift
	git --git-dir "$P/H/offices/$code.git" "$@"
}

# --- the same again -----------------------------------------------------------
run "$BENCH/bench_past" make "$T/one" 1 100 5 1
is "$status" 0 "a small past is made"
one=$out
run "$BENCH/bench_past" make "$T/two" 1 100 5 2
two=$out
is "$(cut -f4 <<<"$two")" "$(cut -f4 <<<"$one")" "the same seed gives the same tips"
is "$(cat "$T/one/made.tsv")" "$one" "what was made is noted beside it"
is "$(find "$T/one" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | tr '\n' ' ')" "9101 9101-b H made.tsv " \
	"nothing else is left beside the directories"
run "$BENCH/bench_past" make "$T/three" 1 100 6 2
is "$status" 0 "one of another seed is made"
isnt "$(cut -f4 <<<"$out")" "$(cut -f4 <<<"$one")" "another seed gives other tips"
rm -rf "$T/one" "$T/two" "$T/three"

# --- what an office has ---------------------------------------------------------
run "$BENCH/bench_past" make "$P" 2 "${BENCH_PAST_REVISIONS:-500}" 7 2
is "$status" 0 "a past of two offices is made"
for code in 9101 9102; do
	git_of "$code" log --format=%B office >"$T/log"
	a=$(grep -c "^Device: $code-a" "$T/log" || true)
	b=$(grep -c "^Device: $code-b" "$T/log" || true)
	holds "$code: both devices wrote, the first one most ($a, $b)" \
		test "$b" -gt 0 -a "$a" -gt "$b"
	merges=$(git_of "$code" rev-list --merges office | wc -l)
	holds "$code: their histories parted and were merged ($merges)" \
		test "$merges" -gt 0
	is "$(git_of "$code" ls-tree -r --name-only office | grep -c '/conflicts/\|^conflicts/' || true)" 0 \
		"$code: no conflict is left open"
	files=$(git_of "$code" ls-tree --name-only office evidence/ | wc -l)
	there=$(git --git-dir "$P/H/evidence/$code.git" for-each-ref refs/evidence | wc -l)
	holds "$code: items have files of evidence, the hall has most ($there of $files)" \
		test "$there" -gt 0 -a "$there" -le "$files"
	git_of "$code" log --format=%B office -- evidence >"$T/log"
	for device in a b; do
		holds "$code: device $device attached some of them" \
			grep -q "^Device: $code-$device" "$T/log"
	done
done

start "$P/H"
run pmqa --dir "$P/H" verify --deep
is "$status" 0 "the hall proves all of it"
stop "$P/H"
for device in 9101 9101-b; do
	start "$P/$device"
	run pmqa --dir "$P/$device" verify
	is "$status" 0 "so does $device"
	same_json "$(pmqa --dir "$P/$device" status --json)" .journal 0 \
		"$device has nothing left to write"
	stop "$P/$device"
done

# --- the bench's table ----------------------------------------------------------
audit() {
	BENCH_BIN=$BENCH BENCH_PAST=$P BENCH_PAST_OFFICES=2 BENCH_RUNS=14 \
		BENCH_GIT_RUNS=1 BENCH_WHOLE_RUNS=1 BENCH_REST=0.1 \
		bash "$ROOT/bench/audit.sh"
}
run audit
is "$status" 0 "the bench of the past runs to its end"
[ "$status" -eq 0 ] || echo "$err" >&2
rows=$(grep '^|' <<<"$out" | sed 1,2d)
is "$(grep -vc '^|[^|]*|[^|]*|[^|]*|[^|]*|[^|]*|$' <<<"$rows" || true)" 0 \
	"every row has five columns"
is "$(awk -F'|' '$3 !~ /[0-9]/' <<<"$rows")" "" "every row has a figure of ours"
for what in "the store: seed 7" "start to ready, office" "start to ready, hall" \
	"memory of an idle daemon, hall" "newest 50 of an item, in the daemon" \
	"newest 50 of an item, whole command" "blame of an item, in the daemon" \
	"an item as it was, in the daemon" "two revisions of an item, in the daemon" \
	"search, what stands in all offices, a rare text" \
	"a rare text in the past of one office" "verify --deep" \
	"by a second of processor time" "verify, nothing new" \
	"the hall's 2 repositories after" "an office's repository after"; do
	like "$rows" "$what" "the table has: $what"
done
for peer in 'git log -50 -- path' 'git blame' 'git show REV:path' \
	'git diff A B -- path' 'git log -S' 'git gc'; do
	like "$rows" "\`$peer\`" "beside stock: $peer"
done
finish
