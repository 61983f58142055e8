//! The carriers page: who may be given loads, and what must be looked after. What it shows is in its address.

use contract::{
    One,
    actor::Permission,
    carriers::{CarrierRow, CarrierStatus, Standing},
};
use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{api::list_carriers, cells};
use crate::{
    json::{brought, resource},
    live::{again::when_back, live},
    pages::Visitor,
    say,
    ui::{
        address::address,
        click,
        icon::Icon,
        words::{equipment_word, unread_words},
    },
};

/// How often to ask for changes while there is no socket, in seconds.
const POLL_S: u32 = 10;

/// Which carriers are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Shown {
    /// Those that may be given loads, or soon may.
    #[default]
    Used,
    /// Those of which something must be looked after.
    Attention,
    /// Those without what they must have.
    Barred,
    /// All, also those that are used no more.
    All,
}

const SHOWN: [Shown; 4] = [Shown::Used, Shown::Attention, Shown::Barred, Shown::All];

impl Shown {
    const fn name(self) -> &'static str {
        match self {
            Self::Used => "",
            Self::Attention => "attention",
            Self::Barred => "barred",
            Self::All => "all",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Used => say!(carriers.shown.used),
            Self::Attention => say!(carriers.shown.attention),
            Self::Barred => say!(carriers.shown.barred),
            Self::All => say!(carriers.shown.all),
        }
    }

    fn has(self, carrier: &CarrierRow) -> bool {
        let is_used = matches!(carrier.status, CarrierStatus::Active | CarrierStatus::Pending);
        match self {
            Self::Used => is_used,
            Self::Attention => {
                let is_unused = matches!(carrier.status, CarrierStatus::Inactive | CarrierStatus::Blacklisted);
                !is_unused && (carrier.compliance() != Standing::Compliant || carrier.status != CarrierStatus::Active)
            }
            Self::Barred => carrier.compliance() == Standing::Barred,
            Self::All => true,
        }
    }
}

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq)]
struct Asked {
    shown: Shown,
    q: String,
}

impl Asked {
    fn href(&self) -> String {
        let shown = (self.shown != Shown::Used).then(|| ("show", self.shown.name().to_owned()));
        let q = (!self.q.is_empty()).then(|| ("q", self.q.clone()));
        address("/carriers", shown.into_iter().chain(q))
    }

    fn fits(&self, carrier: &CarrierRow) -> bool {
        let text = format!(
            "{} {} {} {}",
            carrier.name,
            carrier.mc_number,
            carrier.dot_number.as_deref().unwrap_or_default(),
            carrier.drivers.iter().map(|driver| driver.name.as_str()).collect::<Vec<_>>().join(" "),
        )
        .to_lowercase();
        self.shown.has(carrier) && self.q.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }
}

/// A dense table of carriers.
#[component]
pub fn CarriersPage() -> impl IntoView {
    let live = live();
    live.poll_s.set(POLL_S);
    let may_edit = use_context::<Visitor>().is_some_and(|visitor| visitor.can(Permission::CarrierEdit));
    let url = use_query_map();
    let asked = Memo::new(move |_| {
        let param = |key: &str| url.try_with(|url| url.get(key)).flatten().unwrap_or_default();
        let shown = param("show");
        Asked { shown: SHOWN.into_iter().find(|known| known.name() == shown).unwrap_or_default(), q: param("q") }
    });
    let again = RwSignal::new(0_u32);
    let list = resource(move || (again.get(), live.afresh.get(), live.noted().carriers.get()), |_| list_carriers());
    when_back(Callback::new(move |()| again.update(|times| *times += 1)));
    // The last good list: a call that fails must not take away what was there.
    let kept = StoredValue::new(None::<Vec<CarrierRow>>);
    let shown = move || {
        brought(list).map(|answer| match answer {
            Ok(One { data }) => {
                kept.set_value(Some(data.clone()));
                Either::Left(view! { <Table carriers=data asked may_edit /> })
            }
            Err(fault) => match kept.get_value().filter(|_| fault.says_nothing()) {
                Some(carriers) => Either::Left(view! { <Table carriers asked may_edit /> }),
                None => Either::Right(view! {
                    <div class="nothing" role="alert">
                        <p>{unread_words(&fault)}</p>
                        <button type="button" class="btn" on:click=move |_| again.update(|times| *times += 1)>
                            <Icon name="refresh-cw" />
                            {say!(common.detail.again)}
                        </button>
                    </div>
                }),
            },
        })
    };
    view! {
        <Title text=say!(carriers.title) />
        <div class="loads carriers">
            <header class="bar">
                <h1>{say!(carriers.title)}</h1>
                <nav class="views" aria-label=say!(carriers.shown.label)>
                    {move || {
                        let asked = asked.get();
                        SHOWN
                            .map(|shown| {
                                let here = asked.shown == shown;
                                let href = Asked { shown, q: asked.q.clone() }.href();
                                view! {
                                    <a href=href class=here.then_some("on") aria-current=here.then_some("page")>{shown.word()}</a>
                                }
                            })
                            .collect_view()
                    }}
                </nav>
                <span class="grow"></span>
                <form class="find" method="get" action="/carriers" role="search">
                    <input type="hidden" name="show" value=move || asked.with(|asked| asked.shown.name()) />
                    <input
                        type="search"
                        name="q"
                        aria-label=say!(carriers.find)
                        placeholder=say!(carriers.find)
                        prop:value=move || asked.with(|asked| asked.q.clone())
                        value=move || asked.with(|asked| asked.q.clone())
                    />
                </form>
                {may_edit
                    .then(|| {
                        view! {
                            <a class="btn pri" href="/carriers/new">
                                <Icon name="plus" size=14 />
                                {say!(carriers.enter)}
                            </a>
                        }
                    })}
            </header>
            <section class="tablewrap" aria-label=say!(carriers.title)>
                <Transition fallback=Skeleton>{shown}</Transition>
            </section>
        </div>
    }
}

