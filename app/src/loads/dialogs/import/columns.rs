//! What the columns of a file hold.

use contract::{
    actor::Permission,
    loads::import::{Column, Titled},
};
use leptos::prelude::*;

use crate::{pages::Visitor, say};

/// What a column holds.
pub fn column_word(column: Column) -> &'static str {
    match column {
        Column::Customer => say!(common.dialogs.customer),
        Column::Reference => say!(common.dialogs.reference),
        Column::Equipment => say!(common.dialogs.equipment),
        Column::PickupFacility => say!(common.import.column.pickup_facility),
        Column::PickupCity => say!(common.import.column.pickup_city),
        Column::PickupState => say!(common.import.column.pickup_state),
        Column::PickupFrom => say!(common.import.column.pickup_from),
        Column::PickupUntil => say!(common.import.column.pickup_until),
        Column::DeliveryFacility => say!(common.import.column.delivery_facility),
        Column::DeliveryCity => say!(common.import.column.delivery_city),
        Column::DeliveryState => say!(common.import.column.delivery_state),
        Column::DeliveryFrom => say!(common.import.column.delivery_from),
        Column::DeliveryUntil => say!(common.import.column.delivery_until),
        Column::Commodity => say!(common.dialogs.commodity),
        Column::Weight => say!(common.dialogs.weight),
        Column::CustomerRate => say!(common.dialogs.customer_rate),
        Column::CarrierRate => say!(common.dialogs.carrier_rate),
        Column::Hot => say!(common.import.column.hot),
        Column::Notes => say!(common.dialogs.notes),
    }
}

/// What each column holds; another choice looks at everything once more.
#[component]
pub fn Columns(
    /// What each holds.
    columns: RwSignal<Vec<Titled>>,
    /// Hears of another choice.
    on_choice: Callback<()>,
) -> impl IntoView {
    let sees_customer_rate = expect_context::<Visitor>().can(Permission::FinanceView);
    let rows = columns.get_untracked().into_iter().enumerate().map(|(place, Titled { title, column, sample })| {
        let choose = move |event| {
            let value = event_target_value(&event);
            let column = Column::all().find(|column| column.title() == value);
            columns.update(|columns| {
                for (at, known) in columns.iter_mut().enumerate() {
                    // A field is filled by one column.
                    if at == place {
                        known.column = column;
                    } else if column.is_some() && known.column == column {
                        known.column = None;
                    }
                }
            });
            on_choice.run(());
        };
        let options = Column::all()
            .filter(|column| *column != Column::CustomerRate || sees_customer_rate)
            .map(|each| view! { <option value=each.title() selected=column == Some(each)>{column_word(each)}</option> })
            .collect_view();
        let label = say!(common.import.holds, title = title.clone());
        view! {
            <tr>
                <th scope="row">{title}</th>
                <td class="sub">{sample}</td>
                <td>
                    <select aria-label=label on:change=choose>
                        <option value="" selected=column.is_none()>{say!(common.import.ignore)}</option>
                        {options}
                    </select>
                </td>
            </tr>
        }
    });
    view! {
        <div class="sheet">
            <table>
                <caption class="sr-only">{say!(common.import.columns)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{say!(common.import.in_file)}</th>
                        <th scope="col">{say!(common.import.example)}</th>
                        <th scope="col">{say!(common.import.means)}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}
