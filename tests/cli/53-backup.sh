#!/bin/bash
# Goal: a backup is taken while people work, is proved and put back; after a
# lost machine everything that was exchanged since comes back by itself.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

H=$T/H A=$T/A K=$T/keep

# the deepest file of the backup that is a pack of git's
a_pack() { # BACKUP
	find "$1/backup/files" -name '*.pack' | sort | head -n 1
}

sync_quietly() { # DIR
	pmqa --dir "$1" sync --wait >/dev/null
}

proves() { # DIR TEXT
	run pmqa --dir "$1" verify --json
	is "$(sync_field .ok)" true "$2"
}

# one request by hand; fails as the command would
rpc() { # DIR METHOD PARAMS
	local answer
	answer=$(perl -MIO::Socket::UNIX -e '
		my $s = IO::Socket::UNIX->new($ARGV[0]) or die "no daemon\n";
		print $s "$ARGV[1]\n";
		$s->flush;
		print scalar <$s>;' "$1/pmqad.sock" \
		"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$2\",\"params\":$3}")
	echo "$answer"
	case "$answer" in
	*not_found*) return 3 ;;
	*'"error"'*) return 1 ;;
	esac
}

new_hall "$H" 91 สตูล
new_office "$A" 9105 ละงู
calm "$A"
start "$H"
start "$A"
enrol "$A" "$H"
pmqa --dir "$A" assess open 2565 >/dev/null
pmqa --dir "$A" tick 1.1.B1 >/dev/null
make_pdf "$T/letter.pdf" 600000
pmqa --dir "$A" evidence add 1.1 "$T/letter.pdf" --caption หนังสือ >/dev/null
sync_quietly "$A"
pmqa --dir "$H" hall announce "ประชุม" >/dev/null
ssh-keygen -q -t ed25519 -N '' -C '' -f "$T/sao"
pmqa --dir "$H" hall auditors add sao "$(cat "$T/sao.pub")" >/dev/null
sync_quietly "$A"

# --- taking one ----------------------------------------------------------------

written "$H"
touch "$T/before"
run pmqa --dir "$H" backup "$K/hall"
is "$status" 0 "a hall is backed up while it runs"
like "$out" "$K/hall/backup" "it says where"
like "$out" "91 สตูล, device 91-h" "of whom"
like "$out" "secret key" "and that it must be kept well"
is "$(ls "$K/hall")" backup "nothing else is left there"
is "$(stat -c %a "$K/hall")" 700 "nobody else can look in"
is "$(find "$K/hall/backup/files/keys" ! -name '*.pub' -type f \
	-printf '%m\n' | sort -u)" 600 "least of all at the key"
holds "the room in the hall's directory is gone" test ! -e "$H/snapshot"

# every file that is there and not named as left out is in it; what the hall wrote
# into a repository meanwhile need not be
(cd "$H" && find . -type f ! -name pmqa.db-wal ! -name pmqa.db-shm \
	! -name '*.lock' ! -path ./lock ! -path ./log/lock ! -path './slots/*' \
	! \( -path '*.git/*' -newer "$T/before" \) |
	sort) >"$T/have"
(cd "$K/hall/backup/files" && find . -type f | sort) >"$T/kept"
is "$(comm -23 "$T/have" "$T/kept")" "" "no file of the hall was forgotten"
for part in log province.git offices evidence authorized_keys auditors.json; do
	holds "$part is in it" test -e "$K/hall/backup/files/$part"
done
holds "the socket is not" test ! -e "$K/hall/backup/files/pmqad.sock"

run pmqa backup check "$K/hall"
is "$status" 0 "it is proved without a daemon"
like "$out" "Whole" "and said to be whole"
like "$out" "$(ssh-keygen -lf "$H/keys/hall.pub" | cut -d' ' -f2)" \
	"with the fingerprint of who signed"
