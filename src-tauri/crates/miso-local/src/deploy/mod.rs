//! Deployments: asked for in one place, rolled out by one task each.

mod manifest;
mod order;
mod plan;
mod rollout;
mod step;
mod under_way;

pub(crate) use manifest::{NewManifest, mark_for};
pub(crate) use order::{
    CarriedOut, Order, cancel, carry_out, dry_run, keep_refused, place_order, place_order_with,
};
pub(crate) use plan::{Extras, Origin, Repeat, item_faults};
pub(crate) use rollout::CUT_SHORT;
pub(crate) use under_way::UnderWay;
