#!/bin/bash
# Goal: a backlog of many MiB, text first and files after, arrives over a link
# that is cut after every 300 KiB, by itself, for at most half as many bytes
# again as uncut; with one for every 4 MiB for at most a tenth more. Files that are at the
# hall cost a text sync nothing. Bytes are counted by a proxy.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/support/sshd.sh
. "$ROOT/tests/support/sshd.sh"
# shellcheck source=tests/support/cutproxy.sh
. "$ROOT/tests/support/cutproxy.sh"

H=$T/H
# by hand PMQA_BACKLOG_MIB=40: ten cuts, and one for every 300 KiB
MIB=${PMQA_BACKLOG_MIB:-12} SAVES=400 FILES=30
FEW=$((MIB / 4))
CUT=307200

trap 'at_exit sshd_stop link_stop' EXIT

ratio_at_most() { # GOT BASE HUNDREDTHS TEXT
	local got=$(($1 * 100 / $2))
	if [ "$got" -le "$3" ]; then
		ok "$4 ($1 bytes, $got % of $2)"
	else
		not_ok "$4" "got:  $1 bytes, $got % of $2" "most: $3 %"
	fi
}

# the same for each office: texts that do not shrink, files of all sizes
make_content() {
	local i size
	head -c $((SAVES * 3000)) /dev/urandom | base64 -w 4000 |
		head -n "$SAVES" >"$T/texts"
	size=$(((MIB * 1048576 - SAVES * 4500) / FILES))
	for ((i = 0; i < FILES; i++)); do
		make_pdf "$T/file$i.pdf" $((size / 2 + size * i / (FILES - 1)))
	done
}

fill() { # DIR
	local i=0 text
	pmqa --dir "$1" assess open 2565 >/dev/null
	while read -r text; do
		i=$((i + 1))
		pmqa --dir "$1" set "1.$((i % 4 + 1))" "strengths=$text" >/dev/null
	done <"$T/texts"
	for ((i = 0; i < FILES; i++)); do
		pmqa --dir "$1" evidence add "2.$((i % 4 + 1))" \
			"$T/file$i.pdf" >/dev/null
	done
}

all_there() { # DIR
	[ "$(status_of "$1" \
		'[.synced, .evidence.files, .evidence.at_hall] | @csv')" = \
		"true,$FILES,$FILES" ]
}

events() { # OFFICE: the kinds, in order, without repeats
	jq -r "select(.office == \"$1\") | .event" "$H/receive.log" | uniq |
		paste -sd ' '
}

admitted_twice() { # OFFICE: commits that were admitted more than once
	jq -r "select(.office == \"$1\" and .outcome == \"admitted\") |
		\"\(.evidence) \(.new)\"" "$H/receive.log" | sort | uniq -d |
		wc -l
}

# send OFFICE NAME SECONDS [MODE…]: an office comes up with all its backlog and
# sends it by itself; $bytes, $cuts, $connections
send() {
	local dir=$T/$1 code=$1 name=$2 seconds=$3
	shift 3
	new_office "$dir" "$code" "$name"
	calm "$dir"
	start "$dir"
	enrol "$dir" "$H"
	fill "$dir"
	stop "$dir"
	set_sync "$dir" 100 50 200
	link_mode "$@"
	link_mark
	start "$dir"
	if wait_until "$seconds" all_there "$dir"; then
		ok "$name: all $MIB MiB are at the hall, with receipts"
	else
		not_ok "$name: all $MIB MiB are at the hall" \
			"$(status_of "$dir" .sync)" "$(link_cuts) cuts"
	fi
	bytes=$(link_bytes) cuts=$(link_cuts) connections=$(link_connections)
	link_mode
	is "$(git -C "$H/offices/$code.git" rev-parse refs/heads/office)" \
		"$(git -C "$dir/repo.git" rev-parse refs/heads/office)" \
		"$name: the hall has the tip"
	is "$(events "$code")" "push evidence" "$name: text went before files"
	is "$(admitted_twice "$code")" 0 "$name: the hall took nothing twice"
}

make_content
link_hall "$H"

send 9105 uncut 300
uncut=$bytes
is "$cuts" 0 "uncut: no cut"
is "$connections" 1 "uncut: one connection"
ratio_at_most "$uncut" $((MIB * 1048576)) 105 "uncut: few bytes beside the content"

send 9106 "$FEW cuts" 300 "cut=$((MIB * 1048576 / (FEW + 1)))" "times=$FEW"
is "$cuts" "$FEW" "$FEW cuts: no more, no less"
ratio_at_most "$bytes" "$uncut" 110 "$FEW cuts: a tenth more at most"

send 9107 "cut after every 300 KiB" 500 "cut=$CUT"
holds "cut after every 300 KiB: $cuts times" \
	[ "$cuts" -ge $((MIB * 1048576 / CUT)) ]
ratio_at_most "$bytes" "$uncut" 150 \
	"cut after every 300 KiB: half as much again at most"

written "$H"
for code in 9105 9106 9107; do
	run git -C "$H/offices/$code.git" fsck --strict --full
	is "$status" 0 "stock git fsck is content with $code"
	run git -C "$H/evidence/$code.git" fsck --strict --full
	is "$status" 0 "and with its files"
done
is "$(git -C "$H/evidence/9105.git" for-each-ref --format='%(refname) %(objectname)')" \
	"$(git -C "$H/evidence/9107.git" for-each-ref --format='%(refname) %(objectname)')" \
	"cut or not, the same files stand there"
finish
