#!/usr/bin/env bash
# Goal: the documents under --json have the members of the design, with their
# types: scripts stand on them.
. "$(dirname "$0")/lib.sh"

new_office "$T/A" 9105 ละงู
new_hall "$T/H" 91 สตูล
start "$T/A"
start "$T/H"
A() { pmqa --dir "$T/A" "$@"; }
# shellcheck disable=SC2317 # run calls it
H() { pmqa --dir "$T/H" "$@"; }

# has DOCUMENT TYPES TEXT: {"member":"type"} of all members named
has() {
	local want
	want=$(jq -cS . <<<"$2")
	same_json "$1" ". as \$d | $want | with_entries(.key as \$k |
		.value = (if \$d | has(\$k) then \$d[\$k] | type else \"absent\" end))" \
		"$want" "$3"
}

A assess open 2565 >/dev/null
run A tick 1.1.B1 --json
has "$out" '{"revision":"string","commit":"string","record":"string","changes":"array"}' tick
run A set 1.1 gap=x --json
has "$out" '{"revision":"string","commit":"string","record":"string","changes":"array"}' set
has "$(jq '.changes[0]' <<<"$out")" '{"field":"string","old":"null","new":"string"}' "set: a change"
run A status --json
has "$out" '{"office":"string","role":"string","device":"string","cycle":"number","edition":"string","tip":"string","revision":"string","journal":"number","unsynced":"number","receipt":"null","synced":"boolean","conflicts":"number","sync":"object","storage":"object"}' status
has "$(jq .sync <<<"$out")" '{"state":"string","since":"string","last_success":"null"}' "status: sync"
same_json "$out" '.sync | has("last_error") and has("next_try")' true "status: error and next try"
has "$(jq .storage <<<"$out")" '{"ok":"boolean","free_bytes":"number"}' "status: storage"
same_json "$out" '[.synced, .unsynced]' '[false,3]' "status: nothing is confirmed"
run A show 1.1 --json
has "$out" '{"record":"string","revision":"string","commit":"string","fields":"object"}' show
run A score --json
has "$out" '{"total":"string","categories":"array","items":"array"}' score
has "$(jq '.items[0]' <<<"$out")" '{"id":"string","score":"string","level":"string","ticked":"number","points":"number"}' "score: an item"
same_json "$out" '[(.categories | length), (.items | length)]' '[7,30]' "score: all of them"
same_json "$out" '[.. | .score? // empty | test("^[0-9]+[.][0-9]{2}$")] | all' true "scores are decimal strings"
run A history --json
has "$out" '{"revisions":"array","next":"null"}' history
has "$(jq '.revisions[0]' <<<"$out")" '{"revision":"string","commit":"string","parents":"array","time":"string","received":"null","person":"object","device":"string","action":"string","record":"string","reason":"string","changes":"array"}' "history: a revision"
has "$(jq '.revisions[0].person' <<<"$out")" '{"login":"string","name":"string"}' "history: a person"
# every field of a revision that wrote many is listed
same_json "$out" '[.revisions[-1] | .. | .field? // empty] | unique' \
	'["code","cycle","edition.blob","edition.id","name","status"]' "history: no field is lost"
run A diff a1 a3 --json
has "$out" '{"from":"string","to":"string","records":"array"}' diff
run A verify --json
has "$out" '{"ok":"boolean","checked":"object","findings":"array"}' verify
has "$(jq .checked <<<"$out")" '{"commits":"number","signatures":"number","receipts":"number","evidence":"number","records":"number"}' "verify: checked"
same_json "$out" .ok true "verify: in order"
run A edition show --json
has "$out" '{"id":"string","categories":"array","items":"array","levels":"array"}' "edition show"
run A assess show --json
has "$out" '{"record":"string","revision":"string","commit":"string","fields":"object"}' "assess show"
run A enroll --json
has "$out" '{"request":"string","fingerprint":"string","code":"string","device":"string"}' enroll
request=$(jq -r .request <<<"$out")
run H hall enroll "$request" --yes --json
has "$out" '{"answer":"string","office":"string","device":"string","fingerprint":"string"}' "hall enroll"
answer=$(jq -r .answer <<<"$out")
run A enroll accept "$answer" --json
has "$out" '{"hall":"string","hall_name":"string","fingerprint":"string","urls":"array"}' "enroll accept"
run A sync --wait --json
has "$out" '{"synced":"boolean","pushed":"number","fetched":"number","receipt":"object"}' "sync --wait"
run A status --json
same_json "$out" '[.synced, .unsynced, (.receipt.tip == .tip)]' '[true,0,true]' \
	"status: synced by a receipt for the tip"
run H hall status --json
has "$(jq '.offices[0]' <<<"$out")" '{"code":"string","name":"string","state":"string","tip":"string","receipt":"object","revisions":"number","pending_since":"null","failing":"null","devices":"array","conflicts":"number"}' "hall status"
same_json "$out" '.offices[0] | has("last_seen")' true "hall status: last seen"
run H history --office 9105 --json
same_json "$out" '[.revisions[].received | type] | unique' '["string"]' \
	"at the hall every revision has a time of receipt"
run pmqa --version --json
has "$out" '{"program":"string","version":"string","protocol":"number"}' "--version"
run pmqa help --json
has "$(jq '.commands[0]' <<<"$out")" '{"name":"string","arguments":"string","summary":"string","options":"array"}' help

# the same question twice gives the same bytes
A score --json >"$T/one"
A score --json >"$T/two"
is "$(cat "$T/one")" "$(cat "$T/two")" "documents are stable"
finish
