#!/bin/sh
# Goal: includes point one way (ARCHITECTURE.md): base <- proto <- client,
# base <- store <- daemon, proto <- daemon; libraries stay in their folder.
set -eu
cd "$(dirname "$0")/../.."
bad=0

# forbid FOLDER PATTERN WHY
forbid() {
	if grep -rnE "^#include [\"<]($2)" "$1"; then
		echo "layering: $1/ may not include this: $3" >&2
		bad=1
	fi
}

forbid base '(proto|store|daemon|client)/' 'base stands alone'
forbid proto '(store|daemon|client)/' 'proto stands on base'
forbid store '(proto|daemon|client)/' 'store stands on base'
forbid client '(store|daemon)/' 'the client knows only the protocol'
forbid daemon 'client/' 'the daemon does not know the client'
for d in base proto store client; do
	forbid "$d" 'uv\.h' 'libuv belongs to the daemon'
done
for d in base proto daemon client; do
	forbid "$d" '(sqlite3|git2)' 'SQLite and libgit2 belong to the store'
done
# the uppermost folder of the store: nothing else in it builds on it
for d in store/*/; do
	[ "$d" = store/audit/ ] ||
		forbid "${d%/}" 'store/audit/' 'store/audit stands above the rest of the store'
done
# and the folders of the store stand in the order of ARCHITECTURE.md's table: each
# uses those before it, and of those behind it what is named here, FOLDER>HEADER
order='record criteria git sign db . look save review hall merge admit evidence bundle backup view audit'
back='criteria>record record>criteria sign>. git>sign .>hall .>save .>admit .>backup
	save>hall save>review save>admit/admit review>hall hall>admit hall>merge
	merge>admit admit>view/search'
later=$order
for d in $order; do
	later=${later#* }
	[ "$later" != "$d" ] || later=
	for f in "store/$d"/*.[ch]; do
		for other in $later; do
			allowed=
			for b in $back; do
				case $b in "$d>$other") allowed=. ;; "$d>$other/"*) allowed=${b#*>} ;; esac
			done
			[ "$allowed" != . ] || continue
			if grep -nE "^#include \"store/$other/" "$f" |
				grep -v "\"store/${allowed:-none}\.h\""; then
				echo "layering: $f: store/$other/ stands above store/$d/ (ARCHITECTURE.md)" >&2
				bad=1
			fi
		done
	done
done
exit $bad
