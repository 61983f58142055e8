//! How somebody wants to be told: of what, what is shown by itself, and when nothing is.

use contract::{
    One,
    notices::{NoticeSettings, QuietHours, SEVERITIES, Severity, TOPICS, Topic},
};
use leptos::{either::Either, prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys};

use super::{
    api::{notice_settings, set_notice_settings},
    words::topic_word,
};
use crate::{
    fault::Fault,
    live::live,
    pages::Visitor,
    say,
    ui::{
        icon::Icon,
        read, toast,
        words::{fault_words, unread_words},
    },
};

/// Zones that people work in here; the browser's own is offered beside them.
const ZONES: [&str; 7] = [
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
];

/// What is quiet at first, for whoever chooses quiet hours: the night.
const NIGHT: (u32, u32) = (22 * 60, 6 * 60);

/// The zone of the reader's own clock.
#[cfg(feature = "hydrate")]
fn own_zone() -> Option<String> {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into()).ok()?.as_string()
}

#[cfg(not(feature = "hydrate"))]
const fn own_zone() -> Option<String> {
    None
}

fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn minute(clock: &str) -> Option<u32> {
    let (hours, minutes) = clock.split_once(':')?;
    Some(hours.parse::<u32>().ok()? * 60 + minutes.get(..2)?.parse::<u32>().ok()?)
}

/// The settings, as they are kept.
#[component]
pub fn Settings() -> impl IntoView {
    let known = RwSignal::new(None::<Result<NoticeSettings, Fault>>);
    let ask = move || {
        spawn_local(async move {
            let answer = notice_settings().await.map(|One { data }| data);
            known.try_set(Some(answer));
        });
    };
    Effect::new(move |_| ask());
    move || {
        match known.get() {
        None => view! { <p class="note sub" role="status">{say!(notices.loading)}</p> }.into_any(),
        Some(Ok(settings)) => view! { <Form settings /> }.into_any(),
        Some(Err(fault)) => view! {
            <div class="nothing" role="alert">
                <p>{unread_words(&fault)}</p>
                <button type="button" class="btn" on:click=move |_| ask()><Icon name="refresh-cw" />{say!(common.detail.again)}</button>
            </div>
        }
        .into_any(),
    }
    }
}

