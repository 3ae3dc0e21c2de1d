# make run        builds botd and shows two bots trade on a simulated market
# make test       sets everything up and runs all tests
# make sanitize   runs the tests of C memory and of threads under their sanitizers
# make kills      kills botd at 60 named places (ROUNDS=60, SEED=…) and prints how long positions were under no order
# make chaos      leaves botd to random faults for SECONDS=600 (SEED=…) and judges it by the exchange's truth
# make bench      measures, each figure beside a bound from the same run
# make install    installs release builds under PREFIX (default /usr/local)
# make deb        builds the Debian package
# make proto      regenerates the package's own code that comes from proto/
# make clients    regenerates everything that comes from proto/, the clients in other languages included
# make lint       checks formatting

PREFIX ?= /usr/local
SPEED ?= 300
# Swift's own libraries go into the programs: they start faster, and run where no toolchain is.
RELEASE := swift build -c release --static-swift-stdlib --scratch-path .build-release
.DEFAULT_GOAL := help

.PHONY: help run test sanitize chaos kills bench install deb proto clients lint clean

help:
	@sed -n 's/^# //p' Makefile | head -11

run:
	@.ci/setup run
	@echo "Building botd (the first time takes a few minutes) ..."
	@swift build --product botd 2>&1 | grep -E --line-buffered 'error:|^\[[0-9]*00/|Build' ; test $${PIPESTATUS[0]} -eq 0
	@swift build --product botctl 2>&1 | grep -E --line-buffered 'error:' ; test $${PIPESTATUS[0]} -eq 0
	@exec .build/debug/botd --mode simulated --speed $(SPEED) --example-bots --show-trades --log-level warning

test:
	@.ci/setup test
	@.ci/test

sanitize:
	@.ci/setup test
	@.ci/sanitize

chaos:
	@.ci/setup test
	@for program in botd botctl botsim; do swift build --product $$program 2>&1 | grep -E --line-buffered 'error:|^\[[0-9]*00/' ; test $${PIPESTATUS[0]} -eq 0 || exit 1 ; done
	@python3 Tests/Tools/chaos/chaos.py --programs .build/debug --seconds $(or $(SECONDS),600) $(if $(SEED),--seed $(SEED))

kills:
	@.ci/setup test
	@for program in botd botctl botsim; do swift build --product $$program 2>&1 | grep -E --line-buffered 'error:|^\[[0-9]*00/' ; test $${PIPESTATUS[0]} -eq 0 || exit 1 ; done
	@python3 Tests/Tools/chaos/kills.py --programs .build/debug --rounds $(or $(ROUNDS),60) $(if $(SEED),--seed $(SEED))

bench:
	@.ci/setup clients
	@BOT_BENCHMARKS=1 $(RELEASE) --product botbench
	@BOT_BENCHMARKS=1 $(RELEASE) --product botd
	@BOT_BENCHMARKS=1 $(RELEASE) --product botctl
	@BOT_BENCHMARKS=1 $(RELEASE) --product botsim
	@.build-release/release/botbench
	@clients/bench.sh .build-release/release

install:
	@.ci/setup run
	$(RELEASE) --product botd
	$(RELEASE) --product botctl
	$(RELEASE) --product botsim
	install -d $(PREFIX)/bin
	install -s -m 0755 .build-release/release/botd .build-release/release/botctl .build-release/release/botsim $(PREFIX)/bin

deb:
	@.ci/setup deb
	$(RELEASE) --product botd
	$(RELEASE) --product botctl
	$(RELEASE) --product botsim
	@Sources/botd/Packaging/deb/build.sh .build-release/release .build-release

proto:
	@.ci/setup test
	@proto/generate.sh

clients:
	@.ci/setup clients
	@clients/generate.sh

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests

clean:
	rm -rf .build .build-release .build-address .build-thread .build-clients

SHELL := /bin/bash
