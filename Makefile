# Everything a person or CI runs. `make` alone lists it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PY := .venv/bin/python
SOURCES := launcher marketplace sandbox demo bench tests conftest.py manage.py
PRESENT = $(wildcard $(SOURCES))

.PHONY: help setup setup-base run reset demo bench audit assurance test test-all check lint format types \
	imports migrations deploy-check openapi lock lock-check clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install the locked development packages into .venv
	@python="$$(launcher/find_python.sh)" && "$$python" launcher/bootstrap.py --set dev --quiet

setup-base:
	@python="$$(launcher/find_python.sh)" && "$$python" launcher/bootstrap.py --set base --quiet

run: setup-base ## Start everything on http://127.0.0.1:8000 (PORT=… for another port, ARGS=--no-demo)
	@PORT="$(PORT)" exec $(PY) -m launcher run $(ARGS)

reset: setup-base ## Delete the data of this checkout
	@exec $(PY) -m launcher reset

demo: setup-base ## Drive a whole sale and a cancelled one over the API, and check every figure
	@exec $(PY) -m demo

bench: setup ## Measure throughput and latency on this machine
	@exec $(PY) -m bench

audit: setup-base ## Audit the books; not zero on any difference
	@exec $(PY) -m launcher manage --sandbox audit_ledger

assurance: setup ## Prove the promises of the money core in their long form, and print the figures
	@exec $(PY) -m tests.assurance $(ARGS)

test: setup ## Run the tests (ARGS="-k escrow -n 0" passes options to pytest)
	@exec $(PY) -m pytest -m "not slow" $(ARGS)

test-all: setup ## Run the tests with the slow ones, and a longer kill test
	@FAIRHOLD_KILL_SECONDS="$${FAIRHOLD_KILL_SECONDS:-30}" exec $(PY) -m pytest $(ARGS)

check: lint types imports migrations deploy-check openapi lock-check ## All static checks
	@echo "all checks passed"

lint: setup
	$(PY) -m ruff check $(PRESENT)
	$(PY) -m ruff format --check $(PRESENT)

format: setup ## Format the code and fix what can be fixed
	$(PY) -m ruff check --fix $(PRESENT)
	$(PY) -m ruff format $(PRESENT)

types: setup
	$(PY) -m mypy $(filter-out sandbox,$(PRESENT))
	$(if $(wildcard sandbox/mypy.ini),$(PY) -m mypy --config-file sandbox/mypy.ini sandbox)

imports: setup
	.venv/bin/lint-imports --no-logo

migrations: setup
	$(PY) -m launcher.checks migrations

deploy-check: setup
	$(PY) -m launcher.checks deploy

openapi: setup
	$(PY) -m launcher.checks openapi

lock: setup ## Pin every dependency with hashes (UPGRADE=1 takes newer versions)
	@$(PY) -m launcher.lock $(if $(UPGRADE),--upgrade)
	@$(MAKE) --no-print-directory setup

lock-check: setup
	$(PY) -m launcher.lock --check

clean: ## Delete caches and the virtual environment, not the data
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache staticfiles
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
