//! Who acts, and what they may do.

use serde::{Deserialize, Serialize};

use crate::{
    CarrierId, DriverId, Refusal, SessionId, TenantId, Timestamp, UserId,
    status::{LoadStatus, Move},
};

/// What somebody is in their company or at a carrier. Names on the wire are those of the real-time standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Runs the company's account.
    Admin,
    /// Leads the desk.
    OperationsManager,
    /// Covers loads.
    #[serde(alias = "DISPATCHER")]
    Dispatch,
    /// Sells to shippers.
    Sales,
    /// Bills and pays.
    Accounting,
    /// Looks after carriers.
    CarrierRelations,
    /// Answers questions.
    Support,
    /// Looks on.
    ReadOnly,
    /// Owns a carrier.
    CarrierOwner,
    /// Runs a carrier's portal account.
    CarrierAdmin,
    /// Dispatches at a carrier.
    CarrierDispatcher,
    /// Drives for a carrier.
    Driver,
}

/// Every role, for tables and tests that must miss none.
pub const ROLES: [Role; 12] = [
    Role::Admin,
    Role::OperationsManager,
    Role::Dispatch,
    Role::Sales,
    Role::Accounting,
    Role::CarrierRelations,
    Role::Support,
    Role::ReadOnly,
    Role::CarrierOwner,
    Role::CarrierAdmin,
    Role::CarrierDispatcher,
    Role::Driver,
];

/// Something that not everybody may do or see (`domain.md` §3.6 names them).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// See loads: all of the company's for staff, their own for a carrier's people.
    LoadView,
    /// Enter new loads.
    LoadCreate,
    /// Choose carrier, driver and carrier rate.
    LoadAssign,
    /// Take a load that was tendered, for the carrier.
    TenderAccept,
    /// Send an accepted load on its way.
    LoadDispatch,
    /// Move a load forward.
    LoadStatusUpdate,
    /// Move a load backward, with a reason.
    LoadStatusRevert,
    /// Cancel before pickup, with a reason.
    LoadCancel,
    /// Cancel after pickup, with a reason.
    LoadCancelLate,
    /// Do without what a gate asks for, with a reason.
    GateOverride,
    /// Take lists of loads out of the house as files.
    DataExport,
    /// Add papers to a load.
    DocumentAdd,
    /// Take papers out.
    DocumentRemove,
    /// Exchange the carrier after pickup.
    CarrierOverride,
    /// Work on the dispatch board.
    BoardView,
    /// See the tracking map.
    TrackingView,
    /// Report where a truck is.
    PositionReport,
    /// See what the customer pays, and the margin.
    FinanceView,
    /// See what the carrier is paid.
    CarrierRateView,
    /// See a driver's telephone number.
    DriverPhoneView,
    /// See the company's own notes.
    InternalNotesView,
    /// See carriers and their drivers.
    CarrierView,
    /// Enter carriers, their covers and drivers, and say who may be given loads.
    CarrierEdit,
    /// See how the desk does.
    KpiView,
    /// Read what one is told oneself, and choose how.
    NoticeRead,
    /// See who must be called, and what was reported from the road.
    CheckCallView,
    /// Log what was reported: of all loads for staff, of their own for a carrier's people, who see what they logged.
    CheckCallLog,
    /// Date a report farther back than four hours.
    CheckCallBackdate,
    /// Take a report out.
    CheckCallRemove,
    /// Read what is written about the loads that one may see.
    MessageView,
    /// Write about them.
    MessageSend,
    /// Say who may sign in, and as what.
    PeopleEdit,
    /// Save what one looks for again and again.
    ViewKeep,
    /// Share that with one's colleagues.
    ViewShare,
}

impl Permission {
    /// What moving a load from one status to another needs (`domain.md` §2.1, gates).
    pub const fn to_move(from: LoadStatus, to: LoadStatus, step: Move) -> Self {
        use LoadStatus as S;
        match (step, from, to) {
            (Move::Backward, ..) => Self::LoadStatusRevert,
            (Move::Cancel, from, _) if from.is_loaded() => Self::LoadCancelLate,
            (Move::Cancel, ..) => Self::LoadCancel,
            (_, S::Tendered, S::Accepted) => Self::TenderAccept,
            (_, _, S::Dispatched | S::Completed) => Self::LoadDispatch,
            (_, S::Planning | S::Pending, _) | (_, _, S::Pending | S::Tendered) => Self::LoadAssign,
            _ => Self::LoadStatusUpdate,
        }
    }
}

