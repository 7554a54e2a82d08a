#!/usr/bin/env bash
# Goal: every example of docs/PROTOCOL.md runs and gets the answer that stands
# there: all on one connection to a new office, in the order of the document;
# its list of methods is that of rpc.discover, with every parameter.
. "$(dirname "$0")/lib.sh"

new_office "$T/A" 9105 ละงู
start "$T/A"

# play: requests from standard input, one a line; the answers to each. Perl is
# where git is. Progress notifications are not answers.
cat >"$T/play.pl" <<'PERL'
use strict;
use warnings;
use IO::Socket::UNIX;
my $s = IO::Socket::UNIX->new(Type => SOCK_STREAM, Peer => $ARGV[0]) or die "$!";
$| = 1;
alarm 300;
while (my $line = <STDIN>) {
	print $s $line;
	my $answer;
	do { $answer = <$s> // die "the daemon ended the connection\n" }
	    while ($answer =~ /"method":"progress"/);
	print $answer;
}
PERL
doc=$ROOT/docs/PROTOCOL.md
sed -n 's/^→ //p' "$doc" >"$T/asked"
sed -n 's/^← //p' "$doc" >"$T/promised"
is "$(wc -l <"$T/asked")" "$(wc -l <"$T/promised")" "every request has its answer"
perl "$T/play.pl" "$T/A/pmqad.sock" <"$T/asked" >"$T/got"
is "$(wc -l <"$T/got")" "$(wc -l <"$T/asked")" "every request is answered"

# what differs from run to run, by its form
forms() {
	sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}/TIME/g
		s/"(commit|tip)":"[0-9a-f]{40}"/"\1":"COMMIT"/g
		s/"parents":\["[0-9a-f]{40}"\]/"parents":["COMMIT"]/g
		s/"person":\{[^}]*\}/"person":{}/g
		s/"rights":\[[^]]*\]/"rights":[]/g
		s/"version":"[^"]*"/"version":"V"/g
		s/"free_bytes":[0-9]+/"free_bytes":0/g
		s/"(journal|commits|signatures|records)":[0-9]+/"\1":0/g
		s/"request":"[^"]*"/"request":"LINE"/g
		s/"fingerprint":"[^"]*"/"fingerprint":"F"/g' "$1"
}
forms "$T/promised" >"$T/want"
forms "$T/got" >"$T/have"
exec 3<"$T/want" 4<"$T/have" 5<"$T/asked"
while read -r want <&3 && read -r have <&4 && read -r asked <&5; do
	case "$want" in
	*…) have=${have:0:$((${#want} - 1))}… ;;
	esac
	is "$have" "$want" "${asked:0:90}"
done
exec 3<&- 4<&- 5<&-

# a line a method and a line a parameter, by the daemon and by the document
echo '{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}' |
	perl "$T/play.pl" "$T/A/pmqad.sock" |
	jq -r '.result.methods[] | .name as $m | $m,
		(.params[] | "\($m) \(.name)\(if .required then " required" else "" end)")' |
	sort >"$T/methods"
awk '/^<!-- methods begin/ { on = 1 } /^<!-- methods end/ { on = 0 }
	on && /^[*][*]/ { split($0, part, "[*][*]"); method = part[2]; print method }
	on && /^- `/ { split($0, part, "`")
		print method " " part[2] ($0 ~ /^- `[^`]*`: [a-z ]*, required/ ? " required" : "") }' \
	"$doc" | sort >"$T/documented"
at_most 50 "$(wc -l <"$T/methods")" "the daemon tells its methods"
is "$(diff "$T/methods" "$T/documented" || true)" "" "the document has each of them with its parameters"
finish
