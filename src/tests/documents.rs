//! The papers of loads: what is taken, who sees which, and what they open.

use axum::body::Bytes;
use futures_util::stream;
use http_body_util::StreamBody;
use hyper::body::Frame;
use reqwest::{Body, Method};
use serde_json::{Value, json};

use crate::{
    ear::Ear,
    fixture::{Client, RATE_PAPER, TestServer, on_both_engines},
};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF";
const JPEG: &[u8] = &[0xFF, 0xD8, 0xFF, 0xE0, 0, 16, b'J', b'F', b'I', b'F', 0];

fn rule(answer: &crate::fixture::Answer) -> String {
    answer.refused(422, "refused")["details"]["rule"].as_str().unwrap_or_default().to_owned()
}

async fn names(client: &Client, load: contract::LoadId) -> Vec<Value> {
    let detail = client.load(load).await;
    let documents = detail.data()["documents"].as_array().cloned().unwrap_or_default();
    documents.into_iter().map(|document| document["name"].clone()).filter(|name| name != RATE_PAPER).collect()
}

#[test]
fn a_paper_is_kept_as_it_came_and_everybody_concerned_hears_of_it() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let (dana, driver) = (server.dispatcher().await, server.sign_in("driver1@blueridge.test").await);
        let (mut desk, mut cab) = (Ear::open(&dana, "/events").await, Ear::open(&driver, "/events").await);

        let bol = dana.upload(load.id, "BOL", "Seal & sign «1».pdf", PDF).await;
        let changed = |envelope: &Value| {
            envelope["data"]["changedFields"] == json!(["documents"]) && envelope["data"]["loadId"] == json!(load.id)
        };
        desk.hears("load:updated", changed).await;
        cab.hears("load:updated", changed).await;
        let photo = driver.upload(load.id, "POD", "pod.jpg", JPEG).await;

        assert_eq!(bol.data()["mediaType"], "application/pdf");
        assert_eq!(bol.data()["sizeBytes"], PDF.len());
        assert_eq!(photo.data()["uploadedBy"], driver.user["name"]);
        for client in [&dana, &driver] {
            assert_eq!(names(client, load.id).await, ["Seal & sign «1».pdf", "pod.jpg"]);
            let (headers, bytes) = client.download(&bol.data()["id"]).await.expect("theirs");
            assert_eq!(bytes, PDF);
            assert_eq!(headers["content-type"], "application/pdf");
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert!(headers["content-disposition"].to_str().unwrap().contains("Seal%20%26%20sign"), "{headers:?}");
        }
        let of_driver = driver.load(load.id).await;
        assert_eq!(
            of_driver.data()["documents"][0]["uploadedBy"],
            "blueridge company",
            "the desk speaks as the company"
        );
        assert_eq!(dana.load(load.id).await.data()["timeline"][0]["kind"], "document_added");
        assert_eq!(
            dana.load(load.id).await.row_of_detail().version,
            load.version,
            "nobody else's change is in the way"
        );
        server.stop().await;
    });
}

#[test]
fn what_is_no_paper_is_refused_whatever_it_says_of_itself() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let dana = server.dispatcher().await;
        let add =
            async |query: &str, body: &[u8]| dana.put(&format!("/api/v1/loads/documents?{query}"), body.to_vec()).await;
        let to = |kind: &str, name: &str| format!("loadId={}&kind={kind}&name={name}", load.id);

        for body in [&b"<!doctype html><script>alert(1)</script>"[..], b"MZ\x90\0", b"PK\x03\x04", b"<svg/>", b"plain"]
        {
            assert_eq!(rule(&add(&to("POD", "pod.pdf"), body).await), "file_kind");
        }
        assert_eq!(rule(&add(&to("POD", "pod.pdf"), b"").await), "file_empty");
        for query in [
            to("WHATEVER", "a.pdf"),
            to("POD", "..%2F..%2Fa.pdf"),
            to("POD", &"a".repeat(121)),
            to("POD", "a%00.pdf"),
            "kind=POD".to_owned(),
            "loadId=7&kind=POD".to_owned(),
        ] {
            add(&query, PDF).await.refused(400, "invalid");
        }
        let much = vec![b'x'; 11 * 1024 * 1024];
        add(&to("POD", "a.pdf"), &much).await.refused(413, "too_large");
        // Also when it doesn't say beforehand how much will come.
        let pieces =
            stream::iter((0..11).map(|_| Ok::<_, std::io::Error>(Frame::data(Bytes::from(vec![b'x'; 1024 * 1024])))));
        let piecewise = dana
            .put(&format!("/api/v1/loads/documents?{}", to("POD", "a.pdf")), Body::wrap(StreamBody::new(pieces)))
            .await;
        piecewise.refused(413, "too_large");
        dana.send(Method::GET, "/api/v1/loads/document?id=7", None).await.refused(400, "invalid");
        dana.send(Method::DELETE, "/api/v1/loads/document", None).await.refused(405, "invalid");
        assert_eq!(names(&dana, load.id).await, Vec::<Value>::new());
        server.stop().await;
    });
}

