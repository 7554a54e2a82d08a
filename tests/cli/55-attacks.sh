#!/bin/bash
# Goal: who has a key of an office or of an auditor and means ill gets nothing
# past the hall's log and takes nothing from others: a push whose sender goes
# away, a log as large as no push may be, a key that serves twice, connections
# without end.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/support/sshd.sh
. "$ROOT/tests/support/sshd.sh"

H=$T/H A=$T/A B=$T/B
trap 'at_exit sshd_stop' EXIT

sshd_prepare "$T/sshd" "$H/authorized_keys"
sshd_start
U=ssh://$(id -un)@127.0.0.1:$sshd_port
pmqa --dir "$H" init --role hall --code 91 --name สตูล \
	--url "$U" --host-key "$T/sshd/host.pub" >/dev/null
new_office "$A" 9105 ละงู
new_office "$B" 9106 ควนกาหลง
calm "$A"
calm "$B"
start "$H"
start "$A"
start "$B"
enrol "$A" "$H"
enrol "$B" "$H"
for d in "$A" "$B"; do
	pmqa --dir "$d" assess open 2565 >/dev/null
	pmqa --dir "$d" sync --wait >/dev/null
done

tip_of() { # DIR
	pmqa --dir "$1" status --json | jq -r .tip
}

hall_tip() { # OFFICE
	git -C "$H/offices/$1.git" rev-parse refs/heads/office
}

is_logged() { # ID
	pmqa --dir "$H" hall log --result admitted --json |
		jq -e --arg id "$1" 'any(.entries[]; .new == $id)'
}

# tick DIR POINT: into the repository, too
tick() {
	pmqa --dir "$1" tick "$2" >/dev/null
	wait_until 60 in_repo "$1"
}

in_repo() { # DIR
	[ "$(git -C "$1/repo.git" rev-parse refs/heads/office)" = "$(tip_of "$1")" ]
}

# --- a sender that goes away -------------------------------------------------

# go_away OFFICE_DIR DEVICE: pushes its branch, and listens no more once it has
# seen the refs
go_away() {
	python3 - "$PMQA_BIN/pmqa-receive" "$H" "$1/repo.git" "$2" "$(hall_tip "${2%-*}")" <<-'EOT'
		import subprocess, sys
		receive, hall, repo, device, old = sys.argv[1:]
		def git(*args, text=b""):
		    return subprocess.run(["git", "-C", repo, *args], input=text,
		        stdout=subprocess.PIPE, check=True).stdout
		new = git("rev-parse", "refs/heads/office").decode().strip()
		pack = git("pack-objects", "-q", "--stdout", "--revs",
		    text=f"{new}\n^{old}\n".encode())
		p = subprocess.Popen([receive, "--dir", hall, device],
		    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
		    stderr=subprocess.DEVNULL,
		    env={"SSH_ORIGINAL_COMMAND": "git-receive-pack 'office'",
		        "PATH": "/usr/bin:/bin"})
		while (n := int(p.stdout.read(4), 16)) != 0:
		    p.stdout.read(n - 4)
		p.stdout.close()
		ask = f"{old} {new} refs/heads/office\0report-status".encode()
		p.stdin.write(b"%04x" % (len(ask) + 4) + ask + b"0000" + pack)
		p.stdin.close()
		p.wait()
	EOT
}

lost=0
for p in 1.1.A1 1.1.S1 1.1.B1 1.1.B2 1.1.B3; do
	tick "$A" "$p"
	go_away "$A" 9105-a
	is "$(hall_tip 9105)" "$(tip_of "$A")" "what came whole is taken: $p"
	wait_until 60 is_logged "$(tip_of "$A")" || lost=$((lost + 1))
done
is "$lost" 0 "and the log has it, whoever listens"

# --- a log that is larger than a push may be ---------------------------------

