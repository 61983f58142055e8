//! What comes in from the server, put in order: which events to apply now, when to ask, when to load afresh.
//!
//! Nothing here needs a browser; the sockets and the polling both bring their news here.

use contract::{
    LoadId,
    event::{Cursor, Event as _, Happened, KpiUpdated, Missed, Place},
    follow::{Follower, Step},
};
use serde::Deserialize;
use serde_json::Value;

use crate::json;

/// What is needed of an envelope. Its data is read when the name is known.
#[derive(Deserialize)]
struct Heard {
    event: String,
    data: Value,
    stream: Option<String>,
    seq: Option<u64>,
    epoch: Option<String>,
}

/// What to do besides applying events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Then {
    /// Nothing.
    #[default]
    Nothing,
    /// Ask what was missed, unless it comes by itself in a moment.
    AskSoon,
    /// Ask what was missed.
    Ask,
    /// Load every list again.
    LoadAfresh,
}

/// What an event tells of notices: no more than every page needs of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// How many are not read.
    pub unread: u32,
    /// The event's data, when it is to be shown by itself.
    pub loud: Option<Value>,
}

/// What came of something that came in.
#[derive(Debug, Default, PartialEq)]
pub struct News {
    /// To be applied, in this order.
    pub events: Vec<Happened>,
    /// Whether something of carriers was among it.
    pub of_carriers: bool,
    /// The loads of which something was told about check calls.
    pub of_calls: Vec<LoadId>,
    /// Whether the desk's figures were among it.
    pub of_figures: bool,
    /// What it tells of the reader's notices.
    pub notices: Vec<Told>,
    /// What the newest announcement says.
    pub announced: Option<String>,
    /// To be done after it.
    pub then: Then,
}

/// A page's place in its streams. An event that this page doesn't know takes its number all the same.
#[derive(Clone, Debug, Default)]
pub struct Inbox(Follower<What>);

/// What an event says to this page.
#[derive(Clone, Debug)]
enum What {
    /// To be applied.
    Happened(Box<Happened>),
    /// Carriers are not as they were: whoever shows them reads them again.
    Carriers,
    /// The check calls of a load are not as they were, or one is due.
    Calls(LoadId),
    /// The desk's figures are not as they were.
    Figures,
    /// Notices came, or were read.
    Told(Told),
    /// Everybody is to know this.
    Announced(String),
    /// Nothing.
    Nothing,
}

impl Inbox {
    /// How far it has read.
    pub const fn cursor(&self) -> &Cursor {
        self.0.cursor()
    }

    /// Whether events wait for others that are missing.
    pub fn has_hole(&self) -> bool {
        self.0.has_hole()
    }

    /// Begins where a list was read. Later lists change nothing: what other lists showed is as old as the first, and
    /// all that happened since must still be applied to it.
    pub fn begin(&mut self, cursor: &Cursor) -> News {
        if self.0.has_begun() { News::default() } else { news(self.0.caught_up(cursor.clone()), Then::Nothing) }
    }

    /// Takes an envelope in its JSON.
    pub fn take(&mut self, envelope: &str) -> News {
        let Ok(Heard { event, data, stream: Some(stream), seq: Some(seq), epoch: Some(epoch) }) = json::read(envelope)
        else {
            // Not durable, so nothing to be followed.
            return News::default();
        };
        match self.0.take(&Place { stream, seq, epoch }, what(&event, data)) {
            Step::Apply(ready) => news(ready, Then::Nothing),
            Step::Repeat => News::default(),
            Step::Hole => news(Vec::new(), Then::AskSoon),
            Step::Lost => news(Vec::new(), Then::Ask),
        }
    }

    /// Hears where the streams stand.
    pub fn head(&mut self, head: Cursor) -> News {
        if !self.0.has_begun() {
            // No list said where it was read, so what is on the page may be older than this.
            return self.restart(head);
        }
        news(Vec::new(), if self.0.is_behind(&head) { Then::Ask } else { Then::Nothing })
    }

