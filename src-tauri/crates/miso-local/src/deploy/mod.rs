//! Deployments: asked for in one place, rolled out by one task each.

mod order;
mod rollout;

pub(crate) use order::{Order, carry_out, place_order};
pub(crate) use rollout::CUT_SHORT;
