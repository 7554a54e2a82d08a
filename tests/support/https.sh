# shellcheck shell=bash
# https: a real nginx and fcgiwrap of the test's own, on a free port of the
# loopback, with the server block that is shipped. For the black-box scripts.
#
#   https_prepare DIR HALL_DIR   key, certificate, configuration in DIR
#   https_certificate NAME DAYS  a certificate of the same key, from 2 days ago
#   https_start                  $https_port; the same port at a restart
#   https_stop                   by process id
#   https_instead                set before https_start: nginx answers so
#                                ("return 302 …;") and does not ask pmqa-http

https_dir='' https_hall='' https_port='' https_nginx='' https_wrap=''

https_prepare() { # DIR HALL_DIR
	https_dir=$1
	https_hall=$2
	mkdir -p "$https_dir/tmp"
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
		-out "$https_dir/key.pem" 2>/dev/null
	https_certificate localhost 30
}

https_certificate() { # NAME DAYS [KEY]
	local key=${3:-$https_dir/key.pem} to
	to=$(date -u -d "2 days ago + $2 days" +%Y%m%d%H%M%SZ)
	openssl req -new -key "$key" -subj "/CN=$1" \
		-addext "subjectAltName=DNS:$1" -out "$https_dir/req.pem"
	rm -rf "$https_dir/ca"
	mkdir "$https_dir/ca"
	: >"$https_dir/ca/index"
	echo 01 >"$https_dir/ca/serial"
	openssl ca -batch -notext -selfsign -config /dev/stdin \
		-keyfile "$key" -in "$https_dir/req.pem" \
		-out "$https_dir/cert.pem" \
		-startdate "$(date -u -d '2 days ago' +%Y%m%d%H%M%SZ)" \
		-enddate "$to" 2>/dev/null <<-EOT
			[ca]
			default_ca = it
			[it]
			new_certs_dir = $https_dir/ca
			database = $https_dir/ca/index
			serial = $https_dir/ca/serial
			default_md = sha256
			policy = any
			copy_extensions = copy
			[any]
			commonName = supplied
		EOT
}

# The shipped block with the test's paths and port, in a main configuration.
https_config() { # PORT
	local user='' t=$https_dir/tmp
	[ "$(id -u)" -ne 0 ] || user='user root;'
	cat <<-EOT
		$user
		daemon off;
		worker_processes 1;
		pid $https_dir/pid;
		error_log $https_dir/error.log info;
		events { worker_connections 256; }
		http {
			access_log $https_dir/access.log;
			client_body_temp_path $t/body;
			fastcgi_temp_path $t/fastcgi;
			proxy_temp_path $t/proxy;
			uwsgi_temp_path $t/uwsgi;
			scgi_temp_path $t/scgi;
			include $https_dir/server.conf;
		}
	EOT
	sed -e "s|listen 9443 ssl;|listen 127.0.0.1:$1 ssl;|" \
		-e '/listen \[::\]/d' \
		-e "s|/etc/pmqa/https.pem|$https_dir/cert.pem|" \
		-e "s|/etc/pmqa/https.key|$https_dir/key.pem|" \
		-e "s|/run/pmqa-http/fcgi.sock|$https_dir/sock|" \
		-e "s|/usr/lib/pmqa/pmqa-http|$PMQA_BIN/lib/pmqa-http|" \
		-e "s|/var/lib/pmqa;|$https_hall;|" \
		-e "${https_instead:+s|fastcgi_pass .*|$https_instead|}" \
		-e "s|client_body_timeout 60s|client_body_timeout ${https_slow:-60s}|" \
		"$ROOT/systemd/https/pmqa-nginx.conf" >"$https_dir/server.conf"
}

https_settled() {
	kill -0 "$https_nginx" 2>/dev/null || return 0
	(exec 3<>"/dev/tcp/127.0.0.1/$https_port") 2>/dev/null
}

https_try() {
	https_config "$https_port" >"$https_dir/nginx.conf"
	/usr/sbin/nginx -e "$https_dir/error.log" -c "$https_dir/nginx.conf" \
		>>"$https_dir/nginx.log" 2>&1 &
	https_nginx=$!
	wait_until 60 https_settled && kill -0 "$https_nginx" 2>/dev/null
}

https_start() {
	local n
	rm -f "$https_dir/sock"
	# it ends its whole process group: a group of its own
	setsid /usr/sbin/fcgiwrap -c 4 -p "$PMQA_BIN/lib/pmqa-http" \
		-s "unix:$https_dir/sock" >>"$https_dir/wrap.log" 2>&1 &
	https_wrap=$!
	wait_until 60 test -S "$https_dir/sock" || return 1
	if [ -n "$https_port" ]; then
		https_try
		return
	fi
	for n in 1 2 3 4 5 6 7 8 9 10; do
		https_port=$((10000 + (RANDOM * 32768 + RANDOM) % 22000))
		if https_try; then
			return 0
		fi
		echo "# port $https_port is taken (try $n)"
	done
	return 1
}

https_stop() {
	[ -z "$https_nginx" ] || kill -TERM "$https_nginx" 2>/dev/null || true
	# the group: its four processes outlive a first one that was killed
	[ -z "$https_wrap" ] || kill -TERM -- "-$https_wrap" 2>/dev/null || true
	wait "$https_nginx" "$https_wrap" 2>/dev/null || true
	https_nginx='' https_wrap=''
}
