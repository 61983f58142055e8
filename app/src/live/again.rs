//! What could not be loaded is asked for again, by itself, as soon as the server can be reached.

use leptos::prelude::*;

/// Runs `again` each time the server can be reached after it could not, while the caller lives.
pub fn when_back(again: Callback<()>) {
    Effect::new(move |_| {
        #[cfg(feature = "hydrate")]
        follow(again);
        #[cfg(not(feature = "hydrate"))]
        let _ = again;
    });
}

#[cfg(feature = "hydrate")]
fn follow(again: Callback<()>) {
    use super::live;

    let link = live().link;
    Effect::new(move |before: Option<bool>| {
        let is_heard = link.get().is_heard();
        if is_heard && before == Some(false) {
            untrack(|| again.run(()));
        }
        is_heard
    });
    // A socket may outlive a short outage, so that the link never told of it.
    let online = window_event_listener_untyped("online", move |_| again.run(()));
    on_cleanup(move || online.remove());
}
