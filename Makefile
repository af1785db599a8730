# Every target sets up what it needs; the set-up costs nothing the second time.
# GNU make 3.81, which macOS has, ignores .SHELLFLAGS: each line fails at its first failure without them too.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

# a Python 3.11; where none is named, environments/python finds or installs one
PYTHON ?=
TARGET ?= embedded
CSV ?=
KEEP ?=
REUSE ?=
WORKERS ?= auto
SUITE ?= tests
SMOKE_MINUTES ?= 30
TAP := .venv/bin/tap
PYTEST := .venv/bin/pytest
UV_VERSION := $(shell sed -n 's/^ *"uv==\([0-9.]*\)".*/\1/p' pyproject.toml)

# pip knows none of uv's names for an index, and takes a blank one for none
PIP_INSTALL := PIP_INDEX_URL="$${PIP_INDEX_URL:-$${UV_DEFAULT_INDEX:-$${UV_INDEX_URL:-}}}" .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes

# images of containers set it, and each start would compile its modules anew: 3 s of a worker that collects the tests
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## What can be typed
	@awk -F ':.*## ' '/^[a-z-]*:.*## / { printf "  make %-24s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: .venv/.ready ## The environment alone: leaves .venv/bin/tap

.venv/.ready: pyproject.toml uv.lock
	@echo "tap: setting up .venv (once)" >&2
	@.venv/bin/python -m uv --version 2>/dev/null | grep -q "uv $(UV_VERSION) " || { python="$(PYTHON)"; [ -n "$$python" ] || python="$$(sh environments/python)" || exit 3; "$$python" -m venv --clear .venv && $(PIP_INSTALL) -r environments/uv.txt || { echo "tap: uv could not be installed; pip says above why. Where the network signs TLS itself: PIP_USE_FEATURE=truststore make, or PIP_CERT=/path/to/its-ca.pem make. A private index: UV_DEFAULT_INDEX" >&2; exit 3; }; }
	@.venv/bin/python -m deployer.process.environments
	@# bytecode for what every command loads; the provider bindings are 2,100 modules of which few are ever used
	@env -u PYTHONDONTWRITEBYTECODE .venv/bin/python -m compileall -q -j 0 -x 'cdktf_cdktf_provider_aws|moto|/tests?/' .venv/lib || true
	@touch .venv/.ready

.PHONY: run
run: setup ## From nothing to a reconciled CSV on the embedded AWS (CSV=file, KEEP=1)
	@$(TAP) run $(if $(KEEP),--keep) $(if $(value CSV),-- "$$TAP_CSV")

# the file's name as it was typed, for the shell to read from its environment: make would expand a $ in it
run: export TAP_CSV := $(value CSV)
unexport CSV

.PHONY: test-local
test-local: setup ## The three levels, in parallel (TARGET=embedded or localstack, REUSE=1, SUITE=a part)
	@mkdir -p build
	@$(PYTEST) $(SUITE) --target $(TARGET) $(if $(REUSE),--reuse) -n $(WORKERS) --dist loadgroup --junit-xml build/test-local.xml

.PHONY: compliance
compliance: setup ## Levels 1 and 2 without AWS; SARIF, JUnit, Markdown and JSON under build/
	@mkdir -p build
	@$(PYTEST) tests/unit tests/policy -n $(WORKERS) -q --junit-xml build/compliance-tests.xml || { code=$$?; echo "tap: levels 1 and 2 failed, so the gate's answer would be worth nothing" >&2; exit $$code; }
	@$(TAP) comply --sarif build/compliance.sarif --junit build/compliance.xml --markdown build/compliance.md --report build/compliance.json

.PHONY: smoke-live
smoke-live: setup ## One small file on a live account that is on TAP_ALLOWED_ACCOUNTS, and everything removed again
	@mkdir -p build
	@$(TAP) cleanup --expired --data-too --yes --target aws
	@TAP_LOCAL_STATE=true .venv/bin/python -m deployer.process.time_limit $(SMOKE_MINUTES) $(PYTEST) tests/integration -m smoke --target aws --junit-xml build/smoke-live.xml || { code=$$?; $(TAP) cleanup --expired --data-too --yes --target aws; exit $$code; }

