#!/bin/bash
# Goal: when exchanges begin by themselves and when not: a pause, hours of the
# day, a metered link, a cap on the rate, a link that comes up; what is known of
# them outlives a restart; receipts pass stock ssh-keygen.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

H=$T/H A=$T/A

A() { pmqa --dir "$A" "$@"; }
told() { # FILTER: of the office's status
	status_of "$A" "$1"
}
is_synced() { [ "$(told .synced)" = true ]; }
is_idle() { [ "$(told .sync.state)" = idle ]; }
# setting NAME VALUE: in the office's configuration, read at the next start
setting() {
	sed -i -e "s|^;* *$1 = .*|$1 = $2|" "$A/pmqad.conf"
	grep -q "^$1 = " "$A/pmqad.conf"
}
again() {
	stop "$A"
	start "$A"
}
# soon: an exchange follows a save at once, and none comes by the clock
soon() {
	setting interval 86400
	setting after_save_ms 50
	setting backoff_min_ms 100
	setting backoff_max_ms 200
}

new_hall "$H" 91 สตูล
new_office "$A" 9105 ละงู
soon
start "$H"
start "$A"
A assess open 2565 >/dev/null
enrol "$A" "$H"
wait_until 60 is_synced
ok "after a save it is synced without being asked"

# --- a pause ----------------------------------------------------------------

exits 0 "sync pause" A sync pause
like "$out" "until pmqa sync resume" "says how long"
A tick 1.1.B1 >/dev/null
sleep 0.4
is "$(told .synced)" false "paused, a save stays here"
is "$(told .sync.next_try)" null "and nothing is planned"
is "$(told '.sync.paused.by == null')" false "status says who paused"
isnt "$(told .pending_since)" null "and since when something waits"
run A status
like "$out" "pmqa sync resume" "and how it ends"
again
is "$(told '.sync.paused != null')" true "a restart ends no pause"
sleep 0.3
is "$(told .synced)" false "nor does it send anything"
exits 0 "a person's sync goes all the same" A sync --wait
like "$out" "The pause goes on" "and says that the pause goes on"
is "$(told .synced)" true "and is synced"
is "$(told '.sync.paused != null')" true "the pause stays"
A tick 1.1.B2 >/dev/null
exits 0 "sync resume" A sync resume
wait_until 60 is_synced
ok "then what waited goes by itself"

exits 0 "a pause for a while" A sync pause --for 1h
A tick 1.1.B3 >/dev/null
isnt "$(told .sync.next_try)" null "its end is planned"
exits 0 "a shorter one in its place" A sync pause --for 1s
wait_until 60 is_synced
ok "and it ends by itself"
exits 2 "a time that is none" A sync pause --for soon
exits 2 "more than a year" A sync pause --for 400d
exits 0 "Thai digits" A sync pause --for ๒h
run A sync pause --for 2h --lang th
unlike "$out" "exchange" "in Thai it speaks Thai"
A sync resume >/dev/null

# --- hours of the day -------------------------------------------------------

