# `make help` lists everything. SEARCH=elasticsearch starts a real node instead of the embedded index.
SEARCH ?= sqlite
PY := .venv/bin/python
TESTS ?= tests
# So many processes share the tests; a part of them is run by one.
PROCESSES ?= $(if $(filter-out tests,$(TESTS)),0,2)
# Programs the tests start again and again read what is compiled already.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup elasticsearch run demo up stop doctor test unit lint format types bench clean requirements

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## install what is missing (root only for Debian packages); safe to run again
	@deploy/setup.sh

elasticsearch: setup ## fetch a real Elasticsearch node once, into the tools cache
	@deploy/elasticsearch/fetch.sh

run: setup $(if $(filter elasticsearch,$(SEARCH)),elasticsearch) ## start everything with sample offices; Ctrl-C stops it
	@.venv/bin/tangthu up --sample --search $(SEARCH)

up: setup ## start everything without sample offices
	@.venv/bin/tangthu up --search $(SEARCH)

demo: setup $(if $(filter elasticsearch,$(SEARCH)),elasticsearch) ## drive the sample case files down the whole road; exit 0 when all was right
	@.venv/bin/tangthu demo --search $(SEARCH)

stop: ## stop what `make run` started
	@.venv/bin/tangthu down

doctor: ## what is there, what is missing
	@.venv/bin/tangthu doctor

test: setup elasticsearch lint ## everything CI runs: lint, types, arrows, all tests on real parts
	@$(PY) -m pytest -n $(PROCESSES) $(TESTS)

unit: ## the fast tests only
	@$(PY) -m pytest -m "not service and not e2e and not browser and not plone" -n $(PROCESSES) tests

lint: ## ruff, mypy, import-linter
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

format: ## let ruff format the code
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

bench: setup ## run the benchmarks and print their figures
	@.venv/bin/tangthu bench all

requirements: ## make requirements.txt again after editing pyproject.toml
	@.venv/bin/uv pip compile pyproject.toml --group dev -p 3.11 --universal --no-emit-index-url --generate-hashes -q -o requirements.txt

clean: stop ## remove what was made here (data too); the tools cache stays
	rm -rf var .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis artefacts
