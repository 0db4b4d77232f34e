# make run, make test, make check, make bench, make prove - nothing else is needed to start.
.PHONY: run test check types style bench prove coverage screenshots lock messages clean

PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest -q

run:
	@sh .ci/prepare run
	@exec $(PYTHON) -m dashboard demo

test: check
	@rm -f .coverage .coverage.*
	$(PYTEST) tests -m "not webgl" --ignore=tests/e2e --ignore=tests/scenarios -n 4 --dist loadfile --no-loadscope-reorder --cov --cov-report=
	$(PYTEST) tests/dashboard -m webgl -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-append --cov-report= # a map drawn without a graphics card takes a core
	$(PYTEST) tests/scenarios tests/e2e --ignore=tests/scenarios/several -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-append --cov-report=
	$(PYTEST) tests/scenarios/several --cov --cov-append --cov-report= # nine processes: alone on the two cores
	@$(MAKE) --no-print-directory coverage

check:
	@sh .ci/prepare test
	@$(MAKE) --no-print-directory -j 2 types style

types:
	$(PYTHON) -m mypy

style:
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
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
