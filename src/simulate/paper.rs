//! Papers, as somebody at a desk or a dock would scan them: a page of plain text, as a PDF file.

use std::fmt::Write as _;

use contract::documents::DocumentKind;

/// How far apart lines are, in points.
const LEADING: usize = 18;

/// A page with a title and lines, of which the letters outside of ASCII are left out.
pub fn pdf(title: &str, lines: &[String]) -> Vec<u8> {
    let mut text = format!("BT /F 20 Tf 72 720 Td ({}) Tj /F 11 Tf {LEADING} TL T* ", plain(title));
    for line in lines {
        let _ = write!(text, "T* ({}) Tj ", plain(line));
    }
    text.push_str("ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F 4 0 R>>>>/Contents 5 0 R>>".to_owned(),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
        format!("<</Length {}>>\nstream\n{text}\nendstream", text.len()),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = String::new();
    for (number, object) in (1..).zip(&objects) {
        let _ = writeln!(places, "{:010} 00000 n ", file.len());
        let _ = writeln!(file, "{number} 0 obj\n{object}\nendobj");
    }
    let (start, count) = (file.len(), objects.len() + 1);
    let _ = writeln!(
        file,
        "xref\n0 {count}\n0000000000 65535 f \n{places}trailer\n<</Size {count}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF"
    );
    file.into_bytes()
}

/// A signed paper of a load: what its file is called, and the file.
pub fn signed(kind: DocumentKind, number: &str, carrier: &str, (from, to): &(String, String)) -> (String, Vec<u8>) {
    let (title, name) = match kind {
        DocumentKind::RateConfirmation => ("Rate confirmation", "rate-confirmation"),
        DocumentKind::Bol => ("Bill of lading", "bill-of-lading"),
        DocumentKind::Pod => ("Proof of delivery", "proof-of-delivery"),
        DocumentKind::Other => ("Note", "note"),
    };
    let lines =
        [format!("Load {number}"), format!("Carrier: {carrier}"), format!("From {from} to {to}"), "Signed.".to_owned()];
    (format!("{name}-{}.pdf", number.to_lowercase()), pdf(title, &lines))
}

/// Text as it stands in a page's content.
fn plain(text: &str) -> String {
    let kept = text.chars().filter(|c| c.is_ascii() && !c.is_ascii_control());
    kept.fold(String::new(), |mut escaped, c| {
        if matches!(c, '(' | ')' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_object_lies_where_the_table_says() {
        let file = String::from_utf8(pdf("Proof of delivery", &["Received (in full)".to_owned()])).expect("text");

        let table = file.split("0000000000 65535 f \n").nth(1).expect("a table");
        let places: Vec<usize> = table.lines().take(5).map(|line| line[..10].parse().expect("a place")).collect();
        for (number, place) in (1..).zip(places) {
            assert!(file[place..].starts_with(&format!("{number} 0 obj\n")), "{number}");
        }
        let start: usize = file.lines().rev().nth(1).expect("a line").parse().expect("a place");
        assert!(file[start..].starts_with("xref\n"));
        assert!(file.contains(r"Received \(in full\)"));
    }
}
