# Every command of the project; `make` or `make help` lists them.
PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest
MAVEN := JAVA_HOME=$(CURDIR)/build/tools/jdk build/tools/mvn --batch-mode --no-transfer-progress -Dstyle.color=never
MAVEN_LOG := build/logs/maven-test.log
UV := build/tools/uv/bin/uv
PACKAGES := alert_lab bench contracts cost demo design edge flink_jobs glue infra lambdas local quicksight sim storeq
CODE := $(wildcard $(PACKAGES)) scripts tests
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

# What `make demo` takes from the command line, such as `make demo SEED=7 HOURS=1`.
DEMO_FLAGS = $(if $(VIDEO),--video '$(VIDEO)') $(if $(ZONES),--zones '$(ZONES)') \
	$(if $(SCENARIO),--scenario '$(SCENARIO)') $(if $(FAULTS),--faults '$(FAULTS)') $(if $(SEED),--seed $(SEED)) $(if $(HOURS),--hours $(HOURS))

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup gen lint format types test test-trino check demo alert-lab audit up down bench bench-alerts bench-guard bench-profile bench-scale bench-edge bench-lake bench-dashboards dashboards cost checks seasons synth package upgrade-check sbom audit-dependencies pins clean

help: ## List these commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install and build everything that is missing (the others do it too)
	@python3 scripts/setup.py

gen: setup ## Render the contracts: SQL, schemas, documentation of the tables
	@$(PYTHON) -m contracts.render
	@$(PYTHON) -m glue.questions

lint: setup ## Check style, format and layers
	@$(PYTHON) -m ruff check $(CODE)
	@$(PYTHON) -m ruff format --check $(CODE)
	@.venv/bin/lint-imports --no-logo

format: setup ## Put the code into the project's format
	@$(PYTHON) -m ruff check --fix --exit-zero --quiet $(CODE)
	@$(PYTHON) -m ruff format $(CODE)

types: setup ## Check the types (mypy, strict)
	@$(PYTHON) -m mypy $(CODE)

test: lint types ## Run everything that CI runs: style, types, Java tests, Python tests, end to end
	@$(MAVEN) --file flink_jobs/java/pom.xml test >$(MAVEN_LOG) || { grep -E '^\[ERROR\]' $(MAVEN_LOG); exit 1; }
	@echo "Java: $$(grep 'Tests run:' $(MAVEN_LOG) | tail -n 1 | sed 's/^\[[A-Z]*\] *//')"
	@$(PYTEST) -m "not e2e" -n 2
	@$(PYTEST) -m e2e

test-trino: setup ## Ask Trino, the engine that Athena is: every view and check gives what DuckDB gives (needs Java 24; loads 821 MB once)
	@python3 scripts/trino_server.py
	@STORE_TRAFFIC_TRINO=required $(PYTEST) -m trino $$(grep -rl --include='test_*.py' 'mark\.trino' tests)

check: lint types ## Run the quick part: style, types, and the tests that need no stack
	@$(PYTEST) -m "not e2e" -n 2

demo: setup ## Run two simulated hours through the whole pipeline (or VIDEO=… ZONES=…), with a report
	@$(PYTHON) -m demo $(DEMO_FLAGS)

alert-lab: setup ## Show what alert rules would have done on the rush (RULES=mine.toml: beside yours; STORE, DAY, WAREHOUSE: on a lake)
	@$(if $(WAREHOUSE),true,$(PYTHON) -m sim run --scenario rush --out build/alert-lab)
	@$(PYTHON) -m alert_lab $(if $(WAREHOUSE),--warehouse '$(WAREHOUSE)' --store '$(STORE)' --day '$(DAY)',--events build/alert-lab/events.jsonl.gz --store store-001 \
	  --rules lambdas/seeds/supermarket.toml) $(if $(RULES),--rules '$(RULES)') --out build/alert-lab

audit: setup ## Prove the books of the last demo: nothing lost, nothing doubled, everything adds up
	@$(PYTHON) -m demo.audit

checks: setup ## Ask what must add up in the last demo's lake (or WAREHOUSE=s3://…, or FOLDER=…)
	@$(PYTHON) -m storeq check $(if $(WAREHOUSE),--warehouse '$(WAREHOUSE)',--folder '$(or $(FOLDER),build/demo/lake)')

seasons: setup ## Import years of real footfall and ask about seasons (FOOTFALL=the public CSV of Leeds; see docs/import.md)
	@$(PYTHON) -m demo.seasons '$(FOOTFALL)'

