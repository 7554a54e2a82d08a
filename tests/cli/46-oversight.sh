#!/bin/bash
# Goal: who looks after a hall sees at a glance who is behind, who fails and
# why, with which programs offices come and what they hold; is told once of what
# begins and once of what is over, by a command and by mail; watches events as
# they come; and reads figures and health.
# shellcheck disable=SC2317 # functions are called through wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

H=$T/H A=$T/A B=$T/B

hall_json() { # FILTER: of hall status
	pmqa --dir "$H" hall status --json | jq -r "$1"
}

sends() { # DIR
	pmqa --dir "$1" sync --wait >/dev/null
}

told() { # PATTERN: of the messages that the command got
	grep -qs -- "$1" "$T/told"
}

tell() { # WHEN: [alerts] by a command
	cat >>"$H/pmqad.conf" <<-CONF
		command = $T/tell word
		when = $1
		every = 1
		lang = en
	CONF
}

cat >"$T/tell" <<SH
#!/bin/sh
# fails while the file is there
[ ! -e "$T/tell-fails" ] || { echo "no road to the post" >&2; exit 3; }
{ echo "== \$1 \$PMQA_ALERTS \$PMQA_SUBJECT"; cat; } >>"$T/told"
SH
chmod 755 "$T/tell"

new_hall "$H" 91 สตูล
new_office "$A" 9105 ละงู
new_office "$B" 9106 มะนัง
sed -i 's/^after_save_ms = .*/after_save_ms = 3600000/' \
	"$A/pmqad.conf" "$B/pmqad.conf"
holds "pmqad.conf of a hall shows how to be told" \
	grep -q '^; mail = ' "$H/pmqad.conf"

# --- who stands where --------------------------------------------------------

start "$H"
start "$A"
start "$B"
enrol "$A" "$H"
enrol "$B" "$H"
pmqa --dir "$A" assess open 2565 >/dev/null
sends "$A"
sends "$A"
same_json "$(pmqa --dir "$H" hall status --json)" \
	'.offices[0] | [.version == "'"$(pmqa --version | awk '{print $NF}')"'",
	.holds.behind, .devices[0].version != null, .devices[0].holds != null, .disk > 0]' \
	'[true,0,true,true,true]' \
	"program and what it holds are known after a visit"
same_json "$(pmqa --dir "$H" hall status --json)" \
	'.free_bytes > 0 and .version != null' true "the hall's own are told"

run pmqa --dir "$H" hall cycle 2565 due.submit=2565-03-31
is "$status" 0 "a calendar whose day is past"
is "$(hall_json '.offices[0].holds.behind')" 1 "the office is one behind"
run pmqa --dir "$H" hall status
like "$out" " of h" "the table says how far it is"
run pmqa --dir "$H" hall status 9105
like "$out" "cycles/2565" "one office in detail: what was published"
like "$out" "not yet" "... which it has not"
like "$out" "9105-a" "... and its devices"
sends "$A"
sends "$A"
run pmqa --dir "$H" hall status 9105
unlike "$out" "not yet" "after its visits it has"
same_json "$(pmqa --dir "$H" hall status 9105 --json)" \
	'[.offices | length, (.[0].published | map(.has) | all)]' '[1,true]' \
	"... by JSON, too"
exits 3 "an office that is not there" pmqa --dir "$H" hall status 9199
like "$err" "hall status lists" "... with what to do"
same_json "$(pmqa --dir "$H" hall status --json)" \
	'.offices[0].overdue | map([.year, .name])' '[[2565,"submit"]]' \
	"the submission is overdue"
run pmqa --dir "$H" hall status --behind
like "$out" "late in 2565: Submission" "... in words"
run pmqa --lang th --dir "$H" hall status --behind
like "$out" "ล่าช้า" "... in Thai"
exits 2 "--behind is about all" pmqa --dir "$H" hall status 9105 --behind
run pmqa --dir "$A" hall status
is "$status" 2 "an office has no hall status"

# --- events --------------------------------------------------------------------

pmqa --dir "$H" hall watch --json --limit 3 >"$T/events" 2>"$T/watch.err" &
watcher=$!
waits() { # the watcher waits at the hall
	pmqa --dir "$H" metrics | grep -c '^pmqa_connections [2-9]' >/dev/null
}
wait_until 60 waits || true
pmqa --dir "$A" tick 1.1.B1 >/dev/null
sends "$A"
pmqa --dir "$H" hall announce 'ทดสอบ' >/dev/null
three_came() { [ "$(wc -l <"$T/events")" -ge 3 ]; }
wait_until 60 three_came || kill "$watcher"
wait "$watcher" || true
is "$(jq -r .kind "$T/events" | sort | uniq | tr '\n' ' ')" \
	"admitted came published " "watch tells what happened"
is "$(jq -r 'select(.kind == "admitted") | .office' "$T/events")" 9105 \
	"... of whom"
is "$(jq -s 'map(.n) | . == (sort | unique)' "$T/events")" true \
	"events have numbers that grow"

# --- alerts ----------------------------------------------------------------------

