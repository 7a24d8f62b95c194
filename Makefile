# `make clean` is the main job: it cleans a corpus. What other projects call clean is `make distclean`.

RAW ?= data/raw
OUT ?= data/clean
ARGS ?=
FUZZ ?= 100000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DOWNSTREAM := $(VENV)/.downstream
SITE := build/site

.PHONY: help clean test check lint types contracts rules quality docs screenshots lock bench torture fuzz dist distclean
.DEFAULT_GOAL := help

help:  ## show what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

clean: $(READY)  ## clean RAW into OUT (sets up .venv when missing): make clean RAW=… OUT=… ARGS=…
	@$(BIN)/cleaner run "$(RAW)" "$(OUT)" $(ARGS)

test: $(READY)  ## run all tests that this machine can (sets up what it needs); what is left out is named
	@$(BIN)/python -m pytest -n 2 --dist worksteal -rs

check: $(READY) $(DOWNSTREAM) lint types contracts rules  ## all that CI runs: nothing is left out for being slow or absent
	@CI=true $(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(READY)  ## ruff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY)  ## mypy, strict
	@$(BIN)/mypy

contracts: $(READY)  ## imports go one way
	@$(BIN)/lint-imports

rules: $(READY)  ## the examples of every rule
	@$(BIN)/cleaner rules test

quality: $(READY)  ## how well the held-back files are cleaned: those that rules were written from, and those that nobody looks at
	@$(BIN)/python -m tests.heldback $(ARGS)

docs: $(READY)  ## write the generated pages, draw the figures, build the site
	@$(BIN)/python -m docs.generate
	@$(BIN)/python -m docs.figures
	@$(BIN)/python -m sphinx --quiet --fail-on-warning --nitpicky docs $(SITE)
	@echo "$(SITE)/index.html"

dist: $(READY)  ## build sdist and wheel into dist/
	@$(BIN)/python -m hatchling build -d dist

bench: $(READY)  ## speed and memory beside other tools, and as ratios that may not fall under their floors
	@$(BIN)/python -m bench $(ARGS)
	@$(BIN)/python -m bench.steps --check

torture: $(READY) $(DOWNSTREAM)  ## kill commits and runs at any moment; thirty sequences of changes; Spark on skewed corpora
	@$(BIN)/python -m pytest -n 2 --dist worksteal --torture tests/test_torture.py tests/test_incremental.py tests/test_hostile.py tests/engines/test_spark_torture.py $(ARGS)

fuzz: $(READY)  ## 100,000 damaged inputs through readers, filters and loaders: make fuzz FUZZ=…
	@$(BIN)/python -m pytest -n 2 --dist worksteal --fuzz $(FUZZ) tests/test_fuzz.py $(ARGS)

screenshots: $(READY)  ## the pictures of docs/screenshots, anew (needs Chromium)
	@$(BIN)/python -m docs.screenshots

lock:  ## write requirements.lock anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--extra dev pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--extra downstream --constraint requirements.lock pyproject.toml -o requirements-downstream.lock

distclean:  ## remove the environment, caches and results
	rm -rf $(VENV) data/clean .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@echo "setting up $(VENV) (once, about a minute)" >&2
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "cleaner needs Python 3.11 or newer, found " + sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(DOWNSTREAM): $(READY) requirements-downstream.lock
	@echo "setting up what the tests open results with (once, about a minute)" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-downstream.lock
	@touch $@
