# Each target makes .venv when it is missing. PYTHON=python3.12 make test  uses another interpreter.
PYTHON ?= python3
BIN := .venv/bin
# or each of the hundreds of commands that the tests start would compile all modules anew
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: demo screen test test-lowest test-newest lint release notebooks clean

demo: .venv/core
	rm -rf samsyn-demo
	$(BIN)/samsyn demo samsyn-demo

# a fresh copy of the example, to screen in the browser
screen: .venv/core
	$(BIN)/samsyn open screen --practice

test: .venv/test
	$(BIN)/python -m pytest -q -n auto --dist worksteal

# the rooms' tests with the lowest versions that pyproject.toml allows, and with the newest
test-lowest test-newest:
	.ci/versions $(@:test-%=%)

# wheel, sdist and SBOM of the last commit into dist/
release:
	.ci/release

lint: .venv/lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python .ci/dependencies.py licences >/dev/null

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
	rm -rf .venv .venv-lowest-* .venv-newest-* dist samsyn-demo
