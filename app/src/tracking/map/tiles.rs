//! Tiles from a server, when one is configured; when none of them comes, the built-in ground takes their place.

use std::{cell::Cell, rc::Rc};

use leaflet::{Event, Evented, EventedHandle, Layer, Map, TileLayer, TileLayerOptions};

/// So many tiles must fail, with none that came in between, before the server counts as out of reach.
const FAILURES: u32 = 4;

/// A layer of tiles on the map. Dropping it takes the layer off.
pub struct Tiles {
    layer: TileLayer,
    _ears: [EventedHandle<Event>; 2],
}

impl Tiles {
    /// Lays tiles from `url` beneath everything else of the map; `failed` is called when they can't be had.
    pub fn on(map: &Map, url: &str, failed: impl Fn() + 'static) -> Self {
        let options = TileLayerOptions::new();
        // Public tile servers want to know whose page asks, and the page's own policy would keep it from them.
        options.set_referrer_policy("strict-origin-when-cross-origin".to_owned());
        let layer = TileLayer::new_options(url, &options);
        let failures = Rc::new(Cell::new(0));
        let came = failures.clone();
        let target: &Layer = &layer;
        let ears = [
            Evented::on_leaflet_event(&target, "tileload", move |_: Event| came.set(0)),
            Evented::on_leaflet_event(&target, "tileerror", move |_: Event| {
                failures.set(failures.get() + 1);
                if failures.get() == FAILURES {
                    failed();
                }
            }),
        ];
        layer.add_to(map);
        Self { layer, _ears: ears }
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        self.layer.remove();
    }
}
