#!/bin/bash
# Goal: an office and its hall come together over https, through a real nginx
# with the server block that is shipped: texts, evidence, receipts, a first
# copy that is cut, each device known by its own key; who is not, and whatever
# else is sent, gets nothing and changes nothing; and the office's person hears
# what is wrong.
# shellcheck disable=SC2317 # functions are called through run and wait_until
set -euo pipefail
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/support/https.sh
. "$ROOT/tests/support/https.sh"
# shellcheck source=tests/support/cutproxy.sh
. "$ROOT/tests/support/cutproxy.sh"

H=$T/H A=$T/A B=$T/B C=$T/C
PEM=$A/keys/https.pem

trap 'at_exit https_stop link_stop' EXIT

# of everything that offices may move: not the logs
hall_bytes() {
	written "$H"
	(cd "$H" && find offices evidence -type f -print0 | sort -z |
		xargs -0 sha256sum | sha256sum)
}

sync_of() { # DIR
	run pmqa --dir "$1" sync --wait --json
}

# --- the hall's server, a key that no authority knows ----------------------

https_slow=2s
https_prepare "$T/web" "$H"
https_start
link_start "$T/link" "$https_port"
pmqa --dir "$H" init --role hall --code 91 --name สตูล \
	--url "https://localhost:$link_port" \
	--https-cert "$T/web/cert.pem" >/dev/null
pin=sha256//$(openssl pkey -in "$T/web/key.pem" -pubout -outform der |
	openssl dgst -sha256 -binary | base64)
like "$(cat "$H/pmqad.conf")" "https_pin = $pin" \
	"init writes the pin of the server's key, as openssl reckons it"
exits 7 "a file that is no certificate is refused" \
	pmqa --dir "$T/X" init --role hall --code 92 --name ก \
	--url https://localhost --https-cert "$T/web/key.pem"
like "$err" "not a certificate" "with a sentence"
exits 7 "so is an address with a path" \
	pmqa --dir "$T/X" init --role hall --code 92 --name ก \
	--url https://localhost/pmqa

new_office "$A" 9105 ละงู
new_office "$B" 9106 มะนัง
calm "$A"
calm "$B"
start "$H"
start "$A"
start "$B"
enrol "$A" "$H"
enrol "$B" "$H"
like "$(cat "$A/hall.conf")" "https_pin = $pin" \
	"the hall's answer brings the pin to the office"
is "$(stat -c %a "$PEM")" 600 "the device's certificate and key are its own"

# the same certificate by openssl: one form, byte for byte
own_form() { # NAME KEY OUT
	openssl req -new -key "$2" -subj "/CN=$1" -utf8 -out "$T/own.req"
	rm -rf "$T/own" && mkdir "$T/own"
	: >"$T/own/index" && echo 01 >"$T/own/serial"
	openssl ca -batch -notext -selfsign -config /dev/stdin -keyfile "$2" \
		-in "$T/own.req" -out "$3" -startdate 20000101000000Z \
		-enddate 99991231235959Z -extensions ext 2>/dev/null <<-EOT
			[ca]
			default_ca = it
			[it]
			new_certs_dir = $T/own
			database = $T/own/index
			serial = $T/own/serial
			default_md = null
			policy = any
			[any]
			commonName = supplied
			[ext]
			basicConstraints = critical, CA:FALSE
			keyUsage = critical, digitalSignature
			extendedKeyUsage = clientAuth
			subjectKeyIdentifier = none
		EOT
}
openssl pkey -in "$PEM" -out "$T/a.key"
own_form 9105-a "$T/a.key" "$T/a.pem"
is "$(openssl x509 -in "$T/a.pem" -outform der | sha256sum)" \
	"$(openssl x509 -in "$PEM" -outform der | sha256sum)" \
	"the certificate is the one that openssl makes of the same key"

# --- texts, evidence, receipts ----------------------------------------------

pmqa --dir "$A" assess open 2565 >/dev/null
pmqa --dir "$A" tick 1.1.B1 >/dev/null
sync_of "$A"
is "$status" 0 "the first sync goes through nginx"
is "$(sync_field '[.synced, .pushed] | @csv')" true,2 \
	"two revisions went and the receipt came back"
like "$(cat "$H/receive.log")" '"outcome":"admitted"' \
	"the hall's log has the push"
is "$(cat "$H"/log/*.jsonl | jq -r 'select(.result == "admitted") | .road' |
	sort -u)" https "and by which road it came"