dashboards: setup ## Show the dashboards without a cloud: pages over a made-up chain (STORES=…; 0 for none) and the demo's lake
	@$(PYTHON) -m quicksight preview $(if $(STORES),--stores '$(STORES)')

up: setup ## Start the local stack and keep it running
	@$(PYTHON) -m local up

down: ## End the local stack
	@if [ -x $(PYTHON) ]; then $(PYTHON) -m local down; else echo "Nothing is set up, so nothing runs."; fi

bench: setup ## Measure the job beside what one could have taken instead (up to 20 minutes)
	@$(PYTHON) -m bench
	@$(PYTHON) -m bench.page

bench-guard: setup ## Fail if the job takes 10 % more time or 20 % more memory than the committed ratios (3 minutes)
	@$(PYTHON) -m bench --guard

bench-profile: setup ## Draw where the job's processor time goes: a flame graph and a table (or NAME=scan, …)
	@$(PYTHON) -m bench.profiles $(NAME)

bench-edge: setup ## Measure the edge: speed, cameras, memory, latency, accuracy (5 minutes; SOAK=30 adds half an hour)
	@$(PYTHON) -m bench.edge $(if $(SOAK),--soak-minutes $(SOAK))
	@$(PYTHON) -m bench.edge_accuracy

bench-alerts: setup ## Measure alerts: from the end of a window to the row, and to the message (6 minutes)
	@$(PYTHON) -m bench.alerts

bench-scale: setup ## Work out what a chain of 10,000 stores takes and costs from the measured figures
	@$(PYTHON) -m bench.scale

bench-lake: setup ## Measure the lake: two years of 200 stores, before and after maintenance; growth of small files
	@$(PYTHON) -m bench.lake
	@$(PYTHON) -m bench.small_files
	@$(if $(wildcard build/trino/bin/launcher),$(PYTHON) -m bench.lake_trino,echo "Not measured on Trino: make test-trino installs it.")

bench-dashboards: setup ## Measure how soon the pages of `make dashboards` show something, and follow a choice
	@$(PYTHON) -m bench.dashboards

cost: setup ## What a chain costs a month, by service, and what other choices would change (STORES=50 CAMERAS=20)
	@$(PYTHON) -m cost $(if $(STORES),--stores $(STORES)) $(if $(CAMERAS),--cameras $(CAMERAS))

synth: setup ## Write the templates of the cloud (STAGE=example) to build/cdk.out and check them (SOURCES_ONLY=1: to look at)
	@$(PYTHON) -m infra synth --stage $(or $(STAGE),example) $(if $(SOURCES_ONLY),--sources-only)

package: setup ## Make the zip for Managed Service for Apache Flink, dist/store-traffic-flink.zip
	@$(PYTHON) -m flink_jobs.package

upgrade-check: setup ## Say whether NEW=new.zip may go on from a snapshot of OLD=old.zip (see docs/upgrade-and-rollback.md)
	@test -n '$(OLD)' || { echo 'Expected OLD=the zip that runs now, came none: make upgrade-check OLD=deployed.zip'; exit 2; }
	@$(PYTHON) -m flink_jobs.upgrade '$(OLD)' '$(or $(NEW),dist/store-traffic-flink.zip)'

sbom: setup ## Write what the product is made of, with digests: dist/store-traffic-sbom.cdx.json (CycloneDX)
	@$(PYTHON) scripts/sbom.py

audit-dependencies: setup ## Ask for known vulnerabilities of everything pinned (needs a network that reaches PyPI's database)
	@for file in requirements/project.txt requirements/flink.txt packaging/edge/requirements.txt; do \
	  echo "$$file"; .venv/bin/pip-audit --strict --require-hashes --disable-pip --requirement $$file; \
	done

pins: setup ## Pin the newest versions that requirements/*.in allow
	@for name in uv flink project; do \
	  $(UV) pip compile requirements/$$name.in --upgrade --quiet --universal --python-version 3.11 \
	    --overrides requirements/overrides.txt --generate-hashes \
	    --no-emit-index-url --no-header --no-annotate --output-file requirements/$$name.txt; \
	done
	@$(UV) pip compile packaging/edge/requirements.in --upgrade --quiet --universal --python-version 3.11 \
	  --constraint requirements/project.txt --generate-hashes --no-emit-index-url --no-header --no-annotate \
	  --output-file packaging/edge/requirements.txt

clean: ## Remove what was made; ALL=1 removes what was downloaded too
	@$(if $(wildcard $(PYTHON)),$(PYTHON) -m local down,true)
	@rm -rf build/run build/demo build/logs flink_jobs/java/target .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@$(if $(ALL),rm -rf build .venv .venv-flink node_modules,true)
