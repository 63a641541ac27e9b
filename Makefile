# The front door. `make run` and `make test` do all their own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= data
PORT ?= 5006
PYTEST_ARGS ?=
BENCH_ARGS ?=
DASHBOARDS_ARGS ?=
RENDER_ARGS ?=
WHEELHOUSE ?= wheelhouse
OFFLINE ?=
LAB_ARGS ?=
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore

.DEFAULT_GOAL := help
.PHONY: help setup wheelhouse install timers run sample test check fix review notebooks bench coverage fuzz faults soak realdata lock browser transcripts clean

help: ## what there is
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

# Exact versions with hashes; then this package, editable, with nothing fetched.
$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make run PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index -e .
	@touch $@

setup: $(VENV)/.installed ## make .venv with the locked packages

# In an environment of its own: pip must be one that the lock's hashes can be given to.
wheelhouse: ## on a connected machine: a folder of wheels for one without a network (WHEELHOUSE=dir)
	@rm -rf .venv-wheelhouse && $(PYTHON) -m venv .venv-wheelhouse
	@.venv-wheelhouse/bin/python deploy/wheelhouse.py make $(WHEELHOUSE)
	@rm -rf .venv-wheelhouse

install: ## from such a folder, with no network, no root and no home: OFFLINE=dir (VENV=dir for another place)
	@test -n "$(OFFLINE)" || { echo "install: name the folder that 'make wheelhouse' made: make install OFFLINE=dir" >&2; exit 2; }
	@$(PYTHON) deploy/wheelhouse.py check $(OFFLINE)
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip --isolated install --quiet --no-index --no-cache-dir --find-links $(OFFLINE) \
	    --require-hashes -r $(OFFLINE)/requirements.txt
	@touch $(VENV)/.installed
	@echo "installed: $(BIN)/access-review. Next: $(BIN)/access-review doctor"

# The synthetic sample becomes editions of the data folder, once.
sample: setup
	@if [ ! -d $(DATA)/editions/sample-npd-requests ]; then \
	    $(BIN)/access-review --data $(DATA) sample $(DATA)/sample >/dev/null && \
	    for register in sample-npd-requests sample-external-data-shares; do \
	        $(BIN)/access-review --data $(DATA) add $$register $(DATA)/sample/$$register/*/*.ods >/dev/null 2>&1 || exit 1; \
	    done; fi
	@$(BIN)/access-review --data $(DATA) build

run: sample ## set up, build from the embedded sample, serve on 127.0.0.1:5006
	@$(BIN)/access-review --data $(DATA) serve --port $(PORT)

browser: setup
	@.ci/browser
	@.ci/office

test: setup browser ## set up and run every test
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: setup browser ## format, lint, types and tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(PYTEST_ARGS)

fix: setup ## format and mend what lint can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

transcripts: setup browser ## write anew what a screen reader reads of each page: read the difference before committing it
	ACCESS_REVIEW_WRITE_TRANSCRIPTS=1 $(BIN)/python -m pytest -q tests/browser/test_transcripts.py

review: sample ## render the April review of 2018 from the sample
	@$(BIN)/access-review --data $(DATA) render april-review --year 2018 --register sample-npd-requests

# The peers' frameworks, in an environment of their own. Where it cannot be made the bench says so and measures ours.
.venv-bench/.installed: tests/load/dashboards/requirements.txt
	@{ $(PYTHON) -m venv .venv-bench && .venv-bench/bin/python -m pip install --quiet -r $< && touch $@; } || \
	    echo "The peers' packages cannot be installed here: the dashboard is measured without them." >&2

# JupyterLab is not part of the dashboard: it is installed when it is first asked for. Nothing in it asks another host.
$(VENV)/.notebooks: $(VENV)/.installed requirements-notebooks.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-notebooks.lock
	@touch $@

notebooks: sample $(VENV)/.notebooks ## open JupyterLab on the notebooks, with the data folder of DATA
	@cd notebooks && ACCESS_REVIEW_DATA='$(abspath $(DATA))' '$(abspath $(BIN))/python' -m jupyterlab --config=jupyter_server_config.py $(LAB_ARGS)

bench: setup browser .venv-bench/.installed ## measure speed against stated references in the same run
	$(BIN)/python -m tests.load.bench $(BENCH_ARGS)
	$(BIN)/python -m tests.load.render $(RENDER_ARGS)
	$(BIN)/python -m tests.load.dashboards $(DASHBOARDS_ARGS)

coverage: setup ## how often the bounds hold the truth, on 1,000 registers whose truth is known
	$(BIN)/python -m tests.load.coverage

COUNT ?= 10000
SEED ?= 20261125
fuzz: setup ## mutated files through inspect, add, build and measures: COUNT=10000 SEED=20261125
	$(BIN)/python -m tests.load.fuzz --count $(COUNT) --seed $(SEED)

faults: setup ## kill, fill, lock and damage: each must leave a whole build, and the next command recovers
	$(BIN)/python -m tests.load.faults

timers: setup ## three years of a daily timer with the day given: each April once, a missed one caught up
	$(BIN)/python -m tests.load.timers

OPENINGS ?= 2000
soak: setup ## 2,000 page openings with filter changes: memory, sessions left, errors: OPENINGS=2000
	$(BIN)/python -m tests.load.soak --openings $(OPENINGS)

realdata: setup ## the real registers in one warehouse: every row accounted for, time and memory
	$(BIN)/python -m tests.load.registers

lock: ## work out requirements.lock anew (needs uv); no index address is written
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --no-annotate --custom-compile-command "make lock" --upgrade --output-file requirements.lock
	uv pip compile pyproject.toml --extra dev --extra notebooks --constraint requirements.lock --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" --output-file requirements-notebooks.lock

clean: ## remove the virtual environment and what was built
	rm -rf $(VENV) .venv-bench .venv-wheelhouse $(DATA)/builds $(DATA)/sample $(DATA)/editions/sample-*
