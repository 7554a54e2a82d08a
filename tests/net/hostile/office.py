"""One office as an attacker has it: its repository, its key, its way to the
hall; and good revisions, from which each case departs in one point."""
import hashlib
import json
import os
import re
import subprocess
import tempfile
import time

from gitbytes import (BLOB, COMMIT, FLUSH, TREE, ZERO, Pack, line, lines_of,
                      object_id, sorted_tree)

CAPS = " report-status side-band-64k agent=hostile"
ITEM = "2565/items/1.1.json"
OFFICE_REF = "refs/heads/office"


def canonical(record):
    """A record as the store writes it."""
    return (json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True) +
            "\n").encode()


class Office:
    """Everything that the office's machine has."""

    def __init__(self, directory, code, port, control):
        self.dir, self.code, self.port = directory, code, port
        self.control = control
        self.device = code + "-a"
        self.key = os.path.join(directory, "keys", "device")
        self.repo = os.path.join(directory, "repo.git")
        self.read_tip()

    def git(self, *args):
        """Output of stock git in the office's own repository."""
        return subprocess.run(["git", "-C", self.repo, *args], check=True,
                              stdout=subprocess.PIPE).stdout

    def read_tip(self):
        """Where the office's branch stands."""
        self.tip = self.git("rev-parse", OFFICE_REF).decode().strip()
        self.first = self.git("rev-list", "--max-parents=0",
                              OFFICE_REF).decode().strip()
        raw = self.git("cat-file", "commit", self.tip)
        self.content = re.search(rb"Content-SHA256: (\w+)", raw)[1].decode()
        self.sequence = int(re.search(rb"Sequence: (\d+)", raw)[1])
        self.time = int(re.search(rb"author .*> (\d+) ", raw)[1])
        self.files = {}
        listing = self.git("ls-tree", "-rz", OFFICE_REF).decode()
        for entry in listing.split("\0")[:-1]:
            head, path = entry.split("\t")
            self.files[path] = head.split()[2]

    # --- a revision ---

    def good_files(self, text="a word"):
        """What the revision changes, path to bytes."""
        return {ITEM: canonical({"strengths": text, "ticks": ["1.1.B1"]})}

    def write_tree(self, pack, ids):
        """Trees of path to id (or to (mode, id)) into pack; the root's id."""
        names = {}
        for path, oid in ids.items():
            first, _, rest = path.partition("/")
            if rest:
                names.setdefault(first, {})[rest] = oid
            else:
                names[first] = oid
        entries = []
        for name, what in names.items():
            if isinstance(what, dict):
                entries.append(("40000", name, self.write_tree(pack, what)))
            elif isinstance(what, tuple):
                entries.append((what[0], name, what[1]))
            else:
                entries.append(("100644", name, what))
        return pack.add(TREE, sorted_tree(entries))

    def content_of(self, files, parents=None):
        """Content-SHA256 of a revision of these files."""
        text = b""
        for parent in parents or [self.content]:
            text += b"parent " + parent.encode() + b"\n"
        for path in sorted(files):
            data = files[path]
            digest = "-" if data is None else hashlib.sha256(data).hexdigest()
            text += digest.encode() + b"  " + path.encode() + b"\n"
        return hashlib.sha256(text).hexdigest()

    def fields(self, **changes):
        """Fields of the good revision, some of them otherwise."""
        now = max(self.time, int(time.time()))
        values = {
            "parents": [self.tip], "person": "somsri", "login": "somsri",
            "mail": self.code, "device": self.device, "time": now,
            "zone": "+0700", "letter": self.device[-1],
            "subject": self.code + "/2565 1.1: a word", "reason": "",
            "action": "set", "edition": "pmqa4-2562",
            "sequence": self.sequence + 1}
        values.update(changes)
        return values

    @staticmethod
    def header(tree_id, f):
        """Everything before the blank line, without a signature."""
        out = ["tree " + tree_id]
        out += ["parent " + p for p in f["parents"]]
        out.append("author %(person)s <%(login)s@%(mail)s> %(time)s %(zone)s"
                   % f)
        out.append("committer %(device)s <%(letter)s@%(mail)s> %(time)s "
                   "%(zone)s" % f)
        return ("\n".join(out) + "\n").encode()

    @staticmethod
    def message(content, f):
        """Everything after the blank line."""
        reason = f["reason"] + "\n\n" if f["reason"] else ""
        return ("%s\n\n%sAction: %s\nDevice: %s\nEdition: %s\nSequence: %s\n"
                "Content-SHA256: %s\n" % (
                    f["subject"], reason, f["action"], f["device"],
                    f["edition"], f["sequence"], content)).encode()

    def sign(self, payload, key=None, space="git"):
        """The armour over payload, as bytes without the last line end."""
        with tempfile.NamedTemporaryFile() as at:
            at.write(payload)
            at.flush()
            subprocess.run(
                ["ssh-keygen", "-q", "-Y", "sign", "-n", space, "-f",
                 key or self.key, at.name], check=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            with open(at.name + ".sig", "rb") as sig:
                armour = sig.read()
            os.unlink(at.name + ".sig")
        return armour.rstrip(b"\n")

    @staticmethod
    def with_signature(header, armour, message):
        """A commit with the armour as its header gpgsig."""
        folded = armour.replace(b"\n", b"\n ")
        return header + b"gpgsig " + folded + b"\n\n" + message

    def signed(self, header, message, key=None, space="git"):
        """A commit, signed over just these bytes."""
        return self.with_signature(
            header, self.sign(header + b"\n" + message, key, space), message)

    def put_files(self, pack, files):
        """The blobs of files and the trees with them; the root's id."""
        ids = dict(self.files)
        for path, data in files.items():
            if data is None:
                del ids[path]
            else:
                ids[path] = pack.add(BLOB, data)
        return self.write_tree(pack, ids)

    def revision(self, pack, files=None, root=None, key=None, content=None,
                 **changes):
        """A revision that is good but for what is given; its id."""
        files = self.good_files() if files is None else files
        made = self.put_files(pack, files)
        f = self.fields(**changes)
        return pack.add(COMMIT, self.signed(
            self.header(root or made, f),
            self.message(content or self.content_of(files), f), key))

    # --- the road ---

    def ssh(self, command, options=(), key=None):
        """The command line of ssh to the hall."""
        who = subprocess.run(["id", "-un"], check=True,
                             stdout=subprocess.PIPE).stdout.decode().strip()
        line_ = ["ssh", "-F", os.path.join(self.dir, "ssh_config"),
                 "-o", "ControlMaster=auto", "-o", "ControlPersist=30",
                 "-o", "ControlPath=" + self.control]
        if options or key:
            line_ = line_[:3] + ["-o", "ControlPath=none"]
        if key:
            line_ += ["-i", key]
        return [*line_, *options, "-p", self.port, who + "@127.0.0.1",
                *([command] if command is not None else [])]

    def talk(self, command, data=b"", seconds=120, wait=True, options=(),
             env=None):
        """Sends data as it is; (what was answered on both descriptors)."""
        surroundings = dict(os.environ)
        surroundings.update(env or {})
        child = subprocess.Popen(
            self.ssh(command, options), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings)
        if not wait:
            return child
        try:
            out, err = child.communicate(data, timeout=seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            out, err = child.communicate()
            err += b"\nTIMEOUT: no end after %d seconds\n" % seconds
        return out, err


def push(pack, new, old=None, ref=OFFICE_REF, caps=CAPS, more=(), data=None):
    """The bytes of a push: commands, flush, pack. old None: the tip, later."""
    def made(office):
        first = "%s %s %s\0%s" % (old if old is not None else office.tip, new,
                                  ref, caps)
        out = line(first)
        for one in more:
            out += line("%s %s %s" % one)
        body = data if data is not None else pack.bytes()
        return out + FLUSH + body
    return made


def texts_of(out, err):
    """What a person gets to read, and the report."""
    people, report = err, b""
    for packet in lines_of(out):
        if packet is None or not packet:
            continue
        if packet[0] == 2:
            people += packet[1:]
        elif packet[0] == 1:
            report += packet[1:]
        elif packet.startswith((b"unpack ", b"ok ", b"ng ")):
            report += line(packet)
    return people.decode(errors="replace"), report.decode(errors="replace")


__all__ = ["Office", "push", "texts_of", "canonical", "ITEM", "OFFICE_REF",
           "CAPS", "ZERO", "object_id", "Pack"]
