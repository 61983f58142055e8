//! The page that a driver's link opens. It is written by the server and woken by one small script (`public/driver/`),
//! because old telephones open it where the signal is weak: the compiled pages are many times as large.

use contract::{LinkId, StopId, Timestamp, links::Deed, loads::Stop};
use leptos::{either::Either, prelude::*};
use serde_json::json;

use crate::{
    i18n::{LANGUAGES, Language as _, Locale, locale, own_name},
    say,
    ui::words::stop_word,
    when,
};

/// What a driver is shown.
#[derive(Clone, Debug)]
pub struct Drive {
    /// By which link.
    pub link: LinkId,
    /// Whose load it is.
    pub company: String,
    /// Who moves it.
    pub carrier: String,
    /// As people call it.
    pub load_number: String,
    /// In their order.
    pub stops: Vec<Stop>,
    /// What the driver can say next.
    pub next: Option<Next>,
    /// Whether the driver shares where they are.
    pub agreed: bool,
    /// When the link ends by itself.
    pub expires_at: Timestamp,
    /// Whether the load is delivered, or no longer to be moved.
    pub is_over: bool,
}

/// What a driver can say next.
#[derive(Clone, Copy, Debug)]
pub struct Next {
    /// At which stop.
    pub stop: StopId,
    /// What.
    pub deed: Deed,
}

/// Writes something in a language, outside of any other page.
fn written(language: Locale, view: impl FnOnce() -> String) -> String {
    Owner::new().with(|| {
        provide_context(language);
        view()
    })
}

/// The page. `stamp` changes with the script and the styles.
pub fn page(drive: &Drive, language: Locale, stamp: &str) -> String {
    written(language, || {
        let title = format!("{} · {}", drive.load_number, drive.company);
        let ends = drive.stops.last().map_or_else(String::new, |stop| {
            let at = &stop.appointment;
            format!("{} {}", when::day_and_clock(drive.expires_at, at.offset_min), at.zone_short)
        });
        let who = say!(links.drive.who, company = drive.company.clone(), carrier = drive.carrier.clone());
        let view = view! {
            <main id="main" data-link=drive.link.to_string() data-agreed=drive.agreed.to_string() data-words=words()>
                <section id="ask" class="box" hidden=drive.agreed>
                    <h2>{say!(links.drive.ask)}</h2>
                    <p><b>{say!(links.drive.who_label)}</b>" "{who}</p>
                    <p><b>{say!(links.drive.long_label)}</b>" "{say!(links.drive.long, at = ends)}</p>
                    <p><b>{say!(links.drive.when_label)}</b>" "{say!(links.drive.when)}</p>
                    <button type="button" id="yes" class="big pri">{say!(links.drive.yes)}</button>
                    <button type="button" id="no" class="big">{say!(links.drive.no)}</button>
                </section>
                <section id="share" class="box" data-state="off" hidden=true>
                    <p role="status"><b id="state"></b><span id="more"></span></p>
                    <div class="two">
                        <button type="button" id="now" class="big">{say!(links.drive.now)}</button>
                        <button type="button" id="stop" class="big">{say!(links.drive.stop)}</button>
                    </div>
                </section>
                <p id="fault" class="fault" role="alert" hidden=true></p>
                <div id="load">{load(drive)}</div>
                <details id="write">
                    <summary>{say!(links.drive.write)}</summary>
                    <label for="note">{say!(links.drive.note)}</label>
                    <textarea id="note" maxlength=contract::links::MAX_NOTE.to_string() rows="3"></textarea>
                    <button type="button" id="tell" class="big">{say!(links.drive.tell)}</button>
                    <p id="told" role="status"></p>
                </details>
                <noscript><p class="fault">{say!(links.drive.no_script)}</p></noscript>
            </main>
        };
        document(&title, Some(&drive.company), stamp, view)
    })
}

/// What a link opens that doesn't work, whatever the reason.
pub fn ended_page(language: Locale, stamp: &str) -> String {
    written(language, || {
        let view = view! {
            <main id="main">
                <section class="box">
                    <h1>{say!(links.drive.ended)}</h1>
                    <p>{say!(links.drive.ended_text)}</p>
                </section>
            </main>
        };
        document(say!(links.drive.ended), None, stamp, view)
    })
}

/// The load's part of the page, to be put in the place of what was there.
pub fn load_part(drive: &Drive, language: Locale) -> String {
    written(language, || load(drive).to_html())
}

fn document(title: &str, company: Option<&str>, stamp: &str, main: impl IntoView) -> String {
    let file = |name: &str| format!("/driver/{name}?v={stamp}");
    let script = company.is_some().then(|| view! { <script src=file("driver.js") defer=true></script> });
    let other = LANGUAGES.into_iter().find(|language| *language != locale()).map(|language| {
        let href = format!("?lang={}", language.as_str());
        view! { <a class="lang" href=href lang=language.as_str() hreflang=language.as_str()>{own_name(language)}</a> }
    });
    let view = view! {
        <!DOCTYPE html>
        <html lang=locale().as_str()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
                <meta name="referrer" content="no-referrer" />
                <title>{title.to_owned()}</title>
                <link rel="stylesheet" href=file("driver.css") />
                <link rel="icon" href="/icon.svg" r#type="image/svg+xml" />
                {script}
            </head>
            <body>
                <header><b>{company.unwrap_or("Headhaul").to_owned()}</b>{other}</header>
                {main}
            </body>
        </html>
    };
    view.to_html()
}

