"""Who signed what: forged, swapped, doubled, hidden and foreign signatures, and
revisions whose words do not hold."""
import hashlib
import os
import subprocess

from gitbytes import BLOB, COMMIT
from office import ITEM, canonical
from table import pushes


def parts(o, pack, **changes):
    """Header and message of the good revision."""
    files = o.good_files()
    root = o.put_files(pack, files)
    f = o.fields(**changes)
    return o.header(root, f), o.message(o.content_of(files), f)


def signature(change):
    """change(office, header, message): the commit's bytes."""
    def make(o, pack):
        return pack.add(COMMIT, change(o, *parts(o, pack)))
    return make


def stranger(o):
    """A key that nobody knows."""
    path = o.control + ".stranger"
    if not os.path.exists(path):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C",
                        "", "-f", path], check=True)
    return path


def other_kind(o, kind):
    """A key of another kind."""
    path = o.control + "." + kind
    if not os.path.exists(path):
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "",
                        "-f", path], check=True)
    return path


def sealed(o, h, m, armour):
    """With this armour."""
    return o.with_signature(h, armour, m)


def good(o, h, m):
    """The good armour."""
    return o.sign(h + b"\n" + m)


def doubled(o, h, m):
    """The same signature twice."""
    folded = b"gpgsig " + good(o, h, m).replace(b"\n", b"\n ") + b"\n"
    return h + folded + folded + b"\n" + m


def sha256_header(o, h, m):
    """A second signature under git's other name."""
    folded = good(o, h, m).replace(b"\n", b"\n ")
    return (h + b"gpgsig-sha256 " + folded + b"\ngpgsig " + folded + b"\n\n" +
            m)


def in_body(o, h, m):
    """The signature in the message alone."""
    folded = good(o, h, m).replace(b"\n", b"\n ")
    return h + b"\n" + m + b"gpgsig " + folded + b"\n"


def before_author(o, h, m):
    """The signature before the author."""
    at = h.index(b"author ")
    folded = b"gpgsig " + good(o, h, m).replace(b"\n", b"\n ") + b"\n"
    return h[:at] + folded + h[at:] + b"\n" + m


def after_nul(o, h, m):
    """Signed up to a NUL, with more behind it."""
    return o.with_signature(h, good(o, h, m), m + b"\0more\n")


def flipped(o, h, m):
    """One bit of the signature."""
    armour = bytearray(good(o, h, m))
    at = len(armour) // 2
    armour[at] = ord("A") if armour[at] != ord("A") else ord("B")
    return sealed(o, h, m, bytes(armour))


def of_parent(o, h, m):
    """The parent's own good signature on other words."""
    raw = o.git("cat-file", "commit", o.tip)
    at = raw.index(b"gpgsig ") + 7
    armour = raw[at:raw.index(b"-----END SSH SIGNATURE-----") + 27]
    return sealed(o, h, m, armour.replace(b"\n ", b"\n"))


def extra_header(o, h, m):
    """A signed header that nobody asked for."""
    return o.signed(h + b"encoding tis-620\n", m)


def mergetag(o, h, m):
    """A signed header that git itself would make."""
    return o.signed(h + b"mergetag object " + o.tip.encode() + b"\n", m)


def carriage(o, h, m):
    """Other line ends, signed."""
    return o.signed(h, m.replace(b"\n", b"\r\n"))


def unsigned_tail(o, h, m):
    """More after what was signed."""
    return sealed(o, h, m + b"Approved-by: the chief\n", good(o, h, m))


for name, part, change in [
        ("none at all", "", lambda o, h, m: h + b"\n" + m),
        ("empty", "", lambda o, h, m: sealed(o, h, m, b"")),
        ("not base64", "", lambda o, h, m: sealed(
            o, h, m, b"-----BEGIN SSH SIGNATURE-----\n!!!!\n"
                     b"-----END SSH SIGNATURE-----")),
        ("of PGP", "", lambda o, h, m: sealed(
            o, h, m, b"-----BEGIN PGP SIGNATURE-----\n\niQ==\n"
                     b"-----END PGP SIGNATURE-----")),
        ("a flipped bit", "", flipped),
        ("swapped with the parent's", "", of_parent),
        ("twice", "", doubled),
        ("also as gpgsig-sha256", "", sha256_header),
        ("in the body", "", in_body),
        ("before the author", "", before_author),
        ("then a NUL and more", "", after_nul),
        ("then more words", "", unsigned_tail),
        ("for a file", "", lambda o, h, m: o.signed(h, m, space="file")),
        ("of a receipt's kind", "",
         lambda o, h, m: o.signed(h, m, space="pmqa-receipt")),
        ("by nobody's key", "signature is not by the key of device",
         lambda o, h, m: o.signed(h, m, stranger(o))),
        ("by another office's key", "signature is not by the key of device",
         lambda o, h, m: o.signed(h, m, o.other.key)),
        ("by an ECDSA key", "",
         lambda o, h, m: o.signed(h, m, other_kind(o, "ecdsa"))),
        ("by an RSA key", "",
         lambda o, h, m: o.signed(h, m, other_kind(o, "rsa"))),
        ("over an encoding", "", extra_header),
        ("over a merged tag", "", mergetag),
        ("over other line ends", "", carriage),
]:
    pushes("signature: " + name, part, signature(change))


def revision(**changes):
    """A signed revision with other fields."""
    return lambda o, pack: o.revision(pack, **changes)


def clock(seconds):
    """Made at another time."""
    return lambda o, pack: o.revision(pack, time=o.time + seconds)


def follows(*which):
    """Other parents."""
    return lambda o, pack: o.revision(
        pack, parents=[getattr(o, w) if w in ("tip", "first") else w
                       for w in which])


