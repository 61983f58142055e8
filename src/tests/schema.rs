//! Both engines have the same tables.

use std::{collections::BTreeSet, fs, path::Path};

fn names(engine: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

/// Table and column names of an engine's migrations, in their order, without types.
fn columns(engine: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut table = String::new();
    for name in names(engine) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine).join(name);
        for line in fs::read_to_string(path).unwrap().lines() {
            if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
                table = rest.trim_end_matches(" (").to_owned();
            } else if let Some(column) = line.strip_prefix("    ")
                && column.starts_with(|first: char| first.is_ascii_lowercase())
            {
                found.push(format!("{table}.{}", column.split_whitespace().next().unwrap()));
            }
        }
    }
    found
}

#[test]
fn both_engines_have_the_same_migrations_tables_and_columns() {
    assert_eq!(names("sqlite"), names("postgres"));
    assert_eq!(columns("sqlite"), columns("postgres"));
    assert!(columns("sqlite").len() > 80, "the columns are read");
}
