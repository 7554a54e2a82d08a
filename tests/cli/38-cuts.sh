#!/bin/bash
# Goal: whatever the link does, every sync makes progress and costs little: cut
# at every k bytes, cut after every 300 KiB under a backlog of 40 MiB, silent,
# stalled, one-way, a sign-in page, a wrong host; each is classed, told in a
# sentence and tried again. Bytes are counted by a proxy before a real sshd.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/support/sshd.sh
. "$ROOT/tests/support/sshd.sh"
# shellcheck source=tests/support/cutproxy.sh
. "$ROOT/tests/support/cutproxy.sh"

H=$T/H A=$T/A
# by hand: every how many bytes a small sync is cut
STEP=${PMQA_CUT_STEP:-1500}

trap 'at_exit sshd_stop link_stop' EXIT

at_hall() {
	git -C "$H/offices/9105.git" rev-parse refs/heads/office
}

same_tip() {
	[ "$(at_hall)" = "$(git -C "$A/repo.git" rev-parse refs/heads/office)" ]
}

sync_ok() {
	run pmqa --dir "$A" sync --wait --json
	[ "$status" -eq 0 ]
}

link_pair "$H" "$A"
holds "a good link to begin with" sync_ok

# --- cut at every k bytes of a small sync ----------------------------------

link_mark
pmqa --dir "$A" set 1.1 "strengths=$(words 2000)" >/dev/null
holds "a sync of one save" sync_ok
small=$(link_bytes)
is "$(link_connections)" 1 "takes one connection"
at_most "$small" 20000 "and few bytes"

hall_said=0 untrue=0 unclassed=0 stuck=0 cuts=0
for ((k = STEP; k < small; k += STEP)); do
	pmqa --dir "$A" set 1.1 "strengths=$(words 2000)" >/dev/null
	link_mode "cut=$k"
	link_mark
	run pmqa --dir "$A" sync --wait --json
	[ "$(link_cuts)" -eq 0 ] || cuts=$((cuts + 1))
	link_mode
	if [ "$(status_of "$A" .synced)" = true ]; then
		hall_said=$((hall_said + 1))
		same_tip || untrue=$((untrue + 1))
	elif [ "$status" -ne 5 ] ||
		[ "$(status_of "$A" .sync.last_error.class)" != retry ] ||
		[ -z "$(status_of "$A" .sync.next_try)" ]; then
		unclassed=$((unclassed + 1))
		echo "#   cut after $k: exit $status: $err"
	fi
	sync_ok && same_tip && [ "$(sync_field .synced)" = true ] ||
		stuck=$((stuck + 1))
done
isnt "$cuts" 0 "it was cut at $cuts places"
is "$untrue" 0 "never was it called synced without the hall having it"
is "$unclassed" 0 "each cut is told as a cut, to be tried again"
is "$stuck" 0 "after each the next sync brings all"
written "$H"
run git -C "$H/offices/9105.git" fsck --strict --full
is "$status" 0 "stock git fsck is content with the hall's repository"
nothing_half() {
	[ -z "$(find "$H/offices/9105.git/objects" -name 'tmp_objdir*')" ]
}
holds "and no half push is left in it" wait_until 60 nothing_half

# --- what answers is not the hall ------------------------------------------

fails_as() { # MODE PART-OF-THE-SENTENCE TEXT
	pmqa --dir "$A" tick 1.1.B1 >/dev/null
	pmqa --dir "$A" untick 1.1.B1 >/dev/null
	link_mode "$1"
	exits 5 "$3: the hall is not reached" pmqa --dir "$A" sync --wait
	like "$err" "$2" "$3: a sentence says how"
	is "$(status_of "$A" .sync.last_error.class)" retry \
		"$3: it is tried again by itself"
	isnt "$(status_of "$A" .sync.next_try)" null "$3: and status says when"
	isnt "$(status_of "$A" .sync.last_error.message_th)" "" "$3: in Thai, too"
	is "$(status_of "$A" .synced)" false "$3: not synced"
	link_mode
}

fails_as portal=1 "does not speak as the hall does" "a sign-in page"
like "$err" "sign in first" "and what to do about it"
fails_as refuse=1 "does not speak as the hall does" "a closed door"
link_stop
pmqa --dir "$A" tick 1.1.B1 >/dev/null
exits 5 "nobody there: the hall is not reached" pmqa --dir "$A" sync --wait
like "$err" "cannot reach the hall" "nobody there: a sentence says so"
link_start "$T/link" "$sshd_port"
holds "brings what waited" sync_ok

# --- a peer that says nothing, a link that dies without a word -------------

# each takes the time-outs that a person would meet: all of it in half a minute
fails_as silent=1 "takes the connection and says nothing" "a silent peer"
fails_as "stall=$((small / 2))" "was cut" "a link that stalls"
fails_as "mute_up=$((small / 3))" "was cut" "a one-way cut up"
fails_as "mute_down=$((small / 3))" "was cut" "a one-way cut down"
holds "a good link brings what waited" sync_ok
is "$(sync_field .synced)" true "and the hall confirms it"

finish
