# Two commands are enough: `make run` and `make test`. Everything else is detail.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test check ready-python ready-console lint types tests programs console accessibility interruptions bench-console lock bench-flow bench-history bench-mrz bench-screen campaign-mrz fuzz-mrz bench-bombs fuzz-http campaign-api campaign-kill bench-rules bench-busy rules-campaign rules-coverage rules-mutants bench-trail bench-dashboards clean

## run: set everything up and serve the console and the API with demo data (PORT=, MABAR_DATA_DIR=)
run: $(VENV)/.run console
	@exec $(BIN)/mabar serve --demo

## test: set everything up, then style, types, imports and every test
test: | $(VENV)/bin/python
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target ready-python ready-console
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory --jobs=2 types tests

ready-python: $(VENV)/.dev programs
# One after the other: both fill the same folder.
ready-console: console/node_modules/.dev
	@$(MAKE) --no-print-directory console

check: lint types console tests

lint: console/node_modules/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(NPM) run --silent lint

# The console's types are made from the OpenAPI document each time, so that a changed answer fails here and not at a desk.
types: console/node_modules/.dev
	$(BIN)/mypy --num-workers=2
	$(BIN)/python -c "import json; from api.app import create_app; from service.settings import Settings; print(json.dumps(create_app(Settings()).openapi()))" > console/openapi.json
	$(NPM) run --silent types

tests:
	$(BIN)/python -m pytest --numprocesses=3 --dist=loadfile --no-loadscope-reorder

# The stamps name the lock that the environment holds; a changed lock or project file makes it anew.
$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements-dev.lock
	$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $(VENV)/.run $@

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Mabar needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "this Python cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

## programs: tests drive Chromium, Tesseract and SoftHSM; they are installed where that may be done, else those tests are skipped
programs:
	@sh tests/install_programs.sh

## console: build the web console where its sources changed; without a Node of its own the machine gets one from the package registry
console: console/dist/.built

