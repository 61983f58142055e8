//! Carriers: entering and changing them, who drives for them, and telling when what they must have in force ends.

mod suggest;

use std::collections::BTreeMap;

use contract::{
    CarrierId, Day, DriverId, Refusal,
    actor::{Actor, Permission, Role},
    carriers::{
        CarrierDetail, CarrierForm, CarrierRow, ChangeCarrier, ComplianceStatus, Cover, SetDriver, SuggestQuery,
        Suggested, told_at_days,
    },
    event::{CarrierComplianceAlert, CarrierCreated, CarrierUpdated, Durable},
    loads::Place,
    refusal::{Flaw, Rule},
    room::Stream,
    text,
};

use crate::{
    clock::new_id,
    desk::Desk,
    error::Result,
    loads::flawed_text,
    notices, places,
    store::{
        Tx, accounts,
        carriers::{self as rows, Ending, Known},
    },
};

/// Names and addresses longer than this are mistakes.
const MAX_TEXT: usize = 200;
/// Telephone and policy numbers are shorter.
const MAX_NUMBER: usize = 40;
/// Notes may be longer.
const MAX_NOTES: usize = 2_000;
/// A billion dollars, in cents: what is above is a typing mistake.
const MAX_CENTS: i64 = 100_000_000_000;
/// How many ends of covers are told in one go.
const ENDINGS: i64 = 500;

#[async_trait::async_trait]
impl app::carriers::port::Carriers for Desk {
    async fn carriers(&self, who: &Actor) -> Result<Vec<CarrierRow>, Refusal> {
        who.may(Permission::CarrierView)?;
        let mut carriers = rows::all(&self.store, who.tenant, today(self, who).await?).await.map_err(Refusal::from)?;
        for carrier in &mut carriers {
            for_reader(who, carrier);
        }
        Ok(carriers)
    }

    async fn carrier(&self, who: &Actor, id: CarrierId) -> Result<CarrierDetail, Refusal> {
        who.may(Permission::CarrierView)?;
        Ok(detail(self, who, id).await?)
    }

    async fn enter_carrier(&self, who: &Actor, form: CarrierForm) -> Result<CarrierDetail, Refusal> {
        Ok(enter(self, who, form).await?)
    }

    async fn change_carrier(&self, who: &Actor, ask: ChangeCarrier) -> Result<CarrierDetail, Refusal> {
        Ok(change(self, who, ask).await?)
    }

    async fn set_driver(&self, who: &Actor, ask: SetDriver) -> Result<CarrierDetail, Refusal> {
        Ok(set_driver(self, who, ask).await?)
    }

    async fn suggest_carriers(&self, who: &Actor, ask: SuggestQuery) -> Result<Vec<Suggested>, Refusal> {
        Ok(suggest::suggest(self, who, ask).await?)
    }

    async fn places(&self, who: &Actor, text: &str) -> Result<Vec<Place>, Refusal> {
        who.may(Permission::LoadCreate)?;
        if text.chars().count() > 100 {
            return Err(Refusal::invalid("q", "at most 100 characters"));
        }
        Ok(places::starting_with(text, 10))
    }
}

/// Which day it is for the caller's company.
async fn today(desk: &Desk, who: &Actor) -> Result<Day> {
    let zone = accounts::tenant_zone(&desk.store, who.tenant).await?.unwrap_or_default();
    Ok(Day::new(places::date(desk.clock.now(), &zone)))
}

/// Leaves out what the reader may not see.
fn for_reader(who: &Actor, carrier: &mut CarrierRow) {
    if !who.can(Permission::DriverPhoneView) {
        for driver in &mut carrier.drivers {
            driver.phone = None;
        }
    }
}

async fn detail(desk: &Desk, who: &Actor, id: CarrierId) -> Result<CarrierDetail> {
    let found = rows::one(&desk.store, who.tenant, id, today(desk, who).await?).await?;
    let mut detail = found.ok_or_else(Refusal::not_found)?;
    for_reader(who, &mut detail.carrier);
    if !who.can(Permission::InternalNotesView) {
        detail.notes = None;
    }
    Ok(detail)
}

/// Enters a carrier.
async fn enter(desk: &Desk, who: &Actor, form: CarrierForm) -> Result<CarrierDetail> {
    let grant = who.may(Permission::CarrierEdit)?;
    let form = check(form)?;
    let id = CarrierId::new(new_id());
    let mut tx = desk.begin(grant).await?;
    number_is_free(&mut tx, &form, id).await?;
    rows::add_carrier(&mut tx, id, &form).await?;
    let CarrierForm { name, mc_number, .. } = form;
    tell(&mut tx, None, CarrierCreated { carrier_id: id, carrier_name: name, mc_number }).await?;
    tx.commit().await?;
    detail(desk, who, id).await
}