log=$(echo "$H"/log/*.jsonl)
tail -n 1 "$log" >"$T/last"
cp "$log" "$T/log.kept"
: >"$T/large"
truncate -s 300M "$T/large"
{
	echo
	cat "$T/last"
} >>"$T/large"
cat "$T/large" >"$log"
tick "$B" 1.1.B1
run pmqa --dir "$B" sync --wait
is "$status" 0 "an office is taken in"
is "$(hall_tip 9106)" "$(tip_of "$B")" "its branch moved"
is "$(tail -n 1 "$log" | jq -r .new)" "$(tip_of "$B")" \
	"and the log goes on, as long as it is"

cp "$T/log.kept" "$log"

# --- a log that is full when a file has come ---------------------------------

# push_file REF ID: of the office's evidence; no file of the hall's may grow
# beyond 900 KiB
push_file() {
	python3 - "$PMQA_BIN/lib/pmqa-door" "$H" "$A/evidence.git" "$1" "$2" <<-'EOT'
		import resource, subprocess, sys
		door, hall, repo, ref, new = sys.argv[1:]
		pack = subprocess.run(["git", "-C", repo, "pack-objects", "-q", "--stdout",
		    "--revs"], input=f"{new}\n".encode(), stdout=subprocess.PIPE,
		    check=True).stdout
		ask = f"{'0' * 40} {new} {ref}\0report-status".encode()
		most = 900 * 1024
		p = subprocess.run([door, "--dir", hall, "9105-a"],
		    input=b"%04x" % (len(ask) + 4) + ask + b"0000" + pack,
		    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
		    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
		    env={"SSH_ORIGINAL_COMMAND": f"git-receive-pack 'evidence/{ref[-64:]}'",
		        "PATH": "/usr/bin:/bin"})
		print(p.stderr.decode())
	EOT
}

text_only() { # the office's text without its files
	git -C "$A/repo.git" push -q --receive-pack="env SSH_ORIGINAL_COMMAND=\"git-receive-pack 'office'\" $PMQA_BIN/pmqa-receive --dir $H 9105-a #" \
		"$H/offices/9105.git" refs/heads/office
}

make_pdf "$T/f.pdf" 200000
pmqa --dir "$A" evidence add 1.1 "$T/f.pdf" >/dev/null
wait_until 60 in_repo "$A"
sha=$(sha_of "$T/f.pdf")
file=$(git -C "$A/evidence.git" rev-parse "refs/evidence/$sha")
run text_only
is "$status" 0 "the record that names a file is at the hall"
cp "$log" "$T/log.kept"
tail -n 1 "$log" >"$T/last"
: >"$T/large"
truncate -s 1M "$T/large"
{
	echo
	cat "$T/last"
} >>"$T/large"
cat "$T/large" >"$log"
run push_file "refs/evidence/$sha" "$file"
like "$out" "pmqa-trouble: the hall cannot enter this push into its log" \
	"a file whose line finds no room is not said to be taken in"
is "$(git -C "$H/evidence/9105.git" rev-parse "refs/evidence/$sha")" "$file" \
	"though it is there"
cp "$T/log.kept" "$log"
run pmqa --dir "$A" sync --wait
is "$status" 0 "the office comes again"
isnt "$(pmqa --dir "$A" evidence list --json | jq -r --arg sha "$sha" \
	'.evidence[] | select(.sha256 == $sha).at_hall')" null "and has the file's receipt"
holds "which the log has taken in by then" is_logged "$file"
is "$(find "$H/slots" -name "*$sha*" | wc -l)" 0 "and no note of it stays"

# --- a log that cannot be written --------------------------------------------

rm "$H/log/lock"
mkdir "$H/log/lock"
tick "$B" 1.1.B2
before=$(hall_tip 9106)
run pmqa --dir "$B" sync --wait
isnt "$status" 0 "without a log nothing is taken in"
is "$(hall_tip 9106)" "$before" "the branch stands where it stood"
rmdir "$H/log/lock"
synced() {
	pmqa --dir "$B" sync --wait
}
holds "and comes in once there is one again" wait_until 60 synced
holds "with its line" is_logged "$(tip_of "$B")"

# the hook is killed before it writes: the same without a daemon to settle it
tick "$B" 1.1.B3
run git -C "$B/repo.git" push -q --receive-pack='git -c core.hooksPath=/dev/null receive-pack' \
	"$H/offices/9106.git" refs/heads/office
is "$status" 0 "a push whose hook did not run"
tick "$A" 1.2.B1
run pmqa --dir "$A" sync --wait
is "$status" 0 "others come meanwhile"
follows() {
	[ "$(git -C "$H/province.git" rev-parse refs/offices/9105)" = "$(hall_tip 9105)" ]
}
holds "and the province has theirs" wait_until 60 follows
isnt "$(git -C "$H/province.git" rev-parse refs/offices/9106)" "$(hall_tip 9106)" \
	"but not what has no line"
holds "the office gets its receipt all the same" wait_until 60 synced
holds "after the line was written" is_logged "$(tip_of "$B")"
run pmqa --dir "$H" verify
is "$status" 0 "verify agrees"

# --- connections without end -------------------------------------------------

ssh-keygen -q -t ed25519 -N '' -C '' -f "$T/sao"
pmqa --dir "$H" hall auditors add sao @"$T/sao.pub" >/dev/null

held=()
served() {
	pgrep -fc "upload-pack --strict $H/province.git" || true
}

is_shown() { # the refs of the connection stand there
	grep -qa refs/heads/hall "$T/held.$1"
}
few() {
	[ "$(served)" -le 4 ]
}

hold() { # opens one and says nothing
	ssh -F none -i "$T/sao" -o IdentitiesOnly=yes -o LogLevel=ERROR \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile="$T/known" \
		-p "$sshd_port" "$(id -un)@127.0.0.1" \
		"git-upload-pack 'province'" \
		<"$T/silence" >"$T/held.$1" 2>&1 &
	held+=($!)
	wait_until 60 is_shown "$1"
}

mkfifo "$T/silence"
exec 7<>"$T/silence"
for i in 1 2 3 4 5 6 7; do
	hold "$i"
done
holds "an auditor who opens connections without end holds a few" \
	wait_until 60 few
like "$(tr -d '\0' <"$T/held.7")" "refs/heads/hall" "and is served by the newest"
exec 7>&-
kill "${held[@]}" 2>/dev/null || true
wait "${held[@]}" 2>/dev/null || true

finish
