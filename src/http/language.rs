//! In which language a page is: as its reader has chosen, else as their browser asks.

use app::i18n::{LANGUAGES, Language as _, Locale};
use axum::{
    extract::Query,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use super::{accounts::own_path, cookies::cookie};

/// Where the choice is kept.
const CHOSEN: &str = "lang";

/// The language of this name, if there is one.
pub fn named(name: &str) -> Option<Locale> {
    LANGUAGES.into_iter().find(|language| language.as_str() == name)
}

/// The language for whoever sends this.
pub fn of(headers: &HeaderMap) -> Locale {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let chosen = text(header::COOKIE).and_then(|cookies| cookie(cookies, CHOSEN)).and_then(|name| named(&name));
    chosen.or_else(|| text(header::ACCEPT_LANGUAGE).and_then(asked)).unwrap_or_default()
}

/// The best of what a browser asks for: `es-MX,es;q=0.9,en;q=0.8`.
fn asked(list: &str) -> Option<Locale> {
    let wish = |wish: &str| {
        let (tag, weight) =
            wish.split_once(';').map_or((wish, None), |(tag, weight)| (tag, weight.trim().strip_prefix("q=")));
        let weight: f32 = weight.map_or(Some(1.0), |weight| weight.parse().ok())?;
        let language = named(tag.trim().split('-').next()?)?;
        (weight > 0.0).then_some((language, weight))
    };
    // Of equal ones the first.
    list.split(',')
        .filter_map(wish)
        .fold(None, |best: Option<(Locale, f32)>, wish| match best {
            Some(best) if best.1 >= wish.1 => Some(best),
            _ => Some(wish),
        })
        .map(|(language, _)| language)
}

/// The language that is chosen.
#[derive(Deserialize)]
pub struct Choice {
    to: String,
}

/// `GET /language?to=es`: keeps the choice for a year, and leads back to where it was made.
pub async fn choose(Query(Choice { to }): Query<Choice>, headers: HeaderMap) -> Response {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let back = referer.and_then(|address| url::Url::parse(address).ok()).map_or_else(
        || "/".to_owned(),
        |address| format!("{}{}", address.path(), address.query().map(|query| format!("?{query}")).unwrap_or_default()),
    );
    // Also to the sign-in page, from which others are never led back to itself.
    let back = if back.starts_with("/login") { back } else { own_path(&back) };
    let mut response = Redirect::to(&back).into_response();
    if let Some(language) = named(&to)
        && let Ok(kept) =
            HeaderValue::from_str(&format!("{CHOSEN}={}; Path=/; Max-Age=31536000; SameSite=Lax", language.as_str()))
    {
        response.headers_mut().append(header::SET_COOKIE, kept);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_the_best_language_of_those_there_are() {
        for (list, language) in [
            ("es-MX,es;q=0.9,en;q=0.8", Some(Locale::es)),
            ("de, en-GB;q=0.4, es;q=0.5", Some(Locale::es)),
            ("en;q=0.8,es;q=0.8", Some(Locale::en)),
            ("es;q=0, en;q=0.1", Some(Locale::en)),
            ("de,fr", None),
            ("*;q=x,,;", None),
        ] {
            assert_eq!(asked(list), language, "{list}");
        }
    }

    #[test]
    fn what_was_chosen_goes_before_what_the_browser_asks() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("es"));
        assert_eq!(of(&headers), Locale::es);
        headers.insert(header::COOKIE, HeaderValue::from_static("a=b; lang=en"));
        assert_eq!(of(&headers), Locale::en);
        headers.insert(header::COOKIE, HeaderValue::from_static("lang=xx"));
        assert_eq!(of(&headers), Locale::es);
    }

    #[tokio::test]
    async fn a_choice_leads_back_within_this_site_alone() {
        let back = async |referer: &'static str| {
            let headers = HeaderMap::from_iter([(header::REFERER, HeaderValue::from_static(referer))]);
            let answer = choose(Query(Choice { to: "es".to_owned() }), headers).await;
            answer.headers()[header::LOCATION].to_str().expect("text").to_owned()
        };
        assert_eq!(back("https://desk.test/loads?view=all").await, "/loads?view=all");
        assert_eq!(back("https://evil.test//evil.test/x").await, "/");
        assert_eq!(back("https://desk.test/login?next=/loads").await, "/login?next=/loads");
    }
}
