//! What can be called, as an OpenAPI 3.1 document, made from the very types that travel.

use std::sync::LazyLock;

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use contract::{
    CarrierId, DocumentId, Listed, LoadId, One,
    accounts::{Me, SignIn, SignedIn},
    carriers::{CarrierDetail, CarrierForm, CarrierRow, ChangeCarrier, SetDriver, SuggestQuery, Suggested},
    check_calls::{ChangeCheckCall, CheckCall, CheckCallQuery, CheckCalls, DueCalls, LogCheckCall, RemoveCheckCall},
    documents::{AddDocument, Document, RemoveDocument},
    event::Cursor,
    kpis::{KpiQuery, Kpis},
    links::{DriverLink, MadeLink, MakeLink, RevokeLink},
    loads::{
        ActiveQuery, AssignLoad, BulkLoads, BulkOutcome, CancelLoad, ChangeStatus, DispatchLoad, LoadDetail, LoadQuery,
        LoadRow, NewLoad, Place, UndoChange, ViewCounts,
        edit::EditLoad,
        import::{ImportLoads, Imported},
    },
    messages::{
        Colleague, ConversationAt, Message, MessageQuery, ReadMessages, SendMessage, ThreadQuery, ThreadRow,
        UnreadMessages,
    },
    notices::{NoticeQuery, NoticeSettings, Notices, ReadNotices, Unread},
    people::{ChangePerson, Invite, Invited, Join, Person, Whom},
    refusal::Refused,
    tenders::{AcceptTender, Answered, DeclineTender, Offer, TenderLoad},
    tracking::{PositionsReceived, ReportPositions, TrailFix, TrailQuery},
    views::{RemoveView, SaveView, SavedView},
};
use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

/// Where calls begin.
const BASE: &str = "/api/v1";

/// Where what is named lies within the document.
const NAMED: &str = "#/components/schemas/";

/// `?id=`
#[derive(JsonSchema)]
#[schemars(rename = "By_{I}")]
#[expect(dead_code, reason = "only described")]
struct ById<I> {
    /// Which.
    id: I,
}

/// `?loadId=`
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only described")]
struct ByLoad {
    /// About which load.
    load_id: LoadId,
}

/// `?q=`
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only described")]
struct ByName {
    /// How its name begins.
    q: String,
}

/// A position in the words of tracking apps.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only described")]
struct Tracked {
    /// The token of a driver's link.
    id: String,
    /// Degrees north.
    lat: f64,
    /// Degrees east.
    lon: f64,
    /// Seconds or milliseconds of the Unix clock, or RFC 3339; now when absent.
    timestamp: Option<String>,
    /// Knots.
    speed: Option<f64>,
    /// Degrees clockwise from north.
    bearing: Option<f64>,
    /// Metres.
    accuracy: Option<f64>,
}

/// `?since=`
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only described")]
struct Since {
    /// The cursor up to which everything is known, as JSON.
    since: Option<String>,
}

/// What was missed since a cursor.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only described")]
struct MissedEvents {
    /// In their order, each in its envelope.
    events: Vec<Map<String, Value>>,
    /// Where each stream stands now.
    cursor: Cursor,
    /// Whether the history doesn't reach back far enough: then everything is to be loaded afresh.
    snapshot: bool,
}

/// Nothing is asked.
#[derive(JsonSchema)]
struct Nothing {}

/// How a call brings what it asks.
enum Asks {
    Query(Schema),
    Body(Schema),
    /// A file as the body, and in the address what it is.
    File(Schema),
}

