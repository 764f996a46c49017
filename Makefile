# Retake. `make run` and `make test` set up everything they need by themselves.

.DEFAULT_GOAL := help
.PHONY: help run test test-services check format bench lock clean

WORKERS ?= auto
PYTEST = .venv/bin/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
SERVICES = DATABASE_URL="$${DATABASE_URL:-postgres://postgres@127.0.0.1:5432/postgres}" \
           REDIS_URL="$${REDIS_URL:-redis://127.0.0.1:6379/0}"

help: ## what can be made here
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-22s %s\n", $$1, $$2}'

run: ## start the studio (PORT=8001 and STUDIO_DATA_DIR=/path move it)
	@.ci/environment requirements.txt
	@exec .venv/bin/python manage.py up

test: ## run all tests on SQLite, with no server beside (ARGS="tests/live -k bell" for some)
	@.ci/environment requirements-dev.txt
	@env -u DATABASE_URL -u REDIS_URL $(PYTEST) $(ARGS)

# The engine (lint-imports sees to it) and the stand-ins for vendors know neither a database nor Redis: `test` runs theirs.
test-services: ## run all tests that could notice on PostgreSQL and Redis (DATABASE_URL and REDIS_URL, or the local ones)
	@.ci/environment requirements-dev.txt
	@$(SERVICES) .venv/bin/python -m tests.services
	@$(SERVICES) $(PYTEST) --ignore=tests/engine --ignore=tests/servers $(ARGS)

check: ## style, types, layers, migrations, settings
	@.ci/environment requirements-dev.txt
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/python manage.py makemigrations --check --dry-run
	STUDIO_PUBLIC_URL=https://studio.example.com .venv/bin/python manage.py check --deploy --fail-level ERROR

format: ## put the code in shape
	@.ci/environment requirements-dev.txt
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench: ## measure, print the figures and write docs/benchmarks.md (ARGS="in_flight killing" for some, only printed)
	@.ci/environment requirements-dev.txt
	.venv/bin/python -m tests.bench $(ARGS)

lock: ## compile the three requirements files from pyproject.toml (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: install it with pip install uv"; exit 1; }
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --quiet -o requirements.txt
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --quiet --extra dev --extra s3 -o requirements-dev.txt
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet --extra s3 -c requirements-dev.txt -o requirements-s3.txt

clean: ## remove what is made again by itself; the data folder stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
