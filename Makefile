# pmqa: one GNU Makefile, out of tree, one variable picks the build.
#   make demo      installs what is missing, builds, plays the story of an office and its hall
#   make check     installs what is missing, builds, passes the tests
# BUILD: debug release asan tsan cov analyze fuzz; each has its own folder build/<BUILD>[-clang].
BUILD ?= debug
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
B ?= build/$(BUILD)$(if $(findstring clang,$(CC)),-clang)
# not PC: make predefines PC as the Pascal compiler
PKG_CONFIG ?= pkg-config
PREFIX ?= /usr
DESTDIR ?=
VERSION := 0.1.0
DEPS := libuv sqlite3 libgit2 libcjson libsodium libcrypto libutf8proc inih zlib
# of pmqa-report alone
REPORT_DEPS := xlsxwriter libqrencode libzip expat
# of pmqa-publish alone
PUBLISH_DEPS := libpq

# evaluated once, and only when a compiler is about to run: the packages may not be installed yet
dep_cflags = $(eval dep_cflags := $(shell $(PKG_CONFIG) --cflags $(DEPS)) $(has_object_cap))$(dep_cflags)
# in Debian's security update of 1.5 and in 1.9.5, not in what lies between
has_object_cap = $(shell grep -qs GIT_OPT_SET_PACK_MAX_OBJECT_SIZE \
    $$($(PKG_CONFIG) --variable=includedir libgit2)/git2/common.h && echo -DHAVE_PACK_OBJECT_CAP)
dep_libs = $(eval dep_libs := $(shell $(PKG_CONFIG) --libs $(DEPS)) -lm)$(dep_libs)
report_cflags = $(eval report_cflags := $(shell $(PKG_CONFIG) --cflags $(REPORT_DEPS)))$(report_cflags)
report_libs = $(eval report_libs := $(shell $(PKG_CONFIG) --libs $(REPORT_DEPS)))$(report_libs)

publish_cflags = $(eval publish_cflags := $(shell $(PKG_CONFIG) --cflags $(PUBLISH_DEPS)))$(publish_cflags)
publish_libs = $(eval publish_libs := $(shell $(PKG_CONFIG) --libs $(PUBLISH_DEPS)))$(publish_libs)

CPPFLAGS += -I. -D_GNU_SOURCE -DPMQA_VERSION='"$(VERSION)"' -DPMQA_PREFIX='"$(PREFIX)"' -include base/banned.h
WARNINGS := $(shell cat warnings.txt)
CFLAGS += -std=c11 -g $(WARNINGS) -MMD -MP -pthread
# as-needed: the client and the helpers must not load libgit2 at every start
LDFLAGS += -pthread -Wl,--as-needed
# clang 14 wants one more switch for auto-var-init, which later ones refuse
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE \
    $(if $(findstring clang,$(CC)),,-ftrivial-auto-var-init=zero)
release_F := -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 $(HARDEN)
release_L := -pie -Wl,-z,relro,-z,now
debug_F := -Og
asan_F := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
asan_L := -fsanitize=address,undefined
tsan_F := -O1 -fsanitize=thread
tsan_L := -fsanitize=thread $(B)/tests/tsan/see_close.o
cov_F := -O0 --coverage
cov_L := --coverage
# the analyzer's own false alarms are switched off one by one, with reasons, in analyzer.txt
analyze_F := -O2 -fanalyzer $(shell grep -v '^\#' analyzer.txt 2>/dev/null)
fuzz_F := -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
fuzz_L := -fsanitize=fuzzer,address,undefined
CFLAGS += $($(BUILD)_F)
LDFLAGS += $($(BUILD)_L)

