#!/bin/sh
# Goal: install the Debian packages of packages.txt that are missing, as root or
# with sudo; say which. Usage: deps.sh [build] [ci]
set -eu

cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || set -- build
missing=
for set in "$@"; do
	# shellcheck disable=SC2013 # one word a line
	for p in $(sed -n "/^\[$set\]/,/^\[/p" packages.txt | grep -v '^[[#]'); do
		status=$(dpkg-query -W -f '${Status}' "$p" 2>/dev/null || true)
		case $status in
		*"ok installed") ;;
		*) missing="$missing $p" ;;
		esac
	done
done
[ -n "$missing" ] || exit 0
echo "installing:$missing"
if [ "$(id -u)" -eq 0 ]; then
	sudo=
elif command -v sudo >/dev/null 2>&1; then
	sudo=sudo
else
	echo "deps.sh: these packages are missing and you are neither root nor" \
	    "have sudo:$missing" >&2
	exit 1
fi
# a server package must not start a server on the machine that builds
if [ ! -e /usr/sbin/policy-rc.d ]; then
	printf '#!/bin/sh\nexit 101\n' | $sudo tee /usr/sbin/policy-rc.d >/dev/null
	$sudo chmod 755 /usr/sbin/policy-rc.d
	trap '$sudo rm -f /usr/sbin/policy-rc.d' EXIT
fi
$sudo apt-get update -q
# shellcheck disable=SC2086 # a list of names
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
    --no-install-recommends $missing
