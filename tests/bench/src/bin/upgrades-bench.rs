//! Measures `upgrades` beside its peers and the floor.

fn main() -> anyhow::Result<()> {
    upgrades_bench::main(None)
}
