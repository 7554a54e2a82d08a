/*
 * errno: the C library's own sentences for errors that people meet. Compiled
 * nowhere: xgettext reads them, so that the catalogue has their Thai.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    none.
 * Thread:    none.
 */
#ifndef PO_ERRNO_H
#define PO_ERRNO_H

static const char *const po_errno[] = {
	N_("Address already in use"),
	N_("Argument list too long"),
	N_("Bad file descriptor"),
	N_("Broken pipe"),
	N_("Connection refused"),
	N_("Connection reset by peer"),
	N_("Connection timed out"),
	N_("Device or resource busy"),
	N_("Directory not empty"),
	N_("Disk quota exceeded"),
	N_("File exists"),
	N_("File name too long"),
	N_("File too large"),
	N_("Input/output error"),
	N_("Interrupted system call"),
	N_("Invalid argument"),
	N_("Is a directory"),
	N_("No space left on device"),
	N_("No such file or directory"),
	N_("Not a directory"),
	N_("Operation not permitted"),
	N_("Permission denied"),
	N_("Read-only file system"),
	N_("Resource temporarily unavailable"),
	N_("Too many levels of symbolic links"),
	N_("Too many open files"),
	N_("Too many open files in system"),
	N_("Cannot allocate memory"),
	N_("unknown error"),
};

#endif
