"""Speaks to the door of a hall as pmqa-receive does, and as it does not:

    ask_door.py SOCKET good VERSION ARGUMENT…   a whole request; prints what it
                                                says and how it ended
    ask_door.py SOCKET bad VERSION              many that have no form
    ask_door.py SOCKET hold N FILE              N connections without a request,
                                                until FILE is there
    ask_door.py SOCKET as UID                   1 when this user is not let in

Each packet has a deadline; the status is 1 when anything is not as it must be.
"""
import array
import os
import random
import socket
import sys
import time

WAIT_S = 60


def dial(path):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.settimeout(WAIT_S)
    s.connect(path)
    return s


def send(s, text, fds):
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))]
    s.sendmsg([text], rights if fds else [])


def ask(path, text, fds):
    """What came back: packets until the end."""
    s = dial(path)
    got = [s.recv(5000)]
    try:
        send(s, text, fds)
        while got[-1] != b"":
            got.append(s.recv(5000))
    except (BrokenPipeError, ConnectionResetError):
        got.append(b"")
    s.close()
    return got


def request(version, args, env):
    words = ["pmqa-door " + version]
    words += ["a" + a for a in args] + ["e" + e for e in env]
    return "".join(w + "\0" for w in words).encode()


def good(path, version, *args):
    null = os.open("/dev/null", os.O_RDWR)
    r, w = os.pipe()
    got = ask(path, request(version, args, []), [null, null, w])
    os.close(w)
    sys.stdout.write(os.read(r, 10000).decode())
    print(got[-2])
    return 0 if got[:2] == [b"r", b"b"] else 1


def bad(path, version):
    seed = int(os.environ.get("PMQA_SEED", random.randrange(1 << 30)))
    print("PMQA_SEED=%d" % seed)
    dice = random.Random(seed)
    null = os.open("/dev/null", os.O_RDWR)
    whole = request(version, ["9105-a"], ["PMQA_ROAD=ssh"])
    cases = [(b"", []), (b"x", []), (whole, []), (whole, [null]),
             (whole, [null] * 2), (whole, [null] * 4), (whole, [null] * 200),
             (whole[:-1], [null] * 3), (b"x" * 40000, [null] * 3),
             (request("0", ["9105-a"], []), [null] * 3),
             (request(version, ["9105-a"] * 9, []), [null] * 3),
             (request(version, [], ["PATH=/tmp"]), [null] * 3),
             (request(version, [], ["PMQA_ROAD=a", "PMQA_ROAD=b"]), [null] * 3)]
    for _ in range(300):
        text = bytearray(whole)
        for _ in range(dice.randrange(1, 4)):
            text[dice.randrange(len("pmqa-door "))] = dice.randrange(1, 65)
        if text == whole:  # a byte was replaced by itself
            text[0] = 1
        cases.append((bytes(text), [null] * dice.randrange(5)))
    for text, fds in cases:
        got = ask(path, text, fds)
        if got != [b"r", b""]:
            print(text, len(fds), got)
            return 1
    print("%d refused" % len(cases))
    return 0


def hold(path, n, until):
    kept = [dial(path) for _ in range(int(n))]
    if any(s.recv(10) != b"r" for s in kept):
        return 1
    print("held", flush=True)
    deadline = time.monotonic() + WAIT_S
    while not os.path.exists(until) and time.monotonic() < deadline:
        time.sleep(0.02)
    return 0


def as_user(path, uid):
    os.setuid(int(uid))
    return 1 if dial(path).recv(10) == b"" else 0


sys.exit({"good": good, "bad": bad, "hold": hold, "as": as_user}[sys.argv[2]](
    sys.argv[1], *sys.argv[3:]))
