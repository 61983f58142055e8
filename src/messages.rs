//! Messages about loads: writing them, reading them, and how far each has read.
//!
//! What is written to everyone belongs to the carrier that the load has at that moment, and is told to its people and the
//! load's driver; a note is told to the desk alone. What a message's place is among the others is told to nobody outside,
//! or they could count the notes.

use contract::{
    Listed, LoadId, MessageId, PageOf, Refusal, Timestamp, UserId,
    actor::{Actor, Permission},
    event::{MessageNew, MessageRead},
    loads::seek,
    messages::{
        Audience, Colleague, Conversation, ConversationAt, MAX_MENTIONS, MAX_PAGE_SIZE, MAX_TEXT, Message,
        MessageQuery, PAGE_SIZE, RECENT_DAYS, ReadMessages, SendMessage, ThreadLoad, ThreadQuery, ThreadRow,
        UnreadMessages, audiences,
    },
    refusal::{Flaw, Rule},
    room::Stream,
    status::LoadStatus,
    text,
};

use crate::{
    clock::new_id,
    desk::Desk,
    error::Result,
    journal,
    loads::{audience, flawed_text, outside_name},
    store::{
        Tx,
        accounts::names_outside,
        loads::{self as loads, Record},
        messages::{self as rows, Insert, Part, Side, Stored},
    },
};

/// The longest search, in characters: nobody looks for more.
const MAX_SEARCH: usize = 100;

#[async_trait::async_trait]
impl app::messages::port::Messages for Desk {
    async fn conversation(&self, who: &Actor, query: MessageQuery) -> Result<ConversationAt, Refusal> {
        Ok(conversation(self, who, query).await?)
    }

    async fn threads(&self, who: &Actor, query: ThreadQuery) -> Result<Listed<ThreadRow>, Refusal> {
        Ok(threads(self, who, query).await?)
    }

    async fn unread(&self, who: &Actor) -> Result<UnreadMessages, Refusal> {
        who.may(Permission::MessageView)?;
        Ok(rows::unread(&self.store, who, recent(self)).await?)
    }

    async fn send_message(&self, who: &Actor, ask: SendMessage) -> Result<Message, Refusal> {
        Ok(send(self, who, ask).await?)
    }

    async fn read_messages(&self, who: &Actor, ask: ReadMessages) -> Result<UnreadMessages, Refusal> {
        Ok(read(self, who, ask).await?)
    }

    async fn colleagues(&self, who: &Actor, load: LoadId) -> Result<Vec<Colleague>, Refusal> {
        let load = seen(self, who, load).await?;
        let people = rows::people(&self.store, who.tenant, own_side(who, &load)).await?;
        Ok(people.into_iter().filter(|colleague| colleague.id != who.user).collect())
    }
}

/// Since when something that was written is in the lists, and counts as unread.
fn recent(desk: &Desk) -> Timestamp {
    desk.clock.now().plus_minutes(-RECENT_DAYS * 24 * 60)
}

/// A load whose messages the caller may read.
async fn seen(desk: &Desk, who: &Actor, load: LoadId) -> Result<Record> {
    who.may(Permission::MessageView)?;
    Ok(loads::one(&desk.store, who, load).await?.ok_or_else(Refusal::not_found)?)
}

/// Those with whom somebody reads a load's messages.
fn own_side(who: &Actor, load: &Record) -> Side {
    match who.carrier.filter(|_| !who.role.is_staff()) {
        Some(carrier) => Side::Carrier(carrier, load.driver()),
        None => Side::Desk,
    }
}

/// The carrier that a load has and that knows of it.
fn carrier_of(load: &Record) -> Option<contract::CarrierId> {
    load.carrier().filter(|_| !matches!(load.status(), LoadStatus::Planning | LoadStatus::Pending))
}

/// A message as a reader sees it who may see it. To a carrier's people the desk writes as the company.
fn for_reader(who: &Actor, company: &str, stored: Stored) -> Message {
    let Stored { insert, carrier_name, .. } = stored;
    let is_staff = who.role.is_staff();
    let shows = is_staff || insert.by_carrier;
    let own = insert.sender == who.user;
    Message {
        id: insert.id,
        load_id: insert.load,
        text: insert.text,
        audience: insert.audience,
        sender_id: shows.then_some(insert.sender),
        sender_name: if shows { insert.sender_name } else { company.to_owned() },
        own,
        from_carrier: insert.by_carrier,
        carrier_name: carrier_name.filter(|_| is_staff),
        mentions: if shows { insert.mentions } else { Vec::new() },
        sent_at: insert.sent_at,
        client_key: own.then_some(insert.client_key),
    }
}

/// By which name the desk writes to a reader; of no interest to the desk itself.
async fn company(desk: &Desk, who: &Actor) -> Result<String> {
    if who.role.is_staff() { Ok(String::new()) } else { Ok(names_outside(&desk.store, who).await?.0) }
}

