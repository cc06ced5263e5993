# The two commands are `make bench` and `make test`; everything is done by CMake and scripts/.
#
#   make bench                              the standard suite -> results/standard.json
#   make bench SUITE=quick                  another suite
#   make bench ARGS="--workload spin --tasks 1,2" NAME=mine
#   make bench ARGS=--resume                goes on where a run was cut short
#   make fidelity                           the emulated interpreter lock against the machine's CPython
#   make test                               everything CI checks
#
# make knows one failure only: whatever a recipe's exit status, make ends with 2.  A job that
# needs contend's own statuses (1, 3, 4, 5) calls build/release/contend itself.

SUITE  ?= standard
NAME   ?= $(basename $(notdir $(SUITE)))
RESULT ?= results/$(NAME).json
ARGS   ?=
ROUNDS ?= 5
JOBS   ?= $(shell nproc 2>/dev/null || echo 1)
PREFIX ?= /usr/local
CONTEND = build/release/contend

.PHONY: build bench fidelity test format clean install help
.NOTPARALLEL:

build:
	@scripts/install-deps
	@scripts/build release $(JOBS)

bench: build
	$(CONTEND) run --suite $(SUITE) -o $(RESULT) $(ARGS)
	@scripts/cross-check $(CONTEND) $(RESULT)

fidelity: build
	@scripts/fidelity $(CONTEND) $(ROUNDS)

test:
	@scripts/install-deps --tests
	@JOBS=$(JOBS) scripts/ci.sh

format:
	@scripts/format.sh

install: build
	@cmake --install build/release --prefix $(PREFIX)

clean:
	rm -rf build

help:
	@sed -n 's/^# \{0,1\}//p' Makefile