run pmqa --lang th backup check "$K/hall"
like "$out" "ครบถ้วน" "in Thai too"
sums_agree() { (cd "$K/hall/backup" && sha256sum --quiet -c SHA256SUMS); }
holds "sha256sum says the same" sums_agree
signature_agrees() {
	ssh-keygen -Y check-novalidate -n pmqa-backup \
		-s "$K/hall/backup/backup.json.sig" \
		<"$K/hall/backup/backup.json" >/dev/null 2>&1
}
holds "and ssh-keygen of the signature" signature_agrees
is "$(jq -r .sums "$K/hall/backup/backup.json")" \
	"$(sha_of "$K/hall/backup/SHA256SUMS")" "which covers the list"

# --- while somebody writes ---------------------------------------------------------

touch "$T/go"
writer() {
	local n=0
	while [ -e "$T/go" ]; do
		n=$((n + 1))
		pmqa --dir "$A" set 1.2 strengths="ครั้งที่ $n" >/dev/null || return 1
		# never seen empty
		echo "$n" >"$T/written.new"
		mv "$T/written.new" "$T/written"
	done
}
writer &
writer_pid=$!
wait_until 60 test -s "$T/written" || not_ok "the writer writes"
before=$(cat "$T/written")
run pmqa --dir "$A" backup "$K/office" --json
is "$status" 0 "an office is backed up while somebody saves"
is "$(sync_field '[.role, .code, .device, .keys] | @csv')" \
	'"office","9105","9105-a",true' "the answer says who"
more() { [ "$(cat "$T/written")" -gt "$before" ]; }
holds "saving went on" wait_until 60 more
run pmqa --dir "$A" backup "$K/office" --json
is "$status" 0 "and a second time into the same place"
rm "$T/go"
holds "no save failed" wait "$writer_pid"
exits 0 "what was taken meanwhile is whole" pmqa backup check "$K/office"

# the one that was taken in the midst of it starts and contradicts nothing
run pmqa backup restore "$K/office" "$T/B"
is "$status" 0 "it can be put back elsewhere"
stop "$A"
start "$T/B"
proves "$T/B" "and is as consistent as the machine itself"
is "$(stat -c %a "$T/B/pmqad.conf" "$T/B/keys/device" "$T/B/pmqa.db" | xargs)" \
	"$(stat -c %a "$A/pmqad.conf" "$A/keys/device" | xargs) 600" \
	"with the modes that they had"
exits 0 "history and all" pmqa --dir "$T/B" history --limit 5
stop "$T/B"
start "$A"

# --- incremental ---------------------------------------------------------------------

pack=$(a_pack "$K/hall")
inode=$(stat -c %i "$pack")
run pmqa --dir "$H" backup "$K/hall" --json
is "$status" 0 "the next backup of the hall"
is "$(stat -c %i "$pack")" "$inode" "takes packs over from the one before"
holds "and little is sent" [ "$(sync_field .new_bytes)" -lt \
	"$(sync_field .bytes)" ]
exits 6 "a place belongs to one machine" pmqa --dir "$A" backup "$K/hall"
like "$err" "holds the backup of another: 91" "it says whose it is"

# --- what is cut or damaged is seen ----------------------------------------------------

# a file system that is full: the old one stays, the next try goes on
cp -a "$K/hall" "$T/cut"
mkdir -p "$T/cut/backup.part"
cp -a "$T/cut/backup/files" "$T/cut/backup.part/"
echo half >"$T/cut/backup.part/files/stray"
exits 0 "a cut one beside it harms nothing" pmqa backup check "$T/cut"
exits 0 "and is gone on with" pmqa --dir "$H" backup "$T/cut"
is "$(ls "$T/cut")" backup "until there is one again"
holds "without what does not belong" test ! -e "$T/cut/backup/files/stray"
mv "$T/cut/backup" "$T/cut/backup.part"
rm "$T/cut/backup.part/backup.json"
exits 3 "one that was cut is no backup" pmqa backup check "$T/cut"
like "$err" "was cut" "and it says so"
exits 3 "nor can it be put back" pmqa backup restore "$T/cut" "$T/none"
holds "nothing was made" test ! -e "$T/none"
exits 3 "an empty place is none" pmqa backup check "$T/home"

