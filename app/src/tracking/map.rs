//! The map: the window, its tools and its legend. What is drawn in it is made in the browser only.

#[cfg(feature = "hydrate")]
mod ears;
#[cfg(feature = "hydrate")]
mod files;
#[cfg(feature = "hydrate")]
mod ground;
#[cfg(feature = "hydrate")]
mod open;
#[cfg(feature = "hydrate")]
mod pen;
#[cfg(feature = "hydrate")]
mod picture;
#[cfg(feature = "hydrate")]
mod scene;
#[cfg(feature = "hydrate")]
mod sprites;
#[cfg(feature = "hydrate")]
mod theme;
#[cfg(feature = "hydrate")]
mod tiles;
#[cfg(feature = "hydrate")]
mod tip;

use leptos::{either::Either, html, prelude::*};

use super::fleet::Fleet;
use crate::{pages::Visitor, say, ui::icon::Icon};

/// What the tools and keys ask of the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Nearer.
    ZoomIn,
    /// Further away.
    ZoomOut,
    /// All trucks.
    FitAll,
}

/// How far the map has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "on the server it never comes further than loading"))]
pub enum Stage {
    /// Its files are on their way.
    Loading,
    /// It is there.
    Open,
    /// Its files didn't arrive.
    Failed,
}

/// What the map lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "on the server it never comes further than the ground")
)]
pub enum Beneath {
    /// The built-in ground.
    Ground,
    /// Tiles from the configured server.
    Tiles,
    /// The ground, because the tiles can't be had.
    GroundForTiles,
}

/// The map with everything on it.
#[component]
pub fn FleetMap() -> impl IntoView {
    let fleet = Fleet::here();
    let window = NodeRef::<html::Div>::new();
    let stage = RwSignal::new(Stage::Loading);
    let beneath = RwSignal::new(Beneath::Ground);
    let follow = RwSignal::new(false);
    let attempt = RwSignal::new(0_u32);
    #[cfg(feature = "hydrate")]
    let order = open::open(fleet, window, open::Signals { stage, beneath, follow, attempt });
    #[cfg(not(feature = "hydrate"))]
    let order = |_: Order| {};

    view! {
        <div class="mcanvas">
            <p id="map-about" class="moff">{say!(tracking.map.about)}</p>
            <div
                node_ref=window
                class="map"
                role="application"
                tabindex="0"
                aria-label=say!(tracking.map.label)
                aria-describedby="map-about"
            ></div>
            {move || match stage.get() {
                Stage::Loading => Some(view! { <Loading /> }.into_any()),
                Stage::Failed => Some(view! { <Failed attempt /> }.into_any()),
                Stage::Open => None,
            }}
            <div class="mtools">
                <Tool icon="plus" label=say!(tracking.map.zoom_in) go=move || order(Order::ZoomIn) />
                <Tool icon="minus" label=say!(tracking.map.zoom_out) go=move || order(Order::ZoomOut) />
                <Tool icon="maximize" label=say!(tracking.map.fit) go=move || order(Order::FitAll) />
                <button
                    type="button"
                    aria-label=say!(tracking.map.follow)
                    title=say!(tracking.map.follow)
                    aria-pressed=move || follow.get().to_string()
                    disabled=move || fleet.selected.get().is_none()
                    on:click=move |_| follow.update(|follow| *follow = !*follow)
                >
                    <Icon name="locate" />
                </button>
            </div>
            <div class="legend" role="group" aria-label=say!(tracking.map.legend)>
                <span class="k ok">
                    <i></i>
                    {say!(tracking.on_time)}
                </span>
                <span class="k tight">
                    <i></i>
                    {say!(tracking.tight)}
                </span>
                <span class="k late">
                    <i></i>
                    {say!(tracking.late)}
                </span>
                <span class="k stale">
                    <i></i>
                    {say!(tracking.no_signal)}
                </span>
            </div>
            {move || match beneath.get() {
                Beneath::Ground => None,
                Beneath::Tiles => credit().map(IntoAny::into_any),
                Beneath::GroundForTiles => Some(view! { <p class="mcredit" role="status">{say!(tracking.map.no_tiles)}</p> }.into_any()),
            }}
        </div>
    }
}

/// Whose tiles they are, as the configuration says: words, and an address behind them if the last word is one.
fn credit() -> Option<impl IntoView> {
    let credit = use_context::<Visitor>()?.tile_credit?;
    let (words, address) = match credit.rsplit_once(' ') {
        Some((words, last)) if last.starts_with("https://") => (words.to_owned(), Some(last.to_owned())),
        _ => (credit, None),
    };
    Some(view! {
        <p class="mcredit">
            {match address {
                Some(address) => Either::Left(view! { <a href=address target="_blank" rel="noreferrer">{words}</a> }),
                None => Either::Right(words),
            }}
        </p>
    })
}

#[component]
fn Tool(icon: &'static str, label: &'static str, go: impl Fn() + 'static) -> impl IntoView {
    view! {
        <button type="button" aria-label=label title=label on:click=move |_| go()>
            <Icon name=icon />
        </button>
    }
}

#[component]
fn Loading() -> impl IntoView {
    view! {
        <p class="mnote" role="status">
            {say!(tracking.map.loading)}
        </p>
    }
}

#[component]
fn Failed(attempt: RwSignal<u32>) -> impl IntoView {
    view! {
        <div class="mnote" role="alert">
            <p>{say!(tracking.map.failed)}</p>
            <button class="btn" on:click=move |_| attempt.update(|attempt| *attempt += 1)>
                {say!(tracking.try_again)}
            </button>
        </div>
    }
}
