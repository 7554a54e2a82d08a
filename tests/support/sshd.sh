# shellcheck shell=bash
# sshd: a real sshd of the test's own, on a free port of the loopback, that
# admits only the keys of one file. For the black-box scripts and the bench.
#
#   sshd_prepare DIR AUTHORIZED_KEYS   keys and configuration in DIR
#   sshd_start                         $sshd_port; the same port at a restart
#   sshd_stop                          by process id
#   sshd_logins                        logins so far
#   sshd_offices H A B                 a hall behind it with two offices that
#                                      exchange when asked (scripts of tests/cli)
#   sshd_address, sshd_run             set before sshd_prepare: an address and
#                                      a prefix ("ip netns exec NAME")
#   sshd_more_keys, sshd_root          another file of keys, PermitRootLogin

sshd_dir='' sshd_keys='' sshd_port='' sshd_pid=''
sshd_address=${sshd_address:-127.0.0.1} sshd_run=${sshd_run:-}
sshd_more_keys=${sshd_more_keys:-/dev/null} sshd_root=${sshd_root:-forced-commands-only}

sshd_prepare() { # DIR AUTHORIZED_KEYS
	sshd_dir=$1
	sshd_keys=$2
	mkdir -p "$sshd_dir"
	ssh-keygen -q -t ed25519 -N '' -C '' -f "$sshd_dir/host"
	: >"$sshd_dir/log"
	# where Debian's sshd, started as root, wants to lock itself in
	[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
}

sshd_config() { # PORT
	cat <<-EOT
		Port $1
		ListenAddress $sshd_address
		HostKey $sshd_dir/host
		PidFile none
		AuthorizedKeysFile "$sshd_keys" "$sshd_more_keys"
		StrictModes no
		UsePAM no
		UseDNS no
		AcceptEnv GIT_PROTOCOL
		AuthenticationMethods publickey
		PasswordAuthentication no
		KbdInteractiveAuthentication no
		PermitRootLogin $sshd_root
		PermitUserRC no
		X11Forwarding no
		AllowTcpForwarding no
		PrintMotd no
		# or bash reads the .bashrc of whoever runs the tests
		SetEnv SHLVL=2
		MaxStartups 100
		LogLevel VERBOSE
	EOT
}

# listening, or it has ended
sshd_settled() {
	kill -0 "$sshd_pid" 2>/dev/null || return 0
	grep -q 'Server listening' "$sshd_dir/last"
}

sshd_try() { # PORT
	sshd_config "$1" >"$sshd_dir/config"
	: >"$sshd_dir/last"
	# shellcheck disable=SC2086 # sshd_run is a list of words
	$sshd_run /usr/sbin/sshd -D -e -f "$sshd_dir/config" 2>>"$sshd_dir/last" &
	sshd_pid=$!
	wait_until 60 sshd_settled || return 1
	kill -0 "$sshd_pid" 2>/dev/null
}

sshd_start() {
	local n
	if [ -n "$sshd_port" ]; then
		sshd_try "$sshd_port"
		return
	fi
	for n in 1 2 3 4 5 6 7 8 9 10; do
		sshd_port=$((10000 + (RANDOM * 32768 + RANDOM) % 22000))
		if sshd_try "$sshd_port"; then
			return 0
		fi
		echo "# port $sshd_port is taken (try $n)"
	done
	return 1
}

sshd_stop() {
	[ -n "$sshd_pid" ] || return 0
	kill -TERM "$sshd_pid" 2>/dev/null || true
	wait "$sshd_pid" 2>/dev/null || true
	sshd_pid=''
	cat "$sshd_dir/last" >>"$sshd_dir/log"
	: >"$sshd_dir/last"
}

sshd_logins() {
	cat "$sshd_dir/log" "$sshd_dir/last" | grep -c 'Accepted publickey' ||
		true
}

sshd_offices() { # H A B
	pmqa --dir "$1" init --role hall --code 91 --name สตูล \
		--url "ssh://$(id -un)@127.0.0.1:$sshd_port" \
		--host-key "$sshd_dir/host.pub" >/dev/null
	new_office "$2" 9105 ละงู
	new_office "$3" 9106 ควนกาหลง
	calm "$2"
	calm "$3"
	start "$1"
	start "$2"
	start "$3"
	enrol "$2" "$1"
	enrol "$3" "$1"
}
