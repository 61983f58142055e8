SHELL := bash
.DEFAULT_GOAL := help
.PHONY: run dev test check lint release bench-pages clean help

run: ## Build what has changed and start the demo on http://127.0.0.1:3000 (RELEASE=1: optimised)
	@scripts/run.sh

dev: ## Start the demo and rebuild and reload it on every change
	@scripts/setup.sh && . scripts/env.sh && exec cargo leptos watch --split -- serve --demo --data-dir ./data

test: ## Run every test: Rust on both databases with Redis, then the browser (scripts/test.sh rust or e2e: one part)
	@scripts/test.sh

check: ## Check the format and that everything compiles, quickly
	@scripts/setup.sh && . scripts/env.sh && cargo fmt --all --check && cargo check --workspace --all-targets

lint: ## Run every static check
	@scripts/lint.sh

release: ## Build the optimised server with the site inside it
	@scripts/release.sh

bench-pages: ## Measure how fast the pages are
	@scripts/bench-pages.sh

clean: ## Remove what was built in this clone, but not the tools and dependencies kept outside it
	rm -rf target public/vendor end2end/test-results end2end/shots

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
