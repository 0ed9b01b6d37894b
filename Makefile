# Two commands to know: `make demo` (the platform with a fictional town) and `make test` (everything, for real).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BIND ?= 127.0.0.1:8000
HOUSEHOLDS ?= 300
DEMO := PORTAL_DEMO=1 PORTAL_DATABASE_URL=$${PORTAL_DATABASE_URL:-sqlite:///var/demo.db} PORTAL_SECRET_KEY=$${PORTAL_SECRET_KEY:-demo-only-secret-key-of-this-machine}

.PHONY: demo test check bench format clean system

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

demo: $(VENV)/installed  ## install, migrate, publish the catalogue, make the fictional town once, print the logins, serve
	@mkdir -p var
	$(DEMO) $(BIN)/portal db upgrade
	$(DEMO) $(BIN)/portal catalogue publish --if-changed --note "demo"
	$(DEMO) $(BIN)/portal seed organisation --quiet
	$(DEMO) $(BIN)/portal seed demo --households $(HOUSEHOLDS)
	@$(DEMO) $(BIN)/portal demo logins
	$(DEMO) $(BIN)/portal run --bind $(BIND)

system:  ## Chromium, a Chinese font, PostgreSQL and Redis from the distribution, when they are missing
	.ci/system

test: system $(VENV)/installed-dev  ## every test, on real servers and a real browser
	$(BIN)/python -m pytest -p no:xdist $(or $(TESTS),tests)

check: $(VENV)/installed-dev  ## lint, format, types, layers, documents
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/portal catalogue check
	$(BIN)/portal catalogue format --check
	@$(BIN)/portal settings --markdown | diff -u docs/settings.md - || { echo "docs/settings.md is stale: portal settings --markdown > docs/settings.md"; exit 1; }

bench: system $(VENV)/installed-dev  ## every measured promise, as a table with ratios (docs/figures.md); BENCH="--quick" for a short look
	$(BIN)/python -m tests.bench $(BENCH)

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis
