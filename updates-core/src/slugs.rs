//! The addresses of products' pages, and the upgrade that gives one to each product.

use upgrades::{Batch, Cause, Db, DbError, Value};

/// How many letters and digits an address has at most, words and hyphens together.
const LONGEST: usize = 60;

/// What the address of a page ends with, for a product of this name: its words in small letters, with hyphens between them.
///
/// The program asks this for each product that it saves. Letters and digits of every script stay; a name without any is
/// `product`. Never empty, at most 60 characters.
///
/// ```
/// assert_eq!(updates_core::slug("Desk, made to measure"), "desk-made-to-measure");
/// assert_eq!(updates_core::slug("  Étagère Nº 7!"), "étagère-nº-7");
/// assert_eq!(updates_core::slug("???"), "product");
/// ```
pub fn slug(name: &str) -> String {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let words: String = words.join("-").chars().take(LONGEST).collect();
    match words.trim_end_matches('-') {
        "" => "product".to_owned(),
        words => words.to_owned(),
    }
}

/// Gives an address to each product that has none.
///
/// A function and not a script, because the words come from [`slug`], by which the program makes those of new products: two
/// texts of one rule would differ one day, and SQLite does not know the small letter of an É.
///
/// Two products of one name are told apart by their ids; whoever has an address keeps it, as people have links to it. Only
/// verbs and a batch, so that a start that was killed goes on by itself.
pub(crate) fn give_to_each_product(db: &mut Db<'_>) -> Result<(), Cause> {
    // NULL until it has one: programs of before insert products without it, and a unique index takes any number of NULLs.
    db.add_column("#__products", "slug", "VARCHAR(200)")?;
    db.add_unique_index("#__products", "#__products_slug", &["slug"])?;
    let products = Batch::over("#__products")
        .columns(["name"])
        .filter("slug IS NULL");
    db.batch(&products, |db, products| -> Result<(), Cause> {
        for product in products {
            let id = product.get::<i64>("id")?;
            let free = free(db, slug(&product.get::<String>("name")?), id)?;
            db.execute(
                "UPDATE #__products SET slug = ? WHERE id = ?",
                &[free.into(), id.into()],
            )?;
        }
        Ok(())
    })?;
    Ok(())
}

/// The address, with the id behind it until nobody has it.
fn free(db: &mut Db<'_>, mut slug: String, id: i64) -> Result<String, DbError> {
    let taken = "SELECT id FROM #__products WHERE slug = ?";
    while db.one(taken, &[Value::from(slug.clone())])?.is_some() {
        slug = format!("{slug}-{id}");
    }
    Ok(slug)
}
