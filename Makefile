# The front door: `make` lists what there is.
#
# A folder chapters/NN-name, kernel/NN-name or appendices/name with a Makefile of
# its own is all that a new stage needs; every target below finds it. A stage on
# the way to kernel/04-name is kernel/04-1-name.

CFLAGS   ?= -O2 -g -Wall -Wextra
FLAGS    := -std=gnu11 $(CFLAGS)
CHAPTERS := $(sort $(wildcard chapters/[0-9][0-9]-*))
KERNELS  := $(sort $(wildcard kernel/[0-9][0-9]-*))
APPENDICES := $(notdir $(patsubst %/,%,$(sort $(wildcard appendices/*/))))

help: ## list the targets (this text)
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { sub(/%/, "NN", $$1); \
	    printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

report: stages bench traces ## compare all stages and draw it; QUICK=1, FULL=1
	@tools/setup gnuplot
	@tools/setup strace || echo "report: goes on without counting system calls"
	@bench/report/run $(if $(QUICK),quick) $(if $(FULL),full)

plot: stages bench ## draw RUN="any command" (or TRACE=file) on every stage
	@tools/setup gnuplot
	@case "$${COMMAND:+run}$${FILE:+trace}" in \
	run) bench/report/plot -- sh -c "$$COMMAND" ;; \
	trace) bench/report/compare "$$FILE" ;; \
	*) echo 'plot: say RUN="command" or TRACE=file' >&2; exit 1 ;; \
	esac

# What was given, as it was given: make would take a `$$` in it for its own.
plot: export COMMAND = $(value RUN)
plot: export FILE = $(value TRACE)

plot-k%: kernel-bench ## make the figures of stage NN of the kernel; plot-pool: of an appendix
	@tools/setup gnuplot
	@bench/kernel/draw $(@:plot-%=%)

# An appendix draws its own, if it has any.
$(APPENDICES:%=plot-%): plot-%: stages bench traces appendices
	@tools/setup gnuplot
	@bench/appendices/$*

verify: stages bench ## compare memory replayed with that of whole processes
	@tools/setup time
	@bench/measure/verify

race: stages bench inputs ## race whole programs; QUICK=1, ONLY="rows", ALLOCATORS="names", LIBS="name=path"
	@tools/setup gnuplot xz || echo "race: goes on without what is missing"
	@bench/race/run $(if $(QUICK),--quick) $(if $(ONLY),--only "$(ONLY)") \
	    $(if $(ALLOCATORS),--allocators "$(ALLOCATORS)") \
	    $(if $(LIBS),--libs "$(LIBS)")

racers: ## install the programs that race and are missing here
	@tools/setup lua redis sqlite3 node python3 g++ git xz
	@rm -rf build/inputs

peers: ## install the allocators that people use, to compare with
	@tools/setup jemalloc mimalloc tcmalloc

figures: report kernel-bench $(APPENDICES:%=plot-%) ## make the figures of all texts, for docs/
	@bench/kernel/draw
	@tools/figures

# What is not needed for a part of the tests is not built. The texts need all.
PART := $(filter-out texts,$(or $(ONLY),$(MALLOC),$(STAGE)))

TESTED := $(if $(PART),,stages suite bench traces kernel-suites kernel-bench real-programs)
TESTED := $(or $(TESTED),$(if $(filter k%,$(STAGE)),kernel-suites-$(STAGE),stages suite))
TESTED += $(if $(PART),$(if $(filter $(APPENDICES),$(STAGE)),bench traces))
TESTED += $(if $(filter-out $(APPENDICES),$(PART)),,appendix-suites)

# All is built on all cores, unless -j says otherwise. What is missing is installed
# before, as that cannot be done twice at a time.
test: ## test all; STAGE=01, k01 or pool, ONLY=lessons: that; MALLOC=lib.so
	@tools/setup pkg-config check $(if $(PART),,gnuplot strace xz)
	@$(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$$(nproc)) $(TESTED)
	@tests/run $(if $(MALLOC),--malloc "$$LIBRARY") \
	    $(if $(STAGE),--stage "$(STAGE)") $(if $(ONLY),--only "$(ONLY)") \
	    $(if $(SEED),--seed "$(SEED)")

test-all: test book ## test the solutions of the exercises and the book, too
	@tests/solutions
	@tests/book

grade: stages bench traces suite ## mark mallocs: STAGE=03 DIR="a b"; MORE="x.trace"
	@tools/grade "$(STAGE)" $(DIR)

# As it was given, dollars and all.
test: export LIBRARY = $(value MALLOC)

book: ## all texts, steps and sources to read: HTML, EPUB, PDF
	@tools/setup pandoc weasyprint rsvg-convert lunr
	@tools/book

docs-fix: stages bench traces suite kernel-suites kernel-bench ## bring what the texts quote and show up to date
	@tools/setup strace
	@tests/texts --fix

diff-%: ## show the step to chapter NN as a diff; k02, k04-1: of the kernel
	@tools/diff $*

# The folder of the stage that a target names: 02 of part one, k02 or k04-1 of part
# two.
FOLDER = $(shell tools/stage $*)

# A small program of the stage's own, run on its code. It is linked with the
# objects, as a chapter's archive hides what is not for programs. Where the accesses of a
# module are checked, its own are, too.
MODULE_FLAGS = $(shell ! grep -qs ^module-flags: $(FOLDER)/Makefile || \
    $(MAKE) -s -C $(FOLDER) CC='$(CC)' module-flags)

LINK = mkdir -p build && $(CC) $(FLAGS) $(MODULE_FLAGS) -fno-builtin \
    -iquote $(FOLDER) -o build/$(1)-$* docs/$(1)/$*.c docs/$(1)/$(1).c $(2) \
    $(if $(filter $(APPENDICES),$*),$(FOLDER)/lib$*.a,\
        $(patsubst %.c,%.o,$(wildcard $(FOLDER)/*.c))) -pthread

show-%: ## print the memory of a small program in chapter NN, k02, pool
	@[ -d "$(FOLDER)" ] || { echo "show: $*: no such chapter" >&2; exit 1; }
	@$(MAKE) -s -C $(FOLDER)
	@$(call LINK,show,$(if $(filter 0%,$*),docs/show/chunks.c))
	@build/show-$*

predict-%: ## be asked what the code of chapter NN does; SEED=1 repeats
	@[ -d "$(FOLDER)" ] || { echo "predict: $*: no such chapter" >&2; exit 1; }
	@$(MAKE) -s -C $(FOLDER)
	@$(call LINK,predict)
	@build/predict-$* $(or $(SEED),$$(date +%H%M%S))

dma: kernel-bench ## see what a device reads of memory from kmalloc and vmalloc
	@build/bench/kernel/k03_dma

drop-caches: kernel-bench ## see what drop_caches takes from memory, and what not
	@build/bench/kernel/k05_drop_caches

real: real-programs ## show on this machine's Linux what part two simulates
	@$(MAKE) -s -C kernel/real run

real-programs:
	@$(MAKE) -s -C kernel/real

docs-fix: real-programs

.PHONY: dma drop-caches real real-programs

# What is followed if nothing is said.
WAY := char *a = malloc(100); a[50] = 1; char *b = malloc(300000); \
    b[200000] = 1; free(b); free(a);

down: ## follow RUN="char *a = malloc(100);" to the frames; STAGE=06
	@for folder in $$(tools/stage "$(or $(STAGE),06)") kernel/04-address-space; do \
	    $(MAKE) -s -C $$folder; done
	@kernel/down/run "$(or $(STAGE),06)" "$$COMMAND"

down: export COMMAND = $(or $(value RUN),$(WAY))

steps: stages ## check that the steps between chapters are readable
	@tools/steps
	@tools/arrows

stages: $(CHAPTERS) kernel appendices ## build every stage and the appendices

kernel: $(KERNELS:%=%/libkernel.a) ## build every stage of the kernel

clean: ## remove all that was built
	@for stage in $(CHAPTERS) $(KERNELS) $(APPENDICES:%=appendices/%); do $(MAKE) -s -C $$stage clean; done
	$(RM) -r build

$(CHAPTERS):
	@$(MAKE) -s -C $@

appendices: $(APPENDICES:%=appendices/%)

$(APPENDICES:%=appendices/%):
	@$(MAKE) -s -C $@

# What needs one is only built anew if it has changed.
kernel/%/libkernel.a: always
	@$(MAKE) -s -C $(@D)

# The suite runs libc's malloc beside the one under test, which it calls
# through pointers; it must not know what malloc does, or it removes calls.
suite: build/tests/suite ## build the suite, to call it by hand

build/tests/suite: $(filter-out tests/bench_%,$(wildcard tests/*.c)) \
    $(wildcard tests/*.h chapters/01-*/inspect.h)
	@tools/setup pkg-config check
	@mkdir -p build/tests
	$(CC) $(FLAGS) -fno-builtin -I $(firstword $(CHAPTERS)) \
	    $$(pkg-config --cflags check) -o $@ $(filter %.c,$^) \
	    $$(pkg-config --libs check) -ldl -pthread

# A stage's suite has the cases that it is the first to pass. Another one has those
# of the stages before it, too; `make test` needs that of the last stage alone.
kernel-suites: $(KERNELS:kernel/%=build/tests/kernel/%)
kernel-suites: $(patsubst kernel/%,build/tests/kernel/all/%,$(lastword $(KERNELS)))

kernel-suites-%: always
	@[ -d "$(FOLDER)" ] || { echo "test: $*: no such stage" >&2; exit 1; }
	@$(MAKE) $(FOLDER:kernel/%=build/tests/kernel/all/%)

SUITE_OF_A_KERNEL = tests/kernel/build $(wildcard tests/kernel/*.[ch])

build/tests/kernel/%: kernel/%/libkernel.a $(SUITE_OF_A_KERNEL)
	@tools/setup pkg-config check
	@mkdir -p $(@D)
	+tests/kernel/build --own kernel/$* $@ $(CFLAGS)

build/tests/kernel/all/%: kernel/%/libkernel.a $(SUITE_OF_A_KERNEL)
	@tools/setup pkg-config check
	@mkdir -p $(@D)
	+tests/kernel/build kernel/$* $@ $(CFLAGS)

appendix-suites: $(APPENDICES:%=build/tests/appendices/%)

build/tests/appendices/%: appendices/% tests/appendices/build \
    $(wildcard tests/appendices/*.[ch])
	@tools/setup pkg-config check
	@mkdir -p build/tests/appendices
	tests/appendices/build appendices/$* $@ $(CFLAGS)

BENCH := librecord.so keep split summary sizes replay latency walk search cost \
         pair threads import synthetic

# A program is the file of its name, in whichever room of bench/ that lies.
vpath %.c $(wildcard bench/*/)

bench: $(BENCH:%=build/bench/%) ## build what records, replays and measures

build/bench/librecord.so: bench/record/recorder.c $(wildcard bench/record/*.h)
	@mkdir -p build/bench
	$(CC) $(FLAGS) -fno-builtin -fPIC -shared -o $@ $(filter %.c,$^) \
	    -ldl -pthread

build/bench/%: %.c $(wildcard bench/*/*.h)
	@mkdir -p build/bench
	$(CC) $(FLAGS) -fno-builtin -I $(firstword $(CHAPTERS)) -o $@ \
	    $(filter %.c,$^) -ldl -pthread

# What programs consist of besides the file of their name.
PLAYER := bench/replay/play.c bench/record/trace.c
build/bench/summary build/bench/sizes: bench/record/trace.c
build/bench/replay: bench/replay/watch.c $(PLAYER)
build/bench/latency: $(PLAYER)
build/bench/walk: $(wildcard bench/replay/walk_*.c) bench/replay/watch.c \
    $(PLAYER)
build/bench/import build/bench/synthetic: bench/workloads/write.c

# What races: a program is a file in patterns/, or one of these.
RACE := $(patsubst bench/race/patterns/%.c,%,$(wildcard bench/race/patterns/*.c))
RACE := measure micro bump.so $(filter-out pattern,$(RACE))

bench: $(RACE:%=build/bench/race/%)

build/bench/race/%: bench/race/%.c
	@mkdir -p build/bench/race
	$(CC) $(FLAGS) -fno-builtin -o $@ $< -pthread

build/bench/race/%: bench/race/patterns/%.c $(wildcard bench/race/patterns/pattern.*)
	@mkdir -p build/bench/race
	$(CC) $(FLAGS) -fno-builtin -o $@ $(filter %.c,$^) -pthread

build/bench/race/%.so: bench/race/%.c
	@mkdir -p build/bench/race
	$(CC) $(FLAGS) -fno-builtin -fPIC -shared -o $@ $<

# What measures the kernel: a program is linked with the stage of its name.
KERNEL_BENCH := $(patsubst bench/%.c,build/bench/%,$(wildcard bench/kernel/k*.c))

kernel-bench: $(KERNEL_BENCH)

STAGE_OF = $(shell tools/stage k$(firstword $(subst _, ,$*)))

build/bench/kernel/k%: bench/kernel/k%.c $(KERNELS:%=%/libkernel.a)
	@mkdir -p build/bench/kernel
	$(CC) $(FLAGS) -iquote $(STAGE_OF) -o $@ $< $(STAGE_OF)/libkernel.a -pthread

# This one plays a trace on a malloc that brings its own kernel.
build/bench/kernel/k04_faults: bench/kernel/k04_faults.c $(PLAYER) \
    $(wildcard bench/*/*.h) build/down/libraries build/traces/cc1.trace
	@mkdir -p build/bench/kernel
	$(CC) $(FLAGS) -fno-builtin -I $(firstword $(CHAPTERS)) -o $@ \
	    $(filter %.c,$^) -ldl -pthread

build/down/libraries: kernel/down/library \
    $(wildcard kernel/down/*.c kernel/04-address-space/*.[ch] chapters/*/*.[ch]) | stages
	+@kernel/down/library $(CHAPTERS)
	@touch $@

inputs: build/inputs

build/inputs: bench/race/prepare $(wildcard bench/race/programs/*)
	@bench/race/prepare
	@touch $@

# The workloads to replay: recorded ones are unpacked, the others written.
PACKED := bench/workloads/traces
TRACES := $(patsubst $(PACKED)/%.xz,build/traces/%,$(wildcard $(PACKED)/*.xz))

traces: $(TRACES) build/traces/synthetic ## unpack the traces, write the synthetic ones

build/traces/%.trace: $(PACKED)/%.trace.xz
	@tools/setup xz
	@mkdir -p build/traces
	xz -dc $< >$@.new
	@mv $@.new $@

build/traces/synthetic: build/bench/synthetic
	@mkdir -p build/traces
	@for name in $$($< | cut -d ' ' -f 1); do \
	    echo "$< $$name >build/traces/$$name.trace"; \
	    $< $$name >build/traces/$$name.trace || exit 1; done
	@touch $@

.PHONY: help report plot verify peers figures test test-all grade book docs-fix \
        steps traces stages clean bench suite race racers inputs \
        kernel kernel-suites kernel-bench down always $(CHAPTERS) \
        appendices appendix-suites $(APPENDICES:%=appendices/%)