#[component]
fn Skeleton() -> impl IntoView {
    let line = || view! { <div><i></i><i></i><i></i><i></i></div> };
    view! {
        <div class="coming" role="status" aria-label=say!(carriers.loading)>
            <div>{std::iter::repeat_with(line).take(8).collect_view()}</div>
        </div>
    }
}

#[component]
fn Table(carriers: Vec<CarrierRow>, asked: Memo<Asked>, may_edit: bool) -> impl IntoView {
    let carriers = StoredValue::new(carriers);
    move || {
        let asked = asked.get();
        let fitting: Vec<CarrierRow> =
            carriers.with_value(|carriers| carriers.iter().filter(|carrier| asked.fits(carrier)).cloned().collect());
        if fitting.is_empty() {
            let has_any = carriers.with_value(|carriers| !carriers.is_empty());
            return Either::Left(nothing(&asked, has_any, may_edit));
        }
        let count = match fitting.len() {
            1 => say!(carriers.one).to_owned(),
            count => say!(carriers.many, count = count),
        };
        Either::Right(view! {
            <div class="scroll">
                <table class="list">
                    <caption class="sr-only">{say!(carriers.title)}</caption>
                    <thead>
                        <tr>
                            <th scope="col" class="c-load">{say!(carriers.column.name)}</th>
                            <th scope="col" class="c-mc">{say!(carriers.column.numbers)}</th>
                            <th scope="col" class="c-status">{say!(carriers.column.status)}</th>
                            <th scope="col" class="c-standing">{say!(carriers.column.standing)}</th>
                            <th scope="col" class="c-equipment">{say!(carriers.column.equipment)}</th>
                            <th scope="col" class="c-drivers">{say!(carriers.column.drivers)}</th>
                            <th scope="col" class="c-phone">{say!(carriers.column.phone)}</th>
                        </tr>
                    </thead>
                    <tbody on:click=|event| click::open(&event)>{fitting.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
            <footer class="totals"><span>{count}</span></footer>
        })
    }
}

fn row(carrier: &CarrierRow) -> impl IntoView + use<> {
    let class = match carrier.compliance() {
        Standing::Compliant => "",
        Standing::Watch => "tight",
        Standing::Barred => "late",
    };
    let dot = carrier.dot_number.as_ref().map(|dot| format!(" · DOT {dot}")).unwrap_or_default();
    let numbers = format!("MC {}{dot}", carrier.mc_number);
    let equipment = carrier.equipment.iter().map(|kind| equipment_word(*kind)).collect::<Vec<_>>().join(", ");
    view! {
        <tr class=class>
            <td class="c-load"><a class="num name" href=format!("/carriers/{}", carrier.id)>{carrier.name.clone()}</a></td>
            <td class="c-mc sub">{numbers}</td>
            <td class="c-status">{cells::status(carrier.status)}</td>
            <td class="c-standing">{cells::standing(carrier)}</td>
            <td class="c-equipment">{equipment}</td>
            <td class="c-drivers">{carrier.drivers.len()}</td>
            <td class="c-phone">{carrier.phone.clone()}</td>
        </tr>
    }
}

/// What stands where no carrier is to be shown.
fn nothing(asked: &Asked, has_any: bool, may_edit: bool) -> impl IntoView + use<> {
    let words = match (has_any, asked.q.is_empty(), asked.shown) {
        (false, ..) => say!(carriers.none),
        (true, true, Shown::Attention | Shown::Barred) => say!(carriers.none_wrong),
        _ => say!(carriers.none_fit),
    };
    view! {
        <div class="nothing">
            <p>{words}</p>
            <div class="acts">
                {(has_any && *asked != Asked::default()).then(|| view! { <a class="btn" href="/carriers">{say!(carriers.clear)}</a> })}
                {(!has_any && may_edit)
                    .then(|| view! { <a class="btn pri" href="/carriers/new">{say!(carriers.enter)}</a> })}
            </div>
        </div>
    }
}
