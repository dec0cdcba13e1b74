# What a person does with this repository. Every target sets up what it needs by itself.
python := .venv/bin/python
apps := members governance recognition events_directory loyalty
# Settings for commands that only look at the code: a throw-away secret, never used to serve.
looking := LAUREL_TEST=1 LAUREL_VAR=/nonexistent SECRET_KEY=only-to-look-at-the-code-0123456789abcdef0123456789abcdef
PYTEST_ARGS ?=
# What `make prove` runs: tests whose size is the gate's here, and the promised one there.
PROOFS := tests/stories tests/members/operations/test_seals.py tests/events_directory/operations/test_booking_races.py \
  tests/rewards/operations/test_coupons.py tests/runtime/test_launcher.py

.DEFAULT_GOAL := help
.PHONY: help run test check bench prove format screenshots install-run install-dev check-format check-lint check-types \
  check-templates check-migrations check-deployment check-schema check-documents

help:  ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 13

run: install-run  ## Start everything on http://127.0.0.1:8000 (PORT=, DEMO=0, DATABASE_URL=, CELERY_BROKER_URL=)
	@$(python) -m loyalty.runtime --started-by-make

test: install-dev  ## Run the tests (PYTEST_ARGS= passes through)
	$(python) -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

check: install-dev check-format check-lint check-types check-templates check-migrations check-deployment check-schema check-documents  ## Everything that is not a test; `make -k check` shows all faults

check-format: install-dev
	$(python) -m ruff format --check .

check-lint: install-dev
	$(python) -m ruff check .

check-types: install-dev
	$(looking) $(python) -m mypy --no-incremental $(apps)

check-templates: install-dev
	$(python) -m djlint --quiet --lint templates

check-migrations: install-dev
	$(looking) $(python) -W ignore manage.py makemigrations --check --dry-run

check-deployment: install-dev
	$(looking) $(python) manage.py check --deploy --fail-level WARNING

check-schema: install-dev
	$(looking) $(python) .ci/schema.py

check-documents: install-dev
	$(python) .ci/links.py

bench: install-dev  ## Measure, as ratios against a reference of the same run
	$(python) -m tests.bench

prove: install-dev  ## Races and proofs at the size that is promised (takes long; PYTEST_ARGS= passes through)
	SCALE=full $(python) -m pytest -n 0 -v $(PROOFS) $(PYTEST_ARGS)

screenshots: install-dev  ## Photograph every page of the running demo by role, size and theme, into screenshots/
	$(python) -m tests.browser.shots

format: install-dev  ## Put the code into its one format
	$(python) -m ruff check --fix --quiet . || true
	$(python) -m ruff format .

install-run:
	@requirements/install run

install-dev:
	@requirements/install dev
