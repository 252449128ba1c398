# PitchScoop: one short command each. Python 3.11 or newer and make are all it takes.
PYTHON ?= python3
BIN := .venv/bin
ASSETS := pitchscoop/doors/web/assets/manifest.json
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	--python-version 3.11 pyproject.toml

.PHONY: run setup test check bench lock clean

run: setup ## set up and serve
	PITCHSCOOP_DATA=$${PITCHSCOOP_DATA:-.data} $(BIN)/pitchscoop serve

setup: .venv/ready $(ASSETS)

.venv/ready: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

$(ASSETS): .venv/ready $(wildcard frontend/*.json frontend/*.mjs frontend/css/* frontend/src/*)
	scripts/node npm ci --no-audit --no-fund --loglevel=error
	scripts/node npm run --silent build
	touch $@

.venv/dev: .venv/ready requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

test: setup .venv/dev ## run all tests against real servers
	scripts/test-servers
	$(BIN)/python -m pytest

check: setup .venv/dev ## formats, lint, types, import rules, front end
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	scripts/node npm run --silent check

bench: setup .venv/dev ## measure
	$(BIN)/python -m bench

lock: .venv/dev ## write the lock files anew
	$(LOCK) --group build --output-file requirements.lock
	$(LOCK) --group build --group dev --constraints requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf .venv .tools frontend/node_modules pitchscoop/doors/web/assets
