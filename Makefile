# Everything a person does with a checkout. `make help` lists it.
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/dev.txt
# Named by what is pinned, not by a file's age: a checkout that is touched needs no network.
STAMP := $(VENV)/.ready-$(shell cksum < $(LOCK) | cut -d' ' -f1)
PYTHON ?= $(shell command -v python3.11 || command -v python3)
WORKERS ?= 3

.DEFAULT_GOAL := help
.PHONY: help setup run test fuzz browser check fmt bench lock crds clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(STAMP) ## Make .venv with everything pinned (once; offline afterwards)

$(STAMP):
	@test -n "$(PYTHON)" || { echo "Tidegate needs Python 3.11 or newer: install it (Debian: apt-get install python3 python3-venv)."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Tidegate needs Python 3.11 or newer; $(PYTHON) is older: install it (Debian: apt-get install python3 python3-venv)."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing: install it (Debian: apt-get install python3-venv)."; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: setup ## Serve examples/quickstart on this machine and print a curl line that works
	@exec $(BIN)/tidegate up examples/quickstart

test: setup ## Run the whole suite on a real API server and a real PostgreSQL
	@$(BIN)/python -m tests.controlplane build
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

fuzz: setup ## Send a hundred thousand requests that nobody would write
	@TIDEGATE_FUZZ_REQUESTS=100000 $(BIN)/python -m pytest -n0 tests/gateway/fuzz

browser: setup ## Look at the OpenAPI page in a real Chromium, which must be there
	@$(BIN)/python -m pytest -n0 tests/browser/check_page.py

check: setup ## Lint, types, doors between rooms, generated files in step
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m tidegate_crds.generate --check crds

fmt: setup ## Format the code and mend what the linter can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup ## Measure: ratios against the baselines beside them
	@$(BIN)/python -m bench

crds: setup ## Generate crds/*.yaml from the models
	@$(BIN)/python -m tidegate_crds.generate crds

lock: setup ## Pin the dependencies of pyproject.toml anew, with hashes
	@$(BIN)/python -m requirements.lock

clean: ## Remove the virtual environment and caches
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