run pmqa --dir "$H" hall alerts
like "$out" "9105" "what is wrong is listed"
like "$out" "Nobody is told" "... though nobody is told"
exits 3 "nobody to send a test to" pmqa --dir "$H" hall alerts test
stop "$H"
tell instant
touch "$T/tell-fails"
start "$H"
failing() {
	pmqa --dir "$H" hall alerts --json | jq -e '.sender.failing != null'
}
wait_until 60 failing || true
run pmqa --dir "$H" hall alerts
like "$out" "no road to the post" "a sender that fails says why"
like "$out" "tried again" "... and is tried again"
exits 1 "a test tells the same" pmqa --dir "$H" hall alerts test
like "$err" "no road to the post" "... with the sentence"
holds "nothing was told" test ! -e "$T/told"
# over a restart, nothing is lost
stop "$H"
rm "$T/tell-fails"
start "$H"
wait_until 60 told "ALERT: 9105" || true
is "$(grep -c "ALERT: 9105" "$T/told")" 1 "it is told after the restart"
like "$(cat "$T/told")" "== word " "by the command, with its words"
run pmqa --dir "$H" hall alerts test
is "$status" 0 "a test goes"
like "$(cat "$T/told")" "only a test" "... and says what it is"

# a refusal is told while it lasts, then that it is over
pmqa --dir "$B" assess open 2565 >/dev/null
sends "$B"
wait_until 60 told "ALERT: 9106" || true
is "$(grep -c "ALERT: 9105" "$T/told")" 1 "what lasts is not told again"
run pmqa --dir "$H" hall cycle 2565 due.submit=2599-03-31
wait_until 60 told "OVER: 9105" || true
wait_until 60 told "OVER: 9106" || true
is "$(grep -c "OVER: 9105" "$T/told")" 1 "an all-clear when it is over"
run pmqa --dir "$H" hall alerts --json
same_json "$out" '[(.open | length), (.ended | map(.office) | sort | unique)]' \
	'[0,["9105","9106"]]' "the list keeps what was"
stop "$H"

# by mail: a program in sendmail's place
cat >"$T/sendmail" <<SH
#!/bin/sh
{ echo "argv: \$*"; cat; } >>"$T/mails"
SH
chmod 755 "$T/sendmail"
sed -i -e '/^command = /d' -e '/^lang = /d' "$H/pmqad.conf"
cat >>"$H/pmqad.conf" <<-CONF
	mail = officer@example.org, chief@example.org
	sendmail = $T/sendmail
CONF
start "$H"
run pmqa --dir "$H" hall alerts test
is "$status" 0 "a test by mail"
like "$(cat "$T/mails")" "argv: -i -- officer@example.org chief@example.org" \
	"sendmail gets the addresses"
holds "the mail can be read" python3 - "$T/mails" <<'PY'
import email, email.policy, email.utils, sys
text = open(sys.argv[1], "rb").read().split(b"\n", 1)[1]
m = email.message_from_bytes(text, policy=email.policy.default)
assert m["To"] == "officer@example.org, chief@example.org", m["To"]
assert "สตูล" in m["Subject"], m["Subject"]
assert email.utils.parsedate_to_datetime(m["Date"]) is not None
assert m["Message-ID"].endswith(".pmqa.invalid>")
assert "pmqa hall alerts" in m.get_content()
PY
stop "$H"
for bad in 'mail = -oQ/tmp' 'command = tell' 'when = 25:00' 'kinds = all'; do
	cp "$H/pmqad.conf" "$T/conf"
	sed -i '/^mail = \|^when = /d' "$H/pmqad.conf"
	echo "$bad" >>"$H/pmqad.conf"
	run "$PMQA_BIN/pmqad" --dir "$H"
	isnt "$status" 0 "refused: $bad"
	cp "$T/conf" "$H/pmqad.conf"
done

# --- figures and health -------------------------------------------------------------

# every line by the rules of the text format 0.0.4
cat >"$T/prom.py" <<'PY'
import re, sys
name = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
label = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
sample = re.compile(rf"({name})(\{{{label}(?:,{label})*\}})? (-?\d+)$")
helped, typed, seen, last = set(), set(), set(), None
text = sys.stdin.read()
assert text.endswith("\n")
for line in text.splitlines():
    m = re.match(rf"# HELP ({name}) \S", line)
    if m:
        assert m[1] not in helped, line
        helped.add(m[1])
        last = m[1]
        continue
    m = re.match(rf"# TYPE ({name}) (gauge|counter)$", line)
    if m:
        assert m[1] == last and m[1] not in typed, line
        typed.add(m[1])
        continue
    m = sample.match(line)
    assert m, "no sample: " + line
    assert m[1] == last and m[1] in typed and m[1].startswith("pmqa_"), line
    assert (m[1], m[2]) not in seen, "twice: " + line
    seen.add((m[1], m[2]))
for want in sys.argv[1:]:
    assert any(s[0] == want for s in seen), "lacks " + want
PY
is_prometheus() { # DIR NAME…
	local dir=$1
	shift
	pmqa --dir "$dir" metrics | python3 "$T/prom.py" "$@"
}
start "$H"
holds "an office's figures" is_prometheus "$A" pmqa_info pmqa_revisions \
	pmqa_unsynced_revisions pmqa_sync_state pmqa_disk_free_bytes \
	pmqa_sync_last_success_timestamp_seconds pmqa_connections pmqa_queue_jobs
holds "a hall's figures" is_prometheus "$H" pmqa_offices pmqa_alerts \
	pmqa_office_last_seen_timestamp_seconds pmqa_office_failing \
	pmqa_office_behind_revisions pmqa_office_disk_bytes
like "$(pmqa --dir "$H" metrics)" 'pmqa_office_failing{office="9105"} 0' \
	"... by office"
exits 0 "healthy" pmqa --dir "$A" health
same_json "$(pmqa --dir "$A" health --json)" .ok true "... by JSON"
stop "$A"
exits 5 "a daemon that is away is not" pmqa --dir "$A" health

finish