fn thread_load(who: &Actor, load: &Record) -> ThreadLoad {
    ThreadLoad {
        id: load.id(),
        load_number: load.load_number.clone(),
        status: load.status(),
        origin: format!("{}, {}", load.origin_city, load.origin_state),
        destination: format!("{}, {}", load.destination_city, load.destination_state),
        carrier_id: load.carrier().filter(|_| who.role.is_staff()),
        carrier_name: load.carrier_name.clone().filter(|_| who.role.is_staff()),
    }
}

fn size(asked: Option<u32>) -> Result<u32, Refusal> {
    let size = asked.unwrap_or(PAGE_SIZE);
    if (1..=MAX_PAGE_SIZE).contains(&size) {
        Ok(size)
    } else {
        Err(Refusal::invalid("size", format!("must be 1 to {MAX_PAGE_SIZE}")))
    }
}

async fn conversation(desk: &Desk, who: &Actor, query: MessageQuery) -> Result<ConversationAt> {
    let load = seen(desk, who, query.load_id).await?;
    let size = size(query.size)?;
    let cursor = journal::cursor(&desk.journal, who).await?;
    let before = match query.before {
        Some(id) => Some(rows::place(&desk.store, who, load.id(), id).await?.ok_or_else(Refusal::not_found)?),
        None => None,
    };
    let mut stored = rows::page(&desk.store, who, load.id(), before, i64::from(size) + 1).await?;
    let has_older = stored.len() > size as usize;
    stored.truncate(size as usize);
    stored.reverse();
    let reads = rows::reads(&desk.store, who, load.id()).await?;
    let own = reads.iter().find(|(mark, _)| mark.user_id == who.user).map(|(mark, seq)| (mark.message_id, *seq));
    let unread = rows::unread_of(&desk.store, who, load.id(), own.map_or(0, |(_, seq)| seq)).await?;
    let company = company(desk, who).await?;
    let writes = who.can(Permission::MessageSend);
    let data = Conversation {
        load: thread_load(who, &load),
        messages: stored.into_iter().map(|stored| for_reader(who, &company, stored)).collect(),
        has_older,
        reads: reads.into_iter().map(|(mark, _)| mark).filter(|mark| mark.user_id != who.user).collect(),
        last_read: own.map(|(message, _)| message),
        unread,
        audiences: if writes { audiences(who.role.is_staff(), carrier_of(&load).is_some()) } else { Vec::new() },
    };
    Ok(ConversationAt { data, cursor, as_of: desk.clock.now() })
}

async fn threads(desk: &Desk, who: &Actor, query: ThreadQuery) -> Result<Listed<ThreadRow>> {
    who.may(Permission::MessageView)?;
    let q = query.q.as_deref().unwrap_or_default();
    if q.chars().count() > MAX_SEARCH {
        return Err(Refusal::invalid("q", format!("at most {MAX_SEARCH} characters")).into());
    }
    let size = size(query.size)?;
    let number = query.page.unwrap_or(1);
    if number == 0 {
        return Err(Refusal::invalid("page", "pages count from 1").into());
    }
    let cursor = journal::cursor(&desk.journal, who).await?;
    let offset = i64::from(number - 1) * i64::from(size);
    let part = Part { since: recent(desk), words: seek::words(q), offset, limit: i64::from(size) };
    let (found, total) = rows::threads(&desk.store, who, &part).await?;
    let company = company(desk, who).await?;
    let row = |thread: rows::Thread| ThreadRow {
        load: thread.load,
        newest: for_reader(who, &company, thread.newest),
        unread: thread.unread,
        is_mentioned: thread.is_mentioned,
    };
    let data = found.into_iter().map(row).collect();
    Ok(Listed { data, page: PageOf { number, size, total }, cursor, as_of: desk.clock.now() })
}

