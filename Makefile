# make run · make test · make check · make pages · make train · make bench · make lock · make clean
#
# .venv is made once; the two stamps in it are older than a requirements file only after it changed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORPUS ?= corpus
STATE ?= .training

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore

.PHONY: run test check pages train bench lock clean browser

run: $(VENV)/run.stamp
	@$(BIN)/python app.py

test: $(VENV)/dev.stamp browser
	@$(BIN)/python -m pytest

check: $(VENV)/dev.stamp browser
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

# What the pages show of the model, recorded anew, and the pages built from it.
pages: $(VENV)/run.stamp
	@$(BIN)/python -m panels.pages.recording
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m panels.pages.building

# CORPUS is the folder of the texts, STATE the folder that lets a stopped training go on.
train: $(VENV)/run.stamp
	@$(BIN)/python -m gpt.training all --corpus "$(CORPUS)" --state "$(STATE)"

# Every figure of benchmarks/, side by side with its peer, and the table in the README; an idle machine, please.
bench: $(VENV)/dev.stamp browser
	@$(BIN)/python -m benchmarks

# Which versions, with the hashes of every file that PyPI has of them: after a change of requirements.txt.
lock: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.locking
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements.lock
	@$(BIN)/python -m tests.licences

# A training run under way is left alone.
clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results
	find . -name __pycache__ -type d -not -path './$(STATE)/*' -prune -exec rm -rf {} +

browser: $(VENV)/dev.stamp
	@$(BIN)/python -m tests.browser.installing

$(VENV)/run.stamp: requirements.txt requirements.lock | $(BIN)/python
	@echo "Installing what requirements.lock names into $(VENV), then torch"
	@$(BIN)/python -m pip install -qq --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp | $(BIN)/python
	@echo "Installing what requirements-dev.txt names into $(VENV)"
	@$(BIN)/python -m pip install -qq -r requirements-dev.txt
	@touch $@

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "There is no $(PYTHON): install Python 3.11 or newer, or name one with PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is $$($(PYTHON) -V), and 3.11 or newer is needed: name one with PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON) cannot make a virtual environment: on Debian, install python3-venv."; exit 1; }
