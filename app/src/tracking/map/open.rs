//! Opens the map in the browser: fetches what it needs, and feeds it with what changes.

use std::rc::Rc;

use contract::{
    LoadId,
    tracking::{TrailFix, TrailQuery},
};
use leptos::{html, prelude::*, task::spawn_local};

use super::{
    Beneath, Order, Stage,
    ears::{Ears, keys},
    files,
    ground::{self, Ground},
    scene::Scene,
};
use crate::{
    pages::Visitor,
    tracking::{address::View, api::load_trail, fleet::Fleet, go::Go, trucks::Report},
};

/// What the map and its tools share.
#[derive(Clone, Copy)]
pub struct Signals {
    /// How far the map has come.
    pub stage: RwSignal<Stage>,
    /// What the map lies on.
    pub beneath: RwSignal<Beneath>,
    /// Whether the view goes with the selected truck.
    pub follow: RwSignal<bool>,
    /// Goes up when the reader wants another try.
    pub attempt: RwSignal<u32>,
}

/// An open map with its ears.
struct Open {
    scene: Rc<Scene>,
    _ears: Ears,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.scene.close();
    }
}

type Held = RwSignal<Option<Rc<Open>>, LocalStorage>;

/// Opens the map in `window` once that is on the page; gives what its tools call.
pub fn open(fleet: Fleet, window: NodeRef<html::Div>, signals: Signals) -> impl Fn(Order) + Copy + 'static {
    let held: Held = RwSignal::new_local(None);
    let Signals { stage, beneath, follow, attempt } = signals;
    let go = Go::here();
    let tile_url = expect_context::<Visitor>().tile_url;

    Effect::new(move |_| {
        attempt.track();
        let Some(host) = window.get() else { return };
        stage.set(Stage::Loading);
        let tile_url = tile_url.clone();
        spawn_local(async move {
            let fetched = files::fetch().await;
            // The reader may have gone to another page meanwhile.
            if !host.is_connected() {
                return;
            }
            let scene = fetched.and_then(|()| Scene::new((*host).clone(), fleet.view.get_untracked()));
            stage.set(if scene.is_some() { Stage::Open } else { Stage::Failed });
            if let Some(scene) = &scene {
                if let Some(url) = &tile_url {
                    beneath.set(Beneath::Tiles);
                    scene.lay_tiles(url, move || _ = beneath.try_set(Beneath::GroundForTiles));
                }
                let ears = Ears::on(scene, &host, fleet, follow, go);
                held.set(Some(Rc::new(Open { scene: scene.clone(), _ears: ears })));
            }
            // Not held while the outlines are on their way: the reader may go meanwhile.
            let scene = scene.map(|scene| Rc::downgrade(&scene));
            if let Some(map) = ground::fetch().await {
                let towns = map.towns();
                if let Some(scene) = scene.and_then(|scene| scene.upgrade()) {
                    scene.take_ground(Ground::new(&map, &towns));
                }
                fleet.towns.try_set(towns.into());
            }
        });
    });
    feed(fleet, held, follow);
    let order = move |order| {
        held.with_untracked(|open| open.iter().for_each(|open| open.scene.obey(order)));
        // All trucks are what the page shows anyway.
        if order == Order::FitAll && fleet.view.get_untracked().is_some() {
            go.instead(&fleet.href_at(None));
        }
    };
    keys(fleet, order, go);
    on_cleanup(move || _ = held.try_update(Option::take));
    order
}

/// Hands every change on to the map.
fn feed(fleet: Fleet, held: Held, follow: RwSignal<bool>) {
    let number = move |load: LoadId| {
        fleet.book.entry(load).map(|entry| entry.with_untracked(|entry| entry.row.load_number.clone()))
    };
    Effect::new(move |_| {
        let Some(open) = held.get() else { return };
        let (pick, selected) = (fleet.pick.get(), fleet.selected.get());
        let mut reports = Vec::new();
        fleet.survey(|entry, standing| {
            if standing.is_in(pick) || selected == Some(standing.load) {
                reports.extend(entry.row.current_location.map(|fix| Report {
                    load: standing.load,
                    fix,
                    risk: standing.risk,
                    freshness: standing.freshness,
                }));
            }
        });
        open.scene.take(&reports, selected.and_then(|load| Some((load, number(load)?))));
    });
    // A view in the address is what somebody chose; without a new one, a newly selected truck is brought into sight.
    Effect::new(move |before: Option<Option<(Option<LoadId>, Option<View>)>>| {
        let open = held.get()?;
        let (selected, view) = (fleet.selected.get(), fleet.view.get());
        let before = before.flatten();
        if before.map_or(view.is_some(), |(_, before)| before != view) {
            if let Some(view) = view {
                open.scene.show(view);
            }
        } else if before.is_none_or(|(before, _)| before != selected) {
            open.scene.show_selected();
        }
        Some((selected, view))
    });
    Effect::new(move |_| {
        let Some(open) = held.get() else { return };
        let selected = fleet.selected.get();
        if selected.is_none() {
            follow.set(false);
        }
        // Opening or closing the panel changes the window's size.
        open.scene.redraw();
        let Some(load) = selected else { return };
        let scene = Rc::downgrade(&open.scene);
        spawn_local(async move {
            let Ok(answer) = load_trail(TrailQuery { load_id: load, from: None, to: None }).await else { return };
            if let (Some(scene), Some(Some(still))) = (scene.upgrade(), fleet.selected.try_get_untracked())
                && still == load
            {
                let trail = answer.data.iter().filter(|fix| !fix.suspect).map(spot).collect();
                scene.change(|picture| picture.take_trail(trail));
            }
        });
    });
    Effect::new(move |_| {
        let Some(open) = held.get() else { return };
        let selected = fleet.selected.get();
        let exact = fleet.next_stop.get().filter(|(load, _)| selected == Some(*load)).map(|(_, point)| point);
        open.scene.change(|picture| picture.take_next_stop(exact));
    });
    Effect::new(move |_| {
        let Some(open) = held.get() else { return };
        let selected = fleet.selected.get();
        let own = fleet.fences.get().filter(|(load, _)| selected == Some(*load)).map(|(_, fences)| fences);
        open.scene.change(|picture| picture.take_fences(own.unwrap_or_default()));
    });
    Effect::new(move |_| {
        fleet.lowered.track();
        held.with(|open| open.iter().for_each(|open| open.scene.redraw()));
    });
    Effect::new(move |_| {
        let Some(open) = held.get() else { return };
        open.scene.follows.set(follow.get());
        open.scene.redraw();
    });
}

fn spot(fix: &TrailFix) -> crate::tracking::mercator::Spot {
    contract::geo::Point { lat: fix.lat, lng: fix.lng }.into()
}
