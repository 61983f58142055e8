//! A spreadsheet's file in the browser: read as text, whatever wrote it, and sent in parts that are each done once.

use contract::{
    ClientKey,
    loads::import::{Column, MAX_LINES, lines},
};

/// A part has no more text than this, in bytes: the server takes half a megabyte, and JSON makes some of it longer.
const MAX_PART: usize = 200_000;

/// A larger file is no list of loads, in bytes.
pub const MAX_FILE: f64 = 20_000_000.0;

/// More lines than this nobody means to enter at once.
pub const MAX_SHEET: usize = 50_000;

/// A file, line by line.
#[derive(Clone, Debug)]
pub struct Sheet {
    titles: String,
    lines: Vec<String>,
    /// What its parts are called, so that one that is sent again is done once.
    key: Option<ClientKey>,
}

impl Sheet {
    /// A text with a line of titles and at least one other.
    pub fn read(text: &str, key: Option<ClientKey>) -> Option<Self> {
        let mut lines = lines(text.trim_start_matches('\u{feff}')).into_iter().map(str::to_owned);
        let titles = lines.next()?;
        let lines: Vec<_> = lines.collect();
        (!lines.is_empty()).then_some(Self { titles, lines, key })
    }

    /// How many lines it has besides its titles.
    pub const fn len(&self) -> usize {
        self.lines.len()
    }

    /// The part that begins at a line, and how many lines it has.
    pub fn part(&self, from: usize) -> (String, usize) {
        let mut text = self.titles.clone();
        let mut count = 0;
        for line in self.lines.iter().skip(from).take(MAX_LINES) {
            if count > 0 && text.len() + line.len() > MAX_PART {
                break;
            }
            text.push('\n');
            text.push_str(line);
            count += 1;
        }
        (text, count)
    }

    /// A file of some of its lines, to be mended.
    pub fn only(&self, wanted: impl Iterator<Item = usize>) -> String {
        let lines = wanted.filter_map(|line| self.lines.get(line)).map(String::as_str);
        [self.titles.as_str()].into_iter().chain(lines).collect::<Vec<_>>().join("\r\n")
    }

    /// What the part that begins at a line is called, for these columns: with others it is another one.
    pub fn key(&self, from: usize, columns: &[Option<Column>]) -> Option<String> {
        let columns: Vec<_> = columns
            .iter()
            .map(|column| column.map_or_else(|| "-".to_owned(), |column| (column as u8).to_string()))
            .collect();
        self.key.map(|key| format!("{key}-{from}-{}", columns.join(".")).chars().take(200).collect())
    }
}

#[cfg(feature = "hydrate")]
pub use browser::{pause, send, text};
#[cfg(not(feature = "hydrate"))]
pub use server::{pause, send, text};

#[cfg(feature = "hydrate")]
mod browser {
    use contract::{
        One,
        loads::import::{ImportLoads, Imported},
    };
    use js_sys::{Object, Promise, Reflect, Uint8Array};
    use leptos::{
        prelude::window,
        wasm_bindgen::{JsCast, JsValue},
    };
    use wasm_bindgen_futures::JsFuture;

    use super::super::upload::{File, post};
    use crate::{
        fault::Fault,
        live::bind::{TextDecoder, Whole},
    };

    /// The text of a file: UTF-16 where it says so, else UTF-8, else what older spreadsheets write.
    pub async fn text(file: File) -> Option<String> {
        let bytes = file.unchecked_into::<Whole>().bytes().await.ok()?;
        let head = Uint8Array::new(&bytes).subarray(0, 2).to_vec();
        let strict = Object::new();
        _ = Reflect::set(&strict, &"fatal".into(), &JsValue::TRUE);
        let read = |label: &str| TextDecoder::new(label, &strict).decode(&bytes).ok();
        match head.as_slice() {
            [0xff, 0xfe] => read("utf-16le"),
            [0xfe, 0xff] => read("utf-16be"),
            _ => read("utf-8").or_else(|| read("windows-1252")),
        }
    }

    /// Lets time go by, as the server asked for.
    pub async fn pause(ms: u64) {
        let ms = i32::try_from(ms).unwrap_or(i32::MAX);
        let promise = Promise::new(&mut |done, _| {
            _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&done, ms);
        });
        _ = JsFuture::from(promise).await;
    }

    /// Sends a part; under a key it is done once, however often it is sent.
    pub async fn send(ask: &ImportLoads, key: Option<String>) -> Result<One<Imported>, Fault> {
        let headers = Object::new();
        _ = Reflect::set(&headers, &"content-type".into(), &"application/json".into());
        if let Some(key) = key {
            _ = Reflect::set(&headers, &"idempotency-key".into(), &key.into());
        }
        let body = serde_json::to_string(ask).unwrap_or_default();
        let options = Object::new();
        for (name, value) in [("method", "POST".into()), ("headers", headers.into()), ("body", JsValue::from(body))] {
            _ = Reflect::set(&options, &name.into(), &value);
        }
        post("/api/v1/loads/import", &options).await
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use contract::{
        One,
        loads::import::{ImportLoads, Imported},
    };

    use super::super::upload::File;
    use crate::fault::Fault;

    /// None: no server chooses files.
    pub async fn text(file: File) -> Option<String> {
        match file {}
    }

    /// Nobody waits on the server.
    pub async fn pause(_ms: u64) {}

    /// A server sends nothing to itself.
    pub async fn send(_ask: &ImportLoads, _key: Option<String>) -> Result<One<Imported>, Fault> {
        Err(Fault::Unreachable { unreachable: String::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_sent_in_parts_that_have_every_line_once() {
        let text = format!("a,b\n{}", "1,2\n".repeat(MAX_LINES * 2 + 7));
        let sheet = Sheet::read(&text, None).expect("a sheet");
        let (mut from, mut parts) = (0, 0);
        while from < sheet.len() {
            let (part, count) = sheet.part(from);
            assert_eq!(part.lines().count(), count + 1);
            from += count;
            parts += 1;
        }
        assert_eq!((from, parts), (MAX_LINES * 2 + 7, 3));
        let wide = Sheet::read(&format!("a\n{0}\n{0}\n", "x".repeat(MAX_PART)), None).expect("a sheet");
        assert_eq!(wide.part(0).1, 1, "one line at least, so that it ends");
        assert_eq!(sheet.only([0, 2].into_iter()), "a,b\r\n1,2\r\n1,2");
        assert!(Sheet::read("a,b\n", None).is_none() && Sheet::read("", None).is_none());
    }

    #[test]
    fn a_part_has_one_key_for_the_same_columns() {
        let key = Some(ClientKey::new(uuid::Uuid::nil()));
        let sheet = Sheet::read("a\n1\n2\n", key).expect("a sheet");
        let as_customer = [Some(Column::Customer)];
        assert_eq!(sheet.key(0, &as_customer), sheet.key(0, &as_customer));
        assert_ne!(sheet.key(0, &as_customer), sheet.key(0, &[None]));
        assert_ne!(sheet.key(0, &as_customer), sheet.key(1, &as_customer));
    }
}
