//! Asks for a spreadsheet and what its columns hold, says what is wrong in which line, and enters the others.

mod columns;

use contract::{
    Code, One,
    loads::import::{Column, ImportLoads, Line, Titled, template},
};
use leptos::{either::Either, ev, html, prelude::*, task::spawn_local};

use self::columns::{Columns, column_word};
use super::{
    super::{
        sheet::{self, MAX_FILE, MAX_SHEET, Sheet},
        upload::{self, File},
    },
    modal::{Form, Modal},
};
use crate::{
    fault::Fault,
    live::live,
    once::new_key,
    say,
    ui::{
        icon::Icon,
        toast,
        words::{fault_words, field_words},
    },
};

/// So many lines with mistakes are shown; all of them can be taken out as a file.
const SHOWN: usize = 50;

/// How far it has come.
#[derive(Clone, Default)]
struct Course {
    /// How many lines were looked at.
    done: usize,
    /// How many of them are good, or were entered.
    good: usize,
    /// The others, by their places, with what is wrong.
    bad: Vec<(usize, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// No file was chosen yet.
    Choose,
    /// Lines are being looked at.
    Check,
    /// All were.
    Checked,
    /// The good ones are being entered.
    Enter,
    /// They were.
    Done,
}

/// What is known of the file.
#[derive(Clone, Copy)]
struct State {
    form: Form,
    name: RwSignal<String>,
    sheet: StoredValue<Option<Sheet>>,
    columns: RwSignal<Vec<Titled>>,
    course: RwSignal<Course>,
    stage: RwSignal<Stage>,
    /// Goes up when what runs is not wanted any more.
    turn: StoredValue<u32>,
    /// Why it stopped on the way.
    stopped: RwSignal<Option<String>>,
}

impl State {
    fn fail(self, words: &'static str) {
        self.stage.set(Stage::Choose);
        self.stopped.set(Some(words.to_owned()));
    }

    /// Takes a file up and looks at it.
    fn take(self, file: File) {
        self.name.set(file.name());
        self.stopped.set(None);
        if file.size() > MAX_FILE {
            return self.fail(say!(common.import.too_large));
        }
        spawn_local(async move {
            let text = sheet::text(file).await.unwrap_or_default();
            let Some(sheet) = Sheet::read(&text, new_key()) else { return self.fail(say!(common.import.no_lines)) };
            if sheet.len() > MAX_SHEET {
                return self.fail(say!(common.import.too_many));
            }
            self.sheet.set_value(Some(sheet));
            self.columns.set(Vec::new());
            self.begin(Stage::Check);
        });
    }

    /// Looks at every line, or enters those that are good, from the first one.
    fn begin(self, stage: Stage) {
        self.course.set(Course::default());
        self.go_on(stage);
    }

    /// Goes on where it stopped.
    fn go_on(self, stage: Stage) {
        self.stage.set(stage);
        self.stopped.set(None);
        let turn = self.turn.try_update_value(|turn| {
            *turn += 1;
            *turn
        });
        let live = live();
        spawn_local(async move {
            while self.turn.try_get_value() == turn {
                let Some(from) = self.course.try_with_untracked(|course| course.done) else { return };
                let columns =
                    self.columns.with_untracked(|columns| columns.iter().map(|known| known.column).collect::<Vec<_>>());
                let Some((csv, count, key)) = self.sheet.with_value(|sheet| {
                    let sheet = sheet.as_ref()?;
                    let (csv, count) = sheet.part(from);
                    (count > 0).then(|| (csv, count, sheet.key(from, &columns)))
                }) else {
                    return live.within(|| self.end(stage));
                };
                let dry_run = stage == Stage::Check;
                let columns = (!columns.is_empty()).then_some(columns);
                let ask = ImportLoads { csv, columns, dry_run };
                let answer = sheet::send(&ask, key.filter(|_| !dry_run)).await;
                if self.turn.try_get_value() != turn {
                    return;
                }
                match answer {
                    Ok(One { data }) => {
                        if from == 0 {
                            self.columns.try_set(data.columns);
                        }
                        let bad = data
                            .lines
                            .iter()
                            .enumerate()
                            .filter_map(|(place, line)| Some((from + place, wrong(line)?)));
                        let bad: Vec<_> = live.within(|| bad.collect());
                        self.course.try_update(|course| {
                            course.done += count;
                            course.good += count - bad.len();
                            course.bad.extend(bad);
                        });
                    }
                    Err(fault) if fault.code() == Some(Code::RateLimited) => sheet::pause(wait_ms(&fault)).await,
                    Err(fault) => {
                        self.stopped.try_set(Some(live.within(|| fault_words(&fault))));
                        return;
                    }
                }
            }
        });
    }

