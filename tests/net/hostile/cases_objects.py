"""One object for each fsck message id of git 2.39 that can be made in a pack:
in a commit, a tree, a tag, and the files whose names git knows; the door finds
each by its own stricter rules. Not to be made: unknownType (a pack has four
kinds), missingTreeObject (a tree without an id is cut: badTree), largePathname
(younger)."""
from gitbytes import BLOB, COMMIT, TAG, TREE, ZERO, object_id, tree
from office import ITEM
from table import pushes

NONE = "1" * 40
HEADERS = "headers are not in the one allowed form"
NO_COMMIT = "is not a commit"
FORKED = "does not continue the one that is stored"
CUT = "it is cut short"
ORDER = "not in git's order"
NAME = "a file name that is not allowed"
MODE = "more than plain files and directories"
KIND = "of a kind that no revision uses"


# --- commits: the message and the header are good but for one thing, and all
# --- of it is signed

def broken_commit(change):
    """change(header, message): both as bytes; what is pushed."""
    def make(o, pack):
        files = o.good_files()
        root = o.put_files(pack, files)
        f = o.fields()
        header, message = change(
            o.header(root, f), o.message(o.content_of(files), f))
        return pack.add(COMMIT, o.signed(header, message))
    return make


def in_header(old, new):
    """The first old in the header becomes new."""
    return broken_commit(lambda h, m: (h.replace(old, new, 1), m))


def author(text):
    """Another author line."""
    return broken_commit(lambda h, m: (
        b"\n".join(text if l.startswith(b"author ") else l
                   for l in h.split(b"\n")), m))


def without(word):
    """A header line less."""
    return broken_commit(lambda h, m: (
        b"\n".join(l for l in h.split(b"\n")
                   if not l.startswith(word + b" ")), m))


def raw_commit(data):
    """A commit of any bytes."""
    return lambda o, pack: pack.add(COMMIT, data)


ROOT = b"tree " + b"2" * 40 + b"\n"
for name, part, make in [
        ("badDate", HEADERS, author(b"author a <a@9105> 17x +0700")),
        ("badDateOverflow", HEADERS,
         author(b"author a <a@9105> 99999999999999999999 +0700")),
        ("badEmail", HEADERS, author(b"author a <a@9105 1795364850 +0700")),
        ("badName", HEADERS, author(b"author a> <a@9105> 1795364850 +0700")),
        ("badTimezone", HEADERS,
         author(b"author a <a@9105> 1795364850 +07")),
        ("badParentSha1", "not a commit id of 40 hexadecimal digits", in_header(b"parent ", b"parent x")),
        ("badTreeSha1", NO_COMMIT, in_header(b"tree ", b"tree x")),
        ("missingAuthor", HEADERS, without(b"author")),
        ("missingCommitter", HEADERS, without(b"committer")),
        ("missingEmail", HEADERS,
         author(b"author somsri 1795364850 +0700")),
        ("missingNameBeforeEmail", HEADERS,
         author(b"author <a@9105> 1795364850 +0700")),
        ("missingSpaceBeforeDate", HEADERS,
         author(b"author a <a@9105>1795364850 +0700")),
        ("missingSpaceBeforeEmail", "name of the person",
         author(b"author a<a@9105> 1795364850 +0700")),
        ("missingTree", NO_COMMIT, without(b"tree")),
        ("multipleAuthors", HEADERS,
         in_header(b"author ", b"author b <b@9105> 1795364850 +0700\nauthor ")),
        ("zeroPaddedDate", HEADERS,
         author(b"author a <a@9105> 01795364850 +0700")),
        ("nulInHeader", FORKED, raw_commit(ROOT + b"author \0\n\n")),
        ("unterminatedHeader", FORKED,
         raw_commit(ROOT + b"author a <a@9105> 1 +0700")),
        ("nulInCommit", "contains a NUL byte",
         broken_commit(lambda h, m: (h, m[:-1] + b"\0\n"))),
]:
    pushes("fsck: " + name, part, make)


# --- trees: a good tree with one entry more, or another

def broken_tree(*extra, first=False, keep=True):
    """The root of the good revision with these entries put in as they are."""
    def make(o, pack):
        root = []
        whole = o.git("ls-tree", "HEAD").decode() if keep else ""
        for entry in whole.splitlines():
            head, name = entry.split("\t")
            mode, _, oid = head.split()
            root.append((mode.lstrip("0"), name, oid))
        more = [e(pack) if callable(e) else e for e in extra]
        entries = more + root if first else root + more
        if not first:
            entries.sort(key=lambda e: e[1] if isinstance(e[1], bytes)
                         else e[1].encode())
        return o.revision(pack, root=pack.add(TREE, tree(entries)))
    return make


