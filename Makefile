SHELL := bash
.DEFAULT_GOAL := help
.PHONY: run dev test fuzz check lint release bench bench-fences bench-pages bench-positions bench-ticks proof-loss proof-crash proof-slow proof-storm proof-model proof-redis clean help

run: ## Build what has changed and start the demo on http://127.0.0.1:3000 (RELEASE=1: optimised)
	@scripts/run.sh

dev: ## Start the demo and rebuild and reload it on every change
	@scripts/setup.sh && . scripts/env.sh && exec cargo leptos watch --split -- serve --demo --data-dir ./data

test: ## Run every test: Rust on both databases with Redis, then the browser (scripts/test.sh rust or e2e: one part)
	@scripts/test.sh

fuzz: ## Send the server ten million packets, well formed or not (FUZZ_CASES and FUZZ_SEED: others)
	@scripts/setup.sh && . scripts/env.sh && FUZZ_CASES=$${FUZZ_CASES:-10000000} PROOF_LONGEST_S=$${PROOF_LONGEST_S:-36000} cargo test --test integration -- --nocapture fuzz::

check: ## Check the format and that everything compiles, quickly
	@scripts/setup.sh && . scripts/env.sh && cargo fmt --all --check && cargo check --workspace --all-targets

lint: ## Run every static check
	@scripts/lint.sh

release: ## Build the optimised server with the site inside it
	@scripts/release.sh

bench: ## Measure the live plane beside the standard's stack on Node, into docs/bench (ARGS="--only fleet --repeats 1": a part)
	@scripts/setup.sh --test && scripts/bench.sh $(ARGS)

bench-pages: ## Measure how fast the pages are
	@scripts/bench-pages.sh

bench-fences: ## Hold what positions tell of arrivals and lateness against trips of which the truth is known
	@. scripts/env.sh && cargo bench --bench fences

bench-positions: ## Measure how many positions a second are stored, on both databases, with real disk flushes
	@. scripts/env.sh && DURABLE=1 scripts/servers.sh cargo bench --bench positions

bench-ticks: ## Measure what a tick of the fleet stream costs, and how many bytes a position takes
	@. scripts/env.sh && cargo bench --bench ticks

proof-loss: ## Prove that nobody who is cut off misses anything, 1,000 readers on both databases, and Node beside it
proof-crash: ## Prove that a node that is killed 100 times loses nothing
proof-slow: ## Prove that 200 of 2,000 readers who stop reading cost nobody anything
proof-storm: ## Prove that 5,000 readers who come back at once are all soon back
proof-model: ## Prove the journal against its model, 5,000 random histories on each database
proof-redis: ## Let Redis fail in every way 50 times, and prove that nothing is lost
proof-loss proof-crash proof-slow proof-storm proof-model proof-redis:
	@scripts/setup.sh --test && scripts/proof.sh $(@:proof-%=%)

clean: ## Remove what was built in this clone, but not the tools and dependencies kept outside it
	rm -rf target public/vendor end2end/test-results end2end/shots

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
