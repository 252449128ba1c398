# PitchScoop: one short command each. Python 3.11 or newer (with venv) and make are all it takes.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# A third of each start is saved where Python may not write compiled files by itself.
COMPILE := $(BIN)/python -m compileall -q
FONTS := pitchscoop/doors/paper/fonts/ready
ASSETS := pitchscoop/doors/web/assets/manifest.json
MODULES := frontend/node_modules/.package-lock.json
FRONTEND := $(shell find frontend -name node_modules -prune -o -type f -print)
SCRIPTS := .ci/run scripts/node scripts/python scripts/test scripts/test-servers
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
	--python-version 3.11 $(if $(UPGRADE),--upgrade) pyproject.toml
# Most tests wait for something. Files stay together, so that each process starts few servers; two share a small machine.
SIDE_BY_SIDE := --numprocesses 2 --dist loadfile --no-loadscope-reorder

.PHONY: run setup whisper test check bench faults fuzz conformance lock clean help

run: setup ## set up and serve; ARGS="--port 9000" goes on to the server
	@exec env PITCHSCOOP_DATA="$${PITCHSCOOP_DATA:-.data}" $(BIN)/pitchscoop serve $(ARGS)

setup: .venv/ready $(ASSETS) $(FONTS) ## leave the command at .venv/bin/pitchscoop

whisper: setup .venv/whisper ## add what writes down speech on this machine

test: setup .venv/dev ## run all tests against real servers; ARGS="-k live" goes on to pytest
	scripts/test-servers
	@env PATH="$(CURDIR)/.tools/bin:$$PATH" scripts/test $(SIDE_BY_SIDE) $(ARGS)

check: setup .venv/dev ## formats, lint, types, import rules, front end, deployment files
	$(BIN)/ruff format --check . scripts/make-env
	$(BIN)/ruff check . scripts/make-env
	$(BIN)/mypy
	$(BIN)/mypy scripts/make-env
	$(BIN)/lint-imports
	scripts/node npm run --silent check
	$(BIN)/shellcheck $(SCRIPTS)
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml

bench: setup .venv/dev ## measure
	$(BIN)/python -m bench $(ARGS)

faults: setup .venv/dev ## cause faults and see that nothing is lost; N=500 in each mode, SEED=1 to replay
	scripts/test-servers
	@exec env PATH="$(CURDIR)/.tools/bin:$$PATH" $(BIN)/python -m tests.faults $(N) $(if $(SEED),--seed $(SEED)) $(ARGS)

fuzz: setup .venv/dev ## make up calls from the OpenAPI document as each role; MINUTES=10 for each, SEED=1 to replay
	scripts/test-servers
	@exec env PATH="$(CURDIR)/.tools/bin:$$PATH" $(BIN)/python -m tests.fuzz $(MINUTES) $(if $(SEED),--seed $(SEED)) $(ARGS)

conformance: setup .venv/dev ## MCP's conformance suite and Inspector, fetched, against a real server
	$(BIN)/python -m tests.conformance

lock: .venv/dev ## write the lock files anew; UPGRADE=1 takes newer versions
	$(LOCK) --group build --output-file requirements.lock
	$(LOCK) --group build --extra whisper --constraints requirements.lock --output-file requirements-whisper.lock
	$(LOCK) --group build --extra whisper --group dev --constraints requirements-whisper.lock --output-file requirements-dev.lock

clean: ## remove what was built; recordings in .data stay
	rm -rf .venv .tools frontend/node_modules pitchscoop/doors/web/assets pitchscoop/doors/paper/fonts

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile

$(BIN)/python:
	@PYTHON="$(PYTHON)" scripts/python

.venv/ready: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Setting up: the first time takes a minute or two."
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-index --no-build-isolation --editable .
	@$(COMPILE) pitchscoop
	@touch $@

.venv/dev: requirements-dev.lock .venv/ready
	$(PIP) --require-hashes -r requirements-dev.lock
	@$(COMPILE) tests bench
	@touch $@

.venv/whisper: requirements-whisper.lock .venv/ready
	$(PIP) --require-hashes -r requirements-whisper.lock
	@touch $@

$(MODULES): frontend/package.json frontend/package-lock.json | $(BIN)/python
	scripts/node npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(ASSETS): $(MODULES) $(FRONTEND)
	scripts/node npm run --silent build
	@touch $@

$(FONTS): $(ASSETS) pitchscoop/doors/paper/fonts.py .venv/ready
	$(BIN)/python -m pitchscoop.doors.paper.fonts
	@touch $@