    /// Takes the answer to what was missed.
    pub fn answered(&mut self, missed: Missed<Value>) -> News {
        if missed.snapshot || !self.0.has_begun() {
            return self.restart(missed.cursor);
        }
        let events = missed.events.into_iter().filter_map(|envelope| {
            let what = what(&envelope.event, envelope.data);
            envelope.place.map(|place| (place, what))
        });
        news(self.0.answered(events, missed.cursor), Then::Nothing)
    }

    /// Goes on from where the server says, with everything loaded afresh.
    pub fn restart(&mut self, cursor: Cursor) -> News {
        news(self.0.caught_up(cursor), Then::LoadAfresh)
    }
}

fn news(ready: Vec<What>, then: Then) -> News {
    let mut news = News { then, ..News::default() };
    for what in ready {
        match what {
            What::Happened(happened) => news.events.push(*happened),
            What::Carriers => news.of_carriers = true,
            What::Calls(load) => news.of_calls.push(load),
            What::Figures => news.of_figures = true,
            What::Told(told) => news.notices.push(told),
            What::Announced(words) => news.announced = Some(words),
            What::Nothing => {}
        }
    }
    news
}

fn what(name: &str, data: Value) -> What {
    if name == KpiUpdated::NAME {
        return What::Figures;
    }
    if name.starts_with("carrier:") && !name.starts_with("carrier:load:") {
        return What::Carriers;
    }
    if name.starts_with("checkcall:") {
        let load = data.get("loadId").and_then(Value::as_str).and_then(|load| load.parse().ok());
        return load.map_or(What::Nothing, What::Calls);
    }
    if name.starts_with("notification:") {
        let unread = data.get("unread").and_then(Value::as_u64).and_then(|unread| u32::try_from(unread).ok());
        let is_loud = data.get("loud").and_then(Value::as_bool).unwrap_or_default();
        return unread.map_or(What::Nothing, |unread| What::Told(Told { unread, loud: is_loud.then_some(data) }));
    }
    if name.starts_with("system:") {
        let text = |key: &str| data.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let words = [text("title"), text("message")].into_iter().flatten().collect::<Vec<_>>().join(": ");
        return What::Announced(words);
    }
    Happened::read(name, json::tree(data))
        .ok()
        .flatten()
        .map_or(What::Nothing, |happened| What::Happened(Box::new(happened)))
}