# a disk that takes no more: the old one stays, what was written is used
rm -rf "$T/cut"
cp -a "$K/hall" "$T/cut"
make_pdf "$T/large.pdf" 3000000
pmqa --dir "$A" evidence add 1.1 "$T/large.pdf" >/dev/null
sync_quietly "$A"
cut_short() { (
	trap '' XFSZ
	ulimit -f 100 # KiB
	pmqa --dir "$H" backup "$T/cut"
); }
exits 1 "a write that fails is told" cut_short
like "$err" "cannot write" "with the file's name"
exits 0 "the backup before is as whole as it was" pmqa backup check "$T/cut"
run pmqa --dir "$H" backup "$T/cut" --json
is "$status" 0 "with room again it goes on"
holds "from where it was" [ "$(sync_field .new_bytes)" -lt \
	"$(sync_field .bytes)" ]
exits 0 "and is whole" pmqa backup check "$T/cut"

# a daemon killed in the midst of one leaves nothing when it starts again
kill_daemon "$H"
mkdir -p "$H/snapshot/0123456789abcdef0123456789abcdef/files"
start "$H"
holds "a room that a crash left goes at the start" test ! -e "$H/snapshot"
exits 3 "of a backup that is not under way nothing is read" \
	rpc "$H" backup.read '{"token":"0123456789abcdef0123456789abcdef","n":0}'

hurt() { # TEXT PART-OF-THE-FINDING COMMAND…: in the copy of a backup
	local text=$1 part=$2
	shift 2
	rm -rf "$T/hurt"
	cp -a "$K/hall" "$T/hurt"
	"$@"
	exits 9 "$text" pmqa backup check "$T/hurt"
	like "$out$err" "$part" "$text: it says where"
	exits 9 "$text: it is not put back" pmqa backup restore "$T/hurt" "$T/none"
	rm -rf "$T/none"
}
change() { # FILE
	chmod u+w "$1"
	flip "$1" 100
}
change_pack() { change "$(a_pack "$T/hurt")"; }
change_db() { change "$T/hurt/backup/files/pmqa.db"; }
drop_log() { rm "$(find "$T/hurt/backup/files/log" -name '*.jsonl' | head -n 1)"; }
put_hook() { echo exit 1 >"$T/hurt/backup/files/province.git/more"; }
change_head() { sed -i 's/"keys":true/"keys":false/' "$T/hurt/backup/backup.json"; }
change_list() { sed -i '$d' "$T/hurt/backup/SHA256SUMS"; }
hurt "a changed pack" ".pack" change_pack
hurt "a changed database" "files/pmqa.db" change_db
hurt "a missing file" ".jsonl" drop_log
hurt "a file too many" "that the backup did not put there" put_hook
hurt "a changed head" "signature" change_head
hurt "a changed list" "not the one that was signed" change_list
exits 4 "nothing is written over" pmqa backup restore "$K/hall" "$A"
like "$err" "not empty" "and it says why"

# --- without keys --------------------------------------------------------------------------

run pmqa --dir "$H" backup "$K/open" --without-keys
is "$status" 0 "a backup without keys"
like "$out" "holds no secret key" "says so"
is "$(find "$K/open/backup/files/keys" -type f ! -name '*.pub')" "" \
	"and has none"
exits 0 "it is whole nevertheless" pmqa backup check "$K/open"
run pmqa backup restore "$K/open" "$T/open"
like "$out" "put the directory keys" "put back, it says what is missing"
run "$PMQA_BIN/pmqad" --dir "$T/open"
isnt "$status" 0 "and does not start so"

# --- the drill: the hall is lost ------------------------------------------------------------