fn load(drive: &Drive) -> impl IntoView + use<> {
    let town =
        |stop: Option<&Stop>| stop.map(|stop| format!("{}, {}", stop.town.city, stop.town.state)).unwrap_or_default();
    let (from, to) = (town(drive.stops.first()), town(drive.stops.last()));
    let next = drive.next;
    let lines = drive.stops.iter().map(|stop| line(stop, next)).collect_view();
    view! {
        <section class="box" data-over=drive.is_over.to_string()>
            <p class="num">{drive.load_number.clone()}</p>
            <h1>{from}<span aria-hidden="true">" → "</span><span class="unseen">{say!(links.drive.to)}</span>{to}</h1>
            <ol class="stops">{lines}</ol>
        </section>
        {if let Some(next) = next {
            Either::Left(button(drive, next))
        } else {
            let words = if drive.is_over { say!(links.drive.over) } else { say!(links.drive.waiting) };
            Either::Right(view! { <p class="box" role="status">{words}</p> })
        }}
    }
}

fn place(stop: &Stop) -> String {
    if stop.facility.is_empty() { stop.town.city.clone() } else { stop.facility.clone() }
}

fn line(stop: &Stop, next: Option<Next>) -> impl IntoView + use<> {
    let at = |moment: Timestamp| {
        format!("{} {}", when::day_and_clock(moment, stop.appointment.offset_min), stop.appointment.zone_short)
    };
    let told = match (stop.arrived_at, stop.departed_at) {
        (_, Some(departed)) => say!(links.drive.left_at, at = at(departed)),
        (Some(arrived), None) => say!(links.drive.came_at, at = at(arrived)),
        (None, None) => when::window(&stop.appointment),
    };
    let current = next.is_some_and(|next| next.stop == stop.id).then_some("step");
    view! {
        <li class:done=stop.departed_at.is_some() aria-current=current>
            <b>{format!("{} · {}", stop_word(stop.kind), place(stop))}</b>
            <span>{format!("{}, {}", stop.town.city, stop.town.state)}</span>
            <span>{told}</span>
        </li>
    }
}

fn button(drive: &Drive, next: Next) -> impl IntoView + use<> {
    let at = drive.stops.iter().position(|stop| stop.id == next.stop);
    let stop = at.and_then(|at| drive.stops.get(at));
    let is_last = at.is_some_and(|at| at + 1 == drive.stops.len());
    let is_pickup = stop.is_some_and(|stop| stop.kind == contract::loads::StopKind::Pickup);
    let (deed, words) = match next.deed {
        Deed::Arrive => ("arrive", say!(links.drive.arrived)),
        Deed::Depart if is_last => ("depart", say!(links.drive.delivered)),
        Deed::Depart if is_pickup => ("depart", say!(links.drive.loaded)),
        Deed::Depart => ("depart", say!(links.drive.unloaded)),
    };
    // After the last one there is no way back for the driver.
    let sure = (next.deed == Deed::Depart && is_last).then(|| say!(links.drive.sure));
    view! {
        <button type="button" id="deed" class="big pri" data-deed=deed data-stop=next.stop.to_string() data-sure=sure>
            {words}
            <small>{stop.map(place)}</small>
        </button>
    }
}

/// What the script says by itself.
fn words() -> String {
    json!({
        "starting": say!(links.drive.state.starting),
        "sending": say!(links.drive.state.sending),
        "sent": say!(links.drive.state.sent, at = "{at}"),
        "offline": say!(links.drive.state.offline),
        "waiting_one": say!(links.drive.state.waiting_one),
        "waiting_many": say!(links.drive.state.waiting_many, count = "{count}"),
        "paused": say!(links.drive.state.paused, from = "{from}", to = "{to}"),
        "denied": say!(links.drive.state.denied),
        "denied_text": say!(links.drive.state.denied_text),
        "blind": say!(links.drive.state.blind),
        "blind_text": say!(links.drive.state.blind_text),
        "early": say!(links.drive.state.early),
        "early_text": say!(links.drive.state.early_text),
        "off": say!(links.drive.state.off),
        "off_text": say!(links.drive.state.off_text),
        "over": say!(links.drive.state.over),
        "over_text": say!(links.drive.state.over_text),
        "ended": say!(links.drive.ended),
        "ended_text": say!(links.drive.ended_text),
        "unsent": say!(links.drive.unsent),
        "refused": say!(links.drive.refused),
        "told": say!(links.drive.told),
    })
    .to_string()
}
