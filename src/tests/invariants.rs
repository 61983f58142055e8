//! The house rules that a reader could forget: who may name whom, and how long a file may be.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn files(folder: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(&root.join(folder), &mut found);
    found
        .into_iter()
        .map(|path| (path.strip_prefix(root).unwrap().display().to_string(), fs::read_to_string(&path).unwrap()))
        .filter(|(path, _)| !path.starts_with("src/tests/"))
        .collect()
}

/// Lines that name something, outside of comments and of the places where it belongs.
fn named_outside(folder: &str, word: &str, homes: &[&str]) -> Vec<String> {
    files(folder)
        .into_iter()
        .filter(|(path, _)| !homes.iter().any(|home| path.starts_with(home)))
        .flat_map(|(path, text)| {
            let own = text.split("#[cfg(test)]").next().unwrap_or_default();
            let lines: Vec<_> = own
                .lines()
                .enumerate()
                .filter(|(_, line)| !line.trim_start().starts_with("//") && line.contains(word))
                .map(|(number, line)| format!("{path}:{}: {}", number + 1, line.trim()))
                .collect();
            lines
        })
        .collect()
}

#[test]
fn every_library_stays_in_its_room() {
    for (folder, word, homes) in [
        ("src", "sqlx::", &["src/store", "src/error.rs"][..]),
        ("src", "socketioxide", &["src/realtime"][..]),
        ("src", "Utc::now", &["src/clock.rs"][..]),
        ("src", "Uuid::now_v7", &["src/clock.rs"][..]),
        ("src", "Uuid::new_v4", &["src/clock.rs"][..]),
        ("src", "AssertSqlSafe", &["src/store.rs"][..]),
        ("app/src", "extern \"C\"", &["app/src/live/bind.rs"][..]),
        ("app/src", "leaflet::", &["app/src/tracking"][..]),
        ("app/src", "wasm_split", &["app/src/parts.rs"][..]),
        // Each of these, used elsewhere, compiles serde_json's own reader into the page once more.
        (
            "app/src",
            "serde_json::from_",
            &["app/src/json", "app/src/live/watch.rs", "app/src/tracking/map/ground.rs"][..],
        ),
        ("app/src", "Resource::new", &["app/src/json.rs"][..]),
        ("app/src", "codec::Json", &[][..]),
        ("app/src", "sqlx", &[][..]),
        ("app/src", "tokio", &[][..]),
        ("app/contract/src", "serde_json", &[][..]),
    ] {
        let outside = named_outside(folder, word, homes);
        assert!(outside.is_empty(), "{word} is named outside of its room:\n{}", outside.join("\n"));
    }
}

#[test]
fn event_names_and_rooms_are_written_once() {
    for name in
        contract::event::DURABLE.iter().map(|(name, _)| *name).chain(["fleet:positions", "load:location:updated"])
    {
        let quoted = format!("\"{name}\"");
        let outside = [named_outside("src", &quoted, &[]), named_outside("app/src", &quoted, &[])].concat();
        assert!(outside.is_empty(), "{name} is written out:\n{}", outside.join("\n"));
    }
    let rooms = named_outside("src", "\"tenant:", &[]);
    assert!(rooms.is_empty(), "a room is written out:\n{}", rooms.join("\n"));
}

#[test]
fn events_leave_through_the_commit_alone() {
    let senders = named_outside("src", "outbox.send(", &["src/store/tx.rs"]);
    assert!(senders.is_empty(), "an event leaves without a commit:\n{}", senders.join("\n"));
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    let long: Vec<_> = ["src", "app/src", "app/contract/src"]
        .into_iter()
        .flat_map(files)
        .filter_map(|(path, text)| {
            let own = text.split("#[cfg(test)]").next().unwrap_or_default().lines().count();
            (own > 400).then(|| format!("{path}: {own}"))
        })
        .collect();
    assert!(long.is_empty(), "too long:\n{}", long.join("\n"));
}

#[test]
fn nobody_is_called_a_manager() {
    let named: Vec<_> = ["src", "app/src", "app/contract/src"]
        .into_iter()
        .flat_map(files)
        .map(|(path, _)| path)
        .filter(|path| ["utils", "helpers", "manager", "service", "mod.rs"].iter().any(|word| path.contains(word)))
        .collect();
    assert!(named.is_empty(), "{named:?}");
}
