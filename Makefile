# Two commands matter: `make run` starts the portal on this machine, `make test` runs all tests.
# Needed: make and Python 3.11 or newer. Everything else is installed into .venv from hash-locked lists.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
MANAGE := $(PY) manage.py
# The first Python that is new enough; `make PYTHON=/path/to/python ...` chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	if command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo $$p; break; fi; done)
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
CODE := manage.py gunicorn.conf.py rems_portal prescribers patients pharmacies authorizations tests $(wildcard benchmarks)

.PHONY: help setup setup-dev run test lint format types contracts trace bench effort coverage locks clean python

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer is needed and none was found. On Debian 12: apt-get install python3 python3-venv" >&2; exit 1; fi
	@$(PYTHON) -c 'import ensurepip, sqlite3, ssl, venv' 2>/dev/null || { \
		echo "$(PYTHON) lacks venv, sqlite3 or ssl. On Debian: apt-get install python3-venv" >&2; exit 1; }

$(PY): | python
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed-run: requirements.txt | $(PY)
	@echo "Installing what the portal needs (once; it takes a minute or two)"
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt | $(PY)
	@echo "Installing what the portal and its tests need (once; it takes a minute or two)"
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@ $(VENV)/.installed-run

setup: $(VENV)/.installed-run ## Install what the portal needs and bring its database up to date
	@DEMO=1 LOG_LEVEL=WARNING $(MANAGE) migrate --noinput --verbosity 0

setup-dev: $(VENV)/.installed-dev ## Install what the tests and the checks need too

# Honcho ends its processes on Ctrl-C; a terminal that is closed must end them too.
define TOGETHER
import os, signal
from honcho.command import main
signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
main()
endef
run: export TOGETHER := $(TOGETHER)
run: export DEMO = 1
run: export LOG_LEVEL ?= WARNING
run: export PORTAL_URL = http://127.0.0.1:$(PORT)
run: export PORT := $(PORT)
run: $(VENV)/.installed-run ## Start the portal with demo data on http://127.0.0.1:8000 (PORT=... for another port)
	@$(MANAGE) check_port $(PORT)
	@$(MANAGE) migrate --noinput --verbosity 0
	@$(MANAGE) load_demo
	@exec $(PY) -c "$$TOGETHER" --procfile Procfile start

test: $(VENV)/.installed-dev ## Run all tests (ARGS="-k name" for some; DATABASE_URL and REDIS_URL for PostgreSQL and Redis)
	@$(PY) -m pytest --numprocesses 2 --dist worksteal $(ARGS)

coverage: $(VENV)/.installed-dev ## Run all tests and say which lines and branches none of them reached
	@$(PY) -m pytest --numprocesses 2 --dist worksteal --cov --cov-report=term-missing $(ARGS)

lint: $(VENV)/.installed-dev ## Check style and likely bugs in code and templates
	@$(VENV)/bin/ruff check $(CODE)
	@$(VENV)/bin/ruff format --check $(CODE)
	@$(VENV)/bin/djlint templates --lint --quiet

format: $(VENV)/.installed-dev ## Put code into the house's form
	@$(VENV)/bin/ruff check --fix $(CODE)
	@$(VENV)/bin/ruff format $(CODE)

types: $(VENV)/.installed-dev ## Check types: strictly in the rules and facts, normally elsewhere
	@$(VENV)/bin/mypy

contracts: $(VENV)/.installed-dev ## Check the direction of imports
	@$(VENV)/bin/lint-imports --no-cache

trace: $(VENV)/.installed-dev ## Print the matrix obligation, rule, tests
	@DEMO=1 $(MANAGE) trace

bench: $(VENV)/.installed-dev ## Measure the hot path on PostgreSQL (minutes; never part of the tests)
	@$(PY) -m benchmarks

effort: $(VENV)/.installed-dev ## Count fields, clicks and page loads of six tasks in a real browser, as seconds of a practiced person
	@DJANGO_ALLOW_ASYNC_UNSAFE=true $(PY) -m pytest -q -s -p tests.browsing -o python_files=tasks.py benchmarks/effort/tasks.py

locks: $(VENV)/.installed-dev ## Write the hash-locked lists anew from pyproject.toml
	@$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --upgrade pyproject.toml --output-file requirements.txt
	@$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --upgrade --constraints requirements.txt pyproject.toml --group dev \
		--output-file requirements-dev.txt

clean: ## Remove the embedded database, messages and caches (the demo starts anew)
	@rm -rf var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache htmlcov .coverage