.PHONY: lint
lint: setup ## Format, lint, types
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@# each function by itself: in its ZIP, what lies beside app.py is at the root
	@for each in validator transformer loader status; do MYPYPATH="lambdas:lambdas/$$each" .venv/bin/mypy lambdas/$$each || exit; done

.PHONY: check
check: lint ## Format, lint, types, unit tests
	@$(PYTEST) tests/unit -n $(WORKERS) -q

.PHONY: docs
docs: setup ## The generated documents, written anew from the repository
	@$(TAP) docs build

.PHONY: docs-site
docs-site: setup ## The pages of docs/ as a site in build/site; a dead link fails
	@.venv/bin/python -m pipeline.documents.site

# the registry's own answer, which Terraform checks by HashiCorp's signature: for a new version of the provider
PLATFORMS := linux_amd64 linux_arm64 darwin_amd64 darwin_arm64 windows_amd64
.PHONY: provider-lock
provider-lock: setup ## The hashes of Terraform's provider, from its registry, for every platform
	@$(TAP) synth --out build/lock >/dev/null
	@rm build/lock/stacks/*/.terraform.lock.hcl
	@cd build/lock/stacks/* && TF_CLI_CONFIG_FILE=/dev/null terraform providers lock $(PLATFORMS:%=-platform=%)
	@cp build/lock/stacks/*/.terraform.lock.hcl stack/

.PHONY: recording
recording: setup ## make run and make test-local in a terminal, recorded in docs/recordings/
	@.venv/bin/python -m pipeline.documents.recording

.PHONY: prove-files
prove-files: setup ## Thousands of schemas with files of every dialect, judged both ways, with planted errors and without
	@$(PYTEST) tests/unit/domain --hypothesis-profile thorough -n $(WORKERS)

.PHONY: prove-moods
prove-moods: setup ## Files on their way through thousands of drawn faults of AWS, in process
	@$(PYTEST) tests/unit/lambdas/test_moods.py --hypothesis-profile thorough -n $(WORKERS)

.PHONY: prove-evaluator
prove-evaluator: setup ## Thousands of drawn Terraform files, valid and spoilt: nothing raises, and what is beside is judged
	@$(PYTEST) tests/policy/test_drawn_terraform.py --hypothesis-profile thorough -n $(WORKERS)

.PHONY: prove-deployer
prove-deployer: setup ## Lost states, kills, two at once, regions, the live path: by the real command, in over an hour
	@$(PYTEST) $(patsubst %,tests/proofs/prove_%.py,deployer locking live) -q

.PHONY: prove-faults
prove-faults: setup ## Many files at once, a poison one among them, an AWS that is started again in the middle
	@$(PYTEST) tests/proofs/prove_faults.py -q

.PHONY: prove-least-privilege
prove-least-privilege: setup ## Takes each grant away in turn; leaves the matrix in build/evidence
	@$(PYTEST) tests/proofs/prove_least_privilege.py -q

.PHONY: prove-docs
prove-docs: setup ## IDEAL_RESPONSE.md turned back into files, which pass all their unit tests
	@$(PYTEST) tests/proofs/prove_documents.py -q

.PHONY: prove-report
prove-report: setup ## The last run's report, and ones that are hard to show, in a real Chromium
	@$(PYTEST) tests/proofs/prove_report.py -q

.PHONY: prove-deployer-policy
prove-deployer-policy: setup ## The policies of tap policy are enough, refuse the rest, and grant nothing unneeded
	@$(PYTEST) tests/proofs/prove_deployer_policy.py tests/proofs/prove_night.py -q

.PHONY: prove-steady
prove-steady: setup ## The suite beside busy processes, and on an AWS that is slowed: green, and the same tests
	@$(PYTEST) tests/proofs/prove_steady.py -q -s

.PHONY: prove-readme
prove-readme: setup ## The README's commands in a fresh clone, with nothing left
	@$(PYTEST) tests/proofs/prove_readme.py -q

.PHONY: bench
bench: setup ## The benchmarks, each against its peer in the same run
	@.venv/bin/python -m benchmarks

.PHONY: clean
clean: ## Remove what Tap made here: environments, caches, reports
	@[ ! -x $(TAP) ] || $(TAP) local stop >/dev/null 2>&1 || true
	@rm -rf .venv .tap build .pytest_cache .mypy_cache .ruff_cache .hypothesis
