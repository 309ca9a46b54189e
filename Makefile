# Everything runs in .venv, made from requirements.lock. Nothing needs the network once
# that is installed. `make` alone lists the targets.

.DEFAULT_GOAL := help
.PHONY: bench bench-again bench-report bench-scale bench-spark bench-states bench-webhook demo demo-orders docs faults help lapse-score lint long mutations nights properties test test-dialects test-orchestrator test-spark tested

export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1

BIN := .venv/bin
# Named after what is installed: a new lock installs again, a touched file does not.
LOCK := $(shell cat requirements.lock pyproject.toml | cksum | cut -d ' ' -f 1)
BASE := .venv/.base-$(LOCK)
DEV := .venv/.dev-$(LOCK)
SPARK := .venv-spark/.made-$(LOCK)
ORCHESTRATOR := .venv-orchestrator/.made-$(LOCK)
PEERS := .venv-peers/.made-$(shell cksum < tests/peers/requirements.txt | cut -d ' ' -f 1)
DIALECTS := .venv-dialects/.made-$(shell cksum < tests/dialects/requirements.lock | cut -d ' ' -f 1)

# Tests and lint have a profile, a clock and a database of their own.
TEST := target/test
TEST_NOW := 2026-11-18 10:00:00
TEST_AS_OF := 2026-11-18 10:05:00
# A home of its own, so that a copy elsewhere has the same profile and is not parsed anew.
TEST_ENV := DBT_PROFILES_DIR=$(TEST) DBT_TARGET_PATH=$(TEST)/target \
	DBT_LOG_PATH=$(TEST)/logs HOME="$(CURDIR)/$(TEST)"

# A target and a database of its own: it runs beside the tests.
LINT_ENV := DBT_PROFILES_DIR=$(TEST) DBT_TARGET_PATH=target/lint \
	DBT_LOG_PATH=target/lint/logs OTT_DUCKDB_PATH="$(CURDIR)/target/lint/ott.duckdb"

help: ## List what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

demo: $(BASE) profiles.yml ## The whole way once: data, decisions, sending to a sandbox, results
	@$(BIN)/python -m sync.demo run

demo-orders: $(BASE) profiles.yml ## The same on your own orders: ORDERS=file.csv (NO_SHIFT=1 keeps their dates)
	@test -n "$(ORDERS)" || { echo 'Say which file: make demo-orders ORDERS=orders.csv' >&2; exit 2; }
	@$(BIN)/python -m sync.demo run --orders "$(ORDERS)" $(if $(NO_SHIFT),--no-shift)

test: ## Lint, and beside it the models and their tests, then pytest: JOBS=2 at once
	@$(MAKE) --no-print-directory -j2 lint tested

# Files in their own order: else the slow ones of few tests come last, one by one.
tested: $(DEV) $(TEST)/profiles.yml
	rm -rf $(TEST)/raw $(TEST)/ott.duckdb
	$(BIN)/python -m sync.demo data --at "$(TEST_NOW)" --dir $(TEST)/raw
	$(TEST_ENV) $(BIN)/dbt --quiet build --target test \
		--vars '{as_of: "$(TEST_AS_OF)", raw_location: raw}'
	OTT_BUILT="$(CURDIR)/$(TEST)" $(BIN)/pytest -n $(or $(JOBS),2) --dist loadfile \
		--no-loadscope-reorder -m 'not long'

test-spark: $(SPARK) ## Everything on a Spark of its own, two workers: Java 17, 700 MB more
	.venv-spark/bin/pytest tests/spark

test-dialects: $(DIALECTS) ## The SQL for five warehouses nobody here has: 650 MB more
	.venv-dialects/bin/pytest tests/dialects

test-orchestrator: $(DEV) $(ORCHESTRATOR) ## The example of a Dagster job, run by a Dagster of its own: 250 MB more
	$(BIN)/pytest tests/orchestrators

nights: $(DEV) ## Many nights at random, judged by what left: SEED=1 NIGHTS=20 ENGINE=duckdb|postgres
	@$(BIN)/python tests/nights/nights.py --seed $(or $(SEED),1) \
		--nights $(or $(NIGHTS),20) --engine $(or $(ENGINE),duckdb)

faults: $(DEV) $(PEERS) ## Kills, lost answers, full disks; drt and dlt beside it: SEED=1 KILLS=500
	@$(BIN)/python tests/faults/faults.py --seed $(or $(SEED),1) \
		--kills $(or $(KILLS),500)

long: $(DEV) ## What takes several whole builds each: replays, overrides, drawn worlds
	$(BIN)/pytest -n $(or $(JOBS),2) --dist loadfile --no-loadscope-reorder -m long

mutations: $(DEV) ## Each gate forced open: does a test fail? An hour, or GATE=is_not_minor
	@$(BIN)/python tests/mutations/mutations.py $(if $(GATE),--gate $(GATE))

properties: $(DEV) ## Whole builds of drawn raw rows, judged in plain Python: EXAMPLES=20
	@OTT_PROPERTY_EXAMPLES=$(or $(EXAMPLES),20) $(BIN)/pytest -q \
		tests/whole/test_properties.py

