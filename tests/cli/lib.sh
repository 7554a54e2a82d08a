# shellcheck shell=bash
# lib: what every black-box script uses. Source it first:
#
#   # Goal: …
#   . "$(dirname "$0")/lib.sh"
#   new_office "$T/A" 9105 ละงู && start "$T/A"
#   run pmqa --dir "$T/A" status
#   is "$status" 0 "status answers"
#   finish
#
# Gives:  $T           temporary directory of this script, removed at its end
#         $PMQA_BIN    where the programs are (default build/debug/bin)
#         pmqa         a function that calls the program
#         run          runs a command: $out, $err, $status
#         ok not_ok is isnt like unlike exits holds same_json: one assertion
#         new_office new_hall start stop written kill_daemon pid_of wait_until enrol
#         calm set_sync status_of sync_field: exchanges of an office
#         words make_pdf flip sha_of: content; now_ms; at_most: an assertion of it
#         finish       the last line of every script: the sums and the status
# Every daemon started with start() is ended by its process id at exit.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
PMQA_BIN=${PMQA_BIN:-$ROOT/build/debug/bin}
PMQA_BIN=$(cd "$PMQA_BIN" && pwd)
export PMQA_BIN

base=${TMPDIR:-/tmp}
[ "${#base}" -le 60 ] || base=/tmp # the path of a socket has 108 bytes
T=$(mktemp -d "$base/pmqa-cli-XXXXXX")
mkdir "$T/home"

# the same surroundings for everybody
export HOME="$T/home" LC_ALL=C.UTF-8 PMQA_LANG=en TZ=UTC COLUMNS=100 TERM=xterm
unset PMQA_DIR PMQA_SOCKET NO_COLOR LANGUAGE XDG_CONFIG_HOME
unset GIT_DIR GIT_WORK_TREE GIT_CONFIG_PARAMETERS SSH_AUTH_SOCK "${!PYTHON@}"

passed=0
failed=0
out='' err='' status=0
declare -A daemon_pid=()

# at_exit [COMMAND…]: these, ends the daemons, removes the directory
at_exit() {
	local code=$? dir command
	set +e
	for command in "$@"; do
		"$command"
	done
	for dir in "${!daemon_pid[@]}"; do
		kill -KILL "${daemon_pid[$dir]}" 2>/dev/null || true
		wait "${daemon_pid[$dir]}" 2>/dev/null || true
	done
	if [ "$code" -ne 0 ] && [ -n "${PMQA_KEEP:-}" ]; then
		echo "# kept: $T"
	else
		rm -rf "$T"
	fi
	exit "$code"
}
trap at_exit EXIT

# a command that fails outside run() and the assertions is a failed script; -E:
# in a function as well
told_error() { # COMMAND
	local i at=''
	for ((i = 1; i < ${#BASH_SOURCE[@]}; i++)); do
		at+="${BASH_SOURCE[i]}:${BASH_LINENO[i - 1]}: "
	done
	echo "not ok - $at$1" >&2
}
set -E
trap 'told_error "$BASH_COMMAND"' ERR

pmqa() {
	"$PMQA_BIN/pmqa" "$@"
}

# run COMMAND…: $out, $err (without the last line ends) and $status
run() {
	status=0
	"$@" >"$T/.out" 2>"$T/.err" </dev/null || status=$?
	out=$(tr -d '\000' <"$T/.out")
	err=$(tr -d '\000' <"$T/.err")
}

# --- assertions ------------------------------------------------------------

ok() { # TEXT
	passed=$((passed + 1))
	echo "ok - $1"
}

not_ok() { # TEXT [WHY…]
	failed=$((failed + 1))
	echo "not ok - $1"
	shift
	local line
	for line in "$@"; do
		printf '%s\n' "$line" | sed 's/^/#   /'
	done
}

is() { # GOT WANT TEXT
	if [ "$1" = "$2" ]; then
		ok "$3"
	else
		not_ok "$3" "got:  $1" "want: $2" "${err:+err:  $err}"
	fi
}

isnt() { # GOT OTHER TEXT
	if [ "$1" != "$2" ]; then
		ok "$3"
	else
		not_ok "$3" "got just that: $1"
	fi
}

like() { # GOT PART TEXT: the part stands in it as it is
	case "$1" in
	*"$2"*) ok "$3" ;;
	*) not_ok "$3" "got:   $1" "lacks: $2" ;;
	esac
}

unlike() { # GOT PART TEXT
	case "$1" in
	*"$2"*) not_ok "$3" "got:  $1" "with: $2" ;;
	*) ok "$3" ;;
	esac
}

exits() { # STATUS TEXT COMMAND…
	local want=$1 text=$2
	shift 2
	run "$@"
	if [ "$status" -eq "$want" ]; then
		ok "$text"
	else
		not_ok "$text" "exit status $status, expected $want" \
			"${out:+out: $out}" "${err:+err: $err}"
	fi
}

# holds TEXT COMMAND…: the command succeeds
holds() {
	local text=$1
	shift
	if "$@"; then
		ok "$text"
	else
		not_ok "$text" "not so: $*"
	fi
}

