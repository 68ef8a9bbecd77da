//! Writes the scripts below `OUT_DIR`, and the macro calls that need a path spelled out.

#[path = "src/small.rs"]
mod small;

use small::Layout;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const LAYOUTS: [Layout; 5] = [
    Layout::Flat,
    Layout::Refinery,
    Layout::Sqlx,
    Layout::Diesel,
    Layout::Numbered,
];

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/small.rs");
    let out = folder("OUT_DIR");
    let manifest = folder("CARGO_MANIFEST_DIR");
    let mut code = String::new();
    for count in [1_000, 10_000] {
        for layout in LAYOUTS {
            let path = out.join(layout.folder()).join(count.to_string());
            small::write(layout, &path, count)?;
        }
        let diesel = out.join(Layout::Diesel.folder()).join(count.to_string());
        let sqlx = out.join(Layout::Sqlx.folder()).join(count.to_string());
        code += &format!(
            "/// {count} scripts for diesel_migrations.\n\
             pub const DIESEL_{count}: diesel_migrations::EmbeddedMigrations =\n    \
                 diesel_migrations::embed_migrations!({diesel:?});\n\
             /// {count} scripts for sqlx.\n\
             pub static SQLX_{count}: sqlx::migrate::Migrator =\n    \
                 sqlx::migrate!({:?});\n",
            relative(&sqlx, &manifest),
        );
    }
    fs::write(out.join("macros.rs"), code)
}

fn folder(variable: &str) -> PathBuf {
    env::var_os(variable)
        .expect("cargo sets this variable for build scripts")
        .into()
}

/// `path` as seen from `base`, both absolute: sqlx refuses an absolute path.
fn relative(path: &Path, base: &Path) -> PathBuf {
    let shared = path
        .components()
        .zip(base.components())
        .take_while(|(one, other)| one == other)
        .count();
    let up = base.components().skip(shared).map(|_| "..");
    let down = path.components().skip(shared);
    up.collect::<PathBuf>().join(down.collect::<PathBuf>())
}
