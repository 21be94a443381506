# Everything a person or CI runs. `make help` lists it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PY := .venv/bin/python

.PHONY: setup setup-base lock

setup: ## Install the locked development packages into .venv
	@python="$$(launcher/find_python.sh)" && "$$python" launcher/bootstrap.py --set dev

setup-base:
	@python="$$(launcher/find_python.sh)" && "$$python" launcher/bootstrap.py --set base --quiet

lock: setup ## Pin every dependency with hashes (UPGRADE=1 takes newer versions)
	@$(PY) -m launcher.lock $(if $(UPGRADE),--upgrade)
