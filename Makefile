# Every target works on a fresh machine: the virtual environment is made when it is missing.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
SCBIG = $(BIN)/scbig
WORKERS ?= 2
PROFILE ?= smoke
JOBS ?= 1
DEMO = runs/demo

.PHONY: demo test check benchmark notebooks clean
.DEFAULT_GOAL := demo

# torch comes first and pinned: a bare requirement could bring another build than the tested one
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

# Train scBIG on the embedded synthetic screen, test it beside every baseline, write the report.
demo: $(VENV)/.installed
	rm -rf $(DEMO)
	$(SCBIG) fit --config conf/base.yaml --run_dir $(DEMO)
	$(SCBIG) test --config $(DEMO)/config.yaml --ckpt_path best

test: $(VENV)/.installed
	$(BIN)/pytest -n $(WORKERS) --dist loadfile

check: $(VENV)/.installed
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

# The benchmark matrix on whatever data is at hand; PROFILE=smoke is the short one. PROFILE=anchor
# is no matrix but the effect anchor alone, on the real effects, in half a minute.
benchmark: $(VENV)/.installed
	$(BIN)/python $(if $(filter anchor,$(PROFILE)),benchmarks/anchor.py,benchmarks/run.py \
	  --profile $(PROFILE) --jobs $(JOBS))

notebooks: $(VENV)/.installed
	$(BIN)/jupyter-execute notebooks/quickstart.ipynb

clean:
	rm -rf $(VENV) build dist runs .mypy_cache .ruff_cache .pytest_cache .hypothesis
