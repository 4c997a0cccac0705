.DEFAULT_GOAL := help
.PHONY: help demo lint types test e2e bench bench-reconcile bench-reconcile-small bench-web bench-web-small bench-workbench bench-workbench-small bench-funnel mutate-gates lock
PYTHON := .venv/bin/python

help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "%-24s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Serve the demo on 127.0.0.1:8000, setting up what is missing
	./run

lint: ## Check style, formatting and the import contracts
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports --no-cache

types: ## Check types
	.venv/bin/mypy

test: ## Run every test on SQLite and PostgreSQL, in the browser too
	./test

e2e: ## Run the browser tests alone
	./test -m browser

bench: bench-reconcile bench-web bench-workbench ## Run every benchmark in full

bench-reconcile: ## Measure reconciliation at 1M and 10M lines a side beside its peers and write docs/benchmarks.md
	$(PYTHON) -m bench.reconcile

bench-reconcile-small: ## Measure reconciliation at 100,000 lines a side, as CI does
	$(PYTHON) -m bench.reconcile --small

bench-web: ## Measure pages of a company of 2,000 people with 20 of them clicking, on both databases
	$(PYTHON) -m bench.web

bench-web-small: ## Measure pages of a company of 200 people, for a quick look
	$(PYTHON) -m bench.web --small

bench-workbench: ## Measure a million lines a side on the page, the grid in a browser, and 20 people reading meanwhile, on both databases
	$(PYTHON) -m bench.workbench

bench-workbench-small: ## Measure the workbench with 10,000 lines a side, for a quick look
	$(PYTHON) -m bench.workbench --small

bench-funnel: ## Measure the board and the four measures with 20,000 open opportunities and 500,000 pieces of evidence, on both databases
	$(PYTHON) -m bench.funnel

mutate-gates: ## Break the rules of the gates one place at a time and say whether their tests notice
	$(PYTHON) -m bench.funnel.mutate

lock: ## Write the lock files anew from pyproject.toml: names, versions and checksums only
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(LOCK) tools/requirements.in -o tools/requirements.lock

LOCK = .tool/python/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate $(UPGRADE)
