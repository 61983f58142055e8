//! A thread as the page knows it: put together of the newest part, which is read again and again, and of older parts.

use contract::{
    MessageId, UserId,
    messages::{Conversation, Message, ReadMark},
};

/// Older messages, as they were asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Older {
    /// What came, the oldest first.
    pub messages: Vec<Message>,
    /// Whether there is anything still older.
    pub has_more: bool,
    /// The message before which they belong.
    pub before: Option<MessageId>,
}

/// A thread.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// What is known of it, with all messages that are.
    pub thread: Conversation,
    /// What had not been read when it was opened begins here.
    pub divider: Option<MessageId>,
}

impl Shown {
    /// What is known after the newest part came, or older ones.
    pub fn after(before: Option<&Self>, newest: Conversation, older: &Older) -> Self {
        let divider = before.map_or_else(|| first_unread(&newest), |before| before.divider);
        let mut thread = newest;
        if let Some(before) = before.filter(|before| before.thread.load.id == thread.load.id) {
            let known = &before.thread.messages;
            let first = thread.messages.first().map(|message| message.id);
            // Without a place where they meet, something between them is missing: then the newest stand alone.
            if let Some(place) = known.iter().position(|message| Some(message.id) == first) {
                thread.messages.splice(..0, known[..place].iter().cloned());
                thread.has_older = before.thread.has_older;
            }
        }
        if older.before.is_some() && older.before == thread.messages.first().map(|message| message.id) {
            thread.messages.splice(..0, older.messages.iter().cloned());
            thread.has_older = older.has_more;
        }
        Self { thread, divider }
    }

    /// The newest message of somebody else, if it hasn't been read.
    pub fn to_read(&self) -> Option<MessageId> {
        let newest = self.thread.messages.iter().rev().find(|message| !message.own)?;
        (self.thread.unread > 0 && self.thread.last_read != Some(newest.id)).then_some(newest.id)
    }

    /// Who has read a message of this thread, by their names.
    pub fn readers(&self, of: MessageId) -> Vec<&ReadMark> {
        let place = |id| self.thread.messages.iter().position(|message| message.id == id);
        let Some(own) = place(of) else { return Vec::new() };
        // A mark that isn't among these messages is at an older one.
        self.thread.reads.iter().filter(|mark| place(mark.message_id).is_some_and(|at| at >= own)).collect()
    }

    /// Whether a message names somebody.
    pub fn names(message: &Message, user: Option<UserId>) -> bool {
        user.is_some_and(|user| message.mentions.contains(&user))
    }
}

/// The first message of others after the last one that was read.
fn first_unread(thread: &Conversation) -> Option<MessageId> {
    if thread.unread == 0 {
        return None;
    }
    let read = thread.last_read.and_then(|last| thread.messages.iter().position(|message| message.id == last));
    let unread = thread.messages.iter().skip(read.map_or(0, |place| place + 1));
    unread.filter(|message| !message.own).map(|message| message.id).next()
}

#[cfg(test)]
mod tests {
    use contract::{
        LoadId, Timestamp,
        messages::{Audience, ThreadLoad},
        status::LoadStatus,
    };
    use uuid::Uuid;

    use super::*;

    fn message(number: u128, own: bool) -> Message {
        Message {
            id: MessageId::new(Uuid::from_u128(number)),
            load_id: LoadId::new(Uuid::nil()),
            text: number.to_string(),
            audience: Audience::Everyone,
            sender_id: None,
            sender_name: "Pat".to_owned(),
            own,
            from_carrier: false,
            carrier_name: None,
            mentions: Vec::new(),
            sent_at: Timestamp::default(),
            client_key: None,
        }
    }

    fn thread(numbers: impl IntoIterator<Item = u128>, read: Option<u128>, unread: u32) -> Conversation {
        Conversation {
            load: ThreadLoad {
                id: LoadId::new(Uuid::nil()),
                load_number: "LD-1".to_owned(),
                status: LoadStatus::Accepted,
                origin: String::new(),
                destination: String::new(),
                carrier_id: None,
                carrier_name: None,
            },
            messages: numbers.into_iter().map(|number| message(number, false)).collect(),
            has_older: true,
            reads: Vec::new(),
            last_read: read.map(|number| MessageId::new(Uuid::from_u128(number))),
            unread,
            audiences: Vec::new(),
        }
    }

    fn numbers(shown: &Shown) -> Vec<u128> {
        shown.thread.messages.iter().map(|message| message.id.uuid().as_u128()).collect()
    }

    #[test]
    fn newer_parts_go_on_from_older_ones_and_what_does_not_meet_stands_alone() {
        let first = Shown::after(None, thread(4..=6, None, 3), &Older::default());
        let second = Shown::after(Some(&first), thread(6..=8, None, 3), &Older::default());
        assert_eq!(numbers(&second), [4, 5, 6, 7, 8]);
        let far = Shown::after(Some(&second), thread(20..=22, None, 3), &Older::default());
        assert_eq!(numbers(&far), [20, 21, 22]);
    }

    #[test]
    fn older_parts_go_before_what_they_were_asked_for_and_nowhere_else() {
        let first = Shown::after(None, thread(4..=6, None, 3), &Older::default());
        let older = Older {
            messages: vec![message(2, false), message(3, false)],
            has_more: false,
            before: Some(MessageId::new(Uuid::from_u128(4))),
        };
        let more = Shown::after(Some(&first), thread(4..=6, None, 3), &older);
        assert_eq!((numbers(&more), more.thread.has_older), (vec![2, 3, 4, 5, 6], false));
        let same = Shown::after(Some(&more), thread(4..=6, None, 3), &older);
        assert_eq!((numbers(&same), same.thread.has_older), (vec![2, 3, 4, 5, 6], false), "only once");
        let far = Shown::after(Some(&same), thread(20..=22, None, 3), &older);
        assert_eq!(numbers(&far), [20, 21, 22]);
    }

    #[test]
    fn what_was_unread_when_it_was_opened_stays_marked_until_it_is_left() {
        let opened = Shown::after(None, thread(4..=6, Some(4), 2), &Older::default());
        assert_eq!(opened.divider.map(|id| id.uuid().as_u128()), Some(5));
        assert_eq!(opened.to_read().map(|id| id.uuid().as_u128()), Some(6));
        let read = Shown::after(Some(&opened), thread(4..=6, Some(6), 0), &Older::default());
        assert_eq!(read.divider, opened.divider);
        assert_eq!(read.to_read(), None);
        assert_eq!(Shown::after(None, thread(4..=6, Some(6), 0), &Older::default()).divider, None);
    }

    #[test]
    fn who_has_read_a_message_has_read_those_before_it() {
        let mut shown = Shown::after(None, thread(4..=6, None, 3), &Older::default());
        shown.thread.reads.push(ReadMark {
            user_id: UserId::new(Uuid::nil()),
            name: "Kit".to_owned(),
            message_id: MessageId::new(Uuid::from_u128(5)),
            read_at: Timestamp::default(),
        });
        let readers = |number| shown.readers(MessageId::new(Uuid::from_u128(number))).len();
        assert_eq!((readers(4), readers(5), readers(6)), (1, 1, 0));
    }
}
