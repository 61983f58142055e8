//! What people look for among loads: words, each of which must be somewhere in the load.

use super::LoadRow;

/// More words than these narrow nothing any more.
const MAX_WORDS: usize = 8;

/// The words of what is sought, in lower case: of `Dayton, OH` it is two, of `MC 482213` the number alone.
pub fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let mut words: Vec<&str> =
        text.split(|letter: char| letter.is_whitespace() || letter == ',').filter(|word| !word.is_empty()).collect();
    for word in &mut words {
        *word = word.strip_prefix("mc").filter(|rest| is_number(rest)).unwrap_or(word);
    }
    let names_carrier = |pair: &[&str]| pair[0] == "mc" && is_number(pair[1]);
    if let Some(place) = words.windows(2).position(names_carrier) {
        words.remove(place);
    }
    words.into_iter().take(MAX_WORDS).map(str::to_owned).collect()
}

/// The end of the load number that a word means as people say it: of `ld-22` it is `-00022`.
pub fn number_end(word: &str) -> Option<String> {
    let digits = word.strip_prefix("ld-").filter(|digits| is_number(digits) && digits.len() <= 5)?;
    Some(format!("-{digits:0>5}"))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl LoadRow {
    /// Whether it has all that is sought, as far as a row can tell: the server also looks at references and at carriers'
    /// numbers.
    pub fn mentions(&self, sought: &str) -> bool {
        let Self { load_number, customer_name, origin, destination, carrier, driver, .. } = self;
        let places = [&origin.city, &origin.state, &destination.city, &destination.state];
        let named = [carrier.as_ref().map(|carrier| &carrier.name), driver.as_ref().map(|driver| &driver.name)];
        let texts = [load_number, customer_name].into_iter().chain(places).chain(named.into_iter().flatten());
        let texts: Vec<String> = texts.map(|text| text.to_lowercase()).collect();
        let has = |word: &str| {
            texts.iter().any(|text| text.contains(word)) || number_end(word).is_some_and(|end| texts[0].ends_with(&end))
        };
        words(sought).iter().all(|word| has(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sought_is_taken_word_by_word() {
        for (text, expected) in [
            ("CINCINNATI, OH", &["cincinnati", "oh"][..]),
            (" dav  cin ", &["dav", "cin"]),
            ("MC 482213", &["482213"]),
            ("mc482213", &["482213"]),
            ("McAllen", &["mcallen"]),
            ("MC", &["mc"]),
            (" , ", &[]),
        ] {
            assert_eq!(words(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_load_number_may_be_said_without_its_month() {
        assert_eq!(number_end("ld-22").as_deref(), Some("-00022"));
        assert_eq!(number_end("ld-202611"), None);
        assert_eq!(number_end("22"), None);
    }
}
