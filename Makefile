# The two commands are `make bench` and `make test`; everything is done by CMake and scripts/.
#
#   make bench                              the standard suite -> results/standard.json
#   make bench SUITE=quick                  another suite
#   make bench ARGS="--workload spin --tasks 1,2" NAME=mine
#   make bench ARGS=--resume                goes on where a run was cut short
#   make fidelity                           the emulated interpreter lock against the machine's CPython
#   make fidelity PYTHON="python3.9 python3.13" BUDGET=12m
#   make regress BASE=main                  is this tree slower than that commit?  CELLS="--workload spin"
#   make test                               everything CI checks
#
# make knows one failure only: whatever a recipe's exit status, make ends with 2.  A job that
# needs contend's own statuses (1, 3, 4, 5) calls build/release/contend itself.

SUITE  ?= standard
NAME   ?= $(basename $(notdir $(SUITE)))
RESULT ?= results/$(NAME).json
ARGS   ?=
ROUNDS ?=
BUDGET ?=
PYTHON ?=
BASE   ?=
CELLS  ?=
JOBS   ?= $(shell nproc 2>/dev/null || echo 1)
PREFIX ?= /usr/local
CONTEND = build/release/contend

.PHONY: build bench fidelity regress test format clean install help
.NOTPARALLEL:

build:
	@scripts/install-deps
	@scripts/build release $(JOBS)

bench: build
	$(CONTEND) run --suite $(SUITE) -o $(RESULT) $(ARGS)
	@scripts/cross-check $(CONTEND) $(RESULT)

fidelity: build
	@scripts/fidelity $(CONTEND) $(foreach p,$(PYTHON),--python $(p)) $(if $(BUDGET),--budget $(BUDGET)) \
	    $(if $(ROUNDS),--rounds $(ROUNDS))

regress: build
	@HEAD_BUILD=. scripts/ci/regress.sh "$(BASE)" $(CELLS)

test:
	@scripts/install-deps --tests --peers
	@JOBS=$(JOBS) scripts/ci.sh

format:
	@scripts/format.sh

install: build
	@cmake --install build/release --prefix $(PREFIX)

clean:
	rm -rf build

help:
	@sed -n 's/^# \{0,1\}//p' Makefile
