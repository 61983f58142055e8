//! How many connections each address has.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// The connections that stand, by address. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Seats(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A connection's place; free again when dropped.
#[derive(Debug)]
pub struct Seat {
    seats: Seats,
    of: IpAddr,
}

impl Seats {
    /// Never held across an await, so a plain mutex is right.
    fn taken(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more connection of an address, unless it has `most` already.
    pub fn take(&self, of: IpAddr, most: usize) -> Option<Seat> {
        let mut taken = self.taken();
        let count = taken.entry(of).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Seat { seats: self.clone(), of })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        if let Some(count) = taken.get_mut(&self.of) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn an_address_has_so_many_places_and_gets_them_back() {
        let seats = Seats::default();
        let of = |last| IpAddr::from(Ipv4Addr::new(10, 0, 0, last));
        let first = seats.take(of(1), 2);
        let second = seats.take(of(1), 2);
        assert!(first.is_some() && second.is_some());
        assert!(seats.take(of(1), 2).is_none());
        assert!(seats.take(of(2), 2).is_some(), "another address has its own");

        drop(first);
        assert!(seats.take(of(1), 2).is_some());
        drop(second);
        assert!(seats.taken().is_empty(), "who has none is forgotten");
    }
}