/// Changes a carrier that is still at the version that the caller saw.
async fn change(desk: &Desk, who: &Actor, ask: ChangeCarrier) -> Result<CarrierDetail> {
    let grant = who.may(Permission::CarrierEdit)?;
    let ChangeCarrier { carrier_id: id, version, carrier } = ask;
    let form = check(carrier)?;
    let mut tx = desk.begin(grant).await?;
    let Known { form: before, version: known, updated } =
        rows::in_tx(&mut tx, id, true).await?.ok_or_else(Refusal::not_found)?;
    if known != version {
        return Err(Refusal::changed_meanwhile(known, updated.1, updated.0).into());
    }
    let changed_fields = differing(&before, &form);
    if !changed_fields.is_empty() {
        number_is_free(&mut tx, &form, id).await?;
        rows::change_carrier(&mut tx, id, &form).await?;
        let updated_by = tx.author().unwrap_or_default().to_owned();
        let event = CarrierUpdated { carrier_id: id, carrier_name: form.name.clone(), changed_fields, updated_by };
        tell(&mut tx, Some(id), event).await?;
        tx.commit().await?;
    }
    detail(desk, who, id).await
}

/// Enters a driver, or changes one.
async fn set_driver(desk: &Desk, who: &Actor, ask: SetDriver) -> Result<CarrierDetail> {
    let grant = who.may(Permission::CarrierEdit)?;
    let SetDriver { carrier_id, driver_id, has_left, .. } = ask;
    let mut faults = Faults::default();
    let name = faults.line("name", &ask.name, MAX_TEXT, true).unwrap_or_default();
    let phone = faults.phone("phone", Some(&ask.phone), true).unwrap_or_default();
    faults.end()?;
    let mut tx = desk.begin(grant).await?;
    let carrier = rows::in_tx(&mut tx, carrier_id, false).await?.ok_or_else(Refusal::not_found)?;
    if let Some(driver) = driver_id {
        if !rows::change_driver(&mut tx, driver, carrier_id, &name, &phone, has_left).await? {
            return Err(Refusal::not_found().into());
        }
    } else {
        rows::add_driver(&mut tx, DriverId::new(new_id()), carrier_id, &name, &phone).await?;
    }
    let updated_by = tx.author().unwrap_or_default().to_owned();
    let (carrier_name, changed_fields) = (carrier.form.name, vec!["drivers".to_owned()]);
    tell(&mut tx, Some(carrier_id), CarrierUpdated { carrier_id, carrier_name, changed_fields, updated_by }).await?;
    tx.commit().await?;
    detail(desk, who, carrier_id).await
}

async fn number_is_free(tx: &mut Tx<'_>, form: &CarrierForm, besides: CarrierId) -> Result<()> {
    if rows::has_number(tx, &form.mc_number, besides).await? {
        return Err(Refusal::rule(Rule::CarrierNumberTaken).into());
    }
    Ok(())
}

/// The fields that differ, by their names on the wire.
fn differing(before: &CarrierForm, after: &CarrierForm) -> Vec<String> {
    let fields = [
        ("name", before.name != after.name),
        ("mcNumber", before.mc_number != after.mc_number),
        ("dotNumber", before.dot_number != after.dot_number),
        ("status", before.status != after.status),
        ("equipment", before.equipment != after.equipment),
        ("phone", before.phone != after.phone),
        ("email", before.email != after.email),
        ("notes", before.notes != after.notes),
        ("covers", before.covers != after.covers),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name.to_owned()).collect()
}

/// Tells of a carrier: the staff who see loads, those who look after carriers, and the carrier's own people of what is
/// theirs, by whom it is as the company.
async fn tell<E: Durable + ForCarrier>(tx: &mut Tx<'_>, carrier: Option<CarrierId>, event: E) -> Result<()> {
    let tenant = tx.tenant();
    let mut audiences = vec![(Stream::Tenant(tenant), event.clone())];
    if let Some(carrier) = carrier {
        let company = accounts::company_name(tx).await?;
        audiences.extend(event.for_carrier(&company).map(|event| (Stream::Carrier(tenant, carrier), event)));
    }
    // They see no loads, and so not the company's stream.
    let others = accounts::with_role(tx, Role::CarrierRelations).await?;
    audiences.extend(others.into_iter().map(|user| (Stream::User(user), event.clone())));
    tx.tell_all(audiences);
    Ok(())
}

/// What a carrier's own people hear of it.
trait ForCarrier: Sized {
    fn for_carrier(&self, company: &str) -> Option<Self>;
}

