//! Deployments: asked for in one place, rolled out by one task each.

mod order;
mod rollout;

pub(crate) use order::{CarriedOut, Order, carry_out, keep_refused, place_order};
pub(crate) use rollout::CUT_SHORT;