/// What a call answers.
enum Gives {
    Json(Schema),
    File(&'static str),
}

/// A call.
struct Call {
    method: &'static str,
    path: &'static str,
    about: &'static str,
    asks: Asks,
    gives: Gives,
}

/// The calls, each as `METHOD "/path" "what it does" kind of question (its type) -> (the answer's type)`.
macro_rules! calls {
    ($input:ident $output:ident $($method:ident $path:literal $about:literal $kind:ident($asks:ty) -> $given:ident($gives:tt);)+) => {
        vec![$(Call {
            method: stringify!($method),
            path: $path,
            about: $about,
            asks: Asks::$kind($input.subschema_for::<$asks>()),
            gives: calls!(@ $output $given $gives),
        }),+]
    };
    (@ $output:ident Json ($gives:ty)) => { Gives::Json($output.subschema_for::<$gives>()) };
    (@ $output:ident File $gives:literal) => { Gives::File($gives) };
}

/// Every call. One that is missing here, or is here and nowhere else, fails a test.
fn calls(input: &mut SchemaGenerator, output: &mut SchemaGenerator) -> Vec<Call> {
    calls! { input output
        POST "/auth/join" "Takes an invitation up: chooses a password, and signs in." Body(Join) -> Json((One<SignedIn>));
        POST "/auth/login" "Signs in: five wrong passwords lock the account for 15 minutes." Body(SignIn) -> Json((One<SignedIn>));
        POST "/auth/refresh" "Exchanges the refresh cookie, which can be used once." Body(Nothing) -> Json((One<SignedIn>));
        POST "/auth/logout" "Ends the sign-in and its sockets." Body(Nothing) -> Json((One<()>));
        GET "/auth/me" "Who the caller is." Query(Nothing) -> Json((One<Me>));
        GET "/loads" "Loads that match, a page of them." Query(LoadQuery) -> Json((Listed<LoadRow>));
        POST "/loads" "Enters a load." Body(NewLoad) -> Json((One<LoadRow>));
        POST "/loads/import" "Enters loads from a spreadsheet, 100 lines at most, or says what would become of them." Body(ImportLoads) -> Json((One<Imported>));
        POST "/loads/change" "Changes what is known of a load, field by field: what somebody else changed meanwhile is a conflict." Body(EditLoad) -> Json((One<LoadRow>));
        GET "/loads/one" "One load with its stops, timeline and documents." Query(ById<LoadId>) -> Json((One<LoadDetail>));
        GET "/loads/counts" "How many loads each named selection has." Query(Nothing) -> Json((One<ViewCounts>));
        GET "/loads/active" "The loads under way, for a map." Query(ActiveQuery) -> Json((Listed<LoadRow>));
        GET "/loads/export" "The loads that match, as a file for spreadsheets." Query(LoadQuery) -> File("text/csv");
        POST "/loads/status" "Moves a load to another status." Body(ChangeStatus) -> Json((One<LoadRow>));
        POST "/loads/assign" "Gives a load to a carrier and perhaps a driver." Body(AssignLoad) -> Json((One<LoadRow>));
        POST "/loads/dispatch" "Sends an accepted load on its way." Body(DispatchLoad) -> Json((One<LoadRow>));
        POST "/loads/cancel" "Calls a load off." Body(CancelLoad) -> Json((One<LoadRow>));
        POST "/loads/bulk" "Does the same to several loads, each done or refused by itself." Body(BulkLoads) -> Json((One<Vec<BulkOutcome>>));
        POST "/loads/undo" "Takes back the caller's own newest change of a load." Body(UndoChange) -> Json((One<LoadRow>));
        POST "/loads/tender" "Offers a load to carriers, in turn or at once." Body(TenderLoad) -> Json((One<LoadRow>));
        POST "/loads/accept" "Takes a load for a carrier that was offered it." Body(AcceptTender) -> Json((One<LoadRow>));
        POST "/loads/decline" "Says no for a carrier that was offered a load." Body(DeclineTender) -> Json((One<Answered>));
        GET "/tenders" "What the caller's carrier is offered, what ends first first." Query(Nothing) -> Json((One<Vec<Offer>>));
        POST "/loads/documents" "Adds a paper: the body is the file, a PDF or a photograph of 10 MiB at most." File(AddDocument) -> Json((One<Document>));
        GET "/loads/document" "The file of a paper." Query(ById<DocumentId>) -> File("application/octet-stream");
        POST "/loads/documents/remove" "Takes a paper out; gives those that are left." Body(RemoveDocument) -> Json((One<Vec<Document>>));
        GET "/loads/positions" "The trail of a load." Query(TrailQuery) -> Json((One<Vec<TrailFix>>));
        POST "/positions" "Reports positions, in any order and as often as need be." Body(ReportPositions) -> Json((One<PositionsReceived>));
        GET "/carriers" "The company's carriers with their drivers." Query(Nothing) -> Json((One<Vec<CarrierRow>>));
        GET "/carriers/one" "Everything of one carrier." Query(ById<CarrierId>) -> Json((One<CarrierDetail>));
        GET "/carriers/suggested" "The carriers that suit a load, the best first, with what speaks for each." Query(SuggestQuery) -> Json((One<Vec<Suggested>>));
        POST "/carriers" "Enters a carrier." Body(CarrierForm) -> Json((One<CarrierDetail>));
        POST "/carriers/change" "Changes a carrier." Body(ChangeCarrier) -> Json((One<CarrierDetail>));
        POST "/carriers/drivers" "Enters a driver, or changes one." Body(SetDriver) -> Json((One<CarrierDetail>));
        POST "/links" "Makes a link by which a load's driver reports without signing in; where it leads is told this once." Body(MakeLink) -> Json((One<MadeLink>));
        GET "/links" "The links of a load with how they do, newest first." Query(ByLoad) -> Json((One<Vec<DriverLink>>));
        POST "/links/revoke" "Ends a link at once; gives those of its load." Body(RevokeLink) -> Json((One<Vec<DriverLink>>));
        GET "/osmand" "Takes a position from a tracking app, as OsmAnd and Traccar Client send it. The id is a link's token." Query(Tracked) -> Json((One<PositionsReceived>));
        POST "/osmand" "The same as a form, or as Traccar Client's JSON." Body(Nothing) -> Json((One<PositionsReceived>));
        GET "/kpis" "How the desk does: the company's loads, or the caller's own." Query(KpiQuery) -> Json((One<Kpis>));
        GET "/notifications" "What the caller was told, newest first." Query(NoticeQuery) -> Json((Notices));
        GET "/notifications/unread" "How much of it they have not read." Query(Nothing) -> Json((One<Unread>));
        POST "/notifications/read" "Marks some of it as read, or one and all older ones, or everything." Body(ReadNotices) -> Json((One<Unread>));
        GET "/notifications/preferences" "How the caller wants to be told." Query(Nothing) -> Json((One<NoticeSettings>));
        POST "/notifications/preferences" "Says how the caller wants to be told." Body(NoticeSettings) -> Json((One<NoticeSettings>));
        GET "/check-calls" "What was reported of a load, the newest first." Query(CheckCallQuery) -> Json((CheckCalls));
        GET "/check-calls/due" "The loads that must be heard of, what costs most first." Query(Nothing) -> Json((DueCalls));
        POST "/check-calls" "Logs a check call; the same key twice is one call." Body(LogCheckCall) -> Json((One<CheckCall>));
        POST "/check-calls/change" "Changes the notes of the caller's own call, for 30 minutes." Body(ChangeCheckCall) -> Json((One<CheckCall>));
        POST "/check-calls/remove" "Takes a call out." Body(RemoveCheckCall) -> Json((One<()>));
        GET "/messages" "What was written about a load, a page of it, backwards." Query(MessageQuery) -> Json((ConversationAt));
        POST "/messages" "Writes about a load; the same key twice is the same message." Body(SendMessage) -> Json((One<Message>));
        GET "/messages/threads" "The threads that match, what was written last first." Query(ThreadQuery) -> Json((Listed<ThreadRow>));
        GET "/messages/unread" "How much the caller has not read." Query(Nothing) -> Json((One<UnreadMessages>));
        POST "/messages/read" "Notes how far the caller has read; a mark never goes back." Body(ReadMessages) -> Json((One<UnreadMessages>));
        GET "/messages/people" "Whom the caller can name in a message about a load." Query(ByLoad) -> Json((One<Vec<Colleague>>));
        GET "/people" "The company's people and its carriers', by name." Query(Nothing) -> Json((One<Vec<Person>>));
        POST "/people" "Invites somebody, and tells the way in that they are to be given." Body(Invite) -> Json((One<Invited>));
        POST "/people/invitation" "Gives somebody another way in to choose a password." Body(Whom) -> Json((One<Invited>));
        POST "/people/change" "Changes what somebody is, and whether they may sign in." Body(ChangePerson) -> Json((One<Person>));
        POST "/people/sessions/end" "Ends all sign-ins of somebody." Body(Whom) -> Json((One<Person>));
        GET "/views" "The caller's own views and those that colleagues share, by name." Query(Nothing) -> Json((One<Vec<SavedView>>));
        POST "/views" "Saves a view; one's own of the same page and name is replaced." Body(SaveView) -> Json((One<SavedView>));
        POST "/views/remove" "Removes a view, and tells what it was." Body(RemoveView) -> Json((One<SavedView>));
        GET "/places" "Towns whose name begins so." Query(ByName) -> Json((One<Vec<Place>>));
        GET "/events" "What was missed since a cursor, in order." Query(Since) -> Json((One<MissedEvents>));
    }
}

/// The document.
pub fn describe() -> Value {
    let settings = |settings: SchemaSettings| {
        settings.with(|settings| settings.definitions_path = NAMED.trim_start_matches('#').into()).into_generator()
    };
    let mut input = settings(SchemaSettings::draft2020_12().for_deserialize());
    let mut output = settings(SchemaSettings::draft2020_12().for_serialize());
    let calls = calls(&mut input, &mut output);
    let refused = output.subschema_for::<Refused>();
    let (asked, mut named) = (input.take_definitions(true), output.take_definitions(true));
    let mut paths = Map::new();
    for call in calls {
        let mut operation = json!({
            "summary": call.about,
            "operationId": id(call.method, call.path),
            "tags": [call.path.split('/').nth(1).unwrap_or_default()],
            "responses": { "default": { "description": "A refusal.", "content": in_json(&refused) } },
        });
        match &call.asks {
            Asks::Query(query) => operation["parameters"] = parameters(query, &asked),
            Asks::File(query) => {
                operation["parameters"] = parameters(query, &asked);
                operation["requestBody"] = json!({ "required": true, "content": { "application/octet-stream": {} } });
            }
            Asks::Body(body) => operation["requestBody"] = json!({ "required": true, "content": in_json(body) }),
        }
        operation["responses"]["200"] = match &call.gives {
            Gives::Json(answer) => json!({ "description": "Done.", "content": in_json(answer) }),
            Gives::File(kind) => json!({ "description": "A file.", "content": { *kind: {} } }),
        };
        if ["/auth/login", "/auth/join", "/osmand"].contains(&call.path) {
            operation["security"] = json!([]);
        }
        let method = call.method.to_lowercase();
        let path = paths.entry(format!("{BASE}{}", call.path)).or_insert_with(|| json!({}));
        path[method] = operation;
    }
    // What is both asked and answered is written once, as it is answered.
    for (name, schema) in asked {
        named.entry(name).or_insert(schema);
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Headhaul",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
            "description": "Times are RFC 3339 in UTC, ids are UUIDs, money is whole cents. A write to something that has a \
                version names the one it saw; a stale one is answered 409. A write may carry `Idempotency-Key` and is then done once.",
        },
        "security": [{ "token": [] }, { "cookie": [] }],
        "paths": paths,
        "components": {
            "schemas": named,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "cookie": { "type": "apiKey", "in": "cookie", "name": super::cookies::ACCESS },
            },
        },
    });
    without_sources(&mut document);
    document
}