is "$(git -C "$H/offices/9105.git" rev-parse refs/heads/office)" \
	"$(status_of "$A" .tip)" "the hall has the tip"
sync_of "$A"
sync_of "$A"
is "$(sync_field '[.synced, .pushed, .fetched] | @csv')" true,0,0 \
	"a sync with nothing to do"
make_pdf "$T/one.pdf" 300000
make_pdf "$T/two.pdf" 30000
make_pdf "$T/three.pdf" 3000
pmqa --dir "$A" evidence add 1.1 "$T/one.pdf" >/dev/null
pmqa --dir "$A" evidence add 1.1 "$T/two.pdf" >/dev/null
sync_of "$A"
is "$(sync_field '[.synced, .evidence.sent] | @csv')" true,2 \
	"two files went, too"

# a file whose receipt did not come: the next push has nothing to do
pmqa --dir "$A" evidence add 1.1 "$T/three.pdf" >/dev/null
sha=$(sha_of "$T/three.pdf")
sync_of "$A"
# the daemon may be writing this moment
sqlite3 -cmd '.timeout 20000' "$A/pmqa.db" "UPDATE evidence_file SET confirmed = NULL,
	receipt = NULL WHERE sha = '$sha'"
is "$(status_of "$A" .evidence.at_hall)" 2 "one receipt is lost"
sync_of "$A"
is "$(status_of "$A" .evidence.at_hall)" 3 "the hall gives it again"

# --- a first copy over a link that is cut ------------------------------------

for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
	pmqa --dir "$A" set 1.2 "strengths=$(words 3500)" >/dev/null
done
sync_of "$A"
pmqa --dir "$C" init --code 9105 --name ละงู --device b >/dev/null
calm "$C"
start "$C"
enrol "$C" "$H"
link_mode cut=30000 times=1
run pmqa --dir "$C" sync --wait
isnt "$status" 0 "the copy to a second machine is cut"
like "$err" "was cut" "and says so"
link_mode
wait_until 60 pmqa --dir "$C" sync --wait >/dev/null 2>&1 || true
is "$(status_of "$C" .synced)" true "the next exchange finishes it"
is "$(git -C "$C/repo.git" rev-parse refs/heads/office)" \
	"$(git -C "$A/repo.git" rev-parse refs/heads/office)" \
	"it has what the first machine has"
like "$(cat "$T/web/access.log")" "/9105-b/steps/office/-/" \
	"it asked for steps"
is "$(cd "$C/evidence.git" && git for-each-ref refs/evidence | wc -l)" 3 \
	"the files came, too"
is "$(status_of "$C" .evidence.at_hall)" 3 "with their receipts"

# --- what stands behind the address -----------------------------------------

ask() { # ARGUMENT…: of https_ask.py; $out begins with the status
	run python3 "$ROOT/tests/support/https_ask.py" "$https_port" "$@"
}

own_form 9106-a "$T/a.key" "$T/a-as-b.pem"
cat "$T/a.key" >>"$T/a-as-b.pem"
openssl genpkey -algorithm ED25519 -out "$T/s.key"
own_form 9105-a "$T/s.key" "$T/stranger.pem"
cat "$T/s.key" >>"$T/stranger.pem"
openssl req -x509 -key "$T/a.key" -subj /CN=9105-a -out "$T/other-form.pem"
cat "$T/a.key" >>"$T/other-form.pem"
look='info/refs?service=git-upload-pack'
before=$(hall_bytes)
lines=$(wc -l <"$H/receive.log")

refused() { # STATUS PART TEXT ARGUMENT…
	local want=$1 part=$2 text=$3
	shift 3
	ask "$@"
	is "${out%%$'\n'*}" "$want" "$text"
	like "$out" "$part" "… with a sentence"
}

ask --cert "$PEM" GET "/9105-a/office/$look"
is "${out%%$'\n'*}" 200 "its own certificate opens the office's repository"
refused 403 "by its own certificate" "nothing without a certificate" \
	GET "/9105-a/office/$look"
refused 403 "not that of device 9106-a" "nor another's repository" \
	--cert "$PEM" GET "/9106-a/office/$look"
refused 403 "not that of device 9105-b" "nor as another device of its own" \
	--cert "$PEM" GET "/9105-b/office/$look"
