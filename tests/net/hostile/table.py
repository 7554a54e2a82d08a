"""The table of hostile cases: each row has a name, how it is made, the class of
the answer and a part of its sentence."""
from office import Pack, push

CASES = []
PUSH = "git-receive-pack 'office'"


class Case:
    """One row."""

    def __init__(self, name, sort, part, make, command=PUSH, **how):
        self.name, self.sort, self.part = name, sort, part
        self.make, self.command, self.how = make, command, how


def row(name, part, make, sort="refused", command=PUSH, **how):
    """Adds a row. make(office): the bytes to send."""
    CASES.append(Case(name, sort, part, make, command, **how))


def pushes(name, part, make, **how):
    """A row that pushes what make(office, pack) names: a commit's id."""
    def bytes_of(office):
        pack = Pack()
        new = make(office, pack)
        return push(pack, new)(office)
    row(name, part, bytes_of, **how)


def says(name, command, part="this command is not allowed with this key",
         data=b"", sort="denied", **how):
    """A row that asks for another command."""
    row(name, part, lambda office: data, sort=sort, command=command, **how)
