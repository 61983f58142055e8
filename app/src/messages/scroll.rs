//! Where a thread is looked at: it stays at its end while that is in view, and where it is when anything comes elsewhere.

use leptos::{html, prelude::*};

/// How near to an end counts as being there, in pixels.
const NEAR: i32 = 48;

/// The scrolling part of a thread.
#[derive(Clone, Copy)]
pub struct Scroll {
    /// The part.
    pub node: NodeRef<html::Div>,
    /// Whether its end is in view.
    pub at_end: RwSignal<bool>,
    /// Whether it was brought to where reading begins.
    opened: StoredValue<bool>,
    /// Its height before older messages came above.
    grows_from: StoredValue<Option<i32>>,
}

impl Scroll {
    /// At its end.
    pub fn new() -> Self {
        Self {
            node: NodeRef::new(),
            at_end: RwSignal::new(true),
            opened: StoredValue::new(false),
            grows_from: StoredValue::new(None),
        }
    }

    /// It was moved; whether its beginning is in view.
    pub fn moved(self) -> bool {
        let Some(node) = self.node.get_untracked() else { return false };
        let at_end = node.scroll_height() - node.scroll_top() - node.client_height() < NEAR;
        if self.at_end.get_untracked() != at_end {
            self.at_end.set(at_end);
        }
        node.scroll_top() < NEAR
    }

    /// Goes to the end.
    pub fn to_end(self) {
        if let Some(node) = self.node.get_untracked() {
            node.set_scroll_top(node.scroll_height());
        }
    }

    /// Older messages are about to come above.
    pub fn grows(self) {
        self.grows_from.set_value(self.node.get_untracked().map(|node| node.scroll_height()));
    }

    /// What it holds has changed: once that is drawn, it is brought to where it should be.
    pub fn settle(self) {
        request_animation_frame(move || {
            let Some(node) = self.node.try_get_untracked().flatten() else { return };
            if let Some(Some(height)) = self.grows_from.try_update_value(Option::take) {
                node.set_scroll_top(node.scroll_top() + node.scroll_height() - height);
            } else if self.opened.try_get_value() == Some(false) {
                self.opened.set_value(true);
                self.open();
            } else if self.at_end.try_get_untracked() == Some(true) {
                self.to_end();
            }
            self.moved();
        });
    }

    /// Goes to where reading begins: to what is new, else to the end.
    fn open(self) {
        #[cfg(feature = "hydrate")]
        if let Some(node) = self.node.get_untracked()
            && let Ok(Some(divider)) = node.query_selector("[data-divider]")
        {
            let down = divider.get_bounding_client_rect().top() - node.get_bounding_client_rect().top();
            return node.set_scroll_top(node.scroll_top() + down as i32 - NEAR);
        }
        self.to_end();
    }

    /// Whether somebody looks at its end: the page is in front, and the end within the window.
    #[cfg(feature = "hydrate")]
    pub fn is_read(self) -> bool {
        let is_shown = document().visibility_state() == web_sys::VisibilityState::Visible;
        let Some(node) = self.node.try_get_untracked().flatten().filter(|_| is_shown) else { return false };
        let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
        let place = node.get_bounding_client_rect();
        let is_in_window = place.bottom() > 0.0 && place.bottom() <= height + f64::from(NEAR);
        is_in_window && self.at_end.try_get_untracked() == Some(true)
    }
}