/// `loadsTender` for `POST /loads/tender`, `getLoadsOne` for `GET /loads/one`.
fn id(method: &str, path: &str) -> String {
    let words = path.split('/').filter(|word| !word.is_empty());
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    words.fold(method.to_lowercase(), |id, word| id + &capital(word))
}

fn in_json(schema: &Schema) -> Value {
    json!({ "application/json": { "schema": schema } })
}

/// The fields of a question, as they stand in an address.
fn parameters(query: &Schema, named: &Map<String, Value>) -> Value {
    let name = query.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix(NAMED));
    let schema = name.and_then(|name| named.get(name)).unwrap_or_else(|| query.as_value());
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let fields = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let parameter = |(name, schema): (String, Value)| {
        let required = required.contains(&json!(name));
        json!({ "name": name, "in": "query", "required": required, "schema": schema })
    };
    fields.into_iter().map(parameter).collect()
}

/// Where a rule comes from, and links within the code, are for those who read that.
fn without_sources(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(text)) = fields.get_mut("description") {
                if let Some((before, rest)) = text.split_once(" (`domain.md`")
                    && let Some((_, after)) = rest.split_once(')')
                {
                    *text = format!("{before}{after}");
                }
                *text = text.replace("[`", "`").replace("`]", "`");
            }
            fields.values_mut().for_each(without_sources);
        }
        Value::Array(items) => items.iter_mut().for_each(without_sources),
        _ => {}
    }
}

