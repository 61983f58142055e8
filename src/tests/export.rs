//! Lists of loads as files: what is listed, as far as it is seen, and nothing that acts.

use serde_json::json;

use crate::fixture::{Client, TestServer, new_load, on_both_engines, on_day};

/// The file as lines, or the status that refuses it.
async fn export(client: &Client, query: &str) -> Result<Vec<Vec<String>>, u16> {
    let answer = client.get(&format!("/api/v1/loads/export{query}")).await;
    if !answer.status.is_success() {
        return Err(answer.status.as_u16());
    }
    let text = answer.body.as_str().expect("text").to_owned();
    let text = text.strip_prefix('\u{feff}').expect("a mark by which spreadsheets know UTF-8");
    let mut lines = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    Ok(lines.records().map(|line| line.expect("a line").iter().map(str::to_owned).collect()).collect())
}

#[test]
fn a_file_has_what_is_listed_and_only_what_its_reader_sees() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (dana, ops) = (server.dispatcher().await, server.sign_in("ops@blueridge.test").await);
        let mut acting = new_load();
        acting["customerName"] = json!("=HYPERLINK(\"http://evil.test\",\"Süß, \"\"quoted\"\"\")");
        acting["customerRateCents"] = json!(250_005);
        let acting = ops.post("/api/v1/loads", acting).await.row();
        let moving = server.dispatched_load().await;

        let all = export(&dana, "").await.unwrap();
        assert_eq!(all.len(), 3, "a head and both");
        let of = |lines: &[Vec<String>], number: &str, column: &str| {
            let place = lines[0].iter().position(|head| head == column)?;
            lines.iter().find(|line| line[0] == number).map(|line| line[place].clone())
        };
        let customer = of(&all, &acting.load_number, "Customer").unwrap();
        assert_eq!(customer, format!("'{}", acting.customer_name), "a name that is a formula is text");
        assert_eq!(of(&all, &moving.load_number, "Carrier rate").unwrap(), "1850.00");
        assert_eq!(
            of(&all, &moving.load_number, "Pickup from").unwrap(),
            on_day(5, "08:00").replace('T', " "),
            "on the stop's clock"
        );
        assert_eq!(of(&all, &acting.load_number, "Customer rate"), None, "a dispatcher doesn't see what customers pay");
        let of_ops = export(&ops, "").await.unwrap();
        assert_eq!(of(&of_ops, &acting.load_number, "Customer rate").unwrap(), "2500.05");

        let chosen = export(&dana, "?status=DISPATCHED&sort=-pickup&size=1&page=7").await.unwrap();
        assert_eq!(chosen.iter().skip(1).map(|line| &line[0]).collect::<Vec<_>>(), [&moving.load_number]);
        assert_eq!(export(&dana, "?status=WHATEVER").await, Err(400));
        for (who, status) in [("readonly", 403), ("support", 403), ("carrier1", 403), ("driver1", 403), ("sales", 403)]
        {
            let client = server.sign_in(&format!("{who}@blueridge.test")).await;
            assert_eq!(export(&client, "").await, Err(status), "{who}");
        }
        let stranger = export(&server.sign_in("ops@prairie.test").await, "").await.unwrap();
        assert_eq!(stranger.len(), 1, "nothing but the head: {stranger:?}");
        assert_eq!(export(&Client::nobody(&server.base), "").await, Err(401));
        server.stop().await;
    });
}
