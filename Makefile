# SPDX-FileCopyrightText: Xinqiao contributors
# SPDX-License-Identifier: Apache-2.0
#
# The one entry. `make demo` and `make test` need only python3 (3.11+), pip, make and git; both set up all they use.

SHELL := /bin/sh
# A process that may not keep its bytecode compiles it anew: a third of the time of every command. Emptied, not unset: so it
# holds for each program that is started from here.
export PYTHONDONTWRITEBYTECODE :=
PY ?= python3
VENV := .venv
BIN := $(VENV)/bin
PROTOS := $(wildcard protos/creditexchange/v1/*.proto)
PIP := $(BIN)/pip --disable-pip-version-check -q

.PHONY: help bootstrap demo test check lint types law proto proto-breaking diagrams bench clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 18

# A venv left half built (Debian without python3-venv) is removed, and the cure is said.
$(BIN)/pip:
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Xinqiao needs Python 3.11 or newer: make PY=python3.11 …"; exit 1; }
	@$(PY) -m venv $(VENV) || { rm -rf $(VENV); echo "No venv module. On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/pip
	@echo "Setting up the node (pinned packages, hashes checked) …"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: requirements-test.lock $(VENV)/.run
	@echo "Setting up the test tools …"
	@$(PIP) install --require-hashes -r requirements-test.lock
	@touch $@

bootstrap: $(VENV)/.run ## Install the node into .venv

demo: bootstrap ## Run a federation of five nodes on loopback and show what it does
	@$(BIN)/xinqiao demo

# Twice two processors: many tests wait, for a lease, a clock or a disk.
WORKERS ?= 4
test: $(VENV)/.test lint types law ## Lint, types, import law, then every test
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal --cov=federation --cov-report=term:skip-covered

check: $(VENV)/.test lint types law ## The fast gate: everything but the slow tests
	@$(BIN)/pytest -q -n 2 -m "not slow"

SCALE ?= 100k
bench: $(VENV)/.test ## Measure each path against the machine's limit (SCALE=20k|100k|1m|5m|26m, ROWS="follow query …")
	@$(BIN)/python -m tests.bench --scale $(SCALE) $(if $(ROWS),--rows $(ROWS))

lint: $(VENV)/.test
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@cd protos && ../$(BIN)/buf lint

types: $(VENV)/.test
	@$(BIN)/mypy

law: $(VENV)/.test
	@$(BIN)/lint-imports --no-cache > $(VENV)/law.txt || { cat $(VENV)/law.txt; exit 1; }

proto: $(VENV)/.test ## Generate protos/gen from protos/creditexchange
	@rm -rf protos/gen/creditexchange
	@mkdir -p protos/gen
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m grpc_tools.protoc -I protos --python_out=protos/gen --pyi_out=protos/gen \
	  $(PROTOS)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m grpc_tools.protoc -I protos --grpc_python_out=protos/gen \
	  --mypy_grpc_out=quiet:protos/gen $(filter %_service.proto,$(PROTOS))
	@touch protos/gen/creditexchange/__init__.py protos/gen/creditexchange/v1/__init__.py
	@touch protos/gen/creditexchange/py.typed

diagrams: $(VENV)/.test ## Draw the life cycles from the tables that decide
	@$(BIN)/python -m tests.house.draw_life_cycles

AGAINST ?= .git\#branch=main,subdir=protos
proto-breaking: $(VENV)/.test ## Compare the contract with the one on main (AGAINST=… for another)
	@cd protos && ../$(BIN)/buf breaking --against "../$(AGAINST)"

clean: ## Remove what was installed and made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