impl ForCarrier for CarrierCreated {
    fn for_carrier(&self, _: &str) -> Option<Self> {
        Some(self.clone())
    }
}

impl ForCarrier for CarrierUpdated {
    fn for_carrier(&self, company: &str) -> Option<Self> {
        // What the desk keeps in mind of a carrier, and what it thinks of it, are not that carrier's to know.
        let mut own = self.clone();
        own.changed_fields.retain(|field| !matches!(field.as_str(), "notes" | "status"));
        company.clone_into(&mut own.updated_by);
        (!own.changed_fields.is_empty()).then_some(own)
    }
}

impl ForCarrier for CarrierComplianceAlert {
    fn for_carrier(&self, _: &str) -> Option<Self> {
        Some(self.clone())
    }
}

/// Tells of what carriers must have and what ends soon: 30, 15, 7 and 1 days before, and when it has ended; each once.
/// Gives how often something was told.
///
/// # Errors
/// When the database fails.
pub async fn tell_endings(desk: &Desk) -> Result<usize> {
    let now = desk.clock.now();
    // Where it is latest; whose day has not come to that yet waits a little.
    let by = Day::new(places::date(now, "Pacific/Kiritimati"));
    let mut told = 0;
    for ending in rows::ending(&desk.store, by, ENDINGS).await? {
        let today = Day::new(places::date(now, &ending.zone));
        let Some(days) = told_at_days(ending.expires_on.days_after(today)) else { continue };
        if ending.told_days.is_none_or(|told| told > days) {
            told += usize::from(tell_ending(desk, &ending, days).await?);
        }
    }
    Ok(told)
}

async fn tell_ending(desk: &Desk, ending: &Ending, days: i64) -> Result<bool> {
    let mut tx = desk.begin_itself(ending.tenant).await?;
    if !rows::note_told(&mut tx, ending, days).await? {
        return Ok(false);
    }
    let status = if days == 0 { ComplianceStatus::Expired } else { ComplianceStatus::ExpiringSoon };
    let event = CarrierComplianceAlert {
        carrier_id: ending.carrier,
        carrier_name: ending.carrier_name.clone(),
        requirement: ending.kind,
        status,
        expires_at: Some(places::day_end(ending.expires_on.date(), &ending.zone)),
    };
    tell(&mut tx, Some(ending.carrier), event).await?;
    notices::of_ending(&mut tx, ending, days == 0);
    tx.commit().await?;
    Ok(true)
}

/// What is wrong with a form, field by field.
#[derive(Default)]
struct Faults(BTreeMap<String, (Flaw, String)>);

impl Faults {
    fn add(&mut self, field: &str, flaw: Flaw, words: impl Into<String>) {
        self.0.entry(field.to_owned()).or_insert((flaw, words.into()));
    }

    fn end(self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::flawed_fields(self.0)) }
    }

    fn line(&mut self, field: &str, given: &str, most: usize, needed: bool) -> Option<String> {
        match text::line(given, most) {
            Ok(None) if needed => self.add(field, Flaw::Needed, "is needed"),
            Ok(line) => return line,
            Err(flaw) => self.add(field, flaw, flawed_text(flaw, most)),
        }
        None
    }

    /// A telephone number as people write it: at least seven digits, and nothing but what goes with digits.
    fn phone(&mut self, field: &str, given: Option<&str>, needed: bool) -> Option<String> {
        let phone = self.line(field, given.unwrap_or_default(), MAX_NUMBER, needed)?;
        let digits = phone.chars().filter(char::is_ascii_digit).count();
        let is_good = phone.chars().all(|c| c.is_ascii_digit() || " +-().x/".contains(c)) && (7..=20).contains(&digits);
        if is_good {
            return Some(phone);
        }
        self.add(field, Flaw::Unreadable, "is no telephone number");
        None
    }
}

