"""Runs a command and writes what it took, as one line of the file FILE:

    measured.py FILE COMMAND…      "<seconds> <cpu seconds> <MiB> <status>"

MiB is the largest resident memory of the command or of any process below it
that was waited for (getrusage): git unpacks, and only then asks the door, so
that the largest is nearly the sum. It stands before pmqa-receive in
authorized_keys.
"""
import os
import resource
import sys
import time


def main():
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        os.execv(sys.argv[2], sys.argv[2:])
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    line = "%.3f %.3f %d %d\n" % (
        time.monotonic() - began, used.ru_utime + used.ru_stime,
        (used.ru_maxrss + 1023) // 1024, status)
    with open(sys.argv[1], "a", encoding="ascii") as log:
        log.write(line)
    return status if status >= 0 else 1


sys.exit(main())