refused 403 "not that of device 9106-a" \
	"nor with a certificate that says the other's name" \
	--cert "$T/a-as-b.pem" GET "/9106-a/office/$look"
refused 403 "not that of device 9105-a" \
	"nor with another key under one's name" \
	--cert "$T/stranger.pem" GET "/9105-a/office/$look"
refused 403 "not that of device 9105-a" \
	"nor with a certificate of another form, though of the same key" \
	--cert "$T/other-form.pem" GET "/9105-a/office/$look"
own_form 9107-a "$T/s.key" "$T/unknown.pem"
cat "$T/s.key" >>"$T/unknown.pem"
refused 403 "not enrolled" "nor an office that the hall does not know" \
	--cert "$T/unknown.pem" GET "/9107-a/office/$look"

flat=$(tr -d '\n' <"$T/a.pem")
for header in "Pmqa-Certificate: $flat" "PMQA_CERTIFICATE: $flat" \
	"Ssl-Client-Cert: $flat" "X-Pmqa-Device: 9105-a" \
	"Authorization: Basic $(printf 9105-a: | base64)"; do
	refused 403 "by its own certificate" \
		"a header is no certificate: ${header%%:*}" \
		--header "$header" GET "/9105-a/office/$look"
done
# it is rotated: strangers must not push out what it has of the offices
is "$(wc -l <"$H/receive.log")" "$lines" \
	"who is not known writes nothing into receive.log"

sha=$(sha_of "$T/one.pdf")
id=$(git -C "$A/repo.git" rev-parse refs/heads/office)
tried=0
while read -r want method uri; do
	tried=$((tried + 1))
	ask --cert "$PEM" "$method" "$uri"
	is "${out%%$'\n'*}" "$want" "$method $uri"
