#!/bin/bash
# Goal: whatever an office's machine sends through the real sshd, the hall
# refuses it with a sentence and a line in its log, changes no byte, and takes
# no more than 30 s and 256 MiB for it. The table is tests/net/hostile/.
# shellcheck disable=SC2317 # functions are called by trap
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/support/sshd.sh
. "$ROOT/tests/support/sshd.sh"

H=$T/H A=$T/A B=$T/B

clean_up() {
	local code=$?
	set +e
	sshd_stop
	(exit "$code")
	at_exit
}
trap clean_up EXIT

mkdir "$T/attacks"
sshd_prepare "$T/sshd" "$T/authorized_keys"
sshd_start
sshd_offices "$H" "$A" "$B"

# every connection is measured: so the door itself serves it, not a child of the
# one that stays; what sshd runs is otherwise what the hall wrote
sed -e "s|command=\"|&$(command -v python3) $ROOT/tests/net/hostile/measured.py $T/attacks/measures |" \
	-e "s|/pmqa-receive |/lib/pmqa-door |" \
	"$H/authorized_keys" >"$T/authorized_keys"

for dir in "$A" "$B"; do
	pmqa --dir "$dir" assess open 2565 >/dev/null
	pmqa --dir "$dir" set 1.1 strengths="เฉพาะของ $dir" >/dev/null
	exits 0 "a sync of $(basename "$dir")" pmqa --dir "$dir" sync --wait
done
stop "$A"
stop "$B"
# what the hall has yet to write into its repositories is none of the cases'
stop "$H"
start "$H"

PMQA_SANITIZED=0
# grep -c reads to the end: nm must not die of a closed pipe, which counts here
if nm "$PMQA_BIN/pmqa-receive" 2>/dev/null | grep -c '__[at]san_init' >/dev/null; then
	PMQA_SANITIZED=1
fi
export PMQA_SANITIZED PYTHONDONTWRITEBYTECODE=1

# shellcheck disable=SC2086 # PMQA_ROWS is a list of words
if python3 "$ROOT/tests/net/hostile/hostile.py" \
	"$H" "$A" "$B" "$sshd_port" "$T/attacks" ${PMQA_ROWS:-}; then
	ok "every hostile case is refused"
else
	not_ok "every hostile case is refused"
fi
written "$H"
run git -C "$H/offices/9105.git" fsck --strict --full
is "$status" 0 "stock git fsck is content with the hall's repository"
finish