/// `GET /api/v1/openapi.json`: the same for everybody, because it tells of nobody.
pub async fn document() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(|| describe().to_string());
    ([(header::CONTENT_TYPE, "application/json")], TEXT.as_str()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refs(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| refs(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| refs(value, found)),
            _ => {}
        }
    }

    #[test]
    fn whatever_is_named_is_there_and_every_call_has_a_name_of_its_own() {
        let document = describe();
        let mut named = Vec::new();
        refs(&document, &mut named);
        assert!(named.len() > 50, "{}", named.len());
        for path in named {
            let pointer = path.strip_prefix('#').expect("within the document");
            assert!(document.pointer(pointer).is_some(), "{path}");
        }
        let ids: Vec<_> = document["paths"]
            .as_object()
            .expect("paths")
            .values()
            .flat_map(|path| path.as_object().expect("calls").values())
            .map(|call| call["operationId"].to_string())
            .collect();
        let each: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(each.len(), ids.len());
        assert!(!document.to_string().contains("domain.md"), "{document}");
    }

    #[test]
    fn a_question_in_an_address_is_described_field_by_field() {
        let document = describe();
        let fields = document["paths"]["/api/v1/loads"]["get"]["parameters"].as_array().expect("fields").clone();
        let sort = fields.iter().find(|field| field["name"] == "sort").expect("a field");
        assert_eq!((&sort["in"], &sort["required"]), (&json!("query"), &json!(false)));
        let one = &document["paths"]["/api/v1/loads/one"]["get"]["parameters"];
        assert_eq!(
            one,
            &json!([{
                "name": "id", "in": "query", "required": true,
                "schema": { "type": "string", "format": "uuid", "description": "Which." },
            }])
        );
    }
}
