#!/bin/bash
# Goal: two and three machines of one office that worked apart come together
# through their hall, by path and by ssh: different fields by themselves, the
# same field as a conflict that a person decides, a long parted history in
# slices; every machine ends with the same tree, stock git agrees.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/support/sshd.sh
. "$ROOT/tests/support/sshd.sh"

trap 'at_exit sshd_stop' EXIT

device() { # DIR LETTER: set up, started, enrolled at $H, no sync by itself
	pmqa --dir "$1" init --code 9105 --name ละงู --device "$2" >/dev/null
	calm "$1"
	start "$1"
	enrol "$1" "$H"
}

sync() { # DIR
	run pmqa --dir "$1" sync --wait --json
	[ "$status" = 0 ] || not_ok "sync of $1" "$err"
}

tree() { # DIR
	git -C "$1/repo.git" rev-parse 'refs/heads/office^{tree}'
}

hall_tree() {
	git -C "$H/offices/9105.git" rev-parse 'refs/heads/office^{tree}'
}

field() { # DIR ITEM FIELD
	pmqa --dir "$1" show "$2" --json | jq -r ".fields.$3"
}

# same_everywhere TEXT DIR…: one tree at the hall and on all of them
same_everywhere() {
	local text=$1 dir
	shift
	for dir in "$@"; do
		is "$(tree "$dir")" "$(hall_tree)" "$text: ${dir##*/}"
	done
}

# stock git and the program's own proof, at the hall and here
sound() { # DIR…
	local dir
	for dir in "$@"; do
		exits 0 "verify is content on ${dir##*/}" pmqa --dir "$dir" verify
	done
	written "$H"
	exits 0 "stock git fsck is content with the hall's repository" \
		git -C "$H/offices/9105.git" fsck --strict --full
	run git -C "$H/offices/9105.git" log --format=%H refs/heads/office
	local bad=0 commit
	for commit in $out; do
		git -C "$H/offices/9105.git" verify-commit "$commit" \
			>/dev/null 2>&1 || bad=$((bad + 1))
	done
	is "$bad" 0 "stock git verifies every commit, merges and sides too"
}

# --- two machines, by path -------------------------------------------------

H=$T/H A=$T/A B=$T/B C=$T/C
new_hall "$H" 91 สตูล
start "$H"
device "$A" a
device "$B" b

pmqa --dir "$A" assess open 2565 >/dev/null
pmqa --dir "$A" set 1.1 gap="เดิม" >/dev/null
sync "$A"
sync "$B"
same_json "$out" '[.fetched, .merged, .synced]' '[5,null,true]' \
	"a second machine takes over what there is"
same_everywhere "both have it" "$A" "$B"
run pmqa --dir "$A" conflicts merges
like "$out" "No merges" "before the first merge the list says that"

pmqa --dir "$A" set 1.1 strengths="เขียนที่เครื่อง a" >/dev/null
pmqa --dir "$A" tick 1.1.B1 >/dev/null
pmqa --dir "$B" set 1.1 owner="เขียนที่เครื่อง b" >/dev/null
pmqa --dir "$B" tick 1.1.B2 >/dev/null
sync "$A"
sync "$B"
same_json "$out" '[.merged.revision, .merged.conflicts, .synced]' \
	'["b3",0,true]' "different fields are joined by themselves"
is "$(field "$B" 1.1 strengths)" "เขียนที่เครื่อง a" "the other's text is here"
is "$(field "$B" 1.1 owner)" "เขียนที่เครื่อง b" "ours is, too"
is "$(field "$B" 1.1 'ticks|join(" ")')" "1.1.B1 1.1.B2" \
	"ticks of both are set"
sync "$A"
same_everywhere "after the merge" "$A" "$B"
run pmqa --dir "$A" conflicts
like "$out" "No conflicts" "there is nothing to decide"
run pmqa --dir "$A" conflicts merges
like "$out" "b3" "the merge is listed on the other machine"
like "$out" "เขียนที่เครื่อง b" "with what came in"

# --- the same field --------------------------------------------------------

pmqa --dir "$A" set 1.1 gap="ข้อความของ a" >/dev/null
pmqa --dir "$B" set 1.1 gap="ข้อความของ b" >/dev/null
sync "$B"
sync "$A"
same_json "$out" '.merged.conflicts' 1 "the same field is a conflict"
run pmqa --dir "$A" audit --format json --output -
same_json "$out" '.counts.merges' 2 \
	"a merge that left only a conflict is counted in the dossier, too"