for name, part, make in [
        ("as another office", "", revision(mail="9106", device="9106-a")),
        ("as another device", "", revision(device="9105-b", letter="b")),
        ("as the hall", "", revision(device="91-h", letter="h", mail="91")),
        ("another letter", "", revision(letter="b")),
        ("a sequence again", "is revision",
         lambda o, p: o.revision(p, sequence=o.sequence)),
        ("a sequence left out", "is revision",
         lambda o, p: o.revision(p, sequence=o.sequence + 2)),
        ("a huge sequence", "", revision(sequence=2 ** 63)),
        ("a negative sequence", "", revision(sequence=-1)),
        ("two days ahead", "in the future", clock(2 * 86400 + 3600)),
        ("in 2038", "in the future", revision(time=2 ** 31 + 5)),
        ("in 1970", "more than a day before", revision(time=1)),
        ("a strange time zone", "", revision(zone="+9900")),
        ("an action with a blank", "", revision(action="set all")),
        ("no action", "", revision(action="")),
        ("an edition not published", "", revision(edition="mine-1")),
        ("another content", "Content-SHA256", revision(content="0" * 64)),
        ("an escape in the subject", "",
         revision(subject="9105/2565 1.1: \x1b[2Jx")),
        ("an escape in the reason", "", revision(reason="a\x07b")),
        ("a name with a line end", "", revision(person="a\nDevice: 9106-a")),
        ("trailers in the reason", "",
         revision(reason="Sequence: 99", subject="")),
        ("no parent", "", follows()),
        ("a parent that is not there", "", follows("2" * 40)),
        ("the first revision as parent", "", follows("first")),
        ("twice the same parent", "", follows("tip", "tip")),
        ("a merge by another name", "", follows("tip", "first")),
        ("64 parents", "", follows(*(["tip"] + ["first"] * 63))),
]:
    pushes("revision: " + name, part, make)
pushes("revision: a message of 8 MiB", "",
       revision(reason="long " * (8 * 1024 * 1024 // 5)))
pushes("revision: a subject of 1 MiB", "", revision(subject="s" * 1024 * 1024))
pushes("revision: nothing changed", "changes no record",
       lambda o, pack: o.revision(pack, files={}))


# --- records

def record(data, path=ITEM):
    """The item's bytes."""
    return lambda o, pack: o.revision(pack, files={path: data})


DEEP = b'{"strengths": ' + b"[" * 100000 + b"]" * 100000 + b"}\n"
GOOD = canonical({"strengths": "x"})
for name, part, make in [
        ("not JSON", "", record(b"strengths\n")),
        ("100,000 brackets", "", record(DEEP)),
        ("a key twice", "", record(
            b'{\n  "strengths": "a",\n  "strengths": "b"\n}\n')),
        ("keys out of order", "", record(
            b'{\n  "strengths": "a",\n  "gap": "b"\n}\n')),
        ("other blanks", "", record(b'{"strengths":"a"}\n')),
        ("no line end", "", record(GOOD[:-1])),
        ("something after the end", "", record(GOOD + b"{}\n")),
        ("a byte order mark", "", record(b"\xef\xbb\xbf" + GOOD)),
        ("not UTF-8", "", record(b'{\n  "strengths": "\xff"\n}\n')),
        ("half a surrogate", "", record(b'{\n  "strengths": "\\ud800"\n}\n')),
        ("NUL", "", record(b'{\n  "strengths": "a\\u0000b"\n}\n')),
        ("not NFC", "", record('{\n  "strengths": "e\u0301"\n}\n'.encode())),
        ("a floating number", "", record(b'{\n  "strengths": 1.5\n}\n')),
        ("a number of 400 digits", "",
         record(b'{\n  "strengths": 1' + b"0" * 400 + b'\n}\n')),
        ("an unknown field", "", record(canonical({"secret": "x"}))),
        ("a wrong type", "", record(canonical({"strengths": ["x"]}))),
        ("a point that is none", "", record(canonical({"ticks": ["9.9.Z9"]}))),
        ("a text of 1 MiB", "",
         record(canonical({"strengths": "x" * 1024 * 1024}))),
        ("empty", "", record(b"")),
        ("another office's name", "", record(canonical(
            {"code": "9106", "name": "x"}), "office.json")),
        ("a conflict without a merge", "", record(canonical(
            {"strengths": "x"}), "2565/conflicts/1.1.json")),
        ("a year that is not open", "", record(GOOD,
                                               "2580/items/1.1.json")),
        ("an edition that is none", "", record(canonical(
            {"cycle": 2566, "edition": {"blob": "3" * 40, "id": "x"},
             "status": "open"}), "2566/assessment.json")),
        ("submitted by itself", "", record(canonical(
            {"cycle": 2565, "status": "submitted"}),
            "2565/assessment.json")),
        ("evidence of 1 TiB", "", record(canonical(
            {"name": "x.pdf", "parts": 4194304, "size": 2 ** 40,
             "type": "pdf"}), "evidence/" + "a" * 64 + ".json")),
]:
    pushes("record: " + name, part, make)


def removed(o, pack):
    """The office's own record gone."""
    return o.revision(pack, files={"office.json": None})


def many_files(o, pack):
    """More records than one revision may change."""
    return o.revision(pack, files={
        "2565/actions/%026d.json" % n: b"{}\n" for n in range(2500)})


pushes("record: office.json removed", "", removed)
pushes("record: 2,500 at once", "", many_files)


def beside(o, pack):
    """A blob that no revision names."""
    pack.add(BLOB, b"smuggled " + hashlib.sha1(o.tip.encode()).digest())
    return o.revision(pack)


pushes("smuggled: a blob beside the revision",
       "an object that no revision of it uses", beside)
