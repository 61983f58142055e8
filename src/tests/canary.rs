//! Words that nobody else may ever hear, put wherever a company can write something down, while everybody listens to
//! everything that they can: on every namespace, and by every call that reads.

use std::collections::BTreeSet;

use contract::{
    actor::{Permission, Role},
    event::NAMESPACES,
};
use serde_json::{Value, json};

use crate::{
    ear::Ear,
    fixture::{Client, Company, TestServer, new_load, on_both_engines},
    tenancy::{ROLES, calls, example, sniffers},
};

/// Somebody who listens.
struct Listener<'a> {
    /// The part of their address before the company.
    who: &'a str,
    company: &'a str,
    role: Role,
}

/// A word, and who may come to know it.
struct Canary {
    word: String,
    company: &'static str,
    /// Over a socket.
    heard_by: fn(&Listener<'_>) -> bool,
    /// In the answer to a call.
    read_by: fn(&Listener<'_>) -> bool,
}

fn can(listener: &Listener<'_>, permission: Permission) -> bool {
    listener.role.permissions().contains(&permission)
}

fn sees_all(listener: &Listener<'_>) -> bool {
    listener.role.is_staff() && can(listener, Permission::LoadView)
}

/// What the customer pays, in cents, at a company; and what carriers are paid. Numbers that occur nowhere else.
const fn money(company: &str) -> (i64, i64) {
    if company.len() == "prairie".len() { (813_197_931, 617_193_931) } else { (713_197_937, 517_193_937) }
}

/// Every secret of a company.
fn canaries(company: &'static str) -> Vec<Canary> {
    let canary = |word: String, heard_by, read_by| Canary { word, company, heard_by, read_by };
    let nobody: fn(&Listener<'_>) -> bool = |_| false;
    let (customer, carrier) = money(company);
    let notes: fn(&Listener<'_>) -> bool = |l| sees_all(l) && can(l, Permission::InternalNotesView);
    let finance: fn(&Listener<'_>) -> bool = |l| l.role.is_staff() && can(l, Permission::FinanceView);
    let rates: fn(&Listener<'_>) -> bool = |l| can(l, Permission::CarrierRateView);
    let own: fn(&Listener<'_>) -> bool = |_| true;
    let first: fn(&Listener<'_>) -> bool = |l| sees_all(l) || l.who.ends_with('1');
    let second: fn(&Listener<'_>) -> bool = |l| sees_all(l) || l.who.ends_with('2');
    let staff: fn(&Listener<'_>) -> bool = |l| l.role.is_staff();
    vec![
        canary(company.to_owned(), own, own),
        canary(format!("notes of the {company}"), nobody, notes),
        canary(format!("reason of the {company}"), nobody, sees_all),
        canary(format!("note among the desk of {company}"), sees_all, sees_all),
        canary(format!("said at the desk of {company}"), sees_all, sees_all),
        canary(customer.to_string(), nobody, finance),
        canary(carrier.to_string(), nobody, rates),
        canary(format!("freight of the first at {company}"), first, first),
        canary(format!("freight of the second at {company}"), second, second),
        canary(format!("freight of nobody at {company}"), sees_all, sees_all),
        canary(format!("ops of {company}"), staff, staff),
        canary(format!("dispatch1 of {company}"), staff, staff),
    ]
}

/// A company at work, with all its secrets written down.
async fn work(server: &TestServer, slug: &str, company: &Company) -> Vec<String> {
    let ops = server.sign_in(&format!("ops@{slug}.test")).await;
    let dispatch = server.sign_in(&format!("dispatch1@{slug}.test")).await;
    let (customer_cents, carrier_cents) = money(slug);
    let mut loads = Vec::new();
    for (owner, which) in [("first", Some(0)), ("second", Some(1)), ("nobody", None)] {
        let mut new = new_load();
        new["customerName"] =
            json!(format!("freight of {}{owner} at {slug}", if which.is_some() { "the " } else { "" }));
        new["notes"] = json!(format!("notes of the {slug}"));
        new["customerRateCents"] = json!(customer_cents);
        let load = ops.post("/api/v1/loads", new).await.data().clone();
        loads.push(load["id"].as_str().unwrap().to_owned());
        let Some(which) = which else {
            let ask =
                json!({ "loadId": load["id"], "version": load["version"], "reason": format!("reason of the {slug}") });
            ops.post("/api/v1/loads/cancel", ask).await.data();
            continue;
        };
        let ask = json!({
            "loadId": load["id"], "version": load["version"], "carrierId": company.carriers[which],
            "driverId": company.drivers[which], "carrierRateCents": carrier_cents, "status": "ACCEPTED",
        });
        let mut load = dispatch.post("/api/v1/loads/assign", ask).await.row();
        load = ops.move_to(&load, "DISPATCHED").await;
        let driver = server.sign_in(&format!("driver{}@{slug}.test", which + 1)).await;
        let fix = json!({ "loadId": load.id, "lat": 39.1, "lng": -94.6, "speed": 50 });
        driver.post("/api/v1/positions", json!({ "positions": [fix] })).await.data();
        let owner = if which == 0 { "first" } else { "second" };
        for (audience, words) in [
            ("everyone", format!("freight of the {owner} at {slug}")),
            ("staff", format!("note among the desk of {slug}")),
        ] {
            let ask = json!({ "loadId": load.id, "audience": audience, "text": words, "clientKey": headhaul::clock::new_id() });
            ops.post("/api/v1/messages", ask).await.data();
        }
        for (who, words) in
            [(&ops, format!("said at the desk of {slug}")), (&driver, format!("freight of the {owner} at {slug}"))]
        {
            let ask = json!({ "loadId": load.id, "city": "Salina", "state": "KS", "notes": words });
            who.post("/api/v1/check-calls", ask).await.data();
        }
        load = driver.move_to(&ops.fresh(&load).await, "AT_PICKUP").await;
        let back = json!({
            "loadId": load.id, "version": load.version, "status": "DISPATCHED", "reason": format!("reason of the {slug}"),
        });
        load = ops.post("/api/v1/loads/status", back).await.row();
        ops.post("/api/v1/loads/undo", json!({ "loadId": load.id, "version": load.version })).await.data();
        load = ops.fresh(&load).await;
        for status in ["PICKED_UP", "IN_TRANSIT"] {
            load = driver.move_to(&load, status).await;
        }
        dispatch.move_to(&load, "DELIVERED").await;
    }
    loads
}

impl Client {
    /// A load as it is now.
    async fn fresh(&self, load: &contract::loads::LoadRow) -> contract::loads::LoadRow {
        serde_json::from_value(self.load(load.id).await.data()["load"].clone()).unwrap()
    }
}

fn role_of(client: &Client) -> Role {
    Role::named(client.user["roles"][0].as_str().unwrap()).unwrap()
}

#[test]
fn nobody_ever_comes_to_know_a_word_that_is_not_for_them() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let companies = [("blueridge", server.blue.clone()), ("prairie", server.prairie.clone())];
        let canaries: Vec<Canary> = companies.iter().flat_map(|(slug, _)| canaries(slug)).collect();
        let known = server.dispatched_load().await;
        let people: Vec<String> = companies
            .iter()
            .flat_map(|(slug, _)| ROLES.into_iter().chain(["carrier2"]).map(move |who| format!("{who}@{slug}.test")))
            .collect();
        let mut ears: Vec<(String, Ear)> = Vec::new();
        let mut clients = Vec::new();
        for who in &people {
            ears.extend(sniffers(&server, &[who], known.id).await);
            clients.push(server.sign_in(who).await);
        }

        let mut loads = Vec::new();
        for (slug, company) in &companies {
            loads.push(work(&server, slug, company).await);
        }

        let (mut cells, mut heard) = (0, vec![0; canaries.len()]);
        let mut check = |listener: &Listener<'_>, by_socket: bool, where_: &str, text: &str| {
            for (n, canary) in canaries.iter().enumerate() {
                let may = if by_socket { canary.heard_by } else { canary.read_by };
                let may = listener.company == canary.company && may(listener);
                let knows = text.contains(&canary.word);
                heard[n] += usize::from(knows);
                assert!(
                    may || !knows,
                    "{}@{} learns {:?} {where_}: {text}",
                    listener.who,
                    listener.company,
                    canary.word
                );
                cells += 1;
            }
        };
        for (n, (on, ear)) in ears.iter_mut().enumerate() {
            let client = &clients[n / NAMESPACES.len()];
            let (who, company) = split(on);
            let listener = Listener { who, company, role: role_of(client) };
            // What was committed last is told to everybody's queue before this one's answer.
            let texts: Vec<Value> = ear.listen().await.iter().map(|told| told.data.clone()).collect();
            for text in texts {
                check(&listener, true, on, &text.to_string());
            }
        }
        for (email, client) in people.iter().zip(&clients) {
            let (who, company) = split(email);
            let listener = Listener { who, company, role: role_of(client) };
            // With and without the carrier in it; what names no load is asked once.
            let mut paths = BTreeSet::new();
            for load in loads.iter().flatten() {
                for (method, path) in calls().into_iter().filter(|(method, _)| method == "GET") {
                    let (path, _) = example(&method, &path, load, &server.blue.carriers[0].to_string()).unwrap();
                    paths.insert(path.split("&carrierId").next().unwrap().to_owned());
                    paths.insert(path);
                }
            }
            for path in paths {
                let answer = client.get(&path).await;
                check(&listener, false, &path, &answer.body.to_string());
            }
        }
        for (canary, heard) in canaries.iter().zip(heard) {
            assert!(heard > 0, "{:?} was never written down", canary.word);
        }
        assert!(cells > 5_000, "{cells} cells");
        server.stop().await;
    });
}

/// Who, and at which company, of an address.
fn split(email: &str) -> (&str, &str) {
    let (who, rest) = email.split_once('@').unwrap();
    (who, rest.split('.').next().unwrap())
}
