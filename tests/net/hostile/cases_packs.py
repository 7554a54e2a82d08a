"""Packs: bombs, cuts, foreign bases, loops; and the commands before them."""
import struct
import zlib

from gitbytes import (BLOB, COMMIT, FLUSH, OFS_DELTA, TREE, ZERO, Pack,
                      copy_all, delta, line, object_id, size_head, tree,
                      varint)
from office import CAPS, OFFICE_REF, push
from table import pushes, row

MIB = 1024 * 1024


# --- bombs

def zeros(n, level=1):
    """n zeros, deflated piece by piece."""
    packer, out = zlib.compressobj(level), b""
    piece = bytes(4 * MIB)
    for _ in range(n // len(piece)):
        out += packer.compress(piece)
    return out + packer.flush()


def zero_blob(o, pack):
    """1 GiB of zeros is a megabyte on the wire."""
    pack.raw(size_head(BLOB, 1024 * MIB) + zeros(1024 * MIB))
    return o.revision(pack)


def zero_tree(o, pack):
    """The same, called a tree: git reads those whole."""
    pack.raw(size_head(TREE, 1024 * MIB) + zeros(1024 * MIB))
    return o.revision(pack)


def zero_commit(o, pack):
    """The same, called a commit."""
    pack.raw(size_head(COMMIT, 1024 * MIB) + zeros(1024 * MIB))
    return o.revision(pack)


def tree_bomb(o, pack):
    """Eleven trees of ten entries each: ten thousand million files."""
    oid = pack.add(BLOB, b"x\n")
    mode = "100644"
    for _ in range(11):
        oid = pack.add(TREE, tree([(mode, "f%d" % n, oid)
                                   for n in range(10)]))
        mode = "40000"
    return o.revision(pack, root=oid)


def deep_tree(o, pack):
    """Ten thousand directories within each other."""
    oid, mode = pack.add(BLOB, b"x\n"), "100644"
    for _ in range(10000):
        oid, mode = pack.add(TREE, tree([(mode, "d", oid)])), "40000"
    return o.revision(pack, root=oid)


def wide_tree(o, pack):
    """A directory of a million files."""
    oid = bytes.fromhex(pack.add(BLOB, b"{}\n"))
    raw = b"".join(b"100644 %08d\0" % n + oid for n in range(1000000))
    return o.revision(pack, root=pack.add(TREE, raw))


def delta_bomb(o, pack):
    """A small base, then deltas that each are as large as git may hold."""
    base = b"x" * 65536
    first = pack.here()
    pack.add(BLOB, base)
    grow = copy_all(len(base)) * 1600  # 100 MiB out of 64 KiB
    step = delta(len(base), len(base) * 1600, grow)
    for _ in range(400):
        at = pack.here()
        pack.ofs_delta(at - first, step)
    return o.revision(pack)


def delta_tower(o, pack):
    """Each delta doubles what the one before gives: 2^31 bytes at the end."""
    size, last = 1024, pack.here()
    pack.add(BLOB, b"y" * size)
    for _ in range(21):
        at = pack.here()
        pack.ofs_delta(at - last, delta(size, size * 2, copy_all(size) * 2))
        last, size = at, size * 2
    return o.revision(pack)


def delta_chain(o, pack):
    """Thirty thousand deltas upon each other."""
    size, last = 4096, pack.here()
    pack.add(BLOB, b"z" * size)
    for n in range(30000):
        at = pack.here()
        pack.ofs_delta(at - last, delta(
            size, size, copy_all(size - 4) + b"\x04" + struct.pack(">I", n)))
        last = at
    return o.revision(pack)


def delta_claims(o, pack):
    """A delta that says it gives 2^62 bytes."""
    first = pack.here()
    pack.add(BLOB, b"x" * 100)
    pack.ofs_delta(pack.here() - first,
                   delta(100, 2 ** 62, copy_all(100)))
    return o.revision(pack)


def delta_lies(o, pack):
    """A delta that says another size of its base."""
    first = pack.here()
    pack.add(BLOB, b"x" * 100)
    pack.ofs_delta(pack.here() - first, delta(5000, 100, copy_all(100)))
    return o.revision(pack)


def delta_beyond(o, pack):
    """A delta that copies from behind the end of its base."""
    first = pack.here()
    pack.add(BLOB, b"x" * 100)
    pack.ofs_delta(pack.here() - first, delta(
        100, 100, b"\xff" + struct.pack("<I", 2 ** 31) + b"\x64\0\0"))
    return o.revision(pack)


def delta_before(o, pack):
    """A base before the beginning of the pack."""
    pack.ofs_delta(100000, delta(100, 100, copy_all(100)))
    return o.revision(pack)


def delta_self(o, pack):
    """Two deltas, each the base of the other."""
    a, b = "a" * 40, "b" * 40
    pack.ref_delta(a, delta(10, 10, copy_all(10)))
    pack.ref_delta(b, delta(10, 10, copy_all(10)))
    return o.revision(pack)


def size_lie(o, pack):
    """An entry that inflates to less than it says."""
    pack.raw(size_head(BLOB, 1000) + zlib.compress(b"short"))
    return o.revision(pack)


def size_more(o, pack):
    """An entry that inflates to more than it says."""
    pack.raw(size_head(BLOB, 3) + zlib.compress(b"x" * 100000))
    return o.revision(pack)


def size_huge(o, pack):
    """An entry that says it is 2^60 bytes."""
    pack.raw(size_head(BLOB, 2 ** 60) + zlib.compress(b"x"))
    return o.revision(pack)


def bad_kind(kind):
    """An entry of a kind that git has not."""
    def make(o, pack):
        pack.raw(size_head(kind, 1) + zlib.compress(b"x"))
        return o.revision(pack)
    return make


def bad_zlib(o, pack):
    """An entry that does not inflate."""
    pack.raw(size_head(BLOB, 100) + b"\xff" * 100)
    return o.revision(pack)


def crowd(o, pack):
    """600,000 objects that nothing names."""
    for n in range(600000):
        pack.raw(size_head(BLOB, 4) + b"\x78\x01\x01\x04\0\xfb\xff" +
                 struct.pack(">I", n) +
                 struct.pack(">I", zlib.adler32(struct.pack(">I", n))))
    return o.revision(pack)


def commits(o, pack):
    """100,001 revisions, none of them signed by anybody."""
    root, last = pack.add(TREE, tree([])), o.tip
    text = (b"tree %s\nparent %s\nauthor a <a@9105> 1 +0000\n"
            b"committer a <a@9105> 1 +0000\n\nx%d\n")
    for n in range(100001):
        raw = text % (root.encode(), last.encode(), n)
        last = object_id(COMMIT, raw)
        pack.raw(size_head(COMMIT, len(raw)) + zlib.compress(raw, 0))
    return last


for name, part, make in [
        ("1 GiB of zeros", "", zero_blob),
        ("1 GiB of zeros as a tree", "", zero_tree),
        ("1 GiB of zeros as a commit", "", zero_commit),
        ("tree of 10^11 files", "", tree_bomb),
        ("10,000 directories deep", "", deep_tree),
        ("a directory of 10^6 files", "", wide_tree),
        ("deltas of 100 MiB each", "", delta_bomb),
        ("deltas that double", "", delta_tower),
        ("30,000 deltas in a chain", "", delta_chain),
        ("600,000 objects", "", crowd),
        ("100,001 commits", "", commits),
]:
    pushes("bomb: " + name, part, make)

for name, part, make in [
        ("a delta that claims 2^62 bytes", "", delta_claims),
        ("a delta with another base's size", "", delta_lies),
        ("a delta that reads behind its base", "", delta_beyond),
        ("a base before the pack", "", delta_before),
        ("deltas in a circle", "", delta_self),
        ("less than its size", "", size_lie),
        ("more than its size", "", size_more),
        ("a size of 2^60", "", size_huge),
        ("kind 0", "", bad_kind(0)),
        ("kind 5", "", bad_kind(5)),
        ("not deflated", "", bad_zlib),
]:
    pushes("pack: " + name, part, make)


# --- isolation: another office's objects by their ids

def foreign_base(o, pack):
    """A thin pack upon a blob that only the other office has."""
    blob = o.other.git("rev-parse", "HEAD:2565/items/1.1.json").decode()
    raw = o.other.git("cat-file", "blob", blob.strip())
    pack.ref_delta(blob.strip(), delta(len(raw), len(raw),
                                       copy_all(len(raw))))
    return o.revision(pack)


def foreign_tree(o, pack):
    """The other office's tree, by its id alone."""
    root = o.other.git("rev-parse", "HEAD^{tree}").decode().strip()
    return o.revision(pack, root=root)


def foreign_blob(o, pack):
    """The other office's record, by its id alone."""
    blob = o.other.git("rev-parse", "HEAD:2565/items/1.1.json").decode()
    ids = {**o.files, "2565/items/1.1.json": blob.strip()}
    return o.revision(pack, root=o.write_tree(pack, ids))


pushes("isolation: a delta upon another office's record", "", foreign_base)
pushes("isolation: another office's tree by its id", "", foreign_tree)
pushes("isolation: another office's record by its id", "", foreign_blob)
pushes("isolation: another office's revision as parent", "",
       lambda o, pack: o.revision(pack, parents=[o.other.tip]))
row("isolation: another office's tip by its id", "",
    lambda o: push(Pack(), o.other.tip)(o))


# --- packs that are cut, longer, or other than they say

def whole(change=None, **fields):
    """A good push whose pack has other fields, or other bytes."""
    def make(o):
        pack = Pack()
        new = o.revision(pack)
        for field, value in fields.items():
            setattr(pack, field, value)
        data = pack.bytes()
        if change is not None:
            data = change(data)
        return push(pack, new, data=data)(o)
    return make


def flip(data):
    """One bit in the middle."""
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 4]) + data[at + 1:]


