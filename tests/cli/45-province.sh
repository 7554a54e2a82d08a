#!/bin/bash
# Goal: the hall's acceptance log names every push, refusals too, and can be
# checked with stock tools; an auditor clones all offices with stock git through
# a real sshd, proves signatures and objects, and can do nothing else; objects
# are not stored twice; a log or a hall that went back is noticed.
# shellcheck disable=SC2317 # functions are called through run and wait_until
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

sshd_prepare "$T/sshd" "$H/authorized_keys"
sshd_start
U=ssh://$(id -un)@127.0.0.1:$sshd_port
sshd_offices "$H" "$A" "$B"
for d in "$A" "$B"; do
	pmqa --dir "$d" assess open 2565 >/dev/null
	pmqa --dir "$d" tick 1.1.B1 >/dev/null
	pmqa --dir "$d" sync --wait >/dev/null
done
tip_of() {
	pmqa --dir "$1" status --json | jq -r .tip
}

# --- the log ---------------------------------------------------------------

run pmqa --dir "$H" hall log --json
is "$status" 0 "hall log answers"
same_json "$out" '[.entries[] | .office + " " + .result + " " + .road]' \
	'["9106 admitted ssh","9105 admitted ssh"]' \
	"with both pushes, newest first"
same_json "$out" '.entries[0].new' "\"$(tip_of "$B")\"" "and what they brought"
run pmqa --dir "$H" hall log --office 9105 --json
same_json "$out" '[.entries[].device]' '["9105-a"]' "of one office alone"
run pmqa --dir "$H" hall log
like "$out" "revisions, to $(tip_of "$A" | cut -c1-10)" "for people in words"
run pmqa --dir "$H" --lang th hall log
like "$out" "รับเข้าแล้ว" "in Thai, too"
exits 2 "another result is a slip" pmqa --dir "$H" hall log --result good

# a forged commit by the office's own key on the road
as_office() { # REPOSITORY REFSPEC…
	local repo=$1
	shift
	GIT_SSH_COMMAND="ssh -F $A/ssh_config -o ControlPath=none" \
		git -C "$repo" push "$U/office" "$@"
}
git clone -q --bare "$A/repo.git" "$T/evil.git"
git -C "$T/evil.git" config user.name x
git -C "$T/evil.git" config user.email x@9105
tip=$(git -C "$T/evil.git" rev-parse refs/heads/office)
forged=$(git -C "$T/evil.git" commit-tree -p "$tip" -m forged "$tip^{tree}")
run as_office "$T/evil.git" "$forged:refs/heads/office"
isnt "$status" 0 "a forged commit is refused"
run as_office "$T/evil.git" "$forged:refs/heads/office"
run pmqa --dir "$H" hall log --result refused --json
same_json "$out" '[.entries[] | [.device, .new]]' \
	"[[\"9105-a\",\"$forged\"]]" \
	"the log has the refusal, and the same again not twice"
isnt "$(printf '%s' "$out" | jq -r '.entries[0].reason')" "" "and why"
is "$(grep -c '"outcome":"refused"' "$H/receive.log")" 2 \
	"receive.log has both"

