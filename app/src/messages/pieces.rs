//! A text as it is shown: everything is text, and what is an address of the web can be followed.

use leptos::{either::Either, prelude::*};

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Link(&'a str),
}

/// A text with its links.
pub fn shown(text: &str) -> impl IntoView + use<> {
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => Either::Left(text.to_owned()),
            Piece::Link(href) => Either::Right(view! {
                <a class="link" href=href.to_owned() target="_blank" rel="noopener noreferrer nofollow">{href.to_owned()}</a>
            }),
        })
        .collect_view()
}

/// Takes a text apart. Only `http://` and `https://` make a link; a sentence's end doesn't belong to it.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    let mut plain = 0;
    while let Some(start) = next_link(rest, plain) {
        let end = rest[start..].find(char::is_whitespace).map_or(rest.len(), |length| start + length);
        let link = rest[start..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '"', '\'', '>']);
        let host = link.split_once("//").map_or("", |(_, host)| host);
        if host.starts_with(|first: char| first.is_ascii_alphanumeric()) {
            if start > 0 {
                pieces.push(Piece::Text(&rest[..start]));
            }
            pieces.push(Piece::Link(link));
            rest = &rest[start + link.len()..];
            plain = 0;
        } else {
            plain = end;
        }
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Where the next address begins, from a place on: at the beginning of a word.
fn next_link(text: &str, from: usize) -> Option<usize> {
    let found = ["https://", "http://"].into_iter().flat_map(|scheme| text[from..].match_indices(scheme));
    let begins = |at: &usize| !text[..*at].ends_with(|before: char| before.is_alphanumeric());
    found.map(|(at, _)| from + at).filter(begins).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_links() {
        use Piece::{Link, Text};
        for (text, expected) in [
            ("Call me", vec![Text("Call me")]),
            ("See https://a.example/x?y=1.", vec![Text("See "), Link("https://a.example/x?y=1"), Text(".")]),
            ("http://a.example", vec![Link("http://a.example")]),
            (
                "(https://a.example) and\nhttp://b.example",
                vec![Text("("), Link("https://a.example"), Text(") and\n"), Link("http://b.example")],
            ),
            ("javascript:alert(1)", vec![Text("javascript:alert(1)")]),
            ("xhttps://a.example", vec![Text("xhttps://a.example")]),
            ("https:// and https://", vec![Text("https:// and https://")]),
            ("<a href=\"https://a.example\">x", vec![Text("<a href=\""), Link("https://a.example\">x")]),
            ("", vec![]),
        ] {
            assert_eq!(pieces(text), expected, "{text:?}");
        }
    }
}