run pmqa --dir "$A" --lang th flags --rule merge_override
like "$out" "โอกาสในการปรับปรุง: คงค่า" "a flag of it has the field's Thai name"
is "$(field "$A" 1.1 gap)" "ข้อความของ b" "what the hall had stays in force"
run pmqa --dir "$A" diff a1 "$(pmqa --dir "$A" status --json | jq -r .revision)"
like "$out" "changed by both devices" "a difference names why in words"
run pmqa --dir "$A" conflicts
like "$out" "1.1.gap" "it is listed by its name"
like "$out" "เดิม" "with the value before"
like "$out" "ข้อความของ a" "with the value put aside"
like "$out" "mine (put aside, from device a)" "and whose it is"
like "$out" "$(id -un)" "with who wrote it"
run pmqa --dir "$A" --lang th conflicts
like "$out" "ค่าที่จังหวัดมี" "in Thai, too"
same_json "$(pmqa --dir "$A" status --json)" .conflicts 1 "status counts it"
same_json "$(pmqa --dir "$H" hall status --json)" '.offices[0].conflicts' 1 \
	"so does the hall"
run pmqa --dir "$H" conflicts --office 9105 --json
same_json "$out" '[.conflicts[].name]' '["1.1.gap"]' "the hall can see it"
exits 2 "but does not decide it" \
	pmqa --dir "$H" conflicts resolve 1.1.gap --take hall
exits 3 "a conflict that is not there" \
	pmqa --dir "$A" conflicts resolve 1.2.gap --take hall
like "$err" "1.1.gap" "names those that there are"
exits 2 "one must say what is to stand" \
	pmqa --dir "$A" conflicts resolve 1.1.gap
exits 2 "and only one thing" \
	pmqa --dir "$A" conflicts resolve 1.1.gap --take hall --value ค
like "$err" "only one" "which is another fault"
run pmqa --dir "$A" history 1.1.gap
like "$out" "write  (written apart, merged later)" \
	"the history tells what was written beside"
exits 3 "another office is not kept here" \
	pmqa --dir "$A" receipts --office 9199

run pmqa --dir "$B" sync --wait
like "$out" "Conflicts to decide: 1" "a merge made elsewhere brings it here"
run pmqa --dir "$B" conflicts resolve 1.1.gap --value "ตกลงกันแล้ว" \
	--reason "ประชุมร่วมกัน"
is "$status" 0 "the other machine decides it"
like "$out" "No conflict is left" "and says that none is left"
sync "$B"
sync "$A"
is "$(field "$A" 1.1 gap)" "ตกลงกันแล้ว" "the decision comes over"
run pmqa --dir "$A" conflicts --json
same_json "$out" '.conflicts' '[]' "it is gone here, too"
pmqa --dir "$A" set 1.2 gap=ก >/dev/null
pmqa --dir "$B" set 1.2 strengths=ข >/dev/null
sync "$A"
sync "$B"
sync "$A"
same_json "$(pmqa --dir "$A" status --json)" .conflicts 0 \
	"a later merge does not bring it back"
same_everywhere "after the decision" "$A" "$B"

# --- at the same time ------------------------------------------------------

pmqa --dir "$A" set 1.3 gap="พร้อมกัน a" >/dev/null
pmqa --dir "$B" set 1.3 strengths="พร้อมกัน b" >/dev/null
pmqa --dir "$A" sync --wait >/dev/null 2>&1 &
first=$!
pmqa --dir "$B" sync --wait >/dev/null 2>&1 || true
wait "$first" || true
sync "$A"
sync "$B"
sync "$A"
same_everywhere "after two syncs at the same time" "$A" "$B"
is "$(field "$A" 1.3 strengths)" "พร้อมกัน b" "nothing was lost"

# --- the way back ----------------------------------------------------------

pmqa --dir "$A" set 1.2 owner=ก >/dev/null
pmqa --dir "$B" set 1.2 good_practice.text=ข >/dev/null
sync "$A"
sync "$B"
sync "$A"
merge=$(pmqa --dir "$A" conflicts merges --json |
	jq -r '.revisions[0].revision')
run pmqa --dir "$A" revert "$merge" --reason "รวมผิด"
is "$status" 0 "a merge is undone"
is "$(field "$A" 1.2 good_practice.text)" null "what it took over is gone"
is "$(field "$A" 1.2 owner)" ก "the rest stays"
sync "$A"
sync "$B"
same_everywhere "after the undoing" "$A" "$B"
sound "$A" "$B"

# --- evidence --------------------------------------------------------------

pdf() { # FILE TEXT
	printf '%%PDF-1.4\n%s\n%%%%EOF\n' "$2" >"$1"
}