def blob(mode, name, data=b"x\n"):
    """An entry with a blob of its own."""
    return lambda pack: (mode, name, pack.add(BLOB, data))


def deep(mode, name):
    """An entry with a tree of its own."""
    return lambda pack: (mode, name, pack.add(
        TREE, tree([("100644", "x", pack.add(BLOB, b"x\n"))])))


def raw_tree(data):
    """A root tree of any bytes."""
    return lambda o, pack: o.revision(pack, root=pack.add(TREE, data))


for name, part, make in [
        ("badTree: cut", CUT, raw_tree(b"100644 a\0short")),
        ("badTree: no mode", MODE, raw_tree(b" a\0" + b"1" * 20)),
        ("emptyName", "", raw_tree(b"100644 \0" + b"1" * 20)),
        ("duplicateEntries", ORDER,
         broken_tree(blob("100644", "z"), blob("100644", "z", b"y\n"))),
        ("treeNotSorted", ORDER,
         broken_tree(blob("100644", "z"), first=True)),
        ("fullPathname", NAME, broken_tree(blob("100644", "a/b"))),
        ("hasDot", NAME, broken_tree(deep("40000", "."), first=True)),
        ("hasDotdot", NAME, broken_tree(deep("40000", ".."),
                                               first=True)),
        ("hasDotgit", NAME, broken_tree(deep("40000", ".git"),
                                               first=True)),
        ("hasDotgit: case", NAME,
         broken_tree(deep("40000", ".GiT"), first=True)),
        ("hasDotgit: NTFS short name", NAME,
         broken_tree(deep("40000", "git~1"))),
        ("hasDotgit: NTFS stream", NAME,
         broken_tree(deep("40000", ".git::$INDEX_ALLOCATION"), first=True)),
        ("hasDotgit: NTFS backslash", "",
         broken_tree(blob("100644", ".git\\config"), first=True)),
        ("hasDotgit: HFS ignored character", NAME,
         broken_tree(deep("40000", ".g\u200cit"), first=True)),
        ("nullSha1", "an object that cannot be", broken_tree(("100644", "z", ZERO))),
        ("zeroPaddedFilemode", MODE,
         broken_tree(deep("040000", "z"))),
        ("badFilemode: 100600", "", broken_tree(blob("100600", "z"))),
        ("badFilemode: 100664", "", broken_tree(blob("100664", "z"))),
        ("mode: executable", "", broken_tree(blob("100755", "z"))),
        ("mode: symbolic link", "",
         broken_tree(blob("120000", "z", b"/etc/passwd"))),
        ("mode: submodule", "", broken_tree(("160000", "z", NONE))),
        ("mode: a blob called a tree", "", broken_tree(blob("40000", "z"))),
        ("mode: a tree called a blob", "", broken_tree(deep("100644", "z"))),
]:
    pushes("tree: " + name, part, make)


# --- files whose names git knows

def named(name, data, title, mode="100644", part=NAME):
    """A root file of that name."""
    pushes("fsck: " + title, part, broken_tree(
        blob(mode, name, data), first=True))


MODULE = b'[submodule "a"]\n\tpath = a\n\turl = '
named(".gitmodules", b'[submodule "../x"]\n\turl = y\n', "gitmodulesName")
named(".gitmodules", MODULE + b"-uevil\n", "gitmodulesUrl")
named(".gitmodules", b'[submodule "a"]\n\tpath = -a\n', "gitmodulesPath")
named(".gitmodules", MODULE + b"x\n\tupdate = !sh\n", "gitmodulesUpdate")
named(".gitmodules", b"[broken\n", "gitmodulesParse")
named(".gitmodules", b"/etc/passwd", "gitmodulesSymlink", mode="120000",
      part=MODE)
named(".gitmodules", b"#" * 200, "gitmodules at all")
named(".gitmodules", b"#" * (1100 * 1024), "gitmodulesLarge")
named(".gitattributes", b"* " + b"a" * 3000 + b"\n",
      "gitattributesLineLength")
named(".gitattributes", b"#" * (101 * 1024 * 1024), "gitattributesLarge",
      part="the hall takes at most")
