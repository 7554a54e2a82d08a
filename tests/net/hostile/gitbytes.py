"""git's bytes, made by hand so that they can be made wrong: objects, trees,
packs with every kind of entry, pkt-lines."""
import hashlib
import struct
import zlib

COMMIT, TREE, BLOB, TAG, OFS_DELTA, REF_DELTA = 1, 2, 3, 4, 6, 7
NAMES = {COMMIT: "commit", TREE: "tree", BLOB: "blob", TAG: "tag"}
ZERO = "0" * 40


def object_id(kind, data):
    """The id in hex."""
    head = b"%s %d\0" % (NAMES[kind].encode(), len(data))
    return hashlib.sha1(head + data).hexdigest()


def tree(entries):
    """Raw tree of (mode, name, id) in just this order."""
    raw = b""
    for mode, name, oid in entries:
        if isinstance(name, str):
            name = name.encode()
        raw += mode.encode() + b" " + name + b"\0" + bytes.fromhex(oid)
    return raw


def sorted_tree(entries):
    """As git orders them: a directory as if its name ended with a slash."""
    return tree(sorted(entries, key=lambda e: (
        e[1].encode() + (b"/" if e[0] == "40000" else b""))))


def size_head(kind, size):
    """Head of a pack entry: kind and size of what it inflates to."""
    byte = (kind << 4) | (size & 15)
    size >>= 4
    out = b""
    while size:
        out += bytes([byte | 0x80])
        byte = size & 0x7f
        size >>= 7
    return out + bytes([byte])


def varint(n):
    """Sizes within a delta."""
    out = b""
    while n > 0x7f:
        out += bytes([0x80 | (n & 0x7f)])
        n >>= 7
    return out + bytes([n])


def copy_all(size):
    """Delta instructions that copy the first size bytes of the base."""
    out, at = b"", 0
    while at < size:
        n = min(size - at, 0xffffff)
        out += b"\xff" + struct.pack("<I", at) + struct.pack("<I", n)[:3]
        at += n
    return out


def delta(base_size, result_size, instructions):
    """A delta as it stands in a pack."""
    return varint(base_size) + varint(result_size) + instructions


class Pack:
    """A pack; every field of it can be set wrong."""

    def __init__(self):
        self.entries, self.known = [], set()
        self.version, self.count, self.tail, self.magic = 2, None, b"", b"PACK"
        self.checksum = None

    def add(self, kind, data):
        """An object as it is; its id."""
        oid = object_id(kind, data)
        if oid not in self.known:
            self.known.add(oid)
            self.raw(size_head(kind, len(data)) + zlib.compress(data, 1))
        return oid

    def raw(self, data):
        """An entry of any bytes."""
        self.entries.append(data)

    def here(self):
        """Where the next entry begins."""
        return 12 + sum(len(e) for e in self.entries)

    def ref_delta(self, base, data):
        """A delta against the object with this id."""
        self.raw(size_head(REF_DELTA, len(data)) + bytes.fromhex(base) +
                 zlib.compress(data, 1))

    def ofs_delta(self, back, data):
        """A delta against the entry so many bytes before this one."""
        out, back = bytes([back & 0x7f]), back >> 7
        while back:
            back -= 1
            out = bytes([0x80 | (back & 0x7f)]) + out
            back >>= 7
        self.raw(size_head(OFS_DELTA, len(data)) + out +
                 zlib.compress(data, 1))

    def bytes(self):
        """The whole pack."""
        n = len(self.entries) if self.count is None else self.count
        body = self.magic + struct.pack(">II", self.version, n)
        body += b"".join(self.entries)
        if self.checksum is None:
            return body + hashlib.sha1(body).digest() + self.tail
        return body + self.checksum + self.tail


def line(data):
    """A pkt-line."""
    if isinstance(data, str):
        data = data.encode()
    return b"%04x" % (len(data) + 4) + data


FLUSH = b"0000"


def lines_of(data):
    """The pkt-lines in data, None for a flush; stops where form ends."""
    at = 0
    while at + 4 <= len(data):
        try:
            n = int(data[at:at + 4], 16)
        except ValueError:
            return
        if n < 4:
            yield None
            at += 4
            continue
        yield data[at + 4:at + n]
        at += n
