# Every command a human types. Each does its own set-up in .venv, nothing global.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
PORT ?= 8000

.PHONY: setup demo test test-postgres test-browser test-faults check bench fmt messages docs lock

setup: $(STAMP)
	@$(PY) -m config.compile_messages

$(STAMP): requirements.lock
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked dependencies into $(VENV) …"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

demo: setup
	@$(PY) manage.py demo --port $(PORT)

test: setup
	@$(PY) -m pytest -n auto --dist loadfile

test-postgres: setup
	@scripts/with_postgres $(PY) -m pytest -n auto --dist loadfile --create-db

test-browser: setup
	@scripts/with_browser $(PY) -m pytest tests/browser -m browser -n 2 --dist loadfile

test-faults: setup
	@FAULT_TESTS=1 scripts/with_postgres $(PY) -m pytest -m faults

check: setup
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/djade --check --target-version 5.2 $$(git ls-files '*/templates/*.html' ':!*/xhtml2pdf/*')
	@$(VENV)/bin/mypy accounts courses exams simulator credentials config examples benchmarks
	@$(VENV)/bin/lint-imports
	@$(PY) manage.py makemigrations --check --dry-run --settings config.settings.test
	@scripts/check_messages

bench: setup
	@for name in $$(ls benchmarks/*.py | xargs -n1 basename | sed 's/\.py$$//' | grep -v __init__); do $(PY) -m benchmarks.$$name; done

fmt: setup
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/djade --target-version 5.2 $$(git ls-files '*/templates/*.html')

messages: setup
	@scripts/make_messages

docs: setup
	@$(PY) -m pytest tests/project/test_docs.py

lock:
	@uv pip compile pyproject.toml --group dev --generate-hashes --no-emit-index-url --universal --python-version 3.11 --no-header --quiet -o requirements.lock
