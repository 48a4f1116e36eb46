# `make help` lists what can be asked for. The first call makes .venv from the hashed locks.
PYTHON ?= python3
PYTEST_ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/runtime.stamp
DEV := $(VENV)/dev.stamp
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
PROOFS := prove-journey prove-contention prove-engine prove-mail prove-kill prove-broker-down prove-mutants

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run test venv lock lint format bench screens messages prove $(PROOFS)

help: ## lists the targets
	@grep -hE '^[a-z$$()A-Z -]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /:/' | awk -F: '{printf "  make %-10s %s\n", $$1, $$2}'
	@echo "  one proof alone: $(PROOFS)"

# GNU make hands TERM to its direct child only, so the recipe is one process.
run: $(RUNTIME) ## serves at the desk; PORT=8001 chooses another port than 8000
	@exec $(BIN)/python -m config.runner

test: $(DEV) ## runs the whole suite (PYTEST_ARGS=...)
	@$(BIN)/pytest --numprocesses auto --maxprocesses 4 $(PYTEST_ARGS)

venv: $(RUNTIME) $(DEV) ## makes .venv with all that run, test and lint need

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || \
		{ echo "Python >= 3.11 is missing: install the package python3." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python >= 3.11 is needed; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another: make PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing: install the package python3-venv." >&2; exit 1; }
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV)

$(RUNTIME): requirements.txt | $(BIN)/python
	@echo "Installing what the program needs ..."
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt | $(BIN)/python
	@echo "Installing what tests and checks need ..."
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@

# An extra that is not in the lock sends older pips after the newest release, which has no hash.
lock: $(DEV) ## writes requirements*.txt anew from requirements*.in
	$(BIN)/uv pip compile --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q requirements.in -o requirements.txt
	$(BIN)/uv pip compile --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q requirements-dev.in -o requirements-dev.txt

# The checks see production's values, and never the desk's own files.
lint: export DATA_DIR := $(CURDIR)/$(VENV)/lint-data
lint: export BASE_URL := https://setkani.example
lint: export ALLOWED_HOSTS := setkani.example
lint: export STAFF_SECOND_FACTOR := true
lint: export DATABASE_URL :=
lint: export SECRET_KEY :=
lint: $(DEV) ## checks style, types, imports, templates, migrations and settings
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --deploy --fail-level WARNING

format: $(DEV) ## formats the Python files
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(DEV) ## measures registering and reading, each beside a bare Django view
	$(BIN)/python -m benchmarks.registration
	$(BIN)/python -m benchmarks.pages

screens: $(DEV) ## writes a picture of every page and fails on what a person would stumble over
	$(BIN)/python -m benchmarks.screens

messages: $(DEV) ## gathers the texts to translate and compiles the catalogues
	$(BIN)/python manage.py makemessages --locale cs --extension html,txt,py --add-location file --no-wrap --ignore '$(VENV)' --ignore var --ignore tests --ignore benchmarks
	$(BIN)/pybabel compile --domain django --directory locale

prove: $(PROOFS) ## runs every proof, each with its time

# Called as e.g. `make prove-journey STACK=full`, `make prove-contention DB=sqlite GUARD=off`.
$(PROOFS): prove-%: $(DEV)
	@start=$$(date +%s); $(BIN)/python -m benchmarks.prove_$(subst -,_,$*); status=$$?; \
	echo "prove-$*: exit status $$status after $$(( $$(date +%s) - start )) s"; exit $$status
