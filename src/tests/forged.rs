//! What is no valid token opens nothing: every call and every namespace, with every way to have none.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use contract::event::NAMESPACES;
use headhaul::{
    auth::ACCESS_MS,
    clock::new_id,
    simulate::socket::{Socket, SocketError},
};
use jsonwebtoken::{Algorithm, EncodingKey, crypto::sign};
use serde_json::{Value, json};

use crate::{
    fixture::{Client, TestServer, on_both_engines},
    tenancy::{calls, example},
};

/// A token with any header, signed in any way.
fn forged(header: &Value, claims: &Value, key: &[u8], by: Option<Algorithm>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let signature = by.map(|by| sign(message.as_bytes(), &EncodingKey::from_secret(key), by).unwrap());
    format!("{message}.{}", signature.unwrap_or_default())
}

/// Every way to have no valid token, with the claims of somebody who has one.
async fn tokens(server: &TestServer) -> Vec<(&'static str, String)> {
    let good = server.sign_in("admin@blueridge.test").await.token;
    let secret = std::fs::read_to_string(server.folder.path().join("jwt-secret")).unwrap();
    let secret = secret.trim().as_bytes();
    let mut parts = good.split('.');
    let (header, body, signature) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap();
    let alg = |name: &str| json!({ "alg": name, "typ": "JWT" });
    let with = |field: &str, value: Value| {
        let mut claims = claims.clone();
        claims[field] = value;
        claims
    };
    let hs256 = Some(Algorithm::HS256);
    let by_us = |claims: &Value| forged(&alg("HS256"), claims, secret, hs256);
    let as_ours = Client { token: by_us(&claims), ..Client::nobody(&server.base) };
    assert!(as_ours.get("/api/v1/loads").await.status.is_success(), "the forger knows how it is done");

    let refresh = Client::nobody(&server.base).http.post(format!("{}/api/v1/auth/login", server.base));
    let refresh = refresh.json(&json!({ "email": "ops@blueridge.test", "password": "test-password" }));
    let cookies = refresh.send().await.unwrap();
    let cookies = cookies.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned());
    let refresh =
        cookies.into_iter().find_map(|cookie| Some(cookie.strip_prefix("hh_refresh=")?.split(';').next()?.to_owned()));

    let flipped = signature.replace(&signature[..1], if signature.starts_with('A') { "B" } else { "A" });
    vec![
        ("nothing", String::new()),
        ("nonsense", "nonsense".to_owned()),
        ("no signature", format!("{header}.{body}.")),
        ("another signature", format!("{header}.{body}.{flipped}")),
        ("the algorithm none", forged(&alg("none"), &claims, secret, None)),
        ("the algorithm None", forged(&alg("None"), &claims, secret, None)),
        ("none, with a signature", forged(&alg("none"), &claims, secret, hs256)),
        ("HS384 by our secret", forged(&alg("HS384"), &claims, secret, Some(Algorithm::HS384))),
        ("HS512 by our secret", forged(&alg("HS512"), &claims, secret, Some(Algorithm::HS512))),
        ("RS256 in the header, HS256 by our secret", forged(&alg("RS256"), &claims, secret, hs256)),
        ("another secret", forged(&alg("HS256"), &claims, &[7; 32], hs256)),
        ("an empty secret, named by kid", {
            let header = json!({ "alg": "HS256", "typ": "JWT", "kid": "../../dev/null" });
            forged(&header, &claims, b"", hs256)
        }),
        ("a key of its own in the header", {
            let jwk = json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode([7; 32]) });
            forged(&json!({ "alg": "HS256", "typ": "JWT", "jwk": jwk }), &claims, &[7; 32], hs256)
        }),
        ("for another audience", by_us(&with("aud", json!("another")))),
        ("by another issuer", by_us(&with("iss", json!("another")))),
        ("of a session that isn't", by_us(&with("sid", json!(new_id())))),
        ("of nobody", by_us(&with("sub", json!(new_id())))),
        ("without an end", {
            let mut claims = claims.clone();
            claims.as_object_mut().unwrap().remove("exp");
            by_us(&claims)
        }),
        ("a refresh token", refresh.expect("a refresh token")),
    ]
}