src = $(patsubst %.c,$(B)/%.o,$(wildcard $(addsuffix /*.c,$(1)) $(addsuffix /*/*.c,$(1))))
mains := daemon/main daemon/receive_main daemon/door_main daemon/ssh_main client/main client/report_main client/publish_main
objs := $(filter-out $(mains:%=$(B)/%.o),$(call src,base proto store daemon client))
programs := $(addprefix $(B)/bin/,pmqa pmqad pmqa-receive lib/pmqa-door lib/pmqa-ssh lib/pmqa-report lib/pmqa-publish)
tests := $(patsubst %.c,$(B)/%,$(wildcard tests/unit/test_*.c tests/flow/test_*.c tests/fault/test_*.c))
support := $(call src,tests/support)
shims := $(patsubst tests/fault/shim_%.c,$(B)/tests/fault/shim_%.so,$(wildcard tests/fault/shim_*.c))
benches := $(patsubst %.c,$(B)/%,$(wildcard bench/bench_*.c))
# what the scripts that need bad links run beside the programs
nettools := $(addprefix $(B)/tests/net/,cutproxy badlink)
fuzzers := $(patsubst %.c,$(B)/%,$(wildcard tests/fuzz/fuzz_*.c))
sources := $(wildcard base/*.[ch] proto/*.[ch] store/*.[ch] store/*/*.[ch] daemon/*.[ch] daemon/*/*.[ch] client/*.[ch] client/*/*.[ch] tests/*/*.[ch] bench/*.[ch] docs/*.c)

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all objs check check-all check-unit check-cli demo bench lint format layering headers analyze asan tsan valgrind \
    fuzz fuzz-replay cov install clean deps dist tools
.SECONDARY:

all: $(programs) $(B)/bin/.tree

objs: $(objs) $(support)

$(B)/lib.a: $(objs)
	@rm -f $@ && $(AR) rcs $@ $^

$(B)/%.o: %.c Makefile warnings.txt
	@mkdir -p $(@D) && echo "  CC $<" && $(CC) $(CPPFLAGS) $(dep_cflags) $(CFLAGS) -c -o $@ $<

$(B)/client/report/%.o $(B)/client/file/xlsx_%.o: CPPFLAGS += $(report_cflags)
$(B)/client/publish/%.o $(B)/client/publish/%.tidy: CPPFLAGS += $(publish_cflags)
# its macros use names that base/banned.h forbids: they come before it
with_xlsx := client/report/report_xlsx client/file/xlsx_write
$(with_xlsx:%=$(B)/%.o) $(with_xlsx:%=$(B)/%.tidy): CPPFLAGS := -include xlsxwriter.h $(CPPFLAGS)

link = mkdir -p $(@D) && echo "  LD $@" && $(CC) $(LDFLAGS) -o $@ $(1) $(more_libs) $(dep_libs)
# one library less to load at each command, where there is an archive of it
utf8proc_a = $(wildcard $(shell $(PKG_CONFIG) --variable=libdir libutf8proc)/libutf8proc.a)
$(B)/bin/pmqa: $(B)/client/main.o $(B)/lib.a
	@$(call link,$^ $(utf8proc_a))
$(B)/bin/pmqad: $(B)/daemon/main.o $(B)/lib.a
	@$(call link,$^)
# it starts for each transfer: nothing to load but libc
$(B)/bin/pmqa-receive: $(B)/daemon/receive_main.o $(B)/lib.a
	@$(call link,$^ $(utf8proc_a))
$(B)/bin/lib/pmqa-door: $(B)/daemon/door_main.o $(B)/lib.a
	@$(call link,$^)
$(B)/bin/lib/pmqa-ssh: $(B)/daemon/ssh_main.o $(B)/lib.a
	@$(call link,$^)
# only it links these libraries: the object files of lib.a that need them are taken by no other program
$(B)/bin/lib/pmqa-report: more_libs = $(report_libs)
$(B)/bin/lib/pmqa-report: $(B)/client/report_main.o $(B)/lib.a
	@$(call link,$^)
$(B)/bin/lib/pmqa-publish: more_libs = $(publish_libs)
$(B)/bin/lib/pmqa-publish: $(B)/client/publish_main.o $(B)/lib.a
	@$(call link,$^)

# what a program run from the build tree finds beside itself (base/file.h: file_own)
$(B)/bin/.tree: $(wildcard editions/*.json po/*.po) Makefile
	@mkdir -p $(B)/bin/lib $(B)/bin/share/locale/th/LC_MESSAGES
	@ln -sfn pmqa-door $(B)/bin/lib/pmqa-http
	@ln -sfn $(CURDIR)/editions $(B)/bin/share/editions
	@if [ -f po/th.po ]; then msgfmt --check -o $(B)/bin/share/locale/th/LC_MESSAGES/pmqa.mo po/th.po; fi
	@touch $@

$(B)/tests/unit/test_report_% $(B)/tests/unit/test_xlsx_%: more_libs = $(report_libs)
$(B)/tests/fuzz/fuzz_xlsx: more_libs = $(report_libs)
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(support) $(B)/lib.a
	@$(call link,$^) -lcmocka
$(B)/tests/flow/%: $(B)/tests/flow/%.o $(support) $(B)/lib.a
	@$(call link,$^) -lcmocka
$(B)/tests/fault/test_%: $(B)/tests/fault/test_%.o $(support) $(B)/lib.a
	@$(call link,$^) -lcmocka -ldl
$(B)/tests/fault/shim_%.so: tests/fault/shim_%.c
	@mkdir -p $(@D) && echo "  SO $@" && $(CC) $(CPPFLAGS) -std=c11 -g $(WARNINGS) -fPIC -shared -o $@ $< -ldl
$(nettools): $(B)/tests/net/%: $(B)/tests/net/%.o $(B)/tests/net/words.o
	@mkdir -p $(@D) && echo "  LD $@" && $(CC) $(LDFLAGS) -o $@ $^
$(B)/tests/fuzz/%: $(B)/tests/fuzz/%.o $(B)/lib.a
	@$(call link,$^)
ifeq ($(BUILD),tsan)
$(B)/lib.a $(nettools): | $(B)/tests/tsan/see_close.o
endif
# it sets an office up, with the editions that are there
$(B)/tests/fuzz/fuzz_moment: | $(B)/bin/.tree
$(B)/bench/bench_hall $(B)/bench/bench_ministry $(B)/bench/bench_year: $(B)/tests/support/crowd.o
$(B)/bench/bench_year: $(B)/tests/support/thai_text.o
$(B)/bench/bench_hall $(B)/bench/bench_ministry $(B)/bench/bench_past $(B)/bench/bench_year: more_libs = $(B)/lib.a
# ten years pass in minutes: the program has a clock of its own
$(B)/bench/bench_past: $(addprefix $(B)/tests/support/,crowd.o decade.o decade_desk.o decade_packs.o decade_take.o decade_write.o thai_text.o)
$(B)/bench/bench_past: LDFLAGS += -Wl,--wrap=clock_now
$(B)/bench/%: $(B)/bench/%.o $(B)/lib.a
	@$(call link,$^)

-include $(shell find $(B) -name '*.d' 2>/dev/null)

# --- tests ------------------------------------------------------------------

deps:
	@sh tests/support/deps.sh build $(SET)

check: deps
	@$(MAKE) --no-print-directory BUILD=$(BUILD) B=$(B) check-all

# bytes and bad links: the longest ones, begun first; measured without a checker
measured := $(wildcard tests/net/[0-9]*.sh) tests/cli/39-backlog.sh tests/cli/38-cuts.sh tests/cli/41-many-files.sh tests/cli/66-past-made.sh
cli := $(measured) $(filter-out $(measured),$(sort $(wildcard tests/cli/[0-9]*.sh)))
# a past is made and measured, small
pasts := $(addprefix $(B)/bench/,bench_past bench_socket bench_time)
check-all: all $(tests) $(shims) $(nettools) $(pasts)
	@PMQA_BIN=$(CURDIR)/$(B)/bin bash tests/support/run_tests.sh $(tests) $(cli)
check-unit: all $(tests) $(shims)
	@PMQA_BIN=$(CURDIR)/$(B)/bin bash tests/support/run_tests.sh $(tests)
check-cli: all $(nettools) $(pasts)
	@PMQA_BIN=$(CURDIR)/$(B)/bin bash tests/support/run_tests.sh $(cli)

demo: deps
	@$(MAKE) --no-print-directory BUILD=$(BUILD) B=$(B) all
	@PMQA_BIN=$(CURDIR)/$(B)/bin bash tests/support/demo.sh

asan:
	@TEST_TIMEOUT=1200 $(MAKE) --no-print-directory BUILD=asan cli="$(filter-out $(measured),$(cli))" check-all
tsan:
	@TSAN_OPTIONS="suppressions=$(CURDIR)/tests/support/tsan.supp" $(MAKE) --no-print-directory BUILD=tsan check-unit
valgrind:
	@RUN="valgrind -q --leak-check=full --errors-for-leak-kinds=definite --error-exitcode=9 --suppressions=tests/support/valgrind.supp" \
	    PMQA_SLOW=1 $(MAKE) --no-print-directory BUILD=debug valgrind-unit
valgrind-unit: all $(filter $(B)/tests/unit/%,$(tests)) $(shims)
	@PMQA_BIN=$(CURDIR)/$(B)/bin bash tests/support/run_tests.sh $(filter $(B)/tests/unit/%,$(tests))
cov:
	@$(MAKE) --no-print-directory BUILD=cov check-all
	@gcovr --object-directory build/cov -r . -e tests -e bench -s --txt-metric branch -o build/cov/report.txt && tail -30 build/cov/report.txt

# --- looking without running ------------------------------------------------

lint: format layering headers spelling shell manuals tidy
.PHONY: spelling shell manuals tidy cppcheck
format:
	@clang-format --dry-run -Werror $(sources)
layering:
	@sh tests/support/layering.sh
headers:
	@for h in $(filter %.h,$(sources)); do \
	    $(CC) $(CPPFLAGS) $(dep_cflags) -std=c11 $(WARNINGS) -fsyntax-only -x c $$h || exit 1; done
spelling:
	@codespell -L inout,nmae,nulll,isnt,fiel,nd,iif -S build,.git,po,corpus .
shell:
	@shellcheck -x -P SCRIPTDIR -e SC2317 .ci/run docs/*.sh tests/support/*.sh $(wildcard tests/cli/*.sh tests/net/*.sh bench/*.sh)
# pages of other packages, and our own where they are not installed, are not mandoc's to find
manuals: $(B)/docs/man_gen
	@sh docs/man_gen.sh $(B)/docs/man_gen docs --check
	@! mandoc -T lint $(wildcard docs/man/*.[0-9]) 2>/dev/null | grep -v 'referenced manual not found'
manuals-write: $(B)/docs/man_gen
	@sh docs/man_gen.sh $(B)/docs/man_gen docs
.PHONY: manuals-write
$(B)/docs/man_gen: $(B)/docs/man_gen.o $(B)/lib.a
	@$(call link,$^)
tidied := $(patsubst %.c,$(B)/%.tidy,$(filter-out tests/% bench/% docs/%,$(filter %.c,$(sources))))
tidy: $(tidied)
$(B)/%.tidy: %.c .clang-tidy
	@mkdir -p $(@D) && echo "  TIDY $<" && clang-tidy --quiet $< -- $(CPPFLAGS) $(dep_cflags) -std=c11 2>/dev/null && touch $@
cppcheck:
	@cppcheck -q -j 2 --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	    --suppress=missingIncludeSystem --suppress=pointerOutOfBoundsCond -I. -D_GNU_SOURCE \
	    '-DcJSON_ArrayForEach(e,a)=for(e=(a)?(a)->child:0;e;e=e->next)' base proto store daemon client
analyze:
	@$(MAKE) --no-print-directory BUILD=analyze CC=gcc analyze-objs
analyze-objs: $(objs)
.PHONY: analyze-objs

# --- fuzzing ----------------------------------------------------------------

FUZZ_TIME ?= 60
fuzz-build: $(fuzzers)
.PHONY: fuzz-build fuzz-run
fuzz:
	@$(MAKE) --no-print-directory BUILD=fuzz CC=clang B=build/fuzz fuzz-run
fuzz-run: fuzz-build
	@for f in $(fuzzers); do n=$${f##*/fuzz_}; mkdir -p build/fuzz/found/$$n; \
	    $$f -max_total_time=$(FUZZ_TIME) -max_len=65536 -artifact_prefix=build/fuzz/found/ \
	    build/fuzz/found/$$n tests/fuzz/corpus/$$n || exit 1; done
