//! A view of a company's fleet: what its readers know, and what they must hear.

use std::collections::{HashMap, HashSet};

use contract::{
    LoadId, TenantId,
    geo::Point,
    tracking::{Bounds, Frame, FrameBytes},
};

use super::{Changed, Truck};

/// The grid to which views are widened, in steps for each degree: two people who look at nearly the same share a view.
const GRID: f64 = 10.0;

/// The part of the globe on the grid that holds another one.
pub(super) fn widened(bounds: Bounds) -> Bounds {
    let down = |edge: f64| (edge * GRID).floor() / GRID;
    let up = |edge: f64| (edge * GRID).ceil() / GRID;
    Bounds { south: down(bounds.south), west: down(bounds.west), north: up(bounds.north), east: up(bounds.east) }
}

/// A view, as its readers share it.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub tenant: TenantId,
    /// The part of the globe; the whole fleet when there is none.
    pub bounds: Option<Bounds>,
    pub number: u64,
    pub readers: usize,
    /// How many readers still read its state. Until they have it, nobody knows for certain who is in it, and they don't
    /// know the trucks' numbers.
    opening: usize,
    /// The loads that left the fleet meanwhile: the state that is being read may still have them.
    left: HashSet<LoadId>,
    /// The trucks that its readers believe to be in it, by their numbers.
    known: HashMap<u32, LoadId>,
}

impl View {
    pub fn new(tenant: TenantId, bounds: Option<Bounds>, number: u64) -> Self {
        let (left, known) = (HashSet::new(), HashMap::new());
        Self { tenant, bounds, number, readers: 1, opening: 1, left, known }
    }

    /// One more reader.
    pub fn join(&mut self) {
        self.readers += 1;
        self.opening += 1;
    }

    /// A load moved within the fleet or left it, while somebody may be reading the state.
    pub fn note(&mut self, load: LoadId, is_there: bool) {
        if self.opening == 0 {
            return;
        }
        if is_there {
            self.left.remove(&load);
        } else {
            self.left.insert(load);
        }
    }

    fn holds(&self, at: Point) -> bool {
        self.bounds.is_none_or(|bounds| bounds.contain(at))
    }

    /// The whole view for a reader who has read its state, which needs nothing else from now on.
    pub fn open(&mut self, trucks: impl Iterator<Item = Truck>) -> Frame {
        let mut positions: Vec<Truck> =
            trucks.filter(|truck| self.holds(truck.fix.point()) && !self.left.contains(&truck.load)).collect();
        positions.sort_unstable_by_key(|truck| truck.number);
        self.known.extend(positions.iter().map(|truck| (truck.number, truck.load)));
        self.opening = self.opening.saturating_sub(1);
        if self.opening == 0 {
            self.left.clear();
        }
        Frame {
            whole: true,
            // Also those that the state doesn't have: nobody will say again who they are.
            newcomers: self.known.iter().map(|(number, load)| (*number, *load)).collect(),
            gone: Vec::new(),
            positions: positions.iter().map(|truck| (truck.number, truck.fix)).collect(),
        }
    }

    /// What its readers must hear of what changed: those that are in it, those that have just left it, once more, and
    /// those that are gone. Nothing when there is nothing.
    pub fn tell(&mut self, changed: &Changed) -> Option<FrameBytes> {
        let mut frame = Frame::default();
        frame.gone.extend(changed.gone.iter().filter(|number| self.known.remove(number).is_some()));
        let is_opening = self.opening > 0;
        for Truck { number, load, fix } in &changed.moved {
            let is_new = if self.holds(fix.point()) {
                self.known.insert(*number, *load).is_none()
            } else if self.known.remove(number).is_some() {
                false
            } else if is_opening {
                true
            } else {
                continue;
            };
            if is_new || is_opening {
                frame.newcomers.push((*number, *load));
            }
            frame.positions.push((*number, *fix));
        }
        (!frame.positions.is_empty() || !frame.gone.is_empty()).then(|| frame.encode())
    }
}
