"""What ssh is asked for: other commands, paths, surroundings; fetches of what
is another's."""
from gitbytes import FLUSH, line
from table import row, says

SHA = "0123456789abcdef" * 4
NAMED = "evidence is named by the 64 hex digits of its SHA-256"
DENIED = "this command is not allowed with this key"

for command in [
        "id", "sh -c id", "git-upload-pack '/office'; id",
        "git-upload-pack '/office' | id", "git-upload-pack '$(id)'",
        "git-upload-pack '/office'\nid", "git-upload-pack '`id`'",
        "git-upload-pack '/9106'", "git-upload-pack 'office/../9106'",
        "git-upload-pack '/offices/9106.git'", "git-upload-pack '../9106.git'",
        "git-upload-pack '/office.git'", "git-upload-pack 'office/'",
        "git-upload-pack '//office'", "git-upload-pack 'OFFICE'",
        "git-upload-pack office", 'git-upload-pack "office"',
        "git-upload-pack '/etc/passwd'", "git-upload-pack '~root'",
        "git-upload-pack --timeout=1 'office'",
        "git-upload-pack '--help'", "git-receive-pack '/9106'",
        "git-receive-pack 'office' --stateless-rpc",
        "git-receive-pack 'hall'", "git-upload-archive 'office'",
        "git-shell", "git upload-pack 'office'", "scp -t /tmp", "sftp",
        "rsync --server . /", "pmqa-steps 'office'",
        "pmqa-steps '9106' - -", "pmqa-steps 'office' -- -",
        "pmqa-steps 'office' HEAD -", "pmqa-receive --dir / 9106-a",
        "GIT_DIR=/tmp git-upload-pack 'office'",
        "git-upload-pack 'office'" + " " * 100, "x" * 100000]:
    says("command: " + command[:40].replace("\n", "\\n"), command)
says("command: none", None, "this key opens no shell")
says("command: another office's evidence",
     "git-receive-pack 'evidence/../9106/%s'" % SHA, NAMED)
says("command: evidence without a name", "git-receive-pack 'evidence/'", NAMED)
says("command: evidence in capitals",
     "git-receive-pack 'evidence/%s'" % SHA.upper(), NAMED)
says("command: evidence that no record names",
     "git-receive-pack 'evidence/%s'" % SHA, "no record", sort="refused")

# the surroundings that a client may ask sshd for
for variable in ["GIT_DIR=/tmp", "GIT_OBJECT_DIRECTORY=/tmp",
                 "GIT_ALTERNATE_OBJECT_DIRECTORIES=/tmp",
                 "GIT_CONFIG_COUNT=1", "PMQA_DEVICE=9106-a",
                 "PMQA_HALL_DIR=/tmp", "LD_PRELOAD=/tmp/x.so",
                 "GIT_TRACE=/tmp/pmqa-trace",
                 "GIT_PROTOCOL=version=2:$(id)"]:
    row("environment: " + variable.split("=")[0] +
        ("=odd" if "id" in variable else ""), DENIED, lambda o: b"",
        sort="denied", command="git-upload-pack '/9106'",
        options=["-o", "SendEnv=" + variable.split("=")[0]],
        env=dict([variable.split("=", 1)]))

for name, options in [
        ("an agent", ["-A"]),
        ("X11", ["-X"]),
]:
    row("ssh: " + name, DENIED, lambda o: b"", sort="denied", command="id",
        options=options)
row("ssh: a terminal", "PTY allocation request failed", lambda o: b"",
    sort="fetch", command="id", options=["-tt"])
row("ssh: a way into the hall's network", "stdio forwarding failed",
    lambda o: b"", sort="ssh", command=None,
    options=["-o", "ClearAllForwardings=no", "-W", "127.0.0.1:22"])
row("ssh: a port of the hall's", "remote port forwarding failed",
    lambda o: b"", sort="ssh", command="id",
    options=["-o", "ClearAllForwardings=no", "-o", "LogLevel=INFO", "-o",
             "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:22"])


# --- a fetch of what is another's: git says that it is not ours

def want(oid, version=0):
    """A fetch of one id."""
    if version == 2:
        return lambda o: (
            line("command=fetch") + b"0001" + line("thin-pack") +
            line("want " + oid(o)) + line("done") + FLUSH)
    return lambda o: (line("want %s ofs-delta\n" % oid(o)) + FLUSH +
                      line("done\n"))


def other_tip(o):
    """The other office's newest revision."""
    return o.other.tip


def other_blob(o):
    """One of its records."""
    return o.other.git("rev-parse", "HEAD:2565/items/1.1.json").decode(
        ).strip()


def other_tree(o):
    """All of them."""
    return o.other.git("rev-parse", "HEAD^{tree}").decode().strip()


for version in (0, 2):
    for name, oid in [("revision", other_tip), ("record", other_blob),
                      ("tree", other_tree),
                      ("guessed id", lambda o: "7" * 40)]:
        row("want: another office's %s, version %d" % (name, version),
            "not our ref", want(oid, version), sort="fetch",
            command="git-upload-pack 'office'",
            env={"GIT_PROTOCOL": "version=%d" % version})
row("want: own record by its id, version 0", "not our ref", want(
    lambda o: o.files["office.json"]), sort="fetch",
    command="git-upload-pack 'office'")
