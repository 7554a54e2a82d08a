#!/usr/bin/env python3
"""One request over TLS, sent as it is given: no normalising of the path.

https_ask.py PORT [--cert PEM] [--header LINE]... [--length N] METHOD URI [FILE]

FILE is the body; --length promises so many bytes instead of FILE's own. Prints
the status and the text of the answer; "closed" when there is none.
"""
import argparse
import socket
import ssl
import sys

p = argparse.ArgumentParser()
p.add_argument("port", type=int)
p.add_argument("--cert")
p.add_argument("--header", action="append", default=[])
p.add_argument("--length", type=int)
p.add_argument("method")
p.add_argument("uri")
p.add_argument("file", nargs="?")
a = p.parse_args()

context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
if a.cert:
    context.load_cert_chain(a.cert)
body = open(a.file, "rb").read() if a.file else b""
head = [f"{a.method} {a.uri} HTTP/1.1", "Host: localhost", "Connection: close"]
if body or a.length is not None:
    head.append(f"Content-Length: {len(body) if a.length is None else a.length}")
head += a.header
said = b""
try:
    with socket.create_connection(("127.0.0.1", a.port), 60) as raw:
        with context.wrap_socket(raw, server_hostname="localhost") as s:
            s.sendall("\r\n".join(head + ["", ""]).encode("latin-1"))
            try:
                s.sendall(body)
            except OSError:
                pass  # refused before it was all sent: the answer says why
            while True:
                part = s.recv(65536)
                if not part:
                    break
                said += part
except OSError as e:
    print(f"# {e}", file=sys.stderr)
if not said:
    print("closed")
    sys.exit(0)
start, _, text = said.partition(b"\r\n\r\n")
sys.stdout.buffer.write(start.split(b" ", 2)[1] + b"\n")
sys.stdout.buffer.write(text[:2000].replace(b"\0", b" "))