/// Writes a message. The same key twice is the same message, and is answered alike.
async fn send(desk: &Desk, who: &Actor, ask: SendMessage) -> Result<Message> {
    let grant = who.may(Permission::MessageSend)?;
    if ask.sender_id.is_some_and(|sender| sender != who.user) {
        // What somebody else has left waiting in this browser is not this one's to send.
        return Err(Refusal::unauthorized().into());
    }
    let load = loads::one(&desk.store, who, ask.load_id).await?.ok_or_else(Refusal::not_found)?;
    if let Some(known) = sent(desk, who, &ask).await? {
        return Ok(known);
    }
    let text = text::lines(&ask.text, MAX_TEXT)
        .map_err(|flaw| Refusal::flawed("text", flaw, flawed_text(flaw, MAX_TEXT)))?
        .ok_or_else(|| Refusal::flawed("text", Flaw::Needed, "is needed"))?;
    if ask.mentions.len() > MAX_MENTIONS {
        return Err(Refusal::invalid("mentions", format!("at most {MAX_MENTIONS}")).into());
    }
    let mut mentions = rows::people(&desk.store, who.tenant, own_side(who, &load)).await?;
    mentions.retain(|colleague| colleague.id != who.user && ask.mentions.contains(&colleague.id));

    let mut tx = desk.begin(grant).await?;
    loads::lock(&mut tx, &[ask.load_id]).await?;
    let load = loads::in_tx(&mut tx, ask.load_id).await?.ok_or_else(Refusal::not_found)?;
    let (carrier, is_staff) = (carrier_of(&load), who.role.is_staff());
    // It may have been taken away in between.
    let is_theirs =
        carrier.is_some() && carrier == who.carrier && (who.driver.is_none() || load.driver() == who.driver);
    if !is_staff && !is_theirs {
        return Err(Refusal::not_found().into());
    }
    if !audiences(is_staff, carrier.is_some()).contains(&ask.audience) {
        return Err(if is_staff { Refusal::rule(Rule::NobodyToWriteTo) } else { Refusal::forbidden() }.into());
    }
    let is_meant = ask.carrier_id.is_none() || ask.carrier_id == carrier;
    if is_staff && ask.audience == Audience::Everyone && !is_meant {
        return Err(Refusal::rule(Rule::MeantForAnother).into());
    }
    let insert = Insert {
        id: MessageId::new(new_id()),
        load: ask.load_id,
        carrier,
        audience: ask.audience,
        sender: who.user,
        sender_name: who.name.clone(),
        by_carrier: !is_staff,
        client_key: ask.client_key,
        text,
        mentions: mentions.into_iter().map(|colleague| colleague.id).collect(),
        sent_at: tx.now(),
    };
    if !rows::add(&mut tx, &insert).await? {
        drop(tx);
        return Ok(sent(desk, who, &ask).await?.ok_or_else(Refusal::not_found)?);
    }
    tell(&mut tx, &load, &insert).await?;
    tx.commit().await?;
    let carrier_name = load.carrier_name.clone().filter(|_| carrier.is_some());
    Ok(for_reader(who, "", Stored { insert, seq: 0, carrier_name }))
}

/// What the caller has sent under this key already.
async fn sent(desk: &Desk, who: &Actor, ask: &SendMessage) -> Result<Option<Message>> {
    let known = rows::by_key(&desk.store, who, ask.client_key).await?;
    Ok(known.map(|stored| for_reader(who, "", stored)))
}

/// Tells of a message: the desk, and those outside of it only of what is for them, cut for them.
async fn tell(tx: &mut Tx<'_>, load: &Record, new: &Insert) -> Result<()> {
    let to_staff = MessageNew {
        message_id: new.id,
        load_id: new.load,
        load_number: load.load_number.clone(),
        sender_id: Some(new.sender),
        sender_name: new.sender_name.clone(),
        text: new.text.clone(),
        audience: new.audience,
        mentions: new.mentions.clone(),
        sent_at: new.sent_at,
    };
    let mut told = vec![(Stream::Tenant(tx.tenant()), to_staff.clone())];
    if new.audience == Audience::Everyone {
        let mut outside = to_staff;
        if !new.by_carrier {
            outside.sender_id = None;
            outside.mentions = Vec::new();
            outside.sender_name = outside_name(tx).await?;
        }
        told.extend(audience(tx, load).await?.into_iter().map(|stream| (stream, outside.clone())));
    }
    tx.tell_all(told);
    Ok(())
}

/// Notes how far the caller has read; gives what is left unread in all.
async fn read(desk: &Desk, who: &Actor, ask: ReadMessages) -> Result<UnreadMessages> {
    let load = seen(desk, who, ask.load_id).await?;
    let place = rows::place(&desk.store, who, load.id(), ask.message_id).await?.ok_or_else(Refusal::not_found)?;
    let mut tx = desk.begin(who.may(Permission::MessageView)?).await?;
    if rows::mark(&mut tx, load.id(), who.user, (place, ask.message_id)).await? {
        let event = MessageRead {
            load_id: load.id(),
            message_id: ask.message_id,
            reader_id: who.user,
            reader_name: who.name.clone(),
            read_at: tx.now(),
        };
        // How far the desk has read is the desk's own to know.
        let outside = if who.role.is_staff() { Vec::new() } else { audience(&mut tx, &load).await? };
        let streams = std::iter::once(Stream::Tenant(tx.tenant())).chain(outside);
        tx.tell_all(streams.map(|stream| (stream, event.clone())).collect::<Vec<_>>());
        tx.commit().await?;
    }
    rows::unread(&desk.store, who, recent(desk)).await
}

/// Whom a message concerns, besides its sender: the dispatcher who owns the load, those whom it names, and, when it is
/// for everyone, the people of the load's carrier with its driver.
///
/// # Errors
/// When the database fails.
pub async fn concerned(desk: &Desk, load: &Record, message: &Insert) -> Result<Vec<UserId>> {
    let tenant = contract::TenantId::new(load.tenant_id);
    let mut people: Vec<UserId> = load.dispatcher_id.map(UserId::new).into_iter().collect();
    people.extend(&message.mentions);
    if let (Audience::Everyone, Some(carrier)) = (message.audience, message.carrier) {
        let theirs = rows::people(&desk.store, tenant, Side::Carrier(carrier, load.driver())).await?;
        people.extend(theirs.into_iter().map(|colleague| colleague.id));
    }
    people.sort_unstable();
    people.dedup();
    people.retain(|user| *user != message.sender);
    Ok(people)
}