sync_quietly "$A"
pmqa --dir "$H" backup "$K/hall" >/dev/null
pmqa --dir "$A" tick 1.3.B1 >/dev/null
make_pdf "$T/later.pdf" 50000
pmqa --dir "$A" evidence add 1.1 "$T/later.pdf" >/dev/null
later=$(sha_of "$T/later.pdf")
sync_quietly "$A"
pmqa --dir "$H" hall announce "หลังสำรอง" >/dev/null
sync_quietly "$A"
tip=$(status_of "$A" .tip)
hall_had=$(git -C "$A/repo.git" rev-parse refs/heads/hall)
kill_daemon "$H"
rm -rf "$H"
pmqa --dir "$A" tick 1.4.B1 >/dev/null
run pmqa --dir "$A" sync --wait
isnt "$status" 0 "without its hall the office keeps what it saves"
exits 0 "the hall is put back from its backup" \
	pmqa backup restore "$K/hall" "$H"
start "$H"
run pmqa --dir "$H" verify --json
is "$(sync_field .ok)" true "it starts and contradicts nothing"
isnt "$(git -C "$H/offices/9105.git" rev-parse refs/heads/office)" "$tip" \
	"what came since the backup is not there"
settled_again() {
	sync_quietly "$A" && [ "$(status_of "$A" .synced)" = true ]
}
holds "the office syncs with it as before" wait_until 60 settled_again
is "$(git -C "$H/offices/9105.git" rev-parse refs/heads/office)" \
	"$(status_of "$A" .tip)" "and everything is back"
holds "the hall's own revisions, too" git -C "$H/offices/9105.git" \
	merge-base --is-ancestor "$hall_had" refs/heads/hall
file_is_back() {
	sync_quietly "$A"
	git -C "$H/evidence/9105.git" rev-parse --verify "refs/evidence/$later"
}
wait_until 60 file_is_back || true
exits 0 "and the evidence" git -C "$H/evidence/9105.git" rev-parse --verify \
	"refs/evidence/$later"
run pmqa --dir "$H" verify --json
is "$(sync_field .ok)" true "verify at the hall is content, log included"
proves "$A" "and at the office, receipts included"
is "$(pmqa --dir "$H" hall auditors list --json | jq -r '.auditors[0].name')" sao \
	"the auditors are those that they were"
pmqa --dir "$H" hall log --format csv >"$T/log.csv"
holds "the log goes on" [ "$(wc -l <"$T/log.csv")" -gt 2 ]
exits 0 "the next backup of the restored hall" pmqa --dir "$H" backup "$K/hall"

# --- the drill: an office's machine is lost ----------------------------------------------------

pmqa --dir "$A" backup "$K/office" >/dev/null
pmqa --dir "$A" set 2.1 strengths="ส่งแล้ว" >/dev/null
sync_quietly "$A"
tip=$(status_of "$A" .tip)
kill_daemon "$A"
rm -rf "$A"
exits 0 "the office is put back" pmqa backup restore "$K/office" "$A"
start "$A"
run pmqa --dir "$A" sync --wait --json
is "$status" 0 "its first sync works"
is "$(status_of "$A" .tip)" "$tip" "and brings what was sent since"
is "$(status_of "$A" .device)" 9105-a "as the device that it was"
proves "$A" "verify is content"
pmqa --dir "$A" tick 2.1.B1 >/dev/null
run pmqa --dir "$A" sync --wait --json
is "$(sync_field .synced)" true "it goes on"

# put back and saving before it syncs: it becomes another device, by itself
stop "$A"
rm -rf "$A"
pmqa backup restore "$K/office" "$A" >/dev/null
start "$A"
pmqa --dir "$A" tick 2.2.B1 >/dev/null
run pmqa --dir "$A" sync --wait
isnt "$status" 0 "one that saved before it synced"
like "$err" "goes on as device 9105-b" "never speaks with two tongues"

finish