done <<EOT
404 GET /
404 GET /9105-a
404 GET /9105-a/
404 GET /9105-a/office
404 GET /9105-a/office/HEAD
404 GET /9105-a/office/config
404 GET /9105-a/office/info/refs
404 GET /9105-a/office/info/refs?service=git-upload-archive
404 GET /9105-a/office/info/refs?service=git-upload-pack&x=1
404 GET /9105-a/office/info/refs?service=git-upload-pack%00
404 GET /9105-a/office/info/refs?x=1&service=git-upload-pack
404 GET /9105-a/office/info/refs/?service=git-upload-pack
404 GET /9105-a/office/objects/info/packs
404 GET /9105-a/office/objects/info/alternates
404 GET /9105-a/office/objects/${id:0:2}/${id:2}
404 GET /9105-a/office.git/info/refs?service=git-upload-pack
404 GET /9105-a/../9106-a/office/info/refs?service=git-upload-pack
404 GET /9105-a/office/../../9106-a/office/info/refs?service=git-upload-pack
404 GET /9105-a/%2e%2e/9106-a/office/info/refs?service=git-upload-pack
404 GET /9105-a/office/..%2f..%2f9106.git/info/refs?service=git-upload-pack
404 GET /9105-a//office/info/refs?service=git-upload-pack
404 GET //9105-a/office/info/refs?service=git-upload-pack
404 GET /9105-a/./office/info/refs?service=git-upload-pack
404 GET /9105-A/office/info/refs?service=git-upload-pack
404 GET /9105-h/office/info/refs?service=git-upload-pack
404 GET /91-h/office/info/refs?service=git-upload-pack
404 GET /9105-a/hall/info/refs?service=git-upload-pack
404 GET /9105-a/province/info/refs?service=git-upload-pack
404 GET /9105-a/offices/9105.git/info/refs?service=git-upload-pack
404 GET /offices/9105.git/info/refs?service=git-upload-pack
404 GET /9105-a/evidence/info/refs?service=git-upload-pack
404 GET /9105-a/evidence/${sha:1}/info/refs?service=git-upload-pack
404 GET /9105-a/evidence/${sha}0/info/refs?service=git-upload-pack
404 GET /9105-a/evidence/${sha^^}/info/refs?service=git-upload-pack
403 GET /9105-a/evidence/${sha//[0-9]/0}/info/refs?service=git-upload-pack
404 GET /9105-a/steps/office/-/-
404 GET /9105-a/steps/office/-/info/refs?service=git-upload-pack
404 GET /9105-a/steps/office/-/-/info/refs?service=git-receive-pack
404 GET /9105-a/steps/office/x/-/info/refs?service=git-upload-pack
404 GET /9105-a/steps/../office/-/-/info/refs?service=git-upload-pack
403 GET /9105-a/steps/office/-/${id//[0-9]/0}/info/refs?service=git-upload-pack
404 GET /$(head -c 3000 /dev/zero | tr '\0' a)
414 GET /$(head -c 30000 /dev/zero | tr '\0' a)
405 HEAD /9105-a/office/info/refs?service=git-upload-pack
405 PUT /9105-a/office/info/refs?service=git-upload-pack
405 DELETE /9105-a/office/git-upload-pack
405 PROPFIND /9105-a/office/git-upload-pack
405 OPTIONS /9105-a/office/git-upload-pack
405 POST /9105-a/office/info/refs?service=git-upload-pack
405 GET /9105-a/office/git-upload-pack
405 POST /9105-a/office/git-receive-pack
EOT
holds "$tried addresses and methods were tried" [ "$tried" -ge 50 ]
is "$(hall_bytes)" "$before" "the hall is unchanged to the byte"

# --- what a body can be -----------------------------------------------------

post() { # SERVICE ARGUMENT…
	local service=$1
	shift
	ask --cert "$PEM" --header "Content-Type: application/x-$service-request" \
		"$@" POST "/9105-a/office/$service" "$T/body"
}

head -c 1000 /dev/urandom >"$T/body"
ask --cert "$PEM" --header "Content-Type: text/plain" \
	POST /9105-a/office/git-receive-pack "$T/body"
is "${out%%$'\n'*}" 405 "a body of another type is not read"
post git-receive-pack --length 70000000
is "${out%%$'\n'*}" 413 "nor one that promises more than a push may have"
begun=$(date +%s)
post git-receive-pack --length 2000
isnt "${out%%$'\n'*}" 200 "a body that does not come is not waited for"
holds "for long" [ $(($(date +%s) - begun)) -le 30 ]
post git-receive-pack
like "$out" "pmqa-refused: " "noise for a push is refused with a sentence"
post git-upload-pack
unlike "$out" "packfile" "noise for a fetch brings nothing"
head -c 40000000 /dev/zero | gzip -9 >"$T/body"
begun=$(date +%s)
post git-upload-pack --header "Content-Encoding: gzip"
unlike "$out" "packfile" "nor does a body that unpacks to forty megabytes"
holds "and that takes no time" [ $(($(date +%s) - begun)) -le 30 ]
printf 0000 >"$T/body"
post git-receive-pack --header "Git-Protocol: version=2:$(words 4000)" \
	--header "Pmqa-Told: pmqa=$(words 200):holds=../../etc"
is "${out%%$'\n'*}" 200 "strange words about oneself are passed over"
ask --cert "$PEM" --header "Git-Protocol: version=1;id" GET "/9105-a/office/$look"
is "${out%%$'\n'*}" 200 "whatever they are"

# --- what git can send ------------------------------------------------------

by_hand() { # PEM DEVICE COMMAND [OPTION…] -- REFSPEC…: stock git
	local pem=$1 device=$2 command=$3
	shift 3
	run git -C "$T/evil.git" -c http.sslVerify=false \
		-c http.sslCert="$pem" -c http.sslKey="$pem" -c http.sslCAInfo= \
		"$command" "https://localhost:$https_port/$device/office" "$@"
}

unset GIT_SSL_CAINFO
git clone -q --bare "$A/repo.git" "$T/evil.git"
git -C "$T/evil.git" config user.name x
git -C "$T/evil.git" config user.email x@9105
tree=$(git -C "$T/evil.git" rev-parse "$id^{tree}")
unsigned=$(git -C "$T/evil.git" commit-tree -p "$id" -m forged "$tree")
by_hand "$PEM" 9105-a push "$unsigned:refs/heads/office"
isnt "$status" 0 "an unsigned commit is refused"
like "$err" "remote: pmqa-refused: " "with the hall's sentence"
by_hand "$PEM" 9105-a push "+$id~1:refs/heads/office"
isnt "$status" 0 "the branch cannot be set back"
by_hand "$PEM" 9105-a push ":refs/heads/office"
isnt "$status" 0 "nor deleted"
by_hand "$PEM" 9105-a push "$id:refs/heads/hall"
isnt "$status" 0 "nor the hall's own moved"
is "$(hall_bytes)" "$before" "the hall is unchanged to the byte"

BPEM=$B/keys/https.pem
by_hand "$BPEM" 9105-a fetch refs/heads/office
isnt "$status" 0 "another office cannot read"
like "$err" "remote: pmqa-denied: " "and hears why"
by_hand "$BPEM" 9105-a push "$id:refs/heads/office"
isnt "$status" 0 "nor write"
for version in 0 2; do
	git init -q --bare "$T/new$version.git"
	run git -C "$T/new$version.git" -c protocol.version=$version \
		-c http.sslVerify=false -c http.sslCert="$BPEM" \
		-c http.sslKey="$BPEM" fetch \
		"https://localhost:$https_port/9106-a/office" "$id"
	isnt "$status" 0 "nor by the id of a commit, protocol $version"
done
hall_tip=$(git -C "$H/offices/9105.git" rev-parse refs/heads/hall)
by_hand "$BPEM" 9106-a push "$hall_tip:refs/heads/office" 2>/dev/null
isnt "$status" 0 "nor take another's history for its own"
is "$(hall_bytes)" "$before" "the hall is unchanged to the byte"

# --- revoked ----------------------------------------------------------------

pmqa --dir "$H" hall revoke 9105-b --since "$(date -u +%FT%TZ)" --reason หาย >/dev/null
run pmqa --dir "$C" sync --wait
isnt "$status" 0 "a revoked device is not admitted"
like "$err" "revoked" "and hears it"
is "$(status_of "$C" .sync.last_error.class)" person "it asks for a person"
sync_of "$A"
is "$status" 0 "the office's other machine goes on"

# --- what the person hears ---------------------------------------------------

hears() { # CLASS PART TEXT
	run pmqa --dir "$A" sync --wait
	isnt "$status" 0 "$3"
	like "$err" "$2" "… the person hears it"
	is "$(status_of "$A" .sync.last_error.class)" "$1" "… as a case of $1"
}

instead() { # LINE CLASS PART TEXT: nginx answers this and nothing else
	https_stop
	https_instead=$1
	https_start
	hears "$2" "$3" "$4"
	https_instead=''
}

pmqa --dir "$A" tick 1.3.B1 >/dev/null
instead 'return 302 https://example.org/;' retry "points elsewhere" \
	"a redirection is not followed"
instead 'return 200 "<html>sign in</html>";' retry "does not speak" \
	"a page to sign in is not the hall"
instead 'return 401;' person "asks for a password" \
	"a password is not given"
instead 'return 403;' person "does not accept this device" \
	"refused without a word"
instead 'return 413;' retry "no piece of this size" \
	"a server on the way that takes little"
instead 'return 502;' retry "cannot take revisions now" \
	"a hall whose program is away"
https_stop
# libcurl sees its end or a reset, whichever comes first
hears retry "at 'https://localhost" "a link whose end is gone"
unlike "$err" "fatal:" "… in a sentence of ours"
link_stop
hears retry "cannot reach the hall" "nobody there"
link_start "$T/link" "$https_port"
cp "$T/web/key.pem" "$T/key.real"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \
	-out "$T/web/key.pem" 2>/dev/null
https_certificate localhost 30
https_start
hears person "gave at enrolment" "a machine with another key"
https_stop
cp "$T/key.real" "$T/web/key.pem"
https_certificate localhost 30
https_start
sync_of "$A"
is "$(sync_field .synced)" true "when all is well again, it goes on"

# --- an authority instead of a pin --------------------------------------------

stop "$A"
cp "$T/web/cert.pem" "$T/authority.pem"
sed -i '/^https_pin/d' "$A/hall.conf"
start "$A"
hears person "vouches" "a certificate that nobody vouches for"
stop "$A"
sed -i "s|^\[sync\]|[sync]\nhttps_ca = $T/authority.pem|" "$A/pmqad.conf"
start "$A"
sync_of "$A"
is "$status" 0 "with https_ca its authority is trusted"
https_stop
https_certificate hall.example.org 30
cp "$T/web/cert.pem" "$T/authority.pem"
https_start
hears person "for another name" "the name must be right"
https_stop
https_certificate localhost 1
cp "$T/web/cert.pem" "$T/authority.pem"
https_start
hears person "has run out" "and the certificate in time"
stop "$A"
sed -i "s|^https_ca = .*|https_ca = $T/nothing.pem|" "$A/pmqad.conf"
start "$A"
hears person "certificate of this machine cannot be used" \
	"a file of authorities that is not there"
finish
