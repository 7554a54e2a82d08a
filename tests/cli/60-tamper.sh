#!/usr/bin/env bash
# Goal: verify as people use it: what was proved stays proved, what is new or
# was altered since is found and named, --deep looks at everything; the whole
# table of alterations is tests/unit/test_tamper.c.
. "$(dirname "$0")/lib.sh"

A=$T/A
H=$T/H
new_hall "$H" 91 สตูล
new_office "$A" 9105 ละงู
start "$H"
calm "$A"
start "$A"
enrol "$A" "$H"
pmqa --dir "$A" assess open 2565 >/dev/null
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
	pmqa --dir "$A" set 1.1 strengths="ครั้งที่ $n" --year 2565 >/dev/null
done
pmqa --dir "$A" sync --wait >/dev/null

# --- the first proof, and the next one ---------------------------------------

run pmqa --dir "$A" verify --json
is "$status" 0 "the first proof is good"
same_json "$out" '[.ok, .deep, .since, .checked.proved_before]' \
	'[true,true,null,0]' "and one from zero"
by_seal() { # DIR
	pmqa --dir "$1" verify --json | jq -e '.ok and (.deep | not)'
}
holds "the next one goes on where it ended" wait_until 60 by_seal "$A"
pmqa --dir "$A" tick 1.2.B1 --year 2565 >/dev/null
run pmqa --dir "$A" verify --json
same_json "$out" '[.ok, .deep, (.findings | length)]' '[true,false,0]' \
	"with what was saved since"
run pmqa --dir "$A" verify --deep --json
same_json "$out" '[.ok, .deep, .since]' '[true,true,null]' \
	"--deep begins from zero whatever was proved"
run pmqa --dir "$H" verify --json
same_json "$out" .ok true "so does the hall's first one"
holds "the hall goes on by its seals, too" wait_until 60 by_seal "$H"
exits 2 "--deep takes no argument" pmqa --dir "$A" verify --deep=yes
run pmqa --dir "$A" verify --help
like "$out" "--deep looks at everything" "the help says what is not looked at"

# --- found, and told in words --------------------------------------------------

sql() { # DIR SQL
	sqlite3 "$1/pmqa.db" "$2"
}
if command -v sqlite3 >/dev/null; then
	stop "$A"
	sql "$A" "UPDATE record SET bytes = CAST(replace(CAST(bytes AS TEXT),
		'ครั้งที่ 12', 'ครั้งที่ 99') AS BLOB) WHERE path = '2565/items/1.1.json'"
	start "$A"
	run pmqa --dir "$A" verify --json
	is "$status" 9 "another present text is found"
	same_json "$out" '[.deep, ([.findings[].class] | unique)]' \
		'[false,["state"]]' "by the quick proof, and named"
	run pmqa --dir "$A" --lang th verify
	is "$status" 9 "each time"
	like "$out" "(state)" "with its class in every language"
	stop "$A"
	run "$PMQA_BIN/pmqad" --dir "$A" --reindex
	is "$status" 0 "the index is made anew"
	start "$A"
	run pmqa --dir "$A" verify --json
	same_json "$out" '[.ok, .deep]' '[true,true]' \
		"and what stood for the old one counts no more"
	stop "$A"
	sql "$A" "UPDATE receipt SET json = replace(json, '9105', '9106')"
	start "$A"
	run pmqa --dir "$A" verify --deep --json
	is "$status" 9 "a receipt with other words is found"
	same_json "$out" '[.findings[].class] | unique' '["receipt"]' "and named"
fi
cp "$H/log/"*.jsonl "$T/log.kept"
sed -i '1s/9105-a/9105-b/' "$H/log/"*.jsonl
run pmqa --dir "$H" verify --json
is "$status" 9 "a changed line of the log is found by the quick proof"
same_json "$out" '[.findings[].class] | unique' '["log"]' "and named"
cp "$T/log.kept" "$(echo "$H/log/"*.jsonl)"
exits 0 "put back it is good again" pmqa --dir "$H" verify

# past the door, well signed
tip=$(git -C "$H/offices/9105.git" rev-parse refs/heads/office)
# (once province.git follows: it does not while the branch is moved back)
follows() {
	[ "$(git -C "$H/province.git" rev-parse refs/offices/9105)" = "$tip" ]
}
wait_until 60 follows
git -C "$H/offices/9105.git" update-ref refs/heads/office "$tip~1"
run pmqa --dir "$H" verify --json
is "$status" 9 "a branch that was moved back is found"
like "$(jq -c '[.findings[].class]' <<<"$out")" '"branch"' "and named"
git -C "$H/offices/9105.git" update-ref refs/heads/office "$tip"
exits 0 "put right it is good again" pmqa --dir "$H" verify
finish
