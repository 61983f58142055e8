//! Loads from a spreadsheet: each line is entered whole or says what is wrong with it, and those of a call in one transaction.

use std::collections::{BTreeMap, HashMap};

use contract::{
    Code, Refusal,
    actor::{Actor, Permission},
    loads::import::{Column, Faults, ImportLoads, Imported, Line, MAX_COLUMNS, MAX_LINES, Titled, load, separator},
    refusal::Flaw,
};

use super::create::{check, enter};
use crate::{
    desk::Desk,
    error::Result,
    store::{
        Store,
        loads::{Insert, references},
    },
};

/// So much of what stands first in a column is shown, in characters.
const SAMPLE: usize = 60;

/// Enters the loads that the lines describe, or says what would become of them.
pub async fn import(desk: &Desk, who: &Actor, ask: ImportLoads) -> Result<Imported> {
    let grant = who.may(Permission::LoadCreate)?;
    let (columns, lines) = read(who, &ask)?;
    let mut known = Known::of(&desk.store, who, &lines).await?;
    let checked: Vec<Result<Insert, Refusal>> = lines
        .iter()
        .map(|values| {
            let (load, faults) = load(values);
            let reference = known.see(&load.customer_name, load.reference.as_deref());
            judged(check(desk, who, load), faults.into_iter().chain(reference).collect())
        })
        .collect();
    let mut outcomes = Vec::with_capacity(checked.len());
    if ask.dry_run {
        outcomes.extend(checked.into_iter().map(|line| Line { load_number: None, error: line.err() }));
        return Ok(Imported { columns, lines: outcomes });
    }
    let mut tx = desk.begin(grant).await?;
    for line in checked {
        outcomes.push(match line {
            Ok(load) => {
                let entered = enter(&mut tx, load, Some(who.user)).await?;
                Line { load_number: Some(entered.load_number), error: None }
            }
            Err(error) => Line { load_number: None, error: Some(error) },
        });
    }
    tx.commit().await?;
    Ok(Imported { columns, lines: outcomes })
}

/// What was checked, with what is wrong beside that.
fn judged(checked: Result<Insert, Refusal>, mut faults: Faults) -> Result<Insert, Refusal> {
    let details = match checked {
        Ok(load) if faults.is_empty() => return Ok(load),
        Ok(_) => None,
        Err(refusal) if refusal.code == Code::Invalid => refusal.details,
        Err(refusal) => return Err(refusal),
    };
    for (field, words) in details.iter().flat_map(|details| &details.fields) {
        // A window that doesn't open doesn't close either: that is told once.
        let opens = field.strip_suffix("End").map(|stem| format!("{stem}Start"));
        if opens.is_some_and(|opens| faults.contains_key(&opens)) {
            continue;
        }
        let flaw = details.as_ref().and_then(|details| details.flaws.get(field).copied()).unwrap_or(Flaw::Unreadable);
        faults.entry(field.clone()).or_insert_with(|| (flaw, words.clone()));
    }
    Err(Refusal::flawed_fields(faults))
}

/// What stands in a line.
type Values = BTreeMap<Column, String>;

/// The columns of the file and what stands in each line of it.
fn read(who: &Actor, ask: &ImportLoads) -> Result<(Vec<Titled>, Vec<Values>), Refusal> {
    let bad = |flaw, words: &str| Refusal::flawed("csv", flaw, words);
    let text = ask.csv.trim_start_matches('\u{feff}');
    let titles = text.lines().next().unwrap_or_default();
    let mut file = csv::ReaderBuilder::new()
        .delimiter(separator(titles) as u8)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let titles = file.headers().map_err(|_| bad(Flaw::Unreadable, "is no table"))?.clone();
    if titles.is_empty() || titles.len() > MAX_COLUMNS {
        return Err(bad(Flaw::OutOfRange, "a table has 1 to 100 columns"));
    }
    let mut records = Vec::new();
    for record in file.records() {
        let record = record.map_err(|_| bad(Flaw::Unreadable, "is no table"))?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        if records.len() == MAX_LINES {
            return Err(bad(Flaw::TooLong, "at most 100 lines in one call"));
        }
        records.push(record);
    }
    let meant: Vec<Option<Column>> = match &ask.columns {
        Some(columns) => columns.clone(),
        None => guessed(who, titles.iter()),
    };
    let columns = titles.iter().enumerate().map(|(place, title)| {
        let sample = records.iter().filter_map(|record| record.get(place)).find(|text| !text.is_empty());
        Titled {
            title: title.chars().take(SAMPLE).collect(),
            column: meant.get(place).copied().flatten(),
            sample: sample.unwrap_or_default().chars().take(SAMPLE).collect(),
        }
    });
    let of = |record: &csv::StringRecord| {
        let values = meant.iter().zip(record.iter());
        values.filter_map(|(column, text)| Some(((*column)?, text.to_owned()))).collect()
    };
    Ok((columns.collect(), records.iter().map(of).collect()))
}

/// What the columns most likely hold, each of its kind once; not what the caller may not set.
fn guessed<'a>(who: &Actor, titles: impl Iterator<Item = &'a str>) -> Vec<Option<Column>> {
    let mut taken = Vec::new();
    titles
        .map(|title| {
            let column = Column::guess(title).filter(|column| !taken.contains(column))?;
            if column == Column::CustomerRate && !who.can(Permission::FinanceView) {
                return None;
            }
            taken.push(column);
            Some(column)
        })
        .collect()
}

/// The customers' references that are taken, by loads and by lines before: a file that comes twice makes no load twice.
struct Known(HashMap<(String, String), String>);

impl Known {
    async fn of(store: &Store, who: &Actor, lines: &[Values]) -> Result<Self> {
        let mut wanted: Vec<&str> =
            lines.iter().filter_map(|line| line.get(&Column::Reference)).map(|text| text.trim()).collect();
        wanted.retain(|reference| !reference.is_empty());
        wanted.sort_unstable();
        wanted.dedup();
        let found = references(store, who.tenant, &wanted).await?;
        Ok(Self(found.into_iter().map(|known| ((known.customer, known.reference), known.load_number)).collect()))
    }

    /// Notes the reference of a line; a fault when a load of that customer, or a line before, has it already.
    fn see(&mut self, customer: &str, reference: Option<&str>) -> Option<(String, (Flaw, String))> {
        let reference = reference?;
        let key = (customer.to_owned(), reference.to_owned());
        if let Some(number) = self.0.get(&key) {
            let words = if number.is_empty() { "stands in a line before".to_owned() } else { format!("is {number}") };
            return Some(("reference".to_owned(), (Flaw::NotAllowed, words)));
        }
        self.0.insert(key, String::new());
        None
    }
}
