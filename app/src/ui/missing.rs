//! Where nothing is.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{pages::Visitor, say, ui::icon::Icon};

/// Shown for an address that leads nowhere.
#[component]
pub fn Missing() -> impl IntoView {
    let known = expect_context::<Visitor>().me.is_some();
    let (name, icon) = if known { (say!(common.page.loads), "rows-3") } else { (say!(accounts.title), "user") };
    view! {
        <Title text=say!(common.missing.title) />
        <section class="note">
            <h1>{say!(common.missing.title)}</h1>
            <p>{say!(common.missing.text)}</p>
            <div class="acts">
                <a class="btn" href=if known { "/" } else { "/login" }><Icon name=icon />{name}</a>
            </div>
        </section>
    }
}