# by a stick
pmqa --dir "$A" tick 1.1.B2 >/dev/null
mkdir "$T/stick"
pmqa --dir "$A" bundle create --to hall "$T/stick" >/dev/null
pmqa --dir "$H" bundle import "$T"/stick/* >/dev/null
run pmqa --dir "$H" hall log --limit 1 --json
same_json "$out" '[.entries[] | [.device, .result, .road, .new]]' \
	"[[\"9105-a\",\"admitted\",\"stick\",\"$(tip_of "$A")\"]]" \
	"what came by a stick is in the log"

# --- checked with stock tools ----------------------------------------------

log=$(find "$H/log" -name '*.jsonl')
is "$(jq -cS 'del(.hash)' "$log" | while IFS= read -r l; do
	printf %s "$l" | sha256sum
done | cut -c1-64)" "$(jq -r .hash "$log")" "each line is what its hash says"
is "$(jq -r .prev "$log" | tail -n +2)" "$(jq -r .hash "$log" | head -n -1)" \
	"and names the line before"
run pmqa --dir "$H" hall log --format json
is "$out" "$(cat "$log")" "json is the log as it is kept"
run pmqa --dir "$H" hall log --format csv --office 9105
is "$(printf '%s\n' "$out" | wc -l)" \
	$((1 + $(jq -r .office "$log" | grep -c 9105))) "csv has a line for each"
like "$out" "n,time,office,device,result" "and heads"

# --- auditors --------------------------------------------------------------

ssh-keygen -q -t ed25519 -N '' -C 'someone@sao' -f "$T/sao"
ssh-keygen -q -t rsa -b 2048 -N '' -C '' -f "$T/rsa"
exits 7 "a key of another kind is not taken" \
	pmqa --dir "$H" hall auditors add sao @"$T/rsa.pub"
like "$err" "ssh-keygen -t ed25519" "and how to make the right one is said"
exits 7 "nor a name that sshd's file must not have" \
	pmqa --dir "$H" hall auditors add 'sao" x' @"$T/sao.pub"
exits 4 "nor the key of an office" \
	pmqa --dir "$H" hall auditors add sao @"$(echo "$A"/keys/*.pub)"
exits 2 "an office has no auditors" pmqa --dir "$A" hall auditors list
run pmqa --dir "$H" hall auditors add sao @"$T/sao.pub"
is "$status" 0 "an auditor is admitted"
like "$out" "pmqa-province-1:" "its line is for a ministry"
like "$err" "git clone $U/province" "and the way for stock git is told"
exits 4 "another key under that name is a conflict" \
	pmqa --dir "$H" hall auditors add sao "$(ssh-keygen -q -t ed25519 \
		-N '' -C '' -f "$T/other" && cat "$T/other.pub")"
run pmqa --dir "$H" hall auditors list --json
same_json "$out" '[.auditors[].name]' '["sao"]' "the list has it"

as_key() { # KEY COMMAND…
	local key=$1
	shift
	GIT_SSH_COMMAND="ssh -F none -i $key -o IdentitiesOnly=yes \
-o StrictHostKeyChecking=no -o UserKnownHostsFile=$T/known -o LogLevel=ERROR" \
		"$@"
}
run as_key "$T/sao" git clone -q --mirror "$U/province" "$T/clone.git"
is "$status" 0 "stock git clones the province"
is "$(git -C "$T/clone.git" for-each-ref --format='%(refname)')" \
	"refs/halls/9105
refs/halls/9106
refs/heads/hall
refs/offices/9105
refs/offices/9106" "with every office, and the hall's own"
is "$(git -C "$T/clone.git" rev-parse refs/offices/9105)" "$(tip_of "$A")" \
	"as they are now"
run git -C "$T/clone.git" fsck --strict --full
is "$status" 0 "git fsck --strict is content"
git -C "$T/clone.git" cat-file blob refs/heads/hall:allowed_signers >"$T/signers"
proven() { # REF
	git -C "$T/clone.git" rev-list "$1" | while read -r id; do
		git -C "$T/clone.git" -c gpg.format=ssh \
			-c gpg.ssh.allowedSignersFile="$T/signers" \
			verify-commit "$id" 2>/dev/null || echo "$id"
	done
}
for ref in offices/9105 offices/9106 halls/9105 halls/9106 heads/hall; do
	is "$(proven "refs/$ref")" "" "git verify-commit: all of refs/$ref"
done
run git -C "$T/clone.git" log --oneline refs/offices/9105
like "$out" "1.1: tick B2" "git log tells what the office did"
anchor=$(git -C "$T/clone.git" cat-file blob refs/heads/hall:log.json)
is "$(printf '%s' "$anchor" | jq -r .hash)" "$(tail -1 "$log" | jq -r .hash)" \
	"the head of the log is signed by the hall"
is "$(git -C "$T/clone.git" cat-file blob refs/heads/hall:offices.json |
	jq -c 'map_values(.state)')" '{"9105":"active","9106":"active"}' \
	"and the list of its offices"
is "$(git -C "$T/clone.git" ls-tree --name-only refs/heads/hall:)" \
	"allowed_signers
auditors.json
editions
log.json
offices.json
province.json" "and what else belongs to the province"

# --- what an auditor's key may not do --------------------------------------

state_of() {
	written "$H"
	(cd "$H" && find offices province.git -type f -print0 | sort -z |
		xargs -0 sha256sum | sha256sum)
}
before=$(state_of)
raw() { # COMMAND: with the auditor's key
	ssh -F none -i "$T/sao" -o IdentitiesOnly=yes -o LogLevel=ERROR \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile="$T/known" \
		-p "$sshd_port" "$(id -un)@127.0.0.1" "$@"
}
run as_key "$T/sao" git -C "$T/clone.git" push "$U/province" \
	refs/heads/hall:refs/heads/x
isnt "$status" 0 "it can push nothing"
like "$err" "pmqa-denied: " "and hears why"
for c in "git-receive-pack 'province'" "git-upload-pack 'office'" \
	"git-upload-pack 'evidence/$(printf 'a%.0s' {1..64})'" \
	"git-upload-pack '$H/province.git'" "git-upload-pack 'province/.'" \
	"git-upload-pack 'province'; id" "git-upload-pack --strict 'province'" \
	"git-upload-archive 'province'" "git-upload-pack province" \
	"git upload-pack 'province'" "pmqa-steps 'office' - -" \
	"git-upload-pack '//province'" "git-upload-pack '../province'" id; do
	exits 1 "denied: ${c//$T/}" raw "$c"
done
exits 1 "no shell either" raw
like "$err" "it only fetches the province's repository" "and hears why"
# what lies in the offices' repositories and hangs on no ref of the province
GIT_SSH_COMMAND="ssh -F $A/ssh_config -o ControlPath=none" \
	git -C "$T/evil.git" fetch -q "$U/office" refs/heads/office
lone=$(echo secret | git -C "$H/offices/9105.git" hash-object -w --stdin)
run as_key "$T/sao" git -C "$T/clone.git" fetch "$U/province" "$lone"
isnt "$status" 0 "an object that no ref reaches is not given out"
rm "$H/offices/9105.git/objects/${lone:0:2}/${lone:2}"
rmdir --ignore-fail-on-non-empty "$H/offices/9105.git/objects/${lone:0:2}"
is "$(state_of)" "$before" "the hall is unchanged to the byte"

run env GIT_SSH_COMMAND="ssh -F $A/ssh_config -o ControlPath=none" \
	git ls-remote "$U/province"
isnt "$status" 0 "an office's key cannot read the province"
unlike "$out" "refs/" "not a name of it"

# --- size, growth ----------------------------------------------------------

is "$(find "$H/province.git/objects/pack" -name '*.pack' | wc -l)" 0 \
	"province.git has no pack of the offices' objects"
own=$(find "$H/province.git/objects" -type f ! -path '*/info/*' | wc -l)
hall=$(git -C "$H/province.git" rev-list refs/heads/hall | wc -l)
holds "it stores the hall's own objects alone ($own files, $hall commits)" \
	[ "$own" -le $((hall * 8)) ]
# (while nobody writes into it)
stop "$H"
run git -C "$H/province.git" fsck --strict --full
is "$status" 0 "and is whole with those of the offices"
run git -C "$H/province.git" verify-commit refs/heads/hall
is "$status" 0 "stock git at the hall knows its keys"
start "$H"
pmqa --dir "$B" tick 1.2.B1 >/dev/null
pmqa --dir "$B" sync --wait >/dev/null
follows() {
	[ "$(git -C "$H/province.git" rev-parse refs/offices/9106)" = \
		"$(tip_of "$B")" ]
}
holds "the refs follow a push by themselves" wait_until 60 follows
old=$(git -C "$T/clone.git" rev-parse refs/heads/hall)
run as_key "$T/sao" git -C "$T/clone.git" fetch -q \
	"$U/province" 'refs/*:refs/*'
is "$status" 0 "a later fetch goes forward"
holds "the hall's history grew" git -C "$T/clone.git" merge-base --is-ancestor \
	"$old" refs/heads/hall
isnt "$(git -C "$T/clone.git" rev-parse refs/heads/hall)" "$old" \
	"by the new head of the log"

# --- verify, and what went back --------------------------------------------

run pmqa --dir "$H" verify --json
is "$status" 0 "verify finds nothing"
same_json "$out" '.checked.log' "$(wc -l <"$log")" "and has seen every line"
cp "$log" "$T/log.kept"
sed -i '2s/9106-a/9105-a/' "$log"
run pmqa --dir "$H" verify
is "$status" 9 "a changed line is found"
like "$out" "line 2 of the acceptance log" "and named"
cp "$T/log.kept" "$log"
sed -i '$d' "$log"
run pmqa --dir "$H" verify
is "$status" 9 "a log that was cut is found"
like "$out" "but this hall signed for $(wc -l <"$T/log.kept")" \
	"by what the hall signed"
rm -r "$H/log"
run pmqa --dir "$H" verify
is "$status" 9 "so is one that is gone"
like "$out" "office 9106 has" "and the receipts name what it lacks"
mkdir -m 750 "$H/log"
cp "$T/log.kept" "$log"
run pmqa --dir "$H" verify
is "$status" 0 "the kept log is in order again"

# a hall whose daemon died between a push and its line
kill_daemon "$H"
head -n -1 "$T/log.kept" >"$log"
rm -r "$H/province.git"
start "$H"
entered() {
	[ "$(pmqa --dir "$H" hall log --limit 1 --json |
		jq -r '.entries[0].new')" = "$(tip_of "$B")" ]
}
holds "a push without a line is entered at the start" wait_until 60 entered
run pmqa --dir "$H" hall log --limit 1
like "$out" "found at the start" "and called so"

run pmqa --dir "$H" hall auditors remove sao
is "$status" 0 "an auditor's right ends"
run as_key "$T/sao" git ls-remote "$U/province"
isnt "$status" 0 "and sshd knows the key no more"
exits 3 "an unknown one cannot be removed" \
	pmqa --dir "$H" hall auditors remove sao

finish
