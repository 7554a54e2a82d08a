"""Every row of the table against a real hall behind a real sshd.

    hostile.py HALL OFFICE OTHER PORT WORK [PART…]

HALL, OFFICE, OTHER: directories of the hall and of two of its offices, of which
the first is the attacker's; PORT of sshd on the loopback; WORK: a directory for
sockets and keys, in which measured.py leaves what each connection took. PART:
only rows with this in their names.

A row holds when the push was refused with the sentence that is expected (in
English, with the same in Thai), the hall's log has just one line more, every
file below offices and evidence is as it was to the byte, and no process took
more than SECONDS of the processor and MIB of memory.
"""
import hashlib
import json
import os
import sys
import time

import cases_commands  # noqa: F401  the rows are added by being imported
import cases_objects   # noqa: F401
import cases_packs     # noqa: F401
import cases_signed    # noqa: F401
from office import Office, Pack, push, texts_of
from table import CASES, PUSH

SECONDS = 30
WALL = 120 # a busy machine's clock says little of the work
MIB = 256
PREFIXES = {"refused": "pmqa-refused: ", "denied": "pmqa-denied: "}


def digest(hall):
    """Of every name, mode and byte of the offices' repositories."""
    state = {}
    for top in ("offices", "evidence"):
        for at, dirs, files in os.walk(os.path.join(hall, top)):
            dirs.sort()
            state[at] = ",".join(dirs)
            for name in files:
                path = os.path.join(at, name)
                with open(path, "rb") as f:
                    state[path] = "%o %s" % (
                        os.stat(path).st_mode,
                        hashlib.sha256(f.read()).hexdigest())
    return state


def difference(before, after):
    """A few of the paths that differ."""
    return ", ".join(sorted(
        p for p in before.keys() | after.keys()
        if before.get(p) != after.get(p))[:5])


def log_lines(hall):
    """The lines of the hall's log."""
    try:
        with open(os.path.join(hall, "receive.log"), encoding="utf-8") as f:
            return [json.loads(text) for text in f]
    except FileNotFoundError:
        return []


class Measures:
    """What measured.py left."""

    def __init__(self, path):
        self.path, self.seen = path, 0

    def lines(self):
        """All of them so far."""
        try:
            with open(self.path, encoding="ascii") as f:
                return [text.split() for text in f if text.endswith("\n")]
        except FileNotFoundError:
            return []

    def skip(self):
        """From here on."""
        self.seen = len(self.lines())

    def next(self):
        """The next connection's (seconds, cpu, MiB), None: there is none."""
        until = time.monotonic() + WALL
        while time.monotonic() < until:
            found = self.lines()
            if len(found) > self.seen:
                self.seen += 1
                took = found[self.seen - 1]
                return float(took[0]), float(took[1]), int(took[2])
            time.sleep(0.01)
        return None


def faults_of(case, people, report, news):
    """What is wrong with an answer."""
    faults = []
    if "ok refs/" in report:
        faults.append("the push was taken")
    outcomes = [entry["outcome"] for entry in news]
    if case.sort in ("fetch", "ssh"):
        if case.part not in people:
            faults.append("expected: " + case.part)
        return faults
    if len(news) != 1:
        faults.append("%d lines in the log: %s" % (len(news), outcomes))
    if "cut" in case.sort and outcomes == ["cut"]:
        return faults
    prefix = PREFIXES[case.sort.split()[0]]
    said = [t.split(prefix, 1)[1] for t in people.splitlines() if prefix in t]
    if len(said) != 1 or case.part not in said[0]:
        faults.append("expected one '%s%s'" % (prefix, case.part))
    if "pmqa-th: " not in people:
        faults.append("no Thai sentence")
    if outcomes != [case.sort.split()[0]]:
        faults.append("the log says %s" % outcomes)
    return faults


class Run:
    """All rows, one after the other."""

    def __init__(self, hall, office, measures, sanitized):
        self.hall, self.office = hall, office
        self.measures, self.sanitized = measures, sanitized
        self.good = self.bad = 0
        self.most = {"seconds": (0, ""), "cpu": (0, ""), "MiB": (0, "")}

    def tell(self, name, faults, people):
        """One line, as the other tests do."""
        if not faults:
            self.good += 1
            print("ok - " + name, flush=True)
            return
        self.bad += 1
        print("not ok - " + name)
        for fault in faults:
            print("#   " + fault)
        for text in people.splitlines()[:8]:
            print("#   said: " + text[:300], flush=True)

    def limits(self, name, took):
        """What a connection took."""
        if took is None:
            return ["the connection does not end at the hall"]
        faults = []
        for what, value in zip(("seconds", "cpu", "MiB"), took):
            if value > self.most[what][0]:
                self.most[what] = (value, name)
        if took[0] > WALL or took[1] > SECONDS:
            faults.append("took %.1f s, %.1f s of the processor" % took[:2])
        if took[2] > MIB and not self.sanitized:
            faults.append("took %d MiB" % took[2])
        return faults

    def one(self, case):
        """One row."""
        before, old = digest(self.hall), log_lines(self.hall)
        data = case.make(self.office)
        self.measures.skip()
        out, err = self.office.talk(case.command, data, WALL, **case.how)
        # sshd itself says no: nothing was started
        took = self.measures.next() if case.sort != "ssh" else (0, 0, 0)
        people, report = texts_of(out, err)
        if case.command != PUSH: # git's own sentence, or no packets at all
            people += out.decode(errors="replace")
        faults = faults_of(case, people, report, log_lines(
            self.hall)[len(old):])
        after = digest(self.hall)
        if after != before:
            faults.append("changed: " + difference(before, after))
        if b"PACK" in out:
            faults.append("objects were sent")
        faults += self.limits(case.name, took)
        self.tell(case.name, faults, people)

    def control(self, text):
        """What every row departs from must itself be good, or none of them
        would be refused for its own reason."""
        pack = Pack()
        new = self.office.revision(pack, self.office.good_files(text))
        self.measures.skip()
        out, err = self.office.talk(PUSH, push(pack, new)(self.office))
        self.measures.next()
        people, report = texts_of(out, err)
        faults = []
        if "ok refs/heads/office" not in report:
            faults.append("the good push is not taken: " + report)
        self.tell("control: a good push is taken", faults, people)


def main():
    hall, directory, other, port, work = sys.argv[1:6]
    office = Office(directory, "9105", port, os.path.join(work, "master"))
    office.other = Office(other, "9106", port, os.path.join(work, "other"))
    sanitized = os.environ.get("PMQA_SANITIZED") == "1"
    run = Run(hall, office, Measures(os.path.join(work, "measures")),
              sanitized)
    cases = [c for c in CASES
             if not sys.argv[6:] or any(p in c.name for p in sys.argv[6:])]
    began = time.monotonic()
    for case in cases:
        run.one(case)
    run.control("the last word")
    for what, (value, name) in run.most.items():
        print("# most %s: %.1f (%s)" % (what, value, name))
    print("# %d hostile cases in %.0f s" % (len(cases),
                                            time.monotonic() - began))
    if not sys.argv[6:] and len(cases) < 100:
        print("not ok - the table has only %d rows" % len(cases))
        run.bad += 1
    print("%d passed, %d failed" % (run.good, run.bad))
    return 1 if run.bad else 0


sys.exit(main())
