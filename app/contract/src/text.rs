//! What people type, as it may be kept.

use crate::refusal::Flaw;

/// A line of text without the space around it, of at most `most` characters; nothing when nothing of it can be seen.
///
/// # Errors
/// [`Flaw::TooLong`], or [`Flaw::Unreadable`] when it has characters that act unseen.
pub fn line(text: &str, most: usize) -> Result<Option<String>, Flaw> {
    clean(text, most, is_unseen)
}

/// The same of text that may have several lines.
///
/// # Errors
/// As for [`line()`].
pub fn lines(text: &str, most: usize) -> Result<Option<String>, Flaw> {
    clean(&text.replace("\r\n", "\n"), most, |c| c != '\n' && is_unseen(c))
}

fn clean(text: &str, most: usize, is_barred: fn(char) -> bool) -> Result<Option<String>, Flaw> {
    let text = text.trim();
    if !text.chars().any(is_seen) {
        return Ok(None);
    }
    if text.chars().any(is_barred) {
        return Err(Flaw::Unreadable);
    }
    if text.chars().count() > most { Err(Flaw::TooLong) } else { Ok(Some(text.to_owned())) }
}

/// Whether nobody sees it, but programs act on it: control characters (PostgreSQL stores no NUL at all), line ends of
/// other kinds, and what turns the direction of the text around it so that it reads as something else.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61C}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2066}'..='\u{2069}'
                | '\u{FEFF}'
                | '\u{E0000}'..='\u{E007F}'
        )
}

/// Whether it leaves a mark: joiners and fillers have their place within text, but don't make one.
fn is_seen(c: char) -> bool {
    !c.is_whitespace()
        && !is_unseen(c)
        && !matches!(
            c,
            '\u{AD}'
                | '\u{34F}'
                | '\u{115F}'
                | '\u{1160}'
                | '\u{17B4}'
                | '\u{17B5}'
                | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200D}'
                | '\u{2060}'..='\u{2065}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{FE00}'..='\u{FE0F}'
                | '\u{FFA0}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_kept_as_it_is_seen() {
        for (text, kept) in [
            ("  Summit Foods ", Some("Summit Foods")),
            ("Łódź & Söhne 👩‍🚀", Some("Łódź & Söhne 👩‍🚀")),
            ("", None),
            (" \u{A0} ", None),
            ("\u{200B}\u{200B}", None),
            ("\u{FEFF}\u{0}", None),
        ] {
            assert_eq!(line(text, 200), Ok(kept.map(str::to_owned)), "{text:?}");
        }
    }

    #[test]
    fn what_acts_unseen_is_refused() {
        for text in ["a\0b", "a\u{7}b", "a\u{1b}[31mb", "\u{202E}gnp.exe", "a\u{2066}b", "a\nb", "a\u{85}b", "a\tb"] {
            assert_eq!(line(text, 200), Err(Flaw::Unreadable), "{text:?}");
        }
        assert_eq!(lines("a\r\nb\nc", 5), Ok(Some("a\nb\nc".to_owned())));
        assert_eq!(lines("a\0b", 5), Err(Flaw::Unreadable));
    }

    #[test]
    fn letters_are_counted_without_the_space_around_them() {
        assert_eq!(line(&format!("  {}  ", "😀".repeat(200)), 200), Ok(Some("😀".repeat(200))));
        assert_eq!(line(&"x".repeat(201), 200), Err(Flaw::TooLong));
    }
}
