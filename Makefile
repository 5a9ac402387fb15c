# Two commands for a fresh machine: `make demo` and `make test`. A landing also passes `make check` and `make test-slow`.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
# The oracles of the tests (PyTorch among them) stand in the extra `test`; the demo does not need them.

.PHONY: demo test test-slow fuzz check docs web clean

demo: $(VENV)/.installed
	$(BIN)/waza run vanishing-gradient

# The tests compile far longer than they compute: programs are optimised less, and bytecode is kept for the processes that
# tests start.
QUICK := PYTHONDONTWRITEBYTECODE= JAX_DISABLE_MOST_OPTIMIZATIONS=1 \
	XLA_FLAGS="$(XLA_FLAGS) --xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1"

test: $(VENV)/.installed-test
	$(QUICK) $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal -m "not slow and not bits"

# Long tests that guard rare things (kills, interruptions, whole studies, the documentation), then comparisons of bits: compiled
# as users' programs are. Their annotations are not checked, which `make test` does.
LONG := -m pytest -n auto --maxprocesses 4 --dist worksteal --jaxtyping-packages=
test-slow: $(VENV)/.installed-test $(VENV)/.installed-docs
	$(QUICK) $(BIN)/python $(LONG) -m "slow and not bits"
	$(BIN)/python $(LONG) -m bits

# Damaged inputs, N of them, of all kinds or of KIND, from the seed SEED on; with KILLS=20 trainings are killed so often instead.
# TABLE=1 prints the table of docs/reliability.md. Findings are printed with the command that repeats them.
N    ?= 1000
SEED ?= 0
fuzz: $(VENV)/.installed-test
	PYTHONPATH=tests $(QUICK) $(BIN)/python -m fuzz --inputs $(N) --seed $(SEED) $(if $(KIND),--kind $(KIND)) $(if $(KILLS),--kills $(KILLS)) \
		$(if $(TABLE),--markdown)

check: $(VENV)/.installed-test
	$(BIN)/ruff check src tests benchmarks docs/site
	$(BIN)/ruff format --check src tests benchmarks docs/site
	$(BIN)/mypy

# The documentation in both languages: build/site/index.html. A link that leads nowhere is an error.
docs: $(VENV)/.installed-docs
	$(BIN)/python docs/site/build.py build/site

# onnxruntime-web, for `waza export --to page`; it needs Node, and is not in the repository.
WEB := src/waza/interop/page/runtime
web:
	npm install --prefix build --no-save --no-audit --no-fund onnxruntime-web@1.30.0
	mkdir -p $(WEB)
	cp build/node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs $(WEB)
	cp build/node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm $(WEB)

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test]'
	touch $@

$(VENV)/.installed-docs: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[docs]'
	touch $@

clean:
	rm -rf $(VENV) build dist
