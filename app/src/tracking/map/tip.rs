//! The small note beside the pointer.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::{
    live::Entry,
    say,
    tracking::{fleet::Fleet, trucks::Drawn},
    ui::words::reason_words,
    when,
};

/// How far it stands from the pointer, in pixels.
const OFF_PX: f64 = 14.0;

/// The note. Dropping it takes it off the page.
pub struct Tip(HtmlElement);

impl Tip {
    /// A hidden one over the map.
    pub fn beside(map: &HtmlElement) -> Option<Self> {
        let note: HtmlElement = document().create_element("div").ok()?.dyn_into().ok()?;
        note.set_class_name("mtip");
        // The list says the same in words, and better to those who can't point.
        _ = note.set_attribute("aria-hidden", "true");
        map.parent_element()?.append_child(&note).ok()?;
        Some(Self(note))
    }

    /// Says what lies under the pointer.
    pub fn show(&self, words: &str, x: f64, y: f64) {
        _ = self.0.class_list().add_1("on");
        self.0.set_text_content(Some(words));
        let room = self
            .0
            .parent_element()
            .map_or((0.0, 0.0), |window| (f64::from(window.client_width()), f64::from(window.client_height())));
        let size = (f64::from(self.0.offset_width()), f64::from(self.0.offset_height()));
        // Where the window ends, it stands on the pointer's other side.
        let side = |at: f64, size: f64, room: f64| {
            if at + OFF_PX + size > room { (at - OFF_PX - size).max(0.0) } else { at + OFF_PX }
        };
        let (x, y) = (side(x, size.0, room.0), side(y, size.1, room.1));
        _ = self.0.style().set_property("transform", &format!("translate({x}px,{y}px)"));
    }

    /// Says nothing.
    pub fn hide(&self) {
        _ = self.0.class_list().remove_1("on");
    }
}

impl Drop for Tip {
    fn drop(&mut self) {
        self.0.remove();
    }
}

/// What the note says about what is drawn at a spot.
pub fn words(drawn: &Drawn, fleet: Fleet) -> Option<String> {
    match drawn.loads.as_slice() {
        [load] => fleet.book.entry(*load).map(|entry| entry.with_untracked(|entry| of_one(entry, fleet))),
        loads => Some(of_several(loads, fleet)),
    }
}

/// How many, and how they stand.
fn of_several(loads: &[contract::LoadId], fleet: Fleet) -> String {
    let (mut late, mut tight, mut stale) = (0, 0, 0);
    fleet.standings.with_untracked(|all| {
        for one in all.iter().filter(|one| loads.contains(&one.load)) {
            late += usize::from(one.risk == contract::risk::Risk::Late);
            tight += usize::from(one.risk == contract::risk::Risk::Tight);
            stale += usize::from(one.is_stale());
        }
    });
    let counts = [(late, say!(tracking.late)), (tight, say!(tracking.tight)), (stale, say!(tracking.no_signal))];
    let told = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{word} {count}"));
    [say!(tracking.n_trucks, n = loads.len())].into_iter().chain(told).collect::<Vec<_>>().join("\n")
}

/// Load, lane, carrier, how it stands, ETA and the position's age, a line each.
fn of_one(entry: &Entry, fleet: Fleet) -> String {
    let (row, now) = (&entry.row, fleet.now.get_untracked());
    let mut lines = vec![
        row.load_number.clone(),
        format!("{}, {} → {}, {}", row.origin.city, row.origin.state, row.destination.city, row.destination.state),
    ];
    lines.extend(row.carrier.as_ref().map(|carrier| carrier.name.clone()));
    lines.extend(contract::risk::outlook(row, now).reason.map(|reason| reason_words(reason, row, now)));
    let (_, _, stop) = row.ahead();
    lines.extend(row.eta.map(|eta| {
        let at = format!("{} {}", when::day_and_clock(eta, stop.offset_min), stop.zone_short);
        say!(tracking.map.tip_eta, at = at)
    }));
    lines.extend(row.current_location.map(|fix| {
        if now.since_ms(fix.at) < 60_000 {
            say!(tracking.map.tip_now).to_owned()
        } else {
            say!(tracking.map.tip_age, age = when::age(fix.at, now))
        }
    }));
    lines.join("\n")
}
