#!/bin/sh
# Goal: put the generated parts of the manual pages and of PROTOCOL.md in place,
# or (--check) fail when they are old.
#   man_gen.sh MAN_GEN DOCS_DIR [--check]
set -eu
gen=$1 dir=$2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# between FILE BEGIN END PART: the file with the part between the two lines
between() {
	awk -v begin="$2" -v end="$3" -v part="$4" '
		index($0, end) == 1 { skip = 0 }
		!skip { print }
		index($0, begin) == 1 { skip = 1; while ((getline line < part) > 0) print line }
	' "$1"
}

"$gen" commands >"$tmp/commands"
"$gen" methods >"$tmp/methods"
mkdir "$tmp/man"
"$gen" records >"$tmp/man/pmqa-records.5"
between "$dir/man/pmqa.1" '.\\" commands begin' '.\\" commands end' "$tmp/commands" >"$tmp/man/pmqa.1"
between "$dir/PROTOCOL.md" '<!-- methods begin' '<!-- methods end' "$tmp/methods" >"$tmp/PROTOCOL.md"
for page in man/pmqa.1 man/pmqa-records.5 PROTOCOL.md; do
	if [ "${3:-}" = --check ]; then
		cmp "$tmp/$page" "$dir/$page" || {
			echo "$page is old: run make manuals-write" >&2
			exit 1
		}
	else
		cp "$tmp/$page" "$dir/$page"
	fi
done