named(".gitattributes", b"x", "gitattributesSymlink", mode="120000",
      part=MODE)
named(".gitignore", b"x", "gitignoreSymlink", mode="120000",
      part=MODE)
named(".mailmap", b"x", "mailmapSymlink", mode="120000",
      part=MODE)
for known in ("gitmodules", "gitattributes"):
    pushes("fsck: %sMissing" % known, "",
           broken_tree(("100644", "." + known, NONE), first=True))
    pushes("fsck: %sBlob" % known, NAME,
           broken_tree(deep("100644", "." + known), first=True))


# --- tags: none belongs to a revision

def tagged(text):
    """A good revision with a tag beside it."""
    def make(o, pack):
        new = o.revision(pack)
        pack.add(TAG, text.replace(b"COMMIT", new.encode()))
        return new
    return make


TAGGED = (b"object COMMIT\ntype commit\ntag v1\n"
          b"tagger a <a@9105> 1795364850 +0700\n\nx\n")
for name, text in [
        ("missingObject", TAGGED[TAGGED.index(b"type"):]),
        ("badObjectSha1",
         TAGGED.replace(b"COMMIT", b"COMMITx")),
        ("missingTypeEntry",
         TAGGED.replace(b"type commit\n", b"")),
        ("missingType",
         TAGGED.replace(b"type commit\n", b"type ")[:60]),
        ("badType", TAGGED.replace(b"commit\n", b"nothing\n", 1)),
        ("missingTagEntry",
         TAGGED.replace(b"tag v1\n", b"")),
        ("missingTag",
         b"object COMMIT\ntype commit\ntag "),
        ("badTagName", TAGGED.replace(b"tag v1", b"tag a..b")),
        ("missingTaggerEntry",
         TAGGED.replace(b"tagger a <a@9105> 1795364850 +0700\n", b"")),
        ("extraHeaderEntry", TAGGED.replace(b"\n\n", b"\nmore 1\n\n")),
        ("a good tag", TAGGED),
]:
    pushes("tag: " + name, KIND, tagged(text))


# --- what git sees no fault in

def with_entry(path, data=b"x\n", mode=None):
    """The good revision with one file more, named in its Content-SHA256."""
    def make(o, pack):
        files = o.good_files()
        files[path] = data
        if mode is None:
            return o.revision(pack, files)
        ids = {**o.files, ITEM: pack.add(BLOB, files[ITEM]),
               path: (mode, pack.add(BLOB, data))}
        return o.revision(pack, files, root=o.write_tree(pack, ids))
    return make


LONG = "n" * 300
for name, part, make in [
        ("unknown path", "", with_entry("readme.txt")),
        ("an unknown type", "", with_entry("2565/secrets/1.1.json", b"{}\n")),
        ("of the hall's branch", "", with_entry("registry.json", b"{}\n")),
        ("a year that is none", "", with_entry("25651/items/1.1.json")),
        ("four names deep", "", with_entry("2565/items/x/1.1.json")),
        ("another case", "", with_entry("2565/Items/1.1.json")),
        ("Windows device", "", with_entry("2565/items/CON.json")),
        ("a trailing dot", "", with_entry("2565/items/1.1.json.")),
        ("a control character", "", with_entry("2565/items/1\x01.json")),
        ("a line end", "", with_entry("2565/items/1\n.json")),
        ("right-to-left", "", with_entry("2565/items/\u202e1.1.json")),
        ("300 bytes", "", with_entry(LONG)),
        ("not UTF-8", "", broken_tree(blob("100644", b"\xff\xfe"))),
        ("an executable record", "", with_entry(ITEM, b"{}\n", "100755")),
        ("a symbolic link for a record", "",
         with_entry(ITEM, b"../../office.json", "120000")),
]:
    pushes("path: " + name, part, make)


def empty_dir(o, pack):
    """A directory with nothing in it."""
    empty = pack.add(TREE, b"")
    ids = {**o.files, "2566": ("40000", empty)}
    return o.revision(pack, root=o.write_tree(pack, ids))


pushes("tree: an empty directory", "", empty_dir)
pushes("tree: is not there", "", lambda o, pack: o.revision(pack, root=NONE))
pushes("tree: a commit in its place", "",
       lambda o, pack: o.revision(pack, root=o.tip))
pushes("tree: a blob in its place", "",
       lambda o, pack: o.revision(pack, root=pack.add(BLOB, b"x\n")))
assert object_id(TREE, b"") == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
