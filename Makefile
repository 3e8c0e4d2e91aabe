# make create   a first piece: a virtual environment, the base install, no torch
# make test     every check and test, in the full development environment
# make check    lint, types, contracts and the fast tests
# make clean    the environment and every cache, gone
#
# PYTHON is the interpreter that makes .venv; what was installed is remembered in
# .venv itself, so that removing .venv starts afresh and nothing is done twice.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install -q -c constraints.txt
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadgroup

.PHONY: create test check lint clean
.DELETE_ON_ERROR:

create: .venv/.base
	$(BIN)/haiga create $(ARGS)

test: lint
	$(PYTEST)

check: lint
	$(PYTEST) -m "not slow"

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("haiga needs Python 3.11 or newer, and $(PYTHON) is " + sys.version.split()[0] + "; try make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.base: .venv/.made pyproject.toml constraints.txt
	@echo "installing haiga (about 250 MB, no torch; this takes a minute or more)"
	$(PIP) -e .
	@touch $@

.venv/.dev: .venv/.made pyproject.toml constraints.txt
	@echo "installing the development environment (about 1.5 GB, with torch; this takes some minutes)"
	$(PIP) -e '.[dev,train]'
	@touch .venv/.base $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
