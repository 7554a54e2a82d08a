# shellcheck shell=bash
# qr: what a telephone reads from a code that pmqa shows. Source it behind
# lib.sh; both take standard input and print the text.
#
#   decode_qr    the characters of a code on a terminal, among other lines
#   decode_svg   the first code of a page

# rows of 0 and 1 (dark), each module as many pixels as a reader wants
read_modules() {
	python3 -c '
import sys
rows = sys.stdin.read().split()
k = 4
print("P1", len(rows[0]) * k, len(rows) * k)
for row in rows:
    for _ in range(k):
        print(" ".join(" ".join(m * k) for m in row))
' >"$T/qr.pbm"
	zbarimg -q --raw -Sdisable -Sqrcode.enable "$T/qr.pbm" 2>/dev/null
}

decode_qr() {
	python3 -c '
import re, sys
for line in sys.stdin.read().split("\n"):
    line = re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip("\r")
    if len(line) > 40 and set(line) <= set(" ▀▄█"):
        print("".join("01"[c not in "▀█"] for c in line))
        print("".join("01"[c not in "▄█"] for c in line))
' | read_modules
}

decode_svg() {
	python3 -c '
import re, sys
svg = re.search(r"<svg class=\"qr\" viewBox=\"0 0 (\d+) .*?</svg>", sys.stdin.read(), re.S)
rows = [["0"] * int(svg[1]) for _ in range(int(svg[1]))]
for x, y, n in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", svg[0]):
    for i in range(int(n)):
        rows[int(y)][int(x) + i] = "1"
print("\n".join("".join(row) for row in rows))
' | read_modules
}
