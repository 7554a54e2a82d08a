# shellcheck shell=bash
# cutproxy: a bad link between an office and the sshd of its test: a proxy on
# the loopback (tests/net/cutproxy.c) that counts bytes, cuts, stalls, delays.
# For the black-box scripts and the bench; source lib.sh before it.
#
#   link_start DIR PORT    in front of 127.0.0.1:PORT; its port: $link_port
#   link_mode [WORD…]      from the next connection on: cut=N, stall=N,
#                          mute_up=N, silent=1, portal=1, delay=MS, rate=N …
#                          (cutproxy.c has the list); none: a good link
#   link_mark              the counters below count from here
#   link_bytes             bytes that passed since, both ways
#   link_ways              "UP DOWN": the same, each way
#   link_connections       connections since
#   link_cuts              cuts, stalls and mutes since
#   link_stop              by process id; at the latest with the script
#   link_start again       with the same port and the last mode
#   link_hall HALL         a hall with its daemon, an sshd before it, the link
#                          before that (sshd.sh is sourced, too)
#   link_pair HALL OFFICE  and an office beyond the link: enrolled, calm, with
#                          the year 2565 open

# shellcheck disable=SC2034 # link_port is for who sources this
link_dir='' link_port='' link_pid='' link_zero='0 0 0 0'

link_start() { # DIR PORT
	link_dir=$1
	mkdir -p "$link_dir"
	[ -e "$link_dir/mode" ] || : >"$link_dir/mode"
	rm -f "$link_dir/port"
	"$PMQA_BIN/../tests/net/cutproxy" "$link_dir" 127.0.0.1 "$2" \
		"${link_port:-0}" &
	link_pid=$!
	wait_until 60 [ -s "$link_dir/port" ]
	link_port=$(cat "$link_dir/port")
	link_mark
}

link_mode() { # [WORD…]
	echo "$*" >"$link_dir/mode.part"
	mv "$link_dir/mode.part" "$link_dir/mode"
}

link_mark() {
	link_zero=$(cat "$link_dir/count")
}

link_since() { # AWK-EXPRESSION over $1… (now) and z[1]… (at the mark)
	awk -v zero="$link_zero" "BEGIN { split(zero, z, \" \") } { print $1 }" \
		"$link_dir/count"
}

link_bytes() {
	# shellcheck disable=SC2016 # awk's own
	link_since '$1 + $2 - z[1] - z[2]'
}

link_ways() {
	# shellcheck disable=SC2016
	link_since '$1 - z[1], $2 - z[2]'
}

link_connections() {
	# shellcheck disable=SC2016
	link_since '$3 - z[3]'
}

link_cuts() {
	# shellcheck disable=SC2016
	link_since '$4 - z[4]'
}

link_stop() {
	[ -n "$link_pid" ] || return 0
	kill -TERM "$link_pid" 2>/dev/null || true
	wait "$link_pid" 2>/dev/null || true
	link_pid=''
}

link_hall() { # HALL
	sshd_prepare "$T/sshd" "$1/authorized_keys"
	sshd_start
	link_start "$T/link" "${sshd_port:?sshd.sh is sourced first}"
	pmqa --dir "$1" init --role hall --code 91 --name สตูล \
		--url "ssh://$(id -un)@127.0.0.1:$link_port" \
		--host-key "$T/sshd/host.pub" >/dev/null
	start "$1"
}

link_pair() { # HALL OFFICE
	link_hall "$1"
	new_office "$2" 9105 ละงู
	calm "$2"
	start "$2"
	enrol "$2" "$1"
	pmqa --dir "$2" assess open 2565 >/dev/null
}