# the office's clock is at +07:00: an hour that is far from now on both sides
hour=$((10#$(TZ=UTC-7 date +%H)))
away=$(((hour + 12) % 24))
setting windows "$(printf '%02d:00-%02d:00' "$away" $(((away + 1) % 24)))"
again
A tick 1.1.A1 >/dev/null
sleep 0.4
is "$(told .synced)" false "outside its hours nothing goes"
is "$(told .sync.in_window)" false "status says so"
like "$(told .sync.next_try)" "T$(printf %02d "$away"):" \
	"and that it goes when they begin"
run A status
like "$out" "closed now" "for people too"
exits 0 "a person's sync goes all the same" A sync --wait
setting windows "$(printf '%02d:00-%02d:00' "$hour" $(((hour + 2) % 24)))"
again
A untick 1.1.A1 >/dev/null
wait_until 60 is_synced
ok "within its hours it goes by itself"
stop "$A"
setting windows nonsense
exits 7 "hours that are none are refused with their line" \
	"$PMQA_BIN/pmqad" --dir "$A"
like "$err" "18:00-06:00" "and what is expected"
setting windows 00:00-24:00
start "$A"

# --- a metered link ---------------------------------------------------------

setting metered yes
again
head -c 300000 /dev/urandom >"$T/bytes"
{ printf '%%PDF-1.4\n' && cat "$T/bytes" && printf '\n%%%%EOF\n'; } >"$T/f.pdf"
A evidence add 1.1 "$T/f.pdf" >/dev/null
wait_until 60 is_synced
ok "text goes on a metered link"
exits 0 "sync" A sync --wait
like "$out" "1 file is still here only" "files wait"
like "$out" "--evidence" "and how to send them is said"
run A status
like "$out" "files of evidence wait" "status says why"
is "$(told .evidence.at_hall)" 0 "none went"
exits 0 "sync --evidence" A sync --wait --evidence
is "$(told .evidence.at_hall)" 1 "sends it all the same"
exits 2 "both at once" A sync --metered --evidence
setting metered no
again
head -c 2000 /dev/urandom >"$T/bytes"
{ printf '%%PDF-1.4\n' && cat "$T/bytes" && printf '\n%%%%EOF\n'; } >"$T/g.pdf"
A sync pause >/dev/null
A evidence add 1.1 "$T/g.pdf" >/dev/null
exits 0 "sync --metered" A sync --wait --metered
is "$(told .evidence.at_hall)" 1 "keeps files back on any link"
A sync resume >/dev/null
at_hall_2() { [ "$(told .evidence.at_hall)" = 2 ]; }
wait_until 60 at_hall_2
ok "and they follow by themselves"

# --- a cap on the rate ------------------------------------------------------

setting rate_kib 200
again
head -c 700000 /dev/urandom >"$T/bytes"
{ printf '%%PDF-1.4\n' && cat "$T/bytes" && printf '\n%%%%EOF\n'; } >"$T/h.pdf"
A sync pause >/dev/null
A evidence add 1.1 "$T/h.pdf" >/dev/null
began=$(date +%s%N)
if script -qec true /dev/null >/dev/null 2>&1; then
	run script -qec "$PMQA_BIN/pmqa --dir $A sync --wait" /dev/null
	like "$out" "sending evidence: 1/1" "a terminal sees which file goes"
	like "$out" "KiB/s, " "how fast"
	like "$out" " left" "and how long it will take"
else
	echo "skipped: no pseudo-terminals here, so no progress was seen"
	A sync --wait >/dev/null
fi
took=$((($(date +%s%N) - began) / 1000000))
is "$(told .evidence.at_hall)" 3 "brings the file"
# 700 kB at 200 KiB/s: 3.4 s, less what a full measure lets through at once
holds "and takes its time ($took ms)" [ "$took" -ge 2500 ]
is "$(told .sync.rate_kib)" 200 "status shows the cap"
written "$H"
git -C "$H/offices/9105.git" fsck --strict >/dev/null 2>&1
ok "what came through the relay is whole"
setting rate_kib 0
A sync resume >/dev/null
again

# --- the hall's disk is away -------------------------------------------------

# what the hall has to write behind an exchange: it must not make its directory
# anew, or the disk that comes back finds its place taken
A untick 1.1.B1 >/dev/null
exits 0 "an exchange" A sync --wait
lines=$(wc -l <"$H.log")
mv "$H" "$H.away"
complains() { [ "$(wc -l <"$H.log")" -gt "$lines" ]; }
wait_until 60 complains
like "$(tail -n +$((lines + 1)) "$H.log")" "No such file or directory" \
	"a hall whose directory is away says so"
unlike "$(tail -n +$((lines + 1)) "$H.log")" damaged "and calls nothing damaged"
holds "and makes no other one" [ ! -e "$H" ]
mv "$H.away" "$H"
# a write that was cut in the middle ends it; systemd starts it again
kill -0 "$(pid_of "$H")" 2>/dev/null || start "$H"
written "$H"
exits 0 "once it is back all is as before" pmqa --dir "$H" verify
like "$out" "agree" "and whole"

# --- what is known outlives a restart ---------------------------------------

ok_before=$(told .sync.last_success)
setting backoff_min_ms 3600000
setting backoff_max_ms 3600000
again
is "$(told .sync.last_success | cut -c1-13)" \
	"$(printf %s "$ok_before" | cut -c1-13)" "the last success"
stop "$H"
mv "$H" "$H.away"
A untick 1.1.B3 >/dev/null
failing() { [ "$(told .sync.last_error.class)" != null ]; }
wait_until 60 failing
since=$(told .sync.failing_since)
why=$(told .sync.last_error.message)
setting after_save_ms 3600000
again
is "$(told .sync.failing_since)" "$since" "since when it fails"
is "$(told .sync.last_error.message)" "$why" "and why"
run A status
like "$out" "Failing since" "for people too"
mv "$H.away" "$H"
start "$H"
exits 0 "with the hall back it is well again" A sync --wait
is "$(told .sync.failing_since)" null "and nothing is left of it"

# --- a second address ---------------------------------------------------------

url=$(sed -n 's/^url = //p' "$A/hall.conf")
sed -i "s|^url = .*|url = $T/lan\nurl = $url|" "$A/hall.conf"
again
A tick 1.1.B3 >/dev/null
exits 0 "with the first address away the second is taken" A sync --wait
is "$(told .synced)" true "and everything goes there"
is "$(told .sync.address)" "$url" "status says which"
ln -s "$H" "$T/lan"
A untick 1.1.B3 >/dev/null
exits 0 "with the first one back" A sync --wait
is "$(told .sync.address)" "$T/lan" "it is preferred again"
rm "$T/lan"

# --- a link comes up ----------------------------------------------------------

net=pmqa-when-$$
leave_net() {
	ip netns del "$net" 2>/dev/null
}
if [ "$(id -u)" -eq 0 ] && ip netns add "$net" 2>/dev/null; then
	trap 'at_exit leave_net' EXIT
fi
# (in a plain chroot a namespace can be made and not entered)
if ip netns exec "$net" true 2>/dev/null; then
	setting after_save_ms 50
	stop "$A"
	stop "$H"
	mv "$H" "$H.away"
	PMQA_RUN="ip netns exec $net" start "$A"
	A tick 1.1.B3 >/dev/null
	wait_until 60 failing
	mv "$H.away" "$H"
	start "$H"
	sleep 3
	is "$(told .synced)" false "after a failure it waits its time"
	ip -n "$net" link add when0 type veth peer name when1
	ip -n "$net" link set when1 up
	ip -n "$net" link set when0 up
	ip -n "$net" addr add 10.9.9.1/24 dev when0
	wait_until 60 is_synced
	ok "unless a link comes up: then it goes at once"
	# what runs in the namespace ends with its own process id
	stop "$A"
	start "$A"
else
	echo "skipped: no network namespaces here, so no link came up"
fi

# --- receipts ---------------------------------------------------------------

exits 0 "receipts" A receipts
like "$out" "good" "each was checked"
exits 0 "receipts --limit" A receipts --limit 1
like "$out" "--cursor" "says that there are more"
cursor=${out##*--cursor }
newest=$(printf '%s\n' "$out" | sed -n 2p)
exits 0 "and where they go on" A receipts --limit 1 --cursor "$cursor"
unlike "$out" "$newest" "with the next one"
exits 0 "receipts verify" A receipts verify
like "$out" "carries the hall's signature" "all are good"
exits 0 "receipts export" A receipts export "$T/out"
n=0
for f in "$T"/out/*.txt; do
	ssh-keygen -Y verify -f "$T/out/allowed_signers" -I 91-h \
		-n pmqa-receipt -s "$f.sig" <"$f" >/dev/null || break
	n=$((n + 1))
done
is "$n" "$(find "$T/out" -name '*.txt' | wc -l)" "stock ssh-keygen accepts each"
holds "those of evidence are among them" \
	[ "$(find "$T/out" -name 'evidence-*.txt' | wc -l)" -eq 3 ]
sed -i 's/^tip ./tip 0/' "$T"/out/a*.txt
f=$(find "$T/out" -name 'a*.txt' | head -1)
run ssh-keygen -Y verify -f "$T/out/allowed_signers" -I 91-h \
	-n pmqa-receipt -s "$f.sig" <"$f"
isnt "$status" 0 "and not one that was altered"
run pmqa --dir "$H" receipts --office 9105 --json
same_json "$out" '.receipts | map(.ok) | unique' '[true]' \
	"the hall lists them, too"
stop "$A"
sqlite3 "$A/pmqa.db" "UPDATE receipt SET json = replace(json, '\"hall\":\"91\"',
	'\"hall\":\"92\"') WHERE id = (SELECT min(id) FROM receipt)"
start "$A"
exits 9 "a receipt that was altered here is found" A receipts verify
like "$out$err" "do not pass" "and told"
finish
