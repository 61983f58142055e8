//! Drivers' links: who may make and end them, and what whoever holds one can do.
//!
//! The token is known to its maker's answer alone: it is kept as a hash, told in no event and written in no log.

pub mod drive;
pub mod osmand;

use contract::{
    Code, LinkId, LoadId, Refusal,
    actor::{Actor, Permission},
    event::LoadUpdated,
    links::{DriverLink, LASTS_MIN, MOST, MadeLink, MakeLink, RevokeLink, is_of_use},
    refusal::Rule,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use qrcodegen::{QrCode, QrCodeEcc};
use sha2::{Digest, Sha256};

use crate::{
    clock::{new_id, new_token},
    desk::Desk,
    error::Result,
    loads::{Told, tell_of},
    store::{
        Tx, accounts,
        links::{self as rows, NewLink},
        loads::{self, Record},
        moment,
    },
};

/// Where a driver's page is, before its token.
pub const PAGE: &str = "/d/";

/// Where tracking apps send their positions to.
pub const APP: &str = "/api/v1/osmand";

/// How many fields of white stand around a picture for cameras: the standard asks for four.
const QUIET: i32 = 4;

#[async_trait::async_trait]
impl app::links::port::Links for Desk {
    async fn make_link(&self, who: &Actor, ask: MakeLink) -> Result<MadeLink, Refusal> {
        Ok(make(self, who, ask).await?)
    }

    async fn links(&self, who: &Actor, load: LoadId) -> Result<Vec<DriverLink>, Refusal> {
        who.may(Permission::LoadDispatch)?;
        Ok(list(self, who, load).await?)
    }

    async fn revoke_link(&self, who: &Actor, ask: RevokeLink) -> Result<Vec<DriverLink>, Refusal> {
        Ok(revoke(self, who, ask).await?)
    }
}

/// Under which name a token is kept.
fn hash(token: &str) -> String {
    format!("{:x}", Sha256::digest(token))
}

async fn make(desk: &Desk, who: &Actor, ask: MakeLink) -> Result<MadeLink> {
    let grant = who.may(Permission::LoadDispatch)?;
    let token = new_token();
    let mut tx = desk.begin(grant).await?;
    loads::lock(&mut tx, &[ask.load_id]).await?;
    let load = loads::in_tx(&mut tx, ask.load_id).await?.ok_or_else(Refusal::not_found)?;
    if !is_of_use(load.status()) {
        return Err(Refusal::new(Code::NotUnderWay, "The load is not on its way, nor ready for it.").into());
    }
    let carrier = load.carrier().ok_or_else(|| Refusal::rule(Rule::CarrierNeeded))?;
    let driver = load.driver().ok_or_else(|| Refusal::rule(Rule::DriverNeeded))?;
    let now = tx.now();
    let known = rows::of_load_in_tx(&mut tx, ask.load_id).await?;
    if known.iter().filter(|link| link.ended(now).is_none()).count() >= MOST {
        return Err(Refusal::rule(Rule::TooManyLinks).into());
    }
    let new = NewLink {
        id: LinkId::new(new_id()),
        load: load.id(),
        hash: hash(&token),
        carrier,
        driver,
        // A load that is long overdue gets its week from now on.
        expires_at: moment(load.delivery_end).max(now).plus_minutes(LASTS_MIN),
    };
    rows::add(&mut tx, &new).await?;
    tell(&mut tx, &load).await?;
    let link = rows::one(&mut tx, new.id).await?.ok_or_else(Refusal::not_found)?.shown(now);
    let company = accounts::company_name(&mut tx).await?;
    tx.commit().await?;
    let url = format!("{}{PAGE}{token}", desk.address);
    let text = app::links::sms_words(&company, &load.load_number, &url);
    Ok(MadeLink {
        sms: sms(load.driver_phone.as_deref().unwrap_or_default(), &text),
        qr_svg: qr_svg(&url)?,
        app_url: format!("{}{APP}", desk.address),
        app_id: token,
        url,
        link,
    })
}

async fn list(desk: &Desk, who: &Actor, load: LoadId) -> Result<Vec<DriverLink>> {
    loads::one(&desk.store, who, load).await?.ok_or_else(Refusal::not_found)?;
    let now = desk.clock.now();
    let known = rows::of_load(&desk.store, who.tenant, load).await?;
    Ok(known.into_iter().map(|link| link.shown(now)).collect())
}

/// Ends a link; the next call by it is answered as if it had never been. One that has ended already stays so.
async fn revoke(desk: &Desk, who: &Actor, ask: RevokeLink) -> Result<Vec<DriverLink>> {
    let mut tx = desk.begin(who.may(Permission::LoadDispatch)?).await?;
    let link = rows::one(&mut tx, ask.link_id).await?.ok_or_else(Refusal::not_found)?;
    if link.revoked_at.is_none() {
        let load = loads::in_tx(&mut tx, link.load()).await?.ok_or_else(Refusal::not_found)?;
        rows::revoke(&mut tx, ask.link_id).await?;
        tell(&mut tx, &load).await?;
        tx.commit().await?;
    } else {
        drop(tx);
    }
    list(desk, who, link.load()).await
}

/// Tells the staff, and nobody else, that a load's links are not as they were.
async fn tell(tx: &mut Tx<'_>, load: &Record) -> Result<()> {
    tell_of(tx, load, false, |Told { row, by, .. }| LoadUpdated {
        load_id: load.id(),
        load_number: load.load_number.clone(),
        changed_fields: vec![app::links::FIELD.to_owned()],
        updated_by: by,
        load: row,
    })
    .await
}

/// A text message as an address: iPhones read what follows the `&`, others what follows the `?`.
fn sms(phone: &str, text: &str) -> String {
    let number: String = phone.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+').collect();
    format!("sms:{number}?&body={}", utf8_percent_encode(text, NON_ALPHANUMERIC))
}

/// A picture of an address for cameras, black on white wherever it is shown.
fn qr_svg(text: &str) -> Result<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(anyhow::Error::from)?;
    let dark = |at: &(i32, i32)| code.get_module(at.0, at.1);
    let all = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
    let path: String = all.filter(dark).map(|(x, y)| format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET)).collect();
    let size = code.size() + 2 * QUIET;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_message_is_addressed_and_written_so_that_telephones_read_it() {
        assert_eq!(sms("(555) 010-0100", "a & b"), "sms:5550100100?&body=a%20%26%20b");
        assert_eq!(sms("+1 555 0100", "ñ"), "sms:+15550100?&body=%C3%B1");
    }

    #[test]
    fn a_picture_has_its_white_edge_and_is_small() {
        let svg = qr_svg("https://desk.example.com/d/0123456789abcdef0123456789abcdef").expect("it fits");

        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 41 41\""), "{svg}");
        assert!(svg.contains("M4 4h1"), "the first field of the corner mark");
        assert!(svg.len() < 20_000, "{}", svg.len());
    }
}
