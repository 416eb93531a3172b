# Each target does all its own set-up; a second run installs nothing.
PYTHON ?= python3
VENV := .venv
INSTALLED := $(VENV)/installed
BIN := $(VENV)/bin

.PHONY: compare test lint docs bench golden fuzz clean generate generate-sources matrix mutants site wheels

compare: $(INSTALLED)
	$(BIN)/tf2-lstm compare

# make test [SHARE=all]: all fast tests, and of the slow ones the part that the id of the commit chooses, or all.
# Some tests are processes of their own: where bytecode is forbidden, each would compile all that it imports.
test: export PYTHONDONTWRITEBYTECODE =
test: $(INSTALLED)
	$(BIN)/python -m pytest -n auto --dist worksteal --share $(or $(SHARE),commit)

lint: $(INSTALLED) $(VENV)/installed-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# make fuzz [SETTINGS=500] [PROGRAMS=500] [DEEP=3000] [FILES=10000]: every allowed operation with odd attributes and
# inputs, read and run by the prover, and converted as a whole program; graphs with levels that use a tensor twice, and
# damaged files of every kind, read.
fuzz: $(INSTALLED)
	TF_ENABLE_ONEDNN_OPTS=0 TF_CPP_MIN_LOG_LEVEL=3 $(BIN)/python -m tests.fuzz --settings $(or $(SETTINGS),500) \
	  --programs $(or $(PROGRAMS),500) --deep $(or $(DEEP),3000) --files $(or $(FILES),10000)

# make mutants [ARGS="scan --processes 4"]: mistakes planted in a copy of the sources; the test named must see each.
mutants: $(INSTALLED)
	$(BIN)/python -m tests.mutants $(ARGS)

# The tables of the documents, from the pairs table and benchmarks/results/latest.json.
docs: $(INSTALLED)
	$(BIN)/python docs/tables.py

# The guide and its pages as a site in build/site. Search needs a server: python -m http.server -d build/site
site: $(INSTALLED) $(VENV)/installed-site
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build

# make bench [ARGS="--quick --only training/lstm"] [TF1_PYTHON=/path/to/tensorflow-1.15/bin/python]
bench: $(INSTALLED) $(VENV)/installed-bench
	$(BIN)/python -m benchmarks.speed $(ARGS) $(if $(TF1_PYTHON),--tf1-python $(TF1_PYTHON))
	$(BIN)/python -m benchmarks.whole_speed $(if $(TF1_PYTHON),--tf1-python $(TF1_PYTHON))
	$(BIN)/python -m benchmarks.serving_costs
	$(BIN)/python -m benchmarks.convert_long $(if $(TF1_PYTHON),--tf1-python $(TF1_PYTHON))

# The extra of that name in setup.cfg.
$(VENV)/installed-%: setup.cfg $(INSTALLED)
	$(BIN)/python -m pip install --quiet --editable '.[$*]'
	@touch $@

# make matrix [ARGS=oldest]: the tests of every part on other pairs of TensorFlow and Keras, in environments of their own.
matrix: $(INSTALLED)
	$(BIN)/python -m tests.matrix $(ARGS)

# The wheels of tf2-lstm and tf2-lstm-scan, and the sdist that builds both, in dist/.
wheels: $(INSTALLED)
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist
	$(BIN)/python -m build --no-isolation --wheel --config-setting distribution=scan --outdir dist
	$(BIN)/python -m twine check --strict dist/*

# make generate-sources [N=500]: sources written at random, with what a scan must find in them.
generate-sources: $(INSTALLED)
	$(BIN)/python -m tests.generated.sources $(or $(N),500)

# make golden NAME=lstm TF1_PYTHON=/path/to/tensorflow-1.15/bin/python
golden:
	@test -n "$(NAME)" || { echo "make golden: which? NAME=case or pair"; exit 2; }
	@test -n "$(TF1_PYTHON)" || { echo "make golden: TF1_PYTHON=the python of a TensorFlow 1.15.5 environment"; exit 2; }
	$(TF1_PYTHON) -m tf2_lstm.migrate.equivalence.recorder $(NAME) --write $(OVERWRITE)

# make generate [N=5000] [ARGS="--seed 7 --processes 4"]: TF1 programs that a generator writes, converted and held
# against their own sessions. Prints counts; fails if there is a fault.
generate: $(INSTALLED)
	TF_ENABLE_ONEDNN_OPTS=0 $(BIN)/python -m tests.generated $(or $(N),5000) $(ARGS)

$(INSTALLED): setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version). Use make PYTHON=python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@

clean:
	rm -rf $(VENV)
