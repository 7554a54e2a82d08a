"""Pushes what is made ill, as a device's machine would, through a program of the
hall's; prints what was answered.

    push_ill.py HALL OFFICE_DIR CODE WHAT PROGRAM…

WHAT: one of the names in MADE. The program gets --dir HALL CODE-a behind it. The
status is 0 when the hall took the push.
"""
import os
import subprocess
import sys
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "hostile"))
# pylint: disable=wrong-import-position
import cases_packs as packs  # noqa: E402
from gitbytes import (BLOB, FLUSH, OFS_DELTA, ZERO, Pack, copy_all,  # noqa: E402
                      delta, line, object_id, size_head)
from office import CAPS, OFFICE_REF, Office, push, texts_of  # noqa: E402


def with_ref(ref):
    """A good push to a ref of these bytes."""
    def make(o):
        pack = Pack()
        new = o.revision(pack)
        head = ("%s %s " % (ZERO, new)).encode() + ref
        return line(head + b"\0" + CAPS.encode()) + FLUSH + pack.bytes()
    return make


def beside(fill):
    """A good revision with entries of fill(office, pack) beside it."""
    def make(o):
        pack = Pack()
        new = fill(o, pack)
        return push(pack, new)(o)
    return make


def twice(size):
    """An object, and a delta that gives the same once more."""
    def fill(o, pack):
        data = b"%d" % size + b"x" * size
        pack.add(BLOB, data)
        pack.ref_delta(object_id(BLOB, data),
                       delta(len(data), len(data), copy_all(len(data))))
        return o.revision(pack)
    return fill


def known_twice(o, pack):
    """A delta that gives an object which the hall has, upon the same."""
    blob = o.git("rev-parse", "HEAD:office.json").decode().strip()
    raw = o.git("cat-file", "blob", blob)
    pack.ref_delta(blob, delta(len(raw), len(raw), copy_all(len(raw))))
    return o.revision(pack)


def in_circle(o, pack):
    """Two objects, and a delta of each upon the other."""
    one, two = b"1" * 100, b"2" * 100
    pack.add(BLOB, one)
    pack.ref_delta(object_id(BLOB, one), delta(100, 100, b"\x64" + two))
    pack.ref_delta(object_id(BLOB, two), delta(100, 100, b"\x64" + one))
    return o.revision(pack)


def within(o, pack):
    """A delta upon bytes in the middle of another object's."""
    hidden = size_head(BLOB, 100) + zlib.compress(b"h" * 100)
    head = size_head(BLOB, len(hidden))
    at = pack.here() + len(head) + 7 # of zlib's and of the stored block
    pack.raw(head + zlib.compress(hidden, 0))
    pack.ofs_delta(pack.here() - at, delta(100, 100, copy_all(100)))
    return o.revision(pack)


def good(o):
    """Nothing is wrong with it."""
    pack = Pack()
    files = o.good_files("word %d" % time.time_ns())
    return push(pack, o.revision(pack, files))(o)


MADE = {
    "good": good,
    "a ref of no letters": with_ref(b"refs/heads/\xff\xfe\xc0\x80"),
    "a ref of 190 bytes": with_ref(b"refs/heads/\xed\xa0\x80" + b"r" * 170),
    "a ref with marks": with_ref(b"refs/heads/\"},{\"\\u0000"),
    "zeros": beside(packs.zero_blob),
    "deltas": beside(packs.delta_bomb),
    "a chain": beside(packs.delta_chain),
    "a crowd": beside(packs.crowd),
    "twice": beside(twice(10)),
    "twice a large one": beside(twice(4 * 1024 * 1024)),
    "known twice": beside(known_twice),
    "in a circle": beside(in_circle),
    "within another": beside(within),
}
assert OFS_DELTA == 6 and OFFICE_REF


def main():
    hall, directory, code, what = sys.argv[1:5]
    office = Office(directory, code, "0", "")
    env = {"PATH": "/usr/bin:/bin",
           "SSH_ORIGINAL_COMMAND": "git-receive-pack 'office'"}
    child = subprocess.Popen(
        [*sys.argv[5:], "--dir", hall, code + "-a"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    out, err = child.communicate(MADE[what](office), timeout=300)
    people, report = texts_of(out, err)
    print(people + report)
    return 0 if "ok refs/" in report else 1


if __name__ == "__main__":
    sys.exit(main())