CONSOLE := $(shell find console/src console/public console/*.html console/*.ts console/package-lock.json -type f ! -name schema.d.ts 2>/dev/null)
NPM     := VENV_PYTHON=$(abspath $(BIN)/python) sh console/npm.sh

console/dist/.built: $(CONSOLE) console/node_modules/.run
	$(NPM) run --silent build
	@touch $@

console/node_modules/.run: console/package-lock.json console/node.txt | $(VENV)/bin/python
	$(NPM) ci --silent --omit=dev
	@touch $@

console/node_modules/.dev: console/package-lock.json console/node.txt | $(VENV)/bin/python
	$(NPM) ci --silent
	@touch console/node_modules/.run $@

## lock: resolve the dependencies of pyproject.toml anew
lock: $(VENV)/.dev
	$(BIN)/pip-compile $(LOCK_OPTIONS) --all-extras -o requirements-dev.lock pyproject.toml
	$(BIN)/pip-compile $(LOCK_OPTIONS) --extra build -c requirements-dev.lock -o requirements.lock pyproject.toml
LOCK_OPTIONS := -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras --allow-unsafe --no-header

## bench-mrz, bench-screen: measure against the field; DATA= names the folder of reference data
bench-mrz: $(VENV)/.dev
	-@$(MAKE) --no-print-directory $(PEERS)/.done
	$(BIN)/python -m bench.mrz --data $(DATA)/mrz --peers $(PEERS)/bin/python --out build/predictions.json
bench-screen: $(VENV)/.dev
	@$(MAKE) --no-print-directory $(SCREEN_PEERS)/.done || echo "nomenklatura cannot be installed here (its pyicu needs g++, pkg-config and libicu-dev): it is left out"
	$(BIN)/python -m bench.screen --data $(DATA)/watchlist/benchmark $(FILLER) `test -e $(SCREEN_PEERS)/.done && echo --peers $(SCREEN_PEERS)/bin/python`
# FILLER=--filler enlarges the list with made-up persons.

# The field has an environment of its own: its licences and dependencies stay out of the product.
PEERS := build/bench-peers
$(PEERS)/.done: bench/peers.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes -r $<
	@touch $@

SCREEN_PEERS := build/bench-screen-peers
$(SCREEN_PEERS)/.done: bench/screen-peers.txt
	$(PYTHON) -m venv $(SCREEN_PEERS)
	$(SCREEN_PEERS)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps -r $<
	@touch $@

## campaign-mrz: COUNT= made-up documents and pages without a zone, hours; goes on where it was stopped
COUNT ?= 10000
campaign-mrz: $(VENV)/.dev
	nice -n 19 $(BIN)/python -m bench.campaign --count $(COUNT)

## fuzz-mrz: a million mutated zones and 100,000 mutated images, about an hour; goes on where it was stopped
fuzz-mrz: $(VENV)/.dev
	nice -n 10 $(BIN)/python -m bench.fuzz text --count 1000000
	nice -n 10 $(BIN)/python -m bench.fuzz image --count 100000

## bench-bombs: what decompression bombs are answered, by the decoder (CPU) and by a service (clock)
bench-bombs: $(VENV)/.dev
	$(BIN)/python -m bench.bombs
	$(BIN)/python -m bench.bombs --http

## fuzz-http: 20,000 mutated images through a service of its own; goes on where it was stopped
fuzz-http: $(VENV)/.dev
	nice -n 10 $(BIN)/python -m bench.fuzz_http --count 20000

## campaign-api: every operation under schemathesis, as every role, as every device and as nobody; EXAMPLES=1000 takes hours
EXAMPLES ?= 1000
campaign-api: $(VENV)/.dev
	nice -n 10 $(BIN)/python -m bench.contract --examples $(EXAMPLES)

## campaign-kill: kill -9 of service and database in turn, under load, CYCLES= times; goes on where it was stopped
CYCLES ?= 200
campaign-kill: $(VENV)/.dev
	CRASH_CYCLES=$(CYCLES) CRASH_FOLDER=build/crash $(BIN)/python -m pytest -q -s tests/api/test_crash.py

## bench-flow: how long an officer waits, at a service on this machine
bench-flow: $(VENV)/.dev
	$(BIN)/python -m bench.flow

## bench-history: how long an inspection takes of a traveller who has crossed 200 times, at 50 a second
bench-history: $(VENV)/.dev
	$(BIN)/python -m bench.history

## bench-rules: a made-up year with irregular travellers planted in it, replayed; MOVEMENTS=1000000 takes half an hour
MOVEMENTS ?= 100000
bench-rules: $(VENV)/.dev
	$(BIN)/python -m bench.rules --movements $(MOVEMENTS) --write docs/rules-simulator.md

## bench-trail: how fast ten million events of the audit trail are verified, and whether 100,000 changes are found
bench-trail: $(VENV)/.dev
	$(BIN)/python -m bench.trail --events 10000000 --tries 100000

## bench-dashboards: every picture of the dashboards on five million movements; FILLED= names the data folder, kept for the next time
FILLED ?= build/five-million
bench-dashboards: $(VENV)/.dev
	$(BIN)/python -m bench.dashboards --movements 5000000 --folder $(FILLED)

## accessibility: every page and state of the console under axe-core, in three languages and three themes; ten minutes
accessibility: $(VENV)/.dev programs console/node_modules/.dev console
	MABAR_ACCESSIBILITY=whole $(BIN)/python -m pytest -q tests/console/test_accessibility.py

## interruptions: a first-line officer interrupted 500 times by reloads, kills, lost links; half an hour. MABAR_SEED= draws others
interruptions: $(VENV)/.dev programs console
	MABAR_INTERRUPTIONS=500 nice -n 19 $(BIN)/python -m pytest -q -s tests/console/test_interruptions.py

## bench-console: from a scan to the verdict on the screen, by reader and by image, on an idle machine
bench-console: $(VENV)/.dev programs console
	$(BIN)/python tests/scan_to_verdict.py --count 100

## bench-busy: how quickly a year of one busy post is replayed, and in how much memory; minutes
bench-busy: $(VENV)/.dev
	$(BIN)/python -m bench.busy --movements 2000000

## rules-campaign: ten thousand random histories of travellers and of companies, each in two orders of arrival
rules-campaign: $(VENV)/.dev
	MABAR_HISTORIES=10000 $(BIN)/python -m pytest tests/service/test_replay.py tests/service/test_judging.py -k alike

## rules-coverage: branch coverage of the rules, which must be whole
rules-coverage: $(VENV)/.dev
	$(BIN)/coverage run --branch --source=service/rules --data-file=build/.coverage-rules -m pytest -q tests/service/test_rules_*.py tests/service/test_replay.py tests/service/test_judging.py
	$(BIN)/coverage report --data-file=build/.coverage-rules --show-missing --fail-under=100

## rules-mutants: spoil the rules one small change at a time and see whether a test notices; MOST= samples so many
MOST ?= 0
rules-mutants: $(VENV)/.dev
	MABAR_HISTORIES=15 $(BIN)/python -m bench.mutants --most $(MOST)

## sbom, licences, audit-dependencies: what runs (CycloneDX), under which licences, and what is known against it
.PHONY: sbom licences audit-dependencies
sbom: $(VENV)/.dev
	$(BIN)/python -m bench.supply sbom build/sbom.json
licences: $(VENV)/.dev
	$(BIN)/python -m bench.supply licences
audit-dependencies: $(VENV)/.dev
	$(BIN)/python -m bench.supply audit

clean:
	rm -rf $(VENV) build console/dist console/node_modules *.egg-info