/// Which load an event is about, and who caused it, if it says so.
pub fn subject(happened: &Happened) -> (LoadId, Option<&str>) {
    match happened {
        Happened::LoadCreated(event) => (event.load_id, None),
        Happened::LoadUpdated(event) => (event.load_id, Some(&event.updated_by)),
        Happened::LoadStatusChanged(event) => (event.load_id, Some(&event.updated_by)),
        Happened::LoadAssigned(event) => (event.load_id, Some(&event.updated_by)),
        Happened::LoadDispatched(event) => (event.load_id, Some(&event.updated_by)),
        Happened::LoadDelivered(event) => (event.load_id, None),
        Happened::LoadEtaUpdated(event) => (event.load_id, None),
        Happened::StopArrived(event) => (event.load_id, None),
        Happened::StopDeparted(event) => (event.load_id, None),
        Happened::TenderUpdated(event) => (event.load_id, Some(&event.updated_by)),
        Happened::CarrierLoadAssigned(event) => (event.load_id, None),
        Happened::CarrierLoadWithdrawn(event) => (event.load_id, None),
        Happened::MessageNew(event) => (event.load_id, Some(&event.sender_name)),
        Happened::MessageRead(event) => (event.load_id, Some(&event.reader_name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOAD: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    fn stands(seq: u64) -> Cursor {
        serde_json::from_str(&format!(r#"{{"tenant:1":"a:{seq}"}}"#)).expect("a cursor")
    }

    fn eta(seq: u64) -> String {
        format!(
            r#"{{"event":"load:eta:updated","data":{{"loadId":"{LOAD}","loadNumber":"LD-{seq}","previousEta":null,
            "newEta":null}},"timestamp":"2026-11-23T08:00:00.000Z","tenantId":"{LOAD}","id":"{LOAD}",
            "stream":"tenant:1","seq":{seq},"epoch":"a"}}"#
        )
    }

    fn numbers(news: &News) -> Vec<&str> {
        let number = |happened: &'_ Happened| match happened {
            Happened::LoadEtaUpdated(event) => event.load_number.clone(),
            other => other.name().to_owned(),
        };
        news.events.iter().map(|event| Box::leak(number(event).into_boxed_str()) as &str).collect()
    }

    #[test]
    fn only_the_first_list_says_where_to_begin() {
        let mut inbox = Inbox::default();
        inbox.begin(&stands(3));
        inbox.begin(&stands(9));

        assert_eq!(numbers(&inbox.take(&eta(4))), ["LD-4"]);
    }

    #[test]
    fn an_event_of_an_unknown_name_takes_its_number() {
        let mut inbox = Inbox::default();
        inbox.begin(&stands(3));

        assert_eq!(inbox.take(&eta(4).replace("load:eta:updated", "load:painted")), News::default());
        assert_eq!(numbers(&inbox.take(&eta(5))), ["LD-5"]);
    }

    #[test]
    fn a_hole_is_asked_for_and_closed_by_the_answer() {
        let mut inbox = Inbox::default();
        inbox.begin(&stands(3));
        assert_eq!(inbox.take(&eta(5)).then, Then::AskSoon);

        let answer = format!(r#"{{"events":[{}],"cursor":{{"tenant:1":"a:4"}},"snapshot":false}}"#, eta(4));
        let news = inbox.answered(serde_json::from_str(&answer).expect("an answer"));

        assert_eq!(numbers(&news), ["LD-4", "LD-5"]);
        assert!(!inbox.has_hole());
    }

    #[test]
    fn a_page_that_read_no_list_begins_at_the_head_and_loads_afresh() {
        let mut inbox = Inbox::default();

        assert_eq!(inbox.head(stands(7)).then, Then::LoadAfresh);
        assert_eq!(inbox.head(stands(7)).then, Then::Nothing);
        assert_eq!(inbox.head(stands(8)).then, Then::Ask);
    }

    #[test]
    fn of_notices_every_page_hears_how_many_there_are_and_which_is_loud() {
        let mut inbox = Inbox::default();
        inbox.begin(&stands(3));
        let told = |seq: u64, name: &str, data: &str| {
            format!(r#"{{"event":"{name}","data":{data},"stream":"tenant:1","seq":{seq},"epoch":"a"}}"#)
        };

        let came = inbox.take(&told(4, "notification:new", r#"{"unread":7,"loud":true}"#)).notices;
        let read = inbox.take(&told(5, "notification:read", r#"{"ids":[],"unread":0}"#)).notices;

        assert_eq!((came[0].unread, came[0].loud.is_some()), (7, true));
        assert_eq!(read, [Told { unread: 0, loud: None }]);
        let announced = inbox.take(&told(6, "system:announcement", r#"{"title":"Storm","message":"<b>Stay</b>"}"#));
        assert_eq!(announced.announced.as_deref(), Some("Storm: <b>Stay</b>"));
    }

    #[test]
    fn of_check_calls_every_page_hears_of_which_load_they_are() {
        let mut inbox = Inbox::default();
        inbox.begin(&stands(3));
        let due = format!(
            r#"{{"event":"checkcall:due","data":{{"loadId":"{LOAD}"}},"stream":"tenant:1","seq":4,"epoch":"a"}}"#
        );

        assert_eq!(inbox.take(&due).of_calls, [LOAD.parse().expect("an id")]);
    }

    #[test]
    fn positions_are_not_followed() {
        let mut inbox = Inbox::default();
        assert_eq!(inbox.take(r#"{"event":"load:location:updated","data":{}}"#), News::default());
    }
}
