//! Loads from a spreadsheet: whole or not at all, each line by itself, and the same file twice makes no load twice.

use contract::loads::import::{MAX_LINES, template};
use serde_json::{Value, json};

use crate::fixture::{Answer, Client, TestServer, on_both_engines, on_day};

const TITLES: &str = "Customer,Ref,Origin,Pickup date,Destination,Delivery date,Weight,Shoe size";

fn line(customer: &str, reference: &str, origin: &str) -> String {
    let at = |days| on_day(days, "08:00").replace('T', " ");
    format!("\"{customer}\",{reference},\"{origin}\",{},\"Denver, CO\",{},\"38,000\",44", at(5), at(6))
}

async fn import(who: &Client, csv: &str, more: Value) -> Answer {
    let mut ask = json!({ "csv": csv });
    ask.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    who.post("/api/v1/loads/import", ask).await
}

fn numbers(answer: &Answer) -> Vec<Option<&str>> {
    answer.data()["lines"].as_array().unwrap().iter().map(|line| line["loadNumber"].as_str()).collect()
}

async fn count(who: &Client) -> u64 {
    who.get("/api/v1/loads?view=active").await.body["page"]["total"].as_u64().unwrap()
}

#[test]
fn good_lines_are_entered_and_the_others_say_why_not() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let who = server.dispatcher().await;
        let csv = [
            TITLES.to_owned(),
            line("Acme <b>Foods</b>", "PO-1", "Kansas City, MO"),
            line("Acme", "PO-2", "Nowhere, ZZ"),
            line("=HYPERLINK(\"\"http://x\"\")", "PO-3", "Kansas City, MO"),
            line("Acme", "PO-1", "Kansas City, MO"),
            line("", "PO-5", "Kansas City, MO"),
            line("Acme", "PO-1", "Kansas City, MO"),
        ]
        .join("\r\n");

        let dry = import(&who, &csv, json!({ "dryRun": true })).await;
        let columns: Vec<_> =
            dry.data()["columns"].as_array().unwrap().iter().map(|known| known["column"].as_str()).collect();
        let expected = ["customer", "reference", "pickupCity", "pickupFrom", "deliveryCity", "deliveryFrom", "weight"];
        assert_eq!(columns[..7], expected.map(Some));
        assert_eq!(columns[7], None, "nobody wants to know");
        assert_eq!(count(&who).await, 0, "a dry run enters nothing");

        let done = import(&who, &csv, json!({})).await;
        let entered = numbers(&done);
        assert_eq!(entered.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, true, true, false, false]);
        assert_eq!(count(&who).await, 3);
        let lines = done.data()["lines"].as_array().unwrap();
        for (place, field) in [(1, "stops[0].city"), (4, "customerName"), (5, "reference")] {
            assert!(lines[place]["error"]["details"]["flaws"][field].is_string(), "{}", lines[place]);
            assert_eq!(lines[place]["error"], dry.data()["lines"][place]["error"], "the dry run said so");
        }
        let loads = who.get("/api/v1/loads?q=HYPERLINK").await;
        assert_eq!(loads.body["data"][0]["customerName"], "=HYPERLINK(\"http://x\")", "it is text");
        assert_eq!(loads.body["data"][0]["dispatcher"]["name"], "dispatch1 of blueridge");

        let again = import(&who, &csv, json!({})).await;
        assert!(numbers(&again).iter().all(Option::is_none), "the same file twice: {}", again.body);
        assert_eq!(count(&who).await, 3);
        server.stop().await;
    });
}

#[test]
fn columns_mean_what_the_caller_says_and_separators_are_found() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let who = server.dispatcher().await;
        let csv = format!(
            "\u{feff}A;B;C;D;E\nAcme;Kansas City, MO;{};Denver, CO;{}\n",
            on_day(5, "08:00"),
            on_day(6, "08:00")
        );
        let columns = json!(["customer", "pickupCity", "pickupFrom", "deliveryCity", "deliveryFrom"]);
        assert!(numbers(&import(&who, &csv, json!({ "dryRun": true })).await)[0].is_none());
        let done = import(&who, &csv, json!({ "columns": columns })).await;
        assert!(numbers(&done)[0].is_some(), "{}", done.body);

        for bad in ["", "\n\n"] {
            import(&who, bad, json!({})).await.refused(400, "invalid");
        }
        let many = format!("{TITLES}\n{}", format!("{}\n", line("Acme", "", "Kansas City, MO")).repeat(MAX_LINES + 1));
        import(&who, &many, json!({})).await.refused(400, "invalid");
        let short = import(&who, &format!("{TITLES}\nAcme\n"), json!({})).await;
        assert!(short.data()["lines"][0]["error"]["details"]["fields"]["stops[0].city"].is_string(), "{}", short.body);
        import(&who, &csv, json!({ "columns": ["shoes"] })).await.refused(400, "invalid");
        server.stop().await;
    });
}

#[test]
fn many_lines_are_one_transaction_and_a_key_makes_a_call_once() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let who = server.dispatcher().await;
        let csv = format!("{TITLES}\n{}", format!("{}\n", line("Acme", "", "Kansas City, MO")).repeat(MAX_LINES));
        let once = async || {
            let request = who.http.post(format!("{}/api/v1/loads/import", server.base)).bearer_auth(&who.token);
            let request = request.header("idempotency-key", "file-1").json(&json!({ "csv": csv }));
            request.send().await.unwrap().json::<Value>().await.unwrap()
        };
        let first = once().await;
        assert_eq!(first, once().await);
        assert_eq!(count(&who).await, MAX_LINES as u64);
        let numbers: std::collections::BTreeSet<_> = first["data"]["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["loadNumber"].as_str().unwrap())
            .collect();
        assert_eq!(numbers.len(), MAX_LINES, "each has a number of its own");
        server.stop().await;
    });
}

#[test]
fn only_who_may_enter_loads_imports_them_and_nobody_sets_what_they_may_not_see() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let csv = template();
        for who in ["readonly", "support", "carrier1", "driver1"] {
            let client = server.sign_in(&format!("{who}@blueridge.test")).await;
            import(&client, &csv, json!({ "dryRun": true })).await.refused(403, "forbidden");
        }
        let dispatcher = server.dispatcher().await;
        let dry = import(&dispatcher, &csv, json!({ "dryRun": true })).await;
        let rate = dry.data()["columns"].as_array().unwrap().iter().find(|known| known["title"] == "Customer rate, $");
        assert!(rate.unwrap()["column"].is_null(), "a dispatcher's file may have it, and it is left out");
        let forced = json!({ "columns": ["customer", "customerRate"] });
        let refused = import(&dispatcher, "A,B\nAcme,12\n", forced).await;
        assert!(refused.data()["lines"][0]["error"].is_object());
        server.stop().await;
    });
}
