#!/bin/bash
# Goal: files that are at the hall cost a sync of text nothing: as many bytes
# and connections with thousands of them as with none. By hand with
# PMQA_FILES=5000; fewer here, as each file is a push with a receipt.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/support/sshd.sh
. "$ROOT/tests/support/sshd.sh"
# shellcheck source=tests/support/cutproxy.sh
. "$ROOT/tests/support/cutproxy.sh"

H=$T/H A=$T/A
FILES=${PMQA_FILES:-200}
# How ssh and git cut their lines makes some hundred bytes more or less; a single
# line for each file would be ten thousand and more.
NOISE=1500

trap 'at_exit sshd_stop link_stop' EXIT

# text_sync: a save goes to the hall; $bytes, $connections. The one before
# brings back the receipts, so that each of these says the same.
text_sync() {
	pmqa --dir "$A" sync --wait >/dev/null
	pmqa --dir "$A" sync --wait >/dev/null
	pmqa --dir "$A" set 6.1 "strengths=$(words 3000)" \
		--year 2565 >/dev/null
	link_mark
	run pmqa --dir "$A" sync --wait --json
	is "$(sync_field '[.synced, .pushed, .evidence.left] | @csv')" \
		true,1,0 "$1: a save goes to the hall"
	bytes=$(link_bytes) connections=$(link_connections)
	is "$connections" 1 "$1: over one connection"
}

link_pair "$H" "$A"

text_sync "without files"
none=$bytes
pmqa --dir "$A" sync --wait >/dev/null
link_mark
pmqa --dir "$A" sync --wait >/dev/null
idle=$(link_bytes)

for ((i = 0; i < FILES; i++)); do
	printf '%%PDF-1.4\nfile %d of this office\n%%%%EOF\n' "$i" \
		>"$T/file$i.pdf"
done
# an item takes twenty, a year so many in its first five categories; the text
# goes to an item of the sixth
items=({1,2,3,4,5}.{1,2,3,4})
for ((i = 0; i < FILES; i += 20)); do
	names=()
	for ((k = i; k < i + 20 && k < FILES; k++)); do
		names+=("$T/file$k.pdf")
	done
	year=$((2566 + i / 400))
	[ $((i % 400)) -ne 0 ] ||
		pmqa --dir "$A" assess open "$year" >/dev/null
	pmqa --dir "$A" evidence add "${items[i / 20 % 20]}" "${names[@]}" \
		--year "$year" >/dev/null
done
# on a busy machine an exchange may end early: it says so, and the next goes on
sent=0
for _ in 1 2 3; do
	run pmqa --dir "$A" sync --wait --json
	sent=$((sent + $(sync_field .evidence.sent)))
	[ "$status" -ne 0 ] || break
	echo "# $err"
done
is "$(sync_field '[.synced, .evidence.left] | @csv') $sent" \
	"true,0 $FILES" "$FILES files go to the hall"

text_sync "with $FILES files"
if [ "$bytes" -le $((none + NOISE)) ]; then
	ok "and costs no more than without ($bytes, before $none)"
else
	not_ok "and costs no more than without" \
		"with: $bytes" "without: $none"
fi
pmqa --dir "$A" sync --wait >/dev/null
link_mark
pmqa --dir "$A" sync --wait >/dev/null
bytes=$(link_bytes)
if [ "$bytes" -le $((idle + NOISE)) ]; then
	ok "nor does a sync with nothing to do ($bytes, before $idle)"
else
	not_ok "nor does a sync with nothing to do" \
		"with: $bytes" "without: $idle"
fi
finish
