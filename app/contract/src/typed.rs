//! Numbers, money and towns as people type them.

/// A weight in pounds, as people write it: `42,000`, or `42,000 lb`.
pub fn number(text: &str) -> Option<i64> {
    let text = text.to_lowercase();
    let text = text.trim_end_matches(['.', 's']).trim_end_matches("lb");
    text.replace([',', ' '], "").parse().ok()
}

/// Dollars as cents: `1850`, `1,850.50`, `$ 1850.5`.
pub fn cents(text: &str) -> Option<i64> {
    let text = text.replace([',', ' ', '$'], "");
    let (dollars, cents) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if dollars.is_empty() || cents.len() > 2 || !digits(dollars) || !digits(cents) {
        return None;
    }
    let dollars: i64 = dollars.parse().ok()?;
    let cents: i64 = format!("{cents:0<2}").parse().ok()?;
    dollars.checked_mul(100)?.checked_add(cents)
}

/// Cents as a field shows them: `1850.50`, and `1850` when they are whole dollars.
pub fn dollars(cents: i64) -> String {
    match cents % 100 {
        0 => (cents / 100).to_string(),
        rest => format!("{}.{rest:02}", cents / 100),
    }
}

/// A town and its state: `Dallas, TX`, or `Dallas TX`.
pub fn town(text: &str) -> Option<(String, String)> {
    let (city, state) = text.rsplit_once(',').or_else(|| text.rsplit_once(' '))?;
    let (city, state) = (city.trim(), state.trim());
    let is_state = state.len() == 2 && state.bytes().all(|byte| byte.is_ascii_alphabetic());
    (is_state && !city.is_empty()).then(|| (city.to_owned(), state.to_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::{cents, dollars, number, town};

    #[test]
    fn money_is_read_as_people_write_it() {
        for (text, expected) in [("1850", 185_000), ("$1,850.5", 185_050), ("0.07", 7), ("12.", 1_200)] {
            assert_eq!(cents(text), Some(expected), "{text}");
        }
        for text in ["", ".5", "-3", "1.234", "18e3", "abc", "99999999999999999999"] {
            assert_eq!(cents(text), None, "{text}");
        }
    }

    #[test]
    fn money_reads_back_as_it_is_shown() {
        for amount in [185_000, 185_050, 7] {
            assert_eq!(cents(&dollars(amount)), Some(amount));
        }
    }

    #[test]
    fn a_weight_may_have_commas_and_its_unit() {
        for text in ["42,000", "42000", "42,000 lb", "42,000 lbs.", "42000LBS"] {
            assert_eq!(number(text), Some(42_000), "{text}");
        }
        for text in ["heavy", "lb", "42 t", "1.5"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn a_town_needs_its_state() {
        let st_louis = Some(("St. Louis".to_owned(), "MO".to_owned()));

        assert_eq!(town("St. Louis, mo"), st_louis);
        assert_eq!(town("St. Louis MO"), st_louis);
        assert_eq!(town("Dallas"), None);
        assert_eq!(town(", TX"), None);
        assert_eq!(town("Dallas, Texas"), None);
    }
}
