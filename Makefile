# Every command a person needs. `make help` lists them; the targets install what they need into .venv.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin

export SIDELINE_DATA_DIR ?= $(CURDIR)/data
export OMP_WAIT_POLICY ?= PASSIVE
export PATH := $(CURDIR)/$(BIN):$(PATH)

# The sample company ends on a fixed day, so its numbers are the same on every machine and every day.
DEMO_AS_OF := 2026-06-30
DEMO_DIR := $(SIDELINE_DATA_DIR)/sample_org
DEMO_ENV := SIDELINE_AS_OF=$(DEMO_AS_OF) SIDELINE_SOURCE_DIR=$(DEMO_DIR)

.PHONY: help install lock demo test deep fire lint types app dev docs bench clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.installed ## build .venv from the lock

# Compiled once here, or where Python is told not to write bytecode every process would compile its packages anew (seconds each).
# uv reads the same index settings as pip on most machines. A CPU build of torch comes from PIP_FIND_LINKS if that is set, else
# from torch's own index; where that one cannot be reached, from the ordinary index (larger, but it works).
$(VENV)/.installed: requirements.lock requirements.nodeps.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	  || { echo "Sideline needs Python 3.11, found $$($(PYTHON) -V). Name one with: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@echo "Installing Sideline's packages into $(VENV) …"
	@install() { $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python "$$@"; }; \
	if [ -n "$${PIP_FIND_LINKS:-}" ]; then install -r requirements.lock --find-links "$$PIP_FIND_LINKS"; \
	else install -r requirements.lock --torch-backend cpu || install -r requirements.lock; fi; \
	install --no-deps -r requirements.nodeps.lock; \
	install --no-deps -e .
	@touch $@

lock: $(VENV)/.installed ## resolve the lock anew after a change of dependencies
	rm -f requirements.lock
	$(BIN)/uv pip compile pyproject.toml --all-extras --quiet --no-header --no-annotate --no-emit-index-url \
	  --no-emit-find-links $${PIP_FIND_LINKS:+--find-links "$$PIP_FIND_LINKS"} -o requirements.lock
	sed -i 's/+cpu//' requirements.lock

demo: $(VENV)/.installed ## the invented company through the whole line, then the headline numbers
	@test -f $(DEMO_DIR)/.complete || sideline sample-org --out $(DEMO_DIR) --as-of $(DEMO_AS_OF)
	@$(DEMO_ENV) sideline run || test $$? -eq 1

test: $(VENV)/.installed ## lint, types, dbt and Python tests
	@$(MAKE) --no-print-directory --jobs 2 lint types
	pytest -n 3 --dist loadfile --no-loadscope-reorder

deep: $(VENV)/.installed ## long tests: histories of edits, docs/extending.md done as it says, a killed batch (three minutes)
	pytest -n 2 --dist loadfile -m deep tests/unit

fire: $(VENV)/.installed ## 20 kills, a full disk, a read-only folder, the next day, a backfill (half an hour)
	pytest -m fire tests/integration/test_under_fire.py

lint: $(VENV)/.installed
	ruff check .
	ruff format --check .
	sqlfluff lint dbt/models dbt/tests --processes 2 --disable-progress-bar

types: $(VENV)/.installed
	mypy

app: $(VENV)/.installed ## dashboards on http://localhost:8501
	$(DEMO_ENV) streamlit run dashboards/app.py

dev: $(VENV)/.installed ## Dagster UI on http://localhost:3000
	$(DEMO_ENV) python -m orchestration.dev

docs: $(VENV)/.installed ## dbt docs on http://localhost:8080
	$(DEMO_ENV) python -m orchestration.docs

bench: $(VENV)/.installed ## measurements beside peers, as ratios, into benchmarks/RESULTS.md
	python -m benchmarks

clean: ## remove .venv and caches (never data/)
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis dbt/target dbt/logs
