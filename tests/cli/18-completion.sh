#!/usr/bin/env bash
# Goal: every shell completes commands, options, items, points, fields and
# revisions as the daemon knows them, and a line that makes no sense yet prints
# nothing.
. "$(dirname "$0")/lib.sh"

new_office "$T/A" 9105 ละงู
start "$T/A"
pmqa --dir "$T/A" assess open 2565 >/dev/null
pmqa --dir "$T/A" tick 1.1.B1 >/dev/null
export PMQA_DIR=$T/A

lines() { printf '%s\n' "$out" | grep -c . || true; }

run pmqa complete -- s
like "$out" "set" "a command by its first letter"
like "$out" "status" "and another"
unlike "$out" "tick" "but none that begins otherwise"
run pmqa complete -- assess ''
is "$(printf '%s\n' "$out" | sort | head -1)" "open" "the second word of a command"
run pmqa complete -- show 1.
like "$out" "1.4" "items"
unlike "$out" "2.1" "of that category only"
run pmqa complete -- tick 1.1.B
is "$out" $'1.1.B1\n1.1.B2\n1.1.B3' "points of an item's level"
run pmqa complete -- set 1.1 exp
is "$out" $'explanation.basic=\nexplanation.advance=\nexplanation.significance=' "fields with their ="
run pmqa complete -- action add ''
like "$out" "what=" "fields of an action"
unlike "$out" "origin.year" "but none that the system writes"
run pmqa complete -- history 1.1.str
is "$out" "1.1.strengths" "a field behind its item"
run pmqa complete -- diff a
is "$(printf '%s\n' "$out" | sort)" $'a1\na2' "revisions"
run pmqa complete -- show --at a
is "$(printf '%s\n' "$out" | sort)" $'a1\na2' "revisions of an option"
run pmqa complete -- show --at=a
is "$(printf '%s\n' "$out" | sort)" $'--at=a1\n--at=a2' "an option's value in one word"
run pmqa complete -- show --at = a
is "$(printf '%s\n' "$out" | sort)" $'a1\na2' "and in the three that bash makes of it"
run pmqa complete -- tick --re
is "$out" "--reason" "an option of the command"
run pmqa complete -- --lang ''
is "$out" $'th\nen' "the words of an option"
run pmqa complete -- nosuch ''
is "$(lines) $status" "0 0" "nothing for a command that is not there"
run pmqa --dir "$T/nowhere" complete -- show 1.
is "$(lines) $status${err:+ $err}" "0 0" "nothing, and no error, without a daemon"
unset PMQA_DIR
run pmqa complete -- --dir "$T/A" show 7.
like "$out" "7.6" "the daemon that the line itself names"

export PMQA_DIR=$T/A PATH=$PMQA_BIN:$PATH
cat >"$T/bash" <<'EOF'
source <(pmqa completion bash)
COMP_WORDS=(pmqa show 1.) COMP_CWORD=2
_pmqa 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}"
EOF
run bash "$T/bash"
is "$out" $'1.1\n1.2\n1.3\n1.4' "bash asks and gets"
if command -v zsh >/dev/null; then
	pmqa completion zsh >"$T/zsh"
	exits 0 "the script for zsh has no fault" zsh -n "$T/zsh"
fi
if command -v fish >/dev/null; then
	pmqa completion fish >"$T/fish"
	exits 0 "the script for fish has no fault" fish -n "$T/fish"
	run fish -c "source $T/fish; complete -C 'pmqa show 1.'"
	is "$out" $'1.1\n1.2\n1.3\n1.4' "fish asks and gets"
fi
exits 2 "another shell is refused" pmqa completion tcsh
like "$err" "bash, zsh, fish" "and the known ones are named"
finish