bench: $(DEV) $(PEERS) ## How fast a send is beside drt, dlt and the bare transport, 10 minutes: ROWS=20000
	@$(BIN)/python tests/bench/speed/speed.py --rows $(or $(ROWS),20000)

bench-again: $(DEV) ## A second run with nothing due, beside a large ledger: ROWS=1000000
	@$(BIN)/python tests/bench/speed/again.py --rows $(or $(ROWS),1000000)

bench-report: $(DEV) ## How long a report over a million decisions takes: after make tested
	@$(BIN)/python tests/bench/report_size.py

lapse-score: $(DEV) ## How well the lapse score ranks who stays away: ORDERS=file.csv
	@test -n "$(ORDERS)" || { echo 'Say which file: make lapse-score ORDERS=orders.csv' >&2; exit 2; }
	@$(BIN)/python tests/bench/lapse_score.py "$(ORDERS)"

bench-scale: $(DEV) ## What a build costs, and the next night's: CUSTOMERS=1000000 MEMORY=16GB
	@$(BIN)/python tests/bench/scale/scale.py --customers $(or $(CUSTOMERS),1000000) \
		$(if $(MEMORY),--memory $(MEMORY))

bench-states: $(DEV) ## What it takes to compare and send profiles: STATES=10000000
	@$(BIN)/python tests/bench/scale/states.py --states $(or $(STATES),10000000)

bench-spark: $(SPARK) ## What a second worker is worth to a build on Spark: CUSTOMERS=100000
	@.venv-spark/bin/python tests/bench/spark/workers.py \
		--customers $(or $(CUSTOMERS),100000) --select "$(or $(SELECT),*)"

bench-webhook: $(DEV) ## Signed webhooks a second, each durable, beside a bare server: CALLS=30000
	@$(BIN)/python tests/bench/webhook_rate.py $(or $(CALLS),30000)

lint: $(DEV) $(TEST)/profiles.yml ## Style and types of Python, SQL, YAML and words
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/yamllint --strict .
	$(BIN)/codespell
	$(BIN)/python tests/lint/banned_sql.py models macros tests/dbt
	$(BIN)/python tests/lint/sizes.py
	@mkdir -p target/lint
	$(LINT_ENV) $(BIN)/sqlfluff lint --disable-progress-bar models tests/dbt

docs: $(BASE) profiles.yml ## The docs site as one file
	@$(BIN)/dbt --quiet docs generate --static
	@$(BIN)/python -m sync.report.site target/static_index.html
	@echo "Open $(CURDIR)/target/static_index.html"

# Yours from then on: never written again.
profiles.yml:
	@cp profiles.example.yml profiles.yml

$(TEST)/profiles.yml: profiles.example.yml tests/whole/home_profile.py | $(BASE)
	@mkdir -p $(TEST) && $(BIN)/python tests/whole/home_profile.py $@

$(BASE):
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
		$$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
			2>/dev/null && break; python=; \
	done; \
	test -n "$$python" || { \
		echo 'Python 3.11 or newer with its venv module is needed. Install it, or say' \
			'which: make PYTHON=/path/to/python3' >&2; exit 1; }; \
	"$$python" -m venv .venv
	@echo 'Installing into .venv (once, about half a minute) ...'
	@$(BIN)/pip install --quiet --constraint requirements.lock --editable .
	@rm -f .venv/.base-* && touch $@

$(DEV): $(BASE)
	@$(BIN)/pip install --quiet --constraint requirements.lock --editable '.[dev]'
	@rm -f .venv/.dev-* && touch $@

# Apart, so that nobody pays for it who does not ask.
$(SPARK): $(BASE)
	@$(BIN)/python -m venv .venv-spark
	@echo 'Installing into .venv-spark (once, a minute or more) ...'
	@.venv-spark/bin/pip install --quiet --constraint requirements.lock \
		--editable '.[spark]' pytest
	@rm -f .venv-spark/.made-* && touch $@

$(ORCHESTRATOR): $(BASE)
	@$(BIN)/python -m venv .venv-orchestrator
	@echo 'Installing into .venv-orchestrator (once, a minute or more) ...'
	@.venv-orchestrator/bin/pip install --quiet 'dagster>=1.13,<2'
	@rm -f .venv-orchestrator/.made-* && touch $@

$(DIALECTS): $(BASE)
	@$(BIN)/python -m venv .venv-dialects
	@echo 'Installing into .venv-dialects (once, a minute or more) ...'
	@.venv-dialects/bin/pip install --quiet --requirement tests/dialects/requirements.lock
	@rm -f .venv-dialects/.made-* && touch $@

$(PEERS): $(BASE)
	@$(BIN)/python -m venv .venv-peers
	@echo 'Installing into .venv-peers (once, a minute or more) ...'
	@.venv-peers/bin/pip install --quiet --requirement tests/peers/requirements.txt
	@rm -f .venv-peers/.made-* && touch $@