#[component]
fn Form(settings: NoticeSettings) -> impl IntoView {
    let role = expect_context::<Visitor>().me.and_then(|me| me.roles.first().copied());
    let own: Vec<Topic> =
        TOPICS.iter().copied().filter(|topic| role.is_some_and(|role| topic.readers().has(role))).collect();
    let live = live();
    let NoticeSettings { off, loud_from, quiet } = settings;
    let is_quiet = RwSignal::new(quiet.is_some());
    let zone = quiet.as_ref().map(|quiet| quiet.zone.clone()).or_else(own_zone).unwrap_or_else(|| ZONES[0].to_owned());
    let (from, until) = quiet.map_or(NIGHT, |quiet| (quiet.from_min, quiet.until_min));
    let mut zones: Vec<String> = ZONES.into_iter().map(str::to_owned).collect();
    for further in own_zone().into_iter().chain([zone.clone()]) {
        if !zones.contains(&further) {
            zones.push(further);
        }
    }
    let (busy, fault) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let ticks = if own.is_empty() {
        Either::Left(view! { <p class="sub">{say!(notices.none_for_you)}</p> })
    } else {
        let tick = |topic: &Topic| {
            let is_on = !off.contains(topic);
            view! { <label class="tick"><input type="checkbox" name=topic.name() checked=is_on />{topic_word(*topic)}</label> }
        };
        Either::Right(own.iter().map(tick).collect_view())
    };
    // What isn't shown here stays as it is.
    let hidden: Vec<Topic> = off.iter().copied().filter(|topic| !own.contains(topic)).collect();
    let asked = StoredValue::new((own, hidden));
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let form = event.target().and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok());
        let data = form.and_then(|form| web_sys::FormData::new_with_form(&form).ok());
        let Some(data) = data.filter(|_| !busy.get_untracked()) else { return };
        let off = asked.with_value(|(own, hidden)| {
            let unticked = own.iter().filter(|topic| read::filled(&data, topic.name()).is_none());
            unticked.chain(hidden).copied().collect()
        });
        let quiet = is_quiet.get_untracked().then(|| QuietHours {
            from_min: minute(&read::text(&data, "quiet_from")).unwrap_or(u32::MAX),
            until_min: minute(&read::text(&data, "quiet_until")).unwrap_or(u32::MAX),
            zone: read::text(&data, "quiet_zone"),
        });
        if quiet.as_ref().is_some_and(|quiet| {
            quiet.from_min == quiet.until_min || quiet.from_min == u32::MAX || quiet.until_min == u32::MAX
        }) {
            return fault.set(Some(say!(notices.quiet.wrong).to_owned()));
        }
        let loud_from = Severity::named(&read::text(&data, "loud_from")).unwrap_or(Severity::Warning);
        busy.set(true);
        fault.set(None);
        spawn_local(async move {
            let answer = set_notice_settings(NoticeSettings { off, loud_from, quiet }).await;
            live.within(|| match answer {
                Ok(_) => toast::done(say!(notices.saved)),
                Err(refused) => {
                    let words = fault_words(&refused);
                    if fault.try_set(Some(words.clone())).is_some() {
                        toast::wrong(words);
                    }
                }
            });
            busy.try_set(false);
        });
    };
    let louder = SEVERITIES.map(|severity| {
        let words = match severity {
            Severity::Info => say!(notices.loud.info),
            Severity::Warning => say!(notices.loud.warning),
            Severity::Critical => say!(notices.loud.critical),
        };
        view! { <option value=severity.name() selected=severity == loud_from>{words}</option> }
    });
    let zones = zones.into_iter().map(|name| {
        let is_own = name == zone;
        view! { <option value=name.clone() selected=is_own>{name.replace('_', " ")}</option> }
    });
    view! {
        <form class="settings" on:submit=send>
            <fieldset>
                <legend>{say!(notices.tell_me)}</legend>
                {ticks}
            </fieldset>
            <div class="field">
                <label for="loud_from">{say!(notices.loud.label)}</label>
                <select id="loud_from" name="loud_from">{louder}</select>
                <small class="sub">{say!(notices.loud.text)}</small>
            </div>
            <fieldset>
                <legend>{say!(notices.quiet.title)}</legend>
                <label class="tick">
                    <input type="checkbox" prop:checked=move || is_quiet.get() on:change=move |event| is_quiet.set(event_target_checked(&event)) />
                    {say!(notices.quiet.text)}
                </label>
                <div class="row2" hidden=move || !is_quiet.get()>
                    <div class="field">
                        <label for="quiet_from">{say!(notices.quiet.from)}</label>
                        <input id="quiet_from" name="quiet_from" type="time" value=clock(from) />
                    </div>
                    <div class="field">
                        <label for="quiet_until">{say!(notices.quiet.until)}</label>
                        <input id="quiet_until" name="quiet_until" type="time" value=clock(until) />
                    </div>
                </div>
                <div class="field" hidden=move || !is_quiet.get()>
                    <label for="quiet_zone">{say!(notices.quiet.zone)}</label>
                    <select id="quiet_zone" name="quiet_zone">{zones.collect_view()}</select>
                </div>
            </fieldset>
            {move || fault.get().map(|words| view! { <div class="fault" role="alert"><Icon name="triangle-alert" /><span>{words}</span></div> })}
            <button type="submit" class="btn pri" aria-disabled=move || busy.get().then_some("true")>{say!(notices.save)}</button>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::{clock, minute};

    #[test]
    fn a_minute_of_the_day_reads_back_as_it_is_shown() {
        for at in [0, 59, 360, 22 * 60, 1_439] {
            assert_eq!(minute(&clock(at)), Some(at));
        }
        assert_eq!(minute("06:30:00"), Some(390), "some browsers add seconds");
        assert_eq!(minute(""), None);
    }
}
