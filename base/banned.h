/*
 * banned: functions that no file of this project may call; force-included
 * before every source.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    using one of the names below does not compile.
 * Thread:    any.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* macros of glibc where it fortifies with clang */
#undef sprintf
#undef vsprintf
#pragma GCC poison strcpy strcat strncpy strncat strtok sprintf vsprintf
#pragma GCC poison localtime gmtime atoi atol mktemp tmpnam

#endif