/// Asserts that a token opens no call and no namespace, with one of these codes.
async fn opens_nothing(server: &TestServer, load: &str, (what, token): (&str, &str), codes: &[&str]) -> usize {
    let client = Client { token: token.to_owned(), ..Client::nobody(&server.base) };
    let mut cells = 0;
    for (method, path) in calls() {
        let carrier = server.blue.carriers[0].to_string();
        let (path, body) = example(&method, &path, load, &carrier).unwrap();
        let answer = client.send(method.parse().unwrap(), &path, body.map(|body| body.to_string())).await;
        let code = answer.body["error"]["code"].as_str().unwrap_or("none");
        assert!(answer.status == 401 && codes.contains(&code), "{what} opens {method} {path}: {answer:?}");
        cells += 1;
    }
    for namespace in NAMESPACES {
        let refused = Socket::connect(&server.base, namespace.path(), token).await;
        let Err(SocketError::Refused { message, .. }) = refused else { panic!("{what} opens {}", namespace.path()) };
        assert_eq!(message, "Unauthorized", "{what}");
        cells += 1;
    }
    cells
}

#[test]
fn no_forged_expired_or_revoked_token_opens_any_call_or_namespace() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        let load = server.dispatched_load().await;
        let (id, before) = (load.id.to_string(), server.dispatcher().await.load(load.id).await.body);
        let mut cells = 0;
        for (what, token) in tokens(&server).await {
            cells += opens_nothing(&server, &id, (what, &token), &["unauthorized", "revoked"]).await;
        }
        let revoked = server.sign_in("admin@blueridge.test").await;
        revoked.post("/api/v1/auth/logout", json!({})).await.data();
        cells += opens_nothing(&server, &id, ("a session that was ended", &revoked.token), &["revoked"]).await;
        let shut_out = server.sign_in("support@blueridge.test").await;
        let user = serde_json::from_value(shut_out.user["id"].clone()).unwrap();
        server.auth.set_active(user, false).await.unwrap();
        cells += opens_nothing(&server, &id, ("somebody shut out", &shut_out.token), &["revoked"]).await;
        let expired = server.sign_in("admin@blueridge.test").await;
        server.clock.advance_ms(ACCESS_MS);
        cells += opens_nothing(&server, &id, ("a token that ran out", &expired.token), &["token_expired"]).await;

        assert!(cells >= 22 * (15 + NAMESPACES.len()), "{cells} cells");
        let after = server.dispatcher().await.load(load.id).await.body;
        assert_eq!(after["data"], before["data"], "nothing was changed");
        server.stop().await;
    });
}

#[test]
fn a_guessed_id_is_not_found_whoever_asks_and_whatever_for() {
    on_both_engines(async |engine| {
        let server = TestServer::start(engine).await;
        for role in crate::tenancy::ROLES {
            let client = server.sign_in(&format!("{role}@blueridge.test")).await;
            for _ in 0..2 {
                let (load, carrier) = (new_id().to_string(), new_id().to_string());
                for (method, path) in calls() {
                    let (path, body) = example(&method, &path, &load, &carrier).unwrap();
                    let names_a_load =
                        path.contains(&load) || body.as_ref().is_some_and(|b| b["loadId"] == load.as_str());
                    if names_a_load {
                        let answer = client.send(method.parse().unwrap(), &path, body.map(|b| b.to_string())).await;
                        assert!(matches!(answer.status.as_u16(), 403 | 404), "{role} {path}: {answer:?}");
                    }
                }
                let (socket, _events) = Socket::connect(&server.base, "/tracking", &client.token).await.unwrap();
                let answer = socket.ask("join:load", &json!({ "loadId": load })).await.unwrap();
                let code = answer["error"]["code"].as_str().unwrap();
                assert!(matches!(code, "not_found" | "forbidden"), "{role}: {answer}");
            }
        }
        server.stop().await;
    });
}
