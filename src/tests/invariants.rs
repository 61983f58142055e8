//! The house rules that a reader could forget: who may name whom, and how long a file may be.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use headhaul::figures::FIGURES;

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
        ("src", "redis::", &["src/relay"][..]),
        ("src", "Utc::now", &["src/clock.rs"][..]),
        ("src", "Uuid::now_v7", &["src/clock.rs"][..]),
        ("src", "Uuid::new_v4", &["src/clock.rs"][..]),
        ("src", "AssertSqlSafe", &["src/store.rs"][..]),
        ("app/src", "extern \"C\"", &["app/src/live/bind.rs"][..]),
        ("app/src", "leaflet::", &["app/src/tracking"][..]),
        ("app/src", "wasm_split", &["app/src/parts.rs"][..]),
        // Each of these, used elsewhere, compiles serde_json's own reader into the page once more.
        ("app/src", "serde_json::from_", &["app/src/json", "app/src/tracking/map/ground.rs"][..]),
        ("app/src", "Resource::new", &["app/src/json.rs"][..]),
        ("app/src", "codec::Json", &[][..]),
        ("app/src", "sqlx", &[][..]),
        ("app/src", "tokio", &[][..]),
        ("app/contract/src", "serde_json", &["app/contract/src/event/samples.rs"][..]),
    ] {
        let outside = named_outside(folder, word, homes);
        assert!(outside.is_empty(), "{word} is named outside of its room:\n{}", outside.join("\n"));
    }
}

#[test]
fn event_names_and_rooms_are_written_once() {
    for name in contract::event::catalogue().map(|kind| kind.name) {
        let quoted = format!("\"{name}\"");
        let outside = [named_outside("src", &quoted, &[]), named_outside("app/src", &quoted, &[])].concat();
        assert!(outside.is_empty(), "{name} is written out:\n{}", outside.join("\n"));
    }
    for start in ["tenant:", "role:", "carrier:", "user:", "load:", "positions:", "fleet:"] {
        // The numbers of loads are counted under such a name too, elsewhere.
        let rooms = named_outside("src", &format!("\"{start}"), &["src/loads/create.rs"]);
        assert!(rooms.is_empty(), "a room is written out:\n{}", rooms.join("\n"));
    }
    for way in [".to(", ".within(", ".except(", ".join(", ".leave("] {
        let by_hand: Vec<_> = named_outside("src/realtime", way, &[])
            .into_iter()
            .filter(|line| {
                !["room.to_string()", "Room::", "(namespace, room)", "fleet.leave("]
                    .iter()
                    .any(|ours| line.contains(ours))
            })
            .collect();
        assert!(by_hand.is_empty(), "a room is named by hand:\n{}", by_hand.join("\n"));
    }
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

/// The names of the figures that a text counts by.
fn figures_in(text: &str) -> Vec<&str> {
    let names = text.split('"').filter(|part| part.starts_with("headhaul_"));
    names.filter(|name| name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')).collect()
}

#[test]
fn every_figure_is_described_and_every_described_one_is_counted() {
    let home = "src/figures.rs";
    let mut counted: BTreeSet<String> = files("src")
        .into_iter()
        .filter(|(path, _)| path != home)
        .flat_map(|(_, text)| figures_in(&text).into_iter().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    // Counted where they are described.
    counted.insert("headhaul_panics".to_owned());
    let described: BTreeSet<String> = FIGURES.iter().map(|figure| figure.name.to_owned()).collect();
    assert_eq!(counted, described);
}

#[test]
fn the_page_about_figures_says_what_the_server_says() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md")).unwrap();
    let table: Vec<&str> = page.lines().filter(|line| line.starts_with("| `headhaul_")).collect();
    let wanted: Vec<String> = FIGURES.iter().map(ToString::to_string).collect();
    assert_eq!(table, wanted, "docs/metrics.md should have these lines:\n{}", wanted.join("\n"));
}