impl Role {
    /// The name used in rooms and tokens.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "ADMIN",
            Self::OperationsManager => "OPERATIONS_MANAGER",
            Self::Dispatch => "DISPATCH",
            Self::Sales => "SALES",
            Self::Accounting => "ACCOUNTING",
            Self::CarrierRelations => "CARRIER_RELATIONS",
            Self::Support => "SUPPORT",
            Self::ReadOnly => "READ_ONLY",
            Self::CarrierOwner => "CARRIER_OWNER",
            Self::CarrierAdmin => "CARRIER_ADMIN",
            Self::CarrierDispatcher => "CARRIER_DISPATCHER",
            Self::Driver => "DRIVER",
        }
    }

    /// The role of this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        ROLES.into_iter().find(|role| role.name() == name)
    }

    /// Whether this role works for the company itself rather than for a carrier.
    pub const fn is_staff(self) -> bool {
        !matches!(self, Self::CarrierOwner | Self::CarrierAdmin | Self::CarrierDispatcher | Self::Driver)
    }

    /// What this role may do (`domain.md` §§3.2 to 3.5, the lines headed "our choice").
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission as P;
        match self {
            Self::Admin => &[
                P::PeopleEdit,
                P::KpiView,
                P::LoadView,
                P::LoadCreate,
                P::LoadAssign,
                P::TenderAccept,
                P::LoadDispatch,
                P::LoadStatusUpdate,
                P::LoadStatusRevert,
                P::LoadCancel,
                P::LoadCancelLate,
                P::GateOverride,
                P::DocumentAdd,
                P::DataExport,
                P::DocumentRemove,
                P::CarrierOverride,
                P::BoardView,
                P::TrackingView,
                P::FinanceView,
                P::CarrierRateView,
                P::DriverPhoneView,
                P::InternalNotesView,
                P::CarrierView,
                P::CarrierEdit,
                P::NoticeRead,
                P::CheckCallView,
                P::CheckCallLog,
                P::CheckCallBackdate,
                P::CheckCallRemove,
                P::MessageView,
                P::MessageSend,
                P::ViewKeep,
                P::ViewShare,
            ],
            Self::OperationsManager => &[
                P::KpiView,
                P::LoadView,
                P::LoadCreate,
                P::LoadAssign,
                P::TenderAccept,
                P::LoadDispatch,
                P::LoadStatusUpdate,
                P::LoadStatusRevert,
                P::LoadCancel,
                P::GateOverride,
                P::DocumentAdd,
                P::DataExport,
                P::DocumentRemove,
                P::BoardView,
                P::TrackingView,
                P::FinanceView,
                P::CarrierRateView,
                P::DriverPhoneView,
                P::InternalNotesView,
                P::CarrierView,
                P::CarrierEdit,
                P::NoticeRead,
                P::CheckCallView,
                P::CheckCallLog,
                P::CheckCallBackdate,
                P::MessageView,
                P::MessageSend,
                P::ViewKeep,
                P::ViewShare,
            ],
            Self::Dispatch => &[
                P::KpiView,
                P::LoadView,
                P::LoadCreate,
                P::LoadAssign,
                P::TenderAccept,
                P::LoadDispatch,
                P::LoadStatusUpdate,
                P::DocumentAdd,
                P::DataExport,
                P::BoardView,
                P::TrackingView,
                P::CarrierRateView,
                P::DriverPhoneView,
                P::InternalNotesView,
                P::CarrierView,
                P::NoticeRead,
                P::CheckCallView,
                P::CheckCallLog,
                P::MessageView,
                P::MessageSend,
                P::ViewKeep,
                P::ViewShare,
            ],
            Self::Sales | Self::Accounting => &[P::FinanceView, P::CarrierRateView, P::NoticeRead],
            Self::CarrierRelations => &[
                P::CarrierRateView,
                P::DriverPhoneView,
                P::InternalNotesView,
                P::CarrierView,
                P::CarrierEdit,
                P::NoticeRead,
            ],
            Self::Support => &[
                P::KpiView,
                P::LoadView,
                P::TrackingView,
                P::DriverPhoneView,
                P::InternalNotesView,
                P::CarrierView,
                P::NoticeRead,
                P::CheckCallView,
                P::MessageView,
                P::MessageSend,
                P::ViewKeep,
            ],
            Self::ReadOnly => &[
                P::KpiView,
                P::LoadView,
                P::TrackingView,
                P::CarrierView,
                P::NoticeRead,
                P::CheckCallView,
                P::MessageView,
                P::ViewKeep,
            ],
            Self::CarrierOwner | Self::CarrierAdmin | Self::CarrierDispatcher => &[
                P::LoadView,
                P::TenderAccept,
                P::LoadStatusUpdate,
                P::DocumentAdd,
                P::PositionReport,
                P::CarrierRateView,
                P::NoticeRead,
                P::CheckCallLog,
                P::MessageView,
                P::MessageSend,
            ],
            Self::Driver => &[
                P::LoadView,
                P::LoadStatusUpdate,
                P::DocumentAdd,
                P::PositionReport,
                P::NoticeRead,
                P::CheckCallLog,
                P::MessageView,
                P::MessageSend,
            ],
        }
    }
}

