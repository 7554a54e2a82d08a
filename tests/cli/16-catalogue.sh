#!/usr/bin/env bash
# Goal: every sentence of every program has its Thai, with the same conversion
# specifiers; the catalogue has no sentence that no program says.
. "$(dirname "$0")/lib.sh"

cd "$ROOT"
keywords=(--keyword --keyword=_ --keyword=N_ --keyword=err_set:4
	--keyword=err_sys:2 --keyword=err_hint:2 --keyword=err_tr --keyword=err_th
	--keyword=lang_n:3)
run xgettext --from-code=UTF-8 -L C --no-location --omit-header \
	"${keywords[@]}" -o "$T/pmqa.pot" base/*.c proto/*.c store/*.c store/*/*.c daemon/*.c daemon/*/*.c \
	client/*.c client/*/*.c po/errno.h
is "$status:$err" "0:" "the sources give their sentences without a warning"

run msgfmt --check --statistics -o "$T/pmqa.mo" po/th.po
is "$status" 0 "the catalogue is well formed, specifiers agree"
unlike "$err" "untranslated" "nothing in it is untranslated"
unlike "$err" "fuzzy" "nothing in it is a guess"

# PRId64 is %ld wherever this is tested, and stands so in the catalogue, whose
# reader (base/catalogue.c) takes plain strings only
ids() { # FILE: one message id a line
	msgcat --no-wrap --no-location --sort-output "$1" |
		sed -n 's/^msgid "\(.\+\)"$/\1/p' |
		sed 's/%<PRId64>/%ld/g' | LC_ALL=C sort -u
}
ids "$T/pmqa.pot" >"$T/said"
ids po/th.po >"$T/known"
is "$(LC_ALL=C comm -23 "$T/said" "$T/known")" "" "every sentence has its Thai"
is "$(LC_ALL=C comm -13 "$T/said" "$T/known")" "" "no Thai is left over"
holds "the sentences were found at all" [ "$(wc -l <"$T/said")" -gt 500 ]

# Thai words in every translation: one that is only copied is none. Names of
# things that are written alike in both languages may stand.
same=$(msgcat --no-wrap po/th.po | awk '
	/^msgid "/ { id = substr($0, 7) }
	/^msgstr "/ { s = substr($0, 8); if (s == id && id != "\"\"") print id }')
is "$same" "" "no translation is the English sentence itself"

# base/catalogue.c takes no translation whose specifiers are not just the same;
# msgfmt looks at those alone that are flagged, and not at their precision
msgcat --no-wrap po/th.po >"$T/flat.po"
is "$(python3 -c 'import re, sys
spec = re.compile(r"%(?:\d+\$)?[-+ #0]*\d*(?:\.\d+)?(?:hh|h|ll|l|z|j)?[A-Za-z%]")
text = open(sys.argv[1], encoding="utf-8").read()
pairs = re.findall(r"^msgid (\".+\")\nmsgstr (\".+\")$", text, re.M)
assert len(pairs) > 500
for said, thai in pairs:
    if spec.findall(said) != spec.findall(thai):
        print(said)' "$T/flat.po")" "" "no translation is lost for its specifiers"

# the installed catalogue is the one of this tree
holds "the built catalogue is of this tree" \
	cmp -s "$T/pmqa.mo" "$PMQA_BIN/share/locale/th/LC_MESSAGES/pmqa.mo"
finish
