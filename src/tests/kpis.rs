//! The desk's figures: they agree with the lists behind them, tell money to nobody who may not see it, and move by
//! themselves.

use contract::loads::LoadRow;
use headhaul::kpis::LastTold;
use serde_json::{Value, json};

use crate::{
    ear::Ear,
    fixture::{Client, TestServer, on_both_engines},
};

async fn figures(client: &Client) -> Value {
    client.get("/api/v1/kpis").await.data().clone()
}

/// How many loads a list has that a figure leads to.
async fn listed(client: &Client, view: &str) -> Value {
    let answer = client.get(&format!("/api/v1/loads?view={view}")).await;
    answer.data();
    answer.body["page"]["total"].clone()
}

async fn deliver(client: &Client, mut load: LoadRow) -> LoadRow {
    for status in ["AT_PICKUP", "PICKED_UP", "IN_TRANSIT", "AT_DELIVERY"] {
        load = client.move_to(&load, status).await;
    }
    let ask = json!({ "loadId": load.id, "version": load.version, "status": "DELIVERED", "confirmed": true });
    client.post("/api/v1/loads/status", ask).await.row()
}

#[test]
fn each_figure_is_the_length_of_the_list_that_it_leads_to() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let client = server.dispatcher().await;
        let before = figures(&client).await;
        assert_eq!(before["onTimeDelivery"], json!({ "met": 0, "of": 0 }), "of nothing there is no share");

        client.create_load().await;
        server.dispatched_load().await;
        let delivered = server.dispatched_load().await;
        deliver(&client, delivered).await;
        // This one comes days after its windows have closed.
        let late = server.dispatched_load().await;
        server.clock.advance_ms(8 * 24 * 3_600_000);
        let client = server.dispatcher().await;
        let late = deliver(&client, late).await;

        let now = figures(&client).await;
        for (figure, view) in [
            (&now["active"], "active"),
            (&now["unassigned"], "unassigned"),
            (&now["atRisk"], "at_risk"),
            (&now["dispatched"]["today"], "dispatched_today"),
            (&now["delivered"]["today"], "delivered_today"),
        ] {
            assert_eq!(*figure, listed(&client, view).await, "{view}: {now}");
        }
        let share = &now["onTimeDelivery"];
        let missed = share["of"].as_u64().unwrap() - share["met"].as_u64().unwrap();
        assert_eq!((json!(missed), missed), (listed(&client, "delivered_late").await, 1), "{now}");
        let list = client.get("/api/v1/loads?view=delivered_late").await;
        assert_eq!(list.data()[0]["id"], json!(late.id));
        let days = now["days"].as_array().unwrap();
        assert_eq!(days.len(), 14);
        assert_eq!((&days[13]["delivered"], &days[13]["late"]), (&json!(1), &json!(1)), "{now}");
        server.stop().await;
    });
}

#[test]
fn money_is_shown_to_those_who_may_see_it_and_ones_own_loads_are_counted_alone() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        deliver(&server.dispatcher().await, load).await;
        for (who, sees) in [("admin", true), ("ops", true), ("dispatch1", false), ("readonly", false)] {
            let now = figures(&server.sign_in(&format!("{who}@blueridge.test")).await).await;
            assert_eq!(now.get("earned").is_some(), sees, "{who}: {now}");
        }
        for who in ["carrier1", "driver1", "sales"] {
            let client = server.sign_in(&format!("{who}@blueridge.test")).await;
            client.get("/api/v1/kpis").await.refused(403, "forbidden");
        }
        let other = figures(&server.sign_in("dispatch1@prairie.test").await).await;
        assert_eq!(other["delivered"]["today"], 0, "another company's loads are not counted");

        server.dispatcher().await.create_load().await;
        let colleague = server.sign_in("dispatch2@blueridge.test").await;
        let own = colleague.get("/api/v1/kpis?scope=mine").await;
        assert_eq!((&own.data()["active"], &own.data()["delivered"]["today"]), (&json!(0), &json!(0)), "{own:?}");
        colleague.get("/api/v1/kpis?scope=theirs").await.refused(400, "invalid");
        server.stop().await;
    });
}

#[test]
fn the_figures_are_told_when_they_change_and_only_then() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let client = server.dispatcher().await;
        let mut ear = Ear::open(&client, "/events").await;
        let mut carrier = Ear::open(&server.sign_in("carrier1@blueridge.test").await, "/events").await;
        client.create_load().await;
        // The server's own job looks every second.
        let told = ear.hears("kpi:updated", |told| told["data"]["activeLoads"] == 1).await;
        assert_eq!(told["data"]["dispatchedToday"], 0);
        assert_eq!(told["data"]["onTimePercent"], Value::Null);

        let load = server.dispatched_load().await;
        ear.hears("kpi:updated", |told| told["data"]["dispatchedToday"] == 1).await;
        let load = deliver(&client, load).await;
        let told = ear.hears("kpi:updated", |told| told["data"]["deliveredToday"] == 1).await;
        assert!(told["data"]["onTimePercent"].is_number(), "{told}");
        let now = figures(&client).await;
        assert_eq!(told["data"]["activeLoads"], now["active"], "what is told is what is counted");
        assert!(!told.to_string().contains("Cents"));

        // Whoever looks next, as another node would, finds that all is told.
        let before = client.get("/api/v1/events").await.body["data"]["cursor"].clone();
        LastTold::default().tell_changes(&server.desk, true).await.unwrap();
        assert_eq!(client.get("/api/v1/events").await.body["data"]["cursor"], before);
        carrier.hears("carrier:load:assigned", |told| told["data"]["loadId"] == json!(load.id)).await;
        carrier.listen().await;
        assert!(!carrier.names().contains(&"kpi:updated"), "a carrier hears nothing of the desk's figures");
        server.stop().await;
    });
}
