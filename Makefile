# Every target sets itself up: system packages where it may, and a virtual environment in .venv.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
MODEL ?= wavenet-keys-strings
ARGS ?=
PARALLEL := --numprocesses auto --dist loadfile --durations 30 --durations-min 3

.DEFAULT_GOAL := help
.PHONY: help run play test test-quick check bench bench-gpu bench-window latency picture sounds previews screenshots test-wheel clean

help:
	@echo "make run    the window; without a display the same as make play"
	@echo "make play   $(MODEL) on the audio device and all MIDI ports, or a built-in phrase; recorded"
	@echo "make test   the test suite, on all cores"
	@echo "make test-quick  the tests that need neither real time nor long: under two minutes"
	@echo "make check  ruff, mypy --strict and the import contracts"
	@echo "make bench  the performance table"
	@echo "make bench-gpu  checks and times everything on an NVIDIA GPU, in one table"
	@echo "make bench-window  start, cost of a frame, and dropouts while the window is dragged about"
	@echo "make screenshots  the pictures of the window in docs/"
	@echo "make sounds  the sounds of the shipped models in docs/sounds"
	@echo "make previews  the short sounds by which the library plays the factory presets"
	@echo "make latency  from a key to its drum hit, through JACK"

$(READY): pyproject.toml constraints.txt scripts/setup.sh
	bash scripts/setup.sh $(PYTHON)
	@touch $@

run: $(READY)
	@if [ -z "$(ARGS)" ] && $(BIN)/python -m rtaudiogen.cli.window; then $(BIN)/rtaudiogen; else $(MAKE) play; fi

play: $(READY)
	@mkdir -p recordings
	$(BIN)/rtaudiogen play $(MODEL) --record "recordings/$$(date +%Y-%m-%d_%H.%M.%S).wav" $(ARGS)

test: $(READY)
	$(BIN)/pytest $(PARALLEL) -m 'not soak' $(ARGS)
	$(BIN)/pytest -m soak tests/engine # alone: it counts every lost frame

test-quick: $(READY)
	$(BIN)/pytest $(PARALLEL) -m 'not realtime and not slow' $(ARGS)

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/rtaudiogen bench $(ARGS)

bench-gpu: $(READY)
	$(BIN)/python scripts/bench_gpu.py $(ARGS)

bench-window: $(READY)
	$(BIN)/python scripts/view_cost.py
	$(BIN)/python scripts/window_start.py
	$(BIN)/python scripts/window_strain.py $(ARGS)

latency: $(READY)
	$(BIN)/python scripts/hit_latency.py wavegan-drums $(ARGS)

picture: $(READY)
	$(BIN)/python scripts/picture.py $(MODEL) docs/phrase.png

sounds: $(READY)
	$(BIN)/python scripts/sounds.py docs/sounds

previews: $(READY)
	$(BIN)/python scripts/previews.py

screenshots: $(READY)
	$(BIN)/python scripts/screenshots.py docs

test-wheel: $(READY)
	bash scripts/test-wheel.sh $(PYTHON)

clean:
	rm -rf .venv build dist rtaudiogen.egg-info
