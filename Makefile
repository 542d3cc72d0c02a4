# make search   a first architecture search: sets everything up, searches, prints a leaderboard
# make test     lint, types, import contracts and tests; what CI runs
# make setup    only .venv with everything that the tests need
# make browser  install Debian's chromium for the tests of `nas report`, where that can be done
# make torture  break searches at random, FAULTS=1000 times or for MINUTES=60, from SEED=0 on,
#               every RAY=12th of them with workers on Ray
#
# PYTHON picks the interpreter (>= 3.11) that .venv is made from.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.complete

.PHONY: search test setup check torture browser

search: setup
	$(BIN)/nas search quick
	@echo '(`nas` is $(BIN)/nas; `. $(BIN)/activate` puts it on the PATH)'

test: setup check
	$(BIN)/python -m pytest -n 2 --dist loadfile -m 'not ray'
	$(BIN)/python -m pytest -m ray

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

torture: setup
	$(BIN)/python -m tests.torture $(if $(MINUTES),--minutes $(MINUTES)) $(if $(FAULTS),--faults $(FAULTS)) --seed $(or $(SEED),0) --ray $(or $(RAY),12)

# Tests of `nas report` need a browser: where it cannot be had they are skipped, and say so.
browser:
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium; } \
	  || echo 'no chromium: tests of the page in a browser are skipped'

setup: $(STAMP)

# The stamp is written last, so that an interrupted installation is taken up again.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "spinenas needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt -e '.[dev]'
	@touch $(STAMP)