#[test]
fn a_file_that_comes_twice_is_there_once() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let driver = server.sign_in("driver1@blueridge.test").await;

        let first = driver.upload(load.id, "POD", "pod.pdf", PDF).await;
        let again = driver.upload(load.id, "POD", "pod (1).pdf", PDF).await;
        let as_other = driver.upload(load.id, "BOL", "bol.pdf", PDF).await;

        assert_eq!(first.data(), again.data());
        assert_ne!(first.data()["id"], as_other.data()["id"]);
        assert_eq!(names(&driver, load.id).await, ["pod.pdf", "bol.pdf"]);
        server.stop().await;
    });
}

#[test]
fn each_carrier_sees_the_papers_of_its_own_carriage() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (ops, dana) = (server.sign_in("ops@blueridge.test").await, server.dispatcher().await);
        let load = server.dispatched_load().await;
        let first = server.sign_in("carrier1@blueridge.test").await;
        let mut of_first = Ear::open(&first, "/events").await;

        let secret = dana.upload(load.id, "OTHER", "customer quote 9.pdf", PDF).await;
        let rate = dana.upload(load.id, "RATE_CONFIRMATION", "rate.pdf", PDF).await;
        let own = first.upload(load.id, "OTHER", "lumper receipt.jpg", JPEG).await;
        assert_eq!(names(&first, load.id).await, ["rate.pdf", "lumper receipt.jpg"]);
        assert!(first.download(&secret.data()["id"]).await.is_none());
        assert!(first.download(&rate.data()["id"]).await.is_some());
        let everything = first.load(load.id).await.body.to_string();
        assert!(!everything.contains("customer quote"), "{everything}");
        let heard = of_first.listen().await;
        assert_eq!(heard.iter().filter(|told| told.event == "load:updated").count(), 2, "of the secret one nothing");

        // The load changes hands.
        let given = ops.assign(&ops.load(load.id).await.row_of_detail(), &server.blue, 1, None).await;
        let second = server.sign_in("carrier2@blueridge.test").await;
        assert_eq!(given.status.name(), "DISPATCHED");
        assert_eq!(names(&second, load.id).await, Vec::<Value>::new());
        for gone in [&secret, &rate, &own] {
            assert!(second.download(&gone.data()["id"]).await.is_none());
            assert!(first.download(&gone.data()["id"]).await.is_none(), "the load isn't theirs any more");
        }
        first
            .put(&format!("/api/v1/loads/documents?loadId={}&kind=POD", load.id), PDF.to_vec())
            .await
            .refused(404, "not_found");
        assert_eq!(names(&dana, load.id).await.len(), 3);
        server.stop().await;
    });
}