fuzz-replay:
	@$(MAKE) --no-print-directory BUILD=fuzz CC=clang B=build/fuzz fuzz-build
	@for f in $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c)); do \
	    build/fuzz/tests/fuzz/$$f -runs=0 tests/fuzz/corpus/$${f#fuzz_} 2>&1 | tail -1 || exit 1; done

# --- measuring, installing, cleaning ----------------------------------------

bench: deps
	@$(MAKE) --no-print-directory BUILD=release all bench-programs
	@PMQA_BIN=$(CURDIR)/build/release/bin BENCH_BIN=$(CURDIR)/build/release/bench bash bench/run.sh
bench-programs: $(benches) $(nettools)
.PHONY: bench-programs

install:
	@$(MAKE) --no-print-directory BUILD=release all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pmqa $(DESTDIR)$(PREFIX)/share/pmqa/editions \
	    $(DESTDIR)$(PREFIX)/share/locale/th/LC_MESSAGES $(DESTDIR)/usr/lib/systemd/system \
	    $(DESTDIR)/usr/lib/sysusers.d $(DESTDIR)/usr/lib/tmpfiles.d
	install build/release/bin/pmqa build/release/bin/pmqad build/release/bin/pmqa-receive $(DESTDIR)$(PREFIX)/bin
	install build/release/bin/lib/pmqa-door build/release/bin/lib/pmqa-ssh build/release/bin/lib/pmqa-report build/release/bin/lib/pmqa-publish $(DESTDIR)$(PREFIX)/lib/pmqa
	ln -sfn pmqa-door $(DESTDIR)$(PREFIX)/lib/pmqa/pmqa-http
	install -m 644 editions/*.json $(DESTDIR)$(PREFIX)/share/pmqa/editions
	install -m 644 build/release/bin/share/locale/th/LC_MESSAGES/pmqa.mo $(DESTDIR)$(PREFIX)/share/locale/th/LC_MESSAGES
	for m in docs/man/*.[0-9]; do install -D -m 644 $$m $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m##*/}; done
	install -m 644 systemd/*.service systemd/*.socket systemd/https/*.service systemd/https/*.socket $(DESTDIR)/usr/lib/systemd/system
	install -D -m 644 systemd/https/pmqa-nginx.conf $(DESTDIR)$(PREFIX)/share/doc/pmqa/pmqa-nginx.conf
	install -D -m 644 systemd/sshd_pmqa.conf $(DESTDIR)$(PREFIX)/share/doc/pmqa/sshd_pmqa.conf
	install -m 644 systemd/pmqa.sysusers $(DESTDIR)/usr/lib/sysusers.d/pmqa.conf
	install -m 644 systemd/pmqa.tmpfiles $(DESTDIR)/usr/lib/tmpfiles.d/pmqa.conf

clean:
	rm -rf build