pdf "$T/คำสั่ง.pdf" "เดียวกัน"
cp "$T/คำสั่ง.pdf" "$T/ชื่ออื่น.pdf"
pdf "$T/ก.pdf" "ของ a"
pdf "$T/ข.pdf" "ของ b"
pmqa --dir "$A" evidence add 1.1 "$T/คำสั่ง.pdf" >/dev/null
pmqa --dir "$A" evidence add 1.1 "$T/ก.pdf" >/dev/null
pmqa --dir "$B" evidence add 1.1 "$T/ชื่ออื่น.pdf" >/dev/null
pmqa --dir "$B" evidence add 1.1 "$T/ข.pdf" >/dev/null
sync "$A"
sync "$B"
sync "$A"
same_everywhere "evidence of both" "$A" "$B"
run pmqa --dir "$A" evidence list 1.1 --json
same_json "$out" '[.evidence[].name] | sort' '["ก.pdf","ข.pdf","คำสั่ง.pdf"]' \
	"files of both are linked, the same one once"
name=$(pmqa --dir "$A" conflicts --json | jq -r '.conflicts[0].name')
like "$name" "$(sha256sum "$T/คำสั่ง.pdf" | cut -d" " -f1).name" \
	"that it has two names is told"
exits 7 "the name that it got first stays" \
	pmqa --dir "$A" conflicts resolve "$name" --take mine
like "$err" "--take now" "and the way to close it is named"
exits 0 "so it is closed" pmqa --dir "$A" conflicts resolve "$name" --take now
same_json "$(pmqa --dir "$A" status --json)" .conflicts 0 "and gone"

# --- rebuilt ---------------------------------------------------------------

before=$(pmqa --dir "$A" history --limit 1000 --json | jq -S .)
stop "$A"
exits 0 "the index is rebuilt" "$PMQA_BIN/pmqad" --dir "$A" --reindex
start "$A"
is "$(pmqa --dir "$A" history --limit 1000 --json | jq -S .)" "$before" \
	"and tells the same history"

# --- a third machine, with a long parted history, by ssh --------------------

sshd_prepare "$T/sshd" "$H/authorized_keys"
sshd_start
stop "$H"
printf '[hall]\nurl = ssh://%s@127.0.0.1:%s\nhost_key = %s\n' "$(id -un)" \
	"$sshd_port" "$(cut -d' ' -f1,2 "$T/sshd/host.pub")" >>"$H/pmqad.conf"
start "$H"
device "$C" c
sync "$C"
for i in $(seq 1 40); do
	printf 'ข้อความยาว %s ' "$i" "$(head -c 9000 /dev/urandom | base64 -w0)" \
		>"$T/long"
	pmqa --dir "$C" set "1.$((i % 4 + 1))" "strengths=@$T/long" >/dev/null
done
pmqa --dir "$A" set 2.1 gap="ระหว่างนั้น" >/dev/null
sync "$A"

# killed as soon as a part of it waits at the hall, which it does for some seconds;
# another machine comes first
stop "$C"
sed -i 's/^rate_kib = .*/rate_kib = 100/' "$C/pmqad.conf"
start "$C"
waits_beside() {
	[ -n "$(git -C "$H/offices/9105.git" for-each-ref refs/side)" ]
}
pmqa --dir "$C" sync --wait >/dev/null 2>&1 &
waiting=$!
holds "a part of it waits beside the branch" wait_until 60 waits_beside
kill_daemon "$C"
wait "$waiting" || true
pmqa --dir "$A" set 2.1 gap="และต่อจากนั้น" >/dev/null
sync "$A"
sed -i 's/^rate_kib = .*/rate_kib = 0/' "$C/pmqad.conf"
start "$C"
sync "$C"
same_json "$out" '[.merged.conflicts, .synced]' '[0,true]' \
	"a long parted history is joined"
is "$(git -C "$H/offices/9105.git" for-each-ref refs/side)" "" \
	"what waited beside the branch has gone"
slices=$(grep '"outcome":"admitted"' "$H/receive.log" | grep -c 9105-c)
holds "it went in more than one slice" [ "$slices" -ge 3 ]
sync "$A"
sync "$B"
same_everywhere "all three" "$A" "$B" "$C"
sound "$A" "$B" "$C"

# --- hostile ---------------------------------------------------------------

as_c() { # REFSPEC…: by hand, with the third machine's key
	GIT_SSH_COMMAND="ssh -F $C/ssh_config -o ControlPath=none" \
		git -C "$T/evil.git" push \
		"ssh://$(id -un)@127.0.0.1:$sshd_port/office" "$@"
}

git clone -q --bare "$C/repo.git" "$T/evil.git"
git -C "$T/evil.git" config user.name x
git -C "$T/evil.git" config user.email x@9105
forged=$(git -C "$T/evil.git" commit-tree 'refs/heads/office^{tree}' \
	-p refs/heads/office -m forged)
exits 1 "a forged revision is not taken beside the branch" \
	as_c "$forged:refs/side/c"
exits 1 "nor may one device write for another" \
	as_c "refs/heads/office:refs/side/a"
exits 1 "nor go back" as_c "+refs/heads/office~3:refs/heads/office"
is "$(git -C "$H/offices/9105.git" for-each-ref refs/side)" "" \
	"nothing stays at the hall"

finish