#[test]
fn nobody_else_reads_adds_or_takes_out() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let dana = server.dispatcher().await;
        let paper = dana.upload(load.id, "POD", "pod.pdf", PDF).await.data()["id"].clone();
        let remove = json!({ "loadId": load.id, "documentId": paper });
        let path = format!("/api/v1/loads/documents?loadId={}&kind=POD", load.id);

        for who in ["admin@prairie.test", "carrier2@blueridge.test", "driver2@blueridge.test"] {
            let stranger = server.sign_in(who).await;
            assert!(stranger.download(&paper).await.is_none(), "{who}");
            stranger.put(&path, JPEG.to_vec()).await.refused(404, "not_found");
            stranger.post("/api/v1/loads/documents/remove", remove.clone()).await.refused(404, "not_found");
        }
        let reader = server.sign_in("readonly@blueridge.test").await;
        reader.put(&path, JPEG.to_vec()).await.refused(403, "forbidden");
        for who in ["readonly", "dispatch1", "carrier1", "driver1"] {
            let client = server.sign_in(&format!("{who}@blueridge.test")).await;
            client.post("/api/v1/loads/documents/remove", remove.clone()).await.refused(403, "forbidden");
        }
        let nobody = Client::nobody(&server.base);
        nobody.put(&path, JPEG.to_vec()).await.refused(401, "unauthorized");
        assert!(nobody.download(&paper).await.is_none());

        let ops = server.sign_in("ops@blueridge.test").await;
        let left = ops.post("/api/v1/loads/documents/remove", remove.clone()).await;
        assert!(!left.data().to_string().contains(&paper.to_string()), "{}", left.body);
        assert!(dana.download(&paper).await.is_none(), "it was taken out");
        ops.post("/api/v1/loads/documents/remove", remove).await.refused(404, "not_found");
        server.stop().await;
    });
}

#[test]
fn a_load_is_complete_with_its_proof_of_delivery_or_by_who_may_do_without() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let (dana, ops) = (server.dispatcher().await, server.sign_in("ops@blueridge.test").await);
        let delivered = async || {
            let mut load = server.dispatched_load().await;
            for status in ["AT_PICKUP", "IN_TRANSIT", "DELIVERED"] {
                load = dana.move_to(&load, status).await;
            }
            load
        };
        let complete = |load: &contract::loads::LoadRow, reason: Option<&str>| json!({ "loadId": load.id, "version": load.version, "status": "COMPLETED", "confirmed": true, "reason": reason });
        let path = "/api/v1/loads/status";

        let load = delivered().await;
        assert_eq!(rule(&dana.post(path, complete(&load, Some("lost"))).await), "pod_needed");
        assert_eq!(rule(&ops.post(path, complete(&load, None)).await), "pod_needed");
        assert_eq!(
            ops.post(path, complete(&load, Some("The receiver lost it."))).await.row().status.name(),
            "COMPLETED"
        );

        let load = delivered().await;
        dana.upload(load.id, "POD", "pod.pdf", PDF).await;
        let plain = json!({ "loadId": load.id, "version": load.version, "status": "COMPLETED" });
        assert_eq!(dana.post(path, plain).await.row().status.name(), "COMPLETED");
        server.stop().await;
    });
}

#[test]
fn what_was_delivered_two_days_ago_is_complete_by_itself_if_its_proof_is_there() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let dana = server.dispatcher().await;
        let (mut proven, mut unproven) = (server.dispatched_load().await, server.dispatched_load().await);
        for status in ["AT_PICKUP", "IN_TRANSIT", "DELIVERED"] {
            proven = dana.move_to(&proven, status).await;
            unproven = dana.move_to(&unproven, status).await;
        }
        dana.upload(proven.id, "POD", "pod.pdf", PDF).await;

        server.clock.advance_ms(47 * 3_600_000);
        assert_eq!(headhaul::timed::complete_proven(&server.desk).await.unwrap(), 0);
        server.clock.advance_ms(2 * 3_600_000);
        assert_eq!(headhaul::timed::complete_proven(&server.desk).await.unwrap(), 1);
        assert_eq!(headhaul::timed::complete_proven(&server.desk).await.unwrap(), 0, "once");

        let ops = server.sign_in("ops@blueridge.test").await;
        assert_eq!(ops.load(proven.id).await.row_of_detail().status.name(), "COMPLETED");
        assert_eq!(ops.load(unproven.id).await.row_of_detail().status.name(), "DELIVERED");
        server.stop().await;
    });
}