    fn end(self, stage: Stage) {
        let Some((good, bad)) = self.course.try_with_untracked(|course| (course.good, course.bad.len())) else {
            return;
        };
        if stage == Stage::Check {
            self.stage.try_set(Stage::Checked);
            return;
        }
        toast::done(say!(common.import.entered, count = good));
        self.stage.try_set(Stage::Done);
        if bad == 0 {
            self.form.close();
        }
    }
}

/// What is wrong with a line, field by field.
fn wrong(line: &Line) -> Option<String> {
    let refusal = line.error.as_ref()?;
    let details = refusal.details.as_ref()?;
    let of = |(field, text): (&String, &String)| {
        let words = field_words(field, details.flaws.get(field).copied(), text);
        match Column::of_field(field) {
            Some(column) => format!("{}: {words}", column_word(column)),
            None => words,
        }
    };
    Some(details.fields.iter().map(of).collect::<Vec<_>>().join(" "))
}

fn wait_ms(fault: &Fault) -> u64 {
    fault.refusal().and_then(|refusal| refusal.details.as_ref()?.retry_after_ms).unwrap_or(1_000)
}

/// The dialog.
#[component]
pub fn Import() -> impl IntoView {
    let form = Form::new();
    let state = State {
        form,
        name: RwSignal::default(),
        sheet: StoredValue::new(None),
        columns: RwSignal::default(),
        course: RwSignal::default(),
        stage: RwSignal::new(Stage::Choose),
        turn: StoredValue::new(0),
        stopped: RwSignal::new(None),
    };
    let send = Callback::new(move |_| match state.stage.get_untracked() {
        Stage::Checked if state.course.with_untracked(|course| course.good > 0) => state.begin(Stage::Enter),
        Stage::Checked => state.stopped.set(Some(say!(common.import.none_good).to_owned())),
        Stage::Choose => state.stopped.set(Some(say!(common.import.choose_first).to_owned())),
        Stage::Done => form.close(),
        Stage::Check | Stage::Enter => {}
    });
    let again = Callback::new(move |()| state.begin(Stage::Check));
    view! {
        <Modal form title=say!(common.import.title).to_owned() submit=say!(common.import.go).to_owned() wide=true on_submit=send>
            <Chooser state />
            {move || (state.stage.get() == Stage::Checked).then(|| view! { <Columns columns=state.columns on_choice=again /> })}
            <Report state />
        </Modal>
    }
}

/// A file, chosen or let fall here.
#[component]
fn Chooser(state: State) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    let over = RwSignal::new(false);
    let is_busy = move || matches!(state.stage.get(), Stage::Check | Stage::Enter);
    let chosen = move |_| {
        if let Some(file) = node.get_untracked().and_then(|input| upload::chosen(&input)) {
            state.take(file);
        }
    };
    let fallen = move |event: ev::DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(file) = upload::fallen(&event).filter(|_| !is_busy()) {
            state.take(file);
        }
    };
    let hover = move |event: ev::DragEvent| {
        event.prevent_default();
        over.set(true);
    };
    view! {
        <div class="add-paper first" class:over=move || over.get() on:dragover=hover on:dragleave=move |_| over.set(false) on:drop=fallen>
            <label class="btn" aria-disabled=move || is_busy().then_some("true")>
                <Icon name="upload" />
                {say!(common.import.choose)}
                <input
                    node_ref=node
                    class="unseen"
                    type="file"
                    accept=".csv,.tsv,.txt,text/csv"
                    autofocus=true
                    disabled=is_busy
                    on:change=chosen
                />
            </label>
            <span class="sub grow">
                {move || state.name.with(|name| if name.is_empty() { say!(common.import.hint).to_owned() } else { name.clone() })}
            </span>
            <a class="link" download="loads.csv" href=as_file(&template())>
                {say!(common.import.template)}
            </a>
        </div>
    }
}

/// A text as a file that the browser keeps.
fn as_file(text: &str) -> String {
    format!("data:text/csv;charset=utf-8,%EF%BB%BF{}", crate::ui::address::encoded(text))
}

/// How far it has come, and what is wrong.
#[component]
fn Report(state: State) -> impl IntoView {
    let of = move || state.sheet.with_value(|sheet| sheet.as_ref().map_or(0, Sheet::len));
    let words = move || {
        let Course { done, good, bad } = state.course.get();
        match state.stage.get() {
            Stage::Choose => String::new(),
            Stage::Check => say!(common.import.checking, done = done, of = of()),
            Stage::Enter => say!(common.import.entering, done = done, of = of()),
            Stage::Checked => say!(common.import.checked, good = good, bad = bad.len()),
            Stage::Done => say!(common.import.done, good = good, bad = bad.len()),
        }
    };
    let is_on_way = move || matches!(state.stage.get(), Stage::Check | Stage::Enter);
    let bar = move || {
        is_on_way().then(|| {
            let done = state.course.with(|course| course.done);
            view! { <progress aria-label=say!(common.import.title) max=of().to_string() value=done.to_string()></progress> }
        })
    };
    let mistakes = move || {
        if is_on_way() || state.course.with(|course| course.bad.is_empty()) {
            return None;
        }
        let Course { bad, .. } = state.course.get();
        let file =
            state.sheet.with_value(|sheet| sheet.as_ref().map(|sheet| sheet.only(bad.iter().map(|(line, _)| *line))));
        let more = bad.len().saturating_sub(SHOWN);
        let lines = bad.into_iter().take(SHOWN).map(|(line, words)| {
            // The titles are the first line, and people count from one.
            view! { <li><b>{say!(common.import.line, number = line + 2)}</b>" "{words}</li> }
        });
        Some(view! {
            <ul class="mistakes">{lines.collect_view()}</ul>
            <p class="sub">
                {(more > 0).then(|| say!(common.import.more, count = more))}
                " "
                {file.map(|file| view! { <a class="link" download="mistakes.csv" href=as_file(&file)>{say!(common.import.take_out)}</a> })}
            </p>
        })
    };
    let stopped = move || match state.stopped.get() {
        None => Either::Left(()),
        Some(words) => {
            let goes_on = is_on_way();
            let stage = state.stage.get_untracked();
            Either::Right(view! {
                <p class="field-fault" role="alert">
                    {words}
                    {goes_on.then(|| view! { <button type="button" class="btn" on:click=move |_| state.go_on(stage)>{say!(common.import.go_on)}</button> })}
                </p>
            })
        }
    };
    view! {
        <div class="import-report">
            <p role="status">{words}</p>
            {bar}
            {stopped}
            {mistakes}
        </div>
    }
}
