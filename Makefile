# One-word tasks. `make` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
export PYTHONUTF8 := 1
FEED ?=
ARGS ?=
ROLE ?= kiosk

QUICK ?=
SEEDS ?=
STEPS ?=
SEED ?=
NAME ?=
PAY ?=

.PHONY: gates help setup run test check tour pictures bench prove crash strand mutants judges money fuzz doctor strings openapi clean

help: ## list the tasks
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t12

setup: .venv/ready ## virtual environment and system packages (done by itself before every other task)

.venv/ready: pyproject.toml scripts/setup.sh $(wildcard assets/translations/*.ts)
	@scripts/setup.sh

run: setup ## open the kiosk with its central system, simulated devices and demo network (ROLE=gate for the gate)
	@$(PY) -m kiosk demo --role $(ROLE) $(if $(PAY),--pay $(PAY)) $(ARGS)

test: setup ## all tests
	@scripts/test.sh $(ARGS)

check: setup ## format, lint, types, layers, QML, tests
	@scripts/check.sh

tour: setup ## the whole story on real processes, into build/tour (ROLE=gate: forty people at two gates; FEED=path.zip, PAY=zvt|qr|cash)
	@$(PY) -m kiosk tour --role $(ROLE) $(if $(FEED),--feed $(FEED)) $(if $(PAY),--pay $(PAY)) $(ARGS)

pictures: setup ## every screen, language and shape, into build/pictures
	@QT_QPA_PLATFORM=offscreen QT_QUICK_BACKEND=software $(PY) -m pytest -q tests/ui/test_pictures.py $(ARGS)

bench: setup ## figures beside a floor measured in the same run, into build/bench.json
	@QT_QPA_PLATFORM=offscreen QT_QUICK_BACKEND=software $(PY) -m benchmarks $(ARGS)

prove: setup ## model check and simulation: nothing oversold, lost, doubled (QUICK=1, STEPS=, SEEDS=)
	@$(PY) -m tests.prove $(if $(QUICK),--quick) $(if $(STEPS),--steps $(STEPS)) $(if $(SEEDS),--seeds $(SEEDS)) $(ARGS)

strand: setup ## the lease policy on many-legged demand and outages: sold, served in the dark, stranded, oversold (QUICK=1, SEED=n)
	@$(PY) -m tests.strand $(if $(QUICK),--quick) $(if $(SEED),--seed $(SEED)) $(ARGS)

mutants: setup ## plant faults in the product, one at a time: each must be found
	@$(PY) -m tests.prove.mutants $(ARGS)

doctor: setup ## what works on this machine: devices, disk, clock, fonts, central
	@$(PY) -m kiosk doctor $(ARGS)

strings: setup ## bring the translation files up to date with the sources
	@scripts/strings.sh

openapi: setup ## write docs/openapi.json anew from the calls that central answers
	@$(PY) -m central.api.describe docs/openapi.json

clean: ## remove what the tasks made (the demo's data too)
	rm -rf build .venv

money: setup ## 20,000 payments by every means with faults and cut power, against the books (QUICK=1, SEED=n)
	@$(PY) -m tests.money $(if $(QUICK),--quick) $(if $(SEED),--seed $(SEED)) $(ARGS)

judges: setup ## programs nobody here wrote judge our wires, papers and codes (NAME=words picks some)
	@$(PY) -m tests.judges $(NAME)

crash: setup ## lost power, kill -9, failing system calls, damaged files, edited journals, by the thousand (QUICK=1, SEED=n; 10 minutes)
	@$(PY) -m tests.crash $(if $(QUICK),--quick) --seed $(or $(SEED),1) $(ARGS)

fuzz: setup ## a million altered tickets, every single bit, bad pictures, five minutes of atheris: nothing comes in, nothing breaks (QUICK=1, SEED=n)
	@$(PY) -c "import atheris" 2>/dev/null || $(PY) -m pip install -q "atheris>=3" || true
	@$(PY) -m tests.fuzz $(if $(QUICK),--quick) $(if $(SEED),--seed $(SEED)) $(ARGS)

gates: setup ## copies of tickets at 4 to 20 gates: simulated with partitions and cut power, then on real processes (QUICK=1, SEED=n)
	@$(PY) -m tests.gates $(if $(QUICK),--quick) $(if $(SEED),--seed $(SEED)) $(ARGS)
