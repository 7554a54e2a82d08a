# shellcheck shell=bash
# netns: two network namespaces, an office's and its hall's, with a line
# between them that is as bad as a test wants: by tc netem where the kernel has
# it, else by tests/net/badlink.c over tun devices. Source lib.sh before it.
#
#   net_why             nothing if this machine permits it, else why it does not
#   net_start DIR       makes them; a good line
#   net_mode [WORD…]    delay=MS (each way) loss=PER-CENT rate=KBIT/S
#                       buffer=KIB that wait for the line (64)
#                       drop_up=1 drop_down=1: nothing gets through that way
#   net_bytes           bytes of IP carried so far, both ways
#   net_stop            removes them; at the latest with at_exit
#   $net_in_office $net_in_hall      prefixes of a command; $net_hall_address
#
# The addresses are of the range for documentation (RFC 5737), and exist in
# these namespaces alone.

# shellcheck disable=SC2034 # for who sources this
net_office_address=192.0.2.1 net_hall_address=192.0.2.2
net_office='' net_hall='' net_in_office='' net_in_hall='' net_how=''
net_dir='' net_pid='' net_device=''

net_name() { # LETTER: no other run on this machine has it
	echo "pmqa-$1-$$"
}

net_can_make() {
	local name
	name=$(net_name t)
	ip netns add "$name" 2>/dev/null || return 1
	net_how=
	ip netns exec "$name" ip link set lo up
	if ip netns exec "$name" tc qdisc add dev lo root netem delay 1ms \
		2>/dev/null; then
		net_how=netem
	elif ip netns exec "$name" ip tuntap add dev t0 mode tun 2>/dev/null; then
		net_how=badlink
	fi
	ip netns del "$name"
}

net_why() {
	if ! command -v ip >/dev/null || ! command -v tc >/dev/null; then
		echo "iproute2 is not installed"
	elif ! net_can_make; then
		echo "network namespaces are not permitted here"
	elif [ -z "$net_how" ]; then
		echo "this kernel has neither netem nor tun devices"
	fi
}

net_up() { # NAMESPACE ADDRESS PEER
	ip -n "$1" link set lo up
	ip -n "$1" link set "$net_device" up
	ip -n "$1" addr add "$2" peer "$3" dev "$net_device"
}

net_start() { # DIR
	net_dir=$1
	mkdir -p "$net_dir"
	: >"$net_dir/mode"
	net_can_make
	net_office=$(net_name o) net_hall=$(net_name h)
	net_in_office="ip netns exec $net_office"
	net_in_hall="ip netns exec $net_hall"
	ip netns add "$net_office"
	ip netns add "$net_hall"
	if [ "$net_how" = netem ]; then
		net_device=link0
		ip link add link0 netns "$net_office" type veth \
			peer name link0 netns "$net_hall"
	else
		net_device=bad0
		"$PMQA_BIN/../tests/net/badlink" "$net_dir" "$net_office" \
			"$net_hall" &
		net_pid=$!
		wait_until 60 [ -s "$net_dir/count" ]
	fi
	net_up "$net_office" "$net_office_address" "$net_hall_address"
	net_up "$net_hall" "$net_hall_address" "$net_office_address"
}

# net_value NAME WORD…: its number, or nothing
net_value() {
	local name=$1 word
	shift
	for word in "$@"; do
		[ "${word%%=*}" != "$name" ] || echo "${word#*=}"
	done
}

net_mode_netem() { # WORD…
	local delay loss rate queue side drop ns
	delay=$(net_value delay "$@") loss=$(net_value loss "$@")
	rate=$(net_value rate "$@") queue=
	[ -z "$rate" ] || queue=$(($(net_value buffer "$@" buffer=64 | head -n 1) * 1024 / 1500))
	for side in up down; do
		ns=$net_office
		[ $side = up ] || ns=$net_hall
		drop=$(net_value "drop_$side" "$@")
		[ -z "$drop" ] || loss=100
		# shellcheck disable=SC2086 # words
		tc -n "$ns" qdisc replace dev link0 root netem \
			limit "${queue:-1000}" delay "${delay:-0}ms" \
			loss "${loss:-0}%" ${rate:+rate ${rate}kbit}
		loss=$(net_value loss "$@")
	done
}

net_mode_badlink() { # WORD…
	local loss rate words=
	loss=$(net_value loss "$@") rate=$(net_value rate "$@")
	words="delay=$(net_value delay "$@")"
	[ -z "$loss" ] || words+=" loss=$((loss * 100))"
	[ -z "$rate" ] || words+=" rate=$((rate * 125))"
	words+=" limit=$(($(net_value buffer "$@" buffer=64 | head -n 1) * 1024))"
	words+=" drop_ab=$(net_value drop_up "$@")"
	words+=" drop_ba=$(net_value drop_down "$@")"
	echo "$words" >"$net_dir/mode.part"
	mv "$net_dir/mode.part" "$net_dir/mode"
	sleep 0.15 # it looks twenty times a second
}

net_mode() { # [WORD…]
	"net_mode_$net_how" "$@"
}

net_bytes() {
	if [ "$net_how" = netem ]; then
		ip -n "$net_office" -s -j link show dev link0 |
			jq '.[0].stats64 | .rx.bytes + .tx.bytes'
	else
		sleep 0.1
		awk '{ print $1 + $2 }' "$net_dir/count"
	fi
}

net_stop() {
	if [ -n "$net_pid" ]; then
		kill -TERM "$net_pid" 2>/dev/null || true
		wait "$net_pid" 2>/dev/null || true
		net_pid=''
	fi
	[ -z "$net_office" ] || ip netns del "$net_office" 2>/dev/null || true
	[ -z "$net_hall" ] || ip netns del "$net_hall" 2>/dev/null || true
}