for name, part, make in [
        ("without its magic", "", whole(magic=b"KCAP")),
        ("version 99", "", whole(version=99)),
        ("count 0", "", whole(count=0)),
        ("count 2^32-1", "", whole(count=2 ** 32 - 1)),
        ("count one more", "", whole(count=6)),
        ("a wrong checksum", "", whole(checksum=b"\0" * 20)),
        ("a flipped bit", "", whole(flip)),
        ("empty", "", whole(lambda data: b"")),
        ("junk instead", "", whole(lambda data: b"\xff" * 4096)),
        ("junk after it", "", whole(lambda data: data + b"\xff" * 4096)),
        ("cut in the middle", "", whole(lambda data: data[:len(data) // 2])),
        ("cut before the checksum", "", whole(lambda data: data[:-20])),
]:
    row("pack: " + name, part, make, sort="refused or cut")


# --- commands before the pack

def good(o, **how):
    """A good push with other commands."""
    pack = Pack()
    new = o.revision(pack)
    return push(pack, new, **how)(o)


def only(*lines_, tail=b""):
    """Just these lines, then a flush."""
    return lambda o: b"".join(
        line(l(o) if callable(l) else l) for l in lines_) + FLUSH + tail


EMPTY = Pack().bytes()
ONLY = "only branch 'office' can be pushed here"
for ref in ["refs/heads/hall", "refs/heads/main", "refs/heads/office/x",
            "refs/heads/../heads/x", "refs/tags/v1", "refs/notes/commits",
            "refs/replace/" + "1" * 40, "refs/offices/9106",
            "refs/remotes/x/y", "refs/stash", "HEAD", "refs/side/b",
            "refs/returned/hall", "refs/heads/office.lock", "refs/",
            "../../offices/9106.git/refs/heads/office",
            "refs/heads/" + "r" * 4000]:
    row("ref: " + ref[:40], "",
        lambda o, ref=ref: good(o, ref=ref, old=ZERO))
row("ref: deleted", "history only grows",
    lambda o: push(Pack(), ZERO, data=b"")(o))
row("ref: the hall's deleted", "",
    lambda o: push(Pack(), ZERO, old="1" * 40, ref="refs/heads/hall",
                   data=b"")(o))
row("ref: set back", "", lambda o: push(Pack(), o.first)(o))
row("ref: to where it stands", "this push moves nothing",
    lambda o: push(Pack(), o.tip)(o))
row("ref: made anew", "", lambda o: good(o, old=ZERO))
row("ref: from another old one", "", lambda o: good(o, old=o.first))
row("ref: twice", "", lambda o: good(
    o, more=[(o.tip, o.first, OFFICE_REF)]))
row("ref: two at once", "", lambda o: good(
    o, more=[(ZERO, o.tip, "refs/heads/other")]))
row("ref: 10^6 in one push", "one branch, not thousands", lambda o: only(
    "%s %s %s\0%s" % (o.tip, o.first, OFFICE_REF, CAPS))(o)[:-4] + b"".join(
        line(b"%s %s refs/heads/n%06d" % (ZERO.encode(), o.tip.encode(), n))
        for n in range(1000000)) + FLUSH + EMPTY)
row("push options", "", lambda o: good(
    o, caps=CAPS + " push-options", data=line("ci.skip") + FLUSH + EMPTY),
    sort="refused or cut")
row("push certificate", "a push is not signed here", lambda o: line(
    "push-cert\0" + CAPS + "\n") + line("certificate version 0.1\n") + line(
        "pusher x\n") + line("nonce 1\n") + line("\n") + line(
            "%s %s %s\n" % (o.tip, o.first, OFFICE_REF)) + line(
                "push-cert-end\n") + FLUSH + EMPTY)
row("shallow", "cut off at its beginning", lambda o: line("shallow " + o.tip) + good(o))


# --- pkt-lines

for name, make in [
        ("a length of ffff", lambda o: b"ffff" + b"x" * 70000),
        ("a length of fff0, then nothing", lambda o: b"fff0"),
        ("a length that is none", lambda o: b"zzzzhello"),
        ("a length of 1", lambda o: b"0001"),
        ("a length of 3", lambda o: b"0003xxx"),
        ("a negative length", lambda o: b"-001xxx"),
        ("no flush", lambda o: good(o)[:150]),
        ("ids of 39 digits", only(
            lambda o: "%s %s %s\0%s" % (o.tip[:39], o.tip, OFFICE_REF, CAPS),
            tail=EMPTY)),
        ("an id in capitals", only(
            lambda o: "%s %s %s\0%s" % (o.tip.upper(), "B" * 40, OFFICE_REF,
                                        CAPS), tail=EMPTY)),
        ("no ref", only(lambda o: "%s %s" % (o.tip, o.tip), tail=EMPTY)),
        ("a NUL in the ref", only(
            lambda o: "%s %s refs/heads/of\0fice" % (o.tip, o.first),
            tail=EMPTY)),
        ("HTTP", lambda o: b"GET / HTTP/1.1\r\nHost: hall\r\n\r\n"),
        ("64 MiB without form", lambda o: b"\xff" * 64 * MIB),
        ("SHA-256 objects", lambda o: good(
            o, caps=CAPS + " object-format=sha256")),
]:
    row("line: " + name, "", make, sort="refused or cut")
assert varint(300) == b"\xac\x02" and OFS_DELTA == 6
