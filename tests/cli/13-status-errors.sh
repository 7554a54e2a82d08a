#!/usr/bin/env bash
# Goal: every fault has its exit status, its sentence and, with --json, one
# error document on standard error; nothing a text holds can steer a terminal.
. "$(dirname "$0")/lib.sh"

new_office "$T/A" 9105 ละงู
new_hall "$T/H" 91 สตูล
start "$T/A"
start "$T/H"
A() { pmqa --dir "$T/A" "$@"; }
# shellcheck disable=SC2317 # exits calls it
H() { pmqa --dir "$T/H" "$@"; }

exits 2 "no command" pmqa
like "$out" "assess open" "lists the commands"
exits 2 "an unknown command" A hallo
exits 2 "nearly a command" A stauts
like "$err" "pmqa status" "is guessed"
exits 2 "half a command" A hall
like "$err" "pmqa help hall" "and where its other halves are listed"
exits 0 "with --help they are explained" A hall --help
like "$out" "hall return OFFICE" "all of them"
unlike "$out" "evidence add" "and no others"
exits 0 "help names them too" A help edition
like "$out" "edition wording" "by their first word"
exits 2 "an unknown option" A status --nosuch
like "$err" "pmqa status --help" "and where those are that it has"
exits 2 "one of no command" pmqa --nosuch
like "$err" "see pmqa help" "and where the commands are"
exits 2 "an option of another command" A status --wait
exits 2 "an option without its value" A history --limit
exits 2 "an option twice" A tick 1.1.B1 --reason a --reason b
exits 2 "too many arguments" A score 1.1
exits 2 "too few arguments" A tick
exits 2 "--dir and --socket" A status --socket "$T/A/pmqad.sock"
exits 2 "a language that is none" A status --lang fr
exits 2 "a year that is none" A assess open next
exits 0 "a year in Thai digits" A assess open ๒๕๖๕
exits 0 "--socket" pmqa --socket "$T/A/pmqad.sock" status
exits 0 "PMQA_DIR" env PMQA_DIR="$T/A" "$PMQA_BIN/pmqa" status
exits 0 "--" A set --reason x -- 1.1 gap=--wait
exits 2 "an office's command at the hall" H tick 1.1.B1
exits 2 "the hall's command at an office" A hall status
exits 2 "at the hall an office is named" H score
like "$err" "--office CODE" "and how is said"
exits 3 "one that is not enrolled" H score --office 9107
exits 7 "a request line that is none" H hall enroll nonsense
exits 7 "an answer line that is none" A enroll accept nonsense
long=$(printf '%0120d' 0)
exits 7 "a path too long for a socket" pmqa --dir "$T/$long" status

run A tick 1.1.B9 --json
is "$out" "" "a fault prints nothing on standard output"
same_json "$err" '[.error.code, (.error | keys)]' \
	'["not_found",["code","data","hint","message"]]' "the error document"
run A status --nosuch --json
same_json "$err" .error.code '"usage"' "also for a wrong command line"
run pmqa --dir "$T/none" --json status
same_json "$err" .error.code '"unreachable"' "also without a daemon"

A set 1.1 owner=$'evil\u202etxt' >/dev/null 2>&1 || true
run A show 1.1
unlike "$out" $'\u202e' "a direction override does not reach the terminal"
run A show 1.1 --json
unlike "$out" $'\u202e' "nor in JSON"
if script -qec true /dev/null >/dev/null 2>&1; then
	run script -qec "$PMQA_BIN/pmqa --dir $T/A score" /dev/null
	like "$out" $'\e[' "a terminal gets colours"
	run env NO_COLOR=1 script -qec "$PMQA_BIN/pmqa --dir $T/A score" /dev/null
	unlike "$out" $'\e[' "not with NO_COLOR"
else
	echo "skipped: no pseudo-terminals here, so colours were not looked at"
fi
run A score
unlike "$out" $'\e[' "a pipe gets none"

run bash -c '"$0" --dir "$1" score >/dev/full' "$PMQA_BIN/pmqa" "$T/A"
is "$status" 1 "a full standard output is a failure"
finish
