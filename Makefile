# The two commands are `make bench` and `make test`; everything is done by CMake and scripts/.
#
#   make bench                              the standard suite -> results/standard.json
#   make bench SUITE=quick                  another suite
#   make bench ARGS="--workload spin --tasks 1,2" NAME=mine
#   make bench ARGS=--resume                goes on where a run was cut short
#   make fidelity                           the emulated interpreter lock against the machine's CPython
#   make fidelity PYTHON="python3.9 python3.13" BUDGET=12m
#   make pictures                           docs/pictures/ anew from results/standard.json (RESULT=..)
#   make regress BASE=main                  is this tree slower than that commit?  CELLS="--workload spin"
#   make test                               everything CI checks
#   make soak SOAK_MINUTES=60               faults of every kind put into it, going on where it was stopped
#   make analyse                            what static analysis finds; part of it in make test
#   make coverage                           which lines of bench/ the tests run -> docs/coverage.md
#   make mutants                            which planted bugs the tests see -> docs/mutants.md (an hour)
#
# make knows one failure only: whatever a recipe's exit status, make ends with 2.  A job that
# needs contend's own statuses (1, 3, 4, 5) calls build/release/contend itself; that of regress also
# stands in build/regress.status.

SUITE  ?= standard
NAME   ?= $(basename $(notdir $(SUITE)))
RESULT ?= results/$(NAME).json
ARGS   ?=
ROUNDS ?=
BUDGET ?=
PYTHON ?=
BASE   ?=
STATUS ?= build/regress.status
CELLS  ?=
JOBS   ?= $(shell nproc 2>/dev/null || echo 1)
PREFIX ?= /usr/local
SOAK_MINUTES ?= 60
CONTEND = build/release/contend

.PHONY: build bench pictures fidelity regress test soak analyse coverage mutants format clean install help
.NOTPARALLEL:

build:
	@scripts/install-deps
	@scripts/build release $(JOBS)

bench: build
	@scripts/bench $(CONTEND) $(RESULT) --suite $(SUITE) $(ARGS)

pictures: build
	@mkdir -p docs/pictures
	@for chart in ladder throughput; do \
	    $(CONTEND) report $(RESULT) --plot $$chart -o docs/pictures/$$chart.svg || exit 1; done
	@$(CONTEND) trace --scene convoy_short --plot timeline -o docs/pictures/convoy.svg

fidelity: build
	@scripts/fidelity $(CONTEND) $(foreach p,$(PYTHON),--python $(p)) $(if $(BUDGET),--budget $(BUDGET)) \
	    $(if $(ROUNDS),--rounds $(ROUNDS))

regress: build
	@HEAD_BUILD=. STATUS="$(STATUS)" scripts/ci/regress.sh "$(BASE)" $(CELLS)

test:
	@scripts/install-deps --tests --peers
	@JOBS=$(JOBS) scripts/ci.sh

soak:
	@scripts/install-deps --tests
	@scripts/build ci $(JOBS)
	@scripts/soak --minutes $(SOAK_MINUTES)

analyse:
	@scripts/install-deps --tests
	@scripts/build ci $(JOBS)
	@JOBS=$(JOBS) scripts/analyse

coverage:
	@scripts/install-deps --tests --peers
	@JOBS=$(JOBS) scripts/coverage

mutants:
	@scripts/install-deps --tests --peers
	@scripts/mutants --record --jobs $(JOBS)

format:
	@scripts/format.sh

install: build
	@cmake --install build/release --prefix $(PREFIX)

clean:
	rm -rf build

help:
	@sed -n 's/^# \{0,1\}//p' Makefile
