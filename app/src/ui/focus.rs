//! The keyboard's place. What has it may be written anew, change its lane or go away; then the keyboard goes to what
//! stands there now, and never silently to the top of the document. On another page it starts at the heading, which a
//! screen reader then reads.

use std::cell::{Cell, RefCell};

use leptos::{ev, prelude::*, wasm_bindgen::prelude::*};
use leptos_router::hooks::use_location;
use web_sys::{Element, HtmlElement};

/// What floats only has the keyboard for a while; then it goes back to the page.
const FLOATING: &str = "dialog,[role=menu],.drop>.menu,.toasts,.menu-back";
/// For so long after a change of pages the load that the reader comes from is looked out for, in milliseconds.
const ARRIVAL_MS: f64 = 5_000.0;

/// What had the keyboard, and how to find it when it is written anew.
struct Place {
    element: HtmlElement,
    selector: Option<String>,
    /// The list it stood in, and as which of its items.
    among: Option<(Element, u32)>,
}

/// A change of pages.
struct Arrival {
    /// The heading of the page that was left.
    left: Option<HtmlElement>,
    is_greeted: bool,
    /// Where a load that the reader comes from is shown.
    from: Option<String>,
    until: f64,
}

thread_local! {
    static LAST: RefCell<Option<Place>> = const { RefCell::new(None) };
    static ARRIVAL: RefCell<Option<Arrival>> = const { RefCell::new(None) };
    /// The heading of the page that was shown.
    static HEADING: RefCell<Option<HtmlElement>> = const { RefCell::new(None) };
    static IS_DUE: Cell<bool> = const { Cell::new(false) };
}

/// Watches as long as the application lives.
pub fn watch() {
    let target = |event: &web_sys::Event| event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let floats = |element: &HtmlElement| matches!(element.closest(FLOATING), Ok(Some(_)));
    window_event_listener(ev::focusin, move |event| {
        if let Some(element) = target(&event).filter(|element| !floats(element)) {
            LAST.set(Some(Place::of(element)));
        }
    });
    // Whoever presses where nothing takes the keyboard has given it away.
    window_event_listener(ev::pointerdown, move |event| {
        if target(&event).is_some_and(|element| !floats(&element)) {
            LAST.set(None);
        }
    });
    let changed = Closure::<dyn Fn()>::new(keep_soon).into_js_value();
    if let (Ok(observer), Some(body)) = (web_sys::MutationObserver::new(changed.unchecked_ref()), document().body()) {
        let what = web_sys::MutationObserverInit::new();
        what.set_child_list(true);
        what.set_subtree(true);
        _ = observer.observe_with_options(&body, &what);
    }
    keep_soon();
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if let Some(before) = before.filter(|before| *before != now) {
            let load = before.strip_prefix("/loads/");
            let from = load.map(|load| format!("[id=\"card-{load}\"],tbody a.num[href=\"/loads/{load}\"]"));
            LAST.set(None);
            let left = HEADING.with_borrow(Clone::clone);
            ARRIVAL.set(Some(Arrival { left, is_greeted: false, from, until: js_sys::Date::now() + ARRIVAL_MS }));
            keep_soon();
        }
        now
    });
}

/// Gives the keyboard back to the page, now that what floated over it goes.
pub fn back() {
    if !give_last()
        && let Some(main) = find("#main")
    {
        _ = main.focus();
    }
}

/// Gives the keyboard to what had it last, or has come to its place; whether that could be done. What gets it tells so
/// itself, so nothing is remembered meanwhile.
fn give_last() -> bool {
    LAST.take().is_some_and(|last| last.take())
}

impl Place {
    fn of(element: HtmlElement) -> Self {
        let selector = match (element.id(), element.get_attribute("href")) {
            (id, _) if !id.is_empty() => Some(format!("[id=\"{id}\"]")),
            (_, Some(href)) => Some(format!("main a[href=\"{href}\"]")),
            _ => None,
        };
        let item = element.closest("li.card,tbody tr").ok().flatten();
        let among = item.and_then(|item| {
            let list = item.parent_element()?;
            let items = list.children();
            let place = (0..items.length()).find(|place| items.item(*place).as_ref() == Some(&item))?;
            Some((list, place))
        });
        Self { element, selector, among }
    }

    /// Gives it the keyboard again, or what has come to its place; whether that could be done.
    fn take(&self) -> bool {
        let anew = || self.selector.as_deref().and_then(find);
        let beside = || {
            let (list, place) = self.among.as_ref().filter(|(list, _)| list.is_connected())?;
            let items = list.children();
            let item = items.item((*place).min(items.length().checked_sub(1)?))?;
            let link = item.query_selector("a.num").ok().flatten().filter(|_| item.tag_name() == "TR");
            link.unwrap_or(item).dyn_into().ok()
        };
        give(self.element.is_connected().then(|| self.element.clone())) || give(anew()) || give(beside())
    }
}

/// Looks after the page's next frame, when all that belongs together has been written.
fn keep_soon() {
    if !IS_DUE.replace(true) {
        request_animation_frame(|| {
            IS_DUE.set(false);
            keep();
        });
    }
}

fn keep() {
    let heading = find("main h1");
    let is_lost = document().active_element().is_none_or(|active| active.tag_name() == "BODY");
    if let Some(arrival) = ARRIVAL.take() {
        ARRIVAL.set(arrival.go_on(heading.as_ref(), is_lost));
    } else if is_lost && LAST.with_borrow(Option::is_some) && !give_last() {
        greet(heading.as_ref());
    }
    HEADING.set(heading);
}

impl Arrival {
    /// First the page's heading, then the load that the reader comes from; what is still to come, if anything is.
    fn go_on(mut self, heading: Option<&HtmlElement>, is_lost: bool) -> Option<Self> {
        if !self.is_greeted {
            let heading = heading.filter(|heading| self.left.as_ref() != Some(*heading));
            self.is_greeted = heading.is_some();
            greet(heading);
        } else if !is_lost && document().active_element().as_ref() != heading.map(AsRef::as_ref) {
            // The reader has gone on.
            return None;
        }
        let is_found = self.is_greeted && give(self.from.as_deref().and_then(find));
        let is_waiting = self.from.is_some() && js_sys::Date::now() < self.until;
        (!is_found && (!self.is_greeted || is_waiting)).then_some(self)
    }
}

fn greet(heading: Option<&HtmlElement>) {
    if let Some(heading) = heading {
        heading.set_tab_index(-1);
        _ = heading.focus();
    }
}

fn give(element: Option<HtmlElement>) -> bool {
    element.is_some_and(|element| {
        _ = element.focus();
        document().active_element().as_ref() == Some(element.as_ref())
    })
}

fn find(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten().and_then(|found| found.dyn_into().ok())
}
