//! What was written about demo loads before the demo began.

use contract::{CarrierId, ClientKey, MessageId, UserId, messages::Audience, status::LoadStatus as S};

use super::people::People;
use crate::{
    clock::new_id,
    error::Result,
    store::{
        Tx,
        loads::Record,
        messages::{self, Insert},
    },
};

/// Who says something.
#[derive(Clone, Copy)]
enum By {
    Desk,
    Carrier,
}

/// Something that was said: by whom, to whom, how many minutes ago, and what.
type Said = (By, Audience, i64, &'static str);

const ROLLING: &[Said] = &[
    (By::Desk, Audience::Everyone, 190, "Morning. Please check in at the guard shack, dock opens at 08:00."),
    (By::Carrier, Audience::Everyone, 184, "Copy, driver has the pickup number."),
    (By::Desk, Audience::Staff, 96, "Customer is nervous about this one. Call them if it slips by more than 30 min."),
    (By::Carrier, Audience::Everyone, 41, "Loaded and rolling. ETA looks good."),
    (By::Carrier, Audience::Everyone, 12, "Fuel stop now, 20 minutes."),
];

const AT_DOCK: &[Said] = &[
    (By::Desk, Audience::Everyone, 120, "Is the driver there yet?"),
    (By::Carrier, Audience::Everyone, 75, "Checked in. They say two trucks ahead of us."),
    (By::Carrier, Audience::Everyone, 22, "Still waiting. Can you push them? Detention starts soon."),
];

const SOUGHT: &[Said] = &[
    (By::Desk, Audience::Staff, 320, "Two carriers passed on the rate. Trying the regional ones next."),
    (By::Desk, Audience::Staff, 35, "If nobody takes it by noon we have to raise it."),
];

const BOOKED: &[Said] = &[
    (By::Desk, Audience::Everyone, 260, "Thank you for taking this. Who will drive?"),
    (By::Carrier, Audience::Everyone, 250, "Assigned in the portal. See https://www.fmcsa.dot.gov for our numbers."),
];

/// What was said about loads in a status.
const fn said(status: S) -> &'static [Said] {
    match status {
        S::Pending => SOUGHT,
        S::Accepted => BOOKED,
        S::AtPickup | S::AtDelivery => AT_DOCK,
        S::InTransit => ROLLING,
        _ => &[],
    }
}

/// How many loads of a company are talked about, of each status.
const EACH: usize = 2;

/// Those of a company who talk, and how much they have.
pub struct Talk<'a> {
    people: &'a People,
    done: Vec<S>,
}

impl<'a> Talk<'a> {
    /// Nothing was said yet.
    pub const fn new(people: &'a People) -> Self {
        Self { people, done: Vec::new() }
    }

    /// Writes what was said about a load, if it is one of those that are talked about.
    pub async fn about(&mut self, tx: &mut Tx<'_>, load: &Record, desk: Option<&(UserId, String)>) -> Result<()> {
        let status = load.status();
        let said = said(status);
        let carrier = load.carrier().filter(|_| status != S::Pending);
        let contact = carrier.and_then(|carrier| self.people.contacts.iter().find(|(of, ..)| *of == carrier));
        let Some((desk_id, desk_name)) = desk.or_else(|| self.people.desk.first()) else { return Ok(()) };
        let is_alone = said.iter().all(|(_, audience, ..)| *audience == Audience::Staff);
        let count = self.done.iter().filter(|done| **done == status).count();
        if said.is_empty() || count >= EACH || (contact.is_none() && !is_alone) {
            return Ok(());
        }
        self.done.push(status);
        for (by, audience, minutes, text) in said {
            let (sender, sender_name, by_carrier) = match (by, contact) {
                (By::Carrier, Some((_, user, name))) => (*user, name.clone(), true),
                _ => (*desk_id, desk_name.clone(), false),
            };
            let insert = Insert {
                id: MessageId::new(new_id()),
                load: load.id(),
                carrier,
                audience: *audience,
                sender,
                sender_name,
                by_carrier,
                client_key: ClientKey::new(new_id()),
                text: (*text).to_owned(),
                mentions: Vec::new(),
                sent_at: tx.now().plus_minutes(-minutes),
            };
            messages::add(tx, &insert).await?;
        }
        self.read(tx, load, *desk_id).await
    }

    /// The one who looks after the load has read all but what came last; nobody else has read anything.
    async fn read(&self, tx: &mut Tx<'_>, load: &Record, reader: UserId) -> Result<()> {
        if let Some(mark) = messages::last_but_one(tx, load.id()).await? {
            messages::mark(tx, load.id(), reader, mark).await?;
        }
        Ok(())
    }
}

/// Who writes for a carrier.
pub type Contact = (CarrierId, UserId, String);
