# Each target makes .venv when it is missing. PYTHON=python3.12 make test  uses another interpreter.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: demo screen test lint notebooks clean

demo: .venv/core
	rm -rf samsyn-demo
	$(BIN)/samsyn demo samsyn-demo

# a fresh copy of the example, to screen in the browser
screen: .venv/core
	$(BIN)/samsyn open screen --practice

test: .venv/test
	$(BIN)/python -m pytest -q -n auto --dist worksteal

lint: .venv/lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

notebooks: .venv/core
	for name in 01_screen 02_check_codes 03_evidence_tables; do \
		$(BIN)/samsyn render --notebook notebooks/$$name.ipynb --to samsyn-demo/notebooks/$$name.html || exit 1; \
	done

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/core: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) --editable .
	touch $@

.venv/test: .venv/core
	$(PIP) --editable ".[test]"
	touch $@

.venv/lint: .venv/core
	$(PIP) --editable ".[lint]"
	touch $@

clean:
	rm -rf .venv samsyn-demo
