//! How much is unread, at the rail's entry. It is asked for after the page has woken: no page waits for it.

use contract::messages::UnreadMessages;
use leptos::prelude::*;

use crate::{live::live, say};

/// More than this is not counted out.
const MOST: u32 = 99;

/// The number of threads with something unread.
#[component]
pub fn Badge() -> impl IntoView {
    let mail = live().mail;
    Effect::new(move |_| {
        #[cfg(feature = "hydrate")]
        follow();
    });
    move || {
        let UnreadMessages { threads, mentions, .. } = mail.unread().get();
        (threads > 0).then(|| {
            let number = if threads > MOST { format!("{MOST}+") } else { threads.to_string() };
            view! {
                <b class="badge" class:named=move || { mentions > 0 }>
                    <span aria-hidden="true">{number}</span>
                    <span class="sr-only">{say!(messages.badge, count = threads)}</span>
                </b>
            }
        })
    }
}

#[cfg(feature = "hydrate")]
fn follow() {
    use std::time::Duration;

    use contract::One;
    use leptos::task::spawn_local;

    use super::api::count_unread;
    use crate::live::again::when_back;

    /// What comes close together is counted once.
    const GATHER: Duration = Duration::from_millis(300);

    let live = live();
    let waiting = StoredValue::new(false);
    let count = move || {
        waiting.try_set_value(false);
        spawn_local(async move {
            if let Ok(One { data }) = count_unread().await {
                live.mail.unread().set(data);
            }
        });
    };
    let soon = move || {
        if !waiting.get_value() {
            waiting.set_value(true);
            set_timeout(count, GATHER);
        }
    };
    when_back(Callback::new(move |()| soon()));
    Effect::new(move |_| {
        live.mail.times().track();
        live.afresh.track();
        soon();
    });
}