/// Checks everything at once, so that a form can show every fault at its field.
fn check(given: CarrierForm) -> Result<CarrierForm, Refusal> {
    let mut faults = Faults::default();
    let name = faults.line("name", &given.name, MAX_TEXT, true).unwrap_or_default();
    let is_number = |text: &str, digits: std::ops::RangeInclusive<usize>| {
        digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let mc_number = faults.line("mcNumber", &given.mc_number, MAX_NUMBER, true).unwrap_or_default();
    if !mc_number.is_empty() && !is_number(&mc_number, 6..=6) {
        faults.add("mcNumber", Flaw::Unreadable, "must be six digits");
    }
    let dot_number = faults.line("dotNumber", given.dot_number.as_deref().unwrap_or_default(), MAX_NUMBER, false);
    if dot_number.as_ref().is_some_and(|number| !is_number(number, 5..=8)) {
        faults.add("dotNumber", Flaw::Unreadable, "must be five to eight digits");
    }
    let mut equipment = given.equipment;
    equipment.sort_unstable_by_key(|kind| kind.name());
    equipment.dedup();
    if equipment.is_empty() {
        faults.add("equipment", Flaw::Needed, "is needed");
    }
    let phone = faults.phone("phone", given.phone.as_deref(), false);
    let email = faults.line("email", given.email.as_deref().unwrap_or_default(), MAX_TEXT, false);
    if email.as_ref().is_some_and(|email| !is_address(email)) {
        faults.add("email", Flaw::Unreadable, "is no e-mail address");
    }
    let notes = text::lines(given.notes.as_deref().unwrap_or_default(), MAX_NOTES).unwrap_or_else(|flaw| {
        faults.add("notes", flaw, flawed_text(flaw, MAX_NOTES));
        None
    });
    let mut covers: Vec<Cover> = Vec::with_capacity(given.covers.len());
    for (index, cover) in given.covers.into_iter().enumerate() {
        let field = |name: &str| format!("covers[{index}].{name}");
        if covers.iter().any(|known| known.kind == cover.kind) {
            faults.add(&field("kind"), Flaw::NotAllowed, "each kind once");
            continue;
        }
        let number = cover.number.as_deref().unwrap_or_default();
        let number = faults.line(&field("number"), number, MAX_NUMBER, false);
        if cover.amount_cents.is_some_and(|cents| !(0..=MAX_CENTS).contains(&cents)) {
            faults.add(&field("amountCents"), Flaw::OutOfRange, "must be 0 or more");
        }
        covers.push(Cover { number, ..cover });
    }
    covers.sort_by_key(|cover| cover.kind);
    faults.end()?;
    Ok(CarrierForm { name, mc_number, dot_number, status: given.status, equipment, phone, email, notes, covers })
}

/// Whether something looks like an address that mail could go to. Whether it arrives, only mail can tell.
fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty()
            && host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
            && !text.contains(char::is_whitespace)
            && !host.contains('@')
    })
}

#[cfg(test)]
mod tests {
    use contract::{
        carriers::{CarrierStatus, CoverKind},
        loads::Equipment,
    };

    use super::*;

    fn form() -> CarrierForm {
        CarrierForm {
            name: " Kestrel Freight ".to_owned(),
            mc_number: "123456".to_owned(),
            dot_number: Some("7654321".to_owned()),
            status: CarrierStatus::default(),
            equipment: vec![Equipment::Reefer, Equipment::DryVan, Equipment::Reefer],
            phone: Some("+1 (555) 010-0199".to_owned()),
            email: Some("dispatch@kestrel.example".to_owned()),
            notes: Some(String::new()),
            covers: Vec::new(),
        }
    }

    #[test]
    fn a_good_form_is_kept_in_order() {
        let kept = check(form()).expect("it is good");

        assert_eq!((kept.name.as_str(), kept.notes), ("Kestrel Freight", None));
        assert_eq!(kept.equipment, [Equipment::DryVan, Equipment::Reefer]);
    }

    #[test]
    fn every_fault_is_told_at_its_field() {
        let cover = Cover {
            kind: CoverKind::Cargo,
            number: Some("x".repeat(41)),
            amount_cents: Some(-1),
            expires_on: "2027-01-01".parse().expect("a day"),
        };
        let refusal = check(CarrierForm {
            name: "\u{202E}".to_owned(),
            mc_number: "12345a".to_owned(),
            dot_number: Some("1234".to_owned()),
            equipment: Vec::new(),
            phone: Some("call me".to_owned()),
            email: Some("nobody@nowhere".to_owned()),
            covers: vec![cover.clone(), cover],
            ..form()
        })
        .expect_err("nothing is right");

        let details = refusal.details.expect("details");
        let fields: Vec<_> = details.fields.keys().map(String::as_str).collect();
        assert_eq!(
            fields,
            [
                "covers[0].amountCents",
                "covers[0].number",
                "covers[1].kind",
                "dotNumber",
                "email",
                "equipment",
                "mcNumber",
                "name",
                "phone"
            ]
        );
        assert_eq!(details.flaws.len(), fields.len());
    }

    #[test]
    fn an_address_has_a_user_and_a_host() {
        for good in ["a@b.example", "dispatch+west@kestrel.freight.example"] {
            assert!(is_address(good), "{good}");
        }
        for bad in ["", "a", "a@", "@b.example", "a@b", "a@.b", "a@b.", "a b@c.example", "a@b@c.example"] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
