#!/bin/bash
# Goal: eight offices push at once: every one is admitted and has the receipt of
# its own tip; one whose repository at the hall is damaged gets a sentence and
# keeps nobody waiting.
# shellcheck disable=SC2317 # functions are called through wait_until and holds
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

H=$T/H
codes=(9101 9102 9103 9104 9105 9106 9107 9108)
bad=9108

# all of them at once; their exit statuses stand in $T/CODE.status
sync_all() {
	local code pids=()
	for code in "${codes[@]}"; do
		(
			sync_status=0
			pmqa --dir "$T/$code" sync --wait --json \
				>"$T/$code.out" 2>"$T/$code.err" ||
				sync_status=$?
			echo "$sync_status" >"$T/$code.status"
		) &
		pids+=("$!")
	done
	wait "${pids[@]}"
}

edit_all() { # ROUND
	local code
	for code in "${codes[@]}"; do
		pmqa --dir "$T/$code" set 1.1 "strengths=รอบ $1 ของ $code" >/dev/null
		pmqa --dir "$T/$code" set 1.2 "gap=รอบ $1 ของ $code" >/dev/null
	done
}

hall_tip() { # CODE
	git -C "$H/offices/$1.git" rev-parse refs/heads/office
}

tip() { # CODE
	git -C "$T/$1/repo.git" rev-parse refs/heads/office
}

# the office's own word on it, and the hall's
is_synced() { # CODE TEXT
	is "$(status_of "$T/$1" '[.synced, .receipt.tip] | @csv')" \
		"true,\"$(tip "$1")\"" "$1 $2: the receipt names its tip"
	is "$(hall_tip "$1")" "$(tip "$1")" "$1 $2: the hall has that tip"
}

new_hall "$H" 91 สตูล
start "$H"
for code in "${codes[@]}"; do
	new_office "$T/$code" "$code" "อำเภอ $code"
	calm "$T/$code"
	start "$T/$code"
	enrol "$T/$code" "$H"
	pmqa --dir "$T/$code" assess open 2565 >/dev/null
done

edit_all 1
sync_all
for code in "${codes[@]}"; do
	is "$(cat "$T/$code.status")" 0 "$code synchronises beside seven others"
	is_synced "$code" "after the first round"
done
is "$(jq -rs '[.[] | select(.outcome == "admitted")] | map(.office) |
	sort | unique | length' "$H/receive.log")" 8 \
	"the hall's log has a push of each"
same_json "$(pmqa --dir "$H" hall status --json)" \
	'[.offices[] | select(.receipt.tip == .tip)] | length' 8 \
	"the hall's status has eight receipts, each for the office's tip"

written "$H"
# receipts belong to those who got them
for code in "${codes[@]}"; do
	is "$(git -C "$H/offices/$code.git" show hall:receipts.json |
		jq -r '[.office, .tip] | @csv')" "\"$code\",\"$(tip "$code")\"" \
		"the receipt on the hall's branch of $code is about $code"
done

# one of them cannot be read at the hall: the others do not notice
edit_all 2
mv "$H/offices/$bad.git/refs/heads/hall" "$T/hall.ref"
echo "not a commit" >"$H/offices/$bad.git/refs/heads/hall"
sync_all
for code in "${codes[@]}"; do
	[ "$code" != "$bad" ] || continue
	is "$(cat "$T/$code.status")" 0 "$code synchronises beside a broken one"
	is_synced "$code" "beside a broken one"
done
isnt "$(cat "$T/$bad.status")" 0 "the broken one fails"
isnt "$(cat "$T/$bad.err")" "" "and is told a sentence"
unlike "$(status_of "$T/$bad" .synced)" true "it does not call itself synced"

# put right, it is admitted like the others
mv "$T/hall.ref" "$H/offices/$bad.git/refs/heads/hall"
edit_all 3
sync_all
for code in "${codes[@]}"; do
	is "$(cat "$T/$code.status")" 0 "$code synchronises again"
	is_synced "$code" "in the end"
done

# what was admitted at once is whole: by our own check and by stock git
exits 0 "the hall's own check finds all eight in order" pmqa --dir "$H" verify
written "$H"
for code in "${codes[@]}"; do
	exits 0 "stock git finds nothing in $code" \
		git -C "$H/offices/$code.git" fsck --strict --full
done

# the start looks at refs, not at histories, and everything is known again
stop "$H"
holds "a stop leaves no log that the next start would have to check" \
	test ! -s "$H/pmqa.db-wal"
start "$H"
same_json "$(pmqa --dir "$H" hall status --json)" \
	'[.offices[] | select(.receipt.tip == .tip)] | length' 8 \
	"after a restart the hall knows all of it"
finish
