# `make run` and `make test` are the two commands; the rest is for developers.
PYTHON ?= python3
SEASON ?= examples/baoshan
BIN := .venv/bin
UV := $(BIN)/uv
# Each season keeps its own database, so that trying another one loses nothing.
DATA := $(if $(filter examples/baoshan,$(SEASON)),var,var/$(notdir $(abspath $(SEASON))))

.PHONY: run test check bench lock pictures clean

run: .venv/run-ready translations
	PINFOLD_SHOW_CODES=1 PINFOLD_DATA_DIR=$${PINFOLD_DATA_DIR:-$(DATA)} $(BIN)/pinfold start $(SEASON)

# Browser and servers have runs of their own: the browser's driver keeps an event loop that Django's tests would trip over.
# One thread for small matrices: more only wait for each other where others work too.
PYTEST := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PINFOLD_DATA_DIR=.cache/tests $(BIN)/python -m pytest -q
test: .venv/test-ready
	scripts/prepare_test_machine.sh
	$(BIN)/python scripts/compile_translations.py
	$(PYTEST) --ignore=tests/servers --ignore=tests/browser
	$(PYTEST) tests/servers
	$(PYTEST) tests/browser

check: .venv/test-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/test-ready
	$(BIN)/python scripts/bench.py $(BENCH)

pictures: .venv/test-ready
	$(BIN)/python scripts/take_pictures.py

LOOPS := $(wildcard src/pinfold/match/*.[ch])

.venv/uv-ready: requirements/uv.lock.txt
	@echo "Making .venv ..."
	scripts/make_venv.sh $(PYTHON)
	touch $@

.venv/run-ready: .venv/uv-ready requirements/run.lock $(LOOPS) hatch_build.py
	@echo "Installing the locked dependencies ..."
	$(UV) pip install --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/run.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q src
	touch $@

.venv/test-ready: .venv/uv-ready requirements/test.lock $(LOOPS) hatch_build.py
	@echo "Installing the locked dependencies and what tests need ..."
	$(UV) pip install --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/test.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q src
	touch $@ .venv/run-ready

# Translations are compiled by Babel, which is installed: gettext's own tools are not on every machine.
.PHONY: translations
translations: .venv/run-ready
	$(BIN)/python scripts/compile_translations.py

COMPILE = $(UV) pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11
lock: .venv/uv-ready
	$(COMPILE) requirements/uv.in -o requirements/uv.lock.txt
	$(COMPILE) requirements/build.in pyproject.toml -o requirements/run.lock
	$(COMPILE) --extra test requirements/build.in pyproject.toml -o requirements/test.lock

clean:
	rm -rf .venv var
