#!/usr/bin/env bash
# Goal: init makes an office's and a hall's directory, touches none that is set
# up already, says what is wrong with its arguments; two daemons do not share
# one directory; a client without daemon says how to start it.
. "$(dirname "$0")/lib.sh"

run pmqa --dir "$T/A" init --code 9105 --name ละงู
is "$status" 0 "init of an office"
like "$out" "9105 ละงู" "it says what was set up"
holds "the repository is there" [ -d "$T/A/repo.git" ]
is "$(stat -c %a "$T/A/keys/device")" 600 "the secret key is the owner's alone"
is "$(git -C "$T/A/repo.git" symbolic-ref HEAD)" refs/heads/office \
	"the repository's branch is office"

run pmqa --dir "$T/H" init --role hall --code 91 --name สตูล --json
is "$status" 0 "init of a hall"
same_json "$out" '{role, code, name}' \
	'{"code":"91","name":"สตูล","role":"hall"}' "init --json tells what it did"

before=$(sha256sum "$T/A/keys/device" "$T/A/pmqad.conf")
exits 4 "a second init is a conflict" pmqa --dir "$T/A" init --code 9106 --name ทุ่งหว้า
is "$(sha256sum "$T/A/keys/device" "$T/A/pmqad.conf")" "$before" \
	"and touches neither key nor configuration"

exits 7 "a code that is none is refused" pmqa --dir "$T/B" init --code 91055 --name x
like "$err" "four digits" "with the rule"
exits 2 "a name is needed" pmqa --dir "$T/B" init --code 9106
exits 7 "an address with a command in it is refused" \
	pmqa --dir "$T/B" init --role hall --code 91 --name x \
	--url "ssh://-oProxyCommand=id@h"
holds "a refused init leaves no configuration" [ ! -e "$T/B/pmqad.conf" ]

exits 5 "no daemon: exit status 5" pmqa --dir "$T/A" status
like "$err" "pmqad --dir $T/A" "the hint starts it"
exits 5 "no directory: exit status 5" pmqa --dir "$T/none" status
like "$err" "init" "the hint sets it up"

start "$T/A"
run "$PMQA_BIN/pmqad" --dir "$T/A"
isnt "$status" 0 "a second daemon on one directory ends"
like "$err" "$(pid_of "$T/A")" "and names the first one's process"
exits 0 "the first one still answers" pmqa --dir "$T/A" status
holds "the daemon ends well" stop "$T/A"
finish
