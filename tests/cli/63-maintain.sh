#!/bin/bash
# Goal: pmqa maintain makes repositories small while people work, at an office
# and at a hall, and everything is still proved by pmqa and by stock git.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

H=$T/H A=$T/A

packs() { # REPO
	find "$1/objects/pack" -name '*.pack' | wc -l
}

loose() { # REPO
	(cd "$1/objects" && find . -path './??/*' -type f | wc -l)
}

proves() { # DIR TEXT
	run pmqa --dir "$1" verify --json
	is "$(sync_field .ok)" true "$2"
}

whole() { # REPO TEXT
	run git --git-dir "$1" fsck --strict --full --no-dangling
	is "$status" 0 "$2"
}

new_hall "$H" 91 สตูล && start "$H"
new_office "$A" 9105 ละงู
calm "$A"
start "$A"
enrol "$A" "$H"
pmqa --dir "$A" assess open 2565 >/dev/null
for i in 1 2 3 4; do
	for item in 1.1 1.2 2.1; do
		pmqa --dir "$A" set $item "strengths=ครั้งที่ $i" --reason ทดสอบ >/dev/null
	done
	pmqa --dir "$A" sync --wait >/dev/null
done
written "$A"

# --- at the office, while it saves -------------------------------------------
before=$(git --git-dir "$A/repo.git" rev-list --all --objects | sort | sha256sum)
for i in $(seq 8); do
	pmqa --dir "$A" set 2.2 "gap=ระหว่างจัดเก็บ $i" >/dev/null
done &
saving=$!
run pmqa --dir "$A" maintain
is "$status" 0 "an office's repository is repacked while it saves"
like "$out" repo.git "the command says which repository"
wait "$saving"
written "$A"
run pmqa --dir "$A" maintain --json
is "$status" 0 "it is repacked again"
is "$(packs "$A/repo.git")" 1 "one pack is left"
is "$(loose "$A/repo.git")" 0 "no loose object is left"
run pmqa --dir "$A" maintain
is "$status" 0 "a third time there is nothing to do"
like "$out" "one pack already" "and the command says so"
run pmqa --dir "$A" --lang th maintain
like "$out" "แพ็กเดียว" "in Thai too"
git --git-dir "$A/repo.git" rev-list --all --objects >"$T/now"
cut -d' ' -f1 "$T/now" | git --git-dir "$A/repo.git" cat-file --batch-check='%(objectname)' >"$T/there" 2>&1
unlike "$(cat "$T/there")" missing "every object is there"
isnt "$before" "$(sort "$T/now" | sha256sum)" "the saves made meanwhile are there as well"
run pmqa --dir "$A" --json history 2.2 --limit 50
is "$(sync_field '.revisions | length')" 8 "every save made meanwhile is in the history"
proves "$A" "the office proves its history"
whole "$A/repo.git" "git finds the office's repository whole"

# --- at the hall --------------------------------------------------------------
run pmqa --dir "$H" maintain --json
is "$status" 0 "a hall's repositories are repacked"
is "$(packs "$H/offices/9105.git")" 1 "an office's repository at the hall is one pack"
like "$out" offices/9105.git "its name is told"
pmqa --dir "$A" set 1.1 "strengths=หลังจัดเก็บ" >/dev/null
run pmqa --dir "$A" sync --wait
is "$status" 0 "a push after it is admitted"
proves "$H" "the hall proves its history"
stop "$H" # nobody writes into them
whole "$H/offices/9105.git" "git finds the repository at the hall whole"
whole "$H/province.git" "git finds province.git whole"

# --- what a killed repack leaves ----------------------------------------------
stop "$A"
: >"$A/repo.git/objects/pack/.tmp-4711-pack-0123.pack"
touch -d '2 days ago' "$A/repo.git/objects/pack/.tmp-4711-pack-0123.pack"
start "$A"
holds "the next start removes what a killed repack left" \
	[ ! -e "$A/repo.git/objects/pack/.tmp-4711-pack-0123.pack" ]

finish
