# The front door: `make` lists what there is.
#
# A folder chapters/NN-name with a Makefile of its own is all that a new
# chapter needs; every target below finds it.

CFLAGS   ?= -O2 -g -Wall -Wextra
FLAGS    := -std=gnu11 $(CFLAGS)
CHAPTERS := $(sort $(wildcard chapters/[0-9][0-9]-*))

help: ## list the targets (this text)
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { sub(/%/, "NN", $$1); \
	    printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

report: stages bench ## measure every stage on a real program and draw it
	@tools/setup gnuplot
	@bench/report

test: stages bench suite ## test every stage; MALLOC=lib.so: that one; SEED=n
	@tests/run $(if $(MALLOC),--malloc "$(MALLOC)") $(if $(SEED),--seed "$(SEED)")

diff-%: ## show the step to chapter NN as a diff
	@tools/diff $*

show-%: stages ## print the chunks of a small program in chapter NN
	@mkdir -p build
	@$(CC) $(FLAGS) -fno-builtin -I chapters/$*-* -o build/show-$* docs/show.c \
	    chapters/$*-*/libmalloc.a -pthread
	@build/show-$*

steps: ## check that the steps between chapters are readable
	@tools/steps

stages: $(CHAPTERS) ## build every stage

clean: ## remove all that was built
	@for chapter in $(CHAPTERS); do $(MAKE) -s -C $$chapter clean; done
	$(RM) -r build

$(CHAPTERS):
	@$(MAKE) -s -C $@

.PHONY: help report test steps stages clean bench suite setup-check $(CHAPTERS)
