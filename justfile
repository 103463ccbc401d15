# The recipes of this repository. Each recipe is only plain commands.

[private]
default:
    @just --list

# Formatting, lints, documentation, dependencies
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps
    cargo deny check bans licenses sources

# All tests, with the tools that some of them need
test:
    tests/run

# Run every fuzz target for this many seconds
fuzz seconds="60":
    tests/fuzz/run {{seconds}}

# Write the golden files anew, then show which changed
golden:
    AZGATE_BLESS=1 cargo test --test it golden
    git diff --stat tests/golden

# Write the generated pages of docs/ anew, then show which changed
docs:
    AZGATE_BLESS=1 cargo test
    git diff --stat docs

# Benchmarks
bench *args:
    cargo bench {{args}}

# Show the edits of the body on standard input: just explain o1 < body.json
explain model *args:
    @cargo run --quiet -- explain --model {{model}} {{args}}