at_most() { # GOT MOST TEXT: numbers
	if [ "$1" -le "$2" ]; then
		ok "$3 ($1 of $2)"
	else
		not_ok "$3" "got:  $1" "most: $2"
	fi
}

# same_json GOT FILTER WANT TEXT: jq's answer, compact, keys sorted
same_json() {
	local got
	if ! got=$(printf '%s' "$1" | jq -cS "$2" 2>&1); then
		not_ok "$4" "jq: $got" "in: $1"
		return
	fi
	if [ "$got" = "$3" ]; then
		ok "$4"
	else
		not_ok "$4" "got:  $got" "want: $3" "of: $2"
	fi
}

finish() {
	trap - ERR
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] || exit 1
	[ "$passed" -gt 0 ] || exit 1
	exit 0
}

# --- daemons ---------------------------------------------------------------

# wait_until SECONDS COMMAND…: polls until it succeeds; 1 at the deadline
wait_until() {
	local deadline=$(($(date +%s) + $1))
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -le "$deadline" ] || return 1
		sleep 0.05
	done
}

new_office() { # DIR CODE NAME
	pmqa --dir "$1" init --code "$2" --name "$3" >/dev/null
}

new_hall() { # DIR CODE NAME
	pmqa --dir "$1" init --role hall --code "$2" --name "$3" >/dev/null
}

pid_of() { # DIR
	echo "${daemon_pid[$1]:?no daemon was started on $1}"
}

# start DIR [ARGUMENT…]: a daemon in the background, ready when this returns.
# Its log is DIR.log. PMQA_RUN (such as valgrind) may stand before it.
start() {
	local dir=$1
	shift
	# shellcheck disable=SC2086 # PMQA_RUN is a list of words
	${PMQA_RUN:-} "$PMQA_BIN/pmqad" --dir "$dir" "$@" \
		>>"$dir.log" 2>&1 </dev/null &
	daemon_pid[$dir]=$!
	if ! wait_until 60 settled "$dir" || ! kill -0 "${daemon_pid[$dir]}"; then
		echo "# the daemon on $dir does not answer; its log:"
		sed 's/^/#   /' "$dir.log"
		return 1
	fi
}

# settled DIR: the daemon answers, or has ended (seen at once, not only at the
# deadline)
settled() {
	kill -0 "${daemon_pid[$1]}" 2>/dev/null || return 0
	pmqa --dir "$1" status
}

# written DIR: waits until all that the daemon has acknowledged stands in its
# repositories (a receipt of the hall's: after some seconds)
written() {
	wait_until 60 has_written "$1"
}

has_written() { # DIR
	[ "$(status_of "$1" .journal)" = 0 ]
}

stop() { # DIR: asks it to end and waits for it
	local pid
	pid=$(pid_of "$1")
	unset "daemon_pid[$1]"
	kill -TERM "$pid" 2>/dev/null || true
	wait "$pid" || return $?
}

kill_daemon() { # DIR: kill -9
	local pid
	pid=$(pid_of "$1")
	unset "daemon_pid[$1]"
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null || true
}

# enrol OFFICE_DIR HALL_DIR: both daemons run; the three lines of text
enrol() {
	local request answer
	request=$(pmqa --dir "$1" enroll --json | jq -r .request)
	answer=$(pmqa --dir "$2" hall enroll "$request" --yes --json | jq -r .answer)
	pmqa --dir "$1" enroll accept "$answer" >/dev/null
}

# --- exchanges ---------------------------------------------------------------

# before the daemon starts: milliseconds; none by the clock in a day
set_sync() { # DIR AFTER_SAVE_MS BACKOFF_MIN_MS BACKOFF_MAX_MS
	sed -i -e 's/^interval = .*/interval = 86400/' \
		-e "s/^after_save_ms = .*/after_save_ms = $2/" \
		-e "s/^backoff_min_ms = .*/backoff_min_ms = $3/" \
		-e "s/^backoff_max_ms = .*/backoff_max_ms = $4/" \
		"$1/pmqad.conf"
}

calm() { # DIR: no automatic sync, the script says when
	set_sync "$1" 3600000 3600000 3600000
}

status_of() { # DIR FILTER
	pmqa --dir "$1" status --json | jq -r "$2"
}

sync_field() { # FILTER: of the answer to `sync --json` that run() has
	printf '%s' "$out" | jq -r "$1"
}

# --- content -----------------------------------------------------------------

words() { # BYTES: text that does not shrink
	# cut reads to the end: a closed pipe would fail the whole line
	head -c "$1" /dev/urandom | base64 -w 0 | cut -c "1-$1"
}

make_pdf() { # FILE BYTES
	{
		printf '%%PDF-1.4\n'
		head -c "$2" /dev/urandom
		printf '\n%%%%EOF\n'
	} >"$1"
}

flip() { # FILE OFFSET: that byte becomes another one, whatever it was
	local old
	old=$(od -An -tu1 -j "$2" -N 1 "$1")
	# shellcheck disable=SC2059 # the form is the byte
	printf "\\x$(printf %02x $((old ^ 1)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

sha_of() { # FILE
	sha256sum "$1" | cut -d ' ' -f 1
}

now_ms() {
	date +%s%3N
}
