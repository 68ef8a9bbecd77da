//! Links the benchmark at a fixed address.
//!
//! The embedded scripts are some 140,000 pointers. In a position-independent program the loader
//! writes each of them at every start: more than a millisecond and 3 MB for every contender, whether
//! it embeds or not.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |name: &str| std::env::var(name).unwrap_or_default();
    if target("CARGO_CFG_TARGET_OS") == "linux" && target("CARGO_CFG_TARGET_ENV") == "gnu" {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
