# make run, make test, make check, make bench, make prove - nothing else is needed to start.
.PHONY: run test check bench prove coverage screenshots lock messages clean

PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest -q

run:
	@sh .ci/prepare run
	@exec $(PYTHON) -m dashboard demo

test: check
	@rm -f .coverage .coverage.*
	$(PYTEST) tests --ignore=tests/e2e --ignore=tests/scenarios -n 3 --dist loadfile --cov --cov-report=
	$(PYTEST) tests/scenarios tests/e2e -n 2 --dist loadfile --cov --cov-append --cov-report=
	@$(MAKE) --no-print-directory coverage

check:
	@sh .ci/prepare test
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	$(PYTHON) -m bandit -q -ll -r core external dashboard -c pyproject.toml

coverage:
	$(PYTHON) -m coverage combine --append --quiet || true
	$(PYTHON) -m coverage report --fail-under=90

bench:
	@sh .ci/prepare test
	$(PYTHON) -m tests.bench $(if $(ONLY),--only $(ONLY))

prove:
	@sh .ci/prepare test
	$(PYTHON) -m tests.prove $(ONLY)

screenshots:
	@sh .ci/prepare test
	$(PYTHON) -m tests.e2e.screenshots

messages:
	$(PYTHON) -m dashboard.catalogue

lock:
	@sh .ci/lock

clean:
	rm -rf .venv var artifacts build *.egg-info