/// A verified caller: made from a checked session, never from what a client says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// Who.
    pub user: UserId,
    /// Their name, as others see it.
    pub name: String,
    /// Their company.
    pub tenant: TenantId,
    /// What they are.
    pub role: Role,
    /// The carrier they work for, when they are not the company's own staff.
    pub carrier: Option<CarrierId>,
    /// The driver they are, when they drive.
    pub driver: Option<DriverId>,
    /// The sign-in by which they came.
    pub session: SessionId,
    /// When their token ends.
    pub expires_at: Timestamp,
}

impl Actor {
    /// Whether they have a permission.
    pub fn can(&self, permission: Permission) -> bool {
        self.role.permissions().contains(&permission)
    }

    /// The proof that they have a permission, which every write asks for.
    ///
    /// # Errors
    /// [`Refusal::forbidden`] when they have it not.
    pub fn may(&self, permission: Permission) -> Result<Grant<'_>, Refusal> {
        if self.can(permission) { Ok(Grant { actor: self, permission }) } else { Err(Refusal::forbidden()) }
    }
}

/// The proof that an actor has a permission. It can be had from [`Actor::may`] alone, so a write that takes one can't
/// have forgotten to ask.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    actor: &'a Actor,
    permission: Permission,
}

impl<'a> Grant<'a> {
    /// Who holds it.
    pub const fn actor(&self) -> &'a Actor {
        self.actor
    }

    /// For what.
    pub const fn permission(&self) -> Permission {
        self.permission
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_found_by_its_name() {
        for role in ROLES {
            assert_eq!(Role::named(role.name()), Some(role));
            assert_eq!(serde_json::to_string(&role).expect("json"), format!("\"{}\"", role.name()));
        }
        assert_eq!(serde_json::from_str::<Role>("\"DISPATCHER\"").expect("the alias"), Role::Dispatch);
    }

    #[test]
    fn nobody_at_a_carrier_sees_the_customers_rate_or_internal_notes() {
        for role in ROLES.into_iter().filter(|role| !role.is_staff()) {
            for hidden in [
                Permission::FinanceView,
                Permission::InternalNotesView,
                Permission::BoardView,
                Permission::CarrierView,
                Permission::CarrierEdit,
            ] {
                assert!(!role.permissions().contains(&hidden), "{} has {hidden:?}", role.name());
            }
        }
    }

    #[test]
    fn a_tender_is_accepted_by_the_desk_or_the_carriers_office_and_not_by_who_drives() {
        let needed = Permission::to_move(LoadStatus::Tendered, LoadStatus::Accepted, Move::Forward);
        for role in ROLES {
            let moves = role.permissions().contains(&Permission::LoadStatusUpdate);
            assert_eq!(role.permissions().contains(&needed), moves && role != Role::Driver, "{}", role.name());
        }
    }

    #[test]
    fn whoever_sees_loads_reads_what_is_written_of_them_and_who_looks_on_writes_nothing() {
        for role in ROLES {
            let has = |permission| role.permissions().contains(&permission);
            assert_eq!(has(Permission::MessageView), has(Permission::LoadView), "{}", role.name());
            let writes = has(Permission::LoadView) && role != Role::ReadOnly;
            assert_eq!(has(Permission::MessageSend), writes, "{}", role.name());
        }
    }

    #[test]
    fn who_must_be_called_is_the_desks_to_see_and_what_was_said_also_the_carriers_to_log() {
        use Permission as P;
        for (permission, roles) in [
            (
                P::CheckCallView,
                &[Role::Admin, Role::OperationsManager, Role::Dispatch, Role::Support, Role::ReadOnly][..],
            ),
            (P::CheckCallBackdate, &[Role::Admin, Role::OperationsManager]),
            (P::CheckCallRemove, &[Role::Admin]),
            (
                P::CheckCallLog,
                &[
                    Role::Admin,
                    Role::OperationsManager,
                    Role::Dispatch,
                    Role::CarrierOwner,
                    Role::CarrierAdmin,
                    Role::CarrierDispatcher,
                    Role::Driver,
                ],
            ),
        ] {
            let have: Vec<_> = ROLES.into_iter().filter(|role| role.permissions().contains(&permission)).collect();
            assert_eq!(have, roles, "{permission:?}");
        }
    }

    #[test]
    fn a_dispatcher_sees_the_carrier_rate_but_not_the_margin() {
        let may = Role::Dispatch.permissions();

        assert!(may.contains(&Permission::CarrierRateView));
        assert!(!may.contains(&Permission::FinanceView));
    }
}
